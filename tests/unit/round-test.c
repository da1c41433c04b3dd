/* SPDX-License-Identifier: BSD-3-Clause */
/* Rounds and operations of the SNMP manager against an agent that only pretends: the
   session's requests are answered here (--wrap=session_ask). */
#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/unit.h"
#include "tui/manager-inside.h"

/* ---- what the agent has ---- */

static struct {
	uint32_t first, last; /* events of server 1 */
	uint8_t started;      /* second of its start */
	uint32_t age;         /* of the board */
	uint32_t clients;     /* of server 1 */
	uint32_t version;     /* added to all counters */
	unsigned bulks, sets;
	unsigned asks;      /* of all kinds */
	unsigned lost;      /* one of so many; 0 none */
	uint32_t next;      /* bwOperationNext */
	uint32_t taken;     /* this number is another's */
	const char *theirs; /* all its texts */
	uint32_t made;      /* the operation that a SET made */
	uint32_t state;     /* of it */
	long refuse;        /* SNMP error of every SET */
	bool deaf;          /* SETs are taken, their responses lost */
	unsigned lose;      /* so many SETs do not arrive */
	/* What a GETNEXT below the base and Net-SNMP's own arm finds; scalars. */
	bool bare, versionless, net_snmp;
	bool young; /* it has just started */
	oid arm;
} fake;

static bool
has_row(enum mib_table table, uint32_t n)
{
	switch (table) {
	case MIB_SERVER:
		return n == 1;
	case MIB_EVENT:
		return n >= fake.first && n <= fake.last;
	case MIB_GROUP:
		return n <= 3;
	case MIB_CLIENT:
		return n <= fake.clients;
	default:
		return false;
	}
}

/* The next row after n, 0: none. */
static uint32_t
next_row(enum mib_table table, uint32_t n)
{
	uint32_t most = table == MIB_EVENT    ? fake.last
			: table == MIB_CLIENT ? fake.clients
					      : 3;
	if (table == MIB_EVENT && n + 1 < fake.first)
		n = fake.first - 1;
	for (n++; n <= most; n++)
		if (has_row(table, n))
			return n;
	return 0;
}

static void
put_value(netsnmp_pdu *response, const struct mib_column *column, const oid *name,
	  size_t length, uint32_t n)
{
	uint8_t date[11] = { 0x07, 0xea, 11, 23, 9, 30, fake.started, 0, '+', 0, 0 };
	struct counter64 big = { .high = 0, .low = n };
	long small = (long)n;
	if (column->kind == MIB_COUNTER)
		small += fake.version;
	if (strcmp(column->name, "bwServerClients") == 0)
		small = (long)fake.clients;
	switch (column->kind) {
	case MIB_STRING:
		snmp_pdu_add_variable(response, name, length, ASN_OCTET_STR, "text", 4);
		break;
	case MIB_DATE:
		snmp_pdu_add_variable(response, name, length, ASN_OCTET_STR, date,
				      sizeof(date));
		break;
	case MIB_ADDRESS:
	case MIB_OCTETS:
		snmp_pdu_add_variable(response, name, length, ASN_OCTET_STR, date, 4);
		break;
	case MIB_COUNTER64:
	case MIB_THOUSANDTH:
		snmp_pdu_add_variable(response, name, length, ASN_COUNTER64, &big,
				      sizeof(big));
		break;
	case MIB_AGE:
		small = (long)fake.age;
		snmp_pdu_add_variable(response, name, length, ASN_GAUGE, &small,
				      sizeof(small));
		break;
	default:
		snmp_pdu_add_variable(response, name, length, ASN_GAUGE, &small,
				      sizeof(small));
		break;
	}
}

/* ---- requests ---- */

static const size_t table_at = MIB_BASE_LENGTH + 1;

static void
answer_next(netsnmp_pdu *response, oid *name, size_t *length)
{
	size_t entry = table_at + 2; /* where the column's number stands */
	enum mib_table table = name[table_at - 1] == MIB_CLIENTS
				   ? MIB_CLIENT
				   : (enum mib_table)name[table_at];
	const struct mib_description *description = mib_describe(table);
	size_t i = 0;
	uint32_t server = *length > entry + 1 ? (uint32_t)name[entry + 1] : 0;
	uint32_t n =
	    server && description->indexes == 2 ? (uint32_t)name[entry + 2] : server;
	while (description->column[i].number < name[entry])
		i++;
	uint32_t row = server > 1 ? 0 : next_row(table, n);
	while (row == 0 && ++i < description->columns)
		row = next_row(table, 0);
	if (row == 0) {
		snmp_pdu_add_variable(response, name, *length, SNMP_ENDOFMIBVIEW, NULL,
				      0);
		return;
	}
	name[entry] = description->column[i].number;
	name[entry + 1] = 1;
	name[entry + 2] = row;
	*length = entry + 1 + description->indexes;
	put_value(response, &description->column[i], name, *length, row);
}

