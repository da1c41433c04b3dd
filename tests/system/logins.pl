#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# A NAS: a steady stream of logins whose retries are fixed, to proxies in turn. A line a
# login, in the order of their ends: number, start, seconds waited, who answered, proxy.
# Who answered is the Reply-Message of the grant; "rejected" and "lost" are none.
# usage: logins.pl RATE SECONDS TRIES APART SECRET PORT PROXY...
use strict;
use warnings;
use Digest::HMAC_MD5 qw(hmac_md5);
use Digest::MD5 qw(md5);
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($rate, $seconds, $tries, $apart, $secret, $port, @proxies) = @ARGV;
die "usage: $0 RATE SECONDS TRIES APART SECRET PORT PROXY...\n" unless @proxies;
$| = 1;

sub attribute { pack 'CCa*', $_[0], 2 + length $_[1], $_[1] }

# An Access-Request of user bob by PAP, RFC 2865 section 5.2; its password fits in 16 bytes.
sub request {
	my ($number) = @_;
	my $authenticator = md5(join ' ', time, $number, rand);
	my $hidden = pack('a16', 'trial') ^ md5($secret . $authenticator);
	my $attributes = attribute(1, 'bob') . attribute(2, $hidden) .
	    attribute(5, pack 'N', $number) . attribute(80, "\0" x 16);
	my $packet = pack 'CCna16a*', 1, $number % 256, 20 + length $attributes,
	    $authenticator, $attributes;
	substr($packet, -16) = hmac_md5($packet, $secret);
	return $packet;
}

# Who granted, "rejected", or nothing when it is no answer to that request.
sub answer {
	my ($request, $packet) = @_;
	return undef if length $packet < 20;
	my ($code, $id, $length, $authenticator) = unpack 'CCna16', $packet;
	my $attributes = substr $packet, 20;
	return undef if $length != length $packet || $id != ord substr $request, 1, 1;
	return undef if $authenticator ne md5(substr($packet, 0, 4) .
	    substr($request, 4, 16) . $attributes . $secret);
	return 'rejected' if $code != 2;
	while (length $attributes >= 2) {
		my ($type, $size) = unpack 'CC', $attributes;
		return substr $attributes, 2, $size - 2 if $type == 18;
		last if $size < 2;
		$attributes = substr $attributes, $size;
	}
	return 'nobody';
}

my $select = IO::Select->new;
my %login; # by the number of its socket

sub ended {
	my ($login, $who) = @_;
	printf "%d %.3f %.3f %s %s\n", $login->{number}, $login->{start},
	    time - $login->{start}, $who, $login->{proxy};
	$select->remove($login->{socket});
	delete $login{fileno $login->{socket}};
}

# A socket each: an answer that comes late finds nobody.
sub begin {
	my ($number) = @_;
	my $proxy = $proxies[$number % @proxies];
	my $socket = IO::Socket::INET->new(Proto => 'udp', PeerAddr => $proxy,
	    PeerPort => $port, Blocking => 0) or die "$proxy: $@\n";
	$login{fileno $socket} = { number => $number, start => time, proxy => $proxy,
		socket => $socket, packet => request($number), tried => 0, next => 0 };
	$select->add($socket);
}

my $began = time;
my $number = 0;
for (;;) {
	my $now = time;
	while ($number < $rate * $seconds && $now >= $began + $number / $rate) {
		begin($number++);
	}
	for my $login (values %login) {
		next if $now < $login->{next};
		if ($login->{tried} == $tries) {
			ended($login, 'lost');
			next;
		}
		$login->{tried}++;
		$login->{next} = $login->{start} + $login->{tried} * $apart;
		send $login->{socket}, $login->{packet}, 0;
	}
	last if $number >= $rate * $seconds && !%login;
	for my $socket ($select->can_read(0.01)) {
		my $login = $login{fileno $socket};
		next unless $login && defined recv $socket, my $packet, 4096, 0;
		my $who = answer($login->{packet}, $packet);
		ended($login, $who) if defined $who;
	}
}
