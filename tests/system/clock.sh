#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Clocks that jump an hour and stores that are lost, on either side: the pair finds out by
# itself, and the next failover and the next call-back reach every client.
. "$(dirname "$0")/lib.sh"

shim=$programs/tests/system/clockshim.so
[ -f "$shim" ] || { not_ok shim "$shim is not built: make check"; exit 1; }
clients=20

# clock SIDE SECONDS: both processes of a side see their wall clock jump. In place: the
# file is mapped, and must never be shorter, not even for a moment.
clock() {
	printf '%-16s' "$2" | dd of="$dir/clock.$1" conv=notrunc 2>/dev/null
}

# cycle NAME: away and back again, everyone.
cycle() {
	load 90
	check "$1-away" wait_for 40 clients_are away $clients
	load 10
	check "$1-back" wait_for 40 clients_are here $clients
}

shim_server="env LD_PRELOAD=$shim CLOCKSHIM=$dir/clock.server"
shim_clients="env LD_PRELOAD=$shim CLOCKSHIM=$dir/clock.clients"

host net
HELLO=5s
policy 127.0.0.11 127.0.0.12 '<client name="nas1" address="127.2.0.1"/>
	<range name="ap-%d" prefix="127.1.0.0/24" count="19" groups="flock"/>' 10 500ms
clock server 0
clock clients 0
client_xml nas1 127.2.0.1 127.0.0.11 127.0.0.12
# shellcheck disable=SC2086 # words of a command
start() {
	case $1 in
	daemon) daemon net $shim_server ;;
	nas1) client net nas1 $shim_clients ;;
	flock) simulated net group:flock $shim_clients ;;
	esac
}
start daemon
start nas1
start flock
check all-here wait_for 30 clients_are here $clients
cycle true-clocks

for side in server clients; do
	for jump in 3600 -3600; do
		clock $side $jump
		cycle "$side-at$jump"
		clock $side 0
		cycle "$side-true-after$jump"
	done
done

# The shim works: orders were refused as stale before the pair found out.
check clocks-disagreed grep -q "stale [1-9]" "$dir/flock.log"

# Deleted while it runs means: gone at the next start. The clocks disagree as well.
clock server 3600
stopped daemon
rm -rf "$dir/state"
start daemon
check server-store-lost-heard wait_for 40 clients_are here $clients
cycle server-store-lost

load 90
check client-store-lost-first-away wait_for 40 clients_are away $clients
stopped nas1
rm -rf "$dir/nas1/state"
start nas1
load 10
check client-store-lost-back wait_for 40 clients_are here $clients
cycle client-store-lost
