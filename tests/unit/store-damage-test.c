/* SPDX-License-Identifier: BSD-3-Clause */
/* The store while somebody is at its files: what it notices, keeps aside, writes again. */
#include "config.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/shim-vfs.h"
#include "tests/unit/store-rig.h"
#include "tests/unit/unit.h"

#define CLIENTS 200u /* more than a page of them */

/* How many files there are whose names begin as the database's do, and go on so. */
static size_t
beside(const struct rig *rig, const char *pattern)
{
	char name[128];
	glob_t found = { .gl_pathc = 0 };
	snprintf(name, sizeof(name), "%s%s", rig->path, pattern);
	size_t count = glob(name, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	globfree(&found);
	return count;
}

/* A row of a table: which, when it fails. */
static void
check_row(bool good, const char *name)
{
	if (!good)
		printf("# %s\n", name);
	CU_ASSERT_TRUE(good);
}

static void
write_at(const char *path, off_t offset, size_t size)
{
	static const char garbage[4096] = "garbage";
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	CU_ASSERT(fd >= 0);
	for (; size > 0; size -= size < 4096 ? size : 4096, offset += 4096)
		CU_ASSERT(pwrite(fd, garbage, size < 4096 ? size : 4096, offset) > 0);
	close(fd);
}

static off_t
size_of(const char *path)
{
	struct stat file = { .st_size = 0 };
	CU_ASSERT_EQUAL(stat(path, &file), 0);
	return file.st_size;
}

static void
put_all(struct rig *rig)
{
	for (uint32_t i = 1; i <= CLIENTS; i++)
		rig_put(rig->store, i);
	store_submit(rig->store);
}

static size_t
clients_in(struct rig *rig)
{
	struct store_kept kept;
	size_t count = 0;
	store_fetch(rig->store, "aaa1", &kept);
	for (size_t i = 0; kept.known && i < kept.items; i++)
		count += kept.item[i].kind == STORE_CLIENT;
	store_kept_free(&kept);
	return count;
}

/* With all clients in the database itself. */
static void
fill(struct rig *rig)
{
	rig_start(rig);
	put_all(rig);
	CU_ASSERT_TRUE(rig_reach(rig, &rig->idle, 1));
}

/* ---- found at the start ---- */

static void
damage_page(const struct rig *rig)
{
	write_at(rig->path, 4096 * (size_of(rig->path) / 8192), 4096);
}

static void
damage_header(const struct rig *rig)
{
	write_at(rig->path, 0, 100);
}

static void
damage_cut(const struct rig *rig)
{
	CU_ASSERT_EQUAL(truncate(rig->path, size_of(rig->path) / 8192 * 4096), 0);
}

static void
damage_empty_but_logged(const struct rig *rig)
{
	char log[128];
	snprintf(log, sizeof(log), "%s-wal", rig->path);
	write_at(log, 0, 5000);
	CU_ASSERT_EQUAL(truncate(rig->path, 0), 0);
}

static void
damage_schema(const struct rig *rig)
{
	rig_sql(rig->path, "DROP TABLE clients");
}

static const struct damage {
	const char *name;
	void (*make)(const struct rig *rig);
} damages[] = {
	{ "a page", damage_page },
	{ "the header", damage_header },
	{ "half of it", damage_cut },
	{ "empty, with a log", damage_empty_but_logged },
	{ "a table is gone", damage_schema },
};

static void
test_at_the_start(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		struct rig rig;
		rig_make(&rig);
		fill(&rig);
		rig_close(&rig);
		damages[i].make(&rig);
		rig_start(&rig);
		check_row(beside(&rig, ".damaged-*[0-9]") == 1 && rig_errors == 1,
			  damages[i].name);
		CU_ASSERT_FALSE(rig_complete(rig.store));
		CU_ASSERT_EQUAL(clients_in(&rig), 0);
		rig.idle = 0;
		put_all(&rig);
		CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 1));
		CU_ASSERT_EQUAL(rig.failed, 0);
		CU_ASSERT_EQUAL(rig.anew, 0);
		rig_close(&rig);
		rig_start(&rig);
		CU_ASSERT_TRUE(rig_complete(rig.store));
		CU_ASSERT_EQUAL(clients_in(&rig), CLIENTS);
		rig_close(&rig);
		rig_remove(&rig);
	}
}

