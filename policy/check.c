/* SPDX-License-Identifier: BSD-3-Clause */
/* What no schema can say: references, expressions, and what must fit together. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "policy/expression.h"
#include "policy/loader.h"

#define WHY_SIZE EXPRESSION_WHY
/* Alternates that an order can name; more would never be told to anybody. */

/* ---- expressions ---- */

static uint32_t
find_input(const void *context, const char *name, size_t length)
{
	return policy_find_input(context, name, length);
}

static bool
is_service(const void *context, uint32_t input)
{
	const struct policy *policy = context;

	return policy->input[input].service;
}

static const char *
input_name(const void *context, uint32_t input)
{
	const struct policy *policy = context;

	return input < policy->inputs ? policy->input[input].name : NULL;
}

static struct expression *
compile(struct loader *loader, uint32_t line, const char *what, const char *text)
{
	const struct expression_scope scope = {
		.context = loader->policy,
		.find = find_input,
		.is_service = is_service,
		.name = input_name,
	};
	char why[WHY_SIZE] = "";
	struct expression *expression =
	    expression_compile(text, &scope, why, sizeof(why));

	/* A parameter that was refused is unknown here through no fault of the text. */
	if (expression == NULL &&
	    (loader->spoiled & (E_BIT(E_PARAMETER) | E_BIT(E_SERVICE))) == 0)
		loader_fault(loader, line, "%s: %s", what, why);
	return expression;
}

static void
check_expressions(struct loader *loader)
{
	struct policy *policy = loader->policy;
	char what[WHY_SIZE];

	loader->file = 0;
	for (size_t i = 0; i < policy->failover.whens; i++) {
		struct policy_when *when = &policy->failover.when[i];

		if (when->text[0] == '\0')
			continue; /* missing: told */
		snprintf(what, sizeof(what), "test= of <when> \"%s\"", when->name);
		when->test = compile(loader, when->line, what, when->text);
	}
	if (policy->connection.function_text != NULL)
		policy->connection.function = compile(loader, policy->connection.line,
						      "function= of <connection>",
						      policy->connection.function_text);
	if (policy->performance_text != NULL) {
		policy->performance =
		    compile(loader, policy->performance_line,
			    "function= of <performance>", policy->performance_text);
		return;
	}
	if ((loader->spoiled & E_BIT(E_PERFORMANCE)) != 0)
		return;
	policy->performance_text = default_performance(policy, loader->arena);
	policy->performance =
	    compile(loader, policy->failover.line, "the default performance function",
		    policy->performance_text);
}

/* An average over some time, so that one busy second is no failure. What a host lacks
   (pressure of an old kernel, threads of an old RADIUS server) reads as no limit; what
   times out is measured as the worst before it comes here. */
#define CPU_PART      "100 - average('cpu', '30s')"
#define PRESSURE_PART ", 100 - average('pressure-memory', '10s', 0)"
#define THREADS_PART                                    \
	", 100 * minimum('threads-available', '1s', 1)" \
	" div average('threads-max', '1s', 1)"

const char *
default_performance(struct policy *policy, struct arena *arena)
{
	unsigned mandatory = 0, dependent = 0;
	char text[512], less[64] = "";
	bool threads =
	    policy_find_input(policy, "threads-available", 17) < POLICY_NONE &&
	    policy_find_input(policy, "threads-max", 11) < POLICY_NONE;

	for (size_t i = 0; i < policy->inputs; i++) {
		mandatory += policy->input[i].role == ROLE_MANDATORY;
		dependent += policy->input[i].role == ROLE_DEPENDENT;
	}
	if (dependent > 0) /* 10 for each that is down */
		snprintf(less, sizeof(less), " - %u * (1 - dependent())",
			 10 * dependent);
	snprintf(text, sizeof(text), "max(0, min(" CPU_PART PRESSURE_PART "%s)%s)%s",
		 threads ? THREADS_PART : "", less,
		 mandatory > 0 ? " * mandatory()" : "");
	return arena_text(arena, slice_of(text));
}

/* ---- what the default performance takes by its name ---- */

static const char *const thread_names[] = { "threads-available", "threads-max" };

static const struct draft *
draft_of(const struct loader *loader, uint32_t input)
{
	for (size_t i = 0; i < loader->drafts; i++)
		if (loader->draft[i].input == input)
			return &loader->draft[i];
	return NULL;
}

/* Can it be what the name says? Of what others made nobody knows. */
static bool
counts_threads(const struct draft *draft, const char *name)
{
	switch (draft->probe.kind) {
	case PROBE_RADIUS_STATUS:
		for (size_t i = 0; i < probe_radius_value_count; i++)
			if (strcmp(probe_radius_values[i].name, name) == 0)
				return probe_radius_values[i].value ==
					   draft->output.value &&
				       probe_radius_values[i].selector ==
					   draft->output.selector;
		return false;
	case PROBE_RADIUS_THREADS:
		return draft->output.label != NULL &&
		       strcmp(draft->output.label, name) == 0;
	case PROBE_EXEC:
	case PROBE_FILE:
	case PROBE_SNMP:
		return true;
	default:
		return false;
	}
}

