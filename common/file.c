/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading whole files with fences, and replacing them without a half-written moment. */
#include "config.h"

#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool refuse(char why[FILE_WHY], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
refuse(char why[FILE_WHY], const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, FILE_WHY, format, arguments);
	va_end(arguments);
	return false;
}

static bool
below(const char *path, const char *folder)
{
	size_t length = strlen(folder);
	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool
check_fence(const char *canonical, const char *fence, char why[FILE_WHY])
{
	char *folder = realpath(fence, NULL);
	if (!folder)
		return refuse(why, "its folder %s cannot be resolved: %s", fence,
			      strerror(errno));
	bool inside = below(canonical, folder);
	free(folder);
	return inside || refuse(why, "lies outside %s: move it there", fence);
}

/* The path is canonical: a link in it now was put there after the fence was checked. */
static int
open_canonical(const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
				.resolve = RESOLVE_NO_SYMLINKS };
	long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return (int)fd;
	return open(path, (int)how.flags | O_NOFOLLOW);
}

static bool
ours(uid_t user)
{
	return user == 0 || user == geteuid();
}

static bool
check_rules(const struct stat *status, unsigned rules, char why[FILE_WHY])
{
	if (!S_ISREG(status->st_mode))
		return refuse(why, "is not a regular file");
	if (!(rules & (FILE_GUARDED | FILE_SECRET)))
		return true;
	if (!ours(status->st_uid))
		return refuse(why,
			      "belongs to user %u: it must belong to root, or to the "
			      "user %u that reads it (chown)",
			      (unsigned)status->st_uid, (unsigned)geteuid());
	if ((rules & FILE_SECRET) && (status->st_mode & 077))
		return refuse(why, "is a secret open to group or others: chmod 600");
	if (status->st_mode & 022)
		return refuse(why, "is writable by group or others: chmod go-w");
	return true;
}

/* Whoever may write there may put another file into its place, but not where only owners
   may take theirs away (/tmp). */
static bool
check_folder(const char *path, char why[FILE_WHY])
{
	char folder[PATH_MAX];
	struct stat status;
	if (!path_folder(path, folder, sizeof(folder)) || stat(folder, &status) != 0)
		return refuse(why, "its folder cannot be examined");
	if (!ours(status.st_uid))
		return refuse(why,
			      "is in the folder %s of user %u, who could replace it: "
			      "move it, or chown root the folder",
			      folder, (unsigned)status.st_uid);
	if ((status.st_mode & 022) && !(status.st_mode & S_ISVTX))
		return refuse(
		    why,
		    "is in the folder %s, where group or others could replace "
		    "it: chmod go-w the folder",
		    folder);
	return true;
}

/* canonical is where path leads to. */
static bool
check_way(const char *path, const char *canonical, char why[FILE_WHY])
{
	struct stat status;
	if (lstat(path, &status) != 0)
		return refuse(why, "cannot be examined: %s", strerror(errno));
	if (S_ISLNK(status.st_mode) && !ours(status.st_uid))
		return refuse(why,
			      "is a link of user %u, who could lead it elsewhere: name "
			      "%s itself",
			      (unsigned)status.st_uid, canonical);
	return check_folder(path, why) && check_folder(canonical, why);
}

/* Not realloc: that leaves a copy behind, and the file may be a secret. */
static uint8_t *
enlarge(uint8_t *bytes, size_t size, size_t room)
{
	uint8_t *larger = malloc(room);
	if (larger && bytes)
		memcpy(larger, bytes, size);
	if (bytes) {
		explicit_bzero(bytes, size);
		free(bytes);
	}
	return larger;
}

