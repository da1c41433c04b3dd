/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys: files, derivation and authenticators, held against OpenSSL's own KDF and MAC. */
#include "config.h"

#include "message/keys.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "tests/unit/samples.h"
#include "tests/unit/unit.h"

static void
random_bytes(struct random *random, uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_next(random);
}

static bool
parses(const char *text, size_t *size)
{
	uint8_t secret[KEY_FILE_MAX / 2];
	char why[128] = "";
	bool ok = keys_parse((const uint8_t *)text, strlen(text), secret, size, why);
	CU_ASSERT_EQUAL(ok, why[0] == '\0');
	return ok;
}

#define DIGITS_62 "00112233445566778899aabbccddeeff00112233445566778899aabbccddee"
#define DIGITS_64 DIGITS_62 "ff"

static void
test_parse(void)
{
	size_t size = 0;
	char most[KEY_FILE_MAX + 3];
	CU_ASSERT(parses(DIGITS_64, &size));
	CU_ASSERT_EQUAL(size, 32);
	CU_ASSERT(parses(DIGITS_64 "AB\n", &size));
	CU_ASSERT_EQUAL(size, 33);
	CU_ASSERT(parses(DIGITS_64 "\r\n", &size));
	CU_ASSERT_FALSE(parses("", &size));
	CU_ASSERT_FALSE(parses("\n\n", &size));
	CU_ASSERT_FALSE(parses(DIGITS_62 "\n", &size));
	CU_ASSERT_FALSE(parses(DIGITS_64 "a\n", &size));
	CU_ASSERT_FALSE(parses(DIGITS_64 "\n" DIGITS_64, &size));
	CU_ASSERT_FALSE(parses(" " DIGITS_64, &size));
	CU_ASSERT_FALSE(parses(DIGITS_62 "zz", &size));
	memset(most, '7', sizeof(most));
	most[64] = '\0'; /* all bytes equal */
	CU_ASSERT_FALSE(parses(most, &size));
	/* A pattern of eight bytes, and of nine; bytes that count up, and down by three. */
	CU_ASSERT_FALSE(parses("0123456789abcdef0123456789abcdef"
			       "0123456789abcdef0123456789abcdef",
			       &size));
	CU_ASSERT(parses("0123456789abcdef100123456789abcdef10"
			 "0123456789abcdef100123456789abcdef10",
			 &size));
	for (unsigned i = 0; i < 32; i++)
		snprintf(most + 2 * i, 3, "%02x", (0xf0 + i) & 0xff);
	CU_ASSERT_FALSE(parses(most, &size));
	for (unsigned i = 0; i < 32; i++)
		snprintf(most + 2 * i, 3, "%02x", (0x50 - 3 * i) & 0xff);
	CU_ASSERT_FALSE(parses(most, &size));
	most[63] ^= 1;
	CU_ASSERT(parses(most, &size));
	memset(most, '7', sizeof(most));
	memcpy(most, DIGITS_64, 64);
	most[KEY_FILE_MAX] = '\0';
	CU_ASSERT(parses(most, &size));
	CU_ASSERT_EQUAL(size, KEY_FILE_MAX / 2);
	most[KEY_FILE_MAX] = '7';
	most[KEY_FILE_MAX + 2] = '\0';
	CU_ASSERT_FALSE(parses(most, &size));
}

