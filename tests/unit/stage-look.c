/* SPDX-License-Identifier: BSD-3-Clause */
/* The board as the agent's end reads it, compared with what it ought to show. */
#include "config.h"

#include "tests/unit/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- reading ---- */

bool
stage_row(const struct stage *stage, enum mib_table table, uint32_t server,
	  uint32_t index, void *row)
{
	union mib_any found;
	if (!board_get(stage->board, table, server, index, &found.index))
		return false;
	memcpy(row, &found, mib_describe(table)->row_size);
	return true;
}

static bool
is_named(enum mib_table table, const union mib_any *row, const char *name)
{
	static const char *const kinds[] = { "?", "list", "group", "site" };
	char full[2 * MIB_NAME + 2];
	/* The name is the first column of every table that has one by that name. */
	switch (table) {
	case MIB_GROUP:
		snprintf(full, sizeof(full), "%s:%s", kinds[row->group.kind],
			 row->group.name);
		return strcmp(full, name) == 0;
	case MIB_ALARM:
		snprintf(full, sizeof(full), "%s:%s", row->alarm.name,
			 row->alarm.subject);
		return strcmp(full, name) == 0;
	case MIB_OPERATION:
	case MIB_EVENT:
		return false;
	default:
		return strcmp((const char *)row + sizeof(struct mib_row), name) == 0;
	}
}

uint32_t
stage_named(const struct stage *stage, enum mib_table table, uint32_t server,
	    const char *name, void *row)
{
	union mib_any found;
	uint32_t at = 0;
	while (board_next(stage->board, table, server, at, false, &found.index) &&
	       found.index.server == server) {
		at = found.index.row;
		if (!is_named(table, &found, name))
			continue;
		if (row)
			memcpy(row, &found, mib_describe(table)->row_size);
		return at;
	}
	return 0;
}

unsigned
stage_rows(const struct stage *stage, enum mib_table table, uint32_t server)
{
	union mib_any found;
	unsigned count = 0;
	for (uint32_t at = 0;
	     board_next(stage->board, table, server, at, false, &found.index) &&
	     found.index.server == server;
	     at = found.index.row)
		count++;
	return count;
}

uint32_t
stage_number(const struct stage *stage, size_t slot)
{
	union mib_any found;
	uint32_t at = 0;
	while (
	    board_next(stage->board, MIB_SERVER, at, UINT32_MAX, false, &found.index)) {
		at = found.index.server;
		if (strcmp(found.server.name, stage->server[slot].policy->server) == 0)
			return at;
	}
	return 0;
}

struct mib_server
stage_server_row(const struct stage *stage, size_t slot)
{
	uint32_t number = stage_number(stage, slot);
	struct mib_server row = { 0 };
	(void)stage_row(stage, MIB_SERVER, number, number, &row);
	return row;
}

unsigned
stage_told(const struct stage *stage, enum notification kind, uint32_t server)
{
	unsigned count = 0;
	for (unsigned i = 0; i < stage->notices; i++)
		count += stage->notice[i].notification == kind &&
			 (server == 0 || stage->notice[i].server == server);
	return count;
}

const struct link_notify *
stage_notice(const struct stage *stage, enum notification kind, unsigned i)
{
	for (unsigned n = 0; n < stage->notices; n++)
		if (stage->notice[n].notification == kind && i-- == 0)
			return &stage->notice[n];
	return NULL;
}

/* ---- comparing ---- */

struct look {
	const struct stage *stage;
	const struct stage_server *server;
	uint32_t number;
	unsigned wrong;
};

static void
same(struct look *look, const char *where, const char *what, long long shown,
     long long right)
{
	if (shown == right)
		return;
	look->wrong++;
	printf("%s %s: %s is shown as %lld, and is %lld\n",
	       look->server->policy->server, where, what, shown, right);
}

static void
same_text(struct look *look, const char *where, const char *what, const char *shown,
	  const char *right)
{
	if (strcmp(shown, right) == 0)
		return;
	look->wrong++;
	printf("%s %s: %s is shown as \"%s\", and is \"%s\"\n",
	       look->server->policy->server, where, what, shown, right);
}

static bool
find(struct look *look, enum mib_table table, const char *name, void *row)
{
	if (stage_named(look->stage, table, look->number, name, row))
		return true;
	look->wrong++;
	printf("%s: %s has no row %s\n", look->server->policy->server,
	       mib_describe(table)->name, name);
	return false;
}

