#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The console at a terminal, by an operator of few words: against a real agent, its own
# master and behind snmpd, with an engine that only pretends. What it shows, cell by cell;
# how it acts; each way in which an agent can fail, in words; how it leaves the terminal.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

command -v snmpd >/dev/null 2>&1 || skip "needs snmpd"
own=21610    # where an agent that is its own master answers
master=21611 # and snmpd
pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
own_access
{
	access
	cat <<-END
		master agentx
		agentXSocket unix:$dir/agentx
		agentXPerms 0666 0755
	END
} >"$dir/etc/snmpd.conf"

# console PORT USER [ARGUMENT...]: the command line of one.
console() {
	console_port=$1 console_user=$2
	shift 2
	echo "$programs/bellwether --agent udp:127.0.0.1:$console_port -v3 -u $console_user" \
		"-l authPriv -a SHA-256 -A $pass -x AES -X ${privacy:-$pass} $*"
}

# told COUNT KIND: so many operations of this kind reached the engine since forgotten().
told() {
	[ "$(tail -n "+$((told_before + 1))" "$dir/own-demo.out" |
		grep -c "^operate $2 [0-9]\{1,9\} ")" -eq "$1" ]
}
forget() {
	told_before=$(wc -l <"$dir/own-demo.out")
}

# steps COUNT: what runs at the engine comes so many tenths further.
steps() {
	for _ in $(seq "$1"); do
		echo step >"$dir/own-demo.in"
	done
}

quit() {
	press q
	wait_for 20 shows 'status 0'
}

demo own-demo 1000 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
agent=$(cat "$dir/own-demo-agent.pid")

# ---- it opens, and shows ----

terminal 80 24 "$(console "$own" ann)"
sees opens "aaa2   returning"
same_screen servers-80 servers-80x24.txt
press 2
sees clients-come "of 1000"
same_screen clients-80 clients-80x24.txt
press 3
sees groups-come "wireless"
same_screen groups-80 groups-80x24.txt
press 4
sees operations-come "PROGRESS"
same_screen operations-80 operations-80x24.txt
press '?'
same_screen help-80 help-80x24.txt
press Escape 1 Enter
sees into-server "1 of 1000"
press Down i
sees all-of-a-client "Name                    nas-2"
same_screen detail-80 detail-80x24.txt
press Escape Escape
sees back-out "aaa2   returning"
check quits quit

terminal 132 43 "$(console "$own" ann)"
sees opens-wide "aaa2   returning"
same_screen servers-132 servers-132x43.txt
press 2
sees clients-come-wide "of 1000"
same_screen clients-132 clients-132x43.txt

# ---- resize in use ----

resize 80 24
same_screen narrower clients-80x24.txt
resize 50 20
sees too-small "too small: 50x20, needs 60x14"
resize 132 43
same_screen wider clients-132x43.txt

# ---- order, filter ----

press s
sees sorts "sorted by CLIENT"
press o
sees turned "> aaa1           nas-1000"
press s s
sees sorts-other "sorted by PLACE"
press s s s s s s s s s s s
sees own-order "> aaa1           nas-1 "
press /
type_text "nas-99 berlin"
sees filters "/nas-99 berlin_  3 of 1000"
check filters-others wait_for 20 lacks nas-995
press Enter
sees filter-kept "of 3 of 1000, filter: nas-99 berlin"
press Escape
press /
type_text "state:here group:wireless nas-99"
sees filters-by-group "/state:here group:wireless nas-99_  2 of 1000"
check filters-another-group wait_for 20 lacks nas-994
press Escape
check filter-left wait_for 20 lacks "filter:"
check filter-left-all wait_for 20 shows " of 1000"
press End
sees scrolls "> aaa1           nas-1000"
press Home

# ---- acting ----

