/* SPDX-License-Identifier: BSD-3-Clause */
/* What benches of the core share: a policy from a text, and time that is the process's
   own, for others may be using the machine. */
#ifndef BELLWETHER_TESTS_BENCH_POLICY_H
#define BELLWETHER_TESTS_BENCH_POLICY_H

#include <stdint.h>

#include "policy/policy.h"

/* From a document that names no other file. Its faults go to standard
   error; NULL when there is one. */
struct policy *bench_policy(char *text);
/* us of processor time so far. */
int64_t bench_time(void);

#endif
