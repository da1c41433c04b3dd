/* SPDX-License-Identifier: BSD-3-Clause */
/* Running hooks, with real children: environment, output, time limits, their groups. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/hook.h"
#include "tests/unit/unit.h"

/* In which a shell has certainly set its trap, on a busy machine too. */
#define BEGUN (2 * SECOND)

struct ending {
	bool done;
	int status;
	char line[256];
};

static void
on_done(void *context, int status, const char *line)
{
	struct ending *ending = context;
	CU_ASSERT_FALSE(ending->done);
	ending->done = true;
	ending->status = status;
	snprintf(ending->line, sizeof ending->line, "%s", line);
}

static struct hook_request
request_of(const char *const *command, int64_t timeout)
{
	struct hook_request request = {
		.command = command,
		.timeout = timeout,
		.server = "aaa1",
		.run = {
			.event = HOOK_FAILOVER,
			.order = 1234567890123456789u,
			.reason = REASON_THRESHOLD,
			.alternates = 2,
		},
	};
	address_parse("192.0.2.10", &request.server_address);
	slice_copy(slice_of("aaa2"), request.run.alternate[0].name, NAME_TEXT);
	address_parse("192.0.2.11", &request.run.alternate[0].address);
	request.run.alternate[0].port = 1812;
	slice_copy(slice_of("aaa3"), request.run.alternate[1].name, NAME_TEXT);
	address_parse("2001:db8::3", &request.run.alternate[1].address);
	return request;
}

static struct ending
run(const char *script, int64_t timeout, int64_t *took)
{
	const char *const command[] = { "/bin/sh", "-c", script, NULL };
	struct hook_request request = request_of(command, timeout);
	struct ending ending = { .done = false };
	uv_loop_t loop;
	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	int64_t before = clock_now().boot;
	CU_ASSERT_PTR_NOT_NULL(hook_start(&loop, &request, on_done, &ending));
	CU_ASSERT_FALSE(ending.done);
	/* Ends by itself when every handle of the hook is closed. */
	uv_run(&loop, UV_RUN_DEFAULT);
	if (took)
		*took = clock_now().boot - before;
	CU_ASSERT(ending.done);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	return ending;
}

static void
test_environment(void)
{
	static const char *const expected[] = {
		("PATH=" HOOK_PATH),
		"LANG=C",
		"BELLWETHER_EVENT=failover",
		"BELLWETHER_SERVER=aaa1",
		"BELLWETHER_SERVER_ADDRESS=192.0.2.10",
		"BELLWETHER_ALTERNATE=aaa2",
		"BELLWETHER_ALTERNATE_ADDRESS=192.0.2.11",
		"BELLWETHER_ALTERNATES=aaa2=192.0.2.11:1812 aaa3=[2001:db8::3]:0",
		"BELLWETHER_REASON=threshold",
		"BELLWETHER_ORDER=1234567890123456789",
	};
	const char *const command[] = { "/bin/true", NULL };
	struct hook_request request = request_of(command, SECOND);
	char **environment = hook_environment(&request);
	CU_ASSERT_PTR_NOT_NULL_FATAL(environment);
	size_t i = 0;
	for (; environment[i]; i++) {
		CU_ASSERT_FATAL(i < sizeof expected / sizeof expected[0]);
		CU_ASSERT_STRING_EQUAL(environment[i], expected[i]);
	}
	CU_ASSERT_EQUAL(i, sizeof expected / sizeof expected[0]);
	free(environment);

	/* Everything is there when there is nothing to say; sixteen long ones fit. */
	request.run.event = HOOK_VERIFY;
	request.run.reason = REASON_NONE;
	request.run.alternates = 0;
	environment = hook_environment(&request);
	CU_ASSERT_STRING_EQUAL(environment[5], "BELLWETHER_ALTERNATE=");
	CU_ASSERT_STRING_EQUAL(environment[7], "BELLWETHER_ALTERNATES=");
	CU_ASSERT_STRING_EQUAL(environment[8], "BELLWETHER_REASON=");
	free(environment);
	request.run.alternates = CORE_ALTERNATES;
	for (i = 0; i < CORE_ALTERNATES; i++) {
		struct core_alternate *alternate = &request.run.alternate[i];
		memset(alternate->name, 'a', NAME_MAX_LENGTH);
		alternate->name[NAME_MAX_LENGTH] = '\0';
		address_parse("2001:db8:1111:2222:3333:4444:5555:6666",
			      &alternate->address);
		alternate->port = 65535;
	}
	environment = hook_environment(&request);
	CU_ASSERT_EQUAL(strlen(environment[7]),
			strlen("BELLWETHER_ALTERNATES=") + CORE_ALTERNATES * 112 - 1);
	free(environment);
}

