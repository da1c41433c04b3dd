/* SPDX-License-Identifier: BSD-3-Clause */
/* The diameter probe: introduces itself as a peer, and leaves as one should. */
#include "config.h"

#include <stdio.h>
#include <sys/socket.h>

#include "monitor/diameter_packet.h"
#include "monitor/exchange.h"
#include "monitor/kind.h"

struct diameter {
	struct exchange exchange; /* first */
	struct diameter_question question;
	bool leaving;   /* answered well: only its good-bye is waited for */
	double elapsed; /* ms to the answer */
	char text[SAMPLE_TEXT];
	uint8_t packet[DIAMETER_ASK_MAX];
	uint8_t answer[DIAMETER_PACKET_MAX];
};

static void
end_alive(struct task *task)
{
	struct diameter *diameter = task->state;
	for (size_t i = 0; i < task->probe->outputs; i++) {
		bool latency = task->probe->output[i].value == VALUE_ELAPSED;
		task_end(task, i, ENDING_VALUE, latency ? diameter->elapsed : 1,
			 diameter->text);
	}
}

static void
leave(struct task *task)
{
	struct diameter *diameter = task->state;
	size_t size = diameter_dpr(&diameter->question, diameter->packet);
	diameter->leaving = exchange_say(task, diameter->packet, size);
	if (!diameter->leaving)
		end_alive(task);
}

static void
diameter_answered(struct task *task, const struct diameter_answer *answer)
{
	struct diameter *diameter = task->state;
	const char *known = answer->result == DIAMETER_SUCCESS ? " (success)"
			    : answer->result == DIAMETER_UNKNOWN_PEER
				? " (unknown peer)"
			    : answer->result == DIAMETER_TOO_BUSY ? " (too busy)"
								  : "";
	diameter->elapsed = task_elapsed(task);
	snprintf(diameter->text, sizeof(diameter->text), "result %u%s%s%s",
		 (unsigned)answer->result, known, answer->message[0] ? ": " : "",
		 answer->message);
	if (answer->result == DIAMETER_TOO_BUSY)
		/* It lives, but says itself that requests belong elsewhere. */
		task_end_rest(task, ENDING_ABSENT, "%s", diameter->text);
	else if (answer->result == DIAMETER_SUCCESS)
		leave(task);
	else
		end_alive(task);
}

static const char *const faults[] = {
	[DIAMETER_NONE] = "what answers there is no Diameter",
	[DIAMETER_OTHER] = "the peer said something else than an answer",
	[DIAMETER_LONG] = "the answer is longer than any should be",
	[DIAMETER_MALFORMED] = "the answer is malformed",
};

static void
diameter_heard(struct task *task)
{
	struct diameter *diameter = task->state;
	struct diameter_answer answer;
	/* Whatever it says now, it has heard the good-bye, or would not. */
	if (diameter->leaving) {
		end_alive(task);
		return;
	}
	enum diameter_verdict verdict = diameter_accept(
	    &diameter->question, diameter->answer, diameter->exchange.got, &answer);
	if (verdict == DIAMETER_GOOD)
		diameter_answered(task, &answer);
	else if (verdict != DIAMETER_SHORT)
		task_end_rest(task, ENDING_FAILED, "%s", faults[verdict]);
}

static void
diameter_closed(struct task *task)
{
	struct diameter *diameter = task->state;
	if (diameter->leaving)
		end_alive(task);
	else
		task_end_rest(task, ENDING_ABSENT, "the peer closed without an answer");
}

static void
diameter_connected(struct task *task)
{
	struct diameter *diameter = task->state;
	struct sockaddr_storage own;
	struct endpoint here = { 0 };
	socklen_t size = sizeof(own);
	if (getsockname(diameter->exchange.fd, (struct sockaddr *)&own, &size) == 0)
		(void)endpoint_from_sockaddr((struct sockaddr *)&own, &here);
	diameter->question.own = here.address;
	diameter->exchange.question_size =
	    diameter_cer(&diameter->question, diameter->packet);
}

static void
diameter_open(struct task *task)
{
	struct diameter *diameter = task->state;
	diameter->exchange = (struct exchange){ .connected_now = diameter_connected,
						.heard = diameter_heard,
						.closed = diameter_closed,
						.question = diameter->packet,
						.answer = diameter->answer,
						.room = sizeof(diameter->answer) };
	diameter->question.origin_host = task->probe->diameter.origin_host;
	diameter->question.origin_realm = task->probe->diameter.origin_realm;
}

static void
diameter_ask(struct task *task)
{
	struct diameter *diameter = task->state;
	diameter->leaving = false;
	if (monitor_nonce(&diameter->question.hop_by_hop, sizeof(uint32_t)) &&
	    monitor_nonce(&diameter->question.end_to_end, sizeof(uint32_t)))
		exchange_ask(task, &task->probe->diameter.to);
	else
		task_end_rest(task, ENDING_FAILED,
			      "the question cannot be made: no randomness");
}

static void
diameter_expire(struct task *task)
{
	struct diameter *diameter = task->state;
	exchange_expire(task);
	if (task->pending > 0 && diameter->leaving)
		end_alive(task);
}

const struct kind kind_diameter = {
	.size = sizeof(struct diameter),
	.open = diameter_open,
	.ask = diameter_ask,
	.expire = diameter_expire,
	.finish = exchange_finish,
};
