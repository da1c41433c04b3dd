/* SPDX-License-Identifier: BSD-3-Clause */
/* What lies behind silence: a closed port, or an agent that lives and does not answer us. */
#include "config.h"

#include "tui/manager-knock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"

/* An SNMPv3 GET of nothing, to an engine not yet known: RFC 3414, section 4. */
static const uint8_t discovery[] = {
	0x30, 0x3e, 0x02, 0x01, 0x03,                         /* version 3 */
	0x30, 0x11, 0x02, 0x04, 0x42, 0x57, 0x54, 0x48,       /* message id */
	0x02, 0x03, 0x00, 0xff, 0xe3, 0x04, 0x01, 0x04,       /* 65507, reportable */
	0x02, 0x01, 0x03,                                     /* user-based security */
	0x04, 0x10, 0x30, 0x0e, 0x04, 0x00, 0x02, 0x01, 0x00, /* engine, boots */
	0x02, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00, 0x04, 0x00, /* time, user, no keys */
	0x30, 0x14, 0x04, 0x00, 0x04, 0x00,                   /* context */
	0xa0, 0x0e, 0x02, 0x04, 0x42, 0x57, 0x54, 0x48,       /* get, request id */
	0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x00        /* no variables */
};

#define HOST_TEXT 256

/* "udp:HOST:PORT" and its shorter forms into host and port; false for other transports. */
static bool
split(const char *agent, char host[HOST_TEXT], char port[8], int *family)
{
	static const struct {
		const char *prefix;
		int family;
	} transport[] = { { "udp:", AF_INET },
			  { "udp6:", AF_INET6 },
			  { "udpv6:", AF_INET6 },
			  { "udpipv6:", AF_INET6 } };
	*family = AF_UNSPEC;
	for (size_t i = 0; i < ARRAY_SIZE(transport); i++)
		if (strncmp(agent, transport[i].prefix, strlen(transport[i].prefix)) ==
		    0) {
			agent += strlen(transport[i].prefix);
			*family = transport[i].family;
			break;
		}
	const char *start = *agent == '[' ? agent + 1 : agent;
	const char *end = *agent == '[' ? strchr(agent, ']') : strchr(agent, ':');
	if (!end)
		end = start + strlen(start);
	const char *colon = *end == ']' ? end + 1 : end;
	if (start == end || (*colon != ':' && *colon != '\0'))
		return false;
	struct slice name = { start, (size_t)(end - start) };
	slice_copy(name, host, HOST_TEXT);
	slice_copy(slice_of(*colon ? colon + 1 : "161"), port, 8);
	return port[0] && strspn(port, "0123456789") == strlen(port);
}

static int
connected(const char *host, const char *port, int family)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found;
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	int fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

int
knock_begin(const char *agent, enum knock *outcome)
{
	char host[HOST_TEXT];
	char port[8];
	int family;
	*outcome = KNOCK_UNKNOWN;
	if (!split(agent, host, port, &family))
		return -1;
	int fd = connected(host, port, family);
	if (fd < 0 ||
	    send(fd, discovery, sizeof(discovery), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return fd;
	*outcome = errno == ECONNREFUSED ? KNOCK_REFUSED : KNOCK_SILENT;
	close(fd);
	return -1;
}

enum knock
knock_hear(int fd, int wait_ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint8_t answer[512];
	if (poll(&poller, 1, wait_ms) <= 0)
		return KNOCK_SILENT;
	if (recv(fd, answer, sizeof(answer), 0) > 0)
		return KNOCK_ANSWERED;
	return errno == ECONNREFUSED ? KNOCK_REFUSED : KNOCK_SILENT;
}

enum knock
knock(const char *agent, int wait_ms)
{
	enum knock outcome;
	int fd = knock_begin(agent, &outcome);
	if (fd < 0)
		return outcome;
	outcome = knock_hear(fd, wait_ms);
	close(fd);
	return outcome;
}
