/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients on the board: looked at in slices, written when they changed, counted by list,
   group, site and alternate as they change. */
#ifndef BELLWETHER_SUBAGENT_PUBLISH_CLIENTS_H
#define BELLWETHER_SUBAGENT_PUBLISH_CLIENTS_H

#include "subagent/board.h"
#include "subagent/server.h"

/* What was shown last of a client: what is counted, and of the rest that it has changed. */
struct __attribute__((packed, aligned(4))) shown_client {
	uint64_t print; /* of all that its row is made of */
	uint16_t alternate;
	uint8_t place; /* 0: nothing yet */
	unsigned order : 7;
	bool silent : 1;
};

struct group_count {
	uint32_t clients, here, away, unknown, ordered, silent;
};

/* For as long as the rows of a fleet stay the same. */
struct shown_clients {
	size_t rows;
	struct shown_client *shown; /* by row */
	uint32_t *index;            /* by row, as it was when the rows were laid out */
	uint64_t *order;    /* client number << 32 | row; sorted by the worker */
	uint32_t *position; /* on the board, by row */
	uint32_t *first;    /* row's memberships: member[first[row]] and on */
	uint32_t *member;   /* lists and groups, as rows_groups() numbers them, in the
			     order of their own numbers */
	struct group_count *group;
	uint32_t *alternate; /* clients there */
	size_t next;         /* row to be looked at next */
	size_t still;        /* looks since one found something new */
	bool whole;          /* all were looked at, once at least */
};

/* Takes down what is needed of the view, and of its lists and groups their numbers; false
   without memory, nothing is left then. */
bool clients_plan(struct shown_clients *clients, const struct server_view *view,
		  const uint32_t *number);
/* The one part that takes long, on any thread: places on the board from base on. */
void clients_place(struct shown_clients *clients, uint32_t base);
void clients_free(struct shown_clients *clients);

/* Looks at no more than budget rows; those that changed go to the board. Every call
   goes on where the last one ended. Whoever has left the fleet since the rows were laid
   out stays on the board as it was last, and comes to a new one from the one before it
   (NULL: there is none). */
void clients_walk(struct shown_clients *clients, const struct server_view *view,
		  struct board *board, const struct board *before, uint32_t server,
		  size_t budget);

#endif
