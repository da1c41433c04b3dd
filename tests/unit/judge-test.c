/* SPDX-License-Identifier: BSD-3-Clause */
/* The judge on hand-made policies: readings, services, timers, holding, explaining,
   carrying over. */
#include "config.h"

#include "tests/unit/court.h"
#include "tests/unit/unit.h"

static void
test_endings(void)
{
	/* What each ending makes of a fresh reading of 7. */
	static const struct {
		uint32_t input;
		enum ending ending;
		enum reading_state state;
		double value;
		enum policy_timeout on_timeout;
	} cases[] = {
		{ CPU, ENDING_VALUE, READING_FRESH, 9, TIMEOUT_USUAL },
		{ CPU, ENDING_TIMEOUT, READING_STALE, 7, TIMEOUT_USUAL },
		{ CPU, ENDING_ABSENT, READING_STALE, 7, TIMEOUT_USUAL },
		{ CPU, ENDING_FAILED, READING_STALE, 7, TIMEOUT_USUAL },
		{ RTT, ENDING_TIMEOUT, READING_FRESH, 800, TIMEOUT_USUAL },
		{ RTT, ENDING_ABSENT, READING_FRESH, 800, TIMEOUT_USUAL },
		{ RTT, ENDING_FAILED, READING_STALE, 7, TIMEOUT_USUAL },
		{ FREE, ENDING_TIMEOUT, READING_FRESH, 0, TIMEOUT_USUAL },
		{ FREE, ENDING_ABSENT, READING_FRESH, 0, TIMEOUT_USUAL },
		{ FREE, ENDING_FAILED, READING_STALE, 7, TIMEOUT_USUAL },
		{ COUNT, ENDING_TIMEOUT, READING_STALE, 7, TIMEOUT_USUAL },
		{ COUNT, ENDING_ABSENT, READING_STALE, 7, TIMEOUT_USUAL },
		{ RTT, ENDING_TIMEOUT, READING_STALE, 7, TIMEOUT_UNKNOWN },
		{ RTT, ENDING_ABSENT, READING_FRESH, 800, TIMEOUT_UNKNOWN },
		{ SLOW, ENDING_TIMEOUT, READING_STALE, 7, TIMEOUT_USUAL },
		{ SLOW, ENDING_TIMEOUT, READING_FRESH, 800, TIMEOUT_WORST },
		{ SLOW, ENDING_ABSENT, READING_STALE, 7, TIMEOUT_WORST },
		{ SLOW, ENDING_FAILED, READING_STALE, 7, TIMEOUT_WORST },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct court court;
		uint32_t input = cases[i].input;
		inputs[input].on_timeout = cases[i].on_timeout;
		open_court(&court, "$cpu", NULL, 0);
		CU_ASSERT_EQUAL(reading(&court, input)->state, READING_UNKNOWN);
		CU_ASSERT_EQUAL((int)reading(&court, input)->ending, 0);
		sample(&court, input, ENDING_VALUE, 7);
		CU_ASSERT_EQUAL(reading(&court, input)->state, READING_FRESH);
		court.now += SECOND;
		sample_text(&court, input, cases[i].ending, 9, "why");
		CU_ASSERT_EQUAL(reading(&court, input)->state, cases[i].state);
		CU_ASSERT_EQUAL(reading(&court, input)->value, cases[i].value);
		CU_ASSERT_EQUAL(reading(&court, input)->ending, cases[i].ending);
		CU_ASSERT_STRING_EQUAL(reading(&court, input)->text, "why");
		CU_ASSERT_EQUAL(reading(&court, input)->at,
				court.now -
				    (cases[i].state == READING_STALE ? SECOND : 0));
		inputs[input].on_timeout = TIMEOUT_USUAL;
		close_court(&court);
	}
}

