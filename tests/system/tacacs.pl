# SPDX-License-Identifier: BSD-3-Clause
# TACACS+ (RFC 8907) for tests: a server of ASCII logins, and a client that stops half-way.
#
# tacacs.pl serve ADDRESS FOLDER: secret and mode are read from FOLDER at each connection
#     (mode: serve, mute, error, follow,
#     close: without an answer to what makes no sense), what happens is told a line each in FOLDER/log;
#     bob's password is "trial".
# tacacs.pl halfway ADDRESS SECRET: begins bob's login, prints what the server says, and
#     sends the password when a line comes; then prints PASS, FAIL, "reset" or "nobody".
use strict;
use warnings;
use Digest::MD5 'md5';
use IO::Handle;
use IO::Socket::IP;

my ($what, $address, $where) = @ARGV;
my %status = (PASS => 1, FAIL => 2, GETUSER => 4, GETPASS => 5, ERROR => 7, FOLLOW => 0x21);
my %name = reverse %status;
$SIG{CHLD} = $SIG{PIPE} = 'IGNORE';
STDOUT->autoflush;

sub pad {
	my ($header, $size, $secret) = @_;
	my ($version, undef, $sequence, undef, $session) = unpack 'C4a4', $header;
	my ($pad, $last) = ('', '');
	$pad .= $last = md5($session . $secret . pack('CC', $version, $sequence) . $last)
	    while length $pad < $size;
	return substr $pad, 0, $size;
}

# A packet's header and clear body; nothing at the end.
sub hear {
	my ($from, $secret) = @_;
	my ($header, $body) = ('', '');
	while (length $header < 12) {
		sysread($from, $header, 12 - length $header, length $header) or return;
	}
	my $size = unpack 'x8N', $header;
	while (length $body < $size) {
		sysread($from, $body, $size - length $body, length $body) or return;
	}
	return ($header, $body ^ pad($header, $size, $secret));
}

sub say_to {
	my ($to, $secret, $session, $sequence, $body) = @_;
	my $header = pack 'CCCCa4N', 0xc0, 1, $sequence, 0, $session, length $body;
	syswrite $to, $header . ($body ^ pad($header, length $body, $secret));
}

sub slurp {
	my ($file) = @_;
	open my $in, '<', "$where/$file" or return '';
	chomp(my $line = <$in> // '');
	return $line;
}

sub note {
	open my $out, '>>', "$where/log" or die "$where/log: $!";
	print $out "@_\n";
}

sub reply {
	my ($to, $secret, $header, $status, $message) = @_;
	my (undef, undef, $sequence, undef, $session) = unpack 'C4a4', $header;
	say_to($to, $secret, $session, $sequence + 1,
		pack('CCnn', $status{$status}, 0, length $message, 0) . $message);
}

# A user's login; true when the connection may be kept for another.
sub login {
	my ($one, $secret, $mode) = @_;
	my ($header, $body) = hear($one, $secret) or return;
	my ($action, $privilege, $type, $service, $user, $port, $remote, $data) =
	    unpack 'C8', $body;
	if (8 + $user + $port + $remote + $data != length $body) {
		note('nonsense');
		return if $mode eq 'close';
		return reply($one, $secret, $header, 'ERROR', 'are the keys the same?');
	}
	$user = substr $body, 8, $user;
	note("start $user at " . substr $body, 8 + length $user, $port);
	return sleep 600 if $mode eq 'mute';
	return reply($one, $secret, $header, uc $mode, 'the directory is down')
	    if $mode ne 'serve' && $mode ne 'close';
	for my $asked ($user eq '' ? 'GETUSER' : (), 'GETPASS') {
		reply($one, $secret, $header, $asked, '');
		($header, $body) = hear($one, $secret) or return note('left');
		my ($size, undef, $flags) = unpack 'nnC', $body;
		return note('abort') if $flags & 1;
		my $text = substr $body, 5, $size;
		$user = $text if $asked eq 'GETUSER';
		my $granted = $user eq 'bob' && $text eq 'trial';
		next if $asked eq 'GETUSER';
		note(($granted ? 'granted ' : 'refused ') . $user);
		reply($one, $secret, $header, $granted ? 'PASS' : 'FAIL', '');
	}
}

if ($what eq 'serve') {
	my $all = IO::Socket::IP->new(LocalHost => $address, LocalPort => 49, Listen => 20,
		ReuseAddr => 1) or die "$address: $@";
	while (1) {
		my $one = $all->accept or next;
		next if fork;
		login($one, slurp('secret'), slurp('mode'));
		exit;
	}
}
my $one = IO::Socket::IP->new(PeerHost => $address, PeerPort => 49, Timeout => 2)
    or die "$address: $@";
my $session = pack 'N', 77;
say_to($one, $where, $session, 1, pack('C8', 1, 1, 1, 1, 3, 3, 0, 0) . 'bobtty');
my (undef, $body) = hear($one, $where) or die 'no answer';
print $name{unpack 'C', $body}, "\n";
<STDIN>;
local $SIG{ALRM} = sub { print "nobody\n"; exit };
alarm 3;
say_to($one, $where, $session, 3, pack('nnC', 5, 0, 0) . 'trial');
(undef, $body) = hear($one, $where);
print defined $body ? $name{unpack 'C', $body} : 'reset', "\n";
