#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Reloads under load: 2,000 clients are ordered away and called back while the daemon reads
# a new document three times a second, some of them with fewer clients, other rules, or
# faults. Nobody is lost, a bad one changes nothing, and the daemon lives on.
# RELOADS: how many each way (default 24).
. "$(dirname "$0")/lib.sh"

clients=2000
reloads=${RELOADS:-24}

# they_are PLACE: all of them, and no order under way, as the daemon's last line says.
they_are() {
	grep ' clients here ' "$dir/daemon.log" | tail -1 |
		grep " $1 $clients " | grep -q ' received 0 sent 0 echoed 0 unreachable 0 '
}

# flock_is "here N away M": the clients' own word.
flock_is() {
	[ "$(grep '^here ' "$dir/flock.log" | tail -1)" = "$1" ]
}

# document FILE: what the daemon is to read next.
document() {
	cp "$dir/$1" "$dir/policy.new" && mv "$dir/policy.new" "$dir/policy.xml"
	kill -HUP "$(cat "$dir/daemon.pid")"
}

# storm: one document after the other; all clients are in the last.
storm() {
	for n in $(seq "$reloads"); do
		case $((n % 4)) in
		0) document all ;;
		1) document fewer ;;
		2) document bad ;;
		3) document other ;;
		esac
		sleep 0.3
	done
	document all
}

said() {
	[ "$(grep -Ec "$2" "$dir/daemon.log")" -ge "$1" ]
}

alive() {
	[ "$(grep -c 'engine: bellwetherd .* begins' "$dir/daemon.log")" -eq 1 ] &&
		! gone "$(cat "$dir/daemon.pid")"
}

host net
policy 127.0.0.11 127.0.0.12 \
	"<range name=\"ap-%d\" prefix=\"127.1.0.0/21\" count=\"$clients\"/>" 400 1s
cp "$dir/policy.xml" "$dir/all"
sed -e "s/count=\"$clients\"/count=\"1500\"/" "$dir/all" >"$dir/fewer"
sed -e 's/<failover threshold="30" for="400ms">/<failover threshold="35" for="500ms" keep="1%">/' \
	-e 's/batch size="400"/batch size="100"/' -e 's/validity="10m"/validity="5m"/' \
	-e 's/hello="10s"/hello="5s"/' "$dir/all" >"$dir/other"
sed -e "s/100 - \\\$work/100 - \$wrk/" "$dir/all" >"$dir/bad"
check documents-differ eval '! cmp -s "$dir/all" "$dir/bad" && ! cmp -s "$dir/all" "$dir/other"'

daemon net
simulated net all
check everybody-heard wait_for 30 they_are here
load 90
storm
check everybody-left wait_for 60 they_are away
check flock-left wait_for 30 flock_is "here 0 away $clients"
load 10
storm
check everybody-is-back wait_for 120 they_are here
check flock-is-back wait_for 30 flock_is "here $clients away 0"
check reloaded said "$reloads" 'reloaded: policy reloaded: [0-9]+ clients'
check refused said $((reloads / 4)) 'policy.xml:[0-9]+: .*wrk'
check one-daemon alive
