/* SPDX-License-Identifier: BSD-3-Clause */
/* Which colour a look has, on so many colours and on this background. Chosen so that
   people who see red and green alike tell them apart; and never the only sign. */
#ifndef BELLWETHER_TUI_COLOUR_H
#define BELLWETHER_TUI_COLOUR_H

#include <stdbool.h>

#include "tui/cells.h"

/* What the terminal's background is; auto: nobody said. */
enum colour_theme { THEME_AUTO = 0, THEME_DARK, THEME_LIGHT, THEME_MONO, THEMES };
/* "auto", "dark", "light", "mono". */
extern const char *const colour_theme_names[THEMES];
/* False when it is none of them. */
bool colour_theme_parse(const char *text, enum colour_theme *theme);
/* What auto comes to: a terminal may say in COLORFGBG ("15;0") what it looks like, and a
   user in NO_COLOR that there be none. Either may be NULL. */
enum colour_theme
colour_theme_resolve(enum colour_theme theme, const char *fgbg, const char *no_color);

#define COLOUR_DEFAULT (-1) /* the terminal's own */
struct colour {
	short number;
	unsigned look; /* styles that it has besides */
};
/* Of a meaning (enum of cells.h) where the terminal has so many colours. */
struct colour colour_of(unsigned meaning, int colours, enum colour_theme theme);

#endif
