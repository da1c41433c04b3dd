/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom a failover moves: terms while reading, resolved when all clients are known. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "policy/loader.h"

#define DEFAULT_AFTER (30 * SECOND) /* of every step but the first */

/* ---- reading ---- */

void
who_step(struct loader *loader, const struct value *value)
{
	struct policy_failover *failover = &loader->policy->failover;
	struct policy_step *step;

	loader->selecting = NULL;
	if (failover->steps == POLICY_STEPS_MAX) {
		if ((loader->spoiled & E_BIT(E_STEP)) == 0)
			loader_fault(loader, loader->line,
				     "more than %u <step>: expected fewer",
				     POLICY_STEPS_MAX);
		loader->spoiled |= E_BIT(E_STEP);
		return;
	}
	step = ARRAY_MORE(loader->arena, failover->step, failover->steps);
	if (step == NULL)
		return;
	step->after = failover->steps > 1 ? DEFAULT_AFTER : 0;
	if (value[STEP_AFTER].set)
		step->after = value[STEP_AFTER].number;
	step->select.share = 1;
	step->select.order = ORDER_PRIORITY;
	step->line = loader->line;
	loader->selecting = &step->select;
	loader->share_line = loader->limit_line = 0;
}

static bool
is_cost(unsigned by)
{
	return by == SELECT_BY_WITHIN || by == SELECT_BY_BEYOND;
}

static void
add_term(struct loader *loader, const struct value *value, bool except)
{
	struct selection *select = loader->selecting;
	enum element_kind element = except ? E_EXCEPT : E_SELECT;
	unsigned said = 0, last = SELECT_BY_ALL;
	struct select_term *term;

	for (unsigned by = SELECT_BY_ALL; by <= SELECT_BY_BEYOND; by++)
		if (value[by].set) {
			said++;
			last = by;
		}
	if (said != 1 && (loader->spoiled & E_BIT(element)) == 0)
		loader_fault(loader, loader->line,
			     "<%s> %s: expected one of all=\"yes\", list=, group=, "
			     "site=, client=, within-cost= or beyond-cost=",
			     vocabulary[element].name,
			     said == 0 ? "says not whom" : "says whom more than once");
	if (said != 1) {
		loader->spoiled |= E_BIT(element);
		return;
	}
	term = ARRAY_MORE(loader->arena, select->term, select->terms);
	if (term == NULL)
		return;
	term->kind = (enum select_kind)(last + SELECT_ALL - SELECT_BY_ALL);
	term->of = is_cost(last) ? (uint32_t)value[last].number : POLICY_NONE;
	term->except = except;
	term->name = arena_text(loader->arena, value[last].text);
	term->line = loader->line;
}

/* The union has one of each. True when this <select> is the one that says it. */
static bool
narrows(struct loader *loader, const struct value *value, const char *name,
	uint32_t *line)
{
	if (!value->set)
		return false;
	if (*line == 0) {
		*line = loader->line;
		return true;
	}
	loader_fault(loader, loader->line,
		     "%s= of a second <select>: the first is at line %u; expected it "
		     "once, it is about all of them together",
		     name, *line);
	return false;
}

void
who_select(struct loader *loader, const struct value *value)
{
	struct selection *select = loader->selecting;

	if (select == NULL)
		return;
	add_term(loader, value, false);
	if (narrows(loader, &value[SELECT_SHARE], "share", &loader->share_line))
		select->share = value[SELECT_SHARE].real;
	if (narrows(loader, &value[SELECT_LIMIT], "limit", &loader->limit_line))
		select->limit = (uint32_t)value[SELECT_LIMIT].number;
	if (narrows(loader, &value[SELECT_SORT], "order", &select->order_line))
		select->order = (enum policy_order)value[SELECT_SORT].number;
}

void
who_except(struct loader *loader, const struct value *value)
{
	if (loader->selecting != NULL)
		add_term(loader, value, true);
}

/* ---- resolving ---- */

/* How each kind of name is looked up. */
struct lookup {
	const char *kind; /* the attribute's name, and the thing's */
	uint64_t unread;  /* elements that may have had it, had they been read */
	uint32_t (*find)(const struct policy *policy, const char *name);
	void (*guess)(const struct policy *policy, struct guess *guess);
};

