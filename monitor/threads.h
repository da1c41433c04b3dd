/* SPDX-License-Identifier: BSD-3-Clause */
/* The threads of a RADIUS server that publishes none: counted where they sleep.

   Idle workers of FreeRADIUS all wait in futex() for the one semaphore of the pool, which
   lies in the data of the program itself; busy ones run, or sleep elsewhere. Looking takes
   rights, also for the server's own user: so a program of its own does it, THREADS_HELPER,
   and the daemon runs that. */
#ifndef BELLWETHER_MONITOR_THREADS_H
#define BELLWETHER_MONITOR_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THREADS_HELPER PKGLIBEXECDIR "/radius-threads"
#define THREADS_RIGHTS "cap_sys_ptrace,cap_dac_read_search=ep"
/* What it exits with, as monitoring plugins do. */
enum { THREADS_COUNTED = 0, THREADS_ABSENT = 2, THREADS_NOT_MEASURED = 3 };

#define THREADS_WHY 256

/* Addresses from start to before end. */
struct span {
	uint64_t start, end;
};

/* /proc/PID/maps: where the program lies, exe being what /proc/PID/exe leads to: from its
   first mapping to its last, and the anonymous one that follows directly (bss). False
   when there is none. */
bool threads_program(const char *maps, size_t size, const char *exe, struct span *span);
/* /proc/PID/task/TID/syscall: does the thread sleep in futex() at an address in span? */
bool threads_idle(const char *text, size_t size, const struct span *span);
/* /proc/PID/stat: the parent. */
bool threads_parent(const char *text, size_t size, long *parent);

struct threads {
	long pid;           /* in: where it was the last time, or 0; out: where it is */
	size_t total, idle; /* of the pool: all of the process but its main one */
};

/* Counts those of the one process of the name; its own children of that name, and those of
   other networks, are none of it. THREADS_NOT_MEASURED and
   THREADS_ABSENT with why. */
int threads_count(const char *name, struct threads *threads, char why[THREADS_WHY]);

/* The helper: counts, prints a line of a plugin's form. Returns its exit status. */
int threads_main(int argc, char **argv);

#endif
