#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The default performance, with a real FreeRADIUS's threads and nothing else said: when
# none is left its clients move, when they come back so do the clients.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/radius-lib.sh"

command -v setcap >/dev/null || skip "needs setcap (libcap2-bin)"

# The processor's part of the default performance is that of a host at rest, whatever runs
# here besides: figures of this test, for the daemon alone.
figures() {
	printf 'cpu  %015d 0 0 %015d 0 0 0 0\ncpu0 %015d 0 0 %015d 0 0 0 0\n' \
		"$1" "$2" "$1" "$2" | dd of="$dir/stat" conv=notrunc status=none
}
printf 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n' >"$dir/pressure"
figures 1000 1000
(
	tick=1000
	while [ -f "$dir/stat" ]; do
		tick=$((tick + 1))
		figures "$((1000 + tick / 100))" "$tick"
		sleep 0.05
	done
) 2>/dev/null &
started figures

count() {
	echo "<parameter name=\"$1\"><radius-threads process=\"freeradius\" max=\"4\"
		value=\"$1\"/></parameter>"
}
host aaa
watched "$(count threads-available) $(count threads-max)" \
	'<failover threshold="30" for="2s"><step><select all="yes"/></step></failover>
	<connection threshold="60" for="2s"><batch size="50" every="1s"/></connection>'
radius_write "$dir/a" aaa1 127.0.0.11 4 8
behind aaa freeradius -d "$dir/a" -f -l stdout >"$dir/radius.log" 2>&1 &
started radius
must server-answers wait_for 20 served
with_helper "$dir/helper-there" "setcap cap_sys_ptrace,cap_dac_read_search=ep"
cat >"$dir/with-helper" <<END
#!/bin/sh
mount --bind $dir/stat /proc/stat || exit 1
[ ! -e /proc/pressure/memory ] || mount --bind $dir/pressure /proc/pressure/memory || exit 1
exec $dir/helper-there "\$@"
END
chmod 755 "$dir/with-helper"
watches "$dir/with-helper"
simulated aaa all
check all-here wait_for 20 clients_are here 30

performs() {
	tail -1 "$dir/daemon.log" | grep -Eq "performance $1 "
}
check no-limit wait_for 20 performs '(9[0-9]|100)\.[0-9]'
orders() {
	grep -c "verdict: failover yes" "$dir/daemon.log"
}
check nothing-while-well [ "$(orders)" -eq 0 ]

slow 12
check drowned wait_for 20 performs '0\.0'
check clients-move wait_for 20 clients_are away 30
check because-of-threads grep -q "verdict: failover yes.*threads-available 0" "$dir/daemon.log"
stopped radclient
check clients-come-back wait_for 60 clients_are here 30
check performs-again wait_for 20 performs '(9[0-9]|100)\.[0-9]'

# Gone is as bad as drowned: no thread is available of a server that is not there.
stopped radius
check clients-move-again wait_for 20 clients_are away 30
