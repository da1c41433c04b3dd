/* SPDX-License-Identifier: BSD-3-Clause */
/* How alternates are, by their own Bellwethers' MIB: each asked at its own pace, through
   the poller. */
#ifndef BELLWETHER_SUBAGENT_HEALTH_H
#define BELLWETHER_SUBAGENT_HEALTH_H

#include <stddef.h>
#include <stdint.h>

#include "fleet/fleet.h"
#include "monitor/poller.h"
#include "policy/policy.h"

struct healths;

/* What one answered, for fleet_health(); NULL with why when it did not. May close nothing
   from here. */
typedef void healths_done(void *context, uint32_t alternate,
			  const struct fleet_health *health, const char *why);

/* Of a policy's alternates with <health>, which live until the end. NULL when there is
   none, and without memory. */
struct healths *healths_open(const struct policy *policy, struct poller *poller,
			     healths_done *done, void *context);
/* Asks those whose turn has come. */
void healths_ask(struct healths *healths, int64_t now);
/* Boot time of the next turn. */
int64_t healths_next(const struct healths *healths);
/* Nothing is answered any more. NULL is fine. */
void healths_close(struct healths *healths);

#endif
