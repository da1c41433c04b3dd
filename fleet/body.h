/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fleet is made of: rows, alternates, operations, and what is kept of each. */
#ifndef BELLWETHER_FLEET_BODY_H
#define BELLWETHER_FLEET_BODY_H

/* Only by fleet/internal.h. */

#include "common/random.h"
#include "fleet/fleet.h"
#include "policy/distribute.h"
#include "policy/names.h"

#define NO_ROW     UINT32_MAX
#define NO_CHOICE  UINT16_MAX
#define OPERATIONS 64u   /* kept, a power of two */
#define EVENTS     1024u /* waiting to be taken */
#define EVENTS_ONE 768u  /* of them, at most so many about single clients */
#define TICK_ROWS  4096u /* rows a tick looks at, so that no tick takes long */
#define PORTION    4096u /* and orders that a call begins */

/* SNMP shows one number as the next for all servers, and one may have done far more than
   another. */
#define NUMBERS_AHEAD (UINT32_C(1) << 20)

/* Between repetitions of an order that was received but not done: a hook may take its
   whole timeout, and longer when an older one runs before it. The network is known to
   carry it by then: no back-off, only the jitter. */
#define HOOK_PACE (5 * SECOND)
/* Fresh ids in place of stale ones, before the ordinary retries have to do. */
#define CORRECTIONS 3u
/* Messages overtake one another by seconds: within this, an older one changes nothing. */
#define REORDERING (30 * SECOND)

/* Ids up to this one, of the clock's first hour, are of questions: no order has them. */
#define ID_QUESTIONS UINT32_MAX

/* What the server has counted of a client while it is away. */
struct activity {
	int64_t since;  /* which absence: boot time of its beginning; 0 none yet */
	int64_t looked; /* boot time of the last answer; 0 none */
	int64_t grew;   /* and of the last that had more requests than the one before */
	int64_t from;   /* and of the first, which requests are counted from */
	uint64_t first, last; /* what these had */
	uint32_t moved;       /* the operation that counts it as moved; 0 none */
	uint8_t section;      /* length of its section's prefix, of 128; 0 none known */
	bool known : 1;       /* there is no longer one */
	bool again : 1;       /* the last answer had more */
	bool suspect : 1;     /* it comes, or somebody who shares its counter does */
};

/* Rejects to one client are so far apart at least. */
#define REJECT_PACE_MS 1000u

/* One client: what all may see, then what only the fleet needs. */
struct row {
	struct fleet_client pub; /* first: fleet_row() hands it out */
	int64_t send_at;         /* next repetition; NEVER */
	int64_t listen;          /* since when it ought to say hello; 0: not expected */
	uint64_t said;           /* greatest id of what it said about itself */
	uint64_t greatest;       /* id ever sent to it: a correction lowers peer.sent */
	uint64_t asked;          /* id of its last request */
	uint64_t last;           /* id of the order before the one that is held */
	int64_t slot;            /* when that one lets it in; NEVER: refused */
	int64_t turn;            /* admission: told to ask again then; 0 */
	uint32_t rejected_ms;    /* boot time of our last reject, cut: that passes for a
	                            second once in 49 days, and costs one reject */
	uint32_t place_in_heap;  /* NO_ROW: not in it */
	uint32_t activity;       /* its place in fleet->activity, from 1; 0: none yet */
	uint32_t next, previous; /* in the sending queue */
	uint32_t called;         /* the operation that called it back last; 0 none */
	uint16_t assigned; /* the alternate that its failover names first; NO_CHOICE */
	uint16_t
	    batch; /* of the policy's call-back by which it came, from 1; 0: another */
	bool queued : 1;   /* in the sending queue */
	bool pending : 1;  /* its operation still waits for it */
	bool got : 1;      /* counted as received by its operation */
	bool echoed : 1;   /* the host answered this stage's ping */
	bool answered : 1; /* the agent answered in this stage */
	bool tried : 1;    /* invited since it was last heard to be away */
	bool was_away : 1; /* or maybe, when its invitation was made */
	bool refused : 1;  /* its requests, and an event said so */
	bool synced : 1;   /* it has followed an id of this process */
	bool restored : 1; /* its index came from the store */
	bool doubt : 1;    /* the store may not have its last order */
	bool asks : 1;     /* so it is asked for that, and has not answered */
	bool held : 1;     /* and an order waits for the answer */
	bool earlier : 1;  /* the order on its way is of a process before this one */
	unsigned line : 2; /* QUEUE_ that it is in */
	unsigned
	    sent_type : 2; /* enum message_type of order_id, also once that ended */
	unsigned corrections : 2; /* fresh ids this order has been given */
	bool awaiting : 1;        /* its operator's invitation is still to come */
	bool back : 1;            /* it was away, and was not seen to come since */
	bool ahead : 1;           /* it asked: it is the next batch's, before others */
};

