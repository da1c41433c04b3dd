/* SPDX-License-Identifier: BSD-3-Clause */
/* The store: what it keeps, what it refuses, and that nobody ever waits for its disk. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "subagent/store.h"
#include "tests/unit/shim-vfs.h"
#include "tests/unit/store-rig.h"
#include "tests/unit/unit.h"

/* ---- what it keeps ---- */

static void
put_event(struct store *store, uint64_t number)
{
	struct fleet_event *event = &store_put(store, STORE_EVENT, "aaa1")->event;
	event->number = number;
	event->kind = EVENT_PLACE;
	event->severity = SEVERITY_NOTICE;
	snprintf(event->text, sizeof(event->text), "event %u", (unsigned)number);
}

static void
put_others(struct store *store)
{
	struct operation *operation =
	    &store_put(store, STORE_OPERATION, "aaa1")->operation;
	operation->number = 3;
	operation->action = ACTION_FAILOVER;
	operation->initiator = INITIATOR_POLICY;
	operation->state = OPERATION_DONE;
	operation->reason = REASON_THRESHOLD;
	operation->started = (struct moment){ 5, 1700000001 * SECOND };
	operation->ended = (struct moment){ 6, 1700000002 * SECOND };
	operation->base = UINT64_C(1700000000000000);
	operation->ordered = 9;
	operation->done = 8;
	operation->batches = 2;
	operation->share = 0.25;
	operation->planned = 9;
	operation->whole = true;
	operation->step = 2;
	operation->stepped = (struct moment){ 7, 1700000003 * SECOND };
	operation->force = true;
	snprintf(operation->requester, sizeof(operation->requester), "anna");
	snprintf(operation->why, sizeof(operation->why), "performance 12 < 30");
	snprintf(operation->target, sizeof(operation->target), "all");
	struct fleet_block *block = &store_put(store, STORE_BLOCK, "aaa1")->block;
	*block = (struct fleet_block){ ACTION_RECONNECT, UINT64_C(1) << 60, 4096 };
}

struct seen {
	unsigned clients, operations, blocks;
	struct store_item client, operation, block;
	struct store_numbers numbers;
};

static void
see(struct seen *seen, const struct store_item *item)
{
	switch (item->kind) {
	case STORE_CLIENT:
		seen->clients++;
		seen->client = *item;
		break;
	case STORE_OPERATION:
		seen->operations++;
		seen->operation = *item;
		break;
	case STORE_BLOCK:
		seen->blocks++;
		seen->block = *item;
		break;
	case STORE_EVENT:
	case STORE_INDEX:
		break;
	}
}

static void
check_client(const struct store_item *item)
{
	struct fleet_record want = rig_record(5);
	const struct fleet_record *got = &item->client;
	CU_ASSERT_EQUAL(got->index, want.index);
	CU_ASSERT_STRING_EQUAL(got->name, want.name);
	CU_ASSERT_TRUE(address_equal(&got->address, &want.address));
	CU_ASSERT_EQUAL(got->place, want.place);
	CU_ASSERT_EQUAL(got->order, want.order);
	CU_ASSERT_EQUAL(got->type, want.type);
	CU_ASSERT_EQUAL(got->refusal, want.refusal);
	CU_ASSERT_EQUAL(got->order_id, want.order_id);
	CU_ASSERT_EQUAL(got->operation, want.operation);
	/* Positions change with the policy: the name is what is kept. */
	CU_ASSERT_EQUAL(got->alternate, UINT16_MAX);
	CU_ASSERT_STRING_EQUAL(item->alternate, "aaa2");
	CU_ASSERT_EQUAL(got->in_force, want.in_force);
	CU_ASSERT_EQUAL(got->heard, want.heard);
	CU_ASSERT_EQUAL(got->transitions, want.transitions);
	CU_ASSERT_EQUAL(got->holder, want.holder);
	CU_ASSERT_EQUAL(got->hold, want.hold);
	CU_ASSERT_EQUAL(got->held_until, want.held_until);
	CU_ASSERT_EQUAL(memcmp(&got->peer, &want.peer, sizeof(want.peer)), 0);
}

