/* SPDX-License-Identifier: BSD-3-Clause */
/* TACACS+: packets against a second implementation's (tests/vectors/tacacs.py), and the
   probe on a loop, asking servers that lie, err, or say nothing. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/tacacs_packet.h"
#include "tests/unit/tacacs-server.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define FAST (100 * MILLISECOND)
/* For what is answered, on a machine that stands still for a while too. */
#define PATIENT (10 * SECOND)

static const struct tacacs_session session = {
	.id = 0x0a0b0c0d,
	.secret = (const uint8_t *)TACACS_SERVER_SECRET,
	.secret_size = sizeof(TACACS_SERVER_SECRET) - 1,
};

static size_t
from_hex(const char *text, uint8_t bytes[TACACS_SERVER_ROOM])
{
	size_t size = 0;
	CU_ASSERT_FATAL(
	    hex_decode(text, strlen(text), bytes, TACACS_SERVER_ROOM, &size));
	return size;
}

static void
same(const uint8_t *packet, size_t size, const char *hex)
{
	uint8_t wanted[TACACS_SERVER_ROOM];
	CU_ASSERT_EQUAL_FATAL(size, from_hex(hex, wanted));
	CU_ASSERT_EQUAL(memcmp(packet, wanted, size), 0);
}

static void
test_questions(void)
{
	uint8_t packet[TACACS_START_MAX];
	same(packet, tacacs_start(&session, "", packet),
	     "c00101000a0b0c0d0000001216bcf5adc2900386a99e2f0f92fd1d41a510");
	same(packet, tacacs_start(&session, "bob", packet),
	     "c00101000a0b0c0d0000001516bcf5adc1900386a994210180f4055ea5167bd343");
	same(packet, tacacs_abort(&session, packet),
	     "c00103000a0b0c0d000000059303a4c324");
	char longest[300];
	memset(longest, 'u', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	CU_ASSERT_EQUAL(tacacs_start(&session, longest, packet), sizeof(packet));
}

static enum tacacs_verdict
accept_hex(const char *hex, struct tacacs_reply *reply)
{
	uint8_t packet[TACACS_SERVER_ROOM];
	size_t size = from_hex(hex, packet);
	return tacacs_accept(&session, packet, size, reply);
}

static void
test_replies(void)
{
	struct tacacs_reply reply;
	CU_ASSERT_EQUAL(
	    accept_hex("c00102000a0b0c0d000000100e79736d99be50fb48f7539b1301836e",
		       &reply),
	    TACACS_GOOD);
	CU_ASSERT_EQUAL(reply.status, TACACS_GETUSER);
	CU_ASSERT_STRING_EQUAL(reply.message, "Username: ");
	/* A body of several pads. */
	CU_ASSERT_EQUAL(accept_hex("c00102000a0b0c0d000000310b79734f99bd35b91fb609cf485"
				   "38177f169d66e26cad671ba6c37194852f16ec98e5cf3f3650e"
				   "0acd2228ad8ee36f5f0d",
				   &reply),
			TACACS_GOOD);
	CU_ASSERT_EQUAL(reply.status, TACACS_PASS);
	CU_ASSERT_STRING_EQUAL(reply.message,
			       "0123456789012345678901234567890123456789");
	CU_ASSERT_EQUAL(accept_hex("c00102000a0b0c0d000000062b79736799be", &reply),
			TACACS_GOOD);
	CU_ASSERT_EQUAL(reply.status, TACACS_FOLLOW);
	CU_ASSERT_STRING_EQUAL(reply.message, "");
	CU_ASSERT_EQUAL(
	    accept_hex("c00102000a0b0c0d00000010a034bf4374c4ae52f2f695d13379adae",
		       &reply),
	    TACACS_IMPOSSIBLE);
}

static void
test_not_ours(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum tacacs_verdict verdict;
	} changes[] = {
		{ 0, 'H', TACACS_NONE },      { 0, 0xc1, TACACS_IMPOSSIBLE },
		{ 1, 2, TACACS_NONE },        { 2, 1, TACACS_OTHER },
		{ 2, 4, TACACS_OTHER },       { 3, 1, TACACS_PLAIN },
		{ 4, 0, TACACS_OTHER },       { 7, 0, TACACS_OTHER },
		{ 8, 1, TACACS_LONG },        { 11, 5, TACACS_IMPOSSIBLE },
		{ 11, 17, TACACS_SHORT },     { 11, 15, TACACS_IMPOSSIBLE },
		{ 12, 0, TACACS_IMPOSSIBLE },
	};
	uint8_t start[12] = { 0xc0, 1, 1, 0, 0x0a, 0x0b, 0x0c, 0x0d };
	uint8_t good[TACACS_SERVER_ROOM], packet[TACACS_SERVER_ROOM];
	struct tacacs_reply reply;
	size_t size = tacacs_server_reply(good, start, TACACS_GETUSER,
					  "Username: ", TACACS_SERVER_SECRET);
	CU_ASSERT_EQUAL(tacacs_accept(&session, good, size, &reply), TACACS_GOOD);
	for (size_t i = 0; i < size; i++)
		CU_ASSERT_EQUAL(tacacs_accept(&session, good, i, &reply), TACACS_SHORT);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		memcpy(packet, good, size);
		packet[changes[i].at] = changes[i].value;
		CU_ASSERT_EQUAL(tacacs_accept(&session, packet, size, &reply),
				changes[i].verdict);
	}
	/* What is there already tells: nobody waits for the rest of another protocol. */
	CU_ASSERT_EQUAL(tacacs_accept(&session, (const uint8_t *)"SSH", 3, &reply),
			TACACS_NONE);
	/* A message that would be a terminal's orders. */
	size = tacacs_server_reply(good, start, TACACS_FAIL, "a\033[2Jb",
				   TACACS_SERVER_SECRET);
	CU_ASSERT_EQUAL(tacacs_accept(&session, good, size, &reply), TACACS_GOOD);
	CU_ASSERT_STRING_EQUAL(reply.message, "a?[2Jb");
	CU_ASSERT_STRING_EQUAL(tacacs_status_name(TACACS_GETPASS), "GETPASS");
	CU_ASSERT_STRING_EQUAL(tacacs_status_name((enum tacacs_status)9), "?");
}

