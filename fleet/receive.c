/* SPDX-License-Identifier: BSD-3-Clause */
/* Authentic messages from clients: what they say of themselves, and what they ask. */
#include "config.h"

#include "fleet/internal.h"

#define NS_PER_US INT64_C(1000)
/* Nobody is let in further ahead: until then the server may be drowning again. */
#define ADMIT_AHEAD   (10 * SECOND)
#define REFUSED_PAUSE (5 * MINUTE)
/* Nobody is told to wait for longer, whoever is before it. */
#define TURN_AHEAD HOUR

/* ---- answers ---- */

static void
answer_make(struct fleet *fleet, const struct row *row, const struct message *to,
	    enum message_type type, struct moment now, struct message *answer)
{
	*answer = (struct message){
		.type = type,
		.id = ids_answer(fleet, row, now),
		.reply_to = to->id,
		.has = HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT) |
		       HAS(ATTRIBUTE_CLOCK),
		.server = slice_of(fleet->policy->server),
		.client = row_name(fleet, row),
		.clock = peer_clock(&row->pub.peer, now.wall),
	};
	fleet->count.answers++;
}

static uint32_t
whole_seconds(int64_t us)
{
	int64_t seconds = (us + SECOND - 1) / SECOND;

	return seconds < 1 ? 1 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

static void
answer_hello(struct fleet *fleet, const struct row *row, const struct message *to,
	     struct moment now, struct message *answer)
{
	answer_make(fleet, row, to, MESSAGE_ACKNOWLEDGE, now, answer);
	answer->has |= HAS(ATTRIBUTE_STAGE) | HAS(ATTRIBUTE_RETRY_AFTER);
	answer->stage = STAGE_DONE;
	answer->retry_after = whole_seconds(fleet->policy->hello);
}

/* At most one a second a peer: two clocks that disagree must not start a storm. */
static void
answer_reject(struct fleet *fleet, struct row *row, const struct message *to,
	      enum message_reason reason, struct moment now, struct message *answer)
{
	uint32_t ms = (uint32_t)(now.boot / MILLISECOND);

	if (ms - row->rejected_ms < REJECT_PACE_MS)
		return;
	row->rejected_ms = ms;
	answer_make(fleet, row, to, MESSAGE_REJECT, now, answer);
	answer->has |= HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK);
	answer->reason = reason;
	answer->mark = row->pub.peer.mark;
}

/* ---- what a client says of itself ---- */

void
row_heard(struct fleet *fleet, struct row *row, struct moment now)
{
	if (row->pub.silent) {
		row->pub.silent = false;
		event_add(fleet, EVENT_HEARD, SEVERITY_OK, 0, row, 1, now,
			  "client %s is heard again",
			  fleet_client_name(fleet, row_number(fleet, row)));
	}
	row->pub.heard = row->listen = now.boot > 0 ? now.boot : 1;
}

uint16_t
alternate_find(const struct fleet *fleet, const struct message *message)
{
	const struct policy *policy = fleet->policy;

	if (message->alternates == 0)
		return NO_CHOICE;
	for (size_t i = 0; i < policy->alternates && i < NO_CHOICE; i++)
		if (slice_equal(message->alternate[0].name, policy->alternate[i].name))
			return (uint16_t)i;
	return NO_CHOICE;
}

/* A failover that the client follows, whatever our records say of it. */
void
order_follow(struct fleet *fleet, struct row *row, uint64_t id, struct moment now)
{
	enum message_type type;
	struct task *task;
	bool other = id != 0 && id != row->pub.order_id;

	if (other || row->pub.type != MESSAGE_FAILOVER) {
		order_end(fleet, row);
		row->got = false;
		row->pub.operation = 0;
		row->pub.order = ORDER_STATE_NONE; /* counted where it was */
	}
	if (other) {
		row->pub.order_id = id;
		row->sent_type = MESSAGE_FAILOVER;
		ids_seen(row, id);
	}
	if (row->pub.operation == 0 &&
	    ids_ours(fleet, row, row->pub.order_id, &type, &task) &&
	    type == MESSAGE_FAILOVER && task != NULL)
		row->pub.operation = task->pub.number;
	row->pub.type = MESSAGE_FAILOVER;
	row->pub.in_force = validity_end(fleet, now);
	order_mark(fleet, row, ORDER_STATE_DONE);
	order_end(fleet, row);
}

