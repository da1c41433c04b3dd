/* SPDX-License-Identifier: BSD-3-Clause */
/* One TCP connection a round: a question said at once, an answer heard as it comes. */
#include "config.h"

#include "monitor/exchange.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/address.h"

/* Reads at one go, so that who floods leaves the loop its turn. */
#define BATCH 16

bool
exchange_say(struct task *task, const uint8_t *bytes, size_t size)
{
	struct exchange *exchange = task->state;
	ssize_t sent = send(exchange->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0 && (size_t)sent < size)
		errno = ENOBUFS;
	return sent >= 0 && (size_t)sent == size;
}

/* A closed local port out of the ephemeral range may be connected to itself. */
static bool
with_itself(int fd)
{
	struct sockaddr_storage here, there;
	socklen_t here_size = sizeof(here), there_size = sizeof(there);
	struct endpoint a, b;
	return getsockname(fd, (struct sockaddr *)&here, &here_size) == 0 &&
	       getpeername(fd, (struct sockaddr *)&there, &there_size) == 0 &&
	       endpoint_from_sockaddr((struct sockaddr *)&here, &a) &&
	       endpoint_from_sockaddr((struct sockaddr *)&there, &b) &&
	       address_equal(&a.address, &b.address) && a.port == b.port;
}

static void
on_connected(struct task *task)
{
	struct exchange *exchange = task->state;
	int error = 0;
	socklen_t size = sizeof(error);
	if (getsockopt(exchange->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error == 0 && with_itself(exchange->fd))
		error = ECONNREFUSED;
	if (error == 0 && exchange->connected_now) {
		exchange->connected_now(task);
		if (task->pending == 0)
			return;
	}
	if (error == 0 &&
	    !exchange_say(task, exchange->question, exchange->question_size))
		error = errno;
	if (error) {
		task_end_error(task, error);
		return;
	}
	exchange->connected = true;
	watch_change(exchange->watch, UV_READABLE);
}

static void
on_readable(struct task *task)
{
	struct exchange *exchange = task->state;
	for (int i = 0; i < BATCH; i++) {
		ssize_t got = recv(exchange->fd, exchange->answer + exchange->got,
				   exchange->room - exchange->got, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (got < 0)
			task_end_error(task, errno);
		else if (got == 0)
			exchange->closed(task);
		if (got <= 0)
			return;
		exchange->got += (size_t)got;
		exchange->heard(task);
		if (task->pending == 0)
			return;
	}
}

static void
on_ready(struct task *task)
{
	struct exchange *exchange = task->state;
	if (exchange->connected)
		on_readable(task);
	else
		on_connected(task);
}

void
exchange_ask(struct task *task, const struct endpoint *to)
{
	struct exchange *exchange = task->state;
	struct sockaddr_storage address;
	socklen_t size = endpoint_to_sockaddr(to, &address);
	exchange->got = 0;
	exchange->connected = false;
	exchange->fd =
	    socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (exchange->fd < 0) {
		task_end_error(task, errno);
		return;
	}
	if (connect(exchange->fd, (struct sockaddr *)&address, size) != 0 &&
	    errno != EINPROGRESS) {
		int error = errno;
		close(exchange->fd);
		task_end_error(task, error);
		return;
	}
	exchange->watch = watch_start(task, exchange->fd, UV_WRITABLE, on_ready);
	if (!exchange->watch)
		task_end_error(task, ENOMEM);
}

/* The loop may be the one that is late: a connection and its answer may both lie here. */
void
exchange_expire(struct task *task)
{
	struct exchange *exchange = task->state;
	struct pollfd now = { .fd = exchange->fd, .events = POLLOUT };
	if (!exchange->connected && poll(&now, 1, 0) == 1)
		on_connected(task);
	else if (exchange->connected)
		on_readable(task);
}

void
exchange_finish(struct task *task)
{
	struct exchange *exchange = task->state;
	watch_stop(exchange->watch);
	exchange->watch = NULL;
}
