/* SPDX-License-Identifier: BSD-3-Clause */
/* The radius-status probe against a real FreeRADIUS: well, drowned, and gone. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define FREERADIUS "/usr/sbin/freeradius"
#define THREADS    2
#define SECRET     "status-secret"

static char folder[] = "/tmp/bw-radius-XXXXXX";
static pid_t server;
static uint16_t auth_port, status_port;

/* One item a line, as its parser wants it: each ";" becomes one. */
static const char configuration[] =
    "prefix = /usr; libdir = /usr/lib/freeradius; localstatedir = %1$s; logdir = %1$s;"
    "run_dir = %1$s; cleanup_delay = 1; max_request_time = 30; proxy_requests = no;"
    "log {; destination = files; file = %1$s/log; };"
    "security {; reject_delay = 0; status_server = yes; };"
    "thread pool {; start_servers = %4$d; max_servers = %4$d; min_spare_servers = 1;"
    "max_spare_servers = %4$d; };"
    "client localnet {; ipaddr = 127.0.0.0/8; secret = %5$s; };"
    "modules {; always ok {; rcode = ok; }; exec slow {; wait = yes;"
    "program = \"/bin/sleep 2\"; input_pairs = request; timeout = 20; }; };"
    "server status {; listen {; type = status; ipaddr = 127.0.0.1; port = %3$d; };"
    "client admin {; ipaddr = 127.0.0.0/8; secret = %5$s; };"
    "authorize {; Autz-Type Status-Server {; ok; }; }; };"
    "server default {; listen {; type = auth; ipaddr = 127.0.0.1; port = %2$d; };"
    "authorize {; slow; }; };";

static void
write_configuration(void)
{
	char path[64], text[4096];
	snprintf(text, sizeof(text), configuration, folder, (int)auth_port,
		 (int)status_port, THREADS, SECRET);
	for (char *at = text; (at = strchr(at, ';'));)
		*at = '\n';
	snprintf(path, sizeof(path), "%s/radiusd.conf", folder);
	FILE *file = fopen(path, "w");
	CU_ASSERT_FATAL(file != NULL);
	fputs(text, file);
	CU_ASSERT_EQUAL(fclose(file), 0);
	chmod(path, 0600);
}

static void
server_start(void)
{
	int auth = bound_socket(SOCK_DGRAM, &auth_port);
	int status = bound_socket(SOCK_DGRAM, &status_port);
	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
	write_configuration();
	/* Given back just before the server takes them. */
	close(auth);
	close(status);
	server = fork();
	CU_ASSERT_FATAL(server >= 0);
	if (server == 0) {
		char path[64];
		setsid(); /* its sleeping children end with it */
		snprintf(path, sizeof(path), "%s/output", folder);
		int output = open(path, O_WRONLY | O_CREAT, 0600);
		dup2(output, 1);
		dup2(output, 2);
		execl(FREERADIUS, "freeradius", "-d", folder, "-f", NULL);
		_exit(127);
	}
}

static void
server_stop(void)
{
	if (server <= 0)
		return;
	kill(-server, SIGKILL);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	server = 0;
}

static void
remove_folder(void)
{
	static const char *const names[] = { "radiusd.conf", "log", "output" };
	char path[64];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* Access-Requests, each of which holds a thread for 2 s. */
static void
drown(size_t count)
{
	struct endpoint to = loopback(auth_port);
	struct sockaddr_storage address;
	socklen_t size = endpoint_to_sockaddr(&to, &address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < count; i++) {
		uint8_t packet[26] = { 1, (uint8_t)i, 0, sizeof(packet), (uint8_t)i };
		memcpy(packet + 20, "\1\6slow", 6);
		sendto(fd, packet, sizeof(packet), 0, (struct sockaddr *)&address,
		       size);
	}
	close(fd);
}

static struct watching watching;

static bool
is_drowned(void *context)
{
	(void)context;
	return watching.endings[0][ENDING_TIMEOUT] > 0 ||
	       (watching.last[0].ending == ENDING_VALUE &&
		watching.last[0].value > 100);
}

static bool
is_well(void *context)
{
	(void)context;
	return watching.last[0].ending == ENDING_VALUE && watching.last[0].value < 100;
}

static struct probe
status_of(struct probe_output *output, size_t outputs, const char *secret)
{
	struct probe probe = { .kind = PROBE_RADIUS_STATUS,
			       .name = "freeradius",
			       .interval = 500 * MILLISECOND,
			       .timeout = 500 * MILLISECOND,
			       .output = output,
			       .outputs = outputs };
	probe.radius_status.server = loopback(status_port);
	probe.radius_status.secret = (const uint8_t *)secret;
	probe.radius_status.secret_size = strlen(secret);
	return probe;
}

static void
test_life(void)
{
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_ELAPSED },
		{ .input = 1, .value = VALUE_ATTRIBUTE, .selector = 128 },
		{ .input = 2, .value = VALUE_THREADS_AVAILABLE },
		{ .input = 3, .value = VALUE_ELAPSED },
	};
	server_start();
	struct probe probes[] = { status_of(outputs, 3, SECRET),
				  status_of(&outputs[3], 1, "another-secret") };
	watching_init(&watching);
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	CU_ASSERT(loop_until(&watching.loop, is_well, NULL));
	CU_ASSERT(watching_until(&watching, 1, ENDING_VALUE, 2));
	/* 3.2.2 and later publish their threads; others say nothing, and that is said. */
	if (watching.last[2].ending == ENDING_VALUE)
		CU_ASSERT(watching.last[2].value >= 1 &&
			  watching.last[2].value <= THREADS)
	else
		CU_ASSERT(watching.last[2].ending == ENDING_FAILED &&
			  strstr(watching.last[2].text, "3.2.2") != NULL);
	/* It does not answer who has no secret. */
	CU_ASSERT(watching_until(&watching, 3, ENDING_TIMEOUT, 2));
	CU_ASSERT_EQUAL(watching.endings[3][ENDING_VALUE], 0);
	/* Every thread blocked: slow, or silent; and well again by itself. */
	drown(4 * THREADS);
	CU_ASSERT(loop_until(&watching.loop, is_drowned, NULL));
	CU_ASSERT(loop_until(&watching.loop, is_well, NULL));
	server_stop();
	CU_ASSERT(watching_until(&watching, 0, ENDING_ABSENT, 1));
	watching_close(&watching);
}

int
main(void)
{
	static const struct unit_test tests[] = { { "well, drowned, gone",
						    test_life } };
	if (access(FREERADIUS, X_OK) != 0) {
		printf("needs %s\n", FREERADIUS);
		return 77;
	}
	int status = unit_run("freeradius", tests, ARRAY_SIZE(tests));
	server_stop();
	remove_folder();
	return status;
}
