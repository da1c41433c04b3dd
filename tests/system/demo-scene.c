/* SPDX-License-Identifier: BSD-3-Clause */
/* A scene for board-demo: two servers that could be somebody's, and clients that move. */
#include "config.h"

#include "tests/system/demo-scene.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

enum { FAILOVER = 1, RECONNECT };
enum { PLANNED = 1, RUNNING, PAUSED, DONE };

static const char *const site[] = { "paris", "lyon", "berlin", "oslo" };
/* What the first server's clients can be selected by: every so-manieth of them. */
static const struct {
	const char *name;
	uint32_t kind; /* list(1) group(2) site(3) */
	uint32_t every, of;
} groups[] = {
	{ "wireless", 2, 4, 1 }, { "vpn", 2, 50, 2 },   { "core", 1, 500, 7 },
	{ "paris", 3, 4, 0 },    { "lyon", 3, 4, 1 },   { "berlin", 3, 4, 2 },
	{ "oslo", 3, 4, 3 },     { "europe", 3, 1, 0 },
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

static void
say(char *out, size_t size, const char *text)
{
	slice_copy(slice_of(text), out, size);
}

static bool
selects(const char *selection, uint32_t n)
{
	const char *name = strchr(selection, ':');
	char client[MIB_NAME];
	if (!name)
		return true;
	name++;
	snprintf(client, sizeof(client), "nas-%u", n);
	if (strncmp(selection, "client:", 7) == 0) {
		size_t length = strlen(client);
		for (; name; name = strchr(name, ',') ? strchr(name, ',') + 1 : NULL)
			if (strcspn(name, ",") == length &&
			    strncmp(name, client, length) == 0)
				return true;
		return false;
	}
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].name, name) == 0)
			return n % groups[i].every == groups[i].of;
	return false;
}

uint32_t
scene_count(const char *selection, uint32_t clients)
{
	uint32_t count = 0;
	for (uint32_t n = 1; n <= clients; n++)
		count += selects(selection, n);
	return count;
}

static bool
advance(struct mib_operation *operation)
{
	uint32_t step = operation->planned / 10 ? operation->planned / 10 : 1;
	if (operation->state != RUNNING)
		return false;
	operation->ordered = operation->planned;
	operation->received += step;
	if (operation->received > operation->planned)
		operation->received = operation->planned;
	/* What was received is done a step later. */
	uint32_t done = operation->done;
	operation->done = operation->received == operation->planned
			      ? done + step
			      : operation->received - step;
	if (operation->done < operation->planned)
		return true;
	operation->done = operation->planned;
	operation->state = DONE;
	say(operation->answer, MIB_TEXT, "all of them answered");
	return true;
}

/* The clients of an operation where they are by now. */
static void
move_clients(struct board *board, uint32_t clients,
	     const struct mib_operation *operation, scene_filler *fill)
{
	uint32_t nth = 0;
	for (uint32_t n = 1; n <= clients && operation->action <= RECONNECT; n++) {
		union mib_any row;
		if (!selects(operation->selection, n))
			continue;
		if (++nth > operation->done)
			return;
		fill(MIB_CLIENT, 1, n, &row);
		if (operation->action == FAILOVER) {
			row.client.place = 2;
			row.client.order = 2;
			say(row.client.alternate, MIB_NAME, "aaa2");
		}
		board_write(board, MIB_CLIENT, n - 1, &row.index);
	}
}

void
scene_step(struct board *board, uint32_t clients, struct mib_operation *operation,
	   uint32_t operations, scene_filler *fill)
{
	for (uint32_t i = 0; i < operations; i++)
		if (advance(&operation[i]))
			move_clients(board, clients, &operation[i], fill);
}

void
scene_refresh(struct board *board, scene_filler *fill)
{
	for (uint32_t i = 1; i <= 2; i++) {
		union mib_any row;
		fill(MIB_SERVER, i, i, &row);
		board_write(board, MIB_SERVER, i - 1, &row.index);
	}
}

/* ---- rows ---- */