/* It speaks from here after its order had ended without it. */
static void
hello_late(struct fleet *fleet, struct row *row, struct moment now)
{
	bool lost = row->pub.order == ORDER_STATE_UNREACHABLE ||
		    row->pub.order == ORDER_STATE_ECHOED;

	bool orders = fleet->state == SERVER_SHEDDING || fleet->state == SERVER_AWAY ||
		      row->pub.holder != 0;

	if (!row_wanted_away(fleet, row)) {
		order_clear(fleet, row);
	} else if (lost && orders) {
		event_add(fleet, EVENT_REACHABLE, SEVERITY_OK, row->pub.operation, row,
			  1, now, "client %s is reachable again: its order is repeated",
			  fleet_client_name(fleet, row_number(fleet, row)));
		order_mark(fleet, row, ORDER_STATE_SENT);
		row->pub.attempts = 0;
		row->echoed = false;
		order_again(fleet, row);
	}
}

static void
hello_here(struct fleet *fleet, struct row *row, uint64_t following, struct moment now)
{
	bool failover = row->pub.type == MESSAGE_FAILOVER;

	row_place(fleet, row, PLACE_HERE, now);
	if (following != 0)
		return; /* it has the order and has not moved yet */
	if (row->pub.type == MESSAGE_RECONNECT) {
		order_mark(fleet, row, ORDER_STATE_DONE);
		order_clear(fleet, row);
	} else if (failover && row->pub.order == ORDER_STATE_DONE) {
		order_clear(fleet, row); /* it returned, or lost its state */
	} else if (failover && !row->pending) {
		hello_late(fleet, row, now);
	}
}

/* It was let in, and its moment has not come. */
static bool
slot_ahead(const struct row *row, struct moment now)
{
	return row->slot != NEVER && row->slot > now.boot;
}

static void
hello_away(struct fleet *fleet, struct row *row, const struct message *message,
	   uint64_t following, struct moment now)
{
	row_place(fleet, row, PLACE_AWAY, now);
	row->pub.alternate = alternate_find(fleet, message);
	/* An invitation on its way is not started anew by a hello, nor does it end while
	   its client says that it is away, as in a long pause; who refused one asks for
	   the next itself. */
	if (row->pub.type == MESSAGE_RECONNECT && row->pending) {
		row->pub.in_force = validity_end(fleet, now);
		return;
	}
	if (row->pub.type == MESSAGE_RECONNECT &&
	    row->pub.order == ORDER_STATE_REJECTED)
		return;
	if (!slot_ahead(row, now))
		row->tried = false;
	/* It has not heard of a newer order that is on its way. */
	if (row->pending && following < row->pub.order_id)
		return;
	if (following != 0)
		order_follow(fleet, row, following, now);
}

/* Place and order as the client has them. A message that was overtaken by a later one
   says nothing new: acting on it would order a client away twice. */
static void
client_says(struct fleet *fleet, struct row *row, const struct message *message,
	    struct moment now)
{
	uint64_t following = message->has & HAS(ATTRIBUTE_MARK) ? message->mark : 0;
	bool overtaken = message->id < row->said &&
			 now.boot - row->pub.heard < REORDERING && row->pub.heard != 0;

	row_heard(fleet, row, now);
	if (overtaken)
		return;
	row->said = message->id;
	if (!(message->has & HAS(ATTRIBUTE_PLACE)))
		return;
	switch (message->place) {
	case PLACE_HERE:
		hello_here(fleet, row, following, now);
		break;
	case PLACE_AWAY:
		hello_away(fleet, row, message, following, now);
		break;
	case PLACE_UNKNOWN:
		row_place(fleet, row, PLACE_UNKNOWN, now);
		break;
	}
}

/* ---- request ---- */

