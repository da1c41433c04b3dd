#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A device that is too slow for what is sent: its queue drops, the kernel says so, and
# nothing is lost by it: each client is told by one datagram, and called back by one.
. "$(dirname "$0")/lib.sh"

command -v tc >/dev/null || skip "needs tc"
clients=254

host net
policy 127.0.0.11 127.0.0.12 '<range name="ap-%d" prefix="127.1.0.0/24"/>' $clients 1s
# What is repeated was lost, and not only late.
sed -i 's/retry="500ms"/retry="10s" rate="5000\/s"/' "$dir/policy.xml"
daemon net
simulated net all
check everybody-heard wait_for 60 clients_are here $clients
on net tc qdisc add dev lo root tbf rate 4mbit burst 10k limit 15k ||
	skip "this kernel has no tbf"

load 90
check everybody-told wait_for 60 clients_are away $clients
load 10
check everybody-back wait_for 60 clients_are here $clients

# said PATTERN: what it says of itself when it is asked.
said() {
	kill -USR1 "$(cat "$dir/daemon.pid")"
	grep -q "status: $1" "$dir/daemon.log"
}
check queue-was-full wait_for 20 said 'icmp: .* queue full [1-9][0-9]* times'
check nothing-repeated wait_for 20 said "aaa1: orders $((2 * clients)), .* unsent 0,"
check nothing-waits wait_for 20 said 'icmp: .* waiting 0,'
