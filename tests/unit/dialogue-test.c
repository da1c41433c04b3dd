/* SPDX-License-Identifier: BSD-3-Clause */
/* The questions before an action, step by step, and every way out of them. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"
#include "tui/dialogue.h"
#include "tui/keys.h"
#include "tui/snmp.h"

#define WIDTH   80
#define HEIGHT  24
#define CLIENTS 3000

static struct dialogue dialogue;
static struct manager_request request;

/* ---- what the console and the agent do ---- */

static void
open_action(uint32_t action)
{
	struct mib_operation operation = {
		.index.server = 7, .action = action, .hold = 3600, .share = 100
	};
	if (action <= ACTION_RELEASE)
		snprintf(operation.selection, MIB_TEXT, "group:wireless");
	dialogue = (struct dialogue){ .step = DIALOGUE_CLOSED };
	CU_ASSERT_TRUE(dialogue_open(&dialogue, 0, "aaa1", CLIENTS, &operation));
	CU_ASSERT_TRUE(dialogue_is_open(&dialogue));
}

static void
type(const char *text)
{
	for (; *text; text++)
		dialogue_key(&dialogue, (unsigned char)*text);
}

/* Takes the next request: it must be this verb, its answer wanted or not. */
static void
expect(enum manager_verb verb, bool wanted)
{
	bool answered = !wanted;
	CU_ASSERT_TRUE(dialogue_request(&dialogue, &request, &answered));
	CU_ASSERT_EQUAL(request.verb, verb);
	CU_ASSERT_EQUAL(answered, wanted);
	CU_ASSERT_EQUAL(request.operation.index.server, 7);
}

static void
expect_nothing(void)
{
	bool answered;
	CU_ASSERT_FALSE(dialogue_request(&dialogue, &request, &answered));
}

/* The agent took it: as operation number, planning to move so many. */
static void
take(uint32_t number, uint32_t planned)
{
	struct manager_answer answer = { .ok = true, .operation = request.operation };
	answer.operation.index.row = number;
	answer.operation.matched = 2000;
	answer.operation.kept = 2000 - planned;
	answer.operation.planned = planned;
	answer.operation.state = request.verb == VERB_PLAN ? 1 : 2;
	answer.operation.row_status = request.verb == VERB_PLAN ? 2 : 1;
	if (request.verb == VERB_PLAN)
		snprintf(answer.operation.loads, MIB_TEXT,
			 "aaa2 61%% to 83%% (61 to 83 of 100), aaa3 2 to 5");
	if (request.operation.action > ACTION_RELEASE)
		snprintf(answer.operation.answer, MIB_TEXT, "paused by ann");
	dialogue_answer(&dialogue, &answer);
}

static void
refuse(enum manager_failure failure, const char *text)
{
	struct manager_answer answer = { .failure = failure,
					 .operation = request.operation };
	slice_copy(slice_of(text), answer.text, sizeof(answer.text));
	dialogue_answer(&dialogue, &answer);
}

static bool
shows(const char *text)
{
	struct cells cells = { .ascii = true };
	char line[512];
	bool found = false;
	if (!cells_resize(&cells, WIDTH, HEIGHT))
		return false;
	dialogue_draw(&dialogue, &cells);
	for (int y = 0; y < HEIGHT; y++)
		found =
		    found || strstr(cells_line(&cells, y, line, sizeof(line)), text);
	cells_free(&cells);
	return found;
}

/* As far as the question of consent. */
static void
bring_to_consent(uint32_t action, uint32_t planned)
{
	open_action(action);
	expect(VERB_PLAN, true);
	take(11, planned);
	expect(VERB_CANCEL, false);
	type("disk full");
	dialogue_key(&dialogue, KEY_RETURN);
	expect(VERB_PLAN, true);
	take(12, planned);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_CONSENT);
	expect_nothing();
}

/* ---- the way through ---- */

static void
test_preview(void)
{
	open_action(ACTION_FAILOVER);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_LOOKING);
	CU_ASSERT_TRUE(shows("failover of group:wireless at aaa1"));
	CU_ASSERT_TRUE(shows("Asking the engine"));
	expect(VERB_PLAN, true);
	CU_ASSERT_EQUAL(request.operation.index.row, 0);
	CU_ASSERT_TRUE(request.operation.reason[0] != '\0');
	expect_nothing();
	/* Begun before it is answered, but not ended. */
	type("disk\r");
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_LOOKING);
	take(11, 1240);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_REASON);
	CU_ASSERT_TRUE(shows("Reason: disk_"));
	CU_ASSERT_TRUE(shows("moves 1240 of 2000; held 0; kept 760"));
	CU_ASSERT_TRUE(shows("leaves them alone for 1h"));
	CU_ASSERT_TRUE(shows("aaa2 61% to 83% (61 to 83 of 100) "));
	CU_ASSERT_TRUE(shows("aaa3 2 to 5"));
	/* The plan without its reason is not left behind. */
	expect(VERB_CANCEL, false);
	CU_ASSERT_EQUAL(request.operation.index.row, 11);
}

