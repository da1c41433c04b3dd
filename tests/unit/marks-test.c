/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom an action is for: marked clients, what the filter shows, in as many operations as
   their names need. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"
#include "tui/console.h"
#include "tui/snmp.h"

#define CLIENTS 400

static const struct moment start = { .boot = 100000 * SECOND,
				     .wall = INT64_C(1795426215) * SECOND };
static struct mib_server server[2];
static struct mib_client client[CLIENTS];
static struct snapshot shown;
static struct console console;
static struct cells screen;
static struct manager_request request;

static void
show(enum mib_table table, void *row, size_t count)
{
	shown.table[table] = (struct snapshot_table){
		.row = row, .count = count, .at = start.boot, .whole = start.boot
	};
}

static void
press(const char *typed)
{
	for (; *typed; typed++)
		CU_ASSERT_TRUE(console_key(&console, (unsigned char)*typed));
	console_draw(&console, &screen);
}

/* The clients of aaa1, and where second is the last ten are those of aaa2. */
static void
begin(bool second)
{
	static const struct options empty;
	struct options options = empty;
	options.agents = 1;
	options.agent[0] = "udp:aaa1";
	options.hold = 3600;
	memset(server, 0, sizeof(server));
	memset(client, 0, sizeof(client));
	for (uint32_t i = 0; i < ARRAY_SIZE(server); i++) {
		server[i].index = (struct mib_row){ i + 1, i + 1 };
		server[i].clients = CLIENTS;
		snprintf(server[i].name, MIB_NAME, "aaa%u", i + 1);
	}
	for (uint32_t i = 0; i < CLIENTS; i++) {
		bool other = second && i >= CLIENTS - 10;
		client[i].index = (struct mib_row){ other ? 2 : 1, i + 1 };
		client[i].place = client[i].order = 1;
		snprintf(client[i].name, MIB_NAME, "nas-%04u", i + 1);
		snprintf(client[i].site, MIB_NAME, "%s", i < 300 ? "paris" : "lyon");
	}
	show(MIB_SERVER, server, second ? 2 : 1);
	show(MIB_CLIENT, client, CLIENTS);
	console_free(&console);
	console_init(&console, &options);
	console.now = start;
	CU_ASSERT_TRUE_FATAL(cells_resize(&screen, 132, 40));
	console_see(&console, 0, &shown, AGENT_OK, start.boot, "");
	press("2");
}

static bool
shows(const char *text)
{
	char line[1024];
	for (int y = 0; y < screen.height; y++)
		if (strstr(cells_line(&screen, y, line, sizeof(line)), text))
			return true;
	return false;
}

static const char *
part(size_t i)
{
	return i < console.dialogue.parts ? console.dialogue.part[i].selection : "-";
}

static bool
opened(void)
{
	return dialogue_is_open(&console.dialogue);
}

/* ---- names ---- */

static void
test_names(void)
{
	static char text[DIALOGUE_PARTS][MIB_TEXT];
	struct selections selections = { .text = text, .most = DIALOGUE_PARTS };
	size_t longest = 0;
	char name[MIB_NAME];
	for (unsigned i = 0; i < MARKS_MOST; i++) {
		snprintf(name, sizeof(name), "nas-%04u", i);
		CU_ASSERT_TRUE(selections_add(&selections, name));
	}
	for (size_t i = 0; i < selections.count; i++)
		longest = strlen(text[i]) > longest ? strlen(text[i]) : longest;
	/* 27 names of eight to each. */
	CU_ASSERT_EQUAL(selections.count, 8);
	CU_ASSERT_EQUAL(longest, 249);
	CU_ASSERT_STRING_EQUAL(text[7] + strlen(text[7]) - 18, ",nas-0198,nas-0199");
	/* The longest names there are: 3 to each. */
	selections.count = 0;
	memset(name, 'n', sizeof(name));
	name[MIB_NAME - 1] = '\0';
	for (unsigned i = 0; i < 3 * DIALOGUE_PARTS; i++)
		CU_ASSERT_TRUE(selections_add(&selections, name));
	CU_ASSERT_FALSE(selections_add(&selections, name));
	CU_ASSERT_EQUAL(selections.count, DIALOGUE_PARTS);
	/* One byte more would not fit. */
	selections.count = 0;
	CU_ASSERT_TRUE(selections_add(&selections, name));
	CU_ASSERT_TRUE(selections_add(&selections, name));
	CU_ASSERT_TRUE(selections_add(&selections, name));
	name[54] = '\0';
	CU_ASSERT_TRUE(selections_add(&selections, name));
	CU_ASSERT_EQUAL(selections.count, 2);
	selections.count = 1;
	name[53] = '\0';
	CU_ASSERT_TRUE(selections_add(&selections, name));
	CU_ASSERT_EQUAL(selections.count, 1);
	CU_ASSERT_EQUAL(strlen(text[0]), MIB_TEXT - 1);
}

