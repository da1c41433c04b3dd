/* SPDX-License-Identifier: BSD-3-Clause */
/* How late a loop runs: what was due when against when it was done, counted; or how long
   something took that is to be short. */
#ifndef BELLWETHER_SUBAGENT_LATENESS_H
#define BELLWETHER_SUBAGENT_LATENESS_H

#include <stddef.h>
#include <stdint.h>

/* Up to 1, 2, 5, 10, 20, 50, 100, 200, 500 ms, 1 s, and longer. */
#define LATENESS_BUCKETS 11u

struct lateness {
	uint64_t count[LATENESS_BUCKETS];
	int64_t worst; /* us, of those counted */
	int64_t ever;  /* us, since the beginning */
};

/* us; INT64_MAX for the last. */
int64_t lateness_limit(size_t bucket);
/* Early counts as in time. */
void lateness_note(struct lateness *lateness, int64_t due, int64_t now);
/* "350 times: up to 1ms late 340, 2ms 9, 20ms 1; most 12.3ms, since the start 40.1ms",
   where how is "late". Cut at its end; returns out. */
const char *lateness_format(const struct lateness *lateness, const char *how, char *out,
			    size_t size);
/* Begins to count anew; what was ever the worst stays. */
void lateness_restart(struct lateness *lateness);

#endif
