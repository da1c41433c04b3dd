/* SPDX-License-Identifier: BSD-3-Clause */
/* Which wire a server's policy wants. */
#include "config.h"

#include "subagent/server-inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"

/* Orders leave from the server's own address, which has to be one of this host's. */
static void
check_address(const struct policy *policy)
{
	struct sockaddr_storage name;
	char text[ADDRESS_TEXT];
	struct endpoint endpoint = { policy->address, 0 };
	socklen_t size = endpoint_to_sockaddr(&endpoint, &name);
	int fd = socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&name, size) != 0)
		log_warning("message",
			    "%s: the server's address %s is not usable on this host "
			    "(%s): no order can leave from it",
			    policy->server, address_format(&policy->address, text),
			    strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* What one datagram takes of the buffer: that of a network device, and its management. */
#define DATAGRAM 2304
/* The loop may stand still for so long on a machine that drowns, s. */
#define STILL 1

/* The answers to a burst of orders have to wait somewhere. */
static void
check_room(const struct policy *policy, const struct wire *wire)
{
	uint64_t room = wire_room(wire);
	uint64_t orders = policy->failover.rate * (uint64_t)STILL;
	if (orders > policy->clients)
		orders = policy->clients;
	/* Received, and done. */
	uint64_t wanted = orders * 2 * DATAGRAM;
	if (wanted > room)
		log_warning("message",
			    "%s: %" PRIu64 " clients may answer within a second, and "
			    "there is room for %" PRIu64 ": start as root with "
			    "CAP_NET_ADMIN, or raise net.core.rmem_max to %" PRIu64
			    ", or lower rate=",
			    policy->server, orders, room / (2 * DATAGRAM), wanted / 2);
}

static struct wire *
open_udp(const struct surroundings *around, const struct policy *policy,
	 char why[SERVER_WHY])
{
	struct channel_options options = {
		.transport = TRANSPORT_UDP,
		.family = address_is_v4(&policy->address) ? AF_INET : AF_INET6,
		.port = policy->port,
		.local = { policy->address, 128 },
	};
	char reason[CHANNEL_WHY];
	int reserved = ports_take_udp(around->ports, options.family);
	if (reserved >= 0)
		options.reserved = &reserved;
	struct channel *channel = channel_open(&options, reason);
	struct wire *wire = NULL;
	if (!channel && reserved >= 0)
		ports_return_udp(around->ports, options.family, reserved);
	if (!channel)
		snprintf(why, SERVER_WHY, "UDP port %u: %s", policy->port, reason);
	else if (!(wire = wire_open(around->loop, channel, &around->calls)))
		snprintf(why, SERVER_WHY, "there is not enough memory");
	return wire;
}

struct wire *
server_wire(const struct surroundings *around, const struct policy *policy, bool *own,
	    char why[SERVER_WHY])
{
	int family = address_is_v4(&policy->address) ? 0 : 1;
	struct wire *wire = around->icmp[family];
	*own = policy->transport == TRANSPORT_UDP;
	if (*own)
		wire = open_udp(around, policy, why);
	else if (!wire)
		snprintf(why, SERVER_WHY,
			 "transport=\"icmp\" needs the right to open raw sockets when "
			 "the daemon starts (root, or CAP_NET_RAW): %s; or use "
			 "transport=\"udp\"",
			 around->ports->why[family]);
	if (wire) {
		check_address(policy);
		check_room(policy, wire);
	}
	return wire;
}
