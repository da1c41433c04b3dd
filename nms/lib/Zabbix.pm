# SPDX-License-Identifier: BSD-3-Clause
# A template for Zabbix 6.0 and later: items of the agent, and discovery of servers,
# parameters, services, alternates and groups, with triggers and graphs.
package Zabbix;
use strict;
use warnings;
use Choices;
use Emit;

my $template = 'Bellwether by SNMP';
my $interval = '1m';
# Texts that say why, for whoever looks at an item.
my @texts = qw(bwVersion bwReloadError bwServerReason bwServerDeciding bwParameterDetail
	bwServiceDetail bwAlternateReason);
my @discovered = qw(bwServerTable bwParameterTable bwServiceTable bwAlternateTable
	bwGroupTable);
my %priority = (warning => 'WARNING', critical => 'HIGH');
my @line_colour = qw(1A7C11 F63100 2774A4 A54F10 FC6EA3 6C59DC AC8C14 611F27);

# The same for the same thing at every import: 122 bits of FNV-1a, in the form of version 4.
sub uuid {
	my ($of) = @_;
	my $digits = '';
	for my $round (1 .. 4) {
		my $hash = 2166136261;
		for my $byte (unpack 'C*', "$round $template $of") {
			$hash = (($hash ^ $byte) * 16777619) & 0xffffffff;
		}
		$digits .= sprintf '%08x', $hash;
	}
	substr $digits, 12, 1, '4';
	substr $digits, 16, 1, 'a';
	return (uuid => $digits);
}

sub wanted {
	my ($object) = @_;
	my %wanted = map { $_ => 1 } @texts, map({ $_->[0] } @Choices::states),
		map({ $_->{object} } @Choices::alerts),
		map({ $_->[0] } map { @{$_->{lines}} } @Choices::graphs);
	return $wanted{$object->{name}};
}

# ---- items ----

sub key {
	my ($object) = @_;
	my ($name) = $object->{name} =~ /^bw(.*)/;
	return "bellwether.$name" . ($object->{table} ? '[{#SNMPINDEX}]' : '');
}

# What a row is called; of a table with two indexes the first is the server's number.
sub row_name {
	my ($table) = @_;
	return '{#NAME}' if $table->{name} eq 'bwServerTable';
	my $server = '{{#SNMPINDEX}.regsub("^([0-9]+)", "\1")}';
	return "$Choices::noun{$table->{name}} {#NAME} of server $server";
}

sub title {
	my ($mib, $object) = @_;
	my ($name) = $object->{name} =~ /^bw(.*)/;
	my $table = $object->{table} && $mib->table($object->{table});
	if ($table) {
		my $prefix = ucfirst $Choices::noun{$table->{name}};
		$name =~ s/^$prefix//;
	}
	$name =~ s/(?<=[a-z])([A-Z])/' ' . lc $1/ge;
	return $table ? row_name($table) . ': ' . lc $name : $name;
}

sub step {
	my ($type, $parameter) = @_;
	return map_of(type => $type,
		parameters => [$type eq 'CHANGE_PER_SECOND' ? '' : $parameter]);
}

