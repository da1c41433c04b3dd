/* SPDX-License-Identifier: BSD-3-Clause */
/* What the server's files share: its body, and the calls between them. */
#ifndef BELLWETHER_SUBAGENT_SERVER_INSIDE_H
#define BELLWETHER_SUBAGENT_SERVER_INSIDE_H

#include "monitor/counters.h"
#include "monitor/monitor.h"
#include "policy/look.h"
#include "subagent/health.h"
#include "subagent/server.h"
#include "subagent/tracer.h"

/* The loop's clock stands still while the machine sleeps, ours does not: look again. */
#define SERVER_WAIT_MS 1000

struct server {
	const struct surroundings *surroundings;
	size_t slot;
	struct loaded loaded; /* in effect */
	struct loaded next;   /* to be, once the monitor has ended; policy NULL: none */
	struct judge *judge;
	struct fleet *fleet;
	struct monitor *monitor; /* NULL while it ends, and without memory */
	bool ending;             /* it does: then next is taken into use */
	struct wire *wire;
	bool own_wire;
	uint64_t generation;
	bool retired;
	bool closing;
	uv_timer_t judge_timer;
	uv_timer_t fleet_timer;
	uv_idle_t fleet_more; /* active while the fleet has something to do at once */
	uv_timer_t activity_timer;
	uv_timer_t health_timer;
	struct healths *healths;      /* NULL: no alternate is asked */
	struct counters *counters;    /* NULL: the policy does not look who comes */
	struct fleet_inquiry inquiry; /* on its way */
	int open_handles;
	struct look look;
	struct verdict verdict;
	bool judged;
	uint64_t refused[CHECK_COUNT];
	uint64_t unsent, unkept;
	struct trace *trace; /* NULL: none is kept */
	int64_t sampled_at;  /* boot time of the last sample since the last judgement */
	int64_t account_at;  /* of which verdict account is; 0: of none */
	char account[EVENT_DETAIL];
	int64_t key_told; /* when a client's key was last complained of */
};

static inline const char *
server_name(const struct server *server)
{
	return server->loaded.policy->server;
}

/* ---- server-exchange.c ---- */

/* Sees to it that there is a turn when the fleet has something to do next. */
void server_arm(struct server *server, struct moment now);

/* ---- server-account.c ---- */

/* On what the decision rested that the event is of, in judge_account()'s words; "" when it
   was none. */
void server_account(struct server *server, const struct fleet_event *event,
		    struct moment now, char detail[EVENT_DETAIL]);

/* ---- server-watch.c ---- */

/* Starts the probes of the policy in effect, and judging; both anew after a reload. */
void server_watch(struct server *server, struct moment now);

/* Into the trace, when anything of it has changed. */
void server_decided(struct server *server, struct moment now);

/* ---- server-activity.c ---- */

/* Asks, by the policy in effect, who comes although it is away; nothing when that does
   not say where. A question on its way is given up by stopping. */
void server_activity_start(struct server *server, struct moment now);
void server_activity_stop(struct server *server);
/* Sets the timer to the fleet's next question. */
void server_activity_arm(struct server *server, struct moment now);

/* ---- server-health.c ---- */

/* Asks the alternates of the policy in effect how they are. */
void server_health_start(struct server *server, struct moment now);
void server_health_stop(struct server *server);

/* ---- server-wire.c ---- */

/* The wire that a policy wants: one that is shared, or (*own) one opened for it. NULL
   with why. */
struct wire *server_wire(const struct surroundings *surroundings,
			 const struct policy *policy, bool *own, char why[SERVER_WHY]);

/* ---- server-restore.c ---- */

/* Before anything else happens to the fleet: what the store kept of it. */
void
server_restore(struct server *server, const struct store_kept *kept, struct moment now);

#endif
