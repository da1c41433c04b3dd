/* SPDX-License-Identifier: BSD-3-Clause */
/* Diameter: messages against a second implementation's (tests/vectors/diameter.py), and
   the probe on a loop, asking peers that err, leave, or say nothing. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "monitor/diameter_packet.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define FAST (100 * MILLISECOND)
/* For what is answered, on a machine that stands still for a while too. */
#define PATIENT (10 * SECOND)
#define ROOM    256

#define CEA_HEX                                                                  \
	"01000040000001010000000001020304050607080000010c4000000c000007d1000001" \
	"0840000011616161312e74657374000000000001284000000c74657374"
#define STRANGER_HEX                                                             \
	"01000054200001010000000001020304050607080000010c4000000c00000bc2000001" \
	"190000001477686f2061726520796f753f0000010840000011616161312e7465737400" \
	"0000000001284000000c74657374"
#define NO_RESULT_HEX                                                            \
	"0100003400000101000000000102030405060708000001084000001270726f62652e74" \
	"6573740000000001284000000c74657374"

static size_t
from_hex(const char *text, uint8_t bytes[ROOM])
{
	size_t size = 0;
	CU_ASSERT_FATAL(hex_decode(text, strlen(text), bytes, ROOM, &size));
	return size;
}

static void
same(const uint8_t *packet, size_t size, const char *hex)
{
	uint8_t wanted[ROOM];
	CU_ASSERT_EQUAL_FATAL(size, from_hex(hex, wanted));
	CU_ASSERT_EQUAL(memcmp(packet, wanted, size), 0);
}

static struct diameter_question
question_from(const char *address)
{
	struct diameter_question question = { .origin_host = "probe.test",
					      .origin_realm = "test",
					      .hop_by_hop = 0x01020304,
					      .end_to_end = 0x05060708 };
	CU_ASSERT(address_parse(address, &question.own));
	return question;
}

static void
test_questions(void)
{
	struct diameter_question four = question_from("192.0.2.1");
	struct diameter_question six = question_from("2001:db8::1");
	uint8_t packet[DIAMETER_ASK_MAX];
	char longest[DIAMETER_NAME_MAX + 50];
	same(packet, diameter_cer(&four, packet),
	     "0100007080000101000000000102030405060708000001084000001270726f62652e7465"
	     "73740000000001284000000c74657374000001014000000e0001c000020100000000010a"
	     "4000000c000000000000010d0000001262656c6c7765746865720000000001024000000c"
	     "ffffffff");
	same(packet, diameter_cer(&six, packet),
	     "0100007c80000101000000000102030405060708000001084000001270726f62652e7465"
	     "73740000000001284000000c74657374000001014000001a000220010db8000000000000"
	     "0000000000010000"
	     "0000010a4000000c000000000000010d0000001262656c6c776574686572000000000102"
	     "4000000cffffffff");
	same(packet, diameter_dpr(&four, packet),
	     "010000408000011a000000000102030405060708000001084000001270726f62652e7465"
	     "73740000000001284000000c74657374000001114000000c00000002");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	six.origin_host = six.origin_realm = longest;
	CU_ASSERT(diameter_cer(&six, packet) <= sizeof(packet));
}

static void
test_answers(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum diameter_verdict verdict;
	} changes[] = {
		{ 0, 2, DIAMETER_NONE },          { 3, 0x10, DIAMETER_NONE },
		{ 3, 0x41, DIAMETER_NONE },       { 4, 0x80, DIAMETER_OTHER },
		{ 7, 2, DIAMETER_OTHER },         { 15, 0, DIAMETER_OTHER },
		{ 19, 0, DIAMETER_OTHER },        { 1, 1, DIAMETER_LONG },
		{ 3, 0x44, DIAMETER_SHORT },      { 27, 7, DIAMETER_MALFORMED },
		{ 27, 0xff, DIAMETER_MALFORMED }, { 27, 16, DIAMETER_MALFORMED },
		{ 24, 0x80, DIAMETER_MALFORMED }, { 23, 0, DIAMETER_MALFORMED },
		{ 63, 9, DIAMETER_GOOD },
	};
	struct diameter_question question = question_from("192.0.2.1");
	struct diameter_answer answer;
	uint8_t good[ROOM], packet[ROOM];
	size_t size = from_hex(CEA_HEX, good);
	CU_ASSERT_EQUAL(diameter_accept(&question, good, size, &answer), DIAMETER_GOOD);
	CU_ASSERT_EQUAL(answer.result, DIAMETER_SUCCESS);
	CU_ASSERT_STRING_EQUAL(answer.message, "");
	for (size_t i = 0; i < size; i++)
		CU_ASSERT_EQUAL(diameter_accept(&question, good, i, &answer),
				DIAMETER_SHORT);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		memcpy(packet, good, size);
		packet[changes[i].at] = changes[i].value;
		CU_ASSERT_EQUAL(diameter_accept(&question, packet, size, &answer),
				changes[i].verdict);
	}
	size = from_hex(STRANGER_HEX, good);
	CU_ASSERT_EQUAL(diameter_accept(&question, good, size, &answer), DIAMETER_GOOD);
	CU_ASSERT_EQUAL(answer.result, DIAMETER_UNKNOWN_PEER);
	CU_ASSERT_STRING_EQUAL(answer.message, "who are you?");
	size = from_hex(NO_RESULT_HEX, good);
	CU_ASSERT_EQUAL(diameter_accept(&question, good, size, &answer),
			DIAMETER_MALFORMED);
	CU_ASSERT_EQUAL(diameter_accept(&question, (const uint8_t *)"SSH", 3, &answer),
			DIAMETER_NONE);
}

