/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's lists: filter, order, cursor, what is read. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/console-stage.h"
#include "tui/snmp.h"

/* ---- filter and order ---- */

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
test_filter_not(void)
{
	begin(1, 80, 24, false);
	CU_ASSERT_FALSE(matches(6, "-away"));
	CU_ASSERT_TRUE(matches(7, "-away"));
	CU_ASSERT_TRUE(matches(7, "!away"));
	CU_ASSERT_TRUE(matches(7, "here -place:away -nas-8"));
	CU_ASSERT_FALSE(matches(7, "here -nas-7"));
	/* Not typed to its end: excludes nothing yet. */
	CU_ASSERT_TRUE(matches(6, "-"));
	CU_ASSERT_TRUE(matches(6, "-place:"));
	CU_ASSERT_TRUE(matches(6, "heard:<"));
}

static void
test_filter_names(void)
{
	begin(1, 80, 24, false);
	/* A client's state is its place or its order; even ones are done, odd ones none. */
	client[5].operation = 21;
	CU_ASSERT_TRUE(matches(6, "state:away"));
	CU_ASSERT_TRUE(matches(6, "state:done"));
	CU_ASSERT_FALSE(matches(6, "state:here"));
	CU_ASSERT_TRUE(matches(7, "state:none"));
	CU_ASSERT_TRUE(matches(6, "name:nas-6"));
	CU_ASSERT_FALSE(matches(6, "name:away"));
	CU_ASSERT_TRUE(matches(6, "name:=NAS-6"));
	CU_ASSERT_FALSE(matches(60, "name:=nas-6"));
	CU_ASSERT_TRUE(matches(6, "operation:21"));
	CU_ASSERT_FALSE(matches(6, "operation:2"));
	CU_ASSERT_TRUE(matches(6, "server:SERVER-a"));
	CU_ASSERT_FALSE(matches(6, "server:b"));
	CU_ASSERT_TRUE(matches(6, "server-a"));
	CU_ASSERT_TRUE(matches(6, "agent:aaa1"));
	CU_ASSERT_FALSE(matches(6, "agent:aaa3"));
	CU_ASSERT_TRUE(matches_row("servers", &server[0], "state:serving"));
	CU_ASSERT_FALSE(matches_row("servers", &server[0], "state:automatic"));
	CU_ASSERT_TRUE(matches_row("groups", &group[2], "site:paris"));
	CU_ASSERT_TRUE(matches_row("groups", &group[0], "group:wireless"));
}

static void
test_filter_amounts(void)
{
	begin(1, 80, 24, false);
	CU_ASSERT_TRUE(matches_row("servers", &server[0], "clients:120"));
	CU_ASSERT_FALSE(matches_row("servers", &server[0], "clients:12"));
	CU_ASSERT_TRUE(matches_row("servers", &server[0], "clients:>=120 away:<21"));
	CU_ASSERT_FALSE(matches_row("servers", &server[0], "clients:>120"));
	CU_ASSERT_TRUE(matches_row("servers", &server[0], "perf:>71 perf:<73%"));
	CU_ASSERT_FALSE(matches_row("servers", &server[0], "-perf:>71"));
	/* Heard so many seconds ago as it is numbered, the ninth never. */
	CU_ASSERT_TRUE(matches(90, "heard:>1m"));
	CU_ASSERT_FALSE(matches(30, "heard:>1m"));
	CU_ASSERT_TRUE(matches(30, "heard:<=30s"));
	CU_ASSERT_FALSE(matches(9, "heard:>0"));
	CU_ASSERT_TRUE(matches(90, "heard:1m30"));
}

