/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a Diameter peer's answer: as they come, and with a true header. */
#include "config.h"

#include <string.h>

#include "common/bytes.h"
#include "monitor/diameter_packet.h"
#include "tests/fuzz/fuzz.h"

#define HEADER 20

static const struct diameter_question question = {
	.origin_host = "probe.test",
	.origin_realm = "test",
	.hop_by_hop = 0x01020304,
	.end_to_end = 0x05060708,
};

static void
try(const uint8_t *data, size_t size)
{
	struct diameter_answer answer;
	enum diameter_verdict verdict = diameter_accept(&question, data, size, &answer);
	/* Whoever reads on has room for more. */
	REQUIRE(verdict != DIAMETER_SHORT || size < DIAMETER_PACKET_MAX);
	if (verdict == DIAMETER_GOOD) {
		REQUIRE(strlen(answer.message) < sizeof(answer.message));
		REQUIRE(text_printable(answer.message, strlen(answer.message)));
	}
	/* No verdict but "more" is taken back when more comes. */
	for (size_t cut = 0; cut < size && cut < 64; cut++) {
		enum diameter_verdict early =
		    diameter_accept(&question, data, cut, &answer);
		REQUIRE(early == DIAMETER_SHORT || early == verdict);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t packet[DIAMETER_PACKET_MAX] = { 0 };
	size_t whole = (HEADER + size) & ~(size_t)3;
	try(data, size);
	if (whole > sizeof(packet))
		return 0;
	put_u32(packet, UINT32_C(1) << 24 | (uint32_t)whole);
	put_u32(packet + 4, 257);
	put_u32(packet + 12, question.hop_by_hop);
	put_u32(packet + 16, question.end_to_end);
	memcpy(packet + HEADER, data, whole - HEADER);
	try(packet, whole);
	return 0;
}
