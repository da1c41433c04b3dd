/* SPDX-License-Identifier: BSD-3-Clause */
/* The flock's counts, as lines on standard output. */
#include "config.h"

#include "client/flock-report.h"

#include <inttypes.h>
#include <stdio.h>

void
report_move(struct flock_report *report, enum place from, enum place to)
{
	if (from) {
		report->place[from]--;
		report->moves++;
	}
	report->place[to]++;
}

void
report_check(struct flock_report *report, enum message_check check)
{
	report->check[check]++;
}

void
report_error(struct flock_report *report)
{
	report->errors++;
}

static void
print_details(const struct flock_report *report)
{
	printf("moves %" PRIu64 " send-errors %" PRIu64 " received", report->moves,
	       report->errors);
	for (unsigned check = 0; check < CHECK_COUNT; check++)
		if (report->check[check] > 0)
			printf(" %s %" PRIu64,
			       message_check_name((enum message_check)check),
			       report->check[check]);
	printf("\n");
}

void
report_print(struct flock_report *report, bool details, bool end)
{
	uint64_t here = report->place[PLACE_HERE], away = report->place[PLACE_AWAY];
	if (!end && report->ever && here == report->printed[0] &&
	    away == report->printed[1])
		return;
	report->ever = true;
	report->printed[0] = here;
	report->printed[1] = away;
	printf("here %" PRIu64 " away %" PRIu64 "\n", here, away);
	if (details)
		print_details(report);
	fflush(stdout);
}
