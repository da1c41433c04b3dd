/* SPDX-License-Identifier: BSD-3-Clause */
/* Operators' operations: beginning, holding clients, ending, and going on after a
   restart. Rank: a forced operation, then an operator's, then the policy, then what a
   client asks. */
#include "config.h"

#include "fleet/internal.h"

#include <stdio.h>
#include <string.h>

uint32_t
fleet_number(const struct fleet *fleet)
{
	return task_number(fleet);
}

bool
fleet_number_reserve(struct fleet *fleet, uint32_t number)
{
	if (!task_number_given(fleet, number))
		return false;
	/* One that was passed over nobody gets unasked. */
	if (number >= fleet->next_operation)
		fleet->next_operation = number + 1;
	return true;
}

/* ---- holds ---- */

static int64_t
hold_end(const struct task *task, struct moment now)
{
	if (task->pub.hold == 0 || task->pub.hold > NEVER - now.boot)
		return NEVER;
	return now.boot + task->pub.hold;
}

static void
hold_take(struct row *row, const struct task *task, int64_t until)
{
	row->pub.holder = task->pub.number;
	row->pub.hold = task->pub.action;
	row->pub.held_until = until;
	row->awaiting = false;
}

void
hold_forget(struct row *row)
{
	row->pub.holder = 0;
	row->pub.hold = 0;
	row->pub.held_until = 0;
	row->awaiting = false;
}

void
hold_clear(struct fleet *fleet, struct row *row)
{
	hold_forget(row);
	fleet->reselect = true; /* the policy may choose it again */
}

bool
hold_here(struct row *row, const struct task *task, struct moment now)
{
	row->awaiting = false;
	row->pub.held_until = hold_end(task, now);
	return row_away(row) || row->pub.place == PLACE_UNKNOWN;
}

void
hold_expire(struct fleet *fleet, struct row *row, struct moment now)
{
	struct task *task = task_find(fleet, row->pub.holder);
	char title[TASK_TITLE];

	hold_clear(fleet, row);
	if (task == NULL)
		return;
	task->expired++;
	/* One event for all of them: they end at about the same moment. */
	if (task->holds > 0)
		return;
	event_add(fleet, EVENT_OPERATION_END, SEVERITY_NOTICE, task->pub.number, NULL,
		  task->expired, now,
		  "%s holds nobody any more: the policy may move %u clients again",
		  task_title(task, title), task->expired);
	task->expired = 0;
}

bool
row_wanted_away(const struct fleet *fleet, const struct row *row)
{
	if (row->pub.holder != 0)
		return row->pub.hold == ACTION_FAILOVER;
	return fleet->verdict.failover == MET_YES;
}

/* ---- beginning ---- */

/* An operation is known by what it says; half of the places stay for the policy. */
static bool
task_room(const struct fleet *fleet, char why[FLEET_WHY])
{
	unsigned taken = 0;

	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct task *task = &fleet->task[i];

		taken += task->pub.number != 0 && task_operators(task) &&
			 (task_open(task) || task->holds > 0);
	}
	if (taken < OPERATIONS / 2)
		return true;
	(void)snprintf(why, FLEET_WHY,
		       "%u operations of operators run or hold clients: release or "
		       "cancel one first",
		       taken);
	return false;
}