/* ---- the probe ---- */

/* What a server does with a START, and what it then hears. */
struct liar {
	uv_tcp_t listens, talks;
	uint8_t status; /* 0: none, see the next two */
	bool closes, says_http;
	const char *message;
	const char *secret;
	bool in_two, plain;
	size_t asked, aborted, turn;
	bool talking, waits; /* is connected to one; another one is there */
	uint8_t heard[512];
	size_t size;
	char user[256];
};

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
	struct liar *liar = handle->data;
	(void)size;
	*buffer = uv_buf_init((char *)liar->heard + liar->size,
			      (unsigned)(sizeof(liar->heard) - liar->size));
}

static void
say(struct liar *liar, const void *bytes, size_t size)
{
	uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)size);
	CU_ASSERT_EQUAL(uv_try_write((uv_stream_t *)&liar->talks, &buffer, 1),
			(int)size);
}

static void
answer_start(struct liar *liar)
{
	uint8_t packet[TACACS_SERVER_ROOM], *body = liar->heard + 12;
	size_t length = get_u32(liar->heard + 8);
	tacacs_server_pad(liar->heard, length, TACACS_SERVER_SECRET);
	/* login, least privilege, ASCII, login; the port is who we are */
	CU_ASSERT_EQUAL(memcmp(body, "\1\1\1\1", 4), 0);
	CU_ASSERT_EQUAL_FATAL(length, (size_t)8 + body[4] + body[5]);
	CU_ASSERT_EQUAL(memcmp(body + 8 + body[4], "bellwether", 10), 0);
	memcpy(liar->user, body + 8, body[4]);
	liar->user[body[4]] = '\0';
	liar->asked++;
	if (liar->says_http)
		say(liar, "HTTP/1.1 400 Bad Request\r\n", 26);
	if (liar->closes || liar->status == 0)
		return;
	size_t size = tacacs_server_reply(packet, liar->heard, liar->status,
					  liar->message, liar->secret);
	packet[3] = liar->plain ? 1 : 0;
	if (liar->in_two) {
		say(liar, packet, 7);
		say(liar, packet + 7, size - 7);
	} else {
		say(liar, packet, size);
	}
}

static void on_connection(uv_stream_t *stream, int status);

static void
on_hung_up(uv_handle_t *handle)
{
	struct liar *liar = handle->data;
	liar->talking = false;
	if (liar->waits && !uv_is_closing((uv_handle_t *)&liar->listens))
		on_connection((uv_stream_t *)&liar->listens, 0);
}

static void
hang_up(struct liar *liar)
{
	if (!uv_is_closing((uv_handle_t *)&liar->talks))
		uv_close((uv_handle_t *)&liar->talks, on_hung_up);
}

