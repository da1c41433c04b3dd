# SPDX-License-Identifier: BSD-3-Clause
# What the tests of probes at a real FreeRADIUS share: the server, load, and what the
# daemon reads. Sourced after lib.sh.

. "$root/scripts/radius.sh"
command -v freeradius >/dev/null && command -v radclient >/dev/null || skip "needs FreeRADIUS"

# given FILE TEXT: a secret or password that the daemon may read.
given() {
	(umask 077 && printf '%s' "$2" >"$dir/$1")
	chown "$daemon_user" "$dir/$1"
}

# Where the daemon looks for it; files of this test lie over that, for the daemon alone.
installed=$(sed -n 's/^prefix = //p' "$programs/Makefile")
helper=$installed/libexec/bellwether/radius-threads

# with_helper FILE [COMMAND]: FILE runs a program where the helper is installed, after a
# command that is given it, like "setcap cap_sys_ptrace,cap_dac_read_search=ep".
with_helper() {
	cat >"$1" <<-END
		#!/bin/sh
		mount -t tmpfs none "$installed" && mkdir -p "${helper%/*}" &&
			cp "$programs/radius-threads" "$helper" && ${2:-:} "$helper" || exit 1
		exec "\$@"
	END
	chmod 755 "$1"
}

# watched MONITOR [REST]: $dir/policy.xml with these parameters and services; REST stands
# in for what decides, which is nothing. $interval and $patience are the monitor's.
watched() {
	[ -f "$dir/aaa1.key" ] || secret "$dir/aaa1.key"
	chown "$daemon_user" "$dir/aaa1.key"
	decides=${2:-}
	[ -n "$decides" ] || decides='<performance function="100"/>
		<failover threshold="1" for="1m"><step><select all="yes"/></step></failover>
		<connection threshold="60" for="3s"/>'
	cat >"$dir/policy.xml" <<-END
		<policy xmlns="urn:bellwether:policy:1">
		  <server name="aaa1" address="127.0.0.11" transport="icmp">
		    <key id="1" file="aaa1.key"/>
		  </server>
		  <alternates><alternate name="aaa2" address="127.0.0.12"/></alternates>
		  <monitor interval="${interval:-500ms}" timeout="${patience:-400ms}">
		    $1
		  </monitor>
		  $decides
		  <clients hello="10s"><range name="ap-%d" prefix="127.1.0.0/27"/></clients>
		</policy>
	END
}

# reads KIND NAME PATTERN: a status that the daemon is asked for now says so of a
# "parameter" or "service". Waits by itself: wait_for is what calls it.
reads() {
	said_before=$(grep -c "status: aaa1: $1 $2:" "$dir/daemon.log")
	kill -USR1 "$(cat "$dir/daemon.pid")" || return 1
	said_until=$(($(date +%s) + 10))
	until [ "$(grep -c "status: aaa1: $1 $2:" "$dir/daemon.log")" -gt "$said_before" ]; do
		[ "$(date +%s)" -lt "$said_until" ] || return 1
		sleep 0.05
	done
	grep "status: aaa1: $1 $2:" "$dir/daemon.log" | tail -1 | grep -Eq "$1 $2: $3"
}

# watches [COMMAND...]: the daemon runs, with this policy. Before it does, the signal that
# asks for a status would end it.
watches() {
	daemon aaa "$@"
	must daemon-begins wait_for 20 grep -q "aaa1 performance" "$dir/daemon.log"
	must daemon-runs wait_for 20 reads parameter cpu "[0-9.]+ %, fresh"
}

# must TEST COMMAND...: a test without which the rest would only wait.
must() {
	check "$@"
	[ "$failed" -eq 0 ] || exit 1
}

# slow COUNT [USER]: so many logins that block a thread each.
slow() {
	seq 1 "$1" | sed "s/.*/User-Name=${2:-slow},User-Password=trial,NAS-Port=&\n/" \
		>"$dir/requests"
	behind aaa radclient -q -r 1 -t 60 -p "$1" -f "$dir/requests" \
		"127.0.0.11:$radius_port" auth "$radius_secret" >/dev/null 2>&1 &
	started radclient
}

# served: the server answers a login.
served() {
	[ "$(on aaa sh -c ". $root/scripts/radius.sh; radius_ask 127.0.0.11 bob 4")" = aaa1 ]
}
