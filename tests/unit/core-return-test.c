/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's state machine in virtual time: coming back by itself, and restarts. */
#include "config.h"

#include <string.h>

#include "tests/unit/core-expect.h"
#include "tests/unit/unit.h"

/* ---- coming back without being called ---- */

static void
test_ask_accept(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t order = go_away(&world);
	int64_t before = world.now.boot;
	const struct heard *heard = wait_for(&world, MESSAGE_REQUEST, HOUR);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	int64_t waited = world.now.boot - before;
	CU_ASSERT(waited >= 8 * MINUTE && waited <= 12 * MINUTE);
	CU_ASSERT_EQUAL(heard->message.place, PLACE_AWAY);
	CU_ASSERT_EQUAL(heard->message.mark, order);
	struct message accept = {
		.type = MESSAGE_ACCEPT,
		.id = 1,
		.reply_to = heard->message.id,
		.retry_after = 3,
		.spread = 250,
		.has = HAS(ATTRIBUTE_RETRY_AFTER) | HAS(ATTRIBUTE_SPREAD),
	};
	CU_ASSERT_EQUAL(world_say(&world, &accept), CHECK_OK);
	before = world.now.boot;
	CU_ASSERT_EQUAL(world_say(&world, &accept), CHECK_UNSOLICITED);
	while (!world.hook_due && world_until(&world, MINUTE))
		world.count = 0;
	CU_ASSERT_EQUAL(world.now.boot - before, 3250 * MILLISECOND);
	expect_hook(&world, HOOK_RETURN);
	CU_ASSERT_EQUAL(world.hook.order, order);
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[0].name, "aaa2");
	world.count = 0;
	world_hook_ends(&world, 0);
	heard = expect(&world, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(heard->message.place, PLACE_HERE);
	CU_ASSERT_FALSE(heard->message.has & HAS(ATTRIBUTE_MARK));
	world_verified(&world, 0);
	CU_ASSERT_EQUAL(status_of(&world).in_force, 0);
	CU_ASSERT_EQUAL(status_of(&world).returns, 1);
	world_close(&world);
}

static void
test_ask_refused(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	go_away(&world);
	CU_ASSERT(core_ask(world.core, world.now));
	world_turn(&world);
	struct message refuse = {
		.type = MESSAGE_REFUSE,
		.id = 1,
		.reply_to = expect(&world, MESSAGE_REQUEST)->message.id,
		.validity = 7200,
		.retry_after = 100,
		.reason = REASON_ADMISSION,
		.has = HAS(ATTRIBUTE_RETRY_AFTER) | HAS(ATTRIBUTE_REASON),
	};
	CU_ASSERT_EQUAL(world_say(&world, &refuse), CHECK_OK);
	CU_ASSERT_EQUAL(status_of(&world).in_force, world.now.boot + 2 * HOUR);
	int64_t before = world.now.boot;
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait_for(&world, MESSAGE_REQUEST, HOUR));
	int64_t waited = world.now.boot - before;
	CU_ASSERT(waited >= 100 * SECOND && waited <= 120 * SECOND);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	world_close(&world);
}

