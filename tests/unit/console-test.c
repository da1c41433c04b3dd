/* SPDX-License-Identifier: BSD-3-Clause */
/* The console without a terminal: screens, filter, order, cursor, keys, who may act. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"
#include "tui/console.h"
#include "tui/snmp.h"

#define CLIENTS 120
#define EVENTS  30

static const struct moment start = { .boot = 100000 * SECOND,
				     .wall = INT64_C(1795426215) * SECOND };

/* Two servers behind one agent, a third behind another. */
static struct mib_server server[3];
static struct mib_client client[CLIENTS];
static struct mib_group group[3];
static struct mib_operation operation[2];
static struct mib_event event[EVENTS];
static struct snapshot shown[2];
static struct console console;
static struct cells screen;

/* ---- what the agents show ---- */

static void
fill_server(struct mib_server *row, uint32_t index, const char *name)
{
	*row = (struct mib_server){ .index = { index, index },
				    .mode = 1,
				    .state = 1,
				    .state_changed = start.boot - 192 * SECOND,
				    .severity = 1,
				    .performance = 72,
				    .performance_at = start.boot,
				    .failover_threshold = 30000,
				    .connection_threshold = 60000,
				    .clients = 120,
				    .here = 100,
				    .away = 20,
				    .none = 100,
				    .done = 18,
				    .unreachable = 2,
				    .silent = 1,
				    .moved = 17,
				    .missed = 1 };
	snprintf(row->name, MIB_NAME, "%s", name);
	snprintf(row->reason, MIB_TEXT, "performance 72 above 60");
	memset(row->history, 255, 30);
	for (size_t i = 30; i < sizeof(row->history); i++)
		row->history[i] = (uint8_t)(i * 100 / 300);
	row->history[295] = 5; /* one bad second */
}

