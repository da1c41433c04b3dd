/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients at an alternate that is lost are ordered to the next; and what the policy cannot
   do for want of one. */
#include "config.h"

#include "fleet/internal.h"

#include <stdio.h>

/* Whoever is left there after a look is so for a reason that lasts. */
#define SCAN_PACE SECOND

/* ---- from a lost alternate to the next ---- */

/* Ordered away and not invited back: by the policy or an operator, but not by force, which
   has the higher rank. */
static bool
row_stranded(struct fleet *fleet, const struct row *row, uint16_t at)
{
	const struct task *holder = task_find(fleet, row->pub.holder);

	return row_station(row) == at && row->pub.type != MESSAGE_RECONNECT &&
	       row->pub.hold != ACTION_RECONNECT &&
	       (holder == NULL || !holder->pub.force) && !row->held;
}

/* Those who are called back are not sent further first. */
static bool
row_called(const struct fleet *fleet, const struct row *row)
{
	return fleet->state == SERVER_RETURNING && row_invitable(row);
}

static size_t
stranded(struct fleet *fleet, uint16_t at, size_t most)
{
	fleet->chosens = 0;
	for (size_t i = 0; i < fleet->policy->clients && fleet->chosens < most; i++) {
		const struct row *row = &fleet->row[i];

		if (row_stranded(fleet, row, at) && !row_called(fleet, row))
			fleet->chosen[fleet->chosens++] = (uint32_t)i;
	}
	return fleet->chosens;
}

static bool
somewhere_else(const struct fleet *fleet)
{
	for (uint32_t i = 0; i < fleet->policy->alternates; i++)
		if (fleet_alternate_room(fleet, i) > 0)
			return true;
	return false;
}

/* The texts of such an operation. */
static void
rescue_words(const struct fleet *fleet, uint16_t at, char target[OPERATION_TEXT],
	     char reason[OPERATION_TEXT])
{
	const char *name = fleet->policy->alternate[at].name;

	(void)snprintf(target, OPERATION_TEXT, "clients at alternate %s", name);
	(void)snprintf(reason, OPERATION_TEXT, "alternate %s is lost: %s", name,
		       fleet->stations->station[at].pub.why);
}

/* What would be done, in mode advise. */
static void
rescue_advise(struct fleet *fleet, uint16_t at, struct moment now)
{
	char target[OPERATION_TEXT], reason[OPERATION_TEXT];

	rescue_words(fleet, at, target, reason);
	fleet->stations->station[at].advised = true;
	operation_advise(fleet, ACTION_FAILOVER, 0, (uint32_t)fleet->chosens, target,
			 reason, now);
}

static void
rescue_start(struct fleet *fleet, uint16_t at, struct moment now)
{
	const char *name = fleet->policy->alternate[at].name;
	const char *why = fleet->stations->station[at].pub.why;
	char target[OPERATION_TEXT], reason[OPERATION_TEXT];
	struct task *task;
	uint32_t count;

	rescue_words(fleet, at, target, reason);
	alternates_weigh(fleet);
	task = task_start(fleet, ACTION_FAILOVER, REASON_NO_ALTERNATE, reason, target,
			  now);
	task->pub.initiator = INITIATOR_SAFETY;
	fleet->rescue = task->pub.number;
	count = begin_chosen(fleet, task, now);
	event_add(fleet, EVENT_OPERATION_START, SEVERITY_CRITICAL, task->pub.number,
		  NULL, count, now,
		  "%u clients ordered from alternate %s to the next: %s", count, name,
		  why);
}

static bool
rescue_runs(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->rescue);

	if (task != NULL && task->pending > 0)
		return true;
	fleet->rescue = 0;
	if (task != NULL)
		task_finish(fleet, task, OPERATION_DONE, now);
	return false;
}

/* Boot time at which it is to be looked who is left there; NEVER: nobody is, or they have
   to stay, or what would be done about it has been said. */
static int64_t
scan_time(const struct fleet *fleet, uint32_t i)
{
	const struct station *station = &fleet->stations->station[i];

	return station->pub.lost && station->pub.load > 0 && !station->advised &&
		       somewhere_else(fleet)
		   ? station->scanned + SCAN_PACE
		   : NEVER;
}

/* A loss that ends, or a mode in which more than advice is given. */
static void
advice_ends(struct fleet *fleet)
{
	for (uint32_t i = 0; i < fleet->policy->alternates; i++) {
		struct station *station = &fleet->stations->station[i];

		if (!station->pub.lost || fleet->mode != MODE_ADVISE)
			station->advised = false;
	}
}

void
rescue_step(struct fleet *fleet, struct moment now)
{
	advice_ends(fleet);
	if (fleet->beginning != 0 || rescue_runs(fleet, now) || fleet->paused != 0)
		return;
	for (uint16_t i = 0; i < fleet->policy->alternates; i++) {
		if (now.boot < scan_time(fleet, i))
			continue;
		fleet->stations->station[i].scanned = now.boot;
		if (stranded(fleet, i, alternates_room(fleet, false)) == 0)
			continue;
		if (fleet_may_act(fleet)) {
			rescue_start(fleet, i, now);
			return;
		}
		rescue_advise(fleet, i, now);
	}
}

int64_t
rescue_next(const struct fleet *fleet)
{
	int64_t next = NEVER;

	if (fleet->rescue != 0 || fleet->paused != 0)
		return NEVER;
	for (uint32_t i = 0; i < fleet->policy->alternates; i++)
		if (scan_time(fleet, i) < next)
			next = scan_time(fleet, i);
	return next;
}

/* ---- nowhere to go ---- */

bool
nowhere_to_go(const struct fleet *fleet)
{
	return alternates_room(fleet, false) == 0;
}

void
nowhere_say(struct fleet *fleet, struct moment now)
{
	const struct policy *policy = fleet->policy;
	uint32_t unusable = 0;

	for (uint32_t i = 0; i < policy->alternates; i++)
		unusable += fleet->stations->station[i].pub.state == ALTERNATE_UNUSABLE;
	fleet->nowhere_told = true;
	event_add(fleet, EVENT_ALTERNATE, SEVERITY_CRITICAL, 0, NULL,
		  (uint32_t)policy->clients, now,
		  "nobody is ordered away: of %zu alternates %u are unusable, the "
		  "others have no room, and the policy has when-none=\"hold\": %s",
		  policy->alternates, unusable, fleet->why);
}

uint32_t
fleet_roomless(const struct fleet *fleet)
{
	if (fleet->nowhere_told && nowhere_to_go(fleet))
		return (uint32_t)fleet->policy->clients;
	return fleet->state == SERVER_SHEDDING || fleet->state == SERVER_AWAY
		   ? fleet->short_of_room
		   : 0;
}
