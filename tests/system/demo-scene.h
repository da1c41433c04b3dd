/* SPDX-License-Identifier: BSD-3-Clause */
/* A scene for board-demo: two servers that could be somebody's, and clients that move. */
#ifndef BELLWETHER_TESTS_DEMO_SCENE_H
#define BELLWETHER_TESTS_DEMO_SCENE_H

#include <stdint.h>

#include "mib/tables.h"
#include "subagent/board.h"

/* Fills row n of a table, of this server. */
typedef void
scene_filler(enum mib_table table, uint32_t server, uint32_t n, union mib_any *row);

/* Changes a row that was filled from its index into one of the scene. */
void scene_fill(enum mib_table table, union mib_any *row, uint32_t clients);
/* How many of so many clients of the first server are in the selection. */
uint32_t scene_count(const char *selection, uint32_t clients);
/* Brings what runs a tenth further, and its clients to where they are then. */
void scene_step(struct board *board, uint32_t clients, struct mib_operation *operation,
		uint32_t operations, scene_filler *fill);
/* What a living engine does all the time: its readings are fresh. */
void scene_refresh(struct board *board, scene_filler *fill);

#endif
