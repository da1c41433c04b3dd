/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of bellwether simulate: when it looks, samples that are repeated, what is
   counted, and one client letter by letter. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/random.h"
#include "policy/look.h"
#include "tests/unit/policy-source.h"
#include "tests/unit/unit.h"
#include "tui/offline-crowd.h"
#include "tui/offline-deeds.h"
#include "tui/offline-repeat.h"
#include "tui/offline-tally.h"

static const char document[] =
    "<policy xmlns=\"" POLICY_NAMESPACE "\">\n"
    "<server name=\"aaa1\" address=\"192.0.2.10\"><key id=\"1\" file=\"k\"/></server>"
    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\"/></alternates>"
    "<monitor interval=\"1s\"><parameter name=\"work\"><file path=\"/x\"/></parameter>"
    "<parameter name=\"drops\" rate=\"yes\"><file path=\"/y\"/></parameter></monitor>"
    "<performance function=\"100 - $work\"/>"
    "<failover threshold=\"30\" for=\"10s\"><step><select "
    "all=\"yes\"/></step></failover>"
    "<connection threshold=\"60\" for=\"30s\"/>"
    "<clients><client name=\"nas1\" address=\"198.51.100.1\"/></clients></policy>\n";

static struct policy *
load(void)
{
	const struct test_document only = { "aaa1.xml", document, 0 };
	struct memory_source memory = { &only, 1 };
	const struct policy_source source = memory_source(&memory);
	struct faults *faults = faults_new(10);
	struct policy *policy = NULL;

	if (policy_start())
		policy = policy_load(&source, "aaa1.xml", faults);
	faults_print(faults, stdout);
	faults_free(faults);
	CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
	return policy;
}

/* ---- samples that are repeated ---- */

static void
test_repeats(void)
{
	struct policy *loaded = load();
	struct repeats *repeats;
	struct sample sample = { .ending = ENDING_VALUE,
				 .value = 7,
				 .at = 10 * SECOND };

	repeats = repeat_new(loaded);
	CU_ASSERT_PTR_NOT_NULL_FATAL(repeats);
	CU_ASSERT_EQUAL(repeat_next(repeats), NEVER);
	sample.input = policy_find_input(loaded, "work", 4);
	sample.asked = sample.at - SECOND / 4;
	repeat_sample(repeats, &sample);
	CU_ASSERT_EQUAL(sample.value, 7);
	/* Half an interval late the first time, for one that comes by itself. */
	CU_ASSERT_EQUAL(repeat_next(repeats), 11500 * MILLISECOND);
	CU_ASSERT_FALSE(repeat_again(repeats, 11499 * MILLISECOND, &sample));
	CU_ASSERT_TRUE(repeat_again(repeats, 11500 * MILLISECOND, &sample));
	CU_ASSERT_EQUAL(sample.at, 11500 * MILLISECOND);
	CU_ASSERT_EQUAL(sample.asked, 11250 * MILLISECOND);
	CU_ASSERT_EQUAL(repeat_next(repeats), 12500 * MILLISECOND);
	repeat_forget(repeats);
	CU_ASSERT_EQUAL(repeat_next(repeats), NEVER);
	/* A counter of 100 and, ten seconds later, 150: 5 a second, and so on. */
	sample = (struct sample){ .input = policy_find_input(loaded, "drops", 5),
				  .ending = ENDING_VALUE,
				  .value = 100,
				  .at = 20 * SECOND };
	repeat_sample(repeats, &sample);
	CU_ASSERT_EQUAL(repeat_next(repeats), NEVER);
	double before = sample.value;
	sample.value = 150;
	sample.at = 30 * SECOND;
	repeat_sample(repeats, &sample);
	CU_ASSERT_EQUAL(sample.value - before, 50);
	before = sample.value;
	CU_ASSERT_TRUE(repeat_again(repeats, 32 * SECOND, &sample));
	CU_ASSERT_EQUAL(sample.value - before, 10);
	/* It begins anew. */
	sample.value = 3;
	sample.at = 40 * SECOND;
	repeat_sample(repeats, &sample);
	CU_ASSERT_EQUAL(repeat_next(repeats), NEVER);
	repeat_free(repeats);
	policy_free(loaded);
}

/* ---- when it is looked ---- */

