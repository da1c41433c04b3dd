/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's state machine and orders, in virtual time: one at a time, each once. */
#include "config.h"

#include <string.h>

#include "tests/unit/core-expect.h"
#include "tests/unit/unit.h"

/* ---- orders ---- */

static void
test_failover(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	CU_ASSERT_EQUAL(world.state.peer.mark, id);
	expect_hook(&world, HOOK_FAILOVER);
	CU_ASSERT_EQUAL(world.hook.order, id);
	CU_ASSERT_EQUAL(world.hook.reason, REASON_THRESHOLD);
	CU_ASSERT_EQUAL(world.hook.alternates, 1);
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[0].name, "aaa2");
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_HERE);
	world_hook_ends(&world, 0);
	const struct heard *heard = expect(&world, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(heard->message.stage, STAGE_DONE);
	CU_ASSERT_EQUAL_FATAL(heard->message.alternates, 1);
	CU_ASSERT(slice_equal(heard->alternate[0].name, "aaa2"));
	expect_hook(&world, HOOK_VERIFY);
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[0].name, "aaa2");
	world_verified(&world, 10);
	struct core_status status = status_of(&world);
	CU_ASSERT_EQUAL(status.place, PLACE_AWAY);
	CU_ASSERT_EQUAL(status.in_force, world.now.boot + HOUR);
	CU_ASSERT_STRING_EQUAL(status.alternate, "aaa2");
	CU_ASSERT_EQUAL(status.failovers, 1);
	/* The next hello tells all of it. */
	heard = wait_for(&world, MESSAGE_HELLO, HOUR);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.place, PLACE_AWAY);
	CU_ASSERT_EQUAL(heard->message.mark, id);
	CU_ASSERT(slice_equal(heard->alternate[0].name, "aaa2"));
	world_close(&world);
}

static void
test_reconnect(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	go_away(&world);
	uint64_t id = world_order(&world, MESSAGE_RECONNECT);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	expect_hook(&world, HOOK_RECONNECT);
	world_hook_ends(&world, 0);
	const struct heard *heard = expect(&world, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(heard->message.stage, STAGE_DONE);
	CU_ASSERT_EQUAL(heard->message.alternates, 0);
	world_verified(&world, 0);
	struct core_status status = status_of(&world);
	CU_ASSERT_EQUAL(status.place, PLACE_HERE);
	CU_ASSERT_EQUAL(status.in_force, 0);
	CU_ASSERT_EQUAL(status.ask, 0);
	CU_ASSERT_STRING_EQUAL(status.alternate, "");
	/* Nothing brings it "back" again. */
	CU_ASSERT_PTR_NULL(wait_for(&world, MESSAGE_REQUEST, 2 * HOUR));
	CU_ASSERT_FALSE(world.hook_due);
	world_close(&world);
}

static void
test_nothing_leaves_before_it_is_kept(void)
{
	struct world world;
	struct datagram datagram;
	uint8_t bytes[MESSAGE_MAX];
	world_open(&world);
	world_settle(&world);
	struct message message = {
		.type = MESSAGE_FAILOVER,
		.algorithm = ALGORITHM_HMAC_SHA256,
		.key_id = 1,
		.id = (uint64_t)world.now.wall,
		.validity = 60,
		.server = slice_of("aaa1"),
		.client = slice_of("nas1"),
	};
	size_t size = message_encode(&message, bytes);
	keys_seal(world.keys, &world.config.server_address, &world.config.address,
		  bytes, size);
	CU_ASSERT_EQUAL(core_receive(world.core, bytes, size, &world.server, world.now),
			CHECK_OK);
	CU_ASSERT_FALSE(core_send(world.core, world.now, &datagram));
	CU_ASSERT_FALSE(core_hook(world.core, world.now, &world.hook));
	CU_ASSERT(core_changed(world.core, world.now, &world.state));
	CU_ASSERT_EQUAL(world.state.peer.mark, message.id);
	CU_ASSERT_FALSE(core_changed(world.core, world.now, &world.state));
	CU_ASSERT(core_send(world.core, world.now, &datagram));
	CU_ASSERT(core_hook(world.core, world.now, &world.hook));
	world_close(&world);
}

static void
test_duplicates(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	repeat(&world, id);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	expect_hook(&world, HOOK_FAILOVER);
	world_hook_ends(&world, 0);
	expect_acknowledge(&world, id, STAGE_DONE);
	world_verified(&world, 10);
	for (int i = 0; i < 3; i++) {
		repeat(&world, id);
		expect_acknowledge(&world, id, STAGE_DONE);
		CU_ASSERT_FALSE(world.hook_due);
	}
	CU_ASSERT_EQUAL(status_of(&world).failovers, 1);
	world_close(&world);
}

/* Answers go where the latest copy came from, under the key id it came with. */
static void
test_answers_to_the_source(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	CU_ASSERT_EQUAL(expect(&world, MESSAGE_ACKNOWLEDGE)->message.key_id, 1);
	address_parse("203.0.113.9", &world.server.address);
	world.server.port = 777;
	struct message message = {
		.type = MESSAGE_FAILOVER,
		.id = id,
		.key_id = 2,
	};
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_DUPLICATE);
	const struct heard *heard = expect(&world, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(heard->message.key_id, 2);
	CU_ASSERT_EQUAL(heard->message.algorithm, ALGORITHM_SHA3_256);
	CU_ASSERT_EQUAL(heard->to.port, 777);
	CU_ASSERT(address_equal(&heard->to.address, &world.server.address));
	world_hook_ends(&world, 0);
	heard = expect(&world, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(heard->to.port, 777);
	world_close(&world);
}

static void
test_superseded(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = go_away(&world);
	struct message message = {
		.type = MESSAGE_RECONNECT,
		.id = id - 5,
	};
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_SUPERSEDED);
	CU_ASSERT_EQUAL(expect_reject(&world, id - 5, REASON_SUPERSEDED)->message.mark,
			id);
	/* Others within a second are counted and not answered. */
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_SUPERSEDED);
	CU_ASSERT_EQUAL(world.count, 0);
	world_pass(&world, SECOND);
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_SUPERSEDED);
	expect_reject(&world, id - 5, REASON_SUPERSEDED);
	CU_ASSERT_FALSE(world.hook_due);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	world_close(&world);
}

