/* SPDX-License-Identifier: BSD-3-Clause */
/* Shares in proportion to weights, and how few move when something changes. */
#include "config.h"

#include "policy/distribute.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/unit.h"

#define CLIENTS 20000u
#define TARGETS 4u

static uint64_t
client(unsigned n)
{
	const struct address address = { { [10] = 0xff,
					   0xff,
					   10,
					   (uint8_t)(n >> 16),
					   (uint8_t)(n >> 8),
					   (uint8_t)n } };

	return distribute_client(&address);
}

/* Of priority 1 and weight 100. */
static void
targets(struct distribute_target target[TARGETS])
{
	static const char *const names[TARGETS] = { "aaa2", "aaa3", "aaa4", "aaa5" };

	for (unsigned i = 0; i < TARGETS; i++)
		target[i] = (struct distribute_target){
			.key = distribute_key(slice_of(names[i])),
			.weight = 100,
			.priority = 1,
		};
}

/* How many clients have each as their best. */
static void
shares(const struct distribute_target *target, size_t count, unsigned *share)
{
	uint16_t order[TARGETS];

	for (size_t i = 0; i < count; i++)
		share[i] = 0;
	for (unsigned n = 0; n < CLIENTS; n++) {
		distribute_rank(client(n), target, count, order);
		share[order[0]]++;
	}
}

/* Within 3% of all: with 20,000 draws some ten standard deviations. */
static bool
near(unsigned found, double wanted)
{
	return found > (wanted - 0.03) * CLIENTS && found < (wanted + 0.03) * CLIENTS;
}

static void
test_proportion(void)
{
	struct distribute_target target[TARGETS];
	unsigned share[TARGETS];

	targets(target);
	shares(target, TARGETS, share);
	for (unsigned i = 0; i < TARGETS; i++)
		CU_ASSERT(near(share[i], 0.25));
	target[0].weight = 700;
	target[3].weight = 0;
	shares(target, TARGETS, share);
	CU_ASSERT(near(share[0], 7.0 / 9));
	CU_ASSERT(near(share[1], 1.0 / 9));
	CU_ASSERT(near(share[2], 1.0 / 9));
	CU_ASSERT_EQUAL(share[3], 0);
}

static void
test_priority(void)
{
	struct distribute_target target[TARGETS];
	uint16_t order[TARGETS];

	targets(target);
	target[0].priority = 7;
	target[3].priority = 0;
	target[3].weight = 1;
	for (unsigned n = 0; n < 1000; n++) {
		distribute_rank(client(n), target, TARGETS, order);
		CU_ASSERT_EQUAL(order[0], 3);
		CU_ASSERT_EQUAL(order[1] + order[2], 1 + 2);
		CU_ASSERT_EQUAL(order[3], 0);
	}
}

/* Each has all targets once, whatever their order in the list. */
static void
test_permutation(void)
{
	struct distribute_target target[TARGETS], turned[TARGETS];
	uint16_t order[TARGETS], other[TARGETS];

	targets(target);
	for (unsigned i = 0; i < TARGETS; i++)
		turned[i] = target[(i + 3) % TARGETS];
	for (unsigned n = 0; n < 1000; n++) {
		unsigned seen = 0;

		distribute_rank(client(n), target, TARGETS, order);
		distribute_rank(client(n), turned, TARGETS, other);
		for (unsigned i = 0; i < TARGETS; i++) {
			seen |= 1u << order[i];
			CU_ASSERT_EQUAL(target[order[i]].key, turned[other[i]].key);
		}
		CU_ASSERT_EQUAL(seen, (1u << TARGETS) - 1);
	}
}

/* One goes: only its own clients move, and to all of the others. One gains weight: nobody
   moves but to it. */
static void
test_few_move(void)
{
	struct distribute_target target[TARGETS], heavier[TARGETS];
	uint16_t before[TARGETS], after[TARGETS];
	unsigned moved[TARGETS] = { 0 }, gained = 0, wrong = 0;

	targets(target);
	targets(heavier);
	heavier[1].weight = 200;
	for (unsigned n = 0; n < CLIENTS; n++) {
		distribute_rank(client(n), target, TARGETS, before);
		distribute_rank(client(n), target, TARGETS - 1, after);
		if (before[0] == TARGETS - 1)
			moved[after[0]]++;
		else if (after[0] != before[0])
			wrong++;
		distribute_rank(client(n), heavier, TARGETS, after);
		gained += after[0] != before[0];
		wrong += after[0] != before[0] && after[0] != 1;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	for (unsigned i = 0; i + 1 < TARGETS; i++)
		CU_ASSERT(near(moved[i], 0.25 / 3));
	/* From a quarter to two fifths. */
	CU_ASSERT(near(gained, 0.4 - 0.25));
}

static void
test_edges(void)
{
	struct distribute_target many[DISTRIBUTE_MAX + 1] = { 0 };
	uint16_t order[DISTRIBUTE_MAX + 1];

	order[0] = 9;
	distribute_rank(1, many, 0, order);
	CU_ASSERT_EQUAL(order[0], 9);
	distribute_rank(1, many, 1, order);
	CU_ASSERT_EQUAL(order[0], 0);
	for (unsigned i = 0; i <= DISTRIBUTE_MAX; i++)
		many[i].key = i;
	order[DISTRIBUTE_MAX] = 9;
	distribute_rank(1, many, DISTRIBUTE_MAX + 1, order);
	CU_ASSERT_EQUAL(order[DISTRIBUTE_MAX], 9);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "in proportion to the weights", test_proportion },
		{ "by priority", test_priority },
		{ "all of them, in any order", test_permutation },
		{ "few move", test_few_move },
		{ "none, one, too many", test_edges },
	};

	return unit_run("distribute", tests, sizeof(tests) / sizeof(tests[0]));
}