static void
test_look_times(void)
{
	struct policy *loaded = load();
	struct judge *judge;
	struct look look = { 0 };
	struct verdict verdict;
	char why[200];

	judge = judge_new(loaded);
	look_start(&look, loaded, judge, 100 * SECOND);
	CU_ASSERT_EQUAL(look.due, 100 * SECOND + MILLISECOND);
	CU_ASSERT_FALSE(
	    look_judge(&look, judge, 100 * SECOND + MILLISECOND, &verdict, why, 200));
	CU_ASSERT_EQUAL(look.due, 101 * SECOND);
	/* Samples are taken together, 10 ms behind the last look at the earliest. */
	CU_ASSERT_TRUE(look_sample(&look, 100 * SECOND + 2 * MILLISECOND));
	CU_ASSERT_EQUAL(look.due, 100 * SECOND + 11 * MILLISECOND);
	CU_ASSERT_FALSE(look_sample(&look, 100 * SECOND + 3 * MILLISECOND));
	CU_ASSERT_FALSE(look_judge(&look, judge, 100 * SECOND + 11 * MILLISECOND,
				   &verdict, why, 200));
	/* What is due already is due in a moment. */
	CU_ASSERT_TRUE(look_sample(&look, 100 * SECOND + 21 * MILLISECOND));
	CU_ASSERT_EQUAL(look.due, 100 * SECOND + 22 * MILLISECOND);
	CU_ASSERT_TRUE(look_judge(&look, judge, 101 * SECOND, &verdict, why, 200));
	CU_ASSERT_EQUAL(look.due, 102 * SECOND);
	CU_ASSERT_TRUE(look_sample(&look, 101500 * MILLISECOND));
	CU_ASSERT_EQUAL(look.due, 101501 * MILLISECOND);
	/* What was missed is not run after. */
	CU_ASSERT_TRUE(look_judge(&look, judge, 200 * SECOND, &verdict, why, 200));
	CU_ASSERT_EQUAL(look.due, 201 * SECOND);
	CU_ASSERT_STRING_EQUAL(why, "");
	look_explain(judge, &verdict, why, 200);
	CU_ASSERT_STRING_NOT_EQUAL(why, "");
	judge_free(judge);
	policy_free(loaded);
}

/* ---- counting ---- */

static void
test_tally(void)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	CU_ASSERT_TRUE_FATAL(tally_start(tally, 10, 800 * SECOND));
	tally_state(tally, SERVER_SERVING);
	tally_performance(tally, true, 80);
	tally_until(tally, 100 * SECOND);
	tally_performance(tally, true, 20);
	tally_state(tally, SERVER_SHEDDING);
	for (unsigned i = 0; i < 3; i++) {
		tally_ordered(tally);
		tally_moved(tally, PLACE_AWAY);
	}
	/* Shorter than a column, and seen all the same. */
	tally_until(tally, 100 * SECOND + SECOND / 10);
	tally_state(tally, SERVER_AWAY);
	tally_until(tally, 400 * SECOND);
	tally_state(tally, SERVER_RETURNING);
	tally_moved(tally, PLACE_HERE);
	tally_moved(tally, PLACE_HERE);
	tally_until(tally, 401 * SECOND);
	tally_moved(tally, PLACE_HERE);
	tally_until(tally, 800 * SECOND);
	CU_ASSERT_EQUAL(tally->columns, TALLY_COLUMNS);
	CU_ASSERT_EQUAL(tally->column[99].states, 1u << SERVER_SERVING);
	CU_ASSERT_TRUE(tally->column[100].states & 1u << SERVER_SHEDDING);
	CU_ASSERT_EQUAL(tally->column[100].least, 20);
	CU_ASSERT_EQUAL(tally->column[100].most, 80);
	CU_ASSERT_EQUAL(tally->column[100].away, 3);
	CU_ASSERT_EQUAL(tally->column[400].away, 3);
	CU_ASSERT_EQUAL(tally->column[500].away, 0);
	CU_ASSERT_EQUAL(tally->spent[SERVER_AWAY], 300 * SECOND - SECOND / 10);
	CU_ASSERT_EQUAL(tally->longest, SERVER_RETURNING);
	CU_ASSERT_EQUAL(tally->longest_time, 400 * SECOND);
	CU_ASSERT_EQUAL(tally->return_rate.peak, 2);
	CU_ASSERT_EQUAL(tally->return_rate.peak_at, 400 * SECOND);
	CU_ASSERT_EQUAL(tally->away_time, (double)(3 * 300 * SECOND + SECOND));
	tally_free(tally);
	free(tally);
}

static void
begin_failover(struct tally *tally, uint32_t number)
{
	struct fleet_event event = { .kind = EVENT_OPERATION_START };
	struct operation operation = { .number = number,
				       .action = ACTION_FAILOVER,
				       .initiator = INITIATOR_POLICY };

	event.operation = number;
	tally_event(tally, &event, &operation);
	/* A further step. */
	tally_event(tally, &event, &operation);
	tally_state(tally, SERVER_SHEDDING);
}

