/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a view: gathered from all agents, filtered, sorted, the cursor kept. */
#include "config.h"

#include "tui/console.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/filter.h"
#include "tui/text.h"

#define NAME_LEAST 6
#define NAME_MOST  24
#define FOLDED     7 /* " (+100)" */

static const struct mib_column *
column_of(const struct list *list, size_t i)
{
	return mib_column_find(mib_describe(list->table), list->column[i].column);
}

/* ---- the order ---- */

struct order {
	const struct mib_column *column; /* NULL: as the rows are */
	bool numbers; /* of equals, the row's number before its server */
	bool reverse;
};

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_members(const struct mib_column *column, const uint8_t *a, const uint8_t *b)
{
	uint32_t narrow[2];
	int64_t wide[2];
	switch (column->kind) {
	case MIB_STRING:
		/* ap-2 before ap-10. */
		return strverscmp((const char *)a, (const char *)b);
	case MIB_TRUTH:
		/* What is so comes first: it is what one looks for. */
		return *b - *a;
	case MIB_ADDRESS:
	case MIB_ADDRESS_TYPE:
	case MIB_OCTETS:
		return memcmp(a, b, column->size);
	case MIB_STAMP:
	case MIB_AGE:
		/* The youngest first: they are shown as ages. */
		memcpy(&wide[1], a, sizeof(wide[1]));
		memcpy(&wide[0], b, sizeof(wide[0]));
		return wide[0] < wide[1] ? -1 : wide[0] > wide[1];
	case MIB_THOUSANDTH:
	case MIB_DATE:
	case MIB_LEFT:
	case MIB_COUNTER64:
		memcpy(&wide[0], a, sizeof(wide[0]));
		memcpy(&wide[1], b, sizeof(wide[1]));
		return wide[0] < wide[1] ? -1 : wide[0] > wide[1];
	default:
		memcpy(&narrow[0], a, sizeof(narrow[0]));
		memcpy(&narrow[1], b, sizeof(narrow[1]));
		return compare_numbers(narrow[0], narrow[1]);
	}
}

static int
compare_rows(const struct entry *a, const struct entry *b, bool numbers)
{
	int number = compare_numbers(a->row->row, b->row->row);
	if (numbers && number != 0)
		return number;
	if (a->agent != b->agent)
		return a->agent < b->agent ? -1 : 1;
	if (a->row->server != b->row->server)
		return a->row->server < b->row->server ? -1 : 1;
	return number;
}

static int
compare(const void *first, const void *second, void *context)
{
	const struct order *order = context;
	const struct entry *a = first;
	const struct entry *b = second;
	int result = 0;
	if (order->column) {
		/* What is not there comes last, whichever way. */
		bool no_a = text_is_absent(order->column, a->row);
		bool no_b = text_is_absent(order->column, b->row);
		size_t offset = order->column->offset;
		if (no_a != no_b)
			return no_a ? 1 : -1;
		if (!no_a)
			result = compare_members(order->column,
						 (const uint8_t *)a->row + offset,
						 (const uint8_t *)b->row + offset);
	}
	if (result == 0)
		result = compare_rows(a, b, order->numbers);
	return order->reverse ? -result : result;
}

/* By the column that is chosen; else as the list has it. */
static struct order
order_of(const struct list *list, const struct looked *looked)
{
	const struct mib_description *description = mib_describe(list->table);
	struct order order = { .reverse = looked->reverse };
	if (looked->sort) {
		order.column =
		    mib_column_find(description, list->column[looked->sort - 1].column);
	} else if (list->newest) {
		order.numbers = true;
		order.reverse = !order.reverse;
		if (list->newest[0])
			order.column = mib_column_find(description, list->newest);
	}
	return order;
}

/* ---- gathering ---- */

static bool
add_entry(struct console *console, uint32_t agent, const struct mib_row *row)
{
	if (console->entries == console->room) {
		size_t room = console->room ? console->room * 2 : 256;
		struct entry *entry =
		    reallocarray(console->entry, room, sizeof(*entry));
		if (!entry)
			return false;
		console->entry = entry;
		console->room = room;
	}
	console->entry[console->entries++] = (struct entry){ agent, row };
	return true;
}

