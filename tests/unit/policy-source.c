/* SPDX-License-Identifier: BSD-3-Clause */
/* Test-only sources of policies. */
#include "config.h"

#include "tests/unit/policy-source.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
copy_out(const void *from, size_t length, uint8_t **bytes, size_t *size)
{
	*bytes = malloc(length + 1);
	if (*bytes == NULL)
		return false;
	memcpy(*bytes, from, length);
	(*bytes)[length] = '\0';
	*size = length;
	return true;
}

static bool
read_memory(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	    char *why, size_t why_size)
{
	const struct memory_source *memory = context;

	(void)secret;
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	for (size_t i = 0; i < memory->documents; i++) {
		const struct test_document *document = &memory->document[i];

		if (strcmp(document->path, path) == 0)
			return copy_out(document->text,
					document->size > 0 ? document->size
							   : strlen(document->text),
					bytes, size);
	}
	snprintf(why, why_size, "no such document");
	return false;
}

static bool
match_memory(void *context, const char *href,
	     void (*emit)(void *emit_context, const char *path), void *emit_context,
	     char *why, size_t why_size)
{
	const struct memory_source *memory = context;
	size_t length = strcspn(href, "*");

	if (href[0] == '/') {
		snprintf(why, why_size, "leaves the policy's folder");
		return false;
	}
	for (size_t i = 0; i < memory->documents; i++) {
		const char *path = memory->document[i].path;

		if (href[length] == '*' ? strncmp(path, href, length) == 0
					: strcmp(path, href) == 0)
			emit(emit_context, path);
	}
	return true;
}

struct policy_source
memory_source(struct memory_source *memory)
{
	return (struct policy_source){ memory, read_memory, match_memory };
}

static bool
read_stream(FILE *file, uint8_t **bytes, size_t *size)
{
	const size_t max = 1 << 20;

	*bytes = malloc(max + 1);
	if (*bytes == NULL)
		return false;
	*size = fread(*bytes, 1, max, file);
	(*bytes)[*size] = '\0';
	return true;
}

static bool
read_folder(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	    char *why, size_t why_size)
{
	const struct folder_source *source = context;
	const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	char full[PATH_MAX];
	FILE *file;
	bool read;

	snprintf(full, sizeof(full), "%s/%s", source->folder, path);
	file = fopen(full, "rb");
	if (file == NULL && secret && strncmp(base, "none", 4) != 0)
		return copy_out("secret\n", 7, bytes, size);
	if (file == NULL) {
		snprintf(why, why_size, "cannot be opened: %s", strerror(errno));
		return false;
	}
	read = read_stream(file, bytes, size);
	fclose(file);
	return read;
}

static bool
match_folder(void *context, const char *href,
	     void (*emit)(void *emit_context, const char *path), void *emit_context,
	     char *why, size_t why_size)
{
	const struct folder_source *source = context;
	char pattern[PATH_MAX];
	glob_t found;

	if (href[0] == '/' || strncmp(href, "../", 3) == 0) {
		snprintf(why, why_size, "leaves the policy's folder");
		return false;
	}
	snprintf(pattern, sizeof(pattern), "%s/%s", source->folder, href);
	memset(&found, 0, sizeof(found));
	if (glob(pattern, 0, NULL, &found) != 0 && strchr(href, '*') == NULL) {
		snprintf(why, why_size, "no such file");
		globfree(&found);
		return false;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		emit(emit_context, found.gl_pathv[i] + strlen(source->folder) + 1);
	globfree(&found);
	return true;
}

struct policy_source
folder_source(struct folder_source *folder)
{
	return (struct policy_source){ folder, read_folder, match_folder };
}
