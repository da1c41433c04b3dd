/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes to the store and comes back from it after a restart. */
#include "config.h"

#include "fleet/internal.h"

/* ---- to the store ---- */

static int64_t
wall_of(int64_t boot, struct moment now)
{
	return boot == 0 ? 0 : now.wall + (boot - now.boot);
}

static int64_t
boot_of(int64_t wall, struct moment now)
{
	int64_t boot = now.boot + (wall - now.wall);

	/* 0 stands for "none", and a restart of the host leaves some before it. */
	return wall == 0 ? 0 : boot == 0 ? -1 : boot;
}

static void
record_make(const struct fleet *fleet, uint32_t number, struct moment now,
	    struct fleet_record *record)
{
	const struct fleet_client *client = &fleet->row[number].pub;

	*record = (struct fleet_record){
		.index = client->index,
		.address = *fleet_client_address(fleet, number),
		.place = client->place,
		.order = client->order,
		.type = client->type,
		.refusal = client->refusal,
		.order_id = client->order_id,
		.operation = client->operation,
		.alternate = client->alternate,
		.in_force = wall_of(client->in_force, now),
		.heard = wall_of(client->heard, now),
		.transitions = client->transitions,
		.holder = client->holder,
		.hold = client->hold,
		.held_until = client->held_until == NEVER
				  ? NEVER
				  : wall_of(client->held_until, now),
		.peer = client->peer,
	};
	slice_copy(slice_of(fleet_client_name(fleet, number)), record->name, NAME_TEXT);
}

bool
fleet_dirty(struct fleet *fleet, struct moment now, struct fleet_record *record)
{
	size_t words = fleet->room / 64;

	fleet_settle(fleet, now);
	if (fleet->dirties == 0) {
		operators_whole(fleet);
		return false;
	}
	for (size_t i = 0; i < words; i++, fleet->dirty_at++) {
		size_t word = fleet->dirty_at % words;
		uint32_t number;

		if (fleet->dirty[word] == 0)
			continue;
		fleet->dirty_at = word;
		number =
		    (uint32_t)(word * 64 + (size_t)__builtin_ctzll(fleet->dirty[word]));
		fleet->dirty[word] &= fleet->dirty[word] - 1;
		fleet->dirties--;
		record_make(fleet, number, now, record);
		return true;
	}
	return false;
}

bool
fleet_unsaved(const struct fleet *fleet)
{
	/* Of an operation that runs it is noted when all of its clients were taken. */
	return fleet->dirties > 0 || fleet->operating > 0;
}

void
fleet_unstored(struct fleet *fleet, struct moment now)
{
	fleet_settle(fleet, now);
	for (size_t i = 0; i < fleet->rows; i++) {
		uint64_t bit = UINT64_C(1) << (i % 64);

		fleet->dirties += (fleet->dirty[i / 64] & bit) == 0;
		fleet->dirty[i / 64] |= bit;
	}
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct task *task = &fleet->task[i];

		task->dirty = task->pub.number != 0;
		/* Again when its clients' records were. */
		task->pub.whole &= !task_open(task);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fleet->reserve); i++) {
		fleet->reserve[i].durable = false;
		fleet->reserve[i].offered = 0;
	}
	/* Its number is kept too, and with it those of all before it. */
	event_add(fleet, EVENT_OTHER, SEVERITY_WARNING, 0, NULL, (uint32_t)fleet->rows,
		  now,
		  "the state database began anew: what is known of clients and "
		  "operations is written again");
}

/* ---- and back ---- */

bool
dirty_get(const struct fleet *fleet, size_t number)
{
	return fleet->dirty[number / 64] >> (number % 64) & 1;
}

static void
dirty_clear(struct fleet *fleet, uint32_t number)
{
	uint64_t bit = UINT64_C(1) << (number % 64);

	if (fleet->dirty[number / 64] & bit) {
		fleet->dirty[number / 64] &= ~bit;
		fleet->dirties--;
	}
}

/* A wall clock that was set back since makes no deadline later than it can be. */
static int64_t
boot_cut(int64_t wall, int64_t longest, struct moment now)
{
	int64_t boot = boot_of(wall, now);

	return boot > now.boot + longest ? now.boot + longest : boot;
}

/* The numbers that were given at the start gave way to what is known: who is not known gets
   the next ones at the end of restoring, from 1 when nobody is. */
static void
recover(struct fleet *fleet)
{
	if (!fleet->recovered)
		fleet->next_index = 1;
	fleet->recovered = true;
}

