/* SPDX-License-Identifier: BSD-3-Clause */
/* Events on the board, and notifications in pairs. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subagent/notices.h"
#include "tests/unit/stage.h"
#include "tests/unit/unit.h"

static struct stage *
staged(const struct stage_words *words)
{
	struct stage *stage = stage_new();
	stage_open(stage, 0, words);
	/* Neither bad enough to leave, nor good enough to be called back. */
	stage_value(stage, 0, "p", 50);
	stage_value(stage, 0, "radiusd", 1);
	stage_hello_all(stage, 0);
	stage_run(stage, 2 * SECOND);
	return stage;
}

static const struct stage_words plain;

/* ---- events ---- */

static void
check_events(const struct stage *stage, size_t slot)
{
	const struct stage_server *server = &stage->server[slot];
	uint32_t number = stage_number(stage, slot), at = 0, rows = 0;
	struct mib_event row;
	while (board_next(stage->board, MIB_EVENT, number, at, false, &row.index) &&
	       row.index.server == number) {
		char text[20];
		CU_ASSERT(at == 0 || row.index.row == at + 1);
		at = row.index.row;
		rows++;
		snprintf(text, sizeof(text), "number %u", at);
		CU_ASSERT_STRING_EQUAL(row.text, text);
		CU_ASSERT_STRING_EQUAL(row.detail, "now");
		CU_ASSERT_EQUAL(row.kind, EVENT_ADVISED);
	}
	CU_ASSERT_EQUAL(at, server->events);
	CU_ASSERT(rows <= PUBLISH_EVENT_ROOM);
	CU_ASSERT(rows >= PUBLISH_EVENTS || rows == server->events);
}

static void
events_are_kept(void)
{
	struct stage *stage = stage_new();
	stage_open(stage, 0, &plain);
	stage_open(stage, 1, &(struct stage_words){ .name = "bbb1" });
	stage_run(stage, SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_EVENT, 1), 0);
	for (unsigned i = 0; i < 40; i++) {
		for (unsigned n = 0; n < 97; n++) {
			size_t slot = n % 3 == 0;
			char text[20];
			snprintf(text, sizeof(text), "number %u",
				 (unsigned)stage->server[slot].events + 1);
			stage_event(stage, slot, EVENT_ADVISED, SEVERITY_NOTICE, text,
				    false);
		}
		stage_turn(stage);
		check_events(stage, 0);
		check_events(stage, 1);
		/* On a board made anew they are all there again. */
		if (i % 10 == 9) {
			stage_reload(stage, 0, &plain);
			stage_turn(stage);
			while (publisher_busy(stage->publisher))
				stage_turn(stage);
			check_events(stage, 0);
			check_events(stage, 1);
		}
	}
	stage_free(stage);
}

/* Why they moved is still there when all of them have. */
static void
events_of_clients_go_first(void)
{
	struct stage *stage = stage_new();
	struct mib_event row;
	uint32_t at = 0, rows = 0, bad = 0;
	stage_open(stage, 0, &plain);
	stage_run(stage, SECOND);
	uint32_t first = (uint32_t)stage->server[0].events + 1;
	stage_event(stage, 0, EVENT_ADVISED, SEVERITY_NOTICE, "why", false);
	stage->event_client = 1;
	for (unsigned i = 0; i < 5000; i++) {
		stage_event(stage, 0, EVENT_PLACE,
			    i % 1000 == 500 ? SEVERITY_WARNING : SEVERITY_OK, "moved",
			    false);
		if (i % 97 == 0)
			stage_turn(stage);
	}
	stage_turn(stage);
	CU_ASSERT(stage_row(stage, MIB_EVENT, 1, first, &row));
	CU_ASSERT_STRING_EQUAL(row.text, "why");
	while (board_next(stage->board, MIB_EVENT, 1, at, false, &row.index)) {
		at = row.index.row;
		rows++;
		bad += row.severity == SEVERITY_WARNING;
	}
	CU_ASSERT_EQUAL(bad, 5);
	CU_ASSERT_EQUAL(at, first + 5000);
	CU_ASSERT(rows >= PUBLISH_EVENTS && rows <= PUBLISH_EVENT_ROOM);
	stage_free(stage);
}

