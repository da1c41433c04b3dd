/* SPDX-License-Identifier: BSD-3-Clause */
/* The runner of unit tests: its exit status comes from the failures, not from CUnit's. */
#include "config.h"

#include "tests/unit/unit.h"

#include <CUnit/Basic.h>

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
