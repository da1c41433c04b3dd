#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The trial of tests/system/logins.sh until the proxies' own failover has come back, too,
# which takes it 90 s: four worlds side by side, what became of their logins, and a picture.
# BENCH_SVG: where the picture goes (logins.svg). OWN=quick: a failover as quick as
# proxy.conf's comments allow, instead.
bench=logins
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
for program in freeradius radmin flock perl; do
	command -v "$program" >/dev/null 2>&1 || {
		echo "bench: $bench not measured: needs $program"
		exit 0
	}
done
svg=${BENCH_SVG:-logins.svg}
case $svg in
/*) ;;
*) svg=$PWD/$svg ;;
esac
[ "${OWN:-stock}" = quick ] || afterwards=130
. "$top_srcdir/tests/system/lib.sh"
. "$root/tests/system/logins-lib.sh"
[ "${OWN:-stock}" != quick ] || radius_failover=$radius_failover_quick

worlds_begin >"$dir/checks.log"
if [ "$failed" -ne 0 ]; then
	echo "bench: $bench not measured:"
	exit 0
fi
worlds_run
worlds_report --svg "$svg" >"$dir/report"
sed "s/^/bench: $bench /" "$dir/report"
awk -v bench="bench: $bench" '
{ lost[$1] = $5 }
END {
	split("retries once", tries)
	for (i = 1; i <= 2; i++) {
		# Of a proxy that lost nothing, or did not run, there is no part.
		if (lost["own-" tries[i]] + 0 == 0 || !(("bellwether-" tries[i]) in lost)) {
			printf "%s lost-%s not measured: no logins of %s to compare with\n",
			    bench, tries[i], "own-" tries[i]
			continue
		}
		printf "%s lost-%s bellwether/own %.3f (%d of %d)\n", bench, tries[i],
		    lost["bellwether-" tries[i]] / lost["own-" tries[i]],
		    lost["bellwether-" tries[i]], lost["own-" tries[i]]
	}
}' "$dir/report"
echo "bench: $bench picture $svg"
