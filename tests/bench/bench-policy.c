/* SPDX-License-Identifier: BSD-3-Clause */
/* What benches of the core share. */
#include "config.h"

#include "tests/bench/bench-policy.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

static bool
source_read(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	    char *why, size_t why_size)
{
	(void)path;
	(void)secret;
	(void)why;
	(void)why_size;
	*bytes = (uint8_t *)strdup(context);
	*size = strlen(context);
	return *bytes != NULL;
}

static bool
source_match(void *context, const char *href, void (*emit)(void *, const char *),
	     void *emit_context, char *why, size_t why_size)
{
	(void)context;
	(void)href;
	(void)emit;
	(void)emit_context;
	(void)why;
	(void)why_size;
	return false;
}

struct policy *
bench_policy(char *text)
{
	const struct policy_source source = { text, source_read, source_match };
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
