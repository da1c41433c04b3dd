/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations by SET: plan, run, withdraw. */
#include "config.h"

#include "tui/manager-inside.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

/* How long the engine may take to make a plan, and how often one looks. */
#define PLAN_WAIT (5 * SECOND)
#define PLAN_LOOK (100 * MILLISECOND)
/* Another operator may take the same number at the same moment. */
#define NUMBER_TRIES 16u
/* On a path that loses every third packet nine of ten arrive so. */
#define SET_TRIES 3u
/* So often the row is asked for of an agent that lives and does not show it. */
#define SPOILT_TRIES 3u

/* RFC 2579, RowStatus. */
enum {
	ROW_ACTIVE = 1,
	ROW_NOT_IN_SERVICE,
	ROW_NOT_READY,
	ROW_CREATE_AND_GO,
	ROW_CREATE_AND_WAIT,
	ROW_DESTROY
};
enum { STATE_PLANNED = 1, STATE_REFUSED = 6 };

/* ---- names and values ---- */

static size_t
instance_name(const struct mib_column *column, const struct mib_row *index,
	      oid name[MAX_OID_LEN])
{
	uint32_t entry[16];
	size_t length = mib_entry(MIB_OPERATION, entry);
	for (size_t i = 0; i < length; i++)
		name[i] = entry[i];
	name[length++] = column->number;
	name[length++] = index->server;
	name[length++] = index->row;
	return length;
}

static void
add_value(netsnmp_pdu *request, const struct mib_column *column,
	  const struct mib_operation *operation)
{
	const void *member = (const uint8_t *)operation + column->offset;
	oid name[MAX_OID_LEN];
	size_t length = instance_name(column, &operation->index, name);
	uint32_t number = 0;
	long whole;
	switch (column->kind) {
	case MIB_STRING:
		snmp_pdu_add_variable(request, name, length, ASN_OCTET_STR, member,
				      strlen(member));
		return;
	case MIB_TRUTH:
		whole = *(const bool *)member ? 1 : 2;
		break;
	default:
		memcpy(&number, member, sizeof(number));
		whole = (long)number;
		break;
	}
	snmp_pdu_add_variable(request, name, length,
			      column->kind == MIB_UNSIGNED ? ASN_UNSIGNED : ASN_INTEGER,
			      &whole, sizeof(whole));
}

/* Columns with a default that an operation leaves out. */
static bool
is_left_out(const struct mib_column *column, const struct mib_operation *operation)
{
	return column->offset == offsetof(struct mib_operation, selection) &&
	       !operation->selection[0];
}

netsnmp_pdu *
operate_request(enum manager_verb verb, const struct mib_operation *operation)
{
	static const uint32_t status[] = { [VERB_PLAN] = ROW_CREATE_AND_WAIT,
					   [VERB_RUN] = ROW_ACTIVE,
					   [VERB_GO] = ROW_CREATE_AND_GO,
					   [VERB_CANCEL] = ROW_DESTROY };
	const struct mib_description *description = mib_describe(MIB_OPERATION);
	struct mib_operation whole = *operation;
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_SET);
	if (!request)
		return NULL;
	whole.row_status = status[verb];
	for (size_t i = 0; i < description->columns; i++) {
		const struct mib_column *column = &description->column[i];
		bool create = verb == VERB_PLAN || verb == VERB_GO;
		if (column->writable && !is_left_out(column, &whole) &&
		    (create || column->kind == MIB_ROW_STATUS))
			add_value(request, column, &whole);
	}
	return request;
}

/* Which column the error's index, from 1, means. */
static const struct mib_column *
column_of(const netsnmp_pdu *response)
{
	const struct mib_description *description = mib_describe(MIB_OPERATION);
	const netsnmp_variable_list *value = response->variables;
	for (long i = 1; i < response->errindex && value; i++)
		value = value->next_variable;
	if (response->errindex < 1 || !value)
		return NULL;
	for (size_t i = 0; i < description->columns; i++) {
		struct mib_row none = { 0, 0 };
		oid name[MAX_OID_LEN];
		size_t length = instance_name(&description->column[i], &none, name) - 2;
		if (value->name_length == length + 2 &&
		    memcmp(value->name, name, length * sizeof(*name)) == 0)
			return &description->column[i];
	}
	return NULL;
}

static void
default_requester(const struct manager *manager, char requester[MIB_NAME])
{
	const char *user = session_user(&manager->pattern);
	struct passwd entry;
	struct passwd *found = NULL;
	char room[1024];
	if (!user[0] && getpwuid_r(getuid(), &entry, room, sizeof(room), &found) == 0 &&
	    found)
		user = found->pw_name;
	if (user[0])
		slice_copy(slice_of(user), requester, MIB_NAME);
	else
		snprintf(requester, MIB_NAME, "uid-%u", (unsigned)getuid());
}

/* ---- asking ---- */

