/* SPDX-License-Identifier: BSD-3-Clause */
/* Many orders begin a portion a call: all the same it is as if all had begun at once. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define CLIENTS 10u
#define WORDS   "clients=10 batch=8 every=10s most=100%"

static struct rig *
in_portions(struct rig *rig, uint32_t portion)
{
	rig->fleet->portion = portion;
	return rig;
}

/* The decision, and the first portion of what comes of it. */
static void
decide(struct rig *rig, enum rig_verdict verdict)
{
	struct verdict v = rig_verdict(verdict, rig->now.boot);

	fleet_judge(rig->fleet, &v, RIG_WHY, rig->now);
}

/* The operation that was begun last. */
static const struct operation *
last(const struct rig *rig)
{
	return fleet_operation(rig->fleet, 0);
}

static bool
due(const struct rig *rig)
{
	return fleet_next(rig->fleet) <= rig->now.boot;
}

static void
a_portion_a_call(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS), 3);

	rig->quiet = true;
	decide(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(last(rig)->ordered, 3);
	for (uint32_t ordered = 6; ordered <= 12; ordered += 3) {
		/* Also when nothing waits for leaving. */
		rig->fleet->queue[QUEUE_POLICY].first = NO_ROW;
		CU_ASSERT_TRUE(due(rig));
		fleet_tick(rig->fleet, rig->now);
		CU_ASSERT_EQUAL(last(rig)->ordered,
				ordered < CLIENTS ? ordered : CLIENTS);
	}
	rig->fleet->queue[QUEUE_POLICY].first = NO_ROW;
	CU_ASSERT_FALSE(due(rig));
	CU_ASSERT_TRUE(rig_counts_true(rig));
	rig_settle(rig);
	/* What was chosen was said when it was. */
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    rig_event(rig, EVENT_OPERATION_START, "ordered for 10 of 10 clients"));
	CU_ASSERT_EQUAL(rig_event(rig, EVENT_OPERATION_START, "ordered")->count,
			CLIENTS);
	rig_free(rig);
}

struct departures {
	uint32_t row[CLIENTS];
	unsigned count;
};

static void
depart(struct rig *rig, uint32_t row, const struct message *message)
{
	struct departures *departures = rig->context;

	(void)message;
	if (departures->count < CLIENTS)
		departures->row[departures->count] = row;
	departures->count++;
}

static void
in_the_same_order(void)
{
	struct departures at_once = { .count = 0 }, portions = { .count = 0 };

	for (unsigned i = 0; i < 2; i++) {
		struct rig *rig = in_portions(rig_serving(WORDS), i == 0 ? 100 : 1);

		rig->order = depart;
		rig->context = i == 0 ? &at_once : &portions;
		rig_judge(rig, RIG_FAILOVER);
		rig_free(rig);
	}
	CU_ASSERT_EQUAL(at_once.count, CLIENTS);
	CU_ASSERT_EQUAL(portions.count, CLIENTS);
	for (unsigned i = 0; i < CLIENTS; i++)
		CU_ASSERT_EQUAL(at_once.row[i], portions.row[i]);
}

/* Those of a portion may all be done before the next begins. */
static void
over_when_all_are(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS), 1);

	rig->hook = 0;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(last(rig)->number, 1);
	CU_ASSERT_EQUAL(last(rig)->done, CLIENTS);
	CU_ASSERT_EQUAL(last(rig)->state, OPERATION_DONE);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	rig_free(rig);
}

/* The rest begins before the operator's do: none of them is two operations'. */
static void
before_operators(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS), 3);
	struct fleet_wish wish = { .action = ACTION_FAILOVER,
				   .selection = "all",
				   .requester = "anna",
				   .reason = "disk swap",
				   .hold = HOUR };
	char why[FLEET_WHY];

	decide(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL_FATAL(fleet_operate(rig->fleet, &wish, rig->now, why), 2);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 1)->ordered, CLIENTS);
	rig_run(rig, MINUTE);
	for (uint32_t row = 0; row < CLIENTS; row++) {
		CU_ASSERT_EQUAL(fleet_row(rig->fleet, row)->holder, 2);
		CU_ASSERT_EQUAL(fleet_row(rig->fleet, row)->operation, 2);
	}
	CU_ASSERT_TRUE(rig_counts_true(rig));
	rig_free(rig);
}