static void
test_flaps(void)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	CU_ASSERT_TRUE_FATAL(tally_start(tally, 10, 7200 * SECOND));
	tally_state(tally, SERVER_SERVING);
	begin_failover(tally, 1);
	tally_until(tally, 10 * SECOND);
	CU_ASSERT_EQUAL(tally->flaps, 0);
	/* During a return. */
	tally_state(tally, SERVER_RETURNING);
	tally_until(tally, 20 * SECOND);
	begin_failover(tally, 3);
	CU_ASSERT_EQUAL(tally->flaps, 1);
	/* Soon after its end, and not so soon. */
	tally_state(tally, SERVER_RETURNING);
	tally_state(tally, SERVER_SERVING);
	tally_until(tally, 20 * SECOND + TALLY_FLAP - 1);
	begin_failover(tally, 5);
	CU_ASSERT_EQUAL(tally->flaps, 2);
	tally_state(tally, SERVER_RETURNING);
	tally_state(tally, SERVER_SERVING);
	tally_until(tally, 20 * SECOND + 2 * TALLY_FLAP);
	begin_failover(tally, 7);
	CU_ASSERT_EQUAL(tally->flaps, 2);
	CU_ASSERT_EQUAL(tally->failovers, 4);
	tally_free(tally);
	free(tally);
}

/* ---- one client, letter by letter ---- */

/* The next one within that time; NULL. */
static const struct crowd_letter *
next_letter(struct crowd *crowd, struct moment *now, int64_t within)
{
	int64_t until = now->boot + within;
	const struct crowd_letter *letter;

	while ((letter = crowd_turn(crowd, *now)) == NULL) {
		int64_t next = crowd_next(crowd);

		if (next > until)
			next = until;
		if (now->boot >= until)
			return NULL;
		now->wall += next - now->boot;
		now->boot = next;
	}
	return letter;
}

