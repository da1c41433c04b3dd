# SPDX-License-Identifier: BSD-3-Clause
# A dashboard for Grafana over what Prometheus has from snmp_exporter.
package Grafana;
use strict;
use warnings;
use Choices;
use Emit;

my $datasource = map_of(type => 'prometheus', uid => '${datasource}');
my %unit = (percent => 'percent', 'per second' => 'cps');
my @colour = qw(green orange red purple);
my ($wide, $high) = (12, 8);

sub selector {
	my ($object) = @_;
	my @labels = 'instance=~"$instance"';
	push @labels, 'bwServerName=~"$server"' if $object->{table};
	return '{' . join(', ', @labels) . '}';
}

sub expression {
	my ($object) = @_;
	my $series = $object->{name} . selector($object);
	return "rate($series\[5m])" if Mib::is_counter($object);
	return $object->{units} eq 'thousandths' ? "$series / 1000" : $series;
}

# What a line is called: its row, and what of it.
sub legend {
	my ($mib, $object, $words) = @_;
	my $table = $mib->table($object->{table});
	my @labels = ('{{bwServerName}}');
	push @labels, "{{$table->{label}{name}}}" if $table->{label}{name} ne 'bwServerName';
	return join ' ', @labels, ($words ne '' ? $words : ());
}

sub target {
	my ($ref, $expression, $legend, @more) = @_;
	return map_of(refId => $ref, datasource => $datasource, expr => $expression,
		legendFormat => $legend, @more);
}

# Panels fill rows of two, and are numbered as they come.
sub panel {
	my ($place, $type, $title, $targets, $defaults, @more) = @_;
	my $at = $$place++;
	return map_of(
		id => number($at + 1), type => $type, title => $title,
		datasource => $datasource,
		gridPos => map_of(x => number($at % 2 * $wide), y => number(int($at / 2) * $high),
			w => number($wide), h => number($high)),
		fieldConfig => map_of(defaults => $defaults, overrides => []),
		targets => $targets, @more);
}

sub graph {
	my ($mib, $place, $graph) = @_;
	my $ref = 'A';
	my @targets = map {
		my $object = $mib->object($_->[0]);
		target($ref++, expression($object), legend($mib, $object, $_->[1]))
	} @{$graph->{lines}};
	my @stack = $graph->{stacked}
		? (fillOpacity => \'30', stacking => map_of(mode => 'normal', group => 'A')) : ();
	return panel($place, 'timeseries', $graph->{title}, \@targets, map_of(
		unit => $unit{$graph->{unit}} // 'short', min => \'0',
		custom => map_of(lineWidth => \'1', @stack)));
}

# The numbers of a state as their words, in the colours of how bad they are.
sub mappings {
	my ($mib, $object, $badness) = @_;
	my $index = 0;
	my @options = map {
		$_->[1] => map_of(text => $_->[0], color => $colour[$badness->{$_->[0]}],
			index => number($index++))
	} @{$mib->object($object)->{enum}};
	return [map_of(type => 'value', options => map_of(@options))];
}

sub state {
	my ($mib, $place, $state) = @_;
	my ($name, $badness) = @$state;
	my $object = $mib->object($name);
	my ($title) = $name =~ /^bw(.*)/;
	$title =~ s/(?<=[a-z])([A-Z])/' ' . lc $1/ge;
	return panel($place, 'state-timeline', $title,
		[target('A', $name . selector($object), legend($mib, $object, ''))],
		map_of(mappings => mappings($mib, $name, $badness),
			custom => map_of(fillOpacity => \'70')));
}

sub alarms {
	my ($mib, $place) = @_;
	my $object = $mib->object('bwAlarmSeverity');
	my ($severity) = grep { $_->[0] eq 'bwServerSeverity' } @Choices::states;
	return panel($place, 'table', 'Alarms',
		[target('A', $object->{name} . selector($object), '', format => 'table',
			instant => \'true')],
		map_of(mappings => mappings($mib, 'bwAlarmSeverity', $severity->[1])));
}

sub variable {
	my ($name, $query) = @_;
	return map_of(name => $name, type => 'query', datasource => $datasource,
		query => $query, definition => $query, refresh => \'2', includeAll => \'true',
		multi => \'true',
		current => map_of(text => 'All', value => '$__all'));
}

sub dashboard {
	my ($mib) = @_;
	my $place = 0;
	my @panels = (
		panel(\$place, 'timeseries', 'Age of what is shown', [target('A',
			'bwBoardAge{instance=~"$instance"}', '{{instance}}')],
			map_of(unit => 's', min => \'0')),
		alarms($mib, \$place),
		(map { state($mib, \$place, $_) } @Choices::states),
		(map { graph($mib, \$place, $_) } @Choices::graphs));
	return map_of(
		title => 'Bellwether', uid => 'bellwether', tags => ['bellwether'],
		schemaVersion => \'36', version => \'1', editable => \'true', refresh => '30s',
		timezone => 'browser', time => map_of(from => 'now-3h', to => 'now'),
		templating => map_of(list => [
			map_of(name => 'datasource', type => 'datasource', query => 'prometheus'),
			variable('instance', 'label_values(bwBoardAge, instance)'),
			variable('server',
				'label_values(bwServerState{instance=~"$instance"}, bwServerName)')]),
		panels => \@panels);
}

sub files {
	my (undef, $mib) = @_;
	return ('grafana/bellwether.json' => json(dashboard($mib)));
}

1;
