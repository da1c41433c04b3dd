#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The hook nft-dnat, IPv4 and IPv6, for a router's own logins and those it routes, from
# fresh and from lasting sockets: by the first server, by the alternate, and back.
. "$(dirname "$0")/lib.sh"
. "$root/scripts/radius.sh"

for program in freeradius radclient nft conntrack perl; do
	command -v "$program" >/dev/null || skip "needs $program"
done
hook="$root/client/hooks/nft-dnat $dir/hook.conf"
VERIFY=1s
radius_clients='10.78.0.0/16 fd78::/16'

# lan - nas - aaa; both servers run on aaa, under addresses of their own.
host lan
host nas
host aaa
link_hosts lan 10.78.1.2/24 nas 10.78.1.1/24
link_hosts nas 10.78.2.1/24 aaa 10.78.2.2/24
for net in 'lan to-nas fd78:1::2/64' 'nas to-lan fd78:1::1/64' 'nas to-aaa fd78:2::1/64' \
	'aaa to-nas fd78:2::2/64'; do
	# shellcheck disable=SC2086 # three words
	set -- $net
	ip -n "bw-$1-$$" addr add "$3" dev "$2" nodad
done
for address in 10.78.9.11/32 10.78.9.12/32 fd78:9::11/128 fd78:9::12/128; do
	ip -n "bw-aaa-$$" addr add "$address" dev lo
done
ip -n "bw-lan-$$" route add default via 10.78.1.1
ip -n "bw-lan-$$" -6 route add default via fd78:1::1
ip -n "bw-nas-$$" route add 10.78.9.0/24 via 10.78.2.2
ip -n "bw-nas-$$" -6 route add fd78:9::/64 via fd78:2::2
ip -n "bw-aaa-$$" route add default via 10.78.2.1
ip -n "bw-aaa-$$" -6 route add default via fd78:2::1
on nas sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

radius_write "$dir/a" aaa1 10.78.9.11 4 5
radius_write "$dir/b" aaa2 10.78.9.12 4 5
radius_write "$dir/a6" aaa1 fd78:9::11 4 5
radius_write "$dir/b6" aaa2 fd78:9::12 4 5
for radius in a b a6 b6; do
	behind aaa freeradius -d "$dir/$radius" -f >"$dir/$radius.log" 2>&1 &
	started $radius
done

# A client with one connected socket for good, as hostapd's: a login a line of its input,
# "in.HOST", whose answer, or "nobody", is a line of "out.HOST".
cat >"$dir/lasting.pl" <<'END'
use strict;
use warnings;
use Digest::MD5 'md5';
use IO::Socket::IP;
my ($server, $port, $secret) = @ARGV;
my $socket = IO::Socket::IP->new(PeerHost => $server, PeerPort => $port, Proto => 'udp')
    or die "$server: $@";
my $id = 0;
$| = 1;
while (<STDIN>) {
	my $seed = pack 'N4', map { int rand 2**32 } 1 .. 4;
	my $password = pack('a16', 'trial') ^ md5($secret . $seed);
	my $attributes = pack('CCa*', 1, 5, 'bob') . pack('CCa*', 2, 18, $password);
	$id = ($id + 1) % 256;
	my ($ready, $reply, $text) = ('', '', 'nobody');
	vec($ready, fileno $socket, 1) = 1;
	$socket->send(pack('CCna16', 1, $id, 20 + length $attributes, $seed) . $attributes);
	if (select $ready, undef, undef, 8) {
		$socket->recv($reply, 4096);
		$text = $1 if defined $reply && substr($reply, 20) =~ /\x12.(\w+)/s;
	}
	print "$text\n";
}
END

