/* SPDX-License-Identifier: BSD-3-Clause */
/* Selection against a plain reading of the rules: every small fleet, every state. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/random.h"
#include "policy/policy.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/unit.h"

#define ROWS_MAX 5

static struct policy *
load_whole(const char *step, const char *clients)
{
	char text[8192];
	struct test_document document = { "policy.xml", text, 0 };
	struct memory_source memory = { &document, 1 };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(20);
	struct policy *policy;

	snprintf(
	    text, sizeof(text),
	    "<policy xmlns=\"urn:bellwether:policy:1\">"
	    "<server name=\"s\" address=\"192.0.2.1\"><key id=\"1\" file=\"k\"/>"
	    "</server><failover threshold=\"1\"><step>%s</step>"
	    "</failover><connection threshold=\"2\"/><clients>%s</clients></policy>",
	    step, clients);
	policy = policy_load(&source, "policy.xml", faults);
	if (faults_errors(faults) > 0)
		faults_print(faults, stdout);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

static struct policy *
load(const char *clients)
{
	return load_whole("<select all=\"yes\"/>", clients);
}

/* Sites a (rows 0, 1), b in a (2), c (3), none (4), of cost 0, 1, 2 and none; group g:
   0, 2, 4; list l: 1, 3. */
static struct policy *
load_step_rows(const char *step, size_t rows)
{
	static const char *const parts[] = {
		"<site name=\"a\" home=\"yes\">"
		"<client name=\"e\" address=\"10.0.0.1\" groups=\"g\" priority=\"5\"/>",
		"<client name=\"d\" address=\"10.0.0.2\" priority=\"7\"/>",
		"<site name=\"b\">"
		"<client name=\"c\" address=\"10.0.0.3\" groups=\"g\"/></site>",
		"</site><site name=\"c\"><link to=\"b\" cost=\"1\"/>"
		"<client name=\"b\" address=\"10.0.0.4\" priority=\"7\"/></site>",
		"<client name=\"a\" address=\"10.0.0.5\" groups=\"g\" "
		"priority=\"4294967295\"/>",
	};
	static const char *const lists[] = { "", "", "d", "d", "d b", "d b" };
	char text[4096] = "";
	size_t used = 0;

	for (size_t i = 0; i < rows; i++)
		used +=
		    (size_t)snprintf(text + used, sizeof(text) - used, "%s", parts[i]);
	if (rows > 0 && rows < 4)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "</site>");
	snprintf(text + used, sizeof(text) - used, "<list name=\"l\" clients=\"%s\"/>",
		 lists[rows]);
	return load_whole(step, text);
}

static struct policy *
load_step(const char *step)
{
	return load_step_rows(step, ROWS_MAX);
}

static struct policy *
load_rows(size_t rows)
{
	return load_step_rows("<select all=\"yes\"/>", rows);
}

/* A term alone, with its rows: to be freed. */
static struct selection
only(const struct policy *policy, const struct select_term *term)
{
	uint32_t *row = calloc(policy->clients + 1, sizeof(*row));
	struct selection select = { .term = (struct select_term *)(uintptr_t)term,
				    .terms = 1,
				    .row = row,
				    .share = 1,
				    .order = ORDER_PRIORITY };

	CU_ASSERT_FATAL(row != NULL);
	select.rows = policy_union(policy, term, 1, row);
	return select;
}

static void
let_go(struct selection *select)
{
	free((uint32_t *)(uintptr_t)select->row);
}

