/* SPDX-License-Identifier: BSD-3-Clause */
/* How long the screen takes after a key: what is counted, and what is said of it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tui/pace.h"

static struct pace pace;

static struct pace_time
at(int64_t clock, int64_t processor)
{
	return (struct pace_time){ clock, processor };
}

static void
says(const char *expected)
{
	char text[256] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	pace_write(&pace, file);
	fclose(file);
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void
test_counts(void)
{
	pace = (struct pace){ .on = true };
	says("keys 0\n");
	/* A screen that no key asked for. */
	pace_shown(&pace, at(10, 10));
	pace_key(&pace, at(1000, 100));
	pace_key(&pace, at(4000, 300));
	pace_shown(&pace, at(9000, 700));
	pace_shown(&pace, at(90000, 7000));
	says("keys 1 p50 8.00 p99 8.00 most 8.00 ms; "
	     "of the processor p50 0.60 p99 0.60 most 0.60 ms\n");
}

static void
test_off(void)
{
	pace = (struct pace){ .on = false };
	pace_key(&pace, at(1, 1));
	pace_shown(&pace, at(2, 2));
	says("keys 0\n");
}

/* In whatever order they came; the newest ones, when there are more. */
static void
test_parts(void)
{
	pace = (struct pace){ .on = true };
	for (int64_t i = 0; i < 200; i++) {
		int64_t took = 1 + (i * 77) % 200;
		pace_key(&pace, at(0, 0));
		pace_shown(&pace, at(took * 1000, (201 - took) * 100));
	}
	says("keys 200 p50 100.00 p99 199.00 most 200.00 ms; "
	     "of the processor p50 10.00 p99 19.90 most 20.00 ms\n");
	for (size_t i = 0; i < PACE_KEPT; i++) {
		pace_key(&pace, at(0, 0));
		pace_shown(&pace, at(1000, 1000));
	}
	says("keys 4296 p50 1.00 p99 1.00 most 1.00 ms; "
	     "of the processor p50 1.00 p99 1.00 most 1.00 ms\n");
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "from the first key to the screen", test_counts },
		{ "nothing when off", test_off },
		{ "parts", test_parts },
	};
	return unit_run("pace", test, sizeof(test) / sizeof(test[0]));
}
