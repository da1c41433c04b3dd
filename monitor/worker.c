/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads for a monitor's files: one for all, and one of its own for whatever is slow. */
#include "config.h"

#include "monitor/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"

/* Small, as the daemon locks its memory; enough for the regular expressions of libc. */
#define STACK ((size_t)256 * 1024)
/* Others wait no longer behind one that is at work. */
#define SLOW_MS 20u

struct crew;

/* A thread; all but `crew` under the crew's lock. */
struct hand {
	struct crew *crew;
	struct hand *next;
	pthread_cond_t asked;
	struct worker *first; /* of those that wait for it */
	struct worker *at_work;
	int64_t since; /* when at_work began */
};

/* What a monitor's workers share, and whoever leaves last frees. */
struct crew {
	pthread_mutex_t lock;
	size_t owners; /* under the lock: the loop's side, and each thread */
	bool open;     /* under the lock: the loop's side is there */
	struct hand *hands;
	/* The loop's own. */
	struct hand *hand; /* of all that are not slow */
	/* Its successor: on a host that drowns there may be no thread to be had. NULL: there
	   was none. */
	struct hand *spare;
	struct worker *workers;
	size_t count; /* of those that are not closed */
	struct monitor *monitor;
	uv_async_t wake;
	uv_timer_t relief; /* while there is work: has it become slow? */
	int handles;
};

