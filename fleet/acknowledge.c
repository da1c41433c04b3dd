/* SPDX-License-Identifier: BSD-3-Clause */
/* What clients answer to our orders: stages, refusals, corrections, and echoes. */
#include "config.h"

#include "fleet/internal.h"

#include <errno.h>
#include <inttypes.h>

/* An order of ours whose sending was lost with a crash: blocks are durable before they
   are used, so the id alone says what it was. */
static void
order_adopt(struct fleet *fleet, struct row *row, uint64_t id, enum message_type type,
	    struct task *task, struct moment now)
{
	order_end(fleet, row);
	row->pub.order_id = id;
	row->pub.type = type;
	row_sent(row, type);
	row->pub.operation = task != NULL ? task->pub.number : 0;
	row->pub.order = ORDER_STATE_SENT;
	row->pub.attempts = 1;
	row->pub.in_force = validity_end(fleet, now);
	row->got = false;
	row->earlier = true;
	ids_seen(row, id);
	if (task != NULL)
		task->pub.ordered++;
}

/* Finds out which order an answer is about. While a client is asked for its last order
   one to an order may have been on its way for long: it may have got others since, of
   which nothing else is left. Were it believed, that last one would never be learned. */
static bool
answer_known(struct fleet *fleet, struct row *row, uint64_t id, struct moment now)
{
	uint64_t known = doubt_known(row);
	enum message_type type;
	struct task *task;

	if (id == 0 || row->asks)
		return false;
	if (id == known)
		return true;
	if (id < known || !ids_ours(fleet, row, id, &type, &task))
		return false;
	/* Of an operation whose order it knows under another id: that was corrected. */
	if (task != NULL && task->pub.number == row->pub.operation && !row->doubt)
		return false;
	if (!doubt_learn(fleet, row, id, type, now))
		order_adopt(fleet, row, id, type, task, now);
	return true;
}

/* An order that was withdrawn, or ended unanswered, is repeated only while it is still
   wanted. */
static bool
order_wanted(const struct fleet *fleet, const struct row *row)
{
	return row->pending ||
	       (row->pub.type == MESSAGE_FAILOVER && row_wanted_away(fleet, row));
}

static void
order_received(struct fleet *fleet, struct row *row, struct moment now)
{
	enum order_state before = row->pub.order;

	if (row->pub.type != (enum message_type)row->sent_type)
		return; /* withdrawn */
	row->answered = true;
	if (before != ORDER_STATE_SENT && before != ORDER_STATE_ECHOED &&
	    before != ORDER_STATE_UNREACHABLE)
		return;
	order_mark(fleet, row, ORDER_STATE_RECEIVED);
	/* Late, of one that was withdrawn: it will be done, and is repeated no more. */
	if (row->sent_type == MESSAGE_FAILOVER && !order_wanted(fleet, row) &&
	    !order_repeats(row))
		return;
	queue_remove(fleet, row);
	row->pub.attempts = 0;
	row->echoed = row->answered = false;
	row->send_at = order_pace(fleet, row, now);
	if (row->sent_type == MESSAGE_FAILOVER)
		row->send_at += fleet->policy->failover.spread;
}

static void
order_done(struct fleet *fleet, struct row *row, const struct message *message,
	   struct moment now)
{
	bool settled = row->pub.order == ORDER_STATE_DONE ||
		       row->pub.order == ORDER_STATE_NONE ||
		       row->pub.type != (enum message_type)row->sent_type;

	/* An answer to an order that still waits cannot be older than the order. One to
	   an order that is over may be a copy from long ago. */
	if (settled && message->id <= row->said)
		return;
	if (row->sent_type == MESSAGE_FAILOVER) {
		fleet->found |= row->earlier && row->pub.holder == 0;
		row_place(fleet, row, PLACE_AWAY, now);
		row->pub.alternate = alternate_find(fleet, message);
		order_follow(fleet, row, row->pub.order_id, now);
		return;
	}
	row_place(fleet, row, PLACE_HERE, now);
	row->pub.alternate = NO_CHOICE;
	if (row->pub.type == MESSAGE_RECONNECT)
		order_mark(fleet, row, ORDER_STATE_DONE);
	order_clear(fleet, row);
}

/* It is what the row was told last, and not of before: a new order will leave, or has. */
static bool
order_is(const struct row *row, uint64_t id)
{
	return !row->held && row->pub.order_id == id;
}

