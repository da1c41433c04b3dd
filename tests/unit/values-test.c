/* SPDX-License-Identifier: BSD-3-Clause */
/* Three values from samples to verdict: random functions of parameters and windows, random
   times, values, failures and gaps, through the loader and the judge as they ship; against
   a reference that keeps every sample and walks the function from left to right.

   Compared: whether performance is known, and what it is. Looking at an unknown makes it
   unknown, whatever not() says; what short-circuit leaves unread does not; known() only
   looks; a window is unknown when no part of it is known, unless it has a third argument.
   VALUES_SEED=N in the environment plays another lot. */
#include "config.h"

#include "common/bytes.h"
#include "common/clock.h"
#include "common/random.h"
#include "policy/judge.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS  400u
#define STEPS      120u
#define PARAMETERS 3u
#define NODES      48u
#define INTERVAL   SECOND
/* Without a value for so long, a parameter is unknown. */
#define GOOD (3 * INTERVAL)

static struct random chance;

static unsigned
below(unsigned bound)
{
	return (unsigned)random_below(&chance, bound);
}

/* ---- the slow memory ---- */

static struct {
	int64_t at[STEPS * 2];
	double value[STEPS * 2];
	size_t count;
} history[PARAMETERS];

static bool
known_at(unsigned p, int64_t now)
{
	size_t count = history[p].count;

	return count > 0 && now < history[p].at[count - 1] + GOOD;
}

static double
last_of(unsigned p)
{
	return history[p].value[history[p].count - 1];
}

struct view {
	double average, maximum, minimum;
};

static bool
look(unsigned p, int64_t length, int64_t now, struct view *view)
{
	int64_t known = 0;
	double sum = 0;

	view->maximum = -INFINITY;
	view->minimum = INFINITY;
	for (size_t i = 0; i < history[p].count; i++) {
		int64_t from = history[p].at[i], until = from + GOOD;
		double value = history[p].value[i];

		if (i + 1 < history[p].count && history[p].at[i + 1] < until)
			until = history[p].at[i + 1];
		until = until < now ? until : now;
		from = from > now - length ? from : now - length;
		if (until <= from)
			continue;
		known += until - from;
		sum += value * (double)(until - from);
		view->maximum = fmax(view->maximum, value);
		view->minimum = fmin(view->minimum, value);
	}
	if (known_at(p, now)) {
		view->maximum = fmax(view->maximum, last_of(p));
		view->minimum = fmin(view->minimum, last_of(p));
	} else if (known == 0) {
		return false;
	}
	view->average = known > 0 ? sum / (double)known : last_of(p);
	return true;
}

/* ---- functions ---- */

enum kind {
	KIND_NUMBER,
	KIND_VALUE,
	KIND_WINDOW,
	KIND_KNOWN,
	KIND_LEAVES,
	KIND_NOT = KIND_LEAVES,
	KIND_CLAMP,
	KIND_BOTH,
	KIND_AND = KIND_BOTH,
	KIND_OR,
	KIND_LESS,
	KIND_MORE,
	KIND_EQUAL,
	KIND_PLUS,
	KIND_MINUS,
	KIND_TIMES,
	KIND_DIV,
	KIND_MIN,
	KIND_MAX,
	KINDS
};

struct node {
	enum kind kind;
	unsigned number, parameter, window, seconds;
	bool otherwise;
	struct node *left, *right;
};
static struct node node[NODES];
static size_t nodes;

static struct node *
grow(unsigned depth)
{
	struct node *n = &node[nodes++];
	bool leaf = depth == 0 || nodes + 2 * depth + 2 > NODES || below(6) == 0;

	*n = (struct node){
		.kind = leaf ? (enum kind)below(KIND_LEAVES)
			     : (enum kind)(KIND_LEAVES + below(KINDS - KIND_LEAVES)),
		.number = below(6),
		.parameter = below(PARAMETERS),
		.window = below(3),
		.seconds = 1 + below(20),
		.otherwise = below(3) == 0,
	};
	if (leaf)
		return n;
	n->left = grow(depth - 1);
	if (n->kind >= KIND_BOTH)
		n->right = grow(depth - 1);
	return n;
}

static const char *const window_name[] = { "average", "maximum", "minimum" };

static void
put_leaf(const struct node *n, FILE *to)
{
	if (n->kind == KIND_NUMBER)
		fprintf(to, "%u", n->number);
	else if (n->kind == KIND_VALUE)
		fprintf(to, "$p%u", n->parameter);
	else if (n->kind == KIND_KNOWN)
		fprintf(to, "known('p%u')", n->parameter);
	else if (n->otherwise)
		fprintf(to, "%s('p%u', '%us', %u)", window_name[n->window],
			n->parameter, n->seconds, n->number);
	else
		fprintf(to, "%s('p%u', '%us')", window_name[n->window], n->parameter,
			n->seconds);
}

