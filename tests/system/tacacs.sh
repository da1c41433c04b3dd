#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# TACACS+: a server watched by the tacacs probe, and its clients moved by nft-dnat when it
# sends them elsewhere itself: fresh logins, one that is half-way, and back.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/watch-lib.sh"

for program in nft conntrack perl tshark; do
	command -v "$program" >/dev/null || skip "needs $program"
done
perl -MAuthen::TacacsPlus -e 1 2>/dev/null || skip "needs libauthen-tacacsplus-perl"

host nas
host aaa
link_hosts nas 10.77.1.1/24 aaa 10.77.1.2/24
server=10.77.9.11 alternate=10.77.9.12
for address in $server $alternate; do
	ip -n "bw-aaa-$$" addr add $address/32 dev lo
done
ip -n "bw-nas-$$" route add 10.77.9.0/24 via 10.77.1.2

# mode NAME WORD: what that server does from the next connection on.
mode() {
	echo "$2" >"$dir/$1/mode.new" && mv "$dir/$1/mode.new" "$dir/$1/mode"
}
# set_secret NAME TEXT
set_secret() {
	echo "$2" >"$dir/$1/secret.new" && mv "$dir/$1/secret.new" "$dir/$1/secret"
}
for name_at in "aaa1 $server" "aaa2 $alternate"; do
	one=${name_at% *}
	mkdir "$dir/$one"
	: >"$dir/$one/log"
	set_secret "$one" trial
	mode "$one" serve
	behind aaa perl "$root/tests/system/tacacs.pl" serve "${name_at#* }" "$dir/$one" \
		>"$dir/$one.log" 2>&1 &
	started "$one"
done

logged() {
	grep -c "$2" "$dir/$1/log"
}
has_logged() {
	[ "$(logged "$1" "$2")" -gt "$3" ]
}
# login PASSWORD: by a client that others wrote; prints the verdict.
login() {
	on nas perl -MAuthen::TacacsPlus -e '
		my $tac = Authen::TacacsPlus->new(Host => $ARGV[0], Key => "trial", Port => 49,
			Timeout => 5) or do { print "nobody\n"; exit };
		print $tac->authen("bob", $ARGV[1]) ? "granted\n" : "refused\n"' $server "$1" \
		2>/dev/null
}
# login_by NAME: a login now is granted by that server.
login_by() {
	count=$(logged "$1" 'granted bob')
	[ "$(login trial)" = granted ] && [ "$(logged "$1" 'granted bob')" -gt "$count" ]
}

# ---- the test's server speaks TACACS+ ----

check server-grants wait_for 10 login_by aaa1
check server-refuses [ "$(login other)" = refused ]

# ---- watched ----

secret_file tacacs.key trial
secret_file wrong.key another
watched $server $alternate '<client name="nas1" address="10.77.1.1"/>' \
	"100 * up('tacacsd')" "
	<parameter name=\"login\"><tacacs address=\"$server\" secret-file=\"tacacs.key\"
		user=\"bob\"/></parameter>
	<parameter name=\"wrong\"><tacacs address=\"$server\" secret-file=\"wrong.key\"/></parameter>
	<service name=\"tacacsd\"><tacacs address=\"$server\" secret-file=\"tacacs.key\"/></service>
	<service name=\"wrongd\"><tacacs address=\"$server\" secret-file=\"wrong.key\"/></service>
	<service name=\"nobody\"><tacacs address=\"$server\" port=\"50\"
		secret-file=\"tacacs.key\"/></service>"
