/* SPDX-License-Identifier: BSD-3-Clause */
/* The way back: everybody who is not here is invited, a batch at a time. */
#include "config.h"

#include "fleet/internal.h"

/* ---- the beginning ---- */

/* Those of the call-back before are no part of this one; and whose invitation expired
   unanswered gets another. */
static void
batch_forget(struct fleet *fleet, struct row *row)
{
	bool expired = row->tried && row->pub.type == 0;

	if (row->batch == 0 && !expired)
		return;
	row_open(fleet, row);
	row->batch = 0;
	row->tried = row->tried && !expired;
	row_close(fleet, row);
}

/* No failover goes on, nor one of an operation that is over. */
static void
failover_end(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->policy->clients; i++) {
		struct row *row = &fleet->row[i];

		batch_forget(fleet, row);
		row->ahead = false;
		if (row->pub.type != MESSAGE_FAILOVER || row->pub.holder != 0 ||
		    !(order_repeats(row) || row->held))
			continue;
		row_open(fleet, row);
		order_withdraw(fleet, row);
		row_close(fleet, row);
	}
}

void
reconnect_start(struct fleet *fleet, struct moment now)
{
	char every[DURATION_TEXT];
	struct task *task;

	current_cancel(fleet, now);
	failover_end(fleet);
	relapse_forget(fleet);
	task = task_start(fleet, ACTION_RECONNECT, REASON_NONE, fleet->why,
			  "clients not here", now);
	fleet->current = task->pub.number;
	holddown_note(fleet, task);
	fleet->waves = fleet->wave_at = 0;
	event_add(fleet, EVENT_OPERATION_START, SEVERITY_NOTICE, task->pub.number, NULL,
		  fleet->invitable, now, "calling back %u clients, %u every %s%s: %s",
		  fleet->invitable, fleet->policy->connection.batch,
		  duration_format(fleet->policy->connection.every, every),
		  fleet->policy->connection.growth > 1 ? ", more each time" : "",
		  fleet->why);
}

/* Inviting goes on only while the condition that began it holds. */
static bool
reconnect_goes_on(const struct fleet *fleet)
{
	return fleet->state == SERVER_RETURNING && fleet->current != 0 &&
	       fleet_may_act(fleet) && fleet->verdict.connection == MET_YES;
}

static bool
reconnect_wanted(const struct fleet *fleet)
{
	return fleet->invitable > 0 && reconnect_goes_on(fleet);
}

bool
reconnect_awaits(const struct fleet *fleet, const struct row *row)
{
	return row->awaiting || (row_invitable(row) && reconnect_goes_on(fleet));
}

int64_t
reconnect_next(const struct fleet *fleet)
{
	return fleet->awaiting > 0 || reconnect_wanted(fleet) ||
		       fleet->batch.operation != 0
		   ? fleet->batch_at
		   : NEVER;
}

/* Whether the row is one that this operation has still to invite. */
static bool
wave_takes(const struct task *task, const struct row *row)
{
	if (task_operators(task))
		return row->awaiting && row->pub.holder == task->pub.number;
	return row_invitable(row);
}

static void
wave_gather(struct fleet *fleet, const struct task *task)
{
	fleet->waves = fleet->wave_at = 0;
	fleet->wave_of = task->pub.number;
	for (size_t i = 0; i < fleet->policy->clients; i++)
		if (wave_takes(task, &fleet->row[i]))
			fleet->wave[fleet->waves++] = (uint32_t)i;
	policy_sort(fleet->policy, fleet->policy->connection.order, task->pub.base,
		    fleet->wave, fleet->waves);
}

static uint16_t
batch_number(const struct task *task)
{
	uint32_t number = task->pub.batches + 1;

	return number < UINT16_MAX ? (uint16_t)number : UINT16_MAX;
}

static bool
wave_invite(struct fleet *fleet, struct task *task, struct row *row, struct moment now)
{
	bool invite = true;

	if (!wave_takes(task, row))
		return false;
	row_open(fleet, row);
	if (task_operators(task))
		invite = hold_here(row, task, now);
	if (invite)
		order_start(fleet, row, task, MESSAGE_RECONNECT, now);
	if (!task_operators(task))
		row->batch = batch_number(task);
	row->turn = 0; /* should it ask, for it missed that: it has its place */
	row_close(fleet, row);
	return invite;
}

/* Whose turn it is: one rate for all who come back, operators' first. NULL. */
static struct task *
wave_task(struct fleet *fleet)
{
	struct task *task = operators_calling(fleet);

	if (task == NULL && reconnect_wanted(fleet))
		task = task_find(fleet, fleet->current);
	return task;
}

