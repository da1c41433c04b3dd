/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels: batches of datagrams in and out through buffers made once. */
#include "config.h"

#include "message/channel.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/icmp.h>

#include "common/random.h"
#include "message/icmp.h"
#include "message/socket.h"

/* One more than the largest, so that a larger one shows. */
#define PACKET_MAX (IPV4_HEADER + ICMP_HEADER + MESSAGE_MAX + 1)
/* Packet info of either family and the overflow count. */
#define CONTROL_MAX 128
/* Receiving gives the loop back after this many batches in which nothing was ours. */
#define ROUNDS_MAX 16
/* A send may first be told an error that an earlier datagram left in the socket. */
#define SEND_TRIES 4
/* All that an outbox may be told of at once. */
#define FAILURES      (2 * CHANNEL_BATCH)
#define ERRORS_A_CALL 64

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

union control {
	struct cmsghdr header; /* aligns */
	uint8_t byte[CONTROL_MAX];
};

struct failure {
	struct address to;
	int error;
};

/* What sendmmsg() and recvmmsg() point into: filled once, then only changed. */
struct batch {
	struct mmsghdr message[CHANNEL_BATCH];
	struct iovec part[CHANNEL_BATCH][2];
	union name name[CHANNEL_BATCH];
	union control control[CHANNEL_BATCH];
};

struct channel {
	int fd;
	bool v4, udp;
	struct address bound; /* what the system sends from by itself, or none */
	struct channel_options options;
	struct channel_counters counters;
	uint32_t overflow; /* the kernel's count as it was last seen */
	uint16_t echo_id, sequence;
	struct failure failure[FAILURES]; /* a ring: datagrams refused at once */
	size_t first_failure, failures;
	struct batch in, out;
	uint8_t header[CHANNEL_BATCH][ICMP_HEADER];
	uint8_t packet[CHANNEL_BATCH][PACKET_MAX];
};

static const char *const transport_names[] = {
	[TRANSPORT_ICMP] = "icmp",
	[TRANSPORT_UDP] = "udp",
};

const char *
transport_name(enum transport transport)
{
	if (transport != TRANSPORT_ICMP && transport != TRANSPORT_UDP)
		return "?";
	return transport_names[transport];
}

bool
transport_parse(const char *text, enum transport *transport)
{
	for (unsigned i = 1; i < ARRAY_SIZE(transport_names); i++) {
		if (strcmp(transport_names[i], text) != 0)
			continue;
		*transport = (enum transport)i;
		return true;
	}
	return false;
}

static void
prepare_in(struct channel *channel)
{
	struct batch *in = &channel->in;
	for (size_t i = 0; i < CHANNEL_BATCH; i++) {
		in->part[i][0] =
		    (struct iovec){ channel->packet[i], sizeof(channel->packet[i]) };
		in->message[i].msg_hdr.msg_iov = in->part[i];
		in->message[i].msg_hdr.msg_iovlen = 1;
		in->message[i].msg_hdr.msg_name = &in->name[i];
		in->message[i].msg_hdr.msg_control = &in->control[i];
	}
}

static void
prepare_out(struct channel *channel)
{
	struct batch *out = &channel->out;
	for (size_t i = 0; i < CHANNEL_BATCH; i++) {
		struct msghdr *header = &out->message[i].msg_hdr;
		struct cmsghdr *control = &out->control[i].header;
		out->part[i][0] = (struct iovec){ channel->header[i], ICMP_HEADER };
		header->msg_iov = &out->part[i][channel->udp ? 1 : 0];
		header->msg_iovlen = channel->udp ? 1 : 2;
		header->msg_name = &out->name[i];
		if (channel->v4) {
			out->name[i].v4.sin_family = AF_INET;
			header->msg_namelen = sizeof(struct sockaddr_in);
			control->cmsg_level = IPPROTO_IP;
			control->cmsg_type = IP_PKTINFO;
			control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
		} else {
			out->name[i].v6.sin6_family = AF_INET6;
			header->msg_namelen = sizeof(struct sockaddr_in6);
			control->cmsg_level = IPPROTO_IPV6;
			control->cmsg_type = IPV6_PKTINFO;
			control->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
		}
	}
}

static struct address
bound_to(int fd)
{
	union name name;
	socklen_t length = sizeof(name);
	struct endpoint bound;
	if (getsockname(fd, &name.any, &length) != 0 ||
	    !endpoint_from_sockaddr(&name.any, &bound))
		memset(&bound, 0, sizeof(bound));
	return bound.address;
}

