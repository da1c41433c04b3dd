/* SPDX-License-Identifier: BSD-3-Clause */
/* A load that runs out of memory, at each of its allocations in turn: it says so and
   gives everything back. libxml2's own allocations are not ours to fail. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/unit.h"

/* The linker puts these in place of the allocators, for what is linked statically. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

static size_t left = SIZE_MAX; /* allocations until one fails */
static bool failed;

static bool
fails(void)
{
	if (left == SIZE_MAX || left-- > 0)
		return false;
	left = SIZE_MAX;
	failed = true;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, count, size);
}

/* Fails the n-th allocation of a load; false when there were fewer. */
static bool
load_failing(const char *path, size_t n, size_t *refused)
{
	char folder[4096];
	struct folder_source context = { folder };
	struct policy_source source = folder_source(&context);
	struct faults *faults = faults_new(20);
	struct policy *policy;

	CU_ASSERT_PTR_NOT_NULL_FATAL(faults);
	snprintf(folder, sizeof(folder), "%s/tests/policy", getenv("top_srcdir"));
	failed = false;
	left = n;
	policy = policy_load(&source, path, faults);
	left = SIZE_MAX;
	/* It loads only if what failed was a convenience, and never without a word. */
	CU_ASSERT((policy == NULL) == (faults_errors(faults) > 0));
	*refused += policy == NULL;
	policy_free(policy);
	faults_free(faults);
	return failed;
}

static void
test_everything(void)
{
	size_t n = 0, refused = 0;

	while (load_failing("good/everything.xml", n, &refused))
		n++;
	CU_ASSERT(n > 50);
	CU_ASSERT(refused > n - n / 4);
}

static void
test_faulty(void)
{
	static const char *const names[] = {
		"bad/include-faults.xml", "bad/list-members.xml",
		"bad/ranges-overlap.xml", "bad/sites-alike.xml", "bad/patterns.xml"
	};
	size_t refused = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = 0;

		while (load_failing(names[i], n, &refused))
			n++;
		CU_ASSERT(n > 10);
	}
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "a good policy", test_everything },
		{ "bad ones", test_faulty },
	};

	if (!policy_start())
		return 99;
	return unit_run("policy memory", tests, ARRAY_SIZE(tests));
}
