/* SPDX-License-Identifier: BSD-3-Clause */
/* Marking clients: one, or all that the filter shows. */
#include "config.h"

#include "tui/console.h"

static bool
is_client_view(const struct console *console)
{
	return lists[console->view].table == MIB_CLIENT;
}

bool
console_is_marked(const struct console *console, const struct entry *entry)
{
	return console->marks.count && is_client_view(console) &&
	       marks_have(&console->marks, entry->agent, entry->row);
}

static void
say_full(struct console *console)
{
	console_say(console,
		    "%u clients are marked, more cannot be: act on a group, list or "
		    "site instead (view 3)",
		    MARKS_MOST);
}

static void
mark_one(struct console *console)
{
	const struct entry *entry = console_chosen(console);
	struct looked *looked = &console->looked[console->view];
	bool page = console->mode != CONSOLE_LIST;
	if (!entry)
		return;
	if (page && !console_is_there(console)) {
		console_say(console, "it is gone");
		return;
	}
	if (console_is_marked(console, entry))
		marks_remove(&console->marks, entry->agent, entry->row);
	else if (!marks_add(&console->marks, entry->agent, entry->row)) {
		say_full(console);
		return;
	}
	if (page)
		console_say(console, console_is_marked(console, entry)
					 ? "marked"
					 : "not marked any more");
	else
		looked->cursor += looked->cursor + 1 < console->entries;
}

/* One has gone into a server, or out of one, a moment ago: others' are to come. */
static bool
knows_all(const struct console *console, const struct snapshot_table *clients)
{
	return clients->whole != 0 &&
	       (clients->of == 0 ||
		(console->inside && clients->of == console->inside_server));
}

bool
console_is_whole(const struct console *console)
{
	for (size_t i = 0; i < console->agents; i++) {
		const struct snapshot *snapshot = console->agent[i].snapshot;
		if (snapshot && snapshot->table[MIB_SERVER].count > 0 &&
		    !knows_all(console, &snapshot->table[MIB_CLIENT]) &&
		    (!console->inside || console->inside_agent == i))
			return false;
	}
	return true;
}

/* All or none: half of what is shown would be the wrong half. */
static void
mark_all(struct console *console)
{
	size_t more = 0;
	if (!console_is_whole(console)) {
		console_say(console, "not all clients are read yet: a moment");
		return;
	}
	console_list(console);
	for (size_t i = 0; i < console->entries && more <= MARKS_MOST; i++)
		more += !console_is_marked(console, &console->entry[i]);
	if (more > MARKS_MOST - console->marks.count) {
		console_say(console,
			    "%zu lines are more than the %u that can be marked: narrow "
			    "the filter (/), or act on a group, list or site (view 3)",
			    console->entries, MARKS_MOST);
		return;
	}
	for (size_t i = 0; i < console->entries; i++)
		marks_add(&console->marks, console->entry[i].agent,
			  console->entry[i].row);
}

void
console_mark(struct console *console, enum key_request request)
{
	if (request == REQUEST_UNMARK)
		console->marks.count = 0;
	else if (!is_client_view(console))
		console_say(console, "clients are what is marked: 2 goes to them");
	else if (request == REQUEST_MARK)
		mark_one(console);
	else
		mark_all(console);
}
