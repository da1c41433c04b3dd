/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses, prefixes and endpoints: text to bytes, and back. */
#include "config.h"

#include "common/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

bool
address_parse(const char *text, struct address *address)
{
	struct address parsed;
	if (inet_pton(AF_INET, text, parsed.byte + 12) == 1)
		memcpy(parsed.byte, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, parsed.byte) != 1)
		return false;
	*address = parsed;
	return true;
}

const char *
address_format(const struct address *address, char text[ADDRESS_TEXT])
{
	bool v4 = address_is_v4(address);
	const uint8_t *from = v4 ? address->byte + 12 : address->byte;
	if (address_is_none(address) ||
	    !inet_ntop(v4 ? AF_INET : AF_INET6, from, text, ADDRESS_TEXT))
		snprintf(text, ADDRESS_TEXT, "none");
	return text;
}

bool
address_is_v4(const struct address *address)
{
	return memcmp(address->byte, mapped, sizeof(mapped)) == 0;
}

bool
address_is_none(const struct address *address)
{
	static const struct address none;
	return memcmp(address->byte, none.byte, sizeof(none.byte)) == 0;
}

bool
address_is_unicast(const struct address *address)
{
	if (address_is_none(address))
		return false;
	if (address_is_v4(address)) /* 0/8 is "this network", 224 and up no host's */
		return address->byte[12] != 0 && address->byte[12] < 224;
	return address->byte[0] != 0xff;
}

int
address_compare(const struct address *a, const struct address *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte));
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return address_compare(a, b) == 0;
}

/* Digits only, no sign and no blanks, at most max. */
static bool
parse_number(const char *text, unsigned max, unsigned *value)
{
	unsigned number = 0;
	if (*text == '\0')
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (unsigned)(*text - '0');
		if (number > max)
			return false;
	}
	*value = number;
	return true;
}

static void
clear_host_bits(struct address *address, unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		address->byte[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
}

bool
prefix_parse(const char *text, struct prefix *prefix)
{
	char part[ADDRESS_TEXT];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	if (length >= sizeof(part))
		return false;
	memcpy(part, text, length);
	part[length] = '\0';

	struct address address;
	if (!address_parse(part, &address))
		return false;
	unsigned bits = 128;
	/* How it was written decides what the length counts, not what it came to:
	   "::ffff:0:0/96" is IPv6 text. */
	bool v4 = strchr(part, ':') == NULL;
	if (slash && !parse_number(slash + 1, v4 ? 32 : 128, &bits))
		return false;
	if (slash && v4)
		bits += 96;
	struct address network = address;
	clear_host_bits(&network, bits);
	if (!address_equal(&network, &address))
		return false;
	prefix->address = address;
	prefix->bits = (uint8_t)bits;
	return true;
}

struct prefix
prefix_of(const struct address *address, unsigned bits)
{
	struct prefix prefix = { .address = *address, .bits = (uint8_t)bits };
	clear_host_bits(&prefix.address, bits);
	return prefix;
}

const char *
prefix_format(const struct prefix *prefix, char text[PREFIX_TEXT])
{
	bool v4 = address_is_v4(&prefix->address) && prefix->bits >= 96;
	char address[ADDRESS_TEXT];
	snprintf(text, PREFIX_TEXT, "%s/%u", address_format(&prefix->address, address),
		 prefix->bits - (v4 ? 96u : 0u));
	return text;
}

bool
prefix_contains(const struct prefix *prefix, const struct address *address)
{
	unsigned whole = prefix->bits / 8u, rest = prefix->bits % 8u;
	if (memcmp(prefix->address.byte, address->byte, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	unsigned differing = prefix->address.byte[whole] ^ address->byte[whole];
	return differing >> (8 - rest) == 0;
}

/* How many addresses at the front are no host's: the IPv4 network, or the IPv6
   subnet's routers (RFC 4291, 2.6.1). Links of two addresses have none. */
static unsigned
reserved_front(const struct prefix *prefix)
{
	return prefix->bits < 127 ? 1 : 0;
}

uint64_t
prefix_usable(const struct prefix *prefix)
{
	unsigned host = 128u - prefix->bits;
	unsigned reserved = reserved_front(prefix);
	if (host > 64)
		return UINT64_MAX;
	if (address_is_v4(&prefix->address) && prefix->bits >= 96)
		reserved *= 2; /* the broadcast address */
	uint64_t last = host == 64 ? UINT64_MAX : (UINT64_C(1) << host) - 1;
	return reserved ? last - (reserved - 1) : last + 1;
}

bool
prefix_nth(const struct prefix *prefix, uint64_t n, struct address *address)
{
	if (n == 0 || n > prefix_usable(prefix))
		return false;
	uint64_t offset = n - 1 + reserved_front(prefix);
	/* Fits in the host bits, which are zero: no carry leaves the last 8 bytes. */
	*address = prefix->address;
	put_u64(address->byte + 8, get_u64(address->byte + 8) + offset);
	return true;
}

bool
endpoint_parse(const char *text, struct endpoint *endpoint)
{
	char part[ADDRESS_TEXT];
	const char *colon = strrchr(text, ':');
	if (!colon)
		return false;
	const char *end = colon;
	bool bracketed = *text == '[';
	if (bracketed) {
		text++;
		if (end <= text || end[-1] != ']')
			return false;
		end--;
	}
	size_t length = (size_t)(end - text);
	if (length >= sizeof(part))
		return false;
	memcpy(part, text, length);
	part[length] = '\0';

	struct endpoint parsed;
	unsigned port;
	/* IPv6 without brackets would make the port ambiguous. */
	if (bracketed != (strchr(part, ':') != NULL) ||
	    !address_parse(part, &parsed.address) ||
	    !parse_number(colon + 1, 65535, &port) || port == 0)
		return false;
	parsed.port = (uint16_t)port;
	*endpoint = parsed;
	return true;
}

const char *
endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_TEXT])
{
	char address[ADDRESS_TEXT];
	bool plain =
	    address_is_v4(&endpoint->address) || address_is_none(&endpoint->address);
	snprintf(text, ENDPOINT_TEXT, plain ? "%s:%u" : "[%s]:%u",
		 address_format(&endpoint->address, address), endpoint->port);
	return text;
}

socklen_t
endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *sockaddr)
{
	memset(sockaddr, 0, sizeof(*sockaddr));
	if (address_is_v4(&endpoint->address)) {
		struct sockaddr_in *in = (struct sockaddr_in *)sockaddr;
		in->sin_family = AF_INET;
		in->sin_port = htons(endpoint->port);
		memcpy(&in->sin_addr, endpoint->address.byte + 12, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sockaddr;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(endpoint->port);
	memcpy(&in6->sin6_addr, endpoint->address.byte, 16);
	return sizeof(*in6);
}

bool
endpoint_from_sockaddr(const struct sockaddr *sockaddr, struct endpoint *endpoint)
{
	if (sockaddr->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, sockaddr, sizeof(in));
		memcpy(endpoint->address.byte, mapped, sizeof(mapped));
		memcpy(endpoint->address.byte + 12, &in.sin_addr, 4);
		endpoint->port = ntohs(in.sin_port);
		return true;
	}
	if (sockaddr->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, sockaddr, sizeof(in6));
		memcpy(endpoint->address.byte, &in6.sin6_addr, 16);
		endpoint->port = ntohs(in6.sin6_port);
		return true;
	}
	return false;
}
