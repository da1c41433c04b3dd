/* SPDX-License-Identifier: BSD-3-Clause */
/* The SNMP manager without an agent: decoding, walking a table, the SETs and their errors. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/unit.h"
#include "tui/manager-inside.h"
#include "tui/manager-knock.h"

static const struct decode_clock now = { .boot = 1000 * SECOND,
					 .uptime = 5000, /* 50 s */
					 .known = true };

/* ---- values ---- */

static const struct mib_column *
column(enum mib_table table, const char *name)
{
	return mib_column_find(mib_describe(table), name);
}

static bool
decode(const struct mib_column *where, u_char type, const void *value, size_t size,
       void *row)
{
	static const oid name[] = { 1, 3 };
	netsnmp_variable_list *list = NULL;
	snmp_varlist_add_variable(&list, name, 2, type, value, size);
	bool good = list && decode_value(where, list, &now, row);
	snmp_free_varbind(list);
	return good;
}

static bool
decode_number(const struct mib_column *where, u_char type, long value, void *row)
{
	return decode(where, type, &value, sizeof(value), row);
}

static void
test_blank(void)
{
	const struct mib_description *description = mib_describe(MIB_SERVER);
	struct mib_server row;
	memset(&row, 0x55, sizeof(row));
	decode_blank(description->column, description->columns, &row);
	CU_ASSERT_EQUAL(row.performance, UINT32_MAX);
	CU_ASSERT_EQUAL(row.performance_exact, INT64_MIN);
	CU_ASSERT_EQUAL(row.performance_at, 0);
	CU_ASSERT_EQUAL(row.state, 0);
	CU_ASSERT_EQUAL(row.name[0], '\0');
	CU_ASSERT_EQUAL(row.history[0], 255);
	CU_ASSERT_TRUE(address_is_none(&row.address));
}

static void
test_numbers(void)
{
	struct mib_server row = { .state = 9 };
	struct counter64 big = { .high = 1, .low = 2 };
	CU_ASSERT_TRUE(
	    decode_number(column(MIB_SERVER, "bwServerState"), ASN_INTEGER, 3, &row));
	CU_ASSERT_EQUAL(row.state, 3);
	CU_ASSERT_TRUE(decode_number(column(MIB_SERVER, "bwServerPerformance"),
				     ASN_GAUGE, 4000000000L, &row));
	CU_ASSERT_EQUAL(row.performance, 4000000000u);
	CU_ASSERT_TRUE(decode(column(MIB_SERVER, "bwServerOrders"), ASN_COUNTER64, &big,
			      sizeof(big), &row));
	CU_ASSERT_EQUAL(row.orders, UINT64_C(0x100000002));
	CU_ASSERT_TRUE(decode(column(MIB_SERVER, "bwServerPerformanceExact"),
			      ASN_COUNTER64, &big, sizeof(big), &row));
	CU_ASSERT_EQUAL(row.performance_exact, INT64_C(0x100000002));
	/* Another type, a negative number, none: the member stays. */
	CU_ASSERT_FALSE(
	    decode(column(MIB_SERVER, "bwServerState"), ASN_OCTET_STR, "1", 1, &row));
	CU_ASSERT_FALSE(
	    decode_number(column(MIB_SERVER, "bwServerState"), ASN_INTEGER, -1, &row));
	CU_ASSERT_FALSE(decode(column(MIB_SERVER, "bwServerState"), SNMP_NOSUCHINSTANCE,
			       NULL, 0, &row));
	CU_ASSERT_EQUAL(row.state, 3);
}

static void
test_truth(void)
{
	struct mib_client row = { .silent = false };
	const struct mib_column *silent = column(MIB_CLIENT, "bwClientSilent");
	CU_ASSERT_TRUE(decode_number(silent, ASN_INTEGER, 1, &row));
	CU_ASSERT_TRUE(row.silent);
	CU_ASSERT_TRUE(decode_number(silent, ASN_INTEGER, 2, &row));
	CU_ASSERT_FALSE(row.silent);
	CU_ASSERT_FALSE(decode_number(silent, ASN_INTEGER, 3, &row));
}

