/* SPDX-License-Identifier: BSD-3-Clause */
/* The protected server's state, as one table that is followed until it rests. */
#include "config.h"

#include "fleet/internal.h"

/* What may be true of the moment. Levels, not edges: a pause only delays. */
enum trigger {
	TRIGGER_FAILOVER = 1, /* failover is met */
	TRIGGER_CONNECTION,   /* connection is met, and hold-down is over */
	TRIGGER_HOLD_DOWN,    /* connection is met, and hold-down is not over */
	TRIGGER_DELIVERED,    /* no order of the running operation is outstanding */
	TRIGGER_CALM,         /* there is a verdict, and failover is not met */
	TRIGGER_CLEAR,        /* nor is it pending or unknown */
	TRIGGER_KNOWN         /* there is a verdict that knows the performance */
};

static bool
triggered(struct fleet *fleet, enum trigger trigger, struct moment now)
{
	const struct task *task = task_find(fleet, fleet->current);

	switch (trigger) {
	case TRIGGER_FAILOVER:
		return fleet->verdict.failover == MET_YES;
	case TRIGGER_CONNECTION:
		return fleet_may_return(fleet, now);
	case TRIGGER_HOLD_DOWN:
		return fleet->verdict.connection == MET_YES &&
		       !fleet_may_return(fleet, now);
	case TRIGGER_DELIVERED:
		return task == NULL || (task->pending == 0 && !task->resumed);
	case TRIGGER_CALM:
		return fleet->judged && fleet->verdict.failover != MET_YES;
	case TRIGGER_CLEAR:
		return fleet->judged && verdict_clear(&fleet->verdict);
	case TRIGGER_KNOWN:
		return fleet->judged && fleet->verdict.performance_known;
	}
	return false;
}

/* ---- guards ---- */

static bool
always(struct fleet *fleet, struct moment now)
{
	(void)fleet;
	(void)now;
	return true;
}

/* The first step's time has come. */
static bool
may_begin(struct fleet *fleet, struct moment now)
{
	return fleet_may_act(fleet) && now.boot >= failover_begins(fleet);
}

/* What was called back last is undone before, and at once: it is no step. */
static bool
may_undo(struct fleet *fleet, struct moment now)
{
	return fleet_may_act(fleet) && !nowhere_to_go(fleet) && undo_left(fleet, now);
}

static bool
undo_due(struct fleet *fleet, struct moment now)
{
	return fleet_may_act(fleet) && failover_undoing(fleet) &&
	       now.boot >= failover_continues(fleet);
}

/* And that of the next one. */
static bool
step_due(struct fleet *fleet, struct moment now)
{
	return fleet_may_act(fleet) && failover_unfinished(fleet) &&
	       now.boot >= failover_continues(fleet);
}

static bool
steps_to_go(struct fleet *fleet, struct moment now)
{
	(void)now;
	return failover_unfinished(fleet);
}

static bool
no_steps_to_go(struct fleet *fleet, struct moment now)
{
	return !steps_to_go(fleet, now);
}

static bool
may_begin_again(struct fleet *fleet, struct moment now)
{
	return fleet_may_act(fleet) && failover_stopped(fleet) &&
	       now.boot >= failover_begins_again(fleet);
}

/* There is somewhere to send clients, too. */
static bool
may_shed(struct fleet *fleet, struct moment now)
{
	return may_begin(fleet, now) && !nowhere_to_go(fleet);
}

static bool
may_not_shed(struct fleet *fleet, struct moment now)
{
	return may_begin(fleet, now) && nowhere_to_go(fleet);
}

static bool
nowhere_untold(struct fleet *fleet, struct moment now)
{
	return may_not_shed(fleet, now) && !fleet->nowhere_told;
}

static bool
may_invite(struct fleet *fleet, struct moment now)
{
	(void)now;
	return fleet_may_act(fleet) && fleet->missing > 0;
}

static int64_t
choose_time(const struct fleet *fleet)
{
	/* Met anew, and not yet looked at: at its first step. */
	if (fleet->reached == 0 && fleet->chosen_at < fleet->met_at)
		return failover_begins(fleet);
	return fleet->chosen_at + fleet->policy->connection.every;
}

/* While failover stays met: clients that came, came back or lost their order are
   chosen too, at most once per <batch every=>, as long as the share has room. */
static bool
may_choose(struct fleet *fleet, struct moment now)
{
	return fleet_may_act(fleet) && fleet->reselect &&
	       now.boot >= choose_time(fleet) &&
	       failover_choose(fleet, failover_steps(fleet), fleet->seed, now) > 0;
}

/* The same, while steps are to go. */
static bool
may_add(struct fleet *fleet, struct moment now)
{
	return failover_unfinished(fleet) && may_choose(fleet, now);
}

