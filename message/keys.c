/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and authenticators. HMAC stands on OpenSSL's plain SHA-256 functions: EVP_MAC
   allocates up to five times a message in OpenSSL 3.0, and an order on a drowning
   machine must not depend on the allocator. Tests hold it against EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "config.h"

#include "message/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "common/bytes.h"

#define DIGEST       32
#define BLOCK        64 /* of SHA-256 */
#define WEAK_KINDS   8  /* different bytes, and no more */
#define AT_ALGORITHM 6
#define AT_KEY_ID    7
/* What all secrets together need: three masters and as many pair keys are 3 KiB. */
#define SECURE_HEAP 65536

/* A key that has gone through its two first blocks. */
struct hmac {
	SHA256_CTX inner, outer;
};

/* One per key, in locked memory. */
struct secret {
	struct hmac hmac; /* masters: keyed with HKDF's PRK; pairs: with the key */
	uint16_t size;    /* of key; 0 for masters, whose PRK is all that is needed */
	uint8_t key[];
};

struct entry {
	uint8_t id;
	enum message_algorithm algorithm;
	bool master;
	struct secret *secret;
};

struct keys {
	struct entry *entry; /* by id, ascending */
	size_t count;
	EVP_MD *sha3; /* from the first key that needs it */
	EVP_MD_CTX *sha3_context;
};

void
keys_start(void)
{
	/* Without locked memory (RLIMIT_MEMLOCK) secrets are still cleansed. */
	(void)CRYPTO_secure_malloc_init(SECURE_HEAP, 32);
	(void)prctl(PR_SET_DUMPABLE, 0);
}

void
keys_cleanse(void *secret, size_t size)
{
	OPENSSL_cleanse(secret, size);
}

struct keys *
keys_new(void)
{
	return calloc(1, sizeof(struct keys));
}

static void
secret_free(struct secret *secret)
{
	if (secret)
		OPENSSL_secure_clear_free(secret, sizeof(*secret) + secret->size);
}

/* The secure heap is small; what does not fit (a flock's keys) is cleansed, not locked.
   OPENSSL_secure_clear_free() knows both kinds. */
static struct secret *
secret_new(size_t size)
{
	struct secret *secret = OPENSSL_secure_zalloc(sizeof(*secret) + size);
	if (!secret)
		secret = OPENSSL_zalloc(sizeof(*secret) + size);
	if (secret)
		secret->size = (uint16_t)size;
	return secret;
}

void
keys_free(struct keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->count; i++)
		secret_free(keys->entry[i].secret);
	free(keys->entry);
	EVP_MD_CTX_free(keys->sha3_context);
	EVP_MD_free(keys->sha3);
	free(keys);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One byte repeated, a short pattern repeated, or a row of bytes that count up or down.
   Of 32 random bytes some 30 differ; so few are never chance. */
static bool
is_weak(const uint8_t *bytes, size_t size)
{
	bool seen[256] = { false };
	size_t kinds = 0, even = 0;
	for (size_t i = 0; i < size; i++) {
		kinds += !seen[bytes[i]];
		seen[bytes[i]] = true;
		if (i >= 2 && (uint8_t)(bytes[i] - bytes[i - 1]) ==
				  (uint8_t)(bytes[i - 1] - bytes[i - 2]))
			even++;
	}
	explicit_bzero(seen, sizeof(seen));
	return kinds <= WEAK_KINDS || even + 2 == size;
}

bool
keys_parse(const uint8_t *text, size_t length, uint8_t secret[KEY_FILE_MAX / 2],
	   size_t *size, char why[128])
{
	const char *problem = NULL;
	size_t decoded = 0;
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	if (length == 0)
		problem = "holds no key: make one with openssl rand -hex 32";
	else if (length < 2 * KEY_MIN)
		problem = "holds a key that is too short: 64 hexadecimal digits or "
			  "more (openssl rand -hex 32)";
	else if (!hex_decode((const char *)text, length, secret, KEY_FILE_MAX / 2,
			     &decoded))
		problem = "must be one line of hexadecimal digits, two a byte "
			  "(openssl rand -hex 32)";
	else if (is_weak(secret, decoded))
		problem = "holds a key that anybody can guess: make one with "
			  "openssl rand -hex 32";
	if (problem) {
		OPENSSL_cleanse(secret, KEY_FILE_MAX / 2);
		snprintf(why, 128, "%s", problem);
		return false;
	}
	*size = decoded;
	return true;
}

