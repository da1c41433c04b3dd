/* SPDX-License-Identifier: BSD-3-Clause */
/* What is worth a notification. */
#include "config.h"

#include "subagent/publish-inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* SNMP's severity of what was planned by a person. */
#define SEVERITY_MAINTENANCE 5u
/* Numbers of clients are told no more often. */
#define COUNT_PACE (10 * SECOND)
/* Refused messages between two looks, and how long none makes it quiet. */
#define BAD_LOOK  (10 * SECOND)
#define BAD_MANY  20u
#define BAD_QUIET MINUTE

/* ---- notifications ---- */

static void
fill(const struct shown *shown, struct link_notify *notify)
{
	notify->server = shown->number;
	notify->row = shown->number;
	notify->state = shown->row.state;
	notify->mode = shown->row.mode;
	notify->performance = shown->row.performance;
	rows_text(shown->name, notify->server_name, sizeof(notify->server_name));
}

void
watch_notify(struct publisher *publisher, const struct shown *shown,
	     enum notification kind, uint32_t severity, uint32_t count,
	     const char *reason, struct moment now)
{
	struct link_notify notify = { .notification = kind,
				      .severity = severity,
				      .count = count };
	fill(shown, &notify);
	rows_text(reason, notify.reason, sizeof(notify.reason));
	notices_add(&publisher->notices, publisher->indexes, &notify, now);
}

static void
watch_service(struct publisher *publisher, struct shown *shown,
	      const struct server_view *view, uint32_t i, struct moment now)
{
	const struct layout *layout = &shown->layout;
	uint32_t input = layout->input[layout->parameter.count + i];
	const struct reading *reading = judge_reading(view->judge, input);
	uint8_t *told = &shown->services.state[i];
	/* Not knowing is no news: it ends as what it was, or as the other. */
	if (reading->service == SERVICE_UNKNOWN || *told == reading->service)
		return;
	bool down = reading->service == SERVICE_DOWN;
	bool news = down || *told == SERVICE_DOWN;
	*told = (uint8_t)reading->service;
	if (!news)
		return;
	struct mib_service row;
	rows_service(view, input, &row);
	struct link_notify notify = { .notification = down ? NOTIFY_SERVICE_DOWN
							   : NOTIFY_SERVICE_UP,
				      .severity = row.severity };
	fill(shown, &notify);
	notify.row = layout->service.number[i];
	rows_text(row.name, notify.subject, sizeof(notify.subject));
	snprintf(notify.reason, sizeof(notify.reason), "%s service %s is %s%s%.120s",
		 policy_role_name(view->policy->input[input].role), row.name,
		 down ? "down" : "up", row.detail[0] ? ": " : "", row.detail);
	notices_add(&publisher->notices, publisher->indexes, &notify, now);
}

/* A number of clients that rises is news, and that it is none again. */
static void
watch_count(struct publisher *publisher, const struct shown *shown,
	    enum notification raise, const char *what, uint32_t count, uint32_t *told,
	    int64_t *told_at, struct moment now)
{
	char reason[MIB_TEXT];
	if (count == *told || (*told_at && now.boot < *told_at + COUNT_PACE))
		return;
	if (count > *told) {
		snprintf(reason, sizeof(reason), "%u of %u clients are %s", count,
			 shown->row.clients, what);
		watch_notify(publisher, shown, raise, SEVERITY_WARNING, count, reason,
			     now);
		*told_at = now.boot;
	} else if (count == 0) {
		snprintf(reason, sizeof(reason), "no client is %s any more", what);
		watch_notify(publisher, shown, (enum notification)(raise + 1),
			     SEVERITY_OK, 0, reason, now);
		*told_at = now.boot;
	}
	*told = count;
}

static void
watch_pause(struct publisher *publisher, struct shown *shown, unsigned paused,
	    struct moment now)
{
	if ((paused != 0) == shown->told.paused)
		return;
	shown->told.paused = paused != 0;
	shown->paused_since = now.boot;
	if (paused)
		watch_notify(publisher, shown, NOTIFY_PAUSED, SEVERITY_NOTICE, 0,
			     shown->pause_reason[0] ? shown->pause_reason : "paused",
			     now);
	else
		watch_notify(publisher, shown, NOTIFY_RESUMED, SEVERITY_OK, 0,
			     "the policy acts again", now);
}

