#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Notifications, as v2c traps and v3 informs of a real snmpd and of the agent alone: each
# with the objects that the MIB's text names, in its order; bursts paced; sent again when
# snmpd died; the engine lost and back. And two agents at one snmpd: the first one stays.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

rows=20
mib=$root/mib/BELLWETHER-MIB.txt
trap_engine=0x80001f8801020304

# ---- receivers ----

mkdir -p "$dir/trap"
cat >"$dir/trap/snmptrapd.conf" <<-END
	exactEngineID $trap_engine
	createUser informer SHA-256 $pass AES $pass
	authUser log informer priv
	authCommunity log public
END
# A busy machine lets them wait, and traps that find no room are lost.
printf '%s\n' "hexOutputLength 0" "serverRecvBuf 2000000" >"$dir/trap/snmp.conf"

# receiver NAME PORT: every notification a line in $dir/NAME.
receiver() {
	: >"$dir/$1"
	SNMPCONFPATH=$dir/trap SNMP_PERSISTENT_DIR=$dir/$1.persist snmptrapd -f \
		-Lf "$dir/$1" -On -Oe -Ox -F '%V | %v\n' "udp:127.0.0.1:$2" \
		>/dev/null 2>&1 &
	started "$1"
	check "$1-listens" wait_for 20 sh -c "ss -H -lnu | grep -q ':$2 '"
}
receiver traps 1162
receiver informs 1163

sinks() {
	cat <<-END
		trap2sink 127.0.0.1:1162 public
		trapsess -Ci -v3 -e $trap_engine -u informer -l authPriv -a SHA-256 -A $pass -x AES -X $pass -t 2 -r 5 udp:127.0.0.1:1163
	END
}
# An engine that goes for good, while the rest is tested, and tells nobody.
demo orphan $rows --master udp:127.0.0.1:3161 --snmp-conf "$dir/own.conf"
check orphan-serves wait_for 30 serves 3161
tell orphan close
sinks >>"$dir/own.conf"
snmpd_conf "$(sinks)"
snmpd_start
demo behind $rows -x "$dir/agentx"
check behind-serves wait_for 30 serves $master

# ---- what each one must carry ----

# objects NUMBER: the notification's objects in the text's order, as snmptrapd names them,
# with the values that board-demo gives them; * for what it does not know.
objects() {
	perl -e '
	my ($number, $base) = splice @ARGV, 0, 2;
	my $text = do { local $/; <> };
	my %oid = (bellwether => $base);
	1 while $text =~ s/^\s*--.*$//m;
	my @definition =
		$text =~ /^\s*(bw\w+)\s+(?:OBJECT IDENTIFIER|OBJECT-TYPE|NOTIFICATION-TYPE)(.*?)::=\s*\{\s*(\w+\s+\d+)\s*\}/gms;
	my %objects;
	while (my ($name, $body, $at) = splice @definition, 0, 3) {
		my ($parent, $last) = split " ", $at;
		$oid{$name} = "$oid{$parent}.$last";
		$objects{$last} = $1 if $parent eq "bwNotifications" && $body =~ /OBJECTS\s*\{(.*?)\}/s;
	}
	my %value = (
		bwServerName => ".1 = aaa1", bwServerState => ".1 = INTEGER: 3",
		bwServerMode => ".1 = INTEGER: 1", bwServiceName => ".1.10 = radiusd",
		bwOperationAction => ".1.10 = INTEGER: 1",
		bwNotificationSeverity => ".0 = INTEGER: 3",
		bwNotificationSubject => ".0 = radiusd",
		bwNotificationClients => ".0 = Gauge32: 257",
		bwNotificationReason => ".0 = performance 12 below 30");
	die "no notification $number" unless $objects{$number};
	for my $name ($objects{$number} =~ /\w+/g) {
		my $value = $value{$name} // ".0 = *";
		$value =~ s/ = (?!INTEGER|Gauge|\*)(.*)/" = Hex-STRING: " . join " ", map { sprintf "%02X", ord } split m{}, $1/e;
		print "$oid{$name}$value\n";
	}' "$1" "$base" "$mib"
}

# arrived RECEIVER NUMBER [SEQUENCE]
arrived() {
	grep " OID: $base\.0\.$2 |" "$dir/$1" | grep -q "Counter64: ${3:-[0-9]*} *\$"
}

