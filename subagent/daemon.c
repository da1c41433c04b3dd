/* SPDX-License-Identifier: BSD-3-Clause */
/* Being a daemon: into the background, the state folder, and only one on each state. */
#include "config.h"

#include "subagent/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/file.h"
#include "common/log.h"

/* The write end of the pipe on which the parent waits; -1 in the foreground. */
static int ready_fd = -1;

/* The parent's rest of life: the exit status is what the child makes of its start. */
static _Noreturn void
wait_for_child(int fd)
{
	char byte;
	ssize_t got;
	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	_exit(got == 1 ? 0 : 1);
}

bool
daemon_fork(void)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	pid_t child = fork();
	if (child < 0)
		return false;
	if (child > 0) {
		close(fds[1]);
		wait_for_child(fds[0]);
	}
	close(fds[0]);
	ready_fd = fds[1];
	setsid();
	/* Relative paths on the command line still have to work: no chdir(). */
	umask(077);
	return true;
}

void
daemon_ready(void)
{
	if (ready_fd < 0)
		return;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	/* A parent that is gone already needs no word. */
	if (write(ready_fd, "", 1) == 1)
		close(ready_fd);
	ready_fd = -1;
}

static bool
folder_make(const char *path, char why[DAEMON_WHY])
{
	struct stat status;
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		snprintf(why, DAEMON_WHY, "cannot make the state folder %.200s: %s",
			 path, strerror(errno));
		return false;
	}
	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
		snprintf(why, DAEMON_WHY, "%.200s is no folder: name another with -s",
			 path);
		return false;
	}
	if (status.st_mode & (S_IWGRP | S_IWOTH)) {
		snprintf(why, DAEMON_WHY,
			 "the state folder %.200s is writable by group or others: "
			 "chmod go-w it",
			 path);
		return false;
	}
	return true;
}

/* Made under another user once (a trial run as root, a changed -u): they are ours to use
   all the same. Links are not followed, so nothing else changes hands. Root without the
   right to look into another's folder (a service that is given few) leaves them as they
   are. */
static bool
give_files(const char *folder, const char *const *files,
	   const struct privilege_user *owner, char why[DAEMON_WHY])
{
	for (; *files; files++) {
		char file[PATH_MAX];
		if (!path_join(folder, *files, file, sizeof(file)) ||
		    lchown(file, owner->uid, owner->gid) == 0 || errno == ENOENT ||
		    errno == EACCES)
			continue;
		snprintf(why, DAEMON_WHY, "cannot give %.200s to %s: %s", file,
			 owner->name, strerror(errno));
		return false;
	}
	return true;
}

/* The agent's folder lies in ours, and belongs to another: it has to get there. As the
   owner, since root may have few rights. */
static bool
agent_folder(const char *path, const struct privilege_user *owner,
	     const struct privilege_user *agent, char why[DAEMON_WHY])
{
	static const char *const files[] = { "agent.lock", "bellwether.conf",
					     "engine-lost", NULL };
	char folder[PATH_MAX];
	uid_t self = geteuid();
	bool good = path_join(path, "agent", folder, sizeof(folder)) &&
		    seteuid(owner->uid) == 0;
	good = good && (agent->uid == owner->uid || chmod(path, 0711) == 0) &&
	       (mkdir(folder, 0700) == 0 || errno == EEXIST);
	int error = errno;
	if (seteuid(self) != 0)
		abort();
	errno = error;
	if (good && lchown(folder, agent->uid, agent->gid) == 0)
		return give_files(folder, files, agent, why);
	snprintf(why, DAEMON_WHY, "cannot make %.200s/agent for %s: %s", path,
		 agent->name, strerror(errno));
	return false;
}

static bool
is_read_only(const char *path)
{
	struct statvfs system;
	return statvfs(path, &system) == 0 && (system.f_flag & ST_RDONLY);
}

bool
daemon_folder(const char *path, const struct privilege_user *owner,
	      const struct privilege_user *agent, char why[DAEMON_WHY])
{
	static const char *const files[] = { "state.db", "state.db-wal", "state.db-shm",
					     "lock", NULL };
	if (!folder_make(path, why))
		return false;
	/* One that can only be read, as after an error of its disk, is as it is. */
	if (!owner || is_read_only(path))
		return true;
	if (chown(path, owner->uid, owner->gid) != 0) {
		snprintf(why, DAEMON_WHY,
			 "cannot give the state folder %.200s to %s: %s", path,
			 owner->name, strerror(errno));
		return false;
	}
	if (!give_files(path, files, owner, why))
		return false;
	return agent_folder(path, owner, agent, why);
}

static void
say_locked(int fd, const char *folder, char why[DAEMON_WHY])
{
	char holder[24] = "";
	ssize_t got = pread(fd, holder, sizeof(holder) - 1, 0);
	holder[got > 0 ? got : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	snprintf(
	    why, DAEMON_WHY,
	    "another bellwetherd (process %s) runs on the state in %.200s: stop it, "
	    "or name another folder with -s",
	    holder[0] ? holder : "unknown", folder);
}

/* Where nothing can be written a lock needs no file of its own. */
static int
open_lock(const char *folder)
{
	char path[PATH_MAX];
	int flags = O_CLOEXEC | O_NOFOLLOW;
	if (!path_join(folder, "lock", path, sizeof(path)))
		return -1;
	int fd = open(path, O_RDWR | O_CREAT | flags, 0600);
	if (fd < 0 && errno == EROFS)
		fd = open(path, O_RDONLY | flags);
	if (fd < 0 && errno == ENOENT && is_read_only(folder))
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

int
daemon_lock(const char *folder, char why[DAEMON_WHY])
{
	char pid[24];
	int fd = open_lock(folder);
	if (fd < 0) {
		snprintf(why, DAEMON_WHY, "cannot open %.200s/lock: %s", folder,
			 strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			say_locked(fd, folder, why);
		else
			snprintf(why, DAEMON_WHY, "cannot lock %.200s/lock: %s", folder,
				 strerror(errno));
		close(fd);
		return -1;
	}
	/* For people only; the lock is what counts, and a full disk has no room for it. */
	int length = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	bool writable = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
	if (writable &&
	    (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)length, 0) != length))
		log_warning("engine", "cannot write %s/lock: %s", folder,
			    strerror(errno));
	return fd;
}
