/* SPDX-License-Identifier: BSD-3-Clause */
/* The board against what fleets, judges and policies say, and numbers that stay. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

/* Sites in sites, clients in none, in several groups, in a list. */
#define SITES                                                                          \
	"<list name=\"core\" clients=\"c1 c4\"/>"                                      \
	"<site name=\"north\"><client name=\"c1\" address=\"10.0.0.1\" groups=\"g "    \
	"h\"/>"                                                                        \
	"<site name=\"north1\"><client name=\"c2\" address=\"10.0.0.2\"/>"             \
	"<site name=\"north11\"><client name=\"c3\" address=\"10.0.0.3\" "             \
	"groups=\"g\"/>"                                                               \
	"</site></site></site>"                                                        \
	"<site name=\"south\"><client name=\"c4\" address=\"10.0.0.4\" groups=\"h\"/>" \
	"</site><client name=\"c5\" address=\"10.0.0.5\"/>"

static struct stage *
staged(const struct stage_words *words)
{
	struct stage *stage = stage_new();
	stage_open(stage, 0, words);
	/* Neither bad enough to leave, nor good enough to be called back. */
	stage_value(stage, 0, "p", 50);
	stage_value(stage, 0, "q", 50);
	stage_value(stage, 0, "radiusd", 1);
	stage_hello_all(stage, 0);
	stage_run(stage, 2 * SECOND);
	return stage;
}

static uint32_t
operate(struct stage *stage, size_t slot, enum action action, const char *selection)
{
	const struct fleet_wish wish = { .action = action,
					 .selection = selection,
					 .requester = "anna",
					 .reason = "disk swap",
					 .hold = HOUR };
	char why[FLEET_WHY];
	uint32_t number =
	    fleet_operate(stage->server[slot].fleet, &wish, stage->now, why);
	CU_ASSERT_NOT_EQUAL(number, 0);
	return number;
}

static void
everything_once(void)
{
	const struct stage_words words = {
		.clients = SITES,
		.whens = "<when name=\"low\" test=\"$p &lt; 10\" for=\"5s\"/>",
	};
	struct stage *stage = staged(&words);
	struct mib_scalars scalars;
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT(board_scalars_read(stage->board, &scalars));
	CU_ASSERT_STRING_EQUAL(scalars.version, "test");
	CU_ASSERT_EQUAL(scalars.severity, SEVERITY_OK);
	CU_ASSERT_EQUAL(scalars.operation_next, 1);
	CU_ASSERT(stage->now.boot - scalars.published <= SECOND);
	/* Ages are of what was looked at, not of the look. */
	stage_ending(stage, 0, "p", ENDING_FAILED, "no such file");
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_run(stage, 20 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	/* What is unknown says so, and its pending condition too. */
	stage_value(stage, 0, "p", 5);
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_run(stage, 30 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).state, SERVER_AWAY);
	stage_free(stage);
}

