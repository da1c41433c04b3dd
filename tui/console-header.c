/* SPDX-License-Identifier: BSD-3-Clause */
/* The top of the console: each server's state, performance, history and counts, and the
   agents that are not well. */
#include "config.h"

#include "tui/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bytes.h"
#include "tui/look.h"
#include "tui/text.h"

#define NAME_WIDTH       14
#define STATE_WIDTH      9
#define LABEL_WIDTH      12
#define BAR_MOST         62
#define COUNTS_WIDTH     37 /* "here 10000  away 10000  unknown 10000" */
#define ALONE_COUNTS     23 /* "here 10000  away 10000" */
#define BANNERS_MOST     3
#define LINES_MOST       4
#define HISTORY_UNKNOWN  255
#define RELOAD_REFUSED   3
#define SEVERITY_WARNING 3u
/* Younger than this a reading needs no mark. */
#define READING_OLD MINUTE

/* ---- pieces ---- */

static const struct mib_column *
column_of(const char *name)
{
	return mib_column_find(mib_describe(MIB_SERVER), name);
}

/* Of a percentage beside the server's thresholds. */
static unsigned
level_look(const struct mib_server *server, uint32_t percent)
{
	int64_t exact = (int64_t)percent * 1000;
	return exact < server->failover_threshold     ? LOOK_BAD
	       : exact < server->connection_threshold ? LOOK_WARN
						      : LOOK_GOOD;
}

static int
place_of(int64_t thousandths, int width)
{
	int64_t place = thousandths * width / 100000;
	return thousandths < 0 || place < 0 ? -1
	       : place >= width             ? width - 1
					    : (int)place;
}

void
console_bar(struct cells *cells, int y, int x, int width,
	    const struct mib_server *server, unsigned look)
{
	int inside = width - 2;
	bool known = server->performance != UINT32_MAX;
	int full = known ? (int)server->performance * inside / 100 : 0;
	int failover = place_of(server->failover_threshold, inside);
	int connection = place_of(server->connection_threshold, inside);
	unsigned level = known ? level_look(server, server->performance) : LOOK_PLAIN;
	if (inside < 4)
		return;
	cells_set(cells, y, x, '[', look);
	for (int i = 0; i < inside; i++) {
		bool mark = i == failover || i == connection;
		uint32_t character = i == failover     ? 'F'
				     : i == connection ? 'C'
				     : i < full        ? 0x2588
				     : known           ? 0xb7
						       : '?';
		cells_set(cells, y, x + 1 + i, character,
			  look | (mark       ? LOOK_BOLD
				  : i < full ? level
					     : LOOK_PLAIN));
	}
	cells_set(cells, y, x + 1 + inside, ']', look);
}

/* The lowest known of so many seconds: a short fall is not to be missed. */
static uint32_t
lowest(const uint8_t *second, size_t count)
{
	uint32_t low = HISTORY_UNKNOWN;
	for (size_t i = 0; i < count; i++)
		if (second[i] < low)
			low = second[i];
	return low;
}

static void
draw_history(struct cells *cells, int y, int x, int width,
	     const struct mib_server *server, unsigned look)
{
	size_t each = sizeof(server->history) / (size_t)width;
	for (int i = 0; i < width; i++) {
		uint32_t low = lowest(server->history + (size_t)i * each, each);
		bool known = low != HISTORY_UNKNOWN;
		uint32_t percent = low < 100 ? low : 99;
		uint32_t character = !known         ? '?'
				     : cells->ascii ? '0' + percent / 10
						    : 0x2581 + percent * 8 / 100;
		cells_set(cells, y, x + i, character,
			  look | (known ? level_look(server, low) : LOOK_PLAIN));
	}
}

/* The widest that leaves room for the counts and divides five minutes. */
static int
history_width(int width)
{
	static const int fitting[] = { 300, 150, 100, 75, 60, 50, 30, 20, 15 };
	int room = width - LABEL_WIDTH - COUNTS_WIDTH - 1;
	for (size_t i = 0; i < ARRAY_SIZE(fitting); i++)
		if (fitting[i] <= room)
			return fitting[i];
	return 10;
}

/* The worst first: a narrow line is cut at its end. */
static void
order_counts(const struct mib_server *server, char *text, size_t size)
{
	const struct {
		const char *word;
		uint32_t count;
	} order[] = {
		{ "silent", server->silent },
		{ "still-coming", server->coming },
		{ "not-coming", server->missed },
		{ "rejected", server->rejected },
		{ "unreachable", server->unreachable },
		{ "echoed", server->echoed },
		{ "sent", server->sent },
		{ "received", server->received },
		{ "done", server->done },
		{ "moved", server->moved },
		{ "none", server->none },
	};
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i].count && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s %u",
						 used ? "  " : "", order[i].word,
						 (unsigned)order[i].count);
}

/* ---- one server ---- */

/* When what is shown was so. */
static int64_t
shown_at(const struct console *console, uint32_t agent)
{
	const struct snapshot *snapshot = console->agent[agent].snapshot;
	int64_t published = snapshot->scalars.published;
	return published && published < snapshot->scalars_at ? published
							     : snapshot->scalars_at;
}