struct channel *
channel_open(const struct channel_options *options, char why[CHANNEL_WHY])
{
	struct channel *channel = calloc(1, sizeof(*channel));
	if (!channel) {
		slice_copy(slice_of("out of memory"), why, CHANNEL_WHY);
		return NULL;
	}
	channel->options = *options;
	channel->v4 = options->family == AF_INET;
	channel->udp = options->transport == TRANSPORT_UDP;
	channel->echo_id = (uint16_t)random_entropy();
	prepare_in(channel);
	prepare_out(channel);
	channel->fd = socket_open(options, why);
	if (channel->fd < 0) {
		free(channel);
		return NULL;
	}
	channel->bound = bound_to(channel->fd);
	return channel;
}

void
channel_close(struct channel *channel)
{
	if (!channel)
		return;
	close(channel->fd);
	free(channel);
}

int
channel_fd(const struct channel *channel)
{
	return channel->fd;
}

int
channel_reserve(int family)
{
	return socket_reserve(family);
}

int
channel_room(const struct channel *channel)
{
	return socket_room(channel->fd);
}

void
channel_narrow(struct channel *channel, const struct address *address, size_t count)
{
	if (count > CHANNEL_ADDRESSES)
		count = 0;
	/* What is let in without need is only looked at in vain. */
	(void)socket_filter(channel->fd, &channel->options, address, count);
}

bool
channel_carries(const struct channel *channel, const struct address *to)
{
	return address_is_v4(to) == channel->v4;
}

const struct channel_counters *
channel_counters(const struct channel *channel)
{
	return &channel->counters;
}

static void
address_from_v4(const struct in_addr *from, struct address *to)
{
	memset(to->byte, 0, 10);
	memset(to->byte + 10, 0xff, 2);
	memcpy(to->byte + 12, from, 4);
}

static void
count_overflow(struct channel *channel, const uint8_t *data)
{
	uint32_t seen;
	memcpy(&seen, data, sizeof(seen));
	/* It wraps; the difference does not mind. */
	channel->counters.overflowed += seen - channel->overflow;
	channel->overflow = seen;
}

/* Where a datagram arrived, from its control messages; none when they do not say. */
static struct address
read_control(struct channel *channel, struct msghdr *header)
{
	struct address to = { { 0 } };
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control;
	     control = CMSG_NXTHDR(header, control)) {
		const uint8_t *data = CMSG_DATA(control);
		if (control->cmsg_level == SOL_SOCKET &&
		    control->cmsg_type == SO_RXQ_OVFL) {
			count_overflow(channel, data);
		} else if (control->cmsg_level == IPPROTO_IP &&
			   control->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, data, sizeof(info));
			address_from_v4(&info.ipi_addr, &to);
		} else if (control->cmsg_level == IPPROTO_IPV6 &&
			   control->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, data, sizeof(info));
			memcpy(to.byte, &info.ipi6_addr, sizeof(to.byte));
		}
	}
	return to;
}

static bool
parse_packet(const struct channel *channel, const uint8_t *packet, size_t size,
	     struct echo *echo)
{
	if (channel->udp) {
		*echo = (struct echo){ .data = packet, .size = size };
		return true;
	}
	return channel->v4 ? icmp_parse_v4(packet, size, echo)
			   : icmp_parse_v6(packet, size, echo);
}

/* Everything the filters did is done again: a packet may have been queued before they
   were in place. */
static bool
take(struct channel *channel, size_t i, struct datagram *datagram)
{
	struct msghdr *header = &channel->in.message[i].msg_hdr;
	struct echo echo;
	datagram->to = (struct endpoint){ .address = read_control(channel, header),
					  .port = channel->options.port };
	if (!prefix_contains(&channel->options.local, &datagram->to.address) ||
	    !endpoint_from_sockaddr(&channel->in.name[i].any, &datagram->from))
		return false;
	if (header->msg_flags & MSG_TRUNC) {
		channel->counters.oversized++;
		return false;
	}
	if (!parse_packet(channel, channel->packet[i], channel->in.message[i].msg_len,
			  &echo)) {
		channel->counters.malformed++;
		return false;
	}
	if (echo.size < 4 || get_u32(echo.data) != MESSAGE_MAGIC ||
	    (echo.reply && !channel->options.echo_replies))
		return false;
	if (echo.size > MESSAGE_MAX) {
		channel->counters.oversized++;
		return false;
	}
	if (!channel->udp)
		datagram->from.port = datagram->to.port = 0;
	datagram->echo_reply = echo.reply;
	datagram->size = echo.size;
	memcpy(datagram->bytes, echo.data, echo.size);
	channel->counters.received++;
	return true;
}

