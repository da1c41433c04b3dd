/* SPDX-License-Identifier: BSD-3-Clause */
/* How long the screen takes to show what a key does, measured where both are known. */
#include "config.h"

#include "tui/pace.h"

#include <stdlib.h>
#include <time.h>

void
pace_key(struct pace *pace, struct pace_time now)
{
	/* Of keys that come together the first one waits longest. */
	if (!pace->on || pace->pressed)
		return;
	pace->pressed = true;
	pace->began = now;
}

void
pace_shown(struct pace *pace, struct pace_time now)
{
	if (!pace->pressed)
		return;
	pace->pressed = false;
	pace->took[pace->count++ % PACE_KEPT] =
	    (struct pace_time){ now.clock - pace->began.clock,
				now.processor - pace->began.processor };
}

static int
by_clock(const void *a, const void *b)
{
	const struct pace_time *first = a;
	const struct pace_time *second = b;
	return first->clock < second->clock ? -1 : first->clock > second->clock;
}

static int
by_processor(const void *a, const void *b)
{
	const struct pace_time *first = a;
	const struct pace_time *second = b;
	return first->processor < second->processor
		   ? -1
		   : first->processor > second->processor;
}

void
pace_write(struct pace *pace, FILE *out)
{
	size_t kept = pace->count < PACE_KEPT ? pace->count : PACE_KEPT;
	const struct pace_time *took = pace->took;
	if (kept == 0) {
		fputs("keys 0\n", out);
		return;
	}
	/* The hundredth part that is slower begins here. */
	size_t most = kept - 1;
	size_t slow = most - most / 100;
	qsort(pace->took, kept, sizeof(*took), by_clock);
	fprintf(out, "keys %zu p50 %.2f p99 %.2f most %.2f ms", pace->count,
		(double)took[most / 2].clock / 1e3, (double)took[slow].clock / 1e3,
		(double)took[most].clock / 1e3);
	qsort(pace->took, kept, sizeof(*took), by_processor);
	fprintf(out, "; of the processor p50 %.2f p99 %.2f most %.2f ms\n",
		(double)took[most / 2].processor / 1e3,
		(double)took[slow].processor / 1e3, (double)took[most].processor / 1e3);
}

static int64_t
microseconds(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

struct pace_time
pace_now(void)
{
	return (struct pace_time){ microseconds(CLOCK_MONOTONIC),
				   microseconds(CLOCK_THREAD_CPUTIME_ID) };
}