static void
test_ageing(void)
{
	struct court court;
	open_court(&court, "$cpu", NULL, 0);
	CU_ASSERT_EQUAL(judge_next(court.judge), 0);
	decide(&court);
	CU_ASSERT_EQUAL(judge_next(court.judge), NEVER);
	int64_t start = court.now;
	sample(&court, CPU, ENDING_VALUE, 50);
	CU_ASSERT(decide(&court)->performance_known);
	CU_ASSERT_EQUAL(judge_next(court.judge), start + 3 * SECOND);
	court.now = start + SECOND;
	sample(&court, CPU, ENDING_FAILED, 0);
	CU_ASSERT(decide(&court)->performance_known);
	CU_ASSERT_EQUAL(reading(&court, CPU)->state, READING_STALE);
	CU_ASSERT_EQUAL(reading(&court, CPU)->transitions, 1);
	court.now = start + 3 * SECOND - 1;
	CU_ASSERT(decide(&court)->performance_known);
	court.now++;
	CU_ASSERT(!decide(&court)->performance_known);
	CU_ASSERT_EQUAL(court.verdict.performance, 50);
	CU_ASSERT_EQUAL(reading(&court, CPU)->state, READING_UNKNOWN);
	CU_ASSERT_EQUAL(reading(&court, CPU)->changed, start + 3 * SECOND);
	/* Failures do not bring it back, and a sample from before does not count. */
	sample(&court, CPU, ENDING_FAILED, 0);
	CU_ASSERT_EQUAL(reading(&court, CPU)->state, READING_UNKNOWN);
	court.now -= SECOND;
	sample(&court, CPU, ENDING_VALUE, 1);
	CU_ASSERT_EQUAL(reading(&court, CPU)->state, READING_UNKNOWN);
	court.now += 2 * SECOND;
	sample(&court, CPU, ENDING_VALUE, 2);
	CU_ASSERT_EQUAL(reading(&court, CPU)->state, READING_FRESH);
	CU_ASSERT_EQUAL(reading(&court, CPU)->transitions, 3);
	/* Samples that just stop make it unknown too; and one of no input is nobody's. */
	sample(&court, INPUTS, ENDING_VALUE, 1);
	court.now += 3 * SECOND;
	CU_ASSERT(!decide(&court)->performance_known);
	/* What is no number says nothing. */
	sample(&court, CPU, ENDING_VALUE, 0.0 / 0.0);
	CU_ASSERT_EQUAL(reading(&court, CPU)->state, READING_UNKNOWN);
	close_court(&court);
}

static void
serve(struct court *court, uint32_t input, const char *samples, const char *states)
{
	/* samples: + up, - down, t timeout, a absent, f failed; states: U, D, ?. */
	for (size_t i = 0; samples[i] != '\0'; i++) {
		enum ending ending = samples[i] == 't'   ? ENDING_TIMEOUT
				     : samples[i] == 'a' ? ENDING_ABSENT
				     : samples[i] == 'f' ? ENDING_FAILED
							 : ENDING_VALUE;
		court->now += SECOND;
		sample(court, input, ending, samples[i] == '+');
		enum service_state wanted = states[i] == 'U'   ? SERVICE_UP
					    : states[i] == 'D' ? SERVICE_DOWN
							       : SERVICE_UNKNOWN;
		if (reading(court, input)->service != wanted)
			printf("\n  %s: sample %zu\n", samples, i);
		CU_ASSERT_EQUAL(reading(court, input)->service, wanted);
	}
}

static void
test_services(void)
{
	struct court court;
	open_court(&court, "100 * mandatory()", NULL, 0);
	/* The first decides at once; then two up, three down. */
	serve(&court, RADIUS, "---+-++--+---+t+++", "DDDDDDUUUUUUDDDDUU");
	CU_ASSERT_EQUAL(reading(&court, RADIUS)->transitions, 3);
	/* Refusals and silence are down samples; what could not be asked counts neither
	   way, nor does it break a row. */
	serve(&court, RADIUS, "atft", "UUUD");
	serve(&court, RADIUS, "+f", "DD");
	CU_ASSERT_EQUAL(reading(&court, RADIUS)->streak, 1);
	serve(&court, RADIUS, "+", "U");
	/* Three intervals of failures: unknown, and the next sample decides. */
	serve(&court, RADIUS, "fff-", "UU?D");
	/* A service that is no question to the server does not fall by a timeout. */
	serve(&court, PLUGIN, "+t-t+", "UUDDU");
	CU_ASSERT_EQUAL(reading(&court, PLUGIN)->state, READING_FRESH);
	close_court(&court);
}