static void
counts_follow_clients(void)
{
	struct stage *stage = staged(&(struct stage_words){ .clients = SITES });
	struct mib_group row;
	stage_hello(stage, 0, "c3", PLACE_AWAY, "aaa3");
	stage_hello(stage, 0, "c1", PLACE_AWAY, NULL);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_NOT_EQUAL(stage_named(stage, MIB_GROUP, 1, "site:north", &row), 0);
	CU_ASSERT_EQUAL(row.clients, 3);
	CU_ASSERT_EQUAL(row.away, 2);
	CU_ASSERT_NOT_EQUAL(stage_named(stage, MIB_GROUP, 1, "site:north11", &row), 0);
	CU_ASSERT_EQUAL(row.away, 1);
	CU_ASSERT_STRING_EQUAL(row.parent, "north1");
	/* From one alternate to another, and back. */
	CU_ASSERT(publisher_calm(stage->publisher));
	stage_hello(stage, 0, "c3", PLACE_AWAY, "aaa2");
	/* From where it is seen until all have been looked at again. */
	unsigned stirred = 0;
	for (unsigned i = 0; i < 20; i++) {
		stage_run(stage, SECOND / 10);
		stirred += !publisher_calm(stage->publisher);
	}
	CU_ASSERT(stirred >= 2);
	CU_ASSERT(publisher_calm(stage->publisher));
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_hello(stage, 0, "c3", PLACE_HERE, NULL);
	stage_hello(stage, 0, "c1", PLACE_UNKNOWN, NULL);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	/* Orders, answered and not. */
	operate(stage, 0, ACTION_FAILOVER, "group:g");
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage->server[0].mute = true;
	operate(stage, 0, ACTION_FAILOVER, "list:core");
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).sent, 1);
	CU_ASSERT_NOT_EQUAL(stage_named(stage, MIB_GROUP, 1, "list:core", &row), 0);
	CU_ASSERT_EQUAL(row.ordered, 1);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_FALSE(publisher_calm(stage->publisher));
	/* Unreachable, then silent, then held no more. */
	stage_run(stage, 30 * MINUTE);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).silent, 5);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).unreachable, 1);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_run(stage, HOUR);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT(publisher_calm(stage->publisher));
	stage_free(stage);
}

/* ---- numbers ---- */

struct named {
	enum mib_table table;
	const char *name;
};

static const struct named named[] = {
	{ MIB_PARAMETER, "p" },
	{ MIB_PARAMETER, "cpu" },
	{ MIB_PARAMETER, "q" },
	{ MIB_SERVICE, "radiusd" },
	{ MIB_SERVICE, "syslog" },
	{ MIB_CONDITION, "failover" },
	{ MIB_CONDITION, "low" },
	{ MIB_CONDITION, "high" },
	{ MIB_CONDITION, "connection" },
	{ MIB_ALTERNATE, "aaa2" },
	{ MIB_ALTERNATE, "aaa3" },
	{ MIB_ALTERNATE, "aaa4" },
	{ MIB_GROUP, "group:g" },
	{ MIB_GROUP, "group:h" },
	{ MIB_GROUP, "group:i" },
	{ MIB_GROUP, "list:core" },
	{ MIB_GROUP, "site:north" },
	{ MIB_GROUP, "site:g" },
	{ MIB_CLIENT, "c1" },
	{ MIB_CLIENT, "c2" },
	{ MIB_CLIENT, "c3" },
	{ MIB_CLIENT, "c6" },
};

static const struct stage_words policies[] = {
	{ .monitor = "<parameter name=\"p\"><file path=\"/p\"/></parameter>"
		     "<service name=\"radiusd\" role=\"mandatory\">"
		     "<process name=\"x\"/></service>",
	  .whens = "<when name=\"low\" test=\"$p &lt; 10\"/>",
	  .alternates = "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\"/>"
			"<alternate name=\"aaa3\" address=\"192.0.2.12\"/>"
			"</alternates>",
	  .clients = "<client name=\"c1\" address=\"10.0.0.1\" groups=\"g\"/>"
		     "<client name=\"c2\" address=\"10.0.0.2\" groups=\"h\"/>" },
	/* Reversed, with more of each. */
	{ .monitor = "<service name=\"syslog\" role=\"dependent\">"
		     "<process name=\"y\"/></service>"
		     "<parameter name=\"q\"><file path=\"/q\"/></parameter>"
		     "<service name=\"radiusd\" role=\"mandatory\">"
		     "<process name=\"x\"/></service>"
		     "<parameter name=\"p\"><file path=\"/p\"/></parameter>",
	  .whens = "<when name=\"high\" test=\"$q &gt; 90\"/>"
		   "<when name=\"low\" test=\"$p &lt; 10\"/>",
	  .alternates = "<alternates><alternate name=\"aaa4\" address=\"192.0.2.13\" "
			"priority=\"1\"/><alternate name=\"aaa3\" "
			"address=\"192.0.2.12\" priority=\"2\"/>"
			"<alternate name=\"aaa2\" address=\"192.0.2.11\" "
			"priority=\"3\"/></alternates>",
	  .clients = "<list name=\"core\" clients=\"c3\"/><site name=\"g\">"
		     "<client name=\"c3\" address=\"10.0.0.3\" groups=\"i h\"/>"
		     "</site><site name=\"north\">"
		     "<client name=\"c2\" address=\"10.0.0.2\" groups=\"h\"/>"
		     "<client name=\"c1\" address=\"10.0.0.1\" groups=\"g\"/></site>" },
	/* Some gone. */
	{ .performance = "$q",
	  .monitor = "<parameter name=\"q\"><file path=\"/q\"/></parameter>",
	  .alternates = "<alternates><alternate name=\"aaa3\" address=\"192.0.2.12\"/>"
			"</alternates>",
	  .clients = "<client name=\"c6\" address=\"10.0.0.6\" groups=\"i\"/>"
		     "<client name=\"c3\" address=\"10.0.0.3\"/>" },
};

