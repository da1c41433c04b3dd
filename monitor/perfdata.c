/* SPDX-License-Identifier: BSD-3-Clause */
/* What a monitoring plugin prints. */
#include "config.h"

#include "monitor/perfdata.h"

#include <stdbool.h>
#include <string.h>

#include "monitor/number.h"

struct cursor {
	const char *at;
	const char *end;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
find_byte(const char *from, const char *end, char byte)
{
	const char *found =
	    from < end ? memchr(from, byte, (size_t)(end - from)) : NULL;
	return found ? found : end;
}

/* In quotes a doubled quote stands for one. Compares while it reads; false without
   the closing quote. */
static bool
quoted_label(struct cursor *cursor, const char *label, bool *equal)
{
	*equal = true;
	cursor->at++;
	for (; cursor->at < cursor->end; cursor->at++) {
		if (*cursor->at == '\'') {
			if (cursor->at + 1 == cursor->end || cursor->at[1] != '\'')
				break;
			cursor->at++;
		}
		*equal = *equal && *label && *label == *cursor->at;
		if (*equal)
			label++;
	}
	*equal = *equal && *label == '\0';
	return cursor->at < cursor->end && *cursor->at++ == '\'';
}

static bool
plain_label(struct cursor *cursor, const char *label, bool *equal)
{
	const char *from = cursor->at;
	while (cursor->at < cursor->end && *cursor->at != '=' && !is_space(*cursor->at))
		cursor->at++;
	size_t length = (size_t)(cursor->at - from);
	*equal = strlen(label) == length && memcmp(from, label, length) == 0;
	return length > 0;
}

static void
skip_word(struct cursor *cursor)
{
	while (cursor->at < cursor->end && !is_space(*cursor->at))
		cursor->at++;
}

static enum perfdata
find_in(struct cursor cursor, const char *label, double *value)
{
	while (cursor.at < cursor.end) {
		if (is_space(*cursor.at)) {
			cursor.at++;
			continue;
		}
		bool equal = false;
		bool whole = *cursor.at == '\'' ? quoted_label(&cursor, label, &equal)
						: plain_label(&cursor, label, &equal);
		if (whole && cursor.at < cursor.end && *cursor.at == '=') {
			cursor.at++;
			size_t rest = (size_t)(cursor.end - cursor.at);
			if (equal)
				return number_scan(cursor.at, rest, value)
					   ? PERFDATA_FOUND
					   : PERFDATA_NO_NUMBER;
		}
		skip_word(&cursor);
	}
	return PERFDATA_NO_LABEL;
}

enum perfdata
perfdata_find(const char *output, size_t size, const char *label, double *value)
{
	const char *end = output + size;
	const char *line_end = find_byte(output, end, '\n');
	const char *bar = find_byte(output, line_end, '|');
	struct cursor first = { bar < line_end ? bar + 1 : line_end, line_end };
	enum perfdata found = find_in(first, label, value);
	if (found != PERFDATA_NO_LABEL)
		return found;
	bar = find_byte(line_end, end, '|');
	struct cursor rest = { bar < end ? bar + 1 : end, end };
	return find_in(rest, label, value);
}

size_t
perfdata_text(const char *output, size_t size)
{
	const char *end = find_byte(output, output + size, '\n');
	end = find_byte(output, end, '|');
	while (end > output && is_space(end[-1]))
		end--;
	return (size_t)(end - output);
}
