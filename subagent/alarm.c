/* SPDX-License-Identifier: BSD-3-Clause */
/* Alarms of a server: what is wrong at this moment, since when, each with its number. */
#include "config.h"

#include "subagent/alarm.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "fleet/fleet.h"

void
alarms_begin(struct alarms *alarms)
{
	memset(alarms->seen, 0, sizeof(alarms->seen));
}

void
alarms_end(struct alarms *alarms)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < alarms->count; i++) {
		if (!alarms->seen[i])
			continue;
		if (kept != i)
			alarms->alarm[kept] = alarms->alarm[i];
		kept++;
	}
	alarms->changed |= kept != alarms->count;
	alarms->cleared += alarms->count - kept;
	alarms->count = kept;
}

/* Where it is, or, when it is not there, where it belongs. */
static uint32_t
find(const struct alarms *alarms, uint32_t row)
{
	uint32_t i = 0;
	while (i < alarms->count && alarms->alarm[i].index.row < row)
		i++;
	return i;
}

static struct mib_alarm *
insert(struct alarms *alarms, uint32_t at)
{
	if (alarms->count == ALARMS)
		return NULL;
	size_t after = alarms->count++ - at;
	memmove(&alarms->alarm[at + 1], &alarms->alarm[at],
		after * sizeof(alarms->alarm[0]));
	memmove(&alarms->seen[at + 1], &alarms->seen[at],
		after * sizeof(alarms->seen[0]));
	memset(&alarms->alarm[at], 0, sizeof(alarms->alarm[0]));
	alarms->changed = true;
	alarms->raised++;
	return &alarms->alarm[at];
}

static struct mib_alarm *
begin(struct alarms *alarms, uint32_t at, struct mib_row index,
      const struct alarm_raise *raise, struct moment now)
{
	struct mib_alarm *alarm = insert(alarms, at);
	if (!alarm)
		return NULL;
	alarm->index = index;
	slice_copy(slice_of(raise->kind), alarm->name, sizeof(alarm->name));
	slice_copy(slice_of(raise->subject), alarm->subject, sizeof(alarm->subject));
	alarm->since = now.boot;
	alarm->date = now.wall;
	return alarm;
}

void
alarms_raise(struct alarms *alarms, struct indexes *indexes, const char *name,
	     uint32_t server, const struct alarm_raise *raise, struct moment now)
{
	char key[INDEX_NAME];
	snprintf(key, sizeof(key), "%s:%s", raise->kind, raise->subject);
	struct mib_row index = { server,
				 indexes_number(indexes, name, INDEX_ALARM, key) };
	if (index.row == 0)
		return;
	uint32_t at = find(alarms, index.row);
	struct mib_alarm *alarm = &alarms->alarm[at];
	if (at == alarms->count || alarm->index.row != index.row)
		alarm = begin(alarms, at, index, raise, now);
	if (!alarm)
		return;
	alarms->seen[at] = true;
	alarms->graded |= alarm->severity != raise->severity;
	alarm->severity = raise->severity;
	alarm->count = raise->count;
	/* Through a buffer: what follows a shorter text is zero, so that rows compare. */
	char text[MIB_TEXT] = "";
	slice_copy(slice_of(raise->text), text, sizeof(text));
	memcpy(alarm->text, text, sizeof(alarm->text));
}

uint32_t
alarms_worst(const struct alarms *alarms)
{
	uint32_t worst = SEVERITY_OK;
	for (uint32_t i = 0; i < alarms->count; i++)
		if (alarms->alarm[i].severity > worst)
			worst = alarms->alarm[i].severity;
	return worst;
}
