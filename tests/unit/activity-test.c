/* SPDX-License-Identifier: BSD-3-Clause */
/* Who comes although it is away: a server whose counters the test holds, asked in virtual
   time. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "tests/unit/fleet-rig.h"
#include "tests/unit/unit.h"

#define SECTIONS 8u

/* The protected server's statistics, and what was asked of them. */
struct counting {
	struct rig *rig;
	uint64_t requests[RIG_CLIENTS + 1]; /* of c1 and on */
	unsigned per_second[RIG_CLIENTS + 1];
	struct prefix section[SECTIONS];
	unsigned sections;
	bool silent, endless; /* endless: of sections, of others */
	unsigned nobody;      /* this client's address it does not know; 0 none */
	unsigned asked[RIG_CLIENTS + 1], asked_sections, questions;
	int64_t last, gap; /* boot time of the last question; least time between two */
	int64_t answer;    /* time that an answer takes */
};

static void
section_is(struct counting *counting, const char *text)
{
	CU_ASSERT_FATAL(counting->sections < SECTIONS);
	CU_ASSERT_FATAL(prefix_parse(text, &counting->section[counting->sections++]));
}

/* Client n has the address 10.0.0.(n + 1), as the rig gives it. */
static struct counting *
counting_new(struct rig *rig)
{
	struct counting *counting = calloc(1, sizeof(*counting));

	if (counting == NULL)
		abort();
	counting->rig = rig;
	counting->gap = NEVER;
	counting->answer = MILLISECOND;
	return counting;
}

static void
counting_free(struct counting *counting)
{
	rig_free(counting->rig);
	free(counting);
}

static unsigned
client_number(const struct rig *rig, uint32_t row)
{
	return (unsigned)strtoul(fleet_client_name(rig->fleet, row) + 1, NULL, 10);
}

static struct fleet_finding
find(struct counting *counting, const struct fleet_inquiry *inquiry)
{
	struct fleet_finding finding = { .kind = FINDING_NOBODY };

	if (counting->silent) {
		finding.kind = FINDING_SILENCE;
		finding.why = "no answer within 5000 ms";
	} else if (inquiry->kind == INQUIRY_SECTION) {
		if (inquiry->number >= counting->sections && !counting->endless)
			return finding;
		finding.kind = FINDING_SECTION;
		if (inquiry->number < counting->sections)
			finding.section = counting->section[inquiry->number];
	} else {
		unsigned n = client_number(counting->rig, inquiry->row);

		if (n == counting->nobody)
			return finding;
		finding.kind = FINDING_REQUESTS;
		finding.requests = counting->requests[n];
	}
	return finding;
}

static void
question(struct counting *counting, const struct fleet_inquiry *inquiry)
{
	struct rig *rig = counting->rig;
	struct fleet_inquiry other;
	struct fleet_finding finding;

	counting->questions++;
	if (counting->last != 0 && rig->now.boot - counting->last < counting->gap)
		counting->gap = rig->now.boot - counting->last;
	counting->last = rig->now.boot;
	if (inquiry->kind == INQUIRY_CLIENT)
		counting->asked[client_number(rig, inquiry->row)]++;
	else
		counting->asked_sections++;
	/* One at a time. */
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	CU_ASSERT_FALSE(fleet_inquiry(rig->fleet, rig->now, &other));
	rig_run(rig, counting->answer);
	finding = find(counting, inquiry);
	fleet_finding(rig->fleet, inquiry, &finding, rig->now);
	rig_settle(rig);
	CU_ASSERT(rig_counts_true(rig));
}

/* Lets time pass; requests come at each full second. */
static void
pass(struct counting *counting, int64_t duration)
{
	struct rig *rig = counting->rig;
	int64_t end = rig->now.boot + duration;

	while (rig->now.boot < end) {
		struct fleet_inquiry inquiry;
		int64_t second = rig->now.boot / SECOND, next;

		if (fleet_inquiry_next(rig->fleet) <= rig->now.boot &&
		    fleet_inquiry(rig->fleet, rig->now, &inquiry))
			question(counting, &inquiry);
		next = fleet_inquiry_next(rig->fleet);
		if (next > (second + 1) * SECOND)
			next = (second + 1) * SECOND;
		if (next > rig->now.boot)
			rig_run(rig, next - rig->now.boot);
		for (unsigned n = 1; n <= RIG_CLIENTS; n++)
			counting->requests[n] +=
			    (uint64_t)(rig->now.boot / SECOND - second) *
			    counting->per_second[n];
	}
}

