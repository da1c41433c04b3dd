# SPDX-License-Identifier: BSD-3-Clause
# System tests need root and minutes, so scripts/check runs them, not make check.
EXTRA_DIST += tests/system/lib.sh tests/system/wire.sh tests/system/three-hosts.sh \
	tests/system/loss.sh tests/system/freeradius.sh tests/system/clock.sh \
	tests/system/quickstart.sh tests/system/clockshim.c \
	tests/system/diskshim.c \
	tests/system/operator.sh tests/system/users.sh tests/system/engine.sh tests/system/killed.sh tests/system/commands.sh \
	tests/system/hooks-freeradius-proxy.sh tests/system/hooks-nft-dnat.sh \
	tests/system/hooks-file-swap.sh tests/system/hooks-radcli.sh \
	tests/system/hooks-hostapd.sh \
	tests/system/peers.sh tests/system/poller.sh tests/system/activity.sh \
	tests/system/reload.sh tests/system/keys.sh
EXTRA_DIST += tests/system/own-network.sh tests/system/walk-lib.sh tests/system/walk.pl tests/system/walk.py \
	tests/system/agent.sh tests/system/stacks.sh tests/system/agent-operate.sh tests/system/agent-notify.sh \
	tests/system/agent-switch.sh tests/system/notify-stacks.sh tests/system/notified.py \
	tests/system/notified.escript

# Preloaded, so shared objects; libtool for the sake of two tests would be too much.
SHIMS = tests/system/clockshim.so tests/system/diskshim.so
check_DATA = $(SHIMS)
CLEANFILES += $(SHIMS)
SUFFIXES += .so
$(SHIMS): config.h
.c.so:
	@$(MKDIR_P) tests/system
	$(AM_V_CC)$(CC) $(DEFS) -I. -std=gnu11 $(WARN_CFLAGS) $(CFLAGS) -shared -fPIC \
		-o $@ $<

EXTRA_DIST += tests/system/completion.sh tests/system/lossy.sh tests/system/json.sh tests/system/json-check.py
EXTRA_DIST += tests/system/colours.sh tests/system/picture.pl tests/system/pictures.sh \
	tests/system/relay.pl tests/system/console-sizes.sh tests/system/console-weather.sh
EXTRA_DIST += tests/system/console.sh tests/system/console-lib.sh \
	tests/system/console-ease.sh \
	tests/system/agent-lib.sh tests/system/screens

# An engine that only pretends, for the agent's tests and bench.
check_PROGRAMS += tests/system/board-demo
tests_system_board_demo_SOURCES = tests/system/board-demo.c tests/system/demo-scene.c \
	tests/system/demo-scene.h
tests_system_board_demo_LDADD = libagent.a libboard.a libmib.a libengine.a libpolicy.a \
	libcommon.a $(AGENT_LIBS) $(XML_LIBS) -lm

# The daemon behind SNMP.
EXTRA_DIST += tests/system/snmp-lib.sh tests/system/snmp.sh tests/system/rounds.sh tests/system/pauses-lib.sh \
	tests/system/lost.sh tests/system/delivery.sh tests/system/queue.sh

# Logins through real proxies, for the test and the bench.
EXTRA_DIST += tests/system/logins.sh tests/system/logins-lib.sh tests/system/logins.pl \
	tests/system/logins-report.pl
# Probes at a real FreeRADIUS.
EXTRA_DIST += tests/system/radius-lib.sh tests/system/radius-login.sh \
	tests/system/radius-threads.sh tests/system/radius-backlog.sh \
	tests/system/radius-drowned.sh tests/system/radius-status.sh

# Probes of other servers than RADIUS, and by others.
EXTRA_DIST += tests/system/watch-lib.sh tests/system/tacacs.sh tests/system/tacacs.pl \
	tests/system/diameter.sh tests/system/plugins.sh tests/system/probe-written.sh

# Documents that nobody should send.
EXTRA_DIST += tests/system/hostile.sh tests/system/hostile.py

# Steps and hold-down of a failover.
EXTRA_DIST += tests/system/steps.sh

# What happens to the state while the daemon decides.
EXTRA_DIST += tests/system/store.sh

# Management systems and what nms/ makes for them.
EXTRA_DIST += tests/system/nms-files.sh tests/system/nms.sh tests/system/nms-check.py \
	tests/nms/rules-test.yml

# What a daemon keeps of its decisions, and that they are decided again.
EXTRA_DIST += tests/system/trace.sh tests/system/simulate.sh
