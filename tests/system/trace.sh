#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A server's trace: what a real daemon writes of a failover and a return, over a kill -9, a
# full disk and an end; and that judging it again decides what the daemon decided.
. "$(dirname "$0")/lib.sh"

trace=$dir/state/trace/aaa1.trace

# traced PATTERN [FILE]: some line of the trace has it.
traced() {
	grep -Eq "$1" "${2:-$trace}"
}

# replayed FILE: judged again, each decision is the daemon's.
replayed() {
	"$programs/tests/system/trace-replay" "$dir/policy.xml" "$1" >"$dir/replayed" 2>&1 ||
		{
			sed 's/^/# /' "$dir/replayed"
			return 1
		}
}

# compared COUNT: so many at least were.
compared() {
	[ "$(sed -n 's/^\([0-9]*\) decisions are the same$/\1/p' "$dir/replayed")" -ge "$1" ]
}

host net
policy 127.0.0.11 127.0.0.12 '<range name="ap-%d" prefix="127.1.0.0/24" count="20"/>'
daemon net
simulated net all
check heard wait_for 40 clients_are here 20
load 90
check away wait_for 40 clients_are away 20
load 10
check back wait_for 40 clients_are here 20
check serving-again wait_for 40 traced 'decided returning .*connection=yes'
check begins-as-documented [ "$(head -2 "$trace" | tr '\n' ' ')" = \
	"bellwether-trace 1 server aaa1 " ]
check decided-shedding traced '^[0-9.]+ decided (shedding|away) failover=yes connection=no "performance 10 < 30'
check sampled traced '^[0-9.]+ work=90( |$)'
check policy-named traced "^[0-9.]+ policy $(sha256sum <"$dir/policy.xml" | cut -d ' ' -f 1)$"
check rights [ "$(stat -c '%a %U' "$trace")" = "640 $daemon_user" ]

# Killed while it writes: half a line, and the next daemon goes on behind the whole ones.
kill -KILL "$(cat "$dir/daemon.pid")"
wait_for 20 gone "$(cat "$dir/daemon.pid")"
rm -f "$dir/daemon.pid"
printf '99999999.5 work=1' >>"$trace"
touch "$dir/state/pause"
daemon net
check goes-on wait_for 40 traced '^[0-9.]+ gap "the daemon was started again"'
check torn-is-gone eval '! traced "work=1( |\$)" || ! traced "^99999999"'
check paused-by-file wait_for 40 traced '^[0-9.]+ pause file'
rm "$dir/state/pause"
check resumed wait_for 40 traced '^[0-9.]+ resume file'
load 95
check away-again wait_for 40 clients_are away 20
stopped daemon
# What came in the last seconds is written at the end.
check written-at-the-end traced '^[0-9.]+ work=95( |$)'
check replays replayed "$trace"
check replays-all compared 4
