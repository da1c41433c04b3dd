/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a message: decoding, encoding again, sealing and verifying. */
#include "config.h"

#include <string.h>

#include "message/keys.h"
#include "tests/fuzz/fuzz.h"

static struct keys *keys;
static const struct address server = { { [10] = 0xff, 0xff, 192, 0, 2, 10 } };
static const struct address client = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };

static void
make_keys(void)
{
	static const uint8_t secret[KEY_MIN] = "a secret of the fuzzer, 32 bytes";
	keys = keys_new();
	REQUIRE(keys);
	REQUIRE(keys_add_master(keys, 1, ALGORITHM_HMAC_SHA256, secret, KEY_MIN));
	REQUIRE(keys_add_pair(keys, 2, ALGORITHM_SHA3_256, secret, KEY_MIN));
}

/* Known attributes in ascending order: the only form that encoding makes. */
static bool
canonical(const uint8_t *bytes, size_t size)
{
	static const uint32_t known =
	    HAS(ATTRIBUTE_ALTERNATE) | HAS(ATTRIBUTE_SPREAD) | HAS(ATTRIBUTE_REASON) |
	    HAS(ATTRIBUTE_TEXT) | HAS(ATTRIBUTE_SERVER) | HAS(ATTRIBUTE_CLIENT) |
	    HAS(ATTRIBUTE_RETRY_AFTER) | HAS(ATTRIBUTE_MARK) | HAS(ATTRIBUTE_CLOCK) |
	    HAS(ATTRIBUTE_STAGE) | HAS(ATTRIBUTE_PLACE);
	unsigned last = 0;
	for (size_t at = MESSAGE_HEADER; at < size - MESSAGE_AUTHENTICATOR;
	     at += 4 + get_u16(bytes + at + 2)) {
		unsigned type = get_u16(bytes + at);
		if (type < last || type > 31 || !(known & HAS(type)))
			return false;
		last = type;
	}
	return true;
}

static bool
inside(struct slice slice, const uint8_t *bytes, size_t size)
{
	const char *start = (const char *)bytes;
	return slice.length == 0 ||
	       (slice.start >= start && slice.start + slice.length <= start + size);
}

static void
check_encoding(const struct message *message, const uint8_t *bytes, size_t size)
{
	static struct message_alternate alternate[MESSAGE_ALTERNATES];
	uint8_t first[MESSAGE_MAX], second[MESSAGE_MAX];
	struct message again;
	size_t encoded = message_encode(message, first);
	/* Decoding leaves algorithm and key id to the keys, encoding does not. */
	if (message->key_id == 0 || message->algorithm < ALGORITHM_HMAC_SHA256 ||
	    message->algorithm > ALGORITHM_SHA3_256) {
		REQUIRE(encoded == 0);
		return;
	}
	REQUIRE(encoded >= MESSAGE_MIN && encoded <= size);
	REQUIRE(message_decode(first, encoded, &again, alternate) == CHECK_OK);
	REQUIRE(again.has == message->has);
	REQUIRE(again.alternates == message->alternates);
	REQUIRE(message_encode(&again, second) == encoded);
	REQUIRE(memcmp(first, second, encoded) == 0);
	REQUIRE(canonical(first, encoded));
	if (canonical(bytes, size)) {
		REQUIRE(encoded == size);
		REQUIRE(memcmp(first, bytes, size - MESSAGE_AUTHENTICATOR) == 0);
	}
}

/* What is sealed verifies, and no longer when any bit of it is another. */
static void
check_seal(const uint8_t *bytes, size_t size)
{
	uint8_t sealed[MESSAGE_MAX];
	memcpy(sealed, bytes, size);
	sealed[7] = (uint8_t)(1 + (bytes[7] & 1));
	sealed[6] = (uint8_t)keys_algorithm(keys, sealed[7]);
	REQUIRE(keys_seal(keys, &server, &client, sealed, size));
	REQUIRE(keys_verify(keys, &server, &client, sealed, size) == CHECK_OK);
	size_t bit = get_u16(bytes + size - 2) % (size * 8);
	sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	REQUIRE(keys_verify(keys, &server, &client, sealed, size) != CHECK_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct message message;
	if (!keys)
		make_keys();
	enum message_check check = message_decode(data, size, &message, alternate);
	REQUIRE(check <= CHECK_TYPE);
	if (check != CHECK_OK)
		return 0;
	REQUIRE(size >= MESSAGE_MIN && size <= MESSAGE_MAX);
	REQUIRE(inside(message.text, data, size));
	REQUIRE(inside(message.server, data, size) && message.server.length > 0);
	REQUIRE(inside(message.client, data, size) && message.client.length > 0);
	REQUIRE(message.alternates <= MESSAGE_ALTERNATES);
	for (size_t i = 0; i < message.alternates; i++)
		REQUIRE(inside(message.alternate[i].name, data, size));
	check_encoding(&message, data, size);
	check_seal(data, size);
	keys_verify(keys, &server, &client, data, size);
	return 0;
}
