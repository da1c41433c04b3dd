/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fleet's files share: the calls between them, and the rules by which rows
   change. */
#ifndef BELLWETHER_FLEET_INTERNAL_H
#define BELLWETHER_FLEET_INTERNAL_H

#include "fleet/body.h"

/* ---- fleet.c: rows ---- */

_Static_assert(MESSAGE_FAILOVER <= 3 && MESSAGE_RECONNECT <= 3 && CORRECTIONS <= 3,
	       "they fit");
/* Its order's id is of that kind. */
static inline void
row_sent(struct row *row, enum message_type type)
{
	row->sent_type = type & 3u;
}

/* Every change of a row stands between these: they keep the counts, the dirty mark and
   the row's deadline true. Not nested. */
void row_open(struct fleet *fleet, struct row *row);
void row_close(struct fleet *fleet, struct row *row);
/* Inside open and close. A change of place is an event. */
void
row_place(struct fleet *fleet, struct row *row, enum place place, struct moment now);
struct slice row_name(const struct fleet *fleet, const struct row *row);
uint32_t row_number(const struct fleet *fleet, const struct row *row);
/* A failover order is in force for it, and was not refused. */
bool row_ordered_away(const struct row *row);
/* It is or may be away. */
bool row_away(const struct row *row);
bool row_invitable(const struct row *row);
/* Away, on its way there, or invited and not yet back: not one that stays. */
bool row_gone(const struct row *row);
/* An order is on its way: sent or received, and repeated until it ends. */
bool row_waits(const struct row *row);
/* Boot time at which the order ends here too: a fifth after its validity. */
int64_t row_expiry(const struct fleet *fleet, const struct row *row);
/* The earliest of all that it waits for. */
int64_t row_deadline(const struct fleet *fleet, const struct row *row);
/* After rows moved in memory: counts and deadlines are made anew. */
void rows_recount(struct fleet *fleet);
void row_fresh(struct row *row, uint32_t index, struct moment now);
/* Room for count rows; keeps what there is. False without memory. */
bool rows_reserve(struct fleet *fleet, size_t count);
/* A row after the policy's, with copies of name and address; NULL without memory. */
struct row *
row_leaver(struct fleet *fleet, struct slice name, const struct address *address);
/* Ends the time of restoring: called by every input before it is looked at. */
void fleet_settle(struct fleet *fleet, struct moment now);
/* Failover is known not to be met, nor about to be. */
bool verdict_clear(const struct verdict *verdict);
/* Policy may start or go on with operations: neither paused nor advising. */
bool fleet_may_act(const struct fleet *fleet);
/* fleet_pause(), for the sake of an operation (0: none): false when that changed
   nothing, for it is paused by another bit as well. */
bool pause_set(struct fleet *fleet, unsigned bits, bool on, const char *reason,
	       uint32_t operation, struct moment now);

/* ---- heap.c: deadlines and the sending queue ---- */

void heap_set(struct fleet *fleet, uint32_t row, int64_t due);
uint32_t heap_top(const struct fleet *fleet); /* NO_ROW when empty */
int64_t heap_due(const struct fleet *fleet);  /* NEVER when empty */
/* From what the rows wait for. */
void heap_rebuild(struct fleet *fleet);
/* Around so many changes in one go, in which nobody asks what is next: when they are many
   it is made anew at the end. */
void heap_hold(struct fleet *fleet, size_t changes);
void heap_release(struct fleet *fleet);
/* Operators' orders have a queue of their own: they leave also while the policy's wait.
   So have questions: those that hold an order back, and the others after them. */
void queue_push(struct fleet *fleet, struct row *row);
void queue_remove(struct fleet *fleet, struct row *row);
struct queue *queue_of(struct fleet *fleet, const struct row *row);

/* ---- orders.c ---- */

/* Inside open and close. */
void order_start(struct fleet *fleet, struct row *row, struct task *task,
		 enum message_type type, struct moment now);
void order_mark(struct fleet *fleet, struct row *row, enum order_state state);
/* The operation no longer waits for this row. */
void order_end(struct fleet *fleet, struct row *row);
/* No order in force, nothing to repeat; the id is remembered for late answers. */
void order_clear(struct fleet *fleet, struct row *row);
/* Repeats at once, under the id that the row now has. */
void order_again(struct fleet *fleet, struct row *row);
/* It is sent, or will be again, though no operation may wait for it: one that had given it
   up was heard after that. */
