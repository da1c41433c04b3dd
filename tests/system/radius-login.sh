#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Test logins at a real FreeRADIUS: passwords of every awkward length, the three verdicts,
# a server whose back end hangs, and one that is gone.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/radius-lib.sh"

digits=0123456789abcdefghijklmnopqrstuvwxyz
digits=$digits$digits$digits$digits
lengths="1 15 16 17 31 32 33 127 128"

# first COUNT: so many of the digits.
first() {
	printf "%.$1s" "$digits"
}

# login KIND NAME USER PASSWORD-FILE [MORE]
login() {
	echo "<$1 name=\"$2\"><radius-login server=\"127.0.0.11:$radius_port\"
		secret-file=\"radius.key\" user=\"$3\" password-file=\"$4\" ${5:-}/></$1>"
}

host aaa
given radius.key "$radius_secret"
given wrong.key another
monitor=
for length in $lengths; do
	given "pass$length" "$(first "$length")"
	monitor=$monitor$(login parameter "long$length" "$(first "$length")" "pass$length" \
		'value="verdict"')
done
given pass trial
watched "$monitor
	$(login parameter rtt bob pass)
	$(login parameter verdict bob pass 'value="verdict"')
	$(login service logins bob pass)
	$(login parameter rejected bob pass16 'value="verdict"')
	$(login service rejected-too bob pass16)
	$(login parameter challenged otp pass 'value="verdict"')
	$(login service challenged-too otp pass)
	$(login parameter placed bob pass 'value="verdict" nas-identifier="elsewhere"')
	$(login parameter stranger bob pass 'value="rtt"' | sed 's/radius.key/wrong.key/')"

# Everybody else's password is the name; who asks from elsewhere is nobody's user.
radius_write "$dir/a" aaa1 127.0.0.11 4 6
# shellcheck disable=SC2016 # an expansion of the server's
sed -i -e 's/^\t*always ok {$/always reject {\nrcode = reject\n}\n&/' \
	-e 's/^\t*Cleartext-Password := "trial"$/Cleartext-Password := "%{User-Name}"/' \
	-e 's/^\t*if (&User-Name == "slow") {$/if (\&NAS-Identifier == "elsewhere") {\n'\
'update reply {\nReply-Message := "not from there"\n}\nreject\n}\nif (\&User-Name == "otp") {\nupdate control {\n'\
'Response-Packet-Type := Access-Challenge\n}\n}\n&/' "$dir/a/radiusd.conf"
sed -i 's/^\t*pap$/if (\&User-Name =~ \/^(bob|otp|slow)$\/) {\nupdate control {\n'\
'Cleartext-Password := "trial"\n}\n}\n&/' "$dir/a/radiusd.conf"
behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
must server-answers wait_for 20 served
watches

for length in $lengths; do
	check "password-of-$length" wait_for 20 reads parameter "long$length" "1, fresh"
done
check latency wait_for 20 reads parameter rtt "[0-9.]+ ms, fresh"
check accepted wait_for 20 reads parameter verdict "1, fresh"
check service-up wait_for 20 reads service logins ".*, up,"
check rejected wait_for 20 reads parameter rejected "0, fresh"
check rejected-is-down wait_for 20 reads service rejected-too ".*, down,"
check challenged wait_for 20 reads parameter challenged "2, fresh"
check challenged-is-up wait_for 20 reads service challenged-too ".*, up,"
check client-is-told wait_for 20 reads parameter placed "0, fresh"
# A wrong secret is a silence, and counts as one.
check wrong-secret wait_for 20 reads parameter stranger "400 ms, fresh"

# A back end that hangs: no thread is free, and a status request would say nothing.
slow 8
check hangs wait_for 20 reads parameter rtt "400 ms, fresh"
check hangs-verdict wait_for 20 reads parameter verdict "0, fresh"
check hangs-service wait_for 20 reads service logins ".*, down,"
stopped radclient
check recovers wait_for 60 reads parameter verdict "1, fresh"
check recovers-service wait_for 20 reads service logins ".*, up,"

stopped radius
check gone wait_for 20 reads service logins ".*, down,"
check gone-verdict wait_for 20 reads parameter verdict "0, fresh"

# What lies in files closed to others is in no log.
check passwords-not-logged sh -c "! grep -q '$(first 128)' '$dir/daemon.log'"
