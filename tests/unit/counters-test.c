/* SPDX-License-Identifier: BSD-3-Clause */
/* A client's own statistics: the questions, the answers as FreeRADIUS gives them, and
   servers that lie, err, or say nothing. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/counters.h"
#include "monitor/radius_packet.h"
#include "tests/unit/radius-server.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

static struct address
address_of(const char *text)
{
	struct address address;
	CU_ASSERT_FATAL(address_parse(text, &address));
	return address;
}

/* ---- the packet ---- */

static struct radius_question
question_of(enum radius_subject subject, const char *client)
{
	return (struct radius_question){
		.identifier = 9,
		.authenticator = "0123456789abcde",
		.statistics = 3,
		.subject = subject,
		.client = address_of(client),
		.number = 0x01020304,
		.secret = radius_server_secret,
		.secret_size = RADIUS_SERVER_SECRET,
	};
}

/* The question's attributes after its Message-Authenticator. */
static void
asks(const struct radius_question *question, const void *tail, size_t size)
{
	uint8_t packet[RADIUS_QUESTION_SIZE];
	CU_ASSERT_EQUAL_FATAL(radius_ask(question, packet), 38 + size);
	CU_ASSERT_EQUAL(get_u16(packet + 2), 38 + size);
	CU_ASSERT_EQUAL(memcmp(packet + 38, tail, size), 0);
}

static void
test_questions(void)
{
	static const uint8_t v4[] = { 26,   12,   0,   0,    0x2c, 0x50, 127, 6,
				      0,    0,    0,   0x23, 26,   12,   0,   0,
				      0x2c, 0x50, 167, 6,    198,  51,   100, 7 };
	static const uint8_t v6[] = { 26,  12, 0,    0,    0x2c, 0x50, 127, 6,    0,
				      0,   0,  0x23, 26,   24,   0,    0,   0x2c, 0x50,
				      188, 18, 0x20, 0x01, 0x0d, 0xb8, 0,   0,    0,
				      0,   0,  0,    0,    0,    0,    0,   0,    7 };
	static const uint8_t number[] = { 26,   12,   0,   0,    0x2c, 0x50, 127, 6,
					  0,    0,    0,   0x20, 26,   12,   0,   0,
					  0x2c, 0x50, 168, 6,    1,    2,    3,   4 };
	static const uint8_t home[] = { 26,   12,   0,   0,    0x2c, 0x50, 127, 6,
					0,    0,    0,   0x81, 26,   12,   0,   0,
					0x2c, 0x50, 170, 6,    198,  51,   100, 7,
					26,   12,   0,   0,    0x2c, 0x50, 171, 6,
					0,    0,    7,   0x14 };
	struct radius_question question = question_of(RADIUS_CLIENT, "198.51.100.7");
	asks(&question, v4, sizeof(v4));
	question = question_of(RADIUS_CLIENT, "2001:db8::7");
	asks(&question, v6, sizeof(v6));
	question = question_of(RADIUS_NUMBER, "::");
	question.statistics = 0;
	asks(&question, number, sizeof(number));
	question = question_of(RADIUS_HOME, "198.51.100.7");
	question.statistics = radius_statistics_of(RADIUS_HOME_STATE);
	question.number = 1812;
	asks(&question, home, sizeof(home));
}

static void
add_address6(struct radius_server *server, const char *text)
{
	uint8_t attribute[22] = { 0, 0, 0x2c, 0x50, 188, 18 };
	struct address address = address_of(text);
	memcpy(attribute + 6, address.byte, 16);
	radius_server_add(server, 26, attribute, sizeof(attribute));
}

static enum radius_verdict
decode(struct radius_server *server, struct radius_answer *answer)
{
	static const uint8_t zero[16];
	radius_server_sign(server, zero);
	return radius_decode(server->packet, server->size, answer);
}

/* FreeRADIUS gives the whole server's statistics first, under the same numbers. */
static void
test_answers(void)
{
	struct radius_server server;
	struct radius_answer answer;
	char text[PREFIX_TEXT];
	radius_server_begin(&server, 9, 2);
	radius_server_add_vendor(&server, 128, 5000);
	radius_server_add_vendor(&server, 191, 3);
	radius_server_add_vendor(&server, 148, 4000);
	radius_server_add_vendor(&server, 167, 0xc6336407);
	radius_server_add_vendor(&server, 128, 14);
	radius_server_add_vendor(&server, 148, 0);
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_GOOD);
	CU_ASSERT(answer.client_named);
	CU_ASSERT_STRING_EQUAL(prefix_format(&answer.client, text), "198.51.100.7/32");
	CU_ASSERT_EQUAL(answer.value[RADIUS_ACCESS_REQUESTS], 14);
	CU_ASSERT_EQUAL(answer.value[RADIUS_ACCOUNTING_REQUESTS], 0);
	CU_ASSERT(answer.has[RADIUS_ACCOUNTING_REQUESTS]);
	CU_ASSERT_FALSE(answer.has[191]);
	/* IPv6, and a second name, which changes nothing of what was said before. */
	radius_server_begin(&server, 9, 2);
	radius_server_add_vendor(&server, 128, 5000);
	add_address6(&server, "2001:db8::7");
	radius_server_add_vendor(&server, 128, 15);
	add_address6(&server, "2001:db8::7");
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_GOOD);
	CU_ASSERT_STRING_EQUAL(prefix_format(&answer.client, text), "2001:db8::7/128");
	CU_ASSERT_EQUAL(answer.value[RADIUS_ACCESS_REQUESTS], 15);
	/* It knows no such client. */
	radius_server_begin(&server, 9, 2);
	radius_server_add_vendor(&server, 128, 5000);
	radius_server_add(&server, 26, "\0\0\x2c\x50\xbb\x10No such client", 20);
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_GOOD);
	CU_ASSERT_FALSE(answer.client_named);
}

