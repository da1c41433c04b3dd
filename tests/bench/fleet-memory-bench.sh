#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What a client costs a running daemon: how much more memory the engine has of its own, and
# how much larger the board is, with 100,000 clients than with 10,000 that have all been
# ordered away and have come back.
bench=fleet-memory
. "$(dirname "$0")/alone-lib.sh"

give_up() {
	echo "bench: $bench not measured: $*"
	exit 0
}
are() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

# pages PROCESS FIELD: bytes, of its status.
pages() {
	awk -v field="$2:" '$1 == field { print $2 * 1024 }' "/proc/$1/status"
}

# board PROCESS: bytes of its memory files.
board() {
	for fd in "/proc/$1/fd"/*; do
		case $(readlink "$fd") in
		*memfd:bellwether-board*) stat -L -c %s "$fd" ;;
		esac
	done | sort -n | tail -1
}

# measure CLIENTS: "ENGINE BOARD", in bytes; the board is no part of the engine's.
measure() {
	half=$(($1 / 2))
	HELLO=1h policy 127.0.0.11 127.0.0.12 \
		"<range name=\"ap-%d\" prefix=\"127.4.0.0/16\" count=\"$half\"/>
		<range name=\"aq-%d\" prefix=\"127.5.0.0/16\" count=\"$half\"/>" "$1" 1s
	sed -i 's|<order .*|<order spread="0s" retry="5s" rate="1000000/s"/>|' \
		"$dir/policy.xml"
	: >"$dir/daemon.log"
	: >"$dir/flock.log"
	rm -rf "$dir/state"
	daemon net
	behind net nice -n -10 "$programs/bellwether-flock" -p "$dir/policy.xml" \
		--hook-ms 0 --after 1h --retry 30s all >"$dir/flock.log" 2>&1 &
	started flock
	wait_for 60 are "here $1 away 0" || give_up "the clients do not come up"
	wait_for 60 grep -q 'verdict:' "$dir/daemon.log" || give_up "nothing is judged"
	load 90
	wait_for 120 are "here 0 away $1" || give_up "the clients do not go"
	wait_for 60 grep -q 'operation-end: failover' "$dir/daemon.log" || give_up "no end"
	load 10
	wait_for 120 are "here $1 away 0" || give_up "the clients do not come back"
	engine=$(cat "$dir/daemon.pid")
	echo "$(pages "$engine" RssAnon) $(board "$engine")"
	stopped flock
	stopped daemon
}

host net
(umask 077 && echo 'rocommunity public 127.0.0.1' >"$dir/snmp.conf")
daemon_options="--master udp:127.0.0.1:1161 --snmp-conf $dir/snmp.conf -l info"
few=$(measure 10000)
many=$(measure 100000)
echo "$few $many" | awk -v bench="$bench" '
	NF != 4 { print "bench: " bench " not measured: " $0; exit }
	{
		engine = ($3 - $1) / 90000
		board = ($4 - $2) / 90000
		printf "bench: %s-engine ratio %.2f goal <=1 (%.0f of 400 bytes a client;" \
			" %.1f MB with 10000, %.1f MB with 100000)\n", bench, engine / 400,
			engine, $1 / 1e6, $3 / 1e6
		printf "bench: %s-board ratio %.2f goal <=1 (%.0f of 400 bytes a client;" \
			" %.1f MB with 10000, %.1f MB with 100000)\n", bench, board / 400,
			board, $2 / 1e6, $4 / 1e6
	}'
