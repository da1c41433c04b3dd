/* SPDX-License-Identifier: BSD-3-Clause */
/* Who goes to which alternate, within what room, and what an order names. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

/* What the last orders named, and the names of the first. */
struct heard {
	char names[RIG_CLIENTS + 1][64]; /* by agent: "aaa2 aaa3" */
	unsigned first[RIG_ALTERNATES];  /* clients told to take aaaN, N from 2 */
	unsigned wrong;                  /* lists whose priorities do not count up */
};
static struct heard heard;

static void
hear(struct rig *rig, uint32_t row, const struct message *order)
{
	char *names =
	    heard.names[strtoul(fleet_client_name(rig->fleet, row) + 1, NULL, 10)];

	if (order->type != MESSAGE_FAILOVER)
		return;
	names[0] = '\0';
	for (size_t i = 0; i < order->alternates; i++) {
		const struct message_alternate *alternate = &order->alternate[i];

		heard.wrong += alternate->priority != i + 1;
		(void)snprintf(names + strlen(names), 64 - strlen(names), "%s%.*s",
			       i > 0 ? " " : "", (int)alternate->name.length,
			       alternate->name.start);
	}
	heard.first[names[3] - '2']++;
}

static struct rig *
listening(const char *words)
{
	struct rig *rig = rig_serving(words);

	memset(&heard, 0, sizeof(heard));
	rig->order = hear;
	return rig;
}

static uint32_t
load(const struct rig *rig, unsigned n)
{
	return fleet_alternate(rig->fleet, n - 2)->load;
}

static void
says(struct rig *rig, unsigned n, enum server_state state, double performance,
     uint32_t clients)
{
	const struct peer_says peer = { true,
					{ .state = state,
					  .known = true,
					  .performance = performance,
					  .threshold = 60,
					  .clients = clients } };

	rig_health(rig, n, &peer);
}

static void
test_by_priority(void)
{
	struct rig *rig = listening("clients=50 alternates=3");

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(heard.first[0], 50);
	CU_ASSERT_EQUAL(heard.wrong, 0);
	CU_ASSERT_STRING_EQUAL(heard.names[7], "aaa2 aaa3 aaa4");
	CU_ASSERT_EQUAL(load(rig, 2), 50);
	/* Home again, nobody is anywhere. */
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 10 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 50);
	CU_ASSERT_EQUAL(load(rig, 2), 0);
	rig_free(rig);
}

/* Each goes where it went before. */
static void
test_by_weight(void)
{
	struct rig *rig = listening("clients=300 alternates=3 level=1");
	static struct heard before;

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT(heard.first[i] > 60 && heard.first[i] < 140);
	CU_ASSERT_EQUAL(load(rig, 2) + load(rig, 3) + load(rig, 4), 300);
	before = heard;
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, HOUR);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 300);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	for (unsigned n = 1; n <= 300; n++)
		CU_ASSERT_STRING_EQUAL(heard.names[n], before.names[n]);
	rig_free(rig);
}

/* By headroom: 100 places less 10, and less 70. */
static void
test_by_headroom(void)
{
	struct rig *rig = listening("clients=40 alternates=2 level=1 capacity=100 "
				    "health=5s distribute=headroom");

	says(rig, 2, SERVER_SERVING, 90, 10);
	says(rig, 3, SERVER_SERVING, 90, 70);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(heard.first[0] + heard.first[1], 40);
	/* Three quarters. */
	CU_ASSERT(heard.first[0] > 24 && heard.first[0] < 37);
	rig_free(rig);
}

/* No more than half of the room at one time, and never more than there is. */
static void
test_room(void)
{
	struct rig *rig = listening("clients=60 alternates=2 capacity=20 health=5s "
				    "every=1s");

	says(rig, 2, SERVER_SERVING, 90, 0);
	says(rig, 3, SERVER_SERVING, 90, 0);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(load(rig, 2), 10);
	CU_ASSERT_EQUAL(load(rig, 3), 10);
	CU_ASSERT_EQUAL(fleet_alternate_room(rig->fleet, 0), 0);
	for (unsigned i = 0; i < 600; i++) {
		rig_run(rig, 100 * MILLISECOND);
		CU_ASSERT(load(rig, 2) <= 20 && load(rig, 3) <= 20);
	}
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 40);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 20);
	rig_free(rig);
}

