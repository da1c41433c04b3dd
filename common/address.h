/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses, prefixes and endpoints: one 16-byte form for IPv4 (mapped) and IPv6. */
#ifndef BELLWETHER_COMMON_ADDRESS_H
#define BELLWETHER_COMMON_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Network byte order; IPv4 as ::ffff:a.b.c.d; all zero means "none". */
struct address {
	uint8_t byte[16];
};

/* Enough for any formatted address, and for any endpoint, with the final NUL. */
#define ADDRESS_TEXT  46
#define ENDPOINT_TEXT 56

/* Numeric IPv4 or IPv6 only, never a name. False leaves *address untouched. */
bool address_parse(const char *text, struct address *address);
/* Dotted IPv4 or RFC 5952 IPv6; returns text. "none" for the empty address. */
const char *address_format(const struct address *address, char text[ADDRESS_TEXT]);
bool address_is_v4(const struct address *address);
bool address_is_none(const struct address *address);
/* True when a client or server may have it: not none, multicast, broadcast. */
bool address_is_unicast(const struct address *address);
int address_compare(const struct address *a, const struct address *b);
bool address_equal(const struct address *a, const struct address *b);

struct prefix {
	struct address address; /* host bits zero */
	uint8_t bits;           /* of 128: IPv4 /24 is 120 */
};

/* "192.0.2.0/24", "2001:db8::/64"; an address alone is its full length.
   Host bits that are set are refused. False leaves *prefix untouched. */
bool prefix_parse(const char *text, struct prefix *prefix);
/* The network of that length, 0 to 128, in which the address is. */
struct prefix prefix_of(const struct address *address, unsigned bits);
#define PREFIX_TEXT (ADDRESS_TEXT + 4)
/* "192.0.2.0/24", "2001:db8::/64"; returns text. */
const char *prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT]);
bool prefix_contains(const struct prefix *prefix, const struct address *address);
/* Usable host addresses: IPv4 shorter than /31 leaves out network and broadcast, IPv6
   shorter than /127 the subnet's routers (all host bits zero); saturates at
   UINT64_MAX. */
uint64_t prefix_usable(const struct prefix *prefix);
/* The n-th usable address, from 1. False when n is 0 or past prefix_usable(). */
bool prefix_nth(const struct prefix *prefix, uint64_t n, struct address *address);

struct endpoint {
	struct address address;
	uint16_t port; /* host byte order */
};

/* "127.0.0.1:18121", "[::1]:18121"; port 1 to 65535. */
bool endpoint_parse(const char *text, struct endpoint *endpoint);
const char *endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_TEXT]);
/* AF_INET for mapped addresses, else AF_INET6; returns the length filled. */
socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint,
			       struct sockaddr_storage *sockaddr);
/* False for other families. */
bool endpoint_from_sockaddr(const struct sockaddr *sockaddr, struct endpoint *endpoint);

#endif