/* ---- marks ---- */

static void
test_marks(void)
{
	begin(false);
	press("mmm");
	CU_ASSERT_EQUAL(console.marks.count, 3);
	CU_ASSERT_TRUE(shows("* 3 marked"));
	CU_ASSERT_TRUE(shows("*  nas-0002") || shows("* nas-0002"));
	CU_ASSERT_FALSE(shows("* nas-0004"));
	/* Whatever order and filter; away and back. */
	press("so");
	CU_ASSERT_FALSE(shows("* nas-0003"));
	press("ssssssssssss");
	press("/nas-0002\r");
	CU_ASSERT_TRUE(shows(">*nas-0002"));
	press("m");
	CU_ASSERT_EQUAL(console.marks.count, 2);
	press("1");
	CU_ASSERT_FALSE(shows("marked"));
	press("2\x1b");
	CU_ASSERT_TRUE(shows("* 2 marked"));
	CU_ASSERT_TRUE(shows("* nas-0003"));
	press("F");
	CU_ASSERT_TRUE(opened());
	CU_ASSERT_STRING_EQUAL(part(0), "client:nas-0001,nas-0003");
	CU_ASSERT_EQUAL(console.dialogue.parts, 1);
	CU_ASSERT_TRUE(shows("failover of 2 clients (nas-0001, ...) at aaa1"));
	press("\x1bu");
	CU_ASSERT_EQUAL(console.marks.count, 0);
	press("1m");
	CU_ASSERT_TRUE(shows("clients are what is marked"));
}

static void
test_marks_many(void)
{
	begin(false);
	press("a");
	CU_ASSERT_TRUE(shows("400 lines are more than the 200 that can be marked"));
	CU_ASSERT_EQUAL(console.marks.count, 0);
	press("/nas-00\ra");
	CU_ASSERT_EQUAL(console.marks.count, 99);
	press("/\x15nas-01\ra");
	CU_ASSERT_EQUAL(console.marks.count, 199);
	press("/\x15nas-0200\rm");
	CU_ASSERT_EQUAL(console.marks.count, 200);
	press("/\x15nas-0201\rm");
	CU_ASSERT_TRUE(shows("200 clients are marked, more cannot be"));
	CU_ASSERT_EQUAL(console.marks.count, 200);
	/* Again changes nothing. */
	press("/\x15nas-0200\ra");
	CU_ASSERT_EQUAL(console.marks.count, 200);
	press("R");
	CU_ASSERT_EQUAL(console.dialogue.parts, 8);
	CU_ASSERT_EQUAL(console.dialogue.operation.action, ACTION_RECONNECT);
	CU_ASSERT_TRUE(shows("reconnect of 200 clients (nas-0001, ...) at aaa1"));
}

static void
test_marks_elsewhere(void)
{
	begin(true);
	press("me");
	press("mF");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("these clients are of several servers"));
	/* On other views the line is meant. */
	press("1F");
	CU_ASSERT_STRING_EQUAL(part(0), "all");
	begin(true);
	press("m1j\r");
	press("F");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("clients of another server are marked"));
	/* Who is gone is not asked for. */
	begin(false);
	press("mm");
	show(MIB_CLIENT, client + 1, CLIENTS - 1);
	console_see(&console, 0, &shown, AGENT_OK, start.boot, "");
	press("F");
	CU_ASSERT_STRING_EQUAL(part(0), "client:nas-0002");
	CU_ASSERT_STRING_EQUAL(console.dialogue.note,
			       "1 of 2 marked clients are not there any more");
	press("\x1b");
	show(MIB_CLIENT, client + 2, CLIENTS - 2);
	console_see(&console, 0, &shown, AGENT_OK, start.boot, "");
	press("X");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("2 of 2 marked clients are not there any more: u takes"));
}