# lasting HOST
lasting() {
	rm -f "$dir/in.$1"
	mkfifo "$dir/in.$1"
	: >"$dir/out.$1"
	behind "$1" perl "$dir/lasting.pl" "$server" "$radius_port" "$radius_secret" \
		<"$dir/in.$1" >"$dir/out.$1" 2>"$dir/lasting-$1.log" &
	started "lasting-$1"
}
said_more() {
	[ "$(wc -l <"$dir/out.$1")" -gt "$2" ]
}
# lasting_by HOST NAME: the next login from its socket is answered by NAME.
lasting_by() {
	before=$(wc -l <"$dir/out.$1")
	case $1 in
	nas) echo login >&8 ;;
	lan) echo login >&9 ;;
	esac
	wait_for 20 said_more "$1" "$before"
	[ "$(tail -1 "$dir/out.$1")" = "$2" ]
}
# fresh_by HOST NAME: as is one from a socket of its own.
fresh_by() {
	[ "$(on "$1" sh -c ". $root/scripts/radius.sh; radius_ask $at bob 8")" = "$2" ]
}
all_by() {
	wrong=
	for who in nas lan; do
		fresh_by "$who" "$1" || wrong="$wrong fresh $who"
		lasting_by "$who" "$1" || wrong="$wrong lasting $who"
	done
	[ -z "$wrong" ] || echo "# not answered by $1:$wrong"
	[ -z "$wrong" ]
}
by_hand() {
	hook_gives "$1" "$2" nas "$hook" "$3" "${4:-}" "${5:-}"
}
no_table() {
	! on nas nft list tables | grep -q bellwether
}

sed -e "s/^PORTS=.*/PORTS=$radius_port/" -e 's/^CLIENTS=.*/CLIENTS=local routed/' \
	"$root/doc/examples/hooks/nft-dnat.conf" >"$dir/hook.conf"
# The other rules of a router; with these the kernel tracks flows from their beginning.
router_rules() {
	on nas nft 'table inet router {
		chain forward {
			type filter hook forward priority 0
			ct state established,related accept
		}
		chain input {
			type filter hook input priority 0
			ct state established,related accept
		}
	}'
}

# scenario FAMILY SERVER ALTERNATE
scenario() {
	family=$1 server=$2 alternate=$3
	case $2 in
	*:*) at="[$2]" client_address=fd78:2::1 ;;
	*) at=$2 client_address=10.78.2.1 ;;
	esac
	check "$family-servers-answer" wait_for 20 fresh_by lan aaa1
	lasting nas
	lasting lan
	exec 8>"$dir/in.nas" 9>"$dir/in.lan"
	router_rules
	there_and_back "$family" aaa nas "$client_address" all_by
	check "$family-back-leaves-nothing" no_table

	# Somebody loads their own rules, and all others are gone: logins are here again,
	# and verify says so, by itself every second.
	client nas nas1
	check "$family-by-hand" by_hand 0 "leads to $3 now" failover "$3"
	check "$family-by-hand-login" lasting_by nas aaa2
	check "$family-client-finds-away" wait_for 15 client_is nas1 away
	on nas nft flush ruleset
	check "$family-client-finds-here" wait_for 15 client_is nas1 here
	stopped nas1
	check "$family-flushed-login" fresh_by nas aaa1
	check "$family-flushed-verify" by_hand 0 "there is no table" verify
	check "$family-again" by_hand 0 "leads to $3 now" failover "$3"
	check "$family-again-login" fresh_by nas aaa2
	check "$family-return" by_hand 0 "is itself again" return
	check "$family-return-twice" by_hand 0 "is itself again" return
	exec 8>&- 9>&-
	stopped lasting-nas
	stopped lasting-lan
}

scenario v4 10.78.9.11 10.78.9.12
scenario v6 fd78:9::11 fd78:9::12

# ---- TCP ----

