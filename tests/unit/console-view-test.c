/* SPDX-License-Identifier: BSD-3-Clause */
/* What the console's views have of their own: trees, bars, details, the header. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/unit/console-stage.h"

/* ---- sites ---- */

static struct mib_group tree[9];

static void
begin_tree(bool ascii)
{
	/* Not in the order of the tree; the first two are none of it. */
	static const char *const name[][2] = {
		{ "core", "" },       { "wireless", "" },   { "paris", "france" },
		{ "europe", "" },     { "asia", "" },       { "france", "europe" },
		{ "lyon", "france" }, { "oslo", "europe" }, { "lost", "atlantis" }
	};
	begin(1, 80, 30, ascii);
	for (uint32_t i = 0; i < ARRAY_SIZE(tree); i++) {
		tree[i] = (struct mib_group){ .index = { 1, i + 1 },
					      .kind = i < 2 ? i + 1 : GROUP_SITE,
					      .clients = 10 * i };
		snprintf(tree[i].name, MIB_NAME, "%s", name[i][0]);
		snprintf(tree[i].parent, MIB_NAME, "%s", name[i][1]);
	}
	show(&shown[0], MIB_GROUP, tree, ARRAY_SIZE(tree));
	see(0, AGENT_OK, "");
	press("3");
}

static void
test_tree(void)
{
	static const char *const wanted[] = {
		"> aaa1           core        list        0      0",
		"  aaa1           wireless    group      10      0",
		"  aaa1           europe      site       30      0",
		"  aaa1           ├─ france   site       50      0",
		"  aaa1           │  ├─ paris site       20      0",
		"  aaa1           │  └─ lyon  site       60      0",
		"  aaa1           └─ oslo     site       70      0",
		"  aaa1           asia        site       40      0",
		"  aaa1           lost        site       80      0",
	};
	begin_tree(false);
	for (int i = 0; i < (int)ARRAY_SIZE(wanted); i++) {
		CU_ASSERT_NSTRING_EQUAL(line(11 + i), wanted[i], strlen(wanted[i]));
		if (strncmp(line(11 + i), wanted[i], strlen(wanted[i])) != 0)
			printf("\n%s\n%s\n", wanted[i], line(11 + i));
	}
	press("c");
	CU_ASSERT_TRUE(shows("aaa1              france "));
	CU_ASSERT_FALSE(shows("├"));
	begin_tree(true);
	CU_ASSERT_TRUE(shows("|  |- paris"));
	CU_ASSERT_TRUE(shows("|  +- lyon"));
	for (int i = 0; i < screen.width * screen.height; i++)
		CU_ASSERT_TRUE(screen.cell[i].character < 0x7f);
	/* Filtered or sorted it is a list like others. */
	press("s");
	CU_ASSERT_FALSE(shows("|- "));
	press("-");
	CU_ASSERT_TRUE(shows("the tree of sites is there without a filter"));
	press("</paris");
	CU_ASSERT_TRUE(shows("> aaa1           paris "));
	press("\r2-");
	CU_ASSERT_TRUE(shows("only sites can be folded"));
}

static void
test_fold(void)
{
	begin_tree(false);
	press("jjjj-");
	/* Nothing lies in paris: to the site around it. */
	CU_ASSERT_TRUE(shows("> aaa1           ├─ france"));
	press("-");
	CU_ASSERT_TRUE(shows("> ├─ france (+2) "));
	CU_ASSERT_FALSE(shows("paris"));
	CU_ASSERT_TRUE(shows("└─ oslo"));
	press_code(KEY_LEFTWARD);
	CU_ASSERT_TRUE(shows("> europe "));
	press_code(KEY_LEFTWARD);
	CU_ASSERT_TRUE(shows("europe (+4) "));
	CU_ASSERT_FALSE(shows("oslo"));
	/* What was folded in it still is. */
	press("+");
	CU_ASSERT_TRUE(shows("├─ france (+2)"));
	CU_ASSERT_TRUE(shows("└─ oslo"));
	press("j+");
	CU_ASSERT_TRUE(shows("│  └─ lyon"));
	press("+");
	CU_ASSERT_EQUAL(console.entries, ARRAY_SIZE(tree));
}

