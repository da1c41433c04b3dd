/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and poller say to each other. */
#include "config.h"

#include "monitor/poll_wire.h"

#include <math.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/oid.h"

/* Question: objects, version, level, texts, port (u16), 2 zero bytes, id, timeout,
   address, then community, user, both types with their passphrases, and the objects, each
   ended by a NUL. */
enum {
	QUESTION_OBJECTS = 0,
	QUESTION_VERSION = 1,
	QUESTION_LEVEL = 2,
	QUESTION_TEXTS = 3,
	QUESTION_PORT = 4,
	QUESTION_ID = 8,
	QUESTION_TIMEOUT = 16,
	QUESTION_ADDRESS = 24,
	QUESTION_HEAD = 40
};

static bool
put_text(uint8_t *packet, size_t *at, const char *text)
{
	size_t length = strlen(text) + 1;
	if (length > POLL_TEXT + 1 || length > POLL_QUESTION_MAX - *at)
		return false;
	memcpy(packet + *at, text, length);
	*at += length;
	return true;
}

size_t
poll_question_encode(const struct poll_question *question,
		     uint8_t packet[POLL_QUESTION_MAX])
{
	const struct snmp_access *access = &question->access;
	const char *const text[] = { access->community,    access->user,
				     access->auth_type,    access->auth_passphrase,
				     access->privacy_type, access->privacy_passphrase };
	size_t at = QUESTION_HEAD;
	memset(packet, 0, QUESTION_HEAD);
	packet[QUESTION_OBJECTS] = (uint8_t)question->objects;
	packet[QUESTION_VERSION] = (uint8_t)access->version;
	packet[QUESTION_LEVEL] = (uint8_t)access->level;
	packet[QUESTION_TEXTS] = question->texts;
	put_u16(packet + QUESTION_PORT, question->agent.port);
	put_u64(packet + QUESTION_ID, question->id);
	put_u64(packet + QUESTION_TIMEOUT, (uint64_t)question->timeout);
	memcpy(packet + QUESTION_ADDRESS, question->agent.address.byte, 16);
	for (size_t i = 0; i < ARRAY_SIZE(text); i++)
		if (!put_text(packet, &at, text[i]))
			return 0;
	for (size_t i = 0; i < question->objects; i++)
		if (!put_text(packet, &at, question->object[i]))
			return 0;
	return at;
}

static bool
take_text(const uint8_t *packet, size_t size, size_t *at, const char **text)
{
	const uint8_t *end = *at < size ? memchr(packet + *at, '\0', size - *at) : NULL;
	if (!end || (size_t)(end - packet) - *at > POLL_TEXT)
		return false;
	*text = (const char *)packet + *at;
	*at = (size_t)(end - packet) + 1;
	return true;
}

static bool
take_object(const uint8_t *packet, size_t size, size_t *at, const char **text)
{
	uint32_t arc[OID_ARCS];
	size_t arcs;
	return take_text(packet, size, at, text) && oid_parse(*text, arc, &arcs);
}

static bool
decode_head(const uint8_t *packet, struct poll_question *question)
{
	struct snmp_access *access = &question->access;
	uint64_t timeout = get_u64(packet + QUESTION_TIMEOUT);
	uint8_t version = packet[QUESTION_VERSION], level = packet[QUESTION_LEVEL];
	question->objects = packet[QUESTION_OBJECTS];
	question->id = get_u64(packet + QUESTION_ID);
	question->agent.port = get_u16(packet + QUESTION_PORT);
	memcpy(question->agent.address.byte, packet + QUESTION_ADDRESS, 16);
	if (version < ACCESS_V1 || version > ACCESS_V3)
		return false;
	if (version == ACCESS_V3 ? level < ACCESS_NO_AUTH || level > ACCESS_PRIVACY
				 : level != 0)
		return false;
	access->version = (enum access_version)version;
	access->level = (enum access_level)level;
	if (timeout < (uint64_t)MILLISECOND || timeout > (uint64_t)DAY)
		return false;
	question->timeout = (int64_t)timeout;
	question->texts = packet[QUESTION_TEXTS] == 1;
	return packet[QUESTION_TEXTS] <= 1 && get_u16(packet + 6) == 0 &&
	       question->agent.port != 0 &&
	       address_is_unicast(&question->agent.address) && question->objects > 0 &&
	       question->objects <= POLL_OBJECTS;
}

