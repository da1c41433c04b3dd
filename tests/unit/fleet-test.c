/* SPDX-License-Identifier: BSD-3-Clause */
/* The fleet, part by part: states, the order path, answers, admission. */
#include "config.h"

#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- states ---- */

static void
there_and_back(void)
{
	struct rig *rig = rig_with("clients=10 batch=3");
	struct fleet_summary s = rig_summary(rig);

	CU_ASSERT_EQUAL(s.state, SERVER_UNKNOWN);
	CU_ASSERT_EQUAL(s.place[PLACE_UNKNOWN], 10);
	rig_judge(rig, RIG_NEITHER);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SERVING);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SHEDDING);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_RECEIVED], 10);
	rig_run(rig, SECOND);
	s = rig_summary(rig);
	CU_ASSERT_EQUAL(s.state, SERVER_AWAY);
	CU_ASSERT_EQUAL(s.place[PLACE_AWAY], 10);
	CU_ASSERT_EQUAL(s.order[ORDER_STATE_DONE], 10);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 10);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->alternate, 0);
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_RETURNING);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 3);
	rig_run(rig, 9 * SECOND);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 3);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 6);
	rig_run(rig, 20 * SECOND + SECOND);
	s = rig_summary(rig);
	CU_ASSERT_EQUAL(s.state, SERVER_SERVING);
	CU_ASSERT_EQUAL(s.place[PLACE_HERE], 10);
	CU_ASSERT_EQUAL(s.order[ORDER_STATE_NONE], 10);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->done, 10);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->batches, 4);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 1)->state, OPERATION_DONE);
	CU_ASSERT_PTR_NULL(fleet_operation(rig->fleet, 2));
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
share_is_kept(void)
{
	struct rig *rig = rig_away("clients=20 group=10 share=25%");

	/* A quarter of ten, rounded up; best priority first. */
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 3);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_OPERATION_START,
		      "failover ordered for 3 of 20 clients (group g"));
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_OPERATION_START, "performance 12.4 < 30 for 10s"));
	rig_run(rig, 10 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 3);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 3);
	rig_free(rig);
}

static void
connection_lost_pauses(void)
{
	struct rig *rig = rig_away("clients=9 batch=3");

	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, SECOND);
	rig_judge(rig, RIG_NEITHER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 3);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_RETURNING);
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 6);
	/* Bad again: no more invitations, and who is back is ordered away anew, those of
	   the newest batch first. */
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SHEDDING);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 6);
	rig_run(rig, 2 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 9);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 6);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 9 + 6);
	rig_free(rig);
}

/* ---- the order path ---- */

static void
mute_is_unreachable(void)
{
	struct rig *rig = rig_with("clients=3 attempts=4");

	rig->agent[1].manner = MANNER_MUTE;
	rig->agent[2].manner = MANNER_ECHO;
	rig_judge(rig, RIG_FAILOVER);
	/* 1, 2, 4 and 8 s, or half longer each. */
	rig_run(rig, 14 * SECOND);
	CU_ASSERT_EQUAL(rig->agent[1].copies, 4);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_SENT);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->agent[1].copies, 4);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_UNREACHABLE);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->order, ORDER_STATE_ECHOED);
	CU_ASSERT_EQUAL(rig_client(rig, 3)->order, ORDER_STATE_DONE);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->unreachable, 2);
	/* It comes to life: its hello brings it the same order. */
	rig->agent[1].manner = MANNER_OBEY;
	rig_say(rig, 1, MESSAGE_HELLO);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_DONE);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 1);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->unreachable, 1);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->done, 2);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
hook_pace(void)
{
	struct rig *rig = rig_with("clients=2 attempts=3");

	rig->agent[1].manner = MANNER_RECEIVED;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 4 * SECOND);
	CU_ASSERT_EQUAL(rig->agent[1].copies, 1);
	rig_run(rig, 4 * SECOND);
	CU_ASSERT_EQUAL(rig->agent[1].copies, 2);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SHEDDING);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->agent[1].copies, 4);
	/* It answers: received is what is known of it, and the operation ends. */
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_RECEIVED);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	rig_free(rig);
}

