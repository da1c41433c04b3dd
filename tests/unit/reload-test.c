/* SPDX-License-Identifier: BSD-3-Clause */
/* Reload as a diff: every kind of change, in every state of the server, while the policy's
   and operators' operations run. What kept its name keeps its state; who is gone while away
   gets a last reconnect; a changed address is gone and new; indexes are given once; and
   everything still comes to its end. */
#include "config.h"

#include "fleet/internal.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char base[] =
    "<policy xmlns=\"" POLICY_NAMESPACE "\" mode=\"automatic\">\n"
    "<server name=\"aaa1\" address=\"192.0.2.10\"><key id=\"1\" file=\"aaa1.key\"/>"
    "</server>\n"
    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\" priority=\"1\"/>\n"
    "<alternate name=\"aaa3\" address=\"192.0.2.12\" priority=\"2\"/>\n</alternates>\n"
    "<monitor interval=\"1s\"><parameter name=\"busy\"><file path=\"/proc/loadavg\"/>"
    "</parameter></monitor>\n"
    "<performance function=\"100 - $busy\"/>\n"
    "<failover threshold=\"30\" for=\"10s\" keep=\"5%\">"
    "<when name=\"hot\" test=\"$busy &gt; 90\" for=\"20s\"/>\n"
    "<step><select group=\"g\"/><select list=\"l\"/><select site=\"paris\"/></step>\n"
    "<order validity=\"1h\" retry=\"1s\" attempts=\"5\" rate=\"5/s\"/></failover>\n"
    "<connection threshold=\"60\" for=\"60s\"><batch size=\"2\" every=\"10s\"/>"
    "<admit rate=\"20/s\"/></connection>\n"
    "<control snmp=\"yes\" max-share=\"100%\"/>\n"
    "<clients hello=\"5m\">\n<list name=\"l\" clients=\"c4 c5\"/>\n"
    "<client name=\"c1\" address=\"10.0.0.1\" groups=\"g\"/>\n"
    "<client name=\"c2\" address=\"10.0.0.2\" groups=\"g\"/>\n"
    "<client name=\"c3\" address=\"10.0.0.3\" groups=\"g\"/>\n"
    "<client name=\"c4\" address=\"10.0.0.4\"/>\n"
    "<client name=\"c5\" address=\"10.0.0.5\"/>\n"
    "<client name=\"c6\" address=\"10.0.0.6\"/>\n"
    "<range name=\"c2%d\" prefix=\"10.1.0.0/29\" groups=\"g\"/>\n"
    "<site name=\"home\" home=\"yes\"/>\n"
    "<site name=\"paris\"><link to=\"home\" cost=\"5\"/>"
    "<client name=\"c7\" address=\"10.0.0.7\"/><client name=\"c8\" "
    "address=\"10.0.0.8\"/></site>\n"
    "</clients></policy>\n";

