/* SPDX-License-Identifier: BSD-3-Clause */
/* Failover is met while clients return: what was called back last is ordered away again,
   and no more of it than the server needs. */
#include "config.h"

#include "fleet/internal.h"

/* The newest batch at once, for that was one too many; then, as long as failover stays
   met, twice as many as before, each a batch's time after those before. When that has
   taken so long the cause is another one, and the steps begin whoever is left: a server
   that drowns waits for nobody. */
#define UNDO_MOST (60 * SECOND)

bool
row_returning(const struct row *row)
{
	return row->pub.type == MESSAGE_RECONNECT && row_waits(row) && row->was_away;
}

/* On the way, and told so: an invitation that has not left is just withdrawn. */
static bool
on_its_way(const struct row *row)
{
	return row->pub.holder == 0 && row_returning(row) && order_left(row);
}

bool
row_returned(const struct row *row)
{
	return row->pub.holder == 0 && row->batch > 0 && row->pub.place == PLACE_HERE &&
	       !row_ordered_away(row);
}

/* After a restart nobody's batch is known, and who is on the way is all that is left. */
static uint32_t
newest(const struct fleet *fleet)
{
	uint32_t batch = 0;

	for (size_t i = 0; i < fleet->policy->clients; i++) {
		const struct row *row = &fleet->row[i];

		if (row->batch > batch && (row_returned(row) || on_its_way(row)))
			batch = row->batch;
	}
	return batch;
}

static bool
anybody_on_its_way(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->policy->clients; i++)
		if (on_its_way(&fleet->row[i]))
			return true;
	return false;
}

bool
undo_left(const struct fleet *fleet, struct moment now)
{
	if (fleet->state == SERVER_RETURNING)
		return fleet->returned > 0 || anybody_on_its_way(fleet);
	return fleet->returned > 0 && now.boot < fleet->relapse_until;
}

void
relapse_watch(struct fleet *fleet, struct moment now)
{
	fleet->relapse_until = now.boot + fleet->policy->connection.every + UNDO_MOST;
}

void
relapse_forget(struct fleet *fleet)
{
	fleet->relapse_until = INT64_MIN;
}

/* Last called, first away. */
static void
turn_round(uint32_t *row, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t first = row[i];

		row[i] = row[count - 1 - i];
		row[count - 1 - i] = first;
	}
}

static void
choose_those_back(struct fleet *fleet, uint32_t above)
{
	size_t room = failover_room(fleet);

	fleet->chosens = 0;
	for (size_t i = 0; i < fleet->policy->clients; i++) {
		const struct row *row = &fleet->row[i];

		if (row_returned(row) && row->batch > above)
			fleet->chosen[fleet->chosens++] = (uint32_t)i;
	}
	policy_sort(fleet->policy, fleet->policy->connection.order, fleet->seed,
		    fleet->chosen, fleet->chosens);
	turn_round(fleet->chosen, fleet->chosens);
	if (fleet->chosens > room)
		fleet->chosens = room;
	alternates_weigh(fleet);
	fleet->chosens = alternates_limit(fleet, fleet->chosens);
}

void
returning_choose(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->policy->clients; i++)
		if (on_its_way(&fleet->row[i]))
			fleet->chosen[fleet->chosens++] = (uint32_t)i;
}

void
undo_choose(struct fleet *fleet, uint32_t batches, struct moment now)
{
	uint32_t last = newest(fleet);

	choose_those_back(fleet, last > batches ? last - batches : 0);
	returning_choose(fleet);
	fleet->chosen_at = now.boot;
}

int64_t
undo_ends(const struct task *task)
{
	return task->pub.started.boot + UNDO_MOST;
}

int64_t
undo_next(const struct fleet *fleet, const struct task *task)
{
	int64_t next = task->pub.stepped.boot + fleet->policy->connection.every;

	return next < undo_ends(task) ? next : undo_ends(task);
}
