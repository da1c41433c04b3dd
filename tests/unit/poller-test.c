/* SPDX-License-Identifier: BSD-3-Clause */
/* The poller process against real agents: every kind of value and refusal, and agents that
   freeze, die and forget beside one that does not. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "subagent/poller-inside.h"
#include "subagent/poller.h"
#include "tests/unit/unit.h"
#include "tests/unit/watching.h"

#define SNMPD  "/usr/sbin/snmpd"
#define PASS   "unguessable"
#define UPTIME "1.3.6.1.2.1.1.3.0"
#define GETS   "1.3.6.1.2.1.11.15.0" /* GET requests that the agent has had */

/* ---- agents ---- */

struct agent {
	char folder[40];
	uint16_t port;
	pid_t process;
	bool forgets; /* the number of its starts */
};
static struct agent one, other;

static void write_file(const struct agent *agent, const char *name, const char *format,
		       ...) __attribute__((format(printf, 3, 4)));

static void
write_file(const struct agent *agent, const char *name, const char *format, ...)
{
	char path[80];
	va_list arguments;
	snprintf(path, sizeof(path), "%s/%s", agent->folder, name);
	FILE *file = fopen(path, "w");
	CU_ASSERT_FATAL(file != NULL);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	CU_ASSERT_EQUAL(fclose(file), 0);
	chmod(path, 0600);
}

static void
configure(struct agent *agent)
{
	char path[80];
	int socket = bound_socket(SOCK_DGRAM, &agent->port);
	snprintf(agent->folder, sizeof(agent->folder), "/tmp/bw-poller-XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(agent->folder) != NULL);
	/* What it writes itself would take this file's place. */
	snprintf(path, sizeof(path), "%s/kept", agent->folder);
	CU_ASSERT_FATAL(mkdir(path, 0700) == 0);
	write_file(agent, "snmpd.conf",
		   "agentaddress udp:127.0.0.1:%u\n"
		   "rocommunity public\n"
		   "createUser ann SHA-256 " PASS " AES " PASS "\n"
		   "createUser bob MD5 " PASS " DES " PASS "\n"
		   "createUser joe SHA-256 " PASS " AES " PASS "\n"
		   "createUser eve SHA-512 " PASS " AES " PASS "\n"
		   "rouser ann priv\n"
		   "rouser bob auth\n"
		   "rouser joe priv\n"
		   "view contact included .1.3.6.1.2.1.1.4\n"
		   "rouser eve priv -V contact\n"
		   "[snmp] sendMessageMaxSize 1472\n",
		   agent->port);
	close(socket);
}

static void
exec_agent(const struct agent *agent)
{
	char path[80], kept[80], both[160];
	snprintf(path, sizeof(path), "%s/snmpd.conf", agent->folder);
	snprintf(kept, sizeof(kept), "%s/kept", agent->folder);
	snprintf(both, sizeof(both), "%s:%s", agent->folder, kept);
	setenv("MIBS", "", 1);
	setenv("SNMP_PERSISTENT_DIR", kept, 1);
	setenv("SNMPCONFPATH", both, 1);
	int output = open("/dev/null", O_RDWR);
	dup2(output, 1);
	dup2(output, 2);
	if (agent->forgets)
		execl(SNMPD, "snmpd", "-f", "-Ln", "-I", "-smux", "-C", "-c", path,
		      NULL);
	else
		execl(SNMPD, "snmpd", "-f", "-Ln", "-I", "-smux", NULL);
	_exit(127);
}

static void
agent_start(struct agent *agent)
{
	agent->process = fork();
	CU_ASSERT_FATAL(agent->process >= 0);
	if (agent->process == 0)
		exec_agent(agent);
}

static void
agent_stop(struct agent *agent)
{
	if (agent->process > 0) {
		kill(agent->process, SIGCONT);
		kill(agent->process, SIGKILL);
		waitpid(agent->process, NULL, 0);
	}
	agent->process = 0;
}

static void
agent_remove(struct agent *agent)
{
	char command[80];
	agent_stop(agent);
	snprintf(command, sizeof(command), "rm -rf %s", agent->folder);
	if (system(command) != 0)
		fprintf(stderr, "  %s is left behind\n", agent->folder);
}

/* ---- the poller ---- */

static struct {
	pid_t process;
	int fd;
	uint64_t last;
} poller;

/* By name: under valgrind /proc/self/exe is another program. */
static const char *self;

static void
poller_begin(void)
{
	int pair[2];
	char number[16];
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof(number), "%d", pair[1]);
	poller.process = fork();
	CU_ASSERT_FATAL(poller.process >= 0);
	if (poller.process == 0) {
		execl(self, self, "poller", number, NULL);
		_exit(127);
	}
	close(pair[1]);
	poller.fd = pair[0];
}