static void
test_roles(void)
{
	struct court court;
	open_court(&court, "100 * mandatory() - 10 * (1 - dependent())", NULL, 0);
	CU_ASSERT(!decide(&court)->performance_known);
	sample(&court, RADIUS, ENDING_VALUE, 1);
	sample(&court, SYSLOG, ENDING_VALUE, 1);
	CU_ASSERT(!decide(&court)->performance_known);
	sample(&court, PLUGIN, ENDING_VALUE, 1);
	CU_ASSERT(decide(&court)->performance_known);
	CU_ASSERT_EQUAL(court.verdict.performance, 100);
	for (int i = 0; i < 3; i++)
		sample(&court, SYSLOG, ENDING_ABSENT, 0);
	CU_ASSERT_EQUAL(decide(&court)->performance, 90);
	CU_ASSERT_EQUAL(court.verdict.dependents_down, 1);
	CU_ASSERT_EQUAL(court.verdict.services_down, 0);
	sample(&court, PLUGIN, ENDING_VALUE, 0);
	CU_ASSERT_EQUAL(decide(&court)->performance, -10);
	CU_ASSERT_EQUAL(court.verdict.services_down, 1);
	close_court(&court);

	/* One that is down decides, whatever the unknown ones are. */
	open_court(&court, "100 * mandatory()", NULL, 0);
	sample(&court, PLUGIN, ENDING_VALUE, 0);
	CU_ASSERT(decide(&court)->performance_known);
	CU_ASSERT_EQUAL(court.verdict.performance, 0);
	close_court(&court);
}

static void
test_failover_timer(void)
{
	struct court court;
	open_court(&court, "100 - $cpu", NULL, 0);
	CU_ASSERT_EQUAL(judge_conditions(court.judge), 2);
	CU_ASSERT_STRING_EQUAL(judge_condition_name(court.judge, 0), "failover");
	CU_ASSERT_STRING_EQUAL(judge_condition_name(court.judge, 1), "connection");
	steady(&court, CPU, 20, 5);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_NO);
	CU_ASSERT_EQUAL(condition(&court, 0)->since, 1001 * SECOND);
	/* At the threshold is not below it. */
	CU_ASSERT_EQUAL(steady(&court, CPU, 70, 20)->failover, MET_NO);
	steady(&court, CPU, 97, 1);
	int64_t start = court.now;
	CU_ASSERT_EQUAL(court.verdict.failover, MET_PENDING);
	CU_ASSERT_EQUAL(court.verdict.deciding, CONDITION_FAILOVER);
	CU_ASSERT_EQUAL(condition(&court, 0)->since, start);
	steady(&court, CPU, 97, 9);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_PENDING);
	CU_ASSERT_EQUAL(judge_next(court.judge), start + 10 * SECOND);
	court.now = start + 10 * SECOND - 1;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_PENDING);
	court.now++;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_YES);
	CU_ASSERT_EQUAL(court.verdict.deciding, CONDITION_FAILOVER);
	CU_ASSERT_EQUAL(condition(&court, 0)->since, start);
	CU_ASSERT_EQUAL(condition(&court, 0)->transitions, 1);
	steady(&court, CPU, 20, 1);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_NO);
	CU_ASSERT_EQUAL(court.verdict.deciding, POLICY_NONE);
	CU_ASSERT_EQUAL(condition(&court, 0)->transitions, 2);
	CU_ASSERT_EQUAL(condition(&court, 0)->since, court.now);
	/* One good second in between, and the ten begin again. */
	steady(&court, CPU, 97, 9);
	steady(&court, CPU, 20, 1);
	CU_ASSERT_EQUAL(steady(&court, CPU, 97, 10)->failover, MET_PENDING);
	CU_ASSERT_EQUAL(steady(&court, CPU, 97, 1)->failover, MET_YES);
	/* Time that goes back is time that stands. */
	court.now -= 5 * SECOND;
	CU_ASSERT_EQUAL(decide(&court)->at, court.now + 5 * SECOND);
	close_court(&court);
}

