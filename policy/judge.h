/* SPDX-License-Identifier: BSD-3-Clause */
/* The judge: samples in, verdicts out. Windows, rise and fall, three values, `for`. */
#ifndef BELLWETHER_POLICY_JUDGE_H
#define BELLWETHER_POLICY_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/sample.h"
#include "policy/expression.h"
#include "policy/policy.h"

/* Memory is allotted once, in judge_new(); time is the boot clock's, an argument. */
struct judge;
struct judge *judge_new(const struct policy *policy);
void judge_free(struct judge *judge);
/* After a reload: readings, windows and running `for` timers of what kept its name. */
void judge_carry(struct judge *judge, const struct judge *old);

/* Takes one sample; those older than the input's last are ignored.

   A value is one. A timeout or absence of an input that asks the protected server reads
   as its `worst`: 0, or its timeout in ms; a service reads as down. Everything else says
   nothing about the server: the reading is stale at once, and unknown when three
   intervals went by since its last value. A service's first sample decides at once,
   later ones after `rise` or `fall` in a row; samples without a value count for neither. */
void judge_sample(struct judge *judge, const struct sample *sample);

enum reading_state {
	READING_UNKNOWN = 1, /* never had, or stale for too long */
	READING_STALE,       /* the last value, but the last probes failed */
	READING_FRESH
};
enum service_state { SERVICE_UNKNOWN = 1, SERVICE_UP, SERVICE_DOWN };

struct reading {
	enum reading_state state;
	double value;               /* parameters: the last known */
	enum service_state service; /* services */
	uint32_t streak;            /* samples in a row that disagree with `service` */
	enum ending ending;         /* of the last sample; 0 before the first */
	int64_t at;                 /* boot time of the last known value */
	int64_t changed; /* boot time of the last change: of service, for parameters of
	                    state */
	uint32_t transitions;   /* such changes, the first reading not counted */
	char text[SAMPLE_TEXT]; /* of the last sample */
};
const struct reading *judge_reading(const struct judge *judge, uint32_t input);

/* Conditions in order: 0 the failover threshold, 1.. the whens, last the connection
   threshold.

   Met is what has been true at every look for its `for`, from the first look on that
   found it true; pending until then. While the truth is unknown, what was known last
   stands in for `hold`: `met` stays as it is, a timer that runs
   neither starts anew nor comes to its end. After that it counts as not met. The
   connection threshold is never held: whatever is met, pending or unknown on the side of
   failover makes it not met, and its timer starts anew. */
enum met { MET_NO = 1, MET_PENDING, MET_YES };
/* "no" "pending" "yes". */
const char *met_name(enum met met);
struct condition {
	enum truth truth; /* now; TRUTH_UNKNOWN also while the last one is held on */
	enum met met;
	int64_t since; /* boot time at which met (pending counted) or not met began */
	uint32_t transitions; /* of met between yes and the rest */
	bool holding;         /* unknown, and the last known verdict stands in */
};
#define CONDITION_FAILOVER 0u

struct verdict {
	int64_t at; /* boot time */
	bool performance_known;
	double performance;     /* the last known when it is not */
	enum met failover;      /* yes when any condition is; pending when any is */
	bool failover_unknown;  /* a failover condition is unknown (held on or not) */
	enum met connection;    /* yes only with failover no and nothing unknown */
	uint32_t deciding;      /* condition that made failover yes or pending; the
	                             connection condition when that is yes; else POLICY_NONE */
	uint32_t services_down; /* mandatory ones */
	uint32_t dependents_down;
};

/* Judges at now, which never goes back. No allocation after the first call. */
void judge_decide(struct judge *judge, int64_t now, struct verdict *verdict);
/* The next moment at which a verdict may change without a sample; NEVER when none. */
int64_t judge_next(const struct judge *judge);

size_t judge_conditions(const struct judge *judge);
const struct condition *judge_condition(const struct judge *judge, uint32_t i);
/* "failover" for the threshold, the when's name, "connection". */
const char *judge_condition_name(const struct judge *judge, uint32_t i);
/* "performance 12.4 < 30 for 10s; cpu 97% (average of 30s)", "when out-of-threads
   ($threads-available = 0), 1s of 3s; threads-available 0 (timeout)": why it stands as it
   does, with the values it looked at. Cut at size; not on the order path. */
void
judge_explain(const struct judge *judge, uint32_t condition, char *out, size_t size);

/* "cpu 97%", "radiusd down (refused)", "rtt unknown (no sample yet)": an input, in the same
   words. */
void
judge_explain_input(const struct judge *judge, uint32_t input, char *out, size_t size);
/* Some condition looks at it, by its name or with others of its role. */
bool judge_looks_at(const struct judge *judge, uint32_t input);
/* All that the last decision rests on: condition as judge_explain() has it, how the other
   conditions stand and since when, and every other value that they look at, with the ages
   of those that are older than their interval. */
void
judge_account(const struct judge *judge, uint32_t condition, char *out, size_t size);

#endif
