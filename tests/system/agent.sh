#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What the agent answers, behind a real snmpd and as its own master: every object by GET,
# GETNEXT and GETBULK, to the last value; edges; rows that come and go during a walk; who
# may see; three SNMP stacks that have nothing in common.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

rows=45
other_stacks
dump $rows
snmpd_conf
snmpd_start
demo behind $rows -x "$dir/agentx"
demo alone $rows --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
check behind-serves wait_for 30 serves $master
check alone-serves wait_for 30 serves $own

# ---- every value, each way ----

# gets PORT: a GET of every instance, a hundred at a time.
gets() {
	cut -d ' ' -f 1 "$dir/dump" | xargs -n 100 | while read -r names; do
		# shellcheck disable=SC2086 # a list of names
		snmp get "$1" writer $names
	done
}

# columns: of every table in the dump, joined by commas, a table a line.
columns() {
	sed -n 's/^\(\.1\.3\.6\.1\.4\.1\.8072\.9999\.9999\.[13]\.[0-9]*\)\.1\.\([0-9]*\)\..* = .*/\1 \2/p' \
		"$dir/dump" | grep -v "^$base.1.1 " | uniq | awk '
		$1 != last { printf "%s%s", (last ? "\n" : ""), $1 ".1." $2; last = $1; next }
		{ printf ",%s", $1 ".1." $2 }
		END { print "" }'
}

# every_way NAME PORT
every_way() {
	snmp walk "$2" public $base >"$dir/walk"
	same "$1-getnext-v2c" "$dir/walk"
	more=-Cr40
	snmp bulkwalk "$2" reader $base >"$dir/walk"
	more=
	same "$1-getbulk-v3" "$dir/walk"
	gets "$2" >"$dir/walk"
	same "$1-get" "$dir/walk"
	"$root/tests/system/walk.pl" "$2" "elder:$pass" $base >"$dir/walk" 2>&1
	same "$1-second-stack" "$dir/walk"
	# shellcheck disable=SC2046 # a table a word
	"$root/tests/system/walk.pl" "$2" public $base.1.1 $(columns) >"$dir/walk" 2>&1
	sort_by_name "$dir/walk"
	same "$1-second-stack-columns-side-by-side" "$dir/walk"
	/usr/bin/python3 "$root/tests/system/walk.py" "$2" "reader:$pass" $base \
		>"$dir/walk" 2>&1
	same "$1-third-stack" "$dir/walk"
}

# sort_by_name FILE: as a walk of a single subtree gives it.
sort_by_name() {
	LC_ALL=C sort -V -o "$1" "$1"
}

every_way behind $master
every_way alone $own

# ---- before the first, past the last, between ----

first=$(sed -n '1s/ .*//p' "$dir/dump")
last=$(sed -n '$s/ .*//p' "$dir/dump")

# next_is TEST PORT NAME WANTED: of a GETNEXT by who sees our part and no more.
next_is() {
	got=$(snmp getnext "$2" watcher "$3")
	case $got in
	"$4 = "*) return 0 ;;
	esac
	not_ok "$1" "after $3 wanted $4, got: $got"
	return 1
}

# ends_after TEST PORT NAME
ends_after() {
	got=$(snmp getnext "$2" watcher "$3")
	case $got in
	*"No more variables left in this MIB View"*) return 0 ;;
	esac
	not_ok "$1" "after $3 wanted the end, got: $got"
	return 1
}

# says TEST PORT NAME WORDS: of a GET.
says() {
	got=$(snmp get "$2" watcher "$3")
	case $got in
	"$3 = $4"*) return 0 ;;
	esac
	not_ok "$1" "$3 wanted $4, got: $got"
	return 1
}

