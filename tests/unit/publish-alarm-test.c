/* SPDX-License-Identifier: BSD-3-Clause */
/* Alarms that begin and end, and five minutes of history. */
#include "config.h"

#include <errno.h>
#include <string.h>

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

/* ---- alarms ---- */

static void
alarms_begin_and_end(void)
{
	struct stage *stage = staged(&(struct stage_words){
	    .whens = "<when name=\"low\" test=\"$cpu &gt; 99\" for=\"5s\"/>" });
	struct mib_alarm row, again;
	uint32_t number;
	/* cpu is looked at and was never known; of memory nobody wants to know. */
	stage_run(stage, 20 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "parameter-unknown:cpu", &row) != 0);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "condition-unknown:low", &row) != 0);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 2);
	stage_value(stage, 0, "cpu", 5);
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	int64_t from = stage->now.boot;
	stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "no such process");
	stage_run(stage, 3 * SECOND);
	number = stage_named(stage, MIB_ALARM, 1, "service-down:radiusd", &row);
	CU_ASSERT_NOT_EQUAL(number, 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_CRITICAL);
	CU_ASSERT(row.since >= from && row.since <= from + 2 * SECOND);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "no such process"));
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).severity, SEVERITY_CRITICAL);
	/* It stays as long as it is so, over a reload too, and others come and go. */
	stage->troubles = 1;
	stage->trouble[0] = (struct alarm_raise){ "store-failing", "", SEVERITY_WARNING,
						  0, "disk full" };
	stage_run(stage, 5 * SECOND);
	stage_reload(stage, 0, &plain);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(
	    stage_named(stage, MIB_ALARM, 1, "service-down:radiusd", &again), number);
	CU_ASSERT_EQUAL(again.since, row.since);
	CU_ASSERT_EQUAL(again.date, row.date);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 2);
	stage->troubles = 0;
	stage_value(stage, 0, "radiusd", 1);
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).severity, SEVERITY_OK);
	/* Again, under its number, with another beginning; also after a restart. */
	stage_restart(stage);
	stage_open(stage, 0, &plain);
	stage_value(stage, 0, "p", 50);
	stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "no such process");
	stage_run(stage, 3 * SECOND);
	CU_ASSERT_EQUAL(
	    stage_named(stage, MIB_ALARM, 1, "service-down:radiusd", &again), number);
	CU_ASSERT(again.since > row.since);
	stage_free(stage);
}

static struct mib_scalars
scalars(const struct stage *stage)
{
	struct mib_scalars seen = { .alarms = UINT32_MAX };
	CU_ASSERT(board_scalars_read(stage->board, &seen));
	return seen;
}

/* A station that finds these as they were need not read the table. */
static void
alarms_are_counted(void)
{
	struct stage *stage = staged(&plain);
	stage_run(stage, 20 * SECOND);
	struct mib_scalars quiet = scalars(stage), down;
	CU_ASSERT_EQUAL(quiet.alarms, 0);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(scalars(stage).alarms_changed, quiet.alarms_changed);
	int64_t from = stage->now.boot;
	stage_ending(stage, 0, "radiusd", ENDING_ABSENT, "no such process");
	stage_run(stage, 5 * SECOND);
	down = scalars(stage);
	CU_ASSERT_EQUAL(down.alarms, stage_rows(stage, MIB_ALARM, 1));
	CU_ASSERT_EQUAL(down.alarms, 1);
	CU_ASSERT_EQUAL(down.alarms_raised, quiet.alarms_raised + 1);
	CU_ASSERT_EQUAL(down.alarms_cleared, quiet.alarms_cleared);
	CU_ASSERT(down.alarms_changed >= from);
	/* One that gets worse is the same alarm, and nothing that a station knows. */
	stage->troubles = 1;
	stage->trouble[0] = (struct alarm_raise){ "store-failing", "", SEVERITY_NOTICE,
						  0, "disk full" };
	stage_run(stage, 5 * SECOND);
	down = scalars(stage);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(scalars(stage).alarms_changed, down.alarms_changed);
	stage->trouble[0].severity = SEVERITY_WARNING;
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(scalars(stage).alarms_raised, down.alarms_raised);
	CU_ASSERT(scalars(stage).alarms_changed > down.alarms_changed);
	stage->troubles = 0;
	stage_run(stage, 5 * SECOND);
	down = scalars(stage);
	CU_ASSERT_EQUAL(down.alarms, 1);
	CU_ASSERT_EQUAL(down.alarms_cleared, quiet.alarms_cleared + 1);
	/* With the server its alarms go. */
	stage_close(stage, 0);
	stage_run(stage, 5 * SECOND);
	CU_ASSERT_EQUAL(scalars(stage).alarms, 0);
	CU_ASSERT_EQUAL(scalars(stage).alarms_cleared, down.alarms_cleared + 1);
	CU_ASSERT(scalars(stage).alarms_changed > down.alarms_changed);
	stage_free(stage);
}