static const struct snmp_access public = {
	.version = ACCESS_V2C,
	.community = "public",
	.user = "",
	.auth_type = "",
	.auth_passphrase = "",
	.privacy_type = "",
	.privacy_passphrase = "",
};

static struct snmp_access
user(const char *name, const char *auth, const char *privacy)
{
	return (struct snmp_access){
		.version = ACCESS_V3,
		.level = ACCESS_PRIVACY,
		.community = "",
		.user = name,
		.auth_type = auth,
		.auth_passphrase = PASS,
		.privacy_type = privacy,
		.privacy_passphrase = PASS,
	};
}

static uint64_t
send_question(const struct agent *agent, const struct snmp_access *access,
	      int64_t timeout, const char *const *object, size_t objects)
{
	uint8_t packet[POLL_QUESTION_MAX];
	struct poll_question question = { .id = ++poller.last,
					  .timeout = timeout,
					  .agent = loopback(agent->port),
					  .access = *access,
					  .objects = objects };
	memcpy(question.object, object, objects * sizeof(*object));
	size_t size = poll_question_encode(&question, packet);
	CU_ASSERT_FATAL(size > 0);
	CU_ASSERT_FATAL(send(poller.fd, packet, size, 0) == (ssize_t)size);
	return question.id;
}

static void
take_answer(struct poll_answer *answer)
{
	uint8_t packet[POLL_ANSWER_MAX];
	struct pollfd readable = { .fd = poller.fd, .events = POLLIN };
	CU_ASSERT_FATAL(poll(&readable, 1, WATCHING_WAIT * 1000) == 1);
	ssize_t got = recv(poller.fd, packet, sizeof(packet), 0);
	CU_ASSERT_FATAL(got > 0 && poll_answer_decode(packet, (size_t)got, answer));
}

/* For what is answered, on a machine that stands still for a while too; and for what ends
   only by itself. */
#define PATIENT (10 * SECOND)
#define SHORT   (800 * MILLISECOND)

static const struct poll_finding *
ask_for(int64_t timeout, const struct agent *agent, const struct snmp_access *access,
	const char *const *object, size_t objects)
{
	static struct poll_answer answer;
	uint64_t id = send_question(agent, access, timeout, object, objects);
	take_answer(&answer);
	CU_ASSERT_EQUAL_FATAL(answer.id, id);
	CU_ASSERT_EQUAL_FATAL(answer.findings, objects);
	return answer.finding;
}

static const struct poll_finding *
ask_many(const struct agent *agent, const struct snmp_access *access,
	 const char *const *object, size_t objects)
{
	return ask_for(PATIENT, agent, access, object, objects);
}

static const struct poll_finding *
ask(const struct agent *agent, const struct snmp_access *access, const char *object)
{
	return ask_many(agent, access, &object, 1);
}

static const struct poll_finding *
ask_shortly(const struct agent *agent, const struct snmp_access *access)
{
	static const char *const uptime[] = { UPTIME };
	return ask_for(SHORT, agent, access, uptime, 1);
}

