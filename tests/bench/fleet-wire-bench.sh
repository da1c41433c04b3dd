#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How long 100,000 clients take from the condition met to the last "done", against the same
# bytes over the same loopback device by bare sendmmsg() and recvmmsg(), in turn: a real
# daemon, a real flock, SNMP asked all the while; and how long the turns of the daemon's
# loop are then, which is what anything else is late by. The clients' side is measured too.
# BENCH_ROUNDS: of both (5). BENCH_CLIENTS: 100000, or fewer. BENCH_PERF: a file for a
# profile of daemon and flock.
bench=fleet-wire
. "$(dirname "$0")/alone-lib.sh"

clients=${BENCH_CLIENTS:-100000}
rounds=${BENCH_ROUNDS:-5}
half=$((clients / 2))

give_up() {
	echo "bench: $bench not measured: $*"
	exit 0
}

# are "here N away M": the flock's clients.
are() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

# ended N: the daemon has told the ends of so many operations.
ended() {
	[ "$(grep -c 'aaa1 operation-end: ' "$dir/daemon.log")" -ge "$1" ]
}

# statuses N: the daemon has told its status so often.
statuses() {
	[ "$(grep -c 'status: loop: turned ' "$dir/daemon.log")" -ge "$1" ]
}

# status N: makes it tell, the time that is so many.
status() {
	kill -USR1 "$(cat "$dir/daemon.pid")"
	wait_for 20 statuses "$1"
}

# asking: SNMP asks again and again, and counts the answers.
asking() {
	while [ -f "$dir/asking" ]; do
		if on net snmpgetnext -v 2c -c public -r 0 -t 1 -On udp:127.0.0.1:1161 \
			.1.3.6.1.4.1.8072.9999.9999 >/dev/null 2>&1; then
			echo answered
		else
			echo unanswered
		fi >>"$dir/asked"
		sleep 0.05
	done
}

# ms LINE: the milliseconds of the day at its beginning.
ms() {
	echo "$1" | sed 's/^[^T]*T\(..\):\(..\):\(..\)\.\(...\)Z.*/\1 \2 \3 \4/' |
		awk '{ print (($1 * 60 + $2) * 60 + $3) * 1000 + $4 }'
}

# spent PROGRAM [THREAD]: milliseconds of processor time of all its threads, or of its first.
spent() {
	cat /proc/"$(cat "$dir/$1.pid")"/task/${2:-*}/schedstat |
		awk '{ ns += $1 } END { printf "%.0f\n", ns / 1000000 }'
}

# round N: the clients go and come back; a line "MS BARE-US BARE-LOST BYTES UNDONE
# LOOP-MS STORE-MS FLOCK-MS", the last three of processor time.
round() {
	bare=$(on bare "$programs/tests/bench/bare-wire" "$clients") || give_up "$bare"
	daemon_ms=$(spent daemon) loop_ms=$(spent daemon "$(cat "$dir/daemon.pid")")
	flock_ms=$(spent flock)
	load 90
	wait_for 120 ended $((2 * $1 - 1)) || give_up "the clients do not go"
	met=$(grep 'verdict: failover yes' "$dir/daemon.log" | tail -1)
	daemon_ms=$(($(spent daemon) - daemon_ms)) flock_ms=$(($(spent flock) - flock_ms))
	loop_ms=$(($(spent daemon "$(cat "$dir/daemon.pid")") - loop_ms))
	end=$(grep 'aaa1 operation-end: ' "$dir/daemon.log" | tail -1)
	status $((2 * $1)) || give_up "no status"
	load 10
	wait_for 120 ended $((2 * $1)) || give_up "the clients do not come back"
	wait_for 20 are "here $clients away 0" || give_up "not all clients are back"
	status $((2 * $1 + 1)) || give_up "no status"
	done=$(echo "$end" | sed 's/.* \([0-9]*\) done.*/\1/')
	echo "$(($(ms "$end") - $(ms "$met"))) $bare $((clients - done))" \
		"$loop_ms $((daemon_ms - loop_ms)) $flock_ms" >>"$dir/rounds"
	[ -z "${BENCH_TALK:-}" ] || {
		tail -1 "$dir/rounds"
		grep 'status: loop: ' "$dir/daemon.log" | tail -4
		grep 'status: icmp: ' "$dir/daemon.log" | tail -2
		grep 'status: aaa1: orders ' "$dir/daemon.log" | tail -2
	}
}

host net
host bare
HELLO=1h policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.4.0.0/16\" count=\"$half\"/>
	<range name=\"aq-%d\" prefix=\"127.5.0.0/16\" count=\"$half\"/>" "$clients" 1s
