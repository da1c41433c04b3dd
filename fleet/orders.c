/* SPDX-License-Identifier: BSD-3-Clause */
/* The order path: starting, sending at the rate, repeating, ending one client's order. */
#include "config.h"

#include "fleet/internal.h"

#include <inttypes.h>

/* So much of the rate may leave at once: the engine's loop need not wake per order. */
#define ORDER_BURST_NS INT64_C(50000000)
#define NS_PER_US      INT64_C(1000)

/* ---- states and counts ---- */

static bool
state_lost(enum order_state state)
{
	return state == ORDER_STATE_ECHOED || state == ORDER_STATE_UNREACHABLE;
}

/* Late answers still count, so an operation's figures may go back. */
void
order_mark(struct fleet *fleet, struct row *row, enum order_state state)
{
	struct task *task = task_find(fleet, row->pub.operation);
	enum order_state before = row->pub.order;

	row->pub.order = state;
	if (state != ORDER_STATE_SENT && !state_lost(state))
		row->pub.network = NETWORK_NONE; /* it answers */
	if (task == NULL || before == state)
		return;
	task->dirty = true;
	if (state_lost(before) && !state_lost(state))
		task->pub.unreachable--;
	if (!state_lost(before) && state_lost(state))
		task->pub.unreachable++;
	if (before == ORDER_STATE_REJECTED)
		task->pub.rejected--;
	if (state == ORDER_STATE_REJECTED)
		task->pub.rejected++;
	if (state == ORDER_STATE_DONE)
		task->pub.done++;
	if (!row->got && (state == ORDER_STATE_DONE || state == ORDER_STATE_RECEIVED)) {
		row->got = true;
		task->pub.received++;
	}
}

void
order_end(struct fleet *fleet, struct row *row)
{
	struct task *task = task_find(fleet, row->pub.operation);

	row->send_at = NEVER;
	queue_remove(fleet, row);
	row->asks = row->held = row->earlier = false;
	if (!row->pending)
		return;
	row->pending = false;
	if (task != NULL) {
		task->pending--;
		task->dirty = true;
	}
}

void
order_clear(struct fleet *fleet, struct row *row)
{
	order_end(fleet, row);
	row->pub.order = ORDER_STATE_NONE;
	row->pub.network = NETWORK_NONE;
	row->pub.type = 0;
	row->pub.refusal = REASON_NONE;
	row->pub.operation = 0;
	row->pub.attempts = 0;
	row->pub.in_force = 0;
	if (row_number(fleet, row) >= fleet->policy->clients)
		fleet->leavers_done = true;
	else
		fleet->reselect = true;
}

int64_t
validity_end(const struct fleet *fleet, struct moment now)
{
	return now.boot + fleet->policy->failover.validity;
}

void
order_start(struct fleet *fleet, struct row *row, struct task *task,
	    enum message_type type, struct moment now)
{
	/* The same was ordered by a process before this one: it goes on under its id. */
	bool known = ids_taken_over(row, task) ||
		     (row->earlier && ids_kind(row->pub.order_id) == type);
	uint64_t last = doubt_stored(row);
	int64_t answer_by = row->asks ? row->send_at : NEVER;

	order_end(fleet, row);
	row->was_away = row_away(row);
	row->pub.type = type;
	row_sent(row, type);
	row->pub.order = ORDER_STATE_SENT;
	row->pub.refusal = REASON_NONE;
	row->pub.operation = task->pub.number;
	row->pub.attempts = 0;
	row->pub.in_force = validity_end(fleet, now);
	if (!known)
		row->pub.order_id = ids_order(row, task, now);
	row->corrections = 0;
	row->pub.network = NETWORK_NONE;
	row->got = row->echoed = row->answered = false;
	row->tried = type == MESSAGE_RECONNECT;
	row->batch = 0;
	row->ahead = false;
	if (type == MESSAGE_FAILOVER)
		row_assign(fleet, row, now);
	row->pending = true;
	if (row->listen == 0)
		row->listen = now.boot > 0 ? now.boot : 1;
	task->pending++;
	task->pub.ordered++;
	task->dirty = true;
	if (row->doubt)
		doubt_hold(fleet, row, last, answer_by);
	else
		order_again(fleet, row);
}

void
order_again(struct fleet *fleet, struct row *row)
{
	if (row->asks)
		queue_remove(fleet, row);
	row->asks = row->held = false;
	row->send_at = NEVER;
	queue_push(fleet, row);
}

bool
order_repeats(const struct row *row)
{
	return !row->asks && (row->queued || row->send_at != NEVER);
}

bool
order_left(const struct row *row)
{
	return row->earlier || (row->pub.attempts > 0 && !row->held) ||
	       row->pub.order != ORDER_STATE_SENT;
}

