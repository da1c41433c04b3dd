/* SPDX-License-Identifier: BSD-3-Clause */
/* The radius-status and radius-login probes: what a RADIUS server says of itself, and to
   somebody who logs in; and how long it takes. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/datagram.h"
#include "monitor/kind.h"
#include "monitor/radius_wire.h"
#include "monitor/watch.h"

struct radius {
	struct watch *watch;
	int fd;
	unsigned forged; /* of this round */
	struct radius_question question;
	struct radius_login login;
};

/* What makes no question now will make none later. */
static void
radius_try(struct task *task)
{
	struct radius *radius = task->state;
	uint8_t packet[RADIUS_QUESTION_SIZE];
	if (radius->question.secret_size == 0)
		task_refuse(task, "the shared secret is empty");
	else if (radius_ask(&radius->question, packet) == 0)
		task_refuse(
		    task,
		    "OpenSSL has no MD5 here (FIPS mode?), which RADIUS is made of");
}

static void
radius_open(struct task *task)
{
	struct radius *radius = task->state;
	const struct probe *probe = task->probe;
	radius->question.secret = probe->radius_status.secret;
	radius->question.secret_size = probe->radius_status.secret_size;
	if (probe->radius_status.home.port != 0) {
		radius->question.subject = RADIUS_HOME;
		radius->question.client = probe->radius_status.home.address;
		radius->question.number = probe->radius_status.home.port;
	}
	for (size_t i = 0; i < probe->outputs; i++) {
		const struct probe_output *output = &probe->output[i];
		if (output->value == VALUE_ATTRIBUTE)
			radius->question.statistics |=
			    radius_statistics_of(output->selector);
		if (output->value == VALUE_THREADS_AVAILABLE)
			radius->question.statistics |=
			    radius_statistics_of(RADIUS_THREADS_MAX);
	}
	radius_try(task);
}

static void
login_open(struct task *task)
{
	struct radius *radius = task->state;
	const struct probe *probe = task->probe;
	radius->question.secret = probe->radius_login.secret;
	radius->question.secret_size = probe->radius_login.secret_size;
	radius->login = (struct radius_login){
		.user = probe->radius_login.user,
		.nas_identifier = probe->radius_login.nas_identifier,
		.password = probe->radius_login.password,
		.password_size = probe->radius_login.password_size,
	};
	radius->question.login = &radius->login;
	radius_try(task);
}

/* What an answer lacks, in the words of whoever must do something about it. */
static const char *
missing_text(const struct probe_output *output)
{
	bool threads = output->value == VALUE_THREADS_AVAILABLE ||
		       (output->selector >= RADIUS_THREADS_ACTIVE &&
			output->selector <= RADIUS_THREADS_MAX);
	if (output->value == VALUE_ATTRIBUTE &&
	    (output->selector == RADIUS_HOME_OUTSTANDING ||
	     output->selector == RADIUS_HOME_STATE))
		return "the server passes nothing on to such a home server";
	return threads ? "the server does not publish its threads (FreeRADIUS "
			 "before 3.2.2)"
		       : "the server does not publish this value";
}

static void
end_status(struct task *task, size_t i, const struct radius_answer *answer,
	   double elapsed)
{
	const struct probe_output *output = &task->probe->output[i];
	bool there = true;
	double value = 1;
	if (output->value == VALUE_ELAPSED) {
		value = elapsed;
	} else if (output->value == VALUE_THREADS_AVAILABLE) {
		there = radius_threads_available(answer, &value);
	} else if (output->value == VALUE_ATTRIBUTE) {
		there = output->selector < RADIUS_ATTRIBUTES &&
			answer->has[output->selector];
		value = there ? answer->value[output->selector] : 0;
	}
	if (there)
		task_end(task, i, ENDING_VALUE, value, "");
	else
		task_end(task, i, ENDING_FAILED, 0, missing_text(output));
}

/* How a login ended. A challenge is as good a sign of life as an acceptance: the back end
   knew the password and wants a second factor, which no probe has. */
static const struct outcome {
	uint8_t code;
	double number;
	bool up;
	const char *text;
} outcomes[] = {
	{ RADIUS_ACCESS_ACCEPT, 1, true, "accepted" },
	{ RADIUS_ACCESS_CHALLENGE, 2, true, "challenged" },
	{ RADIUS_ACCESS_REJECT, 0, false, "rejected" },
};

