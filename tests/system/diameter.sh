#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Diameter: a real freeDiameter watched, by the diameter, tcp and process probes, and its
# client, another, moved by nft-dnat: which is possible where the alternate has the same
# identity, and refused by the client where it has its own.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/watch-lib.sh"

for program in freeDiameterd nft conntrack; do
	command -v "$program" >/dev/null || skip "needs $program"
done

# Real addresses on the cable: freeDiameter refuses those of a loopback.
host nas
host aaa
link_hosts nas 10.76.1.1/24 aaa 10.76.1.2/24
server=10.76.1.11 alternate=10.76.1.12 other=10.76.1.13
for address in $server $alternate $other; do
	ip -n "bw-aaa-$$" addr add $address/24 dev to-nas
done

# peer HOST NAME IDENTITY ADDRESS [LINE...]: a freeDiameter.
peer() {
	peer_host=$1 peer_name=$2
	cat >"$dir/$2.conf" <<-END
		Identity = "$3";
		Realm = "test";
		ListenOn = "$4";
		SecPort = 0;
		No_SCTP;
		No_IPv6;
		TLS_DH_Bits = 1024;
		TcTimer = 2;
		TwTimer = ${WATCHDOG:-6};
		LoadExtension = "acl_wl.fdx" : "$dir/$2.acl";
	END
	shift 4
	printf '%s\n' "$@" >>"$dir/$peer_name.conf"
	behind "$peer_host" freeDiameterd -d -c "$dir/$peer_name.conf" >"$dir/$peer_name.log" 2>&1 &
	started "$peer_name"
}
for one in aaa1 aaa2 aaa3; do
	echo 'ALLOW_IPSEC nas.test probe.test' >"$dir/$one.acl"
done
: >"$dir/nas.acl"
peer aaa aaa1 aaa1.test $server
peer aaa aaa2 aaa1.test $alternate
peer aaa aaa3 aaa3.test $other
for one in aaa1 aaa2 aaa3; do
	check $one-starts wait_for 20 grep -q 'daemon initialized' "$dir/$one.log"
done
# asker IDENTITY=ADDRESS...: the client, connected to these.
asker() {
	peers=''
	for one in "$@"; do
		peers="$peers ConnectPeer = \"${one%=*}\" { ConnectTo = \"${one#*=}\"; No_TLS; };"
	done
	peer nas nas nas.test 10.76.1.1 "$peers"
}
# state IDENTITY STATE: the last that the client has said of that peer.
state() {
	grep "> '*STATE_.*'$1'" "$dir/nas.log" | tail -1 | grep -q "> '*STATE_$2"
}
# talks_to IDENTITY ADDRESS: it is open, to the server that says it has this address.
talks_to() {
	state "$1" OPEN &&
		grep "Capabilities-Exchange-Answer.*Origin-Host(264)\\[-M\\]=\"$1\"" "$dir/nas.log" |
		tail -1 | grep -q "Host-IP-Address(257)\\[-M\\]=$2 "
}
asker aaa1.test=$server
check client-connects wait_for 30 talks_to aaa1.test $server

# ---- watched ----

peer_probe() {
	echo "<diameter address=\"$1\" origin-host=\"$2\" origin-realm=\"test\"/>"
}
watched $server $alternate '<client name="nas1" address="10.76.1.1"/>' \
	"100 * up('diameterd')" "
	<parameter name=\"exchange\">$(peer_probe $server probe.test)</parameter>
	<parameter name=\"connect\"><tcp address=\"$server\" port=\"3868\"/></parameter>
	<parameter name=\"daemons\"><process name=\"freeDiameterd\"/></parameter>
	<parameter name=\"stranger\">$(peer_probe $server stranger.test)</parameter>
	<service name=\"diameterd\">$(peer_probe $server probe.test)</service>
	<service name=\"port\"><tcp address=\"$server\" port=\"3868\"/></service>
	<service name=\"daemon\"><process name=\"freeDiameterd\"/></service>"
