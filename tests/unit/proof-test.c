/* SPDX-License-Identifier: BSD-3-Clause */
/* Which key a client uses, and that its messages are not proven, as the fleet knows it. */
#include "config.h"

#include <string.h>

#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

static struct rig *
hears(const char *words)
{
	struct rig *rig = rig_with(words);
	rig_say(rig, 1, MESSAGE_HELLO);
	return rig;
}

static enum message_check
hello(struct rig *rig, uint64_t id, uint8_t key_id)
{
	struct message message = { .type = MESSAGE_HELLO,
				   .id = id,
				   .key_id = key_id,
				   .has = HAS(ATTRIBUTE_PLACE),
				   .place = PLACE_HERE };
	return fleet_receive(rig->fleet, 0, &message, rig->now, &rig->answer);
}

static uint64_t
clock_id(const struct rig *rig)
{
	return (uint64_t)rig->now.wall;
}

/* The last one proven by a message that is new; a copy from before proves nothing. */
static void
last_key(void)
{
	struct rig *rig = hears("clients=2");
	uint64_t first;
	CU_ASSERT_EQUAL(rig_client(rig, 2)->key_id, 0);
	rig_run(rig, SECOND);
	first = clock_id(rig);
	CU_ASSERT_EQUAL(hello(rig, first, 3), CHECK_OK);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->key_id, 3);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(hello(rig, clock_id(rig), 4), CHECK_OK);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->key_id, 4);
	CU_ASSERT_EQUAL(hello(rig, first, 3), CHECK_DUPLICATE);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->key_id, 4);
	rig_reload(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->key_id, 4);
	rig_free(rig);
}

static unsigned orders_under[256];

static void
note_key(struct rig *rig, uint32_t row, const struct message *order)
{
	(void)rig;
	(void)row;
	orders_under[order->key_id]++;
}

static void
orders_name_it(void)
{
	struct rig *rig = hears("clients=2");
	rig_run(rig, SECOND);
	hello(rig, clock_id(rig), 9);
	rig->order = note_key;
	memset(orders_under, 0, sizeof(orders_under));
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	/* The other one was never heard: whoever seals takes any. */
	CU_ASSERT_EQUAL(orders_under[9], 1);
	CU_ASSERT_EQUAL(orders_under[0], 1);
	rig_free(rig);
}

static void
unproven(void)
{
	struct rig *rig = hears("clients=3");
	unsigned before;
	rig_run(rig, SECOND);
	rig_store(rig);
	for (unsigned i = 1; i < FLEET_UNPROVEN; i++)
		fleet_unproven(rig->fleet, 0, 7, CHECK_KEY, rig->now);
	CU_ASSERT_EQUAL(rig_summary(rig).unproven, 0);
	/* One that is understood between them, and they are none in a row. */
	CU_ASSERT_EQUAL(hello(rig, clock_id(rig), 1), CHECK_OK);
	fleet_unproven(rig->fleet, 0, 7, CHECK_KEY, rig->now);
	CU_ASSERT_EQUAL(rig_summary(rig).unproven, 0);
	rig_store(rig);
	before = rig->events;
	for (unsigned i = 0; i < 1000; i++) {
		fleet_unproven(rig->fleet, 0, 7, CHECK_KEY, rig->now);
		fleet_unproven(rig->fleet, 1, 1, CHECK_AUTHENTICATOR, rig->now);
	}
	CU_ASSERT_EQUAL(rig_summary(rig).unproven, 2);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->unproven_key, 7);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->unproven_check, CHECK_AUTHENTICATOR);
	/* Anybody can send such: they make no event, and nothing to be stored. */
	struct fleet_record record;
	CU_ASSERT_FALSE(fleet_dirty(rig->fleet, rig->now, &record));
	CU_ASSERT_EQUAL(rig->events, before);
	rig_reload(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).unproven, 2);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(hello(rig, clock_id(rig), 1), CHECK_OK);
	CU_ASSERT_EQUAL(rig_summary(rig).unproven, 1);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->unproven, 0);
	rig_free(rig);
}

static const struct unit_test tests[] = {
	{ "the last key", last_key },
	{ "orders name it", orders_name_it },
	{ "messages that are not proven", unproven },
};

int
main(void)
{
	return unit_run("proof", tests, ARRAY_SIZE(tests));
}
