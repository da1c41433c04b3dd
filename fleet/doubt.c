/* SPDX-License-Identifier: BSD-3-Clause */
/* After a death that the store may have come too late for: clients are asked which order
   was their last, and only then get another. */
#include "config.h"

#include "fleet/internal.h"

/* The question is an order that is too old for anybody to obey: its reject names the mark.
   The mark is the id of the last order that the client got. When that is a later one than
   we know of, no record of it is left, but the id tells what it was: we go on from there.
   To repeat the last order that we know of would move nobody either, but copies of that
   may still be on their way from before, and their answers too: while it is asked, those
   are not heard. This id is of this process alone. */

void
fleet_restore_behind(struct fleet *fleet)
{
	fleet->behind = true;
	/* Odd, as of a reconnect: were it obeyed, by a client that minds no clock and
	   never got an order, it would move nobody. */
	fleet->question =
	    ((fleet->seed ^ (uint64_t)fleet->started.wall) & ID_QUESTIONS) | 1;
}

bool
fleet_in_doubt(const struct fleet *fleet)
{
	if (!fleet->settled)
		return fleet->behind;
	for (size_t i = 0; i < fleet->rows; i++) {
		const struct row *row = &fleet->row[i];

		if (row->doubt && row->pub.heard != 0 && !row->pub.silent)
			return true;
	}
	return false;
}

static void
ask(struct fleet *fleet, struct row *row)
{
	row->asks = true;
	row->pub.attempts = 0;
	row->send_at = NEVER;
	queue_push(fleet, row);
}

void
doubt_settle(struct fleet *fleet, struct row *row)
{
	bool goes_on = row->queued;

	row->doubt = true;
	queue_remove(fleet, row);
	if (goes_on)
		doubt_hold(fleet, row, row->pub.order_id, NEVER);
	else if (row->pub.heard != 0)
		ask(fleet, row); /* of others there may be none */
}

void
doubt_hold(struct fleet *fleet, struct row *row, uint64_t last, int64_t answer_by)
{
	row->last = last;
	row->held = true;
	if (answer_by == NEVER) {
		ask(fleet, row);
		return;
	}
	row->asks = true;
	row->pub.attempts = 1;
	row->send_at = answer_by;
}

/* What was held leaves. */
static void
ask_end(struct fleet *fleet, struct row *row)
{
	bool held = row->held;

	if (!row->asks)
		return;
	row->asks = row->held = false;
	row->pub.attempts = 0;
	row->send_at = NEVER;
	queue_remove(fleet, row);
	if (held)
		queue_push(fleet, row);
}

void
doubt_timer(struct fleet *fleet, struct row *row)
{
	/* Who answers none is hardly there: the order may leave, and for the rest its next
	   hello tells. */
	if (row->pub.attempts >= fleet->policy->failover.attempts)
		ask_end(fleet, row);
	else
		queue_push(fleet, row);
}

bool
doubt_answers(const struct fleet *fleet, const struct row *row, uint64_t id)
{
	return row->doubt && id == fleet->question;
}

void
doubt_end(struct fleet *fleet, struct row *row)
{
	row->doubt = false;
	ask_end(fleet, row);
}

uint64_t
doubt_known(const struct row *row)
{
	return row->held ? row->last : row->pub.order_id;
}

uint64_t
doubt_stored(const struct row *row)
{
	uint64_t known = doubt_known(row);

	return known > row->pub.peer.sent ? known : row->pub.peer.sent;
}

bool
doubt_learn(struct fleet *fleet, struct row *row, uint64_t id, enum message_type type,
	    struct moment now)
{
	bool same = type == row->pub.type;

	row->doubt = false;
	ids_seen(row, id);
	if (!row->pending || (!same && row->earlier))
		return false;
	if (same)
		row->pub.order_id = id;
	/* What this process decided is later than what it did not know of. */
	else if (row->pub.order_id < id)
		row->pub.order_id =
		    ids_order(row, task_find(fleet, row->pub.operation), now);
	row->pub.attempts = same;
	row_sent(row, row->pub.type);
	order_mark(fleet, row, ORDER_STATE_SENT);
	order_again(fleet, row);
	return true;
}

bool
doubt_agrees(const struct row *row, uint64_t mark)
{
	/* Of a failover after which it came home by itself, too, when we know of both. */
	if (mark == 0 || ids_kind(mark) == MESSAGE_RECONNECT ||
	    (row->pub.type == 0 && mark == row->pub.order_id))
		return row->pub.place == PLACE_HERE && row->pub.type == 0;
	return row->pub.place == PLACE_AWAY && row->pub.type == MESSAGE_FAILOVER &&
	       row->pub.order == ORDER_STATE_DONE;
}
