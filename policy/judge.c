/* SPDX-License-Identifier: BSD-3-Clause */
/* Samples become readings; readings, windows and roles are what expressions look at. */
#include "config.h"

#include "policy/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "policy/judge-state.h"

static const struct policy_input *
input_of(const struct judge *judge, uint32_t input)
{
	return &judge->policy->input[input];
}

static int64_t
interval_of(const struct judge *judge, uint32_t input)
{
	int64_t interval = input_of(judge, input)->interval;
	return interval > 0 ? interval : judge->interval;
}

/* ---- what expressions look at ---- */

static bool
value_of(void *context, uint32_t input, double *out)
{
	const struct judge *judge = context;
	const struct reading *reading = &judge->memory[input].reading;

	*out = reading->value;
	return reading->state != READING_UNKNOWN;
}

static bool
up_of(void *context, uint32_t service, bool *out)
{
	const struct judge *judge = context;
	const struct reading *reading = &judge->memory[service].reading;

	*out = reading->service == SERVICE_UP;
	return reading->service != SERVICE_UNKNOWN;
}

static bool
window_of(void *context, enum window_function function, uint32_t input, int64_t length,
	  double *out)
{
	return judge_look(context, input, length, function, out);
}

static bool
role_of(void *context, int role, double *out)
{
	return judge_role(context, role, out);
}

bool
judge_look(struct judge *judge, uint32_t input, int64_t length,
	   enum window_function function, double *out)
{
	uint32_t i = judge->memory[input].first_window;

	while (i != POLICY_NONE && judge->window[i].length != length)
		i = judge->window[i].next;
	if (i == POLICY_NONE)
		return false;
	struct kept_window *kept = &judge->window[i];
	if (!kept->looked || kept->looked_at != judge->now)
		kept->known = window_look(kept->window, judge->now, &kept->view);
	kept->looked = true;
	kept->looked_at = judge->now;
	*out = function == WINDOW_AVERAGE   ? kept->view.average
	       : function == WINDOW_MAXIMUM ? kept->view.maximum
					    : kept->view.minimum;
	return kept->known;
}

bool
judge_role(const struct judge *judge, int role, double *out)
{
	const struct tally *tally = &judge->tally[role];

	if (role == ROLE_MANDATORY) {
		*out = tally->down == 0;
		return tally->down > 0 || tally->unknown == 0;
	}
	*out = tally->all == 0 ? 1 : 1 - (double)tally->down / tally->all;
	return tally->unknown == 0;
}

void
judge_tally(struct judge *judge)
{
	memset(judge->tally, 0, sizeof(judge->tally));
	for (uint32_t i = 0; i < judge->policy->inputs; i++) {
		const struct policy_input *input = input_of(judge, i);
		struct tally *tally = &judge->tally[input->role];
		if (!input->service)
			continue;
		enum service_state state = judge->memory[i].reading.service;
		tally->all++;
		tally->down += state == SERVICE_DOWN;
		tally->unknown += state == SERVICE_UNKNOWN;
	}
}

/* ---- making and carrying over ---- */

static bool
keep_window(struct judge *judge, const struct expression_window *wanted)
{
	struct memory *memory = &judge->memory[wanted->input];

	for (uint32_t i = memory->first_window; i != POLICY_NONE;
	     i = judge->window[i].next)
		if (judge->window[i].length == wanted->length)
			return true;
	struct kept_window *kept = &judge->window[judge->windows];
	kept->window =
	    window_new(wanted->length, interval_of(judge, wanted->input), judge->slots);
	if (!kept->window)
		return false;
	kept->input = wanted->input;
	kept->length = wanted->length;
	kept->next = memory->first_window;
	memory->first_window = (uint32_t)judge->windows++;
	return true;
}

static bool
keep_windows_of(struct judge *judge, const struct expression *expression)
{
	size_t count;
	const struct expression_window *wanted = expression_windows(expression, &count);
	for (size_t i = 0; i < count; i++)
		if (!keep_window(judge, &wanted[i]))
			return false;
	return true;
}

