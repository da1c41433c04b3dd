/* SPDX-License-Identifier: BSD-3-Clause */
/* When a client asks to come back: those who were ordered away together, or refused
   together, must not ask together. */
#include "config.h"

#include "tests/unit/client-world.h"
#include "tests/unit/unit.h"

#define CLIENTS 64u
#define PARTS   8u

/* With an hour's validity, a third of it is left then. */
#define LATEST (40 * MINUTE)

static void
go_away(struct world *world, uint64_t seed, int64_t after)
{
	world_open(world);
	world->config.after = after;
	world->seed = seed;
	world_settle(world);
	(void)world_order(world, MESSAGE_FAILOVER);
	CU_ASSERT_TRUE_FATAL(world->hook_due);
	world_hook_ends(world, 0);
	world_verified(world, 10);
	world->count = 0;
}

/* Its next request, hellos answered on the way; its id. */
static uint64_t
asks(struct world *world)
{
	const struct heard *heard;

	while (world_until(world, DAY) && (heard = world_heard(world)) != NULL) {
		if (heard->message.type == MESSAGE_REQUEST)
			return heard->message.id;
		if (heard->message.type == MESSAGE_HELLO)
			world_answer(world, MESSAGE_ACKNOWLEDGE, heard->message.id);
	}
	CU_FAIL_FATAL("it does not ask");
	return 0;
}

/* All in their time, and no part of it without somebody or with many. */
static void
check_spread(const int64_t *at, unsigned count, int64_t from, int64_t to)
{
	unsigned part[PARTS] = { 0 };

	for (unsigned i = 0; i < count; i++) {
		CU_ASSERT_FATAL(at[i] >= from && at[i] <= to);
		if (at[i] < to)
			part[(at[i] - from) * PARTS / (to - from)]++;
	}
	for (unsigned i = 0; i < PARTS; i++)
		CU_ASSERT(part[i] > 0 && part[i] <= count / 3);
}

/* Its own timeout, jittered; with a third of the validity left at the latest, however long
   that is. The spread comes after this cap: cut off by it, all would ask at that moment. */
static void
own_timeout(void)
{
	static const struct {
		int64_t after, from, to;
	} told[] = {
		{ 10 * MINUTE, 8 * MINUTE, 12 * MINUTE },
		{ 40 * MINUTE, LATEST * 2 / 3, LATEST },
		{ 2 * HOUR, LATEST * 2 / 3, LATEST },
		{ 30 * DAY, LATEST * 2 / 3, LATEST },
	};
	int64_t at[CLIENTS];

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		for (unsigned n = 0; n < CLIENTS; n++) {
			struct world world;
			int64_t before;

			go_away(&world, n, told[i].after);
			before = world.now.boot;
			asks(&world);
			at[n] = world.now.boot - before;
			world_close(&world);
		}
		check_spread(at, CLIENTS, told[i].from, told[i].to);
	}
}

/* What a refusal says is when each may ask, and is kept where the validity allows it. */
static void
refused(void)
{
	static const struct {
		uint32_t retry_after;
		int64_t from, to;
	} told[] = {
		{ 300, 5 * MINUTE, 6 * MINUTE },
		{ 7200, LATEST * 5 / 6, LATEST },
	};
	int64_t at[CLIENTS];

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		for (unsigned n = 0; n < CLIENTS; n++) {
			struct world world;
			struct message refuse = {
				.type = MESSAGE_REFUSE,
				.id = 1,
				.validity = 3600,
				.retry_after = told[i].retry_after,
				.reason = REASON_ADMISSION,
				.has =
				    HAS(ATTRIBUTE_RETRY_AFTER) | HAS(ATTRIBUTE_REASON),
			};
			int64_t before;

			go_away(&world, n, 10 * MINUTE);
			refuse.reply_to = asks(&world);
			CU_ASSERT_EQUAL(world_say(&world, &refuse), CHECK_OK);
			before = world.now.boot;
			asks(&world);
			at[n] = world.now.boot - before;
			world_close(&world);
		}
		check_spread(at, CLIENTS, told[i].from, told[i].to);
	}
}

/* With jitter="0%" it is told to be punctual, and is. */
static void
punctual(void)
{
	struct world world;
	int64_t before;

	world_open(&world);
	world.config.jitter = 0;
	world_settle(&world);
	(void)world_order(&world, MESSAGE_FAILOVER);
	world_hook_ends(&world, 0);
	world_verified(&world, 10);
	world.count = 0;
	before = world.now.boot;
	asks(&world);
	CU_ASSERT_EQUAL(world.now.boot - before, 10 * MINUTE);
	world_close(&world);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "own timeout", own_timeout },
		{ "refused", refused },
		{ "punctual", punctual },
	};
	return unit_run("ask", test, sizeof(test) / sizeof(test[0]));
}
