/* SPDX-License-Identifier: BSD-3-Clause */
/* The file STATE/pause: while it exists the daemon is paused, whoever says what. */
#include "config.h"

#include "subagent/pause.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/file.h"

#define LOOK_MS 1000

struct pause {
	char folder[PATH_MAX];
	void (*changed)(void *context, bool paused, const char *reason);
	void *context;
	uv_timer_t timer;
	uv_fs_event_t event;
	uv_work_t work;
	int open_handles;
	bool looking; /* a worker has found and found_reason */
	bool again;   /* the folder changed meanwhile */
	bool closing;
	bool found;
	char found_reason[PAUSE_REASON];
	bool paused;
	char reason[PAUSE_REASON];
};

bool
pause_look(const char *folder, char reason[PAUSE_REASON])
{
	char path[PATH_MAX];
	char text[PAUSE_REASON];
	reason[0] = '\0';
	if (!path_join(folder, "pause", path, sizeof(path)))
		return false;
	/* O_NONBLOCK: a FIFO of that name would hold us. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		/* What cannot be read is there all the same: an emergency stop must not
		   depend on its mode. */
		return errno != ENOENT;
	ssize_t got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got > 0) {
		text[got] = '\0';
		text_clean(text, strcspn(text, "\r\n"), reason, PAUSE_REASON);
	}
	return true;
}

static void
take(struct pause *pause)
{
	if (pause->found == pause->paused &&
	    strcmp(pause->found_reason, pause->reason) == 0)
		return;
	pause->paused = pause->found;
	memcpy(pause->reason, pause->found_reason, sizeof(pause->reason));
	pause->changed(pause->context, pause->paused, pause->reason);
}

static void
let_go(struct pause *pause)
{
	if (--pause->open_handles == 0)
		free(pause);
}

static void
on_work(uv_work_t *work)
{
	struct pause *pause = work->data;
	pause->found = pause_look(pause->folder, pause->found_reason);
}

static void look(struct pause *pause);

static void
on_looked(uv_work_t *work, int status)
{
	struct pause *pause = work->data;
	bool again = pause->again;
	pause->looking = false;
	pause->again = false;
	if (!pause->closing && status == 0)
		take(pause);
	if (!pause->closing && again)
		look(pause);
	let_go(pause);
}

/* On a worker: the disk of a drowning machine may take seconds to answer. */
static void
look(struct pause *pause)
{
	if (pause->looking) {
		pause->again = true;
		return;
	}
	if (uv_queue_work(pause->timer.loop, &pause->work, on_work, on_looked) != 0)
		return;
	pause->looking = true;
	pause->open_handles++;
}

static void
on_timer(uv_timer_t *timer)
{
	look(timer->data);
}

static void
on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
	(void)events;
	(void)status;
	/* The database lives in the same folder and changes all the time. */
	if (name && strcmp(name, "pause") == 0)
		look(event->data);
}

struct pause *
pause_open(uv_loop_t *loop, const char *folder,
	   void (*changed)(void *context, bool paused, const char *reason),
	   void *context)
{
	struct pause *pause = calloc(1, sizeof(*pause));
	if (!pause)
		return NULL;
	slice_copy(slice_of(folder), pause->folder, sizeof(pause->folder));
	pause->changed = changed;
	pause->context = context;
	pause->work.data = pause;
	pause->found = pause_look(folder, pause->found_reason);
	take(pause);
	uv_timer_init(loop, &pause->timer);
	pause->timer.data = pause;
	uv_timer_start(&pause->timer, on_timer, LOOK_MS, LOOK_MS);
	/* Where the system has no more watches to give, the timer has to do. */
	uv_fs_event_init(loop, &pause->event);
	pause->event.data = pause;
	uv_fs_event_start(&pause->event, on_event, pause->folder, 0);
	pause->open_handles = 2;
	return pause;
}

static void
on_closed(uv_handle_t *handle)
{
	let_go(handle->data);
}

void
pause_close(struct pause *pause)
{
	if (!pause)
		return;
	pause->closing = true;
	uv_close((uv_handle_t *)&pause->event, on_closed);
	uv_close((uv_handle_t *)&pause->timer, on_closed);
}
