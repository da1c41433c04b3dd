/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and poller say to each other: one packet a question, one an answer. */
#ifndef BELLWETHER_MONITOR_POLL_WIRE_H
#define BELLWETHER_MONITOR_POLL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/probe.h"
#include "common/sample.h"

/* Objects of one question: a GET of that many fits a datagram that no path cuts into
   many pieces. */
#define POLL_OBJECTS 64
/* Bytes of any text in a question. */
#define POLL_TEXT         255
#define POLL_QUESTION_MAX (40 + (6 + POLL_OBJECTS) * (POLL_TEXT + 1))
#define POLL_ANSWER_HEAD  16
#define POLL_ANSWER_MAX   (POLL_ANSWER_HEAD + POLL_OBJECTS * (10 + SAMPLE_TEXT))

/* Everything that it takes to ask: the poller keeps no list of its own, so that a new one
   goes on where the last one ended. Strings point into the packet. */
struct poll_question {
	uint64_t id;
	int64_t timeout; /* us, 1 ms to 1 day */
	struct endpoint agent;
	struct snmp_access access;
	const char *object[POLL_OBJECTS]; /* as oid_parse() reads them */
	bool texts; /* a string is a value of its own: its text, not a number in it */
	size_t objects; /* 1 or more */
};

/* Returns the size, 0 when it does not fit. */
size_t poll_question_encode(const struct poll_question *question,
			    uint8_t packet[POLL_QUESTION_MAX]);
/* False unless every byte was understood. */
bool poll_question_decode(const uint8_t *packet, size_t size,
			  struct poll_question *question);

struct poll_finding {
	enum ending ending;
	double value; /* finite; ENDING_VALUE only, else 0 */
	char text
	    [SAMPLE_TEXT]; /* not cleaned: parts of it may be the agent's; of a value
	                           "", or a string's beginning */
};

struct poll_answer {
	uint64_t id;
	struct poll_finding finding[POLL_OBJECTS]; /* in the question's order */
	size_t findings;
};

size_t
poll_answer_encode(const struct poll_answer *answer, uint8_t packet[POLL_ANSWER_MAX]);
bool poll_answer_decode(const uint8_t *packet, size_t size, struct poll_answer *answer);

#endif
