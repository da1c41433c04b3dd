/* SPDX-License-Identifier: BSD-3-Clause */
/* Ours, those of XPath 1.0 that make sense without a document, and those that do not. */
#include "config.h"

#include "policy/function.h"

#include "policy/expression.h"
#include "policy/nearest.h"

#define ANY FUNCTION_ANY
const struct function functions[] = {
	{ "min", "min(a, b, ...)", FUNCTION_PLAIN, 1, ANY, 0 },
	{ "max", "max(a, b, ...)", FUNCTION_PLAIN, 1, ANY, 0 },
	{ "clamp", "clamp(x, low, high)", FUNCTION_PLAIN, 3, 3, 0 },
	{ "average", "average('name', '30s')", FUNCTION_WINDOW, 2, 3, WINDOW_AVERAGE },
	{ "maximum", "maximum('name', '30s')", FUNCTION_WINDOW, 2, 3, WINDOW_MAXIMUM },
	{ "minimum", "minimum('name', '30s')", FUNCTION_WINDOW, 2, 3, WINDOW_MINIMUM },
	{ "up", "up('service')", FUNCTION_UP, 1, 1, LOOK_UP },
	{ "known", "known('name')", FUNCTION_KNOWN, 1, 1, LOOK_KNOWN },
	{ "mandatory", "mandatory()", FUNCTION_ROLE, 0, 0, LOOK_MANDATORY },
	{ "dependent", "dependent()", FUNCTION_ROLE, 0, 0, LOOK_DEPENDENT },
	{ "not", "not(a)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "true", "true()", FUNCTION_PLAIN, 0, 0, 0 },
	{ "false", "false()", FUNCTION_PLAIN, 0, 0, 0 },
	{ "boolean", "boolean(a)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "number", "number(a)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "floor", "floor(x)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "ceiling", "ceiling(x)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "round", "round(x)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "string", "string(a)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "concat", "concat(a, b, ...)", FUNCTION_PLAIN, 2, ANY, 0 },
	{ "starts-with", "starts-with(text, start)", FUNCTION_PLAIN, 2, 2, 0 },
	{ "contains", "contains(text, part)", FUNCTION_PLAIN, 2, 2, 0 },
	{ "substring-before", "substring-before(text, part)", FUNCTION_PLAIN, 2, 2, 0 },
	{ "substring-after", "substring-after(text, part)", FUNCTION_PLAIN, 2, 2, 0 },
	{ "substring", "substring(text, from, length)", FUNCTION_PLAIN, 2, 3, 0 },
	{ "string-length", "string-length(text)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "normalize-space", "normalize-space(text)", FUNCTION_PLAIN, 1, 1, 0 },
	{ "translate", "translate(text, from, to)", FUNCTION_PLAIN, 3, 3, 0 },
	{ "last", "", FUNCTION_NODES, 0, 0, 0 },
	{ "position", "", FUNCTION_NODES, 0, 0, 0 },
	{ "count", "", FUNCTION_NODES, 0, 0, 0 },
	{ "id", "", FUNCTION_NODES, 0, 0, 0 },
	{ "local-name", "", FUNCTION_NODES, 0, 0, 0 },
	{ "namespace-uri", "", FUNCTION_NODES, 0, 0, 0 },
	{ "name", "", FUNCTION_NODES, 0, 0, 0 },
	{ "sum", "", FUNCTION_NODES, 0, 0, 0 },
	{ "lang", "", FUNCTION_NODES, 0, 0, 0 },
	{ "text", "", FUNCTION_NODES, 0, 0, 0 },
	{ "node", "", FUNCTION_NODES, 0, 0, 0 },
	{ "comment", "", FUNCTION_NODES, 0, 0, 0 },
	{ "processing-instruction", "", FUNCTION_NODES, 0, 0, 0 },
};
const size_t function_count = ARRAY_SIZE(functions);

const struct function *
function_find(struct slice name)
{
	for (size_t i = 0; i < function_count; i++)
		if (slice_equal(name, functions[i].name))
			return &functions[i];
	return NULL;
}

const char *
function_nearest(struct slice name)
{
	struct nearest nearest = { .distance = NEAREST_FAR };

	for (size_t i = 0; i < function_count; i++)
		if (functions[i].kind != FUNCTION_NODES)
			nearest_consider(&nearest, name, functions[i].name);
	return nearest.name;
}
