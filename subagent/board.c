/* SPDX-License-Identifier: BSD-3-Clause */
/* The board: a sealed memfd of fixed layout, a sequence lock a row and one a table. */
#include "config.h"

#include "subagent/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/bytes.h"

#define BOARD_MAGIC  UINT64_C(0x6277626f61726431) /* "bwboard1" */
#define BOARD_LAYOUT 1u
/* More than any load that was ever thought of; keeps sums far from overflowing. */
#define BOARD_LARGEST (UINT64_C(1) << 32)
/* The first tries spin; later ones sleep, longer every BOARD_SPINS tries, since the
   writer may be off its core. All of them together take about 20 ms. */
#define BOARD_SPINS 8u
#define BOARD_NAP   10000 /* ns */

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE)

_Static_assert(sizeof(struct mib_row) == sizeof(uint64_t), "an index is one word");

/* Everything in words that are read and written whole: a row may be torn between its
   words, never within one, and above all not within its index, its first word. */
typedef _Atomic uint64_t word;

struct slot {
	_Atomic uint32_t sequence; /* odd: being written */
	uint32_t zero;
	word words[];
};

struct board_table {
	uint32_t row_size;
	uint32_t rows;
	_Atomic uint32_t sequence; /* odd: rows are changing places */
	_Atomic uint32_t count;
};

struct board_head {
	uint64_t magic;
	uint32_t layout;
	uint32_t scalars_size;
	uint64_t length;
	_Atomic int64_t published;
	struct board_table table[MIB_TABLE_END];
};

/* What is used of the layout is kept here, out of the other side's reach. */
struct area {
	size_t offset;
	size_t stride;
	size_t row_size;
	uint32_t rows;
};

struct board {
	int fd;        /* -1 at the agent's end */
	bool orphaned; /* the writer is lost */
	uint8_t *map;
	size_t length;
	struct area scalars;
	struct area table[MIB_TABLE_END];
};

static struct board_head *
head(const struct board *board)
{
	return (struct board_head *)(void *)board->map;
}

static struct slot *
slot_at(const struct board *board, const struct area *area, uint32_t i)
{
	return (struct slot *)(void *)(board->map + area->offset + i * area->stride);
}

/* ---- layout ---- */

static size_t
words_of(size_t bytes)
{
	return (bytes + sizeof(word) - 1) / sizeof(word);
}

/* Lays one area at *end, a cache line's multiple, and moves *end past it. */
static void
lay_area(struct area *area, size_t row_size, uint32_t rows, uint64_t *end)
{
	area->row_size = row_size;
	area->rows = rows;
	area->stride = sizeof(struct slot) + words_of(row_size) * sizeof(word);
	area->offset = (size_t)*end;
	*end += (uint64_t)rows * area->stride;
	*end = (*end + 63) & ~UINT64_C(63);
}

/* Both ends work the layout out by themselves; false with errno when it is too big. */
static bool
lay_out(struct board *board, const struct board_sizes *sizes)
{
	uint64_t end = (sizeof(struct board_head) + 63) & ~UINT64_C(63);
	lay_area(&board->scalars, sizeof(struct mib_scalars), 1, &end);
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		const struct mib_description *table = mib_describe((enum mib_table)t);
		lay_area(&board->table[t], table->row_size, sizes->rows[t], &end);
		if (end > BOARD_LARGEST) {
			errno = EFBIG;
			return false;
		}
	}
	board->length = (size_t)end;
	return true;
}

/* ---- writing ---- */

static void
fill_head(struct board *board)
{
	struct board_head *own = head(board);
	own->layout = BOARD_LAYOUT;
	own->scalars_size = (uint32_t)board->scalars.row_size;
	own->length = board->length;
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		own->table[t].row_size = (uint32_t)board->table[t].row_size;
		own->table[t].rows = board->table[t].rows;
	}
	own->magic = BOARD_MAGIC;
}

struct board *
board_new(const struct board_sizes *sizes)
{
	struct board *board = calloc(1, sizeof(*board));
	if (!board)
		return NULL;
	board->map = MAP_FAILED;
	board->fd = memfd_create("bellwether-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (board->fd < 0 || !lay_out(board, sizes) ||
	    ftruncate(board->fd, (off_t)board->length) != 0)
		goto fail;
	/* Populated now: no page is to be found while orders are waiting to leave. */
	board->map = mmap(NULL, board->length, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_POPULATE, board->fd, 0);
	if (board->map == MAP_FAILED || fcntl(board->fd, F_ADD_SEALS, SEALS) != 0)
		goto fail;
	fill_head(board);
	return board;
fail:;
	int error = errno;
	board_close(board);
	errno = error;
	return NULL;
}

