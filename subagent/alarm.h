/* SPDX-License-Identifier: BSD-3-Clause */
/* Alarms of a server: what is wrong at this moment, since when, each with its number. */
#ifndef BELLWETHER_SUBAGENT_ALARM_H
#define BELLWETHER_SUBAGENT_ALARM_H

#include "common/clock.h"
#include "mib/tables.h"
#include "subagent/index.h"

/* More at a time are not told apart; a policy has room for more names, but nobody reads
   the 257th alarm. */
#define ALARMS 256u

struct alarms {
	struct mib_alarm alarm[ALARMS]; /* ascending by index.row */
	bool seen[ALARMS];
	uint32_t count;
	bool changed;             /* since it was last cleared by its reader */
	uint32_t raised, cleared; /* since the same */
	bool graded;              /* and one got another severity */
};

/* A look at everything: what is not raised between the two is over. */
void alarms_begin(struct alarms *alarms);
void alarms_end(struct alarms *alarms);

struct alarm_raise {
	const char *kind;    /* "service-down" */
	const char *subject; /* "" for the server itself */
	uint32_t severity;   /* enum severity */
	uint32_t count;      /* clients concerned */
	const char *text;
};
/* Raises it, or keeps it with what is said now: its number and its beginning stay.
   server is the number of the server whose name is given. */
void alarms_raise(struct alarms *alarms, struct indexes *indexes, const char *name,
		  uint32_t server, const struct alarm_raise *raise, struct moment now);

/* The worst severity; SEVERITY_OK when there is none. */
uint32_t alarms_worst(const struct alarms *alarms);

#endif
