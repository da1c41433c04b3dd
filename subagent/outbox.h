/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages on their way out: sealed into datagrams that were allotted once. */
#ifndef BELLWETHER_SUBAGENT_OUTBOX_H
#define BELLWETHER_SUBAGENT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "message/channel.h"
#include "message/keys.h"

/* Twice what is sent at once: answers find room while a batch of orders waits. */
#define OUTBOX_SIZE (2 * CHANNEL_BATCH)

struct outbox {
	struct channel *channel; /* the owner's */
	size_t first, count;     /* waiting: datagram[first .. first + count) */
	struct datagram datagram[OUTBOX_SIZE];
};

/* Between whom a message is sealed, whichever way its datagram takes. */
struct pair {
	const struct keys *keys;
	const struct address *server;
	const struct address *client;
};

void outbox_init(struct outbox *outbox, struct channel *channel);
/* Orders leave room for a batch of answers. */
bool outbox_takes_order(const struct outbox *outbox);
/* Encodes, seals and queues; from and to are the datagram's ends. Takes message's own
   key id, or the current one when that is 0, and sets the algorithm that goes with it.
   False when there is no room, no such key, or hashing fails: nothing is queued. Never
   allocates. */
bool outbox_put(struct outbox *outbox, const struct pair *pair, struct message *message,
		const struct endpoint *from, const struct endpoint *to);
/* Sends what it can. 0 when all is gone, else the errno that stopped it: EAGAIN (wait
   until writable) or ENOBUFS (back off, also for want of memory); what was not taken is kept, in order. */
int outbox_flush(struct outbox *outbox);

#endif
