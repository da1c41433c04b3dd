/* SPDX-License-Identifier: BSD-3-Clause */
/* Questions to the poller and its answers: on the wire, and through the snmp probe with a
   process that only pretends at the other end. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/oid.h"
#include "monitor/poller.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

static const struct snmp_access ann = {
	.version = ACCESS_V3,
	.level = ACCESS_PRIVACY,
	.community = "",
	.user = "ann",
	.auth_type = "SHA-256",
	.auth_passphrase = "authentic",
	.privacy_type = "AES",
	.privacy_passphrase = "encrypted",
};

/* ---- object identifiers ---- */

static void
test_oids(void)
{
	static const char *const bad[] = {
		"",
		"1",
		".",
		"..1.3",
		"1.",
		"1..3",
		"1.3.",
		"1.3.a",
		"3.1",
		"1.40",
		"0.40.1",
		"1.03",
		"+1.3",
		"1.3.-1",
		"1.3 .1",
		" 1.3",
		"1.4294967296",
		"2.4294967280",
		"1.3.99999999999",
		"sysUpTime.0",
	};
	static char many[4 * OID_ARCS];
	uint32_t arc[OID_ARCS];
	size_t arcs = 77;
	CU_ASSERT(oid_parse("1.3.6.1.4294967295.0", arc, &arcs));
	CU_ASSERT_EQUAL(arcs, 6);
	CU_ASSERT_EQUAL(arc[4], UINT32_MAX);
	CU_ASSERT(oid_parse(".2.999", arc, &arcs));
	CU_ASSERT_EQUAL(arcs, 2);
	CU_ASSERT_EQUAL(arc[1], 999);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(oid_parse(bad[i], arc, &arcs));
	CU_ASSERT_EQUAL(arcs, 2);
	memcpy(many, "1.3", 4);
	for (size_t i = 2; i < 127; i++)
		memcpy(many + strlen(many), ".1", 3);
	CU_ASSERT(oid_parse(many, arc, &arcs));
	CU_ASSERT_EQUAL(arcs, 127);
	memcpy(many + strlen(many), ".1", 3);
	CU_ASSERT(oid_parse(many, arc, &arcs));
	CU_ASSERT_EQUAL(arcs, OID_ARCS);
	memcpy(many + strlen(many), ".1", 3);
	CU_ASSERT_FALSE(oid_parse(many, arc, &arcs));
}

/* ---- the wire ---- */

static struct poll_question
sample_question(void)
{
	return (struct poll_question){
		.id = UINT64_C(0x1122334455667788),
		.timeout = 750 * MILLISECOND,
		.agent = loopback(161),
		.access = ann,
		.object = { "1.3.6.1.2.1.1.3.0", "2.999.1" },
		.objects = 2,
		.texts = true,
	};
}

static void
test_question(void)
{
	uint8_t packet[POLL_QUESTION_MAX + 1];
	struct poll_question out = sample_question(), in;
	size_t size = poll_question_encode(&out, packet);
	CU_ASSERT_FATAL(size > 0);
	CU_ASSERT_FATAL(poll_question_decode(packet, size, &in));
	CU_ASSERT_EQUAL(in.id, out.id);
	CU_ASSERT_EQUAL(in.timeout, out.timeout);
	CU_ASSERT(address_equal(&in.agent.address, &out.agent.address));
	CU_ASSERT_EQUAL(in.agent.port, 161);
	CU_ASSERT(in.texts);
	CU_ASSERT_EQUAL(in.access.version, ACCESS_V3);
	CU_ASSERT_EQUAL(in.access.level, ACCESS_PRIVACY);
	CU_ASSERT_STRING_EQUAL(in.access.community, "");
	CU_ASSERT_STRING_EQUAL(in.access.user, "ann");
	CU_ASSERT_STRING_EQUAL(in.access.auth_type, "SHA-256");
	CU_ASSERT_STRING_EQUAL(in.access.auth_passphrase, "authentic");
	CU_ASSERT_STRING_EQUAL(in.access.privacy_type, "AES");
	CU_ASSERT_STRING_EQUAL(in.access.privacy_passphrase, "encrypted");
	CU_ASSERT_EQUAL_FATAL(in.objects, 2);
	CU_ASSERT_STRING_EQUAL(in.object[0], out.object[0]);
	CU_ASSERT_STRING_EQUAL(in.object[1], out.object[1]);
	for (size_t cut = 0; cut < size; cut++)
		CU_ASSERT_FALSE(poll_question_decode(packet, cut, &in));
	packet[size] = 0;
	CU_ASSERT_FALSE(poll_question_decode(packet, size + 1, &in));
}