static void
past_events_are_no_news(void)
{
	struct stage *stage = stage_new();
	struct mib_event row;
	stage_open(stage, 0, &plain);
	stage_event(stage, 0, EVENT_STATE, SEVERITY_CRITICAL,
		    "server aaa1 is away (was shedding): p 12 < 30", true);
	stage_event(stage, 0, EVENT_OPERATION_END, SEVERITY_OK, "failover done", true);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage->notices, 0);
	CU_ASSERT(stage_row(stage, MIB_EVENT, 1, 1, &row));
	CU_ASSERT_STRING_EQUAL(row.detail, "then");
	CU_ASSERT_STRING_EQUAL(stage_server_row(stage, 0).reason, "p 12 < 30");
	stage_free(stage);
}

/* The loop brings a turn forward for a notification, and for nothing else. */
static void
news_do_not_wait(void)
{
	struct stage *stage = staged(&plain);
	CU_ASSERT_FALSE(publisher_news(stage->publisher));
	stage_event(stage, 0, EVENT_ADVISED, SEVERITY_NOTICE, "why", false);
	CU_ASSERT_FALSE(publisher_news(stage->publisher));
	publisher_policy(stage->publisher, "", false, "no such file", stage->now);
	CU_ASSERT_TRUE(publisher_news(stage->publisher));
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_REJECTED, 1), 0);
	stage_turn(stage);
	CU_ASSERT_FALSE(publisher_news(stage->publisher));
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_REJECTED, 1), 1);
	stage_free(stage);
}

/* ---- failover, recovered ---- */

static void
failover_and_recovered(void)
{
	struct stage *stage = staged(&plain);
	for (unsigned round = 1; round <= 3; round++) {
		/* Worse and better again and again, never well for long enough. */
		for (unsigned i = 0; i < 4; i++) {
			stage_value(stage, 0, "p", 10);
			stage_run(stage, 3 * SECOND);
			stage->server[0].mute = false;
			/* What was called back is undone before the step. */
			stage_run(stage, 13 * SECOND);
			CU_ASSERT_EQUAL(stage_server_row(stage, 0).state, SERVER_AWAY);
			CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_FAILOVER, 1), round);
			stage->server[0].mute = true;
			stage_value(stage, 0, "p", 80);
			stage_run(stage, 3 * SECOND);
			CU_ASSERT_EQUAL(stage_server_row(stage, 0).state,
					SERVER_RETURNING);
			CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_RECOVERED, 1),
					round - 1);
		}
		stage->server[0].mute = false;
		stage_run(stage, MINUTE);
		CU_ASSERT_EQUAL(stage_server_row(stage, 0).state, SERVER_SERVING);
		CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_FAILOVER, 1), round);
		CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_RECOVERED, 1), round);
	}
	const struct link_notify *notice = stage_notice(stage, NOTIFY_FAILOVER, 0);
	CU_ASSERT_EQUAL(notice->severity, SEVERITY_CRITICAL);
	CU_ASSERT_EQUAL(notice->row, 1);
	CU_ASSERT_STRING_EQUAL(notice->server_name, "aaa1");
	CU_ASSERT_PTR_NOT_NULL(strstr(notice->reason, "performance 10 < 30"));
	stage_free(stage);
}

/* Why they are still away is read off the server's row and its alarm, and only while it is
   so. */
static void
hold_down_is_the_reason(void)
{
	static const char waits[] = "connection is met; hold-down until ";
	struct stage *stage =
	    staged(&(struct stage_words){ .failover = "hold-down=\"1m\"" });
	struct mib_alarm alarm;
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 4 * SECOND);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(stage_server_row(stage, 0).reason, "performance 10 < 30"));
	stage_value(stage, 0, "p", 80);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).state, SERVER_AWAY);
	CU_ASSERT_PTR_NOT_NULL(strstr(stage_server_row(stage, 0).reason, waits));
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "failover:", &alarm) != 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(alarm.text, waits));
	stage_value(stage, 0, "p", 50);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_PTR_NULL(strstr(stage_server_row(stage, 0).reason, waits));
	stage_value(stage, 0, "p", 80);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_PTR_NOT_NULL(strstr(stage_server_row(stage, 0).reason, waits));
	stage_run(stage, MINUTE);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).state, SERVER_SERVING);
	CU_ASSERT_PTR_NULL(strstr(stage_server_row(stage, 0).reason, waits));
	stage_free(stage);
}

