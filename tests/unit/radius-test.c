/* SPDX-License-Identifier: BSD-3-Clause */
/* Status-Server and login packets: the RFCs' own examples, and answers that are not the server's. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "monitor/radius_wire.h"
#include "tests/unit/radius-server.h"
#include "tests/unit/unit.h"

/* RFC 5997, section 6.1: a question without attributes, and its answer. */
static const char rfc_question[] = "0cda00268a54f4686fb394c52866e302185d062350125a66"
				   "5e2e1e8411f3e243822097c84fa3";
static const char rfc_answer[] = "02da0014ef0d552a4bf2d693ec2b6fe8b5411d66";

static struct radius_question
rfc(void)
{
	struct radius_question question = { .identifier = 0xda,
					    .secret = radius_server_secret,
					    .secret_size = RADIUS_SERVER_SECRET };
	size_t size;
	uint8_t bytes[RADIUS_QUESTION_SIZE];
	CU_ASSERT_FATAL(hex_decode(rfc_question, strlen(rfc_question), bytes,
				   sizeof(bytes), &size));
	memcpy(question.authenticator, bytes + 4, RADIUS_AUTHENTICATOR);
	return question;
}

static void
test_rfc_example(void)
{
	struct radius_question question = rfc();
	struct radius_answer answer;
	uint8_t wanted[RADIUS_QUESTION_SIZE], packet[RADIUS_QUESTION_SIZE];
	size_t size;
	hex_decode(rfc_question, strlen(rfc_question), wanted, sizeof(wanted), &size);
	CU_ASSERT_EQUAL(radius_ask(&question, packet), 38);
	CU_ASSERT_EQUAL(size, 38);
	CU_ASSERT_EQUAL(memcmp(packet, wanted, 38), 0);
	hex_decode(rfc_answer, strlen(rfc_answer), wanted, sizeof(wanted), &size);
	CU_ASSERT_EQUAL(radius_accept(&question, wanted, size, &answer), RADIUS_GOOD);
	CU_ASSERT_EQUAL(answer.code, 2);
	CU_ASSERT_FALSE(answer.has[RADIUS_THREADS_MAX]);
	/* With another secret it is a stranger's. */
	question.secret_size--;
	CU_ASSERT_EQUAL(radius_accept(&question, wanted, size, &answer), RADIUS_FORGED);
}

static void
test_question_with_statistics(void)
{
	struct radius_question question = rfc();
	uint8_t packet[RADIUS_QUESTION_SIZE];
	question.statistics = 0x13;
	CU_ASSERT_EQUAL(radius_ask(&question, packet), 50);
	static const uint8_t tail[] = {
		26, 12, 0, 0, 0x2c, 0x50, 127, 6, 0, 0, 0, 0x13
	};
	CU_ASSERT_EQUAL(memcmp(packet + 38, tail, sizeof(tail)), 0);
	CU_ASSERT_EQUAL(get_u16(packet + 2), 50);
	CU_ASSERT_EQUAL(radius_statistics_of(128), 1);
	CU_ASSERT_EQUAL(radius_statistics_of(148), 2);
	CU_ASSERT_EQUAL(radius_statistics_of(192), 2);
	CU_ASSERT_EQUAL(radius_statistics_of(138), 4);
	CU_ASSERT_EQUAL(radius_statistics_of(161), 8);
	CU_ASSERT_EQUAL(radius_statistics_of(195), 16);
	CU_ASSERT_EQUAL(radius_statistics_of(1), 0);
}

/* RFC 2865, section 7.1, then what Python's hashlib makes of longer ones: passwords of a
   block, a byte more, whole blocks, and the most there may be. */
static const struct {
	size_t size; /* of the password; 0: the RFC's */
	const char *hidden;
} passwords[] = {
	{ 0, "0dbe708d93d413ce3196e43f782a0aee" },
	{ 16, "5cfd21cac68f429c67db855d1b4e6f88" },
	{ 17, "5cfd21cac68f429c67db855d1b4e6f88a5d4009c1713827bf27e710fcb3f96b4" },
	{ 32, "5cfd21cac68f429c67db855d1b4e6f88a5bc69f67c7fef159d0e007db84be3c2" },
	{ 128, "5cfd21cac68f429c67db855d1b4e6f88a5bc69f67c7fef159d0e007db84be3c2"
	       "6e278e86feba175ed326b24a189ffa5798791d99a1c8f2f176a38058801d5366"
	       "7b87080de40568d1c9d1d688a16e6c7f93ec89bb37662e9cf90e993f7f4207b0"
	       "a44983c7bc266b90545bd6d076188df2120b932848d8d9a71e196447a957d646" },
};

