/* SPDX-License-Identifier: BSD-3-Clause */
/* What words of the MIB look like on the console, and how it tells the time. */
#include "config.h"

#include "tui/look.h"

#include <string.h>
#include <time.h>

#include "common/bytes.h"
#include "tui/cells.h"

static const struct {
	const char *word;
	unsigned look;
} words[] = {
	/* servers */
	{ "serving", LOOK_GOOD },
	{ "returning", LOOK_NOTE },
	{ "shedding", LOOK_WARN },
	{ "away", LOOK_WARN },
	{ "unknown", LOOK_WARN },
	{ "advise", LOOK_NOTE },
	{ "paused", LOOK_WARN },
	/* services, alternates */
	{ "up", LOOK_GOOD },
	{ "down", LOOK_BAD },
	{ "unusable", LOOK_BAD },
	/* parameters */
	{ "stale", LOOK_WARN },
	{ "timeout", LOOK_WARN },
	{ "absent", LOOK_WARN },
	{ "failed", LOOK_BAD },
	/* orders */
	{ "unreachable", LOOK_BAD },
	{ "rejected", LOOK_BAD },
	/* operations */
	{ "running", LOOK_NOTE },
	{ "refused", LOOK_BAD },
	/* severities */
	{ "notice", LOOK_NOTE },
	{ "warning", LOOK_WARN },
	{ "critical", LOOK_BAD },
};

unsigned
look_of_word(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].look;
	return LOOK_PLAIN;
}

const char *
look_clock(struct moment now, int64_t boot, char out[MIB_TEXT])
{
	time_t seconds = (time_t)((now.wall - (now.boot - boot)) / SECOND);
	struct tm tm;
	if (!localtime_r(&seconds, &tm) ||
	    strftime(out, MIB_TEXT, "%H:%M:%S", &tm) == 0)
		out[0] = '\0';
	return out;
}
