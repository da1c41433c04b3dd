/* SPDX-License-Identifier: BSD-3-Clause */
/* Rounds: when each probe asks, that every round ends once, and how it all stops. */
#include "config.h"

#include "monitor/monitor.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/random.h"
#include "monitor/kind.h"

/* A probe that fails again and again says so once in this time. */
#define COMPLAIN_EVERY MINUTE

/* Phases of an interval: each that is used wakes the loop. */
#define PHASES 4u
/* Within which what is local begins, whatever its interval: together, if one interval is a
   multiple of the other. */
#define LOCAL_MS 250u

struct monitor {
	struct monitor_options options;
	struct random random;
	uint64_t offset; /* of the phases, so that monitors do not march in step */
	struct task *task;
	struct crew *crew; /* NULL: no probe needs it */
	uv_timer_t anchor; /* a handle also without probes: closing is never at once */
	size_t holds;
	bool closing;
	void (*closed)(void *context);
	void *closed_context;
};

static const struct kind *const kinds[] = {
	[PROBE_SYSTEM] = &kind_system,
	[PROBE_PROCESS] = &kind_process,
	[PROBE_TCP] = &kind_tcp,
	[PROBE_EXEC] = &kind_exec,
	[PROBE_FILE] = &kind_file,
	[PROBE_UDP_BACKLOG] = &kind_backlog,
	[PROBE_RADIUS_STATUS] = &kind_radius,
	[PROBE_SNMP] = &kind_snmp,
	[PROBE_RADIUS_LOGIN] = &kind_login,
	[PROBE_RADIUS_THREADS] = &kind_threads,
	[PROBE_TACACS] = &kind_tacacs,
	[PROBE_DIAMETER] = &kind_diameter,
};

const struct monitor_options *
monitor_options(const struct monitor *monitor)
{
	return &monitor->options;
}

struct crew **
monitor_crew(struct monitor *monitor)
{
	return &monitor->crew;
}

uint64_t
monitor_random(struct monitor *monitor)
{
	return random_next(&monitor->random);
}

bool
monitor_nonce(void *bytes, size_t size)
{
	return getrandom(bytes, size, GRND_NONBLOCK) == (ssize_t)size;
}

void
monitor_hold(struct monitor *monitor)
{
	monitor->holds++;
}

static void
monitor_free(struct monitor *monitor)
{
	for (size_t i = 0; i < monitor->options.probes; i++) {
		free(monitor->task[i].state);
		free(monitor->task[i].ended);
	}
	free(monitor->task);
	free(monitor);
}

void
monitor_drop(struct monitor *monitor)
{
	if (--monitor->holds > 0)
		return;
	void (*closed)(void *context) = monitor->closed;
	void *context = monitor->closed_context;
	monitor_free(monitor);
	if (closed)
		closed(context);
}

/* Of a round */

double
task_elapsed(const struct task *task)
{
	return (double)(clock_now().boot - task->asked) / (double)MILLISECOND;
}

void
task_refuse(struct task *task, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(task->refusal, sizeof(task->refusal), format, arguments);
	va_end(arguments);
}

static void
task_complain(struct task *task, const struct sample *sample)
{
	if (task->complained && sample->at - task->complained < COMPLAIN_EVERY)
		return;
	task->complained = sample->at;
	log_warning("probe", "%s could not be asked: %s", task->probe->name,
		    sample->text);
}

static void
task_finish(struct task *task)
{
	uv_timer_stop(&task->deadline);
	if (task->asked_kind && task->kind->finish)
		task->kind->finish(task);
	task->asked_kind = false;
}

void
task_end(struct task *task, size_t output, enum ending ending, double value,
	 const char *text)
{
	if (task->pending == 0 || task->ended[output])
		return;
	struct sample sample = {
		.input = task->probe->output[output].input,
		.ending = ending,
		.value = ending == ENDING_VALUE ? value : 0,
		.asked = task->asked,
		.at = clock_now().boot,
	};
	if (ending == ENDING_VALUE && !isfinite(value)) {
		sample.ending = ENDING_FAILED;
		sample.value = 0;
		text = "the value is not a finite number";
	}
	text_clean(text, strlen(text), sample.text, sizeof(sample.text));
	task->ended[output] = true;
	/* Before the caller hears of it: it may close the monitor from there. */
	if (--task->pending == 0)
		task_finish(task);
	if (sample.ending == ENDING_FAILED)
		task_complain(task, &sample);
	task->monitor->options.sample(task->monitor->options.context, &sample);
}

void
task_end_rest(struct task *task, enum ending ending, const char *format, ...)
{
	char text[SAMPLE_TEXT];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < task->probe->outputs; i++)
		task_end(task, i, ending, 0, text);
}

void
task_end_error(struct task *task, int error)
{
	switch (error) {
	case ECONNREFUSED:
		task_end_rest(task, ENDING_ABSENT, "connection refused");
		break;
	case ECONNRESET:
	case EHOSTUNREACH:
	case EHOSTDOWN:
		task_end_rest(task, ENDING_ABSENT, "%s", strerror(error));
		break;
	case ETIMEDOUT:
		task_end_rest(task, ENDING_TIMEOUT, "%s", strerror(error));
		break;
	default:
		task_end_rest(task, ENDING_FAILED, "%s", strerror(error));
		break;
	}
}