static struct task *
operator_task(struct fleet *fleet, const struct fleet_wish *wish,
	      const struct choice *choice, struct moment now)
{
	char target[OPERATION_TEXT] = "", text[OPERATION_TEXT + NAME_TEXT];
	uint32_t number = wish->number != 0 ? wish->number : task_number(fleet);
	struct task *task;

	if (wish->action <= ACTION_RELEASE)
		wish_describe(wish, target, sizeof(target));
	task = task_new(fleet, number, wish->action, wish->reason, target, now);
	task->pub.initiator = INITIATOR_OPERATOR;
	task->pub.reason = REASON_OPERATOR;
	(void)snprintf(task->pub.requester, sizeof(task->pub.requester), "%s",
		       wish->requester);
	if (wish->action <= ACTION_RELEASE)
		(void)snprintf(task->pub.selection, sizeof(task->pub.selection), "%s",
			       wish->selection);
	task->pub.hold = wish->hold;
	task->pub.share = wish->share > 0 ? wish->share : 1;
	task->pub.limit = wish->limit;
	task->pub.force = wish->force;
	task->pub.verified = wish->verified;
	task->pub.matched = choice->matched;
	task->pub.held = choice->held;
	task->pub.planned = choice->planned;
	task->pub.kept = choice->matched - choice->held - choice->planned;
	(void)snprintf(text, sizeof(text), "%s: %s", wish->requester, wish->reason);
	text_cut(text, task->text, sizeof(task->text));
	if (wish->action <= ACTION_RECONNECT) {
		task->pub.base =
		    ids_take(fleet, wish->action, number, now, &task->size);
		fleet->operating++;
	} else {
		task->pub.state = OPERATION_DONE;
		task->pub.ended = now;
	}
	return task;
}

static void
failover_row(struct fleet *fleet, struct task *task, struct row *row, bool there,
	     struct moment now)
{
	row_open(fleet, row);
	hold_take(row, task, hold_end(task, now));
	if (!there)
		order_start(fleet, row, task, MESSAGE_FAILOVER, now);
	row_close(fleet, row);
}

/* Held from the start, so that the policy neither invites nor orders it meanwhile. What
   the policy had sent it is taken back. */
static void
reconnect_row(struct fleet *fleet, struct task *task, struct row *row)
{
	row_open(fleet, row);
	if (row->pending || order_repeats(row))
		order_withdraw(fleet, row);
	hold_take(row, task, NEVER);
	row->awaiting = true;
	row_close(fleet, row);
}

static void
release_row(struct fleet *fleet, struct row *row)
{
	row_open(fleet, row);
	hold_clear(fleet, row);
	row_close(fleet, row);
}

/* Carries out what wish_choose() chose. */
static void
operator_act(struct fleet *fleet, struct task *task, const struct choice *choice,
	     struct moment now)
{
	/* Those chosen are read before they change: nothing below chooses. */
	heap_hold(fleet, fleet->chosens);
	for (size_t i = 0; i < fleet->chosens; i++) {
		struct row *row = &fleet->row[fleet->chosen[i]];

		if (row->pub.holder == task->pub.number)
			continue; /* after a restart: it was stored */
		if (task->pub.action == ACTION_FAILOVER)
			failover_row(fleet, task, row, i < choice->there, now);
		else if (task->pub.action == ACTION_RELEASE)
			release_row(fleet, row);
		else if (i >= choice->there)
			reconnect_row(fleet, task, row);
	}
	heap_release(fleet);
}

static void
operator_tell(struct fleet *fleet, const struct task *task, struct moment now)
{
	static const char *const what[] = {
		[ACTION_FAILOVER] = "ordered for",
		[ACTION_RECONNECT] = "calls back",
		[ACTION_RELEASE] = "gave up its hold on",
	};
	char title[TASK_TITLE], target[60];

	text_cut(task->pub.target, target, sizeof(target));
	event_add(fleet, task_open(task) ? EVENT_OPERATION_START : EVENT_OPERATION_END,
		  SEVERITY_NOTICE, task->pub.number, NULL, task->pub.planned, now,
		  "%s %s %u of %zu clients (%s)", task_title(task, title),
		  what[task->pub.action], task->pub.planned, fleet->policy->clients,
		  target);
}

