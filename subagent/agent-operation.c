/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations by SET: every fault found in its phase, rows that are being made. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"
#include "policy/selector.h"

enum row_status {
	ROW_ACTIVE = 1,
	ROW_NOT_IN_SERVICE,
	ROW_NOT_READY,
	ROW_CREATE_AND_GO,
	ROW_CREATE_AND_WAIT,
	ROW_DESTROY
};

/* enum action: these two are about the policy, not about clients. */
enum { ACTION_PAUSE = 4, ACTION_RESUME = 5 };

#define DEFAULT_HOLD 3600u

static uint32_t
bit_of(const struct mib_column *column)
{
	return UINT32_C(1) << column->number;
}

static uint32_t
bit_named(const char *name)
{
	return bit_of(mib_column_find(mib_describe(MIB_OPERATION), name));
}

/* ---- rows that are being made ---- */

static int
compare(const struct mib_row *row, uint32_t server, uint32_t number)
{
	if (row->server != server)
		return row->server < server ? -1 : 1;
	if (row->row != number)
		return row->row < number ? -1 : 1;
	return 0;
}

const struct agent_pending *
agent_pending_next(const struct agent_operations *list, struct agent_cursor cursor)
{
	for (size_t i = 0; i < list->count; i++) {
		int side = compare(&list->list[i].row.index, cursor.server, cursor.row);
		if (side > 0 || (side == 0 && cursor.inclusive))
			return &list->list[i];
	}
	return NULL;
}

static struct agent_pending *
find(struct agent_operations *list, uint32_t server, uint32_t number)
{
	for (size_t i = 0; i < list->count; i++)
		if (compare(&list->list[i].row.index, server, number) == 0)
			return &list->list[i];
	return NULL;
}

const struct agent_pending *
agent_pending_find(const struct agent_operations *list, uint32_t server,
		   uint32_t number)
{
	for (size_t i = 0; i < list->count; i++)
		if (compare(&list->list[i].row.index, server, number) == 0)
			return &list->list[i];
	return NULL;
}

static void
drop(struct agent_operations *list, struct agent_pending *pending)
{
	size_t i = (size_t)(pending - list->list);
	memmove(pending, pending + 1, (list->count - i - 1) * sizeof(list->list[0]));
	list->count--;
}

/* NULL when there are as many as there may be. */
static struct agent_pending *
insert(struct agent_operations *list, const struct mib_row *index)
{
	size_t i = 0;
	if (list->count == AGENT_PENDING)
		return NULL;
	while (i < list->count &&
	       compare(&list->list[i].row.index, index->server, index->row) < 0)
		i++;
	memmove(&list->list[i + 1], &list->list[i],
		(list->count - i) * sizeof(list->list[0]));
	list->count++;
	list->list[i] = (struct agent_pending){
		.row = { .index = *index,
			 .selection = "all",
			 .hold = DEFAULT_HOLD,
			 .share = 100,
			 .initiator = 3,
			 .row_status = ROW_NOT_READY },
	};
	return &list->list[i];
}

/* What is mandatory was written, and is not empty. */
static bool
complete(const struct agent_pending *pending)
{
	const struct mib_operation *row = &pending->row;
	bool clients = row->action != ACTION_PAUSE && row->action != ACTION_RESUME;
	return row->action != 0 && row->requester[0] && row->reason[0] &&
	       (!clients || (pending->set & bit_named("bwOperationSelection")));
}

/* ---- checking values: RESERVE1 ---- */

/* One varbind, decoded. */
struct change {
	const struct mib_column *column;
	struct mib_row index;
	uint32_t number;
	char text[MIB_TEXT];
};

static int
check_text(const netsnmp_variable_list *vb, const struct mib_column *column,
	   char text[MIB_TEXT])
{
	char why[SELECTOR_WHY];
	if (vb->type != ASN_OCTET_STR)
		return SNMP_ERR_WRONGTYPE;
	if (vb->val_len >= column->size)
		return SNMP_ERR_WRONGLENGTH;
	if (memchr(vb->val.string, 0, vb->val_len) ||
	    !text_printable((const char *)vb->val.string, vb->val_len))
		return SNMP_ERR_WRONGVALUE;
	memcpy(text, vb->val.string, vb->val_len);
	text[vb->val_len] = 0;
	if (strcmp(column->name, "bwOperationSelection") == 0 &&
	    !selector_syntax(text, why))
		return SNMP_ERR_WRONGVALUE;
	return SNMP_ERR_NOERROR;
}

