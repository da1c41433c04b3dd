/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a table with GETBULK, all columns side by side, from several rows at once. */
#ifndef BELLWETHER_TUI_MANAGER_WALK_H
#define BELLWETHER_TUI_MANAGER_WALK_H

#include "tui/manager-decode.h"

/* Rows of one table, ascending by index, each of the table's row_size. */
struct rows {
	unsigned references; /* the manager's lock guards it */
	size_t row_size;
	size_t count;
	size_t room;
	uint8_t *row;
	uint64_t
	    *seen; /* while reading: which columns of the row have come; else NULL */
};
struct rows *rows_new(size_t row_size);
void rows_free(struct rows *rows);
struct mib_row *rows_at(const struct rows *rows, size_t i);
/* The row of this index, made with blank columns when it is new, at its place; NULL
   without memory. */
void *rows_get(struct rows *rows, const struct mib_description *description,
	       uint32_t server, uint32_t index);
/* Gives back what they do not need any more once they are read. */
void rows_fit(struct rows *rows);
/* Appends the rows of other that lie in [from, until); false without memory. */
bool rows_append(struct rows *rows, const struct rows *other, struct mib_row from,
		 struct mib_row until);

/* A stretch of a table: rows after the first index and before the second. */
struct stretch {
	struct mib_row after;
	struct mib_row before;
};
#define STRETCHES_MAX 16
static const struct stretch everything = { { 0, 0 }, { UINT32_MAX, UINT32_MAX } };

/* How many variables a response of this agent holds: learnt from one that was cut. */
struct bulk {
	size_t most; /* asked for now; 0: nothing known yet */
	bool cut;    /* the agent gives no more than most */
};

/* Sends a request, which it frees, and gives the response, the caller's to free; NULL
   ends the walk. */
typedef netsnmp_pdu *walk_ask(void *context, netsnmp_pdu *request);

struct walk {
	const struct mib_description *description;
	const struct stretch *stretch; /* ascending, not overlapping */
	size_t stretches;              /* at most STRETCHES_MAX */
	const struct decode_clock *clock;
	struct bulk *bulk;
	walk_ask *ask;
	void *context;
};
/* All rows of all stretches; NULL when asking ended or the answers make no sense. Rows
   that came or went meanwhile and were only seen in part are left out. */
struct rows *walk_table(const struct walk *walk);

#endif