static void
alarms_of_the_fleet(void)
{
	struct stage *stage =
	    staged(&(struct stage_words){ .order = "attempts=\"2\"" });
	struct mib_alarm row;
	stage->server[0].mute = true;
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 10 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "failover:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_CRITICAL);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "clients-unreachable:", &row) != 0);
	CU_ASSERT_EQUAL(row.count, 4);
	stage_run(stage, 20 * MINUTE);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "clients-silent:", &row) != 0);
	CU_ASSERT_EQUAL(row.count, 4);
	stage_event(stage, 0, EVENT_DUPLICATE_IDENTITY, SEVERITY_CRITICAL, "two",
		    false);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "duplicate-identity:", &row) != 0);
	stage_run(stage, 10 * MINUTE);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "duplicate-identity:", &row),
			0);
	stage_free(stage);
}

/* What the network reported stands with the client, and summed up in the alarm. */
static void
unreachable_and_why(void)
{
	struct stage *stage =
	    staged(&(struct stage_words){ .order = "retry=\"1s\" attempts=\"2\"" });
	struct fleet *fleet = stage->server[0].fleet;
	struct mib_alarm row;
	struct mib_client client;
	stage->server[0].mute = true;
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 2 * SECOND);
	fleet_unreachable(fleet, 0, EACCES, stage->now);
	fleet_unreachable(fleet, 1, EHOSTUNREACH, stage->now);
	fleet_unreachable(fleet, 2, EACCES, stage->now);
	stage_run(stage, 10 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "clients-unreachable:", &row) != 0);
	CU_ASSERT_STRING_EQUAL(row.text, "4 clients did not answer an order "
					 "(host unreachable 1, prohibited 2)");
	CU_ASSERT(stage_named(stage, MIB_CLIENT, 1, fleet_client_name(fleet, 0),
			      &client) != 0);
	CU_ASSERT_EQUAL(client.network, NETWORK_PROHIBITED);
	CU_ASSERT(stage_named(stage, MIB_CLIENT, 1, fleet_client_name(fleet, 3),
			      &client) != 0);
	CU_ASSERT_EQUAL(client.network, NETWORK_NONE);
	stage_free(stage);
}

static void
messages_lost(void)
{
	struct stage *stage = staged(&(struct stage_words){ .order = NULL });
	struct mib_alarm row;
	stage_run(stage, 10 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "messages-lost:", &row), 0);
	stage->server[0].lost = 12;
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).messages_lost, 12);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "messages-lost:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_WARNING);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "12 in all"));
	/* The count stays, the alarm does not. */
	stage_run(stage, 11 * MINUTE);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "messages-lost:", &row), 0);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).messages_lost, 12);
	stage_free(stage);
}

/* Clients that use keys which are not the policy's: who, which, and what to do. */
static void
alarm_of_keys(void)
{
	struct stage *stage = staged(&plain);
	struct fleet *fleet = stage->server[0].fleet;
	struct mib_alarm row;
	for (unsigned i = 0; i < 2; i++)
		fleet_unproven(fleet, 1, 7, CHECK_KEY, stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "messages-refused:", &row), 0);
	fleet_unproven(fleet, 1, 7, CHECK_KEY, stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "messages-refused:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_WARNING);
	CU_ASSERT_EQUAL(row.count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "client c2 uses key 7, the policy has "
						"key 1: give that client a key of the "
						"policy (bellwether key)"));
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_MESSAGES_REFUSED, 1), 1);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(stage_notice(stage, NOTIFY_MESSAGES_REFUSED, 0)->reason, "c2"));
	for (unsigned i = 0; i < 3; i++)
		fleet_unproven(fleet, 0, 1, CHECK_AUTHENTICATOR, stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "messages-refused:", &row) != 0);
	CU_ASSERT_EQUAL(row.count, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "2 clients are refused for their keys: "
						"client c1 has another secret"));
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_MESSAGES_REFUSED, 1), 1);
	stage_hello_all(stage, 0);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "messages-refused:", &row), 0);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_MESSAGES_QUIET, 1), 1);
	stage_free(stage);
}

