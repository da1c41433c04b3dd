/* SPDX-License-Identifier: BSD-3-Clause */
/* A trace's file, record by record. */
#ifndef BELLWETHER_TUI_OFFLINE_TRACE_H
#define BELLWETHER_TUI_OFFLINE_TRACE_H

#include <stdbool.h>
#include <stdio.h>

#include "common/trace.h"

struct trace_walk {
	/* False ends the walk. */
	bool (*record)(void *context, const struct trace_record *record,
		       const struct trace_head *head);
	void *context;
	FILE *
	    err; /* what is wrong is said there, each as FILE:LINE: ...; NULL: nowhere */
};
/* Bounded memory, whatever the length. False when the file cannot be read or a line is
   wrong; the walk goes on behind a wrong line, up to some number of them. */
bool trace_walk(const char *path, const struct trace_walk *walk);

#endif
