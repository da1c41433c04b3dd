/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules of the client's state machine, in virtual time: hello, keys, verify. */
#include "config.h"

#include <string.h>

#include "common/random.h"
#include "tests/unit/core-expect.h"
#include "tests/unit/unit.h"

/* ---- hello ---- */

static void
test_start(void)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	expect_hook(&world, HOOK_VERIFY);
	CU_ASSERT_EQUAL(world.count, 0);
	world_hook_ends(&world, 0);
	const struct heard *heard = expect(&world, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(heard->message.place, PLACE_HERE);
	CU_ASSERT_FALSE(heard->message.has & HAS(ATTRIBUTE_MARK));
	CU_ASSERT_EQUAL(heard->message.alternates, 0);
	CU_ASSERT_EQUAL(heard->message.id, (uint64_t)world.now.wall);
	CU_ASSERT(address_equal(&heard->to.address, &world.config.server_address));
	world_close(&world);
}

static void
test_hello_interval(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	int64_t before = world.now.boot;
	uint64_t id = wait_for(&world, MESSAGE_HELLO, HOUR)->message.id;
	int64_t waited = world.now.boot - before;
	CU_ASSERT(waited >= 270 * SECOND && waited <= 330 * SECOND);
	struct message message = {
		.type = MESSAGE_ACKNOWLEDGE,
		.id = 1,
		.reply_to = id,
		.retry_after = 20,
		.has = HAS(ATTRIBUTE_RETRY_AFTER),
	};
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_OK);
	before = world.now.boot;
	CU_ASSERT_PTR_NOT_NULL_FATAL(wait_for(&world, MESSAGE_HELLO, HOUR));
	waited = world.now.boot - before;
	CU_ASSERT(waited >= 18 * SECOND && waited <= 22 * SECOND);
	world_close(&world);
}

static void
test_hello_retry(void)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	world_verified(&world, 0);
	uint64_t id = expect(&world, MESSAGE_HELLO)->message.id;
	int64_t before = world.now.boot;
	/* Soon, under the same id. */
	CU_ASSERT_EQUAL(wait_for(&world, MESSAGE_HELLO, MINUTE)->message.id, id);
	CU_ASSERT(world.now.boot - before < 3 * SECOND);
	int64_t longest = 0;
	for (int i = 0; i < 20; i++) {
		before = world.now.boot;
		CU_ASSERT_PTR_NOT_NULL_FATAL(
		    world_until(&world, HOUR) ? world_heard(&world) : NULL);
		if (world.now.boot - before > longest)
			longest = world.now.boot - before;
	}
	/* Never further apart than `retry` and its jitter; ids do not grow stale. */
	CU_ASSERT(longest > 48 * SECOND && longest <= 72 * SECOND);
	CU_ASSERT(world_until(&world, HOUR));
	CU_ASSERT((uint64_t)world.now.wall - world_heard(&world)->message.id <
		  (uint64_t)(4 * MINUTE));
	world_close(&world);
}

static void
test_answers_must_be_asked_for(void)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	world_verified(&world, 0);
	uint64_t id = expect(&world, MESSAGE_HELLO)->message.id;
	CU_ASSERT_EQUAL(world_answer(&world, MESSAGE_ACKNOWLEDGE, id + 1),
			CHECK_UNSOLICITED);
	CU_ASSERT_EQUAL(world_answer(&world, MESSAGE_ACKNOWLEDGE, 0),
			CHECK_UNSOLICITED);
	/* What answers a request does not answer a hello. */
	CU_ASSERT_EQUAL(world_answer(&world, MESSAGE_ACCEPT, id), CHECK_UNSOLICITED);
	CU_ASSERT_EQUAL(world_answer(&world, MESSAGE_ACKNOWLEDGE, id), CHECK_OK);
	CU_ASSERT_EQUAL(world_answer(&world, MESSAGE_ACKNOWLEDGE, id),
			CHECK_UNSOLICITED);
	CU_ASSERT_EQUAL(status_of(&world).check[CHECK_UNSOLICITED], 4);
	CU_ASSERT_EQUAL(status_of(&world).heard, world.now.boot);
	world_close(&world);
}

/* The clock of this host is an hour behind: the server says so, and is believed once. */
static void
test_hello_stale(void)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	world_verified(&world, 0);
	uint64_t id = expect(&world, MESSAGE_HELLO)->message.id;
	struct message stale = {
		.type = MESSAGE_REJECT,
		.id = 1,
		.reply_to = id,
		.reason = REASON_STALE,
		.clock = (uint64_t)(world.now.wall + HOUR),
		.mark = 0,
		.has =
		    HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_CLOCK) | HAS(ATTRIBUTE_MARK),
	};
	CU_ASSERT_EQUAL(world_say(&world, &stale), CHECK_OK);
	const struct heard *heard = expect(&world, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(heard->message.id, (uint64_t)(world.now.wall + HOUR));
	CU_ASSERT_EQUAL(status_of(&world).offset, HOUR);
	CU_ASSERT(world.kept && world.state.peer.offset == HOUR);
	/* A second such answer in a row is obeyed at the pace of a retry only. */
	stale.reply_to = heard->message.id;
	CU_ASSERT_EQUAL(world_say(&world, &stale), CHECK_OK);
	CU_ASSERT_EQUAL(world.count, 0);
	CU_ASSERT_PTR_NOT_NULL(wait_for(&world, MESSAGE_HELLO, MINUTE));
	world_close(&world);
}

