#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# snmpd, the agent, the poller and the engine are frozen, killed and restarted, alone and two
# at once, in random order, while the load crosses the thresholds. What an operator needs:
# the engine decides and its orders leave in time whoever else is dead; the tables come back;
# nothing that SNMP shows is older than it says; notifications are told, or counted; nothing
# is left over.
#
# What is measured. An order is late by what passes from the write that changes the load
# (the file's ctime) to the first Echo Request with an order of that kind, as the kernel
# stamps it, less the policy's `for`: sampling, judging, choosing and sending. It may be an
# interval and 50 ms, and as long as a processor gave nothing to anybody of the engine's
# priority meanwhile, which metronomes beside it tell; what they told is printed. When all is
# well is when the manager gets the tables, fresh, and every process is there, after the
# round's deeds have ended.
#
# How old a value is: the poller asks another snmpd for its uptime. What the table shows of
# it and the age that it shows beside make up what that uptime is now, or it shows none.
#
# ROUNDS: how many (default 5; there are twelve deeds, each once before one comes again).
# ROUND_SEED: repeats them. FREEZE: for how long one is frozen at most, s (5; 30 when there
# are more rounds than five).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"
. "$(dirname "$0")/pauses-lib.sh"

command -v tshark >/dev/null 2>&1 || skip "needs tshark"
clients=200
interval=200
rounds=${ROUNDS:-5}
freeze=${FREEZE:-$([ "$rounds" -gt 5 ] && echo 30 || echo 5)}
seed=${ROUND_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "# ROUND_SEED=$seed ROUNDS=$rounds FREEZE=$freeze"

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

# child ROLE: of the present daemon; one that is left from the last one is none.
child() {
	starter=$(pgrep -P "$(cat "$dir/daemon.pid")" -f '^bellwetherd starter') &&
		pgrep -P "$starter" -f "^bellwetherd $1( |\$)"
}

# victim NAME: its process.
victim() {
	case $1 in
	snmpd) cat "$dir/snmpd.pid" ;;
	engine) cat "$dir/daemon.pid" ;;
	*) child "$1" ;;
	esac
}

# moment N MOST: a part of so many seconds; the same for equal seeds.
moment() {
	awk -v seed="$seed" -v n="$1" -v most="$2" \
		'BEGIN { srand(seed * 1000 + n); rand(); printf "%.3f\n", most * rand() }'
}

# ---- the truth of what is shown ----

# peer: the snmpd that is asked for its uptime. Nothing happens to it.
peer() {
	mkdir -p "$dir/peer/kept"
	printf '%s\n' 'agentaddress udp:127.0.0.1:1161' 'rocommunity public' \
		>"$dir/peer/snmpd.conf"
	SNMPCONFPATH="$dir/peer:$dir/peer/kept" SNMP_PERSISTENT_DIR="$dir/peer/kept" \
		behind net snmpd -f -LF w "$dir/peer.log" -I -smux >/dev/null 2>&1 &
	started peer
}
peer_uptime() {
	on net snmpget -v2c -c public -r 1 -t 2 -OQevt udp:127.0.0.1:1161 \
		.1.3.6.1.2.1.1.3.0 2>/dev/null
}

# looks: for ever, a line each: the round, before, after, then state, value and age of the
# parameter; without these three when nobody answered.
looks() {
	row=$base.1.3.1
	while :; do
		before=$(now)
		got=$(on net snmpget -v2c -c public -r 0 -t 1 -OQev udp:127.0.0.1:161 \
			"$row.4.1.$up" "$row.7.1.$up" "$row.11.1.$up" 2>/dev/null | tr '\n' ' ')
		echo "$(cat "$dir/round") $before $(now) $got" >>"$dir/looks"
		sleep 0.2
	done
}

# up_to_date: the parameter's row is there, and what it shows is new.
up_to_date() {
	awk 'END { exit !($4 == 1 && $6 <= 2) }' "$dir/looks"
}

