/* SPDX-License-Identifier: BSD-3-Clause */
/* One word in, a few lines out, over a Unix socket. */
#include "config.h"

#include "client/control.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/file.h"

#define SOCKET_NAME "control"
#define LOCK_NAME   "lock"
#define WORD_MAX    32
#define CLIENTS_MAX 8

/* ---- the folder ---- */

static bool
refuse(char why[CONTROL_WHY], const char *folder, const char *what)
{
	snprintf(why, CONTROL_WHY, "%.160s: %s", folder, what);
	return false;
}

static bool
make_folder(const char *folder, char why[CONTROL_WHY])
{
	struct stat status;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return refuse(why, folder, strerror(errno));
	if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode))
		return refuse(why, folder, "is no folder");
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return refuse(why, folder, "belongs to somebody else: chown it");
	if (status.st_mode & 022)
		return refuse(why, folder,
			      "is writable by group or others: chmod go-w");
	return true;
}

static bool
name_socket(const char *folder, struct sockaddr_un *name, char why[CONTROL_WHY])
{
	memset(name, 0, sizeof *name);
	name->sun_family = AF_UNIX;
	return path_join(folder, SOCKET_NAME, name->sun_path, sizeof name->sun_path) ||
	       refuse(why, folder, "the path is too long for a socket");
}

static int
take_lock(const char *folder, char why[CONTROL_WHY])
{
	char path[PATH_MAX];
	if (!path_join(folder, LOCK_NAME, path, sizeof path)) {
		refuse(why, folder, "the path is too long");
		return -1;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	refuse(
	    why, folder,
	    fd >= 0 && errno == EWOULDBLOCK
		? "another bellwether-client uses it: stop that one, or name another "
		  "folder with -s"
		: strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
control_listen(const char *folder, int *lock, char why[CONTROL_WHY])
{
	struct sockaddr_un name;
	if (!make_folder(folder, why) || !name_socket(folder, &name, why) ||
	    (*lock = take_lock(folder, why)) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Left by a daemon that is gone: we hold the lock. */
	unlink(name.sun_path);
	mode_t mask = umask(0177);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0 &&
		  listen(fd, CLIENTS_MAX) == 0;
	umask(mask);
	if (ok)
		return fd;
	refuse(why, folder, strerror(errno));
	if (fd >= 0)
		close(fd);
	close(*lock);
	return -1;
}

/* ---- serving ---- */

struct control {
	uv_pipe_t listener;
	control_answer *answer;
	void *context;
	unsigned clients;
	bool closed; /* freed when the last visitor has left */
};

struct visitor {
	uv_pipe_t pipe;
	uv_write_t write;
	struct control *control;
	char word[WORD_MAX];
	size_t size;
	char text[CONTROL_TEXT];
};

static void
on_visitor_closed(uv_handle_t *handle)
{
	struct visitor *visitor = handle->data;
	struct control *control = visitor->control;
	free(visitor);
	if (--control->clients == 0 && control->closed)
		free(control);
}

static void
dismiss(struct visitor *visitor)
{
	if (!uv_is_closing((uv_handle_t *)&visitor->pipe))
		uv_close((uv_handle_t *)&visitor->pipe, on_visitor_closed);
}

static void
on_written(uv_write_t *write, int status)
{
	(void)status;
	dismiss(write->data);
}

static void
on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
	struct visitor *visitor = handle->data;
	(void)wanted;
	*buffer = uv_buf_init(visitor->word + visitor->size,
			      (unsigned)(sizeof visitor->word - 1 - visitor->size));
}

static void
on_word(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct visitor *visitor = stream->data;
	(void)buffer;
	if (got == 0)
		return;
	if (got < 0) {
		dismiss(visitor);
		return;
	}
	visitor->size += (size_t)got;
	visitor->word[visitor->size] = '\0';
	char *end = strchr(visitor->word, '\n');
	if (!end) {
		if (visitor->size == sizeof visitor->word - 1)
			dismiss(visitor);
		return;
	}
	*end = '\0';
	uv_read_stop(stream);
	struct control *control = visitor->control;
	control->answer(control->context, visitor->word, visitor->text,
			sizeof visitor->text);
	uv_buf_t text = uv_buf_init(visitor->text, (unsigned)strlen(visitor->text));
	visitor->write.data = visitor;
	if (uv_write(&visitor->write, stream, &text, 1, on_written) != 0)
		dismiss(visitor);
}

static void
on_visitor(uv_stream_t *stream, int status)
{
	struct control *control = stream->data;
	struct visitor *visitor = calloc(1, sizeof *visitor);
	if (!visitor)
		return;
	uv_pipe_init(stream->loop, &visitor->pipe, 0);
	visitor->control = control;
	visitor->pipe.data = visitor;
	control->clients++;
	if (status != 0 || uv_accept(stream, (uv_stream_t *)&visitor->pipe) != 0 ||
	    control->clients > CLIENTS_MAX ||
	    uv_read_start((uv_stream_t *)&visitor->pipe, on_alloc, on_word) != 0)
		dismiss(visitor);
}

struct control *
control_serve(uv_loop_t *loop, int fd, control_answer *answer, void *context)
{
	struct control *control = calloc(1, sizeof *control);
	if (!control)
		return NULL;
	control->answer = answer;
	control->context = context;
	uv_pipe_init(loop, &control->listener, 0);
	control->listener.data = control;
	if (uv_pipe_open(&control->listener, fd) == 0 &&
	    uv_listen((uv_stream_t *)&control->listener, CLIENTS_MAX, on_visitor) == 0)
		return control;
	control_close(control);
	return NULL;
}

static void
on_listener_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;
	control->closed = true;
	if (control->clients == 0)
		free(control);
}

void
control_close(struct control *control)
{
	if (control)
		uv_close((uv_handle_t *)&control->listener, on_listener_closed);
}

/* ---- asking ---- */

bool
control_ask(const char *folder, const char *word, char why[CONTROL_WHY])
{
	struct sockaddr_un name;
	char text[4096];
	ssize_t got;
	if (!name_socket(folder, &name, why))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
		refuse(why, folder,
		       errno == EACCES ? "only root and the owner may ask"
				       : "no bellwether-client answers there: is it "
					 "running, and is this its state folder (-s)?");
		if (fd >= 0)
			close(fd);
		return false;
	}
	bool asked = dprintf(fd, "%s\n", word) > 0;
	while (asked && (got = read(fd, text, sizeof text)) > 0)
		fwrite(text, 1, (size_t)got, stdout);
	fflush(stdout);
	close(fd);
	return asked || refuse(why, folder, "the daemon hung up");
}
