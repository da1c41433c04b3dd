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

/* ---- whom it is for ---- */

/* Selections of one server, an operation each. */
struct aim {
	uint32_t agent, server;
	char text[DIALOGUE_PARTS][MIB_TEXT];
	struct selections selections;
	char note[MIB_TEXT];
};

static bool
aim_client(struct console *console, struct aim *aim, uint32_t agent,
	   const struct mib_client *client)
{
	if (aim->selections.count == 0) {
		aim->agent = agent;
		aim->server = client->index.server;
	}
	if (agent != aim->agent || client->index.server != aim->server) {
		console_say(console, "these clients are of several servers, and an "
				     "operation is of one: u takes all marks away, "
				     "Enter on a server shows its clients alone");
		return false;
	}
	if (selections_add(&aim->selections, client->name))
		return true;
	console_say(console,
		    "these names are too long: %s is the first that does not fit; act "
		    "on fewer, or on a group, list or site (view 3)",
		    client->name);
	return false;
}

static const struct mib_client *
find_client(const struct console *console, const struct mark *mark)
{
	const struct snapshot *snapshot = console->agent[mark->agent].snapshot;
	const struct snapshot_table *table =
	    snapshot ? &snapshot->table[MIB_CLIENT] : NULL;
	for (size_t i = 0; table && i < table->count; i++) {
		const struct mib_client *client =
		    snapshot_row(table, sizeof(*client), i);
		if (client->index.server == mark->row.server &&
		    client->index.row == mark->row.row)
			return client;
	}
	return NULL;
}

static bool
aim_marks(struct console *console, struct aim *aim)
{
	size_t gone = 0;
	for (size_t i = 0; i < console->marks.count; i++) {
		const struct mark *mark = &console->marks.mark[i];
		/* Inside of a server only its own clients are read. */
		if (console->inside && (mark->agent != console->inside_agent ||
					mark->row.server != console->inside_server)) {
			console_say(
			    console,
			    "clients of another server are marked: Esc goes back "
			    "to all, u takes all marks away");
			return false;
		}
		const struct mib_client *client = find_client(console, mark);
		if (!client)
			gone++;
		else if (!aim_client(console, aim, mark->agent, client))
			return false;
	}
	if (gone)
		snprintf(aim->note, MIB_TEXT,
			 "%zu of %zu marked clients are not there any more", gone,
			 console->marks.count);
	if (aim->selections.count == 0)
		console_say(console, "%s: u takes the marks away", aim->note);
	return aim->selections.count > 0;
}

/* True when the filter is one group, list or site, which is a selection too. */
static bool
filter_selection(const struct console *console, char selection[MIB_TEXT])
{
	const char *filter = console->looked[console->view].filter;
	size_t blanks = strspn(filter, " ");
	size_t length = strcspn(filter + blanks, " ");
	struct slice word = { filter + blanks, length };
	if (filter[blanks + length + strspn(filter + blanks + length, " ")])
		return false;
	slice_copy(word, selection, MIB_TEXT);
	for (size_t i = 0; i < ARRAY_SIZE(group_word); i++) {
		size_t kind = strlen(group_word[i]);
		if (strncmp(selection, group_word[i], kind) != 0 ||
		    selection[kind] != ':')
			continue;
		/* The filter's "=" for all of a name. */
		size_t equals = selection[kind + 1] == '=';
		memmove(&selection[kind + 1], &selection[kind + 1 + equals],
			strlen(&selection[kind + 1 + equals]) + 1);
		return selection[kind + 1] != '\0';
	}
	return false;
}

/* The one server that is looked at. */
static bool
aim_context(const struct console *console, struct aim *aim)
{
	size_t servers = 0;
	if (console->inside) {
		aim->agent = console->inside_agent;
		aim->server = console->inside_server;
		return true;
	}
	for (uint32_t i = 0; i < console->agents; i++) {
		const struct snapshot *snapshot = console->agent[i].snapshot;
		const struct mib_server *server =
		    snapshot ? snapshot->table[MIB_SERVER].row : NULL;
		for (size_t j = 0; snapshot && j < snapshot->table[MIB_SERVER].count;
		     j++) {
			if (console->server &&
			    strcmp(server[j].name, console->server) != 0)
				continue;
			aim->agent = i;
			aim->server = server[j].index.server;
			servers++;
		}
	}
	return servers == 1;
}

