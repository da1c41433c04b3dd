/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket pair between engine and agent: messages whole, descriptors beside, liars. */
#include "config.h"

#include "subagent/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"
#include "tests/unit/unit.h"

static int pair[2];

static void
open_pair(void)
{
	CU_ASSERT_EQUAL_FATAL(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void
close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

static const struct link_message operate = { .kind = LINK_OPERATE,
					     .operate = {
						 .kind = OPERATE_GO,
						 .server = 1,
						 .number = 257,
						 .action = 1,
						 .selection = "group:wireless",
						 .requester = "ann",
						 .reason = "maintenance",
						 .share = 25,
						 .force = true,
					     } };

static void
test_messages(void)
{
	struct link_message notify = { .kind = LINK_NOTIFY };
	struct link_message answer = { .kind = LINK_ANSWER };
	struct link_message set = { .kind = LINK_SWITCH, .set = { 4, MIB_DISABLED } };
	struct link_message seen;
	int fd;
	open_pair();
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 0);
	CU_ASSERT_EQUAL(fd, -1);
	notify.notify = (struct link_notify){ .notification = NOTIFY_FAILOVER,
					      .sequence = UINT64_MAX,
					      .reason = "performance 12 < 30" };
	answer.answer = (struct link_answer){ .number = 257, .accepted = true };
	CU_ASSERT_TRUE(link_send(pair[0], &notify, -1));
	CU_ASSERT_TRUE(link_send(pair[0], &operate, -1));
	CU_ASSERT_TRUE(link_send(pair[0], &answer, -1));
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(seen.kind, LINK_NOTIFY);
	CU_ASSERT_EQUAL(
	    memcmp(&seen.notify, &notify.notify, sizeof(struct link_notify)), 0);
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(seen.kind, LINK_OPERATE);
	CU_ASSERT_EQUAL(
	    memcmp(&seen.operate, &operate.operate, sizeof(struct link_operate)), 0);
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(seen.kind, LINK_ANSWER);
	CU_ASSERT_TRUE(seen.answer.accepted);
	CU_ASSERT_TRUE(link_send(pair[0], &set, -1));
	set.set.value = MIB_DISABLED + 1;
	CU_ASSERT_TRUE(link_send(pair[0], &set, -1));
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(seen.kind, LINK_SWITCH);
	CU_ASSERT_EQUAL(seen.set.which, 4);
	CU_ASSERT_EQUAL(seen.set.value, MIB_DISABLED);
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 0);
	close_pair();
}

/* Each pair has its own switch, in their order, and what is no pair's that of all. */
static void
test_switches(void)
{
	CU_ASSERT_EQUAL(notification_switch(NOTIFY_FAILOVER), 1);
	CU_ASSERT_EQUAL(notification_switch(NOTIFY_RECOVERED), 1);
	CU_ASSERT_EQUAL(notification_switch(NOTIFY_SERVICE_DOWN), 2);
	CU_ASSERT_EQUAL(notification_switch(NOTIFY_ENGINE_BACK), 9);
	CU_ASSERT_EQUAL(notification_switch(NOTIFY_OPERATION_FINISHED), 10);
	CU_ASSERT_EQUAL(notification_switch(NOTIFY_RESYNCHRONISE), 0);
	CU_ASSERT_STRING_EQUAL(mib_switch_name(1), "failover");
	CU_ASSERT_STRING_EQUAL(mib_switch_name(10), "operation");
}

static void
test_descriptor(void)
{
	struct link_message message = { .kind = LINK_BOARD }, seen;
	struct stat sent, got;
	int memory = memfd_create("test", MFD_CLOEXEC), fd = -1;
	open_pair();
	CU_ASSERT_TRUE(link_send(pair[0], &message, memory));
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(seen.kind, LINK_BOARD);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(fstat(memory, &sent), 0);
	CU_ASSERT_EQUAL(fstat(fd, &got), 0);
	CU_ASSERT_EQUAL(sent.st_ino, got.st_ino);
	CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	close(memory);
	close_pair();
}

static void
test_full_and_gone(void)
{
	struct link_message seen;
	int fd;
	unsigned sent = 0, received = 0;
	open_pair();
	while (sent < 100000 && link_send(pair[0], &operate, -1))
		sent++;
	CU_ASSERT_TRUE(errno == EAGAIN || errno == EWOULDBLOCK);
	CU_ASSERT_TRUE(sent > 4 && sent < 100000);
	while (link_receive(pair[1], &seen, &fd) == 1)
		received++;
	CU_ASSERT_EQUAL(received, sent);
	CU_ASSERT_TRUE(link_send(pair[0], &operate, -1));
	close(pair[0]);
	/* What was on its way still comes. */
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), -1);
	CU_ASSERT_FALSE(link_send(pair[1], &operate, -1));
	close(pair[1]);
}

static size_t
open_descriptors(void)
{
	size_t count = 0;
	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Sends these bytes as they are. */
static void
send_raw(const void *bytes, size_t size)
{
	CU_ASSERT_EQUAL(send(pair[0], bytes, size, 0), (ssize_t)size);
}

static void
test_liars(void)
{
	const size_t size =
	    offsetof(struct link_message, operate) + sizeof(struct link_operate);
	struct link_message message = operate, seen;
	uint8_t bytes[2 * sizeof(message)] = { 0 };
	int fd;
	open_pair();
	size_t before = open_descriptors();
	/* Sizes and kinds. */
	memcpy(bytes, &message, size);
	send_raw(bytes, size - 1);
	send_raw(bytes, size + 1);
	send_raw(bytes, sizeof(bytes));
	send_raw(bytes, 1);
	message.kind = (enum link_kind)0;
	send_raw(&message, size);
	message.kind = (enum link_kind)99;
	send_raw(&message, size);
	/* Text without an end, truth beyond true, kinds of operation unheard of. */
	memcpy(bytes, &operate, size);
	memset(bytes + offsetof(struct link_message, operate.reason), 'x', MIB_TEXT);
	send_raw(bytes, size);
	memcpy(bytes, &operate, size);
	bytes[offsetof(struct link_message, operate.force)] = 2;
	send_raw(bytes, size);
	memcpy(bytes, &operate, size);
	bytes[offsetof(struct link_message, operate.kind)] = 5;
	send_raw(bytes, size);
	/* A descriptor where none belongs, none where one does. */
	message = operate;
	CU_ASSERT_TRUE(link_send(pair[0], &message, STDERR_FILENO));
	message.kind = LINK_BOARD;
	CU_ASSERT_TRUE(link_send(pair[0], &message, -1));
	/* All of that is passed over. */
	CU_ASSERT_TRUE(link_send(pair[0], &operate, -1));
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 1);
	CU_ASSERT_EQUAL(seen.kind, LINK_OPERATE);
	CU_ASSERT_EQUAL(seen.operate.number, 257);
	CU_ASSERT_EQUAL(fd, -1);
	CU_ASSERT_EQUAL(link_receive(pair[1], &seen, &fd), 0);
	CU_ASSERT_EQUAL(open_descriptors(), before);
	close_pair();
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "messages arrive whole and in order", test_messages },
		{ "switches of notifications", test_switches },
		{ "a descriptor comes along", test_descriptor },
		{ "a full pair and a lost end are told apart", test_full_and_gone },
		{ "malformed messages are passed over", test_liars },
	};
	return unit_run("link", tests, ARRAY_SIZE(tests));
}
