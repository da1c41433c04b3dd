/* SPDX-License-Identifier: BSD-3-Clause */
/* Random scenarios from a printed seed: whatever happens, what must never happen does
   not, and in the end everybody is back. `storm-test SEED` plays one again. */
#include "config.h"

#include "common/random.h"
#include "tests/unit/fleet-rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORMS 300u
#define STEPS  120u

struct seen {
	uint64_t id;
	enum message_type type;
};

struct storm {
	struct rig *rig;
	struct random random;
	uint64_t seed;
	unsigned step;
	bool share_checked; /* no reloads, and validity outlasts the storm */
	bool reloads;
	int64_t every, hold_down;
	enum rig_verdict verdict;
	unsigned most; /* of a share */
	unsigned failures;
	struct sent {
		int64_t at[4096]; /* times of the last ones */
		unsigned count;
	} orders, questions;
	struct seen seen[RIG_CLIENTS][64];
	unsigned seens[RIG_CLIENTS];
	unsigned events; /* of the rig, looked at */
	bool operators;  /* take a hand in it */
	unsigned most_held;
	uint32_t started; /* the policy's newest operation when it was paused; 0 */
	int64_t batch_at;
};

static void
broken(struct storm *storm, const char *what)
{
	if (storm->failures++ < 3)
		printf("seed %llu, step %u: %s\n", (unsigned long long)storm->seed,
		       storm->step, what);
}

static unsigned
below(struct storm *storm, unsigned bound)
{
	return (unsigned)random_below(&storm->random, bound);
}

/* ---- what must never happen ---- */

static void
check_ids(struct storm *storm, uint32_t row, const struct message *order)
{
	uint32_t index = fleet_row(storm->rig->fleet, row)->index % RIG_CLIENTS;
	struct seen *seen = storm->seen[index];
	unsigned *seens = &storm->seens[index];
	uint64_t greatest = 0;

	for (unsigned i = 0; i < *seens; i++) {
		if (seen[i].id == order->id && seen[i].type == order->type)
			return;
		if (seen[i].id == order->id)
			broken(storm, "one id for two kinds of order");
		if (seen[i].id > greatest)
			greatest = seen[i].id;
	}
	if (order->id < greatest)
		broken(storm, "a new order under an id below an older one");
	if (*seens == 64) {
		memmove(seen, seen + 1, 63 * sizeof(*seen));
		--*seens;
	}
	seen[(*seens)++] = (struct seen){ order->id, order->type };
}

static const struct operation *
operation(const struct rig *rig, uint32_t number)
{
	const struct operation *found;

	for (size_t i = 0; (found = fleet_operation(rig->fleet, i)) != NULL; i++)
		if (found->number == number)
			break;
	return found;
}

static bool
is_operators(const struct rig *rig, uint32_t number)
{
	const struct operation *found = operation(rig, number);

	return found != NULL && found->initiator == INITIATOR_OPERATOR;
}

static void
check_rate(struct storm *storm, struct sent *sent)
{
	const struct rig *rig = storm->rig;
	unsigned window = rig->options.rate + rig->options.rate / 20 + 1;
	int64_t before = sent->count >= window && window < 4096
			     ? sent->at[(sent->count - window) % 4096]
			     : INT64_MIN / 2;

	if (rig->now.boot - before < SECOND)
		broken(storm, "orders above the rate");
	sent->at[sent->count++ % 4096] = rig->now.boot;
}

static void
check_order(struct rig *rig, uint32_t row, const struct message *order)
{
	struct storm *storm = rig->context;
	struct fleet_summary s;

	fleet_summary(rig->fleet, &s);
	if (!is_operators(rig, fleet_row(rig->fleet, row)->operation)) {
		if (fleet_paused(rig->fleet) != 0)
			broken(storm, "an order left while paused");
		if (s.mode != MODE_AUTOMATIC)
			broken(storm, "an order left in mode advise");
		/* To repeat its last one, after a crash, moves nobody. */
		if (fleet_row(rig->fleet, row)->holder != 0 &&
		    !rig_is_question(order) && rig_agent(rig, row)->newest != order->id)
			broken(storm, "the policy ordered whom an operator holds");
	}
	if (rig_is_question(order)) {
		check_rate(storm, &storm->questions);
		return;
	}
	check_rate(storm, &storm->orders);
	check_ids(storm, row, order);
}

