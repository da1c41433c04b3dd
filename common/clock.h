/* SPDX-License-Identifier: BSD-3-Clause */
/* Time: microseconds in int64_t everywhere; durations on CLOCK_BOOTTIME. */
#ifndef BELLWETHER_COMMON_CLOCK_H
#define BELLWETHER_COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define MILLISECOND INT64_C(1000)
#define SECOND      INT64_C(1000000)
#define MINUTE      (60 * SECOND)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)
/* Later than any deadline. */
#define NEVER INT64_MAX

/* One instant on both clocks. The pure core gets it as an argument and never
   asks for it. boot only moves forward; wall may jump either way. */
struct moment {
	int64_t boot; /* CLOCK_BOOTTIME: every interval and deadline in memory */
	int64_t
	    wall; /* CLOCK_REALTIME, since 1970: message ids, stored deadlines, logs */
};

struct moment clock_now(void);

/* "800ms" "30s" "5m" "1h" "2d": a whole number and one unit; "0" needs none.
   False for anything else and beyond 10 years; leaves *us untouched. */
bool duration_parse(const char *text, int64_t *us);
#define DURATION_TEXT 24
/* Shortest exact form that duration_parse() reads ("90s", "1500ms"); values that
   are no whole milliseconds round to the nearest. Returns text. */
const char *duration_format(int64_t us, char text[DURATION_TEXT]);
#define WALL_TEXT 28
/* UTC, "2026-11-23T08:17:28.123Z". Returns text. */
const char *wall_format(int64_t wall, char text[WALL_TEXT]);
/* RFC 3339: "2026-11-23T08:17:28.123456Z", also with "+01:00"; up to six decimals. False
   for anything else, and leaves *wall untouched. */
bool wall_parse(const char *text, int64_t *wall);

#endif
