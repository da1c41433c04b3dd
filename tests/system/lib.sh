# SPDX-License-Identifier: BSD-3-Clause
# What the system tests share: hosts made of network namespaces, a policy, waiting.
# Sourced at the top of each; leaves $dir, a folder that is gone at the end.

set -u
root=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd) || exit 99
programs=$(cd "${top_builddir:-$root/build}" && pwd) || exit 99
name=$(basename "$0" .sh)
failed=0
# Whom the daemon becomes; its secrets have to be his.
daemon_user=nobody

ok() {
	echo "ok $name-$1"
}

# not_ok TEST WHY...: and what the daemons said, the end of it.
not_ok() {
	echo "not ok $name-$1"
	shift
	printf '# %s\n' "$@"
	failed=1
}

# check TEST COMMAND...: one test.
check() {
	test_name=$1
	shift
	if "$@"; then
		ok "$test_name"
	else
		not_ok "$test_name" "failed: $*"
	fi
}

skip() {
	echo "ok $name # SKIP $*"
	exit 77
}

# ---- folder, processes, end ----

[ "$(id -u)" -eq 0 ] || skip "needs root: network namespaces and raw sockets"
dir=$(mktemp -d "${TMPDIR:-/tmp}/bellwether-$name.XXXXXX") || exit 99
chmod 755 "$dir"
hosts=

# started PROGRAM: notes the process just put in the background, to be ended with us.
started() {
	echo $! >"$dir/$1.pid"
}

# stopped PROGRAM [SIGNAL]: ends it and waits until it is gone.
stopped() {
	[ -f "$dir/$1.pid" ] || return 0
	kill "-${2:-TERM}" "$(cat "$dir/$1.pid")" 2>/dev/null
	wait_for 10 gone "$(cat "$dir/$1.pid")" || kill -KILL "$(cat "$dir/$1.pid")"
	rm -f "$dir/$1.pid"
}

# gone PROCESS: every thread of it has ended; whether somebody has waited for it yet (a
# zombie holds nothing) is the business of its parent, or of an init that takes its time.
gone() {
	! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/task"/*/status
}

finish() {
	status=$?
	trap '' INT TERM
	for pid_file in "$dir"/*.pid; do
		[ -f "$pid_file" ] && kill -KILL "$(cat "$pid_file")" 2>/dev/null
	done
	for host in $hosts; do
		# What a process left behind dies with its host.
		for pid in $(ip netns pids "$host" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
		ip netns del "$host" 2>/dev/null
	done
	if [ "$failed" -ne 0 ]; then
		for log in "$dir"/*.log; do
			[ -f "$log" ] || continue
			echo "# ---- ${log##*/}"
			tail -30 "$log" | sed 's/^/# /'
		done
	fi
	[ -n "${KEEP:-}" ] && echo "# kept: $dir" || rm -rf "$dir"
	[ "$failed" -eq 0 ] || status=1
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# wait_for SECONDS COMMAND...: polls until the command succeeds; false when it does not
# even after the deadline, for what came about while this stood still has come about. The
# command may wait_for something itself: the deadline is kept where that leaves it alone.
wait_for() {
	set -- "$(($(date +%s) + $1))" "$@"
	until tried "$@"; do
		[ "$1" -gt 0 ] || return 1
		sleep 0.1
		[ "$(date +%s)" -lt "$1" ] || { shift && set -- 0 "$@"; }
	done
}
tried() {
	shift 2
	"$@" >/dev/null 2>&1
}

# ---- hosts ----

# host NAME: a network namespace with its loopback up; on NAME COMMAND... runs there.
host() {
	ip netns add "bw-$1-$$" || skip "this kernel gives no network namespaces"
	hosts="$hosts bw-$1-$$"
	ip -n "bw-$1-$$" link set lo up
}

on() {
	host_name=$1
	shift
	ip netns exec "bw-$host_name-$$" "$@"
}

# behind HOST COMMAND...: for the background; the process is the command itself, not a
# shell that waits for it, so that signals and kills reach it.
behind() {
	behind_host=$1
	shift
	exec ip netns exec "bw-$behind_host-$$" "$@"
}

# link_hosts A ADDRESS B ADDRESS: a cable; the addresses carry their prefix length.
link_hosts() {
	ip link add "to-$3" netns "bw-$1-$$" type veth peer name "to-$1" netns "bw-$3-$$" ||
		skip "this kernel has no veth"
	for end in "$1 to-$3 $2" "$3 to-$1 $4"; do
		# shellcheck disable=SC2086 # three words
		set -- $end
		case $3 in
		*:*) ip -n "bw-$1-$$" addr add "$3" dev "$2" nodad ;;
		*) ip -n "bw-$1-$$" addr add "$3" dev "$2" ;;
		esac
		ip -n "bw-$1-$$" link set "$2" up
	done
}

