/* SPDX-License-Identifier: BSD-3-Clause */
/* The fleet over time: ids, restarts, corrections, a second daemon, modes, reloads. */
#include "config.h"

#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static struct message kept;

static void
keep_order(struct rig *rig, uint32_t row, const struct message *message)
{
	(void)rig;
	(void)row;
	kept = *message;
}

/* ---- ids and restart ---- */

static void
blocks(void)
{
	struct rig *rig = rig_with("clients=2");
	struct fleet_block a, b, c;

	CU_ASSERT(fleet_block(rig->fleet, rig->now, &a));
	CU_ASSERT(fleet_block(rig->fleet, rig->now, &b));
	CU_ASSERT(!fleet_block(rig->fleet, rig->now, &c));
	CU_ASSERT_EQUAL(a.action, ACTION_FAILOVER);
	CU_ASSERT_EQUAL(b.action, ACTION_RECONNECT);
	fleet_reserved(rig->fleet, &a);
	fleet_reserved(rig->fleet, &b);
	/* Fresh within about 100 s of the clock, all the time. */
	for (unsigned i = 0; i < 100; i++) {
		rig_run(rig, 5 * SECOND);
		while (fleet_block(rig->fleet, rig->now, &c)) {
			fleet_reserved(rig->fleet, &c);
			a = c.action == ACTION_FAILOVER ? c : a;
			b = c.action == ACTION_RECONNECT ? c : b;
		}
		CU_ASSERT(llabs((int64_t)a.base - rig->now.wall) <= 60 * SECOND);
	}
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->base, a.base);
	/* The one for reconnect is above it, and good. The one for failover waits for the
	   operation to be stored, and is above that. */
	CU_ASSERT(!fleet_block(rig->fleet, rig->now, &c));
	rig_store(rig);
	a = rig->store.block[0];
	CU_ASSERT(a.base >= b.base + b.size);
	rig_run(rig, SECOND);
	/* From here on nothing is stored: what was reserved is used all the same. */
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->base, b.base);
	rig_run(rig, MINUTE);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->base, a.base);
	rig_free(rig);
}

static void
restart_repeats_ids(void)
{
	struct rig *rig = rig_with("clients=20 rate=10");
	uint64_t base, id;

	rig_store(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	base = fleet_operation(rig->fleet, 0)->base;
	id = rig_client(rig, 3)->order_id;
	/* Nothing of the operation was stored: the block makes it the same one. */
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_UNKNOWN);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->base, base);
	CU_ASSERT_EQUAL(rig_client(rig, 3)->order_id, id);
	rig_run(rig, 10 * SECOND);
	for (unsigned i = 1; i <= 20; i++)
		CU_ASSERT_EQUAL(rig->agent[i].failovers, 1);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	rig_free(rig);
}

/* The operation was stored, and none of its clients: the same ids all the same. */
static void
restart_inherits(void)
{
	struct rig *rig = rig_with("clients=20");
	struct operation operation;

	rig_store(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	while (fleet_dirty_operation(rig->fleet, &operation))
		rig->store.operation[operation.number % 64] = operation;
	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	for (unsigned i = 1; i <= 20; i++)
		CU_ASSERT_EQUAL(rig->agent[i].failovers, 1);
	/* What comes later has ids of its own. */
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 2 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	for (unsigned i = 1; i <= 20; i++)
		CU_ASSERT_EQUAL(rig->agent[i].failovers, 2);
	rig_free(rig);
}

static void
restart_resumes(void)
{
	struct rig *rig = rig_with("clients=20 rate=10");

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	rig_store(rig);
	rig_run(rig, SECOND);
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SHEDDING);
	rig_run(rig, SECOND);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 20 * SECOND);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->number, 1);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->state, OPERATION_DONE);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	for (unsigned i = 1; i <= 20; i++)
		CU_ASSERT_EQUAL(rig->agent[i].failovers, 1);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
