#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The console at 80x24, 132x43 and 200x60, and from one to the other in the middle of
# everything: while a filter is typed, in a dialogue, below the least size and back, and
# stopped and gone on. Nothing is lost, nothing is done, and in the end it looks like one
# that was opened at that size.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

own=21610 pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
own_access "maxGetbulkResponses 2000"
console="$programs/bellwether --agent udp:127.0.0.1:$own -v3 -u ann -l authPriv -a SHA-256 \
	-A $pass -x AES -X $pass"
demo own-demo 1000 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"

# fills WIDTH HEIGHT: the list reaches the last line but two, the keys stand in the last
# one, and nothing is wider.
fills() {
	screen >"$dir/screen"
	[ "$(wc -l <"$dir/screen")" -eq "$2" ] &&
		sed -n "$2p" "$dir/screen" | grep -q 'q quit' &&
		sed -n "$(($2 - 2))p" "$dir/screen" | grep -q nas- &&
		! grep -q ".\{$(($1 + 1))\}" "$dir/screen"
}
# stands WIDTH HEIGHT FILE: the screen is the one in the file.
stands() {
	masked | cmp -s - "$dir/$1"
}

for size in "80 24" "132 43" "200 60"; do
	# shellcheck disable=SC2086 # two words
	set -- $size
	terminal "$1" "$2" "$console"
	sees "opens-$1" "aaa2   returning"
	press 2
	sees "clients-$1" "1 of 1000"
	check "fills-$1" wait_for 20 fills "$1" "$2"
	check "still-$1" wait_for 20 stands_still
	cp "$dir/still" "$dir/fresh-$1"
done

# ---- while a filter is typed ----

press /
type_text lyo
sees filter "/lyo_  250 of 1000"
resize 80 24
sees filter-narrow "/lyo_  250 of 1000"
type_text n
sees filter-goes-on "/lyon_  250 of 1000"
resize 50 10
sees filter-too-small "too small: 50x10, needs"
resize 132 43
sees filter-wide "/lyon_  250 of 1000"
press Escape
sees filter-left "1 of 1000"
check filter-same wait_for 20 stands fresh-132

# ---- in a dialogue ----

told() {
	grep -c "^operate $1 " "$dir/own-demo.out"
}
press F
sees dialogue "moves 1 of 1"
type_text "line "
resize 80 24
sees dialogue-narrow "Reason: line _"
type_text card
sees dialogue-goes-on "Reason: line card_"
resize 59 13
sees dialogue-too-small "too small: 59x13, needs"
resize 200 60
sees dialogue-wide "Reason: line card_"
press Enter
sees dialogue-asks "y or n"
resize 60 14
sees dialogue-least "y or n"
press Escape
sees dialogue-left "1 of 1000"
check dialogue-did-nothing [ "$(told 2)" -eq 0 ]
quit() {
	press q
	wait_for 20 shows 'status 0'
}

# ---- again and again ----

for size in 90x30 61x14 40x5 1x1 150x50 60x14 200x60 80x24 100x10 132x43; do
	resize "${size%x*}" "${size#*x}"
	press Down Up
done
check storm-same wait_for 20 stands fresh-132
resize 80 24
check storm-same-narrow wait_for 20 stands fresh-80
check quits quit

# ---- stopped in the middle, at another size gone on ----

terminal 132 43 "PS1='prompt: ' exec bash --norc"
sees shell "prompt:"
type_text "$console"
press Enter
sees job "aaa2   returning"
press 2
sees job-clients "1 of 1000"
press /
type_text berl
sees job-filter "/berl_  250 of 1000"
press C-z
sees stopped "Stopped"
resize 80 24
type_text "clear; fg"
press Enter
sees goes-on "/berl_  250 of 1000"
type_text in
sees goes-on-typing "/berlin_  250 of 1000"
press Escape
check goes-on-same wait_for 20 stands fresh-80
press F
sees job-dialogue "moves 1 of 1"
press C-z
sees dialogue-stopped "Stopped"
type_text "clear; fg"
press Enter
sees dialogue-goes-on-again "moves 1 of 1"
press Escape
check still-nothing-done [ "$(told 2)" -eq 0 ]
no_terminal