static bool
resumed(struct fleet *fleet, struct moment now)
{
	const struct task *task = task_find(fleet, fleet->current);

	(void)now;
	return fleet_may_act(fleet) && task != NULL && task->resumed;
}

/* What a restart had still to choose is not chosen once failover is no longer met. */
static bool
resumed_late(struct fleet *fleet, struct moment now)
{
	const struct task *task = task_find(fleet, fleet->current);

	(void)now;
	return task != NULL && task->resumed;
}

static bool
advising_failover(struct fleet *fleet, struct moment now)
{
	return fleet->paused == 0 && fleet->mode == MODE_ADVISE &&
	       now.boot >= failover_advises(fleet);
}

static bool
advising_reconnect(struct fleet *fleet, struct moment now)
{
	(void)now;
	return fleet->paused == 0 && fleet->mode == MODE_ADVISE &&
	       !fleet->advised_return && fleet->missing > 0;
}

/* Said once of each hold-down. */
static bool
hold_down_untold(struct fleet *fleet, struct moment now)
{
	return may_invite(fleet, now) && fleet->told_until != holddown_until(fleet);
}

static bool
somebody_away(struct fleet *fleet, struct moment now)
{
	(void)now;
	return fleet->away > 0;
}

/* Where it was ordered by a process before this one, and was not known to be: what the
   server was before it died is learnt late. */
static bool
found_away(struct fleet *fleet, struct moment now)
{
	return fleet->found && somebody_away(fleet, now);
}

static bool
nobody_away(struct fleet *fleet, struct moment now)
{
	return !somebody_away(fleet, now);
}

static bool
all_invited(struct fleet *fleet, struct moment now)
{
	(void)now;
	return fleet->invitable == 0;
}

static bool
nothing_runs(struct fleet *fleet, struct moment now)
{
	(void)now;
	return task_find(fleet, fleet->current) == NULL;
}

/* ---- effects ---- */

static void
nothing(struct fleet *fleet, struct moment now)
{
	(void)fleet;
	(void)now;
}

static void
forget_resume(struct fleet *fleet, struct moment now)
{
	(void)now;
	task_find(fleet, fleet->current)->resumed = false;
}

/* ---- the table ---- */

/* The first row that fits the state, whose trigger is true and whose guard holds, is
   taken: its effect, then its next state; until none fits. */
