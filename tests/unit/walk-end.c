/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a walk: all is well again, and what must come comes, in a time that can be
   told. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/walk.h"

#include <stdio.h>
#include <string.h>

/* Of the client: its own timeout is 10 minutes, and it asks again each minute. */
#define ASKS (15 * MINUTE)

/* An order, and as many questions before it, to everybody: repeated, corrected, done. */
static int64_t
bound_orders(const struct policy *policy)
{
	unsigned attempts = policy->failover.attempts;
	int64_t each = 2 * backoff_most(policy->failover.retry, attempts) +
		       (int64_t)attempts * backoff_jitter(HOOK_PACE, UINT64_MAX) +
		       policy->failover.spread + 2 * SECOND;

	return (CORRECTIONS + 1) * each +
	       2 * (int64_t)(2 * policy->failover.attempts * WALK_NODES) * SECOND /
		   policy->failover.rate;
}

static int64_t
bound_batches(const struct policy *policy)
{
	/* Somebody each time, operators' call-backs first. */
	return 2 * (int64_t)WALK_CLIENTS * policy->connection.every;
}

/* Until the last step, and until a call-back may begin. */
static int64_t
bound_waits(const struct policy *policy)
{
	int64_t waits = policy->failover.hold_down_max > policy->failover.hold_down
			    ? policy->failover.hold_down_max
			    : policy->failover.hold_down;

	for (size_t i = 0; i < policy->failover.steps; i++)
		waits += policy->failover.step[i].after;
	return waits;
}

static int64_t
bound_return(const struct walk *walk)
{
	const struct policy *policy = walk->world->policy;

	return bound_orders(policy) + bound_batches(policy) + bound_waits(policy) +
	       walk->validity_max / 5 * 6 + 4 * policy->hello + ASKS;
}

static bool
orders_ended(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->rows; i++)
		if (fleet->row[i].pending || fleet->row[i].asks)
			return false;
	return true;
}

static bool
operations_ended(struct fleet *fleet)
{
	for (size_t i = 0; i < OPERATIONS; i++)
		if (fleet->task[i].pub.number != 0 && task_open(&fleet->task[i]))
			return false;
	return true;
}

/* How many the policy wants away when nobody is held. */
static size_t
wanted(struct fleet *fleet)
{
	static uint8_t state[WALK_NODES];
	static uint32_t chosen[WALK_NODES];
	const struct policy *policy = fleet->policy;
	size_t count = 0;
	size_t most =
	    policy->clients - policy_share(policy->failover.keep, policy->clients);

	/* Each step has its own share; those of the others count as moved. */
	for (size_t i = 0; i < policy->failover.steps; i++) {
		size_t step = policy_select(policy, &policy->failover.step[i].select,
					    state, 1, chosen);

		count = step > count ? step : count;
	}
	return count < most ? count : most;
}

static bool
all_left(const struct world *world)
{
	struct fleet *fleet = world->fleet;
	size_t away = 0;

	for (size_t i = 0; i < fleet->policy->clients; i++)
		away += fleet->row[i].pub.place == PLACE_AWAY &&
			fleet->row[i].pub.order == ORDER_STATE_DONE;
	/* Somebody who is away for another reason may have what room there is. */
	return (fleet->state == SERVER_AWAY || alternates_room(fleet, false) == 0) &&
	       operations_ended(fleet) && orders_ended(fleet) &&
	       (away >= wanted(fleet) || alternates_room(fleet, false) == 0);
}

static bool
all_back(const struct world *world)
{
	struct fleet *fleet = world->fleet;

	if (fleet->state != SERVER_SERVING || !operations_ended(fleet) ||
	    !orders_ended(fleet) || fleet->rows != fleet->policy->clients)
		return false;
	for (size_t i = 0; i < fleet->rows; i++) {
		const struct node *node =
		    world_node(world, fleet_client_address(fleet, (uint32_t)i));

		if (fleet->row[i].pub.place != PLACE_HERE ||
		    fleet->row[i].pub.order != ORDER_STATE_NONE ||
		    node->really != PLACE_HERE)
			return false;
	}
	return true;
}

static bool
all_rest(const struct world *world)
{
	return operations_ended(world->fleet) && orders_ended(world->fleet);
}

/* The same of what had begun by then: while failover stays met, who answers nothing is
   ordered away again as soon as his order is over, and others meanwhile. */
static uint32_t since;

