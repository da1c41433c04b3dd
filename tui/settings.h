/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console remembers from one time to the next: a file of "key = value" lines,
   which its reader may write, too. */
#ifndef BELLWETHER_TUI_SETTINGS_H
#define BELLWETHER_TUI_SETTINGS_H

#include <limits.h>

#include "tui/lists.h"

#define SETTINGS_THEME 16

/*	key			value
	view			a list's name
	sort.LIST		a heading, "reversed" after it or alone, or "none"
	mouse			yes or no
	interval		a duration, as --interval takes it
	theme			a word that --theme takes */
struct settings {
	size_t view; /* of lists */
	struct {
		size_t column; /* 1 + its number; 0: their own order */
		bool reverse;
	} sort[LISTS];
	bool mouse;
	int64_t interval; /* 0: none given */
	char theme[SETTINGS_THEME];
};

/* Takes what is good; false with why, of the first line that is not. Keys that are not
   known are somebody else's. */
bool settings_parse(const char *text, struct settings *settings, char why[MIB_TEXT]);
/* The text with the values that differ between was and now: in their own lines, or at the
   end. All else stays. To be freed; NULL without memory. */
char *settings_merge(const char *text, const struct settings *was,
		     const struct settings *now);

/* ---- settings-file.c ---- */

struct settings_file {
	char path[PATH_MAX]; /* "": nothing is kept */
	struct settings was; /* as read */
};

/* $XDG_CONFIG_HOME/bellwether/console, else ~/.config/bellwether/console. False with why
   when something in it could not be used; none is well, and so is no home. */
bool settings_load(struct settings_file *file, char why[MIB_TEXT]);
/* Nothing is written when nothing changed, and nothing is ever half written. False with
   why. */
bool settings_save(const struct settings_file *file, const struct settings *now,
		   char why[MIB_TEXT]);

#endif