static void
answer_bulk(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	static oid name[256][20];
	size_t length[256];
	size_t count = 0;
	fake.bulks++;
	for (const netsnmp_variable_list *vb = request->variables; vb && count < 256;
	     vb = vb->next_variable, count++) {
		memcpy(name[count], vb->name, vb->name_length * sizeof(oid));
		length[count] = vb->name_length;
	}
	for (long i = 0; i < request->max_repetitions; i++)
		for (size_t j = 0; j < count; j++)
			answer_next(response, name[j], &length[j]);
}

static void
answer_operation(netsnmp_pdu *response, const netsnmp_variable_list *vb)
{
	const struct mib_description *table = mib_describe(MIB_OPERATION);
	oid number = vb->name[table_at + 2];
	uint32_t row = (uint32_t)vb->name[table_at + 4];
	long value = 1;
	for (size_t i = 0; i < table->columns; i++) {
		if (table->column[i].number != number)
			continue;
		bool there = row == fake.made || (row && row == fake.taken);
		const char *text = row == fake.taken ? fake.theirs : "why";
		if (!there)
			snmp_pdu_add_variable(response, vb->name, vb->name_length,
					      SNMP_NOSUCHINSTANCE, NULL, 0);
		else if (strcmp(table->column[i].name, "bwOperationState") == 0)
			value = (long)fake.state;
		else if (table->column[i].kind == MIB_ROW_STATUS)
			value = fake.state == 1 ? 2 : 1;
		if (there && table->column[i].kind == MIB_STRING)
			snmp_pdu_add_variable(response, vb->name, vb->name_length,
					      ASN_OCTET_STR, text, strlen(text));
		else if (there)
			snmp_pdu_add_variable(response, vb->name, vb->name_length,
					      ASN_INTEGER, &value, sizeof(value));
	}
}

static void
answer_get(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	for (const netsnmp_variable_list *vb = request->variables; vb;
	     vb = vb->next_variable) {
		long uptime = fake.young ? 300 : 6000;
		if (vb->name_length == 9) {
			snmp_pdu_add_variable(response, vb->name, vb->name_length,
					      ASN_TIMETICKS, &uptime, sizeof(uptime));
			continue;
		}
		if (vb->name[table_at] == MIB_OPERATION) {
			answer_operation(response, vb);
			continue;
		}
		for (size_t i = 0; i < mib_scalars_count; i++)
			if (mib_scalar[i].number == vb->name[table_at + 1] &&
			    (fake.bare ||
			     (fake.versionless && mib_scalar[i].kind == MIB_STRING)))
				snmp_pdu_add_variable(response, vb->name,
						      vb->name_length,
						      SNMP_NOSUCHOBJECT, NULL, 0);
			else if (mib_scalar[i].number == vb->name[table_at + 1])
				put_value(response, &mib_scalar[i], vb->name,
					  vb->name_length, fake.next);
	}
}

static void
answer_getnext(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	oid name[16];
	long value = 7;
	const netsnmp_variable_list *vb = request->variables;
	bool ours = vb->name_length == MIB_BASE_LENGTH;
	memcpy(name, vb->name, vb->name_length * sizeof(oid));
	name[vb->name_length] = MIB_OBJECTS;
	name[vb->name_length + 1] = ours ? fake.arm : 1;
	name[vb->name_length + 2] = 1;
	if (!(ours ? fake.arm != 0 : fake.net_snmp))
		name[6] = 9999; /* beyond */
	snmp_pdu_add_variable(response, name, vb->name_length + 3, ASN_GAUGE, &value,
			      sizeof(value));
}

