#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Debian's monitoring plugins as probes: what each gives as a parameter and a service, and
# their traps: "unknown", overruns, no swap, no performance data, quotes, floods.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/watch-lib.sh"
. "$root/scripts/radius.sh"

plugins=/usr/lib/nagios/plugins
for plugin in load procs tcp icmp ping disk swap radius; do
	[ -x "$plugins/check_$plugin" ] || skip "needs $plugins/check_$plugin"
done
command -v freeradius >/dev/null || skip "needs FreeRADIUS"

host aaa
# As systemd sets it at boot: commands gain no right, so ping has to do without one.
on aaa sysctl -q -w net.ipv4.ping_group_range='0 2147483647'
radius_write "$dir/a" aaa1 127.0.0.11 4 20
behind aaa freeradius -d "$dir/a" -f >"$dir/radius.log" 2>&1 &
started radius

# check_radius speaks through radcli, whose own patience is 2 * (1 + 1) seconds.
cat >"$dir/radcli.conf" <<END
auth_order radius
authserver 127.0.0.11:$radius_port
acctserver 127.0.0.11:$radius_port
servers $dir/servers
dictionary /etc/radcli/dictionary
default_realm
radius_timeout 2
radius_retries 1
bindaddr *
END
echo "127.0.0.11 $radius_secret" >"$dir/servers"
chmod 644 "$dir/radcli.conf" "$dir/servers"

# Plugins of our own, for what those cannot be made to do at will.
mkdir "$dir/own"
own() {
	cat >"$dir/own/$1"
	chmod 755 "$dir/own/$1"
}
own quoted <<'END'
#!/bin/sh
echo "OK - it's fine | 'used space'=7MB;;;0 'it''s'=8 time=0.25s"
echo "more text | second=9"
echo "third=10;1;2"
END
own flood <<'END'
#!/bin/sh
echo 'OK - a lot | first=1'
i=0
while [ $i -lt 2000 ]; do
	echo "line $i of many that nobody reads"
	i=$((i + 1))
done
echo '| last=2'
END
# A child of its own, which ignores TERM, as a stuck helper would. The lock is the run's
# own, not its child's: it is free as soon as whoever started the run saw it end.
own overruns <<END
#!/bin/sh
exec 9>>$dir/running
flock -n 9 || echo again >>$dir/overlaps
trap '' TERM
sleep 600 9>&- &
echo \$! >>$dir/helpers
wait
END
own says <<END
#!/bin/sh
read -r status <$dir/status
echo "it says \$status | number=5"
exit \$status
END
for note in running overlaps helpers; do
	: >"$dir/$note"
	chmod 666 "$dir/$note"
done
says() {
	echo "$1" >"$dir/status.new" && mv "$dir/status.new" "$dir/status"
}
says 0

parameter() {
	echo "<parameter name=\"$1\" every=\"${5:-3s}\"><exec command=\"$2\"" \
		"timeout=\"${4:-2500ms}\" $3/></parameter>"
}
service() {
	echo "<service name=\"$1\" every=\"1s\"><exec command=\"$2\" timeout=\"900ms\"/></service>"
}
radius_by() {
	echo "$plugins/check_radius -H 127.0.0.11 -P $radius_port -F $dir/radcli.conf -u bob -p $1"
}
load_by="$plugins/check_load -w 1000,1000,1000 -c 2000,2000,2000"
watched 127.0.0.11 127.0.0.12 '<client name="nas1" address="127.0.0.21"/>' '100' "
	$(parameter load1 "$load_by" 'perfdata="load1"')
	$(parameter load-exit "$load_by" '')
	$(parameter procs "$plugins/check_procs -w 100000 -C freeradius" 'perfdata="procs"')
	$(parameter tcp-time "$plugins/check_tcp -H 127.0.0.1 -p 9" 'perfdata="time"')
	$(parameter icmp "$plugins/check_icmp -H 127.0.0.1 -n 3" 'perfdata="rta" user="root"')
	$(parameter ping "$plugins/check_ping -H 127.0.0.1 -w 100,20% -c 500,60% -p 2" 'perfdata="rta"')
	$(parameter ping-slow "$plugins/check_ping -H 127.0.0.1 -w 100,20% -c 500,60% -p 9" 'perfdata="rta"')
	$(parameter disk "$plugins/check_disk -w 1% -c 0% -p /" 'perfdata="/"')
	$(parameter swap-exit "$plugins/check_swap -w 1% -c 1%" '')
	$(parameter swap-none "$plugins/check_swap -w 1% -c 1% -n OK" '')
	$(parameter login "$(radius_by trial)" 'value="elapsed"')
	$(parameter login-exit "$(radius_by trial)" '')
	$(parameter login-wrong "$(radius_by wrong)" 'value="elapsed"')
	$(parameter quoted "$dir/own/quoted" "perfdata=\"used space\"")
	$(parameter apostrophe "$dir/own/quoted" "perfdata=\"it's\"")
	$(parameter seconds "$dir/own/quoted" 'perfdata="time"')
	$(parameter second-line "$dir/own/quoted" 'perfdata="second"')
	$(parameter third-line "$dir/own/quoted" 'perfdata="third"')
	$(parameter flood-first "$dir/own/flood" 'perfdata="first"')
	$(parameter flood-last "$dir/own/flood" 'perfdata="last"')
	$(parameter number "$dir/own/says" 'perfdata="number"')
	$(parameter overruns "$dir/own/overruns" 'value="elapsed"' 500ms 1s)
	$(service load-fine "$load_by")
	$(service port "$plugins/check_tcp -H 127.0.0.1 -p 9")
	$(service loginable "$(radius_by trial)")
	$(service wrong "$(radius_by wrong)")
	$(service says "$dir/own/says")"
