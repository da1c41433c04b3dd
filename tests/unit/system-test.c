/* SPDX-License-Identifier: BSD-3-Clause */
/* The system probe on this host, and its network in a namespace of the test's own. */
#include "config.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/echo.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define FAST (100 * MILLISECOND)

static struct probe
system_of(struct probe_output output[SYSTEM_COUNT])
{
	for (uint32_t i = 0; i < SYSTEM_COUNT; i++)
		output[i] = (struct probe_output){ i, VALUE_SYSTEM, i, NULL };
	return (struct probe){ .kind = PROBE_SYSTEM,
			       .name = "system",
			       .interval = 2 * FAST,
			       .timeout = 10 * SECOND,
			       .output = output,
			       .outputs = SYSTEM_COUNT };
}

static void
test_host(void)
{
	struct watching watching;
	struct probe_output outputs[SYSTEM_COUNT];
	struct probe probe = system_of(outputs);
	const char *links[] = { "lo", "no-such-link" };
	probe.system.link = links;
	probe.system.links = 2;
	watching_init(&watching);
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, SYSTEM_CPU, ENDING_VALUE, 3));
	for (size_t i = 0; i < SYSTEM_COUNT; i++) {
		const struct sample *last = &watching.last[i];
		bool pressure = i >= SYSTEM_PRESSURE_CPU;
		if (pressure && access("/proc/pressure/cpu", R_OK) != 0) {
			CU_ASSERT_EQUAL(last->ending, ENDING_FAILED);
			continue;
		}
		CU_ASSERT_EQUAL(last->ending, ENDING_VALUE);
		CU_ASSERT(last->value >= 0);
		if (i != SYSTEM_PROCESSES && i != SYSTEM_LOAD)
			CU_ASSERT(last->value <= 100);
		/* All of one round, and each once. */
		CU_ASSERT(watching.count[i] == watching.count[SYSTEM_CPU]);
	}
	CU_ASSERT(watching.last[SYSTEM_MEMORY].value > 0);
	CU_ASSERT(watching.last[SYSTEM_PROCESSES].value >= 2);
	CU_ASSERT_EQUAL(watching.last[SYSTEM_NETWORK].value, 50);
	CU_ASSERT_STRING_EQUAL(watching.last[SYSTEM_NETWORK].text,
			       "link no-such-link is down");
	watching_close(&watching);
}

static void
test_no_sockets(void)
{
	struct watching watching;
	struct probe_output outputs[SYSTEM_COUNT];
	struct probe probe = system_of(outputs);
	struct address reach[1];
	address_parse("127.0.0.1", &reach[0]);
	probe.system.reach = reach;
	probe.system.reaches = 1;
	watching_init(&watching);
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, SYSTEM_NETWORK, ENDING_FAILED, 2));
	/* The rest is not harmed. */
	CU_ASSERT(watching_until(&watching, SYSTEM_MEMORY, ENDING_VALUE, 2));
	watching_close(&watching);
}

/* A network of our own, in which nothing leaves this host. */
static bool
isolate(void)
{
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };
	if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0)
		return false;
	memcpy(request.ifr_name, "lo", 3);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	close(fd);
	return up;
}

