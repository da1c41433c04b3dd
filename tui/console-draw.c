/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's screen: title, servers, tabs, the list or a page over it, the foot. */
#include "config.h"

#include "tui/console.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/look.h"

static void
draw_title(const struct console *console, struct cells *cells)
{
	char when[MIB_TEXT];
	int x = 1;
	cells_fill(cells, 0, 0, cells->width, LOOK_REVERSE);
	x += cells_text(cells, 0, x, 12, LOOK_REVERSE | LOOK_BOLD, "bellwether");
	for (size_t i = 0; i < console->agents && x < cells->width - 30; i++)
		x += cells_format(cells, 0, x, cells->width - x - 20, LOOK_REVERSE,
				  "  %s %s%s", console->agent[i].name,
				  agent_state_name(console->agent[i].state),
				  console->agent[i].may_not_write && !console->read_only
				      ? " (read-only)"
				      : "");
	if (console->read_only)
		cells_right(cells, 0, 0, cells->width - 10, LOOK_REVERSE | LOOK_BOLD,
			    " read-only");
	look_clock(console->now, console->now.boot, when);
	cells_right(cells, 0, 0, cells->width - 1, LOOK_REVERSE, when);
}

static void
draw_tabs(struct console *console, struct cells *cells, int y)
{
	int width = 0;
	int x = 0;
	for (size_t i = 0; i < LISTS; i++)
		width += cells_width(lists[i].command) + 2;
	bool brief = width > cells->width;
	console->places.tabs = y;
	console->places.heading = -1;
	for (size_t i = 0; i < LISTS; i++) {
		bool now = i == console->view;
		unsigned look = now ? LOOK_REVERSE | LOOK_BOLD : LOOK_PLAIN;
		console->places.tab[i] = x;
		x +=
		    cells_format(cells, y, x, 1, look | LOOK_BOLD, "%zu", (i + 1) % 10);
		x += cells_text(cells, y, x, cells->width - x, look,
				brief ? lists[i].brief : lists[i].command);
		console->places.tab[i + 1] = x++;
	}
}

/* When the line under the cursor is old, of when it is; else whether more is to come. */
static void
list_age(const struct console *console, char *text, size_t size)
{
	const struct looked *looked = &console->looked[console->view];
	const struct snapshot *snapshot;
	char when[MIB_TEXT];
	text[0] = '\0';
	if (looked->cursor >= console->entries)
		return;
	const struct entry *entry = &console->entry[looked->cursor];
	snapshot = console->agent[entry->agent].snapshot;
	if (console_is_row_old(console, entry)) {
		look_clock(console->now, console_read_at(console, entry), when);
		snprintf(text, size, "~ as of %.8s  ", when);
	} else if (!snapshot->table[lists[console->view].table].whole) {
		snprintf(text, size, "reading the rest ...  ");
	}
}

/* Of a page, the last one that is seen. */
static size_t
last_line(const struct console *console)
{
	size_t last = console->scroll + (size_t)console->body;
	return last < (size_t)console->page ? last : (size_t)console->page;
}

static void
draw_status(const struct console *console, struct cells *cells, int y)
{
	const struct looked *looked = &console->looked[console->view];
	const struct list *list = &lists[console->view];
	char old[64];
	if (console->mode == CONSOLE_JUMPING) {
		int x = cells_format(cells, y, 0, cells->width - 1, LOOK_BOLD, ":%s",
				     console->jump);
		cells_set(cells, y, x, '_', LOOK_BOLD);
		cells_text(cells, y, x + 3, cells->width - x - 3, LOOK_PLAIN,
			   console->jump_found
			       ? "Enter stays there, Up and Down look on, Esc goes back"
			       : "is nowhere in the list");
		return;
	}
	if (console->mode == CONSOLE_FILTERING) {
		int x = cells_format(cells, y, 0, cells->width - 1, LOOK_BOLD, "/%s",
				     looked->filter);
		cells_set(cells, y, x, '_', LOOK_BOLD);
		cells_format(cells, y, x + 3, cells->width - x - 3, LOOK_PLAIN,
			     "%zu of %zu  %s", console->entries, console->all,
			     console->filter_said[0]
				 ? console->filter_said
				 : "Enter keeps it, Esc gives it up");
		return;
	}
	if (console->message[0]) {
		cells_text(cells, y, 0, cells->width, LOOK_BOLD | LOOK_WARN,
			   console->message);
		return;
	}
	list_age(console, old, sizeof(old));
	int x = console->mode == CONSOLE_HELP
		    ? 0
		    : cells_text(cells, y, 0, cells->width, LOOK_BOLD, old);
	if (console->mode != CONSOLE_LIST) {
		cells_format(cells, y, x, cells->width - x, LOOK_PLAIN,
			     "lines %zu to %zu of %d; Esc goes back",
			     console->scroll + 1, last_line(console), console->page);
		return;
	}
	if (console->marks.count && list->table == MIB_CLIENT)
		x += cells_format(cells, y, x, cells->width - x, LOOK_BOLD | LOOK_NOTE,
				  "* %zu marked  ", console->marks.count);
	x += cells_format(cells, y, x, cells->width - x, LOOK_PLAIN, "%zu of %zu",
			  console->entries ? looked->cursor + 1 : 0, console->entries);
	if (looked->filter[0])
		x += cells_format(cells, y, x, cells->width - x, LOOK_BOLD,
				  " of %zu, filter: %s", console->all, looked->filter);
	if (looked->sort)
		cells_format(cells, y, x, cells->width - x, LOOK_PLAIN,
			     "  sorted by %s", list->column[looked->sort - 1].heading);
}

