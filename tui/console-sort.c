/* SPDX-License-Identifier: BSD-3-Clause */
/* The order of a list: by which column, and which way round. */
#include "config.h"

#include "tui/console.h"

/* One sorts to see what comes first: the cursor does not stay on its row. */
static void
from_the_top(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	looked->cursor = 0;
	looked->row = (struct mib_row){ 0, 0 };
	console->stale = true;
}

static size_t
columns_of(const struct list *list)
{
	size_t columns = 0;
	while (columns < LIST_COLUMNS && list->column[columns].heading)
		columns++;
	return columns;
}

static void
say_order(struct console *console)
{
	const struct looked *looked = &console->looked[console->view];
	if (looked->sort)
		console_say(console, "sorted by %s%s; o turns it round",
			    lists[console->view].column[looked->sort - 1].heading,
			    looked->reverse ? ", turned round" : "");
	else
		console_say(console, "in their own order%s",
			    looked->reverse ? ", turned round" : "");
}

/* On by one column, or back by one; past the last they stand in their own order. */
void
console_sort(struct console *console, bool back)
{
	const struct list *list = &lists[console->view];
	struct looked *looked = &console->looked[console->view];
	size_t places = columns_of(list) + 1;
	do
		looked->sort = (looked->sort + (back ? places - 1 : 1)) % places;
	while (looked->sort && list->column[looked->sort - 1].drawn != LIST_TEXT);
	looked->reverse = false;
	from_the_top(console);
	say_order(console);
}

void
console_turn(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	looked->reverse = !looked->reverse;
	from_the_top(console);
	say_order(console);
}

void
console_sort_by(struct console *console, size_t sort)
{
	struct looked *looked = &console->looked[console->view];
	if (looked->sort == sort) {
		console_turn(console);
		return;
	}
	looked->sort = sort;
	looked->reverse = false;
	from_the_top(console);
	say_order(console);
}
