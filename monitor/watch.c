/* SPDX-License-Identifier: BSD-3-Clause */
/* A socket of one round, watched by the loop. */
#include "config.h"

#include "monitor/watch.h"

#include <stdlib.h>
#include <unistd.h>

struct watch {
	uv_poll_t poll;
	struct task *task;
	struct monitor *monitor;
	int fd;
	void (*ready)(struct task *task);
};

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	/* An error of the socket comes as a status that hides which: reading tells. */
	(void)status;
	(void)events;
	struct watch *watch = poll->data;
	watch->ready(watch->task);
}

struct watch *
watch_start(struct task *task, int fd, int events, void (*ready)(struct task *task))
{
	struct watch *watch = calloc(1, sizeof(*watch));
	if (!watch ||
	    uv_poll_init(monitor_options(task->monitor)->loop, &watch->poll, fd) != 0) {
		free(watch);
		close(fd);
		return NULL;
	}
	watch->task = task;
	watch->monitor = task->monitor;
	watch->fd = fd;
	watch->ready = ready;
	watch->poll.data = watch;
	monitor_hold(watch->monitor);
	uv_poll_start(&watch->poll, events, on_ready);
	return watch;
}

void
watch_change(struct watch *watch, int events)
{
	uv_poll_start(&watch->poll, events, on_ready);
}

static void
on_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	struct monitor *monitor = watch->monitor;
	free(watch);
	monitor_drop(monitor);
}

void
watch_stop(struct watch *watch)
{
	if (!watch)
		return;
	uv_poll_stop(&watch->poll);
	close(watch->fd);
	uv_close((uv_handle_t *)&watch->poll, on_closed);
}