# How a value is kept: [value type, units, preprocessing].
sub kept {
	my ($object) = @_;
	return ('CHAR', '') if Mib::is_text($object);
	return ('FLOAT', '/s', step('CHANGE_PER_SECOND')) if Mib::is_counter($object);
	return ('FLOAT', '', step('MULTIPLIER', '0.001')) if $object->{units} eq 'thousandths';
	my %units = (percent => '%', seconds => 's');
	return ('', $units{$object->{units}} // '');
}

sub item {
	my ($mib, $object, @more) = @_;
	my ($type, $units, @steps) = kept($object);
	my @enum = $object->{enum} ? (valuemap => map_of(name => $object->{name})) : ();
	return map_of(
		uuid($object->{name}), name => title($mib, $object), type => 'SNMP_AGENT',
		snmp_oid => ".$object->{oid}." . ($object->{table} ? '{#SNMPINDEX}' : 0),
		key => key($object), delay => $interval,
		($type ? (value_type => $type) : ()),
		($type eq 'CHAR' ? (trends => '0') : ()),
		($units ? (units => $units) : ()), description => $object->{text}, @enum,
		(@steps ? (preprocessing => \@steps) : ()), @more);
}

# ---- triggers ----

sub macro_of {
	my ($alert) = @_;
	return '{$BELLWETHER.' . uc $alert->{name} . '}';
}

sub expression {
	my ($mib, $alert) = @_;
	my $of = "/$template/" . key($mib->object($alert->{object}));
	my $macro = macro_of($alert);
	return "avg($of,10m)*600>=$macro" if $alert->{grows};
	my $last = $alert->{for} > 60 ? "min($of,$alert->{for}s)" : "last($of)";
	return "$last>=$macro" if $alert->{least};
	my $value = $mib->value($alert->{object}, $alert->{is});
	return "last($of)=$value" if $alert->{for} <= 60;
	return "min($of,$alert->{for}s)=$value and max($of,$alert->{for}s)=$value";
}

sub words {
	my ($mib, $alert) = @_;
	my $object = $mib->object($alert->{object});
	my %is = (label => '{#NAME}', value => '{ITEM.LASTVALUE}',
		server => 'server {{#SNMPINDEX}.regsub("^([0-9]+)", "\1")}');
	my $text = $alert->{words};
	$text =~ s/\{(\w+)\}/$is{$1}/g;
	return ucfirst $text;
}

sub triggers {
	my ($mib, $object) = @_;
	return map {
		map_of(uuid("trigger $_->{name}"), expression => expression($mib, $_),
			name => words($mib, $_), priority => $priority{$_->{severity}},
			tags => [map_of(tag => 'scope', value => 'availability')])
	} grep { $_->{object} eq $object->{name} } @Choices::alerts;
}

sub with_triggers {
	my ($mib, $object, $word) = @_;
	my @triggers = triggers($mib, $object);
	push @triggers, map_of(uuid('trigger Unreachable'),
		expression => "nodata(/$template/" . key($object) . ',5m)=1',
		name => 'Bellwether\'s SNMP agent does not answer', priority => 'HIGH',
		tags => [map_of(tag => 'scope', value => 'availability')])
		if $object->{name} eq 'bwBoardAge';
	return item($mib, $object, @triggers ? ($word => \@triggers) : ());
}

# ---- discovery ----

sub graph_prototypes {
	my ($mib, $table) = @_;
	my @prototypes;
	for my $graph (@Choices::graphs) {
		my @objects = map { $mib->object($_->[0]) } @{$graph->{lines}};
		next if $objects[0]{table} ne $table->{name} || @objects == 1;
		my $order = 0;
		my @lines = map {
			map_of(sortorder => "$order", color => $line_colour[$order++],
				item => map_of(host => $template, key => key($_)))
		} @objects;
		push @prototypes, map_of(uuid("graph $graph->{title}"),
			name => row_name($table) . ": \l$graph->{title}",
			($graph->{stacked} ? (type => 'STACKED') : ()), graph_items => \@lines);
	}
	return @prototypes;
}

sub discovery {
	my ($mib, $table) = @_;
	my $noun = $Choices::noun{$table->{name}};
	my @items = map { with_triggers($mib, $_, 'trigger_prototypes') }
		grep { wanted($_) } @{$table->{columns}};
	my @graphs = graph_prototypes($mib, $table);
	return map_of(
		uuid("discovery $noun"), name => ucfirst "${noun}s", type => 'SNMP_AGENT',
		snmp_oid => "discovery[{#NAME},.$table->{label}{oid}]",
		key => "bellwether.$noun.discovery", delay => '5m', lifetime => '7d',
		description => $table->{text}, item_prototypes => \@items,
		(@graphs ? (graph_prototypes => \@graphs) : ()));
}

# ---- the template ----

sub valuemaps {
	my ($mib, @objects) = @_;
	return map {
		my $object = $_;
		map_of(uuid("valuemap $object->{name}"), name => $object->{name}, mappings => [
			map { map_of(value => "$_->[1]", newvalue => $_->[0]) } @{$object->{enum}}])
	} grep { $_->{enum} } @objects;
}

sub macros {
	return map {
		map_of(macro => macro_of($_), value => '' . ($_->{grows} // $_->{least}),
			description => $_->{grows} ? 'So many within ten minutes are told.'
				: 'So much, or more, is told.')
	} grep { $_->{grows} || $_->{least} } @Choices::alerts;
}

sub export {
	my ($mib) = @_;
	my @scalars = grep { wanted($_) } @{$mib->{scalars}};
	my @tables = map { $mib->table($_) } @discovered;
	my @columns = grep { wanted($_) } map { @{$_->{columns}} } @tables;
	my @group = (name => 'Templates/Applications');
	return map_of(zabbix_export => map_of(
		version => '6.0', date => '2026-11-23T00:00:00Z',
		# Zabbix knows its own group by this.
		groups => [map_of(uuid => 'a571c0d144b14fd4a87a9d9b2aa9fcd6', @group)],
		templates => [map_of(
			uuid('template'), template => $template, name => $template,
			description => 'The servers that a bellwetherd protects.',
			groups => [map_of(@group)],
			items => [map { with_triggers($mib, $_, 'triggers') } @scalars],
			discovery_rules => [map { discovery($mib, $_) } @tables],
			tags => [map_of(tag => 'class', value => 'application'),
				map_of(tag => 'target', value => 'bellwether')],
			macros => [macros()],
			valuemaps => [valuemaps($mib, @scalars, @columns)])]));
}

sub files {
	my (undef, $mib) = @_;
	return ('zabbix/bellwether.yaml' => yaml(export($mib)));
}

1;