static bool
is_refused(const struct poll_question *question)
{
	uint8_t packet[POLL_QUESTION_MAX];
	struct poll_question in;
	size_t size = poll_question_encode(question, packet);
	return size == 0 || !poll_question_decode(packet, size, &in);
}

static void
test_question_refused(void)
{
	static char text[POLL_TEXT + 2];
	struct poll_question question = sample_question();
	CU_ASSERT_FALSE(is_refused(&question));
#define REFUSED(member, value)                    \
	do {                                      \
		question = sample_question();     \
		question.member = (value);        \
		CU_ASSERT(is_refused(&question)); \
	} while (0)
	REFUSED(timeout, 0);
	REFUSED(timeout, -1);
	REFUSED(timeout, DAY + 1);
	REFUSED(agent.port, 0);
	REFUSED(agent.address.byte[12], 224);
	REFUSED(access.version, 0);
	REFUSED(access.version, 4);
	REFUSED(access.level, 0);
	REFUSED(access.level, 4);
	REFUSED(access.version, ACCESS_V2C); /* and its level */
	REFUSED(objects, 0);
	REFUSED(object[1], "1.3.x");
	REFUSED(object[0], "");
	memset(text, 'x', POLL_TEXT + 1);
	REFUSED(access.community, text);
#undef REFUSED
	question = sample_question();
	text[POLL_TEXT] = '\0';
	question.access.community = text;
	CU_ASSERT_FALSE(is_refused(&question));
	/* The largest there can be. */
	question.access.user = question.access.auth_type =
	    question.access.auth_passphrase = question.access.privacy_type =
		question.access.privacy_passphrase = text;
	question.objects = POLL_OBJECTS;
	static char name[OID_TEXT + 1];
	memcpy(name, "1.3", 4);
	while (strlen(name) + 3 <= OID_TEXT)
		memcpy(name + strlen(name), ".1", 3);
	for (size_t i = 0; i < POLL_OBJECTS; i++)
		question.object[i] = name;
	CU_ASSERT_FALSE(is_refused(&question));
}

static struct poll_answer
sample_answer(void)
{
	return (struct poll_answer){
		.id = UINT64_C(0x1122334455667788),
		.finding = { { ENDING_VALUE, -1.5e300, "" },
			     { ENDING_TIMEOUT, 0, "no answer" },
			     { ENDING_FAILED, 0, "" } },
		.findings = 3,
	};
}

static void
test_answer(void)
{
	uint8_t packet[POLL_ANSWER_MAX + 1];
	struct poll_answer out = sample_answer(), in;
	size_t size = poll_answer_encode(&out, packet);
	CU_ASSERT_FATAL(poll_answer_decode(packet, size, &in));
	CU_ASSERT_EQUAL(in.id, out.id);
	CU_ASSERT_EQUAL_FATAL(in.findings, 3);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(in.finding[i].ending, out.finding[i].ending);
		CU_ASSERT(in.finding[i].value == out.finding[i].value);
		CU_ASSERT_STRING_EQUAL(in.finding[i].text, out.finding[i].text);
	}
	for (size_t cut = 0; cut < size; cut++)
		CU_ASSERT_FALSE(poll_answer_decode(packet, cut, &in));
	packet[size] = 0;
	CU_ASSERT_FALSE(poll_answer_decode(packet, size + 1, &in));
	packet[0] = 0;
	CU_ASSERT_FALSE(poll_answer_decode(packet, size, &in));
	packet[0] = POLL_OBJECTS + 1;
	CU_ASSERT_FALSE(poll_answer_decode(packet, size, &in));
	out.finding[0].value = NAN;
	CU_ASSERT_FALSE(
	    poll_answer_decode(packet, poll_answer_encode(&out, packet), &in));
	out = sample_answer();
	out.finding[1].value = 1; /* no value, and yet one */
	CU_ASSERT_FALSE(
	    poll_answer_decode(packet, poll_answer_encode(&out, packet), &in));
	out = sample_answer();
	out.finding[2].ending = (enum ending)(ENDING_FAILED + 1);
	CU_ASSERT_FALSE(
	    poll_answer_decode(packet, poll_answer_encode(&out, packet), &in));
	/* The longest texts, and what is cut. */
	out.findings = POLL_OBJECTS;
	for (size_t i = 0; i < POLL_OBJECTS; i++) {
		out.finding[i] = (struct poll_finding){ .ending = ENDING_FAILED };
		memset(out.finding[i].text, 'x', SAMPLE_TEXT);
	}
	CU_ASSERT_FATAL(
	    poll_answer_decode(packet, poll_answer_encode(&out, packet), &in));
	CU_ASSERT_EQUAL(strlen(in.finding[63].text), SAMPLE_TEXT - 1);
}