/* What each name has been shown as; 0 while it never was. */
static unsigned
note_numbers(const struct stage *stage, uint32_t number[ARRAY_SIZE(named)])
{
	unsigned wrong = 0;
	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		uint32_t now =
		    stage_named(stage, named[i].table, 1, named[i].name, NULL);
		if (now != 0 && number[i] != 0 && now != number[i]) {
			printf("%s was %u and is %u\n", named[i].name, number[i], now);
			wrong++;
		}
		if (now != 0)
			number[i] = now;
	}
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		for (size_t j = 0; j < i; j++)
			wrong += number[i] != 0 && number[i] == number[j] &&
				 named[i].table == named[j].table;
	return wrong;
}

static void
numbers_stay(void)
{
	uint32_t number[ARRAY_SIZE(named)] = { 0 };
	struct random random;
	struct stage *stage = staged(&policies[0]);
	CU_ASSERT_EQUAL(note_numbers(stage, number), 0);
	random_seed(&random, 4);
	for (unsigned i = 0; i < 30; i++) {
		size_t next = i < 3 ? i : (size_t)random_below(&random, 3);
		stage_reload(stage, 0, &policies[next]);
		stage_run(stage, 7 * SECOND);
		CU_ASSERT_EQUAL(stage_differs(stage), 0);
		CU_ASSERT_EQUAL(note_numbers(stage, number), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		CU_ASSERT_NOT_EQUAL(number[i], 0);
	stage_free(stage);
}

/* Clients have numbers of the fleet's: a fresh fleet gives them anew. */
static void
numbers_survive_a_restart(void)
{
	uint32_t number[ARRAY_SIZE(named)] = { 0 };
	struct stage *stage = staged(&policies[0]);
	CU_ASSERT_EQUAL(note_numbers(stage, number), 0);
	stage_run(stage, SECOND);
	for (size_t i = 1; i <= 4; i++) {
		stage_restart(stage);
		stage_open(stage, 0, &policies[i % 3]);
		stage_value(stage, 0, "p", 50);
		stage_value(stage, 0, "q", 50);
		stage_run(stage, 2 * SECOND);
		CU_ASSERT_EQUAL(stage_differs(stage), 0);
		for (size_t n = 0; n < ARRAY_SIZE(named); n++)
			if (named[n].table == MIB_CLIENT)
				number[n] = 0;
		CU_ASSERT_EQUAL(note_numbers(stage, number), 0);
	}
	stage_free(stage);
}

/* ---- rows that go ---- */

static char *
many(unsigned from, unsigned to)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		abort();
	for (unsigned i = from; i <= to; i++)
		fprintf(out,
			"<client name=\"c%u\" address=\"10.0.%u.%u\" "
			"groups=\"%s\"/>",
			i, i / 250, i % 250 + 1, i % 3 ? "g" : "h");
	fclose(out);
	return text;
}

/* Everybody away, then most of them leave the policy, and one by one the fleet. */
static void
leaving_one_by_one(void)
{
	char *all = many(1, 60), *few = many(1, 10);
	struct stage *stage = staged(&(struct stage_words){ .clients = all });
	char name[NAME_TEXT];
	unsigned boards;
	stage->server[0].mute = true;
	for (unsigned i = 1; i <= 60; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		stage_hello(stage, 0, name, PLACE_AWAY, "aaa2");
	}
	stage_run(stage, SECOND);
	stage_reload(stage, 0, &(struct stage_words){ .clients = few });
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(fleet_rows(stage->server[0].fleet), 60);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	boards = stage->boards;
	for (unsigned i = 60; i > 10; i--) {
		snprintf(name, sizeof(name), "c%u", 11 + (i * 7) % 50);
		stage_hello(stage, 0, name, PLACE_HERE, NULL);
		stage_run(stage, 500 * MILLISECOND);
		CU_ASSERT_EQUAL(fleet_rows(stage->server[0].fleet), i - 1);
	}
	/* 25 s: no board for each of them. */
	CU_ASSERT(stage->boards - boards <= 6);
	stage_run(stage, 7 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_CLIENT, 1), 10);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_free(stage);
	free(all);
	free(few);
}

