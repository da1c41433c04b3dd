/* SPDX-License-Identifier: BSD-3-Clause */
/* Both ends together on a bad network: loss, clocks, lost stores, kills. */
#include "config.h"

#include "tests/unit/unit.h"
#include "tests/unit/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY  1000u
#define KILLS 50u

static struct rig_options
options(unsigned clients)
{
	struct rig_options o = rig_defaults;

	o.clients = clients;
	o.batch = clients / 5 > 0 ? clients / 5 : 1;
	o.rate = 1000;
	return o;
}

static struct fleet_summary
summary(const struct world *world)
{
	struct fleet_summary s;

	fleet_summary(world->fleet, &s);
	return s;
}

/* Everybody started, was heard, and the server serves. */
static struct world *
world_serving(unsigned clients, uint64_t seed)
{
	struct rig_options o = options(clients);
	struct world *world = world_new(&o, seed);

	world_judge(world, RIG_NEITHER);
	CU_ASSERT(world_until(world, world_all_here, MINUTE));
	return world;
}

/* A whole cycle from whatever is: ordered away, called back, nobody forgotten. */
static void
cycle(struct world *world, int64_t limit)
{
	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, limit));
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, limit));
	world_judge(world, RIG_NEITHER);
	CU_ASSERT_EQUAL(world->duplicate_identities, 0);
}

static void
loss(void)
{
	struct rig_options o = options(MANY);
	struct world *world = world_new(&o, 1);

	world->loss = 0.2;
	world->twice = 0.05;
	world->delay = 300 * MILLISECOND;
	world_judge(world, RIG_NEITHER);
	CU_ASSERT(world_until(world, world_all_here, 5 * MINUTE));
	world_judge(world, RIG_FAILOVER);
	/* Those few whose every copy was lost are found by their hello. */
	CU_ASSERT(world_until(world, world_all_away, 10 * MINUTE));
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	CU_ASSERT_EQUAL(world_most(world, HOOK_FAILOVER), 1);
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 20 * MINUTE));
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	CU_ASSERT_EQUAL(world->duplicate_identities, 0);
	CU_ASSERT(world->lost > 2000);
	world_free(world);
}

/* ---- clocks and stores ---- */

static void
server_clock(int64_t jump)
{
	struct world *world = world_serving(20, 2);

	world->skew = jump;
	cycle(world, 15 * MINUTE);
	world->skew = 0;
	cycle(world, 15 * MINUTE);
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	world_free(world);
}

static void
server_clock_back(void)
{
	server_clock(-HOUR);
}

static void
server_clock_forward(void)
{
	server_clock(HOUR);
}

static void
client_clock(int64_t jump)
{
	struct world *world = world_serving(20, 3);

	for (unsigned i = 0; i < 10; i++)
		world->node[i].skew = jump;
	cycle(world, 15 * MINUTE);
	for (unsigned i = 0; i < 10; i++)
		world->node[i].skew = 0;
	cycle(world, 15 * MINUTE);
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	world_free(world);
}

static void
client_clock_back(void)
{
	client_clock(-HOUR);
}

static void
client_clock_forward(void)
{
	client_clock(HOUR);
}

static void
clock_jumps_while_away(void)
{
	struct world *world = world_serving(20, 4);

	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, MINUTE));
	world->skew = -HOUR;
	for (unsigned i = 0; i < 10; i++)
		world->node[i].skew = HOUR;
	world_run(world, 10 * SECOND);
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 15 * MINUTE));
	cycle(world, 15 * MINUTE);
	world_free(world);
}

static void
server_store_deleted(void)
{
	struct world *world = world_serving(20, 5);

	cycle(world, 15 * MINUTE);
	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, MINUTE));
	world_kill_server(world);
	world_forget_server(world);
	world_start_server(world);
	world_judge(world, RIG_CONNECTION);
	/* Nothing is known of anybody: their hellos tell, or they ask. */
	CU_ASSERT(world_until(world, world_all_here, 20 * MINUTE));
	cycle(world, 15 * MINUTE);
	world_free(world);
}

