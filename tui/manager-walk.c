/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a table with GETBULK, all columns side by side, from several rows at once. */
#include "config.h"

#include "tui/manager-walk.h"

#include <stdlib.h>
#include <string.h>

/* A response must fit into a datagram whatever its strings hold. */
#define RESPONSE_BYTES 40000u
#define VARIABLE_BYTES 26u
/* Net-SNMP's agents hold 100 variables in a response unless told otherwise; what they hold
   is learnt from the first. An agent walks what it has of a response for each row that it
   adds: twice as many cost a third more, ten times as many twice as much. */
#define BULK_MOST 180u
#define CURSORS   90u /* of a request at least, whatever a response holds */
#define ROWS_MAX  1000000u

/* Where one column of one stretch has come to. */
struct cursor {
	const struct mib_column *column;
	size_t bit; /* of the column, in rows.seen */
	size_t stretch;
	struct mib_row last;
	bool ended;
};

struct reading {
	const struct walk *walk;
	oid entry[16];
	size_t entry_length;
	struct rows *rows[STRETCHES_MAX];
	struct cursor *cursor;
	size_t cursors;
	size_t turn;           /* the cursor that the next request begins with */
	struct cursor **asked; /* of the request under way, in its order */
	size_t asking;
	size_t row_bytes; /* the most that a row takes in a response */
};

/* ---- rows ---- */

struct rows *
rows_new(size_t row_size)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	if (rows) {
		rows->references = 1;
		rows->row_size = row_size;
	}
	return rows;
}

void
rows_free(struct rows *rows)
{
	if (!rows)
		return;
	free(rows->row);
	free(rows->seen);
	free(rows);
}

struct mib_row *
rows_at(const struct rows *rows, size_t i)
{
	return (struct mib_row *)(void *)(rows->row + i * rows->row_size);
}

