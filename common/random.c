/* SPDX-License-Identifier: BSD-3-Clause */
/* splitmix64, and numbers in ranges made from it. */
#include "config.h"

#include "common/random.h"

#include <sys/random.h>
#include <unistd.h>

#include "common/clock.h"

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static uint64_t
finish(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
random_seed(struct random *random, uint64_t seed)
{
	random->state = seed;
}

uint64_t
random_next(struct random *random)
{
	random->state += GOLDEN;
	return finish(random->state);
}

uint64_t
random_below(struct random *random, uint64_t bound)
{
	if (bound == 0)
		return 0;
	/* Numbers below 2^64 mod bound would make small results likelier. */
	uint64_t excess = -bound % bound, number;
	do
		number = random_next(random);
	while (number < excess);
	return number % bound;
}

int64_t
random_jitter(struct random *random, int64_t duration, double share)
{
	double unit = (double)(random_next(random) >> 11) * 0x1.0p-53;
	double result = (double)duration * (1.0 - share + 2.0 * share * unit);
	if (result >= (double)INT64_MAX)
		return INT64_MAX;
	return (int64_t)result;
}

uint64_t
random_mix(uint64_t a, uint64_t b)
{
	return finish(finish(a + GOLDEN) ^ (b + GOLDEN));
}

uint64_t
random_entropy(void)
{
	uint64_t seed = 0;
	if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
		return seed;
	/* Jitter only needs machines to differ, not to be unguessable. */
	struct moment now = clock_now();
	return random_mix((uint64_t)now.wall,
			  random_mix((uint64_t)now.boot, (uint64_t)getpid()));
}
