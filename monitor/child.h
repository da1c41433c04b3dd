/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting one command in a clean process: who it is, and what it inherits (nothing). */
#ifndef BELLWETHER_MONITOR_CHILD_H
#define BELLWETHER_MONITOR_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#define CHILD_WHY 160

struct identity {
	const char *user; /* by name; NULL: by number, or unchanged */
	bool by_number;
	uid_t uid;
	gid_t gid;
	bool never_root; /* refuse to be uid or gid 0 */
};

struct child {
	pid_t pid;
	int output; /* its standard output, non-blocking */
	/* What it could not do before it became the command: text once it has ended, nothing
	   when it did become the command. Non-blocking. */
	int trouble;
};

/* The child is the leader of its own session and process group and dies with the calling
   thread. Names are looked up in the child, where a slow directory service harms nobody
   else. False with why when not even that could begin. */
bool child_start(const char *const *argv, const struct identity *identity,
		 struct child *child, char why[CHILD_WHY]);

#endif
