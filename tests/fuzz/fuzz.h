/* SPDX-License-Identifier: BSD-3-Clause */
/* What every fuzz target has: libFuzzer's entry, and a check that ends the run. */
#ifndef BELLWETHER_TESTS_FUZZ_H
#define BELLWETHER_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stays in whatever NDEBUG says. */
#define REQUIRE(condition)                                                      \
	do {                                                                    \
		if (!(condition)) {                                             \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, \
				__LINE__, #condition);                          \
			abort();                                                \
		}                                                               \
	} while (0)

#endif
