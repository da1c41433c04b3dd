/* SPDX-License-Identifier: BSD-3-Clause */
/* What watching costs: the share of one processor that twenty probes a second take. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/monitor.h"

#define GOAL    0.02
#define PROBES  20
#define SECONDS 5

struct bench {
	uv_loop_t loop;
	struct monitor *monitor;
	size_t samples, values;
	int64_t began, busy_before;
};

static int64_t
processor_time(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
quiet(void *context, enum log_level level, const char *token, const char *text)
{
	(void)context;
	(void)level;
	(void)token;
	(void)text;
}

static void
on_sample(void *context, const struct sample *sample)
{
	struct bench *bench = context;
	bench->samples++;
	bench->values += sample->ending == ENDING_VALUE;
}

static void
on_end(uv_timer_t *timer)
{
	struct bench *bench = timer->data;
	double wall = (double)(clock_now().boot - bench->began);
	double busy = (double)(processor_time() - bench->busy_before);
	if (bench->values == 0)
		printf("bench: probes-idle not measured: no probe had a value\n");
	else
		printf("bench: probes-idle ratio %.4f goal <=%.2f (share of one "
		       "processor: %d probes a second, %zu samples, %zu of them "
		       "values, in %d s)\n",
		       busy / wall, GOAL, PROBES, bench->samples, bench->values,
		       SECONDS);
	monitor_close(bench->monitor, NULL, NULL);
	uv_close((uv_handle_t *)timer, NULL);
}

/* A port of ours that listens. */
static int
listening(struct endpoint *at)
{
	struct sockaddr_storage address;
	*at = (struct endpoint){ .port = 0 };
	address_parse("127.0.0.1", &at->address);
	socklen_t size = endpoint_to_sockaddr(at, &address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(fd, SECONDS * PROBES) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		return -1;
	endpoint_from_sockaddr((struct sockaddr *)&address, at);
	return fd;
}

static void
fill(struct probe probe[PROBES], struct probe_output output[PROBES + SYSTEM_COUNT],
     const struct endpoint *server)
{
	static const enum probe_kind turn[] = { PROBE_PROCESS, PROBE_TCP, PROBE_FILE,
						PROBE_UDP_BACKLOG,
						PROBE_RADIUS_STATUS };
	static const enum probe_value value[] = { VALUE_COUNT, VALUE_ELAPSED,
						  VALUE_MATCH, VALUE_QUEUE,
						  VALUE_ELAPSED };
	for (uint32_t i = 0; i < PROBES; i++) {
		size_t kind = i % ARRAY_SIZE(turn);
		output[i] = (struct probe_output){ .input = i, .value = value[kind] };
		probe[i] = (struct probe){ .kind = turn[kind],
					   .name = "bench",
					   .interval = SECOND,
					   .timeout = SECOND,
					   .output = &output[i],
					   .outputs = 1 };
		if (turn[kind] == PROBE_PROCESS) {
			probe[i].process.name = "freeradius";
		} else if (turn[kind] == PROBE_TCP) {
			probe[i].tcp.to = *server;
		} else if (turn[kind] == PROBE_FILE) {
			probe[i].file.path = "/proc/loadavg";
			probe[i].file.pattern = "([0-9.]+)";
		} else if (turn[kind] == PROBE_UDP_BACKLOG) {
			probe[i].udp_backlog.port = 1812;
		} else {
			probe[i].radius_status.server = *server;
			probe[i].radius_status.secret = (const uint8_t *)"bench";
			probe[i].radius_status.secret_size = 5;
		}
	}
	/* The first is the host itself, with everything there is to read. */
	for (uint32_t i = 0; i < SYSTEM_COUNT; i++)
		output[PROBES + i] =
		    (struct probe_output){ PROBES + i, VALUE_SYSTEM, i, NULL };
	probe[0].kind = PROBE_SYSTEM;
	memset(&probe[0].system, 0, sizeof(probe[0].system));
	probe[0].output = &output[PROBES];
	probe[0].outputs = SYSTEM_COUNT;
}

int
main(void)
{
	static struct probe probe[PROBES];
	static struct probe_output output[PROBES + SYSTEM_COUNT];
	static struct bench bench;
	struct endpoint server;
	uv_timer_t end;
	if (listening(&server) < 0 || uv_loop_init(&bench.loop) != 0)
		return 0;
	fill(probe, output, &server);
	log_redirect(quiet, NULL);
	struct monitor_options options = { .loop = &bench.loop,
					   .probe = probe,
					   .probes = PROBES,
					   .echo_socket = -1,
					   .echo_socket6 = -1,
					   .seed = 1,
					   .sample = on_sample,
					   .context = &bench };
	bench.monitor = monitor_start(&options);
	if (!bench.monitor)
		return 0;
	bench.began = clock_now().boot;
	bench.busy_before = processor_time();
	end.data = &bench;
	uv_timer_init(&bench.loop, &end);
	uv_timer_start(&end, on_end, SECONDS * 1000, 0);
	uv_run(&bench.loop, UV_RUN_DEFAULT);
	uv_loop_close(&bench.loop);
	return 0;
}