forget
press 3
sees groups-again "wireless"
press F
sees previews "moves 250 of 250; held 0; kept 0"
check preview-withdrawn wait_for 20 told 1 4
check preview-moves-nobody told 0 2
type_text "line card"
press Enter
sees count-is-asked "This is wide. Type 250 to go on:"
same_screen consent consent-132x43.txt
type_text 25
press Enter
sees other-count "not 25: nothing was done"
check other-count-moves-nobody told 0 2
type_text 250
press Enter
sees runs "running: 0 of 250 done"
check run-once told 1 2
steps 3
sees progress "running: 50 of 250 done, 75 received"
sees undo "To undo: R on the same line calls them back."
press Escape 4
sees listed "20% "
press /
type_text state:running
press Enter
sees listed-alone "1 of 1 of 22, filter: state:running"
press 2 /
type_text place:away
sees clients-move "50 of 1000"
press Enter
steps 8
sees clients-moved "of 250 of 1000"
press 4 Escape
sees ended "> aaa1             5001 failover  ann"
sees ended-whole "100% "

# The way back begins on the operation's own line.
forget
press R
sees previews-back "reconnect of group:wireless at aaa1"
sees previews-back-count "moves 250 of 250"
type_text "card replaced"
press Enter
sees count-again "Type 250"
type_text 250
press Enter
sees runs-back "running: 0 of 250 done"
steps 11
sees done-back "all of them answered"
sees undo-back "To undo: F on the same line"
press Escape 2
sees nobody-away "no line holds all of the filter"
press Escape
sees all-again "1 of 1000"

# One client: few enough for a y; and Esc leaves nothing behind.
forget
press Down F
sees one "moves 1 of 1"
type_text why
press Enter
sees one-asks "Go on? y or n"
press Escape
check escape-withdraws wait_for 20 told 2 4
check escape-moves-nobody told 0 2
press F
sees one-again "moves 1 of 1"
type_text why
press Enter
sees one-asks-again "Go on? y or n"
press y
sees one-runs "running: 0 of 1 done"
press Escape P
sees pauses "pause at aaa1"
type_text night
press Enter
sees pause-asks "Go on? y or n"
press y
sees paused "pause at aaa1"
check pause-told wait_for 20 told 1 3
press Escape
check quits-wide quit

# ---- who may not ----

terminal 80 24 "$(console "$own" bob)"
sees no-write-view "ok (read-only)"
sees no-write-reads "aaa2   returning"
press F
sees no-write-words "no write access: this user may look, not act"
check quits-bob quit
terminal 80 24 "$(console "$own" ann --read-only)"
sees read-only "aaa2   returning"
forget
press F R X P
sees read-only-words "--read-only: nothing is changed from here"
check read-only-tells-nobody told 0 1
check quits-read-only quit
good=$pass pass=wrong-password
terminal 80 24 "$(console "$own" ann)"
sees wrong-password "the authentication password or protocol is wrong"
sees wrong-password-advice "but the keys differ"
pass=$good
privacy=another-password
terminal 80 24 "$(console "$own" ann)"
sees wrong-privacy "the privacy password or protocol is wrong"
privacy=
terminal 80 24 "$(console "$own" mallory)"
sees unknown-user "the agent knows no such user"
terminal 80 24 "$(console "$own" eve)"
sees no-view "the read view does not hold BELLWETHER-MIB"

# ---- agents that are not well ----

# A dead one beside it, which delays nothing.
terminal 80 24 "$(console "$own" ann --agent "udp:127.0.0.1:$master")"
sees dead-beside "nothing listens at this port"
sees live-beside "aaa2   returning"
kill -STOP "$agent"
sees frozen "no answer in time"
sees frozen-marked "~ aaa1"
sees frozen-dated "as of "
press F
sees frozen-refuses "is silent: no answer in time"
press 2
sees frozen-draws "2clients"
press 1
kill -CONT "$agent"
check thawed wait_for 30 lacks "no answer in time"
echo freeze >"$dir/own-demo.in"
sees stale "bellwetherd's engine was last heard" 30
press F
sees stale-refuses "nobody to act: bellwetherd's engine"
echo thaw >"$dir/own-demo.in"
check lives-again wait_for 30 lacks "~ aaa1"
check quits-frozen quit

# ---- the terminal ----

