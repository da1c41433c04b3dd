/* SPDX-License-Identifier: BSD-3-Clause */
/* How late a loop runs: buckets, their limits, the worst, and the line that tells. */
#include "config.h"

#include "subagent/lateness.h"

#include <string.h>

#include "common/clock.h"
#include "tests/unit/unit.h"

static void
test_buckets(void)
{
	struct lateness lateness = { .worst = 0 };
	for (size_t i = 0; i < LATENESS_BUCKETS; i++) {
		int64_t limit = lateness_limit(i);
		CU_ASSERT_TRUE(i == 0 || limit > lateness_limit(i - 1));
		if (limit == INT64_MAX)
			break;
		/* A limit is its bucket's own; what is longer is the next one's. */
		lateness_note(&lateness, SECOND, SECOND + limit);
		CU_ASSERT_EQUAL(lateness.count[i], i == 0 ? 1 : 2);
		lateness_note(&lateness, SECOND, SECOND + limit + 1);
		CU_ASSERT_EQUAL(lateness.count[i + 1], 1);
	}
	CU_ASSERT_EQUAL(lateness_limit(LATENESS_BUCKETS - 1), INT64_MAX);
	CU_ASSERT_EQUAL(lateness.worst, SECOND + 1);
	lateness_note(&lateness, 5 * SECOND, 2 * SECOND);
	CU_ASSERT_EQUAL(lateness.count[0], 2);
	CU_ASSERT_EQUAL(lateness.worst, SECOND + 1);
	lateness_note(&lateness, 0, INT64_MAX);
	CU_ASSERT_EQUAL(lateness.count[LATENESS_BUCKETS - 1], 2);
	CU_ASSERT_EQUAL(lateness.worst, INT64_MAX);
}

static void
test_words(void)
{
	struct lateness lateness = { .worst = 0 };
	char text[200], cut[12];
	CU_ASSERT_STRING_EQUAL(lateness_format(&lateness, "late", text, sizeof(text)),
			       "0 times; most 0.0ms, since the start 0.0ms");
	lateness_note(&lateness, 0, 1);
	lateness_note(&lateness, 0, 0);
	lateness_note(&lateness, 0, 12300);
	lateness_note(&lateness, 0, 2 * SECOND);
	CU_ASSERT_STRING_EQUAL(lateness_format(&lateness, "late", text, sizeof(text)),
			       "4 times: up to 1ms late 2, 20ms 1, longer 1; most "
			       "2000.0ms, since the start 2000.0ms");
	lateness_format(&lateness, "late", cut, sizeof(cut));
	CU_ASSERT_STRING_EQUAL(cut, "4 times: up");
}

static void
test_restart(void)
{
	struct lateness lateness = { .worst = 0 };
	char text[200];
	lateness_note(&lateness, 0, 7 * MILLISECOND);
	lateness_restart(&lateness);
	lateness_note(&lateness, 0, 3 * MILLISECOND);
	CU_ASSERT_STRING_EQUAL(lateness_format(&lateness, "late", text, sizeof(text)),
			       "1 times: up to 5ms late 1; most 3.0ms, since the "
			       "start 7.0ms");
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "buckets and their limits", test_buckets },
		{ "the line", test_words },
		{ "counting anew", test_restart },
	};
	return unit_run("lateness", tests, sizeof(tests) / sizeof(tests[0]));
}
