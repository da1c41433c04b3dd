/* SPDX-License-Identifier: BSD-3-Clause */
/* Running hooks: a process, a pipe for what it says, a timer for when it says nothing. */
#include "config.h"

#include "client/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLES   10
#define OUTPUT_KEPT 1024
#define KILL_AFTER  1000 /* ms after TERM */
/* Room for the alternates: each a name, "=", an endpoint and a space. */
#define ALTERNATES_TEXT (CORE_ALTERNATES * (NAME_TEXT + ENDPOINT_TEXT + 1))
#define VARIABLE_TEXT   (ALTERNATES_TEXT + 32)

/* ---- environment ---- */

static void
list_alternates(const struct core_hook *run, char out[ALTERNATES_TEXT])
{
	char text[ENDPOINT_TEXT];
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < run->alternates && i < CORE_ALTERNATES; i++) {
		const struct core_alternate *alternate = &run->alternate[i];
		struct endpoint at = { alternate->address, alternate->port };
		used += (size_t)snprintf(out + used, ALTERNATES_TEXT - used, "%s%s=%s",
					 used ? " " : "", alternate->name,
					 endpoint_format(&at, text));
	}
}

/* The texts of all variables, one behind the other in out; returns how many bytes. */
static size_t
write_variables(const struct hook_request *request, char *out, size_t room)
{
	const struct core_hook *run = &request->run;
	const struct core_alternate *first = run->alternates ? run->alternate : NULL;
	char server[ADDRESS_TEXT], best[ADDRESS_TEXT], alternates[ALTERNATES_TEXT];
	size_t used = 0;
	list_alternates(run, alternates);
	address_format(&request->server_address, server);
	if (first)
		address_format(&first->address, best);
	const struct {
		const char *name, *value;
	} variable[] = {
		{ "PATH", HOOK_PATH },
		{ "LANG", "C" },
		{ "BELLWETHER_EVENT", hook_event_name(run->event) },
		{ "BELLWETHER_SERVER", request->server },
		{ "BELLWETHER_SERVER_ADDRESS", server },
		{ "BELLWETHER_ALTERNATE", first ? first->name : "" },
		{ "BELLWETHER_ALTERNATE_ADDRESS", first ? best : "" },
		{ "BELLWETHER_ALTERNATES", alternates },
		{ "BELLWETHER_REASON",
		  run->reason ? message_reason_name(run->reason) : "" },
	};
	_Static_assert(ARRAY_SIZE(variable) + 1 == VARIABLES, "and the order's id");
	for (size_t i = 0; i < ARRAY_SIZE(variable); i++)
		used += 1 + (size_t)snprintf(out + used, room - used, "%s=%s",
					     variable[i].name, variable[i].value);
	used += 1 + (size_t)snprintf(out + used, room - used,
				     "BELLWETHER_ORDER=%" PRIu64, run->order);
	return used;
}

char **
hook_environment(const struct hook_request *request)
{
	size_t room = VARIABLE_TEXT + VARIABLES * 128;
	char **environment = malloc((VARIABLES + 1) * sizeof *environment + room);
	if (!environment)
		return NULL;
	char *text = (char *)(environment + VARIABLES + 1);
	write_variables(request, text, room);
	for (size_t i = 0; i < VARIABLES; i++) {
		environment[i] = text;
		text += strlen(text) + 1;
	}
	environment[VARIABLES] = NULL;
	return environment;
}

/* ---- a run ---- */

struct hook {
	uv_process_t process;
	uv_timer_t timer;
	uv_poll_t poll;
	hook_done *done;
	void *context;
	int fd; /* what it says */
	bool started, timed_out;
	unsigned handles; /* to be closed before it is freed */
	char output[OUTPUT_KEPT];
	size_t size;
};

static void
on_closed(uv_handle_t *handle)
{
	struct hook *hook = handle->data;
	if (--hook->handles > 0)
		return;
	close(hook->fd);
	free(hook);
}

/* Reads what there is; beyond the first kilobyte only to keep the writer going. */
static bool
drain(struct hook *hook)
{
	char scrap[4096];
	for (unsigned reads = 0; reads < 64; reads++) {
		size_t room = sizeof hook->output - hook->size;
		ssize_t got = read(hook->fd, room ? hook->output + hook->size : scrap,
				   room ? room : sizeof scrap);
		if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
			return false;
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got > 0 && room)
			hook->size += (size_t)got;
	}
	return true;
}