static void
check_threads(struct loader *loader)
{
	const struct policy *policy = loader->policy;
	const struct draft *draft[2] = { NULL, NULL };
	const uint64_t spoiled = E_BIT(E_PARAMETER) | E_BIT(E_PERFORMANCE);

	if (policy->performance_text != NULL || (loader->spoiled & spoiled) != 0)
		return;
	loader->file = 0;
	for (size_t i = 0; i < 2; i++) {
		uint32_t input =
		    policy_find_input(policy, thread_names[i], strlen(thread_names[i]));

		draft[i] = input < POLICY_NONE ? draft_of(loader, input) : NULL;
		if (draft[i] != NULL && !counts_threads(draft[i], thread_names[i]))
			loader_warning(
			    loader, draft[i]->line,
			    "the default performance takes \"%s\" for a number of "
			    "threads: expected value=\"%s\" of <radius-status> or "
			    "<radius-threads>, or another name",
			    thread_names[i], thread_names[i]);
	}
	if ((draft[0] == NULL) != (draft[1] == NULL)) {
		size_t there = draft[0] != NULL ? 0 : 1;

		loader_warning(
		    loader, draft[there]->line,
		    "the default performance looks at \"%s\" only together with "
		    "\"%s\": expected both, or neither",
		    thread_names[there], thread_names[1 - there]);
	} else if (draft[0] != NULL && draft[0]->probe.kind != draft[1]->probe.kind) {
		loader_warning(
		    loader, draft[0]->line,
		    "\"threads-available\" and \"threads-max\" are asked in two "
		    "ways: expected one, or the default performance is wrong "
		    "whenever one alone is known");
	}
}

/* ---- thresholds ---- */

static void
check_thresholds(struct loader *loader)
{
	const struct policy *policy = loader->policy;

	loader->file = 0;
	if ((loader->spoiled & (E_BIT(E_FAILOVER) | E_BIT(E_CONNECTION))) != 0 ||
	    policy->connection.threshold > policy->failover.threshold ||
	    policy->connection.function_text != NULL) /* has a scale of its own */
		return;
	loader_fault(
	    loader, policy->connection.line,
	    "threshold= of <connection> is not above that of <failover> at line "
	    "%" PRIu32 ": expected it higher, or clients would swing",
	    policy->failover.line);
}

static void
check_timeouts(struct loader *loader)
{
	const struct policy *policy = loader->policy;

	loader->file = 0;
	for (size_t i = SYSTEM_COUNT; i < policy->inputs; i++) {
		const struct policy_input *input = &policy->input[i];

		if (input->on_timeout == TIMEOUT_WORST && input->worst == WORST_NONE &&
		    (loader->spoiled & E_BIT(E_PARAMETER)) == 0)
			loader_fault(
			    loader, input->line,
			    "on-timeout=\"worst\" of <parameter> \"%s\": nobody knows "
			    "what its worst value is; expected a latency, a count of "
			    "free things, or on-timeout=\"unknown\"",
			    input->name);
	}
}

/* ---- what is allowed, and yet hardly meant ---- */

/* A margin below this share of the thresholds is crossed by noise: clients would go and
   come with it. */
#define MARGIN 0.1
#define SLOW   DAY /* for all clients to be back */

static bool
is_constant(const struct expression *expression)
{
	size_t looks = 0;

	return expression != NULL && (expression_looks(expression, &looks), looks == 0);
}

static void
warn_constants(struct loader *loader)
{
	const struct policy *policy = loader->policy;

	for (size_t i = 0; i < policy->failover.whens; i++)
		if (is_constant(policy->failover.when[i].test))
			loader_warning(loader, policy->failover.when[i].line,
				       "test= of <when> \"%s\" looks at nothing: it is "
				       "always met, or never",
				       policy->failover.when[i].name);
	if (is_constant(policy->connection.function))
		loader_warning(loader, policy->connection.line,
			       "function= of <connection> looks at nothing: it never "
			       "changes");
	if (policy->performance_line > 0 && is_constant(policy->performance))
		loader_warning(loader, policy->performance_line,
			       "function= of <performance> looks at nothing: it never "
			       "changes");
}

/* How many it takes until everybody is back; no need to count beyond SLOW. */
static uint64_t
batches_of(const struct policy *policy)
{
	const struct policy_connection *connection = &policy->connection;
	uint64_t enough = (uint64_t)SLOW / (uint64_t)connection->every + 2;
	size_t back = 0;
	uint32_t batches = 0;

	while (back < policy->clients && batches < enough)
		back += policy_batch(connection, batches++);
	return batches;
}

static void
warn_returns(struct loader *loader)
{
	const struct policy_connection *connection = &loader->policy->connection;
	double low = loader->policy->failover.threshold, high = connection->threshold;
	bool close = high > low && high - low < MARGIN * fmax(fabs(low), fabs(high));
	uint64_t batches = batches_of(loader->policy);

	if (close && connection->function == NULL)
		loader_warning(loader, connection->line,
			       "threshold= of <connection> is hardly above that of "
			       "<failover>: clients may go and come with every "
			       "fluctuation");
	if (batches > 1 && batches - 1 > (uint64_t)SLOW / (uint64_t)connection->every)
		loader_warning(loader, connection->line,
			       "<batch> calls %" PRIu32
			       " of %zu clients at a time: all "
			       "are back after more than a day only",
			       connection->batch, loader->policy->clients);
}

void
check_warnings(struct loader *loader)
{
	loader->file = 0;
	warn_constants(loader);
	who_warn(loader);
	warn_returns(loader);
	alternates_warn(loader);
}

void
check_policy(struct loader *loader)
{
	alternates_check(loader);
	check_thresholds(loader);
	check_threads(loader);
	check_expressions(loader);
	who_resolve(loader);
	check_timeouts(loader);
}
