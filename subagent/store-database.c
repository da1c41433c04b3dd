/* SPDX-License-Identifier: BSD-3-Clause */
/* state.db: its schema, its statements, and nothing of threads. */
#include "config.h"

#include "subagent/store-inside.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define APPLICATION_ID 0x42575448 /* "BWTH" */
#define BUSY_MS        2000       /* somebody looks with sqlite3(1) */

/* What makes version n + 1 of version n; the last is today's. */
static const char *const upgrades[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE clients(server TEXT, number INTEGER, name TEXT, address TEXT,"
	" place INTEGER, state INTEGER, type INTEGER, refusal INTEGER,"
	" order_id INTEGER, operation INTEGER, alternate TEXT, in_force INTEGER,"
	" heard INTEGER, transitions INTEGER, sent INTEGER, mark INTEGER,"
	" offset INTEGER, recent BLOB,"
	/* The address too: a name that moved is two clients until the old one is back. */
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
	/* 2: operators' operations, and whom they hold. */
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
	/* 3: on what decisions rested; the numbers that SNMP shows. */
	"ALTER TABLE events ADD COLUMN detail TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE indexes(server TEXT, kind INTEGER, name TEXT, number INTEGER,"
	" PRIMARY KEY(server, kind, name)) WITHOUT ROWID;",
	/* 4: operations of which every client was stored; holders are looked up. */
	("ALTER TABLE operations ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;"
	 "CREATE INDEX holders ON clients(server, holder) WHERE holder<>0;"),
	/* 5: how far a failover of several steps has come. */
	("ALTER TABLE operations ADD COLUMN step INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE operations ADD COLUMN stepped INTEGER NOT NULL DEFAULT 0;"),
};
#define SCHEMA ((int)ARRAY_SIZE(upgrades))

static const char *const statements[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[PUT_CLIENT] = "INSERT OR REPLACE INTO clients VALUES"
		       "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[PUT_OPERATION] = "INSERT OR REPLACE INTO operations VALUES"
			  "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
			  "?,?,?,?,?,?)",
	[PUT_EVENT] = "INSERT OR REPLACE INTO events VALUES(?,?,?,?,?,?,?,?,?,?)",
	[PUT_INDEX] = "INSERT OR REPLACE INTO indexes VALUES(?,?,?,?)",
	[PUT_BLOCK] = "INSERT OR REPLACE INTO blocks VALUES(?,?,?,?)",
	/* But for those that GET_OPERATIONS asks for however old they are. */
	[TRIM_OPERATIONS] =
	    "DELETE FROM operations WHERE server=?1 AND number<=?2 AND state>2"
	    " AND number NOT IN"
	    " (SELECT holder FROM clients WHERE server=?1 AND holder<>0)"
	    " AND number<>(SELECT coalesce(max(number),0) FROM operations"
	    "  WHERE server=?1 AND action IN (4,5))",
	[TRIM_EVENTS] = "DELETE FROM events WHERE server=? AND number<=?",
	[GET_CLIENTS] = "SELECT * FROM clients WHERE server=?",
	/* The last ones; older ones that hold clients; and the last pause or resume. */
	[GET_OPERATIONS] =
	    "SELECT * FROM operations WHERE server=?1 AND (number IN"
	    " (SELECT number FROM operations WHERE server=?1"
	    "  ORDER BY number DESC LIMIT ?2)"
	    " OR number IN (SELECT holder FROM clients WHERE server=?1 AND holder<>0)"
	    " OR number=(SELECT max(number) FROM operations WHERE server=?1"
	    "  AND action IN (4,5))) ORDER BY number",
	[GET_BLOCKS] = "SELECT * FROM blocks WHERE server=?",
	/* The last ones; those of single clients that went well only as far as there is room
	   beside the others. */
	[GET_EVENTS] = "SELECT * FROM events WHERE server=?1 AND number IN"
		       " (SELECT number FROM events WHERE server=?1"
		       "  ORDER BY client<>0 AND severity<3, number DESC LIMIT ?2)"
		       " ORDER BY number",
	/* Of all servers at once, when none is named. */
	[GET_INDEXES] = "SELECT * FROM indexes WHERE ?1=''",
	[GET_NUMBERS] = "SELECT (SELECT max(number) FROM events WHERE server=?1),"
			"(SELECT max(number) FROM operations WHERE server=?1),"
			"(SELECT max(number) FROM clients WHERE server=?1)",
	[GET_CLOSED] = "SELECT 1 FROM meta WHERE key='closed'",
	[GET_BATCH] = "SELECT value FROM meta WHERE key='batch'",
	[PUT_BATCH] = "INSERT OR REPLACE INTO meta VALUES('batch',?)",
	[PUT_CLOSED] = "INSERT OR REPLACE INTO meta VALUES('closed',1)",
	[DROP_CLOSED] = "DELETE FROM meta WHERE key='closed'",
};

static bool
fail(const struct database *database, const char *what, char why[STORE_WHY])
{
	snprintf(why, STORE_WHY, "%s: %s", what,
		 database->handle ? sqlite3_errmsg(database->handle)
				  : "there is not enough memory");
	return false;
}

/* ---- opening ---- */

static bool
run(const struct database *database, const char *sql, char why[STORE_WHY])
{
	if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return fail(database, "cannot prepare", why);
}

static bool
pragma(const struct database *database, const char *sql, int *value)
{
	sqlite3_stmt *statement;
	bool got = false;
	if (sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		*value = sqlite3_column_int(statement, 0);
		got = true;
	}
	sqlite3_finalize(statement);
	return got;
}

/* Statements that do not fit what calls itself our schema: something has been at it. */
static enum database_end
ending_of(const struct database *database, bool schema)
{
	switch (sqlite3_errcode(database->handle)) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return DATABASE_DAMAGED;
	case SQLITE_ERROR:
		return schema ? DATABASE_DAMAGED : DATABASE_FAILED;
	default:
		return DATABASE_FAILED;
	}
}

