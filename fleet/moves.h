/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy's own operations: failovers step by step, hold-down after them, the way back,
   and what is undone of that when it was too early. */
#ifndef BELLWETHER_FLEET_MOVES_H
#define BELLWETHER_FLEET_MOVES_H

/* Only after, and by, fleet/internal.h. */

/* ---- failover.c ---- */

/* How many more may be ordered away: keep= holds back the rest. */
size_t failover_room(const struct fleet *fleet);
/* Chooses by so many of the policy's steps into fleet->chosen. */
size_t
failover_choose(struct fleet *fleet, uint32_t steps, uint64_t seed, struct moment now);
/* The policy's operation that runs is a failover; it has steps to go; it will not take
   them, for failover was no longer met. */
bool failover_running(const struct fleet *fleet);
bool failover_unfinished(const struct fleet *fleet);
bool failover_stopped(const struct fleet *fleet);
/* By how many steps those are chosen who come later. */
uint32_t failover_steps(const struct fleet *fleet);
/* Boot times, while failover is met: of the first step, of that when steps were stopped,
   of the next one of an unfinished failover, and of what is advised next (NEVER: nothing
   more). */
int64_t failover_begins(const struct fleet *fleet);
int64_t failover_begins_again(const struct fleet *fleet);
int64_t failover_continues(const struct fleet *fleet);
int64_t failover_advises(const struct fleet *fleet);
/* Begins, at the first step or, for those who came later, with all reached. */
void failover_start(struct fleet *fleet, struct moment now);
/* Begins with what was called back last, and its steps follow. */
void failover_undo(struct fleet *fleet, struct moment now);
/* It has not taken a step yet, and there is more to undo before it does. */
bool failover_undoing(const struct fleet *fleet);
void failover_undo_more(struct fleet *fleet, struct moment now);
/* Of the one that runs: the next step; the first anew; who came since; no more steps. */
void failover_step(struct fleet *fleet, struct moment now);
void failover_again(struct fleet *fleet, struct moment now);
void failover_add(struct fleet *fleet, struct moment now);
void failover_stop(struct fleet *fleet, struct moment now);
void failover_resume(struct fleet *fleet, struct moment now);
void failover_advise(struct fleet *fleet, struct moment now);
/* The policy is another; the task is one that a process before this one had begun. */
void failover_reload(struct fleet *fleet);
void failover_settle(struct fleet *fleet, struct task *task, struct moment now);
/* " at step 2 of 3", or nothing. Returns out. */
#define FAILOVER_PROGRESS 40
const char *failover_progress(const struct fleet *fleet, const struct task *task,
			      char out[FAILOVER_PROGRESS]);

/* ---- begin.c ---- */

/* Failover orders to those in fleet->chosen, as the operation's: how many that will be,
   though only the first portion has begun. */
uint32_t begin_chosen(struct fleet *fleet, struct task *task, struct moment now);
/* The next portion; all the rest; and none of it, for the operation has ended. */
void begin_step(struct fleet *fleet, struct moment now);
void begin_rest(struct fleet *fleet, struct moment now);
void begin_forget(struct fleet *fleet, const struct task *task);
/* Boot time at which the next portion is due; NEVER. */
int64_t begin_next(const struct fleet *fleet);

/* ---- holddown.c ---- */

/* An operation begins; one ends; an operator resumes and what was is forgotten; and all
   that is kept of them after a restart. */
void holddown_note(struct fleet *fleet, const struct task *task);
void holddown_end(struct fleet *fleet, const struct task *task);
void holddown_clear(struct fleet *fleet, int64_t at);
void holddown_settle(struct fleet *fleet, struct moment now);
/* Boot time before which the policy begins no call-back: NEVER while a failover runs,
   INT64_MIN when there is no hold-down. */
int64_t holddown_until(const struct fleet *fleet);
/* Returns are allowed now: connection is met, and hold-down is over. */
bool fleet_may_return(const struct fleet *fleet, struct moment now);
/* Boot time at which hold-down alone delays no longer; NEVER. */
int64_t holddown_next(const struct fleet *fleet);
/* Why nobody is called back although connection is met. */
void
holddown_say(const struct fleet *fleet, struct moment now, char why[OPERATION_TEXT]);
void holddown_tell(struct fleet *fleet, struct moment now);

/* ---- return.c ---- */

void reconnect_start(struct fleet *fleet, struct moment now);
/* Invites the next batch when it is time. */
void reconnect_step(struct fleet *fleet, struct moment now);
int64_t reconnect_next(const struct fleet *fleet);
/* The operation goes no further, or by another policy: a batch of it that is under way ends
   here. */
void batch_cut(struct fleet *fleet, uint32_t operation, struct moment now);
/* Others like it are called back in batches, and its turn is still to come: to be let in
   beside them would make the batches larger than the policy says. Inside open and close. */
bool reconnect_awaits(const struct fleet *fleet, const struct row *row);
void reconnect_advise(struct fleet *fleet, struct moment now);

/* ---- undo.c ---- */

/* Away, invited, and not yet known to be back. */
bool row_returning(const struct row *row);
/* Back by the policy's last call-back, and not ordered away again. */
bool row_returned(const struct row *row);
/* Were failover met now, it would be for what was called back; and there is somebody of
   that to be ordered away again. */
bool undo_left(const struct fleet *fleet, struct moment now);
/* Some of it was undone: were failover met soon, that was not enough. And that is over, for
   the steps begin or the next call-back. */
void relapse_watch(struct fleet *fleet, struct moment now);
void relapse_forget(struct fleet *fleet);
/* To the end of fleet->chosen, all who are on the way: they count as moved, and must not
   come back on top of those chosen now. */
void returning_choose(struct fleet *fleet);
/* Those of so many of the newest batches into fleet->chosen, and all who are on the way. */
void undo_choose(struct fleet *fleet, uint32_t batches, struct moment now);
/* Boot time until which batches are undone before a failover's steps begin. */
int64_t undo_ends(const struct task *task);
/* Boot time at which the next batches, or the steps, may follow. */
int64_t undo_next(const struct fleet *fleet, const struct task *task);

#endif