/* What was told before a restart is not told again, and what it began is ended. */
static void
away_over_a_restart(void)
{
	struct stage *stage = staged(&plain);
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 4 * SECOND);
	stage_restart(stage);
	stage->notices = 0;
	stage_open(stage, 0, &plain);
	stage_event(stage, 0, EVENT_STATE, SEVERITY_CRITICAL,
		    "server aaa1 is away (was shedding): p", true);
	stage_value(stage, 0, "p", 50);
	for (unsigned i = 1; i <= 4; i++) {
		char name[NAME_TEXT];
		snprintf(name, sizeof(name), "c%u", i);
		stage_hello(stage, 0, name, PLACE_AWAY, "aaa2");
	}
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).state, SERVER_AWAY);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_FAILOVER, 0), 0);
	stage_value(stage, 0, "p", 80);
	stage_run(stage, MINUTE);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_RECOVERED, 0), 1);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_FAILOVER, 0), 0);
	stage_free(stage);
}

/* ---- services ---- */

static void
service_down_and_up(void)
{
	struct stage *stage = staged(&plain);
	struct mib_service row;
	CU_ASSERT_EQUAL(stage->notices, 0);
	stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "no such process");
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_SERVICE_DOWN, 1), 1);
	const struct link_notify *notice = stage_notice(stage, NOTIFY_SERVICE_DOWN, 0);
	CU_ASSERT_STRING_EQUAL(notice->subject, "radiusd");
	CU_ASSERT_EQUAL(notice->severity, SEVERITY_CRITICAL);
	CU_ASSERT_EQUAL(notice->row,
			stage_named(stage, MIB_SERVICE, 1, "radiusd", &row));
	/* Not knowing is no news, whatever comes of it. */
	stage_ending(stage, 0, "radiusd", ENDING_FAILED, "too many processes");
	stage_run(stage, 10 * SECOND);
	stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "no such process");
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_SERVICE_DOWN, 1), 1);
	/* Nor is a reload. */
	stage_reload(stage, 0, &plain);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_SERVICE_DOWN, 1), 1);
	stage_value(stage, 0, "radiusd", 1);
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_SERVICE_UP, 1), 1);
	CU_ASSERT_EQUAL(stage_notice(stage, NOTIFY_SERVICE_UP, 0)->severity,
			SEVERITY_OK);
	CU_ASSERT_EQUAL(stage->notices, 2);
	stage_free(stage);
}

/* It goes down in the very moment in which the board is laid out anew, with other
   services around it. */
static void
service_down_while_reloading(void)
{
	const struct stage_words more = {
		.monitor = "<service name=\"syslog\" role=\"dependent\">"
			   "<process name=\"y\"/></service>"
			   "<parameter name=\"p\"><file path=\"/p\"/></parameter>"
			   "<service name=\"radiusd\" role=\"mandatory\" every=\"1s\" "
			   "rise=\"1\" fall=\"1\"><process name=\"x\"/></service>",
	};
	struct stage *stage = staged(&plain);
	struct stage_server *server = &stage->server[0];
	struct sample down = { .ending = ENDING_ABSENT, .at = stage->now.boot };
	stage_value(stage, 0, "syslog", 1);
	stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "no such process");
	for (unsigned i = 0; i < 2; i++) {
		down.input = policy_find_input(server->policy, "radiusd", 7);
		judge_sample(server->judge, &down);
		stage_reload(stage, 0, i == 0 ? &more : &plain);
		stage_run(stage, 3 * SECOND);
		CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_SERVICE_DOWN, 1), 1);
	}
	stage_value(stage, 0, "radiusd", 1);
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_SERVICE_UP, 1), 1);
	CU_ASSERT_EQUAL(stage->notices, 2);
	stage_free(stage);
}

/* ---- counts of clients ---- */

