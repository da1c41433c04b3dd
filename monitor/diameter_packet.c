/* SPDX-License-Identifier: BSD-3-Clause */
/* Diameter's messages between peers. */
#include "config.h"

#include "monitor/diameter_packet.h"

#include <stdbool.h>
#include <string.h>

#include "common/bytes.h"

enum {
	HEADER = 20,
	AT_FLAGS = 4,
	AT_APPLICATION = 8,
	AT_HOP_BY_HOP = 12,
	AT_END_TO_END = 16,
	FLAG_REQUEST = 0x80,
	COMMAND_CAPABILITIES = 257,
	COMMAND_DISCONNECT = 282,
	AVP_HEADER = 8,
	AVP_VENDOR = 0x80,
	AVP_MANDATORY = 0x40,
	HOST_IP_ADDRESS = 257,
	AUTH_APPLICATION_ID = 258,
	ORIGIN_HOST = 264,
	VENDOR_ID = 266,
	RESULT_CODE = 268,
	PRODUCT_NAME = 269,
	DISCONNECT_CAUSE = 273,
	ERROR_MESSAGE = 281,
	ORIGIN_REALM = 296,
	DO_NOT_WANT_TO_TALK_TO_YOU = 2
};

#define APPLICATION_RELAY UINT32_C(0xffffffff)
/* "No vendor": who has a number of their own from IANA would say so here. */
#define VENDOR 0

static const char product[] = "bellwether";

static uint32_t
get_u24(const uint8_t *at)
{
	return get_u32(at) & 0xffffff;
}

static size_t
padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* Both the code and the length share their word with a byte of flags before them. */
static void
put_flagged(uint8_t *at, uint8_t flags, size_t number)
{
	put_u32(at, (uint32_t)flags << 24 | (uint32_t)number);
}

static size_t
add(uint8_t *packet, size_t at, uint32_t code, uint8_t flags, const void *value,
    size_t size)
{
	put_u32(packet + at, code);
	put_flagged(packet + at + 4, flags, AVP_HEADER + size);
	memset(packet + at + AVP_HEADER, 0, padded(size));
	memcpy(packet + at + AVP_HEADER, value, size);
	return at + AVP_HEADER + padded(size);
}

static size_t
add_number(uint8_t *packet, size_t at, uint32_t code, uint32_t number)
{
	uint8_t value[4];
	put_u32(value, number);
	return add(packet, at, code, AVP_MANDATORY, value, sizeof(value));
}

/* An Address: its family's number at IANA, 1 or 2, then its bytes. */
static size_t
add_address(uint8_t *packet, size_t at, const struct address *address)
{
	uint8_t value[2 + 16];
	bool four = address_is_v4(address);
	size_t size = four ? 4 : 16;
	put_u16(value, four ? 1 : 2);
	memcpy(value + 2, address->byte + 16 - size, size);
	return add(packet, at, HOST_IP_ADDRESS, AVP_MANDATORY, value, 2 + size);
}

static size_t
begin(const struct diameter_question *question, uint8_t *packet)
{
	size_t host = strnlen(question->origin_host, DIAMETER_NAME_MAX);
	size_t realm = strnlen(question->origin_realm, DIAMETER_NAME_MAX);
	size_t at = add(packet, HEADER, ORIGIN_HOST, AVP_MANDATORY,
			question->origin_host, host);
	return add(packet, at, ORIGIN_REALM, AVP_MANDATORY, question->origin_realm,
		   realm);
}

static size_t
end(const struct diameter_question *question, uint8_t *packet, size_t size,
    uint32_t command)
{
	put_flagged(packet, 1, size);
	put_flagged(packet + AT_FLAGS, FLAG_REQUEST, command);
	put_u32(packet + AT_APPLICATION, 0);
	put_u32(packet + AT_HOP_BY_HOP, question->hop_by_hop);
	put_u32(packet + AT_END_TO_END, question->end_to_end);
	return size;
}

size_t
diameter_cer(const struct diameter_question *question, uint8_t packet[DIAMETER_ASK_MAX])
{
	size_t at = begin(question, packet);
	at = add_address(packet, at, &question->own);
	at = add_number(packet, at, VENDOR_ID, VENDOR);
	at = add(packet, at, PRODUCT_NAME, 0, product, sizeof(product) - 1);
	at = add_number(packet, at, AUTH_APPLICATION_ID, APPLICATION_RELAY);
	return end(question, packet, at, COMMAND_CAPABILITIES);
}

size_t
diameter_dpr(const struct diameter_question *question, uint8_t packet[DIAMETER_ASK_MAX])
{
	size_t at = begin(question, packet);
	at = add_number(packet, at, DISCONNECT_CAUSE, DO_NOT_WANT_TO_TALK_TO_YOU);
	return end(question, packet, at, COMMAND_DISCONNECT);
}

static enum diameter_verdict
check_header(const struct diameter_question *question, const uint8_t *packet,
	     size_t size)
{
	if (size > 0 && packet[0] != 1)
		return DIAMETER_NONE;
	if (size < HEADER)
		return DIAMETER_SHORT;
	size_t length = get_u24(packet);
	if (length < HEADER || length % 4 != 0)
		return DIAMETER_NONE;
	if ((packet[AT_FLAGS] & FLAG_REQUEST) ||
	    get_u24(packet + AT_FLAGS) != COMMAND_CAPABILITIES ||
	    get_u32(packet + AT_HOP_BY_HOP) != question->hop_by_hop ||
	    get_u32(packet + AT_END_TO_END) != question->end_to_end)
		return DIAMETER_OTHER;
	if (length > DIAMETER_PACKET_MAX)
		return DIAMETER_LONG;
	return size < length ? DIAMETER_SHORT : DIAMETER_GOOD;
}

/* False when it is not whole. Of equal ones the first counts. */
static bool
take(const uint8_t *avp, size_t length, struct diameter_answer *answer, bool *result)
{
	uint32_t code = get_u32(avp);
	if (avp[4] & AVP_VENDOR)
		return length >= AVP_HEADER + 4;
	if (code == RESULT_CODE && !*result) {
		if (length != AVP_HEADER + 4)
			return false;
		answer->result = get_u32(avp + AVP_HEADER);
		*result = true;
	}
	if (code == ERROR_MESSAGE && answer->message[0] == '\0')
		text_clean((const char *)avp + AVP_HEADER, length - AVP_HEADER,
			   answer->message, sizeof(answer->message));
	return true;
}

enum diameter_verdict
diameter_accept(const struct diameter_question *question, const uint8_t *packet,
		size_t size, struct diameter_answer *answer)
{
	struct diameter_answer taken = { 0 };
	bool result = false;
	enum diameter_verdict verdict = check_header(question, packet, size);
	if (verdict != DIAMETER_GOOD)
		return verdict;
	size_t length = get_u24(packet);
	for (size_t at = HEADER; at < length;) {
		size_t left = length - at;
		size_t avp = left >= AVP_HEADER ? get_u24(packet + at + 4) : 0;
		if (avp < AVP_HEADER || padded(avp) > left ||
		    !take(packet + at, avp, &taken, &result))
			return DIAMETER_MALFORMED;
		at += padded(avp);
	}
	if (!result)
		return DIAMETER_MALFORMED;
	*answer = taken;
	return DIAMETER_GOOD;
}
