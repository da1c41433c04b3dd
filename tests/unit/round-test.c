/* SPDX-License-Identifier: BSD-3-Clause */
/* Rounds of the SNMP manager against an agent that only pretends. */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/pretended-agent.h"
#include "tests/unit/unit.h"

/* The next snapshot takes the last one's place. */
static enum agent_state
round_of(uint32_t server, uint32_t wanted)
{
	enum agent_state state = AGENT_CONNECTING;
	char detail[256];
	struct held *held = round_read(&agent, wanted, server, &state, detail);
	CU_ASSERT_PTR_NOT_NULL_FATAL(held);
	held_release(agent.last);
	agent.last = held;
	return state;
}

static enum agent_state
next_round(uint32_t wanted)
{
	return round_of(0, wanted);
}

static void
check_events(uint32_t first, uint32_t last)
{
	const struct snapshot_table *table = &agent.last->shown.table[MIB_EVENT];
	const struct mib_event *event = table->row;
	CU_ASSERT_EQUAL_FATAL(table->count, last - first + 1);
	for (size_t i = 0; i < table->count; i++)
		CU_ASSERT_EQUAL(event[i].index.row, first + i);
}

static void
test_events(void)
{
	pretend();
	fake.last = 100;
	next_round(1u << MIB_EVENT);
	check_events(1, 100);
	/* Only what is new is asked for: one request for the servers, one for events. */
	fake.last = 103;
	fake.bulks = 0;
	next_round(1u << MIB_EVENT);
	check_events(1, 103);
	CU_ASSERT_EQUAL(fake.bulks, 2);
	fake.bulks = 0;
	next_round(1u << MIB_EVENT);
	check_events(1, 103);
	CU_ASSERT_EQUAL(fake.bulks, 2);
	/* The agent keeps 1,024, and so do we. */
	fake.last = 1050;
	fake.first = 27;
	next_round(1u << MIB_EVENT);
	check_events(27, 1050);
	/* Another start of the daemon: its numbers may mean something else. */
	fake.started = 5;
	fake.first = 1;
	fake.last = 5;
	next_round(1u << MIB_EVENT);
	check_events(1, 5);
	pretend_end();
}

/* A table that is not read again is shown as it was, by the same rows. */
static void
test_shared(void)
{
	pretend();
	next_round(1u << MIB_GROUP);
	const struct snapshot_table *groups = &agent.last->shown.table[MIB_GROUP];
	const void *rows = groups->row;
	int64_t at = groups->at;
	CU_ASSERT_EQUAL(groups->count, 3);
	next_round(0);
	groups = &agent.last->shown.table[MIB_GROUP];
	CU_ASSERT_PTR_EQUAL(groups->row, rows);
	CU_ASSERT_EQUAL(groups->at, at);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_SERVER].count, 1);
	pretend_end();
}

static uint32_t
version_of(uint32_t n)
{
	const struct mib_client *client =
	    snapshot_row(&agent.last->shown.table[MIB_CLIENT], sizeof(*client), n - 1);
	CU_ASSERT_EQUAL(client->index.row, n);
	return client->transitions - n;
}

/* Of the clients a window comes first, then all, then the window alone, until all are due
   again. */
static void
test_window(void)
{
	const struct snapshot_table *clients;
	pretend();
	fake.clients = 300;
	agent.reading = (struct window){ { 1, 101 }, { 1, 131 }, HOUR };
	next_round(1u << MIB_CLIENT);
	clients = &agent.last->shown.table[MIB_CLIENT];
	CU_ASSERT_EQUAL(clients->count, 30);
	CU_ASSERT_EQUAL(((const struct mib_client *)clients->row)->index.row, 101);
	CU_ASSERT_EQUAL(clients->whole, 0);
	CU_ASSERT_TRUE(clients->at > 0);
	CU_ASSERT_TRUE(agent.more);
	next_round(1u << MIB_CLIENT);
	clients = &agent.last->shown.table[MIB_CLIENT];
	CU_ASSERT_EQUAL(clients->count, 300);
	CU_ASSERT_TRUE(clients->whole > 0);
	CU_ASSERT_FALSE(agent.more);
	int64_t whole = clients->whole;
	fake.version = 7;
	next_round(1u << MIB_CLIENT);
	clients = &agent.last->shown.table[MIB_CLIENT];
	CU_ASSERT_EQUAL(clients->count, 300);
	CU_ASSERT_EQUAL(clients->whole, whole);
	CU_ASSERT_EQUAL(version_of(100), 0);
	CU_ASSERT_EQUAL(version_of(101), 7);
	CU_ASSERT_EQUAL(version_of(130), 7);
	CU_ASSERT_EQUAL(version_of(131), 0);
	CU_ASSERT_FALSE(agent.more);
	/* Rows that went away within the window are gone. */
	fake.clients = 120;
	next_round(1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].count, 290);
	/* All are due again; and so they are for who has no window. */
	agent.reading.every = 1;
	next_round(1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].count, 120);
	CU_ASSERT_EQUAL(version_of(1), 7);
	fake.version = 8;
	agent.reading.every = 0;
	next_round(1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(version_of(1), 8);
	/* One server's are not all: with each change they are read anew. */
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].of, 0);
	round_of(1, 1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].of, 1);
	CU_ASSERT_TRUE(agent.last->shown.table[MIB_CLIENT].whole > 0);
	agent.reading.every = HOUR;
	next_round(1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].of, 0);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].whole, 0);
	/* What is not wanted any more has no rest to come. */
	agent.more = true;
	next_round(0);
	CU_ASSERT_FALSE(agent.more);
	pretend_end();
}