static uint32_t
find_list(const struct policy *policy, const char *name)
{
	return policy_find_set(policy->list, policy->lists, name);
}

static uint32_t
find_group(const struct policy *policy, const char *name)
{
	return policy_find_set(policy->group, policy->groups, name);
}

static uint32_t
find_client(const struct policy *policy, const char *name)
{
	return policy_find_client(policy, name, strlen(name));
}

static void
guess_list(const struct policy *policy, struct guess *guess)
{
	for (size_t i = 0; i < policy->lists; i++)
		guess_try(guess, policy->list[i].name);
}

static void
guess_group(const struct policy *policy, struct guess *guess)
{
	for (size_t i = 0; i < policy->groups; i++)
		guess_try(guess, policy->group[i].name);
}

static void
guess_site(const struct policy *policy, struct guess *guess)
{
	for (size_t i = 0; i < policy->sites; i++)
		guess_try(guess, policy->site[i].name);
}

static void
guess_client(const struct policy *policy, struct guess *guess)
{
	for (size_t i = 0; i < policy->clients; i++)
		guess_try(guess, policy->client[i].name);
}

#define ROWS (E_BIT(E_CLIENT) | E_BIT(E_RANGE))
static const struct lookup lookups[] = {
	[SELECT_LIST] = { "list", E_BIT(E_LIST), find_list, guess_list },
	[SELECT_GROUP] = { "group", ROWS, find_group, guess_group },
	[SELECT_SITE] = { "site", E_BIT(E_SITE), policy_find_site, guess_site },
	[SELECT_CLIENT] = { "client", ROWS, find_client, guess_client },
};

static bool
resolve_term(struct loader *loader, struct select_term *term)
{
	const struct lookup *lookup = &lookups[term->kind];
	char hint[GUESS_TEXT];
	struct guess guess;

	term->of = lookup->find(loader->policy, term->name);
	if (term->of != POLICY_NONE)
		return true;
	if ((loader->spoiled & (lookup->unread | E_BIT(E_INCLUDE))) != 0)
		return false;
	guess = guess_of(slice_of(term->name));
	lookup->guess(loader->policy, &guess);
	loader_fault(loader, term->line,
		     "%s=\"%s\" of <%s>: there is no such %s; expected one that "
		     "<clients> has%s",
		     lookup->kind, term->name, term->except ? "except" : "select",
		     lookup->kind, guess_say(&guess, hint, sizeof(hint)));
	return false;
}

static bool
has_home(const struct policy *policy)
{
	for (size_t i = 0; i < policy->sites; i++)
		if (policy->site[i].home)
			return true;
	return false;
}

static void
needs_home(struct loader *loader, uint32_t line, const char *what)
{
	if (has_home(loader->policy) ||
	    (loader->spoiled & (E_BIT(E_SITE) | E_BIT(E_INCLUDE))) != 0)
		return;
	loader_fault(loader, line,
		     "%s goes by the cost of the path from the server's own site: "
		     "expected home=\"yes\" on one <site>",
		     what);
}

static bool
by_distance(enum policy_order order)
{
	return order == ORDER_NEAREST || order == ORDER_FARTHEST;
}

static bool
resolve_terms(struct loader *loader, struct selection *select)
{
	bool good = true;

	for (size_t i = 0; i < select->terms; i++) {
		struct select_term *term = &select->term[i];

		if (term->kind == SELECT_WITHIN)
			needs_home(loader, term->line, "within-cost=");
		else if (term->kind == SELECT_BEYOND)
			needs_home(loader, term->line, "beyond-cost=");
		else if (term->kind != SELECT_ALL)
			good = resolve_term(loader, term) && good;
	}
	if (by_distance(select->order))
		needs_home(loader, select->order_line,
			   "order=\"nearest\" or \"farthest\"");
	return good;
}