# A value's age is in whole seconds, and the poller's interval is one.
true_ages() {
	awk -v epoch="$epoch" '
	$4 ~ /^[12]$/ && $5 ~ /^[0-9]+$/ && $6 ~ /^[0-9]+$/ {
		then = $5 / 100000 + $6
		seen++
		oldest = $6 > oldest ? $6 : oldest
		if (then > $2 - epoch - 4 && then < $3 - epoch + 2)
			next
		if (++bad <= 10)
			print "# round " $1 ": shown " $5 / 1000 ", " $6 " s old, at " $2 - epoch
	}
	END {
		printf "# the age of a value was true in %d looks of %d, at most %d s\n",
			seen - bad, NR, oldest
		exit bad > 0 || seen < 10
	}' "$dir/looks"
}

# ages: the board says that it grows old.
ages() {
	[ "$(scalar 4)" -ge 3 ]
}

# ---- what is left over ----

# processes: their roles, and how many descriptors each has, a line each.
processes() {
	for pid in $(ip netns pids "bw-net-$$"); do
		role=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | awk '
			$1 ~ /bellwetherd$/ { print $2 ~ /^-/ ? "engine" : $2 }
			$1 ~ /^snmpd$/ { print $1 }')
		[ -z "$role" ] || echo "$role $(find "/proc/$pid/fd" -type l | wc -l)"
	done | sort
}
# Those of the beginning, and none has more descriptors.
nothing_left_over() {
	processes >"$dir/processes"
	paste -d ' ' "$dir/processes.first" "$dir/processes" | awk '
		$1 != $3 || $4 > $2 { bad++ }
		END { exit bad > 0 }'
}

# ---- the deeds ----

# deeds: those of each round, a line each, DEED:VICTIM once or twice.
deeds() {
	awk -v seed="$seed" -v rounds="$rounds" '
	function deal(    i, j, card, deed, victim) {
		split("freeze kill restart", deed, " ")
		split("snmpd agent poller engine", victim, " ")
		for (i = 0; i < 12; i++)
			deck[i] = deed[i % 3 + 1] ":" victim[int(i / 3) + 1]
		for (i = 11; i > 0; i--) {
			j = int(rand() * (i + 1))
			card = deck[i]; deck[i] = deck[j]; deck[j] = card
		}
		left = 12
	}
	function whose(card) { return substr(card, index(card, ":") + 1) }
	BEGIN {
		srand(seed)
		rand()
		for (n = 1; n <= rounds; n++) {
			if (left == 0)
				deal()
			first = deck[--left]
			second = ""
			for (i = left - 1; n % 3 == 2 && second == "" && i >= 0; i--)
				if (whose(deck[i]) != whose(first)) {
					second = " " deck[i]
					deck[i] = deck[--left]
				}
			print first second
		}
	}'
}

# meets PATTERN: the round does that.
meets() {
	echo "$todo" | grep -Eq "$1"
}

begin_deed() {
	case $1 in
	freeze:*) kill -STOP "$2" 2>/dev/null ;;
	*:snmpd | *:engine)
		stopped "$3" "$([ "${1%:*}" = kill ] && echo KILL || echo TERM)"
		[ "${1%:*}" = kill ] || end_deed "kill:${1#*:}"
		;;
	kill:*) kill -KILL "$2" 2>/dev/null ;;
	restart:*) kill -TERM "$2" 2>/dev/null ;;
	esac
}

# Who was killed by the engine because it did not answer is not there any more.
end_deed() {
	case $1 in
	freeze:*) kill -CONT "$2" 2>/dev/null || : ;;
	kill:snmpd) master ;;
	kill:engine) engine ;;
	esac
}