/* As a file system may leave it: nothing to keep, but no new one that misses nothing. */
static void
test_empty(void)
{
	struct rig rig;
	rig_make(&rig);
	fill(&rig);
	rig_close(&rig);
	CU_ASSERT_EQUAL(truncate(rig.path, 0), 0);
	rig_start(&rig);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	CU_ASSERT_EQUAL(beside(&rig, ".*"), 0);
	rig_close(&rig);
	rig_remove(&rig);
}

/* What comes after the damage is lost, and nothing before it. */
static void
test_log_damaged(void)
{
	struct rig rig;
	char command[300], log[128];
	rig_make(&rig);
	fill(&rig);
	rig_sql(rig.path, "PRAGMA wal_checkpoint(TRUNCATE)");
	rig_put(rig.store, CLIENTS + 1);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 2));
	snprintf(command, sizeof(command),
		 "cd %s && cp state.db b && cp state.db-wal w", rig.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	rig_close(&rig);
	snprintf(command, sizeof(command),
		 "cd %s && mv b state.db && mv w state.db-wal", rig.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	snprintf(log, sizeof(log), "%s-wal", rig.path);
	write_at(log, 100, (size_t)size_of(log) - 100);
	rig_start(&rig);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	CU_ASSERT_EQUAL(clients_in(&rig), CLIENTS);
	CU_ASSERT_EQUAL(rig_errors, 0);
	rig_close(&rig);
	rig_remove(&rig);
}

/* ---- while it runs ---- */

/* The engine's part: told that it is another one, it puts all again. */
static void
check_anew(struct rig *rig, const char *name)
{
	unsigned idle = rig->idle;
	check_row(rig_reach(rig, &rig->anew, 1), name);
	CU_ASSERT_TRUE(rig_reach(rig, &rig->idle, idle));
	put_all(rig);
	CU_ASSERT_TRUE(rig_reach(rig, &rig->idle, rig->idle + 1));
	CU_ASSERT_EQUAL(rig->anew, 1);
	CU_ASSERT_EQUAL(clients_in(rig), CLIENTS + 1);
	CU_ASSERT_EQUAL(rig->failed, 0);
	CU_ASSERT_EQUAL(rig_errors, 1);
	rig_close(rig);
	rig_start(rig);
	CU_ASSERT_TRUE(rig_complete(rig->store));
	CU_ASSERT_EQUAL(clients_in(rig), CLIENTS + 1);
	rig_close(rig);
	rig_remove(rig);
}

static void
put_one_more(struct rig *rig)
{
	unsigned idle = rig->idle;
	rig_put(rig->store, CLIENTS + 1);
	store_submit(rig->store);
	CU_ASSERT_TRUE(rig_reach(rig, &rig->idle, idle + 1));
}

static void
remove_it(const struct rig *rig)
{
	CU_ASSERT_EQUAL(unlink(rig->path), 0);
}

static void
replace_it(const struct rig *rig)
{
	char other[128];
	snprintf(other, sizeof(other), "%s.new", rig->path);
	rig_sql(other, "CREATE TABLE songs(title)");
	CU_ASSERT_EQUAL(rename(other, rig->path), 0);
}

static void
remove_all(const struct rig *rig)
{
	char command[200];
	snprintf(command, sizeof(command), "rm %s*", rig->path);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* Its pages are read again, for somebody else has written. */
static void
damage_pages(const struct rig *rig)
{
	rig_sql(rig->path, "INSERT INTO meta VALUES('looked', 1);"
			   "PRAGMA wal_checkpoint(TRUNCATE)");
	write_at(rig->path, 4096, (size_t)size_of(rig->path) - 4096);
}

static void
cut_it(const struct rig *rig)
{
	rig_sql(rig->path, "PRAGMA wal_checkpoint(TRUNCATE)");
	damage_cut(rig);
}

static void
empty_it(const struct rig *rig)
{
	CU_ASSERT_EQUAL(truncate(rig->path, 0), 0);
}

static const struct blow {
	const char *name;
	void (*make)(const struct rig *rig);
	const char *aside; /* NULL: nothing is left of it */
} blows[] = {
	{ "removed", remove_it, NULL },
	{ "removed with its log", remove_all, NULL },
	{ "replaced", replace_it, ".unknown-*[0-9]" },
	{ "pages damaged", damage_pages, ".damaged-*[0-9]" },
	{ "cut", cut_it, ".damaged-*[0-9]" },
	{ "emptied", empty_it, ".damaged-*[0-9]" },
};

static void
test_while_it_runs(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(blows); i++) {
		struct rig rig;
		rig_make(&rig);
		fill(&rig);
		blows[i].make(&rig);
		put_one_more(&rig);
		size_t want = blows[i].aside ? 1 : 0;
		check_row(beside(&rig, ".*-*[0-9]") == want &&
			      (want == 0 || beside(&rig, blows[i].aside) == want),
			  blows[i].name);
		check_anew(&rig, blows[i].name);
	}
}

/* Nothing is written: it is found all the same. */
static void
test_removed_while_idle(void)
{
	struct rig rig;
	rig_make(&rig);
	fill(&rig);
	remove_all(&rig);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.anew, 1));
	put_one_more(&rig);
	check_anew(&rig, "idle");
}

