/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether status: a monitoring plugin; one line, perfdata, an exit status. */
#include "config.h"

#include "tui/snmp.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/text.h"

enum { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };
static const char *const plugin_name[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
#define LINE_MAX_LENGTH 4096

/* What cannot be known is worse than what is well, and better than what is known to be
   bad. */
static int
worse(int a, int b)
{
	static const int rank[] = { 0, 2, 3, 1 };
	return rank[a] >= rank[b] ? a : b;
}

static int
status_of(const struct mib_server *server)
{
	static const int of[] = { PLUGIN_UNKNOWN, PLUGIN_OK, PLUGIN_OK, PLUGIN_WARNING,
				  PLUGIN_CRITICAL };
	return server->severity < ARRAY_SIZE(of) ? of[server->severity]
						 : PLUGIN_UNKNOWN;
}

static void __attribute__((format(printf, 3, 4)))
append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
}

static const struct mib_column *
server_column(const char *name)
{
	return mib_column_find(mib_describe(MIB_SERVER), name);
}

static void
say_server(const struct mib_server *server, struct moment now, char *text, size_t size)
{
	char state[MIB_TEXT];
	append(text, size, "%s %s: ", server->name,
	       text_value(server_column("bwServerState"), server, now, state));
	if (server->away == 0 && server->unknown == 0)
		append(text, size, "%u clients here", (unsigned)server->here);
	else
		append(text, size, "%u of %u away", (unsigned)server->away,
		       (unsigned)server->clients);
	if (server->moved)
		append(text, size, ", %u seen to move", (unsigned)server->moved);
	if (server->unknown)
		append(text, size, ", %u unknown", (unsigned)server->unknown);
	if (server->silent)
		append(text, size, ", %u silent", (unsigned)server->silent);
	if (server->mode > 1) {
		append(text, size, ", %s",
		       text_value(server_column("bwServerMode"), server, now, state));
		if (server->mode_reason[0])
			append(text, size, " (%s)", server->mode_reason);
	}
	if (server->severity > 2 && server->reason[0])
		append(text, size, ", %s", server->reason);
}

/* What the line says without them. */
static bool
alarm_is_said(const struct mib_alarm *alarm)
{
	static const char *const said[] = { "failover", "paused", "clients-silent" };
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		if (strcmp(alarm->name, said[i]) == 0)
			return true;
	return false;
}

/* Why it is no better: whoever is called by it sees this line first. */
static void
say_alarms(const struct view *view, uint32_t server, char *text, size_t size)
{
	const struct snapshot_table *alarms = &view->snapshot->table[MIB_ALARM];
	const struct mib_alarm *alarm = alarms->row;
	for (size_t i = 0; i < alarms->count; i++) {
		if (alarm[i].index.server != server || alarm[i].severity <= 2 ||
		    alarm_is_said(&alarm[i]))
			continue;
		append(text, size, ", %s%s%s: %s", alarm[i].name,
		       alarm[i].subject[0] ? " " : "", alarm[i].subject, alarm[i].text);
	}
}

/* A threshold of perfdata: "60:" alerts below 60. */
static void
threshold(const char *column, const struct mib_server *server, struct moment now,
	  FILE *out)
{
	char text[MIB_TEXT];
	const struct mib_column *which = server_column(column);
	fputc(';', out);
	if (!text_is_absent(which, server))
		fprintf(out, "%s:", text_value(which, server, now, text));
}

static void
say_perfdata(const struct mib_server *server, struct moment now, FILE *out)
{
	if (server->performance != UINT32_MAX)
		fprintf(out, " %s_performance=%u%%", server->name,
			(unsigned)server->performance);
	else
		fprintf(out, " %s_performance=U", server->name);
	threshold("bwServerConnectionThreshold", server, now, out);
	threshold("bwServerFailoverThreshold", server, now, out);
	fprintf(out, ";0;100 %s_away=%u;;;0;%u %s_silent=%u;;;0;%u", server->name,
		(unsigned)server->away, (unsigned)server->clients, server->name,
		(unsigned)server->silent, (unsigned)server->clients);
}

