/* SPDX-License-Identifier: BSD-3-Clause */
/* Status-Server and a login on the wire. */
#include "config.h"

#include "monitor/radius_packet.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "common/bytes.h"

enum {
	CODE_ACCESS_REQUEST = 1,
	CODE_STATUS_SERVER = 12,
	AT_IDENTIFIER = 1,
	AT_LENGTH = 2,
	AT_AUTHENTICATOR = 4,
	HEADER = 20,
	USER_NAME = 1,
	USER_PASSWORD = 2,
	REPLY_MESSAGE = 18,
	NAS_IDENTIFIER = 32,
	VENDOR_SPECIFIC = 26,
	VENDOR_INTEGER_LENGTH = 12,
	VENDOR_ADDRESS6_LENGTH = 24,
	CLIENT_ADDRESS = 167,
	CLIENT_NUMBER = 168,
	CLIENT_NETMASK = 169,
	CLIENT_ADDRESS6 = 188,
	HOME_ADDRESS = 170,
	HOME_PORT = 171,
	HOME_ADDRESS6 = 189,
	MESSAGE_AUTHENTICATOR = 80,
	MESSAGE_AUTHENTICATOR_LENGTH = 18
};

#define VENDOR_FREERADIUS UINT32_C(11344)

enum {
	ASK_AUTH = 1,
	ASK_ACCT = 2,
	ASK_PROXY_AUTH = 4,
	ASK_PROXY_ACCT = 8,
	ASK_INTERNAL = 16,
	ASK_CLIENT = 32,
	ASK_HOME = 128
};

static const struct {
	uint8_t first, last;
	uint8_t mask;
} statistics[] = {
	{ 128, 137, ASK_AUTH },       { 191, 191, ASK_AUTH },
	{ 148, 154, ASK_ACCT },       { 192, 192, ASK_ACCT },
	{ 138, 147, ASK_PROXY_AUTH }, { 155, 161, ASK_PROXY_ACCT },
	{ 193, 195, ASK_INTERNAL },   { 172, 173, ASK_HOME },
};

uint32_t
radius_statistics_of(uint32_t attribute)
{
	for (size_t i = 0; i < ARRAY_SIZE(statistics); i++)
		if (attribute >= statistics[i].first && attribute <= statistics[i].last)
			return statistics[i].mask;
	return 0;
}

/* HMAC-MD5 and MD5 are what RADIUS has; OpenSSL alone decides whether it does them. */
static bool
hmac_md5(const struct radius_question *question, const uint8_t *bytes, size_t size,
	 uint8_t out[RADIUS_AUTHENTICATOR])
{
	size_t length = 0;
	return EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, question->secret,
			 question->secret_size, bytes, size, out, RADIUS_AUTHENTICATOR,
			 &length) != NULL &&
	       length == RADIUS_AUTHENTICATOR;
}

struct part {
	const uint8_t *bytes;
	size_t size;
};

static bool
md5_of(const struct part *part, size_t parts, uint8_t out[RADIUS_AUTHENTICATOR])
{
	unsigned size = 0;
	EVP_MD *md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = md5 && context && EVP_DigestInit_ex(context, md5, NULL);
	for (size_t i = 0; done && i < parts; i++)
		done = EVP_DigestUpdate(context, part[i].bytes, part[i].size);
	done = done && EVP_DigestFinal_ex(context, out, &size) &&
	       size == RADIUS_AUTHENTICATOR;
	EVP_MD_CTX_free(context);
	EVP_MD_free(md5);
	return done;
}

/* MD5(code .. length | the question's authenticator | attributes | secret). */
static bool
response_md5(const struct radius_question *question, const uint8_t *packet,
	     size_t length, uint8_t out[RADIUS_AUTHENTICATOR])
{
	const struct part part[] = {
		{ packet, AT_AUTHENTICATOR },
		{ question->authenticator, RADIUS_AUTHENTICATOR },
		{ packet + HEADER, length - HEADER },
		{ question->secret, question->secret_size },
	};
	return md5_of(part, ARRAY_SIZE(part), out);
}

