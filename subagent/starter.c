/* SPDX-License-Identifier: BSD-3-Clause */
/* Starting processes in roles: the engine's end, with a starter or without. */
#include "config.h"

#include "subagent/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/log.h"
#include "subagent/role.h"
#include "subagent/starter-wire.h"

#define ROLES 4

struct listener {
	char role[STARTER_ROLE]; /* "" free */
	void (*ended)(void *context, int status);
	void *context;
	pid_t pid; /* a child of our own; 0: none */
};

struct starter {
	struct listener listener[ROLES];
	int fd; /* -1: children of our own */
	bool remote;
	uv_poll_t poll;
};

static struct listener *
find(struct starter *starter, const char *role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strcmp(starter->listener[i].role, role) == 0)
			return &starter->listener[i];
	return NULL;
}

static void
tell(struct starter *starter, const char *role, int status)
{
	struct listener *listener = find(starter, role);
	if (listener && listener->ended)
		listener->ended(listener->context, status);
}

/* ---- the other end ---- */

static void
on_gone(struct starter *starter)
{
	uv_poll_stop(&starter->poll);
	close(starter->fd);
	starter->fd = -1;
	log_error("engine", "the starter of processes has ended: SNMP's cannot be "
			    "started again until bellwetherd is restarted");
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct starter *starter = poll->data;
	static struct starter_message message;
	int fd[STARTER_DESCRIPTORS], fds, got;
	(void)events;
	if (status < 0) {
		on_gone(starter);
		return;
	}
	while ((got = starter_receive(starter->fd, &message, fd, &fds)) == 1) {
		while (fds > 0)
			close(fd[--fds]);
		if (message.kind == STARTER_ENDED)
			tell(starter, message.role, message.number);
	}
	if (got < 0)
		on_gone(starter);
}

struct starter *
starter_open(uv_loop_t *loop, int fd)
{
	struct starter *starter = calloc(1, sizeof(*starter));
	if (!starter)
		return NULL;
	starter->fd = fd;
	starter->remote = fd >= 0;
	if (!starter->remote)
		return starter;
	if (uv_poll_init(loop, &starter->poll, fd) != 0) {
		free(starter);
		return NULL;
	}
	starter->poll.data = starter;
	uv_poll_start(&starter->poll, UV_READABLE, on_poll);
	return starter;
}

static void
on_poll_closed(uv_handle_t *handle)
{
	struct starter *starter = handle->data;
	if (starter->fd >= 0)
		close(starter->fd);
	free(starter);
}

void
starter_close(struct starter *starter)
{
	if (!starter)
		return;
	if (starter->remote)
		uv_close((uv_handle_t *)&starter->poll, on_poll_closed);
	else
		free(starter);
}

bool
starter_lost(const struct starter *starter)
{
	return starter->remote && starter->fd < 0;
}

void
starter_listen(struct starter *starter, const char *role,
	       void (*ended)(void *context, int status), void *context)
{
	struct listener *listener = find(starter, role);
	if (!listener)
		listener = find(starter, "");
	if (!listener)
		return;
	slice_copy(slice_of(role), listener->role, sizeof(listener->role));
	listener->ended = ended;
	listener->context = context;
}

/* ---- starting ---- */

static bool
add_words(struct starter_message *message, const char *const *words)
{
	for (; words && *words; words++) {
		size_t size = strlen(*words) + 1;
		if (size > sizeof(message->words) - message->size) {
			errno = E2BIG;
			return false;
		}
		memcpy(message->words + message->size, *words, size);
		message->size += (uint32_t)size;
	}
	return true;
}

static bool
ask(struct starter *starter, const char *role, const char *const *words, int extra,
    int *fd)
{
	static struct starter_message message;
	int pair[2];
	memset(&message, 0, sizeof(message));
	message.kind = STARTER_START;
	slice_copy(slice_of(role), message.role, sizeof(message.role));
	if (!add_words(&message, words) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	const int given[STARTER_DESCRIPTORS] = { pair[1], extra };
	bool sent = fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0 &&
		    starter_send(starter->fd, &message, given, extra < 0 ? 1 : 2);
	int error = errno;
	close(pair[1]);
	if (sent)
		*fd = pair[0];
	else
		close(pair[0]);
	errno = error;
	return sent;
}

bool
starter_start(struct starter *starter, const char *role, const char *const *words,
	      int extra, int *fd)
{
	struct listener *listener = find(starter, role);
	if (starter->remote)
		return ask(starter, role, words, extra, fd);
	pid_t pid = role_start(NULL, role, words, extra, fd);
	if (pid > 0 && listener)
		listener->pid = pid;
	return pid > 0;
}

void
starter_signal(struct starter *starter, const char *role, int number)
{
	static struct starter_message message;
	const struct listener *listener = find(starter, role);
	if (!starter->remote) {
		if (listener && listener->pid > 0)
			kill(listener->pid, number);
		return;
	}
	memset(&message, 0, sizeof(message));
	message.kind = STARTER_SIGNAL;
	message.number = number;
	slice_copy(slice_of(role), message.role, sizeof(message.role));
	starter_send(starter->fd, &message, NULL, 0);
}

void
starter_reap(struct starter *starter)
{
	int status;
	for (size_t i = 0; i < ROLES; i++) {
		struct listener *listener = &starter->listener[i];
		if (listener->pid <= 0 ||
		    waitpid(listener->pid, &status, WNOHANG) != listener->pid)
			continue;
		listener->pid = 0;
		tell(starter, listener->role, status);
	}
}
