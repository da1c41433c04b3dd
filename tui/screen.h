/* SPDX-License-Identifier: BSD-3-Clause */
/* The terminal: puts cells on it and reads keys from it. The only file with ncurses. */
#ifndef BELLWETHER_TUI_SCREEN_H
#define BELLWETHER_TUI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/cells.h"
#include "tui/colour.h"

/* What screen_key() says beside the codes of tui/keys.h. */
enum { SCREEN_RESIZED = 0x120000, SCREEN_GONE };

/* Which colours, from the next time that something is put; may be called before
   screen_open(), and as often as one likes. */
void screen_theme(enum colour_theme theme);
/* Takes the terminal and gives cells its size. False with why; nothing is taken then. */
bool screen_open(struct cells *cells, char why[256]);
/* Gives it back as it was. */
void screen_close(void);
/* The same for a while: screen_put() takes it again. */
void screen_leave(void);
/* Whether clicks and the wheel come as keys; a terminal that has them to itself selects
   text. */
void screen_mouse(bool on);
void screen_put(const struct cells *cells);
/* Everything anew, for what somebody else wrote over it. */
void screen_redraw(void);
/* The next key; KEY_NONE when none is waiting. After SCREEN_RESIZED cells have the new
   size. */
uint32_t screen_key(struct cells *cells);

#endif
