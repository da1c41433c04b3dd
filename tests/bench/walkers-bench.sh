#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How late the engine's loop is while ten walk everything that it shows by SNMP, as fast as
# they can, against while nobody does: one daemon with 1,000 clients behind a real snmpd, in
# stretches with and without, in turn, by the daemon's own histogram (SIGUSR1).
# BENCH_SECONDS: of each kind, in all (30).
bench=engine-lateness-ten-walkers
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
command -v snmpd >/dev/null 2>&1 && command -v snmpbulkwalk >/dev/null 2>&1 || {
	echo "bench: $bench not measured: needs snmpd and snmpbulkwalk"
	exit 0
}
. "$top_srcdir/tests/system/lib.sh"
. "$top_srcdir/tests/system/snmp-lib.sh"

clients=1000
walkers=10
stretch=5
stretches=$(((${BENCH_SECONDS:-30} + stretch - 1) / stretch))

give_up() {
	echo "bench: $bench not measured: $*"
	exit 0
}

statuses() {
	[ "$(grep -c 'status: loop: judged' "$dir/daemon.log")" -ge "$1" ]
}

# counted KIND: a line to its file with what the loop has counted since the last status:
# the worst, then LIMIT N, LIMIT N, ...
asked=0
counted() {
	asked=$((asked + 1))
	kill -USR1 "$(cat "$dir/daemon.pid")"
	wait_for 20 statuses $asked || give_up "no status"
	grep 'status: loop: judged' "$dir/daemon.log" | tail -1 | awk '{
		sub(/.*judged [0-9]* times: up to /, "")
		sub(/ late/, "")
		most = $0
		sub(/.*; most /, "", most)
		sub(/ms.*/, "", most)
		sub(/;.*/, "")
		print most ", " $0
	}' >>"$dir/$1"
}

# walk N: again and again; a line each time, with how many values it brought.
walk() {
	while :; do
		on net snmpbulkwalk -v2c -c public -Cr20 -t 20 -On udp:127.0.0.1:161 "$base" |
			grep -c '^\.1' >>"$dir/walked.$1"
	done
}
walks_begin() {
	for n in $(seq $walkers); do
		walk "$n" 2>/dev/null &
		started "walker-$n"
	done
}
walks_end() {
	for n in $(seq $walkers); do
		kill -KILL "$(cat "$dir/walker-$n.pid")"
		rm -f "$dir/walker-$n.pid"
	done
}

policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/21\" count=\"$clients\"/>" $clients 1s
sed -i 's/interval="200ms"/interval="100ms"/' "$dir/policy.xml"
host net
master
daemon_options="-x unix:$dir/agentx"
daemon net
simulated net all
all_here() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "here $clients away 0" ] &&
		[ "$(scalar 1)" ]
}
wait_for 40 all_here || give_up "the daemon does not come up"
for n in $(seq $stretches); do
	counted between
	sleep $stretch
	counted none
	walks_begin
	counted between
	sleep $stretch
	counted walkers
	walks_end
done

# Of all of a kind: the worst, how often judged, the bucket of the 99th percentile.
told() {
	awk -F ', ' '
	function ms(limit) {
		if (limit == "longer")
			return 1e9
		return limit ~ /ms$/ ? limit + 0 : limit * 1000
	}
	{
		most = $1 > most ? $1 : most
		for (i = 2; i <= NF; i++) {
			split($i, part, " ")
			count[ms(part[1])] += part[2]
			times += part[2]
		}
	}
	END {
		n = split("1 2 5 10 20 50 100 200 500 1000 1000000000", limit, " ")
		for (i = 1; i <= n && sum < 0.99 * times; i++)
			sum += count[limit[i]]
		if (times > 0)
			print most, times, limit[i - 1]
	}' "$dir/$1"
}
walks=$(cat "$dir"/walked.* 2>/dev/null | wc -l)
values=$(cat "$dir"/walked.* 2>/dev/null | sort -n | tail -1)
[ "$walks" -gt 0 ] || give_up "no walk came to its end"
{
	told none
	told walkers
} | awk -v name="$bench" -v walks="$walks" -v values="$values" -v walkers="$walkers" \
	-v load="$(cut -d ' ' -f 1 /proc/loadavg)" '
	{ most[NR] = $1; times[NR] = $2; limit[NR] = $3 }
	END {
		if (NR != 2) {
			print "bench: " name " not measured: the daemon did not judge"
			exit
		}
		printf "bench: %s ratio %.1f goal <=20 (ms that the latest of %d judgements" \
			" was later while %d walked, %d whole walks of %d values, than the" \
			" latest of %d without: %.1f ms against %.1f; 99%% up to %d ms against" \
			" %d; load average %s)\n", name, most[2] - most[1], times[2], walkers,
			walks, values, times[1], most[2], most[1], limit[2], limit[1], load
	}'
