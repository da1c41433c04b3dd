# SPDX-License-Identifier: BSD-3-Clause
# LibreNMS: how an agent with Bellwether is known, and what is read of it, as sensors.
package LibreNMS;
use strict;
use warnings;
use Choices;
use Emit;

my $net_snmp = '.1.3.6.1.4.1.8072.3.2';
my @sensed = qw(bwServerTable bwParameterTable bwServiceTable bwAlternateTable bwGroupTable);

sub detection {
	my ($mib) = @_;
	my $version = $mib->object('bwVersion');
	return map_of(
		os => 'bellwether', text => 'Bellwether', type => 'server', group => 'unix',
		icon => 'linux', ifname => \'true',
		over => [map_of(graph => 'device_sensor', text => 'Bellwether')],
		# Its own master says so itself.
		discovery => [map_of(sysObjectID => [".$mib->{base}"]),
			map_of(sysObjectID => [$net_snmp],
			snmpget => map_of(oid => ".$version->{oid}.0", op => '!=',
				value => \'false'))]);
}

# Names of another table are found by the first of the row's two indexes.
sub row_name {
	my ($table) = @_;
	my $own = "{{ \$$table->{label}{name} }}";
	return $own if $table->{name} eq 'bwServerTable';
	return "{{ \$bwServerName:0 }} $own";
}

sub words_of {
	my ($table, $object) = @_;
	my ($name) = $object->{name} =~ /^bw(.*)/;
	my $prefix = ucfirst $Choices::noun{$table->{name}};
	$name =~ s/^$prefix//;
	$name =~ s/(?<=[a-z])([A-Z])/' ' . lc $1/ge;
	return row_name($table) . ' ' . lc $name;
}

sub sensor {
	my ($mib, $object, @more) = @_;
	my $table = $mib->table($object->{table});
	return map_of(
		oid => $table->{name}, value => $object->{name},
		num_oid => ".$object->{oid}.{{ \$index }}",
		index => "$object->{name}.{{ \$index }}",
		descr => words_of($table, $object),
		group => ucfirst "$Choices::noun{$table->{name}}s", @more);
}

sub state_sensor {
	my ($mib, $state) = @_;
	my ($name, $badness) = @$state;
	my $object = $mib->object($name);
	return sensor($mib, $object, state_name => $name, states => [
		map { map_of(value => number($_->[1]), generic => number($badness->{$_->[0]}),
			graph => \'1', descr => $_->[0]) } @{$object->{enum}}]);
}

# The columns of graphs, but for counters, which a sensor cannot be.
sub graphed {
	my ($mib) = @_;
	my %sensed = map { $_ => 1 } @sensed;
	return grep { !Mib::is_counter($_) && $sensed{$_->{table}} }
		map { $mib->object($_->[0]) } map { @{$_->{lines}} } @Choices::graphs;
}

sub limits {
	my ($object) = @_;
	my ($alert) = grep { $_->{object} eq $object->{name} && $_->{least} } @Choices::alerts;
	return $alert ? (warn_limit => number($alert->{least})) : ();
}

sub discovery {
	my ($mib) = @_;
	my (@percents, @counts);
	for my $object (graphed($mib)) {
		my @divisor = $object->{units} eq 'thousandths' ? (divisor => \'1000') : ();
		my $sensor = sensor($mib, $object, @divisor, limits($object));
		if ($object->{units} eq 'percent' || $object->{name} =~ /Threshold$/) {
			push @percents, $sensor;
		} else {
			push @counts, $sensor;
		}
	}
	return map_of(
		mib => 'BELLWETHER-MIB',
		modules => map_of(
			os => map_of(version => 'BELLWETHER-MIB::bwVersion.0'),
			sensors => map_of(
				additional_oids => map_of(data => [map_of(oid => ['bwServerName'])]),
				state => map_of(data =>
					[map { state_sensor($mib, $_) } @Choices::states]),
				percent => map_of(data => \@percents),
				count => map_of(data => \@counts))));
}

sub files {
	my (undef, $mib) = @_;
	return (
		'librenms/os_detection/bellwether.yaml' => yaml(detection($mib)),
		'librenms/os_discovery/bellwether.yaml' => yaml(discovery($mib)),
	);
}

1;
