/* SPDX-License-Identifier: BSD-3-Clause */
/* How far each site is from the server's own: the cheapest path over links. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "policy/loader.h"

/* What a link to the site above costs, when no <link> says otherwise. */
#define NESTING 1u

void
sites_link(struct loader *loader, const struct value *value)
{
	struct site_link *link;
	uint32_t site = loader->stack[loader->depth - 1].site;

	if (!value[SITE_LINK_TO].set || !value[SITE_LINK_COST].set ||
	    site == POLICY_NONE)
		return;
	link = ARRAY_MORE(loader->arena, loader->link, loader->links);
	if (link == NULL)
		return;
	link->site = site;
	link->to = arena_text(loader->arena, value[SITE_LINK_TO].text);
	link->cost = (uint32_t)value[SITE_LINK_COST].number;
	link->line = loader->line;
	link->file = loader->file;
}

/* ---- edges ---- */

/* Both ways in a list each: from `a` to `b` and back. */
struct edge {
	uint32_t a, b;
	uint32_t cost;
	const struct site_link *link; /* NULL: of nesting */
};

struct graph {
	struct loader *loader;
	struct edge *edge;
	size_t edges;
	size_t *first; /* of each site's edges, by a; one more at the end */
};

static void
add_edge(struct graph *graph, uint32_t a, uint32_t b, uint32_t cost,
	 const struct site_link *link)
{
	graph->edge[graph->edges++] = (struct edge){ a, b, cost, link };
	graph->edge[graph->edges++] = (struct edge){ b, a, cost, link };
}

static uint32_t
link_target(struct loader *loader, const struct site_link *link)
{
	const struct policy *policy = loader->policy;
	uint32_t to = policy_find_site(policy, link->to);
	struct guess guess = guess_of(slice_of(link->to));
	char hint[GUESS_TEXT];

	loader->file = link->file;
	if (to == POLICY_NONE) {
		if ((loader->spoiled & (E_BIT(E_SITE) | E_BIT(E_INCLUDE))) != 0)
			return to;
		for (size_t i = 0; i < policy->sites; i++)
			guess_try(&guess, policy->site[i].name);
		loader_fault(loader, link->line,
			     "to=\"%s\" of <link>: there is no such site; expected one "
			     "that <clients> has%s",
			     link->to, guess_say(&guess, hint, sizeof(hint)));
	} else if (to == link->site) {
		loader_fault(loader, link->line,
			     "<link> of site \"%s\" leads to itself: expected another",
			     link->to);
		to = POLICY_NONE;
	}
	return to;
}

/* By both ends; of those of one pair what <link> says comes first, in the documents'
   order. */
static int
by_ends(const void *x, const void *y)
{
	const struct edge *a = x, *b = y;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	if ((a->link == NULL) != (b->link == NULL))
		return a->link == NULL ? 1 : -1;
	return a->link < b->link ? -1 : a->link > b->link;
}

/* One edge a pair is left: a <link> replaces what nesting says, a second <link> between
   the same two is a fault, told once. */
static void
unite_edges(struct graph *graph)
{
	struct loader *loader = graph->loader;
	size_t kept = 0;

	qsort(graph->edge, graph->edges, sizeof(*graph->edge), by_ends);
	for (size_t i = 0; i < graph->edges; i++) {
		const struct edge *edge = &graph->edge[i];
		const struct edge *last = kept > 0 ? &graph->edge[kept - 1] : NULL;

		if (last == NULL || last->a != edge->a || last->b != edge->b) {
			graph->edge[kept++] = *edge;
			continue;
		}
		if (edge->link == NULL || edge->a > edge->b)
			continue;
		loader->file = edge->link->file;
		loader_fault(
		    loader, edge->link->line,
		    "a second <link> between \"%s\" and \"%s\": the first is at "
		    "%s:%u; expected one",
		    loader->policy->site[edge->a].name,
		    loader->policy->site[edge->b].name,
		    loader->policy->file[last->link->file], last->link->line);
	}
	graph->edges = kept;
}

