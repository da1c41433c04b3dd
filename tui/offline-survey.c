/* SPDX-License-Identifier: BSD-3-Clause */
/* Goes through a trace once, before anything is played. */
#include "config.h"

#include "tui/offline-survey.h"

#include <stdlib.h>
#include <string.h>

#include "policy/expression.h"
#include "tui/offline-deeds.h"
#include "tui/offline-input.h"

#define STRANGERS 16
#define SHOWN     8

struct surveyor {
	const char *trace;
	const struct policy *policy;
	struct survey *survey;
	FILE *err;
	uint8_t *marks;
	bool seen[POLICY_INPUTS_MAX];
	char stranger[STRANGERS][NAME_TEXT]; /* names that the policy has not */
	size_t strangers;
	char digest[80];
};

static void
note_stranger(struct surveyor *surveyor, struct slice name)
{
	for (size_t i = 0; i < surveyor->strangers; i++)
		if (slice_equal(name, surveyor->stranger[i]))
			return;
	if (surveyor->strangers < STRANGERS)
		slice_copy(name, surveyor->stranger[surveyor->strangers++], NAME_TEXT);
}

static void
note_samples(struct surveyor *surveyor, const struct trace_record *record)
{
	for (size_t i = 0; i < record->samples; i++) {
		struct slice name = record->sample[i].name;
		uint32_t input =
		    policy_find_input(surveyor->policy, name.start, name.length);
		if (input == POLICY_NONE)
			note_stranger(surveyor, name);
		else
			surveyor->seen[input] = true;
	}
}

static void
note_policy(struct surveyor *surveyor, const struct trace_record *record)
{
	char digest[sizeof surveyor->digest];
	slice_copy(record->word[0], digest, sizeof digest);
	if (surveyor->digest[0] && strcmp(digest, surveyor->digest) != 0)
		surveyor->survey->policies++;
	memcpy(surveyor->digest, digest, sizeof digest);
}

static void
note(struct surveyor *surveyor, const struct trace_record *record,
     struct trace_input *input)
{
	const struct trace_head *head = trace_input_head(input);
	struct survey *survey = surveyor->survey;
	struct deed deed;
	char why[DEED_WHY];
	survey->records++;
	survey->last = record->at;
	survey->started = head->started;
	survey->start = head->start;
	if (record->kind == TRACE_SAMPLE)
		note_samples(surveyor, record);
	else if (record->kind == TRACE_LOOK)
		survey->looks = true;
	else if (record->kind == TRACE_POLICY)
		note_policy(surveyor, record);
	else if (!deed_parse(surveyor->policy, record, surveyor->marks, &deed, why))
		trace_input_wrong(input, why, surveyor->err);
}

static void
say_server(const struct surveyor *surveyor, const char *path,
	   const struct trace_head *head)
{
	if (head->server[0] && strcmp(head->server, surveyor->policy->server) != 0)
		fprintf(surveyor->err,
			"bellwether: %s is of server %s, and %s of %s: played all the "
			"same\n",
			surveyor->trace, head->server, path, surveyor->policy->server);
}

static bool
note_all(struct surveyor *surveyor, const char *path)
{
	struct trace_input *input = trace_input_open(surveyor->trace, surveyor->err);
	const struct trace_record *record;
	if (!input)
		return false;
	while ((record = trace_input_next(input, surveyor->err)) != NULL)
		note(surveyor, record, input);
	bool good = trace_input_faults(input) == 0;
	if (good)
		say_server(surveyor, path, trace_input_head(input));
	trace_input_close(input);
	return good;
}

/* ---- what one has and the other lacks ---- */

static void
want(bool *wanted, const struct expression *expression)
{
	size_t count;
	if (!expression)
		return;
	const uint32_t *input = expression_inputs(expression, &count);
	for (size_t i = 0; i < count; i++)
		wanted[input[i]] = true;
}

/* Whatever a verdict may look at; services by their roles, too. */
static void
find_wanted(const struct policy *policy, bool wanted[POLICY_INPUTS_MAX])
{
	memset(wanted, 0, POLICY_INPUTS_MAX * sizeof *wanted);
	want(wanted, policy->performance);
	want(wanted, policy->connection.function);
	for (size_t i = 0; i < policy->failover.whens; i++)
		want(wanted, policy->failover.when[i].test);
	for (uint32_t i = 0; i < policy->inputs; i++)
		wanted[i] = wanted[i] || policy->input[i].service;
}

static void
say_missing(const struct surveyor *surveyor, const char *path)
{
	bool wanted[POLICY_INPUTS_MAX];
	size_t missing = 0;
	const struct policy_input *first = NULL;
	find_wanted(surveyor->policy, wanted);
	for (uint32_t i = 0; i < surveyor->policy->inputs; i++) {
		if (!wanted[i] || surveyor->seen[i])
			continue;
		if (missing++ == 0) {
			first = &surveyor->policy->input[i];
			fprintf(surveyor->err, "bellwether: %s has no samples of",
				surveyor->trace);
		}
		if (missing <= SHOWN)
			fprintf(surveyor->err, "%s %s", missing > 1 ? "," : "",
				surveyor->policy->input[i].name);
	}
	if (!first)
		return;
	if (missing > SHOWN)
		fprintf(surveyor->err, " and %zu more", missing - SHOWN);
	fprintf(
	    surveyor->err,
	    ", which %s looks at: unknown throughout; a line like \"0 %s=%s\" makes "
	    "it known\n",
	    path, first->name, first->service ? "up" : "10");
}

static void
say_strangers(const struct surveyor *surveyor, const char *path)
{
	if (surveyor->strangers == 0)
		return;
	fprintf(surveyor->err, "bellwether: %s measures no", path);
	for (size_t i = 0; i < surveyor->strangers && i < SHOWN; i++)
		fprintf(surveyor->err, "%s %s", i ? "," : "", surveyor->stranger[i]);
	fprintf(surveyor->err, "%s: left out of %s\n",
		surveyor->strangers > SHOWN ? " and others" : "", surveyor->trace);
}

bool
survey_take(const char *trace, const char *path, const struct policy *policy,
	    struct survey *survey, FILE *err)
{
	struct surveyor *surveyor = calloc(1, sizeof *surveyor);
	*survey = (struct survey){ 0 };
	if (!surveyor)
		return false;
	surveyor->trace = trace;
	surveyor->policy = policy;
	surveyor->survey = survey;
	surveyor->err = err;
	surveyor->marks = calloc(policy->clients + 1, 1);
	bool good = surveyor->marks && note_all(surveyor, path);
	if (good) {
		say_missing(surveyor, path);
		say_strangers(surveyor, path);
	}
	free(surveyor->marks);
	free(surveyor);
	return good;
}
