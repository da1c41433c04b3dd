/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a RADIUS server what it has counted of one of its clients, by Status-Server. */
#include "config.h"

#include "monitor/counters.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/datagram.h"
#include "monitor/radius_wire.h"

/* A question's socket; the handle outlives it to close. */
struct asking {
	uv_poll_t poll;
	int fd;
};

struct counters {
	struct counters_options options;
	uv_timer_t timer; /* the question's deadline, or the end of one that failed */
	struct radius_question question;
	struct asking *asking; /* NULL: none is on its way */
	struct counters_answer answer;
	unsigned forged;
};

static void
on_asking_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
stop_asking(struct counters *counters)
{
	struct asking *asking = counters->asking;
	counters->asking = NULL;
	if (!asking)
		return;
	asking->poll.data = asking;
	uv_poll_stop(&asking->poll);
	close(asking->fd);
	uv_close((uv_handle_t *)&asking->poll, on_asking_closed);
}

/* The last thing that its caller does: asked for the next, it begins. */
static void
end(struct counters *counters)
{
	struct counters_answer answer = counters->answer;
	uv_timer_stop(&counters->timer);
	stop_asking(counters);
	counters->options.answered(counters->options.context, &answer);
}

static void __attribute__((format(printf, 2, 3)))
say_none(struct counters *counters, const char *format, ...)
{
	va_list arguments;
	counters->answer.ending = COUNTERS_NONE;
	va_start(arguments, format);
	vsnprintf(counters->answer.why, sizeof(counters->answer.why), format,
		  arguments);
	va_end(arguments);
}

/* ---- answers ---- */

static void
take_client(struct counters *counters, const struct radius_answer *from)
{
	static const struct {
		uint32_t statistics;
		uint8_t attribute;
	} table[] = { { 1, RADIUS_ACCESS_REQUESTS },
		      { 2, RADIUS_ACCOUNTING_REQUESTS } };
	if (!address_equal(&from->client.address, &counters->question.client)) {
		say_none(counters, "the answer is about another client");
		return;
	}
	counters->answer.ending = COUNTERS_REQUESTS;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (counters->question.statistics & table[i].statistics)
			counters->answer.requests += from->value[table[i].attribute];
}

static void
take_answer(struct counters *counters, enum radius_verdict verdict,
	    const struct radius_answer *from)
{
	if (verdict == RADIUS_MALFORMED)
		say_none(counters, "the server's answer is malformed");
	else if (verdict == RADIUS_CODE)
		say_none(counters, "the server answered with code %u, no status",
			 (unsigned)from->code);
	else if (verdict != RADIUS_GOOD)
		say_none(counters, "OpenSSL could not check an answer");
	else if (!from->client_named)
		counters->answer.ending = COUNTERS_NOBODY;
	else if (counters->question.subject == RADIUS_CLIENT)
		take_client(counters, from);
	else {
		counters->answer.ending = COUNTERS_SECTION;
		counters->answer.section = from->client;
	}
}

/* True when the question has ended. */
static bool
read_answers(struct counters *counters)
{
	uint8_t packet[RADIUS_PACKET_MAX];
	struct radius_answer answer;
	enum radius_verdict verdict;
	switch (radius_hear(counters->asking->fd, &counters->question, packet, &answer,
			    &verdict, &counters->forged)) {
	case RADIUS_HEARD:
		take_answer(counters, verdict, &answer);
		return true;
	case RADIUS_ERROR:
		say_none(counters, "%s", strerror(errno));
		return true;
	case RADIUS_NOTHING:
		break;
	}
	return false;
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	struct counters *counters = poll->data;
	/* An error of the socket comes as a status that hides which: reading tells. */
	(void)status;
	(void)events;
	if (read_answers(counters))
		end(counters);
}

/* What lies here unread came in time: the loop may be the one that is late. */
static void
on_timer(uv_timer_t *timer)
{
	struct counters *counters = timer->data;
	if (counters->asking && !read_answers(counters)) {
		if (counters->forged)
			say_none(counters,
				 "%u answers, none with the right authenticator: is "
				 "the secret the server's?",
				 counters->forged);
		else
			say_none(counters, "no answer within %lld ms",
				 (long long)(counters->options.timeout / MILLISECOND));
	}
	end(counters);
}

/* ---- questions ---- */

static bool
send_question(struct counters *counters)
{
	uint8_t packet[RADIUS_QUESTION_SIZE];
	size_t size = counters->question.secret_size > 0
			  ? radius_ask_anew(&counters->question, packet)
			  : 0;
	if (size == 0) {
		say_none(counters, "the question cannot be made: no randomness, or no "
				   "MD5");
		return false;
	}
	int fd = connected_socket(&counters->options.server);
	struct asking *asking = fd >= 0 ? calloc(1, sizeof(*asking)) : NULL;
	if (!asking || uv_poll_init(counters->options.loop, &asking->poll, fd) != 0) {
		say_none(counters, "%s", strerror(fd < 0 ? errno : ENOMEM));
		if (fd >= 0)
			close(fd);
		free(asking);
		return false;
	}
	asking->fd = fd;
	asking->poll.data = counters;
	counters->asking = asking;
	uv_poll_start(&asking->poll, UV_READABLE, on_ready);
	if (send(fd, packet, size, MSG_DONTWAIT) >= 0)
		return true;
	say_none(counters, "%s", strerror(errno));
	stop_asking(counters);
	return false;
}

static void
ask(struct counters *counters)
{
	memset(&counters->answer, 0, sizeof(counters->answer));
	counters->forged = 0;
	bool sent = send_question(counters);
	uv_timer_start(&counters->timer, on_timer,
		       sent ? (uint64_t)(counters->options.timeout / MILLISECOND) : 0,
		       0);
}

void
counters_ask_client(struct counters *counters, const struct address *client)
{
	counters->question.subject = RADIUS_CLIENT;
	counters->question.statistics = counters->options.statistics;
	counters->question.client = *client;
	ask(counters);
}

void
counters_ask_section(struct counters *counters, uint32_t number)
{
	counters->question.subject = RADIUS_NUMBER;
	counters->question.statistics = 0;
	counters->question.number = number;
	ask(counters);
}

/* ---- the beginning and the end ---- */

struct counters *
counters_open(const struct counters_options *options)
{
	struct counters *counters = calloc(1, sizeof(*counters));
	if (!counters)
		return NULL;
	counters->options = *options;
	counters->question.secret = options->secret;
	counters->question.secret_size = options->secret_size;
	uv_timer_init(options->loop, &counters->timer);
	counters->timer.data = counters;
	return counters;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
counters_close(struct counters *counters)
{
	if (!counters)
		return;
	stop_asking(counters);
	uv_close((uv_handle_t *)&counters->timer, on_closed);
}