static void
put(const struct node *n, FILE *to)
{
	static const struct {
		const char *before, *between, *after;
	} words[KINDS] = {
		[KIND_NOT] = { "not(", "", ")" },
		[KIND_AND] = { "(", " and ", ")" },
		[KIND_OR] = { "(", " or ", ")" },
		[KIND_LESS] = { "(", " &lt; ", ")" },
		[KIND_MORE] = { "(", " &gt;= ", ")" },
		[KIND_EQUAL] = { "(", " = ", ")" },
		[KIND_PLUS] = { "(", " + ", ")" },
		[KIND_MINUS] = { "(", " - ", ")" },
		[KIND_TIMES] = { "(", " * ", ")" },
		[KIND_DIV] = { "(", " div ", ")" },
		[KIND_MIN] = { "min(", ", ", ")" },
		[KIND_MAX] = { "max(", ", ", ")" },
		[KIND_CLAMP] = { "clamp(", "", ", 1, 4)" },
	};

	if (n->kind < KIND_LEAVES) {
		put_leaf(n, to);
		return;
	}
	fputs(words[n->kind].before, to);
	put(n->left, to);
	fputs(words[n->kind].between, to);
	if (n->right != NULL)
		put(n->right, to);
	fputs(words[n->kind].after, to);
}

/* ---- read slowly ---- */

struct answer {
	double value;
	bool truth; /* not a number, as far as = minds */
};

static struct answer
number(double value)
{
	return (struct answer){ value, false };
}

static struct answer
truth(bool value)
{
	return (struct answer){ value, true };
}

static struct answer
leaf(const struct node *n, int64_t now, bool *unknown)
{
	struct view view;

	switch (n->kind) {
	case KIND_NUMBER:
		return number(n->number);
	case KIND_KNOWN:
		return truth(known_at(n->parameter, now));
	case KIND_VALUE:
		if (known_at(n->parameter, now))
			return number(last_of(n->parameter));
		break;
	default:
		if (look(n->parameter, n->seconds * SECOND, now, &view))
			return number(n->window == 0   ? view.average
				      : n->window == 1 ? view.maximum
						       : view.minimum);
		if (n->otherwise)
			return number(n->number);
		break;
	}
	*unknown = true;
	return number(0);
}

/* A number that is none counts as false, and is unequal to itself. */
static bool
holds(struct answer a)
{
	return a.value != 0 && !isnan(a.value);
}

static struct answer
both(enum kind kind, struct answer l, struct answer r)
{
	switch (kind) {
	case KIND_LESS:
		return truth(l.value < r.value);
	case KIND_MORE:
		return truth(l.value >= r.value);
	case KIND_EQUAL:
		if (l.truth || r.truth)
			return truth(holds(l) == holds(r));
		return truth(l.value == r.value);
	case KIND_PLUS:
		return number(l.value + r.value);
	case KIND_MINUS:
		return number(l.value - r.value);
	case KIND_TIMES:
		return number(l.value * r.value);
	case KIND_DIV:
		return number(l.value / r.value);
	case KIND_MIN:
		return number(l.value < r.value ? l.value : r.value);
	default:
		return number(l.value > r.value ? l.value : r.value);
	}
}

static struct answer
walk(const struct node *n, int64_t now, bool *unknown)
{
	struct answer l, r;

	if (n->kind < KIND_LEAVES)
		return leaf(n, now, unknown);
	l = walk(n->left, now, unknown);
	/* Nothing that follows can change the answer. */
	if (*unknown)
		return l;
	if (n->kind == KIND_NOT)
		return truth(!holds(l));
	if (n->kind == KIND_CLAMP)
		return number(fmin(fmax(l.value, 1), 4));
	if (n->kind == KIND_AND && !holds(l))
		return truth(false);
	if (n->kind == KIND_OR && holds(l))
		return truth(true);
	r = walk(n->right, now, unknown);
	if (n->kind == KIND_AND || n->kind == KIND_OR)
		return truth(holds(r));
	return both(n->kind, l, r);
}

static bool
averages(const struct node *n)
{
	return n != NULL && ((n->kind == KIND_WINDOW && n->window == 0) ||
			     averages(n->left) || averages(n->right));
}

/* Where two ways to add up may differ in the last bit, and that turns the answer. */
static bool
on_edge(const struct node *n, int64_t now)
{
	bool unknown = false;
	double l = walk(n->left, now, &unknown).value, r = 0;

	if (!averages(n))
		return false;
	if (n->right != NULL)
		r = walk(n->right, now, &unknown).value;
	return !unknown && (fabs(l - r) < 1e-9 || fabs(l) < 1e-9 || fabs(r) < 1e-9);
}

