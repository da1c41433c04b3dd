/* SPDX-License-Identifier: BSD-3-Clause */
/* The helper that counts a server's threads: the one program with the right to look. */
#include "config.h"

#include "monitor/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/capability.h>

#include "monitor/proc.h"
#include "monitor/process.h"

/* Processes of one name that are told apart; a host with more is asked for a better name. */
#define SAME_NAME 64
/* A program's own mappings are the first of a list that may be long. */
#define MAPS ((size_t)256 * 1024)

struct named {
	long pid[SAME_NAME];
	size_t count;
};

/* ---- why not ---- */

/* To trace, as the kernel shows where a thread sleeps to nobody else; and to read what is
   closed to others, as the file that says so is its owner's alone. */
static bool
may_trace(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { { 0 } };
	uint32_t both = 1u << CAP_SYS_PTRACE | 1u << CAP_DAC_READ_SEARCH;
	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[0].effective & both) == both;
}

/* Whoever reads it can do something about it: what, is the whole point. */
static int
not_measured(const char *path, int error, char why[THREADS_WHY])
{
	char self[PATH_MAX] = "radius-threads";
	bool denied = error == EACCES || error == EPERM;
	if (!denied || may_trace()) {
		snprintf(why, THREADS_WHY, "not measured: /proc/%s: %s", path,
			 error ? strerror(error) : "not as expected");
		return THREADS_NOT_MEASURED;
	}
	if (getxattr("/proc/self/exe", "security.capability", NULL, 0) > 0) {
		snprintf(why, THREADS_WHY,
			 "not measured: who runs this takes its right away "
			 "(NoNewPrivileges, nosuid)");
		return THREADS_NOT_MEASURED;
	}
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length > 0)
		self[length] = '\0';
	snprintf(why, THREADS_WHY,
		 "not measured: as root: setcap " THREADS_RIGHTS " %.160s", self);
	return THREADS_NOT_MEASURED;
}

/* ---- which process ---- */

static bool
find_named(DIR *folder, const char *name, struct named *named)
{
	rewinddir(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !process_is(dirfd(folder), entry->d_name, name))
			continue;
		if (named->count == SAME_NAME)
			return false;
		named->pid[named->count++] = strtol(entry->d_name, NULL, 10);
	}
	return true;
}

static bool
is_child(int proc, long pid, const struct named *named)
{
	char path[64], text[4096];
	long parent = 0;
	snprintf(path, sizeof(path), "%ld/stat", pid);
	ssize_t size = proc_read(proc, path, text, sizeof(text));
	if (size <= 0 || !threads_parent(text, (size_t)size, &parent))
		return true; /* it is gone */
	for (size_t i = 0; i < named->count; i++)
		if (named->pid[i] == parent)
			return true;
	return false;
}

/* The link that names a process's network; false when it may not be read. */
static bool
network_of(int proc, const char *path, char name[64])
{
	ssize_t length = readlinkat(proc, path, name, 63);
	name[length > 0 ? length : 0] = '\0';
	return length > 0 || errno == ENOENT || errno == ESRCH;
}

/* A server that just forks for a program it runs is there twice for a moment. */
static void
keep_parents(int proc, struct named *named)
{
	struct named kept = { .count = 0 };
	for (size_t i = 0; i < named->count; i++)
		if (!is_child(proc, named->pid[i], named))
			kept.pid[kept.count++] = named->pid[i];
	*named = kept;
}

/* The server of a container or of another network is not the one that is protected here,
   least of all when that one is gone. */
static int
keep_ours(int proc, struct named *named, char why[THREADS_WHY])
{
	struct named kept = { .count = 0 };
	char path[64], ours[64], theirs[64];
	network_of(proc, "self/ns/net", ours);
	for (size_t i = 0; i < named->count; i++) {
		snprintf(path, sizeof(path), "%ld/ns/net", named->pid[i]);
		if (!network_of(proc, path, theirs))
			return not_measured(path, errno, why);
		if (strcmp(ours, theirs) == 0)
			kept.pid[kept.count++] = named->pid[i];
	}
	*named = kept;
	return THREADS_COUNTED;
}

/* ---- counting ---- */

static int
find_program(int proc, long pid, struct span *span, char why[THREADS_WHY])
{
	static char maps[MAPS];
	char path[64], exe[PATH_MAX];
	snprintf(path, sizeof(path), "%ld/exe", pid);
	ssize_t length = readlinkat(proc, path, exe, sizeof(exe) - 1);
	if (length < 0)
		return not_measured(path, errno, why);
	exe[length] = '\0';
	snprintf(path, sizeof(path), "%ld/maps", pid);
	ssize_t size = proc_read(proc, path, maps, sizeof(maps));
	if (size < 0 || !threads_program(maps, (size_t)size, exe, span))
		return not_measured(path, size < 0 ? errno : 0, why);
	return THREADS_COUNTED;
}

static int
count_tasks(int proc, long pid, const struct span *span, struct threads *threads,
	    char why[THREADS_WHY])
{
	char path[64], text[256];
	int status = THREADS_COUNTED;
	snprintf(path, sizeof(path), "%ld/task", pid);
	int tasks = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = tasks >= 0 ? fdopendir(tasks) : NULL;
	if (!folder)
		return not_measured(path, errno, why);
	for (struct dirent *entry; status == 0 && (entry = readdir(folder));) {
		long thread = strtol(entry->d_name, NULL, 10);
		if (thread <= 0 || thread == pid)
			continue;
		snprintf(path, sizeof(path), "%ld/task/%ld/syscall", pid, thread);
		ssize_t size = proc_read(proc, path, text, sizeof(text));
		if (size < 0 && (errno == ENOENT || errno == ESRCH))
			continue; /* it ended meanwhile */
		if (size < 0)
			status = not_measured(path, errno, why);
		threads->total++;
		threads->idle += size > 0 && threads_idle(text, (size_t)size, span);
	}
	closedir(folder);
	return status;
}

