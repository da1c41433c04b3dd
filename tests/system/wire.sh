# SPDX-License-Identifier: BSD-3-Clause
# Reading orders off the wire, with tshark and openssl: nothing of Bellwether's own code.
# Sourced after lib.sh.

command -v tshark >/dev/null 2>&1 || skip "needs tshark"

# capture HOST FILE [FILTER]: every ICMP packet of the host, and what else the filter wants,
# from now until stopped capture.
capture() {
	behind "$1" tshark -q -i any -f "icmp or icmp6${3:+ or $3}" -w "$2" >"$dir/tshark.log" 2>&1 &
	started capture
	wait_for 60 grep -q 'Capture started' "$dir/tshark.log" ||
		not_ok capture "tshark does not start"
}

# messages FILE: one line a message of ours in an Echo Request, in the order seen:
# time, source, destination, type, id, in reply to, and all of it in hexadecimal.
messages() {
	# hipercontracer is a guess of tshark's at payloads that somehow look like its own.
	tshark -r "$1" --disable-protocol hipercontracer \
		-Y 'icmp.type == 8 or icmpv6.type == 128' \
		-T fields -E separator=' ' -e frame.time_epoch -e ip.src -e ip.dst \
		-e ipv6.src -e ipv6.dst -e data.data -e icmpv6.data 2>/dev/null |
		awk '$4 ~ /^42575448/ {
			print $1, $2, $3, substr($4, 11, 2), substr($4, 17, 16),
			    substr($4, 33, 16), $4
		}' | sort -n
}

# address16 ADDRESS: its 16 bytes in hexadecimal, IPv4 mapped. IPv6 only as fdNN:N::N.
address16() {
	case $1 in
	*:*)
		left=${1%%::*}
		printf '%04x%04x%020x%04x' "0x${left%%:*}" "0x${left##*:}" 0 "0x${1##*::}"
		;;
	*)
		old_ifs=$IFS
		IFS=.
		# shellcheck disable=SC2086 # four numbers
		set -- $1
		IFS=$old_ifs
		printf '00000000000000000000ffff%02x%02x%02x%02x' "$@"
		;;
	esac
}

unhex() {
	perl -e 'print pack "H*", $ARGV[0]' "$1"
}

# authentic HEX SERVER CLIENT MASTER: true when the last 32 bytes are the HMAC-SHA-256 of
# all before them under the pair's key, as the document of the message says.
authentic() {
	pair=$(address16 "$2")$(address16 "$3")
	label=$(printf 'bellwether 1' | od -An -v -tx1 | tr -d ' \n')
	pair_key=$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt "hexkey:$4" \
		-kdfopt "hexinfo:$label$pair" HKDF | tr -d ':\n')
	body=$pair${1%????????????????????????????????????????????????????????????????}
	mac=$(unhex "$body" | openssl mac -digest SHA256 -macopt "hexkey:$pair_key" \
		-in - HMAC 2>/dev/null | tr 'A-F' 'a-f')
	[ -n "$mac" ] && [ "$mac" = "${1#"${1%????????????????????????????????????????????????????????????????}"}" ]
}

# attribute HEX NUMBER: the value of the first attribute of that number, hexadecimal.
attribute() {
	echo "$1 $2" | awk '
	function hex(text,   i, value) {
		for (i = 1; i <= length(text); i++)
			value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
		return value
	}
	{
		at = 65 # after 32 bytes
		end = length($1) - 64
		while (at + 8 <= end + 1) {
			size = hex(substr($1, at + 4, 4))
			if (hex(substr($1, at, 4)) == $2) {
				print substr($1, at + 8, size * 2)
				exit
			}
			at += 8 + size * 2
		}
	}'
}

text_hex() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}