static void
check_others(const struct seen *seen)
{
	const struct operation *operation = &seen->operation.operation;
	CU_ASSERT_EQUAL(operation->number, 3);
	CU_ASSERT_EQUAL(operation->state, OPERATION_DONE);
	CU_ASSERT_EQUAL(operation->started.wall, 1700000001 * SECOND);
	CU_ASSERT_EQUAL(operation->step, 2);
	CU_ASSERT_EQUAL(operation->stepped.wall, 1700000003 * SECOND);
	CU_ASSERT_EQUAL(operation->ended.wall, 1700000002 * SECOND);
	CU_ASSERT_EQUAL(operation->base, UINT64_C(1700000000000000));
	CU_ASSERT_EQUAL(operation->done, 8);
	CU_ASSERT_EQUAL(operation->share, 0.25);
	CU_ASSERT_EQUAL(operation->planned, 9);
	CU_ASSERT(operation->whole);
	CU_ASSERT_TRUE(operation->force);
	CU_ASSERT_STRING_EQUAL(operation->requester, "anna");
	CU_ASSERT_STRING_EQUAL(operation->why, "performance 12 < 30");
	CU_ASSERT_EQUAL(seen->block.block.action, ACTION_RECONNECT);
	CU_ASSERT_EQUAL(seen->block.block.base, UINT64_C(1) << 60);
	CU_ASSERT_EQUAL(seen->block.block.size, 4096);
}

static void
read_back(struct rig *rig, struct seen *seen)
{
	struct store_kept kept;
	memset(seen, 0, sizeof(*seen));
	store_fetch(rig->store, "aaa1", &kept);
	CU_ASSERT_TRUE(kept.known);
	for (size_t i = 0; i < kept.items; i++)
		see(seen, &kept.item[i]);
	seen->numbers = kept.numbers;
	store_kept_free(&kept);
}

static void
test_round_trip(void)
{
	struct rig rig;
	struct seen seen;
	rig_make(&rig);
	rig_start(&rig);
	for (uint32_t i = 1; i <= 5; i++)
		rig_put(rig.store, i);
	put_others(rig.store);
	put_event(rig.store, 77);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 1));
	CU_ASSERT_EQUAL(rig.durable, 1);
	CU_ASSERT_EQUAL(rig.block.base, UINT64_C(1) << 60);
	rig_close(&rig);

	rig_start(&rig);
	read_back(&rig, &seen);
	CU_ASSERT_EQUAL(seen.clients, 5);
	CU_ASSERT_EQUAL(seen.operations, 1);
	CU_ASSERT_EQUAL(seen.blocks, 1);
	check_client(&seen.client);
	check_others(&seen);
	CU_ASSERT_EQUAL(seen.numbers.event, 77);
	CU_ASSERT_EQUAL(seen.numbers.operation, 3);
	CU_ASSERT_EQUAL(seen.numbers.index, 5);
	CU_ASSERT_EQUAL(rig.failed, 0);
	rig_close(&rig);
	rig_remove(&rig);
}

/* Puts after the thread has gone are written all the same: the end of a daemon. */
static void
test_stop_writes_the_rest(void)
{
	struct rig rig;
	struct seen seen;
	rig_make(&rig);
	rig_start(&rig);
	rig_put(rig.store, 1);
	store_submit(rig.store);
	store_stop(rig.store);
	CU_ASSERT_TRUE_FATAL(store_takes(rig.store, STORE_CLIENT));
	rig_put(rig.store, 2);
	store_submit(rig.store);
	rig_put(rig.store, 3);
	store_submit(rig.store);
	rig_close(&rig);
	rig_start(&rig);
	read_back(&rig, &seen);
	CU_ASSERT_EQUAL(seen.clients, 3);
	rig_close(&rig);
	rig_remove(&rig);
}

static void
test_events_are_trimmed(void)
{
	struct rig rig;
	uint64_t number = 0;
	unsigned batches = 0;
	rig_make(&rig);
	rig_start(&rig);
	while (number < STORE_EVENTS + 500) {
		while (store_takes(rig.store, STORE_EVENT) &&
		       number < STORE_EVENTS + 500)
			put_event(rig.store, ++number);
		store_submit(rig.store);
		CU_ASSERT_TRUE_FATAL(rig_reach(&rig, &rig.idle, ++batches));
	}
	rig_close(&rig);
	sqlite3 *handle;
	sqlite3_stmt *statement;
	sqlite3_open(rig.path, &handle);
	sqlite3_prepare_v2(handle, "SELECT count(*), min(number) FROM events", -1,
			   &statement, NULL);
	CU_ASSERT_EQUAL(sqlite3_step(statement), SQLITE_ROW);
	CU_ASSERT_EQUAL(sqlite3_column_int(statement, 0), STORE_EVENTS);
	CU_ASSERT_EQUAL(sqlite3_column_int(statement, 1), 501);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	rig_remove(&rig);
}

/* ---- what it refuses ---- */

static void
test_newer_is_refused(void)
{
	struct rig rig;
	char why[STORE_WHY] = "";
	rig_make(&rig);
	CU_ASSERT_TRUE(rig_open(&rig, why));
	rig_close(&rig);
	rig_sql(rig.path, "PRAGMA user_version=99");
	CU_ASSERT_FALSE(rig_open(&rig, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "version 99"));
	rig_close(&rig);
	rig_remove(&rig);
}