static unsigned
coming(const struct counting *counting)
{
	return rig_summary(counting->rig).coming;
}

/* Each client is a section of its own. */
static struct counting *
counting_away(const char *words)
{
	struct counting *counting = counting_new(rig_away(words));

	for (unsigned n = 1; n <= 4; n++) {
		char text[PREFIX_TEXT];

		snprintf(text, sizeof(text), "10.0.0.%u", n + 1);
		section_is(counting, text);
	}
	return counting;
}

/* ---- who comes ---- */

static void
test_comes(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;
	const struct fleet_event *event;

	/* What is under way when it moves is no sin: everybody is busy for the grace. */
	for (unsigned n = 1; n <= 4; n++)
		counting->per_second[n] = 3;
	pass(counting, 45 * SECOND);
	CU_ASSERT_EQUAL(counting->questions, 0);
	for (unsigned n = 1; n <= 4; n++)
		counting->per_second[n] = n == 2;
	pass(counting, 2 * MINUTE + 30 * SECOND);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT(rig_client(rig, 2)->coming);
	event = rig_event(rig, EVENT_COMING, "client c2 still comes: ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	CU_ASSERT_EQUAL(event->severity, SEVERITY_WARNING);
	CU_ASSERT_EQUAL(event->client, rig_client(rig, 2)->index);
	/* 1 a second, since it was looked at first. */
	CU_ASSERT_PTR_NOT_NULL(strstr(event->text, " 60 requests within 1m, "));
	/* Sections until it was found, no further. */
	CU_ASSERT_EQUAL(counting->asked_sections, 2);
	/* It stops, and after a while that is said. */
	counting->per_second[2] = 0;
	pass(counting, 4 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_STOPPED, "client c2 no longer comes"));
	CU_ASSERT_PTR_NULL(rig_event(rig, EVENT_COMING, "c1"));
	/* Its section is known now: nothing is asked about that again. */
	counting->per_second[2] = 1;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT_EQUAL(counting->asked_sections, 2);
	counting_free(counting);
}

/* One stray request, or one now and then, is none who keeps coming. */
static void
test_strays(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");

	pass(counting, 2 * MINUTE);
	for (unsigned i = 0; i < 6; i++) {
		counting->requests[3]++;
		pass(counting, 6 * MINUTE);
		CU_ASSERT_EQUAL(coming(counting), 0);
	}
	counting->requests[3]++;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting->requests[3]++;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	counting_free(counting);
}

/* Only those away by an order done are asked about; and who comes back is no longer. */
static void
test_who_is_asked(void)
{
	struct counting *counting = counting_new(rig_serving("clients=4 watch=30s"));
	struct rig *rig = counting->rig;

	for (unsigned n = 1; n <= 4; n++) {
		char text[PREFIX_TEXT];

		counting->per_second[n] = 1;
		snprintf(text, sizeof(text), "10.0.0.%u", n + 1);
		section_is(counting, text);
	}
	pass(counting, 5 * MINUTE);
	CU_ASSERT_EQUAL(counting->questions, 0);
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	rig->agent[1].manner = MANNER_RECEIVED;
	rig->agent[2].manner = MANNER_REJECT;
	rig_judge(rig, RIG_FAILOVER);
	pass(counting, 4 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 2);
	/* Away it may be, by an older order; this one it has not done. */
	rig->agent[1].place = PLACE_AWAY;
	rig_say(rig, 1, MESSAGE_HELLO);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_AWAY);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->order, ORDER_STATE_RECEIVED);
	pass(counting, 4 * MINUTE);
	CU_ASSERT_EQUAL(counting->asked[1], 0);
	CU_ASSERT_EQUAL(counting->asked[2], 0);
	CU_ASSERT_EQUAL(coming(counting), 2);
	/* Called back, it may come as soon as it is invited. */
	rig->agent[3].manner = MANNER_RECEIVED;
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_client(rig, 3)->place, PLACE_AWAY);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->place, PLACE_HERE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	/* Back, it is asked about until it is seen to come. */
	CU_ASSERT_NOT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(rig_client(rig, 4)->activity, ACTIVITY_COMING);
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	CU_ASSERT(rig_counts_true(rig));
	counting_free(counting);
}

