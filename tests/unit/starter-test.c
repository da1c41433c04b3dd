/* SPDX-License-Identifier: BSD-3-Clause */
/* What engine and starter say to each other, and whom a role becomes. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "subagent/starter-wire.h"
#include "subagent/starter.h"
#include "tests/unit/unit.h"

static int pair[2];

static void
open_pair(void)
{
	CU_ASSERT_EQUAL_FATAL(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static struct starter_message
example(void)
{
	struct starter_message message = { .kind = STARTER_START, .number = -7 };
	slice_copy(slice_of("agent"), message.role, sizeof(message.role));
	memcpy(message.words, "-s\0/state", 10);
	message.size = 10;
	return message;
}

static ino_t
inode(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static void
test_round_trip(void)
{
	struct starter_message sent = example(), got;
	int fd[STARTER_DESCRIPTORS], fds;
	open_pair();
	CU_ASSERT_EQUAL(starter_receive(pair[1], &got, fd, &fds), 0);
	CU_ASSERT(starter_send(pair[0], &sent, pair, 2));
	CU_ASSERT_EQUAL_FATAL(starter_receive(pair[1], &got, fd, &fds), 1);
	CU_ASSERT_EQUAL(memcmp(&sent, &got, sizeof(sent)), 0);
	CU_ASSERT_EQUAL_FATAL(fds, 2);
	CU_ASSERT_EQUAL(inode(fd[0]), inode(pair[0]));
	CU_ASSERT_EQUAL(inode(fd[1]), inode(pair[1]));
	close(fd[0]);
	close(fd[1]);
	CU_ASSERT(starter_send(pair[0], &sent, NULL, 0));
	CU_ASSERT_EQUAL(starter_receive(pair[1], &got, fd, &fds), 1);
	CU_ASSERT_EQUAL(fds, 0);
	close(pair[0]);
	CU_ASSERT_EQUAL(starter_receive(pair[1], &got, fd, &fds), -1);
	close(pair[1]);
}

static void
test_malformed(void)
{
	struct starter_message bad[4] = { example(), example(), example(), example() };
	struct starter_message got;
	int fd[STARTER_DESCRIPTORS], fds;
	bad[0].kind = (enum starter_kind)9;
	memset(bad[1].role, 'x', sizeof(bad[1].role));
	bad[2].size = sizeof(bad[2].words) + 1;
	bad[3].size = 9; /* the last word does not end */
	open_pair();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CU_ASSERT(starter_send(pair[0], &bad[i], pair, 1));
		CU_ASSERT_EQUAL(starter_receive(pair[1], &got, fd, &fds), 0);
		CU_ASSERT_EQUAL(fds, 0);
	}
	CU_ASSERT_EQUAL(send(pair[0], &bad[0], 20, 0), 20);
	CU_ASSERT_EQUAL(starter_receive(pair[1], &got, fd, &fds), 0);
	/* The descriptors of what was dropped are closed: the end is seen. */
	close(pair[0]);
	CU_ASSERT_EQUAL(starter_receive(pair[1], &got, fd, &fds), -1);
	close(pair[1]);
}

static void
test_users(void)
{
	struct privilege_user user;
	/* Without a user of the role's own it is the engine's. */
	CU_ASSERT_TRUE(starter_user("nobody", "agent", &user));
	CU_ASSERT_STRING_EQUAL(user.name, "nobody");
	CU_ASSERT_FALSE(starter_user("root", "agent", &user));
	CU_ASSERT_FALSE(starter_user("no.such.user", "agent", &user));
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "round trip", test_round_trip },
		{ "malformed", test_malformed },
		{ "whom a role becomes", test_users },
	};
	return unit_run("starter", tests, ARRAY_SIZE(tests));
}
