# SPDX-License-Identifier: BSD-3-Clause
policy_tests = tests/unit/distribute-test tests/unit/policy-test tests/unit/policy-memory-test \
	tests/unit/select-test tests/unit/sites-test tests/unit/source-test
check_PROGRAMS += $(policy_tests)
TESTS += $(policy_tests)
POLICY_TEST_LIBS = libunit.a libpolicy.a libcommon.a $(CUNIT_LIBS) $(XML_LIBS) -lm
POLICY_TEST_SOURCE = tests/unit/policy-source.c tests/unit/policy-source.h

tests_unit_policy_test_SOURCES = \
	tests/unit/policy-test.c \
	tests/unit/policy-documents.c \
	tests/unit/policy-guide.c \
	tests/unit/policy-monitor.c \
	tests/unit/policy-reference.c \
	tests/unit/policy-schema.c tests/unit/policy-schema.h \
	tests/unit/policy-vocabulary.c \
	tests/unit/policy-tests.h \
	$(POLICY_TEST_SOURCE)
tests_unit_policy_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(XML_CFLAGS)
tests_unit_policy_test_LDADD = $(POLICY_TEST_LIBS)
tests_unit_distribute_test_SOURCES = tests/unit/distribute-test.c
tests_unit_distribute_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_distribute_test_LDADD = $(POLICY_TEST_LIBS)
tests_unit_select_test_SOURCES = tests/unit/select-test.c $(POLICY_TEST_SOURCE)
tests_unit_select_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_select_test_LDADD = $(POLICY_TEST_LIBS)
tests_unit_sites_test_SOURCES = tests/unit/sites-test.c $(POLICY_TEST_SOURCE)
tests_unit_sites_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_sites_test_LDADD = $(POLICY_TEST_LIBS)
tests_unit_policy_memory_test_SOURCES = tests/unit/policy-memory-test.c \
	$(POLICY_TEST_SOURCE)
tests_unit_policy_memory_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_policy_memory_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc \
	-Wl,--wrap=calloc -Wl,--wrap=reallocarray
tests_unit_policy_memory_test_LDADD = $(POLICY_TEST_LIBS)
tests_unit_source_test_SOURCES = tests/unit/source-test.c
tests_unit_source_test_LDADD = libunit.a libsource.a libcommon.a $(CUNIT_LIBS)
EXTRA_DIST += tests/policy