static bool
make_graph(struct graph *graph)
{
	struct loader *loader = graph->loader;
	const struct policy *policy = loader->policy;
	size_t at = 0;

	graph->edge = reallocarray(NULL, 2 * (policy->sites + loader->links),
				   sizeof(struct edge));
	graph->first = calloc(policy->sites + 1, sizeof(*graph->first));
	if (graph->edge == NULL || graph->first == NULL)
		return false;
	for (uint32_t i = 0; i < policy->sites; i++)
		if (policy->site[i].parent != POLICY_NONE)
			add_edge(graph, i, policy->site[i].parent, NESTING, NULL);
	for (size_t i = 0; i < loader->links; i++) {
		uint32_t to = link_target(loader, &loader->link[i]);

		if (to != POLICY_NONE)
			add_edge(graph, loader->link[i].site, to, loader->link[i].cost,
				 &loader->link[i]);
	}
	unite_edges(graph);
	for (uint32_t i = 0; i < policy->sites; i++) {
		graph->first[i] = at;
		while (at < graph->edges && graph->edge[at].a == i)
			at++;
	}
	graph->first[policy->sites] = at;
	return true;
}

/* ---- the cheapest path ---- */

/* Sites reached, the cheapest on top; one that was reached again by a cheaper path lies
   in it twice, and its second turn changes nothing. */
struct reached {
	uint64_t cost;
	uint32_t site;
};

static void
reached_push(struct reached *heap, size_t *count, struct reached one)
{
	size_t at = (*count)++;

	for (; at > 0 && heap[(at - 1) / 2].cost > one.cost; at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = one;
}

static struct reached
reached_pop(struct reached *heap, size_t *count)
{
	struct reached top = heap[0], last = heap[--*count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < *count && heap[child + 1].cost < heap[child].cost)
			child++;
		if (child >= *count || heap[child].cost >= last.cost)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = last;
	return top;
}

/* Costs are at most a million a link; the sum of 4,000 such would not fit. */
static uint32_t
cost_kept(uint64_t cost)
{
	return cost < POLICY_NONE ? (uint32_t)cost : POLICY_NONE - 1;
}

static bool
find_paths(struct graph *graph, uint32_t home)
{
	struct policy *policy = graph->loader->policy;
	uint64_t *cost = malloc(policy->sites * sizeof(*cost));
	/* Each edge lays its end down once at most. */
	struct reached *heap = malloc((graph->edges + 1) * sizeof(*heap));
	size_t count = 0;

	if (cost == NULL || heap == NULL) {
		free(cost);
		free(heap);
		return false;
	}
	memset(cost, 0xff, policy->sites * sizeof(*cost));
	cost[home] = 0;
	reached_push(heap, &count, (struct reached){ 0, home });
	while (count > 0) {
		struct reached here = reached_pop(heap, &count);

		if (here.cost > cost[here.site])
			continue;
		policy->site[here.site].cost = cost_kept(here.cost);
		for (size_t i = graph->first[here.site];
		     i < graph->first[here.site + 1]; i++) {
			const struct edge *edge = &graph->edge[i];
			uint64_t next = here.cost + edge->cost;

			if (next >= cost[edge->b])
				continue;
			cost[edge->b] = next;
			reached_push(heap, &count, (struct reached){ next, edge->b });
		}
	}
	free(cost);
	free(heap);
	return true;
}

void
sites_resolve(struct loader *loader)
{
	struct graph graph = { .loader = loader };
	const struct policy *policy = loader->policy;
	uint32_t home = 0;

	if (policy->sites == 0)
		return;
	while (home < policy->sites && !policy->site[home].home)
		home++;
	if (!make_graph(&graph) || (home < policy->sites && !find_paths(&graph, home)))
		loader->arena->failed = true;
	free(graph.edge);
	free(graph.first);
}