edges() {
	while read -r after wanted; do
		next_is "$1-edges" "$2" "$after" "$wanted" || return
	done <<-END
		.1.3 $first
		$base $first
		$base.0.7 $first
		$base.1 $first
		$base.1.1.0.5.5 $first
		$base.1.1.1 $first
		$first $base.1.1.2.0
		$first.1 $base.1.1.2.0
		$base.1.1.1.4294967295 $base.1.1.2.0
		$base.1.1.28.0 $base.1.2.1.2.1
		$base.1.1.99 $base.1.2.1.2.1
		$base.1.2 $base.1.2.1.2.1
		$base.1.2.0.5 $base.1.2.1.2.1
		$base.1.2.1.1.9 $base.1.2.1.2.1
		$base.1.2.1.2.1 $base.1.2.1.2.2
		$base.1.2.1.2.1.7 $base.1.2.1.2.2
		$base.1.2.1.2.2 $base.1.2.1.3.1
		$base.1.2.1.2.4294967295 $base.1.2.1.3.1
		$base.1.2.1.54.2 $base.1.3.1.2.1.10
		$base.1.2.2 $base.1.3.1.2.1.10
		$base.1.3.1.2.0 $base.1.3.1.2.1.10
		$base.1.3.1.2.0.77 $base.1.3.1.2.1.10
		$base.1.3.1.2.1 $base.1.3.1.2.1.10
		$base.1.3.1.2.1.9.9 $base.1.3.1.2.1.10
		$base.1.3.1.2.1.10 $base.1.3.1.2.1.20
		$base.1.3.1.2.1.10.0 $base.1.3.1.2.1.20
		$base.1.3.1.2.1.15 $base.1.3.1.2.1.20
		$base.1.3.1.2.1.4294967295 $base.1.3.1.2.2.110
		$base.1.3.1.2.1.100 $base.1.3.1.2.2.110
		$base.1.3.1.2.2.200 $base.1.3.1.3.1.10
		$base.1.3.1.2.4294967295.4294967295 $base.1.3.1.3.1.10
		$base.1.3.1.6.1.40 $base.1.3.1.6.1.50
		$base.1.3.1.6.2.200 $base.1.3.1.7.1.10
		$base.1.3.1.7.1.10 $base.1.3.1.7.1.30
		$base.1.3.1.7.2.190 $base.1.3.1.8.1.10
		$base.1.10.1.8.2.200 $base.3.1.1.2.1.1
		$base.1.11 $base.3.1.1.2.1.1
		$base.2 $base.3.1.1.2.1.1
		$base.3.1.1.13.1.3 $base.3.1.1.13.1.5
	END
	for after in "$last" "$last.0" $base.3.1.1.21.1.4294967295 $base.3.1.1.21.2 \
		$base.3.1.1.22 $base.3.1.2 $base.3.2 $base.4; do
		ends_after "$1-edges" "$2" "$after" || return
	done
	ok "$1-edges"
}

# What there is not: an object that never is, or an instance that is not now.
nothing_there() {
	while read -r wanted why; do
		says "$1-nothing-there" "$2" "$wanted" "No Such $why" || return
	done <<-END
		$base Object
		$base.1.1.29.0 Object
		$base.1.1.1 Instance
		$base.1.1.1.1 Instance
		$base.1.1.1.0.0 Instance
		$base.1.2.1.1.1 Object
		$base.1.2.1.55.1 Object
		$base.1.2.1.2 Instance
		$base.1.2.1.2.3 Instance
		$base.1.2.1.2.1.1 Instance
		$base.1.3.1.2.1.11 Instance
		$base.1.3.1.2.2.10 Instance
		$base.1.3.1.7.1.20 Instance
		$base.1.11.1.0 Object
		$base.3.1.1.2.1.0 Instance
		$base.3.1.1.2.1.$((rows + 1)) Instance
		$base.3.1.1.13.1.4 Instance
		$base.3.1.1.22.1.1 Object
	END
	ok "$1-nothing-there"
}

# One GETBULK over the end of everything: the rest says so, and nothing comes twice.
over_the_end() {
	more="-Cn1 -Cr9"
	snmp bulkget "$2" watcher $base.1.1.1 $base.3.1.1.21.1.$((rows - 2)) >"$dir/over"
	more=
	check "$1-getbulk-over-the-end" [ "$(cut -d ' ' -f 1,3 "$dir/over" | uniq)" = \
		"$(printf '%s\n' "$first Hex-STRING:" \
			"$base.3.1.1.21.1.$((rows - 1)) \"\"" \
			"$last Hex-STRING:" "$last No")" ]
}

for where in behind:$master alone:$own; do
	edges "${where%:*}" "${where#*:}"
	nothing_there "${where%:*}" "${where#*:}"
	over_the_end "${where%:*}" "${where#*:}"
done

# ---- who may ----

# refuses TEST WORDS COMMAND...
refuses() {
	refuses_test=$1 refuses_words=$2
	shift 2
	got=$("$@")
	case $got in
	*"$refuses_words"*) ok "$refuses_test" ;;
	*) not_ok "$refuses_test" "wanted $refuses_words, got: $got" ;;
	esac
}

for where in behind:$master alone:$own; do
	port=${where#*:} at=${where%:*}
	next=$base.1.1.10.0
	refuses "$at-stranger-get" authorizationError snmp get "$port" stranger $next
	refuses "$at-stranger-walk" authorizationError snmp walk "$port" stranger $base
	refuses "$at-no-view-get" "No Such Object" snmp get "$port" eve $next
	check "$at-no-view-walk" [ -z "$(snmp walk "$port" eve .1.3.6.1.4.1 | grep "^$base")" ]
	refuses "$at-no-view-set" noAccess \
		snmp set "$port" eve $operation.27.1.700 i 5
	for user in reader public; do
		refuses "$at-$user-cannot-write" noAccess \
			snmp set "$port" $user $operation.27.1.700 i 5
	done
	check "$at-nothing-was-written" [ -z "$(snmp get "$port" writer $operation.27.1.700 |
		grep INTEGER)" ]
	refuses "$at-unknown-user" "Unknown user name" snmp get "$port" mallory $next
	good=$pass pass=something-else
	refuses "$at-wrong-password" "Authentication failure" snmp get "$port" reader $next
	pass=$good
done

# ---- its own master ----

check alone-system-group [ "$(snmp walk $own public .1.3.6.1.2.1.1 | cut -d ' ' -f 1 |
	tr '\n' ' ')" = ".1.3.6.1.2.1.1.1.0 .1.3.6.1.2.1.1.2.0 .1.3.6.1.2.1.1.3.0 \
.1.3.6.1.2.1.1.5.0 " ]
# Nothing listens but what was asked for: no SMUX, no AgentX of its own.
check alone-listens-only-there [ "$(ss -H -lntu | grep -v ":$master " |
	awk '{ print $1, $5 }')" = "udp 127.0.0.1:$own" ]

# ---- rows that come and go ----

# All rows but every third stay, whatever happens.
awk -v clients="$base.3.1.1." 'index($1, clients) == 1 {
	n = split($1, part, ".")
	if (part[n] % 3 == 0)
		next
} { print }' "$dir/dump" >"$dir/stay"

