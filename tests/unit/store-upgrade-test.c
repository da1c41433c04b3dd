/* SPDX-License-Identifier: BSD-3-Clause */
/* Databases as every version so far left them: read right by this one, all rows of them,
   and an upgrade that is interrupted has not happened. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subagent/store-database.h"
#include "tests/unit/shim-vfs.h"
#include "tests/unit/unit.h"

#define ROWS     100u
#define VERSIONS 5

/* What each version did, as it did it: written down once, and never changed. Rows of each
   are put in by that version's own statement, so that every column is filled. */
static const char *const schema[VERSIONS] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE clients(server TEXT, number INTEGER, name TEXT, address TEXT,"
	" place INTEGER, state INTEGER, type INTEGER, refusal INTEGER,"
	" order_id INTEGER, operation INTEGER, alternate TEXT, in_force INTEGER,"
	" heard INTEGER, transitions INTEGER, sent INTEGER, mark INTEGER,"
	" offset INTEGER, recent BLOB,"
	" PRIMARY KEY(server, number, address)) WITHOUT ROWID;"
	"CREATE TABLE operations(server TEXT, number INTEGER, action INTEGER,"
	" initiator INTEGER, state INTEGER, reason INTEGER, started INTEGER,"
	" ended INTEGER, base INTEGER, ordered INTEGER, received INTEGER,"
	" done INTEGER, rejected INTEGER, unreachable INTEGER, batches INTEGER,"
	" why TEXT, target TEXT, PRIMARY KEY(server, number)) WITHOUT ROWID;"
	"CREATE TABLE blocks(server TEXT, action INTEGER, base INTEGER, size INTEGER,"
	" PRIMARY KEY(server, action)) WITHOUT ROWID;"
	"CREATE TABLE events(server TEXT, number INTEGER, at INTEGER, kind INTEGER,"
	" severity INTEGER, operation INTEGER, client INTEGER, count INTEGER,"
	" text TEXT, PRIMARY KEY(server, number)) WITHOUT ROWID;",
	"ALTER TABLE clients ADD COLUMN holder INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE clients ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE clients ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN requester TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE operations ADD COLUMN selection TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE operations ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN share REAL NOT NULL DEFAULT 1;"
	"ALTER TABLE operations ADD COLUMN most INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN force INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN matched INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;",
	"ALTER TABLE events ADD COLUMN detail TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE indexes(server TEXT, kind INTEGER, name TEXT, number INTEGER,"
	" PRIMARY KEY(server, kind, name)) WITHOUT ROWID;",
	"ALTER TABLE operations ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX holders ON clients(server, holder) WHERE holder<>0;",
	"ALTER TABLE operations ADD COLUMN step INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE operations ADD COLUMN stepped INTEGER NOT NULL DEFAULT 0;",
};

#define NUMBERS \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100) "
#define CLIENT_1                                                                      \
	"SELECT 'aaa1',i,'nas'||i,'198.51.'||(i/250)||'.'||(i%250),2,2,1,0,1000+i,3," \
	"'aaa2',9,8,7,6,5,-4,zeroblob(64)"
#define OPERATION_1 "SELECT 'aaa1',i,1,2,3,1,10,20,7000+i,9,8,7,1,0,2,'why '||i,'all'"
#define OPERATION_2 OPERATION_1 ",'anna','group:x',60,0.5,40,1,1,30,20,10,25"
#define EVENT_1     "SELECT 'aaa1',i,1000+i,1,4,3,0,9,'moved '||i"
#define BLOCKS                                          \
	"INSERT INTO blocks VALUES('aaa1',1,5000,100);" \
	"INSERT INTO blocks VALUES('aaa1',2,6000,200);"

static const char *const rows[VERSIONS][4] = {
	{ CLIENT_1, OPERATION_1, EVENT_1, BLOCKS },
	{ CLIENT_1 ",3,1,77", OPERATION_2, EVENT_1, BLOCKS },
	{ CLIENT_1 ",3,1,77", OPERATION_2, EVENT_1 ",'rtt '||i", BLOCKS },
	{ CLIENT_1 ",3,1,77", OPERATION_2 ",1", EVENT_1 ",'rtt '||i", BLOCKS },
	{ CLIENT_1 ",3,1,77", OPERATION_2 ",1,2,99", EVENT_1 ",'rtt '||i", BLOCKS },
};

static void
exec(sqlite3 *handle, const char *sql)
{
	char *error = NULL;
	if (sqlite3_exec(handle, sql, NULL, NULL, &error) != SQLITE_OK)
		printf("# %s: %s\n", sql, error);
	CU_ASSERT_PTR_NULL(error);
	sqlite3_free(error);
}

static void
exec_rows(sqlite3 *handle, const char *table, const char *select)
{
	char sql[1000];
	snprintf(sql, sizeof(sql), "INSERT INTO %s " NUMBERS "%s FROM n", table,
		 select);
	exec(handle, sql);
}

