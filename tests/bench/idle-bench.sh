#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What a daemon with nothing to do costs: 20 parameters at 1 s, 1,000 clients, its own SNMP
# master, all its processes together; beside it a loop that only reads the same files.
# The parameters: the nine built in (cpu memory swap processes load network and three of
# pressure), seven files, two udp-backlog, an object of an SNMP agent, which the poller asks,
# and a command: /bin/echo, whose own time is the runner's; where there is no control group to
# count it, in ticks of the clock, which are coarse for something that short.
# BENCH_SECONDS: for how long (60).
bench=idle
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
. "$top_srcdir/tests/system/lib.sh"
seconds=${BENCH_SECONDS:-60}

# family PROCESS: it and all below it.
family() {
	echo "$1"
	for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		family "$child"
	done
}

role_of() {
	tr '\0' ' ' <"/proc/$1/cmdline" | awk '{ print $2 ~ /^-/ ? "engine" : $2 }'
}

# count_commands: the runner, and with it what it starts, gets a control group.
count_commands() {
	for folder in /sys/fs/cgroup/cpuacct /sys/fs/cgroup; do
		group=$(mktemp -d "$folder/bellwether-XXXXXX" 2>/dev/null) || continue
		for pid in $(family "$(cat "$dir/daemon.pid")"); do
			[ "$(role_of "$pid")" != runner ] || echo "$pid" >"$group/cgroup.procs"
		done
		[ -e "$group/cpuacct.usage" ] || grep -qs usage_usec "$group/cpu.stat" && return
		rmdir "$group"
	done
	group=
}

# uncount: the runner goes back to where it was counted before.
uncount() {
	[ -n "$group" ] || return 0
	while read -r pid; do
		echo "$pid" >"${group%/*}/cgroup.procs"
	done <"$group/cgroup.procs"
	rmdir "$group"
}

# group_spent: milliseconds of the control group.
group_spent() {
	if [ -e "$group/cpuacct.usage" ]; then
		awk '{ print $1 / 1e6 }' "$group/cpuacct.usage"
	else
		awk '/^usage_usec/ { print $2 / 1e3 }' "$group/cpu.stat"
	fi
}

# spent: a line for each of the daemon's processes, with milliseconds of processor time: of
# all its threads, and of commands that have ended.
spent() {
	for pid in $(family "$(cat "$dir/daemon.pid")"); do
		role=$(role_of "$pid")
		if [ "$role" = runner ] && [ -n "$group" ]; then
			echo "$role $(group_spent)"
			continue
		fi
		cat "/proc/$pid"/task/*/schedstat | awk -v role="$role" \
			-v ended="$(awk '{ print $16 + $17 }' "/proc/$pid/stat")" \
			-v hertz="$(getconf CLK_TCK)" '
			{ ns += $1 }
			END { print role, ns / 1e6 + ended * 1000 / hertz }'
	done | sort
}

# fresh: every parameter has been read.
fresh() {
	kill -USR1 "$(cat "$dir/daemon.pid")"
	sleep 1
	[ "$(grep -c 'parameter .* fresh' "$dir/daemon.log")" -ge 20 ]
}

host net
secret "$dir/aaa1.key"
chown "$daemon_user" "$dir/aaa1.key"
files="/proc/loadavg /proc/uptime /proc/vmstat /proc/sys/fs/file-nr /proc/net/sockstat
	/proc/net/snmp /proc/sys/kernel/random/entropy_avail"
{
	echo '<policy xmlns="urn:bellwether:policy:1">
	<server name="aaa1" address="127.0.0.11"><key id="1" file="aaa1.key"/></server>
	<monitor interval="1s" timeout="800ms"><network><link name="lo"/></network>'
	for file in $files; do
		echo "<parameter name=\"f$((n = ${n:-0} + 1))\"><file path=\"$file\"
			pattern=\"([0-9.]+)\"/></parameter>"
	done
	echo '<parameter name="auth"><udp-backlog port="1812"/></parameter>
	<parameter name="acct"><udp-backlog port="1813"/></parameter>
	<parameter name="sum"><exec command="/bin/echo |x=5" perfdata="x"/></parameter>
	<parameter name="up"><snmp agent="udp:127.0.0.1:1161" access="local"
		oid="1.3.6.1.2.1.1.3.0"/></parameter></monitor>
	<performance function="100 - 0 * $f1"/>
	<failover threshold="1" for="10s"><step><select all="yes"/></step></failover>
	<connection threshold="60" for="60s"/>
	<clients><range name="ap-%d" prefix="127.4.0.0/16" count="1000"/></clients></policy>'
} >"$dir/policy.xml"
printf 'defVersion 2c\ndefCommunity public\n' >"$dir/local"
(umask 077 && echo 'rocommunity public 127.0.0.1' >"$dir/snmp.conf")
chmod 600 "$dir/local" && chown "$daemon_user" "$dir/local"
daemon_options="--master udp:127.0.0.1:1161 --snmp-conf $dir/snmp.conf -l info"
# Something to look at for udp-backlog.
for port in 1812 1813; do
	behind net perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new(Proto => "udp", LocalPort => $ARGV[0]) or die;
		sleep 1000' "$port" &
	started "udp-$port"
done
daemon net
# A signal before that would end it.
wait_for 20 grep -q 'aaa1 verdict' "$dir/daemon.log" && wait_for 20 fresh || {
	grep 'parameter' "$dir/daemon.log" | grep -v fresh
	echo "bench: $bench not measured: not all parameters are read"
	exit 0
}
count_commands
spent >"$dir/before"
bare=$(on net "$programs/tests/bench/bare-reads" "$seconds" /proc/stat /proc/meminfo \
	/proc/net/dev /proc/pressure/cpu /proc/pressure/memory /proc/pressure/io \
	/proc/net/udp /proc/net/udp6 $files)
spent >"$dir/after"
uncount
[ -n "$bare" ] || {
	echo "bench: $bench not measured: there is nothing to compare it with"
	exit 1
}
join "$dir/before" "$dir/after" | awk -v bench="$bench" -v seconds="$seconds" \
	-v bare="$bare" -v load="$(cut -d ' ' -f 1 /proc/loadavg)" '
	{
		ms = $3 - $2
		all += ms
		if ($1 == "runner")
			commands = ms
		each = each sprintf("%s%s %.3f%%", NR > 1 ? ", " : "", $1, ms / seconds / 10)
	}
	END {
		percent = all / seconds / 10
		printf "bench: %s ratio %.2f goal <=1 (%.3f%% of 0.5%% of a core in %d s: %s;" \
			" %.3f%% without the command that the runner runs;" \
			" %.1f times the bare reads of the same files, %.3f%%; load average" \
			" %s)\n", bench, percent / 0.5, percent, seconds, each,
			(all - commands) / seconds / 10, all / bare,
			bare / seconds / 10, load
	}'