/* ---- questions ---- */

static void
put_attribute(uint8_t *packet, size_t *at, uint8_t type, const void *value, size_t size)
{
	packet[*at] = type;
	packet[*at + 1] = (uint8_t)(size + 2);
	memcpy(packet + *at + 2, value, size);
	*at += size + 2;
}

/* RFC 2865, 5.2: filled up with zeros to a multiple of 16; each block is hidden by the MD5
   of the secret and the hidden block before it, the first by that of the authenticator. */
static bool
put_password(const struct radius_question *question, uint8_t *packet, size_t *at)
{
	const struct radius_login *login = question->login;
	const uint8_t *before = question->authenticator;
	uint8_t hidden[RADIUS_PASSWORD_MAX] = { 0 }, mask[RADIUS_AUTHENTICATOR];
	size_t blocks = (login->password_size + sizeof(mask) - 1) / sizeof(mask);
	bool whole = true;
	blocks += blocks == 0;
	memcpy(hidden, login->password, login->password_size);
	for (size_t i = 0; whole && i < blocks; i++) {
		uint8_t *block = hidden + i * sizeof(mask);
		const struct part part[] = {
			{ question->secret, question->secret_size },
			{ before, sizeof(mask) },
		};
		whole = md5_of(part, ARRAY_SIZE(part), mask);
		for (size_t j = 0; j < sizeof(mask); j++)
			block[j] ^= mask[j];
		before = block;
	}
	if (whole)
		put_attribute(packet, at, USER_PASSWORD, hidden, blocks * sizeof(mask));
	OPENSSL_cleanse(hidden, sizeof(hidden));
	return whole;
}

static bool
put_login(const struct radius_question *question, uint8_t *packet, size_t *at)
{
	const struct radius_login *login = question->login;
	size_t user = strlen(login->user), nas = strlen(login->nas_identifier);
	if (user > RADIUS_TEXT_MAX || nas > RADIUS_TEXT_MAX ||
	    login->password_size > RADIUS_PASSWORD_MAX)
		return false;
	put_attribute(packet, at, USER_NAME, login->user, user);
	put_attribute(packet, at, NAS_IDENTIFIER, login->nas_identifier, nas);
	return put_password(question, packet, at);
}

static void
put_vendor(uint8_t *packet, size_t *at, uint8_t number, const void *value, size_t size)
{
	uint8_t whole[VENDOR_ADDRESS6_LENGTH - 2];
	put_u32(whole, VENDOR_FREERADIUS);
	whole[4] = number;
	whole[5] = (uint8_t)(size + 2);
	memcpy(whole + 6, value, size);
	put_attribute(packet, at, VENDOR_SPECIFIC, whole, size + 6);
}

static void
put_vendor_integer(uint8_t *packet, size_t *size, uint8_t number, uint32_t value)
{
	uint8_t bytes[4];
	put_u32(bytes, value);
	put_vendor(packet, size, number, bytes, sizeof(bytes));
}

static void
put_subject(const struct radius_question *question, uint8_t *packet, size_t *size)
{
	const uint8_t *address = question->client.byte;
	bool home = question->subject == RADIUS_HOME;
	if (question->subject == RADIUS_NUMBER)
		put_vendor_integer(packet, size, CLIENT_NUMBER, question->number);
	else if (address_is_v4(&question->client))
		put_vendor(packet, size, home ? HOME_ADDRESS : CLIENT_ADDRESS,
			   address + 12, 4);
	else
		put_vendor(packet, size, home ? HOME_ADDRESS6 : CLIENT_ADDRESS6,
			   address, 16);
	if (home)
		put_vendor_integer(packet, size, HOME_PORT, question->number);
}

/* Without auth or acct the server leaves out a client's or a home server's. */
static uint32_t
statistics_asked(const struct radius_question *question)
{
	static const uint32_t of[] = { [RADIUS_CLIENT] = ASK_CLIENT,
				       [RADIUS_NUMBER] = ASK_CLIENT,
				       [RADIUS_HOME] = ASK_HOME | ASK_AUTH };
	return question->statistics |
	       (question->subject == RADIUS_SERVER ? 0 : of[question->subject]);
}

