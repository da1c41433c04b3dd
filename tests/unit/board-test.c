/* SPDX-License-Identifier: BSD-3-Clause */
/* The board: rows found, never torn, however the writer hammers; hostile files refused. */
#include "config.h"

#include "subagent/board.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tests/unit/unit.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE)
/* Reached only when the writer hardly runs: a machine that has much else to do. */
#define DEADLINE (2 * MINUTE)

static const struct board_sizes sizes = { .rows = {
					      [MIB_SERVER] = 2,
					      [MIB_GROUP] = 8,
					      [MIB_EVENT] = 64,
					      [MIB_CLIENT] = 100,
					  } };

/* The agent's end of a board whose engine's end we have. */
static struct board *
reader_of(const struct board *board)
{
	char why[128] = "";
	struct board *reader = board_open(dup(board_fd(board)), why);
	CU_ASSERT_STRING_EQUAL(why, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	return reader;
}

static struct mib_client
client(uint32_t server, uint32_t row)
{
	struct mib_client client = { .index = { server, row }, .place = 1 };
	snprintf(client.name, sizeof(client.name), "nas%u", row);
	return client;
}

static void
write_clients(struct board *board, const struct mib_row *index, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct mib_client row = client(index[i].server, index[i].row);
		board_write(board, MIB_CLIENT, i, &row.index);
	}
	board_count(board, MIB_CLIENT, count);
}

static void
test_finds(void)
{
	static const struct mib_row index[] = {
		{ 1, 2 }, { 1, 5 }, { 1, UINT32_MAX }, { 3, 1 }, { 3, 4 },
	};
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	struct board *reader = reader_of(board);
	struct mib_client row;
	CU_ASSERT_FALSE(board_next(reader, MIB_CLIENT, 0, 0, true, &row.index));
	write_clients(board, index, ARRAY_SIZE(index));
	CU_ASSERT_EQUAL(board_rows(reader, MIB_CLIENT), ARRAY_SIZE(index));

	for (size_t i = 0; i < ARRAY_SIZE(index); i++) {
		CU_ASSERT_TRUE(board_get(reader, MIB_CLIENT, index[i].server,
					 index[i].row, &row.index));
		struct mib_client wanted = client(index[i].server, index[i].row);
		CU_ASSERT_EQUAL(memcmp(&row, &wanted, sizeof(row)), 0);
		/* At it, and after it. */
		CU_ASSERT_TRUE(board_next(reader, MIB_CLIENT, index[i].server,
					  index[i].row, true, &row.index));
		CU_ASSERT_EQUAL(row.index.row, index[i].row);
		bool more = board_next(reader, MIB_CLIENT, index[i].server,
				       index[i].row, false, &row.index);
		CU_ASSERT_EQUAL(more, i + 1 < ARRAY_SIZE(index));
		if (more) {
			CU_ASSERT_EQUAL(row.index.row, index[i + 1].row);
			CU_ASSERT_EQUAL(row.index.server, index[i + 1].server);
		}
	}
	CU_ASSERT_FALSE(board_get(reader, MIB_CLIENT, 1, 3, &row.index));
	CU_ASSERT_FALSE(board_get(reader, MIB_CLIENT, 2, 2, &row.index));
	CU_ASSERT_FALSE(board_get(reader, MIB_CLIENT, 0, 0, &row.index));
	CU_ASSERT_TRUE(board_next(reader, MIB_CLIENT, 2, 0, false, &row.index));
	CU_ASSERT_EQUAL(row.index.server, 3);
	/* The very ends. */
	CU_ASSERT_TRUE(board_next(reader, MIB_CLIENT, 0, 0, true, &row.index));
	CU_ASSERT_EQUAL(row.index.row, 2);
	CU_ASSERT_FALSE(
	    board_next(reader, MIB_CLIENT, UINT32_MAX, UINT32_MAX, false, &row.index));
	CU_ASSERT_FALSE(
	    board_next(reader, MIB_CLIENT, UINT32_MAX, UINT32_MAX, true, &row.index));
	board_close(reader);
	board_close(board);
}

static void
test_counts(void)
{
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	struct board *reader = reader_of(board);
	struct mib_client row = client(1, 1);
	board_count(board, MIB_CLIENT, 4000);
	CU_ASSERT_EQUAL(board_rows(reader, MIB_CLIENT), 100);
	board_count(board, MIB_CLIENT, 0);
	CU_ASSERT_EQUAL(board_rows(reader, MIB_CLIENT), 0);
	/* Past the end: nothing is written, nothing is hurt. */
	board_write(board, MIB_CLIENT, 100, &row.index);
	board_write(board, MIB_PARAMETER, 0, &row.index);
	CU_ASSERT_EQUAL(board_rows(reader, MIB_PARAMETER), 0);
	CU_ASSERT_FALSE(board_next(reader, MIB_PARAMETER, 0, 0, true, &row.index));
	board_close(reader);
	board_close(board);
}