/* The policy's own sets are used as they are. */
static bool
find_rows(struct policy *policy, size_t step)
{
	struct selection *select = &policy->failover.step[step].select;
	const struct select_term *term = select->term;
	uint32_t **selected = &policy->store->selected[step];
	const struct policy_set *set;

	if (select->terms == 1 && term->kind == SELECT_ALL)
		return true;
	if (select->terms == 1 &&
	    (term->kind == SELECT_LIST || term->kind == SELECT_GROUP)) {
		set = term->kind == SELECT_LIST ? &policy->list[term->of]
						: &policy->group[term->of];
		select->rows = set->members;
		if (set->members > 0) {
			select->row = set->member;
			return true;
		}
	}
	*selected = malloc((policy->clients + 1) * sizeof(**selected));
	if (*selected == NULL)
		return false;
	select->row = *selected;
	select->rows = policy_union(policy, term, select->terms, *selected);
	return select->rows != SIZE_MAX;
}

void
who_resolve(struct loader *loader)
{
	struct policy *policy = loader->policy;
	struct policy_failover *failover = &policy->failover;
	bool good = true;

	loader->file = 0;
	if ((loader->spoiled & (E_BIT(E_SELECT) | E_BIT(E_EXCEPT))) != 0)
		return;
	for (size_t i = 0; i < failover->steps; i++)
		good = failover->step[i].select.terms > 0 &&
		       resolve_terms(loader, &failover->step[i].select) && good;
	if (by_distance(policy->connection.order))
		needs_home(loader, policy->connection.line,
			   "order=\"nearest\" or \"farthest\" of <batch>");
	for (size_t i = 0; good && i < failover->steps; i++)
		if (!find_rows(policy, i))
			loader->arena->failed = true;
}

/* ---- steps that move nobody ---- */

static size_t
rows_of(const struct policy *policy, const struct selection *select)
{
	return select->row != NULL ? select->rows : policy->clients;
}

static uint32_t
row_at(const struct selection *select, size_t i)
{
	return select->row != NULL ? select->row[i] : (uint32_t)i;
}

static bool
takes_all(const struct selection *select)
{
	return select->share >= 1 && select->limit == 0;
}

static bool
same_rows(const struct policy *policy, const struct selection *a,
	  const struct selection *b)
{
	size_t rows = rows_of(policy, a);

	if (rows != rows_of(policy, b))
		return false;
	for (size_t i = 0; i < rows; i++)
		if (row_at(a, i) != row_at(b, i))
			return false;
	return true;
}

/* Of however many, never more than the other takes. */
static bool
takes_no_more(const struct selection *select, const struct selection *than)
{
	return select->share <= than->share &&
	       (than->limit == 0 ||
		(select->limit != 0 && select->limit <= than->limit));
}

/* marks has those who have left by the steps before, for certain. */
static bool
adds_nobody(const struct policy *policy, size_t step, const uint8_t *marks)
{
	const struct selection *select = &policy->failover.step[step].select;
	size_t rows = rows_of(policy, select), gone = 0;

	while (gone < rows && marks[row_at(select, gone)])
		gone++;
	if (gone == rows)
		return true;
	for (size_t i = 0; i < step; i++) {
		const struct selection *before = &policy->failover.step[i].select;

		if (takes_no_more(select, before) && same_rows(policy, select, before))
			return true;
	}
	return false;
}

static void
warn_step(struct loader *loader, size_t step, uint8_t *marks)
{
	const struct policy *policy = loader->policy;
	const struct policy_step *at = &policy->failover.step[step];
	size_t rows = rows_of(policy, &at->select);

	if (rows == 0)
		loader_warning(
		    loader, at->select.term[0].line, "<step> selects nobody: %s",
		    policy->failover.steps > 1 ? "it moves no client"
					       : "this failover moves no client");
	else if (adds_nobody(policy, step, marks))
		loader_warning(loader, at->line,
			       "<step> adds nobody to those before it: expected other "
			       "clients, or a larger share of them");
	for (size_t i = 0; takes_all(&at->select) && i < rows; i++)
		marks[row_at(&at->select, i)] = 1;
}

void
who_warn(struct loader *loader)
{
	const struct policy *policy = loader->policy;
	uint8_t *marks = calloc(policy->clients + 1, 1);

	if (marks == NULL) {
		loader->arena->failed = true;
		return;
	}
	for (size_t i = 0; policy->clients > 0 && i < policy->failover.steps; i++)
		warn_step(loader, i, marks);
	free(marks);
}
