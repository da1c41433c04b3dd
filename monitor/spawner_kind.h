/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two spawners have in common, and what the runner asks of the local one. */
#ifndef BELLWETHER_MONITOR_SPAWNER_KIND_H
#define BELLWETHER_MONITOR_SPAWNER_KIND_H

#include "monitor/child.h"
#include "monitor/spawner.h"

struct spawner_kind {
	uint64_t (*run)(struct spawner *spawner, const char *const *argv,
			const char *user, int64_t timeout, spawn_done *done,
			void *context);
	void (*kill)(struct spawner *spawner, uint64_t handle);
	void (*close)(struct spawner *spawner, void (*closed)(void *context),
		      void *context);
};

/* First in the struct of each. */
struct spawner {
	const struct spawner_kind *kind;
};

/* spawner_run() of a local one with all of an identity. */
uint64_t local_run(struct spawner *spawner, const char *const *argv,
		   const struct identity *identity, int64_t timeout, spawn_done *done,
		   void *context);

#endif
