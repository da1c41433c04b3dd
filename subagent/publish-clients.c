/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients on the board: looked at in slices, written when they changed, counted by list,
   group, site and alternate as they change. */
#include "config.h"

#include "subagent/publish-clients.h"

#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "subagent/publish-rows.h"

/* ---- the plan ---- */

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* Lists and groups in the order of their numbers: number << 32 | set. NULL without
   memory. */
static uint64_t *
sets_in_order(size_t sets, const uint32_t *number)
{
	uint64_t *order = calloc(sets + 1, sizeof(*order));
	if (!order)
		return NULL;
	for (size_t s = 0; s < sets; s++)
		order[s] = (uint64_t)number[s] << 32 | s;
	qsort(order, sets, sizeof(*order), compare);
	return order;
}

/* Counts, then fills: each row's memberships stand together, in the order given. */
static void
note_members(struct shown_clients *clients, const struct policy *policy,
	     const uint64_t *order, bool fill)
{
	for (size_t i = 0; i < policy->lists + policy->groups; i++) {
		uint32_t s = (uint32_t)order[i];
		const struct policy_set *set = s < policy->lists
						   ? &policy->list[s]
						   : &policy->group[s - policy->lists];
		for (uint32_t m = 0; m < set->members; m++) {
			uint32_t row = set->member[m];
			if (fill)
				clients->member[clients->first[row]++] = s;
			else
				clients->first[row + 1]++;
		}
	}
}

static bool
plan_members(struct shown_clients *clients, const struct policy *policy,
	     const uint32_t *number)
{
	uint64_t *order = sets_in_order(policy->lists + policy->groups, number);
	if (!order)
		return false;
	note_members(clients, policy, order, false);
	for (size_t row = 0; row < clients->rows; row++)
		clients->first[row + 1] += clients->first[row];
	clients->member =
	    calloc((size_t)clients->first[clients->rows] + 1, sizeof(uint32_t));
	if (clients->member)
		note_members(clients, policy, order, true);
	free(order);
	if (!clients->member)
		return false;
	/* Filling has moved each beginning to its end, which is the next one's. */
	memmove(clients->first + 1, clients->first, clients->rows * sizeof(uint32_t));
	clients->first[0] = 0;
	return true;
}

bool
clients_plan(struct shown_clients *clients, const struct server_view *view,
	     const uint32_t *number)
{
	const struct policy *policy = view->policy;
	size_t rows = fleet_rows(view->fleet);
	memset(clients, 0, sizeof(*clients));
	clients->rows = rows;
	clients->shown = calloc(rows + 1, sizeof(*clients->shown));
	clients->index = calloc(rows + 1, sizeof(*clients->index));
	clients->order = calloc(rows + 1, sizeof(*clients->order));
	clients->position = calloc(rows + 1, sizeof(*clients->position));
	clients->first = calloc(rows + 1, sizeof(*clients->first));
	clients->group = calloc(rows_groups(policy) + 1, sizeof(*clients->group));
	clients->alternate =
	    calloc(policy->alternates + 1, sizeof(*clients->alternate));
	if (!clients->shown || !clients->index || !clients->order ||
	    !clients->position || !clients->first || !clients->group ||
	    !clients->alternate || !plan_members(clients, policy, number)) {
		clients_free(clients);
		return false;
	}
	for (size_t row = 0; row < rows; row++) {
		uint32_t index = fleet_row(view->fleet, (uint32_t)row)->index;
		clients->index[row] = index;
		clients->order[row] = (uint64_t)index << 32 | row;
	}
	return true;
}

void
clients_place(struct shown_clients *clients, uint32_t base)
{
	size_t sorted = 1;
	while (sorted < clients->rows &&
	       clients->order[sorted - 1] < clients->order[sorted])
		sorted++;
	/* As a rule numbers were given in the policy's order. */
	if (sorted < clients->rows)
		qsort(clients->order, clients->rows, sizeof(*clients->order), compare);
	for (size_t i = 0; i < clients->rows; i++)
		clients->position[(uint32_t)clients->order[i]] = base + (uint32_t)i;
	free(clients->order);
	clients->order = NULL;
}

void
clients_free(struct shown_clients *clients)
{
	free(clients->shown);
	free(clients->index);
	free(clients->order);
	free(clients->position);
	free(clients->first);
	free(clients->member);
	free(clients->group);
	free(clients->alternate);
	memset(clients, 0, sizeof(*clients));
}

/* ---- counting ---- */

static void
count_in(struct group_count *count, const struct shown_client *client, uint32_t by)
{
	if (client->place == 0)
		return;
	count->clients += by;
	if (client->place == PLACE_HERE)
		count->here += by;
	else if (client->place == PLACE_AWAY)
		count->away += by;
	else
		count->unknown += by;
	if (client->order == ORDER_STATE_SENT || client->order == ORDER_STATE_ECHOED ||
	    client->order == ORDER_STATE_RECEIVED)
		count->ordered += by;
	if (client->silent)
		count->silent += by;
}

