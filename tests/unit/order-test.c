/* SPDX-License-Identifier: BSD-3-Clause */
/* The path of an order allocates nothing: neither we nor OpenSSL under us. The linker
   leads our own calls here (--wrap), OpenSSL has a hook for its. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "message/channel.h"
#include "message/keys.h"
#include "message/peer.h"
#include "tests/unit/unit.h"

static size_t ours, openssl;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

void *
__wrap_malloc(size_t size)
{
	ours++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	ours++;
	return __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	ours++;
	return __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	ours++;
	return __real_reallocarray(old, count, size);
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl++;
	return __real_malloc(size);
}

static void *
openssl_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl++;
	return __real_realloc(old, size);
}

static void
openssl_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

static struct channel *
open_udp(const char *local)
{
	char why[CHANNEL_WHY];
	struct channel_options options = { .transport = TRANSPORT_UDP,
					   .family = AF_INET };
	CU_ASSERT_FATAL(prefix_parse(local, &options.local));
	struct channel *channel = channel_open(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	return channel;
}

/* An order out, and what an answer goes through on its way in. */
static void
check_path(enum message_algorithm algorithm, size_t allowed)
{
	enum { ORDERS = 1000 };
	static struct datagram batch[CHANNEL_BATCH];
	static struct message_alternate read[MESSAGE_ALTERNATES];
	struct peer peer = { 0 };
	struct message order = { .type = MESSAGE_FAILOVER,
				 .algorithm = algorithm,
				 .key_id = 1,
				 .server = slice_of("aaa1"),
				 .client = slice_of("nas1") };
	struct address server, client, to;
	uint8_t secret[32] = { 1 };
	int error;
	CU_ASSERT(address_parse("127.0.0.1", &server));
	CU_ASSERT(address_parse("127.0.0.99", &client));
	struct keys *keys = keys_new();
	CU_ASSERT(keys_add_master(keys, 1, algorithm, secret, sizeof(secret)));
	struct channel *channel = open_udp("127.0.0.1");

	CU_ASSERT(ours > 0); /* that counting works */
	ours = openssl = 0;
	for (size_t i = 0; i < ORDERS; i++) {
		struct datagram *datagram = &batch[i % CHANNEL_BATCH];
		struct message message;
		order.id = peer_block(&peer, 1000, (uint32_t)i);
		datagram->from.address = server;
		datagram->to.address = client;
		datagram->to.port = 9; /* nobody there: errors are on the path too */
		datagram->size = message_encode(&order, datagram->bytes);
		CU_ASSERT(
		    keys_seal(keys, &server, &client, datagram->bytes, datagram->size));
		CU_ASSERT_EQUAL(
		    message_decode(datagram->bytes, datagram->size, &message, read),
		    CHECK_OK);
		CU_ASSERT_EQUAL(keys_verify(keys, &server, &client, datagram->bytes,
					    datagram->size),
				CHECK_OK);
		channel_send(channel, datagram, 1, &error);
		channel_receive(channel, batch, CHANNEL_BATCH);
		channel_error(channel, &to, &error);
	}
	CU_ASSERT_EQUAL(ours, 0);
	CU_ASSERT(openssl <= allowed * ORDERS);
	channel_close(channel);
	keys_free(keys);
}

static void
test_hmac(void)
{
	check_path(ALGORITHM_HMAC_SHA256, 0);
}

/* OpenSSL 3.0 makes its SHA3 state anew at each start: one for the seal, one for the
   verification, both of a size that the allocator has just got back. */
static void
test_sha3(void)
{
	check_path(ALGORITHM_SHA3_256, 2);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "HMAC-SHA-256 allocates nothing", test_hmac },
		{ "SHA3-256: nothing of ours", test_sha3 },
	};
	if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) !=
	    1)
		return 99;
	keys_start();
	return unit_run("order", tests, ARRAY_SIZE(tests));
}
