/* SPDX-License-Identifier: BSD-3-Clause */
/* The judge on random days, against a slow reading of the rules. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/random.h"
#include "tests/unit/court.h"
#include "tests/unit/unit.h"

#define LOOKS_MAX 400
/* What was true at each decision; enum truth. */
struct day {
	int64_t at[LOOKS_MAX];
	enum truth truth[3][LOOKS_MAX]; /* failover, when, connection */
	size_t looks;
};

/* The verdict that counts at look i: the last known one while it is held. */
static bool
counts_as_true(const struct day *day, int which, size_t i, int64_t hold)
{
	size_t run = i;
	if (day->truth[which][i] != TRUTH_UNKNOWN)
		return day->truth[which][i] == TRUTH_TRUE;
	while (run > 0 && day->truth[which][run - 1] == TRUTH_UNKNOWN)
		run--;
	return run > 0 && day->at[i] - day->at[run] < hold &&
	       day->truth[which][run - 1] == TRUTH_TRUE;
}

static enum met
met_by_the_rules(const struct day *day, int which, size_t i, int64_t duration,
		 int64_t hold)
{
	size_t start = i;
	if (!counts_as_true(day, which, i, hold))
		return MET_NO;
	while (start > 0 && counts_as_true(day, which, start - 1, hold))
		start--;
	/* Some look of the run that knew it to be true came late enough. */
	for (size_t j = start; j <= i; j++)
		if (day->truth[which][j] == TRUTH_TRUE &&
		    day->at[j] - day->at[start] >= duration)
			return MET_YES;
	return MET_PENDING;
}

static unsigned
live_a_day(struct court *court, struct random *random, unsigned seen[4])
{
	static struct day day;
	enum met wanted[2];
	unsigned wrong = 0;
	double x = 50, y = 0;

	memset(&day, 0, sizeof(day));
	for (size_t i = 0; i < LOOKS_MAX && wrong == 0; i++) {
		court->now += (int64_t)random_below(random, 1500 * MILLISECOND);
		if (random_below(random, 12) == 0)
			x = (double)random_below(random, 100);
		if (random_below(random, 12) == 0)
			y = (double)random_below(random, 10);
		if (random_below(random, 30) == 0)
			court->now += (int64_t)random_below(random, 15 * SECOND);
		else if (random_below(random, 4) > 0)
			sample(court, CPU, ENDING_VALUE, x);
		if (random_below(random, 4) > 0)
			sample(court, COUNT,
			       random_below(random, 6) == 0 ? ENDING_TIMEOUT
							    : ENDING_VALUE,
			       y);
		decide(court);
		bool x_known =
		    judge_reading(court->judge, CPU)->state > READING_UNKNOWN;
		bool y_known =
		    judge_reading(court->judge, COUNT)->state > READING_UNKNOWN;
		double cpu = judge_reading(court->judge, CPU)->value;
		day.at[i] = court->now;
		day.truth[0][i] = !x_known ? TRUTH_UNKNOWN : (enum truth)(cpu < 30);
		day.truth[1][i] =
		    !y_known
			? TRUTH_UNKNOWN
			: (enum truth)(judge_reading(court->judge, COUNT)->value > 5);
		int64_t hold = 5 * SECOND;
		wanted[0] = met_by_the_rules(&day, 0, i, 10 * SECOND, hold);
		wanted[1] = met_by_the_rules(&day, 1, i, 4 * SECOND, hold);
		day.truth[2][i] =
		    (enum truth)(x_known && y_known && cpu > 60 &&
				 wanted[0] == MET_NO && wanted[1] == MET_NO);
		enum met connection = met_by_the_rules(&day, 2, i, 20 * SECOND, 0);
		wrong += condition(court, 0)->met != wanted[0];
		wrong += condition(court, 1)->met != wanted[1];
		wrong += condition(court, 2)->met != connection;
		seen[wanted[0]]++;
		seen[wanted[1]]++;
		seen[0] += connection == MET_YES;
		/* The promise of judge_next(): until then nothing changes by itself. */
		wrong += judge_next(court->judge) <= court->now;
	}
	return wrong;
}

static void
test_random_days(void)
{
	static const struct rule rules[] = { { "busy", "$count > 5", 4 * SECOND } };
	uint64_t seed = 20261123;
	struct random random;
	unsigned wrong = 0, seen[4] = { 0 };

	random_seed(&random, seed);
	for (unsigned i = 0; i < 150 && wrong == 0; i++) {
		struct court court;
		open_court(&court, "$cpu", rules, 1);
		wrong = live_a_day(&court, &random, seen);
		close_court(&court);
	}
	if (wrong > 0)
		printf("\n  seed %llu\n", (unsigned long long)seed);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(seen[MET_NO] > 1000 && seen[MET_PENDING] > 1000 &&
		  seen[MET_YES] > 1000 && seen[0] > 100);
}

/* Waking at judge_next() alone finds every change that a look each millisecond finds. */
static void
test_next(void)
{
	static const struct rule rules[] = { { "busy", "$count > 5", 4 * SECOND } };
	for (int variant = 0; variant < 8; variant++) {
		struct court often, seldom;
		open_court(&often, "$cpu", rules, 1);
		open_court(&seldom, "$cpu", rules, 1);
		struct court *both[] = { &often, &seldom };
		for (size_t i = 0; i < 2; i++) {
			sample(both[i], CPU, ENDING_VALUE, variant & 1 ? 10 : 90);
			sample(both[i], COUNT, ENDING_VALUE, variant & 2 ? 6 : 0);
			decide(both[i]);
		}
		for (int i = 0; i < 30000; i++) {
			often.now += MILLISECOND;
			seldom.now += MILLISECOND;
			/* Samples that keep cpu alive, or not. */
			if (variant & 4 && i % 1000 == 0)
				for (size_t j = 0; j < 2; j++)
					sample(both[j], CPU, ENDING_VALUE,
					       variant & 1 ? 10 : 90);
			decide(&often);
			if (judge_next(seldom.judge) <= seldom.now || i % 1000 == 0)
				decide(&seldom);
			for (uint32_t j = 0; j < 3; j++)
				CU_ASSERT_FATAL(condition(&often, j)->met ==
						condition(&seldom, j)->met);
		}
		close_court(&often);
		close_court(&seldom);
	}
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "random days against the rules", test_random_days },
		{ "the next change", test_next },
	};
	return unit_run("judge-days", tests, ARRAY_SIZE(tests));
}
