/* SPDX-License-Identifier: BSD-3-Clause */
/* Being a daemon: into the background, the state folder, and only one on each state. */
#ifndef BELLWETHER_SUBAGENT_DAEMON_H
#define BELLWETHER_SUBAGENT_DAEMON_H

#include <stdbool.h>

#include "subagent/privilege.h"

#define DAEMON_WHY 512

/* Goes into the background. The parent waits until daemon_ready() and then exits 0, or
   1 when the child ends before; standard error stays open until then. Returns in the
   child only. False in the parent when that cannot be done. */
bool daemon_fork(void);
/* Everything works: lets the parent go, and standard streams with it. Does nothing
   without daemon_fork(). */
void daemon_ready(void);

/* Makes the folder, 0700, when it is missing and gives it to owner (NULL: nobody to
   give it to, nor to agent). In it, a folder "agent" of the agent's user, who may pass
   through when that is another one. False with why: not a folder, open to others,
   somebody else's. */
bool daemon_folder(const char *path, const struct privilege_user *owner,
		   const struct privilege_user *agent, char why[DAEMON_WHY]);

/* Takes the folder's lock for as long as we live (a killed process holds none). Returns
   its descriptor, or -1 with why, which names the process that has it. */
int daemon_lock(const char *folder, char why[DAEMON_WHY]);

#endif
