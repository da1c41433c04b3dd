/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands as children of the runner process: the engine's end of the socket. */
#include "config.h"

#include "monitor/spawner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "monitor/spawner_kind.h"
#include "monitor/wire.h"

/* Replies read at one go, so that others get the loop in between. */
#define BATCH 32

struct asked {
	struct asked *next;
	uint64_t id;
	spawn_done *done;
	void *context;
	const char *failed; /* why it could not be asked; NULL: the runner has it */
};

struct remote {
	struct spawner base;
	uv_loop_t *loop;
	int fd;
	bool gone;
	struct asked *asked;
	uint64_t last_id;
	uv_poll_t poll;
	uv_timer_t soon; /* ends what failed at once, from the loop */
	int handles;
	void (*closed)(void *context);
	void *closed_context;
};

static struct asked *
take_asked(struct remote *remote, uint64_t id)
{
	struct asked **link = &remote->asked;
	while (*link && (*link)->id != id)
		link = &(*link)->next;
	struct asked *asked = *link;
	if (asked)
		*link = asked->next;
	return asked;
}

static void
end_asked(struct asked *asked, const struct spawn_result *result)
{
	spawn_done *done = asked->done;
	void *context = asked->context;
	free(asked);
	done(context, result);
}

static struct asked *
first_failed(struct remote *remote)
{
	struct asked *asked = remote->asked;
	while (asked && !asked->failed)
		asked = asked->next;
	return asked;
}

static void
on_soon(uv_timer_t *timer)
{
	struct remote *remote = timer->data;
	/* From the start after each: done may change the list. */
	for (struct asked *asked; (asked = first_failed(remote));) {
		struct spawn_result result = { .end = SPAWN_FAILED,
					       .output = "",
					       .why = asked->failed };
		end_asked(take_asked(remote, asked->id), &result);
	}
}

static void
runner_gone(struct remote *remote)
{
	remote->gone = true;
	uv_poll_stop(&remote->poll);
	log_error("probe", "the runner of commands is gone: every exec probe fails");
	for (struct asked *asked = remote->asked; asked; asked = asked->next)
		asked->failed = "the runner of commands is gone";
	uv_timer_start(&remote->soon, on_soon, 0, 0);
}

static void
take_reply(struct remote *remote, const uint8_t *packet, size_t size)
{
	struct reply reply;
	char text[SPAWN_OUTPUT + 1];
	if (!reply_decode(packet, size, &reply))
		return;
	struct asked *asked = take_asked(remote, reply.id);
	/* Killed meanwhile. */
	if (!asked)
		return;
	memcpy(text, reply.text, reply.text_size);
	text[reply.text_size] = '\0';
	bool failed = reply.end == SPAWN_FAILED;
	struct spawn_result result = {
		.end = reply.end,
		.status = reply.status,
		.output = failed ? "" : text,
		.output_size = failed ? 0 : reply.text_size,
		.why = failed ? text : NULL,
	};
	end_asked(asked, &result);
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	struct remote *remote = poll->data;
	uint8_t packet[WIRE_REPLY_MAX];
	(void)status;
	(void)events;
	/* handles falls when a done closes us. */
	for (int i = 0; i < BATCH && remote->handles == 2; i++) {
		ssize_t got = recv(remote->fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (got <= 0) {
			runner_gone(remote);
			return;
		}
		take_reply(remote, packet, (size_t)got);
	}
}

static const char *
send_request(struct remote *remote, const struct request *request)
{
	uint8_t packet[WIRE_REQUEST_MAX];
	struct request check;
	size_t size = request_encode(request, packet);
	if (remote->gone)
		return "the runner of commands is gone";
	if (size == 0)
		return "the command is too long";
	/* The runner does not answer what it does not understand. */
	if (!request_decode(packet, size, &check))
		return "the command's path is not absolute";
	if (send(remote->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return NULL;
	return errno == EAGAIN || errno == EWOULDBLOCK
		   ? "the runner of commands does not keep up"
		   : "the runner of commands cannot be reached";
}

static uint64_t
remote_run(struct spawner *spawner, const char *const *argv, const char *user,
	   int64_t timeout, spawn_done *done, void *context)
{
	struct remote *remote = (struct remote *)spawner;
	struct asked *asked = calloc(1, sizeof(*asked));
	if (!asked)
		return 0;
	struct request request = { .kind = WIRE_RUN,
				   .id = ++remote->last_id,
				   .timeout = timeout,
				   .user = user };
	for (size_t i = 0; i < PROBE_ARGUMENTS && argv[i]; i++)
		request.argument[i] = argv[i];
	*asked = (struct asked){ remote->asked, request.id, done, context, NULL };
	remote->asked = asked;
	asked->failed = send_request(remote, &request);
	if (asked->failed)
		uv_timer_start(&remote->soon, on_soon, 0, 0);
	return request.id;
}

static void
remote_kill(struct spawner *spawner, uint64_t handle)
{
	struct remote *remote = (struct remote *)spawner;
	struct asked *asked = take_asked(remote, handle);
	if (!asked)
		return;
	/* Unsent when the socket is full: then its own timeout ends the command. */
	if (!asked->failed) {
		struct request request = { .kind = WIRE_KILL, .id = handle };
		send_request(remote, &request);
	}
	free(asked);
}

static void
on_closed(uv_handle_t *handle)
{
	struct remote *remote = handle->data;
	if (--remote->handles > 0)
		return;
	void (*closed)(void *context) = remote->closed;
	void *context = remote->closed_context;
	free(remote);
	if (closed)
		closed(context);
}

static void
remote_close(struct spawner *spawner, void (*closed)(void *context), void *context)
{
	struct remote *remote = (struct remote *)spawner;
	remote->closed = closed;
	remote->closed_context = context;
	/* The runner kills its children when it sees this end closed. */
	while (remote->asked)
		free(take_asked(remote, remote->asked->id));
	uv_poll_stop(&remote->poll);
	close(remote->fd);
	uv_close((uv_handle_t *)&remote->poll, on_closed);
	uv_close((uv_handle_t *)&remote->soon, on_closed);
}

static const struct spawner_kind remote_kind = { remote_run, remote_kill,
						 remote_close };

struct spawner *
spawner_remote(uv_loop_t *loop, int fd)
{
	struct remote *remote = calloc(1, sizeof(*remote));
	if (!remote || uv_poll_init(loop, &remote->poll, fd) != 0) {
		free(remote);
		close(fd);
		return NULL;
	}
	/* Also from before the runner asks for it: who sends what is part of a packet. */
	int on = 1;
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	remote->base.kind = &remote_kind;
	remote->loop = loop;
	remote->fd = fd;
	remote->handles = 2;
	remote->poll.data = remote;
	remote->soon.data = remote;
	uv_timer_init(loop, &remote->soon);
	uv_poll_start(&remote->poll, UV_READABLE, on_readable);
	return &remote->base;
}
