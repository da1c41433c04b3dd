/* SPDX-License-Identifier: BSD-3-Clause */
/* Costs of sites against a reference that tries every path the slow way. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/random.h"
#include "policy/policy.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/unit.h"

#define SITES_MAX 9
#define FAR       UINT32_MAX

struct draft {
	unsigned sites;
	unsigned parent[SITES_MAX];          /* SITES_MAX: at the top */
	unsigned home;                       /* sites: none */
	uint32_t link[SITES_MAX][SITES_MAX]; /* as written, one way; 0: none */
	char text[8192];
	size_t used;
};

static void __attribute__((format(printf, 2, 3)))
say(struct draft *draft, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	draft->used +=
	    (size_t)vsnprintf(draft->text + draft->used,
			      sizeof(draft->text) - draft->used, format, arguments);
	va_end(arguments);
}

static void
write_site(struct draft *draft, unsigned site)
{
	say(draft, "<site name=\"s%u\"%s>", site,
	    site == draft->home ? " home=\"yes\"" : "");
	for (unsigned to = 0; to < draft->sites; to++)
		if (draft->link[site][to] != 0)
			say(draft, "<link to=\"s%u\" cost=\"%u\"/>", to,
			    draft->link[site][to]);
	say(draft, "<client name=\"c%u\" address=\"10.0.0.%u\"/>", site, site + 1);
	for (unsigned below = 0; below < draft->sites; below++)
		if (draft->parent[below] == site)
			write_site(draft, below);
	say(draft, "</site>");
}

