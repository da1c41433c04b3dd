/* SPDX-License-Identifier: BSD-3-Clause */
/* The tacacs probe: begins a login at a TACACS+ server, and gives it up when answered. */
#include "config.h"

#include <stdio.h>

#include "monitor/exchange.h"
#include "monitor/kind.h"
#include "monitor/tacacs_packet.h"

struct tacacs {
	struct exchange exchange; /* first */
	struct tacacs_session session;
	bool answered; /* ever: the secret is right */
	uint8_t start[TACACS_START_MAX];
	uint8_t answer[TACACS_PACKET_MAX];
};

static void
end_alive(struct task *task, const struct tacacs_reply *reply)
{
	char text[SAMPLE_TEXT];
	double elapsed = task_elapsed(task);
	snprintf(text, sizeof(text), "%s%s%s", tacacs_status_name(reply->status),
		 reply->message[0] ? ": " : "", reply->message);
	for (size_t i = 0; i < task->probe->outputs; i++) {
		bool latency = task->probe->output[i].value == VALUE_ELAPSED;
		task_end(task, i, ENDING_VALUE, latency ? elapsed : 1, text);
	}
}

/* The server waits for more of the login; that there is none spares it the waiting. */
static void
give_up(struct task *task)
{
	struct tacacs *tacacs = task->state;
	uint8_t packet[TACACS_CONTINUE_SIZE];
	size_t size = tacacs_abort(&tacacs->session, packet);
	/* Closing says the same, later. */
	if (size > 0)
		(void)exchange_say(task, packet, size);
}

static void
tacacs_answered(struct task *task, const struct tacacs_reply *reply)
{
	switch (reply->status) {
	case TACACS_GETDATA:
	case TACACS_GETUSER:
	case TACACS_GETPASS:
		give_up(task);
		end_alive(task, reply);
		break;
	case TACACS_ERROR:
	case TACACS_FOLLOW:
		/* It lives, but says itself that logins belong elsewhere. */
		task_end_rest(task, ENDING_ABSENT, "the server answered %s%s%s",
			      tacacs_status_name(reply->status),
			      reply->message[0] ? ": " : "", reply->message);
		break;
	default:
		end_alive(task, reply);
		break;
	}
}

/* Faults of the configuration at one end: nothing is known of the server then. */
static const char *const faults[] = {
	[TACACS_NONE] = "what answers there is no TACACS+",
	[TACACS_OTHER] = "the answer is to another session",
	[TACACS_PLAIN] = "the server answered without obfuscation: "
			 "has it a secret for this host?",
	[TACACS_LONG] = "the answer is longer than any should be",
	[TACACS_IMPOSSIBLE] = "the answer's body is impossible: "
			      "is the secret the server's?",
	[TACACS_NO_HASH] =
	    "OpenSSL has no MD5 here (FIPS mode?), which TACACS+ is made of",
};

static void
tacacs_heard(struct task *task)
{
	struct tacacs *tacacs = task->state;
	struct tacacs_reply reply;
	enum tacacs_verdict verdict = tacacs_accept(&tacacs->session, tacacs->answer,
						    tacacs->exchange.got, &reply);
	if (verdict == TACACS_GOOD) {
		tacacs->answered = true;
		tacacs_answered(task, &reply);
	} else if (verdict != TACACS_SHORT) {
		task_end_rest(task, ENDING_FAILED, "%s", faults[verdict]);
	}
}

static void
tacacs_closed(struct task *task)
{
	struct tacacs *tacacs = task->state;
	/* What servers also do to a host or a secret that they do not know. */
	task_end_rest(task, tacacs->answered ? ENDING_ABSENT : ENDING_FAILED,
		      "the server closed without an answer%s",
		      tacacs->answered ? ""
				       : ": does it know this host, and the secret?");
}

static void
tacacs_open(struct task *task)
{
	struct tacacs *tacacs = task->state;
	tacacs->exchange = (struct exchange){ .heard = tacacs_heard,
					      .closed = tacacs_closed,
					      .question = tacacs->start,
					      .answer = tacacs->answer,
					      .room = sizeof(tacacs->answer) };
	tacacs->session.secret = task->probe->tacacs.secret;
	tacacs->session.secret_size = task->probe->tacacs.secret_size;
	if (tacacs->session.secret_size == 0)
		task_refuse(task, "the shared secret is empty");
	else if (tacacs_start(&tacacs->session, task->probe->tacacs.user,
			      tacacs->start) == 0)
		task_refuse(task, "%s", faults[TACACS_NO_HASH]);
}

static void
tacacs_ask(struct task *task)
{
	struct tacacs *tacacs = task->state;
	size_t size = 0;
	if (monitor_nonce(&tacacs->session.id, sizeof(tacacs->session.id)))
		size = tacacs_start(&tacacs->session, task->probe->tacacs.user,
				    tacacs->start);
	if (size == 0) {
		task_end_rest(task, ENDING_FAILED,
			      "the question cannot be made: no randomness, or no MD5");
		return;
	}
	tacacs->exchange.question_size = size;
	exchange_ask(task, &task->probe->tacacs.to);
}

const struct kind kind_tacacs = {
	.size = sizeof(struct tacacs),
	.open = tacacs_open,
	.ask = tacacs_ask,
	.expire = exchange_expire,
	.finish = exchange_finish,
};
