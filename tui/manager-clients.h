/* SPDX-License-Identifier: BSD-3-Clause */
/* All clients of an agent, in parts: a new snapshot shares with the last one what was not
   read again, so that a hundred thousand are not there twice. */
#ifndef BELLWETHER_TUI_MANAGER_CLIENTS_H
#define BELLWETHER_TUI_MANAGER_CLIENTS_H

#include "tui/manager-walk.h"
#include "tui/manager.h"

/* Rows of a part, as a rule; more are cut in two. */
#define CLIENTS_PART 4096u

struct clients {
	unsigned
	    references; /* of snapshots; the manager's lock guards all references */
	size_t count;
	size_t parts;
	struct rows **rows;
	struct snapshot_part *part; /* what rows are, for readers */
};

/* The clients of old, but in [from, until) those of new, which it takes in any case: at
   most one part's as a rule. NULL without memory. Under the lock, which is held for no
   more than what one part takes to copy. */
struct clients *clients_replace(const struct clients *old, struct rows *new,
				struct mib_row from, struct mib_row until);
/* Gives a reference back; NULL is nothing. Under the lock. */
void clients_release(struct clients *clients);
/* One reference less; the last one frees the rows. Under the lock. */
void rows_release(struct rows *rows);

#endif
