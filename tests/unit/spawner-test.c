/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands, run here and through the runner: how they end, and what they inherit. */
#include "config.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/proc.h"
#include "monitor/spawner.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define LONG (60 * SECOND)
/* In which a shell has certainly set its trap, on a busy machine too. */
#define BEGUN (2 * SECOND)

struct outcome {
	size_t times;
	enum spawn_end end;
	int status;
	size_t size;
	char output[SPAWN_OUTPUT + 1];
	char why[256];
};

static uv_loop_t loop;
static struct spawner *spawner;
static pid_t runner; /* 0: commands are our own children */

static void
on_done(void *context, const struct spawn_result *result)
{
	struct outcome *outcome = context;
	outcome->times++;
	outcome->end = result->end;
	outcome->status = result->status;
	outcome->size = result->output_size;
	CU_ASSERT_FATAL(strlen(result->output) == result->output_size);
	memcpy(outcome->output, result->output, result->output_size + 1);
	snprintf(outcome->why, sizeof(outcome->why), "%s",
		 result->why ? result->why : "");
}

static bool
has_ended(void *context)
{
	return ((struct outcome *)context)->times > 0;
}

static struct outcome
run_as(const char *const *argv, const char *user, int64_t timeout)
{
	struct outcome outcome = { 0 };
	CU_ASSERT(spawner_run(spawner, argv, user, timeout, on_done, &outcome) != 0);
	/* Never from inside the call. */
	CU_ASSERT_EQUAL(outcome.times, 0);
	CU_ASSERT_FATAL(loop_until(&loop, has_ended, &outcome));
	CU_ASSERT_EQUAL(outcome.times, 1);
	return outcome;
}

static struct outcome
shell(const char *script, int64_t timeout)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	return run_as(argv, NULL, timeout);
}

/* Opening and closing */

static void
open_local(void)
{
	uv_loop_init(&loop);
	spawner = spawner_local(&loop);
	runner = 0;
}

static void
open_remote(void)
{
	int pair[2];
	uv_loop_init(&loop);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ==
			0);
	runner = fork();
	CU_ASSERT_FATAL(runner >= 0);
	if (runner == 0) {
		char number[16], self[PATH_MAX] = "";
		/* Its own name: under another program's care the link leads to that one. */
		if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
			_exit(125);
		fcntl(pair[1], F_SETFD, 0);
		snprintf(number, sizeof(number), "%d", pair[1]);
		execl(self, self, "--runner", number, NULL);
		_exit(125);
	}
	close(pair[1]);
	spawner = spawner_remote(&loop, pair[0]);
}

static void
on_closed(void *context)
{
	*(bool *)context = true;
}

static bool
is_true(void *context)
{
	return *(bool *)context;
}

