/* SPDX-License-Identifier: BSD-3-Clause */
/* The columns' tables against the text of BELLWETHER-MIB: one cannot change alone. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mib/tables.h"
#include "tests/unit/unit.h"

#define DEFINITION 4096

/* The text's definition of one object, white space folded. */
struct definition {
	char text[DEFINITION];
	char syntax[DEFINITION];
	char access[32];
	char parent[128];
	unsigned number;
};

static char *text;

static void
fold(const char *from, size_t length, char *to, size_t size)
{
	size_t out = 0;
	for (size_t i = 0; i < length && out + 1 < size; i++) {
		bool blank = strchr(" \t\r\n", from[i]) != NULL;
		if (!blank)
			to[out++] = from[i];
		else if (out > 0 && to[out - 1] != ' ')
			to[out++] = ' ';
	}
	while (out > 0 && to[out - 1] == ' ')
		out--;
	to[out] = '\0';
}

static bool
between(const char *in, const char *after, const char *before, char *out, size_t size)
{
	const char *from = strstr(in, after);
	const char *to = from ? strstr(from + strlen(after), before) : NULL;
	if (!to)
		return false;
	from += strlen(after);
	fold(from, (size_t)(to - from), out, size);
	return true;
}

static bool
find(const char *name, struct definition *definition)
{
	char head[128], where[160];
	snprintf(head, sizeof(head), "\n%s OBJECT-TYPE", name);
	const char *from = strstr(text, head);
	const char *to = from ? strstr(from, "\n    ::= {") : NULL;
	const char *end = to ? strchr(to + 9, '}') : NULL;
	if (!end)
		return false;
	fold(from, (size_t)(end + 1 - from), definition->text, DEFINITION);
	if (!between(definition->text, "::= { ", " }", where, sizeof(where)) ||
	    sscanf(where, "%127s %u", definition->parent, &definition->number) != 2)
		return false;
	bool units = strstr(definition->text, " UNITS ") != NULL;
	return between(definition->text, "SYNTAX ", units ? " UNITS " : " MAX-ACCESS ",
		       definition->syntax, DEFINITION) &&
	       between(definition->text, "MAX-ACCESS ", " ", definition->access,
		       sizeof(definition->access));
}

static void
enumeration(const struct mib_column *column, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "INTEGER { ");
	for (unsigned i = 0; column->label && column->label[i]; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s(%u)",
					 i > 0 ? ", " : "", column->label[i], i + 1);
	snprintf(out + used, size - used, " }");
}

static void
check_syntax(const struct mib_column *column, const struct definition *definition)
{
	static const char *const syntax[] = {
		[MIB_UNSIGNED] = "Unsigned32",
		[MIB_GAUGE] = "Gauge32",
		[MIB_PERCENT] = "Gauge32 (0..100)",
		[MIB_COUNTER] = "Counter32",
		[MIB_COUNTER64] = "Counter64",
		[MIB_THOUSANDTH] = "BwGauge64",
		[MIB_STRING] = "SnmpAdminString",
		[MIB_TRUTH] = "TruthValue",
		[MIB_STAMP] = "TimeStamp",
		[MIB_DATE] = "DateAndTime",
		[MIB_AGE] = "Gauge32",
		[MIB_ADDRESS_TYPE] = "InetAddressType",
		[MIB_ADDRESS] = "InetAddress (SIZE (0|4|16))",
		[MIB_ROW_STATUS] = "RowStatus",
		[MIB_OCTETS] = "OCTET STRING (SIZE (300))",
		[MIB_LEFT] = "Gauge32",
	};
	char expected[DEFINITION];
	bool same;
	if (column->kind == MIB_ENUM) {
		enumeration(column, expected, sizeof(expected));
		same = strcmp(definition->syntax, expected) == 0;
	} else {
		snprintf(expected, sizeof(expected), "%s", syntax[column->kind]);
		/* A range may follow: what it says is checked when it is written. */
		same = strncmp(definition->syntax, expected, strlen(expected)) == 0 &&
		       strchr(" ", definition->syntax[strlen(expected)]) != NULL;
	}
	if (!same)
		printf("\n%s: \"%s\" in the text, \"%s\" in the table", column->name,
		       definition->syntax, expected);
	CU_ASSERT(same);
}

static void
check_column(const struct mib_column *column, const char *parent, const char *written)
{
	struct definition definition;
	bool found = find(column->name, &definition);
	if (!found)
		printf("\n%s is not in the text", column->name);
	CU_ASSERT(found);
	if (!found)
		return;
	CU_ASSERT_STRING_EQUAL(definition.parent, parent);
	CU_ASSERT_EQUAL(definition.number, column->number);
	CU_ASSERT_STRING_EQUAL(definition.access,
			       column->writable ? written : "read-only");
	check_syntax(column, &definition);
}

static void
test_columns(void)
{
	for (int table = MIB_SERVER; table < MIB_TABLE_END; table++) {
		const struct mib_description *description =
		    mib_describe((enum mib_table)table);
		char entry[80];
		CU_ASSERT_PTR_NOT_NULL_FATAL(description);
		snprintf(entry, sizeof(entry), "%.*sEntry",
			 (int)(strlen(description->name) - strlen("Table")),
			 description->name);
		for (size_t i = 0; i < description->columns; i++)
			check_column(&description->column[i], entry, "read-create");
	}
	for (size_t i = 0; i < mib_scalars_count; i++)
		check_column(&mib_scalar[i], "bwScalars", "read-write");
}

