/* SPDX-License-Identifier: BSD-3-Clause */
/* The board: what the engine shows the agent, in shared memory that only it can write. */
#ifndef BELLWETHER_SUBAGENT_BOARD_H
#define BELLWETHER_SUBAGENT_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mib/tables.h"

/* One sealed memfd per load of policies: sizes are fixed when it is made. Each row has a
   sequence count (odd while it is written): the reader copies and tries again, at most
   BOARD_TRIES times, then says that it cannot tell just now. Neither side waits for the
   other. Rows of a table lie in ascending (server, row); tables with rows that
   come and go (operations, events, alarms) have room for a fixed number and a count. */
struct board;
#define BOARD_TRIES 64

/* How many rows each table gets: indexed by enum mib_table. */
struct board_sizes {
	uint32_t rows[MIB_TABLE_END];
};

/* ---- the engine's end ---- */

/* NULL when the system refuses (errno). */
struct board *board_new(const struct board_sizes *sizes);
/* To be sent to the agent; stays the board's. Sealed: no one maps it writable again. */
int board_fd(const struct board *board);
void board_scalars_write(struct board *board, const struct mib_scalars *scalars);
/* Writes the row at position i (not index) of the table; what did not change costs one
   comparison. */
void board_write(struct board *board, enum mib_table table, uint32_t i,
		 const struct mib_row *row);
/* How many rows of the table are there now, from the front. */
void board_count(struct board *board, enum mib_table table, uint32_t count);
/* Inserting or removing rows of a table in the middle: between these two readers see
   none of the table's rows change place; they wait out the moment by trying again. */
void board_shift_begin(struct board *board, enum mib_table table);
void board_shift_end(struct board *board, enum mib_table table);
/* The heartbeat: at least once a second, and after every change of state. */
void board_publish(struct board *board, int64_t boot);
void board_close(struct board *board);

/* ---- the agent's end ---- */

/* Maps read-only and checks magic, layout and sizes against the file's; NULL with why.
   Takes fd over. */
struct board *board_open(int fd, char why[128]);
/* Boot time of the last board_publish(). */
int64_t board_published(const struct board *board);
bool board_scalars_read(const struct board *board, struct mib_scalars *scalars);
/* The row with exactly this index; false when there is none. row has the table's size. */
bool board_get(const struct board *board, enum mib_table table, uint32_t server,
	       uint32_t index, struct mib_row *row);
/* The first row after (server, index); inclusive: or at it. */
bool board_next(const struct board *board, enum mib_table table, uint32_t server,
		uint32_t index, bool inclusive, struct mib_row *row);
/* The same, and whether there is no such row, or the rows did not stand still for long
   enough to tell: worth another look. */
enum board_seen { BOARD_NONE, BOARD_ROW, BOARD_BUSY };
enum board_seen
board_look(const struct board *board, enum mib_table table, uint32_t server,
	   uint32_t index, bool inclusive, struct mib_row *row);
/* Whether the writer is lost. Rows are read as they lie then, also in the midst of a shift
   that nobody ends; a row that was never finished hides only itself. */
void board_orphaned(struct board *board, bool orphaned);
uint32_t board_rows(const struct board *board, enum mib_table table);

#endif
