# SPDX-License-Identifier: BSD-3-Clause
judge_tests = tests/unit/expression-test tests/unit/window-test tests/unit/judge-test \
	tests/unit/judge-days-test
check_PROGRAMS += $(judge_tests)
TESTS += $(judge_tests)
JUDGE_TEST_LIBS = libunit.a libpolicy.a libcommon.a $(CUNIT_LIBS) $(XML_LIBS) -lm

tests_unit_expression_test_SOURCES = tests/unit/expression-test.c
tests_unit_expression_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_expression_test_LDADD = $(JUDGE_TEST_LIBS)

tests_unit_window_test_SOURCES = tests/unit/window-test.c
tests_unit_window_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_window_test_LDADD = $(JUDGE_TEST_LIBS)

COURT_SOURCES = tests/unit/court.c tests/unit/court.h
tests_unit_judge_days_test_SOURCES = tests/unit/judge-days-test.c $(COURT_SOURCES)
tests_unit_judge_days_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_judge_days_test_LDADD = $(JUDGE_TEST_LIBS)

tests_unit_judge_test_SOURCES = tests/unit/judge-test.c $(COURT_SOURCES)
tests_unit_judge_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_judge_test_LDADD = $(JUDGE_TEST_LIBS)

check_PROGRAMS += tests/unit/values-test
TESTS += tests/unit/values-test
tests_unit_values_test_SOURCES = tests/unit/values-test.c $(POLICY_TEST_SOURCE)
tests_unit_values_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_values_test_LDADD = $(JUDGE_TEST_LIBS)
