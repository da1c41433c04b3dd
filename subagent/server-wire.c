/* SPDX-License-Identifier: BSD-3-Clause */
/* Which wire a server's policy wants. */
#include "config.h"

#include "subagent/server-inside.h"

#include <errno.h>
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
	struct channel *channel = channel_open(&options, reason);
	struct wire *wire = NULL;
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
	if (wire)
		check_address(policy);
	return wire;
}