static void
order_answered(struct fleet *fleet, struct row *row, const struct message *message,
	       struct moment now)
{
	if (message->stage == STAGE_DONE)
		order_done(fleet, row, message, now);
	else
		order_received(fleet, row, now);
}

enum message_check
receive_acknowledge(struct fleet *fleet, struct row *row, const struct message *message,
		    struct moment now)
{
	if (message->stage != STAGE_RECEIVED && message->stage != STAGE_DONE)
		return CHECK_FORMAT;
	if (doubt_answers(fleet, row, message->reply_to))
		doubt_end(fleet, row);
	else if (!answer_known(fleet, row, message->reply_to, now))
		return CHECK_UNSOLICITED;
	else if (order_is(row, message->reply_to))
		order_answered(fleet, row, message, now);
	row->synced = true;
	if (message->id > row->said) {
		row->said = message->id;
		row_heard(fleet, row, now);
	}
	return CHECK_OK;
}

/* Our identity in other hands: the client has acted on a recent id above all of ours,
   although it was seen to follow ours before. Else it may be an id of our own from before
   a restart, or before the store was lost; and soon after a start answers to such ids may
   still be on their way. */
static bool
mark_is_foreign(const struct fleet *fleet, const struct row *row, uint64_t mark,
		struct moment now)
{
	int64_t ahead = (int64_t)(mark - (uint64_t)now.wall) - row->pub.peer.offset;

	return row->synced && mark > row->greatest && mark > fleet->highest &&
	       ahead > -PEER_FRESHNESS && ahead < PEER_FRESHNESS &&
	       now.boot - fleet->started.boot > PEER_FRESHNESS;
}

static void
duplicate_identity(struct fleet *fleet, const struct row *row, uint64_t mark,
		   struct moment now)
{
	fleet->alarm = true;
	event_add(fleet, EVENT_DUPLICATE_IDENTITY, SEVERITY_CRITICAL, fleet->current,
		  NULL, 1, now,
		  "a second daemon speaks for server %s: client %s follows order "
		  "%" PRIu64
		  ", which we never sent; mode advise until this one is restarted: "
		  "find the other and stop it first",
		  fleet->policy->server,
		  fleet_client_name(fleet, row_number(fleet, row)), mark);
}

/* A new id for the same order, at once: the client said what it expects. */
static void
order_correct(struct fleet *fleet, struct row *row, const struct message *message,
	      struct moment now)
{
	uint64_t clock = message->has & HAS(ATTRIBUTE_CLOCK) ? message->clock : 0;
	uint64_t mark = message->has & HAS(ATTRIBUTE_MARK) ? message->mark : 0;

	if (row->corrections >= CORRECTIONS)
		return;
	row->corrections = (row->corrections + 1) & 3u;
	row->synced = false;
	peer_correct(&row->pub.peer, clock, mark, now.wall);
	if (!order_wanted(fleet, row))
		return;
	/* An invitation may have been the last that left, and is over. */
	row_sent(row, row->pub.type);
	row->pub.order_id = ids_order(row, task_find(fleet, row->pub.operation), now);
	order_mark(fleet, row, ORDER_STATE_SENT);
	row->pub.attempts = 0;
	order_again(fleet, row);
}

/* It follows an order of ours from before a restart: go on under the id that it knows,
   and it will tell how far it is. One of the other kind was newer than what we remember;
   to repeat that under a new id would turn the client round. */
static bool
order_overtaken(struct fleet *fleet, struct row *row, const struct message *message,
		struct moment now)
{
	bool news = row->doubt;
	enum message_type type;
	struct task *task;

	if (!(message->has & HAS(ATTRIBUTE_MARK)) ||
	    message->mark <= doubt_known(row) ||
	    !ids_ours(fleet, row, message->mark, &type, &task))
		return false;
	news |= type != row->pub.type;
	if (doubt_learn(fleet, row, message->mark, type, now))
		return true;
	if (news)
		order_adopt(fleet, row, message->mark, type, task, now);
	row->pub.order_id = message->mark;
	if (news || order_wanted(fleet, row))
		order_again(fleet, row);
	return true;
}

static void
order_superseded(struct fleet *fleet, struct row *row, const struct message *message,
		 struct moment now)
{
	if (mark_is_foreign(fleet, row, message->mark, now)) {
		order_end(fleet, row);
		order_mark(fleet, row, ORDER_STATE_REJECTED);
		row->pub.refusal = REASON_SUPERSEDED;
		duplicate_identity(fleet, row, message->mark, now);
		return;
	}
	if (!order_overtaken(fleet, row, message, now))
		order_correct(fleet, row, message, now);
}