static void
test_stale(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t mark = go_away(&world);
	struct message message = {
		.type = MESSAGE_RECONNECT,
		.id = (uint64_t)(world.now.wall + 310 * SECOND),
	};
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_STALE);
	const struct heard *heard = expect_reject(&world, message.id, REASON_STALE);
	CU_ASSERT_EQUAL(heard->message.clock, (uint64_t)world.now.wall);
	CU_ASSERT_EQUAL(heard->message.mark, mark);
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_STALE);
	CU_ASSERT_EQUAL(world.count, 0);
	world_pass(&world, SECOND);
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_STALE);
	expect_reject(&world, message.id, REASON_STALE);
	world_close(&world);

	/* A host without a clock takes it. */
	world_open(&world);
	world.config.freshness = false;
	world_settle(&world);
	message.type = MESSAGE_FAILOVER;
	message.id += (uint64_t)DAY;
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_OK);
	expect_acknowledge(&world, message.id, STAGE_RECEIVED);
	world_close(&world);
}

static void
test_refused_before_it_is_read(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	struct message message = { .type = MESSAGE_FAILOVER, .id = 5, .validity = 60 };
	message.client = slice_of("nas2");
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_PEER);
	message.client = slice_of("nas1");
	message.server = slice_of("aaa9");
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_PEER);
	message.server = slice_of("aaa1");
	message.type = MESSAGE_HELLO;
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_TYPE);
	message.type = MESSAGE_REQUEST;
	CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_TYPE);
	/* Forged: sealed with another pair's addresses. */
	uint8_t bytes[MESSAGE_MAX];
	message.type = MESSAGE_FAILOVER;
	message.id = (uint64_t)world.now.wall;
	size_t size = message_encode(&message, bytes);
	keys_seal(world.keys, &world.config.address, &world.config.address, bytes,
		  size);
	CU_ASSERT_EQUAL(core_receive(world.core, bytes, size, &world.server, world.now),
			CHECK_AUTHENTICATOR);
	CU_ASSERT_EQUAL(
	    core_receive(world.core, bytes, size - 1, &world.server, world.now),
	    CHECK_LENGTH);
	world_turn(&world);
	CU_ASSERT_EQUAL(world.count, 0);
	CU_ASSERT_FALSE(world.hook_due);
	CU_ASSERT_EQUAL(status_of(&world).check[CHECK_PEER], 2);
	world_close(&world);
}

