/* SPDX-License-Identifier: BSD-3-Clause */
/* A clock that a test can set: LD_PRELOAD adds the seconds in the file CLOCKSHIM to the wall
   clock, or with CLOCKSHIM_CLOCK=boot to the time since boot. */
#include "config.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Mapped, not read: the process may lose the right to open it, and it must not cost. */
static const volatile char *file;
static bool boot;

#define FILE_SIZE 16 /* the offset as text, then spaces */

__attribute__((constructor)) static void
start(void)
{
	const char *path = getenv("CLOCKSHIM");
	const char *which = getenv("CLOCKSHIM_CLOCK");
	if (!path)
		return;
	boot = which && strcmp(which, "boot") == 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	void *map = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		file = map;
}

static long
offset(void)
{
	if (!file)
		return 0;
	long seconds = 0;
	bool negative = file[0] == '-';
	for (int i = negative; i < FILE_SIZE && file[i] >= '0' && file[i] <= '9'; i++)
		seconds = seconds * 10 + (file[i] - '0');
	return negative ? -seconds : seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now);

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);
	bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
	if (result == 0 && (boot ? clock == CLOCK_BOOTTIME : wall))
		now->tv_sec += offset();
	return result;
}
