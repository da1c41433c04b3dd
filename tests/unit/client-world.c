/* SPDX-License-Identifier: BSD-3-Clause */
/* The core's surroundings: time, the server's messages, the hook's ends. */
#include "config.h"

#include "tests/unit/client-world.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

void
world_open(struct world *world)
{
	uint8_t secret[PAIR_KEY];
	memset(world, 0, sizeof *world);
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)(i * 7 + 1);
	world->seed = 42;
	world->keys = keys_new();
	keys_add_pair(world->keys, 1, ALGORITHM_HMAC_SHA256, secret, sizeof secret);
	secret[0]++;
	keys_add_pair(world->keys, 2, ALGORITHM_SHA3_256, secret, sizeof secret);
	world->now = (struct moment){ 1000 * SECOND, INT64_C(1760000000) * SECOND };
	slice_copy(slice_of("aaa2"), world->own[0].name, NAME_TEXT);
	address_parse("192.0.2.11", &world->own[0].address);
	prefix_parse("198.51.100.0/24", &world->allow[0]);
	world->config = (struct core_config){
		.client = "nas1",
		.server = "aaa1",
		.alternate = world->own,
		.alternates = 1,
		.allow = world->allow,
		.allows = 1,
		.after = 10 * MINUTE,
		.jitter = 0.2,
		.retry = MINUTE,
		.freshness = true,
		.hook = true,
	};
	address_parse("198.51.100.1", &world->config.address);
	address_parse("192.0.2.10", &world->config.server_address);
	world->server.address = world->config.server_address;
}

void
world_start(struct world *world)
{
	world->core = core_new(&world->config, world->keys, world->seed, world->now);
	world_turn(world);
}

void
world_settle(struct world *world)
{
	const struct heard *heard;
	world_start(world);
	world_verified(world, 0);
	world_until(world, MINUTE);
	while ((heard = world_heard(world)))
		if (heard->message.type == MESSAGE_HELLO)
			world_answer(world, MESSAGE_ACKNOWLEDGE, heard->message.id);
	world->count = 0;
}

void
world_close(struct world *world)
{
	core_free(world->core);
	keys_free(world->keys);
}

void
world_restart(struct world *world)
{
	core_free(world->core);
	world->hook_due = false;
	world->count = 0;
	world->core = core_new(&world->config, world->keys, 43, world->now);
	if (world->kept)
		core_restore(world->core, &world->state, world->now);
	world_turn(world);
}

static void
collect(struct world *world, const struct datagram *datagram)
{
	CU_ASSERT_FATAL(world->count < HEARD_MAX);
	struct heard *heard = &world->heard[world->count++];
	memcpy(heard->bytes, datagram->bytes, datagram->size);
	heard->to = datagram->to;
	CU_ASSERT_EQUAL_FATAL(message_decode(heard->bytes, datagram->size,
					     &heard->message, heard->alternate),
			      CHECK_OK);
	CU_ASSERT_EQUAL(keys_verify(world->keys, &world->config.server_address,
				    &world->config.address, heard->bytes,
				    datagram->size),
			CHECK_OK);
	CU_ASSERT(slice_equal(heard->message.client, "nas1"));
	CU_ASSERT(slice_equal(heard->message.server, "aaa1"));
	CU_ASSERT(address_equal(&datagram->from.address, &world->config.address));
}

void
world_turn(struct world *world)
{
	struct datagram datagram;
	core_tick(world->core, world->now);
	if (core_changed(world->core, world->now, &world->state))
		world->kept = true;
	while (core_send(world->core, world->now, &datagram))
		collect(world, &datagram);
	if (core_hook(world->core, world->now, &world->hook)) {
		CU_ASSERT_FALSE(world->hook_due);
		world->hook_due = true;
	}
}

static void
advance(struct world *world, int64_t us)
{
	world->now.boot += us;
	world->now.wall += us;
}

void
world_pass(struct world *world, int64_t us)
{
	int64_t end = world->now.boot + us;
	for (;;) {
		int64_t next = core_next(world->core);
		if (next > end)
			break;
		if (next > world->now.boot)
			advance(world, next - world->now.boot);
		else
			advance(world, MILLISECOND);
		world_turn(world);
	}
	advance(world, end - world->now.boot);
	world_turn(world);
}

bool
world_until(struct world *world, int64_t us)
{
	int64_t end = world->now.boot + us;
	while (!world->hook_due && world->count == 0) {
		int64_t next = core_next(world->core);
		if (next > end)
			return false;
		if (next > world->now.boot)
			advance(world, next - world->now.boot);
		world_turn(world);
	}
	return true;
}

enum message_check
world_say(struct world *world, struct message *message)
{
	uint8_t bytes[MESSAGE_MAX];
	if (message->key_id == 0)
		message->key_id = 1;
	message->algorithm = keys_algorithm(world->keys, message->key_id);
	if (!message->server.start)
		message->server = slice_of("aaa1");
	if (!message->client.start)
		message->client = slice_of("nas1");
	if (message->alternates > 0)
		message->has |= HAS(ATTRIBUTE_ALTERNATE);
	size_t size = message_encode(message, bytes);
	CU_ASSERT_FATAL(size > 0);
	CU_ASSERT_FATAL(keys_seal(world->keys, &world->config.server_address,
				  &world->config.address, bytes, size));
	enum message_check check =
	    core_receive(world->core, bytes, size, &world->server, world->now);
	world_turn(world);
	return check;
}

uint64_t
world_order(struct world *world, enum message_type type)
{
	uint64_t clock = (uint64_t)world->now.wall;
	world->id = clock > world->id ? clock : world->id + 1;
	struct message message = {
		.type = type,
		.id = world->id,
		.validity = 3600,
		.reason = REASON_THRESHOLD,
		.has = HAS(ATTRIBUTE_REASON),
	};
	CU_ASSERT_EQUAL(world_say(world, &message), CHECK_OK);
	return world->id;
}

enum message_check
world_answer(struct world *world, enum message_type type, uint64_t reply_to)
{
	struct message message = {
		.type = type,
		.id = (uint64_t)world->now.wall,
		.reply_to = reply_to,
	};
	return world_say(world, &message);
}

void
world_hook_ends(struct world *world, int status)
{
	CU_ASSERT_FATAL(world->hook_due);
	world->hook_due = false;
	core_hook_done(world->core, status, status ? "it went wrong" : "", world->now);
	world_turn(world);
}

void
world_verified(struct world *world, int status)
{
	while (world->hook_due && world->hook.event == HOOK_VERIFY)
		world_hook_ends(world, status);
}

const struct heard *
world_heard(struct world *world)
{
	struct heard *taken = &world->taken;
	if (world->count == 0)
		return NULL;
	*taken = world->heard[0];
	/* Its slices point into bytes that have moved. */
	size_t size =
	    MESSAGE_HEADER + get_u16(taken->bytes + 28) + MESSAGE_AUTHENTICATOR;
	message_decode(taken->bytes, size, &taken->message, taken->alternate);
	world->count--;
	memmove(world->heard, world->heard + 1, world->count * sizeof *world->heard);
	return taken;
}