static void
server_store_deleted_at_once(void)
{
	struct world *world = world_serving(20, 6);

	cycle(world, 15 * MINUTE);
	world_kill_server(world);
	world_forget_server(world);
	world_start_server(world);
	cycle(world, 15 * MINUTE);
	world_free(world);
}

static void
client_store_deleted(void)
{
	struct world *world = world_serving(20, 7);

	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, MINUTE));
	for (unsigned i = 0; i < 10; i++)
		world_restart_client(world, i, true);
	world_run(world, MINUTE);
	/* Their hook found them away: nothing was moved by forgetting. */
	CU_ASSERT(world_all_away(world));
	CU_ASSERT_EQUAL(world_most(world, HOOK_FAILOVER), 1);
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 15 * MINUTE));
	for (unsigned i = 5; i < 15; i++)
		world_restart_client(world, i, true);
	cycle(world, 15 * MINUTE);
	world_free(world);
}

static void
both_stores_and_clocks(void)
{
	struct world *world = world_serving(20, 8);

	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, MINUTE));
	world_kill_server(world);
	world_forget_server(world);
	world->skew = -HOUR;
	for (unsigned i = 0; i < 10; i++) {
		world->node[i].skew = HOUR;
		world_restart_client(world, i, true);
	}
	world_start_server(world);
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 20 * MINUTE));
	cycle(world, 15 * MINUTE);
	world_free(world);
}

/* ---- nobody is stranded, nobody returns against the server's will ---- */

static void
dead_server_strands_nobody(void)
{
	struct world *world = world_serving(100, 9);

	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, MINUTE));
	world_kill_server(world);
	world_run(world, 50 * MINUTE);
	CU_ASSERT_EQUAL(world_really(world, PLACE_AWAY), 100);
	world_run(world, 16 * MINUTE);
	CU_ASSERT(world_really(world, PLACE_HERE) > 20);
	CU_ASSERT(world_really(world, PLACE_AWAY) > 20);
	world_run(world, 8 * MINUTE);
	CU_ASSERT_EQUAL(world_really(world, PLACE_HERE), 100);
	world_free(world);
}

static void
living_server_holds_them(void)
{
	struct world *world = world_serving(100, 10);

	world->loss = 0.1;
	world_judge(world, RIG_FAILOVER);
	world_run(world, 5 * HOUR);
	CU_ASSERT_EQUAL(world_really(world, PLACE_AWAY), 100);
	CU_ASSERT_EQUAL(world_most(world, HOOK_FAILOVER), 1);
	CU_ASSERT(summary(world).refused > 1000);
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 20 * MINUTE));
	world_free(world);
}

/* ---- kill -9 ---- */

/* One failover of a thousand with a kill in it; the store lags by up to two seconds. */
static void
killed_once(uint64_t seed, int64_t moment)
{
	struct rig_options o = options(MANY);
	struct world *world = world_new(&o, seed);

	world_judge(world, RIG_NEITHER);
	CU_ASSERT(world_until(world, world_all_here, MINUTE));
	world_run(world, 5 * SECOND);
	world->rows_last = seed % 2;
	world->store_delay = 1 + (int64_t)random_below(&world->random, 2 * SECOND);
	world_judge(world, RIG_FAILOVER);
	world_run(world, moment);
	world_kill_server(world);
	world_run(world, (int64_t)random_below(&world->random, 5 * SECOND));
	world_start_server(world);
	world_run(world, (int64_t)random_below(&world->random, 3 * SECOND));
	world_judge(world, RIG_FAILOVER);
	if (!world_until(world, world_all_away, 10 * MINUTE) ||
	    world_most(world, HOOK_FAILOVER) != 1 || world_acted_twice(world) != 0) {
		printf("seed %llu killed at %lld us: %u away, most ids %u, twice %u\n",
		       (unsigned long long)seed, (long long)moment,
		       world_really(world, PLACE_AWAY),
		       world_most(world, HOOK_FAILOVER), world_acted_twice(world));
		CU_FAIL("a client did not end right");
	}
	CU_ASSERT_EQUAL(world->duplicate_identities, 0);
	world_free(world);
}

