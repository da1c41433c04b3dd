/* SPDX-License-Identifier: BSD-3-Clause */
/* A process that is kept running: this program itself, exec'ed in small roles. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"
#include "subagent/keeper.h"
#include "subagent/role.h"
#include "tests/unit/unit.h"

#define DEADLINE (20 * SECOND)

/* ---- the roles ---- */

/* Says what it was given, then waits for its end. */
static int
be_patient(int argc, char **argv)
{
	char text[64] = "", extra[16] = "-";
	ssize_t got = pread(ROLE_EXTRA, extra, sizeof(extra) - 1, 0);
	extra[got > 0 ? got : 0] = '\0';
	snprintf(text, sizeof(text), "%s %s %s", argv[0], argc > 1 ? argv[1] : "-",
		 got > 0 ? extra : "none");
	if (send(ROLE_FD, text, strlen(text), 0) < 0)
		return 1;
	for (;;)
		pause();
}

static int
be_hasty(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 7;
}

/* Closes its end and goes on. */
static int
be_closed(int argc, char **argv)
{
	close(ROLE_FD);
	return be_patient(argc, argv);
}

static int
be_deaf(int argc, char **argv)
{
	signal(SIGTERM, SIG_IGN);
	return be_patient(argc, argv);
}

static const struct role roles[] = {
	{ "patient", be_patient }, { "hasty", be_hasty }, { "closed", be_closed },
	{ "deaf", be_deaf },       { NULL, NULL },
};

/* Under memcheck the kernel's name for our own file is valgrind's; its own reading of the
   link is ours. */
int __real_execv(const char *path, char *const argv[]);
int __wrap_execv(const char *path, char *const argv[]);

int
__wrap_execv(const char *path, char *const argv[])
{
	char own[PATH_MAX];
	ssize_t length = readlink(path, own, sizeof(own) - 1);
	if (length <= 0)
		return -1;
	own[length] = '\0';
	return __real_execv(own, argv);
}

/* ---- the rig ---- */

struct rig {
	uv_loop_t loop;
	uv_signal_t child;
	struct starter *starter;
	struct keeper *keeper;
	unsigned started, readable, explained, closed;
	int status;
	char said[64];
};

static void
on_started(void *context)
{
	((struct rig *)context)->started++;
}

static bool
on_readable(void *context)
{
	struct rig *rig = context;
	ssize_t got = recv(keeper_fd(rig->keeper), rig->said, sizeof(rig->said) - 1, 0);
	rig->readable++;
	if (got > 0)
		rig->said[got] = '\0';
	return got > 0 || (got < 0 && errno == EAGAIN);
}

static const char *
on_explain(void *context, int status)
{
	struct rig *rig = context;
	rig->explained++;
	rig->status = status;
	return NULL;
}

static void
on_closed(void *context)
{
	struct rig *rig = context;
	rig->closed++;
	rig->keeper = NULL;
	uv_close((uv_handle_t *)&rig->child, NULL);
}

static void
on_child(uv_signal_t *handle, int number)
{
	struct rig *rig = handle->data;
	(void)number;
	starter_reap(rig->starter);
}

static void
rig_open(struct rig *rig, const char *role, const char *const *words, int extra)
{
	memset(rig, 0, sizeof(*rig));
	uv_loop_init(&rig->loop);
	uv_signal_init(&rig->loop, &rig->child);
	rig->child.data = rig;
	uv_signal_start(&rig->child, on_child, SIGCHLD);
	rig->starter = starter_open(&rig->loop, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->starter);
	const struct keeper_options options = {
		.loop = &rig->loop,
		.starter = rig->starter,
		.role = role,
		.words = words,
		.extra = extra,
		.context = rig,
		.started = on_started,
		.readable = on_readable,
		.explain = on_explain,
	};
	rig->keeper = keeper_open(&options);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->keeper);
}

