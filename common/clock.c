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

/* So many digits and no others; -1 for anything else. */
static int
read_digits(const char *text, int count)
{
	int number = 0;
	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/* "Z" or "+01:00": what is to be taken off; false for anything else. */
static bool
read_offset(const char *text, int64_t *offset)
{
	*offset = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':')
		return false;
	int hours = read_digits(text + 1, 2), minutes = read_digits(text + 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*offset = (hours * HOUR + minutes * MINUTE) * (*text == '-' ? -1 : 1);
	return true;
}

bool
wall_parse(const char *text, int64_t *wall)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	int64_t offset, part = 0, scale = SECOND;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? read_digits(text + i, 1) < 0 : text[i] != form[i])
			return false;
	struct tm tm = { .tm_year = read_digits(text, 4) - 1900,
			 .tm_mon = read_digits(text + 5, 2) - 1,
			 .tm_mday = read_digits(text + 8, 2),
			 .tm_hour = read_digits(text + 11, 2),
			 .tm_min = read_digits(text + 14, 2),
			 .tm_sec = read_digits(text + 17, 2) };
	struct tm same = tm;
	time_t seconds = timegm(&same);
	const char *rest = text + sizeof(form) - 1;
	/* The 31st of a short month, hour 24: timegm() takes them for others. */
	if (same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday ||
	    same.tm_hour != tm.tm_hour || same.tm_min != tm.tm_min ||
	    same.tm_sec != tm.tm_sec)
		return false;
	if (*rest == '.' && read_digits(++rest, 1) < 0)
		return false;
	for (; *rest >= '0' && *rest <= '9' && scale > 1; rest++)
		part += (*rest - '0') * (scale /= 10);
	if (!read_offset(rest, &offset))
		return false;
	*wall = (int64_t)seconds * SECOND + part - offset;
	return true;
}