bool order_repeats(const struct row *row);
/* It may have heard of its order: that has left, or is of a process before this one. */
bool order_left(const struct row *row);
/* Until when a failover that is taken now is in force. */
int64_t validity_end(const struct fleet *fleet, struct moment now);
/* Withdraws from one row what its operation has not brought to an end. */
void order_withdraw(struct fleet *fleet, struct row *row);
/* What is due at now for this row. */
void order_timer(struct fleet *fleet, struct row *row, struct moment now);
/* Boot time at which an order or question may leave, by the rate; NEVER. */
int64_t order_next(const struct fleet *fleet);

/* When a row is to be sent again that was received, and not done. */
int64_t order_pace(const struct fleet *fleet, const struct row *row, struct moment now);

/* ---- backoff.c ---- */

/* How long to wait after the n-th copy: `first`, doubled with each copy up to eight times
   that, at most 30 s unless it is longer itself; and up to half of it more, by chance. */
int64_t backoff_wait(int64_t first, unsigned n, uint64_t chance);
int64_t backoff_jitter(int64_t wait, uint64_t chance);
/* After so many copies, and the wait for an answer to the last, at the latest. */
int64_t backoff_most(int64_t first, unsigned copies);

/* ---- operation.c ---- */

struct task *task_find(struct fleet *fleet, uint32_t number); /* NULL */
/* It runs or is paused. */
bool task_open(const struct task *task);
bool task_operators(const struct task *task);
/* The next number whose place among the last 64 can be taken. */
uint32_t task_number(const struct fleet *fleet);
/* False: it was used, or its place is taken by a later one or by one that must stay. */
bool task_number_free(const struct fleet *fleet, uint32_t number);
/* One that somebody may ask for: free, and no waste of those between. */
bool task_number_given(const struct fleet *fleet, uint32_t number);
/* An operation with that number, without ids: nothing can be sent for it. */
struct task *task_new(struct fleet *fleet, uint32_t number, enum action action,
		      const char *why, const char *target, struct moment now);
/* "failover", or "failover by anna (disk swap)". Returns out. */
#define TASK_TITLE 192
const char *task_title(const struct task *task, char out[TASK_TITLE]);
struct task *
task_start(struct fleet *fleet, enum action action, enum message_reason reason,
	   const char *why, const char *target, struct moment now);
void task_finish(struct fleet *fleet, struct task *task, enum operation_state state,
		 struct moment now);
void current_finish(struct fleet *fleet, struct moment now);
void current_cancel(struct fleet *fleet, struct moment now);
/* The same of that for clients at a lost alternate. */
void rescue_cancel(struct fleet *fleet, struct moment now);
/* Says what is not done, as operation `again` or, when that is 0, as a new one; returns
   its number. */
uint32_t operation_advise(struct fleet *fleet, enum action action, uint32_t again,
			  uint32_t count, const char *target, const char *why,
			  struct moment now);

/* ---- plan.c ---- */

/* Rows that a wish is for, in fleet->chosen: first those that are already where they are
   wanted and are only to be held, then those to be ordered, invited or released. */
struct choice {
	uint32_t matched, held, there, planned;
	uint32_t roomless; /* would be planned, but the alternates have no room */
};
/* False with why. again is the operation that goes on with this wish, 0 a new one: its
   clients are neither another's nor moved twice. */
bool wish_choose(struct fleet *fleet, const struct fleet_wish *wish, uint32_t again,
		 struct choice *choice, char why[FLEET_WHY]);
/* The preview, and who was chosen for it: good until something changes a row. */
bool wish_plan(struct fleet *fleet, const struct fleet_wish *wish,
	       struct choice *choice, struct fleet_plan *plan, char why[FLEET_WHY]);
void wish_describe(const struct fleet_wish *wish, char *out, size_t size);

/* ---- operator.c ---- */

/* Inside open and close. */
/* Its turn in an operator's call-back has come: from now on held for the operation's
   time. False when it is here and needs no invitation. */
bool hold_here(struct row *row, const struct task *task, struct moment now);
void hold_expire(struct fleet *fleet, struct row *row, struct moment now);
void hold_clear(struct fleet *fleet, struct row *row);
void hold_forget(struct row *row); /* outside too: counts are made anew after */
/* Whether the row is to be away: by its holder, else by the policy. */
bool row_wanted_away(const struct fleet *fleet, const struct row *row);
/* The oldest of operators' call-backs that has somebody to invite; NULL. */
struct task *operators_calling(struct fleet *fleet);
/* Ends operators' operations that have nothing left to do. */
void operators_step(struct fleet *fleet, struct moment now);
/* Every row was taken by the store: what is missing of an operation after the next
   restart is not missing by accident. */