static bool
earlier_rest(const struct world *world)
{
	struct fleet *fleet = world->fleet;

	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct task *task = &fleet->task[i];

		if (task->pub.number != 0 && task->pub.number < since &&
		    task_open(task))
			return false;
	}
	for (size_t i = 0; i < fleet->rows; i++) {
		const struct row *row = &fleet->row[i];

		if (row->asks || (row->pending && row->pub.operation < since))
			return false;
	}
	return true;
}

static void
show(const struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;

	if (walk->failures > 3)
		return;
	printf("   server %s, current %u, batch at %.6f s\n",
	       server_state_name(fleet->state), fleet->current,
	       (double)(fleet->batch_at - walk->world->boot) / 1e6);
	for (size_t i = 0; i < fleet->rows; i++) {
		const struct fleet_client *client = &fleet->row[i].pub;
		const struct node *node =
		    world_node(walk->world, fleet_client_address(fleet, (uint32_t)i));

		printf("   %s%s: %s (really %s), %s %s, operation %u, holder %u%s%s\n",
		       fleet_client_name(fleet, (uint32_t)i),
		       i >= fleet->policy->clients ? " (leaves)" : "",
		       place_name(client->place), place_name(node->really),
		       message_type_name(client->type), order_state_name(client->order),
		       client->operation, client->holder,
		       fleet->row[i].pending ? ", pending" : "",
		       fleet->row[i].asks ? ", asked" : "");
	}
}

static void
must(struct walk *walk, const char *what, bool (*done)(const struct world *world),
     int64_t bound)
{
	int64_t began = walk->world->boot;

	if (world_until(walk->world, done, bound)) {
		walk_trace(walk, "%s, after %.1f of %.1f s", what,
			   (double)(walk->world->boot - began) / 1e6,
			   (double)bound / 1e6);
		return;
	}
	walk_broken(walk, "not within %.1f s: %s", (double)bound / 1e6, what);
	show(walk);
}

/* Inputs calm down: no message is lost, nobody holds or pauses. */
static void
calm(struct walk *walk)
{
	static const struct fleet_wish resume = { .action = ACTION_RESUME,
						  .requester = "anna",
						  .reason = "it is over" };
	static const struct fleet_wish release = { .action = ACTION_RELEASE,
						   .selection = "all",
						   .requester = "anna",
						   .reason = "it is over",
						   .force = true };
	struct world *world = walk->world;
	char why[FLEET_WHY];

	world->loss = world->twice = 0;
	world->delay = 50 * MILLISECOND;
	(void)fleet_operate(world->fleet, &resume, world_server_now(world), why);
	(void)fleet_operate(world->fleet, &release, world_server_now(world), why);
	for (unsigned bit = PAUSED_POLICY; bit <= PAUSED_OPERATOR; bit <<= 1)
		fleet_pause(world->fleet, bit, false, "", world_server_now(world));
}

static void
all_well(struct walk *walk)
{
	struct world *world = walk->world;

	for (unsigned i = 0; i < world->nodes; i++) {
		world->node[i].fails = false;
		world_life(world, &world->node[i], NODE_UP);
	}
	walk_alternates_well(walk);
}

void
walk_ends(struct walk *walk)
{
	struct world *world = walk->world;
	int64_t bound;

	calm(walk);
	bound = bound_return(walk);
	walk_trace(walk, "---- the end");
	/* What was begun ends, by itself where the policy has no say. */
	if (world->fleet->mode != MODE_AUTOMATIC || !world->policy->control) {
		world_judge(world, RIG_CONNECTION);
		world_run(world, MINUTE);
		return;
	}
	/* With the dead and the unwilling, too. */
	world_judge(world, walk_once(walk, 2) ? RIG_FAILOVER : RIG_CONNECTION);
	world_run(world, MINUTE);
	since = world->fleet->next_operation;
	must(walk, "all operations end, whoever answers", earlier_rest,
	     bound_orders(world->policy) + bound_batches(world->policy) +
		 bound_waits(world->policy));
	all_well(walk);
	if (walk_once(walk, 2)) {
		world_judge(world, RIG_FAILOVER);
		must(walk, "all operations end", all_rest,
		     bound_orders(world->policy) + bound_batches(world->policy) +
			 bound_waits(world->policy));
		if (wanted(world->fleet) > 0)
			must(walk, "who is to be away is", all_left, bound);
	}
	world_judge(world, RIG_CONNECTION);
	must(walk, "everybody is back", all_back, bound);
	must(walk, "all operations end", all_rest, bound_orders(world->policy));
}