sed -i -e 's/for="400ms"/for="200ms"/' -e 's/interval="200ms"/interval="100ms"/' \
	-e 's/<order .*/<order spread="0s" retry="5s" rate="1000000\/s"\/>/' \
	"$dir/policy.xml"
(umask 077 && echo 'rocommunity public 127.0.0.1' >"$dir/snmp.conf")
daemon_options="--master udp:127.0.0.1:1161 --snmp-conf $dir/snmp.conf -l info"
daemon net
behind net nice -n -10 "$programs/bellwether-flock" -p "$dir/policy.xml" --status \
	--hook-ms 0 --after 1h --retry 30s all >"$dir/flock.log" 2>&1 &
started flock
wait_for 60 are "here $clients away 0" && wait_for 30 grep -q 'verdict:' "$dir/daemon.log" ||
	give_up "the clients do not come up"
# Past the first hellos.
sleep 5
status 1 || give_up "no status"
touch "$dir/asking" "$dir/asked"
asking &
asking=$!
[ -z "${BENCH_PERF:-}" ] ||
	perf record -o "$BENCH_PERF" -g -q \
		-p "$(cat "$dir/daemon.pid"),$(cat "$dir/flock.pid")" -- sleep 20 \
		>/dev/null 2>&1 &
i=1
while [ "$i" -le "$rounds" ]; do
	round "$i"
	i=$((i + 1))
done
rm -f "$dir/asking"
wait "$asking"
# What the turns of the loop were while clients left and came back.
grep 'status: loop: turned ' "$dir/daemon.log" | tail -n +2 | sed 's/.*turned //' >"$dir/turns"
repeated=$(sed -n 's/.*status: aaa1: orders \([0-9]*\),.*/\1/p' "$dir/daemon.log" | tail -1)
repeated=$((repeated - 2 * rounds * clients))
median() {
	sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}
awk '{ print $1 * 1000 / $2 }' "$dir/rounds" | median >"$dir/ratio"
awk '{ print $1 }' "$dir/rounds" | median >"$dir/took"
awk '{ print $2 / 1000 }' "$dir/rounds" | median >"$dir/bare"
awk -v bench="$bench" -v clients="$clients" -v ratio="$(cat "$dir/ratio")" \
	-v took="$(cat "$dir/took")" -v bare="$(cat "$dir/bare")" -v repeated="$repeated" \
	-v load="$(cut -d ' ' -f 1 /proc/loadavg)" '
	{ lost += $3; undone += $5; bytes = $4; loop += $6; store += $7; flock += $8 }
	END {
		printf "bench: %s-%d ratio %.2f goal <=2 (medians of %d: from the condition" \
			" met to the last done %d ms, bare exchanges of the same %d bytes a" \
			" client %d ms; %d not done, %d orders repeated, %d lost of the" \
			" bare; load average %s)\n", bench, clients, ratio, NR, took, bytes,
			bare, undone, repeated, lost, load
		printf "bench: %s-%d processor time of each, means: the daemon\047s loop %d ms," \
			" its store %d ms, the flock %d ms\n", bench, clients, loop / NR,
			store / NR, flock / NR
	}' "$dir/rounds"
# Of each line the buckets, the most and the most work.
awk -v bench="$bench" -v asked="$(wc -l <"$dir/asked")" \
	-v answered="$(grep -c '^answered' "$dir/asked")" '
	{
		times += $1
		match($0, /most [0-9.]+ms, since/)
		length_ms = substr($0, RSTART + 5, RLENGTH - 14) + 0
		match($0, /most work [0-9.]+ms/)
		work_ms = substr($0, RSTART + 10, RLENGTH - 12) + 0
		most = length_ms > most ? length_ms : most
		work = work_ms > work ? work_ms : work
		sub(/; most .*/, "")
		n = split($0, part, /[:,] (up to )?/)
		for (i = 2; i <= n; i++)
			if (part[i] ~ /^(50|100|200|500)ms|^1s|^longer/) {
				sub(/ long/, "", part[i])
				split(part[i], word, " ")
				late += word[2]
			}
	}
	END {
		printf "bench: %s-loop ratio %.2f goal <=1 (%.1f of 20 ms: the most that a turn" \
			" of the loop worked, of %d; %d lasted longer than 20 ms, the" \
			" longest %.1f ms, waiting for a processor included; SNMP answered" \
			" %d of %d meanwhile)\n", bench, work / 20, work, times, late, most,
			answered, asked
	}' "$dir/turns"
