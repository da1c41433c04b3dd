#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The disk of the state full, only to be read, and its files gone, each while the engine
# decides: it goes on, says so, also by SNMP, and writes again by itself; and what it knows
# is there after a kill, also of one that was started on such a disk.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"

clients=50

# The state has a disk of its own, which goes with us.
mkdir "$dir/state"
mount -t tmpfs -o size=1m,mode=755 bellwether "$dir/state" || skip "needs to mount"
trap 'status=$?; umount -l "$dir/state"; (exit $status); finish' EXIT

said() {
	[ "$(grep -c "$1" "$dir/daemon.log")" -ge "${2:-1}" ]
}
flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}
they_are() {
	sed -n 's/.*clients \(here [0-9]* away [0-9]*\) .*/ \1 /p' "$dir/daemon.log" |
		tail -1 | grep -q " $1 $clients "
}
# alarm COUNT: so many of the store, as the console's command has them.
alarm() {
	rows alarms "$1" alarmName=store-failing
}
# events PATTERN: there is one.
events() {
	ask events --json
	[ "$(shown eventText "eventText~$1" | wc -l)" -gt 0 ]
}
fill() {
	! dd if=/dev/zero of="$dir/state/ballast" bs=1k 2>/dev/null &&
		[ "$(df --output=avail "$dir/state" | tail -1)" -eq 0 ]
}
# Until nothing is on its way to the disk.
stored() {
	before=$(grep -c 'status: store: works.*waiting 0' "$dir/daemon.log")
	kill -USR1 "$(cat "$dir/daemon.pid")"
	wait_for 10 said 'status: store: works.*waiting 0' $((before + 1))
}
killed() {
	stopped daemon KILL
}
# started_again: it runs, and what it says from now on is all that counts.
started_again() {
	mv "$dir/daemon.log" "$dir/daemon-$1.log"
	daemon net
	wait_for 20 said 'engine: bellwetherd .* begins'
}

# nobody_asked: nobody is to tell any more what happened before a kill.
nobody_asked() {
	sed -n 's/.*clients here .*, asked \([0-9]*\)$/\1/p' "$dir/daemon.log" | tail -1 |
		grep -qx 0
}
# stopped_without_doubt: and runs again. A stop while clients have yet to tell what happened
# before a kill is not the end of that.
stopped_without_doubt() {
	nobody_asked || return 1
	stopped daemon
	started_again calm
	wait_for 20 said "aaa1: restored $clients clients"
	said "aaa1: restored $clients clients, [0-9]* operations\$"
}

# The disk is for all, and the mount besides for those who were there.
writable() {
	mount -o remount,rw "$dir/state" &&
		nsenter -t "$(cat "$dir/daemon.pid")" -m mount -o remount,rw "$dir/state"
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/24\" count=\"$clients\"/>" $clients 1s
daemon_options="-x unix:$dir/agentx"
master
daemon net
simulated net all
check everybody-heard wait_for 40 they_are here
check no-alarm wait_for 40 alarm 0

# ---- full ----

check full fill
load 90
check full-disk-delays-no-order wait_for 20 flock_is "here 0 away $clients"
check full-is-said wait_for 20 said 'store: .*full; decisions and orders go on without it'
check full-is-an-alarm wait_for 20 alarm 1
ask status
expect full-is-in-the-status 2 'store-failing'
# On the full disk it starts as well: with what was written, and asks for the rest.
killed
check starts-on-a-full-disk started_again full
check reads-on-a-full-disk wait_for 20 said "aaa1: restored $clients clients"
check knows-who-is-away wait_for 20 they_are away
rm "$dir/state/ballast"
check space-is-used wait_for 20 said 'store: .* is written again, after'
check full-is-over wait_for 20 alarm 0
check full-then-stored wait_for 20 stored
killed
check starts-after-full started_again space
check remembers-after-full wait_for 20 said "aaa1: restored $clients clients"
check away-after-full wait_for 20 they_are away
check flock-agrees-after-full flock_is "here 0 away $clients"

# ---- its files gone ----

rm "$dir"/state/state.db*
check gone-is-noticed wait_for 20 said 'store: .* was removed: what is known is written again'
check gone-is-an-event wait_for 20 events 'database began anew'
check gone-then-stored wait_for 20 stored
killed
check starts-after-gone started_again gone
check remembers-after-gone wait_for 20 said "aaa1: restored $clients clients"
check away-after-gone wait_for 20 they_are away

# ---- only to be read ----

check nobody-in-doubt wait_for 60 stopped_without_doubt
stopped daemon
check read-only wait_for 20 mount -o remount,ro "$dir/state"
check starts-read-only started_again read-only
check reads-read-only wait_for 20 said "aaa1: restored $clients clients, [0-9]* operations\$"
check read-only-is-said said 'store: .*: Read-only file system; going on with what it has'
check away-read-only wait_for 20 they_are away
check read-only-is-an-alarm wait_for 40 alarm 1
load 10
check back-read-only wait_for 20 flock_is "here $clients away 0"
check read-only-ends writable
check written-again wait_for 20 said 'store: .* is written again, after'
check read-only-is-over wait_for 20 alarm 0
check read-only-then-stored wait_for 20 stored
killed
check starts-after-read-only started_again end
check remembers-after-read-only wait_for 20 said "aaa1: restored $clients clients"
check here-after-read-only wait_for 20 they_are here
check nothing-put-aside [ "$(ls "$dir"/state/state.db.* 2>/dev/null | wc -l)" -eq 0 ]
