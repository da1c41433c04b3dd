/* SPDX-License-Identifier: BSD-3-Clause */
/* One handler for every table and the scalars: OID arithmetic over the board's rows. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <string.h>

#include "common/bytes.h"

/* Of some 20 ms each: less than snmpd waits before it asks again. */
#define LOOKS 10

static const oid base[] = MIB_BASE;

/* ---- rows ---- */

static bool
cursor_equal(struct agent_cursor a, struct agent_cursor b)
{
	return a.server == b.server && a.row == b.row && a.inclusive == b.inclusive;
}

/* What was written and is not yet planned stands before what the board says. */
static void
overlay(union mib_any *row, const struct agent_pending *pending)
{
	const struct mib_description *table = mib_describe(MIB_OPERATION);
	if (pending->sent)
		return;
	for (size_t i = 0; i < table->columns; i++) {
		const struct mib_column *column = &table->column[i];
		if (column->writable)
			memcpy((uint8_t *)row + column->offset,
			       (const uint8_t *)&pending->row + column->offset,
			       column->size);
	}
}

/* An engine that is off its core in the midst of a change is waited for. */
static enum board_seen
look(const struct agent *agent, enum mib_table table, struct agent_cursor cursor,
     struct mib_row *row)
{
	enum board_seen seen = BOARD_NONE;
	for (int i = 0; agent->board && i < LOOKS; i++) {
		seen = board_look(agent->board, table, cursor.server, cursor.row,
				  cursor.inclusive, row);
		if (seen != BOARD_BUSY)
			break;
	}
	return seen;
}

static enum board_seen
operation_next(const struct agent *agent, struct agent_cursor cursor,
	       union mib_any *row)
{
	const struct agent_pending *pending =
	    agent_pending_next(&agent->operations, cursor);
	enum board_seen seen = look(agent, MIB_OPERATION, cursor, &row->index);
	if (!pending || seen == BOARD_BUSY)
		return seen;
	const struct mib_row *other = &pending->row.index;
	bool before =
	    seen == BOARD_NONE || other->server < row->index.server ||
	    (other->server == row->index.server && other->row < row->index.row);
	if (before)
		row->operation = pending->row;
	else if (other->server == row->index.server && other->row == row->index.row)
		overlay(row, pending);
	return BOARD_ROW;
}

enum board_seen
agent_row_next(const struct agent *agent, enum mib_table table,
	       struct agent_cursor cursor, union mib_any *row)
{
	if (table == MIB_OPERATION)
		return operation_next(agent, cursor, row);
	return look(agent, table, cursor, &row->index);
}

bool
agent_row_get(const struct agent *agent, enum mib_table table, uint32_t server,
	      uint32_t index, union mib_any *row)
{
	struct agent_cursor cursor = { server, index, true };
	return agent_row_next(agent, table, cursor, row) == BOARD_ROW &&
	       row->index.server == server && row->index.row == index;
}

bool
agent_board_get(const struct agent *agent, enum mib_table table, uint32_t server,
		uint32_t index, struct mib_row *row)
{
	struct agent_cursor cursor = { server, index, true };
	return look(agent, table, cursor, row) == BOARD_ROW && row->server == server &&
	       row->row == index;
}

bool
agent_scalars(const struct agent *agent, struct mib_scalars *scalars)
{
	if (!agent->board || !board_scalars_read(agent->board, scalars))
		return false;
	scalars->published = board_published(agent->board);
	scalars->notifications += agent->notices.sequence.own;
	scalars->suppressed += agent_sequence_suppressed(&agent->notices.sequence);
	agent_switches_show(agent, scalars);
	return true;
}

/* ---- names ---- */

/* Sub-identifiers below the column. */
static size_t
indexes(const struct agent_table *table)
{
	return table->description ? table->description->indexes : 1;
}

const struct mib_column *
agent_column(const struct agent_table *table, const netsnmp_variable_list *vb)
{
	if (vb->name_length <= table->length ||
	    snmp_oidtree_compare(vb->name, vb->name_length, table->root,
				 table->length) != 0)
		return NULL;
	oid number = vb->name[table->length];
	for (size_t i = 0; i < table->columns; i++)
		if (table->column[i].number == number)
			return &table->column[i];
	return NULL;
}

bool
agent_index(const struct agent_table *table, const netsnmp_variable_list *vb,
	    struct mib_row *index)
{
	const oid *at = vb->name + table->length + 1;
	if (vb->name_length != table->length + 1 + indexes(table))
		return false;
	for (size_t i = 0; i < indexes(table); i++)
		if (at[i] > UINT32_MAX)
			return false;
	index->server = (uint32_t)at[0];
	index->row = (uint32_t)at[indexes(table) - 1];
	return true;
}

