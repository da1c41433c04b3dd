/* SPDX-License-Identifier: BSD-3-Clause */
/* What the judge remembers; private to judge.c, verdict.c and explain.c. */
#ifndef BELLWETHER_POLICY_JUDGE_STATE_H
#define BELLWETHER_POLICY_JUDGE_STATE_H

#include "policy/judge.h"
#include "policy/window.h"

/* Without a value for so many of its intervals, a reading is unknown. */
#define UNKNOWN_AFTER 3
/* For so many of the monitor's intervals an unknown verdict is held, without hold=. */
#define HOLD_INTERVALS 5

/* Slots of all windows together, of 72 bytes each. */
#define ALL_SLOTS (1u << 20)

struct memory {
	struct reading reading;
	int64_t sampled;       /* boot time of the last sample */
	int64_t expires;       /* when the reading becomes unknown; NEVER when it is */
	uint32_t first_window; /* POLICY_NONE: no window over it */
	double count;          /* rates: the counter at the sample before */
	int64_t counted;       /* boot time of that; 0: there is none */
};

struct kept_window {
	struct window *window;
	uint32_t input;
	int64_t length;
	uint32_t next; /* the next window over the same input */
	/* The last look, good while nothing was added and time stands. */
	bool looked, known;
	int64_t looked_at;
	struct window_view view;
};

struct standing {
	struct condition condition;
	const char *name;
	const char *text;        /* whens: as written */
	struct expression *test; /* whens */
	int64_t duration;        /* for= */
	bool ever_known;         /* there is a verdict to hold */
	int64_t unknown_since;   /* NEVER while it is known */
	int64_t met_at;          /* when it became MET_YES */
};

/* Services of one role. */
struct tally {
	uint32_t all, down, unknown;
};

struct judge {
	const struct policy *policy;
	int64_t interval, hold;
	int64_t now; /* of the last decision */
	int64_t next;
	bool started;
	struct memory *memory; /* one an input */
	struct kept_window *window;
	size_t windows;
	uint32_t slots; /* most of one window */
	struct standing *standing;
	size_t standings;
	struct tally tally[ROLE_DEPENDENT + 1];
	bool performance_known, connection_known;
	double performance;
	double connection; /* of its function, or performance */
	struct evaluator *evaluator;
	struct expression_values values;
};

/* Lets the reading become unknown when its time has come by `now`. */
void judge_expire(struct judge *judge, uint32_t input, int64_t now);
/* The window as it stands at the last decision; false when unknown. */
bool judge_look(struct judge *judge, uint32_t input, int64_t length,
		enum window_function function, double *out);
/* False when a service of that role is unknown and none is down (mandatory), or any is
   unknown (dependent). */
bool judge_role(const struct judge *judge, int role, double *out);
void judge_tally(struct judge *judge);

#endif
