/* SPDX-License-Identifier: BSD-3-Clause */
/* The runner: a small process that may change user, so that the engine need not. */
#include "config.h"

#include "monitor/spawner.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "common/bytes.h"
#include "common/log.h"
#include "monitor/spawner_kind.h"
#include "monitor/wire.h"

/* Commands at once: far more than any policy runs, far less than the host can bear. */
#define CHILDREN_MAX 256
#define BATCH        32

struct runner;

/* A command, from its request until its reply is sent. */
struct job {
	struct job *next;
	struct runner *runner;
	uint64_t id;
	uint64_t handle;
	size_t size; /* of the reply; 0: still runs */
	uint8_t reply[WIRE_REPLY_MAX];
};

struct runner {
	uv_loop_t loop;
	uv_poll_t poll;
	int fd;
	bool privileged;
	bool closing;
	struct spawner *spawner;
	struct job *jobs;
	size_t count;
};

static void watch_socket(struct runner *runner, int events);

static void
job_free(struct job *job)
{
	struct runner *runner = job->runner;
	struct job **link = &runner->jobs;
	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	runner->count--;
	free(job);
}

static struct job *
first_ended(struct runner *runner)
{
	struct job *job = runner->jobs;
	while (job && job->size == 0)
		job = job->next;
	return job;
}

static void
runner_close(struct runner *runner)
{
	if (runner->closing)
		return;
	runner->closing = true;
	uv_close((uv_handle_t *)&runner->poll, NULL);
	spawner_close(runner->spawner, NULL, NULL);
}

/* While a reply waits for room nothing more is read: the engine holds itself back. */
static void
send_replies(struct runner *runner)
{
	for (struct job *job; (job = first_ended(runner));) {
		ssize_t sent = send(runner->fd, job->reply, job->size,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			watch_socket(runner, UV_WRITABLE);
			return;
		}
		if (sent < 0 && errno != EINTR) {
			runner_close(runner);
			return;
		}
		if (sent >= 0)
			job_free(job);
	}
	watch_socket(runner, UV_READABLE);
}

static void
job_done(void *context, const struct spawn_result *result)
{
	struct job *job = context;
	struct runner *runner = job->runner;
	if (runner->closing) {
		job_free(job);
		return;
	}
	bool failed = result->end == SPAWN_FAILED;
	struct reply reply = {
		.id = job->id,
		.end = result->end,
		.status = result->status,
		.text = failed ? result->why : result->output,
		.text_size = failed ? strlen(result->why) : result->output_size,
	};
	job->size = reply_encode(&reply, job->reply);
	send_replies(runner);
}

static void
refuse(struct job *job, const char *why)
{
	struct spawn_result result = { .end = SPAWN_FAILED, .output = "", .why = why };
	job_done(job, &result);
}

static void
run(struct runner *runner, const struct request *request, const struct ucred *sender)
{
	struct job *job = calloc(1, sizeof(*job));
	if (!job)
		return;
	job->runner = runner;
	job->id = request->id;
	job->next = runner->jobs;
	runner->jobs = job;
	if (++runner->count > CHILDREN_MAX) {
		refuse(job, "too many commands run at once");
		return;
	}
	struct identity identity = { .user = request->user, .never_root = true };
	if (!request->user && runner->privileged) {
		identity.by_number = true;
		identity.uid = sender->uid;
		identity.gid = sender->gid;
	}
	job->handle = local_run(runner->spawner, request->argument, &identity,
				request->timeout, job_done, job);
	if (job->handle == 0)
		refuse(job, "out of memory");
}

static void
kill_job(struct runner *runner, uint64_t id)
{
	for (struct job *job = runner->jobs; job; job = job->next) {
		if (job->id != id || job->size)
			continue;
		spawner_kill(runner->spawner, job->handle);
		job_free(job);
		return;
	}
}

/* The kernel's word on who sent the packet. */
static bool
take_sender(struct msghdr *message, struct ucred *sender)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET ||
		    control->cmsg_type != SCM_CREDENTIALS ||
		    control->cmsg_len != CMSG_LEN(sizeof(*sender)))
			continue;
		memcpy(sender, CMSG_DATA(control), sizeof(*sender));
		return true;
	}
	return false;
}

/* False when there is nothing more to read now. */
static bool
serve_one(struct runner *runner)
{
	uint8_t packet[WIRE_REQUEST_MAX + 1];
	/* Room for the credentials alone: descriptors that are sent along are dropped. */
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec part = { packet, sizeof(packet) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct request request;
	struct ucred sender;
	ssize_t got = recvmsg(runner->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return errno == EINTR;
	if (got <= 0) {
		runner_close(runner);
		return false;
	}
	if (!request_decode(packet, (size_t)got, &request) ||
	    !take_sender(&message, &sender)) {
		log_error("probe", "the runner got a request that it does not know");
		return true;
	}
	if (request.kind == WIRE_KILL)
		kill_job(runner, request.id);
	else
		run(runner, &request, &sender);
	return true;
}

static void
on_socket(uv_poll_t *poll, int status, int events)
{
	struct runner *runner = poll->data;
	if (status < 0) {
		runner_close(runner);
		return;
	}
	if (events & UV_WRITABLE)
		send_replies(runner);
	for (int i = 0; i < BATCH && !runner->closing && !first_ended(runner); i++)
		if (!serve_one(runner))
			return;
}

static void
watch_socket(struct runner *runner, int events)
{
	if (!runner->closing)
		uv_poll_start(&runner->poll, events, on_socket);
}

/* Keeps the rights to change user and group and to signal. Its own user stays root, as
   whoever may change user may be root: another one would only let that one's plugins
   signal the runner. */
static bool
keep_few_rights(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	uint32_t kept = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_KILL;
	struct __user_cap_data_struct data[2] = {
		{ .effective = kept, .permitted = kept },
	};
	if (geteuid() != 0) {
		data[0].effective = 0;
		data[0].permitted = 0;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, data) == 0;
}

static bool
runner_open(struct runner *runner, int fd)
{
	int on = 1;
	runner->fd = fd;
	runner->privileged = geteuid() == 0;
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (!keep_few_rights() ||
	    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0 ||
	    uv_loop_init(&runner->loop) != 0)
		return false;
	runner->spawner = spawner_local(&runner->loop);
	if (!runner->spawner || uv_poll_init(&runner->loop, &runner->poll, fd) != 0)
		return false;
	runner->poll.data = runner;
	watch_socket(runner, UV_READABLE);
	return true;
}

int
runner_main(int fd)
{
	struct runner runner = { 0 };
	if (!runner_open(&runner, fd)) {
		log_error("probe", "the runner of commands cannot start: %s",
			  strerror(errno));
		return 1;
	}
	uv_run(&runner.loop, UV_RUN_DEFAULT);
	while (runner.jobs)
		job_free(runner.jobs);
	uv_loop_close(&runner.loop);
	close(fd);
	return 0;
}
