/* SPDX-License-Identifier: BSD-3-Clause */
/* A policy in virtual time: its judge and its fleet as the daemon runs them, and a crowd
   of clients. */
#ifndef BELLWETHER_TUI_OFFLINE_REPLAY_H
#define BELLWETHER_TUI_OFFLINE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/sample.h"
#include "fleet/fleet.h"
#include "policy/judge.h"
#include "policy/policy.h"
#include "tui/offline-crowd.h"

struct replay;

/* Each may be NULL. */
struct replay_calls {
	void *context;
	/* Before the fleet is told of it. */
	void (*looked)(void *context, const struct verdict *verdict, const char *why);
	void (*event)(void *context, const struct fleet_event *event);
	/* An order leaves, a repetition too. */
	void (*ordered)(void *context, uint32_t row, enum message_type type,
			struct moment now);
	void (*moved)(void *context, uint32_t row, enum place to, struct moment now);
};

/* Times below are since the start, which was at that wall clock. The policy outlives it.
   by_itself: it looks when the daemon would, and samples are repeated (offline-repeat.h); else it
   looks only by replay_look(), and samples are all that there are. NULL without memory. */
struct replay *
replay_new(const struct policy *policy, const struct crowd_options *options,
	   const struct replay_calls *calls, int64_t wall, bool by_itself);
void replay_free(struct replay *replay);

/* Everything that is due before that time, which never goes back; then it is that time. */
void replay_until(struct replay *replay, int64_t time);
/* Now: what has come in. asked and at of the sample are times since the start. */
void replay_sample(struct replay *replay, const struct sample *sample);
void replay_look(struct replay *replay);
/* Nothing that was measured before counts any more. False without memory. */
bool replay_gap(struct replay *replay);

struct moment replay_now(const struct replay *replay);
/* That moment's time since the start. */
int64_t replay_time(const struct replay *replay, int64_t boot);
const struct judge *replay_judge(const struct replay *replay);
/* For operators' wishes and alternates' health; then replay_settle(). */
struct fleet *replay_fleet(struct replay *replay);
struct crowd *replay_crowd(struct replay *replay);
void replay_settle(struct replay *replay);

#endif
