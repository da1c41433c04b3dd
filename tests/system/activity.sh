#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Clients that say they are away and come all the same, on a real FreeRADIUS: the one whose
# hook lies is named, and no other; the alarm ends when its logins do, and when it is called
# back. Those of a network share a counter: none of them is accused. Who was seen to move is
# counted, and who came back and sends nothing is named too.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/snmp-lib.sh"
. "$root/scripts/radius.sh"

for program in freeradius radclient; do
	command -v "$program" >/dev/null || skip "needs $program"
done

host net
server=127.0.0.11
accounting_port=$((radius_port + 10))
# Two with a section of their own, two of a network that is one section; each second one
# is a liar.
members='nas1=127.0.1.1 nas2=127.0.1.2 net1=127.0.4.1 net2=127.0.4.2'
radius_clients="127.0.0.1 127.0.1.1 127.0.0.0/16 127.0.4.0/24 127.0.1.2"
radius_write "$dir/aaa1" aaa1 $server 4 5
cat >>"$dir/aaa1/radiusd.conf" <<END
server accounting {
	listen {
		type = acct
		ipaddr = $server
		port = $accounting_port
	}
	preacct {
		ok
	}
	accounting {
		ok
	}
}
END
serve() {
	behind net freeradius -d "$dir/aaa1" -f >>"$dir/radius.log" 2>&1 &
	started radius
}
serve

# looks ATTRIBUTES: the policy with such an <activity>, or with none; in effect at a hangup.
looks() {
	radius="<radius-status server=\"$server:$radius_status_port\" secret-file=\"status.key\"/>"
	sed "s|<clients [^>]*>|<control snmp=\"yes\" max-share=\"100%\"/>&${1:+<activity every=\"1s\" $1>$radius</activity>}|" \
		"$dir/plain.xml" >"$dir/policy.new"
	mv "$dir/policy.new" "$dir/policy.xml"
}
clients=
for member in $members; do
	clients="$clients<client name=\"${member%=*}\" address=\"${member#*=}\"/>"
done
HELLO=2s policy $server 127.0.0.12 "$clients"
mv "$dir/policy.xml" "$dir/plain.xml"
(umask 077 && printf '%s' "$radius_secret" >"$dir/status.key")
access "$dir/own.conf"
chown "$daemon_user" "$dir/status.key" "$dir/own.conf"
looks 'grace="3s" quiet="8s" back="12s"'
port=1161
daemon_options="--master udp:127.0.0.1:$port --snmp-conf $dir/own.conf"
for member in $members; do
	client_xml "${member%=*}" "${member#*=}" $server 127.0.0.12
done

# ---- the logins ----

# Everybody's, as fast as they come: an honest client's to the first server while it is
# here, a liar's until it has had enough; and nas1's accounting, when there is such.
cat >"$dir/logins" <<-END
	#!/bin/sh
	user="User-Name=bob,User-Password=trial,Acct-Status-Type=Start,Acct-Session-Id=1"
	send() { # client address port kind
		echo "\$user,Packet-Src-IP-Address=\$2" |
			radclient -r 1 -t 1 $server:\$3 \$4 $radius_secret >/dev/null 2>&1 &&
			echo "\$4" >>$dir/\$1/granted
	}
	while :; do
		for member in $members; do
			name=\${member%=*} address=\${member#*=}
			case \$name in
			*2) [ -f $dir/\$name/enough ] && continue ;;
			*) [ "\$(cat $dir/\$name/place)" = here ] || continue ;;
			esac
			send \$name \$address $radius_port auth
		done
		[ ! -f $dir/nas1/accounts ] || send nas1 127.0.1.1 $accounting_port acct
	done
END
chmod 755 "$dir/logins"
# granted CLIENT COUNT [KIND]: so many more logins of it than before.
granted() {
	[ "$(grep -c "^${3:-auth}" "$dir/$1/granted")" -ge "$2" ]
}

behind net "$dir/logins" >>"$dir/logins.log" 2>&1 &
started logins
for member in $members; do
	check "login-${member%=*}" wait_for 20 granted "${member%=*}" 3
done
daemon net
for member in $members; do
	client net "${member%=*}"
done
check all-here wait_for 20 clients_are here 4

# ---- one lies ----

# log PATTERN [COUNT]: the daemon's log has so many such lines, one at least.
log() {
	[ "$(grep -c -- "$1" "$dir/daemon.log")" -ge "${2:-1}" ]
}
# alarm TEXT: that is what the alarm says, there being just one.
alarm() {
	table alarms "$1" alarmText alarmName=clients-still-coming &&
		[ "$(shown alarmSeverity,alarmCount alarmName=clients-still-coming)" = \
			"warning|${1%% *}" ]
}
no_alarm() {
	rows alarms 0 alarmName=clients-still-coming
}
check no-alarm-while-here no_alarm
load 90
check all-away wait_for 20 clients_are away 4
check liar-named wait_for 60 alarm "1 of 4 clients that are away still come: nas2"
check liar-logged log "still-coming: client nas2 still comes: [1-9][0-9]* requests within"
check network-noted wait_for 60 \
	log "activity: requests from 127.0.4.0/24 still come, where client net[12] is away"