static void
rejected(void)
{
	struct rig *rig = rig_with("clients=2");

	rig->agent[1].manner = MANNER_REJECT;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_REJECTED);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->refusal, REASON_HOOK_FAILED);
	CU_ASSERT_EQUAL(rig->agent[1].copies, 1);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->rejected, 1);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_REJECTED, "c1 rejected failover"));
	rig_free(rig);
}

struct pace {
	int64_t at[4096];
	unsigned count;
};

static void
pace_order(struct rig *rig, uint32_t row, const struct message *message)
{
	struct pace *pace = rig->context;

	(void)row;
	(void)message;
	if (pace->count < ARRAY_SIZE(pace->at))
		pace->at[pace->count++] = rig->now.boot;
}

static void
order_rate(void)
{
	struct rig *rig = rig_with("clients=1000 rate=200 attempts=3");
	struct pace *pace = calloc(1, sizeof(*pace));

	rig->order = pace_order;
	rig->context = pace;
	for (unsigned i = 1; i <= 500; i++)
		rig->agent[i].manner = MANNER_MUTE;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(pace->count, 2000);
	/* 200 a second, and 50 ms' worth at once. */
	for (unsigned i = 0; i + 211 < pace->count; i++)
		CU_ASSERT(pace->at[i + 211] - pace->at[i] >= SECOND);
	CU_ASSERT(pace->at[pace->count - 1] - pace->at[0] < 12 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_UNREACHABLE], 500);
	free(pace);
	rig_free(rig);
}

static struct message kept;
static struct message_alternate kept_alternate[8];

static void
keep_order(struct rig *rig, uint32_t row, const struct message *message)
{
	(void)rig;
	(void)row;
	kept = *message;
	for (size_t i = 0; i < message->alternates && i < 8; i++)
		kept_alternate[i] = message->alternate[i];
}

static void
order_content(void)
{
	struct rig *rig = rig_with("clients=1 validity=30m spread=5s alternates=3");
	uint64_t id;

	rig->order = keep_order;
	rig_judge(rig, RIG_FAILOVER);
	id = kept.id;
	CU_ASSERT_EQUAL(kept.type, MESSAGE_FAILOVER);
	CU_ASSERT_EQUAL(kept.validity, 1800);
	CU_ASSERT_EQUAL(kept.spread, 5000);
	CU_ASSERT_EQUAL(kept.reason, REASON_THRESHOLD);
	CU_ASSERT(slice_equal(kept.text, "performance 12.4 < 30 for 10s"));
	CU_ASSERT(slice_equal(kept.server, "aaa1"));
	CU_ASSERT(slice_equal(kept.client, "c1"));
	CU_ASSERT_EQUAL(kept.alternates, 3);
	CU_ASSERT(slice_equal(kept_alternate[0].name, "aaa2"));
	/* Its block's, rounded up to an even one: a failover's. */
	CU_ASSERT_EQUAL(id, (fleet_operation(rig->fleet, 0)->base + 2) / 2 * 2);
	rig_run(rig, SECOND);
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(kept.type, MESSAGE_RECONNECT);
	CU_ASSERT_EQUAL(kept.alternates, 0);
	CU_ASSERT_EQUAL(kept.spread, 0);
	CU_ASSERT(kept.id > id);
	CU_ASSERT_EQUAL(kept.id % 2, 1);
	rig_free(rig);
}

static void
validity_ends(void)
{
	struct rig *rig = rig_away("clients=4 validity=10m");

	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	rig_judge(rig, RIG_NEITHER);
	rig_run(rig, 11 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_DONE], 4);
	rig_run(rig, 2 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_NONE], 4);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_UNKNOWN], 4);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SERVING);
	rig_free(rig);
}

static void
expired_is_ordered_again(void)
{
	struct rig *rig = rig_away("clients=4 validity=10m");

	rig_run(rig, 13 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 2);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->action, ACTION_FAILOVER);
	rig_free(rig);
}

/* ---- hello ---- */

