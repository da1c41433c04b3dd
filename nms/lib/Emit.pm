# SPDX-License-Identifier: BSD-3-Clause
# Writes the same structure as YAML or JSON; and XML, and files.
#
# A structure is a map, made by map_of so that its order stays; a list, which is an array;
# a word, which is a string and quoted where it has to be; or \"..." , which is written as
# it is: numbers, true and false.
package Emit;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(map_of yaml json xml escaped write_file number);

sub map_of {
	return bless [@_], 'Emit::Map';
}

sub number {
	my ($value) = @_;
	return \"$value";
}

sub is_map {
	return ref $_[0] eq 'Emit::Map';
}

sub is_empty {
	return ref $_[0] && ref $_[0] ne 'SCALAR' && !@{$_[0]};
}

# ---- YAML ----

sub yaml_word {
	my ($word) = @_;
	return $$word if ref $word;
	return $word
		if $word =~ m{^[A-Za-z_/][\w ./+-]*$} && $word !~ / $/
		&& $word !~ /^(?:y|n|yes|no|on|off|true|false|null)$/i;
	$word =~ s/'/''/g;
	return "'$word'";
}

# Lines of a structure, without indentation of their own.
sub yaml_lines {
	my ($what) = @_;
	return (yaml_word($what)) if !ref $what || ref $what eq 'SCALAR';
	return (is_map($what) ? '{}' : '[]') if is_empty($what);
	return map { under_dash($_) } @$what unless is_map($what);
	my @pairs = @$what;
	my @lines;
	while (my ($key, $value) = splice @pairs, 0, 2) {
		my @inner = yaml_lines($value);
		my $name = yaml_word($key);
		if (!ref $value || ref $value eq 'SCALAR' || is_empty($value)) {
			push @lines, "$name: $inner[0]";
		} else {
			push @lines, "$name:", map { "  $_" } @inner;
		}
	}
	return @lines;
}

sub under_dash {
	my ($first, @more) = yaml_lines($_[0]);
	return ("- $first", map { "  $_" } @more);
}

sub yaml {
	return join '', map { "$_\n" } yaml_lines($_[0]);
}

# ---- JSON ----

sub json_word {
	my ($word) = @_;
	return $$word if ref $word;
	$word =~ s/(["\\])/\\$1/g;
	$word =~ s/\n/\\n/g;
	return "\"$word\"";
}

sub json_text {
	my ($what, $margin) = @_;
	return json_word($what) if !ref $what || ref $what eq 'SCALAR';
	return is_map($what) ? '{}' : '[]' if is_empty($what);
	my $inner = "$margin  ";
	my @parts;
	if (is_map($what)) {
		my @pairs = @$what;
		while (my ($key, $value) = splice @pairs, 0, 2) {
			push @parts, json_word($key) . ': ' . json_text($value, $inner);
		}
		return "{\n" . join(",\n", map { "$inner$_" } @parts) . "\n$margin}";
	}
	@parts = map { json_text($_, $inner) } @$what;
	return "[\n" . join(",\n", map { "$inner$_" } @parts) . "\n$margin]";
}

sub json {
	return json_text($_[0], '') . "\n";
}

# ---- XML ----

sub escaped {
	my ($text) = @_;
	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	$text =~ s/>/&gt;/g;
	$text =~ s/"/&quot;/g;
	return $text;
}

# xml [NAME, {ATTRIBUTES} or [ATTRIBUTE, VALUE, ...], CONTENT...]: an element; content is
# text or further elements.
sub xml {
	my ($element, $margin) = @_;
	$margin //= '';
	my ($name, $attributes, @content) = @$element;
	my @pairs = @$attributes;
	my $tag = $name;
	while (my ($key, $value) = splice @pairs, 0, 2) {
		$tag .= " $key=\"" . escaped($value) . '"';
	}
	return "$margin<$tag/>\n" unless @content;
	return "$margin<$tag>" . escaped($content[0]) . "</$name>\n" unless ref $content[0];
	return "$margin<$tag>\n" . join('', map { xml($_, "$margin  ") } @content)
		. "$margin</$name>\n";
}

# ---- files ----

# In a folder that is made when it is missing, with those above.
sub write_file {
	my ($file, @text) = @_;
	for (my $at = 1; ($at = index $file, '/', $at) > 0; $at++) {
		my $folder = substr $file, 0, $at;
		-d $folder || mkdir $folder || -d $folder || die "$folder: $!\n";
	}
	open my $out, '>', $file or die "$file: $!\n";
	print $out @text or die "$file: $!\n";
	close $out or die "$file: $!\n";
}

1;
