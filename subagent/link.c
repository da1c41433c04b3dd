/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket pair between engine and agent: one message a packet, a descriptor beside. */
#include "config.h"

#include "subagent/link.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"

/* Packets of a broken peer that one call drops before it gives others their turn. */
#define DROPS 64

unsigned
notification_switch(enum notification notification)
{
	unsigned pair = ((unsigned)notification + 1) / 2;
	return notification < NOTIFY_RESYNCHRONISE && pair < MIB_SWITCHES ? pair : 0;
}

/* ---- what each kind looks like ---- */

struct member {
	size_t offset;
	size_t size;
};
#define MEMBER(body, name)                                        \
	{                                                         \
		offsetof(struct link_message, body.name),         \
		    sizeof(((struct link_message *)0)->body.name) \
	}

/* The two processes are one binary, so memory is the encoding; but they do not trust
   each other: what a decoder relies on (text that ends, truth that is 0 or 1) is checked
   before it is looked at as such. */
static const struct member notify_text[] = {
	MEMBER(notify, server_name),
	MEMBER(notify, subject),
	MEMBER(notify, reason),
};
static const struct member operate_text[] = {
	MEMBER(operate, selection),
	MEMBER(operate, requester),
	MEMBER(operate, reason),
};
static const struct member operate_truth[] = {
	MEMBER(operate, force),
	MEMBER(operate, verified),
};
static const struct member answer_text[] = { MEMBER(answer, text) };
static const struct member answer_truth[] = { MEMBER(answer, accepted) };

/* number: an enumeration from 1 that must stay below `end`. */
static const struct shape {
	size_t size;
	const struct member *text, *truth;
	size_t texts, truths;
	size_t number;
	uint32_t end;
} shape[] = {
	[LINK_BOARD] = { .size = sizeof(enum link_kind) },
	[LINK_NOTIFY] = { .size = offsetof(struct link_message, notify) +
				  sizeof(struct link_notify),
			  .text = notify_text,
			  .texts = ARRAY_SIZE(notify_text),
			  .number = offsetof(struct link_message, notify.notification),
			  .end = NOTIFY_END },
	[LINK_OPERATE] = { .size = offsetof(struct link_message, operate) +
				   sizeof(struct link_operate),
			   .text = operate_text,
			   .texts = ARRAY_SIZE(operate_text),
			   .truth = operate_truth,
			   .truths = ARRAY_SIZE(operate_truth),
			   .number = offsetof(struct link_message, operate.kind),
			   .end = OPERATE_CANCEL + 1 },
	[LINK_ANSWER] = { .size = offsetof(struct link_message, answer) +
				  sizeof(struct link_answer),
			  .text = answer_text,
			  .texts = ARRAY_SIZE(answer_text),
			  .truth = answer_truth,
			  .truths = ARRAY_SIZE(answer_truth) },
	[LINK_SWITCH] = { .size = offsetof(struct link_message, set) +
				  sizeof(struct link_switch),
			  .number = offsetof(struct link_message, set.value),
			  .end = MIB_DISABLED + 1 },
};

static uint32_t
number_at(const uint8_t *bytes, size_t offset)
{
	uint32_t number;
	memcpy(&number, bytes + offset, sizeof(number));
	return number;
}

static bool
shape_fits(const struct shape *is, const uint8_t *bytes)
{
	for (size_t i = 0; i < is->texts; i++)
		if (!memchr(bytes + is->text[i].offset, 0, is->text[i].size))
			return false;
	for (size_t i = 0; i < is->truths; i++)
		if (bytes[is->truth[i].offset] > 1)
			return false;
	if (is->end == 0)
		return true;
	uint32_t number = number_at(bytes, is->number);
	return number >= 1 && number < is->end;
}

static bool
well_formed(const uint8_t *bytes, size_t size, bool descriptor)
{
	uint32_t kind;
	if (size < sizeof(kind))
		return false;
	kind = number_at(bytes, offsetof(struct link_message, kind));
	return kind >= LINK_BOARD && kind < ARRAY_SIZE(shape) &&
	       size == shape[kind].size && descriptor == (kind == LINK_BOARD) &&
	       shape_fits(&shape[kind], bytes);
}

/* ---- sending ---- */

union control {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int))];
};

bool
link_send(int socket, const struct link_message *message, int fd)
{
	union control control = { .space = { 0 } };
	struct iovec piece = {
		.iov_base = (void *)(uintptr_t)message,
		.iov_len = shape[message->kind].size,
	};
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };
	if (fd >= 0) {
		header.msg_control = control.space;
		header.msg_controllen = sizeof(control.space);
		struct cmsghdr *beside = CMSG_FIRSTHDR(&header);
		beside->cmsg_level = SOL_SOCKET;
		beside->cmsg_type = SCM_RIGHTS;
		beside->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(beside), &fd, sizeof(fd));
	}
	ssize_t sent;
	do
		sent = sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)piece.iov_len;
}

/* ---- receiving ---- */

/* The descriptor that came along, or -1. The space lets only one through. */
static int
descriptor_of(struct msghdr *header)
{
	int fd = -1;
	struct cmsghdr *beside = CMSG_FIRSTHDR(header);
	if (beside && beside->cmsg_level == SOL_SOCKET &&
	    beside->cmsg_type == SCM_RIGHTS && beside->cmsg_len >= CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(beside), sizeof(fd));
	return fd;
}

/* 1: a packet; 0: none; -1: the end. One byte more than fits shows what is too long. */
static int
receive(int socket, uint8_t *bytes, size_t room, size_t *size, int *fd)
{
	union control control;
	struct iovec piece = { .iov_base = bytes, .iov_len = room };
	struct msghdr header = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t got;
	do
		got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	*fd = descriptor_of(&header);
	*size = (size_t)got;
	/* Nobody sends empty packets: that is how the end looks. */
	return got == 0 ? -1 : 1;
}

int
link_receive(int socket, struct link_message *message, int *fd)
{
	uint8_t bytes[sizeof(*message) + 1];
	for (int i = 0; i < DROPS; i++) {
		size_t size = 0;
		*fd = -1;
		int got = receive(socket, bytes, sizeof(bytes), &size, fd);
		if (got == 1 && well_formed(bytes, size, *fd >= 0)) {
			memset(message, 0, sizeof(*message));
			memcpy(message, bytes, size);
			return 1;
		}
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		if (got != 1)
			return got;
	}
	return 0;
}
