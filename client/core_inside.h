/* SPDX-License-Identifier: BSD-3-Clause */
/* The core's own state, shared by core.c, core_orders.c and core_hook.c alone. */
#ifndef BELLWETHER_CLIENT_CORE_INSIDE_H
#define BELLWETHER_CLIENT_CORE_INSIDE_H

#include "client/core.h"
#include "common/random.h"

/* Of an order that names none, and of a client found away without an order. */
#define DEFAULT_VALIDITY HOUR
#define DEFAULT_HELLO    (5 * MINUTE)
/* A first unanswered try is repeated soon, for one datagram is easily lost; then ever
   later, up to the configured retry. */
#define FIRST_RETRY (2 * SECOND)
/* A retry keeps its id, so that the server knows it for a duplicate, but not so long
   that the id itself goes stale. */
#define ID_LIFE (2 * MINUTE)
#define ANSWERS 4

/* A hello or request: when it is due, and what of it is outstanding. */
struct initiative {
	uint64_t id; /* outstanding; 0 none */
	int64_t made;
	int64_t next; /* NEVER: not wanted */
	unsigned tries;
	unsigned corrections; /* in a row */
};

/* An answer that waits to be sent. */
struct answer {
	enum message_type type; /* acknowledge or reject */
	enum message_stage stage;
	enum message_reason reason;
	uint8_t key_id;
	uint64_t reply_to;
	struct endpoint to;
};

/* The newest order accepted. */
struct order {
	uint64_t id;
	enum message_type type;
	enum message_stage stage;
	enum message_reason reason;  /* why it was given */
	enum message_reason refusal; /* why we rejected it */
	bool pending;                /* its hook has yet to run or to end */
	uint8_t key_id;
	struct endpoint from; /* of its latest copy */
	int64_t move;         /* when its hook may start */
	int64_t until;        /* boot time when its validity ends */
	int64_t validity;
	struct core_alternate *alternate; /* best first; freed when it is done */
	size_t alternates;
};

struct run {
	enum hook_event event; /* 0: none */
	uint64_t order;
	struct core_alternate alternate;
};

struct core {
	struct core_config config;
	const struct keys *keys;
	struct random random;
	struct peer peer;
	bool dirty;
	bool verified; /* once since the start */
	enum place place;
	struct order order;
	struct core_alternate alternate; /* in use */
	/* The failover in force: what holds this client away. until 0: none. */
	uint64_t force_id;
	int64_t until, validity;
	int64_t comeback; /* when to return without being called; NEVER */
	int64_t verify;   /* when to look where we are; NEVER */
	int64_t interval; /* of hello */
	struct initiative hello, request;
	struct answer answer[ANSWERS];
	unsigned answers;
	struct run running;
	int64_t stale, superseded; /* when such a reject may leave again */
	int64_t contradicted;      /* when a hello may say again that "done" is over */
	int64_t heard;
	uint8_t key_id; /* the server's last; 0: not heard since the start */
	char line[MESSAGE_TEXT_MAX + 1];
	uint64_t failovers, reconnects, returns, sent;
	uint64_t check[CHECK_COUNT];
};

/* core.c */
void core_answer(struct core *core, const struct answer *answer);
void core_hello_now(struct core *core, struct moment now);
int64_t core_backoff(struct core *core, unsigned tries);

/* core_orders.c: what an initiative of the server does. */
enum message_check order_receive(struct core *core, const struct message *message,
				 const struct endpoint *from, struct moment now);
/* Its hook ended, or there is none to run. */
void order_finish(struct core *core, int status, struct moment now);
/* Takes up an order that a restart interrupted, once it is known where we are. */
void order_resume(struct core *core, enum place found, struct moment now);
void order_forget_alternates(struct order *order);

/* core_hook.c: being away, and the ways home. */
void away_begin(struct core *core, uint64_t id, int64_t until, int64_t validity,
		struct moment now);
void away_end(struct core *core);
/* When to ask: at a random moment from `least` to `most` from now. Where that is later than
   with a third of the validity left, all of it is drawn together until it is not: cut off
   there, those who were ordered away together would ask together. */
void away_ask(struct core *core, int64_t least, int64_t most, struct moment now);
void away_tick(struct core *core, struct moment now);

#endif