/* The board is being filled in slices while rows go and others take their places: what
   is then shown has each number once, and soon all of it is right. */
static void
leaving_while_filled(void)
{
	char *all = many(1, 9000), *few = many(1, 4500);
	struct stage *stage = staged(&(struct stage_words){ .clients = all });
	struct stage_server *server = &stage->server[0];
	char name[NAME_TEXT];
	stage->server[0].mute = true;
	for (unsigned i = 1; i <= 9000; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		stage_hello(stage, 0, name, PLACE_AWAY, "aaa2");
	}
	stage_run(stage, 2 * SECOND);
	stage_reload(stage, 0, &(struct stage_words){ .clients = few });
	stage_turn(stage);
	stage_turn(stage);
	CU_ASSERT(publisher_busy(stage->publisher));
	for (unsigned i = 5000; i < 9000; i += 10) {
		snprintf(name, sizeof(name), "c%u", i);
		stage_hello(stage, 0, name, PLACE_HERE, NULL);
	}
	struct fleet_record record;
	fleet_tick(server->fleet, stage->now);
	while (fleet_dirty(server->fleet, stage->now, &record))
		continue;
	fleet_tick(server->fleet, stage->now);
	CU_ASSERT_EQUAL(fleet_rows(server->fleet), 8600);
	stage_run(stage, SECOND);
	uint32_t at = 0, rows = 0;
	struct mib_client row;
	while (board_next(stage->board, MIB_CLIENT, 1, at, false, &row.index)) {
		uint32_t found = fleet_find(server->fleet, row.name, strlen(row.name));
		CU_ASSERT(row.index.row > at);
		CU_ASSERT(found == POLICY_NONE ||
			  fleet_row(server->fleet, found)->index == row.index.row);
		at = row.index.row;
		rows++;
	}
	CU_ASSERT_EQUAL(rows, board_rows(stage->board, MIB_CLIENT));
	stage_run(stage, 10 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_free(stage);
	free(all);
	free(few);
}

/* ---- servers that come and go ---- */

static void
sixteen_servers(void)
{
	struct stage *stage = stage_new();
	uint32_t number[PORTS_SERVERS];
	char name[PORTS_SERVERS][NAME_TEXT];
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		snprintf(name[i], sizeof(name[i]), "s%zu", i);
		stage_open(stage, PORTS_SERVERS - 1 - i,
			   &(struct stage_words){ .name = name[i] });
	}
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		stage_value(stage, i, "p", (double)i * 5);
		stage_hello_all(stage, i);
	}
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_EQUAL(board_rows(stage->board, MIB_SERVER), PORTS_SERVERS);
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		number[i] = stage_number(stage, i);
		CU_ASSERT_EQUAL(publisher_slot(stage->publisher, number[i]), i);
	}
	/* One goes; one of another name takes its slot; it comes back in another. */
	stage_close(stage, 3);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_EQUAL(publisher_slot(stage->publisher, number[3]), SIZE_MAX);
	stage_open(stage, 3, &(struct stage_words){ .name = "other" });
	stage_close(stage, 9);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_EQUAL(stage_number(stage, 3), PORTS_SERVERS + 1);
	stage_open(stage, 9, &(struct stage_words){ .name = name[12] });
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT_EQUAL(stage_number(stage, 9), number[3]);
	/* All of them, at last. */
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		stage_close(stage, i);
	stage_run(stage, SECOND);
	for (enum mib_table table = MIB_SERVER; table < MIB_TABLE_END; table++)
		CU_ASSERT_EQUAL(board_rows(stage->board, table), 0);
	stage_free(stage);
}