# A server that answers each line by its name, and a client that asks once a line.
cat >"$dir/tcp.pl" <<'END'
use strict;
use warnings;
use IO::Socket::IP;
my ($what, $address, $name) = @ARGV;
$| = 1;
$SIG{CHLD} = $SIG{PIPE} = 'IGNORE';
if ($what eq 'serve') {
	my $all = IO::Socket::IP->new(LocalHost => $address, LocalPort => 49, Listen => 5,
		ReuseAddr => 1) or die "$address: $@";
	while (my $one = $all->accept) {
		next if fork;
		print $one "$name\n" while <$one>;
		exit;
	}
}
my $one = IO::Socket::IP->new(PeerHost => $address, PeerPort => 49, Timeout => 8);
while (<STDIN>) {
	local $SIG{ALRM} = sub { die };
	my $answer;
	alarm 8;
	eval { print $one "x\n"; $one->flush; $answer = <$one>; };
	alarm 0;
	print $@ ? "nobody\n" : $answer // "reset\n";
}
END
server=10.78.9.11
for at in '1 aaa1' '2 aaa2'; do
	behind aaa perl "$dir/tcp.pl" serve "10.78.9.1${at% *}" "${at#* }" \
		>"$dir/tcp-${at#* }.log" 2>&1 &
	started "tcp-${at#* }"
done
tcp_by() {
	[ "$(echo x | on lan perl "$dir/tcp.pl" ask $server)" = "$1" ]
}
printf 'CLIENTS=routed\nPROTOCOL=tcp\nPORTS=49\n' >"$dir/tcp.conf"
tcp_hook() {
	hook_gives "$1" "$2" nas "${hook%% *} $dir/tcp.conf" "$3" 10.78.9.12
}
router_rules
check tcp-here wait_for 20 tcp_by aaa1
rm -f "$dir/in.lan" && mkfifo "$dir/in.lan" && : >"$dir/out.lan"
behind lan perl "$dir/tcp.pl" ask $server <"$dir/in.lan" >"$dir/out.lan" 2>"$dir/tcp.log" &
started lasting-lan
exec 9>"$dir/in.lan"
check tcp-lasting-here lasting_by lan aaa1
check tcp-failover tcp_hook 0 "leads to 10.78.9.12 now" failover
check tcp-away tcp_by aaa2
check tcp-lasting-is-reset lasting_by lan reset
check tcp-verify tcp_hook 10 "leads to 10.78.9.12:49" verify
check tcp-return tcp_hook 0 "is itself again" return
check tcp-back tcp_by aaa1
exec 9>&-
stopped lasting-lan
on nas nft flush ruleset

# ---- what it says when it cannot ----

server=10.78.9.11
check other-family by_hand 1 "of the family of 10.78.9.11" failover fd78:9::12
check refusal-leaves-nothing no_table
check by-order-to-another-port by_hand 0 "leads to" failover 10.78.9.12 1999
rules_have() {
	on nas nft list table inet bellwether-aaa1 | grep -q "dnat ip to 10.78.9.12:$1\$"
}
check another-port rules_have 1999
on nas nft add rule inet bellwether-aaa1 local ip daddr 10.78.9.11 drop
check edited-is-unknown by_hand 1 "was changed by somebody" verify
check edited-comes-back by_hand 0 "is itself again" reconnect
check no-rights hook_gives 1 "run bellwether-client as root" nas \
	"setpriv --bounding-set=-all --inh-caps=-all $hook" verify
HOOK_PATH=/nowhere:$dir/bin
mkdir "$dir/bin"
for tool in dirname readlink head nft; do
	ln -s "$(command -v $tool)" "$dir/bin/$tool"
done
check no-conntrack hook_gives 1 "apt-get install conntrack" nas "$hook" verify
unset HOOK_PATH
for wrong in 'PORTS=x|is no port' 'PORTS=|name at least one' 'PROTOCOL=icmp|udp or tcp' \
	'PORTS=0049|is no port' 'CLIENTS=all|local, routed, or both' \
	'CLIENTS=|local, routed, or both' 'TABLE=a;b|a letter, then' \
	'ACTION=refuse|a datagram has nobody' 'ACTION=x|translate or refuse' 'ALTERNATE_PORTS=1 2|as many ports' 'PORT=1|no such setting' 'nonsense|neither'; do
	echo "${wrong%|*}" >"$dir/wrong.conf"
	[ "${wrong#ALT}" = "$wrong" ] || echo "PORTS=1" >>"$dir/wrong.conf"
	check "refuses-${wrong%%[=|]*}" hook_gives 1 "${wrong#*|}" nas "${hook%% *} $dir/wrong.conf" verify
done
