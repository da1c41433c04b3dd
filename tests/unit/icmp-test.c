/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP packets as bytes: headers of any length, checksums, what is refused. */
#include "config.h"

#include "message/icmp.h"

#include <netinet/in.h>
#include <string.h>

#include "common/bytes.h"
#include "common/random.h"
#include "tests/unit/unit.h"

/* An IPv4 packet with an Echo Request of size bytes behind a header of words. */
static size_t
make(uint8_t *packet, unsigned words, size_t size)
{
	size_t header = words * 4u, total = header + ICMP_HEADER + size;
	memset(packet, 0x94, header); /* options: whatever */
	packet[0] = (uint8_t)(0x40 | words);
	put_u16(packet + 2, (uint16_t)total);
	packet[9] = IPPROTO_ICMP;
	for (size_t i = 0; i < size; i++)
		packet[header + ICMP_HEADER + i] = (uint8_t)(i * 3 + 1);
	icmp_write_request(true, 0x1234, 77, packet + header + ICMP_HEADER, size,
			   packet + header);
	return total;
}

static void
test_headers(void)
{
	uint8_t packet[256];
	struct echo echo;
	for (unsigned words = 5; words <= 15; words++) {
		for (size_t size = 0; size < 70; size++) {
			size_t total = make(packet, words, size);
			CU_ASSERT_FATAL(icmp_parse_v4(packet, total, &echo));
			CU_ASSERT(!echo.reply && echo.id == 0x1234);
			CU_ASSERT_EQUAL(echo.sequence, 77);
			CU_ASSERT_EQUAL(echo.size, size);
			CU_ASSERT_PTR_EQUAL(echo.data, packet + total - size);
			/* The link's padding is no data. */
			packet[total] = 0xee;
			CU_ASSERT(icmp_parse_v4(packet, total + 1, &echo));
			CU_ASSERT_EQUAL(echo.size, size);
			CU_ASSERT_FALSE(icmp_parse_v4(packet, total - 1, &echo));
		}
	}
}

static void
test_refused(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} change[] = {
		{ 0, 0x65 }, { 0, 0x44 }, { 0, 0x4f }, { 2, 0xff }, { 3, 27 },
		{ 9, 17 },   { 20, 3 },   { 21, 1 },   { 22, 0 },   { 40, 0 },
	};
	uint8_t packet[256];
	struct echo echo = { .size = 12345 };
	size_t total = make(packet, 5, 30);
	for (size_t i = 0; i < ARRAY_SIZE(change); i++) {
		make(packet, 5, 30);
		packet[change[i].at] = change[i].value;
		CU_ASSERT_FALSE(icmp_parse_v4(packet, total, &echo));
	}
	make(packet, 5, 30);
	for (size_t shorter = 0; shorter < total; shorter++)
		CU_ASSERT_FALSE(icmp_parse_v4(packet, shorter, &echo));
	CU_ASSERT_EQUAL(echo.size, 12345);
	/* Whole and well-formed, but another type, or another code. */
	make(packet, 5, 30);
	packet[20] = 13;
	put_u16(packet + 22, (uint16_t)(get_u16(packet + 22) - 0x0500));
	CU_ASSERT_FALSE(icmp_parse_v4(packet, total, &echo));
	packet[20] = ECHO_REPLY4;
	put_u16(packet + 22, (uint16_t)(get_u16(packet + 22) + 0x0d00));
	CU_ASSERT(icmp_parse_v4(packet, total, &echo));
	CU_ASSERT(echo.reply);
}

static void
test_v6(void)
{
	uint8_t packet[64] = { ECHO_REQUEST6, 0, 9, 9, 1, 2, 3, 4, 5 };
	struct echo echo = { .size = 0 };
	CU_ASSERT(icmp_parse_v6(packet, sizeof(packet), &echo));
	CU_ASSERT(!echo.reply && echo.id == 0x0102 && echo.sequence == 0x0304);
	CU_ASSERT_EQUAL(echo.size, sizeof(packet) - ICMP_HEADER);
	CU_ASSERT_FALSE(icmp_parse_v6(packet, 7, &echo));
	packet[0] = ECHO_REPLY6;
	CU_ASSERT(icmp_parse_v6(packet, 8, &echo));
	CU_ASSERT(echo.reply && echo.size == 0);
	packet[1] = 1;
	CU_ASSERT_FALSE(icmp_parse_v6(packet, 8, &echo));
	packet[0] = 135;
	packet[1] = 0;
	CU_ASSERT_FALSE(icmp_parse_v6(packet, 8, &echo));
}

/* RFC 1071 word by word. */
static uint16_t
plain_sum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void
test_sum(void)
{
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03,
					   0xf4, 0xf5, 0xf6, 0xf7 };
	uint8_t bytes[300];
	struct random random;
	/* The example of RFC 1071, section 3. */
	CU_ASSERT_EQUAL(icmp_sum(0, example, sizeof(example)), 0xddf2);
	random_seed(&random, 10);
	for (size_t size = 0; size < sizeof(bytes); size++) {
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)random_next(&random);
		CU_ASSERT_EQUAL(icmp_sum(0, bytes, size), plain_sum(bytes, size));
		size_t half = size / 4 * 2;
		CU_ASSERT_EQUAL(
		    icmp_sum(icmp_sum(0, bytes, half), bytes + half, size - half),
		    plain_sum(bytes, size));
	}
	memset(bytes, 0xff, sizeof(bytes));
	CU_ASSERT_EQUAL(icmp_sum(0, bytes, sizeof(bytes)), 0xffff);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "IPv4 headers of any length", test_headers },
		{ "what is refused", test_refused },
		{ "ICMPv6", test_v6 },
		{ "the Internet checksum", test_sum },
	};
	return unit_run("icmp", tests, ARRAY_SIZE(tests));
}