static void
row_restore(struct fleet *fleet, struct row *row, const struct fleet_record *record,
	    struct moment now)
{
	row->pub.index = record->index;
	row->pub.place = record->place;
	row->pub.order = record->order;
	row->pub.type = record->type;
	row->pub.refusal = record->refusal;
	row->pub.order_id = record->order_id;
	row->pub.operation = record->operation;
	if (record->alternate < fleet->policy->alternates)
		row->pub.alternate = record->alternate;
	row->pub.in_force =
	    boot_cut(record->in_force, fleet->policy->failover.validity, now);
	row->pub.heard = boot_cut(record->heard, 0, now);
	if (record->heard != 0 && row->pub.heard < 1)
		row->pub.heard = 1;
	row->listen = row->pub.heard;
	if (row->listen == 0 && record->order_id != 0)
		row->listen = 1;
	row->pub.transitions = record->transitions;
	row->pub.holder = record->holder;
	row->pub.hold = record->hold;
	row->pub.held_until =
	    record->held_until == NEVER ? NEVER : boot_of(record->held_until, now);
	row->pub.peer = record->peer;
	row->said = record->peer.mark;
	row->greatest = record->peer.sent;
	/* Of an order that is over, or of an invitation that was withdrawn, the id tells. */
	row_sent(row,
		 record->order_id != 0 ? ids_kind(record->order_id) : record->type);
	row->got =
	    record->order == ORDER_STATE_DONE || record->order == ORDER_STATE_RECEIVED;
	row->was_away =
	    record->type == MESSAGE_RECONNECT && record->place != PLACE_HERE;
	row->restored = true;
	if (fleet->next_index <= record->index)
		fleet->next_index = record->index + 1;
	if (fleet->next_operation <= record->operation)
		fleet->next_operation = record->operation + 1;
	if (fleet->next_operation <= record->holder)
		fleet->next_operation = record->holder + 1;
}

static bool
record_away(const struct fleet_record *record)
{
	return record->place == PLACE_AWAY ||
	       (record->type != 0 && record->order != ORDER_STATE_REJECTED);
}

/* Wall times to the year 2255, so that no sum of them overflows. */
static bool
time_valid(int64_t wall)
{
	return wall >= 0 && wall < INT64_C(9000000000) * SECOND;
}

/* What a store holds may be damaged: nothing outside its range is taken. */
static bool
record_valid(const struct fleet_record *record)
{
	return record->index != 0 && record->index < UINT32_MAX &&
	       time_valid(record->in_force) && time_valid(record->heard) &&
	       (record->held_until == NEVER || time_valid(record->held_until)) &&
	       record->place >= PLACE_HERE && record->place <= PLACE_UNKNOWN &&
	       record->order >= ORDER_STATE_NONE && record->order < ORDER_STATE_COUNT &&
	       (record->type == 0 || record->type == MESSAGE_FAILOVER ||
		record->type == MESSAGE_RECONNECT) &&
	       record->operation < UINT32_MAX && record->holder < UINT32_MAX &&
	       (record->holder == 0 ? record->hold == 0
				    : record->hold == ACTION_FAILOVER ||
					  record->hold == ACTION_RECONNECT);
}

void
fleet_restore(struct fleet *fleet, const struct fleet_record *record, struct moment now)
{
	struct slice name = slice_of(record->name);
	uint32_t number = policy_find_client(fleet->policy, record->name, name.length);
	struct row *row;

	if (!record_valid(record))
		return;
	recover(fleet);
	if (number != POLICY_NONE &&
	    address_equal(&fleet->policy->client[number].address, &record->address)) {
		row = &fleet->row[number];
		row_open(fleet, row);
	} else {
		if (fleet->next_index <= record->index)
			fleet->next_index = record->index + 1; /* to no other */
		if (!record_away(record)) {
			gone_note(fleet, name, &record->address, record->index,
				  &record->peer, record->peer.sent);
			return;
		}
		row = row_leaver(fleet, name, &record->address);
		if (row == NULL)
			return;
		number = row_number(fleet, row);
		row_fresh(row, record->index, now);
	}
	row_restore(fleet, row, record, now);
	row_close(fleet, row);
	dirty_clear(fleet, number);
}

void
fleet_restore_operation(struct fleet *fleet, const struct operation *operation)
{
	struct task *task = &fleet->task[operation->number % OPERATIONS];

	if (operation->number == 0 || operation->number == UINT32_MAX ||
	    task->pub.number > operation->number)
		return;
	recover(fleet);
	*task = (struct task){ .pub = *operation };
	text_cut(task->pub.why, task->text, sizeof(task->text));
	if (fleet->next_operation <= operation->number)
		fleet->next_operation = operation->number + 1;
}

