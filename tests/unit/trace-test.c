/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces: what is written is read again to the bit, in pieces of any size; bad lines are
   told by file and line. */
#include "config.h"

#include "common/trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/random.h"
#include "tests/unit/unit.h"

#define HEAD "bellwether-trace 1\nserver aaa1\nstart 2026-11-30T01:02:03.123456Z\n"

static struct trace_record record;

/* Feeds the whole text once, and then its end. */
static enum trace_end
read_next(struct trace_reader *reader, const char **text)
{
	enum trace_end end;
	while ((end = trace_read(reader, &record)) == TRACE_MORE) {
		trace_feed(reader, *text, strlen(*text));
		*text = "";
	}
	return end;
}

/* What is said of the last line of HEAD and text; "" when it is right. */
static const char *
complaint(const char *head, const char *text)
{
	static char why[TRACE_WHY];
	char all[2 * TRACE_LINE + 512];
	const char *rest = all;
	enum trace_end end;
	struct trace_reader *reader = trace_reader_new("day.trace");
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	snprintf(all, sizeof(all), "%s%s", head, text);
	why[0] = '\0';
	while ((end = read_next(reader, &rest)) != TRACE_END)
		if (end == TRACE_BAD)
			snprintf(why, sizeof(why), "%s", trace_why(reader));
	trace_reader_free(reader);
	return why;
}

/* ---- there and back ---- */

static double
any_double(struct random *random, unsigned i)
{
	static const double special[] = { 0,
					  -0.0,
					  1,
					  -1,
					  0.1,
					  1.0 / 3,
					  100,
					  1e12,
					  999999999999,
					  1e300,
					  -5e-324,
					  123456789012345678.0,
					  97.5,
					  4.9e-310,
					  1e15 + 0.5,
					  1e11 + 0.1,
					  2251799813685248.5 };
	union {
		uint64_t bits;
		double value;
	} any;
	if (i < ARRAY_SIZE(special))
		return special[i];
	do
		any.bits = random_next(random);
	while (!isfinite(any.value));
	return any.value;
}

static void
test_numbers(void)
{
	struct random random;
	char text[TRACE_NUMBER];
	random_seed(&random, 7);
	for (unsigned i = 0; i < unit_rounds(20000); i++) {
		double value = any_double(&random, i), again = 0;
		trace_format_number(value, text);
		CU_ASSERT(trace_number(slice_of(text), &again));
		CU_ASSERT_EQUAL(memcmp(&value, &again, sizeof(value)), 0);
	}
	CU_ASSERT_STRING_EQUAL(trace_format_number(97.1, text), "97.1");
	CU_ASSERT_STRING_EQUAL(trace_format_number(250, text), "250");
	CU_ASSERT_STRING_EQUAL(trace_format_number(0.1 + 0.2, text),
			       "0.30000000000000004");
}

#define ROUNDS 300u

static struct sample
any_sample(struct random *random, unsigned i, int64_t at)
{
	static const char *const texts[] = { "", "no answer", "a \"quote\"", "\\",
					     "\xc3\xa4 \\\" #" };
	struct sample sample = { .at = at };
	sample.ending = (enum ending)(1 + random_next(random) % 4);
	sample.asked = at - (int64_t)(random_next(random) % 3) * 12345;
	if (sample.ending == ENDING_VALUE)
		sample.value = any_double(random, i);
	slice_copy(slice_of(texts[random_next(random) % ARRAY_SIZE(texts)]),
		   sample.text, SAMPLE_TEXT);
	return sample;
}