/* A reading that was asked for before the orders left knows nothing of them. */
static void
test_old_reading(void)
{
	struct rig *rig = listening("clients=60 alternates=1 capacity=20 health=1h "
				    "every=1s");
	struct fleet_health old = { .state = SERVER_SERVING,
				    .known = true,
				    .performance = 90,
				    .threshold = 60 };

	old.asked = rig->now.boot;
	rig_run(rig, SECOND);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(load(rig, 2), 10);
	fleet_health(rig->fleet, 0, &old, "", rig->now);
	CU_ASSERT_EQUAL(fleet_alternate_room(rig->fleet, 0), 0);
	rig_run(rig, SECOND);
	old.asked = rig->now.boot;
	fleet_health(rig->fleet, 0, &old, "", rig->now);
	/* Half of the ten that were left. */
	CU_ASSERT_EQUAL(load(rig, 2), 15);
	rig_free(rig);
}

/* An order that has not left when its alternate is lost names the other, or is kept. */
static void
test_before_it_leaves(void)
{
	struct rig *rig = listening("clients=30 alternates=2 health=5s rate=10");

	says(rig, 2, SERVER_SERVING, 90, 0);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT(heard.first[0] > 0 && heard.first[0] < 10);
	CU_ASSERT_EQUAL(heard.first[1], 0);
	says(rig, 2, SERVER_SERVING, 50, 0);
	CU_ASSERT_EQUAL(fleet_alternate(rig->fleet, 0)->state, ALTERNATE_UNUSABLE);
	rig_run(rig, SECOND);
	CU_ASSERT(heard.first[1] > 5);
	CU_ASSERT_STRING_EQUAL(heard.names[30], "");
	unsigned left = heard.first[0] + heard.first[1];
	says(rig, 3, SERVER_AWAY, 90, 0);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(heard.first[0] + heard.first[1], left);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], left);
	rig_free(rig);
}

/* Whose alternate is lost is ordered to the next; not beside another daemon that gives
   orders too. */
static void
test_rescue_beside_another(void)
{
	struct rig *rig = listening("clients=30 alternates=2 health=5s rate=10");
	struct message answer,
	    m = { .type = MESSAGE_REJECT,
		  .reason = REASON_SUPERSEDED,
		  .has = HAS(ATTRIBUTE_REASON) | HAS(ATTRIBUTE_MARK) };
	unsigned left, n = 0;
	uint32_t rescue;
	size_t i = 0;

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 30);
	says(rig, 2, SERVER_AWAY, 90, 0);
	rig->quiet = true;
	rig_run(rig, SECOND);
	left = rig->sent[MESSAGE_FAILOVER];
	CU_ASSERT(left > 30 && left < 50);
	rescue = fleet_operation(rig->fleet, 0)->number;
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->state, OPERATION_RUNNING);
	m.id = (uint64_t)rig->now.wall;
	m.mark = (uint64_t)(rig->now.wall + 100 * SECOND);
	/* Of one whose order has left. */
	do {
		m.reply_to = rig_client(rig, ++n)->order_id;
	} while (n < 30 &&
		 fleet_receive(rig->fleet, n - 1, &m, rig->now, &answer) != CHECK_OK);
	while (fleet_operation(rig->fleet, i)->number != rescue)
		i++;
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, i)->state, OPERATION_CANCELLED);
	left = rig->sent[MESSAGE_FAILOVER];
	rig_run(rig, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).mode, MODE_ADVISE);
	CU_ASSERT_EQUAL(rig->sent[MESSAGE_FAILOVER], left);
	rig_free(rig);
}

/* Who is known to be unusable is not named at all. */
static void
test_not_named(void)
{
	struct rig *rig = listening("clients=4 alternates=3 health=5s");

	says(rig, 2, SERVER_AWAY, 90, 0);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_STRING_EQUAL(heard.names[1], "aaa3 aaa4");
	rig_free(rig);
}

