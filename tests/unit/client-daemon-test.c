/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether-client whole, as its two processes, against a server played by the test on
   loopback addresses. Needs root for raw sockets and to see root given up. */
#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "message/channel.h"
#include "message/keys.h"
#include "tests/unit/unit.h"

#define PATIENCE (20 * SECOND)
#define KEY_TEXT "00112233445566778899aabbccddeeff00112233445566778899aabbccddee0f"

static char program[4096];

struct play {
	char folder[64];
	enum transport transport;
	struct address server, client;
	struct channel *channel;
	struct keys *keys;
	pid_t pid;
	struct datagram in; /* the message last heard */
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	struct endpoint from;
};

/* ---- files ---- */

static void
path_in(const struct play *play, const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", play->folder, name);
}

static void
write_file(const struct play *play, const char *name, mode_t mode, const char *text)
{
	char path[256];
	path_in(play, name, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

static size_t
read_file(const char *path, char *text, size_t size)
{
	FILE *from = fopen(path, "r");
	size_t got = from ? fread(text, 1, size - 1, from) : 0;
	text[got] = '\0';
	if (from)
		fclose(from);
	return got;
}

/* How often the hook ran for an event. */
static unsigned
ran(const struct play *play, const char *event)
{
	char path[256], text[8192], line[64];
	unsigned count = 0;
	path_in(play, "ran", path);
	read_file(path, text, sizeof text);
	snprintf(line, sizeof line, "%s ", event);
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		count += strncmp(at, line, strlen(line)) == 0;
	return count;
}

/* ---- the server's end ---- */

static void
open_play(struct play *play, enum transport transport)
{
	static unsigned nth;
	char why[CHANNEL_WHY], text[1024], server[ADDRESS_TEXT], client[ADDRESS_TEXT];
	uint8_t secret[KEY_FILE_MAX / 2];
	size_t size;
	unsigned pid = (unsigned)getpid();
	memset(play, 0, sizeof *play);
	play->transport = transport;
	snprintf(play->folder, sizeof play->folder, "/tmp/client-daemon.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(play->folder));
	/* Addresses that no other test of this machine uses at this moment. */
	snprintf(server, sizeof server, "127.%u.%u.%u", 64 + nth, pid >> 8 & 255,
		 pid & 255);
	snprintf(client, sizeof client, "127.%u.%u.%u", 96 + nth++, pid >> 8 & 255,
		 pid & 255);
	CU_ASSERT_FATAL(address_parse(server, &play->server));
	CU_ASSERT_FATAL(address_parse(client, &play->client));
	play->keys = keys_new();
	CU_ASSERT_FATAL(keys_parse((const uint8_t *)KEY_TEXT, strlen(KEY_TEXT), secret,
				   &size, why));
	keys_add_pair(play->keys, 1, ALGORITHM_HMAC_SHA256, secret, size);
	const struct channel_options options = {
		.transport = transport,
		.family = AF_INET,
		.port = transport == TRANSPORT_UDP ? 4711 : 0,
		.local = { play->server, 128 },
	};
	play->channel = channel_open(&options, why);
	if (!play->channel)
		printf("%s\n", why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(play->channel);
	write_file(play, "nas1.key", 0600, KEY_TEXT "\n");
	snprintf(text, sizeof text,
		 "#!/bin/sh\ncd %s || exit 1\n"
		 "echo \"$BELLWETHER_EVENT $BELLWETHER_ORDER $1\" >>ran\n"
		 "case $BELLWETHER_EVENT in\n"
		 "verify) [ -e away ] && exit 10; exit 0 ;;\n"
		 "failover) touch away ;;\n"
		 "*) rm -f away ;;\nesac\necho \"moved to $BELLWETHER_ALTERNATE\"\n",
		 play->folder);
	write_file(play, "hook", 0755, text);
	snprintf(text, sizeof text,
		 "<client xmlns=\"urn:bellwether:client:1\" name=\"nas1\" "
		 "address=\"%s\">\n"
		 " <server name=\"aaa1\" address=\"%s\" transport=\"%s\"%s>\n"
		 "  <key id=\"1\" file=\"nas1.key\"/>\n"
		 "  <alternate name=\"aaa2\" address=\"192.0.2.11\"/>\n"
		 "  <return retry=\"1s\"/>\n"
		 "  <hook command=\"%s/hook 'x\" timeout=\"10s\" verify=\"0\"/>\n"
		 " </server>\n</client>\n",
		 client, server, transport_name(transport),
		 transport == TRANSPORT_UDP ? " port=\"4711\"" : "", play->folder);
	write_file(play, "client.xml", 0644, text);
}

static void
close_play(struct play *play)
{
	char command[128];
	if (play->pid > 0) {
		kill(play->pid, SIGKILL);
		waitpid(play->pid, NULL, 0);
	}
	channel_close(play->channel);
	keys_free(play->keys);
	snprintf(command, sizeof command, "rm -rf %s", play->folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

static void
say(struct play *play, struct message *message)
{
	struct datagram datagram = { .from = { .address = play->server },
				     .to = play->from };
	int error;
	message->algorithm = ALGORITHM_HMAC_SHA256;
	message->key_id = 1;
	message->server = slice_of("aaa1");
	message->client = slice_of("nas1");
	datagram.size = message_encode(message, datagram.bytes);
	CU_ASSERT_FATAL(datagram.size > 0);
	keys_seal(play->keys, &play->server, &play->client, datagram.bytes,
		  datagram.size);
	CU_ASSERT_EQUAL(channel_send(play->channel, &datagram, 1, &error), 1);
}

/* The next authentic message, within the time given; false when none comes. */
static bool
hear(struct play *play, int64_t us)
{
	struct pollfd ready = { .fd = channel_fd(play->channel), .events = POLLIN };
	struct address to;
	int error;
	for (int64_t end = clock_now().boot + us; clock_now().boot < end;) {
		while (channel_error(play->channel, &to, &error))
			continue;
		if (channel_receive(play->channel, &play->in, 1) == 0) {
			poll(&ready, 1, 20);
			continue;
		}
		play->from = play->in.from;
		CU_ASSERT_EQUAL(message_decode(play->in.bytes, play->in.size,
					       &play->message, play->alternate),
				CHECK_OK);
		CU_ASSERT_EQUAL(keys_verify(play->keys, &play->server, &play->client,
					    play->in.bytes, play->in.size),
				CHECK_OK);
		return true;
	}
	return false;
}

/* Waits for a message of a type, answering hellos on the way. */
static bool
wait_for(struct play *play, enum message_type type)
{
	for (int64_t end = clock_now().boot + PATIENCE; clock_now().boot < end;) {
		if (!hear(play, end - clock_now().boot))
			return false;
		if (play->message.type == MESSAGE_HELLO) {
			struct message answer = {
				.type = MESSAGE_ACKNOWLEDGE,
				.id = (uint64_t)clock_now().wall,
				.reply_to = play->message.id,
			};
			say(play, &answer);
		}
		if (play->message.type == type)
			return true;
	}
	return false;
}

/* Repeats an order as a server does until it is done. */
static bool
order(struct play *play, enum message_type type, uint64_t id)
{
	for (int64_t end = clock_now().boot + PATIENCE; clock_now().boot < end;) {
		struct message message = {
			.type = type,
			.id = id,
			.validity = 3600,
			.reason = REASON_OPERATOR,
			.has = HAS(ATTRIBUTE_REASON),
		};
		say(play, &message);
		while (hear(play, 200 * MILLISECOND))
			if (play->message.reply_to == id &&
			    play->message.stage == STAGE_DONE)
				return true;
	}
	return false;
}

/* ---- the client's processes ---- */

static void
start(struct play *play)
{
	char config[256], state[256], log[256];
	path_in(play, "client.xml", config);
	path_in(play, "state", state);
	path_in(play, "log", log);
	play->pid = fork();
	CU_ASSERT_FATAL(play->pid >= 0);
	if (play->pid > 0)
		return;
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 2);
	execl(program, program, "-f", "-c", config, "-s", state, "-l", "debug",
	      (char *)NULL);
	_exit(127);
}

static int
ended(struct play *play)
{
	int status = -1;
	CU_ASSERT_EQUAL(waitpid(play->pid, &status, 0), play->pid);
	play->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static pid_t
network_of(pid_t parent)
{
	char path[64], text[64];
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent,
		 (int)parent);
	read_file(path, text, sizeof text);
	return atoi(text);
}

/* What bellwether-client says when asked by --status or --ask. */
static void
ask(const struct play *play, const char *word, char *text, size_t size)
{
	char command[8192], state[256];
	path_in(play, "state", state);
	snprintf(command, sizeof command, "%s -s %s %s", program, state, word);
	FILE *from = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	text[fread(text, 1, size - 1, from)] = '\0';
	CU_ASSERT_EQUAL(pclose(from), 0);
}

static void
check_privileges(pid_t pid)
{
	char path[64], text[4096];
	unsigned uid[4] = { 0 }, gid[4] = { 0 };
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	CU_ASSERT_FATAL(read_file(path, text, sizeof text) > 0);
	const char *at = strstr(text, "\nUid:");
	CU_ASSERT_EQUAL(sscanf(at ? at : "", "\nUid: %u %u %u %u", &uid[0], &uid[1],
			       &uid[2], &uid[3]),
			4);
	at = strstr(text, "\nGid:");
	CU_ASSERT_EQUAL(sscanf(at ? at : "", "\nGid: %u %u %u %u", &gid[0], &gid[1],
			       &gid[2], &gid[3]),
			4);
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT_NOT_EQUAL(uid[i], 0);
		CU_ASSERT_NOT_EQUAL(gid[i], 0);
	}
	static const char *const none[] = { "CapInh", "CapPrm", "CapEff", "CapBnd",
					    "CapAmb" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		char line[64];
		snprintf(line, sizeof line, "\n%s:\t0000000000000000\n", none[i]);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, line));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nNoNewPrivs:\t1\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nGroups:\t \n"));
}

/* ---- the story ---- */

static void
story(enum transport transport)
{
	struct play play;
	char text[8192];
	open_play(&play, transport);
	start(&play);
	CU_ASSERT_FATAL(wait_for(&play, MESSAGE_HELLO));
	CU_ASSERT_EQUAL(play.message.place, PLACE_HERE);
	check_privileges(network_of(play.pid));

	/* One order, many copies, one run of the hook. */
	uint64_t id = (uint64_t)clock_now().wall;
	CU_ASSERT_FATAL(order(&play, MESSAGE_FAILOVER, id));
	CU_ASSERT_EQUAL(play.message.alternates, 1);
	CU_ASSERT(order(&play, MESSAGE_FAILOVER, id));
	CU_ASSERT_EQUAL(ran(&play, "failover"), 1);
	ask(&play, "--status", text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "away at aaa2"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "hook said: moved to aaa2"));

	/* The network process dies: so does the whole. Started again it knows. */
	kill(network_of(play.pid), SIGKILL);
	CU_ASSERT_EQUAL(ended(&play), 1);
	start(&play);
	CU_ASSERT_FATAL(wait_for(&play, MESSAGE_HELLO));
	CU_ASSERT_EQUAL(play.message.place, PLACE_AWAY);
	CU_ASSERT_EQUAL(play.message.mark, id);
	CU_ASSERT(order(&play, MESSAGE_FAILOVER, id));
	CU_ASSERT_EQUAL(ran(&play, "failover"), 1);

	/* Starting away it asks, and comes back when it may. */
	CU_ASSERT_FATAL(wait_for(&play, MESSAGE_REQUEST));
	struct message accept = {
		.type = MESSAGE_ACCEPT,
		.id = (uint64_t)clock_now().wall,
		.reply_to = play.message.id,
	};
	say(&play, &accept);
	CU_ASSERT_FATAL(wait_for(&play, MESSAGE_HELLO));
	CU_ASSERT_EQUAL(play.message.place, PLACE_HERE);
	CU_ASSERT_EQUAL(ran(&play, "return"), 1);
	ask(&play, "--ask", text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "here already"));

	/* Away and called back. */
	CU_ASSERT(order(&play, MESSAGE_FAILOVER, (uint64_t)clock_now().wall));
	CU_ASSERT(order(&play, MESSAGE_RECONNECT, (uint64_t)clock_now().wall));
	CU_ASSERT_EQUAL(ran(&play, "failover"), 2);
	CU_ASSERT_EQUAL(ran(&play, "reconnect"), 1);

	pid_t network = network_of(play.pid);
	kill(play.pid, SIGTERM);
	CU_ASSERT_EQUAL(ended(&play), 0);
	CU_ASSERT(process_goes(network));
	close_play(&play);
}

static void
test_icmp(void)
{
	story(TRANSPORT_ICMP);
}

static void
test_udp(void)
{
	story(TRANSPORT_UDP);
}

/* In the background the command returns when the sockets are open, or with why not. */
static void
test_background(void)
{
	struct play play;
	char command[8192], text[4096];
	open_play(&play, TRANSPORT_ICMP);
	snprintf(command, sizeof command, "%s -c %s/client.xml -s %s/state", program,
		 play.folder, play.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	ask(&play, "--status", text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "aaa1"));
	/* A second one on the same state is refused. */
	snprintf(command, sizeof command,
		 "%s -f -c %s/client.xml -s %s/state 2>/dev/null", program, play.folder,
		 play.folder);
	CU_ASSERT_NOT_EQUAL(system(command), 0);
	CU_ASSERT_FATAL(wait_for(&play, MESSAGE_HELLO));
	/* Whoever holds the lock is the parent. */
	snprintf(command, sizeof command,
		 "for p in /proc/[0-9]*; do for f in $p/fd/*; do "
		 "[ \"$(readlink $f)\" = %s/state/lock ] && kill ${p#/proc/}; "
		 "done; done 2>/dev/null; exec 9>>%s/state/lock; flock -w 20 9",
		 play.folder, play.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	/* Keys that others may read: it does not start, and says so by its status. */
	snprintf(text, sizeof text, "%s/nas1.key", play.folder);
	chmod(text, 0644);
	snprintf(command, sizeof command, "%s -c %s/client.xml -s %s/state 2>/dev/null",
		 program, play.folder, play.folder);
	CU_ASSERT_NOT_EQUAL(system(command), 0);
	close_play(&play);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "over ICMP", test_icmp },
		{ "over UDP", test_udp },
		{ "in the background", test_background },
	};
	const char *build = getenv("top_builddir");
	if (geteuid() != 0) {
		printf("skipped: raw sockets, and giving up root, need root\n");
		return 77;
	}
	snprintf(program, sizeof program, "%s/bellwether-client", build ? build : ".");
	return unit_run("client-daemon", test, sizeof test / sizeof test[0]);
}
