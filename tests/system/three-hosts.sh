#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Three hosts, IPv4 then IPv6: a loaded server orders two real clients away and calls them
# back in two batches; what is checked is what was on the wire and what the hooks did.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/wire.sh"
. "$(dirname "$0")/pauses-lib.sh"

both_ran() {
	[ "$(ran nas1 "$1")" -ge 1 ] && [ "$(ran nas2 "$1")" -ge 1 ]
}

heard_both() {
	[ "$(messages "$dir/$1.pcapng" | awk '$4 == "08" { print $2 }' | sort -u | wc -l)" -eq 2 ]
}

# done_acknowledged FILE CLIENT ID: an acknowledgement of that id, of the stage done.
done_acknowledged() {
	messages "$1" | while read -r _ from _ type _ reply hex; do
		if [ "$from" = "$2" ] && [ "$type" = 06 ] && [ "$reply" = "$3" ] &&
			[ "$(attribute "$hex" 12)" = 02 ]; then
			echo yes
			break
		fi
	done | grep -q yes
}

# orders KIND TYPE CLIENT ADDRESS: every order of the kind to the client is one order, says
# what it must, and was acknowledged done.
orders() {
	test=$family-$1-$3
	found=$(messages "$file" | awk -v from="$server" -v to="$4" -v type="$2" \
		'$2 == from && $3 == to && $4 == type')
	check "$test-one-id" [ "$(echo "$found" | cut -d' ' -f5 | sort -u | wc -l)" -eq 1 ]
	first=$(echo "$found" | head -1)
	id=$(echo "$first" | cut -d' ' -f5)
	hex=$(echo "$first" | cut -d' ' -f7)
	size=$(printf '%d' "0x0$(echo "$hex" | cut -c57-60)")
	echo "$first" | cut -d' ' -f1 >"$dir/$test.time"
	check "$test-header" [ "$(echo "$hex" | cut -c1-16)" = "4257544801${2}0101" ]
	check "$test-answers-nothing" [ "$(echo "$first" | cut -d' ' -f6)" = 0000000000000000 ]
	check "$test-length" [ ${#hex} -eq $(((32 + size + 32) * 2)) ]
	check "$test-server-name" [ "$(attribute "$hex" 7)" = "$(text_hex aaa1)" ]
	check "$test-client-name" [ "$(attribute "$hex" 8)" = "$(text_hex "$3")" ]
	check "$test-authentic" authentic "$hex" "$server" "$4" "$(cat "$dir/aaa1.key")"
	check "$test-done" done_acknowledged "$file" "$4" "$id"
}

# alternate_named CLIENT-ADDRESS: the failover carries {priority 1, weight 100, the usual
# port, family, address, name} of the one alternate.
alternate_named() {
	hex=$(messages "$file" | awk -v to="$1" '$3 == to && $4 == "01" { print $7; exit }')
	case $alternate in
	*:*) bytes=02$(address16 "$alternate") ;;
	*) bytes=01$(address16 "$alternate" | cut -c25-32) ;;
	esac
	[ "$(attribute "$hex" 1)" = "000100640000$bytes$(text_hex aaa2)" ]
}

# apart FAMILY: the two invitations left at least 1.9 s (of 2 s) apart, by the engine's
# clock: what stood still before it could send the first one is missing. The second one did
# leave by itself, if on a busy machine not at once.
apart() {
	sort -n "$dir/$1-reconnect-nas1.time" "$dir/$1-reconnect-nas2.time" >"$dir/times"
	first=$(head -1 "$dir/times")
	still=$(still "$(echo "${first:-0}" | awk '{ printf "%.3f", $1 - 1 }')" "${first:-0}")
	awk -v still="$still" 'NR == 1 { first = $1 }
		END { gap = $1 - first; exit !(NR == 2 && gap >= 1.9 - still && gap < 10) }' \
		"$dir/times"
}

# scenario FAMILY SERVER ALTERNATE NAS1 NAS2
scenario() {
	family=$1 server=$2 alternate=$3 file=$dir/$1.pcapng
	rm -rf "$dir/state" "$dir/nas1" "$dir/nas2"
	policy "$server" "$alternate" "<client name=\"nas1\" address=\"$4\"/>
		<client name=\"nas2\" address=\"$5\"/>" 1 2s
	capture aaa "$file"
	daemon aaa
	client_xml nas1 "$4" "$server" "$alternate"
	client_xml nas2 "$5" "$server" "$alternate"
	client nas1 nas1
	client nas2 nas2
	check "$family-hello" wait_for 30 heard_both "$family"

	load 90
	check "$family-failover-hooks-ran" wait_for 30 both_ran failover
	sleep_until_quiet
	load 10
	check "$family-reconnect-hooks-ran" wait_for 40 both_ran reconnect
	sleep_until_quiet
	stopped capture INT

	for client in nas1 nas2; do
		for event in failover reconnect; do
			check "$family-$event-$client-hook-once" [ "$(ran $client $event)" -eq 1 ]
		done
	done
	orders failover 01 nas1 "$4"
	orders failover 01 nas2 "$5"
	orders reconnect 02 nas1 "$4"
	orders reconnect 02 nas2 "$5"
	check "$family-alternate-nas1" alternate_named "$4"
	check "$family-alternate-nas2" alternate_named "$5"
	check "$family-hook-knows-alternate" grep -q "^failover aaa1 aaa2=" "$dir/nas1/ran"
	check "$family-two-batches-apart" apart "$family"
	for process in nas1 nas2 daemon; do
		stopped "$process"
	done
}

# Until nothing of ours was sent for a second: acknowledgements and repeats are through.
sleep_until_quiet() {
	wait_for 30 quiet
}
quiet() {
	before=$(messages "$file" | wc -l)
	sleep 1
	[ "$(messages "$file" | wc -l)" -eq "$before" ]
}

metronomes
host aaa
host nas1
host nas2
for net in 'nas1 10.77.1.1/24 10.77.1.2/24' 'nas2 10.77.2.1/24 10.77.2.2/24' \
	'nas1 fd77:1::1/64 fd77:1::2/64' 'nas2 fd77:2::1/64 fd77:2::2/64'; do
	# shellcheck disable=SC2086 # three words
	set -- $net
	case $2 in
	10.*) link_hosts aaa "$2" "$1" "$3" ;;
	*)
		ip -n "bw-aaa-$$" addr add "$2" dev "to-$1" nodad
		ip -n "bw-$1-$$" addr add "$3" dev to-aaa nodad
		;;
	esac
done
# The server's own address, the same from both sides.
ip -n "bw-aaa-$$" addr add 10.77.0.1/32 dev lo
ip -n "bw-aaa-$$" addr add fd77:9::1/128 dev lo
for n in 1 2; do
	ip -n "bw-nas$n-$$" route add 10.77.0.1/32 via 10.77.$n.1
	ip -n "bw-nas$n-$$" -6 route add fd77:9::1/128 via fd77:$n::1
done
check v4-route wait_for 10 on nas1 ping -c 1 -W 2 10.77.0.1
check v6-route wait_for 10 on nas2 ping -c 1 -W 2 fd77:9::1

scenario v4 10.77.0.1 10.77.0.9 10.77.1.2 10.77.2.2
scenario v6 fd77:9::1 fd77:9::9 fd77:1::2 fd77:2::2
