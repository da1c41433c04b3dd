/* SPDX-License-Identifier: BSD-3-Clause */
/* The fleet: one protected server's state, its operations, and every client's lifecycle.
   Pure: time, verdicts and messages in; orders, answers, events and records out. */
#ifndef BELLWETHER_FLEET_FLEET_H
#define BELLWETHER_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/clock.h"
#include "message/message.h"
#include "message/peer.h"
#include "policy/judge.h"
#include "policy/policy.h"

/* Rows 0 to policy->clients - 1 are the policy's clients, in its order; later rows are
   clients that left the policy while away and still get their last reconnect;
   fleet_tick() takes them off, and the last row then takes a number that was freed. A
   client's index is another thing: given once to a name at its address, its own again
   when it comes back to the policy, and never another's (SNMP, ids). */
struct fleet;

/* NULL only without memory. The policy must outlive the fleet or its replacement by
   fleet_reload(). seed makes every random choice repeatable. */
struct fleet *fleet_new(const struct policy *policy, uint64_t seed, struct moment now);
void fleet_free(struct fleet *fleet);
/* Diff by client name: kept ones keep everything, a changed address is gone and new,
   gone ones that may be away get a last reconnect. The old policy may be freed after. */
bool fleet_reload(struct fleet *fleet, const struct policy *policy, struct moment now);

enum server_state {
	SERVER_SERVING = 1,
	SERVER_RETURNING,
	SERVER_SHEDDING,
	SERVER_AWAY,
	SERVER_UNKNOWN
};
const char *server_state_name(enum server_state state);

/* A row of the table that the server's state follows, in words: when trigger and guard are
   true, the first such row of a state is taken. guard and effect are "" when there is
   nothing to say, NULL when nobody found words. False past the last. */
struct fleet_transition {
	enum server_state from, next;
	const char *trigger, *guard, *effect;
};
bool fleet_transition(size_t i, struct fleet_transition *transition);

/* What is known of a client's order in force. Numbers are DESIGN.md section 4's. */
enum order_state {
	ORDER_STATE_NONE = 1,
	ORDER_STATE_DONE,
	ORDER_STATE_RECEIVED,
	ORDER_STATE_SENT,
	ORDER_STATE_ECHOED,
	ORDER_STATE_UNREACHABLE,
	ORDER_STATE_REJECTED
};
#define ORDER_STATE_COUNT 8
const char *order_state_name(enum order_state state);

/* What the network reported of an order's way to its client; that is never the order's
   end, for anybody may send such a report. In the order of badness. */
enum network {
	NETWORK_NONE = 1,    /* nothing */
	NETWORK_PORT_CLOSED, /* by the host itself: no agent runs there (UDP) */
	NETWORK_TOO_LONG,    /* the message, for some link on the way */
	NETWORK_HOST_UNREACHABLE,
	NETWORK_NO_ROUTE,
	NETWORK_PROHIBITED, /* a firewall, also one of ours */
	NETWORK_OTHER
};
#define NETWORK_COUNT 8
const char *network_name(enum network network);

enum action {
	ACTION_FAILOVER = 1,
	ACTION_RECONNECT,
	ACTION_RELEASE,
	ACTION_PAUSE,
	ACTION_RESUME
};
const char *action_name(enum action action);

/* What the server's own statistics say of a client since it moved last. */
enum activity_state {
	ACTIVITY_UNKNOWN, /* not asked, or not to be known */
	ACTIVITY_QUIET,   /* no requests: for activity.quiet, away; yet, here */
	ACTIVITY_COMING   /* requests */
};