static void
on_heard(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct liar *liar = stream->data;
	(void)buffer;
	if (got < 0) {
		hang_up(liar);
		return;
	}
	liar->size += (size_t)got;
	while (liar->size >= 12 && liar->size >= 12 + get_u32(liar->heard + 8)) {
		size_t size = 12 + get_u32(liar->heard + 8);
		if (liar->heard[2] == 1) {
			answer_start(liar);
		} else {
			tacacs_server_pad(liar->heard, size - 12, TACACS_SERVER_SECRET);
			liar->aborted += liar->heard[2] == 3 &&
					 memcmp(liar->heard + 12, "\0\0\0\0\1", 5) == 0;
		}
		liar->size -= size;
		memmove(liar->heard, liar->heard + size, liar->size);
		if (liar->closes)
			hang_up(liar);
	}
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct liar *liar = stream->data;
	CU_ASSERT_EQUAL(status, 0);
	/* One at a time: where the loop was late, the last one's end is not yet seen. */
	liar->waits = liar->talking;
	if (liar->talking)
		return;
	liar->talking = true;
	uv_tcp_init(stream->loop, &liar->talks);
	liar->talks.data = liar;
	liar->size = 0;
	CU_ASSERT_EQUAL(uv_accept(stream, (uv_stream_t *)&liar->talks), 0);
	uv_read_start((uv_stream_t *)&liar->talks, on_alloc, on_heard);
}

static uint16_t
liar_open(struct watching *watching, struct liar *liar)
{
	uint16_t port;
	CU_ASSERT_FATAL(uv_tcp_init(&watching->loop, &liar->listens) == 0);
	CU_ASSERT_FATAL(uv_tcp_open(&liar->listens, bound_socket(SOCK_STREAM, &port)) ==
			0);
	liar->listens.data = liar;
	CU_ASSERT_FATAL(uv_listen((uv_stream_t *)&liar->listens, 5, on_connection) ==
			0);
	return port;
}

static struct probe
tacacs_of(uint16_t port, struct probe_output *output, size_t outputs, const char *user)
{
	struct probe probe = { .kind = PROBE_TACACS,
			       .name = "test",
			       .interval = 5 * FAST,
			       .timeout = PATIENT,
			       .output = output,
			       .outputs = outputs };
	probe.tacacs.to = loopback(port);
	probe.tacacs.secret = (const uint8_t *)TACACS_SERVER_SECRET;
	probe.tacacs.secret_size = sizeof(TACACS_SERVER_SECRET) - 1;
	probe.tacacs.user = user;
	return probe;
}

enum { ASKS_USER, ASKS_PASSWORD, PASSES, FAILS, IN_TWO, LIVING };

static void
test_living(void)
{
	static struct liar liars[LIVING];
	static struct watching watching;
	struct probe_output outputs[LIVING][2];
	struct probe probes[LIVING];
	static const uint8_t status[LIVING] = { TACACS_GETUSER, TACACS_GETPASS,
						TACACS_PASS, TACACS_FAIL,
						TACACS_GETUSER };
	watching_init(&watching);
	for (uint32_t i = 0; i < LIVING; i++) {
		outputs[i][0] =
		    (struct probe_output){ .input = 2 * i, .value = VALUE_ELAPSED };
		outputs[i][1] =
		    (struct probe_output){ .input = 2 * i + 1, .value = VALUE_STATE };
		liars[i] = (struct liar){ .status = status[i],
					  .message = i == FAILS ? "no such user" : "",
					  .secret = TACACS_SERVER_SECRET,
					  .in_two = i == IN_TWO };
		probes[i] = tacacs_of(liar_open(&watching, &liars[i]), outputs[i], 2,
				      i == ASKS_PASSWORD ? "bob" : "");
	}
	watching_start(&watching, probes, LIVING);
	for (uint32_t i = 0; i < LIVING; i++) {
		CU_ASSERT(watching_until(&watching, 2 * i, ENDING_VALUE, 3));
		CU_ASSERT(watching.last[2 * i].value > 0);
		CU_ASSERT_EQUAL(watching.last[2 * i + 1].value, 1);
		/* A login that was begun is given up; one that has ended need not be. */
		bool over = i == PASSES || i == FAILS;
		CU_ASSERT(over ? liars[i].aborted == 0 : liars[i].aborted >= 2);
	}
	CU_ASSERT_STRING_EQUAL(watching.last[2 * ASKS_USER].text, "GETUSER");
	CU_ASSERT_STRING_EQUAL(watching.last[2 * FAILS].text, "FAIL: no such user");
	CU_ASSERT_STRING_EQUAL(liars[ASKS_PASSWORD].user, "bob");
	CU_ASSERT_STRING_EQUAL(liars[ASKS_USER].user, "");
	for (size_t i = 0; i < LIVING; i++)
		uv_close((uv_handle_t *)&liars[i].listens, NULL);
	watching_close(&watching);
}

