/* SPDX-License-Identifier: BSD-3-Clause */
/* The console without a terminal: screens, keys, who may act. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/console-stage.h"
#include "tui/snmp.h"

/* ---- screens ---- */

static void
test_servers(void)
{
	static const char *const wanted[] = {
		" bellwether  udp:aaa1 ok                                              "
		" 09:30:15",
		"  aaa1           serving    3m12s automatic  72% "
		"[████████F███████C███········]",
		"  5 minutes ???▁▂▂▂▂▃▃▃▃▄▄▄▅▅▅▅▆▆▆▆▇▇▇▇██▁ here 100  away 20  unknown "
		"0",
		"  orders    silent 1  not-coming 1  unreachable 2  done 18  moved 17  "
		"none 100",
		"  why       performance 72 above 60",
	};
	static const char *const below[] = {
		"1servers 2clients 3groups 4ops 5events 6alarms 7params 8services "
		"9conds 0alts",
		"  SERVER STATE     MODE      PERF CLIENTS   HERE   AWAY UNKNOWN "
		"SILENT",
		"> aaa1   serving   automatic  72%     120    100     20       0      "
		"1",
		"  aaa2   serving   automatic  72%     120    100     20       0      "
		"1",
		"",
	};
	begin(1, 80, 24, false);
	expect_screen(wanted, ARRAY_SIZE(wanted));
	for (int i = 0; i < (int)ARRAY_SIZE(below); i++)
		CU_ASSERT_STRING_EQUAL(line(9 + i), below[i]);
	CU_ASSERT_STRING_EQUAL(line(22), "1 of 2");
	CU_ASSERT_STRING_EQUAL(line(23),
			       "Esc back / filter s sort F failover R reconnect "
			       "X release P pause ? help q quit");
	/* The line that keys act on, and only that, is turned. */
	CU_ASSERT_TRUE(screen.cell[11 * 80 + 4].look & LOOK_REVERSE);
	CU_ASSERT_FALSE(screen.cell[12 * 80 + 4].look & LOOK_REVERSE);
}

static void
test_ascii(void)
{
	begin(1, 80, 24, true);
	CU_ASSERT_STRING_EQUAL(line(1), "  aaa1           serving    3m12s automatic  "
					"72% [########F#######C###........]");
	CU_ASSERT_STRING_EQUAL(
	    line(2), "  5 minutes ???111222333444555666777888990 here 100  away 20  "
		     "unknown 0");
	for (int i = 0; i < screen.width * screen.height; i++)
		CU_ASSERT_TRUE(screen.cell[i].character < 0x7f);
}

static void
test_wide(void)
{
	begin(1, 132, 43, false);
	CU_ASSERT_TRUE(shows("REASON"));
	CU_ASSERT_TRUE(shows("0%    F  C  100%"));
	CU_ASSERT_TRUE(shows("4operations"));
	CU_ASSERT_TRUE(shows("performance 72 above 60"));
}

static void
test_many_servers(void)
{
	static struct mib_server many[40];
	begin(1, 80, 24, false);
	for (uint32_t i = 0; i < 40; i++) {
		char name[16];
		snprintf(name, sizeof(name), "server-%u", i + 1);
		fill_server(&many[i], i + 1, name);
	}
	show(&shown[0], MIB_SERVER, many, 40);
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
	CU_ASSERT_STRING_EQUAL(
	    line(9), "  and 32 more, none worse than ok: view 1 lists all 40");
	CU_ASSERT_TRUE(shows("here 100  away 20"));
	CU_ASSERT_STRING_EQUAL(line(22), "1 of 40");
	/* The worst first, of equals as they are. */
	many[38].severity = 4;
	many[20].severity = many[30].severity = 2;
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
	CU_ASSERT_EQUAL(find_line("  server-39 "), 1);
	CU_ASSERT_EQUAL(find_line("  server-21 "), 2);
	CU_ASSERT_EQUAL(find_line("  server-31 "), 3);
	CU_ASSERT_EQUAL(find_line("  server-1 "), 4);
	/* Of an agent that is lost nobody knows: before what is known to be well. */
	begin(2, 80, 24, false);
	show(&shown[0], MIB_SERVER, many, 40);
	many[38].severity = 4;
	see(0, AGENT_OK, "");
	see(1, AGENT_SILENT, "");
	console_draw(&console, &screen);
	CU_ASSERT_EQUAL(find_line("  server-39 "), 1);
	CU_ASSERT_EQUAL(find_line("~ aaa3 "), 2);
	CU_ASSERT_EQUAL(find_line("  server-21 "), 3);
	CU_ASSERT_TRUE(shows("and 33 more, none worse than ok: view 1 lists all 41"));
}

