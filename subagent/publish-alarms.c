/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong at this moment. */
#include "config.h"

#include "subagent/publish-inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A pause that somebody forgot. */
#define PAUSED_LONG (10 * MINUTE)
/* After a start and a reload nothing is known for a moment. */
#define SETTLE (10 * SECOND)
/* A second daemon says so once; the alarm stays for a while. */
#define DUPLICATE_SPAN (10 * MINUTE)
/* That messages were lost is said for so long after the last of them. */
#define LOST_SPAN (10 * MINUTE)
/* Room in the text of an alarm for how many more there are. */
#define MORE 24u

struct look {
	struct publisher *publisher;
	struct shown *shown;
	const struct server_view *view;
	struct moment now;
};

static void
raise_alarm(const struct look *look, const char *kind, const char *subject,
	    uint32_t severity, uint32_t count, const char *text)
{
	struct alarm_raise raise = { kind, subject, severity, count, text };
	alarms_raise(&look->shown->alarms, look->publisher->indexes, look->shown->name,
		     look->shown->number, &raise, look->now);
}

static void
look_at_lost(const struct look *look)
{
	const struct told *told = &look->shown->told;
	char text[MIB_TEXT];
	if (told->lost_at == 0 || look->now.boot >= told->lost_at + LOST_SPAN)
		return;
	snprintf(text, sizeof(text),
		 "messages are lost for want of room in the receive buffer: %" PRIu64
		 " in all; raise net.core.rmem_max, or lower rate=",
		 told->messages_lost);
	raise_alarm(look, "messages-lost", "", SEVERITY_WARNING, 0, text);
}

static void
look_at_server(const struct look *look)
{
	const struct mib_server *row = &look->shown->row;
	char text[MIB_TEXT];
	if (row->state == SERVER_SHEDDING || row->state == SERVER_AWAY) {
		snprintf(text, sizeof(text), "the server is %s: %.200s",
			 server_state_name((enum server_state)row->state), row->reason);
		raise_alarm(look, "failover", "", SEVERITY_CRITICAL, row->away, text);
	}
	if (fleet_paused(look->view->fleet)) {
		bool long_ago =
		    look->now.boot >= look->shown->paused_since + PAUSED_LONG;
		raise_alarm(look, "paused", "",
			    long_ago ? SEVERITY_WARNING : SEVERITY_NOTICE, 0,
			    look->shown->pause_reason[0] ? look->shown->pause_reason
							 : "the policy is paused");
	}
	if (look->shown->duplicate_at &&
	    look->now.boot < look->shown->duplicate_at + DUPLICATE_SPAN)
		raise_alarm(look, "duplicate-identity", "", SEVERITY_CRITICAL, 0,
			    "a second daemon speaks for this server");
	if (look->shown->rejected[0])
		raise_alarm(look, "policy-rejected", "", SEVERITY_WARNING, 0,
			    look->shown->rejected);
	uint32_t unproven = watch_keys(look->view, text);
	if (unproven > 0)
		raise_alarm(look, "messages-refused", "", SEVERITY_WARNING, unproven,
			    text);
	else if (look->shown->told.flooded)
		raise_alarm(look, "messages-refused", "", SEVERITY_WARNING, 0,
			    "messages are refused: forged or stale");
	look_at_lost(look);
}

static bool
is_coming(const struct fleet_client *client)
{
	return client->coming;
}

static bool
is_missed(const struct fleet_client *client)
{
	return client->missed;
}

/* Also who: the first of them, in the policy's order. */
static void
look_at_some(const struct look *look, const char *kind, uint32_t count, uint32_t of,
	     const char *what, bool (*is)(const struct fleet_client *client))
{
	const struct fleet *fleet = look->view->fleet;
	char text[MIB_TEXT];
	uint32_t named = 0;
	size_t used;
	if (count == 0)
		return;
	snprintf(text, sizeof(text), "%u of %u clients that are %s:", count, of, what);
	used = strlen(text);
	for (uint32_t i = 0; i < fleet_rows(fleet) && named < count; i++) {
		const char *name = fleet_client_name(fleet, i);
		if (!is(fleet_row(fleet, i)))
			continue;
		if (used + strlen(name) + MORE > sizeof(text))
			break;
		snprintf(text + used, sizeof(text) - used, "%s %s", named++ ? "," : "",
			 name);
		used += strlen(text + used);
	}
	if (count > named)
		snprintf(text + used, sizeof(text) - used, " and %u more",
			 count - named);
	raise_alarm(look, kind, "", SEVERITY_WARNING, count, text);
}

static void
look_at_activity(const struct look *look)
{
	struct fleet_summary summary;
	fleet_summary(look->view->fleet, &summary);
	look_at_some(look, "clients-still-coming", summary.coming,
		     summary.place[PLACE_AWAY], "away still come", is_coming);
	look_at_some(look, "clients-not-coming", summary.missed,
		     summary.place[PLACE_HERE], "here came back and send nothing",
		     is_missed);
}

/* And why, where the network said so. */
static void
say_unreachable(const struct look *look, char *text, size_t size)
{
	struct fleet_summary summary;
	const char *before = " (";
	fleet_summary(look->view->fleet, &summary);
	size_t used = (size_t)snprintf(text, size, "%u clients did not answer an order",
				       look->shown->row.unreachable);
	for (unsigned i = NETWORK_NONE + 1; i < NETWORK_COUNT; i++) {
		if (summary.network[i] == 0)
			continue;
		used +=
		    (size_t)snprintf(text + used, size - used, "%s%s %u", before,
				     network_name((enum network)i), summary.network[i]);
		before = ", ";
	}
	if (before[0] == ',')
		snprintf(text + used, size - used, ")");
}

