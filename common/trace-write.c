/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing traces: a line at a time, into a buffer of fixed size. */
#include "config.h"

#include "common/trace.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

/* Digits from the right, and those of a fraction without the zeros that say nothing. */
static char *
put_seconds(char *out, int64_t us)
{
	uint64_t whole = us > 0 ? (uint64_t)(us / SECOND) : 0;
	uint32_t part = us > 0 ? (uint32_t)(us % SECOND) : 0;
	char digits[20];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + whole % 10);
	while ((whole /= 10) > 0);
	while (n > 0)
		*out++ = digits[--n];
	if (part == 0)
		return out;
	*out++ = '.';
	for (uint32_t scale = SECOND / 10; part > 0; scale /= 10) {
		*out++ = (char)('0' + part / scale);
		part %= scale;
	}
	return out;
}

const char *
trace_format_number(double value, char text[TRACE_NUMBER])
{
	/* Most are counts, and those are cheap. -0 is none. */
	if (!signbit(value) && value < 1e12 && value == (double)(int64_t)value) {
		*put_seconds(text, (int64_t)value * SECOND) = '\0';
		return text;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, TRACE_NUMBER, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return text;
}

static bool
put(struct trace_line *line, const char *text, size_t length)
{
	if (length > TRACE_LINE - line->length)
		return false;
	memcpy(line->text + line->length, text, length);
	line->length += length;
	return true;
}

void
trace_write_head(struct trace_line *line, const char *server, int64_t start)
{
	char wall[WALL_TEXT];
	int64_t part = start % SECOND < 0 ? start % SECOND + SECOND : start % SECOND;
	wall_format(start, wall);
	int length =
	    snprintf(line->text, sizeof(line->text),
		     "bellwether-trace %d\nserver %s\nstart %.19s.%06" PRId64 "Z",
		     TRACE_VERSION, server, wall, part);
	line->length = length > 0 ? (size_t)length : 0;
}

void
trace_write_begin(struct trace_line *line, int64_t at, enum trace_kind kind)
{
	line->length = (size_t)(put_seconds(line->text, at) - line->text);
	if (kind != TRACE_SAMPLE)
		trace_write_word(line, trace_kind_name(kind));
}

bool
trace_write_word(struct trace_line *line, const char *word)
{
	size_t length = strlen(word);
	if (length + 1 > TRACE_LINE - line->length)
		return false;
	put(line, " ", 1);
	return put(line, word, length);
}

bool
trace_write_quoted(struct trace_line *line, const char *text)
{
	char clean[512];
	char quoted[2 * sizeof(clean) + 2];
	size_t n = 0;
	text_clean(text, strlen(text), clean, sizeof(clean));
	quoted[n++] = '"';
	for (const char *p = clean; *p; p++) {
		if (*p == '"' || *p == '\\')
			quoted[n++] = '\\';
		quoted[n++] = *p;
	}
	quoted[n++] = '"';
	if (n + 1 > TRACE_LINE - line->length)
		return false;
	put(line, " ", 1);
	return put(line, quoted, n);
}

bool
trace_write_option(struct trace_line *line, const char *key, double value)
{
	char word[NAME_TEXT + TRACE_NUMBER];
	char number[TRACE_NUMBER];
	snprintf(word, sizeof(word), "%s=%s", key, trace_format_number(value, number));
	return trace_write_word(line, word);
}

/* Shorter than that nobody asks about, and most readings come from our own kernel. */
#define TOOK_LEAST MILLISECOND

bool
trace_write_sample(struct trace_line *line, const char *name, bool service,
		   const struct sample *sample)
{
	char value[TRACE_NUMBER + 32];
	size_t before = line->length;
	int64_t took = sample->at - sample->asked;
	bool state = service && (sample->value == 0 || sample->value == 1);
	if (sample->ending != ENDING_VALUE)
		slice_copy(slice_of(ending_name(sample->ending)), value, TRACE_NUMBER);
	else if (state)
		slice_copy(slice_of(sample->value != 0 ? "up" : "down"), value,
			   TRACE_NUMBER);
	else
		trace_format_number(sample->value, value);
	if (took >= TOOK_LEAST) {
		char *end = value + strlen(value);
		*end++ = '/';
		*put_seconds(end, took) = '\0';
	}
	if (trace_write_word(line, name) && put(line, "=", 1) &&
	    put(line, value, strlen(value)) &&
	    (sample->text[0] == '\0' || trace_write_quoted(line, sample->text)))
		return true;
	line->length = before;
	return false;
}

void
trace_write_rest(struct trace_line *line, int64_t at, struct slice rest)
{
	line->length = (size_t)(put_seconds(line->text, at) - line->text);
	put(line, " ", 1);
	put(line, rest.start, rest.length);
}

void
trace_write_end(struct trace_line *line)
{
	line->text[line->length++] = '\n';
	line->text[line->length] = '\0';
}
