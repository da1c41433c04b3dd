# SPDX-License-Identifier: BSD-3-Clause
COMMON_UNITS = tests/unit/common-test tests/unit/file-test tests/unit/trace-test
COMMON_UNIT_LIBS = libunit.a libcommon.a $(CUNIT_LIBS)
check_PROGRAMS += $(COMMON_UNITS)
TESTS += $(COMMON_UNITS)

tests_unit_common_test_SOURCES = tests/unit/common-test.c
tests_unit_common_test_LDADD = $(COMMON_UNIT_LIBS)
tests_unit_file_test_SOURCES = tests/unit/file-test.c
tests_unit_file_test_LDADD = $(COMMON_UNIT_LIBS)
tests_unit_trace_test_SOURCES = tests/unit/trace-test.c
tests_unit_trace_test_LDADD = $(COMMON_UNIT_LIBS)
