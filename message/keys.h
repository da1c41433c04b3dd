/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and authenticators: reading, deriving, sealing, verifying. OpenSSL lives here. */
#ifndef BELLWETHER_MESSAGE_KEYS_H
#define BELLWETHER_MESSAGE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "message/message.h"

#define KEY_FILE_MAX 4096
#define KEY_MIN      32 /* bytes: 64 hexadecimal digits */
#define PAIR_KEY     32 /* bytes */

/* A set of keys by id: masters at the server's end, pair keys at the client's. Not
   thread-safe: one set a thread. Secrets are kept in locked memory where the system
   allows it and cleansed at keys_free(). */
struct keys;

/* Once in main, before any keys: locked memory for secrets, core dumps off. */
void keys_start(void);

struct keys *keys_new(void);
void keys_free(struct keys *keys);

/* Content of a key file: one line of 64 hexadecimal digits or more. False, with why,
   for anything else and for weak secrets (few bytes, or counting ones). Cleanse bytes yourself. */
bool keys_parse(const uint8_t *text, size_t length, uint8_t secret[KEY_FILE_MAX / 2],
		size_t *size, char why[128]);

/* A master secret: pair keys are derived from it per message. False when the id is
   taken, the secret shorter than KEY_MIN, or the library fails. */
bool keys_add_master(struct keys *keys, uint8_t id, enum message_algorithm algorithm,
		     const uint8_t *secret, size_t size);
/* A pair's key, as `bellwether key` prints it: used as it is. */
bool keys_add_pair(struct keys *keys, uint8_t id, enum message_algorithm algorithm,
		   const uint8_t *secret, size_t size);

/* Which other of `among`, which may be keys itself, has the same secret as keys' id; 0. */
uint8_t keys_twin(const struct keys *keys, uint8_t id, const struct keys *among);

/* The lowest id added. 0 when there is none. */
uint8_t keys_current(const struct keys *keys);
/* The id for that try, from 0, of a message to a peer that was heard under `heard`: this
   one, then the others in turn, for the peer may have lost it meanwhile. 0, or an id that
   is not there: from the lowest on. 0 when there is none. */
uint8_t keys_turn(const struct keys *keys, uint8_t heard, unsigned try);
enum message_algorithm
keys_algorithm(const struct keys *keys, uint8_t id); /* 0: none */

/* HKDF-SHA-256(master, no salt, "bellwether 1" | server | client), 32 bytes. */
bool keys_derive(const struct keys *keys, uint8_t id, const struct address *server,
		 const struct address *client, uint8_t out[PAIR_KEY]);

/* Fills the last 32 bytes of an encoded message. False fails closed: do not send. */
bool keys_seal(const struct keys *keys, const struct address *server,
	       const struct address *client, uint8_t *bytes, size_t size);

/* Checks key id, algorithm and authenticator, in this order, in constant time where it
   matters. bytes passed message_decode(). CHECK_OK, _KEY, _ALGORITHM, _AUTHENTICATOR. */
enum message_check
keys_verify(const struct keys *keys, const struct address *server,
	    const struct address *client, const uint8_t *bytes, size_t size);

/* SHA-256, in hexadecimal, as sha256sum prints it; "" when the library fails. */
#define DIGEST_TEXT 65
void keys_digest(const void *bytes, size_t size, char text[DIGEST_TEXT]);

/* Overwrites, so that the compiler cannot leave it out. */
void keys_cleanse(void *secret, size_t size);

#endif
