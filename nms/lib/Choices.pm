# SPDX-License-Identifier: BSD-3-Clause
# What a person has to choose: which tables are polled, what is graphed, what is an alert
# and in which words, how bad a state is. Everything else follows from the MIB.
package Choices;
use strict;
use warnings;

# Polled every time. Operations and events are for people, and there are many clients:
# those have commands, the console, and (Prometheus) a module of their own.
our @tables = qw(bwServerTable bwParameterTable bwServiceTable bwConditionTable
	bwAlternateTable bwGroupTable bwAlarmTable);

# Beside the column with the name: what tells rows of one table apart for people.
our %labels = (
	bwParameterTable => ['bwParameterUnit'],
	bwAlarmTable => ['bwAlarmSubject'],
);

# Texts that change rarely enough to be kept as series by those who keep none else.
our @texts = qw(bwVersion bwReloadError);

# What a row of these tables is called.
our %noun = (
	bwServerTable => 'server', bwParameterTable => 'parameter',
	bwServiceTable => 'service', bwConditionTable => 'condition',
	bwAlternateTable => 'alternate', bwGroupTable => 'group', bwAlarmTable => 'alarm',
);

# Graphs: a title; columns of one table with the words of their lines; what they are in,
# and, where that is thousandths, 1000 to divide by; stacked or not; a counter is shown as
# so many a second.
our @graphs = (
	{ title => 'Performance', unit => 'percent',
	  lines => [[bwServerPerformance => 'performance'],
		    [bwServerFailoverThreshold => 'failover threshold'],
		    [bwServerConnectionThreshold => 'connection threshold']] },
	{ title => 'Clients by place', unit => 'clients', stacked => 1,
	  lines => [[bwServerClientsHere => 'here'], [bwServerClientsAway => 'away'],
		    [bwServerClientsUnknown => 'unknown']] },
	{ title => 'Orders', unit => 'clients',
	  lines => [[bwServerOrdersSent => 'sent'], [bwServerOrdersReceived => 'received'],
		    [bwServerOrdersDone => 'done'], [bwServerOrdersEchoed => 'echoed'],
		    [bwServerOrdersUnreachable => 'unreachable'],
		    [bwServerOrdersRejected => 'rejected'],
		    [bwServerClientsSilent => 'silent']] },
	{ title => 'Messages', unit => 'per second',
	  lines => [[bwServerOrders => 'orders'], [bwServerAnswers => 'answers'],
		    [bwServerRequests => 'requests'], [bwServerAccepted => 'accepted'],
		    [bwServerRefused => 'refused']] },
	{ title => 'Messages refused', unit => 'per second',
	  lines => [[bwServerMessagesRefused => 'all'], [bwServerMessagesForged => 'forged'],
		    [bwServerMessagesStale => 'stale'],
		    [bwServerMessagesReplayed => 'replayed']] },
	{ title => 'Parameter', unit => 'its unit', lines => [[bwParameterValue => '']] },
	{ title => 'Alternate: clients', unit => 'clients',
	  lines => [[bwAlternateLoad => 'from here'], [bwAlternateOwnClients => 'its own'],
		    [bwAlternateCapacity => 'capacity']] },
	{ title => 'Alternate: performance', unit => 'percent',
	  lines => [[bwAlternatePerformance => '']] },
	{ title => 'Group: clients by place', unit => 'clients', stacked => 1,
	  lines => [[bwGroupClientsHere => 'here'], [bwGroupClientsAway => 'away'],
		    [bwGroupClientsUnknown => 'unknown']] },
);

# States: how bad each value is, 0 fine, 1 a warning, 2 critical, 3 not known. They are
# shown as they are, coloured by this.
our @states = (
	[bwServerSeverity => { ok => 0, notice => 0, warning => 1, critical => 2 }],
	[bwServerState => { serving => 0, returning => 0, shedding => 1, away => 1,
			    unknown => 3 }],
	[bwServerMode => { automatic => 0, advise => 0, paused => 1 }],
	[bwParameterState => { fresh => 0, stale => 1, unknown => 1 }],
	[bwServiceState => { up => 0, unknown => 3, down => 2 }],
	[bwAlternateState => { usable => 0, assumed => 0, unusable => 1 }],
);