static void
answer_set(const netsnmp_pdu *request, netsnmp_pdu *response)
{
	const netsnmp_variable_list *last = request->variables;
	long count = 1;
	for (; last->next_variable; last = last->next_variable)
		count++;
	response->variables = snmp_clone_varbind(request->variables);
	uint32_t row = (uint32_t)last->name[last->name_length - 1];
	fake.sets++;
	response->errstat = fake.refuse;
	response->errindex = 1;
	if (fake.refuse)
		return;
	if (row == fake.taken) {
		response->errstat = SNMP_ERR_INCONSISTENTVALUE;
		response->errindex = count;
	} else if (*last->val.integer == 6) {
		fake.made = 0;
	} else {
		fake.made = row;
		fake.state = *last->val.integer == 5 ? 1 : 2;
	}
}

netsnmp_pdu *
__wrap_session_ask(struct session *session, netsnmp_pdu *request, bool once);

netsnmp_pdu *
__wrap_session_ask(struct session *session, netsnmp_pdu *request, bool once)
{
	netsnmp_pdu *response = snmp_pdu_create(SNMP_MSG_RESPONSE);
	response->errstat = SNMP_ERR_NOERROR;
	CU_ASSERT_EQUAL(once, request->command == SNMP_MSG_SET);
	fake.asks++;
	if (request->command == SNMP_MSG_GETBULK)
		answer_bulk(request, response);
	else if (request->command == SNMP_MSG_SET && fake.lose == 0)
		answer_set(request, response);
	else if (request->command == SNMP_MSG_GETNEXT)
		answer_getnext(request, response);
	else if (request->command != SNMP_MSG_SET)
		answer_get(request, response);
	bool arrives = request->command != SNMP_MSG_SET || fake.lose == 0;
	fake.lose -= !arrives;
	if (!arrives || (request->command == SNMP_MSG_SET && fake.deaf) ||
	    (fake.lost && fake.asks % fake.lost == 0)) {
		snmp_free_pdu(response);
		response = NULL;
		session->state = AGENT_SILENT;
		session->alive = false;
	}
	snmp_free_pdu(request);
	return response;
}

/* ---- a manager without its thread ---- */

static struct manager manager;
static struct agent agent;

static void
begin(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&manager, 0, sizeof(manager));
	memset(&agent, 0, sizeof(agent));
	pthread_mutex_init(&manager.lock, NULL);
	manager.requests.end = &manager.requests.first;
	agent.manager = &manager;
	agent.last = calloc(1, sizeof(*agent.last));
	agent.last->references = 1;
	fake.first = 1;
	fake.next = 40;
}

static void
end(void)
{
	held_release(agent.last);
	pthread_mutex_destroy(&manager.lock);
}

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
	begin();
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
	end();
}

/* A table that is not read again is shown as it was, by the same rows. */
static void
test_shared(void)
{
	begin();
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
	end();
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
	begin();
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
	end();
}

/* Many clients come in slices, each in a round of its own, and between them what is seen is
   read each time. */
static void
test_slices(void)
{
	const struct snapshot_table *clients;
	begin();
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
	end();
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
	begin();
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
	end();
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
	begin();
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
	end();
}

static void
test_stale(void)
{
	begin();
	CU_ASSERT_EQUAL(next_round(0), AGENT_OK);
	fake.age = 4;
	CU_ASSERT_EQUAL(next_round(0), AGENT_OK);
	fake.age = 6;
	CU_ASSERT_EQUAL(next_round(0), AGENT_STALE);
	end();
}

/* ---- operations ---- */

static struct manager_answer
operate_fake(enum manager_verb verb, uint32_t row)
{
	struct manager_request request = {
		.verb = verb,
		.operation = { .index = { 1, row },
			       .action = 1,
			       .selection = "why",
			       .requester = "why",
			       .reason = "why",
			       .hold = 1,
			       .share = 1,
			       .limit = 1,
			       .force = true },
	};
	struct manager_answer answer = { .ticket = 0 };
	operate(&agent, &request, &answer);
	return answer;
}

static void
test_operate(void)
{
	begin();
	struct manager_answer answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(answer.operation.index.row, 40);
	CU_ASSERT_EQUAL(answer.operation.state, 1);
	answer = operate_fake(VERB_RUN, 40);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(answer.operation.state, 2);
	answer = operate_fake(VERB_CANCEL, 40);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(fake.made, 0);
	/* Somebody was quicker: the next number, with nothing left of the failure. */
	fake.taken = 40;
	answer = operate_fake(VERB_GO, 0);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(answer.failure, FAILURE_NONE);
	CU_ASSERT_EQUAL(answer.operation.index.row, 41);
	end();
}