# carries RECEIVER NUMBER: the newest of that number; what is wrong with it.
carries() {
	grep " OID: $base\.0\.$2 |" "$dir/$1" | tail -1 | sed 's/ *$//; s/ *| */\n/g' >"$dir/got"
	{
		echo ".1.3.6.1.2.1.1.3.0 = *"
		echo ".1.3.6.1.6.3.1.1.4.1.0 = OID: $base.0.$2"
		objects "$2"
	} >"$dir/wanted"
	awk 'FNR == NR { wanted[++n] = $0; next }
	{
		m++
		known = wanted[m]
		if (sub(/ \*$/, "", known) ? index($0, known " ") != 1 : $0 != known)
			print "varbind " m ": wanted " wanted[m] ", got " $0
	}
	END { if (m != n) print "wanted " n " varbinds, got " m }' "$dir/wanted" "$dir/got"
}

count() {
	snmp get $master reader $base.1.1.11.0 | sed 's/.*: //'
}

# each NAME NUMBER...: each of them to both receivers, whole.
each() {
	each_name=$1
	shift
	for number in "$@"; do
		tell "$each_name" notify "$number" 1
		for to in traps informs; do
			wait_for 20 arrived $to "$number" ||
				not_ok "$each_name-$to-$number" "did not come"
			wrong=$(carries $to "$number")
			if [ -z "$wrong" ]; then
				ok "$each_name-$to-$number"
			else
				not_ok "$each_name-$to-$number" "$wrong"
			fi
		done
	done
}

each behind 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 19
check sequence-counts [ "$(count)" -eq 117 ]

# ---- sequence numbers ----

# numbers RECEIVER: of what came, as it came.
numbers() {
	sed -n 's/.*Counter64: \([0-9]*\) *$/\1/p' "$dir/$1"
}

# all RECEIVER FROM TO: each of these numbers came, once at least.
all() {
	[ "$(numbers "$1" | awk -v from="$2" -v to="$3" '$1 >= from && $1 <= to' |
		sort -n | uniq | wc -l)" -eq $(($3 - $2 + 1)) ]
}

# once RECEIVER FROM TO: none of them came twice.
once() {
	[ -z "$(numbers "$1" | awk -v from="$2" -v to="$3" \
		'$1 >= from && $1 <= to' | sort -n | uniq -d)" ]
}

# An inform may come twice: its acknowledgement may be late.
check traps-all all traps 101 117
check traps-once once traps 101 117
check informs-all all informs 101 117

# ---- snmpd dies and is there again ----

# To come again they have to be of its last ten seconds.
tell behind notify 5 4
for to in traps informs; do
	check $to-before wait_for 20 all $to 118 121
done
cut_at=$(grep -c . "$dir/traps")
kill -KILL "$(cat "$dir/snmpd.pid")"
check snmpd-dead wait_for 15 grep -q "the SNMP master is gone" "$dir/behind.log"
tell behind notify 3 3
wait_for 15 gone "$(cat "$dir/snmpd.pid")"
snmpd_start
check back-at-snmpd wait_for 30 serves $master
for to in traps informs; do
	check $to-of-the-gap wait_for 20 all $to 122 124
done
# The last seconds' once more, oldest first, then what waited; as they were.
tail -n +$((cut_at + 1)) "$dir/traps" | sed -n 's/.*Counter64: \([0-9]*\) *$/\1/p' >"$dir/again"
check sent-again-in-order sort -nc "$dir/again"
for number in 118 119 120 121 122 123 124; do
	check "sent-again-$number" grep -qx $number "$dir/again"
done
check sent-again-is-the-same [ "$(grep 'Counter64: 121 *$' "$dir/traps" |
	sed 's/.*1\.4\.1\.0 = //' | uniq | wc -l)" -eq 1 ]

# ---- a burst ----

# sent RECEIVER NUMBER: sysUpTime when it was, in hundredths of a second.
sent() {
	grep "Counter64: $2 *\$" "$dir/$1" | head -1 | sed 's/.*Timeticks: (\([0-9]*\)).*/\1/'
}

tell behind notify 1 1000
check burst-informs wait_for 20 all informs 125 1124
check burst-traps-once once traps 125 1124
# 50 at once, then 400 a second: what a socket holds, and what receivers stand.
check burst-is-paced [ $(($(sent informs 1124) - $(sent informs 125))) -ge 230 ]
check burst-count [ "$(count)" -eq 1124 ]
check none-suppressed [ "$(snmp get $master reader $base.1.1.12.0 | sed 's/.*: //')" -eq 0 ]
check no-send-failed [ -z "$(grep -i 'failure in sendto' "$dir/behind.log")" ]

