/* SPDX-License-Identifier: BSD-3-Clause */
/* The store: a thread that writes one batch while the loop fills the other. */
#include "config.h"

#include "subagent/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "subagent/store-hold.h"

/* Without anything to write it looks whether the file is still there, each so many times
   the wait between attempts. */
#define LOOK 5

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
	bool doubt;                 /* store_doubt() */
	bool lost;                  /* something that was put could not be written */
	bool suspect;               /* a reader found it damaged */
	bool anew;                  /* it is another one: the loop has yet to be told */
	struct store_status status; /* of the thread; waiting is unused */
	bool reported;              /* the loop has been told that it fails */
	int64_t failing_since;

	struct hold hold; /* the thread's, once that runs */
};

static int64_t
boot_now(void)
{
	return clock_now().boot;
}

/* ---- opening ---- */

static void
release(struct store *store)
{
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
	bool taken = false;
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
	store->hold.vfs = options->vfs;
	slice_copy(slice_of(options->path), store->hold.path, sizeof(store->hold.path));
	store->filling = calloc(1, sizeof(*store->filling));
	store->writing = calloc(1, sizeof(*store->writing));
	if (!store->filling || !store->writing)
		snprintf(why, STORE_WHY, "there is not enough memory");
	else if (!hold_take(&store->hold, &store->status.failing, reason))
		snprintf(why, STORE_WHY, "%.96s: %.150s", store->hold.path, reason);
	else
		taken = true;
	if (!taken) {
		hold_release(&store->hold, false);
		release(store);
		return NULL;
	}
	if (store->status.failing)
		slice_copy(slice_of(reason), store->status.why,
			   sizeof(store->status.why));
	return store;
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
store_fetch(struct store *store, const char *server, struct store_kept *kept)
{
	/* A connection of its own: the store's belongs to its thread, and in WAL mode
	   readers and the writer do not wait for each other. */
	enum database_end end;
	memset(kept, 0, sizeof(*kept));
	const struct hold *hold = &store->hold;
	struct database *database = database_open(
	    hold->path, hold->alone ? NULL : hold->vfs,
	    hold->alone ? DATABASE_READ_ALONE : DATABASE_READ, &end, kept->why);
	if (database)
		end = database_read(database, server, keep_item, kept, &kept->numbers,
				    kept->why);
	kept->known = database && end == DATABASE_OK;
	kept->complete = kept->known && hold->closed;
	database_close(database);
	if (end != DATABASE_DAMAGED)
		return;
	uv_mutex_lock(&store->lock);
	store->suspect = true;
	uv_mutex_unlock(&store->lock);
}

void
store_kept_free(struct store_kept *kept)
{
	free(kept->item);
	memset(kept, 0, sizeof(*kept));
}

/* ---- the thread ---- */

/* What a reader found is for the thread to see to. */
static void
condemn(struct store *store)
{
	uv_mutex_lock(&store->lock);
	bool suspect = store->suspect;
	store->suspect = false;
	uv_mutex_unlock(&store->lock);
	if (suspect)
		hold_condemn(&store->hold, "a reader found it so");
}

/* One attempt. */
static bool
write_batch(struct store *store, char why[STORE_WHY])
{
	condemn(store);
	return hold_write(&store->hold, store->writing->item, store->writing->count,
			  why);
}

/* With the lock held: notes how an attempt went. */
static void
note(struct store *store, bool written, const char *why, int64_t took)
{
	struct store_status *status = &store->status;
	store->anew |= hold_anew(&store->hold);
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

/* With the lock held, and again at the end. */
static void
look_once(struct store *store)
{
	char why[STORE_WHY] = "";
	uv_mutex_unlock(&store->lock);
	condemn(store);
	bool good = hold_look(&store->hold, why);
	uv_mutex_lock(&store->lock);
	store->anew |= hold_anew(&store->hold);
	bool news = store->anew || good == store->status.failing;
	store->status.failing = !good;
	if (!good)
		slice_copy(slice_of(why), store->status.why, sizeof(store->status.why));
	if (news)
		uv_async_send(&store->async);
}

static void
thread_main(void *context)
{
	struct store *store = context;
	uint64_t look = LOOK * (uint64_t)store->options.retry * 1000;
	uv_mutex_lock(&store->lock);
	for (;;) {
		while (store->turn != TURN_THREAD && !store->quit)
			if (uv_cond_timedwait(&store->work, &store->lock, look) != 0)
				look_once(store);
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
			  store->hold.path, why);
	} else {
		int64_t lasted = boot_now() - store->failing_since;
		log_warning("store", "%s is written again, after %s", store->hold.path,
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
	bool anew = store->anew;
	struct store_status status = store->status;
	store->anew = false;
	uv_mutex_unlock(&store->lock);
	report(store, status.failing, status.why);
	/* Before its blocks are told to be durable: others no longer are. */
	if (anew && store->options.anew)
		store->options.anew(store->options.context);
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
	store->hold.alone = false;
	/* It fails already: that is told from the loop. */
	if (store->status.failing)
		uv_async_send(&store->async);
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
		log_error("store", "%s %s: %zu changes are lost", store->hold.path, why,
			  full->count);
		store->lost = true;
	}
	/* Nobody puts all again, now. */
	store->lost |= hold_anew(&store->hold);
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
	store->lost |= store->turn == TURN_THREAD;
	if (store->lost)
		log_error("store", "stopping while %s fails: %zu changes are lost",
			  store->hold.path, store->writing->count);
	store->turn = TURN_LOOP;
}

void
store_doubt(struct store *store)
{
	store->doubt = true;
}

void
store_close(struct store *store)
{
	/* Without a thread nothing has come since it was opened. */
	bool complete = store->quit
			    ? !store->lost && !store->anew && store->filling->count == 0
			    : store->hold.closed;
	hold_release(&store->hold, complete && !store->doubt);
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