restart_keeps_indexes(void)
{
	struct rig *rig = rig_with("clients=3");

	rig_store(rig);
	rig->options.first = 2;
	rig_reload(rig);
	rig_store(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->index, 4);
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->index, 2);
	CU_ASSERT_EQUAL(rig_client(rig, 3)->index, 3);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->index, 4);
	rig->options.clients = 4;
	rig_reload(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 5)->index, 5);
	rig_free(rig);
}

/* ---- correction and the second daemon ---- */

static void
stale_is_corrected(void)
{
	struct rig *rig = rig_with("clients=1");
	struct message answer, m;
	uint64_t clock, id;

	rig->quiet = true;
	rig->order = keep_order;
	rig_judge(rig, RIG_FAILOVER);
	id = kept.id;
	clock = (uint64_t)(rig->now.wall - HOUR);
	m = (struct message){ .type = MESSAGE_REJECT,
			      .id = clock,
			      .reply_to = id,
			      .reason = REASON_STALE,
			      .clock = clock,
			      .mark = 7,
			      .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_CLOCK) |
				     HAS(ATTRIBUTE_MARK) };
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer), CHECK_OK);
	rig_settle(rig);
	CU_ASSERT(kept.id != id);
	CU_ASSERT(llabs((int64_t)(kept.id - clock)) < MINUTE);
	/* The old id is no longer outstanding. */
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_UNSOLICITED);
	rig_free(rig);
}

static struct message
stale_reject(const struct rig *rig, uint64_t order)
{
	return (struct message){ .type = MESSAGE_REJECT,
				 .id = (uint64_t)rig->now.wall,
				 .reply_to = order,
				 .reason = REASON_STALE,
				 .clock = (uint64_t)(rig->now.wall + HOUR),
				 .mark = 7,
				 .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_CLOCK) |
					HAS(ATTRIBUTE_MARK) };
}

/* What was called off is not sent again because its id was stale; the clock is learnt. */
static void
withdrawn_is_not_corrected(void)
{
	struct rig *rig = rig_with("clients=2 batch=1");
	struct message answer, m;

	rig->quiet = true;
	rig->order = keep_order;
	rig_judge(rig, RIG_FAILOVER);
	m = stale_reject(rig, rig_client(rig, 1)->order_id);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 2);
	rig_judge(rig, RIG_CONNECTION);
	rig_judge(rig, RIG_NEITHER);
	m = stale_reject(rig, rig_client(rig, 2)->type == MESSAGE_FAILOVER
				  ? rig_client(rig, 2)->order_id
				  : rig_client(rig, 1)->order_id);
	CU_ASSERT_EQUAL(
	    fleet_receive(rig->fleet,
			  rig_client(rig, 2)->type == MESSAGE_FAILOVER ? 1 : 0, &m,
			  rig->now, &answer),
	    CHECK_OK);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 2);
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(kept.type, MESSAGE_RECONNECT);
	CU_ASSERT((int64_t)kept.id - rig->now.wall > 50 * MINUTE);
	rig_free(rig);
}

/* A late "received" of an order that was withdrawn does not make it go on. */
static void
withdrawn_is_not_repeated(void)
{
	struct rig *rig = rig_serving("clients=2 batch=1 every=5m");
	struct message answer, m;

	rig->quiet = true;
	rig_judge(rig, RIG_FAILOVER);
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 2);
	m = (struct message){ .type = MESSAGE_ACKNOWLEDGE,
			      .id = (uint64_t)rig->now.wall,
			      .reply_to = rig_client(rig, 2)->order_id,
			      .stage = STAGE_RECEIVED,
			      .has = HAS(ATTRIBUTE_STAGE) };
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 1, &m, rig->now, &answer), CHECK_OK);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->order, ORDER_STATE_RECEIVED);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 2);
	rig_free(rig);
}

static unsigned fourth;

static void
count_fourth(struct rig *rig, uint32_t row, const struct message *message)
{
	(void)rig;
	fourth += row == 3 && message->type == MESSAGE_FAILOVER;
}

/* Nor does a restart, while others of the same operation go on: an operator calls back one
   whom the policy's failover had reached. */
