/* SPDX-License-Identifier: BSD-3-Clause */
/* state.db's rows: what the store keeps, to its columns and back. */
#include "config.h"

#include "subagent/store-inside.h"

#include <string.h>

#include "message/peer.h"

/* ---- binding: a cursor over a statement's parameters ---- */

struct binder {
	sqlite3_stmt *statement;
	int at;
	int result;
};

static struct binder
binder_of(struct database *database, enum statement which)
{
	return (struct binder){ .statement = database->statement[which],
				.result = SQLITE_OK };
}

static void
bind_number(struct binder *binder, int64_t value)
{
	binder->result |= sqlite3_bind_int64(binder->statement, ++binder->at, value);
}

/* Ids use all 64 bits only after the year 294,000; the column's sign is no loss. */
static void
bind_id(struct binder *binder, uint64_t value)
{
	bind_number(binder, (int64_t)value);
}

static void
bind_text(struct binder *binder, const char *text)
{
	binder->result |= sqlite3_bind_text(binder->statement, ++binder->at, text, -1,
					    SQLITE_TRANSIENT);
}

/* Runs a statement that returns no rows. */
static bool
finish(struct binder *binder)
{
	bool done = binder->result == SQLITE_OK &&
		    sqlite3_step(binder->statement) == SQLITE_DONE;
	return sqlite3_reset(binder->statement) == SQLITE_OK && done;
}

/* ---- writing ---- */

static bool
put_client(struct database *database, const struct store_item *item)
{
	const struct fleet_record *record = &item->client;
	char address[ADDRESS_TEXT];
	uint8_t recent[8 * PEER_RECENT];
	struct binder to = binder_of(database, PUT_CLIENT);
	for (size_t i = 0; i < PEER_RECENT; i++)
		put_u64(recent + 8 * i, record->peer.recent[i]);
	bind_text(&to, item->server);
	bind_number(&to, record->index);
	bind_text(&to, record->name);
	bind_text(&to, address_format(&record->address, address));
	bind_number(&to, record->place);
	bind_number(&to, record->order);
	bind_number(&to, record->type);
	bind_number(&to, record->refusal);
	bind_id(&to, record->order_id);
	bind_number(&to, record->operation);
	bind_text(&to, item->alternate);
	bind_number(&to, record->in_force);
	bind_number(&to, record->heard);
	bind_number(&to, record->transitions);
	bind_id(&to, record->peer.sent);
	bind_id(&to, record->peer.mark);
	bind_number(&to, record->peer.offset);
	to.result |= sqlite3_bind_blob(to.statement, ++to.at, recent, sizeof(recent),
				       SQLITE_TRANSIENT);
	bind_number(&to, record->holder);
	bind_number(&to, record->hold);
	bind_number(&to, record->held_until);
	return finish(&to);
}

static bool
trim(struct database *database, enum statement which, const char *server,
     uint64_t newest, uint64_t keep)
{
	struct binder to = binder_of(database, which);
	if (newest <= keep)
		return true;
	bind_text(&to, server);
	bind_id(&to, newest - keep);
	return finish(&to);
}

static bool
put_operation(struct database *database, const struct store_item *item)
{
	const struct operation *operation = &item->operation;
	struct binder to = binder_of(database, PUT_OPERATION);
	bind_text(&to, item->server);
	bind_number(&to, operation->number);
	bind_number(&to, operation->action);
	bind_number(&to, operation->initiator);
	bind_number(&to, operation->state);
	bind_number(&to, operation->reason);
	bind_number(&to, operation->started.wall);
	bind_number(&to, operation->ended.boot ? operation->ended.wall : 0);
	bind_id(&to, operation->base);
	bind_number(&to, operation->ordered);
	bind_number(&to, operation->received);
	bind_number(&to, operation->done);
	bind_number(&to, operation->rejected);
	bind_number(&to, operation->unreachable);
	bind_number(&to, operation->batches);
	bind_text(&to, operation->why);
	bind_text(&to, operation->target);
	bind_text(&to, operation->requester);
	bind_text(&to, operation->selection);
	bind_number(&to, operation->hold);
	to.result |= sqlite3_bind_double(to.statement, ++to.at, operation->share);
	bind_number(&to, operation->limit);
	bind_number(&to, operation->force);
	bind_number(&to, operation->verified);
	bind_number(&to, operation->matched);
	bind_number(&to, operation->held);
	bind_number(&to, operation->kept);
	bind_number(&to, operation->planned);
	bind_number(&to, operation->whole);
	bind_number(&to, operation->step);
	bind_number(&to, operation->stepped.wall);
	return finish(&to) && trim(database, TRIM_OPERATIONS, item->server,
				   operation->number, STORE_HISTORY);
}

