/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's other processes: the same binary, exec'ed anew with a role's name. */
#include "config.h"

#include "subagent/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/spawner.h"

#define WORDS 32u

int
role_runner(int argc, char **argv)
{
	(void)argv;
	return argc == 1 ? runner_main(ROLE_FD) : 2;
}

bool
role_main(const struct role *roles, int argc, char **argv, int *status)
{
	for (; argc > 1 && roles->name; roles++)
		if (strcmp(argv[1], roles->name) == 0) {
			*status = roles->main(argc - 1, argv + 1);
			return true;
		}
	return false;
}

/* Above everything that is going to be overwritten. */
static int
out_of_the_way(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, ROLE_EXTRA + 1);
}

/* Async-signal-safe calls only: it runs between fork and exec. */
void
role_become(const char *role, const char *const *words, int link, int extra)
{
	char name[] = "bellwetherd";
	char *argv[WORDS + 3] = { name, (char *)(uintptr_t)role };
	sigset_t none;
	for (size_t i = 0; words && words[i] && i < WORDS; i++)
		argv[i + 2] = (char *)(uintptr_t)words[i];
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Out of the terminal's reach: an interrupt is the engine's to handle. */
	setsid();
	link = out_of_the_way(link);
	int given = out_of_the_way(extra);
	if (dup2(link, ROLE_FD) != ROLE_FD ||
	    (extra >= 0 && dup2(given, ROLE_EXTRA) != ROLE_EXTRA))
		return;
	close_range(extra < 0 ? ROLE_EXTRA : ROLE_EXTRA + 1, ~0U, 0);
	execv("/proc/self/exe", argv);
}

pid_t
role_start(const char *role, const char *const *words, int extra, int *fd)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		role_become(role, words, pair[1], extra);
		_exit(127);
	}
	int error = errno;
	close(pair[1]);
	if (child < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
		close(pair[0]);
		errno = error;
		return -1;
	}
	*fd = pair[0];
	return child;
}