/* The answer to the question: the mark. What is under way goes on. Else, when it is not
   what we have of the row, its last order tells more: repeated, it moves nobody. */
static void
question_answered(struct fleet *fleet, struct row *row, const struct message *message,
		  struct moment now)
{
	uint64_t mark = message->has & HAS(ATTRIBUTE_MARK) ? message->mark : 0;

	if (mark <= ID_QUESTIONS)
		mark = 0; /* none, or a client that minds no clock obeyed one */
	if (order_overtaken(fleet, row, message, now))
		return;
	bool goes_on = row->held || row->pending;

	doubt_end(fleet, row);
	if (goes_on || doubt_agrees(row, mark))
		return;
	if (mark != 0) {
		order_clear(fleet, row);
		order_adopt(fleet, row, mark, ids_kind(mark), NULL, now);
		order_again(fleet, row);
	} else if (row_waits(row)) {
		order_clear(fleet, row); /* it never got that */
	} else if (message->id > row->said) {
		/* It has forgotten all; but not when it has answered an order since. */
		order_correct(fleet, row, message, now);
	}
}

enum message_check
receive_reject(struct fleet *fleet, struct row *row, const struct message *message,
	       struct moment now)
{
	bool question = doubt_answers(fleet, row, message->reply_to);

	if (!question && !answer_known(fleet, row, message->reply_to, now))
		return CHECK_UNSOLICITED;
	if (question) {
		question_answered(fleet, row, message, now);
	} else if (row->doubt && order_overtaken(fleet, row, message, now)) {
		/* Also of the order before one that is held. */
	} else if (!order_is(row, message->reply_to) ||
		   row->pub.type != (enum message_type)row->sent_type ||
		   row->pub.order == ORDER_STATE_DONE) {
		return CHECK_UNSOLICITED;
	} else if (message->reason == REASON_STALE) {
		order_correct(fleet, row, message, now);
	} else if (message->reason == REASON_SUPERSEDED &&
		   message->has & HAS(ATTRIBUTE_MARK)) {
		order_superseded(fleet, row, message, now);
	} else if (row->pub.order != ORDER_STATE_REJECTED) {
		row_heard(fleet, row, now);
		order_end(fleet, row);
		order_mark(fleet, row, ORDER_STATE_REJECTED);
		row->pub.refusal = message->reason;
		event_add(fleet, EVENT_REJECTED, SEVERITY_WARNING, row->pub.operation,
			  row, 1, now, "client %s rejected %s: %s%s%.*s",
			  fleet_client_name(fleet, row_number(fleet, row)),
			  message_type_name(row->pub.type),
			  message_reason_name(message->reason),
			  message->text.length > 0 ? ": " : "",
			  (int)message->text.length,
			  message->text.length > 0 ? message->text.start : "");
	}
	if (message->id > row->said)
		row->said = message->id;
	return CHECK_OK;
}

/* ---- the network ---- */

void
fleet_echo(struct fleet *fleet, uint32_t number, uint64_t id, struct moment now)
{
	struct row *row = &fleet->row[number];

	fleet_settle(fleet, now);
	if (id != row->pub.order_id)
		return;
	row->echoed = true;
	if (row->pub.order != ORDER_STATE_UNREACHABLE)
		return;
	row_open(fleet, row);
	order_mark(fleet, row, ORDER_STATE_ECHOED);
	row_close(fleet, row);
}

static enum network
network_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return NETWORK_PORT_CLOSED;
	case EMSGSIZE:
		return NETWORK_TOO_LONG;
	case EHOSTUNREACH:
	case EHOSTDOWN:
		return NETWORK_HOST_UNREACHABLE;
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL: /* ours is gone, and nothing leaves from it */
		return NETWORK_NO_ROUTE;
	case EACCES:
	case EPERM:
		return NETWORK_PROHIBITED;
	default:
		return NETWORK_OTHER;
	}
}

void
fleet_unreachable(struct fleet *fleet, uint32_t number, int error, struct moment now)
{
	struct row *row = &fleet->row[number];

	fleet_settle(fleet, now);
	/* Of an order that waits; about answers a client that asks again tells enough. */
	if (row_waits(row))
		row->pub.network = (uint8_t)network_of(error);
}