static void
test_too_small(void)
{
	begin(1, 59, 24, false);
	CU_ASSERT_STRING_EQUAL(line(0), "too small: 59x24, needs 60x14");
	CU_ASSERT_STRING_EQUAL(line(1), "");
	begin(1, 60, 14, false);
	CU_ASSERT_TRUE(shows("> aaa1"));
	/* Smaller than anybody would; nothing is written outside. */
	for (int width = 1; width < 100; width += 7)
		for (int height = 1; height < 30; height += 3) {
			begin(1, width, height, false);
			press("?");
			press("hF");
		}
}

static void
test_unknown_performance(void)
{
	begin(1, 80, 24, false);
	server[0].performance = UINT32_MAX;
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(strstr(line(1), "-    - [") || strstr(line(1), "   - [????"));
	server[0].performance = 72;
	server[0].performance_at = start.boot - 5 * MINUTE;
	console_draw(&console, &screen);
	CU_ASSERT_PTR_NOT_NULL(strstr(line(1), "~ 72%"));
}

/* ---- acting ---- */

static const char *
selected(const char *command, const void *row)
{
	static char selection[MIB_TEXT];
	return console_selection(list_find(command), row, selection) ? selection : "-";
}

static void
test_selections(void)
{
	begin(1, 80, 24, false);
	CU_ASSERT_STRING_EQUAL(selected("servers", &server[0]), "all");
	CU_ASSERT_STRING_EQUAL(selected("clients", &client[2]), "client:nas-3");
	CU_ASSERT_STRING_EQUAL(selected("groups", &group[0]), "group:wireless");
	CU_ASSERT_STRING_EQUAL(selected("groups", &group[1]), "list:core");
	CU_ASSERT_STRING_EQUAL(selected("groups", &group[2]), "site:paris");
	CU_ASSERT_STRING_EQUAL(selected("operations", &operation[0]), "group:wireless");
	operation[0].action = ACTION_PAUSE;
	CU_ASSERT_STRING_EQUAL(selected("operations", &operation[0]), "-");
	CU_ASSERT_STRING_EQUAL(selected("events", &event[0]), "-");
}