/* A server that forgot so repeats the order: it was done, but that is over. */
static void
test_repeated_when_back(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t order = go_away(&world);
	CU_ASSERT(core_ask(world.core, world.now));
	world_turn(&world);
	struct message accept = {
		.type = MESSAGE_ACCEPT,
		.id = 1,
		.reply_to = expect(&world, MESSAGE_REQUEST)->message.id,
		.has = HAS(ATTRIBUTE_RETRY_AFTER),
	};
	CU_ASSERT_EQUAL(world_say(&world, &accept), CHECK_OK);
	expect_hook(&world, HOOK_RETURN);
	world_hook_ends(&world, 0);
	const struct heard *heard = expect(&world, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(world_answer(&world, MESSAGE_ACKNOWLEDGE, heard->message.id),
			CHECK_OK);
	world_verified(&world, 0);
	CU_ASSERT_EQUAL(world.count, 0);
	repeat(&world, order);
	expect_acknowledge(&world, order, STAGE_DONE);
	heard = expect(&world, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(heard->message.place, PLACE_HERE);
	CU_ASSERT_FALSE(heard->message.has & HAS(ATTRIBUTE_MARK));
	/* Not as often as anybody likes. */
	repeat(&world, order);
	expect_acknowledge(&world, order, STAGE_DONE);
	CU_ASSERT_EQUAL(world.count, 0);
	CU_ASSERT_FALSE(world.hook_due);
	world_close(&world);
}

/* With a third of the validity left it asks, however long its own timeout. */
static void
test_ask_in_time(void)
{
	struct world world;
	world_open(&world);
	world.config.after = 2 * HOUR;
	world_settle(&world);
	go_away(&world);
	int64_t before = world.now.boot;
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait_for(&world, MESSAGE_REQUEST, HOUR));
	CU_ASSERT(world.now.boot - before <= 40 * MINUTE);
	CU_ASSERT(world.now.boot - before >= 40 * MINUTE * 2 / 3);
	world_close(&world);
}

static void
test_nobody_answers(void)
{
	bool early = false, late = false;
	for (uint64_t seed = 0; seed < 30; seed++) {
		struct world world;
		unsigned asked = 0;
		world_open(&world);
		world_settle(&world);
		core_free(world.core);
		world.core = core_new(&world.config, world.keys, seed, world.now);
		world_turn(&world);
		world_verified(&world, 0);
		world.count = 0;
		go_away(&world);
		int64_t away = world.now.boot;
		while (!world.hook_due) {
			CU_ASSERT_FATAL(world_until(&world, HOUR));
			const struct heard *heard = world_heard(&world);
			asked += heard && heard->message.type == MESSAGE_REQUEST;
		}
		expect_hook(&world, HOOK_RETURN);
		int64_t waited = world.now.boot - away;
		CU_ASSERT(waited >= HOUR && waited <= HOUR + 12 * MINUTE);
		early = early || waited < HOUR + 4 * MINUTE;
		late = late || waited > HOUR + 8 * MINUTE;
		CU_ASSERT(asked > 20);
		/* A return that fails is tried again. */
		world_hook_ends(&world, 1);
		world_verified(&world, 10);
		while (!world.hook_due && world_until(&world, 2 * MINUTE))
			world.count = 0;
		expect_hook(&world, HOOK_RETURN);
		world.count = 0;
		world_hook_ends(&world, 0);
		CU_ASSERT_EQUAL(status_of(&world).place, PLACE_HERE);
		world_close(&world);
	}
	CU_ASSERT(early && late);
}

static void
test_order_beats_return(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	go_away(&world);
	core_ask(world.core, world.now);
	world_turn(&world);
	struct message accept = {
		.type = MESSAGE_ACCEPT,
		.id = 1,
		.reply_to = expect(&world, MESSAGE_REQUEST)->message.id,
		.retry_after = 30,
		.has = HAS(ATTRIBUTE_RETRY_AFTER),
	};
	CU_ASSERT_EQUAL(world_say(&world, &accept), CHECK_OK);
	go_away(&world);
	world_pass(&world, 2 * MINUTE);
	CU_ASSERT_FALSE(world.hook_due);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	world_close(&world);
}

static void
test_ask_when_here(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	CU_ASSERT_FALSE(core_ask(world.core, world.now));
	world_turn(&world);
	CU_ASSERT_EQUAL(world.count, 0);
	world_close(&world);
}

/* ---- restarts ---- */

static void
test_restart_away(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = go_away(&world);
	world_pass(&world, 5 * MINUTE);
	world_restart(&world);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	CU_ASSERT_EQUAL(status_of(&world).in_force, world.now.boot + 55 * MINUTE);
	world_verified(&world, 10);
	const struct heard *heard = expect(&world, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(heard->message.mark, id);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait_for(&world, MESSAGE_REQUEST, 5 * SECOND));
	CU_ASSERT_FALSE(world.hook_due);
	CU_ASSERT_STRING_EQUAL(status_of(&world).alternate, "aaa2");
	world_close(&world);
}

static void
test_restart_knows_the_order(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = go_away(&world);
	world_restart(&world);
	world_verified(&world, 10);
	world.count = 0;
	repeat(&world, id);
	expect_acknowledge(&world, id, STAGE_DONE);
	CU_ASSERT_FALSE(world.hook_due);
	world_close(&world);
}

/* Stopped between received and done: what verify finds decides whether the hook runs. */
static void
test_restart_in_the_middle(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	expect_hook(&world, HOOK_FAILOVER);
	world_restart(&world);
	expect_hook(&world, HOOK_VERIFY);
	world_hook_ends(&world, 10);
	expect_acknowledge(&world, id, STAGE_DONE);
	world_verified(&world, 10);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	CU_ASSERT_STRING_EQUAL(status_of(&world).alternate, "aaa2");
	CU_ASSERT(status_of(&world).in_force > world.now.boot + 59 * MINUTE);
	world_close(&world);

	world_open(&world);
	world_settle(&world);
	id = world_order(&world, MESSAGE_FAILOVER);
	world_restart(&world);
	repeat(&world, id);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	expect_hook(&world, HOOK_VERIFY);
	world_hook_ends(&world, 0);
	expect_hook(&world, HOOK_FAILOVER);
	CU_ASSERT_EQUAL(world.hook.order, id);
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[0].name, "aaa2");
	world_close(&world);
}

static void
test_restart_after_the_end(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	go_away(&world);
	world.now.boot += 3 * HOUR;
	world.now.wall += 3 * HOUR;
	world_restart(&world);
	world_verified(&world, 10);
	int64_t before = world.now.boot;
	while (!world.hook_due && world_until(&world, HOUR))
		world.count = 0;
	expect_hook(&world, HOOK_RETURN);
	CU_ASSERT(world.now.boot - before <= 12 * MINUTE);
	world_close(&world);

	/* A clock that jumped a year ahead before the stop strands nobody. */
	world_open(&world);
	world_settle(&world);
	go_away(&world);
	world.state.in_force += 365 * DAY;
	world_restart(&world);
	CU_ASSERT(status_of(&world).in_force <= world.now.boot + HOUR);
	world_close(&world);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "ask and accept", test_ask_accept },
		{ "repeated when it is back", test_repeated_when_back },
		{ "ask and refuse", test_ask_refused },
		{ "ask in time", test_ask_in_time },
		{ "nobody answers", test_nobody_answers },
		{ "order beats return", test_order_beats_return },
		{ "ask when here", test_ask_when_here },
		{ "restart away", test_restart_away },
		{ "restart knows the order", test_restart_knows_the_order },
		{ "restart in the middle", test_restart_in_the_middle },
		{ "restart after the end", test_restart_after_the_end },
	};
	return unit_run("core-return", test, sizeof test / sizeof test[0]);
}
