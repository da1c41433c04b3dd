/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of the two spawners a call is for. */
#include "config.h"

#include "monitor/spawner.h"

#include "monitor/spawner_kind.h"

uint64_t
spawner_run(struct spawner *spawner, const char *const *argv, const char *user,
	    int64_t timeout, spawn_done *done, void *context)
{
	return spawner->kind->run(spawner, argv, user, timeout, done, context);
}

void
spawner_kill(struct spawner *spawner, uint64_t handle)
{
	spawner->kind->kill(spawner, handle);
}

void
spawner_close(struct spawner *spawner, void (*closed)(void *context), void *context)
{
	spawner->kind->close(spawner, closed, context);
}
