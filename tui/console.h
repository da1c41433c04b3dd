/* SPDX-License-Identifier: BSD-3-Clause */
/* The console: what is looked at and how, as values. Keys, snapshots and answers go in;
   a screen of cells and requests come out. It knows no terminal and no agent. */
#ifndef BELLWETHER_TUI_CONSOLE_H
#define BELLWETHER_TUI_CONSOLE_H

#include "common/clock.h"
#include "tui/cells.h"
#include "tui/dialogue.h"
#include "tui/filter.h"
#include "tui/keys.h"
#include "tui/lists.h"
#include "tui/manager.h"
#include "tui/marks.h"
#include "tui/options.h"
#include "tui/settings.h"

#define CONSOLE_WIDTH_LEAST  60
#define CONSOLE_HEIGHT_LEAST 14
/* What was not read for so long is shown as old. */
#define CONSOLE_OLD (5 * SECOND)
/* How often clients that nobody sees are read again. */
#define CONSOLE_WHOLE (15 * SECOND)
/* Those of an operation that is looked at. */
#define CONSOLE_ANSWERS (5 * SECOND)
/* Columns of a site in another. */
#define CONSOLE_INDENT 3u

struct console_agent {
	const char *name;
	const struct snapshot *snapshot; /* somebody else's; NULL before the first */
	enum agent_state state;
	int64_t since;
	char detail[256];
	bool may_not_write;
};

/* The clients that are worth reading often; every 0: all of them, each time. */
struct console_window {
	struct mib_row from, until;
	int64_t every;
};

/* A row of one agent's snapshot. */
struct entry {
	uint32_t agent;
	const struct mib_row *row;
};

/* How a site stands in the tree of them; beside its entry. */
struct branch {
	uint8_t depth;
	bool below;      /* there are sites in it */
	uint32_t hidden; /* how many of them, however deep, are folded away */
	uint32_t rails;  /* bit n: something follows at depth n */
};
struct folded {
	uint32_t agent, server;
	char name[MIB_NAME];
};

/* How one list is looked at. */
struct looked {
	char filter[FILTER_TEXT];
	size_t sort; /* 1 + its column; 0: as the rows are */
	bool reverse;
	size_t cursor, top;
	uint32_t agent; /* whose row the cursor is on, when the rows move */
	struct mib_row row;
};

enum console_mode {
	CONSOLE_LIST,
	CONSOLE_FILTERING,
	CONSOLE_JUMPING,
	CONSOLE_DETAIL,
	CONSOLE_HELP,
	CONSOLE_PLAIN /* text alone, which stands still until a key */
};

/* Where things stand on the screen, for who clicks there. */
struct console_places {
	int tabs, tab[LISTS + 1];
	int heading; /* the list's lines are below; -1: there is none */
	struct {
		int from, until;
		size_t sort;
	} column[LIST_COLUMNS];
	int columns;
};

struct console {
	struct console_agent agent[OPTION_AGENTS];
	size_t agents;
	struct moment now;
	bool read_only;
	const char *server; /* by option; NULL: all */
	const char *requester;
	uint32_t hold;

	size_t view; /* of lists */
	struct looked looked[LISTS];
	enum console_mode mode;
	enum console_mode plain; /* what is shown so */
	bool plain_drawn;        /* on cells that were resized so often */
	unsigned plain_resized;
	char jump[FILTER_TEXT];
	size_t jump_from; /* where the cursor was */
	bool jump_found;
	size_t scroll; /* of detail and help */
	int page;      /* their lines, when they were last drawn */
	bool inside;   /* of one server */
	uint32_t inside_agent, inside_server;
	size_t inside_from;              /* the view that one came from */
	char inside_filter[FILTER_TEXT]; /* that one came with; "" none */

	struct entry *entry; /* of the view, filtered and sorted */
	size_t entries, room;
	struct branch *branch; /* of each entry; NULL: they are no tree */
	struct folded *folded;
	size_t folds;
	size_t all;                   /* without the filter */
	bool filter_groups;           /* it can only be told with the groups */
	char filter_said[MIB_TEXT];   /* what is wrong with it; "" nothing */
	int name_width[LIST_COLUMNS]; /* of columns as wide as their names */
	bool stale;                   /* entry has to be made anew */
	int body;                     /* lines of the list, when it was last drawn */
	bool mouse;
	struct console_places places;
	struct console_window window[OPTION_AGENTS]; /* as last asked for */
	struct marks marks;                          /* of clients */
	enum key_request choosing; /* an action whose key waits for "whom" */
	struct dialogue dialogue;
	char message[MIB_TEXT];
};

/* ---- console.c ---- */