/* min, max and clamp of what is no number are nobody's promise. */
static bool
tame(const struct node *n, int64_t now)
{
	bool unknown = false;
	struct answer a;

	if (n == NULL || n->kind < KIND_LEAVES)
		return true;
	if (!tame(n->left, now) || !tame(n->right, now) || on_edge(n, now))
		return false;
	a = walk(n, now, &unknown);
	return unknown || isfinite(a.value);
}

/* ---- side by side ---- */

static struct policy *
load(const struct node *root, char text[4096])
{
	struct test_document document = { .path = "policy.xml", .text = text };
	struct memory_source memory = { &document, 1 };
	struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(20);
	FILE *to = fmemopen(text, 4096, "w");
	struct policy *policy;

	CU_ASSERT_FATAL(to != NULL && faults != NULL);
	fprintf(to, "<policy xmlns=\"" POLICY_NAMESPACE "\"><server name=\"aaa1\" "
		    "address=\"192.0.2.10\"><key id=\"1\" file=\"k\"/></server>\n"
		    "<monitor interval=\"1s\">\n");
	for (unsigned p = 0; p < PARAMETERS; p++)
		fprintf(to,
			"<parameter name=\"p%u\"><file path=\"/%u\"/></parameter>\n", p,
			p);
	fprintf(to, "</monitor>\n<performance function=\"");
	put(root, to);
	fprintf(to,
		"\"/>\n<failover threshold=\"30\"><step><select all=\"yes\"/></step>"
		"</failover><connection threshold=\"60\"/><clients><client "
		"name=\"c1\" address=\"10.0.0.1\"/></clients></policy>\n");
	fclose(to);
	policy = policy_load(&source, "policy.xml", faults);
	if (policy == NULL)
		faults_print(faults, stdout);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

/* No closer than half an interval: then windows are exact. */
static void
happen(struct judge *judge, const struct policy *policy, int64_t now, int64_t next[])
{
	for (unsigned p = 0; p < PARAMETERS; p++) {
		char name[8];
		struct sample sample = { .at = now,
					 .ending = below(5) == 0 ? ENDING_FAILED
								 : ENDING_VALUE,
					 .value = below(4) };

		if (now < next[p] || below(3) == 0)
			continue;
		snprintf(name, sizeof(name), "p%u", p);
		sample.input = policy_find_input(policy, name, strlen(name));
		judge_sample(judge, &sample);
		next[p] = now + INTERVAL / 2 + (below(10) == 0 ? below(8) * SECOND : 0);
		if (sample.ending != ENDING_VALUE)
			continue;
		history[p].at[history[p].count] = now;
		history[p].value[history[p].count++] = sample.value;
	}
}

static unsigned
play(unsigned seen[2])
{
	static char text[4096];
	const struct node *root;
	struct policy *policy;
	struct judge *judge;
	int64_t now = 1000 * SECOND, next[PARAMETERS] = { 0 };
	unsigned wrong = 0;

	nodes = 0;
	root = grow(4);
	policy = load(root, text);
	judge = judge_new(policy);
	memset(history, 0, sizeof(history));
	for (unsigned i = 0; i < STEPS && wrong == 0; i++) {
		struct verdict verdict;
		struct answer answer;
		bool unknown = false;

		happen(judge, policy, now, next);
		if (below(3) == 0)
			now += below(400) * MILLISECOND;
		judge_decide(judge, now, &verdict);
		answer = walk(root, now, &unknown);
		if (!tame(root, now)) {
			now += 1 + below(2000) * MILLISECOND;
			continue;
		}
		seen[unknown]++;
		wrong = verdict.performance_known == unknown ||
			(!unknown && fabs(verdict.performance - answer.value) >
					 1e-9 * (1 + fabs(answer.value)));
		if (wrong > 0)
			printf("\n  at %" PRId64 " us: known %d, %.12g; expected %d, "
			       "%.12g\n%s",
			       now, verdict.performance_known, verdict.performance,
			       !unknown, answer.value, text);
		now += 1 + below(2000) * MILLISECOND;
	}
	judge_free(judge);
	policy_free(policy);
	return wrong;
}

static void
test_values(void)
{
	const char *given = getenv("VALUES_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261129;
	unsigned count = getenv("VALGRIND") != NULL ? FUNCTIONS / 20 : FUNCTIONS;
	unsigned wrong = 0, seen[2] = { 0 };

	CU_ASSERT_FATAL(policy_start());
	for (unsigned i = 0; i < count && wrong == 0; i++) {
		random_seed(&chance, seed + i);
		wrong = play(seen);
		if (wrong > 0)
			printf("  VALUES_SEED=%" PRIu64 "\n", seed + i);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(seen[0] > 10 * count && seen[1] > 10 * count);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "samples to verdicts, read slowly", test_values },
	};

	return unit_run("values", tests, ARRAY_SIZE(tests));
}
