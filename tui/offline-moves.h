/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom a policy would move, found by the fleet itself on an imagined day: everybody is here
   (for a failover) or away (for a return), and nobody is sent anything. */
#ifndef BELLWETHER_TUI_OFFLINE_MOVES_H
#define BELLWETHER_TUI_OFFLINE_MOVES_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"
#include "tui/offline-suppose.h"

/* A step of a failover, or the first batch of a return. */
struct moves_step {
	int64_t after; /* us from when the condition was met */
	uint32_t in;   /* clients of its selection */
	uint32_t *row; /* who is moved, in the order of the policy's rows */
	uint16_t *to;  /* and where: alternates' numbers; UINT16_MAX */
	size_t rows;
	uint32_t roomless; /* would be moved, and the alternates have no room yet */
	uint32_t *load;    /* of our clients at each alternate, after it */
};

struct moves {
	const struct policy *policy;
	bool back; /* a return */
	struct moves_step *step;
	size_t steps;
	uint32_t kept;     /* clients that stay by keep=, whatever is selected */
	uint32_t stay;     /* that no step moves */
	size_t batches;    /* of a return of all */
	char trouble[240]; /* what the fleet warned of first; "" nothing */
};

/* False without memory. */
bool moves_find(struct moves *moves, struct policy *policy,
		const struct suppose *suppose, bool back);
void moves_free(struct moves *moves);

#endif
