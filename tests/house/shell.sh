#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every shell script parses, says what it is, and can be run when it is a program.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
failed=0
for file in autogen.sh .ci/run scripts/* tests/house/*.sh tests/system/*.sh \
	tests/fuzz/*.sh dist/*.sh client/hooks/*; do
	[ -f "$file" ] || continue
	IFS= read -r first <"$file"
	why=
	case $first in
	'#!/bin/sh'*) [ -x "$file" ] || why="has #! but cannot be executed" ;;
	'#!/bin/bash'*) why="needs bash; write it for sh" ;;
	esac
	[ "$file" = scripts/packages ] || sh -n "$file" 2>/dev/null || why="does not parse"
	grep -q 'SPDX-License-Identifier: BSD-3-Clause' "$file" || why="has no SPDX line"
	if [ -n "$why" ]; then
		echo "# $file: $why"
		failed=1
	fi
done
[ "$failed" -eq 0 ] && echo "ok shell" && exit 0
echo "not ok shell"
exit 1