static enum database_end
ending(const struct database *database)
{
	return ending_of(database, false);
}

static enum database_end
upgrade(struct database *database, int from, char why[STORE_WHY])
{
	char finish[96];
	snprintf(finish, sizeof(finish),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
		 APPLICATION_ID, SCHEMA);
	if (from == SCHEMA)
		return DATABASE_OK;
	bool done = run(database, "BEGIN IMMEDIATE", why);
	for (int version = from; version < SCHEMA && done; version++)
		done = run(database, upgrades[version], why);
	if (done && run(database, finish, why))
		return DATABASE_OK;
	/* Before the rollback, which may have been done already, and says so then. */
	enum database_end end = ending_of(database, true);
	sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
	return end;
}

static enum database_end
check_version(struct database *database, int *version, char why[STORE_WHY])
{
	int application = 0;
	int tables = 0;
	if (!pragma(database, "PRAGMA application_id", &application) ||
	    !pragma(database, "PRAGMA user_version", version) ||
	    !pragma(database, "SELECT count(*) FROM sqlite_schema", &tables)) {
		fail(database, "cannot be read", why);
		return ending(database);
	}
	if (application != APPLICATION_ID && (application != 0 || tables > 0)) {
		snprintf(why, STORE_WHY,
			 "it is another program's file: name another folder with -s");
		return DATABASE_FOREIGN;
	}
	if (*version > SCHEMA) {
		snprintf(why, STORE_WHY,
			 "its schema is version %d, this program knows %d: install the "
			 "newer program again, or name another folder with -s",
			 *version, SCHEMA);
		return DATABASE_NEWER;
	}
	return DATABASE_OK;
}

/* FULL, not NORMAL: a block that was reported durable is a promise to repeat an order
   under its own id, and in WAL mode NORMAL keeps that promise over a crash of the
   program only, not over a power cut. The price is one sync a batch, paid by a thread
   that nobody waits for. EXTRA, before the mode, is that and one more: the journal of a
   database's making is gone for good before there is a log, or else a power cut could
   bring it back to undo the making, log and all. */
