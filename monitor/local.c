/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands as children of this process: output, timeout, and the end of their group. */
#include "config.h"

#include "monitor/spawner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/child.h"
#include "monitor/spawner_kind.h"

#define GRACE_MS 1000
/* Reads of a pipe at one go: a child that floods leaves the loop its turn. */
#define BATCH 16

struct run;

struct local {
	struct spawner base;
	uv_loop_t *loop;
	uv_signal_t ended; /* SIGCHLD */
	struct run *runs;
	uint64_t last_handle;
	bool closing;
	bool closed_signal;
	void (*closed)(void *context);
	void *closed_context;
};

enum stage { STAGE_RUNS, STAGE_TERM, STAGE_KILL, STAGE_NEVER_BEGAN };

struct run {
	struct local *local;
	struct run *next;
	uint64_t handle;
	enum stage stage;
	bool timed_out;
	struct child child;
	spawn_done *done; /* NULL: nobody waits any more */
	void *context;
	uv_poll_t poll;
	uv_timer_t timer;
	bool polls;
	int handles;
	size_t size;
	char output[SPAWN_OUTPUT + 1];
	char why[CHILD_WHY];
};

static void
local_end(struct local *local)
{
	void (*closed)(void *context) = local->closed;
	void *context = local->closed_context;
	free(local);
	if (closed)
		closed(context);
}

static void
on_signal_closed(uv_handle_t *handle)
{
	local_end(handle->data);
}

static void
close_when_empty(struct local *local)
{
	if (!local->closing || local->runs || local->closed_signal)
		return;
	local->closed_signal = true;
	uv_close((uv_handle_t *)&local->ended, on_signal_closed);
}

/* Of one run */

static void
signal_group(const struct run *run, int number)
{
	/* Before its setsid() the child has no group of its own yet. */
	if (kill(-run->child.pid, number) != 0 && errno == ESRCH)
		kill(run->child.pid, number);
}

/* Reads what is there; what does not fit is read and dropped, so that nobody blocks. */
static void
read_output(struct run *run)
{
	char dropped[4096];
	for (int i = 0; i < BATCH; i++) {
		size_t room = SPAWN_OUTPUT - run->size;
		ssize_t got =
		    read(run->child.output, room ? run->output + run->size : dropped,
			 room ? room : sizeof(dropped));
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0 && run->polls)
			uv_poll_stop(&run->poll);
		if (got <= 0)
			return;
		run->size += room ? (size_t)got : 0;
	}
}

static void
on_output(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	read_output(poll->data);
}

/* Line by line: the ends of lines are all the control there may be. */
static void
clean_output(struct run *run)
{
	char cleaned[SPAWN_OUTPUT + 1];
	for (size_t at = 0; at < run->size;) {
		char *end = memchr(run->output + at, '\n', run->size - at);
		size_t length = end ? (size_t)(end - run->output) - at : run->size - at;
		for (size_t i = at; i < at + length; i++)
			if (run->output[i] == '\t' || run->output[i] == '\r')
				run->output[i] = ' ';
		text_clean(run->output + at, length, cleaned, sizeof(cleaned));
		memcpy(run->output + at, cleaned, length);
		at += length + 1;
	}
	run->output[run->size] = '\0';
}

static void
on_run_closed(uv_handle_t *handle)
{
	struct run *run = handle->data;
	if (--run->handles == 0)
		free(run);
}

static void
forget(struct run *run)
{
	struct local *local = run->local;
	struct run **link = &local->runs;
	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	run->handles = 1;
	uv_close((uv_handle_t *)&run->timer, on_run_closed);
	if (run->polls) {
		run->handles++;
		uv_close((uv_handle_t *)&run->poll, on_run_closed);
	}
	if (run->stage != STAGE_NEVER_BEGAN) {
		close(run->child.output);
		close(run->child.trouble);
	}
	close_when_empty(local);
}

static void
finish(struct run *run, enum spawn_end end, int status)
{
	spawn_done *done = run->done;
	clean_output(run);
	struct spawn_result result = {
		.end = end,
		.status = status,
		.output = run->output,
		.output_size = run->size,
		.why = end == SPAWN_FAILED ? run->why : NULL,
	};
	/* The run's memory lives until its handles have closed, after this turn. */
	forget(run);
	if (done)
		done(run->context, &result);
}

static bool
read_trouble(struct run *run)
{
	ssize_t got = read(run->child.trouble, run->why, sizeof(run->why) - 1);
	run->why[got > 0 ? got : 0] = '\0';
	return got > 0;
}

