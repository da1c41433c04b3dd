/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading traces: lines out of bytes, records out of lines. */
#include "config.h"

#include "common/trace.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

/* Of a trace; more is a mistake. */
#define LONGEST (3650 * DAY)

struct trace_reader {
	char name[TRACE_WHY / 2];
	const char *at, *end; /* of the bytes fed */
	bool over;            /* there are no more of them */
	uint32_t line_number;
	size_t length;     /* of the line so far; past TRACE_LINE: it is too long */
	bool begun;        /* the first line was there */
	bool headed;       /* and a record: the head is behind */
	int64_t last;      /* time of the last record */
	char *next, *free; /* what of the line is unread, of unquoted[] unused */
	struct trace_head head;
	char line[TRACE_LINE + 2];
	char unquoted[TRACE_LINE + 2];
	char why[TRACE_WHY];
	char note[TRACE_WHY];
};

static const struct directive {
	const char *name;
	size_t least, most;
	const char *expected; /* after "expected: TIME" */
} directives[TRACE_KINDS] = {
	[TRACE_SAMPLE] = { "samples", 0, 0, "NAME=VALUE" },
	[TRACE_LOOK] = { "look", 0, 0, "look" },
	[TRACE_DECIDED] = { "decided", 1, 4, "decided STATE \"WHY\"" },
	[TRACE_GAP] = { "gap", 0, 1, "gap \"WHY\"" },
	[TRACE_POLICY] = { "policy", 1, 1, "policy HASH" },
	[TRACE_PAUSE] = { "pause", 0, 2, "pause \"REASON\"" },
	[TRACE_RESUME] = { "resume", 0, 2, "resume \"REASON\"" },
	[TRACE_OPERATE] = { "operate", 1, TRACE_WORDS,
			    "operate ACTION SELECTION by=WHO \"REASON\"" },
	[TRACE_CLIENTS] = { "clients", 2, TRACE_WORDS, "clients SELECTION WORD" },
	[TRACE_ALTERNATE] = { "alternate", 2, 5,
			      "alternate NAME STATE performance=N threshold=N "
			      "clients=N" },
};

const char *
trace_kind_name(enum trace_kind kind)
{
	return kind >= TRACE_SAMPLE && kind < TRACE_KINDS ? directives[kind].name : "?";
}

struct trace_reader *
trace_reader_new(const char *name)
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));
	if (reader)
		text_clean(name, strlen(name), reader->name, sizeof(reader->name));
	return reader;
}

void
trace_reader_free(struct trace_reader *reader)
{
	free(reader);
}

void
trace_feed(struct trace_reader *reader, const char *bytes, size_t size)
{
	reader->at = bytes;
	reader->end = size > 0 ? bytes + size : bytes;
	reader->over = size == 0;
}

const char *
trace_why(const struct trace_reader *reader)
{
	return reader->why;
}

const char *
trace_note(const struct trace_reader *reader)
{
	return reader->note[0] ? reader->note : NULL;
}

const struct trace_head *
trace_head(const struct trace_reader *reader)
{
	return &reader->head;
}

bool
trace_option(const struct trace_record *record, const char *key, struct slice *value)
{
	size_t length = strlen(key);
	for (size_t i = 0; i < record->words; i++) {
		const struct slice *word = &record->word[i];
		if (word->length <= length || word->start[length] != '=' ||
		    memcmp(word->start, key, length) != 0)
			continue;
		*value = (struct slice){ word->start + length + 1,
					 word->length - length - 1 };
		return true;
	}
	return false;
}

__attribute__((format(printf, 2, 3))) static bool
bad(struct trace_reader *reader, const char *format, ...)
{
	char text[TRACE_WHY];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(reader->why, sizeof(reader->why), "%s:%u: ", reader->name,
		 (unsigned)reader->line_number);
	/* What was written may be cut within a character, or be none. */
	size_t used = strlen(reader->why);
	text_clean(text, strlen(text), reader->why + used, sizeof(reader->why) - used);
	return false;
}

/* ---- lines ---- */