static void
fill_client(struct mib_client *row, uint32_t n)
{
	static const char *const site[] = { "paris", "lyon" };
	*row = (struct mib_client){ .index = { 1, n },
				    .place = n % 6 ? 1 : 2,
				    .order = n % 6 ? 1 : 2,
				    .silent = n == 5,
				    .heard = n == 9 ? 0 : start.boot - n * SECOND };
	snprintf(row->name, MIB_NAME, "nas-%u", n);
	snprintf(row->site, MIB_NAME, "%s", site[n % 2]);
	memcpy(row->address.byte, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0", 15);
	row->address.byte[15] = (uint8_t)n;
}

static void
fill_others(void)
{
	static const char *const name[] = { "wireless", "core", "paris" };
	for (uint32_t i = 0; i < ARRAY_SIZE(group); i++) {
		group[i] = (struct mib_group){ .index = { 1, i + 1 }, .clients = 10 };
		group[i].kind = i == 0 ? 2 : i == 1 ? 1 : 3;
		snprintf(group[i].name, MIB_NAME, "%s", name[i]);
	}
	for (uint32_t i = 0; i < EVENTS; i++) {
		event[i] = (struct mib_event){ .index = { 1, i + 1 },
					       .kind = 1,
					       .severity = 1,
					       .date = start.wall + i / 2 * SECOND };
		snprintf(event[i].text, MIB_TEXT, "event %u", i + 1);
	}
	operation[0] =
	    (struct mib_operation){ .index = { 1, 21 }, .action = 1, .state = 4 };
	operation[1] = (struct mib_operation){
		.index = { 2, 20 }, .action = 1, .state = 2, .planned = 40, .done = 10
	};
	snprintf(operation[0].selection, MIB_TEXT, "group:wireless");
	snprintf(operation[1].selection, MIB_TEXT, "all");
}

static void
show(struct snapshot *snapshot, enum mib_table table, void *row, size_t count)
{
	snapshot->table[table] = (struct snapshot_table){
		.row = row, .count = count, .at = start.boot, .whole = start.boot
	};
}

static void
see(size_t agent, enum agent_state state, const char *detail)
{
	static struct snapshot next[2][2];
	static unsigned turn;
	/* Another address, as of another round. */
	struct snapshot *snapshot = &next[agent][turn++ % 2];
	*snapshot = shown[agent];
	console_see(&console, agent, snapshot, state, start.boot - 25 * SECOND, detail);
}

static void
begin(size_t agents, int width, int height, bool ascii)
{
	static const struct options empty;
	struct options options = empty;
	options.agents = agents;
	options.agent[0] = "udp:aaa1";
	options.agent[1] = "udp:aaa3";
	options.hold = 3600;
	fill_server(&server[0], 1, "aaa1");
	fill_server(&server[1], 2, "aaa2");
	fill_server(&server[2], 1, "aaa3");
	for (uint32_t i = 0; i < CLIENTS; i++)
		fill_client(&client[i], i + 1);
	fill_others();
	memset(shown, 0, sizeof(shown));
	show(&shown[0], MIB_SERVER, &server[0], 2);
	show(&shown[0], MIB_CLIENT, client, CLIENTS);
	show(&shown[0], MIB_GROUP, group, ARRAY_SIZE(group));
	show(&shown[0], MIB_OPERATION, operation, ARRAY_SIZE(operation));
	show(&shown[0], MIB_EVENT, event, EVENTS);
	show(&shown[1], MIB_SERVER, &server[2], 1);
	shown[0].scalars_at = shown[1].scalars_at = start.boot;
	shown[0].scalars.published = shown[1].scalars.published = start.boot;
	console_free(&console);
	console_init(&console, &options);
	console.now = start;
	screen.ascii = ascii;
	CU_ASSERT_TRUE_FATAL(cells_resize(&screen, width, height));
	for (size_t i = 0; i < agents; i++)
		see(i, AGENT_OK, "");
	console_draw(&console, &screen);
}

/* ---- what the operator does and sees ---- */

static void
press(const char *typed)
{
	for (; *typed; typed++)
		CU_ASSERT_TRUE(console_key(&console, (unsigned char)*typed));
	console_draw(&console, &screen);
}

static void
press_code(uint32_t code)
{
	console_key(&console, code);
	console_draw(&console, &screen);
}

static const char *
line(int y)
{
	static char out[1024];
	return cells_line(&screen, y, out, sizeof(out));
}

static bool
shows(const char *text)
{
	for (int y = 0; y < screen.height; y++)
		if (strstr(line(y), text))
			return true;
	return false;
}

static void
expect_screen(const char *const *wanted, int lines)
{
	for (int y = 0; y < lines; y++) {
		CU_ASSERT_STRING_EQUAL(line(y), wanted[y]);
		if (strcmp(line(y), wanted[y]) != 0)
			printf("\nline %d wanted: %s\nline %d    was: %s\n", y,
			       wanted[y], y, line(y));
	}
}

static const char *
chosen_name(void)
{
	const struct entry *entry = console_chosen(&console);
	return entry ? ((const struct mib_client *)(const void *)entry->row)->name
		     : "none";
}

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
	CU_ASSERT_STRING_EQUAL(line(9), "  and 32 more: view 1 lists all 40");
	CU_ASSERT_TRUE(shows("here 100  away 20"));
	CU_ASSERT_STRING_EQUAL(line(22), "1 of 40");
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

/* ---- filter and order ---- */

static bool
matches(uint32_t n, const char *filter)
{
	return console_matches(list_find("clients"), &client[n - 1], filter, start);
}

static void
test_filter_words(void)
{
	begin(1, 80, 24, false);
	CU_ASSERT_TRUE(matches(6, ""));
	CU_ASSERT_TRUE(matches(6, "  "));
	CU_ASSERT_TRUE(matches(6, "nas-6"));
	CU_ASSERT_TRUE(matches(6, "NAS-6"));
	CU_ASSERT_TRUE(matches(60, "nas-6"));
	CU_ASSERT_FALSE(matches(7, "nas-6"));
	CU_ASSERT_TRUE(matches(6, "away"));
	CU_ASSERT_FALSE(matches(7, "away"));
	CU_ASSERT_TRUE(matches(6, "away paris"));
	CU_ASSERT_FALSE(matches(7, "here paris"));
	CU_ASSERT_TRUE(matches(7, "10.0.0.7"));
	CU_ASSERT_TRUE(matches(6, "place:away"));
	CU_ASSERT_TRUE(matches(6, "PLACE:aw"));
	CU_ASSERT_FALSE(matches(6, "site:away"));
	CU_ASSERT_TRUE(matches(5, "silent:yes"));
	CU_ASSERT_FALSE(matches(6, "silent:yes"));
	CU_ASSERT_TRUE(matches(6, "site:"));
	/* No heading: what has a colon may be an address. */
	CU_ASSERT_FALSE(matches(6, "2001:db8"));
}

static void
test_filter_typing(void)
{
	begin(1, 80, 24, false);
	press("2jjj/pla");
	CU_ASSERT_TRUE(shows("/pla_  0 of 120"));
	CU_ASSERT_TRUE(shows("no line holds all of the filter"));
	press("ce:away");
	CU_ASSERT_TRUE(shows("/place:away_  20 of 120"));
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-6");
	/* Letters are text here, not keys. */
	press(" q");
	CU_ASSERT_EQUAL(console.entries, 0);
	press_code(KEY_RUBOUT);
	press("\r");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	CU_ASSERT_TRUE(shows("1 of 20 of 120, filter: place:away"));
	/* Each view has its own. */
	press("1");
	CU_ASSERT_EQUAL(console.entries, 2);
	press("2");
	CU_ASSERT_EQUAL(console.entries, 20);
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console.entries, 120);
	/* The cursor's row comes back when it matches again. */
	press("gjjj/away");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-6");
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console.entries, 120);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-4");
}

