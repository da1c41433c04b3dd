/* SPDX-License-Identifier: BSD-3-Clause */
/* What a trace has beside samples and looks: what operators did, how alternates were, how
   clients are to behave. */
#ifndef BELLWETHER_TUI_OFFLINE_DEEDS_H
#define BELLWETHER_TUI_OFFLINE_DEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/trace.h"
#include "fleet/fleet.h"
#include "policy/selector.h"
#include "tui/offline-replay.h"

/* A record of any of these kinds, understood: it stands by itself. */
struct deed {
	enum trace_kind kind; /* TRACE_PAUSE, _RESUME, _OPERATE, _CLIENTS, _ALTERNATE */
	unsigned pause;       /* PAUSED_ bit */
	/* Of an operation. */
	struct fleet_wish wish;
	char selection[SELECTOR_TEXT], requester[NAME_TEXT];
	char reason[OPERATION_TEXT];
	/* Of clients: what is said of them. */
	bool has_manner, has_loss, has_delay, has_skew, restart;
	enum manner manner;
	double loss;
	int64_t delay, skew;
	/* Of an alternate. */
	uint32_t alternate; /* POLICY_NONE: the policy has none of that name */
	bool silent;
	struct fleet_health health;
};

#define DEED_WHY 384
/* False with why: what is wrong, and what was expected. marks has a byte a client. */
bool deed_parse(const struct policy *policy, const struct trace_record *record,
		uint8_t *marks, struct deed *deed, char why[DEED_WHY]);
/* It happens now. */
void deed_do(struct deed *deed, struct replay *replay, uint8_t *marks);

#endif