static bool
reach(struct rig *rig, const unsigned *counter, unsigned value)
{
	int64_t deadline = clock_now().boot + DEADLINE;
	while (*counter < value && clock_now().boot < deadline) {
		uv_run(&rig->loop, UV_RUN_NOWAIT);
		usleep(500);
	}
	return *counter >= value;
}

static void
rig_close(struct rig *rig)
{
	keeper_close(rig->keeper, on_closed, rig);
	CU_ASSERT(reach(rig, &rig->closed, 1));
	starter_close(rig->starter);
	uv_run(&rig->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&rig->loop), 0);
	/* Nobody is left. */
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- tests ---- */

static void
test_start(void)
{
	static const char *const words[] = { "word", NULL };
	struct rig rig;
	FILE *extra = tmpfile();
	fputs("extra", extra);
	fflush(extra);
	rig_open(&rig, "patient", words, fileno(extra));
	CU_ASSERT(reach(&rig, &rig.readable, 1));
	CU_ASSERT_STRING_EQUAL(rig.said, "patient word extra");
	CU_ASSERT_EQUAL(rig.started, 1);
	struct keeper_status status;
	keeper_status(rig.keeper, &status);
	CU_ASSERT_TRUE(status.running);
	CU_ASSERT_EQUAL(status.starts, 1);
	rig_close(&rig);
	CU_ASSERT_EQUAL(rig.explained, 0);
	fclose(extra);
}

static void
test_nothing_given(void)
{
	struct rig rig;
	rig_open(&rig, "patient", NULL, -1);
	CU_ASSERT(reach(&rig, &rig.readable, 1));
	CU_ASSERT_STRING_EQUAL(rig.said, "patient - none");
	rig_close(&rig);
}

static void
test_start_again(void)
{
	struct rig rig;
	struct keeper_status first, second;
	rig_open(&rig, "hasty", NULL, -1);
	CU_ASSERT(reach(&rig, &rig.explained, 1));
	CU_ASSERT_TRUE(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 7);
	CU_ASSERT_EQUAL(keeper_fd(rig.keeper), -1);
	keeper_status(rig.keeper, &first);
	CU_ASSERT_FALSE(first.running);
	CU_ASSERT(first.next_at >= first.since + SECOND / 2);
	CU_ASSERT(first.next_at <= first.since + SECOND);
	CU_ASSERT(reach(&rig, &rig.explained, 2));
	keeper_status(rig.keeper, &second);
	CU_ASSERT_EQUAL(second.starts, 2);
	CU_ASSERT(second.since >= first.next_at - 2 * MILLISECOND);
	/* Later each time. */
	CU_ASSERT(second.next_at >= second.since + SECOND);
	CU_ASSERT(second.next_at <= second.since + 2 * SECOND);
	/* Closed between an end and the next start. */
	rig_close(&rig);
}

/* No reason to spin, and none to think that it has ended. */
static void
test_closed_end(void)
{
	struct rig rig;
	rig_open(&rig, "closed", NULL, -1);
	CU_ASSERT(reach(&rig, &rig.readable, 1));
	int64_t until = clock_now().boot + SECOND / 5;
	while (clock_now().boot < until)
		uv_run(&rig.loop, UV_RUN_NOWAIT);
	CU_ASSERT_EQUAL(rig.readable, 1);
	rig_close(&rig);
}

static void
test_deaf(void)
{
	struct rig rig;
	rig_open(&rig, "deaf", NULL, -1);
	CU_ASSERT(reach(&rig, &rig.readable, 1));
	rig_close(&rig);
}

static void
on_log(void *context, enum log_level level, const char *token, const char *text)
{
	(void)context, (void)level, (void)token, (void)text;
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
		{ "given words and a descriptor", test_start },
		{ "given nothing", test_nothing_given },
		{ "started again, later each time", test_start_again },
		{ "one that closes its end", test_closed_end },
		{ "one that does not go when told", test_deaf },
	};
	int status;
	if (role_main(roles, argc, argv, &status))
		return status;
	log_redirect(on_log, NULL);
	return unit_run("keeper", tests, ARRAY_SIZE(tests));
}
