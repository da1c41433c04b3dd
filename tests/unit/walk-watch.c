/* SPDX-License-Identifier: BSD-3-Clause */
/* What a walk sees leave, hears said, and waits for, and the words for it. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

static double
seconds(const struct walk *walk)
{
	return (double)walk->world->boot / 1e6 - 1000;
}

void
walk_broken(struct walk *walk, const char *format, ...)
{
	va_list arguments;

	if (walk->failures++ >= 3 && !walk->trace)
		return;
	printf("BROKEN seed %" PRIu64 ", step %u, %.6f s: ", walk->seed, walk->step,
	       seconds(walk));
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

void
walk_trace(const struct walk *walk, const char *format, ...)
{
	va_list arguments;

	if (!walk->trace)
		return;
	printf("%11.6f ", seconds(walk));
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

const char *
walk_name(const struct walk *walk, const struct row *row)
{
	struct fleet *fleet = walk->world->fleet;

	return fleet_client_name(fleet, row_number(fleet, row));
}

const struct task *
walk_operators(struct fleet *fleet, uint32_t number)
{
	const struct task *task = task_find(fleet, number);

	return task != NULL && task_operators(task) ? task : NULL;
}

/* ---- what leaves ---- */

static void
check_id(struct walk *walk, const struct node *node, const struct message *order,
	 const struct row *row)
{
	unsigned n = (unsigned)(node - walk->world->node);
	struct walk_id *seen = walk->id[n];
	unsigned *seens = &walk->ids[n];
	uint64_t greatest = 0;
	struct core_status status;
	/* What the client would take as fresh. */
	uint64_t latest =
	    (uint64_t)(world_node_now(walk->world, node).wall + PEER_FRESHNESS);

	/* It left, and is another one now: of the former nothing is known. */
	if (walk->ids_of[n] != row->pub.index)
		*seens = 0;
	walk->ids_of[n] = row->pub.index;
	if (order->id % 2 != (order->type == MESSAGE_RECONNECT))
		walk_broken(walk, "%s: id %" PRIu64 " is not of a %s", node->name,
			    order->id, message_type_name(order->type));
	for (unsigned i = 0; i < *seens; i++) {
		if (seen[i].id == order->id)
			return;
		if (seen[i].id > greatest && seen[i].id <= latest)
			greatest = seen[i].id;
	}
	/* Of those that it may have taken, or may yet take. But for when it was asked for
	   its last and said nothing, or nobody knew that it is there; when its last is
	   repeated, which it told; and when it just told what it takes. */
	core_status(node->core, &status);
	if (order->id < greatest && !row->doubt && !row->earlier &&
	    row->corrections == 0 && row->pub.heard != 0 &&
	    order->id != status.order_id)
		walk_broken(walk, "%s: a new order under an id below an older one",
			    node->name);
	if (order->id < greatest)
		*seens = 0; /* the others were of no avail */
	if (order->id > row->pub.peer.sent)
		return; /* nor will this be: it is of a clock that was corrected */
	if (*seens == WALK_IDS) {
		memmove(seen, seen + 1, (WALK_IDS - 1) * sizeof(*seen));
		--*seens;
	}
	seen[(*seens)++] = (struct walk_id){ order->id, row->pub.operation };
}

/* Nobody is sent to where it is known that it cannot be served, but by force, and where the
   policy says to send all the same. */
static void
check_alternates(struct walk *walk, const struct row *row, const struct message *order)
{
	struct fleet *fleet = walk->world->fleet;
	const struct task *task = task_find(fleet, row->pub.operation);

	if (fleet->policy->when_none == WHEN_NONE_SEND ||
	    (task != NULL && task->pub.force))
		return;
	for (size_t i = 0; i < order->alternates; i++)
		for (uint32_t j = 0; j < fleet->policy->alternates; j++)
			if (slice_equal(order->alternate[i].name,
					fleet->policy->alternate[j].name) &&
			    fleet_alternate(fleet, j)->state == ALTERNATE_UNUSABLE)
				walk_broken(walk, "%s is sent to %s, which is unusable",
					    walk_name(walk, row),
					    fleet->policy->alternate[j].name);
}