static bool
hmac_key(struct hmac *hmac, const uint8_t *key, size_t size)
{
	uint8_t block[BLOCK] = { 0 }, outer[BLOCK];
	bool ok = true;
	if (size > BLOCK)
		ok = SHA256(key, size, block) != NULL;
	else if (size > 0)
		memcpy(block, key, size);
	for (size_t i = 0; i < BLOCK; i++) {
		outer[i] = block[i] ^ 0x5c;
		block[i] ^= 0x36;
	}
	ok = ok && SHA256_Init(&hmac->inner) == 1 &&
	     SHA256_Update(&hmac->inner, block, BLOCK) == 1 &&
	     SHA256_Init(&hmac->outer) == 1 &&
	     SHA256_Update(&hmac->outer, outer, BLOCK) == 1;
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(outer, sizeof(outer));
	return ok;
}

static bool
hmac_finish(const struct hmac *hmac, SHA256_CTX *inner, uint8_t out[DIGEST])
{
	uint8_t digest[DIGEST];
	SHA256_CTX outer = hmac->outer;
	bool ok = SHA256_Final(digest, inner) == 1 &&
		  SHA256_Update(&outer, digest, DIGEST) == 1 &&
		  SHA256_Final(out, &outer) == 1;
	OPENSSL_cleanse(&outer, sizeof(outer));
	return ok;
}

/* What the authenticator covers, I of the protocol, and what the pair's key is derived
   from: the addresses serve both. */
#define LABEL 12
#define ENDS  32

struct covered {
	uint8_t info[LABEL + ENDS + 1]; /* label, server, client, HKDF's counter */
	const uint8_t *bytes;
	size_t size;
};

static struct covered
cover(const struct address *server, const struct address *client, const uint8_t *bytes,
      size_t size)
{
	struct covered covered = { .bytes = bytes, .size = size };
	memcpy(covered.info, "bellwether 1", LABEL);
	memcpy(covered.info + LABEL, server->byte, 16);
	memcpy(covered.info + LABEL + 16, client->byte, 16);
	covered.info[LABEL + ENDS] = 1;
	return covered;
}

static bool
hmac_covered(const struct hmac *hmac, const struct covered *covered,
	     uint8_t out[DIGEST])
{
	SHA256_CTX inner = hmac->inner;
	bool ok = SHA256_Update(&inner, covered->info + LABEL, ENDS) == 1 &&
		  SHA256_Update(&inner, covered->bytes, covered->size) == 1 &&
		  hmac_finish(hmac, &inner, out);
	OPENSSL_cleanse(&inner, sizeof(inner));
	return ok;
}

static bool
sha3_covered(const struct keys *keys, const uint8_t *key, size_t size,
	     const struct covered *covered, uint8_t out[DIGEST])
{
	EVP_MD_CTX *context = keys->sha3_context;
	uint8_t length[2];
	unsigned written = 0;
	put_u16(length, (uint16_t)size);
	return EVP_DigestInit_ex2(context, keys->sha3, NULL) == 1 &&
	       EVP_DigestUpdate(context, length, sizeof(length)) == 1 &&
	       EVP_DigestUpdate(context, key, size) == 1 &&
	       EVP_DigestUpdate(context, covered->info + LABEL, ENDS) == 1 &&
	       EVP_DigestUpdate(context, covered->bytes, covered->size) == 1 &&
	       EVP_DigestFinal_ex(context, out, &written) == 1 && written == DIGEST;
}

