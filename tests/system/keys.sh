#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Keys are changed while a failover is under way and one packet of five is lost: nobody
# is lost or told twice, and nobody falls silent. The server switched first is told in so
# many words at both ends, and heals when they have a key in common. A key file that others
# can read changes nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"

command -v nft >/dev/null || skip "needs nftables"
flock=60
clients=$((flock + 2))

host net
cuts() {
	on net nft -f - <<-END
		table inet loss {
			chain input {
				type filter hook input priority 0;
				meta l4proto icmp numgen random mod 100 < $1 counter drop
			}
		}
	END
}

# document IDS: $dir/policy.xml with these keys.
document() {
	lines=
	for id in $1; do
		lines="$lines<key id=\"$id\" file=\"aaa1-$id.key\"/>"
	done
	sed "s|<key id=.*|$lines|" "$dir/plain.xml" >"$dir/policy.new" &&
		mv "$dir/policy.new" "$dir/policy.xml"
}
# reload IDS: which are in effect then.
reload() {
	effects=$(grep -c 'is in effect' "$dir/daemon.log")
	document "$1"
	kill -HUP "$(cat "$dir/daemon.pid")"
	wait_for 20 log 'is in effect' $((effects + 1))
}
# log PATTERN [COUNT]: the daemon's log has so many such lines, one at least.
log() {
	[ "$(grep -c -- "$1" "$dir/daemon.log")" -ge "${2:-1}" ]
}
# gives CLIENT IDS: it has these keys and no others, and starts anew with them.
gives() {
	lines=
	for id in $2; do
		(umask 077 && "$programs/bellwether" key "$dir/all.xml" "$1" --id "$id" \
			>"$dir/$1/$1-$id.key")
		lines="$lines<key id=\"$id\" file=\"$1-$id.key\"/>"
	done
	sed -i "s|<key id=.*|$lines|" "$dir/$1/client.xml"
	stopped "$1"
	client net "$1"
}

HELLO=8s policy 127.0.0.11 127.0.0.12 "<client name=\"nas1\" address=\"127.2.0.1\"/>
	<client name=\"nas2\" address=\"127.2.0.2\"/>
	<range name=\"ap-%d\" prefix=\"127.1.0.0/24\" count=\"$flock\" groups=\"flock\"/>" 100 1s
sed 's|attempts="20"/>|attempts="100"/>|' "$dir/policy.xml" >"$dir/plain.xml"
for id in 1 2 3; do
	secret "$dir/aaa1-$id.key"
	chown "$daemon_user" "$dir/aaa1-$id.key"
done
document "1 2 3"
cp "$dir/policy.xml" "$dir/all.xml"
access "$dir/own.conf"
chown "$daemon_user" "$dir/own.conf"
port=1161
daemon_options="--master udp:127.0.0.1:$port --snmp-conf $dir/own.conf"

# The flock has the new key from the start.
document "1 2"
simulated net group:flock
check flock-begins wait_for 20 grep -q '^here ' "$dir/flock.log"
document 1
for who in nas1 nas2; do
	client_xml "$who" "127.2.0.${who#nas}" 127.0.0.11 127.0.0.12
	gives "$who" 1
done
daemon net
check all-here wait_for 20 clients_are here $clients

# ---- in the right order ----

# nas2 is down meanwhile: its order is repeated, and the failover under way, until it is up.
stopped nas2
cuts 20 || skip "this kernel has no numgen for nftables"
load 90
check failover-begins wait_for 20 log 'operation-start: '
gives nas1 "1 2"
check both-at-server reload "1 2"
gives nas1 2
check all-others wait_for 40 clients_are away $((clients - 1))
check under-way [ "$(grep -c 'operation-end: ' "$dir/daemon.log")" -eq 0 ]
gives nas2 2
check all-away wait_for 40 clients_are away $clients
on net nft delete table inet loss
check nas1-under-new wait_for 20 table clients 2 clientKey clientName=nas1
check nas2-under-new wait_for 20 table clients 2 clientKey clientName=nas2
check new-at-server reload 2
load 10
check all-back wait_for 30 clients_are here $clients

# ran_times CLIENT EVENT COUNT
ran_times() {
	[ "$(ran "$1" "$2")" -eq "$3" ]
}
for who in nas1 nas2; do
	check $who-away-once ran_times $who failover 1
	check $who-back-once ran_times $who reconnect 1
done
# The flock counts every run of a simulated hook as a move.
flock_moves() {
	[ "$(sed -n 's/^moves \([0-9]*\) .*/\1/p' "$dir/flock.log" | tail -1)" = "$1" ]
}
check flock-once wait_for 20 flock_moves $((2 * flock))
none() {
	! grep -v 'client nas2 ' "$dir/daemon.log" | grep -q -- "$1"
}
check nobody-silent none ' silent: '
check nobody-lost none ' unreachable: '
check nobody-misunderstood none 'the policy has key'

# ---- the server first ----

# alarm TEXT: of the one alarm of refused messages.
alarm() {
	ask alarms --json
	shown alarmText alarmName=messages-refused | grep -q -- "$1"
}
no_alarm() {
	rows alarms 0 alarmName=messages-refused
}
have_keys() {
	ask clients --json
	[ "$(shown clientKey | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = "$1" ]
}
check all-under-new wait_for 20 have_keys " $clients 2;"
check no-alarm-yet no_alarm
check switched reload 3
load 90
check told-in-log wait_for 40 \
	log 'message: aaa1: client [an][a-z0-9-]* uses key 2, the policy has key 3: give that client'
check told-by-alarm wait_for 40 alarm '[1-9][0-9]* clients are refused for their keys: client nas1 uses key 2'
check told-at-client wait_for 20 \
	grep -q 'aaa1 uses key 3, which .*client.xml has not: get it from there' "$dir/nas1.log"
check nobody-moves client_is nas1 here
gives nas1 "2 3"
check heals-with-key wait_for 40 client_is nas1 "away at aaa2"
check others-wait wait_for 20 alarm 'client nas2 uses key 2'
check old-key-back reload "2 3"
check all-heal wait_for 60 clients_are away $clients
check alarm-ends wait_for 20 no_alarm
check nas1-obeyed-once ran_times nas1 failover 2
check nas2-obeyed-once ran_times nas2 failover 2

# ---- a file that others can read ----

chmod 640 "$dir/aaa1-3.key"
document "2 3"
kill -HUP "$(cat "$dir/daemon.pid")"
check exposed-refused wait_for 20 \
	log 'policy.xml:3: key file .*/aaa1-3.key: is a secret open to group or others: chmod 600'
check old-keys-stay wait_for 20 log 'what was in effect of them stays'
load 10
check all-back-again wait_for 40 clients_are here $clients