static void
see_order(void *context, uint32_t number, const struct message *order)
{
	struct walk *walk = context;
	struct fleet *fleet = walk->world->fleet;
	const struct row *row = &fleet->row[number];
	const struct node *node =
	    world_node(walk->world, fleet_client_address(fleet, number));
	bool operators = walk_operators(fleet, row->pub.operation) != NULL;
	bool question = rig_is_question(order);
	struct core_status status;
	const struct task *task;

	walk_trace(walk, "> %s %s %" PRIu64 " operation %u attempt %u",
		   message_type_name(order->type), walk_name(walk, row), order->id,
		   row->pub.operation, row->pub.attempts);
	if (node == NULL) {
		walk_broken(walk, "an order to nobody");
		return;
	}
	if (!operators && !fleet_may_act(fleet))
		walk_broken(walk, "%s: ordered by the policy, which may not act",
			    walk_name(walk, row));
	if (order->type == MESSAGE_FAILOVER)
		check_alternates(walk, row, order);
	core_status(node->core, &status);
	/* To repeat an old one, after a crash, moves nobody. */
	if (row->pub.holder != 0 && !operators && !question &&
	    order->id > status.order_id &&
	    (order->type == MESSAGE_FAILOVER) != (row->pub.hold == ACTION_FAILOVER))
		walk_broken(walk, "%s: the policy moves whom an operator holds",
			    walk_name(walk, row));
	/* One of an operation that the store did not get may be an operator's. */
	task = task_find(fleet, row->pub.operation);
	if (fleet->state == SERVER_RETURNING && order->type == MESSAGE_FAILOVER &&
	    !operators && order->id > status.order_id && row->pub.hold == 0 &&
	    (row->pub.operation == 0 ||
	     (task != NULL && task->pub.initiator == INITIATOR_POLICY)))
		walk_broken(walk, "%s: ordered away while others are called back",
			    walk_name(walk, row));
	if (!question)
		check_id(walk, node, order, row);
}

static void
see_answer(void *context, uint32_t number, const struct message *answer)
{
	struct walk *walk = context;
	const struct row *row = &walk->world->fleet->row[number];

	walk_trace(walk, "> %s %s", message_type_name(answer->type),
		   walk_name(walk, row));
	if (answer->type != MESSAGE_ACCEPT)
		return;
	if (walk->looked && walk->row[row->pub.index].awaits &&
	    reconnect_awaits(walk->world->fleet, row) &&
	    walk->row[row->pub.index].let_in != answer->reply_to)
		walk_broken(walk, "%s is let in beside a batch", walk_name(walk, row));
	/* Told twice, it is told the same. */
	if (row->slot == NEVER ||
	    (row->slot < walk->world->boot &&
	     walk->row[row->pub.index].let_in != answer->reply_to))
		walk_broken(walk, "%s may come at a time of its own",
			    walk_name(walk, row));
	walk->row[row->pub.index].let_in = answer->reply_to;
}

static void
see_batch(struct walk *walk, const struct fleet_event *event)
{
	struct fleet *fleet = walk->world->fleet;
	const struct task *task = task_find(fleet, event->operation);
	uint32_t most, before;

	if (task == NULL)
		return;
	most = policy_batch(&fleet->policy->connection, task->pub.batches - 1);
	before = policy_batch(&walk->before, task->pub.batches - 1);
	if (event->at.boot == walk->reloaded && before > most)
		most = before;
	if (event->count > most)
		walk_broken(walk, "%u in a batch of %u", event->count, most);
	if (event->at.boot < walk->batch_next)
		walk_broken(walk, "a batch %" PRId64 " us too early",
			    walk->batch_next - event->at.boot);
	walk->batch_next = event->at.boot + fleet->policy->connection.every;
	walk->invited += event->count;
}

static void
see_event(void *context, const struct fleet_event *event)
{
	struct walk *walk = context;

	walk_trace(walk, "%s: %s", fleet_event_name(event->kind), event->text);
	if (event->number != walk->event)
		walk_broken(walk, "event %" PRIu64 " where %" PRIu64 " was next",
			    event->number, walk->event);
	walk->event = event->number + 1;
	if (event->kind == EVENT_BATCH)
		see_batch(walk, event);
	if (event->kind == EVENT_DUPLICATE_IDENTITY && !walk->forgot)
		walk_broken(walk, "a second daemon was seen");
}

/* ---- time ---- */

/* Their Bellwethers are asked as often as the policy says. */
static void
ask_alternates(struct walk *walk)
{
	struct world *world = walk->world;
	const struct policy *policy = world->policy;

	for (uint32_t i = 0; i < policy->alternates; i++) {
		const struct policy_alternate *alternate = &policy->alternate[i];
		struct walk_alternate *said =
		    &walk->alternate[alternate->address.byte[15] % WALK_ALTERNATES];

		if (!alternate->health.on ||
		    world->boot < said->asked + alternate->health.every)
			continue;
		said->asked = said->health.asked = world->boot;
		fleet_health(world->fleet, i, said->deaf ? NULL : &said->health,
			     said->deaf ? "no answer" : "", world_server_now(world));
		walk_look(walk);
	}
}

void
walk_alternates_well(struct walk *walk)
{
	for (unsigned i = 0; i < WALK_ALTERNATES; i++) {
		struct walk_alternate *alternate = &walk->alternate[i];

		alternate->deaf = false;
		alternate->health = (struct fleet_health){ .state = SERVER_SERVING,
							   .known = true,
							   .performance = 100,
							   .threshold = 60 };
	}
}

