/* SPDX-License-Identifier: BSD-3-Clause */
/* Rounds on a real loop: every kind of probe asks real things of this host. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/kind.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define FAST (100 * MILLISECOND)

static struct probe
probe_of(enum probe_kind kind, struct probe_output *output, size_t outputs)
{
	return (struct probe){ .kind = kind,
			       .name = "test",
			       .interval = FAST,
			       .timeout = FAST,
			       .output = output,
			       .outputs = outputs };
}

static struct probe
exec_of(struct probe_output *output, size_t outputs, const char *script)
{
	struct probe probe = probe_of(PROBE_EXEC, output, outputs);
	probe.exec.argument[0] = "/bin/sh";
	probe.exec.argument[1] = "-c";
	probe.exec.argument[2] = script;
	probe.interval = 2 * SECOND;
	probe.timeout = 2 * SECOND;
	return probe;
}

/* Connections that nobody accepts, until no more are let in. */
static void
fill_backlog(uint16_t port, int *fds, size_t count)
{
	struct endpoint to = loopback(port);
	struct sockaddr_storage address;
	socklen_t size = endpoint_to_sockaddr(&to, &address);
	for (size_t i = 0; i < count; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(fds[i], (struct sockaddr *)&address, size);
	}
}

static void
test_tcp(void)
{
	struct watching watching;
	uint16_t open_port, closed_port, full_port;
	int listening = bound_socket(SOCK_STREAM, &open_port);
	int closed = bound_socket(SOCK_STREAM, &closed_port);
	int full = bound_socket(SOCK_STREAM, &full_port);
	int filling[6];
	listen(listening, 64);
	listen(full, 0);
	fill_backlog(full_port, filling, ARRAY_SIZE(filling));
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_STATE },
		{ .input = 1, .value = VALUE_ELAPSED },
		{ .input = 2, .value = VALUE_STATE },
		{ .input = 3, .value = VALUE_ELAPSED },
	};
	struct probe probes[] = {
		probe_of(PROBE_TCP, &outputs[0], 2),
		probe_of(PROBE_TCP, &outputs[2], 1),
		probe_of(PROBE_TCP, &outputs[3], 1),
	};
	probes[0].tcp.to = loopback(open_port);
	probes[1].tcp.to = loopback(closed_port); /* bound, not listening */
	probes[2].tcp.to = loopback(full_port);
	watching_init(&watching);
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 2));
	CU_ASSERT(watching_until(&watching, 1, ENDING_VALUE, 2));
	CU_ASSERT(watching_until(&watching, 2, ENDING_ABSENT, 2));
	CU_ASSERT(watching_until(&watching, 3, ENDING_TIMEOUT, 2));
	CU_ASSERT(watching_reads(&watching, 0, 1));
	CU_ASSERT(watching.last[1].value > 0);
	CU_ASSERT_EQUAL(watching.last[0].asked, watching.last[1].asked);
	CU_ASSERT(watching_is(&watching, 2, ENDING_ABSENT, "connection refused"));
	/* A timeout as long as the interval skips no round. */
	CU_ASSERT(watching_within(&watching, 3, 3 * FAST / 2));
	watching_close(&watching);
	for (size_t i = 0; i < ARRAY_SIZE(filling); i++)
		close(filling[i]);
	close(listening);
	close(closed);
	close(full);
}

