/* SPDX-License-Identifier: BSD-3-Clause */
/* The tcp probe: does a connect succeed, and how long does it take. */
#include "config.h"

#include "monitor/exchange.h"

/* All that was asked: the round ends, and with it the connection. */
static void
tcp_connected(struct task *task)
{
	double elapsed = task_elapsed(task);
	for (size_t i = 0; i < task->probe->outputs; i++) {
		bool latency = task->probe->output[i].value == VALUE_ELAPSED;
		task_end(task, i, ENDING_VALUE, latency ? elapsed : 1, "connected");
	}
}

static void
tcp_open(struct task *task)
{
	struct exchange *exchange = task->state;
	exchange->connected_now = tcp_connected;
}

static void
tcp_ask(struct task *task)
{
	exchange_ask(task, &task->probe->tcp.to);
}

const struct kind kind_tcp = {
	.size = sizeof(struct exchange),
	.open = tcp_open,
	.ask = tcp_ask,
	.expire = exchange_expire,
	.finish = exchange_finish,
};
