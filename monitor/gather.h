/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's own figures at one moment: everything of the system probe that is read from
   files, and so on a thread. */
#ifndef BELLWETHER_MONITOR_GATHER_H
#define BELLWETHER_MONITOR_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/probe.h"
#include "monitor/links.h"
#include "monitor/proc.h"
#include "monitor/worker.h"

struct gather {
	bool wanted[SYSTEM_COUNT];
	struct cpu_ticks ticks; /* of the sample before */
	char **link;            /* names, owned */
	size_t links;
	char *buffer; /* for one file; owned */
	/* Results. [SYSTEM_NETWORK] only says whether `network` could be read. */
	struct reading reading[SYSTEM_COUNT];
	struct links_up network;
};

/* Copies what it needs of the probe, and takes the first processor times, so that the
   first sample already has one before it. NULL without memory. */
struct gather *gather_new(const struct probe *probe);
void gather_free(void *gather);
/* Fills the readings that are wanted. */
void gather_run(void *gather);

#endif
