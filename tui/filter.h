/* SPDX-License-Identifier: BSD-3-Clause */
/* What a list is narrowed by: words that all have to be in a line, or must not be. */
#ifndef BELLWETHER_TUI_FILTER_H
#define BELLWETHER_TUI_FILTER_H

#include "common/clock.h"
#include "tui/lists.h"
#include "tui/manager.h"

#define FILTER_TEXT 128 /* a word about a name of 64 bytes, and more */
/* More words than fit into a filter cannot be typed. */
#define FILTER_WORDS (FILTER_TEXT / 2)

/* What words there are, for the help. */
struct filter_help {
	const char *word, *help;
};
extern const struct filter_help filter_help[];
extern const size_t filter_helps;

enum filter_about {
	FILTER_ANY,
	FILTER_COLUMN,
	FILTER_SERVER,
	FILTER_AGENT,
	FILTER_SITE,
	FILTER_GROUP /* a list or group, which a client is in */
};

struct filter_word {
	enum filter_about about;
	const char *text;
	bool negated;
	bool address;                       /* could be part of one */
	const struct mib_column *column[2]; /* any of these */
	const struct mib_group **site;      /* that hold the text, or lie in one */
	size_t sites;
	bool whole; /* there is a site, list or group of just this name */
};

struct filter {
	char text[FILTER_TEXT];
	struct filter_word word[FILTER_WORDS];
	size_t words;
	const struct mib_column *searched[LIST_COLUMNS];
	size_t columns;
	bool servers; /* their names are in the lines, too */
	const char *agent;
	size_t untold;       /* lines that may be so, or not: agents do not tell */
	char said[MIB_TEXT]; /* what is wrong with it; "" nothing */
};

/* Made once, then used for the rows of one agent after the other. */
void filter_make(struct filter *filter, const struct list *list, const char *text);
/* True when it can only be told with the agent's groups. */
bool filter_wants_groups(const struct filter *filter);
/* The rows to come are of this agent; the groups are its own, ascending. */
void filter_begin(struct filter *filter, const char *agent,
		  const struct snapshot_table *groups);
bool filter_matches(struct filter *filter, const void *row, const char *server,
		    struct moment now);
/* What is wrong with it, or of how many of the lines it cannot be told; "" nothing. */
void filter_say(const struct filter *filter, char said[MIB_TEXT]);
void filter_free(struct filter *filter);

#endif
