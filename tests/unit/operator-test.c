/* SPDX-License-Identifier: BSD-3-Clause */
/* Operators' operations: each rule of rank, hold, share and end, and selections. */
#include "config.h"

#include "policy/selector.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

static struct fleet_wish
wish_of(enum action action, const char *selection, const char *requester)
{
	return (struct fleet_wish){ .action = action,
				    .selection = selection,
				    .requester = requester,
				    .reason = "disk swap",
				    .hold = HOUR };
}

static uint32_t
operate(struct rig *rig, const struct fleet_wish *wish, char why[FLEET_WHY])
{
	uint32_t number = fleet_operate(rig->fleet, wish, rig->now, why);

	rig_settle(rig);
	return number;
}

static void
held_away_and_let_go(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "group:g", "anna");
	char why[FLEET_WHY];
	uint32_t number = operate(rig, &wish, why);

	CU_ASSERT_NOT_EQUAL(number, 0);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	CU_ASSERT_EQUAL(rig_summary(rig).held, 4);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SERVING);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_OPERATION_START,
					 "failover by anna (disk swap) ordered for 4"));
	/* The policy does not call them back, nor does asking. */
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	rig_say(rig, 1, MESSAGE_REQUEST);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_REFUSE);
	CU_ASSERT_EQUAL(rig->answer.reason, REASON_OPERATOR);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 0);
	/* At the hold's end nothing is sent, but the policy is free again. */
	rig_judge(rig, RIG_NEITHER);
	rig_run(rig, HOUR);
	CU_ASSERT_EQUAL(rig_summary(rig).held, 0);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_RECONNECT], 0);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
others_are_left_alone(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish anna = wish_of(ACTION_FAILOVER, "group:g", "anna");
	struct fleet_wish bob = wish_of(ACTION_RECONNECT, "group:g", "bob");
	struct fleet_plan plan;
	char why[FLEET_WHY];
	uint32_t first = operate(rig, &anna, why), second;

	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(operate(rig, &bob, why), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "anna"));
	bob.force = true;
	CU_ASSERT(fleet_plan(rig->fleet, &bob, rig->now, &plan, why));
	CU_ASSERT_EQUAL(plan.planned, 4);
	second = operate(rig, &bob, why);
	CU_ASSERT(second > first);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 10);
	/* Held here: the policy's failover is for these four, and leaves them; anna's
	   word does not go over a forced one. */
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 0);
	CU_ASSERT_EQUAL(operate(rig, &anna, why), 0);
	rig_free(rig);
}

static void
too_wide_is_refused(void)
{
	struct rig *rig = rig_serving("clients=10 group=5");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "all", "anna");
	char why[FLEET_WHY];

	CU_ASSERT_EQUAL(operate(rig, &wish, why), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "10 of 10"));
	wish.share = 0.5;
	CU_ASSERT_NOT_EQUAL(operate(rig, &wish, why), 0);
	wish = wish_of(ACTION_FAILOVER, "all", "");
	CU_ASSERT_EQUAL(operate(rig, &wish, why), 0);
	wish = wish_of(ACTION_FAILOVER, "all - all", "anna");
	CU_ASSERT_EQUAL(operate(rig, &wish, why), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "nobody"));
	rig_free(rig);
}

static void
release_sends_nothing(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "group:g", "anna");
	char why[FLEET_WHY];
	unsigned sent;

	(void)operate(rig, &wish, why);
	rig_run(rig, SECOND);
	sent = rig->sent[MESSAGE_FAILOVER] + rig->sent[MESSAGE_RECONNECT];
	wish.action = ACTION_RELEASE;
	CU_ASSERT_NOT_EQUAL(operate(rig, &wish, why), 0);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER] + rig->sent[MESSAGE_RECONNECT],
			sent);
	CU_ASSERT_EQUAL(rig_summary(rig).held, 0);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 10);
	rig_free(rig);
}