void
fleet_restore_block(struct fleet *fleet, const struct fleet_block *block)
{
	struct reserve *reserve =
	    &fleet->reserve[block->action == ACTION_FAILOVER ? 0 : 1];

	recover(fleet);
	*reserve = (struct reserve){ .block = *block, .there = true, .durable = true };
}

void
fleet_restore_numbers(struct fleet *fleet, uint64_t event, uint32_t operation,
		      uint32_t index)
{
	recover(fleet);
	if (fleet->next_event < event)
		fleet->next_event = event;
	if (fleet->next_operation < operation)
		fleet->next_operation = operation;
	if (fleet->next_index < index)
		fleet->next_index = index;
}

/* ---- the end of restoring ---- */

static void
settle_indexes(struct fleet *fleet)
{
	/* Rows that the store did not know must not get indexes that it did. */
	for (size_t i = 0; i < fleet->rows; i++)
		if (!fleet->row[i].restored)
			fleet->row[i].pub.index = fleet->next_index++;
}

static void
settle_task(struct fleet *fleet, struct task *task, struct moment now)
{
	/* At least what the block covered, and no more: the next block may follow
	   closely, and must not look used. */
	task->size = fleet->next_index;
	if (task->pub.base != 0 && fleet->highest < task->pub.base + task->size) {
		fleet->highest = task->pub.base + task->size;
		fleet->used = task->pub.action;
	}
	if (task->pub.base > fleet->inherit.base && !task_operators(task))
		/* The call-back of those who left is nobody else's: its clients may be
		   the policy's again, under later ids. */
		fleet->inherit =
		    (struct fleet_block){ .action =
					      leavers_task(task) ? 0 : task->pub.action,
					  .base = task->pub.base,
					  .size = task->size };
	if (!task_open(task))
		return;
	if (task_operators(task)) {
		fleet->operating++;
		return;
	}
	task->pub.state = fleet->paused ? OPERATION_PAUSED : OPERATION_RUNNING;
	if (leavers_task(task))
		fleet->farewell = task->pub.number;
	else if (task->pub.initiator == INITIATOR_SAFETY)
		fleet->rescue = task->pub.number;
	else if (task->pub.number > fleet->current)
		fleet->current = task->pub.number;
	else
		task_finish(fleet, task, OPERATION_CANCELLED, now);
}

/* Goes on with what was on its way: the same order, the same id. */
static void
settle_row(struct fleet *fleet, struct row *row)
{
	struct task *task = task_find(fleet, row->pub.operation);
	bool running = task != NULL && task->pub.ended.boot == 0;

	if (!row_waits(row))
		return;
	if (row->pub.operation == 0 && ids_kind(row->pub.order_id) != row->pub.type)
		return; /* was withdrawn: that is the invitation's */
	if (row->pub.type == MESSAGE_FAILOVER && row->pub.hold == ACTION_RECONNECT)
		return; /* was withdrawn, for an operator calls it back */
	row->earlier = true;
	if (task != NULL && !running)
		return;
	if (running) {
		row->pending = true;
		task->pending++;
	}
	queue_push(fleet, row);
}

/* What only came from the store is not written back: with many clients that would keep
   the first new words waiting. */
static void
settle_one(struct fleet *fleet, uint32_t number, struct moment now)
{
	struct row *row = &fleet->row[number];
	struct fleet_client before = row->pub;
	bool news = dirty_get(fleet, number);

	row_open(fleet, row);
	settle_row(fleet, row);
	if (fleet->behind)
		doubt_settle(fleet, row);
	hold_settle(fleet, row, now);
	row_close(fleet, row);
	if (!news && before.holder == row->pub.holder &&
	    before.held_until == row->pub.held_until)
		dirty_clear(fleet, number);
}

static void
settle_state(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->current);

	if (task == NULL)
		return;
	fleet->state = SERVER_RETURNING;
	if (task->pub.action != ACTION_FAILOVER)
		return;
	fleet->state = SERVER_SHEDDING;
	failover_settle(fleet, task, now);
}

void
fleet_settle(struct fleet *fleet, struct moment now)
{
	if (fleet->settled)
		return;
	fleet->settled = true;
	if (!fleet->recovered && !fleet->behind)
		return;
	settle_indexes(fleet);
	operators_mode(fleet);
	for (size_t i = 0; i < OPERATIONS; i++)
		if (fleet->task[i].pub.number != 0)
			settle_task(fleet, &fleet->task[i], now);
	for (size_t i = 0; i < fleet->rows; i++)
		settle_one(fleet, (uint32_t)i, now);
	/* Operations came after the rows that they hold, or before. */
	rows_recount(fleet);
	operators_settle(fleet, now);
	settle_state(fleet, now);
	holddown_settle(fleet, now);
	fleet->reselect = true;
	leavers_invite(fleet, now);
}