static void
test_operate_refused(void)
{
	begin();
	fake.refuse = SNMP_ERR_NOACCESS;
	struct manager_answer answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_FALSE(answer.ok);
	CU_ASSERT_EQUAL(answer.failure, FAILURE_NO_WRITE);
	CU_ASSERT_EQUAL(fake.sets, 1);
	fake.refuse = SNMP_ERR_WRONGVALUE;
	answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_STRING_EQUAL(
	    answer.text,
	    "the agent knows no such action: it is older than this program");
	/* A server that is not there: the next number would be no better. */
	fake.refuse = SNMP_ERR_INCONSISTENTNAME;
	fake.sets = 0;
	answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "no such server any more"));
	CU_ASSERT_EQUAL(fake.sets, 1);
	end();
}

/* The response to a SET is lost: what the row says decides. Only what is seen not to have
   arrived is sent again. */
static void
test_operate_lost(void)
{
	begin();
	fake.deaf = true;
	struct manager_answer answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(fake.sets, 1);
	fake.refuse = SNMP_ERR_GENERR;
	fake.made = 0;
	answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_FALSE(answer.ok);
	CU_ASSERT_EQUAL(answer.failure, FAILURE_UNANSWERED);
	CU_ASSERT_EQUAL(fake.sets, 4);
	end();
	for (unsigned lose = 1; lose <= 3; lose++)
		for (enum manager_verb verb = VERB_PLAN; verb <= VERB_GO; verb++) {
			if (verb == VERB_RUN)
				continue;
			begin();
			fake.lose = lose;
			answer = operate_fake(verb, 0);
			CU_ASSERT_EQUAL(answer.ok, lose < 3);
			CU_ASSERT_EQUAL(fake.sets, lose < 3);
			CU_ASSERT_EQUAL(answer.operation.index.row, 40);
			end();
		}
}

/* The number that the agent offers may still be that of the operation before, and the SET be
   lost: what stands there, in whatever words, is not what was asked for. */
static void
test_operate_other(void)
{
	static const char *const theirs[] = { "why", "else" };
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++) {
		begin();
		fake.taken = 40;
		fake.theirs = theirs[i];
		fake.state = i == 0 ? 2 : 1; /* it runs, or is a plan */
		fake.lose = 1;
		struct manager_answer answer = operate_fake(VERB_PLAN, 0);
		CU_ASSERT_TRUE(answer.ok);
		CU_ASSERT_EQUAL(answer.operation.index.row, 41);
		CU_ASSERT_STRING_EQUAL(answer.operation.selection, "why");
		CU_ASSERT_EQUAL(fake.sets, 2);
		end();
	}
	/* Another's plan, be it that it was made in between. */
	begin();
	fake.taken = 40;
	fake.theirs = "else";
	fake.state = 1;
	struct manager_answer answer = operate_fake(VERB_RUN, 40);
	CU_ASSERT_FALSE(answer.ok);
	end();
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
		begin();
		fake.bare = !all[i].scalars;
		fake.versionless = true;
		fake.arm = all[i].below ? all[i].arm : 0;
		fake.net_snmp = all[i].net_snmp;
		CU_ASSERT_PTR_NULL(round_read(&agent, 0, 0, &state, detail));
		CU_ASSERT_EQUAL(state, all[i].state);
		CU_ASSERT_TRUE(strlen(detail) > 10);
		end();
	}
}

/* Nothing is shown by view, or not yet: who has just started is not called a wrong view. */
static void
test_young(void)
{
	for (unsigned young = 0; young < 2; young++) {
		enum agent_state state = AGENT_OK;
		char detail[256] = "";
		begin();
		fake.bare = true;
		fake.young = young;
		CU_ASSERT_PTR_NULL(round_read(&agent, 0, 0, &state, detail));
		CU_ASSERT_EQUAL(state, AGENT_NO_VIEW);
		CU_ASSERT_PTR_NOT_NULL(strstr(detail, "read view does not hold"));
		CU_ASSERT_EQUAL(strstr(detail, "only just started") != NULL, young);
		end();
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
		{ "another's operation", test_operate_other },
		{ "operations", test_operate },
		{ "operations refused", test_operate_refused },
		{ "responses lost", test_operate_lost },
	};
	return unit_run("round", test, ARRAY_SIZE(test));
}
