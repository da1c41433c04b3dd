#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every program has a manual page, every page is clean, and the README names what exists.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
failed=0

# verdict NAME: prints the result of what was complained about since the last.
verdict() {
	if [ -z "$complaints" ]; then
		echo "ok $1"
	else
		printf '%s' "$complaints"
		echo "not ok $1"
		failed=1
	fi
	complaints=
}
complain() {
	complaints="$complaints# $*
"
}

complaints=
for program in bellwetherd bellwether-client bellwether-flock bellwether; do
	ls doc/"$program".[18] >/dev/null 2>&1 || complain "doc/$program: no manual page"
done
for hook in client/hooks/*; do
	[ ! -x "$hook" ] || [ -f "doc/bellwether-${hook##*/}.8" ] ||
		complain "doc/bellwether-${hook##*/}.8: no manual page of a hook"
done
[ -f doc/bellwether-radius-threads.8 ] || complain "radius-threads: no manual page"
verdict manual-complete

if command -v mandoc >/dev/null 2>&1; then
	for page in doc/*.[1578]; do
		lint=$(mandoc -T lint -W warning "$page" 2>&1) || complain "$lint"
	done
	verdict manual-clean
else
	echo "ok manual-clean # SKIP mandoc is not installed"
fi

# What stands in the README's code blocks and begins with a path of the tree.
for path in $(awk '/^```/ { code = !code; next } code || /^(    |\t)/' README.md |
	grep -oE '(^|[ (])(scripts|doc|tests|policy|nms)/[A-Za-z0-9._/-]+' |
	tr -d ' (') $(grep -oE '\]\([A-Za-z0-9._/-]+\)' README.md | tr -d ']()'); do
	[ -e "$path" ] || complain "README.md names $path, which does not exist"
done
for script in scripts/quickstart scripts/check; do
	grep -q "$script" README.md || complain "README.md does not name $script"
	[ -x "$script" ] || complain "$script cannot be executed"
done
verdict readme
exit "$failed"
