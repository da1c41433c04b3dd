/* SPDX-License-Identifier: BSD-3-Clause */
/* Two servers that are each other's alternate, whose performance falls with those who come:
   ten minutes of virtual time, and nobody bounces. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#define CLIENTS 100u
/* What one client costs, and what the thresholds of the rig's policy are. */
#define COST       0.3
#define FAILOVER   30.0
#define CONNECTION 60.0
/* Seconds that a threshold must be crossed for. */
#define FAILOVER_FOR   10u
#define CONNECTION_FOR 60u
/* Half of the room of 250 less 100: with so many guests nobody is above his connection
   threshold any more, so the others stay at home. */
#define GUESTS 75u

struct side {
	struct rig *rig;
	double extra; /* performance that something else takes */
	unsigned below, above;
	unsigned failovers, reconnects;
};

struct pair {
	struct side side[2];
};

static unsigned
here(const struct side *side)
{
	return rig_summary(side->rig).place[PLACE_HERE];
}

static unsigned
guests(const struct side *other)
{
	return rig_summary(other->rig).place[PLACE_AWAY];
}

static double
performance(const struct pair *pair, unsigned i)
{
	const struct side *side = &pair->side[i];
	unsigned load = here(side) + guests(&pair->side[1 - i]);
	double left = 100 - COST * load - side->extra;

	return left > 0 ? left : 0;
}

static struct pair
pair_new(void)
{
	struct pair pair = { 0 };

	for (unsigned i = 0; i < 2; i++)
		pair.side[i].rig = rig_serving("clients=100 alternates=1 capacity=250 "
					       "health=5s every=10s batch=20");
	return pair;
}

static void
pair_free(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++)
		rig_free(pair->side[i].rig);
}

static void
second(struct pair *pair)
{
	double now[2] = { performance(pair, 0), performance(pair, 1) };

	for (unsigned i = 0; i < 2; i++) {
		struct side *side = &pair->side[i];
		struct side *other = &pair->side[1 - i];

		side->rig->peer[0].health = (struct fleet_health){
			.state = rig_summary(other->rig).state,
			.known = true,
			.performance = now[1 - i],
			.threshold = CONNECTION,
			.clients = here(other),
		};
		side->below = now[i] < FAILOVER ? side->below + 1 : 0;
		side->above = now[i] > CONNECTION ? side->above + 1 : 0;
		rig_judge(side->rig, side->below >= FAILOVER_FOR     ? RIG_FAILOVER
				     : side->below > 0               ? RIG_PENDING
				     : side->above >= CONNECTION_FOR ? RIG_CONNECTION
								     : RIG_NEITHER);
		rig_run(side->rig, SECOND);
		side->failovers += side->rig->sent[MESSAGE_FAILOVER];
		side->reconnects += side->rig->sent[MESSAGE_RECONNECT];
		memset(side->rig->sent, 0, sizeof(side->rig->sent));
		side->rig->events = 0;
	}
}

static void
play(struct pair *pair, unsigned seconds)
{
	while (seconds-- > 0)
		second(pair);
}

static void
test_both_drown(void)
{
	struct pair pair = pair_new();

	play(&pair, 30);
	pair.side[0].extra = pair.side[1].extra = 60;
	play(&pair, 600);
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(pair.side[i].failovers, 0);
		CU_ASSERT_EQUAL(here(&pair.side[i]), CLIENTS);
		CU_ASSERT_EQUAL(rig_summary(pair.side[i].rig).state, SERVER_SERVING);
	}
	/* The first that recovers takes what it can, and no more than once. */
	pair.side[1].extra = 0;
	play(&pair, 600);
	CU_ASSERT_EQUAL(pair.side[0].failovers, GUESTS);
	CU_ASSERT_EQUAL(pair.side[1].failovers, 0);
	pair_free(&pair);
}

/* One drowns, and its clients drown the other: those stay where they are. */
static void
test_one_takes_the_other_along(void)
{
	struct pair pair = pair_new();

	play(&pair, 30);
	pair.side[1].extra = 5;
	pair.side[0].extra = 60;
	play(&pair, 120);
	CU_ASSERT_EQUAL(guests(&pair.side[0]), GUESTS);
	pair.side[1].extra = 25;
	play(&pair, 600);
	CU_ASSERT(performance(&pair, 1) < FAILOVER);
	CU_ASSERT_EQUAL(pair.side[0].failovers, GUESTS);
	CU_ASSERT_EQUAL(pair.side[1].failovers, 0);
	CU_ASSERT_EQUAL(here(&pair.side[1]), CLIENTS);
	/* Well again, the first calls back its own, which helps the second as well. */
	pair.side[0].extra = 0;
	play(&pair, 300);
	CU_ASSERT_EQUAL(here(&pair.side[0]), CLIENTS);
	CU_ASSERT_EQUAL(pair.side[0].reconnects, GUESTS);
	CU_ASSERT_EQUAL(pair.side[0].failovers, GUESTS);
	CU_ASSERT_EQUAL(pair.side[1].failovers, 0);
	pair_free(&pair);
}

/* In turns, a minute each: every move is one order a client. */
static void
test_in_turns(void)
{
	struct pair pair = pair_new();

	play(&pair, 30);
	for (unsigned turn = 0; turn < 10; turn++) {
		unsigned bad = turn % 2;
		unsigned before[2] = { pair.side[0].failovers, pair.side[1].failovers };

		pair.side[bad].extra = 60;
		pair.side[1 - bad].extra = 0;
		play(&pair, 60);
		for (unsigned i = 0; i < 2; i++)
			CU_ASSERT(pair.side[i].failovers - before[i] <= CLIENTS);
		for (unsigned i = 0; i < 2; i++)
			CU_ASSERT_EQUAL(here(&pair.side[i]) + guests(&pair.side[i]),
					CLIENTS);
	}
	pair.side[0].extra = pair.side[1].extra = 0;
	play(&pair, 600);
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(here(&pair.side[i]), CLIENTS);
	pair_free(&pair);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "both drown", test_both_drown },
		{ "one takes the other along", test_one_takes_the_other_along },
		{ "in turns", test_in_turns },
	};

	return unit_run("neighbours", tests, sizeof(tests) / sizeof(tests[0]));
}
