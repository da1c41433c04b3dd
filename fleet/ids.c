/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks of ids: reserved ahead and made durable, so that a restart repeats them. */
#include "config.h"

#include "fleet/internal.h"

#include <inttypes.h>

/* A base lies ahead of the clock when reserved and behind when replaced: an order is
   then within what the clients take as fresh, also one that leaves minutes later. */
#define BLOCK_LEAD (50 * SECOND)
/* Further off than this, a block is no longer used, not even after a restart. */
#define BLOCK_KEEP (200 * SECOND)
/* A block that was handed out to be written, and never came back as durable, is handed
   out again. */
#define BLOCK_AGAIN (30 * SECOND)
/* Indexes that a reload may add before its rows fall out of the block. */
#define BLOCK_SPARE 4096u

/* Even ids are failovers, odd ones are reconnects: an order of which no record is left
   still tells what it was, by the id that its client names. */
static uint64_t
id_of_kind(uint64_t id, enum message_type type)
{
	return ids_kind(id) == type || id == UINT64_MAX ? id : id + 1;
}

enum message_type
ids_kind(uint64_t id)
{
	return id % 2 == 0 ? MESSAGE_FAILOVER : MESSAGE_RECONNECT;
}

static struct reserve *
reserve_of(struct fleet *fleet, enum action action)
{
	return &fleet->reserve[action == ACTION_FAILOVER ? 0 : 1];
}

static int64_t
distance(uint64_t base, int64_t wall)
{
	int64_t d = (int64_t)(base - (uint64_t)wall);

	return d < 0 ? -d : d;
}

/* Bases only rise, or else an unused block could stand for a used one. After the clock
   was set back far they start anew; the pairs' own last ids keep theirs rising. */
static uint64_t
floor_of(const struct fleet *fleet, struct moment now)
{
	return fleet->highest > (uint64_t)(now.wall + BLOCK_KEEP) ? 0 : fleet->highest;
}

static bool
block_usable(const struct fleet *fleet, const struct reserve *reserve,
	     struct moment now)
{
	return reserve->there && reserve->block.base >= floor_of(fleet, now) &&
	       reserve->block.size >= fleet->next_index &&
	       distance(reserve->block.base, now.wall) <= BLOCK_KEEP;
}

static enum action
other_than(enum action action)
{
	return action == ACTION_FAILOVER ? ACTION_RECONNECT : ACTION_FAILOVER;
}

/* Above the other kind's, which as a rule is used first: were it below, or the same, it
   would be void from then on, and the next not be durable when it is needed. */
static struct fleet_block
block_make(struct fleet *fleet, enum action action, struct moment now)
{
	const struct reserve *other = reserve_of(fleet, other_than(action));
	uint64_t above = other->block.base + other->block.size;
	struct fleet_block block = {
		.action = action,
		.base = (uint64_t)(now.wall + BLOCK_LEAD),
		.size = fleet->next_index + BLOCK_SPARE,
	};

	if (block.base < floor_of(fleet, now))
		block.base = floor_of(fleet, now);
	/* But a block that cannot be used would be offered again and again. */
	if (block_usable(fleet, other, now) && block.base < above &&
	    distance(above, now.wall) <= BLOCK_KEEP)
		block.base = above;
	return block;
}

/* Offers a block for one kind. The operation that took the last block must be in the
   store first, or else a restart would find a fresh block and repeat the operation
   under new ids. */
static bool
block_offer(struct fleet *fleet, enum action action, struct moment now,
	    struct fleet_block *block)
{
	struct reserve *reserve = reserve_of(fleet, action);
	struct task *task = task_find(fleet, reserve->after);
	int64_t age = now.wall - (int64_t)reserve->block.base;

	if (task != NULL && task->dirty)
		return false;
	if (!block_usable(fleet, reserve, now) || age > BLOCK_LEAD) {
		reserve->block = block_make(fleet, action, now);
		reserve->there = true;
		reserve->durable = false;
		reserve->offered = 0;
	}
	if (reserve->durable ||
	    (reserve->offered != 0 && now.boot - reserve->offered < BLOCK_AGAIN))
		return false;
	reserve->offered = now.boot;
	*block = reserve->block;
	return true;
}

bool
fleet_block(struct fleet *fleet, struct moment now, struct fleet_block *block)
{
	enum action next;

	fleet_settle(fleet, now);
	/* In the order in which they will be used, as a rule: by turns. */
	next = fleet->used == ACTION_FAILOVER ? ACTION_RECONNECT : ACTION_FAILOVER;
	return block_offer(fleet, next, now, block) ||
	       block_offer(fleet, other_than(next), now, block);
}