static void
test_times(void)
{
	struct mib_client row = { .changed = 7 };
	const struct mib_column *changed = column(MIB_CLIENT, "bwClientChanged");
	decode_number(changed, ASN_TIMETICKS, 4000, &row);
	CU_ASSERT_EQUAL(row.changed, 990 * SECOND);
	decode_number(changed, ASN_TIMETICKS, 0, &row);
	CU_ASSERT_EQUAL(row.changed, 0);
	/* After the agent's present: now, not the future. */
	decode_number(changed, ASN_TIMETICKS, 6000, &row);
	CU_ASSERT_EQUAL(row.changed, now.boot);
	decode_number(column(MIB_CLIENT, "bwClientAge"), ASN_GAUGE, 3, &row);
	CU_ASSERT_EQUAL(row.heard, 997 * SECOND);
	decode_number(column(MIB_CLIENT, "bwClientOrderLeft"), ASN_GAUGE, 3, &row);
	CU_ASSERT_EQUAL(row.in_force, 1003 * SECOND);
	decode_number(column(MIB_CLIENT, "bwClientOrderLeft"), ASN_GAUGE, 0, &row);
	CU_ASSERT_EQUAL(row.in_force, 0);
}

static void
test_dates(void)
{
	static const uint8_t utc[] = { 0x07, 0xea, 11, 23, 9, 30, 15, 5, '+', 0, 0 };
	static const uint8_t east[] = { 0x07, 0xea, 11, 23, 10, 0, 15, 5, '+', 0, 30 };
	static const uint8_t west[] = { 0x07, 0xea, 11, 23, 7, 30, 15, 5, '-', 2, 0 };
	static const uint8_t bad[] = { 0x07, 0xea, 13, 23, 9, 30, 15, 5, '+', 0, 0 };
	int64_t wanted = INT64_C(1795426215500000);
	CU_ASSERT_EQUAL(decode_date(utc, 11), wanted);
	CU_ASSERT_EQUAL(decode_date(utc, 8), wanted);
	CU_ASSERT_EQUAL(decode_date(east, 11), wanted);
	CU_ASSERT_EQUAL(decode_date(west, 11), wanted);
	CU_ASSERT_EQUAL(decode_date(bad, 11), 0);
	CU_ASSERT_EQUAL(decode_date(utc, 9), 0);
}

static void
test_octets(void)
{
	struct mib_client row = { .place = 0 };
	char text[ADDRESS_TEXT];
	const struct mib_column *address = column(MIB_CLIENT, "bwClientAddress");
	decode(address, ASN_OCTET_STR, "\xc6\x33\x64\x01", 4, &row);
	CU_ASSERT_STRING_EQUAL(address_format(&row.address, text), "198.51.100.1");
	decode(address, ASN_OCTET_STR, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16,
	       &row);
	CU_ASSERT_STRING_EQUAL(address_format(&row.address, text), "2001:db8::7");
	CU_ASSERT_FALSE(decode(address, ASN_OCTET_STR, "abcde", 5, &row));
	/* What reaches a terminal has no control characters, and fits. */
	decode(column(MIB_CLIENT, "bwClientName"), ASN_OCTET_STR, "a\x1b[2J", 5, &row);
	CU_ASSERT_STRING_EQUAL(row.name, "a?[2J");
	char longest[300];
	memset(longest, 'x', sizeof(longest));
	decode(column(MIB_CLIENT, "bwClientName"), ASN_OCTET_STR, longest,
	       sizeof(longest), &row);
	CU_ASSERT_EQUAL(strlen(row.name), MIB_NAME - 1);
}

/* ---- an agent of nothing but a client table ---- */

struct pretender {
	uint32_t rows;
	size_t most;       /* variables in a response */
	unsigned requests; /* so far */
	uint32_t vanish;   /* after the first request this row is gone */
	bool backwards;
};

/* Row n is there in the column unless: the age of every third, all of what vanished. */
static bool
is_there(const struct pretender *agent, oid number, uint32_t n)
{
	return !(number == 13 && n % 3 == 0) &&
	       !(n == agent->vanish && agent->requests > 1 && number != 16);
}

static void
answer_next(const struct pretender *agent, netsnmp_pdu *response, oid *name,
	    size_t *length)
{
	const struct mib_description *clients = mib_describe(MIB_CLIENT);
	uint32_t entry[16];
	size_t start = mib_entry(MIB_CLIENT, entry);
	oid number = name[start];
	uint32_t n = *length == start + 3 ? (uint32_t)name[start + 2] : 0;
	if (*length == start + 3 && name[start + 1] > 1)
		n = agent->rows;
	if (agent->backwards && n > 5)
		n = 1;
	for (;;) {
		while (n < agent->rows && !is_there(agent, number, n + 1))
			n++;
		if (n < agent->rows)
			break;
		if (number == clients->column[clients->columns - 1].number) {
			snmp_pdu_add_variable(response, name, *length,
					      SNMP_ENDOFMIBVIEW, NULL, 0);
			return;
		}
		number++;
		n = 0;
	}
	long value = (long)(n + 1);
	name[start] = number;
	name[start + 1] = 1;
	name[start + 2] = n + 1;
	*length = start + 3;
	if (number == 2)
		snmp_pdu_add_variable(response, name, *length, ASN_OCTET_STR, "name",
				      4);
	else
		snmp_pdu_add_variable(response, name, *length, ASN_GAUGE, &value,
				      sizeof(value));
}