static void
test_foreign_is_refused(void)
{
	struct rig rig;
	char why[STORE_WHY] = "";
	rig_make(&rig);
	rig_sql(rig.path, "CREATE TABLE songs(title)");
	CU_ASSERT_FALSE(rig_open(&rig, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "another program's"));
	rig_close(&rig);
	rig_remove(&rig);
}

static void
test_damaged_is_put_aside(void)
{
	struct rig rig;
	char why[STORE_WHY] = "";
	char command[200];
	struct seen seen;
	rig_make(&rig);
	FILE *file = fopen(rig.path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("no database at all", file);
	fclose(file);
	CU_ASSERT_TRUE_FATAL(rig_open(&rig, why));
	CU_ASSERT_EQUAL(rig_errors, 1);
	CU_ASSERT_TRUE(store_start(rig.store, &rig.loop));
	rig_put(rig.store, 1);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 1));
	read_back(&rig, &seen);
	CU_ASSERT_EQUAL(seen.clients, 1);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	snprintf(command, sizeof(command), "ls %s/state.db.damaged-* >/dev/null",
		 rig.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	rig_close(&rig);
	rig_remove(&rig);
}

/* ---- whether something is missing ---- */

static void
test_complete_when_closed(void)
{
	struct rig rig;
	char why[STORE_WHY];
	rig_make(&rig);
	rig_start(&rig);
	CU_ASSERT_TRUE(rig_complete(rig.store)); /* there is nothing to miss */
	rig_put(rig.store, 1);
	rig_close(&rig); /* with one that was not submitted */
	rig_start(&rig);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	rig_put(rig.store, 1);
	store_submit(rig.store);
	rig_close(&rig);
	/* Opened and closed again before anything came: still so. */
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_TRUE_FATAL(rig_open(&rig, why));
		CU_ASSERT_TRUE(rig_complete(rig.store));
		rig_close(&rig);
	}
	rig_start(&rig);
	shim_full(true);
	rig_put(rig.store, 1);
	store_submit(rig.store);
	rig_close(&rig); /* with one that the disk did not take */
	shim_full(false);
	rig_start(&rig);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	store_stop(rig.store);
	shim_full(true);
	rig_put(rig.store, 1);
	store_submit(rig.store); /* the same, by the loop; and then one that it took */
	shim_full(false);
	rig_put(rig.store, 2);
	store_submit(rig.store);
	rig_close(&rig);
	CU_ASSERT_TRUE_FATAL(rig_open(&rig, why));
	CU_ASSERT_FALSE(rig_complete(rig.store));
	rig_close(&rig);
	rig_start(&rig);
	rig_close(&rig);
	rig_start(&rig);
	CU_ASSERT_TRUE(rig_complete(rig.store));
	store_doubt(rig.store); /* what was put and written is not all */
	rig_close(&rig);
	rig_start(&rig);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	rig_close(&rig);
	rig_remove(&rig);
}

/* As after kill -9: the one that has it open did not close it. */
static void
test_incomplete_when_not_closed(void)
{
	struct rig rig, next;
	rig_make(&rig);
	rig_start(&rig);
	next = rig;
	rig_start(&next);
	CU_ASSERT_FALSE(rig_complete(next.store));
	rig_close(&next);
	rig_close(&rig);
	rig_remove(&rig);
}

/* ---- nobody waits ---- */

/* The disk hangs in a sync: batch after batch of events is put, rows are declined (they
   wait in the fleet), and every call returns while the sync still hangs. */
static void
test_hanging_sync_delays_nobody(void)
{
	struct rig rig;
	unsigned put = 0;
	rig_make(&rig);
	rig_start(&rig);
	shim_gate(false);
	rig_put(rig.store, 1);
	store_submit(rig.store);
	int64_t deadline = clock_now().boot + DEADLINE;
	while (!shim_waiting() && clock_now().boot < deadline)
		usleep(500);
	CU_ASSERT_TRUE_FATAL(shim_waiting());
	for (unsigned i = 0; i < 10000; i++) {
		CU_ASSERT_FALSE(store_takes(rig.store, STORE_CLIENT));
		if (store_takes(rig.store, STORE_EVENT)) {
			put_event(rig.store, i + 1);
			put++;
		}
		store_submit(rig.store);
		uv_run(&rig.loop, UV_RUN_NOWAIT);
	}
	CU_ASSERT_TRUE(shim_waiting());
	CU_ASSERT_EQUAL(rig.idle, 0);
	CU_ASSERT_EQUAL(put, STORE_BATCH);
	shim_gate(true);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 2));
	CU_ASSERT_TRUE(store_takes(rig.store, STORE_CLIENT));
	rig_close(&rig);
	rig_remove(&rig);
}