/* ---- who is seen to have moved ---- */

static uint32_t
last_moved(const struct rig *rig)
{
	return fleet_operation(rig->fleet, 0)->moved;
}

static uint32_t
moved(const struct counting *counting)
{
	return rig_summary(counting->rig).moved;
}

/* Away, who is quiet for quiet=, and no longer once it comes; called back, who comes. */
static void
test_moves(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;

	counting->per_second[2] = 1;
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_UNKNOWN);
	CU_ASSERT_EQUAL(fleet_looked(rig->fleet, 0), 0);
	/* The grace, and less than quiet= after it. */
	pass(counting, 5 * MINUTE + 30 * SECOND);
	CU_ASSERT_EQUAL(moved(counting), 0);
	CU_ASSERT_EQUAL(last_moved(rig), 0);
	pass(counting, MINUTE + 30 * SECOND);
	CU_ASSERT_EQUAL(moved(counting), 3);
	CU_ASSERT_EQUAL(last_moved(rig), 3);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_QUIET);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->activity, ACTIVITY_COMING);
	CU_ASSERT(fleet_looked(rig->fleet, 0) > rig->now.boot - MINUTE);
	/* A figure that goes back, and on again. */
	counting->per_second[1] = 1;
	counting->per_second[2] = 0;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(last_moved(rig), 2);
	CU_ASSERT_EQUAL(moved(counting), 2);
	pass(counting, 5 * MINUTE);
	CU_ASSERT_EQUAL(last_moved(rig), 3);
	CU_ASSERT_EQUAL(rig_client(rig, 2)->activity, ACTIVITY_QUIET);
	/* Back: each as it comes; what was seen of the failover stays. */
	counting->per_second[1] = 0;
	pass(counting, MINUTE);
	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 30 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 4);
	CU_ASSERT_EQUAL(rig_client(rig, 3)->activity, ACTIVITY_UNKNOWN);
	CU_ASSERT_EQUAL(fleet_looked(rig->fleet, 2), 0);
	counting->per_second[3] = 1;
	counting->per_second[4] = 1;
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 0)->action, ACTION_RECONNECT);
	CU_ASSERT_EQUAL(last_moved(rig), 2);
	CU_ASSERT_EQUAL(fleet_operation(rig->fleet, 1)->moved, 3);
	CU_ASSERT_EQUAL(moved(counting), 0);
	CU_ASSERT_EQUAL(rig_client(rig, 3)->activity, ACTIVITY_COMING);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_QUIET);
	CU_ASSERT_FALSE(rig_client(rig, 1)->missed);
	counting_free(counting);
}

/* Back for an hour, and nothing comes: said of each, once, until it comes. */
static void
test_missed(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;
	const struct fleet_event *event;

	pass(counting, 3 * MINUTE);
	rig_judge(rig, RIG_CONNECTION);
	for (unsigned n = 2; n <= 4; n++)
		counting->per_second[n] = 1;
	pass(counting, 59 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).missed, 0);
	rig->events = 0;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).missed, 1);
	CU_ASSERT(rig_client(rig, 1)->missed);
	event = rig_event(rig, EVENT_ACTIVITY, "client c1 has been back for 1h, and");
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	CU_ASSERT_EQUAL(event->severity, SEVERITY_WARNING);
	CU_ASSERT_EQUAL(event->operation, fleet_operation(rig->fleet, 0)->number);
	CU_ASSERT_EQUAL(rig->events, 1);
	pass(counting, 10 * MINUTE);
	CU_ASSERT_EQUAL(rig->events, 1);
	rig_reload(rig);
	CU_ASSERT_EQUAL(rig_summary(rig).missed, 1);
	counting->requests[1]++;
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).missed, 0);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_ACTIVITY, "client c1 comes again"));
	CU_ASSERT_EQUAL(last_moved(rig), 4);
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	counting_free(counting);
}

