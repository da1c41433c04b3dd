/* SPDX-License-Identifier: BSD-3-Clause */
/* What it costs to choose 10,000 clients: select, order and give each its alternate,
   against sorting as many pointers. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/random.h"
#include "policy/distribute.h"
#include "tests/bench/bench-policy.h"

#define CLIENTS    10000u
#define SITES      100u
#define ALTERNATES 4u
#define ROUNDS     50u
#define GOAL       10

static char *
document(const char *order)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		exit(1);
	fprintf(to,
		"<policy xmlns=\"" POLICY_NAMESPACE "\">\n"
		"<server name=\"aaa1\" address=\"192.0.2.10\">"
		"<key id=\"1\" file=\"k\"/></server>\n"
		"<failover threshold=\"30\"><step><select group=\"wireless\" "
		"share=\"90%%\" order=\"%s\"/><select within-cost=\"40\"/>"
		"<except list=\"core\"/></step></failover>\n"
		"<connection threshold=\"60\"/>\n<clients>\n"
		"<list name=\"core\" clients=\"nas1 nas7\"/>"
		"<site name=\"home\" home=\"yes\"/>\n",
		order);
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (i % (CLIENTS / SITES) == 0)
			fprintf(
			    to,
			    "%s<site name=\"s%u\"><link to=\"home\" cost=\"%u\"/>\n",
			    i > 0 ? "</site>" : "", i, 1 + i * 7919 % 100);
		fprintf(to,
			"<client name=\"nas%u\" address=\"10.0.%u.%u\" "
			"groups=\"%s\" priority=\"%u\"/>\n",
			i, i >> 8, i & 255, i % 2 ? "wireless" : "wired",
			i * 7919 % 1000);
	}
	fprintf(to, "</site></clients></policy>\n");
	fclose(to);
	return text;
}

static int
by_value(const void *a, const void *b)
{
	const uint64_t *x = *(const uint64_t *const *)a;
	const uint64_t *y = *(const uint64_t *const *)b;

	return *x < *y ? -1 : *x > *y;
}

/* As many pointers to numbers in any order, by qsort(). */
static int64_t
sort_pointers(void)
{
	static uint64_t number[CLIENTS];
	static const uint64_t *pointer[CLIENTS];
	int64_t from;

	for (unsigned i = 0; i < CLIENTS; i++) {
		number[i] = random_mix(1, i);
		pointer[i] = &number[i];
	}
	from = bench_time();
	qsort(pointer, CLIENTS, sizeof(pointer[0]), by_value);
	return bench_time() - from;
}

static int64_t
choose(const struct policy *policy, unsigned round, size_t *chosen)
{
	static uint8_t state[CLIENTS];
	static uint32_t out[CLIENTS];
	static const char *const names[ALTERNATES] = { "aaa2", "aaa3", "aaa4", "aaa5" };
	struct distribute_target target[ALTERNATES];
	uint16_t order[ALTERNATES];
	int64_t from = bench_time();
	unsigned sum = 0;

	for (unsigned i = 0; i < ALTERNATES; i++)
		target[i] = (struct distribute_target){
			.key = distribute_key(slice_of(names[i])),
			.weight = 100 + 10 * i, /* not alike: that would be cheaper */
			.priority = 1,
		};
	*chosen =
	    policy_select(policy, &policy->failover.step[0].select, state, round, out);
	for (size_t i = 0; i < *chosen; i++) {
		distribute_rank(distribute_client(&policy->client[out[i]].address),
				target, ALTERNATES, order);
		sum += order[0];
	}
	return sum > 0 ? bench_time() - from : 0;
}

int
main(void)
{
	static const char *const orders[] = { "priority", "farthest", "name",
					      "random" };

	for (unsigned i = 0; i < ARRAY_SIZE(orders); i++) {
		char *text = document(orders[i]);
		struct policy *policy = bench_policy(text);
		int64_t least = INT64_MAX, sorted = INT64_MAX, took;
		size_t chosen = 0;

		if (policy == NULL)
			return 1;
		for (unsigned round = 0; round < ROUNDS; round++) {
			took = sort_pointers();
			sorted = took < sorted ? took : sorted;
			took = choose(policy, round, &chosen);
			least = took < least ? took : least;
		}
		printf(
		    "bench: choose-by-%s ratio %.2f goal <=%d (%.2f ms for %zu of %u "
		    "clients, each to one of %u alternates; %.2f ms to sort %u "
		    "pointers)\n",
		    orders[i], (double)least / (double)sorted, GOAL,
		    (double)least / 1e3, chosen, CLIENTS, ALTERNATES,
		    (double)sorted / 1e3, CLIENTS);
		policy_free(policy);
		free(text);
	}
	return 0;
}
