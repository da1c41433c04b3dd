/* SPDX-License-Identifier: BSD-3-Clause */
/* The starter: a small process that may change user, so that the engine need not. */
#include "config.h"

#include "subagent/starter.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/log.h"
#include "subagent/role.h"
#include "subagent/starter-wire.h"

#define WORDS 64

/* The roles that it starts: any other word of the engine's is refused. */
static const char *const startable[] = { "agent", "poller" };
#define STARTABLE ARRAY_SIZE(startable)

struct child {
	struct privilege_user user;
	pid_t pid; /* 0: does not run */
};

struct process {
	int fd;
	struct child child[STARTABLE];
	struct starter_message message; /* large: not on the stack */
};

bool
starter_user(const char *user, const char *role, struct privilege_user *found)
{
	char name[64], why[PRIVILEGE_WHY];
	int length = snprintf(name, sizeof(name), "%s-%s", user, role);
	return (length > 0 && (size_t)length < sizeof(name) &&
		privilege_find(name, found, why)) ||
	       privilege_find(user, found, why);
}

/* A child that could not become what it should is an end like others. */
static void
report(struct process *process, size_t role, int status)
{
	memset(&process->message, 0, sizeof(process->message));
	process->message.kind = STARTER_ENDED;
	process->message.number = status;
	slice_copy(slice_of(startable[role]), process->message.role,
		   sizeof(process->message.role));
	starter_send(process->fd, &process->message, NULL, 0);
}

static _Noreturn void
become(const struct process *process, size_t role, int link, int extra)
{
	const struct starter_message *message = &process->message;
	const char *words[WORDS + 1] = { NULL };
	char why[PRIVILEGE_WHY];
	size_t count = 0;
	for (const char *word = message->words;
	     word < message->words + message->size && count < WORDS;
	     word += strlen(word) + 1)
		words[count++] = word;
	if (privilege_drop(&process->child[role].user, why))
		role_become(startable[role], words, link, extra);
	else
		log_error("engine", "the %s process: %s", startable[role], why);
	_exit(127);
}

static void
start(struct process *process, size_t role, const int *fd, int fds)
{
	struct child *child = &process->child[role];
	pid_t pid = child->pid != 0 || fds < 1 ? -1 : fork();
	if (pid == 0)
		become(process, role, fd[0], fds > 1 ? fd[1] : -1);
	if (pid < 0)
		report(process, role, -1);
	else
		child->pid = pid;
}

static void
serve(struct process *process, int fd[STARTER_DESCRIPTORS], int fds)
{
	const struct starter_message *message = &process->message;
	for (size_t i = 0; i < STARTABLE; i++) {
		if (strcmp(message->role, startable[i]) != 0)
			continue;
		if (message->kind == STARTER_START)
			start(process, i, fd, fds);
		else if (message->kind == STARTER_SIGNAL && process->child[i].pid > 0)
			kill(process->child[i].pid, message->number);
		break;
	}
	while (fds > 0)
		close(fd[--fds]);
}

static void
reap(struct process *process)
{
	for (size_t i = 0; i < STARTABLE; i++) {
		struct child *child = &process->child[i];
		int status;
		if (child->pid == 0 ||
		    waitpid(child->pid, &status, WNOHANG) != child->pid)
			continue;
		child->pid = 0;
		report(process, i, status);
	}
}

/* Blocked signals wait in the descriptor; a child of ours has none of them blocked. */
static int
open_signals(void)
{
	sigset_t child, rest;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigemptyset(&rest);
	sigaddset(&rest, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &rest, NULL) != 0)
		return -1;
	return signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
loop(struct process *process, int signals)
{
	struct pollfd watch[] = { { .fd = process->fd, .events = POLLIN },
				  { .fd = signals, .events = POLLIN } };
	for (;;) {
		int fd[STARTER_DESCRIPTORS], fds, got = 0;
		struct signalfd_siginfo info;
		if (poll(watch, ARRAY_SIZE(watch), -1) < 0 && errno != EINTR)
			return;
		while (read(signals, &info, sizeof(info)) == sizeof(info))
			continue;
		reap(process);
		if (watch[0].revents)
			got = starter_receive(process->fd, &process->message, fd, &fds);
		if (got < 0)
			return;
		if (got > 0)
			serve(process, fd, fds);
	}
}

int
starter_role(int argc, char **argv)
{
	static struct process process = { .fd = ROLE_FD };
	if (argc != 2)
		return 2;
	/* Its life is the socket's. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	log_open("bellwetherd", true, LOG_LEVEL_INFO);
	for (size_t i = 0; i < STARTABLE; i++)
		if (!starter_user(argv[1], startable[i], &process.child[i].user))
			return 1;
	int signals = open_signals();
	if (signals < 0 || !privilege_keep_few()) {
		log_error("engine", "the starter of processes cannot start: %s",
			  strerror(errno));
		return 1;
	}
	loop(&process, signals);
	return 0;
}