/* Until it answers: an agent takes a moment to start, a session one to learn of it. */
static bool
until_answered(const struct agent *agent, const struct snmp_access *access)
{
	int64_t deadline = clock_now().boot + WATCHING_WAIT * SECOND;
	while (clock_now().boot < deadline)
		if (ask_shortly(agent, access)->ending == ENDING_VALUE)
			return true;
	return false;
}

static void
check(const struct poll_finding *finding, enum ending ending, const char *text)
{
	CU_ASSERT_EQUAL(finding->ending, ending);
	if (finding->ending != ending || !strstr(finding->text, text))
		fprintf(stderr, "  %s: %g \"%s\"\n", ending_name(finding->ending),
			finding->value, finding->text);
	CU_ASSERT_PTR_NOT_NULL(strstr(finding->text, text));
}

static void
test_begin(void)
{
	configure(&one);
	configure(&other);
	agent_start(&one);
	agent_start(&other);
	poller_begin();
	CU_ASSERT_FATAL(until_answered(&one, &public));
	CU_ASSERT_FATAL(until_answered(&other, &public));
}

/* ---- values ---- */

static const char *const objects[] = {
	UPTIME,
	"1.3.6.1.4.1.2021.10.1.5.1", /* an integer: load in hundredths */
	"1.3.6.1.4.1.2021.10.1.3.1", /* the same as text */
	"1.3.6.1.4.1.2021.10.1.6.1", /* the same as an opaque float */
	GETS,                        /* Counter32 */
	"1.3.6.1.2.1.31.1.1.1.6.1",  /* Counter64: bytes of the loopback */
	"1.3.6.1.2.1.1.1.0",         /* a text that is no number */
	"1.3.6.1.2.1.1.2.0",         /* an object identifier */
	"1.3.6.1.2.1.1.3",           /* without its instance */
	"1.3.6.1.2.1.1.99.0",        /* nothing */
};

static void
check_values(const struct snmp_access *access)
{
	const struct poll_finding *finding =
	    ask_many(&one, access, objects, ARRAY_SIZE(objects));
	for (size_t i = 0; i < 6; i++)
		check(&finding[i], ENDING_VALUE, "");
	CU_ASSERT(finding[0].value > 0 && finding[0].value < 100 * 600);
	CU_ASSERT(finding[1].value >= 0);
	/* One load: hundredths are cut, the text has two decimals. */
	CU_ASSERT(finding[1].value / 100 - finding[3].value < 0.011 &&
		  finding[3].value - finding[1].value / 100 < 0.011);
	CU_ASSERT(finding[2].value - finding[3].value < 0.011 &&
		  finding[3].value - finding[2].value < 0.011);
	CU_ASSERT(finding[4].value >= 1);
	CU_ASSERT(finding[5].value > 1000);
	check(&finding[6], ENDING_FAILED, "is not a number");
	check(&finding[7], ENDING_FAILED, "type 0x06");
	check(&finding[8], ENDING_FAILED, "ends in .0");
	check(&finding[9], ENDING_FAILED, "no such object");
}

static void
test_values(void)
{
	struct snmp_access ann = user("ann", "SHA-256", "AES");
	struct snmp_access bob = user("bob", "MD5", "DES");
	check_values(&public);
	check_values(&ann);
	check_values(&bob);
	bob.level = ACCESS_AUTH;
	/* Another level of the same user: other words, and nobody asks by the first. */
	check_values(&bob);
}

/* SNMPv1 has no exceptions: one object that is not there spoils the whole answer. */
static void
test_version_1(void)
{
	struct snmp_access v1 = public;
	v1.version = ACCESS_V1;
	static const char *const some[] = { UPTIME, "1.3.6.1.2.1.1.99.0", GETS,
					    "1.3.6.1.2.1.1.3" };
	const struct poll_finding *finding =
	    ask_many(&one, &v1, some, ARRAY_SIZE(some));
	check(&finding[0], ENDING_VALUE, "");
	check(&finding[1], ENDING_FAILED, "no such object");
	check(&finding[2], ENDING_VALUE, "");
	check(&finding[3], ENDING_FAILED, "no such object");
}

