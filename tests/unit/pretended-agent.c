/* SPDX-License-Identifier: BSD-3-Clause */
/* An SNMP agent that only pretends. */
#include "config.h"

#include "tests/unit/pretended-agent.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

struct pretended fake;
struct agent agent;

/* ---- what the agent has ---- */

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

void
pretend(void)
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

void
pretend_end(void)
{
	held_release(agent.last);
	pthread_mutex_destroy(&manager.lock);
}
