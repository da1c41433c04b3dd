/* SPDX-License-Identifier: BSD-3-Clause */
/* A restart from a store that is behind: clients are asked for their last order, believed,
   and only then given another. */
#include "config.h"

#include <string.h>

#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

static unsigned questions, orders;
static struct message last;

static void
count_order(struct rig *rig, uint32_t row, const struct message *message)
{
	(void)rig;
	(void)row;
	last = *message;
	if (rig_is_question(message))
		questions++;
	else
		orders++;
}

/* Counts what leaves from now on. */
static void
count(struct rig *rig)
{
	rig->order = count_order;
	questions = orders = 0;
}

static unsigned
moves(const struct rig *rig)
{
	unsigned count = 0;

	for (unsigned n = 1; n <= rig->options.clients; n++)
		count += rig->agent[n].failovers + rig->agent[n].reconnects;
	return count;
}

/* Away, and back; and all of it stored. */
static struct rig *
rig_cycled(const char *words)
{
	struct rig *rig = rig_away(words);

	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	rig_judge(rig, RIG_NEITHER);
	rig_run(rig, MINUTE);
	rig_store(rig);
	rig_store(rig); /* the block that had to wait for its operation */
	return rig;
}

/* ---- who is asked ---- */

static void
in_step(void)
{
	struct rig *rig = rig_away("clients=20");

	rig_store(rig);
	count(rig);
	rig->quiet = true;
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 20);
	CU_ASSERT(rig_counts_true(rig));
	CU_ASSERT_EQUAL(questions, 20);
	rig->quiet = false;
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(orders, 0);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_DONE], 20);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(moves(rig), 20);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
stopped(void)
{
	struct rig *rig = rig_away("clients=20");
	struct fleet_record record;

	rig_store(rig);
	count(rig);
	rig->stopped = true;
	rig_crash(rig);
	/* What came from the store is not written back to it. */
	CU_ASSERT(!fleet_dirty(rig->fleet, rig->now, &record));
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	CU_ASSERT_EQUAL(questions + orders, 0);
	rig_free(rig);
}

/* Killed, and stopped in an orderly way before all have answered: what was lost is still to
   be found out. Who is dead is not waited for. */
static void
stopped_in_doubt(void)
{
	struct rig *rig = rig_away("clients=3 batch=3 every=1s hello=1m");

	CU_ASSERT_FALSE(fleet_in_doubt(rig->fleet));
	rig_store(rig);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 3);
	rig->quiet = true;
	rig_crash(rig);
	CU_ASSERT_TRUE(fleet_in_doubt(rig->fleet));
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_TRUE(fleet_in_doubt(rig->fleet));
	rig_store(rig);
	rig->stopped = !fleet_in_doubt(rig->fleet);
	rig_crash(rig);
	rig->quiet = false;
	rig->agent[1].manner = MANNER_MUTE;
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 2);
	CU_ASSERT_TRUE(fleet_in_doubt(rig->fleet));
	rig_run(rig, 5 * MINUTE);
	CU_ASSERT(rig_client(rig, 1)->silent);
	CU_ASSERT_FALSE(fleet_in_doubt(rig->fleet));
	rig_free(rig);
}

/* Nobody there, or never was: asked as often as an order is repeated, or not at all. */
static void
mute(void)
{
	struct rig *rig = rig_away("clients=3 attempts=4");

	rig_store(rig);
	rig->store.record[2].heard = 0;
	rig->agent[1].manner = MANNER_MUTE;
	count(rig);
	rig_crash(rig);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(questions, 4 + 1);
	CU_ASSERT_EQUAL(orders, 0);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_DONE], 3);
	CU_ASSERT_PTR_NULL(rig_event(rig, EVENT_UNREACHABLE, ""));
	rig_free(rig);
}

static void
paused(void)
{
	struct rig *rig = rig_away("clients=3");

	rig_store(rig);
	count(rig);
	rig->quiet = true;
	rig_crash(rig);
	fleet_pause(rig->fleet, PAUSED_FILE, true, "", rig->now);
	rig->quiet = false;
	count(rig);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(questions + orders, 0);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 3);
	fleet_pause(rig->fleet, PAUSED_FILE, false, "", rig->now);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	rig_free(rig);
}