# ---- policy, keys, load ----

# secret FILE: a fresh master key that only its owner reads.
secret() {
	(umask 077 && od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1" && echo >>"$1")
}

# load PERCENT: what the file parameter of the policy reads next.
load() {
	echo "$1" >"$dir/load.new" && mv "$dir/load.new" "$dir/load"
}

# policy SERVER-ADDRESS ALTERNATE-ADDRESS CLIENTS [BATCH EVERY]: $dir/policy.xml, of a
# server whose performance is 100 less what load() wrote, judged within seconds.
policy() {
	load 10
	secret "$dir/aaa1.key"
	chown "$daemon_user" "$dir/aaa1.key"
	cat >"$dir/policy.xml" <<-END
		<policy xmlns="urn:bellwether:policy:1">
		  <server name="aaa1" address="$1" transport="icmp">
		    <key id="1" file="aaa1.key" algorithm="hmac-sha256"/>
		  </server>
		  <alternates>
		    <alternate name="aaa2" address="$2"/>
		  </alternates>
		  <monitor interval="200ms" timeout="100ms">
		    <parameter name="work"><file path="$dir/load" pattern="([0-9]+)"/></parameter>
		  </monitor>
		  <performance function="100 - \$work"/>
		  <failover threshold="30" for="400ms">
		    <step><select all="yes"/></step>
		    <order validity="10m" retry="500ms" attempts="20"/>
		  </failover>
		  <connection threshold="60" for="400ms">
		    <batch size="${4:-50}" every="${5:-1s}"/>
		  </connection>
		  <clients hello="${HELLO:-10s}">
		    $3
		  </clients>
		</policy>
	END
}

# daemon HOST [COMMAND...]: bellwetherd there, with everything it says in daemon.log, and
# with the words of $daemon_options.
daemon() {
	daemon_host=$1
	shift
	mkdir -p "$dir/state"
	# shellcheck disable=SC2086 # words
	behind "$daemon_host" "$@" "$programs/bellwetherd" -f -p "$dir/policy.xml" \
		-s "$dir/state" -u "$daemon_user" -l debug ${daemon_options:-} \
		>>"$dir/daemon.log" 2>&1 &
	started daemon
}

# ---- clients ----

# client_xml NAME ADDRESS SERVER ALTERNATE [COMMAND]: $dir/NAME with client.xml, its key,
# and, without a COMMAND to be its hook, one that notes every run in "ran" (event, server,
# alternates, order) and knows its place.
client_xml() {
	mkdir -p "$dir/$1/state"
	(umask 077 && "$programs/bellwether" key "$dir/policy.xml" "$1" >"$dir/$1/$1.key")
	cat >"$dir/$1/hook" <<-END
		#!/bin/sh
		cd $dir/$1 || exit 1
		case \$BELLWETHER_EVENT in
		verify)
			read -r place <place
			[ "\$place" = away ] && exit 10
			exit 0
			;;
		failover) echo away >place ;;
		*) echo here >place ;;
		esac
		echo "\$BELLWETHER_EVENT \$BELLWETHER_SERVER \$BELLWETHER_ALTERNATES" \\
			"\$BELLWETHER_ORDER" >>ran
	END
	chmod 755 "$dir/$1/hook"
	: >"$dir/$1/ran"
	echo here >"$dir/$1/place"
	cat >"$dir/$1/client.xml" <<-END
		<client xmlns="urn:bellwether:client:1" name="$1" address="$2">
		  <server name="aaa1" address="$3" transport="icmp">
		    <key id="1" file="$1.key"/>
		    <alternate name="aaa2" address="$4"/>
		    <return after="10m" retry="2s"/>
		    <hook command="${5:-$dir/$1/hook}" timeout="5s" verify="${VERIFY:-1m}"/>
		  </server>
		</client>
	END
}

# client HOST NAME [COMMAND...]: bellwether-client there, talking to NAME.log.
client() {
	client_host=$1 client_name=$2
	shift 2
	behind "$client_host" "$@" "$programs/bellwether-client" -f \
		-c "$dir/$client_name/client.xml" -s "$dir/$client_name/state" \
		>>"$dir/$client_name.log" 2>&1 &
	started "$client_name"
}

# client_rights: a command in front of a client that leaves it the rights of its unit.
client_rights() {
	printf 'setpriv --inh-caps=-all --bounding-set=-all%s' "$(sed -n \
		's/^CapabilityBoundingSet=//p' "$root/dist/bellwether-client.service.in" |
		tr ' ' '\n' | sed 's/^CAP_/,+/' | tr -d '\n' | tr 'A-Z' 'a-z')"
}

