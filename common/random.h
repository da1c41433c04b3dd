/* SPDX-License-Identifier: BSD-3-Clause */
/* Reproducible randomness from a seed, for jitter, phases and choices. Not for keys. */
#ifndef BELLWETHER_COMMON_RANDOM_H
#define BELLWETHER_COMMON_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/* Any seed will do; equal seeds give equal sequences (splitmix64). */
void random_seed(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
/* 0 to bound - 1, without modulo bias; 0 when bound is 0. */
uint64_t random_below(struct random *random, uint64_t bound);
/* duration +- share of it: share 0.2 gives 0.8 to 1.2 times duration. */
int64_t random_jitter(struct random *random, int64_t duration, double share);
/* Stateless: a well-mixed number of two, to order or spread things repeatably. */
uint64_t random_mix(uint64_t a, uint64_t b);
/* A seed from the kernel, for programs' main. */
uint64_t random_entropy(void);

#endif
