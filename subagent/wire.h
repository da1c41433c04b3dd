/* SPDX-License-Identifier: BSD-3-Clause */
/* A channel in the loop: what arrives is handed on, what leaves waits for the kernel. */
#ifndef BELLWETHER_SUBAGENT_WIRE_H
#define BELLWETHER_SUBAGENT_WIRE_H

#include <uv.h>

#include "subagent/outbox.h"

struct wire;

struct wire_calls {
	void *context;
	void (*received)(void *context, struct wire *wire,
			 const struct datagram *datagram);
	/* After a batch was received, and when a full outbox has room again: time to look
	   for orders to send. */
	void (*turn)(void *context, struct wire *wire);
	/* The network reported an error about a host we sent to. */
	void (*error)(void *context, const struct address *to, int error);
};

/* Owns the channel from now on, also when it fails: NULL without memory. */
struct wire *
wire_open(uv_loop_t *loop, struct channel *channel, const struct wire_calls *calls);
/* Closes the channel; the wire lives until the loop has let go of it. */
void wire_close(struct wire *wire);

/* For outbox_put(); then wire_flush(). */
struct outbox *wire_outbox(struct wire *wire);
/* Orders may be popped: there is room, and the kernel does not push back. */
bool wire_takes_order(const struct wire *wire);
/* More has arrived than the last turn could take. */
bool wire_behind(const struct wire *wire);
/* Sends; what the kernel does not take is kept and sent when it does. */
void wire_flush(struct wire *wire);

/* channel_narrow() */
void wire_narrow(struct wire *wire, const struct address *address, size_t count);

struct wire_counters {
	struct channel_counters channel;
	uint64_t waits;    /* times the socket's buffer was full */
	uint64_t backoffs; /* times a queue of the system was full */
	size_t waiting;    /* datagrams */
};
void wire_counters(const struct wire *wire, struct wire_counters *counters);
/* Bytes that may wait to be received: channel_room(). */
uint64_t wire_room(const struct wire *wire);

#endif