/* All lines into *text; the same seed gives the same again. */
static void
write_all(char **text, size_t *size)
{
	FILE *out = open_memstream(text, size);
	struct trace_line line;
	struct random random;
	int64_t at = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	random_seed(&random, 11);
	trace_write_head(&line, "aaa1", INT64_C(1795421848) * SECOND + 123456);
	trace_write_end(&line);
	fputs(line.text, out);
	for (unsigned i = 0; i < ROUNDS; i++) {
		at += (int64_t)(random_next(&random) % (2 * SECOND));
		trace_write_begin(&line, at, TRACE_SAMPLE);
		for (unsigned s = 0; s < 3; s++) {
			struct sample sample = any_sample(&random, i + s, at);
			CU_ASSERT(trace_write_sample(&line, s ? "cpu" : "radiusd",
						     s == 0, &sample));
		}
		trace_write_end(&line);
		fputs(line.text, out);
	}
	trace_write_begin(&line, at, TRACE_DECIDED);
	trace_write_word(&line, "shedding");
	trace_write_option(&line, "clients", 12.5);
	trace_write_quoted(&line, "when x ($a \"b\"\n)");
	trace_write_end(&line);
	fputs(line.text, out);
	fclose(out);
}

static void
check_sample(const struct trace_sample *got, const struct sample *put, bool service)
{
	CU_ASSERT_EQUAL(got->ending, put->ending);
	CU_ASSERT_EQUAL(memcmp(&got->value, &put->value, sizeof(double)), 0);
	CU_ASSERT_EQUAL(got->took, put->at - put->asked);
	CU_ASSERT(slice_equal(got->text, put->text));
	CU_ASSERT(!got->state || service);
}

/* A piece at a time, of sizes from 1 on. */
static enum trace_end
read_pieces(struct trace_reader *reader, const char **at, size_t *left, size_t piece)
{
	enum trace_end end;
	while ((end = trace_read(reader, &record)) == TRACE_MORE) {
		size_t size = *left < piece ? *left : piece;
		trace_feed(reader, *at, size);
		*at += size;
		*left -= size;
	}
	return end;
}

static void
read_all(const char *text, size_t size, size_t piece)
{
	struct trace_reader *reader = trace_reader_new("t");
	struct random random;
	int64_t at = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	random_seed(&random, 11);
	for (unsigned i = 0; i < ROUNDS; i++) {
		CU_ASSERT_EQUAL_FATAL(read_pieces(reader, &text, &size, piece),
				      TRACE_RECORD);
		at += (int64_t)(random_next(&random) % (2 * SECOND));
		CU_ASSERT_EQUAL(record.at, at);
		CU_ASSERT_EQUAL(record.line, i + 4);
		CU_ASSERT_EQUAL_FATAL(record.samples, 3);
		for (unsigned s = 0; s < 3; s++) {
			struct sample sample = any_sample(&random, i + s, at);
			CU_ASSERT(
			    slice_equal(record.sample[s].name, s ? "cpu" : "radiusd"));
			check_sample(&record.sample[s], &sample, s == 0);
		}
	}
	CU_ASSERT_EQUAL(read_pieces(reader, &text, &size, piece), TRACE_RECORD);
	CU_ASSERT_EQUAL(record.kind, TRACE_DECIDED);
	CU_ASSERT_EQUAL_FATAL(record.words, 3);
	struct slice option = { 0 };
	CU_ASSERT(trace_option(&record, "clients", &option));
	CU_ASSERT(slice_equal(option, "12.5"));
	CU_ASSERT(slice_equal(record.word[2], "when x ($a \"b\"?)"));
	CU_ASSERT_EQUAL(read_pieces(reader, &text, &size, piece), TRACE_END);
	CU_ASSERT_PTR_NULL(trace_note(reader));
	CU_ASSERT_STRING_EQUAL(trace_head(reader)->server, "aaa1");
	CU_ASSERT(trace_head(reader)->started);
	CU_ASSERT_EQUAL(trace_head(reader)->start,
			INT64_C(1795421848) * SECOND + 123456);
	trace_reader_free(reader);
}

static void
test_round_trip(void)
{
	static const size_t pieces[] = { 1, 7, 4096, 1000000 };
	char *text = NULL;
	size_t size = 0;
	write_all(&text, &size);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		read_all(text, size, pieces[i]);
	free(text);
}

