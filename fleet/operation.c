/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations: the record of the last ones, and their ends. */
#include "config.h"

#include "fleet/internal.h"

#include <stdio.h>
#include <string.h>

/* ---- the last 64 ---- */

struct task *
task_find(struct fleet *fleet, uint32_t number)
{
	struct task *task = &fleet->task[number % OPERATIONS];

	return number != 0 && task->pub.number == number ? task : NULL;
}

bool
task_open(const struct task *task)
{
	return task->pub.state == OPERATION_RUNNING ||
	       task->pub.state == OPERATION_PAUSED;
}

bool
task_operators(const struct task *task)
{
	return task->pub.initiator == INITIATOR_OPERATOR;
}

/* Later ones go around it: it runs, holds clients, or says why we are paused. */
static bool
task_stays(const struct fleet *fleet, const struct task *task)
{
	return task->pub.number != 0 && (task_open(task) || task->holds > 0 ||
					 task->pub.number == fleet->mode_set);
}

bool
task_number_free(const struct fleet *fleet, uint32_t number)
{
	const struct task *task = &fleet->task[number % OPERATIONS];

	return number != 0 && task->pub.number < number && !task_stays(fleet, task);
}

bool
task_number_given(const struct fleet *fleet, uint32_t number)
{
	return task_number_free(fleet, number) && number < UINT32_MAX &&
	       (number < fleet->next_operation ||
		number - fleet->next_operation < NUMBERS_AHEAD);
}

uint32_t
task_number(const struct fleet *fleet)
{
	uint32_t number = fleet->next_operation;

	/* Operators may hold half of the places at most, so there is an end. */
	while (!task_number_free(fleet, number))
		number++;
	return number;
}

/* Numbers have gaps, and their places no order: the greatest below. */
static const struct task *
task_before(const struct fleet *fleet, uint32_t number)
{
	const struct task *found = NULL;

	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct task *task = &fleet->task[i];

		if (task->pub.number != 0 && task->pub.number < number &&
		    (found == NULL || task->pub.number > found->pub.number))
			found = task;
	}
	return found;
}

const struct operation *
fleet_operation(const struct fleet *fleet, size_t i)
{
	const struct task *task = task_before(fleet, UINT32_MAX);

	while (task != NULL && i-- > 0)
		task = task_before(fleet, task->pub.number);
	return task != NULL ? &task->pub : NULL;
}

bool
fleet_dirty_operation(struct fleet *fleet, struct operation *operation)
{
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct task *task = &fleet->task[i];

		if (task->dirty) {
			task->dirty = false;
			*operation = task->pub;
			return true;
		}
	}
	return false;
}

struct task *
task_new(struct fleet *fleet, uint32_t number, enum action action, const char *why,
	 const char *target, struct moment now)
{
	struct task *task = &fleet->task[number % OPERATIONS];

	if (fleet->next_operation <= number)
		fleet->next_operation = number + 1;
	*task = (struct task){ .dirty = true };
	task->pub = (struct operation){
		.number = number,
		.action = action,
		.initiator = INITIATOR_POLICY,
		.state = OPERATION_RUNNING,
		.started = now,
	};
	text_cut(why, task->pub.why, sizeof(task->pub.why));
	text_cut(target, task->pub.target, sizeof(task->pub.target));
	return task;
}

/* The policy's. */

struct task *
task_start(struct fleet *fleet, enum action action, enum message_reason reason,
	   const char *why, const char *target, struct moment now)
{
	struct task *task =
	    task_new(fleet, task_number(fleet), action, why, target, now);

	task->pub.reason = reason;
	task->pub.base = ids_take(fleet, action, task->pub.number, now, &task->size);
	text_cut(why, task->text, sizeof(task->text));
	return task;
}

const char *
task_title(const struct task *task, char out[TASK_TITLE])
{
	char reason[90];

	if (!task_operators(task)) {
		(void)snprintf(out, TASK_TITLE, "%s", action_name(task->pub.action));
		return out;
	}
	text_cut(task->pub.why, reason, sizeof(reason));
	(void)snprintf(out, TASK_TITLE, "%s by %s (%s)", action_name(task->pub.action),
		       task->pub.requester, reason);
	return out;
}

void
task_finish(struct fleet *fleet, struct task *task, enum operation_state state,
	    struct moment now)
{
	const struct operation *pub = &task->pub;
	char title[TASK_TITLE], progress[FAILOVER_PROGRESS];

	batch_cut(fleet, pub->number, now);
	if (task_operators(task) && task_open(task))
		fleet->operating--;
	task->pub.state = state;
	task->pub.ended = now;
	task->dirty = true;
	holddown_end(fleet, task);
	begin_forget(fleet, task);
	if (fleet->current == pub->number)
		fleet->current = 0;
	event_add(fleet, EVENT_OPERATION_END,
		  pub->unreachable + pub->rejected > 0 ? SEVERITY_WARNING : SEVERITY_OK,
		  pub->number, NULL, pub->ordered, now,
		  "%s %s%s: %u ordered, %u done, %u rejected, %u unreachable",
		  task_title(task, title), operation_state_name(state),
		  failover_progress(fleet, task, progress), pub->ordered, pub->done,
		  pub->rejected, pub->unreachable);
}

/* ---- the end ---- */

void
current_finish(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->current);

	if (task != NULL)
		task_finish(fleet, task, OPERATION_DONE, now);
}

static void
task_cancel(struct fleet *fleet, uint32_t number, struct moment now)
{
	struct task *task = task_find(fleet, number);

	if (task == NULL)
		return;
	heap_hold(fleet, task->pending);
	for (size_t i = 0; i < fleet->rows && task->pending > 0; i++) {
		struct row *row = &fleet->row[i];

		if (!row->pending || row->pub.operation != task->pub.number)
			continue;
		row_open(fleet, row);
		order_withdraw(fleet, row);
		row_close(fleet, row);
	}
	heap_release(fleet);
	task_finish(fleet, task, OPERATION_CANCELLED, now);
}

void
current_cancel(struct fleet *fleet, struct moment now)
{
	task_cancel(fleet, fleet->current, now);
}

void
rescue_cancel(struct fleet *fleet, struct moment now)
{
	task_cancel(fleet, fleet->rescue, now);
	fleet->rescue = 0;
}

/* ---- advice: what would have been done ---- */

uint32_t
operation_advise(struct fleet *fleet, enum action action, uint32_t again,
		 uint32_t count, const char *target, const char *why, struct moment now)
{
	struct task *task = task_find(fleet, again);

	/* No block of ids: nothing is sent. */
	if (task == NULL)
		task = task_new(fleet, task_number(fleet), action, why, target, now);
	text_cut(target, task->pub.target, sizeof(task->pub.target));
	task->pub.state = OPERATION_CANCELLED;
	task->pub.ended = now;
	task->dirty = true;
	event_add(fleet, EVENT_ADVISED, SEVERITY_WARNING, task->pub.number, NULL, count,
		  now, "mode advise: %s of %u of %zu clients (%s) not ordered: %s",
		  action_name(action), count, fleet->policy->clients, target, why);
	return task->pub.number;
}
