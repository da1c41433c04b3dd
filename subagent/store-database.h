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

enum database_use {
	DATABASE_WRITE, /* made when there is none, and upgraded */
	DATABASE_READ,  /* beside one who writes */
	/* Nothing can be written, not even beside it, and nobody else does. */
	DATABASE_READ_ALONE
};

/* NULL with *end and why. One thread at a time. */
struct database *database_open(const char *path, const char *vfs, enum database_use use,
			       enum database_end *end, char why[STORE_WHY]);
void database_close(struct database *database);

/* It was made just now: there is nothing in it. */
bool database_fresh(const struct database *database);
/* The number of the last batch in it, which tells it from its copies; 0: none. */
int64_t database_batch(const struct database *database);
/* Looks at each page once: nothing that is out of order stays for the day on which it is
   read. */
enum database_end database_check(struct database *database, char why[STORE_WHY]);

/* Whether nothing came after what it has: that was noted when it was closed. */
bool database_closed(const struct database *database);
/* From now on something may: the note is taken off, and from this number batches count. */
bool database_take(struct database *database, int64_t batch);
bool database_put_closed(struct database *database);

/* All items in one transaction, or none: the batch of that number. */
enum database_end
database_write(struct database *database, int64_t batch, const struct store_item *item,
	       size_t items, char why[STORE_WHY]);
/* As store_fetch(), item by item; false from item() ends it as a failure. */
enum database_end
database_read(struct database *database, const char *server,
	      bool (*item)(void *context, const struct store_item *item), void *context,
	      struct store_numbers *numbers, char why[STORE_WHY]);

#endif