static bool
aim_filter(struct console *console, struct aim *aim)
{
	char selection[MIB_TEXT];
	if (filter_selection(console, selection)) {
		if (!aim_context(console, aim)) {
			console_say(
			    console,
			    "%.80s of which server? Enter on one (view 1) shows "
			    "its clients alone",
			    selection);
			return false;
		}
		snprintf(aim->note, MIB_TEXT,
			 "The filter shows %zu; who is in %.80s, sites below a site "
			 "too, the engine says.",
			 console->entries, selection);
		slice_copy(slice_of(selection), aim->text[0], MIB_TEXT);
		aim->selections.count = 1;
		return true;
	}
	if (console->entries > MARKS_MOST) {
		console_say(console,
			    "this filter is no selection (one group:, list: or site: "
			    "is), and %zu are more than the %u clients that can be "
			    "named: narrow it, mark some (m), or act on a group "
			    "(view 3)",
			    console->entries, MARKS_MOST);
		return false;
	}
	if (!console_is_whole(console)) {
		console_say(console, "not all clients are read yet: a moment");
		return false;
	}
	for (size_t i = 0; i < console->entries; i++) {
		const void *row = console->entry[i].row;
		if (!aim_client(console, aim, console->entry[i].agent, row))
			return false;
	}
	return aim->selections.count > 0;
}

static bool
aim_row(struct console *console, struct aim *aim, bool clients)
{
	const struct entry *entry = console_chosen(console);
	if (!entry) {
		console_say(console, "there is no line to act on");
		return false;
	}
	aim->agent = entry->agent;
	aim->server = entry->row->server;
	aim->selections.count = 1;
	if (!clients ||
	    console_selection(&lists[console->view], entry->row, aim->text[0]))
		return true;
	console_say(console, "that is for servers, clients, groups and operations: go "
			     "to one (1 to 4)");
	return false;
}

/* ---- acting ---- */

static void
act_on(struct console *console, const struct aim *aim, enum key_request request)
{
	struct mib_operation operation = { .hold = console->hold, .share = 100 };
	const struct mib_server *server =
	    console_server(console, aim->agent, aim->server);
	if (!server) {
		console_say(console, "its server is not there");
		return;
	}
	operation.index.server = server->index.server;
	operation.action = action_of(request, server);
	slice_copy(slice_of(aim->text[0]), operation.selection, MIB_TEXT);
	if (console->requester)
		slice_copy(slice_of(console->requester), operation.requester, MIB_NAME);
	if (!dialogue_open(&console->dialogue, aim->agent, server->name,
			   server->clients, &operation)) {
		console_say(console, "the last question is not answered yet: a moment");
		return;
	}
	for (size_t i = 1; i < aim->selections.count; i++)
		dialogue_add(&console->dialogue, aim->text[i]);
	slice_copy(slice_of(aim->note), console->dialogue.note, MIB_TEXT);
}

enum whom { WHOM_LINE, WHOM_MARKS, WHOM_FILTER };

static void
act(struct console *console, enum key_request request, enum whom whom)
{
	struct aim aim = { .selections = { .most = DIALOGUE_PARTS } };
	char why[MIB_TEXT];
	bool good;
	aim.selections.text = aim.text;
	if (whom == WHOM_MARKS)
		good = aim_marks(console, &aim);
	else if (whom == WHOM_FILTER)
		good = aim_filter(console, &aim);
	else
		good = aim_row(console, &aim, request != REQUEST_PAUSE);
	if (!good)
		return;
	forbid(console, &console->agent[aim.agent], why);
	if (why[0])
		console_say(console, "%s", why);
	else
		act_on(console, &aim, request);
}

/* The line and all that the filter shows could both be meant: that is asked. */
static void
ask_whom(struct console *console, enum key_request request)
{
	const struct entry *entry = console_chosen(console);
	const struct mib_client *client = (const void *)entry->row;
	char why[MIB_TEXT];
	forbid(console, &console->agent[entry->agent], why);
	if (why[0]) {
		console_say(console, "%s", why);
		return;
	}
	console->choosing = request;
	console_say(
	    console,
	    "%s whom? y: %s alone; a: all %zu that the filter shows; else nobody",
	    request == REQUEST_FAILOVER    ? "failover of"
	    : request == REQUEST_RECONNECT ? "reconnect"
					   : "release",
	    client->name, console->entries);
}

void
console_act(struct console *console, enum key_request request)
{
	bool clients =
	    lists[console->view].table == MIB_CLIENT && request != REQUEST_PAUSE;
	char selection[MIB_TEXT];
	console_list(console);
	if (console->mode == CONSOLE_DETAIL && !console_is_there(console)) {
		console_say(console, "it is gone");
		return;
	}
	if (!clients ||
	    (console->marks.count == 0 && !console->looked[console->view].filter[0]))
		act(console, request, WHOM_LINE);
	else if (console->marks.count > 0)
		act(console, request, WHOM_MARKS);
	else if (console->entries > 1)
		ask_whom(console, request);
	else if (console->entries == 0 && filter_selection(console, selection))
		act(console, request, WHOM_FILTER);
	else
		act(console, request, WHOM_LINE);
}

void
console_choose(struct console *console, uint32_t code)
{
	enum key_request request = console->choosing;
	console->choosing = REQUEST_NONE;
	if (code == 'y' && !console_is_there(console))
		console_say(console, "it is gone: nothing was done");
	else if (code == 'y')
		act(console, request, WHOM_LINE);
	else if (code == 'a')
		act(console, request, WHOM_FILTER);
	else
		console_say(console, "nothing was done");
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
