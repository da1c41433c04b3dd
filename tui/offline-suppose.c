/* SPDX-License-Identifier: BSD-3-Clause */
/* What is supposed of a server: values given by hand, or out of a trace, to its judge. */
#include "config.h"

#include "tui/offline-suppose.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "policy/nearest.h"
#include "tui/offline-deeds.h"
#include "tui/offline-input.h"

/* Any moment will do that is not 0. */
#define BEGIN DAY
/* As far as a trace itself can go. */
#define AT_MOST (3650 * DAY)

bool
suppose_new(struct suppose *suppose, const struct policy *policy, FILE *err)
{
	*suppose = (struct suppose){
		.policy = policy,
		.now = BEGIN,
		.judge = judge_new(policy),
		.input = calloc(policy->inputs + 1, sizeof(*suppose->input)),
		.alternate =
		    calloc(policy->alternates + 1, sizeof(*suppose->alternate)),
		.marks = calloc(policy->clients + 1, 1),
	};
	if (suppose->judge && suppose->input && suppose->alternate && suppose->marks) {
		look_start(&suppose->look, policy, suppose->judge, BEGIN);
		return true;
	}
	fputs("bellwether: out of memory\n", err);
	suppose_free(suppose);
	return false;
}

void
suppose_free(struct suppose *suppose)
{
	if (suppose->judge)
		judge_free(suppose->judge);
	free(suppose->input);
	free(suppose->alternate);
	free(suppose->marks);
	memset(suppose, 0, sizeof(*suppose));
}

/* ---- by hand ---- */

static uint32_t
find_alternate(const struct policy *policy, struct slice name)
{
	for (uint32_t i = 0; i < policy->alternates; i++)
		if (slice_equal(name, policy->alternate[i].name))
			return i;
	return POLICY_NONE;
}

static bool
say_unknown(const struct policy *policy, struct slice name, FILE *err)
{
	struct nearest nearest = { .distance = NEAREST_FAR };
	for (size_t i = 0; i < policy->inputs; i++)
		nearest_consider(&nearest, name, policy->input[i].name);
	for (size_t i = 0; i < policy->alternates; i++)
		nearest_consider(&nearest, name, policy->alternate[i].name);
	fprintf(err,
		"bellwether explain: the policy has no parameter, service or "
		"alternate %.*s",
		(int)name.length, name.start);
	if (nearest.name)
		fprintf(err, "; did you mean %s?\n", nearest.name);
	else
		fputc('\n', err);
	return false;
}

static bool
server_state_parse(struct slice word, enum server_state *state)
{
	for (int i = SERVER_SERVING; i <= SERVER_UNKNOWN; i++)
		if (slice_equal(word, server_state_name((enum server_state)i))) {
			*state = (enum server_state)i;
			return true;
		}
	return false;
}

/* An alternate of which something is given is taken to be well in all else. */
static void
give_health(struct suppose *suppose, uint32_t i)
{
	struct supposed_alternate *alternate = &suppose->alternate[i];
	alternate->given = true;
	if (alternate->heard)
		return;
	alternate->heard = true;
	alternate->silent = false;
	alternate->health =
	    (struct fleet_health){ .state = SERVER_SERVING,
				   .known = true,
				   .performance = 100,
				   .threshold = suppose->policy->connection.threshold };
}

static bool
set_health(struct suppose *suppose, uint32_t i, struct slice what, struct slice value)
{
	struct fleet_health *health = &suppose->alternate[i].health;
	double number = 0;
	bool is_number = trace_number(value, &number);
	give_health(suppose, i);
	if (slice_equal(what, "state"))
		return server_state_parse(value, &health->state);
	if (slice_equal(what, "clients") && is_number && number >= 0 && number < 1e9) {
		health->clients = (uint32_t)number;
		return true;
	}
	if (slice_equal(what, "threshold") && is_number) {
		health->threshold = number;
		return true;
	}
	health->known = is_number;
	health->performance = number;
	return slice_equal(what, "performance") &&
	       (is_number || slice_equal(value, "unknown"));
}

