/* SPDX-License-Identifier: BSD-3-Clause */
/* User, groups, capabilities: all gone, and looked after. */
#include "config.h"

#include "client/drop.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
fail(char why[DROP_WHY], const char *what)
{
	snprintf(why, DROP_WHY, "cannot give up privileges: %s: %s", what,
		 strerror(errno));
	return false;
}

static const struct passwd *
find_user(const char *name)
{
	if (name)
		return getpwnam(name);
	const struct passwd *user = getpwnam("bellwether");
	return user ? user : getpwnam("nobody");
}

static bool
drop_user(const char *name, char why[DROP_WHY])
{
	const struct passwd *user = find_user(name);
	if (!user || user->pw_uid == 0) {
		snprintf(why, DROP_WHY, "%.64s is no user without privileges: name one",
			 name ? name : "nobody");
		return false;
	}
	if (setgroups(0, NULL) != 0)
		return fail(why, "groups");
	if (setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0)
		return fail(why, "group");
	if (setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return fail(why, "user");
	return true;
}

static bool
no_capabilities(char why[DROP_WHY])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	memset(data, 0, sizeof data);
	if (syscall(SYS_capset, &header, data) != 0)
		return fail(why, "capabilities");
	if (syscall(SYS_capget, &header, data) != 0)
		return fail(why, "reading capabilities");
	if (data[0].effective | data[0].permitted | data[0].inheritable |
	    data[1].effective | data[1].permitted | data[1].inheritable) {
		errno = EPERM;
		return fail(why, "some capabilities are still there");
	}
	return true;
}

/* While CAP_SETPCAP is there; without it there was nothing to take from. */
static void
empty_bounding_set(void)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

bool
drop_privileges(const char *user, char why[DROP_WHY])
{
	bool root = geteuid() == 0;
	empty_bounding_set();
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return fail(why, "ambient capabilities");
	if (root && !drop_user(user, why))
		return false;
	if (!no_capabilities(why))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(why, "no_new_privs");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail(why, "dumpable");
	if (root && (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)) {
		errno = EPERM;
		return fail(why, "they come back");
	}
	return true;
}
