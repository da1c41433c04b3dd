#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Delivery over UDP, IPv4 and IPv6, and over ICMPv6: two real clients are ordered away and
# called back; of those who do not answer the daemon says what the network says of them, and
# one whose agent comes up late gets its order then.
. "$(dirname "$0")/lib.sh"

port=3799

# hop HOST ADDRESS4 ROUTER4 ADDRESS6 ROUTER6: a cable to the router, and the way to all
# others of the test.
hop() {
	link_hosts "$1" "$2/24" router "$3/24"
	ip -n "bw-$1-$$" addr add "$4/64" dev to-router nodad
	ip -n "bw-router-$$" addr add "$5/64" dev "to-$1" nodad
	ip -n "bw-$1-$$" route add 10.78.0.0/16 via "$3"
	ip -n "bw-$1-$$" -6 route add fd78::/16 via "$5"
	# Who is not there is known not to be in half a second, not in three.
	for family in ipv4 ipv6; do
		on router sysctl -q -w "net.$family.neigh.to-$1.mcast_solicit=2" \
			"net.$family.neigh.to-$1.retrans_time_ms=250"
	done
}

host router
on router sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
host aaa
host nas1
host nas2
for each in router nas2; do
	# Else a few of them a second are all that a host is told.
	on $each sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
done
hop aaa 10.78.0.1 10.78.0.254 fd78:0::1 fd78:0::fe
hop nas1 10.78.1.1 10.78.1.254 fd78:1::1 fd78:1::fe
hop nas2 10.78.2.1 10.78.2.254 fd78:2::1 fd78:2::fe
ip -n "bw-router-$$" route add prohibit 10.78.4.0/24
ip -n "bw-router-$$" -6 route add prohibit fd78:4::/32
ip -n "bw-router-$$" route add blackhole 10.78.5.0/24
ip -n "bw-router-$$" -6 route add blackhole fd78:5::/32

# given_up CLIENT WHY: an event says so of it, and why.
given_up() {
	grep -q "client $1 does not answer failover [0-9]* (3 attempts)$2\$" "$dir/daemon.log"
}

# The receive buffer that the daemon took while it had rights is there without them.
room_is_kept() {
	kill -USR1 "$(cat "$dir/daemon.pid")"
	grep -q 'status: aaa1: received .* room 65536 KiB' "$dir/daemon.log"
}

# acted_once CLIENT: its hook ran once for each order, and never besides.
acted_once() {
	[ "$(ran "$1" failover)" -eq 1 ] && [ "$(ran "$1" reconnect)" -eq 1 ]
}

# scenario TRANSPORT SERVER-ADDRESS NAS1 NAS2 ABSENT PROHIBITED SILENT ROUTELESS
scenario() {
	test=$1-$(case $2 in *:*) echo v6 ;; *) echo v4 ;; esac)
	rm -rf "$dir/state" "$dir/nas1" "$dir/nas2" "$dir/daemon.log"
	policy "$2" "${2%1}9" "<client name=\"nas1\" address=\"$3\"/>
		<client name=\"nas2\" address=\"$4\"/>
		<client name=\"absent\" address=\"$5\"/>
		<client name=\"prohibited\" address=\"$6\"/>
		<client name=\"silent\" address=\"$7\"/>
		<client name=\"routeless\" address=\"$8\"/>"
	client_xml nas1 "$3" "$2" "${2%1}9"
	client_xml nas2 "$4" "$2" "${2%1}9"
	sed -i 's/attempts="20"/attempts="3"/' "$dir/policy.xml"
	agentless=": its host is up, its agent is silent"
	if [ "$1" = udp ]; then
		sed -i "s/transport=\"icmp\"/transport=\"udp\" port=\"$port\"/" \
			"$dir/policy.xml" "$dir/nas1/client.xml" "$dir/nas2/client.xml"
		agentless=": its host reports the port closed: no agent runs there"
	fi
	daemon aaa
	client nas1 nas1
	check "$test-heard" wait_for 30 clients_are here 1

	if [ "$1" = udp ]; then
		check "$test-room" wait_for 20 room_is_kept
	fi

	load 90
	check "$test-away" wait_for 30 client_is nas1 "away at aaa2"
	check "$test-agentless" wait_for 40 given_up nas2 "$agentless"
	check "$test-absent" wait_for 40 given_up absent \
		": the network reports its host unreachable"
	check "$test-prohibited" wait_for 40 given_up prohibited \
		": the network reports the way to it prohibited, by a firewall"
	check "$test-routeless" wait_for 40 given_up routeless \
		": the network reports no route to it"
	check "$test-silent" wait_for 40 given_up silent ""

	client nas2 nas2
	check "$test-told-late" wait_for 30 client_is nas2 "away at aaa2"
	load 10
	check "$test-back" wait_for 40 clients_are here 2
	check "$test-nas1-once" wait_for 10 acted_once nas1
	check "$test-nas2-once" wait_for 10 acted_once nas2
	for process in nas1 nas2 daemon; do
		stopped "$process"
	done
}

scenario udp 10.78.0.1 10.78.1.1 10.78.2.1 10.78.2.3 10.78.4.4 10.78.5.5 10.79.0.6
scenario udp fd78:0::1 fd78:1::1 fd78:2::1 fd78:2::3 fd78:4::4 fd78:5::5 fd79::6
scenario icmp fd78:0::1 fd78:1::1 fd78:2::1 fd78:2::3 fd78:4::4 fd78:5::5 fd79::6
