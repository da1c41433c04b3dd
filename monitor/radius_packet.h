/* SPDX-License-Identifier: BSD-3-Clause */
/* Status-Server (RFC 5997) and a login (RFC 2865) on the wire: the question, and what makes
   an answer ours. */
#ifndef BELLWETHER_MONITOR_RADIUS_PACKET_H
#define BELLWETHER_MONITOR_RADIUS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"

/* The most that a question takes: a login with everything at its longest. */
#define RADIUS_QUESTION_SIZE 678
#define RADIUS_TEXT_MAX      253 /* bytes of an attribute's value */
#define RADIUS_PASSWORD_MAX  128
#define RADIUS_PACKET_MAX    4096
#define RADIUS_AUTHENTICATOR 16

/* FreeRADIUS's vendor attributes with a number of one byte. */
#define RADIUS_ATTRIBUTES 256
enum {
	RADIUS_STATISTICS_TYPE = 127,
	RADIUS_ACCESS_REQUESTS = 128,
	RADIUS_ACCOUNTING_REQUESTS = 148,
	RADIUS_HOME_OUTSTANDING = 172,
	RADIUS_HOME_STATE = 173,
	RADIUS_THREADS_ACTIVE = 193,
	RADIUS_THREADS_MAX = 195
};

enum radius_verdict {
	RADIUS_GOOD = 1,
	RADIUS_SHORT, /* too short, or shorter than it says */
	RADIUS_OTHER, /* an answer to another question */
	RADIUS_FORGED, /* an authenticator is wrong: not the server's, or not our secret */
	RADIUS_MALFORMED, /* the server's, but its attributes do not fit */
	RADIUS_CODE,      /* the server's, but no answer to such a question */
	RADIUS_NO_HASH    /* this OpenSSL has no MD5 (FIPS): nothing can be checked */
};

/* Codes of answers. */
enum {
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11
};

struct radius_login {
	const char *user;           /* 1 to RADIUS_TEXT_MAX bytes */
	const char *nas_identifier; /* the same */
	const uint8_t *password;
	size_t password_size; /* at most RADIUS_PASSWORD_MAX */
};

/* Whose statistics: the server's own; those of one of its clients, which it finds by an
   address or by its number, from 0; or, besides its own, those of a home server that it
   passes requests on to. */
enum radius_subject { RADIUS_SERVER, RADIUS_CLIENT, RADIUS_NUMBER, RADIUS_HOME };

struct radius_question {
	uint8_t identifier;
	uint8_t authenticator[RADIUS_AUTHENTICATOR]; /* unguessable */
	const struct radius_login *login; /* NULL: the server's status is asked */
	uint32_t statistics; /* mask of Statistics-Type; 0: none are asked */
	enum radius_subject subject;
	struct address client; /* RADIUS_CLIENT; of RADIUS_HOME the home server's */
	uint32_t number;       /* RADIUS_NUMBER; of RADIUS_HOME its port */
	const uint8_t *secret;
	size_t secret_size; /* 1 or more */
};

struct radius_answer {
	uint8_t code;
	size_t message_authenticator; /* offset of its value; 0: none */
	size_t reply, reply_size;     /* of the first Reply-Message; 0: none */
	bool has[RADIUS_ATTRIBUTES];
	uint32_t value[RADIUS_ATTRIBUTES];
	/* Once a client is named, all that follows is its; what came before is the whole
	   server's, and is forgotten. */
	bool client_named;
	struct prefix
	    client; /* as asked for by its address, or its section's by number */
};

/* The Statistics-Type mask that makes the server publish an attribute; 0: none does. */
uint32_t radius_statistics_of(uint32_t attribute);
/* Returns the size: 38 to 86 of a status question, that of a login; 0 when OpenSSL has no
   MD5 or a login is longer than it may be. */
size_t radius_ask(const struct radius_question *question,
		  uint8_t packet[RADIUS_QUESTION_SIZE]);
/* The form alone: length, attributes. *answer is filled unless RADIUS_SHORT. Of equal
   attributes the first counts; bytes after the packet's own length are padding. */
enum radius_verdict
radius_decode(const uint8_t *packet, size_t size, struct radius_answer *answer);
/* radius_decode() of what is the server's answer to this very question: identifier,
   Response Authenticator, Message-Authenticator where there is one, and code. */
enum radius_verdict
radius_accept(const struct radius_question *question, const uint8_t *packet,
	      size_t size, struct radius_answer *answer);
/* max - (active - 1): the thread that answers the poll is not busy otherwise. False when
   the server does not publish its threads. */
bool radius_threads_available(const struct radius_answer *answer, double *threads);

#endif
