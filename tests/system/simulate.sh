#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A decision replayed from the daemon's trace is the decision the daemon made: a real run
# with clients, through simulate. When it looked, what it saw and what it said are compared
# exactly. Clients answer at other moments there, so of the server's states it is their
# order that is compared, not when each began.
. "$(dirname "$0")/lib.sh"

trace=$dir/state/trace/aaa1.trace

# simulated_run [OPTION...]: the trace by the policy, to $dir/out; $dir/err has what it said.
simulated_run() {
	"$programs/bellwether" simulate "$dir/policy.xml" --trace "$dir/run.trace" "$@" \
		>"$dir/out" 2>"$dir/err"
}

# figure NAME: of the summary as JSON.
figure() {
	sed -n "s/.*\"$1\":\\([0-9.]*\\).*/\\1/p" "$dir/out" | tail -1
}

# decided FIELD: of each decision of the daemon, the word there.
decided() {
	sed -n 's/^[0-9.]* decided //p' "$dir/run.trace" | cut -d ' ' -f "$1"
}

# states: in their order, as simulate's timeline has them; the daemon's decisions have them
# as first words.
states() {
	sed -n 's/.*"kind":"state","text":"server aaa1 is \([a-z]*\) .*/\1/p' "$dir/out"
}

# met_by_... CONDITION: the moments at which it was met anew, by the daemon's decisions, and by
# simulate's timeline.
met_by_daemon() {
	sed -n 's/ decided / /p' "$dir/run.trace" | awk -v yes="$1=yes" '
		{ is = ($3 == yes || $4 == yes) }
		is && !was { printf "%.6f\n", $1 }
		{ was = is }'
}
met_by_simulate() {
	sed -n "s/.*\"time\":\\([0-9.]*\\),\"kind\":\"condition\",\"text\":\"$1 is met: .*/\\1/p" \
		"$dir/out"
}

# met_alike CONDITION: at the same microseconds.
met_alike() {
	met_by_daemon "$1" >"$dir/met.daemon"
	met_by_simulate "$1" >"$dir/met"
	[ -s "$dir/met" ] && diff "$dir/met.daemon" "$dir/met"
}

# calm TIMES: away, the daemon has found that neither is met.
calm() {
	[ "$(grep -c 'decided away failover=no connection=no' "$trace")" -ge "$1" ]
}

host net
policy 127.0.0.11 127.0.0.12 '<range name="ap-%d" prefix="127.1.0.0/24" count="20"/>' 5
sed -i 's/<select all="yes"\/>/<select all="yes" share="50%" order="name"\/>/
	s/<order /<step after="2s"><select all="yes"\/><\/step><order /' "$dir/policy.xml"
daemon net
simulated net all
check heard wait_for 40 clients_are here 20
load 90
check away wait_for 40 clients_are away 20
load 40
check neither wait_for 40 calm 1
load 10
check back wait_for 40 clients_are here 20
load 75
check away-again wait_for 40 clients_are away 20
load 45
# Simulated clients take their time, too.
check calm-again wait_for 40 calm 2
stopped daemon
cp "$trace" "$dir/run.trace"

check plays simulated_run --json
check nothing-amiss [ ! -s "$dir/err" ]
check decisions [ "$(decided 1 | wc -l)" -ge 6 ]
check each-is-the-same [ "$(figure decidedAlike)" = "$(decided 1 | wc -l)" ]
check nothing-differs eval '! grep -q "\"kind\":\"differs\"" "$dir/out"'
states >"$dir/states"
decided 1 | uniq | sed '/^unknown$/d' >"$dir/states.daemon"
check states-in-order diff "$dir/states.daemon" "$dir/states"
check failovers-at-the-same-looks met_alike failover
check returns-at-the-same-looks met_alike connection
check clients-away [ "$(figure away)" = 20 ]
cp "$dir/out" "$dir/first"
check same-bytes eval 'simulated_run --json && cmp -s "$dir/out" "$dir/first"'

# Another policy decides otherwise, and that is seen.
cp "$dir/policy.xml" "$dir/other.xml"
sed -i 's/threshold="30"/threshold="5"/' "$dir/policy.xml"
check another-policy simulated_run --json
check is-told eval '[ "$(figure decidedAlike)" -lt "$(decided 1 | wc -l)" ]'
check differences grep -q '"kind":"differs","text":"the daemon decided shedding' "$dir/out"
