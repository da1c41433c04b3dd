/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels on real sockets: a loopback device of our own, IPv4, IPv6 and UDP. */
#include "config.h"

#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"
#include "message/icmp.h"
#include "tests/unit/channel-rig.h"
#include "tests/unit/unit.h"

static void
test_icmp_sizes(void)
{
	static const size_t sizes[] = { 4, 64, 65, 66, 67, 200, 1231, MESSAGE_MAX };
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct channel *client = open_channel(TRANSPORT_ICMP, "127.0.0.99", 0, false);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct datagram order =
		    make("127.0.0.1", "127.0.0.99", 0, sizes[i], (uint8_t)i);
		send_one(server, &order);
		expect(client, &order, "127.0.0.1");
	}
	/* On loopback the sender's socket sees its own requests go by. */
	struct datagram none;
	CU_ASSERT_EQUAL(channel_receive(server, &none, 1), 0);
	CU_ASSERT_EQUAL(channel_counters(server)->sent, ARRAY_SIZE(sizes));
	CU_ASSERT_EQUAL(channel_counters(client)->received, ARRAY_SIZE(sizes));
	CU_ASSERT_EQUAL(channel_counters(client)->malformed, 0);
	channel_close(client);
	channel_close(server);
}

static void
test_icmp_source(void)
{
	struct channel *flock = open_channel(TRANSPORT_ICMP, "127.0.0.0/8", 0, false);
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct datagram hello = make("127.0.0.99", "127.0.0.1", 0, 100, 1);
	send_one(flock, &hello);
	expect(server, &hello, "127.0.0.99");
	/* The flock's prefix has the server's address too: it sees that one itself. */
	expect(flock, &hello, "127.0.0.99");
	struct datagram order = make("127.0.0.1", "127.3.2.1", 0, 100, 2);
	send_one(server, &order);
	expect(flock, &order, "127.0.0.1");
	channel_close(server);
	channel_close(flock);
}

static void
test_icmp6(void)
{
	struct channel *channel = open_channel(TRANSPORT_ICMP, "::1", 0, false);
	struct datagram order = make("::1", "::1", 0, MESSAGE_MAX, 3);
	send_one(channel, &order);
	expect(channel, &order, "::1");
	order = make(NULL, "::1", 0, 65, 4);
	send_one(channel, &order);
	expect(channel, &order, "::1");
	channel_close(channel);
}

static void
test_icmp6_prefix(void)
{
	static const char *const add[] = { "ip",  "-6",    "route",
					   "add", "local", "fd00:be11::/64",
					   "dev", "lo",    NULL };
	if (!run(add)) {
		fprintf(stderr, "no IPv6 prefix of our own: that part not tested\n");
		return;
	}
	struct channel *server = open_channel(TRANSPORT_ICMP, "::1", 0, false);
	struct channel *flock =
	    open_channel(TRANSPORT_ICMP, "fd00:be11::/64", 0, false);
	struct datagram order = make("::1", "fd00:be11::1:2345", 0, 200, 5);
	send_one(server, &order);
	expect(flock, &order, "::1");
	struct datagram answer = make("fd00:be11::1:2345", "::1", 0, 200, 6);
	send_one(flock, &answer);
	expect(server, &answer, "fd00:be11::1:2345");
	channel_close(flock);
	channel_close(server);
}

static void
check_udp(const char *server_address, const char *client_address)
{
	struct channel *server =
	    open_channel(TRANSPORT_UDP, server_address, 47100, false);
	struct channel *client =
	    open_channel(TRANSPORT_UDP, client_address, 47101, false);
	struct datagram order =
			    make(server_address, client_address, 47101, MESSAGE_MAX, 7),
			got;
	send_one(server, &order);
	CU_ASSERT_EQUAL_FATAL(receive(client, &got, 1), 1);
	CU_ASSERT_EQUAL(got.from.port, 47100);
	CU_ASSERT_EQUAL(got.to.port, 47101);
	CU_ASSERT(address_equal(&got.from.address, &order.from.address));
	CU_ASSERT(address_equal(&got.to.address, &order.to.address));
	CU_ASSERT_EQUAL_FATAL(got.size, order.size);
	CU_ASSERT_EQUAL(memcmp(got.bytes, order.bytes, got.size), 0);
	channel_close(client);
	channel_close(server);
}

static void
test_udp(void)
{
	check_udp("127.0.0.1", "127.0.0.99");
	check_udp("::1", "::1");
}

