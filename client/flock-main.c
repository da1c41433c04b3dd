/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-flock: everything is in flock.c, which tests link as well. */
#include "config.h"

#include "client/flock.h"

int
main(int argc, char **argv)
{
	return flock_main(argc, argv);
}