/* Many clients come in slices, each in a round of its own, and between them what is seen is
   read each time. */
static void
test_slices(void)
{
	const struct snapshot_table *clients;
	pretend();
	fake.clients = 10000;
	agent.reading = (struct window){ { 1, 9001 }, { 1, 9031 }, 1 };
	next_round(1u << MIB_CLIENT);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].count, 30);
	next_round(1u << MIB_CLIENT);
	clients = &agent.last->shown.table[MIB_CLIENT];
	CU_ASSERT_EQUAL(clients->count, CLIENTS_PART + 30);
	CU_ASSERT_EQUAL(clients->whole, 0);
	CU_ASSERT_PTR_NULL(clients->row);
	CU_ASSERT_TRUE(agent.more);
	fake.version = 1;
	agent.asked = 0;
	next_round(1u << MIB_CLIENT);
	clients = &agent.last->shown.table[MIB_CLIENT];
	CU_ASSERT_EQUAL(clients->count, 2 * CLIENTS_PART + 30);
	const struct mib_client *seen =
	    snapshot_row(clients, sizeof(*seen), 2 * CLIENTS_PART);
	CU_ASSERT_EQUAL(seen->index.row, 9001);
	CU_ASSERT_EQUAL(seen->transitions, 9002);
	/* Two requests for what is always read; those of the slice do not count. */
	CU_ASSERT_EQUAL(agent.asked, 2);
	CU_ASSERT_EQUAL(version_of(CLIENTS_PART + 1), 1);
	CU_ASSERT_EQUAL(version_of(1), 0);
	CU_ASSERT_TRUE(agent.more);
	next_round(1u << MIB_CLIENT);
	clients = &agent.last->shown.table[MIB_CLIENT];
	CU_ASSERT_EQUAL(clients->count, 10000);
	CU_ASSERT_TRUE(clients->whole > 0 && clients->whole < clients->at);
	CU_ASSERT_FALSE(agent.more);
	CU_ASSERT_EQUAL(version_of(1), 0);
	CU_ASSERT_EQUAL(version_of(CLIENTS_PART + 1), 1);
	CU_ASSERT_EQUAL(version_of(10000), 1);
	/* Some go, from wherever they were. */
	fake.clients = 5000;
	for (int i = 0; i < 2; i++)
		next_round(1u << MIB_CLIENT);
	CU_ASSERT_FALSE(agent.more);
	CU_ASSERT_EQUAL(agent.last->shown.table[MIB_CLIENT].count, 5000);
	/* Who looks away in the middle begins anew. */
	next_round(1u << MIB_CLIENT);
	CU_ASSERT_TRUE(agent.more && agent.pass);
	next_round(0);
	CU_ASSERT_FALSE(agent.more || agent.pass);
	pretend_end();
}

/* Where one request of a hundred is lost no slice of some thousand clients would ever come:
   they get smaller, until all are there. */
static void
test_lost(void)
{
	enum agent_state state;
	char detail[256];
	unsigned rounds = 0;
	unsigned failed = 0;
	pretend();
	fake.clients = 10000;
	fake.lost = 100;
	agent.reading = (struct window){ { 1, 1 }, { 1, 31 }, HOUR };
	for (; rounds < 200 && !agent.last->shown.table[MIB_CLIENT].whole; rounds++) {
		struct held *held =
		    round_read(&agent, 1u << MIB_CLIENT, 0, &state, detail);
		failed += held == NULL;
		if (!held)
			continue;
		held_release(agent.last);
		agent.last = held;
	}
	CU_ASSERT_TRUE(failed > 0);
	CU_ASSERT_TRUE(agent.last->shown.table[MIB_CLIENT].whole > 0);
	CU_ASSERT_EQUAL_FATAL(agent.last->shown.table[MIB_CLIENT].count, 10000);
	CU_ASSERT_EQUAL(version_of(10000), 0);
	pretend_end();
}

