/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns of the MIB as people and programs read them: words and aligned tables. */
#include "config.h"

#include "tui/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bytes.h"

/* ---- values ---- */

const char *
text_age(int64_t us, char out[16])
{
	long long seconds = us > 0 ? us / SECOND : 0;
	if (seconds >= 86400)
		snprintf(out, 16, "%lldd%02lldh", seconds / 86400 % 1000000,
			 seconds % 86400 / 3600);
	else if (seconds >= 3600)
		snprintf(out, 16, "%lldh%02lldm", seconds / 3600, seconds % 3600 / 60);
	else if (seconds >= 60)
		snprintf(out, 16, "%lldm%02llds", seconds / 60, seconds % 60);
	else
		snprintf(out, 16, "%llds", seconds);
	return out;
}

static uint32_t
narrow(const void *member)
{
	uint32_t value;
	memcpy(&value, member, sizeof(value));
	return value;
}

static int64_t
wide(const void *member)
{
	int64_t value;
	memcpy(&value, member, sizeof(value));
	return value;
}

bool
text_is_absent(const struct mib_column *column, const void *row)
{
	const void *member = (const uint8_t *)row + column->offset;
	switch (column->kind) {
	case MIB_ENUM:
		return narrow(member) == 0;
	case MIB_PERCENT:
		return narrow(member) == UINT32_MAX;
	case MIB_THOUSANDTH:
		return wide(member) == INT64_MIN || wide(member) == INT64_MAX;
	case MIB_STAMP:
	case MIB_DATE:
	case MIB_AGE:
	case MIB_LEFT:
		return wide(member) == 0;
	case MIB_ADDRESS:
	case MIB_ADDRESS_TYPE:
		return address_is_none(member);
	default:
		return false;
	}
}

