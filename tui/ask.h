/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands share: agents asked, servers found, exit statuses, the envelope. */
#ifndef BELLWETHER_TUI_ASK_H
#define BELLWETHER_TUI_ASK_H

#include "common/clock.h"
#include "tui/manager.h"
#include "tui/options.h"

/* Exit statuses of all commands but status. */
enum {
	EXIT_DONE = 0,
	EXIT_NOT_DONE = 1,   /* refused, called off, or not by everybody */
	EXIT_MISUSED = 2,    /* wrong arguments */
	EXIT_UNANSWERED = 3, /* no agent there, or it does not answer */
	EXIT_NOT_LET_IN = 4, /* user, password, read or write view */
	EXIT_NO_BELLWETHER =
	    5 /* an agent without a Bellwether, or whose engine is gone */
};
int ask_exit_status(enum agent_state state);

struct ask {
	const struct options *options;
	struct manager *manager;
	FILE *out, *err;
};

/* NULL manager (and false) after saying why on err. */
bool ask_open(struct ask *ask, const struct options *options, int64_t interval,
	      FILE *out, FILE *err);
void ask_close(struct ask *ask);

/* Waits until each agent has answered with all of tables (bits 1 << enum mib_table), of
   the server that the options name, or has failed. */
void ask_tables(struct ask *ask, uint32_t tables);
/* Waits at most us for news. */
void ask_wait(struct ask *ask, int64_t us);

/* One agent as it stands; to be given back by view_end(). */
struct view {
	const struct snapshot *snapshot;
	enum agent_state state;
	int64_t since;
	char detail[256];
	struct moment now;
	uint32_t server; /* index of the options' server; 0: all */
};
/* Begins looking; false when the server that the options name is not there. */
bool view_begin(struct ask *ask, size_t agent, struct view *view);
void view_end(struct ask *ask, struct view *view);
/* True when the snapshot can be shown: AGENT_OK or AGENT_STALE. */
bool view_is_good(const struct view *view);
/* Says on err what is wrong with the agent and what to do; EXIT_... */
int view_explain(const struct ask *ask, size_t agent, const struct view *view);
const struct mib_server *view_server(const struct view *view, uint32_t index);
const char *view_server_name(const struct view *view, uint32_t index);

/* {"version":1,"agent":...,"rows":[ ... ]}: the beginning and the end, a line an agent. */
void envelope_begin(const struct ask *ask, size_t agent, const struct view *view);
void envelope_end(const struct ask *ask);

#endif