static void
test_udp_source(void)
{
	struct channel *flock =
	    open_channel(TRANSPORT_UDP, "127.0.0.0/8", 47101, false);
	struct channel *server = open_channel(TRANSPORT_UDP, "127.0.0.1", 47100, false);
	struct datagram hello = make("127.0.0.99", "127.0.0.1", 47100, 100, 1);
	send_one(flock, &hello);
	expect(server, &hello, "127.0.0.99");
	channel_close(server);
	channel_close(flock);
}

static void
test_echo_replies(void)
{
	static const char *const pair[][2] = { { "127.0.0.1", "127.0.0.99" },
					       { "::1", "::1" } };
	for (size_t i = 0; i < ARRAY_SIZE(pair); i++) {
		struct channel *channel =
		    open_channel(TRANSPORT_ICMP, pair[i][0], 0, true);
		struct datagram order = make(pair[i][0], pair[i][1], 0, 333, 8), got;
		send_one(channel, &order);
		do { /* to ourselves, the request comes back as well */
			CU_ASSERT_EQUAL_FATAL(receive(channel, &got, 1), 1);
		} while (!got.echo_reply);
		CU_ASSERT(address_equal(&got.from.address, &order.to.address));
		CU_ASSERT_EQUAL_FATAL(got.size, order.size);
		CU_ASSERT_EQUAL(memcmp(got.bytes, order.bytes, got.size), 0);
		channel_close(channel);
	}
}

/* An Echo Request of our own making to 127.0.0.99, its checksum turned by flip. */
static void
send_raw(uint32_t magic, size_t size, uint16_t flip)
{
	uint8_t packet[ICMP_HEADER + MESSAGE_MAX + 200];
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr = { htonl(0x7f000063) } };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	CU_ASSERT_FATAL(fd >= 0);
	memset(packet, 0x5a, sizeof(packet));
	put_u32(packet + ICMP_HEADER, magic);
	icmp_write_request(true, 1, 2, packet + ICMP_HEADER, size, packet);
	put_u16(packet + 2, get_u16(packet + 2) ^ flip);
	CU_ASSERT_EQUAL(sendto(fd, packet, ICMP_HEADER + size, 0,
			       (struct sockaddr *)&to, sizeof(to)),
			(ssize_t)(ICMP_HEADER + size));
	close(fd);
}

static void
test_unwanted(void)
{
	struct channel *client = open_channel(TRANSPORT_ICMP, "127.0.0.99", 0, false);
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct datagram order = make("127.0.0.1", "127.0.0.99", 0, 80, 9);
	send_raw(0x08090a0b, 56, 0);                   /* an ordinary ping */
	send_raw(MESSAGE_MAGIC, 100, 0x0100);          /* a wrong checksum */
	send_raw(MESSAGE_MAGIC, MESSAGE_MAX + 1, 0);   /* too large */
	send_raw(MESSAGE_MAGIC, MESSAGE_MAX + 200, 0); /* than our buffer, too */
	send_one(server, &order);
	expect(client, &order, "127.0.0.1"); /* and nothing before it */
	CU_ASSERT_EQUAL(channel_counters(client)->received, 1);
	CU_ASSERT_EQUAL(channel_counters(client)->malformed, 1);
	CU_ASSERT_EQUAL(channel_counters(client)->oversized, 2);
	channel_close(server);
	channel_close(client);
}

static bool
is_ready(const struct channel *channel)
{
	struct pollfd ready = { channel_fd(channel), POLLIN, 0 };
	return poll(&ready, 1, 0) > 0;
}

/* The kernel keeps what is not ours: nobody is woken for it. */
static void
test_asleep(void)
{
	struct channel *wide = open_channel(TRANSPORT_ICMP, "127.0.0.0/24", 0, false);
	struct channel *other = open_channel(TRANSPORT_ICMP, "127.9.0.0/16", 0, false);
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct datagram order = make("127.0.0.1", "127.9.0.1", 0, 80, 9);
	send_raw(0x08090a0b, 56, 0);
	send_one(server, &order);
	/* What loopback delivers, it delivers in order. */
	expect(other, &order, "127.0.0.1");
	CU_ASSERT_FALSE(is_ready(wide));   /* a ping, an order to another prefix */
	CU_ASSERT_FALSE(is_ready(server)); /* the order's Echo Reply */
	channel_close(server);
	channel_close(other);
	channel_close(wide);
}

static void
narrow(struct channel *channel, const char *const *text, size_t count)
{
	struct address address[CHANNEL_ADDRESSES + 1];
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_FATAL(address_parse(text[i], &address[i]));
	channel_narrow(channel, address, count);
}

/* An order to each; the channel is woken for those whose letter is an o. The other, which
   is open for all, tells that they have all been delivered. */
