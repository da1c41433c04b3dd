#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Operations by SET, behind a real snmpd and as the agent's own master: preview, active,
# createAndGo, destroy; each fault with the error that RFC 3416 wants for it, at its
# varbind; and what fails in one varbind is undone in all.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

rows=200
user=writer
# Rows that somebody forgot are forgotten after a minute: a clock that can jump.
shim=$programs/tests/system/clockshim.so
[ -f "$shim" ] || skip "needs $shim (make check)"
clock() {
	printf '%-16s' "$1" | dd of="$dir/clock" conv=notrunc 2>/dev/null
}
clock 0

access_more() {
	cat <<-END
		createUser ann SHA-256 $pass AES $pass
		rwuser ann auth
		rwcommunity secret
	END
}
access_more >>"$dir/own.conf"
# A neighbour in snmpd who fails late, when everybody else has acted already.
late=.1.3.6.1.4.1.8072.9999.9998
cat >"$dir/late" <<END
#!/bin/sh
[ "\$1" = -s ] && echo not-writable
exit 0
END
chmod 755 "$dir/late"
snmpd_conf "$(access_more)" "syslocation here" "pass $late $dir/late"
snmpd_start
export CLOCKSHIM="$dir/clock" CLOCKSHIM_CLOCK=boot LD_PRELOAD="$shim"
demo behind $rows -x "$dir/agentx"
unset LD_PRELOAD
demo alone $rows --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
check behind-serves wait_for 30 serves $master
check alone-serves wait_for 30 serves $own

# ---- sets ----

# set PORT ROW COLUMN TYPE VALUE...: of that row of the operation table.
set_row() {
	set_port=$1 set_row=$2 set_list=
	shift 2
	: >"$dir/varbinds"
	while [ $# -gt 0 ]; do
		printf '%s\n' "$operation.$1.$set_row" "$2" "$3" >>"$dir/varbinds"
		shift 3
	done
	tr '\n' '\0' <"$dir/varbinds" | xargs -0 sh -c '
		command=$1 agent=$2 user=$3 pass=$4
		shift 4
		case $user in
		secret) set -- -v2c -c secret "$agent" "$@" ;;
		*) set -- -v3 -l authPriv -u "$user" -a SHA-256 -A "$pass" -x AES \
			-X "$pass" "$agent" "$@" ;;
		esac
		"$command" -On -Oe -Ox -t 8 -r 0 "$@"' \
		sh snmpset "udp:127.0.0.1:$set_port" "$user" "$pass" 2>&1
}

# done_set TEST PORT ROW COLUMN TYPE VALUE...: it is taken.
done_set() {
	done_test=$1
	shift
	got=$(set_row "$@")
	case $got in
	*Error* | *Timeout*) not_ok "$done_test" "$got" ;;
	*) ok "$done_test" ;;
	esac
}

# fails TEST ERROR FAILED PORT ROW COLUMN TYPE VALUE...: with that error, at that column.
fails() {
	fails_test=$1 fails_error=$2 fails_at=$3
	shift 3
	got=$(set_row "$@" | tr '\n' ' ')
	case $got in
	*"Reason: $fails_error "*"Failed object: $operation.$fails_at.$2 "*) ok "$fails_test" ;;
	*) not_ok "$fails_test" "wanted $fails_error at $fails_at.$2, got: $got" ;;
	esac
}

# says TEST WORDS: of what was last got.
says() {
	case $got in
	*"$2"*) ok "$1" ;;
	*) not_ok "$1" "wanted $2, got: $got" ;;
	esac
}

# is TEST PORT ROW COLUMN VALUE: comes to be so; what the engine was asked it answers when
# it gets to run.
is() {
	if wait_for 15 column_is "$2" "$operation.$4.$3" "$5"; then
		ok "$1"
	else
		not_ok "$1" "column $4 of $3 wanted $5, got: $got"
	fi
}
column_is() {
	got=$(snmp get "$1" reader "$2")
	case $got in
	*" = $3" | *" = $3 ") ;;
	*) return 1 ;;
	esac
}

# absent TEST PORT ROW
absent() {
	check "$1" [ -z "$(snmp walk "$2" reader "$operation.27" | grep -F "$3 = ")" ]
}

# asked TEST NAME WORDS: what the engine was asked, its newest line.
asked() {
	wait_for 15 grep -q "^operate $3\$" "$dir/$2.out"
	got=$(grep '^operate' "$dir/$2.out" | tail -1)
	check "$1" [ "$got" = "operate $3" ]
}

wide() {
	awk -v n="$1" 'BEGIN { while (n-- > 0) printf "a" }'
}