/* ---- the worker ---- */

/* Whatever comes while the worker works, in whatever order. */
static void
anything(struct stage *stage, struct random *random)
{
	char name[NAME_TEXT];
	switch (random_below(random, 9)) {
	case 0:
		stage_reload(stage, 0, &policies[random_below(random, 3)]);
		break;
	case 1:
		publisher_attached(stage->publisher);
		break;
	case 2:
		publisher_policy(stage->publisher, "", random_below(random, 2),
				 "policy.xml:3: wrong", stage->now);
		break;
	case 3:
		if (stage->server[1].there)
			stage_close(stage, 1);
		else
			stage_open(stage, 1, &(struct stage_words){ .name = "bbb1" });
		break;
	case 4:
		/* The slot changes hands between two turns. */
		if (!stage->server[1].there)
			break;
		stage_close(stage, 1);
		snprintf(name, sizeof(name), "x%u", (unsigned)random_below(random, 3));
		stage_open(stage, 1, &(struct stage_words){ .name = name });
		break;
	case 5:
		stage_event(stage, 0, EVENT_ADVISED, SEVERITY_NOTICE, "advised", false);
		break;
	case 6:
		if (fleet_find(stage->server[0].fleet, "c3", 2) != POLICY_NONE)
			stage_hello(stage, 0, "c3",
				    random_below(random, 2) ? PLACE_AWAY : PLACE_HERE,
				    "aaa3");
		break;
	case 7:
		(void)publisher_slot(stage->publisher, 1);
		stage_value(stage, 0, "q", (double)random_below(random, 100));
		break;
	default:
		stage_turn(stage);
		break;
	}
}

static void
meanwhile(enum stage_work work, uint64_t seed)
{
	struct stage *stage = stage_new();
	struct random random;
	random_seed(&random, seed);
	stage_open(stage, 0, &policies[1]);
	stage_value(stage, 0, "p", 50);
	stage->work = work;
	for (unsigned i = 0; i < 300; i++) {
		anything(stage, &random);
		if (stage->asked && random_below(&random, 3) == 0)
			stage_work(stage);
		if (random_below(&random, 3) == 0)
			stage_run(stage, (int64_t)random_below(&random, 12) * 100 *
					     MILLISECOND);
	}
	stage_work(stage);
	stage->work = STAGE_AT_ONCE;
	stage_run(stage, 9 * SECOND - stage->now.boot % SECOND);
	if (stage_differs(stage) != 0) {
		printf("seed %llu\n", (unsigned long long)seed);
		CU_FAIL("the board is not right in the end");
	}
	stage_free(stage);
}

static void
while_the_worker_works(void)
{
	for (uint64_t seed = 1; seed <= 12; seed++)
		meanwhile(STAGE_HELD, seed);
}

static void
while_a_thread_works(void)
{
	for (uint64_t seed = 1; seed <= 12; seed++)
		meanwhile(STAGE_THREAD, seed);
}