struct worker {
	/* The loop's own. */
	struct worker *next;
	struct crew *crew;
	struct task *task;
	void (*done)(struct task *task);
	bool busy; /* so that done comes once an ask */
	bool closed;
	/* Under the lock. */
	struct worker *behind; /* waits after it */
	struct hand *hand;
	struct worker_job job;
	bool working;
	bool ended;
	bool left; /* at work when the loop's side went: its thread frees it */
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

/* ---- threads ---- */

/* Called with the lock held; lets it go. */
static void
crew_leave(struct crew *crew)
{
	bool last = --crew->owners == 0;
	pthread_mutex_unlock(&crew->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

static void
worker_free(struct worker *worker)
{
	worker->job.release(worker->job.job);
	free(worker);
}

/* With the lock held, which is let go meanwhile. */
static void
do_first(struct hand *hand)
{
	struct crew *crew = hand->crew;
	struct worker *worker = hand->first;
	hand->first = worker->behind;
	hand->at_work = worker;
	worker->working = true;
	hand->since = clock_now().boot;
	pthread_mutex_unlock(&crew->lock);
	worker->job.run(worker->job.job);
	pthread_mutex_lock(&crew->lock);
	hand->at_work = NULL;
	worker->working = false;
	worker->ended = true;
	if (worker->left)
		worker_free(worker);
	/* Not for each: the loop takes what there is when it wakes. */
	if (crew->open && !hand->first)
		uv_async_send(&crew->wake);
}

/* With the lock held. */
static void
hand_free(struct hand *hand)
{
	struct hand **link = &hand->crew->hands;
	while (*link != hand)
		link = &(*link)->next;
	*link = hand->next;
	pthread_cond_destroy(&hand->asked);
	free(hand);
}

static void *
work(void *context)
{
	struct hand *hand = context;
	struct crew *crew = hand->crew;
	pthread_mutex_lock(&crew->lock);
	while (crew->open) {
		if (hand->first)
			do_first(hand);
		else
			pthread_cond_wait(&hand->asked, &crew->lock);
	}
	hand_free(hand);
	crew_leave(crew);
	return NULL;
}

static bool
thread_start(struct hand *hand)
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
	bool started = pthread_create(&thread, &attributes, work, hand) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

/* With the lock held. NULL without memory or a thread. */
static struct hand *
hand_new(struct crew *crew)
{
	struct hand *hand = calloc(1, sizeof(*hand));
	if (!hand)
		return NULL;
	pthread_cond_init(&hand->asked, NULL);
	hand->crew = crew;
	hand->next = crew->hands;
	crew->hands = hand;
	crew->owners++;
	if (thread_start(hand))
		return hand;
	crew->owners--;
	hand_free(hand);
	return NULL;
}

/* ---- the loop's side ---- */

static struct worker *
next_ended(struct crew *crew)
{
	struct worker *worker = crew->workers;
	pthread_mutex_lock(&crew->lock);
	while (worker && (worker->closed || !worker->ended))
		worker = worker->next;
	if (worker)
		worker->ended = worker->busy = false;
	pthread_mutex_unlock(&crew->lock);
	return worker;
}

/* From the start for each: done may close us all. */
static void
collect(struct crew *crew)
{
	for (struct worker *worker; (worker = next_ended(crew));)
		worker->done(worker->task);
}

static void
on_wake(uv_async_t *wake)
{
	collect(wake->data);
}

/* With the lock held: what is at work keeps its thread for good, and all others get
   another. Without one they wait on, and it is tried again. */
static void
relieve(struct crew *crew)
{
	struct hand *slow = crew->hand;
	struct hand *fresh = crew->spare ? crew->spare : hand_new(crew);
	if (!fresh)
		return;
	crew->spare = hand_new(crew);
	fresh->first = slow->first;
	pthread_cond_signal(&fresh->asked);
	slow->first = NULL;
	for (struct worker *worker = crew->workers; worker; worker = worker->next)
		if (worker->hand == slow && worker != slow->at_work)
			worker->hand = fresh;
	crew->hand = fresh;
}

static void
on_relief(uv_timer_t *timer)
{
	struct crew *crew = timer->data;
	pthread_mutex_lock(&crew->lock);
	struct hand *hand = crew->hand;
	if (hand->at_work && hand->first &&
	    clock_now().boot - hand->since >= SLOW_MS * MILLISECOND)
		relieve(crew);
	bool waiting = crew->hand->first != NULL;
	pthread_mutex_unlock(&crew->lock);
	if (waiting)
		uv_timer_start(timer, on_relief, SLOW_MS, 0);
	/* What ended before the slow one. */
	collect(crew);
}

static void
on_closed(uv_handle_t *handle)
{
	struct crew *crew = handle->data;
	struct monitor *monitor = crew->monitor;
	if (--crew->handles > 0)
		return;
	pthread_mutex_lock(&crew->lock);
	for (struct worker *worker = crew->workers, *next; worker; worker = next) {
		next = worker->next;
		worker->left = worker->working;
		if (!worker->left)
			worker_free(worker);
	}
	crew_leave(crew);
	monitor_drop(monitor);
}

static void
crew_close(struct crew *crew)
{
	*monitor_crew(crew->monitor) = NULL;
	pthread_mutex_lock(&crew->lock);
	crew->open = false;
	for (struct hand *hand = crew->hands; hand; hand = hand->next)
		pthread_cond_signal(&hand->asked);
	pthread_mutex_unlock(&crew->lock);
	uv_close((uv_handle_t *)&crew->relief, on_closed);
	uv_close((uv_handle_t *)&crew->wake, on_closed);
}

static struct crew *
crew_new(struct monitor *monitor)
{
	uv_loop_t *loop = monitor_options(monitor)->loop;
	struct crew *crew = calloc(1, sizeof(*crew));
	if (!crew || uv_async_init(loop, &crew->wake, on_wake) != 0) {
		free(crew);
		return NULL;
	}
	uv_timer_init(loop, &crew->relief);
	pthread_mutex_init(&crew->lock, NULL);
	crew->wake.data = crew;
	crew->relief.data = crew;
	crew->handles = 2;
	crew->owners = 1;
	crew->open = true;
	crew->monitor = monitor;
	monitor_hold(monitor);
	*monitor_crew(monitor) = crew;
	return crew;
}

static bool
join(struct worker *worker, struct monitor *monitor)
{
	struct crew *crew = *monitor_crew(monitor);
	if (!crew)
		crew = crew_new(monitor);
	if (!crew)
		return false;
	if (!crew->hand) {
		pthread_mutex_lock(&crew->lock);
		crew->hand = hand_new(crew);
		crew->spare = hand_new(crew);
		pthread_mutex_unlock(&crew->lock);
	}
	if (!crew->hand) {
		crew_close(crew);
		return false;
	}
	worker->crew = crew;
	worker->hand = crew->hand;
	worker->next = crew->workers;
	crew->workers = worker;
	crew->count++;
	return true;
}

struct worker *
worker_new(struct task *task, const struct worker_job *job,
	   void (*done)(struct task *task))
{
	struct worker *worker = calloc(1, sizeof(*worker));
	if (!worker || !join(worker, task->monitor)) {
		free(worker);
		job->release(job->job);
		return NULL;
	}
	worker->job = *job;
	worker->task = task;
	worker->done = done;
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
	struct crew *crew = worker->crew;
	pthread_mutex_lock(&crew->lock);
	struct hand *hand = worker->hand;
	struct worker **last = &hand->first;
	while (*last)
		last = &(*last)->behind;
	*last = worker;
	worker->behind = NULL;
	worker->busy = true;
	pthread_mutex_unlock(&crew->lock);
	/* After it: the thread would wake to wait for the lock. */
	pthread_cond_signal(&hand->asked);
	if (!uv_is_active((uv_handle_t *)&crew->relief))
		uv_timer_start(&crew->relief, on_relief, SLOW_MS, 0);
}

void
worker_close(struct worker *worker)
{
	if (!worker)
		return;
	struct crew *crew = worker->crew;
	pthread_mutex_lock(&crew->lock);
	struct worker **link = &worker->hand->first;
	while (*link && *link != worker)
		link = &(*link)->behind;
	if (*link)
		*link = worker->behind;
	pthread_mutex_unlock(&crew->lock);
	worker->closed = true;
	if (--crew->count == 0)
		crew_close(crew);
}
