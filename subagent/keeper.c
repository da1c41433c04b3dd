/* SPDX-License-Identifier: BSD-3-Clause */
/* A process in a role, kept running: when it ends it is started again, later each time. */
#include "config.h"

#include "subagent/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/random.h"
#include "subagent/role.h"

/* The first new start comes soon; one that keeps ending is no reason to do nothing else. */
#define WAIT_FIRST SECOND
#define WAIT_MOST  MINUTE
/* It ran well for so long: the next end is another matter. */
#define WELL MINUTE
/* Between being told to end and being made to. */
#define LEAVE_MS 3000

struct keeper {
	struct keeper_options options;
	bool there; /* its process was started, and has not ended */
	int fd;
	int64_t wait;
	struct keeper_status status;
	struct random random;
	uv_poll_t poll;
	bool polling;
	uv_timer_t timer; /* to the next start; while closing, to the kill */
	bool closing;
	void (*closed)(void *context);
	void *closed_context;
};

static void launch(struct keeper *keeper);

static void
on_timer(uv_timer_t *timer)
{
	struct keeper *keeper = timer->data;
	if (keeper->closing)
		starter_signal(keeper->options.starter, keeper->options.role, SIGKILL);
	else
		launch(keeper);
}

/* ---- its end ---- */

static void
on_timer_closed(uv_handle_t *handle)
{
	struct keeper *keeper = handle->data;
	starter_listen(keeper->options.starter, keeper->options.role, NULL, NULL);
	if (keeper->closed)
		keeper->closed(keeper->closed_context);
	free(keeper);
}

static void
on_poll_closed(uv_handle_t *handle)
{
	struct keeper *keeper = handle->data;
	close(keeper->fd);
	keeper->fd = -1;
	keeper->polling = false;
	if (keeper->closing)
		uv_close((uv_handle_t *)&keeper->timer, on_timer_closed);
}

static void
let_go(struct keeper *keeper)
{
	if (keeper->polling)
		uv_close((uv_handle_t *)&keeper->poll, on_poll_closed);
	else if (keeper->closing)
		uv_close((uv_handle_t *)&keeper->timer, on_timer_closed);
}

static const char *
in_words(int status, char text[80])
{
	if (status == -1)
		snprintf(text, 80, "could not be started: %s", strerror(errno));
	else if (WIFSIGNALED(status))
		snprintf(text, 80, "was ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(text, 80, "ended with status %d", WEXITSTATUS(status));
	return text;
}

/* Half of the wait is chance: what failed for many together is not tried together. */
static void
start_later(struct keeper *keeper, int status, int64_t now)
{
	char text[80], wait[DURATION_TEXT];
	const char *why = NULL;
	if (keeper->status.running && now - keeper->status.since >= WELL)
		keeper->wait = 0;
	keeper->wait = keeper->wait == 0 ? WAIT_FIRST : 2 * keeper->wait;
	if (keeper->wait > WAIT_MOST)
		keeper->wait = WAIT_MOST;
	int64_t in = keeper->wait / 2 +
		     (int64_t)random_below(&keeper->random, (uint64_t)keeper->wait / 2);
	in_words(status, text);
	if (keeper->options.explain)
		why = keeper->options.explain(keeper->options.context, status);
	keeper->status.running = false;
	keeper->status.since = now;
	keeper->status.status = status;
	keeper->status.next_at = now + in;
	log_error("engine", "the %s process %s%s%s; it is started again in %s",
		  keeper->options.role, text, why ? ": " : "", why ? why : "",
		  duration_format(in / MILLISECOND * MILLISECOND, wait));
	uv_timer_start(&keeper->timer, on_timer, (uint64_t)(in / MILLISECOND), 0);
}

static void
on_ended(void *context, int status)
{
	struct keeper *keeper = context;
	if (!keeper->there)
		return;
	keeper->there = false;
	if (!keeper->closing)
		start_later(keeper, status, clock_now().boot);
	let_go(keeper);
}

/* ---- its beginning ---- */

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct keeper *keeper = poll->data;
	(void)events;
	/* One that has closed its end would be readable for ever: it is about to end. */
	if (status < 0 || !keeper->options.readable(keeper->options.context))
		uv_poll_stop(poll);
}

static void
launch(struct keeper *keeper)
{
	const struct keeper_options *options = &keeper->options;
	int64_t now = clock_now().boot;
	int fd;
	/* The end of the last one is not closed yet. */
	if (keeper->polling) {
		uv_timer_start(&keeper->timer, on_timer, 1, 0);
		return;
	}
	if (!starter_start(options->starter, options->role, options->words,
			   options->extra, &fd)) {
		start_later(keeper, -1, now);
		return;
	}
	keeper->there = true;
	keeper->fd = fd;
	keeper->status.running = true;
	keeper->status.since = now;
	keeper->status.starts++;
	if (uv_poll_init(options->loop, &keeper->poll, fd) == 0) {
		keeper->poll.data = keeper;
		keeper->polling = true;
		uv_poll_start(&keeper->poll, UV_READABLE, on_poll);
	}
	log_info("engine", "the %s process is started", options->role);
	options->started(options->context);
}

struct keeper *
keeper_open(const struct keeper_options *options)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	if (!keeper)
		return NULL;
	keeper->options = *options;
	keeper->fd = -1;
	starter_listen(options->starter, options->role, on_ended, keeper);
	random_seed(&keeper->random, random_entropy());
	uv_timer_init(options->loop, &keeper->timer);
	keeper->timer.data = keeper;
	/* From the loop: the caller has its pointer by then. */
	uv_timer_start(&keeper->timer, on_timer, 0, 0);
	return keeper;
}

int
keeper_fd(const struct keeper *keeper)
{
	return keeper->there ? keeper->fd : -1;
}

void
keeper_status(const struct keeper *keeper, struct keeper_status *status)
{
	*status = keeper->status;
}

void
keeper_close(struct keeper *keeper, void (*closed)(void *context), void *context)
{
	keeper->closing = true;
	keeper->closed = closed;
	keeper->closed_context = context;
	uv_timer_stop(&keeper->timer);
	/* An end that is being closed goes on to the timer by itself. */
	if (!keeper->there && keeper->polling)
		return;
	/* Nobody would tell us of its end: it finds out that we are gone. */
	if (!keeper->there || starter_lost(keeper->options.starter)) {
		let_go(keeper);
		return;
	}
	starter_signal(keeper->options.starter, keeper->options.role, SIGTERM);
	uv_timer_start(&keeper->timer, on_timer, LEAVE_MS, 0);
}
