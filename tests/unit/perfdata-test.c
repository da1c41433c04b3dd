/* SPDX-License-Identifier: BSD-3-Clause */
/* What plugins print and files hold, and the numbers found in them. */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/file.h"
#include "monitor/perfdata.h"
#include "tests/unit/unit.h"

static void
expect(const char *output, const char *label, enum perfdata wanted, double number)
{
	double value = NAN;
	enum perfdata found = perfdata_find(output, strlen(output), label, &value);
	if (found != wanted ||
	    (found == PERFDATA_FOUND && fabs(value - number) > 1e-12))
		fprintf(stderr, "%s in \"%s\": %d, %g\n", label, output, (int)found,
			value);
	CU_ASSERT_EQUAL(found, wanted);
	if (wanted == PERFDATA_FOUND)
		CU_ASSERT(fabs(value - number) <= 1e-12);
}

static void
test_one_line(void)
{
	static const char load[] = "LOAD OK - total load average: 0.24, 0.17, "
				   "0.11|load1=0.240;5.000;10.000;0; "
				   "load5=0.170;4;8;0; load15=0.110;3;6;0;\n";
	expect(load, "load1", PERFDATA_FOUND, 0.24);
	expect(load, "load15", PERFDATA_FOUND, 0.11);
	expect(load, "load", PERFDATA_NO_LABEL, 0);
	expect(load, "load10", PERFDATA_NO_LABEL, 0);
	expect("PROCS OK: 75 processes | procs=75;250;400;0;", "procs", PERFDATA_FOUND,
	       75);
	expect("TCP OK|time=0.000295s;0.5;1;0;10", "time", PERFDATA_FOUND, 0.000295);
	expect("PING OK|rta=0.061000ms;100;500;0 pl=0%;20;60;0;\n", "pl",
	       PERFDATA_FOUND, 0);
	expect("DISK OK|/=18957205504B;243497277849;0;0;270552530944", "/",
	       PERFDATA_FOUND, 18957205504.0);
	expect("temperature=5 no bar", "temperature", PERFDATA_NO_LABEL, 0);
	expect("", "x", PERFDATA_NO_LABEL, 0);
	expect("OK|", "x", PERFDATA_NO_LABEL, 0);
	expect("OK|x=U", "x", PERFDATA_NO_NUMBER, 0);
	expect("OK|x=", "x", PERFDATA_NO_NUMBER, 0);
	expect("OK|x=1,5", "x", PERFDATA_NO_NUMBER, 0);
	expect("OK|x y=3", "x", PERFDATA_NO_LABEL, 0);
	expect("OK|x y=3", "y", PERFDATA_FOUND, 3);
	expect("OK|=5 x=-2.5e1", "x", PERFDATA_FOUND, -25);
	expect("OK|x=1 x=2", "x", PERFDATA_FOUND, 1);
}

static void
test_quotes(void)
{
	expect("OK|'used space'=5MB;;; b=6", "used space", PERFDATA_FOUND, 5);
	expect("OK|'used space'=5MB;;; b=6", "b", PERFDATA_FOUND, 6);
	expect("OK|'it''s'=7", "it's", PERFDATA_FOUND, 7);
	expect("OK|'it''s'=7", "its", PERFDATA_NO_LABEL, 0);
	expect("OK|'a=b'=8 c=9", "a=b", PERFDATA_FOUND, 8);
	expect("OK|'a=b'=8 c=9", "a", PERFDATA_NO_LABEL, 0);
	expect("OK|''=1 c=9", "c", PERFDATA_FOUND, 9);
	expect("OK|'open=1", "open", PERFDATA_NO_LABEL, 0);
	expect("OK|'open=1", "open=1", PERFDATA_NO_LABEL, 0);
	expect("OK|'", "x", PERFDATA_NO_LABEL, 0);
	expect("OK|'x'", "x", PERFDATA_NO_LABEL, 0);
	expect("OK|'x'1=2 y=3", "y", PERFDATA_FOUND, 3);
}

static void
test_many_lines(void)
{
	static const char text[] = "DISK OK | /=1\nlong text, a=9\nmore | /boot=2\n"
				   "/home=3;;;\n/var=4 'o p'=5\n";
	expect(text, "/", PERFDATA_FOUND, 1);
	expect(text, "/boot", PERFDATA_FOUND, 2);
	expect(text, "/home", PERFDATA_FOUND, 3);
	expect(text, "o p", PERFDATA_FOUND, 5);
	expect(text, "a", PERFDATA_NO_LABEL, 0);
	expect("OK\nlong a=1\n|b=2", "b", PERFDATA_FOUND, 2);
	expect("OK\nlong a=1\n|b=2", "a", PERFDATA_NO_LABEL, 0);
	CU_ASSERT_EQUAL(perfdata_text(text, strlen(text)), 7);
	CU_ASSERT_EQUAL(perfdata_text("", 0), 0);
	CU_ASSERT_EQUAL(perfdata_text("one \n", 5), 3);
}

