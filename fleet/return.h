/* SPDX-License-Identifier: BSD-3-Clause */
/* The way back, and what is undone of it when it was too early. */
#ifndef BELLWETHER_FLEET_RETURN_H
#define BELLWETHER_FLEET_RETURN_H

/* Only after, and by, fleet/internal.h. */

/* ---- return.c ---- */

void reconnect_start(struct fleet *fleet, struct moment now);
/* Invites the next batch when it is time. */
void reconnect_step(struct fleet *fleet, struct moment now);
int64_t reconnect_next(const struct fleet *fleet);
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