/* True when reader->line has the next one, its end taken off. */
static bool
next_line(struct trace_reader *reader)
{
	while (reader->at < reader->end) {
		size_t left = (size_t)(reader->end - reader->at);
		const char *stop = memchr(reader->at, '\n', left);
		size_t piece = stop ? (size_t)(stop - reader->at) : left;
		size_t room = TRACE_LINE + 1 - reader->length;
		size_t kept = piece < room ? piece : room;
		memcpy(reader->line + reader->length, reader->at, kept);
		reader->length += kept;
		reader->at += piece + (stop != NULL);
		if (stop)
			return true;
	}
	return false;
}

static bool
tidy_line(struct trace_reader *reader)
{
	char *line = reader->line;
	size_t length = reader->length;
	if (length > TRACE_LINE)
		return bad(reader, "the line is longer than %d bytes", TRACE_LINE);
	if (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (line[i] == '\t')
			line[i] = ' ';
	if (!text_printable(line, length))
		return bad(reader, "this is no text: expected UTF-8 without control "
				   "characters");
	reader->next = line + strspn(line, " ");
	reader->free = reader->unquoted;
	return true;
}

/* ---- words ---- */

/* "TEXT" with \" and \\ in it. False when it does not end. */
static bool
next_quoted(struct trace_reader *reader, struct slice *word)
{
	char *p = reader->next + 1, *out = reader->free;
	while (*p != '\0' && *p != '"') {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		*out++ = *p++;
	}
	if (*p != '"' || (p[1] != '\0' && p[1] != ' '))
		return false;
	*word = (struct slice){ reader->free, (size_t)(out - reader->free) };
	reader->free = out;
	reader->next = p + 1 + strspn(p + 1, " ");
	return true;
}

static struct slice
next_word(struct trace_reader *reader)
{
	size_t length = strcspn(reader->next, " ");
	struct slice word = { reader->next, length };
	reader->next += length;
	reader->next += strspn(reader->next, " ");
	return word;
}

/* ---- numbers and times ---- */

bool
trace_number(struct slice text, double *value)
{
	char copy[64];
	char *end;
	if (text.length == 0 || text.length >= sizeof(copy) ||
	    text.length !=
		strspn(slice_copy(text, copy, sizeof(copy)), "+-.0123456789eE"))
		return false;
	double number = strtod(copy, &end);
	if (end == copy || *end != '\0' || !isfinite(number))
		return false;
	*value = number;
	return true;
}

/* "12" or "12.345678": seconds. */
static bool
parse_seconds(struct slice text, int64_t *us)
{
	const char *p = text.start, *end = text.start + text.length;
	int64_t number = 0, scale = SECOND;
	if (p == end || *p < '0' || *p > '9')
		return false;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if ((number = number * 10 + (*p - '0')) > LONGEST / SECOND)
			return false;
	number *= SECOND;
	if (p < end && *p == '.' && ++p == end)
		return false;
	for (; p < end && *p >= '0' && *p <= '9' && scale > 1; p++)
		number += (*p - '0') * (scale /= 10);
	*us = number;
	return p == end;
}

/* "1m30s": units as duration_parse() has them, one behind the other. */
static bool
parse_durations(struct slice text, int64_t *us)
{
	int64_t sum = 0;
	while (text.length > 0) {
		char piece[24];
		size_t n = 0;
		int64_t one;
		while (n < text.length && text.start[n] >= '0' && text.start[n] <= '9')
			n++;
		while (n < text.length && (text.start[n] < '0' || text.start[n] > '9'))
			n++;
		if (n >= sizeof(piece) ||
		    !duration_parse(slice_copy((struct slice){ text.start, n }, piece,
					       sizeof(piece)),
				    &one))
			return false;
		sum += one;
		if (sum > LONGEST)
			return false;
		text = (struct slice){ text.start + n, text.length - n };
	}
	*us = sum;
	return true;
}

bool
trace_time(const char *text, int64_t *us)
{
	struct slice slice = slice_of(text);
	return parse_seconds(slice, us) || (*text && parse_durations(slice, us));
}

static bool
parse_wall(struct slice text, int64_t *wall)
{
	char copy[40];
	return text.length < sizeof(copy) &&
	       wall_parse(slice_copy(text, copy, sizeof(copy)), wall);
}

/* The first time of the clock is the start where the head names none. */
static bool
parse_time(struct trace_reader *reader, struct slice word, int64_t *at)
{
	struct trace_head *head = &reader->head;
	int64_t wall;
	if (word.length > 10 && word.start[4] == '-') {
		if (!parse_wall(word, &wall))
			return bad(reader,
				   "%.*s is no time: expected as in "
				   "2026-11-30T01:02:03.123456Z",
				   (int)word.length, word.start);
		if (!head->started && reader->headed)
			return bad(reader, "a time of the clock needs a line \"start "
					   "TIME\" in the head: the lines before "
					   "count from there");
		if (!head->started)
			head->start = wall;
		head->started = true;
		if (wall < head->start || wall - head->start > LONGEST)
			return bad(reader,
				   "%.*s is before the start, or ten years after",
				   (int)word.length, word.start);
		*at = wall - head->start;
	} else if (!parse_seconds(word, at) && !parse_durations(word, at)) {
		return bad(reader,
			   "%.*s is no time: expected seconds since the start, as "
			   "12.345678, or 1m30s, or 2026-11-30T01:02:03Z",
			   (int)word.length, word.start);
	}
	if (*at < reader->last)
		return bad(reader,
			   "the time goes back: %.*s is before that of the line before",
			   (int)word.length, word.start);
	return true;
}

/* ---- the head ---- */

static bool
read_first(struct trace_reader *reader)
{
	struct slice magic = next_word(reader), version = next_word(reader);
	reader->begun = true; /* what is wrong with it is said once */
	if (!slice_equal(magic, "bellwether-trace"))
		return bad(reader, "this is no trace: expected its first line to be "
				   "\"bellwether-trace 1\"");
	if (!slice_equal(version, "1") || *reader->next != '\0')
		return bad(reader, "this program reads version 1 of traces: expected "
				   "\"bellwether-trace 1\"");
	return true;
}

/* "server" and "start"; false with *is_head false when the line is none of them. */
static bool
read_head(struct trace_reader *reader, bool *is_head)
{
	char *line = reader->next;
	struct slice word = next_word(reader);
	bool server = slice_equal(word, "server");
	*is_head = server || slice_equal(word, "start");
	if (!*is_head) {
		reader->next = line;
		return false;
	}
	struct slice value = next_word(reader);
	if (reader->headed)
		return bad(reader, "\"%s\" belongs into the head, before all records",
			   server ? "server" : "start");
	if (*reader->next != '\0' || (server ? !name_valid(value.start, value.length)
					     : !parse_wall(value, &reader->head.start)))
		return bad(reader, "expected \"%s\"",
			   server ? "server NAME" : "start 2026-11-30T01:02:03Z");
	if (server)
		slice_copy(value, reader->head.server, sizeof(reader->head.server));
	else
		reader->head.started = true;
	return true;
}

/* ---- records ---- */

static bool
read_value(struct trace_sample *sample, struct slice text)
{
	static const enum ending endings[] = { ENDING_TIMEOUT, ENDING_ABSENT,
					       ENDING_FAILED };
	const char *slash = memchr(text.start, '/', text.length);
	struct slice value = text;
	sample->took = 0;
	if (slash) {
		value.length = (size_t)(slash - text.start);
		struct slice took = { slash + 1, text.length - value.length - 1 };
		if (!parse_seconds(took, &sample->took))
			return false;
	}
	sample->value = 0;
	sample->text = (struct slice){ 0 };
	sample->state = slice_equal(value, "up") || slice_equal(value, "down");
	sample->ending = ENDING_VALUE;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (slice_equal(value, ending_name(endings[i])))
			sample->ending = endings[i];
	if (sample->ending != ENDING_VALUE)
		return true;
	if (sample->state)
		sample->value = slice_equal(value, "up");
	return sample->state || trace_number(value, &sample->value);
}

static bool
read_sample(struct trace_reader *reader, struct slice word, struct trace_record *record)
{
	const char *equal = memchr(word.start, '=', word.length);
	size_t length = equal ? (size_t)(equal - word.start) : 0;
	if (record->samples == TRACE_SAMPLES)
		return bad(reader, "more than %d samples in a line: begin another",
			   TRACE_SAMPLES);
	struct trace_sample *sample = &record->sample[record->samples];
	if (!equal || !name_valid(word.start, length))
		return bad(reader, "%.*s: expected NAME=VALUE", (int)word.length,
			   word.start);
	sample->name = (struct slice){ word.start, length };
	if (!read_value(sample, (struct slice){ equal + 1, word.length - length - 1 }))
		return bad(reader,
			   "%.*s: expected a number, up, down, timeout, absent or "
			   "failed, and /SECONDS when asking took some",
			   (int)word.length, word.start);
	record->samples++;
	return true;
}

static bool
read_samples(struct trace_reader *reader, struct slice word,
	     struct trace_record *record)
{
	record->kind = TRACE_SAMPLE;
	if (!read_sample(reader, word, record))
		return false;
	while (*reader->next != '\0') {
		if (*reader->next != '"') {
			if (!read_sample(reader, next_word(reader), record))
				return false;
		} else if (!next_quoted(reader,
					&record->sample[record->samples - 1].text)) {
			return bad(reader, "a quoted text does not end with \"");
		}
	}
	return true;
}

static bool
read_words(struct trace_reader *reader, struct trace_record *record)
{
	const struct directive *directive = &directives[record->kind];
	while (*reader->next != '\0' && record->words < TRACE_WORDS) {
		struct slice *word = &record->word[record->words++];
		if (*reader->next != '"')
			*word = next_word(reader);
		else if (!next_quoted(reader, word))
			return bad(reader, "a quoted text does not end with \"");
	}
	if (*reader->next == '\0' && record->words >= directive->least &&
	    record->words <= directive->most)
		return true;
	return bad(reader, "expected \"TIME %s\"", directive->expected);
}

static bool
read_record(struct trace_reader *reader, struct trace_record *record)
{
	record->samples = record->words = 0;
	record->line = reader->line_number;
	if (!parse_time(reader, next_word(reader), &record->at))
		return false;
	record->rest = slice_of(reader->next);
	struct slice word = next_word(reader);
	if (memchr(word.start, '=', word.length)) {
		if (!read_samples(reader, word, record))
			return false;
	} else {
		record->kind = TRACE_LOOK;
		while (record->kind < TRACE_KINDS &&
		       !slice_equal(word, directives[record->kind].name))
			record->kind++;
		if (record->kind == TRACE_KINDS)
			return bad(reader,
				   "%.*s is nothing that a trace has: expected "
				   "NAME=VALUE, look, decided, gap, policy, pause, "
				   "resume, operate, clients or alternate",
				   (int)word.length, word.start);
		if (!read_words(reader, record))
			return false;
	}
	reader->last = record->at;
	reader->headed = true;
	return true;
}

/* The line's worth; TRACE_MORE when it has none. */
static enum trace_end
read_line(struct trace_reader *reader, struct trace_record *record)
{
	bool is_head;
	if (!tidy_line(reader))
		return TRACE_BAD;
	if (*reader->next == '\0' || *reader->next == '#')
		return TRACE_MORE;
	if (!reader->begun)
		return read_first(reader) ? TRACE_MORE : TRACE_BAD;
	if (read_head(reader, &is_head))
		return TRACE_MORE;
	if (is_head)
		return TRACE_BAD;
	return read_record(reader, record) ? TRACE_RECORD : TRACE_BAD;
}

static enum trace_end
read_end(struct trace_reader *reader)
{
	if (reader->length > 0)
		snprintf(reader->note, sizeof(reader->note),
			 "%s:%u: the last line has no end and does not count",
			 reader->name, (unsigned)reader->line_number + 1);
	reader->length = 0;
	if (reader->begun)
		return TRACE_END;
	reader->line_number++;
	reader->begun = true;
	bad(reader, "this is no trace: expected its first line to be "
		    "\"bellwether-trace 1\"");
	return TRACE_BAD;
}

enum trace_end
trace_read(struct trace_reader *reader, struct trace_record *record)
{
	while (next_line(reader)) {
		reader->line_number++;
		enum trace_end end = read_line(reader, record);
		reader->length = 0;
		if (end != TRACE_MORE)
			return end;
	}
	return reader->over ? read_end(reader) : TRACE_MORE;
}
