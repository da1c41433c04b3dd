/* SPDX-License-Identifier: BSD-3-Clause */
/* Delivery: how orders are repeated, what that costs on a bad network, and what the
   network says of those who do not answer. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 1000u

/* ---- back-off ---- */

static void
waits(void)
{
	static const struct {
		int64_t first;
		int64_t least[6]; /* of the waits after copies 1 to 6 */
	} rows[] = {
		{ SECOND,
		  { SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 8 * SECOND,
		    8 * SECOND } },
		{ 100 * MILLISECOND,
		  { 100 * MILLISECOND, 200 * MILLISECOND, 400 * MILLISECOND,
		    800 * MILLISECOND, 800 * MILLISECOND, 800 * MILLISECOND } },
		{ 10 * SECOND,
		  { 10 * SECOND, 20 * SECOND, 30 * SECOND, 30 * SECOND, 30 * SECOND,
		    30 * SECOND } },
		{ HOUR, { HOUR, HOUR, HOUR, HOUR, HOUR, HOUR } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t first = rows[i].first, sum = 0;

		for (unsigned n = 1; n <= 6; n++) {
			int64_t least = rows[i].least[n - 1];
			int64_t most = backoff_wait(first, n, UINT64_MAX);

			CU_ASSERT_EQUAL(backoff_wait(first, n, 0), least);
			CU_ASSERT(most >= least + least / 2 - 1);
			CU_ASSERT(most <= least + least / 2);
			sum += most;
			CU_ASSERT_EQUAL(backoff_most(first, n), sum);
		}
		CU_ASSERT_EQUAL(backoff_wait(first, UINT8_MAX, 0), rows[i].least[5]);
	}
}

#define COPIES 5u

/* When each copy left, by client. */
struct copies {
	int64_t at[RIG_CLIENTS][COPIES];
	unsigned count[RIG_CLIENTS];
};

static void
note_copy(struct rig *rig, uint32_t row, const struct message *message)
{
	struct copies *copies = rig->context;

	(void)message;
	if (copies->count[row] < COPIES)
		copies->at[row][copies->count[row]++] = rig->now.boot;
}

/* Nobody answers: when everything was sent, by that seed. */
static struct copies *
unanswered(unsigned clients, uint64_t seed)
{
	struct copies *copies = calloc(1, sizeof(*copies));
	struct rig_options o = rig_defaults;
	struct rig *rig;

	if (copies == NULL)
		abort();
	o.clients = clients;
	o.rate = 100000;
	o.attempts = COPIES;
	rig = rig_new(&o, seed);
	rig->order = note_copy;
	rig->context = copies;
	for (unsigned i = 1; i <= clients; i++)
		rig->agent[i].manner = MANNER_MUTE;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_UNREACHABLE], clients);
	rig_free(rig);
	return copies;
}

/* Most n-th copies (from 0) within so long. */
static unsigned
most_within(const struct copies *copies, unsigned clients, unsigned n, int64_t length)
{
	unsigned most = 0;

	for (unsigned i = 0; i < clients; i++) {
		unsigned count = 0;

		for (unsigned j = 0; j < clients; j++)
			count += copies->at[j][n] >= copies->at[i][n] &&
				 copies->at[j][n] < copies->at[i][n] + length;
		most = count > most ? count : most;
	}
	return most;
}

/* Ordered at one moment, and not repeated in step. */
static void
not_in_step(void)
{
	const unsigned clients = 300;
	struct copies *copies = unanswered(clients, 7);
	struct copies *again = unanswered(clients, 7);
	struct copies *other = unanswered(clients, 8);

	for (unsigned i = 0; i < clients; i++) {
		CU_ASSERT_EQUAL(copies->count[i], COPIES);
		for (unsigned n = 1; n < COPIES; n++) {
			int64_t waited = copies->at[i][n] - copies->at[i][n - 1];

			CU_ASSERT(waited >= backoff_wait(SECOND, n, 0));
			/* And its turn by the rate. */
			CU_ASSERT(waited <= backoff_wait(SECOND, n, UINT64_MAX) +
						20 * MILLISECOND);
		}
	}
	CU_ASSERT_EQUAL(most_within(copies, clients, 0, 50 * MILLISECOND), clients);
	/* Over half a second, then over one and a half, and so on. */
	CU_ASSERT(most_within(copies, clients, 1, 50 * MILLISECOND) < clients / 5);
	CU_ASSERT(most_within(copies, clients, 2, 50 * MILLISECOND) < clients / 8);
	CU_ASSERT(most_within(copies, clients, 4, 50 * MILLISECOND) < clients / 20);
	CU_ASSERT_EQUAL(memcmp(copies, again, sizeof(*copies)), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(copies, other, sizeof(*copies)), 0);
	free(copies);
	free(again);
	free(other);
}

