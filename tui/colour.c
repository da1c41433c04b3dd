/* SPDX-License-Identifier: BSD-3-Clause */
/* Which colour a look has, on so many colours and on this background. */
#include "config.h"

#include "tui/colour.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const colour_theme_names[THEMES] = {
	[THEME_AUTO] = "auto",
	[THEME_DARK] = "dark",
	[THEME_LIGHT] = "light",
	[THEME_MONO] = "mono",
};

bool
colour_theme_parse(const char *text, enum colour_theme *theme)
{
	for (int i = 0; i < THEMES; i++)
		if (strcmp(text, colour_theme_names[i]) == 0) {
			*theme = (enum colour_theme)i;
			return true;
		}
	return false;
}

enum colour_theme
colour_theme_resolve(enum colour_theme theme, const char *fgbg, const char *no_color)
{
	/* Who asks for one by name means this program, NO_COLOR all of them. */
	if (theme != THEME_AUTO)
		return theme;
	if (no_color && no_color[0])
		return THEME_MONO;
	const char *background = fgbg ? strrchr(fgbg, ';') : NULL;
	if (!background || background[1] < '0' || background[1] > '9')
		return THEME_AUTO;
	int number = atoi(background + 1);
	return number == 7 || number > 8 ? THEME_LIGHT : THEME_DARK;
}

/* How much a terminal has; the names of eight and of sixteen are what its user made of
   them, the 256 are the same everywhere. */
enum depth { DEPTH_8, DEPTH_16, DEPTH_256, DEPTHS };

/* Blue for good, orange or yellow for a warning, and what is bad heavy as well. Where the
   background is not known, only what can be read on black and on white: of eight colours
   that is not much. */
static const struct colour colours_of[DEPTHS][THEME_MONO][LOOK_MEANINGS] = {
	[DEPTH_8] = {
		[THEME_AUTO] = { { COLOUR_DEFAULT, 0 },
				 [LOOK_GOOD] = { COLOUR_DEFAULT, 0 },
				 [LOOK_NOTE] = { COLOUR_DEFAULT, LOOK_BOLD },
				 [LOOK_WARN] = { 5, 0 },
				 [LOOK_BAD] = { 1, LOOK_BOLD } },
		[THEME_DARK] = { { COLOUR_DEFAULT, 0 },
				 [LOOK_GOOD] = { 6, 0 },
				 [LOOK_NOTE] = { COLOUR_DEFAULT, LOOK_BOLD },
				 [LOOK_WARN] = { 3, 0 },
				 [LOOK_BAD] = { 1, LOOK_BOLD } },
		[THEME_LIGHT] = { { COLOUR_DEFAULT, 0 },
				  [LOOK_GOOD] = { 4, 0 },
				  [LOOK_NOTE] = { COLOUR_DEFAULT, LOOK_BOLD },
				  [LOOK_WARN] = { 5, 0 },
				  [LOOK_BAD] = { 1, LOOK_BOLD } },
	},
	[DEPTH_16] = {
		[THEME_AUTO] = { { COLOUR_DEFAULT, 0 },
				 [LOOK_GOOD] = { COLOUR_DEFAULT, 0 },
				 [LOOK_NOTE] = { COLOUR_DEFAULT, LOOK_BOLD },
				 [LOOK_WARN] = { 5, 0 },
				 [LOOK_BAD] = { 1, LOOK_BOLD } },
		[THEME_DARK] = { { COLOUR_DEFAULT, 0 },
				 [LOOK_GOOD] = { 12, 0 },
				 [LOOK_NOTE] = { 14, 0 },
				 [LOOK_WARN] = { 11, 0 },
				 [LOOK_BAD] = { 9, LOOK_BOLD } },
		[THEME_LIGHT] = { { COLOUR_DEFAULT, 0 },
				  [LOOK_GOOD] = { 4, 0 },
				  [LOOK_NOTE] = { COLOUR_DEFAULT, LOOK_BOLD },
				  [LOOK_WARN] = { 5, 0 },
				  [LOOK_BAD] = { 1, LOOK_BOLD } },
	},
	[DEPTH_256] = {
		[THEME_AUTO] = { { COLOUR_DEFAULT, 0 },
				 [LOOK_GOOD] = { 33, 0 },
				 [LOOK_NOTE] = { 30, 0 },
				 [LOOK_WARN] = { 166, 0 },
				 [LOOK_BAD] = { 161, LOOK_BOLD } },
		[THEME_DARK] = { { COLOUR_DEFAULT, 0 },
				 [LOOK_GOOD] = { 75, 0 },
				 [LOOK_NOTE] = { 80, 0 },
				 [LOOK_WARN] = { 221, 0 },
				 [LOOK_BAD] = { 203, LOOK_BOLD } },
		[THEME_LIGHT] = { { COLOUR_DEFAULT, 0 },
				  [LOOK_GOOD] = { 25, 0 },
				  [LOOK_NOTE] = { 23, 0 },
				  [LOOK_WARN] = { 130, 0 },
				  [LOOK_BAD] = { 161, LOOK_BOLD } },
	},
};

struct colour
colour_of(unsigned meaning, int colours, enum colour_theme theme)
{
	enum depth depth = colours >= 256  ? DEPTH_256
			   : colours >= 16 ? DEPTH_16
					   : DEPTH_8;
	static const struct colour none = { COLOUR_DEFAULT, 0 };
	if (colours < 8 || meaning >= LOOK_MEANINGS || theme >= THEME_MONO) {
		/* Without colours what is bad is heavy all the same. */
		struct colour plain = none;
		if (meaning == LOOK_BAD)
			plain.look = LOOK_BOLD;
		return plain;
	}
	return colours_of[depth][theme][meaning];
}
