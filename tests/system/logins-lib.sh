# SPDX-License-Identifier: BSD-3-Clause
# The trial of logins: two FreeRADIUS, proxies in front of them, a steady stream of logins,
# and a back end of the first server that stands still for a while. Several such worlds run
# side by side. Sourced after lib.sh.
. "$root/scripts/radius.sh"

for program in freeradius radmin flock perl; do
	command -v "$program" >/dev/null || skip "needs $program"
done
perl -MDigest::HMAC_MD5 -e 1 2>/dev/null || skip "needs Perl's Digest::HMAC_MD5"

# What the trial is made of; a caller may have set its own.
: "${rate:=10}"                   # logins a second
: "${before:=5}"                  # seconds of calm
: "${blocked:=${LOGIN_SECONDS:-60}}" # seconds without the back end
: "${afterwards:=30}"             # seconds from then on
: "${proxies:=127.0.0.21 127.0.0.22}"
server=127.0.0.11 alternate=127.0.0.12
radius_failover=$radius_failover_stock

# Each login of the first server takes the lock for a moment; who has it alone blocks them.
back_end=$dir/back-end
: >"$back_end"

# radius_of HOST NAME: that FreeRADIUS, talking to NAME.log.
radius_of() {
	behind "$1" freeradius -d "$world/$2" -f >"$world/$2.log" 2>&1 &
	echo $! >"$world/$2.pid"
}

# world_protect NAME: what watches its server and moves its proxies, in front of their own
# failover.
world_protect() (
	dir=$dir/$1
	world=$dir
	secret "$world/aaa1.key"
	(umask 077 && printf '%s' "$radius_secret" >"$world/status.key")
	cat >"$world/policy.xml" <<-END
		<policy xmlns="urn:bellwether:policy:1">
		  <server name="aaa1" address="$server" transport="icmp">
		    <key id="1" file="aaa1.key" algorithm="hmac-sha256"/>
		  </server>
		  <alternates><alternate name="aaa2" address="$alternate"/></alternates>
		  <monitor interval="500ms" timeout="400ms">
		    <parameter name="rtt" unit="ms">
		      <radius-status server="$server:$radius_status_port"
		                     secret-file="status.key" value="rtt"/>
		    </parameter>
		    <service name="radiusd" role="mandatory"><process name="freeradius"/></service>
		  </monitor>
		  <performance function="(100 - \$rtt div 4) * mandatory()"/>
		  <failover threshold="30" for="1s">
		    <step><select all="yes"/></step>
		    <order validity="10m" spread="0s"/>
		  </failover>
		  <connection threshold="60" for="5s"><batch size="1" every="5s"/></connection>
		  <clients hello="2s">
		    $(for at in $proxies; do
			echo "<client name=\"proxy-${at##*.}\" address=\"$at\"/>"
		    done)
		  </clients>
		</policy>
	END
	chown "$daemon_user" "$world/aaa1.key" "$world/status.key"
	daemon "$1"
	for at in $proxies; do
		proxy_name=proxy-${at##*.}
		client_xml "$proxy_name" "$at" "$server" "$alternate" \
			"$root/client/hooks/freeradius-proxy $world/$proxy_name.conf"
		echo "SOCKET=$world/$proxy_name/run/control.sock" >"$world/$proxy_name.conf"
		# shellcheck disable=SC2046 # words
		client "$1" "$proxy_name" $(client_rights)
	done
)

# world_begin NAME: the servers and proxies, in $dir/NAME.
world_begin() {
	host "$1"
	(
		world=$dir/$1
		mkdir -p "$world"
		chmod 755 "$world"
		radius_back_end=$back_end
		radius_write "$world/aaa1" aaa1 $server 8 3
		radius_back_end=
		radius_write "$world/aaa2" aaa2 $alternate 8 3
		for at in $proxies; do
			radius_write_proxy "$world/proxy-${at##*.}" "$at" $server $alternate
			radius_of "$1" "proxy-${at##*.}"
		done
		radius_of "$1" aaa1
		radius_of "$1" aaa2
	)
}

# world_serves NAME: every proxy has a login granted by the first server.
world_serves() {
	for at in $proxies; do
		[ "$(on "$1" sh -c ". $root/scripts/radius.sh; radius_ask $at bob 8")" = aaa1 ] ||
			return 1
	done
}

# world_protected NAME: bellwetherd knows that all are here, and may call them back.
world_protected() {
	# shellcheck disable=SC2086 # addresses
	set -- "$1" $proxies
	(dir=$dir/$1; clients_are here $(($# - 1)))
}

# world_logins NAME TRIES APART: its stream of logins, which end up in NAME/logins.
world_logins() {
	# shellcheck disable=SC2086 # addresses
	on "$1" "$root/tests/system/logins.pl" "$rate" $((before + blocked + afterwards)) \
		"$2" "$3" "$radius_secret" "$radius_port" $proxies >"$dir/$1/logins" \
		2>"$dir/$1/logins.log" &
}

# worlds_begin: the four of them, each with every login granted by the first server and
# every proxy known to be here.
worlds='own-retries bellwether-retries own-once bellwether-once'
worlds_begin() {
	for world in $worlds; do
		world_begin "$world"
	done
	for world in $worlds; do
		check "$world-serves" wait_for 30 world_serves "$world"
	done
	for tries in retries once; do
		world_protect bellwether-$tries
		check bellwether-$tries-protected wait_for 30 world_protected bellwether-$tries
	done
}

# worlds_run: the streams of logins at once, while the back end of all first servers is
# blocked for a time; $block and $unblock are when.
worlds_run() {
	streams=
	for world in $worlds; do
		case $world in
		*-retries) tries=3 ;;
		*) tries=1 ;;
		esac
		world_logins "$world" $tries 3
		streams="$streams $!"
	done
	sleep "$before"
	block=$(date +%s.%N)
	flock -x "$back_end" sleep "$blocked"
	unblock=$(date +%s.%N)
	# shellcheck disable=SC2086 # process ids
	wait $streams
	for world in $worlds; do
		reached "$dir/$world"
	done
}

# reached FOLDER: when its first server granted each login, in FOLDER/reached.
reached() {
	perl -MTime::Local -ne '
		BEGIN { @month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = 0 .. 11 }
		/^\w+ (\w+) +(\d+) (\d+):(\d+):(\d+) (\d+) : Auth: .*Login OK/ and
			print timelocal($5, $4, $3, $2, $month{$1}, $6), "\n"' \
		"$1/aaa1/log/radius.log" >"$1/reached"
}

# worlds_report [--svg FILE]: a line a world.
worlds_report() {
	# shellcheck disable=SC2046 # folders, none with a space
	"$root/tests/system/logins-report.pl" "$@" "$block" "$unblock" \
		$(for world in $worlds; do echo "$dir/$world"; done)
}