#define SETTINGS                                                                      \
	"PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL; PRAGMA foreign_keys=OFF;" \
	"PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=4194304"

static enum database_end
prepare_statements(struct database *database, char why[STORE_WHY])
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(database->handle, statements[i], -1,
				       SQLITE_PREPARE_PERSISTENT,
				       &database->statement[i], NULL) != SQLITE_OK) {
			fail(database, "cannot prepare", why);
			return ending_of(database, true);
		}
	return DATABASE_OK;
}

/* The value of a statement without parameters; 0 when it has no row. */
static bool
value_of(struct database *database, enum statement which, int64_t *value)
{
	sqlite3_stmt *statement = database->statement[which];
	int result = sqlite3_step(statement);
	*value = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return result == SQLITE_ROW || result == SQLITE_DONE;
}

static enum database_end
make_ready(struct database *database, int version, enum database_use use,
	   char why[STORE_WHY])
{
	if (use != DATABASE_WRITE) {
		if (version == SCHEMA)
			return DATABASE_OK;
		snprintf(why, STORE_WHY,
			 "its schema is version %d, and has to be made %d before it "
			 "can be read",
			 version, SCHEMA);
		return DATABASE_FAILED;
	}
	database->fresh = version == 0;
	if (!run(database, SETTINGS, why))
		return ending(database);
	return upgrade(database, version, why);
}

static enum database_end
prepare(struct database *database, enum database_use use, char why[STORE_WHY])
{
	int version = 0;
	int64_t closed = 0;
	/* In the memory of this process instead of a file beside it. */
	if (use == DATABASE_READ_ALONE &&
	    !run(database, "PRAGMA locking_mode=EXCLUSIVE", why))
		return ending(database);
	enum database_end end = check_version(database, &version, why);
	if (end == DATABASE_OK)
		end = make_ready(database, version, use, why);
	if (end == DATABASE_OK)
		end = prepare_statements(database, why);
	if (end != DATABASE_OK)
		return end;
	if (!value_of(database, GET_CLOSED, &closed) ||
	    !value_of(database, GET_BATCH, &database->batch)) {
		fail(database, "cannot be read", why);
		return ending(database);
	}
	database->closed = closed != 0;
	return DATABASE_OK;
}

/* Without locks, and with a log only when there is one: without one its header would
   still ask for it, but for the promise that nobody changes it. */
static bool
uri_alone(const char *path, char uri[3 * PATH_MAX])
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789/._-";
	char log[PATH_MAX];
	size_t at = (size_t)snprintf(uri, 3 * PATH_MAX, "file:");
	if (snprintf(log, sizeof(log), "%s-wal", path) >= PATH_MAX)
		return false;
	for (; *path && at < 3 * PATH_MAX - 40; path++)
		at += (size_t)snprintf(uri + at, 4,
				       strchr(plain, *path) ? "%c" : "%%%02X",
				       (unsigned char)*path);
	snprintf(uri + at, 3 * PATH_MAX - at, "?%s",
		 access(log, F_OK) == 0 ? "vfs=unix-none" : "immutable=1");
	return *path == '\0';
}

