/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables that people look at: one description makes the commands' output and the
   console's views. */
#ifndef BELLWETHER_TUI_LISTS_H
#define BELLWETHER_TUI_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "mib/tables.h"

#define LIST_COLUMNS 13
#define LISTS        10

/* bwGroupKind */
enum { GROUP_LIST = 1, GROUP_GROUP, GROUP_SITE };

/* What a column shows: its value in words, or a drawing that only the console has. */
enum list_drawn { LIST_TEXT, LIST_PERFORMANCE, LIST_PROGRESS, LIST_LOAD };

struct list_column {
	const char *heading;
	const char *column; /* of the MIB; what a drawing sorts by */
	int width; /* on a screen; 0: as wide as its longest name, at most 24 */
	int rank;  /* of a narrow screen: the highest leaves first, 0 never */
	enum list_drawn drawn;
};

/* What Enter opens: all that is known, or the clients of a server, of a list, group or
   site, of an alternate. */
enum list_into {
	LIST_INTO_DETAIL,
	LIST_INTO_CLIENTS,
	LIST_INTO_GROUP,
	LIST_INTO_ALTERNATE
};

struct list {
	const char *command; /* and the view's name */
	const char *brief;   /* where there is no room for it */
	enum mib_table table;
	bool numbered; /* the rows' own numbers are worth showing */
	const char
	    *newest; /* on a screen the newest first: by this column, of equals by
			       number; "" by number alone; NULL: as the rows are */
	enum list_into into;
	struct list_column column[LIST_COLUMNS]; /* the last one takes what is left */
};
/* In the order of the console's digits: 1 to 9, then 0. */
extern const struct list lists[LISTS];

/* NULL for a word that is no list's. */
const struct list *list_find(const char *command);
/* True for what stands right: numbers, ages. */
bool list_is_number(const struct mib_column *column);

#endif