static void
requests_of(struct stage *stage, uint32_t row, uint64_t requests)
{
	struct fleet_inquiry inquiry = { .kind = INQUIRY_CLIENT, .row = row };
	struct fleet_finding finding = { .kind = FINDING_REQUESTS,
					 .requests = requests };
	fleet_finding(stage->server[0].fleet, &inquiry, &finding, stage->now);
}

/* It has a counter of its own. */
static void
section_of(struct stage *stage, uint32_t row)
{
	struct fleet *fleet = stage->server[0].fleet;
	struct fleet_inquiry inquiry = { .kind = INQUIRY_SECTION, .number = row };
	struct fleet_finding finding = { .kind = FINDING_SECTION,
					 .section = prefix_of(
					     fleet_client_address(fleet, row), 128) };
	fleet_finding(fleet, &inquiry, &finding, stage->now);
}

/* Requests of everybody from that row on, as of nobody else. */
static void
requests_come(struct stage *stage, uint32_t from, uint64_t requests)
{
	for (uint32_t row = from; row < fleet_rows(stage->server[0].fleet); row++) {
		requests_of(stage, row, requests);
		section_of(stage, row);
	}
}

/* How many, and the names that there is room for. */
static void
alarm_of_who_comes(void)
{
	static const char looks[] = "<activity><radius-status server=\"127.0.0.1:1\" "
				    "secret-file=\"policy.xml\"/></activity>";
	char clients[2000] = "";
	for (unsigned i = 1; i <= 6; i++)
		snprintf(clients + strlen(clients), sizeof(clients) - strlen(clients),
			 "%s<client name=\"a-name-that-takes-all-the-room-that-there-"
			 "is-for-any-name-%05u\" address=\"10.0.0.%u\"/>",
			 i == 1 ? looks : "", i, i);
	struct stage *stage = staged(&(struct stage_words){ .clients = clients });
	struct mib_alarm row;
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 10 * SECOND);
	for (unsigned i = 0; i < 3; i++)
		requests_of(stage, 5, 7 + i);
	stage_run(stage, 2 * SECOND);
	section_of(stage, 5); /* and so it is known who that was */
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "clients-still-coming:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_WARNING);
	CU_ASSERT_EQUAL(row.count, 1);
	CU_ASSERT_STRING_EQUAL(row.text,
			       "1 of 6 clients that are away still come: a-name-that-"
			       "takes-all-the-room-that-there-is-for-any-name-00006");
	for (unsigned i = 0; i < 3; i++)
		requests_come(stage, 0, 20 + i);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "clients-still-coming:", &row) != 0);
	CU_ASSERT_EQUAL(row.count, 6);
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "still come: a-name"));
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "-00001, a-name"));
	CU_ASSERT_PTR_NOT_NULL(strstr(row.text, "-00003 and 3 more"));
	stage_value(stage, 0, "p", 99);
	stage_run(stage, 20 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "clients-still-coming:", &row),
			0);
	stage_free(stage);
}