/* Who asked comes first: it is there, and it wants to. */
static uint32_t
wave_invite_ahead(struct fleet *fleet, struct task *task, uint32_t size,
		  struct moment now)
{
	uint32_t invited = 0;

	fleet->chosens = 0;
	for (size_t i = 0; i < fleet->policy->clients; i++)
		if (fleet->row[i].ahead)
			fleet->chosen[fleet->chosens++] = (uint32_t)i;
	policy_sort(fleet->policy, fleet->policy->connection.order, task->pub.base,
		    fleet->chosen, fleet->chosens);
	for (size_t i = 0; i < fleet->chosens && invited < size; i++)
		invited += wave_invite(fleet, task, &fleet->row[fleet->chosen[i]], now);
	return invited;
}

/* Fewer than size when nobody is left of the wave. */
static uint32_t
wave_go_on(struct fleet *fleet, struct task *task, uint32_t size, struct moment now)
{
	uint32_t invited = 0;
	size_t left;

	if (!fleet->batch.asked)
		invited = wave_invite_ahead(fleet, task, size, now);
	fleet->batch.asked = invited < size;
	if (fleet->wave_at >= fleet->waves || fleet->wave_of != task->pub.number)
		wave_gather(fleet, task);
	left = fleet->waves - fleet->wave_at;
	heap_hold(fleet, size < left ? size : left);
	while (invited < size && fleet->wave_at < fleet->waves)
		invited += wave_invite(fleet, task,
				       &fleet->row[fleet->wave[fleet->wave_at++]], now);
	heap_release(fleet);
	return invited;
}

/* ---- batches ---- */

static void
batch_begin(struct fleet *fleet, const struct task *task)
{
	fleet->batch = (struct batch){
		.operation = task->pub.number,
		.left = policy_batch(&fleet->policy->connection, task->pub.batches),
	};
}

static void
batch_end(struct fleet *fleet, struct task *task, struct moment now)
{
	uint32_t left = task_operators(task) ? task->waiting : fleet->invitable;
	uint32_t invited = fleet->batch.invited;

	fleet->batch = (struct batch){ 0 };
	if (invited == 0)
		return;
	fleet->batch_at = now.boot + fleet->policy->connection.every;
	task->pub.batches++;
	task->dirty = true;
	event_add(fleet, EVENT_BATCH, SEVERITY_NOTICE, task->pub.number, NULL, invited,
		  now, "batch %u: %u clients invited, %u to go", task->pub.batches,
		  invited, left);
}

void
batch_cut(struct fleet *fleet, uint32_t operation, struct moment now)
{
	struct task *task = task_find(fleet, operation);

	if (task != NULL && fleet->batch.operation == operation)
		batch_end(fleet, task, now);
}

/* A portion of it; returns how many came of that. */
static uint32_t
batch_go_on(struct fleet *fleet, struct task *task, struct moment now)
{
	struct batch *batch = &fleet->batch;
	uint32_t most = batch->left < fleet->portion ? batch->left : fleet->portion;
	uint32_t invited = wave_go_on(fleet, task, most, now);

	batch->invited += invited;
	batch->left -= invited;
	if (invited < most || batch->left == 0)
		batch_end(fleet, task, now);
	return invited;
}

/* The operation whose batch is under way, when it goes on; NULL. */
static struct task *
batch_task(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->batch.operation);

	if (task == NULL ||
	    (task_operators(task)
		 ? task->waiting > 0
		 : task->pub.number == fleet->current && reconnect_wanted(fleet)))
		return task;
	batch_end(fleet, task, now);
	return NULL;
}

void
reconnect_step(struct fleet *fleet, struct moment now)
{
	/* Nobody may be left of a wave, or all be here: there is another, or another
	   operation's. */
	for (unsigned i = 0; i <= OPERATIONS && fleet->beginning == 0; i++) {
		struct task *task = batch_task(fleet, now);

		if (task == NULL) {
			task = now.boot < fleet->batch_at ? NULL : wave_task(fleet);
			if (task == NULL)
				return;
			batch_begin(fleet, task);
		}
		if (batch_go_on(fleet, task, now) > 0)
			return;
	}
}

/* ---- advice ---- */

void
reconnect_advise(struct fleet *fleet, struct moment now)
{
	fleet->advised_return = true;
	operation_advise(fleet, ACTION_RECONNECT, 0, fleet->invitable,
			 "clients not here", fleet->why, now);
}
