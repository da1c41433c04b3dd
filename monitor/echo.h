/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6 Echo for reachability, over raw sockets that were handed in. */
#ifndef BELLWETHER_MONITOR_ECHO_H
#define BELLWETHER_MONITOR_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "monitor/kind.h"

#define ECHO_TOKEN 16
#define ECHO_SIZE  (8 + ECHO_TOKEN)

/* Pure: a request, its checksum filled in for IPv4 (the kernel does it for IPv6). */
void echo_build(bool v6, uint16_t identifier, uint16_t sequence,
		const uint8_t token[ECHO_TOKEN], uint8_t packet[ECHO_SIZE]);
/* Pure: what a raw socket read; IPv4 begins with the IP header. True for an Echo Reply
   with our identifier and a token, which points into packet. */
bool echo_read(bool v6, const uint8_t *packet, size_t size, uint16_t identifier,
	       uint16_t *sequence, const uint8_t **token);

/* One question; its memory is the asker's. */
struct ping {
	struct address to;
	void (*answered)(void *context); /* once, while pending */
	void *context;
	/* Private. */
	struct echo *echo;
	struct ping *next;
	uint8_t token[ECHO_TOKEN];
	uint16_t sequence;
	bool pending;
};

struct echo;

/* One reader for each raw socket of a loop, shared by all monitors: two would take each
   other's answers. NULL for fd -1 or without memory. */
struct echo *echo_join(struct monitor *monitor, int fd, bool v6);
void echo_leave(struct echo *echo, struct monitor *monitor);

/* Sends the question, or sends it again; what cannot be sent is not answered. */
void ping_send(struct ping *ping, struct echo *echo);
/* Forgets it: answered is not called any more. */
void ping_forget(struct ping *ping);

#endif