/* A database as a daemon of that version left it, killed or stopped. */
static void
make_old(const char *path, int version, bool stopped)
{
	sqlite3 *old;
	char sql[100];
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &old), SQLITE_OK);
	exec(old, "PRAGMA journal_mode=WAL; BEGIN");
	for (int i = 0; i < version; i++)
		exec(old, schema[i]);
	exec_rows(old, "clients", rows[version - 1][0]);
	exec_rows(old, "operations", rows[version - 1][1]);
	exec_rows(old, "events", rows[version - 1][2]);
	exec(old, rows[version - 1][3]);
	if (version >= 3)
		exec(old, "INSERT INTO indexes VALUES('aaa1',6,'group:x',4)");
	if (stopped)
		exec(old, "INSERT INTO meta VALUES('closed',1)");
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id=1113019464; PRAGMA user_version=%d; COMMIT",
		 version);
	exec(old, sql);
	sqlite3_close(old);
}

/* ---- read right ---- */

struct kept {
	unsigned version;
	unsigned clients, operations, events, blocks, indexes;
	unsigned wrong; /* rows that are not what was put in */
};

static bool
client_right(const struct kept *kept, const struct store_item *item)
{
	const struct fleet_record *client = &item->client;
	char name[NAME_TEXT];
	bool held = kept->version >= 2;
	snprintf(name, sizeof(name), "nas%u", client->index);
	return strcmp(client->name, name) == 0 &&
	       client->order_id == 1000u + client->index &&
	       client->place == PLACE_AWAY && client->operation == 3 &&
	       strcmp(item->alternate, "aaa2") == 0 && client->in_force == 9 &&
	       client->heard == 8 && client->transitions == 7 &&
	       client->peer.sent == 6 && client->peer.mark == 5 &&
	       client->peer.offset == -4 && client->holder == (held ? 3u : 0u) &&
	       client->hold == (held ? ACTION_FAILOVER : 0) &&
	       client->held_until == (held ? 77 : 0);
}

static bool
operation_right(const struct kept *kept, const struct operation *operation)
{
	char why[32];
	bool second = kept->version >= 2;
	snprintf(why, sizeof(why), "why %u", operation->number);
	return strcmp(operation->why, why) == 0 &&
	       operation->base == 7000u + operation->number &&
	       operation->batches == 2 && strcmp(operation->target, "all") == 0 &&
	       strcmp(operation->requester, second ? "anna" : "") == 0 &&
	       strcmp(operation->selection, second ? "group:x" : "") == 0 &&
	       operation->hold == (second ? 60 : 0) &&
	       operation->share == (second ? 0.5 : 1.0) &&
	       operation->limit == (second ? 40u : 0u) && operation->force == second &&
	       operation->verified == second &&
	       operation->matched == (second ? 30u : 0u) &&
	       operation->planned == (second ? 25u : 0u) &&
	       operation->whole == (kept->version >= 4) &&
	       operation->step == (kept->version >= 5 ? 2u : 0u) &&
	       operation->stepped.wall == (kept->version >= 5 ? 99 : 0);
}

static bool
event_right(const struct kept *kept, const struct store_item *item)
{
	char text[32], detail[32] = "";
	unsigned number = (unsigned)item->event.number;
	snprintf(text, sizeof(text), "moved %u", number);
	if (kept->version >= 3)
		snprintf(detail, sizeof(detail), "rtt %u", number);
	return item->event.at.wall == 1000 + (int64_t)number &&
	       strcmp(item->event.text, text) == 0 && strcmp(item->detail, detail) == 0;
}

static bool
take(void *context, const struct store_item *item)
{
	struct kept *kept = context;
	bool right = true;
	switch (item->kind) {
	case STORE_CLIENT:
		kept->clients++;
		right = client_right(kept, item);
		break;
	case STORE_OPERATION:
		kept->operations++;
		right = operation_right(kept, &item->operation);
		break;
	case STORE_EVENT:
		kept->events++;
		right = event_right(kept, item);
		break;
	case STORE_BLOCK:
		kept->blocks++;
		right = item->block.base == 4000u + 1000u * item->block.action;
		break;
	case STORE_INDEX:
		kept->indexes++;
		right = item->index.number == 4;
		break;
	}
	kept->wrong += !right;
	return true;
}

