/* SPDX-License-Identifier: BSD-3-Clause */
/* Random walks: whatever comes, in whatever order, what must never happen does not, and
   what must happen does. Both ends are the programs' own, the network is bad.

   WALKS=N in the environment plays so many (1,000; fewer under memcheck), from the seed
   WALKS_FROM=S on. The seed of each that fails is printed: WALK_SEED=S plays that one
   alone and tells all that happens. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALKS 1000u
#define FEW   20u /* under memcheck */
#define STEPS 60u

/* ---- what may happen ---- */

static void
do_judge(struct walk *walk)
{
	static const char *const words[] = { "neither", "failover", "pending",
					     "connection", "unknown" };
	unsigned verdict = walk_below(walk, ARRAY_SIZE(words));

	/* What moves clients is the more telling. */
	if (walk_once(walk, 2))
		verdict = walk_once(walk, 2) ? RIG_FAILOVER : RIG_CONNECTION;
	walk_trace(walk, "judge %s", words[verdict]);
	world_judge(walk->world, (enum rig_verdict)verdict);
}

static struct node *
some_node(struct walk *walk)
{
	return &walk->world->node[walk_below(walk, walk->world->nodes)];
}

static void
do_node(struct walk *walk)
{
	struct node *node = some_node(walk);
	static const char *const words[] = { "up", "frozen", "down" };
	unsigned life = walk_once(walk, 2) ? NODE_UP : walk_below(walk, 3);

	node->fails = walk_once(walk, 4);
	walk_trace(walk, "client %s is %s%s", node->name, words[life],
		   node->fails ? ", its hook fails" : "");
	world_life(walk->world, node, (enum node_life)life);
}

static void
do_restart_client(struct walk *walk)
{
	unsigned n = walk_below(walk, walk->world->nodes);
	bool forget = walk_once(walk, 3);

	walk_trace(walk, "client %s restarts%s", walk->world->node[n].name,
		   forget ? " and has forgotten all" : "");
	/* What it was about to do is done again. */
	walk->again |= forget || walk->world->node[n].hooking;
	walk->forgot |= forget;
	if (forget)
		walk->ids[n] = 0; /* none was ever sent to it */
	world_restart_client(walk->world, n, forget);
	world_life(walk->world, &walk->world->node[n], NODE_UP);
}

static void
do_ask(struct walk *walk)
{
	struct node *node = some_node(walk);

	if (node->life != NODE_UP)
		return;
	walk_trace(walk, "client %s asks", node->name);
	(void)core_ask(node->core, world_node_now(walk->world, node));
	node->next = walk->world->boot;
}

static void
do_network(struct walk *walk)
{
	struct world *world = walk->world;

	world->loss = walk_once(walk, 2) ? 0 : walk_below(walk, 60) / 100.0;
	world->twice = walk_once(walk, 2) ? 0 : walk_below(walk, 40) / 100.0;
	world->delay =
	    (int64_t)(10 + walk_below(walk, walk_once(walk, 4) ? 5000 : 200)) *
	    MILLISECOND;
	world->echoes = walk_once(walk, 2);
	walk_trace(walk, "network: loss %.2f, twice %.2f, delay %" PRId64 " ms",
		   world->loss, world->twice, world->delay / MILLISECOND);
}

static void
do_pause(struct walk *walk)
{
	struct world *world = walk->world;
	unsigned bit = walk_below(walk, 3);
	bool on = walk_once(walk, 3);

	walk_trace(walk, "%s bit %u", on ? "pause" : "resume", bit);
	fleet_pause(world->fleet, 1u << bit, on, "walk", world_server_now(world));
}

