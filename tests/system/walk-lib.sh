# SPDX-License-Identifier: BSD-3-Clause
# What the agent's own tests share: a network of their own, snmpd, who may ask, and what a
# walk has to bring. Sourced at the top of each, in place of lib.sh.

. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/own-network.sh"
pass=unguessable
. "$root/tests/system/agent-lib.sh"
for tool in snmpd snmptrapd snmpget; do
	command -v $tool >/dev/null 2>&1 || skip "needs $tool"
done

base=.1.3.6.1.4.1.8072.9999.9999
operation=$base.1.8.1
master=1161 # where snmpd answers
own=2161    # where an agent that is its own master does
mkdir -p "$dir/etc" "$dir/persist"
export MIBS= SNMPCONFPATH="$dir/etc:$dir/persist" SNMP_PERSISTENT_DIR="$dir/persist"
# Dumps have every value on one line.
echo hexOutputLength 0 >"$dir/etc/snmp.conf"

# access: in snmpd.conf's words, for both masters. A writer; a reader; elder, who reads
# with what older stations know; eve, who sees everything but us; a stranger without any
# view. By v2c: public, who reads all, and watcher, who sees our part and no more.
access() {
	for created in writer reader eve stranger; do
		echo "createUser $created SHA-256 $pass AES $pass"
	done
	cat <<-END
		createUser elder SHA $pass AES $pass
		view ours included $base
		view system included .1.3.6.1.2.1.1
		rwuser writer priv
		rouser reader priv
		rouser elder priv
		rouser eve priv -V system
		rocommunity public
		rocommunity watcher default -V ours
	END
}
(umask 077 && access >"$dir/own.conf")

# snmpd_conf [LINE...]: those lines as well.
snmpd_conf() {
	{
		access
		cat <<-END
			agentaddress udp:127.0.0.1:$master
			master agentx
			agentXSocket unix:$dir/agentx
			agentXPerms 0666 0755
			maxGetbulkResponses 2000
			dontLogTCPWrappersConnects yes
			[snmp] sendMessageMaxSize 65000
		END
		printf '%s\n' "$@"
	} >"$dir/etc/snmpd.conf"
}

# soon ARGUMENT...: as snmp, for who asks again when nobody is there yet.
soon() {
	more="-t 0.5"
	snmp "$@"
	more=
}

snmpd_answers() {
	soon get "$master" public .1.3.6.1.2.1.1.3.0 | grep -q Timeticks
}

snmpd_start() {
	snmpd -f -Lf "$dir/snmpd.log" -I -smux >/dev/null 2>&1 &
	started snmpd
	wait_for 30 snmpd_answers || not_ok snmpd "snmpd does not answer"
}

# tell NAME WORDS...: what that engine is to do.
tell() {
	tell_name=$1
	shift
	# Opened both ways: one that has ended keeps nobody waiting.
	echo "$*" 1<>"$dir/$tell_name.in"
}

ended() {
	grep -q '^ended' "$dir/$1.out"
}

# ends NAME STATUS: when told to, its agent ends so, and leaves nothing that runs.
ends() {
	tell "$1" quit
	check "$1-ends" wait_for 20 ended "$1"
	check "$1-ends-with-$2" grep -q "^ended $2$" "$dir/$1.out"
	check "$1-is-gone" gone "$(cat "$dir/$1-agent.pid")"
	rm -f "$dir/$1.pid" "$dir/$1-agent.pid"
}

# snmp COMMAND PORT USER ARGUMENT...: Net-SNMP's, by v3 as that user, or by v2c.
# $more has further options.
more=
snmp() {
	snmp_command=snmp$1 snmp_agent=udp:127.0.0.1:$2
	snmp_as="-v3 -l authPriv -u $3 -a SHA-256 -A $pass -x AES -X $pass"
	case $3 in
	public | watcher) snmp_as="-v2c -c $3" ;;
	elder) snmp_as="-v3 -l authPriv -u $3 -a SHA -A $pass -x AES -X $pass" ;;
	esac
	shift 3
	# shellcheck disable=SC2086 # words of a command
	"$snmp_command" -On -Oe -Ox -t 8 -r 0 $snmp_as $more "$snmp_agent" "$@" 2>&1
}

# plain: values in a walk's output that time moves, without the time; trailing spaces.
plain() {
	sed -n 's/ *$//; / = No more variables/d; /^\.1/p' "$1" | awk -v "moves=$dir/moving" '
	BEGIN {
		while ((getline line <moves) > 0) {
			split(line, part, " = ")
			moving[part[1]] = part[2]
		}
	}
	$1 in moving {
		split(moving[$1], kind, " ")
		print $1 " = " ($3 == kind[1] ? moving[$1] : $0)
		next
	}
	{ print }'
}

# dump ROWS: $dir/dump, what a walk must print; $dir/moving, what of it time moves.
dump() {
	"$demo" "$1" --dump >"$dir/dump"
	grep -F '*' "$dir/dump" >"$dir/moving"
}

# other_stacks: they are installed.
other_stacks() {
	perl -MNet::SNMP -MCrypt::Rijndael -e 1 2>/dev/null || skip "needs libnet-snmp-perl"
	/usr/bin/python3 -c 'import pysnmp' 2>/dev/null || skip "needs python3-pysnmp4"
}

# same TEST FILE: it holds the values of the dump, to the last, in their order.
same() {
	plain "$2" >"$2.plain"
	if cmp -s "$dir/dump" "$2.plain"; then
		ok "$1"
	else
		not_ok "$1" "$(wc -l <"$dir/dump") values, got $(wc -l <"$2.plain")" \
			"$(diff "$dir/dump" "$2.plain" | head -6)" \
			"$(grep -v '^\.1' "$2" | head -3)"
	fi
}

# serves PORT: our part of the tree is there, to be waited for; still_serves PORT: asked
# once, with the time that an answer may take.
serves() {
	soon get "$1" reader $base.1.1.10.0 | grep -q Gauge32
}
still_serves() {
	snmp get "$1" reader $base.1.1.10.0 | grep -q Gauge32
}
