/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading an agent's clients: what is seen each round, all of them a slice at a time. */
#include "config.h"

#include "tui/manager-inside.h"

#include "common/clock.h"

/* Clients a stretch is worth having for. */
#define STRETCH_CLIENTS 200u
#define SLICE_LEAST     64u
#define SLICE_SHRINKS   4u

/* A slice of the client table in several places at once: each costs the agent the same, but
   they share its round trips. 0: there are too many. */
static size_t
slice_stretches(const struct round *round, struct mib_row from, struct mib_row until,
		struct stretch stretch[STRETCHES_MAX])
{
	size_t servers;
	const struct mib_server *server = round_servers(round, &servers);
	size_t columns = mib_describe(MIB_CLIENT)->columns;
	size_t most = round->agent->bulk.most / columns;
	size_t count = 0;
	for (size_t i = 0; i < servers; i++) {
		uint32_t who = server[i].index.server;
		bool is_last = who == until.server;
		if (!round_is_ours(round, who) || who < from.server ||
		    who > until.server || (is_last && until.row == 0))
			continue;
		uint32_t low = who == from.server && from.row ? from.row - 1 : 0;
		uint32_t high = is_last ? until.row - 1 : server[i].clients;
		uint32_t span = high > low ? high - low : 0;
		size_t parts = span / STRETCH_CLIENTS;
		if (parts > most)
			parts = most;
		if (parts == 0)
			parts = 1;
		if (count + parts > STRETCHES_MAX)
			return 0;
		uint32_t step = span / (uint32_t)parts;
		for (uint32_t part = 0; part < parts; part++) {
			struct mib_row end =
			    is_last ? until : (struct mib_row){ who + 1, 0 };
			if (part + 1 < parts)
				end = (struct mib_row){ who,
							low + step * (part + 1) + 1 };
			stretch[count++] =
			    (struct stretch){ { who, low + step * part }, end };
		}
	}
	return count;
}

/* Where a slice ends that begins there: some thousand clients on, by the servers' counts;
   the last one with the table. */
static struct mib_row
slice_end(const struct round *round, struct mib_row from, bool *is_last)
{
	size_t servers;
	const struct mib_server *server = round_servers(round, &servers);
	uint32_t left = round->agent->slice;
	*is_last = false;
	for (size_t i = 0; i < servers; i++) {
		uint32_t who = server[i].index.server;
		uint32_t done = who == from.server && from.row ? from.row - 1 : 0;
		uint32_t rest = server[i].clients > done ? server[i].clients - done : 0;
		if (!round_is_ours(round, who) || who < from.server)
			continue;
		if (rest > left)
			return (struct mib_row){ who, done + left + 1 };
		left -= rest;
	}
	*is_last = true;
	return round_all(round).before;
}

/* Reads [from, until), which new rows take the place of. */
static bool
read_rows(struct round *round, struct stretch *stretch, size_t stretches,
	  struct mib_row from, struct mib_row until)
{
	struct agent *agent = round->agent;
	struct held *held = round->held;
	struct snapshot_table *shown = &held->shown.table[MIB_CLIENT];
	struct walk walk = { .description = mib_describe(MIB_CLIENT),
			     .stretch = stretch,
			     .stretches = stretches,
			     .clock = &round->clock,
			     .bulk = &agent->bulk,
			     .ask = round_ask,
			     .context = agent };
	if (stretches == 0) {
		stretch[0].after =
		    (struct mib_row){ from.server, from.row ? from.row - 1 : 0 };
		stretch[0].before = until;
		walk.stretches = 1;
	}
	struct rows *rows = walk_table(&walk);
	if (!rows)
		return false;
	pthread_mutex_lock(&agent->manager->lock);
	struct clients *clients = clients_replace(held->clients, rows, from, until);
	if (clients) {
		clients_release(held->clients);
		held->clients = clients;
	}
	pthread_mutex_unlock(&agent->manager->lock);
	if (!clients)
		return false;
	/* A few are in one part; then they stand in a row as any table's. */
	shown->row = clients->parts == 1 ? clients->rows[0]->row : NULL;
	shown->part = clients->part;
	shown->parts = clients->parts;
	shown->count = clients->count;
	shown->at = clock_now().boot;
	return true;
}

static bool
read_window(struct round *round)
{
	const struct window *window = &round->agent->reading;
	struct stretch stretch[1];
	return read_rows(round, stretch, 0, window->from, window->until);
}

static bool
read_slice(struct round *round)
{
	struct agent *agent = round->agent;
	struct snapshot_table *shown = &round->held->shown.table[MIB_CLIENT];
	struct stretch stretch[STRETCHES_MAX];
	bool is_last;
	/* One that fails is lost: where much is, they are small. */
	if (agent->slice < SLICE_LEAST)
		agent->slice = agent->slice ? SLICE_LEAST : CLIENTS_PART;
	if (agent->slice > CLIENTS_PART)
		agent->slice = CLIENTS_PART;
	if (!agent->pass) {
		agent->pass = clock_now().boot;
		agent->reached = round_all(round).after;
	}
	struct mib_row until = slice_end(round, agent->reached, &is_last);
	size_t stretches = slice_stretches(round, agent->reached, until, stretch);
	if (!read_rows(round, stretch, stretches, agent->reached, until)) {
		agent->slice /= SLICE_SHRINKS;
		return false;
	}
	agent->slice *= 2;
	agent->reached = until;
	agent->more = !is_last;
	if (is_last) {
		shown->whole = agent->pass;
		agent->took = clock_now().boot - agent->pass;
		agent->pass = 0;
	}
	return true;
}

bool
round_clients(struct round *round)
{
	struct agent *agent = round->agent;
	struct snapshot_table *shown = &round->held->shown.table[MIB_CLIENT];
	int64_t every = agent->reading.every;
	if (agent->of != round->server) {
		agent->of = shown->of = round->server;
		agent->pass = shown->whole = 0;
		agent->more = false;
	}
	bool due = every == 0 || agent->pass ||
		   (shown->whole == 0
			? agent->more
			: clock_now().boot - shown->whole >= every + agent->took);
	unsigned asked = agent->asked;
	if (every && (!due || agent->pass) && !read_window(round))
		return false;
	if (!due) {
		agent->more = shown->whole == 0;
		return true;
	}
	bool good = read_slice(round);
	/* All clients are more than what is seen, and read rarely. */
	agent->asked = asked;
	return good;
}