/* Back for longer than the policy gives them, and not one request. */
static void
alarm_of_who_is_missed(void)
{
	static const char clients[] =
	    "<activity back=\"2m\"><radius-status server=\"127.0.0.1:1\" "
	    "secret-file=\"policy.xml\"/></activity>"
	    "<range name=\"c%d\" prefix=\"10.0.0.0/24\" count=\"4\"/>";
	struct stage *stage = staged(&(struct stage_words){ .clients = clients });
	struct mib_alarm row;
	struct mib_operation operation;
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 10 * SECOND);
	for (unsigned i = 0; i < 2; i++) {
		requests_come(stage, 0, 9);
		stage_run(stage, 6 * MINUTE);
	}
	requests_come(stage, 0, 9);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).moved, 4);
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 1, &operation));
	CU_ASSERT_EQUAL(operation.moved, 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(operation.answer, ", seen to move 4"));
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	stage_value(stage, 0, "p", 99);
	stage_run(stage, 30 * SECOND);
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).here, 4);
	requests_come(stage, 2, 10);
	stage_run(stage, 2 * MINUTE);
	requests_come(stage, 0, 9);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "clients-not-coming:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_WARNING);
	CU_ASSERT_STRING_EQUAL(
	    row.text,
	    "2 of 4 clients that are here came back and send nothing: c1, c2");
	CU_ASSERT_EQUAL(stage_server_row(stage, 0).missed, 2);
	CU_ASSERT_EQUAL(stage_differs(stage), 0);
	requests_come(stage, 0, 11);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "clients-not-coming:", &row),
			0);
	CU_ASSERT(stage_row(stage, MIB_OPERATION, 1, 2, &operation));
	CU_ASSERT_EQUAL(operation.moved, 4);
	stage_free(stage);
}

/* One that has room for nine, and says how it is. */
static const char one_of_nine[] =
    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\" capacity=\"9\">"
    "<health agent=\"192.0.2.11\" access=\"peers\" every=\"1h\"/></alternate>"
    "</alternates>";

/* What the alternate says of itself: in its row, as an alarm, and as a notification when
   it was the last that could be used. */
static void
alarms_of_alternates(void)
{
	struct stage *stage =
	    staged(&(struct stage_words){ .alternates = one_of_nine });
	struct fleet_health health = { .asked = stage->now.boot,
				       .state = SERVER_SERVING,
				       .known = true,
				       .performance = 87.9,
				       .threshold = 60,
				       .clients = 4 };
	struct mib_alternate alternate;
	struct mib_alarm row;
	stage->notices = 0;
	CU_ASSERT(stage_named(stage, MIB_ALTERNATE, 1, "aaa2", &alternate) != 0);
	CU_ASSERT_EQUAL(alternate.state, ALTERNATE_ASSUMED);
	CU_ASSERT_EQUAL(alternate.performance, UINT32_MAX);
	CU_ASSERT_EQUAL(alternate.heard, 0);
	fleet_health(stage->server[0].fleet, 0, &health, "", stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALTERNATE, 1, "aaa2", &alternate) != 0);
	CU_ASSERT_EQUAL(alternate.state, ALTERNATE_USABLE);
	CU_ASSERT_EQUAL(alternate.performance, 87);
	CU_ASSERT_EQUAL(alternate.heard, health.asked);
	CU_ASSERT_EQUAL(alternate.capacity, 9);
	CU_ASSERT_EQUAL(alternate.own, 4);
	CU_ASSERT_EQUAL(alternate.room, 3); /* half of five */
	CU_ASSERT_EQUAL(stage->notices, 0);
	health.asked = stage->now.boot;
	health.performance = 12;
	fleet_health(stage->server[0].fleet, 0, &health, "", stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALTERNATE, 1, "aaa2", &alternate) != 0);
	CU_ASSERT_EQUAL(alternate.state, ALTERNATE_UNUSABLE);
	CU_ASSERT_EQUAL(alternate.transitions, 2);
	CU_ASSERT_EQUAL(alternate.room, 0);
	CU_ASSERT_STRING_EQUAL(
	    alternate.reason,
	    "its performance 12 is not above its connection threshold 60");
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "alternate-unusable:aaa2", &row) !=
		  0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_WARNING);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "no-alternate:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_CRITICAL);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_NO_ALTERNATE, 1), 1);
	health.asked = stage->now.boot;
	health.performance = 70;
	fleet_health(stage->server[0].fleet, 0, &health, "", stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	CU_ASSERT_EQUAL(stage_told(stage, NOTIFY_ALTERNATE_AVAILABLE, 1), 1);
	CU_ASSERT_EQUAL(stage->notices, 2);
	stage_free(stage);
}