static void
test_login(void)
{
	static const char signs[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct radius_login login = { .user = "nemo", .nas_identifier = "bell" };
	struct radius_question question = { .identifier = 9,
					    .login = &login,
					    .secret = radius_server_secret,
					    .secret_size = RADIUS_SERVER_SECRET };
	uint8_t text[129], wanted[128], packet[RADIUS_QUESTION_SIZE], mac[16];
	size_t size;
	hex_decode("0f403f9473978057bd83d5cb98f4227a", 32, question.authenticator, 16,
		   &size);
	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
		for (size_t j = 0; j < sizeof(text); j++)
			text[j] = (uint8_t)signs[j % 36];
		login.password =
		    passwords[i].size ? text : (const uint8_t *)"arctangent";
		login.password_size = passwords[i].size ? passwords[i].size : 10;
		hex_decode(passwords[i].hidden, strlen(passwords[i].hidden), wanted,
			   sizeof(wanted), &size);
		CU_ASSERT_EQUAL(radius_ask(&question, packet),
				20 + 18 + 6 + 6 + 2 + size);
		CU_ASSERT_EQUAL(packet[0], 1);
		CU_ASSERT_EQUAL(get_u16(packet + 2), 52 + size);
		CU_ASSERT_EQUAL(memcmp(packet + 38, "\1\6nemo\x20\6bell\2", 13), 0);
		CU_ASSERT_EQUAL(packet[51], size + 2);
		CU_ASSERT_EQUAL(memcmp(packet + 52, wanted, size), 0);
		/* Signed over all of it. */
		memcpy(mac, packet + 22, sizeof(mac));
		struct radius_server server = { .size = 52 + size, .message = 22 };
		memcpy(server.packet, packet, server.size);
		radius_server_sign(&server, question.authenticator);
		CU_ASSERT_EQUAL(memcmp(server.packet + 22, mac, sizeof(mac)), 0);
	}
	login.password_size = RADIUS_PASSWORD_MAX + 1;
	CU_ASSERT_EQUAL(radius_ask(&question, packet), 0);
}

/* Which answers fit a login, and which a question about the status. */
static void
test_login_answers(void)
{
	static const struct {
		uint8_t code;
		enum radius_verdict login, status;
	} fits[] = {
		{ 2, RADIUS_GOOD, RADIUS_GOOD },  { 3, RADIUS_GOOD, RADIUS_CODE },
		{ 11, RADIUS_GOOD, RADIUS_CODE }, { 5, RADIUS_CODE, RADIUS_GOOD },
		{ 40, RADIUS_CODE, RADIUS_CODE },
	};
	struct radius_login login = { .user = "nemo", .nas_identifier = "bell" };
	struct radius_question question = rfc();
	struct radius_answer answer;
	struct radius_server server;
	for (size_t i = 0; i < ARRAY_SIZE(fits); i++) {
		radius_server_begin(&server, 0xda, fits[i].code);
		radius_server_add(&server, 18, "first", 5);
		radius_server_add(&server, 18, "second", 6);
		radius_server_sign(&server, question.authenticator);
		question.login = NULL;
		CU_ASSERT_EQUAL(
		    radius_accept(&question, server.packet, server.size, &answer),
		    fits[i].status);
		question.login = &login;
		CU_ASSERT_EQUAL(
		    radius_accept(&question, server.packet, server.size, &answer),
		    fits[i].login);
		CU_ASSERT_EQUAL(answer.reply, 22);
		CU_ASSERT_EQUAL(answer.reply_size, 5);
	}
}

static enum radius_verdict
accept_from(const struct radius_server *server, struct radius_answer *answer)
{
	struct radius_question question = rfc();
	return radius_accept(&question, server->packet, server->size, answer);
}

