/* SPDX-License-Identifier: BSD-3-Clause */
/* The terminal: puts cells on it and reads keys from it. The only file with ncurses. */
#include "config.h"

#include "tui/screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>

#include "common/bytes.h"
#include "tui/keys.h"

/* Between the bytes of a function key; a lone Esc is one after that. */
#define ESCAPE_MS 25

static SCREEN *terminal;
/* What is bold or alike by its meaning. */
static unsigned style_of[LOOK_MEANINGS];
static enum colour_theme asked; /* as it was asked for */
static bool coloured;           /* the terminal has colours, and its own background */

/* Pair 0 is the terminal's own; each meaning has the pair of its number. */
static void
paint(void)
{
	enum colour_theme theme =
	    colour_theme_resolve(asked, getenv("COLORFGBG"), getenv("NO_COLOR"));
	for (short i = LOOK_PLAIN; i < LOOK_MEANINGS; i++) {
		struct colour colour =
		    colour_of((unsigned)i, coloured ? COLORS : 0, theme);
		style_of[i] = colour.look;
		if (coloured && i != LOOK_PLAIN)
			init_pair(i, colour.number, -1);
	}
}

static void
start_colours(void)
{
	coloured = has_colors() && start_color() == OK && use_default_colors() == OK;
	paint();
}

void
screen_theme(enum colour_theme theme)
{
	asked = theme;
	if (!terminal)
		return;
	paint();
	/* What stands there has the colours that its pairs had. */
	clearok(curscr, TRUE);
}

static bool
take_size(struct cells *cells)
{
	return cells_resize(cells, COLS, LINES);
}

bool
screen_open(struct cells *cells, char why[256])
{
	const char *type = getenv("TERM");
	setlocale(LC_ALL, "");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		snprintf(why, 256,
			 "the console needs a terminal; the commands do not (--help)");
		return false;
	}
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal) {
		snprintf(
		    why, 256,
		    "no description of the terminal \"%.60s\": set TERM, or use the "
		    "commands (--help)",
		    type ? type : "");
		return false;
	}
	if (!tigetstr("cup")) {
		screen_close();
		snprintf(why, 256,
			 "the terminal \"%.60s\" cannot place text: use the commands "
			 "(--help)",
			 type ? type : "");
		return false;
	}
	cells->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	start_colours();
	if (take_size(cells))
		return true;
	screen_close();
	snprintf(why, 256, "out of memory");
	return false;
}

void
screen_close(void)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

void
screen_leave(void)
{
	endwin();
}

static attr_t
attributes(unsigned look)
{
	if ((look & LOOK_MEANING) < LOOK_MEANINGS)
		look |= style_of[look & LOOK_MEANING];
	return (look & LOOK_BOLD ? A_BOLD : 0) | (look & LOOK_DIM ? A_DIM : 0) |
	       (look & LOOK_REVERSE ? A_REVERSE : 0) |
	       (look & LOOK_UNDERLINE ? A_UNDERLINE : 0);
}

void
screen_put(const struct cells *cells)
{
	for (int y = 0; y < cells->height; y++)
		for (int x = 0; x < cells->width; x++) {
			const struct cell *cell = &cells->cell[y * cells->width + x];
			wchar_t text[2] = { (wchar_t)cell->character, 0 };
			cchar_t out;
			unsigned meaning = cell->look & LOOK_MEANING;
			if (!cell->character)
				continue;
			setcchar(&out, text, attributes(cell->look),
				 coloured && meaning < LOOK_MEANINGS ? (short)meaning
								     : 0,
				 NULL);
			mvadd_wch(y, x, &out);
		}
	refresh();
}

void
screen_redraw(void)
{
	clearok(curscr, TRUE);
}

void
screen_mouse(bool on)
{
	static const mmask_t wanted =
	    BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED;
	static bool is_on;
	if (on == is_on)
		return;
	is_on = on;
	/* A press is told at once: nobody is waited for to click twice. */
	mouseinterval(0);
	mousemask(on ? wanted : 0, NULL);
}

/* KEY_NONE of what nobody asked for: that a button was let go. */
static uint32_t
mouse_key(void)
{
	MEVENT event;
	if (getmouse(&event) != OK)
		return KEY_NONE;
	if (event.bstate & BUTTON4_PRESSED)
		return KEY_WHEEL_UP;
	if (event.bstate & BUTTON5_PRESSED)
		return KEY_WHEEL_DOWN;
	return event.bstate & BUTTON1_PRESSED ? key_click(event.y, event.x) : KEY_NONE;
}

static uint32_t
special(wint_t code)
{
	static const struct {
		wint_t curses;
		uint32_t ours;
	} keys_of[] = {
		{ KEY_UP, KEY_UPWARD },        { KEY_DOWN, KEY_DOWNWARD },
		{ KEY_PPAGE, KEY_PAGE_UP },    { KEY_NPAGE, KEY_PAGE_DOWN },
		{ KEY_HOME, KEY_FIRST },       { KEY_END, KEY_LAST },
		{ KEY_LEFT, KEY_LEFTWARD },    { KEY_RIGHT, KEY_RIGHTWARD },
		{ KEY_BTAB, KEY_BACK_TAB },    { KEY_ENTER, KEY_RETURN },
		{ KEY_BACKSPACE, KEY_RUBOUT }, { KEY_RESIZE, SCREEN_RESIZED },
	};
	for (size_t i = 0; i < ARRAY_SIZE(keys_of); i++)
		if (keys_of[i].curses == code)
			return keys_of[i].ours;
	/* Some key that has no meaning here. */
	return KEY_BEYOND;
}

uint32_t
screen_key(struct cells *cells)
{
	uint32_t key = KEY_NONE;
	while (key == KEY_NONE) {
		wint_t code = 0;
		int kind = get_wch(&code);
		if (kind == ERR)
			return KEY_NONE;
		key = kind != KEY_CODE_YES ? (uint32_t)code
		      : code == KEY_MOUSE  ? mouse_key()
					   : special(code);
	}
	if (key == SCREEN_RESIZED) {
		if (!take_size(cells))
			return SCREEN_GONE;
		erase();
	}
	return key;
}