/* ---- what was lost ---- */

/* The store has them away; they are back. */
static void
return_lost(void)
{
	struct rig *rig = rig_away("clients=20 batch=20 every=1s");

	rig_store(rig);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	rig->quiet = true;
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	rig->quiet = false;
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	CU_ASSERT_EQUAL(moves(rig), 2 * 20);
	/* And so a failover is for them too. */
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(moves(rig), 3 * 20);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

/* The store has them here; they are away. */
static void
failover_lost(void)
{
	struct rig *rig = rig_cycled("clients=20 batch=20 every=1s");

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	rig->quiet = true;
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	rig->quiet = false;
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(moves(rig), 3 * 20);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	CU_ASSERT_EQUAL(moves(rig), 4 * 20);
	rig_free(rig);
}

/* Home without an order, which the store knows: the mark is the failover's all the same. */
static void
home_alone(void)
{
	struct rig *rig = rig_away("clients=5");

	rig_judge(rig, RIG_NEITHER);
	for (unsigned n = 1; n <= 5; n++) {
		rig->agent[n].place = PLACE_HERE;
		rig->agent[n].following = 0;
		rig_say(rig, n, MESSAGE_HELLO);
	}
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 5);
	rig_store(rig);
	count(rig);
	rig_crash(rig);
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(questions, 5);
	CU_ASSERT_EQUAL(orders, 0);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 5);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_NONE], 5);
	CU_ASSERT_EQUAL(moves(rig), 5);
	rig_free(rig);
}

/* Lost with its block of ids, and decided again before anybody could be asked: the new
   order waits for the answer, and then goes on under the id of the lost one. */
static void
same_again(bool known)
{
	struct rig *rig = known ? rig_cycled("clients=20") : rig_serving("clients=20");
	struct fleet_block block = { 0 };
	unsigned before;

	rig_store(rig);
	rig_run(rig, MINUTE);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	before = moves(rig);
	rig->store.block[0] = rig->store.block[1] = block;
	rig->quiet = true;
	count(rig);
	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->ordered, 20);
	/* So far they were only asked. */
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_SENT], 20);
	CU_ASSERT_EQUAL(questions, 20);
	CU_ASSERT_EQUAL(orders, 0);
	rig->quiet = false;
	rig_run(rig, 5 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	CU_ASSERT_EQUAL(moves(rig), before);
	for (unsigned n = 1; n <= 20; n++)
		CU_ASSERT_EQUAL(rig_client(rig, n)->order_id, rig->agent[n].newest);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

static void
same_again_known(void)
{
	same_again(true);
}

static void
same_again_unknown(void)
{
	same_again(false);
}

/* A lost return, and then failover is decided before they are asked: what is decided now
   is later than what was lost. */
static void
other_again(void)
{
	struct rig *rig = rig_cycled("clients=20 batch=20 every=1s");

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(moves(rig), 4 * 20);
	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 5 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(moves(rig), 5 * 20);
	for (unsigned n = 1; n <= 20; n++)
		CU_ASSERT_EQUAL(rig->agent[n].place, PLACE_AWAY);
	rig_free(rig);
}

/* Who answers no question gets his order all the same. */
static void
unanswered(void)
{
	struct rig *rig = rig_cycled("clients=2 attempts=1 retry=1s");

	count(rig);
	rig->agent[1].manner = MANNER_MUTE;
	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 900 * MILLISECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 1);
	CU_ASSERT_EQUAL(orders, 1);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 1);
	rig->agent[1].manner = MANNER_OBEY;
	rig_run(rig, 700 * MILLISECOND);
	CU_ASSERT_EQUAL(orders, 2);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 0);
	rig_run(rig, 3 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 2);
	CU_ASSERT_EQUAL(rig->agent[1].failovers, 2);
	rig_free(rig);
}

/* Lost: away, and back, and perhaps away again. An answer to the order before the last
   comes late: it tells nothing, and the question stays. Who is back is not away for having
   said so then; who is away goes on under the last id, and does not move. */
