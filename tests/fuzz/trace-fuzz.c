/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a trace: each piece of them gives the same records and complaints as all at
   once, and what is read can be written and read again. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "common/trace.h"
#include "tests/fuzz/fuzz.h"

#define NAME "day.trace"

static struct trace_record record, again, copy;

/* Feeds so many bytes at a time. */
static enum trace_end
next(struct trace_reader *reader, struct trace_record *out, const char **at,
     size_t *left, size_t piece)
{
	enum trace_end end;
	while ((end = trace_read(reader, out)) == TRACE_MORE) {
		size_t size = *left < piece ? *left : piece;
		trace_feed(reader, *at, size);
		*at += size;
		*left -= size;
	}
	return end;
}

static void
check_slice(struct slice slice)
{
	REQUIRE(slice.length <= TRACE_LINE &&
		text_printable(slice.start, slice.length));
}

static void
check_record(int64_t last)
{
	REQUIRE(record.kind >= TRACE_SAMPLE && record.kind < TRACE_KINDS);
	REQUIRE(record.at >= last && record.line > 1);
	REQUIRE(record.samples <= TRACE_SAMPLES && record.words <= TRACE_WORDS);
	for (size_t i = 0; i < record.samples; i++) {
		const struct trace_sample *sample = &record.sample[i];
		REQUIRE(name_valid(sample->name.start, sample->name.length));
		REQUIRE(isfinite(sample->value) && sample->took >= 0);
		check_slice(sample->text);
	}
	for (size_t i = 0; i < record.words; i++)
		check_slice(record.word[i]);
	check_slice(record.rest);
}

/* As "record" copies it: the same, at another time. */
static void
check_copy(void)
{
	static const char head[] = "bellwether-trace 1\n";
	struct trace_line line;
	struct trace_reader *reader = trace_reader_new("copy");
	REQUIRE(reader);
	trace_write_rest(&line, record.at, record.rest);
	trace_write_end(&line);
	trace_feed(reader, head, sizeof(head) - 1);
	REQUIRE(trace_read(reader, &copy) == TRACE_MORE);
	trace_feed(reader, line.text, line.length);
	/* One that fills a line may find no room behind a longer time. */
	if (record.rest.length < TRACE_LINE - 40) {
		REQUIRE(trace_read(reader, &copy) == TRACE_RECORD);
		REQUIRE(copy.kind == record.kind && copy.at == record.at);
		REQUIRE(copy.samples == record.samples && copy.words == record.words);
	}
	trace_reader_free(reader);
}

static void
check_same(enum trace_end end, const struct trace_reader *a,
	   const struct trace_reader *b)
{
	if (end == TRACE_BAD) {
		REQUIRE(strcmp(trace_why(a), trace_why(b)) == 0);
		REQUIRE(strncmp(trace_why(a), NAME ":", sizeof(NAME)) == 0);
		REQUIRE(text_printable(trace_why(a), strlen(trace_why(a))));
	} else if (end == TRACE_RECORD) {
		REQUIRE(record.kind == again.kind && record.at == again.at &&
			record.line == again.line && record.samples == again.samples &&
			record.words == again.words);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *at2 = at;
	size_t left = size, left2 = size;
	int64_t last = 0;
	enum trace_end end;
	struct trace_reader *whole = trace_reader_new(NAME);
	struct trace_reader *pieces = trace_reader_new(NAME);
	REQUIRE(whole && pieces);
	do {
		end = next(whole, &record, &at, &left, size + 1);
		REQUIRE(next(pieces, &again, &at2, &left2, 3) == end);
		check_same(end, whole, pieces);
		if (end != TRACE_RECORD)
			continue;
		check_record(last);
		last = record.at;
		check_copy();
	} while (end != TRACE_END);
	REQUIRE((trace_note(whole) == NULL) == (trace_note(pieces) == NULL));
	trace_reader_free(pieces);
	trace_reader_free(whole);
	return 0;
}
