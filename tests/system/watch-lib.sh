# SPDX-License-Identifier: BSD-3-Clause
# What tests of probes share: a policy with these probes, and what became of each.
# Sourced after lib.sh.

# watched SERVER-ADDRESS ALTERNATE-ADDRESS CLIENTS FUNCTION MONITOR: $dir/policy.xml, its
# performance that function; it is met within seconds.
watched() {
	[ -f "$dir/aaa1.key" ] || secret "$dir/aaa1.key"
	chown "$daemon_user" "$dir/aaa1.key"
	cat >"$dir/policy.xml" <<-END
		<policy xmlns="urn:bellwether:policy:1">
		  <server name="aaa1" address="$1" transport="icmp">
		    <key id="1" file="aaa1.key" algorithm="hmac-sha256"/>
		  </server>
		  <alternates><alternate name="aaa2" address="$2"/></alternates>
		  <monitor interval="1s" timeout="900ms">
		    $5
		  </monitor>
		  <performance function="$4"/>
		  <failover threshold="30" for="1s">
		    <step><select all="yes"/></step>
		    <order validity="10m" retry="500ms" attempts="20"/>
		  </failover>
		  <connection threshold="60" for="1s"><batch size="50" every="1s"/></connection>
		  <clients hello="10s">$3</clients>
		</policy>
	END
	faults=$("$programs/bellwetherd" --check -p "$dir/policy.xml" 2>&1) ||
		{ not_ok policy "$faults"; exit 1; }
}

# secret_file NAME TEXT: a file with a shared secret that the daemon may read.
secret_file() {
	(umask 077 && echo "$2" >"$dir/$1")
	chown "$daemon_user" "$dir/$1"
}

# input_is NAME PATTERN: the line of a parameter or service in a fresh status matches.
input_is() {
	input_asked "$1" &&
		grep -E "status: aaa1: (parameter|service) $1:" "$dir/daemon.log" | tail -1 |
		grep -Eq "$2"
}
input_asked() {
	# Before that a signal would end it.
	wait_for 20 grep -q "bellwetherd .* begins" "$dir/daemon.log" || return 1
	lines=$(grep -Ec "status: aaa1: (parameter|service) $1:" "$dir/daemon.log")
	kill -USR1 "$(cat "$dir/daemon.pid")" && wait_for 20 input_told "$1" "$lines"
}
input_told() {
	[ "$(grep -Ec "status: aaa1: (parameter|service) $1:" "$dir/daemon.log")" -gt "$2" ]
}

# input_seen NAME PATTERN: becomes so, or says how it is.
input_seen() {
	wait_for 40 input_is "$1" "$2" && return
	grep -E "status: aaa1: (parameter|service) $1:" "$dir/daemon.log" | tail -1 |
		sed 's/^/# /'
	return 1
}
