/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages on their way out: sealed into datagrams that were allotted once. */
#include "config.h"

#include "subagent/outbox.h"

#include <errno.h>
#include <string.h>

void
outbox_init(struct outbox *outbox, struct channel *channel)
{
	outbox->channel = channel;
	outbox->first = 0;
	outbox->count = 0;
}

bool
outbox_takes_order(const struct outbox *outbox)
{
	return outbox->count < CHANNEL_BATCH;
}

/* The next free place; makes one by moving what waits to the front. */
static struct datagram *
free_place(struct outbox *outbox)
{
	if (outbox->count == OUTBOX_SIZE)
		return NULL;
	if (outbox->first + outbox->count == OUTBOX_SIZE) {
		memmove(outbox->datagram, outbox->datagram + outbox->first,
			outbox->count * sizeof(outbox->datagram[0]));
		outbox->first = 0;
	}
	return &outbox->datagram[outbox->first + outbox->count];
}

bool
outbox_put(struct outbox *outbox, const struct pair *pair, struct message *message,
	   const struct endpoint *from, const struct endpoint *to)
{
	struct datagram *datagram = free_place(outbox);
	if (!datagram)
		return false;
	if (message->key_id == 0)
		message->key_id = keys_current(pair->keys);
	message->algorithm = keys_algorithm(pair->keys, message->key_id);
	datagram->size = message_encode(message, datagram->bytes);
	if (datagram->size == 0 || !keys_seal(pair->keys, pair->server, pair->client,
					      datagram->bytes, datagram->size))
		return false;
	datagram->from = *from;
	datagram->to = *to;
	datagram->echo_reply = false;
	outbox->count++;
	return true;
}

int
outbox_flush(struct outbox *outbox)
{
	while (outbox->count > 0) {
		int error = 0;
		size_t batch =
		    outbox->count < CHANNEL_BATCH ? outbox->count : CHANNEL_BATCH;
		size_t taken = channel_send(
		    outbox->channel, outbox->datagram + outbox->first, batch, &error);
		outbox->first += taken;
		outbox->count -= taken;
		if (taken < batch)
			return error == EAGAIN ? EAGAIN : ENOBUFS;
	}
	outbox->first = 0;
	return 0;
}
