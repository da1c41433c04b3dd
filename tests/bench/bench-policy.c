/* SPDX-License-Identifier: BSD-3-Clause */
/* What benches of the core share. */
#include "config.h"

#include "tests/bench/bench-policy.h"

#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "tests/unit/policy-source.h"

struct policy *
bench_policy(char *text)
{
	const struct test_document document = { "bench.xml", text, 0 };
	struct memory_source memory = { &document, 1 };
	const struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(10);
	struct policy *policy = NULL;

	if (faults != NULL && policy_start())
		policy = policy_load(&source, "bench.xml", faults);
	if (policy == NULL && faults != NULL)
		faults_print(faults, stderr);
	faults_free(faults);
	return policy;
}

int64_t
bench_time(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0)
		abort();
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}
