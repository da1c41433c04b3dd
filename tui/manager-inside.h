/* SPDX-License-Identifier: BSD-3-Clause */
/* What the manager's parts share: the thread's agents, their snapshots, the queues. */
#ifndef BELLWETHER_TUI_MANAGER_INSIDE_H
#define BELLWETHER_TUI_MANAGER_INSIDE_H

#include <pthread.h>

#include "tui/manager-clients.h"
#include "tui/manager-session.h"
#include "tui/manager-walk.h"
#include "tui/manager.h"

/* A snapshot and what it counts on: tables that were not read again are shared. */
struct held {
	struct snapshot shown; /* first: readers hold a pointer to it */
	unsigned references;
	struct rows *rows[MIB_TABLE_END];
	struct clients *clients; /* in place of their rows; NULL: none yet */
};

/* Which clients are read each round, and how often all. */
struct window {
	struct mib_row from, until;
	int64_t every; /* 0: all each round */
};

struct agent {
	struct manager *manager;
	char *name;
	struct session session; /* the thread's alone */
	struct bulk bulk;       /* the thread's; shown by its last values below */
	struct window reading;  /* the thread's: of the round under way */
	bool half; /* the thread's: the master answers, what hangs behind it does not */
	/* The thread's, of reading all clients: a slice each round, so that what is seen is
	   read between. */
	struct mib_row reached; /* where the next slice begins */
	uint32_t slice; /* how many it has at most; fewer where requests are lost */
	int64_t pass;   /* since when all are being read; 0: they are not */
	int64_t took;   /* how long that was the last time */
	bool more;      /* the next round is to come at once */
	int64_t busy;   /* since when it is asked without a rest */
	uint32_t of;    /* whose clients are read, 0 all */
	unsigned asked; /* the thread's: requests of the round, for what is seen */
	/* The lock guards the rest. */
	struct held *last;
	enum agent_state state;
	int64_t since;
	char detail[256];
	uint32_t wanted;
	uint32_t server;
	struct window window;
	int64_t next; /* boot time of its next round */
	int64_t good; /* when the last whole round ended */
	int64_t paid; /* until when its requests of the past are enough */
	unsigned failures;
	size_t bulk_most;
	bool bulk_cut;
};

/* A round under way: the thread's. */
struct round {
	struct agent *agent;
	const struct held *before; /* the last snapshot, NULL at first */
	struct held *held;
	struct decode_clock clock;
	uint32_t server; /* that alone is read; 0: all */
};

struct pending {
	struct pending *next;
	size_t agent;
	uint64_t ticket;
	struct manager_request request;
	struct manager_answer answer;
};
struct queue {
	struct pending *first;
	struct pending **end;
};

struct manager {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake; /* on CLOCK_MONOTONIC */
	int fd;
	bool stop;
	bool operating; /* the thread is inside an operation */
	int64_t interval;
	netsnmp_session pattern;
	struct agent *agent;
	size_t agents;
	uint64_t tickets;
	struct queue requests;
	struct queue answers;
};

/* ---- manager.c ---- */

/* Does what operators wait for, also in the middle of a long walk; false when the thread
   is to end. The lock is not held. */
bool manager_serve(struct manager *manager);
/* Waits up to us for stop; false when the thread is to end. The lock is not held. */
bool manager_pause(struct manager *manager, int64_t us);

/* ---- manager-round.c ---- */

/* Reads the scalars and what is wanted: a new snapshot (one reference, the caller's) and
   AGENT_OK or AGENT_STALE; else NULL and why in *state and detail. */
struct held *round_read(struct agent *agent, uint32_t wanted, uint32_t server,
			enum agent_state *state, char detail[256]);
/* Sends a request of the round and serves operators before the next. */
netsnmp_pdu *round_ask(void *agent, netsnmp_pdu *request);
/* Gives a reference back. The lock is held, or nobody else knows it yet. */
void held_release(struct held *held);
/* The agent's servers, as the round has read them. */
const struct mib_server *round_servers(const struct round *round, size_t *count);
bool round_is_ours(const struct round *round, uint32_t server);
/* All rows that the round is about. */
struct stretch round_all(const struct round *round);

/* ---- manager-slices.c ---- */

/* What was never read is shown by its window first, the rest comes right after. Later the
   window is read each time, and all when they are due. False when an answer failed. */
bool round_clients(struct round *round);

/* ---- manager-operate.c ---- */

void operate(struct agent *agent, const struct manager_request *request,
	     struct manager_answer *answer);
/* The SET of a verb: every writable column and the row's status, or that alone. */
netsnmp_pdu *
operate_request(enum manager_verb verb, const struct mib_operation *operation);

/* ---- manager-refusal.c ---- */

/* What an SNMP error of a verb's SET says to an operator, and what to do; column: which
   value it is about, NULL when unknown. */
enum manager_failure operate_error(enum manager_verb verb, long error,
				   const struct mib_column *column, char text[256]);

#endif