/* HKDF as OpenSSL does it. */
static void
openssl_derive(const uint8_t *master, size_t size, const struct address *server,
	       const struct address *client, uint8_t out[PAIR_KEY])
{
	uint8_t info[44];
	memcpy(info, "bellwether 1", 12);
	memcpy(info + 12, server->byte, 16);
	memcpy(info + 28, client->byte, 16);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
						 (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)master,
						  size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info,
						  sizeof(info)),
		OSSL_PARAM_construct_end(),
	};
	CU_ASSERT_EQUAL(EVP_KDF_derive(context, out, PAIR_KEY, parameters), 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

/* The authenticator as OpenSSL computes it from the protocol's definition. */
static void
openssl_authenticator(enum message_algorithm algorithm, const uint8_t *key,
		      size_t key_size, const struct address *server,
		      const struct address *client, const uint8_t *bytes, size_t size,
		      uint8_t out[32])
{
	static uint8_t input[4096 + MESSAGE_MAX];
	size_t at = 0, written = 0;
	if (algorithm == ALGORITHM_SHA3_256) {
		put_u16(input, (uint16_t)key_size);
		memcpy(input + 2, key, key_size);
		at = 2 + key_size;
	}
	memcpy(input + at, server->byte, 16);
	memcpy(input + at + 16, client->byte, 16);
	memcpy(input + at + 32, bytes, size - 32);
	at += 32 + size - 32;
	bool ok;
	if (algorithm == ALGORITHM_SHA3_256)
		ok = EVP_Q_digest(NULL, "SHA3-256", NULL, input, at, out, &written);
	else
		ok = EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_size, input,
			       at, out, 32, &written) != NULL;
	CU_ASSERT(ok);
	CU_ASSERT_EQUAL(written, 32);
}

static void
test_derive(void)
{
	struct random random;
	random_seed(&random, 3);
	for (size_t size = KEY_MIN; size <= 200; size += 8) {
		uint8_t master[200], ours[PAIR_KEY], theirs[PAIR_KEY];
		struct address server = sample_address(&random);
		struct address client = sample_address(&random);
		struct keys *keys = keys_new();
		random_bytes(&random, master, size);
		CU_ASSERT(
		    keys_add_master(keys, 1, ALGORITHM_HMAC_SHA256, master, size));
		CU_ASSERT(keys_derive(keys, 1, &server, &client, ours));
		openssl_derive(master, size, &server, &client, theirs);
		CU_ASSERT_EQUAL(memcmp(ours, theirs, PAIR_KEY), 0);
		CU_ASSERT_FALSE(keys_derive(keys, 2, &server, &client, ours));
		/* The ends are not interchangeable. */
		CU_ASSERT(keys_derive(keys, 1, &client, &server, ours));
		CU_ASSERT_NOT_EQUAL(memcmp(ours, theirs, PAIR_KEY), 0);
		keys_free(keys);
	}
}

/* Both ends' keys of one master, and a message between them. */
struct setting {
	struct keys *server_keys, *client_keys;
	struct address server, client;
	uint8_t pair[PAIR_KEY];
	uint8_t bytes[MESSAGE_MAX];
	size_t size;
};

static void
set_up(struct setting *setting, struct random *random, enum message_algorithm algorithm)
{
	struct sample_message sample;
	uint8_t master[48];
	random_bytes(random, master, sizeof(master));
	setting->server = sample_address(random);
	setting->client = sample_address(random);
	setting->server_keys = keys_new();
	setting->client_keys = keys_new();
	CU_ASSERT(keys_add_master(setting->server_keys, 1, algorithm, master,
				  sizeof(master)));
	CU_ASSERT(keys_derive(setting->server_keys, 1, &setting->server,
			      &setting->client, setting->pair));
	CU_ASSERT(
	    keys_add_pair(setting->client_keys, 1, algorithm, setting->pair, PAIR_KEY));
	sample_message_make(&sample, random, 3);
	sample.message.algorithm = algorithm;
	setting->size = message_encode(&sample.message, setting->bytes);
	CU_ASSERT_FATAL(setting->size > 0);
}

static void
tear_down(struct setting *setting)
{
	keys_free(setting->server_keys);
	keys_free(setting->client_keys);
}

static enum message_check
verify(const struct setting *setting, const struct keys *keys)
{
	return keys_verify(keys, &setting->server, &setting->client, setting->bytes,
			   setting->size);
}

static bool
seal(struct setting *setting, const struct keys *keys)
{
	return keys_seal(keys, &setting->server, &setting->client, setting->bytes,
			 setting->size);
}