static void
test_one_get(void)
{
	const char *many[41];
	double before = ask(&one, &public, GETS)->value;
	const struct poll_finding *finding =
	    ask_many(&one, &public, objects, ARRAY_SIZE(objects));
	CU_ASSERT(finding[4].value == before + 1);
	/* Their texts together are more than this agent sends at once. */
	for (size_t i = 0; i < 40; i++)
		many[i] = "1.3.6.1.2.1.1.1.0";
	many[40] = GETS;
	before = ask(&one, &public, GETS)->value;
	finding = ask_many(&one, &public, many, 41);
	for (size_t i = 0; i < 40; i++)
		check(&finding[i], ENDING_FAILED, "the text \"");
	CU_ASSERT(finding[40].value >= before + 3);
	CU_ASSERT(finding[40].value <= before + 8);
}

/* ---- refusals ---- */

static void
test_refusals(void)
{
	struct snmp_access access = public;
	access.community = "wrong";
	check(ask_shortly(&one, &access), ENDING_FAILED, "see defCommunity");
	access = user("nobody", "SHA-256", "AES");
	check(ask(&one, &access, UPTIME), ENDING_FAILED, "see defSecurityName");
	access = user("joe", "SHA-256", "AES");
	access.auth_passphrase = "guessed it";
	check(ask(&one, &access, UPTIME), ENDING_FAILED, "see defAuthPassphrase");
	access = user("joe", "SHA-512", "AES");
	check(ask(&one, &access, UPTIME), ENDING_FAILED, "see defAuthPassphrase");
	access = user("joe", "SHA-256", "AES");
	access.privacy_passphrase = "guessed it";
	check(ask_shortly(&one, &access), ENDING_FAILED, "see defPrivPassphrase");
	access = user("joe", "SHA-256", "AES");
	access.level = ACCESS_AUTH;
	check(ask(&one, &access, UPTIME), ENDING_FAILED, "access control");
	/* The user is well, and was not spoiled by all that. */
	access = user("joe", "SHA-256", "AES");
	check(ask(&one, &access, UPTIME), ENDING_VALUE, "");
	access = user("eve", "SHA-512", "AES");
	check(ask(&one, &access, UPTIME), ENDING_FAILED, "no such object");
	access = user("eve", "SHA-512", "ROT13");
	check(ask(&one, &access, UPTIME), ENDING_FAILED, "no defPrivType ROT13");
}

static void
test_contested(void)
{
	struct snmp_access right = user("ann", "SHA-256", "AES"), wrong = right;
	static struct poll_answer first, second;
	static const char *const uptime[] = { UPTIME };
	wrong.auth_passphrase = "guessed it";
	CU_ASSERT(until_answered(&one, &right));
	kill(one.process, SIGSTOP);
	send_question(&one, &right, PATIENT, uptime, 1);
	send_question(&one, &wrong, PATIENT / 2, uptime, 1);
	kill(one.process, SIGCONT);
	take_answer(&first);
	take_answer(&second);
	if (first.id > second.id) {
		struct poll_answer swap = first;
		first = second;
		second = swap;
	}
	check(&first.finding[0], ENDING_VALUE, "");
	CU_ASSERT_EQUAL(second.finding[0].ending, ENDING_FAILED);
	/* And alone it is as wrong as ever. */
	check(ask(&one, &wrong, UPTIME), ENDING_FAILED, "see defAuthPassphrase");
	check(ask(&one, &right, UPTIME), ENDING_VALUE, "");
}

