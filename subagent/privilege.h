/* SPDX-License-Identifier: BSD-3-Clause */
/* Rights: what the engine takes while it is root, and giving all of it up for good. */
#ifndef BELLWETHER_SUBAGENT_PRIVILEGE_H
#define BELLWETHER_SUBAGENT_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct privilege_user {
	char name[64];
	uid_t uid;
	gid_t gid;
};

#define PRIVILEGE_WHY 256

/* True when we were started as root: only then is there anybody to become. */
bool privilege_root(void);

/* Looks the user up. False with why (and what to do) when there is none, or it is
   root. */
bool
privilege_find(const char *name, struct privilege_user *user, char why[PRIVILEGE_WHY]);

/* Best effort, each thing that fails is logged: all memory locked, the last to be
   killed when memory runs out, ahead of others for the processor. The engine is to work
   on a machine that drowns. Call it after children were started: they inherit none. */
void privilege_brace(void);

/* In a process that the braced engine started: it is as others are again. */
void privilege_unbrace(void);

/* For a process that starts others: keeps the rights to change user and to signal, where
   it has them, and drops the rest. False with errno. */
bool privilege_keep_few(void);

/* Gives up everything for good, in every thread to come: user (NULL: stays), groups,
   capabilities with the ambient and the bounding set, and the way back through setuid
   programs. Call it before the first thread. False with why unless all of it is
   verified to be gone; then do not go on. */
bool privilege_drop(const struct privilege_user *user, char why[PRIVILEGE_WHY]);

#endif