static bool
keep_windows(struct judge *judge)
{
	const struct policy *policy = judge->policy;
	size_t room = 1, count;

	expression_windows(policy->performance, &count);
	room += count;
	if (policy->connection.function) {
		expression_windows(policy->connection.function, &count);
		room += count;
	}
	for (size_t i = 0; i < policy->failover.whens; i++) {
		expression_windows(policy->failover.when[i].test, &count);
		room += count;
	}
	/* A policy with thousands of windows gets coarser ones, not more memory. */
	judge->slots = WINDOW_SLOTS_MAX;
	while (judge->slots > WINDOW_SLOTS_MIN && room * judge->slots > ALL_SLOTS)
		judge->slots /= 2;
	judge->window = calloc(room, sizeof(*judge->window));
	if (!judge->window || !keep_windows_of(judge, policy->performance))
		return false;
	if (policy->connection.function &&
	    !keep_windows_of(judge, policy->connection.function))
		return false;
	for (size_t i = 0; i < policy->failover.whens; i++)
		if (!keep_windows_of(judge, policy->failover.when[i].test))
			return false;
	return true;
}

static bool
make_memory(struct judge *judge)
{
	size_t inputs = judge->policy->inputs;
	judge->memory = calloc(inputs + 1, sizeof(*judge->memory));
	if (!judge->memory)
		return false;
	for (size_t i = 0; i < inputs; i++) {
		judge->memory[i].reading.state = READING_UNKNOWN;
		judge->memory[i].reading.service = SERVICE_UNKNOWN;
		judge->memory[i].sampled = INT64_MIN;
		judge->memory[i].expires = NEVER;
		judge->memory[i].first_window = POLICY_NONE;
	}
	return true;
}

static bool
make_standings(struct judge *judge)
{
	const struct policy *policy = judge->policy;
	judge->standings = policy->failover.whens + 2;
	judge->standing = calloc(judge->standings, sizeof(*judge->standing));
	if (!judge->standing)
		return false;
	for (size_t i = 0; i < judge->standings; i++) {
		struct standing *standing = &judge->standing[i];
		standing->condition.truth = TRUTH_UNKNOWN;
		standing->condition.met = MET_NO;
		standing->unknown_since = NEVER;
		if (i == CONDITION_FAILOVER) {
			standing->name = "failover";
			standing->duration = policy->failover.duration;
		} else if (i == judge->standings - 1) {
			standing->name = "connection";
			standing->duration = policy->connection.duration;
		} else {
			const struct policy_when *when = &policy->failover.when[i - 1];
			standing->name = when->name;
			standing->text = when->text;
			standing->test = when->test;
			standing->duration = when->duration;
		}
	}
	return true;
}

struct judge *
judge_new(const struct policy *policy)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	if (!judge)
		return NULL;
	judge->policy = policy;
	judge->interval = policy->interval > 0 ? policy->interval : SECOND;
	judge->hold = policy->failover.hold > 0 ? policy->failover.hold
						: HOLD_INTERVALS * judge->interval;
	judge->values =
	    (struct expression_values){ judge, value_of, window_of, up_of, role_of };
	judge->evaluator = evaluator_new(&judge->values);
	if (!judge->evaluator || !make_memory(judge) || !make_standings(judge) ||
	    !keep_windows(judge)) {
		judge_free(judge);
		return NULL;
	}
	return judge;
}

void
judge_free(struct judge *judge)
{
	if (!judge)
		return;
	for (size_t i = 0; i < judge->windows; i++)
		window_free(judge->window[i].window);
	free(judge->window);
	free(judge->standing);
	free(judge->memory);
	evaluator_free(judge->evaluator);
	free(judge);
}