/* What does not fit stays out whole, and the line is one that is read. */
static void
test_bounds(void)
{
	struct sample sample = { .ending = ENDING_FAILED };
	struct trace_line line;
	size_t put = 0;
	memset(sample.text, '"', SAMPLE_TEXT - 1);
	trace_write_begin(&line, 0, TRACE_SAMPLE);
	while (trace_write_sample(&line, "parameter", false, &sample))
		put++;
	trace_write_end(&line);
	CU_ASSERT(line.length <= TRACE_LINE + 1 && put > 10);
	struct trace_reader *reader = trace_reader_new("t");
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	trace_feed(reader, "bellwether-trace 1\n", 19);
	CU_ASSERT_EQUAL(trace_read(reader, &record), TRACE_MORE);
	trace_feed(reader, line.text, line.length);
	CU_ASSERT_EQUAL(trace_read(reader, &record), TRACE_RECORD);
	CU_ASSERT_EQUAL(record.samples, put);
	trace_reader_free(reader);
	/* No sample can be so long that a line has no room for it. */
	trace_write_begin(&line, 3650 * DAY, TRACE_SAMPLE);
	char name[NAME_TEXT];
	memset(name, 'n', NAME_MAX_LENGTH);
	name[NAME_MAX_LENGTH] = '\0';
	CU_ASSERT(trace_write_sample(&line, name, false, &sample));
}

/* ---- what people write ---- */

static void
test_by_hand(void)
{
	static const char text[] =
	    "# exported\n\nbellwether-trace 1\r\n\t# no start\n"
	    "2026-11-30T01:00:00Z cpu=97 radiusd=up rtt=timeout \"no answer\"\r\n"
	    "2026-11-30T02:00:01.5+01:00\tcpu=12.5/0.0125\n"
	    "1m30s look\n"
	    "1h pause operator \"maintenance of the \\\"disks\\\"\"\n"
	    "1h operate failover group:wireless by=ann for=1h share=25% force \"why\"\n"
	    "3600.000001 alternate aaa2 serving performance=80 clients=1000\n";
	const char *rest = text;
	struct trace_reader *reader = trace_reader_new("t");
	struct slice value;
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	CU_ASSERT_EQUAL_FATAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT_EQUAL(record.at, 0);
	CU_ASSERT_EQUAL(record.line, 5);
	CU_ASSERT_EQUAL_FATAL(record.samples, 3);
	CU_ASSERT(record.sample[1].state && record.sample[1].value == 1);
	CU_ASSERT_EQUAL(record.sample[2].ending, ENDING_TIMEOUT);
	CU_ASSERT(slice_equal(record.sample[2].text, "no answer"));
	CU_ASSERT_EQUAL_FATAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT_EQUAL(record.at, 1500 * MILLISECOND);
	CU_ASSERT_EQUAL(record.sample[0].took, 12500);
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT(record.kind == TRACE_LOOK && record.at == 90 * SECOND);
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT_EQUAL_FATAL(record.words, 2);
	CU_ASSERT(slice_equal(record.word[1], "maintenance of the \"disks\""));
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT(trace_option(&record, "by", &value) && slice_equal(value, "ann"));
	CU_ASSERT_FALSE(trace_option(&record, "limit", &value));
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT_EQUAL(record.at, HOUR + 1);
	CU_ASSERT(slice_equal(record.rest,
			      "alternate aaa2 serving performance=80 clients=1000"));
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_END);
	trace_reader_free(reader);
}

