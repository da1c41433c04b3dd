#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A server's trace: what a real daemon writes of a failover and a return, over a kill -9, a
# full disk and an end; and that judging it again decides what the daemon decided.
. "$(dirname "$0")/lib.sh"

trace=$dir/state/trace/aaa1.trace

# traced PATTERN [FILE]: some line of the trace has it.
traced() {
	grep -Eq "$1" "${2:-$trace}"
}

# sampled VALUE: work was, alone or with others of the same moment.
sampled() {
	traced "^[0-9.]+ ([^ ]+ )*work=$1([ /]|\$)"
}

# replayed FILE: judged again, each decision is the daemon's.
replayed() {
	"$programs/bellwether" simulate "$dir/policy.xml" --trace "$1" --json \
		>"$dir/replayed" && ! grep '"kind":"differs"' "$dir/replayed"
}

# compared COUNT: so many at least were.
compared() {
	[ "$(sed -n 's/.*"decidedAlike":\([0-9]*\).*/\1/p' "$dir/replayed")" -ge "$1" ]
}

# whole FILE: it is a document of JSON.
whole() {
	perl -MJSON::PP -0777 -e 'decode_json(<STDIN>)->{version} == 1 or exit 1' <"$1"
}

# asked COMMAND...: the command, of the daemon.
asked() {
	on net "$programs/bellwether" "$@" --agent udp:127.0.0.1:1161 -v 2c -c public
}

# why PART: the event in which the server began to shed says so of its decision.
why() {
	number=$(asked events --json | perl -MJSON::PP -0777 -ne '
		for (@{decode_json($_)->{rows}}) {
			print($_->{eventIndex}), last if $_->{eventText} =~ /is shedding/;
		}') && asked events --why "$number" >"$dir/why" &&
		grep -q "^Detail .*$1" "$dir/why"
}

host net
policy 127.0.0.11 127.0.0.12 '<range name="ap-%d" prefix="127.1.0.0/24" count="20"/>'
(umask 077 && printf '%s 127.0.0.1\n' 'rocommunity public' 'rwcommunity private' \
	>"$dir/snmp.conf")
# The average decides nothing, but it is said, and so compared to the last digit.
sed -i -e 's/<clients /<control snmp="yes"\/>&/' \
	-e "s/100 - .work/& + 0 * average('work', '1s')/" "$dir/policy.xml"
daemon_options="--master udp:127.0.0.1:1161 --snmp-conf $dir/snmp.conf"
daemon net
simulated net all
check heard wait_for 40 clients_are here 20
load 90
check away wait_for 40 clients_are away 20
check events-say-why wait_for 40 why \
	'performance 10 < 30 for 400ms; work 90, work [0-9.]* (average of 1s); connection not met since'
load 10
check back wait_for 40 clients_are here 20
check serving-again wait_for 40 traced 'decided returning .*connection=yes'
check begins-as-documented [ "$(head -2 "$trace" | tr '\n' ' ')" = \
	"bellwether-trace 1 server aaa1 " ]
shed='decided (shedding|away) failover=yes connection=no "performance 10 < 30 for 400ms; work 90, work [0-9.]+ \(average of 1s\)"'
check decided-shedding traced "^[0-9.]+ $shed\$"
check sampled sampled 90
check samples-of-one-moment traced '^[0-9.]+ ([^ ]+ )*cpu=[^ ]+ memory=[^ ]+ swap='
check policy-named traced "^[0-9.]+ policy $(sha256sum <"$dir/policy.xml" | cut -d ' ' -f 1)$"
check rights [ "$(stat -c '%a %U' "$trace")" = "640 $daemon_user" ]

# The same moment, explained: in the same words, by the same condition.
"$programs/bellwether" record -s "$dir/state" -o "$dir/day" 2>"$dir/record.log"
at=$(grep -E -m 1 "$shed" "$dir/day" | cut -d ' ' -f 1)
"$programs/bellwether" explain "$dir/policy.xml" --trace "$dir/day" --at "$at" >"$dir/said"
check explained grep -q '^failover .* performance 10 < 30 for 400ms; work 90, work [0-9.]* (average of 1s)$' \
	"$dir/said"
check explained-decision grep -q '^decision     failover, by condition failover for ' "$dir/said"
check explained-moves grep -q '^step 1 of 1  20 of 20 clients' "$dir/said"
"$programs/bellwether" explain "$dir/policy.xml" --json --clients --set work=50 >"$dir/json"
check explained-as-json whole "$dir/json"

# Killed while it writes: half a line, and the next daemon goes on behind the whole ones.
kill -KILL "$(cat "$dir/daemon.pid")"
wait_for 20 gone "$(cat "$dir/daemon.pid")"
rm -f "$dir/daemon.pid"
printf '99999999.5 work=1' >>"$trace"
touch "$dir/state/pause"
daemon net
check goes-on wait_for 40 traced '^[0-9.]+ gap "the daemon was started again"'
check torn-is-gone eval '! traced "^99999999"'
check paused-by-file wait_for 40 traced '^[0-9.]+ pause file'
rm "$dir/state/pause"
# Behind the pause: at its start the daemon has said that nobody does.
check resumed wait_for 40 eval \
	'grep -E "^[0-9.]+ (pause|resume) file" "$trace" | tail -n 1 | grep -q resume'
# Operators, and another document that says the same.
acts() {
	on net "$programs/bellwether" "$@" --yes --requester ann --agent udp:127.0.0.1:1161 \
		-v 2c -c private >/dev/null
}
check answers-again wait_for 40 asked servers
check operator-pauses acts pause --reason 'of "disks"'
check operator-resumes acts resume --reason done
check operator-moves acts failover client:ap-1 + client:ap-2 --for 1s --reason 'a try'
check pause-traced wait_for 20 traced '^[0-9.]+ pause operator "of \\"disks\\""$'
check resume-traced wait_for 20 traced '^[0-9.]+ resume operator "done"$'
check operation-traced wait_for 20 traced \
	'^[0-9.]+ operate failover "client:ap-1 \+ client:ap-2" by=ann for=1s "a try"$'
echo '<!-- the same -->' >>"$dir/policy.xml"
kill -HUP "$(cat "$dir/daemon.pid")"
check reload-traced wait_for 40 traced \
	"^[0-9.]+ policy $(sha256sum <"$dir/policy.xml" | cut -d ' ' -f 1)\$"
load 95
check away-again wait_for 40 clients_are away 20
stopped daemon
# What came in the last seconds is written at the end.
check written-at-the-end sampled 95
check replays replayed "$trace"
check replays-all compared 4
check recorded "$programs/bellwether" record -s "$dir/state" --server aaa1 -o "$dir/day"
check recorded-replays replayed "$dir/day"
check recorded-all compared 4