/* An operator has resumed between the two. */
static bool
resumed_between(const struct rig *rig, int64_t from, int64_t to)
{
	const struct operation *found;

	for (size_t i = 0; (found = fleet_operation(rig->fleet, i)) != NULL; i++)
		if (found->action == ACTION_RESUME && found->started.boot >= from &&
		    found->started.boot <= to)
			return true;
	return false;
}

/* Nobody is called back within the hold-down of the last failover. */
static void
check_hold_down(struct storm *storm, const struct operation *call_back)
{
	const struct operation *found, *last = NULL;
	int64_t at = call_back->started.boot;

	for (size_t i = 0; (found = fleet_operation(storm->rig->fleet, i)) != NULL; i++)
		if (found->initiator == INITIATOR_POLICY && found->base != 0 &&
		    found->action == ACTION_FAILOVER && found->started.boot <= at &&
		    (last == NULL || found->started.boot > last->started.boot))
			last = found;
	if (storm->hold_down == 0 || last == NULL ||
	    resumed_between(storm->rig, last->ended.boot, at))
		return;
	if (last->ended.boot == 0 || last->ended.boot > at)
		broken(storm, "called back in a failover");
	else if (at < last->ended.boot + storm->hold_down)
		broken(storm, "called back within the hold-down");
}

static void
check_start(struct storm *storm, const struct fleet_event *event)
{
	const struct operation *begun = operation(storm->rig, event->operation);

	if (strstr(event->text, " more clients, ") != NULL &&
	    storm->verdict != RIG_FAILOVER)
		broken(storm, "a step while failover was not met");
	if (begun == NULL || begun->initiator != INITIATOR_POLICY)
		return;
	/* Before the first step, what was called back may be undone. */
	if (begun->step > storm->rig->policy->failover.steps ||
	    (begun->step == 0) != (begun->action != ACTION_FAILOVER ||
				   strstr(begun->target, " called back") != NULL))
		broken(storm, "a step that there is not");
	if (begun->action == ACTION_RECONNECT &&
	    strcmp(begun->target, "clients that left the policy") != 0)
		check_hold_down(storm, begun);
}

/* Whatever the network reported, every copy has left, and had its time. */
static void
check_given_up(struct storm *storm, const struct fleet_event *event)
{
	char attempts[32];

	snprintf(attempts, sizeof(attempts), "(%u attempts)",
		 storm->rig->options.attempts);
	if (strstr(event->text, attempts) == NULL)
		broken(storm, "given up before its attempts were used up");
}

static void
check_events(struct storm *storm)
{
	struct rig *rig = storm->rig;

	for (; storm->events < rig->events; storm->events++) {
		const struct fleet_event *event = &rig->event[storm->events];

		if (event->kind == EVENT_OPERATION_START)
			check_start(storm, event);
		if (event->kind == EVENT_UNREACHABLE)
			check_given_up(storm, event);
		if (event->kind != EVENT_BATCH)
			continue;
		if (event->count > rig->options.batch)
			broken(storm, "a batch above its size");
		if (event->at.boot - storm->batch_at < storm->every)
			broken(storm, "batches closer than every");
		storm->batch_at = event->at.boot;
	}
	storm->events = rig->events = 0;
}

/* Leaving clients are called back whatever else is: their orders wait for the end. */
static uint32_t
policy_newest(const struct rig *rig)
{
	const struct operation *found;
	uint32_t newest = 0;

	for (size_t i = 0; (found = fleet_operation(rig->fleet, i)) != NULL; i++)
		if (found->initiator == INITIATOR_POLICY && found->number > newest &&
		    strcmp(found->target, "clients that left the policy") != 0)
			newest = found->number;
	return newest;
}

static void
check_pause(struct storm *storm)
{
	const struct rig *rig = storm->rig;
	uint32_t newest = policy_newest(rig) + 1;

	if (fleet_paused(rig->fleet) == 0)
		newest = 0;
	else if (storm->started != 0 && newest > storm->started)
		broken(storm, "the policy began something while paused");
	storm->started = newest;
}

