#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# clang-format leaves every C file as it is.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
if ! command -v clang-format >/dev/null 2>&1; then
	echo "ok format # SKIP clang-format is not installed"
	exit 77
fi
bad=$(find common monitor policy message fleet mib client subagent tui tests -name '*.[ch]' |
	LC_ALL=C sort | while read -r file; do
	clang-format --dry-run --Werror "$file" >/dev/null 2>&1 || echo "$file"
done)
[ -z "$bad" ] && echo "ok format" && exit 0
echo "not ok format"
echo "# run clang-format -i on:" $bad
exit 1
