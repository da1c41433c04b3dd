/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and starter say to each other: one message a packet, of one fixed size. */
#include "config.h"

#include "subagent/starter-wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	char space[CMSG_SPACE(STARTER_DESCRIPTORS * sizeof(int))];
};

bool
starter_send(int socket, const struct starter_message *message, const int *fd, int fds)
{
	union control control = { .space = { 0 } };
	struct iovec piece = { (void *)(uintptr_t)message, sizeof(*message) };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };
	size_t size = (size_t)fds * sizeof(int);
	if (fds > 0) {
		header.msg_control = control.space;
		header.msg_controllen = CMSG_SPACE(size);
		struct cmsghdr *beside = CMSG_FIRSTHDR(&header);
		beside->cmsg_level = SOL_SOCKET;
		beside->cmsg_type = SCM_RIGHTS;
		beside->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(beside), fd, size);
	}
	ssize_t sent;
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof(*message);
}

/* The space lets no more through than the array holds. */
static int
take_descriptors(struct msghdr *header, int fd[STARTER_DESCRIPTORS])
{
	struct cmsghdr *beside = CMSG_FIRSTHDR(header);
	if (!beside || beside->cmsg_level != SOL_SOCKET ||
	    beside->cmsg_type != SCM_RIGHTS || beside->cmsg_len < CMSG_LEN(sizeof(int)))
		return 0;
	size_t size = beside->cmsg_len - CMSG_LEN(0);
	memcpy(fd, CMSG_DATA(beside), size);
	return (int)(size / sizeof(int));
}

static bool
well_formed(const struct starter_message *message, size_t size)
{
	return size == sizeof(*message) && message->kind >= STARTER_START &&
	       message->kind <= STARTER_ENDED &&
	       memchr(message->role, 0, sizeof(message->role)) &&
	       message->size <= sizeof(message->words) &&
	       (message->size == 0 || message->words[message->size - 1] == '\0');
}

int
starter_receive(int socket, struct starter_message *message,
		int fd[STARTER_DESCRIPTORS], int *fds)
{
	union control control;
	struct iovec piece = { message, sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	*fds = 0;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	/* Nobody sends empty packets: that is how the end looks. */
	if (got == 0)
		return -1;
	*fds = take_descriptors(&header, fd);
	if (well_formed(message, (size_t)got))
		return 1;
	while (*fds > 0)
		close(fd[--*fds]);
	return 0;
}