static netsnmp_pdu *
pretend(void *context, netsnmp_pdu *request)
{
	struct pretender *agent = context;
	netsnmp_pdu *response = snmp_pdu_create(SNMP_MSG_RESPONSE);
	oid name[64][20];
	size_t length[64];
	size_t count = 0;
	size_t given = 0;
	response->errstat = SNMP_ERR_NOERROR;
	agent->requests++;
	for (netsnmp_variable_list *vb = request->variables; vb && count < 64;
	     vb = vb->next_variable, count++) {
		memcpy(name[count], vb->name, vb->name_length * sizeof(oid));
		length[count] = vb->name_length;
	}
	for (long i = 0; i < request->max_repetitions; i++)
		for (size_t j = 0; j < count && given < agent->most; j++, given++)
			answer_next(agent, response, name[j], &length[j]);
	snmp_free_pdu(request);
	return response;
}

static struct rows *
read_clients(struct pretender *agent, const struct stretch *stretch, size_t stretches,
	     struct bulk *bulk)
{
	struct walk walk = { .description = mib_describe(MIB_CLIENT),
			     .stretch = stretch,
			     .stretches = stretches,
			     .clock = &now,
			     .bulk = bulk,
			     .ask = pretend,
			     .context = agent };
	return walk_table(&walk);
}

/* Rows 1 to count, whole: the sparse column where it is there and nowhere else. */
static void
check_rows(const struct rows *rows, size_t count, uint32_t first)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
	CU_ASSERT_EQUAL(rows->count, count);
	for (size_t i = 0; i < rows->count; i++) {
		const struct mib_client *row =
		    (const struct mib_client *)(const void *)rows_at(rows, i);
		uint32_t n = first + (uint32_t)i;
		CU_ASSERT_EQUAL(row->index.row, n);
		CU_ASSERT_EQUAL(row->index.server, 1);
		CU_ASSERT_STRING_EQUAL(row->name, "name");
		CU_ASSERT_EQUAL(row->transitions, n);
		CU_ASSERT_EQUAL(row->heard, n % 3 == 0 ? 0 : now.boot - n * SECOND);
	}
}

static void
test_walk(void)
{
	static const size_t most[] = { 1, 7, 15, 31, 100, 5000 };
	for (size_t i = 0; i < ARRAY_SIZE(most); i++) {
		struct pretender agent = { .rows = 60, .most = most[i] };
		struct bulk bulk = { 0 };
		struct rows *rows = read_clients(&agent, &everything, 1, &bulk);
		check_rows(rows, 60, 1);
		CU_ASSERT_EQUAL(bulk.cut, most[i] < 5000);
		rows_free(rows);
	}
}

static void
test_walk_empty(void)
{
	struct pretender agent = { .rows = 0, .most = 100 };
	struct bulk bulk = { 0 };
	struct rows *rows = read_clients(&agent, &everything, 1, &bulk);
	check_rows(rows, 0, 1);
	CU_ASSERT_EQUAL(agent.requests, 1);
	rows_free(rows);
}

/* Where the first column's end came, the others' is not asked for: what came in the last
   response was all. */
static void
test_walk_end(void)
{
	struct pretender agent = { .rows = 8 };
	struct bulk bulk = { 0 };
	agent.most = 8 * mib_describe(MIB_CLIENT)->columns + 1;
	struct rows *rows = read_clients(&agent, &everything, 1, &bulk);
	check_rows(rows, 8, 1);
	CU_ASSERT_EQUAL(agent.requests, 1);
	rows_free(rows);
	/* Without it, all are asked once more. */
	agent = (struct pretender){ .rows = 8, .most = agent.most - 1 };
	rows = read_clients(&agent, &everything, 1, &bulk);
	check_rows(rows, 8, 1);
	CU_ASSERT_EQUAL(agent.requests, 2);
	rows_free(rows);
}

