/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's pages: all that is known of a line, and the help. */
#include "config.h"

#include "tui/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/look.h"
#include "tui/snmp.h"
#include "tui/text.h"

#define LABEL_MOST   24
#define WAITING_MOST 100 /* clients of an operation */
#define NETWORK_NONE 1u

static int
page_line(struct cells *page, int y, const char *label, const char *text)
{
	int x = LABEL_MOST + 1;
	cells_text(page, y, 1, LABEL_MOST - 1, LOOK_BOLD, label);
	int lines = cells_wrap(page, y, x, page->width - x - 1, 6, LOOK_PLAIN, text);
	return y + (lines > 0 ? lines : 1);
}

static int page_format(struct cells *page, int y, const char *label, const char *format,
		       ...) __attribute__((format(printf, 4, 5)));

static int
page_format(struct cells *page, int y, const char *label, const char *format, ...)
{
	char text[2 * MIB_TEXT];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return page_line(page, y, label, text);
}

/* ---- who has not answered ---- */

enum { ORDER_SENT = 4, ORDER_ECHOED, ORDER_UNREACHABLE, ORDER_REJECTED };

/* An operation's orders that came to nothing yet, or ever; the worst first. */
static const struct {
	uint32_t order;
	const char *label;
} unanswered[] = {
	{ ORDER_UNREACHABLE, "Unreachable" },
	{ ORDER_REJECTED, "Rejected" },
	{ ORDER_ECHOED, "Only its host answers" },
	{ ORDER_SENT, "Not answered" },
};

static int
page_client(const struct console *console, struct cells *page, int y, const char *label,
	    const struct mib_client *client)
{
	const struct mib_description *description = mib_describe(MIB_CLIENT);
	char address[MIB_TEXT];
	char more[MIB_TEXT] = "";
	char heard[MIB_TEXT];
	text_value(mib_column_find(description, "bwClientAddress"), client,
		   console->now, address);
	text_value(mib_column_find(description, "bwClientAge"), client, console->now,
		   heard);
	if (client->order == ORDER_REJECTED)
		text_value(mib_column_find(description, "bwClientRefusal"), client,
			   console->now, more);
	else if (client->network > NETWORK_NONE)
		text_value(mib_column_find(description, "bwClientNetwork"), client,
			   console->now, more);
	return page_format(page, y, label, "%s  %s  heard %s%s%s", client->name,
			   address, heard, more[0] ? "  " : "", more);
}

/* Those with this order; *left: how many more lines of them are shown. */
static int
page_order(const struct console *console, struct cells *page, int y,
	   const struct snapshot_table *clients, const struct entry *entry, size_t kind,
	   int *left)
{
	const char *label = unanswered[kind].label;
	unsigned more = 0;
	for (size_t i = 0; i < clients->count; i++) {
		const struct mib_client *client =
		    snapshot_row(clients, sizeof(*client), i);
		if (client->index.server != entry->row->server ||
		    client->operation != entry->row->row ||
		    client->order != unanswered[kind].order)
			continue;
		if (*left == 0) {
			more++;
			continue;
		}
		(*left)--;
		y = page_client(console, page, y, label, client);
		label = "";
	}
	if (more)
		y = page_format(page, y, label,
				"and %u more: in view 2, /operation:%u order:%s", more,
				(unsigned)entry->row->row,
				mib_label(mib_column_find(mib_describe(MIB_CLIENT),
							  "bwClientOrder"),
					  unanswered[kind].order));
	return y;
}

static int
page_operation(const struct console *console, struct cells *page, int y,
	       const struct entry *entry)
{
	const struct mib_operation *operation = (const void *)entry->row;
	const struct snapshot_table *clients =
	    &console->agent[entry->agent].snapshot->table[MIB_CLIENT];
	int left = WAITING_MOST;
	char when[MIB_TEXT];
	if (!act_moves_clients(operation))
		return y;
	if (operation->planned)
		y = page_format(page, y, "Progress", "%u%%: %u of %u done, %u received",
				operation->done * 100 / operation->planned,
				(unsigned)operation->done, (unsigned)operation->planned,
				(unsigned)operation->received);
	if (!clients->whole)
		return page_line(page, y, "Not answered", "reading the clients ...");
	if (console->now.boot - clients->whole > 2 * CONSOLE_ANSWERS) {
		look_clock(console->now, clients->whole, when);
		y = page_format(page, y, "~ Clients", "as of %s", when);
	}
	int before = y;
	for (size_t i = 0; i < ARRAY_SIZE(unanswered); i++)
		y = page_order(console, page, y, clients, entry, i, &left);
	if (y == before)
		y = page_line(page, y, "Not answered", "nobody now");
	return y;
}

