# SPDX-License-Identifier: BSD-3-Clause
# What OpenNMS collects: a group of columns for each table, as a resource type of its own.
package OpenNMS;
use strict;
use warnings;
use Choices;
use Emit;

# A round robin database takes names of 19 characters.
my %short = (Server => 'Srv', Parameter => 'Par', Alternate => 'Alt', Service => 'Svc',
	Condition => 'Cnd', Group => 'Grp', Messages => 'Msg', Performance => 'Perf',
	Threshold => 'Thr', Connection => 'Conn', Failover => 'Fail', Clients => 'Cl',
	Orders => 'Ord', Unreachable => 'Unreach', Transitions => 'Trans',
	Notifications => 'Notes', Notification => 'Note', Suppressed => 'Suppr');
my $longest = 19;

sub alias {
	my ($name) = @_;
	$name =~ s/([A-Z][a-z]+)/$short{$1} \/\/ $1/ge;
	length $name <= $longest or die "$name: too long for OpenNMS (%short in OpenNMS.pm)\n";
	return $name;
}

# Numbers that are graphed, are states, or are alerted on.
sub collected {
	my ($mib, $table) = @_;
	my %wanted = map { $_ => 1 } map({ $_->[0] } map { @{$_->{lines}} } @Choices::graphs),
		map({ $_->[0] } @Choices::states), map({ $_->{object} } @Choices::alerts);
	return grep { $wanted{$_->{name}} } $table ? @{$table->{columns}} : @{$mib->{scalars}};
}

sub mib_object {
	my ($object, $instance) = @_;
	my $type = Mib::is_text($object) ? 'string'
		: Mib::is_counter($object) ? 'counter' : 'gauge';
	return ['mibObj', [oid => ".$object->{oid}", instance => $instance,
		alias => alias($object->{name}), type => $type]];
}

sub resource_type {
	my ($table) = @_;
	my ($package, $noun) = ('org.opennms.netmgt', $Choices::noun{$table->{name}});
	my $label = '${' . alias($table->{label}{name}) . '} (${index})';
	return ['resourceType', [name => $table->{name}, label => "Bellwether: ${noun}s",
			resourceLabel => $label],
		['persistenceSelectorStrategy',
			[class => "$package.collection.support.PersistAllSelectorStrategy"]],
		['storageStrategy', [class => "$package.collection.support.IndexStorageStrategy"]]];
}

sub group_name {
	my ($table) = @_;
	return 'bellwether-' . ($table ? "$Choices::noun{$table->{name}}s" : 'agent');
}

sub group {
	my ($mib, $table) = @_;
	my @objects = map { mib_object($_, $table ? $table->{name} : 0) }
		($table ? $table->{label} : ()), collected($mib, $table);
	return ['group', [name => group_name($table), ifType => $table ? 'all' : 'ignore'],
		@objects];
}

sub collection {
	my ($mib) = @_;
	my @tables = grep { collected($mib, $_) } map { $mib->table($_) } @Choices::tables;
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" . xml(
		['datacollection-group', [
			xmlns => 'http://xmlns.opennms.org/xsd/config/datacollection',
			name => 'Bellwether'],
		(map { resource_type($_) } @tables),
		group($mib), (map { group($mib, $_) } @tables),
		['systemDef', [name => 'Bellwether'],
			['sysoidMask', [], '.1.3.6.1.4.1.8072.'],
			['collect', [], map { ['includeGroup', [], group_name($_)] } undef, @tables]]]);
}

sub files {
	my (undef, $mib) = @_;
	return ('opennms/datacollection/bellwether.xml' => collection($mib));
}

1;
