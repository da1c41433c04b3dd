/* SPDX-License-Identifier: BSD-3-Clause */
/* A simulation as people and programs read it: what happened when, and what came of it. */
#ifndef BELLWETHER_TUI_OFFLINE_REPORT_H
#define BELLWETHER_TUI_OFFLINE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "fleet/fleet.h"
#include "policy/judge.h"
#include "tui/offline-tally.h"

/* One policy over the trace, and its end. */
struct run {
	const char *path; /* of the policy */
	struct policy *policy;
	struct tally tally;
	struct fleet_summary summary; /* at the end, as the server knows it */
	uint32_t here, away;          /* and as it is */
	uint32_t *load;               /* of each alternate */
};

/* ---- a timeline, as it comes ---- */

struct timeline {
	FILE *out;
	bool json, begun;
	bool on; /* else nothing is written */
	/* What was said last of the conditions. */
	enum met failover, connection;
	bool unknown;
};
void timeline_verdict(struct timeline *timeline, int64_t time,
		      const struct verdict *verdict, const char *why);
/* Events of single clients are left to the summary. */
void timeline_event(struct timeline *timeline, int64_t time,
		    const struct fleet_event *event);
void timeline_say(struct timeline *timeline, int64_t time, const char *kind,
		  const char *text);

/* "1:02:03.500", with days "2d 1:02:03.500". Returns out. */
#define REPORT_TIME 40
const char *report_time(int64_t time, char out[REPORT_TIME]);

/* What stands behind the last slash. */
const char *base_name(const char *path);

/* ---- summaries ---- */

/* Of one run, or of two side by side. */
void report_summary(const struct run *run, size_t runs, FILE *out);
/* {"failovers":1,...} */
void report_json(const struct run *run, FILE *out);

#endif
