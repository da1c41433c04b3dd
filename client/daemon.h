/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-client: its two processes and its command line. */
#ifndef BELLWETHER_CLIENT_DAEMON_H
#define BELLWETHER_CLIENT_DAEMON_H

#include <stdbool.h>

#include "client/configuration.h"

/* The whole program; its exit status: 0, 1 something failed, 2 wrong usage. */
int client_main(int argc, char **argv);

/* What both processes start from. */
struct start {
	const struct config *config;
	const char *folder; /* of the state */
	const char *user;   /* of the network process; NULL: the usual one */
	int link;           /* this end of the link */
	int control;        /* listening; the network process's */
};

/* The network process: opens sockets, reads keys and states, gives up every privilege,
   then runs until the link closes. Returns its exit status. */
int network_run(const struct start *start);

/* The parent: runs hooks and keeps states for the network process until TERM, INT or
   HUP, or until that process is gone. ready (else -1) is written to once it is set up.
   Returns an exit status. */
int parent_run(const struct start *start, int ready);

#endif