static void
withdrawn_is_not_resumed(void)
{
	struct rig *rig = rig_serving("clients=4 batch=1 every=5m");
	const struct fleet_wish wish = { .action = ACTION_RECONNECT,
					 .selection = "client:c1,c3,c4",
					 .requester = "anna",
					 .reason = "test",
					 .hold = HOUR };
	char why[FLEET_WHY];

	for (unsigned n = 2; n <= 4; n++)
		rig->agent[n].manner = MANNER_RECEIVED;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_NOT_EQUAL(fleet_operate(rig->fleet, &wish, rig->now, why), 0);
	rig_run(rig, SECOND);
	rig_store(rig);
	rig->stopped = true;
	fourth = 0;
	rig->order = count_fourth;
	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT(rig->agent[2].copies > 3);
	CU_ASSERT_EQUAL(fourth, 0);
	rig_free(rig);
}

static void
second_daemon(void)
{
	struct rig *rig = rig_away("clients=2 batch=2");
	struct message answer, m;

	rig_run(rig, 10 * MINUTE);
	rig->quiet = true;
	rig_judge(rig, RIG_CONNECTION);
	m = (struct message){ .type = MESSAGE_REJECT,
			      .id = (uint64_t)rig->now.wall,
			      .reply_to = rig_client(rig, 2)->order_id,
			      .reason = REASON_SUPERSEDED,
			      .mark = (uint64_t)(rig->now.wall + 100 * SECOND),
			      .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK) };
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 1, &m, rig->now, &answer), CHECK_OK);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).mode, MODE_ADVISE);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_DUPLICATE_IDENTITY, "c2"));
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 1)->state, OPERATION_CANCELLED);
	rig->sent[MESSAGE_RECONNECT] = 0;
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 0);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 2);
	rig_free(rig);
}

/* After a restart an id above ours is rather one of ours that was not stored. */
static void
no_second_daemon(void)
{
	struct rig *rig = rig_with("clients=2");
	struct message answer, m;
	uint64_t id;

	rig->quiet = true;
	rig_run(rig, 10 * MINUTE);
	rig_judge(rig, RIG_FAILOVER);
	id = rig_client(rig, 2)->order_id;
	m = (struct message){ .type = MESSAGE_REJECT,
			      .id = (uint64_t)rig->now.wall,
			      .reply_to = id,
			      .reason = REASON_SUPERSEDED,
			      .mark = id + 77,
			      .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK) };
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 1, &m, rig->now, &answer), CHECK_OK);
	CU_ASSERT_EQUAL(rig_summary(rig).mode, MODE_AUTOMATIC);
	CU_ASSERT(rig_client(rig, 2)->order_id > id + 77);
	rig_free(rig);
}

static void
advise_sends_nothing(void)
{
	struct rig *rig = rig_serving("clients=5 mode=advise");

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 0);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SERVING);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_ADVISED, "failover of 5 of 5"));
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->ordered, 0);
	CU_ASSERT_PTR_NULL(fleet_operation(rig->fleet, 1));
	rig_free(rig);
}

static void
paused_at_load(void)
{
	struct rig *rig = rig_serving("clients=5 mode=paused");

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 0);
	CU_ASSERT_EQUAL(fleet_paused(rig->fleet), PAUSED_POLICY);
	fleet_pause(rig->fleet, PAUSED_POLICY, false, "", rig->now);
	rig_settle(rig);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 5);
	rig_free(rig);
}

/* ---- reload ---- */

