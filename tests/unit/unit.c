/* SPDX-License-Identifier: BSD-3-Clause */
/* The runner of unit tests: its exit status comes from the failures, not from CUnit's. */
#include "config.h"

#include "tests/unit/unit.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
unit_run(const char *suite, const struct unit_test *test, size_t tests)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 99;
	CU_pSuite registered = CU_add_suite(suite, NULL, NULL);
	if (!registered)
		return 99;
	for (size_t i = 0; i < tests; i++)
		if (!CU_add_test(registered, test[i].name, test[i].run))
			return 99;
	CU_basic_set_mode(CU_BRM_NORMAL);
	/* CU_basic_run_tests() reports CUnit's own errors only, so count failures. */
	CU_ErrorCode error = CU_basic_run_tests();
	unsigned failed =
	    CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	unsigned ran = CU_get_number_of_tests_run();
	CU_cleanup_registry();
	if (error != CUE_SUCCESS)
		return 99;
	return failed == 0 && ran == tests ? 0 : 1;
}

unsigned
unit_rounds(unsigned rounds)
{
	return getenv("VALGRIND") ? rounds / 10 : rounds;
}

bool
process_gone(long pid)
{
	char path[64], state = 'X';
	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	FILE *from = fopen(path, "r");
	if (!from)
		return true;
	/* A command's name may hold anything, but none of those tested has spaces. */
	if (fscanf(from, "%*d %*s %c", &state) != 1)
		state = 'X';
	fclose(from);
	return state == 'Z' || state == 'X';
}

bool
process_goes(long pid)
{
	for (int i = 0; i < 2000 && !process_gone(pid); i++)
		usleep(10000);
	return process_gone(pid);
}
