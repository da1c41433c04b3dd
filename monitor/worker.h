/* SPDX-License-Identifier: BSD-3-Clause */
/* Work of probes that may hang, away from the loop: reading files and scanning /proc. What
   is asked together is done by one thread, and heard of together; one that turns out slow
   keeps that thread for itself, and holds nobody up again.
   Not libuv's pool: a few files on a dead NFS server would take all of its threads, and
   the store's and the loader's work with them. */
#ifndef BELLWETHER_MONITOR_WORKER_H
#define BELLWETHER_MONITOR_WORKER_H

#include <stdbool.h>

#include "common/sample.h"
#include "monitor/kind.h"

/* How one output ended, written on the thread. */
struct reading {
	enum ending ending;
	double value;
	char text[SAMPLE_TEXT];
};

void reading_value(struct reading *reading, double value);
void reading_end(struct reading *reading, enum ending ending, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Ends an output of task's round so. */
void task_end_reading(struct task *task, size_t output, const struct reading *reading);

struct worker_job {
	/* On the thread. The job has copies of all it needs: a hanging thread outlives the
	   monitor and its probes. */
	void (*run)(void *job);
	/* On whichever side lets go last. */
	void (*release)(void *job);
	void *job;
};

struct worker;

/* Joins the monitor's thread, idle. done(task) comes on the loop after each run, and may
   read the job. NULL without a thread or memory: the job is released. */
struct worker *worker_new(struct task *task, const struct worker_job *job,
			  void (*done)(struct task *task));
/* From worker_ask() to done; the job is the thread's meanwhile. */
bool worker_busy(const struct worker *worker);
void worker_ask(struct worker *worker);
/* Never waits: a thread that hangs is left to end by itself. The job stays readable until
   the loop's turn after the last of the monitor's workers is closed. NULL is fine. */
void worker_close(struct worker *worker);

#endif