static void
test_bad(void)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "1 cpu=\n", "day.trace:4: cpu=: expected a number" },
		{ "1 cpu=nan\n", "expected a number" },
		{ "1 cpu=1e999\n", "expected a number" },
		{ "1 cpu=0x10\n", "expected a number" },
		{ "1 cpu=12%\n", "expected a number" },
		{ "1 cpu=1/x\n", "expected a number" },
		{ "1 cpu=1 9x=2\n", "9x=2: expected NAME=VALUE" },
		{ "1 cpu=1 mem\n", "mem: expected NAME=VALUE" },
		{ "1 cpu=failed \"open\n", "does not end" },
		{ "1 cpu=failed \"open\"x\n", "does not end" },
		{ "1 stare\n", "day.trace:4: stare is nothing that a trace has" },
		{ "1\n", "is nothing that a trace has" },
		{ "1 look out\n", "expected \"TIME look\"" },
		{ "1 decided\n", "expected \"TIME decided STATE" },
		{ "1 policy\n", "expected \"TIME policy HASH\"" },
		{ "x cpu=1\n", "x is no time" },
		{ "-1 cpu=1\n", "-1 is no time" },
		{ "1.0000001 cpu=1\n", "is no time" },
		{ "1. cpu=1\n", "is no time" },
		{ "5x look\n", "is no time" },
		{ "99999999999999999999 look\n", "is no time" },
		{ "2026-02-30T01:00:00Z look\n", "is no time" },
		{ "2026-12-01T25:00:00Z look\n", "is no time" },
		{ "2026-12-01T01:00:00 look\n", "is no time" },
		{ "2026-11-29T01:00:00Z look\n", "is before the start" },
		{ "2037-11-29T01:00:00Z look\n", "or ten years after" },
		{ "2 look\n1 look\n", "day.trace:5: the time goes back" },
		{ "2 look\nstart 2026-11-30T01:02:03Z\n", "belongs into the head" },
		{ "server 1a\n", "expected \"server NAME\"" },
		{ "start soon\n", "expected \"start 2026" },
		{ "1 cpu=1 \x01\n", "day.trace:4: this is no text" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *said = complaint(HEAD, bad[i].text);
		CU_ASSERT_PTR_NOT_NULL(strstr(said, bad[i].said));
		CU_ASSERT_EQUAL(strncmp(said, "day.trace:", 10), 0);
	}
	CU_ASSERT_STRING_EQUAL(complaint(HEAD, "1 look\n"), "");
	CU_ASSERT_PTR_NOT_NULL(strstr(complaint("", "1 look\n"), "this is no trace"));
	CU_ASSERT_PTR_NOT_NULL(strstr(complaint("", ""), "day.trace:1: this is no tr"));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(complaint("", "bellwether-trace 2\n"), "version 1"));
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    complaint("bellwether-trace 1\n1 look\n", "2026-11-30T01:00:00Z look\n"),
	    "needs a line \"start TIME\""));
}

/* A line that is too long is told, and what follows is read. */
static void
test_long_line(void)
{
	char text[TRACE_LINE + 200];
	const char *rest = text;
	struct trace_reader *reader = trace_reader_new("t");
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	int head = snprintf(text, sizeof(text), HEAD "1 ");
	memset(text + head, 'x', TRACE_LINE - 1);
	snprintf(text + head + TRACE_LINE - 1, 20, "\n2 look\n");
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_BAD);
	CU_ASSERT_PTR_NOT_NULL(strstr(trace_why(reader), "t:4: the line is longer"));
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT_EQUAL(record.at, 2 * SECOND);
	trace_reader_free(reader);
}

/* As a daemon leaves it that is killed while it writes. */
static void
test_torn(void)
{
	static const char text[] = HEAD "1 cpu=97.25\n2 cpu=9";
	const char *rest = text;
	struct trace_reader *reader = trace_reader_new("day.trace");
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_RECORD);
	CU_ASSERT_PTR_NULL(trace_note(reader));
	CU_ASSERT_EQUAL(read_next(reader, &rest), TRACE_END);
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace_note(reader));
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(trace_note(reader), "day.trace:5: the last line"));
	trace_reader_free(reader);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "numbers", test_numbers },  { "there and back", test_round_trip },
		{ "bounds", test_bounds },    { "by hand", test_by_hand },
		{ "bad lines", test_bad },    { "a long line", test_long_line },
		{ "a torn line", test_torn },
	};
	return unit_run("trace", tests, ARRAY_SIZE(tests));
}