static void
test_reach(void)
{
	struct watching watching;
	struct probe_output outputs[SYSTEM_COUNT];
	struct probe probe = system_of(outputs), half;
	struct address reach[4];
	if (!isolate()) {
		fprintf(stderr, "reachability is not tested: that needs root\n");
		return;
	}
	address_parse("127.0.0.1", &reach[0]);
	address_parse("::1", &reach[1]);
	address_parse("127.9.9.9", &reach[2]);
	address_parse("192.0.2.1", &reach[3]); /* no way to it */
	probe.interval = probe.timeout = 5 * FAST;
	probe.system.reach = reach;
	probe.system.reaches = 3;
	watching_init(&watching);
	watching.echo_socket = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	watching.echo_socket6 =
	    socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	watching_start(&watching, &probe, 1);
	/* Another monitor of the same loop shares the sockets. */
	half = probe;
	half.system.reach = &reach[2];
	half.system.reaches = 2;
	struct monitor *first = watching.monitor;
	struct probe_output second_output = { 20, VALUE_SYSTEM, SYSTEM_NETWORK, NULL };
	half.output = &second_output;
	half.outputs = 1;
	watching_start(&watching, &half, 1);
	CU_ASSERT(watching_until(&watching, SYSTEM_NETWORK, ENDING_VALUE, 3));
	CU_ASSERT(watching_until(&watching, 20, ENDING_VALUE, 3));
	CU_ASSERT(watching_reads(&watching, SYSTEM_NETWORK, 100));
	CU_ASSERT(watching_reads(&watching, 20, 50));
	CU_ASSERT_STRING_EQUAL(watching.last[20].text, "192.0.2.1 does not answer");
	/* The first one's end leaves the second its sockets. */
	monitor_close(first, NULL, NULL);
	size_t seen = watching.endings[20][ENDING_VALUE];
	CU_ASSERT(watching_until(&watching, 20, ENDING_VALUE, seen + 2));
	CU_ASSERT(watching_reads(&watching, 20, 50));
	watching_close(&watching);
	close(watching.echo_socket);
	close(watching.echo_socket6);
}

static void
test_echo_packets(void)
{
	uint8_t token[ECHO_TOKEN] = { 1, 2, 3 };
	uint8_t packet[24 + ECHO_SIZE] = { 0x46 }; /* an IPv4 header of 24 bytes */
	uint8_t *icmp = packet + 24;
	const uint8_t *found;
	uint16_t sequence;
	echo_build(false, 0x1234, 7, token, icmp);
	CU_ASSERT_EQUAL(icmp[0], 8);
	/* The sum over a packet with its checksum is all ones. */
	uint32_t sum = 0;
	for (size_t i = 0; i < ECHO_SIZE; i += 2)
		sum += get_u16(icmp + i);
	CU_ASSERT_EQUAL((sum & 0xffff) + (sum >> 16), 0xffff);
	/* A request is no answer. */
	CU_ASSERT_FALSE(
	    echo_read(false, packet, sizeof(packet), 0x1234, &sequence, &found));
	icmp[0] = 0;
	CU_ASSERT_FATAL(
	    echo_read(false, packet, sizeof(packet), 0x1234, &sequence, &found));
	CU_ASSERT_EQUAL(sequence, 7);
	CU_ASSERT_EQUAL(memcmp(found, token, ECHO_TOKEN), 0);
	CU_ASSERT_FALSE(
	    echo_read(false, packet, sizeof(packet), 0x1235, &sequence, &found));
	for (size_t size = 0; size < sizeof(packet); size++)
		CU_ASSERT_FALSE(
		    echo_read(false, packet, size, 0x1234, &sequence, &found));
	packet[0] = 0x44; /* no header is that short */
	CU_ASSERT_FALSE(
	    echo_read(false, packet, sizeof(packet), 0x1234, &sequence, &found));
	packet[0] = 0x46;
	icmp[1] = 1;
	CU_ASSERT_FALSE(
	    echo_read(false, packet, sizeof(packet), 0x1234, &sequence, &found));
	echo_build(true, 0x1234, 9, token, icmp);
	CU_ASSERT_EQUAL(icmp[0], 128);
	icmp[0] = 129;
	CU_ASSERT(echo_read(true, icmp, ECHO_SIZE, 0x1234, &sequence, &found));
	CU_ASSERT_EQUAL(sequence, 9);
	CU_ASSERT_FALSE(
	    echo_read(true, icmp, ECHO_SIZE - 1, 0x1234, &sequence, &found));
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "this host", test_host },
		{ "no raw sockets", test_no_sockets },
		{ "echo packets", test_echo_packets },
		{ "reachability", test_reach },
	};
	return unit_run("system", tests, ARRAY_SIZE(tests));
}
