/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's pages: all that is known of a line, and the help. */
#include "config.h"

#include "tui/console.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

#define PAGE_LINES 320
#define LABEL_MOST 24

static int
page_line(struct cells *page, int y, const char *label, const char *text)
{
	int x = LABEL_MOST + 1;
	cells_text(page, y, 1, LABEL_MOST - 1, LOOK_BOLD, label);
	int lines = cells_wrap(page, y, x, page->width - x - 1, 6, LOOK_PLAIN, text);
	return y + (lines > 0 ? lines : 1);
}

static int
page_detail(struct console *console, struct cells *page)
{
	const struct mib_description *description =
	    mib_describe(lists[console->view].table);
	const struct looked *looked = &console->looked[console->view];
	const struct entry *entry = console_chosen(console);
	size_t prefix = strlen(description->name) - strlen("Table");
	char text[MIB_TEXT];
	int y = 0;
	if (!entry || entry->agent != looked->agent ||
	    entry->row->server != looked->row.server ||
	    entry->row->row != looked->row.row)
		return page_line(page, y, "", "It is gone. Esc goes back.");
	y = page_line(page, y, "Agent", console->agent[entry->agent].name);
	y = page_line(page, y, "Server", console_server_name(console, entry));
	if (lists[console->view].numbered) {
		snprintf(text, sizeof(text), "%u", (unsigned)entry->row->row);
		y = page_line(page, y, "Number", text);
	}
	for (size_t i = 0; i < description->columns; i++) {
		const struct mib_column *column = &description->column[i];
		if (column->kind != MIB_OCTETS)
			y = page_line(
			    page, y, column->name + prefix,
			    text_value(column, entry->row, console->now, text));
	}
	return y;
}

static int
page_help(struct cells *page)
{
	int y = 0;
	for (size_t i = 0; i < keys_count; i++)
		y = page_line(page, y, keys[i].label, keys[i].help);
	y = page_line(page, y, "", " ");
	y = page_line(page, y, ">", "the line that keys act on");
	y = page_line(page, y, "~", "old: not what is so now, but what was last heard");
	y = page_line(page, y, "F and C in a bar",
		      "the failover and the connection threshold");
	return page_line(page, y, "5 minutes",
			 "the lowest performance of each part, the newest right; ? "
			 "unknown; in ASCII 0 to 9 are tens of percent");
}

void
console_draw_page(struct console *console, struct cells *cells, int y, int lines)
{
	struct cells page = { .ascii = cells->ascii };
	if (!cells_resize(&page, cells->width, PAGE_LINES))
		return;
	int height = console->mode == CONSOLE_HELP ? page_help(&page)
						   : page_detail(console, &page);
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
