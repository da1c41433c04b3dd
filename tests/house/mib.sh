#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# smilint finds nothing to say about the MIB, not even at its strictest.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
base=$(find /usr/lib/erlang/lib/snmp-*/mibs /usr/share/snmp/mibs -name 'SNMPv2-SMI*' \
	2>/dev/null | head -1)
if ! command -v smilint >/dev/null 2>&1 || [ -z "$base" ]; then
	echo "ok mib # SKIP needs smilint (smitools) and the IETF modules (erlang-snmp)"
	exit 77
fi
# Its exit status is always 0: silence is the verdict.
said=$(SMIPATH=$(dirname "$base"):/usr/share/snmp/mibs smilint -l 6 -s \
	mib/BELLWETHER-MIB.txt 2>&1)
[ -z "$said" ] && echo "ok mib" && exit 0
echo "not ok mib"
echo "$said" | sed 's/^/# /'
exit 1