/* Our state is lost and our clock behind: the server's mark is above our ids. */
static void
test_hello_superseded(void)
{
	struct world world;
	world_open(&world);
	world_start(&world);
	world_verified(&world, 0);
	struct message message = {
		.type = MESSAGE_REJECT,
		.id = 1,
		.reply_to = expect(&world, MESSAGE_HELLO)->message.id,
		.reason = REASON_SUPERSEDED,
		.mark = (uint64_t)(world.now.wall + MINUTE),
		.has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK),
	};
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_OK);
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_HELLO)->message.id, message.mark + 1);
	world_close(&world);
}

/* ---- keys ---- */

/* The next hello's key, unanswered. */
static uint8_t
hello_key(struct world *world)
{
	const struct heard *heard;
	CU_ASSERT_FATAL(world_until(world, HOUR));
	heard = world_heard(world);
	CU_ASSERT_EQUAL_FATAL(heard->message.type, MESSAGE_HELLO);
	return heard->message.key_id;
}

/* The lowest first; then the one that the server speaks; unanswered, each in turn. */
static void
test_keys(void)
{
	struct world world;
	struct message message = { .type = MESSAGE_ACKNOWLEDGE };
	world_open(&world);
	world_settle(&world);
	CU_ASSERT_EQUAL(hello_key(&world), 1);
	CU_ASSERT_EQUAL(hello_key(&world), 2);
	CU_ASSERT_EQUAL(hello_key(&world), 1);
	CU_ASSERT_EQUAL(hello_key(&world), 2);
	message.reply_to = world.taken.message.id;
	message.id = ++world.id;
	message.key_id = 2;
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_OK);
	CU_ASSERT_EQUAL(hello_key(&world), 2);
	CU_ASSERT_EQUAL(hello_key(&world), 1);
	CU_ASSERT_EQUAL(hello_key(&world), 2);
	/* A copy of an answer is none, and its key none to go by. */
	message.key_id = 1;
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_UNSOLICITED);
	CU_ASSERT_EQUAL(hello_key(&world), 1);
	message.reply_to = world.taken.message.id;
	message.key_id = 2;
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_OK);
	CU_ASSERT_EQUAL(hello_key(&world), 2);
	world_close(&world);
}

/* ---- verify ---- */

static void
test_verify_every(void)
{
	struct world world;
	world_open(&world);
	world.config.verify = MINUTE;
	world_settle(&world);
	for (int i = 0; i < 5; i++) {
		int64_t before = world.now.boot;
		while (!world.hook_due && world_until(&world, HOUR))
			world.count = 0;
		expect_hook(&world, HOOK_VERIFY);
		int64_t waited = world.now.boot - before;
		CU_ASSERT(waited >= 54 * SECOND && waited <= 66 * SECOND);
		world_hook_ends(&world, 3); /* it cannot tell: nothing changes */
		CU_ASSERT_EQUAL(status_of(&world).place, PLACE_HERE);
	}
	/* Somebody moved it by hand: told at once, and it finds home by itself. */
	world_until(&world, HOUR);
	while (!world.hook_due && world_until(&world, HOUR))
		world.count = 0;
	world.count = 0;
	world_hook_ends(&world, 10);
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_HELLO)->message.place, PLACE_AWAY);
	CU_ASSERT(status_of(&world).in_force > 0);
	CU_ASSERT(status_of(&world).ask > 0);
	world_close(&world);
}

static void
test_verify_disagrees(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	world_hook_ends(&world, 0);
	expect_acknowledge(&world, id, STAGE_DONE);
	world_hook_ends(&world, 0); /* verify: still here */
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_HELLO)->message.place, PLACE_HERE);
	CU_ASSERT_EQUAL(status_of(&world).in_force, 0);

	id = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	world_hook_ends(&world, 0);
	expect_acknowledge(&world, id, STAGE_DONE);
	world_hook_ends(&world, -1); /* verify was killed: nobody knows */
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_HELLO)->message.place, PLACE_UNKNOWN);
	CU_ASSERT(status_of(&world).in_force > 0);
	world_close(&world);
}

/* The hook's program was not up yet: it is asked again before a long `verify` is over, or
   without one, until it knows. */
