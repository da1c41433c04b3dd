/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's lists: columns laid out on a screen, and the rows in them. */
#include "config.h"

#include "tui/console.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/look.h"
#include "tui/snmp.h"
#include "tui/text.h"

#define GUTTER 2
#define PLACES (LIST_COLUMNS + 3)

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

const char *
console_server_name(const struct console *console, const struct entry *entry)
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
		/* Drawings are no text; their numbers are in columns of their own. */
		if (console->mode == CONSOLE_PLAIN && shown->drawn != LIST_TEXT)
			continue;
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
note_places(struct console *console, int y, const struct layout *layout)
{
	struct console_places *places = &console->places;
	places->heading = y;
	places->columns = 0;
	for (int i = 0; i < layout->places; i++) {
		const struct place *place = &layout->place[i];
		if (!place->shown || place->shown->drawn != LIST_TEXT)
			continue;
		places->column[places->columns].from = place->x;
		places->column[places->columns].until = place->x + place->width;
		places->column[places->columns++].sort =
		    1 + (size_t)(place->shown - lists[console->view].column);
	}
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
		if (sorted && console->mode != CONSOLE_PLAIN)
			cells_set(cells, y, place->x - 1, looked->reverse ? 'v' : '^',
				  look);
	}
}

/* ---- the rows ---- */

/* "[████····] 50%"; 100% fills it, what is beyond shows as a number only. */
static void
draw_share(struct cells *cells, int y, const struct place *place, uint64_t part,
	   uint64_t whole, unsigned meaning, unsigned look)
{
	int inside = place->width - 6;
	uint64_t shown = part < whole ? part : whole;
	int full = whole ? (int)(shown * (uint64_t)inside / whole) : 0;
	if (inside < 4)
		return;
	cells_set(cells, y, place->x, '[', look);
	for (int i = 0; i < inside; i++)
		cells_set(cells, y, place->x + 1 + i, i < full ? 0x2588 : 0xb7,
			  look | (i < full ? meaning : LOOK_PLAIN));
	cells_set(cells, y, place->x + 1 + inside, ']', look);
	cells_format(cells, y, place->x + inside + 2, 4, look, "%3u%%",
		     (unsigned)(whole ? part * 100 / whole : 0));
}

static void
draw_progress(struct cells *cells, int y, const struct place *place,
	      const struct mib_operation *operation, unsigned look)
{
	uint32_t of = operation->planned ? operation->planned : 1;
	uint32_t done = operation->done < of ? operation->done : of;
	if (act_moves_clients(operation))
		draw_share(cells, y, place, done, of, LOOK_GOOD, look);
}

/* Its own clients and ours, of what it can serve. */
static void
draw_load(struct cells *cells, int y, const struct place *place,
	  const struct mib_alternate *alternate, unsigned look)
{
	uint64_t load = (uint64_t)alternate->own + alternate->load;
	bool full = load >= alternate->capacity || alternate->room == 0;
	bool tight = load * 10 >= (uint64_t)alternate->capacity * 9;
	if (alternate->capacity == 0)
		cells_text(cells, y, place->x, place->width, look, "no limit");
	else
		draw_share(cells, y, place, load, alternate->capacity,
			   full    ? LOOK_BAD
			   : tight ? LOOK_WARN
				   : LOOK_GOOD,
			   look);
}

/* "│  ├─ paris", "└─ oslo (+3)" */
static void
draw_branch(struct cells *cells, int y, const struct place *place,
	    const struct branch *branch, const char *name, bool plain, unsigned look)
{
	char text[MIB_TEXT + 16];
	int x = place->x;
	for (unsigned depth = 1; depth <= branch->depth; depth++) {
		bool own = depth == branch->depth;
		bool more = branch->rails & 1u << depth;
		x += cells_text(cells, y, x, place->x + place->width - x, look,
				plain  ? "   "
				: own  ? more ? "├─ " : "└─ "
				: more ? "│  "
				       : "   ");
	}
	if (branch->hidden)
		snprintf(text, sizeof(text), "%s (+%u)", name,
			 (unsigned)branch->hidden);
	else
		slice_copy(slice_of(name), text, sizeof(text));
	cells_text(cells, y, x, place->x + place->width - x, look, text);
}

static void
draw_place(const struct console *console, struct cells *cells, int y,
	   const struct place *place, size_t i, unsigned look)
{
	const struct entry *entry = &console->entry[i];
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
	if (place->shown && place->shown->drawn == LIST_LOAD) {
		draw_load(cells, y, place, row, look);
		return;
	}
	if (place->what == PLACE_AGENT)
		slice_copy(slice_of(console->agent[entry->agent].name), text,
			   sizeof(text));
	else if (place->what == PLACE_SERVER)
		slice_copy(slice_of(console_server_name(console, entry)), text,
			   sizeof(text));
	else if (place->what == PLACE_NUMBER)
		snprintf(text, sizeof(text), "%u", (unsigned)entry->row->row);
	else
		text_value(place->column, row, console->now, text);
	if (place->column && place->column->kind == MIB_ENUM)
		look |= look_of_word(text);
	if (console->branch && place->shown == &lists[console->view].column[0])
		draw_branch(cells, y, place, &console->branch[i], text,
			    console->mode == CONSOLE_PLAIN, look);
	else if (place->right)
		cells_right(cells, y, place->x, place->width, look, text);
	else
		cells_text(cells, y, place->x, place->width, look, text);
}

bool
console_is_row_old(const struct console *console, const struct entry *entry)
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
	bool old = console_is_row_old(console, entry);
	if (chosen)
		cells_fill(cells, y, 0, cells->width, LOOK_PLAIN);
	for (int j = 0; j < layout->places; j++)
		draw_place(console, cells, y, &layout->place[j], i,
			   old ? LOOK_DIM : LOOK_PLAIN);
	/* Of the chosen line the status line says that it is old. */
	if (old)
		cells_set(cells, y, 1, '~', LOOK_BOLD);
	if (console_is_marked(console, entry))
		cells_set(cells, y, chosen, '*', LOOK_BOLD | LOOK_NOTE);
	if (chosen && console->mode != CONSOLE_PLAIN) {
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

void
console_draw_list(struct console *console, struct cells *cells, int y, int lines)
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
	note_places(console, y, &layout);
	draw_heading(console, cells, y, &layout);
	if (console->entries == 0)
		draw_nothing(console, cells, y + 1);
	for (size_t i = 0; i < body && looked->top + i < console->entries; i++)
		draw_row(console, cells, y + 1 + (int)i, &layout, looked->top + i);
}
