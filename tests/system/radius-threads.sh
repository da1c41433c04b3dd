#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A real FreeRADIUS's threads, counted by the helper through the daemon's runner: without
# the right, with it, idle, loaded, full, gone; and that nobody else gains any right.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/radius-lib.sh"

command -v setcap >/dev/null || skip "needs setcap (libcap2-bin)"
command -v nsenter >/dev/null || skip "needs nsenter"

# count NAME VALUE
count() {
	echo "<parameter name=\"$1\"><radius-threads process=\"freeradius\" max=\"8\"
		value=\"threads-$2\"/></parameter>"
}

host aaa
# Six helpers start with each round, which a busy machine wants time for.
interval=1s patience=900ms
watched "$(count available available) $(count max max) $(count total total)
	$(count busy busy) $(count idle idle)
	<parameter name=\"gains\">
	  <exec command=\"/bin/grep -q NoNewPrivs:.0 /proc/self/status\"/></parameter>
	<parameter name=\"absent\"><radius-threads process=\"no-such-server\" max=\"8\"
		value=\"threads-available\"/></parameter>"
radius_write "$dir/a" aaa1 127.0.0.11 8 6
# Few at first, as on any server: a thread that may be started is available.
sed -i -e 's/start_servers = 8/start_servers = 4/' -e 's/max_spare_servers = 8/max_spare_servers = 4/' \
	"$dir/a/radiusd.conf"
behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
must server-answers wait_for 20 served
with_helper "$dir/with-helper"
watches "$dir/with-helper"

# in_daemon COMMAND...: where the daemon's files are.
in_daemon() {
	nsenter -t "$(cat "$dir/daemon.pid")" -m -n -- "$@"
}
# status_of PROCESS FIELD
status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}
daemon_pid=$(cat "$dir/daemon.pid")

# ---- without the right ----

rights=cap_sys_ptrace,cap_dac_read_search=ep
check no-right wait_for 20 reads parameter available \
	"0, unknown.*failed: not measured: as root: setcap $rights $helper"
check no-right-no-zero reads parameter idle "0, unknown, last known never"
check absent-needs-none wait_for 20 reads parameter absent \
	"0, fresh.*absent: no process is named no-such-server"
by_hand() {
	in_daemon setpriv --reuid "$daemon_user" --clear-groups "$helper" -m 8 freeradius >"$dir/line"
}
by_hand
check by-hand-status [ $? -eq 3 ]
check by-hand-reason grep -q "^RADIUS THREADS UNKNOWN - not measured: as root: setcap" "$dir/line"

# ---- with it ----

in_daemon setcap $rights "$helper"
must idle-available wait_for 20 reads parameter available "8, fresh"
check idle-max wait_for 20 reads parameter max "8, fresh"
check idle-busy wait_for 20 reads parameter busy "0, fresh"
# A request that comes starts or ends a thread, none more than there may be.
check idle-all-idle wait_for 20 reads parameter idle "[1-8], fresh"
check by-hand by_hand
check by-hand-line grep -Eq "^RADIUS THREADS OK - 0 of [1-8] busy\|threads-total=[1-8] \
threads-busy=0 threads-idle=[1-8] threads-max=8 threads-available=8 pid=[0-9]+$" "$dir/line"
check daemon-has-no-right [ "$(status_of "$daemon_pid" CapPrm)" = 0000000000000000 ]
runner=$(pgrep -P "$daemon_pid" -f '^bellwetherd runner')
# Only to change user and group, and to signal: CAP_KILL, CAP_SETGID, CAP_SETUID.
check runner-has-no-right [ "$(status_of "$runner" CapPrm)" = 00000000000000e0 ]
# 1: grep found no line that says that rights may be gained.
check others-gain-nothing wait_for 20 reads parameter gains "1, fresh"

# ---- load ----

# Busier than it has threads makes the pool grow, one or so a second, as requests come.
slow 6
check six-busy wait_for 20 reads parameter available "[2-4], fresh"
served
check some-total wait_for 20 reads parameter total "[4-8], fresh"
stopped radclient
check six-done wait_for 20 reads parameter available "8, fresh"
slow 30
pushed() {
	served
	reads parameter available "0, fresh"
}
check full wait_for 30 pushed
check full-busy wait_for 10 reads parameter busy "8, fresh"
check full-none-idle wait_for 10 reads parameter idle "0, fresh"
stopped radclient
check back wait_for 60 reads parameter available "8, fresh"

# ---- a second one, gone, and no way to the right ----

host other
radius_write "$dir/b" aaa2 127.0.0.11 2 6
(behind other freeradius -d "$dir/b" -f -l stdout >"$dir/other.log" 2>&1) &
started other
other_runs() {
	[ "$(pgrep -c -x freeradius)" -ge 2 ] && grep -q "Ready to process" "$dir/other.log"
}
check second-runs wait_for 20 other_runs
ours() { by_hand && grep -q "threads-available=8" "$dir/line"; }
check second-is-another wait_for 20 ours
# A number that is somebody else's leads nowhere: the search finds the right one.
misled() {
	in_daemon "$helper" -m 8 -p "$1" freeradius | grep -q "pid=$(cat "$dir/radius.pid")$"
}
check misled-by-another-server misled "$(cat "$dir/other.pid")"
check misled-by-init misled 1
stopped other

stopped radius
check gone wait_for 20 reads parameter available "0, fresh.*absent: no process is named"
stopped daemon

behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
must server-again wait_for 20 served
rm -rf "$dir/state"
with_helper "$dir/with-helper" "setcap $rights"
: >"$dir/daemon.log"
watches setpriv --no-new-privs "$dir/with-helper"
check taken-away wait_for 20 reads parameter available \
	"0, unknown.*not measured: who runs this takes its right away"
