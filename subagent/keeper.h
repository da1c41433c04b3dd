/* SPDX-License-Identifier: BSD-3-Clause */
/* A process in a role, kept running: when it ends it is started again, later each time. */
#ifndef BELLWETHER_SUBAGENT_KEEPER_H
#define BELLWETHER_SUBAGENT_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "subagent/starter.h"

struct keeper;

struct keeper_options {
	uv_loop_t *loop;
	struct starter *starter;  /* outlives it */
	const char *role;         /* role.h; it outlives the keeper, as words do */
	const char *const *words; /* its command line, ended by NULL */
	int extra;                /* handed to it; stays the caller's; -1: nothing */
	void *context;
	/* All from the loop. A new process: nothing was sent to it yet. */
	void (*started)(void *context);
	/* Messages wait at keeper_fd(). False: its end is closed. */
	bool (*readable)(void *context);
	/* Why it ended, in words for the log, which the caller may know better; status as
	   of wait(2), -1: it could not be started. May be NULL. */
	const char *(*explain)(void *context, int status);
};

/* NULL without memory. Starts the process at once. */
struct keeper *keeper_open(const struct keeper_options *options);

/* Our end of the socket pair to it; -1 while there is none. */
int keeper_fd(const struct keeper *keeper);

struct keeper_status {
	bool running;
	int64_t since; /* boot: running or not */
	unsigned starts;
	int status;      /* how it ended last, as of wait(2) */
	int64_t next_at; /* boot: when it is started again */
};
void keeper_status(const struct keeper *keeper, struct keeper_status *status);

/* Tells it to end, makes it end after 3 s, then calls closed (may be NULL); the starter is
   needed until then. */
void keeper_close(struct keeper *keeper, void (*closed)(void *context), void *context);

#endif
