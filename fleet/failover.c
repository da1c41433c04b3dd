/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy's failovers: whom their steps move, and when the next one is due. */
#include "config.h"

#include "fleet/internal.h"

#include <stdio.h>

/* ---- whom ---- */

static enum select_state
row_selectable(const struct row *row)
{
	if (row->pub.holder != 0)
		return SELECT_HELD;
	if (row->pub.type == MESSAGE_FAILOVER && row->pub.in_force != 0)
		return SELECT_MOVED;
	return row->pub.place == PLACE_AWAY || row_returning(row) ? SELECT_MOVED
								  : SELECT_FREE;
}

size_t
failover_room(const struct fleet *fleet)
{
	size_t clients = fleet->policy->clients;
	size_t stay = policy_share(fleet->policy->failover.keep, clients);

	return clients - stay > fleet->gone ? clients - stay - fleet->gone : 0;
}

bool
row_gone(const struct row *row)
{
	return row_away(row) || row_returning(row);
}

static uint32_t
steps_of(const struct fleet *fleet)
{
	return (uint32_t)fleet->policy->failover.steps;
}

/* Whom one step moves; to those after it they count as moved. */
static void
choose_step(struct fleet *fleet, uint32_t step, uint64_t seed)
{
	const struct selection *select = &fleet->policy->failover.step[step].select;
	uint32_t *out = fleet->chosen + fleet->chosens;
	size_t count =
	    policy_select(fleet->policy, select, fleet->selectable, seed, out);

	for (size_t i = 0; i < count; i++)
		fleet->selectable[out[i]] = SELECT_MOVED;
	fleet->chosens += count;
}

size_t
failover_choose(struct fleet *fleet, uint32_t steps, uint64_t seed, struct moment now)
{
	size_t room = failover_room(fleet), before = 0;

	for (size_t i = 0; i < fleet->policy->clients; i++)
		fleet->selectable[i] = (uint8_t)row_selectable(&fleet->row[i]);
	fleet->chosens = 0;
	for (uint32_t step = 0; step < steps && step < steps_of(fleet); step++) {
		before = fleet->chosens;
		choose_step(fleet, step, seed);
	}
	if (fleet->chosens > room)
		fleet->chosens = room;
	alternates_weigh(fleet);
	fleet->chosens = alternates_limit(fleet, fleet->chosens);
	fleet->added = fleet->chosens > before ? fleet->chosens - before : 0;
	fleet->reselect = false;
	fleet->chosen_at = now.boot;
	return fleet->chosens;
}

/* ---- when ---- */

bool
failover_running(const struct fleet *fleet)
{
	const struct operation *current = &fleet->task[fleet->current % OPERATIONS].pub;

	return fleet->current != 0 && current->number == fleet->current &&
	       current->action == ACTION_FAILOVER;
}

bool
failover_unfinished(const struct fleet *fleet)
{
	const struct task *task = &fleet->task[fleet->current % OPERATIONS];

	return failover_running(fleet) && !task->stopped &&
	       task->pub.step < steps_of(fleet);
}

bool
failover_stopped(const struct fleet *fleet)
{
	return failover_running(fleet) &&
	       fleet->task[fleet->current % OPERATIONS].stopped;
}

int64_t
failover_begins(const struct fleet *fleet)
{
	return fleet->met_at + fleet->policy->failover.step[0].after;
}

bool
failover_undoing(const struct fleet *fleet)
{
	const struct task *task = &fleet->task[fleet->current % OPERATIONS];

	return failover_running(fleet) && task->pub.step == 0 && !task->undo_over &&
	       undo_next(fleet, task) < undo_ends(task);
}

/* After what was undone last it is looked whether that was enough. */
static int64_t
first_step(const struct fleet *fleet)
{
	const struct task *task = &fleet->task[fleet->current % OPERATIONS];
	int64_t next = undo_next(fleet, task), begins = failover_begins(fleet);

	return failover_undoing(fleet) || next > begins ? next : begins;
}

int64_t
failover_begins_again(const struct fleet *fleet)
{
	const struct task *task = &fleet->task[fleet->current % OPERATIONS];

	return task->pub.step == 0 ? first_step(fleet) : failover_begins(fleet);
}

int64_t
failover_continues(const struct fleet *fleet)
{
	const struct operation *current = &fleet->task[fleet->current % OPERATIONS].pub;

	if (current->step == 0)
		return first_step(fleet);
	return current->stepped.boot +
	       fleet->policy->failover.step[current->step].after;
}

