# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libmonitor.a
libmonitor_a_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(CRYPTO_CFLAGS)
libmonitor_a_SOURCES = \
	monitor/backlog.c \
	monitor/child.c monitor/child.h \
	monitor/counters.c monitor/counters.h \
	monitor/datagram.c monitor/datagram.h \
	monitor/diameter.c \
	monitor/diameter_packet.c monitor/diameter_packet.h \
	monitor/echo.c monitor/echo.h \
	monitor/exec.c \
	monitor/exchange.c monitor/exchange.h \
	monitor/file.c monitor/file.h \
	monitor/gather.c monitor/gather.h \
	monitor/kind.h \
	monitor/links.c monitor/links.h \
	monitor/local.c \
	monitor/monitor.c monitor/monitor.h \
	monitor/number.c monitor/number.h \
	monitor/perfdata.c monitor/perfdata.h \
	monitor/poll_wire.c monitor/poll_wire.h \
	monitor/poller.c monitor/poller.h \
	monitor/proc.c monitor/proc.h \
	monitor/process.c monitor/process.h monitor/process_name.c \
	monitor/radius.c \
	monitor/radius_packet.c monitor/radius_packet.h \
	monitor/radius_wire.c monitor/radius_wire.h \
	monitor/remote.c \
	monitor/runner.c \
	monitor/snmp.c \
	monitor/spawner.c monitor/spawner.h monitor/spawner_kind.h \
	monitor/system.c \
	monitor/tacacs.c \
	monitor/tacacs_packet.c monitor/tacacs_packet.h \
	monitor/tcp.c \
	monitor/threads.c monitor/threads.h monitor/threads_count.c \
	monitor/threads_probe.c \
	monitor/watch.c monitor/watch.h \
	monitor/wire.c monitor/wire.h \
	monitor/worker.c monitor/worker.h

# The helper of <radius-threads>: small, as it alone has rights of its own.
pkglibexec_PROGRAMS += radius-threads
radius_threads_SOURCES = monitor/threads-main.c
radius_threads_LDADD = libmonitor.a libcommon.a
dist_man_MANS += doc/bellwether-radius-threads.8

THREADS_INSTALLED = $(DESTDIR)$(pkglibexecdir)/radius-threads
THREADS_RIGHT = setcap cap_sys_ptrace,cap_dac_read_search=ep
install-exec-hook:
	@PATH="$$PATH:/usr/sbin:/sbin"; \
	$(THREADS_RIGHT) '$(THREADS_INSTALLED)' 2>/dev/null || { \
		echo "radius-threads may not look at other users' threads yet."; \
		echo "For <radius-threads> in a policy, run as root (package libcap2-bin):"; \
		echo "    $(THREADS_RIGHT) $(pkglibexecdir)/radius-threads"; }
