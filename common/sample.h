/* SPDX-License-Identifier: BSD-3-Clause */
/* What a probe found out: one sample per input, with how it ended. */
#ifndef BELLWETHER_COMMON_SAMPLE_H
#define BELLWETHER_COMMON_SAMPLE_H

#include <stdint.h>

/* How asking ended. The order is the order of the design's text; what an ending means
   for an input is the policy's business (see struct policy_input). */
enum ending {
	ENDING_VALUE = 1, /* an answer, and its value */
	ENDING_TIMEOUT,   /* asked, nothing in time */
	ENDING_ABSENT,    /* refused, no such process, no such thing */
	ENDING_FAILED     /* could not ask at all: says nothing about the server */
};

#define SAMPLE_TEXT 120

struct sample {
	uint32_t input; /* index among the policy's inputs */
	enum ending ending;
	double value;           /* finite; only with ENDING_VALUE */
	int64_t asked;          /* boot time when asking began */
	int64_t at;             /* boot time when it ended */
	char text[SAMPLE_TEXT]; /* for people: "connection refused"; may be empty */
};

/* "value" "timeout" "absent" "failed". */
const char *ending_name(enum ending ending);

#endif