static void
test_whens_and_deciding(void)
{
	static const struct rule rules[] = {
		{ "slow", "$rtt > 500", 3 * SECOND },
		{ "out-of-threads", "$threads-available = 0", 0 },
	};
	struct court court;
	open_court(&court, "100 - $cpu", rules, 2);
	CU_ASSERT_EQUAL(judge_conditions(court.judge), 4);
	CU_ASSERT_STRING_EQUAL(judge_condition_name(court.judge, 2), "out-of-threads");
	sample(&court, CPU, ENDING_VALUE, 80);
	sample(&court, RTT, ENDING_VALUE, 600);
	sample(&court, FREE, ENDING_VALUE, 4);
	/* Both pending: the one that will be met first. */
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_PENDING);
	CU_ASSERT_EQUAL(court.verdict.deciding, 1);
	/* Without `for` it is met at once. */
	sample(&court, FREE, ENDING_TIMEOUT, 0);
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_YES);
	CU_ASSERT_EQUAL(court.verdict.deciding, 2);
	for (int i = 0; i < 12; i++) {
		court.now += SECOND;
		sample(&court, CPU, ENDING_VALUE, 80);
		sample(&court, RTT, ENDING_VALUE, 600);
		sample(&court, FREE, ENDING_VALUE, 0);
		decide(&court);
	}
	/* All three are met, and the first of them still decides. */
	for (uint32_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(condition(&court, i)->met, MET_YES);
	CU_ASSERT_EQUAL(court.verdict.deciding, 2);
	sample(&court, FREE, ENDING_VALUE, 1);
	decide(&court);
	CU_ASSERT_EQUAL(court.verdict.deciding, 1);
	close_court(&court);
}

static void
test_holding(void)
{
	struct court court;
	open_court(&court, "100 - $cpu", NULL, 0);
	/* Unknown from the start: nothing to hold, not met. */
	decide(&court);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_NO);
	CU_ASSERT(court.verdict.failover_unknown);
	CU_ASSERT(!condition(&court, 0)->holding);
	steady(&court, CPU, 97, 11);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_YES);
	CU_ASSERT(!court.verdict.failover_unknown);
	/* Unknown 3 s after the last value, not met 5 s after that. */
	int64_t last = court.now;
	CU_ASSERT_EQUAL(judge_next(court.judge), last + 3 * SECOND);
	court.now = judge_next(court.judge);
	decide(&court);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_YES);
	CU_ASSERT(court.verdict.failover_unknown);
	CU_ASSERT_EQUAL(condition(&court, 0)->truth, TRUTH_UNKNOWN);
	CU_ASSERT(condition(&court, 0)->holding);
	CU_ASSERT_EQUAL(judge_next(court.judge), last + 8 * SECOND);
	court.now = last + 8 * SECOND - 1;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_YES);
	court.now++;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_NO);
	CU_ASSERT(!condition(&court, 0)->holding);
	CU_ASSERT_EQUAL(condition(&court, 0)->since, court.now);
	/* A pending one: its end does not come while unknown, but the time counts. */
	steady(&court, CPU, 97, 1);
	int64_t start = court.now;
	steady(&court, CPU, 97, 5);
	court.now = start + 5 * SECOND + 5 * SECOND;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_PENDING);
	CU_ASSERT(condition(&court, 0)->holding);
	steady(&court, CPU, 97, 1);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_YES);
	/* What was held as not met stays so. */
	steady(&court, CPU, 20, 1);
	court.now += 4 * SECOND;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_NO);
	CU_ASSERT(condition(&court, 0)->holding);
	close_court(&court);
}

/* The way back by its own function: performance does not decide it, and its own windows
   are kept. */