static void
test_scalars(void)
{
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	struct board *reader = reader_of(board);
	struct mib_scalars scalars = { .version = "0.1.0", .notifications = 1 }, seen;
	board_scalars_write(board, &scalars);
	CU_ASSERT_EQUAL(board_published(reader), 0);
	board_publish(board, 12345);
	CU_ASSERT_EQUAL(board_published(reader), 12345);
	CU_ASSERT_TRUE(board_scalars_read(reader, &seen));
	CU_ASSERT_EQUAL(memcmp(&seen, &scalars, sizeof(seen)), 0);
	scalars.notifications = UINT64_MAX;
	board_scalars_write(board, &scalars);
	CU_ASSERT_TRUE(board_scalars_read(reader, &seen));
	CU_ASSERT_EQUAL(seen.notifications, UINT64_MAX);
	board_close(reader);
	board_close(board);
}

static void
test_sealed(void)
{
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	int fd = board_fd(board);
	struct stat status;
	CU_ASSERT_EQUAL(fstat(fd, &status), 0);
	CU_ASSERT_EQUAL(fcntl(fd, F_GET_SEALS), SEALS);
	CU_ASSERT_TRUE(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
		       MAP_FAILED);
	CU_ASSERT_EQUAL(pwrite(fd, "x", 1, 0), -1);
	CU_ASSERT_EQUAL(ftruncate(fd, 0), -1);
	CU_ASSERT_EQUAL(ftruncate(fd, status.st_size * 2), -1);
	board_close(board);

	struct board_sizes huge = { .rows = { [MIB_CLIENT] = UINT32_MAX } };
	CU_ASSERT_PTR_NULL(board_new(&huge));
}

/* ---- a writer that hammers ---- */

/* Every member says the same number, so that a torn row is seen. */
static struct mib_client
numbered(uint32_t row, uint32_t number)
{
	struct mib_client client = { .index = { 1, row } };
	memset(client.name, 'a' + (int)(number % 26), sizeof(client.name) - 1);
	memset(client.site, 'a' + (int)(number % 26), sizeof(client.site) - 1);
	client.place = client.order = client.operation = number;
	client.heard = client.in_force = client.changed = number;
	client.transitions = number;
	return client;
}

static bool
whole(const struct mib_client *seen)
{
	struct mib_client wanted = numbered(seen->index.row, seen->transitions);
	return memcmp(seen, &wanted, sizeof(wanted)) == 0;
}

static pid_t
hammer(struct board *board, void (*run)(struct board *, uint32_t))
{
	pid_t child = fork();
	CU_ASSERT_NOT_EQUAL_FATAL(child, -1);
	if (child != 0)
		return child;
	alarm(2 * DEADLINE / SECOND); /* should the parent fail */
	for (uint32_t number = 1;; number++)
		run(board, number);
}

static void
hammered(pid_t child)
{
	kill(child, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
}

static void
rewrite_all(struct board *board, uint32_t number)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct mib_client row = numbered(i + 1, number);
		board_write(board, MIB_CLIENT, i, &row.index);
	}
}

static void
test_never_torn(void)
{
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	struct board *reader = reader_of(board);
	rewrite_all(board, 0);
	board_count(board, MIB_CLIENT, 4);
	int64_t end = clock_now().boot + DEADLINE;
	pid_t child = hammer(board, rewrite_all);
	uint32_t torn = 0, differ = 0, last = 0;
	/* Until the writer was seen at work often enough to tell. */
	for (unsigned i = 0; differ < 20000 && clock_now().boot < end; i++) {
		struct mib_client row;
		if (!board_get(reader, MIB_CLIENT, 1, 1 + i % 4, &row.index))
			continue;
		torn += !whole(&row) || row.index.row != 1 + i % 4;
		differ += row.transitions != last;
		last = row.transitions;
	}
	hammered(child);
	CU_ASSERT_EQUAL(torn, 0);
	CU_ASSERT_EQUAL(differ, 20000);
	board_close(reader);
	board_close(board);
}

