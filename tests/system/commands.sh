#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# bellwether's commands over SNMP against a real agent, its own master and behind snmpd:
# what they print, how they end, and each way in which an agent can fail in its own words.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

command -v snmpd >/dev/null 2>&1 || skip "needs snmpd"
own=21610    # where an agent that is its own master answers
master=21611 # and snmpd
pass=unguessable
. "$root/tests/system/agent-lib.sh"
own_access

{
	access
	cat <<-END
		master agentx
		agentXSocket unix:$dir/agentx
		agentXPerms 0666 0755
	END
} >"$dir/etc/snmpd.conf"

# ask PORT USER COMMAND...: $status, $said and $wrong (its standard error).
ask() {
	ask_port=$1 ask_user=$2 command=$3
	shift 3
	timeout 60 "$programs/bellwether" "$command" --agent "udp:127.0.0.1:$ask_port" \
		-t "${patience:-5}" -v3 -u "$ask_user" -l authPriv -a SHA-256 -A "$pass" -x AES \
		-X "${privacy:-$pass}" "$@" \
		>"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	said=$(cat "$dir/out")
	wrong=$(cat "$dir/err")
}

# expect TEST STATUS WORDS: of the last ask, in what it printed anywhere.
expect() {
	case "$status $said $wrong" in
	"$2 "*"$3"*) ok "$1" ;;
	*) not_ok "$1" "wanted $2 and: $3" "got $status: $said" "$wrong" ;;
	esac
}

answers() {
	ask "$1" ann servers && [ "$status" -eq 0 ]
}

# rows N: how many the last JSON holds; it must be JSON, of version 1.
rows() {
	perl -MJSON::PP -e '
		local $/;
		open my $in, "<", $ARGV[0] or die;
		my $shown = decode_json(<$in>);
		$shown->{version} == 1 or die "version";
		$shown->{agentState} eq "ok" or die "agentState";
		@{$shown->{rows}} == $ARGV[1] or die "rows: " . @{$shown->{rows}};
		defined $_->{serverName} or die "serverName" for @{$shown->{rows}};
	' "$dir/out" "$1"
}

# ---- its own master ----

demo own-demo 1000 --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
check own-answers wait_for 20 answers "$own"
one="bwServerName 1"

