/* SPDX-License-Identifier: BSD-3-Clause */
/* One run of a hook: its environment, its time limit, what its end means. */
#ifndef BELLWETHER_CLIENT_HOOK_H
#define BELLWETHER_CLIENT_HOOK_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "client/core.h"

/* What a hook finds in PATH. */
#define HOOK_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct hook_request {
	const char *const *command; /* [0] absolute; NULL ends */
	int64_t timeout;
	const char *server;
	struct address server_address;
	struct core_hook run;
};

/* The environment of a run, NULL-terminated, in one piece for free(): PATH, LANG=C, and
   BELLWETHER_EVENT, _SERVER, _SERVER_ADDRESS, _ALTERNATE, _ALTERNATE_ADDRESS,
   _ALTERNATES, _REASON and _ORDER, all always there, empty or 0 where there is nothing
   to say. NULL without memory. */
char **hook_environment(const struct hook_request *request);

/* status: exit status, or -1 when it was killed or could not run. line: the first line
   it wrote to standard output or error, clean; else a word on why it failed, or "". */
typedef void hook_done(void *context, int status, const char *line);

struct hook;

/* Runs the command: no shell, standard input empty, every other descriptor closed, its
   own process group, in "/". At timeout the group gets TERM, 1 s later KILL; what is left
   of the group when the command itself is gone then, too. Without a timeout the command's
   own children may stay, for it may have restarted a service. done is called once, from
   the loop, and the hook is gone then. NULL without memory: done is not called. */
struct hook *hook_start(uv_loop_t *loop, const struct hook_request *request,
			hook_done *done, void *context);
/* As if its time were over now. */
void hook_stop(struct hook *hook);

#endif