static uint32_t
labels_of(const struct mib_column *column)
{
	uint32_t count = 0;
	while (column->label && column->label[count])
		count++;
	return count;
}

static int
check_row_status(const netsnmp_variable_list *vb, uint32_t *number)
{
	int error = agent_number_of(vb, ASN_INTEGER, ROW_ACTIVE, ROW_DESTROY, number);
	/* notInService is nothing that an operation can be brought back to. */
	if (error == SNMP_ERR_NOERROR &&
	    (*number == ROW_NOT_READY || *number == ROW_NOT_IN_SERVICE))
		error = SNMP_ERR_WRONGVALUE;
	return error;
}

static int
check_value(const netsnmp_variable_list *vb, struct change *change)
{
	const struct mib_column *column = change->column;
	bool share = strcmp(column->name, "bwOperationShare") == 0;
	switch (column->kind) {
	case MIB_ENUM:
		return agent_number_of(vb, ASN_INTEGER, 1, labels_of(column),
				       &change->number);
	case MIB_TRUTH:
		return agent_number_of(vb, ASN_INTEGER, 1, 2, &change->number);
	case MIB_ROW_STATUS:
		return check_row_status(vb, &change->number);
	case MIB_UNSIGNED:
		return agent_number_of(vb, ASN_UNSIGNED, share ? 1 : 0,
				       share ? 100 : UINT32_MAX, &change->number);
	case MIB_STRING:
		return check_text(vb, column, change->text);
	default:
		return SNMP_ERR_NOTWRITABLE;
	}
}

/* Everything that can be said of a varbind by itself. */
static int
check(const struct agent_table *table, const netsnmp_variable_list *vb,
      struct change *change)
{
	change->column = agent_column(table, vb);
	if (!change->column || !change->column->writable)
		return SNMP_ERR_NOTWRITABLE;
	int error = check_value(vb, change);
	if (error != SNMP_ERR_NOERROR)
		return error;
	if (!agent_index(table, vb, &change->index) || change->index.server == 0 ||
	    change->index.row == 0)
		return SNMP_ERR_NOCREATION;
	return SNMP_ERR_NOERROR;
}

/* ---- what it would come to: RESERVE2 ---- */

static bool
on_board(const struct agent *agent, const struct mib_row *index,
	 struct mib_operation *row)
{
	return agent_board_get(agent, MIB_OPERATION, index->server, index->row,
			       &row->index);
}

static bool
server_exists(const struct agent *agent, uint32_t server)
{
	struct mib_server row;
	return agent_board_get(agent, MIB_SERVER, server, server, &row.index);
}

static int
create(struct agent *agent, const struct change *change)
{
	struct mib_operation row;
	if (!server_exists(agent, change->index.server))
		return SNMP_ERR_INCONSISTENTNAME;
	if (on_board(agent, &change->index, &row) ||
	    find(&agent->after, change->index.server, change->index.row))
		return SNMP_ERR_INCONSISTENTVALUE;
	return insert(&agent->after, &change->index) ? SNMP_ERR_NOERROR
						     : SNMP_ERR_RESOURCEUNAVAILABLE;
}

/* A plan of the engine's whose row we had forgotten becomes ours again. */
static int
adopt(struct agent *agent, const struct change *change, struct agent_pending **pending)
{
	struct mib_operation row;
	*pending = find(&agent->after, change->index.server, change->index.row);
	if (*pending)
		return (*pending)->sent ? SNMP_ERR_INCONSISTENTVALUE : SNMP_ERR_NOERROR;
	if (!on_board(agent, &change->index, &row))
		return SNMP_ERR_INCONSISTENTNAME;
	if (row.row_status == ROW_ACTIVE)
		return SNMP_ERR_INCONSISTENTVALUE;
	*pending = insert(&agent->after, &change->index);
	if (!*pending)
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	(*pending)->row = row;
	(*pending)->set = UINT32_MAX;
	(*pending)->planned = true;
	return SNMP_ERR_NOERROR;
}

static int
put(struct agent *agent, const struct change *change)
{
	const struct mib_column *column = change->column;
	struct agent_pending *pending;
	int error = adopt(agent, change, &pending);
	if (error != SNMP_ERR_NOERROR)
		return error;
	uint8_t *at = (uint8_t *)&pending->row + column->offset;
	bool truth = change->number == 1;
	if (column->kind == MIB_STRING)
		memcpy(at, change->text, column->size);
	else if (column->kind == MIB_TRUTH)
		memcpy(at, &truth, sizeof(truth));
	else
		memcpy(at, &change->number, sizeof(change->number));
	pending->set |= bit_of(column);
	pending->planned = false;
	pending->touched = clock_now().boot;
	return SNMP_ERR_NOERROR;
}

