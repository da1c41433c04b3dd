/* SPDX-License-Identifier: BSD-3-Clause */
/* What an action key means on the row under the cursor, and who may press it. */
#include "config.h"

#include "tui/console.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "tui/snmp.h"

enum { MODE_PAUSED = 3 };

/* "list:NAME" of a group's row, by its kind. */
static const char *const group_word[] = { "list", "group", "site" };

bool
console_selection(const struct list *list, const struct mib_row *row,
		  char selection[MIB_TEXT])
{
	const void *any = row;
	const struct mib_client *client = any;
	const struct mib_group *group = any;
	const struct mib_operation *operation = any;
	switch (list->table) {
	case MIB_SERVER:
		slice_copy(slice_of("all"), selection, MIB_TEXT);
		return true;
	case MIB_CLIENT:
		snprintf(selection, MIB_TEXT, "client:%s", client->name);
		return true;
	case MIB_GROUP:
		if (group->kind < 1 || group->kind > ARRAY_SIZE(group_word))
			return false;
		snprintf(selection, MIB_TEXT, "%s:%s", group_word[group->kind - 1],
			 group->name);
		return true;
	case MIB_OPERATION:
		/* The way back of an operation begins on its own line. */
		slice_copy(slice_of(operation->selection), selection, MIB_TEXT);
		return operation->action <= ACTION_RELEASE && selection[0];
	default:
		return false;
	}
}

/* Why nothing may be written there; "" when it may. */
static void
forbid(const struct console *console, const struct console_agent *agent,
       char why[MIB_TEXT])
{
	why[0] = '\0';
	if (console->read_only)
		snprintf(why, MIB_TEXT, "--read-only: nothing is changed from here");
	else if (agent->state == AGENT_STALE)
		snprintf(why, MIB_TEXT, "nobody to act: %.200s", agent->detail);
	else if (agent->state != AGENT_OK)
		snprintf(why, MIB_TEXT, "%.60s is %s: %.150s", agent->name,
			 agent_state_name(agent->state), agent->detail);
	else if (agent->may_not_write)
		snprintf(why, MIB_TEXT,
			 "no write access: this user may look, not act (bellwether "
			 "doctor prints the lines for snmpd.conf)");
}

static uint32_t
action_of(enum key_request request, const struct mib_server *server)
{
	switch (request) {
	case REQUEST_FAILOVER:
		return ACTION_FAILOVER;
	case REQUEST_RECONNECT:
		return ACTION_RECONNECT;
	case REQUEST_RELEASE:
		return ACTION_RELEASE;
	default:
		return server->mode == MODE_PAUSED ? ACTION_RESUME : ACTION_PAUSE;
	}
}

void
console_act(struct console *console, enum key_request request)
{
	const struct list *list = &lists[console->view];
	const struct entry *entry = console_chosen(console);
	struct mib_operation operation = { .hold = console->hold, .share = 100 };
	char why[MIB_TEXT];
	if (!entry) {
		console_say(console, "there is no line to act on");
		return;
	}
	forbid(console, &console->agent[entry->agent], why);
	const struct mib_server *server =
	    console_server(console, entry->agent, entry->row->server);
	if (why[0] || !server) {
		console_say(console, "%s", why[0] ? why : "its server is not there");
		return;
	}
	operation.index.server = server->index.server;
	operation.action = action_of(request, server);
	if (act_moves_clients(&operation) &&
	    !console_selection(list, entry->row, operation.selection)) {
		console_say(console, "that is for servers, clients, groups and "
				     "operations: go to one (1 to 4)");
		return;
	}
	if (console->requester)
		slice_copy(slice_of(console->requester), operation.requester, MIB_NAME);
	if (!dialogue_open(&console->dialogue, entry->agent, server->name,
			   server->clients, &operation))
		console_say(console, "the last question is not answered yet: a moment");
}

void
console_answer(struct console *console, const struct manager_answer *answer)
{
	struct dialogue *dialogue = &console->dialogue;
	bool left = dialogue->left;
	if (answer->failure == FAILURE_NO_WRITE)
		console->agent[dialogue->agent].may_not_write = true;
	dialogue_answer(dialogue, answer);
	if (left && !answer->ok)
		console_say(console, "%s", answer->text);
	else if (left && answer->operation.row_status == 1)
		console_say(console, "operation %u runs: 4 lists it",
			    (unsigned)answer->operation.index.row);
}
