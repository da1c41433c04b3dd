#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The engine as a process: its rights, its lock, its signals, its emergency stop, and the
# loop it is there for.
. "$(dirname "$0")/lib.sh"

clients=200

# said PATTERN [COUNT]: the daemon's log has at least so many such lines.
said() {
	[ "$(grep -c "$1" "$dir/daemon.log")" -ge "${2:-1}" ]
}

# they_are PLACE COUNT: as the last line of an interval says.
they_are() {
	sed -n 's/.*clients \(here [0-9]* away [0-9]*\) .*/ \1 /p' "$dir/daemon.log" |
		tail -1 | grep -q " $1 $2 "
}

# field FIELD: of the engine's status in /proc.
field() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(cat "$dir/daemon.pid")/status"
}

# after PATTERN COMMAND...: the daemon says it once more after the command.
after() {
	pattern=$1
	before=$(grep -c "$pattern" "$dir/daemon.log")
	shift
	"$@" && wait_for 20 said "$pattern" $((before + 1))
}

hangup() {
	kill -HUP "$(cat "$dir/daemon.pid")"
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/22\" count=\"$clients\"/>" 200 1s
cp "$dir/policy.xml" "$dir/good.xml"
# The state lies on another disk, as it were.
mkdir "$dir/disk"
ln -s disk "$dir/state"
daemon net env LD_PRELOAD="$programs/tests/system/diskshim.so" SYNC_GATE="$dir/gate"
simulated net all

# ---- rights ----

check begins wait_for 20 said 'engine: bellwetherd .* begins'
nobody=$(id -u "$daemon_user")
check user [ "$(field Uid | tr '\t' ' ')" = "$nobody $nobody $nobody $nobody" ]
check groups [ "$(field Groups | tr -d ' ')" = "$(id -G "$daemon_user" | tr -d ' ')" ]
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	check "no-$set" [ "$(field $set)" = 0000000000000000 ]
done
check no-new-privileges [ "$(field NoNewPrivs)" = 1 ]
check every-thread-too [ "$(cat "/proc/$(cat "$dir/daemon.pid")"/task/*/status |
	grep -c '^Cap\(Prm\|Eff\|Bnd\|Amb\):.*[1-9a-f]')" -eq 0 ]
check state-is-the-users [ "$(stat -c %U "$dir/state/state.db")" = "$daemon_user" ]

# ---- one daemon a state ----

second() {
	on net timeout 30 "$programs/bellwetherd" -f -p "$dir/policy.xml" -s "$dir/state" \
		-u "$daemon_user" >"$dir/second.log" 2>&1
	[ $? -eq 1 ] && grep -q "another bellwetherd (process $(cat "$dir/daemon.pid"))" \
		"$dir/second.log"
}
check second-is-refused second
missing() {
	on net timeout 30 "$programs/bellwetherd" -f -p "$dir/policy.xml" -s "$dir/other" \
		-u no-such-user >"$dir/missing.log" 2>&1
	[ $? -eq 1 ] && grep -q 'no user no-such-user.*useradd' "$dir/missing.log"
}
check missing-user-is-told missing

# ---- the loop ----

check everybody-heard wait_for 20 they_are here $clients
load 90
check everybody-away wait_for 20 they_are away $clients
check failover-explained said 'fleet: aaa1 operation-start: failover.*performance 10 < 30'
load 10
check everybody-back wait_for 20 they_are here $clients
check verdict-explained said 'policy: aaa1 verdict: failover no, connection yes: performance 90 > 60'

# ---- a disk that hangs ----

flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}
waiting() {
	status && wait_for 15 said 'status: store: .*, waiting [1-9]'
}
status() {
	kill -USR1 "$(cat "$dir/daemon.pid")"
}
# Its last line may be a second old: first it has to have seen the return.
check flock-is-back wait_for 20 flock_is "here $clients away 0"
: >"$dir/gate"
load 90
check hanging-disk-delays-no-order wait_for 20 flock_is "here 0 away $clients"
check store-hangs-meanwhile waiting
load 10
check nor-a-return wait_for 20 flock_is "here $clients away 0"
rm "$dir/gate"
check everybody-here wait_for 20 they_are here $clients

# ---- the emergency stop ----

check paused after 'engine: paused by .*/pause: the roof leaks' \
	sh -c "echo 'the roof leaks' >'$dir/state/pause'"