static bool
set_input(struct suppose *suppose, uint32_t i, struct slice value)
{
	static const enum ending endings[] = { ENDING_TIMEOUT, ENDING_ABSENT,
					       ENDING_FAILED };
	struct supposed_input *input = &suppose->input[i];
	bool service = suppose->policy->input[i].service;
	input->given = true;
	input->traced = false;
	input->unknown = slice_equal(value, "unknown");
	input->sample = (struct sample){ .input = i, .ending = ENDING_VALUE };
	for (size_t e = 0; e < ARRAY_SIZE(endings); e++)
		if (slice_equal(value, ending_name(endings[e])))
			input->sample.ending = endings[e];
	if (input->unknown || input->sample.ending != ENDING_VALUE)
		return true;
	if (service && (slice_equal(value, "up") || slice_equal(value, "down"))) {
		input->sample.value = slice_equal(value, "up");
		return true;
	}
	return trace_number(value, &input->sample.value);
}

static bool
set_one(struct suppose *suppose, struct slice word, FILE *err)
{
	const struct policy *policy = suppose->policy;
	const char *equal = memchr(word.start, '=', word.length);
	struct slice name = { word.start,
			      equal ? (size_t)(equal - word.start) : word.length };
	struct slice value = { name.start + name.length + 1,
			       equal ? word.length - name.length - 1 : 0 };
	const char *dot = memrchr(name.start, '.', name.length);
	struct slice alternate = { name.start,
				   dot ? (size_t)(dot - name.start) : name.length };
	uint32_t input = policy_find_input(policy, name.start, name.length);
	uint32_t at = find_alternate(policy, alternate);
	if (!equal || value.length == 0) {
		fprintf(err, "bellwether explain: --set %.*s: expected NAME=VALUE\n",
			(int)word.length, word.start);
		return false;
	}
	if (input == POLICY_NONE && at == POLICY_NONE)
		return say_unknown(policy, name, err);
	if (input != POLICY_NONE) {
		if (set_input(suppose, input, value))
			return true;
		fprintf(err,
			"bellwether explain: --set %.*s: expected %sa number, timeout, "
			"absent, failed or unknown\n",
			(int)word.length, word.start,
			policy->input[input].service ? "up, down, " : "");
		return false;
	}
	if (!dot && slice_equal(value, "silent"))
		return suppose->alternate[at].given = suppose->alternate[at].silent =
			   true;
	struct slice what = { dot ? dot + 1 : "",
			      dot ? name.length - alternate.length - 1 : 0 };
	if (set_health(suppose, at, what, value))
		return true;
	fprintf(err,
		"bellwether explain: --set %.*s: of an alternate there are "
		"NAME.performance=N, NAME.clients=N, NAME.threshold=N, "
		"NAME.state=serving and NAME=silent\n",
		(int)word.length, word.start);
	return false;
}

bool
suppose_set(struct suppose *suppose, const char *text, FILE *err)
{
	while (*text) {
		size_t length = strcspn(text, ",");
		if (!set_one(suppose, (struct slice){ text, length }, err))
			return false;
		text += length + (text[length] == ',');
	}
	return true;
}

/* ---- out of a trace ---- */

/* Looks when the daemon would, up to a moment. */
static void
look_until(struct suppose *suppose, int64_t until)
{
	char why[OPERATION_TEXT];
	while (suppose->look.due < until) {
		suppose->now = suppose->look.due;
		(void)look_judge(&suppose->look, suppose->judge, suppose->now,
				 &suppose->verdict, why, sizeof(why));
	}
	suppose->now = until;
}

static void
take_samples(struct suppose *suppose, const struct trace_record *record)
{
	for (size_t i = 0; i < record->samples; i++) {
		const struct trace_sample *from = &record->sample[i];
		struct sample sample = {
			.input = policy_find_input(suppose->policy, from->name.start,
						   from->name.length),
			.ending = from->ending,
			.value = from->value,
			.asked = BEGIN + record->at - from->took,
			.at = BEGIN + record->at,
		};
		slice_copy(from->text, sample.text, sizeof(sample.text));
		if (sample.input == POLICY_NONE)
			continue;
		judge_sample(suppose->judge, &sample);
		(void)look_sample(&suppose->look, suppose->now);
		suppose->input[sample.input].sample = sample;
		suppose->input[sample.input].traced = true;
	}
}