static void
reload_diff(void)
{
	struct rig *rig = rig_away("clients=6 batch=10");
	uint32_t index = rig_client(rig, 4)->index;

	/* c1 and c2 leave, c7 and c8 come, c5 moves to another address. */
	rig->options.first = 3;
	rig->options.moved = 5;
	rig_reload(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->index, index);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->place, PLACE_AWAY);
	CU_ASSERT(rig_client(rig, 5)->index > 6);
	CU_ASSERT_EQUAL(fleet_rows(rig->fleet), 6 + 3);
	CU_ASSERT(rig_counts_true(rig));
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_RELOADED, "3 of them new; 3 gone"));
	CU_ASSERT_EQUAL(rig_client(rig, 1)->type, MESSAGE_RECONNECT);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig->agent[1].reconnects, 1);
	/* Their end is stored, then the rows go. */
	rig_store(rig);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(fleet_rows(rig->fleet), 6);
	CU_ASSERT_PTR_NULL(rig_client(rig, 1));
	CU_ASSERT(rig_counts_true(rig));
	rig_run(rig, MINUTE);
	/* Failover is still met: the new ones are ordered away too. */
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 6);
	rig_free(rig);
}

/* As rig_crash() does it, with a store that knows numbers only. */
static void
begin_after(struct rig *rig, uint32_t index)
{
	fleet_free(rig->fleet);
	rig->fleet = fleet_new(rig->policy, ++rig->seed, rig->now);
	fleet_restore_numbers(rig->fleet, 1, 1, index + 1);
	rig_settle(rig);
}

/* A store with nothing in it is no reason to pass numbers over; one that has given some
   away is. */
static void
client_numbers(void)
{
	struct rig *rig = rig_with("clients=20");
	begin_after(rig, 0);
	for (unsigned n = 1; n <= 20; n++)
		CU_ASSERT_EQUAL(rig_client(rig, n)->index, n);
	rig_store(rig);
	rig_crash(rig);
	for (unsigned n = 1; n <= 20; n++)
		CU_ASSERT_EQUAL(rig_client(rig, n)->index, n);
	begin_after(rig, 40);
	for (unsigned n = 1; n <= 20; n++)
		CU_ASSERT_EQUAL(rig_client(rig, n)->index, 40 + n);
	rig_free(rig);
}

/* The file is there before its first line is. */
static void
pause_reasons(void)
{
	struct rig *rig = rig_serving("clients=5");
	fleet_pause(rig->fleet, PAUSED_FILE, true, "", rig->now);
	fleet_pause(rig->fleet, PAUSED_FILE, true, "rack 12", rig->now);
	rig_settle(rig);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_PAUSED, "nothing: rack 12"));
	fleet_pause(rig->fleet, PAUSED_FILE, false, "", rig->now);
	rig_settle(rig);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_RESUMED, "resumed"));
	CU_ASSERT_EQUAL(fleet_paused(rig->fleet), 0);
	rig_free(rig);
}

/* The clock is set back by just so much that one block is still of use, and the next above
   it would not be. */
static void
blocks_end(void)
{
	struct rig *rig = rig_with("clients=3");
	struct fleet_block block;
	unsigned count = 0;

	rig_store(rig);
	rig->now.wall -= 150 * SECOND;
	while (count < 10 && fleet_block(rig->fleet, rig->now, &block)) {
		fleet_reserved(rig->fleet, &block);
		count++;
	}
	CU_ASSERT(count <= 2);
	rig_free(rig);
}

static const struct unit_test tests[] = {
	{ "reasons of a pause", pause_reasons },
	{ "numbers of clients", client_numbers },
	{ "blocks of ids", blocks },
	{ "blocks of ids come to an end", blocks_end },
	{ "restart repeats ids", restart_repeats_ids },
	{ "restart inherits ids", restart_inherits },
	{ "restart resumes", restart_resumes },
	{ "restart keeps indexes", restart_keeps_indexes },
	{ "stale is corrected", stale_is_corrected },
	{ "what was called off is not corrected", withdrawn_is_not_corrected },
	{ "what was called off is not repeated", withdrawn_is_not_repeated },
	{ "what was called off is not resumed", withdrawn_is_not_resumed },
	{ "a second daemon", second_daemon },
	{ "our own forgotten ids are no second daemon", no_second_daemon },
	{ "advise sends nothing", advise_sends_nothing },
	{ "paused at load", paused_at_load },
	{ "reload is a diff", reload_diff },
};

int
main(void)
{
	return unit_run("fleet over time", tests, ARRAY_SIZE(tests));
}