/* by is 1, or UINT32_MAX to take it out again. */
static void
count(struct shown_clients *clients, const struct policy *policy, uint32_t row,
      uint32_t by)
{
	const struct shown_client *client = &clients->shown[row];
	if (client->place == PLACE_AWAY && client->alternate < policy->alternates)
		clients->alternate[client->alternate] += by;
	if (row >= policy->clients)
		return;
	for (uint32_t m = clients->first[row]; m < clients->first[row + 1]; m++)
		count_in(&clients->group[clients->member[m]], client, by);
	size_t sites = policy->lists + policy->groups;
	for (uint32_t site = policy->client[row].site; site != POLICY_NONE;
	     site = policy->site[site].parent)
		count_in(&clients->group[sites + site], client, by);
}

/* ---- looking ---- */

/* Two that differ have the same once in 2^64. */
static uint64_t
print_of(const struct fleet *fleet, const struct fleet_client *client, uint32_t row)
{
	const uint64_t parts[] = {
		(uint64_t)client->heard,
		(uint64_t)client->in_force,
		(uint64_t)fleet_looked(fleet, row),
		(uint64_t)client->operation << 32 | client->transitions,
		(uint64_t)client->alternate << 32 | (uint64_t)client->refusal << 16 |
		    (uint64_t)client->place << 8 | (uint64_t)client->order,
		(uint64_t)client->network << 24 | (uint64_t)client->activity << 16 |
		    (uint64_t)client->key_id << 8 | (client->hold != 0 ? 2u : 0u) |
		    (client->silent ? 1u : 0u),
	};
	uint64_t print = 0;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		print = random_mix(print, parts[i]);
	return print;
}

static struct shown_client
as_shown(const struct fleet *fleet, uint32_t row)
{
	const struct fleet_client *client = fleet_row(fleet, row);

	return (struct shown_client){
		.print = print_of(fleet, client, row),
		.alternate = client->alternate,
		.place = (uint8_t)client->place,
		.order = (unsigned)client->order & 0x7fu,
		.silent = client->silent,
	};
}

/* The row is still that of the client that it was laid out for: leaving ones go, and
   others take their rows. */
static bool
stands(const struct shown_clients *clients, const struct server_view *view,
       uint32_t row)
{
	return row < fleet_rows(view->fleet) &&
	       fleet_row(view->fleet, row)->index == clients->index[row];
}

/* Without it there would be a row without a number between others. */
static void
show_gone(struct shown_clients *clients, struct board *board,
	  const struct board *before, uint32_t server, uint32_t row)
{
	struct mib_client shown;
	if (clients->shown[row].place != 0)
		return;
	if (!before ||
	    !board_get(before, MIB_CLIENT, server, clients->index[row], &shown.index)) {
		memset(&shown, 0, sizeof(shown));
		shown.index = (struct mib_row){ server, clients->index[row] };
		shown.place = PLACE_UNKNOWN;
		shown.order = ORDER_STATE_NONE;
		shown.network = NETWORK_NONE;
		shown.activity = ACTIVITY_UNKNOWN + 1;
	}
	board_write(board, MIB_CLIENT, clients->position[row], &shown.index);
}

static void
look(struct shown_clients *clients, const struct server_view *view, struct board *board,
     uint32_t server, uint32_t row)
{
	struct shown_client now = as_shown(view->fleet, row);
	struct mib_client shown;
	clients->still++;
	if (clients->shown[row].place != 0 && clients->shown[row].print == now.print)
		return;
	clients->still = 0;
	count(clients, view->policy, row, UINT32_MAX);
	clients->shown[row] = now;
	count(clients, view->policy, row, 1);
	rows_client(view, row, &shown);
	rows_client_groups(view->policy, clients->member + clients->first[row],
			   clients->first[row + 1] - clients->first[row], &shown);
	shown.index.server = server;
	board_write(board, MIB_CLIENT, clients->position[row], &shown.index);
}

void
clients_walk(struct shown_clients *clients, const struct server_view *view,
	     struct board *board, const struct board *before, uint32_t server,
	     size_t budget)
{
	if (budget > clients->rows)
		budget = clients->rows;
	for (; budget > 0; budget--) {
		uint32_t row = (uint32_t)clients->next;
		if (++clients->next == clients->rows) {
			clients->next = 0;
			clients->whole = true;
		}
		if (stands(clients, view, row))
			look(clients, view, board, server, row);
		else
			show_gone(clients, board, before, server, row);
	}
	if (clients->rows == 0)
		clients->whole = true;
}