static bool
in_term(const struct policy *policy, const struct select_term *term, uint32_t row)
{
	const struct policy_set *set = NULL;
	uint32_t site = policy->client[row].site;

	switch (term->kind) {
	case SELECT_ALL:
		return true;
	case SELECT_CLIENT:
		return row == term->of;
	case SELECT_SITE:
		while (site != POLICY_NONE && site != term->of)
			site = policy->site[site].parent;
		return site == term->of;
	case SELECT_LIST:
		set = &policy->list[term->of];
		break;
	case SELECT_GROUP:
		set = &policy->group[term->of];
		break;
	case SELECT_WITHIN:
		return site != POLICY_NONE && policy->site[site].cost != POLICY_NONE &&
		       policy->site[site].cost <= term->of;
	case SELECT_BEYOND:
		return site == POLICY_NONE || policy->site[site].cost == POLICY_NONE ||
		       policy->site[site].cost > term->of;
	}
	for (uint32_t i = 0; i < set->members; i++)
		if (set->member[i] == row)
			return true;
	return false;
}

static bool
in_selection(const struct policy *policy, const struct selection *select, uint32_t row)
{
	bool in = false;

	for (size_t i = 0; i < select->terms; i++)
		if (in_term(policy, &select->term[i], row)) {
			if (select->term[i].except)
				return false;
			in = true;
		}
	return in;
}

/* How many are to be moved, from the rules' words alone; percent avoids their doubles. */
static size_t
expected_count(const struct policy *policy, const struct selection *select,
	       unsigned percent, const uint8_t *state)
{
	size_t countable = 0, moved = 0, wanted;

	for (uint32_t row = 0; row < policy->clients; row++) {
		if (!in_selection(policy, select, row) || state[row] == SELECT_HELD)
			continue;
		countable++;
		moved += state[row] == SELECT_MOVED;
	}
	wanted = (countable * percent + 99) / 100;
	if (select->limit > 0 && wanted > select->limit)
		wanted = select->limit;
	return wanted > moved ? wanted - moved : 0;
}

/* Whoever has no path is the farthest. */
static uint32_t
cost(const struct policy *policy, const struct policy_client *client)
{
	return client->site == POLICY_NONE ? POLICY_NONE
					   : policy->site[client->site].cost;
}

/* True when a may come before b. */
static bool
in_order(const struct policy *policy, enum policy_order order, uint32_t a, uint32_t b)
{
	const struct policy_client *x = &policy->client[a], *y = &policy->client[b];

	switch (order) {
	case ORDER_PRIORITY:
		return x->priority > y->priority ||
		       (x->priority == y->priority && a < b);
	case ORDER_NEAREST:
		return cost(policy, x) < cost(policy, y) ||
		       (cost(policy, x) == cost(policy, y) && a < b);
	case ORDER_FARTHEST:
		return cost(policy, x) > cost(policy, y) ||
		       (cost(policy, x) == cost(policy, y) && a < b);
	case ORDER_NAME:
		return strcmp(x->name, y->name) < 0;
	case ORDER_RANDOM:
		break;
	}
	return true;
}

static size_t checks;

static void
check_one(const struct policy *policy, const struct selection *select, unsigned percent,
	  const uint8_t *state)
{
	uint32_t chosen[ROWS_MAX + 1], again[ROWS_MAX + 1];
	uint8_t is_chosen[ROWS_MAX] = { 0 };
	size_t count, wrong = 0;

	count = policy_select(policy, select, state, 42, chosen);
	wrong += count != expected_count(policy, select, percent, state);
	for (size_t i = 0; i < count; i++) {
		wrong += chosen[i] >= policy->clients;
		wrong += state[chosen[i]] != SELECT_FREE || is_chosen[chosen[i]]++;
		wrong += !in_selection(policy, select, chosen[i]);
		wrong +=
		    i > 0 && !in_order(policy, select->order, chosen[i - 1], chosen[i]);
	}
	/* Whoever was left out comes after the last that was taken. */
	for (uint32_t row = 0; count > 0 && row < policy->clients; row++)
		if (!is_chosen[row] && state[row] == SELECT_FREE &&
		    in_selection(policy, select, row))
			wrong +=
			    !in_order(policy, select->order, chosen[count - 1], row);
	wrong += policy_select(policy, select, state, 42, again) != count;
	wrong += count > 0 && memcmp(chosen, again, count * sizeof(*chosen)) != 0;
	CU_ASSERT_EQUAL(wrong, 0);
	checks++;
}