/* HKDF's second half: one block, because the pair's key is one digest long. */
static bool
derive(const struct hmac *prk, const struct covered *covered, uint8_t out[PAIR_KEY])
{
	SHA256_CTX inner = prk->inner;
	bool ok = SHA256_Update(&inner, covered->info, sizeof(covered->info)) == 1 &&
		  hmac_finish(prk, &inner, out);
	OPENSSL_cleanse(&inner, sizeof(inner));
	return ok;
}

static bool
authenticate_master(const struct keys *keys, const struct entry *entry,
		    const struct covered *covered, uint8_t out[DIGEST])
{
	uint8_t key[PAIR_KEY];
	struct hmac hmac;
	bool ok = derive(&entry->secret->hmac, covered, key);
	if (ok && entry->algorithm == ALGORITHM_SHA3_256)
		ok = sha3_covered(keys, key, PAIR_KEY, covered, out);
	else if (ok)
		ok =
		    hmac_key(&hmac, key, PAIR_KEY) && hmac_covered(&hmac, covered, out);
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(&hmac, sizeof(hmac));
	return ok;
}

static bool
authenticate(const struct keys *keys, const struct entry *entry,
	     const struct covered *covered, uint8_t out[DIGEST])
{
	const struct secret *secret = entry->secret;
	if (entry->master)
		return authenticate_master(keys, entry, covered, out);
	if (entry->algorithm == ALGORITHM_SHA3_256)
		return sha3_covered(keys, secret->key, secret->size, covered, out);
	return hmac_covered(&secret->hmac, covered, out);
}

static const struct entry *
find(const struct keys *keys, uint8_t id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->entry[i].id == id)
			return &keys->entry[i];
	return NULL;
}

static bool
prepare_sha3(struct keys *keys)
{
	if (!keys->sha3)
		keys->sha3 = EVP_MD_fetch(NULL, "SHA3-256", NULL);
	if (!keys->sha3_context)
		keys->sha3_context = EVP_MD_CTX_new();
	return keys->sha3 && keys->sha3_context;
}

static bool
insert(struct keys *keys, struct entry new)
{
	struct entry *grown =
	    reallocarray(keys->entry, keys->count + 1, sizeof(*keys->entry));
	if (!grown)
		return false;
	keys->entry = grown;
	size_t at = keys->count++;
	for (; at > 0 && grown[at - 1].id > new.id; at--)
		grown[at] = grown[at - 1];
	grown[at] = new;
	return true;
}

static bool
addable(const struct keys *keys, uint8_t id, enum message_algorithm algorithm,
	size_t size)
{
	return id != 0 && !find(keys, id) && size >= KEY_MIN &&
	       size <= KEY_FILE_MAX / 2 &&
	       (algorithm == ALGORITHM_HMAC_SHA256 || algorithm == ALGORITHM_SHA3_256);
}

/* Takes the secret whose hmac is keyed; frees it when that is not to be. */
static bool
add(struct keys *keys, struct entry new, bool keyed)
{
	if (keyed && (new.algorithm != ALGORITHM_SHA3_256 || prepare_sha3(keys)) &&
	    insert(keys, new))
		return true;
	secret_free(new.secret);
	return false;
}

bool
keys_add_master(struct keys *keys, uint8_t id, enum message_algorithm algorithm,
		const uint8_t *secret, size_t size)
{
	struct entry new = { .id = id, .algorithm = algorithm, .master = true };
	struct hmac extract;
	uint8_t prk[DIGEST];
	if (!addable(keys, id, algorithm, size) || !(new.secret = secret_new(0)))
		return false;
	/* HKDF's first half, with the empty salt as the key. */
	bool keyed = hmac_key(&extract, NULL, 0) &&
		     SHA256_Update(&extract.inner, secret, size) == 1 &&
		     hmac_finish(&extract, &extract.inner, prk) &&
		     hmac_key(&new.secret->hmac, prk, sizeof(prk));
	OPENSSL_cleanse(prk, sizeof(prk));
	OPENSSL_cleanse(&extract, sizeof(extract));
	return add(keys, new, keyed);
}

