/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's traces: put aside when full, gone on with, and honest about what a disk did
   not take. */
#include "config.h"

#include "subagent/tracer.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/file.h"
#include "common/log.h"
#include "common/trace.h"
#include "tests/unit/unit.h"

#define STARTED "bellwether-trace 1\nstart 2026-11-30T01:02:03Z\n"
#define WALL    (INT64_C(1795421848) * SECOND)
#define BOOT    (12345 * SECOND + 678)

static char state[] = "/tmp/bellwether-tracer-XXXXXX";
static uv_loop_t loop;
static struct tracer *tracer;
static const struct policy_input cpu = { .name = "cpu" };

static const char *
file_named(const char *suffix)
{
	static char path[2][PATH_MAX];
	static unsigned next;
	char *out = path[next++ % 2];
	snprintf(out, PATH_MAX, "%s/trace/aaa1.trace%s", state, suffix);
	return out;
}

static struct moment
at(int64_t us)
{
	return (struct moment){ .boot = BOOT + us, .wall = WALL + us };
}

static struct trace *
begin(int64_t bound, int64_t us)
{
	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	tracer = tracer_open(&loop, state, bound);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tracer);
	struct trace *trace = trace_open(tracer, "aaa1", at(us));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	trace_begin(trace, at(us));
	return trace;
}

/* Writes what there is. */
static void
end(struct trace *trace)
{
	trace_end(trace);
	tracer_close(tracer);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

static void
anew(void)
{
	unlink(file_named(""));
	unlink(file_named(".old"));
}

static void
put_sample(struct trace *trace, int64_t us, double value)
{
	struct sample sample = { .ending = ENDING_VALUE, .value = value };
	sample.asked = sample.at = BOOT + us;
	trace_put_sample(trace, &cpu, &sample);
}

/* Each is another decision, and is written at once. */
static void
decide(struct trace *trace, int64_t us)
{
	static struct verdict verdict = { .failover = MET_NO, .connection = MET_NO };
	verdict.connection = verdict.connection == MET_NO ? MET_PENDING : MET_NO;
	CU_ASSERT(trace_decides(trace, SERVER_SERVING, &verdict));
	trace_put_decided(trace, BOOT + us, SERVER_SERVING, &verdict, "why");
	CU_ASSERT_FALSE(trace_decides(trace, SERVER_SERVING, &verdict));
}

/* Until the worker has nothing to write. */
static void
drain(void)
{
	while (tracer_busy(tracer))
		uv_run(&loop, UV_RUN_ONCE);
}

/* ---- what a file says ---- */

struct story {
	struct trace_head head;
	size_t samples, gaps, policies, faults, pauses, resumes;
	double first, last; /* values of samples */
	int64_t first_at, last_at, gap_at;
	bool in_order; /* samples count up by one, each a second after the other */
	char gap[256], note[256];
};

static void
hear(struct story *story, const struct trace_record *record)
{
	story->gaps += record->kind == TRACE_GAP;
	story->policies += record->kind == TRACE_POLICY;
	story->pauses += record->kind == TRACE_PAUSE;
	story->resumes += record->kind == TRACE_RESUME;
	if (record->kind == TRACE_GAP) {
		slice_copy(record->word[0], story->gap, sizeof(story->gap));
		story->gap_at = record->at;
	}
	if (record->kind != TRACE_SAMPLE)
		return;
	double value = record->sample[0].value;
	if (story->samples++ == 0) {
		story->first = value;
		story->first_at = record->at;
		story->in_order = true;
	} else if (value != story->last + 1 || record->at != story->last_at + SECOND) {
		story->in_order = false;
	}
	story->last = value;
	story->last_at = record->at;
}

static bool
read_story(const char *path, struct story *story)
{
	static struct trace_record record;
	uint8_t *bytes;
	size_t size;
	char why[FILE_WHY];
	enum trace_end ended;
	memset(story, 0, sizeof(*story));
	if (!file_read(path, NULL, 0, 64 << 20, &bytes, &size, why))
		return false;
	struct trace_reader *reader = trace_reader_new(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	trace_feed(reader, (const char *)bytes, size);
	while ((ended = trace_read(reader, &record)) != TRACE_END) {
		if (ended == TRACE_MORE)
			trace_feed(reader, "", 0);
		else if (ended == TRACE_RECORD)
			hear(story, &record);
		else if (story->faults++ == 0)
			printf("%s\n", trace_why(reader));
	}
	story->head = *trace_head(reader);
	if (trace_note(reader))
		slice_copy(slice_of(trace_note(reader)), story->note,
			   sizeof(story->note));
	trace_reader_free(reader);
	free(bytes);
	return true;
}

/* ---- the tests ---- */

/* Two halves; the second goes on where the first ends, to the microsecond. */
static void
test_full(void)
{
	struct story old, now;
	struct stat file;
	int64_t second = 0;
	anew();
	struct trace *trace = begin(40000, 0);
	trace_put_policy(trace, BOOT, "/etc/p.xml", "abcdef");
	trace_put_pause(trace, BOOT, true, "file", "disks");
	for (; second < 2500; second++) {
		put_sample(trace, second * SECOND + 7, (double)second);
		if (second % 100 == 99) {
			decide(trace, second * SECOND + 8);
			drain();
		}
	}
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(".old"), &old));
	CU_ASSERT_FATAL(read_story(file_named(""), &now));
	CU_ASSERT(old.faults == 0 && now.faults == 0);
	CU_ASSERT(old.in_order && now.in_order);
	CU_ASSERT_EQUAL(now.last, 2499);
	CU_ASSERT_EQUAL(now.first, old.last + 1);
	CU_ASSERT_EQUAL(now.head.start + now.first_at,
			old.head.start + old.last_at + SECOND);
	CU_ASSERT_EQUAL(now.head.start + now.last_at, WALL + 2499 * SECOND + 7);
	CU_ASSERT(old.policies == 1 && now.policies == 1 && now.pauses == 1);
	CU_ASSERT(old.gaps == 0 && now.gaps == 0);
	CU_ASSERT_STRING_EQUAL(now.head.server, "aaa1");
	CU_ASSERT_EQUAL(stat(file_named(".old"), &file), 0);
	CU_ASSERT(file.st_size >= 20000 && file.st_size < 30000);
	CU_ASSERT_EQUAL(file.st_mode & 0777, 0640);
}