static int
open_handle(struct database *database, const char *path, const char *vfs,
	    enum database_use use)
{
	/* Used by one thread at a time, which the store sees to. */
	static const int flags[] = {
		[DATABASE_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
		[DATABASE_READ] = SQLITE_OPEN_READWRITE,
		[DATABASE_READ_ALONE] = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
	};
	char uri[3 * PATH_MAX];
	if (use == DATABASE_READ_ALONE && !uri_alone(path, uri))
		return SQLITE_CANTOPEN;
	return sqlite3_open_v2(use == DATABASE_READ_ALONE ? uri : path,
			       &database->handle,
			       flags[use] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
			       use == DATABASE_READ_ALONE ? NULL : vfs);
}

struct database *
database_open(const char *path, const char *vfs, enum database_use use,
	      enum database_end *end, char why[STORE_WHY])
{
	struct database *database = calloc(1, sizeof(*database));
	*end = DATABASE_FAILED;
	if (!database) {
		snprintf(why, STORE_WHY, "there is not enough memory");
		return NULL;
	}
	if (open_handle(database, path, vfs, use) != SQLITE_OK) {
		fail(database, "cannot be opened", why);
	} else {
		sqlite3_busy_timeout(database->handle, BUSY_MS);
		*end = prepare(database, use, why);
	}
	if (*end == DATABASE_OK)
		return database;
	database_close(database);
	return NULL;
}

void
database_close(struct database *database)
{
	if (!database)
		return;
	for (int i = STATEMENTS; i > 0; i--)
		sqlite3_finalize(database->statement[i - 1]);
	sqlite3_close(database->handle);
	free(database);
}

/* ---- everything or nothing ---- */

static bool
step(struct database *database, enum statement which)
{
	sqlite3_stmt *statement = database->statement[which];
	bool done = sqlite3_step(statement) == SQLITE_DONE;
	return sqlite3_reset(statement) == SQLITE_OK && done;
}

static bool
put_batch(struct database *database, int64_t batch)
{
	return sqlite3_bind_int64(database->statement[PUT_BATCH], 1, batch) ==
		   SQLITE_OK &&
	       step(database, PUT_BATCH);
}

/* With why; some failures have rolled back already. */
static enum database_end
give_up(struct database *database, char why[STORE_WHY])
{
	enum database_end end = ending(database);
	fail(database, "cannot be written", why);
	if (!sqlite3_get_autocommit(database->handle))
		step(database, ROLLBACK);
	return end;
}

enum database_end
database_write(struct database *database, int64_t batch, const struct store_item *item,
	       size_t items, char why[STORE_WHY])
{
	/* It was dropped when it was taken, unless that failed. */
	bool done = step(database, BEGIN) && step(database, DROP_CLOSED) &&
		    put_batch(database, batch);
	for (size_t i = 0; i < items && done; i++)
		done = rows_put(database, &item[i]);
	if (!done || !step(database, COMMIT))
		return give_up(database, why);
	database->batch = batch;
	return DATABASE_OK;
}

bool
database_take(struct database *database, int64_t batch)
{
	char why[STORE_WHY];
	return database_write(database, batch, NULL, 0, why) == DATABASE_OK;
}

bool
database_closed(const struct database *database)
{
	return database->closed;
}

bool
database_fresh(const struct database *database)
{
	return database->fresh;
}

int64_t
database_batch(const struct database *database)
{
	return database->batch;
}

bool
database_put_closed(struct database *database)
{
	return step(database, PUT_CLOSED);
}

enum database_end
database_check(struct database *database, char why[STORE_WHY])
{
	sqlite3_stmt *statement;
	enum database_end end = DATABASE_OK;
	if (sqlite3_prepare_v2(database->handle, "PRAGMA quick_check(1)", -1,
			       &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW) {
		fail(database, "cannot be read", why);
		end = ending(database);
	} else {
		const char *said = (const char *)sqlite3_column_text(statement, 0);
		if (!said || strcmp(said, "ok") != 0) {
			snprintf(why, STORE_WHY, "%s", said ? said : "no memory");
			end = said ? DATABASE_DAMAGED : DATABASE_FAILED;
		}
	}
	sqlite3_finalize(statement);
	return end;
}

enum database_end
database_read(struct database *database, const char *server,
	      bool (*item)(void *context, const struct store_item *item), void *context,
	      struct store_numbers *numbers, char why[STORE_WHY])
{
	memset(numbers, 0, sizeof(*numbers));
	if (rows_get(database, server, item, context) &&
	    rows_numbers(database, server, numbers))
		return DATABASE_OK;
	enum database_end end = ending(database);
	fail(database, "cannot be read", why);
	return end;
}
