/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's state machine: its life, what it sends, what it lets in. */
#include "config.h"

#include "client/core_inside.h"

#include <stdlib.h>
#include <string.h>

/* At start a whole site may come back with the power: not all in one moment. */
#define START_SPREAD (2 * SECOND)
#define HELLO_JITTER 0.1
#define RETRY_JITTER 0.2

struct core *
core_new(const struct core_config *config, const struct keys *keys, uint64_t seed,
	 struct moment now)
{
	struct core *core = calloc(1, sizeof *core);
	if (!core)
		return NULL;
	core->config = *config;
	core->keys = keys;
	random_seed(&core->random, seed);
	core->place = config->hook ? PLACE_UNKNOWN : PLACE_HERE;
	core->verified = !config->hook;
	core->comeback = NEVER;
	core->interval = DEFAULT_HELLO;
	core->request.next = NEVER;
	core->verify = config->hook ? now.boot : NEVER;
	/* With a hook the first hello waits for the first verify: it tells the place. */
	core->hello.next =
	    config->hook
		? NEVER
		: now.boot + (int64_t)random_below(&core->random, START_SPREAD);
	return core;
}

void
core_free(struct core *core)
{
	if (!core)
		return;
	order_forget_alternates(&core->order);
	free(core);
}

/* ---- what is kept ---- */

static int64_t
to_wall(int64_t boot, struct moment now)
{
	return boot == 0 || boot == NEVER ? 0 : now.wall + (boot - now.boot);
}

/* A stored deadline can be no further away than the time it was given: a clock that
   jumped while we were down must not hold the client for years. */
static int64_t
to_boot(int64_t wall, int64_t longest, struct moment now)
{
	int64_t left = wall - now.wall;
	if (left < 0)
		left = 0;
	if (left > longest)
		left = longest;
	return now.boot + left;
}

bool
core_changed(struct core *core, struct moment now, struct core_state *state)
{
	if (!core->dirty)
		return false;
	core->dirty = false;
	const struct order *order = &core->order;
	memset(state, 0, sizeof *state);
	state->place = core->place;
	state->order_id = order->id;
	state->type = order->type;
	state->stage = order->stage;
	state->reason = order->reason;
	state->refusal = order->refusal;
	state->order_until = to_wall(order->until, now);
	state->order_validity = order->validity;
	if (order->pending && order->alternates > 0)
		state->chosen = order->alternate[0];
	state->force_id = core->force_id;
	state->in_force = to_wall(core->until, now);
	state->validity = core->validity;
	state->ask = to_wall(core->request.next, now);
	state->alternate = core->alternate;
	state->peer = core->peer;
	return true;
}

static void
restore_order(struct core *core, const struct core_state *state, struct moment now)
{
	struct order *order = &core->order;
	order->id = state->order_id;
	order->type = state->type;
	order->stage = state->stage;
	order->reason = state->reason;
	order->refusal = state->refusal;
	order->validity = state->order_validity;
	order->until = to_boot(state->order_until, order->validity, now);
	order->move = NEVER;
	order->pending = order->id && order->stage != STAGE_DONE && !order->refusal;
	order->from.address = core->config.server_address;
	order->from.port = core->config.port;
	order->key_id = keys_current(core->keys);
	if (!order->pending || state->chosen.name[0] == '\0')
		return;
	order->alternate = calloc(1, sizeof *order->alternate);
	if (!order->alternate)
		return;
	order->alternate[0] = state->chosen;
	order->alternates = 1;
}

void
core_restore(struct core *core, const struct core_state *state, struct moment now)
{
	core->place = state->place;
	core->alternate = state->alternate;
	core->peer = state->peer;
	restore_order(core, state, now);
	if (state->in_force) {
		core->force_id = state->force_id;
		core->validity = state->validity;
		core->until = to_boot(state->in_force, core->validity, now);
	}
	/* Who starts away asks soon: the server may have given up on it. */
	if (core->until || core->place == PLACE_AWAY)
		core->request.next =
		    now.boot + (int64_t)random_below(&core->random, 2 * START_SPREAD);
	if (!core->config.hook)
		order_resume(core, core->place, now);
}

