/* SPDX-License-Identifier: BSD-3-Clause */
/* A policy document as it is, played in virtual time: samples as a test dictates them,
   its judge, its fleet, and clients that obey. */
#ifndef BELLWETHER_TESTS_REHEARSAL_H
#define BELLWETHER_TESTS_REHEARSAL_H

#include "tests/unit/fleet-rig.h"

struct rehearsal;

/* The document of that name in doc/policy; mode: in place of mode="automatic", NULL to
   leave it. NULL when it cannot be used; its faults are printed. */
struct rehearsal *rehearsal_new(const char *file, const char *mode);
void rehearsal_free(struct rehearsal *rehearsal);
/* Lives as long. Each client has the number of its row, from 1. */
struct rig *rehearsal_rig(struct rehearsal *rehearsal);
/* "cpu=97", "rtt=timeout", "daemon=absent", "search=failed": what the input reads as from
   now on; a counter grows by so many a second. At first services are up, the host is idle, and nothing else is known. False
   when there is no such input, or no such reading. */
bool rehearsal_set(struct rehearsal *rehearsal, const char *word);
/* Lets time pass: each input is sampled at its own pace, each time judged. What is due at
   the end is left for what follows. */
void rehearsal_run(struct rehearsal *rehearsal, int64_t duration);

#endif
