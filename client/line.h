/* SPDX-License-Identifier: BSD-3-Clause */
/* A channel with a little room before it, for senders that cannot wait. */
#ifndef BELLWETHER_CLIENT_LINE_H
#define BELLWETHER_CLIENT_LINE_H

#include "message/channel.h"

struct line {
	struct channel *channel;
	struct datagram out[CHANNEL_BATCH];
	size_t waiting;
	bool
	    blocked; /* the system is full: the owner waits until writable, or a while */
};

/* Sends what waits, unless blocked; sets blocked when not all of it could leave. */
void line_flush(struct line *line);
/* True when out[waiting] may be filled (then count it), after making room if it can. */
bool line_room(struct line *line);

#endif