struct fleet_client {
	uint32_t index; /* from 1 */
	/* There may be a hundred thousand of these: each a byte, or two. */
	enum place place : 8;
	enum order_state order : 8;
	enum message_reason refusal : 16; /* why rejected */
	uint64_t order_id;  /* of the last order, also once none is in force */
	uint32_t operation; /* its number; 0 none */
	uint16_t alternate; /* chosen: position among policy->alternate; UINT16_MAX */
	uint8_t attempts;   /* of the present stage */
	/* Operators: where one holds it (ACTION_FAILOVER: away; ACTION_RECONNECT: here; 0
	   not held), whose operation, and until when. */
	enum action hold : 8;
	uint32_t holder;            /* 0: nobody's */
	uint32_t transitions;       /* of place */
	int64_t held_until;         /* boot time; NEVER: until release; 0 not held */
	int64_t in_force;           /* boot time when validity ends; 0: no order */
	int64_t heard;              /* boot time; 0 never */
	int64_t changed;            /* boot time of the last change of place */
	enum message_type type : 8; /* of the order: failover or reconnect; 0 none */
	uint8_t network; /* enum network: of the last order, until it is answered */
	bool silent : 1; /* not heard for three hellos */
	bool coming : 1; /* away, and the server still gets requests from it */
	bool missed : 1; /* here for activity.back, and not seen to come again */
	enum activity_state activity : 2;
	uint8_t key_id; /* of its last authentic message; 0: none since the start */
	/* Messages in its name since, which its keys did not prove (at most 255); the last
	   one's key id, and what it failed by (enum message_check). */
	uint8_t unproven, unproven_key, unproven_check;
	struct peer peer;
};
size_t fleet_rows(const struct fleet *fleet);
const struct fleet_client *fleet_row(const struct fleet *fleet, uint32_t row);
const char *fleet_client_name(const struct fleet *fleet, uint32_t row);
const struct address *fleet_client_address(const struct fleet *fleet, uint32_t row);
/* Row by name, leaving ones too; POLICY_NONE. */
uint32_t fleet_find(const struct fleet *fleet, const char *name, size_t length);

/* ---- alternates ---- */

enum alternate_state {
	ALTERNATE_USABLE = 1, /* it says so itself */
	ALTERNATE_ASSUMED,    /* nobody asks it, or it has not been heard yet */
	ALTERNATE_UNUSABLE    /* it says so, or is not heard any more */
};

/* What an alternate's own Bellwether says of it (DESIGN.md section 4, "Usable"). */
struct fleet_health {
	int64_t
	    asked; /* boot time when the question left: what came later it cannot know */
	enum server_state state;
	bool known;         /* its performance is */
	double performance; /* only then */
	double threshold;   /* of its <connection> */
	uint32_t clients;   /* its own, but for those that are away */
};
/* What was heard of the policy's alternate of that number; health is NULL when there was no
   answer, and why then says why. */
void
fleet_health(struct fleet *fleet, uint32_t alternate, const struct fleet_health *health,
	     const char *why, struct moment now);

#define ALTERNATE_WHY 160
struct fleet_alternate {
	enum alternate_state state;
	bool lost;     /* unusable, and no place for those who are there either */
	int64_t since; /* boot time of the last change of state */
	uint32_t transitions; /* of state */
	uint32_t load;        /* of our clients: there, or ordered there */
	int64_t heard; /* boot time when it was asked what it answered; 0: never */
	struct fleet_health health; /* that answer */
	char why[ALTERNATE_WHY];    /* a sentence's part: what the state rests on */
};
const struct fleet_alternate *
fleet_alternate(const struct fleet *fleet, uint32_t alternate);
/* The alternate that the row's order away names first; UINT16_MAX: none. */
uint16_t fleet_assigned(const struct fleet *fleet, uint32_t row);
/* How many more of our clients it may get now; UINT32_MAX: any number. Half of what it
   has room for, until it has been heard after it got them. */
uint32_t fleet_alternate_room(const struct fleet *fleet, uint32_t alternate);
/* How many clients the policy would order away now, and does not: the alternates have no
   room for them, though it may be that each of them is usable. */
uint32_t fleet_roomless(const struct fleet *fleet);
const char *alternate_state_name(enum alternate_state state);

/* ---- operations ---- */