/* ---- what has changed ---- */

/* One thing at a time of a client of which nothing else is news: its row follows each. */
static void
a_row_follows_each_of_its_parts(void)
{
	struct stage *stage = stage_new();
	struct mib_client row;
	stage_open(stage, 0, &(struct stage_words){ .hello = "1d" });
	stage_hello_all(stage, 0);
	stage_run(stage, 5 * SECOND);
	/* Their holder's to write, and here that is us. */
	struct fleet_client *client =
	    (struct fleet_client *)fleet_row(stage->server[0].fleet, 0);
	client->heard += 7 * MILLISECOND;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.heard, client->heard);
	client->in_force = stage->now.boot + HOUR;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.in_force, client->in_force);
	client->key_id = 77;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.key, 77);
	client->network = NETWORK_PROHIBITED;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.network, NETWORK_PROHIBITED);
	client->operation = 5;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.operation, 5);
	client->transitions = 9;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.transitions, 9);
	client->activity = ACTIVITY_COMING;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CLIENT, 1, client->index, &row));
	CU_ASSERT_EQUAL(row.activity, ACTIVITY_COMING + 1);
	stage_free(stage);
}

/* When it last changed, how often, and how old what it rests on is. */
static void
states_have_their_times(void)
{
	struct stage *stage = stage_new();
	struct mib_alternate alternate;
	struct mib_condition condition;
	struct mib_event event;
	stage_open(stage, 0, &(struct stage_words){ 0 });
	stage_value(stage, 0, "p", 50);
	stage_value(stage, 0, "radiusd", 1);
	stage_hello_all(stage, 0);
	stage_run(stage, 5 * SECOND);
	struct mib_server before = stage_server_row(stage, 0), after;
	CU_ASSERT_EQUAL(before.mode_transitions, 0);
	CU_ASSERT(before.mode_changed < stage->now.boot - 4 * SECOND);
	CU_ASSERT(stage_row(stage, MIB_CONDITION, 1, 1, &condition));
	CU_ASSERT(condition.at > stage->now.boot - 2 * SECOND);
	/* Its own, not when we first saw the server. */
	struct fleet_alternate *now =
	    (struct fleet_alternate *)fleet_alternate(stage->server[0].fleet, 0);
	now->since = stage->now.boot - 3 * SECOND;
	fleet_pause(stage->server[0].fleet, PAUSED_FILE, true, "roof", stage->now);
	stage_run(stage, 2 * SECOND);
	after = stage_server_row(stage, 0);
	CU_ASSERT_EQUAL(after.mode_transitions, 1);
	CU_ASSERT(after.mode_changed > before.mode_changed + 4 * SECOND);
	CU_ASSERT(after.event > before.event);
	CU_ASSERT(stage_row(stage, MIB_EVENT, 1, after.event, &event));
	CU_ASSERT_STRING_EQUAL(event.name, "paused");
	CU_ASSERT_FALSE(stage_row(stage, MIB_EVENT, 1, after.event + 1, &event));
	CU_ASSERT(stage_row(stage, MIB_ALTERNATE, 1, 1, &alternate));
	CU_ASSERT_EQUAL(alternate.changed, now->since);
	stage_free(stage);
}

static const struct unit_test tests[] = {
	{ "states have their times", states_have_their_times },
	{ "a row follows each of its parts", a_row_follows_each_of_its_parts },
	{ "everything once", everything_once },
	{ "counts follow clients", counts_follow_clients },
	{ "numbers stay", numbers_stay },
	{ "numbers survive a restart", numbers_survive_a_restart },
	{ "leaving one by one", leaving_one_by_one },
	{ "leaving while the board is filled", leaving_while_filled },
	{ "sixteen servers", sixteen_servers },
	{ "while the worker works", while_the_worker_works },
	{ "while a thread works", while_a_thread_works },
};

int
main(void)
{
	return unit_run("publish", tests, ARRAY_SIZE(tests));
}
