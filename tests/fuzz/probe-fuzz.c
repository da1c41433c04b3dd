/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as what a probe reads; the first says from where: a plugin, a file of /proc,
   the runner's socket, a raw socket. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "monitor/echo.h"
#include "monitor/number.h"
#include "monitor/perfdata.h"
#include "monitor/proc.h"
#include "monitor/process.h"
#include "monitor/threads.h"
#include "monitor/wire.h"
#include "tests/fuzz/fuzz.h"

static void
try_plugin(const char *text, size_t size)
{
	static const char *const labels[] = { "load1", "it's", "/", "" };
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		double value = NAN;
		if (perfdata_find(text, size, labels[i], &value) == PERFDATA_FOUND)
			REQUIRE(isfinite(value));
		else
			REQUIRE(isnan(value));
	}
	REQUIRE(perfdata_text(text, size) <= size);
	double value;
	REQUIRE(number_scan(text, size, &value) <= size);
}

static void
try_proc(const char *text, size_t size)
{
	struct cpu_ticks ticks = { 0 }, before = { 0 };
	struct memory_kb memory;
	struct backlog backlog = { 0 };
	double value;
	char state;
	if (cpu_ticks_parse(text, size, &ticks) && cpu_busy(&before, &ticks, &value))
		REQUIRE(value >= 0 && value <= 100);
	if (memory_parse(text, size, &memory))
		REQUIRE(memory.total > 0);
	load_parse(text, size, &value);
	pressure_parse(text, size, &value);
	struct span span = { 0, UINT64_MAX };
	long parent;
	threads_idle(text, size, &span);
	if (threads_parent(text, size, &parent))
		REQUIRE(parent >= 0);
	if (threads_program(text, size, "/usr/sbin/freeradius", &span))
		REQUIRE(span.start < span.end);
	size_t used = backlog_parse(text, size, 1812, &backlog);
	REQUIRE(used <= size && (used == 0 || text[used - 1] == '\n'));
	process_state_parse(text, size, &state);
	process_comm_is(text, size, "freeradius");
	process_argument_is(text, size, "freeradius");
}

static void
try_wire(const uint8_t *bytes, size_t size)
{
	static uint8_t packet[WIRE_REPLY_MAX];
	struct request request;
	struct reply reply;
	/* What is understood is what would have been sent. */
	if (request_decode(bytes, size, &request) && request.kind == WIRE_RUN) {
		size_t again = request_encode(&request, packet);
		REQUIRE(again == size);
		REQUIRE(request_decode(packet, again, &request));
	}
	if (reply_decode(bytes, size, &reply))
		REQUIRE(reply_encode(&reply, packet) == size);
}

static void
try_echo(const uint8_t *bytes, size_t size)
{
	uint16_t sequence;
	const uint8_t *token = NULL;
	if (echo_read(false, bytes, size, 1, &sequence, &token) ||
	    echo_read(true, bytes, size, 1, &sequence, &token))
		REQUIRE(token >= bytes && token + ECHO_TOKEN <= bytes + size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] & 3) {
	case 0:
		try_plugin((const char *)data + 1, size - 1);
		break;
	case 1:
		try_proc((const char *)data + 1, size - 1);
		break;
	case 2:
		try_wire(data + 1, size - 1);
		break;
	default:
		try_echo(data + 1, size - 1);
		break;
	}
	return 0;
}
