/* SPDX-License-Identifier: BSD-3-Clause */
/* Every rule of the client's state machine, in virtual time. */
#include "config.h"

#include <string.h>

#include "common/random.h"
#include "tests/unit/client-world.h"
#include "tests/unit/unit.h"

/* ---- what the tests say over and over ---- */

static void
expect_acknowledge(struct world *world, uint64_t id, enum message_stage stage)
{
	const struct heard *heard = world_heard(world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.type, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(heard->message.reply_to, id);
	CU_ASSERT_EQUAL(heard->message.stage, stage);
}

static const struct heard *
expect_reject(struct world *world, uint64_t id, enum message_reason reason)
{
	const struct heard *heard = world_heard(world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.type, MESSAGE_REJECT);
	CU_ASSERT_EQUAL(heard->message.reply_to, id);
	CU_ASSERT_EQUAL(heard->message.reason, reason);
	return heard;
}

static const struct heard *
expect(struct world *world, enum message_type type)
{
	const struct heard *heard = world_heard(world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.type, type);
	return heard;
}

static void
expect_hook(struct world *world, enum hook_event event)
{
	CU_ASSERT_FATAL(world->hook_due);
	CU_ASSERT_EQUAL(world->hook.event, event);
}

static struct core_status
status_of(const struct world *world)
{
	struct core_status status;
	core_status(world->core, &status);
	return status;
}

/* A settled client that is ordered away and goes. */
static uint64_t
go_away(struct world *world)
{
	uint64_t id = world_order(world, MESSAGE_FAILOVER);
	expect_acknowledge(world, id, STAGE_RECEIVED);
	expect_hook(world, HOOK_FAILOVER);
	world_hook_ends(world, 0);
	expect_acknowledge(world, id, STAGE_DONE);
	world_verified(world, 10);
	CU_ASSERT_EQUAL(status_of(world).place, PLACE_AWAY);
	return id;
}

/* Waits for the next message of a type, answering hellos on the way. */
static const struct heard *
wait_for(struct world *world, enum message_type type, int64_t us)
{
	int64_t end = world->now.boot + us;
	while (world->now.boot < end && world_until(world, end - world->now.boot)) {
		const struct heard *heard = world_heard(world);
		if (!heard)
			return NULL; /* a hook is due */
		if (heard->message.type == type)
			return heard;
		if (heard->message.type == MESSAGE_HELLO)
			world_answer(world, MESSAGE_ACKNOWLEDGE, heard->message.id);
	}
	return NULL;
}

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
repeat(struct world *world, uint64_t id)
{
	struct message message = {
		.type = MESSAGE_FAILOVER,
		.id = id,
		.validity = 3600,
	};
	CU_ASSERT_EQUAL(world_say(world, &message), CHECK_DUPLICATE);
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
		{ "verify every", test_verify_every },
		{ "verify disagrees", test_verify_disagrees },
		{ "verify soon", test_verify_soon },
		{ "without hook", test_without_hook },
		{ "chance", test_chance },
		{ "keys", test_keys },
	};
	return unit_run("core", test, sizeof test / sizeof test[0]);
}