static const struct transition {
	enum server_state from;
	enum trigger trigger;
	bool (*guard)(struct fleet *fleet, struct moment now);
	enum server_state next;
	void (*effect)(struct fleet *fleet, struct moment now);
} table[] = {
	{ SERVER_UNKNOWN, TRIGGER_FAILOVER, may_shed, SERVER_SHEDDING, failover_start },
	{ SERVER_UNKNOWN, TRIGGER_CONNECTION, may_invite, SERVER_RETURNING,
	  reconnect_start },
	{ SERVER_UNKNOWN, TRIGGER_KNOWN, somebody_away, SERVER_AWAY, nothing },
	{ SERVER_UNKNOWN, TRIGGER_KNOWN, always, SERVER_SERVING, nothing },

	{ SERVER_SERVING, TRIGGER_FAILOVER, may_shed, SERVER_SHEDDING, failover_start },
	{ SERVER_SERVING, TRIGGER_FAILOVER, nowhere_untold, SERVER_SERVING,
	  nowhere_say },
	{ SERVER_SERVING, TRIGGER_FAILOVER, advising_failover, SERVER_SERVING,
	  failover_advise },
	/* Somebody turned up who is still away: by its hello, or after a lost store. */
	{ SERVER_SERVING, TRIGGER_CONNECTION, may_invite, SERVER_RETURNING,
	  reconnect_start },
	{ SERVER_SERVING, TRIGGER_HOLD_DOWN, hold_down_untold, SERVER_SERVING,
	  holddown_tell },
	{ SERVER_SERVING, TRIGGER_CONNECTION, advising_reconnect, SERVER_SERVING,
	  reconnect_advise },
	/* The first verdict came before the answers: while connection is not met, those
	   who are away stay so. */
	{ SERVER_SERVING, TRIGGER_DELIVERED, found_away, SERVER_AWAY, nothing },

	{ SERVER_SHEDDING, TRIGGER_FAILOVER, resumed, SERVER_SHEDDING,
	  failover_resume },
	{ SERVER_SHEDDING, TRIGGER_CLEAR, resumed_late, SERVER_SHEDDING,
	  forget_resume },
	/* Before each step, and before more is undone, failover must still be met: while that is pending or unknown
	   they wait, and when it is not met they are over. */
	{ SERVER_SHEDDING, TRIGGER_FAILOVER, undo_due, SERVER_SHEDDING,
	  failover_undo_more },
	{ SERVER_SHEDDING, TRIGGER_FAILOVER, step_due, SERVER_SHEDDING, failover_step },
	{ SERVER_SHEDDING, TRIGGER_FAILOVER, may_add, SERVER_SHEDDING, failover_add },
	{ SERVER_SHEDDING, TRIGGER_FAILOVER, may_begin_again, SERVER_SHEDDING,
	  failover_again },
	{ SERVER_SHEDDING, TRIGGER_CLEAR, steps_to_go, SERVER_SHEDDING, failover_stop },
	{ SERVER_SHEDDING, TRIGGER_CONNECTION, may_invite, SERVER_RETURNING,
	  reconnect_start },
	{ SERVER_SHEDDING, TRIGGER_DELIVERED, no_steps_to_go, SERVER_AWAY,
	  current_finish },

	/* It was not enough after all. */
	{ SERVER_AWAY, TRIGGER_FAILOVER, may_undo, SERVER_SHEDDING, failover_undo },
	{ SERVER_AWAY, TRIGGER_FAILOVER, may_choose, SERVER_SHEDDING, failover_start },
	{ SERVER_AWAY, TRIGGER_FAILOVER, advising_failover, SERVER_AWAY,
	  failover_advise },
	{ SERVER_AWAY, TRIGGER_CONNECTION, may_invite, SERVER_RETURNING,
	  reconnect_start },
	{ SERVER_AWAY, TRIGGER_HOLD_DOWN, hold_down_untold, SERVER_AWAY,
	  holddown_tell },
	{ SERVER_AWAY, TRIGGER_CONNECTION, advising_reconnect, SERVER_AWAY,
	  reconnect_advise },
	{ SERVER_AWAY, TRIGGER_CALM, nobody_away, SERVER_SERVING, nothing },

	{ SERVER_RETURNING, TRIGGER_FAILOVER, may_undo, SERVER_SHEDDING,
	  failover_undo },
	{ SERVER_RETURNING, TRIGGER_FAILOVER, may_shed, SERVER_SHEDDING,
	  failover_start },
	/* Nobody can be ordered away again, but nobody else is called either. */
	{ SERVER_RETURNING, TRIGGER_FAILOVER, may_not_shed, SERVER_AWAY,
	  current_cancel },
	/* Every invitation has ended. Who did not answer comes by asking, or by the
	   end of its order's validity. */
	{ SERVER_RETURNING, TRIGGER_DELIVERED, all_invited, SERVER_SERVING,
	  current_finish },
	/* Cut off: a second daemon was found out. */
	{ SERVER_RETURNING, TRIGGER_DELIVERED, nothing_runs, SERVER_AWAY, nothing },
};

/* ---- the table in words ---- */

/* What the manual says of them; the table is its only source. */
static const char *const trigger_words[] = {
	[TRIGGER_FAILOVER] = "failover is met",
	[TRIGGER_CONNECTION] = "connection is met",
	[TRIGGER_HOLD_DOWN] = "hold-down is not over",
	[TRIGGER_DELIVERED] = "no order is on its way",
	[TRIGGER_CALM] = "failover is not met",
	[TRIGGER_CLEAR] = "failover is clear",
	[TRIGGER_KNOWN] = "performance is known",
};

static const struct guard_words {
	bool (*guard)(struct fleet *fleet, struct moment now);
	const char *words;
} guard_words[] = {
	{ always, "" },
	{ may_shed,
	  "the policy may act, the first step is due, and an alternate has room" },
	{ may_not_shed,
	  "the policy may act, the first step is due, and no alternate has room" },
	{ nowhere_untold, "the policy may act, the first step is due, no alternate has "
			  "room, and it was not said yet" },
	{ may_invite, "the policy may act and somebody is to be called back" },
	{ may_choose, "the policy may act and somebody else is to be ordered away" },
	{ may_undo,
	  "the policy may act, an alternate has room, and somebody has just come by "
	  "a call-back" },
	{ undo_due,
	  "the policy may act, no step was taken yet, and older batches of the "
	  "call-back are due" },
	{ step_due, "the policy may act and the next step is due" },
	{ steps_to_go, "steps are to go" },
	{ no_steps_to_go, "no step is to go" },
	{ may_add, "steps are to go, and somebody else is to be ordered away" },
	{ may_begin_again, "its steps were stopped, and the first is due" },
	{ hold_down_untold, "somebody is to be called back, and it was not said yet" },
	{ resumed, "the policy may act and a failover goes on after a restart" },
	{ resumed_late, "a failover from before a restart has still to choose" },
	{ advising_failover, "the mode is advise, and it was not said yet" },
	{ advising_reconnect, "the mode is advise, somebody is to be called back, "
			      "and it was not said yet" },
	{ somebody_away, "somebody is away" },
	{ found_away, "somebody was found to be away since before a restart" },
	{ nobody_away, "nobody is away" },
	{ all_invited, "nobody is left to be invited" },
	{ nothing_runs, "no operation runs" },
};