static void
test_reason(void)
{
	open_action(ACTION_FAILOVER);
	expect(VERB_PLAN, true);
	take(11, 10);
	expect(VERB_CANCEL, false);
	dialogue_key(&dialogue, KEY_RETURN);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_REASON);
	CU_ASSERT_TRUE(shows("the reason is mandatory"));
	type("  ");
	dialogue_key(&dialogue, KEY_RETURN);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_REASON);
	type("disq");
	dialogue_key(&dialogue, KEY_RUBOUT);
	type("k full");
	CU_ASSERT_TRUE(shows("Reason:   disk full_"));
	dialogue_key(&dialogue, KEY_RETURN);
	expect(VERB_PLAN, true);
	CU_ASSERT_STRING_EQUAL(request.operation.reason, "disk full");
	CU_ASSERT_STRING_EQUAL(request.operation.selection, "group:wireless");
	CU_ASSERT_EQUAL(request.operation.index.row, 0);
	CU_ASSERT_EQUAL(request.operation.hold, 3600);
}

static void
test_narrow(void)
{
	bring_to_consent(ACTION_RECONNECT, 100);
	CU_ASSERT_TRUE(shows("Go on? y or n"));
	type("x");
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_CONSENT);
	type("y");
	expect(VERB_RUN, true);
	CU_ASSERT_EQUAL(request.operation.index.row, 12);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_STARTING);
	take(12, 100);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_RUNNING);
}

static void
test_wide(void)
{
	bring_to_consent(ACTION_FAILOVER, 101);
	CU_ASSERT_TRUE(shows("This is wide. Type 101 to go on"));
	type("y");
	dialogue_key(&dialogue, KEY_RETURN);
	expect_nothing();
	type("10");
	dialogue_key(&dialogue, KEY_RETURN);
	expect_nothing();
	CU_ASSERT_TRUE(shows("not 10: nothing was done"));
	type("101");
	expect_nothing();
	dialogue_key(&dialogue, KEY_RETURN);
	expect(VERB_RUN, true);
}

static void
test_changed(void)
{
	open_action(ACTION_FAILOVER);
	expect(VERB_PLAN, true);
	take(11, 50);
	expect(VERB_CANCEL, false);
	type("why\r");
	expect(VERB_PLAN, true);
	take(12, 60);
	CU_ASSERT_TRUE(shows("It would have been 50 a moment ago."));
	CU_ASSERT_TRUE(shows("moves 60 of 2000"));
}

static void
test_progress(void)
{
	struct mib_operation row;
	bring_to_consent(ACTION_FAILOVER, 40);
	type("y");
	expect(VERB_RUN, true);
	take(12, 40);
	row = dialogue.operation;
	row.done = 10;
	row.received = 20;
	dialogue_see(&dialogue, &row);
	CU_ASSERT_TRUE(shows("running: 10 of 40 done, 20 received"));
	CU_ASSERT_TRUE(shows("[#################....")); /* a quarter of 70 */
	CU_ASSERT_TRUE(shows("To undo: R on the same line"));
	/* Another operation is not ours. */
	row.index.row = 13;
	row.done = 40;
	dialogue_see(&dialogue, &row);
	CU_ASSERT_EQUAL(dialogue.operation.done, 10);
	row.index.row = 12;
	row.state = 4;
	snprintf(row.answer, MIB_TEXT, "all of them answered");
	dialogue_see(&dialogue, &row);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_OVER);
	CU_ASSERT_TRUE(shows("done: 40 of 40 done"));
	CU_ASSERT_TRUE(shows("all of them answered"));
	CU_ASSERT_TRUE(shows("To undo: R"));
	dialogue_key(&dialogue, KEY_RETURN);
	CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
	expect_nothing();
}

static void
test_pause(void)
{
	open_action(ACTION_PAUSE);
	CU_ASSERT_TRUE(shows("pause at aaa1"));
	expect_nothing();
	type("maintenance\r");
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_CONSENT);
	type("y");
	expect(VERB_GO, true);
	CU_ASSERT_STRING_EQUAL(request.operation.reason, "maintenance");
	take(12, 0);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_OVER);
	CU_ASSERT_TRUE(shows("paused by ann"));
	CU_ASSERT_TRUE(shows("To undo: P again"));
}

static void
test_nothing(void)
{
	open_action(ACTION_RELEASE);
	expect(VERB_PLAN, true);
	take(11, 0);
	CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_OVER);
	CU_ASSERT_TRUE(shows("Nothing to do: moves 0 of 2000; held 0; kept 2000"));
	expect(VERB_CANCEL, false);
}