static int
compare(const struct mib_row *a, const struct mib_row *b)
{
	if (a->server != b->server)
		return a->server < b->server ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Position of the first row that is not before the index. */
static size_t
rows_find(const struct rows *rows, const struct mib_row *index)
{
	size_t low = 0;
	size_t high = rows->count;
	/* Mostly the next one, at the end. */
	if (high && compare(rows_at(rows, high - 1), index) < 0)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(rows_at(rows, middle), index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
rows_reserve(struct rows *rows, size_t count)
{
	size_t room = rows->room ? rows->room : 16;
	while (room < count)
		room *= 2;
	if (room == rows->room)
		return true;
	uint8_t *row = reallocarray(rows->row, room, rows->row_size);
	if (!row)
		return false;
	rows->row = row;
	uint64_t *seen = reallocarray(rows->seen, room, sizeof(*seen));
	if (!seen)
		return false;
	rows->seen = seen;
	rows->room = room;
	return true;
}

void *
rows_get(struct rows *rows, const struct mib_description *description, uint32_t server,
	 uint32_t index)
{
	struct mib_row wanted = { server, index };
	size_t i = rows_find(rows, &wanted);
	if (i < rows->count && compare(rows_at(rows, i), &wanted) == 0)
		return rows_at(rows, i);
	if (rows->count >= ROWS_MAX || !rows_reserve(rows, rows->count + 1))
		return NULL;
	uint8_t *row = (uint8_t *)rows_at(rows, i);
	memmove(row + rows->row_size, row, (rows->count - i) * rows->row_size);
	memmove(rows->seen + i + 1, rows->seen + i,
		(rows->count - i) * sizeof(*rows->seen));
	rows->count++;
	memset(row, 0, rows->row_size);
	rows->seen[i] = 0;
	decode_blank(description->column, description->columns, row);
	memcpy(row, &wanted, sizeof(wanted));
	return row;
}

bool
rows_append(struct rows *rows, const struct rows *other, struct mib_row from,
	    struct mib_row until)
{
	size_t first = rows_find(other, &from);
	size_t last = rows_find(other, &until);
	if (first >= last)
		return true;
	size_t count = last - first;
	if (!rows_reserve(rows, rows->count + count))
		return false;
	memcpy(rows_at(rows, rows->count), rows_at(other, first),
	       count * rows->row_size);
	/* Of rows that were read before, all that there is was seen. */
	if (other->seen)
		memcpy(rows->seen + rows->count, other->seen + first,
		       count * sizeof(*rows->seen));
	else
		memset(rows->seen + rows->count, 0xff, count * sizeof(*rows->seen));
	rows->count += count;
	return true;
}

void
rows_fit(struct rows *rows)
{
	free(rows->seen);
	rows->seen = NULL;
	if (rows->count == 0 || rows->count == rows->room)
		return;
	uint8_t *row = reallocarray(rows->row, rows->count, rows->row_size);
	if (row) {
		rows->row = row;
		rows->room = rows->count;
	}
}

/* The first column of every table is always there: a row without it came late or went
   early. */
static void
drop_partial(struct rows *rows)
{
	size_t kept = 0;
	for (size_t i = 0; i < rows->count; i++) {
		if (!(rows->seen[i] & 1))
			continue;
		if (kept != i) {
			memcpy(rows_at(rows, kept), rows_at(rows, i), rows->row_size);
			rows->seen[kept] = rows->seen[i];
		}
		kept++;
	}
	rows->count = kept;
}

/* ---- a request ---- */

static size_t
widest(const struct mib_description *description)
{
	size_t bytes = 0;
	for (size_t i = 0; i < description->columns; i++) {
		const struct mib_column *column = &description->column[i];
		bytes += VARIABLE_BYTES;
		if (column->kind == MIB_STRING || column->kind == MIB_OCTETS)
			bytes += column->size;
	}
	return bytes;
}

static void
add_cursor(netsnmp_pdu *request, const struct reading *reading,
	   const struct cursor *cursor)
{
	oid name[MAX_OID_LEN];
	size_t length = reading->entry_length;
	memcpy(name, reading->entry, length * sizeof(*name));
	name[length++] = cursor->column->number;
	if (cursor->last.server != 0 || cursor->last.row != 0) {
		name[length++] = cursor->last.server;
		if (reading->walk->description->indexes == 2)
			name[length++] = cursor->last.row;
	}
	snmp_add_null_var(request, name, length);
}

/* Where the first column has ended there is no row: what others have not asked for yet
   behind it is not there. */
static bool
has_ended(const struct reading *reading, const struct cursor *cursor)
{
	const struct cursor *first =
	    &reading->cursor[cursor->stretch * reading->walk->description->columns];
	return cursor->ended ||
	       (first->ended && compare(&cursor->last, &first->last) >= 0);
}

/* Those that have not ended, from turn on, around. */
static void
choose_cursors(struct reading *reading)
{
	struct bulk *bulk = reading->walk->bulk;
	size_t most = bulk->most > CURSORS ? bulk->most : CURSORS;
	reading->asking = 0;
	for (size_t i = 0; i < reading->cursors && reading->asking < most; i++) {
		struct cursor *cursor =
		    &reading->cursor[(reading->turn + i) % reading->cursors];
		if (!has_ended(reading, cursor))
			reading->asked[reading->asking++] = cursor;
	}
}

static netsnmp_pdu *
make_request(const struct reading *reading)
{
	struct bulk *bulk = reading->walk->bulk;
	if (bulk->most == 0)
		bulk->most = BULK_MOST;
	netsnmp_pdu *request = snmp_pdu_create(SNMP_MSG_GETBULK);
	if (!request)
		return NULL;
	size_t rows = bulk->most / reading->asking;
	size_t fitting = RESPONSE_BYTES * reading->walk->description->columns /
			 reading->asking / reading->row_bytes;
	if (rows > fitting)
		rows = fitting;
	request->non_repeaters = 0;
	request->max_repetitions = rows > 0 ? (long)rows : 1;
	for (size_t i = 0; i < reading->asking; i++)
		add_cursor(request, reading, reading->asked[i]);
	return request;
}

/* ---- a response ---- */

/* The index behind entry.column; false when the name is not of this column. */
static bool
index_of(const struct reading *reading, const struct cursor *cursor,
	 const netsnmp_variable_list *value, struct mib_row *index)
{
	size_t length = reading->entry_length;
	unsigned indexes = reading->walk->description->indexes;
	if (value->name_length != length + 1 + indexes ||
	    memcmp(value->name, reading->entry, length * sizeof(oid)) != 0 ||
	    value->name[length] != cursor->column->number ||
	    value->name[length + 1] > UINT32_MAX ||
	    value->name[length + indexes] > UINT32_MAX)
		return false;
	index->server = (uint32_t)value->name[length + 1];
	index->row = (uint32_t)value->name[length + indexes];
	return true;
}

/* False when the agent's order goes backwards: it would never end. */
static bool
take_value(struct reading *reading, struct cursor *cursor,
	   const netsnmp_variable_list *value)
{
	const struct walk *walk = reading->walk;
	struct mib_row index;
	if (cursor->ended)
		return true;
	if (decode_is_exception(value) || !index_of(reading, cursor, value, &index) ||
	    compare(&index, &walk->stretch[cursor->stretch].before) >= 0) {
		cursor->ended = true;
		return true;
	}
	if (compare(&index, &cursor->last) <= 0)
		return false;
	cursor->last = index;
	struct rows *rows = reading->rows[cursor->stretch];
	void *row = rows_get(rows, walk->description, index.server, index.row);
	if (!row)
		return false;
	if (decode_value(cursor->column, value, walk->clock, row)) {
		size_t i = (size_t)((uint8_t *)row - rows->row) / rows->row_size;
		rows->seen[i] |= UINT64_C(1) << cursor->bit;
	}
	return true;
}

/* A response that was cut tells how much the agent gives; a full one that more can be
   asked for. */
static void
learn(struct reading *reading, size_t asked, size_t received)
{
	struct bulk *bulk = reading->walk->bulk;
	if (received < asked) {
		bulk->cut = true;
		if (received < bulk->most)
			bulk->most = received > 0 ? received : 1;
		/* Cursors that were not served come first next time. */
		struct cursor *next = reading->asked[received % reading->asking];
		reading->turn = (size_t)(next - reading->cursor);
	}
}

static bool
take_response(struct reading *reading, const netsnmp_pdu *response, size_t asked)
{
	size_t received = 0;
	bool over = false;
	if (response->errstat != SNMP_ERR_NOERROR)
		return false;
	for (const netsnmp_variable_list *value = response->variables; value;
	     value = value->next_variable) {
		struct cursor *cursor = reading->asked[received % reading->asking];
		if (!take_value(reading, cursor, value))
			return false;
		over = over || value->type == SNMP_ENDOFMIBVIEW;
		received++;
	}
	/* At the end of everything agents stop repeating: that is no cut. */
	if (!over)
		learn(reading, asked, received);
	return received > 0;
}

static bool
read_on(struct reading *reading)
{
	for (;;) {
		choose_cursors(reading);
		if (reading->asking == 0)
			return true;
		netsnmp_pdu *request = make_request(reading);
		if (!request)
			return false;
		size_t asked = reading->asking * (size_t)request->max_repetitions;
		netsnmp_pdu *response =
		    reading->walk->ask(reading->walk->context, request);
		if (!response)
			return false;
		bool good = take_response(reading, response, asked);
		snmp_free_pdu(response);
		if (!good)
			return false;
	}
}

/* ---- the whole ---- */

static bool
reading_start(struct reading *reading, const struct walk *walk)
{
	const struct mib_description *description = walk->description;
	uint32_t entry[16];
	reading->walk = walk;
	reading->entry_length = mib_entry(description->table, entry);
	for (size_t i = 0; i < reading->entry_length; i++)
		reading->entry[i] = entry[i];
	reading->row_bytes = widest(description);
	reading->cursors = walk->stretches * description->columns;
	reading->cursor = calloc(reading->cursors, sizeof(*reading->cursor));
	reading->asked = calloc(reading->cursors, sizeof(struct cursor *));
	if (!reading->cursor || !reading->asked)
		return false;
	for (size_t i = 0; i < reading->cursors; i++) {
		struct cursor *cursor = &reading->cursor[i];
		cursor->bit = i % description->columns;
		cursor->stretch = i / description->columns;
		cursor->column = &description->column[cursor->bit];
		cursor->last = walk->stretch[cursor->stretch].after;
	}
	for (size_t i = 0; i < walk->stretches; i++) {
		reading->rows[i] = rows_new(description->row_size);
		if (!reading->rows[i])
			return false;
	}
	return true;
}

/* The stretches' rows behind each other, in the first one's place; each is gone as soon as
   it is copied, for there may be many. */
static struct rows *
join(struct reading *reading)
{
	struct rows *all = reading->rows[0];
	for (size_t i = 1; i < reading->walk->stretches; i++) {
		if (!rows_append(all, reading->rows[i], everything.after,
				 everything.before))
			return NULL;
		rows_free(reading->rows[i]);
		reading->rows[i] = NULL;
	}
	drop_partial(all);
	reading->rows[0] = NULL;
	return all;
}

struct rows *
walk_table(const struct walk *walk)
{
	struct reading reading = { .walk = NULL };
	struct rows *all = NULL;
	if (walk->stretches == 0 || walk->stretches > STRETCHES_MAX)
		return rows_new(walk->description->row_size);
	if (reading_start(&reading, walk) && read_on(&reading))
		all = join(&reading);
	for (size_t i = 0; i < walk->stretches; i++)
		rows_free(reading.rows[i]);
	free(reading.cursor);
	free(reading.asked);
	return all;
}
