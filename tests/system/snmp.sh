#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The daemon end to end, behind a real snmpd and as its own master: each command, the
# tables against the flock's and the log's word, operators, reloads, restarts, and what a
# real snmptrapd is told.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"

clients=200
# The one of "process name=": nobody else's.
service=radius$$
cp "$(command -v sleep)" "$dir/$service"

served() {
	"$dir/$service" 1000 &
	started service
}

# control ATTRIBUTES: the policy with such a <control>, or with none; in effect at a hangup.
control() {
	sed "s|<clients |${1:+<control $1/>}&|" "$dir/plain.xml" >"$dir/policy.new"
	mv "$dir/policy.new" "$dir/policy.xml"
}

hangup() {
	kill -HUP "$(cat "$dir/daemon.pid")"
}

# log PATTERN: the daemon's log has such a line.
log() {
	grep -q -- "$1" "$dir/daemon.log"
}

# after PATTERN COMMAND...: the daemon says it once more after the command.
after() {
	pattern=$1 before=$(grep -c "$1" "$dir/daemon.log")
	shift
	"$@" && wait_for 20 more "$before" "$pattern"
}
more() {
	[ "$(grep -c "$2" "$dir/daemon.log")" -gt "$1" ]
}

# flock_is "here N away M": what the clients themselves say.
flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

# they_are HERE AWAY: the tables and the clients say the same.
they_are() {
	table servers "$1" serverClientsHere && [ "$(shown serverClientsAway)" = "$2" ] &&
		flock_is "here $1 away $2"
}

# settled: and every order is done.
settled() {
	rows clients 0 clientOrder=sent && rows clients 0 clientOrder=received
}

host net
HELLO=2s policy 127.0.0.11 127.0.0.12 "
	<list name=\"core\" clients=\"ap-1 ap-2 sw-1\"/>
	<site name=\"paris\"><range name=\"ap-%d\" prefix=\"127.1.0.0/24\" count=\"120\"
		groups=\"wireless\"/></site>
	<site name=\"frankfurt\" home=\"yes\"><range name=\"sw-%d\" prefix=\"127.2.0.0/24\"
		count=\"80\" groups=\"wired\"/></site>" 100 1s
radiusd="<service name=\"radiusd\" role=\"dependent\" rise=\"1\" fall=\"1\">"
radiusd="$radiusd<process name=\"$service\"/></service>"
sed "s|</monitor>|$radiusd&|" "$dir/policy.xml" >"$dir/plain.xml"
control 'snmp="yes" max-share="60%"'
served

# ---- what each command shows ----

# Before anything has happened. look: each command, and what it must say.
look() {
	check "$1-heard-by-all" wait_for 30 they_are $clients 0
	check "$1-server" wait_for 20 table servers "serving|90" \
		serverState,serverPerformance serverName=aaa1
	check "$1-server-file" [ "$(shown serverPolicy)" = "$dir/policy.xml" ]
	check "$1-parameter" wait_for 20 table parameters 10 parameterText parameterName=work
	check "$1-built-in" wait_for 20 rows parameters 1 parameterName=cpu parameterState=fresh
	check "$1-service" wait_for 20 table services up serviceState serviceName=radiusd
	check "$1-condition" wait_for 20 table conditions no conditionMet conditionName=failover
	check "$1-condition-why" wait_for 20 table conditions \
		"performance 90, not < 30; work 10" conditionReason conditionName=failover
	check "$1-connection" wait_for 20 table conditions yes conditionMet \
		conditionName=connection
	check "$1-alternate" wait_for 20 table alternates assumed alternateState alternateName=aaa2
	check "$1-groups" wait_for 20 rows groups 5
	# Groups are counted as their clients are shown, a server's clients as they are.
	check "$1-list" wait_for 20 table groups 3 groupClientsHere groupKind=list
	check "$1-group" wait_for 20 table groups 120 groupClientsHere groupName=wireless
	check "$1-site" wait_for 20 table groups 80 groupClientsHere groupName=frankfurt
	check "$1-clients" wait_for 20 rows clients $clients clientPlace=here clientOrder=none
	check "$1-client" [ "$(shown clientAddress clientName=sw-3)" = 127.2.0.3 ]
	check "$1-client-groups" [ "$(shown clientGroups clientName=ap-2)" = "core wireless" ]
	check "$1-alarms" wait_for 20 rows alarms 0
	ask events
	expect "$1-events" 0 "EVENT"
	ask operations
	expect "$1-operations" 0 "ACTION"
	comes "$1-status" 0 "BELLWETHER OK - aaa1 serving: 200 clients here | aaa1_perf" status
	ask doctor
	expect "$1-doctor" 0 "the write view holds bwOperationTable"
}
receiver
master
daemon_options="-x unix:$dir/agentx"
daemon net
simulated net all
look snmpd

