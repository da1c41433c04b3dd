#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Notifications through a real snmpd to three receivers, each of another SNMP stack (Net-SNMP,
# pysnmp, Erlang's manager), as v2c traps, v3 traps and v3 informs at once: whatever happens
# to snmpd, each of the nine has every number, or is told how many it has not.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

command -v escript >/dev/null 2>&1 || skip "needs escript and Erlang's SNMP (erlang-snmp)"
/usr/bin/python3 -c "import pysnmp" 2>/dev/null || skip "needs pysnmp (python3-pysnmp4)"

rows=5
sender=80001f8805736e6d7064 # snmpd's engine
own_net=80001f88046e6574    # the receivers' own, for informs
own_py=80001f88047079
own_erl=80001f880465726c
from=1199 # where Erlang's manager has informs from: see there

# ---- receivers: a line for each that comes: KIND NUMBER VARBINDS SUPPRESSED SEQUENCE ----

mkdir -p "$dir/trap"
cat >"$dir/trap/snmptrapd.conf" <<-END
	exactEngineID 0x$own_net
	createUser informer SHA-256 $pass AES $pass
	createUser -e 0x$sender informer SHA-256 $pass AES $pass
	authUser log informer priv
	authCommunity log public
END
echo "serverRecvBuf 2000000" >"$dir/trap/snmp.conf"
SNMPCONFPATH=$dir/trap SNMP_PERSISTENT_DIR=$dir/trap.persist snmptrapd -f -Lf "$dir/net.raw" \
	-On -Oe -F '%P | %v\n' udp:127.0.0.1:1162 >/dev/null 2>&1 &
started net
/usr/bin/python3 "$root/tests/system/notified.py" 1163 informer $pass $own_py $sender "$base" \
	>"$dir/py" 2>"$dir/py.log" &
started py
for version in v2 v3; do
	escript "$root/tests/system/notified.escript" $((1161 + ${version#v} + 1)) $version \
		informer $pass $own_erl $sender $from "${base#.}" "$dir/erl.$version" \
		>"$dir/erl-$version" 2>"$dir/erl-$version.log" &
	started "erl-$version"
done

# net: what snmptrapd has, as the others say it.
net() {
	sed -n 's/\([^,]*\), SNMP \(v[23]c*\),[^|]*| \(.*\)/\2-\1 \3/p' "$dir/net.raw" | awk -v base="$base" '
	{
		which = $0
		if (!sub(".* = OID: " base "\\.0\\.", "", which))
			next
		split(which, number, /[ \t]/)
		suppressed = sequence = $0
		sub(".*" base "\\.1\\.1\\.12\\.0 = Counter64: ", "", suppressed)
		sub(".*" base "\\.1\\.11\\.1\\.0 = Counter64: ", "", sequence)
		kind = $1 ~ /INFORM/ ? "inform" : "trap"
		print substr($1, 1, index($1, "-")) kind, number[1], gsub(/\.1\.3\.6[.0-9]* = /, ""),
			suppressed + 0, sequence + 0
	}' | sed 's/^v2-/v2c-/'
}

# received KIND STACK
received() {
	case $2 in
	net) net ;;
	py) cat "$dir/py" ;;
	erl) cat "$dir/erl-v2" "$dir/erl-v3" ;;
	esac | grep "^$1 "
}

flows="v2c-trap v3-trap v3-inform"
stacks="net py erl"

listens() {
	ss -H -lnu | grep -q ":1162 " && grep -q ready "$dir/py" && grep -q ready "$dir/erl-v2" &&
		grep -q ready "$dir/erl-v3"
}
check receivers-listen wait_for 40 listens

# ---- snmpd and an engine that only pretends ----

as="-v3 -u informer -l authPriv -a SHA-256 -A $pass -x AES -X $pass"
inform="trapsess -Ci $as -t 2 -r 5"
# snmpd has to know who sends its traps; the authority for informs is their receiver.
snmpd_conf "exactEngineID 0x$sender" "createUser informer SHA-256 $pass AES $pass" \
	"trap2sink 127.0.0.1:1162 public" "trapsess $as udp:127.0.0.1:1162" \
	"$inform -e 0x$own_net udp:127.0.0.1:1162" \
	"trap2sink 127.0.0.1:1163 public" "trapsess $as udp:127.0.0.1:1163" \
	"$inform -e 0x$own_py udp:127.0.0.1:1163" \
	"trap2sink 127.0.0.1:1164 public" "trapsess $as udp:127.0.0.1:1165" \
	"$inform -e 0x$own_erl udp:127.0.0.1:1166"
snmpd_start
demo behind $rows -x "$dir/agentx"
check behind-serves wait_for 30 serves $master

# has STACK KIND FROM TO: every one of these numbers, once at least.
has() {
	[ "$(received "$2" "$1" | awk -v from="$3" -v to="$4" '$5 >= from && $5 <= to { print $5 }' |
		sort -nu | wc -l)" -eq $(($4 - $3 + 1)) ]
}

# comes TEST COMMAND...: it comes to be so. After one that does not nobody is waited for long.
patience=40
comes() {
	comes_test=$1
	shift
	if wait_for $patience "$@"; then
		ok "$comes_test"
	else
		patience=2
		not_ok "$comes_test" "$* did not come to be so"
	fi
}

# everybody TEST FROM TO: has them, by each of the nine ways.
everybody() {
	for stack in $stacks; do
		for kind in $flows; do
			comes "$1-$stack-$kind" has $stack $kind "$2" "$3"
		done
	done
}

# Each kind once, so that each one's objects pass each stack.
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 19; do
	tell behind notify $number 1
done
everybody first 101 117

# snmpd dies: what was sent in the last ten seconds comes again, with its numbers, and what
# happened meanwhile after it.
tell behind notify 5 3
everybody before 118 120
kill -KILL "$(cat "$dir/snmpd.pid")"
check snmpd-dead wait_for 15 grep -q "the SNMP master is gone" "$dir/behind.log"
tell behind notify 6 4
wait_for 15 gone "$(cat "$dir/snmpd.pid")"
snmpd_start
check back-at-snmpd wait_for 30 serves $master
everybody gap 121 124
for stack in $stacks; do
	check again-$stack [ "$(received v2c-trap $stack | grep -c ' 120$')" -ge 2 ]
done

# More than an engine sends: it is told, and carried by all that come after.
tell behind suppress 9
told() {
	received "$1" "$2" | grep -q '^[^ ]* 20 [0-9]* 9 125$'
}
for stack in $stacks; do
	for kind in $flows; do
		comes "told-$stack-$kind" told $kind $stack
	done
done
tell behind notify 1 100
everybody burst 126 225

# Nothing that nobody was told of, and the same number is the same notification.
whole() {
	received "$2" "$1" | sort -t ' ' -k 5,5n | awk '
	$5 == last && (which != $2 || objects != $3) { bad++ }
	last && $5 > last + 1 && $4 - suppressed < $5 - last - 1 { bad++ }
	{ last = $5; suppressed = $4; which = $2; objects = $3 }
	END { exit !(NR > 0 && last == 225 && !bad) }'
}
for stack in $stacks; do
	for kind in $flows; do
		check "whole-$stack-$kind" whole $stack $kind
	done
done
# As many varbinds as the MIB names, whichever stack counts: uptime and OID before them.
counts() {
	received v3-inform "$1" | awk '{ print $2, $3 }' | sort -u
}
counts net >"$dir/counts"
for stack in py erl; do
	check "same-objects-$stack" [ "$(counts $stack)" = "$(cat "$dir/counts")" ]
done
check objects-of-failover grep -qx '1 12' "$dir/counts"
ends behind 0
