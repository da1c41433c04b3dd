/* SPDX-License-Identifier: BSD-3-Clause */
/* What holds at every step of a walk, whatever came before. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool
leaves(const struct fleet *fleet, const struct row *row)
{
	return row_number(fleet, row) >= fleet->policy->clients;
}

static struct walk_row *
known(struct walk *walk, const struct row *row)
{
	if (row->pub.index >= WALK_INDEXES)
		abort();
	return &walk->row[row->pub.index];
}

/* ---- rows ---- */

static void
check_orders(struct walk *walk, struct row *row)
{
	struct fleet *fleet = walk->world->fleet;
	const struct fleet_client *pub = &row->pub;
	int64_t now = walk->world->boot;

	if ((pub->order == ORDER_STATE_NONE) != (pub->type == 0))
		walk_broken(walk, "%s: an order without a type, or a type without",
			    walk_name(walk, row));
	if ((pub->type == 0) != (pub->in_force == 0))
		walk_broken(walk, "%s: an order that never ends", walk_name(walk, row));
	if (pub->in_force > now + walk->validity_max)
		walk_broken(walk, "%s: an order for longer than any validity",
			    walk_name(walk, row));
	if (row->pending && task_find(fleet, pub->operation) == NULL)
		walk_broken(walk, "%s: no operation waits for it",
			    walk_name(walk, row));
	/* Or else nothing would repeat or end it before its validity. */
	if (row->pending && !row->queued && row->send_at == NEVER)
		walk_broken(walk, "%s: its operation waits for what will not be sent",
			    walk_name(walk, row));
}

static void
check_holder(struct walk *walk, struct row *row)
{
	struct fleet *fleet = walk->world->fleet;
	const struct fleet_client *pub = &row->pub;
	const struct task *task;

	if ((pub->holder == 0) != (pub->hold == 0) ||
	    (pub->holder == 0) != (pub->held_until == 0))
		walk_broken(walk, "%s: half a hold", walk_name(walk, row));
	if (pub->holder == 0)
		return;
	/* Killed, it may have stored the row and not the operation. */
	if (walk_operators(fleet, pub->holder) == NULL &&
	    (!walk->killed || task_find(fleet, pub->holder) != NULL))
		walk_broken(walk, "%s: held by %u, which is no operator's",
			    walk_name(walk, row), pub->holder);
	if (pub->held_until <= walk->world->boot)
		walk_broken(walk, "%s: held for longer than was said",
			    walk_name(walk, row));
	if (leaves(fleet, row))
		walk_broken(walk, "%s: held though it left the policy",
			    walk_name(walk, row));
	/* What else moves it is of its holder, or was given up for it; but for those at an
	   alternate that is lost. */
	task = task_find(fleet, pub->operation);
	if (row->pending && pub->operation != pub->holder &&
	    (task == NULL || task->pub.initiator != INITIATOR_SAFETY))
		walk_broken(walk, "%s: held by %u and moved by %u",
			    walk_name(walk, row), pub->holder, pub->operation);
}

/* Only force orders away whom keep= holds back. */
static void
check_keep(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	size_t clients = fleet->policy->clients, gone = 0, forced = 0;
	size_t stay = policy_share(fleet->policy->failover.keep, clients);
	const struct row *ordered = NULL;

	for (size_t i = 0; i < clients; i++) {
		const struct row *row = &fleet->row[i];
		const struct task *task = walk_operators(fleet, row->pub.operation);

		if (!row_gone(row))
			continue;
		gone++;
		if (!walk->looked || known(walk, row)->gone || !row->pending ||
		    row->pub.type != MESSAGE_FAILOVER || row->pub.attempts > 0)
			continue;
		/* In one call the policy's rest may begin, and force go over it. */
		if (task != NULL && task->pub.force)
			forced++;
		else
			ordered = row;
	}
	if (ordered != NULL && gone - forced > clients - stay)
		walk_broken(walk, "%s was ordered away: %zu of %zu are, %zu stay",
			    walk_name(walk, ordered), gone, clients, stay);
}

