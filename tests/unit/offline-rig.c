/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether's commands over files in a folder, and what they print. */
#include "config.h"

#include "tests/unit/offline-rig.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"
#include "tui/command.h"

char folder[64];
char *out_text, *err_text;

void
folder_make(const char *name)
{
	snprintf(folder, sizeof(folder), "/tmp/bellwether-%s-XXXXXX", name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

void
folder_remove(void)
{
	char command[100];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

const char *
in_folder(const char *name)
{
	static char path[4][192];
	static unsigned next;
	char *out = path[next++ % ARRAY_SIZE(path)];
	snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
	return out;
}

void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(in_folder(name), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
	CU_ASSERT_EQUAL(chmod(in_folder(name), mode), 0);
}

int
run(const char *const *words)
{
	char *argv[32] = { (char *)(uintptr_t) "bellwether" };
	int argc = 1;
	size_t out_size, err_size;
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	run_forget();
	FILE *out = open_memstream(&out_text, &out_size);
	FILE *err = open_memstream(&err_text, &err_size);
	int status = command_main(argc, argv, out, err);
	fclose(out);
	fclose(err);
	return status;
}

void
run_forget(void)
{
	free(out_text);
	free(err_text);
	out_text = err_text = NULL;
}

void
has(const char *text, const char *part, bool wanted, int line)
{
	bool found = strstr(text, part) != NULL;
	if (found != wanted)
		printf("line %d: %s \"%s\" in:\n%s", line,
		       wanted ? "there is no" : "there is", part, text);
	CU_ASSERT_EQUAL(found, wanted);
}
