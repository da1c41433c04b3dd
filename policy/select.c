/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is moved: the union of terms, sorted, cut to share and limit. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/random.h"
#include "policy/policy.h"

/* A row with what it is sorted by. */
struct ranked {
	uint32_t key; /* smaller is earlier */
	uint32_t row;
};

static uint32_t
cost_of(const struct policy *policy, uint32_t row)
{
	uint32_t site = policy->client[row].site;

	return site == POLICY_NONE ? POLICY_NONE : policy->site[site].cost;
}

static uint32_t
key_of(const struct policy *policy, enum policy_order order, uint64_t seed,
       uint32_t row)
{
	switch (order) {
	case ORDER_NEAREST:
		return cost_of(policy, row);
	case ORDER_FARTHEST:
		return POLICY_NONE - cost_of(policy, row);
	case ORDER_NAME:
		return policy->name_rank[row];
	case ORDER_RANDOM:
		return (uint32_t)(random_mix(seed, row) >> 32);
	case ORDER_PRIORITY:
		break;
	}
	return UINT32_MAX - policy->client[row].priority;
}

static uint8_t
digit(const struct ranked *ranked, unsigned pass)
{
	/* Rows first, then what they are sorted by: equal keys leave them in order. */
	return (uint8_t)(pass < 4 ? ranked->row >> (8 * pass)
				  : ranked->key >> (8 * (pass - 4)));
}

/* One byte of it; false when that is the same everywhere, and nothing was moved. */
static bool
sort_pass(const struct ranked *from, struct ranked *to, size_t count, unsigned pass)
{
	size_t place[256] = { 0 }, at = 0;

	for (size_t i = 0; i < count; i++)
		place[digit(&from[i], pass)]++;
	if (place[digit(&from[0], pass)] == count)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(place); i++) {
		size_t here = place[i];

		place[i] = at;
		at += here;
	}
	for (size_t i = 0; i < count; i++)
		to[place[digit(&from[i], pass)]++] = from[i];
	return true;
}

/* By digits, not by comparing: a hundred thousand rows are sorted while the engine's loop
   stands still. */
static void
sort(struct ranked *ranked, struct ranked *spare, size_t count, uint32_t *rows)
{
	bool ascending = true;

	for (size_t i = 1; i < count && ascending; i++)
		ascending = ranked[i - 1].row < ranked[i].row;
	for (unsigned pass = ascending ? 4 : 0; pass < 8; pass++)
		if (sort_pass(ranked, spare, count, pass)) {
			struct ranked *other = ranked;

			ranked = spare;
			spare = other;
		}
	for (size_t i = 0; i < count; i++)
		rows[i] = ranked[i].row;
}

void
policy_sort(const struct policy *policy, enum policy_order order, uint64_t seed,
	    uint32_t *rows, size_t count)
{
	struct ranked *ranked;

	if (count < 2)
		return;
	ranked = reallocarray(NULL, 2 * count, sizeof(*ranked));
	if (ranked == NULL)
		return; /* unsorted is a choice too; nobody is left out */
	for (size_t i = 0; i < count; i++) {
		ranked[i].row = rows[i];
		ranked[i].key = key_of(policy, order, seed, rows[i]);
	}
	sort(ranked, ranked + count, count, rows);
	free(ranked);
}

/* Parents come before their children, so the walk up ends. */
bool
policy_site_within(const struct policy *policy, uint32_t site, uint32_t above)
{
	while (site != POLICY_NONE && site > above)
		site = policy->site[site].parent;
	return site == above;
}

/* ---- who ---- */

static bool
term_has(const struct policy *policy, const struct select_term *term, uint32_t row)
{
	switch (term->kind) {
	case SELECT_SITE:
		return policy_site_within(policy, policy->client[row].site, term->of);
	case SELECT_WITHIN:
		return cost_of(policy, row) <= term->of;
	case SELECT_BEYOND:
		return cost_of(policy, row) > term->of;
	case SELECT_ALL:
	case SELECT_LIST:
	case SELECT_GROUP:
	case SELECT_CLIENT:
		break;
	}
	return true;
}

static void
term_mark(const struct policy *policy, const struct select_term *term, uint8_t *marks)
{
	const struct policy_set *set = NULL;

	if (term->kind == SELECT_LIST)
		set = &policy->list[term->of];
	else if (term->kind == SELECT_GROUP)
		set = &policy->group[term->of];
	if (set != NULL) {
		for (uint32_t i = 0; i < set->members; i++)
			marks[set->member[i]] = !term->except;
	} else if (term->kind == SELECT_CLIENT) {
		marks[term->of] = !term->except;
	} else {
		for (uint32_t row = 0; row < policy->clients; row++)
			if (term_has(policy, term, row))
				marks[row] = !term->except;
	}
}