static void
check_held(struct storm *storm)
{
	const struct rig *rig = storm->rig;
	unsigned held = 0;

	for (uint32_t i = 0; i < fleet_rows(rig->fleet); i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);

		held += client->holder != 0;
		if ((client->holder == 0) != (client->hold == 0) ||
		    (client->holder == 0) != (client->held_until == 0))
			broken(storm, "half a hold");
		if (client->holder != 0 && !is_operators(rig, client->holder))
			broken(storm, "held by nobody's operation");
		if (client->holder != 0 && client->held_until <= rig->now.boot)
			broken(storm, "held for longer than was said");
		if (client->holder != 0 && i >= rig->policy->clients)
			broken(storm, "held though it left the policy");
	}
	if (rig_summary(rig).held != held)
		broken(storm, "the count of the held is not the rows'");
}

static void
check(struct storm *storm)
{
	struct rig *rig = storm->rig;
	unsigned moved = 0;

	check_events(storm);
	check_pause(storm);
	check_held(storm);
	if (!rig_counts_true(rig))
		broken(storm, "the counts are not the rows'");
	for (uint32_t i = 0; i < fleet_rows(rig->fleet); i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);

		moved += client->type == MESSAGE_FAILOVER && client->in_force != 0;
		if ((client->order == ORDER_STATE_NONE) != (client->type == 0))
			broken(storm, "an order without a type, or a type without");
		if ((client->type == 0) != (client->in_force == 0))
			broken(storm, "an order without an end");
	}
	if (storm->share_checked && moved > storm->most)
		broken(storm, "more clients ordered away than the share");
}

/* ---- what may happen ---- */

static const char *
some_selection(struct storm *storm, char *out, size_t size)
{
	const struct rig_options *o = &storm->rig->options;
	unsigned a = o->first + below(storm, o->clients);
	unsigned b = o->first + below(storm, o->clients);

	switch (below(storm, o->group > 0 ? 6 : 4)) {
	case 0:
		snprintf(out, size, "all");
		break;
	case 1:
		snprintf(out, size, "client:c%u", a);
		break;
	case 2:
		snprintf(out, size, "client:c%u,c%u", a, b);
		break;
	case 3:
		snprintf(out, size, "all-client:c%u", a);
		break;
	case 4:
		snprintf(out, size, "group:g");
		break;
	default:
		snprintf(out, size, "client:c%u + group:g", a);
		break;
	}
	return out;
}

struct held {
	uint32_t holder;
	enum action hold;
	int64_t until;
};

static void
note_held(const struct rig *rig, struct held held[RIG_CLIENTS])
{
	for (uint32_t i = 0; i < rig->policy->clients; i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);

		held[i] =
		    (struct held){ client->holder, client->hold, client->held_until };
	}
}

/* Whom it took was free to be taken, and no more of them than was asked for. */
static void
check_taken(struct storm *storm, const struct fleet_wish *wish, uint32_t number,
	    const struct held before[RIG_CLIENTS])
{
	const struct rig *rig = storm->rig;
	unsigned taken = 0, away = 0;

	for (uint32_t i = 0; i < rig->policy->clients; i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);
		const struct operation *old = operation(rig, before[i].holder);

		away += client->hold == ACTION_FAILOVER;
		if (client->holder == before[i].holder)
			continue;
		taken++;
		if (client->holder != (wish->action == ACTION_RELEASE ? 0 : number))
			broken(storm, "taken by another operation");
		if (before[i].holder != 0 && !wish->force &&
		    (old == NULL || old->force ||
		     strcmp(old->requester, wish->requester) != 0))
			broken(storm, "taken from a higher rank");
		if (wish->action == ACTION_PAUSE || wish->action == ACTION_RESUME)
			broken(storm, "a pause that holds");
	}
	if (wish->limit > 0 && taken > wish->limit)
		broken(storm, "more taken than the limit");
	if (wish->action == ACTION_FAILOVER && !wish->force && away > storm->most_held)
		broken(storm, "more held away than max-share");
}

