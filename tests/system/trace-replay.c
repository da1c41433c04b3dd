/* SPDX-License-Identifier: BSD-3-Clause */
/* trace-replay POLICY TRACE: judges a daemon's trace again, and compares what it decided. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace.h"
#include "policy/judge.h"
#include "policy/policy.h"
#include "subagent/source.h"

static struct policy *policy;
static struct judge *judge;
static struct verdict verdict;
static unsigned compared, differ;

static void
give_samples(const struct trace_record *record)
{
	for (size_t i = 0; i < record->samples; i++) {
		const struct trace_sample *from = &record->sample[i];
		struct sample sample = {
			.input = policy_find_input(policy, from->name.start,
						   from->name.length),
			.ending = from->ending,
			.value = from->value,
			.asked = record->at - from->took,
			.at = record->at,
		};
		slice_copy(from->text, sample.text, sizeof(sample.text));
		if (sample.input != POLICY_NONE)
			judge_sample(judge, &sample);
	}
}

static void
compare(const struct trace_record *record)
{
	uint32_t deciding =
	    verdict.deciding == POLICY_NONE ? CONDITION_FAILOVER : verdict.deciding;
	struct slice failover = { 0 }, connection = { 0 };
	struct slice said = record->word[record->words - 1];
	char why[256];
	trace_option(record, "failover", &failover);
	trace_option(record, "connection", &connection);
	judge_explain(judge, deciding, why, sizeof(why));
	compared++;
	if (slice_equal(failover, met_name(verdict.failover)) &&
	    slice_equal(connection, met_name(verdict.connection)) &&
	    slice_equal(said, why))
		return;
	differ++;
	printf("line %u: failover %s, connection %s, \"%s\"; the trace has %.*s\n",
	       (unsigned)record->line, met_name(verdict.failover),
	       met_name(verdict.connection), why, (int)record->rest.length,
	       record->rest.start);
}

static void
take(const struct trace_record *record)
{
	switch (record->kind) {
	case TRACE_SAMPLE:
		give_samples(record);
		break;
	case TRACE_LOOK:
		judge_decide(judge, record->at, &verdict);
		break;
	case TRACE_DECIDED:
		compare(record);
		break;
	case TRACE_GAP:
		judge_free(judge);
		judge = judge_new(policy);
		break;
	default:
		break;
	}
}

static int
replay(const char *path)
{
	static struct trace_record record;
	static char bytes[10000];
	struct trace_reader *reader = trace_reader_new(path);
	FILE *file = fopen(path, "r");
	enum trace_end end;
	if (!file || !reader) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	while ((end = trace_read(reader, &record)) != TRACE_END) {
		if (end == TRACE_MORE)
			trace_feed(reader, bytes, fread(bytes, 1, sizeof(bytes), file));
		else if (end == TRACE_RECORD)
			take(&record);
		else
			printf("%s\n", trace_why(reader));
		differ += end == TRACE_BAD;
	}
	fclose(file);
	trace_reader_free(reader);
	if (differ == 0)
		printf("%u decisions are the same\n", compared);
	return differ > 0;
}

int
main(int argc, char **argv)
{
	struct source source;
	struct faults *faults = faults_new(10);
	if (argc != 3 || !faults || !policy_start() || !source_open(&source, argv[1]))
		return 2;
	struct policy_source files = source_files(&source);
	policy = policy_load(&files, argv[1], faults);
	faults_print(faults, stderr);
	judge = policy ? judge_new(policy) : NULL;
	faults_free(faults);
	int status = judge ? replay(argv[2]) : 1;
	if (judge)
		judge_free(judge);
	if (policy)
		policy_free(policy);
	return status;
}