bool
keys_add_pair(struct keys *keys, uint8_t id, enum message_algorithm algorithm,
	      const uint8_t *secret, size_t size)
{
	struct entry new = { .id = id, .algorithm = algorithm };
	if (!addable(keys, id, algorithm, size) || !(new.secret = secret_new(size)))
		return false;
	memcpy(new.secret->key, secret, size);
	return add(keys, new, hmac_key(&new.secret->hmac, secret, size));
}

uint8_t
keys_current(const struct keys *keys)
{
	return keys_turn(keys, 0, 0);
}

uint8_t
keys_turn(const struct keys *keys, uint8_t heard, unsigned try)
{
	size_t at = 0;
	while (at < keys->count && keys->entry[at].id != heard)
		at++;
	if (at == keys->count)
		at = 0;
	return keys->count > 0 ? keys->entry[(at + try) % keys->count].id : 0;
}

/* The state after a key is the key's own. A master's is another than that of a pair with
   the same secret: it stands for what is derived. */
static bool
same_secret(const struct entry *a, const struct entry *b)
{
	return CRYPTO_memcmp(&a->secret->hmac, &b->secret->hmac, sizeof(struct hmac)) ==
	       0;
}

uint8_t
keys_twin(const struct keys *keys, uint8_t id, const struct keys *among)
{
	const struct entry *entry = find(keys, id);
	for (size_t i = 0; entry && i < among->count; i++)
		if (&among->entry[i] != entry && same_secret(&among->entry[i], entry))
			return among->entry[i].id;
	return 0;
}

enum message_algorithm
keys_algorithm(const struct keys *keys, uint8_t id)
{
	const struct entry *entry = find(keys, id);
	return entry ? entry->algorithm : (enum message_algorithm)0;
}

bool
keys_derive(const struct keys *keys, uint8_t id, const struct address *server,
	    const struct address *client, uint8_t out[PAIR_KEY])
{
	struct covered covered = cover(server, client, NULL, 0);
	const struct entry *entry = find(keys, id);
	return entry && entry->master && derive(&entry->secret->hmac, &covered, out);
}

bool
keys_seal(const struct keys *keys, const struct address *server,
	  const struct address *client, uint8_t *bytes, size_t size)
{
	if (size < MESSAGE_MIN || size > MESSAGE_MAX)
		return false;
	struct covered covered = cover(server, client, bytes, size - DIGEST);
	const struct entry *entry = find(keys, bytes[AT_KEY_ID]);
	/* A message that says another algorithm would be refused by its reader. */
	return entry && entry->algorithm == bytes[AT_ALGORITHM] &&
	       authenticate(keys, entry, &covered, bytes + covered.size);
}

enum message_check
keys_verify(const struct keys *keys, const struct address *server,
	    const struct address *client, const uint8_t *bytes, size_t size)
{
	uint8_t expected[DIGEST];
	if (size < MESSAGE_MIN || size > MESSAGE_MAX)
		return CHECK_LENGTH;
	struct covered covered = cover(server, client, bytes, size - DIGEST);
	const struct entry *entry = find(keys, bytes[AT_KEY_ID]);
	if (!entry)
		return CHECK_KEY;
	if (entry->algorithm != bytes[AT_ALGORITHM])
		return CHECK_ALGORITHM;
	bool good = authenticate(keys, entry, &covered, expected) &&
		    CRYPTO_memcmp(expected, bytes + covered.size, DIGEST) == 0;
	/* The right tag of a forged message is an oracle's answer: leave none behind. */
	OPENSSL_cleanse(expected, sizeof(expected));
	return good ? CHECK_OK : CHECK_AUTHENTICATOR;
}

void
keys_digest(const void *bytes, size_t size, char text[DIGEST_TEXT])
{
	uint8_t digest[DIGEST];
	text[0] = '\0';
	if (SHA256(bytes, size, digest))
		hex_encode(digest, sizeof(digest), text);
}