static void
test_verify_soon(void)
{
	struct world world;
	world_open(&world);
	world.config.verify = 0;
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_RECONNECT);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	world_hook_ends(&world, 0);
	expect_acknowledge(&world, id, STAGE_DONE);
	world_hook_ends(&world, 1);
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_HELLO)->message.place, PLACE_UNKNOWN);
	for (int i = 0; i < 3; i++) {
		int64_t before = world.now.boot;
		for (int j = 0; j < 20 && !world.hook_due; j++) {
			world_until(&world, HOUR);
			world.count = 0;
		}
		expect_hook(&world, HOOK_VERIFY);
		int64_t waited = world.now.boot - before;
		CU_ASSERT(waited >= 9 * SECOND && waited <= 11 * SECOND);
		world.count = 0;
		world_hook_ends(&world, i < 2 ? 1 : 0);
	}
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_HELLO)->message.place, PLACE_HERE);
	/* Hellos go on, but nothing more to look at. */
	for (int i = 0; i < 20 && world_until(&world, HOUR); i++)
		world.count = 0;
	CU_ASSERT_FALSE(world.hook_due);
	world_close(&world);
}

static void
test_without_hook(void)
{
	struct world world;
	world_open(&world);
	world.config.hook = false;
	world.config.alternates = 0;
	world_start(&world);
	CU_ASSERT(world_until(&world, 3 * SECOND));
	uint64_t hello = expect(&world, MESSAGE_HELLO)->message.id;
	world_answer(&world, MESSAGE_ACKNOWLEDGE, hello);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, id, STAGE_DONE);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	id = world_order(&world, MESSAGE_RECONNECT);
	expect_acknowledge(&world, id, STAGE_DONE);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_HERE);
	id = world_order(&world, MESSAGE_FAILOVER);
	while (status_of(&world).place == PLACE_AWAY && world_until(&world, 2 * HOUR))
		world.count = 0;
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_HERE);
	CU_ASSERT_FALSE(world.hook_due);
	world_close(&world);
}

/* ---- chance ---- */

/* Orders, repeats, loss, restarts and failing hooks at random: no order's hook runs to
   its end twice, ids of initiatives only grow, and left alone the client comes home. */
static void
play(uint64_t seed)
{
	struct world world;
	struct random random;
	uint64_t order[3] = { 0 }, finished = 0, sent = 0;
	random_seed(&random, seed);
	world_open(&world);
	world_start(&world);
	bool away = false;
	for (int step = 0; step < 400; step++) {
		uint64_t dice = random_below(&random, 100);
		if (dice < 6) {
			order[2] = order[1];
			order[1] = order[0];
			order[0] = world_order(&world, random_below(&random, 2)
							   ? MESSAGE_FAILOVER
							   : MESSAGE_RECONNECT);
		} else if (dice < 20 && order[dice % 3]) {
			struct message message = {
				.type = MESSAGE_FAILOVER,
				.id = order[dice % 3],
				.validity = 600,
			};
			CU_ASSERT_NOT_EQUAL(world_say(&world, &message), CHECK_OK);
		} else if (dice < 22) {
			world_restart(&world);
		} else if (world.hook_due) {
			int status = random_below(&random, 5) == 0;
			if (world.hook.event == HOOK_VERIFY) {
				status = away ? 10 : 0;
			} else if (status == 0) {
				away = world.hook.event == HOOK_FAILOVER;
				if (world.hook.event != HOOK_RETURN) {
					CU_ASSERT(world.hook.order > finished);
					finished = world.hook.order;
				}
			}
			world_hook_ends(&world, status);
		} else {
			world_pass(&world, (int64_t)random_below(&random, 60 * SECOND));
		}
		const struct heard *heard;
		while ((heard = world_heard(&world))) {
			bool initiative = heard->message.type == MESSAGE_HELLO ||
					  heard->message.type == MESSAGE_REQUEST;
			CU_ASSERT(!initiative || heard->message.id >= sent - sent / 8);
			if (initiative && random_below(&random, 2))
				world_answer(&world,
					     heard->message.type == MESSAGE_HELLO
						 ? MESSAGE_ACKNOWLEDGE
						 : MESSAGE_REFUSE,
					     heard->message.id);
			sent = heard->message.id > sent ? heard->message.id : sent;
		}
	}
	for (int i = 0; i < 2000 && (away || world.hook_due); i++) {
		if (world.hook_due && world.hook.event == HOOK_VERIFY) {
			world_hook_ends(&world, away ? 10 : 0);
		} else if (world.hook_due) {
			away = world.hook.event == HOOK_FAILOVER;
			world_hook_ends(&world, 0);
		}
		world.count = 0;
		world_until(&world, HOUR);
	}
	CU_ASSERT_FALSE(away);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_HERE);
	world_close(&world);
}

static void
test_chance(void)
{
	for (uint64_t seed = 1; seed <= 60; seed++)
		play(seed);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "start", test_start },
		{ "hello interval", test_hello_interval },
		{ "hello retry", test_hello_retry },
		{ "answers must be asked for", test_answers_must_be_asked_for },
		{ "hello stale", test_hello_stale },
		{ "hello superseded", test_hello_superseded },
		{ "verify every", test_verify_every },
		{ "verify disagrees", test_verify_disagrees },
		{ "verify soon", test_verify_soon },
		{ "without hook", test_without_hook },
		{ "chance", test_chance },
		{ "keys", test_keys },
	};
	return unit_run("core", test, sizeof test / sizeof test[0]);
}
