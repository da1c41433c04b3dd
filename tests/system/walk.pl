#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# Reads tables by Net::SNMP, pure Perl: columns side by side with GETBULK, or one subtree.
#
# walk.pl [-n] PORT COMMUNITY|USER:PASS OID... OID,OID,...
#   a single OID is walked, with -n by GETNEXT; several, joined by commas, are columns read
#   in parallel
use strict;
use warnings;
use Net::SNMP qw(:asn1 oid_base_match oid_lex_sort);

my $next = $ARGV[0] eq '-n' && shift;
my ($port, $who, @wanted) = @ARGV;
my ($user, $pass) = split /:/, $who;
my @access =
	$pass
	? (-version => 'snmpv3', -username => $user,
	   -authprotocol => 'sha', -authpassword => $pass,
	   -privprotocol => 'aes', -privpassword => $pass)
	: (-version => 'snmpv2c', -community => $user);
my ($session, $error) = Net::SNMP->session(
	-hostname => '127.0.0.1', -port => $port, -translate => 0,
	-timeout => 8, -retries => 0, -maxmsgsize => 65000, @access);
die "walk.pl: $error\n" unless $session;

my %name = (
	INTEGER, 'INTEGER', COUNTER32, 'Counter32', GAUGE32, 'Gauge32',
	TIMETICKS, 'Timeticks', COUNTER64, 'Counter64');

sub text {
	my ($type, $value) = @_;
	return $name{$type} . ": $value" if $name{$type};
	return "type $type: $value" if $type != OCTET_STRING;
	return '""' if $value eq '';
	return 'Hex-STRING: ' . join ' ', map { sprintf '%02X', ord } split //, $value;
}

sub walk_next {
	my ($root) = @_;
	my $name = $root;
	while (1) {
		my $got = $session->get_next_request(-varbindlist => [$name])
			or die "walk.pl: $name: " . $session->error . "\n";
		($name) = keys %$got;
		my $type = $session->var_bind_types->{$name};
		last if $type == ENDOFMIBVIEW || !oid_base_match($root, $name);
		print "$name = " . text($type, $got->{$name}) . "\n";
	}
}

for my $wanted (@wanted) {
	if ($next) {
		walk_next($wanted);
		next;
	}
	my @column = split /,/, $wanted;
	my $got =
		@column > 1
		? $session->get_entries(-columns => \@column, -maxrepetitions => 20)
		: $session->get_table(-baseoid => $wanted, -maxrepetitions => 50);
	die "walk.pl: $wanted: " . $session->error . "\n" unless $got;
	my $type = $session->var_bind_types;
	# What came after the end of everything is no value.
	print "$_ = " . text($type->{$_}, $got->{$_}) . "\n"
		for oid_lex_sort(grep { $type->{$_} != ENDOFMIBVIEW } keys %$got);
}
