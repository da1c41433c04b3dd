#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Parameters of real SNMP agents, v2c and v3: what they decide, and agents and poller
# killed and frozen while everything else goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/pauses-lib.sh"

command -v snmpd >/dev/null 2>&1 || skip "needs snmpd"
command -v snmpset >/dev/null 2>&1 || skip "needs snmpset"
command -v setpriv >/dev/null 2>&1 || skip "needs setpriv"
export MIBS=
clients=20
pass=unguessable
daemon_user=bwtest uid=61231 poller_uid=61233

# Users of this test alone: files of its own lie over the system's, for the daemon only.
cp /etc/passwd "$dir/passwd"
cp /etc/group "$dir/group"
for one in "bwtest:$uid" "bwtest-poller:$poller_uid"; do
	echo "${one%:*}:x:${one#*:}:${one#*:}::/:/usr/sbin/nologin" >>"$dir/passwd"
	echo "${one%:*}:x:${one#*:}:" >>"$dir/group"
done
cat >"$dir/with-users" <<-END
	#!/bin/sh
	mount --bind $dir/passwd /etc/passwd && mount --bind $dir/group /etc/group || exit 1
	exec "\$@"
END
chmod 755 "$dir/with-users"

# ---- agents ----

# agent NAME PORT: an snmpd of its own; its sysContact is anybody's to write.
agent() {
	mkdir -p "$dir/$1/kept"
	cat >"$dir/$1/snmpd.conf" <<-END
		agentaddress udp:127.0.0.1:$2
		rwcommunity public
		createUser bellwether SHA-256 $pass AES $pass
		rouser bellwether priv
	END
	behind net env SNMP_PERSISTENT_DIR="$dir/$1/kept" \
		SNMPCONFPATH="$dir/$1:$dir/$1/kept" \
		snmpd -f -Lf "$dir/$1.log" -I -smux >/dev/null 2>&1 &
	started "$1"
	wait_for 20 contact "$2" "${3:-10}"
}

# contact PORT TEXT: what the agent gives as its sysContact from now on.
contact() {
	on net snmpset -v2c -c public -t 1 -r 0 "127.0.0.1:$1" \
		1.3.6.1.2.1.1.4.0 s "$2" >/dev/null 2>&1
}

# access FILE LINE...: a file of snmp.conf words that the daemon may read.
access() {
	access_file=$dir/$1
	shift
	(umask 077 && printf '%s\n' "$@" >"$access_file")
	chown "$uid" "$access_file"
}

# ---- what the daemon says ----

said() {
	[ "$(grep -c "$1" "$dir/daemon.log")" -ge "${2:-1}" ]
}
after() {
	pattern=$1
	before=$(grep -c "$pattern" "$dir/daemon.log")
	shift
	"$@" && wait_for 20 said "$pattern" $((before + 1))
}
signal() {
	kill "-$1" "$(cat "$dir/daemon.pid")"
}
# reads PARAMETER PATTERN: its line of a fresh status.
reads() {
	after "status: aaa1: parameter $1:" signal USR1 &&
		grep "status: aaa1: parameter $1:" "$dir/daemon.log" | tail -1 |
		grep -q "parameter $1: $2"
}
they_are() {
	sed -n 's/.*clients \(here [0-9]* away [0-9]*\) .*/ \1 /p' "$dir/daemon.log" |
		tail -1 | grep -q " $1 $2 "
}

# The poller: a child of the daemon's starter.
poller() {
	pgrep -P "$(pgrep -P "$(cat "$dir/daemon.pid")" -f '^bellwetherd starter')" \
		-f '^bellwetherd poller$'
}
no_poller() {
	! poller
}
other_poller() {
	now=$(poller) && [ "$now" != "$1" ]
}
field() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(poller)/status"
}
# has FIELD VALUE: in the end, for its first moments are spent on getting there.
has() {
	[ "$(field "$1" | tr '\t' ' ')" = "$2" ]
}

# shown COMMAND PATTERN: what SNMP shows has such a line.
shown() {
	on net "$programs/bellwether" "$1" --agent udp:127.0.0.1:1163 -v3 -u ann \
		-l authNoPriv -a SHA-256 -A "$pass" 2>&1 | grep -q "$2"
}
not_shown() {
	! shown "$@"
}

