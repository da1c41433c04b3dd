#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The console as an operator has it, at a terminal of 132x43 and at real agents with
# engines that only pretend: round trips to its first screen, what a key costs at 10,000
# clients, requests a second for what is visible, memory at 100,000 clients, and the
# processor's time for ten agents that are looked at each second.
# BENCH_SECONDS: for how long the last two are watched (20). BENCH_CLIENTS: many (100000).
bench=console-live
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
. "$top_srcdir/tests/system/own-network.sh"
seconds=${BENCH_SECONDS:-20} many=${BENCH_CLIENTS:-100000}
own=21610 relayed=21650 pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
open="-u joe -l authNoPriv" sealed="-u ann -l authPriv"
who=$sealed
mkdir -p "$dir/etc" "$dir/persist"
export MIBS= SNMPCONFPATH="$dir/etc:$dir/persist" SNMP_PERSISTENT_DIR="$dir/persist"
(umask 077 && {
	access
	echo 'rwuser joe auth'
	echo "createUser joe SHA-256 $pass AES $pass"
	echo 'maxGetbulkResponses 2000'
} >"$dir/own.conf")

# console PORT [ARGUMENT...]: the command line of one.
console() {
	console_port=$1
	shift
	echo "BELLWETHER_PACE=$dir/pace $programs/bellwether --agent" \
		"udp:127.0.0.1:$console_port -v3 $who -a SHA-256 -A $pass -x AES -X $pass $*"
}

say() {
	echo "bench: $*, load average $(cut -d ' ' -f 1 /proc/loadavg))"
}

# bench_demo NAME CLIENTS PORT; bench_demo_end NAME.
bench_demo() {
	demo "$1" "$2" --scene on --master "udp:127.0.0.1:$3" --snmp-conf "$dir/own.conf"
}
bench_demo_end() {
	echo quit >"$dir/$1.in"
	wait_for 30 grep -q '^ended' "$dir/$1.out"
}

shown() {
	wait_for 120 shows "$1" || {
		echo "bench: $bench not measured: the screen lacks \"$1\""
		screen
		exit 0
	}
}

quit() {
	press q
	wait_for 20 shows 'status 0'
}

# its: the console's process.
its() {
	pgrep -x bellwether -P "$(mux display-message -p '#{pane_pid}')" |
		head -1
}

# ---- round trips to the first screen ----

relay() {
	rm -f "$dir/relay.in" && mkfifo "$dir/relay.in"
	: >"$dir/relay.txt"
	perl "$root/tests/system/relay.pl" "$relayed" "$own" "$dir/relay.txt" <>"$dir/relay.in" &
	started relay
	echo "delay ${1:-0}" >"$dir/relay.in"
}

# trips: how often it asked and had an answer, since an engine was found.
trips() {
	awk '$2 == "ask" { asked = $3 }
	$2 == "answer" && $3 == "response" && asked != "set" { trips++ }
	END { print trips }' "$dir/relay.txt"
}

bench_demo first 10000 "$own"
relay 100
who=$open
terminal 132 43 "$(console "$relayed" --interval 1h)"
shown "aaa2   returning"
say "console-first-screen $(trips) goal <=2 (round trips since the engine was found: header" \
	"and servers of an agent"
quit
stopped relay
who=$sealed

# ---- keys ----

# keys WHAT KEY...: each, forty times, and what the program says of that.
keys() {
	what=$1
	shift
	terminal 132 43 "$(console "$own")"
	shown "aaa2   returning"
	press 2
	shown "of 10000"
	[ -z "$before" ] || $before
	for _ in $(seq 40); do
		for key; do
			press "$key"
			sleep 0.02
		done
	done
	press Escape Escape
	quit
	awk -v what="$what" '{
		sub(/ ms$/, "")
		printf "%.2f goal <=16 (ms from a key to the screen at 10000 clients, %s: 99" \
		    " of 100 keys; half within %s, all %d within %s; of the processor %s, %s, %s",
		    $6, what, $4, $2, $8, $16, $14, $18
	}' "$dir/pace" >"$dir/said"
	say "console-screen $(cat "$dir/said")"
}
before=
keys "a line, a page" Down NPage Up PPage
filtered() {
	press /
	type_text lyon
	press Enter
	shown "filter: lyon"
}
before=filtered
keys "a line, with a filter" Down Up
sorted() {
	press s
	shown "sorted by"
}
before=sorted
keys "a line, sorted" Down Up
before=
keys "typing a filter" / 9 7 BSpace Escape
keys "turning the order" o o

# ---- requests for what is visible ----

# asks SECONDS: how often it asks a second.
asks() {
	asked=$(grep -c ' ask ' "$dir/relay.txt")
	sleep "$1"
	asked_now=$(grep -c ' ask ' "$dir/relay.txt")
	echo "$asked_now $asked $1" | awk '{ printf "%.1f", ($1 - $2) / $3 }'
}
relay 0
most=0 each=
for view in 1 2 3 4 5 6 7 8 9 0; do
	terminal 200 60 "$(console "$relayed")"
	shown "aaa2   returning"
	press "$view"
	[ "$view" -ne 2 ] || shown "of 10000"
	sleep 3
	rate=$(asks 10)
	each="$each $view: $rate"
	most=$(printf '%s\n' "$most" "$rate" | sort -g | tail -1)
	quit
done
say "console-requests $most goal <=5 (a second for what is visible at 200x60, the view with" \
	"the most of$each"
terminal 200 60 "$(console "$relayed")"
shown "aaa2   returning"
press 2
shown "of 10000"
sleep 3
press -N 300 Down
sleep 1
say "console-requests-scrolling $(asks 10) goal <=5 (a second after a scroll over 300 clients"
quit
stopped relay
bench_demo_end first

# ---- many clients ----

bench_demo many "$many" "$own"
terminal 132 43 "$(console "$own")"
shown "aaa2   returning"
press 2
shown "of $many"
process=$(its)
memory() {
	awk -v what="$1" '$1 == what ":" { printf "%.1f", $2 / 1024 }' "/proc/$process/status"
}
sleep "$seconds"
steady=$(memory VmRSS)
press s
shown "sorted by"
sleep "$seconds"
say "console-memory $(memory VmHWM) goal <=64 (MB at most, $many clients read again and" \
	"again; $steady of them while only looked at, $(memory VmRSS) sorted"
press Escape
quit
bench_demo_end many

# ---- ten agents ----

agents=
for n in 0 1 2 3 4 5 6 7 8 9; do
	bench_demo "ten$n" 1000 "2161$n"
	[ "$n" -eq 0 ] || agents="$agents --agent udp:127.0.0.1:2161$n"
done
terminal 132 43 "$(console "$own" "$agents")"
shown "aaa2   returning"
process=$(its)
# spent: ms of the processor by all its threads.
spent() {
	cat "/proc/$process"/task/*/schedstat | awk '{ ns += $1 } END { print ns / 1e6 }'
}
sleep 5
before=$(spent)
sleep "$seconds"
after=$(spent)
percent=$(echo "$before $after $seconds" | awk '{ printf "%.2f", ($2 - $1) / $3 / 10 }')
say "console-ten-agents $percent goal <=2 (% of a core, each second, SNMPv3 with privacy"
quit
for n in 0 1 2 3 4 5 6 7 8 9; do
	bench_demo_end "ten$n"
done
