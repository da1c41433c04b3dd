/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's end of the poller's socket: questions, answers, and what no answer means. */
#include "config.h"

#include "monitor/poller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"

/* Answers read at one go, so that others get the loop in between. */
#define BATCH 32
/* The process answers every question at its timeout, whatever the agent does. One that
   does not for so long is stopped or stuck; on a machine that drowns it may be slow. */
#define PATIENCE (5 * SECOND)
#define LOOK_MS  500

struct asked {
	struct asked *next;
	uint64_t id;
	int64_t until; /* boot time when an answer should be here */
	size_t objects;
	poller_done *done; /* NULL: forgotten, the answer is still waited for */
	void *context;
};

struct poller {
	uv_loop_t *loop;
	struct poller_calls calls;
	int fd;        /* of the process attached; -1: none */
	bool answered; /* it did, once at least */
	char why[POLLER_WHY];
	struct asked *asked; /* oldest first */
	struct asked **end;
	uint64_t last_id;
	size_t users;
	uv_timer_t look;
	void (*closed)(void *context);
	void *closed_context;
};

/* ---- what was asked ---- */

static void
put_asked(struct poller *poller, struct asked *asked)
{
	*poller->end = asked;
	poller->end = &asked->next;
}

static struct asked *
take_asked(struct poller *poller, uint64_t id)
{
	struct asked **link = &poller->asked;
	while (*link && (*link)->id != id)
		link = &(*link)->next;
	struct asked *asked = *link;
	if (!asked)
		return NULL;
	*link = asked->next;
	if (!asked->next)
		poller->end = link;
	if (!poller->asked)
		uv_timer_stop(&poller->look);
	return asked;
}

static void
end_asked(struct asked *asked, const struct poll_answer *answer, const char *why)
{
	poller_done *done = asked->done;
	void *context = asked->context;
	free(asked);
	if (done)
		done(context, answer, why);
}

/* ---- the process ---- */

static void
take_answer(struct poller *poller, const uint8_t *packet, size_t size)
{
	struct poll_answer answer;
	struct asked *asked = NULL;
	if (poll_answer_decode(packet, size, &answer))
		asked = take_asked(poller, answer.id);
	if (!asked)
		return;
	bool fits = asked->objects == answer.findings;
	if (fits && !poller->answered) {
		poller->answered = true;
		poller->calls.answers(poller->calls.context);
	}
	end_asked(asked, fits ? &answer : NULL, "the poller's answer is another's");
}

bool
poller_readable(struct poller *poller)
{
	uint8_t packet[POLL_ANSWER_MAX];
	int fd = poller->fd;
	if (fd < 0)
		return false;
	/* What is called from here may detach it. */
	for (int i = 0; i < BATCH && poller->fd == fd; i++) {
		ssize_t got = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return true;
		if (got <= 0)
			return false;
		take_answer(poller, packet, (size_t)got);
	}
	return true;
}

static bool
is_overdue(const struct poller *poller, int64_t since)
{
	const struct asked *asked = poller->asked;
	while (asked && asked->until >= since)
		asked = asked->next;
	return asked != NULL;
}

static void
on_look(uv_timer_t *timer)
{
	struct poller *poller = timer->data;
	/* When it is us who were stopped, its answers lie here unread. */
	poller_readable(poller);
	if (poller->fd >= 0 && is_overdue(poller, clock_now().boot - PATIENCE))
		poller->calls.silent(poller->calls.context);
}

void
poller_attach(struct poller *poller, int fd)
{
	poller_detach(poller, "");
	poller->fd = fd;
	poller->answered = false;
}

void
poller_detach(struct poller *poller, const char *why)
{
	poller->fd = -1;
	slice_copy(slice_of(why), poller->why, sizeof(poller->why));
	/* From the start after each: done may change the list. */
	while (poller->asked)
		end_asked(take_asked(poller, poller->asked->id), NULL, poller->why);
}

/* ---- from open to close ---- */

struct poller *
poller_open(uv_loop_t *loop, const struct poller_calls *calls)
{
	struct poller *poller = calloc(1, sizeof(*poller));
	if (!poller)
		return NULL;
	poller->loop = loop;
	poller->calls = *calls;
	poller->end = &poller->asked;
	poller->fd = -1;
	slice_copy(slice_of("the poller has not been started"), poller->why,
		   sizeof(poller->why));
	uv_timer_init(loop, &poller->look);
	poller->look.data = poller;
	return poller;
}

static void
on_look_closed(uv_handle_t *handle)
{
	struct poller *poller = handle->data;
	void (*closed)(void *context) = poller->closed;
	void *context = poller->closed_context;
	free(poller);
	if (closed)
		closed(context);
}

void
poller_close(struct poller *poller, void (*closed)(void *context), void *context)
{
	poller->closed = closed;
	poller->closed_context = context;
	while (poller->asked)
		free(take_asked(poller, poller->asked->id));
	poller->fd = -1;
	uv_close((uv_handle_t *)&poller->look, on_look_closed);
}

void
poller_use(struct poller *poller, bool use)
{
	size_t before = poller->users;
	poller->users += use ? 1 : (size_t)-1;
	if ((before == 0) != (poller->users == 0))
		poller->calls.wanted(poller->calls.context, use);
}

/* ---- asking ---- */

uint64_t
poller_ask(struct poller *poller, struct poll_question *question, poller_done *done,
	   void *context, const char **why)
{
	uint8_t packet[POLL_QUESTION_MAX];
	*why = poller->why;
	if (poller->fd < 0)
		return 0;
	question->id = ++poller->last_id;
	size_t size = poll_question_encode(question, packet);
	struct asked *asked = size ? calloc(1, sizeof(*asked)) : NULL;
	*why = size ? "out of memory" : "the question is too long";
	if (!asked)
		return 0;
	ssize_t sent = send(poller->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	int error = errno;
	/* Passphrases. */
	explicit_bzero(packet, size);
	if (sent < 0) {
		*why = error == EAGAIN || error == EWOULDBLOCK
			   ? "the poller does not keep up"
			   : "the poller cannot be reached";
		free(asked);
		return 0;
	}
	*asked = (struct asked){ .id = question->id,
				 .until = clock_now().boot + question->timeout,
				 .objects = question->objects,
				 .done = done,
				 .context = context };
	put_asked(poller, asked);
	if (!uv_is_active((uv_handle_t *)&poller->look))
		uv_timer_start(&poller->look, on_look, LOOK_MS, LOOK_MS);
	return asked->id;
}

void
poller_forget(struct poller *poller, uint64_t handle)
{
	for (struct asked *asked = poller->asked; asked; asked = asked->next)
		if (asked->id == handle)
			asked->done = NULL;
}
