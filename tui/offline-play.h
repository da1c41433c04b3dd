/* SPDX-License-Identifier: BSD-3-Clause */
/* One policy over one trace. */
#ifndef BELLWETHER_TUI_OFFLINE_PLAY_H
#define BELLWETHER_TUI_OFFLINE_PLAY_H

#include <stdbool.h>
#include <stdio.h>

#include "tui/offline-crowd.h"
#include "tui/offline-report.h"
#include "tui/offline-survey.h"

/* What of a trace is played, and with what clients. */
struct play {
	const char *trace;
	struct survey survey;
	struct crowd_options options;
	int64_t end; /* time since the start */
};

/* run->path and ->policy are given; the rest is filled and is run_free()'s. False without
   memory, or when the trace cannot be read any more. */
bool play_run(const struct play *play, struct run *run, struct timeline *timeline,
	      FILE *err);
void run_free(struct run *run);
/* Wall clock of the start. */
int64_t play_start(const struct play *play);

#endif