# ages: how old "uptime" was at each status since the last call, in hundredths of a second:
# the agent's clock against that of the log, less what they differ in from the start.
ages() {
	tail -n "+$((aged + 1))" "$dir/daemon.log" | awk -v from="$epoch" '
	/status: aaa1: parameter uptime: [0-9]/ {
		split(substr($1, 12), at, /[:Z]/)
		now = (at[1] * 60 + at[2]) * 6000 + at[3] * 100
		value = $7; sub(/,$/, "", value)
		age = now - value - from
		if (age < -4320000) age += 8640000 # past midnight
		print int(age)
	}'
	aged=$(wc -l <"$dir/daemon.log")
}
# watch_ages SECONDS: $dir/ages gets them.
watch_ages() {
	ages >/dev/null
	until=$(($(date +%s) + $1))
	while [ "$(date +%s)" -lt "$until" ]; do
		signal USR1
		sleep 0.2
	done
	ages >"$dir/ages"
}
# undelayed SECONDS: readings of "uptime" do not grow as old as two intervals meanwhile.
# One in four may, on a busy machine: who waits for a frozen agent does so each time.
undelayed() {
	watch_ages "$1"
	sort -n "$dir/ages" | awk '
		{ age[NR] = $1; old += $1 >= 100 }
		END {
			printf "# uptime was %d hundredths of a second old, at most %d\n",
				age[int((NR + 1) / 2)], age[NR]
			exit !(NR >= 5 && old <= NR / 4)
		}'
}

# ---- the policy ----

# parameters XML: the policy with these parameters.
parameters() {
	cat >"$dir/policy.xml" <<-END
		<policy xmlns="urn:bellwether:policy:1">
		  <server name="aaa1" address="127.0.0.11"><key id="1" file="aaa1.key"/></server>
		  <alternates><alternate name="aaa2" address="127.0.0.12"/></alternates>
		  <monitor interval="500ms" timeout="400ms">
		    $1
		  </monitor>
		  <performance function="${2:-100 - \$work}"/>
		  <failover threshold="30" for="1s"><step><select all="yes"/></step></failover>
		  <connection threshold="60" for="1s"><batch size="200" every="1s"/></connection>
		  <clients hello="10s">
		    <range name="ap-%d" prefix="127.1.0.0/22" count="$clients"/>
		  </clients>
		</policy>
	END
}
both='<parameter name="work"><snmp agent="udp:127.0.0.1:1161" access="local"
	oid="1.3.6.1.2.1.1.4.0"/></parameter>
<parameter name="uptime"><snmp agent="udp:127.0.0.1:1162" access="peer"
	oid="1.3.6.1.2.1.1.3.0"/></parameter>'

host net
metronomes
secret "$dir/aaa1.key"
chown "$uid" "$dir/aaa1.key"
(umask 077 && printf 'createUser ann SHA-256 %s\nrouser ann auth\n' "$pass" \
	>"$dir/snmp.conf")
access local 'defVersion 2c' 'defCommunity public'
access peer 'defVersion 3' 'defSecurityName bellwether' 'defAuthType SHA-256' \
	"defAuthPassphrase $pass" 'defPrivType AES' "defPrivPassphrase $pass"
check agents agent one 1161
check agents-two agent other 1162

# ---- only when it is wanted ----

parameters '' '100 - $cpu * 0'
mkdir -p "$dir/state"
behind net "$dir/with-users" "$programs/bellwetherd" -f -p "$dir/policy.xml" \
	-s "$dir/state" -u "$daemon_user" --master udp:127.0.0.1:1163 \
	--snmp-conf "$dir/snmp.conf" -l debug >>"$dir/daemon.log" 2>&1 &
started daemon
check begins wait_for 20 said 'engine: bellwetherd .* begins'
check no-poller-unless-wanted no_poller
parameters "$both"
check reloads after 'policy: aaa1: .* is in effect' signal HUP
check poller-begins wait_for 20 poller
for set in CapInh CapPrm CapEff CapAmb; do
	check "poller-no-$set" wait_for 10 has "$set" 0000000000000000
done
check poller-gains-none wait_for 10 has NoNewPrivs 1
check poller-user wait_for 10 has Uid "$poller_uid $poller_uid $poller_uid $poller_uid"
key_is_closed() {
	! setpriv --reuid "$poller_uid" --regid "$poller_uid" --clear-groups \
		cat "$dir/aaa1.key" >/dev/null 2>&1
}
check poller-key-is-closed key_is_closed
nice_is() {
	[ "$(ps -o ni= -p "$(poller)" | tr -d ' ')" = "$1" ]
}
check poller-nice wait_for 10 nice_is 0
nothing_open() {
	# The engine's socket, agents' sockets, and what the daemon itself writes to.
	ls -l "/proc/$(poller)/fd" | grep -q 'socket:' &&
		! ls -l "/proc/$(poller)/fd" | grep -v ' [012] -> ' | grep -- '->' |
		grep -v 'socket:' | grep -q .
}
check poller-holds-no-file wait_for 10 nothing_open

# ---- values ----

check reads-v2c wait_for 20 reads work '10, fresh'
check reads-v3 wait_for 20 reads uptime '[0-9]*, fresh'
check on-the-board wait_for 20 shown parameters '^work .*10'
aged=0 epoch=0
# The least of what both clocks differ in is that of a reading just made.
watch_ages 3
epoch=$(sort -n "$dir/ages" | head -1)
check ages-are-known undelayed 2