static const char *
some_selection(struct walk *walk, char *out, size_t size)
{
	const struct policy *policy = walk->world->policy;
	const char *a =
	    policy->client[walk_below(walk, (unsigned)policy->clients)].name;
	const char *b =
	    policy->client[walk_below(walk, (unsigned)policy->clients)].name;

	switch (walk_below(walk, 6)) {
	case 0:
		snprintf(out, size, "all");
		break;
	case 1:
		snprintf(out, size, "client:%s", a);
		break;
	case 2:
		snprintf(out, size, "client:%s,%s", a, b);
		break;
	case 3:
		snprintf(out, size, "all - client:%s", a);
		break;
	case 4:
		snprintf(out, size, "group:g%u", walk_below(walk, 3));
		break;
	default:
		snprintf(out, size, "list:l + client:%s - client:%s", a, b);
		break;
	}
	return out;
}

static void
do_operate(struct walk *walk)
{
	static const char *const who[] = { "anna", "bob" };
	struct world *world = walk->world;
	char selection[3 * NAME_TEXT], why[FLEET_WHY];
	struct fleet_wish wish = {
		.action = (enum action)(1 + walk_below(walk, 5)),
		.selection = some_selection(walk, selection, sizeof(selection)),
		.requester = who[walk_below(walk, 2)],
		.reason = "walk",
		.hold = walk_once(walk, 4)
			    ? 0
			    : (int64_t)(1 + walk_below(walk, 600)) * SECOND,
		.share = walk_once(walk, 2) ? 0 : (1 + walk_below(walk, 100)) / 100.0,
		.limit = walk_once(walk, 3) ? 1 + walk_below(walk, 10) : 0,
		.force = walk_once(walk, 4),
	};
	uint32_t number;

	number = fleet_operate(world->fleet, &wish, world_server_now(world), why);
	walk_trace(walk, "operate %s %s by %s%s: %u, %s", action_name(wish.action),
		   wish.selection, wish.requester, wish.force ? " with force" : "",
		   number, why);
}

static void
do_cancel(struct walk *walk)
{
	struct world *world = walk->world;
	const struct operation *found;
	char why[FLEET_WHY];
	uint32_t number = 0;

	for (size_t i = 0; (found = fleet_operation(world->fleet, i)) != NULL; i++)
		if (found->initiator == INITIATOR_OPERATOR &&
		    (number == 0 || walk_once(walk, 3)))
			number = found->number;
	if (number == 0)
		return;
	(void)fleet_cancel(world->fleet, number, world_server_now(world), why);
	walk_trace(walk, "cancel %u: %s", number, why);
}

static void
do_restart(struct walk *walk)
{
	struct world *world = walk->world;
	unsigned what = walk_below(walk, 8);

	/* Stopped, killed, or killed when the store was lost too. */
	walk_trace(walk, "the daemon %s",
		   what == 0  ? "has lost its store"
		   : what < 4 ? "is stopped and started"
			      : "is killed and started");
	if (what > 0 && what < 4) {
		walk_stops(walk);
		world_stop_server(world);
	} else {
		world_kill_server(world);
	}
	walk->killed |= what == 0 || what >= 4;
	if (what == 0) {
		world_forget_server(world);
		memset(walk->ids, 0, sizeof(walk->ids));
		walk->forgot = true;
	}
	if (walk_once(walk, 3)) {
		world->onlooker = (struct onlooker){ 0 };
		world_run(world, (int64_t)walk_below(walk, 120) * SECOND);
	}
	world_start_server(world);
	walk_watch(walk);
	walk_started(walk);
	world_judge(world, world->verdict);
}

static void
do_reload(struct walk *walk)
{
	walk_trace(walk, "reload");
	walk->before = walk->world->policy->connection;
	walk->reloaded = world_server_now(walk->world).boot;
	world_reload(walk->world, walk_policy(walk));
}

static void
do_store(struct walk *walk)
{
	walk->world->store_delay =
	    (int64_t)(1 + walk_below(walk, walk_once(walk, 3) ? 30000 : 50)) *
	    MILLISECOND;
	walk->world->rows_last = walk_once(walk, 2);
	walk_trace(walk, "the store takes %" PRId64 " ms",
		   walk->world->store_delay / MILLISECOND);
}