static void
server_row(struct mib_server *row, uint32_t clients)
{
	bool first = row->index.server == 1;
	say(row->name, MIB_NAME, first ? "aaa1" : "aaa2");
	row->transport = 1;
	row->mode = 1;
	row->mode_reason[0] = '\0';
	row->state = first ? 1 : 2;
	row->severity = first ? 1 : 3;
	row->performance = first ? 72 : 64;
	row->performance_exact = row->performance * 1000;
	row->failover_threshold = 30000;
	row->connection_threshold = 60000;
	row->failover = 1;
	row->connection = 3;
	say(row->reason, MIB_TEXT,
	    first ? "performance 72 above 60" : "performance 64 above 60 for 60s");
	row->clients = first ? clients : 40;
	row->away = first ? 0 : 13;
	row->here = row->clients - row->away;
	row->unknown = row->silent = row->operation = 0;
	row->moved = row->coming = row->missed = 0;
	row->none = row->here;
	row->done = row->away;
	row->received = row->sent = row->echoed = row->unreachable = row->rejected = 0;
	/* A valley, four minutes ago. */
	for (size_t i = 0; i < sizeof(row->history); i++)
		row->history[i] = (uint8_t)(i < 10              ? 255
					    : i > 60 && i < 120 ? 15 + (i - 60) / 2
								: 70 + i % 20);
	row->performance_at = row->history_at = clock_now().boot;
}

static void
name_groups(uint32_t n, char out[MIB_GROUPS])
{
	size_t used = 0;
	memset(out, 0, MIB_GROUPS);
	for (size_t i = 0; i < GROUPS; i++)
		if (groups[i].kind < 3 && n % groups[i].every == groups[i].of)
			used += (size_t)snprintf(out + used, MIB_GROUPS - used, "%s%s",
						 used ? " " : "", groups[i].name);
}

static void
client_row(struct mib_client *row)
{
	uint32_t n = row->index.row;
	snprintf(row->name, MIB_NAME, "nas-%u", n);
	row->place = 1;
	row->order = 1;
	row->refusal = row->operation = 0;
	row->network = 1;
	row->alternate[0] = '\0';
	say(row->site, MIB_NAME, site[n % 4]);
	name_groups(n, row->groups);
	row->silent = row->held = false;
	row->activity = 1;
	row->heard = clock_now().boot - (3 * DAY + n % 20 * HOUR + 30 * MINUTE);
	row->in_force = 0;
}

static void
group_row(struct mib_group *row, uint32_t clients)
{
	uint32_t i = row->index.row / 10 - 1;
	uint32_t which = i % GROUPS;
	char selection[MIB_NAME + 8];
	if (i < GROUPS)
		say(row->name, MIB_NAME, groups[which].name);
	else
		snprintf(row->name, MIB_NAME, "group-%u", i);
	row->kind = i < GROUPS ? groups[which].kind : 2;
	say(row->parent, MIB_NAME,
	    row->kind == 3 && strcmp(row->name, "europe") != 0 ? "europe" : "");
	snprintf(selection, sizeof(selection), "group:%s", row->name);
	row->clients = scene_count(selection, clients);
	row->here = row->clients;
	row->away = row->unknown = row->ordered = row->silent = 0;
}

/* Nobody did anything yet. */
static void
operation_row(struct mib_operation *row)
{
	row->state = DONE;
	row->action = row->index.row % 20 ? FAILOVER : RECONNECT;
	say(row->selection, MIB_TEXT, "all");
	say(row->requester, MIB_NAME, "policy");
	say(row->reason, MIB_TEXT, "performance 15 below 30");
	row->initiator = 2;
	row->planned = row->matched = row->done = row->received = row->ordered = 40;
	row->rejected = row->unreachable = row->held = row->kept = 0;
	row->started = INT64_C(1795425600) * SECOND;
}

void
scene_fill(enum mib_table table, union mib_any *row, uint32_t clients)
{
	uint32_t n = row->index.row;
	switch (table) {
	case MIB_SERVER:
		server_row(&row->server, clients);
		break;
	case MIB_CLIENT:
		client_row(&row->client);
		break;
	case MIB_GROUP:
		group_row(&row->group, clients);
		break;
	case MIB_OPERATION:
		operation_row(&row->operation);
		break;
	case MIB_SERVICE:
		snprintf(row->service.name, MIB_NAME, "service-%u", n);
		break;
	case MIB_EVENT:
		row->event.date = INT64_C(1795425600) * SECOND + n * SECOND;
		snprintf(row->event.text, MIB_TEXT, "something happened to nas-%u", n);
		break;
	default:
		break;
	}
}