static void
test_filter_sites(void)
{
	static struct mib_group site[4];
	static const char *const name[][2] = { { "europe", "" },
					       { "france", "europe" },
					       { "paris", "france" },
					       { "lyon", "" } };
	uint32_t which;
	begin(1, 80, 24, false);
	for (uint32_t i = 0; i < ARRAY_SIZE(site); i++) {
		site[i].index = (struct mib_row){ 1, i + 1 };
		site[i].kind = GROUP_SITE;
		snprintf(site[i].name, MIB_NAME, "%s", name[i][0]);
		snprintf(site[i].parent, MIB_NAME, "%s", name[i][1]);
	}
	/* Even ones are in paris, odd ones in lyon. */
	show(&shown[0], MIB_GROUP, site, ARRAY_SIZE(site));
	CU_ASSERT_TRUE(matches(6, "site:paris"));
	CU_ASSERT_TRUE(matches(6, "site:EURO"));
	CU_ASSERT_FALSE(matches(7, "site:europe"));
	CU_ASSERT_TRUE(matches(7, "site:lyon -site:europe"));
	CU_ASSERT_FALSE(matches(6, "-site:france"));
	/* A name that is whole means that site alone. */
	CU_ASSERT_TRUE(matches(6, "site:r"));
	snprintf(site[3].name, MIB_NAME, "paris-2");
	snprintf(client[6].site, MIB_NAME, "paris-2");
	CU_ASSERT_TRUE(matches(7, "site:pari"));
	CU_ASSERT_FALSE(matches(7, "site:Paris"));
	CU_ASSERT_TRUE(matches(6, "site:Paris"));
	snprintf(site[3].name, MIB_NAME, "lyon");
	snprintf(client[6].site, MIB_NAME, "lyon");
	/* One server's sites are not another's. */
	client[5].index.server = 2;
	CU_ASSERT_FALSE(matches(6, "site:europe"));
	/* A ring ends. */
	snprintf(site[0].parent, MIB_NAME, "paris");
	CU_ASSERT_FALSE(matches(7, "site:asia"));
	CU_ASSERT_FALSE(matches(6, "site:asia"));
	/* What one agent's sites are says nothing of another's. */
	struct filter filter;
	filter_make(&filter, list_find("clients"), "site:france");
	filter_begin(&filter, "udp:aaa1", &shown[0].table[MIB_GROUP]);
	filter_begin(&filter, "udp:aaa3", &shown[1].table[MIB_GROUP]);
	snprintf(client[6].site, MIB_NAME, "france-2");
	CU_ASSERT_TRUE(filter_matches(&filter, &client[6], "", start));
	filter_free(&filter);
	/* The groups are asked for as long as they are needed. */
	press("2");
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which), 1u << MIB_CLIENT);
	press("/site:par");
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which),
			1u << MIB_CLIENT | 1u << MIB_GROUP);
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which), 1u << MIB_CLIENT);
}

static void
test_filter_wrong(void)
{
	begin(1, 132, 24, false);
	press("2/colour:r");
	CU_ASSERT_TRUE(shows("no column colour; there are client address place order "
			     "alternate"));
	press("\r");
	CU_ASSERT_TRUE(shows("no column colour; there are"));
	press_code(KEY_ESCAPE);
	press("/2001:db8::1");
	CU_ASSERT_FALSE(shows("no column"));
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
	CU_ASSERT_TRUE(shows("sorted by GROUPS"));
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

/* ---- jumping ---- */

static void
test_jump(void)
{
	begin(1, 80, 24, false);
	press("2:77");
	CU_ASSERT_TRUE(shows(":77_  Enter stays there"));
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-77");
	CU_ASSERT_TRUE(shows("> aaa1           nas-77 "));
	press("7");
	CU_ASSERT_TRUE(shows(":777_  is nowhere in the list"));
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-1");
	/* More than a row's number holds. */
	press_code(KEY_WIPE);
	press("4294967373");
	CU_ASSERT_TRUE(shows("_  is nowhere in the list"));
	press_code(KEY_WIPE);
	press("77\rj");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-78");
	/* The next that holds it from where one is, then on, back, and round the end. */
	press(":AS-1");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-100");
	press("1");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-110");
	press_code(KEY_DOWNWARD);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-111");
	press_code(KEY_UPWARD);
	press_code(KEY_UPWARD);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-11");
	press_code(KEY_UPWARD);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-119");
	/* Letters are no keys; what comes in meanwhile moves nothing. */
	see(0, AGENT_OK, "");
	press("q");
	CU_ASSERT_TRUE(shows(":AS-11q_  is nowhere in the list"));
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-78");
	/* What has numbers of its own is found by them. */
	press(":nas-9");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-90");
	press_code(KEY_ESCAPE);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-78");
	press("5:20\r");
	CU_ASSERT_EQUAL(console_chosen(&console)->row->row, 20);
	press("4:5");
	CU_ASSERT_TRUE(shows("is nowhere in the list"));
	/* Nothing to jump to. */
	press_code(KEY_ESCAPE);
	press("6:x");
	press_code(KEY_DOWNWARD);
	CU_ASSERT_TRUE(shows(":x_  is nowhere"));
}

/* ---- plain text ---- */

static void
test_plain(void)
{
	begin(1, 80, 24, false);
	press("2jjsc");
	CU_ASSERT_STRING_EQUAL(line(0), "clients at 09:30:15 (any key goes on)");
	CU_ASSERT_TRUE(find_line("  SERVER         CLIENT") == 1);
	CU_ASSERT_TRUE(find_line("  aaa1           nas-1 ") == 2);
	CU_ASSERT_TRUE(find_line("  aaa1           nas-22 ") == 23);
	for (int i = 0; i < screen.width * screen.height; i++)
		CU_ASSERT_EQUAL(screen.cell[i].look, LOOK_PLAIN);
	CU_ASSERT_FALSE(shows(">"));
	/* It stands still whatever comes. */
	client[0].place = 3;
	see(0, AGENT_SILENT, "no answer in time");
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows("aaa1           nas-1   10.0.0.1        here "));
	CU_ASSERT_FALSE(shows("silent"));
	/* What a terminal forgot has to be drawn; what is old says so here, too. */
	CU_ASSERT_TRUE(cells_resize(&screen, 100, 30));
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(find_line(" ~aaa1           nas-1 ") == 2);
	CU_ASSERT_TRUE(cells_resize(&screen, 100, 30));
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(find_line(" ~aaa1           nas-1 ") == 2);
	/* The key that ends it does nothing else. */
	press("q");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	CU_ASSERT_TRUE(shows("silent since"));
	CU_ASSERT_TRUE(shows(">~aaa1           nas-1 "));
	/* A bar is no text. */
	CU_ASSERT_TRUE(cells_resize(&screen, 132, 43));
	press("1");
	CU_ASSERT_TRUE(shows("0%    F  C  100%"));
	press("c");
	CU_ASSERT_FALSE(shows("0%    F  C  100%"));
	CU_ASSERT_FALSE(shows("["));
	press("c");
	/* All that is known of a line, too. */
	press("2ic");
	CU_ASSERT_STRING_EQUAL(line(1), " Agent                   udp:aaa1");
	press("q");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_DETAIL);
}

