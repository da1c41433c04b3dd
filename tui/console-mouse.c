/* SPDX-License-Identifier: BSD-3-Clause */
/* The mouse, where somebody wants one: a click chooses a line, a view or the order, the
   wheel scrolls. Nothing acts by it. */
#include "config.h"

#include "tui/console.h"

#define WHEEL_LINES 3

static void
click_list(struct console *console, int y, int x)
{
	const struct console_places *places = &console->places;
	struct looked *looked = &console->looked[console->view];
	if (y == places->heading) {
		for (int i = 0; i < places->columns; i++)
			if (x >= places->column[i].from && x < places->column[i].until)
				console_sort_by(console, places->column[i].sort);
		return;
	}
	size_t i = looked->top + (size_t)(y - places->heading - 1);
	if (y > places->heading && y <= places->heading + console->body &&
	    i < console->entries)
		looked->cursor = i;
}

static void
click(struct console *console, int y, int x)
{
	const struct console_places *places = &console->places;
	if (y == places->tabs) {
		for (size_t i = 0; i < LISTS; i++)
			if (x >= places->tab[i] && x < places->tab[i + 1])
				console_go(console, i);
	} else if (console->mode == CONSOLE_LIST) {
		console_list(console);
		click_list(console, y, x);
	}
}

void
console_mouse(struct console *console, uint32_t code)
{
	int y;
	int x;
	/* One who types goes on with the keyboard. */
	if (console->mode == CONSOLE_FILTERING || console->mode == CONSOLE_JUMPING ||
	    console->mode == CONSOLE_PLAIN)
		return;
	if (key_is_click(code, &y, &x)) {
		click(console, y, x);
		return;
	}
	for (int i = 0; i < WHEEL_LINES; i++)
		console_move(console, code == KEY_WHEEL_UP ? REQUEST_UP : REQUEST_DOWN);
}