/* Its log is still in our hands. */
static void
test_log_removed(void)
{
	struct rig rig;
	char log[128];
	rig_make(&rig);
	fill(&rig);
	snprintf(log, sizeof(log), "%s-wal", rig.path);
	CU_ASSERT_EQUAL(unlink(log), 0);
	put_one_more(&rig);
	CU_ASSERT_EQUAL(clients_in(&rig), CLIENTS + 1);
	CU_ASSERT_EQUAL(rig.anew, 0);
	CU_ASSERT_EQUAL(rig_errors, 0);
	CU_ASSERT_EQUAL(access(log, F_OK), 0);
	rig_close(&rig);
	rig_remove(&rig);
}

/* Half of it in the end: what a reader finds is for the writer to see to. */
static void
test_reader_finds_it(void)
{
	struct rig rig;
	rig_make(&rig);
	fill(&rig);
	damage_pages(&rig);
	CU_ASSERT_EQUAL(clients_in(&rig), 0);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.anew, 1));
	CU_ASSERT_EQUAL(beside(&rig, ".damaged-*[0-9]"), 1);
	put_one_more(&rig);
	check_anew(&rig, "reader");
}

/* The first of several soon after another is kept, and they fill no disk. */
static void
test_again_and_again(void)
{
	struct rig rig;
	char command[200];
	rig_make(&rig);
	fill(&rig);
	for (unsigned i = 1; i <= 3; i++) {
		damage_pages(&rig);
		put_one_more(&rig);
		CU_ASSERT_TRUE(rig_reach(&rig, &rig.anew, i));
		put_all(&rig);
		CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, rig.idle + 1));
		CU_ASSERT_EQUAL(beside(&rig, ".damaged-*[0-9]"), i == 1);
		/* Its name may be that of the next, which would be no evidence of it. */
		snprintf(command, sizeof(command), "rm -f %s.damaged-*", rig.path);
		CU_ASSERT_EQUAL(system(command), 0);
	}
	rig_close(&rig);
	rig_remove(&rig);
}

/* Puts after the thread has gone, into a fresh one: nobody puts the rest again. */
static void
test_removed_at_the_end(void)
{
	struct rig rig;
	rig_make(&rig);
	fill(&rig);
	store_stop(rig.store);
	remove_all(&rig);
	rig_put(rig.store, CLIENTS + 1);
	store_submit(rig.store);
	rig_close(&rig);
	rig_start(&rig);
	CU_ASSERT_EQUAL(clients_in(&rig), 1);
	CU_ASSERT_FALSE(rig_complete(rig.store));
	rig_close(&rig);
	rig_remove(&rig);
}

/* ---- where nothing can be written ---- */

/* Without the file that SQLite wants beside it in order to read, as in a folder or on a
   file system that can only be read; as a kill left it, or as it was closed. */
