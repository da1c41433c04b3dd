/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to the runner and its replies: round trips, bounds, and what is refused. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/wire.h"
#include "tests/unit/unit.h"

static struct request
sample_request(void)
{
	return (struct request){ .kind = WIRE_RUN,
				 .id = UINT64_C(0x1122334455667788),
				 .timeout = 800 * MILLISECOND,
				 .user = "nobody",
				 .argument = { "/bin/check", "-a", "", "b c" } };
}

static void
test_round_trip(void)
{
	uint8_t packet[WIRE_REQUEST_MAX];
	struct request out = sample_request(), in;
	size_t size = request_encode(&out, packet);
	CU_ASSERT_FATAL(size > 0);
	CU_ASSERT_FATAL(request_decode(packet, size, &in));
	CU_ASSERT_EQUAL(in.kind, WIRE_RUN);
	CU_ASSERT_EQUAL(in.id, out.id);
	CU_ASSERT_EQUAL(in.timeout, out.timeout);
	CU_ASSERT_STRING_EQUAL(in.user, "nobody");
	for (size_t i = 0; i < 4; i++)
		CU_ASSERT_STRING_EQUAL(in.argument[i], out.argument[i]);
	CU_ASSERT_PTR_NULL(in.argument[4]);
	out.user = NULL;
	size = request_encode(&out, packet);
	CU_ASSERT_FATAL(request_decode(packet, size, &in));
	CU_ASSERT_PTR_NULL(in.user);
	struct request stop = { .kind = WIRE_KILL, .id = 9 };
	size = request_encode(&stop, packet);
	CU_ASSERT_FATAL(request_decode(packet, size, &in));
	CU_ASSERT_EQUAL(in.kind, WIRE_KILL);
	CU_ASSERT_EQUAL(in.id, 9);
}

static void
test_refused(void)
{
	uint8_t packet[WIRE_REQUEST_MAX + 1];
	struct request out = sample_request(), in;
	size_t size = request_encode(&out, packet);
	for (size_t cut = 0; cut < size; cut++)
		CU_ASSERT_FALSE(request_decode(packet, cut, &in));
	packet[size] = 0;
	CU_ASSERT_FALSE(request_decode(packet, size + 1, &in));
	packet[0] = 3;
	CU_ASSERT_FALSE(request_decode(packet, size, &in));
	packet[0] = WIRE_RUN;
	packet[1] = 0;
	CU_ASSERT_FALSE(request_decode(packet, size, &in));
	packet[1] = PROBE_ARGUMENTS + 1;
	CU_ASSERT_FALSE(request_decode(packet, size, &in));
	out.timeout = DAY + 1;
	CU_ASSERT_FALSE(request_decode(packet, request_encode(&out, packet), &in));
	out.timeout = -1;
	CU_ASSERT_FALSE(request_decode(packet, request_encode(&out, packet), &in));
	out = sample_request();
	out.argument[0] = "check";
	CU_ASSERT_FALSE(request_decode(packet, request_encode(&out, packet), &in));
}

static void
test_bounds(void)
{
	static char text[WIRE_REQUEST_MAX + 1];
	uint8_t packet[WIRE_REQUEST_MAX];
	struct request out = sample_request(), in;
	memset(text, 'x', WIRE_REQUEST_MAX);
	out.argument[1] = text;
	CU_ASSERT_EQUAL(request_encode(&out, packet), 0);
	/* Head, "nobody", "/bin/check", this one, "" and "b c". */
	size_t fits = WIRE_REQUEST_MAX - 24 - 7 - 11 - 1 - 1 - 4;
	text[fits] = '\0';
	CU_ASSERT_EQUAL(request_encode(&out, packet), WIRE_REQUEST_MAX);
	CU_ASSERT(request_decode(packet, WIRE_REQUEST_MAX, &in));
	text[fits] = 'x';
	text[fits + 1] = '\0';
	CU_ASSERT_EQUAL(request_encode(&out, packet), 0);
	out = sample_request();
	for (size_t i = 0; i < PROBE_ARGUMENTS; i++)
		out.argument[i] = "/a";
	size_t size = request_encode(&out, packet);
	CU_ASSERT_FATAL(request_decode(packet, size, &in));
	CU_ASSERT_PTR_NULL(in.argument[PROBE_ARGUMENTS]);
	CU_ASSERT_STRING_EQUAL(in.argument[PROBE_ARGUMENTS - 1], "/a");
}

static void
test_reply(void)
{
	static char text[SPAWN_OUTPUT + 10];
	static uint8_t packet[WIRE_REPLY_MAX];
	memset(text, 'y', sizeof(text));
	struct reply out = { 5, SPAWN_EXITED, 2, text, 12 }, in;
	size_t size = reply_encode(&out, packet);
	CU_ASSERT_FATAL(reply_decode(packet, size, &in));
	CU_ASSERT_EQUAL(in.id, 5);
	CU_ASSERT_EQUAL(in.end, SPAWN_EXITED);
	CU_ASSERT_EQUAL(in.status, 2);
	CU_ASSERT_EQUAL(in.text_size, 12);
	CU_ASSERT_EQUAL(memcmp(in.text, text, 12), 0);
	out.text_size = sizeof(text);
	CU_ASSERT_EQUAL(reply_encode(&out, packet), WIRE_REPLY_MAX);
	CU_ASSERT_FALSE(reply_decode(packet, 15, &in));
	CU_ASSERT_FALSE(reply_decode(packet, WIRE_REPLY_MAX + 1, &in));
	packet[0] = 0;
	CU_ASSERT_FALSE(reply_decode(packet, 20, &in));
	packet[0] = SPAWN_FAILED + 1;
	CU_ASSERT_FALSE(reply_decode(packet, 20, &in));
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "round trip", test_round_trip },
		{ "refused", test_refused },
		{ "bounds", test_bounds },
		{ "reply", test_reply },
	};
	return unit_run("wire", tests, ARRAY_SIZE(tests));
}
