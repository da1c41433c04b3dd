/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding an SNMPv3 agent's engine: a question, and the report that answers it. */
#include "config.h"

#include "subagent/discovery.h"

#include <string.h>

#include "common/bytes.h"

#define NUMBER_MAX 0x7fffffffu

/* BER's tags, those that are here. */
enum { INTEGER = 0x02, OCTETS = 0x04, SEQUENCE = 0x30, REPORT = 0xa8 };

static const uint8_t question[DISCOVERY_QUESTION] = {
	0x30, 0x3e, 0x02, 0x01, 0x03,                         /* version 3 */
	0x30, 0x11, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00,       /* message's number */
	0x02, 0x03, 0x00, 0xff, 0xe3, 0x04, 0x01, 0x04,       /* 65507, reportable */
	0x02, 0x01, 0x03,                                     /* user-based security */
	0x04, 0x10, 0x30, 0x0e, 0x04, 0x00, 0x02, 0x01, 0x00, /* engine, boots */
	0x02, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x00, /* time, user, no keys */
	0x30, 0x14, 0x04, 0x00, 0x04, 0x00,                   /* context */
	0xa0, 0x0e, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00,       /* GET, its number */
	0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x00        /* of nothing */
};
enum { MESSAGE_NUMBER = 9, REQUEST_NUMBER = 52 };

size_t
discovery_question(uint32_t number, uint8_t packet[DISCOVERY_QUESTION])
{
	memcpy(packet, question, sizeof(question));
	put_u32(packet + MESSAGE_NUMBER, number & NUMBER_MAX);
	put_u32(packet + REQUEST_NUMBER, number & NUMBER_MAX);
	return sizeof(question);
}

/* ---- BER, as far as it is needed ---- */

struct piece {
	const uint8_t *at;
	size_t left;
};

/* Takes the next element of that tag: its content to *content. Lengths of at most four
   bytes, not necessarily shortest: agents differ. */
static bool
take(struct piece *rest, uint8_t tag, struct piece *content)
{
	size_t head = 2, length;
	if (rest->left < 2 || rest->at[0] != tag)
		return false;
	length = rest->at[1];
	if (length >= 0x80) {
		size_t bytes = length & 0x7f;
		if (bytes == 0 || bytes > 4 || rest->left < 2 + bytes)
			return false;
		length = 0;
		for (size_t i = 0; i < bytes; i++)
			length = length << 8 | rest->at[2 + i];
		head += bytes;
	}
	if (length > rest->left - head)
		return false;
	*content = (struct piece){ rest->at + head, length };
	rest->at += head + length;
	rest->left -= head + length;
	return true;
}

/* An INTEGER of 0 to 2^31 - 1, as SNMPv3's are. */
static bool
take_number(struct piece *rest, uint32_t *number)
{
	struct piece content;
	uint32_t value = 0;
	if (!take(rest, INTEGER, &content) || content.left == 0 || content.left > 4 ||
	    (content.at[0] & 0x80))
		return false;
	for (size_t i = 0; i < content.left; i++)
		value = value << 8 | content.at[i];
	*number = value;
	return true;
}

static bool
take_engine(struct piece *security, struct engine_found *found)
{
	struct piece sequence, id;
	if (!take(security, SEQUENCE, &sequence) || !take(&sequence, OCTETS, &id) ||
	    id.left < 5 || id.left > ENGINE_ID_MAX ||
	    !take_number(&sequence, &found->boots) ||
	    !take_number(&sequence, &found->time))
		return false;
	memcpy(found->id, id.at, id.left);
	found->id_length = id.left;
	return true;
}

bool
discovery_report(const uint8_t *packet, size_t size, uint32_t number,
		 struct engine_found *found)
{
	struct piece rest = { packet, size };
	struct piece message, header, security, scoped, skipped;
	struct engine_found engine = { .id_length = 0 };
	uint32_t version, answered;
	if (!take(&rest, SEQUENCE, &message) || !take_number(&message, &version) ||
	    version != 3 || !take(&message, SEQUENCE, &header) ||
	    !take_number(&header, &answered) || answered != (number & NUMBER_MAX) ||
	    !take(&message, OCTETS, &security) || !take_engine(&security, &engine))
		return false;
	/* In the clear, so that what it is can be seen: context engine and name, report. */
	if (!take(&message, SEQUENCE, &scoped) || !take(&scoped, OCTETS, &skipped) ||
	    !take(&scoped, OCTETS, &skipped) || !take(&scoped, REPORT, &skipped))
		return false;
	*found = engine;
	return true;
}
