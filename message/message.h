/* SPDX-License-Identifier: BSD-3-Clause */
/* The message on the wire: pure encoding and decoding (DESIGN.md section 5). */
#ifndef BELLWETHER_MESSAGE_MESSAGE_H
#define BELLWETHER_MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/bytes.h"

#define MESSAGE_MAX           1232 /* 1280 less IPv6 and ICMPv6 headers */
#define MESSAGE_MIN           64   /* fixed part and authenticator */
#define MESSAGE_HEADER        32
#define MESSAGE_AUTHENTICATOR 32
#define MESSAGE_MAGIC         0x42575448u /* "BWTH" */
#define MESSAGE_VERSION       1
#define MESSAGE_TEXT_MAX      120
#define MESSAGE_ALTERNATES    64 /* the most that a message carries */

enum message_type {
	MESSAGE_FAILOVER = 1, /* server to client: use an alternate */
	MESSAGE_RECONNECT,    /* server to client: come back */
	MESSAGE_REQUEST,      /* client to server: may I come back? */
	MESSAGE_ACCEPT,       /* answers request */
	MESSAGE_REFUSE,       /* answers request; carries validity and retry-after */
	MESSAGE_ACKNOWLEDGE,  /* answers 1 and 2 with a stage, and hello */
	MESSAGE_REJECT,       /* answers anything; carries a reason */
	MESSAGE_HELLO         /* client to server: here I am, in this place */
};

enum message_algorithm { ALGORITHM_HMAC_SHA256 = 1, ALGORITHM_SHA3_256 = 2 };

enum message_reason {
	REASON_NONE = 0,
	REASON_THRESHOLD = 1,
	REASON_CONDITION = 2,
	REASON_OPERATOR = 3,
	REASON_MAINTENANCE = 4,
	REASON_ADMISSION = 5,
	REASON_HOOK_FAILED = 6,
	REASON_SUPERSEDED = 7,
	REASON_UNKNOWN_SERVER = 8,
	REASON_ALTERNATE_NOT_ALLOWED = 9,
	REASON_NO_ALTERNATE = 10,
	REASON_STALE = 12
};

enum message_stage { STAGE_NONE = 0, STAGE_RECEIVED = 1, STAGE_DONE = 2 };

/* Where a client stands; also the value of attribute 13. */
enum place { PLACE_HERE = 1, PLACE_AWAY = 2, PLACE_UNKNOWN = 3 };

/* "failover" "hmac-sha256" "threshold" "here" ...; "?" for values outside. */
const char *message_type_name(enum message_type type);
const char *message_algorithm_name(enum message_algorithm algorithm);
bool message_algorithm_parse(const char *text, enum message_algorithm *algorithm);
const char *message_reason_name(enum message_reason reason);
const char *place_name(enum place place);

struct message_alternate {
	uint16_t priority; /* lower is better */
	uint16_t weight;
	uint16_t port; /* 0: the usual one */
	struct address address;
	struct slice name; /* a valid name */
};

/* Presence of an attribute, by bit: attributes absent from a message keep their zero. */
#define HAS(attribute) (1u << (attribute))
enum {
	ATTRIBUTE_ALTERNATE = 1,
	ATTRIBUTE_SPREAD = 3,
	ATTRIBUTE_REASON = 5,
	ATTRIBUTE_TEXT = 6,
	ATTRIBUTE_SERVER = 7,
	ATTRIBUTE_CLIENT = 8,
	ATTRIBUTE_RETRY_AFTER = 9,
	ATTRIBUTE_MARK = 10,
	ATTRIBUTE_CLOCK = 11,
	ATTRIBUTE_STAGE = 12,
	ATTRIBUTE_PLACE = 13
};

struct message {
	enum message_type type;
	enum message_algorithm algorithm;
	uint8_t key_id;
	uint64_t id;
	uint64_t reply_to; /* 0: answers nothing */
	uint32_t validity; /* s */
	uint32_t has;      /* HAS() bits of what is present */
	uint32_t spread;   /* ms */
	enum message_reason reason;
	struct slice text;   /* printable UTF-8 */
	struct slice server; /* valid names; always present */
	struct slice client;
	uint32_t retry_after; /* s */
	uint64_t mark;
	uint64_t clock; /* us since 1970 */
	enum message_stage stage;
	enum place place;
	const struct message_alternate *alternate; /* best first */
	size_t alternates;
};

/* Why a datagram was refused; each has its own counter. CHECK_OK accepts. */
enum message_check {
	CHECK_OK = 0,
	CHECK_LENGTH, /* truncated, too long, or the lengths disagree */
	CHECK_MAGIC,  /* not ours: an ordinary ping */
	CHECK_VERSION,
	CHECK_FORMAT,    /* reserved bits, a wrong attribute length, names missing */
	CHECK_TYPE,      /* unknown, or not for this role */
	CHECK_PEER,      /* no such server or client */
	CHECK_KEY,       /* no such key id */
	CHECK_ALGORITHM, /* not the key id's */
	CHECK_AUTHENTICATOR,
	CHECK_STALE,
	CHECK_DUPLICATE,
	CHECK_SUPERSEDED,
	CHECK_UNSOLICITED, /* an answer to nothing that is outstanding */
	CHECK_COUNT
};
const char *message_check_name(enum message_check check);

/* Writes all but the authenticator, whose 32 bytes are left zero at the end: both
   names, the alternates given, and what has says. Alternates that do not fit are left
   out, last first; everything else always fits. Returns the size, or 0 when a name is
   missing or a field is out of range (a caller's error). */
size_t message_encode(const struct message *message, uint8_t out[MESSAGE_MAX]);

/* Decodes exactly size bytes. Checks length within bounds, magic, version, that the
   lengths agree, known type, attributes, in this order; not the authenticator. Slices
   point into bytes; alternates go to the caller's array of MESSAGE_ALTERNATES and
   message->alternate points there. *message and alternate hold nothing trustworthy
   unless CHECK_OK. */
enum message_check
message_decode(const uint8_t *bytes, size_t size, struct message *message,
	       struct message_alternate *alternate);

#endif