static void
check_seal(enum message_algorithm algorithm)
{
	struct random random;
	random_seed(&random, 4 + (uint64_t)algorithm);
	for (int i = 0; i < 200; i++) {
		struct setting setting;
		uint8_t expected[32], *tag;
		set_up(&setting, &random, algorithm);
		tag = setting.bytes + setting.size - 32;
		openssl_authenticator(algorithm, setting.pair, PAIR_KEY,
				      &setting.server, &setting.client, setting.bytes,
				      setting.size, expected);
		CU_ASSERT(seal(&setting, setting.server_keys));
		CU_ASSERT_EQUAL(memcmp(tag, expected, 32), 0);
		CU_ASSERT_EQUAL(verify(&setting, setting.client_keys), CHECK_OK);
		CU_ASSERT_EQUAL(verify(&setting, setting.server_keys), CHECK_OK);
		memset(tag, 0, 32);
		CU_ASSERT(seal(&setting, setting.client_keys));
		CU_ASSERT_EQUAL(memcmp(tag, expected, 32), 0);
		tag[i % 32] ^= (uint8_t)(1 << i % 8);
		CU_ASSERT_EQUAL(verify(&setting, setting.client_keys),
				CHECK_AUTHENTICATOR);
		CU_ASSERT_EQUAL(verify(&setting, setting.server_keys),
				CHECK_AUTHENTICATOR);
		tear_down(&setting);
	}
}

static void
test_hmac(void)
{
	check_seal(ALGORITHM_HMAC_SHA256);
}

static void
test_sha3(void)
{
	check_seal(ALGORITHM_SHA3_256);
}

/* Keys of other lengths than a derived one, also longer than a block. */
static void
test_long_pair_keys(void)
{
	struct random random;
	random_seed(&random, 6);
	for (size_t size = 32; size <= KEY_FILE_MAX / 2; size += 36) {
		static uint8_t key[KEY_FILE_MAX / 2];
		for (int algorithm = 1; algorithm <= 2; algorithm++) {
			struct setting setting;
			uint8_t expected[32];
			set_up(&setting, &random, (enum message_algorithm)algorithm);
			random_bytes(&random, key, size);
			CU_ASSERT(keys_add_pair(setting.client_keys, 2,
						(enum message_algorithm)algorithm, key,
						size));
			setting.bytes[7] = 2;
			CU_ASSERT(seal(&setting, setting.client_keys));
			openssl_authenticator((enum message_algorithm)algorithm, key,
					      size, &setting.server, &setting.client,
					      setting.bytes, setting.size, expected);
			CU_ASSERT_EQUAL(
			    memcmp(setting.bytes + setting.size - 32, expected, 32), 0);
			tear_down(&setting);
		}
	}
}

