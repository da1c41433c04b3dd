/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations by SNMP: planned, run, refused, withdrawn, and their rows on the board. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

enum { PLANNED = 1, RUNNING, PAUSED, DONE, CANCELLED, REFUSED };
enum { ACTIVE = 1, NOT_IN_SERVICE };

static const struct stage_words plain;

static struct stage *
staged(void)
{
	struct stage *stage = stage_new();
	stage_open(stage, 0, &plain);
	stage_value(stage, 0, "p", 50);
	stage_value(stage, 0, "radiusd", 1);
	stage_hello_all(stage, 0);
	stage_run(stage, 2 * SECOND);
	return stage;
}

static uint32_t
next(const struct stage *stage)
{
	struct mib_scalars scalars = { .operation_next = 0 };
	CU_ASSERT(board_scalars_read(stage->board, &scalars));
	return scalars.operation_next;
}

static struct link_operate
wanted(enum link_operate_kind kind, uint32_t number)
{
	return (struct link_operate){
		.kind = kind,
		.server = 1,
		.number = number,
		.action = ACTION_FAILOVER,
		.selection = "client:c1,c2",
		.requester = "anna",
		.reason = "disk swap",
		.hold = 3600,
		.share = 100,
	};
}

/* What the engine does with it, and time for the board to show it. */
static bool
take(struct stage *stage, const struct link_operate *operate,
     struct link_answer *answer)
{
	size_t slot = publisher_slot(stage->publisher, operate->server);
	CU_ASSERT_FATAL(slot != SIZE_MAX);
	operate_take(&stage->operate, stage->server[slot].fleet, operate, stage->now,
		     answer);
	CU_ASSERT_EQUAL(answer->server, operate->server);
	CU_ASSERT_EQUAL(answer->number, operate->number);
	stage_run(stage, 200 * MILLISECOND);
	return answer->accepted;
}

static void
planned_and_run(void)
{
	struct stage *stage = staged();
	uint32_t number = next(stage);
	struct link_operate operate = wanted(OPERATE_PLAN, number);
	struct link_answer answer;
	struct mib_operation row;
	CU_ASSERT_EQUAL(number, 1);
	CU_ASSERT(take(stage, &operate, &answer));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "2 of 2 clients"));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, number, &row));
	CU_ASSERT_EQUAL(row.state, PLANNED);
	CU_ASSERT_EQUAL(row.row_status, NOT_IN_SERVICE);
	CU_ASSERT_EQUAL(row.matched, 2);
	CU_ASSERT_EQUAL(row.planned, 2);
	CU_ASSERT_STRING_EQUAL(row.answer, answer.text);
	CU_ASSERT_EQUAL(row.initiator, INITIATOR_OPERATOR);
	CU_ASSERT_EQUAL(next(stage), 2);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).away, 0);
	/* Planned once more, with other words: the same row. */
	operate.limit = 1;
	CU_ASSERT(take(stage, &operate, &answer));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, number, &row));
	CU_ASSERT_EQUAL(row.planned, 1);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), 1);
	operate.kind = OPERATE_RUN;
	CU_ASSERT(take(stage, &operate, &answer));
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, number, &row));
	CU_ASSERT_EQUAL(row.state, DONE);
	CU_ASSERT_EQUAL(row.row_status, ACTIVE);
	CU_ASSERT_EQUAL(row.done, 1);
	CU_ASSERT_STRING_EQUAL(row.requester, "anna");
	CU_ASSERT_STRING_EQUAL(row.reason, "disk swap");
	CU_ASSERT_STRING_EQUAL(row.selection, "client:c1,c2");
	CU_ASSERT_EQUAL(row.hold, 3600);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).away, 1);
	/* No second time. */
	CU_ASSERT(!take(stage, &operate, &answer));
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_free(stage);
}