/* The first `from` of the document becomes `to`. */
static const struct change {
	const char *name, *from, *to;
} changes[] = {
	{ "nothing", "", "" },
	{ "a client added", "<client name=\"c6\"",
	  "<client name=\"c9\" address=\"10.0.0.9\" groups=\"g\"/>\n<client "
	  "name=\"c6\"" },
	{ "a client that is here removed",
	  "<client name=\"c6\" address=\"10.0.0.6\"/>\n", "" },
	{ "a client that may be away removed",
	  "<client name=\"c1\" address=\"10.0.0.1\" groups=\"g\"/>\n", "" },
	{ "the first and last to go removed",
	  "<client name=\"c7\" address=\"10.0.0.7\"/>", "" },
	{ "an address changed", "10.0.0.1\"", "10.9.0.1\"" },
	{ "the address of one that is here changed", "10.0.0.6\"", "10.9.0.6\"" },
	{ "a client renamed", "<client name=\"c2\"", "<client name=\"c33\"" },
	{ "the order of clients changed",
	  "<client name=\"c1\" address=\"10.0.0.1\" groups=\"g\"/>\n<client "
	  "name=\"c2\" address=\"10.0.0.2\" groups=\"g\"/>\n",
	  "<client name=\"c2\" address=\"10.0.0.2\" groups=\"g\"/>\n<client "
	  "name=\"c1\" address=\"10.0.0.1\" groups=\"g\"/>\n" },
	{ "a range grown", "10.1.0.0/29", "10.1.0.0/28" },
	{ "a range shrunk", "10.1.0.0/29", "10.1.0.0/30" },
	{ "a range moved", "10.1.0.0/29", "10.2.0.0/29" },
	{ "a client out of its group", "10.0.0.3\" groups=\"g\"", "10.0.0.3\"" },
	{ "a client into a group", "10.0.0.6\"", "10.0.0.6\" groups=\"g\"" },
	{ "a list changed", "clients=\"c4 c5\"", "clients=\"c4 c6\"" },
	{ "a client to another site", "<site name=\"paris\">",
	  "<site name=\"lyon\"/><site name=\"paris\">" },
	{ "a link changed", "cost=\"5\"", "cost=\"9\"" },
	{ "whom a step selects changed", "<select list=\"l\"/>", "" },
	{ "alternates in another order", "priority=\"1\"", "priority=\"3\"" },
	{ "an alternate removed",
	  "<alternate name=\"aaa2\" address=\"192.0.2.11\" priority=\"1\"/>\n", "" },
	{ "an alternate renamed", "name=\"aaa2\"", "name=\"aaa9\"" },
	{ "an alternate added", "</alternates>",
	  "<alternate name=\"aaa1b\" address=\"192.0.2.13\" "
	  "priority=\"1\" weight=\"200\"/></alternates>" },
	{ "thresholds changed", "threshold=\"30\" for=\"10s\"",
	  "threshold=\"20\" for=\"1s\"" },
	{ "connection changed", "threshold=\"60\" for=\"60s\"",
	  "threshold=\"70\" for=\"1s\"" },
	{ "a condition added", "<step>",
	  "<when name=\"new\" test=\"$busy &gt; 99\"/><step>" },
	{ "a condition removed",
	  "<when name=\"hot\" test=\"$busy &gt; 90\" for=\"20s\"/>\n", "" },
	{ "a condition renamed", "<when name=\"hot\"", "<when name=\"warm\"" },
	{ "a probe changed", "/proc/loadavg", "/proc/uptime" },
	{ "an interval changed", "interval=\"1s\"", "interval=\"5s\"" },
	{ "mode advise", "mode=\"automatic\"", "mode=\"advise\"" },
	{ "mode paused", "mode=\"automatic\"", "mode=\"paused\"" },
	{ "control taken away", "snmp=\"yes\"", "snmp=\"no\"" },
	{ "max-share lowered", "max-share=\"100%\"", "max-share=\"1%\"" },
	{ "keep raised", "keep=\"5%\"", "keep=\"90%\"" },
	{ "batches changed", "batch size=\"2\" every=\"10s\"",
	  "batch size=\"1\" every=\"1s\"" },
	{ "admissions changed", "rate=\"20/s\"", "rate=\"1/s\"" },
	{ "orders changed", "validity=\"1h\" retry=\"1s\" attempts=\"5\"",
	  "validity=\"10m\" retry=\"2s\" attempts=\"2\"" },
	{ "hellos changed", "hello=\"5m\"", "hello=\"1m\"" },
	{ "another key", "<key id=\"1\" file=\"aaa1.key\"/>",
	  "<key id=\"1\" file=\"aaa1.key\"/><key id=\"2\" file=\"new.key\"/>" },
	{ "another address of the server", "address=\"192.0.2.10\"",
	  "address=\"192.0.2.20\"" },
	{ "another transport", "address=\"192.0.2.10\"",
	  "address=\"192.0.2.10\" transport=\"udp\" port=\"4711\"" },
};

static const char *current; /* what is played, for failures */

