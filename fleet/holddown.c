/* SPDX-License-Identifier: BSD-3-Clause */
/* Hold-down: how long after a failover the policy calls nobody back, longer each time that
   a call-back leads to the next failover. It goes by the operations alone, of which the
   last are kept: a restart reads it off them. */
#include "config.h"

#include "fleet/internal.h"

#include <stdio.h>

/* A failover comes of the call-back before it when that began less than so many times
   the hold-down ago. */
#define SOON 10

static int64_t
length_of(const struct fleet *fleet)
{
	const struct policy_failover *failover = &fleet->policy->failover;
	int64_t length = failover->hold_down;

	for (unsigned i = 0; i < fleet->flapping.doubled; i++)
		if (length < failover->hold_down_max)
			length *= 2;
	return length < failover->hold_down_max ? length : failover->hold_down_max;
}

/* ---- what it goes by ---- */

static void
note_failover(struct fleet *fleet, int64_t at)
{
	struct flapping *flapping = &fleet->flapping;
	int64_t length = length_of(fleet);
	bool again = flapping->called_back && flapping->failovers > 0 &&
		     at - flapping->called_at < SOON * length;

	/* Who is ordered away after the others, while nobody is called back, makes it
	   no other failover. */
	if (flapping->failovers > 0 && !flapping->called_back)
		return;
	if (!again)
		*flapping = (struct flapping){ .first = at };
	else if (length < fleet->policy->failover.hold_down_max)
		flapping->doubled++;
	flapping->failovers++;
	flapping->called_back = false;
}

void
holddown_note(struct fleet *fleet, const struct task *task)
{
	struct flapping *flapping = &fleet->flapping;
	int64_t at = task->pub.started.boot;

	/* Advice has no ids: nobody was moved. */
	if (task->pub.initiator != INITIATOR_POLICY || task->pub.base == 0 ||
	    leavers_task(task))
		return;
	if (task->pub.action == ACTION_FAILOVER) {
		note_failover(fleet, at);
	} else if (!flapping->called_back) {
		flapping->called_back = true;
		flapping->called_at = at;
	}
}

void
holddown_end(struct fleet *fleet, const struct task *task)
{
	if (task->pub.initiator != INITIATOR_POLICY || task->pub.base == 0 ||
	    task->pub.action != ACTION_FAILOVER)
		return;
	fleet->flapping.over = true;
	fleet->flapping.ended = task->pub.ended.boot;
}

void
holddown_clear(struct fleet *fleet, int64_t at)
{
	struct flapping *flapping = &fleet->flapping;
	bool later = flapping->over && flapping->ended > at;

	*flapping = (struct flapping){ .over = later, .ended = flapping->ended };
}

/* The next one by its beginning; numbers are given in advance. */
static struct task *
task_after(struct fleet *fleet, const struct task *before)
{
	struct task *found = NULL;

	for (size_t i = 0; i < OPERATIONS; i++) {
		struct task *task = &fleet->task[i];
		int64_t at = task->pub.started.boot;

		if (task->pub.number == 0 || task == before)
			continue;
		if (before != NULL &&
		    (at < before->pub.started.boot ||
		     (at == before->pub.started.boot && task < before)))
			continue;
		if (found == NULL || at < found->pub.started.boot)
			found = task;
	}
	return found;
}

void
holddown_settle(struct fleet *fleet, struct moment now)
{
	struct flapping *flapping = &fleet->flapping;
	struct task *task = NULL;

	while ((task = task_after(fleet, task)) != NULL) {
		if (task->pub.action == ACTION_RESUME)
			holddown_clear(fleet, task->pub.started.boot);
		holddown_note(fleet, task);
		if (task->pub.ended.boot != 0)
			holddown_end(fleet, task);
	}
	/* A clock that went back makes nobody wait longer than the policy says. */
	if (flapping->ended > now.boot)
		flapping->ended = now.boot;
	if (flapping->called_at > now.boot)
		flapping->called_at = now.boot;
}

/* ---- until when ---- */

int64_t
holddown_until(const struct fleet *fleet)
{
	if (fleet->policy->failover.hold_down == 0)
		return INT64_MIN;
	if (failover_running(fleet))
		return NEVER;
	return fleet->flapping.over ? fleet->flapping.ended + length_of(fleet)
				    : INT64_MIN;
}

bool
fleet_may_return(const struct fleet *fleet, struct moment now)
{
	/* What has begun goes on: another policy's hold-down is for the next time. */
	return fleet->verdict.connection == MET_YES &&
	       (fleet->state == SERVER_RETURNING || now.boot >= holddown_until(fleet));
}

int64_t
holddown_next(const struct fleet *fleet)
{
	bool rests = fleet->state == SERVER_SERVING || fleet->state == SERVER_AWAY;
	bool waits = fleet->mode == MODE_ADVISE
			 ? rests && !fleet->advised_return
			 : rests || fleet->state == SERVER_UNKNOWN;
	int64_t until = holddown_until(fleet);

	if (!waits || fleet->paused != 0 || until == INT64_MIN || fleet->missing == 0 ||
	    fleet->verdict.connection != MET_YES)
		return NEVER;
	return until;
}

/* ---- in words ---- */

/* Nobody counts the seconds of an hour. */
static const char *
about(int64_t duration, char text[DURATION_TEXT])
{
	int64_t unit = duration < 10 * MINUTE ? SECOND : MINUTE;

	return duration_format((duration + unit - 1) / unit * unit, text);
}

void
holddown_say(const struct fleet *fleet, struct moment now, char why[OPERATION_TEXT])
{
	static const char *const times[] = { "", "once", "twice" };
	const struct flapping *flapping = &fleet->flapping;
	int64_t until = holddown_until(fleet);
	char wall[WALL_TEXT], length[DURATION_TEXT], span[DURATION_TEXT];
	char number[24], doubled[100] = "";

	if (failover_running(fleet)) {
		(void)snprintf(why, OPERATION_TEXT,
			       "connection is met; hold-down begins when the failover "
			       "has ended");
		return;
	}
	wall_format(now.wall + (until - now.boot), wall);
	(void)snprintf(number, sizeof(number), "%u times", flapping->doubled);
	if (flapping->doubled > 0)
		(void)snprintf(
		    doubled, sizeof(doubled), ", doubled %s by %u failovers in %s",
		    flapping->doubled < ARRAY_SIZE(times) ? times[flapping->doubled]
							  : number,
		    flapping->failovers,
		    about(flapping->ended - flapping->first, span));
	(void)snprintf(why, OPERATION_TEXT,
		       "connection is met; hold-down until %.*s%.8s UTC (%s)%s",
		       until - now.boot < DAY ? 0 : 11, wall, wall + 11,
		       duration_format(length_of(fleet), length), doubled);
}

void
holddown_tell(struct fleet *fleet, struct moment now)
{
	char why[OPERATION_TEXT];

	fleet->told_until = holddown_until(fleet);
	holddown_say(fleet, now, why);
	event_add(fleet, EVENT_HOLD_DOWN, SEVERITY_NOTICE, 0, NULL, fleet->missing, now,
		  "%u clients are not called back yet: %s", fleet->missing, why);
}

bool
fleet_hold_down(const struct fleet *fleet, struct moment now, char why[OPERATION_TEXT])
{
	if (fleet->verdict.connection != MET_YES || fleet->missing == 0 ||
	    fleet_may_return(fleet, now))
		return false;
	holddown_say(fleet, now, why);
	return true;
}
