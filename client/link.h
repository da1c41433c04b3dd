/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two processes of bellwether-client tell each other: events by number, names
   and addresses, and nothing that could name a command or a file. */
#ifndef BELLWETHER_CLIENT_LINK_H
#define BELLWETHER_CLIENT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core.h"

enum link_kind {
	LINK_READY = 1, /* network: sockets are open, privileges gone */
	LINK_HOOK,      /* network: run this server's hook */
	LINK_STATE,     /* network: keep this */
	LINK_DONE,      /* parent: the hook ended; status, line */
	LINK_SAVED      /* parent: kept (status 0), or not */
};

struct link_message {
	enum link_kind kind;
	uint32_t server; /* its number in client.xml, from 0 */
	int32_t status;
	char line[MESSAGE_TEXT_MAX + 1];
	struct core_hook hook;
	struct core_state state;
};

/* Both ends of a link: packets, close-on-exec. False with errno. */
bool link_open(int ends[2]);
/* False when the other end is gone. */
bool link_send(int fd, const struct link_message *message);

enum link_end { LINK_MESSAGE, LINK_NOTHING, LINK_CLOSED, LINK_BROKEN };
/* Never blocks. LINK_BROKEN: bytes that no honest other end sends; kinds is the set of
   those allowed, one bit each, and servers how many there are. */
enum link_end
link_receive(int fd, unsigned kinds, uint32_t servers, struct link_message *message);

#endif