uint32_t
watch_keys(const struct server_view *view, char text[MIB_TEXT])
{
	struct fleet_summary summary;
	char first[SERVER_KEY_TEXT];
	uint32_t row = 0;
	fleet_summary(view->fleet, &summary);
	if (summary.unproven == 0)
		return 0;
	while (fleet_row(view->fleet, row)->unproven < FLEET_UNPROVEN)
		row++;
	server_key_trouble(view, row, first);
	if (summary.unproven == 1)
		rows_text(first, text, MIB_TEXT);
	else
		snprintf(text, MIB_TEXT, "%u clients are refused for their keys: %.*s",
			 summary.unproven, MIB_TEXT - 60, first);
	return summary.unproven;
}

/* Whether so many are refused, whoever they are from, that it is news. Not for key ids
   that there are not: one from each client is what a change of keys looks like. */
static bool
is_flooded(struct told *told, const struct mib_server *row, const uint64_t *refused,
	   char reason[MIB_TEXT], struct moment now)
{
	if (now.boot < told->bad_at + BAD_LOOK)
		return told->flooded;
	uint64_t bad =
	    refused[CHECK_AUTHENTICATOR] + refused[CHECK_ALGORITHM] + row->stale;
	uint64_t fresh = told->bad_at ? bad - told->bad_messages : 0;
	told->bad_messages = bad;
	told->bad_at = now.boot;
	if (fresh > 0)
		told->quiet_since = now.boot;
	if (fresh >= BAD_MANY)
		snprintf(reason, MIB_TEXT,
			 "%" PRIu64
			 " messages were refused within %d s: forged %" PRIu64
			 ", stale %" PRIu64 " in all",
			 fresh, (int)(BAD_LOOK / SECOND), row->forged, row->stale);
	return fresh >= BAD_MANY ||
	       (told->flooded && now.boot < told->quiet_since + BAD_QUIET);
}

static void
watch_messages(struct publisher *publisher, struct shown *shown,
	       const struct server_view *view, struct moment now)
{
	struct told *told = &shown->told;
	char reason[MIB_TEXT] = "";
	told->flooded = is_flooded(told, &shown->row, view->refused, reason, now);
	uint32_t clients = watch_keys(view, reason);
	bool refusing = told->flooded || clients > 0;
	if (refusing == told->refusing)
		return;
	told->refusing = refusing;
	if (refusing)
		watch_notify(publisher, shown, NOTIFY_MESSAGES_REFUSED,
			     SEVERITY_WARNING, clients, reason, now);
	else
		watch_notify(publisher, shown, NOTIFY_MESSAGES_QUIET, SEVERITY_OK, 0,
			     "messages are no longer refused", now);
}

static void
watch_lost(struct shown *shown, struct moment now)
{
	struct told *told = &shown->told;
	if (shown->row.messages_lost > told->messages_lost)
		told->lost_at = now.boot;
	told->messages_lost = shown->row.messages_lost;
}

bool
watch_nowhere(const struct server_view *view)
{
	const struct policy *policy = view->policy;
	for (uint32_t i = 0; i < policy->alternates; i++)
		if (fleet_alternate(view->fleet, i)->state != ALTERNATE_UNUSABLE)
			return false;
	return policy->alternates > 0 && policy->when_none == WHEN_NONE_HOLD;
}

static void
watch_alternates(struct publisher *publisher, struct shown *shown,
		 const struct server_view *view, struct moment now)
{
	bool none = watch_nowhere(view);
	if (none == shown->told.no_alternate)
		return;
	shown->told.no_alternate = none;
	if (none)
		watch_notify(publisher, shown, NOTIFY_NO_ALTERNATE, SEVERITY_CRITICAL,
			     0, WATCH_NO_ALTERNATE, now);
	else
		watch_notify(publisher, shown, NOTIFY_ALTERNATE_AVAILABLE, SEVERITY_OK,
			     0, "an alternate is usable again", now);
}