# client_is CLIENT PLACE: the running client says so of aaa1, its server.
client_is() {
	"$programs/bellwether-client" -s "$dir/$1/state" --status |
		grep -Eq "^aaa1 \\(.*\\): $2(\$|,)"
}

# hook_event HOST COMMAND EVENT [ALTERNATE-ADDRESS [PORT]]: a run of a hook by hand, for
# the server $server; $status and $said are what it gave.
hook_event() {
	case ${4:-} in
	*:*) in_brackets="[$4]" ;;
	*) in_brackets=${4:-} ;;
	esac
	# shellcheck disable=SC2086 # a program and its argument
	said=$(on "$1" env -i PATH="${HOOK_PATH:-$PATH}" BELLWETHER_EVENT="$3" \
		BELLWETHER_SERVER=aaa1 BELLWETHER_SERVER_ADDRESS="$server" \
		BELLWETHER_ALTERNATE="${4:+aaa2}" BELLWETHER_ALTERNATE_ADDRESS="${4:-}" \
		BELLWETHER_ALTERNATES="${4:+aaa2=$in_brackets:${5:-0}}" $2 2>&1)
	status=$?
}

# hook_gives STATUS TEXT HOST COMMAND EVENT...: a run by hand ends so, its first line has
# the text.
hook_gives() {
	expected=$1 text=$2
	shift 2
	hook_event "$@"
	case $(echo "$said" | head -1) in
	*"$text"*) [ "$status" -ne "$expected" ] || return 0 ;;
	esac
	echo "# exit status $status, said: $said"
	return 1
}

# granted_by NAME COMMAND...: the command is one login, granted by the FreeRADIUS in
# $dir/NAME and by no other.
granted_by() {
	granted=$(radius_logins "$dir/$1")
	granted_by_all=$(cat "$dir"/aaa?/log/radius.log | grep -c 'Login OK')
	by=$1
	shift
	"$@" && [ "$(radius_logins "$dir/$by")" -eq $((granted + 1)) ] &&
		[ "$(cat "$dir"/aaa?/log/radius.log | grep -c 'Login OK')" -eq \
			$((granted_by_all + 1)) ]
}

# there_and_back TEST DAEMON-HOST CLIENT-HOST CLIENT-ADDRESS LOGIN: the loop with the hook
# $hook, from $server to $alternate and back. "LOGIN NAME" is true when a login now is
# answered by aaa1 or aaa2.
there_and_back() {
	rm -rf "$dir/state" "$dir/nas1"
	policy "$server" "$alternate" "<client name=\"nas1\" address=\"$4\"/>"
	client_xml nas1 "$4" "$server" "$alternate" "$hook"
	daemon "$2"
	# shellcheck disable=SC2046 # words
	client "$3" nas1 $(client_rights)
	check "$1-here" wait_for 20 client_is nas1 here
	check "$1-here-login" "$5" aaa1
	check "$1-here-verified" hook_gives 0 "" "$3" "$hook" verify
	load 90
	check "$1-away" wait_for 20 client_is nas1 "away at aaa2"
	check "$1-away-login" "$5" aaa2
	check "$1-away-verified" hook_gives 10 "" "$3" "$hook" verify
	load 10
	check "$1-back" wait_for 20 client_is nas1 here
	check "$1-back-login" "$5" aaa1
	check "$1-back-verified" hook_gives 0 "" "$3" "$hook" verify
	stopped nas1
	stopped daemon
}

# ran CLIENT EVENT: how often its hook ran for the event.
ran() {
	grep -c "^$2 " "$dir/$1/ran"
}

# simulated HOST SELECTION [COMMAND...]: bellwether-flock there, talking to flock.log.
simulated() {
	flock_host=$1 flock_who=$2
	shift 2
	behind "$flock_host" "$@" "$programs/bellwether-flock" -p "$dir/policy.xml" --status \
		--retry 2s "$flock_who" >>"$dir/flock.log" 2>&1 &
	started flock
}

# clients_are PLACE COUNT: bellwetherd's newest line of counts says so.
clients_are() {
	tail -100 "$dir/daemon.log" | awk -v place="$1" -v count="$2" '
	/ clients here [0-9]+ away [0-9]+ unknown [0-9]+/ {
		for (i = 1; i < NF; i++)
			if ($i == place && $(i + 1) ~ /^[0-9]+,?$/)
				found = $(i + 1)
	}
	END { exit !(found != "" && found + 0 == count) }'
}