static void
test_actions(void)
{
	static const struct {
		const char *typed;
		uint32_t action;
		const char *selection;
	} actions[] = {
		{ "1F", ACTION_FAILOVER, "all" },
		{ "2jR", ACTION_RECONNECT, "client:nas-2" },
		{ "3X", ACTION_RELEASE, "group:wireless" },
		{ "5P", ACTION_PAUSE, "" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		begin(1, 80, 24, false);
		press(actions[i].typed);
		CU_ASSERT_TRUE(dialogue_is_open(&console.dialogue));
		CU_ASSERT_EQUAL(console.dialogue.operation.action, actions[i].action);
		CU_ASSERT_STRING_EQUAL(console.dialogue.operation.selection,
				       actions[i].selection);
		CU_ASSERT_EQUAL(console.dialogue.operation.hold, 3600);
		CU_ASSERT_STRING_EQUAL(console.dialogue.server, "aaa1");
		CU_ASSERT_EQUAL(console.dialogue.clients, 120);
	}
	/* A paused one goes on. */
	begin(1, 80, 24, false);
	server[0].mode = 3;
	press("P");
	CU_ASSERT_EQUAL(console.dialogue.operation.action, ACTION_RESUME);
	/* While it is open keys are the dialogue's. */
	press("q2");
	CU_ASSERT_EQUAL(console.view, 0);
	CU_ASSERT_STRING_EQUAL(console.dialogue.line, "q2");
	begin(1, 80, 24, false);
	press("5F");
	CU_ASSERT_FALSE(dialogue_is_open(&console.dialogue));
	CU_ASSERT_TRUE(shows("that is for servers, clients, groups and operations"));
}

static void
expect_forbidden(const char *why)
{
	press("1");
	for (const char *key = "FRXP"; *key; key++) {
		char one[2] = { *key, '\0' };
		press(one);
		CU_ASSERT_FALSE(dialogue_is_open(&console.dialogue));
		CU_ASSERT_TRUE(shows(why));
	}
}

static void
test_forbidden(void)
{
	struct manager_answer answer = { .failure = FAILURE_NO_WRITE };
	begin(1, 80, 24, false);
	console.read_only = true;
	expect_forbidden("--read-only: nothing is changed from here");
	CU_ASSERT_TRUE(shows("read-only"));
	CU_ASSERT_FALSE(shows("F failover"));
	begin(1, 80, 24, false);
	see(0, AGENT_SILENT, "no answer in time");
	expect_forbidden("udp:aaa1 is silent: no answer in time");
	see(0, AGENT_STALE, "bellwetherd's engine was last heard 9s ago");
	expect_forbidden("nobody to act: bellwetherd's engine");
	/* Once refused, it is known. */
	see(0, AGENT_OK, "");
	press("F");
	console_answer(&console, &answer);
	CU_ASSERT_TRUE(console.agent[0].may_not_write);
	press_code(KEY_ESCAPE);
	expect_forbidden("this user may look, not act");
	CU_ASSERT_TRUE(shows("udp:aaa1 ok (read-only)"));
}

static void
test_followed(void)
{
	struct manager_answer answer = { .ok = true };
	uint32_t which;
	begin(1, 80, 24, false);
	press("jF");
	answer.operation = console.dialogue.operation;
	answer.operation.index.row = 20;
	answer.operation.planned = 40;
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which) & 1u << MIB_OPERATION,
			1u << MIB_OPERATION);
	console_answer(&console, &answer);
	press("why\r");
	console_answer(&console, &answer);
	press("40\r");
	answer.operation.row_status = 1;
	answer.operation.state = 2;
	console_answer(&console, &answer);
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_RUNNING);
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("running: 10 of 40 done"));
}

/* ---- agents that are not well ---- */

static void
test_lost(void)
{
	begin(2, 132, 24, false);
	CU_ASSERT_EQUAL(console.entries, 3);
	see(1, AGENT_SILENT, "no answer in time");
	console.now.boot += 10 * SECOND;
	console.now.wall += 10 * SECOND;
	shown[0].table[MIB_SERVER].at = console.now.boot;
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(
	    shows("! udp:aaa3: silent since 09:29:50 (35s): no answer in time."));
	/* Its server is greyed, marked and dated; the others are not. */
	CU_ASSERT_TRUE(shows("~ aaa3"));
	CU_ASSERT_FALSE(shows("~ aaa1"));
	press_code(KEY_LAST);
	CU_ASSERT_TRUE(shows(">~udp:aaa3             aaa3"));
	CU_ASSERT_TRUE(shows("  udp:aaa1             aaa1"));
	begin(1, 80, 24, false);
	see(0, AGENT_WRONG_PASSWORD,
	    "the authentication password or protocol is wrong");
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("wrong-password since 09:29:50"));
	CU_ASSERT_TRUE(shows("the keys differ"));
	CU_ASSERT_TRUE(shows("as of 09:30:15"));
}

static void
test_first_moment(void)
{
	begin(1, 80, 24, false);
	console_see(&console, 0, NULL, AGENT_CONNECTING, start.boot, "");
	press("2");
	CU_ASSERT_TRUE(shows("udp:aaa1: connecting ..."));
	CU_ASSERT_TRUE(shows("reading ..."));
	press("Fi\rj");
	CU_ASSERT_FALSE(dialogue_is_open(&console.dialogue));
}

static void
test_one_server(void)
{
	begin(1, 80, 24, false);
	console.server = "aaa2";
	press("s");
	CU_ASSERT_EQUAL(console.entries, 1);
	CU_ASSERT_FALSE(shows("  aaa1 "));
	press("2");
	CU_ASSERT_EQUAL(console.entries, 0);
	console.server = "nobody";
	press("1s");
	CU_ASSERT_TRUE(shows("no agent shows a server named nobody"));
}

/* ---- keys ---- */

