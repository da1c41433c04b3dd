/* SPDX-License-Identifier: BSD-3-Clause */
/* An SNMP agent that only pretends: the session's requests are answered here
   (--wrap=session_ask), and a manager without its thread asks them. */
#ifndef BELLWETHER_TESTS_PRETENDED_AGENT_H
#define BELLWETHER_TESTS_PRETENDED_AGENT_H

#include "tui/manager-inside.h"

/* What it has. */
struct pretended {
	uint32_t first, last; /* events of server 1 */
	uint8_t started;      /* second of its start */
	uint32_t age;         /* of the board */
	uint32_t clients;     /* of server 1 */
	uint32_t version;     /* added to all counters */
	unsigned bulks, sets;
	unsigned asks;      /* of all kinds */
	unsigned lost;      /* one of so many; 0 none */
	uint32_t next;      /* bwOperationNext */
	uint32_t taken;     /* this number is another's */
	const char *theirs; /* all its texts */
	uint32_t made;      /* the operation that a SET made */
	uint32_t state;     /* of it */
	long refuse;        /* SNMP error of every SET */
	bool deaf;          /* SETs are taken, their responses lost */
	unsigned lose;      /* so many SETs do not arrive */
	/* What a GETNEXT below the base and Net-SNMP's own arm finds; scalars. */
	bool bare, versionless, net_snmp;
	bool young; /* it has just started */
	oid arm;
};

extern struct pretended fake;
/* As the manager sees it, with its last snapshot. */
extern struct agent agent;

/* Anew: a server with three groups, neither events nor clients. */
void pretend(void);
void pretend_end(void);

#endif