static void
answered_late(bool away)
{
	struct rig *rig = rig_cycled("clients=1");
	struct message answer, done = { .type = MESSAGE_ACKNOWLEDGE,
					.stage = STAGE_DONE,
					.has = HAS(ATTRIBUTE_STAGE) };

	for (unsigned i = 0; i < (away ? 3 : 2); i++) {
		done.reply_to = rig->agent[1].newest;
		done.id = rig->agent[1].sent;
		rig_judge(rig, i == 1 ? RIG_CONNECTION : RIG_FAILOVER);
		rig_run(rig, MINUTE);
	}
	rig->quiet = true;
	count(rig);
	rig_crash(rig);
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &done, rig->now, &answer),
			CHECK_UNSOLICITED);
	CU_ASSERT_EQUAL(rig_summary(rig).asked, 1);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(orders, 0);
	rig->quiet = false;
	rig_run(rig, 5 * SECOND);
	CU_ASSERT_EQUAL(orders, 1);
	CU_ASSERT_EQUAL(last.id, rig->agent[1].newest);
	CU_ASSERT_EQUAL(rig->agent[1].place, PLACE_AWAY);
	CU_ASSERT_EQUAL(moves(rig), 5);
	rig_free(rig);
}

static void
late_away(void)
{
	answered_late(false);
}

static void
late_here(void)
{
	answered_late(true);
}

/* Taken back while it waits: it never left. */
static void
held_is_withdrawn(void)
{
	struct rig *rig = rig_cycled("clients=5 batch=5");

	rig->quiet = true;
	rig_crash(rig);
	count(rig);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_SENT], 5);
	rig_judge(rig, RIG_CONNECTION);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_SENT], 0);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_SERVING);
	CU_ASSERT_EQUAL(orders, 0);
	CU_ASSERT(rig_counts_true(rig));
	rig_free(rig);
}

/* The end of an operation is in the store, the ends of its orders are not. */
static void
ends_lost(void)
{
	struct rig *rig = rig_serving("clients=20");
	struct operation operation;

	rig_store(rig);
	rig->quiet = true;
	rig_judge(rig, RIG_FAILOVER);
	rig_store(rig);
	rig->quiet = false;
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	while (fleet_dirty_operation(rig->fleet, &operation))
		rig->store.operation[operation.number % 64] = operation;
	rig->quiet = true;
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_SENT], 20);
	rig->quiet = false;
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_DONE], 20);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(moves(rig), 20);
	rig_free(rig);
}

/* To ask first makes a failover begin later, and not go slower. */
static void
rate(void)
{
	struct rig *rig = rig_cycled("clients=40 rate=10 batch=40");

	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 5 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 40);
	rig_free(rig);
}

/* What goes on after a restart that lost nothing: an order of which the operation is not
   known, under its id; not an invitation that was withdrawn, and left its id behind. */
static void
goes_on(void)
{
	struct rig *rig = rig_serving("clients=2");
	struct fleet_record *record;

	rig_store(rig);
	for (unsigned n = 1; n <= 2; n++) {
		record = &rig->store.record[rig_client(rig, n)->index];
		record->type = MESSAGE_FAILOVER;
		record->order = ORDER_STATE_SENT;
		record->order_id = (uint64_t)rig->now.wall / 2 * 2 + n - 1;
		record->in_force = rig->now.wall + HOUR;
	}
	count(rig);
	rig->stopped = true;
	rig_crash(rig);
	rig_run(rig, 2 * SECOND);
	CU_ASSERT_EQUAL(questions, 0);
	CU_ASSERT_EQUAL(orders, 1);
	CU_ASSERT_EQUAL(rig->agent[1].place, PLACE_AWAY);
	CU_ASSERT_EQUAL(rig->agent[2].place, PLACE_HERE);
	rig_free(rig);
}

/* Called back in vain before; then it forgot all, and its answer comes after a request
   that was refused. It is ordered away again: the invitation is over. */
