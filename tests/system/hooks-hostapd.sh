#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A real hostapd and a real supplicant, 802.1X over a cable: moved by the hook hostapd,
# after which a station has to log in anew, and by nft-dnat, which no station notices.
. "$(dirname "$0")/lib.sh"
. "$root/scripts/radius.sh"

for program in freeradius hostapd hostapd_cli wpa_supplicant nft conntrack ss; do
	command -v "$program" >/dev/null || skip "needs $program"
done
hook="$root/client/hooks/hostapd $dir/hook.conf"
server=127.0.0.11 alternate=127.0.0.12

host site
ip -n "bw-site-$$" link add auth0 type veth peer name sup0 || skip "this kernel has no veth"
ip -n "bw-site-$$" link set auth0 up
ip -n "bw-site-$$" link set sup0 up
radius_write "$dir/aaa1" aaa1 $server 4 5
radius_write "$dir/aaa2" aaa2 $alternate 4 5
for radius in aaa1 aaa2; do
	behind site freeradius -d "$dir/$radius" -f >"$dir/$radius.log" 2>&1 &
	started $radius
done
answering() {
	[ -f "$dir/$1/log/radius.log" ] && grep -q 'Ready to process' "$dir/$1/log/radius.log"
}
check servers-ready wait_for 20 answering aaa1
check second-server-ready wait_for 20 answering aaa2

# hostapd_with LINE...: hostapd there, with these lines more in its file.
hostapd_with() {
	cat >"$dir/hostapd.conf" <<-END
		interface=auth0
		driver=wired
		ieee8021x=1
		use_pae_group_addr=1
		own_ip_addr=127.0.0.1
		nas_identifier=bellwether
		ctrl_interface=$dir/control
	END
	for radius in auth acct; do
		cat >>"$dir/hostapd.conf" <<-END
			${radius}_server_addr=$server
			${radius}_server_port=$radius_port
			${radius}_server_shared_secret=$radius_secret
		END
	done
	printf '%s\n' "$@" >>"$dir/hostapd.conf"
	behind site hostapd "$dir/hostapd.conf" >>"$dir/hostapd.log" 2>&1 &
	started hostapd
	wait_for 15 [ -S "$dir/control/auth0" ]
}
supplicant() {
	cat >"$dir/sup.conf" <<-END
		ap_scan=0
		network={
		    key_mgmt=IEEE8021X
		    eap=MD5
		    eapol_flags=0
		    identity="bob"
		    password="trial"
		}
	END
	behind site wpa_supplicant -i sup0 -D wired -c "$dir/sup.conf" \
		>"$dir/supplicant.log" 2>&1 &
	started supplicant
}
# logged_in_by NAME BEFORE: the station has, more often than before.
logged_in_by() {
	[ "$(radius_logins "$dir/$1")" -gt "$2" ]
}
# Over a cable a dropped station is not told; only one that starts anew logs in anew.
log_in() {
	stopped supplicant
	supplicant
	wait_for 20 grep -q CTRL-EVENT-CONNECTED "$dir/supplicant.log"
}
login_by() {
	granted_by "$1" log_in
}
cli() {
	on site hostapd_cli -p "$dir/control" -s "$dir" -i auth0 "$@"
}
by_hand() {
	hook_gives "$1" "$2" site "$hook" "$3" "${4:-}" "${5:-}"
}
sed -e 's/^INTERFACES=.*/INTERFACES=auth0/' -e "s|^CONTROL=.*|CONTROL=$dir/control|" \
	"$root/doc/examples/hooks/hostapd.conf" >"$dir/hook.conf"
echo "OWN=$dir" >>"$dir/hook.conf"

# ---- by the hook hostapd ----

hostapd_with ''
there_and_back hostapd site site 127.0.0.1 login_by

# ---- what it says when it cannot ----

check another-port by_hand 1 "cannot go to another port (1999)" failover $alternate 1999
cli set auth_server_addr_replace $alternate >/dev/null
check renamed-is-not-moved by_hand 1 "is not connected to" verify
check renamed-comes-back by_hand 0 "uses $server now" return
cli disable >/dev/null
check disabled by_hand 1 "is the interface disabled" verify
cli enable >/dev/null
kill -STOP "$(cat "$dir/hostapd.pid")"
check hangs hook_gives 124 "no answer within the timeout" site \
	"timeout 3 $hook" verify
kill -CONT "$(cat "$dir/hostapd.pid")"
stopped hostapd
check no-hostapd by_hand 1 "no hostapd listens" verify
hostapd_with "auth_server_addr=$alternate" "auth_server_port=$radius_port" \
	"auth_server_shared_secret=$radius_secret"
check several-servers by_hand 1 "leave one auth_server_addr" failover $alternate
stopped hostapd
stopped supplicant

# ---- by nft-dnat: the same socket, the same session ----

by_nft() {
	hook_gives 0 "$1" site "$root/client/hooks/nft-dnat $dir/nft.conf" "$2" "${3:-}"
}
echo "PORTS=$radius_port" >"$dir/nft.conf"
hostapd_with eap_reauth_period=1
before=$(radius_logins "$dir/aaa1")
supplicant
check nft-here-login wait_for 20 logged_in_by aaa1 "$before"
before=$(radius_logins "$dir/aaa2")
check nft-away by_nft "leads to $alternate" failover $alternate
check nft-away-login wait_for 20 logged_in_by aaa2 "$before"
before=$(radius_logins "$dir/aaa1")
check nft-return by_nft "is itself again" return
check nft-back-login wait_for 20 logged_in_by aaa1 "$before"
check nft-drops-nobody [ "$(grep -c CTRL-EVENT-CONNECTED "$dir/supplicant.log")" -eq 1 ]
check nft-fails-nobody [ "$(grep -cE 'DISCONNECTED|FAILURE' "$dir/supplicant.log")" -eq 0 ]
