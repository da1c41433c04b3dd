/* SPDX-License-Identifier: BSD-3-Clause */
/* The file STATE/pause: while it exists the daemon is paused, whoever says what. */
#ifndef BELLWETHER_SUBAGENT_PAUSE_H
#define BELLWETHER_SUBAGENT_PAUSE_H

#include <stdbool.h>
#include <uv.h>

#define PAUSE_REASON 120

struct pause;

/* Looks once, now, and calls changed() when the file is there; then each second, and
   when the system reports that the folder changed. reason is the file's first line,
   cleaned, "" when it has none or cannot be read. NULL without memory. */
struct pause *
pause_open(uv_loop_t *loop, const char *folder,
	   void (*changed)(void *context, bool paused, const char *reason),
	   void *context);
void pause_close(struct pause *pause);

/* Blocks on the disk; true when the file exists. */
bool pause_look(const char *folder, char reason[PAUSE_REASON]);

#endif
