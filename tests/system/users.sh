#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Who runs as whom: the engine, and its SNMP agent as a user of its own, also when it is
# started again; what belongs to the one is closed to the other.
. "$(dirname "$0")/lib.sh"

command -v setpriv >/dev/null 2>&1 || skip "needs setpriv"
daemon_user=bwtest
port=11610

# Users of this test alone: files of its own lie over the system's, for the daemon only.
cp /etc/passwd "$dir/passwd"
cp /etc/group "$dir/group"
for one in bwtest:61231 bwtest-agent:61232; do
	id=${one#*:}
	echo "${one%:*}:x:$id:$id::/:/usr/sbin/nologin" >>"$dir/passwd"
	echo "${one%:*}:x:$id:" >>"$dir/group"
done
cat >"$dir/with-users" <<-END
	#!/bin/sh
	mount --bind $dir/passwd /etc/passwd && mount --bind $dir/group /etc/group || exit 1
	exec "\$@"
END
chmod 755 "$dir/with-users"

host net
chown() {
	command chown 61231 "$2"
}
policy 127.0.0.11 127.0.0.12 '<range name="ap-%d" prefix="127.1.0.0/24" count="3"/>'
(umask 077 && printf 'createUser ann SHA-256 unguessable\nrwuser ann auth\n' \
	>"$dir/snmp.conf")

# The daemon's processes by the role in their command line: "UID" a line.
uid_of() {
	for proc in /proc/[0-9]*; do
		grep -qzx -- "$2" "$proc/cmdline" 2>/dev/null &&
			[ "$(sed -n 's/^PPid:.//p' "$proc/status")" = "$1" ] &&
			sed -n 's/^Uid:.\([0-9]*\).*/\1/p' "$proc/status"
	done
}
pid_of() {
	for proc in /proc/[0-9]*; do
		grep -qzx -- "$2" "$proc/cmdline" 2>/dev/null &&
			[ "$(sed -n 's/^PPid:.//p' "$proc/status")" = "$1" ] &&
			echo "${proc#/proc/}"
	done
}
asked() {
	on net "$programs/bellwether" servers --agent "udp:127.0.0.1:$port" -v3 -u ann \
		-l authNoPriv -a SHA-256 -A unguessable 2>&1 | grep -q '^aaa1 '
}
as_agent() {
	setpriv --reuid 61232 --regid 61232 --clear-groups "$@" 2>/dev/null
}

mkdir -p "$dir/state"
behind net "$dir/with-users" "$programs/bellwetherd" -f -p "$dir/policy.xml" \
	-s "$dir/state" -u "$daemon_user" --master "udp:127.0.0.1:$port" \
	--snmp-conf "$dir/snmp.conf" >>"$dir/daemon.log" 2>&1 &
started daemon
check answers wait_for 20 asked
engine=$(cat "$dir/daemon.pid")
starter=$(pid_of "$engine" starter)
agent=$(pid_of "$starter" agent)
check engine-user [ "$(sed -n 's/^Uid:.\([0-9]*\).*/\1/p' "/proc/$engine/status")" = 61231 ]
check agent-user [ "$(uid_of "$starter" agent)" = 61232 ]
check agent-has-no-rights grep -q '^CapPrm:.0000000000000000$' "/proc/$agent/status"
check agent-gains-none grep -q '^NoNewPrivs:.1$' "/proc/$agent/status"
# uid and gid may be changed, others signalled: bits 5 to 7.
check starter-has-few grep -q '^CapPrm:.00000000000000e0$' "/proc/$starter/status"
check state-is-closed eval '! as_agent cat "$dir/state/state.db" >/dev/null'
check key-is-closed eval '! as_agent cat "$dir/aaa1.key" >/dev/null'
check folder-is-not-listed eval '! as_agent ls "$dir/state" >/dev/null'
check own-folder-is-open eval 'as_agent ls "$dir/state/agent" >/dev/null'

kill -KILL "$agent"
check agent-again wait_for 20 asked
check agent-again-as-itself [ "$(uid_of "$starter" agent)" = 61232 ]
agent=$(pid_of "$starter" agent)
stopped daemon
check agent-ends wait_for 15 gone "$agent"
check starter-ends wait_for 15 gone "$starter"