#define HOLDS(fact)                                           \
	do {                                                  \
		if (!(fact))                                  \
			printf("\n  %s: %s", current, #fact); \
		CU_ASSERT(fact);                              \
	} while (0)

static struct policy *
changed(const struct change *change)
{
	const char *at = strstr(base, change->from);
	char text[2 * sizeof(base)];

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - base), base, change->to,
		 at + strlen(change->from));
	return rig_load(text);
}

static unsigned
number_of(const struct rig *rig, uint32_t row)
{
	return (unsigned)strtoul(fleet_client_name(rig->fleet, row) + 1, NULL, 10);
}

/* ---- where the server is ---- */

static void
say_all(struct rig *rig, enum message_type type)
{
	for (uint32_t row = 0; row < rig->policy->clients; row++)
		rig_say(rig, number_of(rig, row), type);
}

static void
to_serving(struct rig *rig)
{
	say_all(rig, MESSAGE_HELLO);
	rig_judge(rig, RIG_NEITHER);
}

/* Some have left, some are on their way, some do not answer. */
static void
to_shedding(struct rig *rig)
{
	to_serving(rig);
	rig->agent[1].manner = MANNER_RECEIVED;
	rig->agent[7].manner = MANNER_MUTE;
	rig->agent[22].manner = MANNER_REJECT;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, SECOND);
}

static void
to_away(struct rig *rig)
{
	to_serving(rig);
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 20 * SECOND);
}

/* The first batch was invited, and one of them does not answer. */
static void
to_returning(struct rig *rig)
{
	to_away(rig);
	rig->agent[1].manner = MANNER_MUTE;
	rig->agent[21].manner = MANNER_RECEIVED;
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, SECOND);
}

static const struct setting {
	const char *name;
	enum server_state state;
	void (*go)(struct rig *rig);
} settings[] = {
	{ "serving", SERVER_SERVING, to_serving },
	{ "shedding", SERVER_SHEDDING, to_shedding },
	{ "away", SERVER_AWAY, to_away },
	{ "returning", SERVER_RETURNING, to_returning },
};

static uint32_t
operate(struct rig *rig, enum action action, const char *selection)
{
	char why[FLEET_WHY];
	const struct fleet_wish wish = { .action = action,
					 .selection = selection,
					 .requester = "anna",
					 .reason = "test",
					 .hold = 20 * MINUTE,
					 .force = true };

	return fleet_operate(rig->fleet, &wish, rig->now, why);
}

/* Operators': nobody, one that is done, one that waits for a client that is mute, and a
   call-back of which some are still to be invited. */
static void
no_operators(struct rig *rig)
{
	(void)rig;
}

static void
operators_failover(struct rig *rig)
{
	rig->agent[6].manner = MANNER_MUTE;
	CU_ASSERT_NOT_EQUAL(operate(rig, ACTION_FAILOVER, "client:c5"), 0);
	CU_ASSERT_NOT_EQUAL(operate(rig, ACTION_FAILOVER, "client:c6"), 0);
	rig_run(rig, SECOND);
}

static void
operators_reconnect(struct rig *rig)
{
	/* Nobody is away yet, when it serves. */
	(void)operate(rig, ACTION_RECONNECT, "all");
	rig_run(rig, SECOND);
}

static void (*const operators[])(struct rig *rig) = { no_operators, operators_failover,
						      operators_reconnect };

/* ---- what holds right after ---- */

/* As it was, by name and address: the policy's alternates may have moved. */
struct before {
	char name[NAME_TEXT];
	struct address address;
	struct fleet_client client;
	char alternate[NAME_TEXT];
	bool may_be_away, queued;
};
static struct before before[64];
static size_t befores;
static uint32_t greatest;

static void
note(const struct rig *rig)
{
	const struct fleet *fleet = rig->fleet;

	befores = fleet_rows(fleet);
	CU_ASSERT_FATAL(befores <= ARRAY_SIZE(before));
	for (uint32_t i = 0; i < befores; i++) {
		struct before *b = &before[i];

		*b = (struct before){ .client = fleet->row[i].pub,
				      .address = *fleet_client_address(fleet, i),
				      .may_be_away = row_away(&fleet->row[i]),
				      .queued = fleet->row[i].queued };
		snprintf(b->name, sizeof(b->name), "%s", fleet_client_name(fleet, i));
		if (b->client.alternate != NO_CHOICE)
			snprintf(b->alternate, sizeof(b->alternate), "%s",
				 rig->policy->alternate[b->client.alternate].name);
		if (greatest < b->client.index)
			greatest = b->client.index;
	}
}