static uint32_t
operate_mode(struct fleet *fleet, const struct fleet_wish *wish, struct moment now)
{
	bool pause = wish->action == ACTION_PAUSE;
	struct choice nobody = { 0 };
	struct task *task = operator_task(fleet, wish, &nobody, now);
	char title[TASK_TITLE];

	fleet->mode_set = task->pub.number;
	if (!pause)
		holddown_clear(fleet, now.boot);
	/* What the policy says of the mode is for the first load: an operator's word
	   goes over it. */
	if (!pause_set(fleet, pause ? PAUSED_OPERATOR : PAUSED_OPERATOR | PAUSED_POLICY,
		       pause, task_title(task, title), task->pub.number, now))
		event_add(fleet, EVENT_OPERATION_END, SEVERITY_NOTICE, task->pub.number,
			  NULL, 0, now, "%s: the file \"pause\" still pauses it",
			  task_title(task, title));
	return task->pub.number;
}

static void
operate_refused(struct fleet *fleet, const struct fleet_wish *wish, const char *why,
		struct moment now)
{
	char requester[NAME_TEXT];

	text_clean(wish->requester != NULL ? wish->requester : "",
		   wish->requester != NULL ? strlen(wish->requester) : 0, requester,
		   sizeof(requester));
	event_add(fleet, EVENT_OPERATION_END, SEVERITY_WARNING, 0, NULL, 0, now,
		  "%s by %s refused: %s", action_name(wish->action),
		  requester[0] != '\0' ? requester : "nobody", why);
}

uint32_t
fleet_operate(struct fleet *fleet, const struct fleet_wish *wish, struct moment now,
	      char why[FLEET_WHY])
{
	struct fleet_plan plan;
	struct choice choice;
	struct task *task;

	fleet_settle(fleet, now);
	begin_rest(fleet, now);
	/* The plan's words are the answer. */
	if (!wish_plan(fleet, wish, &choice, &plan, why) ||
	    (wish->action <= ACTION_RECONNECT && !task_room(fleet, why))) {
		operate_refused(fleet, wish, why, now);
		return 0;
	}
	if (wish->action == ACTION_PAUSE || wish->action == ACTION_RESUME)
		return operate_mode(fleet, wish, now);
	task = operator_task(fleet, wish, &choice, now);
	operator_act(fleet, task, &choice, now);
	operator_tell(fleet, task, now);
	state_step(fleet, now);
	operators_step(fleet, now);
	return task->pub.number;
}

/* ---- going on and ending ---- */

struct task *
operators_calling(struct fleet *fleet)
{
	struct task *found = NULL;

	for (size_t i = 0; i < OPERATIONS && fleet->awaiting > 0; i++) {
		struct task *task = &fleet->task[i];

		if (task->waiting > 0 &&
		    (found == NULL || task->pub.number < found->pub.number))
			found = task;
	}
	return found;
}

void
operators_step(struct fleet *fleet, struct moment now)
{
	for (size_t i = 0; i < OPERATIONS && fleet->operating > 0; i++) {
		struct task *task = &fleet->task[i];

		if (task->pub.number != 0 && task_operators(task) && task_open(task) &&
		    task->pending == 0 && task->waiting == 0)
			task_finish(fleet, task, OPERATION_DONE, now);
	}
}

static void
cancel_row(struct fleet *fleet, struct task *task, struct row *row)
{
	bool mine = row->pub.holder == task->pub.number;
	bool pending = row->pending && row->pub.operation == task->pub.number;
	bool received = row->pub.order == ORDER_STATE_RECEIVED;

	if (!pending && !(mine && row->awaiting))
		return;
	row_open(fleet, row);
	if (pending)
		order_withdraw(fleet, row);
	if (mine && !(pending && received))
		hold_clear(fleet, row);
	row_close(fleet, row);
}

