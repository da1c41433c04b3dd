#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A real FreeRADIUS whose threads are all blocked: the failover leaves within `for` plus
# two intervals of the moment that blocked them, and not before.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/wire.sh"
. "$(dirname "$0")/pauses-lib.sh"
. "$root/scripts/radius.sh"

command -v freeradius >/dev/null && command -v radclient >/dev/null || skip "needs FreeRADIUS"

host aaa
secret "$dir/aaa1.key"
(umask 077 && printf '%s' "$radius_secret" >"$dir/status.key")
cat >"$dir/policy.xml" <<END
<policy xmlns="urn:bellwether:policy:1">
  <server name="aaa1" address="127.0.0.11" transport="icmp">
    <key id="1" file="aaa1.key" algorithm="hmac-sha256"/>
  </server>
  <alternates><alternate name="aaa2" address="127.0.0.12"/></alternates>
  <monitor interval="1s" timeout="500ms">
    <parameter name="rtt" unit="ms">
      <radius-status server="127.0.0.11:$radius_status_port" secret-file="status.key"
                     value="rtt"/>
    </parameter>
  </monitor>
  <performance function="100 - \$rtt div 10"/>
  <failover threshold="1" for="1m">
    <when name="blocked" test="\$rtt >= 450" for="3s"/>
    <step><select all="yes"/></step>
  </failover>
  <connection threshold="60" for="3s"><batch size="50" every="1s"/></connection>
  <clients hello="10s"><range name="ap-%d" prefix="127.1.0.0/27"/></clients>
</policy>
END
chown "$daemon_user" "$dir/aaa1.key" "$dir/status.key"

# The threads stay blocked for longer than this test looks.
radius_write "$dir/a" aaa1 127.0.0.11 8 15
behind aaa freeradius -d "$dir/a" -f >"$dir/radius.log" 2>&1 &
started radius
answers() {
	[ "$(on aaa sh -c ". $root/scripts/radius.sh; radius_ask 127.0.0.11 bob 4")" = aaa1 ]
}
check server-answers wait_for 20 answers

metronomes
capture aaa "$dir/radius.pcapng" "udp dst port $radius_port"
daemon aaa
simulated aaa all
check all-here wait_for 20 clients_are here 30

# Time enough for `for` to have passed were anything met while the server is well.
sleep 4
calm=$(messages "$dir/radius.pcapng" | awk '$4 == "01"' | wc -l)
check nothing-while-well [ "$calm" -eq 0 ]

seq 1 32 | sed 's/.*/User-Name=slow,User-Password=trial,NAS-Port=&\n/' >"$dir/requests"
behind aaa radclient -q -r 1 -t 60 -p 32 -f "$dir/requests" "127.0.0.11:$radius_port" auth \
	"$radius_secret" >/dev/null 2>&1 &
started radclient

ordered() {
	messages "$dir/radius.pcapng" | awk '$4 == "01"' | grep -q .
}
check failover-fires wait_for 30 ordered
stopped capture INT
first=$(messages "$dir/radius.pcapng" | awk '$4 == "01" { print $1; exit }')
# What blocks the threads, as it was on the wire: to start a program takes its own time.
blocked=$(tshark -r "$dir/radius.pcapng" -Y "udp.dstport == $radius_port" -T fields \
	-e frame.time_epoch 2>/dev/null | head -1)
check blocked-on-the-wire [ -n "$blocked" ]
took=$(echo "${blocked:-0} ${first:-0}" | awk '{ print $2 - $1 }')
still=$(still "${blocked:-0}" "${first:-0}")
echo "# first order after $took s; for is 3 s, the interval 1 s; $still s stood still"
check not-before-for [ "$(echo "$took" | awk '{ print ($1 >= 3) }')" = 1 ]
check within-for-and-two-intervals [ "$(echo "$took $still" |
	awk '{ print ($1 <= 5 + $2) }')" = 1 ]
check all-away wait_for 20 clients_are away 30
