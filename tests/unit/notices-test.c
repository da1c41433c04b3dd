/* SPDX-License-Identifier: BSD-3-Clause */
/* Notifications on their way: numbered, paced, and offered again to the next agent, which
   tells what it has from what is new; the numbers over its end and the engine's. */
#include "config.h"

#include "subagent/agent-inside.h"
#include "subagent/notices.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct indexes *indexes;
static struct notices notices;
static struct moment now;

static struct {
	unsigned room;
	unsigned count;
	struct link_message message[2 * NOTICES];
} sent;

static bool
send_one(void *context, const struct link_message *message, int fd)
{
	(void)context, (void)fd;
	if (sent.count == sent.room)
		return false;
	sent.message[sent.count++] = *message;
	return true;
}

static void
send_all(unsigned room)
{
	sent.count = 0;
	sent.room = room;
	notices_send(&notices, send_one, NULL);
}

/* So many, each a second after the one before: the pace lets them all pass. */
static void
add(unsigned count)
{
	const struct link_notify notify = { .notification = NOTIFY_FAILOVER };
	for (unsigned i = 0; i < count; i++) {
		now.boot += SECOND;
		CU_ASSERT_TRUE(notices_add(&notices, indexes, &notify, now));
	}
}

static void
begin(void)
{
	indexes = indexes_new();
	CU_ASSERT_PTR_NOT_NULL_FATAL(indexes);
	now = (struct moment){ .boot = SECOND };
	notices_init(&notices, now);
}

static void
test_again(void)
{
	begin();
	add(5);
	send_all(3);
	CU_ASSERT_EQUAL(sent.count, 3);
	/* The next agent: what was sent comes first, and is marked; what was not, is not. */
	notices_again(&notices);
	add(1);
	send_all(100);
	CU_ASSERT_EQUAL(sent.count, 6);
	for (unsigned i = 0; i < sent.count; i++) {
		CU_ASSERT_EQUAL(sent.message[i].notify.sequence, i + 1);
		CU_ASSERT_EQUAL(sent.message[i].notify.again, i < 3);
	}
	send_all(100);
	CU_ASSERT_EQUAL(sent.count, 0);
	indexes_free(indexes);
}

/* The last ones are kept, however many there were; and never so many that the ring is
   too small for those that wait. */
static void
test_many(void)
{
	const struct link_notify notify = { .notification = NOTIFY_FAILOVER };
	unsigned waiting = 0;
	begin();
	for (unsigned i = 0; i < 10; i++) {
		add(100);
		send_all(1000);
		CU_ASSERT_EQUAL(sent.count, 100);
	}
	while (waiting < 2 * NOTICES) {
		now.boot += SECOND;
		if (!notices_add(&notices, indexes, &notify, now))
			break;
		waiting++;
	}
	CU_ASSERT_EQUAL(notices.suppressed, 1);
	notices_again(&notices);
	send_all(1000);
	CU_ASSERT_TRUE(sent.count > waiting && sent.count <= NOTICES);
	for (unsigned i = 0; i < sent.count; i++)
		CU_ASSERT_EQUAL(sent.message[i].notify.sequence,
				1000 + waiting - sent.count + 1 + i);
	indexes_free(indexes);
}

/* ---- the agent's side ---- */

static char folder[40];