# ---- a frozen snmpd ----

kill -STOP "$(cat "$dir/snmpd.pid")"
parted() {
	[ "$(grep -c 'the SNMP master is gone' "$dir/behind.log")" -eq 2 ]
}
tell behind notify 5 10
check frozen-is-noticed wait_for 15 parted
kill -CONT "$(cat "$dir/snmpd.pid")"
for to in traps informs; do
	check "thawed-$to" wait_for 30 all $to 1125 1134
done

# ---- the engine lost, and back ----

tell behind freeze
check engine-lost wait_for 20 arrived traps 17 1135
check engine-lost-inform wait_for 15 arrived informs 17 1135
check engine-lost-objects [ "$(carries traps 17 | grep -vc 'bwNot\|\.1\.11\.[3456]\.0')" -eq 0 ]
check engine-lost-is-critical grep -q "\.0\.17 .* $base\.1\.11\.3\.0 = INTEGER: 4 " "$dir/traps"
check still-serves still_serves $master
old() {
	[ "$(snmp get $master reader $base.1.1.4.0 | sed 's/.*: //')" -ge 4 ]
}
check board-age-tells wait_for 15 old
tell behind thaw
check engine-back wait_for 20 arrived traps 18 1136
check engine-back-inform wait_for 15 arrived informs 18 1136
check engine-back-is-ok grep -q "\.0\.18 .* $base\.1\.11\.3\.0 = INTEGER: 1 " "$dir/traps"
tell behind notify 2 1
check numbers-go-on wait_for 15 arrived traps 2 1137
check count-goes-on [ "$(count)" -eq 1137 ]

# ---- a second agent ----

demo second $rows -x "$dir/agentx"
check second-is-refused wait_for 20 grep -q '^ended 4$' "$dir/second.out"
check second-says-why grep -q "another daemon's agent answers for Bellwether at this master" \
	"$dir/second.log"
check first-still-serves still_serves $master
snmp walk $master reader $base >"$dir/walk"
dump $rows
# All of it, but for the count of notifications.
check first-tree-is-whole [ "$(plain "$dir/walk" | diff - "$dir/dump" | grep -c '^>')" -eq 1 ]

# One of the same state folder is its successor.
demo_state=$dir/behind
demo heir $rows -x "$dir/agentx"
demo_state=
check heir-takes-the-place wait_for 20 grep -q '^ended 0$' "$dir/behind.out"
check heir-serves wait_for 30 serves $master

# ---- more than there is room for ----

kill -KILL "$(cat "$dir/snmpd.pid")"
check snmpd-dead-again wait_for 15 grep -q "the SNMP master is gone" "$dir/heir.log"
tell heir notify 1 5007
wait_for 15 gone "$(cat "$dir/snmpd.pid")"
snmpd_start
check heir-serves-again wait_for 30 serves $master
suppressed() {
	[ "$(snmp get $master reader $base.1.1.12.0 | sed 's/.*: //')" = 7 ]
}
check suppressed-are-counted wait_for 20 suppressed
# They had numbers: the next one that comes shows the gap, and what it carries says so.
told_missing() {
	grep " OID: $base\.0\.20 |" "$dir/traps" | grep -q "$base\.1\.1\.12\.0 = Counter64: 7 |"
}
check suppressed-are-told wait_for 40 told_missing
ends heir 0
stopped snmpd

# ---- its own master ----

for to in traps informs; do
	stopped $to
	mv "$dir/$to" "$dir/$to.before"
done
receiver traps 1162
receiver informs 1163
demo alone $rows --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
check alone-serves wait_for 30 serves $own
each alone 1 3 19 20
check alone-traps-all all traps 101 104
check alone-traps-once once traps 101 104
tell alone notify 7 200
check alone-burst-informs wait_for 20 all informs 105 304
check alone-burst-traps-once once traps 105 304
check alone-log-is-quiet [ -z "$(grep -v debug "$dir/alone.log" | grep -i "trap")" ]
ends alone 0

# ---- the one without an engine ----

check orphan-ends wait_for 35 grep -q '^ended 3$' "$dir/orphan.out"
check orphan-says-so grep -q "the engine is gone: this ends" "$dir/orphan.log"