static void
see_server(struct look *look)
{
	const struct stage_server *server = look->server;
	const struct verdict *verdict = &server->verdict;
	struct mib_server row;
	struct fleet_summary is;
	if (!find(look, MIB_SERVER, server->policy->server, &row))
		return;
	fleet_summary(server->fleet, &is);
	same(look, "server", "state", row.state, is.state);
	same(look, "server", "state's change", row.state_changed, is.since.boot);
	same(look, "server", "transitions", row.state_transitions, is.transitions);
	same(look, "server", "mode", row.mode,
	     fleet_paused(server->fleet) ? MODE_PAUSED : is.mode);
	same(look, "server", "performance", row.performance,
	     verdict->performance_known ? (uint32_t)floor(verdict->performance)
					: UINT32_MAX);
	same(look, "server", "failover", row.failover,
	     verdict->failover ? verdict->failover : MET_NO);
	same(look, "server", "connection", row.connection,
	     verdict->connection ? verdict->connection : MET_NO);
	same(look, "server", "clients", row.clients, (long long)is.clients);
	same(look, "server", "here", row.here, is.place[PLACE_HERE]);
	same(look, "server", "away", row.away, is.place[PLACE_AWAY]);
	same(look, "server", "unknown", row.unknown, is.place[PLACE_UNKNOWN]);
	const uint32_t order[] = {
		0,        row.none,   row.done,        row.received,
		row.sent, row.echoed, row.unreachable, row.rejected
	};
	for (size_t i = 1; i < ARRAY_SIZE(order); i++)
		same(look, "server", "an order's count", order[i], is.order[i]);
	same(look, "server", "silent", row.silent, is.silent);
	same(look, "server", "moved", row.moved, is.moved);
	same(look, "server", "coming", row.coming, is.coming);
	same(look, "server", "missed", row.missed, is.missed);
	same(look, "server", "orders", (long long)row.orders, (long long)is.orders);
	same(look, "server", "answers", (long long)row.answers, (long long)is.answers);
}

static void
see_inputs(struct look *look)
{
	const struct policy *policy = look->server->policy;
	for (uint32_t i = 0; i < policy->inputs; i++) {
		const struct policy_input *input = &policy->input[i];
		const struct reading *is = judge_reading(look->server->judge, i);
		struct mib_parameter parameter;
		struct mib_service service;
		if (input->service && find(look, MIB_SERVICE, input->name, &service)) {
			same(look, input->name, "state", service.state,
			     is->service == SERVICE_UP     ? 1
			     : is->service == SERVICE_DOWN ? 3
							   : 2);
			same(look, input->name, "role", service.role, input->role);
			same(look, input->name, "change", service.changed, is->changed);
			same(look, input->name, "age", service.at, is->at);
			same(look, input->name, "ending", service.ending, is->ending);
		} else if (!input->service &&
			   find(look, MIB_PARAMETER, input->name, &parameter)) {
			bool known = is->at != 0 && is->state != READING_UNKNOWN;
			same(look, input->name, "state", parameter.state,
			     is->state == READING_FRESH   ? 1
			     : is->state == READING_STALE ? 2
							  : 3);
			same(look, input->name, "value", parameter.value,
			     known ? llround(is->value * 1000) : INT64_MIN);
			same(look, input->name, "age", parameter.at, is->at);
			same(look, input->name, "change", parameter.changed,
			     is->changed);
			same_text(look, input->name, "unit", parameter.unit,
				  input->unit);
		}
	}
}

static void
see_conditions(struct look *look)
{
	const struct judge *judge = look->server->judge;
	for (uint32_t i = 0; i < judge_conditions(judge); i++) {
		const char *name = judge_condition_name(judge, i);
		const struct condition *is = judge_condition(judge, i);
		struct mib_condition row;
		if (!find(look, MIB_CONDITION, name, &row))
			continue;
		same(look, name, "met", row.met, is->met ? is->met : MET_NO);
		same(look, name, "change", row.changed, is->since);
		same(look, name, "transitions", row.transitions, is->transitions);
		same(look, name, "kind", row.kind,
		     i == 0                             ? 1
		     : i == judge_conditions(judge) - 1 ? 3
							: 2);
		if (is->met == MET_YES || is->met == MET_PENDING) {
			char why[MIB_TEXT];
			judge_explain(judge, i, why, sizeof(why));
			same_text(look, name, "reason", row.reason, why);
		}
	}
}

static void
see_alternates(struct look *look)
{
	const struct policy *policy = look->server->policy;
	for (uint32_t i = 0; i < policy->alternates; i++) {
		struct mib_alternate row;
		uint32_t there = 0;
		for (uint32_t c = 0; c < fleet_rows(look->server->fleet); c++) {
			const struct fleet_client *client =
			    fleet_row(look->server->fleet, c);
			there += client->place == PLACE_AWAY && client->alternate == i;
		}
		if (find(look, MIB_ALTERNATE, policy->alternate[i].name, &row))
			same(look, row.name, "clients", row.clients, there);
	}
}