for list in servers:2 parameters:20 services:20 conditions:20 alternates:20 groups:20 \
	operations:20 events:20 alarms:20 clients:1000; do
	command=${list%:*} count=${list#*:}
	ask "$own" ann "$command"
	check "$command-table" [ "$status $(wc -l <"$dir/out")" = "0 $((count + 1))" ]
	ask "$own" ann "$command" --json
	check "$command-json" rows "$count"
done
ask "$own" ann parameters --server "$one" --json
check server-filter rows 10
ask "$own" ann servers --server nonsense
expect server-unknown 1 "has no server nonsense; it has $one, bwServerName 2"
ask "$own" ann events --why 20
expect event-in-full 0 "bwEventDetail 20"
ask "$own" ann events --why 7777
expect event-unknown 1 "no event 7777"
ask "$own" ann status
expect status-worst-first 1 "BELLWETHER WARNING - bwServerName 2 shedding"
ask "$own" ann status --server "$one"
expect status-one 0 "BELLWETHER OK - $one returning"
expect status-perfdata 0 " | ${one}_performance=1%;"
ask "$own" ann doctor
expect doctor-well 0 "the write view holds bwOperationTable"

# ---- the console's screens without a terminal ----

ask "$own" ann console -b -n 2 -d 200ms clients
expect batch 0 "bwClientName 1"
# screens N LINES: N screens, each with a line of the time, and so many lines of clients.
screens() {
	[ "$(grep -c '^bellwether 20.*127.0.0.1:[0-9]* ok$' "$dir/out")" -eq "$1" ] &&
		[ "$(grep -c '^SERVER  *CLIENT ' "$dir/out")" -eq "$1" ] &&
		[ "$(grep -c '^bwServerName' "$dir/out")" -eq "$2" ]
}
check batch-twice screens 2 2000
check batch-plain sh -c '! LC_ALL=C grep -q "[[:cntrl:]]" "$1"' sh "$dir/out"
ask "$own" ann console -b -n 1
expect batch-servers 0 "bwServerName 2 shedding"
ask "$own" ann console -b -n 1 --server nonsense
expect batch-no-server 1 "no agent shows a server named nonsense"
ask "$own" ann console -b -n 1 nonsense
expect batch-no-view 2 "no such view: nonsense; it knows servers, clients"
ask "$own" ann console -n 3
expect batch-alone 2 "-n COUNT is for -b"
ask "$own" ann servers -b
expect batch-elsewhere 2 "only for the console"

# ---- acting ----

ask "$own" ann failover group:wireless --server "$one" --reason why --preview
expect preview 0 "moves 1000 of 1000; held 0; kept 0"
check preview-withdrawn wait_for 10 grep -q "^operate 4 " "$dir/own-demo.out"
ask "$own" ann failover group:wireless --server "$one" --reason why
expect nobody-to-ask 2 "--yes"
ask "$own" ann failover all --server "$one" --reason why --share 50% --yes --detach
expect failover 0 "moves 500 of 1000"
check failover-run wait_for 10 grep -q "^operate 2 [0-9]* 1 50 1$" "$dir/own-demo.out"
ask "$own" ann reconnect all --server "$one" --reason why --yes --detach --json
expect reconnect-json 0 '"operationAction":"reconnect"'
check reconnect-json-parses rows 1
ask "$own" ann release all --server "$one" --reason why --yes --detach
expect release 0 "release of all"
ask "$own" ann pause --server "$one" --reason why
expect pause 0 "pause at $one"
ask "$own" ann resume --server "$one" --reason why
expect resume 0 "resume at $one"
ask "$own" ann pause --server "$one"
expect no-reason 2 "--reason TEXT"
ask "$own" ann pause --reason why
expect which-server 2 "--server NAME has to say which of $one"
ask "$own" ann failover --server "$one" --reason why --yes --requester nobody
expect refused-by-policy 1 "the policy does not allow it"
ask "$own" bob failover --server "$one" --reason why --yes
expect no-write-view 4 "no write access: the write view"
ask "$own" bob doctor
expect doctor-read-only 0 "this user may look, not act"

# typed LINES: failover of all, on a terminal where they are typed.
typed() {
	printf '%b' "$1" | timeout 60 script -qec "'$programs/bellwether' failover --agent \
		udp:127.0.0.1:$own -v3 -u ann -l authPriv -a SHA-256 -A $pass -x AES \
		-X $pass --server '$one' --detach" /dev/null >"$dir/out" 2>&1
	status=$?
	said=$(cat "$dir/out")
}
more_withdrawn() {
	[ "$(grep -c '^operate 4 ' "$dir/own-demo.out")" -gt "$1" ]
}
# run N: so many plans were run at the engine.
run() {
	[ "$(grep -c '^operate 2 ' "$dir/own-demo.out")" -eq "$1" ]
}
if command -v script >/dev/null 2>&1; then
	runs=$(grep -c '^operate 2 ' "$dir/own-demo.out")
	typed 'because\n1000\n'
	expect typed-count 0 "This is wide. Type 1000 to go on"
	check typed-count-runs wait_for 10 run $((runs + 1))
	withdrawn=$(grep -c '^operate 4 ' "$dir/own-demo.out")
	typed 'because\ny\n'
	expect typed-other 1 "nothing was done"
	# By then it would have run.
	check typed-other-is-withdrawn wait_for 10 more_withdrawn "$withdrawn"
	check typed-other-does-nothing run $((runs + 1))
fi

# ---- who may not ----

# community NAME: servers, in SNMPv2c.
community() {
	timeout 60 "$programs/bellwether" servers --agent "udp:127.0.0.1:$own" -v2c -c "$1" \
		-t 1 >"$dir/out" 2>"$dir/err" </dev/null
	status=$? said=$(cat "$dir/out") wrong=$(cat "$dir/err")
}
community public
expect community 0 "bwServerName 1"
community nobodys
expect wrong-community 4 "does not answer this community, or nobody in SNMPv2c"

ask "$own" mallory servers
expect unknown-user 4 "the agent knows no such user"
good=$pass pass=wrong-password
ask "$own" ann servers
expect wrong-password 4 "the authentication password or protocol is wrong"
ask "$own" ann status
expect status-unknown 3 "BELLWETHER UNKNOWN - udp:127.0.0.1:$own wrong-password"
pass=$good
privacy=another-password patience=1
ask "$own" ann servers
patience=
expect wrong-privacy 4 "the privacy password or protocol is wrong"
privacy=
ask "$own" eve servers
expect no-view 4 "the read view does not hold BELLWETHER-MIB"
ask "$own" eve doctor
expect doctor-view 4 "view bellwether included 1.3.6.1.4.1.8072.9999.9999"

# ---- agents that are not well ----

agent=$(cat "$dir/own-demo-agent.pid")
kill -STOP "$agent"
patience=1
ask "$own" ann servers
expect frozen 3 "no answer in time"
patience=
kill -CONT "$agent"
check thawed wait_for 20 answers "$own"

echo freeze >"$dir/own-demo.in"
stale() {
	ask "$own" ann servers && [ "$status" -eq 5 ]
}
check stale wait_for 30 stale
expect stale-words 5 "bellwetherd's engine was last heard"
ask "$own" ann status
expect stale-status 3 "BELLWETHER UNKNOWN"
echo thaw >"$dir/own-demo.in"
check lives-again wait_for 20 answers "$own"

echo quit >"$dir/own-demo.in"
wait_for 20 grep -q '^ended' "$dir/own-demo.out"
ask "$own" ann servers
expect dead-port 3 "nothing listens at this port"
ask "$own" ann status
expect dead-port-status 3 "BELLWETHER UNKNOWN - udp:127.0.0.1:$own refused"

# ---- behind snmpd ----

snmpd -f -Lf "$dir/snmpd.log" -I -smux "udp:127.0.0.1:$master" >/dev/null 2>&1 &
started snmpd
without() {
	ask "$master" ann servers && [ "$status" -eq 5 ]
}
check no-bellwether wait_for 20 without
expect no-bellwether-words 5 "nothing of BELLWETHER-MIB is there"
ask "$master" ann doctor
expect doctor-agentx 5 "agentXSocket"
# Another program's objects stand at our place, or where our scalars would be.
for place in 7.1.0 1.1.3.0; do
	{
		access
		echo "override -rw .1.3.6.1.4.1.8072.9999.9999.$place integer 7"
	} >"$dir/other.conf"
	snmpd -f -Lf "$dir/other.log" -I -smux -C -c "$dir/other.conf" \
		udp:127.0.0.1:21612 >/dev/null 2>&1 &
	started other
	others() {
		ask 21612 ann servers && [ "$status" -eq 5 ]
	}
	check "other-mib-$place" wait_for 20 others
	expect "other-mib-$place-words" 5 "what stands at BELLWETHER-MIB's place is another's"
	stopped other
done
expect other-mib-advice 5 "look for it in snmpd.conf (pass, extend, dlmod)"
demo sub-demo 3000 -x "$dir/agentx"
check behind-snmpd wait_for 30 answers "$master"
ask "$master" ann clients --json
check clients-behind-snmpd rows 3000
ask "$master" ann doctor
expect doctor-bulk 0 "maxGetbulkResponses 2000"
kill -STOP "$(cat "$dir/sub-demo-agent.pid")"
patience=1
ask "$master" ann servers
patience=
expect frozen-behind-snmpd 3 "snmpd answers, but Bellwether's agent behind it does not"
kill -CONT "$(cat "$dir/sub-demo-agent.pid")"
check thawed-behind-snmpd wait_for 20 answers "$master"

# ---- watch ----

timeout 90 "$programs/bellwether" watch --agent "udp:127.0.0.1:$master" -v2c -c public \
	>"$dir/watched" 2>"$dir/watch.log" &
started watch
kill -STOP "$(cat "$dir/sub-demo-agent.pid")"
check watch-says-lost wait_for 30 grep -q 'behind it' "$dir/watch.log"
kill -CONT "$(cat "$dir/sub-demo-agent.pid")"
check watch-says-back wait_for 30 grep -q 'answers again' "$dir/watch.log"
stopped watch
echo quit >"$dir/sub-demo.in"
wait_for 20 grep -q '^ended' "$dir/sub-demo.out"
stopped snmpd

# ---- misuse ----

ask "$own" ann servers --nonsense
expect no-such-option 2 "no such option"
ask "$own" ann nonsense
expect no-such-command 2 "no such command: nonsense"
