/* SPDX-License-Identifier: BSD-3-Clause */
/* What lies behind silence: a closed port, or an agent that lives and does not answer us. */
#ifndef BELLWETHER_TUI_MANAGER_KNOCK_H
#define BELLWETHER_TUI_MANAGER_KNOCK_H

enum knock {
	KNOCK_SILENT = 1, /* nothing in time */
	KNOCK_REFUSED,    /* the host says that the port is closed */
	KNOCK_ANSWERED,   /* an SNMPv3 agent answered */
	KNOCK_UNKNOWN     /* not UDP, or the address cannot be resolved */
};

/* Asks without waiting: a socket for knock_hear(), or -1 and the outcome. */
int knock_begin(const char *agent, enum knock *outcome);
/* What came within wait_ms; the socket stays open. */
enum knock knock_hear(int fd, int wait_ms);
/* Both at once. Asks agent ("udp:127.0.0.1:161", "127.0.0.1", "udp6:[::1]:161") for its SNMPv3 engine
   from a connected socket, the only one that hears refusals; waits at most wait_ms. */
enum knock knock(const char *agent, int wait_ms);

#endif
