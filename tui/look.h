/* SPDX-License-Identifier: BSD-3-Clause */
/* What words of the MIB look like on the console, and how it tells the time. */
#ifndef BELLWETHER_TUI_LOOK_H
#define BELLWETHER_TUI_LOOK_H

#include "common/clock.h"
#include "mib/tables.h"

/* LOOK_GOOD for "serving", LOOK_BAD for "down", LOOK_PLAIN for most. */
unsigned look_of_word(const char *word);
/* A boot time as local time of day, "12:34:56". */
const char *look_clock(struct moment now, int64_t boot, char out[MIB_TEXT]);

#endif