static void
test_nobody_there(void)
{
	struct agent nobody = { .process = 0 };
	struct snmp_access ann = user("ann", "SHA-256", "AES");
	close(bound_socket(SOCK_DGRAM, &nobody.port));
	check(ask_shortly(&nobody, &public), ENDING_ABSENT, "nothing listens");
	check(ask_shortly(&nobody, &ann), ENDING_ABSENT, "nothing listens");
	/* A port that is open, and silent. */
	int deaf = bound_socket(SOCK_DGRAM, &nobody.port);
	check(ask_shortly(&nobody, &public), ENDING_TIMEOUT, "within 800 ms");
	check(ask_shortly(&nobody, &ann), ENDING_TIMEOUT, "within 800 ms");
	close(deaf);
}

/* ---- agents in trouble ---- */

/* Questions to a frozen agent, one more each time; the other's answers come at once. */
static void
check_undelayed(const struct snmp_access *frozen, const struct snmp_access *access)
{
	static struct poll_answer answer;
	static const char *const uptime[] = { UPTIME };
	size_t slow = 0, ended = 0;
	kill(one.process, SIGSTOP);
	for (int i = 0; i < 10; i++) {
		uint64_t silent = send_question(&one, frozen, SECOND, uptime, 1);
		int64_t from = clock_now().boot;
		uint64_t id = send_question(&other, access, PATIENT, uptime, 1);
		(void)silent;
		do {
			take_answer(&answer);
			ended += answer.id != id;
		} while (answer.id != id);
		check(&answer.finding[0], ENDING_VALUE, "");
		/* Retried by libnetsnmp it would be a second or more. */
		slow += clock_now().boot - from > 300 * MILLISECOND;
		poll(NULL, 0, 50);
	}
	/* Others use this machine too: some may be slow; who waits for the frozen one is so
	   each time. */
	CU_ASSERT(slow <= 5);
	while (ended < 10) {
		take_answer(&answer);
		check(&answer.finding[0], ENDING_TIMEOUT, "");
		ended++;
	}
	kill(one.process, SIGCONT);
	CU_ASSERT(until_answered(&one, frozen));
}

static void
test_frozen(void)
{
	struct snmp_access ann = user("ann", "SHA-256", "AES");
	struct snmp_access joe = user("joe", "SHA-256", "AES");
	/* Neither's engine is known, then both. */
	check_undelayed(&joe, &ann);
	check_undelayed(&joe, &ann);
	check_undelayed(&public, &ann);
}

static void
test_restarted(void)
{
	struct snmp_access ann = user("ann", "SHA-256", "AES");
	CU_ASSERT(until_answered(&other, &ann));
	agent_stop(&other);
	check(ask_shortly(&other, &ann), ENDING_ABSENT, "nothing listens");
	agent_start(&other);
	CU_ASSERT(until_answered(&other, &ann));
	/* One that begins to count its starts anew would be a replay to the library. */
	other.forgets = true;
	agent_stop(&other);
	agent_start(&other);
	CU_ASSERT(until_answered(&other, &ann));
	CU_ASSERT(until_answered(&other, &public));
}

/* ---- single parts ---- */

static struct poll_finding
value_as(u_char type, const void *bytes, size_t size, bool texts)
{
	struct poll_finding finding = { .ending = ENDING_ABSENT };
	netsnmp_variable_list variable = { .type = type };
	CU_ASSERT_EQUAL(snmp_set_var_value(&variable, bytes, size), 0);
	value_find(&variable, texts, &finding);
	if (variable.val.string != variable.buf)
		free(variable.val.string);
	return finding;
}

static struct poll_finding
value(u_char type, const void *bytes, size_t size)
{
	return value_as(type, bytes, size, false);
}

static void
check_text(const char *text, double wanted)
{
	struct poll_finding finding = value(ASN_OCTET_STR, text, strlen(text));
	check(&finding, ENDING_VALUE, "");
	CU_ASSERT(finding.value == wanted);
}

