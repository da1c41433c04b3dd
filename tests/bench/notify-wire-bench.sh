#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How late a real daemon's notifications are on the wire, through a real snmpd: from the
# event, as the log dates it, until a receiver has it, while everybody leaves and comes back
# again and again. The daemon's limit on notifications (50, then one a second) is not
# reached; notify-bench has 100 a second.
# BENCH_ROUNDS: how often (15).
bench=notify-event-to-wire
. "$(dirname "$0")/alone-lib.sh"
. "$top_srcdir/tests/system/snmp-lib.sh"

clients=200
rounds=${BENCH_ROUNDS:-15}

give_up() {
	echo "bench: $bench not measured: $*"
	exit 0
}

# listener: a line for each notification about an event: when it came, and the event's text.
listener() {
	behind net perl -MIO::Socket::INET -MTime::HiRes=time -e '
		$| = 1;
		my $in = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1",
			LocalPort => 162) or die;
		while (defined $in->recv(my $got, 65535)) {
			my $now = time;
			my ($text) = $got =~ /(server aaa1 is \w+ \(was [ -:<-~]+|\w+ done: [ -:<-~]+)/;
			printf "%.4f %s\n", $now, $text if $text;
		}' >"$dir/came" 2>"$dir/listener.log" &
	started listener
}
flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}
ready() {
	flock_is "here $clients away 0" && [ "$(scalar 1)" ]
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/24\" count=\"$clients\"/>" $clients 1s
sed -i -e 's/for="400ms"/for="200ms"/' -e 's/<order /<order rate="4000\/s" /' \
	"$dir/policy.xml"
listener
master
daemon_options="-x unix:$dir/agentx"
daemon net
simulated net all
wait_for 40 ready || give_up "the daemon does not come up"
for n in $(seq "$rounds"); do
	load 90
	wait_for 20 flock_is "here 0 away $clients" || give_up "the clients do not leave"
	load 10
	wait_for 20 flock_is "here $clients away 0" || give_up "the clients do not return"
done
enough() {
	[ "$(wc -l <"$dir/came")" -ge $((3 * rounds)) ]
}
wait_for 10 enough || give_up "$(wc -l <"$dir/came") notifications came"

perl -e '
	use Time::Local;
	my ($log, $came, $bench, $load) = @ARGV;
	my %at;
	open my $in, "<", $log or die;
	while (<$in>) {
		/^(\d+)-(\d+)-(\d+)T(\d+):(\d+):([\d.]+)Z \w+ fleet: aaa1 [\w-]+: (.*)/ or next;
		push @{$at{substr $7, 0, 40}}, timegm(0, $5, $4, $3, $2 - 1, $1) + $6;
	}
	open $in, "<", $came or die;
	while (<$in>) {
		my ($when, $text) = /^(\S+) (.*)/;
		# The last one of its kind before; the log has milliseconds.
		my ($event) = grep { $_ <= $when + 0.001 } reverse @{$at{substr $text, 0, 40}};
		push @late, ($when - $event) * 1000 if $event;
	}
	@late = sort { $a <=> $b } @late;
	@late or die "no event was found";
	printf "bench: %s ratio %.2f goal <=1 (of the 50 ms that 99 in 100 may take; of %d" .
		" events median %.1f ms, 99th percentile %.1f ms, the latest %.1f ms; load" .
		" average %s)\n", $bench, $late[int(0.99 * $#late)] / 50, scalar @late,
		$late[$#late / 2], $late[int(0.99 * $#late)], $late[-1], $load;
' "$dir/daemon.log" "$dir/came" "$bench" "$(cut -d ' ' -f 1 /proc/loadavg)"