# ---- what is wrong with a value by itself ----

# faults NAME PORT: nothing of it reaches the engine.
faults() {
	new=1.700
	before=$(grep -c '^operate' "$dir/$1.out")
	fails "$1-action-string" wrongType 2 "$2" $new 2 s failover
	fails "$1-action-unsigned" wrongType 2 "$2" $new 2 u 1
	fails "$1-selection-integer" wrongType 3 "$2" $new 3 i 1
	fails "$1-selection-name" wrongType 3 "$2" $new 3 o .1.3
	fails "$1-hold-integer" wrongType 6 "$2" $new 6 i 60
	fails "$1-share-ticks" wrongType 7 "$2" $new 7 t 50
	fails "$1-force-string" wrongType 9 "$2" $new 9 s true
	fails "$1-row-status-unsigned" wrongType 27 "$2" $new 27 u 5
	fails "$1-requester-long" wrongLength 4 "$2" $new 4 s "$(wide 65)"
	fails "$1-reason-long" wrongLength 5 "$2" $new 5 s "$(wide 256)"
	fails "$1-selection-long" wrongLength 3 "$2" $new 3 s "$(wide 256)"
	for value in 0 6 -1 257 2147483647; do
		fails "$1-action$value" wrongValue 2 "$2" $new 2 i "$value"
	done
	for value in 0 3; do
		fails "$1-force$value" wrongValue 9 "$2" $new 9 i "$value"
	done
	for value in 0 2 3 7 -5; do
		fails "$1-row-status$value" wrongValue 27 "$2" $new 27 i "$value"
	done
	for value in 0 101 4294967295; do
		fails "$1-share$value" wrongValue 7 "$2" $new 7 u "$value"
	done
	fails "$1-reason-control" wrongValue 5 "$2" $new 5 x "61 07 62"
	fails "$1-reason-nul" wrongValue 5 "$2" $new 5 x "61 00"
	fails "$1-reason-not-utf8" wrongValue 5 "$2" $new 5 x "61 ff"
	fails "$1-requester-line" wrongValue 4 "$2" $new 4 x "61 0a 62"
	for value in "" nonsense "group:" "all +" "client:1,,2"; do
		fails "$1-selection-$value" wrongValue 3 "$2" $new 3 s "$value"
	done
	for column in 1 10 11 17 26 28 99; do
		fails "$1-not-writable-$column" notWritable $column "$2" $new $column i 1
	done
	for index in 0.700 1.0 1 1.700.1; do
		fails "$1-no-creation-$index" noCreation 27 "$2" $index 27 i 5
	done
	for at in 1.1.10.0 1.2.1.6.1 1.9.1.2.1.10 1.11.1.0 3.1.1.5.1.1 1.8 1.8.1; do
		got=$(snmp set "$2" writer "$base.$at" i 1 | tr '\n' ' ')
		says "$1-elsewhere-$at" "notWritable"
	done

	# Nothing wrong with the value, but with what is there.
	fails "$1-no-such-row" inconsistentName 5 "$2" $new 5 s why
	fails "$1-no-such-server" inconsistentName 27 "$2" 99.700 27 i 5
	fails "$1-no-row-to-run" inconsistentValue 27 "$2" $new 27 i 1
	fails "$1-board-has-it" inconsistentValue 27 "$2" 1.10 27 i 5
	fails "$1-board-has-it-go" inconsistentValue 27 "$2" 1.10 27 i 4 2 i 1 3 s all \
		4 s me 5 s why
	fails "$1-active-is-fixed" inconsistentValue 7 "$2" 1.10 7 u 50
	fails "$1-go-without-all" inconsistentValue 27 "$2" $new 27 i 4
	fails "$1-go-without-action" inconsistentValue 27 "$2" $new 3 s all 4 s me 5 s why \
		27 i 4
	fails "$1-go-without-selection" inconsistentValue 27 "$2" $new 2 i 1 4 s me 5 s why \
		27 i 4
	fails "$1-go-without-requester" inconsistentValue 27 "$2" $new 2 i 1 3 s all \
		5 s why 27 i 4
	fails "$1-go-with-empty-reason" inconsistentValue 27 "$2" $new 2 i 1 3 s all 4 s me \
		5 s "" 27 i 4
	fails "$1-made-twice" inconsistentValue 27 "$2" $new 27 i 5 27 i 5

	# One varbind spoils them all, wherever it stands.
	fails "$1-last-spoils" wrongValue 7 "$2" $new 27 i 4 2 i 1 3 s all 4 s me 5 s why \
		7 u 101
	fails "$1-first-spoils" wrongValue 7 "$2" $new 7 u 101 27 i 4 2 i 1 3 s all 4 s me \
		5 s why
	got=$(snmp set "$2" writer $operation.27.1.701 i 5 $operation.27.1.10 i 5)
	says "$1-other-row-spoils" "inconsistentValue"
	absent "$1-nothing-was-made" "$2" "$operation.27.1.7"
	check "$1-nothing-was-asked" [ "$before" -eq "$(grep -c '^operate' "$dir/$1.out")" ]
	# What is active stays so, what is not there can go: neither is an error.
	done_set "$1-active-again" "$2" 1.10 27 i 1
	done_set "$1-nothing-to-destroy" "$2" $new 27 i 6
	check "$1-still-nothing-asked" [ "$before" -eq "$(grep -c '^operate' "$dir/$1.out")" ]
}

