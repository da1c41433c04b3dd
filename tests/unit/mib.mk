# SPDX-License-Identifier: BSD-3-Clause
check_PROGRAMS += tests/unit/mib-test
TESTS += tests/unit/mib-test
tests_unit_mib_test_SOURCES = tests/unit/mib-test.c
tests_unit_mib_test_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_mib_test_LDADD = libunit.a libmib.a libcommon.a $(CUNIT_LIBS)
