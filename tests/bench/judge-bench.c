/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of the judge (20 samples, 10 conditions decided) against libxml2's bare
   evaluations of the same expressions. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "policy/judge.h"

#define GOAL       3.0
#define PARAMETERS 20u
#define WHENS      8u /* with the two thresholds, 10 conditions */
#define ROUNDS     2000
#define BATCHES    15

/* As a careful administrator would write them; nothing that a first term decides. */
static const char performance_text[] =
    "min(100 - average('p0', '30s'), 100 - $p1, 100 * $p2 div $p3) * mandatory()";
static const char *const when_text[WHENS] = {
	"$p4 = 0",
	"$p5 > 90 and $p6 > 50",
	"average('p7', '1m') > 80",
	"$p8 > 500 or $p9 > 1000",
	"known('p10') and $p10 < 1",
	"not(up('radiusd')) or $p11 > 95",
	"($p12 + $p13) div 2 > 99 and $p14 > $p15",
	"max($p16, $p17, $p18) > 2 * $p19 + 300",
};

static struct policy_input inputs[PARAMETERS + 1];
static char input_name[PARAMETERS][8];

static uint32_t
find(const void *context, const char *name, size_t length)
{
	(void)context;
	for (uint32_t i = 0; i < ARRAY_SIZE(inputs); i++)
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

static struct expression *
compile(const char *text)
{
	static const struct expression_scope scope = { .find = find,
						       .is_service = is_service };
	char why[EXPRESSION_WHY];
	struct expression *expression =
	    expression_compile(text, &scope, why, sizeof(why));
	if (!expression) {
		fprintf(stderr, "%s: %s\n", text, why);
		exit(1);
	}
	return expression;
}

static void
make_policy(struct policy *policy, struct policy_when when[WHENS])
{
	for (uint32_t i = 0; i < PARAMETERS; i++) {
		snprintf(input_name[i], sizeof(input_name[i]), "p%u", i);
		inputs[i] =
		    (struct policy_input){ .name = input_name[i], .interval = SECOND };
	}
	inputs[PARAMETERS] = (struct policy_input){ .name = "radiusd",
						    .service = true,
						    .role = ROLE_MANDATORY,
						    .rise = 2,
						    .fall = 3,
						    .interval = DAY };
	policy->interval = SECOND;
	policy->input = inputs;
	policy->inputs = ARRAY_SIZE(inputs);
	policy->performance = compile(performance_text);
	policy->failover.threshold = 30;
	policy->failover.duration = 10 * SECOND;
	policy->connection.threshold = 60;
	policy->connection.duration = MINUTE;
	policy->failover.when = when;
	policy->failover.whens = WHENS;
	for (size_t i = 0; i < WHENS; i++)
		when[i] = (struct policy_when){ .name = "when",
						.text = when_text[i],
						.test = compile(when_text[i]) };
}

static double
value_of(uint32_t input, int64_t round)
{
	return (double)((input * 7 + (uint64_t)round) % 40) + 1;
}

/* Microseconds of this process; other work on the machine does not count. */
static double
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* us of one round: every parameter sampled, then the verdict. */
static double
judge_rounds(struct judge *judge, int64_t *boot)
{
	static struct verdict verdict;
	double start = now();
	for (int i = 0; i < ROUNDS; i++) {
		*boot += SECOND;
		for (uint32_t j = 0; j < PARAMETERS; j++)
			judge_sample(judge, &(struct sample){ .input = j,
							      .ending = ENDING_VALUE,
							      .value = value_of(j, i),
							      .asked = *boot,
							      .at = *boot });
		judge_decide(judge, *boot, &verdict);
	}
	if (!verdict.performance_known || verdict.failover_unknown)
		fprintf(stderr, "judge-bench: something is unknown\n");
	return (now() - start) / ROUNDS;
}

/* ---- bare libxml2: variables in its hash, functions that return a constant ---- */

static void
take_all(xmlXPathParserContextPtr parser, int count)
{
	for (int i = 0; i < count; i++)
		xmlXPathFreeObject(valuePop(parser));
}

static void
bare_number(xmlXPathParserContextPtr parser, int count)
{
	take_all(parser, count);
	xmlXPathReturnNumber(parser, 20);
}

static void
bare_true(xmlXPathParserContextPtr parser, int count)
{
	take_all(parser, count);
	xmlXPathReturnTrue(parser);
}

static xmlXPathContextPtr
bare_context(void)
{
	static const char *const number[] = { "min", "max", "average", "mandatory" };
	xmlXPathContextPtr xpath = xmlXPathNewContext(NULL);
	if (!xpath)
		exit(1);
	for (size_t i = 0; i < ARRAY_SIZE(number); i++)
		xmlXPathRegisterFunc(xpath, BAD_CAST number[i], bare_number);
	xmlXPathRegisterFunc(xpath, BAD_CAST "up", bare_true);
	xmlXPathRegisterFunc(xpath, BAD_CAST "known", bare_true);
	for (uint32_t i = 0; i < PARAMETERS; i++)
		xmlXPathRegisterVariable(xpath, BAD_CAST input_name[i],
					 xmlXPathNewFloat(value_of(i, 0)));
	return xpath;
}

static double
bare_rounds(xmlXPathContextPtr xpath, xmlXPathCompExprPtr expression[WHENS + 1])
{
	double start = now();
	for (int i = 0; i < ROUNDS; i++)
		for (size_t j = 0; j < WHENS + 1; j++)
			xmlXPathFreeObject(xmlXPathCompiledEval(expression[j], xpath));
	return (now() - start) / ROUNDS;
}

/* Windows keep their memory; nothing grows with the rounds. */
int
main(void)
{
	struct policy policy = { 0 };
	struct policy_when when[WHENS];
	xmlXPathCompExprPtr expression[WHENS + 1];
	struct sample up = { .input = PARAMETERS, .ending = ENDING_VALUE, .value = 1 };
	double judged = 1e9, bare = 1e9;
	int64_t boot = up.at = HOUR;

	xmlInitParser();
	make_policy(&policy, when);
	struct judge *judge = judge_new(&policy);
	if (!judge)
		return 1;
	judge_sample(judge, &up);
	xmlXPathContextPtr xpath = bare_context();
	expression[WHENS] = xmlXPathCompile(BAD_CAST performance_text);
	for (size_t i = 0; i < WHENS; i++)
		expression[i] = xmlXPathCompile(BAD_CAST when_text[i]);
	/* Turn by turn, the best of each: noise only adds. */
	for (int i = 0; i < BATCHES; i++) {
		double us = judge_rounds(judge, &boot);
		judged = us < judged ? us : judged;
		us = bare_rounds(xpath, expression);
		bare = us < bare ? us : bare;
	}
	printf("bench: evaluation ratio %.2f goal <=%g (20 parameters sampled and 10 "
	       "conditions decided: %.2f us, against %.2f us for libxml2's bare "
	       "evaluations of the same 9 expressions)\n",
	       judged / bare, GOAL, judged, bare);
	for (size_t i = 0; i < WHENS + 1; i++)
		xmlXPathFreeCompExpr(expression[i]);
	xmlXPathFreeContext(xpath);
	judge_free(judge);
	expression_free(policy.performance);
	for (size_t i = 0; i < WHENS; i++)
		expression_free(when[i].test);
	return 0;
}
