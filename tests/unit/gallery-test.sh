#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The gallery of doc/policy/gallery: each picture and each figure in it is what simulate
# makes of the trace and the policies beside it, to the byte. UPDATE=1 writes them anew.
root=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd)
bellwether=$(cd "${top_builddir:-.}" && pwd)/bellwether
gallery=$root/doc/policy/gallery
dir=$(mktemp -d "${TMPDIR:-/tmp}/gallery.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
failed=0

# check NAME COMMAND...
check() {
	name=$1
	shift
	if "$@"; then
		echo "ok gallery-$name"
	else
		echo "not ok gallery-$name"
		failed=1
	fi
}

# as_it_is FILE: what was made is what the tree has.
as_it_is() {
	if [ -n "${UPDATE:-}" ] && ! cmp -s "$dir/$1" "$gallery/$1"; then
		cp "$dir/$1" "$gallery/$1"
		echo "# $1 is written anew"
	fi
	cmp "$dir/$1" "$gallery/$1"
}

# made CASE: the comparison and both pictures, with nothing to complain of.
made() {
	"$bellwether" simulate "$1-before.xml" --trace "$1.trace" --compare "$1.xml" \
		--plot "$1-before.svg" >"$1.txt" 2>"$1.err" &&
		"$bellwether" simulate "$1.xml" --trace "$1.trace" --quiet \
			--plot "$1.svg" >"$1.quiet" 2>>"$1.err" && [ ! -s "$1.err" ]
}

# quoted CASE: the page shows its pictures, and its lines of figures are in the comparison.
quoted() {
	grep -q "($1-before.svg)" "$gallery/README.md" &&
		grep -q "($1.svg)" "$gallery/README.md" &&
		awk -v block="\`\`\`text $1.txt" '
			$0 == block { on = 1; next }
			/^```/ { on = 0 }
			on' "$gallery/README.md" >"$dir/block" && [ -s "$dir/block" ] &&
		! grep -vxFf "$dir/$1.txt" "$dir/block"
}

# What is read with the rights of secrets has them in a copy.
(umask 077 && cp "$gallery"/*.xml "$gallery"/*.trace "$gallery"/peers.conf "$dir") || exit 99
chmod 600 "$dir"/*
cd "$dir" || exit 99
for trace in *.trace; do
	case=${trace%.trace}
	check "$case" made "$case"
	[ -s "$case.err" ] && sed 's/^/# /' "$case.err"
	for file in "$case-before.svg" "$case.svg" "$case.txt"; do
		check "$file" as_it_is "$file"
	done
	check "$case-quoted" quoted "$case"
done
check six [ "$(ls ./*.trace | wc -l)" -eq 6 ]
exit "$failed"