static void
silent_and_heard(void)
{
	struct stage *stage = staged(&(struct stage_words){ .hello = "10s" });
	const struct link_notify *notice;
	/* They fall silent one after the other, within the pace and later. */
	for (unsigned i = 0; i < 60; i++) {
		for (unsigned n = 1; n <= 4; n++) {
			char name[NAME_TEXT];
			snprintf(name, sizeof(name), "c%u", n);
			if (i < 4 * n)
				stage_hello(stage, 0, name, PLACE_HERE, NULL);
		}
		stage_run(stage, SECOND);
	}
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).silent, 4);
	unsigned told = stage_told(stage, NOTIFY_CLIENTS_SILENT, 1);
	CU_ASSERT(told >= 2 && told <= 3);
	notice = stage_notice(stage, NOTIFY_CLIENTS_SILENT, told - 1);
	CU_ASSERT_EQUAL(notice->count, 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(notice->reason, "4 of 4 clients are silent"));
	for (unsigned i = 1; i < told; i++)
		CU_ASSERT(stage_notice(stage, NOTIFY_CLIENTS_SILENT, i)->wall -
			      stage_notice(stage, NOTIFY_CLIENTS_SILENT, i - 1)->wall >=
			  10 * SECOND);
	/* Fewer is no news; none is, once. */
	stage_hello(stage, 0, "c1", PLACE_HERE, NULL);
	stage_run(stage, 11 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_CLIENTS_HEARD, 1), 0);
	stage_hello_all(stage, 0);
	stage_run(stage, 11 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_CLIENTS_HEARD, 1), 1);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_CLIENTS_SILENT, 1), told);
	stage_free(stage);
}

static void
unreachable_and_reachable(void)
{
	struct stage *stage =
	    staged(&(struct stage_words){ .order = "retry=\"100ms\" attempts=\"1\"" });
	stage->server[0].mute = true;
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 10 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_CLIENTS_UNREACHABLE, 1), 1);
	CU_ASSERT_EQUAL(stage_notice(stage, NOTIFY_CLIENTS_UNREACHABLE, 0)->count, 4);
	stage->server[0].mute = false;
	stage_hello_all(stage, 0);
	stage_run(stage, 15 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_CLIENTS_REACHABLE, 1), 1);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_CLIENTS_UNREACHABLE, 1), 1);
	stage_free(stage);
}

/* ---- pauses, messages, policies ---- */

static void
paused_and_resumed(void)
{
	struct stage *stage = staged(&(struct stage_words){ .hello = "1d" });
	struct fleet *fleet = stage->server[0].fleet;
	struct mib_server row;
	struct mib_alarm alarm, later;
	for (unsigned i = 0; i < 2; i++) {
		const char *why = i == 0 ? "works on the line" : "more works";
		fleet_pause(fleet, PAUSED_FILE, true, why, stage->now);
		stage_run(stage, 2 * SECOND);
		CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_PAUSED, 1), i + 1);
		CU_ASSERT_PTR_NOT_NULL(
		    strstr(stage_notice(stage, NOTIFY_PAUSED, i)->reason, why));
		row = stage_server_row(stage, 0);
		CU_ASSERT_EQUAL(row.mode, MODE_PAUSED);
		CU_ASSERT_PTR_NOT_NULL(strstr(row.mode_reason, why));
		CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "paused:", &alarm) != 0);
		CU_ASSERT_EQUAL(alarm.severity, SEVERITY_NOTICE);
		/* A second hand changes nothing, and its end neither. */
		fleet_pause(fleet, PAUSED_OPERATOR, true, "me too", stage->now);
		stage_run(stage, 10 * MINUTE);
		fleet_pause(fleet, PAUSED_OPERATOR, false, "", stage->now);
		stage_run(stage, 2 * SECOND);
		CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "paused:", &later) != 0);
		CU_ASSERT_EQUAL(later.severity, SEVERITY_WARNING);
		CU_ASSERT_EQUAL(later.since, alarm.since);
		CU_ASSERT_EQUAL(later.index.row, alarm.index.row);
		CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_RESUMED, 1), i);
		fleet_pause(fleet, PAUSED_FILE, false, "", stage->now);
		stage_run(stage, 2 * SECOND);
		CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_RESUMED, 1), i + 1);
		row = stage_server_row(stage, 0);
		CU_ASSERT_EQUAL(row.mode, MODE_AUTOMATIC);
		CU_ASSERT_STRING_EQUAL(row.mode_reason, "");
		CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	}
	CU_ASSERT_EQUAL(stage->notices, 4);
	stage_free(stage);
}

static void
paused_from_the_first(void)
{
	struct stage *stage = staged(&(struct stage_words){ .mode = "paused" });
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage->notices, 0);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).mode, MODE_PAUSED);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 1);
	stage_free(stage);
}

