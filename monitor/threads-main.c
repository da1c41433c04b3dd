/* SPDX-License-Identifier: BSD-3-Clause */
/* radius-threads(8): the helper of <radius-threads>. */
#include "config.h"

#include "monitor/threads.h"

int
main(int argc, char **argv)
{
	return threads_main(argc, argv);
}