static void
before_a_preview(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS), 3);
	struct fleet_wish wish = { .action = ACTION_FAILOVER,
				   .selection = "client:c1",
				   .requester = "anna",
				   .reason = "disk swap" };
	struct fleet_plan plan;
	char why[FLEET_WHY];

	decide(rig, RIG_FAILOVER);
	CU_ASSERT_TRUE(fleet_plan(rig->fleet, &wish, rig->now, &plan, why));
	rig_run(rig, MINUTE);
	for (uint32_t row = 0; row < CLIENTS; row++)
		CU_ASSERT_EQUAL(fleet_row(rig->fleet, row)->operation, 1);
	CU_ASSERT_EQUAL(last(rig)->ordered, CLIENTS);
	rig_free(rig);
}

static void
before_a_reload(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS), 3);

	decide(rig, RIG_FAILOVER);
	rig->options.first = 3;
	rig_reload(rig);
	for (unsigned n = 3; n <= CLIENTS; n++)
		CU_ASSERT_EQUAL(rig_client(rig, n)->type, MESSAGE_FAILOVER);
	CU_ASSERT_TRUE(rig_counts_true(rig));
	rig_free(rig);
}

/* Killed in between, it goes on with the rest, under ids of the same block. */
static void
over_a_restart(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS), 3);
	uint64_t base;

	decide(rig, RIG_FAILOVER);
	rig_store(rig);
	rig_crash(rig);
	in_portions(rig, 2);
	decide(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(last(rig)->number, 1);
	base = last(rig)->base;
	for (uint32_t row = 0; row < CLIENTS; row++) {
		const struct fleet_client *client = fleet_row(rig->fleet, row);

		CU_ASSERT_EQUAL(client->place, PLACE_AWAY);
		CU_ASSERT_EQUAL(client->operation, 1);
		CU_ASSERT(client->order_id > base &&
			  client->order_id <= base + client->index + 1);
	}
	rig_free(rig);
}

/* Who left by itself meanwhile takes the place of one that had not begun. */
static bool
chosen(const struct rig *rig, uint32_t row)
{
	for (size_t i = 0; i < rig->fleet->chosens; i++)
		if (rig->fleet->chosen[i] == row)
			return true;
	return false;
}

static void
keep_holds(void)
{
	struct rig *rig = in_portions(rig_serving(WORDS " keep=50%"), 3);

	decide(rig, RIG_FAILOVER);
	for (uint32_t row = 0; row < CLIENTS; row++) {
		unsigned n;

		if (chosen(rig, row))
			continue;
		CU_ASSERT_EQUAL(sscanf(fleet_client_name(rig->fleet, row), "c%u", &n),
				1);
		rig->agent[n].place = PLACE_AWAY;
		rig_say(rig, n, MESSAGE_HELLO);
		break;
	}
	rig_settle(rig);
	CU_ASSERT_EQUAL(rig->fleet->gone, 5);
	CU_ASSERT_EQUAL(last(rig)->ordered, 4);
	rig_free(rig);
}

/* Who stores is woken while there is something, and not when there is not. */
static void
unsaved(void)
{
	struct rig *rig = rig_serving(WORDS);
	struct fleet_wish wish = { .action = ACTION_RECONNECT,
				   .selection = "all",
				   .requester = "anna",
				   .reason = "all is well" };
	char why[FLEET_WHY];

	CU_ASSERT_TRUE(fleet_unsaved(rig->fleet));
	rig_store(rig);
	CU_ASSERT_FALSE(fleet_unsaved(rig->fleet));
	rig_say(rig, 1, MESSAGE_HELLO);
	CU_ASSERT_TRUE(fleet_unsaved(rig->fleet));
	rig_store(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	rig_store(rig);
	CU_ASSERT_FALSE(fleet_unsaved(rig->fleet));
	/* It runs: that its clients have all been taken is to be noted. */
	CU_ASSERT_NOT_EQUAL_FATAL(fleet_operate(rig->fleet, &wish, rig->now, why), 0);
	rig_store(rig);
	CU_ASSERT_TRUE(fleet_unsaved(rig->fleet));
	rig_crash(rig);
	CU_ASSERT_TRUE(fleet_unsaved(rig->fleet));
	rig_free(rig);
}

/* ---- back ---- */

static void
a_batch_in_portions(void)
{
	struct rig *rig = in_portions(rig_away(WORDS), 3);

	rig->quiet = true;
	decide(rig, RIG_CONNECTION);
	for (uint32_t ordered = 3; ordered <= 9; ordered += 3) {
		rig->fleet->queue[QUEUE_POLICY].first = NO_ROW;
		CU_ASSERT_TRUE(due(rig));
		fleet_tick(rig->fleet, rig->now);
		CU_ASSERT_EQUAL(last(rig)->ordered, ordered < 8 ? ordered : 8);
	}
	rig_settle(rig);
	CU_ASSERT_EQUAL(last(rig)->ordered, 8);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_BATCH, "batch 1: 8 clients invited, 2 to go"));
	rig_run(rig, 9 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->ordered, 8);
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->ordered, CLIENTS);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_BATCH, "batch 2: 2 clients invited, 0 to go"));
	CU_ASSERT_TRUE(rig_counts_true(rig));
	rig_free(rig);
}