static void
expect_let_in(struct channel *channel, struct channel *all, struct channel *server,
	      const char *const *to, const char *which)
{
	struct datagram got;
	for (size_t i = 0; which[i]; i++) {
		struct datagram order = make(NULL, to[i], 0, 80, (uint8_t)i);
		send_one(server, &order);
		CU_ASSERT_EQUAL_FATAL(receive(all, &got, 1), 1);
		CU_ASSERT_EQUAL(is_ready(channel), which[i] == 'o');
		if (which[i] == 'o')
			CU_ASSERT_EQUAL(receive(channel, &got, 1), 1);
	}
}

static void
test_narrow(void)
{
	static const char *const v4[] = { "127.0.0.1", "127.0.0.2", "127.0.0.3",
					  "127.9.0.1" };
	static const char *const v6[] = { "::1", "fd00::2", "fd00::3" };
	static const char *many[CHANNEL_ADDRESSES + 1];
	struct channel *wide = open_channel(TRANSPORT_ICMP, "127.0.0.0/8", 0, false);
	struct channel *all = open_channel(TRANSPORT_ICMP, "127.0.0.0/8", 0, false);
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.50", 0, false);
	expect_let_in(wide, all, server, v4, "oooo");
	narrow(wide, v4 + 1, 1);
	expect_let_in(wide, all, server, v4, ".o..");
	narrow(wide, v4 + 1, 3);
	expect_let_in(wide, all, server, v4, ".ooo");
	narrow(wide, v4, 2);
	expect_let_in(wide, all, server, v4, "oo..");
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = "127.77.0.1";
	many[CHANNEL_ADDRESSES - 1] = v4[2];
	narrow(wide, many, CHANNEL_ADDRESSES);
	expect_let_in(wide, all, server, v4, "..o.");
	/* More than can be told apart, or none: all are let in. */
	narrow(wide, many, CHANNEL_ADDRESSES + 1);
	expect_let_in(wide, all, server, v4, "oooo");
	narrow(wide, v4, 1);
	narrow(wide, NULL, 0);
	expect_let_in(wide, all, server, v4, "oooo");
	channel_close(server);
	channel_close(all);
	channel_close(wide);

	wide = open_channel(TRANSPORT_ICMP, "::/0", 0, false);
	all = open_channel(TRANSPORT_ICMP, "::/0", 0, false);
	narrow(wide, v6 + 1, 2);
	expect_let_in(wide, all, all, v6, ".");
	narrow(wide, v6, 3);
	expect_let_in(wide, all, all, v6, "o");
	channel_close(all);
	channel_close(wide);
}

static void
test_batch(void)
{
	static struct datagram sent[200], got[200];
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct channel *flock = open_channel(TRANSPORT_ICMP, "127.1.0.0/16", 0, false);
	int error;
	for (size_t i = 0; i < ARRAY_SIZE(sent); i++) {
		sent[i] = make("127.0.0.1", "127.1.0.0", 0, 64 + i, (uint8_t)i);
		sent[i].to.address.byte[15] = (uint8_t)i;
	}
	CU_ASSERT_EQUAL(channel_send(server, sent, ARRAY_SIZE(sent), &error),
			ARRAY_SIZE(sent));
	CU_ASSERT_EQUAL_FATAL(receive(flock, got, ARRAY_SIZE(got)), ARRAY_SIZE(got));
	for (size_t i = 0; i < ARRAY_SIZE(sent); i++) {
		CU_ASSERT(address_equal(&got[i].to.address, &sent[i].to.address));
		CU_ASSERT_EQUAL_FATAL(got[i].size, sent[i].size);
		CU_ASSERT_EQUAL(memcmp(got[i].bytes, sent[i].bytes, got[i].size), 0);
	}
	channel_close(flock);
	channel_close(server);
}

static void
test_error_of_one(void)
{
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct channel *client = open_channel(TRANSPORT_ICMP, "127.0.0.99", 0, false);
	struct datagram order[3] = {
		make("127.0.0.1", "::1", 0, 70, 1), /* not this channel's family */
		make("127.0.0.1", isolated ? "192.0.2.1" : "::1", 0, 70, 2),
		make("127.0.0.1", "127.0.0.99", 0, 70, 3),
	};
	struct address to;
	int error;
	CU_ASSERT_EQUAL(channel_send(server, order, 3, &error), 3);
	CU_ASSERT_EQUAL(error, 0);
	expect(client, &order[2], "127.0.0.1");
	CU_ASSERT(channel_error(server, &to, &error));
	CU_ASSERT(address_equal(&to, &order[0].to.address));
	CU_ASSERT_EQUAL(error, EAFNOSUPPORT);
	CU_ASSERT(channel_error(server, &to, &error));
	CU_ASSERT(address_equal(&to, &order[1].to.address));
	/* A network of loopback only has no route to there. */
	CU_ASSERT(error == (isolated ? ENETUNREACH : EAFNOSUPPORT));
	CU_ASSERT_FALSE(channel_error(server, &to, &error));
	CU_ASSERT_EQUAL(channel_counters(server)->sent, 1);
	CU_ASSERT_EQUAL(channel_counters(server)->errors, 2);
	channel_close(client);
	channel_close(server);
}

