/* SPDX-License-Identifier: BSD-3-Clause */
/* The clients that an operator has marked, and how many names make selections. */
#ifndef BELLWETHER_TUI_MARKS_H
#define BELLWETHER_TUI_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "mib/tables.h"

#define MARKS_MOST 200

/* A row of one agent; indexes are never given twice, so that a mark stays with its
   client whatever the list is filtered or sorted by. */
struct mark {
	uint32_t agent;
	struct mib_row row;
};
struct marks {
	struct mark mark[MARKS_MOST]; /* in the order in which they were set */
	size_t count;
};

bool marks_have(const struct marks *marks, uint32_t agent, const struct mib_row *row);
/* False when there are as many as there may be. */
bool marks_add(struct marks *marks, uint32_t agent, const struct mib_row *row);
void marks_remove(struct marks *marks, uint32_t agent, const struct mib_row *row);

/* Names into selections "client:A,B,...", as many to each as it holds: an operation's is
   of bounded length. One at a time: */
struct selections {
	char (*text)[MIB_TEXT]; /* the caller's, most of them */
	size_t most, count;
};
/* False when they are full. */
bool selections_add(struct selections *selections, const char *name);

#endif
