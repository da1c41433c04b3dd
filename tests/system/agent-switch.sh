#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The switches of notifications by SET, behind a real snmpd and as the agent's own master:
# shown at once, handed to the engine when that gets to run, waiting for nobody; each fault
# with its error; nothing of a PDU with a fault in it. What an engine suppressed is told.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

rows=20
mkdir -p "$dir/trap"
echo "authCommunity log public" >"$dir/trap/snmptrapd.conf"
SNMPCONFPATH=$dir/trap SNMP_PERSISTENT_DIR=$dir/trap.persist snmptrapd -f -Lf "$dir/traps" \
	-On -Oe -F '%v\n' udp:127.0.0.1:1162 >/dev/null 2>&1 &
started traps
check traps-listens wait_for 20 sh -c "ss -H -lnu | grep -q ':1162 '"
echo "trap2sink 127.0.0.1:1162 public" >>"$dir/own.conf"
snmpd_conf "trap2sink 127.0.0.1:1162 public"
snmpd_start
demo behind $rows -x "$dir/agentx"
demo alone $rows --master udp:127.0.0.1:$own --snmp-conf "$dir/own.conf"
check behind-serves wait_for 30 serves $master
check alone-serves wait_for 30 serves $own

at=$base.1.1 # the scalars
all=$at.13.0 failover=$at.14.0 silent=$at.16.0

# is PORT OID VALUE
is() {
	[ "$(snmp get "$1" reader "$2" | sed 's/.*: //')" = "$3" ]
}

# fails TEST ERROR OID ARGUMENT...: of snmpset, with that error, for that varbind.
fails() {
	fails_test=$1 fails_error=$2 fails_at=$3
	shift 3
	got=$(snmp set "$@" | tr '\n' ' ')
	case $got in
	*"Reason: $fails_error"*"Failed object: $fails_at "*) ok "$fails_test" ;;
	*) not_ok "$fails_test" "wanted $fails_error at $fails_at, got: $got" ;;
	esac
}

# asked NAME WHICH VALUE: the engine's newest.
asked() {
	[ "$(grep '^switch' "$dir/$1.out" | tail -1)" = "switch $2 $3" ]
}

# told COUNT PATTERN: so many such notifications came, each number once.
told() {
	[ "$(grep -- "$2" "$dir/traps" | sed 's/.*Counter64: //' | sort -u | wc -l)" -ge "$1" ]
}

# switches NAME PORT
switches() {
	check "$1-all-on" is "$2" $all 1
	fails "$1-string" wrongType $silent "$2" writer $silent s off
	fails "$1-no-value" wrongValue $silent "$2" writer $silent i 3
	fails "$1-zero" wrongValue $silent "$2" writer $silent i 0
	fails "$1-instance" noCreation $at.16.1 "$2" writer $at.16.1 i 2
	fails "$1-read-only" notWritable $at.10.0 "$2" writer $at.10.0 u 1
	fails "$1-one-of-two" wrongValue $all "$2" writer $silent i 2 $all i 9
	fails "$1-reader" noAccess $silent "$2" reader $silent i 2
	check "$1-nothing-of-a-fault" is "$2" $silent 1
	check "$1-engine-not-asked" [ -z "$(grep '^switch' "$dir/$1.out")" ]
	snmp set "$2" writer $silent i 2 >/dev/null
	check "$1-shown-at-once" is "$2" $silent 2
	check "$1-engine-asked" wait_for 20 asked "$1" 3 2
	# With the making of an operation, in one PDU: both, or neither.
	fails "$1-with-operation" wrongValue $operation.7.1.900 "$2" writer \
		$failover i 2 $operation.2.1.900 i 1 $operation.27.1.900 i 5 \
		$operation.7.1.900 u 101
	check "$1-neither" is "$2" $failover 1
	snmp set "$2" writer $failover i 2 $operation.27.1.900 i 5 >/dev/null
	check "$1-both-switch" is "$2" $failover 2
	check "$1-both-row" is "$2" $operation.27.1.900 3
	check "$1-both-asked" wait_for 20 asked "$1" 1 2
	# An engine that stands still: the SET does not wait, nor is it forgotten.
	stopped_engine=$(cat "$dir/$1.pid")
	kill -STOP "$stopped_engine"
	snmp set "$2" writer $failover i 1 >/dev/null
	check "$1-shown-meanwhile" is "$2" $failover 1
	kill -CONT "$stopped_engine"
	check "$1-asked-then" wait_for 20 asked "$1" 1 1
	# No policy lets SNMP write.
	tell "$1" control off
	check "$1-no-control" wait_for 20 refused "$2"
	fails "$1-not-writable" notWritable $silent "$2" writer $silent i 1
	tell "$1" control on
	check "$1-control-again" wait_for 20 writes "$2" $silent 1
}
refused() {
	snmp set "$1" writer $silent i 2 | grep -q notWritable
}
writes() {
	snmp set "$1" writer "$2" i "$3" >/dev/null && is "$1" "$2" "$3"
}
switches behind $master
switches alone $own

# What the agent itself has to tell is switched off as well, and told when it is on again.
tell behind suppress 7
check suppressed-told wait_for 20 told 1 'OID: .*\.0\.20	.*7 notifications were suppressed'
check suppressed-carried told 1 "OID: .*\.0\.20	.*$at.12.0 = Counter64: 7	"
check all-off wait_for 20 writes $master $all 2
tell behind suppress 2
check suppressed-counts wait_for 20 is $master $at.12.0 9
before=$(snmp get $master reader $at.11.0 | sed 's/.*: //')
tell behind freeze
check engine-is-lost wait_for 20 grep -q "the engine does not answer" "$dir/behind.log"
tell behind thaw
check engine-is-back wait_for 20 grep -q "the engine is back" "$dir/behind.log"
check off-has-no-number is $master $at.11.0 "$before"
check all-on wait_for 20 writes $master $all 1
check told-when-on wait_for 30 told 1 'OID: .*\.0\.20	.*2 notifications were suppressed'
check no-word-of-the-engine [ -z "$(grep 'OID: .*\.0\.1[78]	' "$dir/traps")" ]

# An engine that does not take it: that is said once, and what it last showed stands again.
not_taken() {
	grep -c "the engine has not taken within 5 s how notifications were switched" \
		"$dir/alone.log"
}
check not-taken-not-said [ "$(not_taken)" -eq 0 ]
check on-before is $own $silent 1
kill -STOP "$(cat "$dir/alone.pid")"
snmp set $own writer $silent i 2 >/dev/null
check not-taken-said wait_for 30 grep -q "the engine has not taken within 5 s" "$dir/alone.log"
check not-taken-shown is $own $silent 1
kill -CONT "$(cat "$dir/alone.pid")"
check taken-then wait_for 20 asked alone 3 2
check not-taken-said-once [ "$(not_taken)" -eq 1 ]
ends behind 0
ends alone 0
