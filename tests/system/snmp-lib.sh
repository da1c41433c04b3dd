# SPDX-License-Identifier: BSD-3-Clause
# What tests of the daemon behind SNMP share: a private snmpd and snmptrapd on the host
# net, the manager, and looking at what the tables and the notifications say.
# Sourced after lib.sh.

command -v snmpd >/dev/null 2>&1 || skip "needs snmpd"
command -v snmptrapd >/dev/null 2>&1 || skip "needs snmptrapd"
base=.1.3.6.1.4.1.8072.9999.9999
mkdir -p "$dir/master" "$dir/persist" "$dir/manager"
export MIBS=

# access FILE [MASTER]: who may ask, and where notifications go; the password is in the
# manager's snmp.conf as well.
access() {
	(umask 077 && cat >"$1") <<-END
		createUser ann SHA-256 unguessable AES unguessable
		rwuser ann priv
		rocommunity public 127.0.0.1
		trap2sink 127.0.0.1:162 public
	END
	[ -z "${2:-}" ] || cat >>"$1" <<-END
		agentaddress udp:127.0.0.1:161
		master agentx
		agentXSocket unix:$dir/agentx
		agentXPerms 0666 0755
		maxGetbulkResponses 2000
		[snmp] sendMessageMaxSize 65000
	END
}
access "$dir/master/snmpd.conf" master
cat >"$dir/manager/snmp.conf" <<-END
	defVersion 3
	defSecurityName ann
	defSecurityLevel authPriv
	defAuthType SHA-256
	defAuthPassphrase unguessable
	defPrivType AES
	defPrivPassphrase unguessable
	timeout 5
END

# Not with -C and -c: engine boots have to grow with each start.
master() {
	SNMPCONFPATH="$dir/master:$dir/persist" SNMP_PERSISTENT_DIR="$dir/persist" \
		behind net snmpd -f -LF w "$dir/snmpd.log" -I -smux >/dev/null 2>&1 &
	started snmpd
}

# A line each: its varbinds between tabs, numeric.
receiver() {
	echo 'authCommunity log public' >"$dir/trapd.conf"
	SNMPCONFPATH="$dir/manager" SNMP_PERSISTENT_DIR="$dir/manager" \
		behind net snmptrapd -f -n -On -C -c "$dir/trapd.conf" -Lf "$dir/traps" \
		-F '%v\n' udp:127.0.0.1:162 >/dev/null 2>&1 &
	started receiver
}

# ask COMMAND...: $status, $said and $wrong (its standard error) of the manager.
ask() {
	SNMPCONFPATH="$dir/manager" on net timeout 60 "$programs/bellwether" "$@" \
		--agent "udp:127.0.0.1:${port:-161}" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	said=$(cat "$dir/out")
	wrong=$(cat "$dir/err")
}

# expect TEST STATUS WORDS: of the last ask, in what it printed anywhere.
expect() {
	case "$status $said $wrong" in
	"$2 "*"$3"*) ok "$1" ;;
	*) not_ok "$1" "wanted $2 and: $3" "got $status: $said" "$wrong" ;;
	esac
}

# comes TEST STATUS WORDS COMMAND...: as expect, once the command says so.
comes() {
	comes_test=$1 comes_status=$2 comes_words=$3
	shift 3
	wait_for 20 ask_gives "$@"
	expect "$comes_test" "$comes_status" "$comes_words"
}
ask_gives() {
	ask "$@"
	case "$status $said $wrong" in
	"$comes_status "*"$comes_words"*) ;;
	*) return 1 ;;
	esac
}

# shown COLUMN[,COLUMN]... [COLUMN=VALUE | COLUMN~PATTERN]...: those columns of the rows in
# the last --json, a line each, with bars between them.
shown() {
	perl -MJSON::PP -e '
		my ($columns, @where) = @ARGV;
		local $/;
		my $shown = decode_json(<STDIN>);
		sub text {
			my ($value) = @_;
			ref $value eq "JSON::PP::Boolean" and return $value ? "true" : "false";
			return $value // "null";
		}
		ROW: for my $row (@{$shown->{rows}}) {
			for (@where) {
				my ($name, $is, $value) = /^(\w+)([=~])(.*)$/;
				my $text = text($row->{$name});
				next ROW unless $is eq "=" ? $text eq $value : $text =~ /$value/;
			}
			print join("|", map { text($row->{$_}) } split /,/, $columns), "\n";
		}' "$@" <"$dir/out"
}

# table COMMAND VALUE COLUMN [COLUMN=VALUE]...: the command shows just that, once.
table() {
	table_command=$1 table_value=$2
	shift 2
	ask "$table_command" --json
	[ "$(shown "$@")" = "$table_value" ]
}

