#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The console over a bad path: slow, losing every tenth datagram each way, dead and alive
# again. It says what is so, answers its keys all the while, and what is asked for is done
# once.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

own=21610
path=21620
pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
own_access
demo own-demo 60 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
mkfifo "$dir/path.in"
perl "$root/tests/system/relay.pl" "$path" "$own" "$dir/path.out" <>"$dir/path.in" \
	2>"$dir/path.log" &
started path

# path LOSS DELAY: percent each way, milliseconds.
path() {
	printf 'lose %s\ndelay %s\n' "$1" "$2" >"$dir/path.in"
	wait_for 20 grep -q " now delay $2 lose $1\$" "$dir/path.out"
}
# told COUNT KIND: so many operations of this kind reached the engine.
told() {
	[ "$(grep -c "^operate $2 [0-9]\{1,9\} " "$dir/own-demo.out")" -eq "$1" ]
}
console="$programs/bellwether --agent udp:127.0.0.1:$path -v3 -u ann -l authPriv -a SHA-256 \
-A $pass -x AES -X $pass"

# ---- slow ----

path 0 100
terminal 100 30 "$console"
sees slow "aaa2   returning" 60
press 2
sees slow-clients "of 60" 60
press m m m
sees slow-marks "* 3 marked"
press F
sees slow-previews "moves 3 of 3" 60
type_text why
press Enter
sees slow-asks "Go on? y or n" 60
press y
sees slow-runs "running: 0 of 3 done" 60
check slow-once told 1 2
press Escape

# ---- lossy ----

path 10 5
press 3
sees lossy-groups "wireless" 60
press F
sees lossy-previews "moves 15 of 15" 60
type_text why
press Enter
sees lossy-asks "Type 15" 60
type_text 15
press Enter
sees lossy-runs "running: 0 of 15 done" 60
check lossy-once told 2 2
press Escape

# ---- dead ----

path 100 0
sees dead "no answer in time" 60
sees dead-advice "check that the agent runs" 60
sees dead-marked "~ aaa1" 60
# Keys are answered while the manager waits.
press 2
sees dead-view "2clients"
press '?'
sees dead-help "turn the order round"
press Escape 1
press F
sees dead-refuses "is silent: no answer in time"
press Down
path 0 0
back() {
	lacks "no answer in time" && lacks "~ aaa1"
}
check alive-again wait_for 60 back
press F
sees alive-previews "moves 60 of 60" 60
press Escape q
sees quits "status 0"
no_terminal
