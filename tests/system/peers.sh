#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Two real daemons that ask each other how they are, and are each other's alternate: who
# goes where, who stays when both drown, and where clients go whose alternate is lost.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"

host net
(umask 077 && echo 'rocommunity public 127.0.0.1' >"$dir/master.conf")
(umask 077 && printf 'defVersion 2c\ndefCommunity public\n' >"$dir/peers")
chown "$daemon_user" "$dir/peers"

# loaded SERVER PERCENT: what its file parameter reads next.
loaded() {
	echo "$2" >"$dir/load.new" && mv "$dir/load.new" "$dir/$1.load"
}

# write SERVER ADDRESS CLIENTS-PREFIX COUNT ALTERNATES: $dir/SERVER.xml.
write() {
	[ -f "$dir/$1.key" ] || secret "$dir/$1.key"
	chown "$daemon_user" "$dir/$1.key"
	cat >"$dir/$1.xml" <<-XML
		<policy xmlns="urn:bellwether:policy:1">
		  <server name="$1" address="$2"><key id="1" file="$1.key"/></server>
		  <alternates>$5</alternates>
		  <monitor interval="200ms" timeout="100ms">
		    <parameter name="work"><file path="$dir/$1.load" pattern="([0-9]+)"/></parameter>
		  </monitor>
		  <performance function="100 - \$work"/>
		  <failover threshold="30" for="1s"><step><select all="yes"/></step></failover>
		  <connection threshold="60" for="1s"><batch size="50" every="1s"/></connection>
		  <clients hello="5s"><range name="$1-nas%d" prefix="$3" count="$4"/></clients>
		</policy>
	XML
}

# bellwether SERVER PORT: its daemon, and its clients.
bellwether() {
	mkdir -p "$dir/$1.state"
	behind net "$programs/bellwetherd" -f -p "$dir/$1.xml" -s "$dir/$1.state" \
		-u "$daemon_user" --master "udp:127.0.0.1:$2" \
		--snmp-conf "$dir/master.conf" -l debug >>"$dir/$1.log" 2>&1 &
	started "$1"
	behind net "$programs/bellwether-flock" -p "$dir/$1.xml" --status --retry 2s all \
		>>"$dir/$1-flock.log" 2>&1 &
	started "$1-flock"
}

# flock SERVER "here N away M": the word of its clients.
flock() {
	[ "$(grep '^here ' "$dir/$1-flock.log" | tail -1)" = "$2" ]
}

# value PORT COLUMN NUMBER: of the table of alternates.
value() {
	on net snmpwalk -v2c -c public -On -OQ -Ov -t 2 "udp:127.0.0.1:$1" \
		"$base.1.6.1.$2" 2>/dev/null | sed -n "$3p" | tr -d '" '
}

# alternate_is PORT NUMBER COLUMN VALUE: of the policy's alternate of that number.
alternate_is() {
	[ "$(value "$1" "$3" "$2")" = "$4" ]
}
state=8 clients=11 own=15
usable=1 assumed=2 unusable=3

alarm() {
	SNMPCONFPATH="$dir" on net timeout 30 "$programs/bellwether" alarms -v2c -c public \
		--agent "udp:127.0.0.1:$1" 2>/dev/null | grep -q "$2"
}

asked_aaa2='<alternate name="aaa2" address="127.0.0.12" capacity="100">
	<health agent="udp:127.0.0.1:1162" access="peers" every="500ms"/></alternate>'
unasked_aaa3='<alternate name="aaa3" address="127.0.0.13" priority="2"/>'
asked_aaa1='<alternate name="aaa1" address="127.0.0.11" capacity="100">
	<health agent="udp:127.0.0.1:1161" access="peers" every="500ms"/></alternate>'

loaded aaa1 10
loaded aaa2 10
write aaa1 127.0.0.11 127.1.0.0/24 20 "$asked_aaa2 $unasked_aaa3"
write aaa2 127.0.0.12 127.2.0.0/24 10 "$asked_aaa1"
bellwether aaa1 1161
bellwether aaa2 1162
check aaa2-usable wait_for 30 alternate_is 1161 1 $state $usable
check aaa2-own-clients wait_for 30 alternate_is 1161 1 $own 10
check aaa3-assumed wait_for 20 alternate_is 1161 2 $state $assumed
check aaa1-usable wait_for 30 alternate_is 1162 1 $state $usable
status_says() {
	kill -USR1 "$(cat "$dir/aaa1.pid")" && wait_for 2 grep -q "$1" "$dir/aaa1.log"
}
check in-the-status wait_for 20 status_says \
	'status: aaa1: alternate aaa2: usable for .*, load 0, its own clients 10, capacity 100, room now 45: serving'
check aaa1-own-clients wait_for 30 alternate_is 1162 1 $own 20

# ---- asked for a server that is not there ----

write aaa1 127.0.0.11 127.1.0.0/24 20 "$(echo "$asked_aaa2" |
	sed 's/every=/server="aaa9" every=/') $unasked_aaa3"
