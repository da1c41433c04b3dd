/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as what the poller's sockets bring; the first says which: the engine's
   questions, the poller's answers, an agent's report on who it is. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "monitor/poll_wire.h"
#include "subagent/discovery.h"
#include "tests/fuzz/fuzz.h"

/* What is understood is what would have been sent. */
static void
try_question(const uint8_t *bytes, size_t size)
{
	static uint8_t packet[POLL_QUESTION_MAX];
	struct poll_question question;
	if (!poll_question_decode(bytes, size, &question))
		return;
	REQUIRE(question.objects > 0 && question.objects <= POLL_OBJECTS);
	REQUIRE(poll_question_encode(&question, packet) == size);
	REQUIRE(memcmp(packet, bytes, size) == 0);
}

static void
try_answer(const uint8_t *bytes, size_t size)
{
	static uint8_t packet[POLL_ANSWER_MAX];
	struct poll_answer answer;
	if (!poll_answer_decode(bytes, size, &answer))
		return;
	REQUIRE(answer.findings > 0 && answer.findings <= POLL_OBJECTS);
	for (size_t i = 0; i < answer.findings; i++) {
		REQUIRE(isfinite(answer.finding[i].value));
		REQUIRE(memchr(answer.finding[i].text, 0, SAMPLE_TEXT) != NULL);
	}
	REQUIRE(poll_answer_encode(&answer, packet) == size);
	REQUIRE(memcmp(packet, bytes, size) == 0);
}

static void
try_report(const uint8_t *bytes, size_t size)
{
	struct engine_found found = { .id_length = 0 };
	if (!discovery_report(bytes, size, 0x11223344, &found)) {
		REQUIRE(found.id_length == 0);
		return;
	}
	REQUIRE(found.id_length >= 5 && found.id_length <= ENGINE_ID_MAX);
	REQUIRE(found.boots <= 0x7fffffff && found.time <= 0x7fffffff);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] % 3) {
	case 0:
		try_question(data + 1, size - 1);
		break;
	case 1:
		try_answer(data + 1, size - 1);
		break;
	default:
		try_report(data + 1, size - 1);
		break;
	}
	return 0;
}