/* createAndGo, for every action. */
static void
gone_at_once(void)
{
	static const enum action actions[] = { ACTION_FAILOVER, ACTION_PAUSE,
					       ACTION_RECONNECT, ACTION_RESUME,
					       ACTION_RELEASE };
	struct stage *stage = staged();
	struct link_answer answer;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		struct link_operate operate = wanted(OPERATE_GO, next(stage));
		struct mib_operation row;
		operate.action = actions[i];
		CU_ASSERT(take(stage, &operate, &answer));
		CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, operate.number, &row));
		CU_ASSERT_EQUAL(row.action, actions[i]);
		stage_run(stage, 20 * SECOND);
		CU_ASSERT_EQUAL(stage_differs(stage), 0);
		CU_ASSERT_EQUAL(stage_server_row(stage, 0).mode,
				actions[i] == ACTION_PAUSE ||
					actions[i] == ACTION_RECONNECT
				    ? MODE_PAUSED
				    : MODE_AUTOMATIC);
	}
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).here, 4);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), 5);
	stage_free(stage);
}

static void
refused_and_forgotten(void)
{
	struct stage *stage = staged();
	struct link_operate operate = wanted(OPERATE_GO, 1);
	struct link_operate plan = wanted(OPERATE_PLAN, 2);
	struct link_answer answer;
	struct mib_operation row;
	snprintf(operate.selection, sizeof(operate.selection), "client:c9");
	CU_ASSERT(!take(stage, &operate, &answer));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "no client c9"));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 1, &row));
	CU_ASSERT_EQUAL(row.state, REFUSED);
	CU_ASSERT_EQUAL(row.row_status, ACTIVE);
	CU_ASSERT_STRING_EQUAL(row.answer, answer.text);
	CU_ASSERT_EQUAL(next(stage), 2);
	/* A plan that is none, then one that is. */
	snprintf(plan.selection, sizeof(plan.selection), "group:wireless");
	CU_ASSERT(!take(stage, &plan, &answer));
	snprintf(plan.selection, sizeof(plan.selection), "all");
	stage_run(stage, 30 * SECOND);
	CU_ASSERT(take(stage, &plan, &answer));
	stage_run(stage, 29 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), 2);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(!stage_row(stage, MIB_OPERATION, 1, 1, &row));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 2, &row));
	stage_run(stage, 30 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), 0);
	/* Its number was given, and nobody else gets it; it may still be run. */
	CU_ASSERT_EQUAL(next(stage), 3);
	plan.kind = OPERATE_RUN;
	CU_ASSERT(take(stage, &plan, &answer));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 2, &row));
	stage_free(stage);
}

/* What was refused keeps its number to itself, whoever begins something next. */
static void
numbers_are_not_shared(void)
{
	struct stage *stage = staged();
	struct link_operate operate = wanted(OPERATE_GO, next(stage));
	struct link_answer answer;
	struct mib_operation row;
	snprintf(operate.selection, sizeof(operate.selection), "client:c9");
	CU_ASSERT(!take(stage, &operate, &answer));
	operate.kind = OPERATE_PLAN;
	operate.number = next(stage);
	CU_ASSERT(!take(stage, &operate, &answer));
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), 3);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 3, &row));
	CU_ASSERT_EQUAL(row.initiator, INITIATOR_POLICY);
	/* A wish under the number of one that runs hides nothing. */
	operate = wanted(OPERATE_GO, 3);
	CU_ASSERT(!take(stage, &operate, &answer));
	operate.kind = OPERATE_PLAN;
	CU_ASSERT(!take(stage, &operate, &answer));
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_free(stage);
}

