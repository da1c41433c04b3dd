/* SPDX-License-Identifier: BSD-3-Clause */
/* Failover and reconnect: letting an order in, choosing the alternate, answering. */
#include "config.h"

#include "client/core_inside.h"

#include <stdlib.h>
#include <string.h>

/* What anybody can provoke by replaying old datagrams leaves this far apart. */
#define REJECT_PAUSE SECOND

static void
reject(struct core *core, uint64_t id, enum message_reason reason, uint8_t key_id,
       const struct endpoint *to)
{
	const struct answer answer = {
		.type = MESSAGE_REJECT,
		.reason = reason,
		.key_id = key_id,
		.reply_to = id,
		.to = *to,
	};
	core_answer(core, &answer);
}

static void
reject_paced(struct core *core, int64_t *again, const struct message *message,
	     enum message_reason reason, const struct endpoint *to, struct moment now)
{
	if (now.boot < *again)
		return;
	*again = now.boot + REJECT_PAUSE;
	reject(core, message->id, reason, message->key_id, to);
}

/* The present stage of the newest order, to wherever its latest copy came from. */
static void
answer_order(struct core *core)
{
	const struct order *order = &core->order;
	if (order->refusal) {
		reject(core, order->id, order->refusal, order->key_id, &order->from);
		return;
	}
	const struct answer answer = {
		.type = MESSAGE_ACKNOWLEDGE,
		.stage = order->stage,
		.key_id = order->key_id,
		.reply_to = order->id,
		.to = order->from,
	};
	core_answer(core, &answer);
}

void
order_forget_alternates(struct order *order)
{
	free(order->alternate);
	order->alternate = NULL;
	order->alternates = 0;
}

static void
order_refuse(struct core *core, enum message_reason refusal, struct moment now)
{
	struct order *order = &core->order;
	order->refusal = refusal;
	order->pending = false;
	order_forget_alternates(order);
	core->dirty = true;
	answer_order(core);
	/* Back to what held before: whoever is still away asks again. */
	if (core->until && core->request.next == NEVER && core->comeback == NEVER) {
		int64_t soon = core_backoff(core, 0);
		away_ask(core, soon, soon, now);
	}
}

/* ---- alternates ---- */

/* The fence: what client.xml allows, whoever asks. */
static bool
inside(const struct core_config *config, const struct address *address)
{
	if (!address_is_unicast(address) ||
	    address_equal(address, &config->server_address))
		return false;
	for (size_t i = 0; i < config->alternates; i++)
		if (address_equal(address, &config->alternate[i].address))
			return true;
	for (size_t i = 0; i < config->allows; i++)
		if (prefix_contains(&config->allow[i], address))
			return true;
	return false;
}

static bool
left_it(const struct core_config *config, const struct address *address)
{
	return config->ordered_away && config->ordered_away(config->context, address);
}

struct candidate {
	struct core_alternate alternate;
	uint16_t priority, weight;
};

/* Best priority first; among equals by lot, in proportion to their weights, so that the
   clients of one order spread without talking to each other. */
static void
arrange(struct core *core, struct candidate *candidate, size_t count)
{
	for (size_t at = 0; at + 1 < count; at++) {
		uint16_t best = UINT16_MAX;
		uint64_t total = 0;
		for (size_t i = at; i < count; i++)
			if (candidate[i].priority < best)
				best = candidate[i].priority;
		for (size_t i = at; i < count; i++)
			if (candidate[i].priority == best)
				total += candidate[i].weight + 1u;
		uint64_t lot = random_below(&core->random, total);
		size_t chosen = at;
		for (size_t i = at; i < count; i++) {
			if (candidate[i].priority != best)
				continue;
			chosen = i;
			if (lot < candidate[i].weight + 1u)
				break;
			lot -= candidate[i].weight + 1u;
		}
		struct candidate taken = candidate[chosen];
		memmove(candidate + at + 1, candidate + at,
			(chosen - at) * sizeof *candidate);
		candidate[at] = taken;
	}
}

/* Of those the order names: the ones inside the fence that did not lose us themselves.
   Returns how many; *fenced tells whether any was inside the fence. */
static size_t
named(struct core *core, const struct message *message, struct candidate *candidate,
      bool *fenced)
{
	size_t count = 0;
	*fenced = false;
	for (size_t i = 0; i < message->alternates && count < CORE_ALTERNATES; i++) {
		const struct message_alternate *from = &message->alternate[i];
		if (!inside(&core->config, &from->address))
			continue;
		*fenced = true;
		if (left_it(&core->config, &from->address))
			continue;
		struct candidate *to = &candidate[count++];
		memset(to, 0, sizeof *to);
		slice_copy(from->name, to->alternate.name, sizeof to->alternate.name);
		to->alternate.address = from->address;
		to->alternate.port = from->port;
		to->priority = from->priority;
		to->weight = from->weight;
	}
	arrange(core, candidate, count);
	return count;
}

static size_t
own(const struct core *core, struct candidate *candidate)
{
	size_t count = 0;
	const struct core_config *config = &core->config;
	for (size_t i = 0; i < config->alternates && count < CORE_ALTERNATES; i++)
		if (!left_it(config, &config->alternate[i].address))
			candidate[count++].alternate = config->alternate[i];
	return count;
}

