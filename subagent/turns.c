/* SPDX-License-Identifier: BSD-3-Clause */
/* How long each turn of a loop is: all that passed since the last one but the waiting. */
#include "config.h"

#include "subagent/turns.h"

#include <time.h>

#include "common/clock.h"

#define NS_PER_US 1000
/* The processor's clock is a system call: not for each turn of an idle loop. The work of a
   longer turn may have so much in it of those before it. */
#define UNREAD_MOST MILLISECOND

/* Of this thread, which is the loop's. */
static int64_t
used_now(void)
{
	struct timespec used = { 0 };
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * SECOND + used.tv_nsec / NS_PER_US;
}

static void
note_work(struct turns *turns, int64_t length)
{
	int64_t used, work;
	turns->unread += length;
	if (turns->unread < UNREAD_MOST)
		return;
	used = used_now();
	work = used - turns->used;
	/* It was those before, if it is more than there was time for. */
	if (work > length)
		work = length;
	if (work > turns->work)
		turns->work = work;
	turns->used = used;
	turns->unread = 0;
}

/* Just before the loop waits: everything that was due or had arrived has been done. */
static void
on_prepare(uv_prepare_t *prepare)
{
	struct turns *turns = prepare->data;
	uint64_t idle = uv_metrics_idle_time(prepare->loop);
	int64_t now = clock_now().boot;
	int64_t waited = (int64_t)(idle - turns->idle) / NS_PER_US;
	/* What passed before the loop began to run is no turn. */
	if (turns->at != 0) {
		lateness_note(&turns->length, turns->at + waited, now);
		note_work(turns, now - turns->at - waited);
	} else {
		turns->used = used_now();
	}
	turns->at = now;
	turns->idle = idle;
}

bool
turns_open(struct turns *turns, uv_loop_t *loop)
{
	*turns = (struct turns){ .idle = 0 };
	if (uv_loop_configure(loop, UV_METRICS_IDLE_TIME) != 0 ||
	    uv_prepare_init(loop, &turns->prepare) != 0)
		return false;
	turns->prepare.data = turns;
	uv_prepare_start(&turns->prepare, on_prepare);
	uv_unref((uv_handle_t *)&turns->prepare);
	return true;
}

void
turns_close(struct turns *turns)
{
	uv_close((uv_handle_t *)&turns->prepare, NULL);
}

void
turns_restart(struct turns *turns)
{
	lateness_restart(&turns->length);
	turns->work = 0;
}
