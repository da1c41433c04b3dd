#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Faults of snmpd, of the agent and of the engine, in random order, while the load crosses
# the thresholds: orders leave in time throughout, the tables come back, and notifications
# are told.
#
# What is measured. An order is late by what passes from the write that changes the load
# (the file's ctime) to the first Echo Request with an order of that kind, as the kernel
# stamps it, less the policy's `for`: sampling, judging, choosing and sending. It may be an
# interval and 50 ms, and as long as a processor gave nothing to anybody of the engine's
# priority meanwhile, which metronomes beside it tell; what they told is printed. When the
# tables are back is when the manager gets them, fresh, after
# the fault has ended.
#
# ROUNDS: how many (default 8, each fault once). ROUND_SEED: repeats their order.
# FREEZE: for how long snmpd is frozen, s (30, as in the first eight).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"
. "$(dirname "$0")/pauses-lib.sh"

command -v tshark >/dev/null 2>&1 || skip "needs tshark"
clients=200
interval=200
rounds=${ROUNDS:-8}
seed=${ROUND_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "# ROUND_SEED=$seed ROUNDS=$rounds"

capture() {
	behind net tshark -q -i lo -B 64 -f 'icmp[0] == 8 and src host 127.0.0.11' \
		-w "$dir/orders.pcapng" >"$dir/tshark.log" 2>&1 &
	started capture
	wait_for 20 grep -q 'Capture started' "$dir/tshark.log"
}

flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

# they_are HERE AWAY: what the clients themselves say.
they_are() {
	wait_for 20 flock_is "here $1 away $2"
}

# engine_says PLACE: no order is under way, in the last line of an interval; what was said
# before the last start does not count.
engine_says() {
	awk -v all=" $1 $clients " -v starts="$starts" '
	/engine: bellwetherd .* begins/ { begun++; right = 0 }
	/ clients here / {
		right = index($0, all) > 0 && / received 0 sent 0 echoed 0 unreachable 0 /
	}
	END { exit !(right && begun == starts) }' "$dir/daemon.log"
}

starts=0
engine() {
	starts=$((starts + 1))
	daemon net
}

# cross TYPE LOAD: notes when the load changed, for the order type that is to follow.
cross() {
	load "$2"
	echo "$round $fault $1 $(stat -c %.Z "$dir/load")" >>"$dir/crossings"
}

# there_and_back: all leave, and all come back; the clients' word.
there_and_back() {
	cross 1 90
	they_are 0 $clients || return 1
	cross 2 10
	they_are $clients 0 && wait_for 10 engine_says here
}

# fresh: the manager has the tables, no older than 2 s, and they say the truth.
fresh() {
	ask servers --json
	[ "$status" -eq 0 ] && [ "$(shown serverClientsHere)" = $clients ] &&
		[ "$(perl -MJSON::PP -e 'local $/; print decode_json(<STDIN>)->{boardAge}' \
			<"$dir/out")" -le 2 ]
}

now() {
	date +%s.%N
}

# since MOMENT: in seconds, to the tenth.
since() {
	awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f", to - from }'
}

agent_pid() {
	pgrep -f "^bellwetherd agent -s $dir/state/agent " | head -1
}

# moment N MOST: a part of so many seconds; the same for equal seeds.
moment() {
	awk -v seed="$seed" -v n="$1" -v most="$2" \
		'BEGIN { srand(seed * 1000 + n); rand(); printf "%.3f\n", most * rand() }'
}

# ---- the faults: each with a crossing in it, and ends when the tables may come back ----

fault_stopped() {
	stopped snmpd
	sleep "$(moment "$round" 2)"
	there_and_back
	good=$?
	master
}

fault_frozen() {
	kill -STOP "$(cat "$dir/snmpd.pid")"
	frozen=$(now)
	good=0
	# At once, and again as long as it lasts; notifications are no more than one a second.
	while :; do
		there_and_back || good=1
		[ "$(since "$frozen" | cut -d . -f 1)" -lt "$freeze" ] || break
		sleep "$(moment "$round$(wc -l <"$dir/crossings")" 4)"
	done
	kill -CONT "$(cat "$dir/snmpd.pid")"
}

fault_killed() {
	stopped snmpd KILL
	there_and_back
	good=$?
	master
}

fault_restarted() {
	cross 1 90
	sleep "$(moment "$round" 0.6)"
	stopped snmpd
	master
	they_are 0 $clients
	good=$?
	cross 2 10
	they_are $clients 0 || good=1
}

fault_late() {
	stopped daemon
	stopped snmpd
	engine
	wait_for 10 engine_says here
	there_and_back
	good=$?
	master
}

fault_agent_killed() {
	cross 1 90
	sleep "$(moment "$round" 0.6)"
	kill -KILL "$(agent_pid)"
	they_are 0 $clients
	good=$?
	cross 2 10
	they_are $clients 0 || good=1
}

fault_agent_frozen() {
	agent=$(agent_pid)
	kill -STOP "$agent"
	there_and_back
	good=$?
	# What was told to it meanwhile is not lost with it.
	[ "$(moment "$round" 1 | cut -c 3)" -lt 5 ] && kill -KILL "$agent"
	kill -CONT "$agent" 2>/dev/null
}

# While it is dead nobody is ordered anything; when it is back everything is as before.
fault_engine_killed() {
	cross 1 90
	they_are 0 $clients
	good=$?
	sleep "$(moment "$round" 1)"
	stopped daemon KILL
	wait_for 10 heard 17 1 || good=1
	engine
	wait_for 10 engine_says away || good=1
	cross 2 10
	they_are $clients 0 || good=1
}

# ---- one round ----

# faults N: the names of N faults, every one once before one comes again.
faults() {
	for n in $(seq 1 "$1"); do
		[ $((n % 8)) -ne 1 ] || for each in stopped frozen killed restarted late \
			agent_killed agent_frozen engine_killed; do
			echo "$(moment "$n$(echo $each | cksum | cut -c 1-4)" 1) $each"
		done | sort | cut -d ' ' -f 2
	done | head -"$1"
}

round() {
	round=$1 fault=$2
	began=$(now)
	"fault_$fault"
	ended=$(now)
	check "$round-$fault-moved-all" [ "$good" -eq 0 ]
	check "$round-$fault-tables-back" wait_for 40 fresh
	back=$(since "$ended")
	wait_for 10 engine_says here
	echo "$round $fault $(since "$began") $back" >>"$dir/rounds"
}

# ---- what was measured ----

# latencies: a line for each crossing: round, fault, type, ms, clients ordered, ms in which a
# processor stood still. Fails when one is too late, or orders are missing.
latencies() {
	tshark --disable-protocol hipercontracer -r "$dir/orders.pcapng" -T fields \
		-E separator=/s -e frame.time_epoch -e ip.dst -e data.data 2>/dev/null |
		awk -v crossings="$dir/crossings" -v for_ms=200 -v most=$((interval + 50)) \
			-v pauses="$dir/pauses" -v clients="$clients" "$stood_still_awk"'
		BEGIN {
			kind[1] = "failover"
			kind[2] = "reconnect"
			while ((getline line < crossings) > 0) {
				n++
				split(line, part, " ")
				round[n] = part[1] " " part[2]
				type[n] = part[3]
				start[n] = part[4]
			}
			read_pauses()
		}
		$3 ~ /^42575448010[12]/ {
			while (at < n && $1 >= start[at + 1])
				at++
			if (at == 0 || substr($3, 12, 1) != type[at])
				next
			if (!(at in first))
				first[at] = $1
			if (!((at, $2) in seen)) {
				seen[at, $2]
				count[at]++
			}
		}
		END {
			for (i = 1; i <= n; i++) {
				ms = (i in first) ? (first[i] - start[i]) * 1000 - for_ms : -1
				still = stood_still(start[i], first[i])
				bad += ms < 0 || ms > most + still || count[i] < 0.9 * clients
				printf "%s %s %.0f %d %.0f\n", round[i], kind[type[i]], ms,
					count[i], still
			}
			exit bad > 0
		}'
}

summary() {
	echo "# round fault              took  tables back  latest order after load, ms"
	while read -r number name took back; do
		awk -v number="$number" -v name="$name" -v took="$took" -v back="$back" '
		$1 == number { if ($4 > most) most = $4; crossings++ }
		END {
			printf "# %5d %-15s %6.1f s %9.1f s %12.0f (of %d)\n", number, name,
				took, back, most, crossings
		}' "$dir/latencies"
	done <"$dir/rounds"
	sort -k 4 -n "$dir/latencies" | awk -v most=$((interval + 50)) '
		{ ms[NR] = $4; still = $6 > still ? $6 : still }
		END {
			printf "# order latency, ms: median %.0f, most %.0f of %d allowed (%d" \
				" crossings; a processor stood still for %.0f at most)\n",
				ms[int((NR + 1) / 2)], ms[NR], most, NR, still
		}'
	grep 'status: loop: judged' "$dir/daemon.log" | tail -1 | sed 's/.*loop: /# the last engine: loop: /'
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/24\" count=\"$clients\"/>" $clients 1s
sed -i -e 's/for="400ms"/for="200ms"/' -e 's/<order /<order rate="4000\/s" /' \
	"$dir/policy.xml"
check capture capture
metronomes
receiver
master
daemon_options="-x unix:$dir/agentx"
engine
simulated net all
check everybody-heard they_are $clients 0
check tables wait_for 15 fresh

freeze=${FREEZE:-30}
number=0
for fault in $(faults "$rounds"); do
	number=$((number + 1))
	round $number "$fault"
done

check all-told wait_for 15 heard 1 "$(grep -c ' 1 ' "$dir/crossings")"
check all-recovered wait_for 15 heard 2 "$(grep -c ' 2 ' "$dir/crossings")"
check numbers-without-gap sequence repeated
kill -USR1 "$(cat "$dir/daemon.pid")"
wait_for 20 grep -q 'status: SNMP' "$dir/daemon.log"
stopped capture
pauses_told
if latencies >"$dir/latencies"; then
	ok orders-in-time
else
	not_ok orders-in-time "round, fault, order, ms late, clients ordered, ms standing still:" \
		"$(cat "$dir/latencies")"
fi
summary
