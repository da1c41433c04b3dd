/* SPDX-License-Identifier: BSD-3-Clause */
/* A first look at a trace: what is wrong with it, how long it is, and what it lacks for a
   policy, or has too much. */
#ifndef BELLWETHER_TUI_OFFLINE_SURVEY_H
#define BELLWETHER_TUI_OFFLINE_SURVEY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/policy.h"

struct survey {
	uint64_t records;
	int64_t last;      /* time of the last record */
	bool looks;        /* it says when the daemon looked */
	bool started;      /* it says when it began, */
	int64_t start;     /* by the wall clock */
	uint32_t policies; /* other ones that the daemon took into use meanwhile */
};
/* False after saying on err what is wrong. Names that one of the two does not know are
   said there once each. */
bool survey_take(const char *trace, const char *path, const struct policy *policy,
		 struct survey *survey, FILE *err);

#endif
