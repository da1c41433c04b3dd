/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as what a raw socket delivers: the first says which kind of socket. */
#include "config.h"

#include <netinet/in.h>
#include <string.h>

#include "common/bytes.h"
#include "message/icmp.h"
#include "tests/fuzz/fuzz.h"

static void
check_echo(const struct echo *echo, const uint8_t *packet, size_t size)
{
	REQUIRE(echo->data >= packet + ICMP_HEADER);
	REQUIRE(echo->data + echo->size <= packet + size);
}

/* What is written is read: the same data under the same numbers. */
static void
check_written(bool v4, const struct echo *echo)
{
	uint8_t packet[20 + ICMP_HEADER + 2048] = { 0x45, [9] = IPPROTO_ICMP };
	size_t header = v4 ? 20 : 0;
	struct echo again;
	if (echo->size > 2048)
		return;
	size_t size = header + ICMP_HEADER + echo->size;
	if (v4)
		put_u16(packet + 2, (uint16_t)size);
	icmp_write_request(v4, echo->id, echo->sequence, echo->data, echo->size,
			   packet + header);
	memcpy(packet + header + ICMP_HEADER, echo->data, echo->size);
	REQUIRE(v4 ? icmp_parse_v4(packet, size, &again)
		   : icmp_parse_v6(packet, size, &again));
	REQUIRE(!again.reply && again.id == echo->id);
	REQUIRE(again.sequence == echo->sequence && again.size == echo->size);
	REQUIRE(memcmp(again.data, echo->data, echo->size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct echo echo;
	if (size == 0)
		return 0;
	bool v4 = data[0] & 1;
	data++;
	size--;
	if (v4 ? !icmp_parse_v4(data, size, &echo) : !icmp_parse_v6(data, size, &echo))
		return 0;
	check_echo(&echo, data, size);
	check_written(v4, &echo);
	return 0;
}
