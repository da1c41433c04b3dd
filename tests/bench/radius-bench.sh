#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What the probes cost a real FreeRADIUS, against what it can do: its processor time for
# each status request and each test login of the daemon's, and for each of a flood of
# logins, side by side in one run; and what the helper that counts threads costs the host.
# BENCH_SECONDS: of probing (10). BENCH_LOGINS: of the flood (4000).
bench=radius-probes-cost
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
command -v freeradius >/dev/null 2>&1 && command -v radclient >/dev/null 2>&1 || {
	echo "bench: $bench not measured: needs FreeRADIUS"
	exit 0
}
. "$top_srcdir/tests/system/lib.sh"
. "$top_srcdir/tests/system/radius-lib.sh"
seconds=${BENCH_SECONDS:-10}
logins=${BENCH_LOGINS:-4000}

give_up() {
	echo "bench: $bench not measured: $*"
	exit 0
}

# spent: microseconds of processor time of the server since its start, all its threads.
spent() {
	cat /proc/"$(cat "$dir/radius.pid")"/task/*/schedstat |
		awk '{ ns += $1 } END { printf "%.0f\n", ns / 1000 }'
}
now() {
	date +%s%N | sed 's/...$//'
}

host aaa
given radius.key "$radius_secret"
given pass trial
at="secret-file=\"radius.key\""
watched "<parameter name=\"rtt\" every=\"100ms\"><radius-status
		server=\"127.0.0.11:$radius_status_port\" $at value=\"rtt\"/></parameter>
	<parameter name=\"login\" every=\"100ms\"><radius-login
		server=\"127.0.0.11:$radius_port\" $at user=\"bob\" password-file=\"pass\"/>
	</parameter>"
# A pool that neither grows nor shrinks, so that no thread's time is lost; no log of logins
# on either side.
radius_write "$dir/a" aaa1 127.0.0.11 8 6
sed -i 's/auth = yes/auth = no/' "$dir/a/radiusd.conf"
behind aaa freeradius -d "$dir/a" -f >"$dir/radius.log" 2>&1 &
started radius
wait_for 10 served || give_up "the server does not answer"

# Nothing asks.
from=$(spent)
sleep "$seconds"
still=$(($(spent) - from))

# The daemon asks ten times a second, each way.
daemon aaa
wait_for 20 grep -q "aaa1 performance" "$dir/daemon.log" || give_up "the daemon does not begin"
# Past its first round of everything.
sleep 2
from=$(spent)
sleep "$seconds"
asked=$(($(spent) - from))
wait_for 10 reads parameter login "[0-9.]+ ms, fresh" || give_up "no login was answered"
stopped daemon

# flood KIND PORT COUNT REQUEST: so many, as fast as it can bear, from a client for each 250:
# more would wait for an identifier to be free again. Sets $took and $spent_on.
flood() {
	seq 1 250 | sed "s/.*/$4,NAS-Port=&\n/" >"$dir/$1"
	from=$(spent) began=$(now)
	on aaa sh -c "for i in \$(seq 1 $(($3 / 250))); do
		radclient -q -r 9 -t 1 -p 8 -f $dir/$1 127.0.0.11:$2 $1 $radius_secret \
			>/dev/null 2>&1 &
	done; wait"
	took=$(($(now) - began)) spent_on=$(($(spent) - from))
}
asks=1000
flood status "$radius_status_port" $asks Message-Authenticator=0x00
status_on=$spent_on
flood auth "$radius_port" "$logins" User-Name=bob,User-Password=trial

awk -v seconds="$seconds" -v still="$still" -v asked="$asked" -v logins="$logins" \
	-v took="$took" -v flooded="$spent_on" -v status="$status_on" -v asks="$asks" -v bench="$bench" \
	-v processors="$(nproc)" 'BEGIN {
	idle = (asked - still) / (10 * seconds)
	login = flooded / logins
	busy = status / asks + login
	printf "bench: %s: a status request and a test login take %.0f us of a server at " \
		"rest, %.0f us of a busy one; a login %.0f us\n", bench, idle, busy, login
	printf "bench: %s: %d processors bear %.0f logins/s by that (the flood, which waits " \
		"for its clients, made %.0f)\n", bench, processors, processors * 1e6 / login,
		logins / took * 1e6
	printf "bench: %s: both at 1 s take %.4f%% of the capacity when busy, %.4f%% at rest " \
		"(goal: below 0.1%%)\n", bench, busy / processors / 1e4, idle / processors / 1e4
}'

# The helper: all of a process, from its start to its end.
runs=100 pid=$(cat "$dir/radius.pid")
if "$programs/radius-threads" -m 8 no-such-server >/dev/null; [ $? -eq 2 ]; then
	began=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
	i=0
	while [ "$i" -lt "$runs" ]; do
		on aaa "$programs/radius-threads" -m 8 -p "$pid" freeradius >"$dir/line"
		i=$((i + 1))
	done
	ended=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
	began_without=$ended i=0
	while [ "$i" -lt "$runs" ]; do
		on aaa true
		i=$((i + 1))
	done
	ended_without=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
	sed "s/^/# /" "$dir/line"
	echo "$began $ended $began_without $ended_without $(nproc) $runs $(getconf CLK_TCK)" |
		awk -v bench="$bench" '{
		ms = (($2 - $1) - ($4 - $3)) / $7 / $6 * 1000
		printf "bench: %s: radius-threads takes %.1f ms more than /bin/true a run; at 1 s " \
			"%.3f%% of this host (%d processors)\n", bench, ms, ms / 10 / $5, $5
	}'
fi