# ---- an overload, seen only through SNMP ----

# operation STATE BY: the newest one of the policy's.
operation() {
	ask operations --json
	[ "$(shown operationState operationInitiator=policy | tail -1)" = "$1" ] &&
		[ "$(shown operationDone operationInitiator=policy | tail -1)" = "$2" ]
}

# why PATTERN: an event of that text has the inputs of its decision.
why() {
	ask events --json
	number=$(shown eventIndex "eventText~$1" | tail -1)
	[ -n "$number" ] && ask events --why "$number" &&
		echo "$said" | grep -q -- "performance .* [<>] .*work [0-9]"
}

# logged WORD: that counter in a full status of now, in $count.
logged() {
	after 'status: SNMP' kill -USR1 "$(cat "$dir/daemon.pid")"
	count=$(grep "status: aaa1: orders " "$dir/daemon.log" | tail -1 |
		sed "s/.*[ (]$1 \([0-9]*\)[,)].*/\1/")
}
reaches() {
	ask servers --json
	[ "$(shown "$1")" -ge "$2" ]
}

# counted COLUMN WORD: the table's counter is that of the log's full status: no less than
# one said before, no more than one says after, for clients answer all the time.
counted() {
	logged "$2"
	wait_for 20 reaches "$1" "$count" || return 1
	value=$(shown "$1")
	logged "$2"
	[ "$value" -le "$count" ]
}

overload() {
	watch
	load 90
	check "$1-away" wait_for 30 they_are 0 $clients
	check "$1-state" wait_for 20 table servers away serverState
	check "$1-reason" grep -q 'performance 10 < 30' "$dir/out"
	check "$1-met" wait_for 20 table conditions yes conditionMet conditionName=failover
	check "$1-all-away" wait_for 20 rows clients $clients clientPlace=away clientAlternate=aaa2
	check "$1-orders-hold" wait_for 20 rows clients 0 clientOrderLeft=0
	check "$1-group-away" wait_for 20 table groups 120 groupClientsAway groupName=wireless
	check "$1-alternate-has-them" wait_for 20 table alternates $clients alternateClients
	check "$1-alarm" wait_for 20 table alarms failover alarmName
	comes "$1-critical" 2 "BELLWETHER CRITICAL - aaa1 away: 200 of 200 away" status
	check "$1-operation" wait_for 20 operation done $clients
	check "$1-why" wait_for 20 why 'failover ordered for 200 of 200'
	check "$1-as-logged" wait_for 10 log 'failover ordered for 200 of 200 clients (all)'
	check "$1-orders" counted serverOrders orders
	load 10
	check "$1-back" wait_for 30 they_are $clients 0
	check "$1-serving" wait_for 20 table servers serving serverState
	check "$1-operation-done" wait_for 20 operation done $clients
	check "$1-why-batch" wait_for 20 why 'batch [0-9]*: [0-9]* clients invited'
	check "$1-answers" counted serverAnswers answers
	check "$1-no-alarm" wait_for 20 rows alarms 0
	comes "$1-well" 0 "BELLWETHER OK" status
	watched "$1"
}

