/* SPDX-License-Identifier: BSD-3-Clause */
/* The radius-status and radius-login probes on a loop, asking servers that lie, err, or say nothing. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tests/unit/radius-server.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define FAST (100 * MILLISECOND)
/* For what is answered, on a machine that stands still for a while too. */
#define PATIENT (10 * SECOND)

/* What a server does with a question, one bit each, in this order. */
enum {
	SAY_SHORT = 1,
	SAY_OTHER = 2,
	SAY_FORGED = 4,
	SAY_REFUSED = 8, /* code 3, truly signed */
	SAY_GOOD = 16,
	WITH_THREADS = 32,
	WITH_MESSAGE = 64,
	WITH_TEXT = 128,
	SAY_CHALLENGE = 256
};

struct liar {
	uv_udp_t udp;
	unsigned says;
	size_t asked;
	uint32_t statistics; /* of the last question */
};

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
	static char bytes[4096];
	(void)handle;
	(void)size;
	*buffer = uv_buf_init(bytes, sizeof(bytes));
}

static void
say(struct liar *liar, const struct sockaddr *to, const void *bytes, size_t size)
{
	uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)size);
	CU_ASSERT_EQUAL(uv_udp_try_send(&liar->udp, &buffer, 1, to), (int)size);
}

static void
answer(struct liar *liar, const uint8_t *question, const struct sockaddr *to,
       uint8_t code)
{
	static const uint8_t zero[16];
	struct radius_server server;
	radius_server_begin(&server, question[1], code);
	if (liar->says & WITH_MESSAGE)
		radius_server_add(&server, 80, zero, sizeof(zero));
	if (liar->says & WITH_TEXT)
		radius_server_add(&server, 18, "no such user", 12);
	radius_server_add_vendor(&server, 128, 77);
	if (liar->says & WITH_THREADS) {
		radius_server_add_vendor(&server, 193, 3);
		radius_server_add_vendor(&server, 195, 8);
	}
	radius_server_sign(&server, question + 4);
	if (liar->says & SAY_SHORT)
		say(liar, to, server.packet, 19);
	if (liar->says & SAY_OTHER) {
		server.packet[1]++;
		say(liar, to, server.packet, server.size);
		server.packet[1]--;
	}
	if (liar->says & SAY_FORGED) {
		server.packet[4] ^= 1;
		say(liar, to, server.packet, server.size);
		server.packet[4] ^= 1;
	}
	if (liar->says & (SAY_GOOD | SAY_REFUSED | SAY_CHALLENGE))
		say(liar, to, server.packet, server.size);
}

static void
on_question(uv_udp_t *udp, ssize_t size, const uv_buf_t *buffer,
	    const struct sockaddr *from, unsigned flags)
{
	struct liar *liar = udp->data;
	const uint8_t *question = (const uint8_t *)buffer->base;
	(void)flags;
	if (size < 38 || !from)
		return;
	CU_ASSERT(question[0] == 12 || question[0] == 1);
	CU_ASSERT_EQUAL(get_u16(question + 2), size);
	liar->asked++;
	liar->statistics = size == 50 ? get_u32(question + 46) : 0;
	answer(liar, question, from,
	       liar->says & SAY_REFUSED     ? 3
	       : liar->says & SAY_CHALLENGE ? 11
					    : 2);
}

static uint16_t
liar_open(struct watching *watching, struct liar *liar, unsigned says)
{
	uint16_t port;
	memset(liar, 0, sizeof(*liar));
	liar->says = says;
	CU_ASSERT_FATAL(uv_udp_init(&watching->loop, &liar->udp) == 0);
	CU_ASSERT_FATAL(uv_udp_open(&liar->udp, bound_socket(SOCK_DGRAM, &port)) == 0);
	liar->udp.data = liar;
	uv_udp_recv_start(&liar->udp, on_alloc, on_question);
	return port;
}

static struct probe
status_of(uint16_t port, struct probe_output *output, size_t outputs)
{
	struct probe probe = { .kind = PROBE_RADIUS_STATUS,
			       .name = "test",
			       .interval = FAST,
			       .timeout = FAST,
			       .output = output,
			       .outputs = outputs };
	probe.radius_status.server = loopback(port);
	probe.radius_status.secret = radius_server_secret;
	probe.radius_status.secret_size = RADIUS_SERVER_SECRET;
	return probe;
}