static void
close_all(void)
{
	bool closed = false;
	int status = 0;
	spawner_close(spawner, on_closed, &closed);
	CU_ASSERT(loop_until(&loop, is_true, &closed));
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	if (runner) {
		CU_ASSERT_EQUAL(waitpid(runner, &status, 0), runner);
		CU_ASSERT(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	}
}

/* The cases, each for both spawners */

static void
check_endings(void)
{
	struct outcome outcome = shell("printf 'OK|x=1\\n'; exit 0", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_EXITED);
	CU_ASSERT_EQUAL(outcome.status, 0);
	CU_ASSERT_STRING_EQUAL(outcome.output, "OK|x=1\n");
	outcome = shell("echo bad; echo worse >&2; exit 2", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_EXITED);
	CU_ASSERT_EQUAL(outcome.status, 2);
	CU_ASSERT_STRING_EQUAL(outcome.output, "bad\n");
	outcome = shell("kill -9 $$", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_SIGNALLED);
	CU_ASSERT_EQUAL(outcome.status, SIGKILL);
	const char *const missing[] = { "/nowhere/check_x", NULL };
	outcome = run_as(missing, NULL, LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(
	    outcome.why, "cannot run /nowhere/check_x: No such file or directory");
	const char *const relative[] = { "sh", NULL };
	outcome = run_as(relative, NULL, LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(outcome.why, "the command's path is not absolute");
}

static void
check_output(void)
{
	/* More than is kept, and more than a pipe holds: read to the end, cut. */
	struct outcome outcome =
	    shell("head -c 300000 /dev/zero | tr '\\0' a; exit 1", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_EXITED);
	CU_ASSERT_EQUAL(outcome.status, 1);
	CU_ASSERT_EQUAL(outcome.size, SPAWN_OUTPUT);
	CU_ASSERT_EQUAL(outcome.output[SPAWN_OUTPUT - 1], 'a');
	outcome =
	    shell("printf 'a\\033[2Jb\\tc\\0d\\nsecond \\303\\251 \\377\\n'", LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "a?[2Jb c?d\nsecond \303\251 ?\n");
}

static void
check_inheritance(void)
{
	int leaks[5];
	for (size_t i = 0; i < ARRAY_SIZE(leaks); i++)
		leaks[i] = open("/dev/null", O_RDONLY);
	/* ls itself opens the fourth. */
	const char *const list[] = { "/bin/ls", "/proc/self/fd", NULL };
	struct outcome outcome = run_as(list, NULL, LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "0\n1\n2\n3\n");
	for (size_t i = 0; i < ARRAY_SIZE(leaks); i++)
		close(leaks[i]);
	const char *const env[] = { "/usr/bin/env", NULL };
	outcome = run_as(env, NULL, LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "PATH=/usr/local/sbin:/usr/local/bin:"
					       "/usr/sbin:/usr/bin:/sbin:/bin\n"
					       "LANG=C\n");
	outcome =
	    shell("pwd -P; umask; readlink /proc/self/fd/0 /proc/self/fd/2", LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "/\n0022\n/dev/null\n/dev/null\n");
	/* Leader of its group and session. */
	outcome =
	    shell("read -r pid name state parent group session rest "
		  "</proc/self/stat; [ $$ = $group ] && [ $$ = $session ] && echo yes",
		  LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "yes\n");
	/* Also the two that libc keeps for itself: whoever started us may ignore them. */
	unsigned long ignored[4] = { (unsigned long)SIG_IGN };
	signal(SIGPIPE, SIG_IGN);
	syscall(SYS_rt_sigaction, 33, ignored, NULL, 8);
	outcome = shell("grep -E 'Sig(Blk|Ign)' /proc/self/status", LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output,
			       "SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n");
}

static bool
gone(void *context)
{
	return process_gone(*(long *)context);
}

static void
expect_gone(const char *number)
{
	long pid = strtol(number, NULL, 10);
	CU_ASSERT_FATAL(pid > 1);
	CU_ASSERT(loop_until(&loop, gone, &pid));
}

static void
check_timeout(void)
{
	/* Told to end, it may still speak. */
	struct outcome outcome =
	    shell("trap 'echo told; exit 0' TERM; sleep 60 & wait", BEGUN);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_TIMEOUT);
	CU_ASSERT_STRING_EQUAL(outcome.output, "told\n");
	/* Deaf to that, it is killed, and its child, deaf too, with it. */
	outcome = shell(
	    "trap '' TERM; sleep 60 & echo $!; echo $$; while :; do sleep 60; done",
	    BEGUN);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_TIMEOUT);
	expect_gone(outcome.output);
	expect_gone(strchr(outcome.output, '\n') + 1);
}

static void
check_leftovers(void)
{
	/* What it leaves behind holds its output open, and is not waited for. */
	struct outcome outcome = shell("sleep 60 & echo $!", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_EXITED);
	expect_gone(outcome.output);
}

static bool
has_line(void *context)
{
	char text[16];
	ssize_t size = proc_read(AT_FDCWD, context, text, sizeof(text));
	return size > 0 && memchr(text, '\n', (size_t)size);
}

static void
check_kill(void)
{
	char folder[] = "/tmp/bw-spawner-XXXXXX";
	char path[64], script[128], text[16] = "";
	struct outcome outcome = { 0 };
	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/pid", folder);
	snprintf(script, sizeof(script), "echo $$ >%s; exec sleep 60", path);
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	uint64_t handle = spawner_run(spawner, argv, NULL, LONG, on_done, &outcome);
	CU_ASSERT_FATAL(loop_until(&loop, has_line, path));
	spawner_kill(spawner, handle);
	CU_ASSERT_FATAL(proc_read(AT_FDCWD, path, text, sizeof(text) - 1) > 0);
	expect_gone(text);
	CU_ASSERT_EQUAL(outcome.times, 0);
	spawner_kill(spawner, handle);
	unlink(path);
	rmdir(folder);
}

static void
check_closing_kills(void (*open_it)(void))
{
	char folder[] = "/tmp/bw-spawner-XXXXXX";
	char path[64], script[128], text[16] = "";
	struct outcome outcome = { 0 };
	open_it();
	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/pid", folder);
	snprintf(script, sizeof(script), "trap '' TERM; echo $$ >%s; sleep 60", path);
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	spawner_run(spawner, argv, NULL, LONG, on_done, &outcome);
	CU_ASSERT_FATAL(loop_until(&loop, has_line, path));
	CU_ASSERT_FATAL(proc_read(AT_FDCWD, path, text, sizeof(text) - 1) > 0);
	close_all();
	CU_ASSERT(process_goes(strtol(text, NULL, 10)));
	CU_ASSERT_EQUAL(outcome.times, 0);
	unlink(path);
	rmdir(folder);
}

static void
check_all(void)
{
	check_endings();
	check_output();
	check_inheritance();
	check_timeout();
	check_leftovers();
	check_kill();
}

static void
test_local(void)
{
	open_local();
	check_all();
	close_all();
	check_closing_kills(open_local);
}

static bool
is_root(void)
{
	if (geteuid() == 0)
		return true;
	fprintf(stderr, "changing user is not tested: that needs root\n");
	return false;
}

static void
test_local_users(void)
{
	const char *const id[] = { "/bin/sh", "-c", "id -un; id -gn; id -Gn", NULL };
	open_local();
	struct outcome outcome = run_as(id, "no-such-user", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(outcome.why, "no such user: no-such-user");
	if (is_root()) {
		gid_t more[] = { 4, 5 };
		CU_ASSERT_EQUAL(setgroups(2, more), 0);
		outcome = run_as(id, "nobody", LONG);
		CU_ASSERT_EQUAL(outcome.end, SPAWN_EXITED);
		CU_ASSERT_STRING_EQUAL(outcome.output, "nobody\nnogroup\nnogroup\n");
		/* No way back, in any of its three identities. */
		const char *const status[] = { "/bin/grep", "-E",
					       "^(Uid|CapPrm|CapInh|CapAmb)",
					       "/proc/self/status", NULL };
		outcome = run_as(status, "nobody", LONG);
		CU_ASSERT_STRING_EQUAL(outcome.output, "Uid: 65534 65534 65534 65534\n"
						       "CapInh: 0000000000000000\n"
						       "CapPrm: 0000000000000000\n"
						       "CapAmb: 0000000000000000\n");
		CU_ASSERT_EQUAL(setgroups(0, NULL), 0);
	}
	close_all();
}

/* CUnit would at the end of the suite, which the child does not reach. */
static void
report_failures(void)
{
	for (CU_pFailureRecord record = CU_get_failure_list(); record;
	     record = record->pNext)
		fprintf(stderr, "%s:%u: %s\n", record->strFileName,
			record->uiLineNumber, record->strCondition);
}

/* Everything of the runner is asked by one who is not root: a child of ours. */
static bool
in_child(void (*run)(void))
{
	int status = 0;
	fflush(stdout);
	unsigned before = CU_get_number_of_failures();
	pid_t child = fork();
	if (child == 0) {
		run();
		report_failures();
		_exit(CU_get_number_of_failures() == before ? 0 : 1);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void
drop_root(void)
{
	const gid_t group = 65534;
	const uid_t user = 65534;
	if (geteuid() != 0)
		return;
	CU_ASSERT_FATAL(setgroups(0, NULL) == 0 &&
			setresgid(group, group, group) == 0 &&
			setresuid(user, user, user) == 0);
}

static void
all_through_runner(void)
{
	open_remote();
	drop_root();
	check_all();
	close_all();
}

static void
test_remote(void)
{
	CU_ASSERT(in_child(all_through_runner));
}

static void
closing_kills_through_runner(void)
{
	/* One process cannot drop root and start a privileged runner later. */
	drop_root();
	check_closing_kills(open_remote);
}

static void
test_remote_closing_kills(void)
{
	CU_ASSERT(in_child(closing_kills_through_runner));
}

static void
users_through_runner(void)
{
	const char *const id[] = { "/bin/sh", "-c", "id -u; id -g; id -G", NULL };
	open_remote();
	/* While we are root, the kernel says so. */
	struct outcome outcome = run_as(id, NULL, LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(outcome.why,
			       "commands are not run as root: give a user");
	drop_root();
	outcome = run_as(id, NULL, LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "65534\n65534\n65534\n");
	outcome = run_as(id, "daemon", LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "1\n1\n1\n");
	outcome = run_as(id, "root", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(outcome.why,
			       "commands are not run as root: give a user");
	/* Nor does a command that changed user get anything back. */
	const char *const status[] = { "/bin/grep", "-E", "^Cap(Inh|Prm|Amb)",
				       "/proc/self/status", NULL };
	outcome = run_as(status, "daemon", LONG);
	CU_ASSERT_STRING_EQUAL(outcome.output, "CapInh: 0000000000000000\n"
					       "CapPrm: 0000000000000000\n"
					       "CapAmb: 0000000000000000\n");
	/* The runner: to signal, to change group, to change user; nothing else. */
	char path[64], text[4096];
	snprintf(path, sizeof(path), "/proc/%d/status", (int)runner);
	ssize_t size = proc_read(AT_FDCWD, path, text, sizeof(text) - 1);
	CU_ASSERT_FATAL(size > 0);
	text[size] = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "CapPrm:\t00000000000000e0\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "CapEff:\t00000000000000e0\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "CapInh:\t0000000000000000\n"));
	close_all();
}

static void
test_remote_users(void)
{
	if (is_root())
		CU_ASSERT(in_child(users_through_runner));
}

static void
unprivileged_runner(void)
{
	const char *const argv[] = { "/bin/true", NULL };
	drop_root();
	open_remote();
	CU_ASSERT_EQUAL(run_as(argv, NULL, LONG).end, SPAWN_EXITED);
	struct outcome outcome = run_as(argv, "daemon", LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(outcome.why,
			       "cannot change to user daemon: Operation not permitted");
	close_all();
}

static void
test_unprivileged_runner(void)
{
	CU_ASSERT(in_child(unprivileged_runner));
}

static void
lost_runner(void)
{
	struct outcome outcomes[3] = { 0 };
	const char *const argv[] = { "/bin/sleep", "60", NULL };
	drop_root();
	open_remote();
	CU_ASSERT_EQUAL(shell("exit 0", LONG).end, SPAWN_EXITED);
	for (size_t i = 0; i < 3; i++)
		spawner_run(spawner, argv, NULL, LONG, on_done, &outcomes[i]);
	kill(runner, SIGKILL);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_FATAL(loop_until(&loop, has_ended, &outcomes[i]));
		CU_ASSERT_EQUAL(outcomes[i].end, SPAWN_FAILED);
		CU_ASSERT_STRING_EQUAL(outcomes[i].why,
				       "the runner of commands is gone");
	}
	struct outcome outcome = run_as(argv, NULL, LONG);
	CU_ASSERT_EQUAL(outcome.end, SPAWN_FAILED);
	CU_ASSERT_STRING_EQUAL(outcome.why, "the runner of commands is gone");
	close_all();
}

static void
test_lost_runner(void)
{
	CU_ASSERT(in_child(lost_runner));
}

static bool
all_ended(void *context)
{
	struct outcome *outcomes = context;
	for (size_t i = 0; i < 257; i++)
		if (outcomes[i].times == 0)
			return false;
	return true;
}

static void
many_at_once(void)
{
	struct outcome *outcomes = calloc(257, sizeof(*outcomes));
	const char *const argv[] = { "/bin/sleep", "3", NULL };
	size_t refused = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(outcomes);
	drop_root();
	open_remote();
	for (size_t i = 0; i < 257; i++)
		spawner_run(spawner, argv, NULL, LONG, on_done, &outcomes[i]);
	CU_ASSERT(loop_until(&loop, all_ended, outcomes));
	for (size_t i = 0; i < 257; i++) {
		CU_ASSERT_EQUAL(outcomes[i].times, 1);
		refused += outcomes[i].end == SPAWN_FAILED;
	}
	/* The socket may be full, or the runner's hands: never is one lost. */
	CU_ASSERT(refused >= 1 && refused < 257);
	close_all();
	free(outcomes);
}

static void
test_many_at_once(void)
{
	CU_ASSERT(in_child(many_at_once));
}

static void
quiet(void *context, enum log_level level, const char *token, const char *text)
{
	(void)context;
	(void)level;
	(void)token;
	(void)text;
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
		{ "here", test_local },
		{ "users, here", test_local_users },
		{ "through the runner", test_remote },
		{ "closing kills, through the runner", test_remote_closing_kills },
		{ "users, through the runner", test_remote_users },
		{ "a runner without rights", test_unprivileged_runner },
		{ "a runner that is gone", test_lost_runner },
		{ "many at once", test_many_at_once },
	};
	if (argc == 3 && strcmp(argv[1], "--runner") == 0)
		return runner_main((int)strtol(argv[2], NULL, 10));
	log_redirect(quiet, NULL);
	return unit_run("spawner", tests, ARRAY_SIZE(tests));
}
