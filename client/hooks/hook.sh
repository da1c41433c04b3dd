# SPDX-License-Identifier: BSD-3-Clause
# What the shipped hooks share: settings read as data, alternates, how one says what is
# wrong. Sourced by each; a hook defines go_away, come_back and look, then calls hook_run.
# Exit status: 0 done (verify: here), 10 verify: away, 1 failed (verify: unknown),
# 3 not applicable. The first line of output is the reason.
# shellcheck shell=sh disable=SC2015,SC2034 # fail ends the script; hooks use the rest

set -u
LC_ALL=C
export LC_ALL
umask 077

say() {
	printf '%s\n' "$*"
}

fail() {
	say "$*"
	exit 1
}

is_here() {
	say "$*"
	exit 0
}

is_away() {
	say "$*"
	exit 10
}

# What a hook waits for; told when its time is over.
doing='the hook'
trap 'fail "$doing: no answer within the timeout of this hook: see whether it hangs"' TERM
trap 'exit 1' HUP INT

# run COMMAND...: what it says is in $answer. At the timeout the whole group gets TERM; the
# shell in between outlives that, so that "Terminated" is not the first line of output.
run() {
	doing=$*
	answer=$(
		exec </dev/null 2>&1
		trap : TERM
		"$@"
		exit $?
	)
}

first_line() {
	say "$answer" | head -1
}

# needs PROGRAM PACKAGE
needs() {
	command -v "$1" >/dev/null 2>&1 ||
		fail "$1 is not installed: apt-get install $2, or add its folder to PATH"
}

# ---- settings ----

# Not writable by group or others, and root's or ours.
guarded() {
	owner=$(stat -L -c %u "$1") && mode=$(stat -L -c %a "$1") || return 1
	[ "$owner" -eq 0 ] || [ "$owner" -eq "$(id -u)" ] || return 1
	case $mode in
	*[2367]? | *[2367]) return 1 ;;
	esac
}

# settings_read CONF NAME...: sets those of the variables NAME that CONF has. Read as
# data, line by line; but a hook may run what one says, and so the file must be guarded.
settings_read() {
	conf=$1
	shift
	[ -f "$conf" ] && [ -r "$conf" ] ||
		fail "$conf: cannot be read: make it, or correct the hook in client.xml"
	guarded "$conf" || fail "$conf: others may change what runs here: chown root and chmod go-w"
	number=0
	while IFS= read -r setting || [ -n "$setting" ]; do
		number=$((number + 1))
		key=${setting%%=*}
		case $setting in
		'' | '#'*) continue ;;
		*=*) ;;
		*) key= ;;
		esac
		case $key in
		'' | *[!A-Z_]*) fail "$conf:$number: is neither NAME=value nor a comment" ;;
		esac
		case " $* " in
		*" $key "*) ;;
		*) fail "$conf:$number: no such setting: $key; there are: $*" ;;
		esac
		# The name is one of ours, and the value is not looked into.
		eval "$key=\${setting#*=}"
	done <"$conf"
}

# is_port TEXT
is_port() {
	case $1 in
	'' | 0* | *[!0-9]* | ??????*) return 1 ;;
	esac
	[ "$1" -le 65535 ]
}

# ports_checked NAME PORT...: ends the hook at one that is none.
ports_checked() {
	setting=$1
	shift
	for port in "$@"; do
		is_port "$port" || fail "$conf: $setting=: $port is no port: 1 to 65535"
	done
}

# ---- the event ----

: "${BELLWETHER_EVENT:=}" "${BELLWETHER_SERVER:=}" "${BELLWETHER_SERVER_ADDRESS:=}"
: "${BELLWETHER_ALTERNATE:=}" "${BELLWETHER_ALTERNATE_ADDRESS:=}"
: "${BELLWETHER_ALTERNATES:=}"
conf='no settings file'

# No more than what a name, an address or a port may hold.
is_plain() {
	case $1 in
	'' | *[!A-Za-z0-9._:-]*) return 1 ;;
	esac
}

# alternate_split NAME=ADDRESS:PORT: $alternate, $alternate_address without brackets, and
# $alternate_port, empty for the usual one.
alternate_split() {
	alternate=${1%%=*}
	alternate_address=${1#*=}
	alternate_port=${alternate_address##*:}
	alternate_address=${alternate_address%:*}
	alternate_address=${alternate_address#[}
	alternate_address=${alternate_address%]}
	is_port "$alternate_port" || alternate_port=''
}

# server_checked: every hook but those that fill files needs an address to go by.
server_checked() {
	is_plain "$BELLWETHER_SERVER" && is_plain "$BELLWETHER_SERVER_ADDRESS" ||
		fail "BELLWETHER_SERVER and BELLWETHER_SERVER_ADDRESS are not set: this is run by bellwether-client"
}

hook_run() {
	case $BELLWETHER_EVENT in
	failover) go_away ;;
	reconnect | return) come_back ;;
	verify) look ;;
	*)
		say "no such event: $BELLWETHER_EVENT"
		exit 3
		;;
	esac
}