/* ---- what goes out ---- */

int64_t
core_backoff(struct core *core, unsigned tries)
{
	int64_t wait = core->config.retry;
	if (tries < 8 && FIRST_RETRY << tries < wait)
		wait = FIRST_RETRY << tries;
	return random_jitter(&core->random, wait, RETRY_JITTER);
}

/* What changed is worth a new id: the answer to the old one would confirm old news. */
void
core_hello_now(struct core *core, struct moment now)
{
	core->hello.id = 0;
	core->hello.tries = 0;
	core->hello.next = now.boot;
}

void
core_answer(struct core *core, const struct answer *answer)
{
	unsigned i = 0;
	/* A later word on the same order replaces one that has not left yet. */
	while (i < core->answers && core->answer[i].reply_to != answer->reply_to)
		i++;
	if (i == ANSWERS) {
		/* Full: the oldest goes, its sender will ask again. */
		memmove(core->answer, core->answer + 1,
			(ANSWERS - 1) * sizeof *core->answer);
		i--;
		core->answers--;
	}
	if (i == core->answers)
		core->answers++;
	core->answer[i] = *answer;
}

static struct message_alternate
wire_alternate(const struct core_alternate *alternate)
{
	struct message_alternate wire = {
		.port = alternate->port,
		.address = alternate->address,
		.name = slice_of(alternate->name),
	};
	return wire;
}

/* The alternate in use, where the message tells it. */
static void
tell_alternate(const struct core *core, struct core_word *word)
{
	word->alternate = wire_alternate(&core->alternate);
	word->message.alternate = &word->alternate;
	word->message.alternates = 1;
	word->message.has |= HAS(ATTRIBUTE_ALTERNATE);
}

static void
say_answer(struct core *core, struct moment now, struct core_word *word)
{
	struct answer answer = core->answer[0];
	core->answers--;
	memmove(core->answer, core->answer + 1, core->answers * sizeof *core->answer);

	struct message *message = &word->message;
	*message = (struct message){
		.type = answer.type,
		.key_id = answer.key_id,
		.reply_to = answer.reply_to,
		.id = peer_next(&core->peer, now.wall),
	};
	word->to = answer.to;
	if (answer.type == MESSAGE_ACKNOWLEDGE) {
		message->stage = answer.stage;
		message->has = HAS(ATTRIBUTE_STAGE);
		if (answer.stage == STAGE_DONE && core->alternate.name[0] != '\0')
			tell_alternate(core, word);
	} else {
		message->reason = answer.reason;
		message->mark = core->peer.mark;
		message->has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK);
	}
	if (answer.reason == REASON_STALE) {
		message->clock = peer_clock(&core->peer, now.wall);
		message->has |= HAS(ATTRIBUTE_CLOCK);
	}
	if (answer.reason == REASON_HOOK_FAILED && core->line[0] != '\0') {
		message->text = slice_of(core->line);
		message->has |= HAS(ATTRIBUTE_TEXT);
	}
}

static void
say_initiative(struct core *core, enum message_type type, struct initiative *initiative,
	       struct moment now, struct core_word *word)
{
	if (initiative->id == 0 || now.boot - initiative->made > ID_LIFE) {
		initiative->id = peer_next(&core->peer, now.wall);
		initiative->made = now.boot;
	}
	uint8_t key_id = keys_turn(core->keys, core->key_id, initiative->tries);
	initiative->next = now.boot + core_backoff(core, initiative->tries++);
	word->message = (struct message){
		.type = type,
		.key_id = key_id,
		.id = initiative->id,
		.place = core->place,
		.has = HAS(ATTRIBUTE_PLACE),
	};
	word->to = (struct endpoint){ core->config.server_address, core->config.port };
	if (core->place != PLACE_HERE && core->alternate.name[0] != '\0')
		tell_alternate(core, word);
	if (core->until && core->force_id) {
		word->message.mark = core->force_id;
		word->message.has |= HAS(ATTRIBUTE_MARK);
	}
}

