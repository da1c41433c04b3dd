/* SPDX-License-Identifier: BSD-3-Clause */
/* A fleet in virtual time: scripted agents, alternates that answer, a store. */
#include "config.h"

#include "tests/unit/fleet-rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- agents ---- */

/* A client that moved to another address is another one, though its name is the same. */
static unsigned
agent_number(const struct rig *rig, uint32_t row)
{
	unsigned n;

	if (rig->loaded)
		return row + 1;
	n = (unsigned)strtoul(fleet_client_name(rig->fleet, row) + 1, NULL, 10);
	return fleet_client_address(rig->fleet, row)->byte[13] == 9 ? n + RIG_MOVED : n;
}

static uint32_t
agent_row(const struct rig *rig, unsigned n)
{
	char name[NAME_TEXT];

	if (rig->loaded)
		return n - 1;
	snprintf(name, sizeof(name), "c%u", n);
	return fleet_find(rig->fleet, name, strlen(name));
}

static uint64_t
agent_id(struct rig *rig, struct agent *agent)
{
	uint64_t wall = (uint64_t)rig->now.wall;

	agent->sent = agent->sent >= wall ? agent->sent + 1 : wall;
	return agent->sent;
}

static void
events_take(struct rig *rig)
{
	struct fleet_event event;

	while (fleet_event(rig->fleet, &event))
		if (rig->events < ARRAY_SIZE(rig->event))
			rig->event[rig->events++] = event;
}

static void
agent_answer(struct rig *rig, uint32_t row, enum message_type type,
	     enum message_stage stage, enum message_reason reason, uint64_t to)
{
	struct agent *agent = &rig->agent[agent_number(rig, row)];
	struct message_alternate alternate = { .name = slice_of(agent->alternate) };
	struct message answer, message = {
		.type = type,
		.id = agent_id(rig, agent),
		.reply_to = to,
		.stage = stage,
	};

	if (type == MESSAGE_REJECT) {
		message.has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK);
		message.reason = reason;
		message.mark = agent->newest;
	} else {
		message.has = HAS(ATTRIBUTE_STAGE);
		if (stage == STAGE_DONE && agent->place == PLACE_AWAY &&
		    agent->alternate[0] != '\0') {
			message.has |= HAS(ATTRIBUTE_ALTERNATE);
			message.alternate = &alternate;
			message.alternates = 1;
		}
	}
	rig->check = fleet_receive(rig->fleet, row, &message, rig->now, &answer);
	events_take(rig);
}

static void
agent_act(struct rig *rig, uint32_t row, struct agent *agent)
{
	agent->done_at = NEVER;
	if (agent->hook == MESSAGE_FAILOVER) {
		agent->place = PLACE_AWAY;
		agent->following = agent->newest;
		agent->failovers++;
	} else {
		agent->place = PLACE_HERE;
		agent->following = 0;
		agent->reconnects++;
	}
	agent->hook = 0;
	agent_answer(rig, row, MESSAGE_ACKNOWLEDGE, STAGE_DONE, 0, agent->newest);
}

static void
agent_order(struct rig *rig, uint32_t row, const struct message *order)
{
	struct agent *agent = &rig->agent[agent_number(rig, row)];

	agent->copies += !rig_is_question(order);
	switch (agent->manner) {
	case MANNER_MUTE:
		return;
	case MANNER_ECHO:
		fleet_echo(rig->fleet, row, order->id, rig->now);
		return;
	case MANNER_REJECT:
	case MANNER_OBEY:
	case MANNER_RECEIVED:
		break;
	}
	if (order->id < (uint64_t)(rig->now.wall - PEER_FRESHNESS) &&
	    order->id != agent->newest) {
		agent_answer(rig, row, MESSAGE_REJECT, 0, REASON_STALE, order->id);
		return;
	}
	if (agent->manner == MANNER_REJECT) {
		agent->newest = order->id;
		agent_answer(rig, row, MESSAGE_REJECT, 0, REASON_HOOK_FAILED,
			     order->id);
		return;
	}
	if (order->id < agent->newest) {
		agent_answer(rig, row, MESSAGE_REJECT, 0, REASON_SUPERSEDED, order->id);
		return;
	}
	if (order->id > agent->newest) {
		agent->newest = order->id;
		agent->hook = order->type;
		if (order->alternates > 0)
			slice_copy(order->alternate[0].name, agent->alternate,
				   sizeof(agent->alternate));
		agent->done_at = NEVER;
		if (agent->manner == MANNER_OBEY)
			agent->done_at = rig->now.boot + rig->hook;
	}
	agent_answer(rig, row, MESSAGE_ACKNOWLEDGE,
		     agent->hook != 0 ? STAGE_RECEIVED : STAGE_DONE, 0, order->id);
	/* Done, and over since. */
	if (agent->hook == 0 && order->id % 2 == 0 && agent->place == PLACE_HERE)
		rig_say(rig, agent_number(rig, row), MESSAGE_HELLO);
}