/* A closed port answers by an ICMP error, which must not spoil what is sent next. */
static void
check_late_error(const char *here)
{
	struct channel *server = open_channel(TRANSPORT_UDP, here, 47100, false);
	struct channel *client = open_channel(TRANSPORT_UDP, here, 47101, false);
	struct datagram nobody = make(here, here, 47102, 70, 1);
	struct datagram order = make(here, here, 47101, 70, 2);
	struct address to;
	int error = 0;
	for (int i = 0; i < 5; i++) {
		send_one(server, &nobody);
		send_one(server, &order);
		expect(client, &order, here);
	}
	CU_ASSERT(wait_ready(server, clock_now().boot + WAIT));
	for (int i = 0; i < 5; i++) {
		CU_ASSERT(channel_error(server, &to, &error));
		CU_ASSERT(address_equal(&to, &nobody.to.address));
		CU_ASSERT_EQUAL(error, ECONNREFUSED);
	}
	CU_ASSERT_FALSE(channel_error(server, &to, &error));
	channel_close(client);
	channel_close(server);
}

static void
test_late_error(void)
{
	check_late_error("127.0.0.1");
	check_late_error("::1");
}

/* A device that takes no more says so, and what it dropped is not counted as sent. */
static void
test_full(void)
{
	static const char *const add[] = { "tc",   "qdisc", "add",  "dev",   "lo",
					   "root", "tbf",   "rate", "1mbit", "burst",
					   "10k",  "limit", "20k",  NULL };
	static const char *const delete[] = { "tc", "qdisc", "del", "dev",
					      "lo", "root",  NULL };
	static struct datagram sent[CHANNEL_BATCH], got[CHANNEL_BATCH];
	if (!run(add)) {
		fprintf(stderr, "no queue of our own: that part not tested\n");
		return;
	}
	struct channel *server = open_channel(TRANSPORT_ICMP, "127.0.0.1", 0, false);
	struct channel *client = open_channel(TRANSPORT_ICMP, "127.0.0.99", 0, false);
	for (size_t i = 0; i < CHANNEL_BATCH; i++)
		sent[i] = make("127.0.0.1", "127.0.0.99", 0, MESSAGE_MAX, (uint8_t)i);
	int error = 0;
	size_t taken = channel_send(server, sent, CHANNEL_BATCH, &error);
	CU_ASSERT_EQUAL(error, ENOBUFS);
	CU_ASSERT(taken > 0 && taken < CHANNEL_BATCH);
	CU_ASSERT_EQUAL(channel_counters(server)->sent, taken);
	CU_ASSERT_EQUAL(receive(client, got, taken), taken);
	CU_ASSERT(run(delete));
	CU_ASSERT_EQUAL(channel_send(server, sent + taken, 1, &error), 1);
	expect(client, &sent[taken], "127.0.0.1");
	channel_close(client);
	channel_close(server);
}

/* What finds no room is counted, and comes to light with what finds some. */
static void
test_overflow(void)
{
	static struct datagram sent[100], got[100];
	char why[CHANNEL_WHY] = "";
	struct channel_options options = { .transport = TRANSPORT_UDP,
					   .family = AF_INET,
					   .port = 47300,
					   .receive_buffer = 20000 };
	struct channel *server = open_channel(TRANSPORT_UDP, "127.0.0.1", 47300, false);
	int error;
	size_t count;
	CU_ASSERT_FATAL(prefix_parse("127.0.0.99", &options.local));
	struct channel *client = channel_open(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(client);
	CU_ASSERT(channel_room(client) < 64 * 1024);
	for (size_t i = 0; i < ARRAY_SIZE(sent); i++)
		sent[i] = make("127.0.0.1", "127.0.0.99", 47300, 1000, (uint8_t)i);
	CU_ASSERT_EQUAL(channel_send(server, sent, ARRAY_SIZE(sent), &error),
			ARRAY_SIZE(sent));
	CU_ASSERT(wait_ready(client, clock_now().boot + WAIT));
	count = channel_receive(client, got, ARRAY_SIZE(got));
	CU_ASSERT(count > 0 && count < ARRAY_SIZE(got));
	send_one(server, &sent[7]);
	expect(client, &sent[7], "127.0.0.1");
	CU_ASSERT_EQUAL(channel_counters(client)->overflowed, ARRAY_SIZE(sent) - count);
	channel_close(client);
	channel_close(server);
}

static bool
net_admin(bool have)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) != 0 ||
	    !(data[0].permitted & 1u << CAP_NET_ADMIN))
		return false;
	data[0].effective &= ~(1u << CAP_NET_ADMIN);
	if (have)
		data[0].effective |= 1u << CAP_NET_ADMIN;
	return syscall(SYS_capset, &header, data) == 0;
}

