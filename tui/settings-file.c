/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the console's settings are kept. */
#include "config.h"

#include "tui/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"

#define SIZE_MOST 65536
#define NAME      "bellwether/console"

/* Relative ones count as none, as the XDG Base Directory Specification has it. */
static void
find_path(char path[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int length = 0;
	path[0] = '\0';
	if (config && config[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/" NAME, config);
	else if (home && home[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/.config/" NAME, home);
	if (length >= PATH_MAX)
		path[0] = '\0';
}

static bool
fail(const char *path, const char *what, char why[MIB_TEXT])
{
	snprintf(why, MIB_TEXT, "%.150s: %.100s", path, what);
	return false;
}

/* Its text, to be freed; empty when there is none. NULL with why. */
static char *
read_text(const char *path, char why[MIB_TEXT])
{
	char *text = calloc(1, SIZE_MOST + 1);
	FILE *in = text ? fopen(path, "re") : NULL;
	size_t length = in ? fread(text, 1, SIZE_MOST, in) : 0;
	/* No folder is no settings either. */
	bool none = text && !in && (errno == ENOENT || errno == ENOTDIR);
	if (none)
		return text;
	if (!in)
		fail(path, strerror(errno), why);
	else if (ferror(in))
		fail(path, strerror(errno), why);
	else if (length == SIZE_MOST || strlen(text) < length)
		fail(path, "no settings of ours: too long, or no text", why);
	else
		none = true;
	if (in)
		fclose(in);
	if (none)
		return text;
	free(text);
	return NULL;
}

bool
settings_load(struct settings_file *file, char why[MIB_TEXT])
{
	char wrong[MIB_TEXT];
	why[0] = '\0';
	*file = (struct settings_file){ .path = "" };
	find_path(file->path);
	if (!file->path[0])
		return true;
	char *text = read_text(file->path, why);
	bool good = text && settings_parse(text, &file->was, wrong);
	/* What is wrong first: a line on the screen is short. */
	if (text && !good)
		snprintf(why, MIB_TEXT, "settings, %.150s (%.80s)", wrong, file->path);
	free(text);
	return good;
}

/* The folders above it, for their owner alone. */
static bool
make_folders(const char *path)
{
	char folder[PATH_MAX];
	slice_copy(slice_of(path), folder, sizeof(folder));
	for (char *end = strchr(folder + 1, '/'); end; end = strchr(end + 1, '/')) {
		*end = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST && errno != EROFS &&
		    errno != EACCES)
			return false;
		*end = '/';
	}
	return true;
}

static bool
write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	while (left > 0) {
		ssize_t wrote = write(fd, text, left);
		if (wrote < 0)
			return false;
		text += wrote;
		left -= (size_t)wrote;
	}
	return fsync(fd) == 0;
}

/* Beside it, then in its place: whoever reads has the old one or the new one. */
static bool
replace(const char *path, const char *text, char why[MIB_TEXT])
{
	char fresh[PATH_MAX + 8];
	struct stat old;
	mode_t mode = stat(path, &old) == 0 ? old.st_mode & 0777 : 0600;
	snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	int fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return fail(path, strerror(errno), why);
	bool good = fchmod(fd, mode) == 0 && write_all(fd, text);
	if (!good)
		fail(path, strerror(errno), why);
	close(fd);
	if (good && rename(fresh, path) != 0)
		good = fail(path, strerror(errno), why);
	if (!good)
		unlink(fresh);
	return good;
}

bool
settings_save(const struct settings_file *file, const struct settings *now,
	      char why[MIB_TEXT])
{
	char real[PATH_MAX];
	const char *path = file->path;
	why[0] = '\0';
	if (!path[0])
		return true;
	/* A link stays one: somebody keeps the file elsewhere. */
	if (realpath(path, real))
		path = real;
	/* Again: another console may have changed it. */
	char *text = read_text(path, why);
	char *merged = text ? settings_merge(text, &file->was, now) : NULL;
	char *same = text ? settings_merge(text, now, now) : NULL;
	bool good = merged && same;
	if (good && strcmp(merged, same) != 0)
		good = (make_folders(path) || fail(path, strerror(errno), why)) &&
		       replace(path, merged, why);
	else if (!good && !why[0])
		fail(path, "out of memory", why);
	free(text);
	free(merged);
	free(same);
	return good;
}