static void
test_letters(void)
{
	struct policy *loaded = load();
	struct moment now = { .boot = 100 * SECOND, .wall = 1790000000 * SECOND };
	const struct crowd_options options = { .delay = 10 * MILLISECOND };
	const struct crowd_calls calls = { NULL, NULL };
	struct message order = { .type = MESSAGE_FAILOVER, .validity = 1800 };
	const struct crowd_letter *letter;
	uint8_t marks[2] = { 1 };
	struct crowd *crowd;

	crowd = crowd_new(loaded, &options, &calls, now);
	CU_ASSERT_PTR_NOT_NULL_FATAL(crowd);
	letter = next_letter(crowd, &now, 5 * SECOND);
	CU_ASSERT_PTR_NOT_NULL_FATAL(letter);
	CU_ASSERT_EQUAL(letter->message.type, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(letter->message.place, PLACE_HERE);
	CU_ASSERT_FALSE(letter->message.has & HAS(ATTRIBUTE_MARK));
	order.id = (uint64_t)now.wall;
	CU_ASSERT_TRUE(crowd_tell(crowd, 0, &order, now));
	int64_t sent = now.boot;
	letter = next_letter(crowd, &now, SECOND);
	CU_ASSERT_PTR_NOT_NULL_FATAL(letter);
	CU_ASSERT_EQUAL(letter->message.stage, STAGE_RECEIVED);
	/* There and back: each way half the delay at least, and all of it at most. */
	CU_ASSERT_TRUE(now.boot - sent >= 10 * MILLISECOND &&
		       now.boot - sent <= 20 * MILLISECOND);
	letter = next_letter(crowd, &now, SECOND);
	CU_ASSERT_PTR_NOT_NULL_FATAL(letter);
	CU_ASSERT_EQUAL(letter->message.stage, STAGE_DONE);
	CU_ASSERT_EQUAL(crowd_place(crowd, 0), PLACE_AWAY);
	/* What it had stored says by what order it is away. */
	crowd_restart(crowd, marks, now);
	do
		letter = next_letter(crowd, &now, MINUTE);
	while (letter != NULL && letter->message.type != MESSAGE_HELLO);
	CU_ASSERT_PTR_NOT_NULL_FATAL(letter);
	CU_ASSERT_TRUE(letter->message.has & HAS(ATTRIBUTE_MARK));
	CU_ASSERT_EQUAL(letter->message.mark, order.id);
	/* A dead agent's host answers pings, one that is down does not. */
	crowd_manner(crowd, marks, MANNER_MUTE, now);
	while (next_letter(crowd, &now, SECOND) != NULL)
		;
	order.id++;
	CU_ASSERT_TRUE(crowd_tell(crowd, 0, &order, now));
	letter = next_letter(crowd, &now, SECOND);
	CU_ASSERT_PTR_NOT_NULL_FATAL(letter);
	CU_ASSERT_TRUE(letter->echo);
	CU_ASSERT_EQUAL(letter->message.id, order.id);
	crowd_manner(crowd, marks, MANNER_DOWN, now);
	CU_ASSERT_TRUE(crowd_tell(crowd, 0, &order, now));
	CU_ASSERT_PTR_NULL(next_letter(crowd, &now, MINUTE));
	crowd_free(crowd);
	policy_free(loaded);
}

/* ---- words of a trace ---- */

static const char *const lines[] = {
	"1 pause operator \"wait\"",
	"1 resume",
	"1 operate failover all + all by=ann for=1h share=5% limit=2 force \"x\"",
	"1 operate pause \"because\"",
	"1 clients all - client:nas1 mute loss=5% delay=3ms skew=-1h crash obey",
	"1 alternate aaa2 serving performance=5 threshold=6 clients=7",
	"1 alternate aaa2 silent \"no answer\"",
	"1 decided away failover=yes connection=no \"why\"",
};

/* 0: no record; 1: one that is wrong; 2: a good one. */
static int
understood(const struct policy *policy, const char *line, struct deed *deed)
{
	static struct trace_record record;
	struct trace_reader *reader = trace_reader_new("t");
	char text[600], why[DEED_WHY] = "";
	uint8_t marks[2];
	enum trace_end is;
	int found = 0, length;

	length = snprintf(text, sizeof(text), "bellwether-trace 1\n%s\n", line);
	trace_feed(reader, text, (size_t)length);
	is = trace_read(reader, &record);
	if (is == TRACE_RECORD && record.kind >= TRACE_PAUSE) {
		found = deed_parse(policy, &record, marks, deed, why) ? 2 : 1;
		/* Who is told of a fault is told what was expected. */
		CU_ASSERT_EQUAL(found == 2, why[0] == '\0');
		CU_ASSERT_TRUE(strlen(why) < DEED_WHY);
	}
	trace_reader_free(reader);
	return found;
}

static void
test_words(void)
{
	struct policy *policy = load();
	struct random random;
	struct deed deed;
	unsigned seen[3] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		CU_ASSERT_EQUAL(understood(policy, lines[i], &deed),
				strstr(lines[i], "decided") ? 0 : 2);
	CU_ASSERT_EQUAL(understood(policy, lines[2], &deed), 2);
	CU_ASSERT_STRING_EQUAL(deed.selection, "all + all");
	CU_ASSERT_STRING_EQUAL(deed.requester, "ann");
	CU_ASSERT_STRING_EQUAL(deed.reason, "x");
	CU_ASSERT_EQUAL(deed.wish.limit, 2);
	CU_ASSERT_EQUAL(deed.wish.share, 0.05);
	CU_ASSERT_TRUE(deed.wish.force);
	CU_ASSERT_EQUAL(understood(policy, lines[4], &deed), 2);
	CU_ASSERT_STRING_EQUAL(deed.selection, "all - client:nas1");
	CU_ASSERT_TRUE(deed.has_loss && deed.has_delay && deed.has_skew);
	CU_ASSERT_EQUAL(deed.skew, -HOUR);
	CU_ASSERT_TRUE(deed.restart);
	CU_ASSERT_EQUAL(deed.manner, MANNER_OBEY);
	random_seed(&random, 1);
	for (unsigned i = 0; i < unit_rounds(20000); i++) {
		char line[300];
		size_t length;

		snprintf(line, sizeof(line), "%s",
			 lines[random_below(&random, ARRAY_SIZE(lines))]);
		length = strlen(line);
		for (unsigned j = 0; j < 1 + random_below(&random, 3); j++)
			line[2 + random_below(&random, length - 2)] =
			    (char)(' ' + random_below(&random, 95));
		seen[understood(policy, line, &deed)]++;
	}
	CU_ASSERT_TRUE(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
	policy_free(policy);
}

static const struct unit_test tests[] = {
	{ "repeats", test_repeats }, { "look times", test_look_times },
	{ "tally", test_tally },     { "flaps", test_flaps },
	{ "letters", test_letters }, { "words", test_words },
};

int
main(void)
{
	return unit_run("replay", tests, sizeof(tests) / sizeof(tests[0]));
}
