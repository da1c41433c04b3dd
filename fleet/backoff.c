/* SPDX-License-Identifier: BSD-3-Clause */
/* How long an order waits for its answer before it is sent again. */
#include "config.h"

#include "fleet/internal.h"

/* Doubled so often: later copies are for a client that is hardly there, and are not to be
   so far apart that it has to wait for one when it is there again. */
#define DOUBLINGS 3u
/* And not beyond this, unless the first wait is longer itself. */
#define WAIT_MAX (30 * SECOND)

/* The n-th wait, without its jitter. */
static int64_t
wait_least(int64_t first, unsigned n)
{
	unsigned doublings = n < 1 ? 0 : n - 1 < DOUBLINGS ? n - 1 : DOUBLINGS;
	int64_t wait = first << doublings;

	if (wait <= WAIT_MAX)
		return wait;
	return first > WAIT_MAX ? first : WAIT_MAX;
}

/* Never sooner than was said: half of it on top keeps those apart who were ordered
   together. */
int64_t
backoff_jitter(int64_t wait, uint64_t chance)
{
	uint64_t most = (uint64_t)wait / 2;

	return wait + (int64_t)((most * (chance >> 32)) >> 32);
}

int64_t
backoff_wait(int64_t first, unsigned n, uint64_t chance)
{
	return backoff_jitter(wait_least(first, n), chance);
}

int64_t
backoff_most(int64_t first, unsigned copies)
{
	int64_t sum = 0;

	for (unsigned n = 1; n <= copies; n++)
		sum += backoff_wait(first, n, UINT64_MAX);
	return sum;
}