/* Why it is not let back now; REASON_NONE: ask for admission. */
static enum message_reason
refusal(struct fleet *fleet, const struct row *row, struct moment now,
	const char **text)
{
	const struct task *holder = task_find(fleet, row->pub.holder);

	*text = holder != NULL ? holder->text : "held by an operator";
	if (row->pub.hold == ACTION_FAILOVER)
		return REASON_OPERATOR;
	if (row->pub.hold == ACTION_RECONNECT)
		return REASON_NONE; /* whatever the threshold */
	*text = fleet->why;
	if (fleet->paused != 0) {
		*text = "paused";
		return REASON_OPERATOR;
	}
	/* Who has left the policy is called back, and may have missed that. */
	if (row_number(fleet, row) >= fleet->policy->clients)
		return REASON_NONE;
	if (fleet->verdict.failover != MET_NO)
		return fleet->verdict.deciding == CONDITION_FAILOVER ? REASON_THRESHOLD
								     : REASON_CONDITION;
	if (fleet->state == SERVER_UNKNOWN) {
		*text = "the server's state is not known yet";
		return REASON_CONDITION;
	}
	if (fleet->state == SERVER_SERVING || fleet_may_return(fleet, now))
		return REASON_NONE;
	*text = "the connection threshold is not met";
	if (fleet->verdict.connection == MET_YES) {
		holddown_say(fleet, now, fleet->hold_down_text);
		*text = fleet->hold_down_text;
	}
	return REASON_THRESHOLD;
}

static int64_t
admit_interval_ns(const struct fleet *fleet)
{
	return INT64_C(1000000000) / fleet->policy->connection.admit;
}

/* The next free slot of 1 / rate, each client its own. False when that is further ahead
   than anybody should be promised. */
static bool
admit(struct fleet *fleet, struct moment now, int64_t *slot)
{
	int64_t now_ns = now.boot * NS_PER_US;

	if (fleet->admit_ns < now_ns)
		fleet->admit_ns = now_ns;
	*slot = fleet->admit_ns / NS_PER_US;
	if (*slot - now.boot > ADMIT_AHEAD)
		return false;
	fleet->admit_ns += admit_interval_ns(fleet);
	return true;
}

/* Those who have to wait are told when to ask again, each at another time. */
static int64_t
turn_next(struct fleet *fleet, int64_t from, struct moment now)
{
	int64_t turn;

	if (from > now.boot + TURN_AHEAD)
		from = now.boot + TURN_AHEAD;
	if (fleet->admit_tail < from)
		fleet->admit_tail = from;
	turn = fleet->admit_tail;
	if (fleet->admit_tail < now.boot + TURN_AHEAD)
		fleet->admit_tail += admit_interval_ns(fleet) / NS_PER_US;
	return turn;
}

/* A slot, and a turn to wait for, are a client's own: who asks again and again gets the
   same ones, and takes nobody's place. */
static bool
admit_row(struct fleet *fleet, struct row *row, bool invited, struct moment now,
	  int64_t *slot)
{
	bool awaits = row->awaiting || (!invited && reconnect_awaits(fleet, row));

	row->ahead = awaits;
	if (slot_ahead(row, now)) {
		*slot = row->slot;
		return true;
	}
	if (row->turn > now.boot) {
		*slot = row->turn;
		return false;
	}
	row->turn = 0;
	if (awaits)
		*slot = fleet->batch_at > now.boot ? fleet->batch_at : now.boot;
	else if (admit(fleet, now, slot))
		return true;
	*slot = row->turn = turn_next(fleet, *slot, now);
	return false;
}

/* The client returns after retry-after and spread, counted from its receipt. */
static void
answer_accept(struct fleet *fleet, const struct row *row, const struct message *to,
	      struct moment now, struct message *answer)
{
	int64_t wait = row->slot > now.boot ? row->slot - now.boot : 0;

	answer_make(fleet, row, to, MESSAGE_ACCEPT, now, answer);
	answer->has |= HAS(ATTRIBUTE_RETRY_AFTER) | HAS(ATTRIBUTE_SPREAD);
	answer->retry_after = (uint32_t)(wait / SECOND);
	answer->spread = (uint32_t)(wait % SECOND / MILLISECOND);
}

