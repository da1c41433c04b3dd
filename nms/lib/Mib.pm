# SPDX-License-Identifier: BSD-3-Clause
# Reads BELLWETHER-MIB: what it defines, in its order, with numeric OIDs.
package Mib;
use strict;
use warnings;

# What the text hangs its first arc on.
my %root = (enterprises => '1.3.6.1.4.1');

# new FILE: an object with
#   base           the OID of the module, without a dot in front
#   object         name => { name oid kind syntax enum units access text table }
#     kind         scalar, column, index (a column that cannot be read), carried (only by
#                  notifications)
#     syntax       the type's name; a textual convention's own
#     enum         [[name, number], ...] or undef
#     table        of columns: the table's name
#   table          name => { name oid index => [names] columns => [objects] label }
#     label        the column with the row's name
#   scalars tables notifications   lists of these in the text's order
#   a notification is { name oid number objects => [names] text }
sub new {
	my ($class, $file) = @_;
	my $self = bless {
		arc => {}, object => {}, table => {}, scalars => [], tables => [],
		notifications => [], entry => {},
	}, $class;
	$self->{words} = words($file);
	$self->statement while @{$self->{words}};
	$_->{oid} = $self->oid($_->{name})
		for values %{$self->{object}}, values %{$self->{table}}, @{$self->{notifications}};
	$self->{base} = $self->oid('bellwether');
	delete $self->{words};
	return $self;
}

# The text's words: names, numbers, signs, and strings with their quotes.
sub words {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!\n";
	my $text = do { local $/; <$in> };
	close $in;
	my @words;
	while ($text =~ /\G(?:\s+|--[^\n]*|("[^"]*"|::=|\.\.|[A-Za-z0-9][\w-]*|[{}(),;|]))/gc) {
		push @words, $1 if defined $1;
	}
	die "$file: cannot be read from: " . substr($text, pos($text) // 0, 40) . "\n"
		if (pos($text) // 0) < length $text;
	return \@words;
}

# Up to and with the next ::=, and what it is given there: "{ parent number }".
sub definition {
	my ($self, $name) = @_;
	my $words = $self->{words};
	my @body;
	push @body, shift @$words while @$words && $words->[0] ne '::=';
	shift @$words;
	die "$name: no { parent number } behind ::=\n"
		unless @$words >= 4 && $words->[0] eq '{' && $words->[3] eq '}';
	my (undef, $parent, $number) = splice @$words, 0, 4;
	$self->{arc}{$name} = [$parent, $number];
	return ($parent, $number, @body);
}

# An arc may be named before it is defined: only when all is read this is known.
sub oid {
	my ($self, $name) = @_;
	return $root{$name} if $root{$name};
	my ($parent, $number) = @{$self->{arc}{$name} // die "the MIB has no $name\n"};
	return $self->oid($parent) . ".$number";
}

sub statement {
	my ($self) = @_;
	my $words = $self->{words};
	my $name = shift @$words;
	my $what = $words->[0] // '';
	if ($name eq 'IMPORTS') {
		shift @$words while @$words && $words->[0] ne ';';
	} elsif ($what eq 'OBJECT' && ($words->[1] // '') eq 'IDENTIFIER'
		|| $what eq 'MODULE-IDENTITY') {
		$self->definition($name);
	} elsif ($what eq 'OBJECT-TYPE') {
		$self->object_type($name);
	} elsif ($what eq 'NOTIFICATION-TYPE') {
		$self->notification($name);
	}
	# Anything else is passed over, a word at a time.
}

# The words behind KEY, up to its closing brace or the next clause.
sub clause {
	my ($key, @body) = @_;
	for my $i (0 .. $#body) {
		return @body[$i + 1 .. $#body] if $body[$i] eq $key;
	}
	return;
}

sub braces {
	my @words = @_;
	return unless @words && $words[0] eq '{';
	my @inside;
	for my $word (@words[1 .. $#words]) {
		return @inside if $word eq '}';
		push @inside, $word if $word ne ',';
	}
	return;
}

sub text_of {
	my ($text) = clause('DESCRIPTION', @_);
	$text = substr $text // '""', 1, -1;
	$text =~ s/\s+/ /g;
	$text =~ s/^ | $//g;
	return $text;
}

sub enumeration {
	my @words = braces(@_) or return undef;
	my @enum;
	while (my ($name, undef, $number) = splice @words, 0, 4) {
		push @enum, [$name, $number];
	}
	return \@enum;
}

sub object_type {
	my ($self, $name) = @_;
	my ($parent, $number, @body) = $self->definition($name);
	my ($syntax, @rest) = clause('SYNTAX', @body);
	my ($access) = clause('MAX-ACCESS', @body);
	my ($units) = clause('UNITS', @body);
	my $object = {
		name => $name, syntax => $syntax,
		access => $access, text => text_of(@body), enum => scalar(enumeration(@rest)),
		units => defined $units ? substr($units, 1, -1) : '',
	};
	if ($syntax eq 'SEQUENCE') {
		my $table = { name => $name, columns => [],
			text => $object->{text} };
		$self->{table}{$name} = $table;
		push @{$self->{tables}}, $table;
	} elsif ($self->{table}{$parent}) {
		$self->{table}{$parent}{index} = [braces(clause('INDEX', @body))];
		$self->{entry}{$name} = $self->{table}{$parent};
	} else {
		$self->place($object, $parent);
	}
}

# A scalar, or a column of its table.
sub place {
	my ($self, $object, $parent) = @_;
	$self->{object}{$object->{name}} = $object;
	if (my $table = $self->{entry}{$parent}) {
		$object->{table} = $table->{name};
		$object->{kind} = $object->{access} eq 'not-accessible' ? 'index' : 'column';
		push @{$table->{columns}}, $object;
		$table->{label} //= $object if $object->{name} =~ /Name$/;
		return;
	}
	$object->{kind} = $object->{access} eq 'accessible-for-notify' ? 'carried' : 'scalar';
	push @{$self->{scalars}}, $object if $object->{kind} eq 'scalar';
}

sub notification {
	my ($self, $name) = @_;
	my (undef, $number, @body) = $self->definition($name);
	push @{$self->{notifications}}, {
		name => $name, number => $number,
		objects => [braces(clause('OBJECTS', @body))], text => text_of(@body),
	};
}

# Dies where it is not there: the hand-written choices name nothing that is not.
sub object {
	my ($self, $name) = @_;
	return $self->{object}{$name} // die "the MIB has no object $name\n";
}

sub table {
	my ($self, $name) = @_;
	return $self->{table}{$name} // die "the MIB has no table $name\n";
}

# Which varbind of a notification an object is, from 1.
sub varbind {
	my ($notification, $name) = @_;
	for my $i (0 .. $#{$notification->{objects}}) {
		return $i + 1 if $notification->{objects}[$i] eq $name;
	}
	die "$notification->{name} carries no $name\n";
}

# The number of an enumeration's name.
sub value {
	my ($self, $object, $word) = @_;
	for my $pair (@{$self->object($object)->{enum} // []}) {
		return $pair->[1] if $pair->[0] eq $word;
	}
	die "$object is never $word\n";
}

sub is_counter {
	my ($object) = @_;
	return $object->{syntax} =~ /^Counter(?:32|64)$/;
}

sub is_text {
	my ($object) = @_;
	return $object->{syntax} =~ /^(?:SnmpAdminString|OCTET|InetAddress)$/;
}

1;