daemon aaa

# ---- those of Debian ----

check load input_seen load1 'load1: [0-9.]+, fresh, .*value: .*load average'
check load-exit input_seen load-exit 'load-exit: 0, fresh'
check load-service input_seen load-fine 'up, fresh'
check procs input_seen procs 'procs: [1-9][0-9]*, fresh, .*PROCS OK: '
check tcp-refused-has-no-time input_seen tcp-time \
	'unknown, .*failed: the command printed no performance data of that label'
check tcp-refused-is-down input_seen port 'down, .*value: .*[Rr]efused'
check icmp-is-not-run-as-root input_seen icmp 'unknown, .*failed: commands are not run as root'
check ping input_seen ping 'ping: [0-9.]+, fresh, .*PING OK'
check ping-overruns input_seen ping-slow 'unknown, .*timeout: no answer within 2500 ms$'
check disk input_seen disk 'disk: [0-9.e+]+, fresh, .*DISK '
if [ "$(wc -l </proc/swaps)" -le 1 ]; then
	check swap-none-is-critical input_seen swap-exit 'swap-exit: 2, fresh'
else
	check swap input_seen swap-exit 'swap-exit: [0-2], fresh'
fi
check swap-none-may-be-fine input_seen swap-none 'swap-none: 0, fresh'

# ---- check_radius ----

check login input_seen login 'login: [0-9.]+ ms, fresh, .*value: Auth OK'
check login-exit input_seen login-exit 'login-exit: 0, fresh'
check login-service input_seen loginable 'up, fresh'
# It calls a reject "unknown": that is no service that is down.
check reject-is-unknown input_seen wrong 'unknown, .*failed: exit status 3'
check reject-has-no-time input_seen login-wrong 'unknown, .*failed: exit status 3'
# It would wait for 4 s whatever is asked of it.
kill -STOP "$(cat "$dir/radius.pid")"
check drowned input_seen login 'login: 2500 ms, fresh, .*timeout: no answer within'
check drowned-is-not-known-as-down input_seen loginable 'unknown, .*timeout: no answer within'
kill -CONT "$(cat "$dir/radius.pid")"
check drowned-no-more input_seen loginable 'up, fresh'

# ---- what they print ----

check label-in-quotes input_seen quoted 'quoted: 7, fresh'
check label-with-a-quote input_seen apostrophe 'apostrophe: 8, fresh'
check seconds-stay-seconds input_seen seconds 'seconds: 0.25, fresh'
check second-line input_seen second-line 'second-line: 9, fresh'
check third-line input_seen third-line 'third-line: 10, fresh'
check flood-first input_seen flood-first 'flood-first: 1, fresh'
check flood-is-cut input_seen flood-last \
	'unknown, .*failed: the command printed no performance data of that label'

# ---- what they exit with ----

for row in '0 up' '1 up' '2 down' '0 up' '3 unknown' '0 up' '4 unknown' '0 up'; do
	says "${row% *}"
	check "exit-${row% *}-is-${row#* }" input_seen says ": none, ${row#* }, .*it says ${row% *}"
done
says 3
check unknown-has-no-number input_seen number 'failed: exit status 3: it says 3$'
says 0
check number-again input_seen number 'number: 5, fresh'

# ---- overruns ----

check overruns input_seen overruns 'overruns: 500 ms, fresh, .*timeout'
ran_at_least() {
	[ "$(wc -l <"$dir/helpers")" -ge "$1" ]
}
check overruns-is-asked-again wait_for 30 ran_at_least 3
# all_gone FILE: none of the processes lives that are noted there.
all_gone() {
	while read -r pid; do
		gone "$pid" || return 1
	done <"$dir/$1"
}
# Rounds come due while a run has its second to end, and begin none. Of each that ended
# the whole group goes, though not in the same moment; the newest may be going on.
sed '$d' "$dir/helpers" >"$dir/earlier"
check group-is-killed wait_for 20 all_gone earlier
check one-at-a-time [ ! -s "$dir/overlaps" ]
stopped daemon
check none-left-behind wait_for 20 all_gone helpers
