#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How late the engine's loop is with a frozen snmpd, against one without SNMP and one behind
# an snmpd that works: the three side by side, each with its own clients. In turn everybody
# of one leaves and comes back, so that they need not share the processors; notifications
# flow.
# BENCH_SECONDS: for how long (30).
bench=engine-lateness-frozen-snmpd
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
command -v snmpd >/dev/null 2>&1 && command -v snmptrapd >/dev/null 2>&1 || {
	echo "bench: $bench not measured: needs snmpd and snmptrapd"
	exit 0
}
. "$top_srcdir/tests/system/lib.sh"

clients=1000
seconds=${BENCH_SECONDS:-30}
export MIBS=

give_up() {
	echo "bench: $bench not measured: $*"
	exit 0
}

# stack HOST: an snmpd with a receiver there, unless HOST is none; a daemon; clients.
stack() {
	mkdir -p "$dir/$1/etc" "$dir/$1/persist"
	echo 10 >"$dir/$1/load"
	sed "s|$dir/load|$dir/$1/load|; s|file=\"aaa1.key|file=\"$dir/aaa1.key|" \
		"$dir/policy.xml" >"$dir/$1/policy.xml"
	host "$1"
	words=
	if [ "$1" != none ]; then
		cat >"$dir/$1/etc/snmpd.conf" <<-END
			rocommunity public
			trap2sink 127.0.0.1:162 public
			agentaddress udp:127.0.0.1:161
			master agentx
			agentXSocket unix:$dir/$1/agentx
			agentXPerms 0666 0755
		END
		echo 'authCommunity log public' >"$dir/$1/trapd.conf"
		SNMP_PERSISTENT_DIR="$dir/$1/persist" behind "$1" snmptrapd -f -n -On -C \
			-c "$dir/$1/trapd.conf" -Lf "$dir/$1/traps" -F '%v\n' \
			udp:127.0.0.1:162 >/dev/null 2>&1 &
		started "$1-receiver"
		SNMPCONFPATH="$dir/$1/etc" SNMP_PERSISTENT_DIR="$dir/$1/persist" \
			behind "$1" snmpd -f -LF w "$dir/$1/snmpd.log" -I -smux \
			>/dev/null 2>&1 &
		started "$1-snmpd"
		words="-x unix:$dir/$1/agentx"
	fi
	# shellcheck disable=SC2086 # words
	behind "$1" "$programs/bellwetherd" -f -p "$dir/$1/policy.xml" -s "$dir/$1/state" \
		-u "$daemon_user" $words >"$dir/$1.log" 2>&1 &
	started "$1-daemon"
	behind "$1" "$programs/bellwether-flock" -p "$dir/$1/policy.xml" --retry 2s all \
		>"$dir/$1-flock" 2>&1 &
	started "$1-flock"
}

# are HOST "here N away M": its clients.
are() {
	[ "$(grep '^here ' "$dir/$1-flock" | tail -1)" = "$2" ]
}

all_here() {
	for each in $stacks; do
		are "$each" "here $clients away 0" || return 1
	done
}

# move HOST: its clients leave, and come back.
move() {
	echo 90 >"$dir/$1/load"
	wait_for 20 are "$1" "here 0 away $clients" || return 1
	echo 10 >"$dir/$1/load"
	wait_for 20 are "$1" "here $clients away 0"
}

connected() {
	grep -q 'connected to the SNMP master' "$dir/frozen.log" &&
		grep -q 'connected to the SNMP master' "$dir/well.log"
}

# statuses N: each has told its status so often.
statuses() {
	for each in $stacks; do
		[ "$(grep -c 'status: loop: judged' "$dir/$each.log")" -ge "$1" ] || return 1
	done
}
ask_statuses() {
	for each in $stacks; do
		kill -USR1 "$(cat "$dir/$each-daemon.pid")"
	done
	wait_for 10 statuses "$1"
}

# late HOST: "MOST TIMES LIMIT": the worst, ms; how often judged; the bucket of the 99th
# percentile.
late() {
	grep 'status: loop: judged' "$dir/$1.log" | tail -1 | awk '{
		sub(/.*judged /, "")
		times = $1
		most = $0
		sub(/.*; most /, "", most)
		sub(/ms.*/, "", most)
		sub(/;.*/, "")
		sub(/.*times: up to /, "")
		sub(/ late/, "")
		n = split($0, bucket, /, /)
		for (i = 1; i <= n && sum < 0.99 * times; i++) {
			split(bucket[i], part, " ")
			sum += part[2]
		}
		print most, times, part[1]
	}'
}

policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/21\" count=\"$clients\"/>" $clients 1s
sed -i -e 's/for="1s"/for="200ms"/' -e 's/<order /<order rate="4000\/s" /' \
	-e 's/interval="200ms"/interval="100ms"/' "$dir/policy.xml"
stacks="none well frozen"
for each in $stacks; do
	stack "$each"
done
wait_for 30 all_here && wait_for 30 connected ||
	give_up "the daemons do not come up"
kill -STOP "$(cat "$dir/frozen-snmpd.pid")"
ask_statuses 1 || give_up "no status"
until=$(($(date +%s) + seconds))
moved=0
while [ "$(date +%s)" -lt "$until" ]; do
	for each in $stacks; do
		move "$each" || give_up "the clients do not move"
	done
	moved=$((moved + 1))
done
ask_statuses 2 || give_up "no status"
told=$(grep -c '8072.9999.9999.0' "$dir/well/traps")
{
	late none
	late well
	late frozen
} | awk -v name="$bench" -v clients="$clients" -v seconds="$seconds" -v moved="$moved" \
	-v told="$told" '
	{ most[NR] = $1; times[NR] = $2; limit[NR] = $3 }
	END {
		if (NR != 3 || times[1] * times[2] * times[3] == 0 || !moved) {
			print "bench: " name " not measured: a daemon did not judge"
			exit
		}
		printf "bench: %s ratio %.1f goal <=20 (ms that the latest of %d" \
			" judgements in %d s was later than the latest one without SNMP" \
			" beside it, while %d clients left and came back %d times:" \
			" %.1f ms against %.1f; 99%% up to %s against %s; behind an snmpd" \
			" that runs, with %d notifications, %.1f ms and %s)\n", name,
			most[3] - most[1], times[3], seconds, clients, moved, most[3],
			most[1], limit[3], limit[1], told, most[2], limit[2]
	}'
