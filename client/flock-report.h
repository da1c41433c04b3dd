/* SPDX-License-Identifier: BSD-3-Clause */
/* What a flock counts and prints: where its members are, what its messages came to. */
#ifndef BELLWETHER_CLIENT_FLOCK_REPORT_H
#define BELLWETHER_CLIENT_FLOCK_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "message/message.h"

struct flock_report {
	uint64_t place[PLACE_UNKNOWN + 1]; /* members, by enum place */
	uint64_t moves, errors;
	uint64_t check[CHECK_COUNT]; /* datagrams received, by verdict */
	uint64_t printed[2];         /* here and away, as last printed */
	bool ever;
};

/* from 0: a new member. */
void report_move(struct flock_report *report, enum place from, enum place to);
void report_check(struct flock_report *report, enum message_check check);
void report_error(struct flock_report *report);
/* "here 150 away 50"; not when it would only repeat the last, unless it is the end.
   details: a second line with the messages by verdict. */
void report_print(struct flock_report *report, bool details, bool end);

#endif
