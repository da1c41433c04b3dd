/* SPDX-License-Identifier: BSD-3-Clause */
/* A sliding window over a step function: time-weighted average, maximum and minimum of
   the last so many us, in memory allotted once.

   A value holds until the next one. Stretches in which it was unknown are left out; a
   window that is not filled yet covers what there is. Exact as long as values come no
   closer together than half the interval it was made for and its slots suffice (4,096 are
   enough for 2,000 intervals); beyond that neighbours share a slot, and only the slot at the
   window's far edge is counted in proportion. */
#ifndef BELLWETHER_POLICY_WINDOW_H
#define BELLWETHER_POLICY_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW_SLOTS_MIN 64u
#define WINDOW_SLOTS_MAX 4096u

struct window;
/* length and interval in us, both positive; at most so many slots (of 72 bytes), from
   WINDOW_SLOTS_MIN to WINDOW_SLOTS_MAX. NULL only without memory. */
struct window *window_new(int64_t length, int64_t interval, uint32_t most);
void window_free(struct window *window);

/* From `at` on the value is this. Time that goes back counts as the latest seen. */
void window_add(struct window *window, int64_t at, double value);
/* From `at` on the value is unknown. */
void window_break(struct window *window, int64_t at);

struct window_view {
	double average;
	/* Values held for no time do not count, but for the present one. */
	double maximum, minimum;
	bool flat; /* one value all through: looking later shows the same */
};
/* What the window ending at now shows; false when no part of it is known. */
bool window_look(struct window *window, int64_t now, struct window_view *view);

/* Takes over what another window over the same input remembers. The new one is empty. */
void window_carry(struct window *window, const struct window *old);
/* Bytes it holds. */
size_t window_bytes(const struct window *window);

#endif