daemon aaa
check exchange input_seen exchange 'ms, fresh, .*as value: result 2001 \(success\)$'
check stranger input_seen stranger 'ms, fresh, .*as value: result 3010 \(unknown peer\): '
check up input_seen diameterd 'up, .*as value: result 2001'
check tcp input_seen connect 'ms, fresh, .*as value: connected$'
check tcp-up input_seen port 'up, fresh'
check process input_seen daemons 'daemons: [1-9][0-9]*, fresh'
check process-up input_seen daemon 'up, fresh'
said_bye() {
	grep -q "'probe.test' sent a DPR with cause: DO_NOT_WANT_TO_TALK_TO_YOU" "$dir/aaa1.log"
}
check says-good-bye wait_for 10 said_bye
no_calls() {
	! grep -q "probe.test.*STATE_WAITCNXACK" "$dir/aaa1.log"
}
check is-not-called-back no_calls
check client-undisturbed talks_to aaa1.test $server

# ---- moved, to a peer of the same identity ----

hook="$root/client/hooks/nft-dnat $dir/hook.conf"
sed '/^ACTION=/d' "$root/doc/examples/hooks/diameter.conf" >"$dir/hook.conf"
client_xml nas1 10.76.1.1 $server $alternate "$hook"
# shellcheck disable=SC2046 # words
client nas nas1 $(client_rights)
check here wait_for 20 client_is nas1 here

# It accepts connections still: its kernel does.
kill -STOP "$(cat "$dir/aaa1.pid")"
check frozen-is-down input_seen diameterd 'down, .*timeout: no answer within'
check frozen-accepts input_seen port 'up, fresh'
check frozen-reads-as-timeout input_seen exchange 'exchange: 900 ms, fresh, .*timeout'
check away wait_for 20 client_is nas1 "away at aaa2"
# At its next packet the old connection is reset: that may be a watchdog's.
check away-talks wait_for 40 talks_to aaa1.test $alternate
kill -CONT "$(cat "$dir/aaa1.pid")"
check thawed input_seen diameterd 'up, '
check back wait_for 30 client_is nas1 here
check back-talks wait_for 40 talks_to aaa1.test $server
stopped nas1
stopped daemon

# One that lives, and whose packet is the first after the order, for its watchdog is the
# quicker one: a connection from before
# anybody tracked any is not the client's then, and nobody would translate it.
stopped nas
WATCHDOG=15 asker aaa1.test=$server
check server-speaks wait_for 30 talks_to aaa1.test $server
check living-failover hook_gives 0 "leads to $alternate" nas "$hook" failover $alternate
check living-talks wait_for 40 talks_to aaa1.test $alternate
check living-return hook_gives 0 "is itself again" nas "$hook" return
check living-back wait_for 40 talks_to aaa1.test $server
stopped nas
asker aaa1.test=$server

# ---- not moved, to one of its own identity ----

check other-failover hook_gives 0 "leads to $other" nas "$hook" failover $other
refused() {
	grep -q 'error occurred while processing incoming CEA' "$dir/nas.log"
}
check other-is-refused wait_for 40 refused
check other-return hook_gives 0 "is itself again" nas "$hook" return
check other-back wait_for 40 talks_to aaa1.test $server

# ---- a client with a list of its own: the server is refused, and the client chooses ----

stopped nas
asker aaa1.test=$server aaa3.test=$other
check list-both wait_for 30 talks_to aaa1.test $server
check list-both-other wait_for 30 talks_to aaa3.test $other
cp "$root/doc/examples/hooks/diameter.conf" "$dir/hook.conf"
check list-failover hook_gives 0 "is refused now" nas "$hook" failover $other
check list-verify hook_gives 10 "is refused" nas "$hook" verify
check list-left wait_for 40 state aaa1.test CLOSED
check list-other-stays talks_to aaa3.test $other
on nas nft add rule inet bellwether-aaa1 local-begun ip daddr $server drop
check list-edited hook_gives 1 "was changed by somebody" nas "$hook" verify
check list-return hook_gives 0 "is itself again" nas "$hook" return
check list-back wait_for 40 talks_to aaa1.test $server
check list-here hook_gives 0 "is itself" nas "$hook" verify