static void
test_own_connection(void)
{
	struct court court;
	open_court(&court, "100 - $cpu", NULL, 0);
	court.policy.connection.function_text = "100 - maximum('cpu', '30s')";
	court.policy.connection.function =
	    compile(court.policy.connection.function_text);
	judge_free(court.judge);
	court.judge = judge_new(&court.policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(court.judge);
	steady(&court, CPU, 90, 1);
	/* Performance is above 60 from now on, the function 30 s later. */
	CU_ASSERT_EQUAL(steady(&court, CPU, 10, 25)->connection, MET_NO);
	CU_ASSERT_EQUAL(court.verdict.performance, 90);
	check_explained(&court, 1,
			"connection function 10, not > 60; cpu 90% (maximum of 30s)");
	CU_ASSERT_EQUAL(steady(&court, CPU, 10, 24)->connection, MET_PENDING);
	CU_ASSERT_EQUAL(steady(&court, CPU, 10, 4)->connection, MET_YES);
	check_explained(
	    &court, 1, "connection function 90 > 60 for 20s; cpu 10% (maximum of 30s)");
	/* And unknown is not met. */
	court.now += 40 * SECOND;
	CU_ASSERT_EQUAL(decide(&court)->connection, MET_NO);
	expression_free(court.policy.connection.function);
	close_court(&court);
}

/* hold= in place of five intervals. */
static void
test_hold(void)
{
	struct court court;
	open_court(&court, "100 - $cpu", NULL, 0);
	court.policy.failover.hold = 30 * SECOND;
	judge_free(court.judge);
	court.judge = judge_new(&court.policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(court.judge);
	steady(&court, CPU, 97, 11);
	int64_t last = court.now;
	court.now += 3 * SECOND;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_YES);
	CU_ASSERT(condition(&court, 0)->holding);
	court.now = last + 33 * SECOND - 1;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_YES);
	court.now++;
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_NO);
	close_court(&court);
}

static void
test_connection(void)
{
	static const struct rule rules[] = { { "busy", "$count > 5", 5 * SECOND } };
	struct court court;
	open_court(&court, "100 - $cpu", rules, 1);
	/* count is unknown: no connection, however good. */
	CU_ASSERT_EQUAL(steady(&court, CPU, 10, 30)->connection, MET_NO);
	CU_ASSERT_EQUAL(condition(&court, 2)->truth, TRUTH_TRUE);
	sample(&court, COUNT, ENDING_VALUE, 1);
	CU_ASSERT_EQUAL(decide(&court)->connection, MET_PENDING);
	for (int i = 0; i < 19; i++) {
		sample(&court, COUNT, ENDING_VALUE, 1);
		CU_ASSERT_EQUAL(steady(&court, CPU, 10, 1)->connection, MET_PENDING);
	}
	sample(&court, COUNT, ENDING_VALUE, 1);
	CU_ASSERT_EQUAL(steady(&court, CPU, 10, 1)->connection, MET_YES);
	CU_ASSERT_EQUAL(court.verdict.deciding, 2);
	/* Pending on the other side is enough to end it. */
	sample(&court, COUNT, ENDING_VALUE, 6);
	CU_ASSERT_EQUAL(decide(&court)->failover, MET_PENDING);
	CU_ASSERT_EQUAL(court.verdict.connection, MET_NO);
	sample(&court, COUNT, ENDING_VALUE, 1);
	CU_ASSERT_EQUAL(decide(&court)->connection, MET_PENDING);
	/* At the threshold is not above it, and the timer starts anew. */
	CU_ASSERT_EQUAL(steady(&court, CPU, 40, 1)->connection, MET_NO);
	sample(&court, COUNT, ENDING_VALUE, 1);
	steady(&court, CPU, 39, 1);
	CU_ASSERT_EQUAL(court.verdict.connection, MET_PENDING);
	CU_ASSERT_EQUAL(condition(&court, 2)->since, court.now);
	close_court(&court);
}

