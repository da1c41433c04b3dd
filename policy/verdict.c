/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditions and their timers: what the readings of one moment amount to. */
#include "config.h"

#include "policy/judge.h"

#include <string.h>

#include "common/clock.h"
#include "policy/judge-state.h"

static void
not_met(struct standing *standing, int64_t now)
{
	struct condition *condition = &standing->condition;
	if (condition->met == MET_NO)
		return;
	condition->transitions += condition->met == MET_YES;
	condition->met = MET_NO;
	condition->since = now;
}

static void
known_true(struct standing *standing, int64_t now)
{
	struct condition *condition = &standing->condition;
	if (condition->met == MET_NO) {
		condition->met = MET_PENDING;
		condition->since = now;
	}
	if (condition->met == MET_PENDING &&
	    now - condition->since >= standing->duration) {
		condition->met = MET_YES;
		condition->transitions++;
		standing->met_at = now;
	}
}

/* A condition on the side of failover: its last known verdict is held for a while. */
static void
stand(const struct judge *judge, struct standing *standing, enum truth truth)
{
	struct condition *condition = &standing->condition;

	condition->truth = truth;
	condition->holding = false;
	if (truth == TRUTH_UNKNOWN) {
		if (standing->unknown_since == NEVER)
			standing->unknown_since = judge->now;
		condition->holding = standing->ever_known &&
				     judge->now - standing->unknown_since < judge->hold;
		if (!condition->holding)
			not_met(standing, judge->now);
		return;
	}
	standing->unknown_since = NEVER;
	standing->ever_known = true;
	if (truth == TRUTH_TRUE)
		known_true(standing, judge->now);
	else
		not_met(standing, judge->now);
}

static enum truth
truth_if(bool known, bool truth)
{
	return !known ? TRUTH_UNKNOWN : truth ? TRUTH_TRUE : TRUTH_FALSE;
}

static void
evaluate_connection(struct judge *judge)
{
	struct expression *function = judge->policy->connection.function;

	judge->connection_known = judge->performance_known;
	if (function)
		judge->connection_known =
		    evaluate_number(judge->evaluator, function, &judge->connection);
	else
		judge->connection = judge->performance;
}

static void
stand_connection(struct judge *judge)
{
	struct standing *connection = &judge->standing[judge->standings - 1];
	bool clear = true;

	for (size_t i = 0; i + 1 < judge->standings; i++)
		clear = clear && judge->standing[i].condition.met == MET_NO &&
			judge->standing[i].condition.truth != TRUTH_UNKNOWN;
	connection->condition.truth =
	    truth_if(judge->connection_known,
		     judge->connection > judge->policy->connection.threshold);
	if (clear && connection->condition.truth == TRUTH_TRUE)
		known_true(connection, judge->now);
	else
		not_met(connection, judge->now);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The condition among the first `count` that decided: of those met the one met first,
   else of those pending the one that will be. */
static uint32_t
decider(const struct judge *judge, size_t count, enum met met)
{
	uint32_t best = POLICY_NONE;
	int64_t when = NEVER;

	for (size_t i = 0; i < count; i++) {
		const struct standing *standing = &judge->standing[i];
		int64_t at = met == MET_YES
				 ? standing->met_at
				 : standing->condition.since + standing->duration;
		if (standing->condition.met == met && at < when) {
			when = at;
			best = (uint32_t)i;
		}
	}
	return best;
}

static void
fill_verdict(const struct judge *judge, struct verdict *verdict)
{
	uint32_t connection = (uint32_t)judge->standings - 1;

	memset(verdict, 0, sizeof(*verdict));
	verdict->at = judge->now;
	verdict->performance_known = judge->performance_known;
	verdict->performance = judge->performance;
	verdict->failover = MET_YES;
	verdict->deciding = decider(judge, connection, MET_YES);
	if (verdict->deciding == POLICY_NONE) {
		verdict->failover = MET_PENDING;
		verdict->deciding = decider(judge, connection, MET_PENDING);
	}
	if (verdict->deciding == POLICY_NONE)
		verdict->failover = MET_NO;
	for (size_t i = 0; i < connection; i++)
		if (judge->standing[i].condition.truth == TRUTH_UNKNOWN)
			verdict->failover_unknown = true;
	verdict->connection = judge->standing[connection].condition.met;
	if (verdict->connection == MET_YES)
		verdict->deciding = connection;
	verdict->services_down = judge->tally[ROLE_MANDATORY].down;
	verdict->dependents_down = judge->tally[ROLE_DEPENDENT].down;
}

/* When something changes by time alone. */
static int64_t
next_change(const struct judge *judge)
{
	int64_t next = NEVER;

	for (size_t i = 0; i < judge->policy->inputs; i++)
		next = earlier(next, judge->memory[i].expires);
	for (size_t i = 0; i < judge->standings; i++) {
		const struct standing *standing = &judge->standing[i];
		const struct condition *condition = &standing->condition;
		if (condition->met == MET_PENDING && condition->truth == TRUTH_TRUE)
			next = earlier(next, condition->since + standing->duration);
		if (condition->holding)
			next = earlier(next, standing->unknown_since + judge->hold);
	}
	/* What a window shows moves by itself while it holds different values; one that
	   nothing looked at now cannot matter before something else changes. */
	for (size_t i = 0; i < judge->windows; i++) {
		const struct kept_window *kept = &judge->window[i];
		if (kept->looked && kept->looked_at == judge->now && kept->known &&
		    !kept->view.flat)
			next = earlier(next, judge->now + judge->interval);
	}
	return next;
}

static void
start(struct judge *judge)
{
	for (size_t i = 0; i < judge->standings; i++)
		judge->standing[i].condition.since = judge->now;
	judge->started = true;
}

void
judge_decide(struct judge *judge, int64_t now, struct verdict *verdict)
{
	const struct policy *policy = judge->policy;

	if (!judge->started || now > judge->now)
		judge->now = now;
	if (!judge->started)
		start(judge);
	for (uint32_t i = 0; i < policy->inputs; i++)
		judge_expire(judge, i, judge->now);
	judge_tally(judge);
	judge->performance_known =
	    evaluate_number(judge->evaluator, policy->performance, &judge->performance);
	evaluate_connection(judge);
	stand(judge, &judge->standing[CONDITION_FAILOVER],
	      truth_if(judge->performance_known,
		       judge->performance < policy->failover.threshold));
	for (size_t i = 1; i + 1 < judge->standings; i++)
		stand(judge, &judge->standing[i],
		      evaluate_truth(judge->evaluator, judge->standing[i].test));
	stand_connection(judge);
	fill_verdict(judge, verdict);
	judge->next = next_change(judge);
}

int64_t
judge_next(const struct judge *judge)
{
	return judge->started ? judge->next : 0;
}

size_t
judge_conditions(const struct judge *judge)
{
	return judge->standings;
}

const struct condition *
judge_condition(const struct judge *judge, uint32_t i)
{
	return &judge->standing[i].condition;
}

const char *
judge_condition_name(const struct judge *judge, uint32_t i)
{
	return judge->standing[i].name;
}
