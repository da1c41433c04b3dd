/* SPDX-License-Identifier: BSD-3-Clause */
/* What is supposed of a server: values given by hand, or out of a trace, to its judge. */
#ifndef BELLWETHER_TUI_OFFLINE_SUPPOSE_H
#define BELLWETHER_TUI_OFFLINE_SUPPOSE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/sample.h"
#include "fleet/fleet.h"
#include "policy/judge.h"
#include "policy/look.h"
#include "policy/policy.h"

struct supposed_input {
	bool given;   /* by --set */
	bool unknown; /* given as such */
	bool traced;  /* sample is the trace's last */
	struct sample sample;
};
struct supposed_alternate {
	bool given, silent;
	bool heard; /* health is, of the trace or by --set */
	struct fleet_health health;
};

#define SUPPOSE_PAUSES 3
#define SUPPOSE_WHY    160
struct suppose {
	const struct policy *policy;
	struct judge *judge;
	int64_t now; /* boot time: it begins at DAY */
	int64_t held;
	bool held_given;
	struct look look; /* where the trace does not say when it was looked */
	struct verdict verdict;
	struct supposed_input *input;         /* one an input */
	struct supposed_alternate *alternate; /* one an alternate */
	uint8_t *marks;                       /* one a client: for selections */
	/* Why, of each PAUSED_ bit; "" not. */
	char pause[SUPPOSE_PAUSES][SUPPOSE_WHY];
	char paused[SUPPOSE_WHY]; /* one of them; "" not paused */
	char traced[80]; /* digest of the policy that it was under; "" not known */
};

/* False, said on err, without memory. policy outlives it. */
bool suppose_new(struct suppose *suppose, const struct policy *policy, FILE *err);
void suppose_free(struct suppose *suppose);
/* "cpu=97,radiusd=down,aaa2.performance=80": false, said on err. */
bool suppose_set(struct suppose *suppose, const char *text, FILE *err);
/* Whether it is a time of a trace: "" its end; else as its lines begin. */
bool suppose_at(const char *at, FILE *err);
/* What the trace has up to that time. False, said on err. */
bool
suppose_trace(struct suppose *suppose, const char *path, const char *at, FILE *err);
/* Lets what was given hold for suppose->held, which is long enough for any condition unless
   it was given, and judges. */
void suppose_judge(struct suppose *suppose);

#endif