static bool
unanswered(const struct agent *agent, struct manager_answer *answer)
{
	answer->failure = FAILURE_UNANSWERED;
	snprintf(answer->text, sizeof(answer->text), "%s",
		 agent->session.detail[0] ? agent->session.detail : "no answer");
	return false;
}

/* The row as the agent shows it: 1 there, 0 not there, -1 no answer. */
static int
read_row(struct agent *agent, const struct mib_row *index, struct mib_operation *out)
{
	const struct mib_description *description = mib_describe(MIB_OPERATION);
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GET);
	struct decode_clock clock = { .boot = clock_now().boot };
	struct mib_operation row = { .index = *index };
	bool there = false;
	if (!request)
		return -1;
	for (size_t i = 0; i < description->columns; i++) {
		oid name[MAX_OID_LEN];
		size_t length = instance_name(&description->column[i], index, name);
		snmp_add_null_var(request, name, length);
	}
	netsnmp_pdu *response = session_ask(&agent->session, request, false);
	if (!response)
		return -1;
	const netsnmp_variable_list *value = response->variables;
	for (size_t i = 0; i < description->columns && value && !response->errstat;
	     i++, value = value->next_variable)
		there |= decode_value(&description->column[i], value, &clock, &row) &&
			 description->column[i].kind == MIB_ROW_STATUS;
	int result = response->errstat ? -1 : there;
	snmp_free_pdu(response);
	if (there)
		*out = row;
	return result;
}

/* The number that the agent offers next; 0 without an answer. */
static uint32_t
next_number(struct agent *agent)
{
	static const uint32_t base[] = MIB_BASE;
	uint32_t name[MIB_BASE_LENGTH + 4];
	uint32_t number = 0;
	size_t scalar = 0;
	struct mib_scalars scalars = { .operation_next = 0 };
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GET);
	if (!request)
		return 0;
	while (mib_scalar[scalar].offset !=
	       offsetof(struct mib_scalars, operation_next))
		scalar++;
	memcpy(name, base, sizeof(base));
	name[MIB_BASE_LENGTH] = MIB_OBJECTS;
	name[MIB_BASE_LENGTH + 1] = 1;
	name[MIB_BASE_LENGTH + 2] = mib_scalar[scalar].number;
	name[MIB_BASE_LENGTH + 3] = 0;
	session_add(request, name, ARRAY_SIZE(name));
	netsnmp_pdu *response = session_ask(&agent->session, request, false);
	if (!response)
		return 0;
	struct decode_clock clock = { .boot = 0 };
	if (!response->errstat && response->variables &&
	    decode_value(&mib_scalar[scalar], response->variables, &clock, &scalars))
		number = scalars.operation_next;
	snmp_free_pdu(response);
	return number;
}

/* True when the row is of this operation, not of one that was given its number before:
   all that was asked for is what was asked for here. */
static bool
is_ours(const struct mib_operation *row, const struct mib_operation *operation)
{
	const struct mib_description *description = mib_describe(MIB_OPERATION);
	bool same = true;
	for (size_t i = 0; i < description->columns && same; i++) {
		const struct mib_column *column = &description->column[i];
		const char *theirs = (const char *)row + column->offset;
		const char *wanted = (const char *)operation + column->offset;
		if (!column->writable || column->kind == MIB_ROW_STATUS ||
		    is_left_out(column, operation))
			continue;
		same = column->kind == MIB_STRING
			   ? strcmp(theirs, wanted) == 0
			   : memcmp(theirs, wanted, column->size) == 0;
	}
	return same;
}

/* A SET without an answer may have been taken, or not: the row says it. */
enum taken { TAKEN_YES, TAKEN_NO, TAKEN_UNKNOWN };

static enum taken
was_taken(struct agent *agent, enum manager_verb verb,
	  const struct mib_operation *operation)
{
	struct mib_operation row;
	int there = read_row(agent, &operation->index, &row);
	bool yes;
	for (unsigned i = 1; i < SPOILT_TRIES && there < 0 && agent->session.alive; i++)
		there = read_row(agent, &operation->index, &row);
	if (there < 0)
		return TAKEN_UNKNOWN;
	switch (verb) {
	case VERB_PLAN:
		/* The same once more may have been planned, and begun, before. */
		yes = there == 1 && is_ours(&row, operation) &&
		      row.row_status != ROW_ACTIVE;
		break;
	case VERB_GO:
		yes = there == 1 && is_ours(&row, operation);
		break;
	case VERB_RUN:
		yes = there == 1 && row.state != STATE_PLANNED;
		break;
	default:
		yes = there == 0;
		break;
	}
	return yes ? TAKEN_YES : TAKEN_NO;
}

/* The response to the SET, NULL without one. Where the row shows that it did not arrive it
   is sent again: were it to arrive late, the number is taken then, and it changes
   nothing. *taken: it arrived, only its response did not. */