/* Many clients are in parts that do not stand in a row. */
static void
test_marks_in_parts(void)
{
	static struct mib_client first[150], second[CLIENTS - 150];
	const struct snapshot_part part_of[] = { { first, 0 }, { second, 150 } };
	begin(false);
	memcpy(first, client, sizeof(first));
	memcpy(second, client + 150, sizeof(second));
	memset(client, 0, sizeof(client));
	shown.table[MIB_CLIENT] = (struct snapshot_table){ .part = part_of,
							   .parts = 2,
							   .count = CLIENTS,
							   .at = start.boot,
							   .whole = start.boot };
	console_see(&console, 0, NULL, AGENT_OK, start.boot, "");
	console_see(&console, 0, &shown, AGENT_OK, start.boot, "");
	/* About where one ends, and the last of all. */
	press(":150\rmm:400\rm");
	CU_ASSERT_TRUE(shows("* 3 marked"));
	CU_ASSERT_TRUE(shows(">*nas-0400"));
	press("F");
	CU_ASSERT_STRING_EQUAL(part(0), "client:nas-0150,nas-0151,nas-0400");
	CU_ASSERT_STRING_EQUAL(console.dialogue.note, "");
	console_see(&console, 0, NULL, AGENT_OK, start.boot, "");
}

static void
test_marks_forbidden(void)
{
	begin(false);
	console.read_only = true;
	press("mF");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("--read-only"));
	press("u/nas-01\rF");
	CU_ASSERT_FALSE(console.choosing);
	CU_ASSERT_TRUE(shows("--read-only"));
}

/* ---- the filter ---- */

static void
test_filter(void)
{
	begin(false);
	press("/nas-039\rF");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(
	    shows("failover of whom? y: nas-0390 alone; a: all 10 that the filter"));
	press("q");
	CU_ASSERT_TRUE(shows("nothing was done"));
	CU_ASSERT_FALSE(opened());
	press("Fy");
	CU_ASSERT_STRING_EQUAL(part(0), "client:nas-0390");
	press("\x1bRa");
	CU_ASSERT_FALSE(opened()); /* the last question is still open at the agent */
	begin(false);
	press("/nas-039\rRa");
	CU_ASSERT_STRING_EQUAL(part(0), "client:nas-0390,nas-0391,nas-0392,nas-0393,"
					"nas-0394,nas-0395,nas-0396,nas-0397,nas-0398,"
					"nas-0399");
	begin(false);
	press("/nas-0\rFa");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("this filter is no selection"));
	/* Half of them could be the wrong half. */
	begin(false);
	shown.table[MIB_CLIENT].whole = 0;
	press("/nas-039\rFa");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("not all clients are read yet"));
	press("a");
	CU_ASSERT_EQUAL(console.marks.count, 0);
	/* All of one server's are not all; inside of it they are. */
	shown.table[MIB_CLIENT].whole = start.boot;
	shown.table[MIB_CLIENT].of = 1;
	press("a");
	CU_ASSERT_EQUAL(console.marks.count, 0);
	press("1\r/nas-039\ra");
	CU_ASSERT_EQUAL(console.marks.count, 10);
	/* One line is itself. */
	begin(false);
	press("/nas-0007\rF");
	CU_ASSERT_STRING_EQUAL(part(0), "client:nas-0007");
}

static void
test_filter_selection(void)
{
	begin(false);
	press("/ site:paris \rFa");
	CU_ASSERT_STRING_EQUAL(part(0), "site:paris");
	CU_ASSERT_TRUE(strncmp(console.dialogue.note, "The filter shows 300;", 21) ==
		       0);
	/* All of the name, in the filter's way of saying it. */
	begin(false);
	press("/site:=lyon\rFa");
	CU_ASSERT_STRING_EQUAL(part(0), "site:lyon");
	begin(false);
	press("/-site:lyon place:here\rFa");
	CU_ASSERT_FALSE(opened());
	/* More than that word is no selection, but 100 can be named. */
	begin(false);
	press("/site:lyon place:here\rFa");
	CU_ASSERT_EQUAL(console.dialogue.parts, 4);
	CU_ASSERT_TRUE(strncmp(part(0), "client:nas-0301,", 16) == 0);
	begin(false);
	press("/site:paris place:here\rFa");
	CU_ASSERT_TRUE(shows("this filter is no selection"));
	/* Nobody is shown in it here: the engine knows who is. */
	begin(false);
	press("/group:wireless\rF");
	CU_ASSERT_STRING_EQUAL(part(0), "group:wireless");
	begin(true);
	press("/group:wireless\rF");
	CU_ASSERT_FALSE(opened());
	CU_ASSERT_TRUE(shows("group:wireless of which server?"));
	press("1\r/group:wireless\rF");
	CU_ASSERT_STRING_EQUAL(part(0), "group:wireless");
}

