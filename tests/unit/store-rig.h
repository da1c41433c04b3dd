/* SPDX-License-Identifier: BSD-3-Clause */
/* A store in a folder of its own, and a loop that turns until something is so. */
#ifndef BELLWETHER_TESTS_STORE_RIG_H
#define BELLWETHER_TESTS_STORE_RIG_H

#include "common/clock.h"
#include "subagent/store.h"

#define DEADLINE (20 * SECOND)

struct rig {
	char folder[64];
	char path[96];
	const char *vfs;
	uv_loop_t loop;
	struct store *store;
	unsigned durable, idle, failed, recovered, anew;
	struct fleet_block block;
};

/* Errors logged since rig_make(), once rig_listen() was called. */
extern unsigned rig_errors;
void rig_listen(void);

void rig_make(struct rig *rig);
bool rig_open(struct rig *rig, char why[STORE_WHY]);
void rig_start(struct rig *rig); /* opens too */
void rig_close(struct rig *rig);
void rig_remove(struct rig *rig);
/* Runs the loop until *counter reaches value. */
bool rig_reach(struct rig *rig, const unsigned *counter, unsigned value);

/* A client whose every field has a value of its own, and one of aaa1 put. */
struct fleet_record rig_record(uint32_t index);
void rig_put(struct store *store, uint32_t index);

bool rig_complete(struct store *store);
/* By a connection of somebody else's. */
void rig_sql(const char *path, const char *sql);

#endif
