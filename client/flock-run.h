/* SPDX-License-Identifier: BSD-3-Clause */
/* A flock at work: its loop, its sockets, its simulated hooks. */
#ifndef BELLWETHER_CLIENT_FLOCK_RUN_H
#define BELLWETHER_CLIENT_FLOCK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message/keys.h"
#include "policy/policy.h"

struct flock_options {
	int64_t hook;         /* how long a simulated hook takes */
	double loss, fail;    /* shares, 0 to 1: of datagrams each way; of hooks */
	const char *state;    /* folder; NULL: nothing is kept */
	bool status;          /* summaries tell messages and refusals too */
	uint64_t seed;        /* of every choice */
	int64_t after, retry; /* as <return> of client.xml */
};

/* Simulates those rows of the policy until TERM or INT, printing a summary to standard
   output a second after something changed and at the end. False when it cannot start,
   after logging why. */
bool flock_run(const struct policy *policy, const struct keys *keys,
	       const uint32_t *row, size_t rows, const struct flock_options *options);

#endif
