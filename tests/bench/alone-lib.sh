# SPDX-License-Identifier: BSD-3-Clause
# For benches of a real daemon that goes before what else the machine does: the flock and
# the bare loops have to as well, in a session of their own, whose share of the processors
# is not its neighbours'. Sourced first, by one that has set $bench; ends in lib.sh.
[ "$(id -u)" -eq 0 ] || {
	echo "bench: $bench not measured: needs root, for network namespaces"
	exit 0
}
top_srcdir=${top_srcdir:-$(dirname "$0")/../..}
[ -n "${BENCH_ALONE:-}" ] || {
	export BENCH_ALONE=yes top_srcdir
	exec setsid -w "$0" "$@"
}
echo -15 >/proc/self/autogroup 2>/dev/null
. "$top_srcdir/tests/system/lib.sh"
