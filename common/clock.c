/* SPDX-License-Identifier: BSD-3-Clause */
/* The two clocks, and durations and times as text. */
#include "config.h"

#include "common/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/bytes.h"

#define DURATION_MAX (3650 * DAY)

static int64_t
read_clock(clockid_t clock)
{
	struct timespec time = { 0 };
	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * SECOND + time.tv_nsec / 1000;
}

struct moment
clock_now(void)
{
	return (struct moment){ .boot = read_clock(CLOCK_BOOTTIME),
				.wall = read_clock(CLOCK_REALTIME) };
}

/* Largest first: formatting takes the first that divides. */
static const struct {
	const char *name;
	int64_t us;
} units[] = {
	{ "d", DAY },    { "h", HOUR },         { "m", MINUTE },
	{ "s", SECOND }, { "ms", MILLISECOND },
};

bool
duration_parse(const char *text, int64_t *us)
{
	int64_t number = 0;
	const char *p = text;
	for (; *p >= '0' && *p <= '9'; p++) {
		number = number * 10 + (*p - '0');
		if (number > DURATION_MAX) /* also keeps the products below in range */
			return false;
	}
	if (p == text)
		return false;
	if (*p == '\0' && number == 0) {
		*us = 0;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(p, units[i].name) != 0)
			continue;
		if (number > DURATION_MAX / units[i].us)
			return false;
		*us = number * units[i].us;
		return true;
	}
	return false;
}

const char *
duration_format(int64_t us, char text[DURATION_TEXT])
{
	/* Unsigned, so that INT64_MIN has a magnitude. */
	uint64_t magnitude = us < 0 ? -(uint64_t)us : (uint64_t)us;
	uint64_t ms = magnitude / 1000 + (magnitude % 1000 >= 500 ? 1 : 0);
	const char *sign = us < 0 && ms > 0 ? "-" : "";
	if (ms == 0) {
		snprintf(text, DURATION_TEXT, "0");
		return text;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		uint64_t unit = (uint64_t)(units[i].us / MILLISECOND);
		if (ms % unit != 0)
			continue;
		snprintf(text, DURATION_TEXT, "%s%llu%s", sign,
			 (unsigned long long)(ms / unit), units[i].name);
		break;
	}
	return text;
}

const char *
wall_format(int64_t wall, char text[WALL_TEXT])
{
	time_t seconds = (time_t)(wall / SECOND);
	int64_t rest = wall % SECOND;
	if (rest < 0) {
		rest += SECOND;
		seconds--;
	}
	struct tm tm;
	size_t length = 0;
	if (gmtime_r(&seconds, &tm))
		length = strftime(text, WALL_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	if (length == 0 || length + sizeof(".123Z") > WALL_TEXT)
		snprintf(text, WALL_TEXT, "?");
	else
		snprintf(text + length, WALL_TEXT - length, ".%03uZ",
			 (unsigned)(rest / MILLISECOND) % 1000u);
	return text;
}