static struct reading
match(const char *pattern, const char *text, size_t size)
{
	struct reading reading = { 0 };
	regex_t compiled;
	char *copy = malloc(size + 1);
	CU_ASSERT_FATAL(copy != NULL);
	CU_ASSERT_FATAL(regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE) == 0);
	memcpy(copy, text, size);
	copy[size] = '\0';
	file_match(&compiled, copy, size, &reading);
	regfree(&compiled);
	free(copy);
	return reading;
}

static void
test_pattern(void)
{
	static const char mdstat[] =
	    "md0 : active raid1\n      [=>...]  recovery = 12.6% "
	    "(1/8) finish=2.1min\n";
	struct reading reading = match("recovery = *([0-9.]+)", mdstat, strlen(mdstat));
	CU_ASSERT_EQUAL(reading.ending, ENDING_VALUE);
	CU_ASSERT(fabs(reading.value - 12.6) < 1e-9);
	/* ^ and . keep to lines. */
	reading = match("^b=(.*)$", "a=1\nb=2\nc=3", 11);
	CU_ASSERT_EQUAL(reading.ending, ENDING_VALUE);
	CU_ASSERT_EQUAL(reading.value, 2);
	reading = match("x=(.*)", "a\0x=4", 5);
	CU_ASSERT_EQUAL(reading.value, 4);
	reading = match("recovery = ([0-9]+)", "idle", 4);
	CU_ASSERT_EQUAL(reading.ending, ENDING_ABSENT);
	reading = match("a|b(1)", "a", 1);
	CU_ASSERT_EQUAL(reading.ending, ENDING_ABSENT);
	reading = match("state=(.*)", "state=good", 10);
	CU_ASSERT_EQUAL(reading.ending, ENDING_FAILED);
	CU_ASSERT_STRING_EQUAL(reading.text, "\"good\" is not a number");
	reading = match("state=(.*)", "state=", 6);
	CU_ASSERT_EQUAL(reading.ending, ENDING_FAILED);
	reading = match("=(.*)", "=1 ", 3);
	CU_ASSERT_EQUAL(reading.ending, ENDING_FAILED);
	/* Not past the end of what was read. */
	reading = match("a(1*)", "a111", 2);
	CU_ASSERT_EQUAL(reading.value, 1);
}

static struct reading
probe(const char *path)
{
	struct reading reading = { 0 };
	regex_t compiled;
	CU_ASSERT_FATAL(regcomp(&compiled, "n=([0-9]+)", REG_EXTENDED) == 0);
	file_probe(path, &compiled, &reading);
	regfree(&compiled);
	return reading;
}

static void
write_file(const char *path, const char *text, size_t padding)
{
	FILE *file = fopen(path, "w");
	CU_ASSERT_FATAL(file != NULL);
	for (size_t i = 0; i < padding; i++)
		fputc('.', file);
	fputs(text, file);
	CU_ASSERT_EQUAL(fclose(file), 0);
}

static void
test_files(void)
{
	char folder[] = "/tmp/bw-file-XXXXXX";
	char path[64];
	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/x", folder);
	CU_ASSERT_EQUAL(probe(path).ending, ENDING_ABSENT);
	write_file(path, "n=7", 0);
	CU_ASSERT_EQUAL(probe(path).ending, ENDING_VALUE);
	CU_ASSERT_EQUAL(probe(path).value, 7);
	/* Around the end of what there is room for at first: whole, each of them. */
	for (size_t more = 0; more < 5; more++) {
		write_file(path, "n=71", FILE_PROBE_SMALL - 6 + more);
		CU_ASSERT_EQUAL(probe(path).ending, ENDING_VALUE);
		CU_ASSERT_EQUAL(probe(path).value, 71);
	}
	/* As large as it may be, and a byte more. */
	write_file(path, "n=7", FILE_PROBE_MAX - 3);
	CU_ASSERT_EQUAL(probe(path).ending, ENDING_VALUE);
	write_file(path, "n=7", FILE_PROBE_MAX - 2);
	CU_ASSERT_EQUAL(probe(path).ending, ENDING_FAILED);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	CU_ASSERT_EQUAL(probe(path).ending, ENDING_FAILED);
	CU_ASSERT_STRING_EQUAL(probe(path).text, "not a regular file");
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(probe(folder).ending, ENDING_FAILED);
	CU_ASSERT_EQUAL(probe("/dev/zero").ending, ENDING_FAILED);
	CU_ASSERT_EQUAL(probe("/dev/null/x").ending, ENDING_ABSENT);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "one line", test_one_line },     { "quotes", test_quotes },
		{ "many lines", test_many_lines }, { "pattern", test_pattern },
		{ "files", test_files },
	};
	return unit_run("perfdata", tests, ARRAY_SIZE(tests));
}
