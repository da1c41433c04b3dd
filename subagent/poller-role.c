/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller as a role of bellwetherd: it is told nothing but by the engine's questions. */
#include "config.h"

#include "subagent/poller.h"

#include <signal.h>

#include "subagent/privilege.h"
#include "subagent/role.h"

int
poller_role(int argc, char **argv)
{
	(void)argv;
	privilege_unbrace();
	/* Whoever started us may ignore them. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	return argc == 1 ? poller_main(ROLE_FD) : 2;
}
