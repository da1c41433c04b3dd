/* SPDX-License-Identifier: BSD-3-Clause */
/* The udp-backlog probe: what waits unread in the sockets of a local port. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor/kind.h"
#include "monitor/proc.h"
#include "monitor/worker.h"

#define CHUNK ((size_t)16 * 1024)

struct backlog_job {
	uint16_t port;
	bool read;
	struct backlog found;
	char chunk[CHUNK];
};

struct backlog_state {
	struct worker *worker;
	struct backlog_job *job;
};

/* Chunk by chunk: a busy host has a million bytes of sockets. */
static bool
sum_table(struct backlog_job *job, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t kept = 0;
	ssize_t got;
	while ((got = read(fd, job->chunk + kept, CHUNK - kept)) > 0) {
		size_t size = kept + (size_t)got;
		size_t used = backlog_parse(job->chunk, size, job->port, &job->found);
		/* A line longer than the chunk is none that the kernel writes. */
		kept = used == 0 && size == CHUNK ? 0 : size - used;
		memmove(job->chunk, job->chunk + used, kept);
	}
	close(fd);
	return got == 0;
}

static void
job_run(void *context)
{
	struct backlog_job *job = context;
	job->found = (struct backlog){ 0 };
	/* No udp6 is no fault: IPv6 may be off. */
	job->read = sum_table(job, "/proc/net/udp");
	sum_table(job, "/proc/net/udp6");
}

static void
backlog_done(struct task *task)
{
	struct backlog_state *state = task->state;
	const struct backlog found = state->job->found;
	if (!state->job->read) {
		task_end_rest(task, ENDING_FAILED, "/proc/net/udp cannot be read");
		return;
	}
	if (found.sockets == 0) {
		task_end_rest(task, ENDING_ABSENT, "no socket is bound to the port");
		return;
	}
	for (size_t i = 0; i < task->probe->outputs; i++) {
		bool drops = task->probe->output[i].value == VALUE_DROPS;
		task_end(task, i, ENDING_VALUE,
			 (double)(drops ? found.drops : found.queue), "");
	}
}

static void
backlog_open(struct task *task)
{
	struct backlog_state *state = task->state;
	struct backlog_job *job = calloc(1, sizeof(*job));
	if (!job) {
		task_refuse(task, "out of memory");
		return;
	}
	job->port = task->probe->udp_backlog.port;
	state->job = job;
	struct worker_job work = { job_run, free, job };
	state->worker = worker_new(task, &work, backlog_done);
	if (!state->worker)
		task_refuse(task, "no thread to read /proc");
}

static bool
backlog_busy(struct task *task)
{
	struct backlog_state *state = task->state;
	return worker_busy(state->worker);
}

static void
backlog_ask(struct task *task)
{
	struct backlog_state *state = task->state;
	worker_ask(state->worker);
}

static void
backlog_close(struct task *task)
{
	struct backlog_state *state = task->state;
	worker_close(state->worker);
}

const struct kind kind_backlog = {
	.local = true,
	.size = sizeof(struct backlog_state),
	.open = backlog_open,
	.busy = backlog_busy,
	.ask = backlog_ask,
	.close = backlog_close,
};