/* Fills the order's alternates; REASON_NONE, or why it cannot be obeyed. */
static enum message_reason
choose(struct core *core, const struct message *message)
{
	struct candidate candidate[CORE_ALTERNATES];
	struct order *order = &core->order;
	bool fenced = true;
	size_t count = message->alternates > 0
			   ? named(core, message, candidate, &fenced)
			   : own(core, candidate);
	if (count == 0) {
		if (!fenced)
			return REASON_ALTERNATE_NOT_ALLOWED;
		if (message->alternates == 0 && !core->config.hook)
			return REASON_NONE;
		return REASON_NO_ALTERNATE;
	}
	order->alternate = calloc(count, sizeof *order->alternate);
	if (!order->alternate)
		return REASON_NO_ALTERNATE;
	for (size_t i = 0; i < count; i++)
		order->alternate[i] = candidate[i].alternate;
	order->alternates = count;
	return REASON_NONE;
}

/* ---- an order comes in ---- */

static void
order_begin(struct core *core, const struct message *message,
	    const struct endpoint *from, struct moment now)
{
	struct order *order = &core->order;
	/* Only one order is wanted at a time: the one that waited is superseded. Had its
	   hook started, that one ends first, and its end changes the place but answers
	   nobody any more. */
	if (order->pending)
		reject(core, order->id, REASON_SUPERSEDED, order->key_id, &order->from);
	order_forget_alternates(order);
	int64_t validity = (int64_t)message->validity * SECOND;
	if (validity == 0)
		validity = DEFAULT_VALIDITY;
	*order = (struct order){
		.id = message->id,
		.type = message->type,
		.stage = STAGE_RECEIVED,
		.reason = message->reason,
		.pending = true,
		.key_id = message->key_id,
		.from = *from,
		.move = now.boot,
		.validity = validity,
		.until = now.boot + validity,
	};
	if (message->spread > 0)
		order->move += (int64_t)random_below(
		    &core->random, (uint64_t)message->spread * MILLISECOND);
	if (order->type == MESSAGE_FAILOVER) {
		enum message_reason refusal = choose(core, message);
		if (refusal) {
			order_refuse(core, refusal, now);
			return;
		}
	}
	/* The server has spoken: our own ways home wait for how this ends. */
	core->request = (struct initiative){ .next = NEVER };
	core->comeback = NEVER;
	core->dirty = true;
	answer_order(core);
}

/* "Done" is true of the order, and no longer of us: we came back by ourselves, or somebody
   moved us. Who repeats it does not know that. */
static void
say_where(struct core *core, struct moment now)
{
	const struct order *order = &core->order;
	bool failover = order->type == MESSAGE_FAILOVER;
	bool true_still = failover
			      ? core->place == PLACE_AWAY && core->force_id == order->id
			      : core->place == PLACE_HERE;
	if (order->stage != STAGE_DONE || order->refusal || true_still ||
	    now.boot < core->contradicted)
		return;
	core->contradicted = now.boot + REJECT_PAUSE;
	core_hello_now(core, now);
}

enum message_check
order_receive(struct core *core, const struct message *message,
	      const struct endpoint *from, struct moment now)
{
	unsigned slot;
	enum message_check check = peer_check(&core->peer, message->id, now.wall,
					      core->config.freshness, &slot);
	switch (check) {
	case CHECK_OK:
		peer_accept(&core->peer, message->id);
		order_begin(core, message, from, now);
		break;
	case CHECK_STALE:
		reject_paced(core, &core->stale, message, REASON_STALE, from, now);
		break;
	case CHECK_DUPLICATE:
		if (message->id == core->order.id) {
			core->order.from = *from;
			core->order.key_id = message->key_id;
			answer_order(core);
			say_where(core, now);
			break;
		}
		/* One of those before: superseded since. */
		/* fall through */
	case CHECK_SUPERSEDED:
		reject_paced(core, &core->superseded, message, REASON_SUPERSEDED, from,
			     now);
		break;
	default:
		break;
	}
	return check;
}

/* ---- an order ends ---- */

static void
order_done(struct core *core, struct moment now)
{
	struct order *order = &core->order;
	order->stage = STAGE_DONE;
	order->pending = false;
	if (order->type == MESSAGE_FAILOVER) {
		if (order->alternates > 0)
			core->alternate = order->alternate[0];
		core->failovers++;
		core->place = PLACE_AWAY;
		away_begin(core, order->id, order->until, order->validity, now);
	} else {
		core->reconnects++;
		core->place = PLACE_HERE;
		away_end(core);
	}
	order_forget_alternates(order);
	core->dirty = true;
	answer_order(core);
}

void
order_finish(struct core *core, int status, struct moment now)
{
	if (status == 0)
		order_done(core, now);
	else
		order_refuse(core, REASON_HOOK_FAILED, now);
}

void
order_resume(struct core *core, enum place found, struct moment now)
{
	struct order *order = &core->order;
	if (!order->pending || order->move != NEVER)
		return;
	enum place wanted = order->type == MESSAGE_FAILOVER ? PLACE_AWAY : PLACE_HERE;
	/* A hook that a restart cut off may have done its work: then it is not run twice. */
	if (found == wanted && core->config.hook)
		order_done(core, now);
	else
		order->move = now.boot;
}