/* ---- 30 % loss ---- */

struct wire_count {
	struct fleet *const *fleet;
	unsigned orders, ids[2];       /* datagrams; failovers and reconnects */
	uint64_t seen[RIG_CLIENTS][2]; /* the newest failover and reconnect, by index */
};

static void
count_order(void *context, uint32_t row, const struct message *order)
{
	struct wire_count *count = context;
	uint32_t index = fleet_row(*count->fleet, row)->index;
	unsigned kind = order->type == MESSAGE_RECONNECT;
	uint64_t *seen = &count->seen[index % RIG_CLIENTS][kind];

	count->orders++;
	count->ids[kind] += *seen != order->id;
	*seen = order->id;
}

/* Copies that one order takes, when each datagram gets there with a chance of q and an
   answer to a copy comes before the next copy would leave. Known to the client, a copy ends
   it when that and its answer get through: 1 / q^2. Not known yet, what gets through brings
   two answers, received and then done: done ends it, received alone, or none, leaves what
   is known to the client. */
static double
copies_expected(double q)
{
	double known = 1 / (q * q);

	return (1 + q * (1 - q) * known) / q;
}

static void
play_seed(uint64_t seed)
{
	struct rig_options o = rig_defaults;
	struct wire_count *count = calloc(1, sizeof(*count));
	struct world *world;
	double expected, q;
	unsigned ids, repeated;

	o.clients = MANY;
	o.batch = MANY / 5;
	o.rate = 1000;
	world = world_new(&o, seed);
	if (count == NULL)
		abort();
	world->loss = 0.3;
	world->twice = 0.1;
	world->latency = 200 * MILLISECOND;
	world->delay = 150 * MILLISECOND; /* on top: later ones overtake */
	q = 1 - (1 - world->twice) * world->loss -
	    world->twice * world->loss * world->loss;
	world_judge(world, RIG_NEITHER);
	CU_ASSERT(world_until(world, world_all_here, 10 * MINUTE));
	count->fleet = &world->fleet;
	world->onlooker.context = count;
	world->onlooker.order = count_order;

	world_judge(world, RIG_FAILOVER);
	/* Of whom no answer got through is found by its hello. */
	CU_ASSERT(world_until(world, world_all_away, 15 * MINUTE));
	CU_ASSERT_EQUAL(world_most(world, HOOK_FAILOVER), 1);
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 20 * MINUTE));
	CU_ASSERT_EQUAL(world_most(world, HOOK_RECONNECT), 1);
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	CU_ASSERT_EQUAL(world->duplicate_identities, 0);

	/* Of five copies all are lost, or all answers, a few times in a hundred: who is
	   invited again then, by another operation, is so under another id. Some may have
	   asked before it was their turn. */
	CU_ASSERT_EQUAL(count->ids[0], MANY);
	CU_ASSERT(count->ids[1] <= MANY + MANY / 100);
	ids = count->ids[0] + count->ids[1];
	repeated = count->orders - ids;
	expected = (copies_expected(q) - 1) * ids;
	printf("30%% loss: %u orders, %u repetitions, %.0f expected\n", ids, repeated,
	       expected);
	CU_ASSERT(repeated <= 2 * expected);
	CU_ASSERT(repeated >= expected / 2); /* else nothing was lost */
	world_free(world);
	free(count);
}

static void
thirty_percent(void)
{
	for (uint64_t seed = 1; seed <= unit_rounds(10); seed++)
		play_seed(seed);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "how long is waited", waits },
		{ "those ordered together are not repeated in step", not_in_step },
		{ "1,000 told and back at 30% loss", thirty_percent },
	};
	return unit_run("delivery", tests, ARRAY_SIZE(tests));
}
