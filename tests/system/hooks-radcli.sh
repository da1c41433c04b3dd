#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Real logins at ocserv, a program of radcli: moved by file-swap with the template of
# doc/examples, where only a restart counts, and by nft-dnat without one.
. "$(dirname "$0")/lib.sh"
. "$root/scripts/radius.sh"

for program in freeradius ocserv openconnect openssl nft conntrack; do
	command -v "$program" >/dev/null || skip "needs $program"
done

host site
server=127.0.0.11 alternate=127.0.0.12
radius_write "$dir/aaa1" aaa1 $server 4 5
radius_write "$dir/aaa2" aaa2 $alternate 4 5
for radius in aaa1 aaa2; do
	behind site freeradius -d "$dir/$radius" -f >"$dir/$radius.log" 2>&1 &
	started $radius
done

# ---- a VPN ----

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=vpn -keyout "$dir/vpn.key" \
	-out "$dir/vpn.pem" 2>/dev/null
pin=$(openssl x509 -in "$dir/vpn.pem" -pubkey -noout |
	openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
cat >"$dir/ocserv.conf" <<END
auth = "radius[config=$dir/radcli.conf]"
listen-host = 127.0.0.1
tcp-port = 4443
run-as-user = nobody
run-as-group = nogroup
socket-file = $dir/ocserv.sock
pid-file = $dir/ocserv.pid
server-cert = $dir/vpn.pem
server-key = $dir/vpn.key
isolate-workers = false
max-clients = 4
keepalive = 300
device = vpns
ipv4-network = 10.79.0.0/24
END
# What systemctl does where there is a system of services.
cat >"$dir/restart" <<END
#!/bin/sh
if pid=\$(cat $dir/ocserv.pid); then
	kill "\$pid"
	while kill -0 "\$pid"; do sleep 0.05; done
fi
exec ocserv -c $dir/ocserv.conf
END
chmod 755 "$dir/restart"
reload() {
	kill -HUP "$(cat "$dir/ocserv.pid")"
}
log_in() {
	echo trial | on site timeout 20 openconnect --authenticate --user bob \
		--passwd-on-stdin --servercert "pin-sha256:$pin" https://127.0.0.1:4443 \
		>"$dir/openconnect.log" 2>&1
}
login_by() {
	granted_by "$1" wait_for 40 log_in
}

# ---- file-swap ----

examples=$root/doc/examples/hooks
sed -e "s|^FILE=.*|FILE=$dir/radcli.conf|" -e "s|^TEMPLATE=.*|TEMPLATE=$dir/radcli.template|" \
	-e "s|^AFTER=.*|AFTER=$dir/restart|" "$examples/radcli.conf" >"$dir/hook.conf"
printf 'SERVER_PORT=%s\n' "$radius_port" >>"$dir/hook.conf"
sed "s|/etc/radcli/servers|$dir/servers|" "$examples/radcli.template" >"$dir/radcli.template"
printf '%s %s\n' $server "$radius_secret" $alternate "$radius_secret" >"$dir/servers"
hook="$root/client/hooks/file-swap $dir/hook.conf"
check made hook_gives 0 "is here now" site "$hook" return
check servers-answer wait_for 60 login_by aaa1
there_and_back file-swap site site 127.0.0.1 login_by

# A reload is not enough, which is why the example restarts.
sed -i '/^AFTER=/d' "$dir/hook.conf"
check swapped hook_gives 0 "is away now" site "$hook" failover $alternate
reload
check reload-is-not-enough login_by aaa1
echo "AFTER=/bin/false" >>"$dir/hook.conf"
check after-fails hook_gives 1 "is as it was: AFTER failed; run it by hand: /bin/false" \
	site "$hook" reconnect
check after-failed-and-verify-knows hook_gives 10 "is away" site "$hook" verify
sed -i "s|^AFTER=.*|AFTER=$dir/restart|" "$dir/hook.conf"
check after-works-again hook_gives 0 "is here now" site "$hook" reconnect

# ---- nft-dnat: the same process ----

pid=$(cat "$dir/ocserv.pid")
echo "PORTS=$radius_port" >"$dir/nft.conf"
hook="$root/client/hooks/nft-dnat $dir/nft.conf"
there_and_back nft site site 127.0.0.1 login_by
check nft-without-a-restart [ "$(cat "$dir/ocserv.pid")" = "$pid" ]