/* Rows 10 and 1000 stay; those between come and go, so that 1000 changes its place. */
static void
come_and_go(struct board *board, uint32_t number)
{
	uint32_t between = number * 7 % 60;
	board_shift_begin(board, MIB_CLIENT);
	for (uint32_t i = 0; i < between + 2; i++) {
		struct mib_client row = numbered(i == 0             ? 10
						 : i == between + 1 ? 1000
								    : 10 + i,
						 number);
		board_write(board, MIB_CLIENT, i, &row.index);
	}
	board_count(board, MIB_CLIENT, between + 2);
	board_shift_end(board, MIB_CLIENT);
	/* An engine does not shift all the time, either. Asleep, not yielding: on one busy
	   processor each yield lets everybody else have their turn. */
	nanosleep(&(struct timespec){ .tv_nsec = 1 }, NULL);
}

static void
test_walk_while_shifting(void)
{
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	struct board *reader = reader_of(board);
	come_and_go(board, 0);
	int64_t end = clock_now().boot + DEADLINE;
	pid_t child = hammer(board, come_and_go);
	uint32_t missed = 0, disorder = 0, torn = 0, differ = 0, last = 0;
	while (differ < 5000 && clock_now().boot < end) {
		struct mib_client row;
		uint32_t at = 0;
		bool first = false, final = false;
		enum board_seen seen;
		while ((seen = board_look(reader, MIB_CLIENT, 1, at, false,
					  &row.index)) != BOARD_NONE) {
			/* The writer has lost its core amid a shift: as the agent does,
			   look again. */
			if (seen == BOARD_BUSY) {
				sched_yield();
				continue;
			}
			disorder += row.index.row <= at;
			torn += !whole(&row);
			at = row.index.row;
			first = first || at == 10;
			final = final || at == 1000;
		}
		missed += !first || !final;
		differ += row.transitions != last;
		last = row.transitions;
	}
	hammered(child);
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT_EQUAL(disorder, 0);
	CU_ASSERT_EQUAL(torn, 0);
	CU_ASSERT_EQUAL(differ, 5000);
	board_close(reader);
	board_close(board);
}

/* ---- hostile files ---- */

/* A sealed file with these bytes. */
static int
forged(const void *bytes, size_t size, unsigned seals)
{
	int fd = memfd_create("forged", MFD_ALLOW_SEALING);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, bytes, size), (ssize_t)size);
	CU_ASSERT_EQUAL(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static bool
refused(const void *bytes, size_t size, unsigned seals)
{
	char why[128] = "";
	struct board *board = board_open(forged(bytes, size, seals), why);
	bool none = board == NULL && why[0] != 0;
	board_close(board);
	return none;
}

/* The bytes of a good board of a few clients. */
static uint8_t *
good_bytes(size_t *size)
{
	static const struct mib_row index[] = { { 1, 1 }, { 1, 2 }, { 1, 3 } };
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	write_clients(board, index, ARRAY_SIZE(index));
	struct stat status;
	CU_ASSERT_EQUAL(fstat(board_fd(board), &status), 0);
	*size = (size_t)status.st_size;
	uint8_t *bytes = malloc(*size + 4096);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	memset(bytes, 0, *size + 4096);
	CU_ASSERT_EQUAL(pread(board_fd(board), bytes, *size, 0), (ssize_t)*size);
	board_close(board);
	return bytes;
}

static void
test_refuses(void)
{
	size_t size;
	uint8_t *bytes = good_bytes(&size);
	CU_ASSERT_FALSE(refused(bytes, size, SEALS));
	CU_ASSERT_TRUE(refused(bytes, size, 0));
	CU_ASSERT_TRUE(refused(bytes, size, SEALS & ~F_SEAL_SHRINK));
	CU_ASSERT_TRUE(refused(bytes, size, SEALS & ~F_SEAL_FUTURE_WRITE));
	CU_ASSERT_TRUE(refused(bytes, size - 1, SEALS));
	CU_ASSERT_TRUE(refused(bytes, size + 1, SEALS));
	CU_ASSERT_TRUE(refused(bytes, size + 4096, SEALS));
	CU_ASSERT_TRUE(refused(bytes, 16, SEALS));
	CU_ASSERT_TRUE(refused(bytes, 0, SEALS));
	bytes[0] ^= 1;
	CU_ASSERT_TRUE(refused(bytes, size, SEALS));
	free(bytes);

	char why[128] = "";
	CU_ASSERT_PTR_NULL(board_open(open("/dev/null", O_RDONLY), why));
	CU_ASSERT_TRUE(why[0] != 0);
}

/* Whatever the head says, reading ends and stays within the file. */
static void
read_everything(const struct board *board)
{
	union {
		struct mib_row index;
		struct mib_server server;
		struct mib_client client;
		struct mib_operation operation;
		uint8_t room[2048];
	} row;
	struct mib_scalars scalars;
	board_scalars_read(board, &scalars);
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		enum mib_table table = (enum mib_table)t;
		board_next(board, table, 0, 0, true, &row.index);
		board_next(board, table, 1, 2, false, &row.index);
		board_get(board, table, 1, 3, &row.index);
	}
}

