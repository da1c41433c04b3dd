#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# What became of the logins of several worlds whose first server was blocked meanwhile:
# for each a line of words and numbers, and a picture if asked for.
# usage: logins-report.pl [--svg FILE] BLOCK UNBLOCK FOLDER...
# A folder holds "logins", as logins.pl writes them, and "reached", a time for each login
# that its first server took up.
use strict;
use warnings;
use File::Basename qw(basename);
use List::Util qw(max min);

my $svg;
(undef, $svg) = splice @ARGV, 0, 2 if @ARGV && $ARGV[0] eq '--svg';
my ($block, $unblock, @folders) = @ARGV;
die "usage: $0 [--svg FILE] BLOCK UNBLOCK FOLDER...\n" unless @folders;
my $first_seconds = 10; # of the server that has its back end again

sub lines {
	my ($path) = @_;
	open my $file, '<', $path or die "$path: $!\n";
	return map { [split] } <$file>;
}

sub granted { $_[0]{who} ne 'lost' && $_[0]{who} ne 'rejected' }

sub read_world {
	my ($folder) = @_;
	my @login = map { { number => $_->[0], start => $_->[1], wait => $_->[2],
		who => $_->[3], proxy => $_->[4] } } lines("$folder/logins");
	return { name => basename($folder), login => \@login,
		reached => [map { $_->[0] } lines("$folder/reached")] };
}

# The latest of the proxies' first logins that the condition holds for, after a moment;
# undef when a proxy has none.
sub last_first {
	my ($world, $after, $condition) = @_;
	my %first;
	for my $login (@{$world->{login}}) {
		$first{$login->{proxy}} //= undef;
		next unless $condition->($login);
		my $end = $login->{start} + $login->{wait};
		$first{$login->{proxy}} = min grep { defined } $first{$login->{proxy}}, $end;
	}
	return undef if grep { !defined } values %first;
	return max(values %first) - $after;
}

sub seconds { defined $_[0] ? sprintf '%.2f', $_[0] : 'never' }

sub report {
	my ($world) = @_;
	my @login = @{$world->{login}};
	my @lost = grep { !granted($_) } @login;
	my $moved = last_first($world, $block, sub {
		$_[0]{who} eq 'aaa2' && $_[0]{start} + $_[0]{wait} > $block });
	my $back = last_first($world, $unblock, sub {
		$_[0]{who} eq 'aaa1' && $_[0]{start} > $unblock });
	my $reached = grep { $_ >= $unblock && $_ < $unblock + $first_seconds }
	    @{$world->{reached}};
	printf "%s logins %d lost %d longest %s moved %s back %s reached %d\n",
	    $world->{name}, scalar @login, scalar @lost,
	    seconds(max map { $_->{wait} } grep { granted($_) } @login),
	    seconds($moved), seconds($back), $reached;
}

# ---- the picture ----

my %colour = (aaa1 => '#4477aa', aaa2 => '#ccbb44', lost => '#cc3311');
my ($left, $width, $height, $gap) = (60, 840, 110, 56);

# Logins that began in each second, by what became of them.
sub bars {
	my ($world, $began, $scale, $most, $bottom) = @_;
	my %count;
	for my $login (@{$world->{login}}) {
		my $what = granted($login) ? $login->{who} : 'lost';
		$count{int($login->{start} - $began)}{$what}++;
	}
	my $out = '';
	for my $second (sort { $a <=> $b } keys %count) {
		my $y = $bottom;
		for my $what (qw(aaa1 aaa2 lost)) {
			my $size = ($count{$second}{$what} // 0) / $most * $height or next;
			$y -= $size;
			$out .= sprintf qq(<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>\n),
			    $left + $second * $scale, $y, $scale, $size, $colour{$what};
		}
	}
	return $out;
}

sub text {
	my ($x, $y, $words, $anchor) = @_;
	return sprintf qq(<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>\n),
	    $x, $y, $anchor // 'start', $words;
}

sub picture {
	my ($path, @worlds) = @_;
	my $began = min map { $_->{start} } map { @{$_->{login}} } @worlds;
	my $ended = max map { $_->{start} } map { @{$_->{login}} } @worlds;
	my $scale = $width / ($ended - $began);
	my $tall = 50 + @worlds * ($height + $gap);
	open my $file, '>', $path or die "$path: $!\n";
	printf $file qq(<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" ) .
	    qq(font-family="sans-serif" font-size="12">\n) .
	    qq(<rect width="100%%" height="100%%" fill="white"/>\n), $left + $width + 20, $tall;
	my $x = $left;
	for my $entry ([aaa1 => 'granted by the first server'],
	    [aaa2 => 'granted by the alternate'], [lost => 'lost']) {
		printf $file qq(<rect x="%d" y="10" width="12" height="12" fill="%s"/>\n),
		    $x, $colour{$entry->[0]};
		print $file text($x + 16, 21, $entry->[1]);
		$x += 200;
	}
	print $file text($x, 21, 'between the lines: no back end');
	my $bottom = 30 + $gap / 2;
	for my $world (@worlds) {
		$bottom += $height;
		my %in;
		$in{int($_->{start} - $began)}++ for @{$world->{login}};
		my %often;
		$often{$_}++ for values %in;
		my ($most) = sort { $often{$b} <=> $often{$a} } keys %often;
		my $lost = grep { !granted($_) } @{$world->{login}};
		print $file bars($world, $began, $scale, $most, $bottom);
		for my $moment ($block, $unblock) {
			my $x = $left + ($moment - $began) * $scale;
			printf $file qq(<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" ) .
			    qq(stroke="black" stroke-dasharray="4 3"/>\n),
			    $x, $bottom - $height - 12, $x, $bottom;
		}
		print $file text($left + $width, $bottom - $height - 6,
		    "$world->{name}: $lost lost", 'end');
		print $file text($left - 6, $bottom - $height + 10, "$most/s", 'end');
		for (my $second = 0; $second <= $ended - $began; $second += 20) {
			print $file text($left + $second * $scale, $bottom + 15,
			    $second . ' s', 'middle');
		}
		$bottom += $gap;
	}
	print $file "</svg>\n";
	close $file or die "$path: $!\n";
}

my @worlds = map { read_world($_) } @folders;
report($_) for @worlds;
picture($svg, @worlds) if defined $svg;