bool
core_say(struct core *core, struct moment now, struct core_word *word)
{
	if (core->dirty)
		return false;
	if (core->answers > 0)
		say_answer(core, now, word);
	else if (core->hello.next <= now.boot)
		say_initiative(core, MESSAGE_HELLO, &core->hello, now, word);
	else if (core->request.next <= now.boot)
		say_initiative(core, MESSAGE_REQUEST, &core->request, now, word);
	else
		return false;
	struct message *message = &word->message;
	message->client = slice_of(core->config.client);
	message->server = slice_of(core->config.server);
	message->has |= HAS(ATTRIBUTE_CLIENT) | HAS(ATTRIBUTE_SERVER);
	message->algorithm = keys_algorithm(core->keys, message->key_id);
	return true;
}

static bool
seal(struct core *core, const struct core_word *word, struct datagram *datagram)
{
	datagram->from.address = core->config.address;
	datagram->from.port = 0;
	datagram->to = word->to;
	datagram->echo_reply = false;
	datagram->size = message_encode(&word->message, datagram->bytes);
	if (datagram->size == 0 ||
	    !keys_seal(core->keys, &core->config.server_address, &core->config.address,
		       datagram->bytes, datagram->size))
		return false;
	core->sent++;
	return true;
}

bool
core_send(struct core *core, struct moment now, struct datagram *datagram)
{
	struct core_word word;
	while (core_say(core, now, &word))
		if (seal(core, &word, datagram))
			return true;
	return false;
}

/* ---- what comes in ---- */

static void
hello_answered(struct core *core, const struct message *message, struct moment now)
{
	int64_t told = (int64_t)message->retry_after * SECOND;
	if (message->has & HAS(ATTRIBUTE_RETRY_AFTER) && told > 0)
		core->interval = told < DAY ? told : DAY;
	core->hello = (struct initiative){
		.next = now.boot +
			random_jitter(&core->random, core->interval, HELLO_JITTER),
	};
}

static void
request_accepted(struct core *core, const struct message *message, struct moment now)
{
	core->request = (struct initiative){ .next = NEVER };
	core->comeback = now.boot + (int64_t)message->retry_after * SECOND +
			 (int64_t)message->spread * MILLISECOND;
	core->dirty = true;
}

static void
request_refused(struct core *core, const struct message *message, struct moment now)
{
	if (message->validity > 0) {
		core->validity = (int64_t)message->validity * SECOND;
		core->until = now.boot + core->validity;
		core->comeback = NEVER;
	}
	int64_t wait = (int64_t)message->retry_after * SECOND;
	if (wait == 0)
		wait = core->config.retry;
	double most = (1 + core->config.jitter) * (double)wait;
	away_ask(core, wait, (int64_t)most, now);
	core->dirty = true;
}

/* A reject of what we asked. Of our id (stale, or below what the server has seen of us)
   we learn and ask again under a new one; once at once, then no faster than a retry. */
static void
initiative_rejected(struct core *core, struct initiative *initiative,
		    const struct message *message, struct moment now)
{
	initiative->id = 0;
	if (message->reason == REASON_STALE || message->reason == REASON_SUPERSEDED) {
		uint64_t clock = message->reason == REASON_STALE ? message->clock : 0;
		peer_correct(&core->peer, clock, message->mark, now.wall);
		core->dirty = true;
		initiative->next = now.boot;
		if (initiative->corrections++ > 0)
			initiative->next += core_backoff(core, initiative->corrections);
		return;
	}
	int64_t wait = initiative == &core->hello ? core->interval : core->config.retry;
	initiative->tries = 0;
	initiative->next = now.boot + random_jitter(&core->random, wait, RETRY_JITTER);
}