enum initiator {
	INITIATOR_CLIENT = 1,
	INITIATOR_POLICY,
	INITIATOR_OPERATOR,
	INITIATOR_SAFETY
};
enum operation_state {
	OPERATION_RUNNING = 1,
	OPERATION_PAUSED,
	OPERATION_DONE,
	OPERATION_CANCELLED,
	/* Never those of an operation that fleet_operation() shows: an answer to a wish. */
	OPERATION_PLANNED,
	OPERATION_REFUSED
};
const char *initiator_name(enum initiator initiator);
const char *operation_state_name(enum operation_state state);

#define OPERATION_TEXT 256
struct operation {
	uint32_t number; /* from 1, never reused */
	enum action action;
	enum initiator initiator;
	enum operation_state state;
	enum message_reason reason;
	struct moment started, ended; /* ended.boot 0 while it runs */
	uint64_t base;                /* of its block of ids */
	uint32_t ordered, received, done, rejected, unreachable; /* clients so far */
	uint32_t moved; /* of those done, seen to come no more, or again; not stored */
	uint32_t batches;
	uint32_t
	    step; /* of a failover by the policy: reached, 0 when none yet; else 0 */
	struct moment stepped;    /* when it was */
	char why[OPERATION_TEXT]; /* the deciding condition, or an operator's reason */
	char target[OPERATION_TEXT]; /* the selection, in words */
	/* Operators' only. */
	char requester[NAME_TEXT];      /* as claimed */
	char selection[OPERATION_TEXT]; /* SELECTION of DESIGN.md section 2 */
	int64_t hold;                   /* us; 0 until release */
	double share;                   /* above 0 to 1 */
	uint32_t limit;                 /* 0: none */
	bool force, verified;
	uint32_t matched, held, kept, planned; /* as planned when it began */
	bool whole; /* its clients' records were taken before this copy of it */
};
/* Newest first; NULL past the end. The last 64, and older ones of operators that still
   run or hold clients. */
const struct operation *fleet_operation(const struct fleet *fleet, size_t i);

/* ---- operators ---- */

/* What an operator asks for. Texts are the caller's and are copied. */
struct fleet_wish {
	uint32_t number; /* that the operation is to have; 0: the next */
	enum action action;
	const char *selection; /* see policy/selector.h; pause and resume: ignored */
	const char *requester; /* who asks, 1 to 64 bytes */
	const char *reason;    /* why, not empty */
	int64_t hold;          /* us; 0 until release */
	double share;          /* above 0 to 1; 0 is 1 */
	uint32_t limit;        /* at most so many; 0: no limit */
	bool force;            /* over other operators' holds and over max-share */
	bool verified;         /* requester was checked, not only claimed */
};

/* A sentence: why not, or what it comes to. */
#define FLEET_WHY 256

struct fleet_plan {
	uint32_t matched;  /* clients in the selection */
	uint32_t held;     /* of them, held by other operators: left alone */
	uint32_t kept;     /* of them, left where they are by share, limit, or because
	                     they are where they are wanted */
	uint32_t planned;  /* of them, to be ordered, invited or released */
	uint32_t roomless; /* of those kept: the alternates have no room for them */
	/* Each alternate that would gain or lose clients, its load before and after:
	   "aaa2 61% to 83% (61 to 83 of 100), aaa3 2 to 5". */
	char loads[FLEET_WHY];
};

/* Preview: changes nothing. False with why when fleet_operate() would refuse now. */
bool fleet_plan(struct fleet *fleet, const struct fleet_wish *wish, struct moment now,
		struct fleet_plan *plan, char why[FLEET_WHY]);
/* The number of the operation that began; 0 with why when it is refused. Needs
   <control snmp="yes">. Pause or not, advise or automatic: operators' orders leave.
   Pause, resume and release are done at once. */
uint32_t fleet_operate(struct fleet *fleet, const struct fleet_wish *wish,
		       struct moment now, char why[FLEET_WHY]);
/* Stops an operator's operation that runs: what was not received is withdrawn and no
   longer held; who moved stays, and stays held. False with why. */
bool fleet_cancel(struct fleet *fleet, uint32_t number, struct moment now,
		  char why[FLEET_WHY]);
