/* SPDX-License-Identifier: BSD-3-Clause */
/* A random walk: a random policy, random inputs, and what must hold at every step. */
#ifndef BELLWETHER_TESTS_WALK_H
#define BELLWETHER_TESTS_WALK_H

#include "tests/unit/world.h"

#define WALK_CLIENTS 40u                 /* names that policies choose among */
#define WALK_NODES   (2u * WALK_CLIENTS) /* each at one of two addresses */
#define WALK_INDEXES 512u
#define WALK_IDS     32u /* remembered of each client */

/* An id that a node was ordered by. */
struct walk_id {
	uint64_t id;
	uint32_t operation;
};

/* An alternate, by the last byte of its address. */
struct walk_alternate {
	bool deaf; /* its Bellwether does not answer */
	struct fleet_health health;
	int64_t asked; /* boot time */
};
#define WALK_ALTERNATES 20u

/* What was true of a row when it was looked at last, by index. */
struct walk_row {
	bool gone;
	enum message_type type;
	uint32_t operation;
	int64_t slot;
	uint64_t let_in; /* the request that was told so */
	uint64_t sent;   /* the greatest id that was sent, as far as that counts */
	bool pending;
	bool awaits;      /* its turn in a call-back */
	uint16_t batch;   /* of the call-back by which it came */
	uint64_t asked;   /* its last request */
	uint32_t inviter; /* the operation that invited it last */
	int64_t heard;    /* and when it had been heard then */
};

struct walk {
	struct world *world;
	struct random random;
	uint64_t seed;
	unsigned step;
	uint32_t portion; /* orders that a call of the fleet begins */
	bool trace;
	unsigned failures;

	/* Since the server was started last. */
	bool looked; /* at least once */
	struct walk_row row[WALK_INDEXES];
	uint32_t newest; /* of the policy's operations */
	uint32_t rescue; /* of those at a lost alternate */
	bool could_act;
	uint64_t requests;  /* counted so far */
	int64_t batch_next; /* no batch before */
	/* By which a batch went that a reload cut, at that moment: its numbers only. */
	struct policy_connection before;
	int64_t reloaded;
	uint32_t invited;  /* said by events since the last look */
	uint32_t unsaid;   /* and those before it, of a batch that went on */
	int64_t slot_next; /* nobody is let in before */
	uint64_t event;    /* number of the next */
	unsigned stuck;    /* turns in a row in which what was due was not done */

	struct walk_alternate alternate[WALK_ALTERNATES];
	struct walk_id id[WALK_NODES][WALK_IDS];
	unsigned ids[WALK_NODES];
	uint32_t ids_of[WALK_NODES]; /* which row's they are: its index */
	bool killed;                 /* the daemon was, and its store may be behind */
	bool again;                  /* a client may rightly act again on an order */
	bool forgot;                 /* a client or the server has lost its memory */
	int64_t validity_max;        /* of all policies so far */
};

/* ---- walk-policy.c ---- */

/* A policy out of many, of some of the clients; each at one of its addresses. */
struct policy *walk_policy(struct walk *walk);
/* A number below bound; what happens next depends on nothing else. */
unsigned walk_below(struct walk *walk, unsigned bound);
/* True once in so many. */
bool walk_once(struct walk *walk, unsigned in);

/* ---- walk-watch.c ---- */

struct row;

void __attribute__((format(printf, 2, 3)))
walk_broken(struct walk *walk, const char *format, ...);
void __attribute__((format(printf, 2, 3)))
walk_trace(const struct walk *walk, const char *format, ...);
/* Lets the world show the walk all that its server does. */
void walk_watch(struct walk *walk);
/* What it was sent was of no avail, says the client of that row. */
void walk_corrected(struct walk *walk, const struct row *row);
/* It is stopped: that somebody was still to be asked for its last order is forgotten. */
void walk_stops(struct walk *walk);
/* The server's memory of this walk is anew: it was started. */
void walk_started(struct walk *walk);
/* All alternates are well, and empty but for our clients. */
void walk_alternates_well(struct walk *walk);
/* Nothing changes a moment before fleet_next(). */
void walk_early(struct walk *walk);
const char *walk_name(const struct walk *walk, const struct row *row);
struct task;
/* An operator's operation; NULL. */
const struct task *walk_operators(struct fleet *fleet, uint32_t number);

/* ---- walk-invariants.c ---- */

/* At every input; context is the walk. */
void walk_look(void *context);

/* ---- walk-end.c ---- */

/* When all is well again what must come does, in time. */
void walk_ends(struct walk *walk);

#endif
