/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's screen: title, servers, tabs, the list or a page over it, the foot. */
#include "config.h"

#include "tui/console.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/look.h"
#include "tui/snmp.h"
#include "tui/text.h"

#define GUTTER     2
#define PLACES     (LIST_COLUMNS + 3)
#define PAGE_LINES 320
#define LABEL_MOST 24

/* A column and where it is. */
struct place {
	const char *heading;
	const struct list_column *shown; /* NULL: one of the two below */
	const struct mib_column *column; /* NULL: a name, or the row's number */
	enum { PLACE_COLUMN, PLACE_AGENT, PLACE_SERVER, PLACE_NUMBER } what;
	int x, width, rank;
	bool right;
};
struct layout {
	struct place place[PLACES];
	int places;
};

/* ---- the columns ---- */

static const char *
server_name(const struct console *console, const struct entry *entry)
{
	const struct mib_server *server =
	    console_server(console, entry->agent, entry->row->server);
	return server ? server->name : "?";
}

static void
add_place(struct layout *layout, struct place place)
{
	int least = cells_width(place.heading);
	if (place.width < least)
		place.width = least;
	layout->place[layout->places++] = place;
}

static void
add_names(const struct console *console, const struct list *list, struct layout *layout)
{
	if (list->table == MIB_SERVER && console->agents > 1)
		add_place(layout, (struct place){ .heading = "AGENT",
						  .what = PLACE_AGENT,
						  .width = 20,
						  .rank = 5 });
	else if (list->table != MIB_SERVER && console_has_several_servers(console))
		add_place(layout, (struct place){ .heading = "SERVER",
						  .what = PLACE_SERVER,
						  .width = 14,
						  .rank = 4 });
	if (list->numbered)
		add_place(layout, (struct place){ .heading = "NUMBER",
						  .what = PLACE_NUMBER,
						  .width = 6,
						  .right = true });
}

static int
total_width(const struct layout *layout)
{
	int total = GUTTER;
	for (int i = 0; i < layout->places; i++)
		total += layout->place[i].width + 1;
	return total - 1;
}

/* The one of the highest rank leaves, of several the last; false when all must stay. */
static bool
drop_place(struct layout *layout)
{
	int worst = 0;
	for (int i = 1; i < layout->places; i++)
		if (layout->place[i].rank >= layout->place[worst].rank)
			worst = i;
	if (layout->place[worst].rank == 0)
		return false;
	layout->places--;
	memmove(&layout->place[worst], &layout->place[worst + 1],
		(size_t)(layout->places - worst) * sizeof(layout->place[0]));
	return true;
}

static void
lay_out(const struct console *console, int width, struct layout *layout)
{
	const struct list *list = &lists[console->view];
	const struct mib_description *description = mib_describe(list->table);
	layout->places = 0;
	add_names(console, list, layout);
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++) {
		const struct list_column *shown = &list->column[i];
		struct place place = { .heading = shown->heading,
				       .shown = shown,
				       .column =
					   mib_column_find(description, shown->column),
				       .width = shown->width,
				       .rank = shown->rank };
		if (place.width == 0)
			place.width = console->name_width[i];
		place.right = shown->drawn == LIST_TEXT && list_is_number(place.column);
		add_place(layout, place);
	}
	while (total_width(layout) > width && drop_place(layout))
		;
	int x = GUTTER;
	for (int i = 0; i < layout->places; i++) {
		layout->place[i].x = x;
		x += layout->place[i].width + 1;
	}
	struct place *last = &layout->place[layout->places - 1];
	if (!last->right && last->shown && last->shown->drawn == LIST_TEXT)
		last->width = width - last->x;
}

static void
draw_heading(const struct console *console, struct cells *cells, int y,
	     const struct layout *layout)
{
	const struct looked *looked = &console->looked[console->view];
	const struct list *list = &lists[console->view];
	cells_fill(cells, y, 0, cells->width, LOOK_UNDERLINE);
	for (int i = 0; i < layout->places; i++) {
		const struct place *place = &layout->place[i];
		bool sorted =
		    looked->sort && place->shown == &list->column[looked->sort - 1];
		unsigned look =
		    LOOK_UNDERLINE | LOOK_BOLD | (sorted ? LOOK_REVERSE : LOOK_PLAIN);
		if (place->right)
			cells_right(cells, y, place->x, place->width, look,
				    place->heading);
		else
			cells_text(cells, y, place->x, place->width, look,
				   place->heading);
		if (sorted)
			cells_set(cells, y, place->x - 1, looked->reverse ? 'v' : '^',
				  look);
	}
}

/* ---- the rows ---- */

static void
draw_progress(struct cells *cells, int y, const struct place *place,
	      const struct mib_operation *operation, unsigned look)
{
	int inside = place->width - 6;
	uint32_t of = operation->planned ? operation->planned : 1;
	uint32_t done = operation->done < of ? operation->done : of;
	int full = (int)((uint64_t)done * (uint64_t)inside / of);
	if (!act_moves_clients(operation) || inside < 4)
		return;
	cells_set(cells, y, place->x, '[', look);
	for (int i = 0; i < inside; i++)
		cells_set(cells, y, place->x + 1 + i, i < full ? 0x2588 : 0xb7,
			  look | (i < full ? LOOK_GOOD : LOOK_PLAIN));
	cells_set(cells, y, place->x + 1 + inside, ']', look);
	cells_format(cells, y, place->x + inside + 2, 4, look, "%3u%%",
		     (unsigned)((uint64_t)done * 100 / of));
}

