/* SPDX-License-Identifier: BSD-3-Clause */
/* One TCP connection a round: a question said at once, an answer heard as it comes. */
#ifndef BELLWETHER_MONITOR_EXCHANGE_H
#define BELLWETHER_MONITOR_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/kind.h"
#include "monitor/watch.h"

/* First in the state of a kind that uses it. */
struct exchange {
	/* The kind's, before exchange_ask(). connected_now may make the question, which may
	   depend on the connection, or end the round; NULL: it is made. heard is called whenever more lies in
	   answer[0..got); it ends the round, says more, or waits. With got == room it must
	   not wait. closed is called when the other end has closed before heard ended the
	   round. */
	void (*connected_now)(struct task *task);
	void (*heard)(struct task *task);
	void (*closed)(struct task *task);
	const uint8_t *question; /* alive until the round ends */
	size_t question_size;
	uint8_t *answer;
	size_t room;

	size_t got;
	struct watch *watch;
	int fd;
	bool connected;
};

/* Connects, says the question, listens. Ends the round itself when there is no
   connection. */
void exchange_ask(struct task *task, const struct endpoint *to);
/* Says more, without waiting; false (with errno) when it did not fit at once, which what
   is said on a fresh connection does. */
bool exchange_say(struct task *task, const uint8_t *bytes, size_t size);
/* kind.expire and kind.finish of such a kind: what lies here unread is heard; closing. */
void exchange_expire(struct task *task);
void exchange_finish(struct task *task);

#endif