/* Who is at an alternate that was lost is looked for within a second, when there is another
   one: also when nothing else happens. */
static void
check_rescue(struct walk *walk, int64_t next)
{
	struct fleet *fleet = walk->world->fleet;
	bool room = false;

	if (!fleet_may_act(fleet) || fleet->rescue != 0)
		return;
	for (uint32_t i = 0; i < fleet->policy->alternates; i++)
		room |= fleet_alternate_room(fleet, i) > 0;
	for (uint32_t i = 0; i < fleet->policy->alternates && room; i++)
		if (fleet_alternate(fleet, i)->lost &&
		    fleet_alternate(fleet, i)->load > 0 &&
		    next > walk->world->boot + SECOND)
			walk_broken(walk, "nobody looks for those at %s",
				    fleet->policy->alternate[i].name);
}

/* Whatever could be done has been: the loop may sleep. */
static void
rested(void *context)
{
	struct walk *walk = context;
	int64_t next = fleet_next(walk->world->fleet);

	if (!walk->again && world_acted_twice(walk->world) > 0)
		walk_broken(walk, "a client acted twice on one order");
	if (next > walk->world->boot) {
		walk->stuck = 0;
		check_rescue(walk, next);
		ask_alternates(walk);
		return;
	}
	/* An order that left may have made something due: then it is done at once, if in
	   portions. */
	if (++walk->stuck > 2 + WALK_NODES / walk->world->fleet->portion)
		walk_broken(walk, "due %" PRId64 " us ago, and not done",
			    walk->world->boot - next);
	if (walk->stuck > 1000)
		abort(); /* time stands */
}

void
walk_early(struct walk *walk)
{
	struct world *world = walk->world;
	struct fleet *fleet = world->fleet;
	int64_t next = fleet_next(fleet) - 1, boot = world->boot;
	static struct task task[OPERATIONS];
	static struct row row[WALK_INDEXES];
	enum server_state state = fleet->state;
	uint32_t events = fleet->events, number;
	size_t rows = fleet->rows;
	struct message order;

	/* Leaving rows wait for the store, which is not the fleet's to foresee. */
	if (fleet->leavers_done || next <= boot || rows > WALK_INDEXES)
		return;
	if (next > boot + HOUR)
		next = boot + HOUR;
	memcpy(task, fleet->task, sizeof(task));
	memcpy(row, fleet->row, rows * sizeof(*row));
	world->boot = next;
	fleet_tick(fleet, world_server_now(world));
	if (fleet_order(fleet, world_server_now(world), &number, &order))
		walk_broken(walk, "an order leaves before it is due");
	if (memcmp(task, fleet->task, sizeof(task)) != 0 || rows != fleet->rows ||
	    memcmp(row, fleet->row, rows * sizeof(*row)) != 0 ||
	    state != fleet->state || events != fleet->events)
		walk_broken(walk, "something happens before it is due");
	world->boot = boot;
}

void
walk_watch(struct walk *walk)
{
	walk->world->onlooker = (struct onlooker){ .context = walk,
						   .order = see_order,
						   .answer = see_answer,
						   .event = see_event,
						   .look = walk_look,
						   .rested = rested };
}

void
walk_corrected(struct walk *walk, const struct row *row)
{
	struct fleet *fleet = walk->world->fleet;
	const struct node *node = world_node(
	    walk->world, fleet_client_address(fleet, row_number(fleet, row)));

	if (node != NULL)
		walk->ids[node - walk->world->node] = 0;
}

void
walk_stops(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;

	for (size_t i = 0; i < fleet->rows && !fleet_in_doubt(fleet); i++)
		if (fleet->row[i].doubt)
			walk_corrected(walk, &fleet->row[i]);
}

/* What was sent and not stored, nobody remembers but who got it. */
static void
forget_ids(struct walk *walk)
{
	for (unsigned n = 0; n < walk->world->nodes; n++) {
		struct core_status status;
		unsigned kept = 0;

		core_status(walk->world->node[n].core, &status);
		for (unsigned i = 0; i < walk->ids[n]; i++)
			if (walk->id[n][i].id <= status.order_id)
				walk->id[n][kept++] = walk->id[n][i];
		walk->ids[n] = kept;
	}
}

void
walk_started(struct walk *walk)
{
	forget_ids(walk);
	memset(walk->row, 0, sizeof(walk->row));
	walk->looked = false;
	walk->newest = walk->rescue = 0;
	walk->batch_next = walk->slot_next = walk->reloaded = INT64_MIN / 2;
	walk->invited = walk->unsaid = 0;
	walk->world->fleet->portion = walk->portion;
	walk->requests = 0;
	walk->event = walk->world->event + 1;
}
