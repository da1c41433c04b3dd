/* SPDX-License-Identifier: BSD-3-Clause */
/* What scenarios expect: word 2 of a line says of what. */
#include "config.h"

#include "tests/unit/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
fail(struct scenario *s, const char *wanted, long long expected, long long found)
{
	snprintf(s->why, sizeof(s->why), "%s: expected %lld, found %lld", wanted,
		 expected, found);
	return false;
}

static bool
same(struct scenario *s, const char *wanted, const char *found)
{
	if (strcmp(wanted, found) == 0)
		return true;
	snprintf(s->why, sizeof(s->why), "expected %s, found %s", wanted, found);
	return false;
}

static bool
equal(struct scenario *s, const char *what, long long expected, long long found)
{
	return expected == found || fail(s, what, expected, found);
}

static long long
number(const struct scenario *s, unsigned i)
{
	return strtoll(scenario_word(s, i), NULL, 10);
}

static struct fleet_summary
summary(const struct scenario *s)
{
	struct fleet_summary now;

	fleet_summary(s->rig->fleet, &now);
	return now;
}

static bool
is_state(struct scenario *s)
{
	return same(s, scenario_word(s, 3), server_state_name(summary(s).state));
}

static bool
is_mode(struct scenario *s)
{
	return same(s, scenario_word(s, 3), policy_mode_name(summary(s).mode));
}

static bool
is_rows(struct scenario *s)
{
	return equal(s, "rows", number(s, 3), (long long)fleet_rows(s->rig->fleet));
}

static bool
is_silent(struct scenario *s)
{
	return equal(s, "silent", number(s, 3), summary(s).silent);
}

static bool
is_placed(struct scenario *s, enum place place)
{
	uint8_t mark[RIG_CLIENTS];
	long long found = 0;

	if (!scenario_clients(s, 5, mark))
		return false;
	for (unsigned n = 1; n < RIG_CLIENTS; n++)
		found += mark[n] && rig_client(s->rig, n)->place == place;
	return equal(s, scenario_word(s, 5), number(s, 4), found);
}

static bool
is_place(struct scenario *s)
{
	int place;

	FIND(place, place_name, PLACE_UNKNOWN, scenario_word(s, 3));
	if (place < PLACE_HERE)
		return scenario_bad(s, "no such place");
	if (s->words > 5)
		return is_placed(s, (enum place)place);
	return equal(s, scenario_word(s, 3), number(s, 4), summary(s).place[place]);
}

static bool
is_order(struct scenario *s)
{
	int order;

	FIND(order, order_state_name, ORDER_STATE_COUNT - 1, scenario_word(s, 3));
	if (order < ORDER_STATE_NONE)
		return scenario_bad(s, "no such order state");
	return equal(s, scenario_word(s, 3), number(s, 4), summary(s).order[order]);
}

/* The number of the client that word 3 names. */
static unsigned
agent(const struct scenario *s)
{
	const char *name = scenario_word(s, 3);

	if (s->rehearsal == NULL)
		return (unsigned)strtoul(name + 1, NULL, 10);
	return policy_find_client(s->rig->policy, name, strlen(name)) + 1;
}

static bool
is_client(struct scenario *s)
{
	const struct fleet_client *client = rig_client(s->rig, agent(s));

	if (client == NULL)
		return scenario_bad(s, "no such client");
	return same(s, scenario_word(s, 4), place_name(client->place)) &&
	       same(s, scenario_word(s, 5), order_state_name(client->order));
}

static bool
is_asked(struct scenario *s)
{
	unsigned found = s->rig->questions;

	s->rig->questions = 0;
	return equal(s, "questions", number(s, 3), found);
}

static bool
is_counted(struct scenario *s)
{
	unsigned *count =
	    strcmp(scenario_word(s, 2), "sent") == 0 ? s->rig->sent : s->rig->answers;
	int type;
	unsigned found;

	FIND(type, message_type_name, MESSAGE_HELLO, scenario_word(s, 3));
	if (type < MESSAGE_FAILOVER)
		return scenario_bad(s, "no such message");
	found = count[type];
	count[type] = 0;
	return equal(s, scenario_word(s, 3), number(s, 4), found);
}

static bool
is_reason(struct scenario *s)
{
	return same(s, scenario_word(s, 3), message_reason_name(s->rig->answer.reason));
}

static bool
is_retry_after(struct scenario *s)
{
	return equal(s, "retry-after", number(s, 3), s->rig->answer.retry_after);
}

static bool
is_operations(struct scenario *s)
{
	size_t count = 0;

	while (fleet_operation(s->rig->fleet, count) != NULL)
		count++;
	return equal(s, "operations", number(s, 3), (long long)count);
}

