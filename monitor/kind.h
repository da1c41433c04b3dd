/* SPDX-License-Identifier: BSD-3-Clause */
/* What a kind of probe is to the monitor, and what the monitor is to it. */
#ifndef BELLWETHER_MONITOR_KIND_H
#define BELLWETHER_MONITOR_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/probe.h"
#include "common/sample.h"
#include "monitor/monitor.h"

struct crew;
struct task;

/* All calls come from the loop. */
struct kind {
	/* It reads this host's own figures: all such of a monitor are asked at one moment, so
	   that a function of several sees them together. */
	bool local;
	size_t size; /* bytes of task->state, zeroed before open */
	/* Once, before the first round. After task_refuse() in it every round ends as failed
	   with that reason, and of the rest only close is called. May be NULL. */
	void (*open)(struct task *task);
	/* What an ended round left behind still hangs: the next one ends as failed instead of
	   being asked. May be NULL: never. */
	bool (*busy)(struct task *task);
	/* Starts a round; ends every output with task_end(), now or later. */
	void (*ask)(struct task *task);
	/* The timeout has come: may end outputs from what already lies here unread (the
	   loop may be the one that is late); the rest end as timeout. May be NULL. */
	void (*expire)(struct task *task);
	/* The last output has ended: lets go of what the round used. Called once a round, also
	   from inside task_end(), so nothing of the round may be touched after that. NULL: nothing
	   to let go. */
	void (*finish)(struct task *task);
	/* The end; a running round gets finish first. What closes later holds the monitor.
	   May be NULL. */
	void (*close)(struct task *task);
};

struct task {
	const struct probe *probe;
	struct monitor *monitor;
	const struct kind *kind;
	void *state;
	uv_timer_t due;
	uv_timer_t deadline;
	bool *ended;     /* per output, of the running round */
	size_t pending;  /* outputs not yet ended; 0: no round runs */
	bool asked_kind; /* the running round was handed to the kind */
	int64_t asked;   /* boot time when the running round began */
	uint64_t expires;
	uint64_t next;      /* when the next round is due, ms of the loop's clock */
	int64_t complained; /* boot time of the last line in the log */
	char refusal[SAMPLE_TEXT];
};

const struct monitor_options *monitor_options(const struct monitor *monitor);
/* Where worker.c keeps what the monitor's workers share. */
struct crew **monitor_crew(struct monitor *monitor);
/* A random number of the monitor's own sequence: for identifiers, not for keys. */
uint64_t monitor_random(struct monitor *monitor);
/* Bytes that nobody can guess; false when the kernel has none to give without waiting. */
bool monitor_nonce(void *bytes, size_t size);

/* One hold per open handle whose memory outlives close; the monitor's memory, and the
   probes it was given, live until the last is dropped. */
void monitor_hold(struct monitor *monitor);
void monitor_drop(struct monitor *monitor);

void task_refuse(struct task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends one output of the running round; a second end, or one without a round, is ignored. */
void task_end(struct task *task, size_t output, enum ending ending, double value,
	      const char *text);
/* Ends all outputs that have not ended yet alike. Not for values. */
void task_end_rest(struct task *task, enum ending ending, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The ending that fits a socket's error: refused is absent, what keeps us from asking is
   failed. */
void task_end_error(struct task *task, int error);
/* Milliseconds since the running round began. */
double task_elapsed(const struct task *task);

extern const struct kind kind_system;
extern const struct kind kind_process;
extern const struct kind kind_tcp;
extern const struct kind kind_exec;
extern const struct kind kind_file;
extern const struct kind kind_backlog;
extern const struct kind kind_radius;
extern const struct kind kind_login;
extern const struct kind kind_threads;
extern const struct kind kind_snmp;
extern const struct kind kind_tacacs;
extern const struct kind kind_diameter;

#endif