static void
check_read_alone(bool closed)
{
	struct rig rig;
	char command[300], shared[128];
	struct store_status status = { .failing = true };
	rig_make(&rig);
	fill(&rig);
	snprintf(command, sizeof(command),
		 "cd %s && cp state.db b && cp state.db-wal w", rig.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	rig_close(&rig);
	snprintf(command, sizeof(command),
		 "cd %s && mv b state.db && mv w state.db-wal", rig.folder);
	if (!closed)
		CU_ASSERT_EQUAL(system(command), 0);
	snprintf(shared, sizeof(shared), "%s-shm", rig.path);
	CU_ASSERT_EQUAL(symlink("nowhere", shared), 0);
	char why[STORE_WHY];
	CU_ASSERT_TRUE_FATAL(rig_open(&rig, why));
	CU_ASSERT_EQUAL(rig_errors, 1);
	store_status(rig.store, &status);
	CU_ASSERT_TRUE(status.failing);
	CU_ASSERT_STRING_NOT_EQUAL(status.why, "");
	CU_ASSERT_EQUAL(clients_in(&rig), CLIENTS);
	CU_ASSERT_EQUAL(rig_complete(rig.store), closed);
	CU_ASSERT_TRUE(store_start(rig.store, &rig.loop));
	/* It can be written, and is the one that was read: nothing is put again. */
	CU_ASSERT_EQUAL(unlink(shared), 0);
	rig.idle = 0;
	put_one_more(&rig);
	store_status(rig.store, &status);
	CU_ASSERT_FALSE(status.failing);
	CU_ASSERT_EQUAL(clients_in(&rig), CLIENTS + 1);
	CU_ASSERT_EQUAL(rig.anew, 0);
	CU_ASSERT_EQUAL(beside(&rig, ".*"), 0);
	rig_close(&rig);
	rig_remove(&rig);
}

static void
test_read_alone(void)
{
	check_read_alone(false);
	check_read_alone(true);
}

/* It recovers by itself, with nothing to write too. */
static void
test_recovers_while_idle(void)
{
	struct rig rig;
	char shared[128];
	struct store_status status = { .failing = true };
	rig_make(&rig);
	snprintf(shared, sizeof(shared), "%s-shm", rig.path);
	CU_ASSERT_EQUAL(symlink("nowhere", shared), 0);
	rig_start(&rig);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.failed, 1));
	CU_ASSERT_EQUAL(unlink(shared), 0);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.recovered, 1));
	store_status(rig.store, &status);
	CU_ASSERT_FALSE(status.failing);
	rig_close(&rig);
	rig_remove(&rig);
}

/* One that could not be read in time would mix with what is known since. */
static void
test_unread(void)
{
	struct rig rig;
	char moved[96], why[STORE_WHY];
	rig_make(&rig);
	fill(&rig);
	rig_close(&rig);
	snprintf(moved, sizeof(moved), "%s.moved", rig.folder);
	CU_ASSERT_EQUAL(rename(rig.folder, moved), 0);
	CU_ASSERT_TRUE_FATAL(rig_open(&rig, why));
	CU_ASSERT_TRUE(store_start(rig.store, &rig.loop));
	rig.idle = 0;
	rig_put(rig.store, 1);
	store_submit(rig.store);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.failed, 1));
	CU_ASSERT_EQUAL(rename(moved, rig.folder), 0);
	CU_ASSERT_TRUE(rig_reach(&rig, &rig.idle, 1));
	CU_ASSERT_EQUAL(rig.anew, 1);
	CU_ASSERT_EQUAL(clients_in(&rig), 1);
	CU_ASSERT_EQUAL(beside(&rig, ".unknown-*[0-9]"), 1);
	rig_close(&rig);
	rig_remove(&rig);
}

static const struct unit_test tests[] = {
	{ "damaged at the start", test_at_the_start },
	{ "empty at the start", test_empty },
	{ "a damaged log", test_log_damaged },
	{ "damaged while it runs", test_while_it_runs },
	{ "removed while idle", test_removed_while_idle },
	{ "its log is removed", test_log_removed },
	{ "a reader finds it damaged", test_reader_finds_it },
	{ "again and again", test_again_and_again },
	{ "removed at the end", test_removed_at_the_end },
	{ "read where nothing can be written", test_read_alone },
	{ "recovers with nothing to write", test_recovers_while_idle },
	{ "one that could not be read", test_unread },
};

int
main(void)
{
	shim_register();
	rig_listen();
	return unit_run("store-damage", tests, ARRAY_SIZE(tests));
}