/* The number that the next operation gets. Reserved, a number is given to no other;
   false when it is taken or too far from the next. */
uint32_t fleet_number(const struct fleet *fleet);
bool fleet_number_reserve(struct fleet *fleet, uint32_t number);

/* ---- inputs ---- */

/* Why we are paused: any of these bits pauses. */
enum { PAUSED_POLICY = 1, PAUSED_FILE = 2, PAUSED_OPERATOR = 4 };
/* A pause stops running operations where they are and lets none of the policy's start;
   hellos are answered, requests refused. reason may be "". */
void fleet_pause(struct fleet *fleet, unsigned bit, bool on, const char *reason,
		 struct moment now);
unsigned fleet_paused(const struct fleet *fleet);

/* A new verdict, taken as a level: who turns up, comes back or loses its order while
   failover stays met is ordered too, as far as the share has room, at most once per
   <batch every=>; what had to wait for a pause happens at its end. why is judge_explain() of the deciding condition ("" when none). */
void fleet_judge(struct fleet *fleet, const struct verdict *verdict, const char *why,
		 struct moment now);

/* An authentic message from the row's client: hello, request, acknowledge, reject. A
   hello or request carries its place (13), the alternate in use (1) and, as mark (10),
   the id of the failover that it follows; none: it follows none.
   Checks freshness, replay and what is outstanding. answer->type is 0 when there is
   nothing to answer; otherwise it is complete (id, names, reply_to) but for key id and
   algorithm, points to memory that lives until the next call, and goes to the source of
   what it answers. Rate-limits its own rejects. */
enum message_check
fleet_receive(struct fleet *fleet, uint32_t row, const struct message *message,
	      struct moment now, struct message *answer);
/* A message in the row's name that its key did not prove: no such id, another algorithm,
   or a wrong authenticator. So many in a row are more than a change of keys under way. */
#define FLEET_UNPROVEN 3u
void fleet_unproven(struct fleet *fleet, uint32_t row, uint8_t key_id,
		    enum message_check check, struct moment now);
/* An authentic copy of our own order came back as an Echo Reply: the host lives. */
void fleet_echo(struct fleet *fleet, uint32_t row, uint64_t id, struct moment now);
/* The network reported that a message did not get to the host (errno, as channel_error()
   has it). A hint, not an end: the order is repeated as if nothing had been said. */
void fleet_unreachable(struct fleet *fleet, uint32_t row, int error, struct moment now);

/* ---- activity ---- */

/* What the server's own statistics are to be asked next, to see whether those who are
   away by an order done stay away, and whether those who came back come. */
enum fleet_inquiry_kind {
	INQUIRY_CLIENT = 1, /* how many requests came from the row's address */
	INQUIRY_SECTION     /* which addresses the server's client of that number has */
};
struct fleet_inquiry {
	enum fleet_inquiry_kind kind;
	uint32_t row;    /* of the policy's */
	uint32_t number; /* from 0 */
};
enum fleet_finding_kind {
	FINDING_SILENCE = 1, /* no answer, or none that can be used */
	FINDING_NOBODY,      /* the server has no such client */
	FINDING_REQUESTS,
	FINDING_SECTION
};
struct fleet_finding {
	enum fleet_finding_kind kind;
	uint64_t requests;     /* of all addresses that share its counter */
	struct prefix section; /* those addresses */
	const char *why;       /* of a silence, in words */
};
/* Since when that is known: boot time of the last answer about the row; 0 never. */
int64_t fleet_looked(const struct fleet *fleet, uint32_t row);
/* One question at a time: each is answered by fleet_finding() before there is another, or
   given up by fleet_inquiry_drop(). In rounds over those away or just back, each every policy->activity.every
   or, when they are many, as often as its rate allows. False when none is due. */
bool
fleet_inquiry(struct fleet *fleet, struct moment now, struct fleet_inquiry *inquiry);
/* Boot time at which there may be one; NEVER: not before something else happens. */
int64_t fleet_inquiry_next(const struct fleet *fleet);
void fleet_inquiry_drop(struct fleet *fleet);
void fleet_finding(struct fleet *fleet, const struct fleet_inquiry *inquiry,
		   const struct fleet_finding *finding, struct moment now);

