/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's other processes: exec'ed anew with a role's name, the same binary or a small
   one of their own. */
#ifndef BELLWETHER_SUBAGENT_ROLE_H
#define BELLWETHER_SUBAGENT_ROLE_H

#include <stdbool.h>
#include <sys/types.h>

/* In the exec'ed process: its end of the socket pair, and what else it was given. */
#define ROLE_FD    3
#define ROLE_EXTRA 4

/* Exec'ed rather than only forked: its memory never holds anything of the engine's. */
struct role {
	const char
	    *name; /* also argv[0] of what it is called with; NULL ends a table */
	int (*main)(int argc, char **argv);
};
/* First thing in main: true when argv names a role; it has run then, and *status is
   main's return value. */
bool role_main(const struct role *roles, int argc, char **argv, int *status);

/* The runner of commands (monitor/spawner.h) forks for each: small, it does so cheaply, and
   little is in the process that may become any user. */
#define ROLE_RUNNER "bellwether-runner"

/* Starts a process in that role, program being its binary's name (NULL: ours; else it is
   looked for beside ours and among the installed helpers), with the rights that we have
   now, in a session of its own and with nothing open but the standard descriptors, its end
   of a socket pair, and a copy of extra (-1: none). words are its command line after the role's name, ended by
   NULL; NULL: none. Ours of the pair, non-blocking and close-on-exec, goes to *fd.
   Returns its process id, or -1 with errno: that of access() when there is no such
   program. */
pid_t role_start(const char *program, const char *role, const char *const *words,
		 int extra, int *fd);

/* What the child of role_start() does without a program: becomes the role, with link as
   its end. Returns only when that cannot be. */
void role_become(const char *role, const char *const *words, int link, int extra);

#endif