static void
test_good(void)
{
	struct watching watching;
	struct liar liars[2];
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_ELAPSED },
		{ .input = 1, .value = VALUE_THREADS_AVAILABLE },
		{ .input = 2, .value = VALUE_ATTRIBUTE, .selector = 128 },
		{ .input = 3, .value = VALUE_ATTRIBUTE, .selector = 148 },
		{ .input = 4, .value = VALUE_STATE },
		{ .input = 5, .value = VALUE_ELAPSED },
	};
	watching_init(&watching);
	/* What is not ours comes first each time, and is waited past. */
	uint16_t port = liar_open(&watching, &liars[0],
				  SAY_SHORT | SAY_OTHER | SAY_FORGED | SAY_GOOD |
				      WITH_THREADS | WITH_MESSAGE);
	uint16_t bare = liar_open(&watching, &liars[1], SAY_GOOD);
	struct probe probes[] = { status_of(port, outputs, 5),
				  status_of(bare, &outputs[5], 1) };
	/* The servers are on this loop too: time enough for all of it. */
	probes[0].timeout = probes[1].timeout = PATIENT;
	watching_start(&watching, probes, 2);
	CU_ASSERT(watching_until(&watching, 4, ENDING_VALUE, 3));
	CU_ASSERT(watching_until(&watching, 5, ENDING_VALUE, 3));
	CU_ASSERT(watching.last[0].value > 0);
	CU_ASSERT_EQUAL(watching.last[1].value, 6);
	CU_ASSERT_EQUAL(watching.last[2].value, 77);
	CU_ASSERT_EQUAL(watching.last[3].ending, ENDING_FAILED);
	CU_ASSERT_EQUAL(watching.last[4].value, 1);
	CU_ASSERT_EQUAL(watching.endings[0][ENDING_TIMEOUT], 0);
	/* Asked for: authentication, accounting, threads; and nothing at all. */
	CU_ASSERT_EQUAL(liars[0].statistics, 0x13);
	CU_ASSERT_EQUAL(liars[1].statistics, 0);
	for (size_t i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&liars[i].udp, NULL);
	watching_close(&watching);
}

