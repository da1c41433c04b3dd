/* SPDX-License-Identifier: BSD-3-Clause */
/* Where on the board each row lies: made anew when a policy or a fleet's rows change. */
#include "config.h"

#include "subagent/publish-inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
ranks_free(struct ranks *ranks)
{
	free(ranks->number);
	free(ranks->position);
	memset(ranks, 0, sizeof(*ranks));
}

void
layout_free(struct layout *layout)
{
	ranks_free(&layout->parameter);
	ranks_free(&layout->service);
	ranks_free(&layout->condition);
	ranks_free(&layout->alternate);
	ranks_free(&layout->group);
	free(layout->input);
	free(layout->looked_at);
	clients_free(&layout->clients);
	memset(layout, 0, sizeof(*layout));
}

/* ---- numbers and their order ---- */

static bool
ranks_new(struct ranks *ranks, size_t count)
{
	ranks->count = (uint32_t)count;
	ranks->number = calloc(count + 1, sizeof(*ranks->number));
	ranks->position = calloc(count + 1, sizeof(*ranks->position));
	return ranks->number && ranks->position;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* From numbers to places on the board, of which base is the first. */
static bool
ranks_place(struct ranks *ranks, uint32_t base)
{
	uint64_t *order = calloc((size_t)ranks->count + 1, sizeof(*order));
	if (!order)
		return false;
	for (uint32_t i = 0; i < ranks->count; i++)
		order[i] = (uint64_t)ranks->number[i] << 32 | i;
	qsort(order, ranks->count, sizeof(*order), compare);
	for (uint32_t i = 0; i < ranks->count; i++)
		ranks->position[(uint32_t)order[i]] = base + i;
	free(order);
	return true;
}

static bool
number(struct publisher *publisher, const char *server, enum index_kind kind,
       const char *name, uint32_t *out)
{
	*out = indexes_number(publisher->indexes, server, kind, name);
	return *out != 0;
}

/* ---- one server ---- */

/* Parameters' inputs first, then services'. */
static bool
plan_inputs(struct publisher *publisher, struct layout *layout,
	    const struct policy *policy)
{
	size_t parameters = 0;
	layout->input = calloc(policy->inputs + 1, sizeof(*layout->input));
	if (!layout->input)
		return false;
	for (uint32_t pass = 0, at = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < policy->inputs; i++)
			if (policy->input[i].service == (pass == 1)) {
				layout->input[at++] = i;
				parameters += pass == 0;
			}
	if (!ranks_new(&layout->parameter, parameters) ||
	    !ranks_new(&layout->service, policy->inputs - parameters))
		return false;
	bool done = true;
	for (size_t i = 0; i < policy->inputs && done; i++) {
		const char *name = policy->input[layout->input[i]].name;
		if (i < parameters)
			done = number(publisher, policy->server, INDEX_PARAMETER, name,
				      &layout->parameter.number[i]);
		else
			done = number(publisher, policy->server, INDEX_SERVICE, name,
				      &layout->service.number[i - parameters]);
	}
	return done;
}

static bool
plan_conditions(struct publisher *publisher, struct layout *layout,
		const struct server_view *view)
{
	size_t count = judge_conditions(view->judge);
	if (!ranks_new(&layout->condition, count))
		return false;
	bool done = true;
	for (uint32_t i = 0; i < count && done; i++)
		done = number(publisher, view->policy->server, INDEX_CONDITION,
			      judge_condition_name(view->judge, i),
			      &layout->condition.number[i]);
	return done;
}

static bool
plan_others(struct publisher *publisher, struct layout *layout,
	    const struct policy *policy)
{
	size_t groups = rows_groups(policy);
	if (!ranks_new(&layout->alternate, policy->alternates) ||
	    !ranks_new(&layout->group, groups))
		return false;
	bool done = true;
	for (size_t i = 0; i < policy->alternates && done; i++)
		done = number(publisher, policy->server, INDEX_ALTERNATE,
			      policy->alternate[i].name, &layout->alternate.number[i]);
	for (size_t i = 0; i < groups && done; i++) {
		char key[INDEX_NAME];
		rows_group_key(policy, i, key, sizeof(key));
		done = number(publisher, policy->server, INDEX_GROUP, key,
			      &layout->group.number[i]);
	}
	return done;
}

static void
look_at(struct layout *layout, const struct expression *expression)
{
	size_t count = 0;
	if (!expression)
		return;
	const uint32_t *input = expression_inputs(expression, &count);
	for (size_t i = 0; i < count; i++)
		layout->looked_at[input[i]] = true;
}

static bool
plan_looks(struct layout *layout, const struct policy *policy)
{
	layout->looked_at = calloc(policy->inputs + 1, sizeof(*layout->looked_at));
	if (!layout->looked_at)
		return false;
	look_at(layout, policy->performance);
	if (policy->connection.function)
		look_at(layout, policy->connection.function);
	for (size_t i = 0; i < policy->failover.whens; i++)
		look_at(layout, policy->failover.when[i].test);
	return true;
}

/* What was told of services goes with their numbers: what came about meanwhile is still
   to be told, and nothing twice. */
static bool
carry_told(struct shown *shown, const struct ranks *services)
{
	struct told_services told = { .count = services->count };
	told.number = calloc((size_t)services->count + 1, sizeof(*told.number));
	told.state = calloc((size_t)services->count + 1, sizeof(*told.state));
	if (!told.number || !told.state) {
		free(told.number);
		free(told.state);
		return false;
	}
	for (uint32_t i = 0; i < services->count; i++) {
		told.number[i] = services->number[i];
		for (uint32_t old = 0; old < shown->services.count; old++)
			if (shown->services.number[old] == told.number[i])
				told.state[i] = shown->services.state[old];
	}
	free(shown->services.number);
	free(shown->services.state);
	shown->services = told;
	return true;
}

static bool
plan_server(struct publisher *publisher, struct shown *shown,
	    const struct server_view *view)
{
	struct layout *layout = &shown->layout;
	layout_free(layout);
	layout->generation = view->generation;
	layout->rows = fleet_rows(view->fleet);
	layout->there = plan_inputs(publisher, layout, view->policy) &&
			plan_conditions(publisher, layout, view) &&
			plan_others(publisher, layout, view->policy) &&
			plan_looks(layout, view->policy) &&
			carry_told(shown, &layout->service) &&
			clients_plan(&layout->clients, view, layout->group.number);
	return layout->there;
}

/* ---- all of them ---- */

static void
sort_servers(struct publisher *publisher)
{
	publisher->servers = 0;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct shown *shown = &publisher->shown[i];
		if (!shown->there)
			continue;
		size_t at = publisher->servers++;
		for (; at > 0 && publisher->order[at - 1]->number > shown->number; at--)
			publisher->order[at] = publisher->order[at - 1];
		publisher->order[at] = shown;
	}
}

