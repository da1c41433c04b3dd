#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What nms/ makes is loaded by the systems that it is for, and where Debian has none it
# keeps to the system's rules. No agent is asked here.
. "$(dirname "$0")/lib.sh"

for tool in prometheus-snmp-exporter prometheus-snmp-generator promtool icinga2 nagios4 \
	snmptt snmptranslate; do
	command -v $tool >/dev/null 2>&1 || skip "needs $tool"
done
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "needs python3-yaml"
made=$programs/nms
mibs=$(find /usr/lib/erlang/lib/snmp-*/mibs -name 'SNMPv2-SMI*' 2>/dev/null | head -1)
[ -n "$mibs" ] || skip "needs the IETF modules (erlang-snmp)"
export MIBDIRS="$root/mib:$(dirname "$mibs"):/usr/share/snmp/mibs" SNMPCONFPATH="$dir"

# right TEST ARGUMENT...: nms-check.py has nothing to say.
right() {
	right_test=$1
	shift
	if wrong=$(/usr/bin/python3 "$root/tests/system/nms-check.py" "$@" 2>&1); then
		ok "$right_test"
	else
		not_ok "$right_test" "$(echo "$wrong" | head -20)"
	fi
}

# passes TEST COMMAND...: it does, and else what it printed is told.
passes() {
	passes_test=$1
	shift
	if printed=$("$@" 2>&1); then
		ok "$passes_test"
	else
		not_ok "$passes_test" "$(echo "$printed" | tail -20)"
	fi
}

# ---- all of it, made by perl-base alone ----

perl "$root/nms/generate" "$root/mib/BELLWETHER-MIB.txt" "$dir/again" "$(sed -n \
	's|.*command = \[ "\(.*\)/bellwether", "status" \]|\1|p' "$made/icinga/bellwether.conf")"
files=$(cd "$dir/again" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
check made-as-listed [ "$files" = "$(perl "$root/nms/generate" --list \
	"$root/mib/BELLWETHER-MIB.txt")" ]
check made-as-installed [ "$files" = "$(tr ' ' '\n' <"$made/made" | sed 's|^nms/||' |
	LC_ALL=C sort)" ]
for file in $files; do
	cmp -s "$dir/again/$file" "$made/$file" || not_ok made-again "$file differs"
done
# A notification and a column that nobody has thought of yet come along with the MIB's words.
perl -0pe '
	s/(bwEngineBack)( NOTIFICATION-TYPE.*?bwNotifications )18 \}/$1${2}18 }\nbwSpare$2 99 }/s;
	s/(bwAlarmCount)( OBJECT-TYPE.*?bwAlarmEntry )7 \}/$1${2}7 }\nbwAlarmSpare$2 99 }/s;
	' "$root/mib/BELLWETHER-MIB.txt" >"$dir/spare.txt"
passes made-of-another-mib perl "$root/nms/generate" "$dir/spare.txt" "$dir/spare" /usr/bin
check another-notification grep -q '^EVENT bwSpare \..*\.0\.99 "Bellwether" Warning' \
	"$dir/spare/snmptt/snmptt.conf.bellwether"
check another-column grep -q 'name: bwAlarmSpare' "$dir/spare/prometheus/snmp.yml"
right another-opennms opennms "$dir/spare"
perl -e '
	open STDOUT, ">", "/dev/null";
	@ARGV = ("--list", "$ARGV[0]/mib/BELLWETHER-MIB.txt");
	my $root = $ARGV[1] =~ s|/mib/[^/]*$||r;
	do "$root/nms/generate";
	print STDERR "$_\n" for grep { m{^/} && index $_, $root } values %INC;
	' "$root" 2>"$dir/modules"
check perl-base-is-enough [ -s "$dir/modules" ]
while read -r module; do
	# Debian has moved /usr/lib to be /lib, or not.
	dpkg -S "$module" 2>/dev/null | grep -q '^perl-base:' ||
		not_ok perl-base-is-enough "$module is not of perl-base"
done <"$dir/modules"
snmptranslate -m BELLWETHER-MIB -Tz 2>/dev/null | tr -d '"' |
	awk 'index($2, "1.3.6.1.4.1.8072.9999.9999") == 1 { print $2 }' >"$dir/oids"
# shellcheck disable=SC2046 # a file a word
right every-oid-is-the-mibs oids "$dir/oids" $(for file in $files; do
	case $file in
	grafana/* | */generator* | */bellwether.rules.yml) ;;
	*) echo "$made/$file" ;;
	esac
done)