static void
test_windows(void)
{
	static const struct rule rules[] = {
		{ "peak", "maximum('cpu', '5s') > 90 and minimum('cpu', '5s') > 10", 0 }
	};
	struct court court;
	open_court(&court, "100 - average('cpu', '10s')", rules, 1);
	steady(&court, CPU, 0, 25);
	CU_ASSERT_EQUAL(court.verdict.performance, 100);
	/* Flat: nothing comes by itself before the reading ages. */
	CU_ASSERT_EQUAL(judge_next(court.judge), court.now + 3 * SECOND);
	steady(&court, CPU, 100, 1);
	CU_ASSERT_EQUAL(court.verdict.performance, 100);
	CU_ASSERT_EQUAL(judge_next(court.judge), court.now + SECOND);
	steady(&court, CPU, 100, 4);
	CU_ASSERT_DOUBLE_EQUAL(court.verdict.performance, 60, 1e-9);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_NO);
	CU_ASSERT_EQUAL(steady(&court, CPU, 100, 1)->failover, MET_YES);
	CU_ASSERT_EQUAL(court.verdict.deciding, 1);
	/* No more samples: the value holds for 3 s, then the stretch is left out. */
	court.now += 5 * SECOND;
	decide(&court);
	CU_ASSERT(court.verdict.performance_known);
	CU_ASSERT_DOUBLE_EQUAL(court.verdict.performance, 0, 1e-9);
	CU_ASSERT_EQUAL(judge_next(court.judge), court.now + SECOND);
	court.now += 8 * SECOND;
	CU_ASSERT(!decide(&court)->performance_known);
	close_court(&court);
}

/* A FreeRADIUS with all threads blocked does not answer Status-Server; an old one
   answers without the attributes that tell its threads. */
static void
test_freeradius(void)
{
	static const struct rule rules[] = {
		{ "slow", "$rtt >= 800", 3 * SECOND },
		{ "out-of-threads",
		  "known('threads-available') and $threads-available = 0", 0 },
	};
	struct court court;
	open_court(&court, "100 - $rtt div 10", rules, 2);
	for (int i = 0; i < 5; i++) {
		court.now += SECOND;
		sample(&court, RTT, ENDING_VALUE, 2);
		sample_text(&court, FREE, ENDING_FAILED, 0, "no thread attributes");
		decide(&court);
	}
	CU_ASSERT_EQUAL(reading(&court, FREE)->state, READING_UNKNOWN);
	CU_ASSERT_EQUAL(court.verdict.failover, MET_NO);
	/* known() keeps it out of the verdict: nothing is unknown. */
	CU_ASSERT(!court.verdict.failover_unknown);
	CU_ASSERT_EQUAL(court.verdict.connection, MET_PENDING);
	int64_t drowned = court.now;
	while (court.verdict.failover != MET_YES && court.now < drowned + MINUTE) {
		court.now += SECOND;
		sample_text(&court, RTT, ENDING_TIMEOUT, 0, "no answer");
		sample_text(&court, FREE, ENDING_TIMEOUT, 0, "no answer");
		decide(&court);
	}
	/* The silence of the server is zero free threads, at once. */
	CU_ASSERT_EQUAL(court.now, drowned + SECOND);
	CU_ASSERT_EQUAL(court.verdict.deciding, 2);
	CU_ASSERT_EQUAL(reading(&court, RTT)->value, 800);
	check_explained(
	    &court, 1,
	    "when slow ($rtt >= 800), 0 of 3s; rtt 800 ms (timeout: no answer)");
	check_explained(
	    &court, 2,
	    "when out-of-threads (known('threads-available') and $threads-available = "
	    "0); threads-available 0 (timeout: no answer)");
	close_court(&court);
}