/* Where a GETNEXT begins below a column: everything after the name's index, which may be
   too short (a beginning) or too long (then what it names itself lies before it). */
static struct agent_cursor
cursor_of(const struct agent_table *table, const netsnmp_request_info *request)
{
	const netsnmp_variable_list *vb = request->requestvb;
	const oid *at = vb->name + table->length + 1;
	size_t given = vb->name_length - table->length - 1;
	struct agent_cursor cursor = { 0, 0, true };
	if (given == 0)
		return cursor;
	cursor.inclusive =
	    given < indexes(table) || (given == indexes(table) && request->inclusive);
	if (at[0] > UINT32_MAX)
		return (struct agent_cursor){ UINT32_MAX, UINT32_MAX, false };
	cursor.server = (uint32_t)at[0];
	if (indexes(table) == 1)
		cursor.row = cursor.inclusive ? 0 : UINT32_MAX;
	else if (given > 1 && at[1] > UINT32_MAX)
		cursor = (struct agent_cursor){ cursor.server, UINT32_MAX, false };
	else if (given > 1)
		cursor.row = (uint32_t)at[1];
	return cursor;
}

/* ---- answers ---- */

/* The rows of one pass over the varbinds: columns that are asked together of the same row
   are read together, once. */
struct reader {
	const struct agent_table *table;
	struct agent_instant now;
	bool looked;
	enum board_seen seen; /* BOARD_BUSY: the whole pass is in vain */
	struct agent_cursor at;
	union mib_any row;
	bool scalars_read, scalars_found;
	struct mib_scalars scalars;
};

static const union mib_any *
reader_next(struct reader *reader, struct agent_cursor cursor)
{
	bool known = reader->looked && cursor_equal(reader->at, cursor);
	if (!known && reader->seen != BOARD_BUSY) {
		reader->seen = agent_row_next(reader->table->agent,
					      reader->table->description->table, cursor,
					      &reader->row);
		reader->looked = true;
		reader->at = cursor;
	}
	return reader->seen == BOARD_ROW ? &reader->row : NULL;
}

static const struct mib_scalars *
reader_scalars(struct reader *reader)
{
	const struct agent *agent = reader->table->agent;
	if (!reader->scalars_read) {
		reader->scalars_found = agent_scalars(agent, &reader->scalars);
		if (!reader->scalars_found && agent->board && !agent->lost)
			reader->seen = BOARD_BUSY;
	}
	reader->scalars_read = true;
	return reader->scalars_found ? &reader->scalars : NULL;
}

static void
fill(netsnmp_variable_list *vb, const struct agent_value *value)
{
	snmp_set_var_typed_value(vb, value->type, value->data, value->size);
}

/* The column's value in the row with exactly this index. */
static bool
value_at(struct reader *reader, const struct mib_column *column,
	 const struct mib_row *index, struct agent_value *value)
{
	if (!reader->table->description)
		return index->server == 0 && reader_scalars(reader) &&
		       agent_value_of(column, &reader->scalars, &reader->now, value);
	/* Searched as GETNEXT does, so that the reader serves both. */
	struct agent_cursor cursor = { index->server, index->row, true };
	const union mib_any *row = reader_next(reader, cursor);
	return row && row->index.server == index->server &&
	       row->index.row == index->row &&
	       agent_value_of(column, row, &reader->now, value);
}

static void
get(struct reader *reader, netsnmp_agent_request_info *info,
    netsnmp_request_info *request)
{
	const struct agent_table *table = reader->table;
	netsnmp_variable_list *vb = request->requestvb;
	const struct mib_column *column = agent_column(table, vb);
	struct mib_row index;
	struct agent_value value;
	if (!column)
		netsnmp_set_request_error(info, request, SNMP_NOSUCHOBJECT);
	else if (!agent_index(table, vb, &index) ||
		 !value_at(reader, column, &index, &value))
		netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
	else
		fill(vb, &value);
}

static void
answer(struct reader *reader, netsnmp_request_info *request,
       const struct mib_column *column, const struct mib_row *index,
       const struct agent_value *value)
{
	const struct agent_table *table = reader->table;
	oid name[20];
	memcpy(name, table->root, table->length * sizeof(oid));
	size_t length = table->length;
	name[length++] = column->number;
	name[length++] = index->server;
	if (indexes(table) == 2)
		name[length++] = index->row;
	fill(request->requestvb, value);
	snmp_set_var_objid(request->requestvb, name, length);
}

