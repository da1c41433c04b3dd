/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between the two processes. The parent believes nothing that it did not check:
   the other end talks to the network. */
#include "config.h"

#include "client/link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool
link_open(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
}

/* Waits for room: each side has a few messages outstanding at most, so the queues of
   both cannot be full. */
bool
link_send(int fd, const struct link_message *message)
{
	for (;;) {
		ssize_t sent = send(fd, message, sizeof *message, MSG_NOSIGNAL);
		if (sent == (ssize_t)sizeof *message)
			return true;
		if (sent < 0 && errno == EINTR)
			continue;
		return false;
	}
}

static bool
text_ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
alternate_valid(const struct core_alternate *alternate)
{
	return text_ends(alternate->name, sizeof alternate->name) &&
	       name_valid(alternate->name, strlen(alternate->name)) &&
	       address_is_unicast(&alternate->address);
}

static bool
hook_valid(const struct core_hook *hook)
{
	if ((unsigned)hook->event < HOOK_FAILOVER ||
	    (unsigned)hook->event > HOOK_VERIFY ||
	    (unsigned)hook->reason > UINT16_MAX || hook->alternates > CORE_ALTERNATES)
		return false;
	for (size_t i = 0; i < hook->alternates; i++)
		if (!alternate_valid(&hook->alternate[i]))
			return false;
	return true;
}

/* The state is not looked at here: what writes it refuses what no core can say. */
static bool
valid(const struct link_message *message, unsigned kinds, uint32_t servers)
{
	unsigned kind = (unsigned)message->kind;
	if (kind > LINK_SAVED || !(kinds & (1u << kind)) || message->server >= servers)
		return false;
	if (message->kind == LINK_DONE)
		return text_ends(message->line, sizeof message->line);
	return message->kind != LINK_HOOK || hook_valid(&message->hook);
}

enum link_end
link_receive(int fd, unsigned kinds, uint32_t servers, struct link_message *message)
{
	ssize_t got;
	do
		got = recv(fd, message, sizeof *message, MSG_DONTWAIT | MSG_TRUNC);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return LINK_NOTHING;
	if (got <= 0)
		return LINK_CLOSED;
	return got == (ssize_t)sizeof *message && valid(message, kinds, servers)
		   ? LINK_MESSAGE
		   : LINK_BROKEN;
}