/* ---- outputs ---- */

/* Does what is due at now: steps, batches, validity, silence. Call before popping. Of many
   orders that the policy decides at once some thousands begin a call, and the next call is
   due at once. */
void fleet_tick(struct fleet *fleet, struct moment now);
/* Boot time at which fleet_tick() or fleet_order() has something to do; NEVER. */
int64_t fleet_next(const struct fleet *fleet);
/* The next order to send at now, first sends and retries, within rate (50 ms' worth may
   leave at once); false when none is due. Repeated after `retry`, then twice that, and so
   on (backoff.c), until received; then every 5 s, from the end of `spread`, until done; each
   wait up to half longer, by chance; `attempts` of each. After
   fleet_restore_behind() there are questions too, as many again within rate. Complete but
   for the algorithm, and the key id: its row's (see keys_turn()). Points to fleet's
   memory, valid until the next call. No allocation. */
bool fleet_order(struct fleet *fleet, struct moment now, uint32_t *row,
		 struct message *order);

/* Ids are reserved ahead of need, so that a store that is slow delays no order and an
   order sent just before a crash is repeated under its own id: the first operation of a
   kind after a restart uses the block that was reserved for that kind. What was lost may
   have gone further, under later ids: those are learned by asking, see
   fleet_restore_behind(). The store writes in the order in which it was given things, and
   is given them in this order: all of fleet_dirty_operation(), then fleet_block(), then
   fleet_dirty(), of which there may be thousands; or that one first. A block is offered
   only when the operation that used the last one has been taken. */
struct fleet_block {
	enum action action; /* failover or reconnect */
	uint64_t base;      /* ids base + 1 to base + size: one a client index, the
	                       next even one for a failover, odd for a reconnect */
	uint64_t size;
};
/* True when a block should be made durable now; then tell fleet_reserved(). */
bool fleet_block(struct fleet *fleet, struct moment now, struct fleet_block *block);
void fleet_reserved(struct fleet *fleet, const struct fleet_block *block);

enum severity { SEVERITY_OK = 1, SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_CRITICAL };
enum fleet_event_kind {
	EVENT_STATE = 1, /* server state changed */
	EVENT_OPERATION_START,
	EVENT_OPERATION_END,
	EVENT_ADVISED, /* mode advise: what would have been done */
	EVENT_BATCH,   /* a batch of invitations leaves */
	EVENT_PLACE,   /* a client's place changed */
	EVENT_SILENT,
	EVENT_HEARD,
	EVENT_UNREACHABLE,
	EVENT_REACHABLE,
	EVENT_REJECTED, /* a client refused an order */
	EVENT_ADMITTED,
	EVENT_REFUSED, /* a client's request */
	EVENT_PAUSED,
	EVENT_RESUMED,
	EVENT_DUPLICATE_IDENTITY, /* a second daemon speaks for this server */
	EVENT_RELOADED,
	EVENT_OTHER,    /* none of these; what SNMP calls those that it does not know */
	EVENT_COMING,   /* away, its order done, and the server still gets requests */
	EVENT_STOPPED,  /* and no longer */
	EVENT_ACTIVITY, /* what cannot be known of that */
	EVENT_ALTERNATE, /* an alternate's state changed, or there is none to send to */
	EVENT_HOLD_DOWN, /* connection is met, and nobody is called back yet */
	EVENT_KINDS
};
const char *fleet_event_name(enum fleet_event_kind kind);

#define EVENT_TEXT   240
#define EVENT_DETAIL 256 /* on what it rested, where somebody adds that */
struct fleet_event {
	uint64_t number; /* from 1, gapless */
	struct moment at;
	enum fleet_event_kind kind;
	enum severity severity;
	uint32_t operation;    /* number, 0 none */
	uint32_t client;       /* index (not row), 0 none */
	uint32_t count;        /* clients concerned */
	char text[EVENT_TEXT]; /* a sentence: what, how many, why */
};
/* Oldest event not yet taken; false when none. Bounded: when the reader is slow, events
   about single clients are dropped first and counted. */