/* The old window over that input that fits best: of the same length, else the longest. */
static const struct window *
old_window(const struct judge *old, uint32_t input, int64_t length)
{
	const struct kept_window *best = NULL;
	for (uint32_t i = old->memory[input].first_window; i != POLICY_NONE;
	     i = old->window[i].next) {
		const struct kept_window *kept = &old->window[i];
		bool better = !best || kept->length == length ||
			      (best->length != length && kept->length > best->length);
		if (better)
			best = kept;
	}
	return best ? best->window : NULL;
}

static void
carry_input(struct judge *judge, uint32_t to, const struct judge *old, uint32_t from)
{
	struct memory *memory = &judge->memory[to];
	const struct memory *before = &old->memory[from];

	memory->reading = before->reading;
	memory->sampled = before->sampled;
	memory->count = before->count;
	memory->counted = before->counted;
	if (memory->reading.state != READING_UNKNOWN)
		memory->expires =
		    memory->reading.at + UNKNOWN_AFTER * interval_of(judge, to);
	for (uint32_t i = memory->first_window; i != POLICY_NONE;
	     i = judge->window[i].next) {
		const struct window *window =
		    old_window(old, from, judge->window[i].length);
		if (window)
			window_carry(judge->window[i].window, window);
		else if (memory->reading.state != READING_UNKNOWN)
			window_add(judge->window[i].window, memory->reading.at,
				   memory->reading.value);
	}
}

static void
carry_standing(struct standing *standing, const struct standing *before)
{
	standing->condition = before->condition;
	standing->ever_known = before->ever_known;
	standing->unknown_since = before->unknown_since;
	standing->met_at = before->met_at;
}

/* Is condition i of one judge condition j of the other? A when may be named "failover"
   or "connection", so thresholds are known by their place. */
static bool
same_condition(const struct judge *judge, size_t i, const struct judge *old, size_t j)
{
	if (!judge->standing[i].test || !old->standing[j].test)
		return judge->standing[i].test == old->standing[j].test &&
		       (i == CONDITION_FAILOVER) == (j == CONDITION_FAILOVER);
	return strcmp(judge->standing[i].name, old->standing[j].name) == 0;
}

void
judge_carry(struct judge *judge, const struct judge *old)
{
	const struct policy *policy = judge->policy;

	for (uint32_t i = 0; i < policy->inputs; i++)
		for (uint32_t j = 0; j < old->policy->inputs; j++) {
			const struct policy_input *input = &policy->input[i];
			const struct policy_input *before = &old->policy->input[j];
			if (input->service == before->service &&
			    input->rate == before->rate &&
			    strcmp(input->name, before->name) == 0)
				carry_input(judge, i, old, j);
		}
	for (size_t i = 0; i < judge->standings; i++)
		for (size_t j = 0; j < old->standings; j++)
			if (same_condition(judge, i, old, j))
				carry_standing(&judge->standing[i], &old->standing[j]);
	for (size_t i = 0; i < judge->standings && old->started; i++)
		if (judge->standing[i].condition.since == 0)
			judge->standing[i].condition.since = old->now;
	judge->now = old->now;
	judge->started = old->started;
	judge->performance = old->performance;
	judge_tally(judge);
}

const char *
met_name(enum met met)
{
	static const char *const names[] = {
		[MET_NO] = "no",
		[MET_PENDING] = "pending",
		[MET_YES] = "yes",
	};
	return met >= MET_NO && met <= MET_YES ? names[met] : "?";
}

/* ---- samples ---- */

static void
set_state(struct reading *reading, enum reading_state state, bool counts, int64_t at)
{
	if (reading->state == state)
		return;
	if (counts) {
		reading->transitions += reading->changed != 0;
		reading->changed = at;
	}
	reading->state = state;
}

static void
set_service(struct reading *reading, enum service_state service, int64_t at)
{
	reading->streak = 0;
	if (reading->service == service)
		return;
	reading->transitions += reading->changed != 0;
	reading->changed = at;
	reading->service = service;
}

