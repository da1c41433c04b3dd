# SPDX-License-Identifier: BSD-3-Clause
# Icinga and Nagios: checks by "bellwether status", which knows the words, and by
# check_snmp alone, for stations that do not have it.
package Plugins;
use strict;
use warnings;
use Choices;

# The scalars that check_snmp can judge: [name, OID, warning range, critical range, words].
# A range is what is fine; @ turns it round.
sub scalar_checks {
	my ($mib) = @_;
	my $worst = $mib->object('bwWorstSeverity');
	my @checks = (['severity', $worst->{oid},
		$mib->value('bwWorstSeverity', 'warning') - 1,
		$mib->value('bwWorstSeverity', 'critical') - 1, $worst->{text}]);
	for my $alert (@Choices::alerts) {
		my $object = $mib->object($alert->{object});
		next if $object->{table} || $alert->{grows};
		my $range = $alert->{least} ? $alert->{least} - 1
			: '@' . join ':', ($mib->value($object->{name}, $alert->{is})) x 2;
		my ($name) = $object->{name} =~ /^bw(.*)/;
		$name =~ s/(?<=[a-z])([A-Z])/-$1/g;
		push @checks, [lc $name, $object->{oid},
			$alert->{severity} eq 'warning' ? ($range, '') : ('', $range),
			$object->{text}];
	}
	return @checks;
}

# ---- Icinga 2 ----

sub icinga_service {
	my ($check) = @_;
	my ($name, $oid, $warning, $critical, $text) = @$check;
	my $service = <<"END";

// $text
apply Service "bellwether-$name" {
	check_command = "snmpv3"
	check_interval = 1m
	retry_interval = 20s
	max_check_attempts = 3
	vars.snmpv3_oid = ".$oid.0"
	vars.snmpv3_label = "$name"
END
	$service .= "\tvars.snmpv3_warn = \"$warning\"\n" if $warning ne '';
	$service .= "\tvars.snmpv3_crit = \"$critical\"\n" if $critical ne '';
	return $service . <<'END';
	vars.snmpv3_port = host.vars.bellwether_port || 161
	vars.snmpv3_user = host.vars.bellwether_user
	vars.snmpv3_seclevel = "authPriv"
	vars.snmpv3_auth_alg = "SHA-256"
	vars.snmpv3_auth_key = host.vars.bellwether_auth
	vars.snmpv3_priv_alg = "AES"
	vars.snmpv3_priv_key = host.vars.bellwether_priv
	assign where host.vars.bellwether_plain
}
END
}

sub icinga {
	my ($mib, $bindir) = @_;
	return <<"END" . join '', map { icinga_service($_) } scalar_checks($mib);
// Checks of Bellwether for Icinga 2. The README beside says what hosts have to say.

object CheckCommand "bellwether" {
	command = [ "$bindir/bellwether", "status" ]
	arguments = {
		"--agent" = "udp:\$bellwether_address\$:\$bellwether_port\$"
		"--server" = "\$bellwether_server\$"
		"-t" = "\$bellwether_timeout\$"
	}
	env.SNMPCONFPATH = "\$bellwether_snmp_conf\$"
	vars.bellwether_address = "\$address\$"
	vars.bellwether_port = 161
	vars.bellwether_timeout = 5
	vars.bellwether_snmp_conf = "/etc/bellwether/nms"
}

template Service "bellwether-service" {
	check_command = "bellwether"
	check_interval = 1m
	retry_interval = 20s
	max_check_attempts = 3
}

// All servers of an agent, the worst first.
apply Service "bellwether" {
	import "bellwether-service"
	assign where host.vars.bellwether
}

// A service for each server that the host names.
apply Service "bellwether-" for (server in host.vars.bellwether_servers) {
	import "bellwether-service"
	vars.bellwether_server = server
}

// ---- by check_snmp alone ----
END
}

# ---- Nagios ----

sub nagios_service {
	my ($check) = @_;
	my ($name, $oid, $warning, $critical, $text) = @$check;
	my $ranges = join ' ', ($warning ne '' ? "-w $warning" : ()),
		($critical ne '' ? "-c $critical" : ());
	return <<"END";

# $text
define service {
	use			bellwether-service
	hostgroup_name		bellwether-plain
	service_description	Bellwether $name
	check_command		check_bellwether_snmp!.$oid.0!$name!$ranges
}
END
}

sub nagios {
	my ($mib, $bindir) = @_;
	return <<"END" . join '', map { nagios_service($_) } scalar_checks($mib);
# Checks of Bellwether for Nagios. Hosts join the groups bellwether (where this station has
# the command bellwether) or bellwether-plain (by check_snmp alone); the README beside says
# more.

define command {
	command_name	check_bellwether
	command_line	/usr/bin/env SNMPCONFPATH=/etc/bellwether/nms $bindir/bellwether status --agent udp:\$HOSTADDRESS\$:161 -t 5 \$ARG1\$
}

define command {
	command_name	check_bellwether_snmp
	command_line	\$USER1\$/check_snmp -H \$HOSTADDRESS\$ -P 3 -L authPriv -U \$_HOSTBW_USER\$ -a SHA-256 -A \$_HOSTBW_AUTH\$ -x AES -X \$_HOSTBW_PRIV\$ -o \$ARG1\$ -l \$ARG2\$ \$ARG3\$
}

define hostgroup {
	hostgroup_name	bellwether
	alias		Agents of Bellwether
}

define hostgroup {
	hostgroup_name	bellwether-plain
	alias		Agents of Bellwether, asked by check_snmp
}

define service {
	name			bellwether-service
	use			generic-service
	register		0
	check_interval		1
	retry_interval		1
	max_check_attempts	3
}

# All servers of an agent, the worst first; "--server NAME" as the argument is one.
define service {
	use			bellwether-service
	hostgroup_name		bellwether
	service_description	Bellwether
	check_command		check_bellwether
}
END
}

sub files {
	my (undef, $mib, $bindir) = @_;
	return (
		'icinga/bellwether.conf' => icinga($mib, $bindir),
		'nagios/bellwether.cfg' => nagios($mib, $bindir),
	);
}

1;