/* Row of that client at that address, from the first row or the first leaving one. */
static const struct row *
row_of(const struct rig *rig, const struct before *b, bool leaving)
{
	uint32_t from = leaving ? (uint32_t)rig->policy->clients : 0;

	for (uint32_t i = from;
	     i < (leaving ? fleet_rows(rig->fleet) : rig->policy->clients); i++)
		if (strcmp(fleet_client_name(rig->fleet, i), b->name) == 0 &&
		    address_equal(fleet_client_address(rig->fleet, i), &b->address))
			return &rig->fleet->row[i];
	return NULL;
}

static void
check_kept(const struct rig *rig, const struct before *b, const struct row *row)
{
	const struct fleet_client *is = &row->pub, *was = &b->client;
	/* What a new policy wants of it comes after. */
	bool ordered = is->operation != was->operation;

	HOLDS(is->index == was->index);
	HOLDS(is->place == was->place);
	HOLDS(is->heard == was->heard && is->transitions == was->transitions);
	HOLDS(is->silent == was->silent);
	HOLDS(memcmp(&is->peer.recent, &was->peer.recent, sizeof(is->peer.recent)) ==
	      0);
	HOLDS(is->holder == was->holder && is->hold == was->hold &&
	      is->held_until == was->held_until);
	if (b->alternate[0] != '\0' && is->alternate != NO_CHOICE)
		HOLDS(strcmp(rig->policy->alternate[is->alternate].name,
			     b->alternate) == 0);
	for (size_t i = 0; i < rig->policy->alternates; i++)
		if (strcmp(rig->policy->alternate[i].name, b->alternate) == 0)
			HOLDS(is->alternate == i);
	if (ordered) {
		HOLDS(is->type == MESSAGE_FAILOVER && was->holder == 0);
		HOLDS(fleet_operation(rig->fleet, 0)->started.boot == rig->now.boot);
		return;
	}
	HOLDS(is->order == was->order && is->type == was->type &&
	      is->order_id == was->order_id && is->in_force == was->in_force &&
	      is->attempts == was->attempts && is->refusal == was->refusal);
	HOLDS(row->queued == b->queued);
}

/* One that was away comes back by a last invitation; another is of no interest. */
static void
check_gone(const struct rig *rig, const struct before *b)
{
	const struct row *row = row_of(rig, b, true);

	if (!b->may_be_away) {
		HOLDS(row == NULL || row->pub.order == ORDER_STATE_NONE ||
		      row->pub.type == MESSAGE_RECONNECT);
		return;
	}
	HOLDS(row != NULL);
	if (row == NULL)
		return;
	HOLDS(row->pub.index == b->client.index);
	HOLDS(row->pub.holder == 0);
	HOLDS(row->pub.type == MESSAGE_RECONNECT);
	HOLDS(row->pub.order == ORDER_STATE_SENT ||
	      b->client.type == MESSAGE_RECONNECT);
}

static void
check_new(const struct rig *rig, size_t known)
{
	size_t fresh = 0;

	for (uint32_t i = 0; i < rig->policy->clients; i++) {
		const struct row *row = &rig->fleet->row[i];
		bool old = false;

		for (size_t j = 0; j < befores; j++)
			old |= row == row_of(rig, &before[j], false);
		if (old)
			continue;
		fresh++;
		HOLDS(row->pub.index > greatest);
		HOLDS(row->pub.place == PLACE_UNKNOWN && row->pub.heard == 0);
		HOLDS(row->pub.holder == 0);
	}
	HOLDS(known + fresh == rig->policy->clients);
}