# rows COMMAND COUNT [COLUMN=VALUE]...: so many rows are like that.
rows() {
	rows_command=$1 rows_count=$2
	shift 2
	ask "$rows_command" --json
	[ "$status" -eq 0 ] && [ "$(shown serverName "$@" | wc -l)" -eq "$rows_count" ]
}

# scalar NUMBER: of bwObjects.1, as it is. Nothing when there is none, or no answer.
scalar() {
	on net snmpget -v2c -c public -r 3 -t 3 -OQev "udp:127.0.0.1:${port:-161}" \
		"$base.1.1.$1.0" 2>/dev/null | grep -v '^No Such' | tr -d '"'
}

# is NUMBER VALUE: of a scalar.
is() {
	[ "$(scalar "$1")" = "$2" ]
}

# ---- notifications ----

# told NUMBER [PATTERN]: how many such ones came, each counted once.
told() {
	grep "	.1.3.6.1.6.3.1.1.4.1.0 = OID: $base\.0\.$1	" "$dir/traps" 2>/dev/null |
		grep -- "${2:-}" | sed 's/.*Counter64: //' | sort -u | wc -l
}

# heard NUMBER COUNT [PATTERN]: at least so many.
heard() {
	[ "$(told "$1" "${3:-}")" -ge "$2" ]
}

# sequence [REPEATED [MISSING]]: the numbers of all that came, from 1 to the last, are
# without a gap, or no more than so many are missing; each one's objects are those that the
# MIB names, and no number stands for two different ones. The same one may come again, which
# is only right with REPEATED.
sequence() {
	perl - "$root/mib/BELLWETHER-MIB.txt" "$base" "${1:-}" "${2:-0}" "$dir/traps" <<-'END'
		my ($mib, $base, $repeated, $missing, $traps) = @ARGV;
		my (%arc, %wants, %first, $bad);
		local $/;
		open my $in, "<", $mib or die $mib;
		$_ = <$in>;
		s/--.*//g;
		s/"[^"]*"//g;
		while (/^\s*(bw\w+)\s+OBJECT(?:-TYPE|\s+IDENTIFIER)\b[^:]*?::=\s*\{\s*(\w+)\s+([\d ]+)\}/gm) {
			my ($name, $up, $number) = ($1, $2, $3);
			$number =~ s/\s+//g;
			$arc{$name} = "$up.$number";
		}
		sub numbers {
			my ($name) = @_;
			my ($up, $number) = split /\./, $arc{$name} // return $base;
			return numbers($up) . ".$number";
		}
		while (/^\s*bw\w+\s+NOTIFICATION-TYPE\s+OBJECTS\s*\{([^}]*)\}[^:]*::=\s*\{\s*bwNotifications\s+(\d+)/gm) {
			my ($objects, $number) = ($1, $2);
			$wants{"$base.0.$number"} =
				[map { numbers($_) } $objects =~ /(\w+)/g];
		}
		keys %wants == 20 or die "# the MIB has other notifications\n";
		open $in, "<", $traps or die $traps;
		for (split /\n/, <$in>) {
			my @varbind = map { [split / = /, $_, 2] } split /\t/;
			shift @varbind until !@varbind ||
				$varbind[0][0] eq ".1.3.6.1.6.3.1.1.4.1.0";
			next unless @varbind;
			my ($kind) = (shift @varbind)->[1] =~ /OID: (.*)/;
			# snmpd tells its own starts and ends as well.
			next if index($kind, "$base.") != 0;
			my @objects = @{$wants{$kind} // []};
			my $name = "# notification $kind";
			@objects && @objects == @varbind or
				$bad++, print "$name has other objects\n";
			for (@varbind) {
				my $object = shift(@objects) // "none";
				$_->[0] =~ /^\Q$object\E(\.\d+)+$/ and next;
				$bad++, print "$name: $_->[0] is not $object\n";
			}
			my ($number) = $varbind[-1][1] =~ /Counter64: (\d+)/;
			# How many are missing may be more by the time when it comes again.
			my $all = join " ", $kind, map { @$_ }
				grep { $_->[0] ne "$base.1.1.12.0" } @varbind;
			if (($first{$number} // $all) ne $all) {
				$bad++, print "$name and another both have $number:\n";
				print "# $first{$number}\n# $all\n";
			} elsif (defined $first{$number} && !$repeated) {
				$bad++, print "$name came twice under $number\n";
			}
			$first{$number} = $all;
		}
		my ($last) = sort { $b <=> $a } keys %first;
		for (1 .. $last // 0) {
			$first{$_} or $missing-- > 0 or $bad++, print "# number $_ never came\n";
		}
		print "# ", $last // 0, " notifications\n";
		exit($bad || !$last ? 1 : 0);
	END
}
