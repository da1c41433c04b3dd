/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of the client's state machine say over and over. */
#include "config.h"

#include "tests/unit/core-expect.h"

#include "tests/unit/unit.h"

void
expect_acknowledge(struct world *world, uint64_t id, enum message_stage stage)
{
	const struct heard *heard = world_heard(world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.type, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(heard->message.reply_to, id);
	CU_ASSERT_EQUAL(heard->message.stage, stage);
}

const struct heard *
expect_reject(struct world *world, uint64_t id, enum message_reason reason)
{
	const struct heard *heard = world_heard(world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.type, MESSAGE_REJECT);
	CU_ASSERT_EQUAL(heard->message.reply_to, id);
	CU_ASSERT_EQUAL(heard->message.reason, reason);
	return heard;
}

const struct heard *
expect(struct world *world, enum message_type type)
{
	const struct heard *heard = world_heard(world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heard);
	CU_ASSERT_EQUAL(heard->message.type, type);
	return heard;
}

void
expect_hook(struct world *world, enum hook_event event)
{
	CU_ASSERT_FATAL(world->hook_due);
	CU_ASSERT_EQUAL(world->hook.event, event);
}

struct core_status
status_of(const struct world *world)
{
	struct core_status status;
	core_status(world->core, &status);
	return status;
}

/* A settled client that is ordered away and goes. */
uint64_t
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
const struct heard *
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

void
repeat(struct world *world, uint64_t id)
{
	struct message message = {
		.type = MESSAGE_FAILOVER,
		.id = id,
		.validity = 3600,
	};
	CU_ASSERT_EQUAL(world_say(world, &message), CHECK_DUPLICATE);
}
