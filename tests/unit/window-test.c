/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows: small cases by hand, random streams against brute force. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/random.h"
#include "policy/window.h"
#include "tests/unit/unit.h"

/* All that was ever said to a window. */
#define EVENTS_MAX 20000
struct history {
	struct {
		int64_t at;
		double value;
		bool known;
	} event[EVENTS_MAX];
	size_t events;
};

static void
remember(struct history *history, int64_t at, bool known, double value)
{
	size_t i = history->events++;
	history->event[i].at = at;
	history->event[i].known = known;
	history->event[i].value = value;
}

/* By definition: every stretch cut to the window. */
static bool
brute_force(const struct history *history, int64_t length, int64_t now,
	    struct window_view *view)
{
	double integral = 0, time = 0;
	bool known = false;

	view->maximum = -INFINITY;
	view->minimum = INFINITY;
	for (size_t i = 0; i < history->events; i++) {
		bool last = i + 1 == history->events;
		int64_t start = history->event[i].at;
		int64_t end = last ? now : history->event[i + 1].at;
		double value = history->event[i].value;
		if (start < now - length)
			start = now - length;
		if (!history->event[i].known || (end <= start && !last))
			continue;
		known = true;
		integral += value * (double)(end - start);
		time += (double)(end - start);
		view->maximum = fmax(view->maximum, value);
		view->minimum = fmin(view->minimum, value);
		if (time == 0)
			view->average = value;
	}
	if (time > 0)
		view->average = integral / time;
	return known;
}

static void
check_view(struct window *window, int64_t now, double average, double maximum,
	   double minimum)
{
	struct window_view view;
	CU_ASSERT_FATAL(window_look(window, now, &view));
	CU_ASSERT_DOUBLE_EQUAL(view.average, average, 1e-9);
	CU_ASSERT_EQUAL(view.maximum, maximum);
	CU_ASSERT_EQUAL(view.minimum, minimum);
}

static void
test_by_hand(void)
{
	struct window *window = window_new(10 * SECOND, SECOND, WINDOW_SLOTS_MAX);
	struct window_view view;

	CU_ASSERT_PTR_NOT_NULL_FATAL(window);
	CU_ASSERT(!window_look(window, 5 * SECOND, &view));
	window_add(window, 100 * SECOND, 10);
	/* The first value at once, and alone: not filled yet. */
	check_view(window, 100 * SECOND, 10, 10, 10);
	check_view(window, 103 * SECOND, 10, 10, 10);
	window_add(window, 104 * SECOND, 20);
	/* The newest counts as the maximum before any time went by. */
	check_view(window, 104 * SECOND, 10, 20, 10);
	check_view(window, 108 * SECOND, 15, 20, 10);
	check_view(window, 110 * SECOND, 16, 20, 10);
	/* 10 leaves the window by and by, and is gone at 114. */
	check_view(window, 113 * SECOND, 19, 20, 10);
	check_view(window, 114 * SECOND, 20, 20, 20);
	CU_ASSERT(window_look(window, 114 * SECOND, &view) && view.flat);
	window_free(window);
}

static void
test_unknown_stretches(void)
{
	struct window *window = window_new(10 * SECOND, SECOND, WINDOW_SLOTS_MAX);
	struct window_view view;

	window_break(window, 0);
	CU_ASSERT(!window_look(window, SECOND, &view));
	window_add(window, 10 * SECOND, 4);
	window_break(window, 12 * SECOND);
	window_break(window, 13 * SECOND);
	check_view(window, 15 * SECOND, 4, 4, 4);
	window_add(window, 16 * SECOND, 8);
	check_view(window, 20 * SECOND, (2 * 4 + 4 * 8) / 6., 8, 4);
	CU_ASSERT(window_look(window, 20 * SECOND, &view) && !view.flat);
	window_break(window, 20 * SECOND);
	check_view(window, 29 * SECOND, 8, 8, 8);
	CU_ASSERT(window_look(window, 29 * SECOND, &view) && !view.flat);
	CU_ASSERT(!window_look(window, 30 * SECOND, &view));
	/* A value that goes back in time stands from the latest time on. */
	window_add(window, 5 * SECOND, 1);
	check_view(window, 31 * SECOND, 1, 1, 1);
	window_free(window);
}

