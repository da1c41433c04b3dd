/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwetherd's command line. */
#ifndef BELLWETHER_SUBAGENT_OPTIONS_H
#define BELLWETHER_SUBAGENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/log.h"

#define OPTIONS_POLICIES 64
/* Of 20 parameters at 1 s, the last day. */
#define OPTIONS_TRACE (INT64_C(64) * 1024 * 1024)
/* Where the own master listens unless told otherwise. */
#define OPTIONS_MASTER "udp:127.0.0.1:1161"

struct options {
	const char *policy[OPTIONS_POLICIES]; /* files or folders; one at least */
	size_t policies;
	const char *state; /* folder */
	/* SNMP: at most one of the two. socket: AgentX, a path or Net-SNMP's words; master:
	   to be one's own. Both NULL: master is the default where conf exists. */
	const char *socket;
	const char *master;
	const char *conf; /* of the own master: access, in snmpd.conf's words */
	bool conf_given;
	const char *user; /* to become when started as root */
	bool user_given;
	enum log_level level;
	bool foreground;
	bool check;
	int64_t trace; /* bytes of a server's trace; 0: none */
};

enum options_end {
	OPTIONS_RUN,  /* *options is complete */
	OPTIONS_DONE, /* --help or --version was printed: exit 0 */
	OPTIONS_BAD   /* what is wrong was printed: exit 2 */
};

/* Strings of *options point into argv or to constants. May be called again. */
enum options_end
options_parse(int argc, char **argv, FILE *out, FILE *err, struct options *options);

#endif