/* Of a line that has to hold the counts, too. */
static int
short_bar(int room)
{
	int bar = room - ALONE_COUNTS;
	return bar < 8 ? 8 : bar > 22 ? 22 : bar;
}

static void
draw_first(const struct console *console, struct cells *cells, int y, uint32_t agent,
	   const struct mib_server *server, bool alone)
{
	unsigned look = console_is_old(console, agent) ? LOOK_DIM : LOOK_PLAIN;
	char text[MIB_TEXT];
	int x = 2;
	bool doubted = console->now.boot - server->performance_at > READING_OLD;
	if (look)
		cells_set(cells, y, 0, '~', LOOK_BOLD);
	cells_text(cells, y, x, NAME_WIDTH, look | LOOK_BOLD, server->name);
	x += NAME_WIDTH + 1;
	text_value(column_of("bwServerState"), server, console->now, text);
	cells_text(cells, y, x, STATE_WIDTH, look | look_of_word(text), text);
	x += STATE_WIDTH + 1;
	if (!alone) {
		text_value(column_of("bwServerStateChanged"), server, console->now,
			   text);
		cells_right(cells, y, x, 6, look, text);
		text_value(column_of("bwServerMode"), server, console->now, text);
		cells_text(cells, y, x + 7, 9, look | look_of_word(text), text);
		x += 17;
	}
	text_value(column_of("bwServerPerformance"), server, console->now, text);
	cells_right(cells, y, x, 4, look, text);
	if (doubted)
		cells_set(cells, y, x - 1, '~', LOOK_BOLD);
	x += 5;
	int bar = cells->width - x - 1 < BAR_MOST ? cells->width - x - 1 : BAR_MOST;
	if (alone)
		bar = short_bar(cells->width - x);
	console_bar(cells, y, x, bar, server, look | (doubted ? LOOK_DIM : LOOK_PLAIN));
	x += bar + 1;
	if (alone)
		cells_format(cells, y, x, cells->width - x, look, "here %u  away %u",
			     (unsigned)server->here, (unsigned)server->away);
	else if (server->operation)
		cells_format(cells, y, x, cells->width - x, look, "operation %u",
			     (unsigned)server->operation);
}

/* A pause first: it is why nothing else happens. */
static void
say_why(const struct mib_server *server, char *text, size_t size)
{
	bool both = server->mode_reason[0] && server->reason[0];
	snprintf(text, size, "%s%s%s", server->mode_reason, both ? "; " : "",
		 server->reason);
}

static void
draw_rest(const struct console *console, struct cells *cells, int y, int lines,
	  uint32_t agent, const struct mib_server *server)
{
	unsigned look = console_is_old(console, agent) ? LOOK_DIM : LOOK_PLAIN;
	int room = cells->width - LABEL_WIDTH;
	int history = history_width(cells->width);
	char text[MIB_TEXT];
	char when[MIB_TEXT];
	cells_text(cells, y, 2, LABEL_WIDTH, look, "5 minutes");
	draw_history(cells, y, LABEL_WIDTH, history, server, look);
	cells_format(cells, y, LABEL_WIDTH + history + 1, room - history - 1, look,
		     "here %u  away %u  unknown %u", (unsigned)server->here,
		     (unsigned)server->away, (unsigned)server->unknown);
	order_counts(server, text, sizeof(text));
	if (look) {
		char age[16];
		int64_t at = shown_at(console, agent);
		look_clock(console->now, at, when);
		cells_format(cells, y + 1, 2, cells->width - 2, look,
			     "as of %s, %s ago: orders %s", when,
			     text_age(console->now.boot - at, age), text);
	} else {
		cells_text(cells, y + 1, 2, LABEL_WIDTH, look, "orders");
		cells_text(cells, y + 1, LABEL_WIDTH, room, look, text);
	}
	if (lines < LINES_MOST)
		return;
	cells_text(cells, y + 2, 2, LABEL_WIDTH, look, "why");
	char why[2 * MIB_TEXT + 16];
	say_why(server, why, sizeof(why));
	cells_text(cells, y + 2, LABEL_WIDTH, room, look, why);
}

/* ---- all of them ---- */

static bool
is_in_header(const struct console *console, uint32_t agent,
	     const struct mib_server *server)
{
	if (console->inside && (agent != console->inside_agent ||
				server->index.server != console->inside_server))
		return false;
	return !console->server || strcmp(server->name, console->server) == 0;
}

/* One of those in the header. */
struct headed {
	uint32_t agent;
	const struct mib_server *server;
	size_t place; /* as agents tell of them */
};

static size_t
gather_servers(const struct console *console, struct headed *headed, size_t room)
{
	size_t count = 0;
	for (uint32_t i = 0; i < console->agents; i++) {
		const struct snapshot *snapshot = console->agent[i].snapshot;
		const struct mib_server *server =
		    snapshot ? snapshot->table[MIB_SERVER].row : NULL;
		for (size_t j = 0; snapshot && j < snapshot->table[MIB_SERVER].count;
		     j++) {
			if (!is_in_header(console, i, &server[j]))
				continue;
			if (count < room)
				headed[count] = (struct headed){ i, &server[j], count };
			count++;
		}
	}
	return count;
}