int
status_line(const struct view *view, char *text, size_t size, FILE *perfdata)
{
	const struct snapshot_table *servers = &view->snapshot->table[MIB_SERVER];
	const struct mib_server *server = servers->row;
	int worst = PLUGIN_OK;
	size_t shown = 0;
	text[0] = '\0';
	for (size_t i = 0; i < servers->count; i++)
		if (view->server == 0 || server[i].index.server == view->server)
			worst = worse(status_of(&server[i]), worst);
	/* The worst ones first: pagers show the beginning. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < servers->count; i++) {
			if ((view->server && server[i].index.server != view->server) ||
			    (status_of(&server[i]) == worst) == (pass == 1))
				continue;
			append(text, size, "%s", shown++ ? "; " : "");
			say_server(&server[i], view->now, text, size);
			say_alarms(view, server[i].index.server, text, size);
		}
	for (size_t i = 0; i < servers->count; i++)
		if (view->server == 0 || server[i].index.server == view->server)
			say_perfdata(&server[i], view->now, perfdata);
	if (shown == 0) {
		append(text, size, "no server is watched");
		worst = PLUGIN_UNKNOWN;
	}
	return worst;
}

/* One agent's part of the line; also what is wrong with the agent. */
static int
say_agent(struct ask *ask, size_t agent, char *text, size_t size, FILE *perfdata)
{
	struct view view;
	char part[LINE_MAX_LENGTH] = "";
	int status = PLUGIN_UNKNOWN;
	bool found = view_begin(ask, agent, &view);
	if (ask->options->json) {
		envelope_begin(ask, agent, &view);
		bool first = true;
		const struct snapshot_table *servers =
		    &view.snapshot->table[MIB_SERVER];
		const struct mib_server *server = servers->row;
		for (size_t i = 0; view_is_good(&view) && i < servers->count; i++) {
			if (view.server && server[i].index.server != view.server)
				continue;
			fputs(first ? "\n" : ",\n", ask->out);
			json_row(mib_describe(MIB_SERVER), &server[i], server[i].name,
				 view.now, ask->out);
			first = false;
		}
		envelope_end(ask);
	}
	if (view.state == AGENT_OK && found)
		status = status_line(&view, part, sizeof(part), perfdata);
	else if (view.state == AGENT_OK)
		snprintf(part, sizeof(part), "%s has no server %s",
			 manager_agent_name(ask->manager, agent), ask->options->server);
	else
		snprintf(part, sizeof(part), "%s %s: %s. %s",
			 manager_agent_name(ask->manager, agent),
			 agent_state_name(view.state), view.detail,
			 agent_state_advice(view.state));
	append(text, size, "%s%s", text[0] ? "; " : "", part);
	view_end(ask, &view);
	return status;
}

int
snmp_status(int argc, char **argv, FILE *out, FILE *err)
{
	struct options options;
	struct ask ask;
	char text[LINE_MAX_LENGTH] = "";
	char *perfdata = NULL;
	size_t size = 0;
	/* Whatever goes wrong, to a monitoring system it is unknown. */
	if (!options_parse(argc, argv, OPTIONS_LOOK, &options, err))
		return PLUGIN_UNKNOWN;
	FILE *memory = open_memstream(&perfdata, &size);
	if (!memory || !ask_open(&ask, &options, NEVER / 2, out, err)) {
		if (memory)
			fclose(memory);
		free(perfdata);
		return PLUGIN_UNKNOWN;
	}
	ask_tables(&ask, 1u << MIB_ALARM);
	int worst = PLUGIN_OK;
	for (size_t i = 0; i < manager_agents(ask.manager); i++)
		worst = worse(say_agent(&ask, i, text, sizeof(text), memory), worst);
	fclose(memory);
	/* The bar ends a plugin's text. */
	for (char *bar = text; (bar = strchr(bar, '|'));)
		*bar = '/';
	if (!options.json) {
		fprintf(out, "BELLWETHER %s - %s", plugin_name[worst], text);
		if (perfdata && perfdata[0])
			fprintf(out, " |%s", perfdata);
		fputc('\n', out);
	}
	free(perfdata);
	ask_close(&ask);
	return worst;
}
