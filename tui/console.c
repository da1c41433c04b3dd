/* SPDX-License-Identifier: BSD-3-Clause */
/* The console's state: what keys do to what is looked at. */
#include "config.h"

#include "tui/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

/* ---- begin and end ---- */

void
console_init(struct console *console, const struct options *options)
{
	*console = (struct console){ .agents = options->agents,
				     .read_only = options->read_only,
				     .server = options->server,
				     .requester = options->requester,
				     .hold = options->hold,
				     .now = clock_now(),
				     .stale = true };
	for (size_t i = 0; i < options->agents; i++) {
		console->agent[i].name = options->agent[i];
		console->agent[i].state = AGENT_CONNECTING;
		console->agent[i].since = console->now.boot;
	}
}

void
console_free(struct console *console)
{
	console_no_tree(console);
	free(console->folded);
	free(console->entry);
	console->folded = NULL;
	console->folds = 0;
	console->entry = NULL;
	console->entries = console->room = 0;
}

void
console_say(struct console *console, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(console->message, sizeof(console->message), format, arguments);
	va_end(arguments);
}

enum console_mode
console_mode(const struct console *console)
{
	return console->mode == CONSOLE_PLAIN ? console->plain : console->mode;
}

/* ---- what agents show ---- */

static void
see_operation(struct console *console, const struct snapshot *snapshot)
{
	const struct snapshot_table *table = &snapshot->table[MIB_OPERATION];
	const struct mib_operation *row = table->row;
	for (size_t i = 0; i < table->count; i++)
		dialogue_see(&console->dialogue, &row[i]);
}

void
console_see(struct console *console, size_t agent, const struct snapshot *snapshot,
	    enum agent_state state, int64_t since, const char *detail)
{
	struct console_agent *who = &console->agent[agent];
	if (who->snapshot != snapshot)
		console->stale = true;
	who->snapshot = snapshot;
	who->state = state;
	who->since = since;
	slice_copy(slice_of(detail), who->detail, sizeof(who->detail));
	if (snapshot && dialogue_is_open(&console->dialogue) &&
	    console->dialogue.agent == agent)
		see_operation(console, snapshot);
}

bool
console_is_old(const struct console *console, uint32_t agent)
{
	return console->agent[agent].state != AGENT_OK;
}

const struct mib_server *
console_server(const struct console *console, uint32_t agent, uint32_t index)
{
	const struct snapshot *snapshot = console->agent[agent].snapshot;
	if (!snapshot)
		return NULL;
	const struct snapshot_table *table = &snapshot->table[MIB_SERVER];
	const struct mib_server *server = table->row;
	for (size_t i = 0; i < table->count; i++)
		if (server[i].index.server == index)
			return &server[i];
	return NULL;
}

static bool
is_meant(const struct console *console, uint32_t agent, uint32_t index)
{
	if (!console->server)
		return true;
	const struct mib_server *server = console_server(console, agent, index);
	return server && strcmp(server->name, console->server) == 0;
}

bool
console_shows(const struct console *console, uint32_t agent, const struct mib_row *row)
{
	if (lists[console->view].table != MIB_SERVER && console->inside &&
	    (agent != console->inside_agent || row->server != console->inside_server))
		return false;
	return is_meant(console, agent, row->server);
}

/* All that is known of an operation, who has not answered it too. */
static bool
shows_operation(const struct console *console)
{
	return console_mode(console) == CONSOLE_DETAIL &&
	       lists[console->view].table == MIB_OPERATION;
}

uint32_t
console_wants(const struct console *console, size_t agent, uint32_t *server)
{
	uint32_t tables = 1u << lists[console->view].table;
	const struct looked *looked = &console->looked[console->view];
	*server = 0;
	if (console->inside && agent == console->inside_agent)
		*server = console->inside_server;
	else if (console->inside)
		tables = 0;
	if (dialogue_is_open(&console->dialogue) && console->dialogue.agent == agent)
		tables |= 1u << MIB_OPERATION;
	if (tables && console->filter_groups)
		tables |= 1u << MIB_GROUP;
	if (tables && shows_operation(console) && looked->agent == agent) {
		tables |= 1u << MIB_CLIENT;
		*server = looked->row.server;
	}
	return tables & ~(1u << MIB_SERVER);
}

/* ---- which clients are read ---- */

static bool
is_before(const struct mib_row *a, const struct mib_row *b)
{
	return a->server != b->server ? a->server < b->server : a->row < b->row;
}

