/* SPDX-License-Identifier: BSD-3-Clause */
/* How long the screen takes to show what a key does, measured where both are known. */
#ifndef BELLWETHER_TUI_PACE_H
#define BELLWETHER_TUI_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The newest so many are kept. */
#define PACE_KEPT 4096u

/* Microseconds: by the clock, and of the thread's processor. */
struct pace_time {
	int64_t clock, processor;
};
struct pace {
	bool on;
	bool pressed; /* a key was read whose effect is not on the screen yet */
	struct pace_time began;
	struct pace_time took[PACE_KEPT];
	size_t count; /* of all */
};

void pace_key(struct pace *pace, struct pace_time now);
void pace_shown(struct pace *pace, struct pace_time now);
/* "keys 200 p50 1.20 p99 3.05 most 4.11 ms; of the processor ..."; sorts what was kept. */
void pace_write(struct pace *pace, FILE *out);
/* The calling thread's. */
struct pace_time pace_now(void);

#endif