static void
draw_keys(const struct console *console, struct cells *cells, int y)
{
	int x = 0;
	for (size_t i = 0; i < keys_count; i++) {
		bool acts = keys[i].request >= REQUEST_FAILOVER &&
			    keys[i].request <= REQUEST_PAUSE;
		char label[16];
		struct slice first = { keys[i].label, strcspn(keys[i].label, ",") };
		if (!keys[i].brief || (acts && console->read_only))
			continue;
		slice_copy(first, label, sizeof(label));
		x += cells_text(cells, y, x, cells->width - x, LOOK_BOLD | LOOK_REVERSE,
				label);
		x += 2 + cells_text(cells, y, x + 1, cells->width - x, LOOK_PLAIN,
				    keys[i].brief);
	}
}

/* The whole screen for what may be copied; when it was so is in it. Once drawn it stands
   still, as what a terminal has selected has to. */
static void
draw_plain(struct console *console, struct cells *cells)
{
	char when[MIB_TEXT];
	if (console->plain_drawn && console->plain_resized == cells->resized)
		return;
	console->plain_drawn = true;
	console->plain_resized = cells->resized;
	cells_clear(cells);
	look_clock(console->now, console->now.boot, when);
	cells_format(cells, 0, 0, cells->width, LOOK_PLAIN,
		     "%s at %s (any key goes on)", lists[console->view].command, when);
	if (console->plain < CONSOLE_DETAIL)
		console_draw_list(console, cells, 1, cells->height - 1);
	else
		console_draw_page(console, cells, 1, cells->height - 1);
	for (int i = 0; i < cells->width * cells->height; i++)
		cells->cell[i].look = LOOK_PLAIN;
}

void
console_draw(struct console *console, struct cells *cells)
{
	int foot = cells->height - 2;
	/* Of what is shown now, also where only a part of it is drawn: keys come next. */
	console_list(console);
	if (console->mode == CONSOLE_PLAIN) {
		draw_plain(console, cells);
		return;
	}
	cells_clear(cells);
	if (cells->width < CONSOLE_WIDTH_LEAST ||
	    cells->height < CONSOLE_HEIGHT_LEAST) {
		char text[64];
		snprintf(text, sizeof(text), "too small: %dx%d, needs %dx%d",
			 cells->width, cells->height, CONSOLE_WIDTH_LEAST,
			 CONSOLE_HEIGHT_LEAST);
		cells_wrap(cells, 0, 0, cells->width, cells->height, LOOK_BOLD, text);
		return;
	}
	draw_title(console, cells);
	int y = 1;
	if (console->mode != CONSOLE_HELP)
		y = console_banners(console, cells, console_header(console, cells, y));
	/* A list of two lines at least, whatever is above. */
	if (y > foot - 4)
		y = foot - 4;
	cells_fill(cells, y, 0, cells->width, LOOK_PLAIN);
	draw_tabs(console, cells, y);
	for (int line = y + 1; line < cells->height; line++)
		cells_fill(cells, line, 0, cells->width, LOOK_PLAIN);
	if (console->mode < CONSOLE_DETAIL)
		console_draw_list(console, cells, y + 1, foot - y - 1);
	else
		console_draw_page(console, cells, y + 1, foot - y - 1);
	draw_status(console, cells, foot);
	draw_keys(console, cells, foot + 1);
	dialogue_draw(&console->dialogue, cells);
}
