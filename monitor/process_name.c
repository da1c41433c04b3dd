/* SPDX-License-Identifier: BSD-3-Clause */
/* Is that process alive, and of that name. */
#include "config.h"

#include "monitor/process.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "monitor/proc.h"

bool
process_state_parse(const char *text, size_t size, char *state)
{
	const char *close = memrchr(text, ')', size);
	if (!close || text + size - close < 3 || close[1] != ' ')
		return false;
	*state = close[2];
	return true;
}

bool
process_comm_is(const char *text, size_t size, const char *name)
{
	size_t length = strlen(name);
	return size == length + 1 && memcmp(text, name, length) == 0 &&
	       text[length] == '\n';
}

bool
process_argument_is(const char *text, size_t size, const char *name)
{
	size_t length = strnlen(text, size);
	const char *slash = length ? memrchr(text, '/', length) : NULL;
	struct slice base = { text, length };
	if (slash)
		base = (struct slice){ slash + 1, (size_t)(text + length - slash - 1) };
	return base.length > 0 && slice_equal(base, name);
}

/* Cheap files first: "stat" costs the kernel more than the two others together. */
bool
process_is(int proc, const char *pid, const char *name)
{
	char path[64];
	char text[4096];
	char state;
	snprintf(path, sizeof(path), "%s/comm", pid);
	ssize_t size = proc_read(proc, path, text, sizeof(text));
	if (size <= 0)
		return false;
	if (!process_comm_is(text, (size_t)size, name)) {
		/* Empty for zombies. */
		snprintf(path, sizeof(path), "%s/cmdline", pid);
		size = proc_read(proc, path, text, sizeof(text));
		return size > 0 && process_argument_is(text, (size_t)size, name);
	}
	snprintf(path, sizeof(path), "%s/stat", pid);
	size = proc_read(proc, path, text, sizeof(text));
	return size > 0 && process_state_parse(text, (size_t)size, &state) &&
	       state != 'Z' && state != 'X';
}