/* What is read around what is on the screen: one scrolls a little without waiting. */
static size_t
margin(const struct console *console)
{
	return console->body > 4 ? (size_t)console->body / 4 : 1;
}

/* What of the list is on the screen, and a margin on either side; false when none of it is
   this agent's. */
static bool
visible(const struct console *console, size_t agent, struct mib_row *first,
	struct mib_row *last)
{
	size_t top = console->looked[console->view].top;
	size_t body = console->body > 0 ? (size_t)console->body : 1;
	size_t from = top > margin(console) ? top - margin(console) : 0;
	size_t until = top + body + margin(console);
	bool any = false;
	for (size_t i = from; i < console->entries && i < until; i++) {
		const struct entry *entry = &console->entry[i];
		if (entry->agent != agent)
			continue;
		if (!any)
			*first = *entry->row;
		*last = *entry->row;
		any = true;
	}
	return any;
}

static void
first_window(const struct console *console, size_t agent, struct console_window *window)
{
	const struct snapshot *snapshot = console->agent[agent].snapshot;
	uint32_t server = console->inside ? console->inside_server : 1;
	if (!console->inside && snapshot && snapshot->table[MIB_SERVER].count)
		server = ((const struct mib_server *)snapshot->table[MIB_SERVER].row)
			     ->index.server;
	/* Indexes begin at 1 and are given in order: a page of them, and some more. */
	uint32_t rows = (uint32_t)console->body + (uint32_t)margin(console);
	window->from = (struct mib_row){ server, 0 };
	window->until = (struct mib_row){ server, rows + 1 };
}

const struct console_window *
console_window(struct console *console, size_t agent)
{
	const struct looked *looked = &console->looked[console->view];
	struct console_window *window = &console->window[agent];
	struct mib_row first;
	struct mib_row last;
	if (shows_operation(console)) {
		uint32_t server = looked->row.server;
		*window = (struct console_window){ { server, 1 },
						   { server, 2 },
						   CONSOLE_ANSWERS };
	}
	if (lists[console->view].table != MIB_CLIENT)
		return window;
	/* What is sorted or searched has to be known whole. */
	if (looked->filter[0] || looked->sort || looked->reverse) {
		*window = (struct console_window){ .every = 0 };
		return window;
	}
	console_list(console);
	if (!visible(console, agent, &first, &last))
		first_window(console, agent, window);
	else if (window->every == 0 || is_before(&first, &window->from) ||
		 !is_before(&last, &window->until))
		*window =
		    (struct console_window){ .from = first,
					     .until = { last.server, last.row + 1 } };
	window->every = CONSOLE_WHOLE;
	return window;
}

int64_t
console_read_at(const struct console *console, const struct entry *entry)
{
	enum mib_table table = lists[console->view].table;
	const struct snapshot_table *shown =
	    &console->agent[entry->agent].snapshot->table[table];
	const struct console_window *window = &console->window[entry->agent];
	if (table != MIB_CLIENT || window->every == 0 ||
	    (!is_before(entry->row, &window->from) &&
	     is_before(entry->row, &window->until)))
		return shown->at;
	return shown->whole;
}

/* ---- moving ---- */

const struct entry *
console_chosen(struct console *console)
{
	console_list(console);
	const struct looked *looked = &console->looked[console->view];
	return looked->cursor < console->entries ? &console->entry[looked->cursor]
						 : NULL;
}

bool
console_is_noted(const struct looked *looked, const struct entry *entry)
{
	return entry->agent == looked->agent &&
	       entry->row->server == looked->row.server &&
	       entry->row->row == looked->row.row;
}

bool
console_is_there(struct console *console)
{
	const struct entry *entry = console_chosen(console);
	return entry && console_is_noted(&console->looked[console->view], entry);
}

/* Not of a page over the list, which stays with its row, be it gone. */
static void
note_cursor(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	if (console_mode(console) >= CONSOLE_DETAIL)
		return;
	const struct entry *entry = console_chosen(console);
	if (entry) {
		looked->agent = entry->agent;
		looked->row = *entry->row;
	}
}