/* A usable alternate with room for half of two: the other clients stay, and it is said. */
static void
alarms_of_full_alternates(void)
{
	struct stage *stage = staged(&(struct stage_words){
	    .failover = "hold-down=\"1s\"", .alternates = one_of_nine });
	struct fleet_health health = { .asked = stage->now.boot,
				       .state = SERVER_SERVING,
				       .known = true,
				       .performance = 90,
				       .threshold = 60,
				       .clients = 7 };
	struct fleet *fleet = stage->server[0].fleet;
	struct mib_alarm row;
	fleet_health(fleet, 0, &health, "", stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(fleet_roomless(fleet), 0);
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 10 * SECOND);
	CU_ASSERT_EQUAL(fleet_roomless(fleet), 3);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "alternates-full:", &row) != 0);
	CU_ASSERT_EQUAL(row.severity, SEVERITY_WARNING);
	CU_ASSERT_EQUAL(row.count, 3);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "no-alternate:", &row), 0);
	stage_value(stage, 0, "p", 99);
	stage_run(stage, 20 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "alternates-full:", &row), 0);
	/* Full before the first has left: nobody is ordered away. */
	health.asked = stage->now.boot;
	health.clients = 9;
	fleet_health(fleet, 0, &health, "", stage->now);
	stage_run(stage, 2 * SECOND);
	CU_ASSERT_EQUAL(stage_named(stage, MIB_ALARM, 1, "alternates-full:", &row), 0);
	stage_value(stage, 0, "p", 10);
	stage_run(stage, 10 * SECOND);
	CU_ASSERT(stage_named(stage, MIB_ALARM, 1, "alternates-full:", &row) != 0);
	CU_ASSERT_EQUAL(row.count, 4);
	stage_value(stage, 0, "p", 99);
	stage_run(stage, 20 * SECOND);
	CU_ASSERT_EQUAL(stage_rows(stage, MIB_ALARM, 1), 0);
	stage_free(stage);
}

/* ---- history ---- */

static void
five_minutes_of_history(void)
{
	struct stage *stage = staged(&plain);
	struct mib_server row;
	for (unsigned i = 0; i < 400; i++) {
		/* The judge's turn is at the beginning of each second. */
		stage_value(stage, 0, "p", 31 + i % 29);
		stage_run(stage, SECOND);
	}
	row = stage_server_row(stage, 0);
	CU_ASSERT_EQUAL(row.history_at, stage->now.boot - SECOND);
	for (unsigned i = 0; i < 300; i++)
		CU_ASSERT_EQUAL(row.history[i], 31 + (100 + i) % 29);
	/* Nobody looked: those seconds are unknown. */
	stage->now.boot += 7 * SECOND;
	stage->now.wall += 7 * SECOND;
	stage_value(stage, 0, "p", 50);
	stage_run(stage, SECOND);
	row = stage_server_row(stage, 0);
	CU_ASSERT_EQUAL(row.history[299], 50);
	for (unsigned i = 292; i < 299; i++)
		CU_ASSERT_EQUAL(row.history[i], 255);
	CU_ASSERT_EQUAL(row.history[291], 31 + 399 % 29);
	stage_ending(stage, 0, "p", ENDING_FAILED, "no");
	stage_run(stage, 20 * SECOND);
	row = stage_server_row(stage, 0);
	CU_ASSERT_EQUAL(row.history[299], 255);
	CU_ASSERT_EQUAL(row.performance, UINT32_MAX);
	/* The age is that of the last that was known. */
	CU_ASSERT(stage->now.boot - row.performance_at > 15 * SECOND);
	stage_free(stage);
}

static const struct unit_test tests[] = {
	{ "alarms begin and end", alarms_begin_and_end },
	{ "alarms are counted", alarms_are_counted },
	{ "alarms of the fleet", alarms_of_the_fleet },
	{ "unreachable, and why", unreachable_and_why },
	{ "messages lost", messages_lost },
	{ "an alarm of keys", alarm_of_keys },
	{ "an alarm of who comes", alarm_of_who_comes },
	{ "an alarm of who is missed", alarm_of_who_is_missed },
	{ "alarms of alternates", alarms_of_alternates },
	{ "alarms of full alternates", alarms_of_full_alternates },
	{ "five minutes of history", five_minutes_of_history },
};

int
main(void)
{
	return unit_run("publish-alarm", tests, ARRAY_SIZE(tests));
}
