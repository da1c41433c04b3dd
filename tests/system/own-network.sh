# SPDX-License-Identifier: BSD-3-Clause
# The script begins again in a network of its own: nobody else has its ports, and nobody
# else is asked. Sourced at the top of each that wants it, in place of lib.sh.

if [ -z "${own_network:-}" ] && unshare --net true 2>/dev/null; then
	own_network=yes exec unshare --net -- "$0" "$@"
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/system/lib.sh"
[ -n "${own_network:-}" ] || skip "this kernel gives no network namespaces"
ip link set lo up
