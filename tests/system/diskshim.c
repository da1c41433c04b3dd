/* SPDX-License-Identifier: BSD-3-Clause */
/* Preloaded: a disk whose writes take WRITE_MS each, and whose syncs hang while the file
   SYNC_GATE is there. */
#include "config.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static void
wait_ms(long milliseconds)
{
	struct timespec wait = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
	nanosleep(&wait, NULL);
}

static void
wait_at_gate(void)
{
	const char *gate = getenv("SYNC_GATE");
	while (gate && access(gate, F_OK) == 0)
		wait_ms(5);
}

int
fsync(int fd)
{
	wait_at_gate();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	wait_at_gate();
	return (int)syscall(SYS_fdatasync, fd);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	const char *delay = getenv("WRITE_MS");
	if (delay)
		wait_ms(strtol(delay, NULL, 10));
	return syscall(SYS_pwrite64, fd, bytes, size, offset);
}
