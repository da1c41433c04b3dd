/* SPDX-License-Identifier: BSD-3-Clause */
/* What came of a simulation: counts, rates, spells, and its history in columns. */
#ifndef BELLWETHER_TUI_OFFLINE_TALLY_H
#define BELLWETHER_TUI_OFFLINE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "fleet/fleet.h"

/* A failover that begins during a return, or so soon after its end, is a flap. */
#define TALLY_FLAP (10 * MINUTE)

/* How many a second, the most of all seconds since the start. */
struct tally_rate {
	int64_t second;
	uint32_t count;
	uint32_t peak;
	int64_t peak_at; /* us */
};

#define TALLY_COLUMNS 800
/* What was in one of the equal stretches of time that all of it is cut into. */
struct tally_column {
	bool known; /* performance was, at some moment */
	double least, most;
	unsigned states; /* bits of enum server_state */
	uint32_t away;   /* clients, at most */
};

struct tally {
	int64_t end; /* all times: us since the start */
	int64_t now;
	uint32_t clients;
	/* As it is now. */
	enum server_state state;
	int64_t since;
	bool known;
	double performance;
	uint32_t away;
	/* Counts. */
	uint32_t failovers, reconnects, flaps;
	int64_t first_failover; /* 0: none */
	uint32_t newest;        /* number of the last operation counted */
	uint64_t moved_away, moved_back;
	uint64_t orders;  /* repetitions too */
	double away_time; /* client us */
	struct tally_rate order_rate, return_rate;
	int64_t spent[SERVER_UNKNOWN + 1]; /* in each state */
	enum server_state longest;
	int64_t longest_time, longest_at;
	bool returned;                /* a return has ended */
	int64_t returned_at;          /* and when */
	uint8_t *untold;              /* a byte a client: bits below */
	uint32_t unreached, rejected; /* clients, each once */
	/* What the daemon decided, as the trace says, beside what was decided here. */
	uint64_t decided, decided_so, stated_so;
	struct tally_column column[TALLY_COLUMNS];
	size_t columns; /* that time has come to */
};
enum { TALLY_UNREACHED = 1, TALLY_REJECTED = 2 };

/* False without memory; tally_end() all the same. */
bool tally_start(struct tally *tally, uint32_t clients, int64_t end);
void tally_free(struct tally *tally);
/* Time goes on to there, with all as it was. */
void tally_until(struct tally *tally, int64_t time);
void tally_performance(struct tally *tally, bool known, double performance);
void tally_state(struct tally *tally, enum server_state state);
void tally_ordered(struct tally *tally);
void tally_moved(struct tally *tally, enum place to);
void tally_event(struct tally *tally, const struct fleet_event *event,
		 const struct operation *operation);

#endif
