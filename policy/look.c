/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at a server: at each interval, soon after a sample, and when time alone may change
   the verdict. */
#include "config.h"

#include "policy/look.h"

#include "common/clock.h"

static void
look_by(struct look *look, int64_t due, int64_t now)
{
	/* What is due already, and stays so, is no reason to do nothing else. */
	if (due < now + MILLISECOND)
		due = now + MILLISECOND;
	if (due > now + LOOK_WAIT)
		due = now + LOOK_WAIT;
	look->due = due;
}

static void
look_next(struct look *look, const struct judge *judge, int64_t now)
{
	int64_t due = look->interval_at + look->interval;
	int64_t earlier = judge_next(judge);

	look_by(look, earlier < due ? earlier : due, now);
}

void
look_start(struct look *look, const struct policy *policy, const struct judge *judge,
	   int64_t now)
{
	*look = (struct look){
		.interval = policy->interval,
		.interval_at = now,
		.at = look->at,
	};
	look_next(look, judge, now);
}

bool
look_sample(struct look *look, int64_t now)
{
	int64_t due = look->at + LOOK_TOGETHER;

	if (due >= look->due)
		return false;
	look_by(look, due, now);
	return true;
}

bool
look_judge(struct look *look, struct judge *judge, int64_t now, struct verdict *verdict,
	   char *why, size_t size)
{
	bool by_interval = now >= look->interval_at + look->interval;

	look->at = now;
	why[0] = '\0';
	judge_decide(judge, now, verdict);
	if (verdict->deciding != POLICY_NONE)
		judge_explain(judge, verdict->deciding, why, size);
	if (by_interval) {
		/* In step with the interval, but not running after what was missed. */
		look->interval_at += look->interval;
		if (look->interval_at + look->interval <= now)
			look->interval_at = now;
	}
	look_next(look, judge, now);
	return by_interval;
}

void
look_explain(const struct judge *judge, const struct verdict *verdict, char *why,
	     size_t size)
{
	why[0] = '\0';
	judge_explain(judge,
		      verdict->deciding == POLICY_NONE ? CONDITION_FAILOVER
						       : verdict->deciding,
		      why, size);
}