void
watch_turn(struct publisher *publisher, struct shown *shown,
	   const struct server_view *view, struct moment now)
{
	struct told *told = &shown->told;
	/* What a restart finds was told before it. */
	if (!told->started) {
		told->started = true;
		told->paused = fleet_paused(view->fleet) != 0;
		shown->paused_since = now.boot;
		told->silent = shown->row.silent;
		told->unreachable = shown->row.unreachable;
		if (shown->row.state == SERVER_AWAY ||
		    shown->row.state == SERVER_RETURNING)
			told->failover = true;
	}
	for (uint32_t i = 0; i < shown->layout.service.count; i++)
		watch_service(publisher, shown, view, i, now);
	watch_count(publisher, shown, NOTIFY_CLIENTS_SILENT, "silent",
		    shown->row.silent, &told->silent, &told->silent_at, now);
	watch_count(publisher, shown, NOTIFY_CLIENTS_UNREACHABLE, "unreachable",
		    shown->row.unreachable, &told->unreachable, &told->unreachable_at,
		    now);
	watch_alternates(publisher, shown, view, now);
	watch_pause(publisher, shown, fleet_paused(view->fleet), now);
	watch_messages(publisher, shown, view, now);
	watch_lost(shown, now);
}

/* ---- events ---- */

static void
keep_reason(struct shown *shown, const struct fleet_event *event)
{
	const char *why = strstr(event->text, "): ");
	rows_text(why ? why + 3 : "", shown->reason, sizeof(shown->reason));
}

static void
state_changed(struct publisher *publisher, struct shown *shown,
	      const struct server_view *view, const struct fleet_event *event,
	      struct moment now)
{
	struct fleet_summary summary;
	keep_reason(shown, event);
	fleet_summary(view->fleet, &summary);
	shown->row.state = summary.state;
	bool left = summary.state == SERVER_SHEDDING || summary.state == SERVER_AWAY;
	if (left && !shown->told.failover) {
		shown->told.failover = true;
		watch_notify(publisher, shown, NOTIFY_FAILOVER, SEVERITY_CRITICAL,
			     event->count, event->text, now);
	} else if (summary.state == SERVER_SERVING && shown->told.failover) {
		shown->told.failover = false;
		watch_notify(publisher, shown, NOTIFY_RECOVERED, SEVERITY_OK,
			     event->count, event->text, now);
	}
}

static void
operation_ended(struct publisher *publisher, struct shown *shown,
		const struct server_view *view, const struct fleet_event *event,
		struct moment now)
{
	const struct operation *operation = NULL;
	for (size_t i = 0; (operation = fleet_operation(view->fleet, i)) != NULL; i++)
		if (operation->number == event->operation)
			break;
	/* A refusal is no operation's, and a hold may end long after its own. */
	if (event->operation == 0 ||
	    (operation && operation->ended.boot != event->at.boot))
		return;
	struct link_notify notify = { .notification = NOTIFY_OPERATION_FINISHED,
				      .severity = event->severity,
				      .count = event->count };
	fill(shown, &notify);
	notify.row = event->operation;
	if (operation && operation->initiator == INITIATOR_OPERATOR)
		notify.severity = SEVERITY_MAINTENANCE;
	if (operation)
		rows_text(action_name(operation->action), notify.subject,
			  sizeof(notify.subject));
	rows_text(event->text, notify.reason, sizeof(notify.reason));
	notices_add(&publisher->notices, publisher->indexes, &notify, now);
}

void
watch_event(struct publisher *publisher, struct shown *shown,
	    const struct server_view *view, const struct fleet_event *event,
	    struct moment now)
{
	switch (event->kind) {
	case EVENT_STATE:
		state_changed(publisher, shown, view, event, now);
		break;
	case EVENT_OPERATION_END:
		operation_ended(publisher, shown, view, event, now);
		break;
	case EVENT_PAUSED:
		rows_text(event->text, shown->pause_reason,
			  sizeof(shown->pause_reason));
		break;
	case EVENT_DUPLICATE_IDENTITY:
		shown->duplicate_at = now.boot;
		break;
	default:
		break;
	}
}

void
watch_past(struct shown *shown, const struct fleet_event *event)
{
	if (event->kind == EVENT_PAUSED)
		rows_text(event->text, shown->pause_reason,
			  sizeof(shown->pause_reason));
	if (event->kind != EVENT_STATE)
		return;
	keep_reason(shown, event);
	/* How bad it is says which state it was: shedding and away, or serving. */
	if (event->severity == SEVERITY_CRITICAL)
		shown->told.failover = true;
	else if (event->severity == SEVERITY_OK)
		shown->told.failover = false;
}
