/* SPDX-License-Identifier: BSD-3-Clause */
/* state.db: its schema, its statements, and nothing of threads. SQLite lives here. */
#ifndef BELLWETHER_SUBAGENT_STORE_DATABASE_H
#define BELLWETHER_SUBAGENT_STORE_DATABASE_H

#include "subagent/store.h"

struct database;

enum database_end {
	DATABASE_OK = 0,
	DATABASE_NEWER,   /* a later version's schema: not ours to touch */
	DATABASE_FOREIGN, /* another program's file */
	DATABASE_DAMAGED, /* no database any more */
	DATABASE_FAILED   /* could not be opened or made: may pass */
};

/* NULL with *end and why. One thread at a time. */
struct database *database_open(const char *path, const char *vfs,
			       enum database_end *end, char why[STORE_WHY]);
void database_close(struct database *database);

/* Whether nothing came after what it has: that was noted when it was closed, and the note
   is taken off, for from now on something may. */
bool database_take_closed(struct database *database);
bool database_put_closed(struct database *database);

/* All items in one transaction, or none. */
bool database_write(struct database *database, const struct store_item *item,
		    size_t items, char why[STORE_WHY]);
/* As store_fetch(), item by item; false from item() ends it as a failure. */
bool database_read(struct database *database, const char *server,
		   bool (*item)(void *context, const struct store_item *item),
		   void *context, struct store_numbers *numbers, char why[STORE_WHY]);

#endif