/* A call-back would not end where it invited again and again who does not answer. */
static void
check_once(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;

	for (size_t i = 0; i < fleet->rows; i++) {
		const struct row *row = &fleet->row[i];
		struct walk_row *before = known(walk, row);

		if (!row->pending || before->pending || row->earlier ||
		    row->pub.type != MESSAGE_RECONNECT)
			continue;
		if (walk->looked && before->inviter == row->pub.operation &&
		    before->heard == row->pub.heard)
			walk_broken(walk, "%s is invited again by %u",
				    walk_name(walk, row), row->pub.operation);
		before->inviter = row->pub.operation;
		before->heard = row->pub.heard;
	}
}

/* Who is invited was said by a batch's event, or leaves. */
static void
check_invited(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	unsigned invited = 0, said;

	for (size_t i = 0; i < fleet->policy->clients; i++) {
		const struct row *row = &fleet->row[i];
		const struct walk_row *before = known(walk, row);

		invited += row->pending && row->pub.type == MESSAGE_RECONNECT &&
			   row->pub.attempts == 0 && !row->earlier &&
			   (before->type != MESSAGE_RECONNECT ||
			    before->operation != row->pub.operation);
	}
	said = walk->invited + fleet->batch.invited - walk->unsaid;
	if (walk->looked && invited > said)
		walk_broken(walk, "%u invited, %u by batches", invited, said);
	walk->invited = 0;
	walk->unsaid = fleet->batch.invited;
}

/* Of a call-back that failover ended, who came last is the first to leave again, as far as
   all of them can. */
static void
check_undone(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	const struct task *task = task_find(fleet, fleet->current);
	uint32_t left = 0, leaves = UINT32_MAX;

	/* All of what is undone at one time has to have begun. */
	if (!walk->looked || fleet->beginning != 0 || task == NULL ||
	    task->pub.action != ACTION_FAILOVER || task->pub.step > 0 ||
	    fleet->short_of_room > 0 || fleet->policy->failover.keep > 0)
		return;
	for (size_t i = 0; i < fleet->policy->clients; i++) {
		const struct row *row = &fleet->row[i];
		const struct walk_row *seen = known(walk, row);
		/* Who was on the way leaves at once, of whichever batch. */
		uint16_t before = seen->batch;

		if (row_returned(row) && row->batch > left)
			left = row->batch;
		if (before > 0 && row->batch == 0 && before < leaves && row->pending &&
		    row->pub.operation == task->pub.number)
			leaves = before;
	}
	if (leaves < left)
		walk_broken(walk, "batch %u leaves before batch %u", leaves, left);
}

/* A request is one, however many copies of it come. */
static void
check_requests(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	bool news = false;

	for (size_t i = 0; i < fleet->rows; i++)
		news |= fleet->row[i].asked != known(walk, &fleet->row[i])->asked;
	if (walk->looked && fleet->count.requests > walk->requests && !news)
		walk_broken(walk, "a request was taken twice");
	walk->requests = fleet->count.requests;
}

/* Slots are given in their order, each an interval after the one before. */
static void
check_slots(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	int64_t interval = SECOND / fleet->policy->connection.admit;

	for (size_t i = 0; i < fleet->rows; i++) {
		const struct row *row = &fleet->row[i];
		struct walk_row *before = known(walk, row);

		if (row->slot == before->slot || row->slot == NEVER || row->slot == 0) {
			before->slot = row->slot;
			continue;
		}
		if (row->slot < walk->slot_next)
			walk_broken(walk, "%s is let in %" PRId64 " us too early",
				    walk_name(walk, row), walk->slot_next - row->slot);
		if (row->slot < walk->world->boot)
			walk_broken(walk, "%s is let in before it asked",
				    walk_name(walk, row));
		if (row->slot > walk->world->boot + 10 * SECOND)
			walk_broken(walk, "%s is let in far ahead",
				    walk_name(walk, row));
		walk->slot_next = row->slot + interval;
		before->slot = row->slot;
	}
}