void
order_withdraw(struct fleet *fleet, struct row *row)
{
	bool left = order_left(row);

	order_end(fleet, row);
	row->tried = false;
	if (row->pub.type == MESSAGE_RECONNECT && row->was_away) {
		/* The failover before it is what it follows. A late answer to the
		   invitation is still known by its id. */
		row->pub.type = MESSAGE_FAILOVER;
		row->pub.order =
		    row->pub.place == PLACE_AWAY ? ORDER_STATE_DONE : ORDER_STATE_SENT;
		row->pub.operation = 0;
	} else if (row->pub.type == MESSAGE_RECONNECT || !left) {
		order_clear(fleet, row);
	}
}

/* ---- time ---- */

/* The rest of the sentence. What the network reported may be anybody's word. */
static const char *
network_words(enum network network)
{
	static const char *const words[NETWORK_COUNT] = {
		[NETWORK_NONE] = "",
		[NETWORK_PORT_CLOSED] = ": its host reports the port closed: no agent "
					"runs there",
		[NETWORK_TOO_LONG] = ": the network reports the order too long for the "
				     "way to it",
		[NETWORK_HOST_UNREACHABLE] = ": the network reports its host "
					     "unreachable",
		[NETWORK_NO_ROUTE] = ": the network reports no route to it",
		[NETWORK_PROHIBITED] = ": the network reports the way to it "
				       "prohibited, by a firewall",
		[NETWORK_OTHER] = ": the network reports another error",
	};

	return words[network];
}

static void
order_exhausted(struct fleet *fleet, struct row *row, struct moment now)
{
	const char *name = fleet_client_name(fleet, row_number(fleet, row));
	uint32_t operation = row->pub.operation;

	order_end(fleet, row);
	/* It answers, only its hook does not end: that is no lost client. */
	if (row->pub.order == ORDER_STATE_RECEIVED && row->answered)
		return;
	order_mark(fleet, row,
		   row->echoed || row->pub.network == NETWORK_PORT_CLOSED
		       ? ORDER_STATE_ECHOED
		       : ORDER_STATE_UNREACHABLE);
	event_add(fleet, EVENT_UNREACHABLE, SEVERITY_WARNING, operation, row, 1, now,
		  "client %s does not answer %s %" PRIu64 " (%u attempts)%s", name,
		  message_type_name((enum message_type)row->sent_type),
		  row->pub.order_id, row->pub.attempts,
		  row->echoed ? ": its host is up, its agent is silent"
			      : network_words((enum network)row->pub.network));
}

static void
order_expire(struct fleet *fleet, struct row *row, struct moment now)
{
	/* Who does not answer a call-back is invited once by it, or it would not end. */
	bool invited = row->pub.type == MESSAGE_RECONNECT && fleet->current != 0 &&
		       row->pub.operation == fleet->current;

	order_clear(fleet, row);
	/* It returned by itself, or is gone: its next hello tells. */
	if (row->pub.place == PLACE_AWAY)
		row_place(fleet, row, PLACE_UNKNOWN, now);
	row->tried = invited;
}

void
order_timer(struct fleet *fleet, struct row *row, struct moment now)
{
	if (row_expiry(fleet, row) <= now.boot) {
		order_expire(fleet, row, now);
	} else if (row->send_at <= now.boot) {
		row->send_at = NEVER;
		if (row->asks)
			doubt_timer(fleet, row);
		else if (row->pub.attempts >= fleet->policy->failover.attempts)
			order_exhausted(fleet, row, now);
		else
			queue_push(fleet, row);
	}
}

/* ---- sending ---- */

static int64_t
order_interval_ns(const struct fleet *fleet)
{
	return INT64_C(1000000000) / fleet->policy->failover.rate;
}

/* Operators' before the policy's, which stand still while it is paused or advises. */
static uint32_t
order_first(const struct fleet *fleet)
{
	if (fleet->queue[QUEUE_OPERATORS].first != NO_ROW)
		return fleet->queue[QUEUE_OPERATORS].first;
	return fleet_may_act(fleet) ? fleet->queue[QUEUE_POLICY].first : NO_ROW;
}

static uint32_t
question_first(const struct fleet *fleet)
{
	if (!fleet_may_act(fleet))
		return NO_ROW;
	if (fleet->queue[QUEUE_HELD].first != NO_ROW)
		return fleet->queue[QUEUE_HELD].first;
	return fleet->queue[QUEUE_ASKED].first;
}

/* Questions have the same rate, but not the orders' share of it: those do not get slower
   for the sake of what only asks. */
static size_t
bucket_of(const struct fleet *fleet, uint32_t number)
{
	return fleet->row[number].asks ? 1 : 0;
}