/* The earliest of what a row waits for. Without the four bytes that would lie behind it. */
struct __attribute__((packed, aligned(4))) deadline {
	int64_t due;
	uint32_t row;
};

/* Name and address of a row that is no longer the policy's. */
struct leaver {
	char name[NAME_TEXT];
	struct address address;
};

/* A client that is no longer anywhere. Names that there were, and only the policy makes
   them. */
struct gone {
	char name[NAME_TEXT];
	struct address address;
	uint32_t index;
	struct peer peer;
	uint64_t greatest; /* id ever sent to it */
};
struct gones {
	struct gone *list;
	size_t count, room;
	struct names names;
};

/* An alternate, and what has been sent there. */
struct station {
	struct fleet_alternate pub;
	int64_t from;    /* boot time since when it could have been heard */
	int64_t ordered; /* and of the last order there; NEVER: none */
	int64_t scanned; /* and when it was last looked who is left there */
	uint32_t budget; /* orders that it may get until it is heard again */
	bool advised;    /* that those who are there are left there: once a loss */
	char trouble[ALTERNATE_WHY]; /* why it was not heard last; "" it was */
};
/* All of them, in the policy's order, and scratch for one client at a time. */
struct stations {
	struct station *station;
	struct distribute_target *target;
	uint16_t *rank;
	/* By a preview under way, who would come and who would go: 0 otherwise. */
	uint32_t *planned, *leaving;
	struct message_alternate *message;
};

/* An operation and what is needed to carry it out. */
struct task {
	struct operation pub;
	uint64_t size;    /* of its block of ids */
	uint32_t pending; /* clients whose order has not ended */
	uint32_t waiting; /* clients of an operator's call-back, not yet invited */
	uint32_t holds;   /* clients that it holds */
	uint32_t expired; /* holds that ended by time */
	uint32_t undone;  /* batches of a call-back that it has ordered away again */
	bool undo_over;   /* and there is none left, or no time */
	bool resumed;     /* after a restart: who is missing to be chosen */
	bool stopped;     /* failover is no longer met: no further step of it */
	bool dirty;       /* not yet taken by fleet_dirty_operation() */
	char text[MESSAGE_TEXT_MAX + 1]; /* attribute 6 of its orders */
};

/* A batch of invitations: those of a large one leave a portion a call. */
struct batch {
	uint32_t operation; /* 0: none is under way */
	uint32_t left, invited;
	bool asked; /* who asked to come has been looked for */
};

/* A block of ids reserved for one kind of order. */
struct reserve {
	struct fleet_block block;
	bool there; /* block holds one, not yet used */
	bool durable;
	int64_t offered; /* boot time at which it was last handed out to be written */
	uint32_t after;  /* operation that must be in the store before the next one */
};

/* Rows with an order to send now, in the order in which they came. */
struct queue {
	uint32_t first, last;
};
enum { QUEUE_POLICY, QUEUE_OPERATORS, QUEUE_HELD, QUEUE_ASKED, QUEUES };

/* What hold-down goes by: the policy's failovers, each soon after a call-back. */
struct flapping {
	uint32_t failovers; /* in a row */
	unsigned doubled;   /* times */
	int64_t first;      /* boot time of the first one's beginning */
	bool called_back;   /* clients were, since the last one, from: */
	int64_t called_at;
	bool over; /* the last one has ended, at: */
	int64_t ended;
};

/* The rounds of asking about those away. */
struct rounds {
	int64_t open;      /* boot time before which nothing is asked */
	int64_t due;       /* and of the next question about a client */
	int64_t began;     /* and of the beginning of this round */
	uint32_t at;       /* its next row */
	uint32_t number;   /* the next section */
	uint32_t misses;   /* sections in a row that there are not */
	uint32_t silences; /* questions in a row without an answer */
	int64_t noted;     /* boot time when it was said that a section is shared; 0 */
	bool asked;        /* a question has no answer yet */
	bool learning;     /* which sections there are */
	bool turn;         /* the last question was about a section */
	bool unknown_told; /* that the server does not know somebody */
};