static void
check_diff(const struct rig *rig)
{
	size_t known = 0;

	for (size_t i = 0; i < befores; i++) {
		const struct row *row = row_of(rig, &before[i], false);

		known += row != NULL;
		if (row != NULL)
			check_kept(rig, &before[i], row);
		else
			check_gone(rig, &before[i]);
	}
	check_new(rig, known);
	for (size_t i = 0; i < fleet_rows(rig->fleet); i++)
		for (size_t j = 0; j < i; j++)
			HOLDS(rig->fleet->row[i].pub.index !=
			      rig->fleet->row[j].pub.index);
	HOLDS(rig_counts_true(rig));
}

/* ---- and in the end ---- */

/* Hellos, requests and the store. Who has left is a client still; one at an old address is
   not known by its name. */
static void
turn(struct rig *rig)
{
	rig_run(rig, MINUTE);
	rig_store(rig);
	rig_settle(rig);
	for (uint32_t row = 0; row < fleet_rows(rig->fleet); row++) {
		const char *name = fleet_client_name(rig->fleet, row);
		bool away = rig_agent(rig, row)->place == PLACE_AWAY;

		if (fleet_find(rig->fleet, name, strlen(name)) != row)
			continue;
		rig_say(rig, number_of(rig, row), MESSAGE_HELLO);
		if (away)
			rig_say(rig, number_of(rig, row), MESSAGE_REQUEST);
	}
}

/* Until the last order's validity has ended. */
static void
check_end(struct rig *rig)
{
	for (size_t i = 0; i < ARRAY_SIZE(rig->agent); i++)
		rig->agent[i].manner = MANNER_OBEY;
	rig_judge(rig, RIG_CONNECTION);
	for (unsigned i = 0; i < 80; i++)
		turn(rig);
	HOLDS(rig_summary(rig).state == SERVER_SERVING);
	HOLDS(rig_summary(rig).place[PLACE_HERE] == rig->policy->clients);
	HOLDS(fleet_rows(rig->fleet) == rig->policy->clients);
	HOLDS(rig_summary(rig).held == 0);
	for (size_t i = 0; fleet_operation(rig->fleet, i) != NULL; i++)
		HOLDS(fleet_operation(rig->fleet, i)->ended.boot != 0);
	for (uint32_t row = 0; row < fleet_rows(rig->fleet); row++)
		HOLDS(rig_agent(rig, row)->place == PLACE_HERE);
}

/* There and back: who is in the policy again has its old index. */
static void
play(const struct change *change, const struct setting *setting,
     void (*by)(struct rig *rig))
{
	struct rig *rig = rig_named(changed(&changes[0]), 7);
	enum policy_mode mode;
	unsigned paused;
	uint32_t first[64];

	rig->hook = 300 * MILLISECOND;
	setting->go(rig);
	by(rig);
	if (by == no_operators)
		HOLDS(rig_summary(rig).state == setting->state);
	for (uint32_t i = 0; i < rig->policy->clients; i++)
		first[i] = fleet_row(rig->fleet, i)->index;
	mode = rig_summary(rig).mode;
	paused = fleet_paused(rig->fleet);
	greatest = 0;
	note(rig);

	struct policy *policy = changed(change), *old = rig->policy;

	CU_ASSERT_FATAL(fleet_reload(rig->fleet, policy, rig->now));
	rig->policy = policy;
	policy_free(old);
	check_diff(rig);
	/* The document's word is for the first load. */
	HOLDS(rig_summary(rig).mode == mode && fleet_paused(rig->fleet) == paused);
	rig_run(rig, 3 * SECOND);
	rig_store(rig);
	rig_run(rig, SECOND);
	for (size_t i = 0; i < fleet_rows(rig->fleet); i++)
		HOLDS(!rig->fleet->row[i].queued); /* all of them have left */
	note(rig);
	rig_reload_to(rig, changed(&changes[0]));
	for (uint32_t i = 0; i < rig->policy->clients; i++)
		HOLDS(fleet_row(rig->fleet, i)->index == first[i]);
	rig_reload_to(rig, changed(change));
	check_end(rig);
	rig_free(rig);
}

