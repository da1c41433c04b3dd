/* SPDX-License-Identifier: BSD-3-Clause */
/* Notifications on their way to the agent: numbered, paced, and never waited for. */
#include "config.h"

#include "subagent/notices.h"

#include <string.h>

/* A bad night has dozens; more at once is a fault somewhere, and buries what matters. */
#define BURST 50.0
#define RATE  1.0 /* a second */

void
notices_init(struct notices *notices, struct moment now)
{
	memset(notices, 0, sizeof(*notices));
	notices->tokens = BURST;
	notices->refilled = now.boot;
}

static bool
take_token(struct notices *notices, int64_t now)
{
	double since = (double)(now - notices->refilled) / (double)SECOND;
	notices->refilled = now;
	notices->tokens += since * RATE;
	if (notices->tokens > BURST)
		notices->tokens = BURST;
	if (notices->tokens < 1)
		return false;
	notices->tokens -= 1;
	return true;
}

static struct link_message *
at(struct notices *notices, size_t i)
{
	return &notices->queue[(notices->first + i) % NOTICES];
}

bool
notices_add(struct notices *notices, struct indexes *indexes,
	    const struct link_notify *notify, struct moment now)
{
	if (!indexes_enabled(indexes, 0) ||
	    !indexes_enabled(indexes, notification_switch(notify->notification))) {
		notices->withheld++;
		return false;
	}
	if (notices->count == NOTICES - NOTICES_KEPT ||
	    !take_token(notices, now.boot)) {
		notices->suppressed++;
		return false;
	}
	struct link_message *message = at(notices, notices->kept + notices->count++);
	memset(message, 0, sizeof(*message));
	message->kind = LINK_NOTIFY;
	message->notify = *notify;
	message->notify.sequence = indexes_sequence_next(indexes);
	message->notify.suppressed = notices->suppressed;
	message->notify.wall = now.wall;
	return true;
}

void
notices_send(struct notices *notices,
	     bool (*send)(void *context, const struct link_message *message, int fd),
	     void *context)
{
	while (notices->count > 0 && send(context, at(notices, notices->kept), -1)) {
		notices->kept++;
		notices->count--;
		if (notices->kept <= NOTICES_KEPT)
			continue;
		notices->first = (notices->first + 1) % NOTICES;
		notices->kept--;
	}
}

void
notices_again(struct notices *notices)
{
	for (; notices->kept > 0; notices->kept--, notices->count++)
		at(notices, notices->kept - 1)->notify.again = true;
}
