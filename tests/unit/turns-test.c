/* SPDX-License-Identifier: BSD-3-Clause */
/* The length of a loop's turns: what it does counts, waiting does not. */
#include "config.h"

#include "subagent/turns.h"

#include "common/clock.h"
#include "tests/unit/unit.h"

#define WAIT_MS 300
#define BUSY    (30 * MILLISECOND)

static uint64_t
count(const struct turns *turns)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < LATENESS_BUCKETS; i++)
		sum += turns->length.count[i];
	return sum;
}

static void
nothing(uv_timer_t *timer)
{
	(void)timer;
}

static void
busy(uv_timer_t *timer)
{
	int64_t until = clock_now().boot + BUSY;
	(void)timer;
	while (clock_now().boot < until)
		continue;
}

/* Some turns of a loop with a timer of that pace. */
static void
run(struct turns *turns, uv_timer_cb callback, uint64_t pace)
{
	uv_loop_t loop;
	uv_timer_t timer;
	uv_loop_init(&loop);
	CU_ASSERT_TRUE_FATAL(turns_open(turns, &loop));
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, callback, pace, pace);
	for (int turn = 0; turn < 3; turn++)
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	turns_close(turns);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	CU_ASSERT_TRUE(count(turns) >= 2);
}

static void
test_work(void)
{
	struct turns turns;
	run(&turns, busy, 1);
	CU_ASSERT_TRUE(turns.length.worst >= BUSY);
	/* Two clocks, read one after the other. */
	CU_ASSERT_TRUE(turns.work > 0);
	CU_ASSERT_TRUE(turns.work < turns.length.worst + BUSY / 2);
	turns_restart(&turns);
	CU_ASSERT_EQUAL(turns.length.worst + turns.work, 0);
}

/* A machine may stand still now and then: one run of several is enough. */
static void
test_waiting(void)
{
	struct turns turns;
	bool waited = false;
	for (int i = 0; i < 20 && !waited; i++) {
		run(&turns, nothing, WAIT_MS);
		waited = turns.length.worst < WAIT_MS * MILLISECOND / 2;
	}
	CU_ASSERT_TRUE(waited);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "what a turn does", test_work },
		{ "what it waits for", test_waiting },
	};
	return unit_run("turns", tests, sizeof(tests) / sizeof(tests[0]));
}