/* ---- several operations ---- */

static void
expect(enum manager_verb verb, uint32_t row, const char *selection)
{
	bool answered;
	CU_ASSERT_TRUE_FATAL(dialogue_request(&console.dialogue, &request, &answered));
	CU_ASSERT_EQUAL(request.verb, verb);
	CU_ASSERT_EQUAL(answered, verb != VERB_CANCEL);
	CU_ASSERT_EQUAL(request.operation.index.row, row);
	CU_ASSERT_TRUE(
	    strncmp(request.operation.selection, selection, strlen(selection)) == 0);
}

static void
expect_nothing(void)
{
	bool answered;
	CU_ASSERT_FALSE(dialogue_request(&console.dialogue, &request, &answered));
}

static void
answer(uint32_t number, uint32_t planned)
{
	struct manager_answer answer = { .ok = true, .operation = request.operation };
	answer.operation.index.row = number;
	answer.operation.matched = answer.operation.planned = planned;
	answer.operation.state = request.verb == VERB_PLAN ? 1 : 2;
	answer.operation.row_status = request.verb == VERB_PLAN ? 2 : 1;
	slice_copy(slice_of("aaa2 61% to 83% (61 to 83 of 100)"),
		   answer.operation.loads, MIB_TEXT);
	console_answer(&console, &answer);
	console_draw(&console, &screen);
}

static void
refuse(enum manager_failure failure, const char *text)
{
	struct manager_answer answer = { .failure = failure,
					 .operation = request.operation };
	slice_copy(slice_of(text), answer.text, sizeof(answer.text));
	console_answer(&console, &answer);
	console_draw(&console, &screen);
}

/* 60 clients: three operations, of 27, 27 and 6; to the reason. */
static void
look_at_three(void)
{
	begin(false);
	press("/nas-00\r");
	press("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmm");
	press("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmF");
	expect(VERB_PLAN, 0, "client:nas-0001,");
	expect_nothing();
	CU_ASSERT_TRUE(shows("Asking the engine what that would do (1 of 3)"));
	answer(11, 27);
	expect(VERB_CANCEL, 11, "client:nas-0001,");
	expect(VERB_PLAN, 0, "client:nas-0028,");
	answer(12, 20);
	expect(VERB_CANCEL, 12, "client:nas-0028,");
	expect(VERB_PLAN, 0, "client:nas-0055,");
	answer(13, 6);
	expect(VERB_CANCEL, 13, "client:nas-0055,");
	expect_nothing();
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_REASON);
	CU_ASSERT_TRUE(shows("moves 53 of 53; held 0; kept 0"));
	CU_ASSERT_TRUE(shows("in 3 operations"));
	/* Each part's load is of that part alone: the sum has none. */
	CU_ASSERT_FALSE(shows("aaa2 61%"));
}

static void
plan_three(void)
{
	look_at_three();
	press("why\r");
	expect(VERB_PLAN, 0, "client:nas-0001,");
	CU_ASSERT_STRING_EQUAL(request.operation.reason, "why");
	answer(21, 27);
	expect(VERB_PLAN, 0, "client:nas-0028,");
	CU_ASSERT_STRING_EQUAL(request.operation.reason, "why");
	answer(22, 20);
	expect(VERB_PLAN, 0, "client:nas-0055,");
	answer(23, 6);
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_CONSENT);
	expect_nothing();
}

