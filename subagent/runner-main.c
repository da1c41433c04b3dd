/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-runner: the runner of commands, which bellwetherd starts. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "monitor/spawner.h"
#include "subagent/role.h"

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "runner") == 0)
		return runner_main(ROLE_FD);
	fputs("bellwether-runner: bellwetherd starts it by itself\n", stderr);
	return 2;
}
