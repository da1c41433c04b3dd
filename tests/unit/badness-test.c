/* SPDX-License-Identifier: BSD-3-Clause */
/* 10,000 messages of each kind of badness, made from valid ones: none is accepted, each
   is refused under its own reason. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "message/keys.h"
#include "message/peer.h"
#include "tests/unit/samples.h"
#include "tests/unit/unit.h"

#define EACH  10000
#define START (INT64_C(1795000000) * SECOND)

/* A receiver with two pairs, a forger who has no key, and a message on its way. */
struct world {
	struct random random;
	struct keys *masters, *mine, *others, *forger, *sha3;
	struct address server, client, other;
	struct peer peer;
	int64_t wall;
	struct sample_message sample;
	uint8_t bytes[MESSAGE_MAX + 1];
	size_t size;
};

static void
random_bytes(struct random *random, uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_next(random);
}

static void
open_world(struct world *world, uint64_t seed)
{
	uint8_t secret[32], pair[PAIR_KEY];
	memset(world, 0, sizeof(*world));
	random_seed(&world->random, seed);
	world->server = sample_address(&world->random);
	world->client = sample_address(&world->random);
	world->other = sample_address(&world->random);
	world->wall = START;
	world->masters = keys_new();
	world->mine = keys_new();
	world->others = keys_new();
	world->forger = keys_new();
	world->sha3 = keys_new();
	random_bytes(&world->random, secret, sizeof(secret));
	CU_ASSERT(keys_add_master(world->masters, 1, ALGORITHM_HMAC_SHA256, secret,
				  sizeof(secret)));
	CU_ASSERT(keys_derive(world->masters, 1, &world->server, &world->client, pair));
	CU_ASSERT(keys_add_pair(world->mine, 1, ALGORITHM_HMAC_SHA256, pair, PAIR_KEY));
	CU_ASSERT(keys_add_pair(world->sha3, 1, ALGORITHM_SHA3_256, pair, PAIR_KEY));
	CU_ASSERT(keys_derive(world->masters, 1, &world->server, &world->other, pair));
	CU_ASSERT(
	    keys_add_pair(world->others, 1, ALGORITHM_HMAC_SHA256, pair, PAIR_KEY));
	random_bytes(&world->random, secret, sizeof(secret));
	CU_ASSERT(keys_add_pair(world->forger, 1, ALGORITHM_HMAC_SHA256, secret, 32));
	CU_ASSERT(keys_add_pair(world->forger, 9, ALGORITHM_HMAC_SHA256, secret, 32));
}

static void
close_world(struct world *world)
{
	keys_free(world->masters);
	keys_free(world->mine);
	keys_free(world->others);
	keys_free(world->forger);
	keys_free(world->sha3);
}

/* A new message under a new id, sealed by the pair's own key. */
static void
make(struct world *world)
{
	sample_message_make(&world->sample, &world->random, 4);
	world->wall += 1 + (int64_t)random_below(&world->random, SECOND);
	world->sample.message.id = (uint64_t)world->wall;
	world->size = message_encode(&world->sample.message, world->bytes);
	CU_ASSERT_FATAL(world->size > 0);
	CU_ASSERT_FATAL(keys_seal(world->mine, &world->server, &world->client,
				  world->bytes, world->size));
}

/* Every check a receiver makes, at either end: the masters' verdict is the pair's. */
static enum message_check
receive(struct world *world)
{
	static struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct message message;
	enum message_check check =
	    message_decode(world->bytes, world->size, &message, alternate);
	if (check != CHECK_OK)
		return check;
	check = keys_verify(world->mine, &world->server, &world->client, world->bytes,
			    world->size);
	CU_ASSERT_EQUAL(check, keys_verify(world->masters, &world->server,
					   &world->client, world->bytes, world->size));
	if (check != CHECK_OK)
		return check;
	check = peer_check(&world->peer, message.id, world->wall, true, NULL);
	if (check == CHECK_OK)
		peer_accept(&world->peer, message.id);
	return check;
}

static void
reseal(struct world *world, const struct keys *keys, const struct address *server,
       const struct address *client)
{
	CU_ASSERT_FATAL(keys_seal(keys, server, client, world->bytes, world->size));
}

static enum message_check
truncated(struct world *world)
{
	make(world);
	world->size = (size_t)random_below(&world->random, world->size);
	return CHECK_LENGTH;
}

static enum message_check
lengthened(struct world *world)
{
	make(world);
	if (world->size >= MESSAGE_MAX)
		world->size = MESSAGE_MAX;
	world->bytes[world->size++] = 0;
	return CHECK_LENGTH;
}

/* What a flipped bit is refused for, by where it is. Among the attributes it is either
   the form or the authenticator: the decoder says which. */
static enum message_check
bit_flipped(struct world *world)
{
	static struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct message message;
	make(world);
	size_t bit = (size_t)random_below(&world->random, world->size * 8);
	size_t at = bit / 8;
	world->bytes[at] ^= (uint8_t)(1u << bit % 8);
	if (at < 4)
		return CHECK_MAGIC;
	if (at == 4)
		return CHECK_VERSION;
	if (at == 5)
		return world->bytes[5] >= 1 && world->bytes[5] <= 8
			   ? CHECK_AUTHENTICATOR
			   : CHECK_TYPE;
	if (at == 6)
		return CHECK_ALGORITHM;
	if (at == 7)
		return CHECK_KEY;
	if (at == 28 || at == 29)
		return CHECK_LENGTH;
	if (at == 30 || at == 31)
		return CHECK_FORMAT;
	if (at >= MESSAGE_HEADER && at < world->size - MESSAGE_AUTHENTICATOR &&
	    message_decode(world->bytes, world->size, &message, alternate) ==
		CHECK_FORMAT)
		return CHECK_FORMAT;
	return CHECK_AUTHENTICATOR;
}

