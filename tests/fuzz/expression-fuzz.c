/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as an expression: refused with a sentence, or the same answer each time. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "common/bytes.h"
#include "policy/expression.h"
#include "tests/fuzz/fuzz.h"

static const char *const inputs[] = { "cpu", "rtt", "threads-available", "threads",
				      "radiusd" };
#define SERVICE 4u

static uint32_t
find(const void *context, const char *name, size_t length)
{
	(void)context;
	for (uint32_t i = 0; i < ARRAY_SIZE(inputs); i++)
		if (slice_equal((struct slice){ name, length }, inputs[i]))
			return i;
	return UINT32_MAX;
}

static bool
is_service(const void *context, uint32_t input)
{
	(void)context;
	REQUIRE(input < ARRAY_SIZE(inputs));
	return input == SERVICE;
}

static const char *
name(const void *context, uint32_t input)
{
	(void)context;
	return input < ARRAY_SIZE(inputs) ? inputs[input] : NULL;
}

/* rtt is never known, the others are. */
static bool
value(void *context, uint32_t input, double *out)
{
	(void)context;
	REQUIRE(input < SERVICE);
	*out = 10.0 * input;
	return input != 1;
}

static bool
window(void *context, enum window_function function, uint32_t input, int64_t length,
       double *out)
{
	REQUIRE(length > 0 && function >= WINDOW_AVERAGE && function <= WINDOW_MINIMUM);
	return value(context, input, out);
}

static bool
up(void *context, uint32_t service, bool *out)
{
	(void)context;
	REQUIRE(service == SERVICE);
	*out = true;
	return true;
}

static bool
role(void *context, int which, double *out)
{
	(void)context;
	(void)which;
	*out = 1;
	return true;
}

static const struct expression_scope scope = { NULL, find, is_service, name };
static const struct expression_values values = { NULL, value, window, up, role };

static void
try(struct expression *expression)
{
	struct evaluator *evaluator = evaluator_new(&values);
	double first = 0, second = 0;

	REQUIRE(evaluator);
	enum truth truth = evaluate_truth(evaluator, expression);
	REQUIRE(evaluate_truth(evaluator, expression) == truth);
	bool known = evaluate_number(evaluator, expression, &first);
	REQUIRE(evaluate_number(evaluator, expression, &second) == known);
	REQUIRE(!known || (isfinite(first) && first == second));
	/* A number that is known has a truth; a text has one without a number. */
	REQUIRE(!known || truth == (first != 0 ? TRUTH_TRUE : TRUTH_FALSE) ||
		truth == TRUTH_TRUE);
	evaluator_free(evaluator);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[EXPRESSION_WHY] = "";
	char *text = malloc(size + 1);

	REQUIRE(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	struct expression *expression =
	    expression_compile(text, &scope, why, sizeof(why));
	if (expression) {
		try(expression);
	} else {
		/* A whole sentence, and the scan alone decides. */
		REQUIRE(*why != '\0' && strlen(why) < sizeof(why) - 1);
		REQUIRE(text_printable(why, strlen(why)));
		REQUIRE(strcmp(why, "this is no expression of XPath 1.0") != 0);
	}
	expression_free(expression);
	free(text);
	return 0;
}