static void
make_folder(struct agent *agent)
{
	snprintf(folder, sizeof(folder), "/tmp/bellwether-notices.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	agent->options.state = folder;
}

static uint64_t
take(struct agent *agent, uint64_t number, bool again)
{
	const struct link_notify notify = { .sequence = number, .again = again };
	uint64_t taken = agent_sequence_take(&agent->notices.sequence, &notify);
	if (taken)
		agent_sequence_sent(&agent->notices.sequence, taken);
	return taken;
}

/* Now, and so long ago. */
static uint64_t
take_again(struct agent *agent, uint64_t number, int64_t ago)
{
	const struct link_notify notify = { .sequence = number,
					    .again = true,
					    .wall = clock_now().wall - ago };
	uint64_t taken = agent_sequence_take(&agent->notices.sequence, &notify);
	if (taken)
		agent_sequence_sent(&agent->notices.sequence, taken);
	return taken;
}

/* Another life of the agent. */
static void
restart(struct agent *agent)
{
	if (agent->notices.sequence.fd > 0)
		close(agent->notices.sequence.fd);
	memset(&agent->notices, 0, sizeof(agent->notices));
	agent_sequence_open(agent);
}

static void
test_sequence(void)
{
	static struct agent agent;
	struct agent_sequence *sequence = &agent.notices.sequence;
	char path[100];
	make_folder(&agent);
	restart(&agent);
	CU_ASSERT_EQUAL(take(&agent, 1, false), 1);
	CU_ASSERT_EQUAL(take(&agent, 2, false), 2);
	/* The engine is lost: that has a number too, and its own go on after it. */
	CU_ASSERT_EQUAL(agent_sequence_own(sequence, 2), 3);
	agent_sequence_sent(sequence, 3);
	restart(&agent);
	CU_ASSERT_EQUAL(agent_sequence_own(sequence, 2), 4);
	agent_sequence_sent(sequence, 4);
	CU_ASSERT_EQUAL(take(&agent, 3, false), 5);
	/* The agent was killed: it has those that it sent, and not the one after. */
	restart(&agent);
	CU_ASSERT_EQUAL(take(&agent, 2, true), 0);
	CU_ASSERT_EQUAL(take(&agent, 3, true), 0);
	CU_ASSERT_EQUAL(take(&agent, 4, true), 6);
	/* An engine that had not stored its number gives it to another one. */
	CU_ASSERT_EQUAL(take(&agent, 4, false), 7);
	CU_ASSERT_EQUAL(take(&agent, 5, false), 8);
	restart(&agent);
	CU_ASSERT_EQUAL(take(&agent, 6, false), 9);
	/* What was given and not sent is given again. */
	CU_ASSERT_EQUAL(agent_sequence_own(sequence, 6), 10);
	restart(&agent);
	CU_ASSERT_EQUAL(agent_sequence_own(sequence, 6), 10);
	agent_sequence_sent(sequence, 10);
	CU_ASSERT_EQUAL(take(&agent, 7, false), 11);
	close(sequence->fd);
	snprintf(path, sizeof(path), "%s/sequence", folder);
	CU_ASSERT_EQUAL(unlink(path), 0);
	/* Nothing is known: after what the engine has given. */
	memset(&agent.notices, 0, sizeof(agent.notices));
	agent_sequence_open(&agent);
	CU_ASSERT_EQUAL(agent_sequence_own(sequence, 41), 42);
	CU_ASSERT_EQUAL(take(&agent, 42, false), 43);
	close(sequence->fd);
	unlink(path);
	rmdir(folder);
}

/* Every number either was sent or is counted, whoever died with it. */
static void
test_suppressed(void)
{
	static struct agent agent;
	struct agent_sequence *sequence = &agent.notices.sequence;
	char path[100];
	make_folder(&agent);
	restart(&agent);
	/* What came before our time is nobody's loss. */
	CU_ASSERT_EQUAL(take(&agent, 41, false), 41);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 0);
	agent_sequence_drop(sequence, 42);
	agent_sequence_drop(sequence, 43);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 2);
	CU_ASSERT_EQUAL(take(&agent, 44, false), 44);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 2);
	/* One that was sent, and then could not be sent once more. */
	agent_sequence_drop(sequence, 44);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 2);
	/* Dropped by one who then dies, and sent after all by the next. */
	agent_sequence_drop(sequence, 45);
	restart(&agent);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 2);
	CU_ASSERT_EQUAL(take(&agent, 45, true), 45);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 2);
	/* An engine that died with three of them. */
	CU_ASSERT_EQUAL(take(&agent, 49, false), 49);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 5);
	restart(&agent);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 5);
	/* A file of before they were counted. */
	CU_ASSERT_EQUAL(ftruncate(sequence->fd, 41), 0);
	restart(&agent);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 0);
	CU_ASSERT_EQUAL(take(&agent, 49, true), 0);
	CU_ASSERT_EQUAL(take(&agent, 50, false), 50);
	close(sequence->fd);
	snprintf(path, sizeof(path), "%s/sequence", folder);
	unlink(path);
	rmdir(folder);
}

/* What went to a master just before the agent died may have died with both: it comes
   again, under its number, as long as that is known. */
