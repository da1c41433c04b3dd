/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands share: agents asked, servers found, exit statuses, the envelope. */
#include "config.h"

#include "tui/ask.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tui/text.h"

int
ask_exit_status(enum agent_state state)
{
	switch (state) {
	case AGENT_OK:
		return EXIT_DONE;
	case AGENT_WRONG_USER:
	case AGENT_WRONG_PASSWORD:
	case AGENT_NO_VIEW:
		return EXIT_NOT_LET_IN;
	case AGENT_NO_MIB:
	case AGENT_OTHER:
	case AGENT_STALE:
		return EXIT_NO_BELLWETHER;
	default:
		return EXIT_UNANSWERED;
	}
}

bool
ask_open(struct ask *ask, const struct options *options, int64_t interval, FILE *out,
	 FILE *err)
{
	char why[256];
	struct options *words = (struct options *)(uintptr_t)options;
	struct manager_options manager = { .agent = options->agent,
					   .argc = options->snmps,
					   .argv = words->snmp,
					   .interval = interval };
	*ask = (struct ask){ options, manager_start(&manager, why), out, err };
	if (!ask->manager)
		fprintf(err, "bellwether: %s\n", why);
	return ask->manager != NULL;
}

void
ask_close(struct ask *ask)
{
	manager_stop(ask->manager);
	ask->manager = NULL;
}

/* ---- waiting ---- */

void
ask_wait(struct ask *ask, int64_t us)
{
	struct pollfd poller = { .fd = manager_fd(ask->manager), .events = POLLIN };
	uint64_t count;
	if (poll(&poller, 1, (int)(us / MILLISECOND)) > 0) {
		ssize_t got = read(poller.fd, &count, sizeof(count));
		(void)got;
	}
}

/* True when the agent has failed, or has shown everything since asked. */
static bool
has_answered(struct ask *ask, size_t agent, uint32_t tables, int64_t asked)
{
	struct view view;
	bool all = true;
	view_begin(ask, agent, &view);
	for (size_t table = MIB_SERVER; table < MIB_TABLE_END; table++)
		if (tables & 1u << table)
			all = all && view.snapshot->table[table].whole >= asked;
	if (view.state == AGENT_CONNECTING || (view_is_good(&view) && !all))
		all = false;
	else
		all = true;
	view_end(ask, &view);
	return all;
}

static void
wait_for(struct ask *ask, uint32_t tables, int64_t asked)
{
	for (size_t i = 0; i < manager_agents(ask->manager); i++)
		while (!has_answered(ask, i, tables, asked))
			ask_wait(ask, SECOND);
}

void
ask_tables(struct ask *ask, uint32_t tables)
{
	int64_t asked = clock_now().boot;
	uint32_t all = tables | 1u << MIB_SERVER;
	if (ask->options->server) {
		/* Its index first, so that the others' rows need not come. */
		for (size_t i = 0; i < manager_agents(ask->manager); i++)
			manager_want(ask->manager, i, 0, 0);
		wait_for(ask, 1u << MIB_SERVER, 0);
	}
	for (size_t i = 0; i < manager_agents(ask->manager); i++) {
		struct view view;
		view_begin(ask, i, &view);
		manager_want(ask->manager, i, tables, view.server);
		manager_refresh(ask->manager, i);
		view_end(ask, &view);
	}
	wait_for(ask, all, asked);
}

/* ---- looking ---- */

bool
view_begin(struct ask *ask, size_t agent, struct view *view)
{
	*view = (struct view){ .now = clock_now() };
	view->snapshot = manager_snapshot(ask->manager, agent, &view->state,
					  &view->since, view->detail);
	if (!ask->options->server)
		return true;
	const struct snapshot_table *servers = &view->snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	for (size_t i = 0; i < servers->count; i++)
		if (strcmp(server[i].name, ask->options->server) == 0)
			view->server = server[i].index.server;
	return view->server != 0;
}

void
view_end(struct ask *ask, struct view *view)
{
	manager_release(ask->manager, view->snapshot);
	view->snapshot = NULL;
}

bool
view_is_good(const struct view *view)
{
	return view->state == AGENT_OK || view->state == AGENT_STALE;
}

static void
explain_server(const struct ask *ask, size_t agent, const struct view *view)
{
	const struct snapshot_table *servers = &view->snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	fprintf(ask->err, "bellwether: %s has no server %s",
		manager_agent_name(ask->manager, agent), ask->options->server);
	for (size_t i = 0; i < servers->count; i++)
		fprintf(ask->err, "%s %s", i ? "," : "; it has", server[i].name);
	fputs(
	    ". A second bellwetherd behind the same snmpd is not let in: its log says "
	    "so\n",
	    ask->err);
}

int
view_explain(const struct ask *ask, size_t agent, const struct view *view)
{
	if (view->state != AGENT_OK)
		fprintf(ask->err, "bellwether: %s: %s. %s\n",
			manager_agent_name(ask->manager, agent), view->detail,
			agent_state_advice(view->state));
	if (view_is_good(view) && ask->options->server && !view->server) {
		explain_server(ask, agent, view);
		return EXIT_NOT_DONE;
	}
	return ask_exit_status(view->state);
}

const struct mib_server *
view_server(const struct view *view, uint32_t index)
{
	const struct snapshot_table *servers = &view->snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	for (size_t i = 0; i < servers->count; i++)
		if (server[i].index.server == index)
			return &server[i];
	return NULL;
}

const char *
view_server_name(const struct view *view, uint32_t index)
{
	const struct mib_server *server = view_server(view, index);
	return server ? server->name : "";
}

/* ---- JSON ---- */

void
envelope_begin(const struct ask *ask, size_t agent, const struct view *view)
{
	const struct mib_scalars *scalars = &view->snapshot->scalars;
	fputs("{\"version\":1,\"agent\":", ask->out);
	json_string(manager_agent_name(ask->manager, agent), ask->out);
	fputs(",\"agentState\":", ask->out);
	json_string(agent_state_name(view->state), ask->out);
	if (view->detail[0]) {
		fputs(",\"agentDetail\":", ask->out);
		json_string(view->detail, ask->out);
	}
	if (view_is_good(view) && scalars->published) {
		int64_t age = view->now.boot - scalars->published;
		fprintf(ask->out, ",\"boardAge\":%" PRId64, age > 0 ? age / SECOND : 0);
	}
	fputs(",\"rows\":[", ask->out);
}

void
envelope_end(const struct ask *ask)
{
	fputs("]}\n", ask->out);
}
