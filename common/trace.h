/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces: what a server's judge was given and what was decided, a line a record, as
   bellwether-trace(5) describes it. Pure: bytes in, records out, and the other way. */
#ifndef BELLWETHER_COMMON_TRACE_H
#define BELLWETHER_COMMON_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bytes.h"
#include "common/sample.h"

#define TRACE_VERSION 1
#define TRACE_LINE    4096 /* bytes of a line, its end aside */
#define TRACE_SAMPLES 512  /* of a line */
#define TRACE_WORDS   64
#define TRACE_WHY     256

enum trace_kind {
	TRACE_SAMPLE = 1, /* sample[] */
	TRACE_LOOK,       /* all others: word[], what stands after the directive */
	TRACE_DECIDED,    /* STATE [failover=MET] [connection=MET] ["WHY"] */
	TRACE_GAP,        /* ["WHY"] */
	TRACE_POLICY,     /* HASH */
	TRACE_PAUSE,      /* [policy|file|operator] ["REASON"] */
	TRACE_RESUME,
	TRACE_OPERATE,   /* ACTION [SELECTION] [by=WHO] [for=DURATION] ... ["REASON"] */
	TRACE_CLIENTS,   /* SELECTION WORD... */
	TRACE_ALTERNATE, /* NAME STATE [performance=N] [threshold=N] [clients=N], or
	                    NAME silent ["WHY"] */
	TRACE_KINDS
};
/* "look"; "samples" for those, which have no word of their own. */
const char *trace_kind_name(enum trace_kind kind);

/* Slices live until the next call with the same reader. */
struct trace_sample {
	struct slice name;
	enum ending ending;
	bool state;   /* "up" or "down" was written: value is 1 or 0 */
	double value; /* only with ENDING_VALUE; finite */
	int64_t took; /* us; 0: not said */
	struct slice text;
};
struct trace_record {
	enum trace_kind kind;
	uint32_t line; /* from 1 */
	int64_t at;    /* us since the start; never less than that of the one before */
	size_t samples;
	struct trace_sample sample[TRACE_SAMPLES];
	size_t words;
	struct slice word[TRACE_WORDS]; /* quotes taken off */
	struct slice rest; /* as written, from behind the time up to the line's end */
};
/* The value of the word "KEY=VALUE", and whether there is one. */
bool
trace_option(const struct trace_record *record, const char *key, struct slice *value);
/* "12.345678" or "1m30s": a record's time that is none of the clock. */
bool trace_time(const char *text, int64_t *us);
/* A whole word as a finite number. */
bool trace_number(struct slice text, double *value);

/* ---- reading ---- */

struct trace_reader;
/* name: of the file, in what is said; copied. NULL only without memory. Bounded: some
   tens of KiB, whatever is read. */
struct trace_reader *trace_reader_new(const char *name);
void trace_reader_free(struct trace_reader *reader);
/* More bytes, once trace_read() has asked for them; they are the caller's and are used
   until it asks again. size 0: that was all. */
void trace_feed(struct trace_reader *reader, const char *bytes, size_t size);

enum trace_end {
	TRACE_RECORD, /* *record is one */
	TRACE_MORE,   /* trace_feed() first */
	TRACE_END,
	TRACE_BAD /* trace_why(); the next call goes on with the next line */
};
enum trace_end trace_read(struct trace_reader *reader, struct trace_record *record);
/* "FILE:LINE: what is wrong, and what was expected". */
const char *trace_why(const struct trace_reader *reader);
/* At the end: the last line had no end, as a writer leaves it that was killed, and does
   not count. NULL when there is nothing to note. */
const char *trace_note(const struct trace_reader *reader);

/* What the head says; whole once there was a record. */
struct trace_head {
	char server[NAME_TEXT]; /* "" when it does not say */
	bool started;
	int64_t start; /* wall clock of time 0; only then */
};
const struct trace_head *trace_head(const struct trace_reader *reader);

/* ---- writing ---- */

/* A line that grows by words; what does not fit is left out whole. Nothing is allotted. */
struct trace_line {
	size_t length;
	char text[TRACE_LINE + 2];
};
/* Three lines in one. */
void trace_write_head(struct trace_line *line, const char *server, int64_t start);
/* "12.345678", and the word of any kind but samples. */
void trace_write_begin(struct trace_line *line, int64_t at, enum trace_kind kind);
/* False, and nothing written, when that does not fit. */
bool trace_write_sample(struct trace_line *line, const char *name, bool service,
			const struct sample *sample);
bool trace_write_word(struct trace_line *line, const char *word);
bool trace_write_quoted(struct trace_line *line, const char *text);
bool trace_write_option(struct trace_line *line, const char *key, double value);
/* As it was read: struct trace_record.rest. */
void trace_write_rest(struct trace_line *line, int64_t at, struct slice rest);
/* The line's end. */
void trace_write_end(struct trace_line *line);

#define TRACE_NUMBER 32
/* The shortest of 15 to 17 digits that strtod() turns into the same double. */
const char *trace_format_number(double value, char text[TRACE_NUMBER]);

#endif
