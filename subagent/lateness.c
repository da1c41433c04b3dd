/* SPDX-License-Identifier: BSD-3-Clause */
/* How late a loop runs: what was due when against when it was done, counted. */
#include "config.h"

#include "subagent/lateness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"

static const int64_t limits[LATENESS_BUCKETS] = {
	1 * MILLISECOND,   2 * MILLISECOND,    5 * MILLISECOND,   10 * MILLISECOND,
	20 * MILLISECOND,  50 * MILLISECOND,   100 * MILLISECOND, 200 * MILLISECOND,
	500 * MILLISECOND, 1000 * MILLISECOND, INT64_MAX,
};

int64_t
lateness_limit(size_t bucket)
{
	return limits[bucket];
}

void
lateness_note(struct lateness *lateness, int64_t due, int64_t now)
{
	int64_t late = now > due ? now - due : 0;
	size_t bucket = 0;
	while (late > limits[bucket])
		bucket++;
	lateness->count[bucket]++;
	if (late > lateness->worst)
		lateness->worst = late;
	if (late > lateness->ever)
		lateness->ever = late;
}

static double
milliseconds(int64_t us)
{
	return (double)us / (double)MILLISECOND;
}

/* What of it fits; returns how much of out is used then. */
static size_t
used_by(int length, size_t used, size_t size)
{
	used += length > 0 ? (size_t)length : 0;
	return used < size ? used : size - 1;
}

const char *
lateness_format(const struct lateness *lateness, const char *how, char *out,
		size_t size)
{
	uint64_t times = 0;
	const char *before = ": up to ", *gap = " ";
	for (size_t i = 0; i < LATENESS_BUCKETS; i++)
		times += lateness->count[i];
	size_t used = used_by(snprintf(out, size, "%" PRIu64 " times", times), 0, size);
	for (size_t i = 0; i < LATENESS_BUCKETS; i++) {
		char limit[DURATION_TEXT] = "longer";
		if (lateness->count[i] == 0)
			continue;
		if (limits[i] != INT64_MAX)
			duration_format(limits[i], limit);
		used = used_by(snprintf(out + used, size - used, "%s%s%s%s %" PRIu64,
					before, limit, gap, how, lateness->count[i]),
			       used, size);
		before = ", ";
		gap = how = "";
	}
	snprintf(out + used, size - used, "; most %.1fms, since the start %.1fms",
		 milliseconds(lateness->worst), milliseconds(lateness->ever));
	return out;
}

void
lateness_restart(struct lateness *lateness)
{
	int64_t ever = lateness->ever;
	memset(lateness, 0, sizeof(*lateness));
	lateness->ever = ever;
}