check fleet-paused wait_for 10 said 'fleet: aaa1 paused'
load 90
check condition-met wait_for 20 said 'verdict: failover yes' 3
check nobody-moved wait_for 20 they_are here $clients
check resumed after 'engine: resumed' rm "$dir/state/pause"
check moved-then wait_for 20 they_are away $clients
load 10
check back-again wait_for 20 they_are here $clients

# ---- reloading ----

bad() {
	printf '<policy xmlns="urn:bellwether:policy:1">\n<nonsense/>\n</policy>\n' \
		>"$dir/policy.xml"
	hangup
}
check bad-policy-refused after 'policy.xml:2: .*nonsense' bad
check old-one-stays wait_for 10 said 'what was in effect of them stays'
load 90
check old-one-works wait_for 20 they_are away $clients
load 10
check old-one-calls-back wait_for 20 they_are here $clients

more() {
	sed 's/count="[0-9]*"/count="300"/' "$dir/good.xml" >"$dir/policy.xml"
	hangup
}
check good-policy-taken after 'in effect, 300 clients' more
check kept-their-state wait_for 15 they_are here $clients
check status-tells after 'status: aaa1: 300 clients' status
check status-tells-the-store wait_for 15 said 'status: store: works'

# A policy that vanishes while its clients are away: they are called back first.
cp "$dir/good.xml" "$dir/policy.xml"
check good-again after "in effect, $clients clients" hangup
load 90
check away-once-more wait_for 20 they_are away $clients
vanish() {
	rm "$dir/policy.xml"
	hangup
}
check vanished after 'its policy .* is gone: calling back' vanish
check released wait_for 20 said 'no longer protected'
check called-back wait_for 20 flock_is "here $clients away 0"
load 10
put_back() {
	cp "$dir/good.xml" "$dir/policy.xml"
	hangup
}
check comes-back after "in effect, $clients clients" put_back

# ---- the end ----

daemon_gone() {
	kill -TERM "$(cat "$dir/daemon.pid")"
	wait_for 20 gone "$(cat "$dir/daemon.pid")"
}
check stops daemon_gone
wait "$(cat "$dir/daemon.pid")"
check stops-with-0 [ $? -eq 0 ]
no_children() {
	! pgrep -f "^bellwetherd runner$" | while read -r pid; do
		[ "$(ip netns identify "$pid")" = "bw-net-$$" ] && echo "$pid"
	done | grep -q .
}
check runner-ended wait_for 15 no_children
# A binary without the runner beside it, or among the installed helpers, says what it lacks.
helpers=$(grep -aom1 '/[[:alnum:]/._-]*/radius-threads' "$programs/bellwetherd")
mkdir "$dir/alone"
cp "$programs/bellwetherd" "$dir/alone"
says_what_it_lacks() {
	on net timeout 20 "$dir/alone/bellwetherd" -f -p "$dir/policy.xml" -s "$dir/state" \
		-u "$daemon_user" >"$dir/alone.log" 2>&1
	[ $? -eq 1 ] && grep -q 'bellwether-runner: No such file' "$dir/alone.log"
}
[ -e "${helpers%/*}/bellwether-runner" ] || check lacks-its-runner says_what_it_lacks
whole='store: aaa1: restored [1-9][0-9]* clients, [0-9]* operations$'
before=$(grep -c "$whole" "$dir/daemon.log")
daemon net
# It was stopped: its state is complete, and nobody has to be asked.
check starts-again wait_for 20 said "$whole" $((before + 1))
check asks-nobody wait_for 20 said 'clients here .* asked 0$'
check never-asked [ "$(grep -c ' asked [1-9]' "$dir/daemon.log")" -eq 0 ]

# Killed, and stopped before anybody has answered: nothing of what was lost is known yet, and
# so the next one asks.
kill -STOP "$(cat "$dir/flock.pid")"
kill -KILL "$(cat "$dir/daemon.pid")"
wait_for 20 gone "$(cat "$dir/daemon.pid")"
daemon net
check asks-after-a-kill wait_for 20 said 'clients are asked$'
check stops-in-doubt daemon_gone
daemon net
check asks-after-that-stop wait_for 20 said 'clients are asked$' 2
kill -CONT "$(cat "$dir/flock.pid")"
all_answered() {
	grep ' asked [0-9]' "$dir/daemon.log" | tail -1 | grep -q ' asked 0$'
}
check all-answer wait_for 20 all_answered