/* After huge values have left, nothing of them remains. */
static void
test_no_drift(void)
{
	struct window *window = window_new(10 * SECOND, SECOND, WINDOW_SLOTS_MAX);
	for (int64_t i = 0; i < 1000; i++)
		window_add(window, i * SECOND, i % 50 == 0 ? 1e18 : 0.1);
	check_view(window, 999 * SECOND, 0.1, 0.1, 0.1);
	window_free(window);
}

struct stream {
	struct random random;
	struct history history;
	struct window *window;
	int64_t length, interval, now;
};

/* One more event, no closer than half an interval. */
static void
play(struct stream *stream)
{
	struct random *random = &stream->random;
	int64_t gap = stream->interval / 2 +
		      (int64_t)random_below(random, (uint64_t)stream->interval);
	if (random_below(random, 20) == 0)
		gap += (int64_t)random_below(random, (uint64_t)stream->length);
	stream->now += gap;
	bool known = random_below(random, 10) > 0;
	double value = (double)random_below(random, 1000) - 300;
	if (random_below(random, 5) == 0)
		value *= 1e6;
	remember(&stream->history, stream->now, known, value);
	if (known)
		window_add(stream->window, stream->now, value);
	else
		window_break(stream->window, stream->now);
}

static unsigned
compare(struct stream *stream, int64_t now)
{
	struct window_view got = { 0 }, wanted = { 0 };
	bool known = window_look(stream->window, now, &got);
	bool wanted_known = brute_force(&stream->history, stream->length, now, &wanted);
	double slack = 1e-9 * (1 + fabs(wanted.maximum) + fabs(wanted.minimum));

	if (known == wanted_known &&
	    (!known ||
	     (fabs(got.average - wanted.average) <= slack &&
	      got.maximum == wanted.maximum && got.minimum == wanted.minimum)))
		return 0;
	printf("\n  at %lld: %d %g %g %g, not %d %g %g %g\n", (long long)now, known,
	       got.average, got.minimum, got.maximum, wanted_known, wanted.average,
	       wanted.minimum, wanted.maximum);
	return 1;
}

static void
test_random_streams(void)
{
	static struct stream stream;
	uint64_t seed = 20261123;
	unsigned wrong = 0, looks = 0;

	random_seed(&stream.random, seed);
	for (unsigned round = 0; round < 300 && wrong == 0; round++) {
		stream.interval = 1 + (int64_t)random_below(&stream.random, 2 * SECOND);
		stream.length =
		    1 + (int64_t)random_below(&stream.random,
					      (uint64_t)(100 * stream.interval));
		stream.now = (int64_t)random_below(&stream.random, DAY);
		stream.history.events = 0;
		stream.window =
		    window_new(stream.length, stream.interval, WINDOW_SLOTS_MAX);
		CU_ASSERT_PTR_NOT_NULL_FATAL(stream.window);
		for (unsigned i = 0; i < 400 && wrong == 0; i++) {
			play(&stream);
			if (random_below(&stream.random, 3) == 0)
				continue;
			looks++;
			/* Also later than the event; the next one is no earlier. */
			stream.now += (int64_t)random_below(&stream.random,
							    (uint64_t)stream.interval);
			wrong += compare(&stream, stream.now);
		}
		window_free(stream.window);
	}
	if (wrong > 0)
		printf("  seed %llu\n", (unsigned long long)seed);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(looks > 50000);
}

