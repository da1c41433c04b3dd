/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller, as the engine sees it: a process beside that asks SNMP agents for us. */
#ifndef BELLWETHER_MONITOR_POLLER_H
#define BELLWETHER_MONITOR_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "monitor/poll_wire.h"

struct poller;

/* What the poller asks of whoever keeps its process. From the loop; the process may be
   detached in each of them. */
struct poller_calls {
	void *context;
	/* Somebody has SNMP agents to ask, or nobody any more. */
	void (*wanted)(void *context, bool wanted);
	/* The process is silent long after it should have answered. Told again while it is. */
	void (*silent)(void *context);
	/* The first answer of the process that was attached last. */
	void (*answers)(void *context);
};

#define POLLER_WHY SAMPLE_TEXT

/* NULL without memory. calls are copied. */
struct poller *poller_open(uv_loop_t *loop, const struct poller_calls *calls);
/* A process of subagent/poller.h serves the other end of fd, one end of a SOCK_SEQPACKET
   pair. It stays the caller's, who closes it after it is detached only. */
void poller_attach(struct poller *poller, int fd);
/* Answers wait at fd. False when its other end is closed, and when none is attached. */
bool poller_readable(struct poller *poller);
/* Forgets that process: what it was asked ends, and what will be asked fails until the
   next is attached, with why. */
void poller_detach(struct poller *poller, const char *why);
/* What was asked is forgotten. Close the monitors that use it first. */
void poller_close(struct poller *poller, void (*closed)(void *context), void *context);

/* One more who asks, or one less. */
void poller_use(struct poller *poller, bool use);

/* answer is NULL when why says why there is none. */
typedef void
poller_done(void *context, const struct poll_answer *answer, const char *why);

/* Sends the question (its id is ours to give). done is called once, from the loop, not
   from here. Returns a handle for poller_forget(); 0 with *why when it cannot be asked:
   done is not called then. */
uint64_t poller_ask(struct poller *poller, struct poll_question *question,
		    poller_done *done, void *context, const char **why);
/* done is not called any more; the process still answers, or else is lost. */
void poller_forget(struct poller *poller, uint64_t handle);

#endif