/* An answer is let in by naming what is outstanding, and by nothing else. */
static enum message_check
answer_receive(struct core *core, const struct message *message, struct moment now)
{
	bool to_hello = message->reply_to != 0 && message->reply_to == core->hello.id;
	bool to_request =
	    message->reply_to != 0 && message->reply_to == core->request.id;
	if (to_hello && message->type == MESSAGE_ACKNOWLEDGE)
		hello_answered(core, message, now);
	else if (to_request && message->type == MESSAGE_ACCEPT)
		request_accepted(core, message, now);
	else if (to_request && message->type == MESSAGE_REFUSE)
		request_refused(core, message, now);
	else if (to_hello && message->type == MESSAGE_REJECT)
		initiative_rejected(core, &core->hello, message, now);
	else if (to_request && message->type == MESSAGE_REJECT)
		initiative_rejected(core, &core->request, message, now);
	else
		return CHECK_UNSOLICITED;
	return CHECK_OK;
}

enum message_check
core_take(struct core *core, const struct message *message, const struct endpoint *from,
	  struct moment now)
{
	bool order =
	    message->type == MESSAGE_FAILOVER || message->type == MESSAGE_RECONNECT;
	enum message_check check = order ? order_receive(core, message, from, now)
					 : answer_receive(core, message, now);
	/* Not by a copy from long ago, under a key that has been given up since. */
	if (check == CHECK_OK) {
		core->key_id = message->key_id;
		core->heard = now.boot;
	}
	return check;
}

static enum message_check
receive(struct core *core, const uint8_t *bytes, size_t size,
	const struct endpoint *from, struct moment now)
{
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	enum message_check check = message_decode(bytes, size, &message, alternate);
	if (check != CHECK_OK)
		return check;
	if (message.type == MESSAGE_HELLO || message.type == MESSAGE_REQUEST)
		return CHECK_TYPE;
	if (!slice_equal(message.client, core->config.client) ||
	    !slice_equal(message.server, core->config.server))
		return CHECK_PEER;
	check = keys_verify(core->keys, &core->config.server_address,
			    &core->config.address, bytes, size);
	if (check != CHECK_OK)
		return check;
	return core_take(core, &message, from, now);
}

enum message_check
core_receive(struct core *core, const uint8_t *bytes, size_t size,
	     const struct endpoint *from, struct moment now)
{
	enum message_check check = receive(core, bytes, size, from, now);
	core->check[check]++;
	return check;
}

/* ---- time ---- */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void
core_tick(struct core *core, struct moment now)
{
	if (!core->config.hook && core->order.pending && core->order.move <= now.boot)
		order_finish(core, 0, now);
	away_tick(core, now);
}

int64_t
core_next(const struct core *core)
{
	int64_t next = earlier(core->hello.next, core->request.next);
	if (core->running.event)
		return next; /* the next hook starts when this one has ended */
	next = earlier(next, core->verify);
	if (core->order.pending)
		return earlier(next, core->order.move);
	next = earlier(next, core->comeback);
	if (core->until && core->comeback == NEVER)
		next = earlier(next, core->until);
	return next;
}

bool
core_ask(struct core *core, struct moment now)
{
	if (core->place == PLACE_HERE && !core->until)
		return false;
	core->request = (struct initiative){ .next = now.boot };
	return true;
}

void
core_status(const struct core *core, struct core_status *status)
{
	*status = (struct core_status){
		.place = core->place,
		.order = core->order.type,
		.order_id = core->order.id,
		.stage = core->order.stage,
		.reason = core->order.reason,
		.refusal = core->order.refusal,
		.in_force = core->until,
		.ask = core->request.next == NEVER ? 0 : core->request.next,
		.heard = core->heard,
		.key_id = core->key_id,
		.offset = core->peer.offset,
		.hook_running = core->running.event != 0,
		.failovers = core->failovers,
		.reconnects = core->reconnects,
		.returns = core->returns,
		.sent = core->sent,
	};
	memcpy(status->alternate, core->alternate.name, sizeof status->alternate);
	memcpy(status->hook, core->line, sizeof status->hook);
	memcpy(status->check, core->check, sizeof status->check);
}