static void
forgotten_late(void)
{
	struct rig *rig = rig_away("clients=1 attempts=1");
	struct message answer,
	    reject = { .type = MESSAGE_REJECT,
		       .reason = REASON_STALE,
		       .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK) };

	rig->agent[1].manner = MANNER_MUTE;
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_UNREACHABLE], 1);
	rig_judge(rig, RIG_FAILOVER);
	rig_store(rig);
	rig->quiet = true;
	count(rig);
	rig_crash(rig);
	CU_ASSERT_EQUAL(questions, 1);
	rig_judge(rig, RIG_FAILOVER);
	reject.reply_to = last.id;
	rig->agent[1].following = 0;
	rig_say(rig, 1, MESSAGE_REQUEST);
	CU_ASSERT_EQUAL(rig->answer.type, MESSAGE_REFUSE);
	reject.id = rig->agent[1].sent + 1;
	CU_ASSERT_EQUAL(fleet_receive(rig->fleet, 0, &reject, rig->now, &answer),
			CHECK_OK);
	rig_settle(rig);
	CU_ASSERT_EQUAL(orders, 1);
	CU_ASSERT_EQUAL(last.type, MESSAGE_FAILOVER);
	rig_free(rig);
}

/* The store lost all while they are away, and was given all again: after a crash nothing
   is missing, at once, and nobody is moved. */
static void
unstored(void)
{
	struct rig *rig = rig_away("clients=20");
	uint32_t number;
	unsigned moved;

	rig_store(rig);
	rig_store(rig);
	number = fleet_operation(rig->fleet, 0)->number;
	memset(&rig->store, 0, sizeof(rig->store));
	fleet_unstored(rig->fleet, rig->now);
	rig_settle(rig);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_OTHER, "began anew"));
	rig_store(rig);
	rig_store(rig);
	CU_ASSERT_NOT_EQUAL(rig->store.block[0].base, 0);
	CU_ASSERT_NOT_EQUAL(rig->store.block[1].base, 0);
	moved = moves(rig);
	count(rig);
	rig_crash(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 20);
	CU_ASSERT_EQUAL(rig_summary(rig).order[ORDER_STATE_DONE], 20);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fleet_operation(rig->fleet, 0));
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->number, number);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_AWAY);
	CU_ASSERT_EQUAL(orders, 0);
	CU_ASSERT_EQUAL(moves(rig), moved);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 5 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	CU_ASSERT_EQUAL(moves(rig), moved + 20);
	rig_free(rig);
}

/* Nothing is durable that the new store has not got. */
static void
unstored_blocks(void)
{
	struct rig *rig = rig_serving("clients=2");
	struct fleet_block before, block;

	rig_store(rig);
	before = rig->store.block[0];
	CU_ASSERT(!fleet_block(rig->fleet, rig->now, &block));
	fleet_unstored(rig->fleet, rig->now);
	CU_ASSERT(fleet_block(rig->fleet, rig->now, &block));
	CU_ASSERT_EQUAL(block.base, rig->store.block[block.action - 1].base);
	CU_ASSERT_EQUAL(before.base, rig->store.block[0].base);
	CU_ASSERT(fleet_block(rig->fleet, rig->now, &block));
	CU_ASSERT(!fleet_block(rig->fleet, rig->now, &block));
	rig_free(rig);
}

static const struct unit_test tests[] = {
	{ "in step: asked, and nothing else", in_step },
	{ "not after a stop", stopped },
	{ "after a stop in doubt", stopped_in_doubt },
	{ "mute, and never heard", mute },
	{ "not while paused", paused },
	{ "a lost return", return_lost },
	{ "a lost failover", failover_lost },
	{ "home without an order", home_alone },
	{ "a lost failover, decided again", same_again_known },
	{ "a lost first failover, decided again", same_again_unknown },
	{ "a lost return, turned round", other_again },
	{ "no answer", unanswered },
	{ "a late answer of one who forgot all", forgotten_late },
	{ "a late answer, away, of one who is back", late_away },
	{ "a late answer, back, of one who is away", late_here },
	{ "a held order is withdrawn", held_is_withdrawn },
	{ "lost ends of orders", ends_lost },
	{ "a rate of its own", rate },
	{ "after a stop, what goes on", goes_on },
	{ "the store lost all, and got all again", unstored },
	{ "and with it the blocks", unstored_blocks },
};

int
main(void)
{
	return unit_run("doubt", tests, ARRAY_SIZE(tests));
}
