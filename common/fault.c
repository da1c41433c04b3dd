/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of faults: bounded, ordered by file and line. */
#include "config.h"

#include "common/fault.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A file's name, once, in the order of first mention. */
struct file_name {
	struct file_name *next;
	size_t rank;
	char text[];
};

struct kept {
	struct fault fault;
	size_t rank;
};

struct faults {
	struct kept *kept;
	size_t count, room, max;
	size_t errors, found;
	struct file_name *files, **files_end;
	size_t ranks;
};

struct faults *
faults_new(size_t max)
{
	struct faults *faults = calloc(1, sizeof(*faults));
	if (!faults)
		return NULL;
	faults->max = max;
	faults->files_end = &faults->files;
	return faults;
}

void
faults_free(struct faults *faults)
{
	if (!faults)
		return;
	for (size_t i = 0; i < faults->count; i++)
		free((char *)faults->kept[i].fault.text);
	free(faults->kept);
	for (struct file_name *file = faults->files, *next; file; file = next) {
		next = file->next;
		free(file);
	}
	free(faults);
}

static struct file_name *
intern(struct faults *faults, const char *name)
{
	for (struct file_name *file = faults->files; file; file = file->next)
		if (strcmp(file->text, name) == 0)
			return file;
	size_t size = strlen(name) + 1;
	struct file_name *file = malloc(sizeof(*file) + size);
	if (!file)
		return NULL;
	file->next = NULL;
	file->rank = faults->ranks++;
	memcpy(file->text, name, size);
	*faults->files_end = file;
	faults->files_end = &file->next;
	return file;
}

static bool
make_room(struct faults *faults)
{
	if (faults->count < faults->room)
		return true;
	size_t room = faults->room ? faults->room * 2 : 16;
	struct kept *kept = reallocarray(faults->kept, room, sizeof(*kept));
	if (!kept)
		return false;
	faults->kept = kept;
	faults->room = room;
	return true;
}

/* Behind every fault that is not later in its file, so that equals keep their order. */
static void
insert(struct faults *faults, struct kept new)
{
	size_t at = faults->count;
	for (; at > 0; at--) {
		const struct kept *before = &faults->kept[at - 1];
		if (before->rank < new.rank ||
		    (before->rank == new.rank && before->fault.line <= new.fault.line))
			break;
		faults->kept[at] = *before;
	}
	faults->kept[at] = new;
	faults->count++;
}

void
faults_add(struct faults *faults, enum fault_kind kind, const char *file, uint32_t line,
	   const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	faults->found++;
	if (kind == FAULT_ERROR)
		faults->errors++;
	if (faults->count >= faults->max || !make_room(faults))
		return; /* counted, so it still refuses the document */
	struct file_name *name = intern(faults, file ? file : "");
	if (!name)
		return;
	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	insert(faults, (struct kept){ .rank = name->rank,
				      .fault = { .kind = kind,
						 .file = name->text,
						 .line = line,
						 .text = text } });
}

size_t
faults_errors(const struct faults *faults)
{
	return faults->errors;
}

size_t
faults_count(const struct faults *faults)
{
	return faults->count;
}

const struct fault *
faults_at(const struct faults *faults, size_t i)
{
	return i < faults->count ? &faults->kept[i].fault : NULL;
}

void
faults_print(const struct faults *faults, FILE *to)
{
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->kept[i].fault;
		fprintf(to, "%s:", fault->file);
		if (fault->line > 0)
			fprintf(to, "%u:", fault->line);
		fprintf(to, " %s%s\n", fault->kind == FAULT_WARNING ? "warning: " : "",
			fault->text);
	}
	if (faults->found > faults->count)
		fprintf(to, "and %zu more, not shown: mend these first\n",
			faults->found - faults->count);
}