size_t
policy_union(const struct policy *policy, const struct select_term *term, size_t terms,
	     uint32_t *out)
{
	uint8_t *marks = calloc(policy->clients + 1, 1);
	size_t count = 0;

	if (marks == NULL)
		return SIZE_MAX;
	for (size_t i = 0; i < terms; i++)
		if (!term[i].except)
			term_mark(policy, &term[i], marks);
	for (size_t i = 0; i < terms; i++)
		if (term[i].except)
			term_mark(policy, &term[i], marks);
	for (uint32_t row = 0; row < policy->clients; row++)
		if (marks[row])
			out[count++] = row;
	free(marks);
	return count;
}

/* ---- how many ---- */

/* A hair less first, so that 10% of 30 is 3 though the product is a hair more. */
size_t
policy_share(double share, size_t count)
{
	double wanted = ceil(share * (double)count - 1e-9 * (double)count);

	if (wanted <= 0)
		return 0;
	return wanted >= (double)count ? count : (size_t)wanted;
}

uint32_t
policy_batch(const struct policy_connection *connection, uint32_t number)
{
	/* A hair more, so that ten times 1.1 is 11. */
	double grown =
	    floor(connection->batch * pow(connection->growth, number) + 1e-6);

	return grown < connection->most ? (uint32_t)grown : connection->most;
}

size_t
policy_select(const struct policy *policy, const struct selection *select,
	      const uint8_t *state, uint64_t seed, uint32_t *out)
{
	size_t rows = select->row != NULL ? select->rows : policy->clients;
	size_t free_rows = 0, moved = 0, wanted;

	for (size_t i = 0; i < rows; i++) {
		uint32_t row = select->row != NULL ? select->row[i] : (uint32_t)i;

		if (state[row] == SELECT_HELD)
			continue;
		if (state[row] == SELECT_MOVED)
			moved++;
		else
			out[free_rows++] = row;
	}
	wanted = policy_share(select->share, free_rows + moved);
	if (select->limit > 0 && wanted > select->limit)
		wanted = select->limit;
	wanted = wanted > moved ? wanted - moved : 0;
	policy_sort(policy, select->order, seed, out, free_rows);
	return wanted < free_rows ? wanted : free_rows;
}

/* ---- in words ---- */

static const char *const kind_words[] = {
	[SELECT_ALL] = "all",
	[SELECT_LIST] = "list ",
	[SELECT_GROUP] = "group ",
	[SELECT_SITE] = "site ",
	[SELECT_CLIENT] = "client ",
	[SELECT_WITHIN] = "within cost ",
	[SELECT_BEYOND] = "beyond cost ",
};

/* Appends as much as there is room for; returns the new end. */
static size_t
append(char *out, size_t size, size_t at, const char *text)
{
	int length = at < size ? snprintf(out + at, size - at, "%s", text) : 0;

	return length > 0 ? at + (size_t)length : at;
}

static size_t
append_terms(const struct selection *select, bool except, char *out, size_t size,
	     size_t at)
{
	for (size_t i = 0; i < select->terms; i++) {
		const struct select_term *term = &select->term[i];

		if (term->except != except)
			continue;
		if (at > 0)
			at = append(out, size, at, except ? " - " : " + ");
		at = append(out, size, at, kind_words[term->kind]);
		if (term->kind != SELECT_ALL)
			at = append(out, size, at, term->name);
	}
	return at;
}

void
policy_describe(const struct selection *select, char *out, size_t size)
{
	char share[48] = "", limit[32] = "";
	/* In hundredths of a percent and whole numbers: %g follows the locale. */
	unsigned hundredths = (unsigned)lround(select->share * 10000);
	size_t at;

	if (hundredths < 10000 && hundredths % 100 == 0)
		snprintf(share, sizeof(share), ", share %u%%", hundredths / 100);
	else if (hundredths < 10000)
		snprintf(share, sizeof(share), ", share %u.%02u%%", hundredths / 100,
			 hundredths % 100);
	if (select->limit > 0)
		snprintf(limit, sizeof(limit), ", at most %u", select->limit);
	out[0] = '\0';
	at = append_terms(select, false, out, size, 0);
	at = append_terms(select, true, out, size, at);
	at = append(out, size, at, share);
	append(out, size, at, limit);
}