/* How many packets wait in the batch; 0 when there are none. */
static size_t
receive_batch(struct channel *channel, size_t count)
{
	struct mmsghdr *message = channel->in.message;
	if (count > CHANNEL_BATCH)
		count = CHANNEL_BATCH;
	for (size_t i = 0; i < count; i++) {
		message[i].msg_hdr.msg_namelen = sizeof(channel->in.name[i]);
		message[i].msg_hdr.msg_controllen = sizeof(channel->in.control[i]);
	}
	for (unsigned tries = 0; tries < SEND_TRIES; tries++) {
		int got =
		    recvmmsg(channel->fd, message, (unsigned)count, MSG_DONTWAIT, NULL);
		if (got > 0)
			return (size_t)got;
		if (got == 0 || errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		/* Interrupted, or told an error of something sent: channel_error()
		   has that too. */
	}
	return 0;
}

size_t
channel_receive(struct channel *channel, struct datagram *datagram, size_t count)
{
	size_t taken = 0;
	for (unsigned round = 0; round < ROUNDS_MAX && taken < count; round++) {
		size_t asked =
		    count - taken < CHANNEL_BATCH ? count - taken : CHANNEL_BATCH;
		size_t got = receive_batch(channel, asked);
		for (size_t i = 0; i < got; i++)
			if (take(channel, i, &datagram[taken]))
				taken++;
		if (got < asked)
			break;
	}
	return taken;
}

/* The oldest is given up when nobody asks: its client's silence tells the same. */
static void
fail(struct channel *channel, const struct address *to, int error)
{
	size_t at = (channel->first_failure + channel->failures) % FAILURES;
	channel->failure[at] = (struct failure){ *to, error };
	if (channel->failures < FAILURES)
		channel->failures++;
	else
		channel->first_failure = (channel->first_failure + 1) % FAILURES;
	channel->counters.errors++;
}

static void
fill_source(struct channel *channel, size_t i, const struct address *from)
{
	struct msghdr *header = &channel->out.message[i].msg_hdr;
	uint8_t *data = CMSG_DATA(&channel->out.control[i].header);
	/* A control message that says what the system does anyway costs a tenth of a
	   microsecond. */
	if (address_is_none(from) || address_equal(from, &channel->bound)) {
		header->msg_control = NULL;
		header->msg_controllen = 0;
		return;
	}
	header->msg_control = &channel->out.control[i];
	if (channel->v4) {
		struct in_pktinfo info = { 0 };
		memcpy(&info.ipi_spec_dst, from->byte + 12, 4);
		memcpy(data, &info, sizeof(info));
		header->msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		struct in6_pktinfo info = { 0 };
		memcpy(&info.ipi6_addr, from->byte, 16);
		memcpy(data, &info, sizeof(info));
		header->msg_controllen = CMSG_SPACE(sizeof(info));
	}
}

static void
fill_out(struct channel *channel, size_t i, const struct datagram *datagram)
{
	union name *name = &channel->out.name[i];
	uint16_t port = channel->udp ? htons(datagram->to.port) : 0;
	if (channel->v4) {
		name->v4.sin_port = port;
		memcpy(&name->v4.sin_addr, datagram->to.address.byte + 12, 4);
	} else {
		name->v6.sin6_port = port;
		memcpy(&name->v6.sin6_addr, datagram->to.address.byte, 16);
	}
	fill_source(channel, i, &datagram->from.address);
	/* The kernel only reads what is sent. */
	channel->out.part[i][1] =
	    (struct iovec){ (uint8_t *)datagram->bytes, datagram->size };
	if (!channel->udp)
		icmp_write_request(channel->v4, channel->echo_id, channel->sequence++,
				   datagram->bytes, datagram->size, channel->header[i]);
}

static bool
sendable(const struct channel *channel, const struct datagram *datagram)
{
	const struct address *from = &datagram->from.address;
	return channel_carries(channel, &datagram->to.address) &&
	       (address_is_none(from) || channel_carries(channel, from)) &&
	       datagram->size <= MESSAGE_MAX;
}

static size_t
fill_batch(struct channel *channel, const struct datagram *datagram, size_t count)
{
	size_t filled = 0;
	for (; filled < count && filled < CHANNEL_BATCH; filled++) {
		if (!sendable(channel, &datagram[filled]))
			break;
		fill_out(channel, filled, &datagram[filled]);
	}
	return filled;
}

/* Whether the system cannot take more now, whoever is next. */
static bool
is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS ||
	       error == ENOMEM;
}

/* Sends the first count of the batch; fewer taken means *error. */
static size_t
send_batch(struct channel *channel, const struct datagram *datagram, size_t count,
	   int *error)
{
	size_t at = 0;
	unsigned tries = 0;
	while (at < count) {
		int sent = sendmmsg(channel->fd, channel->out.message + at,
				    (unsigned)(count - at), MSG_DONTWAIT);
		if (sent > 0) {
			channel->counters.sent += (uint64_t)sent;
			at += (size_t)sent;
			tries = 0;
			continue;
		}
		if (is_full(errno)) {
			*error = errno == EWOULDBLOCK ? EAGAIN : errno;
			break;
		}
		if (errno == EINTR || ++tries < SEND_TRIES)
			continue;
		fail(channel, &datagram[at].to.address, errno);
		at++;
		tries = 0;
	}
	return at;
}