static uint64_t
whole_ms(int64_t us)
{
	return us < MILLISECOND ? 1 : (uint64_t)(us / MILLISECOND);
}

static void
task_expire(struct task *task)
{
	if (task->pending > 0 && task->kind->expire)
		task->kind->expire(task);
	if (task->pending > 0)
		task_end_rest(task, ENDING_TIMEOUT, "no answer within %lld ms",
			      (long long)whole_ms(task->probe->timeout));
}

static void
on_deadline(uv_timer_t *timer)
{
	task_expire(timer->data);
}

static void
task_begin(struct task *task)
{
	/* The loop's clock is that of its last turn: the timeout counts from now. */
	uv_update_time(task->monitor->options.loop);
	task->asked = clock_now().boot;
	task->pending = task->probe->outputs;
	memset(task->ended, 0, task->probe->outputs * sizeof(*task->ended));
	if (task->refusal[0]) {
		task_end_rest(task, ENDING_FAILED, "%s", task->refusal);
		return;
	}
	if (task->kind->busy && task->kind->busy(task)) {
		task_end_rest(task, ENDING_FAILED, "the round before still hangs");
		return;
	}
	uint64_t timeout = whole_ms(task->probe->timeout);
	task->expires = uv_now(task->monitor->options.loop) + timeout;
	uv_timer_start(&task->deadline, on_deadline, timeout, 0);
	task->asked_kind = true;
	task->kind->ask(task);
}

static void on_due(uv_timer_t *timer);

/* In step with the interval however late a round is: what is due together stays so. What
   was missed is not made up for. */
static void
task_wait(struct task *task)
{
	uint64_t now = uv_now(task->monitor->options.loop);
	uint64_t interval = whole_ms(task->probe->interval);
	if (task->next <= now)
		task->next += (now - task->next) / interval * interval + interval;
	uv_timer_start(&task->due, on_due, task->next - now, 0);
}

static void
on_due(uv_timer_t *timer)
{
	struct task *task = timer->data;
	task_wait(task);
	/* A timeout as long as the interval is due with the next round, and after it. */
	if (task->pending > 0 && uv_now(timer->loop) >= task->expires)
		task_expire(task);
	if (task->pending == 0 && !task->monitor->closing)
		task_begin(task);
}

/* Of the whole */

static bool
task_open(struct task *task, struct monitor *monitor, const struct probe *probe)
{
	task->monitor = monitor;
	task->probe = probe;
	task->kind = kinds[probe->kind];
	task->ended = calloc(probe->outputs ? probe->outputs : 1, sizeof(*task->ended));
	task->state = calloc(1, task->kind->size ? task->kind->size : 1);
	return task->ended && task->state;
}

/* How long until it, ms. */
static uint64_t
first_round(struct monitor *monitor, const struct task *task)
{
	uint64_t interval = whole_ms(task->probe->interval);
	uint64_t phase = interval > PHASES ? interval / PHASES : 1;
	if (task->kind->local)
		return monitor->offset % LOCAL_MS;
	return monitor->offset % phase + phase * random_below(&monitor->random, PHASES);
}

static void
task_start(struct task *task)
{
	struct monitor *monitor = task->monitor;
	if (task->kind->open)
		task->kind->open(task);
	uv_timer_init(monitor->options.loop, &task->due);
	uv_timer_init(monitor->options.loop, &task->deadline);
	task->due.data = task;
	task->deadline.data = task;
	monitor_hold(monitor);
	monitor_hold(monitor);
	task->next = uv_now(monitor->options.loop) + first_round(monitor, task);
	task_wait(task);
}

struct monitor *
monitor_start(const struct monitor_options *options)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return NULL;
	monitor->options = *options;
	random_seed(&monitor->random, options->seed);
	monitor->offset = random_next(&monitor->random);
	monitor->task = calloc(options->probes + 1, sizeof(*monitor->task));
	bool whole = monitor->task != NULL;
	for (size_t i = 0; whole && i < options->probes; i++)
		whole = task_open(&monitor->task[i], monitor, &options->probe[i]);
	if (!whole) {
		if (!monitor->task)
			monitor->options.probes = 0;
		monitor_free(monitor);
		return NULL;
	}
	uv_timer_init(options->loop, &monitor->anchor);
	monitor->anchor.data = monitor;
	monitor_hold(monitor);
	uv_update_time(options->loop);
	for (size_t i = 0; i < options->probes; i++)
		task_start(&monitor->task[i]);
	return monitor;
}

static void
on_task_closed(uv_handle_t *handle)
{
	struct task *task = handle->data;
	monitor_drop(task->monitor);
}

static void
on_anchor_closed(uv_handle_t *handle)
{
	monitor_drop(handle->data);
}

static void
task_close(struct task *task)
{
	task->pending = 0;
	task_finish(task);
	if (task->kind->close)
		task->kind->close(task);
	uv_close((uv_handle_t *)&task->due, on_task_closed);
	uv_close((uv_handle_t *)&task->deadline, on_task_closed);
}

void
monitor_close(struct monitor *monitor, void (*closed)(void *context), void *context)
{
	monitor->closing = true;
	monitor->closed = closed;
	monitor->closed_context = context;
	for (size_t i = 0; i < monitor->options.probes; i++)
		task_close(&monitor->task[i]);
	uv_close((uv_handle_t *)&monitor->anchor, on_anchor_closed);
}
