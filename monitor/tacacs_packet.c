/* SPDX-License-Identifier: BSD-3-Clause */
/* TACACS+ authentication packets. */
#include "config.h"

#include "monitor/tacacs_packet.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "common/bytes.h"

enum {
	AT_TYPE = 1,
	AT_SEQUENCE = 2,
	AT_FLAGS = 3,
	AT_SESSION = 4,
	AT_LENGTH = 8,
	MAJOR = 0xc0, /* minor version 0: an ASCII login */
	TYPE_AUTHENTICATION = 1,
	FLAG_UNENCRYPTED = 1,
	SEQUENCE_START = 1,
	SEQUENCE_REPLY = 2,
	SEQUENCE_CONTINUE = 3,
	START_FIXED = 8,
	REPLY_FIXED = 6,
	CONTINUE_FIXED = 5,
	CONTINUE_ABORT = 1,
	PAD = 16
};

/* What a server's log has as the port: who asked. */
static const char port_name[] = "bellwether";

static bool
md5_next(const struct tacacs_session *session, const EVP_MD *md5, EVP_MD_CTX *context,
	 const uint8_t *header, const uint8_t *before, uint8_t pad[PAD])
{
	unsigned size = 0;
	return EVP_DigestInit_ex(context, md5, NULL) &&
	       EVP_DigestUpdate(context, header + AT_SESSION, 4) &&
	       EVP_DigestUpdate(context, session->secret, session->secret_size) &&
	       EVP_DigestUpdate(context, header, 1) &&
	       EVP_DigestUpdate(context, header + AT_SEQUENCE, 1) &&
	       (!before || EVP_DigestUpdate(context, before, PAD)) &&
	       EVP_DigestFinal_ex(context, pad, &size) && size == PAD;
}

/* Both ways: the body XOR MD5(session, secret, version, sequence number), then the same
   with the MD5 before at its end, and so on. */
static bool
obfuscate(const struct tacacs_session *session, const uint8_t *header, uint8_t *body,
	  size_t size)
{
	uint8_t pad[PAD], before[PAD];
	EVP_MD *md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = md5 && context;
	for (size_t at = 0; done && at < size; at += PAD) {
		done = md5_next(session, md5, context, header, at ? before : NULL, pad);
		for (size_t i = 0; done && i < PAD && at + i < size; i++)
			body[at + i] ^= pad[i];
		memcpy(before, pad, PAD);
	}
	EVP_MD_CTX_free(context);
	EVP_MD_free(md5);
	return done;
}

/* The header before a body that is in its place, which is obfuscated. */
static size_t
seal(const struct tacacs_session *session, uint8_t sequence, uint8_t *packet,
     size_t body)
{
	packet[0] = MAJOR;
	packet[AT_TYPE] = TYPE_AUTHENTICATION;
	packet[AT_SEQUENCE] = sequence;
	packet[AT_FLAGS] = 0;
	put_u32(packet + AT_SESSION, session->id);
	put_u32(packet + AT_LENGTH, (uint32_t)body);
	return obfuscate(session, packet, packet + TACACS_HEADER, body)
		   ? TACACS_HEADER + body
		   : 0;
}

size_t
tacacs_start(const struct tacacs_session *session, const char *user,
	     uint8_t packet[TACACS_START_MAX])
{
	uint8_t *body = packet + TACACS_HEADER;
	size_t user_size = strnlen(user, TACACS_USER_MAX);
	size_t port_size = sizeof(port_name) - 1;
	body[0] = 1; /* login */
	body[1] = 1; /* the least privilege */
	body[2] = 1; /* ASCII */
	body[3] = 1; /* for a login */
	body[4] = (uint8_t)user_size;
	body[5] = (uint8_t)port_size;
	body[6] = 0; /* no remote address */
	body[7] = 0; /* no data */
	memcpy(body + START_FIXED, user, user_size);
	memcpy(body + START_FIXED + user_size, port_name, port_size);
	return seal(session, SEQUENCE_START, packet,
		    START_FIXED + user_size + port_size);
}

size_t
tacacs_abort(const struct tacacs_session *session, uint8_t packet[TACACS_CONTINUE_SIZE])
{
	uint8_t *body = packet + TACACS_HEADER;
	memset(body, 0, CONTINUE_FIXED);
	body[4] = CONTINUE_ABORT;
	return seal(session, SEQUENCE_CONTINUE, packet, CONTINUE_FIXED);
}

/* The header alone, as far as it has come: a wrong beginning need not be waited for. */
static enum tacacs_verdict
check_header(const struct tacacs_session *session, const uint8_t *packet, size_t size)
{
	if (size > 0 && (packet[0] & 0xf0) != MAJOR)
		return TACACS_NONE;
	if (size > AT_TYPE && packet[AT_TYPE] != TYPE_AUTHENTICATION)
		return TACACS_NONE;
	if (size < TACACS_HEADER)
		return TACACS_SHORT;
	size_t body = get_u32(packet + AT_LENGTH);
	if (packet[AT_SEQUENCE] != SEQUENCE_REPLY ||
	    get_u32(packet + AT_SESSION) != session->id)
		return TACACS_OTHER;
	if (packet[AT_FLAGS] & FLAG_UNENCRYPTED)
		return TACACS_PLAIN;
	if (body < REPLY_FIXED)
		return TACACS_IMPOSSIBLE;
	if (body > TACACS_PACKET_MAX - TACACS_HEADER)
		return TACACS_LONG;
	return size < TACACS_HEADER + body ? TACACS_SHORT : TACACS_GOOD;
}

static bool
known_status(uint8_t status)
{
	return (status >= TACACS_PASS && status <= TACACS_ERROR) ||
	       status == TACACS_FOLLOW;
}

enum tacacs_verdict
tacacs_accept(const struct tacacs_session *session, const uint8_t *packet, size_t size,
	      struct tacacs_reply *reply)
{
	uint8_t body[TACACS_PACKET_MAX];
	enum tacacs_verdict verdict = check_header(session, packet, size);
	if (verdict != TACACS_GOOD)
		return verdict;
	size_t length = get_u32(packet + AT_LENGTH);
	memcpy(body, packet + TACACS_HEADER, length);
	if (!obfuscate(session, packet, body, length))
		return TACACS_NO_HASH;
	size_t message = get_u16(body + 2);
	if (!known_status(body[0]) ||
	    REPLY_FIXED + message + get_u16(body + 4) != length)
		return TACACS_IMPOSSIBLE;
	reply->status = (enum tacacs_status)body[0];
	text_clean((const char *)body + REPLY_FIXED, message, reply->message,
		   sizeof(reply->message));
	return TACACS_GOOD;
}

const char *
tacacs_status_name(enum tacacs_status status)
{
	static const char *const names[] = {
		[TACACS_PASS] = "PASS",       [TACACS_FAIL] = "FAIL",
		[TACACS_GETDATA] = "GETDATA", [TACACS_GETUSER] = "GETUSER",
		[TACACS_GETPASS] = "GETPASS", [TACACS_RESTART] = "RESTART",
		[TACACS_ERROR] = "ERROR",
	};
	if (status == TACACS_FOLLOW)
		return "FOLLOW";
	return status >= TACACS_PASS && status <= TACACS_ERROR ? names[status] : "?";
}
