# SPDX-License-Identifier: BSD-3-Clause
# Prometheus: snmp_exporter's generator.yml, the snmp.yml that its generator makes of that,
# and alerting rules. Before 0.23 the exporter kept who asks in each module; both are made.
package Prometheus;
use strict;
use warnings;
use Choices;
use Emit;

# What of a module is walked.
my @modules = (
	{ name => 'bellwether', scalars => 1, tables => \@Choices::tables },
	# Its rows are named by a table that it does not want to show.
	{ name => 'bellwether_clients', scalars => 0, tables => ['bwClientTable'],
	  beside => ['bwServerName'] },
);

# The exporter's access, to be changed by whoever installs it.
my $access = map_of(
	security_level => 'authPriv', username => 'nms', password => 'AUTH-PASSWORD',
	auth_protocol => 'SHA256', priv_protocol => 'AES', priv_password => 'PRIV-PASSWORD');

# ---- what is exported ----

# Numbers are, and the few texts that were chosen; not what tells a row's name, which is a
# label, nor indexes and addresses.
sub is_exported {
	my ($object) = @_;
	return 0 if $object->{kind} eq 'index' || $object->{syntax} =~ /^InetAddress/;
	return 1 unless Mib::is_text($object) || $object->{syntax} eq 'RowStatus';
	return scalar grep { $_ eq $object->{name} } @Choices::texts;
}

sub type_of {
	my ($object) = @_;
	my %type = (SnmpAdminString => 'DisplayString', DateAndTime => 'DateAndTime');
	return 'counter' if Mib::is_counter($object);
	return $type{$object->{syntax}} // 'gauge';
}

# The generator sees what a convention is made of, not what it means.
sub is_mistaken {
	my ($object) = @_;
	return $object->{syntax} eq 'BwGauge64';
}

