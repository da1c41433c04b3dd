#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The pictures in doc/pictures are what the console shows: made here from its screen, and
# compared. With UPDATE=1 in the environment they are made anew.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
own_access "maxGetbulkResponses 2000"

# picture TITLE: of the screen, at a quiet time of day.
picture() {
	screen -e | sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/12:34:56/g' |
		perl "$root/tests/system/picture.pl" "$1"
}
picture_stands_still() {
	picture "$1" >"$dir/still"
	sleep 1
	picture "$1" | cmp -s - "$dir/still"
}
# same_picture FILE TITLE
same_picture() {
	expected=$root/doc/pictures/$1.svg
	if [ -n "${UPDATE:-}" ]; then
		wait_for 10 picture_stands_still "$2" && cp "$dir/still" "$expected"
	fi
	is_expected() {
		picture "$1" | cmp -s - "$expected"
	}
	if wait_for 20 is_expected "$2"; then
		ok "of-$1"
	else
		picture "$2" >"$dir/$1.svg"
		not_ok "of-$1" "UPDATE=1 makes it anew; wanted (-) $expected, the screen (+):" \
			"$(diff -u "$expected" "$dir/$1.svg" | tail -n +3 | head -30)"
	fi
}

demo own-demo 1000 --scene on --master udp:127.0.0.1:1161 --snmp-conf "$dir/own.conf"
terminal 100 30 "TERM=xterm-256color $programs/bellwether --agent udp:127.0.0.1:1161 -v3 \
	-u ann -l authPriv -a SHA-256 -A $pass -x AES -X $pass --theme dark"
sees opens "aaa2   returning"
same_picture servers "bellwether: two servers, one of which calls its clients back"
press 2
sees clients "of 1000"
press /
type_text "berlin nas-9"
sees filter "/berlin nas-9_  "
same_picture clients "bellwether: clients, filtered as one types"
press Escape 3
sees groups "wireless"
press F
sees previews "moves 250 of 250"
type_text "line card"
press Enter
sees consent "Type 250"
same_picture consent "bellwether: what a failover would do, and consent by its count"
type_text 250
press Enter
sees runs "running: 0 of 250 done"
for _ in 1 2 3; do
	echo step >"$dir/own-demo.in"
done
sees progress "running: 50 of 250 done, 75 received"
press Escape 4
sees operations "20% "
same_picture operations "bellwether: operations and how far they are"
no_terminal