/* A policy that is loaded paused is no longer so once an operator has said go on: nor in
   the next file. */
static void
test_resumed(void)
{
	struct fleet_wish wish = { .action = ACTION_RESUME, .reason = "go" };
	struct story old, now;
	anew();
	struct trace *trace = begin(40000, 0);
	trace_put_policy(trace, BOOT, "/etc/p.xml", "abcdef");
	trace_put_pause(trace, BOOT, true, "policy", "");
	trace_put_operate(trace, BOOT + SECOND, &wish);
	for (int64_t second = 2; second < 2000; second++) {
		put_sample(trace, second * SECOND, (double)second);
		if (second % 100 == 99) {
			decide(trace, second * SECOND);
			drain();
		}
	}
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(".old"), &old));
	CU_ASSERT_FATAL(read_story(file_named(""), &now));
	CU_ASSERT(old.pauses == 1 && old.resumes == 2);
	CU_ASSERT(now.policies == 1 && now.pauses == 0);
}

/* A new daemon goes on in the file, and says that there was none in between. */
static void
test_again(void)
{
	struct story story;
	anew();
	struct trace *trace = begin(1 << 20, 0);
	trace_put_pause(trace, BOOT, true, "file", "disks");
	put_sample(trace, SECOND, 1);
	end(trace);
	FILE *file = fopen(file_named(""), "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("1.5 cpu=9", file);
	fclose(file);
	trace = begin(1 << 20, 2 * SECOND);
	put_sample(trace, 2 * SECOND, 2);
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(""), &story));
	CU_ASSERT(story.faults == 0 && story.samples == 2 && story.in_order);
	CU_ASSERT_STRING_EQUAL(story.gap, "the daemon was started again");
	/* Nobody pauses it any more: each that could have says so. */
	CU_ASSERT(story.pauses == 1 && story.resumes == 3);
	CU_ASSERT_STRING_EQUAL(story.note, "");
	CU_ASSERT_EQUAL(story.head.start, WALL);
	/* The wall clock went back meanwhile: time in the trace does not. */
	trace = begin(1 << 20, 0);
	put_sample(trace, SECOND, 3);
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(""), &story));
	CU_ASSERT(story.faults == 0 && story.samples == 3);
	CU_ASSERT_EQUAL(story.last_at, 3 * SECOND);
}

