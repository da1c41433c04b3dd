/* SPDX-License-Identifier: BSD-3-Clause */
/* The publisher: keeps the board, the alarms and the notifications true to what the
   engine knows. Nothing of the loop, of processes or of waiting is in here. */
#ifndef BELLWETHER_SUBAGENT_PUBLISH_H
#define BELLWETHER_SUBAGENT_PUBLISH_H

#include "subagent/alarm.h"
#include "subagent/board.h"
#include "subagent/index.h"
#include "subagent/link.h"
#include "subagent/server.h"

#define PUBLISH_OPERATIONS 96u /* on the board, a server: the fleet's and others */
/* At least so many, once there were; those of single clients that went well go first. */
#define PUBLISH_EVENTS     1024u
#define PUBLISH_EVENT_ROOM 1280u /* so that they move up once in 256 events only */
#define PUBLISH_TROUBLES   8u

struct publisher;

/* What the publisher asks of the engine. */
struct publisher_calls {
	void *context;
	/* The server in that slot; false when it is empty. Its numbers must be able to
	   change only outside of publisher_turn(). */
	bool (*view)(void *context, size_t slot, struct server_view *view);
	/* Version, start, reload and operation_next. */
	void (*scalars)(void *context, struct mib_scalars *scalars);
	/* Alarms that are nobody's, and so everybody's: fills out, returns how many. */
	size_t (*troubles)(void *context, struct alarm_raise out[PUBLISH_TROUBLES]);
	/* Rows of operations that the fleet does not know: planned ones, refused ones;
	   ascending by number. */
	size_t (*operations)(void *context, uint32_t server, struct mib_operation *out,
			     size_t room);
	/* To the agent; false when that cannot take it now. */
	bool (*send)(void *context, const struct link_message *message, int fd);
};

/* NULL without memory. Both arguments stay the caller's. */
struct publisher *publisher_new(const struct publisher_calls *calls,
				struct indexes *indexes, struct moment now);
void publisher_free(struct publisher *publisher);

/* What is due; call it some times a second. Looks at a slice of the clients, so that no
   turn takes long however many there are. True when publisher_work() is to be called,
   on any thread, and then publisher_worked(): until then no other call is made but
   these of publisher_turn() and of what follows it. */
bool publisher_turn(struct publisher *publisher, struct moment now);
void publisher_work(struct publisher *publisher);
void publisher_worked(struct publisher *publisher);
/* While a new board is being filled turns may follow each other at once. */
bool publisher_busy(const struct publisher *publisher);
/* Nobody is on the way, and everybody has been looked at since: turns may wait for what
   happens. */
bool publisher_calm(const struct publisher *publisher);
/* A notification waits that no turn has handed on yet: the next one is to come soon. */
bool publisher_news(const struct publisher *publisher);

/* Of the server in that slot; detail as in surroundings.event. past: shown, and no news. */
void publisher_event(struct publisher *publisher, size_t slot,
		     const struct server_view *view, const struct fleet_event *event,
		     const char *detail, bool past, struct moment now);
/* A policy was refused, or all were accepted after one had been; path or name of the
   server may be unknown (""). */
void publisher_policy(struct publisher *publisher, const char *path, bool accepted,
		      const char *why, struct moment now);
/* A new agent has to be told the board. */
void publisher_attached(struct publisher *publisher);

/* The slot of a server's number; SIZE_MAX. */
size_t publisher_slot(const struct publisher *publisher, uint32_t server);
/* NULL before the first one is complete. */
const struct board *publisher_board(const struct publisher *publisher);

#endif
