/* SPDX-License-Identifier: BSD-3-Clause */
/* An operation's orders to all who were chosen for it, a portion a call: those of a hundred
   thousand begun at once would take longer than the engine's loop may stand still. */
#include "config.h"

#include "fleet/internal.h"

/* Until the last of them has begun nothing is decided: the state, the next batch and a
   rescue wait, and who needs fleet->chosen for something else first has the rest begun.
   So it is as if all had begun at once, but for what clients say meanwhile; and nothing of
   that makes a difference, for an order may cross what its client says at any time. */

/* Whom keep= leaves room for: others may have left by themselves since it was chosen. */
static bool
may_leave(const struct fleet *fleet, const struct row *row)
{
	return fleet->policy->failover.keep <= 0 || row_gone(row) ||
	       failover_room(fleet) > 0;
}

static void
begin_some(struct fleet *fleet, size_t most, struct moment now)
{
	struct task *task = task_find(fleet, fleet->beginning);
	size_t left = fleet->chosens - fleet->begun, end;

	end = fleet->begun + (left < most ? left : most);
	heap_hold(fleet, end - fleet->begun);
	for (; fleet->begun < end; fleet->begun++) {
		struct row *row = &fleet->row[fleet->chosen[fleet->begun]];

		if (!may_leave(fleet, row))
			continue;
		row_open(fleet, row);
		order_start(fleet, row, task, MESSAGE_FAILOVER, now);
		row_close(fleet, row);
	}
	heap_release(fleet);
	if (fleet->begun < fleet->chosens)
		return;
	fleet->beginning = 0;
	/* More may be left than there was room for, or come: those are the steps'. */
	task->undo_over = fleet->returned == 0;
}

uint32_t
begin_chosen(struct fleet *fleet, struct task *task, struct moment now)
{
	fleet->beginning = task->pub.number;
	fleet->begun = 0;
	fleet->begun_at = now.boot;
	begin_some(fleet, fleet->portion, now);
	return (uint32_t)fleet->chosens;
}

void
begin_step(struct fleet *fleet, struct moment now)
{
	if (fleet->beginning != 0)
		begin_some(fleet, fleet->portion, now);
}

void
begin_rest(struct fleet *fleet, struct moment now)
{
	if (fleet->beginning != 0)
		begin_some(fleet, SIZE_MAX, now);
}

void
begin_forget(struct fleet *fleet, const struct task *task)
{
	if (fleet->beginning == task->pub.number)
		fleet->beginning = 0;
}

int64_t
begin_next(const struct fleet *fleet)
{
	return fleet->beginning != 0 ? fleet->begun_at : NEVER;
}