static void
test_values(void)
{
	static const uint8_t zero[16];
	struct radius_question question = rfc();
	struct radius_answer answer;
	struct radius_server server;
	double threads = -1;
	radius_server_begin(&server, 0xda, 2);
	radius_server_add(&server, 80, zero, sizeof(zero));
	radius_server_add_vendor(&server, 128, 7);
	radius_server_add_vendor(&server, RADIUS_THREADS_ACTIVE, 6);
	radius_server_add_vendor(&server, RADIUS_THREADS_MAX, 8);
	radius_server_add_vendor(&server, 128, 9);
	/* Another vendor's, and one of another length, are not FreeRADIUS's numbers. */
	radius_server_add(&server, 26, "\0\0\0\1\x81\6\0\0\0\5", 10);
	radius_server_add(&server, 26, "\0\0\x2c\x50\x82\4\0\5", 8);
	radius_server_sign(&server, question.authenticator);
	CU_ASSERT_EQUAL(accept_from(&server, &answer), RADIUS_GOOD);
	CU_ASSERT(answer.has[128]);
	CU_ASSERT_EQUAL(answer.value[128], 7);
	CU_ASSERT_FALSE(answer.has[129]);
	CU_ASSERT_FALSE(answer.has[130]);
	CU_ASSERT(radius_threads_available(&answer, &threads));
	CU_ASSERT_EQUAL(threads, 3);
	answer.value[RADIUS_THREADS_ACTIVE] = 9;
	CU_ASSERT(radius_threads_available(&answer, &threads));
	CU_ASSERT_EQUAL(threads, 0);
	answer.value[RADIUS_THREADS_ACTIVE] = 0;
	CU_ASSERT(radius_threads_available(&answer, &threads));
	CU_ASSERT_EQUAL(threads, 8);
	answer.has[RADIUS_THREADS_MAX] = false;
	CU_ASSERT_FALSE(radius_threads_available(&answer, &threads));
}

static void
test_not_ours(void)
{
	static const uint8_t zero[16];
	struct radius_question question = rfc();
	struct radius_answer answer;
	struct radius_server server, changed;
	radius_server_begin(&server, 0xda, 2);
	radius_server_add(&server, 80, zero, sizeof(zero));
	radius_server_add_vendor(&server, RADIUS_THREADS_MAX, 8);
	radius_server_sign(&server, question.authenticator);
	/* Cut anywhere: short. */
	for (size_t size = 0; size < server.size; size++)
		CU_ASSERT_EQUAL(radius_accept(&question, server.packet, size, &answer),
				RADIUS_SHORT);
	/* Padding after its length is none of it. */
	changed = server;
	changed.size += 5;
	CU_ASSERT_EQUAL(accept_from(&changed, &answer), RADIUS_GOOD);
	/* Any bit turned over: never good. */
	for (size_t bit = 0; bit < server.size * 8; bit++) {
		changed = server;
		changed.packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_NOT_EQUAL(accept_from(&changed, &answer), RADIUS_GOOD);
	}
	changed = server;
	changed.packet[1]++;
	CU_ASSERT_EQUAL(accept_from(&changed, &answer), RADIUS_OTHER);
	changed = server;
	changed.packet[4]++;
	CU_ASSERT_EQUAL(accept_from(&changed, &answer), RADIUS_FORGED);
	/* The answer to the question before. */
	question.authenticator[0]++;
	CU_ASSERT_EQUAL(radius_accept(&question, server.packet, server.size, &answer),
			RADIUS_FORGED);
}

/* What lies before the answer in the socket is passed by, whosever it is. */
static void
test_passed_by(void)
{
	struct radius_question question = rfc();
	struct radius_answer answer;
	struct radius_server server, strange;
	uint8_t packet[RADIUS_PACKET_MAX];
	enum radius_verdict verdict;
	unsigned forged = 0;
	int end[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, end), 0);
	CU_ASSERT_EQUAL(
	    radius_hear(end[0], &question, packet, &answer, &verdict, &forged),
	    RADIUS_NOTHING);
	radius_server_begin(&server, 0xda, 2);
	radius_server_add_vendor(&server, RADIUS_THREADS_MAX, 8);
	radius_server_sign(&server, question.authenticator);
	strange = server;
	strange.packet[1]++; /* another question's */
	CU_ASSERT(send(end[1], strange.packet, strange.size, 0) > 0);
	CU_ASSERT(send(end[1], server.packet, 7, 0) > 0);
	strange = server;
	strange.packet[4]++;
	CU_ASSERT(send(end[1], strange.packet, strange.size, 0) > 0);
	CU_ASSERT_EQUAL(
	    radius_hear(end[0], &question, packet, &answer, &verdict, &forged),
	    RADIUS_NOTHING);
	CU_ASSERT_EQUAL(forged, 1);
	strange = server;
	strange.packet[1]++;
	CU_ASSERT(send(end[1], strange.packet, strange.size, 0) > 0);
	CU_ASSERT(send(end[1], server.packet, server.size, 0) > 0);
	CU_ASSERT_EQUAL(
	    radius_hear(end[0], &question, packet, &answer, &verdict, &forged),
	    RADIUS_HEARD);
	CU_ASSERT_EQUAL(verdict, RADIUS_GOOD);
	CU_ASSERT_EQUAL(answer.value[RADIUS_THREADS_MAX], 8);
	close(end[0]);
	close(end[1]);
}