static void
test_bad(void)
{
	struct watching watching;
	struct liar forger, refuser, mute, old;
	uint16_t none;
	struct probe_output outputs[] = {
		{ .input = 0, .value = VALUE_ELAPSED },
		{ .input = 1, .value = VALUE_ELAPSED },
		{ .input = 2, .value = VALUE_ELAPSED },
		{ .input = 3, .value = VALUE_THREADS_AVAILABLE },
		{ .input = 4, .value = VALUE_ELAPSED },
		{ .input = 5, .value = VALUE_ELAPSED },
		{ .input = 6, .value = VALUE_ATTRIBUTE, .selector = 195 },
	};
	watching_init(&watching);
	int held = bound_socket(SOCK_DGRAM, &none);
	struct probe probes[] = {
		status_of(liar_open(&watching, &forger, SAY_SHORT | SAY_FORGED),
			  &outputs[0], 1),
		status_of(liar_open(&watching, &refuser, SAY_REFUSED), &outputs[1], 1),
		status_of(liar_open(&watching, &mute, 0), &outputs[2], 1),
		status_of(liar_open(&watching, &old, SAY_GOOD), &outputs[3], 1),
		status_of(none, &outputs[4], 1),
		status_of(none, &outputs[5], 1),
		status_of(none, &outputs[6], 1),
	};
	/* Only now: let go before, the port might have become one of theirs. */
	close(held);
	probes[5].radius_status.secret_size = 0;
	probes[6].radius_status.server = probes[3].radius_status.server;
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
		if (i != 0 && i != 2)
			probes[i].timeout = PATIENT;
	watching_start(&watching, probes, ARRAY_SIZE(probes));
	CU_ASSERT(watching_until(&watching, 0, ENDING_TIMEOUT, 2));
	CU_ASSERT(watching_is(&watching, 0, ENDING_TIMEOUT, "authenticator"));
	CU_ASSERT(watching_until(&watching, 1, ENDING_FAILED, 2));
	CU_ASSERT_STRING_EQUAL(
	    watching.last[1].text,
	    "the server answered with code 3, which does not answer this");
	CU_ASSERT(watching_until(&watching, 2, ENDING_TIMEOUT, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[2].text, "no answer within 100 ms");
	CU_ASSERT(watching_until(&watching, 3, ENDING_FAILED, 2));
	CU_ASSERT(strstr(watching.last[3].text, "before 3.2.2") != NULL);
	CU_ASSERT(watching_until(&watching, 4, ENDING_ABSENT, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[4].text, "connection refused");
	CU_ASSERT(watching_until(&watching, 5, ENDING_FAILED, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[5].text, "the shared secret is empty");
	CU_ASSERT(watching_until(&watching, 6, ENDING_FAILED, 2));
	CU_ASSERT(strstr(watching.last[6].text, "before 3.2.2") != NULL);
	CU_ASSERT_EQUAL(watching.count[0], watching.endings[0][ENDING_TIMEOUT]);
	/* A timeout as long as the interval, and still every round is asked. */
	CU_ASSERT(watching_within(&watching, 2, 3 * FAST / 2));
	uv_close((uv_handle_t *)&forger.udp, NULL);
	uv_close((uv_handle_t *)&refuser.udp, NULL);
	uv_close((uv_handle_t *)&mute.udp, NULL);
	uv_close((uv_handle_t *)&old.udp, NULL);
	watching_close(&watching);
}

static struct probe
login_of(uint16_t port, struct probe_output *output, size_t outputs)
{
	struct probe probe = { .kind = PROBE_RADIUS_LOGIN,
			       .name = "test",
			       .interval = FAST,
			       .timeout = PATIENT,
			       .output = output,
			       .outputs = outputs };
	probe.radius_login.server = loopback(port);
	probe.radius_login.secret = radius_server_secret;
	probe.radius_login.secret_size = RADIUS_SERVER_SECRET;
	probe.radius_login.user = "probe";
	probe.radius_login.nas_identifier = "bellwether";
	probe.radius_login.password = (const uint8_t *)"password";
	probe.radius_login.password_size = 8;
	return probe;
}

/* A latency, a verdict, and a service, by the answer that comes. */
static void
test_login(void)
{
	static const struct {
		unsigned says;
		double verdict, state;
		const char *text;
	} logins[] = {
		{ SAY_SHORT | SAY_OTHER | SAY_FORGED | SAY_GOOD | WITH_MESSAGE, 1, 1,
		  "accepted" },
		{ SAY_REFUSED | WITH_TEXT, 0, 0, "rejected: no such user" },
		{ SAY_CHALLENGE | WITH_MESSAGE, 2, 1, "challenged" },
	};
	struct watching watching;
	struct liar liars[4];
	struct probe probes[4];
	struct probe_output outputs[10];
	watching_init(&watching);
	for (uint32_t i = 0; i < 9; i++)
		outputs[i] = (struct probe_output){
			.input = i,
			.value = (const enum probe_value[]){ VALUE_ELAPSED, VALUE_LOGIN,
							     VALUE_STATE }[i % 3],
		};
	for (size_t i = 0; i < 3; i++)
		probes[i] = login_of(liar_open(&watching, &liars[i], logins[i].says),
				     &outputs[3 * i], 3);
	outputs[9] = (struct probe_output){ .input = 9, .value = VALUE_LOGIN };
	probes[3] = login_of(liar_open(&watching, &liars[3], SAY_SHORT | SAY_FORGED),
			     &outputs[9], 1);
	probes[3].timeout = FAST;
	watching_start(&watching, probes, 4);
	for (uint32_t i = 0; i < 3; i++) {
		for (uint32_t j = 0; j < 3; j++)
			CU_ASSERT(
			    watching_until(&watching, 3 * i + j, ENDING_VALUE, 2));
		CU_ASSERT(watching.last[3 * i].value > 0);
		CU_ASSERT_EQUAL(watching.last[3 * i + 1].value, logins[i].verdict);
		CU_ASSERT_EQUAL(watching.last[3 * i + 2].value, logins[i].state);
		CU_ASSERT_STRING_EQUAL(watching.last[3 * i].text, logins[i].text);
	}
	CU_ASSERT(watching_until(&watching, 9, ENDING_TIMEOUT, 2));
	CU_ASSERT_EQUAL(watching.endings[9][ENDING_VALUE], 0);
	for (size_t i = 0; i < 4; i++)
		uv_close((uv_handle_t *)&liars[i].udp, NULL);
	watching_close(&watching);
}

/* Answers between two turns of the loop, which then comes back only after the deadline. */
static void
on_turn(uv_check_t *check)
{
	int fd = *(int *)check->data;
	uint8_t question[64];
	struct sockaddr_storage from;
	struct radius_server server;
	socklen_t size = sizeof(from);
	int64_t until = clock_now().boot + FAST + FAST / 2;
	if (recvfrom(fd, question, sizeof(question), 0, (struct sockaddr *)&from,
		     &size) < 38)
		return;
	radius_server_begin(&server, question[1], 2);
	radius_server_sign(&server, question + 4);
	CU_ASSERT(sendto(fd, server.packet, server.size, 0, (struct sockaddr *)&from,
			 size) > 0);
	while (clock_now().boot < until)
		;
}

/* An answer that lies here unread is no timeout: it is the loop that was late. */
static void
test_late_loop(void)
{
	struct watching watching;
	struct probe_output output = { .input = 0, .value = VALUE_STATE };
	uint16_t port;
	int fd = bound_socket(SOCK_DGRAM, &port);
	uv_check_t check;
	struct probe probe = status_of(port, &output, 1);
	probe.interval = 2 * FAST;
	watching_init(&watching);
	uv_check_init(&watching.loop, &check);
	check.data = &fd;
	uv_check_start(&check, on_turn);
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 3));
	CU_ASSERT_EQUAL(watching.endings[0][ENDING_TIMEOUT], 0);
	CU_ASSERT(watching.last[0].at - watching.last[0].asked >= FAST);
	uv_close((uv_handle_t *)&check, NULL);
	watching_close(&watching);
	close(fd);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "answers", test_good },
		{ "none, or bad ones", test_bad },
		{ "logins", test_login },
		{ "a loop that is late", test_late_loop },
	};
	return unit_run("status", tests, ARRAY_SIZE(tests));
}