static void
test_spread(void)
{
	bool early = false, late = false;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct world world;
		world_open(&world);
		world_settle(&world);
		core_free(world.core);
		world.core = core_new(&world.config, world.keys, seed, world.now);
		world_turn(&world);
		world_verified(&world, 0);
		world.count = 0;
		struct message message = {
			.type = MESSAGE_FAILOVER,
			.id = (uint64_t)world.now.wall,
			.validity = 3600,
			.spread = 5000,
			.has = HAS(ATTRIBUTE_SPREAD),
		};
		CU_ASSERT_EQUAL(world_say(&world, &message), CHECK_OK);
		expect_acknowledge(&world, message.id, STAGE_RECEIVED);
		int64_t before = world.now.boot;
		while (!world.hook_due && world_until(&world, 10 * SECOND))
			world.count = 0;
		expect_hook(&world, HOOK_FAILOVER);
		CU_ASSERT(world.now.boot - before <= 5 * SECOND);
		early = early || world.now.boot - before < 2 * SECOND;
		late = late || world.now.boot - before > 3 * SECOND;
		world_close(&world);
	}
	CU_ASSERT(early && late);
}

/* ---- alternates ---- */

static struct message_alternate
named(const char *name, const char *address, uint16_t priority, uint16_t weight)
{
	struct message_alternate alternate = {
		.priority = priority,
		.weight = weight,
		.name = slice_of(name),
	};
	CU_ASSERT(address_parse(address, &alternate.address));
	return alternate;
}

static uint64_t
order_naming(struct world *world, const struct message_alternate *alternate,
	     size_t count)
{
	uint64_t clock = (uint64_t)world->now.wall;
	world->id = clock > world->id ? clock : world->id + 1;
	struct message message = {
		.type = MESSAGE_FAILOVER,
		.id = world->id,
		.validity = 3600,
		.alternate = alternate,
		.alternates = count,
	};
	CU_ASSERT_EQUAL(world_say(world, &message), CHECK_OK);
	return message.id;
}

static void
test_fence(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	const struct message_alternate outside[] = {
		named("evil", "203.0.113.66", 1, 100),
		named("self", "192.0.2.10", 1, 100),
	};
	uint64_t id = order_naming(&world, outside, 2);
	expect_reject(&world, id, REASON_ALTERNATE_NOT_ALLOWED);
	CU_ASSERT_FALSE(world.hook_due);
	/* The same again: the same answer. */
	repeat(&world, id);
	expect_reject(&world, id, REASON_ALTERNATE_NOT_ALLOWED);

	const struct message_alternate mixed[] = {
		named("evil", "203.0.113.66", 1, 100),
		named("allowed", "198.51.100.7", 3, 100),
		named("listed", "192.0.2.11", 2, 100),
	};
	id = order_naming(&world, mixed, 3);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	expect_hook(&world, HOOK_FAILOVER);
	CU_ASSERT_EQUAL_FATAL(world.hook.alternates, 2);
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[0].name, "listed");
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[1].name, "allowed");
	world_close(&world);
}

static bool
away_from_aaa2(const void *context, const struct address *address)
{
	return address_equal(address, context);
}

static void
test_no_alternate(void)
{
	struct world world;
	world_open(&world);
	world.config.alternates = 0;
	world_settle(&world);
	expect_reject(&world, (world_order(&world, MESSAGE_FAILOVER)),
		      REASON_NO_ALTERNATE);
	world_close(&world);

	/* The only one has sent us away itself. */
	world_open(&world);
	world.config.ordered_away = away_from_aaa2;
	world.config.context = &world.own[0].address;
	world_settle(&world);
	expect_reject(&world, (world_order(&world, MESSAGE_FAILOVER)),
		      REASON_NO_ALTERNATE);
	const struct message_alternate both[] = {
		named("aaa2", "192.0.2.11", 1, 1),
		named("aaa3", "198.51.100.3", 2, 1),
	};
	order_naming(&world, both, 2);
	expect_hook(&world, HOOK_FAILOVER);
	CU_ASSERT_EQUAL(world.hook.alternates, 1);
	CU_ASSERT_STRING_EQUAL(world.hook.alternate[0].name, "aaa3");
	world_close(&world);
}