static void
test_keys(void)
{
	for (enum key_request request = REQUEST_VIEW; request <= REQUEST_QUIT;
	     request++) {
		size_t bound = 0;
		for (size_t i = 0; i < keys_count; i++)
			bound += keys[i].request == request;
		CU_ASSERT_EQUAL(bound, 1);
	}
	for (size_t i = 0; i < keys_count; i++)
		for (size_t j = 0; keys[i].code[j]; j++) {
			uint32_t code = keys[i].code[j];
			bool acts = keys[i].request >= REQUEST_FAILOVER &&
				    keys[i].request <= REQUEST_PAUSE;
			CU_ASSERT_EQUAL(key_request(code), keys[i].request);
			/* What acts is a capital, and no other key is. */
			CU_ASSERT_EQUAL(acts, code >= 'A' && code <= 'Z');
			/* Shift pressed too late does nothing. */
			CU_ASSERT_TRUE(!acts || !key_find(code - 'A' + 'a'));
		}
	CU_ASSERT_EQUAL(key_request('Z'), REQUEST_NONE);
	begin(1, 80, 24, false);
	press("Z");
	CU_ASSERT_TRUE(shows("no such key"));
	press("r");
	CU_ASSERT_TRUE(shows("r does nothing; R, a capital, is reconnect"));
	CU_ASSERT_FALSE(console_key(&console, 'q'));
}

static void
test_views(void)
{
	begin(1, 80, 24, false);
	for (size_t i = 0; i < LISTS; i++) {
		char digit[2] = { (char)('0' + (i + 1) % 10), '\0' };
		press(digit);
		CU_ASSERT_EQUAL(console.view, i);
		for (size_t j = 0; j < LIST_COLUMNS && lists[i].column[j].heading; j++)
			CU_ASSERT_PTR_NOT_NULL(mib_column_find(
			    mib_describe(lists[i].table), lists[i].column[j].column));
	}
	press("\t");
	CU_ASSERT_EQUAL(console.view, 0);
	press_code(KEY_BACK_TAB);
	CU_ASSERT_EQUAL(console.view, LISTS - 1);
}

static void
test_help(void)
{
	begin(1, 80, 80, false);
	press("?");
	for (size_t i = 0; i < keys_count; i++) {
		char text[256];
		snprintf(text, sizeof(text), " %-24s", keys[i].label);
		CU_ASSERT_TRUE(shows(text));
	}
	press("?");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	press("?F");
	CU_ASSERT_FALSE(dialogue_is_open(&console.dialogue));
}

static char *
read_manual(void)
{
	const char *top = getenv("top_srcdir");
	char path[512];
	char *text = calloc(1, 100000);
	snprintf(path, sizeof(path), "%s/doc/bellwether.1", top ? top : ".");
	FILE *file = fopen(path, "r");
	if (file && text) {
		size_t got = fread(text, 1, 99999, file);
		text[got] = '\0';
	}
	if (file)
		fclose(file);
	return text;
}

static void
test_manual(void)
{
	char *manual = read_manual();
	char *wanted = NULL;
	size_t size;
	FILE *out = open_memstream(&wanted, &size);
	keys_manual(out);
	fclose(out);
	CU_ASSERT_PTR_NOT_NULL_FATAL(manual);
	CU_ASSERT_PTR_NOT_NULL(strstr(manual, wanted));
	for (size_t i = 0; i < filter_helps; i++) {
		char item[MIB_TEXT];
		size_t first = strcspn(filter_help[i].word, ",");
		snprintf(item, sizeof(item), "\n.It Ql %.*s", (int)first,
			 filter_help[i].word);
		CU_ASSERT_PTR_NOT_NULL(strstr(manual, item));
	}
	if (!strstr(manual, wanted))
		printf("\nbellwether(1) should have:\n%s", wanted);
	free(manual);
	free(wanted);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "servers at 80x24", test_servers },
		{ "ASCII", test_ascii },
		{ "wide screens", test_wide },
		{ "forty servers", test_many_servers },
		{ "too small a terminal", test_too_small },
		{ "performance unknown or old", test_unknown_performance },
		{ "what a line stands for", test_selections },
		{ "action keys", test_actions },
		{ "who may not act", test_forbidden },
		{ "an operation is followed", test_followed },
		{ "a lost agent", test_lost },
		{ "before the first answer", test_first_moment },
		{ "--server", test_one_server },
		{ "keys", test_keys },
		{ "views", test_views },
		{ "help has every key", test_help },
		{ "the manual has every key", test_manual },
	};
	return console_stage_run("console", tests, ARRAY_SIZE(tests));
}
