/* SPDX-License-Identifier: BSD-3-Clause */
/* A loop with a monitor in it, for tests. */
#include "config.h"

#include "tests/unit/watching.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/proc.h"
#include "monitor/process.h"
#include "tests/unit/unit.h"

static void
quiet(void *context, enum log_level level, const char *token, const char *text)
{
	(void)context;
	(void)level;
	(void)token;
	(void)text;
}

static void
on_monitor_closed(void *context)
{
	struct watching *watching = context;
	watching->closed = true;
}

static void
on_sample(void *context, const struct sample *sample)
{
	struct watching *watching = context;
	CU_ASSERT_FATAL(sample->input < WATCHING_INPUTS);
	struct sample *last = &watching->last[sample->input];
	if (watching->count[sample->input]) {
		int64_t gap = sample->asked - last->asked;
		/* One sample a round: a second would have been asked at the same time. */
		CU_ASSERT(gap > 0);
		if (gap < watching->least_gap[sample->input])
			watching->least_gap[sample->input] = gap;
	}
	*last = *sample;
	CU_ASSERT(sample->at >= sample->asked);
	watching->count[sample->input]++;
	watching->endings[sample->input][sample->ending]++;
	watching->samples++;
	if (watching->monitor && watching->samples == watching->close_at) {
		monitor_close(watching->monitor, on_monitor_closed, watching);
		watching->monitor = NULL;
	}
}

void
watching_init(struct watching *watching)
{
	memset(watching, 0, sizeof(*watching));
	log_redirect(quiet, NULL);
	for (size_t i = 0; i < WATCHING_INPUTS; i++)
		watching->least_gap[i] = NEVER;
	watching->echo_socket = -1;
	watching->echo_socket6 = -1;
	CU_ASSERT_FATAL(uv_loop_init(&watching->loop) == 0);
	watching->spawner = spawner_local(&watching->loop);
	CU_ASSERT_PTR_NOT_NULL_FATAL(watching->spawner);
}

void
watching_start(struct watching *watching, const struct probe *probe, size_t probes)
{
	struct monitor_options options = {
		.loop = &watching->loop,
		.probe = probe,
		.probes = probes,
		.spawner = watching->spawner,
		.poller = watching->poller,
		.echo_socket = watching->echo_socket,
		.echo_socket6 = watching->echo_socket6,
		.seed = 7,
		.sample = on_sample,
		.context = watching,
	};
	watching->monitor = monitor_start(&options);
	CU_ASSERT_PTR_NOT_NULL_FATAL(watching->monitor);
}

static void
on_tick(uv_timer_t *timer)
{
	(void)timer;
}

bool
loop_until(uv_loop_t *loop, bool (*done)(void *context), void *context)
{
	uv_timer_t tick;
	int64_t deadline = clock_now().boot + WATCHING_WAIT * SECOND;
	bool reached = false;
	uv_timer_init(loop, &tick);
	/* For what is to be seen from outside of the loop. */
	uv_timer_start(&tick, on_tick, 20, 20);
	while (!(reached = done(context)) && clock_now().boot < deadline)
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	return reached;
}

struct goal {
	const struct watching *watching;
	uint32_t input;
	enum ending ending;
	size_t times;
};

static bool
goal_reached(void *context)
{
	const struct goal *goal = context;
	return goal->watching->endings[goal->input][goal->ending] >= goal->times;
}

bool
watching_until(struct watching *watching, uint32_t input, enum ending ending,
	       size_t times)
{
	struct goal goal = { watching, input, ending, times };
	bool reached = loop_until(&watching->loop, goal_reached, &goal);
	if (!reached)
		fprintf(stderr, "input %u: %zu samples, the last %s: %s\n", input,
			watching->count[input],
			watching->count[input]
			    ? ending_name(watching->last[input].ending)
			    : "none",
			watching->last[input].text);
	return reached;
}

static bool
is_closed(void *context)
{
	return ((struct watching *)context)->closed;
}

void
watching_close(struct watching *watching)
{
	if (watching->monitor)
		monitor_close(watching->monitor, on_monitor_closed, watching);
	watching->monitor = NULL;
	size_t samples = watching->samples;
	CU_ASSERT(loop_until(&watching->loop, is_closed, watching));
	CU_ASSERT_EQUAL(watching->samples, samples);
	watching->closed = false;
	spawner_close(watching->spawner, on_monitor_closed, watching);
	CU_ASSERT(loop_until(&watching->loop, is_closed, watching));
	CU_ASSERT_EQUAL(uv_loop_close(&watching->loop), 0);
}

int
bound_socket(int type, uint16_t *port)
{
	struct endpoint endpoint = loopback(0);
	struct sockaddr_storage address;
	socklen_t size = endpoint_to_sockaddr(&endpoint, &address);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&address, size) == 0);
	CU_ASSERT_FATAL(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	endpoint_from_sockaddr((struct sockaddr *)&address, &endpoint);
	*port = endpoint.port;
	return fd;
}

struct endpoint
loopback(uint16_t port)
{
	struct endpoint endpoint = { .port = port };
	address_parse("127.0.0.1", &endpoint.address);
	return endpoint;
}

bool
process_gone(long pid)
{
	char path[64], text[512], state;
	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	ssize_t size = proc_read(AT_FDCWD, path, text, sizeof(text));
	return size <= 0 || !process_state_parse(text, (size_t)size, &state) ||
	       state == 'Z' || state == 'X';
}