static netsnmp_pdu *
send_set(struct agent *agent, const struct manager_request *request, bool *taken)
{
	*taken = false;
	for (unsigned tries = 0; tries < SET_TRIES; tries++) {
		netsnmp_pdu *pdu = operate_request(request->verb, &request->operation);
		netsnmp_pdu *response =
		    pdu ? session_ask(&agent->session, pdu, true) : NULL;
		if (response)
			return response;
		if (!pdu || agent->session.state != AGENT_SILENT)
			return NULL;
		enum taken arrived =
		    was_taken(agent, request->verb, &request->operation);
		*taken = arrived == TAKEN_YES;
		if (arrived != TAKEN_NO)
			return NULL;
	}
	return NULL;
}

/* Sends the SET; false with the answer's failure. *again: the number was taken. */
static bool
set(struct agent *agent, const struct manager_request *request,
    struct manager_answer *answer, bool *again)
{
	bool taken;
	netsnmp_pdu *response = send_set(agent, request, &taken);
	*again = false;
	if (!response)
		return taken || unanswered(agent, answer);
	long error = response->errstat;
	if (error) {
		const struct mib_column *column = column_of(response);
		answer->failure =
		    operate_error(request->verb, error, column, answer->text);
		*again = error == SNMP_ERR_INCONSISTENTVALUE && column &&
			 column->kind == MIB_ROW_STATUS;
	}
	snmp_free_pdu(response);
	return error == 0;
}

/* Nobody consents to what he did not ask for. */
static bool
someone_elses(const struct manager_request *request, struct manager_answer *answer)
{
	answer->failure = FAILURE_REFUSED;
	snprintf(answer->text, sizeof(answer->text),
		 "operation %u is another's, not what was asked for here: look at "
		 "bellwether "
		 "operations, then ask again",
		 (unsigned)request->operation.index.row);
	return false;
}

/* Waits for the engine's word on the row: planned or refused; after RUN or GO anything
   but planned. */
static bool
await(struct agent *agent, const struct manager_request *request,
      struct manager_answer *answer)
{
	int64_t deadline = clock_now().boot + PLAN_WAIT;
	const struct mib_operation *wanted = &request->operation;
	bool planning = request->verb == VERB_PLAN;
	unsigned spoilt = 0;
	do {
		struct mib_operation *row = &answer->operation;
		int there = read_row(agent, &request->operation.index, row);
		if (there < 0 && (!agent->session.alive || ++spoilt == SPOILT_TRIES))
			return unanswered(agent, answer);
		if (there < 0)
			deadline = clock_now().boot + PLAN_WAIT;
		if (there > 0 && row->state != 0 && row->row_status != ROW_NOT_READY &&
		    (planning || row->state != STATE_PLANNED)) {
			bool refused = row->state == STATE_REFUSED;
			if (planning && !refused && !is_ours(row, wanted))
				return someone_elses(request, answer);
			if (!refused)
				return true;
			answer->failure = FAILURE_REFUSED;
			snprintf(answer->text, sizeof(answer->text), "%s",
				 row->answer[0] ? row->answer
						: "refused, without a reason");
			return false;
		}
	} while (clock_now().boot < deadline &&
		 manager_pause(agent->manager, PLAN_LOOK));
	answer->failure = FAILURE_UNANSWERED;
	snprintf(answer->text, sizeof(answer->text),
		 "the agent took operation %u, but its engine says nothing about it: "
		 "look at "
		 "bellwether operations",
		 (unsigned)request->operation.index.row);
	return false;
}

void
operate(struct agent *agent, const struct manager_request *wanted,
	struct manager_answer *answer)
{
	struct manager_request request = *wanted;
	struct mib_operation *operation = &request.operation;
	bool create = request.verb == VERB_PLAN || request.verb == VERB_GO;
	bool choose = create && operation->index.row == 0;
	bool again = choose;
	agent->session.alive = true;
	if (!operation->requester[0])
		default_requester(agent->manager, operation->requester);
	if (operation->share == 0)
		operation->share = 100;
	answer->ok = false;
	for (uint32_t tries = 0; again && tries < NUMBER_TRIES; tries++) {
		uint32_t number = next_number(agent);
		if (number == 0 && agent->session.alive)
			number = next_number(agent);
		if (number == 0) {
			unanswered(agent, answer);
			return;
		}
		/* The engine may not have counted on yet since the last one. */
		if (number <= operation->index.row)
			number = operation->index.row + 1;
		operation->index.row = number;
		answer->ok = set(agent, &request, answer, &again);
	}
	if (!choose)
		answer->ok = set(agent, &request, answer, &again);
	answer->operation = *operation;
	if (answer->ok)
		answer->failure = FAILURE_NONE;
	if (answer->ok && request.verb != VERB_CANCEL)
		answer->ok = await(agent, &request, answer);
}
