/* SPDX-License-Identifier: BSD-3-Clause */
/* One client's dealings with one server: a pure state machine. The daemon runs one or a
   few of them, the flock thousands, tests a virtual network full.

   What goes to the server: a hello at start and at intervals, with place (13), the chosen
   alternate (1) while away, and as mark (10) the id of the failover in force (absent when
   there is none); a request with the same; an acknowledge or reject for each order, to
   the source of its latest copy and under the key id it came with.
   What is taken from the server: failover and reconnect, at a random moment of `spread`
   after they were received; the acknowledge of a hello, whose retry-after (9) is the time
   to the next one (5 minutes until told); accept, whose slot is retry-after seconds plus
   `spread` milliseconds from its receipt, exactly; refuse, whose validity renews the
   order in force (0 leaves it) and whose retry-after delays the next request.

   A caller's turn, after any call below that takes `now`: core_tick(), core_changed()
   (save what it gives), core_send() until false, core_hook(); then sleep to core_next(). */
#ifndef BELLWETHER_CLIENT_CORE_H
#define BELLWETHER_CLIENT_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/clock.h"
#include "message/channel.h"
#include "message/keys.h"
#include "message/message.h"
#include "message/peer.h"

/* An alternate of the client's own list, or one that an order named. */
struct core_alternate {
	char name[NAME_TEXT];
	struct address address;
	uint16_t port; /* 0: the usual one */
};

/* What client.xml says of one server. Strings and arrays outlive the core. */
struct core_config {
	const char *client;
	struct address address;
	const char *server;
	struct address server_address;
	uint16_t port;                          /* UDP; 0 with ICMP */
	const struct core_alternate *alternate; /* own list, best first */
	size_t alternates;
	const struct prefix *allow; /* with the own list: the fence */
	size_t allows;
	int64_t after;  /* own timeout, default 10 min */
	double jitter;  /* of after, 0 to 1, default 0.2 */
	int64_t retry;  /* of an unanswered request or hello, default 1 min */
	int64_t verify; /* default 1 min; 0: only after changes and at start */
	bool freshness; /* false: this host has no clock worth the name */
	/* False: no hook; an order is done at its moment, and one that neither names an
	   alternate nor finds one in the own list is obeyed all the same. */
	bool hook;
	/* True when a server at that address has itself ordered this client away; such an
	   alternate is skipped. NULL: nobody else did. */
	bool (*ordered_away)(const void *context, const struct address *address);
	const void *context;
};

struct core;
/* keys hold this pair's keys, or the masters they derive from, and outlive the core.
   Copies *config. NULL only without memory. */
struct core *core_new(const struct core_config *config, const struct keys *keys,
		      uint64_t seed, struct moment now);
void core_free(struct core *core);

/* What is kept over a restart: plain bytes of a fixed layout, written by the caller.
   Times are wall time, 0 none. */
struct core_state {
	enum place place;
	uint64_t order_id;        /* the newest order accepted; 0 none */
	enum message_type type;   /* of it */
	enum message_stage stage; /* reached */
	enum message_reason reason, refusal;
	int64_t order_until, order_validity;
	struct core_alternate chosen;    /* by it, while it is not done */
	uint64_t force_id;               /* the failover in force, done; 0 none known */
	int64_t in_force;                /* when its validity ends; 0: none in force */
	int64_t validity;                /* its length, us */
	int64_t ask;                     /* the next request */
	struct core_alternate alternate; /* in use; "" none */
	struct peer peer;
};
/* Right after core_new(). Times outside what their validity allows are cut to it. */
void core_restore(struct core *core, const struct core_state *state, struct moment now);
/* True when the state changed since it was last taken. Until it was taken, core_send()
   and core_hook() give nothing: what an answer says must be saved before it leaves. */
bool core_changed(struct core *core, struct moment now, struct core_state *state);

/* A datagram from the network: decodes, verifies, checks, acts; counts the verdict. */
enum message_check core_receive(struct core *core, const uint8_t *bytes, size_t size,
				const struct endpoint *from, struct moment now);
/* The next datagram to send at now, sealed; false when none is due. */
bool core_send(struct core *core, struct moment now, struct datagram *datagram);

/* For who carries messages without sealing them, in virtual time: core_receive() behind
   the bytes and the authenticator, and core_send() in front of them. A word's texts and its
   alternate are good until the core is called again, or the word moves. */
struct core_word {
	struct message message;
	struct message_alternate alternate;
	struct endpoint to;
};
enum message_check core_take(struct core *core, const struct message *message,
			     const struct endpoint *from, struct moment now);
bool core_say(struct core *core, struct moment now, struct core_word *word);
/* Does what is due; boot time of the next thing due. */
void core_tick(struct core *core, struct moment now);
int64_t core_next(const struct core *core);
/* The operator's --ask: a request now, whatever the timers say. False when the client is
   here already and has nothing to ask. */
bool core_ask(struct core *core, struct moment now);

enum hook_event { HOOK_FAILOVER = 1, HOOK_RECONNECT, HOOK_RETURN, HOOK_VERIFY };
const char *hook_event_name(enum hook_event event);

#define CORE_ALTERNATES 16
/* A run of the hook that the caller is to make; one at a time a core. */
struct core_hook {
	enum hook_event event;
	uint64_t order; /* id; 0 when no order is behind it */
	enum message_reason reason;
	struct core_alternate
	    alternate[CORE_ALTERNATES]; /* best first, inside the fence */
	size_t alternates;
};
/* True when the hook is to be started now; then answer with core_hook_done(). */
bool core_hook(struct core *core, struct moment now, struct core_hook *hook);
/* status: exit status, or -1 when it was killed at its timeout or could not run. line:
   the first line of its output, maybe "". */
void core_hook_done(struct core *core, int status, const char *line, struct moment now);

struct core_status {
	enum place place;
	enum message_type order; /* the newest one accepted; 0 none */
	uint64_t order_id;
	enum message_stage stage;
	enum message_reason reason, refusal; /* why it was given; why it was rejected */
	int64_t in_force; /* boot time when the failover in force ends; 0 none */
	int64_t ask;      /* boot time of the next request; 0 none */
	int64_t heard;    /* boot time of the server's last authentic word; 0 never */
	uint8_t key_id;   /* of the server's last message; 0: not heard yet */
	int64_t offset;   /* of the server's clock, us */
	bool hook_running;
	char alternate[NAME_TEXT];               /* in use; "" none */
	char hook[MESSAGE_TEXT_MAX + 1];         /* the last hook's line */
	uint64_t failovers, reconnects, returns; /* hooks that ended well */
	uint64_t sent;
	uint64_t check[CHECK_COUNT];
};
void core_status(const struct core *core, struct core_status *status);

#endif
