/* SPDX-License-Identifier: BSD-3-Clause */
/* A loop with a monitor in it, for tests: what was sampled, and waiting with a deadline. */
#ifndef BELLWETHER_TESTS_WATCHING_H
#define BELLWETHER_TESTS_WATCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "common/probe.h"
#include "common/sample.h"
#include "monitor/monitor.h"

#define WATCHING_INPUTS 160
#define WATCHING_WAIT   20 /* s, for what takes a moment */

struct watching {
	uv_loop_t loop;
	struct monitor *monitor;
	struct spawner *spawner;
	struct poller *poller;         /* NULL unless the test opens one first */
	int echo_socket, echo_socket6; /* -1 unless the test opens them first */
	struct sample last[WATCHING_INPUTS];
	size_t count[WATCHING_INPUTS];
	size_t endings[WATCHING_INPUTS][ENDING_FAILED + 1];
	int64_t least_gap[WATCHING_INPUTS]; /* between the askings of two samples */
	size_t close_at; /* closes the monitor from its own callback; 0: never */
	size_t samples;
	bool closed;
	size_t
	    threads; /* of the process at the start; SIZE_MAX: some are to outlive us */
};

void watching_init(struct watching *watching);
void
watching_start(struct watching *watching, const struct probe *probe, size_t probes);
/* Turns the loop until done(context), or the deadline: false. */
bool loop_until(uv_loop_t *loop, bool (*done)(void *context), void *context);
/* Until input has ended so at least so many times. */
bool watching_until(struct watching *watching, uint32_t input, enum ending ending,
		    size_t times);
/* Until its last sample has ended so, with text in its text, which may be "": what a slow
   machine, whose answers come too late at times, says in the end. */
bool watching_is(struct watching *watching, uint32_t input, enum ending ending,
		 const char *text);
/* Until the last sample is that value. */
bool watching_reads(struct watching *watching, uint32_t input, double value);
/* Until two samples were asked for in less than the gap. */
bool watching_within(struct watching *watching, uint32_t input, int64_t gap);
/* Closes monitor, spawner and loop, and asserts that nothing is left open, threads too. */
void watching_close(struct watching *watching);
/* Until the process has no more than so many. Up to their last steps they hold what a
   memory checker counts. */
bool threads_left(size_t most);
size_t threads_now(void);

/* A socket bound to a free port of 127.0.0.1; *port in host order. */
int bound_socket(int type, uint16_t *port);
struct endpoint loopback(uint16_t port);

#endif
