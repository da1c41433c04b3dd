/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands that print a table each. */
#include "config.h"

#include "tui/snmp.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tui/lists.h"
#include "tui/text.h"

/* Of a terminal; 0 when it is none, and lines may be as long as they are. */
static size_t
line_width(const struct ask *ask)
{
	struct winsize size;
	if (ask->options->plain || !isatty(fileno(ask->out)) ||
	    ioctl(fileno(ask->out), TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

static const struct mib_row *
row_at(const struct view *view, enum mib_table table, size_t i)
{
	return snapshot_row(&view->snapshot->table[table],
			    mib_describe(table)->row_size, i);
}

static bool
is_wanted(const struct ask *ask, const struct view *view, enum mib_table table,
	  const struct mib_row *row)
{
	return (view->server == 0 || row->server == view->server) &&
	       (table != MIB_EVENT || ask->options->why == 0 ||
		row->row == ask->options->why);
}

/* ---- one agent ---- */

static void
print_json(const struct ask *ask, size_t agent, const struct view *view,
	   const struct list *list)
{
	bool first = true;
	size_t count =
	    view_is_good(view) ? view->snapshot->table[list->table].count : 0;
	envelope_begin(ask, agent, view);
	for (size_t i = 0; i < count; i++) {
		const struct mib_row *row = row_at(view, list->table, i);
		if (!is_wanted(ask, view, list->table, row))
			continue;
		fputs(first ? "\n" : ",\n", ask->out);
		json_row(mib_describe(list->table), row,
			 view_server_name(view, row->server), view->now, ask->out);
		first = false;
	}
	envelope_end(ask);
}

static void
add_row(struct text_table *table, const struct list *list, const struct view *view,
	const struct mib_row *row, bool named)
{
	const struct mib_description *description = mib_describe(list->table);
	char text[MIB_TEXT];
	if (named)
		text_table_add(table, view_server_name(view, row->server), false);
	if (list->numbered) {
		snprintf(text, sizeof(text), "%u", (unsigned)row->row);
		text_table_add(table, text, true);
	}
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++) {
		const struct mib_column *column =
		    mib_column_find(description, list->column[i].column);
		if (list->column[i].drawn == LIST_TEXT)
			text_table_add(table, text_value(column, row, view->now, text),
				       list_is_number(column));
	}
}

void
show_table(const struct ask *ask, const struct view *view, const struct list *list)
{
	const char *heading[TEXT_COLUMNS];
	size_t columns = 0;
	bool named = list->table != MIB_SERVER && view->server == 0 &&
		     view->snapshot->table[MIB_SERVER].count > 1;
	if (named)
		heading[columns++] = "SERVER";
	if (list->numbered)
		heading[columns++] = "NUMBER";
	for (size_t i = 0; i < LIST_COLUMNS && list->column[i].heading; i++)
		if (list->column[i].drawn == LIST_TEXT)
			heading[columns++] = list->column[i].heading;
	struct text_table *table = text_table_new(heading, columns);
	if (!table)
		return;
	for (size_t i = 0; i < view->snapshot->table[list->table].count; i++) {
		const struct mib_row *row = row_at(view, list->table, i);
		if (is_wanted(ask, view, list->table, row))
			add_row(table, list, view, row, named);
	}
	text_table_print(table, line_width(ask), ask->out);
	text_table_free(table);
}

/* Everything that is known of one event, a line a column. */
static int
print_event(const struct ask *ask, const struct view *view)
{
	const struct mib_description *description = mib_describe(MIB_EVENT);
	int status = EXIT_NOT_DONE;
	for (size_t i = 0; i < view->snapshot->table[MIB_EVENT].count; i++) {
		const struct mib_row *row = row_at(view, MIB_EVENT, i);
		char text[MIB_TEXT];
		if (!is_wanted(ask, view, MIB_EVENT, row))
			continue;
		fprintf(ask->out, "%-10s %u\n%-10s %s\n", "Number", (unsigned)row->row,
			"Server", view_server_name(view, row->server));
		for (size_t j = 0; j < description->columns; j++)
			fprintf(
			    ask->out, "%-10s %s\n",
			    description->column[j].name + strlen("bwEvent"),
			    text_value(&description->column[j], row, view->now, text));
		status = EXIT_DONE;
	}
	if (status != EXIT_DONE)
		fprintf(ask->err,
			"bellwether: no event %u: the last 1,024 of each server are "
			"kept\n",
			(unsigned)ask->options->why);
	return status;
}

static int
list_agent(struct ask *ask, size_t agent, const struct list *list)
{
	struct view view;
	view_begin(ask, agent, &view);
	int status = view_explain(ask, agent, &view);
	bool shown = view_is_good(&view) && status != EXIT_NOT_DONE;
	if (ask->options->json)
		print_json(ask, agent, &view, list);
	else if (shown && list->table == MIB_EVENT && ask->options->why)
		status = print_event(ask, &view);
	else if (shown) {
		if (manager_agents(ask->manager) > 1)
			fprintf(ask->out, "%s%s:\n", agent ? "\n" : "",
				manager_agent_name(ask->manager, agent));
		show_table(ask, &view, list);
	}
	view_end(ask, &view);
	return status;
}

int
snmp_list(int argc, char **argv, FILE *out, FILE *err)
{
	const struct list *list = list_find(argv[0]);
	struct options options;
	struct ask ask;
	int status = EXIT_DONE;
	if (!list || !options_parse(argc, argv, OPTIONS_LOOK, &options, err))
		return EXIT_MISUSED;
	if (options.words[0] || (options.why && list->table != MIB_EVENT)) {
		fprintf(err, "usage: bellwether %s [OPTION...]\n", argv[0]);
		return EXIT_MISUSED;
	}
	if (!ask_open(&ask, &options, NEVER / 2, out, err))
		return EXIT_MISUSED;
	ask_tables(&ask, 1u << list->table);
	for (size_t i = 0; i < manager_agents(ask.manager); i++) {
		int one = list_agent(&ask, i, list);
		if (one > status)
			status = one;
	}
	ask_close(&ask);
	return status;
}
