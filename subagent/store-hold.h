/* SPDX-License-Identifier: BSD-3-Clause */
/* Holding on to state.db, whatever happens to it: one that is damaged, removed or
   replaced is put aside and followed by a fresh one. Nothing of threads. */
#ifndef BELLWETHER_SUBAGENT_STORE_HOLD_H
#define BELLWETHER_SUBAGENT_STORE_HOLD_H

#include <limits.h>

#include "subagent/store-database.h"
#include "subagent/store-files.h"

struct hold {
	char path[PATH_MAX];
	const char *vfs;
	struct database *database; /* NULL: for now it cannot be had */
	struct files files;
	bool taken;    /* what is in it is known; a later one has to be the same */
	bool closed;   /* when it was taken, nothing was missing in it */
	bool alone;    /* it can only be read, and nobody writes yet */
	bool anew;     /* a fresh one since that was last asked */
	int64_t batch; /* the last one in it; -1: what is in it could not be read */
	int64_t aside; /* boot time at which one was put aside and kept; 0 */
};

/* Takes up what is there. False with why when it is not for us: a newer schema, another
   program's file. A disk that fails does so later. *failing: nothing can be written now,
   and why. */
bool hold_take(struct hold *hold, bool *failing, char why[STORE_WHY]);
/* complete: notes that nothing is missing in it. */
void hold_release(struct hold *hold, bool complete);

/* All of them, or none, in what is then at the path. */
bool hold_write(struct hold *hold, const struct store_item *item, size_t items,
		char why[STORE_WHY]);
/* Without anything to write: it is still there, or again. */
bool hold_look(struct hold *hold, char why[STORE_WHY]);
/* A reader found it damaged. */
void hold_condemn(struct hold *hold, const char *why);
/* It is another one since the last call: all that is known has to be written. */
bool hold_anew(struct hold *hold);

#endif
