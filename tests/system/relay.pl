#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# Stands between managers and an SNMP agent: delays, loses, and notes what passes.
# usage: relay.pl PORT AGENT-PORT LOG, both of 127.0.0.1
# Commands come by its input, a line each: "delay MS" (each way), "lose PERCENT".
# LOG gets a line for each datagram that comes: when (s), from whom ("ask", "answer"), what
# it is (get next bulk set response report trap; "sealed" where only the two of them know;
# "discovery" of an engine), how many octets, and "lost" if it is; and "now delay MS lose
# PERCENT" when a command is obeyed.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($port, $to, $path) = @ARGV;
die "usage: $0 PORT AGENT-PORT LOG\n" unless defined $path;
my ($delay, $lose) = (0, 0);
my %kind = (0xa0 => 'get', 0xa1 => 'next', 0xa2 => 'response', 0xa3 => 'set',
	0xa5 => 'bulk', 0xa7 => 'trap', 0xa8 => 'report');
srand 1;

# The first element of BER: its tag, its value, and what follows it.
sub element {
	my ($bytes) = @_;
	my ($tag, $length) = unpack 'CC', $bytes;
	my $at = 2;
	if ($length & 0x80) {
		my $more = $length & 0x7f;
		$length = 0;
		$length = $length << 8 | $_ for unpack "x2 C$more", $bytes;
		$at += $more;
	}
	return ($tag, substr($bytes, $at, $length), substr($bytes, $at + $length));
}

sub kind_of {
	my (undef, $message) = element($_[0]);
	my (undef, $version, $rest) = element($message);
	my $tag;
	if (unpack('C', $version) < 3) {
		(undef, undef, $rest) = element($rest);
	} else {
		my (undef, $header, $behind) = element($rest);
		(undef, undef, $header) = element($header) for 1 .. 2;
		my $flags = unpack 'C', (element($header))[1];
		(undef, my $security, $behind) = element($behind);
		my $engine = (element((element($security))[1]))[1];
		return 'discovery' if $engine eq '';
		return 'sealed' if $flags & 2;
		(undef, $rest) = element($behind);
		(undef, undef, $rest) = element($rest) for 1 .. 2;
	}
	($tag) = element($rest);
	return $kind{$tag} // 'other';
}

my $front = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1',
	LocalPort => $port) or die "port $port: $!\n";
open my $log, '>>', $path or die "$path: $!\n";
$log->autoflush(1);
my $select = IO::Select->new($front, \*STDIN);
my (%behind, %whose); # a socket towards the agent for each manager
my @waiting;          # [when, socket, bytes, to whom], in order

sub pass {
	my ($who, $socket, $bytes, $peer) = @_;
	my $lost = rand(100) < $lose;
	printf $log "%.6f %s %s %d%s\n", time, $who, eval { kind_of($bytes) } // 'noise',
	    length $bytes, $lost ? ' lost' : '';
	push @waiting, [time + $delay / 1000, $socket, $bytes, $peer] unless $lost;
}

sub from_manager {
	my $peer = recv $front, my $bytes, 65535, 0;
	return unless defined $peer;
	my $agent = $behind{$peer};
	if (!$agent) {
		$agent = $behind{$peer} = IO::Socket::INET->new(Proto => 'udp',
			PeerAddr => '127.0.0.1', PeerPort => $to) or die "port $to: $!\n";
		$whose{fileno $agent} = $peer;
		$select->add($agent);
	}
	pass('ask', $agent, $bytes, undef);
}

while (1) {
	my $wait = @waiting ? $waiting[0][0] - time : 10;
	for my $socket ($select->can_read($wait > 0 ? $wait : 0)) {
		if ($socket == $front) {
			from_manager();
		} elsif ($socket == \*STDIN) {
			sysread STDIN, my $words, 4096 or exit 0;
			for (split /\n/, $words) {
				$delay = $1 if /^delay (\d+)/;
				$lose = $1 if /^lose (\d+)/;
			}
			printf $log "%.6f now delay %d lose %d\n", time, $delay, $lose;
		} elsif (defined recv $socket, my $bytes, 65535, 0) {
			pass('answer', $front, $bytes, $whose{fileno $socket});
		}
	}
	while (@waiting && $waiting[0][0] <= time) {
		my (undef, $socket, $bytes, $peer) = @{shift @waiting};
		defined $peer ? send($socket, $bytes, 0, $peer) : send($socket, $bytes, 0);
	}
}