size_t
radius_ask(const struct radius_question *question, uint8_t packet[RADIUS_QUESTION_SIZE])
{
	static const uint8_t zero[RADIUS_AUTHENTICATOR];
	uint8_t mac[RADIUS_AUTHENTICATOR];
	size_t size = HEADER;
	memset(packet, 0, RADIUS_QUESTION_SIZE);
	packet[0] = question->login ? CODE_ACCESS_REQUEST : CODE_STATUS_SERVER;
	packet[AT_IDENTIFIER] = question->identifier;
	memcpy(packet + AT_AUTHENTICATOR, question->authenticator,
	       RADIUS_AUTHENTICATOR);
	/* First of all: what follows then cannot be moved about in front of it. */
	put_attribute(packet, &size, MESSAGE_AUTHENTICATOR, zero, sizeof(zero));
	if (question->login && !put_login(question, packet, &size))
		return 0;
	if (!question->login && statistics_asked(question))
		put_vendor_integer(packet, &size, RADIUS_STATISTICS_TYPE,
				   statistics_asked(question));
	if (question->subject != RADIUS_SERVER)
		put_subject(question, packet, &size);
	put_u16(packet + AT_LENGTH, (uint16_t)size);
	if (!hmac_md5(question, packet, size, mac))
		return 0;
	memcpy(packet + HEADER + 2, mac, sizeof(mac));
	return size;
}

/* ---- answers ---- */

/* The whole server's statistics have the same numbers, and come first. */
static void
name_client(struct radius_answer *answer)
{
	if (answer->client_named)
		return;
	memset(answer->has, 0, sizeof(answer->has));
	memset(answer->value, 0, sizeof(answer->value));
	answer->client_named = true;
	answer->client.bits = 128;
}

static void
take_client(uint8_t number, const uint8_t *value, struct radius_answer *answer)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t *address = answer->client.address.byte;
	name_client(answer);
	if (number == CLIENT_ADDRESS) {
		memcpy(address, mapped, sizeof(mapped));
		memcpy(address + sizeof(mapped), value, 4);
	} else if (number == CLIENT_ADDRESS6) {
		memcpy(address, value, 16);
	}
}

static void
take_vendor_integer(const uint8_t *attribute, struct radius_answer *answer)
{
	uint8_t number = attribute[6];
	if (get_u32(attribute + 2) != VENDOR_FREERADIUS || attribute[7] != 6 ||
	    answer->has[number])
		return;
	if (number == CLIENT_ADDRESS || number == CLIENT_NUMBER)
		take_client(number, attribute + 8, answer);
	answer->has[number] = true;
	answer->value[number] = get_u32(attribute + 8);
}

static void
take_vendor_address(const uint8_t *attribute, struct radius_answer *answer)
{
	if (get_u32(attribute + 2) == VENDOR_FREERADIUS && attribute[7] == 18 &&
	    attribute[6] == CLIENT_ADDRESS6)
		take_client(CLIENT_ADDRESS6, attribute + 8, answer);
}

/* Of an address alone, none: it is whole. False for lengths and bits that no network has. */
static bool
take_netmask(struct radius_answer *answer)
{
	struct prefix *client = &answer->client;
	uint32_t first = address_is_v4(&client->address) ? 96 : 0;
	if (!answer->client_named || !answer->has[CLIENT_NETMASK])
		return true;
	if (answer->value[CLIENT_NETMASK] > 128 - first)
		return false;
	*client = prefix_of(&client->address, first + answer->value[CLIENT_NETMASK]);
	return true;
}

/* The length the packet says it has; 0 when that cannot be. */
static size_t
stated_length(const uint8_t *packet, size_t size)
{
	if (size < HEADER)
		return 0;
	size_t length = get_u16(packet + AT_LENGTH);
	return length < HEADER || length > size || length > RADIUS_PACKET_MAX ? 0
									      : length;
}