static void
operator_acts(struct storm *storm)
{
	static const char *const who[] = { "anna", "bob" };
	struct rig *rig = storm->rig;
	struct held before[RIG_CLIENTS], after[RIG_CLIENTS];
	char selection[64], why[FLEET_WHY], again[FLEET_WHY];
	struct fleet_wish wish = {
		.action = (enum action)(1 + below(storm, 5)),
		.selection = some_selection(storm, selection, sizeof(selection)),
		.requester = who[below(storm, 2)],
		.reason = "storm",
		.hold =
		    below(storm, 4) ? (int64_t)(1 + below(storm, 1200)) * SECOND : 0,
		.share = below(storm, 2) ? 0 : (1 + below(storm, 100)) / 100.0,
		.limit = below(storm, 3) ? 0 : 1 + below(storm, 10),
		.force = below(storm, 4) == 0,
	};
	struct fleet_plan plan;
	uint32_t number = fleet_number(rig->fleet);
	bool may = fleet_plan(rig->fleet, &wish, rig->now, &plan, again);
	const struct operation *begun;

	note_held(rig, before);
	wish.number = below(storm, 2) ? number : 0;
	number = fleet_operate(rig->fleet, &wish, rig->now, why);
	if (why[0] == '\0')
		broken(storm, "an answer without words");
	if (number == 0) {
		note_held(rig, after);
		if (memcmp(before, after, rig->policy->clients * sizeof(*after)) != 0)
			broken(storm, "a refusal that did something");
		return;
	}
	if (!may)
		broken(storm, "a wish that could not be planned was carried out");
	begun = operation(rig, number);
	if (begun == NULL || begun->planned != plan.planned ||
	    begun->matched != plan.matched || begun->held != plan.held ||
	    plan.held + plan.planned + plan.kept != plan.matched)
		broken(storm, "not what was planned");
	if (wish.action > ACTION_RECONNECT && begun != NULL && begun->ended.boot == 0)
		broken(storm, "not done at once");
	check_taken(storm, &wish, number, before);
}

static void
operator_cancels(struct storm *storm)
{
	struct rig *rig = storm->rig;
	const struct operation *found;
	uint32_t number = 0;
	char why[FLEET_WHY];
	bool open;

	for (size_t i = 0; (found = fleet_operation(rig->fleet, i)) != NULL; i++)
		if (found->initiator == INITIATOR_OPERATOR &&
		    (number == 0 || below(storm, 3) == 0))
			number = found->number;
	found = operation(rig, number);
	open = found != NULL && found->ended.boot == 0;
	if (fleet_cancel(rig->fleet, number, rig->now, why) != open)
		broken(storm, "one that ran was not cancelled, or one that did not");
	if (!open)
		return;
	if (found->state != OPERATION_CANCELLED || found->ended.boot != rig->now.boot)
		broken(storm, "cancelled, and not cancelled");
	for (uint32_t i = 0; i < fleet_rows(rig->fleet); i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);

		if (client->holder == number && client->operation == number &&
		    client->order == ORDER_STATE_SENT)
			broken(storm, "still held, though its order was withdrawn");
		if (client->operation == number && client->order == ORDER_STATE_SENT &&
		    client->attempts == 0)
			broken(storm, "an order that never left was not withdrawn");
	}
}

/* A new process knows whom operators hold, and for how long, and their mode. */
static void
crash(struct storm *storm)
{
	struct rig *rig = storm->rig;
	struct held before[RIG_CLIENTS], after[RIG_CLIENTS];
	unsigned paused = fleet_paused(rig->fleet) & PAUSED_OPERATOR;

	note_held(rig, before);
	storm->started = 0;
	rig_crash(rig);
	if (!storm->operators)
		return;
	note_held(rig, after);
	for (uint32_t i = 0; i < rig->policy->clients; i++) {
		/* The new one's first batch leaves at once, and then time counts. */
		bool invited =
		    after[i].hold == ACTION_RECONNECT && before[i].until == NEVER;

		if (after[i].holder != before[i].holder ||
		    after[i].hold != before[i].hold ||
		    (after[i].until != before[i].until && !invited))
			broken(storm, "a hold was lost with a restart");
	}
	if ((fleet_paused(rig->fleet) & PAUSED_OPERATOR) != paused)
		broken(storm, "a mode was lost with a restart");
}

/* Anybody may send such. */
static void
network_reports(struct storm *storm)
{
	static const int errors[] = { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH,
				      EACCES,       EMSGSIZE,     EPROTO };
	struct rig *rig = storm->rig;
	uint32_t row = below(storm, (unsigned)fleet_rows(rig->fleet));

	fleet_unreachable(rig->fleet, row, errors[below(storm, ARRAY_SIZE(errors))],
			  rig->now);
}

