#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A stranger's NMS at an agent behind snmpd, by the lines that doctor prints and the files
# that nms/ makes: who sees and may write what; Prometheus's exporter scrapes what snmpwalk
# walks; plain and own checks; SNMPTT tells notifications in our words.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/walk-lib.sh"

plugin=/usr/lib/nagios/plugins/check_snmp
for tool in prometheus-snmp-exporter snmptt "$plugin"; do
	command -v $tool >/dev/null 2>&1 || skip "needs $tool"
done
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "needs python3-yaml"
mibs=$(find /usr/lib/erlang/lib/snmp-*/mibs -name 'SNMPv2-SMI*' 2>/dev/null | head -1)
[ -n "$mibs" ] || skip "needs the IETF modules (erlang-snmp)"
made=$programs/nms
rows=45

# ---- doctor's lines, the passwords and the socket this test's own; the agent is of the
# socket's group, here root's, and has no other right to it ----

check lines-need-no-agent eval '"$programs/bellwether" doctor lines >"$dir/lines"'
sed -n '/^```text$/,/^```$/p' "$root/nms/README.md" | grep -v '^```' >"$dir/guide"
check guide-has-the-same-lines cmp -s "$dir/lines" "$dir/guide"
sed -e "s/\"[^\"]*-[AP][A-Z]*\"/$pass/g" -e "s|/run/agentx/master|$dir/agentx|" \
	-e 's/Debian-snmp bellwether/nobody root/' "$dir/lines" >"$dir/etc/snmpd.conf"
cat >>"$dir/etc/snmpd.conf" <<-END
	agentaddress udp:127.0.0.1:$master
	createUser stranger SHA-256 $pass AES $pass
	trap2sink 127.0.0.1:1162 public
	dontLogTCPWrappersConnects yes
END
snmpd_answers() {
	soon get "$master" nms .1.3.6.1.2.1.1.3.0 | grep -q Timeticks
}
serves() {
	soon get "$1" nms $base.1.1.10.0 | grep -q Gauge32
}
snmpd_start
demo behind $rows -x "$dir/agentx"
check serves wait_for 30 serves $master

# ---- who may ----

# says TEST WORDS COMMAND...: in what it prints anywhere.
says() {
	says_test=$1 says_words=$2
	shift 2
	got=$("$@" 2>&1)
	case $got in
	*"$says_words"*) ok "$says_test" ;;
	*) not_ok "$says_test" "wanted $says_words, got: $(echo "$got" | head -20)" ;;
	esac
}

check agentx-is-closed [ "$(stat -c '%a %U %G' "$dir/agentx")" = "660 nobody root" ]
snmp bulkwalk $master nms $base >"$dir/walk"
dump $rows
same nms-sees-all "$dir/walk"
says nms-sees-the-system-group Timeticks snmp get $master nms .1.3.6.1.2.1.1.3.0
check nms-sees-no-more [ -z "$(snmp walk $master nms .1 |
	grep -v -e '^\.1\.3\.6\.1\.2\.1\.1\.' -e "^$base\." -e 'No more variables')" ]
says nms-cannot-write noAccess snmp set $master nms $operation.27.1.700 i 5
check nothing-was-written [ -z "$(snmp get $master nms $operation.27.1.700 | grep INTEGER)" ]
for way in "stranger $base" "public $base" "public .1.3.6.1.2.1.1"; do
	# shellcheck disable=SC2086 # two words
	check "stranger-sees-nothing" [ -z "$(more="-t 1"; snmp walk $master $way | grep '^\.1')" ]
done
says stranger-cannot-write authorizationError \
	snmp set $master stranger $operation.27.1.700 i 5
says unknown-user "Unknown user name" snmp get $master mallory $base.1.1.1.0
says weaker-is-refused authorizationError snmpget -v3 -l authNoPriv -u nms -a SHA-256 \
	-A "$pass" -t 8 -r 0 "udp:127.0.0.1:$master" $base.1.1.1.0
