/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a fuzz target on files, for compilers without libFuzzer and for make check:
   NAME-replay [FILE|FOLDER]..., by default all of tests/fuzz/corpus/NAME. */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "common/bytes.h"
#include "common/file.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (16u << 20)

static size_t ran;

static bool
run_file(const char *path)
{
	char why[FILE_WHY];
	uint8_t *bytes, *exact;
	size_t size;
	if (!file_read(path, NULL, 0, INPUT_MAX, &bytes, &size, why)) {
		fprintf(stderr, "%s %s\n", path, why);
		return false;
	}
	/* Of the exact size, so that reading past the end is seen. */
	exact = malloc(size ? size : 1);
	if (!exact)
		abort();
	memcpy(exact, bytes, size);
	free(bytes);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	ran++;
	return true;
}

static bool
run_folder(DIR *folder, const char *path)
{
	bool ok = true;
	struct dirent *entry;
	while ((entry = readdir(folder))) {
		char file[PATH_MAX];
		if (entry->d_name[0] == '.')
			continue;
		ok = path_join(path, entry->d_name, file, sizeof(file)) &&
		     run_file(file) && ok;
	}
	return ok;
}

static bool
run(const char *path)
{
	DIR *folder = opendir(path);
	if (!folder)
		return run_file(path);
	bool ok = run_folder(folder, path);
	closedir(folder);
	return ok;
}

/* tests/fuzz/corpus/NAME of a program called NAME-replay. */
static bool
run_corpus(const char *program)
{
	static const char ending[] = "-replay";
	char path[PATH_MAX];
	const char *slash = strrchr(program, '/'), *top = getenv("top_srcdir");
	const char *name = slash ? slash + 1 : program, *end = strstr(name, ending);
	int length = snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%.*s",
			      top ? top : ".", end ? (int)(end - name) : 0, name);
	return length > 0 && (size_t)length < sizeof(path) && end && run(path);
}

int
main(int argc, char **argv)
{
	bool ok = argc > 1 || run_corpus(argv[0]);
	for (int i = 1; i < argc; i++)
		ok = run(argv[i]) && ok;
	printf("%zu inputs\n", ran);
	return ok && ran > 0 ? 0 : 1;
}