/* Nobody is left, though the batch has room. */
static void
a_batch_for_more(void)
{
	struct rig *rig = in_portions(rig_away("clients=6 batch=8 every=10s"), 3);

	rig->quiet = true;
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(last(rig)->batches, 1);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_BATCH, "batch 1: 6 clients invited, 0 to go"));
	rig_free(rig);
}

/* A pause stops it where it is; what comes after is another batch. */
static void
a_batch_cut_short(void)
{
	struct rig *rig = in_portions(rig_away(WORDS), 3);

	decide(rig, RIG_CONNECTION);
	fleet_tick(rig->fleet, rig->now);
	CU_ASSERT_EQUAL(last(rig)->ordered, 3);
	fleet_pause(rig->fleet, PAUSED_FILE, true, "", rig->now);
	rig_run(rig, 5 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->ordered, 3);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_BATCH, "batch 1: 3 clients invited, 7 to go"));
	fleet_pause(rig->fleet, PAUSED_FILE, false, "", rig->now);
	rig_run(rig, 4 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->ordered, 3);
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->ordered, CLIENTS);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_BATCH, "batch 2: 7 clients invited, 0 to go"));
	rig_free(rig);
}

/* And so does its operation's end: that is said first. */
static void
a_batch_undone(void)
{
	struct rig *rig = in_portions(rig_away(WORDS), 3);

	decide(rig, RIG_CONNECTION);
	fleet_tick(rig->fleet, rig->now);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(last(rig)->action, ACTION_FAILOVER);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig_event(rig, EVENT_BATCH, "batch 1: 3"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(
	    rig_event(rig, EVENT_OPERATION_END, "reconnect cancelled"));
	CU_ASSERT(rig_event(rig, EVENT_BATCH, "batch 1: 3")->number <
		  rig_event(rig, EVENT_OPERATION_END, "reconnect cancelled")->number);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 1)->batches, 1);
	rig_free(rig);
}

/* When all that came back leaves again nothing is left to undo, and the steps follow. */
static void
undone_in_portions(void)
{
	struct rig *rig = in_portions(rig_away(WORDS), 3);

	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 5 * SECOND);
	CU_ASSERT_EQUAL(rig->fleet->returned, 8);
	decide(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(last(rig)->ordered, 3);
	CU_ASSERT_EQUAL(last(rig)->step, 0);
	rig_run(rig, 9 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->ordered, 8);
	CU_ASSERT_EQUAL(last(rig)->step, 0);
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(last(rig)->step, 1);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], CLIENTS);
	rig_free(rig);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "a portion a call", a_portion_a_call },
		{ "they leave in the same order", in_the_same_order },
		{ "it is over when all are", over_when_all_are },
		{ "the rest begins before an operator's", before_operators },
		{ "the rest begins before a preview", before_a_preview },
		{ "the rest begins before a reload", before_a_reload },
		{ "the rest begins after a restart", over_a_restart },
		{ "keep= holds whoever leaves", keep_holds },
		{ "what is unsaved", unsaved },
		{ "a batch in portions", a_batch_in_portions },
		{ "a batch for more", a_batch_for_more },
		{ "a batch cut short", a_batch_cut_short },
		{ "a batch undone", a_batch_undone },
		{ "undone in portions", undone_in_portions },
	};

	return unit_run("begin", test, ARRAY_SIZE(test));
}
