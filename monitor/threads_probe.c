/* SPDX-License-Identifier: BSD-3-Clause */
/* The radius-threads probe: runs the helper that may look at a server's threads. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "monitor/kind.h"
#include "monitor/perfdata.h"
#include "monitor/spawner.h"
#include "monitor/threads.h"

struct threads_state {
	uint64_t handle; /* of the helper, until it is reaped; 0: none runs */
	double pid;      /* of the server, as the helper found it; 0: not known */
	char max[24], known[24];
	const char *argument[6];
};

static void
end_counts(struct task *task, const struct spawn_result *result)
{
	struct threads_state *state = task->state;
	perfdata_find(result->output, result->output_size, "pid", &state->pid);
	for (size_t i = 0; i < task->probe->outputs; i++) {
		const char *label = task->probe->output[i].label;
		double value = 0;
		if (perfdata_find(result->output, result->output_size, label, &value) ==
		    PERFDATA_FOUND)
			task_end(task, i, ENDING_VALUE, value, "");
		else
			task_end(task, i, ENDING_FAILED, 0,
				 "not measured: the helper printed something else");
	}
}

/* The helper's reason, without the name of the plugin in front of it. */
static void
end_reason(struct task *task, enum ending ending, const struct spawn_result *result)
{
	char text[SAMPLE_TEXT];
	size_t length = perfdata_text(result->output, result->output_size);
	struct slice words = { result->output, length };
	const char *dash = memmem(words.start, words.length, " - ", 3);
	if (dash)
		words = (struct slice){ dash + 3,
					(size_t)(words.start + length - dash) - 3 };
	slice_copy(words, text, sizeof(text));
	task_end_rest(task, ending, "%s", text[0] ? text : "not measured");
}

/* Not to be counted is no count: whatever hinders the helper says nothing of the server. */
static void
on_done(void *context, const struct spawn_result *result)
{
	struct task *task = context;
	struct threads_state *state = task->state;
	state->handle = 0;
	state->pid = 0;
	switch (result->end) {
	case SPAWN_EXITED:
		if (result->status == THREADS_COUNTED)
			end_counts(task, result);
		else
			end_reason(task,
				   result->status == THREADS_ABSENT ? ENDING_ABSENT
								    : ENDING_FAILED,
				   result);
		break;
	case SPAWN_SIGNALLED:
	case SPAWN_TIMEOUT:
		task_end_rest(task, ENDING_FAILED,
			      "not measured: the helper did not end by itself");
		break;
	case SPAWN_FAILED:
		task_end_rest(task, ENDING_FAILED, "not measured: %s", result->why);
		break;
	}
}

static void
threads_open(struct task *task)
{
	if (!monitor_options(task->monitor)->spawner)
		task_refuse(task, "not measured: nothing here runs commands");
}

static void
make_arguments(struct task *task)
{
	struct threads_state *state = task->state;
	const struct probe *probe = task->probe;
	const char **argument = state->argument;
	*argument++ = THREADS_HELPER;
	if (probe->radius_threads.max > 0) {
		snprintf(state->max, sizeof(state->max), "-m%u",
			 (unsigned)probe->radius_threads.max);
		*argument++ = state->max;
	}
	if (state->pid > 0) {
		snprintf(state->known, sizeof(state->known), "-p%.0f", state->pid);
		*argument++ = state->known;
	}
	*argument++ = "--";
	*argument++ = probe->radius_threads.process;
	*argument = NULL;
}

static bool
threads_busy(struct task *task)
{
	struct threads_state *state = task->state;
	return state->handle != 0;
}

static void
threads_ask(struct task *task)
{
	struct threads_state *state = task->state;
	make_arguments(task);
	state->handle =
	    spawner_run(monitor_options(task->monitor)->spawner, state->argument, NULL,
			task->probe->timeout, on_done, task);
	if (state->handle == 0)
		task_end_rest(task, ENDING_FAILED, "not measured: out of memory");
}

static void
threads_expire(struct task *task)
{
	task_end_rest(task, ENDING_FAILED, "not measured: the helper takes too long");
}

static void
threads_close(struct task *task)
{
	struct threads_state *state = task->state;
	if (state->handle)
		spawner_kill(monitor_options(task->monitor)->spawner, state->handle);
}

const struct kind kind_threads = {
	.size = sizeof(struct threads_state),
	.open = threads_open,
	.busy = threads_busy,
	.ask = threads_ask,
	.expire = threads_expire,
	.close = threads_close,
};