kill -HUP "$(cat "$dir/aaa1.pid")"
check says-whom-it-knows wait_for 30 grep -q \
	'alternate aaa2 is unusable .*its agent knows no server "aaa9", but "aaa2"' \
	"$dir/aaa1.log"
write aaa1 127.0.0.11 127.1.0.0/24 20 "$asked_aaa2 $unasked_aaa3"
kill -HUP "$(cat "$dir/aaa1.pid")"
check usable-by-its-name wait_for 30 alternate_is 1161 1 $state $usable

# ---- both drown ----

loaded aaa2 90
check aaa2-sheds wait_for 30 flock aaa2 'here 0 away 10'
check aaa2-unusable wait_for 30 alternate_is 1161 1 $state $unusable
loaded aaa1 90
check aaa1-sheds wait_for 30 flock aaa1 'here 0 away 20'
check to-the-one-that-serves wait_for 20 alternate_is 1161 2 $clients 20
check nobody-to-the-drowned wait_for 20 alternate_is 1161 1 $clients 0
# aaa2's clients are at aaa1, which is away as well: there is nothing better, they stay.
check aaa1-unusable wait_for 30 alternate_is 1162 1 $state $unusable
check aaa1-is-lost wait_for 30 alarm 1162 '^alternate-unusable  *aaa1 .* 10  '
check aaa2-no-alternate wait_for 30 alarm 1162 no-alternate
orders() {
	grep -c ' operation-start: ' "$dir/$1.log"
}
bounces() {
	before="$(orders aaa1) $(orders aaa2)"
	sleep 5
	[ "$(orders aaa1) $(orders aaa2)" != "$before" ]
}
nobody_bounces() {
	! bounces && flock aaa1 'here 0 away 20' && flock aaa2 'here 0 away 10'
}
check nobody-bounces nobody_bounces

# ---- nowhere to go ----

loaded aaa1 10
check aaa1-back wait_for 30 flock aaa1 'here 20 away 0'
write aaa1 127.0.0.11 127.1.0.0/24 20 "$asked_aaa2"
kill -HUP "$(cat "$dir/aaa1.pid")"
check only-aaa2 wait_for 30 alternate_is 1161 2 $state ''
check aaa2-unusable-still wait_for 30 alternate_is 1161 1 $state $unusable
loaded aaa1 90
check holds wait_for 30 grep -q 'nobody is ordered away: of 1 alternates 1 are unusable' \
	"$dir/aaa1.log"
check holds-everybody flock aaa1 'here 20 away 0'
check holds-with-an-alarm wait_for 30 alarm 1161 no-alternate

# ---- as soon as it serves, they go ----

loaded aaa2 10
check aaa2-back wait_for 40 flock aaa2 'here 10 away 0'
check aaa1-sheds-then wait_for 40 flock aaa1 'here 0 away 20'
check at-aaa2 wait_for 20 alternate_is 1161 1 $clients 20

# ---- and when it dies, they go on to the next ----

write aaa1 127.0.0.11 127.1.0.0/24 20 "$asked_aaa2 $unasked_aaa3"
kill -HUP "$(cat "$dir/aaa1.pid")"
check aaa3-again wait_for 30 alternate_is 1161 2 $state $assumed
check still-at-aaa2 wait_for 20 alternate_is 1161 1 $clients 20
stopped aaa2 KILL
# Its agent lives on for 30 s, and says how old all that is.
check aaa2-lost wait_for 20 alternate_is 1161 1 $state $unusable
check by-its-age grep -q "aaa2 is unusable .*its daemon's word is .* s old" "$dir/aaa1.log"
check at-aaa3 wait_for 30 alternate_is 1161 2 $clients 20
check nobody-at-aaa2 wait_for 20 alternate_is 1161 1 $clients 0
check by-safety grep -q '20 clients ordered from alternate aaa2 to the next' "$dir/aaa1.log"
loaded aaa1 10
check home wait_for 40 flock aaa1 'here 20 away 0'

# ---- and all of it is written down ----

traced() {
	cat "$dir"/aaa1.state/trace/aaa1.trace* | grep -Eq "$1"
}
check traced-as-heard wait_for 20 traced \
	'^[0-9.]+ alternate aaa2 serving performance=90 threshold=60 clients=10$'
check traced-as-silent wait_for 20 traced \
	'^[0-9.]+ alternate aaa2 silent ".*knows no server \\"aaa9\\"'
# said KIND DETAIL: an event of the kind has that in its detail.
said() {
	SNMPCONFPATH="$dir" on net timeout 30 "$programs/bellwether" events --json -v2c \
		-c public --agent udp:127.0.0.1:1161 2>/dev/null |
		perl -MJSON::PP -0777 -e '
			exit !grep { $_->{eventKind} eq $ARGV[0] &&
				$_->{eventDetail} =~ $ARGV[1] }
				@{decode_json(<STDIN>)->{rows}}' "$1" "$2"
}
check alternate-lost-why wait_for 20 said alternate \
	'^aaa2 unusable: its performance 10 is not above its connection threshold 60; '
