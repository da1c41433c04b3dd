/* SPDX-License-Identifier: BSD-3-Clause */
/* A trace in files: read record by record, and where the daemon keeps its own. */
#ifndef BELLWETHER_TUI_OFFLINE_INPUT_H
#define BELLWETHER_TUI_OFFLINE_INPUT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/trace.h"

struct trace_input;

/* path "-" is standard input. NULL, said on err, when it cannot be read. */
struct trace_input *trace_input_open(const char *path, FILE *err);
void trace_input_close(struct trace_input *input);
/* The next record; NULL at the end. Bad lines are said on err and passed by, some
   of them. */
const struct trace_record *trace_input_next(struct trace_input *input, FILE *err);
/* Of the last record, which could be read and not be understood: a bad line too. */
void trace_input_wrong(struct trace_input *input, const char *why, FILE *err);
const struct trace_head *trace_input_head(const struct trace_input *input);
/* Bad lines, and an end by a read that failed. */
uint32_t trace_input_faults(const struct trace_input *input);

/* "2h": so long before now; or a time of the clock. */
bool trace_wall(const char *text, int64_t now, int64_t *wall);

/* The two files of a server in the daemon's state folder; server NULL: the only one there
   is. False, said on err. */
struct trace_pair {
	struct trace_input *part[2]; /* older first; either may be NULL */
};
bool trace_pair_open(const char *state, const char *server, struct trace_pair *pair,
		     FILE *err);
void trace_pair_close(struct trace_pair *pair);

#endif
