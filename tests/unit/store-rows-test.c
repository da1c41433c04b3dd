/* SPDX-License-Identifier: BSD-3-Clause */
/* state.db's rows that SNMP shows: the last events with their details, the numbers of
   names; and a database that an older version made. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subagent/store-database.h"
#include "tests/unit/unit.h"

struct kept {
	unsigned clients, operations, events, indexes;
	struct store_item first_event, last_event, index;
	struct store_item client, operation;
	struct store_numbers numbers;
};

static bool
take(void *context, const struct store_item *item)
{
	struct kept *kept = context;
	switch (item->kind) {
	case STORE_CLIENT:
		kept->client = *item;
		kept->clients++;
		break;
	case STORE_OPERATION:
		kept->operation = *item;
		kept->operations++;
		break;
	case STORE_EVENT:
		if (kept->events++ == 0)
			kept->first_event = *item;
		kept->last_event = *item;
		break;
	case STORE_INDEX:
		kept->index = *item;
		kept->indexes++;
		break;
	case STORE_BLOCK:
		break;
	}
	return true;
}

static char path[64];

static struct database *
open_at(const char *name)
{
	enum database_end end;
	char why[STORE_WHY] = "";
	snprintf(path, sizeof(path), "%s", name);
	struct database *database =
	    database_open(path, NULL, DATABASE_WRITE, &end, why);
	CU_ASSERT_EQUAL(end, DATABASE_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(database);
	return database;
}

static void
read_all(struct database *database, const char *server, struct kept *kept)
{
	char why[STORE_WHY];
	memset(kept, 0, sizeof(*kept));
	CU_ASSERT_EQUAL(
	    database_read(database, server, take, kept, &kept->numbers, why),
	    DATABASE_OK);
}

static void
folder_make(char folder[64], char file[64])
{
	snprintf(folder, 64, "/tmp/bellwether-rows-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(file, 64, "%.48s/state.db", folder);
}

static void
folder_remove(const char *folder)
{
	char command[96];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

static void
write_one(struct database *database, const struct store_item *item)
{
	char why[STORE_WHY];
	CU_ASSERT_EQUAL(database_write(database, 1, item, 1, why), DATABASE_OK);
}

static void
test_events(void)
{
	char folder[64], file[64];
	struct kept kept;
	folder_make(folder, file);
	struct database *database = open_at(file);
	for (unsigned n = 1; n <= STORE_SHOWN + 6; n++) {
		struct store_item item = { .kind = STORE_EVENT, .server = "aaa1" };
		item.event.number = n;
		item.event.at.wall = 1700000000 * SECOND + n;
		item.event.kind = EVENT_STATE;
		item.event.severity = SEVERITY_CRITICAL;
		item.event.operation = n + 1;
		item.event.client = n + 2;
		item.event.count = n + 3;
		snprintf(item.event.text, sizeof(item.event.text), "text %u", n);
		snprintf(item.detail, sizeof(item.detail), "rtt %u ms", n);
		write_one(database, &item);
	}
	read_all(database, "aaa1", &kept);
	/* The last ones, oldest first. */
	CU_ASSERT_EQUAL(kept.events, STORE_SHOWN);
	CU_ASSERT_EQUAL(kept.first_event.event.number, 7);
	const struct store_item *last = &kept.last_event;
	CU_ASSERT_EQUAL(last->event.number, STORE_SHOWN + 6);
	CU_ASSERT_EQUAL(last->event.at.wall, 1700000000 * SECOND + STORE_SHOWN + 6);
	CU_ASSERT_EQUAL(last->event.kind, EVENT_STATE);
	CU_ASSERT_EQUAL(last->event.severity, SEVERITY_CRITICAL);
	CU_ASSERT_EQUAL(last->event.operation, STORE_SHOWN + 7);
	CU_ASSERT_EQUAL(last->event.client, STORE_SHOWN + 8);
	CU_ASSERT_EQUAL(last->event.count, STORE_SHOWN + 9);
	CU_ASSERT_STRING_EQUAL(last->event.text, "text 1030");
	CU_ASSERT_STRING_EQUAL(last->detail, "rtt 1030 ms");
	/* Those of single clients that went well give way. */
	for (unsigned n = 1; n <= 6; n++) {
		struct store_item item = { .kind = STORE_EVENT, .server = "aaa1" };
		item.event.number = STORE_SHOWN + 6 + n;
		item.event.kind = EVENT_PLACE;
		item.event.severity = SEVERITY_OK;
		item.event.client = n;
		write_one(database, &item);
	}
	read_all(database, "aaa1", &kept);
	CU_ASSERT_EQUAL(kept.events, STORE_SHOWN);
	CU_ASSERT_EQUAL(kept.first_event.event.number, 7);
	CU_ASSERT_EQUAL(kept.last_event.event.number, STORE_SHOWN + 6);
	read_all(database, "aaa2", &kept);
	CU_ASSERT_EQUAL(kept.events, 0);
	database_close(database);
	folder_remove(folder);
}