static int64_t
agents_run(struct rig *rig)
{
	int64_t next = NEVER;

	for (uint32_t row = 0; row < fleet_rows(rig->fleet); row++) {
		struct agent *agent = &rig->agent[agent_number(rig, row)];

		if (agent->hook != 0 && agent->done_at <= rig->now.boot)
			agent_act(rig, row, agent);
		if (agent->hook != 0 && agent->done_at < next)
			next = agent->done_at;
	}
	return next;
}

void
rig_say(struct rig *rig, unsigned n, enum message_type type)
{
	struct agent *agent;
	uint32_t row = agent_row(rig, n);
	struct message message = { .type = type, .has = HAS(ATTRIBUTE_PLACE) };
	struct message_alternate alternate = { 0 };

	if (row == POLICY_NONE)
		abort();
	agent = &rig->agent[agent_number(rig, row)];
	message.id = agent_id(rig, agent);
	message.place = agent->place;
	if (agent->place == PLACE_AWAY && agent->alternate[0] != '\0') {
		alternate.name = slice_of(agent->alternate);
		message.has |= HAS(ATTRIBUTE_ALTERNATE);
		message.alternate = &alternate;
		message.alternates = 1;
	}
	if (agent->following != 0) {
		message.has |= HAS(ATTRIBUTE_MARK);
		message.mark = agent->following;
	}
	rig->check = fleet_receive(rig->fleet, row, &message, rig->now, &rig->answer);
	rig->answers[rig->answer.type]++;
	if (rig->answer.type == MESSAGE_ACCEPT) {
		agent->place = PLACE_HERE;
		agent->following = 0;
	}
	events_take(rig);
}

/* ---- alternates ---- */

/* Where in rig->peer the policy's alternate of that number is. */
static unsigned
peer_place(const struct rig *rig, unsigned n)
{
	const char *name = rig->policy->alternate[n].name;

	return rig->loaded ? n : (unsigned)strtoul(name + 3, NULL, 10) - 2;
}

static void
peer_asked(struct rig *rig, unsigned n)
{
	struct peer_says *says = &rig->peer[peer_place(rig, n)];

	says->health.asked = rig->now.boot;
	fleet_health(rig->fleet, n, says->answers ? &says->health : NULL,
		     says->answers ? "" : "no answer", rig->now);
}

/* Asks all of them when it is time; returns when that will be. */
static int64_t
peers_run(struct rig *rig)
{
	int64_t every;

	if (rig->loaded && rig->policy->alternates > 0 &&
	    rig->policy->alternate[0].health.on)
		every = rig->policy->alternate[0].health.every;
	else if (!duration_parse(rig->options.health, &every))
		return NEVER;
	if (rig->now.boot >= rig->ask_at) {
		rig->ask_at = rig->now.boot + every;
		for (unsigned n = 0; n < rig->policy->alternates; n++)
			peer_asked(rig, n);
		events_take(rig);
	}
	return rig->ask_at;
}

void
rig_health(struct rig *rig, unsigned n, const struct peer_says *says)
{
	rig->peer[n - 2] = *says;
	for (unsigned i = 0; i < rig->policy->alternates; i++)
		if (peer_place(rig, i) == n - 2)
			peer_asked(rig, i);
	events_take(rig);
	rig_settle(rig);
}

/* ---- the rig ---- */