static void
test_types(void)
{
	struct counter64 big = { .high = 0xffffffff, .low = 0xfffffffe };
	long minus = -5, gauge = (long)4000000000u;
	float third = 0.5f;
	double huge = 1e300, infinite = 1e308 * 10;
	CU_ASSERT(value(ASN_INTEGER, &minus, sizeof(minus)).value == -5);
	CU_ASSERT(value(ASN_GAUGE, &gauge, sizeof(gauge)).value == 4e9);
	CU_ASSERT(value(ASN_COUNTER64, &big, sizeof(big)).value == 0x1p64);
	CU_ASSERT(value(ASN_OPAQUE_I64, &big, sizeof(big)).value == -2);
	CU_ASSERT(value(ASN_OPAQUE_FLOAT, &third, sizeof(third)).value == 0.5);
	CU_ASSERT(value(ASN_OPAQUE_DOUBLE, &huge, sizeof(huge)).value == 1e300);
	struct poll_finding finding =
	    value(ASN_OPAQUE_DOUBLE, &infinite, sizeof(infinite));
	check(&finding, ENDING_FAILED, "not a finite number");
	check_text("42", 42);
	check_text(" -0.5\n", -0.5);
	check_text("1e3", 1000);
	static const char *const bad[] = {
		"", " ", "4 2", "42%", "0x10", "nan", "1,5"
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		finding = value(ASN_OCTET_STR, bad[i], strlen(bad[i]));
		check(&finding, ENDING_FAILED, "is not a number");
	}
	finding = value(ASN_OCTET_STR, "42\0", 3);
	check(&finding, ENDING_VALUE, "");
	finding = value(ASN_NULL, NULL, 0);
	check(&finding, ENDING_FAILED, "type 0x05");
}

/* Asked for as such, a string is a value, and a number stays one. */
static void
test_texts(void)
{
	char text[2 * SAMPLE_TEXT];
	long five = 5;
	struct poll_finding finding = value_as(ASN_OCTET_STR, "aaa2", 4, true);
	check(&finding, ENDING_VALUE, "");
	CU_ASSERT_STRING_EQUAL(finding.text, "aaa2");
	finding = value_as(ASN_OCTET_STR, "", 0, true);
	check(&finding, ENDING_VALUE, "");
	CU_ASSERT_STRING_EQUAL(finding.text, "");
	memset(text, 'x', sizeof(text));
	finding = value_as(ASN_OCTET_STR, text, sizeof(text), true);
	CU_ASSERT_EQUAL(strlen(finding.text), SAMPLE_TEXT - 1);
	finding = value_as(ASN_INTEGER, &five, sizeof(five), true);
	CU_ASSERT(finding.ending == ENDING_VALUE && finding.value == 5);
	CU_ASSERT_STRING_EQUAL(finding.text, "");
}

/* A report as snmpd sends it, its numbers put in. */
static const uint8_t report[] = {
	0x30, 0x66, 0x02, 0x01, 0x03,                                     /* v3 */
	0x30, 0x11, 0x02, 0x04, 0x11, 0x22, 0x33, 0x44, 0x02, 0x03, 0x00, /* header */
	0xff, 0xe3, 0x04, 0x01, 0x00, 0x02, 0x01, 0x03, 0x04, 0x1c, 0x30,
	0x1a, 0x04, 0x0c, 0x80, 0x00, 0x1f, 0x88, 0x80, 0x01, 0x02, 0x03, /* engine */
	0x04, 0x05, 0x06, 0x07, 0x02, 0x01, 0x07, 0x02, 0x01, 0x09, 0x04,
	0x00, 0x04, 0x00, 0x04, 0x00, 0x30, 0x30, 0x04, 0x0c, 0x80, 0x00, /* scoped */
	0x1f, 0x88, 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x04,
	0x00, 0xa8, 0x1e, 0x02, 0x04, 0x11, 0x22, 0x33, 0x44, 0x02, 0x01,
	0x00, 0x02, 0x01, 0x00, 0x30, 0x10, 0x30, 0x0e, 0x06, 0x09, 0x2b,
	0x06, 0x01, 0x06, 0x03, 0x0f, 0x01, 0x01, 0x04, 0x41, 0x01, 0x01
};
enum { REPORT_KIND = 72, REPORT_BOOTS = 44 };

