/* SPDX-License-Identifier: BSD-3-Clause */
/* What routers, firewalls and hosts report of messages, and what only claims to. */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "message/icmp.h"
#include "tests/unit/channel-rig.h"
#include "tests/unit/unit.h"

#define PORT 47200
#define LATE 64 /* bytes of ours that are quoted */

static const char *const here4 = "127.0.0.1", *const there4 = "127.9.9.9";
static const char *const here6 = "::1", *const there6 = "fd00::9";

/* Somebody's report of a message from here to there. */
struct report {
	uint8_t type, code;
	bool udp;
	uint16_t id; /* of the Echo Request that it quotes */
	uint32_t magic;
	const char *by; /* NULL: here */
};

/* The packet that is quoted, behind its IP header. */
static size_t
write_quoted(const struct report *report, bool v4, uint8_t *out)
{
	uint8_t data[LATE] = { 0 };
	put_u32(data, report->magic);
	memcpy(out + ICMP_HEADER, data, sizeof(data));
	if (!report->udp) {
		icmp_write_request(v4, report->id, 2, data, sizeof(data), out);
	} else {
		put_u16(out, PORT);
		put_u16(out + 2, PORT);
		put_u16(out + 4, ICMP_HEADER + LATE);
		put_u16(out + 6, 0);
	}
	return ICMP_HEADER + LATE;
}

static void
send_report(const struct report *report, const char *from, const char *to,
	    uint8_t *packet, size_t size)
{
	bool v4 = !strchr(to, ':');
	struct endpoint by = { 0 }, target = { 0 };
	struct sockaddr_storage name;
	CU_ASSERT_FATAL(address_parse(report->by ? report->by : from, &by.address));
	CU_ASSERT_FATAL(address_parse(to, &target.address));
	if (v4)
		put_u16(packet + 2, (uint16_t)~icmp_sum(0, packet, size));
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC,
			v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	CU_ASSERT_FATAL(fd >= 0);
	socklen_t length = endpoint_to_sockaddr(&by, &name);
	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&name, length), 0);
	length = endpoint_to_sockaddr(&target, &name);
	CU_ASSERT_EQUAL(sendto(fd, packet, size, 0, (struct sockaddr *)&name, length),
			(ssize_t)size);
	close(fd);
}

static void
report4(const struct report *report)
{
	uint8_t packet[ICMP_HEADER + 20 + ICMP_HEADER + LATE] = { report->type,
								  report->code };
	uint8_t *inner = packet + ICMP_HEADER;
	inner[0] = 0x45;
	put_u16(inner + 2, sizeof(packet) - ICMP_HEADER);
	inner[8] = 64;
	inner[9] = report->udp ? IPPROTO_UDP : IPPROTO_ICMP;
	put_u32(inner + 12, 0x7f000001);
	put_u32(inner + 16, 0x7f090909);
	write_quoted(report, true, inner + 20);
	send_report(report, here4, here4, packet, sizeof(packet));
}

static void
report6(const struct report *report)
{
	uint8_t packet[ICMP_HEADER + 40 + ICMP_HEADER + LATE] = { report->type,
								  report->code };
	uint8_t *inner = packet + ICMP_HEADER;
	inner[0] = 0x60;
	put_u16(inner + 4, ICMP_HEADER + LATE);
	inner[6] = report->udp ? IPPROTO_UDP : IPPROTO_ICMPV6;
	inner[7] = 64;
	inner[8 + 15] = 1;
	inner[24] = 0xfd;
	inner[24 + 15] = 9;
	write_quoted(report, false, inner + 40);
	send_report(report, here6, here6, packet, sizeof(packet));
}

/* By which its Echo Requests are known as its own. */
static uint16_t
id_of(struct channel *channel, const char *here)
{
	bool v4 = !strchr(here, ':');
	struct datagram order = make(here, here, 0, 64, 1);
	uint8_t packet[200];
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC,
			v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	size_t at = v4 ? 20 : 0;
	CU_ASSERT_FATAL(fd >= 0);
	send_one(channel, &order);
	do {
		CU_ASSERT_FATAL(recv(fd, packet, sizeof(packet), 0) >=
				(ssize_t)(at + ICMP_HEADER));
	} while (packet[at] != (v4 ? ECHO_REQUEST4 : ECHO_REQUEST6));
	close(fd);
	expect(channel, &order, here);
	return get_u16(packet + at + 4);
}

/* The next report that gets through is of a message to there. */
static int
reported(struct channel *channel, const char *there)
{
	struct address to, expected;
	int error = 0;
	CU_ASSERT_FATAL(address_parse(there, &expected));
	for (int64_t end = clock_now().boot + WAIT; wait_ready(channel, end);)
		if (channel_error(channel, &to, &error)) {
			CU_ASSERT(address_equal(&to, &expected));
			return error;
		}
	return 0;
}