static struct rig *
begin(const struct rig_options *options, struct policy *policy, bool loaded,
      uint64_t seed)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	if (rig == NULL || policy->clients >= RIG_CLIENTS)
		abort();
	rig->options = *options;
	rig->policy = policy;
	rig->loaded = loaded;
	rig->seed = seed;
	rig->hook = 100 * MILLISECOND;
	rig->now = (struct moment){ .boot = 1000 * SECOND,
				    .wall = INT64_C(1790000000) * SECOND };
	for (size_t i = 0; i < ARRAY_SIZE(rig->agent); i++) {
		rig->agent[i].place = PLACE_HERE;
		rig->agent[i].done_at = NEVER;
	}
	for (size_t i = 0; i < RIG_ALTERNATES; i++)
		rig->peer[i] = (struct peer_says){ .answers = true,
						   .health = { .state = SERVER_SERVING,
							       .known = true,
							       .performance = 90,
							       .threshold = 60 } };
	rig->fleet = fleet_new(rig->policy, seed, rig->now);
	if (rig->fleet == NULL)
		abort();
	rig_settle(rig);
	return rig;
}

struct rig *
rig_new(const struct rig_options *options, uint64_t seed)
{
	return begin(options, rig_policy(options), false, seed);
}

struct rig *
rig_named(struct policy *policy, uint64_t seed)
{
	return begin(&rig_defaults, policy, false, seed);
}

struct rig *
rig_of(struct policy *policy, uint64_t seed)
{
	const struct rig_options options = { .clients = (unsigned)policy->clients,
					     .first = 1 };

	return begin(&options, policy, true, seed);
}

void
rig_free(struct rig *rig)
{
	fleet_free(rig->fleet);
	policy_free(rig->policy);
	free(rig);
}

void
rig_settle(struct rig *rig)
{
	struct message order;
	uint32_t row;

	do {
		agents_run(rig);
		fleet_tick(rig->fleet, rig->now);
		while (fleet_order(rig->fleet, rig->now, &row, &order)) {
			if (rig_is_question(&order))
				rig->questions++;
			else
				rig->sent[order.type]++;
			if (rig->order != NULL)
				rig->order(rig, row, &order);
			if (!rig->quiet)
				agent_order(rig, row, &order);
		}
		events_take(rig);
	} while (fleet_next(rig->fleet) <= rig->now.boot);
}

void
rig_run(struct rig *rig, int64_t duration)
{
	int64_t end = rig->now.boot + duration;

	for (;;) {
		int64_t next, agents, peers;

		rig_settle(rig);
		agents = agents_run(rig);
		peers = peers_run(rig);
		next = fleet_next(rig->fleet);
		if (agents < next)
			next = agents;
		if (peers < next)
			next = peers;
		if (next > end)
			next = end;
		if (next < rig->now.boot)
			next = rig->now.boot;
		rig->now.wall += next - rig->now.boot;
		rig->now.boot = next;
		if (next == end)
			break;
	}
	rig_settle(rig);
}

struct verdict
rig_verdict(enum rig_verdict verdict, int64_t boot)
{
	bool met = verdict == RIG_FAILOVER, pending = verdict == RIG_PENDING;

	return (struct verdict){
		.at = boot,
		.performance_known = verdict != RIG_UNKNOWN,
		.performance = met ? 12.4 : 80,
		.failover = met       ? MET_YES
			    : pending ? MET_PENDING
				      : MET_NO,
		.failover_unknown = verdict == RIG_UNKNOWN,
		.connection = verdict == RIG_CONNECTION ? MET_YES : MET_NO,
		.deciding = met || pending ? CONDITION_FAILOVER : POLICY_NONE,
	};
}

void
rig_judge(struct rig *rig, enum rig_verdict verdict)
{
	struct verdict v = rig_verdict(verdict, rig->now.boot);

	fleet_judge(rig->fleet, &v, verdict == RIG_FAILOVER ? RIG_WHY : "", rig->now);
	events_take(rig);
	rig_settle(rig);
}

void
rig_store(struct rig *rig)
{
	struct fleet_record record;
	struct operation operation;
	struct fleet_block block;

	while (fleet_dirty(rig->fleet, rig->now, &record))
		if (record.index < ARRAY_SIZE(rig->store.record))
			rig->store.record[record.index] = record;
	while (fleet_dirty_operation(rig->fleet, &operation))
		rig->store.operation[operation.number % 64] = operation;
	while (fleet_block(rig->fleet, rig->now, &block)) {
		rig->store.block[block.action == ACTION_FAILOVER ? 0 : 1] = block;
		fleet_reserved(rig->fleet, &block);
	}
}

