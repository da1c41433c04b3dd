/* SPDX-License-Identifier: BSD-3-Clause */
/* How long each turn of a loop is: all that passed since the last one but the waiting. */
#include "config.h"

#include "subagent/turns.h"

#include <time.h>

#include "common/clock.h"

#define NS_PER_US 1000

/* Of this thread, which is the loop's. */
static int64_t
used_now(void)
{
	struct timespec used = { 0 };
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * SECOND + used.tv_nsec / NS_PER_US;
}

/* Just before the loop waits: everything that was due or had arrived has been done. */
static void
on_prepare(uv_prepare_t *prepare)
{
	struct turns *turns = prepare->data;
	uint64_t idle = uv_metrics_idle_time(prepare->loop);
	int64_t now = clock_now().boot;
	int64_t waited = (int64_t)(idle - turns->idle) / NS_PER_US;
	int64_t used = used_now();
	/* What passed before the loop began to run is no turn. */
	if (turns->at != 0) {
		lateness_note(&turns->length, turns->at + waited, now);
		if (used - turns->used > turns->work)
			turns->work = used - turns->used;
	}
	turns->at = now;
	turns->idle = idle;
	turns->used = used;
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