static void
hello_answer(void)
{
	struct rig *rig = rig_with("clients=2 hello=2m");

	rig->agent[1].place = PLACE_AWAY;
	rig_say(rig, 1, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(rig->answer.stage, STAGE_DONE);
	CU_ASSERT_EQUAL(rig->answer.retry_after, 120);
	CU_ASSERT_EQUAL(rig->answer.reply_to, rig->agent[1].sent);
	CU_ASSERT(rig->answer.clock == (uint64_t)rig->now.wall);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_AWAY);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->place, PLACE_UNKNOWN);
	/* It is away and nobody ordered it: called back when connection is met. */
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_HERE);
	CU_ASSERT_EQUAL(rig->agent[2].copies, 0);
	rig_free(rig);
}

static void
silence(void)
{
	struct rig *rig = rig_with("clients=3 hello=1m");

	rig_judge(rig, RIG_NEITHER);
	rig_say(rig, 1, MESSAGE_HELLO);
	rig_run(rig, 3 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).silent, 0);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).silent, 1);
	CU_ASSERT(rig_client(rig, 1)->silent);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_SILENT, "c1"));
	rig_say(rig, 1, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(rig_summary(rig).silent, 0);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_HEARD, "c1"));
	rig_free(rig);
}

/* A hello sent before the order, and overtaken by its acknowledge, moves nobody. */
static void
overtaken(void)
{
	struct rig *rig = rig_serving("clients=1");
	struct message answer, late = { .type = MESSAGE_HELLO,
					.id = (uint64_t)rig->now.wall + 5 * SECOND,
					.has = HAS(ATTRIBUTE_PLACE),
					.place = PLACE_HERE };

	rig_run(rig, 8 * SECOND);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_DONE);
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &late, rig->now, &answer),
			CHECK_OK);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_ACKNOWLEDGE);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_AWAY);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 1);
	/* Sent later, it says that the client is back: ordered again. */
	rig->agent[1].place = PLACE_HERE;
	rig->agent[1].following = 0;
	rig_say(rig, 1, MESSAGE_HELLO);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 2);
	rig_free(rig);
}

static struct message
message_from(struct rig *rig, unsigned n, enum message_type type, uint64_t id)
{
	(void)rig;
	(void)n;
	return (struct message){
		.type = type, .id = id, .has = HAS(ATTRIBUTE_PLACE), .place = PLACE_HERE
	};
}

static void
bad_initiatives(void)
{
	struct rig *rig = rig_with("clients=2");
	uint64_t wall = (uint64_t)rig->now.wall;
	struct message answer, m = message_from(rig, 1, MESSAGE_HELLO, wall - HOUR);

	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_STALE);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_REJECT);
	CU_ASSERT_EQUAL(answer.reason, REASON_STALE);
	CU_ASSERT_EQUAL(answer.clock, wall);
	/* One reject a second. */
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_STALE);
	CU_ASSERT_EQUAL(answer.type, 0);
	rig_run(rig, SECOND);
	m.id = wall;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer), CHECK_OK);
	m.id = wall - 5;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_SUPERSEDED);
	CU_ASSERT_EQUAL(answer.reason, REASON_SUPERSEDED);
	CU_ASSERT_EQUAL(answer.mark, wall);
	m.id = wall;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_DUPLICATE);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_ACKNOWLEDGE);
	m = (struct message){ .type = MESSAGE_ACKNOWLEDGE,
			      .id = wall + 1,
			      .reply_to = wall,
			      .stage = STAGE_DONE };
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_UNSOLICITED);
	m.type = MESSAGE_FAILOVER;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_TYPE);
	CU_ASSERT_EQUAL(rig_summary(rig).check[CHECK_STALE], 2);
	CU_ASSERT_EQUAL(rig_summary(rig).check[CHECK_UNSOLICITED], 1);
	rig_free(rig);
}

/* ---- request ---- */

static void
request_refused(void)
{
	struct rig *rig = rig_away("clients=2 validity=10m");
	int64_t before = rig_client(rig, 1)->in_force;

	rig_run(rig, 5 * MINUTE);
	rig_say(rig, 1, MESSAGE_REQUEST);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_REFUSE);
	CU_ASSERT_EQUAL(rig->answer.validity, 600);
	CU_ASSERT_EQUAL(rig->answer.reason, REASON_THRESHOLD);
	CU_ASSERT_EQUAL(rig->answer.retry_after, 200);
	CU_ASSERT(rig_client(rig, 1)->in_force >= before + 4 * MINUTE);
	rig_judge(rig, RIG_NEITHER);
	rig_say(rig, 1, MESSAGE_REQUEST);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_REFUSE);
	fleet_pause(rig->fleet, PAUSED_OPERATOR, true, "works", rig->now);
	rig_judge(rig, RIG_CONNECTION);
	rig_say(rig, 1, MESSAGE_REQUEST);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_REFUSE);
	CU_ASSERT_EQUAL(rig->answer.reason, REASON_OPERATOR);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 0);
	fleet_pause(rig->fleet, PAUSED_OPERATOR, false, "", rig->now);
	rig_settle(rig);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 2);
	rig_free(rig);
}