static const char *
name_at(size_t i)
{
	console_list(&console);
	return ((const struct mib_client *)(const void *)console.entry[i].row)->name;
}

static void
sort_by(const char *heading)
{
	const struct list *list = &lists[console.view];
	struct looked *looked = &console.looked[console.view];
	do
		press("s");
	while (looked->sort && strcmp(list->column[looked->sort - 1].heading, heading));
	CU_ASSERT_NOT_EQUAL(looked->sort, 0);
}

static void
test_sort(void)
{
	begin(1, 132, 43, false);
	press("2s");
	CU_ASSERT_STRING_EQUAL(name_at(0), "nas-1");
	CU_ASSERT_STRING_EQUAL(name_at(1), "nas-2");
	CU_ASSERT_TRUE(shows("sorted by CLIENT"));
	press("o");
	CU_ASSERT_STRING_EQUAL(name_at(0), "nas-120");
	sort_by("PLACE");
	CU_ASSERT_STRING_EQUAL(name_at(0), "nas-1");
	CU_ASSERT_STRING_EQUAL(name_at(100), "nas-6");
	/* The youngest first; what is not known last, whichever way. */
	sort_by("HEARD");
	CU_ASSERT_STRING_EQUAL(name_at(0), "nas-1");
	CU_ASSERT_STRING_EQUAL(name_at(119), "nas-9");
	press("o");
	CU_ASSERT_STRING_EQUAL(name_at(0), "nas-120");
	CU_ASSERT_STRING_EQUAL(name_at(119), "nas-9");
	sort_by("SILENT");
	CU_ASSERT_STRING_EQUAL(name_at(0), "nas-5");
	/* Past the last column it is their own order again. */
	while (console.looked[console.view].sort)
		press("s");
	CU_ASSERT_STRING_EQUAL(name_at(4), "nas-5");
	/* Back again, from one end to the other. */
	press("<");
	CU_ASSERT_TRUE(shows("sorted by REQUESTS"));
	press(">");
	CU_ASSERT_EQUAL(console.looked[console.view].sort, 0);
	press(">><");
	CU_ASSERT_TRUE(shows("sorted by CLIENT"));
	/* Drawings are passed over, both ways. */
	press("1>>>>");
	CU_ASSERT_TRUE(shows("sorted by PERF"));
	press(">");
	CU_ASSERT_TRUE(shows("sorted by CLIENTS"));
	press("<");
	CU_ASSERT_TRUE(shows("sorted by PERF"));
}

static void
test_newest_first(void)
{
	begin(1, 80, 24, false);
	press("5");
	CU_ASSERT_EQUAL(console.entry[0].row->row, EVENTS);
	CU_ASSERT_EQUAL(console.entry[1].row->row, EVENTS - 1);
	/* At the top one waits for the next. */
	show(&shown[0], MIB_EVENT, event, EVENTS - 5);
	see(0, AGENT_OK, "");
	press("gk");
	show(&shown[0], MIB_EVENT, event, EVENTS);
	see(0, AGENT_OK, "");
	CU_ASSERT_EQUAL(console_chosen(&console)->row->row, EVENTS);
	/* Below the top one stays. */
	press("jjj");
	CU_ASSERT_EQUAL(console_chosen(&console)->row->row, EVENTS - 3);
	show(&shown[0], MIB_EVENT, event, EVENTS - 2);
	see(0, AGENT_OK, "");
	CU_ASSERT_EQUAL(console_chosen(&console)->row->row, EVENTS - 3);
	press("4");
	CU_ASSERT_EQUAL(console.entry[0].row->row, 21);
	CU_ASSERT_TRUE(shows("[██·······] 25%"));
}

