#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A failover of two steps and its hold-down, with the daemon killed (-9) in the midst of
# each: it goes on with the step that is due, and holds down until when it would have.
. "$(dirname "$0")/lib.sh"

clients=200
hold_down=8

# said PATTERN [COUNT]: the daemon's log has so many such lines.
said() {
	[ "$(grep -c "$1" "$dir/daemon.log")" -eq "${2:-1}" ]
}

# they_are PLACE COUNT: as the last line of an interval says.
they_are() {
	sed -n 's/.*clients \(here [0-9]* away [0-9]*\) .*/ \1 /p' "$dir/daemon.log" |
		tail -1 | grep -q " $1 $2 "
}

# when PATTERN: the first line with it, as seconds since 1970.
when() {
	date -d "$(grep -m 1 "$1" "$dir/daemon.log" | cut -d ' ' -f 1)" +%s
}

# apart PATTERN PATTERN: whole seconds between the two lines, or one less.
apart() {
	echo $(($(when "$2") - $(when "$1")))
}

killed() {
	kill -KILL "$(cat "$dir/daemon.pid")"
	wait_for 20 gone "$(cat "$dir/daemon.pid")"
	rm -f "$dir/daemon.pid"
	daemon net
}

# has QUERY ANSWER: the store does.
has() {
	[ "$(sqlite3 "$dir/state/state.db" "$1" 2>/dev/null)" = "$2" ]
}

command -v sqlite3 >/dev/null 2>&1 || skip "needs sqlite3"
host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/22\" count=\"$clients\"/>" 200 1s
sed -i -e "s/<failover /<failover hold-down=\"${hold_down}s\" /" \
	-e 's/<select all="yes"\/>/<select all="yes" share="25%"\/>/' \
	-e 's/<order /<step after="6s"><select all="yes"\/><\/step><order /' \
	"$dir/policy.xml"
daemon net
simulated net all
check everybody-heard wait_for 20 they_are here "$clients"

load 90
check first-step wait_for 20 they_are away 50
check first-step-stored wait_for 20 has 'SELECT step FROM operations' 1
killed
check second-step wait_for 40 they_are away "$clients"
check first-step-once said 'failover ordered for 50 of 200 clients (step 1 of 2: all, share 25%)'
check second-step-once said 'ordered for 150 more clients, 200 of 200 so far (step 2 of 2: all)'
check one-operation wait_for 20 has 'SELECT count(*), max(step) FROM operations' '1|2'
check not-before-its-time [ "$(apart '(step 1 of 2' '(step 2 of 2')" -ge 5 ]
check ended wait_for 20 said 'failover done at step 2 of 2'

load 10
check held-down wait_for 20 said \
	"200 clients are not called back yet: connection is met; hold-down until .* UTC (${hold_down}s)"
killed
check called-back wait_for 40 they_are here "$clients"
check not-before-it-is-over [ "$(apart 'failover done' 'calling back')" -ge $((hold_down - 1)) ]