/* Several places at once give what one gives, in the same order, in fewer rounds. */
static void
test_stretches(void)
{
	static const struct stretch stretch[] = { { { 1, 0 }, { 1, 201 } },
						  { { 1, 200 }, { 1, 401 } },
						  { { 1, 400 }, { 2, 0 } } };
	struct pretender agent = { .rows = 500, .most = 5000 };
	struct bulk bulk = { .most = 900 };
	struct rows *rows = read_clients(&agent, stretch, 3, &bulk);
	check_rows(rows, 500, 1);
	rows_free(rows);
	struct pretender late = { .rows = 500, .most = 5000 };
	static const struct stretch end = { { 1, 490 }, { 2, 0 } };
	rows = read_clients(&late, &end, 1, &bulk);
	check_rows(rows, 10, 491);
	CU_ASSERT_EQUAL(late.requests, 1);
	rows_free(rows);
}

/* A row that goes while it is read is left out: its first column never came. */
static void
test_walk_partial(void)
{
	struct pretender agent = { .rows = 40, .most = 20, .vanish = 30 };
	struct bulk bulk = { 0 };
	struct rows *rows = read_clients(&agent, &everything, 1, &bulk);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
	CU_ASSERT_EQUAL(rows->count, 39);
	for (size_t i = 0; i < rows->count; i++)
		CU_ASSERT_NOT_EQUAL(rows_at(rows, i)->row, 30);
	rows_free(rows);
}

/* An agent that repeats itself does not keep us for ever. */
static void
test_walk_backwards(void)
{
	struct pretender agent = { .rows = 500, .most = 90, .backwards = true };
	struct bulk bulk = { 0 };
	CU_ASSERT_PTR_NULL(read_clients(&agent, &everything, 1, &bulk));
}

/* ---- operations ---- */

static size_t
count_variables(const netsnmp_pdu *pdu)
{
	size_t count = 0;
	for (const netsnmp_variable_list *vb = pdu->variables; vb;
	     vb = vb->next_variable)
		count++;
	return count;
}

static void
test_operate_request(void)
{
	struct mib_operation operation = { .index = { 3, 77 },
					   .action = 2,
					   .selection = "all",
					   .requester = "ann",
					   .reason = "because",
					   .hold = 60,
					   .share = 25,
					   .force = true };
	netsnmp_pdu *pdu = operate_request(VERB_PLAN, &operation);
	CU_ASSERT_EQUAL(pdu->command, SNMP_MSG_SET);
	CU_ASSERT_EQUAL(count_variables(pdu), 9);
	const netsnmp_variable_list *vb = pdu->variables;
	size_t length = vb->name_length;
	CU_ASSERT_EQUAL(vb->name[length - 3], 2);
	CU_ASSERT_EQUAL(vb->name[length - 2], 3);
	CU_ASSERT_EQUAL(vb->name[length - 1], 77);
	CU_ASSERT_EQUAL(*vb->val.integer, 2);
	while (vb->next_variable)
		vb = vb->next_variable;
	CU_ASSERT_EQUAL(*vb->val.integer, 5); /* createAndWait */
	snmp_free_pdu(pdu);
	pdu = operate_request(VERB_RUN, &operation);
	CU_ASSERT_EQUAL(count_variables(pdu), 1);
	CU_ASSERT_EQUAL(*pdu->variables->val.integer, 1);
	snmp_free_pdu(pdu);
	operation.selection[0] = '\0';
	pdu = operate_request(VERB_GO, &operation);
	CU_ASSERT_EQUAL(count_variables(pdu), 8);
	snmp_free_pdu(pdu);
}