struct fleet {
	const struct policy *policy;
	uint64_t seed;
	struct row *row;
	size_t rows;
	struct leaver *leaver; /* of rows policy->clients and on */
	size_t room;           /* rows allotted */
	struct deadline *heap; /* of rows, the next first */
	size_t heaped;
	bool heap_held;
	struct queue queue[QUEUES];
	uint8_t *selectable; /* scratch for policy_select() */
	uint32_t *chosen;    /* its result */
	size_t chosens;
	size_t begun;       /* of them, when their orders begin: those that have */
	uint32_t beginning; /* the operation whose orders these are; 0 none */
	int64_t begun_at;   /* boot time when it was chosen for */
	uint32_t portion;   /* orders that a call begins: PORTION */
	uint32_t *wave;     /* rows being invited, in batch order */
	size_t waves, wave_at;
	uint32_t wave_of; /* the operation that they were gathered for */
	struct batch batch;
	uint64_t *dirty; /* a bit a row; by row, so a moved row takes its bit along */
	size_t dirties, dirty_at;
	struct stations *stations;

	enum server_state state;
	struct moment since;
	struct moment started;
	bool recovered; /* something came from the store */
	bool behind;    /* and more may have happened than it had */
	bool settled;   /* restoring is over */
	struct verdict verdict;
	bool judged;              /* there has been a verdict */
	char why[OPERATION_TEXT]; /* of the verdict's deciding condition */
	enum policy_mode mode;    /* in effect */
	unsigned paused;          /* PAUSED_ bits */
	uint32_t current;         /* the policy's running operation; 0 */
	uint32_t farewell;        /* the one for leaving rows; 0 */
	uint32_t rescue;          /* the one for clients at a lost alternate; 0 */
	uint32_t
	    short_of_room;    /* clients whom the last choice left out for want of it */
	bool nowhere_told;    /* said once an episode: no alternate */
	uint32_t operating;   /* operators' operations that run */
	uint32_t mode_set;    /* an operator's last pause or resume; 0 */
	bool alarm;           /* a second daemon was just found out */
	bool leavers_done;    /* a leaving row's order has ended */
	bool found;           /* somebody left by a process before this one */
	bool reselect;        /* somebody may have become free to be chosen */
	int64_t chosen_at;    /* last time the policy chose */
	int64_t batch_at;     /* no batch before */
	int64_t bucket_ns[2]; /* when the next order, or question, fits, ns */
	uint64_t question;    /* their id */
	int64_t admit_ns;     /* the same for admissions */
	int64_t admit_tail;   /* when the last one told to wait may come, us */
	struct reserve reserve[2];  /* failover, reconnect */
	enum action used;           /* the kind whose block was taken last; 0 */
	struct fleet_block inherit; /* of the last operation before a restart */
	uint64_t highest;           /* last id of the highest block used */
	uint64_t answer_id;         /* last id given to an answer, without offset */
	char answer_text[MESSAGE_TEXT_MAX + 1];

	uint32_t reached;       /* steps since failover was met */
	int64_t met_at;         /* boot time when it was */
	size_t added;           /* of those chosen, by the last step alone */
	uint32_t advised_steps; /* said once while failover is met */
	int64_t advised_at;     /* the last of them */
	uint32_t advice;        /* their operation */
	bool advised_return;    /* said once while connection is met */
	struct flapping flapping;
	int64_t told_until; /* of the hold-down that was told last */
	char hold_down_text[OPERATION_TEXT];

	uint32_t next_index, next_operation;
	uint64_t next_event;
	struct task task[OPERATIONS]; /* number n in slot n % OPERATIONS */
	struct fleet_event *event;    /* ring of EVENTS */
	uint32_t event_first, events; /* oldest, and how many */
	struct fleet_summary count; /* kept by row_open() and row_close(), and others */
	uint32_t away;              /* rows that are or may be away */
	uint32_t missing, invitable; /* rows a call-back is started for; may invite */
	uint32_t gone;               /* row_gone(), whoever holds them */
	uint32_t returned;           /* rows back by the policy's last call-back */
	int64_t relapse_until; /* boot time until which more of it may be undone */
	uint32_t awaiting;     /* rows that operators' call-backs have to invite */
	uint32_t watched;      /* rows that the server is asked about */
	struct rounds rounds;
	/* Of the clients that were asked about: few, as a rule. */
	struct activity *activity;
	size_t activities;
	struct operation copied; /* scratch */
	struct gones gones;
};

#endif