static bool
is_operation(struct scenario *s)
{
	const struct operation *o =
	    fleet_operation(s->rig->fleet, (size_t)number(s, 3));
	const struct {
		const char *name;
		uint32_t value;
	} figure[] = {
		{ "ordered=", o != NULL ? o->ordered : 0 },
		{ "received=", o != NULL ? o->received : 0 },
		{ "done=", o != NULL ? o->done : 0 },
		{ "rejected=", o != NULL ? o->rejected : 0 },
		{ "unreachable=", o != NULL ? o->unreachable : 0 },
		{ "batches=", o != NULL ? o->batches : 0 },
		{ "step=", o != NULL ? o->step : 0 },
	};

	if (o == NULL)
		return scenario_bad(s, "there is no such operation");
	if (!same(s, scenario_word(s, 4), action_name(o->action)) ||
	    !same(s, scenario_word(s, 5), operation_state_name(o->state)))
		return false;
	for (unsigned i = 6; i < s->words; i++)
		for (size_t j = 0; j < ARRAY_SIZE(figure); j++) {
			size_t length = strlen(figure[j].name);

			if (strncmp(s->word[i], figure[j].name, length) == 0 &&
			    !equal(s, figure[j].name,
				   strtoll(s->word[i] + length, NULL, 10),
				   figure[j].value))
				return false;
		}
	return true;
}

static bool
is_event(struct scenario *s)
{
	int kind;
	bool wanted = strcmp(scenario_word(s, 2), "event") == 0;
	const struct fleet_event *found;

	FIND(kind, fleet_event_name, EVENT_KINDS - 1, scenario_word(s, 3));
	if (kind < 1)
		return scenario_bad(s, "no such event");
	found = rig_event(s->rig, (enum fleet_event_kind)kind, scenario_word(s, 4));
	if (wanted == (found != NULL))
		return true;
	found = wanted ? rig_event(s->rig, (enum fleet_event_kind)kind, "") : found;
	snprintf(s->why, sizeof(s->why), "%s event %s \"%s\"%s%s",
		 wanted ? "no" : "there is an", scenario_word(s, 3),
		 scenario_word(s, 4), found != NULL ? "; there is: " : "",
		 found != NULL ? found->text : "");
	return false;
}

static bool
is_agent(struct scenario *s)
{
	const struct agent *found = &s->rig->agent[agent(s) % RIG_CLIENTS];

	if (strcmp(scenario_word(s, 2), "copies") == 0)
		return equal(s, "copies", number(s, 4), found->copies);
	return equal(s, "acted", number(s, 5),
		     strcmp(scenario_word(s, 4), "failovers") == 0 ? found->failovers
								   : found->reconnects);
}

static bool
is_network(struct scenario *s)
{
	const struct fleet_client *found = rig_client(s->rig, agent(s));

	if (found == NULL)
		return scenario_bad(s, "no such client");
	return same(s, scenario_word(s, 4), network_name((enum network)found->network));
}

static bool
is_held(struct scenario *s)
{
	return equal(s, "held", number(s, 3), summary(s).held);
}

static bool
is_paused(struct scenario *s)
{
	return same(s, scenario_word(s, 3), fleet_paused(s->rig->fleet) ? "yes" : "no");
}

static bool
is_answer(struct scenario *s)
{
	bool refused = strcmp(scenario_word(s, 2), "refused") == 0;

	if (s->refused == refused && strstr(s->answer, scenario_word(s, 3)) != NULL)
		return true;
	snprintf(s->why, sizeof(s->why), "it was %s: %s",
		 s->refused ? "refused" : "not refused", s->answer);
	return false;
}

static bool
is_alternate(struct scenario *s)
{
	const struct policy *policy = s->rig->policy;

	for (uint32_t i = 0; i < policy->alternates; i++) {
		const struct fleet_alternate *found = fleet_alternate(s->rig->fleet, i);

		if (strcmp(policy->alternate[i].name, scenario_word(s, 3)) == 0)
			return same(s, scenario_word(s, 4),
				    alternate_state_name(found->state)) &&
			       equal(s, "load", number(s, 5), found->load);
	}
	return scenario_bad(s, "no such alternate");
}

/* ---- the table ---- */

static const struct {
	const char *name;
	bool (*holds)(struct scenario *s);
} expectations[] = {
	{ "state", is_state },         { "mode", is_mode },
	{ "rows", is_rows },           { "silent", is_silent },
	{ "place", is_place },         { "order", is_order },
	{ "client", is_client },       { "asked", is_asked },
	{ "sent", is_counted },        { "answers", is_counted },
	{ "reason", is_reason },       { "retry-after", is_retry_after },
	{ "operation", is_operation }, { "operations", is_operations },
	{ "event", is_event },         { "no-event", is_event },
	{ "copies", is_agent },        { "acted", is_agent },
	{ "held", is_held },           { "paused", is_paused },
	{ "answer", is_answer },       { "refused", is_answer },
	{ "alternate", is_alternate }, { "network", is_network },
};

bool
scenario_expect(struct scenario *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(expectations); i++)
		if (strcmp(expectations[i].name, scenario_word(s, 2)) == 0)
			return expectations[i].holds(s);
	return scenario_bad(s, "no such expectation");
}
