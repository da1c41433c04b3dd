/* SPDX-License-Identifier: BSD-3-Clause */
/* A loop with a monitor in it, for tests. */
#include "config.h"

#include "tests/unit/watching.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
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
	watching->threads = threads_now();
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
	const char *text;
	double value;
	int64_t gap;
};

static bool
has_ended(void *context)
{
	const struct goal *goal = context;
	return goal->watching->endings[goal->input][goal->ending] >= goal->times;
}

static bool
ends_so(void *context)
{
	const struct goal *goal = context;
	const struct sample *last = &goal->watching->last[goal->input];
	return goal->watching->count[goal->input] && last->ending == goal->ending &&
	       strstr(last->text, goal->text);
}

static bool
is_value(void *context)
{
	const struct goal *goal = context;
	const struct sample *last = &goal->watching->last[goal->input];
	return goal->watching->count[goal->input] && last->ending == ENDING_VALUE &&
	       last->value == goal->value;
}

static bool
is_within(void *context)
{
	const struct goal *goal = context;
	return goal->watching->least_gap[goal->input] < goal->gap;
}

static bool
reach(struct watching *watching, bool (*reached)(void *context), struct goal *goal)
{
	uint32_t input = goal->input;
	goal->watching = watching;
	if (loop_until(&watching->loop, reached, goal))
		return true;
	fprintf(stderr, "input %u: %zu samples, the last %s: %s\n", input,
		watching->count[input],
		watching->count[input] ? ending_name(watching->last[input].ending)
				       : "none",
		watching->last[input].text);
	return false;
}

bool
watching_until(struct watching *watching, uint32_t input, enum ending ending,
	       size_t times)
{
	struct goal goal = { .input = input, .ending = ending, .times = times };
	return reach(watching, has_ended, &goal);
}

bool
watching_is(struct watching *watching, uint32_t input, enum ending ending,
	    const char *text)
{
	struct goal goal = { .input = input, .ending = ending, .text = text };
	return reach(watching, ends_so, &goal);
}

bool
watching_reads(struct watching *watching, uint32_t input, double value)
{
	struct goal goal = { .input = input, .value = value };
	return reach(watching, is_value, &goal);
}

bool
watching_within(struct watching *watching, uint32_t input, int64_t gap)
{
	struct goal goal = { .input = input, .gap = gap };
	return reach(watching, is_within, &goal);
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
	CU_ASSERT(threads_left(watching->threads));
}

size_t
threads_now(void)
{
	size_t count = 0;
	DIR *tasks = opendir("/proc/self/task");
	while (tasks && readdir(tasks))
		count++;
	if (tasks)
		closedir(tasks);
	return count;
}

bool
threads_left(size_t most)
{
	for (int i = 0; i < WATCHING_WAIT * 1000 && threads_now() > most; i++)
		usleep(1000);
	return threads_now() <= most;
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