behind aaa tshark -q -i lo -w "$dir/tacacs.pcap" tcp port 49 >"$dir/tshark.log" 2>&1 &
started tshark
check capture wait_for 20 grep -q Capturing "$dir/tshark.log"
daemon aaa
check latency input_seen login 'fresh, .*as value: GETPASS$'
check latency-in-ms input_seen login 'login: [0-9.e-]+ ms, '
check service-up input_seen tacacsd ': none, up, .*value: GETUSER$'
check port-closed input_seen nobody 'down, .*absent: connection refused$'
check wrong-secret input_seen wrong "unknown, .*failed: .*is the secret the server's\\?\$"
mode aaa1 close
check wrong-secret-closed input_seen wrong 'unknown, .*failed: the server closed without an answer:'
mode aaa1 serve
check wrong-secret-is-not-down input_seen wrongd 'unknown, .*failed: '
check named wait_for 10 has_logged aaa1 '^start bob at bellwether$' 2
check given-up wait_for 10 has_logged aaa1 '^abort$' 4
# One that ran out of time may have just left; such are the fewest.
check leaving-is-told [ "$(logged aaa1 '^left$')" -lt "$(logged aaa1 '^abort$')" ]

# A third implementation reads what was said.
stopped tshark INT
tshark -r "$dir/tacacs.pcap" -o tacplus.key:trial -V -Y tacplus 2>/dev/null >"$dir/dissected"
# sessions PATTERN: those with a packet of which the dissector says so.
sessions() {
	awk -v RS= -v pattern="$1" '
	/Session ID:/ { session = $0; sub(/.*Session ID: /, "", session); sub(/\n.*/, "", session) }
	$0 ~ pattern { print session }' "$dir/dissected" | sort -u
}
check dissected [ "$(sessions 'Action: Inbound Login.*ASCII.*User: bob.*Port: bellwether' |
	wc -l)" -ge 2 ]
check abort-dissected [ "$(sessions 'Sequence number: 3.*Flags: 0x01' | wc -l)" -ge 2 ]
# But for those of the wrong key, which mean nothing to it either.
sessions Malformed >"$dir/malformed"
check not-malformed [ "$(sessions 'Status: Send' | grep -cxFf "$dir/malformed")" -eq 0 ]

# ---- moved ----

hook="$root/client/hooks/nft-dnat $dir/hook.conf"
cp "$root/doc/examples/hooks/tacacs.conf" "$dir/hook.conf"
client_xml nas1 10.77.1.1 $server $alternate "$hook"
# shellcheck disable=SC2046 # words
client nas nas1 $(client_rights)
check here wait_for 20 client_is nas1 here
check here-login login_by aaa1

# A login that waits for its user at the terminal.
mkfifo "$dir/typed"
: >"$dir/terminal"
behind nas perl "$root/tests/system/tacacs.pl" halfway $server trial <"$dir/typed" \
	>"$dir/terminal" 2>&1 &
started halfway
exec 9>"$dir/typed"
check half-way wait_for 20 grep -q GETPASS "$dir/terminal"

mode aaa1 error
check error-is-down input_seen tacacsd \
	'down, .*absent: the server answered ERROR: the directory is down$'
check error-reads-as-timeout input_seen login 'login: 900 ms, fresh, .*absent: '
check away wait_for 20 client_is nas1 "away at aaa2"
check away-login login_by aaa2
check away-verified hook_gives 10 "leads to $alternate:49" nas "$hook" verify
# Its connection is no longer known anywhere: it must begin anew.
echo >&9
check half-way-is-reset wait_for 20 grep -qx reset "$dir/terminal"
check half-way-not-granted [ "$(cat "$dir"/aaa?/log | grep -c 'granted bob')" -ge 3 ]
exec 9>&-

mode aaa1 serve
check serves-again input_seen tacacsd ': none, up, '
check back wait_for 30 client_is nas1 here
check back-login login_by aaa1

mode aaa1 mute
check mute-is-down input_seen tacacsd 'down, .*timeout: no answer within 900 ms$'
check mute-away wait_for 20 client_is nas1 "away at aaa2"
check mute-away-login login_by aaa2
mode aaa1 serve
check mute-back wait_for 30 client_is nas1 here
check mute-back-login login_by aaa1

# A secret that was changed at one end moves nobody, and is told.
set_secret aaa1 changed
check changed-secret input_seen tacacsd "unknown, .*is the secret the server's\\?\$"
check changed-secret-moves-nobody client_is nas1 here
set_secret aaa1 trial
check right-again input_seen tacacsd ': none, up, '