uint32_t
failover_steps(const struct fleet *fleet)
{
	if (failover_running(fleet))
		return fleet->task[fleet->current % OPERATIONS].pub.step;
	/* Failover was met anew: would any step move anybody? Then all are taken anew. */
	return fleet->reached > 0 ? fleet->reached : steps_of(fleet);
}

int64_t
failover_advises(const struct fleet *fleet)
{
	if (fleet->advised_steps >= steps_of(fleet))
		return NEVER;
	if (fleet->advised_steps == 0)
		return failover_begins(fleet);
	return fleet->advised_at +
	       fleet->policy->failover.step[fleet->advised_steps].after;
}

/* ---- in words ---- */

/* "group g, share 50%", or "step 2 of 3: group g, share 50%". */
static void
describe(const struct fleet *fleet, uint32_t first, uint32_t last, char *out,
	 size_t size)
{
	uint32_t steps = steps_of(fleet);
	int used = 0;

	if (first < last) {
		(void)snprintf(out, size, "steps %u to %u of %u", first, last, steps);
		return;
	}
	if (steps > 1)
		used = snprintf(out, size, "step %u of %u: ", last, steps);
	policy_describe(&fleet->policy->failover.step[last - 1].select, out + used,
			size - (size_t)used);
}

const char *
failover_progress(const struct fleet *fleet, const struct task *task,
		  char out[FAILOVER_PROGRESS])
{
	out[0] = '\0';
	if (task->pub.step > 0 && steps_of(fleet) > 1)
		(void)snprintf(out, FAILOVER_PROGRESS, " at step %u of %u",
			       task->pub.step, steps_of(fleet));
	return out;
}

static enum message_reason
verdict_reason(const struct fleet *fleet)
{
	return fleet->verdict.deciding == CONDITION_FAILOVER ? REASON_THRESHOLD
							     : REASON_CONDITION;
}

/* ---- step by step ---- */

static void
reach(struct fleet *fleet, struct task *task, uint32_t step, struct moment now)
{
	fleet->reached = task->pub.step = step;
	relapse_forget(fleet);
	task->pub.stepped = now;
	task->stopped = false;
	task->dirty = true;
}

/* Those in fleet->chosen are the first. */
static void
begin(struct fleet *fleet, struct task *task, uint32_t step, struct moment now)
{
	uint32_t count;

	current_cancel(fleet, now);
	fleet->current = task->pub.number;
	reach(fleet, task, step, now);
	holddown_note(fleet, task);
	count = begin_chosen(fleet, task, now);
	event_add(fleet, EVENT_OPERATION_START, SEVERITY_CRITICAL, task->pub.number,
		  NULL, count, now, "failover ordered for %u of %zu clients (%s): %s",
		  count, fleet->policy->clients, task->pub.target, fleet->why);
	alternates_say_short(fleet, task, now);
}

void
failover_start(struct fleet *fleet, struct moment now)
{
	/* Of steps taken since failover was met: who came after them leaves by all. */
	uint32_t step = fleet->reached > 0 ? fleet->reached : 1;
	char target[OPERATION_TEXT];
	struct task *task;

	describe(fleet, fleet->reached > 0 ? 1 : step, step, target, sizeof(target));
	task = task_start(fleet, ACTION_FAILOVER, verdict_reason(fleet), fleet->why,
			  target, now);
	/* The base seeds the choice: after a restart it is the same, and so are they.
	   Chosen before the call-back ends, which forgets who is on the way back. */
	failover_choose(fleet, step, task->pub.base, now);
	returning_choose(fleet);
	begin(fleet, task, step, now);
}

static void
order_more(struct fleet *fleet, struct task *task, struct moment now)
{
	uint32_t before = task->pub.ordered, count = begin_chosen(fleet, task, now);

	event_add(fleet, EVENT_OPERATION_START, SEVERITY_CRITICAL, task->pub.number,
		  NULL, count, now,
		  "failover ordered for %u more clients, %u of %zu so far (%s): %s",
		  count, before + count, fleet->policy->clients, task->pub.target,
		  fleet->why);
	alternates_say_short(fleet, task, now);
}

/* Whoever is to leave by the steps so far and has not. */
static void
order_rest(struct fleet *fleet, struct task *task, struct moment now)
{
	failover_choose(fleet, task->pub.step, task->pub.base, now);
	order_more(fleet, task, now);
}

