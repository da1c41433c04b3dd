/* SPDX-License-Identifier: BSD-3-Clause */
/* A judge on a hand-made policy, in virtual time. */
#ifndef BELLWETHER_TESTS_COURT_H
#define BELLWETHER_TESTS_COURT_H

#include "common/bytes.h"
#include "common/clock.h"
#include "policy/judge.h"

/* The inputs of every policy here. All intervals are 1 s. */
enum {
	CPU,    /* not the server's */
	RTT,    /* worst: timeout, 800 ms */
	FREE,   /* worst: zero */
	COUNT,  /* of the server, but nothing sensible when it is silent */
	SLOW,   /* not the server's, but its worst is known */
	RADIUS, /* mandatory, rise 2, fall 3 */
	SYSLOG, /* dependent */
	PLUGIN, /* mandatory, not asking the server */
	DROPS,  /* a counter's growth a second */
	INPUTS
};
extern struct policy_input inputs[INPUTS];

/* A policy, its judge, and a clock. */
struct court {
	struct policy policy;
	struct policy_when when[4];
	struct judge *judge;
	struct verdict verdict;
	int64_t now;
};

struct rule {
	const char *name, *test;
	int64_t duration;
};

/* Failover below 30 for 10 s, connection above 60 for 20 s. */
void open_court(struct court *court, const char *performance, const struct rule *rule,
		size_t rules);
void close_court(struct court *court);
void sample_text(struct court *court, uint32_t input, enum ending ending, double value,
		 const char *text);
void sample(struct court *court, uint32_t input, enum ending ending, double value);
const struct verdict *decide(struct court *court);
/* Seconds of a steady value, judged each second. */
const struct verdict *
steady(struct court *court, uint32_t input, double value, int seconds);
const struct reading *reading(const struct court *court, uint32_t input);
const struct condition *condition(const struct court *court, uint32_t i);
/* Whatever does not compile ends the test. */
struct expression *compile(const char *text);
/* The condition is explained by exactly these words. */
void check_explained(const struct court *court, uint32_t i, const char *wanted);

#endif
