/* SPDX-License-Identifier: BSD-3-Clause */
/* The store: a thread that writes one batch while the loop fills the other. */
#include "config.h"

#include "subagent/store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "subagent/store-database.h"

struct batch {
	size_t count;
	struct store_item item[STORE_BATCH];
};

enum turn {
	TURN_LOOP,   /* nothing to write: the loop may submit */
	TURN_THREAD, /* the thread has the writing batch, until it is on the disk */
	TURN_WRITTEN /* it is: the loop has yet to take notice */
};

struct store {
	struct store_options options;
	char path[PATH_MAX];
	struct batch *filling; /* the loop's */
	struct batch *writing; /* whose it is, turn says */

	uv_thread_t thread;
	bool started;
	uv_async_t async;
	bool async_open;
	/* Held for a few instructions at a time, never while writing. */
	uv_mutex_t lock;
	uv_cond_t work;
	enum turn turn;
	bool quit;
	bool closed;                /* when it was opened, nothing was missing in it */
	bool aside;                 /* the one before was damaged */
	bool lost;                  /* something that was put could not be written */
	struct store_status status; /* of the thread; waiting is unused */
	bool reported;              /* the loop has been told that it fails */
	int64_t failing_since;

	struct database *database; /* the thread's, once that runs */
};

static int64_t
boot_now(void)
{
	return clock_now().boot;
}

/* ---- opening ---- */

/* A damaged file is evidence: it is kept, beside. */
static bool
put_aside(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	long long stamp = clock_now().wall / SECOND;
	bool moved = false;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		char from[PATH_MAX];
		char to[PATH_MAX];
		if (snprintf(from, sizeof(from), "%s%s", path, suffixes[i]) >=
			PATH_MAX ||
		    snprintf(to, sizeof(to), "%s.damaged-%lld%s", path, stamp,
			     suffixes[i]) >= PATH_MAX)
			return false;
		/* No -wal and -shm is as good as moved. */
		moved = rename(from, to) == 0 || (i > 0 && errno == ENOENT);
		if (!moved)
			break;
	}
	return moved;
}

static bool
open_database(struct store *store, char why[STORE_WHY])
{
	enum database_end end;
	const char *path = store->path;
	store->database = database_open(path, store->options.vfs, &end, why);
	if (end == DATABASE_DAMAGED && put_aside(path)) {
		log_error("store",
			  "%s is damaged (%s): put aside, beginning anew; clients will "
			  "tell where they are",
			  path, why);
		store->aside = true;
		store->database = database_open(path, store->options.vfs, &end, why);
	}
	return end != DATABASE_NEWER && end != DATABASE_FOREIGN;
}

static void
release(struct store *store)
{
	database_close(store->database);
	uv_cond_destroy(&store->work);
	uv_mutex_destroy(&store->lock);
	free(store->writing);
	free(store->filling);
	free(store);
}

struct store *
store_open(const struct store_options *options, char why[STORE_WHY])
{
	char reason[STORE_WHY];
	struct store *store = calloc(1, sizeof(*store));
	if (!store || uv_mutex_init(&store->lock) != 0) {
		free(store);
		snprintf(why, STORE_WHY, "there is not enough memory");
		return NULL;
	}
	uv_cond_init(&store->work);
	store->options = *options;
	if (store->options.retry == 0)
		store->options.retry = SECOND;
	slice_copy(slice_of(options->path), store->path, sizeof(store->path));
	store->filling = calloc(1, sizeof(*store->filling));
	store->writing = calloc(1, sizeof(*store->writing));
	if (!store->filling || !store->writing) {
		snprintf(why, STORE_WHY, "there is not enough memory");
	} else if (!open_database(store, reason)) {
		snprintf(why, STORE_WHY, "%.96s: %.150s", store->path, reason);
	} else {
		if (!store->database)
			log_error("store",
				  "%s: %s; going on without what it knows, and trying "
				  "again",
				  store->path, reason);
		else
			store->closed =
			    database_take_closed(store->database) && !store->aside;
		return store;
	}
	release(store);
	return NULL;
}