/* The first row of the column after the cursor that has a value. */
static bool
next_in_column(struct reader *reader, netsnmp_request_info *request,
	       const struct mib_column *column, struct agent_cursor cursor)
{
	static const struct mib_row zero;
	struct agent_value value;
	const union mib_any *row;
	if (!reader->table->description) {
		if (!cursor.inclusive || cursor.server > 0 ||
		    !value_at(reader, column, &zero, &value))
			return false;
		answer(reader, request, column, &zero, &value);
		return true;
	}
	while ((row = reader_next(reader, cursor))) {
		if (agent_value_of(column, row, &reader->now, &value)) {
			answer(reader, request, column, &row->index, &value);
			return true;
		}
		cursor =
		    (struct agent_cursor){ row->index.server, row->index.row, false };
	}
	return false;
}

/* Past the last one the varbind is left alone: the library goes on with what follows. */
static void
next(struct reader *reader, netsnmp_request_info *request)
{
	const struct agent_table *table = reader->table;
	const netsnmp_variable_list *vb = request->requestvb;
	static const struct agent_cursor from_start = { 0, 0, true };
	struct agent_cursor cursor = from_start;
	oid wanted = 0;
	int side =
	    snmp_oidtree_compare(vb->name, vb->name_length, table->root, table->length);
	if (side > 0)
		return;
	if (side == 0 && vb->name_length > table->length) {
		wanted = vb->name[table->length];
		cursor = cursor_of(table, request);
	}
	for (size_t i = 0; i < table->columns; i++) {
		const struct mib_column *column = &table->column[i];
		if (column->number < wanted)
			continue;
		if (next_in_column(reader, request, column,
				   column->number == wanted ? cursor : from_start))
			return;
	}
}

static int
handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
       netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct agent_table *table = registration->my_reg_void;
	struct reader reader = { .table = table };
	(void)handler;
	if (info->mode != MODE_GET && info->mode != MODE_GETNEXT) {
		if (table->description)
			agent_operations_set(table->agent, table, info, requests);
		else
			agent_switches_set(table->agent, table, info, requests);
		return SNMP_ERR_NOERROR;
	}
	reader.now = agent_instant();
	for (netsnmp_request_info *request = requests; request;
	     request = request->next) {
		if (request->processed)
			continue;
		if (info->mode == MODE_GET)
			get(&reader, info, request);
		else
			next(&reader, request);
		/* To say that there is nothing would end a walk before its end. */
		if (reader.seen == BOARD_BUSY) {
			netsnmp_set_request_error(info, request, SNMP_ERR_GENERR);
			break;
		}
	}
	return SNMP_ERR_NOERROR;
}

/* ---- registration ---- */

static bool
register_table(struct agent_table *table, const char *name, bool writable)
{
	/* Below the entry's parent: the table itself, or the scalars' arm. */
	size_t length = table->description ? table->length - 1 : table->length;
	netsnmp_handler_registration *registration =
	    netsnmp_create_handler_registration(name, handle, table->root, length,
						writable ? HANDLER_CAN_RWRITE
							 : HANDLER_CAN_RONLY);
	if (!registration)
		return false;
	registration->my_reg_void = table;
	return netsnmp_register_handler(registration) == MIB_REGISTERED_OK;
}

static void
describe_scalars(struct agent_table *table)
{
	table->column = mib_scalar;
	table->columns = mib_scalars_count;
	memcpy(table->root, base, sizeof(base));
	table->length = ARRAY_SIZE(base);
	table->root[table->length++] = MIB_OBJECTS;
	table->root[table->length++] = 1;
}

static void
describe_table(struct agent_table *table, enum mib_table which)
{
	uint32_t entry[16];
	table->description = mib_describe(which);
	table->column = table->description->column;
	table->columns = table->description->columns;
	table->length = mib_entry(which, entry);
	for (size_t i = 0; i < table->length; i++)
		table->root[i] = entry[i];
}

bool
agent_tables_register(struct agent *agent)
{
	agent->table[0].agent = agent;
	describe_scalars(&agent->table[0]);
	/* First of all: where somebody else has it, we end before we hold the rest. */
	if (!register_table(&agent->table[0], "bwScalars", true))
		return false;
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		struct agent_table *table = &agent->table[t];
		table->agent = agent;
		describe_table(table, (enum mib_table)t);
		if (!register_table(table, table->description->name,
				    t == MIB_OPERATION))
			return false;
	}
	return true;
}
