/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of state.db share: its statements, and rows to and from them. */
#ifndef BELLWETHER_SUBAGENT_STORE_INSIDE_H
#define BELLWETHER_SUBAGENT_STORE_INSIDE_H

#include <sqlite3.h>

#include "subagent/store-database.h"

#define STORE_RESTORED 64 /* operations read back: as many as a fleet keeps */

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	PUT_CLIENT,
	PUT_OPERATION,
	PUT_EVENT,
	PUT_BLOCK,
	PUT_INDEX,
	TRIM_OPERATIONS,
	TRIM_EVENTS,
	GET_CLIENTS,
	GET_OPERATIONS,
	GET_BLOCKS,
	GET_EVENTS,
	GET_INDEXES,
	GET_NUMBERS,
	GET_CLOSED,
	GET_BATCH,
	PUT_BATCH,
	PUT_CLOSED,
	DROP_CLOSED,
	STATEMENTS
};

struct database {
	sqlite3 *handle;
	sqlite3_stmt *statement[STATEMENTS];
	bool fresh, closed;
	int64_t batch;
};

/* ---- store-rows.c ---- */

/* One item, into its table; old rows of it are trimmed. */
bool rows_put(struct database *database, const struct store_item *item);
/* Every item that was kept of a server, of all kinds, clients first; "": what belongs to
   none. False when the database fails or item() says so. */
bool
rows_get(struct database *database, const char *server,
	 bool (*item)(void *context, const struct store_item *item), void *context);
bool rows_numbers(struct database *database, const char *server,
		  struct store_numbers *numbers);

#endif