# Alerts: an object, how its value is compared, for how many seconds it must be so, and
# the words, in which {label} is the row's name, {server} the server's, {value} the value.
#   is    a word of the enumeration;   least    this number or more
#   grows  a counter that grew at least so much within ten minutes
#   alarm  the daemon's own alarms that say the same: who watches bwAlarmTable as well is
#          not told twice
#   alone  only for those who do not watch bwAlarmTable: it would be told twice
our @alerts = (
	{ name => 'EngineLost', object => 'bwBoardAge', least => 10, for => 15,
	  severity => 'critical',
	  words => 'Bellwether\'s engine has said nothing for {value} s: nothing is '
		. 'watched, and what is shown is the past' },
	{ name => 'ReloadRefused', object => 'bwReloadStatus', is => 'refused', for => 0,
	  severity => 'warning', alarm => ['policy-rejected'],
	  words => 'the last reload was refused, the policies before it stay in effect: '
		. 'bellwetherd --check names the faults' },
	{ name => 'NotificationsSuppressed', object => 'bwNotificationsSuppressed', grows => 1,
	  severity => 'warning',
	  words => 'notifications were not sent ({value} in ten minutes): look at '
		. 'bellwether events' },
	{ name => 'NotificationsOff', object => 'bwNotifyAll', is => 'disabled', for => 3600,
	  severity => 'warning', alarm => ['notifications-off'],
	  words => 'all notifications have been switched off for an hour' },
	{ name => 'Critical', object => 'bwServerSeverity', is => 'critical', for => 0,
	  severity => 'critical', alone => 1,
	  words => '{label} is critical: bellwether alarms says why' },
	{ name => 'Warning', object => 'bwServerSeverity', is => 'warning', for => 60,
	  severity => 'warning', alone => 1,
	  words => '{label} has warnings: bellwether alarms says why' },
	{ name => 'Shedding', object => 'bwServerState', is => 'shedding', for => 0,
	  severity => 'critical', alarm => ['failover'],
	  words => '{label} is overloaded: its clients are told to fail over' },
	{ name => 'Away', object => 'bwServerState', is => 'away', for => 0,
	  severity => 'critical', alarm => ['failover'],
	  words => '{label} is overloaded: its clients have been told to fail over' },
	{ name => 'NothingKnown', object => 'bwServerState', is => 'unknown', for => 120,
	  severity => 'warning',
	  words => 'nothing is known of {label}\'s performance: bellwether conditions says '
		. 'why' },
	{ name => 'Paused', object => 'bwServerMode', is => 'paused', for => 3600,
	  severity => 'warning', alarm => ['paused'],
	  words => '{label} has been paused for an hour: no policy moves its clients' },
	{ name => 'ClientsSilent', object => 'bwServerClientsSilent', least => 1, for => 300,
	  severity => 'warning', alarm => ['clients-silent'],
	  words => '{value} clients of {label} have not been heard: they cannot be moved' },
	{ name => 'ClientsUnreachable', object => 'bwServerOrdersUnreachable', least => 1,
	  for => 60, severity => 'warning', alarm => ['clients-unreachable'],
	  words => '{value} clients of {label} did not answer their order' },
	{ name => 'OrdersRejected', object => 'bwServerOrdersRejected', least => 1, for => 60,
	  severity => 'warning',
	  words => '{value} clients of {label} rejected their order: bellwether clients '
		. 'says why' },
	{ name => 'MessagesForged', object => 'bwServerMessagesForged', grows => 10,
	  severity => 'warning',
	  words => '{value} messages to {label} with a wrong authenticator in ten minutes: '
		. 'a wrong key, or somebody tries' },
	{ name => 'ParameterUnknown', object => 'bwParameterState', is => 'unknown', for => 60,
	  severity => 'warning', alarm => ['parameter-unknown'],
	  words => '{label} of {server} is not known: bellwether parameters says why' },
	{ name => 'ServiceDown', object => 'bwServiceSeverity', is => 'critical', for => 0,
	  severity => 'critical', alarm => ['service-down'],
	  words => '{label} on {server} is down, and the server is of no use without it' },
	{ name => 'DependentServiceDown', object => 'bwServiceSeverity', is => 'warning',
	  for => 0, severity => 'warning', alarm => ['service-down'],
	  words => '{label} on {server} is down, which the server can do without' },
	{ name => 'AlternateUnusable', object => 'bwAlternateState', is => 'unusable',
	  for => 30, severity => 'warning', alarm => ['alternate-unusable'],
	  words => '{label}, an alternate of {server}, is unusable: bellwether alternates '
		. 'says why' },
);

# Alarms of the table itself, where that can be watched.
our %alarm_alerts = (critical => 0, warning => 60);
our $alarm_words = '{label} at {server}: bellwether alarms says more';