/* ---- the cursor ---- */

static void
test_cursor(void)
{
	begin(1, 80, 24, false);
	press("2jjj");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-4");
	/* Rows that come and go before it leave it where it is. */
	show(&shown[0], MIB_CLIENT, client + 2, CLIENTS - 2);
	see(0, AGENT_OK, "");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-4");
	show(&shown[0], MIB_CLIENT, client, CLIENTS);
	see(0, AGENT_OK, "");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-4");
	press_code(KEY_PAGE_DOWN);
	CU_ASSERT_EQUAL(console.looked[1].cursor, 3 + (size_t)console.body - 1);
	press_code(KEY_LAST);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-120");
	CU_ASSERT_TRUE(shows("> aaa1           nas-120"));
	press("j");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-120");
	press_code(KEY_PAGE_UP);
	press_code(KEY_FIRST);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-1");
	press("k");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-1");
	/* The row under it went away: the next one in its place. */
	press("jj");
	show(&shown[0], MIB_CLIENT, client, 2);
	see(0, AGENT_OK, "");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-2");
	show(&shown[0], MIB_CLIENT, client, 0);
	see(0, AGENT_OK, "");
	press("jF");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "none");
	CU_ASSERT_TRUE(shows("there is no line to act on"));
}

static void
test_into(void)
{
	uint32_t which;
	begin(1, 80, 24, false);
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which), 0);
	press("j\r");
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "clients");
	CU_ASSERT_EQUAL(console.entries, 0); /* all are the other server's */
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which), 1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(which, 2);
	CU_ASSERT_FALSE(shows("  aaa1 "));
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console.view, 0);
	press("k\r");
	CU_ASSERT_EQUAL(console.entries, CLIENTS);
	/* All that is known of a client, and back. */
	press("j\r");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_DETAIL);
	CU_ASSERT_TRUE(shows("Name                    nas-2"));
	CU_ASSERT_TRUE(shows("Address                 10.0.0.2"));
	press("jjj");
	CU_ASSERT_FALSE(shows("Agent                   udp:aaa1"));
	show(&shown[0], MIB_CLIENT, client, 1);
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_TRUE(shows("It is gone."));
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	press_code(KEY_ESCAPE);
	CU_ASSERT_FALSE(console.inside);
}

static void
test_windows(void)
{
	const struct console_window *window;
	begin(1, 80, 24, false);
	shown[0].table[MIB_CLIENT].count = 0;
	see(0, AGENT_OK, "");
	press("2");
	window = console_window(&console, 0);
	CU_ASSERT_EQUAL(window->every, CONSOLE_WHOLE);
	CU_ASSERT_EQUAL(window->from.server, 1);
	CU_ASSERT_TRUE(window->until.row > (uint32_t)console.body);
	shown[0].table[MIB_CLIENT].count = CLIENTS;
	see(0, AGENT_OK, "");
	press_code(KEY_LAST);
	window = console_window(&console, 0);
	CU_ASSERT_EQUAL(window->until.row, CLIENTS + 1);
	CU_ASSERT_TRUE(window->from.row > 1);
	CU_ASSERT_TRUE(window->from.row <= CLIENTS - (uint32_t)console.body);
	/* What is read seldom is old until it is read. */
	console.now.boot += 2 * CONSOLE_OLD;
	console.now.wall += 2 * CONSOLE_OLD;
	shown[0].table[MIB_CLIENT].at = console.now.boot;
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("> aaa1           nas-120"));
	press_code(KEY_FIRST);
	CU_ASSERT_TRUE(shows(">~aaa1           nas-1 "));
	CU_ASSERT_TRUE(shows("~ as of 09:30:15"));
	console_window(&console, 0);
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("> aaa1           nas-1 "));
	/* Sorting needs all of it. */
	press("s");
	CU_ASSERT_EQUAL(console_window(&console, 0)->every, 0);
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
	begin(1, 80, 60, false);
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
		{ "words of a filter", test_filter_words },
		{ "filter as one types", test_filter_typing },
		{ "order", test_sort },
		{ "the newest first", test_newest_first },
		{ "the cursor stays on its row", test_cursor },
		{ "into and back", test_into },
		{ "which clients are read", test_windows },
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
	setenv("TZ", "UTC", 1);
	tzset();
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	int status = unit_run("console", tests, ARRAY_SIZE(tests));
	console_free(&console);
	cells_free(&screen);
	return status;
}