enum radius_verdict
radius_decode(const uint8_t *packet, size_t size, struct radius_answer *answer)
{
	size_t length = stated_length(packet, size);
	if (length == 0)
		return RADIUS_SHORT;
	memset(answer, 0, sizeof(*answer));
	answer->code = packet[0];
	for (size_t at = HEADER; at < length;) {
		size_t left = length - at;
		if (left < 2 || packet[at + 1] < 2 || packet[at + 1] > left)
			return RADIUS_MALFORMED;
		uint8_t type = packet[at], taken = packet[at + 1];
		if (type == VENDOR_SPECIFIC && taken == VENDOR_INTEGER_LENGTH)
			take_vendor_integer(packet + at, answer);
		if (type == VENDOR_SPECIFIC && taken == VENDOR_ADDRESS6_LENGTH)
			take_vendor_address(packet + at, answer);
		if (type == REPLY_MESSAGE && answer->reply == 0) {
			answer->reply = at + 2;
			answer->reply_size = taken - 2u;
		}
		if (type == MESSAGE_AUTHENTICATOR) {
			if (taken != MESSAGE_AUTHENTICATOR_LENGTH ||
			    answer->message_authenticator)
				return RADIUS_MALFORMED;
			answer->message_authenticator = at + 2;
		}
		at += taken;
	}
	if (!take_netmask(answer))
		return RADIUS_MALFORMED;
	return RADIUS_GOOD;
}

/* Is that what a server says to such a question? */
static bool
code_fits(const struct radius_question *question, uint8_t code)
{
	if (question->login)
		return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCESS_REJECT ||
		       code == RADIUS_ACCESS_CHALLENGE;
	return code == RADIUS_ACCESS_ACCEPT || code == RADIUS_ACCOUNTING_RESPONSE;
}

/* HMAC-MD5 over the answer as it was before both authenticators were put in. */
static enum radius_verdict
check_message(const struct radius_question *question, const uint8_t *packet,
	      size_t length, size_t at)
{
	uint8_t copy[RADIUS_PACKET_MAX];
	uint8_t mac[RADIUS_AUTHENTICATOR];
	memcpy(copy, packet, length);
	memcpy(copy + AT_AUTHENTICATOR, question->authenticator, RADIUS_AUTHENTICATOR);
	memset(copy + at, 0, RADIUS_AUTHENTICATOR);
	if (!hmac_md5(question, copy, length, mac))
		return RADIUS_NO_HASH;
	return CRYPTO_memcmp(mac, packet + at, sizeof(mac)) == 0 ? RADIUS_GOOD
								 : RADIUS_FORGED;
}

enum radius_verdict
radius_accept(const struct radius_question *question, const uint8_t *packet,
	      size_t size, struct radius_answer *answer)
{
	uint8_t wanted[RADIUS_AUTHENTICATOR];
	size_t length = stated_length(packet, size);
	if (length == 0)
		return RADIUS_SHORT;
	if (packet[AT_IDENTIFIER] != question->identifier)
		return RADIUS_OTHER;
	if (!response_md5(question, packet, length, wanted))
		return RADIUS_NO_HASH;
	if (CRYPTO_memcmp(wanted, packet + AT_AUTHENTICATOR, sizeof(wanted)) != 0)
		return RADIUS_FORGED;
	/* Only now, as the attributes of a stranger are nobody's fault. */
	enum radius_verdict verdict = radius_decode(packet, size, answer);
	if (verdict == RADIUS_GOOD && answer->message_authenticator)
		verdict = check_message(question, packet, length,
					answer->message_authenticator);
	if (verdict == RADIUS_GOOD && !code_fits(question, answer->code))
		verdict = RADIUS_CODE;
	return verdict;
}

bool
radius_threads_available(const struct radius_answer *answer, double *threads)
{
	if (!answer->has[RADIUS_THREADS_ACTIVE] || !answer->has[RADIUS_THREADS_MAX])
		return false;
	double active = answer->value[RADIUS_THREADS_ACTIVE];
	double max = answer->value[RADIUS_THREADS_MAX];
	double others = active > 0 ? active - 1 : 0;
	*threads = max > others ? max - others : 0;
	return true;
}
