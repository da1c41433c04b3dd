/* SPDX-License-Identifier: BSD-3-Clause */
/* The threads that read for probes: one for all, but for what is slow. */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/kind.h"
#include "monitor/worker.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define JOBS 4u

/* Each run takes a go. */
struct job {
	sem_t begun, go;
	size_t runs;
	pid_t thread; /* of the last run */
};

struct bench {
	struct watching watching;
	struct task task[JOBS];
	struct job *job[JOBS];
	struct worker *worker[JOBS];
	size_t threads; /* before there were any of theirs */
};

static bool no_threads;
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*start)(void *), void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*start)(void *), void *context);

/* Linked in place of the system's. */
int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
		      void *(*start)(void *), void *context)
{
	return no_threads ? EAGAIN
			  : __real_pthread_create(thread, attributes, start, context);
}

static sem_t released;
static size_t done_count;
static struct bench *close_from_done;

static void
run(void *context)
{
	struct job *job = context;
	sem_post(&job->begun);
	while (sem_wait(&job->go) != 0 && errno == EINTR)
		;
	job->thread = gettid();
	job->runs++;
}

static void
release(void *context)
{
	free(context);
	sem_post(&released);
}

static void
close_all(struct bench *bench)
{
	for (size_t i = 0; i < JOBS; i++) {
		worker_close(bench->worker[i]);
		bench->worker[i] = NULL;
	}
}

static void
on_done(struct task *task)
{
	(void)task;
	done_count++;
	if (close_from_done)
		close_all(close_from_done);
}

static bool
in_time(sem_t *semaphore)
{
	struct timespec limit;
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += WATCHING_WAIT;
	return sem_timedwait(semaphore, &limit) == 0;
}

static void
begin(struct bench *bench)
{
	*bench = (struct bench){ .threads = threads_now() };
	done_count = 0;
	close_from_done = NULL;
	sem_init(&released, 0, 0);
	watching_init(&bench->watching);
	watching_start(&bench->watching, NULL, 0);
	for (size_t i = 0; i < JOBS; i++) {
		struct job *job = calloc(1, sizeof(*job));
		CU_ASSERT_PTR_NOT_NULL_FATAL(job);
		sem_init(&job->begun, 0, 0);
		sem_init(&job->go, 0, 0);
		bench->task[i].monitor = bench->watching.monitor;
		bench->job[i] = job;
		bench->worker[i] =
		    worker_new(&bench->task[i],
			       &(struct worker_job){ run, release, job }, on_done);
		CU_ASSERT_PTR_NOT_NULL_FATAL(bench->worker[i]);
		CU_ASSERT_FALSE(worker_busy(bench->worker[i]));
	}
}

/* All jobs have been let go, and all threads. */
static void
check_gone(const struct bench *bench)
{
	for (size_t i = 0; i < JOBS; i++)
		CU_ASSERT(in_time(&released));
	CU_ASSERT(threads_left(bench->threads));
}

static void
ask(struct bench *bench, size_t i)
{
	worker_ask(bench->worker[i]);
	CU_ASSERT(worker_busy(bench->worker[i]));
}

static void
go(struct bench *bench, size_t i)
{
	sem_post(&bench->job[i]->go);
}

static bool
is_done(void *context)
{
	return done_count >= *(size_t *)context;
}

static bool
done(struct bench *bench, size_t count)
{
	return loop_until(&bench->watching.loop, is_done, &count);
}

static void
test_one_for_all(void)
{
	struct bench bench;
	begin(&bench);
	for (size_t round = 1; round <= 3; round++) {
		for (size_t i = 0; i < JOBS; i++) {
			go(&bench, i);
			ask(&bench, i);
		}
		CU_ASSERT(done(&bench, round * JOBS));
		CU_ASSERT_EQUAL(done_count, round * JOBS);
		for (size_t i = 0; i < JOBS; i++) {
			CU_ASSERT_FALSE(worker_busy(bench.worker[i]));
			CU_ASSERT_EQUAL(bench.job[i]->runs, round);
		}
	}
	/* A machine that stands still may make one of them slow. */
	CU_ASSERT(threads_now() < bench.threads + JOBS);
	close_all(&bench);
	watching_close(&bench.watching);
	check_gone(&bench);
}

static void
test_slow_keeps_its_thread(void)
{
	struct bench bench;
	begin(&bench);
	/* Two hang, one behind the other; the others work, more than once. */
	for (size_t i = 0; i < JOBS; i++)
		ask(&bench, i);
	for (size_t round = 1; round <= 2; round++) {
		go(&bench, 2);
		go(&bench, 3);
		CU_ASSERT(done(&bench, round * 2));
		CU_ASSERT_EQUAL(bench.job[2]->runs, round);
		CU_ASSERT_EQUAL(bench.job[3]->runs, round);
		CU_ASSERT(worker_busy(bench.worker[0]));
		CU_ASSERT(worker_busy(bench.worker[1]));
		if (round == 1) {
			ask(&bench, 2);
			ask(&bench, 3);
		}
	}
	CU_ASSERT(in_time(&bench.job[0]->begun));
	CU_ASSERT(in_time(&bench.job[1]->begun));
	/* They come back, and are asked again: each on a thread of its own. */
	go(&bench, 0);
	go(&bench, 1);
	CU_ASSERT(done(&bench, 6));
	pid_t own = bench.job[0]->thread;
	CU_ASSERT_NOT_EQUAL(own, bench.job[1]->thread);
	CU_ASSERT_NOT_EQUAL(own, bench.job[2]->thread);
	CU_ASSERT_NOT_EQUAL(own, bench.job[3]->thread);
	for (size_t i = 0; i < JOBS; i++) {
		go(&bench, i);
		ask(&bench, i);
	}
	CU_ASSERT(done(&bench, 6 + JOBS));
	CU_ASSERT_EQUAL(bench.job[0]->thread, own);
	CU_ASSERT_NOT_EQUAL(bench.job[2]->thread, own);
	close_all(&bench);
	watching_close(&bench.watching);
	check_gone(&bench);
}