/* ---- the probe ---- */

enum farewell { ANSWERS, CLOSES, IGNORES };

/* A peer: what it says to a CER (NULL: nothing), and to a DPR. */
struct peer {
	uv_tcp_t listens, talks;
	const char *says;
	uint32_t result; /* in its place, when not 0 */
	bool closes;
	enum farewell farewell;
	size_t asked, left;
	bool talking, waits; /* is connected to one; another one is there */
	uint8_t heard[1024];
	size_t size;
};

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
	struct peer *peer = handle->data;
	(void)size;
	*buffer = uv_buf_init((char *)peer->heard + peer->size,
			      (unsigned)(sizeof(peer->heard) - peer->size));
}

static void
say(struct peer *peer, uint8_t *bytes, size_t size)
{
	uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)size);
	CU_ASSERT_EQUAL(uv_try_write((uv_stream_t *)&peer->talks, &buffer, 1),
			(int)size);
}

static void on_connection(uv_stream_t *stream, int status);

static void
on_hung_up(uv_handle_t *handle)
{
	struct peer *peer = handle->data;
	peer->talking = false;
	if (peer->waits && !uv_is_closing((uv_handle_t *)&peer->listens))
		on_connection((uv_stream_t *)&peer->listens, 0);
}

static void
hang_up(struct peer *peer)
{
	if (!uv_is_closing((uv_handle_t *)&peer->talks))
		uv_close((uv_handle_t *)&peer->talks, on_hung_up);
}

static void
on_cer(struct peer *peer)
{
	uint8_t answer[ROOM];
	peer->asked++;
	CU_ASSERT_PTR_NOT_NULL(
	    memmem(peer->heard, peer->size, "\0\0\1\x02\x40\0\0\x0c\xff", 9));
	if (peer->says) {
		size_t size = from_hex(peer->says, answer);
		memcpy(answer + 12, peer->heard + 12, 8);
		if (peer->result)
			put_u32(answer + 28, peer->result);
		say(peer, answer, size);
	}
	if (peer->closes)
		hang_up(peer);
}

static void
on_dpr(struct peer *peer)
{
	uint8_t answer[ROOM];
	peer->left++;
	if (peer->farewell == ANSWERS) {
		size_t size = from_hex(CEA_HEX, answer);
		answer[6] = 1;
		answer[7] = 0x1a;
		memcpy(answer + 12, peer->heard + 12, 8);
		say(peer, answer, size);
	} else if (peer->farewell == CLOSES) {
		hang_up(peer);
	}
}

static void
on_heard(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct peer *peer = stream->data;
	(void)buffer;
	if (got < 0) {
		hang_up(peer);
		return;
	}
	peer->size += (size_t)got;
	while (peer->size >= 20 && !uv_is_closing((uv_handle_t *)stream)) {
		size_t size = get_u32(peer->heard) & 0xffffff;
		if (peer->size < size)
			return;
		if (peer->heard[7] == 1)
			on_cer(peer);
		else
			on_dpr(peer);
		peer->size -= size;
		memmove(peer->heard, peer->heard + size, peer->size);
	}
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct peer *peer = stream->data;
	CU_ASSERT_EQUAL(status, 0);
	/* One at a time: where the loop was late, the last one's end is not yet seen. */
	peer->waits = peer->talking;
	if (peer->talking)
		return;
	peer->talking = true;
	uv_tcp_init(stream->loop, &peer->talks);
	peer->talks.data = peer;
	peer->size = 0;
	CU_ASSERT_EQUAL(uv_accept(stream, (uv_stream_t *)&peer->talks), 0);
	uv_read_start((uv_stream_t *)&peer->talks, on_alloc, on_heard);
}