static void
check_rows(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;

	for (size_t i = 0; i < fleet->rows; i++) {
		check_orders(walk, &fleet->row[i]);
		check_holder(walk, &fleet->row[i]);
	}
	for (size_t i = 0; i < fleet->rows; i++)
		for (size_t j = 0; j < i; j++)
			if (fleet->row[i].pub.index == fleet->row[j].pub.index)
				walk_broken(walk, "two clients of index %u",
					    fleet->row[i].pub.index);
}

/* ---- operations ---- */

/* Leavers are called back whatever else is: their orders wait for the end. */
static bool
starts(const struct task *task, enum initiator initiator)
{
	return task->pub.number != 0 && task->pub.initiator == initiator &&
	       task->pub.base != 0 && !leavers_task(task);
}

static void
check_newest(struct walk *walk, enum initiator initiator, uint32_t *before)
{
	struct fleet *fleet = walk->world->fleet;
	uint32_t newest = 0;

	for (size_t i = 0; i < OPERATIONS; i++)
		if (starts(&fleet->task[i], initiator) &&
		    fleet->task[i].pub.number > newest)
			newest = fleet->task[i].pub.number;
	if (walk->looked && newest > *before && !fleet_may_act(fleet) &&
	    !walk->could_act)
		walk_broken(walk, "the %s began operation %u while it may not act",
			    initiator_name(initiator), newest);
	*before = newest;
}

static void
check_paused(struct walk *walk)
{
	check_newest(walk, INITIATOR_POLICY, &walk->newest);
	check_newest(walk, INITIATOR_SAFETY, &walk->rescue);
	walk->could_act = fleet_may_act(walk->world->fleet);
}

static void
check_tasks(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	unsigned running = 0;

	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct task *task = &fleet->task[i];

		if (task->pub.number == 0)
			continue;
		if (task->pub.number % OPERATIONS != i)
			walk_broken(walk, "operation %u in another's place",
				    task->pub.number);
		if (task_open(task) != (task->pub.ended.boot == 0))
			walk_broken(walk, "operation %u has ended, and has not",
				    task->pub.number);
		if (!task_open(task) && task->pending > 0)
			walk_broken(walk, "operation %u is over and waits for %u",
				    task->pub.number, task->pending);
		running += task_open(task) && starts(task, INITIATOR_POLICY);
	}
	if (running > 1)
		walk_broken(walk, "%u operations of the policy run", running);
	if (running != (fleet->current != 0))
		walk_broken(walk, "the state does not follow what runs");
}

/* ---- counts ---- */

#define SAME(what, is, counted)                                           \
	do {                                                              \
		if ((is) != (counted))                                    \
			walk_broken(walk, "%s: %u, and counted %u", what, \
				    (unsigned)(is), (unsigned)(counted)); \
	} while (0)

static bool
uninvited(const struct row *row)
{
	return row->pub.holder == 0 && !row->tried &&
	       !(row->pub.type == MESSAGE_RECONNECT && row->pending);
}

static void
check_counts(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	uint32_t place[4] = { 0 }, order[ORDER_STATE_COUNT] = { 0 };
	uint32_t silent = 0, asked = 0, held = 0, away = 0, missing = 0, invitable = 0;
	uint32_t awaiting = 0, gone = 0;
	struct fleet_summary is;

	fleet_summary(fleet, &is);
	for (size_t i = 0; i < fleet->rows; i++) {
		const struct row *row = &fleet->row[i];

		place[row->pub.place]++;
		order[row->pub.order]++;
		silent += row->pub.silent;
		asked += row->asks;
		held += row->pub.holder != 0;
		awaiting += row->pub.holder != 0 && row->awaiting;
		if (i >= fleet->policy->clients)
			continue;
		gone += row_gone(row);
		away += row_away(row) && row->pub.holder == 0;
		missing += row_away(row) && uninvited(row);
		invitable += row_invitable(row);
	}
	for (unsigned i = PLACE_HERE; i <= PLACE_UNKNOWN; i++)
		SAME(place_name((enum place)i), is.place[i], place[i]);
	for (unsigned i = ORDER_STATE_NONE; i < ORDER_STATE_COUNT; i++)
		SAME(order_state_name((enum order_state)i), is.order[i], order[i]);
	SAME("silent", is.silent, silent);
	SAME("asked", is.asked, asked);
	SAME("held", is.held, held);
	SAME("gone", fleet->gone, gone);
	SAME("away", fleet->away, away);
	SAME("missing", fleet->missing, missing);
	SAME("invitable", fleet->invitable, invitable);
	SAME("awaiting", fleet->awaiting, awaiting);
	SAME("clients", is.clients, fleet->policy->clients);
}