/* False without memory: half of a past is worse than none. */
static bool
keep_item(void *context, const struct store_item *item)
{
	struct store_kept *kept = context;
	if (kept->items == kept->room) {
		size_t room = kept->room ? 2 * kept->room : 256;
		struct store_item *items =
		    reallocarray(kept->item, room, sizeof(kept->item[0]));
		if (!items)
			return false;
		kept->item = items;
		kept->room = room;
	}
	kept->item[kept->items++] = *item;
	return true;
}

void
store_fetch(const struct store *store, const char *server, struct store_kept *kept)
{
	/* A connection of its own: the store's belongs to its thread, and in WAL mode
	   readers and the writer do not wait for each other. */
	enum database_end end;
	memset(kept, 0, sizeof(*kept));
	struct database *database =
	    database_open(store->path, store->options.vfs, &end, kept->why);
	kept->known = database && database_read(database, server, keep_item, kept,
						&kept->numbers, kept->why);
	kept->complete = kept->known && store->closed;
	database_close(database);
}

void
store_kept_free(struct store_kept *kept)
{
	free(kept->item);
	memset(kept, 0, sizeof(*kept));
}

/* ---- the thread ---- */

/* One attempt. A database that failed is opened anew the next time: a disk that was
   full or gone may have left the handle in any state. */
static bool
write_batch(struct store *store, char why[STORE_WHY])
{
	if (!store->database && !open_database(store, why))
		return false;
	if (!store->database)
		return false;
	if (database_write(store->database, store->writing->item, store->writing->count,
			   why))
		return true;
	database_close(store->database);
	store->database = NULL;
	return false;
}

/* With the lock held: notes how an attempt went. */
static void
note(struct store *store, bool written, const char *why, int64_t took)
{
	struct store_status *status = &store->status;
	status->failing = !written;
	if (written) {
		status->batches++;
		status->items += store->writing->count;
		if (took > status->slowest)
			status->slowest = took;
		store->turn = TURN_WRITTEN;
	} else {
		status->failures++;
		slice_copy(slice_of(why), status->why, sizeof(status->why));
	}
}

static void
thread_main(void *context)
{
	struct store *store = context;
	uv_mutex_lock(&store->lock);
	for (;;) {
		while (store->turn != TURN_THREAD && !store->quit)
			uv_cond_wait(&store->work, &store->lock);
		if (store->turn != TURN_THREAD)
			break;
		uv_mutex_unlock(&store->lock);
		char why[STORE_WHY] = "";
		int64_t begun = boot_now();
		bool written = write_batch(store, why);
		uv_mutex_lock(&store->lock);
		note(store, written, why, boot_now() - begun);
		uv_async_send(&store->async);
		if (written)
			continue;
		if (store->quit)
			break;
		/* The batch stays ours. Meanwhile rows go on changing in the fleet, and
		   are written once, as they are then. */
		uv_cond_timedwait(&store->work, &store->lock,
				  (uint64_t)store->options.retry * 1000);
	}
	uv_mutex_unlock(&store->lock);
}

/* ---- the loop's side ---- */

static void
report(struct store *store, bool failing, const char *why)
{
	if (failing == store->reported)
		return;
	store->reported = failing;
	char duration[DURATION_TEXT];
	if (failing) {
		store->failing_since = boot_now();
		log_error("store",
			  "%s %s; decisions and orders go on without it, writing is "
			  "tried again",
			  store->path, why);
	} else {
		int64_t lasted = boot_now() - store->failing_since;
		log_warning("store", "%s is written again, after %s", store->path,
			    duration_format(lasted, duration));
	}
	if (store->options.failing)
		store->options.failing(store->options.context, failing ? why : NULL);
}

