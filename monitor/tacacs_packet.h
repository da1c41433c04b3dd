/* SPDX-License-Identifier: BSD-3-Clause */
/* TACACS+ authentication (RFC 8907) on the wire: the START of an ASCII login, what makes a
   REPLY the answer to it, and the CONTINUE that gives it up. */
#ifndef BELLWETHER_MONITOR_TACACS_PACKET_H
#define BELLWETHER_MONITOR_TACACS_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define TACACS_HEADER     12
#define TACACS_USER_MAX   255
#define TACACS_PACKET_MAX 16384 /* of a REPLY; a prompt is a line or two */
#define TACACS_MESSAGE    100

/* The first 7 are the protocol's numbers. */
enum tacacs_status {
	TACACS_PASS = 1,
	TACACS_FAIL,
	TACACS_GETDATA,
	TACACS_GETUSER,
	TACACS_GETPASS,
	TACACS_RESTART,
	TACACS_ERROR,
	TACACS_FOLLOW = 0x21
};

enum tacacs_verdict {
	TACACS_GOOD = 1,
	TACACS_SHORT,      /* more of it has yet to come */
	TACACS_NONE,       /* this is no TACACS+ */
	TACACS_OTHER,      /* of another session, or no answer to a START */
	TACACS_PLAIN,      /* not obfuscated, though we have a secret */
	TACACS_LONG,       /* longer than any we would read */
	TACACS_IMPOSSIBLE, /* the body makes no sense: not our secret */
	TACACS_NO_HASH     /* this OpenSSL has no MD5 (FIPS) */
};

struct tacacs_session {
	uint32_t id; /* unguessable */
	const uint8_t *secret;
	size_t secret_size; /* 1 or more */
};

struct tacacs_reply {
	enum tacacs_status status;
	char message[TACACS_MESSAGE]; /* the server's, for people; may be empty */
};

#define TACACS_START_MAX     (TACACS_HEADER + 8 + TACACS_USER_MAX + 10)
#define TACACS_CONTINUE_SIZE (TACACS_HEADER + 5)

/* user may be "". Both return the size, 0 when OpenSSL has no MD5. */
size_t tacacs_start(const struct tacacs_session *session, const char *user,
		    uint8_t packet[TACACS_START_MAX]);
size_t tacacs_abort(const struct tacacs_session *session,
		    uint8_t packet[TACACS_CONTINUE_SIZE]);
/* What has come so far; *reply is filled with TACACS_GOOD only. Bytes after the packet
   are not looked at. */
enum tacacs_verdict
tacacs_accept(const struct tacacs_session *session, const uint8_t *packet, size_t size,
	      struct tacacs_reply *reply);
/* "PASS" "GETPASS" ... */
const char *tacacs_status_name(enum tacacs_status status);

#endif