/* ---- a process that pretends ---- */

static struct watching watching;
static struct pretender {
	uv_poll_t poll, ours;
	int fd; /* its end; -1: closed */
	int our_fd;
	bool silent, wrong;
	size_t questions, objects, most;
	size_t wanted, unwanted, lost, answers;
	size_t closed_ends;
	int handles;
} process;

/* The number at the end of each object is its value; below 5 it ends so. */
static void
answer(const struct poll_question *question)
{
	uint8_t packet[POLL_ANSWER_MAX];
	struct poll_answer answer = { .id = question->id,
				      .findings = question->objects };
	for (size_t i = 0; i < question->objects; i++) {
		unsigned number = 0;
		struct poll_finding *finding = &answer.finding[i];
		sscanf(strrchr(question->object[i], '.'), ".%u", &number);
		finding->ending = number > 4 ? ENDING_VALUE : (enum ending)number;
		finding->value = number > 4 ? number : 0;
		snprintf(finding->text, sizeof(finding->text), "said %u", number);
	}
	if (process.wrong)
		answer.findings = question->objects == 1 ? 2 : 1;
	if (process.wrong && answer.findings == 2)
		answer.finding[1].ending = ENDING_FAILED;
	size_t size = poll_answer_encode(&answer, packet);
	CU_ASSERT_EQUAL(send(process.fd, packet, size, MSG_DONTWAIT), (ssize_t)size);
}