/* What the child itself sees: these variables, no input, these descriptors, "/". */
static void
test_child(void)
{
	setenv("BELLWETHER_TEST_LEAK", "1", 1);
	int leak = dup(1); /* a descriptor that somebody forgot */
	struct ending ending =
	    run("n=$(env | grep -c '^BELLWETHER_'); read -r x && n=input; "
		"echo $n $(env | grep -c LEAK) $(pwd) $(ls /proc/self/fd | tr -d '\\n')"
		" $(cut -d' ' -f5 /proc/$$/stat | grep -cx $$)",
		5 * SECOND, NULL);
	close(leak);
	CU_ASSERT_EQUAL(ending.status, 0);
	/* ls has its folder open as 3. */

	CU_ASSERT_STRING_EQUAL(ending.line, "8 0 / 0123 1");
}

static void
test_output(void)
{
	CU_ASSERT_STRING_EQUAL(run("echo one; echo two", 5 * SECOND, NULL).line, "one");
	CU_ASSERT_STRING_EQUAL(run("echo bad >&2", 5 * SECOND, NULL).line, "bad");
	CU_ASSERT_STRING_EQUAL(run("printf 'a\\033[2Jb\\377c'", 5 * SECOND, NULL).line,
			       "a?[2Jb?c");
	CU_ASSERT_STRING_EQUAL(run(":", 5 * SECOND, NULL).line, "");
	struct ending ending =
	    run("head -c 500 /dev/zero | tr '\\0' x", 5 * SECOND, NULL);
	CU_ASSERT_EQUAL(strlen(ending.line), MESSAGE_TEXT_MAX);
	/* Much more than a pipe holds does not stop it. */
	ending = run("echo much; head -c 1000000 /dev/zero; exit 4", 20 * SECOND, NULL);
	CU_ASSERT_EQUAL(ending.status, 4);
	CU_ASSERT_STRING_EQUAL(ending.line, "much");
}

static void
test_statuses(void)
{
	CU_ASSERT_EQUAL(run("exit 0", 5 * SECOND, NULL).status, 0);
	CU_ASSERT_EQUAL(run("exit 10", 5 * SECOND, NULL).status, 10);
	struct ending ending = run("exit 3", 5 * SECOND, NULL);
	CU_ASSERT_EQUAL(ending.status, 3);
	CU_ASSERT_STRING_EQUAL(ending.line, "exit status 3");
	ending = run("kill -SEGV $$", 5 * SECOND, NULL);
	CU_ASSERT_EQUAL(ending.status, -1);
	CU_ASSERT_STRING_EQUAL(ending.line, "ended by signal 11");
}

static void
test_cannot_run(void)
{
	const char *const command[] = { "/nonexistent/hook", NULL };
	struct hook_request request = request_of(command, SECOND);
	struct ending ending = { .done = false };
	uv_loop_t loop;
	uv_loop_init(&loop);
	CU_ASSERT_PTR_NOT_NULL(hook_start(&loop, &request, on_done, &ending));
	CU_ASSERT_FALSE(ending.done);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT(ending.done);
	CU_ASSERT_EQUAL(ending.status, -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(ending.line, "/nonexistent/hook"));
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

/* A child that ignores TERM, with a grandchild that does too: TERM, then KILL for all. */
static void
test_timeout(void)
{
	int64_t took;
	struct ending ending =
	    run("trap '' TERM; sleep 60 & echo $!; sleep 60; sleep 60", BEGUN, &took);
	CU_ASSERT_EQUAL(ending.status, -1);
	CU_ASSERT(took >= BEGUN + SECOND);
	pid_t grandchild = atoi(ending.line);
	CU_ASSERT_FATAL(grandchild > 1);
	CU_ASSERT(process_goes(grandchild));

	/* One that heeds TERM is not waited for, and has failed all the same. */
	ending = run("trap 'exit 0' TERM; sleep 60 & wait", 200 * MILLISECOND, NULL);
	CU_ASSERT_EQUAL(ending.status, -1);
	CU_ASSERT_STRING_EQUAL(ending.line, "killed at its timeout");
}

static void
stop_now(uv_timer_t *timer)
{
	hook_stop(timer->data);
	uv_close((uv_handle_t *)timer, NULL);
}

static void
test_stop(void)
{
	const char *const command[] = { "/bin/sleep", "60", NULL };
	struct hook_request request = request_of(command, MINUTE);
	struct ending ending = { .done = false };
	uv_loop_t loop;
	uv_timer_t timer;
	uv_loop_init(&loop);
	timer.data = hook_start(&loop, &request, on_done, &ending);
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, stop_now, 50, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT(ending.done);
	CU_ASSERT_EQUAL(ending.status, -1);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "environment", test_environment },
		{ "child", test_child },
		{ "output", test_output },
		{ "statuses", test_statuses },
		{ "cannot run", test_cannot_run },
		{ "timeout", test_timeout },
		{ "stop", test_stop },
	};
	return unit_run("hook", test, sizeof test / sizeof test[0]);
}
