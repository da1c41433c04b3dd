/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and runner say to each other. */
#include "config.h"

#include "monitor/wire.h"

#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"

/* Request: kind, number of arguments, 6 zero bytes, id, timeout, then user ("" for none)
   and the arguments, each ended by a NUL. */
enum {
	REQUEST_KIND = 0,
	REQUEST_COUNT = 1,
	REQUEST_ID = 8,
	REQUEST_TIMEOUT = 16,
	REQUEST_HEAD = 24
};

static bool
put_text(uint8_t *packet, size_t *at, const char *text)
{
	size_t length = strlen(text) + 1;
	if (length > WIRE_REQUEST_MAX - *at)
		return false;
	memcpy(packet + *at, text, length);
	*at += length;
	return true;
}

size_t
request_encode(const struct request *request, uint8_t packet[WIRE_REQUEST_MAX])
{
	size_t at = REQUEST_HEAD;
	size_t count = 0;
	memset(packet, 0, REQUEST_HEAD);
	packet[REQUEST_KIND] = (uint8_t)request->kind;
	put_u64(packet + REQUEST_ID, request->id);
	if (request->kind == WIRE_KILL)
		return at;
	put_u64(packet + REQUEST_TIMEOUT, (uint64_t)request->timeout);
	if (!put_text(packet, &at, request->user ? request->user : ""))
		return 0;
	for (; count < PROBE_ARGUMENTS && request->argument[count]; count++)
		if (!put_text(packet, &at, request->argument[count]))
			return 0;
	packet[REQUEST_COUNT] = (uint8_t)count;
	return at;
}

static const char *
take_text(const uint8_t *packet, size_t size, size_t *at)
{
	const char *text = (const char *)packet + *at;
	const uint8_t *end = *at < size ? memchr(packet + *at, '\0', size - *at) : NULL;
	if (!end)
		return NULL;
	*at = (size_t)(end - packet) + 1;
	return text;
}

static bool
decode_run(const uint8_t *packet, size_t size, struct request *request)
{
	size_t at = REQUEST_HEAD;
	uint64_t timeout = get_u64(packet + REQUEST_TIMEOUT);
	size_t count = packet[REQUEST_COUNT];
	if (timeout < (uint64_t)MILLISECOND || timeout > (uint64_t)DAY)
		return false;
	request->timeout = (int64_t)timeout;
	request->user = take_text(packet, size, &at);
	if (!request->user || count == 0 || count > PROBE_ARGUMENTS)
		return false;
	if (request->user[0] == '\0')
		request->user = NULL;
	for (size_t i = 0; i < count; i++) {
		request->argument[i] = take_text(packet, size, &at);
		if (!request->argument[i])
			return false;
	}
	return at == size && request->argument[0][0] == '/';
}

bool
request_decode(const uint8_t *packet, size_t size, struct request *request)
{
	memset(request, 0, sizeof(*request));
	if (size < REQUEST_HEAD || size > WIRE_REQUEST_MAX)
		return false;
	request->id = get_u64(packet + REQUEST_ID);
	request->kind = packet[REQUEST_KIND];
	if (request->kind == WIRE_KILL)
		return size == REQUEST_HEAD;
	return request->kind == WIRE_RUN && decode_run(packet, size, request);
}

/* Reply: end, 3 zero bytes, status, id, text. */
enum { REPLY_END = 0, REPLY_STATUS = 4, REPLY_ID = 8 };

size_t
reply_encode(const struct reply *reply, uint8_t packet[WIRE_REPLY_MAX])
{
	size_t size = reply->text_size > SPAWN_OUTPUT ? SPAWN_OUTPUT : reply->text_size;
	memset(packet, 0, WIRE_REPLY_HEAD);
	packet[REPLY_END] = (uint8_t)reply->end;
	put_u32(packet + REPLY_STATUS, (uint32_t)reply->status);
	put_u64(packet + REPLY_ID, reply->id);
	memcpy(packet + WIRE_REPLY_HEAD, reply->text, size);
	return WIRE_REPLY_HEAD + size;
}

bool
reply_decode(const uint8_t *packet, size_t size, struct reply *reply)
{
	if (size < WIRE_REPLY_HEAD || size > WIRE_REPLY_MAX)
		return false;
	uint8_t end = packet[REPLY_END];
	if (end < SPAWN_EXITED || end > SPAWN_FAILED)
		return false;
	reply->id = get_u64(packet + REPLY_ID);
	reply->end = (enum spawn_end)end;
	reply->status = (int)(get_u32(packet + REPLY_STATUS) & 0xff);
	reply->text = (const char *)packet + WIRE_REPLY_HEAD;
	reply->text_size = size - WIRE_REPLY_HEAD;
	return true;
}
