# SPDX-License-Identifier: BSD-3-Clause

# Shared by the engine and the console: it alone opens a policy's files.
noinst_LIBRARIES += libsource.a
libsource_a_SOURCES = subagent/source.c subagent/source.h

# What engine and agent share: the board and the socket pair.
noinst_LIBRARIES += libboard.a
libboard_a_SOURCES = subagent/board.c subagent/board.h subagent/link.c subagent/link.h

noinst_LIBRARIES += libagent.a
libagent_a_SOURCES = \
	subagent/agent.c subagent/agent.h subagent/agent-inside.h \
	subagent/agent-master.c subagent/agent-missing.c \
	subagent/agent-notify.c \
	subagent/agent-operation.c \
	subagent/agent-role.c \
	subagent/agent-sequence.c subagent/agent-switch.c \
	subagent/agent-table.c \
	subagent/agent-value.c
libagent_a_CFLAGS = $(AM_CFLAGS) $(AGENT_CFLAGS)

noinst_LIBRARIES += libpoller.a
libpoller_a_SOURCES = \
	subagent/discovery.c subagent/discovery.h \
	subagent/poller.c subagent/poller.h subagent/poller-inside.h \
	subagent/poller-cage.c \
	subagent/poller-peer.c \
	subagent/poller-role.c \
	subagent/poller-round.c \
	subagent/poller-value.c
libpoller_a_CFLAGS = $(AM_CFLAGS) $(SNMP_CFLAGS)

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	subagent/alarm.c subagent/alarm.h \
	subagent/daemon.c subagent/daemon.h \
	subagent/engine.c subagent/engine.h subagent/engine-inside.h \
	subagent/engine-agent.c \
	subagent/engine-load.c \
	subagent/engine-poller.c \
	subagent/health.c subagent/health.h \
	subagent/index.c subagent/index.h \
	subagent/keeper.c subagent/keeper.h \
	subagent/lateness.c subagent/lateness.h \
	subagent/load.c subagent/load.h \
	subagent/notices.c subagent/notices.h \
	subagent/operate.c subagent/operate.h \
	subagent/options.c subagent/options.h \
	subagent/outbox.c subagent/outbox.h \
	subagent/pause.c subagent/pause.h \
	subagent/ports.c subagent/ports.h \
	subagent/privilege.c subagent/privilege.h \
	subagent/publish.c subagent/publish.h subagent/publish-inside.h \
	subagent/publish-clients.c subagent/publish-clients.h \
	subagent/publish-layout.c \
	subagent/publish-rows.c subagent/publish-rows.h \
	subagent/publish-tables.c \
	subagent/publish-alarms.c subagent/publish-watch.c \
	subagent/report.c subagent/report.h \
	subagent/role.c subagent/role.h \
	subagent/server.c subagent/server.h subagent/server-inside.h \
	subagent/server-account.c \
	subagent/server-activity.c \
	subagent/server-exchange.c \
	subagent/server-health.c \
	subagent/server-keys.c \
	subagent/server-restore.c \
	subagent/server-watch.c \
	subagent/server-wire.c \
	subagent/start.c subagent/start.h \
	subagent/starter.c subagent/starter.h subagent/starter-process.c \
	subagent/starter-wire.c subagent/starter-wire.h \
	subagent/store.c subagent/store.h subagent/store-inside.h \
	subagent/store-database.c subagent/store-database.h \
	subagent/store-files.c subagent/store-files.h \
	subagent/store-hold.c subagent/store-hold.h \
	subagent/store-rows.c \
	subagent/trace-file.c subagent/trace-file.h \
	subagent/tracer.c subagent/tracer.h \
	subagent/turns.c subagent/turns.h \
	subagent/wire.c subagent/wire.h
libengine_a_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(SQLITE_CFLAGS)

# Small: it forks for each command, and may become any user.
pkglibexec_PROGRAMS += bellwether-runner
bellwether_runner_SOURCES = subagent/runner-main.c
bellwether_runner_LDADD = libmonitor.a libcommon.a $(UV_LIBS)

sbin_PROGRAMS += bellwetherd
bellwetherd_SOURCES = subagent/main.c
bellwetherd_LDADD = libagent.a libpoller.a libengine.a libboard.a libmib.a libsource.a libfleet.a libpolicy.a libmonitor.a \
	libmessage.a libcommon.a $(AGENT_LIBS) $(UV_LIBS) $(SQLITE_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) -lm
dist_man_MANS += doc/bellwetherd.8 doc/bellwether-trace.5
