/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether watch: events as they come, and how it stands with the agents. */
#include "config.h"

#include "tui/snmp.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

#define LOOK_EVERY (1 * SECOND)

/* How far one agent's events have been told. */
struct told {
	enum agent_state state;
	struct mib_row *last; /* the newest of each server */
	size_t servers;
};

static struct mib_row *
last_of(struct told *told, uint32_t server)
{
	for (size_t i = 0; i < told->servers; i++)
		if (told->last[i].server == server)
			return &told->last[i];
	struct mib_row *more =
	    reallocarray(told->last, told->servers + 1, sizeof(*told->last));
	if (!more)
		return NULL;
	told->last = more;
	told->last[told->servers] = (struct mib_row){ server, 0 };
	return &told->last[told->servers++];
}

static void
print_event(const struct ask *ask, size_t agent, const struct view *view,
	    const struct mib_event *event)
{
	const struct mib_description *description = mib_describe(MIB_EVENT);
	char date[MIB_TEXT];
	char severity[MIB_TEXT];
	if (ask->options->json) {
		envelope_begin(ask, agent, view);
		json_row(description, event,
			 view_server_name(view, event->index.server), view->now,
			 ask->out);
		envelope_end(ask);
		return;
	}
	text_value(mib_column_find(description, "bwEventDate"), event, view->now, date);
	text_value(mib_column_find(description, "bwEventSeverity"), event, view->now,
		   severity);
	/* A decision often says in its text already on what it rests. */
	bool more = event->detail[0] && !strstr(event->text, event->detail);
	fprintf(ask->out, "%s %s %u %s %s%s%s\n", date,
		view_server_name(view, event->index.server), (unsigned)event->index.row,
		severity, event->text, more ? ": " : "", more ? event->detail : "");
}

/* first: nothing is printed, only noted where the new ones begin. */
static void
tell_events(struct ask *ask, size_t agent, const struct view *view, struct told *told,
	    bool first)
{
	const struct snapshot_table *events = &view->snapshot->table[MIB_EVENT];
	const struct mib_event *event = events->row;
	for (size_t i = 0; i < events->count; i++) {
		struct mib_row *last = last_of(told, event[i].index.server);
		if (!last || event[i].index.row <= last->row ||
		    (view->server && event[i].index.server != view->server))
			continue;
		if (!first)
			print_event(ask, agent, view, &event[i]);
		last->row = event[i].index.row;
	}
	fflush(ask->out);
}

static void
tell_agent(struct ask *ask, size_t agent, struct told *told, bool first)
{
	struct view view;
	view_begin(ask, agent, &view);
	if (told->state != view.state) {
		if (view.state != AGENT_OK)
			view_explain(ask, agent, &view);
		else if (!first)
			fprintf(ask->err, "bellwether: %s answers again\n",
				manager_agent_name(ask->manager, agent));
		told->state = view.state;
	}
	if (view_is_good(&view))
		tell_events(ask, agent, &view, told, first);
	view_end(ask, &view);
}

int
snmp_watch(int argc, char **argv, FILE *out, FILE *err)
{
	struct options options;
	struct ask ask;
	struct told told[OPTION_AGENTS] = { { .state = AGENT_OK } };
	int status = EXIT_DONE;
	if (!options_parse(argc, argv, OPTIONS_LOOK, &options, err))
		return EXIT_MISUSED;
	if (!ask_open(&ask, &options, LOOK_EVERY, out, err))
		return EXIT_MISUSED;
	ask_tables(&ask, 1u << MIB_EVENT);
	for (size_t i = 0; i < options.agents; i++) {
		told[i].state = AGENT_OK;
		tell_agent(&ask, i, &told[i], true);
		status = ask_exit_status(told[i].state);
	}
	/* Wrong from the start, and alone: nothing would ever come. */
	bool hopeless = options.agents == 1 && status == EXIT_NOT_LET_IN;
	while (!hopeless && !ferror(out)) {
		ask_wait(&ask, LOOK_EVERY);
		for (size_t i = 0; i < options.agents; i++)
			tell_agent(&ask, i, &told[i], false);
	}
	for (size_t i = 0; i < options.agents; i++)
		free(told[i].last);
	ask_close(&ask);
	return status;
}
