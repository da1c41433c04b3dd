#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The probe that bellwether-probes(7) writes in ten lines, as it stands there, with the
# elements of the policy that stand beside it, asked by the daemon.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/watch-lib.sh"

# written PAGE NUMBER: that literal block of the page, as its reader copies it.
written() {
	awk -v wanted="$2" '
	/^\.Bd -literal/ { inside = ++block == wanted; next }
	/^\.Ed/ { inside = 0 }
	inside { gsub(/\\e/, "\\"); print }' "$root/doc/$1"
}
lines() {
	[ "$(grep -c . "$1")" -le 10 ]
}

host aaa
server=127.0.0.11 alternate=127.0.0.12

written bellwether-probes.7 1 >"$dir/check_spool"
check is-a-script [ "$(head -1 "$dir/check_spool")" = '#!/bin/sh' ]
check in-ten-lines lines "$dir/check_spool"
chmod 755 "$dir/check_spool"
mkdir -m 755 "$dir/spool"
elements=$(written bellwether-probes.7 2 |
	sed "s|/usr/local/lib/check_spool|$dir/check_spool|; s|/var/spool/example|$dir/spool|")
watched $server $alternate '<client name="nas1" address="127.0.0.21"/>' \
	"100 * up('spooler')" "$(echo "$elements" | sed 's/every="5s"/every="1s"/;
	s/timeout="2s"/timeout="900ms"/')"
daemon aaa
check critical input_seen spooler 'spooler: mandatory, down, .*CRITICAL - nobody takes logins'
check number-when-critical input_seen waiting 'waiting: 0, fresh'
# Whom kill -0 reaches: a process of the user that the probe runs as.
setpriv --reuid nobody --clear-groups sleep 600 &
started taker
cat "$dir/taker.pid" >"$dir/spool/taken-by"
check fine input_seen spooler 'up, .*value: OK - 0 wait$'
: >"$dir/spool/one.login"
: >"$dir/spool/two.login"
check number input_seen waiting 'waiting: 2, fresh, .*OK - 2 wait$'
touch -d '2 minutes ago' "$dir/spool/two.login"
check warning input_seen spooler 'up, .*value: WARNING - 1 wait for a minute$'
mv "$dir/spool" "$dir/elsewhere"
check unknown input_seen spooler 'unknown, .*failed: exit status 3: UNKNOWN - '
mv "$dir/elsewhere" "$dir/spool"
check again input_seen spooler 'up, '
stopped daemon
