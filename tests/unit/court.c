/* SPDX-License-Identifier: BSD-3-Clause */
/* A judge on a hand-made policy, in virtual time. */
#include "config.h"

#include "tests/unit/court.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"

struct policy_input inputs[INPUTS] = {
	[CPU] = { .name = "cpu", .unit = "%" },
	[RTT] = { .name = "rtt", .unit = "ms", .server = true, .worst = WORST_TIMEOUT },
	[FREE] = { .name = "threads-available",
		   .unit = "",
		   .server = true,
		   .worst = WORST_ZERO },
	[COUNT] = { .name = "count", .unit = "", .server = true },
	[SLOW] = { .name = "slow", .unit = "ms", .worst = WORST_TIMEOUT },
	[RADIUS] = { .name = "radiusd",
		     .service = true,
		     .role = ROLE_MANDATORY,
		     .rise = 2,
		     .fall = 3,
		     .server = true,
		     .worst = WORST_ZERO },
	[SYSLOG] = { .name = "syslog",
		     .service = true,
		     .role = ROLE_DEPENDENT,
		     .rise = 2,
		     .fall = 3,
		     .server = true,
		     .worst = WORST_ZERO },
	[PLUGIN] = { .name = "plugin",
		     .service = true,
		     .role = ROLE_MANDATORY,
		     .rise = 1,
		     .fall = 1 },
	[DROPS] = { .name = "drops", .unit = "/s", .rate = true },
};

static uint32_t
find(const void *context, const char *name, size_t length)
{
	(void)context;
	for (uint32_t i = 0; i < INPUTS; i++)
		if (slice_equal((struct slice){ name, length }, inputs[i].name))
			return i;
	return UINT32_MAX;
}

static bool
is_service(const void *context, uint32_t input)
{
	(void)context;
	return inputs[input].service;
}

struct expression *
compile(const char *text)
{
	static const struct expression_scope scope = { .find = find,
						       .is_service = is_service };
	char why[EXPRESSION_WHY] = "";
	struct expression *expression =
	    expression_compile(text, &scope, why, sizeof(why));
	if (!expression)
		printf("\n  %s: %s\n", text, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(expression);
	return expression;
}

/* Failover below 30 for 10 s, connection above 60 for 20 s. */
void
open_court(struct court *court, const char *performance, const struct rule *rule,
	   size_t rules)
{
	memset(court, 0, sizeof(*court));
	for (size_t i = 0; i < INPUTS; i++) {
		inputs[i].interval = SECOND;
		inputs[i].timeout = 800 * MILLISECOND;
	}
	court->policy.interval = SECOND;
	court->policy.timeout = 800 * MILLISECOND;
	court->policy.input = inputs;
	court->policy.inputs = INPUTS;
	court->policy.performance = compile(performance);
	court->policy.performance_text = performance;
	court->policy.failover.threshold = 30;
	court->policy.failover.duration = 10 * SECOND;
	court->policy.failover.when = court->when;
	court->policy.failover.whens = rules;
	court->policy.connection.threshold = 60;
	court->policy.connection.duration = 20 * SECOND;
	for (size_t i = 0; i < rules; i++)
		court->when[i] = (struct policy_when){ .name = rule[i].name,
						       .test = compile(rule[i].test),
						       .text = rule[i].test,
						       .duration = rule[i].duration };
	court->judge = judge_new(&court->policy);
	CU_ASSERT_PTR_NOT_NULL_FATAL(court->judge);
	court->now = 1000 * SECOND;
}

void
close_court(struct court *court)
{
	judge_free(court->judge);
	expression_free(court->policy.performance);
	for (size_t i = 0; i < court->policy.failover.whens; i++)
		expression_free(court->when[i].test);
}

void
sample_text(struct court *court, uint32_t input, enum ending ending, double value,
	    const char *text)
{
	struct sample sample = { .input = input,
				 .ending = ending,
				 .value = value,
				 .asked = court->now - 10,
				 .at = court->now };
	snprintf(sample.text, sizeof(sample.text), "%s", text);
	judge_sample(court->judge, &sample);
}

void
sample(struct court *court, uint32_t input, enum ending ending, double value)
{
	sample_text(court, input, ending, value, "");
}

const struct verdict *
decide(struct court *court)
{
	judge_decide(court->judge, court->now, &court->verdict);
	return &court->verdict;
}

/* Seconds of a steady value, judged each second. */
const struct verdict *
steady(struct court *court, uint32_t input, double value, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		court->now += SECOND;
		sample(court, input, ENDING_VALUE, value);
		decide(court);
	}
	return &court->verdict;
}

const struct reading *
reading(const struct court *court, uint32_t input)
{
	return judge_reading(court->judge, input);
}

const struct condition *
condition(const struct court *court, uint32_t i)
{
	return judge_condition(court->judge, i);
}

void
check_explained(const struct court *court, uint32_t i, const char *wanted)
{
	char text[512];
	judge_explain(court->judge, i, text, sizeof(text));
	if (strcmp(text, wanted) != 0)
		printf("\n  %s\n", text);
	CU_ASSERT_STRING_EQUAL(text, wanted);
}
