/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting processes in roles, each as a user of its own: through a small process that
   kept the right to change user, or else as we are. */
#ifndef BELLWETHER_SUBAGENT_STARTER_H
#define BELLWETHER_SUBAGENT_STARTER_H

#include <stdbool.h>
#include <uv.h>

#include "subagent/privilege.h"

/* ---- the engine's end ---- */

struct starter;

/* fd: our end of the socket pair to a process in the role "starter", taken over; -1: the
   processes are children of our own. NULL without memory. */
struct starter *starter_open(uv_loop_t *loop, int fd);
/* What it started goes on. The memory lives until the loop has let go of it. */
void starter_close(struct starter *starter);

/* ended is told how the role's process ended, as of wait(2); -1: it could not be started.
   One listener a role, at most 4 roles; NULL: nobody listens any more. */
void starter_listen(struct starter *starter, const char *role,
		    void (*ended)(void *context, int status), void *context);
/* As role_start(); false with errno when it cannot be. One process a role at a time. */
bool starter_start(struct starter *starter, const char *role, const char *const *words,
		   int extra, int *fd);
void starter_signal(struct starter *starter, const char *role, int number);
/* A child has ended (SIGCHLD); it may have been one of these. */
void starter_reap(struct starter *starter);
/* True once the starter's process is gone: nothing can be started any more. */
bool starter_lost(const struct starter *starter);

/* ---- the process ---- */

/* The role "starter": argv[1] is the engine's user. Starts the processes of the other
   roles, each as starter_user() says, whatever the engine asks for; keeps the rights to
   change user and to signal. Its life is the socket's; what it started outlives it. */
int starter_role(int argc, char **argv);

/* Whom a role's process becomes: "USER-ROLE" where the system has that user, else USER.
   False when there is not even that one, or it is root. */
bool starter_user(const char *user, const char *role, struct privilege_user *found);

#endif