static void
many_plans(void)
{
	struct stage *stage = staged();
	struct link_answer answer;
	struct mib_operation row;
	for (unsigned i = 1; i <= OPERATE_ROWS; i++) {
		struct link_operate operate = wanted(OPERATE_PLAN, next(stage));
		CU_ASSERT(take(stage, &operate, &answer));
		CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), i);
	}
	/* One is withdrawn: its place is free for the next, and no other gives way. */
	struct link_operate operate = wanted(OPERATE_CANCEL, OPERATE_ROWS);
	CU_ASSERT(take(stage, &operate, &answer));
	CU_ASSERT(!stage_row(stage, MIB_OPERATION, 1, OPERATE_ROWS, &row));
	operate = wanted(OPERATE_PLAN, OPERATE_ROWS + 1);
	CU_ASSERT(take(stage, &operate, &answer));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 1, &row));
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), OPERATE_ROWS);
	/* And then the oldest does. */
	operate = wanted(OPERATE_PLAN, OPERATE_ROWS + 2);
	CU_ASSERT(take(stage, &operate, &answer));
	CU_ASSERT(!stage_row(stage, MIB_OPERATION, 1, 1, &row));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 2, &row));
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), OPERATE_ROWS);
	stage_free(stage);
}

static void
withdrawn(void)
{
	struct stage *stage = staged();
	struct link_operate operate = wanted(OPERATE_GO, 1);
	struct link_answer answer;
	struct mib_operation row;
	stage->server[0].mute = true;
	CU_ASSERT(take(stage, &operate, &answer));
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 1, &row));
	CU_ASSERT_EQUAL(row.state, RUNNING);
	operate.kind = OPERATE_CANCEL;
	CU_ASSERT(take(stage, &operate, &answer));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "cancelled"));
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 1, &row));
	CU_ASSERT_EQUAL(row.state, CANCELLED);
	CU_ASSERT(!take(stage, &operate, &answer));
	operate.number = 7;
	CU_ASSERT(!take(stage, &operate, &answer));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "no operation 7"));
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_OPERATION, 1), 1);
	stage_free(stage);
}

/* The number that is shown is good at every server, however much more one has done. */
static void
next_at_each_server(void)
{
	struct stage *stage = staged();
	struct link_answer answer;
	for (unsigned i = 0; i < 200; i++) {
		struct link_operate operate = wanted(OPERATE_GO, next(stage));
		operate.action = i % 2 ? ACTION_RESUME : ACTION_PAUSE;
		CU_ASSERT(take(stage, &operate, &answer));
	}
	stage_open(stage, 1, &(struct stage_words){ .name = "bbb1" });
	stage_hello_all(stage, 1);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(next(stage), 201);
	for (unsigned i = 0; i < 3; i++) {
		struct link_operate operate =
		    wanted(i == 1 ? OPERATE_GO : OPERATE_PLAN, next(stage));
		operate.server = 2;
		operate.selection[8] = (char)('1' + i);
		operate.selection[9] = '\0';
		CU_ASSERT(take(stage, &operate, &answer));
		CU_ASSERT_EQUAL(next(stage), operate.number + 1);
		operate.kind = OPERATE_RUN;
		CU_ASSERT(i == 1 || take(stage, &operate, &answer));
		operate = wanted(OPERATE_GO, next(stage));
		operate.action = i % 2 ? ACTION_RESUME : ACTION_PAUSE;
		CU_ASSERT(take(stage, &operate, &answer));
	}
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_free(stage);
}

/* What was written is what is read. */
static void
shares_as_written(void)
{
	struct stage *stage = staged();
	struct link_answer answer;
	struct mib_operation row;
	for (uint32_t share = 1; share <= 100; share++) {
		struct link_operate operate = wanted(OPERATE_GO, next(stage));
		operate.share = share;
		CU_ASSERT(take(stage, &operate, &answer));
		CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, operate.number, &row));
		CU_ASSERT_EQUAL(row.share, share);
	}
	stage_free(stage);
}

static const struct unit_test tests[] = {
	{ "planned and run", planned_and_run },
	{ "gone at once", gone_at_once },
	{ "refused and forgotten", refused_and_forgotten },
	{ "numbers are not shared", numbers_are_not_shared },
	{ "many plans", many_plans },
	{ "withdrawn", withdrawn },
	{ "next at each server", next_at_each_server },
	{ "shares as written", shares_as_written },
};

int
main(void)
{
	return unit_run("operate", tests, ARRAY_SIZE(tests));
}
