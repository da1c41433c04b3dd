/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's other processes: exec'ed anew with a role's name, the same binary or a small
   one of their own. */
#include "config.h"

#include "subagent/role.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"

#define WORDS 32u
#define SELF  "/proc/self/exe"

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
static void
become(const char *program, const char *role, const char *const *words, int link,
       int extra)
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
	execv(program, argv);
}

void
role_become(const char *role, const char *const *words, int link, int extra)
{
	become(SELF, role, words, link, extra);
}

/* Beside our own binary, as it is where it was built, or where it is installed. */
static bool
find_program(const char *name, char path[PATH_MAX])
{
	ssize_t length = readlink(SELF, path, PATH_MAX - 1);
	path[length > 0 ? length : 0] = '\0';
	char *slash = strrchr(path, '/');
	size_t room = slash ? (size_t)(path + PATH_MAX - (slash + 1)) : 0;
	if (slash && strlen(name) < room) {
		memcpy(slash + 1, name, strlen(name) + 1);
		if (access(path, X_OK) == 0)
			return true;
	}
	snprintf(path, PATH_MAX, "%s/%s", PKGLIBEXECDIR, name);
	return access(path, X_OK) == 0;
}

pid_t
role_start(const char *program, const char *role, const char *const *words, int extra,
	   int *fd)
{
	char path[PATH_MAX] = SELF;
	int pair[2];
	if (program && !find_program(program, path))
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		become(path, role, words, pair[1], extra);
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