/* Each refusal of subagent/agent-operation.c, and of a master before it. */
static const struct {
	enum manager_verb verb;
	long error;
	const char *column;
	enum manager_failure failure;
	const char *says;
} errors[] = {
	{ VERB_PLAN, SNMP_ERR_NOACCESS, "bwOperationReason", FAILURE_NO_WRITE,
	  "no write access: the write view" },
	{ VERB_CANCEL, SNMP_ERR_AUTHORIZATIONERROR, NULL, FAILURE_NO_WRITE,
	  "no write access: this user" },
	{ VERB_PLAN, SNMP_ERR_NOTWRITABLE, "bwOperationAction", FAILURE_REFUSED,
	  "the Bellwether behind this agent has gone" },
	{ VERB_PLAN, SNMP_ERR_NOCREATION, "bwOperationRowStatus", FAILURE_REFUSED,
	  "no operation can be of such a server" },
	{ VERB_PLAN, SNMP_ERR_WRONGVALUE, "bwOperationSelection", FAILURE_REFUSED,
	  "the selection cannot be read: write all" },
	{ VERB_PLAN, SNMP_ERR_WRONGLENGTH, "bwOperationSelection", FAILURE_REFUSED,
	  "the selection is longer than the agent takes" },
	{ VERB_PLAN, SNMP_ERR_WRONGVALUE, "bwOperationAction", FAILURE_REFUSED,
	  "the agent knows no such action" },
	{ VERB_PLAN, SNMP_ERR_WRONGVALUE, "bwOperationShare", FAILURE_REFUSED,
	  "the share is none that the agent takes" },
	{ VERB_PLAN, SNMP_ERR_WRONGLENGTH, "bwOperationReason", FAILURE_REFUSED,
	  "the reason is longer than the agent takes, or empty" },
	{ VERB_PLAN, SNMP_ERR_WRONGTYPE, "bwOperationHold", FAILURE_REFUSED,
	  "how long it holds (--for) has another type there" },
	{ VERB_PLAN, SNMP_ERR_WRONGENCODING, "bwOperationLimit", FAILURE_REFUSED,
	  "the limit is encoded wrongly" },
	{ VERB_RUN, SNMP_ERR_INCONSISTENTVALUE, "bwOperationRowStatus", FAILURE_REFUSED,
	  "the plan is gone: plans are forgotten after a minute" },
	{ VERB_PLAN, SNMP_ERR_INCONSISTENTVALUE, "bwOperationRowStatus",
	  FAILURE_REFUSED, "others took the operation's number each time" },
	{ VERB_GO, SNMP_ERR_INCONSISTENTVALUE, "bwOperationForce", FAILURE_REFUSED,
	  "the force cannot be changed any more" },
	{ VERB_GO, SNMP_ERR_INCONSISTENTNAME, "bwOperationRowStatus", FAILURE_REFUSED,
	  "the agent has no such server any more" },
	{ VERB_RUN, SNMP_ERR_INCONSISTENTNAME, "bwOperationRowStatus", FAILURE_REFUSED,
	  "the operation is not there any more" },
	{ VERB_PLAN, SNMP_ERR_RESOURCEUNAVAILABLE, NULL, FAILURE_REFUSED,
	  "the engine takes no operations just now" },
	{ VERB_PLAN, SNMP_ERR_COMMITFAILED, NULL, FAILURE_REFUSED, "nothing was done" },
	{ VERB_PLAN, SNMP_ERR_UNDOFAILED, NULL, FAILURE_REFUSED, "half-way" },
	{ VERB_PLAN, SNMP_ERR_GENERR, NULL, FAILURE_UNANSWERED,
	  "Bellwether's agent did not answer snmpd" },
	{ VERB_PLAN, SNMP_ERR_TOOBIG, NULL, FAILURE_REFUSED, "shorten reason" },
	/* Nobody says that any more. */
	{ VERB_PLAN, SNMP_ERR_BADVALUE, "bwOperationRequester", FAILURE_REFUSED,
	  "the agent refused the requester: (badValue)" },
};

static void
test_operate_errors(void)
{
	char text[256];
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		const struct mib_column *which =
		    errors[i].column ? column(MIB_OPERATION, errors[i].column) : NULL;
		enum manager_failure failure =
		    operate_error(errors[i].verb, errors[i].error, which, text);
		CU_ASSERT_EQUAL(failure, errors[i].failure);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, errors[i].says));
		if (!strstr(text, errors[i].says))
			printf("\nwanted: %s\nwas: %s\n", errors[i].says, text);
		CU_ASSERT_TRUE(strlen(text) < 255);
	}
	/* Whatever is refused, without its column too. */
	for (enum manager_verb verb = VERB_PLAN; verb <= VERB_CANCEL; verb++)
		for (long error = 1; error <= 18; error++) {
			operate_error(verb, error, NULL, text);
			CU_ASSERT_PTR_NULL(strstr(text, "%s"));
			CU_ASSERT_TRUE(strlen(text) > 10);
		}
	/* Each writable column in words. */
	const struct mib_description *table = mib_describe(MIB_OPERATION);
	for (size_t i = 0; i < table->columns; i++) {
		operate_error(VERB_PLAN, SNMP_ERR_WRONGTYPE, &table->column[i], text);
		CU_ASSERT_EQUAL(table->column[i].writable,
				strstr(text, "bwOperation") == NULL);
	}
}

