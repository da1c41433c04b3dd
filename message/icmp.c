/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6 Echo packets: parsing what a raw socket delivers, writing headers. */
#include "config.h"

#include "message/icmp.h"

#include <netinet/in.h>
#include <string.h>

#include "common/bytes.h"

#define IPV4_FIXED 20

/* Adds 32-bit words in the machine's order: one's complement sums do not depend on it,
   as long as the result is turned at the end. */
uint16_t
icmp_sum(uint16_t sum, const uint8_t *bytes, size_t size)
{
	uint64_t total = 0;
	uint32_t word;
	uint16_t folded;
	uint8_t turned[2];
	for (; size >= sizeof(word); bytes += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		total += word;
	}
	if (size > 0) {
		word = 0;
		memcpy(&word, bytes, size); /* padded by zero bytes, as RFC 1071 says */
		total += word;
	}
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	folded = (uint16_t)total;
	memcpy(turned, &folded, sizeof(folded));
	uint32_t result = (uint32_t)sum + get_u16(turned);
	return (uint16_t)((result & 0xffff) + (result >> 16));
}

static bool
parse_echo(const uint8_t *icmp, size_t size, uint8_t request, uint8_t reply,
	   struct echo *echo)
{
	if (size < ICMP_HEADER || (icmp[0] != request && icmp[0] != reply) ||
	    icmp[1] != 0)
		return false;
	*echo = (struct echo){ .reply = icmp[0] == reply,
			       .id = get_u16(icmp + 4),
			       .sequence = get_u16(icmp + 6),
			       .data = icmp + ICMP_HEADER,
			       .size = size - ICMP_HEADER };
	return true;
}

bool
icmp_parse_v4(const uint8_t *packet, size_t size, struct echo *echo)
{
	if (size < IPV4_FIXED || packet[0] >> 4 != 4)
		return false;
	size_t header = (packet[0] & 15u) * 4u, total = get_u16(packet + 2);
	if (header < IPV4_FIXED || total < header + ICMP_HEADER || total > size ||
	    packet[9] != IPPROTO_ICMP)
		return false;
	const uint8_t *icmp = packet + header;
	size_t length = total - header; /* what is behind it is the link's padding */
	return icmp_sum(0, icmp, length) == 0xffff &&
	       parse_echo(icmp, length, ECHO_REQUEST4, ECHO_REPLY4, echo);
}

bool
icmp_parse_v6(const uint8_t *packet, size_t size, struct echo *echo)
{
	return parse_echo(packet, size, ECHO_REQUEST6, ECHO_REPLY6, echo);
}

void
icmp_write_request(bool v4, uint16_t id, uint16_t sequence, const uint8_t *data,
		   size_t size, uint8_t header[ICMP_HEADER])
{
	header[0] = v4 ? ECHO_REQUEST4 : ECHO_REQUEST6;
	header[1] = 0;
	put_u16(header + 2, 0);
	put_u16(header + 4, id);
	put_u16(header + 6, sequence);
	if (!v4)
		return;
	uint16_t sum = icmp_sum(icmp_sum(0, header, ICMP_HEADER), data, size);
	put_u16(header + 2, (uint16_t)~sum);
}