static void
test_sections(void)
{
	struct radius_server server;
	struct radius_answer answer;
	char text[PREFIX_TEXT];
	radius_server_begin(&server, 9, 2);
	radius_server_add_vendor(&server, 168, 2);
	radius_server_add_vendor(&server, 167, 0xc6336400);
	radius_server_add_vendor(&server, 169, 24);
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_GOOD);
	CU_ASSERT(answer.client_named);
	CU_ASSERT_STRING_EQUAL(prefix_format(&answer.client, text), "198.51.100.0/24");
	radius_server_begin(&server, 9, 2);
	radius_server_add_vendor(&server, 168, 5);
	add_address6(&server, "fd00::9");
	radius_server_add_vendor(&server, 169, 64);
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_GOOD);
	CU_ASSERT_STRING_EQUAL(prefix_format(&answer.client, text), "fd00::/64");
	/* Longer than an address is. */
	radius_server_begin(&server, 9, 2);
	radius_server_add_vendor(&server, 168, 2);
	radius_server_add_vendor(&server, 167, 0xc6336400);
	radius_server_add_vendor(&server, 169, 33);
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_MALFORMED);
	radius_server_begin(&server, 9, 2);
	add_address6(&server, "fd00::");
	radius_server_add_vendor(&server, 169, 129);
	CU_ASSERT_EQUAL(decode(&server, &answer), RADIUS_MALFORMED);
}

/* ---- on the loop ---- */

enum says {
	SAYS_GOOD,
	SAYS_NOBODY,
	SAYS_OTHER_CLIENT,
	SAYS_FORGED,
	SAYS_REJECT,
	SAYS_NOTHING
};

