/* SPDX-License-Identifier: BSD-3-Clause */
/* The manual's picture and list of the server's states are what the table prints.
   STATES_EXPECT=write in the environment writes them into the page anew. */
#include "config.h"

#include "common/bytes.h"
#include "fleet/fleet.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE  "doc/bellwetherd.8"
#define BEGIN ".\\\" states: begin\n"
#define END   ".\\\" states: end\n"
#define LANE  11 /* columns from one state to the next */

/* States in the order in which the table begins with them. */
static size_t
lanes(enum server_state lane[SERVER_UNKNOWN + 1])
{
	struct fleet_transition row;
	size_t count = 0, at;

	for (size_t i = 0; fleet_transition(i, &row); i++) {
		for (at = 0; at < count && lane[at] != row.from; at++)
			continue;
		if (at == count)
			lane[count++] = row.from;
	}
	return count;
}

/* ---- the picture ---- */

static bool
drawn(size_t until, const struct fleet_transition *row)
{
	struct fleet_transition before;

	for (size_t i = 0; i < until && fleet_transition(i, &before); i++)
		if (before.from == row->from && before.next == row->next &&
		    strcmp(before.trigger, row->trigger) == 0)
			return true;
	return false;
}

/* From the one lane to the other, over those between. */
static void
draw_arrow(FILE *to, size_t lanes_count, size_t from, size_t next, const char *trigger)
{
	size_t left = from < next ? from : next, right = from < next ? next : from;
	char line[LANE * (SERVER_UNKNOWN + 1)];

	memset(line, ' ', sizeof(line));
	for (size_t i = 0; i < lanes_count; i++)
		line[i * LANE] = '|';
	memset(line + left * LANE + 1, '-', (right - left) * LANE - 1);
	line[from < next ? next * LANE - 1 : next * LANE + 1] = from < next ? '>' : '<';
	fprintf(to, "   %.*s   %s\n", (int)((lanes_count - 1) * LANE + 1), line,
		trigger);
}

static void
draw(FILE *to)
{
	enum server_state lane[SERVER_UNKNOWN + 1];
	size_t count = lanes(lane), from, next;
	struct fleet_transition row;

	fprintf(to, ".Bd -literal\n");
	for (size_t i = 0; i < count; i++)
		fprintf(to, "%-*s", i + 1 < count ? LANE : 0,
			server_state_name(lane[i]));
	fprintf(to, "\n");
	for (size_t i = 0; fleet_transition(i, &row); i++) {
		if (row.from == row.next || drawn(i, &row))
			continue;
		for (from = 0; lane[from] != row.from; from++)
			continue;
		for (next = 0; next < count && lane[next] != row.next; next++)
			continue;
		if (next < count)
			draw_arrow(to, count, from, next, row.trigger);
	}
	fprintf(to, ".Ed\n");
}

/* ---- the list ---- */

static void
list_row(FILE *to, const struct fleet_transition *row)
{
	bool guarded = *row->guard != '\0', acts = *row->effect != '\0';

	fprintf(to, ".It\n%s%s%s:\n", row->trigger, guarded ? ", " : "", row->guard);
	if (row->next == row->from)
		fprintf(to, "%s.\n", row->effect);
	else
		fprintf(to, "%s%s.Em %s .\n", row->effect, acts ? ", then\n" : "",
			server_state_name(row->next));
}

static void
list(FILE *to)
{
	enum server_state lane[SERVER_UNKNOWN + 1];
	size_t count = lanes(lane);
	struct fleet_transition row;

	fprintf(to, ".Bl -tag -width returning\n");
	for (size_t i = 0; i < count; i++) {
		fprintf(to, ".It Em %s\n.Bl -enum -compact\n",
			server_state_name(lane[i]));
		for (size_t j = 0; fleet_transition(j, &row); j++)
			if (row.from == lane[i])
				list_row(to, &row);
		fprintf(to, ".El\n");
	}
	fprintf(to, ".El\n");
}