static void
do_alternate(struct walk *walk)
{
	struct walk_alternate *alternate = &walk->alternate[11 + walk_below(walk, 8)];
	struct fleet_health *health = &alternate->health;

	alternate->deaf = walk_once(walk, 4);
	health->state =
	    walk_once(walk, 3) ? SERVER_SERVING + walk_below(walk, 5) : SERVER_SERVING;
	health->known = !walk_once(walk, 10);
	health->performance = walk_once(walk, 4) ? 50 : 90;
	health->clients = walk_below(walk, 20);
	walk_trace(walk, "alternate 192.0.2.%u: %s, %s, performance %g, %u clients",
		   (unsigned)(alternate - walk->alternate),
		   alternate->deaf ? "deaf" : "heard", server_state_name(health->state),
		   health->performance, health->clients);
}

/* Within what the two ends take as fresh, and beyond it. */
static void
do_clock(struct walk *walk)
{
	unsigned most = walk_once(walk, 3) ? 7200 : 200;
	int64_t skew = ((int64_t)walk_below(walk, most) - most / 2) * SECOND;

	walk_trace(walk, "a clock is off by %" PRId64 " s", skew / SECOND);
	if (walk_once(walk, 2))
		walk->world->skew = skew;
	else
		some_node(walk)->skew = skew;
}

static const struct {
	void (*act)(struct walk *walk);
	unsigned weight;
} actions[] = {
	{ do_judge, 30 },    { do_node, 20 },   { do_restart_client, 6 },
	{ do_ask, 8 },       { do_network, 8 }, { do_pause, 5 },
	{ do_operate, 20 },  { do_cancel, 3 },  { do_restart, 5 },
	{ do_reload, 4 },    { do_store, 4 },   { do_clock, 2 },
	{ do_alternate, 8 },
};

static void
something(struct walk *walk)
{
	unsigned all = 0, at;

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		all += actions[i].weight;
	at = walk_below(walk, all);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (at < actions[i].weight) {
			actions[i].act(walk);
			break;
		}
		at -= actions[i].weight;
	}
}

/* ---- a walk ---- */

static int64_t
some_time(struct walk *walk)
{
	unsigned most = walk_once(walk, 8) ? 600000 : walk_once(walk, 2) ? 20000 : 1500;

	return (int64_t)walk_below(walk, most) * MILLISECOND;
}

static unsigned
walk_play(uint64_t seed, bool trace)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	unsigned failures;

	if (walk == NULL)
		abort();
	walk->seed = seed;
	walk->trace = trace;
	random_seed(&walk->random, seed);
	walk->world = world_of(walk_policy(walk), WALK_NODES, seed);
	/* Most fleets are small enough for all to be done in one call. */
	walk->portion = PORTION;
	if (walk_once(walk, 2)) {
		walk->portion = 1 + walk_below(walk, 4);
		walk->world->turn = (int64_t)walk_below(walk, 2000) * MILLISECOND;
	}
	walk_watch(walk);
	walk_started(walk);
	walk_alternates_well(walk);
	world_run(walk->world, 5 * SECOND);
	for (; walk->step < STEPS && (walk->failures == 0 || trace); walk->step++) {
		something(walk);
		world_run(walk->world, 0);
		world_run(walk->world, some_time(walk));
		if (walk_once(walk, 4))
			walk_early(walk);
	}
	if (walk->failures == 0 || trace)
		walk_ends(walk);
	failures = walk->failures;
	world_free(walk->world);
	free(walk);
	return failures;
}

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

int
main(void)
{
	bool one = getenv("WALK_SEED") != NULL;
	uint64_t count = number_of("WALKS", getenv("VALGRIND") != NULL ? FEW : WALKS);
	uint64_t from = number_of("WALKS_FROM", 1), failed = 0;

	if (one) {
		from = number_of("WALK_SEED", 0);
		count = 1;
	}
	for (uint64_t i = 0; i < count; i++)
		failed += walk_play(from + i, one) > 0;
	printf("%" PRIu64 " walks from seed %" PRIu64 ", %" PRIu64 " failed%s\n", count,
	       from, failed, failed > 0 ? "; WALK_SEED=N tells of one" : "");
	return failed > 0;
}
