#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The quickstart's trial, from the programs that are built: shows the whole loop in time,
# leaves nothing behind, neither at its end nor on Ctrl-C; kept, it runs until stopped.
. "$(dirname "$0")/lib.sh"
. "$root/tests/system/console-lib.sh"

command -v freeradius >/dev/null || skip "needs FreeRADIUS"

# quickstart RUN OPTION...: in a process group of its own, as a terminal's job would be;
# env undoes that sh has background jobs ignore interrupts.
quickstart() {
	run=$1
	shift
	mkdir -p "$dir/$run"
	TMPDIR=$dir/$run setsid env --default-signal=INT "$root/scripts/quickstart" \
		--no-install --build "$programs" "$@" >"$dir/$run.log" 2>&1 &
	started "$run"
}

# left RUN: processes that know of the run's folder, whatever they are. The pattern comes
# from a file, or grep would find itself.
left() {
	echo "$dir/$1/bellwether-trial" >"$dir/$1.folder"
	grep -lF -f "$dir/$1.folder" /proc/[0-9]*/cmdline 2>/dev/null | grep -q .
}
nothing_left() {
	! left "$1"
}
said() {
	grep -q "$2" "$dir/$1.log"
}

quickstart plain
quickstart kept --keep
quickstart interrupted
wait_for 60 said interrupted 'aaa1 drowns' || not_ok interrupted-starts
kill -INT "-$(cat "$dir/interrupted.pid")"
check interrupted-ends wait_for 30 gone "$(cat "$dir/interrupted.pid")"
check interrupted-leaves-nothing wait_for 15 nothing_left interrupted
check interrupted-leaves-no-folder [ -z "$(ls "$dir/interrupted")" ]

# On a terminal it ends in the console, which ends it all.
mkdir -p "$dir/watched"
terminal 132 43 "TMPDIR=$dir/watched $root/scripts/quickstart --no-install --build $programs"

plain=$(cat "$dir/plain.pid")
check plain-ends-in-time wait_for 150 gone "$plain"
wait "$plain"
check plain-status [ $? -eq 0 ]
check plain-leaves-nothing wait_for 15 nothing_left plain
check plain-leaves-no-folder [ -z "$(ls "$dir/plain")" ]
check shows-failover said plain 'All 200 clients are away'
check shows-return said plain 'All 200 clients are back'
check shows-snmp-away said plain '^   aaa1    away  .* 200 '
# Whether it is met at that moment still is the machine's business.
check shows-snmp-reason said plain '^   failover  *threshold  *[a-z]*  *[a-z]* .*rtt '
check shows-snmp-operations said plain ' reconnect .* done  *200  *200 '

check kept-ends wait_for 150 gone "$(cat "$dir/kept.pid")"
check kept-runs left kept
"$root/scripts/quickstart" --stop "$dir"/kept/bellwether-trial.* >/dev/null
check kept-stops wait_for 15 nothing_left kept
check kept-leaves-no-folder [ -z "$(ls "$dir/kept")" ]

# ---- the one on a terminal ----

sees console-opens 'udp:127.0.0.1:11610 ok' 150
sees console-shows-the-server 'aaa1           serving'
press 2
sees console-shows-clients 'nas-1 '
press q
sees console-ends-all 'nothing is left running'
sees console-status 'status 0'
check console-leaves-nothing wait_for 15 nothing_left watched
check console-leaves-no-folder [ -z "$(ls "$dir/watched")" ]
no_terminal