bool
fleet_cancel(struct fleet *fleet, uint32_t number, struct moment now,
	     char why[FLEET_WHY])
{
	struct task *task;

	fleet_settle(fleet, now);
	task = task_find(fleet, number);
	if (task == NULL) {
		(void)snprintf(why, FLEET_WHY, "there is no operation %u", number);
		return false;
	}
	if (!task_operators(task)) {
		(void)snprintf(why, FLEET_WHY,
			       "operation %u is the policy's: pause stops it", number);
		return false;
	}
	if (!task_open(task)) {
		(void)snprintf(why, FLEET_WHY,
			       "operation %u is over (%s): release gives up what it "
			       "holds",
			       number, operation_state_name(task->pub.state));
		return false;
	}
	for (size_t i = 0; i < fleet->rows; i++)
		cancel_row(fleet, task, &fleet->row[i]);
	task_finish(fleet, task, OPERATION_CANCELLED, now);
	(void)snprintf(why, FLEET_WHY, "cancelled: %u clients moved or will, %u held",
		       task->pub.received, task->holds);
	state_step(fleet, now);
	return true;
}

/* ---- after a restart ---- */

void
hold_settle(struct fleet *fleet, struct row *row, struct moment now)
{
	const struct task *task = task_find(fleet, row->pub.holder);
	bool runs = task != NULL && task_operators(task) && task_open(task);

	if (row->pub.holder == 0)
		return;
	/* Leaving clients are nobody's; and a call-back of which nothing is known would
	   never come to an end. */
	if (row_number(fleet, row) >= fleet->policy->clients ||
	    (task == NULL && row->pub.hold == ACTION_RECONNECT &&
	     row->pub.held_until == NEVER)) {
		hold_clear(fleet, row);
		return;
	}
	if (task == NULL)
		return;
	if (row->pub.held_until != NEVER) {
		/* Not longer than was said, where the wall clock was set back. */
		if (row->pub.held_until > hold_end(task, now))
			row->pub.held_until = hold_end(task, now);
		return;
	}
	row->awaiting = runs && row->pub.hold == ACTION_RECONNECT &&
			row->pub.operation != task->pub.number;
	if (!row->awaiting)
		row->pub.held_until = hold_end(task, now);
}

void
operators_whole(struct fleet *fleet)
{
	for (size_t i = 0; i < OPERATIONS && fleet->operating > 0; i++) {
		struct task *task = &fleet->task[i];

		if (task->pub.number == 0 || !task_operators(task) ||
		    !task_open(task) || task->pub.whole)
			continue;
		task->pub.whole = true;
		task->dirty = true;
	}
}

/* The store may have the operation, but not all of its clients: choosing again by the
   same words finds who is missing. Once it had all of them, those who are not there were
   released, or are another's. */
static void
operator_resume(struct fleet *fleet, struct task *task, struct moment now)
{
	const struct fleet_wish wish = {
		.action = task->pub.action,
		.selection = task->pub.selection,
		.requester = task->pub.requester,
		.share = task->pub.share,
		.limit = task->pub.limit,
		.force = task->pub.force,
	};
	struct choice choice;
	char why[FLEET_WHY];
	uint32_t known = 0;

	for (size_t i = 0; i < fleet->rows; i++)
		known += fleet->row[i].pub.operation == task->pub.number ||
			 fleet->row[i].pub.holder == task->pub.number;
	if (!task->pub.whole && known < task->pub.planned &&
	    wish_choose(fleet, &wish, task->pub.number, &choice, why))
		operator_act(fleet, task, &choice, now);
}

void
operators_settle(struct fleet *fleet, struct moment now)
{
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct task *task = &fleet->task[i];

		if (task->pub.number != 0 && task_operators(task) && task_open(task))
			operator_resume(fleet, task, now);
	}
}

void
operators_mode(struct fleet *fleet)
{
	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct operation *pub = &fleet->task[i].pub;

		if ((pub->action == ACTION_PAUSE || pub->action == ACTION_RESUME) &&
		    pub->number > fleet->mode_set)
			fleet->mode_set = pub->number;
	}
	if (fleet->mode_set == 0)
		return;
	if (task_find(fleet, fleet->mode_set)->pub.action == ACTION_PAUSE)
		fleet->paused |= PAUSED_OPERATOR;
	else
		fleet->paused &= ~(unsigned)PAUSED_POLICY;
}
