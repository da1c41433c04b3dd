/* SPDX-License-Identifier: BSD-3-Clause */
/* One protected server in the loop: its policy, judge, fleet, monitor and wire. */
#ifndef BELLWETHER_SUBAGENT_SERVER_H
#define BELLWETHER_SUBAGENT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "common/clock.h"
#include "fleet/fleet.h"
#include "message/message.h"
#include "monitor/poller.h"
#include "monitor/spawner.h"
#include "policy/judge.h"
#include "policy/policy.h"
#include "subagent/lateness.h"
#include "subagent/load.h"
#include "subagent/ports.h"
#include "subagent/store.h"
#include "subagent/wire.h"

struct server;
struct server_view;
struct trace;
struct operate;
struct link_operate;
struct link_answer;

/* What servers share; it outlives them. */
struct surroundings {
	uv_loop_t *loop;
	struct spawner *spawner;
	struct poller *poller;
	struct store *store;
	struct ports *ports;
	struct lateness *lateness; /* of judging */
	struct wire *icmp[2]; /* ICMP, ICMPv6; NULL when there are no rights for it */
	/* For wires that servers open themselves. */
	struct wire_calls calls;
	void *context;
	/* Something is to be saved within a moment: then server_save() of all. */
	void (*save_soon)(void *context);
	/* A reload has been taken into use: the address may be another one. */
	void (*moved)(void *context);
	/* A verdict has been reached, the same as before or not. */
	void (*judged)(void *context);
	/* For whoever shows it; past: before the last restart. detail is on what the
	   decision rested, "" when it was none. */
	void (*event)(void *context, size_t slot, const struct server_view *view,
		      const struct fleet_event *event, const char *detail, bool past);
	/* A retired server has called the last of its clients: close it. */
	void (*retired)(void *context, struct server *server);
};

#define SERVER_WHY 320

/* Takes *loaded (emptied when it succeeds), restores what the store kept of the server,
   and starts watching. slot says which of the ports' Echo sockets is its own. NULL with why. */
struct server *
server_open(const struct surroundings *surroundings, size_t slot, struct loaded *loaded,
	    const struct store_kept *kept, struct moment now, char why[SERVER_WHY]);
/* What happens goes there from now on; the server's, until it is closed. NULL is none. */
void server_trace(struct server *server, struct trace *trace, struct moment now);
/* Stops watching; memory goes when the loop has let go. Save before. */
void server_close(struct server *server);

/* Takes *loaded for its new policy, as soon as the old one's probes have ended. */
void server_reload(struct server *server, struct loaded *loaded);
/* Its policy file has vanished: calls back every client that may be away, then tells
   surroundings->retired. Taken back by server_reload(). */
void server_retire(struct server *server);

/* Everything due now: timers of the fleet, orders, events. Never blocks. */
void server_turn(struct server *server);
/* A decoded message that names this server and arrived at its address. */
enum message_check
server_receive(struct server *server, struct wire *wire,
	       const struct datagram *datagram, const struct message *message);
/* True when it had sent to that address. */
bool
server_unreachable(struct server *server, const struct address *address, int error);
void server_pause(struct server *server, bool paused, const char *reason);
/* What an operator asks of this server, by SNMP; how that ended goes to *answer. */
void server_operate(struct server *server, struct operate *operate,
		    const struct link_operate *wanted, struct link_answer *answer);
/* Puts what changed into the store, as far as that takes it; all: also what may wait.
   Returns how many items. */
size_t server_save(struct server *server, bool all);
/* An event of this server's that is not the fleet's own. */
void server_note(struct server *server, const char *text);
void server_reserved(struct server *server, const struct fleet_block *block);
/* The store has lost what it had. */
void server_unstored(struct server *server);

/* For reports; pointers live until the server does something. */
struct server_view {
	const struct policy *policy;
	const struct judge *judge;
	const struct fleet *fleet;
	const struct verdict *verdict;
	struct wire *wire;
	const uint64_t *refused; /* by enum message_check, before the fleet saw them */
	uint64_t unsent;         /* messages that could not be queued */
	uint64_t lost;   /* that came, for want of room in the wire's receive buffer */
	uint64_t unkept; /* events that the store had no room for */
	bool retired;
	const char *path;
	uint64_t generation; /* another one with each policy that is taken into use */
};
void server_view(const struct server *server, struct server_view *view);
/* Why the row's client is not understood (see fleet_unproven()), and what to do. */
#define SERVER_KEY_TEXT 256
void server_key_trouble(const struct server_view *view, uint32_t row,
			char text[SERVER_KEY_TEXT]);

#endif