/* The one of the last run, where it still is what it was: no search of all processes. */
static bool
still_there(int proc, const char *name, long pid, struct named *named)
{
	char path[64], text[4096];
	long parent = 0;
	snprintf(path, sizeof(path), "%ld", pid);
	if (pid <= 0 || !process_is(proc, path, name))
		return false;
	snprintf(path, sizeof(path), "%ld/stat", pid);
	ssize_t size = proc_read(proc, path, text, sizeof(text));
	if (size <= 0 || !threads_parent(text, (size_t)size, &parent))
		return false;
	snprintf(path, sizeof(path), "%ld", parent);
	*named = (struct named){ .pid = { pid }, .count = 1 };
	return parent == 0 || !process_is(proc, path, name);
}

/* The one process that is meant, in named->pid[0]. */
static int
find_process(DIR *folder, const char *name, long known, struct named *named,
	     char why[THREADS_WHY])
{
	int proc = dirfd(folder);
	bool there = still_there(proc, name, known, named);
	if (there && keep_ours(proc, named, why) != THREADS_COUNTED)
		return THREADS_NOT_MEASURED;
	if (there && named->count == 1)
		return THREADS_COUNTED;
	named->count = 0;
	if (!find_named(folder, name, named))
		named->count = SAME_NAME;
	keep_parents(proc, named);
	if (keep_ours(proc, named, why) != THREADS_COUNTED)
		return THREADS_NOT_MEASURED;
	if (named->count == 1)
		return THREADS_COUNTED;
	if (named->count == 0) {
		snprintf(why, THREADS_WHY, "no process is named %.100s", name);
		return THREADS_ABSENT;
	}
	snprintf(why, THREADS_WHY,
		 "not measured: %zu processes are named %.60s; start the others by "
		 "links of other names",
		 named->count, name);
	return THREADS_NOT_MEASURED;
}

static int
count_in(DIR *folder, const char *name, struct threads *threads, char why[THREADS_WHY])
{
	struct named named = { .count = 0 };
	struct span span;
	int proc = dirfd(folder);
	int status = find_process(folder, name, threads->pid, &named, why);
	if (status == THREADS_COUNTED)
		status = find_program(proc, named.pid[0], &span, why);
	if (status == THREADS_COUNTED)
		status = count_tasks(proc, named.pid[0], &span, threads, why);
	if (status != THREADS_COUNTED)
		return status;
	threads->pid = named.pid[0];
	if (threads->total > 0)
		return THREADS_COUNTED;
	snprintf(why, THREADS_WHY,
		 "not measured: %.60s has one thread alone (-X or -s?)", name);
	return THREADS_NOT_MEASURED;
}

int
threads_count(const char *name, struct threads *threads, char why[THREADS_WHY])
{
	DIR *folder = opendir("/proc");
	threads->total = threads->idle = 0;
	if (!folder)
		return not_measured("", errno, why);
	int status = count_in(folder, name, threads, why);
	closedir(folder);
	return status;
}

/* ---- the program ---- */

static int
usage(void)
{
	fputs("Usage: radius-threads [-m MAX] [-p PID] NAME\n"
	      "Counts the threads of FreeRADIUS, the process NAME; MAX is its "
	      "thread.max_servers.\n"
	      "PID is looked at first, and all others only when it is not the one.\n",
	      stderr);
	return THREADS_NOT_MEASURED;
}

/* As a monitoring plugin prints it: words for people, then performance data. */
static void
print_counts(const struct threads *threads, unsigned long max)
{
	size_t busy = threads->total - threads->idle;
	printf("RADIUS THREADS OK - %zu of %zu busy|threads-total=%zu threads-busy=%zu "
	       "threads-idle=%zu",
	       busy, threads->total, threads->total, busy, threads->idle);
	if (max > 0)
		printf(" threads-max=%lu threads-available=%lu", max,
		       max > busy ? max - busy : 0);
	printf(" pid=%ld\n", threads->pid);
}

/* A number of options, 1 to most; 0 when it is none. */
static unsigned long
number_of(const char *text, unsigned long most)
{
	char *end = NULL;
	unsigned long number = strtoul(text, &end, 10);
	return *text < '0' || *text > '9' || *end || number > most ? 0 : number;
}

int
threads_main(int argc, char **argv)
{
	struct threads threads = { 0 };
	char why[THREADS_WHY] = "";
	unsigned long max = 0;
	for (int option; (option = getopt(argc, argv, "m:p:")) != -1;) {
		unsigned long number = optarg ? number_of(optarg, INT32_MAX) : 0;
		if (number == 0 || (option == 'm' && number > UINT16_MAX))
			return usage();
		if (option == 'm')
			max = number;
		else
			threads.pid = (long)number;
	}
	if (optind + 1 != argc || argv[optind][0] == '\0')
		return usage();
	int status = threads_count(argv[optind], &threads, why);
	if (status == THREADS_COUNTED)
		print_counts(&threads, max);
	else
		printf("RADIUS THREADS %s - %s\n",
		       status == THREADS_ABSENT ? "CRITICAL" : "UNKNOWN", why);
	return fflush(stdout) == 0 ? status : THREADS_NOT_MEASURED;
}