says operator-may-write "INTEGER: 5" snmp set $master operator $operation.27.1.700 i 5
says operator-writes-no-more noAccess snmp set $master operator .1.3.6.1.2.1.1.6.0 s here

# The manager's own words on that.
as() {
	as_user=$1
	shift
	timeout 60 "$programs/bellwether" "$@" --agent "udp:127.0.0.1:$master" -v3 -u "$as_user" \
		-l authPriv -a SHA-256 -A "$pass" -x AES -X "$pass" </dev/null
}
says doctor-nms "this user may look, not act" as nms doctor
says doctor-operator "the write view holds bwOperationTable" as operator doctor
says doctor-no-more-is-cut "come whole" as nms doctor

# ---- without snmpd the same lines, but for the first part ----

(umask 077 && sed -e '/agentX\|^master /d' -e '/^agentaddress/d' -e '/^trap2sink/d' \
	"$dir/etc/snmpd.conf" >"$dir/own.conf")
demo alone $rows --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
check alone-serves wait_for 30 serves $own
check alone-understands-them [ -z "$(grep -i 'unknown\|error' "$dir/alone.log")" ]
says alone-nms-cannot-write noAccess snmp set $own nms $operation.27.1.701 i 5
says alone-operator-may-write "INTEGER: 5" snmp set $own operator $operation.27.1.701 i 5
says alone-stranger authorizationError snmp get $own stranger $base.1.1.1.0
ends alone 0

# ---- Prometheus ----

sed -e "s/AUTH-PASSWORD\|PRIV-PASSWORD/$pass/" "$made/prometheus/snmp-0.22.yml" \
	>"$dir/snmp.yml"
prometheus-snmp-exporter --config.file="$dir/snmp.yml" \
	--web.listen-address=127.0.0.1:9116 >"$dir/exporter.log" 2>&1 &
started exporter
# scrape MODULE FILE
scrape() {
	/usr/bin/python3 - "$1" "$master" >"$2" <<-'END'
		import sys, urllib.request
		url = "http://127.0.0.1:9116/snmp?module=%s&target=127.0.0.1:%s"
		opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
		print(opener.open(url % tuple(sys.argv[1:]), timeout=60).read().decode())
	END
}
scraped() {
	scrape bellwether "$dir/scraped" && grep -q '^bwBoardAge ' "$dir/scraped"
}
check exporter-scrapes wait_for 30 scraped
MIBDIRS="$root/mib:$(dirname "$mibs")" snmptranslate -m BELLWETHER-MIB -Tz 2>/dev/null |
	tr -d '"' | grep '^bw' >"$dir/names"
check exporter-equals-the-walk /usr/bin/python3 "$root/tests/system/nms-check.py" scrape \
	"$dir/snmp.yml" "$dir/names" "$dir/scraped" "$dir/walk" "$dir/moving"
# Absent is not zero, and each row has its names.
check exporter-names-rows grep -q \
	'^bwParameterState{.*bwParameterName="[^"].*bwServerName="[^"]' "$dir/scraped"