/* Back before it was ever asked about, and another policy before it is. */
static void
test_back_at_once(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;

	rig_judge(rig, RIG_CONNECTION);
	rig_run(rig, 30 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 4);
	CU_ASSERT_EQUAL(counting->questions, 0);
	rig_reload(rig);
	pass(counting, MINUTE);
	CU_ASSERT(counting->asked[1] > 0);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_QUIET);
	/* Another source has not seen them leave. */
	rig->options.source++;
	rig_reload(rig);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_UNKNOWN);
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	counting_free(counting);
}

/* Away again before it was seen: the next absence begins anew, and so does the return. */
static void
test_moves_again(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;

	pass(counting, 2 * MINUTE);
	rig_judge(rig, RIG_CONNECTION);
	pass(counting, 70 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).missed, 4);
	rig_judge(rig, RIG_NEITHER);
	counting->requests[1] += 100;
	rig_judge(rig, RIG_FAILOVER);
	rig_run(rig, 10 * SECOND);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_AWAY], 4);
	CU_ASSERT_EQUAL(rig_summary(rig).missed, 0);
	/* Back within the grace: what came before that is no sign of it. */
	rig_judge(rig, RIG_CONNECTION);
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(rig_summary(rig).place[PLACE_HERE], 4);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_QUIET);
	CU_ASSERT_EQUAL(last_moved(rig), 0);
	counting->requests[1]++;
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->activity, ACTIVITY_COMING);
	CU_ASSERT_EQUAL(last_moved(rig), 1);
	/* Whom the server does not know is asked about no more. */
	counting->nobody = 2;
	pass(counting, MINUTE);
	counting->asked[2] = counting->asked[3] = 0;
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(counting->asked[2], 0);
	CU_ASSERT(counting->asked[3] > 0);
	counting_free(counting);
}

/* A second time away has a grace of its own, and begins to count anew. */
static void
test_second_absence(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;

	counting->per_second[1] = 1;
	pass(counting, 3 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	rig_judge(rig, RIG_CONNECTION);
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_HERE);
	rig_judge(rig, RIG_NEITHER);
	rig_judge(rig, RIG_FAILOVER);
	pass(counting, 50 * SECOND);
	CU_ASSERT_EQUAL(rig_client(rig, 1)->place, PLACE_AWAY);
	counting->per_second[1] = 0;
	rig->events = 0;
	pass(counting, 10 * MINUTE);
	CU_ASSERT_PTR_NULL(rig_event(rig, EVENT_COMING, ""));
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting_free(counting);
}

/* A server that was restarted counts from nothing; that is no growth, nor is what it
   counted before. */
static void
test_server_restarted(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	const struct fleet_event *event;
	unsigned sections;

	counting->requests[1] = 5000;
	pass(counting, 2 * MINUTE);
	counting->requests[1] = 2;
	pass(counting, MINUTE);
	counting->requests[1] = 1;
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting->per_second[1] = 1;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	event = rig_event(counting->rig, EVENT_COMING, "client c1 still comes: 60 ");
	CU_ASSERT_PTR_NOT_NULL(event);
	/* Its sections may be others, too. */
	sections = counting->asked_sections;
	counting->requests[1] = counting->per_second[1] = 0;
	pass(counting, 10 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting->per_second[1] = 1;
	pass(counting, 2 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT(counting->asked_sections > sections);
	counting_free(counting);
}

/* ---- whose counter it is ---- */

static void
test_shared(void)
{
	struct counting *counting = counting_new(rig_away("clients=4 watch=30s"));
	struct rig *rig = counting->rig;
	const struct fleet_event *event;

	/* c1 to c3 have one counter; c4's section is within another. */
	section_is(counting, "10.0.0.0/29");
	section_is(counting, "2001:db8::/32");
	section_is(counting, "10.0.0.0/8");
	section_is(counting, "10.0.0.5");
	for (unsigned n = 1; n <= 4; n++)
		counting->per_second[n] = 1;
	pass(counting, 5 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT(rig_client(rig, 4)->coming);
	event = rig_event(rig, EVENT_ACTIVITY, "requests from 10.0.0.0/29 still come");
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	CU_ASSERT_EQUAL(event->severity, SEVERITY_NOTICE);
	/* To the end, and a few more that are not there; once. */
	CU_ASSERT_EQUAL(counting->asked_sections, 12);
	for (unsigned i = 0, notes = 0; i < rig->events; i++) {
		notes += rig->event[i].kind == EVENT_ACTIVITY;
		CU_ASSERT(notes <= 1);
	}
	rig->events = 0;
	pass(counting, 20 * MINUTE);
	CU_ASSERT_PTR_NULL(rig_event(rig, EVENT_ACTIVITY, ""));
	CU_ASSERT_EQUAL(counting->asked_sections, 12);
	CU_ASSERT_EQUAL(coming(counting), 1);
	counting_free(counting);
}

/* The server does not say which sections it has: nobody is accused. */
static void
test_unknown_section(void)
{
	struct counting *counting = counting_new(rig_away("clients=4 watch=30s"));
	struct rig *rig = counting->rig;

	counting->per_second[1] = 1;
	counting->nobody = 2;
	pass(counting, 5 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_ACTIVITY, "does not say whose counter"));
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_ACTIVITY, "no statistics of client c2"));
	CU_ASSERT(counting->asked[2] > 3);
	counting_free(counting);
}

