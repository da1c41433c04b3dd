/* SPDX-License-Identifier: BSD-3-Clause */
/* The store: what must survive a restart, written to state.db by a thread of its own.
   The loop never waits for it: it fills one batch while the other is being written. */
#ifndef BELLWETHER_SUBAGENT_STORE_H
#define BELLWETHER_SUBAGENT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "fleet/fleet.h"
#include "subagent/index.h"

#define STORE_WHY     256
#define STORE_BATCH   2048
#define STORE_EVENTS  10000 /* kept, a server */
#define STORE_HISTORY 1000  /* operations kept, a server */
#define STORE_SHOWN   1024  /* events given back, a server */

enum store_kind {
	STORE_CLIENT = 1,
	STORE_OPERATION,
	STORE_EVENT,
	STORE_BLOCK,
	STORE_INDEX
};

struct store_item {
	enum store_kind kind;
	char server[NAME_TEXT];
	/* A client's alternate by name: its position changes with the policy. */
	char alternate[NAME_TEXT];
	union {
		struct fleet_record client;
		struct operation operation;
		struct {
			struct fleet_event event;
			char detail[EVENT_DETAIL]; /* on what the decision rested */
		};
		struct fleet_block block;
		struct index_record index; /* server is its own, and may be "" */
	};
};

struct store;

struct store_options {
	const char *path; /* of the database */
	const char *vfs;  /* SQLite's name of one; NULL: the usual */
	int64_t retry;    /* us between attempts of a batch that failed; 0: 1 s */
	void *context;
	/* All from the loop. A block is on the disk, power cuts included. */
	void (*durable)(void *context, const char *server,
			const struct fleet_block *block);
	/* A batch is written: the next may be submitted. */
	void (*idle)(void *context);
	/* The database is another one than before, with nothing in it but the last batch:
	   all that is known is to be put again. */
	void (*anew)(void *context);
	/* Writing began to fail (why) or works again (NULL); logged already. While it
	   fails, the blocks of the batch are not durable, but will be. */
	void (*failing)(void *context, const char *why);
};

/* Opens, and makes or upgrades the schema. A damaged file is put aside with a new name
   and a new one begun, now and later; a folder or disk that fails is tried again later.
   NULL with why only for what a person must see to: a newer schema, another program's
   file, no memory. */
struct store *store_open(const struct store_options *options, char why[STORE_WHY]);

/* What was kept of a server: clients, operations (oldest first), blocks, then the last
   events (oldest first). Of the server "": the indexes of all. numbers are the greatest
   event, operation and client numbers in use. */
struct store_numbers {
	uint64_t event;
	uint32_t operation, index;
};
struct store_kept {
	bool known;    /* false: why, and go on without */
	bool complete; /* false: more may have happened than was written */
	char why[STORE_WHY];
	struct store_item *item;
	size_t items, room;
	struct store_numbers numbers;
};
/* Reads all of it, waiting for the disk; any thread, also beside one that writes. Before
   store_start() also where nothing can be written. */
void store_fetch(struct store *store, const char *server, struct store_kept *kept);
void store_kept_free(struct store_kept *kept);

/* Starts the thread. */
bool store_start(struct store *store, uv_loop_t *loop);
/* Waits for the batch under way (one attempt when it fails) and ends the thread: from
   then on store_submit() writes at once, so that everything can be put and written. */
void store_stop(struct store *store);
/* What it has may be less than what happened, also when all that was put is written. */
void store_doubt(struct store *store);
/* After store_stop(), or without store_start(). Notes that nothing is missing, unless
   something could not be written, or there is doubt: put and submit all there is before. The memory lives
   until the loop has let go of it. */
void store_close(struct store *store);

/* Room in the batch being filled. Events have no place to wait in, and get the last
   eighth for themselves; everything else waits in the fleet until the thread is idle, so
   that a row that changes ten times meanwhile is written once. */
bool store_takes(const struct store *store, enum store_kind kind);
/* The place to fill, zeroed but for kind and server; only after store_takes(). */
struct store_item *
store_put(struct store *store, enum store_kind kind, const char *server);
/* Hands the batch to the thread when that is idle; else does nothing, idle() comes. */
void store_submit(struct store *store);

struct store_status {
	bool failing;
	char why[STORE_WHY];
	uint64_t batches, items, failures;
	size_t waiting;  /* items in the batch being filled */
	int64_t slowest; /* us: the longest a batch took */
};
void store_status(struct store *store, struct store_status *status);

#endif
