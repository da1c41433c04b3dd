/* SPDX-License-Identifier: BSD-3-Clause */
/* The system probe: the host's own figures, and whether its network is there. */
#include "config.h"

#include "monitor/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/echo.h"
#include "monitor/gather.h"
#include "monitor/worker.h"

struct system {
	struct task *task;
	struct worker *worker;
	struct gather *gather; /* the worker's; ours to read between its runs */
	struct ping *ping;     /* one a <reach> */
	struct echo *echo;
	struct echo *echo6;
	uv_timer_t again; /* asks once more for what has not answered */
	bool timer_open;
	const char *unreachable; /* why the addresses cannot be asked; NULL: they can */
	bool gathered;           /* in this round */
};

static bool
reaches(const struct system *system)
{
	return system->ping != NULL;
}

static struct echo *
echo_for(const struct system *system, const struct ping *ping)
{
	return address_is_v4(&ping->to) ? system->echo : system->echo6;
}

/* The links that are up and the addresses that answered, as far as is known now. */
static void
network_result(const struct system *system, size_t *unanswered, struct reading *reading)
{
	const struct probe *probe = system->task->probe;
	struct links_up all = system->gather->network;
	/* Addresses alone are all that was named. */
	if (probe->system.links == 0 && reaches(system))
		all = (struct links_up){ 0 };
	char silent[ADDRESS_TEXT] = "";
	*unanswered = 0;
	for (size_t i = 0; reaches(system) && i < probe->system.reaches; i++) {
		const struct ping *ping = &system->ping[i];
		all.total++;
		all.up += !ping->pending;
		*unanswered += ping->pending;
		if (ping->pending && !silent[0])
			address_format(&ping->to, silent);
	}
	reading_value(reading,
		      all.total ? 100.0 * (double)all.up / (double)all.total : 100);
	if (all.down[0])
		snprintf(reading->text, sizeof(reading->text), "link %s is down",
			 all.down);
	else if (silent[0])
		snprintf(reading->text, sizeof(reading->text), "%s does not answer",
			 silent);
}

static void
end_network(struct task *task, const struct reading *reading)
{
	for (size_t i = 0; i < task->probe->outputs; i++)
		if (task->probe->output[i].selector == SYSTEM_NETWORK)
			task_end_reading(task, i, reading);
}

/* Ends "network" when all is known, or when there is no more time to wait. */
static void
network_settle(struct task *task, bool last)
{
	struct system *system = task->state;
	size_t unanswered = 0;
	/* Until then the readings are the thread's. */
	if (!system->gathered)
		return;
	struct reading reading = system->gather->reading[SYSTEM_NETWORK];
	if (reading.ending == ENDING_VALUE)
		network_result(system, &unanswered, &reading);
	if (unanswered == 0 || last)
		end_network(task, &reading);
}

static void
on_answer(void *context)
{
	network_settle(context, false);
}

static void
on_gathered(struct task *task)
{
	struct system *system = task->state;
	/* Too late for a round that has ended already. */
	if (task->pending == 0)
		return;
	system->gathered = true;
	for (size_t i = 0; i < task->probe->outputs; i++) {
		uint32_t which = task->probe->output[i].selector;
		if (which != SYSTEM_NETWORK && which < SYSTEM_COUNT)
			task_end_reading(task, i, &system->gather->reading[which]);
	}
	if (task->pending > 0)
		network_settle(task, false);
}

/* Why the addresses cannot be asked; NULL when they can. */
static const char *
open_echo(struct task *task)
{
	struct system *system = task->state;
	const struct probe *probe = task->probe;
	const struct monitor_options *options = monitor_options(task->monitor);
	system->ping = calloc(probe->system.reaches, sizeof(*system->ping));
	if (!system->ping)
		return "out of memory";
	for (size_t i = 0; i < probe->system.reaches; i++) {
		system->ping[i].to = probe->system.reach[i];
		system->ping[i].answered = on_answer;
		system->ping[i].context = task;
		if (address_is_v4(&system->ping[i].to) && !system->echo)
			system->echo =
			    echo_join(task->monitor, options->echo_socket, false);
		if (!address_is_v4(&system->ping[i].to) && !system->echo6)
			system->echo6 =
			    echo_join(task->monitor, options->echo_socket6, true);
		if (!echo_for(system, &system->ping[i]))
			return "no raw socket to ask the addresses of <reach>";
	}
	return NULL;
}

static void
system_open(struct task *task)
{
	struct system *system = task->state;
	system->task = task;
	system->gather = gather_new(task->probe);
	if (!system->gather) {
		task_refuse(task, "out of memory");
		return;
	}
	struct worker_job work = { gather_run, gather_free, system->gather };
	system->worker = worker_new(task, &work, on_gathered);
	if (!system->worker) {
		task_refuse(task, "no thread to read /proc");
		return;
	}
	uv_timer_init(monitor_options(task->monitor)->loop, &system->again);
	system->again.data = task;
	system->timer_open = true;
	monitor_hold(task->monitor);
	if (!system->gather->wanted[SYSTEM_NETWORK] || task->probe->system.reaches == 0)
		return;
	system->unreachable = open_echo(task);
}

static bool
system_busy(struct task *task)
{
	struct system *system = task->state;
	return worker_busy(system->worker);
}

static void
send_pings(struct task *task)
{
	struct system *system = task->state;
	for (size_t i = 0; i < task->probe->system.reaches; i++)
		ping_send(&system->ping[i], echo_for(system, &system->ping[i]));
}

static void
on_again(uv_timer_t *timer)
{
	struct task *task = timer->data;
	struct system *system = task->state;
	for (size_t i = 0; i < task->probe->system.reaches; i++)
		if (system->ping[i].pending)
			ping_send(&system->ping[i], echo_for(system, &system->ping[i]));
}

static void
system_ask(struct task *task)
{
	struct system *system = task->state;
	system->gathered = false;
	worker_ask(system->worker);
	if (system->unreachable) {
		struct reading reading;
		reading_end(&reading, ENDING_FAILED, "%s", system->unreachable);
		end_network(task, &reading);
	} else if (reaches(system)) {
		send_pings(task);
		/* One lost packet is no lost network. */
		uint64_t half = (uint64_t)(task->probe->timeout / (2 * MILLISECOND));
		uv_timer_start(&system->again, on_again, half, 0);
	}
}

static void
system_expire(struct task *task)
{
	network_settle(task, true);
}

static void
system_finish(struct task *task)
{
	struct system *system = task->state;
	uv_timer_stop(&system->again);
	for (size_t i = 0; reaches(system) && i < task->probe->system.reaches; i++)
		ping_forget(&system->ping[i]);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct task *task = handle->data;
	monitor_drop(task->monitor);
}

static void
system_close(struct task *task)
{
	struct system *system = task->state;
	worker_close(system->worker);
	echo_leave(system->echo, task->monitor);
	echo_leave(system->echo6, task->monitor);
	free(system->ping);
	system->ping = NULL;
	if (system->timer_open)
		uv_close((uv_handle_t *)&system->again, on_timer_closed);
}

const struct kind kind_system = {
	.local = true,
	.size = sizeof(struct system),
	.open = system_open,
	.busy = system_busy,
	.ask = system_ask,
	.expire = system_expire,
	.finish = system_finish,
	.close = system_close,
};