/* By one who knows everything but the key. */
static enum message_check
forged(struct world *world)
{
	make(world);
	if (random_below(&world->random, 2))
		reseal(world, world->forger, &world->server, &world->client);
	else
		random_bytes(&world->random, world->bytes + world->size - 32, 32);
	return CHECK_AUTHENTICATOR;
}

/* One client's key moves no other client. */
static enum message_check
by_another_client(struct world *world)
{
	make(world);
	reseal(world, world->others, &world->server, &world->client);
	return CHECK_AUTHENTICATOR;
}

static enum message_check
wrong_pair(struct world *world)
{
	make(world);
	switch (random_below(&world->random, 3)) {
	case 0: /* the server's order to another client */
		reseal(world, world->masters, &world->server, &world->other);
		break;
	case 1: /* another server's order, under the same master */
		reseal(world, world->masters, &world->other, &world->client);
		break;
	default: /* the ends changed round */
		reseal(world, world->masters, &world->client, &world->server);
		break;
	}
	return CHECK_AUTHENTICATOR;
}

static enum message_check
wrong_key(struct world *world)
{
	make(world);
	world->bytes[7] = 9;
	reseal(world, world->forger, &world->server, &world->client);
	return CHECK_KEY;
}

/* The right key, the other algorithm. */
static enum message_check
wrong_algorithm(struct world *world)
{
	make(world);
	world->bytes[6] = ALGORITHM_SHA3_256;
	reseal(world, world->sha3, &world->server, &world->client);
	return CHECK_ALGORITHM;
}

static enum message_check
replayed(struct world *world)
{
	struct world later;
	make(world);
	CU_ASSERT_EQUAL_FATAL(receive(world), CHECK_OK);
	/* Some newer ones come between. */
	unsigned newer = (unsigned)random_below(&world->random, 2 * PEER_RECENT);
	later = *world;
	for (unsigned i = 0; i < newer; i++) {
		later.wall++;
		CU_ASSERT_EQUAL(peer_check(&later.peer, (uint64_t)later.wall,
					   later.wall, true, NULL),
				CHECK_OK);
		peer_accept(&later.peer, (uint64_t)later.wall);
	}
	world->wall = later.wall;
	world->peer = later.peer;
	return newer < PEER_RECENT ? CHECK_DUPLICATE : CHECK_SUPERSEDED;
}

static enum message_check
stale(struct world *world)
{
	uint64_t far =
	    (uint64_t)PEER_FRESHNESS + 1 + random_below(&world->random, (uint64_t)DAY);
	make(world);
	if (random_below(&world->random, 2)) {
		world->wall += (int64_t)far; /* kept back by somebody */
	} else {
		world->sample.message.id += far; /* of a clock that runs ahead */
		world->size = message_encode(&world->sample.message, world->bytes);
		reseal(world, world->mine, &world->server, &world->client);
	}
	return CHECK_STALE;
}

/* Fresh and never seen, but a newer order has been followed. */
static enum message_check
superseded(struct world *world)
{
	make(world);
	world->wall += 1 + (int64_t)random_below(&world->random, SECOND);
	peer_accept(&world->peer, (uint64_t)world->wall);
	return CHECK_SUPERSEDED;
}

static void
refuse_all(const char *name, enum message_check (*spoil)(struct world *world))
{
	struct world world;
	size_t seen[CHECK_COUNT] = { 0 }, wrong = 0;
	open_world(&world, 20261123);
	for (size_t i = 0; i < unit_rounds(EACH); i++) {
		enum message_check expected = spoil(&world);
		uint64_t mark = world.peer.mark;
		enum message_check check = receive(&world);
		seen[check]++;
		if (check != expected || world.peer.mark != mark)
			wrong++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(seen[CHECK_OK], 0);
	printf("\n    %s:", name);
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		if (seen[i] > 0)
			printf(" %s %zu", message_check_name((enum message_check)i),
			       seen[i]);
	/* The receiver is as willing as before. */
	make(&world);
	CU_ASSERT_EQUAL(receive(&world), CHECK_OK);
	close_world(&world);
}

#define KIND(kind)                       \
	static void test_##kind(void)    \
	{                                \
		refuse_all(#kind, kind); \
	}
KIND(truncated)
KIND(lengthened)
KIND(bit_flipped)
KIND(forged)
KIND(by_another_client)
KIND(wrong_pair)
KIND(wrong_key)
KIND(wrong_algorithm)
KIND(replayed)
KIND(stale)
KIND(superseded)

/* That what is refused above is refused for its badness. */
static void
test_good(void)
{
	struct world world;
	open_world(&world, 1);
	for (size_t i = 0; i < unit_rounds(EACH); i++) {
		make(&world);
		CU_ASSERT_EQUAL(receive(&world), CHECK_OK);
	}
	close_world(&world);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "good ones are accepted", test_good },
		{ "truncated", test_truncated },
		{ "lengthened", test_lengthened },
		{ "bit-flipped", test_bit_flipped },
		{ "forged", test_forged },
		{ "by another client's key", test_by_another_client },
		{ "of another pair", test_wrong_pair },
		{ "under an unknown key", test_wrong_key },
		{ "under the other algorithm", test_wrong_algorithm },
		{ "replayed", test_replayed },
		{ "stale", test_stale },
		{ "superseded", test_superseded },
	};
	return unit_run("badness", tests, ARRAY_SIZE(tests));
}