static void
move(struct console *console, enum key_request request)
{
	struct looked *looked = &console->looked[console->view];
	size_t page = console->body > 1 ? (size_t)console->body - 1 : 1;
	size_t most;
	console_list(console);
	most = console->entries ? console->entries - 1 : 0;
	switch (request) {
	case REQUEST_UP:
		looked->cursor -= looked->cursor > 0;
		break;
	case REQUEST_DOWN:
		looked->cursor += looked->cursor < most;
		break;
	case REQUEST_PAGE_UP:
		looked->cursor -= looked->cursor < page ? looked->cursor : page;
		break;
	case REQUEST_PAGE_DOWN:
		looked->cursor +=
		    most - looked->cursor < page ? most - looked->cursor : page;
		break;
	case REQUEST_FIRST:
		looked->cursor = 0;
		break;
	default:
		looked->cursor = most;
		break;
	}
}

/* Detail and help are longer than a small screen. The end is found when they are drawn. */
static void
scroll(struct console *console, enum key_request request)
{
	size_t page = console->body > 1 ? (size_t)console->body - 1 : 1;
	switch (request) {
	case REQUEST_UP:
		console->scroll -= console->scroll > 0;
		break;
	case REQUEST_DOWN:
		console->scroll++;
		break;
	case REQUEST_PAGE_UP:
		console->scroll -= console->scroll < page ? console->scroll : page;
		break;
	case REQUEST_PAGE_DOWN:
		console->scroll += page;
		break;
	case REQUEST_FIRST:
		console->scroll = 0;
		break;
	default:
		console->scroll = SIZE_MAX / 2;
		break;
	}
}

void
console_move(struct console *console, enum key_request request)
{
	if (console->mode == CONSOLE_LIST)
		move(console, request);
	else
		scroll(console, request);
}

/* ---- views ---- */

void
console_go(struct console *console, size_t view)
{
	console->view = view;
	console->mode = CONSOLE_LIST;
	console->stale = true;
}

static size_t
view_of(uint32_t code)
{
	return code == '0' ? LISTS - 1 : code - '1';
}

static size_t
clients_view(void)
{
	return (size_t)(list_find("clients") - lists);
}

static void
open_detail(struct console *console)
{
	if (!console_chosen(console))
		return;
	note_cursor(console);
	console->mode = CONSOLE_DETAIL;
	console->scroll = 0;
}

/* The clients of a server, or those that a word of the filter is so of. */
static void
go_inside(struct console *console, const struct entry *entry, const char *word,
	  const char *name)
{
	if (!console->inside)
		console->inside_from = console->view;
	console->inside = true;
	console->inside_agent = entry->agent;
	console->inside_server = entry->row->server;
	snprintf(console->inside_filter, sizeof(console->inside_filter), "%s%s", word,
		 name);
	console_go(console, clients_view());
	slice_copy(slice_of(console->inside_filter),
		   console->looked[console->view].filter, FILTER_TEXT);
}

static void
into(struct console *console)
{
	static const char *const word[] = { [GROUP_LIST] = "list:=",
					    [GROUP_GROUP] = "group:=",
					    [GROUP_SITE] = "site:" };
	const struct entry *entry = console_chosen(console);
	enum list_into kind = lists[console->view].into;
	const void *row = entry ? entry->row : NULL;
	const struct mib_group *group = row;
	const struct mib_alternate *alternate = row;
	if (row && kind == LIST_INTO_CLIENTS)
		go_inside(console, entry, "", "");
	else if (row && kind == LIST_INTO_GROUP && group->kind > 0 &&
		 group->kind < ARRAY_SIZE(word))
		go_inside(console, entry, word[group->kind], group->name);
	else if (row && kind == LIST_INTO_ALTERNATE)
		go_inside(console, entry, "alternate:=", alternate->name);
	else
		open_detail(console);
}

static void
back(struct console *console)
{
	struct looked *looked = &console->looked[console->view];
	bool own = strcmp(looked->filter, console->inside_filter) != 0;
	if (console->mode != CONSOLE_LIST) {
		console->mode = CONSOLE_LIST;
	} else if (looked->filter[0] && (own || !console->inside)) {
		looked->filter[0] = '\0';
		console->stale = true;
	} else if (console->inside) {
		looked->filter[0] = '\0';
		console->inside = false;
		console_go(console, console->inside_from);
	} else {
		console_go(console, 0);
	}
}

/* ---- keys ---- */

static void
filter_key(struct console *console, uint32_t code)
{
	struct looked *looked = &console->looked[console->view];
	if (code == KEY_RETURN || code == '\n') {
		console->mode = CONSOLE_LIST;
		note_cursor(console);
		console_say(console, "%s", console->filter_said);
		return;
	}
	if (code == KEY_ESCAPE) {
		looked->filter[0] = '\0';
		console->mode = CONSOLE_LIST;
	} else if (code == KEY_UPWARD || code == KEY_DOWNWARD) {
		move(console, code == KEY_UPWARD ? REQUEST_UP : REQUEST_DOWN);
		note_cursor(console);
		return;
	} else {
		line_key(looked->filter, sizeof(looked->filter), code);
	}
	/* The cursor's row is not noted: it is gone back to when it matches again. */
	console->stale = true;
}