static void
see_group(struct look *look, const char *name,
	  bool (*is_member)(const struct policy *, uint32_t, uint32_t), uint32_t of)
{
	const struct fleet *fleet = look->server->fleet;
	struct mib_group row;
	uint32_t count = 0, place[4] = { 0 }, ordered = 0, silent = 0;
	if (!find(look, MIB_GROUP, name, &row))
		return;
	for (uint32_t c = 0; c < look->server->policy->clients; c++) {
		const struct fleet_client *client = fleet_row(fleet, c);
		if (!is_member(look->server->policy, c, of))
			continue;
		count++;
		place[client->place]++;
		ordered += client->order == ORDER_STATE_SENT ||
			   client->order == ORDER_STATE_RECEIVED ||
			   client->order == ORDER_STATE_ECHOED;
		silent += client->silent;
	}
	same(look, name, "clients", row.clients, count);
	same(look, name, "here", row.here, place[PLACE_HERE]);
	same(look, name, "away", row.away, place[PLACE_AWAY]);
	same(look, name, "unknown", row.unknown, place[PLACE_UNKNOWN]);
	same(look, name, "ordered", row.ordered, ordered);
	same(look, name, "silent", row.silent, silent);
}

static bool
has(const struct policy_set *set, uint32_t client)
{
	for (uint32_t i = 0; i < set->members; i++)
		if (set->member[i] == client)
			return true;
	return false;
}

static bool
in_list(const struct policy *policy, uint32_t client, uint32_t list)
{
	return has(&policy->list[list], client);
}

static bool
in_group(const struct policy *policy, uint32_t client, uint32_t group)
{
	return has(&policy->group[group], client);
}

static bool
in_site(const struct policy *policy, uint32_t client, uint32_t site)
{
	return policy_site_within(policy, policy->client[client].site, site);
}

static void
see_groups(struct look *look)
{
	const struct policy *policy = look->server->policy;
	char name[MIB_NAME + 8];
	for (uint32_t i = 0; i < policy->lists; i++) {
		snprintf(name, sizeof(name), "list:%s", policy->list[i].name);
		see_group(look, name, in_list, i);
	}
	for (uint32_t i = 0; i < policy->groups; i++) {
		snprintf(name, sizeof(name), "group:%s", policy->group[i].name);
		see_group(look, name, in_group, i);
	}
	for (uint32_t i = 0; i < policy->sites; i++) {
		snprintf(name, sizeof(name), "site:%s", policy->site[i].name);
		see_group(look, name, in_site, i);
	}
}

/* All of the client's lists and groups, in the order of their rows. */
static void
name_groups(const struct look *look, uint32_t client, char *out, size_t size)
{
	const struct policy *policy = look->server->policy;
	struct mib_row at = { look->number, 0 };
	union mib_any group;
	size_t used = 0;
	out[0] = '\0';
	while (client < policy->clients &&
	       board_next(look->stage->board, MIB_GROUP, at.server, at.row, false,
			  &group.index) &&
	       group.index.server == look->number) {
		bool list = group.group.kind == 1;
		const struct policy_set *set = list ? policy->list : policy->group;
		size_t sets = list ? policy->lists : policy->groups;
		at = group.index;
		for (size_t i = 0; i < sets && group.group.kind < 3; i++)
			if (strcmp(set[i].name, group.group.name) == 0 &&
			    has(&set[i], client))
				used +=
				    (size_t)snprintf(out + used, size - used, "%s%s",
						     used ? " " : "", set[i].name);
	}
}

