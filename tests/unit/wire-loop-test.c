/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's wire in a loop: how much it takes in a turn, and that it knows of the rest. */
#include "config.h"

#include "subagent/wire.h"

#include <sys/socket.h>

#include "common/clock.h"
#include "tests/unit/unit.h"

#define PORT 43217
#define SENT 700u /* more than a turn takes, and than the buffer loses */
#define WAIT (20 * SECOND)

struct seen {
	unsigned received, turns, behind;
	unsigned first; /* what the first turn took */
};

static void
on_received(void *context, struct wire *wire, const struct datagram *datagram)
{
	struct seen *seen = context;
	(void)wire;
	(void)datagram;
	seen->received++;
}

static void
on_turn(void *context, struct wire *wire)
{
	struct seen *seen = context;
	if (seen->turns++ == 0)
		seen->first = seen->received;
	seen->behind += wire_behind(wire);
}

static void
on_error(void *context, const struct address *to, int error)
{
	(void)context;
	(void)to;
	(void)error;
}

static struct channel *
open_channel(const char *local, uint16_t port)
{
	char why[CHANNEL_WHY];
	struct channel_options options = { .transport = TRANSPORT_UDP,
					   .family = AF_INET,
					   .port = port };
	CU_ASSERT_FATAL(prefix_parse(local, &options.local));
	struct channel *channel = channel_open(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	return channel;
}

static void
send_some(struct channel *channel, unsigned count)
{
	static struct datagram datagram;
	int error;
	CU_ASSERT_FATAL(address_parse("127.0.0.1", &datagram.to.address));
	datagram.to.port = PORT;
	datagram.size = 80;
	put_u32(datagram.bytes, MESSAGE_MAGIC);
	for (unsigned i = 0; i < count; i++)
		CU_ASSERT_EQUAL(channel_send(channel, &datagram, 1, &error), 1);
}

/* Until as many have been received. */
static void
run(uv_loop_t *loop, const struct seen *seen, unsigned count)
{
	int64_t until = clock_now().boot + WAIT;
	while (seen->received < count && clock_now().boot < until)
		uv_run(loop, UV_RUN_NOWAIT);
	CU_ASSERT_EQUAL(seen->received, count);
}

static void
test_behind(void)
{
	uv_loop_t loop;
	struct seen seen = { 0 };
	const struct wire_calls calls = { &seen, on_received, on_turn, on_error };
	struct channel *from = open_channel("127.0.0.2", PORT + 1);
	uv_loop_init(&loop);
	struct wire *wire = wire_open(&loop, open_channel("127.0.0.1", PORT), &calls);
	CU_ASSERT_PTR_NOT_NULL_FATAL(wire);
	CU_ASSERT_FALSE(wire_behind(wire));
	send_some(from, SENT);
	run(&loop, &seen, SENT);
	/* There is something else to do in between, and that knows of the rest. */
	CU_ASSERT_TRUE(seen.turns >= 2);
	CU_ASSERT_TRUE(seen.first < SENT);
	CU_ASSERT_TRUE(seen.behind >= 1);
	CU_ASSERT_TRUE(seen.behind < seen.turns);
	CU_ASSERT_FALSE(wire_behind(wire));
	seen = (struct seen){ 0 };
	send_some(from, 10);
	run(&loop, &seen, 10);
	CU_ASSERT_EQUAL(seen.behind, 0);
	wire_close(wire);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	channel_close(from);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "more than a turn takes", test_behind },
	};
	return unit_run("wire-loop", tests, sizeof(tests) / sizeof(tests[0]));
}