/* Who has to go although there is no room goes to one that is usable at least. */
static void
test_forced(void)
{
	struct rig *rig = listening("clients=2 alternates=2 health=5s capacity=5");
	struct fleet_wish wish = { .action = ACTION_FAILOVER,
				   .selection = "all",
				   .requester = "anna",
				   .reason = "disk swap",
				   .force = true };
	char why[FLEET_WHY];

	says(rig, 2, SERVER_AWAY, 90, 0);
	says(rig, 3, SERVER_SERVING, 90, 5);
	CU_ASSERT_NOT_EQUAL(fleet_operate(rig->fleet, &wish, rig->now, why), 0);
	rig_run(rig, SECOND);
	CU_ASSERT_STRING_EQUAL(heard.names[1], "aaa3");
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 2);
	rig_free(rig);
}

/* Ordered away again before it was back, a client stays where it is. */
static void
test_stays(void)
{
	struct rig *rig = listening("clients=6 alternates=2 health=5s batch=2");

	says(rig, 2, SERVER_AWAY, 90, 0);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(load(rig, 3), 6);
	for (unsigned n = 1; n <= 6; n++)
		rig->agent[n].manner = MANNER_RECEIVED;
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, SECOND);
	for (unsigned n = 1; n <= 6; n++)
		rig->agent[n].manner = MANNER_OBEY;
	says(rig, 2, SERVER_SERVING, 90, 0);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 6);
	CU_ASSERT_EQUAL(load(rig, 3), 6);
	CU_ASSERT_EQUAL(load(rig, 2), 0);
	rig_free(rig);
}

/* With when-none="send" all are named, those known to be unusable last. */
static void
test_send(void)
{
	struct rig *rig = listening("clients=4 alternates=3 health=5s none=send");

	says(rig, 2, SERVER_AWAY, 90, 0);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_STRING_EQUAL(heard.names[1], "aaa3 aaa4 aaa2");
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, HOUR);
	for (unsigned n = 2; n <= 4; n++)
		says(rig, n, SERVER_SHEDDING, 9, 0);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_STRING_EQUAL(heard.names[1], "aaa2 aaa3 aaa4");
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	rig_free(rig);
}

/* What a preview says is what happens, and it takes nothing away. */
static void
test_preview(void)
{
	struct rig *rig = listening("clients=20 alternates=2 capacity=16 health=5s "
				    "most=100%");
	struct fleet_wish wish = { .action = ACTION_FAILOVER,
				   .selection = "all",
				   .requester = "anna",
				   .reason = "disk swap",
				   .limit = 8 };
	struct fleet_plan plan;
	char why[FLEET_WHY];

	says(rig, 2, SERVER_SERVING, 90, 10);
	CU_ASSERT(fleet_plan(rig->fleet, &wish, rig->now, &plan, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "8 of 20 clients (all) are to be ordered"));
	CU_ASSERT_STRING_EQUAL(plan.loads, "aaa2 62% to 100% (10 to 16 of 16), "
					   "aaa3 0% to 12% (0 to 2 of 16)");
	CU_ASSERT_NOT_EQUAL(fleet_operate(rig->fleet, &wish, rig->now, why), 0);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(load(rig, 2), 6);
	CU_ASSERT_EQUAL(load(rig, 3), 2);
	/* Whoever is there takes no more room. Of one that got them just now the policy
	   would send none to the first, and few to the second. */
	CU_ASSERT_EQUAL(fleet_alternate_room(rig->fleet, 0), 0);
	CU_ASSERT_EQUAL(fleet_alternate_room(rig->fleet, 1), 6);
	wish.limit = 0;
	CU_ASSERT(fleet_plan(rig->fleet, &wish, rig->now, &plan, why));
	CU_ASSERT_EQUAL(plan.planned, 12);
	CU_ASSERT_STRING_EQUAL(plan.loads, "aaa3 12% to 87% (2 to 14 of 16)");
	says(rig, 3, SERVER_SERVING, 90, 9);
	CU_ASSERT(fleet_plan(rig->fleet, &wish, rig->now, &plan, why));
	CU_ASSERT_EQUAL(plan.planned, 5);
	CU_ASSERT_EQUAL(plan.roomless, 7);
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "(the alternates have no more room)"));
	/* Back from both: what they lose, and nothing of the preview before. */
	wish.action = ACTION_RECONNECT;
	CU_ASSERT(fleet_plan(rig->fleet, &wish, rig->now, &plan, why));
	CU_ASSERT_STRING_EQUAL(plan.loads, "aaa2 100% to 62% (16 to 10 of 16), "
					   "aaa3 68% to 56% (11 to 9 of 16)");
	rig_free(rig);
}

