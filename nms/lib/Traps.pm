# SPDX-License-Identifier: BSD-3-Clause
# Notifications for SNMPTT and for OpenNMS: each by how bad it says it is, since the same
# one may be planned by an operator.
package Traps;
use strict;
use warnings;
use Choices;
use Emit;

# The ways in which a notification that is a trouble can come: [severities that it carries,
# how bad that is]. One that ends a trouble is fine whatever it carries.
sub ways {
	my ($mib, $notification) = @_;
	my $usual = Choices::of_notification($notification)->{severity};
	return [[], 'normal'] unless $usual;
	my $value = sub { $mib->value('bwNotificationSeverity', $_[0]) };
	return (
		[[$value->('maintenance')], 'maintenance'],
		[[$value->('critical')], 'critical'],
		[[$value->('warning')], 'warning'],
		[[$value->('ok'), $value->('notice')], 'notice'],
	);
}

# ---- SNMPTT ----

my %snmptt_severity = (normal => 'Normal', maintenance => 'Maintenance',
	critical => 'Critical', warning => 'Warning', notice => 'Informational');

sub snmptt_event {
	my ($mib, $notification, $way) = @_;
	my ($values, $bad) = @$way;
	my $text = Choices::words($notification,
		sub { '$' . Mib::varbind($notification, $_[0]) });
	my $event = "EVENT $notification->{name} .$notification->{oid} "
		. "\"Bellwether\" $snmptt_severity{$bad}\nFORMAT $text\n";
	$event .= 'MATCH $' . Mib::varbind($notification, 'bwNotificationSeverity') . ": $_\n"
		for @$values;
	my $objects = join ', ', @{$notification->{objects}};
	return "$event" . "SDESC\n$notification->{text}\n$objects\nEDESC\n";
}

sub snmptt {
	my ($mib) = @_;
	my @events = map {
		my $notification = $_;
		map { snmptt_event($mib, $notification, $_) } ways($mib, $notification)
	} @{$mib->{notifications}};
	return "# BELLWETHER-MIB's notifications for SNMPTT (snmptt_conf_files of "
		. "snmptt.ini).\n#\n" . join "#\n", @events;
}

# ---- OpenNMS ----

my %opennms_severity = (normal => 'Normal', maintenance => 'Normal', critical => 'Critical',
	warning => 'Warning', notice => 'Normal');

sub uei {
	my ($name) = @_;
	return "uei.opennms.org/bellwether/$name";
}

# A trouble and its end have one key: which agent, server and service.
sub key_of {
	my ($notification, $name) = @_;
	my %carries = map { $_ => 1 } @{$notification->{objects}};
	return join ':', uei($name), '%dpname%', '%nodeid%',
		map { '%parm[#' . Mib::varbind($notification, $_) . ']%' }
		grep { $carries{$_} } @Choices::key;
}

sub alarm_data {
	my ($mib, $notification) = @_;
	my $name = $notification->{name};
	my ($ends) = grep { ($Choices::notifications{$_}{ended_by} // '') eq $name }
		sort keys %Choices::notifications;
	return ['alarm-data', ['reduction-key' => key_of($notification, $name),
		'alarm-type' => 2, 'clear-key' => key_of($notification, $ends),
		'auto-clean' => 'false']] if $ends;
	my $ended = Choices::of_notification($notification)->{ended_by};
	return unless $ended;
	return ['alarm-data', ['reduction-key' => key_of($notification, $name),
		'alarm-type' => 1, 'auto-clean' => 'false']];
}

# A trap of SMIv2 is known by the arc above the 0, six, and the number behind the 0.
sub mask {
	my ($mib, $notification, $values) = @_;
	my @elements = map {
		['maskelement', [], ['mename', [], $_->[0]], ['mevalue', [], $_->[1]]]
	} ['id', ".$mib->{base}"], ['generic', 6], ['specific', $notification->{number}];
	push @elements, ['varbind', [],
		['vbnumber', [], Mib::varbind($notification, 'bwNotificationSeverity')],
		map { ['vbvalue', [], $_] } @$values] if @$values;
	return ['mask', [], @elements];
}

# Enumerations in the words of the MIB.
sub decoders {
	my ($mib, $notification) = @_;
	my @decoders;
	for my $i (0 .. $#{$notification->{objects}}) {
		my $enum = $mib->object($notification->{objects}[$i])->{enum} or next;
		push @decoders, ['varbindsdecode', [], ['parmid', [], 'parm[#' . ($i + 1) . ']'],
			map { ['decode', [varbindvalue => $_->[1],
				varbinddecodedstring => $_->[0]]] } @$enum];
	}
	return @decoders;
}

sub opennms_event {
	my ($mib, $notification, $way) = @_;
	my ($values, $bad) = @$way;
	my $text = Choices::words($notification,
		sub { '%parm[#' . Mib::varbind($notification, $_[0]) . ']%' });
	my $name = $notification->{name};
	# What was planned raises no alarm.
	my @alarm = $bad eq 'maintenance' ? () : alarm_data($mib, $notification);
	return ['event', [],
		mask($mib, $notification, $values),
		['uei', [], uei($bad eq 'maintenance' ? "$name/maintenance" : $name)],
		['event-label', [], "Bellwether: $name" . (@$values ? " ($bad)" : '')],
		['descr', [], $notification->{text}],
		['logmsg', [dest => 'logndisplay'], $text],
		['severity', [], $opennms_severity{$bad}],
		@alarm, decoders($mib, $notification)];
}

sub opennms {
	my ($mib) = @_;
	my @events = map {
		my $notification = $_;
		map { opennms_event($mib, $notification, $_) } ways($mib, $notification)
	} @{$mib->{notifications}};
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		. xml(['events', [xmlns => 'http://xmlns.opennms.org/xsd/eventconf'], @events]);
}

sub files {
	my (undef, $mib) = @_;
	return (
		'snmptt/snmptt.conf.bellwether' => snmptt($mib),
		'opennms/events/bellwether.events.xml' => opennms($mib),
	);
}

1;