/* Equal priorities share by weight: 3 to 1 over many clients. */
static void
test_weights(void)
{
	unsigned heavy = 0, last = 0;
	const struct message_alternate three[] = {
		named("light", "198.51.100.3", 1, 100),
		named("heavy", "198.51.100.4", 1, 300),
		named("later", "198.51.100.5", 2, 60000),
	};
	for (uint64_t seed = 0; seed < 400; seed++) {
		struct world world;
		world_open(&world);
		world.core = core_new(&world.config, world.keys, seed, world.now);
		world_turn(&world);
		world_verified(&world, 0);
		order_naming(&world, three, 3);
		expect_hook(&world, HOOK_FAILOVER);
		heavy += strcmp(world.hook.alternate[0].name, "heavy") == 0;
		last += strcmp(world.hook.alternate[2].name, "later") == 0;
		world_close(&world);
	}
	CU_ASSERT(heavy > 260 && heavy < 340);
	CU_ASSERT_EQUAL(last, 400);
}

/* ---- one hook at a time ---- */

static void
test_newer_order_waits(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t first = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, first, STAGE_RECEIVED);
	expect_hook(&world, HOOK_FAILOVER);
	uint64_t second = world_order(&world, MESSAGE_RECONNECT);
	expect_reject(&world, first, REASON_SUPERSEDED);
	expect_acknowledge(&world, second, STAGE_RECEIVED);
	uint64_t third = world_order(&world, MESSAGE_FAILOVER);
	expect_reject(&world, second, REASON_SUPERSEDED);
	expect_acknowledge(&world, third, STAGE_RECEIVED);
	/* The first one's end is told to nobody; then the third one's turn comes. */
	world_hook_ends(&world, 0);
	CU_ASSERT_EQUAL(world.count, 0);
	expect_hook(&world, HOOK_FAILOVER);
	CU_ASSERT_EQUAL(world.hook.order, third);
	world_hook_ends(&world, 0);
	expect_acknowledge(&world, third, STAGE_DONE);
	repeat(&world, first);
	expect_reject(&world, first, REASON_SUPERSEDED);
	world_close(&world);
}

static void
test_hook_fails(void)
{
	struct world world;
	world_open(&world);
	world_settle(&world);
	uint64_t id = world_order(&world, MESSAGE_FAILOVER);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	world_hook_ends(&world, 1);
	const struct heard *heard = expect_reject(&world, id, REASON_HOOK_FAILED);
	CU_ASSERT(slice_equal(heard->message.text, "it went wrong"));
	world_verified(&world, 0);
	struct core_status status = status_of(&world);
	CU_ASSERT_EQUAL(status.place, PLACE_HERE);
	CU_ASSERT_EQUAL(status.in_force, 0);
	CU_ASSERT_EQUAL(status.refusal, REASON_HOOK_FAILED);
	CU_ASSERT_EQUAL(status.failovers, 0);
	repeat(&world, id);
	expect_reject(&world, id, REASON_HOOK_FAILED);
	CU_ASSERT_FALSE(world.hook_due);

	/* A failed invitation leaves the client away, and asking. */
	go_away(&world);
	id = world_order(&world, MESSAGE_RECONNECT);
	expect_acknowledge(&world, id, STAGE_RECEIVED);
	world_hook_ends(&world, -1);
	expect_reject(&world, id, REASON_HOOK_FAILED);
	world_verified(&world, 10);
	CU_ASSERT_EQUAL(status_of(&world).place, PLACE_AWAY);
	CU_ASSERT_PTR_NOT_NULL(wait_for(&world, MESSAGE_REQUEST, MINUTE));
	world_close(&world);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "failover", test_failover },
		{ "reconnect", test_reconnect },
		{ "nothing leaves before it is kept",
		  test_nothing_leaves_before_it_is_kept },
		{ "duplicates", test_duplicates },
		{ "answers to the source", test_answers_to_the_source },
		{ "superseded", test_superseded },
		{ "stale", test_stale },
		{ "refused before it is read", test_refused_before_it_is_read },
		{ "spread", test_spread },
		{ "fence", test_fence },
		{ "no alternate", test_no_alternate },
		{ "weights", test_weights },
		{ "newer order waits", test_newer_order_waits },
		{ "hook fails", test_hook_fails },
	};
	return unit_run("core-order", test, sizeof test / sizeof test[0]);
}
