/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts what a simulation does, as time goes on. */
#include "config.h"

#include "tui/offline-tally.h"

#include <stdlib.h>

bool
tally_start(struct tally *tally, uint32_t clients, int64_t end)
{
	*tally = (struct tally){
		.end = end > 0 ? end : 1,
		.clients = clients,
		.state = SERVER_UNKNOWN,
		.order_rate.second = -1,
		.return_rate.second = -1,
	};
	tally->untold = calloc(clients + 1, 1);
	return tally->untold != NULL;
}

void
tally_free(struct tally *tally)
{
	free(tally->untold);
	tally->untold = NULL;
}

/* ---- time ---- */

static size_t
column_of(const struct tally *tally, int64_t time)
{
	double share = (double)time / (double)tally->end;
	return share < 1 ? (size_t)(share * TALLY_COLUMNS) : TALLY_COLUMNS - 1;
}

static void
mark(const struct tally *tally, struct tally_column *column)
{
	column->states |= 1u << tally->state;
	if (tally->away > column->away)
		column->away = tally->away;
	if (!tally->known)
		return;
	if (!column->known || tally->performance < column->least)
		column->least = tally->performance;
	if (!column->known || tally->performance > column->most)
		column->most = tally->performance;
	column->known = true;
}

void
tally_until(struct tally *tally, int64_t time)
{
	size_t last = column_of(tally, time);
	for (size_t i = column_of(tally, tally->now); i <= last; i++)
		mark(tally, &tally->column[i]);
	tally->columns = last + 1;
	tally->away_time += (double)tally->away * (double)(time - tally->now);
	tally->spent[tally->state] += time - tally->now;
	tally->now = time;
	if (time - tally->since > tally->longest_time &&
	    tally->state != SERVER_SERVING) {
		tally->longest = tally->state;
		tally->longest_time = time - tally->since;
		tally->longest_at = tally->since;
	}
}

static void
rate_count(struct tally_rate *rate, int64_t time)
{
	int64_t second = time / SECOND;
	if (second != rate->second)
		rate->count = 0;
	rate->second = second;
	if (++rate->count > rate->peak) {
		rate->peak = rate->count;
		rate->peak_at = second * SECOND;
	}
}

/* ---- what happens ---- */

void
tally_performance(struct tally *tally, bool known, double performance)
{
	tally->known = known;
	tally->performance = performance;
	mark(tally, &tally->column[column_of(tally, tally->now)]);
}

void
tally_state(struct tally *tally, enum server_state state)
{
	if (state == tally->state)
		return;
	if (tally->state == SERVER_RETURNING && state == SERVER_SERVING) {
		tally->returned = true;
		tally->returned_at = tally->now;
	}
	tally->state = state;
	tally->since = tally->now;
	mark(tally, &tally->column[column_of(tally, tally->now)]);
}

void
tally_ordered(struct tally *tally)
{
	tally->orders++;
	rate_count(&tally->order_rate, tally->now);
}

void
tally_moved(struct tally *tally, enum place to)
{
	if (to == PLACE_AWAY) {
		tally->moved_away++;
		tally->away++;
	} else {
		tally->moved_back++;
		tally->away -= tally->away > 0;
		rate_count(&tally->return_rate, tally->now);
	}
	mark(tally, &tally->column[column_of(tally, tally->now)]);
}

static void
note_untold(struct tally *tally, uint32_t client, uint8_t bit, uint32_t *count)
{
	if (client == 0 || client > tally->clients)
		return;
	*count += (tally->untold[client] & bit) == 0;
	tally->untold[client] |= bit;
}

static void
note_start(struct tally *tally, const struct operation *operation)
{
	if (!operation || operation->initiator == INITIATOR_OPERATOR)
		return;
	/* Its further steps are such events too. */
	if (operation->number <= tally->newest)
		return;
	tally->newest = operation->number;
	if (operation->action == ACTION_RECONNECT)
		tally->reconnects++;
	if (operation->action != ACTION_FAILOVER)
		return;
	if (tally->failovers++ == 0)
		tally->first_failover = tally->now;
	if (tally->state == SERVER_RETURNING ||
	    (tally->returned && tally->now - tally->returned_at < TALLY_FLAP))
		tally->flaps++;
	tally->returned = false;
}

void
tally_event(struct tally *tally, const struct fleet_event *event,
	    const struct operation *operation)
{
	if (event->kind == EVENT_UNREACHABLE)
		note_untold(tally, event->client, TALLY_UNREACHED, &tally->unreached);
	else if (event->kind == EVENT_REJECTED)
		note_untold(tally, event->client, TALLY_REJECTED, &tally->rejected);
	else if (event->kind == EVENT_OPERATION_START)
		note_start(tally, operation);
}