static void
test_discovery(void)
{
	uint8_t packet[sizeof(report)], question[DISCOVERY_QUESTION];
	struct engine_found found = { .id_length = 77 };
	CU_ASSERT_EQUAL(report[1] + 2u, sizeof(report));
	CU_ASSERT_FATAL(discovery_report(report, sizeof(report), 0x91223344, &found));
	CU_ASSERT_EQUAL(found.id_length, 12);
	CU_ASSERT_EQUAL(found.id[0], 0x80);
	CU_ASSERT_EQUAL(found.id[11], 0x07);
	CU_ASSERT_EQUAL(found.boots, 7);
	CU_ASSERT_EQUAL(found.time, 9);
	CU_ASSERT_FALSE(discovery_report(report, sizeof(report), 0x11223345, &found));
	for (size_t cut = 0; cut < sizeof(report); cut++)
		CU_ASSERT_FALSE(discovery_report(report, cut, 0x11223344, &found));
	memcpy(packet, report, sizeof(report));
	CU_ASSERT_EQUAL_FATAL(packet[REPORT_KIND], 0xa8);
	packet[REPORT_KIND] = 0xa2; /* a response */
	CU_ASSERT_FALSE(discovery_report(packet, sizeof(packet), 0x11223344, &found));
	memcpy(packet, report, sizeof(report));
	CU_ASSERT_EQUAL_FATAL(packet[REPORT_BOOTS], 0x07);
	packet[REPORT_BOOTS] = 0x87; /* negative */
	CU_ASSERT_FALSE(discovery_report(packet, sizeof(packet), 0x11223344, &found));
	CU_ASSERT_EQUAL(discovery_question(0xffffffff, question), sizeof(question));
	CU_ASSERT_EQUAL(question[1] + 2u, sizeof(question));
	CU_ASSERT_EQUAL(get_u32(question + 9), 0x7fffffff);
	CU_ASSERT_EQUAL(get_u32(question + 52), 0x7fffffff);
}

static void
test_cage(void)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		cage_close();
		_exit(open("/etc/passwd", O_RDONLY) >= 0 ? 0 : errno == EACCES ? 1 : 2);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFEXITED(status));
	if (WEXITSTATUS(status) == 0)
		fprintf(stderr,
			"  nothing cages here: a sanitizer, or an old kernel\n");
	else
		CU_ASSERT_EQUAL(WEXITSTATUS(status), 1);
}

/* With questions under way. */
static void
test_end(void)
{
	static const char *const uptime[] = { UPTIME };
	struct snmp_access joe = user("joe", "SHA-256", "AES");
	int status = -1;
	kill(one.process, SIGSTOP);
	send_question(&one, &joe, 10 * SECOND, uptime, 1);
	send_question(&one, &public, 10 * SECOND, uptime, 1);
	close(poller.fd);
	CU_ASSERT_EQUAL(waitpid(poller.process, &status, 0), poller.process);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
		{ "types of values", test_types },
		{ "strings as such", test_texts },
		{ "discovery", test_discovery },
		{ "the cage", test_cage },
		{ "the beginning", test_begin },
		{ "values of a real agent", test_values },
		{ "SNMPv1", test_version_1 },
		{ "one GET, or as few as fit", test_one_get },
		{ "refusals", test_refusals },
		{ "contested users", test_contested },
		{ "nobody there", test_nobody_there },
		{ "a frozen agent delays nobody", test_frozen },
		{ "restarted agents", test_restarted },
		{ "the end", test_end },
	};
	if (argc == 3 && strcmp(argv[1], "poller") == 0)
		return poller_main(atoi(argv[2]));
	if (access(SNMPD, X_OK) != 0) {
		printf("needs %s\n", SNMPD);
		return 77;
	}
	self = argv[0];
	int status = unit_run("poller", tests, ARRAY_SIZE(tests));
	agent_remove(&one);
	agent_remove(&other);
	return status;
}