/* ---- the pace ---- */

static void
test_pace(void)
{
	struct counting *counting = counting_new(rig_away("clients=4 watch=40s"));
	unsigned most = 0;

	/* Spread over the round: each once in it, 10 s from the next. */
	pass(counting, 10 * MINUTE);
	for (unsigned n = 1; n <= 4; n++) {
		CU_ASSERT(counting->asked[n] >= 13 && counting->asked[n] <= 15);
		most = counting->asked[n] > most ? counting->asked[n] : most;
	}
	CU_ASSERT(counting->gap >= 9 * SECOND);
	counting_free(counting);

	/* So many that the rate makes the round longer. */
	counting = counting_new(rig_away("clients=300 watch=10s asks=5"));
	pass(counting, 3 * MINUTE);
	CU_ASSERT(counting->questions <= 5 * 180);
	CU_ASSERT(counting->questions >= 4 * 120);
	CU_ASSERT(counting->gap >= 200 * MILLISECOND);
	for (unsigned n = 1; n <= 300; n++)
		CU_ASSERT(counting->asked[n] >= 1 && counting->asked[n] <= 3);
	counting_free(counting);
}

/* To learn of sections takes half of the questions. */
static void
test_many_sections(void)
{
	struct counting *counting =
	    counting_new(rig_away("clients=100 watch=1s asks=10"));

	counting->endless = true;
	for (unsigned n = 1; n <= 100; n++)
		counting->per_second[n] = 1;
	pass(counting, 3 * MINUTE);
	CU_ASSERT(counting->asked_sections > 400);
	CU_ASSERT(counting->questions - counting->asked_sections > 400);
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting_free(counting);
}