/* As our own master we know who asks; a master between us does not tell. */
static bool
verified(const struct agent *agent, const netsnmp_agent_request_info *info,
	 const char *requester)
{
	const netsnmp_pdu *pdu = info->asp ? info->asp->pdu : NULL;
	return agent->options.master && pdu && pdu->version == SNMP_VERSION_3 &&
	       pdu->securityModel == SNMP_SEC_MODEL_USM &&
	       pdu->securityLevel >= SNMP_SEC_LEVEL_AUTHNOPRIV && pdu->securityName &&
	       pdu->securityNameLen == strlen(requester) &&
	       memcmp(pdu->securityName, requester, pdu->securityNameLen) == 0;
}

static int
ask(struct agent *agent, const netsnmp_agent_request_info *info,
    enum link_operate_kind kind, struct mib_operation *row)
{
	if (agent->operates + agent->outgoings == AGENT_OUTGOING || !agent->linked)
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	row->verified = verified(agent, info, row->requester);
	struct link_operate *operate = &agent->operate[agent->operates++];
	memset(operate, 0, sizeof(*operate));
	operate->kind = kind;
	operate->server = row->index.server;
	operate->number = row->index.row;
	operate->action = row->action;
	memcpy(operate->selection, row->selection, sizeof(operate->selection));
	memcpy(operate->requester, row->requester, sizeof(operate->requester));
	memcpy(operate->reason, row->reason, sizeof(operate->reason));
	operate->hold = row->hold;
	operate->share = row->share;
	operate->limit = row->limit;
	operate->force = row->force;
	operate->verified = row->verified;
	return SNMP_ERR_NOERROR;
}

static int
run(struct agent *agent, const netsnmp_agent_request_info *info,
    const struct change *change)
{
	struct agent_pending *pending =
	    find(&agent->after, change->index.server, change->index.row);
	struct mib_operation row;
	if (!pending) {
		if (!on_board(agent, &change->index, &row))
			return SNMP_ERR_INCONSISTENTVALUE;
		/* What is active already stays so, and that is no error. */
		return row.row_status == ROW_ACTIVE
			   ? SNMP_ERR_NOERROR
			   : ask(agent, info, OPERATE_RUN, &row);
	}
	if (pending->sent)
		return SNMP_ERR_NOERROR;
	if (!complete(pending))
		return SNMP_ERR_INCONSISTENTVALUE;
	/* Changed since its plan: no plan to run, so both at once. */
	bool go = change->number == ROW_CREATE_AND_GO || !pending->planned;
	pending->sent = true;
	pending->touched = clock_now().boot;
	pending->row.row_status = ROW_ACTIVE;
	return ask(agent, info, go ? OPERATE_GO : OPERATE_RUN, &pending->row);
}

static int
destroy(struct agent *agent, const netsnmp_agent_request_info *info,
	const struct change *change)
{
	struct agent_pending *pending =
	    find(&agent->after, change->index.server, change->index.row);
	struct mib_operation row;
	bool known = on_board(agent, &change->index, &row);
	if (pending) {
		known = known || pending->planned || pending->sent;
		row = pending->row;
		drop(&agent->after, pending);
	}
	return known ? ask(agent, info, OPERATE_CANCEL, &row) : SNMP_ERR_NOERROR;
}

static bool
creates(const struct change *change)
{
	return change->column->kind == MIB_ROW_STATUS &&
	       (change->number == ROW_CREATE_AND_GO ||
		change->number == ROW_CREATE_AND_WAIT);
}

/* The varbinds of one PDU are one change, in whatever order they come: first rows are
   made, then columns written, then rows set going. */
enum step { STEP_CREATE, STEP_PUT, STEP_STATUS, STEPS };

static int
reserve_step(struct agent *agent, const netsnmp_agent_request_info *info,
	     const struct change *change, enum step step)
{
	bool status = change->column->kind == MIB_ROW_STATUS;
	if (step == STEP_CREATE)
		return creates(change) ? create(agent, change) : SNMP_ERR_NOERROR;
	if (step == STEP_PUT)
		return status ? SNMP_ERR_NOERROR : put(agent, change);
	if (!status || change->number == ROW_CREATE_AND_WAIT)
		return SNMP_ERR_NOERROR;
	if (change->number == ROW_DESTROY)
		return destroy(agent, info, change);
	return run(agent, info, change);
}