# ---- Prometheus and Grafana ----

cp "$made"/prometheus/* "$root/tests/nms/rules-test.yml" "$dir"
mv "$dir/generator-0.22.yml" "$dir/generator.yml"
passes exporter-loads prometheus-snmp-exporter --dry-run --config.file="$dir/snmp-0.22.yml"
mv "$dir/snmp.yml" "$dir/new.yml"
(cd "$dir" && MIBS=BELLWETHER-MIB prometheus-snmp-generator generate) >"$dir/generator.log" 2>&1
check generator-loads [ -s "$dir/snmp.yml" ]
right exporter-as-the-generator-makes exporter "$dir/snmp-0.22.yml" "$dir/snmp.yml"
right exporter-new-form same "$dir/new.yml" "$dir/snmp-0.22.yml"
passes rules-load promtool check rules "$dir/bellwether.rules.yml"
passes rules-say promtool test rules "$dir/rules-test.yml"
right grafana grafana "$made"
# Its queries are in the same language.
/usr/bin/python3 - "$made/grafana/bellwether.json" >"$dir/queries.yml" <<-'END'
	import json, sys
	print("groups: [{name: queries, rules: [")
	for panel in json.load(open(sys.argv[1]))["panels"]:
	    for target in panel["targets"]:
	        print("{record: x, expr: %s}," % json.dumps(target["expr"]))
	print("]}]")
END
passes grafana-queries promtool check rules --lint=none "$dir/queries.yml"

# ---- Icinga and Nagios ----

cat >"$dir/icinga2.conf" <<-END
	include <itl>
	include <plugins>
	const PluginDir = "/usr/lib/nagios/plugins"
	include "$made/icinga/bellwether.conf"
	object Host "aaa1" {
	  check_command = "hostalive"
	  address = "192.0.2.10"
	  vars.bellwether = true
	  vars.bellwether_plain = true
	  vars.bellwether_servers = [ "aaa1", "aaa2" ]
	  vars.bellwether_user = "nms"
	}
END
# Started by root both become Debian's user, and want to write somewhere.
mkdir "$dir/icinga" "$dir/nagios" && chown nagios "$dir/icinga" "$dir/nagios"
passes icinga-loads icinga2 daemon -C -c "$dir/icinga2.conf" -D DataDir="$dir/icinga" \
	-D CacheDir="$dir/icinga" -D InitRunDir="$dir/icinga" -D LogDir="$dir/icinga"
services=$(echo "$printed" | sed -n 's/.*Instantiated \([0-9]*\) Services.*/\1/p')
check icinga-services [ "$services" = "$((3 + $(grep -c snmpv3_oid \
	"$made/icinga/bellwether.conf")))" ]

objects=/etc/nagios4/objects
cat >"$dir/nagios.cfg" <<-'END'
	illegal_macro_output_chars=`~$&|'"<>
END
cat >>"$dir/nagios.cfg" <<-END
	cfg_file=$objects/timeperiods.cfg
	cfg_file=$objects/templates.cfg
	cfg_file=$objects/contacts.cfg
	cfg_file=$objects/commands.cfg
	cfg_file=$made/nagios/bellwether.cfg
	cfg_file=$dir/host.cfg
	resource_file=/etc/nagios4/resource.cfg
	log_file=$dir/nagios/log
	check_result_path=$dir/nagios
	temp_path=$dir/nagios
	log_archive_path=$dir/nagios
	temp_file=$dir/nagios/temp
	object_cache_file=$dir/nagios/cache
	status_file=$dir/nagios/status
	lock_file=$dir/nagios/lock
	state_retention_file=$dir/nagios/retention
	command_file=$dir/nagios/command
END
cat >"$dir/host.cfg" <<-END
	define host {
	  use linux-server
	  host_name aaa1
	  address 192.0.2.10
	  hostgroups bellwether,bellwether-plain
	  _BW_USER nms
	  check_command check_bellwether
	}
END
passes nagios-loads nagios4 -v "$dir/nagios.cfg"
check nagios-services [ "$(echo "$printed" | sed -n 's/.*Checked \([0-9]*\) services.*/\1/p')" = \
	"$((1 + $(grep -c 'check_bellwether_snmp!' "$made/nagios/bellwether.cfg")))" ]
check nagios-nothing-to-say [ "$(echo "$printed" | grep -c 'Total Warnings: 0')" = 1 ]

# ---- those that Debian cannot load ----

right zabbix zabbix "$made"
right librenms librenms "$made"
right opennms opennms "$made"