# Notifications: how bad one is by itself, which one ends it, and the words, in which
# {object} is what it carries. What it says of its own severity comes first: one that an
# operator planned is maintenance.
our $tail = ' [{bwNotificationSequence}]';
our %notifications = (
	bwFailover => { severity => 'critical', ended_by => 'bwRecovered',
		words => '{bwServerName}: clients are told to fail over: {bwNotificationReason}' },
	bwRecovered => {
		words => '{bwServerName}: all clients may be here again: {bwNotificationReason}' },
	bwServiceDown => { severity => 'critical', ended_by => 'bwServiceUp',
		words => '{bwServerName}: {bwServiceName} is down: {bwNotificationReason}' },
	bwServiceUp => { words => '{bwServerName}: {bwServiceName} is up again' },
	bwClientsSilent => { severity => 'warning', ended_by => 'bwClientsHeard',
		words => '{bwServerName}: {bwNotificationClients} clients are silent: '
			. '{bwNotificationReason}' },
	bwClientsHeard => { words => '{bwServerName}: no client is silent any more' },
	bwClientsUnreachable => { severity => 'warning', ended_by => 'bwClientsReachable',
		words => '{bwServerName}: {bwNotificationClients} clients did not answer an '
			. 'order: {bwNotificationReason}' },
	bwClientsReachable => { words => '{bwServerName}: no client is unreachable any more' },
	bwNoAlternate => { severity => 'critical', ended_by => 'bwAlternateAvailable',
		words => '{bwServerName}: no alternate is usable, clients cannot be sent away: '
			. '{bwNotificationReason}' },
	bwAlternateAvailable => { words => '{bwServerName}: an alternate is usable again' },
	bwPolicyRejected => { severity => 'warning', ended_by => 'bwPolicyAccepted',
		words => '{bwServerName}: a policy has faults, the one before stays in effect: '
			. '{bwNotificationReason}' },
	bwPolicyAccepted => {
		words => '{bwServerName}: a policy without faults is in effect again' },
	bwMessagesRefused => { severity => 'warning', ended_by => 'bwMessagesQuiet',
		words => '{bwServerName}: messages are refused at an unusual rate: '
			. '{bwNotificationReason}' },
	bwMessagesQuiet => {
		words => '{bwServerName}: messages are no longer refused at an unusual rate' },
	bwPaused => { severity => 'warning', ended_by => 'bwResumed',
		words => '{bwServerName}: the policy is paused: {bwNotificationReason}' },
	bwResumed => { words => '{bwServerName}: the policy acts again: {bwNotificationReason}' },
	bwEngineLost => { severity => 'critical', ended_by => 'bwEngineBack',
		words => 'Bellwether\'s engine does not live any more: nothing is watched: '
			. '{bwNotificationReason}' },
	bwEngineBack => { words => 'Bellwether\'s engine lives again' },
	bwOperationFinished => {
		words => '{bwServerName}: an operation has ended: {bwNotificationReason}' },
	bwResynchronise => { severity => 'warning',
		words => 'notifications are missing: {bwNotificationReason}' },
);
# What tells two troubles of one kind apart, where a notification carries it.
our @key = qw(bwServiceName bwServerName);

# of_notification NOTIFICATION: its choices. One that nobody has thought of yet has the
# MIB's words, and is a warning that nothing ends.
sub of_notification {
	my ($notification) = @_;
	return $notifications{$notification->{name}} // {
		severity => 'warning', words => "$notification->{text} {bwNotificationReason}",
	};
}

# words NOTIFICATION, CODE: its words, {object} replaced by what the code makes of it.
sub words {
	my ($notification, $code) = @_;
	my $text = of_notification($notification)->{words} . $tail;
	$text =~ s/\{(\w+)\}/$code->($1)/ge;
	return $text;
}

# check MIB: that every choice can be had, and none is missing.
sub check {
	my ($mib) = @_;
	$mib->table($_) for @tables;
	$mib->object($_) for @texts, map { $_->[0] } map { @{$_->{lines}} } @graphs;
	for my $alert (@alerts) {
		$mib->object($alert->{object});
		$mib->value($alert->{object}, $alert->{is}) if $alert->{is};
	}
	for my $state (@states) {
		my ($object, $badness) = @$state;
		$mib->value($object, $_) for keys %$badness;
		for my $pair (@{$mib->object($object)->{enum}}) {
			exists $badness->{$pair->[0]}
				or die "how bad is $pair->[0] of $object? (Choices.pm)\n";
		}
	}
	my %known = map { $_->{name} => 1 } @{$mib->{notifications}};
	for my $name (sort keys %notifications) {
		$known{$name} or die "the MIB has no notification $name\n";
	}
}

1;