faults behind $master
faults alone $own

# snmpd's own objects in one PDU with ours: all or nothing, on both sides.
location=.1.3.6.1.2.1.1.6.0
contact=.1.3.6.1.2.1.1.4.0
got=$(snmp set $master writer $contact s spoilt $operation.27.1.10 i 5)
says ours-spoils-theirs "inconsistentValue"
check theirs-is-as-before [ -z "$(snmp get $master reader $contact | grep -i "73 70 6F")" ]
got=$(snmp set $master writer $operation.27.1.702 i 5 $location s there)
says theirs-spoils-ours "notWritable"
absent theirs-spoils-ours-undone $master "$operation.27.1.702"

before=$(grep -c '^operate' "$dir/behind.out")
got=$(snmp set $master writer $operation.27.1.703 i 4 $operation.2.1.703 i 5 \
	$operation.4.1.703 s me $operation.5.1.703 s why $late.1.0 i 1)
says fails-late "Reason: "
absent fails-late-undone $master "$operation.27.1.703"
check fails-late-asked-nothing [ "$before" -eq "$(grep -c '^operate' "$dir/behind.out")" ]

# ---- preview, go, change, destroy ----

# life NAME PORT VERIFIED
life() {
	# All in one PDU, the order of no importance.
	done_set "$1-preview" "$2" 1.800 7 u 50 5 s "too hot" 27 i 5 4 s ann 3 s all 2 i 1
	asked "$1-preview-asked" "$1" "1 800 1 50 0"
	is "$1-preview-planned" "$2" 1.800 11 "INTEGER: 1"
	is "$1-preview-not-in-service" "$2" 1.800 27 "INTEGER: 2"
	is "$1-preview-matched" "$2" 1.800 14 "Gauge32: $rows"
	is "$1-preview-moves" "$2" 1.800 17 "Gauge32: $((rows / 2))"
	is "$1-preview-hold-default" "$2" 1.800 6 "Gauge32: 3600"
	is "$1-preview-force-default" "$2" 1.800 9 "INTEGER: 2"
	user=ann
	done_set "$1-active" "$2" 1.800 27 i 1
	asked "$1-active-asked" "$1" "2 800 1 50 $3"
	is "$1-active-runs" "$2" 1.800 11 "INTEGER: 2"
	is "$1-active-row" "$2" 1.800 27 "INTEGER: 1"
	is "$1-active-verified" "$2" 1.800 13 "INTEGER: $((2 - $3))"
	fails "$1-running-is-fixed" inconsistentValue 5 "$2" 1.800 5 s other
	done_set "$1-destroy" "$2" 1.800 27 i 6
	asked "$1-destroy-asked" "$1" "4 800 1 50 $3"
	is "$1-destroyed" "$2" 1.800 11 "INTEGER: 5"

	# Column by column: planned as soon as there is enough, and anew after a change.
	user=writer
	done_set "$1-wait" "$2" 1.801 27 i 5
	is "$1-wait-not-ready" "$2" 1.801 27 "INTEGER: 3"
	done_set "$1-wait-action" "$2" 1.801 2 i 3
	fails "$1-wait-not-yet" inconsistentValue 27 "$2" 1.801 27 i 1
	done_set "$1-wait-selection" "$2" 1.801 3 s "group:wireless - client:nas1"
	done_set "$1-wait-requester" "$2" 1.801 4 s "$(wide 64)"
	is "$1-wait-still-not-ready" "$2" 1.801 27 "INTEGER: 3"
	done_set "$1-wait-reason" "$2" 1.801 5 s "$(wide 255)"
	asked "$1-wait-asked" "$1" "1 801 3 100 0"
	is "$1-wait-ready" "$2" 1.801 27 "INTEGER: 2"
	done_set "$1-wait-share" "$2" 1.801 7 u 1
	asked "$1-wait-asked-anew" "$1" "1 801 3 1 0"
	is "$1-wait-share-is" "$2" 1.801 7 "Gauge32: 1"
	done_set "$1-wait-hold" "$2" 1.801 6 u 4294967295
	is "$1-wait-hold-is" "$2" 1.801 6 "Gauge32: 4294967295"
	# A change and active together: there is no plan to run, so both at once.
	done_set "$1-wait-go" "$2" 1.801 27 i 1 7 u 2
	asked "$1-wait-go-asked" "$1" "3 801 3 2 0"

	# createAndGo; pause needs no selection.
	user=ann
	done_set "$1-go" "$2" 2.802 27 i 4 2 i 1 3 s all 4 s ann 5 s why
	asked "$1-go-asked" "$1" "3 802 1 100 $3"
	done_set "$1-pause" "$2" 1.803 2 i 4 4 s bob 5 s why 27 i 4
	asked "$1-pause-asked" "$1" "3 803 4 100 0"
	user=secret
	done_set "$1-community" "$2" 1.804 2 i 5 4 s secret 5 s why 27 i 4
	asked "$1-community-is-not-verified" "$1" "3 804 5 100 0"
	user=writer

	# What the engine refuses.
	done_set "$1-refused" "$2" 1.805 2 i 5 4 s nobody 5 s why 27 i 4
	asked "$1-refused-asked" "$1" "3 805 5 100 0"
	check "$1-refused-state" wait_for 15 refused_row "$2" 1.805
	is "$1-refused-answer" "$2" 1.805 12 "$(printf 'the policy does not allow it' |
		od -An -v -tx1 | tr 'a-f\n' 'A-F ' | sed 's/  */ /g; s/ *$//; s/^/Hex-STRING:/')"

	# A row that never became one; a plan that is withdrawn.
	before=$(grep -c '^operate' "$dir/$1.out")
	done_set "$1-unfinished" "$2" 1.806 27 i 5
	done_set "$1-unfinished-destroyed" "$2" 1.806 27 i 6
	absent "$1-unfinished-is-gone" "$2" "$operation.27.1.806"
	check "$1-unfinished-asked-nothing" \
		[ "$before" -eq "$(grep -c '^operate' "$dir/$1.out")" ]
	done_set "$1-plan" "$2" 1.807 2 i 1 3 s all 4 s me 5 s why 27 i 5
	done_set "$1-plan-withdrawn" "$2" 1.807 27 i 6
	asked "$1-plan-withdrawn-asked" "$1" "4 807 1 100 0"
}