/* Whoever else paused it has not let it go on. */
static void
take_pause(struct suppose *suppose, const struct deed *deed)
{
	const char *why = deed->reason[0] ? deed->reason : "by the trace";
	suppose->paused[0] = '\0';
	for (size_t i = 0; i < SUPPOSE_PAUSES; i++) {
		char *pause = suppose->pause[i];
		if (deed->pause == 1u << i)
			slice_copy(slice_of(deed->kind == TRACE_PAUSE ? why : ""),
				   pause, SUPPOSE_WHY);
		if (pause[0])
			memcpy(suppose->paused, pause, SUPPOSE_WHY);
	}
}

static void
take_deed(struct suppose *suppose, const struct deed *deed)
{
	if (deed->kind == TRACE_PAUSE || deed->kind == TRACE_RESUME) {
		take_pause(suppose, deed);
	} else if (deed->kind == TRACE_ALTERNATE && deed->alternate != POLICY_NONE) {
		struct supposed_alternate *alternate =
		    &suppose->alternate[deed->alternate];
		alternate->silent = deed->silent;
		alternate->heard |= !deed->silent;
		if (!deed->silent)
			alternate->health = deed->health;
	}
}

/* Names that the policy has not are no fault, but lines that nobody understands are. */
static void
take_other(struct suppose *suppose, const struct trace_record *record,
	   struct trace_input *input, FILE *err)
{
	struct deed deed;
	char why[DEED_WHY];
	if (deed_parse(suppose->policy, record, suppose->marks, &deed, why))
		take_deed(suppose, &deed);
	else
		trace_input_wrong(input, why, err);
}

static bool
begin_anew(struct suppose *suppose, FILE *err)
{
	struct judge *judge = judge_new(suppose->policy);
	if (!judge) {
		fputs("bellwether: out of memory\n", err);
		return false;
	}
	judge_free(suppose->judge);
	suppose->judge = judge;
	look_start(&suppose->look, suppose->policy, judge, suppose->now);
	return true;
}

/* False, said on err, without memory. */
static bool
take_record(struct suppose *suppose, const struct trace_record *record,
	    struct trace_input *input, bool *looks, FILE *err)
{
	*looks |= record->kind == TRACE_LOOK;
	if (*looks)
		suppose->now = BEGIN + record->at;
	else
		look_until(suppose, BEGIN + record->at);
	switch (record->kind) {
	case TRACE_SAMPLE:
		take_samples(suppose, record);
		return true;
	case TRACE_LOOK:
		judge_decide(suppose->judge, suppose->now, &suppose->verdict);
		return true;
	case TRACE_GAP:
		return begin_anew(suppose, err);
	case TRACE_POLICY:
		slice_copy(record->word[0], suppose->traced, sizeof(suppose->traced));
		return true;
	default:
		take_other(suppose, record, input, err);
		return true;
	}
}

bool
suppose_at(const char *at, FILE *err)
{
	int64_t time;
	if (!*at || trace_time(at, &time) || wall_parse(at, &time))
		return true;
	fprintf(
	    err,
	    "bellwether explain: --at %s: expected seconds since the trace's start, "
	    "as 12.5 or 1m30s, or a time like 2026-11-30T01:02:03Z\n",
	    at);
	return false;
}

/* Since the start: of a time of the clock that is known once the head is. */
static bool
find_until(const struct trace_head *head, const char *at, int64_t *until,
	   const char *path, FILE *err)
{
	int64_t wall;
	if (!*at || trace_time(at, until))
		return true;
	*until = wall_parse(at, &wall) && head->started ? wall - head->start : -1;
	if (*until >= 0 && *until <= AT_MOST)
		return true;
	fprintf(err, "bellwether explain: --at %s: %s %s\n", at, path,
		!head->started
		    ? "does not say when it began: expected seconds since then"
		: *until < 0 ? "begins later"
			     : "began more than ten years before");
	return false;
}