static void
every_change(void)
{
	static char name[200];

	current = name;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		for (size_t j = 0; j < ARRAY_SIZE(settings); j++)
			for (size_t k = 0; k < ARRAY_SIZE(operators); k++) {
				/* Slow where memory is watched: a part of all. */
				if (getenv("VALGRIND") != NULL && (i + j + k) % 5 != 0)
					continue;
				snprintf(name, sizeof(name), "%s, %s, operators %zu",
					 changes[i].name, settings[j].name, k);
				play(&changes[i], &settings[j], operators[k]);
			}
}

/* ---- conditions and samples ---- */

static void
feed(struct judge *judge, const struct policy *policy, double busy, int64_t at)
{
	uint32_t input = policy_find_input(policy, "busy", 4);
	struct sample sample = {
		.input = input, .ending = ENDING_VALUE, .value = busy, .at = at
	};
	struct verdict verdict;

	CU_ASSERT_NOT_EQUAL_FATAL(input, POLICY_NONE);
	judge_sample(judge, &sample);
	judge_decide(judge, at, &verdict);
}

/* Thresholds by their place, others by name. */
static uint32_t
condition_of(const struct judge *judge, const struct judge *other, uint32_t i)
{
	size_t count = judge_conditions(judge);

	if (i == CONDITION_FAILOVER)
		return i;
	if (i + 1 == judge_conditions(other))
		return (uint32_t)count - 1;
	for (uint32_t j = 1; j + 1 < count; j++)
		if (strcmp(judge_condition_name(judge, j),
			   judge_condition_name(other, i)) == 0)
			return j;
	return POLICY_NONE;
}

/* A timer that ran goes on, one that has not begun begins with the reload. */
static void
check_timers(const struct judge *judge, const struct judge *old, int64_t now)
{
	for (uint32_t i = 0; i < judge_conditions(judge); i++) {
		const struct condition *is = judge_condition(judge, i), *was;
		uint32_t j = condition_of(old, judge, i);

		if (j == POLICY_NONE) {
			HOLDS(is->since == now);
			continue;
		}
		was = judge_condition(old, j);
		HOLDS(is->since == was->since);
		HOLDS(is->met == was->met);
		HOLDS(is->transitions == was->transitions);
	}
}

static void
carry(const struct change *change, double busy, unsigned seconds)
{
	struct policy *policy = changed(&changes[0]), *next = changed(change);
	struct judge *old = judge_new(policy), *judge = judge_new(next);
	int64_t now = 1000 * SECOND;
	struct verdict verdict;
	uint32_t input = policy_find_input(next, "busy", 4);

	CU_ASSERT_PTR_NOT_NULL_FATAL(old);
	CU_ASSERT_PTR_NOT_NULL_FATAL(judge);
	for (unsigned i = 0; i < seconds; i++, now += SECOND)
		feed(old, policy, busy, now);
	judge_carry(judge, old);
	HOLDS(judge_reading(judge, input)->value == busy);
	HOLDS(judge_reading(judge, input)->state == READING_FRESH);
	check_timers(judge, old, now - SECOND);
	/* Nothing is known anew, so that nothing changes but by what the policy says. */
	feed(judge, next, busy, now);
	judge_decide(judge, now, &verdict);
	HOLDS(verdict.performance_known && verdict.performance == 100 - busy);
	judge_free(judge);
	judge_free(old);
	policy_free(next);
	policy_free(policy);
}

static void
every_timer(void)
{
	static char name[200];
	static const struct {
		double busy;
		unsigned seconds;
	} days[] = { { 5, 30 }, { 5, 90 }, { 80, 5 }, { 80, 60 }, { 95, 15 } };

	current = name;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		for (size_t j = 0; j < ARRAY_SIZE(days); j++) {
			snprintf(name, sizeof(name), "%s, busy %g for %u s",
				 changes[i].name, days[j].busy, days[j].seconds);
			carry(&changes[i], days[j].busy, days[j].seconds);
		}
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "every change in every state", every_change },
		{ "timers and samples go on", every_timer },
	};

	return unit_run("reload", test, ARRAY_SIZE(test));
}