static void
local_date(int64_t wall, char out[MIB_TEXT])
{
	time_t seconds = (time_t)(wall / SECOND);
	struct tm tm;
	if (!localtime_r(&seconds, &tm) ||
	    strftime(out, MIB_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		out[0] = '\0';
}

static void
thousandths(int64_t value, char out[MIB_TEXT])
{
	int length = snprintf(out, MIB_TEXT, "%" PRId64 ".%03d", value / 1000,
			      (int)(value % 1000));
	while (length > 0 && out[length - 1] == '0')
		out[--length] = '\0';
	if (length > 0 && out[length - 1] == '.')
		out[length - 1] = '\0';
}

const char *
text_value(const struct mib_column *column, const void *row, struct moment now,
	   char out[MIB_TEXT])
{
	const void *member = (const uint8_t *)row + column->offset;
	char small[ADDRESS_TEXT];
	const char *text = small;
	if (text_is_absent(column, row))
		return slice_copy(slice_of("-"), out, MIB_TEXT);
	switch (column->kind) {
	case MIB_ENUM:
		text = mib_label(column, narrow(member));
		break;
	case MIB_PERCENT:
		snprintf(small, sizeof(small), "%" PRIu32 "%%", narrow(member));
		break;
	case MIB_COUNTER64:
		snprintf(small, sizeof(small), "%" PRIu64, (uint64_t)wide(member));
		break;
	case MIB_THOUSANDTH:
		thousandths(wide(member), out);
		return out;
	case MIB_STRING:
		text = *(const char *)member ? member : "-";
		break;
	case MIB_TRUTH:
		text = *(const bool *)member ? "yes" : "no";
		break;
	case MIB_STAMP:
	case MIB_AGE:
		text = text_age(now.boot - wide(member), small);
		break;
	case MIB_LEFT:
		text = text_age(wide(member) - now.boot, small);
		break;
	case MIB_DATE:
		local_date(wide(member), out);
		return out;
	case MIB_ADDRESS_TYPE:
		text = address_is_v4(member) ? "ipv4" : "ipv6";
		break;
	case MIB_ADDRESS:
		address_format(member, small);
		break;
	case MIB_OCTETS:
		text = "...";
		break;
	case MIB_GAUGE:
		/* Where there is no limit, as bwAlternateRoom says. */
		if (narrow(member) == UINT32_MAX)
			text = "any";
		else
			snprintf(small, sizeof(small), "%" PRIu32, narrow(member));
		break;
	default:
		snprintf(small, sizeof(small), "%" PRIu32, narrow(member));
		break;
	}
	return slice_copy(slice_of(text), out, MIB_TEXT);
}

/* ---- aligned columns ---- */

struct cell {
	char *text;
	bool number;
};
struct text_table {
	const char *const *heading;
	size_t columns;
	struct cell *cell;
	size_t cells;
	size_t room;
};

struct text_table *
text_table_new(const char *const *heading, size_t columns)
{
	struct text_table *table = calloc(1, sizeof(*table));
	if (table) {
		table->heading = heading;
		table->columns = columns;
	}
	return table;
}

void
text_table_free(struct text_table *table)
{
	for (size_t i = 0; table && i < table->cells; i++)
		free(table->cell[i].text);
	if (table)
		free(table->cell);
	free(table);
}

void
text_table_add(struct text_table *table, const char *text, bool number)
{
	if (table->cells == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		struct cell *cell = reallocarray(table->cell, room, sizeof(*cell));
		if (!cell)
			return;
		table->cell = cell;
		table->room = room;
	}
	table->cell[table->cells++] = (struct cell){ strdup(text), number };
}

/* Characters, not bytes; each takes one column, as names and numbers do. */
static size_t
length_of(const char *text)
{
	size_t length = 0;
	for (; *text; text++)
		length += ((unsigned char)*text & 0xc0) != 0x80;
	return length;
}

static void
print_cell(const char *text, size_t width, bool number, bool last, FILE *out)
{
	size_t length = length_of(text);
	int space = length < width ? (int)(width - length) : 0;
	if (number)
		fprintf(out, "%*s%s", space, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : space, "");
	fputs(last ? "\n" : "  ", out);
}

/* At most so many characters, the last of them dots when there were more. */
static void
print_cut(const char *text, size_t most, FILE *out)
{
	size_t length = length_of(text);
	size_t kept = length <= most ? length : most > 3 ? most - 3 : 0;
	const char *end = text;
	for (size_t i = 0; i < kept; i++)
		do
			end++;
		while (((unsigned char)*end & 0xc0) == 0x80);
	fprintf(out, "%.*s%s\n", (int)(end - text), text, kept < length ? "..." : "");
}

static void
measure(const struct text_table *table, size_t width[TEXT_COLUMNS],
	bool number[TEXT_COLUMNS])
{
	for (size_t i = 0; i < table->columns; i++) {
		width[i] = length_of(table->heading[i]);
		number[i] = i < table->cells && table->cell[i].number;
	}
	for (size_t i = 0; i < table->cells; i++) {
		size_t length =
		    table->cell[i].text ? length_of(table->cell[i].text) : 0;
		if (length > width[i % table->columns])
			width[i % table->columns] = length;
	}
}

void
text_table_print(const struct text_table *table, size_t most, FILE *out)
{
	size_t width[TEXT_COLUMNS];
	bool number[TEXT_COLUMNS];
	size_t before = 0;
	measure(table, width, number);
	for (size_t i = 0; i + 1 < table->columns; i++)
		before += width[i] + 2;
	for (size_t i = 0; i < table->columns; i++)
		print_cell(table->heading[i], width[i], number[i],
			   i + 1 == table->columns, out);
	for (size_t i = 0; i < table->cells; i++) {
		size_t column = i % table->columns;
		bool last = column + 1 == table->columns;
		const char *text = table->cell[i].text ? table->cell[i].text : "";
		if (last && most > before + 8 && !number[column])
			print_cut(text, most - before, out);
		else
			print_cell(text, width[column], number[column], last, out);
	}
}