static void
end_login(struct task *task, const struct radius_answer *answer, const uint8_t *packet)
{
	double elapsed = task_elapsed(task);
	const struct outcome *outcome = outcomes;
	char reply[RADIUS_TEXT_MAX + 1] = "", text[SAMPLE_TEXT];
	while (outcome->code != answer->code)
		outcome++;
	if (answer->reply)
		text_clean((const char *)packet + answer->reply, answer->reply_size,
			   reply, sizeof(reply));
	snprintf(text, sizeof(text), "%s%s%s", outcome->text, reply[0] ? ": " : "",
		 reply);
	for (size_t i = 0; i < task->probe->outputs; i++) {
		enum probe_value wanted = task->probe->output[i].value;
		task_end(task, i, ENDING_VALUE,
			 wanted == VALUE_ELAPSED ? elapsed
			 : wanted == VALUE_STATE ? outcome->up
						 : outcome->number,
			 text);
	}
}

static void
radius_answered(struct task *task, enum radius_verdict verdict,
		const struct radius_answer *answer, const uint8_t *packet)
{
	double elapsed = task_elapsed(task);
	switch (verdict) {
	case RADIUS_GOOD:
		if (task->probe->kind == PROBE_RADIUS_LOGIN) {
			end_login(task, answer, packet);
			break;
		}
		for (size_t i = 0; i < task->probe->outputs; i++)
			end_status(task, i, answer, elapsed);
		break;
	case RADIUS_MALFORMED:
		task_end_rest(task, ENDING_FAILED, "the server's answer is malformed");
		break;
	case RADIUS_CODE:
		task_end_rest(task, ENDING_FAILED,
			      "the server answered with code %u, which does not "
			      "answer this",
			      (unsigned)answer->code);
		break;
	default:
		task_end_rest(task, ENDING_FAILED, "OpenSSL could not check an answer");
		break;
	}
}

/* A connected socket also tells of a port that nobody listens on. */
static void
radius_ready(struct task *task)
{
	struct radius *radius = task->state;
	uint8_t packet[RADIUS_PACKET_MAX];
	struct radius_answer answer;
	enum radius_verdict verdict;
	switch (radius_hear(radius->fd, &radius->question, packet, &answer, &verdict,
			    &radius->forged)) {
	case RADIUS_HEARD:
		radius_answered(task, verdict, &answer, packet);
		break;
	case RADIUS_ERROR:
		task_end_error(task, errno);
		break;
	case RADIUS_NOTHING:
		break;
	}
}

/* A socket a round: late answers to the round before meet a closed port, and the
   source port is one more thing a forger must guess. */
static void
radius_ask_server(struct task *task)
{
	struct radius *radius = task->state;
	struct radius_question *question = &radius->question;
	uint8_t packet[RADIUS_QUESTION_SIZE];
	radius->forged = 0;
	size_t size = radius_ask_anew(question, packet);
	if (size == 0) {
		task_end_rest(task, ENDING_FAILED,
			      "the question cannot be made: "
			      "no randomness, or no MD5");
		return;
	}
	radius->fd =
	    connected_socket(question->login ? &task->probe->radius_login.server
					     : &task->probe->radius_status.server);
	if (radius->fd < 0) {
		task_end_error(task, errno);
		return;
	}
	radius->watch = watch_start(task, radius->fd, UV_READABLE, radius_ready);
	if (!radius->watch) {
		task_end_error(task, ENOMEM);
		return;
	}
	if (send(radius->fd, packet, size, MSG_DONTWAIT) < 0)
		task_end_error(task, errno);
}

static void
radius_expire(struct task *task)
{
	struct radius *radius = task->state;
	radius_ready(task);
	if (radius->forged)
		task_end_rest(task, ENDING_TIMEOUT,
			      "%u answers, none with the right authenticator: "
			      "is the secret the server's?",
			      radius->forged);
}

static void
radius_finish(struct task *task)
{
	struct radius *radius = task->state;
	watch_stop(radius->watch);
	radius->watch = NULL;
}

const struct kind kind_radius = {
	.size = sizeof(struct radius),
	.open = radius_open,
	.ask = radius_ask_server,
	.expire = radius_expire,
	.finish = radius_finish,
};

const struct kind kind_login = {
	.size = sizeof(struct radius),
	.open = login_open,
	.ask = radius_ask_server,
	.expire = radius_expire,
	.finish = radius_finish,
};
