/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets that need rights, opened first of all, before a byte of input is read. */
#include "config.h"

#include "subagent/ports.h"

#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const int family_of[2] = { AF_INET, AF_INET6 };

static int
echo_open(int family)
{
	return socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
		      family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

/* Until a probe that wants answers says which: all the others' pass by here as well. */
static void
echo_refuse(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { 1, &none };
	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static void
echo_filter(int fd, int family, bool open)
{
	if (family == AF_INET) {
		struct icmp_filter filter = { ~0U };
		if (open)
			filter.data = ~(1U << ICMP_ECHOREPLY);
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
	} else {
		struct icmp6_filter filter;
		ICMP6_FILTER_SETBLOCKALL(&filter);
		if (open)
			ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
		setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
	}
}

void
ports_open(struct ports *ports)
{
	for (int f = 0; f < 2; f++) {
		/* The empty prefix of 128 bits' form holds every address, mapped ones too. */
		struct channel_options options = {
			.transport = TRANSPORT_ICMP,
			.family = family_of[f],
			.echo_replies = true,
		};
		ports->why[f][0] = '\0';
		ports->channel[f] = channel_open(&options, ports->why[f]);
		for (size_t i = 0; i < PORTS_SERVERS; i++) {
			ports->echo[i][f] = echo_open(family_of[f]);
			ports->udp[i][f] = channel_reserve(family_of[f]);
			if (ports->echo[i][f] < 0)
				continue;
			echo_filter(ports->echo[i][f], family_of[f], false);
			echo_refuse(ports->echo[i][f]);
		}
	}
}

void
ports_close(struct ports *ports)
{
	for (int f = 1; f >= 0; f--) {
		for (size_t i = PORTS_SERVERS; i > 0; i--) {
			if (ports->udp[i - 1][f] >= 0)
				close(ports->udp[i - 1][f]);
			if (ports->echo[i - 1][f] >= 0)
				close(ports->echo[i - 1][f]);
		}
		if (ports->channel[f])
			channel_close(ports->channel[f]);
	}
}

int
ports_take_udp(struct ports *ports, int family)
{
	int f = family == AF_INET ? 0 : 1;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		int fd = ports->udp[i][f];
		ports->udp[i][f] = -1;
		if (fd >= 0)
			return fd;
	}
	return -1;
}

void
ports_return_udp(struct ports *ports, int family, int fd)
{
	int f = family == AF_INET ? 0 : 1;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		if (ports->udp[i][f] >= 0)
			continue;
		ports->udp[i][f] = fd;
		return;
	}
	close(fd);
}

void
ports_echo_use(const struct ports *ports, size_t i, bool used)
{
	for (int f = 0; f < 2; f++)
		if (ports->echo[i][f] >= 0)
			echo_filter(ports->echo[i][f], family_of[f], used);
}
