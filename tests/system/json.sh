#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What --json prints is what bellwether(1) and bellwether schema promise, of every command,
# of an agent that is well and of none.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

python3 -c 'import jsonschema' 2>/dev/null || skip "needs python3-jsonschema"
own=21610
pass=unguessable
. "$root/tests/system/agent-lib.sh"
mkdir -p "$dir/etc" "$dir/persist"
export MIBS= SNMPCONFPATH="$dir/etc:$dir/persist" SNMP_PERSISTENT_DIR="$dir/persist"
(umask 077 && access >"$dir/own.conf")
demo own-demo 300 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
python3 "$root/tests/system/json-check.py" "$programs/bellwether" "$root/doc/bellwether.1" \
	"$root/mib/BELLWETHER-MIB.txt" "udp:127.0.0.1:$own" udp:127.0.0.1:1 \
	"$dir/own-demo.in" -v3 -u ann \
	-l authPriv -a SHA-256 -A "$pass" -x AES -X "$pass" >"$dir/said" 2>"$dir/python.log"
checked=$?
cat "$dir/said"
[ "$checked" -eq 0 ] || failed=1
# All of it was looked at.
grep -q 'json-mib-names' "$dir/said" || not_ok whole "$(cat "$dir/python.log")"