static void
test_exec(void)
{
	struct watching watching;
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_STATE },
		{ .input = 1, .value = VALUE_EXIT },
		{ .input = 2, .value = VALUE_PERFDATA, .label = "a b" },
		{ .input = 3, .value = VALUE_PERFDATA, .label = "none" },
		{ .input = 4, .value = VALUE_ELAPSED },
		{ .input = 5, .value = VALUE_STATE },
		{ .input = 6, .value = VALUE_EXIT },
		{ .input = 7, .value = VALUE_STATE },
		{ .input = 8, .value = VALUE_EXIT },
		{ .input = 9, .value = VALUE_STATE },
		{ .input = 10, .value = VALUE_PERFDATA, .label = "x" },
	};
	struct probe probes[] = {
		exec_of(&outputs[0], 5,
			"echo \"WARNING - warm|'a b'=12.5ms;;; c=U\"; exit 1"),
		exec_of(&outputs[5], 2, "echo CRITICAL; exit 2"),
		exec_of(&outputs[7], 2, "echo 'UNKNOWN - no idea | x=1'; exit 3"),
		exec_of(&outputs[9], 1, "kill -SEGV $$"),
		exec_of(&outputs[10], 1, "echo 'OK|x=U'"),
	};
	watching_init(&watching);
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	CU_ASSERT(watching_until(&watching, 4, ENDING_VALUE, 2));
	CU_ASSERT(watching_reads(&watching, 0, 1));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text, "WARNING - warm");
	CU_ASSERT_EQUAL(watching.last[1].value, 1);
	CU_ASSERT_EQUAL(watching.last[2].value, 12.5);
	CU_ASSERT_EQUAL(watching.last[3].ending, ENDING_FAILED);
	CU_ASSERT(watching.last[4].value > 0);
	CU_ASSERT(watching_reads(&watching, 6, 2));
	CU_ASSERT_EQUAL(watching.last[5].ending, ENDING_VALUE);
	CU_ASSERT_EQUAL(watching.last[5].value, 0);
	CU_ASSERT(watching_is(&watching, 8, ENDING_FAILED, "exit status 3: UNKNOWN"));
	CU_ASSERT_STRING_EQUAL(watching.last[8].text,
			       "exit status 3: UNKNOWN - no idea");
	CU_ASSERT_EQUAL(watching.last[7].ending, ENDING_FAILED);
	CU_ASSERT(watching_is(&watching, 9, ENDING_FAILED,
			      "the command died of signal 11 (Segmentation fault)"));
	CU_ASSERT(watching_until(&watching, 10, ENDING_FAILED, 1));
	watching_close(&watching);
}

static void
test_stuck_delays_nothing(void)
{
	struct watching watching;
	uint16_t silent_port, full_port;
	int silent = bound_socket(SOCK_DGRAM, &silent_port);
	int full = bound_socket(SOCK_STREAM, &full_port);
	int filling[6];
	listen(full, 0);
	fill_backlog(full_port, filling, ARRAY_SIZE(filling));
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_MATCH },
		{ .input = 1, .value = VALUE_STATE },
		{ .input = 2, .value = VALUE_STATE },
		{ .input = 3, .value = VALUE_ELAPSED },
		{ .input = 4, .value = VALUE_ELAPSED },
	};
	struct probe probes[] = {
		probe_of(PROBE_FILE, &outputs[0], 1),
		exec_of(&outputs[1], 1, "trap '' TERM; while :; do sleep 60; done"),
		probe_of(PROBE_TCP, &outputs[2], 1),
		probe_of(PROBE_RADIUS_STATUS, &outputs[3], 1),
		exec_of(&outputs[4], 1, "while :; do echo flood flood flood; done"),
	};
	probes[0].file.path = "/proc/loadavg";
	probes[0].file.pattern = "^([0-9.]+)";
	/* A busy machine may delay it, and whoever waits for the others is behind always. */
	probes[0].timeout = 10 * SECOND;
	probes[1].interval = probes[1].timeout = 3 * FAST;
	probes[4].interval = probes[4].timeout = 3 * FAST;
	probes[2].interval = probes[2].timeout = 10 * SECOND;
	probes[2].tcp.to = loopback(full_port);
	probes[3].interval = probes[3].timeout = 10 * SECOND;
	probes[3].radius_status.server = loopback(silent_port);
	probes[3].radius_status.secret = (const uint8_t *)"secret";
	probes[3].radius_status.secret_size = 6;
	watching_init(&watching);
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	CU_ASSERT(watching_until(&watching, 1, ENDING_TIMEOUT, 2));
	CU_ASSERT(watching_until(&watching, 4, ENDING_TIMEOUT, 2));
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 20));
	/* Two timeouts lie a second of grace apart; the others went on meanwhile. */
	CU_ASSERT_EQUAL(watching.count[0], watching.endings[0][ENDING_VALUE]);
	CU_ASSERT(watching_within(&watching, 0, 3 * FAST / 2));
	/* Rounds that come due while the command dies do not start another one. */
	CU_ASSERT(watching.endings[1][ENDING_FAILED] > 0);
	watching_close(&watching);
	for (size_t i = 0; i < ARRAY_SIZE(filling); i++)
		close(filling[i]);
	close(silent);
	close(full);
}