static void
test_recent(void)
{
	static struct agent agent;
	struct agent_sequence *sequence = &agent.notices.sequence;
	char path[100];
	make_folder(&agent);
	restart(&agent);
	for (unsigned i = 1; i <= 5; i++)
		CU_ASSERT_EQUAL(take(&agent, i, false), i);
	restart(&agent);
	CU_ASSERT_EQUAL(take_again(&agent, 3, MINUTE), 0);
	CU_ASSERT_EQUAL(take_again(&agent, 4, SECOND), 4);
	CU_ASSERT_EQUAL(take_again(&agent, 5, SECOND), 5);
	CU_ASSERT_EQUAL(take_again(&agent, 6, MINUTE), 6);
	/* One of ours moves the engine's numbers: those before are not to be told. */
	CU_ASSERT_EQUAL(agent_sequence_own(sequence, 6), 7);
	agent_sequence_sent(sequence, 7);
	CU_ASSERT_EQUAL(take(&agent, 7, false), 8);
	restart(&agent);
	CU_ASSERT_EQUAL(take_again(&agent, 5, SECOND), 0);
	CU_ASSERT_EQUAL(take_again(&agent, 6, SECOND), 0);
	CU_ASSERT_EQUAL(take_again(&agent, 7, SECOND), 8);
	/* Nor when the engine gives a number twice. */
	CU_ASSERT_EQUAL(take(&agent, 7, false), 9);
	restart(&agent);
	CU_ASSERT_EQUAL(take_again(&agent, 6, SECOND), 0);
	CU_ASSERT_EQUAL(take_again(&agent, 7, SECOND), 9);
	CU_ASSERT_EQUAL(agent_sequence_suppressed(sequence), 0);
	close(sequence->fd);
	snprintf(path, sizeof(path), "%s/sequence", folder);
	unlink(path);
	rmdir(folder);
}

/* One turn of an agent that has just begun: what it tells, as if it were sent then. */
static const char *
tells(struct agent *agent)
{
	struct agent_notices *all = &agent->notices;
	agent->missing = (struct agent_missing){ .told = 0 };
	agent->connected = true;
	restart(agent);
	agent_missing_turn(agent, clock_now().boot);
	if (all->waiting == 0)
		return "";
	CU_ASSERT_EQUAL(all->waiting, 1);
	agent_sequence_sent(&all->sequence, all->ring[0].notify.sequence);
	return all->ring[0].notify.reason;
}

/* A new agent does not tell again what the one before has told. */
static void
test_told(void)
{
	static struct agent agent;
	const struct board_sizes sizes = { .rows = { 0 } };
	struct mib_scalars scalars = { .suppressed = 7 };
	char path[100];
	make_folder(&agent);
	agent.board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(agent.board);
	board_scalars_write(agent.board, &scalars);
	CU_ASSERT_EQUAL(strncmp(tells(&agent), "7 notifications", 15), 0);
	CU_ASSERT_STRING_EQUAL(tells(&agent), "");
	scalars.suppressed = 9;
	board_scalars_write(agent.board, &scalars);
	CU_ASSERT_EQUAL(strncmp(tells(&agent), "2 notifications", 15), 0);
	/* A file of before it was kept goes on with its numbers, and tells all of them. */
	uint64_t last = agent.notices.sequence.sent;
	CU_ASSERT_EQUAL(ftruncate(agent.notices.sequence.fd, 84), 0);
	CU_ASSERT_EQUAL(strncmp(tells(&agent), "9 notifications", 15), 0);
	CU_ASSERT_EQUAL(agent.notices.sequence.sent, last + 1);
	CU_ASSERT_STRING_EQUAL(tells(&agent), "");
	/* What was not sent is told by the next one. */
	scalars.suppressed = 12;
	board_scalars_write(agent.board, &scalars);
	restart(&agent);
	agent_missing_turn(&agent, clock_now().boot + MINUTE);
	CU_ASSERT_EQUAL(agent.notices.waiting, 1);
	CU_ASSERT_EQUAL(strncmp(tells(&agent), "3 notifications", 15), 0);
	/* An engine that counts anew. */
	scalars.suppressed = 0;
	board_scalars_write(agent.board, &scalars);
	CU_ASSERT_STRING_EQUAL(tells(&agent), "");
	board_close(agent.board);
	close(agent.notices.sequence.fd);
	snprintf(path, sizeof(path), "%s/sequence", folder);
	unlink(path);
	rmdir(folder);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "another agent gets what is kept", test_again },
		{ "many", test_many },
		{ "numbers over the ends of both", test_sequence },
		{ "what is not sent is counted", test_suppressed },
		{ "what was sent just before comes again", test_recent },
		{ "what was told is not told again", test_told },
	};
	return unit_run("notices", tests, sizeof(tests) / sizeof(tests[0]));
}