/* Every readable object of the text is in a table: none is promised and not answered. */
static void
test_nothing_more(void)
{
	size_t promised = 0, kept = mib_scalars_count;
	for (const char *at = text; (at = strstr(at, "MAX-ACCESS  read-")); at++)
		promised++;
	for (int table = MIB_SERVER; table < MIB_TABLE_END; table++)
		kept += mib_describe((enum mib_table)table)->columns;
	CU_ASSERT_EQUAL(promised, kept);
}

static void
test_order(void)
{
	for (int table = MIB_SERVER; table < MIB_TABLE_END; table++) {
		const struct mib_description *description =
		    mib_describe((enum mib_table)table);
		for (size_t i = 0; i < description->columns; i++) {
			const struct mib_column *column = &description->column[i];
			CU_ASSERT_EQUAL(column->number, i + 2);
			CU_ASSERT(column->offset >= sizeof(struct mib_row));
			CU_ASSERT(column->offset + column->size <=
				  description->row_size);
			CU_ASSERT_PTR_EQUAL(mib_column_find(description, column->name),
					    column);
		}
	}
	CU_ASSERT_PTR_NULL(mib_describe(MIB_TABLE_END));
	CU_ASSERT_PTR_NULL(mib_column_find(mib_describe(MIB_SERVER), "bwNothing"));
}

static void
test_sizes(void)
{
	static const size_t size[] = {
		[MIB_ENUM] = 4,       [MIB_UNSIGNED] = 4,   [MIB_GAUGE] = 4,
		[MIB_PERCENT] = 4,    [MIB_COUNTER] = 4,    [MIB_COUNTER64] = 8,
		[MIB_THOUSANDTH] = 8, [MIB_TRUTH] = 1,      [MIB_STAMP] = 8,
		[MIB_DATE] = 8,       [MIB_AGE] = 8,        [MIB_ADDRESS_TYPE] = 16,
		[MIB_ADDRESS] = 16,   [MIB_ROW_STATUS] = 4, [MIB_LEFT] = 8,
		[MIB_OCTETS] = 0,
	};
	for (int table = MIB_SERVER; table < MIB_TABLE_END; table++) {
		const struct mib_description *description =
		    mib_describe((enum mib_table)table);
		for (size_t i = 0; i < description->columns; i++) {
			const struct mib_column *column = &description->column[i];
			size_t expected = size[column->kind];
			CU_ASSERT(expected == 0 || column->size == expected);
			CU_ASSERT((column->kind == MIB_ENUM) ==
				  (column->label != NULL));
		}
	}
}

static void
test_labels(void)
{
	const struct mib_column *state =
	    mib_column_find(mib_describe(MIB_SERVER), "bwServerState");
	CU_ASSERT_PTR_NOT_NULL_FATAL(state);
	CU_ASSERT_STRING_EQUAL(mib_label(state, 1), "serving");
	CU_ASSERT_STRING_EQUAL(mib_label(state, 5), "unknown");
	CU_ASSERT_STRING_EQUAL(mib_label(state, 0), "?");
	CU_ASSERT_STRING_EQUAL(mib_label(state, 6), "?");
	CU_ASSERT_STRING_EQUAL(mib_label(state, UINT32_MAX), "?");
}

/* A switch is called as its scalar is. */
static void
test_switches(void)
{
	unsigned found = 0;
	for (size_t i = 0; i < mib_scalars_count; i++) {
		const struct mib_column *scalar = &mib_scalar[i];
		unsigned which = mib_switch_of(scalar);
		CU_ASSERT_EQUAL(which < MIB_SWITCHES, scalar->writable);
		if (which == MIB_SWITCHES)
			continue;
		CU_ASSERT_EQUAL(which, found++);
		CU_ASSERT_EQUAL(scalar->offset, offsetof(struct mib_scalars, notify) +
						    which * sizeof(uint32_t));
		CU_ASSERT_EQUAL(strncmp(scalar->name, "bwNotify", 8), 0);
		CU_ASSERT_EQUAL(strcasecmp(scalar->name + 8, mib_switch_name(which)),
				0);
	}
	CU_ASSERT_EQUAL(found, MIB_SWITCHES);
}

static void
test_where(void)
{
	static const uint32_t server[] = {
		1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1, 2, 1
	};
	static const uint32_t client[] = {
		1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 3, 1, 1
	};
	uint32_t entry[16];
	CU_ASSERT_EQUAL(mib_entry(MIB_SERVER, entry), ARRAY_SIZE(server));
	CU_ASSERT_EQUAL(memcmp(entry, server, sizeof(server)), 0);
	CU_ASSERT_EQUAL(mib_entry(MIB_CLIENT, entry), ARRAY_SIZE(client));
	CU_ASSERT_EQUAL(memcmp(entry, client, sizeof(client)), 0);
}

static char *
read_text(void)
{
	char path[4096];
	const char *top = getenv("top_srcdir");
	snprintf(path, sizeof(path), "%s/mib/BELLWETHER-MIB.txt", top ? top : ".");
	FILE *file = fopen(path, "r");
	char *bytes = calloc(1, 1 << 20);
	if (file && bytes && fread(bytes, 1, (1 << 20) - 1, file) == 0)
		printf("%s is empty\n", path);
	if (file)
		fclose(file);
	else
		printf("%s: run it by make check, or set top_srcdir\n", path);
	return bytes;
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "columns are the text's", test_columns },
		{ "the text promises nothing more", test_nothing_more },
		{ "columns are in order and inside their rows", test_order },
		{ "members have the size of their kind", test_sizes },
		{ "labels", test_labels },
		{ "switches", test_switches },
		{ "entries", test_where },
	};
	text = read_text();
	if (!text)
		return 99;
	int status = unit_run("mib", test, ARRAY_SIZE(test));
	free(text);
	return status;
}