/* A long window does not fit: memory is bounded, and the answer is near. */
static void
test_coarse(void)
{
	static struct stream stream;
	struct window_view got, wanted;

	stream.interval = 100 * MILLISECOND;
	stream.length = 100 * SECOND;
	stream.window = window_new(stream.length, stream.interval, WINDOW_SLOTS_MAX);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream.window);
	struct window *day = window_new(DAY, stream.interval, WINDOW_SLOTS_MAX);
	CU_ASSERT_PTR_NOT_NULL_FATAL(day);
	CU_ASSERT(window_bytes(day) < 512 * 1024);
	window_free(day);
	day = window_new(DAY, stream.interval, WINDOW_SLOTS_MIN);
	CU_ASSERT_PTR_NOT_NULL_FATAL(day);
	CU_ASSERT(window_bytes(day) < 8 * 1024);
	window_free(day);
	/* Values come ten times as often as was said. */
	for (int64_t i = 0; i < EVENTS_MAX; i++) {
		int64_t at = i * 10 * MILLISECOND;
		double value = (double)((i * 7919) % 100);
		window_add(stream.window, at, value);
		remember(&stream.history, at, true, value);
		stream.now = at;
	}
	CU_ASSERT(window_look(stream.window, stream.now, &got));
	CU_ASSERT(brute_force(&stream.history, stream.length, stream.now, &wanted));
	CU_ASSERT_DOUBLE_EQUAL(got.average, wanted.average, 0.2);
	CU_ASSERT_EQUAL(got.maximum, wanted.maximum);
	CU_ASSERT_EQUAL(got.minimum, wanted.minimum);
	window_free(stream.window);
}

/* Far more values, and more changes, than slots. */
static void
test_overfull(void)
{
	struct window *window = window_new(SECOND, 100 * MILLISECOND, WINDOW_SLOTS_MAX);
	struct window_view view;
	for (int64_t i = 0; i < 100000; i++) {
		if (i % 3 == 2)
			window_break(window, i * 100);
		else
			window_add(window, i * 100, (double)(i % 3));
	}
	CU_ASSERT(window_look(window, 100000 * 100, &view));
	CU_ASSERT_DOUBLE_EQUAL(view.average, 0.5, 0.05);
	CU_ASSERT(view.maximum == 1 && view.minimum == 0);
	window_free(window);
}

static void
test_carry(void)
{
	struct window *old = window_new(20 * SECOND, SECOND, WINDOW_SLOTS_MAX);
	for (int64_t i = 0; i < 100; i++) {
		if (i % 10 == 4)
			window_break(old, i * SECOND);
		else
			window_add(old, i * SECOND, (double)(i % 7));
	}
	/* The same length, a shorter and a longer one remember the same events. */
	for (int64_t length = 10; length <= 40; length += 10) {
		struct window *window =
		    window_new(length * SECOND, SECOND, WINDOW_SLOTS_MAX);
		struct window *same =
		    window_new(length < 20 ? length * SECOND : 20 * SECOND, SECOND,
			       WINDOW_SLOTS_MAX);
		struct window_view got, wanted;
		window_carry(window, old);
		window_carry(same, window);
		CU_ASSERT(window_look(same, 99 * SECOND, &got));
		CU_ASSERT(
		    window_look(length < 20 ? window : old, 99 * SECOND, &wanted));
		CU_ASSERT_DOUBLE_EQUAL(got.average, wanted.average, 1e-9);
		CU_ASSERT_EQUAL(got.maximum, wanted.maximum);
		CU_ASSERT_EQUAL(got.minimum, wanted.minimum);
		window_free(same);
		window_free(window);
	}
	/* Nothing remembered, nothing carried. */
	struct window *empty = window_new(SECOND, SECOND, WINDOW_SLOTS_MAX);
	struct window *next = window_new(SECOND, SECOND, WINDOW_SLOTS_MAX);
	struct window_view view;
	window_carry(next, empty);
	CU_ASSERT(!window_look(next, 0, &view));
	window_free(next);
	window_free(empty);
	window_free(old);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "by hand", test_by_hand },
		{ "unknown stretches", test_unknown_stretches },
		{ "no drift", test_no_drift },
		{ "random streams against brute force", test_random_streams },
		{ "coarse slots", test_coarse },
		{ "more values than slots", test_overfull },
		{ "carried over a reload", test_carry },
	};
	return unit_run("window", tests, ARRAY_SIZE(tests));
}
