#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The engine killed (-9) at random moments of a failover of 1,000 clients, and of their
# return: every client ends right, and no order is repeated under a new id.
# Each write to the disk takes WRITE_MS (default 2), so that deaths fall between orders
# and their records, and the records may be one or several operations behind.
# KILL_ROUNDS, or else KILL_POINTS: how many (default 50); KILL_SEED: repeats a run's
# moments.
. "$(dirname "$0")/lib.sh"

command -v tshark >/dev/null 2>&1 || skip "needs tshark"
clients=1000
rounds=${KILL_ROUNDS:-${KILL_POINTS:-50}}
seed=${KILL_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
export WRITE_MS="${WRITE_MS:-2}"
echo "# KILL_SEED=$seed KILL_ROUNDS=$rounds"

# Orders as they leave, each once: the server's Echo Requests on the loopback.
capture() {
	behind net tshark -q -i lo -B 64 -f 'icmp[0] == 8 and src host 127.0.0.11' \
		-w "$dir/orders.pcapng" >"$dir/tshark.log" 2>&1 &
	started capture
	wait_for 60 grep -q 'Capture started' "$dir/tshark.log"
}

starts=0
slow_daemon() {
	starts=$((starts + 1))
	daemon net env LD_PRELOAD="$programs/tests/system/diskshim.so"
}

# they_are PLACE: all of them, no order under way, and nobody asked where he is, as the
# last line of an interval says; what was said before the last start does not count, or
# else a round would end before it is over.
they_are() {
	awk -v all=" $1 $clients " -v starts="$starts" '
	/engine: bellwetherd .* begins/ { begun++; right = 0 }
	/ clients here / {
		right = index($0, all) > 0 && / asked 0$/ &&
			/ received 0 sent 0 echoed 0 unreachable 0 /
	}
	END { exit !(right && begun == starts) }' "$dir/daemon.log"
}

# flock_is "here N away M": in the end it is the clients' own word that counts.
flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

# A moment about when the orders leave and are answered, the same for equal seeds.
moment() {
	awk -v seed="$seed" -v n="$1" 'BEGIN { srand(seed * 1000 + n); rand(); printf "%.3f\n", 0.25 + 0.45 * rand() }'
}

# killed: the daemon, as soon as its disk lets go of it; until then it holds the state.
killed() {
	kill -KILL "$(cat "$dir/daemon.pid")"
	wait_for 60 gone "$(cat "$dir/daemon.pid")"
	rm -f "$dir/daemon.pid"
}

# round N LOAD PLACE FLOCK: the load changes, the engine dies and is started again.
round() {
	date +%s.%N >>"$dir/rounds"
	load "$2"
	sleep "$(moment "$1")"
	killed
	tail -1 "$dir/daemon.log" | sed -n 's/.*state \([a-z]*\),.*/# killed while \1/p'
	slow_daemon
	failed_before=$failed
	failed=0
	check "round-$1-ends-$3" wait_for 20 they_are "$3"
	check "round-$1-flock-agrees" wait_for 20 flock_is "$4"
	[ "$failed" -eq 0 ] || tell_round "$1"
	[ "$failed_before" -eq 0 ] || failed=1
}

# tell_round N: what the daemon said in that round, in a log of its own, for those are
# printed at the end, where a log that was cut still has them.
tell_round() {
	from=$(date -u -d "@$(sed -n "$1p" "$dir/rounds")" +%FT%T.%3N)
	to=$(sed -n "$(($1 + 1))p" "$dir/rounds")
	to=$(date -u -d "@${to:-$(date +%s.%N)}" +%FT%T.%3N)
	awk -v from="$from" -v to="$to" '
	$1 >= from && $1 <= to && !/ client / && !/engine: (memory|the OOM)/ {
		# The line of each interval: only when it says something new.
		line = $0
		sub(/^[^ ]* /, "", line)
		sub(/ since [^;]*;/, ";", line)
		if (line != before)
			print
		before = line
	}' "$dir/daemon.log" | tail -30 >"$dir/round-$1.log"
}

# ids: for each round and client, how many ids appeared for the first time; one is right.
# An order of the round before, repeated under its own id, is no new one, and neither is
# one from the clock's first hour: by it the client is asked for its last. The capture may
# miss some on a busy machine; that everybody was told is what the flock says.
ids() {
	# One of its dissectors takes some of our messages for its own.
	tshark --disable-protocol hipercontracer -r "$dir/orders.pcapng" -T fields \
		-E separator=/s -e frame.time_epoch -e ip.dst -e data.data 2>/dev/null |
		awk -v rounds="$dir/rounds" '
		BEGIN { while ((getline line < rounds) > 0) start[++n] = line }
		$3 ~ /^42575448010[12]/ && substr($3, 17, 8) != "00000000" {
			while (at < n && $1 >= start[at + 1])
				at++
			id = $2 " " substr($3, 11, 2) " " substr($3, 17, 16)
			if (!(id in seen)) {
				seen[id]
				print at, $2
			}
		}' | sort -k 1n -k 2 | uniq -c | awk -v want=$((clients * rounds)) '
		$1 > 1 && ++bad <= 10 { print "round", $2, "client", $3, "got", $1, "orders" }
		$1 > 1 { twice[$2]++ }
		{ all++ }
		END {
			for (round in twice)
				print "round", round ":", twice[round], "clients got several"
			printf "%d orders seen of %d\n", all, want
			exit bad > 0 || all < 0.9 * want
		}' >"$dir/orders.log" && sed 's/^/# /' "$dir/orders.log" && return
	for n in $(sed -n 's/^round \([0-9]*\):.*/\1/p' "$dir/orders.log" | head -3); do
		tell_round "$n"
	done
	return 1
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/21\" count=\"$clients\"/>" $clients 1s
# Quick, so that a round is: the moments of the deaths fall into all of it.
sed -i -e 's/for="400ms"/for="200ms"/' -e 's/<order /<order rate="4000\/s" /' \
	-e 's/interval="200ms"/interval="100ms"/' "$dir/policy.xml"
check capture capture
slow_daemon
simulated net all
check everybody-heard wait_for 20 they_are here

for n in $(seq 1 2 "$rounds"); do
	round "$n" 90 away "here 0 away $clients"
	[ "$n" -lt "$rounds" ] || break
	round $((n + 1)) 10 here "here $clients away 0"
done
stopped capture
check one-id-an-order ids