/* Whatever an agent says of them: each is there once. */
static void
test_strange_trees(void)
{
	static struct mib_group deep[60];
	begin_tree(false);
	snprintf(tree[3].parent, MIB_NAME, "paris");
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_EQUAL(console.entries, ARRAY_SIZE(tree));
	snprintf(tree[3].parent, MIB_NAME, "europe");
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_EQUAL(console.entries, ARRAY_SIZE(tree));
	/* Two of one name: what lies in them stands below the first. */
	tree[3].parent[0] = '\0';
	snprintf(tree[4].name, MIB_NAME, "france");
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_EQUAL(console.entries, ARRAY_SIZE(tree));
	for (uint32_t i = 0; i < ARRAY_SIZE(deep); i++) {
		deep[i] =
		    (struct mib_group){ .index = { 1, i + 1 }, .kind = GROUP_SITE };
		snprintf(deep[i].name, MIB_NAME, "deep-%u", i);
		if (i)
			snprintf(deep[i].parent, MIB_NAME, "deep-%u", i - 1);
	}
	show(&shown[0], MIB_GROUP, deep, ARRAY_SIZE(deep));
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_EQUAL(console.entries, ARRAY_SIZE(deep));
	press("-");
	CU_ASSERT_TRUE(shows("deep-0 (+19)"));
}

static void
test_into_site(void)
{
	begin_tree(false);
	press("jj\r");
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "clients");
	CU_ASSERT_TRUE(shows("of 120, filter: site:europe"));
	/* The even ones are in paris, the odd ones in lyon, which are in europe. */
	CU_ASSERT_EQUAL(console.entries, 120);
	press_code(KEY_ESCAPE);
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "groups");
	CU_ASSERT_FALSE(console.inside);
	press("jj\r");
	CU_ASSERT_EQUAL(console.entries, 60);
	/* Another filter is given up before one goes back. */
	press("/ nas-1\r");
	CU_ASSERT_EQUAL(console.entries, 16);
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console.entries, 120);
	press_code(KEY_ESCAPE);
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "groups");
	/* Of a group all that is known. */
	press("gi");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_DETAIL);
	CU_ASSERT_TRUE(shows("Name                    core"));
}

/* ---- operations ---- */

static void
order(uint32_t n, uint32_t operation_number, uint32_t state)
{
	client[n - 1].operation = operation_number;
	client[n - 1].order = state;
}

static void
test_unanswered(void)
{
	uint32_t which;
	int unreachable;
	begin(1, 80, 50, false);
	operation[0] = (struct mib_operation){ .index = { 1, 21 },
					       .action = 1,
					       .state = 2,
					       .planned = 40,
					       .done = 10,
					       .received = 12 };
	order(2, 21, 4);
	order(3, 21, 6);
	client[2].network = 2;
	order(4, 21, 2);
	order(5, 21, 5);
	order(7, 21, 7);
	client[6].refusal = 6;
	order(8, 20, 4);
	order(10, 21, 4);
	client[9].index.server = 2;
	press("4");
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which), 1u << MIB_OPERATION);
	CU_ASSERT_EQUAL(which, 0);
	press("\r");
	/* Its clients are read, but not each time. */
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which),
			1u << MIB_OPERATION | 1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(which, 1);
	CU_ASSERT_EQUAL(console_window(&console, 0)->every, CONSOLE_ANSWERS);
	CU_ASSERT_TRUE(
	    shows(" Progress                25%: 10 of 40 done, 12 received"));
	unreachable = find_line(" Unreachable             nas-3  10.0.0.3  heard 3s  "
				"portClosed");
	CU_ASSERT_TRUE(unreachable > 0);
	CU_ASSERT_EQUAL(find_line(" Rejected                nas-7  10.0.0.7  heard 7s  "
				  "hookFailed"),
			unreachable + 1);
	CU_ASSERT_EQUAL(find_line(" Only its host answers   nas-5"), unreachable + 2);
	CU_ASSERT_EQUAL(find_line(" Not answered            nas-2"), unreachable + 3);
	CU_ASSERT_FALSE(shows("nas-4"));
	CU_ASSERT_FALSE(shows("nas-8"));
	CU_ASSERT_FALSE(shows("nas-10"));
	/* What is old says of when it is, on a page too. */
	CU_ASSERT_FALSE(shows("as of"));
	console.now.boot += 11 * SECOND;
	console.now.wall += 11 * SECOND;
	console_draw(&console, &screen);
	CU_ASSERT_TRUE(shows(" ~ Clients               as of 09:30:15"));
	CU_ASSERT_TRUE(find_line("~ as of 09:30:15  lines 1 to") == 48);
	console.now = start;
	/* One that waits, of an operation that planned nobody. */
	for (uint32_t n = 3; n <= 7; n++)
		order(n, 21, 2);
	operation[0].planned = 0;
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_TRUE(shows(" Not answered            nas-2"));
	CU_ASSERT_FALSE(shows("nobody now"));
	for (uint32_t n = 2; n <= 7; n++)
		order(n, 21, 2);
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_TRUE(shows(" Not answered            nobody now"));
	shown[0].table[MIB_CLIENT].whole = 0;
	see(0, AGENT_OK, "");
	press("g");
	CU_ASSERT_TRUE(shows("reading the clients ..."));
	press_code(KEY_ESCAPE);
	CU_ASSERT_EQUAL(console_wants(&console, 0, &which), 1u << MIB_OPERATION);
}