/* A copy of a request gets the same answer, also when a restart forgot which. */
static void
request_again(void)
{
	struct rig *rig = rig_away("clients=2");
	struct message answer, m = { .type = MESSAGE_REQUEST,
				     .has = HAS(ATTRIBUTE_PLACE),
				     .place = PLACE_AWAY };

	m.id = (uint64_t)rig->now.wall;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer), CHECK_OK);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_REFUSE);
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_DUPLICATE);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_REFUSE);
	CU_ASSERT_EQUAL(answer.reply_to, m.id);
	CU_ASSERT_EQUAL(rig_summary(rig).requests, 1);
	rig_store(rig);
	rig_crash(rig);
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_DUPLICATE);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_REFUSE);
	rig_judge(rig, RIG_CONNECTION);
	m.id++;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer), CHECK_OK);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_ACCEPT);
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_DUPLICATE);
	CU_ASSERT_EQUAL(answer.type, MESSAGE_ACCEPT);
	CU_ASSERT_EQUAL(rig_summary(rig).accepted, 1);
	rig_free(rig);
}

static int64_t
slot_of(const struct rig *rig)
{
	return (int64_t)rig->answer.retry_after * SECOND +
	       (int64_t)rig->answer.spread * MILLISECOND;
}

/* All of 40 have left by themselves, and nobody is called back. */
static struct rig *
rig_left(const char *words)
{
	struct rig *rig = rig_serving(words);

	for (unsigned i = 1; i <= 40; i++)
		rig->agent[i].place = PLACE_AWAY;
	return rig;
}

static void
admission(void)
{
	struct rig *rig = rig_left("clients=40 admit=2");
	unsigned accepted = 0;
	int64_t slot = -1;
	uint32_t latest = 0;

	for (unsigned i = 1; i <= 40; i++) {
		rig_say(rig, i, MESSAGE_REQUEST);
		if (rig->answer.type == MESSAGE_ACCEPT) {
			/* No two in one slot, and no gap. */
			CU_ASSERT(slot < 0 || slot_of(rig) == slot + SECOND / 2);
			slot = slot_of(rig);
			accepted++;
			continue;
		}
		CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_REFUSE);
		CU_ASSERT_EQUAL(rig->answer.reason, REASON_ADMISSION);
		CU_ASSERT(rig->answer.retry_after >= latest);
		latest = rig->answer.retry_after;
	}
	/* Ten seconds ahead, then told to wait, each until another time. */
	CU_ASSERT_EQUAL(accepted, 21);
	CU_ASSERT_EQUAL(slot, 10 * SECOND);
	CU_ASSERT(latest >= 18 && latest <= 20);
	CU_ASSERT_EQUAL(rig_summary(rig).accepted, 21);
	CU_ASSERT_EQUAL(rig_summary(rig).refused, 19);
	rig_free(rig);
}

/* One client that asks a thousand times has one slot, and delays the next by one. */
static void
admission_greedy(void)
{
	struct rig *rig = rig_left("clients=40 admit=2");
	unsigned first = 1, second = 2;
	int64_t slot;

	/* The slot of this moment is over at once; the one after lies ahead. */
	rig_say(rig, first, MESSAGE_REQUEST);
	rig_say(rig, first, MESSAGE_REQUEST);
	slot = slot_of(rig);
	for (unsigned i = 0; i < 1000; i++) {
		rig_say(rig, first, MESSAGE_REQUEST);
		CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_ACCEPT);
		CU_ASSERT_EQUAL(slot_of(rig), slot);
	}
	rig_say(rig, second, MESSAGE_REQUEST);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_ACCEPT);
	CU_ASSERT(slot_of(rig) <= slot + SECOND / 2);
	rig_free(rig);
}