static void
put_operation(struct database *database, uint32_t number, enum action action,
	      enum operation_state state)
{
	struct store_item item = { .kind = STORE_OPERATION, .server = "aaa1" };
	item.operation = (struct operation){ .number = number,
					     .action = action,
					     .initiator = INITIATOR_OPERATOR,
					     .state = state,
					     .share = 1 };
	write_one(database, &item);
}

/* However old, what still runs, holds somebody, or set the mode is kept. */
static void
test_old_operations(void)
{
	char folder[64], file[64];
	struct kept kept;
	struct store_item item = { .kind = STORE_CLIENT, .server = "aaa1" };
	folder_make(folder, file);
	struct database *database = open_at(file);
	put_operation(database, 1, ACTION_PAUSE, OPERATION_DONE);
	put_operation(database, 2, ACTION_PAUSE, OPERATION_DONE);
	put_operation(database, 3, ACTION_FAILOVER, OPERATION_DONE);
	put_operation(database, 4, ACTION_FAILOVER, OPERATION_DONE);
	put_operation(database, 5, ACTION_FAILOVER, OPERATION_PAUSED);
	item.client = (struct fleet_record){ .index = 1,
					     .name = "nas1",
					     .place = PLACE_AWAY,
					     .order = ORDER_STATE_NONE,
					     .holder = 4,
					     .hold = ACTION_FAILOVER,
					     .held_until = NEVER };
	write_one(database, &item);
	put_operation(database, 6 + STORE_HISTORY, ACTION_RELEASE, OPERATION_DONE);
	read_all(database, "aaa1", &kept);
	CU_ASSERT_EQUAL(kept.operations, 4);
	/* It is let go of. */
	item.client.holder = 0;
	item.client.hold = 0;
	item.client.held_until = 0;
	write_one(database, &item);
	put_operation(database, 7 + STORE_HISTORY, ACTION_RESUME, OPERATION_DONE);
	read_all(database, "aaa1", &kept);
	CU_ASSERT_EQUAL(kept.operations, 3);
	put_operation(database, 5, ACTION_FAILOVER, OPERATION_CANCELLED);
	put_operation(database, 8 + STORE_HISTORY, ACTION_RELEASE, OPERATION_DONE);
	read_all(database, "aaa1", &kept);
	CU_ASSERT_EQUAL(kept.operations, 3);
	CU_ASSERT_EQUAL(kept.operation.operation.number, 8 + STORE_HISTORY);
	database_close(database);
	folder_remove(folder);
}

static void
test_indexes(void)
{
	char folder[64], file[64];
	struct kept kept;
	folder_make(folder, file);
	struct database *database = open_at(file);
	struct store_item item = { .kind = STORE_INDEX };
	item.index = (struct index_record){ INDEX_GROUP, "aaa1", "group:wireless", 7 };
	write_one(database, &item);
	item.index.number = 8;
	write_one(database, &item);
	item.index = (struct index_record){ INDEX_SEQUENCE, "", "notifications",
					    UINT64_C(1) << 40 };
	write_one(database, &item);
	database_close(database);
	database = open_at(file);
	/* They belong to no server's past, but to all of them together. */
	read_all(database, "aaa1", &kept);
	CU_ASSERT_EQUAL(kept.indexes, 0);
	read_all(database, "", &kept);
	CU_ASSERT_EQUAL(kept.indexes, 2);
	CU_ASSERT_EQUAL(kept.index.index.kind, INDEX_GROUP);
	CU_ASSERT_EQUAL(kept.index.index.number, 8);
	CU_ASSERT_STRING_EQUAL(kept.index.index.server, "aaa1");
	CU_ASSERT_STRING_EQUAL(kept.index.index.name, "group:wireless");
	database_close(database);
	folder_remove(folder);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "the last events, with details", test_events },
		{ "old operations", test_old_operations },
		{ "numbers of names", test_indexes },
	};
	return unit_run("store-rows", tests, ARRAY_SIZE(tests));
}