bool
console_has_several_servers(const struct console *console)
{
	size_t servers = 0;
	for (size_t i = 0; i < console->agents; i++)
		if (console->agent[i].snapshot)
			servers += console->agent[i].snapshot->table[MIB_SERVER].count;
	return servers > 1 && !console->inside && !console->server;
}

/* Of the row's server, which is mostly that of the row before. */
static const char *
name_server(const struct console *console, uint32_t agent, const struct mib_row *row,
	    const struct mib_server **last)
{
	if (!*last || (*last)->index.server != row->server)
		*last = console_server(console, agent, row->server);
	return *last ? (*last)->name : "";
}

static void
gather(struct console *console, uint32_t agent, struct filter *filter)
{
	const struct list *list = &lists[console->view];
	const struct snapshot *snapshot = console->agent[agent].snapshot;
	const struct mib_server *server = NULL;
	size_t size = mib_describe(list->table)->row_size;
	if (!snapshot)
		return;
	filter_begin(filter, console->agent[agent].name, &snapshot->table[MIB_GROUP]);
	const struct snapshot_table *table = &snapshot->table[list->table];
	for (size_t i = 0; i < table->count; i++) {
		const struct mib_row *row = snapshot_row(table, size, i);
		if (!console_shows(console, agent, row))
			continue;
		console->all++;
		if (filter_matches(filter, row,
				   name_server(console, agent, row, &server),
				   console->now) &&
		    !add_entry(console, agent, row))
			return;
	}
}

static void
gather_all(struct console *console)
{
	const struct list *list = &lists[console->view];
	struct filter filter;
	filter_make(&filter, list, console->looked[console->view].filter);
	filter.servers =
	    list->table != MIB_SERVER && console_has_several_servers(console);
	console->entries = console->all = 0;
	for (uint32_t i = 0; i < console->agents; i++)
		gather(console, i, &filter);
	console->filter_groups = filter_wants_groups(&filter);
	filter_say(&filter, console->filter_said);
	filter_free(&filter);
}

/* Names take the room that the longest of them needs. */
static void
measure(struct console *console, const struct list *list)
{
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++) {
		const struct mib_column *column = column_of(list, i);
		size_t most = NAME_LEAST;
		for (size_t j = 0; j < console->entries && most < NAME_MOST &&
				   list->column[i].width == 0;
		     j++) {
			const char *text =
			    (const char *)console->entry[j].row + column->offset;
			size_t length = strnlen(text, NAME_MOST);
			if (i == 0 && console->branch)
				length += CONSOLE_INDENT * console->branch[j].depth +
					  (console->branch[j].hidden ? FOLDED : 0);
			if (length > most)
				most = length < NAME_MOST ? length : NAME_MOST;
		}
		console->name_width[i] = (int)most;
	}
}

/* ---- the cursor ---- */

static void
keep_cursor(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	/* At the top of what has the newest first, one waits for the next. */
	bool waits = lists[console->view].newest && looked->sort == 0 &&
		     looked->cursor == 0 && console_mode(console) != CONSOLE_DETAIL &&
		     !dialogue_is_open(&console->dialogue);
	for (size_t i = 0; i < console->entries && !waits; i++) {
		if (console_is_noted(looked, &console->entry[i])) {
			looked->cursor = i;
			return;
		}
	}
	if (console->mode == CONSOLE_FILTERING)
		looked->cursor = 0;
	if (looked->cursor >= console->entries)
		looked->cursor = console->entries ? console->entries - 1 : 0;
}

void
console_list(struct console *console)
{
	const struct list *list = &lists[console->view];
	struct looked *looked = &console->looked[console->view];
	struct order order = order_of(list, looked);
	if (!console->stale)
		return;
	console->stale = false;
	console_no_tree(console);
	gather_all(console);
	if (console->entries && (order.column || order.reverse || order.numbers))
		qsort_r(console->entry, console->entries, sizeof(*console->entry),
			compare, &order);
	else if (list->into == LIST_INTO_GROUP && !looked->filter[0])
		console_tree(console);
	measure(console, list);
	keep_cursor(console);
}