static void
test_many_unanswered(void)
{
	begin(1, 80, 24, false);
	operation[0].state = 2;
	for (uint32_t n = 1; n <= CLIENTS; n++)
		order(n, 21, 4);
	press("4\r");
	press_code(KEY_LAST);
	CU_ASSERT_TRUE(shows("RowStatus"));
	for (int i = 0; i < 10 && find_line("                         and 20") < 0; i++)
		press_code(KEY_PAGE_UP);
	CU_ASSERT_TRUE(shows("and 20 more: in view 2, /operation:21 order:sent"));
	CU_ASSERT_TRUE(shows("nas-100 "));
	CU_ASSERT_FALSE(shows("nas-101 "));
	/* What it says to type finds them. */
	press_code(KEY_ESCAPE);
	press("2/operation:21 order:sent");
	CU_ASSERT_EQUAL(console.entries, CLIENTS);
	/* Those that move nobody have nobody to wait for. */
	begin(1, 80, 24, false);
	operation[0].action = 4;
	press("4\r");
	CU_ASSERT_FALSE(shows("Not answered"));
}

/* ---- events ---- */

static void
test_event_reasons(void)
{
	int first;
	begin(1, 80, 50, false);
	snprintf(
	    event[EVENTS - 1].detail, MIB_TEXT,
	    "performance 15%% below 30; cpu 97%%, radiusd down (timeout, 3s), x 1");
	press("5\r");
	first = find_line(" Detail                  performance 15% below 30");
	CU_ASSERT_TRUE(first > 0);
	CU_ASSERT_STRING_EQUAL(line(first + 1), "                         cpu 97%");
	CU_ASSERT_STRING_EQUAL(line(first + 2),
			       "                         radiusd down (timeout, 3s)");
	CU_ASSERT_STRING_EQUAL(line(first + 3), "                         x 1");
}

/* ---- alternates ---- */

static void
test_load(void)
{
	static struct mib_alternate alternate[4];
	static const struct {
		uint32_t own, load, capacity, room;
		const char *wanted;
		unsigned meaning;
	} cases[] = {
		{ 100, 100, 400, 200, "[█████······] 50% ", LOOK_GOOD },
		{ 350, 30, 400, 20, "[██████████·] 95% ", LOOK_WARN },
		{ 400, 80, 400, 0, "[███████████]120% ", LOOK_BAD },
		{ 5, 80, 0, UINT32_MAX, "no limit             any", LOOK_PLAIN },
	};
	begin(1, 132, 24, false);
	for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
		alternate[i] = (struct mib_alternate){ .index = { 1, i + 1 },
						       .state = 1,
						       .own = cases[i].own,
						       .load = cases[i].load,
						       .capacity = cases[i].capacity,
						       .room = cases[i].room };
		snprintf(alternate[i].name, MIB_NAME, "alternate-%u", i + 1);
	}
	show(&shown[0], MIB_ALTERNATE, alternate, ARRAY_SIZE(alternate));
	see(0, AGENT_OK, "");
	press("0");
	for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[32];
		snprintf(name, sizeof(name), "%c aaa1           alternate-%u",
			 i ? ' ' : '>', i + 1);
		int y = find_line(name);
		CU_ASSERT_TRUE_FATAL(y > 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(line(y), cases[i].wanted));
		for (int x = 0; x < screen.width; x++) {
			const struct cell *cell = &screen.cell[y * screen.width + x];
			if (cell->character == 0x2588)
				CU_ASSERT_EQUAL(cell->look & LOOK_MEANING,
						cases[i].meaning);
		}
	}
}

static void
test_into_alternate(void)
{
	static struct mib_alternate alternate[1];
	begin(1, 80, 24, false);
	alternate[0] = (struct mib_alternate){ .index = { 1, 1 }, .name = "aaa2" };
	show(&shown[0], MIB_ALTERNATE, alternate, 1);
	snprintf(client[2].alternate, MIB_NAME, "aaa2");
	snprintf(client[3].alternate, MIB_NAME, "aaa2-old");
	see(0, AGENT_OK, "");
	press("0\r");
	CU_ASSERT_EQUAL(console.entries, 1);
	CU_ASSERT_STRING_EQUAL(chosen_name(), "nas-3");
	press_code(KEY_ESCAPE);
	CU_ASSERT_STRING_EQUAL(lists[console.view].command, "alternates");
	press("i");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_DETAIL);
}