static int64_t
bucket_room(const struct fleet *fleet, uint32_t number)
{
	if (number == NO_ROW)
		return NEVER;
	return (fleet->bucket_ns[bucket_of(fleet, number)] - ORDER_BURST_NS +
		NS_PER_US - 1) /
	       NS_PER_US;
}

int64_t
order_next(const struct fleet *fleet)
{
	int64_t order = bucket_room(fleet, order_first(fleet));
	int64_t question = bucket_room(fleet, question_first(fleet));

	return order < question ? order : question;
}

static uint32_t
order_take(struct fleet *fleet, struct moment now)
{
	uint32_t number = order_first(fleet);
	int64_t *bucket;

	if (bucket_room(fleet, number) > now.boot)
		number = question_first(fleet);
	if (bucket_room(fleet, number) > now.boot)
		return NO_ROW;
	bucket = &fleet->bucket_ns[bucket_of(fleet, number)];
	if (*bucket < now.boot * NS_PER_US)
		*bucket = now.boot * NS_PER_US;
	*bucket += order_interval_ns(fleet);
	return number;
}

static void
order_message(const struct fleet *fleet, const struct row *row, const struct task *task,
	      struct message *message)
{
	const struct policy *policy = fleet->policy;

	enum message_type type =
	    row->asks ? ids_kind(fleet->question) : (enum message_type)row->sent_type;

	*message = (struct message){
		.type = type,
		.key_id = row->pub.key_id,
		.id = row->asks ? fleet->question : row->pub.order_id,
		.validity = (uint32_t)(policy->failover.validity / SECOND),
		.has = HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT),
		.server = slice_of(policy->server),
		.client = row_name(fleet, row),
	};
	if (task != NULL && task->pub.reason != REASON_NONE) {
		message->has |= HAS(ATTRIBUTE_REASON);
		message->reason = task->pub.reason;
	}
	if (task != NULL && task->text[0] != '\0') {
		message->has |= HAS(ATTRIBUTE_TEXT);
		message->text = slice_of(task->text);
	}
	if (type != MESSAGE_FAILOVER)
		return;
	if (policy->failover.spread > 0) {
		message->has |= HAS(ATTRIBUTE_SPREAD);
		message->spread = (uint32_t)(policy->failover.spread / MILLISECOND);
	}
	if (policy->alternates > 0) {
		message->has |= HAS(ATTRIBUTE_ALTERNATE);
		message->alternates = alternates_name(fleet, row);
		message->alternate = fleet->stations->message;
	}
}

/* Another one for each copy of each client's order, the same in each process of a seed. */
static uint64_t
order_chance(const struct fleet *fleet, const struct row *row)
{
	return random_mix(fleet->seed ^ row->pub.order_id,
			  (uint64_t)row->pub.index << 8 | row->pub.attempts);
}

int64_t
order_pace(const struct fleet *fleet, const struct row *row, struct moment now)
{
	return now.boot + backoff_jitter(HOOK_PACE, order_chance(fleet, row));
}

/* A question holds an order back, and does not get slower. */
static int64_t
order_retry(const struct fleet *fleet, const struct row *row, struct moment now)
{
	return now.boot + backoff_wait(fleet->policy->failover.retry,
				       row->asks ? 1 : row->pub.attempts,
				       order_chance(fleet, row));
}

static void
order_sent(struct fleet *fleet, struct row *row, struct moment now)
{
	bool first = row->pub.order == ORDER_STATE_SENT && !row->asks;
	bool soon = first || row->asks;

	row_open(fleet, row);
	queue_remove(fleet, row);
	if (row->pub.attempts < UINT8_MAX)
		row->pub.attempts++;
	/* The client counts validity from the copy that it got: any of these, and none of
	   an order that is held back. */
	if (first || row->held)
		row->pub.in_force = validity_end(fleet, now);
	row->send_at =
	    soon ? order_retry(fleet, row, now) : order_pace(fleet, row, now);
	row_close(fleet, row);
	fleet->count.orders++;
}

/* Withdrawn when it would send the client to an alternate that is known unusable. */
static bool
order_may_leave(struct fleet *fleet, struct row *row, struct moment now)
{
	if (row->asks || row->sent_type != MESSAGE_FAILOVER ||
	    row_has_alternate(fleet, row, now))
		return true;
	row_open(fleet, row);
	order_withdraw(fleet, row);
	row_close(fleet, row);
	return false;
}

bool
fleet_order(struct fleet *fleet, struct moment now, uint32_t *number,
	    struct message *message)
{
	struct row *row;

	fleet_settle(fleet, now);
	do {
		*number = order_take(fleet, now);
		if (*number == NO_ROW)
			return false;
		row = &fleet->row[*number];
	} while (!order_may_leave(fleet, row, now));
	order_message(fleet, row, task_find(fleet, row->pub.operation), message);
	order_sent(fleet, row, now);
	return true;
}
