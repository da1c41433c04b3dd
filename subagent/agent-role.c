/* SPDX-License-Identifier: BSD-3-Clause */
/* The agent as a role of bellwetherd: its command line is the daemon's own, with a state
   folder of its own. */
#include "config.h"

#include "subagent/agent.h"

#include <fcntl.h>

#include "subagent/options.h"
#include "subagent/role.h"

int
agent_role(int argc, char **argv)
{
	struct options options;
	privilege_unbrace();
	if (fcntl(ROLE_FD, F_SETFL, O_NONBLOCK) != 0 ||
	    options_parse(argc, argv, stdout, stderr, &options) != OPTIONS_RUN)
		return 2;
	const struct agent_options agent = {
		.link = ROLE_FD,
		.socket = options.socket,
		.master = options.master,
		.conf_fd = options.master ? ROLE_EXTRA : -1,
		.state = options.state,
		.foreground = options.foreground,
		.level = options.level,
	};
	return agent_main(&agent);
}