/* What is no trace of ours is put aside, not written into. */
static void
test_foreign(void)
{
	static const char *const texts[] = { "something else\n", "bellwether-trace 1\n",
					     "bellwether-trace 1\n1 look\n",
					     STARTED "1 look\nnonsense\n", "no line" };
	struct story story;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		anew();
		FILE *file = fopen(file_named(""), "w");
		CU_ASSERT_PTR_NOT_NULL_FATAL(file);
		fputs(texts[i], file);
		fclose(file);
		struct trace *trace = begin(1 << 20, 0);
		put_sample(trace, SECOND, 1);
		end(trace);
		CU_ASSERT_FATAL(read_story(file_named(""), &story));
		CU_ASSERT(story.faults == 0 && story.samples == 1 && story.gaps == 0);
		CU_ASSERT_EQUAL(access(file_named(".old"), F_OK) == 0,
				strchr(texts[i], '\n') != NULL);
	}
}

/* The disk takes nothing for a while: what is lost is counted, and told by a line. */
static void
test_full_disk(void)
{
	struct rlimit all, few;
	struct story story;
	anew();
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &all), 0);
	signal(SIGXFSZ, SIG_IGN);
	struct trace *trace = begin(1 << 20, 0);
	put_sample(trace, 0, 0);
	decide(trace, 0);
	drain();
	few = all;
	few.rlim_cur = 150;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &few), 0);
	trace_put_policy(trace, BOOT, "/etc/p.xml", "abcdef");
	for (int i = 1; i <= 15; i++) {
		put_sample(trace, i * SECOND, i);
		if (i % 5 == 0) {
			decide(trace, i * SECOND);
			drain();
		}
	}
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &all), 0);
	put_sample(trace, 16 * SECOND, 16);
	decide(trace, 16 * SECOND);
	drain();
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(""), &story));
	CU_ASSERT(story.faults == 0 && story.samples == 2 && story.last == 16);
	/* The policy with its comment, 15 samples and 3 decisions, over three attempts. */
	CU_ASSERT_STRING_EQUAL(story.gap,
			       "20 lines are lost: they could not be written");
	CU_ASSERT_EQUAL(story.gaps, 1);
	CU_ASSERT_EQUAL(story.policies, 1);
	CU_ASSERT_STRING_EQUAL(story.note, "");
}

/* A full file cannot be put aside for a while: nothing is written behind it meanwhile, for
   the times of what follows are those of the next one. */
static void
test_not_aside(void)
{
	struct story old, now;
	int64_t second = 0;
	anew();
	CU_ASSERT_EQUAL_FATAL(mkdir(file_named(".old"), 0700), 0);
	struct trace *trace = begin(40000, 0);
	trace_put_policy(trace, BOOT, "/etc/p.xml", "abcdef");
	for (; second < 2500; second++) {
		put_sample(trace, second * SECOND, (double)second);
		if (second % 100 == 99) {
			decide(trace, second * SECOND);
			drain();
		}
		if (second == 2000)
			CU_ASSERT_EQUAL_FATAL(rmdir(file_named(".old")), 0);
	}
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(".old"), &old));
	CU_ASSERT_FATAL(read_story(file_named(""), &now));
	CU_ASSERT(old.faults == 0 && now.faults == 0);
	CU_ASSERT(old.in_order && now.in_order);
	CU_ASSERT(old.first == 0 && old.gaps == 0 && now.gaps == 1);
	CU_ASSERT(old.last < 2000 && now.first > old.last + 1);
	CU_ASSERT_EQUAL(now.last, 2499);
	CU_ASSERT_EQUAL(now.head.start + now.last_at, WALL + 2499 * SECOND);
	CU_ASSERT_EQUAL(now.policies, 1);
}