static const struct effect_words {
	void (*effect)(struct fleet *fleet, struct moment now);
	const char *words;
} effect_words[] = {
	{ nothing, "" },
	{ failover_start, "a failover begins" },
	{ nowhere_say, "says that nobody can be ordered away" },
	{ current_cancel, "the operation is cancelled" },
	{ failover_undo, "a failover begins, with the newest batch" },
	{ failover_undo_more, "they are ordered away" },
	{ failover_step, "those of the next step are ordered away" },
	{ failover_again, "those of the first step are ordered away" },
	{ failover_add, "they are ordered away" },
	{ failover_stop, "there are no more steps" },
	{ holddown_tell, "says until when nobody is called back" },
	{ failover_resume, "those still to be ordered away are chosen" },
	{ failover_advise, "says whom it would order away" },
	{ forget_resume, "nobody else is chosen" },
	{ reconnect_start, "a call-back begins" },
	{ reconnect_advise, "says whom it would call back" },
	{ current_finish, "the operation is done" },
};

bool
fleet_transition(size_t i, struct fleet_transition *transition)
{
	if (i >= ARRAY_SIZE(table))
		return false;
	*transition = (struct fleet_transition){
		.from = table[i].from,
		.next = table[i].next,
		.trigger = trigger_words[table[i].trigger],
	};
	for (size_t j = 0; j < ARRAY_SIZE(guard_words); j++)
		if (guard_words[j].guard == table[i].guard)
			transition->guard = guard_words[j].words;
	for (size_t j = 0; j < ARRAY_SIZE(effect_words); j++)
		if (effect_words[j].effect == table[i].effect)
			transition->effect = effect_words[j].words;
	return true;
}

/* ---- following it ---- */

static enum severity
state_severity(enum server_state state)
{
	switch (state) {
	case SERVER_SHEDDING:
	case SERVER_AWAY:
		return SEVERITY_CRITICAL;
	case SERVER_SERVING:
		return SEVERITY_OK;
	case SERVER_RETURNING:
	case SERVER_UNKNOWN:
		break;
	}
	return SEVERITY_NOTICE;
}

void
state_set(struct fleet *fleet, enum server_state state, const char *why,
	  struct moment now)
{
	enum server_state before = fleet->state;

	if (state == before)
		return;
	fleet->state = state;
	fleet->since = now;
	fleet->count.transitions++;
	event_add(fleet, EVENT_STATE, state_severity(state), fleet->current, NULL,
		  fleet->away, now, "server %s is %s (was %s)%s%s",
		  fleet->policy->server, server_state_name(state),
		  server_state_name(before), *why != '\0' ? ": " : "", why);
}

static const struct transition *
transition_find(struct fleet *fleet, struct moment now)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct transition *row = &table[i];

		if (row->from == fleet->state && triggered(fleet, row->trigger, now) &&
		    row->guard(fleet, now))
			return row;
	}
	return NULL;
}

void
state_step(struct fleet *fleet, struct moment now)
{
	const struct transition *row;

	/* A round of the whole table at most: what is left waits for the next step. */
	for (size_t i = 0; i < ARRAY_SIZE(table) && fleet->beginning == 0; i++) {
		row = transition_find(fleet, now);
		if (row == NULL)
			break;
		row->effect(fleet, now);
		state_set(fleet, row->next, fleet->why, now);
	}
	fleet->found = fleet->found && fleet->beginning != 0;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* While failover is met. */
static int64_t
failover_next(const struct fleet *fleet)
{
	int64_t next = NEVER;

	switch (fleet->state) {
	case SERVER_SHEDDING:
		if (failover_stopped(fleet))
			return failover_begins_again(fleet);
		if (!failover_unfinished(fleet))
			return NEVER;
		next = failover_continues(fleet);
		return fleet->reselect ? earlier(next, choose_time(fleet)) : next;
	case SERVER_AWAY:
		return fleet->reselect ? choose_time(fleet) : NEVER;
	case SERVER_SERVING:
		if (nowhere_to_go(fleet) && fleet->nowhere_told)
			return NEVER; /* until there is room */
		break;
	case SERVER_UNKNOWN:
		if (nowhere_to_go(fleet))
			return NEVER;
		break;
	case SERVER_RETURNING:
		break;
	}
	return failover_begins(fleet);
}

int64_t
state_next(const struct fleet *fleet)
{
	int64_t next = holddown_next(fleet);

	if (fleet->verdict.failover != MET_YES || fleet->paused != 0)
		return next;
	if (fleet->mode == MODE_ADVISE)
		return fleet->state == SERVER_SERVING || fleet->state == SERVER_AWAY
			   ? earlier(next, failover_advises(fleet))
			   : next;
	return earlier(next, failover_next(fleet));
}