static void
answer_refuse(struct fleet *fleet, struct row *row, const struct message *to,
	      enum message_reason reason, const char *text, uint32_t retry_after,
	      struct moment now, struct message *answer)
{
	answer_make(fleet, row, to, MESSAGE_REFUSE, now, answer);
	answer->has |=
	    HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_TEXT) | HAS(ATTRIBUTE_RETRY_AFTER);
	answer->validity = (uint32_t)(fleet->policy->failover.validity / SECOND);
	answer->reason = reason;
	answer->retry_after = retry_after;
	text_cut(text, fleet->answer_text, sizeof(fleet->answer_text));
	answer->text = slice_of(fleet->answer_text);
	if (answer->text.length == 0)
		answer->has &= ~HAS(ATTRIBUTE_TEXT);
}

/* Renews what the client follows, at this end as at the other. */
static void
refuse_renew(struct fleet *fleet, struct row *row, const struct message *message,
	     struct moment now)
{
	uint64_t following = message->has & HAS(ATTRIBUTE_MARK) ? message->mark : 0;

	if (row->pub.place == PLACE_HERE)
		return;
	if (row->pub.type == MESSAGE_RECONNECT && row->pending)
		return;
	if (row->pending && following < row->pub.order_id)
		return;
	order_follow(fleet, row, following, now);
}

/* A refused client is called back when it is time; asking again is its second way. It
   asks soon when all that is wrong is that we know nothing yet. */
static uint32_t
refused_pause(const struct fleet *fleet)
{
	int64_t pause =
	    fleet->state == SERVER_UNKNOWN ? REFUSED_PAUSE / 10 : REFUSED_PAUSE;
	int64_t longest = fleet->policy->failover.validity / 3;

	return whole_seconds(pause < longest ? pause : longest);
}

static void
receive_request(struct fleet *fleet, struct row *row, const struct message *message,
		struct moment now, struct message *answer)
{
	const char *name = fleet_client_name(fleet, row_number(fleet, row));
	uint32_t retry_after = refused_pause(fleet);
	int64_t slot = NEVER;
	const char *text;
	enum message_reason reason = refusal(fleet, row, now, &text);
	bool invited = row->tried; /* it has its place, and missed the invitation */

	client_says(fleet, row, message, now);
	fleet->count.requests++;
	if (reason == REASON_NONE && !admit_row(fleet, row, invited, now, &slot)) {
		reason = REASON_ADMISSION;
		text = row->ahead ? "it is called back with the next batch"
				  : "others are coming back at this moment";
		retry_after = whole_seconds(slot - now.boot);
	}
	row->asked = message->id;
	row->slot = reason == REASON_NONE ? slot : NEVER;
	if (reason == REASON_NONE) {
		row->refused = false;
		row->tried = true; /* it comes, and needs no invitation */
		fleet->count.accepted++;
		answer_accept(fleet, row, message, now, answer);
		event_add(fleet, EVENT_ADMITTED, SEVERITY_OK, 0, row, 1, now,
			  "client %s asked and may come back", name);
		return;
	}
	fleet->count.refused++;
	refuse_renew(fleet, row, message, now);
	answer_refuse(fleet, row, message, reason, text, retry_after, now, answer);
	/* Asked every few minutes by everybody, only the first refusal is news. */
	if (row->refused)
		return;
	row->refused = true;
	event_add(fleet, EVENT_REFUSED, SEVERITY_NOTICE, 0, row, 1, now,
		  "client %s asked to come back and was refused (%s): %s", name,
		  message_reason_name(reason), text);
}

/* ---- initiatives ---- */

static void
answer_again(struct fleet *fleet, struct row *row, const struct message *message,
	     struct moment now, struct message *answer)
{
	const char *text;
	enum message_reason reason;