static void
test_explaining(void)
{
	static const struct rule rules[] = {
		{ "out-of-threads", "$threads-available = 0", 3 * SECOND },
		{ "down", "not(up('radiusd'))", 0 },
	};
	struct court court;
	open_court(&court, "min(100 - average('cpu', '5s'), $count) * mandatory()",
		   rules, 2);
	decide(&court);
	check_explained(&court, 0,
			"performance unknown; cpu unknown (no value in 5s), count "
			"unknown (no sample yet), radiusd unknown (no sample yet), "
			"plugin unknown (no sample yet)");
	check_explained(&court, 1,
			"when out-of-threads ($threads-available = 0) unknown; "
			"threads-available unknown (no sample yet)");
	sample(&court, CPU, ENDING_VALUE, 12.3456);
	sample(&court, COUNT, ENDING_VALUE, 12.4);
	sample(&court, FREE, ENDING_VALUE, 0);
	sample_text(&court, RADIUS, ENDING_ABSENT, 0, "connection refused");
	sample(&court, PLUGIN, ENDING_VALUE, 1);
	decide(&court);
	check_explained(&court, 0,
			"performance 0 < 30, 0 of 10s; cpu 12.346% (average of 5s), "
			"count 12.4, radiusd down (absent: connection refused)");
	check_explained(
	    &court, 2,
	    "when down (not(up('radiusd'))); radiusd down (absent: connection "
	    "refused)");
	check_explained(&court, 3,
			"performance 0, not > 60; cpu 12.346% (average of 5s), count "
			"12.4, radiusd down (absent: connection refused)");
	serve(&court, RADIUS, "++", "DU");
	sample(&court, CPU, ENDING_FAILED, 0);
	sample(&court, COUNT, ENDING_VALUE, 70);
	sample(&court, FREE, ENDING_VALUE, 0);
	decide(&court);
	check_explained(&court, 1,
			"when out-of-threads ($threads-available = 0), 2s of 3s; "
			"threads-available 0");
	check_explained(&court, 2,
			"when down (not(up('radiusd'))) not met; radiusd up");
	check_explained(&court, 3,
			"performance 70 > 60, but when out-of-threads is pending; cpu "
			"12.346% (average of 5s), count 70, all mandatory services up");
	court.now += SECOND;
	sample_text(&court, COUNT, ENDING_FAILED, 0, "no permission");
	sample(&court, FREE, ENDING_VALUE, 0);
	sample(&court, PLUGIN, ENDING_VALUE, 1);
	decide(&court);
	check_explained(
	    &court, 1,
	    "when out-of-threads ($threads-available = 0) for 3s; threads-available 0");
	check_explained(&court, 0,
			"performance 70, not < 30; cpu 12.346% (average of 5s), count "
			"70 (stale, failed: no permission), all mandatory services up");
	court.now += 3 * SECOND;
	sample(&court, PLUGIN, ENDING_VALUE, 1);
	decide(&court);
	check_explained(
	    &court, 1,
	    "when out-of-threads ($threads-available = 0) unknown, held as met "
	    "for 0 of 5s; threads-available unknown (no sample for 3s)");
	check_explained(&court, 0,
			"performance unknown, held as not met for 0 of 5s; cpu 12.346% "
			"(average of 5s), count unknown (failed: no permission), "
			"radiusd unknown (no sample for 4s)");
	close_court(&court);
	open_court(&court, "average('cpu', '5s', 0)", NULL, 0);
	decide(&court);
	check_explained(
	    &court, 0,
	    "performance 0 < 30, 0 of 10s; cpu unknown (no value in 5s, read as 0)");
	/* Cut where the room ends. */
	char text[12];
	judge_explain(court.judge, 0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "performance");
	judge_explain(court.judge, 9, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "");
	close_court(&court);
}