/* On a host that gives no more threads one may hang all the same; behind a second one the
   rest waits until there are some again. */
static void
test_no_threads(void)
{
	struct bench bench;
	begin(&bench);
	no_threads = true;
	ask(&bench, 0);
	CU_ASSERT_FATAL(in_time(&bench.job[0]->begun));
	for (size_t i = 1; i < JOBS; i++)
		ask(&bench, i);
	go(&bench, 1);
	CU_ASSERT(done(&bench, 1));
	CU_ASSERT(in_time(&bench.job[2]->begun));
	go(&bench, 3);
	/* What was tried and failed. */
	for (int i = 0; i < 5; i++) {
		usleep(10000);
		uv_run(&bench.watching.loop, UV_RUN_NOWAIT);
	}
	CU_ASSERT_EQUAL(done_count, 1);
	no_threads = false;
	CU_ASSERT(done(&bench, 2));
	CU_ASSERT_EQUAL(bench.job[3]->runs, 1);
	go(&bench, 0);
	go(&bench, 2);
	CU_ASSERT(done(&bench, 4));
	close_all(&bench);
	watching_close(&bench.watching);
	check_gone(&bench);
}

/* Nobody waits to be heard until the next one has ended. */
static void
test_heard_meanwhile(void)
{
	struct bench bench;
	begin(&bench);
	go(&bench, 0);
	ask(&bench, 0);
	ask(&bench, 1);
	CU_ASSERT(done(&bench, 1));
	CU_ASSERT_FALSE(worker_busy(bench.worker[0]));
	CU_ASSERT(worker_busy(bench.worker[1]));
	CU_ASSERT(in_time(&bench.job[1]->begun));
	go(&bench, 1);
	CU_ASSERT(done(&bench, 2));
	close_all(&bench);
	watching_close(&bench.watching);
	check_gone(&bench);
}

/* Closing waits for nobody; what hangs cleans up when it comes back, and what waited
   behind it is never begun. */
static void
test_closed_while_at_work(void)
{
	struct bench bench;
	begin(&bench);
	for (size_t i = 0; i < JOBS; i++)
		ask(&bench, i);
	/* A thread that has not begun would have nothing to come back from. */
	CU_ASSERT_FATAL(in_time(&bench.job[0]->begun));
	close_all(&bench);
	bench.watching.threads = SIZE_MAX;
	watching_close(&bench.watching);
	CU_ASSERT_EQUAL(done_count, 0);
	for (size_t i = 1; i < JOBS; i++)
		CU_ASSERT(in_time(&released));
	CU_ASSERT(threads_now() > bench.threads);
	CU_ASSERT_NOT_EQUAL(sem_trywait(&released), 0);
	sem_post(&bench.job[0]->go);
	sem_post(&released);
	sem_post(&released);
	sem_post(&released);
	check_gone(&bench);
}

static void
test_closed_from_done(void)
{
	struct bench bench;
	begin(&bench);
	close_from_done = &bench;
	for (size_t i = 0; i < JOBS; i++) {
		go(&bench, i);
		ask(&bench, i);
	}
	CU_ASSERT(done(&bench, 1));
	watching_close(&bench.watching);
	CU_ASSERT_EQUAL(done_count, 1);
	check_gone(&bench);
}

/* A closed one is not heard of, and the others go on. */
static void
test_one_closed(void)
{
	struct bench bench;
	begin(&bench);
	for (size_t i = 0; i < JOBS; i++)
		ask(&bench, i);
	worker_close(bench.worker[0]);
	worker_close(bench.worker[1]);
	bench.worker[0] = bench.worker[1] = NULL;
	for (size_t i = 0; i < JOBS; i++)
		go(&bench, i);
	CU_ASSERT(done(&bench, 2));
	CU_ASSERT_EQUAL(bench.job[2]->runs, 1);
	CU_ASSERT_EQUAL(bench.job[3]->runs, 1);
	CU_ASSERT_EQUAL(done_count, 2);
	close_all(&bench);
	watching_close(&bench.watching);
	check_gone(&bench);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "one thread for all", test_one_for_all },
		{ "the slow keep theirs", test_slow_keeps_its_thread },
		{ "no threads to be had", test_no_threads },
		{ "heard meanwhile", test_heard_meanwhile },
		{ "closed while at work", test_closed_while_at_work },
		{ "closed from done", test_closed_from_done },
		{ "one closed", test_one_closed },
	};
	return unit_run("worker", tests, ARRAY_SIZE(tests));
}
