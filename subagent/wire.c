/* SPDX-License-Identifier: BSD-3-Clause */
/* A channel in the loop: what arrives is handed on, what leaves waits for the kernel. */
#include "config.h"

#include "subagent/wire.h"

#include <errno.h>
#include <stdlib.h>

/* Batches received before the loop may do something else. */
#define RECEIVE_BATCHES 8
/* A full queue of the system drains in less; there is no event to wait for. */
#define BACKOFF_MS 10

struct wire {
	struct wire_calls calls;
	struct channel *channel;
	uv_poll_t poll;
	uv_timer_t backoff;
	int open_handles; /* that the loop still holds while we close */
	int stopped_by;   /* errno that stopped the last flush; 0: nothing waits */
	bool behind;
	uint64_t waits, backoffs;
	struct outbox outbox;
	struct datagram inbox[CHANNEL_BATCH];
};

static void on_poll(uv_poll_t *poll, int status, int events);

/* Writable is asked for only while something waits: it is nearly always true. */
static void
watch(struct wire *wire)
{
	int events = UV_READABLE;
	if (wire->stopped_by == EAGAIN)
		events |= UV_WRITABLE;
	uv_poll_start(&wire->poll, events, on_poll);
}

/* Refused datagrams and what the network said since. */
static void
take_errors(struct wire *wire)
{
	struct address to;
	int error;
	while (channel_error(wire->channel, &to, &error))
		wire->calls.error(wire->calls.context, &to, error);
}

static void
on_backoff(uv_timer_t *timer)
{
	struct wire *wire = timer->data;
	wire_flush(wire);
	if (wire->stopped_by == 0)
		wire->calls.turn(wire->calls.context, wire);
}

void
wire_flush(struct wire *wire)
{
	int before = wire->stopped_by;
	if (uv_is_active((uv_handle_t *)&wire->backoff))
		return;
	if (wire->outbox.count == 0 && before == 0)
		return;
	wire->stopped_by = outbox_flush(&wire->outbox);
	take_errors(wire);
	if (wire->stopped_by == ENOBUFS) {
		wire->backoffs++;
		uv_timer_start(&wire->backoff, on_backoff, BACKOFF_MS, 0);
	}
	if (wire->stopped_by == EAGAIN && before != EAGAIN)
		wire->waits++;
	if ((before == EAGAIN) != (wire->stopped_by == EAGAIN))
		watch(wire);
}

static void
receive(struct wire *wire)
{
	wire->behind = false;
	for (int batch = 0; batch < RECEIVE_BATCHES; batch++) {
		size_t count =
		    channel_receive(wire->channel, wire->inbox, CHANNEL_BATCH);
		for (size_t i = 0; i < count; i++)
			wire->calls.received(wire->calls.context, wire,
					     &wire->inbox[i]);
		if (count < CHANNEL_BATCH)
			break;
		wire->behind = batch == RECEIVE_BATCHES - 1;
	}
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct wire *wire = poll->data;
	/* libuv ends the poll on EPOLLERR without readable data: that is the error
	   queue, which take_errors() empties, and no reason to stop listening. */
	take_errors(wire);
	if (status < 0)
		watch(wire);
	if (status < 0 || events & UV_READABLE)
		receive(wire);
	wire_flush(wire);
	wire->calls.turn(wire->calls.context, wire);
}

struct wire *
wire_open(uv_loop_t *loop, struct channel *channel, const struct wire_calls *calls)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	if (!wire || uv_poll_init(loop, &wire->poll, channel_fd(channel)) != 0) {
		free(wire);
		channel_close(channel);
		return NULL;
	}
	wire->calls = *calls;
	wire->channel = channel;
	wire->poll.data = wire;
	uv_timer_init(loop, &wire->backoff);
	wire->backoff.data = wire;
	wire->open_handles = 2;
	outbox_init(&wire->outbox, channel);
	watch(wire);
	return wire;
}

static void
on_closed(uv_handle_t *handle)
{
	struct wire *wire = handle->data;
	if (--wire->open_handles > 0)
		return;
	channel_close(wire->channel);
	free(wire);
}

void
wire_close(struct wire *wire)
{
	uv_close((uv_handle_t *)&wire->backoff, on_closed);
	uv_close((uv_handle_t *)&wire->poll, on_closed);
}

struct outbox *
wire_outbox(struct wire *wire)
{
	return &wire->outbox;
}

bool
wire_takes_order(const struct wire *wire)
{
	return wire->stopped_by == 0 && outbox_takes_order(&wire->outbox);
}

bool
wire_behind(const struct wire *wire)
{
	return wire->behind;
}

void
wire_narrow(struct wire *wire, const struct address *address, size_t count)
{
	channel_narrow(wire->channel, address, count);
}

void
wire_counters(const struct wire *wire, struct wire_counters *counters)
{
	counters->channel = *channel_counters(wire->channel);
	counters->waits = wire->waits;
	counters->backoffs = wire->backoffs;
	counters->waiting = wire->outbox.count;
}

uint64_t
wire_room(const struct wire *wire)
{
	return (uint64_t)channel_room(wire->channel);
}