static bool
put_event(struct database *database, const struct store_item *item)
{
	const struct fleet_event *event = &item->event;
	struct binder to = binder_of(database, PUT_EVENT);
	bind_text(&to, item->server);
	bind_id(&to, event->number);
	bind_number(&to, event->at.wall);
	bind_number(&to, event->kind);
	bind_number(&to, event->severity);
	bind_number(&to, event->operation);
	bind_number(&to, event->client);
	bind_number(&to, event->count);
	bind_text(&to, event->text);
	bind_text(&to, item->detail);
	return finish(&to) &&
	       trim(database, TRIM_EVENTS, item->server, event->number, STORE_EVENTS);
}

static bool
put_block(struct database *database, const struct store_item *item)
{
	struct binder to = binder_of(database, PUT_BLOCK);
	bind_text(&to, item->server);
	bind_number(&to, item->block.action);
	bind_id(&to, item->block.base);
	bind_id(&to, item->block.size);
	return finish(&to);
}

static bool
put_index(struct database *database, const struct store_item *item)
{
	struct binder to = binder_of(database, PUT_INDEX);
	bind_text(&to, item->index.server);
	bind_number(&to, item->index.kind);
	bind_text(&to, item->index.name);
	bind_id(&to, item->index.number);
	return finish(&to);
}

static bool (*const putters[])(struct database *, const struct store_item *) = {
	[STORE_CLIENT] = put_client, [STORE_OPERATION] = put_operation,
	[STORE_EVENT] = put_event,   [STORE_BLOCK] = put_block,
	[STORE_INDEX] = put_index,
};

bool
rows_put(struct database *database, const struct store_item *item)
{
	return putters[item->kind](database, item);
}

/* ---- reading ---- */

struct reader {
	sqlite3_stmt *statement;
	int at;
};

static int64_t
read_number(struct reader *reader)
{
	return sqlite3_column_int64(reader->statement, reader->at++);
}

static uint32_t
read_u32(struct reader *reader)
{
	return (uint32_t)read_number(reader);
}

static void
read_text(struct reader *reader, char *out, size_t size)
{
	const unsigned char *text =
	    sqlite3_column_text(reader->statement, reader->at++);
	slice_copy(slice_of(text ? (const char *)text : ""), out, size);
}

static bool
get_client(struct reader *from, struct store_item *item)
{
	struct fleet_record *record = &item->client;
	char address[ADDRESS_TEXT];
	from->at++; /* server */
	record->index = read_u32(from);
	read_text(from, record->name, sizeof(record->name));
	read_text(from, address, sizeof(address));
	record->place = (enum place)read_u32(from);
	record->order = (enum order_state)read_u32(from);
	record->type = (enum message_type)read_u32(from);
	record->refusal = (enum message_reason)read_u32(from);
	record->order_id = (uint64_t)read_number(from);
	record->operation = read_u32(from);
	read_text(from, item->alternate, sizeof(item->alternate));
	record->alternate = UINT16_MAX;
	record->in_force = read_number(from);
	record->heard = read_number(from);
	record->transitions = read_u32(from);
	record->peer.sent = (uint64_t)read_number(from);
	record->peer.mark = (uint64_t)read_number(from);
	record->peer.offset = read_number(from);
	const uint8_t *recent = sqlite3_column_blob(from->statement, from->at);
	if (sqlite3_column_bytes(from->statement, from->at) == 8 * PEER_RECENT)
		for (size_t i = 0; i < PEER_RECENT; i++)
			record->peer.recent[i] = get_u64(recent + 8 * i);
	from->at++;
	record->holder = read_u32(from);
	record->hold = (enum action)read_u32(from);
	record->held_until = read_number(from);
	/* A row that a person's hand has changed is left out rather than half believed. */
	return record->index > 0 && name_valid(record->name, strlen(record->name)) &&
	       address_parse(address, &record->address) &&
	       record->place >= PLACE_HERE && record->place <= PLACE_UNKNOWN &&
	       record->order >= ORDER_STATE_NONE && record->order < ORDER_STATE_COUNT;
}