static void
test_files_and_processes(void)
{
	struct watching watching;
	char name[16];
	snprintf(name, sizeof(name), "bw%d", (int)getpid());
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_COUNT },
		{ .input = 1, .value = VALUE_STATE },
		{ .input = 2, .value = VALUE_COUNT },
		{ .input = 3, .value = VALUE_STATE },
		{ .input = 4, .value = VALUE_MATCH },
		{ .input = 5, .value = VALUE_MATCH },
		{ .input = 6, .value = VALUE_MATCH },
	};
	struct probe probes[] = {
		probe_of(PROBE_PROCESS, &outputs[0], 2),
		probe_of(PROBE_PROCESS, &outputs[2], 2),
		probe_of(PROBE_FILE, &outputs[4], 1),
		probe_of(PROBE_FILE, &outputs[5], 1),
		probe_of(PROBE_FILE, &outputs[6], 1),
	};
	probes[0].process.name = name;
	probes[1].process.name = "no-such-process";
	probes[2].file.path = "/nowhere/file";
	probes[2].file.pattern = "(.)";
	probes[3].file.path = "/proc/loadavg";
	probes[3].file.pattern = "(";
	probes[4].file.path = "/proc/loadavg";
	probes[4].file.pattern = "[0-9]";
	watching_init(&watching);
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	prctl(PR_SET_NAME, name);
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 3));
	CU_ASSERT(watching_reads(&watching, 0, 1));
	CU_ASSERT_EQUAL(watching.last[1].value, 1);
	CU_ASSERT(watching_until(&watching, 3, ENDING_ABSENT, 1));
	CU_ASSERT(watching_reads(&watching, 2, 0));
	CU_ASSERT(watching_until(&watching, 4, ENDING_ABSENT, 1));
	CU_ASSERT(watching_is(&watching, 5, ENDING_FAILED, "no regular expression"));
	CU_ASSERT(watching_is(&watching, 6, ENDING_FAILED, "no group"));
	watching_close(&watching);
	prctl(PR_SET_NAME, "monitor-test");
}

#define LOCALS 8u

/* By seconds, as rounds are: within a step of the phases that there were otherwise. */
static bool
asked_together(void *context)
{
	const struct watching *watching = context;
	int64_t first = INT64_MAX, last = 0;
	for (size_t i = 0; i < LOCALS; i++) {
		int64_t asked = watching->last[i].asked;
		first = asked < first ? asked : first;
		last = asked > last ? asked : last;
	}
	return first > 0 && last - first < SECOND / 20;
}

static void
test_local_together(void)
{
	struct watching watching;
	struct probe_output outputs[LOCALS];
	struct probe probes[LOCALS];
	for (uint32_t i = 0; i < LOCALS; i++) {
		outputs[i] = (struct probe_output){ .input = i, .value = VALUE_MATCH };
		probes[i] = probe_of(PROBE_FILE, &outputs[i], 1);
		probes[i].interval = i % 2 ? SECOND : 2 * SECOND;
		probes[i].file.path = "/proc/loadavg";
		probes[i].file.pattern = "([0-9.]+)";
	}
	watching_init(&watching);
	watching_start(&watching, probes, LOCALS);
	CU_ASSERT(loop_until(&watching.loop, asked_together, &watching));
	watching_close(&watching);
}

static void
send_datagrams(uint16_t port, size_t count)
{
	static const char text[1000];
	struct endpoint to = loopback(port);
	struct sockaddr_storage address;
	socklen_t size = endpoint_to_sockaddr(&to, &address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < count; i++)
		sendto(fd, text, sizeof(text), 0, (struct sockaddr *)&address, size);
	close(fd);
}

static void
test_backlog(void)
{
	struct watching watching;
	uint16_t port, none;
	int unread = bound_socket(SOCK_DGRAM, &port);
	int small = 4096;
	close(bound_socket(SOCK_DGRAM, &none));
	setsockopt(unread, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_QUEUE },
		{ .input = 1, .value = VALUE_DROPS },
		{ .input = 2, .value = VALUE_QUEUE },
	};
	struct probe probes[] = { probe_of(PROBE_UDP_BACKLOG, &outputs[0], 2),
				  probe_of(PROBE_UDP_BACKLOG, &outputs[2], 1) };
	probes[0].udp_backlog.port = port;
	probes[1].udp_backlog.port = none;
	watching_init(&watching);
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	CU_ASSERT(watching_reads(&watching, 0, 0));
	CU_ASSERT_EQUAL(watching.last[1].value, 0);
	send_datagrams(port, 50);
	size_t seen = watching.count[0];
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, seen + 2));
	CU_ASSERT(watching_is(&watching, 0, ENDING_VALUE, ""));
	CU_ASSERT(watching.last[0].value >= 1000);
	CU_ASSERT(watching.last[1].value >= 1);
	CU_ASSERT(watching_until(&watching, 2, ENDING_ABSENT, 1));
	close(unread);
	CU_ASSERT(watching_until(&watching, 0, ENDING_ABSENT, 1));
	watching_close(&watching);
}