static void
check_reports(bool v4, const struct report *report, const int *errors, size_t count)
{
	const char *here = v4 ? here4 : here6, *there = v4 ? there4 : there6;
	bool udp = report->udp;
	struct channel *server = open_channel(udp ? TRANSPORT_UDP : TRANSPORT_ICMP,
					      here, udp ? PORT : 0, false);
	uint16_t id = udp ? 0 : id_of(server, here);
	struct address to;
	int error;
	for (size_t i = 0; i < count; i++) {
		struct report its = report[i];
		its.magic = MESSAGE_MAGIC;
		its.id = id;
		(v4 ? report4 : report6)(&its);
		CU_ASSERT_EQUAL(reported(server, there), errors[i]);
	}
	CU_ASSERT_FALSE(channel_error(server, &to, &error));
	CU_ASSERT_EQUAL(channel_counters(server)->errors, count);
	/* And the next one goes out all the same. */
	struct datagram order = make(here, here, udp ? PORT : 0, 64, 1);
	send_one(server, &order);
	expect(server, &order, here);
	channel_close(server);
}

static void
test_icmp(void)
{
	static const struct report report[] = {
		{ .type = 3, .code = 0 },  { .type = 3, .code = 1 },
		{ .type = 3, .code = 9 },  { .type = 3, .code = 10 },
		{ .type = 3, .code = 13 }, { .type = 11, .code = 0 },
	};
	static const int errors[] = { ENETUNREACH, EHOSTUNREACH, EACCES,
				      EACCES,      EACCES,       EHOSTUNREACH };
	check_reports(true, report, errors, ARRAY_SIZE(report));
}

static void
test_icmp6(void)
{
	static const struct report report[] = {
		{ .type = 1, .code = 0 },
		{ .type = 1, .code = 1 },
		{ .type = 1, .code = 3 },
		{ .type = 1, .code = 5 },
	};
	static const int errors[] = { ENETUNREACH, EACCES, EHOSTUNREACH, EACCES };
	check_reports(false, report, errors, ARRAY_SIZE(report));
}

/* Only the host itself knows of its ports. */
static void
test_udp(void)
{
	static const struct report report[] = {
		{ .type = 3, .code = 3, .udp = true, .by = "127.9.9.9" },
		{ .type = 3, .code = 3, .udp = true, .by = "127.0.0.50" },
		{ .type = 3, .code = 1, .udp = true, .by = "127.0.0.50" },
		{ .type = 3, .code = 13, .udp = true, .by = "127.0.0.50" },
	};
	static const int errors[] = { ECONNREFUSED, EACCES, EHOSTUNREACH, EACCES };
	check_reports(true, report, errors, ARRAY_SIZE(report));
}

static void
test_udp6(void)
{
	static const struct report report[] = {
		{ .type = 1, .code = 4, .udp = true }, /* by ::1, a router here */
		{ .type = 1, .code = 1, .udp = true },
	};
	static const int errors[] = { EACCES, EACCES };
	check_reports(false, report, errors, ARRAY_SIZE(report));
}

/* Of somebody's ping, of a message that some other process sent, or of none at all by one
   who does not know our id. */
static void
check_foreign(bool v4)
{
	const char *here = v4 ? here4 : here6;
	struct channel *server = open_channel(TRANSPORT_ICMP, here, 0, false);
	uint16_t id = id_of(server, here);
	uint8_t type = v4 ? 3 : 1, code = v4 ? 1 : 3;
	const struct report report[] = {
		{ type, code, false, id, 0x08090a0b, NULL },
		{ type, code, false, (uint16_t)(id + 1), MESSAGE_MAGIC, NULL },
		{ type, code, false, id, MESSAGE_MAGIC, NULL },
	};
	struct address to;
	int error;
	for (size_t i = 0; i < ARRAY_SIZE(report); i++)
		(v4 ? report4 : report6)(&report[i]);
	CU_ASSERT_EQUAL(reported(server, v4 ? there4 : there6), EHOSTUNREACH);
	CU_ASSERT_FALSE(channel_error(server, &to, &error));
	CU_ASSERT_EQUAL(channel_counters(server)->errors, 1);
	channel_close(server);
}

static void
test_foreign(void)
{
	check_foreign(true);
	check_foreign(false);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "of an Echo Request", test_icmp },
		{ "of an ICMPv6 Echo Request", test_icmp6 },
		{ "of UDP: by the host, or by a firewall", test_udp },
		{ "of UDP over IPv6", test_udp6 },
		{ "of what is not ours", test_foreign },
	};
	if (geteuid() != 0) {
		puts("SKIP: needs root");
		return 77;
	}
	isolated = isolate();
	return unit_run("channel errors", tests, ARRAY_SIZE(tests));
}
