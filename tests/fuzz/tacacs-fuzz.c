/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a TACACS+ server's answer: as they come, and with a true header. */
#include "config.h"

#include <string.h>

#include "common/bytes.h"
#include "monitor/tacacs_packet.h"
#include "tests/fuzz/fuzz.h"

static const struct tacacs_session session = {
	.id = 0x0a0b0c0d,
	.secret = (const uint8_t *)"fuzz",
	.secret_size = 4,
};

static void
try(const uint8_t *data, size_t size)
{
	struct tacacs_reply reply;
	enum tacacs_verdict verdict = tacacs_accept(&session, data, size, &reply);
	REQUIRE(verdict != TACACS_NO_HASH);
	/* Whoever reads on has room for more. */
	REQUIRE(verdict != TACACS_SHORT || size < TACACS_PACKET_MAX);
	if (verdict == TACACS_GOOD) {
		REQUIRE(strlen(reply.message) < sizeof(reply.message));
		REQUIRE(text_printable(reply.message, strlen(reply.message)));
		REQUIRE(tacacs_status_name(reply.status)[0] != '?');
	}
	/* No verdict but "more" is taken back when more comes. */
	for (size_t cut = 0; cut < size && cut < 32; cut++) {
		enum tacacs_verdict early = tacacs_accept(&session, data, cut, &reply);
		REQUIRE(early == TACACS_SHORT || early == verdict);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t packet[TACACS_PACKET_MAX] = { 0xc0, 1, 2, 0, 0x0a, 0x0b, 0x0c, 0x0d };
	try(data, size);
	if (size > sizeof(packet) - TACACS_HEADER)
		return 0;
	put_u32(packet + 8, (uint32_t)size);
	memcpy(packet + TACACS_HEADER, data, size);
	try(packet, TACACS_HEADER + size);
	return 0;
}