static void
on_question(uv_poll_t *poll, int status, int events)
{
	uint8_t packet[POLL_QUESTION_MAX];
	struct poll_question question;
	(void)poll;
	(void)status;
	(void)events;
	ssize_t got = recv(process.fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (got <= 0) {
		uv_poll_stop(&process.poll);
		return;
	}
	CU_ASSERT_FATAL(poll_question_decode(packet, (size_t)got, &question));
	process.questions++;
	process.objects += question.objects;
	if (question.objects > process.most)
		process.most = question.objects;
	CU_ASSERT_STRING_EQUAL(question.access.user, "ann");
	if (!process.silent)
		answer(&question);
}

static void
on_answer(uv_poll_t *poll, int status, int events)
{
	(void)poll;
	(void)status;
	(void)events;
	if (poller_readable(watching.poller))
		return;
	process.closed_ends++;
	uv_poll_stop(&process.ours);
	poller_detach(watching.poller, "lost in a test");
}

static void
attach(void)
{
	int pair[2];
	CU_ASSERT_FATAL(socketpair(AF_UNIX,
				   SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
				   pair) == 0);
	process.fd = pair[0];
	CU_ASSERT_FATAL(uv_poll_init(&watching.loop, &process.poll, pair[0]) == 0);
	uv_poll_start(&process.poll, UV_READABLE, on_question);
	process.our_fd = pair[1];
	CU_ASSERT_FATAL(uv_poll_init(&watching.loop, &process.ours, pair[1]) == 0);
	uv_poll_start(&process.ours, UV_READABLE, on_answer);
	poller_attach(watching.poller, pair[1]);
}

static bool
is_closed(void *context)
{
	return *(const bool *)context;
}

static void
on_poll_closed(uv_handle_t *handle)
{
	(void)handle;
	process.handles--;
}

static bool
is_dead(void *context)
{
	(void)context;
	return process.handles == 0;
}

/* Its end closes; ours when that was seen. */
static void
die(void)
{
	if (process.fd < 0)
		return;
	uv_poll_stop(&process.poll);
	close(process.fd);
	process.fd = -1;
	process.handles = 1;
	uv_close((uv_handle_t *)&process.poll, on_poll_closed);
	CU_ASSERT(loop_until(&watching.loop, is_dead, NULL));
}

static bool
is_seen(void *context)
{
	(void)context;
	return process.closed_ends > 0;
}

static void
bury(void)
{
	process.handles = 1;
	uv_poll_stop(&process.ours);
	uv_close((uv_handle_t *)&process.ours, on_poll_closed);
	CU_ASSERT(loop_until(&watching.loop, is_dead, NULL));
	close(process.our_fd);
	process.our_fd = -1;
	process.closed_ends = 0;
}

static void
on_wanted(void *context, bool wanted)
{
	(void)context;
	process.wanted += wanted ? 1 : 0;
	process.unwanted += wanted ? 0 : 1;
}

static void
on_silent(void *context)
{
	(void)context;
	process.lost++;
	poller_detach(watching.poller, "lost in a test");
}

static void
on_answers(void *context)
{
	(void)context;
	process.answers++;
}

static void
begin(void)
{
	struct poller_calls calls = { .wanted = on_wanted,
				      .silent = on_silent,
				      .answers = on_answers };
	memset(&process, 0, sizeof(process));
	process.fd = process.our_fd = -1;
	watching_init(&watching);
	watching.poller = poller_open(&watching.loop, &calls);
	CU_ASSERT_PTR_NOT_NULL_FATAL(watching.poller);
}

static void
on_poller_closed(void *context)
{
	*(bool *)context = true;
}

static void
end(void)
{
	bool closed = false;
	if (watching.monitor)
		monitor_close(watching.monitor, on_poller_closed, &closed);
	if (watching.monitor)
		CU_ASSERT(loop_until(&watching.loop, is_closed, &closed));
	watching.monitor = NULL;
	die();
	if (process.our_fd >= 0)
		bury();
	closed = false;
	poller_close(watching.poller, on_poller_closed, &closed);
	CU_ASSERT(loop_until(&watching.loop, is_closed, &closed));
	spawner_close(watching.spawner, NULL, NULL);
	while (uv_run(&watching.loop, UV_RUN_NOWAIT) != 0)
		continue;
	CU_ASSERT_EQUAL(uv_loop_close(&watching.loop), 0);
}

#define OUTPUTS 130
/* For what is answered, on a machine that stands still for a while too. */
#define PATIENT (10 * SECOND)
static struct probe_output output[OUTPUTS];
static char label[OUTPUTS][24];

/* Objects first to first + count - 1, each with the input of its number less first. */
static struct probe
probe_of(size_t first, size_t count, int64_t interval, int64_t timeout)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(label[i], sizeof(label[i]), "1.3.6.%zu", first + i);
		output[i] =
		    (struct probe_output){ (uint32_t)i, VALUE_OBJECT, 0, label[i] };
	}
	return (struct probe){ .kind = PROBE_SNMP,
			       .name = "asked",
			       .interval = interval,
			       .timeout = timeout,
			       .output = output,
			       .outputs = count,
			       .snmp = { loopback(161), &ann } };
}

static void
test_endings(void)
{
	struct probe probe = probe_of(1, 6, 200 * MILLISECOND, PATIENT);
	begin();
	attach();
	/* Unanswered it would be a bare 0. */
	snprintf(label[0], sizeof(label[0]), "1.3.6.1000000");
	watching_start(&watching, &probe, 1);
	CU_ASSERT_EQUAL(process.wanted, 1);
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 3));
	CU_ASSERT(watching.last[0].value == 1000000);
	CU_ASSERT(watching_until(&watching, 1, ENDING_TIMEOUT, 3));
	CU_ASSERT(watching_until(&watching, 2, ENDING_ABSENT, 3));
	CU_ASSERT(watching_until(&watching, 3, ENDING_FAILED, 3));
	CU_ASSERT(watching_until(&watching, 4, ENDING_VALUE, 3));
	CU_ASSERT_STRING_EQUAL(watching.last[3].text, "said 4");
	CU_ASSERT(watching.last[5].value == 6);
	/* One question a round, whatever the objects. */
	CU_ASSERT_EQUAL(process.objects, 6 * process.questions);
	CU_ASSERT_EQUAL(process.answers, 1);
	CU_ASSERT_EQUAL(process.lost, 0);
	end();
	CU_ASSERT_EQUAL(process.unwanted, 1);
}