void operators_whole(struct fleet *fleet);
/* After a restart: takes up the mode that was set last, and goes on. */
void operators_mode(struct fleet *fleet);
void operators_settle(struct fleet *fleet, struct moment now);
/* What is kept of a row's hold, after everything else of it. */
void hold_settle(struct fleet *fleet, struct row *row, struct moment now);

/* ---- reload.c ---- */

/* Whether a task is the one that calls those back. */
bool leavers_task(const struct task *task);
/* A last reconnect to clients that left the policy while they may be away. */
void leavers_invite(struct fleet *fleet, struct moment now);
/* Takes leaving rows off whose order has ended and whose record was taken; the last row
   takes a number freed. */
void leavers_step(struct fleet *fleet, struct moment now);

/* ---- gone.c ---- */

/* Its row is taken off. */
void gone_note(struct fleet *fleet, struct slice name, const struct address *address,
	       uint32_t index, const struct peer *peer, uint64_t greatest);
/* A row for one of the same name at the same address; false, and nothing done, when there
   was none, or another came after it. */
bool gone_back(const struct fleet *fleet, const char *name,
	       const struct address *address, struct row *row, struct moment now);
void gone_free(struct fleet *fleet);

/* ---- record.c ---- */

/* The row changed since its record was last taken. */
bool dirty_get(const struct fleet *fleet, size_t number);

/* ---- state.c ---- */

/* Follows the table until nothing more happens. */
void state_step(struct fleet *fleet, struct moment now);
void state_set(struct fleet *fleet, enum server_state state, const char *why,
	       struct moment now);
int64_t state_next(const struct fleet *fleet);

/* ---- receive.c ---- */

/* Inside open and close. */
void row_heard(struct fleet *fleet, struct row *row, struct moment now);
/* Which of the policy's alternates a message names; NO_CHOICE. */
uint16_t alternate_find(const struct fleet *fleet, const struct message *message);
/* A failover that the client follows, whatever our records say of it. */
void order_follow(struct fleet *fleet, struct row *row, uint64_t id, struct moment now);

/* ---- acknowledge.c ---- */

/* Inside open and close. */
enum message_check
receive_acknowledge(struct fleet *fleet, struct row *row, const struct message *message,
		    struct moment now);
enum message_check receive_reject(struct fleet *fleet, struct row *row,
				  const struct message *message, struct moment now);

/* ---- ids.c ---- */

/* Base of the block for an operation that starts now; *size is the block's. */
uint64_t ids_take(struct fleet *fleet, enum action action, uint32_t operation,
		  struct moment now, uint64_t *size);
/* The id for a row's order of that operation: its block's, or a fresh one when the
   block has aged. */
uint64_t ids_order(struct row *row, const struct task *task, struct moment now);
/* What an order's id says that it is. */
enum message_type ids_kind(uint64_t id);
/* The row's next id is above this one. */
void ids_seen(struct row *row, uint64_t id);
uint64_t ids_answer(struct fleet *fleet, const struct row *row, struct moment now);
/* True when the row's order is the task's already: sent before a crash that lost all
   word of it, and known again by an answer. It goes on under its id. */
bool ids_taken_over(const struct row *row, const struct task *task);
/* True when id is this row's in the block of a kept operation or of a reserve: we sent
   it, whatever the store remembers; or when what was sent to it last is in doubt. *task
   is NULL for a reserve, and when in doubt. */
bool ids_ours(struct fleet *fleet, const struct row *row, uint64_t id,
	      enum message_type *type, struct task **task);

/* ---- doubt.c ---- */

/* Inside open and close. At the end of restoring, when the store may be behind: the row
   is to be asked for its last order, and what goes on waits for the answer. */
void doubt_settle(struct fleet *fleet, struct row *row);
/* The order that it now has waits for the answer; before that it had the one called last.
   answer_by: when a question on its way would be repeated; NEVER: none is. */
void doubt_hold(struct fleet *fleet, struct row *row, uint64_t last, int64_t answer_by);
void doubt_timer(struct fleet *fleet, struct row *row);
/* An answer to id is one to the question. */
bool doubt_answers(const struct fleet *fleet, const struct row *row, uint64_t id);
/* It has got nothing that is not known. */
void doubt_end(struct fleet *fleet, struct row *row);
/* The id of the last order that the row has got, as far as we know. */
uint64_t doubt_known(const struct row *row);
/* And when it follows an older one, that which it has refused since: nothing up to this was
   lost with the crash. */
