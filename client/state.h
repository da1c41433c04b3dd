/* SPDX-License-Identifier: BSD-3-Clause */
/* What a core keeps over a restart, as a small text file that is replaced whole. */
#ifndef BELLWETHER_CLIENT_STATE_H
#define BELLWETHER_CLIENT_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/core.h"
#include "common/file.h"

#define STATE_TEXT 2048

/* One "name value" a line. False when a field is outside what a core can say: nothing
   of it may be written then. */
bool state_encode(const struct core_state *state, char text[STATE_TEXT], size_t *size);
/* Reads exactly what state_encode() writes; *state is untouched by anything else. */
bool state_decode(const char *text, size_t size, struct core_state *state);

/* FOLDER/NAME.state; name is a valid name. why is without the path. */
bool state_save(const char *folder, const char *name, const struct core_state *state,
		char why[FILE_WHY]);
/* False with an empty why when there is none yet. */
bool state_load(const char *folder, const char *name, struct core_state *state,
		char why[FILE_WHY]);

#endif