/* However often one wants to look, an agent is asked five times a second for what is seen;
   and everything that is there counts as little as it should. */
static void
test_pace(void)
{
	static const char *const names[] = { "udp:127.0.0.1:1", NULL };
	struct manager_options options = { .agent = names, .interval = MILLISECOND };
	char why[256];
	uint64_t count;
	pretend();
	fake.clients = 3000;
	struct manager *started = manager_start(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(started);
	manager_want(started, 0, 1u << MIB_CLIENT | 1u << MIB_GROUP, 0);
	manager_window(started, 0, (struct mib_row){ 1, 1 }, (struct mib_row){ 1, 31 },
		       HOUR);
	struct pollfd news = { .fd = manager_fd(started), .events = POLLIN };
	int64_t began = clock_now().boot;
	unsigned rounds = 0;
	/* The window, all clients, and then the window again; however slow we are. */
	while (clock_now().boot - began < (rounds < 2 ? MINUTE : 1500 * MILLISECOND))
		if (poll(&news, 1, 100) > 0 &&
		    read(news.fd, &count, sizeof(count)) == sizeof(count))
			rounds++;
	double seconds = (double)(clock_now().boot - began) / SECOND;
	manager_stop(started);
	CU_ASSERT_TRUE(rounds >= 2);
	/* Each of the rounds that were not cut off by the time has ten requests at most. */
	unsigned whole = fake.clients / 9 + 10;
	CU_ASSERT_TRUE(fake.asks > whole / 2);
	CU_ASSERT_TRUE(fake.asks < whole + 20 + (unsigned)(5 * seconds));
	pretend_end();
}

static void
test_stale(void)
{
	pretend();
	CU_ASSERT_EQUAL(next_round(0), AGENT_OK);
	fake.age = 4;
	CU_ASSERT_EQUAL(next_round(0), AGENT_OK);
	fake.age = 6;
	CU_ASSERT_EQUAL(next_round(0), AGENT_STALE);
	pretend_end();
}

/* Somebody else's objects where ours would be. */
static void
test_other(void)
{
	static const struct {
		bool scalars, below, net_snmp;
		oid arm;
		enum agent_state state;
	} all[] = {
		{ false, true, true, 5, AGENT_NO_VIEW }, /* a table alone */
		{ false, true, true, 77, AGENT_OTHER },
		{ true, true, true, 1, AGENT_OTHER }, /* without a version */
		{ false, false, true, 0, AGENT_NO_MIB },
		{ false, false, false, 0, AGENT_NO_VIEW },
	};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		enum agent_state state = AGENT_OK;
		char detail[256] = "";
		pretend();
		fake.bare = !all[i].scalars;
		fake.versionless = true;
		fake.arm = all[i].below ? all[i].arm : 0;
		fake.net_snmp = all[i].net_snmp;
		CU_ASSERT_PTR_NULL(round_read(&agent, 0, 0, &state, detail));
		CU_ASSERT_EQUAL(state, all[i].state);
		CU_ASSERT_TRUE(strlen(detail) > 10);
		pretend_end();
	}
}

/* Nothing is shown by view, or not yet: who has just started is not called a wrong view. */
static void
test_young(void)
{
	for (unsigned young = 0; young < 2; young++) {
		enum agent_state state = AGENT_OK;
		char detail[256] = "";
		pretend();
		fake.bare = true;
		fake.young = young;
		CU_ASSERT_PTR_NULL(round_read(&agent, 0, 0, &state, detail));
		CU_ASSERT_EQUAL(state, AGENT_NO_VIEW);
		CU_ASSERT_PTR_NOT_NULL(strstr(detail, "read view does not hold"));
		CU_ASSERT_EQUAL(strstr(detail, "only just started") != NULL, young);
		pretend_end();
	}
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "events are read once", test_events },
		{ "tables that are not read again", test_shared },
		{ "clients by their window", test_window },
		{ "clients slice by slice", test_slices },
		{ "slices where requests are lost", test_lost },
		{ "an agent is not asked too often", test_pace },
		{ "an engine that is gone", test_stale },
		{ "another's objects", test_other },
		{ "a young agent without anything of ours", test_young },
	};
	return unit_run("round", test, ARRAY_SIZE(test));
}
