#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Logins through real proxies while the first FreeRADIUS waits for its back end for a
# minute: what FreeRADIUS's own failover keeps and loses, and what is kept and lost with
# Bellwether in front of it, side by side, with retries and without. The proxies' own
# failover is that of the proxy.conf which comes with FreeRADIUS, by status checks.
# LOGIN_SECONDS: how long it waits (default 60).
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/logins-lib.sh"
. "$(dirname "$0")/pauses-lib.sh"

# figure WORLD WORD: of the report.
figure() {
	awk -v world="$1" -v word="$2" '$1 == world {
		for (i = 2; i < NF; i += 2)
			if ($i == word)
				print $(i + 1)
	}' "$dir/report"
}

# at_most A TIMES B: A is at most TIMES of B, and there is something to compare with.
at_most() {
	awk -v a="$1" -v times="$2" -v b="$3" 'BEGIN { exit !(b > 0 && a <= times * b) }'
}

# lost_by WORLD SECONDS: numbers of the logins that got no grant, less those that began
# before the back end was away for so long.
lost_by() {
	awk -v after="$block" -v seconds="$2" '
	($4 == "lost" || $4 == "rejected") && $2 > after + seconds { print $1 }' \
		"$dir/$1/logins" | sort
}

# by_machine WORLD: of those numbers, the ones for which the machine had no time: in the
# nine seconds of a login's tries it stood still for half a second and more.
by_machine() {
	while read -r number; do
		start=$(awk -v number="$number" '$1 == number { print $2 }' "$dir/$1/logins")
		still=$(still "$start" "$(echo "$start" | awk '{ printf "%.3f", $1 + 9 }')")
		echo "$still" | awk '{ exit !($1 >= 0.5) }' && echo "$number"
	done
}

# keeps TRIES: Bellwether loses no login that the proxies alone keep. The streams do not
# begin at the same instant, so one of the first may be in time in one world only.
keeps() {
	lost_by "own-$1" 0 >"$dir/lost-own"
	lost_by "bellwether-$1" 1 >"$dir/lost-bellwether"
	comm -13 "$dir/lost-own" "$dir/lost-bellwether" >"$dir/only"
	by_machine "bellwether-$1" <"$dir/only" >"$dir/by-machine"
	[ -z "$(comm -23 "$dir/only" "$dir/by-machine")" ]
}

# tell_lost TRIES: the logins that Bellwether alone lost, since the back end was away.
tell_lost() {
	[ -s "$dir/only" ] || return 0
	echo "# the machine stood still in $(wc -l <"$dir/by-machine") of these:"
	while read -r number; do
		awk -v number="$number" -v block="$block" '$1 == number {
			printf "# login %d, %.3f s after the block, %s, %s after %.3f s\n",
			    $1, $2 - block, $5, $4, $3
		}' "$dir/bellwether-$1/logins"
	done <"$dir/only"
	for log in "$dir/bellwether-$1"/*/log/radius.log; do
		grep -v 'Login OK\|socket command file' "$log" | tail -8 |
			sed "s|^|# $(basename "${log%/log/*}"): |"
	done
}

# said WORLD PATTERN: the times of those lines in bellwetherd's log, in seconds.
said() {
	sed -n "s/^\([^ ]*\) .*$2.*/\1/p" "$dir/$1/daemon.log" | while read -r stamp; do
		date -d "$stamp" +%s.%N
	done
}

# moved_after_met WORLD: seconds from the condition's being met until all are away.
moved_after_met() {
	said "$1" 'verdict: failover yes' | head -1 >"$dir/met"
	said "$1" 'operation-end: failover done: 2 ordered, 2 done' | head -1 >"$dir/done"
	paste -d ' ' "$dir/done" "$dir/met" | awk 'NF == 2 { printf "%.3f", $1 - $2 }'
}

# in_batches WORLD: no proxy is back before its batch, and batches are as far apart as the
# policy wants; by the engine's clock, so what stood still before it could send and tell the
# first one is missing between them.
in_batches() {
	said "$1" 'batch: batch [0-9]*: 1 clients invited' >"$dir/batches"
	for at in $proxies; do
		awk -v at="$at" -v after="$unblock" '
		$5 == at && $4 == "aaa1" && $2 > after {
			printf "%.3f\n", $2 + $3
		}' "$dir/$1/logins" |
			sort -n | head -1
	done | sort -n >"$dir/returns"
	echo "# batches and returns: $(paste -d ' ' "$dir/batches" "$dir/returns" | tr '\n' ';')"
	first=$(head -1 "$dir/batches")
	still=$(still "$(echo "${first:-0}" | awk '{ printf "%.3f", $1 - 3 }')" "${first:-0}")
	paste -d ' ' "$dir/batches" "$dir/returns" | awk -v still="$still" '
	{
		if (NF != 2 || $2 < $1 || (NR > 1 && $1 - last < 4.9 - still))
			bad++
		last = $1
	}
	END { exit !(NR == 2 && !bad) }'
}

metronomes
worlds_begin
worlds_run
worlds_report >"$dir/report"
sed 's/^/# /' "$dir/report"
for tries in retries once; do
	check $tries-keeps-what-they-keep keeps $tries
	tell_lost $tries
	took=$(moved_after_met bellwether-$tries)
	echo "# all away $took s after the condition was met"
	# By hooks that start several programs each, on a machine with four such worlds: a
	# second is what it takes at rest.
	check $tries-moved-within-3s at_most "${took:-9}" 3 1
	check $tries-back-in-batches in_batches bellwether-$tries
	check $tries-all-back [ "$(figure bellwether-$tries back)" != never ]
done
check retries-a-tenth-lost at_most "$(figure bellwether-retries lost)" 0.1 \
	"$(figure own-retries lost)"
check once-half-lost at_most "$(figure bellwether-once lost)" 0.5 "$(figure own-once lost)"