check liar-event wait_for 10 table events "warning|nas2" eventSeverity,eventClient \
	eventKind=stillComing
check network-event wait_for 10 rows events 1 eventKind=activity eventSeverity=notice
ask alarms
expect alarm-listed 0 "clients-still-coming"
check still-the-one alarm "1 of 4 clients that are away still come: nas2"
check no-other-accused [ "$(grep -c 'still-coming: client' "$dir/daemon.log")" -eq \
	"$(grep -c 'still-coming: client nas2 ' "$dir/daemon.log")" ]

touch "$dir/nas2/enough"
check liar-stops wait_for 60 no_alarm
check liar-stops-event wait_for 10 table events nas2 eventClient eventKind=staysAway
check liar-stops-logged log "client nas2 no longer comes: no request within"
check still-away clients_are away 4

# ---- who is seen to move, and to come again ----

# Those of the network share a counter that one of them keeps up: not known.
moved() {
	table operations "$1" operationMoved operationAction="$2"
}
check moved-seen wait_for 60 moved 2 failover
check moved-server wait_for 10 table servers "2|0|0" \
	serverClientsMoved,serverClientsComing,serverClientsMissed
check moved-client wait_for 10 table clients "quiet" clientActivity clientName=nas1
check moved-not-known table clients "unknown" clientActivity clientName=net1
# nas2 comes back, and its logins do not.
load 10
check back-again wait_for 20 clients_are here 4
missed() {
	table alarms "$1" alarmText alarmName=clients-not-coming
}
check back-comes wait_for 60 table clients "coming" clientActivity clientName=nas1
check back-missed wait_for 60 \
	missed "1 of 4 clients that are here came back and send nothing: nas2"
check back-missed-event wait_for 10 table events nas2 eventClient \
	eventKind=activity eventSeverity=warning
check back-missed-quiet table clients "quiet" clientActivity clientName=nas2
rm "$dir/nas2/enough"
check back-not-missed wait_for 60 rows alarms 0 alarmName=clients-not-coming
check back-moved wait_for 20 moved 2 reconnect
touch "$dir/nas2/enough"
load 90
check away-again wait_for 20 clients_are away 4

# ---- the server is silent, and counts anew ----

stopped radius
check silence-noted wait_for 60 log "does not say who still comes: "
serve
check silence-over wait_for 60 log "the server says again who still comes"
check restart-is-no-growth no_alarm
rm "$dir/nas2/enough"
check comes-again wait_for 60 alarm "1 of 4 clients that are away still come: nas2"
load 10
check called-back wait_for 20 clients_are here 4
check alarm-ends-here wait_for 10 no_alarm

# ---- by an operator, and accounting ----

requester=ann
# status STATUS WORDS: of the plugin.
status_is() {
	ask status
	case "$status $said" in
	"$1 $2"*) ;;
	*) return 1 ;;
	esac
}
check status-ok wait_for 10 status_is 0 "BELLWETHER OK - aaa1 serving: 4 clients here"
ask failover client:nas1+client:nas2 --reason "rack 12" --yes
expect operator-moves 0 "failover of client:nas1"
check operator-moved wait_for 20 clients_are away 2
check operator-liar wait_for 60 alarm "1 of 2 clients that are away still come: nas2"
check status-warns wait_for 10 status_is 1 "BELLWETHER WARNING - aaa1 serving: 2 of 4 away"
touch "$dir/nas1/accounts"
check accounting-counts wait_for 60 \
	alarm "2 of 2 clients that are away still come: nas1, nas2"

# Another source begins anew, and this one does not look at accounting.
logged=$(grep -c 'client nas1 still comes' "$dir/daemon.log")
looks 'grace="3s" quiet="8s" requests="logins"'
kill -HUP "$(cat "$dir/daemon.pid")"
check logins-only wait_for 60 alarm "1 of 2 clients that are away still come: nas2"
accounted=$(grep -c '^acct' "$dir/nas1/granted")
check accounting-goes-on wait_for 60 granted nas1 $((accounted + 20)) acct
check accounting-no-login [ "$(grep -c 'client nas1 still comes' "$dir/daemon.log")" -eq \
	"$logged" ]

# A question on its way holds nothing up: neither a reload nor the end.
in_effect() {
	effects=$(grep -c "is in effect" "$dir/daemon.log")
	looks "$1"
	kill -HUP "$(cat "$dir/daemon.pid")"
	wait_for 20 log "is in effect" $((effects + 1))
}
kill -STOP "$(cat "$dir/radius.pid")"
check other-source in_effect 'grace="0" quiet="8s"'
check no-source in_effect ''
check no-source-no-alarm wait_for 20 no_alarm
check source-again in_effect 'grace="0" quiet="8s"'
ended() {
	kill -TERM "$1" && wait_for 10 gone "$1"
}
check ends ended "$(cat "$dir/daemon.pid")"
kill -CONT "$(cat "$dir/radius.pid")"
