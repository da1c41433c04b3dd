#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Documents that want to hurt whoever reads them, 100 MB of some: each is refused with
# file:line, soon, and in bounded memory. And files that a policy must not come from.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip "needs python3"
# A sanitizer's own memory is not ours.
[ -n "${ASAN_OPTIONS:-}" ] && [ "${top_builddir##*/}" = clang ] && most=8000 || most=600

"$root/tests/system/hostile.py" "$programs/bellwether" "$dir" >"$dir/refused"
while read -r document status seconds megabytes said; do
	echo "# $document: $seconds s, $megabytes MB: $said"
	check "$document-refused" [ "$status" -eq 1 ]
	check "$document-soon" [ "${seconds%.*}" -lt 60 ]
	check "$document-in-bounds" [ "$megabytes" -lt $most ]
	case $said in
	POLICY:[1-9]*:*) ok "$document-says-where" ;;
	*) not_ok "$document-says-where" "$said" ;;
	esac
done <"$dir/refused"
check all-were-tried [ "$(wc -l <"$dir/refused")" -eq 16 ]

# ---- where a policy may come from ----

policy 192.0.2.1 192.0.2.2 '<include href="more/*.xml"/>' >/dev/null
mkdir "$dir/more"
# refused TEXT: check says that, and why.
refused() {
	said=$("$programs/bellwether" check "$dir/policy.xml" 2>&1) && return 1
	case $said in
	*"$1"*) return 0 ;;
	esac
	echo "# said: $said"
	return 1
}
accepted() {
	"$programs/bellwether" check "$dir/policy.xml" >/dev/null 2>&1
}
cat >"$dir/more/a.xml" <<-END
	<clients xmlns="urn:bellwether:policy:1"><client name="nas1" address="192.0.2.9"/></clients>
END
check include-accepted accepted
chmod g+w "$dir/more/a.xml"
check writable-include refused "writable by"
chmod g-w "$dir/more/a.xml"
chmod o+w "$dir/policy.xml"
check writable-policy refused "writable by"
chmod o-w "$dir/policy.xml"
check accepted-again accepted
ln -s /etc/passwd "$dir/more/b.xml"
check link-out-of-the-folder refused "lies outside"
rm "$dir/more/b.xml"
mkfifo "$dir/more/c.xml"
check no-file refused "is not a regular file"
rm "$dir/more/c.xml"
sed -i 's|more/\*.xml|../../../../etc/passwd|' "$dir/policy.xml"
check include-out-of-the-folder refused "leaves the policy's folder"
