/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwetherd: the engine, or one of the processes that it starts in a role. */
#include "config.h"

#include <stdio.h>

#include "subagent/agent.h"
#include "subagent/engine.h"
#include "subagent/options.h"
#include "subagent/poller.h"
#include "subagent/role.h"
#include "subagent/starter.h"

static const struct role roles[] = {
	{ "starter", starter_role },
	{ "agent", agent_role },
	{ "poller", poller_role },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	struct options options;
	int status;
	if (role_main(roles, argc, argv, &status))
		return status;
	switch (options_parse(argc, argv, stdout, stderr, &options)) {
	case OPTIONS_RUN:
		return engine_main(&options);
	case OPTIONS_DONE:
		return 0;
	default:
		return 2;
	}
}
