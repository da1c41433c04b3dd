/* SPDX-License-Identifier: BSD-3-Clause */
/* When a server is looked at, and what is found then: once for the daemon and for whoever
   replays what the daemon did. */
#ifndef BELLWETHER_POLICY_LOOK_H
#define BELLWETHER_POLICY_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/judge.h"

/* Between two looks, however many samples come; and at most: the clock of a loop may stand
   still while time goes on. */
#define LOOK_TOGETHER (10 * MILLISECOND)
#define LOOK_WAIT     SECOND

struct look {
	int64_t interval;    /* of the policy's monitor */
	int64_t interval_at; /* of the last look that was due by it */
	int64_t at;          /* of the last look; 0: none yet */
	int64_t due;         /* of the next one */
};

/* Times are boot times. *look is zero, or what it was under the policy before. */
void look_start(struct look *look, const struct policy *policy,
		const struct judge *judge, int64_t now);
/* A sample was given to the judge. What it says is looked at now, not at the end of an
   interval: an overload would cost two of them. Samples come by themselves, each at its
   own moment: some are taken together. True when due is another. */
bool look_sample(struct look *look, int64_t now);
/* Looks: the verdict, judge_explain() of what decided ("" when nothing did), and when to
   look next. True when an interval has gone by. */
bool look_judge(struct look *look, struct judge *judge, int64_t now,
		struct verdict *verdict, char *why, size_t size);
/* What to say of a verdict: of what decided, else why failover does not. */
void look_explain(const struct judge *judge, const struct verdict *verdict, char *why,
		  size_t size);

#endif
