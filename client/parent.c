/* SPDX-License-Identifier: BSD-3-Clause */
/* The parent: it never touches the network, and runs nothing but the hooks that its own
   copy of client.xml names. */
#include "config.h"

#include "client/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "client/hook.h"
#include "client/link.h"
#include "client/state.h"
#include "common/log.h"

struct parent;

struct run {
	struct parent *parent;
	struct hook *hook; /* NULL: none runs */
	enum hook_event event;
};

struct parent {
	const struct start *start;
	int ready;
	uv_loop_t loop;
	uv_poll_t link;
	uv_signal_t signal[3];
	struct run *run; /* one a server */
	bool stopping;
	bool save_failed; /* said already */
	int status;
};

static void
maybe_end(struct parent *parent)
{
	for (size_t i = 0; i < parent->start->config->servers; i++)
		if (parent->run[i].hook)
			return;
	if (parent->stopping)
		uv_stop(&parent->loop);
}

/* Hooks get their second after TERM; an order they leave undone is taken up at the next
   start. */
static void
stop(struct parent *parent, int status)
{
	if (parent->stopping)
		return;
	parent->stopping = true;
	parent->status = status;
	uv_poll_stop(&parent->link);
	for (size_t i = 0; i < parent->start->config->servers; i++)
		if (parent->run[i].hook)
			hook_stop(parent->run[i].hook);
	maybe_end(parent);
}

static void
tell(struct parent *parent, const struct link_message *message)
{
	if (!link_send(parent->start->link, message))
		stop(parent, 1);
}

/* ---- hooks ---- */

static void
on_hook_done(void *context, int status, const char *line)
{
	struct run *run = context;
	struct parent *parent = run->parent;
	uint32_t i = (uint32_t)(run - parent->run);
	struct link_message message;
	const char *server = parent->start->config->server[i].core.server;
	run->hook = NULL;
	if (run->event == HOOK_VERIFY)
		log_debug("hook", "%s: verify: %d %s", server, status, line);
	else if (status == 0)
		log_info("hook", "%s: %s done %s", server, hook_event_name(run->event),
			 line);
	else
		log_warning("hook", "%s: %s failed (%d): %s", server,
			    hook_event_name(run->event), status, line);
	memset(&message, 0, sizeof message);
	message.kind = LINK_DONE;
	message.server = i;
	message.status = status;
	slice_copy(slice_of(line), message.line, sizeof message.line);
	if (!parent->stopping)
		tell(parent, &message);
	maybe_end(parent);
}

/* False when no honest network process asks for this. */
static bool
start_hook(struct parent *parent, const struct link_message *asked)
{
	const struct config_server *server =
	    &parent->start->config->server[asked->server];
	struct run *run = &parent->run[asked->server];
	struct hook_request request = {
		.command = server->command,
		.timeout = server->timeout,
		.server = server->core.server,
		.server_address = server->core.server_address,
		.run = asked->hook,
	};
	if (!server->core.hook || run->hook)
		return false;
	run->event = asked->hook.event;
	run->hook = hook_start(&parent->loop, &request, on_hook_done, run);
	if (!run->hook)
		on_hook_done(run, -1, "out of memory");
	return true;
}

/* ---- states ---- */

static void
save(struct parent *parent, const struct link_message *asked)
{
	const char *name = parent->start->config->server[asked->server].core.server;
	struct link_message message;
	char why[FILE_WHY];
	memset(&message, 0, sizeof message);
	message.kind = LINK_SAVED;
	message.server = asked->server;
	if (state_save(parent->start->folder, name, &asked->state, why)) {
		parent->save_failed = false;
	} else {
		if (!parent->save_failed)
			log_error("client",
				  "%s/%s.state cannot be written: %s; no order is "
				  "answered before it can",
				  parent->start->folder, name, why);
		parent->save_failed = true;
		message.status = 1;
	}
	tell(parent, &message);
}

/* ---- the link ---- */

static void
set_up_done(struct parent *parent)
{
	if (parent->ready >= 0) {
		if (write(parent->ready, "r", 1) != 1)
			log_warning("client", "nobody waits for the start");
		close(parent->ready);
	}
	parent->ready = -1;
	log_info("client", "%s: ready", parent->start->config->name);
}

static void
on_link(uv_poll_t *poll, int status, int events)
{
	struct parent *parent = poll->data;
	const unsigned kinds = 1u << LINK_READY | 1u << LINK_HOOK | 1u << LINK_STATE;
	struct link_message message;
	enum link_end got = LINK_CLOSED;
	(void)events;
	while (status == 0 && !parent->stopping &&
	       (got = link_receive(parent->start->link, kinds,
				   (uint32_t)parent->start->config->servers,
				   &message)) == LINK_MESSAGE) {
		if (message.kind == LINK_READY)
			set_up_done(parent);
		else if (message.kind == LINK_STATE)
			save(parent, &message);
		else if (!start_hook(parent, &message))
			got = LINK_BROKEN;
		if (got == LINK_BROKEN)
			break;
	}
	if (got == LINK_BROKEN)
		log_error("client",
			  "the network process does not keep to the protocol");
	else if (got == LINK_CLOSED)
		log_error("client", "the network process has ended");
	if (got == LINK_BROKEN || got == LINK_CLOSED)
		stop(parent, 1);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	stop(handle->data, 0);
}

static void
close_handle(uv_handle_t *handle, void *context)
{
	(void)context;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

int
parent_run(const struct start *start, int ready)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	struct parent parent = { .start = start, .ready = ready };
	parent.run = calloc(start->config->servers, sizeof *parent.run);
	if (!parent.run || uv_loop_init(&parent.loop) != 0) {
		free(parent.run);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < start->config->servers; i++)
		parent.run[i].parent = &parent;
	uv_poll_init(&parent.loop, &parent.link, start->link);
	parent.link.data = &parent;
	uv_poll_start(&parent.link, UV_READABLE | UV_DISCONNECT, on_link);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uv_signal_init(&parent.loop, &parent.signal[i]);
		parent.signal[i].data = &parent;
		uv_signal_start(&parent.signal[i], on_signal, numbers[i]);
	}
	uv_run(&parent.loop, UV_RUN_DEFAULT);
	uv_walk(&parent.loop, close_handle, NULL);
	uv_run(&parent.loop, UV_RUN_DEFAULT);
	uv_loop_close(&parent.loop);
	free(parent.run);
	return parent.status;
}
