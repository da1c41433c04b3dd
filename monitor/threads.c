/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel's texts say about where a thread sleeps. */
#include "config.h"

#include "monitor/threads.h"

#include <string.h>
#include <sys/syscall.h>

#include "common/bytes.h"

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes a number off the start; false when there is none, or one too large. */
static bool
take_number(struct slice *rest, unsigned base, uint64_t *value)
{
	size_t digits = 0;
	*value = 0;
	for (; digits < rest->length; digits++) {
		int next = digit(rest->start[digits]);
		if (next < 0 || (unsigned)next >= base)
			break;
		if (*value > (UINT64_MAX - (unsigned)next) / base)
			return false;
		*value = *value * base + (unsigned)next;
	}
	rest->start += digits;
	rest->length -= digits;
	return digits > 0;
}

static bool
take(struct slice *rest, const char *text)
{
	size_t length = strlen(text);
	if (rest->length < length || memcmp(rest->start, text, length) != 0)
		return false;
	rest->start += length;
	rest->length -= length;
	return true;
}

/* start-end permissions offset device inode, then spaces and the path, or nothing. */
static bool
parse_mapping(struct slice line, struct span *span, struct slice *path)
{
	if (!take_number(&line, 16, &span->start) || !take(&line, "-") ||
	    !take_number(&line, 16, &span->end) || span->end <= span->start)
		return false;
	for (int column = 0; column < 4; column++) {
		if (!take(&line, " "))
			return false;
		while (line.length > 0 && *line.start != ' ') {
			line.start++;
			line.length--;
		}
	}
	while (take(&line, " "))
		;
	*path = line;
	return true;
}

bool
threads_program(const char *maps, size_t size, const char *exe, struct span *span)
{
	bool found = false;
	while (size > 0) {
		const char *end = memchr(maps, '\n', size);
		struct slice line = { maps, end ? (size_t)(end - maps) : size }, path;
		struct span mapping;
		size_t used = line.length + (end ? 1 : 0);
		maps += used;
		size -= used;
		if (!parse_mapping(line, &mapping, &path))
			continue;
		if (slice_equal(path, exe)) {
			if (!found)
				span->start = mapping.start;
			found = true;
			span->end = mapping.end;
		} else if (found) {
			if (path.length == 0 && mapping.start == span->end)
				span->end = mapping.end;
			break;
		}
	}
	/* The kernel's lists ascend; one that does not is none. */
	return found && span->start < span->end;
}

bool
threads_idle(const char *text, size_t size, const struct span *span)
{
	struct slice rest = { text, size };
	uint64_t number, address;
	return take_number(&rest, 10, &number) && number == SYS_futex &&
	       take(&rest, " 0x") && take_number(&rest, 16, &address) &&
	       address >= span->start && address < span->end;
}

bool
threads_parent(const char *text, size_t size, long *parent)
{
	const char *close = memrchr(text, ')', size);
	uint64_t number;
	/* ") S 1234 ": a name may hold anything, so from its end. */
	if (!close || text + size - close < 5)
		return false;
	struct slice rest = { close + 4, (size_t)(text + size - close - 4) };
	if (!take_number(&rest, 10, &number) || number > INT32_MAX)
		return false;
	*parent = (long)number;
	return true;
}