static char *
printed(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	draw(to);
	list(to);
	fclose(to);
	return text;
}

/* ---- the page ---- */

static const char *
page_path(void)
{
	static char path[4096];
	const char *top = getenv("top_srcdir");

	snprintf(path, sizeof(path), "%s/" PAGE, top != NULL ? top : ".");
	return path;
}

static char *
page_read(void)
{
	static char page[200000];
	FILE *from = fopen(page_path(), "r");
	size_t size;

	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	size = fread(page, 1, sizeof(page) - 1, from);
	CU_ASSERT_FATAL(size > 0 && size < sizeof(page) - 1);
	page[size] = '\0';
	fclose(from);
	return page;
}

static void
page_write(const char *page, const char *begin, const char *section, const char *end)
{
	FILE *to = fopen(page_path(), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	fprintf(to, "%.*s%s%s", (int)(begin - page), page, section, end);
	CU_ASSERT_EQUAL_FATAL(fclose(to), 0);
}

static void
test_page(void)
{
	const char *page = page_read(), *begin = strstr(page, BEGIN), *end;
	char *section = printed();

	CU_ASSERT_PTR_NOT_NULL_FATAL(begin);
	begin += strlen(BEGIN);
	end = strstr(begin, END);
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	if (getenv("STATES_EXPECT") != NULL) {
		page_write(page, begin, section, end);
	} else if (strlen(section) != (size_t)(end - begin) ||
		   memcmp(section, begin, strlen(section)) != 0) {
		printf("\n" PAGE " does not say what the table does; run this with "
		       "STATES_EXPECT=write:\n%s",
		       section);
		CU_FAIL("the states of the page are not the table's");
	}
	free(section);
}

/* ---- the table ---- */

static void
test_words(void)
{
	struct fleet_transition row;
	size_t i;

	for (i = 0; fleet_transition(i, &row); i++) {
		CU_ASSERT_PTR_NOT_NULL(row.trigger);
		CU_ASSERT_PTR_NOT_NULL(row.guard);
		CU_ASSERT_PTR_NOT_NULL(row.effect);
		CU_ASSERT(row.from >= SERVER_SERVING && row.from <= SERVER_UNKNOWN);
		CU_ASSERT(row.next >= SERVER_SERVING && row.next <= SERVER_UNKNOWN);
		/* Neither moves nor does anything: a round of it would never end. */
		CU_ASSERT(row.from != row.next || *row.effect != '\0');
	}
	CU_ASSERT(i > 0);
}

/* Serving and away are left and come to again; unknown is only left. */
static void
test_reached(void)
{
	for (int state = SERVER_SERVING; state <= SERVER_UNKNOWN; state++) {
		bool left = false, reached = false;
		struct fleet_transition row;

		for (size_t i = 0; fleet_transition(i, &row); i++) {
			left |= row.from == (enum server_state)state &&
				row.next != row.from;
			reached |= row.next == (enum server_state)state &&
				   row.next != row.from;
		}
		CU_ASSERT(left);
		CU_ASSERT_EQUAL(reached, state != SERVER_UNKNOWN);
	}
}

/* What can be true of a guard whatever comes must not hide what stands below it. */
static void
test_not_hidden(void)
{
	struct fleet_transition row, above;

	for (size_t i = 0; fleet_transition(i, &row); i++)
		for (size_t j = 0; j < i && fleet_transition(j, &above); j++)
			CU_ASSERT_FALSE(above.from == row.from &&
					strcmp(above.trigger, row.trigger) == 0 &&
					(*above.guard == '\0' ||
					 strcmp(above.guard, row.guard) == 0));
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "every row has its words", test_words },
		{ "every state is reached and left", test_reached },
		{ "no row is hidden", test_not_hidden },
		{ "the manual shows the table", test_page },
	};

	return unit_run("states", test, ARRAY_SIZE(test));
}