static void
check_task_counts(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	uint32_t operating = 0;

	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct task *task = &fleet->task[i];
		uint32_t pending = 0, waiting = 0, holds = 0;

		if (task->pub.number == 0)
			continue;
		for (size_t j = 0; j < fleet->rows; j++) {
			const struct row *row = &fleet->row[j];
			bool held = row->pub.holder == task->pub.number;

			pending +=
			    row->pending && row->pub.operation == task->pub.number;
			waiting += held && row->awaiting;
			holds += held;
		}
		SAME("pending of an operation", task->pending, pending);
		SAME("waiting for an operation", task->waiting, waiting);
		SAME("held by an operation", task->holds, holds);
		operating += task_operators(task) && task_open(task);
	}
	SAME("operators' operations", fleet->operating, operating);
}

static void
check_dirty(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;
	size_t dirty = 0;

	for (size_t i = 0; i < fleet->rows; i++)
		dirty += dirty_get(fleet, i);
	SAME("rows not stored", fleet->dirties, dirty);
}

/* ---- the table ---- */

/* At every input; what leaves is looked at in walk-watch.c. */
static const struct invariant {
	const char *name; /* what is written on the wall */
	void (*check)(struct walk *walk);
} invariants[] = {
	{ "an order has a type, an end, and an operation", check_rows },
	{ "keep= stays, but for force", check_keep },
	{ "who is invited is of a batch", check_invited },
	{ "one is invited once, until it is heard", check_once },
	{ "one is let in at a time", check_slots },
	{ "the newest batch is undone first", check_undone },
	{ "one asks once", check_requests },
	{ "paused and advising, the policy begins nothing", check_paused },
	{ "one operation of the policy runs, and what is over waits for nobody",
	  check_tasks },
	{ "the counts are the rows'", check_counts },
	{ "an operation's counts are the rows'", check_task_counts },
	{ "what changed is to be stored", check_dirty },
};

static void
remember(struct walk *walk)
{
	struct fleet *fleet = walk->world->fleet;

	for (size_t i = 0; i < fleet->rows; i++) {
		const struct row *row = &fleet->row[i];
		struct walk_row *seen = known(walk, row);

		seen->gone = row_gone(row);
		seen->type = row->pub.type;
		seen->operation = row->pub.operation;
		seen->pending = row->pending;
		seen->awaits = reconnect_awaits(fleet, row);
		if (fleet->beginning == 0)
			seen->batch = row->pub.type == 0 ? row->batch : 0;
		seen->asked = row->asked;
		if (row->pub.peer.sent < seen->sent)
			walk_corrected(walk, row);
		seen->sent = row->pub.peer.sent;
		if (row->pub.type != MESSAGE_RECONNECT)
			seen->inviter = 0; /* that one has ended */
	}
	walk->looked = true;
}

void
walk_look(void *context)
{
	struct walk *walk = context;

	for (size_t i = 0; i < ARRAY_SIZE(invariants); i++) {
		unsigned before = walk->failures;

		invariants[i].check(walk);
		if (walk->failures > before && before < 3)
			printf("   that is: %s\n", invariants[i].name);
	}
	remember(walk);
}
