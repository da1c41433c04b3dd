/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of the commands that talk to an agent: Net-SNMP's, and ours. */
#ifndef BELLWETHER_TUI_OPTIONS_H
#define BELLWETHER_TUI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "mib/tables.h"
#include "tui/colour.h"

#define OPTION_AGENTS  16
#define OPTION_SNMP    40
#define AGENT_STANDARD "udp:127.0.0.1:161"

struct options {
	const char
	    *agent[OPTION_AGENTS + 1]; /* NULL ends; the standard one when none */
	size_t agents;
	char *snmp[OPTION_SNMP]; /* -v -u -l -a -A -x -X -c -t -r and their values */
	int snmps;
	const char *server; /* NULL: all */
	bool json, plain;
	uint32_t why; /* an event's number; 0 none */
	/* Of actions. */
	const char *reason, *requester; /* NULL: none given */
	uint32_t hold, share, limit;
	bool force, preview, yes, detach;
	/* Of the console. */
	bool read_only, batch;
	uint32_t rounds; /* of batch; 0: until interrupted */
	bool no_settings;
	int64_t interval; /* between two looks, us */
	bool interval_given;
	enum colour_theme theme;
	bool theme_given;
	char words[MIB_TEXT]; /* the other arguments, a space between; "" none */
};

/* Who parses; what each takes differs. */
enum options_use { OPTIONS_LOOK, OPTIONS_ACT, OPTIONS_CONSOLE, OPTIONS_NONE };
/* argv[0] is the command's name. False after saying on err what is wrong. */
bool options_parse(int argc, char **argv, enum options_use use, struct options *options,
		   FILE *err);
/* Between two looks: a duration that is neither a burden nor a sleep. */
bool options_interval(const char *text, int64_t *us);
/* The i-th option of a use as it is written ("--server", "-v"); NULL past the last. */
const char *options_name(enum options_use use, size_t i, char out[32]);
/* True when "--server" or "-v" is followed by a value. */
bool options_has_value(const char *word);
/* The lines of the help that tell of them. */
extern const char options_help[];

#endif
