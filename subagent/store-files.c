/* SPDX-License-Identifier: BSD-3-Clause */
/* state.db as files in a folder: whether they are still there, and putting them aside. */
#include "config.h"

#include "subagent/store-files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"

static bool
look_at(const char *path, const char *suffix, struct stat *out)
{
	char name[PATH_MAX];
	return snprintf(name, sizeof(name), "%s%s", path, suffix) < PATH_MAX &&
	       stat(name, out) == 0;
}

void
files_note(struct files *files, const char *path)
{
	struct stat file;
	memset(files, 0, sizeof(*files));
	if (look_at(path, "", &file)) {
		files->device = file.st_dev;
		files->inode = file.st_ino;
		files->size = file.st_size;
	}
	if (look_at(path, "-wal", &file))
		files->log = file.st_ino;
}

enum files_change
files_look(struct files *files, const char *path)
{
	struct stat file, log;
	if (files->inode == 0)
		return FILES_SAME;
	if (!look_at(path, "", &file))
		return FILES_GONE;
	if (file.st_ino != files->inode || file.st_dev != files->device)
		return FILES_OTHER;
	if (file.st_size < files->size)
		return FILES_CUT;
	files->size = file.st_size;
	if (files->log != 0 &&
	    (!look_at(path, "-wal", &log) || log.st_ino != files->log))
		return FILES_UNLOGGED;
	return FILES_SAME;
}

const char *
files_change_text(enum files_change change)
{
	static const char *const texts[] = {
		[FILES_SAME] = "is as it was",
		[FILES_UNLOGGED] = "has lost its -wal file",
		[FILES_GONE] = "was removed",
		[FILES_OTHER] = "was replaced by another file",
		[FILES_CUT] = "was cut short",
	};
	return texts[change];
}

bool
files_empty(const char *path, bool *logged)
{
	struct stat file, log;
	bool empty = look_at(path, "", &file) && file.st_size == 0;
	*logged = empty && look_at(path, "-wal", &log) && log.st_size > 0;
	return empty;
}

const char *
files_obstacle(const char *path)
{
	char folder[PATH_MAX];
	const char *name = strrchr(path, '/');
	snprintf(folder, sizeof(folder), "%.*s", name ? (int)(name - path) + 1 : 1,
		 name ? path : ".");
	if (access(path, W_OK) != 0 && errno != ENOENT)
		return strerror(errno);
	return access(folder, W_OK) != 0 ? strerror(errno) : NULL;
}

bool
files_put_aside(const char *path, const char *word, long long stamp, bool keep)
{
	/* What would be taken for the log of the next one goes first. */
	static const char *const suffixes[] = { "-wal", "-journal", "-shm", "" };
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		char from[PATH_MAX];
		char to[PATH_MAX];
		if (snprintf(from, sizeof(from), "%s%s", path, suffixes[i]) >=
			PATH_MAX ||
		    snprintf(to, sizeof(to), "%s.%s-%lld%s", path, word, stamp,
			     suffixes[i]) >= PATH_MAX)
			return false;
		if ((keep ? rename(from, to) : unlink(from)) != 0 && errno != ENOENT)
			return false;
	}
	return true;
}
