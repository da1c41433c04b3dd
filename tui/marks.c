/* SPDX-License-Identifier: BSD-3-Clause */
/* The clients that an operator has marked, and how many names make selections. */
#include "config.h"

#include "tui/marks.h"

#include <stdio.h>
#include <string.h>

/* marks->count when it is not among them. */
static size_t
find(const struct marks *marks, uint32_t agent, const struct mib_row *row)
{
	size_t i = 0;
	while (i < marks->count && (marks->mark[i].agent != agent ||
				    marks->mark[i].row.server != row->server ||
				    marks->mark[i].row.row != row->row))
		i++;
	return i;
}

bool
marks_have(const struct marks *marks, uint32_t agent, const struct mib_row *row)
{
	return find(marks, agent, row) < marks->count;
}

bool
marks_add(struct marks *marks, uint32_t agent, const struct mib_row *row)
{
	if (marks_have(marks, agent, row))
		return true;
	if (marks->count == MARKS_MOST)
		return false;
	marks->mark[marks->count++] = (struct mark){ agent, *row };
	return true;
}

void
marks_remove(struct marks *marks, uint32_t agent, const struct mib_row *row)
{
	size_t i = find(marks, agent, row);
	if (i == marks->count)
		return;
	marks->count--;
	memmove(&marks->mark[i], &marks->mark[i + 1],
		(marks->count - i) * sizeof(marks->mark[0]));
}

bool
selections_add(struct selections *selections, const char *name)
{
	char *last = selections->count ? selections->text[selections->count - 1] : NULL;
	size_t used = last ? strlen(last) : 0;
	if (last && used + 1 + strlen(name) < MIB_TEXT) {
		snprintf(last + used, MIB_TEXT - used, ",%s", name);
		return true;
	}
	if (selections->count == selections->most)
		return false;
	snprintf(selections->text[selections->count++], MIB_TEXT, "client:%s", name);
	return true;
}
