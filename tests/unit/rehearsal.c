/* SPDX-License-Identifier: BSD-3-Clause */
/* The policies of doc/policy in virtual time. */
#include "config.h"

#include "tests/unit/rehearsal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/policy-source.h"

struct rehearsal {
	struct rig *rig;
	struct judge *judge;
	struct {
		enum ending ending; /* 0: nothing comes */
		double value;       /* of a counter: its growth a second */
		double count;
		int64_t due;
	} * input;
};

/* ---- the document ---- */

/* A folder in which policies say another mode than they do. */
struct other_mode {
	struct policy_source folder;
	const char *mode;
};

static bool
read_mode(void *context, const char *path, bool secret, uint8_t **bytes, size_t *size,
	  char *why, size_t why_size)
{
	static const char automatic[] = "mode=\"automatic\"";
	const struct other_mode *other = context;
	char *said, *text = NULL;

	if (!other->folder.read(other->folder.context, path, secret, bytes, size, why,
				why_size))
		return false;
	said = other->mode != NULL ? strstr((char *)*bytes, automatic) : NULL;
	if (said == NULL)
		return true;
	*said = '\0';
	if (asprintf(&text, "%smode=\"%s\"%s", (char *)*bytes, other->mode,
		     said + strlen(automatic)) < 0)
		abort();
	free(*bytes);
	*bytes = (uint8_t *)text;
	*size = strlen(text);
	return true;
}

static bool
match(void *context, const char *href, void (*emit)(void *, const char *),
      void *emit_context, char *why, size_t why_size)
{
	const struct other_mode *other = context;

	return other->folder.match(other->folder.context, href, emit, emit_context, why,
				   why_size);
}

static struct policy *
load(const char *file, const char *mode)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct folder_source folder = { path };
	struct other_mode other = { folder_source(&folder), mode };
	const struct policy_source source = { &other, read_mode, match };
	struct faults *faults = faults_new(20);
	struct policy *policy;

	snprintf(path, sizeof(path), "%s/doc/policy", top != NULL ? top : ".");
	if (faults == NULL || !policy_start())
		abort();
	policy = policy_load(&source, file, faults);
	if (policy == NULL)
		faults_print(faults, stdout);
	faults_free(faults);
	return policy;
}

struct rehearsal *
rehearsal_new(const char *file, const char *mode)
{
	static const double idle[SYSTEM_COUNT] = {
		[SYSTEM_CPU] = 10,  [SYSTEM_MEMORY] = 40,   [SYSTEM_PROCESSES] = 150,
		[SYSTEM_LOAD] = 20, [SYSTEM_NETWORK] = 100,
	};
	struct rehearsal *rehearsal = calloc(1, sizeof(*rehearsal));
	struct policy *policy = load(file, mode);

	if (rehearsal == NULL)
		abort();
	if (policy == NULL) {
		free(rehearsal);
		return NULL;
	}
	rehearsal->rig = rig_of(policy, 7);
	rehearsal->judge = judge_new(policy);
	rehearsal->input = calloc(policy->inputs, sizeof(*rehearsal->input));
	if (rehearsal->judge == NULL || rehearsal->input == NULL)
		abort();
	for (size_t i = 0; i < policy->inputs; i++) {
		rehearsal->input[i].due = rehearsal->rig->now.boot;
		if (i >= SYSTEM_COUNT && !policy->input[i].service)
			continue;
		rehearsal->input[i].ending = ENDING_VALUE;
		rehearsal->input[i].value = i < SYSTEM_COUNT ? idle[i] : 1;
	}
	return rehearsal;
}

void
rehearsal_free(struct rehearsal *rehearsal)
{
	judge_free(rehearsal->judge);
	rig_free(rehearsal->rig);
	free(rehearsal->input);
	free(rehearsal);
}

struct rig *
rehearsal_rig(struct rehearsal *rehearsal)
{
	return rehearsal->rig;
}

/* ---- samples ---- */

bool
rehearsal_set(struct rehearsal *rehearsal, const char *word)
{
	const char *value = strchr(word, '=');
	char *end = NULL;
	uint32_t input;

	if (value == NULL)
		return false;
	input =
	    policy_find_input(rehearsal->rig->policy, word, (size_t)(value++ - word));
	if (input == POLICY_NONE)
		return false;
	rehearsal->input[input].ending = ENDING_VALUE;
	for (enum ending e = ENDING_TIMEOUT; e <= ENDING_FAILED; e++)
		if (strcmp(value, ending_name(e)) == 0)
			rehearsal->input[input].ending = e;
	if (rehearsal->input[input].ending != ENDING_VALUE)
		return true;
	rehearsal->input[input].value = strtod(value, &end);
	return end != value && *end == '\0';
}

static int64_t
next_sample(const struct rehearsal *rehearsal)
{
	int64_t next = NEVER;

	for (size_t i = 0; i < rehearsal->rig->policy->inputs; i++)
		if (rehearsal->input[i].due < next)
			next = rehearsal->input[i].due;
	return next;
}

static double
value_of(struct rehearsal *rehearsal, size_t input)
{
	const struct policy_input *of = &rehearsal->rig->policy->input[input];
	double value = rehearsal->input[input].value;

	if (!of->rate)
		return value;
	rehearsal->input[input].count += value * (double)of->interval / SECOND;
	return rehearsal->input[input].count;
}

static void
take_samples(struct rehearsal *rehearsal)
{
	const struct rig *rig = rehearsal->rig;

	for (size_t i = 0; i < rig->policy->inputs; i++) {
		struct sample sample = {
			.input = (uint32_t)i,
			.ending = rehearsal->input[i].ending,
			.asked = rig->now.boot - 1,
			.at = rig->now.boot,
		};

		if (rehearsal->input[i].due > rig->now.boot)
			continue;
		sample.value = value_of(rehearsal, i);
		rehearsal->input[i].due += rig->policy->input[i].interval;
		if (sample.ending != 0)
			judge_sample(rehearsal->judge, &sample);
	}
}

static void
decide(struct rehearsal *rehearsal)
{
	struct rig *rig = rehearsal->rig;
	char why[OPERATION_TEXT] = "";
	struct verdict verdict;

	judge_decide(rehearsal->judge, rig->now.boot, &verdict);
	if (verdict.deciding != POLICY_NONE)
		judge_explain(rehearsal->judge, verdict.deciding, why, sizeof(why));
	fleet_judge(rig->fleet, &verdict, why, rig->now);
	rig_settle(rig);
}

void
rehearsal_run(struct rehearsal *rehearsal, int64_t duration)
{
	struct rig *rig = rehearsal->rig;
	int64_t end = rig->now.boot + duration, due;

	while ((due = next_sample(rehearsal)) < end) {
		rig_run(rig, due - rig->now.boot);
		take_samples(rehearsal);
		decide(rehearsal);
	}
	rig_run(rig, end - rig->now.boot);
}