static void
killed(void)
{
	struct random random;

	random_seed(&random, 50);
	for (unsigned i = 0; i < unit_rounds(KILLS); i++)
		killed_once(1000 + i,
			    1 + (int64_t)random_below(&random, 2500 * MILLISECOND));
}

/* Again and again in one failover. */
static void
killed_often(void)
{
	struct world *world = world_serving(300, 11);

	world_run(world, 5 * SECOND);
	world->store_delay = 500 * MILLISECOND;
	world->loss = 0.05;
	for (unsigned i = 0; i < 10; i++) {
		world_judge(world, RIG_FAILOVER);
		world_run(world,
			  (int64_t)random_below(&world->random, 400 * MILLISECOND));
		world_kill_server(world);
		world_run(world, (int64_t)random_below(&world->random, SECOND));
		world_start_server(world);
	}
	world_judge(world, RIG_FAILOVER);
	CU_ASSERT(world_until(world, world_all_away, 10 * MINUTE));
	CU_ASSERT_EQUAL(world_most(world, HOOK_FAILOVER), 1);
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	/* And in the call-back. */
	for (unsigned i = 0; i < 10; i++) {
		world_judge(world, RIG_CONNECTION);
		world_run(world, (int64_t)random_below(&world->random, 4 * SECOND));
		world_kill_server(world);
		world_run(world, (int64_t)random_below(&world->random, SECOND));
		world_start_server(world);
	}
	world_judge(world, RIG_CONNECTION);
	CU_ASSERT(world_until(world, world_all_here, 20 * MINUTE));
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	world_free(world);
}

/* Away and back, a kill in each: the store is behind by more than one operation, so that
   a restart finds what was true one or several operations ago. The clients know better,
   and are asked: nobody waits for his next hello, and nobody is told twice. */
static bool
round_killed(struct world *world, enum rig_verdict verdict)
{
	bool away = verdict == RIG_FAILOVER;
	enum hook_event event = away ? HOOK_FAILOVER : HOOK_RECONNECT;
	int64_t begun = world->boot;

	world_forget_deeds(world);
	world_judge(world, verdict);
	world_run(world, (int64_t)random_below(&world->random, 600 * MILLISECOND));
	world_kill_server(world);
	world_run(world, 100 * MILLISECOND);
	world->store_delay = 1 + (int64_t)random_below(&world->random, 3 * SECOND);
	world_start_server(world);
	world_run(world, (int64_t)random_below(&world->random, SECOND));
	world_judge(world, verdict);
	if (world_until(world, away ? world_all_away : world_all_here, 20 * SECOND) &&
	    world_most(world, event) == 1 && world_acted_twice(world) == 0)
		return true;
	printf("%s killed, %lld ms: %u of %u there, most ids %u, twice %u\n",
	       away ? "failover" : "reconnect",
	       (long long)((world->boot - begun) / MILLISECOND),
	       world_really(world, away ? PLACE_AWAY : PLACE_HERE), world->nodes,
	       world_most(world, event), world_acted_twice(world));
	return false;
}

static void
killed_behind(void)
{
	struct rig_options o = options(200);
	unsigned failed = 0;

	o.batch = o.clients;
	snprintf(o.every, sizeof(o.every), "1s");
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct world *world = world_new(&o, seed);

		world->rows_last = seed % 2;
		world_judge(world, RIG_NEITHER);
		CU_ASSERT(world_until(world, world_all_here, MINUTE));
		cycle(world, MINUTE);
		world_run(world, 5 * SECOND);
		for (unsigned i = 0; i < 20; i++)
			failed += !round_killed(world, i % 2 == 0 ? RIG_FAILOVER
								  : RIG_CONNECTION);
		CU_ASSERT_EQUAL(world->duplicate_identities, 0);
		world_free(world);
	}
	CU_ASSERT_EQUAL(failed, 0);
}

/* ---- operators ---- */

