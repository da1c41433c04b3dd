/* SPDX-License-Identifier: BSD-3-Clause */
/* The least that can answer for a table over AgentX: a raw handler over a sorted array. */
#ifndef BELLWETHER_BENCH_BARE_AGENT_H
#define BELLWETHER_BENCH_BARE_AGENT_H

#include <stdint.h>

/* In place of MIB_BASE. */
#define BARE_BASE 1, 3, 6, 1, 4, 1, 8072, 9999, 9998

/* Answers for so many rows of a table like bwClientTable, until it is killed; returns when
   it cannot start. */
void bare_agent(const char *socket, uint32_t count);

#endif