uint64_t doubt_stored(const struct row *row);
/* It got a later one, lost with a crash. True when its operation goes on with that: under
   this id when it is of the same kind, above it when it is not. */
bool doubt_learn(struct fleet *fleet, struct row *row, uint64_t id,
		 enum message_type type, struct moment now);
/* What is known of the row is what a client is like whose mark that is. */
bool doubt_agrees(const struct row *row, uint64_t mark);

/* ---- alternates.c ---- */

/* NULL without memory. */
struct stations *stations_new(const struct policy *policy, struct moment now);
void stations_free(struct stations *stations);
/* Before the policy is replaced by that one, whose stations these are. */
void stations_carry(const struct fleet *fleet, const struct policy *to,
		    struct stations *stations);
/* The number there of an alternate's namesake; NO_CHOICE. */
uint16_t
alternate_carry(const struct policy *from, const struct policy *to, uint16_t at);
/* Who has not been heard for too long is unusable. */
void alternates_look(struct fleet *fleet, struct moment now);
/* Boot time at which the next one would be; NEVER. */
int64_t alternates_next(const struct fleet *fleet);
/* How many clients can be sent anywhere now; SIZE_MAX: any number. whole: by an operator,
   who may fill alternates at one time. */
size_t alternates_room(const struct fleet *fleet, bool whole);
/* Of so many that are wanted, those that there is room for. When that is not all of them,
   the policy chooses again once there is more. */
size_t alternates_limit(struct fleet *fleet, size_t wanted);
/* Says that it was not. */
void
alternates_say_short(struct fleet *fleet, const struct task *task, struct moment now);
/* Before clients are chosen: shares by headroom are as it is now. */
void alternates_weigh(struct fleet *fleet);
/* Where it is, or is ordered to; NO_CHOICE. */
uint16_t row_station(const struct row *row);
void station_count(struct fleet *fleet, const struct row *row, uint32_t by);
void stations_recount(struct fleet *fleet);
/* Inside open and close: the alternate for its failover. */
void row_assign(struct fleet *fleet, struct row *row, struct moment now);
/* Where these rows would go. Changes nothing. */
void alternates_plan(struct fleet *fleet, const uint32_t *rows, size_t count);
/* Before its failover leaves: another one when its own is unusable by now. False: there is
   none, and it must not be sent. */
bool row_has_alternate(struct fleet *fleet, struct row *row, struct moment now);
/* Into fleet->stations->message, the one that it is to take first; returns how many. */
size_t alternates_name(const struct fleet *fleet, const struct row *row);

/* ---- loads.c ---- */

/* Which alternates these rows would leave, called back. */
void loads_leave(struct fleet *fleet, const uint32_t *rows, size_t count);
/* What that, or alternates_plan(), comes to: "aaa2 61% to 83% (61 to 83 of 100), aaa3 2 to
   5". */
void loads_list(const struct fleet *fleet, char *out, size_t size);
/* The preview is over. */
void loads_forget(struct fleet *fleet);

/* ---- rescue.c ---- */

/* Orders clients at a lost alternate to the next, and ends that operation. */
void rescue_step(struct fleet *fleet, struct moment now);
int64_t rescue_next(const struct fleet *fleet);
/* There is no alternate with room, and the policy holds then. */
bool nowhere_to_go(const struct fleet *fleet);
void nowhere_say(struct fleet *fleet, struct moment now);

/* ---- activity.c ---- */

/* The server is asked about it, by its policy: away, its order done; or back. */
bool activity_watched(const struct fleet *fleet, const struct row *row);
/* Inside open and close: its place is another, called by that operation (0: none); who is
   no longer watched no longer comes. */
void activity_begin(const struct fleet *fleet, struct row *row, enum place before);
void activity_follow(const struct fleet *fleet, struct row *row);
/* After another policy than before, ahead of making the counts anew: what another source
   has counted says nothing. */
void activity_reload(struct fleet *fleet, const struct policy *before);

/* ---- events.c ---- */

/* As much of a clean text as fits a message, cut between characters. */
void text_cut(const char *text, char *out, size_t size);

void
event_add(struct fleet *fleet, enum fleet_event_kind kind, enum severity severity,
	  uint32_t operation, const struct row *row, uint32_t count, struct moment now,
	  const char *format, ...) __attribute__((format(printf, 8, 9)));

#include "fleet/moves.h"

#endif