/* Each sync takes 200 ms: what is put meanwhile is written in few batches, not many. */
static void
test_slow_sync_coalesces(void)
{
	struct rig rig;
	struct store_status status;
	struct seen seen;
	rig_make(&rig);
	rig_start(&rig);
	shim_delay(200);
	for (uint32_t i = 1; i <= 1000; i++) {
		put_event(rig.store, i);
		store_submit(rig.store);
		uv_run(&rig.loop, UV_RUN_NOWAIT);
	}
	rig_put(rig.store, 1);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 2));
	store_status(rig.store, &status);
	CU_ASSERT_EQUAL(status.items, 1001);
	CU_ASSERT_TRUE(status.batches <= 5);
	CU_ASSERT_TRUE(status.slowest >= 200 * MILLISECOND);
	shim_delay(0);
	read_back(&rig, &seen);
	CU_ASSERT_EQUAL(seen.clients, 1);
	CU_ASSERT_EQUAL(seen.numbers.event, 1000);
	rig_close(&rig);
	rig_remove(&rig);
}

/* ---- failing and recovering ---- */

static void
test_full_disk_and_recovery(void)
{
	struct rig rig;
	struct seen seen;
	struct store_status status = { .failures = 0 };
	rig_make(&rig);
	rig_start(&rig);
	shim_full(true);
	rig_put(rig.store, 1);
	put_others(rig.store);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.failed, 1));
	/* Tried again and again, told and logged once. */
	int64_t deadline = clock_now().boot + DEADLINE;
	while (status.failures < 5 && clock_now().boot < deadline) {
		uv_run(&rig.loop, UV_RUN_NOWAIT);
		usleep(500);
		store_status(rig.store, &status);
	}
	CU_ASSERT_TRUE(status.failures >= 5);
	CU_ASSERT_TRUE(status.failing);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.why, "full"));
	CU_ASSERT_EQUAL(rig.failed, 1);
	CU_ASSERT_EQUAL(rig_errors, 1);
	CU_ASSERT_EQUAL(rig.durable, 0);
	CU_ASSERT_FALSE(store_takes(rig.store, STORE_CLIENT));
	shim_full(false);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 1));
	CU_ASSERT_EQUAL(rig.recovered, 1);
	CU_ASSERT_EQUAL(rig.durable, 1);
	read_back(&rig, &seen);
	CU_ASSERT_EQUAL(seen.clients, 1);
	CU_ASSERT_EQUAL(seen.blocks, 1);
	rig_close(&rig);
	rig_remove(&rig);
}

static void
test_missing_folder_and_recovery(void)
{
	struct rig rig;
	char why[STORE_WHY] = "";
	char moved[96];
	struct seen seen;
	struct store_kept kept;
	rig_make(&rig);
	snprintf(moved, sizeof(moved), "%s.moved", rig.folder);
	CU_ASSERT_EQUAL(rename(rig.folder, moved), 0);
	CU_ASSERT_TRUE_FATAL(rig_open(&rig, why));
	CU_ASSERT_EQUAL(rig_errors, 1);
	store_fetch(rig.store, "aaa1", &kept);
	CU_ASSERT_FALSE(kept.known);
	CU_ASSERT_STRING_NOT_EQUAL(kept.why, "");
	store_kept_free(&kept);
	CU_ASSERT_TRUE(store_start(rig.store, &rig.loop));
	rig_put(rig.store, 1);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.failed, 1));
	CU_ASSERT_EQUAL(rename(moved, rig.folder), 0);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 1));
	read_back(&rig, &seen);
	CU_ASSERT_EQUAL(seen.clients, 1);
	rig_close(&rig);
	rig_remove(&rig);
}

static const struct unit_test tests[] = {
	{ "round trip", test_round_trip },
	{ "stopping writes the rest", test_stop_writes_the_rest },
	{ "events are trimmed", test_events_are_trimmed },
	{ "a newer schema is refused", test_newer_is_refused },
	{ "another program's file is refused", test_foreign_is_refused },
	{ "a damaged file is put aside", test_damaged_is_put_aside },
	{ "complete when it was closed", test_complete_when_closed },
	{ "incomplete when it was not", test_incomplete_when_not_closed },
	{ "a hanging sync delays nobody", test_hanging_sync_delays_nobody },
	{ "a slow sync coalesces", test_slow_sync_coalesces },
	{ "full disk and recovery", test_full_disk_and_recovery },
	{ "missing folder and recovery", test_missing_folder_and_recovery },
};

int
main(void)
{
	shim_register();
	rig_listen();
	return unit_run("store", tests, ARRAY_SIZE(tests));
}
