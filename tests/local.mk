# SPDX-License-Identifier: BSD-3-Clause
# Checks of the tree itself; scripts/check runs them all, make check the quickest.
dist_check_SCRIPTS = tests/house/includes.sh
TESTS += tests/house/includes.sh
EXTRA_DIST += tests/expected-skips tests/house/format.sh tests/house/manual.sh \
	tests/house/mib.sh tests/house/shell.sh tests/house/words.sh

# Unit tests under memcheck. VALGRIND tells a test that works by brute force to do less.
.PHONY: check-valgrind
check-valgrind: $(check_PROGRAMS)
	@units=; for program in $(check_PROGRAMS); do \
		case $$program in tests/unit/*) units="$$units $$program" ;; esac; \
	done; \
	VALGRIND=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS="$$units" LOG_COMPILER=valgrind \
		LOG_FLAGS='-q --error-exitcode=99 --leak-check=full'