# watch: prints events as they come, meanwhile; watched TEST: it did. What comes before it
# has looked for the first time is not new to it.
watch() {
	SNMPCONFPATH="$dir/manager" behind net "$programs/bellwether" watch \
		--agent "udp:127.0.0.1:${port:-161}" >"$dir/watched" 2>"$dir/watch.log" &
	started watch
}
watched() {
	check "$1-watch-start" wait_for 20 grep -q 'calling back 200 clients' "$dir/watched"
	check "$1-watch-state" wait_for 20 grep -q 'serving (was returning)' "$dir/watched"
	stopped watch
}
overload overload
check failover-told wait_for 20 heard 1 1 'INTEGER: 4.*performance 10 < 30'
check recovered-told wait_for 20 heard 2 1 'STRING: "aaa1"'
check policy-finished-told wait_for 20 heard 19 1 'INTEGER: 1	.*STRING: "reconnect"'

# ---- operators ----

# acted STATE COUNT: the newest operation, and whose it was.
acted() {
	ask operations --json
	[ "$(shown operationState operationRequester="$requester" | tail -1)" = "$1" ] &&
		[ "$(shown operationDone operationRequester="$requester" | tail -1)" = "$2" ]
}

# operator TEST VERIFIED
operator() {
	requester=ann
	ask failover group:wireless --reason "rack 12" --preview
	expect "$1-preview" 0 "moves 120 of 120; held 0; kept 0"
	expect "$1-preview-loads" 0 "  aaa2 0 to 120"
	check "$1-preview-moves-nobody" they_are $clients 0
	ask failover all --reason "rack 12" --yes
	expect "$1-too-many" 1 "max-share=> allows 120"
	check "$1-too-many-moves-nobody" they_are $clients 0
	ask failover group:wireless --reason "rack 12" --yes
	expect "$1-failover" 0 "failover of group:wireless at aaa1"
	check "$1-moved" wait_for 20 they_are 80 120
	check "$1-held" wait_for 20 rows clients 120 clientHeld=true clientPlace=away
	check "$1-who" wait_for 20 acted done 120
	check "$1-verified" [ "$(shown operationVerified operationRequester=ann | tail -1)" = \
		"$2" ]
	# The policy would call them back; what an operator holds it leaves alone.
	check "$1-still-serving" [ "$(ask servers --json; shown serverConnection)" = yes ]
	check "$1-stay" they_are 80 120
	ask reconnect group:wireless --reason "done" --yes
	expect "$1-reconnect" 0 "reconnect of group:wireless at aaa1"
	check "$1-came-back" wait_for 30 they_are $clients 0
	ask release group:wireless --reason "done" --yes
	expect "$1-release" 0 "release of group:wireless"
	check "$1-released" wait_for 20 rows clients 0 clientHeld=true
}
operator operator false

# What the policy calls back after an operator's release never failed over, nor recovers.
ask failover list:core --reason "rack 12" --yes
check core-moved wait_for 20 they_are 197 3
ask release list:core --reason "done" --yes
check released-are-called-back wait_for 30 they_are $clients 0
check serving-again wait_for 20 table servers serving serverState
check recovered-told-once [ "$(told 2)" -eq 1 ]
check failover-told-once [ "$(told 1)" -eq 1 ]
check finished-told wait_for 20 heard 19 1 'INTEGER: 5.*STRING: "failover".*Gauge32: 120'

# ---- paused, by command and by file ----

ask pause --reason "the roof leaks"
expect pause 0 "pause at aaa1"
check paused wait_for 20 table servers paused serverMode
check paused-why [ "$(shown serverMode "serverModeReason~ann .the roof leaks")" = paused ]
comes paused-status 0 "paused" status
check paused-told wait_for 20 heard 15 1 'roof'
load 90
check met-while-paused wait_for 20 table conditions yes conditionMet conditionName=failover
check nobody-moves they_are $clients 0
load 10
check not-met wait_for 20 table conditions no conditionMet conditionName=failover
ask resume --reason "it is mended"
expect resume 0 "resume at aaa1"
check resumed wait_for 20 table servers automatic serverMode
check resumed-told wait_for 20 heard 16 1