static void
test_carry(void)
{
	static const struct rule before[] = { { "slow", "$rtt > 500", 30 * SECOND },
					      { "gone", "$count > 1", 0 } };
	static const struct rule after[] = { { "new", "$count > 99", 0 },
					     { "slow", "$rtt > 400", 30 * SECOND } };
	struct court old, court;
	open_court(&old, "100 - average('cpu', '10s')", before, 2);
	for (int i = 0; i < 12; i++) {
		sample(&old, RTT, ENDING_VALUE, 600);
		sample(&old, COUNT, ENDING_VALUE, 3);
		steady(&old, CPU, i < 6 ? 20 : 40, 1);
	}
	CU_ASSERT_EQUAL(old.verdict.deciding, 2);
	open_court(&court, "100 - average('cpu', '10s') - maximum('cpu', '5s')", after,
		   2);
	court.now = old.now;
	judge_carry(court.judge, old.judge);
	close_court(&old);
	CU_ASSERT_EQUAL(judge_next(court.judge), 0);
	decide(&court);
	/* 20 for 5 s and 40 for 5 s of the last 10 s. */
	CU_ASSERT(court.verdict.performance_known);
	CU_ASSERT_DOUBLE_EQUAL(court.verdict.performance, 100 - 30 - 40, 1e-9);
	CU_ASSERT_EQUAL(reading(&court, COUNT)->value, 3);
	/* slow is pending since before, and is the second when now. */
	CU_ASSERT_EQUAL(condition(&court, 1)->met, MET_NO);
	CU_ASSERT_EQUAL(condition(&court, 1)->since, court.now);
	CU_ASSERT_EQUAL(condition(&court, 2)->met, MET_PENDING);
	CU_ASSERT_EQUAL(condition(&court, 2)->since, 1001 * SECOND);
	close_court(&court);
}

/* A counter as a rate: from two samples, over what time has passed between them, never
   from one that began anew; and over a reload. */
static void
test_rate(void)
{
	struct court court;
	const struct reading *reading;
	struct judge *next;

	open_court(&court, "100 - $drops", NULL, 0);
	reading = judge_reading(court.judge, DROPS);
	court.now += SECOND;
	sample(&court, DROPS, ENDING_VALUE, 5000);
	CU_ASSERT_EQUAL(reading->state, READING_UNKNOWN);
	CU_ASSERT_FALSE(decide(&court)->performance_known);
	court.now += SECOND / 2;
	sample(&court, DROPS, ENDING_VALUE, 5020);
	CU_ASSERT_EQUAL(reading->state, READING_FRESH);
	CU_ASSERT_EQUAL(reading->value, 40);
	CU_ASSERT_EQUAL(decide(&court)->performance, 60);
	/* A round that was missed: the growth is over both. */
	court.now += SECOND;
	sample(&court, DROPS, ENDING_FAILED, 0);
	CU_ASSERT_EQUAL(reading->state, READING_STALE);
	court.now += SECOND;
	sample(&court, DROPS, ENDING_VALUE, 5040);
	CU_ASSERT_EQUAL(reading->value, 10);
	/* Opened anew: what it reads as now is no growth, what follows is. */
	court.now += SECOND;
	sample(&court, DROPS, ENDING_VALUE, 3);
	CU_ASSERT_EQUAL(reading->value, 10);
	court.now += SECOND;
	sample(&court, DROPS, ENDING_VALUE, 3);
	CU_ASSERT_EQUAL(reading->value, 0);
	next = judge_new(&court.policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(next);
	judge_carry(next, court.judge);
	judge_free(court.judge);
	court.judge = next;
	reading = judge_reading(court.judge, DROPS);
	court.now += SECOND;
	sample(&court, DROPS, ENDING_VALUE, 10);
	CU_ASSERT_EQUAL(reading->value, 7);
	/* The same name, but no rate any more: nothing of it is carried. */
	inputs[DROPS].rate = false;
	next = judge_new(&court.policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(next);
	judge_carry(next, court.judge);
	inputs[DROPS].rate = true;
	judge_free(next);
	close_court(&court);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "four endings", test_endings },
		{ "readings age", test_ageing },
		{ "services rise and fall", test_services },
		{ "roles", test_roles },
		{ "the failover timer", test_failover_timer },
		{ "whens, and which decides", test_whens_and_deciding },
		{ "holding the unknown", test_holding },
		{ "hold=", test_hold },
		{ "connection by its own function", test_own_connection },
		{ "connection", test_connection },
		{ "windows", test_windows },
		{ "a drowned and an old FreeRADIUS", test_freeradius },
		{ "explaining", test_explaining },
		{ "carried over a reload", test_carry },
		{ "rates", test_rate },
	};
	return unit_run("judge", tests, ARRAY_SIZE(tests));
}