static void
tell_durable(struct store *store)
{
	const struct store_options *options = &store->options;
	for (size_t i = 0; i < store->writing->count && options->durable; i++) {
		const struct store_item *item = &store->writing->item[i];
		if (item->kind == STORE_BLOCK)
			options->durable(options->context, item->server, &item->block);
	}
}

static void
on_async(uv_async_t *async)
{
	struct store *store = async->data;
	uv_mutex_lock(&store->lock);
	bool written = store->turn == TURN_WRITTEN;
	struct store_status status = store->status;
	uv_mutex_unlock(&store->lock);
	report(store, status.failing, status.why);
	if (!written)
		return;
	tell_durable(store);
	store->writing->count = 0;
	uv_mutex_lock(&store->lock);
	store->turn = TURN_LOOP;
	uv_mutex_unlock(&store->lock);
	if (store->options.idle)
		store->options.idle(store->options.context);
	store_submit(store);
}

bool
store_start(struct store *store, uv_loop_t *loop)
{
	if (uv_async_init(loop, &store->async, on_async) != 0)
		return false;
	store->async.data = store;
	store->async_open = true;
	store->started = uv_thread_create(&store->thread, thread_main, store) == 0;
	return store->started;
}

bool
store_takes(const struct store *store, enum store_kind kind)
{
	size_t limit = STORE_BATCH;
	if (kind != STORE_EVENT) {
		limit -= STORE_BATCH / 8;
		/* Read without the lock: at worst we wait for one idle() more. */
		if (__atomic_load_n(&store->turn, __ATOMIC_RELAXED) != TURN_LOOP)
			return false;
	}
	return store->filling->count < limit;
}

struct store_item *
store_put(struct store *store, enum store_kind kind, const char *server)
{
	struct store_item *item = &store->filling->item[store->filling->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	slice_copy(slice_of(server), item->server, sizeof(item->server));
	return item;
}

/* The thread is gone, its place is ours. */
static void
submit_stopped(struct store *store)
{
	char why[STORE_WHY];
	struct batch *full = store->filling;
	store->filling = store->writing;
	store->writing = full;
	store->filling->count = 0;
	if (!write_batch(store, why)) {
		log_error("store", "%s %s: %zu changes are lost", store->path, why,
			  full->count);
		store->lost = true;
	}
	full->count = 0;
}

void
store_submit(struct store *store)
{
	if (store->filling->count == 0)
		return;
	if (store->quit) {
		submit_stopped(store);
		return;
	}
	uv_mutex_lock(&store->lock);
	if (store->turn == TURN_LOOP) {
		struct batch *full = store->filling;
		store->filling = store->writing;
		store->writing = full;
		store->turn = TURN_THREAD;
		uv_cond_signal(&store->work);
	}
	uv_mutex_unlock(&store->lock);
}

static void
on_closed(uv_handle_t *handle)
{
	release(handle->data);
}

void
store_stop(struct store *store)
{
	if (!store->started)
		return;
	uv_mutex_lock(&store->lock);
	store->quit = true;
	uv_cond_signal(&store->work);
	uv_mutex_unlock(&store->lock);
	uv_thread_join(&store->thread);
	store->started = false;
	store->lost = store->turn == TURN_THREAD;
	if (store->lost)
		log_error("store", "stopping while %s fails: %zu changes are lost",
			  store->path, store->writing->count);
	store->turn = TURN_LOOP;
}

void
store_close(struct store *store)
{
	/* Without a thread nothing has come since it was opened. */
	bool complete =
	    store->quit ? !store->lost && store->filling->count == 0 : store->closed;
	if (complete && store->database)
		(void)database_put_closed(store->database);
	if (store->async_open)
		uv_close((uv_handle_t *)&store->async, on_closed);
	else
		release(store);
}

void
store_status(struct store *store, struct store_status *status)
{
	uv_mutex_lock(&store->lock);
	*status = store->status;
	uv_mutex_unlock(&store->lock);
	status->waiting = store->filling->count;
}
