/* SPDX-License-Identifier: BSD-3-Clause */
/* Every refusal that the core gives an operator, and what the console and the commands
   say is to be done about it. */
#include "config.h"

#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"
#include "tui/refusal.h"

#include <stdio.h>
#include <string.h>

static bool told[64]; /* by row of refusals */

static void
check(const char *text, const char *phrase)
{
	const struct refusal *refusal = refusal_find(text);

	CU_ASSERT_PTR_NOT_NULL(refusal);
	if (refusal == NULL || strcmp(refusal->phrase, phrase) != 0) {
		CU_ASSERT(refusal == NULL);
		printf("\nsaid: %s\nwanted: %s\n", text, phrase);
		return;
	}
	told[refusal - refusals] = true;
	CU_ASSERT_STRING_EQUAL(refusal_advice(text), refusal->advice);
}

static struct fleet_wish
wish_of(enum action action, const char *selection)
{
	return (struct fleet_wish){ .action = action,
				    .selection = selection,
				    .requester = "anna",
				    .reason = "disk swap",
				    .hold = HOUR };
}

/* The same is refused when it is planned and when it is to be done. */
static void
refused(struct rig *rig, const struct fleet_wish *wish, const char *phrase)
{
	char why[FLEET_WHY] = "";
	struct fleet_plan plan;

	CU_ASSERT(!fleet_plan(rig->fleet, wish, rig->now, &plan, why));
	check(why, phrase);
	why[0] = '\0';
	CU_ASSERT_EQUAL(fleet_operate(rig->fleet, wish, rig->now, why), 0);
	check(why, phrase);
}

static void
done(struct rig *rig, const struct fleet_wish *wish)
{
	char why[FLEET_WHY];

	CU_ASSERT_NOT_EQUAL(fleet_operate(rig->fleet, wish, rig->now, why), 0);
	rig_run(rig, SECOND);
}

static void
test_wishes(void)
{
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "client:c1");

	rig->policy->control = false;
	refused(rig, &wish, "it lacks <control snmp=\"yes\"/>");
	rig->policy->control = true;
	wish.action = (enum action)9;
	refused(rig, &wish, "no such action");
	wish = wish_of(ACTION_FAILOVER, "client:c1");
	wish.requester = "";
	refused(rig, &wish, "a requester is needed");
	wish.requester = "anna";
	wish.reason = " ";
	refused(rig, &wish, "a reason is needed");
	wish.reason = "why";
	wish.number = 1u << 30;
	refused(rig, &wish, "that number is taken or far off");
	wish.number = 0;
	wish.share = 2;
	refused(rig, &wish, "for= is a duration");
	/* The engine's, when it lost a race for the number (subagent/operate.c). */
	check("number 7 is taken, or too far from the next, 9",
	      "is taken, or too far from the next");
	rig_free(rig);
}

static void
test_modes(void)
{
	struct rig *rig = rig_serving("clients=2");
	struct fleet_wish pause = wish_of(ACTION_PAUSE, NULL);
	struct fleet_wish resume = wish_of(ACTION_RESUME, NULL);

	refused(rig, &resume, "it is not paused");
	done(rig, &pause);
	refused(rig, &pause, "it is paused already");
	done(rig, &resume);
	fleet_pause(rig->fleet, PAUSED_FILE, true, "night", rig->now);
	refused(rig, &resume, "remove that file");
	rig_free(rig);
}

static void
test_selections(void)
{
	static const struct {
		const char *selection;
		const char *phrase;
	} bad[] = {
		{ NULL, "a selection is needed" },
		{ "group:G", "of the selection); did you mean" },
		{ "client:g", "of the selection); there is" },
		{ "group:c1", "of the selection); there is" },
		{ "site:quite-another", "of the selection)" },
		{ "everybody", "of the selection: expected" },
		{ "all - ", "selection ends at character" },
		{ "client:c1 - client:c1", "nobody is in the selection" },
	};
	struct rig *rig = rig_serving("clients=10 group=4");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, NULL);
	char longer[300];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		wish.selection = bad[i].selection;
		refused(rig, &wish, bad[i].phrase);
	}
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	wish.selection = longer;
	refused(rig, &wish, "selection is longer than");
	rig_free(rig);
}

static void
test_left_alone(void)
{
	struct rig *rig = rig_serving("clients=10 group=4 most=50%");
	const struct peer_says loaded = { true,
					  { .state = SERVER_AWAY, .known = true } };
	struct fleet_wish wish = wish_of(ACTION_RECONNECT, "all");

	refused(rig, &wish, "nobody is to be called back");
	wish.action = ACTION_RELEASE;
	refused(rig, &wish, "is held by an operator");
	wish.action = ACTION_FAILOVER;
	refused(rig, &wish, "<control max-share=> allows");
	wish.selection = "group:g";
	done(rig, &wish);
	wish.requester = "bob";
	refused(rig, &wish, "are held by others");
	rig_free(rig);
	rig = rig_serving("clients=10 keep=100%");
	wish.selection = "client:c1";
	refused(rig, &wish, "(<failover keep=>)");
	rig_free(rig);
	rig = rig_serving("clients=10 alternates=1 health=5s");
	rig_health(rig, 2, &loaded);
	refused(rig, &wish, "no alternate is usable and has room");
	rig_free(rig);
}

static void
test_cancels(void)
{
	struct rig *rig = rig_away("clients=10 alternates=2");
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, "client:c1");
	const struct operation *policys = fleet_operation(rig->fleet, 0);
	char why[FLEET_WHY];
	uint32_t number;

	CU_ASSERT(!fleet_cancel(rig->fleet, 77777, rig->now, why));
	check(why, "there is no operation");
	CU_ASSERT(!fleet_cancel(rig->fleet, policys->number, rig->now, why));
	check(why, "is the policy's: pause stops it");
	number = fleet_operate(rig->fleet, &wish, rig->now, why);
	rig_run(rig, MINUTE);
	CU_ASSERT(!fleet_cancel(rig->fleet, number, rig->now, why));
	check(why, "release gives up what it holds");
	rig_free(rig);
}

static void
test_too_many(void)
{
	struct rig *rig = rig_serving("clients=40 most=100%");
	char selection[32], why[FLEET_WHY] = "";
	struct fleet_wish wish = wish_of(ACTION_FAILOVER, selection);
	uint32_t number = 1;

	for (unsigned i = 1; i <= 40 && number != 0; i++) {
		snprintf(selection, sizeof(selection), "client:c%u", i);
		number = fleet_operate(rig->fleet, &wish, rig->now, why);
	}
	CU_ASSERT_EQUAL(number, 0);
	check(why, "run or hold clients: release or cancel");
	rig_free(rig);
}

/* Nothing stands in the table that nobody says. */
static void
test_whole(void)
{
	CU_ASSERT_FATAL(refusals_count < ARRAY_SIZE(told));
	for (size_t i = 0; i < refusals_count; i++) {
		CU_ASSERT(told[i]);
		if (!told[i])
			printf("\nnever said: %s\n", refusals[i].phrase);
	}
	CU_ASSERT_STRING_EQUAL(refusal_advice("something of another version"), "");
	CU_ASSERT_PTR_NULL(refusal_find("something of another version"));
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "wishes", test_wishes },
		{ "pause and resume", test_modes },
		{ "selections", test_selections },
		{ "whom it leaves alone", test_left_alone },
		{ "withdrawing", test_cancels },
		{ "too many operations", test_too_many },
		{ "all of them were said", test_whole },
	};
	return unit_run("refusal", test, ARRAY_SIZE(test));
}