/* A power cut may leave blocks of zeros: what is before them is kept. */
static void
test_zeros(void)
{
	static const char zeros[10000];
	struct story story;
	anew();
	FILE *file = fopen(file_named(""), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(STARTED "1 cpu=1\n2 cpu=2\n", file);
	fwrite(zeros, sizeof(zeros), 1, file);
	fclose(file);
	struct trace *trace = begin(1 << 20, 0);
	put_sample(trace, SECOND, 1);
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(""), &story));
	CU_ASSERT(story.faults == 0 && story.samples == 1);
	CU_ASSERT_FATAL(read_story(file_named(".old"), &story));
	CU_ASSERT_EQUAL(story.samples, 2);
}

/* The loop runs ahead of the disk: memory stays what it is. */
static void
test_slow_disk(void)
{
	struct story story;
	anew();
	struct trace *trace = begin(64 << 20, 0);
	for (int i = 0; i < 30000; i++)
		put_sample(trace, i * SECOND, i);
	drain();
	put_sample(trace, 30000 * SECOND, 30000);
	end(trace);
	CU_ASSERT_FATAL(read_story(file_named(""), &story));
	CU_ASSERT_EQUAL(story.faults, 0);
	CU_ASSERT_EQUAL(story.gaps, 1);
	CU_ASSERT(story.samples > 10000 && story.samples < 25000);
	CU_ASSERT_PTR_NOT_NULL(strstr(story.gap, "the disk did not take them in time"));
	CU_ASSERT_EQUAL(strtoul(story.gap, NULL, 10), 30001 - story.samples);
	CU_ASSERT_EQUAL(story.last, 30000);
}

/* Somebody tidies up: the next lines begin a file. Removed, emptied in place, as some rotate
   logs, and cut within a line: without a hole. */
static void
test_taken_away(void)
{
	static const struct {
		off_t left; /* -1: not even the file */
		bool aside;
	} cuts[] = { { -1, false }, { 0, false }, { sizeof(STARTED) + 20, true } };
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct story story;
		anew();
		struct trace *trace = begin(1 << 20, 0);
		put_sample(trace, 0, 0);
		decide(trace, 0);
		drain();
		CU_ASSERT_EQUAL(cuts[i].left < 0
				    ? unlink(file_named(""))
				    : truncate(file_named(""), cuts[i].left),
				0);
		put_sample(trace, 5 * SECOND, 5);
		end(trace);
		CU_ASSERT_FATAL(read_story(file_named(""), &story));
		CU_ASSERT(story.faults == 0 && story.samples == 1);
		CU_ASSERT_EQUAL(story.head.start + story.last_at, WALL + 5 * SECOND);
		CU_ASSERT_EQUAL(access(file_named(".old"), F_OK) == 0, cuts[i].aside);
	}
}

static void
test_none(void)
{
	char path[PATH_MAX];
	struct verdict verdict = { .failover = MET_NO, .connection = MET_NO };
	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	CU_ASSERT_PTR_NULL(tracer_open(&loop, state, 0));
	CU_ASSERT_PTR_NULL(trace_open(NULL, "aaa1", at(0)));
	trace_put_look(NULL, 0);
	put_sample(NULL, 0, 0);
	trace_put_decided(NULL, 0, SERVER_SERVING, &verdict, "");
	trace_end(NULL);
	tracer_close(NULL);
	/* A folder that cannot be had. */
	snprintf(path, sizeof(path), "%s/trace/aaa1.trace/none", state);
	tracer = tracer_open(&loop, path, 1 << 20);
	CU_ASSERT_PTR_NULL(trace_open(tracer, "aaa1", at(0)));
	tracer_close(tracer);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "a full file", test_full },
		{ "an operator resumes", test_resumed },
		{ "a daemon again", test_again },
		{ "another's file", test_foreign },
		{ "a full disk", test_full_disk },
		{ "a file that cannot be put aside", test_not_aside },
		{ "blocks of zeros", test_zeros },
		{ "a slow disk", test_slow_disk },
		{ "a file that is gone, or was cut", test_taken_away },
		{ "none", test_none },
	};
	char command[PATH_MAX];
	if (!mkdtemp(state))
		return 99;
	snprintf(command, sizeof(command), "%s/trace", state);
	mkdir(command, 0700);
	log_open("tracer-test", true, LOG_LEVEL_ERROR);
	int status = unit_run("tracer", tests, ARRAY_SIZE(tests));
	anew();
	rmdir(command);
	rmdir(state);
	return status;
}
