/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding processes by name in /proc. */
#ifndef BELLWETHER_MONITOR_PROCESS_H
#define BELLWETHER_MONITOR_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* /proc/PID/stat: the state, after the last ")", as a name may hold anything. */
bool process_state_parse(const char *text, size_t size, char *state);
/* /proc/PID/comm: is this the whole of it? */
bool process_comm_is(const char *text, size_t size, const char *name);
/* /proc/PID/cmdline: is name the base name of the first argument? */
bool process_argument_is(const char *text, size_t size, const char *name);

/* Alive (no zombie), and its comm or the base name of its argv[0] is name. proc is /proc. */
bool process_is(int proc, const char *pid, const char *name);

/* Remembered from search to search; zero at first. */
struct process_search {
	long known; /* a process of the name; 0: none */
};
/* Processes alive (no zombies) whose comm, or base name of argv[0], is name. With `any`
   one is enough, and the one known from before is looked at first: a service that runs
   costs no search of thousands. False with why when /proc does not show them. Reading
   may hang on a process that hangs. */
bool process_count(const char *name, bool any, struct process_search *search,
		   size_t *count, const char **why);

#endif