bool fleet_event(struct fleet *fleet, struct fleet_event *event);
/* One that is not the fleet's own, among them: what was set by SNMP. */
void fleet_note(struct fleet *fleet, const char *text, struct moment now);

/* What the store keeps of a client, and gives back after a restart. */
struct fleet_record {
	uint32_t index;
	char name[NAME_TEXT];
	struct address address;
	enum place place;
	enum order_state order;
	enum message_type type;
	enum message_reason refusal;
	uint64_t order_id;
	uint32_t operation;
	uint16_t alternate;
	int64_t in_force; /* wall time; 0 none */
	int64_t heard;    /* wall time; 0 never */
	uint32_t transitions;
	uint32_t holder;
	enum action hold;
	int64_t held_until; /* wall time; NEVER until release; 0 not held */
	struct peer peer;
};
/* The next client changed since it was last taken; false when none. */
bool fleet_dirty(struct fleet *fleet, struct moment now, struct fleet_record *record);
/* There may be something for fleet_dirty(): who is asked for nothing need not wake. */
bool fleet_unsaved(const struct fleet *fleet);
/* The next operation changed since it was last taken (a copy); false when none. */
bool fleet_dirty_operation(struct fleet *fleet, struct operation *operation);

/* The store has lost what it had: all of it is given out once more, and blocks are no
   longer durable. */
void fleet_unstored(struct fleet *fleet, struct moment now);

/* After fleet_new(), before anything else: what the store had. Records of clients no
   longer in the policy that may be away become leaving rows. */
void fleet_restore(struct fleet *fleet, const struct fleet_record *record,
		   struct moment now);
void fleet_restore_operation(struct fleet *fleet, const struct operation *operation);
void fleet_restore_block(struct fleet *fleet, const struct fleet_block *block);
/* More may have been ordered and done than the store had, for it was not closed: each
   client is asked for its last order, and gets another only when it has answered, or has
   left so many questions unanswered as an order has attempts. Until then an answer to an
   order counts for nothing: it may be of one before the last. */
void fleet_restore_behind(struct fleet *fleet);
/* Somebody who lives has not answered that yet: what the store has is no more complete than
   it was. */
bool fleet_in_doubt(const struct fleet *fleet);
/* Next event, operation and index numbers, at least these. */
void fleet_restore_numbers(struct fleet *fleet, uint64_t event, uint32_t operation,
			   uint32_t index);

/* Clients are away, connection is met, and hold-down delays their call-back: why says
   until when. */
bool
fleet_hold_down(const struct fleet *fleet, struct moment now, char why[OPERATION_TEXT]);

struct fleet_summary {
	enum server_state state;
	struct moment since;
	enum policy_mode mode; /* in effect: automatic or advise */
	uint32_t clients;      /* of the policy; counts below: of all rows */
	uint32_t place[4];     /* by enum place */
	uint32_t order[ORDER_STATE_COUNT]; /* by enum order_state */
	uint32_t network[NETWORK_COUNT];   /* of the unreachable, by enum network */
	uint32_t silent;
	uint32_t coming; /* away by an order done, and the server gets requests still */
	uint32_t moved;  /* away by an order done, and it gets none */
	uint32_t missed; /* back, and it gets none yet */
	uint32_t asked;  /* for their last order, after a restart; not answered yet */
	uint32_t unproven; /* FLEET_UNPROVEN times or more in a row */
	uint32_t held;     /* by operators */
	uint32_t transitions;
	uint64_t orders, answers; /* sent, retries included */
	uint64_t requests, accepted, refused;
	uint64_t events_dropped;
	uint64_t check[CHECK_COUNT]; /* of fleet_receive() */
};
void fleet_summary(const struct fleet *fleet, struct fleet_summary *summary);

#endif
