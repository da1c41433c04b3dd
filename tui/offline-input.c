/* SPDX-License-Identifier: BSD-3-Clause */
/* A trace in files: read record by record, and where the daemon keeps its own. */
#include "config.h"

#include "tui/offline-input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"

#define WRONG_MOST 20

struct trace_input {
	char name[PATH_MAX]; /* of the file, as messages have it */
	int fd;
	struct trace_reader *reader;
	struct trace_record record;
	uint32_t faults;
	char bytes[65536];
};

/* ---- one file ---- */

static struct trace_input *
input_of(const char *path, int fd, FILE *err)
{
	struct trace_input *input = calloc(1, sizeof(*input));
	struct stat file;
	/* A folder opens, and reads as nothing. */
	if (fd < 0 || !input || (fstat(fd, &file) == 0 && S_ISDIR(file.st_mode))) {
		fprintf(err, "bellwether: %s: %s\n", path,
			strerror(fd < 0  ? errno
				 : input ? EISDIR
					 : ENOMEM));
		free(input);
		if (fd > 0)
			close(fd);
		return NULL;
	}
	slice_copy(slice_of(strcmp(path, "-") == 0 ? "(input)" : path), input->name,
		   sizeof(input->name));
	input->fd = fd;
	input->reader = trace_reader_new(input->name);
	if (!input->reader) {
		fprintf(err, "bellwether: out of memory\n");
		trace_input_close(input);
		return NULL;
	}
	return input;
}

struct trace_input *
trace_input_open(const char *path, FILE *err)
{
	return input_of(path,
			strcmp(path, "-") == 0 ? STDIN_FILENO
					       : open(path, O_RDONLY | O_CLOEXEC),
			err);
}

void
trace_input_close(struct trace_input *input)
{
	if (!input)
		return;
	if (input->fd != STDIN_FILENO)
		close(input->fd);
	trace_reader_free(input->reader);
	free(input);
}

static void
feed(struct trace_input *input, FILE *err)
{
	ssize_t got;
	do
		got = read(input->fd, input->bytes, sizeof(input->bytes));
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		fprintf(err, "bellwether: %s: %s\n", input->name, strerror(errno));
		input->faults++;
	}
	trace_feed(input->reader, input->bytes, got > 0 ? (size_t)got : 0);
}

static void
say_fault(struct trace_input *input, const char *text, FILE *err)
{
	fprintf(err, "%s\n", text);
	if (++input->faults == WRONG_MOST)
		fputs("and perhaps more\n", err);
}

void
trace_input_wrong(struct trace_input *input, const char *why, FILE *err)
{
	char text[PATH_MAX + 512];
	snprintf(text, sizeof(text), "%s:%u: %s", input->name,
		 (unsigned)input->record.line, why);
	say_fault(input, text, err);
}

const struct trace_record *
trace_input_next(struct trace_input *input, FILE *err)
{
	enum trace_end end;
	if (input->faults >= WRONG_MOST)
		return NULL;
	while ((end = trace_read(input->reader, &input->record)) != TRACE_END) {
		if (end == TRACE_RECORD)
			return &input->record;
		if (end == TRACE_MORE) {
			feed(input, err);
			continue;
		}
		say_fault(input, trace_why(input->reader), err);
		if (input->faults >= WRONG_MOST)
			return NULL;
	}
	if (trace_note(input->reader))
		fprintf(err, "%s\n", trace_note(input->reader));
	return NULL;
}

const struct trace_head *
trace_input_head(const struct trace_input *input)
{
	return trace_head(input->reader);
}

uint32_t
trace_input_faults(const struct trace_input *input)
{
	return input->faults;
}

bool
trace_wall(const char *text, int64_t now, int64_t *wall)
{
	int64_t ago;
	if (!duration_parse(text, &ago))
		return wall_parse(text, wall);
	*wall = now - ago;
	return true;
}

/* ---- the daemon's ---- */

#define SUFFIX ".trace"

/* True for "aaa1.trace"; its server then. */
static bool
is_trace(const char *name, char server[NAME_TEXT])
{
	size_t length = strlen(name), suffix = sizeof(SUFFIX) - 1;
	if (length <= suffix || strcmp(name + length - suffix, SUFFIX) != 0 ||
	    !name_valid(name, length - suffix))
		return false;
	slice_copy((struct slice){ name, length - suffix }, server, NAME_TEXT);
	return true;
}

static bool
only_server(const char *folder, char server[NAME_TEXT], FILE *err)
{
	struct dirent **entry;
	char name[NAME_TEXT], list[512] = "";
	unsigned found = 0;
	int entries = scandir(folder, &entry, NULL, alphasort);
	if (entries < 0) {
		fprintf(err, "bellwether: %s: %s\n", folder, strerror(errno));
		return false;
	}
	for (int i = 0; i < entries; i++) {
		size_t used = strlen(list);
		if (is_trace(entry[i]->d_name, name)) {
			found++;
			slice_copy(slice_of(name), server, NAME_TEXT);
			snprintf(list + used, sizeof(list) - used, "%s%s",
				 used ? ", " : "", name);
		}
		free(entry[i]);
	}
	free(entry);
	if (found == 0)
		fprintf(err, "bellwether: %s: there is no trace in it\n", folder);
	else if (found > 1)
		fprintf(err, "bellwether: --server NAME has to say which of %s\n",
			list);
	return found == 1;
}

static ino_t
inode(const char *path)
{
	struct stat file;
	return stat(path, &file) == 0 ? file.st_ino : 0;
}

/* The daemon may put a full one aside between the two opens: then once more. */
static bool
open_both(const char *older, const char *newer, int fd[2])
{
	for (int tries = 0; tries < 5; tries++) {
		struct stat file;
		fd[0] = open(older, O_RDONLY | O_CLOEXEC);
		fd[1] = open(newer, O_RDONLY | O_CLOEXEC);
		bool same =
		    fd[0] < 0 ? inode(older) == 0
			      : fstat(fd[0], &file) == 0 && file.st_ino == inode(older);
		if (same && (fd[0] >= 0 || fd[1] >= 0))
			return true;
		for (int i = 0; i < 2; i++)
			if (fd[i] >= 0)
				close(fd[i]);
		if (same)
			break;
	}
	return false;
}

bool
trace_pair_open(const char *state, const char *server, struct trace_pair *pair,
		FILE *err)
{
	char folder[PATH_MAX], only[NAME_TEXT];
	char path[2][PATH_MAX + NAME_TEXT + 16];
	int fd[2];
	*pair = (struct trace_pair){ { NULL, NULL } };
	if (!path_join(state, "trace", folder, sizeof(folder))) {
		fprintf(err, "bellwether: %s: the path is too long\n", state);
		return false;
	}
	if (!server && !only_server(folder, only, err))
		return false;
	server = server ? server : only;
	snprintf(path[1], sizeof(path[1]), "%s/%.64s" SUFFIX, folder, server);
	snprintf(path[0], sizeof(path[0]), "%s/%.64s" SUFFIX ".old", folder, server);
	if (!open_both(path[0], path[1], fd)) {
		fprintf(err, "bellwether: %s: %s\n", path[1], strerror(errno));
		return false;
	}
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			pair->part[i] = input_of(path[i], fd[i], err);
	return pair->part[0] || pair->part[1];
}

void
trace_pair_close(struct trace_pair *pair)
{
	trace_input_close(pair->part[0]);
	trace_input_close(pair->part[1]);
}
