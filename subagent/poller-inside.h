/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the poller process share: agents, and the rounds that ask them. */
#ifndef BELLWETHER_SUBAGENT_POLLER_INSIDE_H
#define BELLWETHER_SUBAGENT_POLLER_INSIDE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "monitor/poll_wire.h"
#include "subagent/discovery.h"

/* A session with an agent, as one access sees it; kept from round to round. */
struct peer {
	struct peer *next;
	struct endpoint agent;
	struct snmp_access access; /* its strings are below */
	char text[6][POLL_TEXT + 1];
	void *session; /* Net-SNMP's */
	uint8_t engine[ENGINE_ID_MAX];
	size_t engine_length;
	size_t uses;   /* rounds that ask by it */
	bool retired;  /* goes when they have ended; the next round opens another */
	int64_t since; /* boot time when it was last let go */
};

/* What is under way between a round and its agent. */
enum flight {
	FLIGHT_ASKED, /* the objects */
	FLIGHT_AGAIN, /* the same once more: a datagram may have been lost */
	FLIGHT_ALIVE, /* sysUpTime, which every agent has: does it answer to us at all? */
	FLIGHT_PLAIN, /* the same without encryption: does it know our other passphrase? */
	FLIGHTS
};

/* One question of the engine's, from its arrival until its answer is sent. */
struct round {
	struct round *next;
	uint8_t *packet; /* the question's strings are in it */
	size_t size;
	struct poll_question question;
	struct poll_answer answer;
	bool ended[POLL_OBJECTS];
	size_t pending; /* objects that have not ended */
	struct peer *peer;
	uint8_t asked[POLL_OBJECTS]; /* which of them the present GET asks */
	size_t asks;
	size_t most; /* objects in one GET: less once an answer was too big */
	uintptr_t flight[FLIGHTS]; /* their numbers; 0: none */
	bool came;                 /* an answer: look what is left to ask */
	int knock;                 /* a socket for discovery; -1: none */
	uint32_t number;           /* of the discovery's question */
	bool lives, alive,
	    plain; /* it answered discovery, sysUpTime, and that in plain */
	bool doubted;
	int64_t doubt, deadline; /* boot times */
};

struct polling {
	int fd;    /* the engine */
	bool over; /* it has closed its end */
	bool full; /* it does not read: until it does, nothing is read from it */
	struct peer *peers;
	struct round *rounds;
	size_t count;
	uintptr_t flights; /* numbers given */
};

/* ---- poller-peer.c ---- */

/* The one that asks this agent so; NULL: open one. */
struct peer *peer_find(struct polling *polling, const struct poll_question *question);
/* engine: of an SNMPv3 agent. NULL with why. */
struct peer *peer_open(struct polling *polling, const struct poll_question *question,
		       const struct engine_found *engine, char why[SAMPLE_TEXT]);
void peer_release(struct peer *peer, int64_t now);
/* Closes what is retired or was not used for long; all at the end. */
void peers_tidy(struct polling *polling, int64_t now, bool all);

/* ---- poller-round.c ---- */

/* Takes a packet of the engine's (which is overwritten). False without memory, or when
   it is none. */
bool round_begin(struct polling *polling, uint8_t *packet, size_t size, int64_t now);
/* Does what is due. True when every object has ended: answer, then end it. */
bool round_turn(struct polling *polling, struct round *round, int64_t now);
/* When it wants its next turn if nothing comes. */
int64_t round_due(const struct round *round);
/* Something is to be read from its knock. */
void round_knocked(struct polling *polling, struct round *round);
/* Forgets it; its strings are cleansed. Not taken from the list. */
void round_free(struct round *round, int64_t now);

/* ---- poller-value.c ---- */

/* What an object's value is as a number, or why it is none; texts: a string is a value. */
void value_find(const netsnmp_variable_list *variable, bool texts,
		struct poll_finding *finding);

/* ---- poller-cage.c ---- */

/* No file can be opened from here on, and no other process be looked into, as far as the
   kernel can do that. */
void cage_close(void);

#endif