# whole WALK [SUBTREE]: it goes up only, holds nothing that never was, and of the subtree
# all that stays; else says what is wrong.
whole() {
	grep -v '^\.1' "$1" && return
	plain "$1" | tee "$1.plain" | LC_ALL=C sort -V -u >"$1.sorted"
	cmp -s "$1.plain" "$1.sorted" || echo "backwards or twice"
	awk -v subtree="${2:-$base}." 'FNR == 1 { file++ }
	file == 1 { all[$0] = 1; next }
	file == 2 { if (index($1, subtree) == 1) stays[$0] = 1; next }
	{ if ($0 in all) delete stays[$0]; else bad = "never was: " $0 }
	END {
		for (line in stays)
			bad = "missed: " line
		if (bad)
			print bad
	}' "$dir/dump" "$dir/stay" "$1.plain"
}

# walks WALK PORT REPETITIONS WAY: by one of two stacks.
walks() {
	if [ "$4" -eq 0 ]; then
		more=-Cr$3
		snmp bulkwalk "$2" reader $base >"$1"
		more=
	else
		# shellcheck disable=SC2046 # a table a word
		"$root/tests/system/walk.pl" "$2" public $base.1.1 $(columns) >"$1" 2>&1
		sort_by_name "$1"
	fi
}

# amid_a_change: some walk saw neither all of the rows nor only those that stay.
amid_a_change() {
	grep -qvx -e $rows -e $((rows - rows / 3)) "$dir/counts"
}

# churning NAME PORT WALKS HOW: so many walks while rows come and go; more, when each of
# them fell between two changes.
churning() {
	tell "$1" churn "$4"
	walked=0 why=
	: >"$dir/counts"
	while [ -z "$why" ] && [ "$walked" -lt 60 ]; do
		[ "$walked" -lt "$3" ] || ! amid_a_change || break
		walks "$dir/walk" "$2" $((walked % 8 * 7 + 1)) $(((walked + 1) % 2))
		why=$(whole "$dir/walk")
		grep -c "^$base.3.1.1.2.1." "$dir/walk.plain" >>"$dir/counts"
		walked=$((walked + 1))
	done
	tell "$1" churn off
	check "$1-rows-come-and-go-$4" [ -z "$why" ]
	[ -z "$why" ] || echo "# walk $walked: $why"
	check "$1-they-came-and-went-$4" amid_a_change
}

churning behind $master 4 on
churning alone $own 4 on
# An engine that is off its core for a while, again and again, always amid a change.
churning behind $master 2 slow

# An engine that died in the middle of one: its last board is served, all of it.
tell alone tear
tell alone close
check alone-engine-lost wait_for 15 grep -q "the engine has ended" "$dir/alone.log"
more=-Cr40
snmp bulkwalk $own reader $base.3 >"$dir/walk"
more=
check alone-engine-died-amid-a-change [ -z "$(whole "$dir/walk" $base.3)" ]

# ---- the end ----

# leaves_nothing NAME [FILE]: but the lock, what is remembered, and that file.
leaves_nothing() {
	check "$1-leaves-nothing" [ "$(find "$dir/$1" -type f ! -name agent.lock \
		! -name bellwether.conf ! -name sequence ! -path '*/cert_indexes/*')" = "${2:-}" ]
}

ends behind 0
leaves_nothing behind
nothing_left() {
	snmp getnext $master watcher .1.3 | grep -q "No more variables"
}
check behind-takes-its-tree-along wait_for 15 nothing_left
ends alone 0
# To be told by who comes next: the engine is back.
leaves_nothing alone "$dir/alone/engine-lost"
check alone-no-longer-listens [ -z "$(ss -H -lnu | grep ":$own ")" ]
check engine-boots-are-kept grep -q '^engineBoots 1' "$dir/alone/bellwether.conf"
demo alone $rows --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
check alone-serves-again wait_for 30 serves $own
check engine-boots-grow wait_for 10 grep -q '^engineBoots 2' "$dir/alone/bellwether.conf"
check alone-engine-is-back wait_for 15 grep -q "the engine is back" "$dir/alone.log"
ends alone 0
leaves_nothing alone
stopped snmpd