int
board_fd(const struct board *board)
{
	return board->fd;
}

/* The mapping is ours to write: reading it plainly races with nobody. */
static void
slot_write(struct slot *slot, const void *row, size_t size)
{
	const uint8_t *from = row;
	if (memcmp((const void *)slot->words, from, size) == 0)
		return;
	uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
	atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
	/* Who sees one of the new words below sees the odd count, too. */
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < words_of(size); i++) {
		uint64_t value = 0;
		size_t left = size - i * sizeof(value);
		memcpy(&value, from + i * sizeof(value),
		       left < sizeof(value) ? left : sizeof(value));
		atomic_store_explicit(&slot->words[i], value, memory_order_relaxed);
	}
	atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}

void
board_scalars_write(struct board *board, const struct mib_scalars *scalars)
{
	slot_write(slot_at(board, &board->scalars, 0), scalars, sizeof(*scalars));
}

void
board_write(struct board *board, enum mib_table table, uint32_t i,
	    const struct mib_row *row)
{
	const struct area *area = &board->table[table];
	if (i < area->rows)
		slot_write(slot_at(board, area, i), row, area->row_size);
}

void
board_count(struct board *board, enum mib_table table, uint32_t count)
{
	if (count > board->table[table].rows)
		count = board->table[table].rows;
	atomic_store_explicit(&head(board)->table[table].count, count,
			      memory_order_release);
}

void
board_shift_begin(struct board *board, enum mib_table table)
{
	_Atomic uint32_t *sequence = &head(board)->table[table].sequence;
	uint32_t now = atomic_load_explicit(sequence, memory_order_relaxed);
	atomic_store_explicit(sequence, now | 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

void
board_shift_end(struct board *board, enum mib_table table)
{
	_Atomic uint32_t *sequence = &head(board)->table[table].sequence;
	uint32_t now = atomic_load_explicit(sequence, memory_order_relaxed);
	atomic_store_explicit(sequence, (now | 1) + 1, memory_order_release);
}

void
board_publish(struct board *board, int64_t boot)
{
	atomic_store_explicit(&head(board)->published, boot, memory_order_release);
}

void
board_close(struct board *board)
{
	if (!board)
		return;
	if (board->map != MAP_FAILED)
		munmap(board->map, board->length);
	if (board->fd >= 0)
		close(board->fd);
	free(board);
}

/* ---- opening ---- */

static bool
refuse(char why[128], const char *what)
{
	snprintf(why, 128, "the board is refused: %s", what);
	return false;
}

/* Without these seals the file could shrink under us, which ends in SIGBUS, or be
   written by others. */
static bool
check_file(int fd, size_t *length, char why[128])
{
	struct stat status;
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS)
		return refuse(why, "it is not a sealed memory file");
	if (fstat(fd, &status) != 0 || status.st_size < 0 ||
	    (uint64_t)status.st_size < sizeof(struct board_head) ||
	    (uint64_t)status.st_size > BOARD_LARGEST)
		return refuse(why, "its size is that of no board");
	*length = (size_t)status.st_size;
	return true;
}

static bool
check_head(struct board *board, size_t length, char why[128])
{
	const struct board_head *own = head(board);
	struct board_sizes sizes = { { 0 } };
	if (own->magic != BOARD_MAGIC || own->layout != BOARD_LAYOUT)
		return refuse(why, "another layout; is an older engine running?");
	if (own->scalars_size != sizeof(struct mib_scalars))
		return refuse(why, "scalars of another size");
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		if (own->table[t].row_size != mib_describe((enum mib_table)t)->row_size)
			return refuse(why, "rows of another size");
		sizes.rows[t] = own->table[t].rows;
	}
	if (!lay_out(board, &sizes) || board->length != length ||
	    own->length != length) {
		board->length = length;
		return refuse(why, "its sizes do not add up");
	}
	return true;
}

struct board *
board_open(int fd, char why[128])
{
	struct board *board = calloc(1, sizeof(*board));
	size_t length = 0;
	if (!board || !check_file(fd, &length, why)) {
		if (!board)
			refuse(why, "out of memory");
		free(board);
		close(fd);
		return NULL;
	}
	board->fd = -1;
	board->length = length;
	board->map = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
	int error = errno;
	close(fd);
	if (board->map == MAP_FAILED)
		refuse(why, strerror(error));
	else if (check_head(board, length, why))
		return board;
	board_close(board);
	return NULL;
}

/* ---- reading ---- */