/* Places a table's rows after those of the servers before. */
static bool
place(struct publisher *publisher, enum mib_table table, struct ranks *ranks)
{
	uint32_t *rows = &publisher->sizes.rows[table];
	bool done = ranks_place(ranks, *rows);
	*rows += ranks->count;
	return done;
}

static bool
place_server(struct publisher *publisher, struct layout *layout)
{
	layout->at = publisher->sizes.rows[MIB_SERVER]++;
	return place(publisher, MIB_PARAMETER, &layout->parameter) &&
	       place(publisher, MIB_SERVICE, &layout->service) &&
	       place(publisher, MIB_CONDITION, &layout->condition) &&
	       place(publisher, MIB_ALTERNATE, &layout->alternate) &&
	       place(publisher, MIB_GROUP, &layout->group);
}

bool
layout_plan(struct publisher *publisher, struct moment now)
{
	publisher->planned_at = now.boot;
	memset(&publisher->sizes, 0, sizeof(publisher->sizes));
	sort_servers(publisher);
	for (size_t i = 0; i < publisher->servers; i++) {
		struct shown *shown = publisher->order[i];
		struct server_view view;
		size_t slot = (size_t)(shown - publisher->shown);
		if (!publisher->calls.view(publisher->calls.context, slot, &view) ||
		    !plan_server(publisher, shown, &view) ||
		    !place_server(publisher, &shown->layout))
			return false;
		uint32_t *rows = publisher->sizes.rows;
		rows[MIB_OPERATION] += PUBLISH_OPERATIONS;
		rows[MIB_EVENT] += PUBLISH_EVENT_ROOM;
		rows[MIB_ALARM] += ALARMS;
		shown->events_shown = 0;
	}
	return true;
}

/* Off the loop: memory for the board, and the one thing that has to be sorted which may
   be long. Nothing here looks at what the loop goes on changing. */
void
publisher_work(struct publisher *publisher)
{
	struct board_sizes sizes = publisher->sizes;
	for (size_t i = 0; i < publisher->servers; i++) {
		struct shown_clients *clients = &publisher->order[i]->layout.clients;
		clients_place(clients, sizes.rows[MIB_CLIENT]);
		sizes.rows[MIB_CLIENT] += (uint32_t)clients->rows;
	}
	publisher->sizes = sizes;
	publisher->next = board_new(&sizes);
}