static uint32_t
operate(struct world *world, enum action action, const char *selection, double share,
	bool force)
{
	const struct fleet_wish wish = { .action = action,
					 .selection = selection,
					 .requester = "anna",
					 .reason = "disk swap",
					 .hold = HOUR,
					 .share = share,
					 .force = force };
	char why[FLEET_WHY];

	return fleet_operate(world->fleet, &wish, world_server_now(world), why);
}

static bool
half_held_away(const struct world *world)
{
	struct fleet_summary s = summary(world);

	return s.held == world->nodes / 2 && s.place[PLACE_AWAY] == world->nodes / 2 &&
	       world_really(world, PLACE_AWAY) == world->nodes / 2;
}

/* An operator moves half of them, and the engine dies in it. If it then knows nothing of
   that, the operator says it again. Nobody is moved by two orders, or too many. */
static void
killed_under_an_operator(uint64_t seed, int64_t moment)
{
	struct world *world = world_serving(200, seed);
	const struct operation *last;
	uint32_t number;

	world_run(world, 5 * SECOND);
	world->rows_last = seed % 2;
	world->store_delay = 1 + (int64_t)random_below(&world->random, SECOND);
	CU_ASSERT_NOT_EQUAL(operate(world, ACTION_FAILOVER, "all", 0.5, false), 0);
	world_run(world, moment);
	world_kill_server(world);
	world_run(world, (int64_t)random_below(&world->random, 5 * SECOND));
	world_start_server(world);
	world_judge(world, RIG_NEITHER);
	/* By force: the store may know of somebody whom the lost operation held. */
	if (fleet_operation(world->fleet, 0) == NULL)
		CU_ASSERT_NOT_EQUAL(operate(world, ACTION_FAILOVER, "all", 0.5, true),
				    0);
	if (!world_until(world, half_held_away, 10 * MINUTE) ||
	    world_most(world, HOOK_FAILOVER) != 1 || world_acted_twice(world) != 0) {
		printf("seed %llu killed at %lld us: %u away, %u held, most ids %u, "
		       "twice %u\n",
		       (unsigned long long)seed, (long long)moment,
		       world_really(world, PLACE_AWAY), summary(world).held,
		       world_most(world, HOOK_FAILOVER), world_acted_twice(world));
		CU_FAIL("an operator's failover did not end right");
	}
	/* Called back, with a death in it too. */
	world_run(world, 5 * SECOND);
	number = operate(world, ACTION_RECONNECT, "all", 1, true);
	CU_ASSERT_NOT_EQUAL(number, 0);
	world_run(world, 2 * moment);
	world_kill_server(world);
	world_start_server(world);
	world_judge(world, RIG_NEITHER);
	last = fleet_operation(world->fleet, 0);
	if (last == NULL || last->number != number)
		(void)operate(world, ACTION_RECONNECT, "all", 1, true);
	CU_ASSERT(world_until(world, world_all_here, 10 * MINUTE));
	CU_ASSERT_EQUAL(world_acted_twice(world), 0);
	CU_ASSERT_EQUAL(world->duplicate_identities, 0);
	world_free(world);
}

static void
operators_killed(void)
{
	struct random random;

	random_seed(&random, 51);
	for (unsigned i = 0; i < unit_rounds(KILLS); i++)
		killed_under_an_operator(
		    2000 + i, 1 + (int64_t)random_below(&random, 1500 * MILLISECOND));
}

static void
operator_something(struct world *world)
{
	char selection[64];
	enum action action = (enum action)(1 + random_below(&world->random, 5));
	const struct operation *last = fleet_operation(world->fleet, 0);
	char why[FLEET_WHY];

	snprintf(selection, sizeof(selection), "client:c%u,c%u,c%u",
		 1 + (unsigned)random_below(&world->random, world->nodes),
		 1 + (unsigned)random_below(&world->random, world->nodes),
		 1 + (unsigned)random_below(&world->random, world->nodes));
	if (last != NULL && random_below(&world->random, 5) == 0)
		(void)fleet_cancel(world->fleet, last->number, world_server_now(world),
				   why);
	else
		(void)operate(world, action, selection, 1,
			      random_below(&world->random, 3) == 0);
}