/* ---- rows that went ---- */

/* The next round's clients stand elsewhere, and the last one's are no more. */
static struct mib_client *
replace_clients(struct mib_client *old)
{
	size_t size = CLIENTS * sizeof(*client);
	struct mib_client *next = mmap(NULL, size, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_TRUE_FATAL(next != MAP_FAILED);
	memcpy(next, client, size);
	show(&shown[0], MIB_CLIENT, next, CLIENTS);
	see(0, AGENT_OK, "");
	if (old)
		munmap(old, size);
	return next;
}

static void
test_rows_gone(void)
{
	begin(1, 100, 30, false);
	struct mib_client *rows = replace_clients(NULL);
	/* Help does not show them, but knows how old they are. */
	press("2");
	console_window(&console, 0);
	press("?");
	rows = replace_clients(rows);
	console_draw(&console, &screen);
	CU_ASSERT_EQUAL(console.mode, CONSOLE_HELP);
	/* A screen that is too small shows nothing, but keys act. */
	press("\x1b/nas-1\rF");
	CU_ASSERT_TRUE(shows("whom?"));
	CU_ASSERT_TRUE_FATAL(cells_resize(&screen, 20, 5));
	console_draw(&console, &screen);
	rows = replace_clients(rows);
	console_draw(&console, &screen);
	press("a");
	CU_ASSERT_TRUE(dialogue_is_open(&console.dialogue));
	CU_ASSERT_TRUE(
	    strncmp(console.dialogue.part[0].selection, "client:nas-1,", 13) == 0);
	console_see(&console, 0, NULL, AGENT_OK, start.boot, "");
	munmap(rows, CLIENTS * sizeof(*client));
}

/* The n-th client goes. */
static void
take_away(uint32_t n)
{
	memmove(&client[n - 1], &client[n], (CLIENTS - n) * sizeof(*client));
	shown[0].table[MIB_CLIENT].count--;
	see(0, AGENT_OK, "");
	console_draw(&console, &screen);
}

/* What is asked for is what stood there, not what came into its place. */
static void
test_line_gone(void)
{
	begin(1, 100, 30, false);
	press("2/nas-11\rF");
	CU_ASSERT_TRUE(shows("y: nas-11 alone"));
	take_away(11);
	press("y");
	CU_ASSERT_FALSE(dialogue_is_open(&console.dialogue));
	CU_ASSERT_TRUE(shows("it is gone: nothing was done"));
	/* The same of a page. */
	begin(1, 100, 30, false);
	press("2i");
	take_away(1);
	CU_ASSERT_TRUE(shows("It is gone. Esc goes back."));
	press("F");
	CU_ASSERT_FALSE(dialogue_is_open(&console.dialogue));
	CU_ASSERT_TRUE(shows("it is gone"));
	press("m");
	CU_ASSERT_EQUAL(console.marks.count, 0);
	CU_ASSERT_TRUE(shows("it is gone"));
}

/* A page is of its row: keys that mark or sort leave it that. */
static void
test_page_keys(void)
{
	begin(1, 100, 30, false);
	press("2ji");
	CU_ASSERT_TRUE(shows("nas-2"));
	press("m");
	CU_ASSERT_EQUAL(console.marks.count, 1);
	CU_ASSERT_EQUAL(console.marks.mark[0].row.row, 2);
	CU_ASSERT_TRUE(shows("nas-2"));
	CU_ASSERT_FALSE(shows("It is gone"));
	press("m");
	CU_ASSERT_EQUAL(console.marks.count, 0);
	press("s");
	CU_ASSERT_FALSE(shows("It is gone"));
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	press("io");
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
	press_code(KEY_LEFTWARD);
	CU_ASSERT_EQUAL(console.mode, CONSOLE_LIST);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "sites as a tree", test_tree },
		{ "folding", test_fold },
		{ "trees that are none", test_strange_trees },
		{ "into a site", test_into_site },
		{ "who has not answered", test_unanswered },
		{ "many have not", test_many_unanswered },
		{ "why, a line each", test_event_reasons },
		{ "alternates' load", test_load },
		{ "into an alternate", test_into_alternate },
		{ "rows that are no more", test_rows_gone },
		{ "lines that are gone", test_line_gone },
		{ "keys on a page", test_page_keys },
	};
	return console_stage_run("console views", tests, ARRAY_SIZE(tests));
}