/* Every share, limit and order, for every state of every row. */
static void
check_all(const struct policy *policy, struct selection select)
{
	static const unsigned percents[] = { 1, 20, 33, 50, 60, 100 };
	static const uint32_t limits[] = { 0, 1, 3 };
	uint8_t state[ROWS_MAX + 1] = { 0 };
	size_t states = 1;

	for (size_t i = 0; i < policy->clients; i++)
		states *= 3;
	for (size_t s = 0; s < states; s++) {
		size_t rest = s;

		for (size_t i = 0; i < policy->clients; i++, rest /= 3)
			state[i] = (uint8_t)(rest % 3);
		for (size_t p = 0; p < ARRAY_SIZE(percents); p++)
			for (size_t l = 0; l < ARRAY_SIZE(limits); l++)
				for (unsigned o = ORDER_PRIORITY; o <= ORDER_RANDOM;
				     o++) {
					select.share = percents[p] / 100.0;
					select.limit = limits[l];
					select.order = (enum policy_order)o;
					check_one(policy, &select, percents[p], state);
				}
	}
}

static void
check_kind(const struct policy *policy, enum select_kind kind, size_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct select_term term = { .kind = kind, .of = i };
		struct selection select = only(policy, &term);

		check_all(policy, select);
		let_go(&select);
	}
}

static void
test_exhaustive(void)
{
	checks = 0;
	for (size_t rows = 0; rows <= ROWS_MAX; rows++) {
		struct policy *policy = load_rows(rows);

		check_kind(policy, SELECT_ALL, 1);
		check_kind(policy, SELECT_LIST, policy->lists);
		check_kind(policy, SELECT_GROUP, policy->groups);
		check_kind(policy, SELECT_SITE, policy->sites);
		check_kind(policy, SELECT_CLIENT, policy->clients);
		check_kind(policy, SELECT_WITHIN, 3);
		check_kind(policy, SELECT_BEYOND, 3);
		policy_free(policy);
	}
	CU_ASSERT(checks > 100000);
}

/* Shares of whole hundreds are exact, though 0.1 is not. */
static void
test_shares(void)
{
	struct policy *policy = load("<range name=\"c%d\" prefix=\"10.0.0.0/20\"/>");
	uint8_t *state = calloc(policy->clients, 1);
	uint32_t *out = calloc(policy->clients, sizeof(*out));
	size_t wrong = 0;

	CU_ASSERT_FATAL(state != NULL && out != NULL && policy->clients > 4000);
	for (unsigned percent = 1; percent <= 100; percent++)
		for (uint32_t left = 50; left <= 4000; left += 50) {
			struct selection select = { .share = percent / 100.0,
						    .order = ORDER_PRIORITY };

			memset(state, SELECT_FREE, policy->clients);
			memset(state, SELECT_HELD, policy->clients - left);
			wrong += policy_select(policy, &select, state, 1, out) !=
				 ((size_t)left * percent + 99) / 100;
		}
	CU_ASSERT_EQUAL(wrong, 0);
	free(out);
	free(state);
	policy_free(policy);
}

static void
test_random(void)
{
	struct policy *policy = load("<range name=\"c%d\" prefix=\"10.0.0.0/22\"/>");
	size_t count = policy->clients, moved = 0;
	uint32_t *a = calloc(count, sizeof(*a)), *b = calloc(count, sizeof(*b));
	uint8_t *seen = calloc(count, 1);

	CU_ASSERT_FATAL(a != NULL && b != NULL && seen != NULL);
	for (uint32_t i = 0; i < count; i++) {
		a[i] = i;
		b[i] = (uint32_t)count - 1 - i;
	}
	policy_sort(policy, ORDER_RANDOM, 7, a, count);
	policy_sort(policy, ORDER_RANDOM, 7, b, count);
	CU_ASSERT_EQUAL(memcmp(a, b, count * sizeof(*a)), 0); /* from any start */
	for (uint32_t i = 0; i < count; i++) {
		seen[a[i]]++;
		moved += a[i] != i;
	}
	for (uint32_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
	CU_ASSERT(moved > count / 2);
	policy_sort(policy, ORDER_RANDOM, 8, b, count);
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, count * sizeof(*a)), 0);
	free(a);
	free(b);
	free(seen);
	policy_free(policy);
}