static bool
moves_cursor(enum key_request request)
{
	return request >= REQUEST_UP && request <= REQUEST_LAST;
}

static void
list_request(struct console *console, enum key_request request, uint32_t code)
{
	switch (request) {
	case REQUEST_VIEW:
		console_go(console, view_of(code));
		break;
	case REQUEST_NEXT_VIEW:
		console_go(console, (console->view + 1) % LISTS);
		break;
	case REQUEST_PREVIOUS_VIEW:
		console_go(console, (console->view + LISTS - 1) % LISTS);
		break;
	case REQUEST_INTO:
		into(console);
		break;
	case REQUEST_DETAIL:
		open_detail(console);
		break;
	case REQUEST_FOLD:
	case REQUEST_UNFOLD:
		/* A page stays with its row: what moves the cursor leaves it. */
		console->mode = CONSOLE_LIST;
		console_fold(console, request == REQUEST_FOLD);
		break;
	case REQUEST_FILTER:
		console->mode = CONSOLE_FILTERING;
		break;
	case REQUEST_MOUSE:
		console->mouse = !console->mouse;
		console_say(console, console->mouse
					 ? "mouse on; most terminals let Shift and the "
					   "mouse select text"
					 : "mouse off");
		break;
	case REQUEST_JUMP:
		console_begin_jump(console);
		break;
	case REQUEST_SORT:
	case REQUEST_SORT_BACK:
		console->mode = CONSOLE_LIST;
		console_sort(console, request == REQUEST_SORT_BACK);
		break;
	case REQUEST_REVERSE:
		console->mode = CONSOLE_LIST;
		console_turn(console);
		break;
	case REQUEST_MARK:
	case REQUEST_MARK_ALL:
	case REQUEST_UNMARK:
		console_mark(console, request);
		break;
	case REQUEST_FAILOVER:
	case REQUEST_RECONNECT:
	case REQUEST_RELEASE:
	case REQUEST_PAUSE:
		console_act(console, request);
		break;
	default:
		break;
	}
}

static void
no_such_key(struct console *console, uint32_t code)
{
	const struct key *key =
	    code >= 'a' && code <= 'z' ? key_find(code - 'a' + 'A') : NULL;
	if (key)
		console_say(console, "%c does nothing; %s, a capital, is %s", (int)code,
			    key->label, key->brief);
	else
		console_say(console, "no such key; ? lists them");
}

bool
console_key(struct console *console, uint32_t code)
{
	enum key_request request = key_request(code);
	console->message[0] = '\0';
	if (dialogue_is_open(&console->dialogue)) {
		dialogue_key(&console->dialogue, code);
		return true;
	}
	if (console->choosing) {
		console_choose(console, code);
		return true;
	}
	/* After all that asks something: an answer is not to be for another line. */
	if (key_is_mouse(code)) {
		console_mouse(console, code);
		note_cursor(console);
		return true;
	}
	if (console->mode == CONSOLE_FILTERING) {
		filter_key(console, code);
		return true;
	}
	if (console->mode == CONSOLE_JUMPING) {
		console_jump_key(console, code);
		note_cursor(console);
		return true;
	}
	if (console->mode == CONSOLE_PLAIN) {
		console->mode = console->plain;
		return true;
	}
	if (request == REQUEST_QUIT)
		return false;
	if (request == REQUEST_BACK) {
		back(console);
	} else if (request == REQUEST_HELP) {
		console->mode =
		    console->mode == CONSOLE_HELP ? CONSOLE_LIST : CONSOLE_HELP;
		console->scroll = 0;
	} else if (request == REQUEST_PLAIN) {
		console->plain = console->mode;
		console->plain_drawn = false;
		console->mode = CONSOLE_PLAIN;
		return true;
	} else if (moves_cursor(request)) {
		console_move(console, request);
	} else if (request == REQUEST_NONE && code) {
		no_such_key(console, code);
	} else if (console->mode != CONSOLE_HELP || request <= REQUEST_PREVIOUS_VIEW) {
		list_request(console, request, code);
	}
	note_cursor(console);
	return true;
}