/* However long the round, two growths in a row are enough, and a look without ends it. */
static void
test_long_round(void)
{
	struct counting *counting =
	    counting_new(rig_away("clients=300 watch=10s asks=1"));

	section_is(counting, "10.0.0.8");
	counting->per_second[7] = 1;
	pass(counting, 22 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	counting->per_second[7] = 0;
	pass(counting, 11 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting_free(counting);
}

/* A server that does not answer is asked seldom, and accuses nobody. */
static void
test_silence(void)
{
	struct counting *counting = counting_away("clients=4 watch=4s asks=100");
	struct rig *rig = counting->rig;

	counting->per_second[1] = 1;
	counting->silent = true;
	counting->answer = 5 * SECOND;
	pass(counting, 3 * MINUTE);
	CU_ASSERT(counting->questions >= 10 && counting->questions <= 13);
	CU_ASSERT_PTR_NOT_NULL(
	    rig_event(rig, EVENT_ACTIVITY, "does not say who still comes: no answer"));
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting->silent = false;
	counting->answer = MILLISECOND;
	pass(counting, 30 * SECOND);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_ACTIVITY, "says again"));
	CU_ASSERT_EQUAL(coming(counting), 1);
	/* Once it is silent, nothing new is known of who came. */
	counting->silent = true;
	pass(counting, 20 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	counting_free(counting);
}

/* ---- policies that come and go ---- */

static void
test_reload(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;
	struct fleet_inquiry inquiry;

	counting->per_second[1] = 1;
	pass(counting, 3 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	rig_reload(rig);
	CU_ASSERT_EQUAL(coming(counting), 1);
	/* An answer that will never come is not waited for. */
	while (!fleet_inquiry(rig->fleet, rig->now, &inquiry))
		rig_run(rig, SECOND);
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	fleet_inquiry_drop(rig->fleet);
	while (!fleet_inquiry(rig->fleet, rig->now, &inquiry))
		rig_run(rig, SECOND);
	rig_reload(rig);
	CU_ASSERT_NOT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	/* c1 leaves the policy, and is nobody to be asked about. */
	rig->options.first = 2;
	rig_reload(rig);
	CU_ASSERT_EQUAL(coming(counting), 0);
	CU_ASSERT(rig_counts_true(rig));
	rig->options.first = 1;
	rig_reload(rig);
	rig_run(rig, 20 * SECOND);
	rig_judge(rig, RIG_FAILOVER);
	pass(counting, 3 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	/* Another server's counters have another beginning. */
	rig->options.source++;
	counting->requests[1] += 1000;
	rig_reload(rig);
	CU_ASSERT_EQUAL(coming(counting), 0);
	rig->events = 0;
	pass(counting, 3 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT_PTR_NOT_NULL(rig_event(rig, EVENT_COMING, "c1 still comes: 60 "));
	/* The policy no longer looks. */
	snprintf(rig->options.watch, sizeof(rig->options.watch), "%s", "");
	rig_reload(rig);
	CU_ASSERT_EQUAL(coming(counting), 0);
	CU_ASSERT_EQUAL(fleet_inquiry_next(rig->fleet), NEVER);
	CU_ASSERT(rig_counts_true(rig));
	counting_free(counting);
}

/* Who is left keeps what is known of it, in whichever row it is from then on. */
static void
test_left(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;

	counting->per_second[1] = counting->per_second[3] = 1;
	pass(counting, 3 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 2);
	rig->options.first = 2;
	rig->options.clients = 3;
	rig_reload(rig);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT(rig_client(rig, 3)->coming);
	/* Its requests are counted on from where they were, and it is not accused anew. */
	rig->events = 0;
	pass(counting, MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	CU_ASSERT_PTR_NULL(rig_event(rig, EVENT_COMING, ""));
	CU_ASSERT_PTR_NULL(rig_event(rig, EVENT_STOPPED, ""));
	CU_ASSERT(rig_counts_true(rig));
	counting_free(counting);
}

/* A daemon that was restarted begins anew with the grace. */
static void
test_restart(void)
{
	struct counting *counting = counting_away("clients=4 watch=30s");
	struct rig *rig = counting->rig;

	counting->per_second[1] = 1;
	pass(counting, 3 * MINUTE);
	rig->stopped = true;
	rig_store(rig);
	rig_crash(rig);
	rig_judge(rig, RIG_FAILOVER);
	CU_ASSERT_EQUAL(coming(counting), 0);
	counting->questions = 0;
	pass(counting, 50 * SECOND);
	CU_ASSERT_EQUAL(counting->questions, 0);
	pass(counting, 3 * MINUTE);
	CU_ASSERT_EQUAL(coming(counting), 1);
	counting_free(counting);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "one comes, and stops", test_comes },
		{ "strays", test_strays },
		{ "who is asked about", test_who_is_asked },
		{ "seen to move", test_moves },
		{ "back, and missed", test_missed },
		{ "back at once", test_back_at_once },
		{ "away again, and back", test_moves_again },
		{ "away a second time", test_second_absence },
		{ "a server restarted", test_server_restarted },
		{ "a shared counter", test_shared },
		{ "sections unknown", test_unknown_section },
		{ "the pace", test_pace },
		{ "many sections", test_many_sections },
		{ "a long round", test_long_round },
		{ "no answer", test_silence },
		{ "reloads", test_reload },
		{ "others left", test_left },
		{ "a restart", test_restart },
	};

	return unit_run("activity", tests, ARRAY_SIZE(tests));
}
