/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets that carry messages: ICMP, ICMPv6 and UDP behind one interface. */
#ifndef BELLWETHER_MESSAGE_CHANNEL_H
#define BELLWETHER_MESSAGE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "message/message.h"

enum transport { TRANSPORT_ICMP = 1, TRANSPORT_UDP = 2 };
const char *transport_name(enum transport transport);
bool transport_parse(const char *text, enum transport *transport);

/* ICMP channels need CAP_NET_RAW when they are opened, and nothing later. */
struct channel;

#define CHANNEL_BATCH 64
#define CHANNEL_WHY   160
/* As many as one filter of the kernel tells apart. */
#define CHANNEL_ADDRESSES 16

struct channel_options {
	enum transport transport;
	int family;    /* AF_INET or AF_INET6 */
	uint16_t port; /* UDP only */
	/* Where we are: only datagrams sent to one of these are delivered (a full-length
	   prefix for one host, a wide one for the flock). UDP binds to it when full-length. */
	struct prefix local;
	bool echo_replies;  /* ICMP: also deliver Echo Replies that carry a message */
	int receive_buffer; /* bytes asked of the kernel; 0: 32 MiB */
	const int *
	    reserved; /* UDP: from channel_reserve(), the channel's own when that opens; NULL */
};

/* Non-blocking, close-on-exec, kernel-filtered to our magic, IP(V6)_RECVERR on.
   NULL with why (what failed, and what to do) when the system refuses. */
struct channel *
channel_open(const struct channel_options *options, char why[CHANNEL_WHY]);
void channel_close(struct channel *channel);
/* A UDP socket with the usual receive buffer, for channel_options.reserved: made while there
   is CAP_NET_ADMIN, used when there is no more. -1 when the system refuses. */
int channel_reserve(int family);
/* Bytes that the kernel lets wait, as it counts them: whole buffers of a network device, and
   what it needs to manage them. */
int channel_room(const struct channel *channel);
/* For the loop: readable means channel_receive(), then channel_error() until false:
   an error that nobody reads keeps the descriptor ready for ever. */
int channel_fd(const struct channel *channel);
/* From now on only what was sent to one of these, all of the channel's family, wakes
   anybody; with count 0, or more than CHANNEL_ADDRESSES, what options.local says. Needs no
   rights. */
void
channel_narrow(struct channel *channel, const struct address *address, size_t count);
/* True when this channel carries messages between these addresses' family. */
bool channel_carries(const struct channel *channel, const struct address *to);

struct datagram {
	struct endpoint
	    from; /* receiving: who sent it; sending: our source, none: system's */
	struct endpoint to; /* receiving: where it arrived; sending: destination.
	                          Ports are 0 with ICMP */
	bool echo_reply;    /* receiving: an Echo Reply carrying our own bytes back */
	size_t size;        /* of the message, without any header */
	uint8_t bytes[MESSAGE_MAX];
};

/* Up to count datagrams, none larger than MESSAGE_MAX (larger ones are dropped and
   counted). Returns how many; 0 when there are none now. Never blocks or allocates. */
size_t
channel_receive(struct channel *channel, struct datagram *datagram, size_t count);

/* Sends datagram[0..count) in order; returns how many the kernel took. Fewer than count
   means: wait until writable (EAGAIN) or back off (*error ENOBUFS); an error of one
   datagram alone (no route, prohibited) counts it as taken and reports it through
   channel_error(). Never blocks or allocates. */
size_t channel_send(struct channel *channel, const struct datagram *datagram,
		    size_t count, int *error);

/* Errors the kernel reports later or for single datagrams. True with the address that the
   datagram was for and errno: EHOSTUNREACH, ENETUNREACH, ECONNREFUSED (the host itself says
   that nobody has the port), EACCES (administratively prohibited, or refused by another than
   the host), EPERM (by a firewall of ours), EMSGSIZE, and others; false when there is none
   left. An ICMP error proves nothing: only one that quotes a datagram which may be ours is
   let in. */
bool channel_error(struct channel *channel, struct address *to, int *error);

struct channel_counters {
	uint64_t received;   /* delivered by channel_receive() */
	uint64_t sent;       /* taken by the kernel */
	uint64_t oversized;  /* carried our magic and more than MESSAGE_MAX */
	uint64_t malformed;  /* wrong checksum, broken headers */
	uint64_t overflowed; /* lost for want of receive buffer, as the kernel counts:
	                        some count twice on raw sockets; known with the next
	                        one that is not lost */
	uint64_t errors;     /* datagrams refused by the system, or reported as lost */
};
const struct channel_counters *channel_counters(const struct channel *channel);

#endif
