# SPDX-License-Identifier: BSD-3-Clause
# Counting tests honestly. Sourced by scripts/check; needs $out and $root.

# outcome NAME COMMAND...: one test, which passes when the command does.
outcome() {
	what=$1
	shift
	if "$@" >"$out/log/$what.log" 2>&1; then
		echo "ok $what"
	else
		echo "not ok $what"
		tail -80 "$out/log/$what.log" | sed 's/^/# /'
		return 1
	fi
}

# run_script FILE: a script test prints a line a test, "ok NAME", "not ok NAME" or
# "ok NAME # SKIP why". One that prints none, or fails without saying so, has failed.
run_script() {
	test_name=$(basename "$1" .sh)
	test_log=$out/log/test-$test_name.log
	test_began=$(date +%s)
	timeout -k 10 "${TEST_SECONDS:-600}" "$1" >"$test_log" 2>&1 </dev/null
	test_status=$?
	cat "$test_log"
	echo "# $test_name took $(($(date +%s) - test_began)) s"
	if ! grep -Eq '^(not )?ok ' "$test_log"; then
		echo "not ok $test_name-reports-results"
	elif [ "$test_status" -ne 0 ] && [ "$test_status" -ne 77 ] &&
		! grep -q '^not ok ' "$test_log"; then
		echo "not ok $test_name-ends-well (status $test_status)"
	fi
}

# One line for a program of make check, from its .trs and .log. CUnit's own exit status
# and summary can both hide a failure, so either is enough to fail.
tally_program() {
	awk -v trs="$1" -v name="$2" '
	BEGIN {
		while ((getline line < trs) > 0)
			if (line ~ /^:test-result: /)
				split(line, part, " ")
		result = part[2]
	}
	/^ *tests +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ *$/ {
		passed += $4; failed += $5; skipped += $6; seen = 1
	}
	/^ok .*# SKIP/ { skipped++; seen = 1; next }
	/^ok / { passed++; seen = 1 }
	/^not ok / { failed++; seen = 1 }
	END {
		if (!seen && result == "PASS") passed = 1
		if (!seen && result == "SKIP") skipped = 1
		if (result != "PASS" && result != "SKIP" && !failed) failed = 1
		printf "total %s: %d passed, %d failed, %d skipped\n", name, passed, failed, skipped
	}' "$3"
}

# tally_make BUILD: totals of everything that make check just ran, logs of what failed.
tally_make() {
	find "$1/tests" -name '*.trs' | sort | while read -r trs; do
		log=${trs%.trs}.log
		name=${trs#"$1/tests/"}
		line=$(tally_program "$trs" "${name%.trs}" "$log")
		echo "$line"
		case $line in
		*' 0 failed,'*) ;;
		*) tail -80 "$log" | sed 's/^/# /' ;;
		esac
	done
}

# failures LOG: each failed test with what is said below it; all of a log without any.
failures() {
	awk '
	/^not ok / || (/^total / && !/ 0 failed,/) { show = 1; any = 1; print; next }
	/^#/ { if (show) print; next }
	{ show = 0 }
	END { exit !any }' "$1" || tail -100 "$1"
}

# stage_report STAGE LOG SECONDS: what failed or was skipped, then the stage's totals.
stage_report() {
	counts=$(awk '
	/^ok .*# SKIP/ { s++; next }
	/^ok / { p++ }
	/^not ok / { f++ }
	/^total .*: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
		n = NF; p += $(n - 5); f += $(n - 3); s += $(n - 1)
	}
	END { print p + 0, f + 0, s + 0 }' "$2")
	# shellcheck disable=SC2086 # three numbers
	set -- "$1" "$2" "$3" $counts
	[ $(($4 + $5 + $6)) -gt 0 ] || set -- "$1" "$2" "$3" 0 1 0
	if [ "$5" -gt 0 ]; then
		say "---- $1: what failed (all of it: $2)"
		failures "$2" | tail -600
		say "----"
	fi
	grep '# SKIP' "$2"
	echo "$1 $4 $5 $6" >>"$out/totals"
	say "$1: $4 passed, $5 failed, $6 skipped ($3 s)"
}

# Skips that nobody expects: every "NAME # SKIP why" whose NAME is not listed.
unexpected_skips() {
	for stage in $(cut -d' ' -f1 "$out/totals"); do
		sed -n 's/^ok \([^ ]*\) *# SKIP.*/\1/p' "$out/log/$stage.log"
	done | while read -r name; do
		grep -q "^$name " "$root/tests/expected-skips" || echo "$name"
	done
}

# The last line of all, and the exit status.
final_report() {
	# shellcheck disable=SC2046 # three numbers
	set -- $(awk '{ p += $2; f += $3; s += $4 } END { print p + 0, f + 0, s + 0 }' "$out/totals")
	unexpected=$(unexpected_skips)
	if [ "${CI:-}" = true ] && [ -n "$unexpected" ]; then
		say "skipped, and CI expects it to run:" $unexpected
		set -- "$1" $(($2 + $(echo "$unexpected" | wc -w))) "$3"
	fi
	if [ "$3" -gt 0 ]; then
		say "$1 passed, $2 failed, $3 skipped"
	else
		say "$1 passed, $2 failed"
	fi
	[ "$2" -eq 0 ] && [ "$1" -gt 0 ]
}
