/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a RADIUS server what it has counted of one of its clients: one question at a time,
   each of which ends. */
#ifndef BELLWETHER_MONITOR_COUNTERS_H
#define BELLWETHER_MONITOR_COUNTERS_H

#include <stdint.h>
#include <uv.h>

#include "common/address.h"
#include "common/sample.h"

struct counters;

enum counters_ending {
	COUNTERS_NONE = 1, /* why says what came instead of an answer */
	COUNTERS_NOBODY,   /* the server has no such client */
	COUNTERS_REQUESTS, /* of the client with that address */
	COUNTERS_SECTION   /* the addresses of the client with that number */
};
struct counters_answer {
	enum counters_ending ending;
	uint64_t requests;
	struct prefix section;
	char why[SAMPLE_TEXT];
};

struct counters_options {
	uv_loop_t *loop;
	struct endpoint server;
	/* By reference: must live until counters_close(). */
	const uint8_t *secret;
	size_t secret_size;
	uint32_t statistics; /* mask of what counts: 1 authentication, 2 accounting */
	int64_t timeout;     /* us */
	/* One call a question, from the loop, never from inside of asking. */
	void (*answered)(void *context, const struct counters_answer *answer);
	void *context;
};

/* NULL only without memory. */
struct counters *counters_open(const struct counters_options *options);
/* Not before the question before was answered. */
void counters_ask_client(struct counters *counters, const struct address *client);
void counters_ask_section(struct counters *counters, uint32_t number);
/* No calls from now on; memory goes when the loop has let go. NULL is fine. */
void counters_close(struct counters *counters);

#endif
