# SPDX-License-Identifier: BSD-3-Clause
# A real agent with an engine that only pretends, and who may ask it. Sourced after lib.sh;
# needs $pass.

demo=$programs/tests/system/board-demo
[ -x "$demo" ] || skip "needs tests/system/board-demo (make check)"

# access: snmpd.conf's lines. ann may act, bob only look, eve sees nothing of us.
access() {
	for user in ann bob eve; do
		echo "createUser $user SHA-256 $pass AES $pass"
	done
	cat <<-END
		view system included 1.3.6.1.2.1.1
		rwuser ann priv
		rouser bob priv
		rouser eve priv -V system
		rocommunity public
	END
}

# own_access [DIRECTIVE...]: access in $dir/own.conf, for an agent that is its own master, with
# further lines of snmpd.conf; and nothing of this machine's Net-SNMP files is read or
# written from here on.
own_access() {
	mkdir -p "$dir/etc" "$dir/persist"
	export MIBS= SNMPCONFPATH="$dir/etc:$dir/persist" SNMP_PERSISTENT_DIR="$dir/persist"
	(
		umask 077
		access >"$dir/own.conf"
		for own_line; do
			echo "$own_line"
		done >>"$dir/own.conf"
	)
}

# demo NAME ROWS ARGUMENTS...: an engine that only pretends, and a real agent, whose state
# is in $demo_state, or in a folder of its own.
demo() {
	demo_name=$1 demo_rows=$2
	shift 2
	rm -f "$dir/$demo_name.in" && mkfifo "$dir/$demo_name.in"
	"$demo" "$demo_rows" "${demo_state:-$dir/$demo_name}" "$@" <>"$dir/$demo_name.in" \
		>"$dir/$demo_name.out" 2>>"$dir/$demo_name.log" &
	started "$demo_name"
	wait_for 30 grep -q ready "$dir/$demo_name.out" || not_ok "$demo_name" "not ready"
	sed -n 's/^ready //p' "$dir/$demo_name.out" >"$dir/$demo_name-agent.pid"
}