bool
suppose_trace(struct suppose *suppose, const char *path, const char *at, FILE *err)
{
	struct trace_input *input = trace_input_open(path, err);
	const struct trace_record *record;
	int64_t until = INT64_MAX;
	bool looks = false, good = true;
	if (!input)
		return false;
	while (good && (record = trace_input_next(input, err)) != NULL) {
		good = find_until(trace_input_head(input), at, &until, path, err);
		if (!good || record->at > until)
			break;
		good = take_record(suppose, record, input, &looks, err);
	}
	if (good && !looks && until != INT64_MAX && until > 0)
		look_until(suppose, BEGIN + until);
	judge_decide(suppose->judge, suppose->now, &suppose->verdict);
	good = good && trace_input_faults(input) == 0;
	trace_input_close(input);
	return good;
}

/* ---- judging ---- */

static void
longer(const struct expression *expression, int64_t *length)
{
	size_t count;
	const struct expression_window *window = expression_windows(expression, &count);
	for (size_t i = 0; i < count; i++)
		if (window[i].length > *length)
			*length = window[i].length;
}

/* For any condition to be met, with windows full of what was given. */
static int64_t
long_enough(const struct policy *policy)
{
	int64_t window = 0, duration = policy->failover.duration, input = 0;
	longer(policy->performance, &window);
	if (policy->connection.function)
		longer(policy->connection.function, &window);
	for (size_t i = 0; i < policy->failover.whens; i++) {
		longer(policy->failover.when[i].test, &window);
		if (policy->failover.when[i].duration > duration)
			duration = policy->failover.when[i].duration;
	}
	if (policy->connection.duration > duration)
		duration = policy->connection.duration;
	for (size_t i = 0; i < policy->inputs; i++) {
		int64_t needs = policy->input[i].interval *
				(policy->input[i].rise + policy->input[i].fall + 4);
		if (needs > input)
			input = needs;
	}
	return window + duration + input;
}

/* Each at its own pace, a counter grown as was said. */
static void
sample_given(struct suppose *suppose, int64_t from)
{
	for (uint32_t i = 0; i < suppose->policy->inputs; i++) {
		const struct policy_input *input = &suppose->policy->input[i];
		struct supposed_input *supposed = &suppose->input[i];
		struct sample sample = supposed->sample;
		bool goes_on = supposed->traced && suppose->held > 0;
		if ((!supposed->given && !goes_on) || supposed->unknown ||
		    (suppose->now - from) % input->interval != 0)
			continue;
		sample.asked = sample.at = suppose->now;
		if (input->rate && sample.ending == ENDING_VALUE)
			sample.value *= (double)(suppose->now - from) / SECOND;
		judge_sample(suppose->judge, &sample);
	}
}

void
suppose_judge(struct suppose *suppose)
{
	const struct policy *policy = suppose->policy;
	int64_t from = suppose->now, until;
	bool given = false;
	for (uint32_t i = 0; i < policy->inputs; i++) {
		struct supposed_input *input = &suppose->input[i];
		given |= input->given;
		/* What a trace had last of a counter is its growth, from here on. */
		if (input->traced && policy->input[i].rate)
			input->sample.value = judge_reading(suppose->judge, i)->value;
	}
	/* The rest of a trace holds on, or would be unknown before long. */
	if (!suppose->held_given)
		suppose->held = given ? long_enough(policy) : 0;
	until = from + suppose->held;
	for (;;) {
		int64_t next = until;
		sample_given(suppose, from);
		judge_decide(suppose->judge, suppose->now, &suppose->verdict);
		if (suppose->now >= until)
			break;
		for (size_t i = 0; i < policy->inputs; i++) {
			int64_t interval = policy->input[i].interval;
			int64_t due =
			    suppose->now + interval - (suppose->now - from) % interval;
			if ((suppose->input[i].given || suppose->input[i].traced) &&
			    due < next)
				next = due;
		}
		int64_t change = judge_next(suppose->judge);
		if (change > suppose->now && change < next)
			next = change;
		suppose->now = next;
	}
}
