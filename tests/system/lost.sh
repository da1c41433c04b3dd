#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The ends of the daemon's SNMP: a second daemon at the same snmpd, which is refused and
# takes nothing from the first; and the engine's death, which the tables, the console and
# the notifications tell until there is nothing left to tell, and after which all is there
# again.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"

clients=50

flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

served() {
	table servers aaa1 serverName && [ "$(shown serverClients)" = $clients ]
}

now_ms() {
	date +%s%3N
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/24\" count=\"$clients\"/>" $clients 1s
receiver
master
daemon_options="-x unix:$dir/agentx"
daemon net
simulated net all
check served wait_for 40 served
check everybody-heard wait_for 40 flock_is "here $clients away 0"

# ---- a second daemon on the same snmpd ----

mkdir "$dir/two"
secret "$dir/two/aaa1.key"
chown "$daemon_user" "$dir/two/aaa1.key"
sed -e 's/name="aaa1"/name="bbb1"/' -e 's/127\.0\.0\.11/127.0.0.21/' \
	"$dir/policy.xml" >"$dir/two/policy.xml"
second() {
	mkdir -p "$dir/two/state"
	behind net "$programs/bellwetherd" -f -p "$dir/two/policy.xml" \
		-s "$dir/two/state" -u "$daemon_user" -l debug -x "unix:$dir/agentx" \
		>>"$dir/second.log" 2>&1 &
	started second
}

# The first one's tree, every 50 ms meanwhile.
watch_tree() {
	while :; do
		[ "$(scalar 1)" ] || echo gone >>"$dir/tree"
		echo looked >>"$dir/looks"
		sleep 0.05
	done
}
watch_tree &
echo $! >"$dir/tree.pid"

# refusals N: the second one's agent was refused so often.
refusals() {
	[ "$(grep -c 'agent process ended with status 4: another daemon answers' \
		"$dir/second.log")" -ge "$1" ]
}
# It waits longer each time: the last wait is longer than the first, in ms.
backs_off() {
	sed -n 's/.*status 4.*started again in \([0-9]*\)\(m*s\)$/\1 \2/p' "$dir/second.log" |
		awk '{ wait[NR] = $2 == "ms" ? $1 : $1 * 1000 }
		END { exit !(NR > 2 && wait[NR] > wait[1]) }'
}
second
check second-is-refused wait_for 40 refusals 1
check second-says-why grep -q 'another daemon.s agent answers for Bellwether at this' \
	"$dir/second.log"
check second-tries-again wait_for 30 refusals 3
check second-backs-off backs_off
check second-protects-nevertheless grep -q 'policy: bbb1 performance' "$dir/second.log"
check first-is-served served
check only-the-first rows servers 1 serverName=aaa1
stopped second
check first-is-served-still served
second
check second-again wait_for 40 refusals 4
looked() {
	[ "$(wc -l <"$dir/looks")" -gt "$1" ]
}
check looked-often wait_for 30 looked 20
stopped second KILL
kill "$(cat "$dir/tree.pid")"
rm "$dir/tree.pid"
check first-was-never-away [ ! -e "$dir/tree" ]

# ---- the engine's death ----

load 90
check away wait_for 40 flock_is "here 0 away $clients"
check away-shown wait_for 20 table servers $clients serverClientsAway
young() {
	[ "$(scalar 4)" -le 1 ]
}
check age-of-the-living wait_for 10 young
agent=$(pgrep -f "^bellwetherd agent -s $dir/state/agent " | head -1)
stopped daemon KILL
died=$(now_ms)
check lost-told wait_for 15 heard 17 1 'the engine has ended'
old() {
	[ "$(scalar 4)" -ge "$1" ]
}
check age-grows wait_for 15 old 3
check age-grows-on wait_for 15 old 6
true_age() {
	asked=$((($(now_ms) - died) / 1000))
	age=$(scalar 4)
	got=$((($(now_ms) - died) / 1000))
	[ "$age" -ge $((asked - 1)) ] && [ "$age" -le $((got + 1)) ]
}
check age-is-true true_age
ask status
expect status-of-the-lost 3 "engine was last heard"
ask servers
expect servers-of-the-lost 5 "engine was last heard"
check last-board-served [ "$(ask servers --json; shown serverClientsAway)" = "$clients" ]

agent_gone() {
	gone "$agent"
}
check agent-ends wait_for 40 agent_gone
# Between its own two lines: that the engine has ended, and that it ends.
served_for() {
	awk '/ the engine has ended/ { from = clock() }
	/ the engine is gone: this ends/ { to = clock() }
	function clock(    at) {
		split(substr($1, 12), at, /[:Z]/)
		return (at[1] * 60 + at[2]) * 60 + at[3]
	}
	END { print (to - from + 86400) % 86400 }' "$dir/daemon.log"
}
ended=$(served_for)
for_30s() {
	awk -v s="$ended" 'BEGIN { exit !(s >= 29 && s < 45) }'
}
check agent-ends-after-30s for_30s
no_tables() {
	[ -z "$(scalar 1)" ]
}
check no-tables wait_for 10 no_tables
comes status-of-nothing 3 "nothing of BELLWETHER-MIB is there" status
comes clients-of-nothing 5 "nothing of BELLWETHER-MIB is there" clients

daemon net
check served-again wait_for 15 served
check back-told wait_for 20 heard 18 1
check remembers-who-is-away [ "$(shown serverClientsAway)" = $clients ]
load 10
check back wait_for 40 flock_is "here $clients away 0"
check back-shown wait_for 20 table servers $clients serverClientsHere
check back-no-alarm wait_for 20 rows alarms 0
comes status-well 0 "BELLWETHER OK" status
check every-notification-once sequence
echo "# the agent ended $ended s after its engine"