bool
poll_question_decode(const uint8_t *packet, size_t size, struct poll_question *question)
{
	struct snmp_access *access = &question->access;
	const char **const text[] = {
		&access->community,    &access->user,
		&access->auth_type,    &access->auth_passphrase,
		&access->privacy_type, &access->privacy_passphrase
	};
	size_t at = QUESTION_HEAD;
	memset(question, 0, sizeof(*question));
	if (size < QUESTION_HEAD || size > POLL_QUESTION_MAX ||
	    !decode_head(packet, question))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(text); i++)
		if (!take_text(packet, size, &at, text[i]))
			return false;
	for (size_t i = 0; i < question->objects; i++)
		if (!take_object(packet, size, &at, &question->object[i]))
			return false;
	return at == size;
}

/* Answer: findings, 7 zero bytes, id; of each finding ending, length of its text, the
   value's bits, its text. */
enum { ANSWER_FINDINGS = 0, ANSWER_ID = 8, FINDING_HEAD = 10 };

size_t
poll_answer_encode(const struct poll_answer *answer, uint8_t packet[POLL_ANSWER_MAX])
{
	size_t at = POLL_ANSWER_HEAD;
	memset(packet, 0, POLL_ANSWER_HEAD);
	packet[ANSWER_FINDINGS] = (uint8_t)answer->findings;
	put_u64(packet + ANSWER_ID, answer->id);
	for (size_t i = 0; i < answer->findings; i++) {
		const struct poll_finding *finding = &answer->finding[i];
		size_t length = strnlen(finding->text, SAMPLE_TEXT - 1);
		uint64_t bits;
		memcpy(&bits, &finding->value, sizeof(bits));
		packet[at] = (uint8_t)finding->ending;
		packet[at + 1] = (uint8_t)length;
		put_u64(packet + at + 2, bits);
		memcpy(packet + at + FINDING_HEAD, finding->text, length);
		at += FINDING_HEAD + length;
	}
	return at;
}

static bool
take_finding(const uint8_t *packet, size_t size, size_t *at,
	     struct poll_finding *finding)
{
	if (size - *at < FINDING_HEAD)
		return false;
	const uint8_t *head = packet + *at;
	size_t length = head[1];
	uint64_t bits = get_u64(head + 2);
	*at += FINDING_HEAD;
	if (length >= SAMPLE_TEXT || size - *at < length ||
	    memchr(packet + *at, '\0', length))
		return false;
	memcpy(finding->text, packet + *at, length);
	*at += length;
	memcpy(&finding->value, &bits, sizeof(bits));
	finding->ending = (enum ending)head[0];
	return head[0] >= ENDING_VALUE && head[0] <= ENDING_FAILED &&
	       (head[0] == ENDING_VALUE ? isfinite(finding->value) : bits == 0);
}

bool
poll_answer_decode(const uint8_t *packet, size_t size, struct poll_answer *answer)
{
	size_t at = POLL_ANSWER_HEAD;
	memset(answer, 0, sizeof(*answer));
	if (size < POLL_ANSWER_HEAD || size > POLL_ANSWER_MAX)
		return false;
	answer->findings = packet[ANSWER_FINDINGS];
	answer->id = get_u64(packet + ANSWER_ID);
	if (answer->findings == 0 || answer->findings > POLL_OBJECTS ||
	    (get_u64(packet) & ~(UINT64_C(0xff) << 56)) != 0)
		return false;
	for (size_t i = 0; i < answer->findings; i++)
		if (!take_finding(packet, size, &at, &answer->finding[i]))
			return false;
	return at == size;
}
