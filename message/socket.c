/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening sockets: ICMP, ICMPv6 or UDP, with filters that leave other traffic asleep. */
#include "config.h"

#include "message/socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "message/icmp.h"

/* A hello, received and done of 10,000 clients at once, each about 2.3 KB to the system,
   which counts whole buffers of a network device and doubles what it is asked for. */
#define RECEIVE_BUFFER (32 * 1024 * 1024)
#define MAGIC_AT       8 /* behind the ICMP header, and behind the UDP header */
#define IPV4_TO_AT     16
#define IPV6_TO_AT     24

/* <linux/icmp.h> has these, but no program can include it beside the libc's headers. */
#define ICMP_FILTER_OPTION 1
struct icmp_filter_option {
	uint32_t data; /* a set bit blocks that type */
};

static bool
refuse(char why[CHANNEL_WHY], const char *what, const char *hint)
{
	snprintf(why, CHANNEL_WHY, "%s: %s%s%s", what, strerror(errno),
		 hint ? ": " : "", hint ? hint : "");
	return false;
}

static bool
set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Statements of a filter; a comparison that fails refuses the packet. */
struct filter {
	struct sock_filter statement[16 + 9 * CHANNEL_ADDRESSES];
	unsigned short count;
};

static void
filter_add(struct filter *filter, uint16_t code, uint32_t k)
{
	filter->statement[filter->count++] = (struct sock_filter){ code, 0, 0, k };
}

static void
filter_require_word(struct filter *filter, uint16_t load, uint32_t offset,
		    uint32_t mask, uint32_t value)
{
	filter_add(filter, load, offset);
	if (mask != UINT32_MAX)
		filter_add(filter, BPF_ALU | BPF_AND | BPF_K, mask);
	filter_add(filter, BPF_JMP | BPF_JEQ | BPF_K, value);
}

/* From first on; a later one that fails goes where this one does not. */
static void
filter_fail_to(struct filter *filter, unsigned first, unsigned to)
{
	for (unsigned i = first; i < filter->count; i++)
		if (filter->statement[i].code == (BPF_JMP | BPF_JEQ | BPF_K) &&
		    filter->statement[i].jf == 0)
			filter->statement[i].jf = (uint8_t)(to - i - 1);
}

static void
filter_end(struct filter *filter)
{
	filter_fail_to(filter, 0, filter->count + 1u);
	filter_add(filter, BPF_RET | BPF_K, UINT32_MAX);
	filter_add(filter, BPF_RET | BPF_K, 0);
}

/* Sent to one of ours: on a loopback device everything we send comes by as well. */
static void
filter_prefix(struct filter *filter, bool v4, const struct prefix *local)
{
	uint32_t at = (uint32_t)SKF_NET_OFF + (v4 ? IPV4_TO_AT : IPV6_TO_AT);
	for (unsigned byte = v4 ? 12 : 0; byte < 16; byte += 4, at += 4) {
		unsigned bits = local->bits > byte * 8u ? local->bits - byte * 8u : 0;
		if (bits == 0)
			break;
		uint32_t mask = bits >= 32 ? UINT32_MAX : ~(UINT32_MAX >> bits);
		filter_require_word(filter, BPF_LD | BPF_W | BPF_ABS, at, mask,
				    get_u32(local->address.byte + byte));
	}
}

/* Each that is not the one leads to the next, the last to the end. */
static void
filter_addresses(struct filter *filter, bool v4, const struct address *address,
		 size_t count)
{
	unsigned hit[CHANNEL_ADDRESSES];
	for (size_t i = 0; i < count; i++) {
		struct prefix one = { address[i], 128 };
		unsigned first = filter->count;
		filter_prefix(filter, v4, &one);
		if (i + 1 == count)
			break;
		hit[i] = filter->count;
		filter_add(filter, BPF_JMP | BPF_JA, 0);
		filter_fail_to(filter, first, filter->count);
	}
	for (size_t i = 0; i + 1 < count; i++)
		filter->statement[hit[i]].k = filter->count - hit[i] - 1;
}

bool
socket_filter(int fd, const struct channel_options *options,
	      const struct address *address, size_t count)
{
	struct filter filter = { .count = 0 };
	bool v4 = options->family == AF_INET;
	if (count > 0)
		filter_addresses(&filter, v4, address, count);
	else
		filter_prefix(&filter, v4, &options->local);
	if (options->transport == TRANSPORT_ICMP && options->family == AF_INET) {
		/* X = length of the IP header that raw IPv4 sockets see */
		filter_add(&filter, BPF_LDX | BPF_B | BPF_MSH, 0);
		filter_require_word(&filter, BPF_LD | BPF_W | BPF_IND, MAGIC_AT,
				    UINT32_MAX, MESSAGE_MAGIC);
	} else {
		filter_require_word(&filter, BPF_LD | BPF_W | BPF_ABS, MAGIC_AT,
				    UINT32_MAX, MESSAGE_MAGIC);
	}
	filter_end(&filter);
	struct sock_fprog program = { filter.count, filter.statement };
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program)) == 0;
}