void console_init(struct console *console, const struct options *options);
void console_free(struct console *console);
/* What an agent shows now; the snapshot must stay until the next call. */
void console_see(struct console *console, size_t agent, const struct snapshot *snapshot,
		 enum agent_state state, int64_t since, const char *detail);
/* What is looked at, plainly or not. */
enum console_mode console_mode(const struct console *console);
/* False: quit. */
bool console_key(struct console *console, uint32_t code);
/* Which of the agent's tables are to be read, and of which server (0: all). */
uint32_t console_wants(const struct console *console, size_t agent, uint32_t *server);
/* Which of its clients are to be read each time; after drawing. */
const struct console_window *console_window(struct console *console, size_t agent);
/* When the row was read. */
int64_t console_read_at(const struct console *console, const struct entry *entry);
/* The row under the cursor; its list is made first. NULL when there is none. */
const struct entry *console_chosen(struct console *console);
/* True when it is still the row that the cursor was put on: what a page or a question is
   about. */
bool console_is_there(struct console *console);
/* True when the cursor was put on that row. */
bool console_is_noted(const struct looked *looked, const struct entry *entry);
const struct mib_server *
console_server(const struct console *console, uint32_t agent, uint32_t server);
void console_say(struct console *console, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* True when what this agent shows is old: the agent is lost, or its engine. */
bool console_is_old(const struct console *console, uint32_t agent);
/* Rows of other servers than the one looked at are not shown. */
bool
console_shows(const struct console *console, uint32_t agent, const struct mib_row *row);

void console_go(struct console *console, size_t view);
/* Up, down and so on: the cursor, or a page that is longer than the screen. */
void console_move(struct console *console, enum key_request request);

/* ---- console-settings.c ---- */

/* Before anything is looked at. */
void console_set(struct console *console, const struct settings *settings);
/* Which of them are as they are now; the others stay. */
void console_settings(const struct console *console, struct settings *settings);

/* ---- console-sort.c ---- */

/* By the next column, or the one before; past the last in their own order. */
void console_sort(struct console *console, bool back);
void console_turn(struct console *console);
/* By 1 + its column; what it is sorted by already is turned round. */
void console_sort_by(struct console *console, size_t sort);

/* ---- console-mouse.c ---- */

void console_mouse(struct console *console, uint32_t code);

/* ---- console-rows.c ---- */

/* Makes console->entry anew if it has to be, the cursor staying on its row. */
void console_list(struct console *console);
/* True when the rows of a view can be of several servers. */
bool console_has_several_servers(const struct console *console);

/* ---- console-tree.c ---- */

/* Makes a tree of the entries, which are groups as agents have them. */
void console_tree(struct console *console);
void console_no_tree(struct console *console);
/* Folds the site under the cursor, or goes to the one around it; or unfolds it. */
void console_fold(struct console *console, bool away);

/* ---- console-jump.c ---- */

void console_begin_jump(struct console *console);
void console_jump_key(struct console *console, uint32_t code);

/* ---- console-act.c ---- */

/* Opens the dialogue of an action on the row under the cursor, or says why not. */
void console_act(struct console *console, enum key_request request);
/* "client:nas1", "all", ...: what the row stands for; false when for no clients. */
bool console_selection(const struct list *list, const struct mib_row *row,
		       char selection[MIB_TEXT]);
void console_answer(struct console *console, const struct manager_answer *answer);
/* The key after an action's where the filter or the line may be meant. */
void console_choose(struct console *console, uint32_t code);

/* ---- console-mark.c ---- */

/* Marks or unmarks the client under the cursor and goes on to the next; marks all that
   the filter shows; takes all marks away. */
void console_mark(struct console *console, enum key_request request);
/* False while clients are still to come that nobody has seen. */
bool console_is_whole(const struct console *console);
/* True when the row is marked. */
bool console_is_marked(const struct console *console, const struct entry *entry);

/* ---- console-table.c, console-page.c ---- */

const char *
console_server_name(const struct console *console, const struct entry *entry);
bool console_is_row_old(const struct console *console, const struct entry *entry);
void console_draw_list(struct console *console, struct cells *cells, int y, int lines);
/* Detail or help. */
void console_draw_page(struct console *console, struct cells *cells, int y, int lines);

/* ---- console-draw.c, console-header.c ---- */

void console_draw(struct console *console, struct cells *cells);
/* The servers' part; returns the first line below. */
int console_header(struct console *console, struct cells *cells, int y);
/* Agents that are not well; returns the first line below. */
int console_banners(const struct console *console, struct cells *cells, int y);
/* 100% is width cells; both thresholds stand in it as F and C. */
void console_bar(struct cells *cells, int y, int x, int width,
		 const struct mib_server *server, unsigned look);

#endif
