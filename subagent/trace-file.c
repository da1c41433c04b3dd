/* SPDX-License-Identifier: BSD-3-Clause */
/* A server's trace on the disk: opened where it ends, written on, put aside when full. */
#include "config.h"

#include "subagent/trace-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/trace.h"

/* For the NMS's user, perhaps: samples are no secrets, and commands can print them. */
#define MODE        0640
#define FOLDER_MODE 0750

static bool
failed(const char *what, const char *path, char why[TRACE_FILE_WHY])
{
	snprintf(why, TRACE_FILE_WHY, "%s: cannot %s it: %s", path, what,
		 strerror(errno));
	return false;
}

static bool
put_aside(const char *path)
{
	char old[PATH_MAX + 8];
	snprintf(old, sizeof(old), "%s.old", path);
	return rename(path, old) == 0 || errno == ENOENT;
}

static bool
open_file(struct trace_file *file, char why[TRACE_FILE_WHY])
{
	/* Without O_NOFOLLOW a link in the folder would have us write elsewhere. */
	file->fd = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (file->fd < 0 || fchmod(file->fd, MODE) != 0)
		return failed("open", file->path, why);
	return true;
}

/* Reads one record more; its time to *at. */
static bool
read_one(struct trace_reader *reader, struct trace_record *record, const char *bytes,
	 size_t size, int64_t *at)
{
	trace_feed(reader, bytes, size);
	enum trace_end end = trace_read(reader, record);
	*at = record->at;
	return end == TRACE_RECORD;
}

/* What the head says, and the record that ends at the file's end. */
static bool
read_ends(struct trace_file *file, struct trace_record *record)
{
	static const char head[] = "bellwether-trace 1\n";
	char text[2 * (TRACE_LINE + 2)];
	struct trace_reader *reader = trace_reader_new(file->path);
	struct trace_reader *tail = trace_reader_new(file->path);
	bool good = false;
	ssize_t got = reader && tail ? pread(file->fd, text, sizeof(text), 0) : -1;
	if (got > 0) {
		int64_t first;
		good = read_one(reader, record, text, (size_t)got, &first) &&
		       trace_head(reader)->started;
		file->start = trace_head(reader)->start;
	}
	off_t from =
	    file->size > (off_t)sizeof(text) ? file->size - (off_t)sizeof(text) : 0;
	got = good ? pread(file->fd, text, sizeof(text), from) : -1;
	if (got > 1 && text[got - 1] == '\n') {
		const char *line = text + got - 1;
		while (line > text && line[-1] != '\n')
			line--;
		trace_feed(tail, head, sizeof(head) - 1);
		good = trace_read(tail, record) == TRACE_MORE &&
		       read_one(tail, record, line, (size_t)(text + got - line),
				&file->last);
	} else {
		good = false;
	}
	trace_reader_free(tail);
	trace_reader_free(reader);
	return good;
}

/* Behind the last line that has its end. Where that is further back than a line is long,
   the end is none of ours, and all of it stays as it is. */
static bool
cut_torn(struct trace_file *file)
{
	char text[TRACE_LINE + 2];
	off_t end = lseek(file->fd, 0, SEEK_END);
	off_t from = end > (off_t)sizeof(text) ? end - (off_t)sizeof(text) : 0;
	ssize_t got = end > 0 ? pread(file->fd, text, sizeof(text), from) : 0;
	while (got > 0 && text[got - 1] != '\n')
		got--;
	file->size = got > 0 ? from + got : from > 0 ? end : 0;
	return end >= 0 && got >= 0 &&
	       (file->size == end || ftruncate(file->fd, file->size) == 0);
}

bool
trace_file_open(struct trace_file *file, const char *folder, const char *server,
		char why[TRACE_FILE_WHY])
{
	struct trace_record *record;
	memset(file, 0, sizeof(*file));
	file->fd = -1;
	if (snprintf(file->path, sizeof(file->path), "%s/%s.trace", folder, server) >=
	    PATH_MAX - 8) {
		errno = ENAMETOOLONG;
		return failed("open", folder, why);
	}
	if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
		return failed("make", folder, why);
	if (!open_file(file, why))
		return false;
	record = malloc(sizeof(*record));
	bool good = record && cut_torn(file);
	if (!good)
		failed("read", file->path, why);
	else if (file->size > 0 && !read_ends(file, record)) {
		good = put_aside(file->path) || failed("put aside", file->path, why);
		close(file->fd);
		file->fd = -1;
		file->size = 0;
		good = good && open_file(file, why);
	}
	free(record);
	if (!good)
		trace_file_close(file);
	return good;
}

void
trace_file_close(struct trace_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

/* Somebody may have removed or renamed it: what nobody can find is not written on. Nor
   what was cut, whose end may be within a line; one that was emptied begins again. */
static bool
still_there(struct trace_file *file)
{
	struct stat open_one, named;
	if (file->fd < 0 || fstat(file->fd, &open_one) != 0 ||
	    lstat(file->path, &named) != 0 || open_one.st_ino != named.st_ino ||
	    open_one.st_dev != named.st_dev)
		return false;
	if (open_one.st_size == 0)
		file->size = 0;
	return open_one.st_size >= file->size;
}

/* All of it, behind what is there. */
static bool
put_all(struct trace_file *file, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t put = pwrite(file->fd, text, length, file->size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		file->size += put;
		text += put;
		length -= (size_t)put;
	}
	return true;
}

bool
trace_file_write(struct trace_file *file, const char *server, int64_t start,
		 const char *text, size_t length, bool anew, char why[TRACE_FILE_WHY])
{
	struct trace_line head = { .length = 0 };
	file->full |= anew;
	if (file->full || !still_there(file)) {
		if (!put_aside(file->path))
			return failed("put aside", file->path, why);
		file->full = false;
		trace_file_close(file);
		file->size = 0;
		if (!open_file(file, why))
			return false;
	}
	if (file->size == 0) {
		trace_write_head(&head, server, start);
		trace_write_end(&head);
	}
	int64_t before = file->size;
	if (put_all(file, head.text, head.length) && put_all(file, text, length))
		return true;
	failed("write", file->path, why);
	/* Half a line would make what follows unreadable. */
	file->size = before;
	if (ftruncate(file->fd, before) != 0)
		trace_file_close(file);
	return false;
}
