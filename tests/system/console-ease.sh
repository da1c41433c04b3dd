#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The console at a terminal, by an operator who looks for things: the tree of sites, words of
# a filter, jumps, the mouse, text to be copied, and what is there again the next time.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

command -v snmpd >/dev/null 2>&1 || skip "needs snmpd"
port=21612
pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
mkdir "$dir/home"
own_access
export XDG_CONFIG_HOME="$dir/home"
settings=$dir/home/bellwether/console
demo own-demo 1000 --scene on --master "udp:127.0.0.1:$port" --snmp-conf "$dir/own.conf"

# console [ARGUMENT...]: the command line of one that looks.
console() {
	echo "$programs/bellwether --agent udp:127.0.0.1:$port -v3 -u bob" \
		"-l authPriv -a SHA-256 -A $pass -x AES -X $pass $*"
}

quit() {
	press q
	wait_for 20 shows 'status 0'
}

# click COLUMN LINE: both from 0, as a terminal like xterm tells of them.
click() {
	click_at=$(printf '\\%o\\%o' $(($1 + 33)) $(($2 + 33)))
	# Pressed, and let go.
	type_text "$(printf "\033[M $click_at\033[M#$click_at")"
}

# has_mouse 0|1: whether the terminal was asked to tell of the mouse.
has_mouse() {
	[ "$(mux display-message -p '#{mouse_any_flag}')" = "$1" ]
}

# line_of TEXT: on which line of the screen it begins, from 0.
line_of() {
	screen | grep -nF -- "$1" | head -n 1 | cut -d: -f1 | awk '{ print $1 - 1 }'
}

# ---- sites ----

terminal 80 24 "$(console)"
sees opens "aaa2   returning"
press 3
sees tree "├─ paris"
press End k k k
sees at-group "aaa2"
press Home
press :
type_text europ
sees jumps "> aaa1           europe"
press Enter -
sees folds "europe (+4)"
check folds-away lacks "paris"
press +
sees unfolds "└─ oslo"
press Down Enter
sees into-site "1 of 250 of 1000, filter: site:paris"
press Escape
sees out-of-site "├─ paris"

# ---- words of a filter, jumps ----

press 2 /
type_text "state:here site:europe -nas-9 heard:<3d02h"
sees many-words "heard:<3d02h_"
check narrows wait_for 20 lacks "of 1000  no column"
press C-u
type_text "colour:red"
sees no-column "no column colour; there are client address place"
press C-u
type_text "group:wireless"
sees group-narrows "/group:wireless_  250 of 1000"
press Escape :
type_text 777
sees jumps-to-line "> aaa1           nas-777 "
press Enter

# ---- order ----

press '>' '>'
sees sorts "sorted by ADDRESS"
press '<'
sees sorts-back "sorted by CLIENT"
press o
sees turned "> aaa1           nas-1000"

# ---- the mouse ----

check mouse-is-off has_mouse 0
press w
sees mouse-on "mouse on"
check mouse-is-on wait_for 20 has_mouse 1
clicks_line() {
	click 20 "$(line_of nas-998)"
	wait_for 20 shows "> aaa1           nas-998 "
}
check clicks-a-line clicks_line
click 26 "$(line_of CLIENT)"
sees clicks-a-heading "sorted by ADDRESS"
click 17 "$(line_of CLIENT)"
sees clicks-another "sorted by CLIENT"
press o
click 22 "$(line_of 1servers)"
sees clicks-a-view "├─ paris"
click 10 "$(line_of 1servers)"
sees clicks-back "sorted by CLIENT"

# ---- text to be copied ----

press c
sees plain "clients at "
check plain-alone lacks "Esc back"
check plain-without-mouse wait_for 20 has_mouse 0
plain_stands_still() {
	screen >"$dir/plain"
	# The clock above the list would have gone on.
	wait_for 3 false
	screen | cmp -s - "$dir/plain"
}
check plain-stands-still plain_stands_still
resize 100 30
check plain-resized wait_for 20 shows "nas-975"
press q
sees plain-ends "Esc back"
resize 80 24

# ---- the next time ----

check quits quit
check mouse-given-back has_mouse 0
check remembers grep -qx "sort.clients = CLIENT reversed" "$settings"
check remembers-view grep -qx "view = clients" "$settings"
check remembers-mouse grep -qx "mouse = yes" "$settings"
terminal 80 24 "$(console)"
sees begins-there "> aaa1           nas-1000"
sees begins-turned "sorted by CLIENT"
check quits-again quit
terminal 80 24 "$(console --no-settings)"
sees begins-anew "aaa2   returning"
press 5
sees another-view "something happened"
check quits-anew quit
check left-alone grep -qx "view = clients" "$settings"
echo "mouse = often" >>"$settings"
terminal 80 24 "$(console)"
sees wrong-setting "mouse = often: expected yes or no"
check quits-wrong quit
# A home that cannot be written to.
export XDG_CONFIG_HOME=/dev/null
terminal 80 24 "$(console)"
sees no-home "aaa2   returning"
press 2
sees no-home-works "1 of 1000"
press q
sees no-home-says "settings are not kept"
sees no-home-ends "status 0"
no_terminal