static void
test_many(void)
{
	struct probe probe = probe_of(1000, OUTPUTS, 200 * MILLISECOND, PATIENT);
	begin();
	attach();
	watching_start(&watching, &probe, 1);
	for (uint32_t i = 0; i < OUTPUTS; i++) {
		CU_ASSERT(watching_until(&watching, i, ENDING_VALUE, 1));
		CU_ASSERT(watching.last[i].value == 1000 + i);
	}
	CU_ASSERT_EQUAL(process.most, POLL_OBJECTS);
	CU_ASSERT_EQUAL(process.questions % 3, 0);
	end();
}

static bool
was_asked(void *context)
{
	(void)context;
	return process.questions > 0;
}

static void
test_process_gone(void)
{
	struct probe probe = probe_of(5, 1, 100 * MILLISECOND, PATIENT);
	begin();
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, 0, ENDING_FAILED, 1));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text,
			       "the poller has not been started");
	attach();
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 2));
	die();
	CU_ASSERT(watching_until(&watching, 0, ENDING_FAILED, 3));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text, "lost in a test");
	CU_ASSERT(loop_until(&watching.loop, is_seen, NULL));
	CU_ASSERT_EQUAL(process.lost, 0);
	bury();
	attach();
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 4));
	CU_ASSERT_EQUAL(process.answers, 2);
	/* With a question under way. */
	process.silent = true;
	process.questions = 0;
	CU_ASSERT(loop_until(&watching.loop, was_asked, NULL));
	size_t failed = watching.endings[0][ENDING_FAILED];
	die();
	CU_ASSERT(watching_until(&watching, 0, ENDING_FAILED, failed + 1));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text, "lost in a test");
	end();
}

static bool
is_lost(void *context)
{
	(void)context;
	return process.lost > 0;
}

static void
test_silent(void)
{
	struct probe probe = probe_of(5, 1, 200 * MILLISECOND, 100 * MILLISECOND);
	begin();
	attach();
	process.silent = true;
	int64_t from = clock_now().boot;
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, 0, ENDING_FAILED, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text, "the poller is late");
	CU_ASSERT_EQUAL(process.lost, 0);
	CU_ASSERT(loop_until(&watching.loop, is_lost, NULL));
	CU_ASSERT(clock_now().boot - from >= 5 * SECOND);
	end();
}

static bool
has_answered(void *context)
{
	(void)context;
	return process.answers > 0;
}

/* What was forgotten is answered all the same: that is no silence. */
static void
test_late(void)
{
	const char *why;
	struct poll_question question = sample_question();
	begin();
	attach();
	question.object[0] = question.object[1] = "1.3.6.7";
	uint64_t handle = poller_ask(watching.poller, &question, NULL, NULL, &why);
	CU_ASSERT_FATAL(handle != 0);
	poller_forget(watching.poller, handle);
	CU_ASSERT(loop_until(&watching.loop, has_answered, NULL));
	CU_ASSERT_EQUAL(process.lost, 0);
	end();
}

static void
test_wrong_answers(void)
{
	struct probe probe = probe_of(5, 1, 100 * MILLISECOND, PATIENT);
	begin();
	attach();
	process.wrong = true;
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, 0, ENDING_FAILED, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[0].text,
			       "the poller's answer is another's");
	/* No packet of ours at all. */
	CU_ASSERT_EQUAL(send(process.fd, "nonsense", 8, 0), 8);
	process.wrong = false;
	CU_ASSERT(watching_until(&watching, 0, ENDING_VALUE, 2));
	end();
}

static void
test_no_poller(void)
{
	struct probe probe = probe_of(5, 2, 100 * MILLISECOND, PATIENT);
	begin();
	struct poller *poller = watching.poller;
	watching.poller = NULL;
	watching_start(&watching, &probe, 1);
	CU_ASSERT(watching_until(&watching, 1, ENDING_FAILED, 2));
	CU_ASSERT_STRING_EQUAL(watching.last[1].text, "nothing here asks SNMP agents");
	watching.poller = poller;
	end();
	CU_ASSERT_EQUAL(process.wanted + process.unwanted, 0);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "object identifiers", test_oids },
		{ "a question", test_question },
		{ "questions that are refused", test_question_refused },
		{ "an answer", test_answer },
		{ "endings", test_endings },
		{ "many objects", test_many },
		{ "the process is gone", test_process_gone },
		{ "the process is silent", test_silent },
		{ "late answers", test_late },
		{ "wrong answers", test_wrong_answers },
		{ "no poller", test_no_poller },
	};
	return unit_run("poll", tests, ARRAY_SIZE(tests));
}
