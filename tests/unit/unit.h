/* SPDX-License-Identifier: BSD-3-Clause */
/* One CUnit program per module: a table of tests, an honest exit status, one summary. */
#ifndef BELLWETHER_TESTS_UNIT_H
#define BELLWETHER_TESTS_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include <CUnit/CUnit.h>

struct unit_test {
	const char *name;
	void (*run)(void);
};

/* Runs all tests of the table as one suite and prints CUnit's report. Returns 0 when
   every assertion held and every test ran, 1 when not, 99 when CUnit itself fails. */
int unit_run(const char *suite, const struct unit_test *test, size_t tests);

/* How often to do what is done by brute force: a tenth under memcheck, which is slow, and
   which finds in each of them the same. */
unsigned unit_rounds(unsigned rounds);

/* True when the process is gone, or only waits to be waited for: by us, or by an init
   that takes its time. */
bool process_gone(long pid);
/* Until it is, as who was killed takes a moment to be so; false when it lives on. */
bool process_goes(long pid);

#endif