size_t
channel_send(struct channel *channel, const struct datagram *datagram, size_t count,
	     int *error)
{
	size_t done = 0;
	*error = 0;
	while (done < count) {
		size_t filled = fill_batch(channel, datagram + done, count - done);
		if (filled == 0) {
			fail(channel, &datagram[done++].to.address, EAFNOSUPPORT);
			continue;
		}
		size_t taken = send_batch(channel, datagram + done, filled, error);
		done += taken;
		if (taken < filled)
			break;
	}
	return done;
}

/* The kernel reports errors of every program's pings to every raw socket. The id of ours is
   chance: who only knows our addresses has to guess it. */
static bool
is_ours(const struct channel *channel, const uint8_t *data, size_t size)
{
	size_t at = channel->udp ? 0 : ICMP_HEADER;
	if (!channel->udp &&
	    (size < ICMP_HEADER || get_u16(data + 4) != channel->echo_id))
		return false;
	return size < at + 4 || get_u32(data + at) == MESSAGE_MAGIC;
}

/* ICMP's codes of "administratively prohibited", which the system makes one with hosts and
   networks that are down; those of ICMPv6 it tells apart. */
static bool
is_prohibited(const struct sock_extended_err *reported)
{
	return reported->ee_origin == SO_EE_ORIGIN_ICMP &&
	       reported->ee_type == ICMP_DEST_UNREACH &&
	       (reported->ee_code == ICMP_NET_ANO ||
		reported->ee_code == ICMP_HOST_ANO ||
		reported->ee_code == ICMP_PKT_FILTERED);
}

/* A closed port is the host's own to report. From another it is the usual word of a
   firewall that rejects. */
static bool
is_firewall(const struct sock_extended_err *reported, const uint8_t *offender,
	    const struct address *to)
{
	union name name;
	struct endpoint from;
	if (reported->ee_errno != ECONNREFUSED ||
	    reported->ee_origin == SO_EE_ORIGIN_LOCAL)
		return false;
	memcpy(&name, offender, sizeof(name));
	return endpoint_from_sockaddr(&name.any, &from) &&
	       !address_equal(&from.address, to);
}

static bool
read_error(const struct channel *channel, struct msghdr *header,
	   const struct address *to, int *error)
{
	size_t offender =
	    channel->v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control;
	     control = CMSG_NXTHDR(header, control)) {
		struct sock_extended_err extended;
		bool reported = channel->v4 ? control->cmsg_level == IPPROTO_IP &&
						  control->cmsg_type == IP_RECVERR
					    : control->cmsg_level == IPPROTO_IPV6 &&
						  control->cmsg_type == IPV6_RECVERR;
		if (!reported)
			continue;
		if (control->cmsg_len < CMSG_LEN(sizeof(extended) + offender))
			continue;
		memcpy(&extended, CMSG_DATA(control), sizeof(extended));
		*error = is_prohibited(&extended) ||
				 is_firewall(&extended,
					     CMSG_DATA(control) + sizeof(extended), to)
			     ? EACCES
			     : (int)extended.ee_errno;
		return true;
	}
	return false;
}

bool
channel_error(struct channel *channel, struct address *to, int *error)
{
	if (channel->failures > 0) {
		const struct failure *failure =
		    &channel->failure[channel->first_failure];
		*to = failure->to;
		*error = failure->error;
		channel->first_failure = (channel->first_failure + 1) % FAILURES;
		channel->failures--;
		return true;
	}
	for (unsigned i = 0; i < ERRORS_A_CALL; i++) {
		union name name;
		union control control[4]; /* the error has an address of its own */
		struct endpoint sent_to;
		uint8_t data[ICMP_HEADER + 4];
		struct iovec part = { data, sizeof(data) };
		struct msghdr header = { .msg_name = &name,
					 .msg_namelen = sizeof(name),
					 .msg_iov = &part,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control) };
		ssize_t got =
		    recvmsg(channel->fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (!is_ours(channel, data, (size_t)got) ||
		    header.msg_namelen < sizeof(struct sockaddr_in) ||
		    !endpoint_from_sockaddr(&name.any, &sent_to) ||
		    !read_error(channel, &header, &sent_to.address, error))
			continue;
		*to = sent_to.address;
		channel->counters.errors++;
		return true;
	}
	return false;
}
