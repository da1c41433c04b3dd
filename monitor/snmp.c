/* SPDX-License-Identifier: BSD-3-Clause */
/* The snmp probe: objects of one agent, asked through the poller. */
#include "config.h"

#include <string.h>

#include "common/clock.h"
#include "monitor/kind.h"
#include "monitor/poller.h"

/* Questions of one probe: all inputs that a policy may have. */
#define QUESTIONS 8u
/* The poller ends so much earlier than the round, at most an eighth of it: what it found
   out about a silent agent is to be here in time. */
#define EARLIER (50 * MILLISECOND)

struct snmp;

/* Outputs first to first + count - 1. */
struct piece {
	struct task *task;
	size_t first, count;
	uint64_t handle; /* 0: not asked, or answered */
	const char *why; /* it could not be asked */
};

struct snmp {
	bool uses;
	size_t pieces;
	struct piece piece[QUESTIONS];
};

static struct poller *
poller_of(const struct task *task)
{
	return monitor_options(task->monitor)->poller;
}

static void
end_piece(const struct piece *piece, const char *why)
{
	for (size_t i = 0; i < piece->count; i++)
		task_end(piece->task, piece->first + i, ENDING_FAILED, 0, why);
}

static void
on_done(void *context, const struct poll_answer *answer, const char *why)
{
	struct piece *piece = context;
	piece->handle = 0;
	if (!answer) {
		end_piece(piece, why);
		return;
	}
	for (size_t i = 0; i < answer->findings; i++) {
		const struct poll_finding *finding = &answer->finding[i];
		task_end(piece->task, piece->first + i, finding->ending, finding->value,
			 finding->text);
	}
}

static void
snmp_open_probe(struct task *task)
{
	struct snmp *snmp = task->state;
	size_t outputs = task->probe->outputs;
	if (!poller_of(task)) {
		task_refuse(task, "nothing here asks SNMP agents");
		return;
	}
	if (outputs > (size_t)QUESTIONS * POLL_OBJECTS) {
		task_refuse(task, "too many objects of one agent");
		return;
	}
	for (size_t first = 0; first < outputs; first += POLL_OBJECTS) {
		struct piece *piece = &snmp->piece[snmp->pieces++];
		size_t rest = outputs - first;
		piece->task = task;
		piece->first = first;
		piece->count = rest < POLL_OBJECTS ? rest : POLL_OBJECTS;
	}
	snmp->uses = true;
	poller_use(poller_of(task), true);
}

static void
ask_piece(struct piece *piece)
{
	const struct probe *probe = piece->task->probe;
	int64_t earlier = probe->timeout / 8 < EARLIER ? probe->timeout / 8 : EARLIER;
	struct poll_question question = {
		.timeout = probe->timeout - earlier,
		.agent = probe->snmp.agent,
		.access = *probe->snmp.access,
		.objects = piece->count,
	};
	for (size_t i = 0; i < piece->count; i++)
		question.object[i] = probe->output[piece->first + i].label;
	piece->why = NULL;
	piece->handle =
	    poller_ask(poller_of(piece->task), &question, on_done, piece, &piece->why);
}

static void
snmp_ask(struct task *task)
{
	struct snmp *snmp = task->state;
	for (size_t i = 0; i < snmp->pieces; i++)
		ask_piece(&snmp->piece[i]);
	/* Only now: with the last output the round ends. */
	for (size_t i = 0; i < snmp->pieces; i++)
		if (snmp->piece[i].handle == 0)
			end_piece(&snmp->piece[i], snmp->piece[i].why);
}

/* An agent's silence the poller would have told by now. */
static void
snmp_expire(struct task *task)
{
	task_end_rest(task, ENDING_FAILED, "the poller is late");
}

static void
snmp_finish(struct task *task)
{
	struct snmp *snmp = task->state;
	for (size_t i = 0; i < snmp->pieces; i++) {
		if (snmp->piece[i].handle)
			poller_forget(poller_of(task), snmp->piece[i].handle);
		snmp->piece[i].handle = 0;
	}
}

static void
snmp_close_probe(struct task *task)
{
	const struct snmp *snmp = task->state;
	if (snmp->uses)
		poller_use(poller_of(task), false);
}

const struct kind kind_snmp = {
	.size = sizeof(struct snmp),
	.open = snmp_open_probe,
	.ask = snmp_ask,
	.expire = snmp_expire,
	.finish = snmp_finish,
	.close = snmp_close_probe,
};