/* ---- everything at once ---- */

static void
world_something(struct world *world)
{
	unsigned n = (unsigned)random_below(&world->random, world->nodes);
	int64_t skew = ((int64_t)random_below(&world->random, 5) - 2) * 30 * MINUTE;

	if (world->nodes % 2 == 1 && random_below(&world->random, 3) == 0) {
		operator_something(world);
		return;
	}
	switch (random_below(&world->random, 12)) {
	case 0:
	case 1:
	case 2:
		world_judge(world, RIG_FAILOVER);
		break;
	case 3:
	case 4:
	case 5:
		world_judge(world, RIG_CONNECTION);
		break;
	case 6:
		world_judge(world, RIG_NEITHER);
		break;
	case 7:
		world->skew = skew;
		break;
	case 8:
		world->node[n].skew = skew;
		break;
	case 9:
		world_restart_client(world, n, random_below(&world->random, 2));
		break;
	default:
		world_kill_server(world);
		world_run(world, (int64_t)random_below(&world->random, 5 * SECOND));
		if (random_below(&world->random, 4) == 0)
			world_forget_server(world);
		world_start_server(world);
		break;
	}
}

/* Clocks, kills, lost stores, loss: then a calm network, and everybody comes back. */
static void
world_storm(uint64_t seed)
{
	/* An odd number of clients has operators. */
	struct rig_options o = options(12 + seed % 2);
	struct world *world = world_new(&o, seed);

	world->loss = 0.1;
	world->twice = 0.1;
	world->delay = 2 * SECOND;
	world->store_delay = SECOND;
	for (unsigned i = 0; i < 60; i++) {
		world_something(world);
		world_run(world, (int64_t)random_below(&world->random, 90 * SECOND));
	}
	world->loss = 0;
	(void)operate(world, ACTION_RESUME, "all", 1, true);
	(void)operate(world, ACTION_RELEASE, "all", 1, true);
	CU_ASSERT_EQUAL(summary(world).held, 0);
	world_judge(world, RIG_CONNECTION);
	if (!world_until(world, world_all_here, 3 * HOUR)) {
		struct fleet_summary s = summary(world);

		printf(
		    "storm %llu: %u really here, %u known here, server %s, mode %s\n",
		    (unsigned long long)seed, world_really(world, PLACE_HERE),
		    s.place[PLACE_HERE], server_state_name(s.state),
		    policy_mode_name(s.mode));
		CU_FAIL("not everybody came back");
	}
	CU_ASSERT_EQUAL(world->duplicate_identities, 0);
	world_free(world);
}

static void
storms(void)
{
	for (uint64_t seed = 1; seed <= 60; seed++)
		world_storm(seed);
}

static const struct unit_test tests[] = {
	{ "1,000 told and back at 20% loss", loss },
	{ "the server's clock an hour back", server_clock_back },
	{ "the server's clock an hour forward", server_clock_forward },
	{ "clients' clocks an hour back", client_clock_back },
	{ "clients' clocks an hour forward", client_clock_forward },
	{ "both clocks jump while away", clock_jumps_while_away },
	{ "the server's store deleted while they are away", server_store_deleted },
	{ "the server's store deleted, then a failover", server_store_deleted_at_once },
	{ "clients' stores deleted", client_store_deleted },
	{ "both stores deleted, both clocks wrong", both_stores_and_clocks },
	{ "a dead server strands nobody", dead_server_strands_nobody },
	{ "a living server holds its clients", living_server_holds_them },
	{ "killed at 50 moments of a failover of 1,000", killed },
	{ "killed again and again", killed_often },
	{ "killed while the store is operations behind", killed_behind },
	{ "killed at 50 moments of an operator's failover", operators_killed },
	{ "storms", storms },
};

int
main(void)
{
	return unit_run("world", tests, ARRAY_SIZE(tests));
}
