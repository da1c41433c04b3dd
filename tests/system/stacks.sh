#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Three SNMP stacks that have nothing in common (Net-SNMP in C, Net::SNMP in Perl, pysnmp in
# Python) walk every table and scalar behind a real snmpd, by GETNEXT and by GETBULK, over
# v2c and v3: each gets every value, to the last.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

rows=20
other_stacks
dump $rows
snmpd_conf
snmpd_start
demo behind $rows -x "$dir/agentx"
check serves wait_for 30 serves $master

# walk_by STACK STEP VERSION: all there is below our base. For Net::SNMP the user of older
# stations, which knows SHA-1 only.
walk_by() {
	case $3 in
	v2c) user=public access=public elder=public ;;
	v3) user=reader access="reader:$pass" elder="elder:$pass" ;;
	esac
	flag=
	[ "$2" = getbulk ] || flag=-n
	# shellcheck disable=SC2086 # a flag or none
	case $1-$2 in
	net-snmp-getnext) snmp walk $master $user $base ;;
	net-snmp-getbulk) more=-Cr40 && snmp bulkwalk $master $user $base ;;
	perl-*) "$root/tests/system/walk.pl" $flag $master "$elder" $base 2>&1 ;;
	pysnmp-*)
		/usr/bin/python3 "$root/tests/system/walk.py" $flag $master "$access" $base 2>&1
		;;
	esac
}

# All at once, for most of the time each waits for an answer.
stacks="net-snmp perl pysnmp"
walkers=
for stack in $stacks; do
	for step in getnext getbulk; do
		for version in v2c v3; do
			walk_by $stack $step $version >"$dir/walk.$stack.$step.$version" &
			walkers="$walkers $!"
		done
	done
done
# shellcheck disable=SC2086 # processes
wait $walkers
for stack in $stacks; do
	for step in getnext getbulk; do
		for version in v2c v3; do
			same $stack-$step-$version "$dir/walk.$stack.$step.$version"
		done
	done
done
# What they agree on is all that there is: every object of the MIB that can be read has an
# instance among it.
readable() {
	perl -0ne '
		s/--.*//g;
		s/"[^"]*"//g;
		print "$1\n" while /^\s*(bw\w+)\s+OBJECT-TYPE(?:(?!OBJECT-TYPE).)*?MAX-ACCESS\s+read-/gms
	' "$root/mib/BELLWETHER-MIB.txt" | wc -l
}
objects() {
	sed -n "s/^\\(\\$base\\.1\\.1\\.[0-9]*\\)\\.0 = .*/\\1/p; \
		s/^\\(\\$base\\.[13]\\.[0-9]*\\.1\\.[0-9]*\\)\\..* = .*/\\1/p" "$dir/dump" | sort -u | wc -l
}
echo "# $(wc -l <"$dir/dump") values of $(objects) objects"
check every-object-is-there [ "$(objects)" -eq "$(readable)" ]
ends behind 0
stopped snmpd