/* ---- ways out ---- */

static void
test_refused(void)
{
	static const struct {
		enum manager_failure failure;
		const char *text, *wanted;
	} refusals[] = {
		{ FAILURE_REFUSED, "the policy does not allow it",
		  "Refused: the policy does not allow it" },
		{ FAILURE_NO_WRITE, "no write access", "Not let in: no write access" },
		{ FAILURE_UNANSWERED, "no answer in time",
		  "No answer: no answer in time" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		open_action(ACTION_FAILOVER);
		expect(VERB_PLAN, true);
		refuse(refusals[i].failure, refusals[i].text);
		CU_ASSERT_EQUAL(dialogue.step, DIALOGUE_OVER);
		CU_ASSERT_TRUE(shows(refusals[i].wanted));
		CU_ASSERT_FALSE(shows("To undo"));
		type("y");
		dialogue_key(&dialogue, KEY_ESCAPE);
		CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
		expect_nothing();
	}
	bring_to_consent(ACTION_FAILOVER, 5);
	type("y");
	expect(VERB_RUN, true);
	refuse(FAILURE_REFUSED, "the plan is gone");
	CU_ASSERT_TRUE(shows("Refused: the plan is gone"));
}

static void
test_escape(void)
{
	open_action(ACTION_FAILOVER);
	expect(VERB_PLAN, true);
	take(11, 5);
	expect(VERB_CANCEL, false);
	dialogue_key(&dialogue, KEY_ESCAPE);
	CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
	expect_nothing();

	bring_to_consent(ACTION_FAILOVER, 5);
	dialogue_key(&dialogue, KEY_ESCAPE);
	expect(VERB_CANCEL, false);
	CU_ASSERT_EQUAL(request.operation.index.row, 12);

	bring_to_consent(ACTION_FAILOVER, 5);
	type("n");
	expect(VERB_CANCEL, false);
	CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
}

static void
test_left(void)
{
	struct mib_operation other = { .index.server = 7, .action = ACTION_FAILOVER };
	/* Left while the engine thinks: its plan is withdrawn when it comes. */
	open_action(ACTION_FAILOVER);
	expect(VERB_PLAN, true);
	dialogue_key(&dialogue, KEY_ESCAPE);
	CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
	CU_ASSERT_FALSE(dialogue_open(&dialogue, 0, "aaa1", 10, &other));
	take(11, 5);
	CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
	/* Not before that has left: it would be forgotten. */
	CU_ASSERT_FALSE(dialogue_open(&dialogue, 0, "aaa1", 10, &other));
	expect(VERB_CANCEL, false);
	CU_ASSERT_EQUAL(request.operation.index.row, 11);
	CU_ASSERT_TRUE(dialogue_open(&dialogue, 0, "aaa1", 10, &other));
	/* Left when it was on its way: it runs. */
	bring_to_consent(ACTION_FAILOVER, 5);
	type("y");
	expect(VERB_RUN, true);
	dialogue_key(&dialogue, KEY_ESCAPE);
	take(12, 5);
	expect_nothing();
	CU_ASSERT_FALSE(dialogue_is_open(&dialogue));
}

static void
test_line(void)
{
	char line[6] = "";
	line_key(line, sizeof(line), 'a');
	line_key(line, sizeof(line), 0xfc);
	line_key(line, sizeof(line), 0x20ac);
	CU_ASSERT_STRING_EQUAL(line, "aü");
	line_key(line, sizeof(line), 'b');
	line_key(line, sizeof(line), 0x1b);
	line_key(line, sizeof(line), 0x85);
	line_key(line, sizeof(line), KEY_UPWARD);
	line_key(line, sizeof(line), 'c');
	line_key(line, sizeof(line), 'd');
	CU_ASSERT_STRING_EQUAL(line, "aübc");
	line_key(line, sizeof(line), KEY_RUBOUT);
	line_key(line, sizeof(line), KEY_RUBOUT);
	line_key(line, sizeof(line), '\b');
	CU_ASSERT_STRING_EQUAL(line, "a");
	line_key(line, sizeof(line), KEY_WIPE);
	line_key(line, sizeof(line), KEY_RUBOUT);
	CU_ASSERT_STRING_EQUAL(line, "");
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "the engine's preview comes first", test_preview },
		{ "the reason is mandatory", test_reason },
		{ "few are moved by y", test_narrow },
		{ "many by typing how many", test_wide },
		{ "a plan that changed meanwhile", test_changed },
		{ "progress until the end", test_progress },
		{ "pause has no plan", test_pause },
		{ "nothing to move", test_nothing },
		{ "refusals", test_refused },
		{ "Esc leaves nothing behind", test_escape },
		{ "left while the agent thinks", test_left },
		{ "a line is typed", test_line },
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return unit_run("dialogue", tests, ARRAY_SIZE(tests));
}