void
rig_crash(struct rig *rig)
{
	fleet_free(rig->fleet);
	rig->fleet = fleet_new(rig->policy, ++rig->seed, rig->now);
	if (rig->fleet == NULL)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(rig->store.record); i++)
		if (rig->store.record[i].index != 0)
			fleet_restore(rig->fleet, &rig->store.record[i], rig->now);
	for (size_t i = 0; i < 64; i++)
		if (rig->store.operation[i].number != 0)
			fleet_restore_operation(rig->fleet, &rig->store.operation[i]);
	for (size_t i = 0; i < 2; i++)
		if (rig->store.block[i].base != 0)
			fleet_restore_block(rig->fleet, &rig->store.block[i]);
	if (!rig->stopped)
		fleet_restore_behind(rig->fleet);
	rig_settle(rig);
}

void
rig_reload_to(struct rig *rig, struct policy *policy)
{
	if (!fleet_reload(rig->fleet, policy, rig->now))
		abort();
	policy_free(rig->policy);
	rig->policy = policy;
	rig_settle(rig);
}

void
rig_reload(struct rig *rig)
{
	rig_reload_to(rig, rig_policy(&rig->options));
}

const struct agent *
rig_agent(const struct rig *rig, uint32_t row)
{
	return &rig->agent[agent_number(rig, row)];
}

bool
rig_is_question(const struct message *order)
{
	return order->id <= UINT32_MAX;
}

const struct fleet_client *
rig_client(const struct rig *rig, unsigned n)
{
	uint32_t row = agent_row(rig, n);

	return row == POLICY_NONE ? NULL : fleet_row(rig->fleet, row);
}

const struct fleet_event *
rig_event(const struct rig *rig, enum fleet_event_kind kind, const char *part)
{
	for (unsigned i = rig->events; i-- > 0;)
		if (rig->event[i].kind == kind &&
		    strstr(rig->event[i].text, part) != NULL)
			return &rig->event[i];
	return NULL;
}

bool
rig_counts_true(const struct rig *rig)
{
	struct fleet_summary is, counted = { 0 };

	fleet_summary(rig->fleet, &is);
	for (uint32_t i = 0; i < fleet_rows(rig->fleet); i++) {
		const struct fleet_client *client = fleet_row(rig->fleet, i);

		counted.place[client->place]++;
		counted.order[client->order]++;
		if (client->order == ORDER_STATE_UNREACHABLE)
			counted.network[client->network]++;
		counted.silent += client->silent;
		counted.coming += client->coming;
		counted.missed += client->missed;
		counted.moved +=
		    client->place == PLACE_AWAY && client->activity == ACTIVITY_QUIET;
		counted.unproven += client->unproven >= FLEET_UNPROVEN;
	}
	return memcmp(is.place, counted.place, sizeof(is.place)) == 0 &&
	       memcmp(is.order, counted.order, sizeof(is.order)) == 0 &&
	       memcmp(is.network, counted.network, sizeof(is.network)) == 0 &&
	       is.silent == counted.silent && is.coming == counted.coming &&
	       is.moved == counted.moved && is.missed == counted.missed &&
	       is.unproven == counted.unproven && is.clients == rig->policy->clients;
}

/* ---- beginnings ---- */

struct rig *
rig_with(const char *words)
{
	struct rig_options options = rig_defaults;
	char copy[200], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")) != NULL)
		if (*word != '\0' && !rig_option(&options, word))
			abort();
	return rig_new(&options, 42);
}

struct fleet_summary
rig_summary(const struct rig *rig)
{
	struct fleet_summary s;

	fleet_summary(rig->fleet, &s);
	return s;
}

struct rig *
rig_serving(const char *words)
{
	struct rig *rig = rig_with(words);

	for (unsigned i = 1; i <= rig->options.clients; i++)
		rig_say(rig, i, MESSAGE_HELLO);
	rig_judge(rig, RIG_NEITHER);
	return rig;
}

struct rig *
rig_away(const char *words)
{
	struct rig *rig = rig_serving(words);

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	return rig;
}