# all_deeds begin|end: in the order of the round. Who dies takes others along.
all_deeds() {
	[ "$1" = end ] || for deed in $todo; do
		victim "${deed#*:}" >"$dir/victim.${deed#*:}"
	done
	for deed in $todo; do
		of=${deed#*:}
		"$1_deed" "$deed" "$(cat "$dir/victim.$of")" \
			"$([ "$of" = engine ] && echo daemon || echo "$of")"
	done
}

# ---- one round ----

# For as long as one is frozen they leave and come back; notifications are no more than one
# a second.
while_they_last() {
	lasts=0
	! meets freeze: || lasts=$(moment "$round" "$freeze" | cut -d . -f 1)
	while [ "$(since "$began" | cut -d . -f 1)" -lt "$lasts" ]; do
		sleep "$(moment "$round$(wc -l <"$dir/crossings")" 4)"
		there_and_back || return 1
	done
}

# While the engine is dead nobody is ordered anything, and what is shown grows old; when it
# is back everything is as before.
round_of_engine() {
	cross 1 90
	they_are 0 $clients || return 1
	all_deeds begin
	if ! meets "restart:engine|:snmpd|:agent"; then
		check "$which-grows-old" wait_for 30 ages
	else
		sleep "$(moment "$round" 2)"
	fi
	all_deeds end
	wait_for 20 engine_says away || return 1
	cross 2 10
	they_are $clients 0
}

# The engine goes on without them: at once, or from amid a failover.
round_of_others() {
	if [ "$(moment "$round" 1 | cut -c 3)" -lt 5 ]; then
		cross 1 90
		sleep "$(moment "$round" 0.6)"
		all_deeds begin
		they_are 0 $clients || return 1
		cross 2 10
		they_are $clients 0 || return 1
	else
		all_deeds begin
		there_and_back || return 1
	fi
	while_they_last || return 1
	all_deeds end
}

# Whoever ended is started again after a while that grows when it ends again and again.
well() {
	child agent && child poller && up_to_date && fresh
}

round() {
	round=$1
	shift
	todo=$*
	fault=$(echo "$todo" | tr ' :' '+-')
	which=$round-$fault
	echo "$round" >"$dir/round"
	began=$(now)
	if meets :engine; then round_of_engine; else round_of_others; fi
	good=$?
	ended=$(now)
	check "$which-moved-all" [ "$good" -eq 0 ]
	[ "$good" -eq 0 ] || all_deeds end
	check "$which-well-again" wait_for 80 well
	back=$(since "$ended")
	wait_for 10 engine_says here
	check "$which-leaves-nothing" wait_for 20 nothing_left_over
	nothing_left_over || paste "$dir/processes.first" "$dir/processes" | sed 's/^/# /'
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
	echo "# round fault                           took  well again  latest order after load, ms"
	while read -r number name took back; do
		awk -v number="$number" -v name="$name" -v took="$took" -v back="$back" '
		$1 == number { if ($4 > most) most = $4; crossings++ }
		END {
			printf "# %5d %-28s %6.1f s %9.1f s %12.0f (of %d)\n", number, name,
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
	-e 's|</monitor>|<parameter name="up" every="1s"><snmp agent="udp:127.0.0.1:1161"\
		access="peer-access" oid="1.3.6.1.2.1.1.3.0"/></parameter>&|' "$dir/policy.xml"
(umask 077 && printf 'defVersion 2c\ndefCommunity public\n' >"$dir/peer-access")
chown "$daemon_user" "$dir/peer-access"
check capture capture
metronomes
receiver
peer
check peer wait_for 20 peer_uptime
epoch=$(awk -v now="$(now)" -v uptime="$(peer_uptime)" 'BEGIN { printf "%.2f", now - uptime / 100 }')
master
daemon_options="-x unix:$dir/agentx"
engine
simulated net all
check everybody-heard they_are $clients 0
check tables wait_for 15 fresh
up=$(on net snmpwalk -v2c -c public -Onqv udp:127.0.0.1:161 "$base.1.3.1.2" | grep -n up | cut -d : -f 1)
echo 0 >"$dir/round"
looks &
started looks
check begins-well wait_for 30 well
[ "$failed" -eq 0 ] || exit 1
processes >"$dir/processes.first"

number=0
deeds >"$dir/deeds"
while read -r todo; do
	number=$((number + 1))
	# shellcheck disable=SC2086 # words
	round $number $todo </dev/null
done <"$dir/deeds"

suppressed=$(scalar 12)
check all-told wait_for 15 heard 1 $(($(grep -c ' 1 ' "$dir/crossings") - suppressed))
check all-recovered wait_for 15 heard 2 $(($(grep -c ' 2 ' "$dir/crossings") - suppressed))
check no-number-missing-uncounted sequence repeated "$suppressed"
check ages-are-true true_ages
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
