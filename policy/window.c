/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue of slots with running aggregates from both ends, so that a look costs the same
   whatever the window's length, and nothing is ever subtracted: sums of what remains are
   as exact as sums made anew. */
#include "config.h"

#include "policy/window.h"

#include <math.h>
#include <stdlib.h>

/* What a stretch of time amounts to. */
struct sum {
	double integral; /* of the known value over time, value * us */
	int64_t known;   /* us in which the value was known */
	double maximum, minimum;
};
static const struct sum nothing = { 0, 0, -INFINITY, INFINITY };

struct slot {
	int64_t start; /* it ends where the next one starts, the last one at `seen` */
	struct sum own;
	struct sum to_middle; /* front slots: from this one up to the middle */
};

/* Slots head .. tail - 1 are counted up without bound and stored modulo slots. Those
   before middle are the front; its aggregates are ready in each slot. Those from middle
   on, less the last, which still grows, are summed up in `back`. When the front is used
   up, the back becomes the front (a queue made of two stacks): each slot is summed
   twice in its life. */
struct window {
	int64_t length;
	int64_t width; /* a slot takes neighbours in until it is that long */
	uint64_t head, middle, tail;
	struct sum back;
	int64_t seen; /* the time up to which slots are filled */
	double value; /* the present one */
	bool known;
	uint32_t slots;
	struct slot slot[];
};

static struct slot *
slot_at(struct window *window, uint64_t i)
{
	return &window->slot[i % window->slots];
}

static double
greater(double a, double b)
{
	return a > b ? a : b;
}

static double
lesser(double a, double b)
{
	return a < b ? a : b;
}

static void
add(struct sum *sum, const struct sum *other)
{
	sum->integral += other->integral;
	sum->known += other->known;
	sum->maximum = greater(sum->maximum, other->maximum);
	sum->minimum = lesser(sum->minimum, other->minimum);
}

struct window *
window_new(int64_t length, int64_t interval, uint32_t most)
{
	/* Half an interval, so that jitter makes no two values share a slot; some more for
	   the one that grows, the edge, and changes between known and unknown. */
	int64_t halves = length / ((interval + 1) / 2) + 1;
	uint32_t spare = 16;
	uint32_t slots = halves < most - spare ? (uint32_t)halves + spare : most;
	struct window *window =
	    calloc(1, sizeof(*window) + slots * sizeof(window->slot[0]));
	if (!window)
		return NULL;
	window->length = length;
	window->slots = slots;
	window->width = (length + slots - spare - 1) / (slots - spare);
	window->back = nothing;
	return window;
}

void
window_free(struct window *window)
{
	free(window);
}

size_t
window_bytes(const struct window *window)
{
	return sizeof(*window) + window->slots * sizeof(window->slot[0]);
}

/* Fills the growing slot up to `at` with the present value. */
static void
fill(struct window *window, int64_t at)
{
	if (window->tail == window->head || at <= window->seen)
		return;
	if (window->known) {
		struct sum held = { .integral =
					window->value * (double)(at - window->seen),
				    .known = at - window->seen,
				    .maximum = window->value,
				    .minimum = window->value };
		add(&slot_at(window, window->tail - 1)->own, &held);
	}
	window->seen = at;
}

/* The whole back, less the growing slot, becomes the front. */
static void
turn(struct window *window)
{
	struct sum sum = nothing;
	uint64_t i = window->tail - 1;

	window->middle = i;
	window->back = nothing;
	while (i-- > window->head) {
		add(&sum, &slot_at(window, i)->own);
		slot_at(window, i)->to_middle = sum;
	}
}

/* Drops slots that ended before the window begins; the growing one stays. */
static void
drop(struct window *window, int64_t begin)
{
	while (window->tail - window->head > 1 &&
	       slot_at(window, window->head + 1)->start <= begin) {
		if (window->head == window->middle)
			turn(window);
		window->head++;
	}
}

/* From `at` on, a new slot grows; or the last one goes on when it is short still. */
static void
step(struct window *window, int64_t at, bool known)
{
	uint64_t count = window->tail - window->head;

	if (count > 0) {
		const struct slot *last = slot_at(window, window->tail - 1);
		bool stands = last->start == at;
		bool fits = at - last->start < window->width && known == window->known;
		if (stands || fits || count == window->slots)
			return;
		/* What came before the middle is the front's, and has been summed. */
		add(&window->back, &last->own);
	}
	*slot_at(window, window->tail) = (struct slot){ at, nothing, nothing };
	window->tail++;
}

static void
change(struct window *window, int64_t at, double value, bool known)
{
	if (window->tail == window->head)
		window->seen = at;
	else if (at < window->seen)
		at = window->seen;
	fill(window, at);
	drop(window, at - window->length);
	step(window, at, known);
	window->value = value;
	window->known = known;
}

void
window_add(struct window *window, int64_t at, double value)
{
	change(window, at, value, true);
}

void
window_break(struct window *window, int64_t at)
{
	if (window->tail != window->head && window->known)
		change(window, at, 0, false);
}

/* The part of a slot's sum that lies after begin. */
static struct sum
share_after(const struct slot *slot, int64_t end, int64_t begin)
{
	struct sum sum = slot->own;
	if (slot->start < begin && end > begin) {
		double share = (double)(end - begin) / (double)(end - slot->start);
		/* A slot known all through, the usual one, keeps whole us. */
		sum.known = sum.known == end - slot->start
				? end - begin
				: (int64_t)((double)sum.known * share);
		sum.integral *= share;
	}
	return sum;
}

/* Everything in the window, given that the first slot reaches into it. */
static struct sum
sum_up(struct window *window, int64_t begin)
{
	uint64_t head = window->head, last = window->tail - 1;
	struct sum sum;

	if (head == last)
		return share_after(slot_at(window, head), window->seen, begin);
	/* The first slot may count in part, so it must not be within `back`. */
	if (head == window->middle)
		turn(window);
	sum =
	    share_after(slot_at(window, head), slot_at(window, head + 1)->start, begin);
	if (head + 1 < window->middle)
		add(&sum, &slot_at(window, head + 1)->to_middle);
	add(&sum, &window->back);
	add(&sum, &slot_at(window, last)->own);
	return sum;
}

bool
window_look(struct window *window, int64_t now, struct window_view *view)
{
	if (window->tail == window->head)
		return false;
	if (now < window->seen)
		now = window->seen;
	fill(window, now);
	drop(window, now - window->length);
	struct sum sum = sum_up(window, now - window->length);
	if (window->known) {
		sum.maximum = greater(sum.maximum, window->value);
		sum.minimum = lesser(sum.minimum, window->value);
	}
	if (sum.known == 0 && !window->known)
		return false;
	view->average =
	    sum.known > 0 ? sum.integral / (double)sum.known : window->value;
	view->maximum = sum.maximum;
	view->minimum = sum.minimum;
	view->flat = window->known && sum.maximum == sum.minimum;
	return true;
}

void
window_carry(struct window *window, const struct window *old)
{
	for (uint64_t i = old->head; i < old->tail; i++) {
		const struct slot *slot = &old->slot[i % old->slots];
		bool last = i + 1 == old->tail;
		if (slot->own.known > 0)
			window_add(window, slot->start,
				   slot->own.integral / (double)slot->own.known);
		else if (!last)
			window_break(window, slot->start);
	}
	if (old->tail == old->head)
		return;
	if (old->known)
		window_add(window, old->seen, old->value);
	else
		window_break(window, old->seen);
}
