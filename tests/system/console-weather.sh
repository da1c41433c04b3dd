#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The console behind bad networks: datagrams that are late, lost one in ten, lost all, and
# an agent that is gone and comes back. Keys are answered all the time, what is old says
# so, and everything is well again by itself.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

own=21610 relayed=21650 pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
own_access "maxGetbulkResponses 2000"
relay() {
	rm -f "$dir/relay.in" && mkfifo "$dir/relay.in"
	perl "$root/tests/system/relay.pl" "$relayed" "$own" "$dir/relay.txt" \
		<>"$dir/relay.in" 2>>"$dir/relay.log" &
	started relay
}
weather() {
	echo "$*" >"$dir/relay.in"
}
# answers: how many came through.
answers() {
	grep -c 'answer .*[0-9]$' "$dir/relay.txt"
}
# well: the agent is, and nothing is marked as old.
well() {
	shows "$relayed ok" && lacks "~ aaa1"
}
quit() {
	press q
	wait_for 20 shows 'status 0'
}

demo own-demo 500 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
relay

# ---- late ----

weather delay 300
terminal 80 24 "$programs/bellwether --agent udp:127.0.0.1:$relayed -v3 -u ann \
	-l authPriv -a SHA-256 -A $pass -x AES -X $pass"
sees late-opens "aaa2   returning" 60
press 2
sees late-clients "> aaa1           nas-1 " 60
# Its list comes a page first, far sooner than all.
press Down Down
sees late-moves "> aaa1           nas-3 "
weather delay 0
sees late-all "of 500" 60

# ---- lost, all of it ----

weather lose 100
sees lost-told "no answer in time" 30
sees lost-marked "~ aaa1" 30
sees lost-dated "as of "
before=$(answers)
press '?'
sees lost-help "the view of that number"
press Escape 3
sees lost-view "GROUP"
press 2 End
sees lost-scrolls "500 of 500"
press /
type_text nas-49
sees lost-filters "/nas-49_  11 of 500"
press Escape Home F
sees lost-refuses "is silent: no answer in time"
check lost-nothing-came [ "$(answers)" -eq "$before" ]
press Escape
weather lose 0
check lost-found wait_for 60 lacks "no answer in time"
check lost-found-fresh wait_for 60 lacks "~ aaa1"

# ---- lost, now and then ----

weather lose 10
press 3
sees some-groups "wireless" 60
press 2
sees some-clients "of 500" 60
# What is written is not sent twice: an operator who hears nothing asks again.
previews() {
	press Escape
	press F
	wait_for 10 shows "; kept 0"
}
check some-previews wait_for 60 previews
press Escape
weather lose 0
check some-well wait_for 60 well

# ---- gone ----

stopped relay
sees gone-told "nothing listens at this port" 30
press 1
sees gone-shows "aaa2   returning"
relay
check gone-back wait_for 60 lacks "nothing listens"
check gone-well wait_for 60 well
check quits quit
no_terminal
