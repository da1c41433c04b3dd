/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine: protected servers in one loop that never waits. */
#ifndef BELLWETHER_SUBAGENT_ENGINE_H
#define BELLWETHER_SUBAGENT_ENGINE_H

#include "subagent/options.h"

/* bellwetherd's life; returns its exit status: 0 it was told to stop (or --check found
   nothing), 1 it could not start (or --check found faults; all of them are printed). */
int engine_main(const struct options *options);

#endif