/* Until the end of file, not until st_size: some systems' files have size 0. */
static bool
read_all(int fd, size_t expected, size_t max, uint8_t **bytes, size_t *size,
	 char why[FILE_WHY])
{
	size_t room = (expected < max ? expected : max) + 2, used = 0;
	uint8_t *buffer = malloc(room);
	for (;;) {
		if (!buffer)
			return refuse(why, "cannot be read: out of memory");
		ssize_t got = read(fd, buffer + used, room - 1 - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			refuse(why, "cannot be read: %s", strerror(errno));
			break;
		}
		used += (size_t)got;
		if (used > max) {
			refuse(why, "is larger than %zu bytes", max);
			break;
		}
		if (got == 0) {
			buffer[used] = '\0';
			*bytes = buffer;
			*size = used;
			return true;
		}
		if (used == room - 1) {
			room = room < max / 2 ? room * 2 : max + 2;
			buffer = enlarge(buffer, used, room);
		}
	}
	explicit_bzero(buffer, used);
	free(buffer);
	return false;
}

static bool
read_open(int fd, unsigned rules, size_t max, uint8_t **bytes, size_t *size,
	  char why[FILE_WHY])
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return refuse(why, "cannot be examined: %s", strerror(errno));
	if (!check_rules(&status, rules, why))
		return false;
	if (status.st_size < 0 || (uint64_t)status.st_size > max)
		return refuse(why, "is larger than %zu bytes", max);
	return read_all(fd, (size_t)status.st_size, max, bytes, size, why);
}

bool
file_read(const char *path, const char *fence, unsigned rules, size_t max,
	  uint8_t **bytes, size_t *size, char why[FILE_WHY])
{
	bool ok = false;
	char *canonical = realpath(path, NULL);
	if (!canonical)
		return refuse(why, "cannot be opened: %s", strerror(errno));
	if ((!fence || check_fence(canonical, fence, why)) &&
	    (!(rules & FILE_SECRET) || check_way(path, canonical, why))) {
		int fd = open_canonical(canonical);
		if (fd < 0) {
			refuse(why, "cannot be opened: %s", strerror(errno));
		} else {
			ok = read_open(fd, rules, max, bytes, size, why);
			close(fd);
		}
	}
	free(canonical);
	return ok;
}

static bool
write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

/* The rename itself is only sure to survive once the folder is on disk. */
static bool
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	if (!path_folder(path, folder, sizeof(folder)))
		return false;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fsync(fd) == 0 || errno == EINVAL;
	close(fd);
	return ok;
}

bool
file_replace(const char *path, const void *bytes, size_t size, unsigned mode,
	     char why[FILE_WHY])
{
	char beside[PATH_MAX];
	int length = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
	if (length < 0 || (size_t)length >= sizeof(beside))
		return refuse(why, "cannot be written: the path is too long");
	int fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return refuse(why, "cannot be written: %s", strerror(errno));
	bool ok = fchmod(fd, (mode_t)mode) == 0 && write_all(fd, bytes, size) &&
		  fsync(fd) == 0;
	int error = errno;
	if (close(fd) != 0 && ok) {
		ok = false;
		error = errno;
	}
	if (ok && rename(beside, path) != 0) {
		ok = false;
		error = errno;
	}
	if (!ok) {
		unlink(beside);
		return refuse(why, "cannot be written: %s", strerror(error));
	}
	return sync_folder(path) ||
	       refuse(why, "its folder cannot be synced: %s", strerror(errno));
}

bool
path_join(const char *folder, const char *name, char *out, size_t size)
{
	int length;
	size_t end = strlen(folder);
	if (name[0] == '/' || end == 0)
		length = snprintf(out, size, "%s", name);
	else
		length = snprintf(out, size, "%s%s%s", folder,
				  folder[end - 1] == '/' ? "" : "/", name);
	return length >= 0 && (size_t)length < size;
}

bool
path_folder(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	while (slash && slash > path && slash[-1] == '/')
		slash--;
	int length;
	if (!slash)
		length = snprintf(out, size, ".");
	else if (slash == path)
		length = snprintf(out, size, "/");
	else
		length = snprintf(out, size, "%.*s", (int)(slash - path), path);
	return length >= 0 && (size_t)length < size;
}