static void
test_three(void)
{
	struct mib_operation row = { .index = { 1, 22 }, .planned = 20, .state = 2 };
	plan_three();
	/* 53 of 400 is more than a tenth. */
	CU_ASSERT_TRUE(shows("This is wide. Type 53"));
	press("53\r");
	expect(VERB_RUN, 21, "client:nas-0001,");
	/* What was consented to is done whole. */
	press("\x1b");
	CU_ASSERT_TRUE(opened());
	answer(21, 27);
	expect(VERB_RUN, 22, "client:nas-0028,");
	answer(22, 20);
	expect(VERB_RUN, 23, "client:nas-0055,");
	answer(23, 6);
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_RUNNING);
	CU_ASSERT_TRUE(shows("running: 0 of 53 done"));
	row.done = 15;
	row.received = 18;
	dialogue_see(&console.dialogue, &row);
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("running: 15 of 53 done, 18 received"));
	/* It is over when all are. */
	for (uint32_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_RUNNING);
		row = (struct mib_operation){ .index = { 1, 21 + i },
					      .planned = i == 0   ? 27
							 : i == 1 ? 20
								  : 6,
					      .state = 4,
					      .action = ACTION_FAILOVER,
					      .row_status = 1 };
		row.done = row.planned;
		dialogue_see(&console.dialogue, &row);
	}
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_OVER);
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("done: 53 of 53 done"));
	CU_ASSERT_TRUE(shows("To undo: R on the same clients calls them back."));
}

static void
test_three_left(void)
{
	plan_three();
	press("\x1b");
	expect(VERB_CANCEL, 21, "client:nas-0001,");
	expect(VERB_CANCEL, 22, "client:nas-0028,");
	expect(VERB_CANCEL, 23, "client:nas-0055,");
	expect_nothing();
	/* Between two plans: the one that was made, and the one to come. */
	look_at_three();
	press("why\r");
	expect(VERB_PLAN, 0, "client:nas-0001,");
	answer(21, 27);
	expect(VERB_PLAN, 0, "client:nas-0028,");
	press("\x1b");
	expect(VERB_CANCEL, 21, "client:nas-0001,");
	expect_nothing();
	request.verb = VERB_PLAN;
	answer(22, 20);
	expect(VERB_CANCEL, 22, "client:");
	expect_nothing();
	CU_ASSERT_FALSE(opened());
}

static void
test_three_refused(void)
{
	/* One: nobody of it is to be moved, the others go. */
	look_at_three();
	press("why\r");
	expect(VERB_PLAN, 0, "client:nas-0001,");
	refuse(FAILURE_REFUSED, "27 of 27 clients are held by others");
	expect(VERB_PLAN, 0, "client:nas-0028,");
	answer(22, 20);
	expect(VERB_PLAN, 0, "client:nas-0055,");
	answer(23, 6);
	CU_ASSERT_TRUE(shows("moves 26 of 26"));
	CU_ASSERT_TRUE(shows("27 of 27 clients are held by others"));
	press("y");
	expect(VERB_RUN, 22, "client:nas-0028,");
	answer(22, 20);
	expect(VERB_RUN, 23, "client:nas-0055,");
	refuse(FAILURE_REFUSED, "too many");
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_RUNNING);
	CU_ASSERT_TRUE(shows("running: 0 of 20 done"));
	/* All of them. */
	look_at_three();
	press("why\r");
	for (int i = 0; i < 3; i++) {
		expect(VERB_PLAN, 0, "client:");
		refuse(FAILURE_REFUSED, "held by others");
	}
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_OVER);
	CU_ASSERT_TRUE(shows("Nothing to do: held by others"));
	expect_nothing();
	/* The agent is lost: what was planned is withdrawn. */
	look_at_three();
	press("why\r");
	expect(VERB_PLAN, 0, "client:");
	answer(21, 27);
	expect(VERB_PLAN, 0, "client:");
	refuse(FAILURE_UNANSWERED, "no answer in time");
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_OVER);
	CU_ASSERT_TRUE(shows("No answer: no answer in time"));
	expect(VERB_CANCEL, 21, "client:");
	expect_nothing();
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "names into selections", test_names },
		{ "marks", test_marks },
		{ "many marks", test_marks_many },
		{ "marks of several servers, and of nobody", test_marks_elsewhere },
		{ "marks of clients in parts", test_marks_in_parts },
		{ "marks where nothing may be done", test_marks_forbidden },
		{ "the filter or the line", test_filter },
		{ "a filter that is a selection", test_filter_selection },
		{ "three operations", test_three },
		{ "three operations, left", test_three_left },
		{ "three operations, refused", test_three_refused },
	};
	int status = unit_run("marks", test, ARRAY_SIZE(test));
	console_free(&console);
	cells_free(&screen);
	return status;
}
