/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's figures in /proc, read and parsed apart. */
#ifndef BELLWETHER_MONITOR_PROC_H
#define BELLWETHER_MONITOR_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads as much as fits, from the folder of descriptor `folder`, or an absolute path.
   The size read, or -1 with errno. Not terminated. */
ssize_t proc_read(int folder, const char *path, char *buffer, size_t size);

struct cpu_ticks {
	uint64_t total;
	uint64_t idle; /* waiting for input and output included */
	unsigned processors;
};
/* /proc/stat. Its end may be missing. */
bool cpu_ticks_parse(const char *text, size_t size, struct cpu_ticks *ticks);
/* % busy between two readings; false when no time has passed. Counters that went back
   (a processor was taken away) count as standing still. */
bool
cpu_busy(const struct cpu_ticks *before, const struct cpu_ticks *now, double *percent);

struct memory_kb {
	uint64_t total, available, swap_total, swap_free;
};
/* /proc/meminfo. False when a line is missing or total is 0. */
bool memory_parse(const char *text, size_t size, struct memory_kb *memory);

/* /proc/loadavg: the 1 min average. */
bool load_parse(const char *text, size_t size, double *load);
/* /proc/pressure/X: avg10 of the line "some". */
bool pressure_parse(const char *text, size_t size, double *percent);

struct backlog {
	size_t sockets;
	uint64_t queue; /* bytes waiting, the largest */
	uint64_t drops; /* of all sockets together */
};
/* Adds the sockets of a local port in whole lines of /proc/net/udp or udp6. Returns the
   bytes of whole lines; what follows is to be given again with its rest. */
size_t
backlog_parse(const char *text, size_t size, uint16_t port, struct backlog *backlog);

#endif