/* Nothing of the operation was stored when we died, and its client answers before the
   condition is met again, and before it was asked: that answer may be of long ago. The
   order goes on, under its id. */
static void
answered_between(void)
{
	struct rig *rig = rig_away("clients=2");
	struct message answer, m = { .type = MESSAGE_ACKNOWLEDGE,
				     .has = HAS(ATTRIBUTE_STAGE),
				     .stage = STAGE_RECEIVED };
	uint64_t id[2];

	rig->quiet = true;
	rig_store(rig);
	rig_judge(rig, RIG_CONNECTION);
	rig_settle(rig);
	for (unsigned n = 0; n < 2; n++) {
		CU_ASSERT_EQUAL(rig_client(rig, n + 1)->type, MESSAGE_RECONNECT);
		id[n] = rig_client(rig, n + 1)->order_id;
	}
	rig_crash(rig);
	m.id = (uint64_t)rig->now.wall;
	m.reply_to = id[0];
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer),
			CHECK_UNSOLICITED);
	rig_judge(rig, RIG_CONNECTION);
	rig_settle(rig);
	for (unsigned n = 0; n < 2; n++)
		CU_ASSERT_EQUAL(rig_client(rig, n + 1)->order_id, id[n]);
	rig->quiet = false;
	rig_run(rig, MINUTE);
	for (unsigned n = 1; n <= 2; n++) {
		CU_ASSERT_EQUAL(rig_client(rig, n)->place, PLACE_HERE);
		CU_ASSERT_EQUAL(rig->agent[n].reconnects, 1);
	}
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

/* The store's last word is an invitation on its way; what came after died with us: the
   return, and the next failover. All questions are lost, and the client refuses the old
   invitation as overtaken: we go on with the failover that it follows, and do not invite
   it anew. */
static void
overtaken_by_forgotten(void)
{
	struct rig *rig = rig_away("clients=1");
	uint64_t invitation, failover;
	struct message answer,
	    m = { .type = MESSAGE_REJECT,
		  .reason = REASON_SUPERSEDED,
		  .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK) };

	rig->quiet = true;
	rig_judge(rig, RIG_CONNECTION);
	rig_settle(rig);
	rig_store(rig);
	invitation = rig_client(rig, 1)->order_id;
	rig->quiet = false;
	rig_run(rig, 10 * SECOND);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	failover = rig_client(rig, 1)->order_id;
	CU_ASSERT(failover > invitation);
	rig->quiet = true;
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order_id, invitation);
	rig_run(rig, 40 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	m.id = (uint64_t)rig->now.wall;
	m.reply_to = invitation;
	m.mark = failover;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &m, rig->now, &answer), CHECK_OK);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->type, MESSAGE_FAILOVER);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order_id, failover);
	rig->quiet = false;
	rig_run(rig, 10 * SECOND);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_AWAY);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order_id, failover);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_DONE);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 2);
	CU_ASSERT_EQUAL(rig->agent[1].reconnects, 1);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static const struct unit_test tests[] = {
	{ "there and back, in batches", there_and_back },
	{ "share is kept", share_is_kept },
	{ "connection lost pauses, failover turns round", connection_lost_pauses },
	{ "mute is unreachable, echoed is not", mute_is_unreachable },
	{ "received is repeated at the hook's pace", hook_pace },
	{ "rejected", rejected },
	{ "order rate", order_rate },
	{ "order content", order_content },
	{ "validity ends", validity_ends },
	{ "expired is ordered again while failover is met", expired_is_ordered_again },
	{ "hello is answered and believed", hello_answer },
	{ "silence", silence },
	{ "an overtaken hello", overtaken },
	{ "bad initiatives", bad_initiatives },
	{ "request refused", request_refused },
	{ "request again", request_again },
	{ "admission", admission },
	{ "admission of one that asks on and on", admission_greedy },
	{ "answered between death and decision", answered_between },
	{ "overtaken by what was forgotten", overtaken_by_forgotten },
};

int
main(void)
{
	return unit_run("fleet", tests, ARRAY_SIZE(tests));
}