static struct policy *
load(struct draft *draft)
{
	struct test_document document = { "policy.xml", draft->text, 0 };
	struct memory_source memory = { &document, 1 };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(20);
	struct policy *policy;

	draft->used = 0;
	say(draft,
	    "<policy xmlns=\"urn:bellwether:policy:1\">"
	    "<server name=\"s\" address=\"192.0.2.1\"><key id=\"1\" file=\"k\"/>"
	    "</server><failover threshold=\"1\"><step><select all=\"yes\"/></step>"
	    "</failover><connection threshold=\"2\"/><clients>");
	for (unsigned site = 0; site < draft->sites; site++)
		if (draft->parent[site] == SITES_MAX)
			write_site(draft, site);
	say(draft, "</clients></policy>");
	policy = policy_load(&source, "policy.xml", faults);
	if (faults_errors(faults) > 0)
		faults_print(faults, stdout);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

static void
set_both(uint32_t cost[SITES_MAX][SITES_MAX], unsigned a, unsigned b, uint32_t value)
{
	cost[a][b] = cost[b][a] = value;
}

/* Shorter and shorter paths over every site in between. */
static void
reference(const struct draft *draft, uint32_t cost[SITES_MAX][SITES_MAX])
{
	for (unsigned a = 0; a < SITES_MAX; a++)
		for (unsigned b = 0; b < SITES_MAX; b++)
			cost[a][b] = a == b ? 0 : FAR;
	for (unsigned a = 0; a < draft->sites; a++)
		if (draft->parent[a] != SITES_MAX)
			set_both(cost, a, draft->parent[a], 1);
	for (unsigned a = 0; a < draft->sites; a++)
		for (unsigned b = 0; b < draft->sites; b++)
			if (draft->link[a][b] != 0)
				set_both(cost, a, b, draft->link[a][b]);
	for (unsigned via = 0; via < draft->sites; via++)
		for (unsigned a = 0; a < draft->sites; a++)
			for (unsigned b = 0; b < draft->sites; b++)
				if (cost[a][via] != FAR && cost[via][b] != FAR &&
				    cost[a][via] + cost[via][b] < cost[a][b])
					cost[a][b] = cost[a][via] + cost[via][b];
}

static void
check(struct draft *draft)
{
	struct policy *policy = load(draft);
	uint32_t cost[SITES_MAX][SITES_MAX];
	size_t wrong = 0;

	reference(draft, cost);
	for (unsigned site = 0; site < draft->sites; site++) {
		char name[16];
		uint32_t found, expected;

		snprintf(name, sizeof(name), "s%u", site);
		found = policy_find_site(policy, name);
		CU_ASSERT_FATAL(found != POLICY_NONE);
		expected =
		    draft->home < draft->sites ? cost[draft->home][site] : POLICY_NONE;
		wrong += policy->site[found].cost != expected;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	if (wrong > 0)
		printf("%s\n", draft->text);
	policy_free(policy);
}

static void
draw(struct draft *draft, uint64_t seed)
{
	unsigned links = (unsigned)(random_mix(seed, 1) % 12);

	memset(draft, 0, sizeof(*draft));
	draft->sites = 1 + (unsigned)(random_mix(seed, 2) % SITES_MAX);
	draft->home = (unsigned)(random_mix(seed, 3) % (draft->sites + 1));
	for (unsigned site = 0; site < draft->sites; site++) {
		unsigned parent = (unsigned)(random_mix(seed, 10 + site) % (site + 2));

		draft->parent[site] = parent < site ? parent : SITES_MAX;
	}
	for (unsigned i = 0; i < links; i++) {
		unsigned a = (unsigned)(random_mix(seed, 100 + i) % draft->sites);
		unsigned b = (unsigned)(random_mix(seed, 200 + i) % draft->sites);

		if (a != b && draft->link[a][b] == 0 && draft->link[b][a] == 0)
			draft->link[a][b] =
			    1 + (uint32_t)(random_mix(seed, 300 + i) % 9);
	}
}

static void
test_random(void)
{
	struct draft draft;

	for (uint64_t seed = 1; seed <= 500; seed++) {
		draw(&draft, seed);
		check(&draft);
	}
}

/* A dear link replaces the one that nesting makes, and the way round is taken. */
static void
test_replaced(void)
{
	struct draft draft = { .sites = 3,
			       .parent = { SITES_MAX, 0, SITES_MAX },
			       .home = 0 };
	struct policy *policy;

	draft.link[1][0] = 50;
	draft.link[1][2] = 20;
	draft.link[2][0] = 7;
	policy = load(&draft);
	CU_ASSERT_EQUAL(policy->site[policy_find_site(policy, "s1")].cost, 27);
	policy_free(policy);
}

/* A chain so dear that its sum has more than 32 bits stays below "no path". */
static void
test_dear(void)
{
	static char text[1u << 20];
	struct test_document document = { "policy.xml", text, 0 };
	struct memory_source memory = { &document, 1 };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(20);
	struct policy *policy;
	size_t used;

	used = (size_t)snprintf(
	    text, sizeof(text),
	    "<policy xmlns=\"urn:bellwether:policy:1\">"
	    "<server name=\"s\" address=\"192.0.2.1\"><key id=\"1\" file=\"k\"/>"
	    "</server><failover threshold=\"1\"><step><select beyond-cost=\"1000000\"/>"
	    "</step></failover><connection threshold=\"2\"/><clients>"
	    "<site name=\"s0\" home=\"yes\"/>");
	for (unsigned i = 1; i <= 5000; i++)
		used += (size_t)snprintf(
		    text + used, sizeof(text) - used,
		    "<site name=\"s%u\"><link to=\"s%u\" cost=\"1000000\"/></site>", i,
		    i - 1);
	snprintf(text + used, sizeof(text) - used,
		 "<site name=\"alone\">"
		 "<client name=\"c\" address=\"10.0.0.1\"/>"
		 "</site></clients></policy>");
	policy = policy_load(&source, "policy.xml", faults);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	CU_ASSERT_EQUAL(policy->site[policy_find_site(policy, "s4")].cost, 4000000);
	CU_ASSERT_EQUAL(policy->site[policy_find_site(policy, "s5000")].cost,
			POLICY_NONE - 1);
	CU_ASSERT_EQUAL(policy->site[policy_find_site(policy, "alone")].cost,
			POLICY_NONE);
	CU_ASSERT_EQUAL(policy->failover.step[0].select.rows, 1);
	policy_free(policy);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "any sites and links", test_random },
		{ "a link in place of nesting", test_replaced },
		{ "costs beyond 32 bits", test_dear },
	};

	if (!policy_start())
		return 99;
	return unit_run("sites", tests, ARRAY_SIZE(tests));
}
