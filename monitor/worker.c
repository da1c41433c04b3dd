/* SPDX-License-Identifier: BSD-3-Clause */
/* A thread of one probe, shared by two owners: the loop's side and the thread itself. */
#include "config.h"

#include "monitor/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Small, as the daemon locks its memory; enough for the regular expressions of libc. */
#define STACK ((size_t)256 * 1024)

/* What both sides share, under its lock. */
struct shared {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct worker_job job;
	uv_async_t *wake; /* NULL: the loop's side has gone */
	bool wanted;
	bool working;
	int owners;
};

struct worker {
	uv_async_t wake;
	struct shared *shared;
	struct task *task;
	struct monitor *monitor;
	void (*done)(struct task *task);
	bool busy; /* the loop's own view, so that done comes once an ask */
};

void
reading_value(struct reading *reading, double value)
{
	*reading = (struct reading){ .ending = ENDING_VALUE, .value = value };
}

void
reading_end(struct reading *reading, enum ending ending, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	reading->ending = ending;
	vsnprintf(reading->text, sizeof(reading->text), format, arguments);
	va_end(arguments);
}

void
task_end_reading(struct task *task, size_t output, const struct reading *reading)
{
	task_end(task, output, reading->ending, reading->value, reading->text);
}

/* Called with the lock held; lets it go. */
static void
shared_leave(struct shared *shared)
{
	bool last = --shared->owners == 0;
	pthread_mutex_unlock(&shared->lock);
	if (!last)
		return;
	shared->job.release(shared->job.job);
	pthread_cond_destroy(&shared->changed);
	pthread_mutex_destroy(&shared->lock);
	free(shared);
}

static void *
work(void *context)
{
	struct shared *shared = context;
	pthread_mutex_lock(&shared->lock);
	while (shared->wake) {
		if (!shared->wanted) {
			pthread_cond_wait(&shared->changed, &shared->lock);
			continue;
		}
		shared->wanted = false;
		shared->working = true;
		pthread_mutex_unlock(&shared->lock);
		shared->job.run(shared->job.job);
		pthread_mutex_lock(&shared->lock);
		shared->working = false;
		if (shared->wake)
			uv_async_send(shared->wake);
	}
	shared_leave(shared);
	return NULL;
}

static bool
thread_start(struct shared *shared)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&thread, &attributes, work, shared) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

static struct shared *
shared_new(const struct worker_job *job, uv_async_t *wake)
{
	struct shared *shared = calloc(1, sizeof(*shared));
	if (!shared)
		return NULL;
	pthread_mutex_init(&shared->lock, NULL);
	pthread_cond_init(&shared->changed, NULL);
	shared->job = *job;
	shared->wake = wake;
	shared->owners = 2;
	return shared;
}

static void
on_wake(uv_async_t *wake)
{
	struct worker *worker = wake->data;
	struct shared *shared = worker->shared;
	pthread_mutex_lock(&shared->lock);
	bool working = shared->working || shared->wanted;
	pthread_mutex_unlock(&shared->lock);
	if (!worker->busy || working)
		return;
	worker->busy = false;
	worker->done(worker->task);
}

static void
on_closed(uv_handle_t *handle)
{
	struct worker *worker = handle->data;
	struct monitor *monitor = worker->monitor;
	/* Only now: done may have closed us and be reading the job still. */
	pthread_mutex_lock(&worker->shared->lock);
	shared_leave(worker->shared);
	free(worker);
	monitor_drop(monitor);
}

struct worker *
worker_new(struct task *task, const struct worker_job *job,
	   void (*done)(struct task *task))
{
	struct worker *worker = calloc(1, sizeof(*worker));
	struct shared *shared = worker ? shared_new(job, &worker->wake) : NULL;
	if (!shared || uv_async_init(monitor_options(task->monitor)->loop,
				     &worker->wake, on_wake) != 0) {
		free(shared);
		free(worker);
		job->release(job->job);
		return NULL;
	}
	worker->wake.data = worker;
	worker->shared = shared;
	worker->task = task;
	worker->monitor = task->monitor;
	worker->done = done;
	monitor_hold(worker->monitor);
	if (!thread_start(shared)) {
		shared->owners = 1;
		worker_close(worker);
		return NULL;
	}
	return worker;
}

bool
worker_busy(const struct worker *worker)
{
	return worker->busy;
}

void
worker_ask(struct worker *worker)
{
	pthread_mutex_lock(&worker->shared->lock);
	worker->busy = true;
	worker->shared->wanted = true;
	pthread_mutex_unlock(&worker->shared->lock);
	/* After it: the thread would wake to wait for the lock. */
	pthread_cond_signal(&worker->shared->changed);
}

void
worker_close(struct worker *worker)
{
	if (!worker)
		return;
	struct shared *shared = worker->shared;
	pthread_mutex_lock(&shared->lock);
	shared->wake = NULL;
	pthread_cond_signal(&shared->changed);
	pthread_mutex_unlock(&shared->lock);
	uv_close((uv_handle_t *)&worker->wake, on_closed);
}
