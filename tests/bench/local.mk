# SPDX-License-Identifier: BSD-3-Clause

EXTRA_PROGRAMS += tests/bench/message-bench
BENCHES += tests/bench/message-bench
tests_bench_message_bench_SOURCES = tests/bench/message-bench.c
tests_bench_message_bench_LDADD = libmessage.a libcommon.a $(CRYPTO_LIBS)

EXTRA_PROGRAMS += tests/bench/judge-bench
BENCHES += tests/bench/judge-bench
tests_bench_judge_bench_SOURCES = tests/bench/judge-bench.c
tests_bench_judge_bench_CFLAGS = $(AM_CFLAGS) $(XML_CFLAGS)
tests_bench_judge_bench_LDADD = libpolicy.a libcommon.a $(XML_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/policy-bench
BENCHES += tests/bench/policy-bench
tests_bench_policy_bench_SOURCES = tests/bench/policy-bench.c
tests_bench_policy_bench_CFLAGS = $(AM_CFLAGS) $(XML_CFLAGS)
tests_bench_policy_bench_LDADD = libpolicy.a libcommon.a $(XML_LIBS) -lm
tests/bench/tests_bench_policy_bench-policy-bench.$(OBJEXT): policy/schema.inc

bench_policy = tests/bench/bench-policy.c tests/bench/bench-policy.h \
	tests/unit/policy-source.c tests/unit/policy-source.h
EXTRA_PROGRAMS += tests/bench/fleet-bench
BENCHES += tests/bench/fleet-bench
tests_bench_fleet_bench_SOURCES = tests/bench/fleet-bench.c $(bench_policy)
tests_bench_fleet_bench_LDADD = libfleet.a libpolicy.a libmessage.a libcommon.a \
	$(XML_LIBS) $(CRYPTO_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/select-bench
BENCHES += tests/bench/select-bench
tests_bench_select_bench_SOURCES = tests/bench/select-bench.c $(bench_policy)
tests_bench_select_bench_LDADD = libpolicy.a libcommon.a $(XML_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/day-bench
BENCHES += tests/bench/day-bench
tests_bench_day_bench_SOURCES = tests/bench/day-bench.c tests/bench/bench-day.h \
	$(bench_policy)
tests_bench_day_bench_LDADD = libfleet.a libpolicy.a libmessage.a libcommon.a \
	$(XML_LIBS) $(CRYPTO_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/simulate-bench
BENCHES += tests/bench/simulate-bench
tests_bench_simulate_bench_SOURCES = tests/bench/simulate-bench.c tests/bench/bench-day.h

EXTRA_PROGRAMS += tests/bench/monitor-bench
BENCHES += tests/bench/monitor-bench
tests_bench_monitor_bench_SOURCES = tests/bench/monitor-bench.c
tests_bench_monitor_bench_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_bench_monitor_bench_LDADD = libmonitor.a libcommon.a $(UV_LIBS) $(CRYPTO_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/console-bench
BENCHES += tests/bench/console-bench
tests_bench_console_bench_SOURCES = tests/bench/console-bench.c
tests_bench_console_bench_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_bench_console_bench_LDADD = libtui.a libscreen.a libmanager.a libmib.a libflock.a libclient.a libsource.a \
	libfleet.a libpolicy.a libmessage.a libcommon.a $(SNMP_LIBS) $(CURSES_LIBS) $(XML_LIBS) \
	$(CRYPTO_LIBS) -lm
SCRIPT_BENCHES += tests/bench/lateness-bench.sh tests/bench/walkers-bench.sh \
	tests/bench/logins-bench.sh
EXTRA_DIST += tests/bench/lateness-bench.sh tests/bench/walkers-bench.sh \
	tests/bench/logins-bench.sh

# With the pretended engine of the system tests, and snmpd.
EXTRA_PROGRAMS += tests/bench/agent-bench
BENCHES += tests/bench/agent-bench
BENCH_NEEDS += tests/system/board-demo$(EXEEXT)
snmp_stand = tests/bench/snmp-stand.c tests/bench/snmp-stand.h
tests_bench_agent_bench_SOURCES = tests/bench/agent-bench.c $(snmp_stand) \
	tests/bench/bare-agent.c tests/bench/bare-agent.h
tests_bench_agent_bench_CFLAGS = $(AM_CFLAGS) $(AGENT_CFLAGS)
tests_bench_agent_bench_LDFLAGS = $(AM_LDFLAGS) -pthread
tests_bench_agent_bench_LDADD = libmanager.a libmib.a libcommon.a $(AGENT_LIBS)

EXTRA_PROGRAMS += tests/bench/notify-bench
BENCHES += tests/bench/notify-bench
tests_bench_notify_bench_SOURCES = tests/bench/notify-bench.c $(snmp_stand)
tests_bench_notify_bench_LDADD = libcommon.a
SCRIPT_BENCHES += tests/bench/notify-wire-bench.sh tests/bench/radius-bench.sh
EXTRA_DIST += tests/bench/notify-wire-bench.sh tests/bench/radius-bench.sh

# fleet-wire-bench.sh compares with it.
EXTRA_PROGRAMS += tests/bench/bare-wire
BENCH_NEEDS += tests/bench/bare-wire$(EXEEXT)
tests_bench_bare_wire_SOURCES = tests/bench/bare-wire.c
tests_bench_bare_wire_LDADD = libmessage.a libcommon.a $(CRYPTO_LIBS)
SCRIPT_BENCHES += tests/bench/fleet-wire-bench.sh
EXTRA_DIST += tests/bench/fleet-wire-bench.sh tests/bench/alone-lib.sh

# idle-bench.sh compares with it.
EXTRA_PROGRAMS += tests/bench/bare-reads
BENCH_NEEDS += tests/bench/bare-reads$(EXEEXT)
tests_bench_bare_reads_SOURCES = tests/bench/bare-reads.c
SCRIPT_BENCHES += tests/bench/idle-bench.sh
EXTRA_DIST += tests/bench/idle-bench.sh
SCRIPT_BENCHES += tests/bench/fleet-memory-bench.sh
EXTRA_DIST += tests/bench/fleet-memory-bench.sh
SCRIPT_BENCHES += tests/bench/console-live-bench.sh
EXTRA_DIST += tests/bench/console-live-bench.sh