	if (message->type == MESSAGE_HELLO) {
		answer_hello(fleet, row, message, now, answer);
	} else if (message->id == row->asked && row->slot != NEVER) {
		answer_accept(fleet, row, message, now, answer);
	} else if (message->id == row->asked) {
		reason = refusal(fleet, row, now, &text);
		answer_refuse(
		    fleet, row, message,
		    reason != REASON_NONE ? reason : REASON_ADMISSION, text,
		    whole_seconds(row->turn > now.boot ? row->turn - now.boot : MINUTE),
		    now, answer);
	} else if (message->id == row->pub.peer.mark) {
		/* Its newest, but what it was told was forgotten with a restart. */
		row_open(fleet, row);
		receive_request(fleet, row, message, now, answer);
		row_close(fleet, row);
	}
}

static enum message_check
receive_initiative(struct fleet *fleet, struct row *row, const struct message *message,
		   struct moment now, struct message *answer)
{
	unsigned slot;
	enum message_check check =
	    peer_check(&row->pub.peer, message->id, now.wall, true, &slot);

	switch (check) {
	case CHECK_OK:
		break;
	case CHECK_STALE:
		answer_reject(fleet, row, message, REASON_STALE, now, answer);
		return check;
	case CHECK_SUPERSEDED:
		answer_reject(fleet, row, message, REASON_SUPERSEDED, now, answer);
		return check;
	case CHECK_DUPLICATE:
		answer_again(fleet, row, message, now, answer);
		return check;
	default:
		return check;
	}
	row_open(fleet, row);
	peer_accept(&row->pub.peer, message->id);
	if (message->type == MESSAGE_HELLO) {
		client_says(fleet, row, message, now);
		answer_hello(fleet, row, message, now, answer);
	} else {
		receive_request(fleet, row, message, now, answer);
	}
	row_close(fleet, row);
	return CHECK_OK;
}

/* ---- keys ---- */

/* Outside open and close: whoever pretends to be a client makes the store no work. */
void
fleet_unproven(struct fleet *fleet, uint32_t number, uint8_t key_id,
	       enum message_check check, struct moment now)
{
	struct fleet_client *client = &fleet->row[number].pub;

	fleet_settle(fleet, now);
	if (client->unproven < UINT8_MAX)
		client->unproven++;
	if (client->unproven == FLEET_UNPROVEN)
		fleet->count.unproven++;
	client->unproven_key = key_id;
	client->unproven_check = (uint8_t)check;
}

static void
proven(struct fleet *fleet, struct row *row, uint8_t key_id)
{
	if (row->pub.unproven >= FLEET_UNPROVEN)
		fleet->count.unproven--;
	row->pub.unproven = 0;
	row->pub.key_id = key_id;
}

/* ---- the entry ---- */

/* What the policy began stops once somebody else gives orders too. */
static void
alarm_act(struct fleet *fleet, struct moment now)
{
	if (!fleet->alarm)
		return;
	fleet->alarm = false;
	fleet->mode = MODE_ADVISE;
	current_cancel(fleet, now);
	rescue_cancel(fleet, now);
}

enum message_check
fleet_receive(struct fleet *fleet, uint32_t number, const struct message *message,
	      struct moment now, struct message *answer)
{
	struct row *row = &fleet->row[number];
	enum message_check check;

	*answer = (struct message){ 0 };
	fleet_settle(fleet, now);
	switch (message->type) {
	case MESSAGE_HELLO:
	case MESSAGE_REQUEST:
		check = receive_initiative(fleet, row, message, now, answer);
		break;
	case MESSAGE_ACKNOWLEDGE:
		row_open(fleet, row);
		check = receive_acknowledge(fleet, row, message, now);
		row_close(fleet, row);
		break;
	case MESSAGE_REJECT:
		row_open(fleet, row);
		check = receive_reject(fleet, row, message, now);
		row_close(fleet, row);
		break;
	default:
		check = CHECK_TYPE;
		break;
	}
	/* Not by a copy from long ago, under a key that has been given up since. */
	if (check == CHECK_OK)
		proven(fleet, row, message->key_id);
	fleet->count.check[check]++;
	alarm_act(fleet, now);
	state_step(fleet, now);
	operators_step(fleet, now);
	return check;
}