static void
something(struct storm *storm)
{
	struct rig *rig = storm->rig;
	unsigned n = rig->options.first + below(storm, rig->options.clients);
	unsigned what = below(storm, 100);

	if (below(storm, 4) == 0)
		network_reports(storm);
	if (storm->operators && below(storm, 4) == 0) {
		if (below(storm, 5) == 0)
			operator_cancels(storm);
		else
			operator_acts(storm);
	} else if (what < 30) {
		storm->verdict = (enum rig_verdict)below(storm, 5);
		rig_judge(rig, storm->verdict);
	} else if (what < 45) {
		rig->agent[n].manner = (enum manner)below(storm, 5);
	} else if (what < 70) {
		rig_say(rig, n, below(storm, 2) ? MESSAGE_HELLO : MESSAGE_REQUEST);
	} else if (what < 78) {
		/* An operator's is an operation, where there are operators. */
		fleet_pause(rig->fleet, 1u << below(storm, storm->operators ? 2 : 3),
			    below(storm, 2), "storm", rig->now);
	} else if (what < 84) {
		rig_store(rig);
	} else if (what < 88) {
		rig_store(rig);
		/* A new process starts with a new allowance. */
		check_events(storm);
		storm->batch_at = INT64_MIN / 2;
		storm->orders.count = storm->questions.count = 0;
		crash(storm);
	} else if (what < 92 && storm->reloads) {
		rig->options.first = 1 + below(storm, 5);
		rig_reload(rig);
	} else {
		rig->hook = 1 + below(storm, 20000) * MILLISECOND;
	}
	rig_settle(rig);
}

/* All of the same clients, so that the largest share is the most. */
static void
storm_steps(struct storm *storm, struct rig_options *o)
{
	unsigned clients = o->group > 0 ? o->group : o->clients;
	const char *who = o->group > 0 ? "g" : "all";
	unsigned share[2];

	for (unsigned i = 0; i < ARRAY_SIZE(share); i++) {
		unsigned most;

		share[i] = 1 + below(storm, 100);
		most = (clients * share[i] + 99) / 100;
		if (storm->most < most)
			storm->most = most;
	}
	snprintf(o->after, sizeof(o->after), "%us", below(storm, 10));
	snprintf(o->then, sizeof(o->then), "%s:%u%%@%us,%s:%u%%@%us", who, share[0],
		 below(storm, 60), who, share[1], below(storm, 300));
	snprintf(o->down, sizeof(o->down), "%us", 1 + below(storm, 60));
	duration_parse(o->down, &storm->hold_down);
}

static struct storm *
storm_new(uint64_t seed)
{
	struct storm *storm = calloc(1, sizeof(*storm));
	struct rig_options o = rig_defaults;
	unsigned share, most;

	if (storm == NULL)
		abort();
	storm->seed = seed;
	random_seed(&storm->random, seed);
	o.clients = 1 + below(storm, 60);
	o.group = below(storm, 2) ? 0 : 1 + below(storm, o.clients);
	o.batch = 1 + below(storm, 20);
	o.rate = 1 + below(storm, 100);
	o.attempts = 1 + below(storm, 6);
	o.alternates = below(storm, 4);
	share = 1 + below(storm, 100);
	storm->most = ((o.group > 0 ? o.group : o.clients) * share + 99) / 100;
	if (below(storm, 2))
		storm_steps(storm, &o);
	storm->share_checked = below(storm, 2);
	storm->reloads = !storm->share_checked;
	/* They move whom they want, share or not. */
	storm->operators = storm->reloads && below(storm, 2);
	most = 1 + below(storm, 100);
	snprintf(o.most, sizeof(o.most), "%u%%", most);
	storm->most_held = o.clients * most / 100;
	snprintf(o.share, sizeof(o.share), "%u%%", share);
	snprintf(o.every, sizeof(o.every), "%us", 1 + below(storm, 30));
	snprintf(o.spread, sizeof(o.spread), "%us", below(storm, 5));
	snprintf(o.hello, sizeof(o.hello), "%us", 30 + below(storm, 300));
	snprintf(o.validity, sizeof(o.validity), "%s",
		 storm->share_checked ? "7d" : "5m");
	duration_parse(o.every, &storm->every);
	storm->batch_at = INT64_MIN / 2;
	storm->rig = rig_new(&o, seed);
	storm->rig->order = check_order;
	storm->rig->context = storm;
	return storm;
}