scrape bellwether_clients "$dir/clients"
check exporter-clients [ "$(grep -c '^bwClientPlace{.*bwServerName="[^"]' "$dir/clients")" = \
	"$(grep -c "^$base\.3\.1\.1\.5\." "$dir/dump")" ]
check exporter-leaves-clients-alone [ "$(grep -c '^bwClient[A-Z]' "$dir/scraped")" = 0 ]
stopped exporter

# ---- Nagios and Icinga ----

# plain OID!LABEL!RANGES: a plain check, as Nagios runs it; its exit status and its line.
plain() {
	plain_rest=${1#*!}
	# shellcheck disable=SC2086 # words
	plain_said=$("$plugin" -H 127.0.0.1 -p $master -P 3 -L authPriv -U nms -a SHA-256 \
		-A $pass -x AES -X $pass -o "${1%%!*}" -l "${plain_rest%%!*}" \
		${plain_rest#*!} 2>&1)
	echo "$? $plain_said"
}
# An object with such a number, whatever it is: what the ranges make of it.
ranges() {
	any=$(grep -m 1 "INTEGER: $2\$" "$dir/dump")
	plain "${any%% *}!$1!$(sed -n "s/.*!$1!//p" "$dir/checks")" | cut -c 1
}
sed -n 's/.*check_bellwether_snmp!//p' "$made/nagios/bellwether.cfg" >"$dir/checks"
while read -r line; do
	plain "$line"
done <"$dir/checks" >"$dir/checked"
# The scene's: nothing is worse than a notice, the engine lives.
check plugin-all-well [ "$(grep -c '^0 SNMP OK' "$dir/checked")" -eq 4 ]
check plugin-severities [ "$(for value in 1 2 3 4; do ranges severity $value; done |
	tr -d '\n')" = 0012 ]
check plugin-reloads [ "$(for value in 1 2 3 4; do ranges reload-status $value; done |
	tr -d '\n')" = 0010 ]
# "bellwether status" with the arguments of Icinga's command.
mkdir -p "$dir/station"
cat >"$dir/station/snmp.conf" <<-END
	defVersion 3
	defSecurityName nms
	defSecurityLevel authPriv
	defAuthType SHA-256
	defAuthPassphrase $pass
	defPrivType AES
	defPrivPassphrase $pass
END
says status-as-a-plugin "BELLWETHER " env SNMPCONFPATH="$dir/station" \
	"$programs/bellwether" status --agent "udp:127.0.0.1:$master" -t 5

# ---- SNMPTT ----

mkdir -p "$dir/trap"
cat >"$dir/trap/snmptrapd.conf" <<-END
	authCommunity log,execute public
	traphandle default /usr/sbin/snmptt --ini=$dir/snmptt.ini
END
cat >"$dir/snmptt.ini" <<-END
	[General]
	mode = standalone
	multiple_event = 1
	dns_enable = 0
	net_snmp_perl_enable = 0
	translate_integers = 0
	[Logging]
	stdout_enable = 0
	log_enable = 1
	log_file = $dir/told
	log_system_enable = 0
	unknown_trap_log_enable = 1
	unknown_trap_log_file = $dir/unknown
	syslog_enable = 0
	syslog_system_enable = 0
	[Exec]
	exec_enable = 0
	[Debugging]
	DEBUGGING = 0
	[TrapFiles]
	snmptt_conf_files = <<FILES
	$made/snmptt/snmptt.conf.bellwether
	FILES
END
: >"$dir/told"
SNMPCONFPATH=$dir/trap SNMP_PERSISTENT_DIR=$dir/trap snmptrapd -f -On \
	-Lf "$dir/trapd.log" udp:127.0.0.1:1162 >/dev/null 2>&1 &
started trapd
check receiver-listens wait_for 20 sh -c "ss -H -lnu | grep -q ':1162 '"

# told SEVERITY WORDS: one line of the log ends so.
told() {
	grep -q "[[:space:]]$1[[:space:]]\"Bellwether\".* - $2 \[[0-9]*\]\$" "$dir/told"
}
while IFS='|' read -r number severity words; do
	tell behind notify "$number" 1
	check "snmptt-$number" wait_for 30 told "$severity" "$words" ||
		tail -2 "$dir/told" | sed 's/^/# /'
done <<-END
	1|Warning|aaa1: clients are told to fail over: performance 12 below 30
	2|Normal|aaa1: all clients may be here again: performance 12 below 30
	3|Warning|aaa1: radiusd is down: performance 12 below 30
	4|Normal|aaa1: radiusd is up again
	5|Warning|aaa1: 257 clients are silent: performance 12 below 30
	9|Warning|aaa1: no alternate is usable, clients cannot be sent away: performance 12 below 30
	19|Normal|aaa1: an operation has ended: performance 12 below 30
END
check snmptt-knows-all [ ! -s "$dir/unknown" ]
check snmptt-each-once [ "$(wc -l <"$dir/told")" -eq "$(sed 's/.* \[//' "$dir/told" |
	sort -u | wc -l)" ]
ends behind 0
