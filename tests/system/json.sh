#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What --json prints is what bellwether(1) and bellwether schema promise, of every command,
# of an agent that is well and of none.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

python3 -c 'import jsonschema' 2>/dev/null || skip "needs python3-jsonschema"
own=21610
pass=unguessable
. "$root/tests/system/agent-lib.sh"
own_access
demo own-demo 300 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
mkdir "$dir/policies"
(umask 077 && printf '%064d\n' 7 >"$dir/policies/aaa1.key")
cat >"$dir/policies/good.xml" <<-END
	<policy xmlns="urn:bellwether:policy:1">
	  <server name="aaa1" address="192.0.2.10"><key id="1" file="aaa1.key"/></server>
	  <failover threshold="30" for="10s"><step><select all="yes"/></step></failover>
	  <connection threshold="60" for="60s"/>
	  <clients><client name="nas1" address="198.51.100.1"/></clients>
	</policy>
END
sed -e 's/threshold="60"/threshold="20"/' "$dir/policies/good.xml" >"$dir/policies/faulty.xml"
python3 "$root/tests/system/json-check.py" "$programs/bellwether" "$root/doc/bellwether.1" \
	"$root/mib/BELLWETHER-MIB.txt" "$dir/policies" "udp:127.0.0.1:$own" udp:127.0.0.1:1 \
	"$dir/own-demo.in" -v3 -u ann \
	-l authPriv -a SHA-256 -A "$pass" -x AES -X "$pass" >"$dir/said" 2>"$dir/python.log"
checked=$?
cat "$dir/said"
[ "$checked" -eq 0 ] || failed=1
# All of it was looked at.
grep -q 'json-mib-names' "$dir/said" || not_ok whole "$(cat "$dir/python.log")"
