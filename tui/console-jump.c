/* SPDX-License-Identifier: BSD-3-Clause */
/* Jumping: to a line by its number, or to the next whose name holds what is typed. */
#include "config.h"

#include "tui/console.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

void
console_begin_jump(struct console *console)
{
	console->mode = CONSOLE_JUMPING;
	console->jump[0] = '\0';
	console->jump_from = console->looked[console->view].cursor;
	console->jump_found = true;
}

static bool
is_number(const char *text)
{
	return text[0] && text[strspn(text, "0123456789")] == '\0';
}

/* Of the lists' own numbers where they have any, else of lines. */
static bool
find_number(const struct console *console, unsigned long number, size_t *found)
{
	if (!lists[console->view].numbered) {
		*found = number ? number - 1 : 0;
		return *found < console->entries;
	}
	for (*found = 0; *found < console->entries; (*found)++)
		if (console->entry[*found].row->row == number)
			return true;
	return false;
}

static bool
has_name(const struct console *console, size_t i)
{
	const struct list *list = &lists[console->view];
	const struct mib_column *column =
	    mib_column_find(mib_describe(list->table), list->column[0].column);
	char text[MIB_TEXT];
	return strcasestr(text_value(column, console->entry[i].row, console->now, text),
			  console->jump) != NULL;
}

/* From there on or back, round the end. */
static bool
find_name(const struct console *console, size_t from, bool backward, size_t *found)
{
	size_t count = console->entries;
	for (size_t step = 0; step < count; step++) {
		*found = (from + (backward ? count - step : step)) % count;
		if (has_name(console, *found))
			return true;
	}
	return false;
}

/* Again from where one was: each letter takes back what the last one found. */
static void
look_for(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	size_t found = console->jump_from;
	char *end;
	console_list(console);
	console->jump_found =
	    is_number(console->jump)
		? find_number(console, strtoul(console->jump, &end, 10), &found)
		: !console->jump[0] ||
		      find_name(console, console->jump_from, false, &found);
	looked->cursor = console->jump_found ? found : console->jump_from;
}

static void
look_on(struct console *console, bool backward)
{
	struct looked *looked = &console->looked[console->view];
	size_t found = looked->cursor;
	console_list(console);
	if (console->entries == 0 || is_number(console->jump))
		return;
	size_t from = looked->cursor + (backward ? console->entries - 1 : 1);
	if (find_name(console, from, backward, &found))
		looked->cursor = found;
}

void
console_jump_key(struct console *console, uint32_t code)
{
	if (code == KEY_RETURN || code == '\n') {
		console->mode = CONSOLE_LIST;
	} else if (code == KEY_ESCAPE) {
		console->looked[console->view].cursor = console->jump_from;
		console->mode = CONSOLE_LIST;
	} else if (code == KEY_UPWARD || code == KEY_DOWNWARD) {
		look_on(console, code == KEY_UPWARD);
	} else {
		line_key(console->jump, sizeof(console->jump), code);
		look_for(console);
	}
}