static void
check_upgraded(struct database *database, int version)
{
	struct kept kept = { .version = (unsigned)version };
	struct store_numbers numbers;
	char why[STORE_WHY];
	CU_ASSERT_EQUAL(database_read(database, "aaa1", take, &kept, &numbers, why),
			DATABASE_OK);
	CU_ASSERT_EQUAL(kept.clients, ROWS);
	/* As many as a fleet keeps, or, held by the third one, that too. */
	CU_ASSERT_EQUAL(kept.operations, version >= 2 ? 65 : 64);
	CU_ASSERT_EQUAL(kept.events, ROWS);
	CU_ASSERT_EQUAL(kept.blocks, 2);
	CU_ASSERT_EQUAL(kept.wrong, 0);
	CU_ASSERT_EQUAL(numbers.event, ROWS);
	CU_ASSERT_EQUAL(numbers.operation, ROWS);
	CU_ASSERT_EQUAL(numbers.index, ROWS);
	CU_ASSERT_EQUAL(database_read(database, "", take, &kept, &numbers, why),
			DATABASE_OK);
	CU_ASSERT_EQUAL(kept.indexes, version >= 3 ? 1 : 0);
}

static char folder[64], path[80];

static void
folder_make(void)
{
	snprintf(folder, sizeof(folder), "/tmp/bellwether-upgrade-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state.db", folder);
}

static void
folder_remove(void)
{
	char command[96];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	CU_ASSERT_EQUAL(system(command), 0);
}

static void
test_every_version(void)
{
	for (int version = 1; version <= VERSIONS; version++) {
		enum database_end end;
		char why[STORE_WHY] = "";
		for (int stopped = 0; stopped <= 1; stopped++) {
			folder_make();
			make_old(path, version, stopped);
			/* Twice: the second time there is nothing to do. */
			for (int i = 0; i < 2; i++) {
				struct database *database = database_open(
				    path, NULL, DATABASE_WRITE, &end, why);
				CU_ASSERT_PTR_NOT_NULL_FATAL(database);
				check_upgraded(database, version);
				CU_ASSERT_EQUAL(database_closed(database), stopped);
				CU_ASSERT_FALSE(database_fresh(database));
				CU_ASSERT_EQUAL(database_check(database, why),
						DATABASE_OK);
				database_close(database);
			}
			folder_remove();
		}
	}
}

/* The same as one that is made today: no column is missing, or elsewhere. */
static void
test_same_as_fresh(void)
{
	char upgraded[4000] = "", fresh[4000] = "";
	for (int version = VERSIONS; version >= 0; version -= VERSIONS) {
		enum database_end end;
		char why[STORE_WHY], *out = version == 0 ? fresh : upgraded;
		sqlite3_stmt *statement;
		sqlite3 *handle;
		folder_make();
		if (version > 0)
			make_old(path, version, true);
		database_close(database_open(path, NULL, DATABASE_WRITE, &end, why));
		CU_ASSERT_EQUAL(sqlite3_open(path, &handle), SQLITE_OK);
		sqlite3_prepare_v2(handle,
				   "SELECT sql FROM sqlite_schema ORDER BY name", -1,
				   &statement, NULL);
		while (sqlite3_step(statement) == SQLITE_ROW)
			snprintf(out + strlen(out), 4000 - strlen(out), "%s\n",
				 (const char *)sqlite3_column_text(statement, 0));
		sqlite3_finalize(statement);
		sqlite3_close(handle);
		folder_remove();
	}
	CU_ASSERT_STRING_EQUAL(upgraded, fresh);
}

/* ---- interrupted ---- */

static int
version_of(void)
{
	sqlite3 *handle;
	sqlite3_stmt *statement;
	int version = -1;
	CU_ASSERT_EQUAL(sqlite3_open(path, &handle), SQLITE_OK);
	sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, NULL);
	if (sqlite3_step(statement) == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return version;
}

/* The disk fails from its nth write on, whichever that is: the old version is still
   there, and is upgraded when it works again. */
static void
test_interrupted(void)
{
	unsigned failures = 0;
	bool done = false;
	for (unsigned n = 0; n < 1000 && !done; n++) {
		enum database_end end;
		char why[STORE_WHY];
		folder_make();
		make_old(path, 1, false);
		shim_fail_after(n);
		struct database *database =
		    database_open(path, SHIM_VFS, DATABASE_WRITE, &end, why);
		shim_fail_after(UINT_MAX);
		done = database != NULL;
		if (!done) {
			failures++;
			CU_ASSERT_EQUAL(end, DATABASE_FAILED);
			CU_ASSERT_EQUAL(version_of(), 1);
			database =
			    database_open(path, SHIM_VFS, DATABASE_WRITE, &end, why);
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(database);
		check_upgraded(database, 1);
		database_close(database);
		folder_remove();
	}
	CU_ASSERT(done);
	CU_ASSERT(failures >= 5);
}

static const struct unit_test tests[] = {
	{ "of every version", test_every_version },
	{ "the same as a fresh one", test_same_as_fresh },
	{ "interrupted at every write", test_interrupted },
};

int
main(void)
{
	shim_register();
	return unit_run("store-upgrade", tests, ARRAY_SIZE(tests));
}