static void
on_output(uv_poll_t *poll, int status, int events)
{
	struct hook *hook = poll->data;
	(void)events;
	if (status < 0 || !drain(hook))
		uv_poll_stop(poll);
}

static void
finish(struct hook *hook, int status, const char *otherwise)
{
	char line[MESSAGE_TEXT_MAX + 1];
	const char *end = memchr(hook->output, '\n', hook->size);
	size_t length = end ? (size_t)(end - hook->output) : hook->size;
	if (length == 0 && status != 0) {
		length = strlen(otherwise);
		text_clean(otherwise, length, line, sizeof line);
	} else {
		text_clean(hook->output, length, line, sizeof line);
	}
	uv_close((uv_handle_t *)&hook->timer, on_closed);
	uv_close((uv_handle_t *)&hook->poll, on_closed);
	uv_close((uv_handle_t *)&hook->process, on_closed);
	hook->done(hook->context, status, line);
}

static void
signal_group(const struct hook *hook, int number)
{
	/* It leads a session of its own, so its pid names its group. */
	if (hook->process.pid > 1)
		kill(-hook->process.pid, number);
}

static void
on_exit_of(uv_process_t *process, int64_t status, int number)
{
	struct hook *hook = process->data;
	char why[64];
	drain(hook);
	if (hook->timed_out) {
		signal_group(hook, SIGKILL);
		finish(hook, -1, "killed at its timeout");
		return;
	}
	if (number) {
		snprintf(why, sizeof why, "ended by signal %d", number);
		finish(hook, -1, why);
		return;
	}
	snprintf(why, sizeof why, "exit status %" PRId64, status);
	finish(hook, (int)status, why);
}

static void
on_time(uv_timer_t *timer)
{
	struct hook *hook = timer->data;
	if (!hook->started) {
		finish(hook, -1, hook->output);
		return;
	}
	signal_group(hook, hook->timed_out ? SIGKILL : SIGTERM);
	if (!hook->timed_out)
		uv_timer_start(timer, on_time, KILL_AFTER, 0);
	hook->timed_out = true;
}

void
hook_stop(struct hook *hook)
{
	if (hook->started && !hook->timed_out)
		uv_timer_start(&hook->timer, on_time, 0, 0);
}

static int
spawn(uv_loop_t *loop, struct hook *hook, const struct hook_request *request, int out)
{
	char **environment = hook_environment(request);
	if (!environment)
		return UV_ENOMEM;
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = out },
		{ .flags = UV_INHERIT_FD, .data.fd = out },
	};
	const uv_process_options_t options = {
		.exit_cb = on_exit_of,
		.file = request->command[0],
		.args = (char **)(uintptr_t)request->command,
		.env = environment,
		.cwd = "/",
		.flags = UV_PROCESS_DETACHED,
		.stdio_count = ARRAY_SIZE(stdio),
		.stdio = stdio,
	};
	/* Ours are close-on-exec; what we were started with may not be. An old kernel that
	   cannot do this leaves those to the hook, as they were left to us. */
	(void)close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
	int error = uv_spawn(loop, &hook->process, &options);
	free(environment);
	return error;
}

struct hook *
hook_start(uv_loop_t *loop, const struct hook_request *request, hook_done *done,
	   void *context)
{
	int ends[2];
	struct hook *hook = calloc(1, sizeof *hook);
	if (!hook)
		return NULL;
	if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
		free(hook);
		return NULL;
	}
	hook->done = done;
	hook->context = context;
	hook->fd = ends[0];
	hook->handles = 3;
	hook->process.data = hook->timer.data = hook->poll.data = hook;
	uv_timer_init(loop, &hook->timer);
	uv_poll_init(loop, &hook->poll, hook->fd);
	int error = spawn(loop, hook, request, ends[1]);
	close(ends[1]);
	hook->started = error == 0;
	if (error) {
		/* Told from the loop, as every other end is. */
		int wrote =
		    snprintf(hook->output, sizeof hook->output, "cannot run %s: %s",
			     request->command[0], uv_strerror(error));
		hook->size = wrote < 0 ? 0 : (size_t)wrote;
		if (hook->size >= sizeof hook->output)
			hook->size = sizeof hook->output - 1;
		uv_timer_start(&hook->timer, on_time, 0, 0);
		return hook;
	}
	uv_poll_start(&hook->poll, UV_READABLE | UV_DISCONNECT, on_output);
	uv_timer_start(&hook->timer, on_time,
		       (uint64_t)(request->timeout / MILLISECOND), 0);
	return hook;
}