locale=C
terminal 80 24 "$(console "$own" ann)"
sees ascii "[########F#######C"
check ascii-only sh -c "! LC_ALL=C grep -q '[^ -~]'" <<-END
	$(screen)
END
press F
sees ascii-box "+- failover of all at aaa1"
press Escape
locale=C.UTF-8
coloured() {
	screen -e | grep -q "$(printf '\033')\[[0-9;]*3[1-7]m"
}
terminal 80 24 "$(console "$own" ann)"
sees colours "aaa2   returning"
check has-colours coloured
terminal 80 24 "NO_COLOR=1 $(console "$own" ann)"
sees no-colour "aaa2   returning"
colourless() {
	! coloured
}
check has-no-colours colourless
terminal 80 24 "TERM=dumb $(console "$own" ann)"
sees dumb "cannot place text"
sees dumb-status "status 2"

# As a shell's job: stopped, gone on, ended; the terminal is as it was each time.
terminal 80 24 "PS1='prompt: ' exec bash --norc"
sees shell "prompt:"
type_text "$(console "$own" ann)"
press Enter
sees job "aaa2   returning"
press C-z
sees stopped "Stopped"
type_text "stty -a | grep -ow -e '-echo' -e echo -e '-icanon' -e icanon | xargs echo tty is"
press Enter
sees stopped-restored "tty is icanon echo"
type_text fg
press Enter
sees goes-on "aaa2   returning"
# A key before it: the stop comes while the console is busy, more or less.
busy_stops() {
	for _ in $(seq "${STOPS:-60}"); do
		press Down
		press C-z
		wait_for 20 shows "Stopped" || return 1
		type_text "clear; fg"
		press Enter
		wait_for 20 shows "aaa2   returning" || return 1
	done
}
check stops-when-busy busy_stops
press C-z
sees stopped-wide "Stopped"
resize 100 24
type_text "clear; fg"
press Enter
sees goes-on-wide "aaa2   returning"
is_wide() {
	screen | sed -n 1p | grep -q '.\{85\}'
}
check takes-the-new-size wait_for 20 is_wide
kill -TERM "$(pgrep -x bellwether -P "$(mux display-message -p '#{pane_pid}')")"
sees ended-by-signal "prompt:"
press C-l
type_text "stty -a | grep -ow -e '-echo' -e echo -e '-icanon' -e icanon | xargs echo tty is"
press Enter
sees ended-restored "tty is icanon echo"
no_terminal

if "$programs/bellwether" console </dev/null >"$dir/out" 2>&1; then
	not_ok no-terminal "it said it was well"
else
	check no-terminal grep -q "the console needs a terminal" "$dir/out"
fi

# ---- ten thousand ----

echo quit >"$dir/own-demo.in"
wait_for 20 grep -q '^ended' "$dir/own-demo.out"
demo many 10000 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
terminal 80 24 "$(console "$own" ann)"
sees many-open "aaa2   returning"
press 2
sees many-read "1 of 10000" 60
press -N 300 Down
sees many-scroll "301 of 10000"
press End
sees many-end "> aaa1           nas-10000"
press /
type_text nas-77
sees many-filter "/nas-77_  111 of 10000"
press Escape
check quits-many quit
echo quit >"$dir/many.in"
wait_for 20 grep -q '^ended' "$dir/many.out"

# ---- behind snmpd ----

snmpd -f -Lf "$dir/snmpd.log" -I -smux "udp:127.0.0.1:$master" >/dev/null 2>&1 &
started snmpd
terminal 80 24 "$(console "$master" ann)"
sees no-bellwether "nothing of BELLWETHER-MIB is there" 30
demo sub-demo 3000 --scene on -x "$dir/agentx"
sees behind-snmpd "aaa2   returning" 30
press F
sees behind-previews "moves 3000 of 3000" 30
press Escape
kill -STOP "$(cat "$dir/sub-demo-agent.pid")"
sees frozen-behind "Bellwether's agent behind it does not" 30
kill -CONT "$(cat "$dir/sub-demo-agent.pid")"
check thawed-behind wait_for 30 lacks "behind it"
check quits-behind quit
no_terminal
