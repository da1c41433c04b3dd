/* SPDX-License-Identifier: BSD-3-Clause */
/* How long each turn of a loop is: what is due meanwhile, or arrives, is late by it. */
#ifndef BELLWETHER_SUBAGENT_TURNS_H
#define BELLWETHER_SUBAGENT_TURNS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "subagent/lateness.h"

struct turns {
	uv_prepare_t prepare;
	uint64_t idle;  /* ns that the loop has waited, as it was last seen */
	int64_t at;     /* when that was */
	int64_t used;   /* us of processor time, as it was last read */
	int64_t unread; /* us that turns have taken since */
	struct lateness length;
	int64_t work; /* us, the most that a turn's own work took of a processor */
};

/* Before the loop runs. Does not keep it running; ends with turns_close(). */
bool turns_open(struct turns *turns, uv_loop_t *loop);
void turns_close(struct turns *turns);
/* Begins to count anew. */
void turns_restart(struct turns *turns);

#endif