/* True when the child had ended: the run is gone. */
static bool
reap(struct run *run)
{
	siginfo_t info = { 0 };
	int status = 0;
	if (run->stage == STAGE_NEVER_BEGAN)
		return false;
	if (waitid(P_PID, (id_t)run->child.pid, &info, WEXITED | WNOHANG | WNOWAIT) !=
		0 ||
	    info.si_pid != run->child.pid)
		return false;
	/* While it is not yet waited for, nobody else can have its number. */
	kill(-run->child.pid, SIGKILL);
	waitpid(run->child.pid, &status, 0);
	read_output(run);
	if (run->timed_out)
		finish(run, SPAWN_TIMEOUT, 0);
	else if (read_trouble(run))
		finish(run, SPAWN_FAILED, 0);
	else if (WIFSIGNALED(status))
		finish(run, SPAWN_SIGNALLED, WTERMSIG(status));
	else
		finish(run, SPAWN_EXITED, WEXITSTATUS(status));
	return true;
}

static void
on_child(uv_signal_t *handle, int number)
{
	struct local *local = handle->data;
	(void)number;
	/* From the start after each end: done may have run or killed anything. */
	for (struct run *run = local->runs; run;)
		run = reap(run) ? local->runs : run->next;
}

static void
on_timer(uv_timer_t *timer)
{
	struct run *run = timer->data;
	switch (run->stage) {
	case STAGE_NEVER_BEGAN:
		finish(run, SPAWN_FAILED, 0);
		break;
	case STAGE_RUNS:
		run->timed_out = true;
		run->stage = STAGE_TERM;
		signal_group(run, SIGTERM);
		uv_timer_start(&run->timer, on_timer, GRACE_MS, 0);
		break;
	case STAGE_TERM:
		run->stage = STAGE_KILL;
		signal_group(run, SIGKILL);
		break;
	case STAGE_KILL:
		/* Only when closing: it hangs in the kernel, which init will hear of. */
		forget(run);
		break;
	}
}

static void
kill_run(struct run *run)
{
	run->done = NULL;
	run->timed_out = true;
	if (run->stage == STAGE_NEVER_BEGAN)
		return;
	run->stage = STAGE_KILL;
	signal_group(run, SIGKILL);
	uv_timer_stop(&run->timer);
	if (run->local->closing)
		uv_timer_start(&run->timer, on_timer, GRACE_MS, 0);
}

/* Of the spawner */

uint64_t
local_run(struct spawner *spawner, const char *const *argv,
	  const struct identity *identity, int64_t timeout, spawn_done *done,
	  void *context)
{
	struct local *local = (struct local *)spawner;
	struct run *run = calloc(1, sizeof(*run));
	if (!run)
		return 0;
	run->local = local;
	run->handle = ++local->last_handle;
	run->done = done;
	run->context = context;
	run->next = local->runs;
	local->runs = run;
	uv_update_time(local->loop);
	uv_timer_init(local->loop, &run->timer);
	run->timer.data = run;
	if (!child_start(argv, identity, &run->child, run->why)) {
		run->stage = STAGE_NEVER_BEGAN;
		uv_timer_start(&run->timer, on_timer, 0, 0);
		return run->handle;
	}
	uv_timer_start(&run->timer, on_timer, (uint64_t)(timeout / MILLISECOND), 0);
	if (uv_poll_init(local->loop, &run->poll, run->child.output) == 0) {
		run->poll.data = run;
		run->polls = true;
		uv_poll_start(&run->poll, UV_READABLE, on_output);
	}
	return run->handle;
}

static uint64_t
run_as_user(struct spawner *spawner, const char *const *argv, const char *user,
	    int64_t timeout, spawn_done *done, void *context)
{
	struct identity identity = { .user = user };
	return local_run(spawner, argv, &identity, timeout, done, context);
}

static void
local_kill(struct spawner *spawner, uint64_t handle)
{
	struct local *local = (struct local *)spawner;
	for (struct run *run = local->runs; run; run = run->next)
		if (run->handle == handle)
			kill_run(run);
}

static void
local_close(struct spawner *spawner, void (*closed)(void *context), void *context)
{
	struct local *local = (struct local *)spawner;
	local->closing = true;
	local->closed = closed;
	local->closed_context = context;
	for (struct run *run = local->runs; run; run = run->next)
		kill_run(run);
	close_when_empty(local);
}

static const struct spawner_kind local_kind = { run_as_user, local_kill, local_close };

struct spawner *
spawner_local(uv_loop_t *loop)
{
	struct local *local = calloc(1, sizeof(*local));
	if (!local)
		return NULL;
	local->base.kind = &local_kind;
	local->loop = loop;
	uv_signal_init(loop, &local->ended);
	local->ended.data = local;
	uv_signal_start(&local->ended, on_child, SIGCHLD);
	return &local->base;
}
