# SPDX-License-Identifier: BSD-3-Clause
if HAVE_CUNIT
check_LIBRARIES += libunit.a
libunit_a_SOURCES = tests/unit/unit.c tests/unit/unit.h
libunit_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)

include tests/unit/common.mk
include tests/unit/message.mk
include tests/unit/monitor.mk
include tests/unit/policy.mk
include tests/unit/judge.mk
include tests/unit/fleet.mk
include tests/unit/client.mk
include tests/unit/mib.mk
include tests/unit/subagent.mk
include tests/unit/tui.mk
endif
