#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A real FreeRADIUS that stands still while requests flood in: what waits and what is lost
# in its socket, as the daemon reads it, shows it by SNMP, and decides by it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/radius-lib.sh"

host aaa
backlog="<udp-backlog port=\"$radius_port\""
watched "<parameter name=\"waiting\">$backlog/></parameter>
	<parameter name=\"drops\">$backlog value=\"drops\"/></parameter>
	<parameter name=\"lost\" rate=\"yes\">$backlog value=\"drops\"/></parameter>" \
	'<performance function="100"/>
	<failover threshold="1" for="1m"><when name="flooded" test="$lost > 10" for="0"/>
	<step><select all="yes"/></step></failover>
	<connection threshold="60" for="3s"/>'
(umask 077 && echo "rocommunity public 127.0.0.1" >"$dir/snmp.conf")
# shellcheck disable=SC2034 # of daemon()
daemon_options="--master udp:127.0.0.1:1161 --snmp-conf $dir/snmp.conf"

radius_write "$dir/a" aaa1 127.0.0.11 2 6
behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
must server-answers wait_for 20 served
watches

# shows PARAMETER PATTERN: the board, as an NMS sees it.
shows() {
	on aaa "$programs/bellwether" parameters -v 2c -c public \
		--agent udp:127.0.0.1:1161 >"$dir/board.log" 2>&1
	grep -Eq "^$1 .*$2" "$dir/board.log"
}
met() {
	said_condition=$(grep -c "status: aaa1: condition flooded" "$dir/daemon.log")
	reads parameter waiting . &&
		[ "$(grep -c "status: aaa1: condition flooded" "$dir/daemon.log")" -gt \
			"$said_condition" ] &&
		grep "status: aaa1: condition flooded" "$dir/daemon.log" | tail -1 |
		grep -q "condition flooded $1"
}

check calm-queue wait_for 20 reads parameter waiting "0 B, fresh"
check calm-drops wait_for 20 reads parameter drops "0, fresh"
check calm-rate wait_for 20 reads parameter lost "0 /s, fresh"
check calm-on-the-board wait_for 20 shows lost "[[:space:]]0"
check calm-not-met wait_for 20 met no

# flood COUNT EVERY: datagrams of 1000 bytes, with so many seconds between each hundred.
flood() {
	behind aaa perl -MIO::Socket::INET -e '
		my ($port, $count, $every) = @ARGV;
		my $to = IO::Socket::INET->new(Proto => "udp",
			PeerAddr => "127.0.0.11:$port") or die;
		for (1 .. $count) {
			$to->send("\1" . "x" x 999);
			select undef, undef, undef, $every unless $_ % 100;
		}' "$radius_port" "$1" "$2" &
	started flood
}
kill -STOP "$(cat "$dir/radius.pid")"
flood 60000 0.05
check flooded-queue wait_for 20 reads parameter waiting "[1-9][0-9]{4,} B, fresh"
check flooded-rate wait_for 20 reads parameter lost "[1-9][0-9.e+]* /s, fresh"
check flooded-met wait_for 20 met yes
check flooded-on-the-board wait_for 20 shows lost "[[:space:]][1-9]"
stopped flood
check over-rate wait_for 20 reads parameter lost "0 /s, fresh"
check over-drops-stay wait_for 20 reads parameter drops "[1-9][0-9.e+]*, fresh"
check over-queue-stays wait_for 20 reads parameter waiting "[1-9][0-9]{4,} B, fresh"
kill -CONT "$(cat "$dir/radius.pid")"
check read-at-last wait_for 20 reads parameter waiting "0 B, fresh"

stopped radius
check gone wait_for 20 reads parameter waiting ".*absent: no socket is bound to the port"