static void
messages_refused_and_quiet(void)
{
	struct stage *stage = staged(&plain);
	uint64_t *refused = stage->server[0].refused;
	/* One now and then is nothing. */
	for (unsigned i = 0; i < 10; i++) {
		refused[CHECK_AUTHENTICATOR] += 10;
		refused[CHECK_FORMAT] += 100;
		refused[CHECK_KEY] += 100; /* everybody's first after a change */
		stage_run(stage, 11 * SECOND);
	}
	CU_ASSERT_EQUAL(stage->notices, 0);
	for (unsigned i = 0; i < 5; i++) {
		refused[CHECK_AUTHENTICATOR] += 15;
		refused[CHECK_STALE] += 15;
		stage_run(stage, 20 * SECOND);
	}
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_MESSAGES_REFUSED, 1), 1);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 1);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).forged, 100 + 1000 + 75);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).stale, 75);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).messages_refused,
			1000 + 1000 + 100 + 150);
	stage_run(stage, 30 * SECOND);
	refused[CHECK_ALGORITHM]++;
	stage_run(stage, 45 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_MESSAGES_QUIET, 1), 0);
	stage_run(stage, 30 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_MESSAGES_QUIET, 1), 1);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	CU_ASSERT_EQUAL(stage->notices, 2);
	stage_free(stage);
}

static void
policy_rejected_and_accepted(void)
{
	struct stage *stage = staged(&plain);
	struct mib_alarm alarm;
	stage_open(stage, 1, &(struct stage_words){ .name = "bbb1" });
	stage_run(stage, 2 * SECOND);
	publisher_policy(stage->publisher, "/etc/aaa1.xml", true, "", stage->now);
	CU_ASSERT_EQUAL(stage->notices, 0);
	publisher_policy(stage->publisher, "/etc/aaa1.xml", false, "aaa1.xml:3: wrong",
			 stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_REJECTED, 1), 1);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_REJECTED, 2), 0);
	CU_ASSERT_STRING_EQUAL(stage_notice(stage, NOTIFY_POLICY_REJECTED, 0)->reason,
			       "aaa1.xml:3: wrong");
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "policy-rejected:", &alarm) != 0);
	CU_ASSERT_STRING_EQUAL(alarm.text, "aaa1.xml:3: wrong");
	publisher_policy(stage->publisher, "/etc/aaa1.xml", true, "", stage->now);
	publisher_policy(stage->publisher, "/etc/aaa1.xml", true, "", stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_ACCEPTED, 1), 1);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	/* Nobody's is everybody's. */
	publisher_policy(stage->publisher, "", false, "no folder", stage->now);
	stage_run(stage, SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_REJECTED, 1), 2);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_POLICY_REJECTED, 2), 1);
	stage_free(stage);
}

/* ---- operations ---- */

static void
operations_finished(void)
{
	struct stage *stage = staged(&plain);
	struct fleet *fleet = stage->server[0].fleet;
	struct fleet_wish wish = { .action = ACTION_FAILOVER,
				   .selection = "client:c1",
				   .requester = "anna",
				   .reason = "disk swap",
				   .hold = MINUTE };
	char why[FLEET_WHY];
	uint32_t number = fleet_operate(fleet, &wish, stage->now, why);
	const struct link_notify *notice;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_OPERATION_FINISHED, 1), 1);
	notice = stage_notice(stage, NOTIFY_OPERATION_FINISHED, 0);
	CU_ASSERT_EQUAL(notice->row, number);
	CU_ASSERT_EQUAL(notice->severity, 5); /* maintenance */
	CU_ASSERT_STRING_EQUAL(notice->subject, "failover");
	/* A refusal is no operation, and the end of a hold no second end. */
	wish.selection = "client:nobody";
	CU_ASSERT_EQUAL(fleet_operate(fleet, &wish, stage->now, why), 0);
	stage_run(stage, 2 * MINUTE);
	CU_ASSERT_EQUAL(
	    stage_server_row(stage, 0).none + stage_server_row(stage, 0).done, 4);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_OPERATION_FINISHED, 1), 1);
	CU_ASSERT_EQUAL(stage->notices, 1);
	stage_free(stage);
}

/* ---- pace, sequence, a deaf agent ---- */

