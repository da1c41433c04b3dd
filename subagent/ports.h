/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets that need rights, opened first of all, before a byte of input is read. */
#ifndef BELLWETHER_SUBAGENT_PORTS_H
#define BELLWETHER_SUBAGENT_PORTS_H

#include "message/channel.h"

/* Protected servers a daemon may have: each watches with an Echo socket of its own, as
   every raw socket gets every answer. */
#define PORTS_SERVERS 16

struct ports {
	/* [0] ICMP, [1] ICMPv6; they take what was sent to any of our addresses, the
	   engine finds the server by the destination. NULL: why says so. */
	struct channel *channel[2];
	char why[2][CHANNEL_WHY];
	/* Raw, receiving Echo Replies only; -1 when the system refused. Closed to every
	   type until ports_echo_use(): an unused socket costs no copy of a datagram. */
	int echo[PORTS_SERVERS][2];
	/* For servers of transport="udp": not yet bound, but with room for what comes in;
	   -1 when it is taken. */
	int udp[PORTS_SERVERS][2];
};

/* Opens what it can; without rights that is nothing, which is no error here. */
void ports_open(struct ports *ports);
void ports_close(struct ports *ports);
/* The caller's from here; -1 when there is none left: then one without that room has to
   do. */
int ports_take_udp(struct ports *ports, int family);
/* One that was taken, and is not bound. */
void ports_return_udp(struct ports *ports, int family, int fd);
/* Lets Echo Replies through to that pair, or nothing any more. */
void ports_echo_use(const struct ports *ports, size_t i, bool used);

#endif
