#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The hook freeradius-proxy on a real FreeRADIUS proxy: a login answered by the first
# server, the order, one answered by the alternate, and back; and what it says when it
# cannot.
. "$(dirname "$0")/lib.sh"
. "$root/scripts/radius.sh"

for program in freeradius radclient radmin; do
	command -v "$program" >/dev/null || skip "needs $program"
done
hook="$root/client/hooks/freeradius-proxy $dir/hook.conf"
control=$dir/proxy/run/control.sock

host site
server=127.0.0.11 alternate=127.0.0.12
radius_write "$dir/aaa1" aaa1 $server 4 5
radius_write "$dir/aaa2" aaa2 $alternate 4 5
radius_write_proxy "$dir/proxy" 127.0.0.20 $server $alternate
for radius in aaa1 aaa2 proxy; do
	behind site freeradius -d "$dir/$radius" -f >"$dir/$radius.log" 2>&1 &
	started $radius
done
sed "s|^SOCKET=.*|SOCKET=$control|" "$root/doc/examples/hooks/freeradius-proxy.conf" \
	>"$dir/hook.conf"

# answered_by NAME: one login through the proxy.
answered_by() {
	[ "$(on site sh -c ". $root/scripts/radius.sh; radius_ask 127.0.0.20 bob 8")" = "$1" ]
}
radmin_says() {
	on site radmin -f "$control" -e "$1"
}
# states_are STATE: both entries of the server, its authentication and its accounting.
states_are() {
	[ "$(radmin_says 'show home_server list' | awk -v address=$server -v state="$1" \
		'$1 == address && $5 == state' | wc -l)" -eq 2 ]
}

# Also: its authentication and its accounting are where they should be.
login_by() {
	answered_by "$1" || return 1
	if [ "$1" = aaa1 ]; then
		! states_are down
	else
		states_are down
	fi
}

check servers-answer wait_for 20 answered_by aaa1
there_and_back proxy site site 127.0.0.20 login_by

# ---- IPv6 ----

ip -n "bw-site-$$" addr add fd80::11/128 dev lo nodad
ip -n "bw-site-$$" addr add fd80::12/128 dev lo nodad
radius_write_proxy "$dir/proxy6" 127.0.0.21 fd80::11 fd80::12
behind site freeradius -d "$dir/proxy6" -f >"$dir/proxy6.log" 2>&1 &
started proxy6
echo "SOCKET=$dir/proxy6/run/control.sock" >"$dir/hook6.conf"
v6() {
	server=fd80::11
	hook_gives "$1" "$2" site "${hook%% *} $dir/hook6.conf" "$3" fd80::12
	result=$?
	server=127.0.0.11
	return "$result"
}
check v6-here wait_for 20 v6 0 "is not down" verify
check v6-failover v6 0 "is down in the proxy now, which has fd80::12" failover
check v6-away v6 10 "is down" verify
check v6-return v6 0 "in use" return
stopped proxy6

# ---- what it says when it cannot ----

by_hand() {
	hook_gives "$1" "$2" site "$hook" "$3" "${4:-}"
}
radmin_says "set home_server state $server $radius_port down" >/dev/null
check half-is-unknown by_hand 1 "down on 1 of its 2 ports only" verify
check half-comes-back by_hand 0 "in use" reconnect
check unknown-alternate by_hand 1 "add one to the pool" failover 127.0.0.19
check unknown-alternate-changes-nothing states_are alive
radmin_says "set home_server state $alternate $radius_port down" >/dev/null
radmin_says "set home_server state $alternate $((radius_port + 1)) down" >/dev/null
check alternate-down-changes-nothing by_hand 1 "the proxy stays as it is" failover $alternate
server=127.0.0.13
check no-home-server by_hand 1 "is no home server" verify
server=127.0.0.11
echo "PORT=1" >>"$dir/hook.conf"
check no-such-setting by_hand 1 "no such setting: PORT; there are: SOCKET PORTS" verify
sed -i '$d' "$dir/hook.conf"
kill -STOP "$(cat "$dir/proxy.pid")"
# The status is that of timeout, which ends the group as the client does.
check hangs hook_gives 124 "no answer within the timeout" site \
	"timeout 3 $hook" verify
kill -CONT "$(cat "$dir/proxy.pid")"
stopped proxy
check no-socket by_hand 1 "enable its site control-socket" verify
sed -i 's/mode = rw/mode = ro/' "$dir/proxy/radiusd.conf"
behind site freeradius -d "$dir/proxy" -f >"$dir/proxy.log" 2>&1 &
started proxy
check answers-again wait_for 20 answered_by aaa1
check read-only by_hand 1 "set mode = rw" failover $alternate
