/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled XPath, and the evaluator that feeds it live values with three truths. */
#include "config.h"

#include "policy/expression.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlerror.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "policy/policy.h"
#include "policy/scan.h"

/* The scan bounds an expression to 1,000 terms, so this stops only a mistake of ours. */
#define OPERATIONS_MAX 20000

struct expression {
	xmlXPathCompExprPtr compiled;
	struct expression_look *look;
	size_t looks;
	struct expression_window *window;
	size_t windows;
	uint32_t *input;
	size_t inputs;
};

struct evaluator {
	const struct expression_values *values;
	xmlXPathContextPtr xpath;
	const struct expression *expression; /* the one under evaluation */
	bool unknown;                        /* it looked at something unknown */
};

__attribute__((format(printf, 2, 3))) static void
swallow(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static void
swallow_structured(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

/* Some messages of XPath skip the context's handler and go to the thread's generic one,
   which prints to stderr unless told otherwise. */
static void
silence(void)
{
	static _Thread_local bool silenced;
	if (silenced)
		return;
	xmlSetGenericErrorFunc(NULL, swallow);
	silenced = true;
}

static xmlXPathContextPtr
context_new(void)
{
	silence();
	xmlXPathContextPtr xpath = xmlXPathNewContext(NULL);
	if (xpath)
		xpath->error = swallow_structured;
	return xpath;
}

static int
compare_inputs(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void
collect_inputs(struct expression *expression)
{
	size_t count = 0, kept = 0;
	for (size_t i = 0; i < expression->looks; i++)
		if (expression->look[i].kind != LOOK_MANDATORY &&
		    expression->look[i].kind != LOOK_DEPENDENT)
			expression->input[count++] = expression->look[i].input;
	if (count > 0)
		qsort(expression->input, count, sizeof(*expression->input),
		      compare_inputs);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || expression->input[i] != expression->input[kept - 1])
			expression->input[kept++] = expression->input[i];
	expression->inputs = kept;
}

/* One window serves average, maximum and minimum. */
static void
collect_windows(struct expression *expression)
{
	for (size_t i = 0; i < expression->looks; i++) {
		const struct expression_look *look = &expression->look[i];
		size_t j = 0;
		if (look->kind != LOOK_WINDOW)
			continue;
		while (j < expression->windows &&
		       (expression->window[j].input != look->input ||
			expression->window[j].length != look->length))
			j++;
		expression->window[j] =
		    (struct expression_window){ look->input, look->length };
		if (j == expression->windows)
			expression->windows++;
	}
}

static bool
keep_looks(struct expression *expression, const struct scan *scan)
{
	/* One more than needed: calloc(0) may be NULL. */
	size_t room = scan->looks + 1;
	expression->look = calloc(room, sizeof(*expression->look));
	expression->window = calloc(room, sizeof(*expression->window));
	expression->input = calloc(room, sizeof(*expression->input));
	if (!expression->look || !expression->window || !expression->input)
		return false;
	memcpy(expression->look, scan->look, scan->looks * sizeof(*scan->look));
	expression->looks = scan->looks;
	collect_windows(expression);
	collect_inputs(expression);
	return true;
}

static xmlXPathCompExprPtr
compile(const char *text)
{
	xmlXPathContextPtr xpath = context_new();
	if (!xpath)
		return NULL;
	xmlXPathCompExprPtr compiled =
	    xmlXPathCtxtCompile(xpath, (const xmlChar *)text);
	xmlXPathFreeContext(xpath);
	return compiled;
}

struct expression *
expression_compile(const char *text, const struct expression_scope *scope, char *why,
		   size_t why_size)
{
	struct scan scan;
	if (!scan_expression(text, scope, &scan, why, why_size))
		return NULL;
	struct expression *expression = calloc(1, sizeof(*expression));
	bool good = expression && keep_looks(expression, &scan);
	if (!good) {
		snprintf(why, why_size, "no memory");
		goto out;
	}
	expression->compiled = compile(scan.text);
	good = expression->compiled;
	if (!good)
		snprintf(why, why_size, "this is no expression of XPath 1.0");
out:
	free(scan.text);
	if (good)
		return expression;
	expression_free(expression);
	return NULL;
}

void
expression_free(struct expression *expression)
{
	if (!expression)
		return;
	xmlXPathFreeCompExpr(expression->compiled);
	free(expression->input);
	free(expression->window);
	free(expression->look);
	free(expression);
}

const struct expression_window *
expression_windows(const struct expression *expression, size_t *count)
{
	*count = expression->windows;
	return expression->window;
}

const uint32_t *
expression_inputs(const struct expression *expression, size_t *count)
{
	*count = expression->inputs;
	return expression->input;
}

const struct expression_look *
expression_looks(const struct expression *expression, size_t *count)
{
	*count = expression->looks;
	return expression->look;
}

/* False when unknown. *truth says that the answer is a boolean. */
static bool
look_at(const struct expression_values *values, const struct expression_look *look,
	double *value, bool *truth)
{
	bool up = false;

	*truth = false;
	switch (look->kind) {
	case LOOK_VALUE:
		return values->value(values->context, look->input, value);
	case LOOK_WINDOW:
		if (values->window(values->context, look->function, look->input,
				   look->length, value))
			return true;
		*value = look->fallback;
		return look->otherwise;
	case LOOK_MANDATORY:
		return values->role(values->context, ROLE_MANDATORY, value);
	case LOOK_DEPENDENT:
		return values->role(values->context, ROLE_DEPENDENT, value);
	case LOOK_UP:
		*truth = true;
		if (!values->up(values->context, look->input, &up))
			return false;
		*value = up;
		return true;
	case LOOK_KNOWN:
		*truth = true;
		*value = look->service
			     ? values->up(values->context, look->input, &up)
			     : values->value(values->context, look->input, value);
		return true;
	}
	return false;
}

/* Names are "r" and a number that the scan wrote. */
static xmlXPathObjectPtr
look_up(void *context, const xmlChar *name, const xmlChar *uri)
{
	struct evaluator *evaluator = context;
	size_t i = 0;
	double value = NAN;
	bool truth = false;

	(void)uri;
	for (const xmlChar *digit = name + 1; *digit != '\0'; digit++)
		i = 10 * i + (size_t)(*digit - '0');
	if (!look_at(evaluator->values, &evaluator->expression->look[i], &value,
		     &truth) ||
	    !isfinite(value)) {
		evaluator->unknown = true;
		value = NAN;
	}
	return truth ? xmlXPathNewBoolean(value == 1) : xmlXPathNewFloat(value);
}

/* The lesser (sign 1) or greater (sign -1) of all arguments. NaN wins: a minimum that
   skips what could not be computed would look better than it is. */
static void
extreme(xmlXPathParserContextPtr parser, int count, double sign)
{
	double best = INFINITY;

	if (count < 1) {
		xmlXPathSetArityError(parser);
		return;
	}
	for (int i = 0; i < count; i++) {
		double value = sign * xmlXPathPopNumber(parser);
		if (xmlXPathCheckError(parser))
			return;
		if (isnan(value) || value < best)
			best = value; /* and no value is less than NaN */
	}
	xmlXPathReturnNumber(parser, sign * best);
}

static void
function_min(xmlXPathParserContextPtr parser, int count)
{
	extreme(parser, count, 1);
}

static void
function_max(xmlXPathParserContextPtr parser, int count)
{
	extreme(parser, count, -1);
}

/* clamp(x, low, high); low wins when the two are crossed. */
static void
function_clamp(xmlXPathParserContextPtr parser, int count)
{
	if (count != 3) {
		xmlXPathSetArityError(parser);
		return;
	}
	double high = xmlXPathPopNumber(parser);
	double low = xmlXPathPopNumber(parser);
	double x = xmlXPathPopNumber(parser);
	if (xmlXPathCheckError(parser))
		return;
	if (isnan(high) || isnan(low) || isnan(x))
		x = NAN;
	else if (x < low || high < low)
		x = low;
	else if (x > high)
		x = high;
	xmlXPathReturnNumber(parser, x);
}

struct evaluator *
evaluator_new(const struct expression_values *values)
{
	struct evaluator *evaluator = calloc(1, sizeof(*evaluator));
	if (!evaluator)
		return NULL;
	evaluator->values = values;
	evaluator->xpath = context_new();
	if (!evaluator->xpath ||
	    xmlXPathRegisterFunc(evaluator->xpath, BAD_CAST "min", function_min) != 0 ||
	    xmlXPathRegisterFunc(evaluator->xpath, BAD_CAST "max", function_max) != 0 ||
	    xmlXPathRegisterFunc(evaluator->xpath, BAD_CAST "clamp", function_clamp) !=
		0) {
		evaluator_free(evaluator);
		return NULL;
	}
	xmlXPathRegisterVariableLookup(evaluator->xpath, look_up, evaluator);
	evaluator->xpath->opLimit = OPERATIONS_MAX;
	return evaluator;
}

void
evaluator_free(struct evaluator *evaluator)
{
	if (!evaluator)
		return;
	if (evaluator->xpath)
		xmlXPathFreeContext(evaluator->xpath);
	free(evaluator);
}

/* NULL when the result is unknown. */
static xmlXPathObjectPtr
evaluate(struct evaluator *evaluator, struct expression *expression)
{
	silence();
	evaluator->expression = expression;
	evaluator->unknown = false;
	evaluator->xpath->opCount = 0;
	xmlXPathObjectPtr result =
	    xmlXPathCompiledEval(expression->compiled, evaluator->xpath);
	if (!result)
		xmlResetError(&evaluator->xpath->lastError);
	if (result && evaluator->unknown) {
		xmlXPathFreeObject(result);
		result = NULL;
	}
	return result;
}

enum truth
evaluate_truth(struct evaluator *evaluator, struct expression *expression)
{
	enum truth truth = TRUTH_UNKNOWN;
	xmlXPathObjectPtr result = evaluate(evaluator, expression);

	if (!result)
		return TRUTH_UNKNOWN;
	if (result->type != XPATH_NUMBER || !isnan(result->floatval))
		truth = xmlXPathCastToBoolean(result) ? TRUTH_TRUE : TRUTH_FALSE;
	xmlXPathFreeObject(result);
	return truth;
}

bool
evaluate_number(struct evaluator *evaluator, struct expression *expression, double *out)
{
	xmlXPathObjectPtr result = evaluate(evaluator, expression);

	if (!result)
		return false;
	double value = xmlXPathCastToNumber(result);
	xmlXPathFreeObject(result);
	if (!isfinite(value))
		return false;
	*out = value;
	return true;
}