struct asked {
	uv_loop_t loop;
	uv_udp_t udp;
	enum says says;
	unsigned questions, answers;
	uint32_t statistics;
	struct counters *counters;
	struct counters_answer last;
	bool again; /* the next question from inside of an answer */
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
on_question(uv_udp_t *udp, ssize_t size, const uv_buf_t *buffer,
	    const struct sockaddr *from, unsigned flags)
{
	struct asked *asked = udp->data;
	const uint8_t *question = (const uint8_t *)buffer->base;
	struct radius_server server;
	(void)flags;
	if (size < 62 || !from)
		return;
	asked->questions++;
	asked->statistics = get_u32(question + 46);
	if (asked->says == SAYS_NOTHING)
		return;
	radius_server_begin(&server, question[1], asked->says == SAYS_REJECT ? 3 : 2);
	radius_server_add_vendor(&server, 128, 5000);
	radius_server_add_vendor(&server, 148, 5000);
	if (question[56] == 168) {
		radius_server_add_vendor(&server, 168, get_u32(question + 58));
		radius_server_add_vendor(&server, 167, 0xc6336400);
		radius_server_add_vendor(&server, 169, 24);
	} else if (asked->says != SAYS_NOBODY) {
		uint32_t other = asked->says == SAYS_OTHER_CLIENT;
		radius_server_add_vendor(&server, 167, get_u32(question + 58) + other);
		radius_server_add_vendor(&server, 128, 14);
		radius_server_add_vendor(&server, 148, 7);
	}
	radius_server_sign(&server, question + 4);
	server.packet[4] ^= asked->says == SAYS_FORGED;
	uv_buf_t reply = uv_buf_init((char *)server.packet, (unsigned)server.size);
	uv_udp_try_send(udp, &reply, 1, from);
}

static void
on_answer(void *context, const struct counters_answer *answer)
{
	static const struct address client = { { [10] = 0xff, 0xff, 198, 51, 100, 7 } };
	struct asked *asked = context;
	asked->answers++;
	asked->last = *answer;
	if (asked->again)
		counters_ask_client(asked->counters, &client);
	asked->again = false;
}

/* For what is answered, on a machine that stands still for a while too. */
#define PATIENT (10 * SECOND)

static void
asked_open(struct asked *asked, uint32_t statistics, int64_t timeout)
{
	uint16_t port;
	memset(asked, 0, sizeof(*asked));
	uv_loop_init(&asked->loop);
	CU_ASSERT_FATAL(uv_udp_init(&asked->loop, &asked->udp) == 0);
	CU_ASSERT_FATAL(uv_udp_open(&asked->udp, bound_socket(SOCK_DGRAM, &port)) == 0);
	asked->udp.data = asked;
	uv_udp_recv_start(&asked->udp, on_alloc, on_question);
	struct counters_options options = { .loop = &asked->loop,
					    .server = loopback(port),
					    .secret = radius_server_secret,
					    .secret_size = RADIUS_SERVER_SECRET,
					    .statistics = statistics,
					    .timeout = timeout,
					    .answered = on_answer,
					    .context = asked };
	asked->counters = counters_open(&options);
	CU_ASSERT_PTR_NOT_NULL_FATAL(asked->counters);
}

static void
asked_close(struct asked *asked)
{
	counters_close(asked->counters);
	if (!uv_is_closing((uv_handle_t *)&asked->udp))
		uv_close((uv_handle_t *)&asked->udp, NULL);
	CU_ASSERT_EQUAL(uv_run(&asked->loop, UV_RUN_DEFAULT), 0);
	CU_ASSERT_EQUAL(uv_loop_close(&asked->loop), 0);
}

/* Until so many answers; each question ends by itself. */
static void
run_until(struct asked *asked, unsigned answers)
{
	while (asked->answers < answers && uv_run(&asked->loop, UV_RUN_ONCE))
		;
	CU_ASSERT_EQUAL(asked->answers, answers);
}

/* Descriptors: what was opened is closed. */
static int
open_files(void)
{
	int count = 0;
	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
test_counts(void)
{
	static const struct {
		uint32_t statistics;
		uint64_t requests;
	} table[] = { { 1, 14 }, { 2, 7 }, { 3, 21 } };
	struct address client = address_of("198.51.100.7");
	struct asked asked;
	char text[PREFIX_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		asked_open(&asked, table[i].statistics, PATIENT);
		counters_ask_client(asked.counters, &client);
		CU_ASSERT_EQUAL(asked.answers, 0);
		run_until(&asked, 1);
		CU_ASSERT_EQUAL(asked.last.ending, COUNTERS_REQUESTS);
		CU_ASSERT_EQUAL(asked.last.requests, table[i].requests);
		CU_ASSERT_EQUAL(asked.statistics, table[i].statistics | 0x20);
		asked_close(&asked);
	}
	/* The loop's own, of which some stay, are open by now. */
	int files = open_files();
	asked_open(&asked, 3, PATIENT);
	asked.again = true;
	counters_ask_section(asked.counters, 2);
	run_until(&asked, 1);
	CU_ASSERT_EQUAL(asked.last.ending, COUNTERS_SECTION);
	CU_ASSERT_STRING_EQUAL(prefix_format(&asked.last.section, text),
			       "198.51.100.0/24");
	CU_ASSERT_EQUAL(asked.statistics, 0x20);
	run_until(&asked, 2);
	CU_ASSERT_EQUAL(asked.last.ending, COUNTERS_REQUESTS);
	CU_ASSERT_EQUAL(asked.last.requests, 21);
	asked.says = SAYS_NOBODY;
	counters_ask_client(asked.counters, &client);
	run_until(&asked, 3);
	CU_ASSERT_EQUAL(asked.last.ending, COUNTERS_NOBODY);
	counters_ask_section(asked.counters, 2);
	run_until(&asked, 4);
	CU_ASSERT_EQUAL(asked.statistics, 0x20);
	asked_close(&asked);
	CU_ASSERT_EQUAL(open_files(), files);
}

static void
ends_without(struct asked *asked, enum says says, const char *why)
{
	struct address client = address_of("198.51.100.7");
	asked->says = says;
	asked->answers = 0;
	counters_ask_client(asked->counters, &client);
	CU_ASSERT_EQUAL(asked->answers, 0);
	run_until(asked, 1);
	CU_ASSERT_EQUAL(asked->last.ending, COUNTERS_NONE);
	CU_ASSERT_PTR_NOT_NULL(strstr(asked->last.why, why));
	if (!strstr(asked->last.why, why))
		printf("\n  %s\n", asked->last.why);
}

static void
test_no_answer(void)
{
	struct asked asked;
	asked_open(&asked, 3, SECOND);
	ends_without(&asked, SAYS_OTHER_CLIENT, "about another client");
	ends_without(&asked, SAYS_FORGED, "1 answers, none with the right");
	ends_without(&asked, SAYS_REJECT, "code 3");
	ends_without(&asked, SAYS_NOTHING, "no answer within 1000 ms");
	/* Given up while it is on its way, and with a port that is closed. */
	struct address client = address_of("198.51.100.7");
	uv_close((uv_handle_t *)&asked.udp, NULL);
	uv_run(&asked.loop, UV_RUN_NOWAIT);
	ends_without(&asked, SAYS_GOOD, "Connection refused");
	counters_ask_client(asked.counters, &client);
	asked_close(&asked);
	CU_ASSERT_EQUAL(asked.answers, 1);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "questions about clients", test_questions },
		{ "answers about clients", test_answers },
		{ "answers about sections", test_sections },
		{ "what a server has counted", test_counts },
		{ "no answer", test_no_answer },
	};
	return unit_run("counters", tests, ARRAY_SIZE(tests));
}
