/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether: the commands. */
#include "config.h"

#include <stdio.h>

#include "tui/command.h"

int
main(int argc, char **argv)
{
	int status = command_main(argc, argv, stdout, stderr);
	/* A full disk or a closed pipe is no success. */
	if (fflush(stdout) != 0 && status == 0)
		status = 1;
	return status;
}
