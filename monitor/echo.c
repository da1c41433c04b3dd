/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6 Echo for reachability. */
#include "config.h"

#include "monitor/echo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/filter.h>

#include "common/bytes.h"

/* Answers read at one go. */
#define BATCH 64

enum { ECHO_REPLY = 0, ECHO_REQUEST = 8, ECHO6_REQUEST = 128, ECHO6_REPLY = 129 };

struct echo {
	struct echo *next;
	uv_poll_t poll;
	uv_loop_t *loop;
	struct monitor *closing; /* held until the handle has closed */
	int fd;
	bool v6;
	size_t users;
	uint16_t identifier;
	uint16_t last_sequence;
	struct ping *pending;
};

/* Only the loop's thread comes here. */
static struct echo *echoes;

static uint16_t
internet_checksum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < size; i += 2)
		sum += get_u16(bytes + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
echo_build(bool v6, uint16_t identifier, uint16_t sequence,
	   const uint8_t token[ECHO_TOKEN], uint8_t packet[ECHO_SIZE])
{
	memset(packet, 0, ECHO_SIZE);
	packet[0] = v6 ? ECHO6_REQUEST : ECHO_REQUEST;
	put_u16(packet + 4, identifier);
	put_u16(packet + 6, sequence);
	memcpy(packet + 8, token, ECHO_TOKEN);
	if (!v6)
		put_u16(packet + 2, internet_checksum(packet, ECHO_SIZE));
}

bool
echo_read(bool v6, const uint8_t *packet, size_t size, uint16_t identifier,
	  uint16_t *sequence, const uint8_t **token)
{
	size_t header = v6 || size == 0 ? 0 : (size_t)(packet[0] & 15) * 4;
	if (size < header + ECHO_SIZE || (!v6 && header < 20))
		return false;
	const uint8_t *icmp = packet + header;
	if (icmp[0] != (v6 ? ECHO6_REPLY : ECHO_REPLY) || icmp[1] != 0 ||
	    get_u16(icmp + 4) != identifier)
		return false;
	*sequence = get_u16(icmp + 6);
	*token = icmp + 8;
	return true;
}

static void
unlink_ping(struct ping *ping)
{
	struct ping **link = &ping->echo->pending;
	while (*link != ping)
		link = &(*link)->next;
	*link = ping->next;
	ping->pending = false;
}

static void
take_answer(struct echo *echo, const struct address *from, uint16_t sequence,
	    const uint8_t *token)
{
	for (struct ping *ping = echo->pending; ping; ping = ping->next) {
		if (ping->sequence != sequence || !address_equal(&ping->to, from) ||
		    memcmp(ping->token, token, ECHO_TOKEN) != 0)
			continue;
		unlink_ping(ping);
		ping->answered(ping->context);
		return;
	}
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	struct echo *echo = poll->data;
	uint8_t packet[60 + ECHO_SIZE]; /* the longest IPv4 header and ours */
	struct sockaddr_storage from;
	struct endpoint source;
	uint16_t sequence;
	const uint8_t *token;
	(void)status;
	(void)events;
	for (int i = 0; i < BATCH && echo->users > 0; i++) {
		socklen_t from_size = sizeof(from);
		ssize_t got = recvfrom(echo->fd, packet, sizeof(packet), MSG_DONTWAIT,
				       (struct sockaddr *)&from, &from_size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (echo_read(echo->v6, packet, (size_t)got, echo->identifier,
			      &sequence, &token) &&
		    endpoint_from_sockaddr((struct sockaddr *)&from, &source))
			take_answer(echo, &source.address, sequence, token);
	}
	/* An error of the socket stops libuv's watching; it is not the socket's end. */
	if (status < 0 && echo->users > 0)
		uv_poll_start(&echo->poll, UV_READABLE, on_readable);
}

/* Without it every raw socket gets a copy of all ICMP of the host: of thousands of orders
   and their answers here. Not fatal when it fails, as answers are checked anyway. */
static void
filter_identifier(struct echo *echo)
{
	struct sock_filter v4[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* length of the IP header */
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO_REPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, echo->identifier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter v6[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ECHO6_REPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, echo->identifier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(v4), .filter = v4 };
	if (echo->v6)
		program = (struct sock_fprog){ .len = ARRAY_SIZE(v6), .filter = v6 };
	setsockopt(echo->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

struct echo *
echo_join(struct monitor *monitor, int fd, bool v6)
{
	uv_loop_t *loop = monitor_options(monitor)->loop;
	struct echo *echo = echoes;
	while (echo && (echo->fd != fd || echo->loop != loop))
		echo = echo->next;
	if (echo) {
		echo->users++;
		return echo;
	}
	echo = fd < 0 ? NULL : calloc(1, sizeof(*echo));
	if (!echo || uv_poll_init(loop, &echo->poll, fd) != 0) {
		free(echo);
		return NULL;
	}
	echo->poll.data = echo;
	echo->loop = loop;
	echo->fd = fd;
	echo->v6 = v6;
	echo->users = 1;
	echo->identifier = (uint16_t)(monitor_random(monitor) | 1);
	echo->next = echoes;
	echoes = echo;
	filter_identifier(echo);
	uv_poll_start(&echo->poll, UV_READABLE, on_readable);
	return echo;
}

static void
on_closed(uv_handle_t *handle)
{
	struct echo *echo = handle->data;
	struct monitor *monitor = echo->closing;
	free(echo);
	monitor_drop(monitor);
}

void
echo_leave(struct echo *echo, struct monitor *monitor)
{
	if (!echo || --echo->users > 0)
		return;
	struct echo **link = &echoes;
	while (*link != echo)
		link = &(*link)->next;
	*link = echo->next;
	monitor_hold(monitor);
	echo->closing = monitor;
	uv_poll_stop(&echo->poll);
	uv_close((uv_handle_t *)&echo->poll, on_closed);
}

void
ping_send(struct ping *ping, struct echo *echo)
{
	uint8_t packet[ECHO_SIZE];
	struct endpoint endpoint = { .address = ping->to, .port = 0 };
	struct sockaddr_storage to;
	socklen_t size = endpoint_to_sockaddr(&endpoint, &to);
	if (!ping->pending) {
		if (!monitor_nonce(ping->token, sizeof(ping->token)))
			return;
		ping->sequence = ++echo->last_sequence;
		ping->pending = true;
		ping->echo = echo;
		ping->next = echo->pending;
		echo->pending = ping;
	}
	echo_build(echo->v6, echo->identifier, ping->sequence, ping->token, packet);
	/* Unsent (no route, say) is unanswered: that is what is being measured. */
	ssize_t sent = sendto(echo->fd, packet, sizeof(packet), MSG_DONTWAIT,
			      (struct sockaddr *)&to, size);
	(void)sent;
}

void
ping_forget(struct ping *ping)
{
	if (ping->pending)
		unlink_ping(ping);
}