/* What a failed storm left behind. */
static void
storm_show(const struct storm *storm)
{
	const struct rig *rig = storm->rig;
	struct fleet_summary s;

	fleet_summary(rig->fleet, &s);
	printf("  server %s, %u clients, batch %u every %s, validity %s, rate %u\n",
	       server_state_name(s.state), s.clients, rig->options.batch,
	       rig->options.every, rig->options.validity, rig->options.rate);
	for (uint32_t i = 0; i < fleet_rows(rig->fleet); i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);

		if (client->place == PLACE_HERE && client->order == ORDER_STATE_NONE)
			continue;
		printf("  %s: %s, %s %s, operation %u, attempts %u\n",
		       fleet_client_name(rig->fleet, i), place_name(client->place),
		       message_type_name(client->type), order_state_name(client->order),
		       client->operation, client->attempts);
	}
}

/* Everything well again: what must happen in the end. */
static void
storm_ends(struct storm *storm)
{
	const struct fleet_wish release = { .action = ACTION_RELEASE,
					    .selection = "all",
					    .requester = "anna",
					    .reason = "it is over",
					    .force = true };
	struct rig *rig = storm->rig;
	struct fleet_summary s;
	char why[FLEET_WHY];

	for (unsigned i = 0; i < ARRAY_SIZE(rig->agent); i++)
		rig->agent[i].manner = MANNER_OBEY;
	rig->hook = 100 * MILLISECOND;
	for (unsigned bit = 0; bit < 3; bit++)
		fleet_pause(rig->fleet, 1u << bit, false, "", rig->now);
	(void)fleet_operate(rig->fleet, &release, rig->now, why);
	rig_settle(rig);
	check_events(storm);
	storm->verdict = RIG_CONNECTION;
	for (unsigned i = 0; i < 60; i++) {
		rig_judge(rig, RIG_CONNECTION);
		rig_run(rig, 2 * MINUTE);
		rig_store(rig);
		for (unsigned n = 0; n < rig->options.clients; n++) {
			unsigned at = rig->options.first + n;

			rig_say(rig, at, MESSAGE_HELLO);
			if (rig->agent[at].place == PLACE_AWAY)
				rig_say(rig, at, MESSAGE_REQUEST);
		}
		check(storm);
	}
	rig_run(rig, 5 * MINUTE);
	fleet_summary(rig->fleet, &s);
	if (s.state != SERVER_SERVING || s.place[PLACE_HERE] != s.clients)
		broken(storm, "not everybody came back");
	if (s.order[ORDER_STATE_NONE] + s.order[ORDER_STATE_REJECTED] != s.clients ||
	    fleet_rows(rig->fleet) != s.clients)
		broken(storm, "an order did not end");
	for (size_t i = 0; fleet_operation(rig->fleet, i) != NULL; i++)
		if (fleet_operation(rig->fleet, i)->ended.boot == 0)
			broken(storm, "an operation did not end");
}

static unsigned
storm_play(uint64_t seed)
{
	struct storm *storm = storm_new(seed);
	unsigned failures;

	for (storm->step = 0; storm->step < STEPS; storm->step++) {
		something(storm);
		check(storm);
		rig_run(storm->rig, (int64_t)below(storm, 15000) * MILLISECOND);
		check(storm);
	}
	storm_ends(storm);
	failures = storm->failures;
	if (failures > 0)
		storm_show(storm);
	rig_free(storm->rig);
	free(storm);
	return failures;
}

int
main(int argc, char **argv)
{
	const char *given = argc > 1 ? argv[1] : getenv("STORM_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261123;
	unsigned count = argc > 1 ? 1 : STORMS, failed = 0;

	for (unsigned i = 0; i < count; i++)
		failed += storm_play(seed + i) > 0;
	printf("%u storms from seed %llu, %u failed\n", count, (unsigned long long)seed,
	       failed);
	return failed > 0;
}