/* Whoever knows the secret but signs wrongly: a Message-Authenticator is checked too. */
static void
test_wrong_message_authenticator(void)
{
	uint8_t wrong[16] = { 1 };
	struct radius_question question = rfc();
	struct radius_answer answer;
	struct radius_server server;
	radius_server_begin(&server, 0xda, 2);
	radius_server_add(&server, 80, wrong, sizeof(wrong));
	server.message = 0; /* signed around it */
	radius_server_sign(&server, question.authenticator);
	CU_ASSERT_EQUAL(accept_from(&server, &answer), RADIUS_FORGED);
}

static void
sign_and_expect(struct radius_server *server, enum radius_verdict verdict)
{
	struct radius_question question = rfc();
	struct radius_answer answer;
	radius_server_sign(server, question.authenticator);
	CU_ASSERT_EQUAL(accept_from(server, &answer), verdict);
}

static void
test_malformed(void)
{
	static const uint8_t zero[253];
	struct radius_server server;
	radius_server_begin(&server, 0xda, 5);
	sign_and_expect(&server, RADIUS_GOOD);
	radius_server_begin(&server, 0xda, 3);
	sign_and_expect(&server, RADIUS_CODE);
	radius_server_begin(&server, 0xda, 2);
	radius_server_add(&server, 18, "text", 4);
	server.packet[21] = 1; /* shorter than an attribute */
	sign_and_expect(&server, RADIUS_MALFORMED);
	server.packet[21] = 7; /* past the end */
	sign_and_expect(&server, RADIUS_MALFORMED);
	server.packet[21] = 5; /* leaves one byte over */
	sign_and_expect(&server, RADIUS_MALFORMED);
	radius_server_begin(&server, 0xda, 2);
	radius_server_add(&server, 80, zero, 15);
	server.message = 0;
	sign_and_expect(&server, RADIUS_MALFORMED);
	radius_server_begin(&server, 0xda, 2);
	radius_server_add(&server, 80, zero, 16);
	radius_server_add(&server, 80, zero, 16);
	sign_and_expect(&server, RADIUS_MALFORMED);
	/* As long as a packet may be, and one byte longer. */
	radius_server_begin(&server, 0xda, 2);
	while (server.size < 4090 - 200)
		radius_server_add(&server, 18, zero, 200);
	radius_server_add(&server, 18, zero, 4096 - server.size - 2);
	CU_ASSERT_EQUAL(server.size, 4096);
	sign_and_expect(&server, RADIUS_GOOD);
	radius_server_begin(&server, 0xda, 2);
	server.size = 4097;
	sign_and_expect(&server, RADIUS_SHORT);
}

/* What this program does when it finds its OpenSSL without MD5. */
static int
ask_without_md5(void)
{
	struct radius_question question = { .identifier = 0xda,
					    .secret = (const uint8_t *)"x",
					    .secret_size = 1 };
	struct radius_answer answer;
	uint8_t packet[RADIUS_QUESTION_SIZE] = { 2, 0xda, 0, 20 };
	bool refused = radius_accept(&question, packet, 20, &answer) == RADIUS_NO_HASH;
	return refused && radius_ask(&question, packet) == 0 ? 0 : 1;
}

/* A FIPS OpenSSL, as far as it matters: no MD5 fits what the configuration demands. */
static void
test_without_md5(void)
{
	static const char configuration[] = "openssl_conf = start\n"
					    "[start]\nalg_section = algorithms\n"
					    "[algorithms]\n"
					    "default_properties = fips=yes\n";
	char path[] = "/tmp/bw-openssl-XXXXXX", self[PATH_MAX] = "";
	int status = -1;
	int file = mkstemp(path);
	CU_ASSERT_FATAL(file >= 0);
	CU_ASSERT_EQUAL(write(file, configuration, strlen(configuration)),
			(ssize_t)strlen(configuration));
	close(file);
	CU_ASSERT_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	pid_t child = fork();
	if (child == 0) {
		setenv("OPENSSL_CONF", path, 1);
		execl(self, self, "--without-md5", NULL);
		_exit(127);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	unlink(path);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
		{ "the RFC's example", test_rfc_example },
		{ "question with statistics", test_question_with_statistics },
		{ "login", test_login },
		{ "answers to a login", test_login_answers },
		{ "values", test_values },
		{ "not ours", test_not_ours },
		{ "passed by", test_passed_by },
		{ "wrong Message-Authenticator", test_wrong_message_authenticator },
		{ "malformed", test_malformed },
		{ "OpenSSL without MD5", test_without_md5 },
	};
	if (argc == 2 && strcmp(argv[1], "--without-md5") == 0)
		return ask_without_md5();
	return unit_run("radius", tests, ARRAY_SIZE(tests));
}