static void
take_step(struct fleet *fleet, uint32_t step, struct moment now)
{
	struct task *task = task_find(fleet, fleet->current);

	reach(fleet, task, step, now);
	describe(fleet, step, step, task->pub.target, sizeof(task->pub.target));
	order_rest(fleet, task, now);
}

void
failover_step(struct fleet *fleet, struct moment now)
{
	take_step(fleet, task_find(fleet, fleet->current)->pub.step + 1, now);
}

void
failover_again(struct fleet *fleet, struct moment now)
{
	take_step(fleet, 1, now);
}

void
failover_add(struct fleet *fleet, struct moment now)
{
	order_rest(fleet, task_find(fleet, fleet->current), now);
}

/* ---- before the steps: what was called back last ---- */

static void
undo_describe(uint32_t batches, char *out, size_t size)
{
	if (batches == 1)
		(void)snprintf(out, size, "the newest batch called back");
	else
		(void)snprintf(out, size, "%u batches called back before that",
			       batches);
}

static void
undo_note(struct fleet *fleet, struct task *task, uint32_t batches, struct moment now)
{
	task->undone += batches;
	relapse_watch(fleet, now);
}

void
failover_undo(struct fleet *fleet, struct moment now)
{
	char target[OPERATION_TEXT];
	struct task *task;

	undo_describe(1, target, sizeof(target));
	task = task_start(fleet, ACTION_FAILOVER, verdict_reason(fleet), fleet->why,
			  target, now);
	undo_choose(fleet, 1, now);
	begin(fleet, task, 0, now);
	undo_note(fleet, task, 1, now);
}

void
failover_undo_more(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->current);
	uint32_t batches = task->undone + 1;

	reach(fleet, task, 0, now);
	undo_describe(batches, task->pub.target, sizeof(task->pub.target));
	undo_choose(fleet, batches, now);
	order_more(fleet, task, now);
	undo_note(fleet, task, batches, now);
}

/* ---- the end of steps, and what a restart leaves ---- */

void
failover_stop(struct fleet *fleet, struct moment now)
{
	(void)now;
	task_find(fleet, fleet->current)->stopped = true;
}

void
failover_resume(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->current);
	uint32_t count;

	task->resumed = false;
	failover_choose(fleet, task->pub.step, task->pub.base, now);
	count = begin_chosen(fleet, task, now);
	event_add(
	    fleet, EVENT_OPERATION_START, SEVERITY_NOTICE, task->pub.number, NULL,
	    count, now,
	    "failover resumed after a restart: %u clients were still to be ordered",
	    count);
}

/* ---- other policies, other processes ---- */

void
failover_reload(struct fleet *fleet)
{
	struct task *task = task_find(fleet, fleet->current);

	/* A failover that runs goes on with the steps that there are now; else all are
	   taken anew as soon as any of them moves somebody. */
	fleet->reached = 0;
	if (!failover_running(fleet))
		return;
	if (task->pub.step > steps_of(fleet))
		task->pub.step = steps_of(fleet);
	fleet->reached = task->pub.step;
}

void
failover_settle(struct fleet *fleet, struct task *task, struct moment now)
{
	struct operation *pub = &task->pub;

	/* A store of before there were steps, or one that knows nothing of batches to be
	   undone; or a clock that went back. */
	if (pub->step == 0) {
		pub->stepped = pub->started;
		pub->step = 1;
		describe(fleet, 1, 1, pub->target, sizeof(pub->target));
	}
	if (pub->stepped.boot > now.boot)
		pub->stepped = now;
	if (pub->step > steps_of(fleet))
		pub->step = steps_of(fleet);
	fleet->reached = pub->step;
	task->resumed = true;
}

/* ---- advice ---- */

void
failover_advise(struct fleet *fleet, struct moment now)
{
	uint32_t step = fleet->advised_steps + 1;
	char target[OPERATION_TEXT];

	failover_choose(fleet, step, fleet->seed, now);
	describe(fleet, step, step, target, sizeof(target));
	if (step == 1)
		fleet->advice = 0;
	fleet->advice =
	    operation_advise(fleet, ACTION_FAILOVER, fleet->advice,
			     (uint32_t)fleet->added, target, fleet->why, now);
	fleet->advised_steps = step;
	fleet->advised_at = now.boot;
}
