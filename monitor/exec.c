/* SPDX-License-Identifier: BSD-3-Clause */
/* The exec probe: a monitoring plugin, its exit status and performance data. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "monitor/kind.h"
#include "monitor/perfdata.h"
#include "monitor/spawner.h"

/* What plugins exit with. 3 is "unknown": the plugin could not find out. */
enum { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL };

struct exec {
	uint64_t handle; /* of the command, until it is reaped; 0: none runs */
};

static void
end_perfdata(struct task *task, size_t i, const struct spawn_result *result,
	     const char *text)
{
	const char *label = task->probe->output[i].label;
	double value = 0;
	switch (perfdata_find(result->output, result->output_size, label, &value)) {
	case PERFDATA_FOUND:
		task_end(task, i, ENDING_VALUE, value, text);
		break;
	case PERFDATA_NO_NUMBER:
		task_end(task, i, ENDING_FAILED, 0, "the label's value is no number");
		break;
	case PERFDATA_NO_LABEL:
		task_end(task, i, ENDING_FAILED, 0,
			 "the command printed no performance data of that label");
		break;
	}
}

static void
end_answer(struct task *task, const struct spawn_result *result, const char *text)
{
	double elapsed = task_elapsed(task);
	for (size_t i = 0; i < task->probe->outputs; i++) {
		switch (task->probe->output[i].value) {
		case VALUE_PERFDATA:
			end_perfdata(task, i, result, text);
			break;
		case VALUE_ELAPSED:
			task_end(task, i, ENDING_VALUE, elapsed, text);
			break;
		case VALUE_STATE:
			task_end(task, i, ENDING_VALUE,
				 result->status == PLUGIN_CRITICAL ? 0 : 1, text);
			break;
		default:
			task_end(task, i, ENDING_VALUE, result->status, text);
			break;
		}
	}
}

static void
on_exit_status(struct task *task, const struct spawn_result *result)
{
	char text[SAMPLE_TEXT];
	size_t length = perfdata_text(result->output, result->output_size);
	slice_copy((struct slice){ result->output, length }, text, sizeof(text));
	if (result->status <= PLUGIN_CRITICAL)
		end_answer(task, result, text);
	else
		task_end_rest(task, ENDING_FAILED, "exit status %d%s%s", result->status,
			      text[0] ? ": " : "", text);
}

static void
on_done(void *context, const struct spawn_result *result)
{
	struct task *task = context;
	struct exec *exec = task->state;
	exec->handle = 0;
	switch (result->end) {
	case SPAWN_EXITED:
		on_exit_status(task, result);
		break;
	case SPAWN_SIGNALLED:
		task_end_rest(task, ENDING_FAILED, "the command died of signal %d (%s)",
			      result->status, strsignal(result->status));
		break;
	case SPAWN_TIMEOUT:
		task_end_rest(task, ENDING_TIMEOUT, "the command was killed");
		break;
	case SPAWN_FAILED:
		task_end_rest(task, ENDING_FAILED, "%s", result->why);
		break;
	}
}

static void
exec_open(struct task *task)
{
	if (!monitor_options(task->monitor)->spawner)
		task_refuse(task, "nothing here runs commands");
}

/* A command that was told to end at its timeout has a second to do so. */
static bool
exec_busy(struct task *task)
{
	struct exec *exec = task->state;
	return exec->handle != 0;
}

static void
exec_ask(struct task *task)
{
	struct exec *exec = task->state;
	const struct probe *probe = task->probe;
	exec->handle =
	    spawner_run(monitor_options(task->monitor)->spawner, probe->exec.argument,
			probe->exec.user, probe->timeout, on_done, task);
	if (exec->handle == 0)
		task_end_rest(task, ENDING_FAILED, "out of memory");
}

static void
exec_close(struct task *task)
{
	struct exec *exec = task->state;
	if (exec->handle)
		spawner_kill(monitor_options(task->monitor)->spawner, exec->handle);
}

const struct kind kind_exec = {
	.size = sizeof(struct exec),
	.open = exec_open,
	.busy = exec_busy,
	.ask = exec_ask,
	.close = exec_close,
};