/* Numbers change with a reload, names do not. */
static void
test_reload(void)
{
	struct rig *rig = listening("clients=31 alternates=2 health=5s");
	const struct fleet_alternate *aaa2;

	says(rig, 2, SERVER_SERVING, 50, 3);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(load(rig, 3), 31);
	CU_ASSERT(rig_option(&rig->options, "alternates=3"));
	CU_ASSERT(rig_option(&rig->options, "level=1"));
	rig_reload(rig);
	CU_ASSERT_EQUAL(load(rig, 3), 31);
	CU_ASSERT_EQUAL(fleet_alternate(rig->fleet, 0)->state, ALTERNATE_UNUSABLE);
	CU_ASSERT_EQUAL(fleet_alternate(rig->fleet, 2)->state, ALTERNATE_ASSUMED);
	/* Asked otherwise than before, what was heard is forgotten. */
	CU_ASSERT(rig_option(&rig->options, "health="));
	rig_reload(rig);
	aaa2 = fleet_alternate(rig->fleet, 0);
	CU_ASSERT_EQUAL(aaa2->state, ALTERNATE_ASSUMED);
	CU_ASSERT_EQUAL(aaa2->heard, 0);
	CU_ASSERT_EQUAL(load(rig, 3), 31);
	/* Also of orders that are on their way. */
	for (unsigned n = 1; n <= 31; n++)
		rig->agent[n].manner = MANNER_MUTE;
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 2 * HOUR);
	rig_judge(rig, RIG_FAILOVER);
	uint32_t aaa3 = load(rig, 3), aaa4 = load(rig, 4);
	CU_ASSERT(aaa3 + aaa4 > 0);
	CU_ASSERT(rig_option(&rig->options, "lead=3"));
	CU_ASSERT(rig_option(&rig->options, "alternates=2"));
	rig_reload(rig);
	CU_ASSERT_EQUAL(fleet_alternate(rig->fleet, 0)->load, aaa3);
	CU_ASSERT_EQUAL(fleet_alternate(rig->fleet, 1)->load, aaa4);
	rig_free(rig);
}

/* After a crash in the middle of it, who was not reached yet is told one that is usable,
   and an operation for the sake of safety goes on. */
static void
test_crash(void)
{
	struct rig *rig = listening("clients=6 alternates=2 health=5s");
	const struct peer_says silent = { .answers = false };

	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
	for (unsigned n = 1; n <= 6; n++)
		rig->agent[n].manner = MANNER_MUTE;
	rig_health(rig, 2, &silent);
	rig_run(rig, 19 * SECOND);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->initiator, INITIATOR_SAFETY);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->ordered, 6);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->state, OPERATION_RUNNING);
	rig_store(rig);
	rig->stopped = true;
	rig_crash(rig);
	/* That was no step of the policy's. */
	CU_ASSERT_EQUAL(rig_summary(rig).state, SERVER_UNKNOWN);
	for (unsigned n = 1; n <= 6; n++)
		rig->agent[n].manner = MANNER_OBEY;
	memset(&heard, 0, sizeof(heard));
	rig_run(rig, 30 * SECOND);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->state, OPERATION_DONE);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->done, 6);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 6);
	CU_ASSERT_STRING_EQUAL(rig->agent[3].alternate, "aaa3");
	CU_ASSERT_EQUAL(load(rig, 3), 6);
	rig_free(rig);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "by priority", test_by_priority },
		{ "by weight, and again the same", test_by_weight },
		{ "by headroom", test_by_headroom },
		{ "room", test_room },
		{ "an old reading", test_old_reading },
		{ "lost before the order leaves", test_before_it_leaves },
		{ "a rescue beside another daemon", test_rescue_beside_another },
		{ "not named", test_not_named },
		{ "forced", test_forced },
		{ "stays where it is", test_stays },
		{ "when-none=\"send\"", test_send },
		{ "preview", test_preview },
		{ "reload", test_reload },
		{ "crash", test_crash },
	};

	return unit_run("alternates", tests, sizeof(tests) / sizeof(tests[0]));
}