static uint16_t
peer_open(struct watching *watching, struct peer *peer)
{
	uint16_t port;
	CU_ASSERT_FATAL(uv_tcp_init(&watching->loop, &peer->listens) == 0);
	CU_ASSERT_FATAL(uv_tcp_open(&peer->listens, bound_socket(SOCK_STREAM, &port)) ==
			0);
	peer->listens.data = peer;
	CU_ASSERT_FATAL(uv_listen((uv_stream_t *)&peer->listens, 5, on_connection) ==
			0);
	return port;
}

static void
test_peers(void)
{
	static struct {
		struct peer peer;
		enum ending ending;
		const char *text;
		bool leaves;
	} rows[] = {
		{ { .says = CEA_HEX }, ENDING_VALUE, "result 2001 (success)", true },
		{ { .says = CEA_HEX, .farewell = CLOSES },
		  ENDING_VALUE,
		  "result 2001 (success)",
		  true },
		{ { .says = CEA_HEX, .farewell = IGNORES },
		  ENDING_VALUE,
		  "result 2001 (success)",
		  true },
		{ { .says = STRANGER_HEX, .closes = true },
		  ENDING_VALUE,
		  "result 3010 (unknown peer): who are you?",
		  false },
		{ { .says = CEA_HEX, .result = 5010 },
		  ENDING_VALUE,
		  "result 5010",
		  false },
		{ { .says = CEA_HEX, .result = 3004 },
		  ENDING_ABSENT,
		  "result 3004 (too busy)",
		  false },
		{ { .closes = true },
		  ENDING_ABSENT,
		  "the peer closed without an answer",
		  false },
		{ { .says = NULL }, ENDING_TIMEOUT, "no answer within 400 ms", false },
		{ { .says = NO_RESULT_HEX },
		  ENDING_FAILED,
		  "the answer is malformed",
		  false },
		{ { .says = "5353482d322e300d0a0000000000000000000000000000000000" },
		  ENDING_FAILED,
		  "what answers there is no Diameter",
		  false },
	};
	static struct watching watching;
	struct probe_output outputs[ARRAY_SIZE(rows)][2];
	struct probe probes[ARRAY_SIZE(rows)];
	watching_init(&watching);
	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
		outputs[i][0] =
		    (struct probe_output){ .input = 2 * i, .value = VALUE_ELAPSED };
		outputs[i][1] =
		    (struct probe_output){ .input = 2 * i + 1, .value = VALUE_STATE };
		/* Those that wait to the end. */
		bool quick = rows[i].ending == ENDING_TIMEOUT ||
			     rows[i].peer.farewell == IGNORES;
		probes[i] = (struct probe){ .kind = PROBE_DIAMETER,
					    .name = "test",
					    .interval = 5 * FAST,
					    .timeout = quick ? 4 * FAST : PATIENT,
					    .output = outputs[i],
					    .outputs = 2 };
		probes[i].diameter.to = loopback(peer_open(&watching, &rows[i].peer));
		probes[i].diameter.origin_host = "probe.test";
		probes[i].diameter.origin_realm = "test";
	}
	watching_start(&watching, probes, ARRAY_SIZE(rows));
	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct sample *last = &watching.last[2 * i];
		CU_ASSERT(watching_until(&watching, 2 * i, rows[i].ending, 2));
		CU_ASSERT(watching_is(&watching, 2 * i, rows[i].ending, rows[i].text));
		CU_ASSERT_STRING_EQUAL(last->text, rows[i].text);
		/* Late it may be, if the loop was, but not once something else. */
		size_t *endings = watching.endings[2 * i];
		size_t right = endings[rows[i].ending];
		if (rows[i].peer.farewell == IGNORES)
			right += endings[ENDING_TIMEOUT];
		CU_ASSERT_EQUAL(watching.count[2 * i], right);
		CU_ASSERT_EQUAL(watching.last[2 * i + 1].ending, rows[i].ending);
		CU_ASSERT(rows[i].leaves ? rows[i].peer.left > 0
					 : rows[i].peer.left == 0);
		if (rows[i].ending != ENDING_VALUE)
			continue;
		CU_ASSERT_EQUAL(watching.last[2 * i + 1].value, 1);
		/* The good-bye is no part of the latency, even one never answered. */
		CU_ASSERT(last->value > 0 &&
			  last->value < (double)(probes[i].timeout / MILLISECOND));
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		uv_close((uv_handle_t *)&rows[i].peer.listens, NULL);
	watching_close(&watching);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "questions", test_questions },
		{ "answers", test_answers },
		{ "peers", test_peers },
	};
	return unit_run("diameter", tests, ARRAY_SIZE(tests));
}