static void
draw_place(const struct console *console, struct cells *cells, int y,
	   const struct place *place, const struct entry *entry, unsigned look)
{
	const void *row = entry->row;
	char text[MIB_TEXT];
	if (place->shown && place->shown->drawn == LIST_PERFORMANCE) {
		console_bar(cells, y, place->x, place->width, row, look);
		return;
	}
	if (place->shown && place->shown->drawn == LIST_PROGRESS) {
		draw_progress(cells, y, place, row, look);
		return;
	}
	if (place->what == PLACE_AGENT)
		slice_copy(slice_of(console->agent[entry->agent].name), text,
			   sizeof(text));
	else if (place->what == PLACE_SERVER)
		slice_copy(slice_of(server_name(console, entry)), text, sizeof(text));
	else if (place->what == PLACE_NUMBER)
		snprintf(text, sizeof(text), "%u", (unsigned)entry->row->row);
	else
		text_value(place->column, row, console->now, text);
	if (place->column && place->column->kind == MIB_ENUM)
		look |= look_of_word(text);
	if (place->right)
		cells_right(cells, y, place->x, place->width, look, text);
	else
		cells_text(cells, y, place->x, place->width, look, text);
}

static bool
is_row_old(const struct console *console, const struct entry *entry)
{
	return console_is_old(console, entry->agent) ||
	       console->now.boot - console_read_at(console, entry) > CONSOLE_OLD;
}

static void
draw_row(const struct console *console, struct cells *cells, int y,
	 const struct layout *layout, size_t i)
{
	const struct entry *entry = &console->entry[i];
	bool chosen = i == console->looked[console->view].cursor;
	bool old = is_row_old(console, entry);
	if (chosen)
		cells_fill(cells, y, 0, cells->width, LOOK_PLAIN);
	for (int j = 0; j < layout->places; j++)
		draw_place(console, cells, y, &layout->place[j], entry,
			   old ? LOOK_DIM : LOOK_PLAIN);
	if (old)
		cells_set(cells, y, 1, '~', LOOK_BOLD);
	if (chosen) {
		cells_set(cells, y, 0, '>', LOOK_BOLD);
		cells_add_look(cells, y, 0, cells->width, LOOK_REVERSE);
	}
}

/* Why a list is empty is not always that nothing is there. */
static void
draw_nothing(const struct console *console, struct cells *cells, int y)
{
	enum mib_table table = lists[console->view].table;
	const char *why = "nothing";
	bool read = false;
	bool hope = false;
	for (size_t i = 0; i < console->agents; i++)
		read = read || (console->agent[i].snapshot &&
				console->agent[i].snapshot->table[table].at);
	for (size_t i = 0; i < console->agents; i++)
		hope = hope || console->agent[i].state <= AGENT_OK;
	if (!read)
		why = hope ? "reading ..." : "nothing could be read";
	else if (console->all && console->filter_said[0])
		why = console->filter_said;
	else if (console->all)
		why = "no line holds all of the filter; Esc gives it up";
	cells_wrap(cells, y, GUTTER, cells->width - GUTTER, 3, LOOK_PLAIN, why);
}

static void
draw_list(struct console *console, struct cells *cells, int y, int lines)
{
	struct looked *looked = &console->looked[console->view];
	struct layout layout;
	size_t body = lines > 1 ? (size_t)lines - 1 : 1;
	console_list(console);
	console->body = (int)body;
	if (looked->cursor < looked->top)
		looked->top = looked->cursor;
	if (looked->cursor >= looked->top + body)
		looked->top = looked->cursor - body + 1;
	if (looked->top + body > console->entries)
		looked->top = console->entries > body ? console->entries - body : 0;
	lay_out(console, cells->width, &layout);
	draw_heading(console, cells, y, &layout);
	if (console->entries == 0)
		draw_nothing(console, cells, y + 1);
	for (size_t i = 0; i < body && looked->top + i < console->entries; i++)
		draw_row(console, cells, y + 1 + (int)i, &layout, looked->top + i);
}

/* ---- pages ---- */

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
	y = page_line(page, y, "Server", server_name(console, entry));
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

static void
draw_page(struct console *console, struct cells *cells, int y, int lines)
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

/* ---- title, tabs, foot ---- */

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
draw_tabs(const struct console *console, struct cells *cells, int y)
{
	int width = 0;
	int x = 0;
	for (size_t i = 0; i < LISTS; i++)
		width += cells_width(lists[i].command) + 2;
	bool brief = width > cells->width;
	for (size_t i = 0; i < LISTS; i++) {
		bool now = i == console->view;
		unsigned look = now ? LOOK_REVERSE | LOOK_BOLD : LOOK_PLAIN;
		x +=
		    cells_format(cells, y, x, 1, look | LOOK_BOLD, "%zu", (i + 1) % 10);
		x += cells_text(cells, y, x, cells->width - x, look,
				brief ? lists[i].brief : lists[i].command);
		x++;
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
	if (is_row_old(console, entry)) {
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
	if (console->mode != CONSOLE_LIST) {
		cells_format(cells, y, 0, cells->width, LOOK_PLAIN,
			     "lines %zu to %zu of %d; Esc goes back",
			     console->scroll + 1, last_line(console), console->page);
		return;
	}
	list_age(console, old, sizeof(old));
	int x = cells_text(cells, y, 0, cells->width, LOOK_BOLD, old);
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

void
console_draw(struct console *console, struct cells *cells)
{
	int foot = cells->height - 2;
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
	if (console->mode == CONSOLE_LIST || console->mode == CONSOLE_FILTERING)
		draw_list(console, cells, y + 1, foot - y - 1);
	else
		draw_page(console, cells, y + 1, foot - y - 1);
	draw_status(console, cells, foot);
	draw_keys(console, cells, foot + 1);
	dialogue_draw(&console->dialogue, cells);
}
