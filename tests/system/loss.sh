#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# One packet of five is lost, either way: every client is told all the same, and none acts
# twice on one order.
. "$(dirname "$0")/lib.sh"

command -v nft >/dev/null || skip "needs nftables"
real=8

host net
on net nft -f - <<'END' || skip "this kernel has no numgen for nftables"
table inet loss {
	chain input {
		type filter hook input priority 0;
		meta l4proto { icmp, icmpv6 } numgen random mod 100 < 20 counter drop
	}
}
END

explicit=
for n in $(seq $real); do
	explicit="$explicit<client name=\"nas$n\" address=\"127.2.0.$n\"/>"
done
policy 127.0.0.11 127.0.0.12 \
	"$explicit <range name=\"ap-%d\" prefix=\"127.1.0.0/24\" groups=\"flock\"/>" 100 1s
clients=$((254 + real))

daemon net
for n in $(seq $real); do
	client_xml "nas$n" "127.2.0.$n" 127.0.0.11 127.0.0.12
	client net "nas$n"
done
simulated net group:flock
check everybody-heard wait_for 60 clients_are here $clients

load 90
check everybody-told wait_for 60 clients_are away $clients
load 10
check everybody-back wait_for 60 clients_are here $clients
check packets-were-lost [ "$(on net nft list ruleset | sed -n 's/.*counter packets \([0-9]*\).*/\1/p')" -gt 100 ]

once() {
	[ "$(ran "$1" failover)" -eq 1 ] && [ "$(ran "$1" reconnect)" -eq 1 ]
}
for n in $(seq $real); do
	check "nas$n-acts-once" once "nas$n"
done

# The flock counts every run of a simulated hook as a move.
flock_moves() {
	[ "$(sed -n 's/^moves \([0-9]*\) .*/\1/p' "$dir/flock.log" | tail -1)" = "$1" ]
}
check flock-acts-once wait_for 15 flock_moves $((2 * 254))
