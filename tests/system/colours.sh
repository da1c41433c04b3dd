#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What the console's words look like on terminals of 8, 16 and 256 colours and of none, on
# dark and on light ground; and that nothing gets a ground of its own.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

own=21610 pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
own_access
demo own-demo 100 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"

# looks TEST TERM ENVIRONMENT OPTIONS GOOD BAD: how a state that is well and one that is
# not look there, in the words of picture.pl.
looks() {
	terminal 80 24 "TERM=$2 $3 $programs/bellwether --agent udp:127.0.0.1:$own -v2c \
		-c public --read-only $4"
	sees "$1-opens" "aaa2   returning"
	press 8
	check "$1-good" wait_for 20 looks_so up "$5"
	check "$1-bad" wait_for 20 looks_so down "$6"
	check "$1-no-ground" sh -c "! grep -Eq '\[(4[0-7]|48|10[0-7]|[0-9;]*;(4[0-7]|48))[;m]'" <<-END
		$(screen -e)
	END
	check "$1-words" shows "down"
}

# looks_so WORD LOOK: in the list, where words stand between spaces.
looks_so() {
	[ "$(screen -e | perl "$root/tests/system/picture.pl" --look " $1 ")" = "$2" ] ||
		[ "$(screen -e | sed '1,/SERVICE/d' |
			perl "$root/tests/system/picture.pl" --look "$1")" = "$2" ]
}

looks xterm-256color xterm-256color "" "" "colour 33" "colour 161, bold"
looks dark-256 xterm-256color "" "--theme dark" "colour 75" "colour 203, bold"
looks light-256 tmux-256color "" "--theme light" "colour 25" "colour 161, bold"
looks said-light screen-256color "COLORFGBG='0;15'" "" "colour 25" "colour 161, bold"
looks xterm xterm "" "" plain "colour 1, bold"
looks dark-8 screen "" "--theme dark" "colour 6" "colour 1, bold"
looks light-8 linux "" "--theme light" "colour 4" "colour 1, bold"
looks tmux tmux "" "" plain "colour 1, bold"
looks vt100 vt100 "" "--theme dark" plain bold
looks no-color xterm-256color NO_COLOR=1 "" plain bold
looks asked-for xterm-256color NO_COLOR=1 "--theme dark" "colour 75" "colour 203, bold"
no_terminal

if "$programs/bellwether" console --theme blue </dev/null 2>"$dir/out"; then
	not_ok no-such-theme "it was taken"
else
	check no-such-theme grep -q "expected auto, dark, light or mono" "$dir/out"
fi
