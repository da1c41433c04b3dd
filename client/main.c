/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-client: everything is in daemon.c, which tests link as well. */
#include "config.h"

#include "client/daemon.h"

int
main(int argc, char **argv)
{
	return client_main(argc, argv);
}