static void
look_at_clients(const struct look *look)
{
	const struct mib_server *row = &look->shown->row;
	char text[MIB_TEXT];
	if (row->silent) {
		snprintf(text, sizeof(text),
			 "%u clients were not heard for three hellos", row->silent);
		raise_alarm(look, "clients-silent", "", SEVERITY_WARNING, row->silent,
			    text);
	}
	if (row->unreachable) {
		say_unreachable(look, text, sizeof(text));
		raise_alarm(look, "clients-unreachable", "", SEVERITY_WARNING,
			    row->unreachable, text);
	}
	look_at_activity(look);
}

static void
look_at_room(const struct look *look)
{
	uint32_t roomless = fleet_roomless(look->view->fleet);
	char text[MIB_TEXT];
	if (watch_nowhere(look->view)) {
		raise_alarm(look, "no-alternate", "", SEVERITY_CRITICAL, 0,
			    WATCH_NO_ALTERNATE);
	} else if (roomless > 0) {
		snprintf(text, sizeof(text),
			 "%u clients are not ordered away: the alternates have no "
			 "room for them; add one, or raise capacity=",
			 roomless);
		raise_alarm(look, "alternates-full", "", SEVERITY_WARNING, roomless,
			    text);
	}
}

static void
look_at_alternates(const struct look *look)
{
	const struct policy *policy = look->view->policy;
	char text[MIB_TEXT];
	look_at_room(look);
	for (uint32_t i = 0; i < policy->alternates; i++) {
		const struct fleet_alternate *alternate =
		    fleet_alternate(look->view->fleet, i);
		const char *name = policy->alternate[i].name;
		if (alternate->state != ALTERNATE_UNUSABLE)
			continue;
		snprintf(text, sizeof(text), "alternate %s is unusable: %s", name,
			 alternate->why);
		raise_alarm(look, "alternate-unusable", name, SEVERITY_WARNING,
			    alternate->load, text);
	}
}

static void
look_at_input(const struct look *look, uint32_t i)
{
	const struct policy_input *input = &look->view->policy->input[i];
	const struct reading *reading = judge_reading(look->view->judge, i);
	char text[MIB_TEXT];
	if (input->service && reading->service == SERVICE_DOWN) {
		snprintf(text, sizeof(text), "%s service %s is down%s%.120s",
			 policy_role_name(input->role), input->name,
			 reading->text[0] ? ": " : "", reading->text);
		raise_alarm(look, "service-down", input->name,
			    input->role == ROLE_MANDATORY ? SEVERITY_CRITICAL
							  : SEVERITY_WARNING,
			    0, text);
	}
	/* What nothing depends on may well be unknown: not every system has all. */
	bool unknown = input->service ? reading->service == SERVICE_UNKNOWN
				      : reading->state == READING_UNKNOWN &&
					    look->shown->layout.looked_at[i];
	if (!unknown ||
	    look->now.boot < look->shown->since + SETTLE + 5 * input->interval)
		return;
	snprintf(text, sizeof(text), "nothing is known of %s%s%.150s", input->name,
		 reading->text[0] ? ": " : "", reading->text);
	raise_alarm(look, input->service ? "service-unknown" : "parameter-unknown",
		    input->name, SEVERITY_WARNING, 0, text);
}

static void
look_at_conditions(const struct look *look)
{
	const struct judge *judge = look->view->judge;
	int64_t hold = 5 * look->view->policy->interval;
	char text[MIB_TEXT];
	if (look->now.boot < look->shown->since + SETTLE + hold)
		return;
	for (uint32_t i = 0; i < judge_conditions(judge); i++) {
		const struct condition *condition = judge_condition(judge, i);
		if (condition->truth != TRUTH_UNKNOWN || condition->holding)
			continue;
		snprintf(text, sizeof(text),
			 "condition %s is unknown and counts as not met",
			 judge_condition_name(judge, i));
		raise_alarm(look, "condition-unknown", judge_condition_name(judge, i),
			    SEVERITY_WARNING, 0, text);
	}
}

void
watch_alarms(struct publisher *publisher, struct shown *shown,
	     const struct server_view *view, const struct alarm_raise *trouble,
	     size_t troubles, struct moment now)
{
	struct look look = { publisher, shown, view, now };
	alarms_begin(&shown->alarms);
	look_at_server(&look);
	look_at_clients(&look);
	look_at_alternates(&look);
	for (uint32_t i = 0; i < view->policy->inputs; i++)
		look_at_input(&look, i);
	look_at_conditions(&look);
	for (size_t i = 0; i < troubles; i++)
		alarms_raise(&shown->alarms, publisher->indexes, shown->name,
			     shown->number, &trouble[i], now);
	alarms_end(&shown->alarms);
	if (shown->alarms.raised + shown->alarms.cleared > 0 || shown->alarms.graded)
		publisher->alarms_changed = now.boot;
	publisher->alarms_raised += shown->alarms.raised;
	publisher->alarms_cleared += shown->alarms.cleared;
	shown->alarms.raised = shown->alarms.cleared = 0;
	shown->alarms.graded = false;
}