/* Counts one try and waits a little before a later one. False when there were enough. */
static bool
try_again(unsigned *tries)
{
	if (++*tries >= BOARD_TRIES)
		return false;
	if (*tries >= BOARD_SPINS)
		nanosleep(&(struct timespec){ .tv_nsec = BOARD_NAP
							 << (*tries / BOARD_SPINS) },
			  NULL);
	return true;
}

/* One attempt: false when the writer was at it. row is scratch then. */
static bool
slot_read(const struct slot *slot, void *row, size_t size)
{
	uint32_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);
	uint8_t *to = row;
	if (before & 1)
		return false;
	for (size_t i = 0; i < words_of(size); i++) {
		uint64_t value =
		    atomic_load_explicit(&slot->words[i], memory_order_relaxed);
		size_t left = size - i * sizeof(value);
		memcpy(to + i * sizeof(value), &value,
		       left < sizeof(value) ? left : sizeof(value));
	}
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&slot->sequence, memory_order_relaxed) == before;
}

static uint64_t
key_of(uint32_t server, uint32_t index)
{
	return (uint64_t)server << 32 | index;
}

static uint64_t
key_at(const struct board *board, const struct area *area, uint32_t i)
{
	uint64_t value = atomic_load_explicit(&slot_at(board, area, i)->words[0],
					      memory_order_relaxed);
	struct mib_row index;
	memcpy(&index, &value, sizeof(index));
	return key_of(index.server, index.row);
}

/* The first position whose index is not below key. */
static uint32_t
search(const struct board *board, const struct area *area, uint32_t count, uint64_t key)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (key_at(board, area, middle) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int64_t
board_published(const struct board *board)
{
	return atomic_load_explicit(&head(board)->published, memory_order_acquire);
}

uint32_t
board_rows(const struct board *board, enum mib_table table)
{
	uint32_t count = atomic_load_explicit(&head(board)->table[table].count,
					      memory_order_acquire);
	return count < board->table[table].rows ? count : board->table[table].rows;
}

bool
board_scalars_read(const struct board *board, struct mib_scalars *scalars)
{
	unsigned tries = 0;
	do {
		if (slot_read(slot_at(board, &board->scalars, 0), scalars,
			      sizeof(*scalars)))
			return true;
	} while (try_again(&tries));
	return false;
}

/* The first row at or after key, by one look. */
static enum board_seen
look(const struct board *board, const struct area *area, uint32_t count, uint64_t key,
     struct mib_row *row)
{
	for (uint32_t i = search(board, area, count, key); i < count; i++) {
		if (slot_read(slot_at(board, area, i), row, area->row_size)) {
			/* Behind us: the rows changed places meanwhile. */
			return key_of(row->server, row->row) >= key ? BOARD_ROW
								    : BOARD_BUSY;
		}
		if (!board->orphaned)
			return BOARD_BUSY;
	}
	return BOARD_NONE;
}

/* Looks until no shift came between. */
static enum board_seen
find(const struct board *board, enum mib_table table, uint64_t key, struct mib_row *row)
{
	const struct area *area = &board->table[table];
	const _Atomic uint32_t *sequence = &head(board)->table[table].sequence;
	unsigned tries = 0;
	do {
		uint32_t before = atomic_load_explicit(sequence, memory_order_acquire);
		if ((before & 1) && !board->orphaned)
			continue;
		enum board_seen seen =
		    look(board, area, board_rows(board, table), key, row);
		atomic_thread_fence(memory_order_acquire);
		if (seen != BOARD_BUSY &&
		    atomic_load_explicit(sequence, memory_order_relaxed) == before)
			return seen;
	} while (try_again(&tries));
	return BOARD_BUSY;
}

bool
board_get(const struct board *board, enum mib_table table, uint32_t server,
	  uint32_t index, struct mib_row *row)
{
	return find(board, table, key_of(server, index), row) == BOARD_ROW &&
	       row->server == server && row->row == index;
}

enum board_seen
board_look(const struct board *board, enum mib_table table, uint32_t server,
	   uint32_t index, bool inclusive, struct mib_row *row)
{
	uint64_t key = key_of(server, index);
	if (!inclusive && key++ == UINT64_MAX)
		return BOARD_NONE;
	return find(board, table, key, row);
}

bool
board_next(const struct board *board, enum mib_table table, uint32_t server,
	   uint32_t index, bool inclusive, struct mib_row *row)
{
	return board_look(board, table, server, index, inclusive, row) == BOARD_ROW;
}

void
board_orphaned(struct board *board, bool orphaned)
{
	board->orphaned = orphaned;
}
