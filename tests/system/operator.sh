#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# An operator at the console of a real daemon, with a real fleet: fails over a group, sees
# how far it is, and brings it back; and what is on the screen is what the clients did.
. "$(dirname "$0")/lib.sh"
. "$root/tests/system/console-lib.sh"

pass=unguessable
host net
policy 127.0.0.11 127.0.0.12 '<range name="nas-%d" prefix="127.1.0.0/25" count="60" groups="wired"/>
		    <range name="ap-%d" prefix="127.1.0.128/25" count="40" groups="wireless"/>' 20 1s
# Slow enough to be watched: forty orders take four seconds.
sed -i -e 's/<order /<order rate="10\/s" /' \
	-e 's/<clients /<control snmp="yes"\/><clients /' "$dir/policy.xml"
(umask 077 && printf '%s\n' "createUser anna SHA-256 $pass AES $pass" \
	'rwuser anna priv' >"$dir/snmp.conf")
mkdir -p "$dir/operator"
cat >"$dir/operator/snmp.conf" <<-END
	defVersion 3
	defSecurityName anna
	defSecurityLevel authPriv
	defAuthType SHA-256
	defPrivType AES
	defAuthPassphrase $pass
	defPrivPassphrase $pass
END
mkdir -p "$dir/state"
behind net "$programs/bellwetherd" -f -p "$dir/policy.xml" -s "$dir/state" \
	-u "$daemon_user" -l debug --master udp:127.0.0.1:1161 \
	--snmp-conf "$dir/snmp.conf" >>"$dir/daemon.log" 2>&1 &
started daemon
simulated net all
check everybody-here wait_for 20 clients_are here 100

# flock_is "here N away M": the clients' own word.
flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

terminal 132 43 "ip netns exec bw-net-$$ env SNMPCONFPATH=$dir/operator \
	$programs/bellwether console --agent udp:127.0.0.1:1161"
sees opens "aaa1           serving"
sees counts "here 100  away 0  unknown 0"
press 3
sees groups "wireless"
press /
type_text wireless
press Enter
sees one-group "1 of 1 of 2"
press F
sees preview "moves 40 of 40; held 0; kept 0"
type_text "controller upgrade"
press Enter
sees asks-the-count "Type 40 to go on:"
type_text 40
press Enter
sees progress "done, "
sees ended "40 of 40 done" 20
sees undo "To undo: R on the same line"
check they-moved wait_for 20 flock_is "here 60 away 40"
press Escape 1 Escape
sees header-counts "here 60  away 40  unknown 0"
sees still-serving "aaa1           serving"
press 4
sees operation-listed "failover  anna"
press 5
sees event-listed "failover by anna (controller upgrade)"
press 2 /
type_text place:away
sees clients-listed "40 of 100"
press Escape Escape

# The way back, from the operation's own line.
press 4
sees operations-again "failover  anna"
press R
sees preview-back "moves 40 of 40"
type_text "upgrade done"
press Enter
sees asks-again "Type 40"
type_text 40
press Enter
sees ended-back "40 of 40 done" 30
check they-came-back wait_for 20 flock_is "here 100 away 0"
press Escape 1
sees header-back "here 100  away 0  unknown 0"

# The stop that needs no SNMP is seen here too.
echo 'rack 12 is being moved' >"$dir/state/pause"
sees pause-file "rack 12 is being moved" 15
rm -f "$dir/state/pause"
check pause-over wait_for 30 lacks "rack 12"
press q
sees quits "status 0"
no_terminal