static void
paused_operators_act(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_PAUSE, NULL, "anna");
	char why[FLEET_WHY];

	CU_ASSERT_NOT_EQUAL(operate(rig, &wish, why), 0);
	CU_ASSERT_EQUAL(operate(rig, &wish, why), 0);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], 0);
	wish = wish_of(ACTION_FAILOVER, "group:g", "anna");
	CU_ASSERT_NOT_EQUAL(operate(rig, &wish, why), 0);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	/* Pause and holds survive a restart. */
	rig_store(rig);
	rig_crash(rig);
	CU_ASSERT_EQUAL(fleet_paused(rig->fleet), PAUSED_OPERATOR);
	CU_ASSERT_EQUAL(rig_summary(rig).held, 4);
	wish = wish_of(ACTION_RESUME, NULL, "bob");
	CU_ASSERT_NOT_EQUAL(operate(rig, &wish, why), 0);
	CU_ASSERT_EQUAL(fleet_paused(rig->fleet), 0);
	rig_free(rig);
}

static void
cancelled(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "group:g", "anna");
	char why[FLEET_WHY];
	uint32_t number;

	rig->agent[2].manner = MANNER_MUTE;
	number = operate(rig, &wish, why);
	rig_run(rig, SECOND);
	CU_ASSERT(fleet_cancel(rig->fleet, number, rig->now, why));
	CU_ASSERT(!fleet_cancel(rig->fleet, number, rig->now, why));
	CU_ASSERT_EQUAL(rig_summary(rig).held, 3);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->holder, 0);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

/* Killed when the store had the operations, and of their clients only c1. */
static void
half_stored(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "group:g", "anna");
	struct operation operation;
	struct fleet_record record;
	char why[FLEET_WHY];
	uint32_t first, second;

	rig_store(rig);
	for (unsigned i = 2; i <= 4; i++)
		rig->agent[i].manner = MANNER_MUTE;
	first = operate(rig, &wish, why);
	wish.selection = "client:c1";
	second = operate(rig, &wish, why);
	CU_ASSERT(first != 0 && second > first);
	rig_run(rig, SECOND);
	while (fleet_dirty_operation(rig->fleet, &operation))
		rig->store.operation[operation.number % 64] = operation;
	while (fleet_dirty(rig->fleet, rig->now, &record))
		if (strcmp(record.name, "c1") == 0)
			rig->store.record[record.index] = record;
	for (unsigned i = 2; i <= 4; i++)
		rig->agent[i].manner = MANNER_OBEY;
	rig_crash(rig);
	rig_run(rig, 5 * SECOND);
	/* The others are found by the same words; c1 stays the later one's. */
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	CU_ASSERT_EQUAL(rig_summary(rig).held, 4);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->holder, second);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->holder, first);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 1);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
selections(void)
{
	static const struct {
		const char *text;
		int count; /* -1: refused */
	} table[] = {
		{ "all", 10 },
		{ "group:g", 4 },
		{ "all-group:g", 6 },
		{ "client:c1,c9 + group:g", 5 },
		{ "all - client:c1", 9 },
		{ "group:g-all", -1 },
		{ "group:h", -1 },
		{ "", -1 },
		{ "all - client:c1 + client:c1", -1 },
		{ "allx", -1 },
		{ "client:c1,", -1 },
		{ "group:g group:g", -1 },
	};
	struct rig *rig = rig_with("clients=10 group=4");
	uint8_t marks[10];
	char why[SELECTOR_WHY];
	size_t count;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		bool right =
		    selector_parse(rig->policy, table[i].text, marks, &count, why);

		CU_ASSERT_EQUAL(right ? (int)count : -1, table[i].count);
		CU_ASSERT_EQUAL(right, why[0] == '\0');
	}
	rig_free(rig);
}

static const struct unit_test tests[] = {
	{ "held away and let go", held_away_and_let_go },
	{ "others are left alone", others_are_left_alone },
	{ "too wide is refused", too_wide_is_refused },
	{ "release sends nothing", release_sends_nothing },
	{ "paused, operators act", paused_operators_act },
	{ "cancelled", cancelled },
	{ "half stored", half_stored },
	{ "selections", selections },
};

int
main(void)
{
	return unit_run("operator", tests, ARRAY_SIZE(tests));
}