static void
test_forged_heads(void)
{
	size_t size;
	uint8_t *good = good_bytes(&size);
	uint8_t *bytes = malloc(size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	unsigned opened = 0;
	/* Every byte of the head, the scalars' slot included, each in three ways. */
	for (size_t at = 0; at < 512; at++)
		for (unsigned way = 0; way < 3; way++) {
			static const uint8_t change[] = { 0x02, 0x80, 0xfe };
			char why[128] = "";
			memcpy(bytes, good, size);
			bytes[at] ^= change[way];
			struct board *board =
			    board_open(forged(bytes, size, SEALS), why);
			if (!board)
				continue;
			opened++;
			read_everything(board);
			board_close(board);
		}
	CU_ASSERT_TRUE(opened > 0);
	free(bytes);
	free(good);
}

/* Once the writer is known to be lost, a row that it died in hides that row only, and a
   table that it died in is read as it lies; before, nobody can tell. */
static void
test_writer_died(void)
{
	static const struct mib_row index[] = { { 1, 1 }, { 1, 2 }, { 1, 3 } };
	struct board *board = board_new(&sizes);
	CU_ASSERT_PTR_NOT_NULL_FATAL(board);
	write_clients(board, index, ARRAY_SIZE(index));
	size_t size;
	uint8_t *bytes = good_bytes(&size);
	/* The slot of row 2 begins 8 bytes before the only "nas2", less the index. */
	uint8_t *name = memmem(bytes, size, "nas2", 4);
	CU_ASSERT_PTR_NOT_NULL_FATAL(name);
	name[-(ptrdiff_t)(offsetof(struct mib_client, name) + 8)] |= 1;
	char why[128] = "";
	struct board *reader = board_open(forged(bytes, size, SEALS), why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	struct mib_client row;
	CU_ASSERT_EQUAL(board_look(reader, MIB_CLIENT, 1, 1, false, &row.index),
			BOARD_BUSY);
	board_orphaned(reader, true);
	CU_ASSERT_FALSE(board_get(reader, MIB_CLIENT, 1, 2, &row.index));
	CU_ASSERT_TRUE(board_get(reader, MIB_CLIENT, 1, 1, &row.index));
	CU_ASSERT_TRUE(board_next(reader, MIB_CLIENT, 1, 1, false, &row.index));
	CU_ASSERT_EQUAL(row.index.row, 3);
	board_close(reader);
	free(bytes);

	reader = reader_of(board);
	board_shift_begin(board, MIB_CLIENT);
	CU_ASSERT_EQUAL(board_look(reader, MIB_CLIENT, 1, 3, true, &row.index),
			BOARD_BUSY);
	CU_ASSERT_FALSE(board_get(reader, MIB_CLIENT, 1, 1, &row.index));
	board_orphaned(reader, true);
	CU_ASSERT_TRUE(board_get(reader, MIB_CLIENT, 1, 1, &row.index));
	CU_ASSERT_EQUAL(board_look(reader, MIB_CLIENT, 1, 3, false, &row.index),
			BOARD_NONE);
	board_orphaned(reader, false);
	CU_ASSERT_FALSE(board_get(reader, MIB_CLIENT, 1, 1, &row.index));
	board_shift_end(board, MIB_CLIENT);
	CU_ASSERT_TRUE(board_get(reader, MIB_CLIENT, 1, 1, &row.index));
	board_close(reader);
	board_close(board);
}

int
main(void)
{
	static const struct unit_test tests[] = {
		{ "rows are found, next to each other and at the ends", test_finds },
		{ "counts stay within the table", test_counts },
		{ "scalars and the heartbeat", test_scalars },
		{ "a board is sealed", test_sealed },
		{ "no row is ever seen torn", test_never_torn },
		{ "a walk while rows come and go", test_walk_while_shifting },
		{ "files that are no boards are refused", test_refuses },
		{ "forged heads do no harm", test_forged_heads },
		{ "a writer that died", test_writer_died },
	};
	return unit_run("board", tests, ARRAY_SIZE(tests));
}