/* Rows that have all they need, and that the engine has not seen so, are to be planned. */
static int
reserve_plans(struct agent *agent, const netsnmp_agent_request_info *info)
{
	int error = SNMP_ERR_NOERROR;
	for (size_t i = 0; i < agent->after.count && error == SNMP_ERR_NOERROR; i++) {
		struct agent_pending *pending = &agent->after.list[i];
		if (pending->touched == 0)
			pending->touched = clock_now().boot;
		if (pending->sent)
			continue;
		bool ready = complete(pending);
		pending->row.row_status = ready ? ROW_NOT_IN_SERVICE : ROW_NOT_READY;
		if (ready && !pending->planned)
			error = ask(agent, info, OPERATE_PLAN, &pending->row);
		pending->planned = ready;
	}
	return error;
}

static void
reserve(struct agent *agent, const struct agent_table *table,
	netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct change change;
	agent->after = agent->operations;
	agent->operates = 0;
	for (enum step step = STEP_CREATE; step < STEPS; step++)
		for (netsnmp_request_info *request = requests; request;
		     request = request->next) {
			int error = check(table, request->requestvb, &change);
			if (error == SNMP_ERR_NOERROR)
				error = reserve_step(agent, info, &change, step);
			if (error == SNMP_ERR_NOERROR)
				continue;
			netsnmp_set_request_error(info, request, error);
			return;
		}
	int error = reserve_plans(agent, info);
	if (error != SNMP_ERR_NOERROR)
		netsnmp_set_request_error(info, requests, error);
}

/* ---- phases ---- */

static void
check_all(const struct agent_table *table, netsnmp_agent_request_info *info,
	  netsnmp_request_info *requests)
{
	struct change change;
	for (netsnmp_request_info *request = requests; request;
	     request = request->next) {
		int error = check(table, request->requestvb, &change);
		if (error == SNMP_ERR_NOERROR)
			continue;
		netsnmp_set_request_error(info, request, error);
		return;
	}
}

static void
commit(struct agent *agent)
{
	/* There is room: RESERVE2 looked. */
	memcpy(&agent->outgoing[agent->outgoings], agent->operate,
	       agent->operates * sizeof(agent->operate[0]));
	agent->outgoings += agent->operates;
	agent->operates = 0;
	agent_operations_turn(agent, clock_now().boot);
}

void
agent_operations_set(struct agent *agent, const struct agent_table *table,
		     netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	switch (info->mode) {
	case MODE_SET_RESERVE1:
		check_all(table, info, requests);
		break;
	case MODE_SET_RESERVE2:
		reserve(agent, table, info, requests);
		break;
	case MODE_SET_ACTION:
		agent->before = agent->operations;
		agent->operations = agent->after;
		break;
	case MODE_SET_COMMIT:
		commit(agent);
		break;
	case MODE_SET_UNDO:
		agent->operations = agent->before;
		agent->operates = 0;
		break;
	default: /* FREE: nothing was taken */
		agent->operates = 0;
		break;
	}
}

/* ---- between SETs ---- */

static void
flush(struct agent *agent)
{
	size_t sent = 0;
	while (sent < agent->outgoings) {
		struct link_message message = { .kind = LINK_OPERATE };
		message.operate = agent->outgoing[sent];
		if (!link_send(agent->options.link, &message, -1))
			break;
		sent++;
	}
	agent->outgoings -= sent;
	memmove(agent->outgoing, agent->outgoing + sent,
		agent->outgoings * sizeof(agent->outgoing[0]));
}

void
agent_operations_turn(struct agent *agent, int64_t now)
{
	struct agent_operations *list = &agent->operations;
	struct mib_operation row;
	flush(agent);
	for (size_t i = list->count; i-- > 0;) {
		struct agent_pending *pending = &list->list[i];
		bool taken =
		    pending->sent && on_board(agent, &pending->row.index, &row);
		if (taken || now - pending->touched > AGENT_PLAN)
			drop(list, pending);
	}
}

void
agent_operations_answer(struct agent *agent, const struct link_answer *answer)
{
	struct agent_pending *pending =
	    find(&agent->operations, answer->server, answer->number);
	if (!answer->accepted)
		log_info("agent", "operation %u of server %u is refused: %s",
			 answer->number, answer->server, answer->text);
	if (!pending)
		return;
	memcpy(pending->row.answer, answer->text, sizeof(pending->row.answer));
	if (!answer->accepted)
		pending->row.state = 6;
}
