# SPDX-License-Identifier: BSD-3-Clause
MONITOR_UNITS = \
	tests/unit/counters-test \
	tests/unit/diameter-test \
	tests/unit/freeradius-test \
	tests/unit/monitor-test \
	tests/unit/perfdata-test \
	tests/unit/poll-test \
	tests/unit/proc-test \
	tests/unit/radius-test \
	tests/unit/spawner-test \
	tests/unit/status-test \
	tests/unit/system-test \
	tests/unit/threads-test \
	tests/unit/tacacs-test \
	tests/unit/wire-test \
	tests/unit/worker-test
MONITOR_UNIT_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(CRYPTO_CFLAGS) $(CUNIT_CFLAGS)
MONITOR_UNIT_LIBS = libunit.a libmonitor.a libcommon.a $(UV_LIBS) $(CRYPTO_LIBS) \
	$(CUNIT_LIBS) -lm
check_PROGRAMS += $(MONITOR_UNITS)
TESTS += $(MONITOR_UNITS)

tests_unit_perfdata_test_SOURCES = tests/unit/perfdata-test.c
tests_unit_perfdata_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_perfdata_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_poll_test_SOURCES = tests/unit/poll-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_poll_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_poll_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_proc_test_SOURCES = tests/unit/proc-test.c
tests_unit_proc_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_proc_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_radius_test_SOURCES = tests/unit/radius-test.c \
	tests/unit/radius-server.c tests/unit/radius-server.h
tests_unit_radius_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_radius_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_wire_test_SOURCES = tests/unit/wire-test.c
tests_unit_wire_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_wire_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_spawner_test_SOURCES = tests/unit/spawner-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_spawner_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_spawner_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_monitor_test_SOURCES = tests/unit/monitor-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_monitor_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_monitor_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_status_test_SOURCES = tests/unit/status-test.c tests/unit/watching.c tests/unit/watching.h tests/unit/radius-server.c tests/unit/radius-server.h
tests_unit_status_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_status_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_system_test_SOURCES = tests/unit/system-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_system_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_system_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_threads_test_SOURCES = tests/unit/threads-test.c
tests_unit_threads_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_threads_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_freeradius_test_SOURCES = tests/unit/freeradius-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_freeradius_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_freeradius_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_tacacs_test_SOURCES = tests/unit/tacacs-test.c tests/unit/watching.c tests/unit/watching.h \
	tests/unit/tacacs-server.c tests/unit/tacacs-server.h
tests_unit_tacacs_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_tacacs_test_LDADD = $(MONITOR_UNIT_LIBS)
EXTRA_DIST += tests/vectors/tacacs.py tests/vectors/diameter.py

tests_unit_diameter_test_SOURCES = tests/unit/diameter-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_diameter_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_diameter_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_counters_test_SOURCES = tests/unit/counters-test.c tests/unit/watching.c tests/unit/watching.h tests/unit/radius-server.c tests/unit/radius-server.h
tests_unit_counters_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_counters_test_LDADD = $(MONITOR_UNIT_LIBS)

tests_unit_worker_test_SOURCES = tests/unit/worker-test.c tests/unit/watching.c tests/unit/watching.h
tests_unit_worker_test_CFLAGS = $(MONITOR_UNIT_CFLAGS)
tests_unit_worker_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create
tests_unit_worker_test_LDADD = $(MONITOR_UNIT_LIBS)
