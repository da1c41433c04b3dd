/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting one command in a clean process. */
#include "config.h"

#include "monitor/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monitor/threads.h"

/* Where the pipe of troubles sits in the child, next to the three standard ones. */
#define TROUBLE_FD 3

static const char *const environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LANG=C",
	NULL,
};

__attribute__((noreturn)) static void
give_up(int trouble, const char *what, const char *name, int error)
{
	char text[CHILD_WHY];
	int size = snprintf(text, sizeof(text), "%s%s%s%s", what, name,
			    error ? ": " : "", error ? strerror(error) : "");
	if (size > CHILD_WHY - 1)
		size = CHILD_WHY - 1;
	ssize_t written = write(trouble, text, (size_t)size);
	_exit(written > 0 ? 127 : 126);
}

/* The engine may be favoured by the scheduler and spared by the OOM killer; a plugin of
   its is not. Both may always be given up. */
static void
lose_favours(void)
{
	char first = 0;
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &first, 1) == 1 && first == '-' &&
		    pwrite(fd, "0", 1, 0) != 1)
			first = 0; /* it stays spared, which harms nobody now */
		close(fd);
	}
	if (getpriority(PRIO_PROCESS, 0) < 0)
		setpriority(PRIO_PROCESS, 0, 0);
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
}

static void
resolve(struct identity *identity, int trouble)
{
	struct passwd entry, *found = NULL;
	char buffer[8192];
	int error = getpwnam_r(identity->user, &entry, buffer, sizeof(buffer), &found);
	if (!found)
		give_up(trouble, "no such user: ", identity->user, error);
	identity->by_number = true;
	identity->uid = entry.pw_uid;
	identity->gid = entry.pw_gid;
}

static void
become(const struct identity *asked, int trouble)
{
	struct identity identity = *asked;
	if (identity.user)
		resolve(&identity, trouble);
	uid_t uid = identity.by_number ? identity.uid : geteuid();
	gid_t gid = identity.by_number ? identity.gid : getegid();
	if (identity.never_root && (uid == 0 || gid == 0))
		give_up(trouble, "commands are not run as root: give a user", "", 0);
	/* Without root there is nothing to change when it is who we are. */
	if (geteuid() != 0 && uid == geteuid() && gid == getegid())
		return;
	if (!identity.by_number)
		return;
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		give_up(trouble, "cannot change to user ",
			identity.user ? identity.user : "of the daemon", errno);
}

static void
arrange_descriptors(int output, int trouble)
{
	/* Out of the way first: the daemon may run with 0, 1 or 2 closed. */
	int high_output = fcntl(output, F_DUPFD_CLOEXEC, 16);
	int high_trouble = fcntl(trouble, F_DUPFD_CLOEXEC, 16);
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high_nothing = fcntl(nothing, F_DUPFD_CLOEXEC, 16);
	if (high_output < 0 || high_nothing < 0 || dup2(high_nothing, 0) < 0 ||
	    dup2(high_output, 1) < 0 || dup2(high_nothing, 2) < 0 ||
	    dup3(high_trouble, TROUBLE_FD, O_CLOEXEC) < 0)
		give_up(trouble, "no descriptors", "", errno);
	if (close_range(TROUBLE_FD + 1, ~0U, 0) == 0)
		return;
	/* Kernels before 5.9. */
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	for (rlim_t fd = TROUBLE_FD + 1; fd < limit.rlim_cur; fd++)
		close((int)fd);
}

static void
reset_signals(void)
{
	sigset_t none;
	/* Past libc, which does not touch the two it keeps for threads, though a parent may
	   have left them ignored: the kernel's struct sigaction, all zero, is the default. */
	const unsigned long by_default[8] = { 0 };
	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, by_default, NULL, (NSIG - 1) / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void
run_command(const char *const *argv, const struct identity *identity, pid_t parent,
	    int output, int trouble)
{
	setsid();
	lose_favours();
	become(identity, trouble);
	/* After the change of user, which clears it; then the parent may be gone already. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	arrange_descriptors(output, trouble);
	reset_signals();
	umask(022);
	if (chdir("/") != 0)
		give_up(TROUBLE_FD, "cannot go to /", "", errno);
	/* Nobody's plugin gains rights by a setuid program. The one helper of ours that has
	   a right in its file does nothing with it but count. */
	if (strcmp(argv[0], THREADS_HELPER) != 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		give_up(TROUBLE_FD, "cannot give up gaining rights", "", errno);
	execve(argv[0], (char *const *)(uintptr_t)argv,
	       (char *const *)(uintptr_t)environment);
	give_up(TROUBLE_FD, "cannot run ", argv[0], errno);
}

static bool
make_pipes(int output[2], int trouble[2])
{
	if (pipe2(output, O_CLOEXEC) != 0)
		return false;
	if (pipe2(trouble, O_CLOEXEC) != 0) {
		close(output[0]);
		close(output[1]);
		return false;
	}
	/* Only our ends: the command expects a pipe like any other. */
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	fcntl(trouble[0], F_SETFL, O_NONBLOCK);
	return true;
}

bool
child_start(const char *const *argv, const struct identity *identity,
	    struct child *child, char why[CHILD_WHY])
{
	int output[2], trouble[2];
	if (!argv[0] || argv[0][0] != '/') {
		snprintf(why, CHILD_WHY, "the command's path is not absolute");
		return false;
	}
	if (!make_pipes(output, trouble)) {
		snprintf(why, CHILD_WHY, "no pipe: %s", strerror(errno));
		return false;
	}
	/* No handler of ours may run in the child. */
	sigset_t all, before;
	pid_t parent = getpid();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	child->pid = fork();
	int error = errno;
	if (child->pid == 0)
		run_command(argv, identity, parent, output[1], trouble[1]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(output[1]);
	close(trouble[1]);
	child->output = output[0];
	child->trouble = trouble[0];
	if (child->pid > 0)
		return true;
	close(output[0]);
	close(trouble[0]);
	snprintf(why, CHILD_WHY, "no process: %s", strerror(error));
	return false;
}
