/* SPDX-License-Identifier: BSD-3-Clause */
/* The file probe: a number found in a file by a pattern. */
#include "config.h"

#include "monitor/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/kind.h"
#include "monitor/number.h"

void
file_match(const regex_t *pattern, char *text, size_t size, struct reading *reading)
{
	/* REG_STARTEND: the text may hold NUL bytes, the pattern looks past them. */
	regmatch_t match[2] = { { .rm_so = 0, .rm_eo = (regoff_t)size } };
	if (regexec(pattern, text, 2, match, REG_STARTEND) != 0) {
		reading_end(reading, ENDING_ABSENT, "the pattern matches nothing");
		return;
	}
	if (match[1].rm_so < 0) {
		reading_end(reading, ENDING_ABSENT,
			    "the pattern's first group matches nothing");
		return;
	}
	double value;
	size_t length = (size_t)(match[1].rm_eo - match[1].rm_so);
	if (number_scan(text + match[1].rm_so, length, &value) == length && length > 0)
		reading_value(reading, value);
	else
		reading_end(reading, ENDING_FAILED, "\"%.*s\" is not a number",
			    length > 40 ? 40 : (int)length, text + match[1].rm_so);
}

/* Until the end, or until there are most bytes; false when it cannot be read. */
static bool
read_up_to(int fd, char *buffer, size_t *filled, size_t most, struct reading *reading)
{
	while (*filled < most) {
		ssize_t got = read(fd, buffer + *filled, most - *filled);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			reading_end(reading, ENDING_FAILED, "%s", strerror(errno));
			return false;
		}
		if (got == 0)
			break;
		*filled += (size_t)got;
	}
	return true;
}

static void
match(const regex_t *pattern, char *buffer, size_t size, struct reading *reading)
{
	buffer[size] = '\0';
	file_match(pattern, buffer, size, reading);
}

/* One that did not end within what there was room for. */
static void
read_large(int fd, const char *begun, size_t filled, const regex_t *pattern,
	   struct reading *reading)
{
	char *buffer = malloc(FILE_PROBE_MAX + 1);
	if (!buffer) {
		reading_end(reading, ENDING_FAILED, "out of memory");
		return;
	}
	memcpy(buffer, begun, filled);
	if (read_up_to(fd, buffer, &filled, FILE_PROBE_MAX + 1, reading)) {
		if (filled > FILE_PROBE_MAX)
			reading_end(reading, ENDING_FAILED, "larger than %zu bytes",
				    FILE_PROBE_MAX);
		else
			match(pattern, buffer, filled, reading);
	}
	free(buffer);
}

static void
end_errno(struct reading *reading, int error)
{
	bool missing = error == ENOENT || error == ENOTDIR;
	reading_end(reading, missing ? ENDING_ABSENT : ENDING_FAILED, "%s",
		    missing ? "no such file" : strerror(error));
}

/* Looks before it opens, because opening a device can set it off, and after, because
   the name may have been given to another file in between. */
static int
open_regular(const char *path, struct reading *reading)
{
	struct stat status;
	int fd = -1;
	if (stat(path, &status) != 0) {
		end_errno(reading, errno);
		return -1;
	}
	if (S_ISREG(status.st_mode)) {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (fd < 0) {
			end_errno(reading, errno);
			return -1;
		}
		if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
			return fd;
		close(fd);
	}
	reading_end(reading, ENDING_FAILED, "not a regular file");
	return -1;
}

void
file_probe(const char *path, const regex_t *pattern, struct reading *reading)
{
	int fd = open_regular(path, reading);
	if (fd < 0)
		return;
	/* As a rule it is small: no pages are asked for, and given back, for it. */
	char small[FILE_PROBE_SMALL + 1];
	size_t filled = 0;
	if (read_up_to(fd, small, &filled, FILE_PROBE_SMALL, reading)) {
		if (filled < FILE_PROBE_SMALL)
			match(pattern, small, filled, reading);
		else
			read_large(fd, small, filled, pattern, reading);
	}
	close(fd);
}

/* The kind */

struct file {
	struct worker *worker;
	struct file_job *job;
};

struct file_job {
	char *path;
	regex_t pattern;
	struct reading reading;
};

static void
job_run(void *context)
{
	struct file_job *job = context;
	file_probe(job->path, &job->pattern, &job->reading);
}

static void
job_release(void *context)
{
	struct file_job *job = context;
	regfree(&job->pattern);
	free(job->path);
	free(job);
}

static void
file_done(struct task *task)
{
	struct file *file = task->state;
	for (size_t i = 0; i < task->probe->outputs; i++)
		task_end_reading(task, i, &file->job->reading);
}

static bool
pattern_compile(struct task *task, regex_t *pattern)
{
	char why[SAMPLE_TEXT / 2];
	int error =
	    regcomp(pattern, task->probe->file.pattern, REG_EXTENDED | REG_NEWLINE);
	if (error) {
		regerror(error, pattern, why, sizeof(why));
		task_refuse(task, "the pattern is no regular expression: %s", why);
		return false;
	}
	if (pattern->re_nsub < 1) {
		regfree(pattern);
		task_refuse(task, "the pattern has no group for the number");
		return false;
	}
	return true;
}

static void
file_open(struct task *task)
{
	struct file *file = task->state;
	struct file_job *job = calloc(1, sizeof(*job));
	char *path = strdup(task->probe->file.path);
	if (!job || !path) {
		task_refuse(task, "out of memory");
		goto out;
	}
	if (!pattern_compile(task, &job->pattern))
		goto out;
	job->path = path;
	file->job = job;
	struct worker_job work = { job_run, job_release, job };
	file->worker = worker_new(task, &work, file_done);
	if (!file->worker)
		task_refuse(task, "no thread to read the file");
	return;
out:
	free(path);
	free(job);
}

static bool
file_busy(struct task *task)
{
	struct file *file = task->state;
	return worker_busy(file->worker);
}

static void
file_ask(struct task *task)
{
	struct file *file = task->state;
	worker_ask(file->worker);
}

static void
file_close(struct task *task)
{
	struct file *file = task->state;
	worker_close(file->worker);
}

const struct kind kind_file = {
	.local = true,
	.size = sizeof(struct file),
	.open = file_open,
	.busy = file_busy,
	.ask = file_ask,
	.close = file_close,
};