static bool
has_closed(void *context)
{
	return ((struct watching *)context)->closed;
}

static void
test_closing_anywhere(void)
{
	struct probe_output outputs[SYSTEM_COUNT + 2];
	for (uint32_t i = 0; i < SYSTEM_COUNT; i++)
		outputs[i] = (struct probe_output){ i, VALUE_SYSTEM, i, NULL };
	outputs[SYSTEM_COUNT] =
	    (struct probe_output){ SYSTEM_COUNT, VALUE_STATE, 0, NULL };
	outputs[SYSTEM_COUNT + 1] =
	    (struct probe_output){ SYSTEM_COUNT + 1, VALUE_STATE, 0, NULL };
	struct probe probes[] = {
		probe_of(PROBE_SYSTEM, outputs, SYSTEM_COUNT),
		probe_of(PROBE_TCP, &outputs[SYSTEM_COUNT], 1),
		exec_of(&outputs[SYSTEM_COUNT + 1], 1, "sleep 60"),
	};
	probes[1].tcp.to = loopback(1);
	probes[2].interval = probes[2].timeout = FAST;
	/* From each sample's own callback: the middle of a round's outputs too. */
	for (size_t at = 1; at < 2 * ARRAY_SIZE(outputs); at += 3) {
		struct watching watching;
		watching_init(&watching);
		watching.close_at = at;
		watching_start(&watching, probes, ARRAY_SIZE(probes));
		CU_ASSERT(loop_until(&watching.loop, has_closed, &watching));
		watching_close(&watching);
		CU_ASSERT_EQUAL(watching.samples, at);
	}
	/* And without any probe. */
	struct watching empty;
	watching_init(&empty);
	watching_start(&empty, NULL, 0);
	watching_close(&empty);
}

static void
test_ends_once(void)
{
	struct watching watching;
	struct probe_output outputs[] = { { .input = 0 }, { .input = 1 } };
	struct probe probe = probe_of(PROBE_TCP, outputs, 2);
	static const struct kind none = { 0 };
	bool ended[2] = { false };
	watching_init(&watching);
	watching_start(&watching, NULL, 0);
	struct task task = { .probe = &probe,
			     .monitor = watching.monitor,
			     .kind = &none,
			     .ended = ended,
			     .pending = 2,
			     .asked = 1 };
	uv_timer_init(&watching.loop, &task.deadline);
	/* No value is given out that is none. */
	task_end(&task, 0, ENDING_VALUE, NAN, "");
	CU_ASSERT_EQUAL(watching.last[0].ending, ENDING_FAILED);
	task_end(&task, 0, ENDING_VALUE, 1, "");
	task_end_rest(&task, ENDING_ABSENT, "%s", "gone\033");
	CU_ASSERT_EQUAL(watching.count[0], 1);
	CU_ASSERT_EQUAL(watching.count[1], 1);
	CU_ASSERT_STRING_EQUAL(watching.last[1].text, "gone?");
	task_end_rest(&task, ENDING_TIMEOUT, "late");
	CU_ASSERT_EQUAL(watching.samples, 2);
	uv_close((uv_handle_t *)&task.deadline, NULL);
	watching_close(&watching);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "tcp", test_tcp },
		{ "exec", test_exec },
		{ "a stuck probe delays nothing", test_stuck_delays_nothing },
		{ "files and processes", test_files_and_processes },
		{ "local ones are asked together", test_local_together },
		{ "udp-backlog", test_backlog },
		{ "closing anywhere", test_closing_anywhere },
		{ "every output ends once", test_ends_once },
	};
	return unit_run("monitor", tests, ARRAY_SIZE(tests));
}