static void
test_states(void)
{
	for (int state = AGENT_CONNECTING; state <= AGENT_VERSION; state++) {
		CU_ASSERT_STRING_NOT_EQUAL(agent_state_name((enum agent_state)state),
					   "?");
		CU_ASSERT_TRUE(strlen(agent_state_advice((enum agent_state)state)) >
			       10);
	}
	CU_ASSERT_STRING_EQUAL(agent_state_name((enum agent_state)0), "?");
}

static void
test_knock(void)
{
	CU_ASSERT_EQUAL(knock("tcp:127.0.0.1:161", 10), KNOCK_UNKNOWN);
	CU_ASSERT_EQUAL(knock("unix:/tmp/x", 10), KNOCK_UNKNOWN);
	CU_ASSERT_EQUAL(knock("udp:127.0.0.1:port", 10), KNOCK_UNKNOWN);
	/* Port 1 of the loopback: nobody there. */
	CU_ASSERT_EQUAL(knock("udp:127.0.0.1:1", 1000), KNOCK_REFUSED);
	CU_ASSERT_EQUAL(knock("127.0.0.1:1", 1000), KNOCK_REFUSED);
}

/* A port of the loopback that somebody has, but where nobody answers yet. */
static int
silent_port(char agent[32])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, size), 0);
	CU_ASSERT_EQUAL(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(agent, 32, "udp:127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
	return fd;
}

/* An agent that was silent keeps nobody waiting while it is knocked at. */
static void
test_knock_later(void)
{
	char agent[32];
	int fd = silent_port(agent);
	struct session session = { .agent = agent, .silent = true };
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	char bytes[256];
	bool later = true;
	session.pattern.version = SNMP_VERSION_3;
	int64_t start = clock_now().boot;
	unsigned looks = 0, slow = 0;
	for (; later && looks < 1000; looks++) {
		int64_t before = clock_now().boot;
		CU_ASSERT_FALSE(session_knock(&session, &later));
		slow += clock_now().boot - before >= 500 * MILLISECOND;
		poll(NULL, 0, 10);
	}
	CU_ASSERT_TRUE(looks > 2);
	/* A machine may stand still at one; to wait for the agent is to do so at all. */
	CU_ASSERT_TRUE(slow <= looks / 2);
	CU_ASSERT_TRUE(clock_now().boot - start >= SECOND);
	CU_ASSERT_TRUE(session.silent);
	CU_ASSERT_EQUAL(session.state, AGENT_SILENT);
	CU_ASSERT_EQUAL(session.knocking, 0);
	/* One knock each time; the second one is answered. */
	CU_ASSERT_FALSE(session_knock(&session, &later));
	CU_ASSERT_TRUE(later);
	CU_ASSERT_TRUE(recv(fd, bytes, sizeof(bytes), 0) > 0);
	CU_ASSERT_TRUE(
	    recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &size) > 0);
	CU_ASSERT_TRUE(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) < 0);
	CU_ASSERT_EQUAL(sendto(fd, "x", 1, 0, (struct sockaddr *)&from, size), 1);
	while (!session_knock(&session, &later) && later)
		poll(NULL, 0, 10);
	CU_ASSERT_FALSE(later);
	CU_ASSERT_FALSE(session.silent);
	CU_ASSERT_EQUAL(session.knocking, 0);
	/* Who was not silent is not knocked at. */
	CU_ASSERT_TRUE(session_knock(&session, &later));
	CU_ASSERT_TRUE(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) < 0);
	close(fd);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "absent columns", test_blank },
		{ "numbers", test_numbers },
		{ "truth values", test_truth },
		{ "times become ours", test_times },
		{ "dates", test_dates },
		{ "octets", test_octets },
		{ "walk, whatever a response holds", test_walk },
		{ "walk of nothing", test_walk_empty },
		{ "the end of a walk", test_walk_end },
		{ "several places at once", test_stretches },
		{ "rows that go meanwhile", test_walk_partial },
		{ "an agent that goes backwards", test_walk_backwards },
		{ "the SETs", test_operate_request },
		{ "errors in words", test_operate_errors },
		{ "states in words", test_states },
		{ "knocking", test_knock },
		{ "knocking without waiting", test_knock_later },
	};
	return unit_run("manager", test, ARRAY_SIZE(test));
}
