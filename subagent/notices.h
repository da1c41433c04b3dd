/* SPDX-License-Identifier: BSD-3-Clause */
/* Notifications on their way to the agent: numbered, paced, and never waited for. */
#ifndef BELLWETHER_SUBAGENT_NOTICES_H
#define BELLWETHER_SUBAGENT_NOTICES_H

#include "common/clock.h"
#include "subagent/index.h"
#include "subagent/link.h"

#define NOTICES 256u
/* Of them so many that were sent: an agent that stands still is noticed within a minute
   or so. */
#define NOTICES_KEPT 64u

/* A ring: some that were sent, in case that the agent ends before it has them, then those
   that wait.

   Numbers grow without a gap and go on after a restart: the store keeps the last one.
   After a crash the numbers of its last moments may be given once more, which the agent
   puts right. */
struct notices {
	struct link_message queue[NOTICES];
	size_t first; /* of those kept */
	size_t kept, count;
	double tokens;
	int64_t refilled;    /* boot */
	uint64_t suppressed; /* too many in a short time: they got no number */
	uint64_t withheld;   /* switched off: nor did these */
};

void notices_init(struct notices *notices, struct moment now);
/* False when it is suppressed, or switched off. */
bool notices_add(struct notices *notices, struct indexes *indexes,
		 const struct link_notify *notify, struct moment now);
/* Hands on what waits, oldest first, as long as send takes it. */
void
notices_send(struct notices *notices,
	     bool (*send)(void *context, const struct link_message *message, int fd),
	     void *context);

/* Another agent: what is kept is sent once more, and it knows what the last one did. */
void notices_again(struct notices *notices);

#endif