# At once: a file without its reason would be told as such.
echo 'rack 12 burns' >"$dir/reason" && mv "$dir/reason" "$dir/state/pause"
check file-paused wait_for 20 table servers paused serverMode
check file-paused-why [ "$(shown serverMode "serverModeReason~rack 12 burns")" = paused ]
check file-paused-alarm wait_for 20 table alarms paused alarmName
check file-paused-told wait_for 20 heard 15 1 'rack 12 burns'
rm "$dir/state/pause"
check file-resumed wait_for 20 table servers automatic serverMode
check file-resumed-told wait_for 20 heard 16 2

# switch NUMBER VALUE: of notifications, as ann; what is wrong.
switch() {
	SNMPCONFPATH="$dir/manager" on net snmpset -On -OQ "udp:127.0.0.1:161" \
		"$base.1.1.$1.0" i "$2" 2>&1 | sed -n 's/^Reason: \([a-zA-Z]*\).*/\1/p'
}

# ---- reloads ----

count=$(scalar 8)
printf '<policy xmlns="urn:bellwether:policy:1">\n<nonsense/>\n</policy>\n' \
	>"$dir/policy.xml"
hangup
check bad-policy-refused wait_for 20 is 6 3
check bad-policy-counts [ "$(scalar 8)" -eq $((count + 1)) ]
check bad-policy-where [ "$(scalar 9 | grep -c 'policy.xml:2: .*nonsense')" -eq 1 ]
check bad-policy-alarm wait_for 20 table alarms policy-rejected alarmName
check bad-policy-told wait_for 20 heard 11 1 'policy.xml:2'
check old-policy-stays they_are $clients 0
control ''
hangup
check good-policy-taken wait_for 20 is 6 2
check good-policy-counts [ "$(scalar 8)" -eq $((count + 2)) ]
check good-policy-no-error is 9 ''
check good-policy-no-alarm wait_for 20 rows alarms 0
check good-policy-told wait_for 20 heard 12 1

# Without <control> nobody moves anything.
ask failover group:wired --reason why --yes
expect no-control 1 "it lacks <control snmp"
check no-control-moves-nobody they_are $clients 0
ask pause --reason why
expect no-control-pause 1 "it lacks <control snmp"
check no-control-no-switch [ "$(switch 15 2)" = notWritable ]
control 'snmp="yes" max-share="60%"'
after 'in effect, 200 clients' hangup
check control-again wait_for 20 is 8 $((count + 3))

# ---- services, and clients that fall silent ----

stopped service
check service-down wait_for 20 table services down serviceState serviceName=radiusd
check service-alarm wait_for 20 table alarms radiusd alarmSubject
check service-down-told wait_for 20 heard 3 1 'STRING: "radiusd"'
served
check service-up wait_for 20 table services up serviceState serviceName=radiusd
check service-up-told wait_for 20 heard 4 1 'STRING: "radiusd"'

kill -STOP "$(cat "$dir/flock.pid")"
check silent wait_for 30 table servers $clients serverClientsSilent
check silent-group wait_for 20 table groups 120 groupClientsSilent groupName=wireless
check silent-client wait_for 20 rows clients $clients clientSilent=true
check silent-alarm wait_for 20 table alarms clients-silent alarmName
check silent-told wait_for 30 heard 5 1 'Gauge32: [1-9]'
kill -CONT "$(cat "$dir/flock.pid")"
check heard-again wait_for 30 table servers 0 serverClientsSilent
check heard-told wait_for 25 heard 6 1 'no client is silent'

# ---- notifications switched off ----

# Kept over a restart, and a kill, below.
switch_says() {
	[ -z "$(switch "$1" "$2")" ] && is "$1" "$2"
}
check switched-off wait_for 20 switch_says 15 2
down_told=$(told 3)
said_off='notifications (service) are switched off through SNMP'
check off-event wait_for 20 rows events 1 "eventText=$said_off"
check off-logged log "$said_off"
check off-alarm wait_for 20 table alarms notice alarmSeverity alarmName=notifications-off
ask doctor
expect off-doctor 0 "notifications are switched off: service"
comes off-status 0 "BELLWETHER OK" status
stopped service
check off-down wait_for 20 table alarms radiusd alarmSubject alarmName=service-down
withheld() {
	[ "$(scalar 24)" -ge "$1" ]
}
check off-withheld wait_for 20 withheld 1
served
check off-up wait_for 20 table services up serviceState serviceName=radiusd
check off-not-told [ "$(told 3)" -eq "$down_told" ]
check alarms-are-counted [ "$(scalar 25)" -eq $(($(scalar 26) - $(scalar 27))) ]

