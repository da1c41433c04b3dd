/* SPDX-License-Identifier: BSD-3-Clause */
/* The beginning and the end of a Diameter connection (RFC 6733) on the wire: who we are
   (CER), what the other says to it (CEA), and that we leave (DPR). */
#ifndef BELLWETHER_MONITOR_DIAMETER_PACKET_H
#define BELLWETHER_MONITOR_DIAMETER_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "common/address.h"

#define DIAMETER_NAME_MAX   255
#define DIAMETER_ASK_MAX    640
#define DIAMETER_PACKET_MAX 16384 /* of an answer */
#define DIAMETER_MESSAGE    80

enum {
	DIAMETER_SUCCESS = 2001,
	DIAMETER_UNKNOWN_PEER = 3010,
	DIAMETER_TOO_BUSY = 3004
};

enum diameter_verdict {
	DIAMETER_GOOD = 1,
	DIAMETER_SHORT,    /* more of it has yet to come */
	DIAMETER_NONE,     /* this is no Diameter */
	DIAMETER_OTHER,    /* not the answer to this question */
	DIAMETER_LONG,     /* longer than any we would read */
	DIAMETER_MALFORMED /* its AVPs do not fit, or there is no Result-Code */
};

struct diameter_question {
	const char *origin_host, *origin_realm;
	struct address own;              /* this end of the connection */
	uint32_t hop_by_hop, end_to_end; /* unguessable */
};

struct diameter_answer {
	uint32_t result;
	char message[DIAMETER_MESSAGE]; /* Error-Message, for people; may be empty */
};

/* Capabilities-Exchange-Request: of a relay, which has an application in common with
   everybody. Returns the size. */
size_t diameter_cer(const struct diameter_question *question,
		    uint8_t packet[DIAMETER_ASK_MAX]);
/* Disconnect-Peer-Request, so that the other does not try to reconnect. */
size_t diameter_dpr(const struct diameter_question *question,
		    uint8_t packet[DIAMETER_ASK_MAX]);
/* What has come so far as the CEA; *answer is filled with DIAMETER_GOOD only. */
enum diameter_verdict
diameter_accept(const struct diameter_question *question, const uint8_t *packet,
		size_t size, struct diameter_answer *answer);

#endif