static void
too_many_at_once(void)
{
	struct stage *stage = staged(&plain);
	struct mib_scalars scalars;
	for (unsigned i = 0; i < 100; i++)
		publisher_policy(stage->publisher, "/etc/aaa1.xml", false, "wrong",
				 stage->now);
	stage_run(stage, SECOND);
	unsigned first = stage->notices;
	CU_ASSERT_EQUAL(first, 50);
	CU_ASSERT(board_scalars_read(stage->board, &scalars));
	CU_ASSERT_EQUAL(scalars.suppressed, 50);
	CU_ASSERT_EQUAL(scalars.notifications, 50);
	stage_run(stage, 9 * SECOND);
	for (unsigned i = 0; i < 100; i++)
		publisher_policy(stage->publisher, "/etc/aaa1.xml", false, "wrong",
				 stage->now);
	stage_run(stage, SECOND);
	CU_ASSERT_EQUAL(stage->notices - first, 10);
	for (unsigned i = 0; i < stage->notices; i++)
		CU_ASSERT_EQUAL(stage->notice[i].sequence, i + 1);
	/* The number goes on after a restart. */
	stage_restart(stage);
	stage_open(stage, 0, &plain);
	stage_run(stage, SECOND);
	publisher_policy(stage->publisher, "", false, "wrong", stage->now);
	stage_run(stage, SECOND);
	CU_ASSERT_EQUAL(stage->notice[stage->notices - 1].sequence, stage->notices);
	stage_free(stage);
}

static void
deaf_for_a_while(void)
{
	struct stage *stage = stage_new();
	stage->deaf = true;
	stage_open(stage, 0, &plain);
	stage_value(stage, 0, "p", 50);
	for (unsigned i = 0; i < 200; i++) {
		publisher_policy(stage->publisher, "", i % 2 == 0, "wrong", stage->now);
		stage_value(stage, 0, "radiusd", 1);
		if (i % 2)
			stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "gone");
		stage_run(stage, 5 * SECOND);
	}
	CU_ASSERT_PTR_NULL(stage->board);
	CU_ASSERT_EQUAL(stage->notices, 0);
	/* The board comes first, or a notification would name what is not on it. */
	stage->deaf = false;
	stage_run(stage, SECOND);
	CU_ASSERT_EQUAL(stage->boards, 1);
	CU_ASSERT_EQUAL(stage->notices, NOTICES - NOTICES_KEPT);
	for (unsigned i = 0; i < stage->notices; i++)
		CU_ASSERT_EQUAL(stage->notice[i].sequence, i + 1);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	/* A new agent gets the board, and what the last one may not have read. */
	unsigned before = stage->notices;
	publisher_attached(stage->publisher);
	stage_run(stage, SECOND);
	CU_ASSERT_EQUAL(stage->boards, 2);
	CU_ASSERT_EQUAL(stage->notices, before + NOTICES_KEPT);
	for (unsigned i = 0; i < stage->notices; i++)
		CU_ASSERT_EQUAL(stage->notice[i].again, i >= before);
	CU_ASSERT_EQUAL(stage->notice[before].sequence, before - NOTICES_KEPT + 1);
	CU_ASSERT_EQUAL(stage->notice[stage->notices - 1].sequence, before);
	stage_free(stage);
}

static const struct unit_test tests[] = {
	{ "events are kept", events_are_kept },
	{ "events of clients go first", events_of_clients_go_first },
	{ "past events are no news", past_events_are_no_news },
	{ "news do not wait", news_do_not_wait },
	{ "failover and recovered", failover_and_recovered },
	{ "hold-down is the reason", hold_down_is_the_reason },
	{ "away over a restart", away_over_a_restart },
	{ "service down and up", service_down_and_up },
	{ "service down while reloading", service_down_while_reloading },
	{ "silent and heard", silent_and_heard },
	{ "unreachable and reachable", unreachable_and_reachable },
	{ "paused and resumed", paused_and_resumed },
	{ "paused from the first", paused_from_the_first },
	{ "messages refused and quiet", messages_refused_and_quiet },
	{ "policy rejected and accepted", policy_rejected_and_accepted },
	{ "operations finished", operations_finished },
	{ "too many at once", too_many_at_once },
	{ "deaf for a while", deaf_for_a_while },
};

int
main(void)
{
	return unit_run("publish-watch", tests, ARRAY_SIZE(tests));
}