void
fleet_reserved(struct fleet *fleet, const struct fleet_block *block)
{
	struct reserve *reserve = reserve_of(fleet, block->action);

	if (reserve->there && reserve->block.base == block->base)
		reserve->durable = true;
}

uint64_t
ids_take(struct fleet *fleet, enum action action, uint32_t operation, struct moment now,
	 uint64_t *size)
{
	struct reserve *reserve = reserve_of(fleet, action);
	struct fleet_block inherit = fleet->inherit, block = reserve->block;

	bool policy = !task_operators(task_find(fleet, operation));

	/* The policy's last operation may be in the store without all of its clients:
	   doing the same again, it goes on under the same ids. Clients of which more is
	   known get later ones, for ids of a pair only rise. */
	if (policy)
		fleet->inherit = (struct fleet_block){ 0 };
	if (policy && inherit.action == action &&
	    distance(inherit.base, now.wall) <= BLOCK_KEEP) {
		*size = inherit.size;
		return inherit.base;
	}
	/* One that is still being written serves too: it may be durable by now, and an
	   order does not wait for a store. */
	if (!block_usable(fleet, reserve, now))
		block = block_make(fleet, action, now);
	reserve->there = false;
	reserve->after = operation;
	fleet->used = action;
	fleet->highest = block.base + block.size;
	*size = block.size;
	return block.base;
}

uint64_t
ids_order(struct row *row, const struct task *task, struct moment now)
{
	struct peer *peer = &row->pub.peer;
	bool fresh = task != NULL && row->pub.index <= task->size &&
		     distance(task->pub.base, now.wall) <= BLOCK_KEEP;
	uint64_t id = fresh ? peer_block(peer, task->pub.base, row->pub.index)
			    : peer_next(peer, now.wall);

	id = id_of_kind(id, row->pub.type);
	ids_seen(row, id);
	return id;
}

void
ids_seen(struct row *row, uint64_t id)
{
	if (row->pub.peer.sent < id)
		row->pub.peer.sent = id;
	if (row->greatest < id)
		row->greatest = id;
}

/* Ids of answers are not remembered as sent: nobody's mark moves by an answer, and an
   order under a block reserved before it must keep the id of its block. */
uint64_t
ids_answer(struct fleet *fleet, const struct row *row, struct moment now)
{
	if (fleet->answer_id < (uint64_t)now.wall)
		fleet->answer_id = (uint64_t)now.wall;
	else
		fleet->answer_id++;
	return fleet->answer_id + (uint64_t)row->pub.peer.offset;
}

static enum message_type
type_of(enum action action)
{
	return action == ACTION_FAILOVER ? MESSAGE_FAILOVER : MESSAGE_RECONNECT;
}

static bool
block_has(const struct row *row, uint64_t base, enum action action, uint64_t id)
{
	enum message_type type = type_of(action);
	uint64_t plain = base + row->pub.index;
	uint64_t offset = (uint64_t)row->pub.peer.offset;

	return base != 0 && (id == id_of_kind(plain, type) ||
			     id == id_of_kind(plain + offset, type));
}

bool
ids_taken_over(const struct row *row, const struct task *task)
{
	/* One that has ended, in this process or before, is not begun again by its id: who
	   rejected it would reject it again and not try, and who did it has. */
	return row->pub.type != 0 && row->pub.order != ORDER_STATE_REJECTED &&
	       block_has(row, task->pub.base, task->pub.action, row->pub.order_id);
}

bool
ids_ours(struct fleet *fleet, const struct row *row, uint64_t id,
	 enum message_type *type, struct task **task)
{
	enum action action = 0;

	*task = NULL;
	for (size_t i = 0; i < OPERATIONS && action == 0; i++) {
		struct task *kept = &fleet->task[i];

		if (kept->pub.number != 0 &&
		    block_has(row, kept->pub.base, kept->pub.action, id)) {
			action = kept->pub.action;
			*task = kept;
		}
	}
	for (size_t i = 0; i < 2 && action == 0; i++) {
		const struct fleet_block *block = &fleet->reserve[i].block;

		if (fleet->reserve[i].there &&
		    block_has(row, block->base, block->action, id))
			action = block->action;
	}
	*type = action != 0 ? type_of(action) : ids_kind(id);
	return action != 0 || (row->doubt && id > ID_QUESTIONS);
}
