/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6 Echo packets as bytes: pure reading and writing. */
#ifndef BELLWETHER_MESSAGE_ICMP_H
#define BELLWETHER_MESSAGE_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"

#define ICMP_HEADER   8
#define IPV4_HEADER   60 /* at most, with options */
#define ECHO_REQUEST4 8
#define ECHO_REPLY4   0
#define ECHO_REQUEST6 128
#define ECHO_REPLY6   129

/* An Echo packet, its data still in the caller's bytes. */
struct echo {
	bool reply;
	uint16_t id, sequence;
	const uint8_t *data;
	size_t size;
};

/* A packet as a raw IPv4 socket delivers it, with its IP header; the socket lets wrong
   ICMP checksums through, so it is checked here. False, and *echo untouched, for
   anything but a whole, well-formed Echo Request or Reply. */
bool icmp_parse_v4(const uint8_t *packet, size_t size, struct echo *echo);
/* A packet as a raw ICMPv6 socket delivers it: no IP header, and its checksum, which
   needs one, is the kernel's work. */
bool icmp_parse_v6(const uint8_t *packet, size_t size, struct echo *echo);

/* Writes the 8 bytes ahead of data; the checksum for IPv4 (ICMPv6's is filled in by
   the kernel). */
void icmp_write_request(bool v4, uint16_t id, uint16_t sequence, const uint8_t *data,
			size_t size, uint8_t header[ICMP_HEADER]);

/* The Internet checksum's sum of bytes added to sum (RFC 1071), not yet complemented.
   Only the last piece may have an odd size. */
uint16_t icmp_sum(uint16_t sum, const uint8_t *bytes, size_t size);

#endif