/* Nobody knows how one is that was not heard: it may be anything. */
static uint32_t
severity_of(const struct console *console, const struct headed *headed)
{
	uint32_t severity = headed->server->severity;
	return console_is_old(console, headed->agent) && severity < SEVERITY_WARNING
		   ? SEVERITY_WARNING
		   : severity;
}

/* Not by anything that changes each second: lines are not to jump about. */
static int
compare_severity(const void *a, const void *b, void *context)
{
	const struct headed *first = a;
	const struct headed *second = b;
	uint32_t first_severity = severity_of(context, first);
	uint32_t second_severity = severity_of(context, second);
	if (first_severity != second_severity)
		return first_severity > second_severity ? -1 : 1;
	return first->place < second->place ? -1 : 1;
}

/* How many lines each of so many servers has on a screen of this height. */
static int
lines_each(int servers, int height)
{
	int room = height / 3;
	for (int lines = LINES_MOST; lines >= 3; lines--)
		if (servers * lines <= room)
			return lines;
	return 1;
}

/* All of them, as agents tell of them; or, where there is no room, the worst. */
static int
draw_servers(struct console *console, struct cells *cells, int y, struct headed *headed,
	     int servers)
{
	int lines = lines_each(servers, cells->height);
	int most = lines == 1 ? cells->height / 3 : servers;
	if (lines == 1)
		qsort_r(headed, (size_t)servers, sizeof(*headed), compare_severity,
			console);
	for (int i = 0; i < servers && i < most; i++) {
		draw_first(console, cells, y, headed[i].agent, headed[i].server,
			   lines == 1);
		if (lines > 1)
			draw_rest(console, cells, y + 1, lines, headed[i].agent,
				  headed[i].server);
		y += lines;
	}
	if (servers > most)
		cells_format(cells, y++, 2, cells->width - 2, LOOK_PLAIN,
			     "and %d more, none worse than %s: view 1 lists all %d",
			     servers - most,
			     mib_label(column_of("bwServerSeverity"),
				       severity_of(console, &headed[most])),
			     servers);
	return y;
}

int
console_header(struct console *console, struct cells *cells, int y)
{
	size_t servers = gather_servers(console, NULL, 0);
	struct headed *headed = calloc(servers ? servers : 1, sizeof(*headed));
	if (headed && servers) {
		gather_servers(console, headed, servers);
		y = draw_servers(console, cells, y, headed, (int)servers);
	}
	free(headed);
	if (servers == 0 && console->server)
		cells_format(cells, y++, 2, cells->width - 2, LOOK_WARN,
			     "no agent shows a server named %s", console->server);
	return y;
}

/* ---- what is not well ---- */

static void
explain(const struct console *console, const struct console_agent *agent, char *text,
	size_t size)
{
	char when[MIB_TEXT];
	char age[16];
	if (agent->state == AGENT_CONNECTING) {
		snprintf(text, size, "%s: connecting ...", agent->name);
		return;
	}
	look_clock(console->now, agent->since, when);
	snprintf(text, size, "%s: %s since %s (%s): %s. %s", agent->name,
		 agent_state_name(agent->state), when,
		 text_age(console->now.boot - agent->since, age), agent->detail,
		 agent_state_advice(agent->state));
}

static int
banner(struct cells *cells, int y, unsigned look, const char *text)
{
	int width = cells->width - 3;
	int lines = cells_wrap(NULL, 0, 0, width, 3, look, text);
	for (int i = 0; i < lines; i++)
		cells_fill(cells, y + i, 0, cells->width, look);
	cells_set(cells, y, 0, '!', look);
	cells_wrap(cells, y, 2, width, lines, look, text);
	return y + lines;
}

int
console_banners(const struct console *console, struct cells *cells, int y)
{
	char text[1024];
	size_t told = 0;
	for (size_t i = 0; i < console->agents; i++) {
		const struct console_agent *agent = &console->agent[i];
		if (agent->state == AGENT_OK)
			continue;
		if (told++ >= BANNERS_MOST)
			continue;
		explain(console, agent, text, sizeof(text));
		y = banner(cells, y,
			   LOOK_REVERSE | (agent->state == AGENT_CONNECTING
					       ? LOOK_PLAIN
					       : LOOK_BAD | LOOK_BOLD),
			   text);
	}
	if (told > BANNERS_MOST) {
		snprintf(text, sizeof(text), "and %zu more agents are not well",
			 told - BANNERS_MOST);
		y = banner(cells, y, LOOK_REVERSE | LOOK_BAD | LOOK_BOLD, text);
	}
	for (size_t i = 0; i < console->agents; i++) {
		const struct snapshot *snapshot = console->agent[i].snapshot;
		if (!snapshot || snapshot->scalars.reload != RELOAD_REFUSED)
			continue;
		snprintf(text, sizeof(text), "%s: the last reload was refused: %s",
			 console->agent[i].name, snapshot->scalars.reload_error);
		y = banner(cells, y, LOOK_REVERSE | LOOK_WARN, text);
	}
	return y;
}