/* ---- all that is known ---- */

/* "a 1, b 2 (old, 3s); c": a line each, but not of what stands in brackets. */
static int
page_pieces(struct cells *page, int y, const char *label, const char *text)
{
	while (*text) {
		char piece[MIB_TEXT];
		int open = 0;
		size_t length = 0;
		for (; text[length]; length++) {
			open += text[length] == '(';
			open -= text[length] == ')';
			if (open == 0 && strchr(";,", text[length]) &&
			    text[length + 1] == ' ')
				break;
		}
		slice_copy((struct slice){ text, length }, piece, sizeof(piece));
		y = page_line(page, y, label, piece);
		label = "";
		text += length;
		text += strspn(text, ";, ");
	}
	return y;
}

/* Columns that list what a decision rests on. */
static bool
is_reasons(const struct mib_column *column)
{
	static const char *const names[] = { "bwEventDetail", "bwServerReason",
					     "bwConditionReason" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(column->name, names[i]) == 0)
			return true;
	return false;
}

static int
page_columns(const struct console *console, struct cells *page, int y,
	     const struct entry *entry)
{
	const struct mib_description *description =
	    mib_describe(lists[console->view].table);
	size_t prefix = strlen(description->name) - strlen("Table");
	char text[MIB_TEXT];
	for (size_t i = 0; i < description->columns; i++) {
		const struct mib_column *column = &description->column[i];
		if (column->kind == MIB_OCTETS)
			continue;
		text_value(column, entry->row, console->now, text);
		y = is_reasons(column)
			? page_pieces(page, y, column->name + prefix, text)
			: page_line(page, y, column->name + prefix, text);
	}
	return y;
}

static int
page_detail(struct console *console, struct cells *page)
{
	const struct entry *entry = console_chosen(console);
	int y = 0;
	if (!console_is_there(console))
		return page_line(page, y, "", "It is gone. Esc goes back.");
	y = page_line(page, y, "Agent", console->agent[entry->agent].name);
	y = page_line(page, y, "Server", console_server_name(console, entry));
	if (lists[console->view].numbered)
		y = page_format(page, y, "Number", "%u", (unsigned)entry->row->row);
	if (lists[console->view].table == MIB_OPERATION)
		y = page_operation(console, page, y, entry);
	return page_columns(console, page, y, entry);
}

/* ---- help ---- */

static int
page_help(struct cells *page)
{
	int y = 0;
	for (size_t i = 0; i < keys_count; i++)
		y = page_line(page, y, keys[i].label, keys[i].help);
	y = page_line(page, y, "", " ");
	y = page_line(page, y, "In a filter", "words that must all be in the line");
	for (size_t i = 0; i < filter_helps; i++)
		y = page_line(page, y, filter_help[i].word, filter_help[i].help);
	y = page_line(page, y, "", " ");
	y = page_line(page, y, ">", "the line that keys act on");
	y = page_line(page, y, "~", "old: not what is so now, but what was last heard");
	y = page_line(page, y, "*", "marked");
	y = page_line(page, y, "F and C in a bar",
		      "the failover and the connection threshold");
	return page_line(page, y, "5 minutes",
			 "the lowest performance of each part, the newest right; ? "
			 "unknown; in ASCII 0 to 9 are tens of percent");
}

static int
fill_page(struct console *console, struct cells *page)
{
	return console_mode(console) == CONSOLE_HELP ? page_help(page)
						     : page_detail(console, page);
}

void
console_draw_page(struct console *console, struct cells *cells, int y, int lines)
{
	struct cells page = { .ascii = cells->ascii };
	/* How long it is shows only when it is filled. */
	if (!cells_resize(&page, cells->width, 1))
		return;
	int height = fill_page(console, &page);
	if (!cells_resize(&page, cells->width, height > lines ? height : lines)) {
		cells_free(&page);
		return;
	}
	fill_page(console, &page);
	size_t most = height > lines ? (size_t)(height - lines) : 0;
	if (console->scroll > most)
		console->scroll = most;
	console->body = lines;
	console->page = height;
	for (int i = 0; i < lines; i++)
		memcpy(&cells->cell[(y + i) * cells->width],
		       &page.cell[((int)console->scroll + i) * page.width],
		       (size_t)page.width * sizeof(*page.cell));
	cells_free(&page);
}
