#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What a real FreeRADIUS says of itself: counters, their rates, a proxy's, and what it does
# not publish; each against the logins that were made.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/radius-lib.sh"

# status NAME ADDRESS VALUE [MORE]
status() {
	echo "<parameter name=\"$1\" ${4:-}><radius-status server=\"$2:$radius_status_port\"
		secret-file=\"radius.key\" value=\"$3\"/></parameter>"
}
# home NAME ADDRESS HOME: what that proxy thinks of it.
home() {
	echo "<parameter name=\"$1\"><radius-status server=\"$2:$radius_status_port\"
		secret-file=\"radius.key\" value=\"home-server-state\"
		home-server=\"$3:$radius_port\"/></parameter>"
}
server=127.0.0.11 in_front=127.0.0.20

host aaa
given radius.key "$radius_secret"
watched "$(status accepts $server access-accepts) $(status rejects $server access-rejects)
	$(status requests $server access-requests) $(status accounted $server accounting-requests)
	$(status accepting $server access-accepts 'rate="yes"')
	$(status passed-on $in_front proxy-access-requests)
	$(status came-back $in_front proxy-access-accepts)
	$(status available $server threads-available) $(status max $server threads-max)
	$(status total $server threads-total) $(status active $server threads-active)
	$(status rtt $in_front rtt) $(home state $in_front $server)
	$(home nobody $in_front 127.0.0.99) $(home alone $server $server)"

radius_write "$dir/a" aaa1 $server 4 6
radius_write_proxy "$dir/p" $in_front $server
cat >>"$dir/p/radiusd.conf" <<-END
	server status {
		listen {
			type = status
			ipaddr = $in_front
			port = $radius_status_port
		}
		authorize {
			Autz-Type Status-Server {
				ok
			}
		}
	}
END
sed -i 's/^\t*modules {$/&\nalways ok {\nrcode = ok\n}/' "$dir/p/radiusd.conf"
behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
behind aaa freeradius -d "$dir/p" -f -l stdout >"$dir/proxy.log" 2>&1 &
started proxy
# logins COUNT PASSWORD ADDRESS: one after the other.
logins() {
	seq 1 "$1" | sed "s/.*/User-Name=bob,User-Password=$2,NAS-Port=&\n/" >"$dir/requests"
	on aaa radclient -q -t 2 -p 1 -f "$dir/requests" "$3:$radius_port" auth \
		"$radius_secret" >/dev/null 2>&1
}
through() {
	logins 1 trial $in_front
}
must proxy-answers wait_for 20 through
stopped radius
behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
must server-answers wait_for 20 served
watches

# One login so far. Counted when forgotten: cleanup_delay, here 1 s, after the answer.
check accepts wait_for 20 reads parameter accepts "1, fresh"
check rejects wait_for 20 reads parameter rejects "0, fresh"
logins 3 wrong $server
# A rate is there for as long as it lasts, which a busy machine may oversleep.
accepted=1
flowing() {
	logins 20 trial $server
	accepted=$((accepted + 20))
	wait_for 5 reads parameter accepting "[1-9][0-9.]* /s, fresh"
}
check accepting wait_for 60 flowing
check accepts-all wait_for 20 reads parameter accepts "$accepted, fresh"
check rejects-all wait_for 20 reads parameter rejects "3, fresh"
check accepting-over wait_for 20 reads parameter accepting "0 /s, fresh"
check accounted-none wait_for 20 reads parameter accounted "0, fresh"

# 3.2.1 counts what asks it for its status as well, later versions do not.
requests() {
	reads parameter requests "[0-9]+, fresh" || return 1
	sed -n 's/.*parameter requests: \([0-9]*\),.*/\1/p' "$dir/daemon.log" | tail -1
}
requests_at_least() {
	[ "$(requests)" -ge "$1" ]
}
check requests-at-least wait_for 20 requests_at_least 24

passed() {
	sed -n "s/.*parameter $1: \([0-9]*\), fresh.*/\1/p" "$dir/daemon.log" | tail -1
}
check passed-on-before wait_for 20 reads parameter passed-on "[0-9]+, fresh"
check came-back-before wait_for 20 reads parameter came-back "[0-9]+, fresh"
before=$(passed passed-on)
back=$(passed came-back)
logins 5 trial $in_front
check passed-on wait_for 20 reads parameter passed-on "$((before + 5)), fresh"
check came-back wait_for 20 reads parameter came-back "$((back + 5)), fresh"
check rtt wait_for 20 reads parameter rtt "[0-9.]+ ms, fresh"

# Of the servers behind it a proxy tells by number; names differ between versions.
check home-alive wait_for 20 reads parameter state "[01], fresh"
for port in "$radius_port" $((radius_port + 1)); do
	on aaa radmin -f "$dir/p/run/control.sock" \
		-e "set home_server state $server $port down" >/dev/null
done
check home-down wait_for 20 reads parameter state "5, fresh"
check no-such-home wait_for 20 reads parameter nobody \
	"0, unknown.*failed: the server passes nothing on to such a home server"
check no-proxy wait_for 20 reads parameter alone \
	"0, unknown.*failed: the server passes nothing on to such a home server"

# Its threads it tells from 3.2.2 on; before, it is said that it does not.
check threads-told wait_for 20 reads parameter max "(4, fresh|0, unknown.*failed)"
if reads parameter max "4, fresh"; then
	check threads-available wait_for 20 reads parameter available "[1-4], fresh"
else
	for value in available max total active; do
		check "unpublished-$value" wait_for 20 reads parameter "$value" \
			"0, unknown.*failed: the server does not publish its threads"
	done
fi
