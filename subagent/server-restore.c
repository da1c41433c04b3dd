/* SPDX-License-Identifier: BSD-3-Clause */
/* A server after a restart: what the store kept, in the terms of today's policy. */
#include "config.h"

#include "subagent/server-inside.h"

#include <string.h>

#include "common/log.h"

struct restoring {
	struct server *server;
	struct moment now;
	size_t clients, operations;
};

static uint16_t
alternate_named(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->alternates; i++)
		if (strcmp(policy->alternate[i].name, name) == 0)
			return (uint16_t)i;
	return UINT16_MAX;
}

/* The boot clock began anew: what it would have shown. Never 0, which means "not". */
static void
place_in_boot(struct moment *moment, struct moment now)
{
	moment->boot = now.boot - (now.wall - moment->wall);
	if (moment->boot == 0)
		moment->boot = 1;
}

static void
restore_event(struct restoring *restoring, const struct store_item *item)
{
	const struct surroundings *around = restoring->server->surroundings;
	struct fleet_event event = item->event;
	struct server_view view;
	place_in_boot(&event.at, restoring->now);
	server_view(restoring->server, &view);
	around->event(around->context, restoring->server->slot, &view, &event,
		      item->detail, true);
}

static void
restore_item(struct restoring *restoring, const struct store_item *item)
{
	struct fleet *fleet = restoring->server->fleet;
	struct fleet_record record;
	struct operation operation;
	switch (item->kind) {
	case STORE_CLIENT:
		record = item->client;
		record.alternate =
		    alternate_named(restoring->server->loaded.policy, item->alternate);
		fleet_restore(fleet, &record, restoring->now);
		restoring->clients++;
		break;
	case STORE_OPERATION:
		operation = item->operation;
		place_in_boot(&operation.started, restoring->now);
		if (operation.ended.wall != 0)
			place_in_boot(&operation.ended, restoring->now);
		place_in_boot(&operation.stepped, restoring->now);
		fleet_restore_operation(fleet, &operation);
		restoring->operations++;
		break;
	case STORE_BLOCK:
		fleet_restore_block(fleet, &item->block);
		break;
	case STORE_EVENT:
		restore_event(restoring, item);
		break;
	case STORE_INDEX:
		break;
	}
}

void
server_restore(struct server *server, const struct store_kept *kept, struct moment now)
{
	struct restoring restoring = { .server = server, .now = now };
	const struct store_numbers *numbers = &kept->numbers;
	if (!kept->complete)
		fleet_restore_behind(server->fleet);
	if (!kept->known) {
		log_error("store", "%s: its state is not known: %s; clients will tell",
			  server_name(server), kept->why);
		return;
	}
	for (size_t i = 0; i < kept->items; i++)
		restore_item(&restoring, &kept->item[i]);
	fleet_restore_numbers(server->fleet, numbers->event + 1, numbers->operation + 1,
			      numbers->index + 1);
	if (restoring.clients > 0)
		log_info("store", "%s: restored %zu clients, %zu operations%s",
			 server_name(server), restoring.clients, restoring.operations,
			 kept->complete ? ""
					: "; more may have happened: clients are "
					  "asked");
}