static void
test_refusals(void)
{
	struct setting setting;
	struct random random;
	uint8_t secret[64];
	random_seed(&random, 7);
	random_bytes(&random, secret, sizeof(secret));
	set_up(&setting, &random, ALGORITHM_HMAC_SHA256);
	struct keys *keys = setting.client_keys;
	CU_ASSERT_FALSE(keys_add_pair(keys, 1, ALGORITHM_HMAC_SHA256, secret, 32));
	CU_ASSERT_FALSE(keys_add_pair(keys, 0, ALGORITHM_HMAC_SHA256, secret, 32));
	CU_ASSERT_FALSE(keys_add_pair(keys, 2, ALGORITHM_HMAC_SHA256, secret, 31));
	CU_ASSERT_FALSE(keys_add_pair(keys, 2, ALGORITHM_HMAC_SHA256, secret, 0));
	CU_ASSERT_FALSE(keys_add_master(keys, 2, ALGORITHM_SHA3_256, secret, 31));
	CU_ASSERT_FALSE(keys_add_pair(keys, 2, (enum message_algorithm)3, secret, 32));
	CU_ASSERT_FALSE(keys_derive(keys, 1, &setting.server, &setting.client, secret));

	CU_ASSERT(seal(&setting, keys));
	setting.bytes[7] = 9;
	CU_ASSERT_EQUAL(verify(&setting, keys), CHECK_KEY);
	CU_ASSERT_FALSE(seal(&setting, keys));
	setting.bytes[7] = 1;
	setting.bytes[6] = ALGORITHM_SHA3_256;
	CU_ASSERT_EQUAL(verify(&setting, keys), CHECK_ALGORITHM);
	CU_ASSERT_FALSE(seal(&setting, keys));
	setting.bytes[6] = 0;
	CU_ASSERT_EQUAL(verify(&setting, keys), CHECK_ALGORITHM);
	setting.bytes[6] = ALGORITHM_HMAC_SHA256;
	CU_ASSERT_EQUAL(verify(&setting, keys), CHECK_OK);
	/* Authentic for these two addresses, not for others. */
	setting.client.byte[15] ^= 1;
	CU_ASSERT_EQUAL(verify(&setting, keys), CHECK_AUTHENTICATOR);
	CU_ASSERT_EQUAL(verify(&setting, setting.server_keys), CHECK_AUTHENTICATOR);
	setting.client.byte[15] ^= 1;
	setting.server.byte[15] ^= 1;
	CU_ASSERT_EQUAL(verify(&setting, keys), CHECK_AUTHENTICATOR);
	CU_ASSERT_FALSE(keys_seal(keys, &setting.server, &setting.client, setting.bytes,
				  MESSAGE_MIN - 1));
	tear_down(&setting);
}

static void
test_ids(void)
{
	struct random random;
	uint8_t secret[32];
	struct keys *keys = keys_new();
	random_seed(&random, 8);
	random_bytes(&random, secret, sizeof(secret));
	CU_ASSERT_EQUAL(keys_current(keys), 0);
	CU_ASSERT(keys_add_master(keys, 200, ALGORITHM_SHA3_256, secret, 32));
	CU_ASSERT_EQUAL(keys_current(keys), 200);
	CU_ASSERT(keys_add_master(keys, 3, ALGORITHM_HMAC_SHA256, secret, 32));
	CU_ASSERT(keys_add_pair(keys, 255, ALGORITHM_HMAC_SHA256, secret, 32));
	CU_ASSERT_EQUAL(keys_current(keys), 3);
	CU_ASSERT_EQUAL(keys_algorithm(keys, 200), ALGORITHM_SHA3_256);
	CU_ASSERT_EQUAL(keys_algorithm(keys, 3), ALGORITHM_HMAC_SHA256);
	CU_ASSERT_EQUAL(keys_algorithm(keys, 4), 0);
	keys_free(keys);
	keys_free(NULL);
}

