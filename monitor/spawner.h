/* SPDX-License-Identifier: BSD-3-Clause */
/* Running a probe's command: directly, or through the runner process that kept the
   right to change user when the engine gave all its rights away. */
#ifndef BELLWETHER_MONITOR_SPAWNER_H
#define BELLWETHER_MONITOR_SPAWNER_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define SPAWN_OUTPUT 8192 /* bytes of standard output kept */

enum spawn_end { SPAWN_EXITED = 1, SPAWN_SIGNALLED, SPAWN_TIMEOUT, SPAWN_FAILED };

struct spawn_result {
	enum spawn_end end;
	int status;         /* exit status or signal number */
	const char *output; /* standard output, NUL-terminated, cleaned, cut */
	size_t output_size;
	const char *why; /* SPAWN_FAILED: what could not be done */
};

typedef void spawn_done(void *context, const struct spawn_result *result);

struct spawner;

/* Runs argv[0] (absolute) with no standard input, standard error joined to nothing, every
   other descriptor closed, its own process group, environment PATH and LANG=C only, as
   user (NULL: as we are). At timeout the group gets TERM, 1 s later KILL; what the command
   leaves behind in its group when it ends is killed too. done is called once, from the
   loop, also when starting failed, and at a timeout when the child is reaped. Returns a
   handle for spawner_kill(), 0 only without memory: done is not called then. */
uint64_t spawner_run(struct spawner *spawner, const char *const *argv, const char *user,
		     int64_t timeout, spawn_done *done, void *context);
/* KILL at once; done is not called any more. */
void spawner_kill(struct spawner *spawner, uint64_t handle);

/* Children of this process. user other than our own needs root. */
struct spawner *spawner_local(uv_loop_t *loop);
/* Children of the runner at the other end of fd, one end of a SOCK_SEQPACKET pair, which
   it takes over. When the runner is gone every run ends as SPAWN_FAILED. */
struct spawner *spawner_remote(uv_loop_t *loop, int fd);
/* Kills what runs (done is not called any more), closes; closed may be NULL. Close the
   monitors that use it first. */
void
spawner_close(struct spawner *spawner, void (*closed)(void *context), void *context);

/* The runner's whole life: serves spawner_remote() at fd until it closes, then kills all
   children and returns an exit status. Keeps only the rights to change user and to
   signal; never runs anything as root (uid or gid 0). Call it in a freshly exec'ed process.

   A command without a user runs as the sender of the request: the kernel attaches the
   sender's uid and gid to each message (SCM_CREDENTIALS), so the runner need not be told
   and cannot be lied to. Start monitors only after giving up root, or such commands are
   refused. A runner that was started without root runs everything as itself, and refuses
   other users. TERM, INT and HUP are ignored: its life is the socket's. */
int runner_main(int fd);

#endif