refused_row() {
	snmp get "$1" reader "$operation.11.$2" | grep -q "INTEGER: 6"
}

life behind $master 0
life alone $own 1

# ---- limits ----

# Rows that are being made have an end.
made=0
began=$(date +%s)
while [ "$made" -lt 40 ]; do
	got=$(set_row $master 1.$((900 + made)) 27 i 5) || break
	made=$((made + 1))
done
check rows-in-the-making [ "$made" -ge 20 ]
check no-more-than-that [ "$made" -le 32 ]
fails no-room resourceUnavailable 27 $master 1.999 27 i 5
# A minute is what they have.
in_the_making() {
	snmp walk $master reader $operation.27.1 | grep -c "27\.1\.9[0-9]* = INTEGER: 3"
}
check in-the-making [ "$(in_the_making)" -eq "$made" ]
# The first of them has grown old already by what it took to make the others.
made_in=$(($(date +%s) - began))
[ "$made_in" -ge 40 ] || clock $((45 - made_in))
check kept-for-a-minute [ "$(in_the_making)" -eq "$made" ]
# This one is planned in time, and the engine still knows of it then.
done_set planned $master 1.900 2 i 1 3 s all 4 s me 5 s why
clock 62
forgotten() {
	[ "$(in_the_making)" -eq 0 ]
}
check then-forgotten wait_for 15 forgotten
done_set room-again $master 1.998 27 i 5
done_set plan-is-not-forgotten $master 1.900 6 u 60
asked plan-is-not-forgotten-asked behind "1 900 1 100 0"
done_set plan-runs $master 1.900 27 i 1
asked plan-runs-asked behind "2 900 1 100 0"

# Without an engine nothing can be asked, and that is said.
tell alone close
check alone-engine-lost wait_for 15 grep -q "the engine has ended" "$dir/alone.log"
fails no-engine resourceUnavailable 27 $own 1.950 27 i 4 2 i 5 4 s me 5 s why

ends behind 0
ends alone 0
stopped snmpd