static void
see_clients(struct look *look)
{
	const struct stage_server *server = look->server;
	const struct policy *policy = server->policy;
	for (uint32_t i = 0; i < fleet_rows(server->fleet); i++) {
		const struct fleet_client *is = fleet_row(server->fleet, i);
		const char *name = fleet_client_name(server->fleet, i);
		bool away = is->place == PLACE_AWAY && is->alternate < UINT16_MAX;
		uint32_t site =
		    i < policy->clients ? policy->client[i].site : POLICY_NONE;
		struct mib_client row;
		char groups[16 * MIB_NAME];
		if (!stage_row(look->stage, MIB_CLIENT, look->number, is->index,
			       &row)) {
			look->wrong++;
			printf("%s: no row for client %s, %u\n", policy->server, name,
			       is->index);
			continue;
		}
		same_text(look, name, "name", row.name, name);
		same_text(look, name, "alternate", row.alternate,
			  away ? policy->alternate[is->alternate].name : "");
		same_text(look, name, "site", row.site,
			  site != POLICY_NONE ? policy->site[site].name : "");
		name_groups(look, i, groups, sizeof(groups));
		if (strlen(groups) < MIB_GROUPS)
			same_text(look, name, "groups", row.groups, groups);
		same(look, name, "place", row.place, is->place);
		same(look, name, "order", row.order, is->order);
		same(look, name, "operation", row.operation, is->operation);
		same(look, name, "silent", row.silent, is->silent);
		same(look, name, "held", row.held, is->holder != 0);
		same(look, name, "heard", row.heard, is->heard);
		same(look, name, "validity", row.in_force, is->in_force);
		same(look, name, "change", row.changed, is->changed);
		same(look, name, "transitions", row.transitions, is->transitions);
		same(look, name, "activity", row.activity, is->activity + 1u);
		same(look, name, "key", row.key, is->key_id);
		same(look, name, "looked", row.looked, fleet_looked(server->fleet, i));
		same(
		    look, name, "address",
		    address_equal(&row.address, fleet_client_address(server->fleet, i)),
		    true);
	}
}

static void
see_operations(struct look *look)
{
	static const uint32_t state[] = { 0, 2, 3, 4, 5, 1, 6 };
	const struct operation *is;
	struct mib_operation row;
	for (size_t i = 0; (is = fleet_operation(look->server->fleet, i)); i++) {
		if (!stage_row(look->stage, MIB_OPERATION, look->number, is->number,
			       &row)) {
			look->wrong++;
			printf("no row for operation %u\n", is->number);
			continue;
		}
		same(look, "operation", "action", row.action, is->action);
		same(look, "operation", "state", row.state, state[is->state]);
		same(look, "operation", "initiator", row.initiator, is->initiator);
		same(look, "operation", "ordered", row.ordered, is->ordered);
		same(look, "operation", "done", row.done, is->done);
		same(look, "operation", "moved", row.moved, is->moved);
		same_text(look, "operation", "requester", row.requester, is->requester);
	}
}

/* ---- all of it ---- */

static unsigned
expected_rows(const struct look *look, enum mib_table table)
{
	const struct policy *policy = look->server->policy;
	unsigned services = 0;
	for (size_t i = 0; i < policy->inputs; i++)
		services += policy->input[i].service;
	switch (table) {
	case MIB_SERVER:
		return 1;
	case MIB_PARAMETER:
		return (unsigned)policy->inputs - services;
	case MIB_SERVICE:
		return services;
	case MIB_CONDITION:
		return (unsigned)judge_conditions(look->server->judge);
	case MIB_ALTERNATE:
		return (unsigned)policy->alternates;
	case MIB_GROUP:
		return (unsigned)(policy->lists + policy->groups + policy->sites);
	case MIB_CLIENT:
		return (unsigned)fleet_rows(look->server->fleet);
	default:
		return stage_rows(look->stage, table, look->number);
	}
}

/* Every row has its number, and they ascend: each table from its front to its end. */
static unsigned
see_order(const struct stage *stage)
{
	unsigned wrong = 0;
	for (enum mib_table table = MIB_SERVER; table < MIB_TABLE_END; table++) {
		union mib_any row;
		uint32_t server = 0, index = 0, count = 0;
		while (
		    board_next(stage->board, table, server, index, false, &row.index)) {
			wrong += row.index.server == 0 || row.index.row == 0;
			server = row.index.server;
			index = row.index.row;
			count++;
		}
		if (count == board_rows(stage->board, table))
			continue;
		wrong++;
		printf("%s: a walk meets %u of %u rows\n", mib_describe(table)->name,
		       count, board_rows(stage->board, table));
	}
	return wrong;
}

unsigned
stage_differs(const struct stage *stage)
{
	unsigned wrong = see_order(stage), servers = 0;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct look look = { .stage = stage, .server = &stage->server[i] };
		if (!look.server->there)
			continue;
		servers++;
		look.number = stage_number(stage, i);
		see_server(&look);
		see_inputs(&look);
		see_conditions(&look);
		see_alternates(&look);
		see_groups(&look);
		see_clients(&look);
		see_operations(&look);
		for (enum mib_table table = MIB_SERVER; table < MIB_TABLE_END; table++)
			same(&look, mib_describe(table)->name, "number of rows",
			     stage_rows(stage, table, look.number),
			     expected_rows(&look, table));
		wrong += look.wrong;
	}
	if (board_rows(stage->board, MIB_SERVER) != servers) {
		printf("%u servers are shown of %u\n",
		       board_rows(stage->board, MIB_SERVER), servers);
		wrong++;
	}
	return wrong;
}
