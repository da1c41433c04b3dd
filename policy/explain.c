/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a condition stands as it does, in a sentence, with the values it looked at. */
#include "config.h"

#include "policy/judge.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "policy/judge-state.h"

/* Cuts at its end, without a word: explanations go to logs and columns of bounded size. */
struct writer {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void
say(struct writer *writer, const char *format, ...)
{
	va_list arguments;
	if (writer->left <= 1)
		return;
	va_start(arguments, format);
	int length = vsnprintf(writer->at, writer->left, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	size_t used = (size_t)length < writer->left ? (size_t)length : writer->left - 1;
	writer->at += used;
	writer->left -= used;
}

/* At most three decimals, none that say nothing. */
static void
say_number(struct writer *writer, double value)
{
	char text[40];
	if (!(fabs(value) < 1e15)) {
		say(writer, "%.6g", value);
		return;
	}
	int length = snprintf(text, sizeof(text), "%.3f", value);
	while (length > 0 && text[length - 1] == '0')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '.')
		text[--length] = '\0';
	say(writer, "%s", strcmp(text, "-0") == 0 ? "0" : text);
}

static void
say_value(struct writer *writer, double value, const char *unit)
{
	say_number(writer, value);
	if (unit && *unit != '\0')
		say(writer, "%s%s", strcmp(unit, "%") == 0 ? "" : " ", unit);
}

/* "(timeout: no answer from 127.0.0.1)": why a reading is not a plain value. */
static void
say_ending(struct writer *writer, const struct judge *judge, uint32_t input)
{
	const char *stale =
	    judge->memory[input].reading.state == READING_STALE ? "stale, " : "";
	const struct memory *memory = &judge->memory[input];
	const struct reading *reading = &memory->reading;
	char age[DURATION_TEXT];

	if (reading->ending == 0)
		say(writer, " (no sample yet)");
	else if (reading->ending != ENDING_VALUE)
		say(writer, " (%s%s%s%s)", stale, ending_name(reading->ending),
		    reading->text[0] != '\0' ? ": " : "", reading->text);
	else if (reading->state == READING_UNKNOWN)
		say(writer, " (no sample for %s)",
		    duration_format(judge->now - memory->sampled, age));
	else if (reading->text[0] != '\0')
		say(writer, " (%s)", reading->text);
}

static void
say_parameter(struct writer *writer, const struct judge *judge, uint32_t input)
{
	const struct reading *reading = &judge->memory[input].reading;

	say(writer, "%s ", judge->policy->input[input].name);
	if (reading->state == READING_UNKNOWN) {
		say(writer, "unknown");
		say_ending(writer, judge, input);
		return;
	}
	say_value(writer, reading->value, judge->policy->input[input].unit);
	if (reading->ending != ENDING_VALUE)
		say_ending(writer, judge, input);
}

static void
say_service(struct writer *writer, const struct judge *judge, uint32_t input)
{
	const struct reading *reading = &judge->memory[input].reading;
	const char *state = reading->service == SERVICE_UP     ? "up"
			    : reading->service == SERVICE_DOWN ? "down"
							       : "unknown";

	say(writer, "%s %s", judge->policy->input[input].name, state);
	if (reading->service != SERVICE_UP)
		say_ending(writer, judge, input);
}

/* Those of the role that are not up. */
static void
say_role(struct writer *writer, const struct judge *judge, enum policy_role role)
{
	const char *name = role == ROLE_MANDATORY ? "mandatory" : "dependent";
	uint32_t bad = 0;

	for (uint32_t i = 0; i < judge->policy->inputs; i++) {
		const struct policy_input *input = &judge->policy->input[i];
		if (!input->service || input->role != role ||
		    judge->memory[i].reading.service == SERVICE_UP)
			continue;
		say(writer, "%s", bad++ == 0 ? "" : ", ");
		say_service(writer, judge, i);
	}
	if (bad == 0)
		say(writer, "%s %s services",
		    judge->tally[role].all == 0 ? "no" : "all", name);
	if (bad == 0 && judge->tally[role].all > 0)
		say(writer, " up");
}

static void
say_window(struct writer *writer, const struct judge *judge,
	   const struct expression_look *look)
{
	static const char *const function[] = { [WINDOW_AVERAGE] = "average",
						[WINDOW_MAXIMUM] = "maximum",
						[WINDOW_MINIMUM] = "minimum" };
	const char *name = judge->policy->input[look->input].name;
	char duration[DURATION_TEXT];
	double value;

	duration_format(look->length, duration);
	say(writer, "%s ", name);
	/* Looking moves the window's insides along, to the moment it stands at anyway. */
	if (judge_look((struct judge *)judge, look->input, look->length, look->function,
		       &value)) {
		say_value(writer, value, judge->policy->input[look->input].unit);
		say(writer, " (%s of %s)", function[look->function], duration);
		return;
	}
	say(writer, "unknown (no value in %s", duration);
	if (look->otherwise) {
		say(writer, ", read as ");
		say_number(writer, look->fallback);
	}
	say(writer, ")");
}

static void
say_look(struct writer *writer, const struct judge *judge,
	 const struct expression_look *look)
{
	switch (look->kind) {
	case LOOK_WINDOW:
		say_window(writer, judge, look);
		return;
	case LOOK_MANDATORY:
		say_role(writer, judge, ROLE_MANDATORY);
		return;
	case LOOK_DEPENDENT:
		say_role(writer, judge, ROLE_DEPENDENT);
		return;
	default:
		if (look->service)
			say_service(writer, judge, look->input);
		else
			say_parameter(writer, judge, look->input);
	}
}

/* $x and known('x') show the same thing. */
static bool
said_before(const struct expression_look *look, size_t i)
{
	bool plain = look[i].kind == LOOK_VALUE || look[i].kind == LOOK_KNOWN ||
		     look[i].kind == LOOK_UP;
	for (size_t j = 0; j < i && plain; j++)
		if (look[j].input == look[i].input &&
		    (look[j].kind == LOOK_VALUE || look[j].kind == LOOK_KNOWN ||
		     look[j].kind == LOOK_UP))
			return true;
	return false;
}

static void
say_looks(struct writer *writer, const struct judge *judge,
	  const struct expression *expression)
{
	size_t looks;
	const struct expression_look *look = expression_looks(expression, &looks);
	for (size_t i = 0; i < looks; i++) {
		if (said_before(look, i))
			continue;
		say(writer, "%s", i == 0 ? "; " : ", ");
		say_look(writer, judge, &look[i]);
	}
}

/* "for 10s", or how far it has come; for the unknown, what stands in. */
static void
say_timer(struct writer *writer, const struct judge *judge,
	  const struct standing *standing)
{
	static const char *const met[] = {
		[MET_NO] = "not met", [MET_PENDING] = "pending", [MET_YES] = "met"
	};
	const struct condition *condition = &standing->condition;
	char passed[DURATION_TEXT], whole[DURATION_TEXT];

	duration_format(standing->duration, whole);
	if (condition->holding)
		say(writer, ", held as %s for %s of %s", met[condition->met],
		    duration_format(judge->now - standing->unknown_since, passed),
		    duration_format(judge->hold, whole));
	else if (condition->met == MET_PENDING)
		say(writer, ", %s of %s",
		    duration_format(judge->now - condition->since, passed), whole);
	else if (condition->met == MET_YES && standing->duration > 0)
		say(writer, " for %s", whole);
}

/* What keeps a connection threshold that is passed from counting. */
static void
say_obstacle(struct writer *writer, const struct judge *judge)
{
	for (size_t i = 0; i + 1 < judge->standings; i++) {
		const struct standing *standing = &judge->standing[i];
		const struct condition *condition = &standing->condition;
		if (condition->met == MET_NO && condition->truth != TRUTH_UNKNOWN)
			continue;
		say(writer, ", but %s%s is %s", standing->test ? "when " : "",
		    standing->name,
		    condition->truth == TRUTH_UNKNOWN ? "unknown"
		    : condition->met == MET_YES       ? "met"
						      : "pending");
		return;
	}
}

static void
say_threshold(struct writer *writer, const struct judge *judge, uint32_t i)
{
	const struct standing *standing = &judge->standing[i];
	bool failover = i == CONDITION_FAILOVER;
	const struct policy *policy = judge->policy;
	double threshold =
	    failover ? policy->failover.threshold : policy->connection.threshold;
	bool own = !failover && policy->connection.function;
	bool known = own ? judge->connection_known : judge->performance_known;

	say(writer, own ? "connection function " : "performance ");
	if (!known)
		say(writer, "unknown");
	else
		say_number(writer, own ? judge->connection : judge->performance);
	if (standing->condition.truth != TRUTH_UNKNOWN) {
		bool passed = standing->condition.truth == TRUTH_TRUE;
		say(writer, "%s%s ", passed ? " " : ", not ", failover ? "<" : ">");
		say_number(writer, threshold);
	}
	say_timer(writer, judge, standing);
	if (!failover && standing->condition.truth == TRUTH_TRUE)
		say_obstacle(writer, judge);
	say_looks(writer, judge,
		  own ? policy->connection.function : policy->performance);
}

void
judge_explain(const struct judge *judge, uint32_t condition, char *out, size_t size)
{
	struct writer writer = { out, size };

	if (size == 0)
		return;
	*out = '\0';
	if (condition >= judge->standings)
		return;
	const struct standing *standing = &judge->standing[condition];
	if (!standing->test) {
		say_threshold(&writer, judge, condition);
		return;
	}
	say(&writer, "when %s (%s)", standing->name, standing->text);
	if (standing->condition.truth == TRUTH_UNKNOWN)
		say(&writer, " unknown");
	else if (standing->condition.truth == TRUTH_FALSE)
		say(&writer, " not met");
	say_timer(&writer, judge, standing);
	say_looks(&writer, judge, standing->test);
}

/* ---- all of it ---- */

static void
say_input(struct writer *writer, const struct judge *judge, uint32_t input)
{
	if (judge->policy->input[input].service)
		say_service(writer, judge, input);
	else
		say_parameter(writer, judge, input);
}

void
judge_explain_input(const struct judge *judge, uint32_t input, char *out, size_t size)
{
	struct writer writer = { out, size };

	if (size == 0)
		return;
	*out = '\0';
	if (input < judge->policy->inputs)
		say_input(&writer, judge, input);
}

static bool
looks_at(const struct expression *expression, const struct policy_input *input,
	 uint32_t i)
{
	size_t looks;
	const struct expression_look *look = expression_looks(expression, &looks);

	for (size_t j = 0; j < looks; j++)
		if (look[j].kind == LOOK_MANDATORY || look[j].kind == LOOK_DEPENDENT
			? input->service && (input->role == ROLE_MANDATORY) ==
						(look[j].kind == LOOK_MANDATORY)
			: look[j].input == i)
			return true;
	return false;
}

static const struct expression *
expression_of(const struct judge *judge, size_t condition)
{
	const struct policy *policy = judge->policy;

	if (judge->standing[condition].test)
		return judge->standing[condition].test;
	return condition != CONDITION_FAILOVER && policy->connection.function
		   ? policy->connection.function
		   : policy->performance;
}

bool
judge_looks_at(const struct judge *judge, uint32_t input)
{
	for (size_t i = 0; i < judge->standings; i++)
		if (looks_at(expression_of(judge, i), &judge->policy->input[input],
			     input))
			return true;
	return false;
}

static void
say_since(struct writer *writer, const struct judge *judge, int64_t since)
{
	char age[DURATION_TEXT];
	int64_t passed = judge->now > since ? judge->now - since : 0;

	/* Nobody reads milliseconds of hours. */
	if (passed > 10 * SECOND)
		passed -= passed % SECOND;
	say(writer, " since %s", duration_format(passed, age));
}

static void
say_others(struct writer *writer, const struct judge *judge, uint32_t condition)
{
	const char *before = "; ";

	for (size_t i = 0; i < judge->standings; i++) {
		const struct standing *standing = &judge->standing[i];

		if (i == condition)
			continue;
		say(writer, "%s%s%s %s", before, standing->test ? "when " : "",
		    standing->name,
		    standing->condition.truth == TRUTH_UNKNOWN ? "unknown"
		    : standing->condition.met == MET_YES       ? "met"
		    : standing->condition.met == MET_PENDING   ? "pending"
							       : "not met");
		say_since(writer, judge, standing->condition.since);
		before = ", ";
	}
}

static void
say_others_values(struct writer *writer, const struct judge *judge, uint32_t condition)
{
	const struct expression *said = expression_of(judge, condition);
	const char *before = "; also ";

	for (uint32_t i = 0; i < judge->policy->inputs; i++) {
		const struct policy_input *input = &judge->policy->input[i];
		const struct reading *reading = &judge->memory[i].reading;
		char age[DURATION_TEXT];

		if (looks_at(said, input, i) || !judge_looks_at(judge, i))
			continue;
		say(writer, "%s", before);
		say_input(writer, judge, i);
		if (reading->at != 0 && judge->now - reading->at > input->interval)
			say(writer, " %s ago",
			    duration_format(judge->now - reading->at, age));
		before = ", ";
	}
}

void
judge_account(const struct judge *judge, uint32_t condition, char *out, size_t size)
{
	if (size == 0)
		return;
	judge_explain(judge, condition, out, size);
	if (condition >= judge->standings)
		return;
	struct writer writer = { out + strlen(out), size - strlen(out) };
	say_others(&writer, judge, condition);
	say_others_values(&writer, judge, condition);
}
