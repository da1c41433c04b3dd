#!/usr/bin/perl
# SPDX-License-Identifier: BSD-3-Clause
# A screen as "tmux capture-pane -pe" gives it, by its input: as a picture, or how a word
# on it looks.
# usage: picture.pl TITLE >FILE.svg
#        picture.pl --look WORD: "colour 33, bold" of its first letter; "plain"; "none"
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my ($wide, $high, $size) = (8.4, 17, 14);
my ($ink, $paper) = ('#d0d0d0', '#1c1c1c');
# xterm's eight and their bright ones.
my @names = map { "#$_" } qw(000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5
	7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff);

sub rgb {
	my ($number) = @_;
	return $names[$number] if $number < 16;
	return sprintf '#%02x%02x%02x', (8 + 10 * ($number - 232)) x 3 if $number >= 232;
	my @level = (0, 95, 135, 175, 215, 255);
	my $cube = $number - 16;
	return sprintf '#%02x%02x%02x', @level[int($cube / 36), int($cube / 6) % 6, $cube % 6];
}

# "1;38;5;33" changes what letters look like.
sub change {
	my ($look, @number) = @_;
	@number = (0) unless @number;
	while (@number) {
		my $number = shift @number;
		if ($number == 0) { %$look = () }
		elsif ($number == 1) { $look->{bold} = 1 }
		elsif ($number == 2) { $look->{dim} = 1 }
		elsif ($number == 4) { $look->{underline} = 1 }
		elsif ($number == 7) { $look->{reverse} = 1 }
		elsif ($number == 22) { delete @$look{qw(bold dim)} }
		elsif ($number == 24) { delete $look->{underline} }
		elsif ($number == 27) { delete $look->{reverse} }
		elsif ($number == 38) { shift @number; $look->{colour} = shift @number }
		elsif ($number == 48) { shift @number; $look->{background} = shift @number }
		elsif ($number == 39) { delete $look->{colour} }
		elsif ($number == 49) { delete $look->{background} }
		elsif ($number >= 30 && $number < 38) { $look->{colour} = $number - 30 }
		elsif ($number >= 40 && $number < 48) { $look->{background} = $number - 40 }
		elsif ($number >= 90 && $number < 98) { $look->{colour} = $number - 82 }
	}
}

# Lines of [letter, look].
sub cells {
	my (%look, @line);
	for (@_) {
		my @cell;
		while (/\G(?:\e\[([0-9;]*)m|\e\(.|([\x0e\x0f])|(.))/gc) {
			if (defined $3) { push @cell, [$3, {%look}] }
			elsif (defined $1) { change(\%look, split /;/, $1) }
		}
		push @line, \@cell;
	}
	return @line;
}

sub describe {
	my ($look) = @_;
	return join(', ', (map { defined $look->{$_} ? "$_ $look->{$_}" : () }
		qw(colour background)), grep { $look->{$_} } qw(bold dim underline reverse))
	    || 'plain';
}

sub look_of {
	my ($word, @line) = @_;
	for my $line (@line) {
		my $at = index join('', map { $_->[0] } @$line), $word;
		return describe($line->[$at][1]) if $at >= 0;
	}
	return 'none';
}

# ---- the picture ----

sub escaped {
	my ($text) = @_;
	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	$text =~ s/>/&gt;/g;
	return $text;
}

# A stretch of letters that look alike: its ground, where that is not the paper, and they.
sub stretch {
	my ($x, $y, $text, $look) = @_;
	my $fore = defined $look->{colour} ? rgb($look->{colour}) : $ink;
	my $back = defined $look->{background} ? rgb($look->{background}) : $paper;
	($fore, $back) = ($back, $fore) if $look->{reverse};
	my $long = $wide * length $text;
	my $out = '';
	$out .= sprintf qq(<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>\n),
	    $x, $y, $long, $high, $back if $back ne $paper;
	return $out if $text =~ /^ *$/;
	my $style = join '', $look->{bold} ? ' font-weight="bold"' : '',
	    $look->{dim} ? ' opacity="0.6"' : '',
	    $look->{underline} ? ' text-decoration="underline"' : '',
	    $fore eq $ink ? '' : qq( fill="$fore");
	return $out . sprintf qq(<text x="%.1f" y="%.1f" textLength="%.1f"%s>%s</text>\n),
	    $x, $y + $high - 4, $long, $style, escaped($text);
}

sub picture {
	my ($title, @line) = @_;
	my ($most) = sort { $b <=> $a } map { scalar @$_ } @line;
	my ($width, $height) = (16 + $wide * $most, 16 + $high * @line);
	printf qq(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" ) .
	    qq(font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="%d" ) .
	    qq(fill="%s" xml:space="preserve">\n<title>%s</title>\n) .
	    qq(<rect width="100%%" height="100%%" rx="6" fill="%s"/>\n),
	    $width, $height, $size, $ink, escaped($title), $paper;
	my $y = 8;
	for my $line (@line) {
		my $x = 0;
		while ($x < @$line) {
			my $look = describe($line->[$x][1]);
			my $end = $x;
			$end++ while $end < @$line && describe($line->[$end][1]) eq $look;
			my $text = join '', map { $_->[0] } @$line[$x .. $end - 1];
			print stretch(8 + $wide * $x, $y, $text, $line->[$x][1]);
			$x = $end;
		}
		$y += $high;
	}
	print "</svg>\n";
}

my ($first, $word) = @ARGV;
die "usage: $0 TITLE | --look WORD\n" unless defined $first;
my @line = cells(map { chomp; $_ } <STDIN>);
if ($first eq '--look') {
	print look_of($word, @line), "\n";
} else {
	picture($first, @line);
}