static void
test_bad(void)
{
	static struct {
		struct liar liar;
		enum ending ending;
		const char *text;
	} rows[] = {
		{ { .status = TACACS_ERROR, .message = "the directory is down" },
		  ENDING_ABSENT,
		  "the server answered ERROR: the directory is down" },
		{ { .status = TACACS_FOLLOW },
		  ENDING_ABSENT,
		  "the server answered FOLLOW" },
		{ { .closes = true },
		  ENDING_FAILED,
		  "closed without an answer: does it know this host" },
		{ { .status = 0 }, ENDING_TIMEOUT, "no answer within" },
		{ { .says_http = true }, ENDING_FAILED, "no TACACS+" },
		{ { .status = TACACS_PASS, .secret = "another" },
		  ENDING_FAILED,
		  "is the secret the server's?" },
		{ { .status = TACACS_PASS, .plain = true },
		  ENDING_FAILED,
		  "without obfuscation" },
	};
	static struct watching watching;
	struct probe_output outputs[ARRAY_SIZE(rows) + 2];
	struct probe probes[ARRAY_SIZE(rows) + 2];
	uint32_t count = ARRAY_SIZE(rows);
	uint16_t none;
	watching_init(&watching);
	for (uint32_t i = 0; i < count; i++) {
		struct liar *liar = &rows[i].liar;
		liar->secret = liar->secret ? liar->secret : TACACS_SERVER_SECRET;
		liar->message = liar->message ? liar->message : "";
		outputs[i] = (struct probe_output){ .input = i, .value = VALUE_STATE };
		probes[i] = tacacs_of(liar_open(&watching, liar), &outputs[i], 1, "");
		if (rows[i].ending == ENDING_TIMEOUT)
			probes[i].timeout = 4 * FAST;
	}
	int held = bound_socket(SOCK_STREAM, &none);
	for (uint32_t i = count; i < count + 2; i++) {
		outputs[i] = (struct probe_output){ .input = i, .value = VALUE_STATE };
		probes[i] = tacacs_of(none, &outputs[i], 1, "");
	}
	close(held);
	probes[count + 1].tacacs.secret_size = 0;
	watching_start(&watching, probes, count + 2);
	for (uint32_t i = 0; i < count; i++) {
		CU_ASSERT(watching_until(&watching, i, rows[i].ending, 2));
		CU_ASSERT_EQUAL(watching.count[i], watching.endings[i][rows[i].ending]);
		CU_ASSERT_PTR_NOT_NULL(strstr(watching.last[i].text, rows[i].text));
	}
	CU_ASSERT(watching_until(&watching, count, ENDING_ABSENT, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[count].text, "connection refused");
	CU_ASSERT(watching_until(&watching, count + 1, ENDING_FAILED, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[count + 1].text,
			       "the shared secret is empty");
	for (size_t i = 0; i < count; i++)
		uv_close((uv_handle_t *)&rows[i].liar.listens, NULL);
	watching_close(&watching);
}

/* Whoever has answered before knows us: that it closes now is its own trouble. */
static void
test_closes_later(void)
{
	static struct watching watching;
	static struct liar liar = { .status = TACACS_PASS,
				    .message = "",
				    .secret = TACACS_SERVER_SECRET };
	struct probe_output output = { .input = 0, .value = VALUE_STATE };
	watching_init(&watching);
	struct probe probe = tacacs_of(liar_open(&watching, &liar), &output, 1, "");
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 1));
	liar.closes = true;
	CU_ASSERT(watching_until(&watching, 0, ENDING_ABSENT, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text,
			       "the server closed without an answer");
	CU_ASSERT_EQUAL(watching.endings[0][ENDING_FAILED], 0);
	uv_close((uv_handle_t *)&liar.listens, NULL);
	watching_close(&watching);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "questions", test_questions },
		{ "replies", test_replies },
		{ "what is not ours", test_not_ours },
		{ "servers that live", test_living },
		{ "a server that closes later", test_closes_later },
		{ "servers that do not, and wrong secrets", test_bad },
	};
	return unit_run("tacacs", tests, ARRAY_SIZE(tests));
}