/* ---- the mouse ---- */

static void
click(const char *text, const char *at)
{
	int y = find_line(text);
	CU_ASSERT_TRUE_FATAL(y >= 0);
	const char *found = strstr(line(y), at);
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	press_code(key_click(y, (int)(found - line(y))));
}

static void
test_mouse(void)
{
	begin(1, 132, 43, true);
	press("2w");
	CU_ASSERT_TRUE(console.mouse);
	CU_ASSERT_TRUE(shows("mouse on"));
	click("  aaa1           nas-9 ", "nas-9");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-9");
	CU_ASSERT_TRUE(shows("> aaa1           nas-9 "));
	/* Scrolled, a line is another row. */
	press_code(KEY_LAST);
	click("  aaa1           nas-101 ", "here");
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-101");
	press_code(KEY_WHEEL_DOWN);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-104");
	press_code(KEY_WHEEL_UP);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-101");
	/* A heading: sorted by it, then turned round. */
	click("  SERVER", "HEARD");
	CU_ASSERT_TRUE(shows("sorted by HEARD; o turns"));
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-1");
	click("  SERVER", "HEARD");
	CU_ASSERT_TRUE(shows("sorted by HEARD, turned round"));
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-120");
	/* A view by its name, from a page too. */
	press("i");
	click("1servers", "5events");
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "events");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	/* Where nothing is nothing is done; so is it while one types or is asked. */
	press_code(key_click(42, 131));
	press_code(key_click(0, 0));
	press_code(key_click(11, 131));
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "events");
	press("2/nas-77\r");
	press_code(key_click(find_line("> aaa1           nas-77") + 2, 3));
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-77");
	press_code(KEY_ESCAPE);
	press("/nas");
	click("1servers", "5events");
	CU_ASSERT_TRUE(shows("/nas_"));
	press_code(KEY_ESCAPE);
	press("F");
	click("1servers", "5events");
	CU_ASSERT_TRUE(dialogue_is_open(&console.dialogue));
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "clients");
	/* Nor is it an answer, be it no. */
	struct manager_answer answer = { .ok = true };
	answer.operation = console.dialogue.operation;
	answer.operation.planned = 1;
	console_answer(&console, &answer);
	press("why\r");
	console_answer(&console, &answer);
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_CONSENT);
	press_code(KEY_WHEEL_UP);
	press_code(key_click(20, 50));
	CU_ASSERT_EQUAL(console.dialogue.step, DIALOGUE_CONSENT);
}

static void
test_into(void)
{
	uint32_t which;
	begin(1, 80, 24, false);
	/* The very first key. */
	press("i");
	CU_ASSERT_TRUE(shows("Name                    aaa1"));
	press_code(KEY_ESCAPE);
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

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "words of a filter", test_filter_words },
		{ "what must not be there", test_filter_not },
		{ "other names of columns", test_filter_names },
		{ "amounts", test_filter_amounts },
		{ "sites around sites", test_filter_sites },
		{ "what a filter cannot tell", test_filter_wrong },
		{ "filter as one types", test_filter_typing },
		{ "order", test_sort },
		{ "the newest first", test_newest_first },
		{ "the cursor stays on its row", test_cursor },
		{ "jumping", test_jump },
		{ "plain text", test_plain },
		{ "the mouse", test_mouse },
		{ "into and back", test_into },
		{ "which clients are read", test_windows },
	};
	return console_stage_run("console lists", tests, ARRAY_SIZE(tests));
}