# [index columns, the column looked up] of a table's labels, the closest first.
sub lookups {
	my ($mib, $table) = @_;
	my @lookups;
	for my $name ($table->{label}{name}, @{$Choices::labels{$table->{name}} // []}) {
		push @lookups, [$table->{index}, $mib->object($name)];
	}
	my $server = $mib->table('bwServerTable');
	push @lookups, [$server->{index}, $server->{label}]
		if @{$table->{index}} > @{$server->{index}};
	return @lookups;
}

sub tables_of {
	my ($mib, $module) = @_;
	return map { $mib->table($_) } @{$module->{tables}};
}

sub objects_of {
	my ($mib, $module) = @_;
	my @scalars = $module->{scalars} ? @{$mib->{scalars}} : ();
	return (@scalars, map { @{$_->{columns}} } tables_of($mib, $module));
}

# Text order is of no use to the generator: it takes the tree's.
sub by_oid {
	my @a = split /\./, $a->{oid};
	my @b = split /\./, $b->{oid};
	for my $i (0 .. ($#a < $#b ? $#a : $#b)) {
		return $a[$i] <=> $b[$i] if $a[$i] != $b[$i];
	}
	return @a <=> @b;
}

# ---- generator.yml ----

sub generator_module {
	my ($mib, $module, @access) = @_;
	my @scalars = $module->{scalars} ? grep { is_exported($_) } @{$mib->{scalars}} : ();
	my (@lookups, @overrides, %seen);
	for my $table (tables_of($mib, $module)) {
		for my $lookup (lookups($mib, $table)) {
			my ($index, $object) = @$lookup;
			next if $seen{"@$index $object->{name}"}++;
			push @lookups, map_of(source_indexes => [@$index],
				lookup => $object->{name});
		}
	}
	# The server's is asked last, so that its label comes last everywhere.
	@lookups = sort { @{$b->[1]} <=> @{$a->[1]} } @lookups;
	for my $object (objects_of($mib, $module)) {
		if (!is_exported($object)) {
			push @overrides, $object->{name} => map_of(ignore => \'true')
				if $object->{table};
		} elsif (is_mistaken($object)) {
			push @overrides, $object->{name} => map_of(type => 'gauge');
		}
	}
	push @overrides, $_ => map_of(ignore => \'true') for @{$module->{beside} // []};
	return map_of(
		walk => [@{$module->{beside} // []},
			(map { $_->{name} } @scalars), @{$module->{tables}}],
		@access, lookups => \@lookups, overrides => map_of(@overrides));
}

sub generator {
	my ($mib, $auths) = @_;
	my @old = $auths ? () : (version => \'3', auth => $access);
	my $modules = map_of(map { $_->{name} => generator_module($mib, $_, @old) } @modules);
	return map_of(($auths ? (auths => $auths) : ()), modules => $modules);
}

# ---- snmp.yml ----

# The first sentence, as the generator takes it.
sub help_of {
	my ($object) = @_;
	my ($first) = split /\. /, $object->{text};
	return "$first - $object->{oid}";
}

sub metric {
	my ($mib, $object) = @_;
	my @metric = (name => $object->{name}, oid => $object->{oid},
		type => type_of($object), help => help_of($object));
	if ($object->{table}) {
		my $table = $mib->table($object->{table});
		my @lookups = map {
			map_of(labels => $_->[0], labelname => $_->[1]{name},
				oid => $_->[1]{oid}, type => type_of($_->[1]))
		} lookups($mib, $table);
		push @metric,
			indexes => [map { map_of(labelname => $_, type => 'gauge') }
				@{$table->{index}}],
			lookups => \@lookups;
	}
	my @enum = $object->{syntax} eq 'TruthValue'
		? (['true', 1], ['false', 2]) : @{$object->{enum} // []};
	push @metric, enum_values => map_of(map { \"$_->[1]" => $_->[0] } @enum) if @enum;
	return map_of(@metric);
}

sub exporter_module {
	my ($mib, $module, @access) = @_;
	my @exported = sort by_oid grep { is_exported($_) } objects_of($mib, $module);
	my @walked = map { $_->{oid} } sort by_oid tables_of($mib, $module),
		map { $mib->object($_) } @{$module->{beside} // []};
	my @got = map { "$_->{oid}.0" } grep { !$_->{table} } @exported;
	return map_of(
		walk => \@walked, (@got ? (get => \@got) : ()),
		metrics => [map { metric($mib, $_) } @exported], @access);
}

sub exporter {
	my ($mib, $auths) = @_;
	my @old = $auths ? () : (version => \'3', auth => $access);
	my @pairs = map { $_->{name} => exporter_module($mib, $_, @old) } @modules;
	return $auths ? map_of(auths => $auths, modules => map_of(@pairs)) : map_of(@pairs);
}

# ---- rules ----

sub comparison {
	my ($mib, $alert) = @_;
	return "increase($alert->{object}\[10m]) >= $alert->{grows}" if $alert->{grows};
	return "$alert->{object} >= $alert->{least}" if $alert->{least};
	return "$alert->{object} == " . $mib->value($alert->{object}, $alert->{is});
}

# The alert's words, with Prometheus's names of what is in braces.
sub words {
	my ($mib, $alert) = @_;
	my $object = $mib->object($alert->{object});
	my $label = $object->{table} ? $mib->table($object->{table})->{label}{name} : '';
	my %is = (label => "\$labels.$label", server => '$labels.bwServerName',
		value => 'printf "%.0f" $value');
	my $text = $alert->{words};
	$text =~ s/\{(\w+)\}/{{ $is{$1} }}/g;
	return $text;
}

sub rule {
	my ($name, $expression, $for, $severity, $words) = @_;
	return map_of(
		alert => "Bellwether$name", expr => $expression,
		($for ? (for => "${for}s") : ()),
		labels => map_of(severity => $severity),
		annotations => map_of(summary => $words,
			description => 'From {{ $labels.instance }}.'));
}

sub rules {
	my ($mib) = @_;
	my (@rules, %told);
	push @rules, rule('Unreachable', 'up{job=~"bellwether.*"} == 0', 60, 'critical',
		'Bellwether\'s SNMP agent does not answer');
	for my $alert (grep { !$_->{alone} } @Choices::alerts) {
		$told{$_} = 1 for @{$alert->{alarm} // []};
		push @rules, rule($alert->{name}, comparison($mib, $alert), $alert->{for},
			$alert->{severity}, words($mib, $alert));
	}
	my $others = join '|', sort keys %told;
	for my $severity (sort keys %Choices::alarm_alerts) {
		my $value = $mib->value('bwAlarmSeverity', $severity);
		push @rules, rule(ucfirst($severity) . 'Alarm',
			"bwAlarmSeverity{bwAlarmName!~\"$others\"} == $value",
			$Choices::alarm_alerts{$severity}, $severity,
			words($mib, { object => 'bwAlarmSeverity', words => $Choices::alarm_words }));
	}
	return map_of(groups => [map_of(name => 'bellwether', rules => \@rules)]);
}

# ---- files ----

sub files {
	my (undef, $mib) = @_;
	my $auths = map_of(bellwether => map_of(@$access, version => \'3'));
	return (
		'prometheus/generator.yml' => yaml(generator($mib, $auths)),
		'prometheus/generator-0.22.yml' => yaml(generator($mib)),
		'prometheus/snmp.yml' => yaml(exporter($mib, $auths)),
		'prometheus/snmp-0.22.yml' => yaml(exporter($mib)),
		'prometheus/bellwether.rules.yml' => yaml(rules($mib)),
	);
}

1;
