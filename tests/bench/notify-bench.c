/* SPDX-License-Identifier: BSD-3-Clause */
/* Notifications on the wire: how long after the engine has handed one to the agent, at 100
   a second, through a real snmpd and from the agent alone, in turn; and bursts, of which
   each one arrives or is counted. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tests/bench/snmp-stand.h"

#define EVENTS  2000u /* of each way */
#define RATE    100   /* a second, of each way */
#define GOAL_MS 50.0
#define BURST   5000u
/* More than an agent's queue holds. */
#define FLOOD   9000u
#define NUMBERS 20000u
#define QUIET   (5 * SECOND)

/* One way to the receiver. */
struct way {
	const char *name;
	unsigned port;
	int input;    /* of the engine that pretends */
	int receiver; /* a socket of its own */
	uint64_t first;
	uint64_t given; /* numbers so far */
	int64_t at[NUMBERS];
	bool came[NUMBERS];
	uint32_t late[EVENTS]; /* us */
	size_t lates;
};

static int64_t
wall(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* ---- the receiver ---- */

static int
open_receiver(unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, room = 8 << 20;
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The last variable is bwNotificationSequence.0, a Counter64; 0: it is not one of ours. */
static uint64_t
number_of(const uint8_t *packet, size_t length)
{
	static const uint8_t name_end[] = { 11, 1, 0, 0x46 };
	for (size_t size = 1; size <= 9 && length > size + 5; size++) {
		const uint8_t *value = packet + length - size;
		uint64_t number = 0;
		if (value[-1] != size ||
		    memcmp(value - 1 - sizeof(name_end), name_end, sizeof(name_end)))
			continue;
		for (size_t i = 0; i < size; i++)
			number = number << 8 | value[i];
		return number;
	}
	return 0;
}

/* One packet: its number, and when it came by the kernel's stamp; 0: there is none. */
static uint64_t
receive_one(int fd, int64_t *at)
{
	uint8_t packet[4096];
	union {
		struct cmsghdr align;
		char room[256];
	} control;
	struct iovec into = { packet, sizeof(packet) };
	struct msghdr message = { .msg_iov = &into,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	for (;;) {
		message.msg_controllen = sizeof(control);
		ssize_t got = recvmsg(fd, &message, 0);
		if (got <= 0)
			return 0;
		uint64_t number = number_of(packet, (size_t)got);
		const struct cmsghdr *stamp = CMSG_FIRSTHDR(&message);
		struct timeval when = { 0 };
		if (stamp && stamp->cmsg_type == SCM_TIMESTAMP)
			memcpy(&when, CMSG_DATA(stamp), sizeof(when));
		*at = when.tv_sec * INT64_C(1000000) + when.tv_usec;
		if (number != 0)
			return number;
	}
}

/* All that wait; how many of them were new. */
static unsigned
receive(struct way *way)
{
	int64_t at;
	uint64_t number;
	unsigned fresh = 0;
	while ((number = receive_one(way->receiver, &at)) != 0) {
		uint64_t i = number - way->first;
		if (i >= NUMBERS || way->came[i])
			continue;
		way->came[i] = true;
		fresh++;
		if (way->lates < EVENTS && way->at[i] != 0)
			way->late[way->lates++] = (uint32_t)(at - way->at[i]);
	}
	return fresh;
}

static void
tell(struct way *way, unsigned count)
{
	for (unsigned i = 0; i < count && way->given + i < NUMBERS; i++)
		way->at[way->given + i] = wall();
	way->given += count;
	dprintf(way->input, "notify 1 %u\n", count);
}

/* Until its first one comes, which says where its numbers begin. */
static bool
begin(struct way *way)
{
	int64_t end = clock_now().boot + 30 * SECOND, at;
	dprintf(way->input, "notify 1 1\n");
	while (clock_now().boot < end) {
		struct pollfd wait = { .fd = way->receiver, .events = POLLIN };
		poll(&wait, 1, 1000);
		uint64_t number = receive_one(way->receiver, &at);
		if (number == 0)
			continue;
		way->first = number + 1;
		return true;
	}
	return false;
}

/* ---- how late ---- */

static int
ascending(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
	return (a > b) - (a < b);
}

static double
percentile(const struct way *way, unsigned thousandth)
{
	return way->late[(way->lates - 1) * thousandth / 1000] / 1000.0;
}

/* Each way has one of its own every 10 ms; a stall of the machine meets both. */
static void
measure_latency(struct way *way, size_t ways)
{
	int64_t next = clock_now().boot, end;
	for (unsigned i = 0; i < EVENTS;) {
		int64_t now = clock_now().boot;
		struct pollfd wait[2];
		if (now >= next) {
			for (size_t w = 0; w < ways; w++)
				tell(&way[w], 1);
			next += SECOND / RATE;
			i++;
			continue;
		}
		for (size_t w = 0; w < ways; w++)
			wait[w] =
			    (struct pollfd){ .fd = way[w].receiver, .events = POLLIN };
		poll(wait, ways, (int)((next - now + 999) / 1000));
		for (size_t w = 0; w < ways; w++)
			receive(&way[w]);
	}
	end = clock_now().boot + QUIET;
	for (size_t w = 0; w < ways; w++)
		while (way[w].lates < EVENTS && clock_now().boot < end)
			receive(&way[w]);
	for (size_t w = 0; w < ways; w++) {
		if (way[w].lates < EVENTS) {
			printf("bench: notify-%s is not measured: %zu of %u came\n",
			       way[w].name, way[w].lates, EVENTS);
			continue;
		}
		qsort(way[w].late, way[w].lates, sizeof(way[w].late[0]), ascending);
		printf(
		    "bench: notify-%s ratio %.3f goal <=1 (of the %.0f ms that 99 in "
		    "100 may take from the engine to the wire, at %d a second: "
		    "median %.2f ms, 99th percentile %.2f ms, the latest of %u "
		    "%.1f ms)\n",
		    way[w].name, percentile(&way[w], 990) / GOAL_MS, GOAL_MS, RATE,
		    percentile(&way[w], 500), percentile(&way[w], 990), EVENTS,
		    percentile(&way[w], 1000));
	}
}

/* ---- bursts ---- */

/* What the agent says it has numbered, and suppressed. */
static bool
ask(const struct way *way, uint64_t *numbered, uint64_t *suppressed)
{
	char command[256];
	snprintf(command, sizeof(command),
		 "snmpget -v2c -c public -t 5 -Oqv udp:127.0.0.1:%u "
		 ".1.3.6.1.4.1.8072.9999.9999.1.1.11.0 "
		 ".1.3.6.1.4.1.8072.9999.9999.1.1.12.0",
		 way->port);
	FILE *got = popen(command, "r");
	bool good =
	    got && fscanf(got, "%" SCNu64 "%" SCNu64, numbered, suppressed) == 2;
	if (got)
		pclose(got);
	return good;
}

static void
measure_burst(struct way *way, const char *name, unsigned count)
{
	uint64_t numbered, suppressed, before;
	unsigned came = 0;
	if (!ask(way, &numbered, &before)) {
		printf("bench: notify-%s is not measured: no answer\n", name);
		return;
	}
	int64_t began = clock_now().boot, last = began;
	tell(way, count);
	while (came < count && clock_now().boot - last < QUIET) {
		struct pollfd wait = { .fd = way->receiver, .events = POLLIN };
		poll(&wait, 1, 100);
		unsigned fresh = receive(way);
		came += fresh;
		if (fresh > 0)
			last = clock_now().boot;
	}
	if (!ask(way, &numbered, &suppressed)) {
		printf("bench: notify-%s is not measured: no answer\n", name);
		return;
	}
	suppressed -= before;
	printf("bench: notify-%s ratio %.4f goal =1 (of %u at once %u came, within "
	       "%.1f s, "
	       "and %" PRIu64 " are counted as suppressed)\n",
	       name, (double)(came + suppressed) / count, count, came,
	       (double)(last - began) / SECOND, suppressed);
}

int
main(int argc, char **argv)
{
	static struct way way[2];
	char lines[64];
	unsigned port = stand_port();
	(void)argc;
	snprintf(lines, sizeof(lines), "trap2sink 127.0.0.1:%u public\n", port + 2);
	if (!stand_open(argv[0], lines)) {
		printf("bench: notify is not measured: needs "
		       "tests/system/board-demo\n");
		return 0;
	}
	way[0] = (struct way){ .name = "through-snmpd", .port = port };
	way[1] = (struct way){ .name = "own-master", .port = port + 1 };
	way[0].receiver = open_receiver(port + 2);
	way[1].receiver = open_receiver(port + 3);
	stand_snmpd(port);
	stand_agent("behind", 100, 0, &way[0].input);
	bool good = way[0].receiver >= 0 && way[1].receiver >= 0 && begin(&way[0]);
	/* Each way has a receiver of its own. */
	snprintf(lines, sizeof(lines), "trap2sink 127.0.0.1:%u public\n", port + 3);
	if (good)
		stand_agent("alone", 100, port + 1, &way[1].input);
	if (good && begin(&way[1])) {
		measure_latency(way, ARRAY_SIZE(way));
		measure_burst(&way[0], "burst", BURST);
		measure_burst(&way[0], "flood", FLOOD);
	} else {
		printf(
		    "bench: notify-bench measured nothing: nothing arrives; is snmpd "
		    "installed?\n");
	}
	fflush(stdout);
	stand_close();
	return 0;
}