# ---- a restart ----

# kept FILE: what has to be the same afterwards: numbers and names, operations, events.
kept() {
	for list in server parameter service condition alternate group client; do
		ask "${list}s" --json
		shown "${list}Index,${list}Name" | sed "s/^/$list /"
	done >"$1"
	ask operations --json
	shown operationIndex,operationAction,operationSelection,operationRequester,operationReason,operationState,operationAnswer,operationOrdered,operationDone,operationStarted,operationEnded \
		operationState=done >>"$1"
	ask events --json
	shown eventIndex,eventDate,eventKind,eventSeverity,eventOperation,eventClient,eventCount,eventText,eventDetail >"$1.events"
}

settle() {
	rows operations 0 operationState=running
}
check settled wait_for 20 settle
kept "$dir/before"
notifications=$(scalar 11)
next=$(($(ask operations --json; shown operationIndex operationState=done | tail -1) + 1))
check something-is-kept [ "$(wc -l <"$dir/before")" -gt 220 ]
stopped daemon
no_tables() {
	[ -z "$(scalar 1)" ]
}
check agent-goes-along wait_for 20 no_tables
daemon net
check restarted wait_for 30 they_are $clients 0
same() {
	kept "$dir/after" && cmp -s "$dir/before" "$dir/after"
}
check all-goes-on wait_for 20 same
diff "$dir/before" "$dir/after" | head -20 | sed 's/^/# /'
# There are 1,024 of them: the restart's own push out some, but only of single clients.
events_go_on() {
	last=$(tail -1 "$dir/before.events" | cut -d '|' -f 1)
	awk -F '|' '
		NR == FNR { was[$1] = $0; next }
		$1 in was { same += was[$1] == $0; changed += was[$1] != $0 }
		END { exit changed > 0 || same < 900 }' \
		"$dir/before.events" "$dir/after.events" &&
		awk -F '|' '
		NR == FNR { is[$0]; next }
		$6 == "" && !($0 in is) { gone++ }
		END { exit gone > 0 }' "$dir/after.events" "$dir/before.events" &&
		[ "$(awk -F '|' -v last="$last" '$1 <= last' "$dir/after.events" |
			grep -c '|performance [0-9].* work [0-9]*; connection ')" -gt 3 ]
}
check events-go-on events_go_on
check still-off is 15 2
check operations-go-on [ "$(scalar 10)" -ge "$next" ]
check notifications-go-on [ "$(scalar 11)" -ge "$notifications" ]

# ---- the engine lost, and back ----

stopped daemon KILL
check lost-told wait_for 20 heard 17 1 'the engine has ended'
daemon net
check back-told wait_for 30 heard 18 1
check still-off-after-a-kill is 15 2
stopped service
check off-withheld-again wait_for 20 withheld 1
served
check on-again wait_for 20 switch_says 15 1
check on-told wait_for 20 heard 20 1 '[1-9] were switched off'
check on-no-alarm wait_for 20 rows alarms 0
check lost-no-clients wait_for 30 they_are $clients 0
# And what comes next has the next number.
overload again
check failover-told-again wait_for 20 heard 1 2
check recovered-told-again wait_for 20 heard 2 2
# repeated: a busy snmpd was lost and found again, and then got its last seconds twice.
repeated() {
	grep -q "the SNMP master is gone" "$dir/daemon.log" && echo repeated
}
# shellcheck disable=SC2046 # a word or none
check every-notification-once sequence $(repeated)

# ---- as its own master ----

stopped daemon
stopped snmpd
access "$dir/own.conf"
chown "$daemon_user" "$dir/own.conf"
port=1161
daemon_options="--master udp:127.0.0.1:$port --snmp-conf $dir/own.conf"
daemon net
look own
overload own-overload
operator own-operator true
check own-failover-told wait_for 20 heard 1 3
# shellcheck disable=SC2046 # a word or none
check own-sequence sequence $(repeated)
