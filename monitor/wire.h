/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and runner say to each other: one packet a request, one a reply. */
#ifndef BELLWETHER_MONITOR_WIRE_H
#define BELLWETHER_MONITOR_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/probe.h"
#include "monitor/spawner.h"

#define WIRE_REQUEST_MAX 8192
#define WIRE_REPLY_HEAD  16
#define WIRE_REPLY_MAX   (WIRE_REPLY_HEAD + SPAWN_OUTPUT)

enum wire_request { WIRE_RUN = 1, WIRE_KILL };

/* Strings point into the packet. */
struct request {
	enum wire_request kind;
	uint64_t id;
	int64_t timeout;  /* us, 1 ms to 1 day; WIRE_RUN only */
	const char *user; /* NULL: the sender */
	const char *argument[PROBE_ARGUMENTS + 1]; /* [0] absolute; NULL ends */
};

/* Returns the size, 0 when it does not fit. */
size_t request_encode(const struct request *request, uint8_t packet[WIRE_REQUEST_MAX]);
/* False unless every byte was understood. */
bool request_decode(const uint8_t *packet, size_t size, struct request *request);

struct reply {
	uint64_t id;
	enum spawn_end end;
	int status;
	const char *text; /* output, or the reason of SPAWN_FAILED; not terminated */
	size_t text_size;
};

/* text is cut at SPAWN_OUTPUT. */
size_t reply_encode(const struct reply *reply, uint8_t packet[WIRE_REPLY_MAX]);
bool reply_decode(const uint8_t *packet, size_t size, struct reply *reply);

#endif
