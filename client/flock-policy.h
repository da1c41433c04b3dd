/* SPDX-License-Identifier: BSD-3-Clause */
/* What a flock takes from a policy: the server, its master keys, and who is simulated. */
#ifndef BELLWETHER_CLIENT_FLOCK_POLICY_H
#define BELLWETHER_CLIENT_FLOCK_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "message/keys.h"
#include "policy/policy.h"
#include "policy/selector.h"

/* Loads a policy and the master keys it names; faults go to `faults` as file:line. server
   (else NULL) must be its server's name. False after saying why; else the caller frees
   both. */
bool flock_policy_load(const char *path, const char *server, FILE *faults,
		       struct policy **policy, struct keys **keys);

/* Rows of a SELECTION (policy/selector.h), in the policy's order; "" is all. NULL with why
   when the text makes no sense or selects nobody. The caller frees. */
uint32_t *flock_select(const struct policy *policy, const char *text, size_t *rows,
		       char why[SELECTOR_WHY]);

#endif
