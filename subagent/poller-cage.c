/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller's cage: it talks to strangers, and runs as the user whose keys lie beside. */
#include "config.h"

#include <errno.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"
#include "subagent/poller-inside.h"

/* The leak checker opens files of /proc when the process ends. */
#if defined(__SANITIZE_ADDRESS__)
#define CAGED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAGED 0
#endif
#endif
#ifndef CAGED
#define CAGED 1
#endif

/* Everything that the first version of Landlock knows of files. */
#define FILES ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

void
cage_close(void)
{
	struct landlock_ruleset_attr none = { .handled_access_fs = FILES };
	/* It holds passphrases. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!CAGED)
		return;
	/* A ruleset that handles all and allows nothing; who is in it traces nobody. */
	long fd = syscall(SYS_landlock_create_ruleset, &none, sizeof(none), 0);
	if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		log_info("probe",
			 "the poller can open files: this kernel has no "
			 "Landlock (%s)",
			 strerror(errno));
	if (fd >= 0)
		close((int)fd);
}