simulated net all
check everybody-heard wait_for 20 they_are here $clients
contact 1161 90
check value-decides wait_for 20 they_are away $clients
contact 1161 10
check value-decides-again wait_for 20 they_are here $clients
contact 1161 'ask ann'
check no-number wait_for 20 reads work '.*failed: the text "ask ann" is not a number'
contact 1161 10
check number-again wait_for 20 reads work '10, fresh'

# ---- agents in trouble ----

stopped one KILL
check killed-is-absent wait_for 20 reads work '.*absent: nothing listens at this port'
check killed-is-unknown wait_for 20 reads work '.*unknown'
check killed-delays-nobody undelayed 3
check agent-again agent one 1161 20
check read-again wait_for 20 reads work '20, fresh'

kill -STOP "$(cat "$dir/one.pid")"
check frozen-is-stale wait_for 20 reads work '20, stale.*timeout: no answer within'
check frozen-delays-nobody undelayed 8
check frozen-is-unknown wait_for 20 reads work '.*unknown'
kill -CONT "$(cat "$dir/one.pid")"
check thawed wait_for 20 reads work '20, fresh'

kill -STOP "$(cat "$dir/other.pid")"
check frozen-v3 wait_for 20 reads uptime '.*unknown.*timeout'
check frozen-v3-delays-nobody wait_for 20 reads work '20, fresh'
kill -CONT "$(cat "$dir/other.pid")"
check thawed-v3 wait_for 20 reads uptime '[0-9]*, fresh'

# ---- the poller in trouble ----

first=$(poller)
kill -KILL "$first"
check poller-lost wait_for 15 said 'the poller process was ended by signal 9'
# Until it answers again, which may be too soon to be seen: then it dies once more.
lost_is_shown() {
	shown alarms 'poller-lost .*died of signal 9' && return
	again=$(poller) && kill -KILL "$again"
	return 1
}
check poller-lost-is-an-alarm wait_for 30 lost_is_shown
check poller-again wait_for 30 other_poller "$first"
check reads-again wait_for 20 reads uptime '[0-9]*, fresh'
check poller-answers wait_for 15 said 'the poller process answers again'
check poller-alarm-ends wait_for 15 not_shown alarms poller-lost

second=$(poller)
kill -STOP "$second"
check poller-frozen wait_for 30 reads work '.*unknown.*failed: the poller is'
check poller-frozen-is-told wait_for 30 said 'the poller process was .* it did not answer'
check poller-frozen-is-an-alarm wait_for 15 shown alarms 'poller-lost .*does not answer'
check poller-frozen-ends wait_for 30 gone "$second"
check poller-once-more wait_for 30 other_poller "$second"
check reads-once-more wait_for 20 reads work '20, fresh'

# ---- the loop meanwhile ----

# Judged every half second, but for when the machine stood still; a reload begins to count
# anew.
gaps() {
	pauses_told
	awk -v pauses="$dir/pauses" -v day="$(($(date +%s) / 86400 * 86400))" "$stood_still_awk"'
	BEGIN { read_pauses() }
	/is in effect/ { last = 0 }
	/policy: aaa1 performance/ {
		split(substr($1, 12), at, /[:Z]/)
		now = day + (at[1] * 60 + at[2]) * 60 + at[3]
		gap = now - last
		if (last && gap > 0.5)
			gap -= stood_still(last, now) / 1000
		if (last && gap > most && gap < 43200)
			most = gap
		last = now
	}
	END { printf "# judged at least every %.2f s\n", most; exit most > 1 }' \
		"$dir/daemon.log"
}
check loop-undisturbed gaps

# ---- words ----

access local 'defVersion 2c' 'defCommunity wrong'
check wrong-community-taken after 'policy: aaa1: .* is in effect' signal HUP
check wrong-community wait_for 20 reads work '.*failed: .*see defCommunity'
access peer 'defVersion 3' 'defSecurityName bellwether' 'defAuthType SHA-256' \
	'defAuthPassphrase something-else' 'defPrivType AES' "defPrivPassphrase $pass"
check wrong-passphrase-taken after 'policy: aaa1: .* is in effect' signal HUP
check wrong-passphrase wait_for 20 reads uptime '.*failed: .*see defAuthPassphrase'
access local 'defVersion 2c' 'defComunity public'
check wrong-word after 'local:2: the first word is none of ours.*defCommunity' signal HUP
access local 'defVersion 2c' 'defCommunity public'
chmod 644 "$dir/local"
check open-secret after 'access="local": is a secret open to group or others' signal HUP
chmod 600 "$dir/local"
check right-again-taken after 'policy: aaa1: .* is in effect' signal HUP
check right-again wait_for 20 reads work '20, fresh'

# ---- no longer wanted ----

parameters '' '100 - $cpu * 0'
check reloads-without after 'policy: aaa1: .* is in effect' signal HUP
check poller-ends wait_for 30 no_poller

# ---- the end ----

parameters "$both"
check wanted-once-more after 'policy: aaa1: .* is in effect' signal HUP
check poller-once-again wait_for 20 poller
last=$(poller)
stopped daemon
check ends-with-the-daemon wait_for 15 gone "$last"
