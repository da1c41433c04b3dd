/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads policies, includes and secrets from files, and finds what an include matches. */
#include "config.h"

#include "subagent/source.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A secret is a line of text; anything much longer is the wrong file. */
#define SECRET_MAX 4096u

bool
source_open(struct source *source, const char *path)
{
	size_t length = strlen(path);

	if (length == 0 || length >= sizeof(source->path))
		return false;
	memcpy(source->path, path, length + 1);
	return path_folder(path, source->folder, sizeof(source->folder));
}

bool
source_secret(const char *path, size_t max, uint8_t **bytes, size_t *size,
	      char why[FILE_WHY])
{
	struct stat status;
	bool other = geteuid() == 0 && stat(path, &status) == 0 && status.st_uid != 0 &&
		     seteuid(status.st_uid) == 0;
	bool read = file_read(path, NULL, FILE_SECRET, max, bytes, size, why);

	/* Nobody could say what a process that is half another's would do. */
	if (other && seteuid(0) != 0)
		abort();
	return read;
}

static bool
read_file(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	  char *why, size_t why_size)
{
	const struct source *source = context;
	char reason[FILE_WHY];
	bool read;

	if (secret)
		read = source_secret(path, SECRET_MAX, bytes, size, reason);
	else
		read = file_read(
		    path, strcmp(path, source->path) == 0 ? NULL : source->folder,
		    FILE_GUARDED, POLICY_FILE_MAX, bytes, size, reason);
	if (!read)
		snprintf(why, why_size, "%s", reason);
	return read;
}

/* True when a component of href is "..": the fence would catch it later, but not say
   that the way out was written into the document. */
static bool
climbs(const char *href)
{
	const char *at = href;

	while (*at != '\0') {
		size_t length = strcspn(at, "/");

		if (length == 2 && at[0] == '.' && at[1] == '.')
			return true;
		at += length;
		at += strspn(at, "/");
	}
	return false;
}

/* folder/href, with the folder's own characters kept from being a pattern. */
static bool
make_pattern(const char *folder, const char *href, char *out, size_t size)
{
	size_t used = 0;

	for (; *folder != '\0'; folder++) {
		if (used + 3 >= size)
			return false;
		if (strchr("*?[]\\", *folder) != NULL)
			out[used++] = '\\';
		out[used++] = *folder;
	}
	return (size_t)snprintf(out + used, size - used, "/%s", href) < size - used;
}

static bool
match_files(void *context, const char *href,
	    void (*emit)(void *emit_context, const char *path), void *emit_context,
	    char *why, size_t why_size)
{
	const struct source *source = context;
	char pattern[PATH_MAX];
	glob_t found;
	size_t i;
	int error;

	if (href[0] == '/' || climbs(href)) {
		snprintf(why, why_size,
			 "leaves the policy's folder: name files below %s",
			 source->folder);
		return false;
	}
	if (!make_pattern(source->folder, href, pattern, sizeof(pattern))) {
		snprintf(why, why_size, "the path is too long");
		return false;
	}
	memset(&found, 0, sizeof(found));
	error = glob(pattern, GLOB_ERR, NULL, &found);
	if (error == GLOB_ABORTED && (errno == ENOENT || errno == ENOTDIR))
		error = GLOB_NOMATCH; /* a folder before the pattern is not there */
	if (error == GLOB_NOMATCH && strpbrk(href, "*?[") == NULL) {
		snprintf(why, why_size, "no such file below %s", source->folder);
		globfree(&found);
		return false;
	}
	if (error != 0 && error != GLOB_NOMATCH) {
		snprintf(why, why_size, "%s",
			 error == GLOB_NOSPACE ? strerror(ENOMEM) : strerror(errno));
		globfree(&found);
		return false;
	}
	for (i = 0; i < found.gl_pathc; i++)
		emit(emit_context, found.gl_pathv[i]);
	globfree(&found);
	return true;
}

struct policy_source
source_files(struct source *source)
{
	return (struct policy_source){
		.context = source,
		.read = read_file,
		.match = match_files,
	};
}
