/* SPDX-License-Identifier: BSD-3-Clause */
/* The agent process: answers SNMP from the board, through AgentX or as its own master. */
#ifndef BELLWETHER_SUBAGENT_AGENT_H
#define BELLWETHER_SUBAGENT_AGENT_H

#include <stdbool.h>

#include "common/log.h"
#include "subagent/privilege.h"

struct agent_options {
	int link; /* our end of the socket pair (link.h), non-blocking */
	/* AgentX: the master's socket, a path or Net-SNMP's words for a transport; NULL:
	   Net-SNMP's default. Not looked at with a master address. */
	const char *socket;
	/* To be one's own master: where to listen ("udp:127.0.0.1:1161"); else NULL. */
	const char *master;
	/* Access, users and receivers of notifications in snmpd.conf's words; read before
	   rights are given up. Belongs to root or to us and is readable by nobody else.
	   Only looked at with a master address. NULL: conf_fd, from its beginning. */
	const char *conf;
	int conf_fd;
	/* A folder of the agent's own, made when missing: engine boots, who runs. */
	const char *state;
	/* Whom to become when started as root; NULL: stays who it is. */
	const struct privilege_user *user;
	bool foreground;
	enum log_level level;
};

/* What agent_main() returns, for the process's exit status. */
enum agent_end {
	AGENT_STOPPED = 0, /* SIGTERM or SIGINT */
	AGENT_FAILED = 1,  /* could not start; the log says why */
	/* The engine was silent, or its end of the link closed, for 30 s. */
	AGENT_ENGINE_GONE = 3,
	/* Another daemon's agent holds our part of the tree at this master: start again
	   with a growing, jittered delay, and raise an alarm. */
	AGENT_REFUSED = 4,
};

/* Runs until it is told to stop, or one of the other ends. An engine that stops on
   purpose sends SIGTERM; when its end of the link closes without, it is lost: the agent
   says so (bwEngineLost), serves the last board with growing age for 30 s, and ends.
   A second agent on the same state folder ends the first one and takes its place. */
int agent_main(const struct agent_options *options);
/* The same as a role (role.h) of bellwetherd. */
int agent_role(int argc, char **argv);

#endif