/* Room that was taken while there were rights stays when there are none any more. */
static void
check_room(const char *local)
{
	struct channel_options options = { .transport = TRANSPORT_UDP, .port = 47301 };
	char why[CHANNEL_WHY] = "";
	CU_ASSERT_FATAL(prefix_parse(local, &options.local));
	options.family = address_is_v4(&options.local.address) ? AF_INET : AF_INET6;
	struct channel *channel = channel_open(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	int room = channel_room(channel);
	channel_close(channel);
	int reserved = channel_reserve(options.family);
	CU_ASSERT(reserved >= 0);
	if (!net_admin(false)) {
		close(reserved);
		return;
	}
	channel = channel_open(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	CU_ASSERT(channel_room(channel) < room);
	channel_close(channel);
	options.reserved = &reserved;
	/* One that cannot be bound is as good as before. */
	struct channel *other = open_channel(TRANSPORT_UDP, local, 47301, false);
	CU_ASSERT_PTR_NULL(channel_open(&options, why));
	channel_close(other);
	channel = channel_open(&options, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	CU_ASSERT_EQUAL(channel_room(channel), room);
	channel_close(channel);
	CU_ASSERT(net_admin(true));
}

static void
test_room(void)
{
	check_room("127.0.0.1");
	check_room("::1");
}

static void
test_names(void)
{
	enum transport transport = TRANSPORT_ICMP;
	CU_ASSERT(transport_parse("udp", &transport));
	CU_ASSERT_EQUAL(transport, TRANSPORT_UDP);
	CU_ASSERT_FALSE(transport_parse("tcp", &transport));
	CU_ASSERT_STRING_EQUAL(transport_name(TRANSPORT_ICMP), "icmp");
	CU_ASSERT_STRING_EQUAL(transport_name((enum transport)9), "?");
}

static void
test_refused(void)
{
	char why[CHANNEL_WHY] = "";
	struct channel_options options = { .transport = TRANSPORT_UDP,
					   .family = AF_INET,
					   .port = 47100 };
	struct channel *first = open_channel(TRANSPORT_UDP, "127.0.0.1", 47100, false);
	CU_ASSERT(prefix_parse("127.0.0.1", &options.local));
	CU_ASSERT_PTR_NULL(channel_open(&options, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "127.0.0.1:47100"));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "another program"));
	CU_ASSERT(prefix_parse("192.0.2.1", &options.local));
	if (isolated) {
		CU_ASSERT_PTR_NULL(channel_open(&options, why));
		CU_ASSERT_PTR_NOT_NULL(strstr(why, "an address of this host"));
	}
	channel_close(first);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "names", test_names },
		{ "sizes up to the greatest over ICMP", test_icmp_sizes },
		{ "the source is chosen", test_icmp_source },
		{ "ICMPv6", test_icmp6 },
		{ "an IPv6 prefix that is routed here", test_icmp6_prefix },
		{ "UDP", test_udp },
		{ "the source is chosen over UDP", test_udp_source },
		{ "Echo Replies when asked for", test_echo_replies },
		{ "pings, wrong checksums and giants stay out", test_unwanted },
		{ "nobody is woken for what is not ours", test_asleep },
		{ "or not for these addresses", test_narrow },
		{ "a batch keeps its order", test_batch },
		{ "one datagram's error is its own", test_error_of_one },
		{ "errors that come later", test_late_error },
		{ "a device that is full", test_full },
		{ "a receive buffer that is full", test_overflow },
		{ "room that was taken while there were rights", test_room },
		{ "sockets that cannot be", test_refused },
	};
	if (geteuid() != 0) {
		puts("SKIP: needs root");
		return 77;
	}
	isolated = isolate();
	return unit_run("channel", tests, ARRAY_SIZE(tests));
}