static bool
filter_types(int fd, const struct channel_options *options)
{
	if (options->family == AF_INET) {
		struct icmp_filter_option types = { ~(1u << ECHO_REQUEST4) };
		if (options->echo_replies)
			types.data &= ~(1u << ECHO_REPLY4);
		return setsockopt(fd, SOL_RAW, ICMP_FILTER_OPTION, &types,
				  sizeof(types)) == 0;
	}
	struct icmp6_filter types;
	ICMP6_FILTER_SETBLOCKALL(&types);
	ICMP6_FILTER_SETPASS(ECHO_REQUEST6, &types);
	if (options->echo_replies)
		ICMP6_FILTER_SETPASS(ECHO_REPLY6, &types);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof(types)) == 0;
}

int
socket_room(int fd)
{
	int room = 0;
	socklen_t length = sizeof(room);
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, &length) != 0)
		return 0;
	return room;
}

/* With CAP_NET_ADMIN beyond the system's limit, else up to it: what is too small only
   loses messages, which are repeated. */
static void
enlarge_buffer(int fd, int bytes)
{
	if (bytes <= 0)
		bytes = RECEIVE_BUFFER;
	if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes))
		set_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

int
socket_reserve(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd >= 0)
		enlarge_buffer(fd, 0);
	return fd;
}

static bool
set_options(int fd, const struct channel_options *options, char why[CHANNEL_WHY])
{
	bool ok;
	/* One that was enlarged while there were rights would shrink to the limit. */
	if (!options->reserved)
		enlarge_buffer(fd, options->receive_buffer);
	set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	if (options->family == AF_INET) {
		/* Without DF: a message is worth a fragment on a narrow path. */
		ok = set_option(fd, IPPROTO_IP, IP_PKTINFO, 1) &&
		     set_option(fd, IPPROTO_IP, IP_RECVERR, 1) &&
		     set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	} else {
		ok = set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
		     set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) &&
		     (options->transport != TRANSPORT_UDP ||
		      set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
		/* A prefix routed to this host is ours, though on no interface. */
		if (ok && options->local.bits < 128)
			ok = set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	}
	if (!ok)
		return refuse(why, "cannot set up a socket", NULL);
	if (options->transport == TRANSPORT_ICMP && !filter_types(fd, options))
		return refuse(why, "cannot filter ICMP types", NULL);
	if (!socket_filter(fd, options, NULL, 0))
		return refuse(why, "cannot filter a socket",
			      "the kernel needs socket filters (BPF)");
	return true;
}

/* The one address, or any of the family. */
static bool
bind_local(int fd, const struct channel_options *options, struct endpoint *local)
{
	struct sockaddr_storage address;
	*local = (struct endpoint){ .address = options->local.address };
	if (options->transport == TRANSPORT_UDP)
		local->port = options->port;
	if (options->local.bits < 128) {
		memset(&local->address, 0, sizeof(local->address));
		if (options->family == AF_INET)
			memset(local->address.byte + 10, 0xff, 2);
	}
	socklen_t length = endpoint_to_sockaddr(local, &address);
	return bind(fd, (struct sockaddr *)&address, length) == 0;
}

static bool
bind_udp(int fd, const struct channel_options *options, char why[CHANNEL_WHY])
{
	char text[ENDPOINT_TEXT], what[ENDPOINT_TEXT + 16];
	struct endpoint local;
	if (bind_local(fd, options, &local))
		return true;
	snprintf(what, sizeof(what), "cannot use %s", endpoint_format(&local, text));
	return refuse(why, what,
		      errno == EADDRINUSE ? "another program has this port"
					  : "it must be an address of this host");
}

/* A bound raw socket is passed by with the rest of the traffic before its filter runs:
   a few hundred nanoseconds for each thing we send over loopback. An address that is
   not here yet is no fault, the filter knows it too. */
static void
bind_icmp(int fd, const struct channel_options *options)
{
	struct endpoint local;
	if (options->local.bits == 128)
		(void)bind_local(fd, options, &local);
}

int
socket_open(const struct channel_options *options, char why[CHANNEL_WHY])
{
	bool udp = options->transport == TRANSPORT_UDP;
	bool v4 = options->family == AF_INET;
	const char *hint = NULL;
	int protocol = udp ? IPPROTO_UDP : v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int fd =
	    options->reserved
		? *options->reserved
		: socket(options->family,
			 (udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_NONBLOCK | SOCK_CLOEXEC,
			 protocol);
	if (fd < 0) {
		if (errno == EPERM || errno == EACCES)
			hint = "start as root, or give CAP_NET_RAW";
		else if (errno == EAFNOSUPPORT)
			hint = "this host has no such addresses";
		refuse(why,
		       udp  ? "cannot open a UDP socket"
		       : v4 ? "cannot open an ICMP socket"
			    : "cannot open an ICMPv6 socket",
		       hint);
		return -1;
	}
	if (!udp)
		bind_icmp(fd, options);
	if (set_options(fd, options, why) && (!udp || bind_udp(fd, options, why)))
		return fd;
	if (!options->reserved)
		close(fd);
	return -1;
}
