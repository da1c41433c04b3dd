/* SPDX-License-Identifier: BSD-3-Clause */
/* Rights: what the engine takes while it is root, and giving all of it up for good. */
#include "config.h"

#include "subagent/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/log.h"

#define OOM_SCORE "-900"
#define NICENESS  (-10)

bool
privilege_root(void)
{
	return geteuid() == 0;
}

bool
privilege_find(const char *name, struct privilege_user *user, char why[PRIVILEGE_WHY])
{
	errno = 0;
	struct passwd *entry = getpwnam(name);
	if (!entry) {
		snprintf(why, PRIVILEGE_WHY,
			 "there is no user %.64s to become: make it (useradd --system "
			 "--no-create-home --shell /usr/sbin/nologin %.64s), or name "
			 "another with -u",
			 name, name);
		return false;
	}
	if (entry->pw_uid == 0) {
		snprintf(why, PRIVILEGE_WHY,
			 "%.64s is root, and the engine does not run as root: name "
			 "another user with -u",
			 name);
		return false;
	}
	slice_copy(slice_of(name), user->name, sizeof(user->name));
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	return true;
}

/* ---- taking ---- */

static void
lock_memory(void)
{
	/* After the drop the limit is what counts: locking what is mapped later would
	   make allocations fail at a small one. */
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 &&
	    (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 ||
	     limit.rlim_cur != RLIM_INFINITY)) {
		log_info("engine", "memory is not locked: the limit of locked memory "
				   "is not unlimited (LimitMEMLOCK=infinity)");
		return;
	}
	/* What is here now comes in whole, so that no order waits for its code to be
	   read from the disk; what comes later (threads' stacks) page by page. */
	if (mlockall(MCL_CURRENT) != 0 || mlockall(MCL_FUTURE | MCL_ONFAULT) != 0)
		log_info("engine", "memory is not locked: %s", strerror(errno));
}

static bool
set_oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, score, strlen(score));
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return written >= 0;
}

void
privilege_brace(void)
{
	lock_memory();
	if (!set_oom_score(OOM_SCORE))
		log_info("engine", "the OOM score stays as it is: %s", strerror(errno));
	if (setpriority(PRIO_PROCESS, 0, NICENESS) != 0)
		log_info("engine", "the nice value stays as it is: %s",
			 strerror(errno));
}

void
privilege_unbrace(void)
{
	/* Upward needs no right. */
	set_oom_score("0");
	if (getpriority(PRIO_PROCESS, 0) < 0)
		setpriority(PRIO_PROCESS, 0, 0);
}

/* ---- giving up ---- */

static bool
fail(char why[PRIVILEGE_WHY], const char *what)
{
	snprintf(why, PRIVILEGE_WHY, "cannot give up privileges: %s: %s", what,
		 strerror(errno));
	return false;
}

/* Without CAP_SETPCAP the bounding set cannot shrink; no_new_privs makes it harmless. */
static void
drop_bounding(void)
{
	for (unsigned long capability = 0;
	     prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

static bool
capabilities(int call, struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	return syscall(call, &header, data) == 0;
}

static bool
drop_capabilities(char why[PRIVILEGE_WHY])
{
	struct __user_cap_data_struct data[2] = { { 0 } };
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return fail(why, "ambient capabilities");
	if (!capabilities(SYS_capset, data))
		return fail(why, "capabilities");
	if (!capabilities(SYS_capget, data))
		return fail(why, "reading capabilities");
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		if (data[i].effective | data[i].permitted | data[i].inheritable) {
			errno = EPERM;
			return fail(why, "some capabilities are still there");
		}
	return true;
}

static bool
drop_user(const struct privilege_user *user, char why[PRIVILEGE_WHY])
{
	if (initgroups(user->name, user->gid) != 0)
		return fail(why, "groups");
	if (setresgid(user->gid, user->gid, user->gid) != 0)
		return fail(why, "group");
	if (setresuid(user->uid, user->uid, user->uid) != 0)
		return fail(why, "user");
	if (setuid(0) == 0 || setgid(0) == 0 || geteuid() == 0 || getuid() == 0) {
		errno = EPERM;
		return fail(why, "the way back to root is open");
	}
	return true;
}

/* Its own user stays root, as whoever may change user may be root. */
bool
privilege_keep_few(void)
{
	uint32_t kept = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL;
	struct __user_cap_data_struct data[2] = {
		{ .effective = kept, .permitted = kept },
	};
	if (!privilege_root())
		data[0].effective = data[0].permitted = 0;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	       capabilities(SYS_capset, data);
}

bool
privilege_drop(const struct privilege_user *user, char why[PRIVILEGE_WHY])
{
	/* First, while we still may; last of all comes what cannot be undone. */
	drop_bounding();
	if (user && !drop_user(user, why))
		return false;
	if (!drop_capabilities(why))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(why, "no_new_privs");
	return true;
}