/* Many rows in any order at first, by priorities of every length. */
static void
test_sorted(void)
{
	static const char *const priorities[] = { "0",         "1",     "255",
						  "256",       "65536", "16777215",
						  "4294967295" };
	char text[8000];
	size_t used = 0;
	uint32_t rows[100];

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "<client name=\"n%u\" address=\"10.0.0.%u\" "
					 "priority=\"%s\"/>",
					 i * 37 % 100, i + 1,
					 priorities[i % ARRAY_SIZE(priorities)]);
	struct policy *policy = load(text);

	for (unsigned order = ORDER_PRIORITY; order <= ORDER_NAME; order++) {
		for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++)
			rows[i] = (i * 61 + 17) % 100;
		policy_sort(policy, (enum policy_order)order, 7, rows,
			    ARRAY_SIZE(rows));
		for (size_t i = 1; i < ARRAY_SIZE(rows); i++)
			CU_ASSERT(in_order(policy, (enum policy_order)order,
					   rows[i - 1], rows[i]));
	}
	policy_free(policy);
}

/* Unions and exceptions, as the loader puts them together: every share and limit. */
static void
test_unions(void)
{
	static const char *const steps[] = {
		"<select list=\"l\"/><select group=\"g\"/>",
		"<select group=\"g\"/><except client=\"a\"/>",
		"<select all=\"yes\"/><except list=\"l\"/><except site=\"a\"/>",
		"<select site=\"b\"/><select beyond-cost=\"1\"/><except client=\"b\"/>",
		"<select within-cost=\"1\"/><select client=\"e\"/>",
		"<select list=\"l\"/><except all=\"yes\"/>",
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct policy *policy = load_step(steps[i]);
		const struct selection *select = &policy->failover.step[0].select;

		CU_ASSERT(select->rows == 0 || select->row != NULL);
		for (size_t j = 1; j < select->rows; j++)
			CU_ASSERT(select->row[j - 1] < select->row[j]);
		check_all(policy, *select);
		policy_free(policy);
	}
}

static void
check_words(const char *step, const char *expected)
{
	struct policy *policy = load_step(step);
	char text[100], shorter[8], expected_short[8];

	policy_describe(&policy->failover.step[0].select, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, expected);
	policy_describe(&policy->failover.step[0].select, shorter, sizeof(shorter));
	snprintf(expected_short, sizeof(expected_short), "%s", expected);
	CU_ASSERT_STRING_EQUAL(shorter, expected_short);
	policy_free(policy);
}

static void
test_words(void)
{
	check_words("<select all=\"yes\"/>", "all");
	check_words("<select list=\"l\" order=\"name\"/>", "list l");
	check_words("<select group=\"g\" share=\"50%\" limit=\"3\"/>",
		    "group g, share 50%, at most 3");
	check_words("<select site=\"b\" share=\"12.5%\"/>", "site b, share 12.50%");
	check_words("<select client=\"a\" limit=\"1\"/>", "client a, at most 1");
	check_words("<select beyond-cost=\"10\"/><select group=\"g\"/>"
		    "<except list=\"l\"/><except within-cost=\"0\"/>",
		    "beyond cost 10 + group g - list l - within cost 0");
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "every small fleet", test_exhaustive },
		{ "unions", test_unions },
		{ "shares", test_shares },
		{ "random order", test_random },
		{ "sorted from any order", test_sorted },
		{ "in words", test_words },
	};

	if (!policy_start())
		return 99;
	return unit_run("select", tests, ARRAY_SIZE(tests));
}