/* The peer's first, then the others in turn; the lowest when it is not known. */
static void
test_turn(void)
{
	struct random random;
	uint8_t secret[32];
	struct keys *keys = keys_new();
	random_seed(&random, 10);
	CU_ASSERT_EQUAL(keys_turn(keys, 0, 0), 0);
	CU_ASSERT_EQUAL(keys_turn(keys, 5, 3), 0);
	static const uint8_t ids[] = { 9, 2, 5 };
	for (size_t i = 0; i < 3; i++) {
		random_bytes(&random, secret, sizeof(secret));
		CU_ASSERT(
		    keys_add_pair(keys, ids[i], ALGORITHM_HMAC_SHA256, secret, 32));
	}
	static const struct {
		uint8_t heard, turn[4];
	} cases[] = { { 0, { 2, 5, 9, 2 } },
		      { 7, { 2, 5, 9, 2 } },
		      { 5, { 5, 9, 2, 5 } },
		      { 9, { 9, 2, 5, 9 } } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (unsigned try = 0; try < 4; try++)
			CU_ASSERT_EQUAL(keys_turn(keys, cases[i].heard, try),
					cases[i].turn[try]);
	keys_free(keys);
}

/* The same secret under two ids, of masters as of pairs, in one set or two. */
static void
test_twins(void)
{
	struct random random;
	uint8_t secret[2][40];
	struct keys *keys = keys_new(), *others = keys_new();
	random_seed(&random, 11);
	random_bytes(&random, secret[0], sizeof(secret[0]));
	memcpy(secret[1], secret[0], sizeof(secret[0]));
	secret[1][39] ^= 1;
	CU_ASSERT(keys_add_master(keys, 1, ALGORITHM_HMAC_SHA256, secret[0], 40));
	CU_ASSERT(keys_add_master(keys, 2, ALGORITHM_HMAC_SHA256, secret[1], 40));
	CU_ASSERT(keys_add_pair(keys, 3, ALGORITHM_HMAC_SHA256, secret[0], 40));
	CU_ASSERT_EQUAL(keys_twin(keys, 1, keys), 0);
	CU_ASSERT_EQUAL(keys_twin(keys, 3, keys), 0);
	CU_ASSERT(keys_add_master(keys, 4, ALGORITHM_SHA3_256, secret[1], 40));
	CU_ASSERT(keys_add_pair(keys, 5, ALGORITHM_SHA3_256, secret[0], 40));
	CU_ASSERT_EQUAL(keys_twin(keys, 4, keys), 2);
	CU_ASSERT_EQUAL(keys_twin(keys, 2, keys), 4);
	CU_ASSERT_EQUAL(keys_twin(keys, 5, keys), 3);
	CU_ASSERT_EQUAL(keys_twin(keys, 1, keys), 0);
	CU_ASSERT(keys_add_master(others, 1, ALGORITHM_HMAC_SHA256, secret[1], 40));
	CU_ASSERT_EQUAL(keys_twin(others, 1, keys), 2);
	CU_ASSERT_EQUAL(keys_twin(keys, 1, others), 0);
	CU_ASSERT_EQUAL(keys_twin(keys, 6, others), 0);
	keys_free(keys);
	keys_free(others);
}

/* More keys than fit into locked memory. */
static void
test_many(void)
{
	enum { MANY = 1000 };
	static struct keys *keys[MANY];
	struct random random;
	struct address server = sample_address(&(struct random){ 1 });
	uint8_t secret[32], bytes[MESSAGE_MIN] = { 0 };
	random_seed(&random, 9);
	bytes[6] = bytes[7] = 1;
	for (int i = 0; i < MANY; i++) {
		random_bytes(&random, secret, sizeof(secret));
		keys[i] = keys_new();
		CU_ASSERT(keys_add_pair(keys[i], 1, ALGORITHM_HMAC_SHA256, secret, 32));
	}
	for (int i = 0; i < MANY; i++) {
		CU_ASSERT(keys_seal(keys[i], &server, &server, bytes, sizeof(bytes)));
		CU_ASSERT_EQUAL(
		    keys_verify(keys[i], &server, &server, bytes, sizeof(bytes)),
		    CHECK_OK);
		CU_ASSERT_EQUAL(keys_verify(keys[(i + 1) % MANY], &server, &server,
					    bytes, sizeof(bytes)),
				CHECK_AUTHENTICATOR);
	}
	for (int i = 0; i < MANY; i++)
		keys_free(keys[i]);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "key files", test_parse },
		{ "derivation is HKDF", test_derive },
		{ "HMAC-SHA-256", test_hmac },
		{ "SHA3-256", test_sha3 },
		{ "keys of any length", test_long_pair_keys },
		{ "what is refused", test_refusals },
		{ "key ids", test_ids },
		{ "keys in turn", test_turn },
		{ "one secret twice", test_twins },
		{ "more keys than locked memory holds", test_many },
	};
	keys_start();
	return unit_run("keys", tests, ARRAY_SIZE(tests));
}