static bool
get_operation(struct reader *from, struct store_item *item)
{
	struct operation *operation = &item->operation;
	from->at++; /* server */
	operation->number = read_u32(from);
	operation->action = (enum action)read_u32(from);
	operation->initiator = (enum initiator)read_u32(from);
	operation->state = (enum operation_state)read_u32(from);
	operation->reason = (enum message_reason)read_u32(from);
	operation->started.wall = read_number(from);
	operation->ended.wall = read_number(from);
	operation->base = (uint64_t)read_number(from);
	operation->ordered = read_u32(from);
	operation->received = read_u32(from);
	operation->done = read_u32(from);
	operation->rejected = read_u32(from);
	operation->unreachable = read_u32(from);
	operation->batches = read_u32(from);
	read_text(from, operation->why, sizeof(operation->why));
	read_text(from, operation->target, sizeof(operation->target));
	read_text(from, operation->requester, sizeof(operation->requester));
	read_text(from, operation->selection, sizeof(operation->selection));
	operation->hold = read_number(from);
	operation->share = sqlite3_column_double(from->statement, from->at++);
	operation->limit = read_u32(from);
	operation->force = read_number(from) != 0;
	operation->verified = read_number(from) != 0;
	operation->matched = read_u32(from);
	operation->held = read_u32(from);
	operation->kept = read_u32(from);
	operation->planned = read_u32(from);
	operation->whole = read_number(from) != 0;
	operation->step = read_u32(from);
	operation->stepped.wall = read_number(from);
	return operation->number > 0 && operation->action >= ACTION_FAILOVER &&
	       operation->action <= ACTION_RESUME &&
	       operation->initiator >= INITIATOR_CLIENT &&
	       operation->initiator <= INITIATOR_SAFETY &&
	       operation->state >= OPERATION_RUNNING &&
	       operation->state <= OPERATION_CANCELLED && operation->hold >= 0 &&
	       operation->share >= 0 && operation->share <= 1;
}

static bool
get_block(struct reader *from, struct store_item *item)
{
	from->at++; /* server */
	item->block.action = (enum action)read_u32(from);
	item->block.base = (uint64_t)read_number(from);
	item->block.size = (uint64_t)read_number(from);
	return item->block.action == ACTION_FAILOVER ||
	       item->block.action == ACTION_RECONNECT;
}

static bool
get_event(struct reader *from, struct store_item *item)
{
	struct fleet_event *event = &item->event;
	from->at++; /* server */
	event->number = (uint64_t)read_number(from);
	event->at.wall = read_number(from);
	event->kind = (enum fleet_event_kind)read_u32(from);
	event->severity = (enum severity)read_u32(from);
	event->operation = read_u32(from);
	event->client = read_u32(from);
	event->count = read_u32(from);
	read_text(from, event->text, sizeof(event->text));
	read_text(from, item->detail, sizeof(item->detail));
	return event->number > 0 && event->kind >= EVENT_STATE &&
	       event->kind < EVENT_KINDS && event->severity >= SEVERITY_OK &&
	       event->severity <= SEVERITY_CRITICAL;
}

static bool
get_index(struct reader *from, struct store_item *item)
{
	struct index_record *record = &item->index;
	read_text(from, record->server, sizeof(record->server));
	record->kind = (enum index_kind)read_u32(from);
	read_text(from, record->name, sizeof(record->name));
	record->number = (uint64_t)read_number(from);
	return record->kind >= INDEX_SERVER && record->kind < INDEX_KINDS;
}

static const struct getter {
	enum statement statement;
	enum store_kind kind;
	bool (*get)(struct reader *, struct store_item *);
	int most; /* the newest so many; 0: all, and no such parameter */
} getters[] = {
	{ GET_INDEXES, STORE_INDEX, get_index, 0 },
	{ GET_CLIENTS, STORE_CLIENT, get_client, 0 },
	{ GET_OPERATIONS, STORE_OPERATION, get_operation, STORE_RESTORED },
	{ GET_BLOCKS, STORE_BLOCK, get_block, 0 },
	{ GET_EVENTS, STORE_EVENT, get_event, STORE_SHOWN },
};

static bool
read_rows(struct database *database, const struct getter *getter, const char *server,
	  bool (*take)(void *context, const struct store_item *item), void *context)
{
	struct binder to = binder_of(database, getter->statement);
	bind_text(&to, server);
	if (getter->most > 0)
		bind_number(&to, getter->most);
	int result = to.result;
	while (result == SQLITE_OK || result == SQLITE_ROW) {
		result = sqlite3_step(to.statement);
		if (result != SQLITE_ROW)
			break;
		struct reader from = { to.statement, 0 };
		struct store_item item = { .kind = getter->kind };
		slice_copy(slice_of(server), item.server, sizeof(item.server));
		if (getter->get(&from, &item) && !take(context, &item))
			break;
	}
	sqlite3_reset(to.statement);
	return result == SQLITE_DONE;
}

bool
rows_get(struct database *database, const char *server,
	 bool (*item)(void *context, const struct store_item *item), void *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(getters); i++)
		if (!read_rows(database, &getters[i], server, item, context))
			return false;
	return true;
}

bool
rows_numbers(struct database *database, const char *server,
	     struct store_numbers *numbers)
{
	struct binder to = binder_of(database, GET_NUMBERS);
	bind_text(&to, server);
	bool got = to.result == SQLITE_OK && sqlite3_step(to.statement) == SQLITE_ROW;
	if (got) {
		struct reader from = { to.statement, 0 };
		numbers->event = (uint64_t)read_number(&from);
		numbers->operation = read_u32(&from);
		numbers->index = read_u32(&from);
	}
	sqlite3_reset(to.statement);
	return got;
}
