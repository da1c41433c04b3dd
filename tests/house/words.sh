#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Words that C files must have, and words that they must not.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
files=$(find common monitor policy message fleet mib client subagent tui tests \
	-name '*.[ch]' | LC_ALL=C sort)
failed=0

# refuse PATTERN WHY: no line may match.
refuse() {
	# shellcheck disable=SC2086 # a list of names
	if found=$(grep -nE "$1" $files); then
		echo "$found" | sed "s/^/# $2: /"
		failed=1
	fi
}

refuse '(^|[^A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|gets|strtok)\(' 'unbounded'
refuse '(TODO|FIXME|HACK|(^|[^X])XXX([^X]|$))' 'unfinished'
refuse '[[:space:]]$' 'trailing space'
for file in $files; do
	head -1 "$file" | grep -q 'SPDX-License-Identifier: BSD-3-Clause' || {
		echo "# $file: the first line is no SPDX line"
		failed=1
	}
	sed -n 2p "$file" | grep -q '^/\* ' || {
		echo "# $file: the second line does not say what the file is"
		failed=1
	}
done
[ "$failed" -eq 0 ] && echo "ok words" && exit 0
echo "not ok words"
exit 1