static void
windows_changed(struct judge *judge, const struct memory *memory, int64_t at,
		bool known)
{
	for (uint32_t i = memory->first_window; i != POLICY_NONE;
	     i = judge->window[i].next) {
		struct kept_window *kept = &judge->window[i];
		if (known)
			window_add(kept->window, at, memory->reading.value);
		else
			window_break(kept->window, at);
		kept->looked = false;
	}
}

void
judge_expire(struct judge *judge, uint32_t input, int64_t now)
{
	struct memory *memory = &judge->memory[input];
	int64_t at = memory->expires;

	if (now < at)
		return;
	memory->expires = NEVER;
	set_state(&memory->reading, READING_UNKNOWN, !input_of(judge, input)->service,
		  at);
	if (input_of(judge, input)->service)
		set_service(&memory->reading, SERVICE_UNKNOWN, at);
	windows_changed(judge, memory, at, false);
}

/* True when an ending without a value says how the server is. */
static bool
measures(const struct policy_input *input, enum ending ending)
{
	if (ending == ENDING_TIMEOUT && input->on_timeout != TIMEOUT_USUAL)
		return input->on_timeout == TIMEOUT_WORST;
	return ending != ENDING_FAILED && input->server;
}

/* What the sample says: false when nothing about the server. */
static bool
sample_value(const struct policy_input *input, const struct sample *sample,
	     double *value)
{
	if (sample->ending == ENDING_VALUE) {
		*value = sample->value;
		return isfinite(sample->value);
	}
	if (!measures(input, sample->ending) || input->worst == WORST_NONE)
		return false;
	*value = input->worst == WORST_TIMEOUT && !input->service
		     ? (double)input->timeout / (double)MILLISECOND
		     : 0;
	return true;
}

/* The growth a second since the sample before; false when there is none to compare with,
   or the counter began anew. */
static bool
take_rate(struct memory *memory, int64_t at, double *value)
{
	double grown = *value - memory->count;
	int64_t since = memory->counted;

	memory->count = *value;
	memory->counted = at;
	if (since == 0 || at <= since || grown < 0)
		return false;
	*value = grown / ((double)(at - since) / (double)SECOND);
	return true;
}

/* Hysteresis: the other state only after `rise` or `fall` samples in a row. */
static void
count_service(const struct policy_input *input, struct reading *reading, bool up,
	      int64_t at)
{
	enum service_state said = up ? SERVICE_UP : SERVICE_DOWN;
	uint32_t needed = up ? input->rise : input->fall;

	if (reading->service == said) {
		reading->streak = 0;
		return;
	}
	reading->streak++;
	if (reading->service == SERVICE_UNKNOWN || reading->streak >= needed)
		set_service(reading, said, at);
}

void
judge_sample(struct judge *judge, const struct sample *sample)
{
	double value;

	if (sample->input >= judge->policy->inputs)
		return;
	struct memory *memory = &judge->memory[sample->input];
	const struct policy_input *input = input_of(judge, sample->input);
	if (sample->at < memory->sampled)
		return;
	judge_expire(judge, sample->input, sample->at);
	memory->sampled = sample->at;
	memory->reading.ending = sample->ending;
	slice_copy(slice_of(sample->text), memory->reading.text, SAMPLE_TEXT);
	if (!sample_value(input, sample, &value)) {
		if (memory->reading.state == READING_FRESH)
			set_state(&memory->reading, READING_STALE, !input->service,
				  sample->at);
		return;
	}
	if (input->rate && !take_rate(memory, sample->at, &value))
		return;
	memory->reading.value = value;
	memory->reading.at = sample->at;
	memory->expires =
	    sample->at + UNKNOWN_AFTER * interval_of(judge, sample->input);
	set_state(&memory->reading, READING_FRESH, !input->service, sample->at);
	if (input->service)
		count_service(input, &memory->reading, value != 0, sample->at);
	windows_changed(judge, memory, sample->at, true);
}

const struct reading *
judge_reading(const struct judge *judge, uint32_t input)
{
	return &judge->memory[input].reading;
}
