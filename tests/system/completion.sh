#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Completion: bash and zsh as a person has them, on a terminal, with what make install puts
# where they look; names come from a real agent, and nobody waits for a dead one.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"

own=21610
pass=unguessable
. "$root/tests/system/agent-lib.sh"
. "$root/tests/system/console-lib.sh"
mkdir "$dir/home"
own_access
cat >"$dir/etc/snmp.conf" <<-END
	defVersion 3
	defSecurityName ann
	defSecurityLevel authPriv
	defAuthType SHA-256
	defAuthPassphrase $pass
	defPrivType AES
	defPrivPassphrase $pass
END
# Into the folders that make install has, and from there.
make -s -C "$programs" install-dist_bashcompletionDATA install-dist_zshfunctionsDATA \
	DESTDIR="$dir/installed" bashcompletiondir=/bash zshfunctionsdir=/zsh \
	>"$dir/install.log" 2>&1 || not_ok installed "$(cat "$dir/install.log")"
demo own-demo 1000 --scene on --master "udp:127.0.0.1:$own" --snmp-conf "$dir/own.conf"
agent="--agent udp:127.0.0.1:$own"

# complete WORD...: all that is offered, in one line.
offered() {
	"$programs/bellwether" complete -- "$@" 2>&1 | cut -f1 | xargs echo
}
# offers TEST WORDS WORD...: exactly these.
offers() {
	offers_test=$1 offers_wanted=$2
	shift 2
	offers_got=$(offered "$@")
	case $offers_got in
	"$offers_wanted") ok "$offers_test" ;;
	*) not_ok "$offers_test" "wanted: $offers_wanted" "got: $offers_got" ;;
	esac
}

# ---- what the program says ----

# Every command of the help, in its order, whichever they are.
all=$("$programs/bellwether" --help | sed -n 's/^  \([a-z]*\)\( .*\)\{0,1\}$/\1/p' | xargs echo)
offers all-commands "$all --help --version" ""
offers a-command failover fail
offers views "conditions" console con
offers policies @file check ""
offers a-word lines doctor ""
offers an-option "--read-only" console --rea
offers values "noAuthNoPriv authNoPriv authPriv" servers -l ""
[ -z "$(offered pause --reason a)" ] && ok free-values || not_ok free-values
# shellcheck disable=SC2086 # two words
{
	offers servers "aaa1 aaa2" failover $agent --server a
	offers servers-equal "--server=aaa1 --server=aaa2" failover $agent --server=a
	offers groups "group:wireless" failover $agent group:w
	offers group-of-a-server "group:wireless group:vpn group:group-8 \
group:group-9" failover $agent --server aaa1 group:
	offers clients "client:nas-1,nas-77 $(seq -f 'client:nas-1,nas-77%g' -s ' ' 0 9)" \
		failover $agent --server aaa1 client:nas-1,nas-77
}

# ---- nobody waits ----

# shellcheck disable=SC2086 # two words
timed() {
	timed_got=$(timeout 20 "$programs/bellwether" complete -- failover $1 --server "" 2>&1)
	timed_status=$?
	[ "$timed_status $timed_got" = "0 " ]
}
check dead-port timed "--agent udp:127.0.0.1:1"
kill -STOP "$(cat "$dir/own-demo-agent.pid")"
check frozen timed "$agent"
kill -CONT "$(cat "$dir/own-demo-agent.pid")"

# ---- shells ----

mkdir "$dir/bin" && ln -s "$programs/bellwether" "$dir/bin/bellwether"
export PATH="$dir/bin:$PATH" HOME="$dir/home"

# types TEST TEXT WANTED: the text and a tab make the line end in what is wanted.
types() {
	type_text "$2"
	press Tab
	sees "$1" "$3"
}
in_a_shell() {
	types "$1-command" "bellwether recon" "bellwether reconnect"
	types "$1-option" "--ag" "bellwether reconnect --agent"
	types "$1-server" "udp:127.0.0.1:$own --server=aaa" "--server=aaa"
	types "$1-server-whole" "1 group:w" "--server=aaa1 group:wireless"
	types "$1-client" "+ client:nas-1,nas-1000" "client:nas-1,nas-1000"
	press C-u
	type_text "clear; echo fresh"
	press Enter
	touch "$dir/home/policy-of-mine.xml"
	types "$1-file" "bellwether check policy-of" "bellwether check policy-of-mine.xml"
	press C-u
}
terminal 132 24 "cd $dir/home && PS1='prompt: ' exec bash --norc"
sees bash "prompt:"
type_text ". $dir/installed/bash/bellwether"
press Enter
in_a_shell bash
no_terminal

if command -v zsh >/dev/null 2>&1; then
	terminal 132 24 "cd $dir/home && PS1='prompt: ' exec zsh -f"
	sees zsh "prompt:"
	type_text "fpath=($dir/installed/zsh \$fpath); autoload -Uz compinit; compinit -uD; clear"
	press Enter
	in_a_shell zsh
	no_terminal
else
	echo "ok $name-zsh # SKIP needs zsh"
fi
