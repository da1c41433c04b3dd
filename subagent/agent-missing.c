/* SPDX-License-Identifier: BSD-3-Clause */
/* No gap unannounced: what was suppressed, or withheld by a switch that is on again, is
   told by a notification of its own. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"

/* One for a whole storm. */
#define PACE (10 * SECOND)

/* A switch that is on again: what came meanwhile may be news. */
static void
watch_switches(struct agent *agent, const struct mib_scalars *scalars)
{
	struct agent_missing *missing = &agent->missing;
	struct agent_sequence *sequence = &agent->notices.sequence;
	for (unsigned i = 0; i < MIB_SWITCHES; i++) {
		if (missing->notify[i] == MIB_DISABLED &&
		    scalars->notify[i] == MIB_ENABLED)
			missing->on_again = true;
		missing->notify[i] = scalars->notify[i];
	}
	/* Another engine counts anew. */
	if (scalars->suppressed < sequence->told)
		sequence->told = scalars->suppressed;
	if (scalars->withheld < sequence->withheld)
		sequence->withheld = scalars->withheld;
}

static void
tell(struct agent *agent, uint64_t suppressed, uint64_t withheld)
{
	char reason[MIB_TEXT], more[64] = "";
	if (withheld > 0)
		snprintf(more, sizeof(more), ", and %" PRIu64 " were switched off",
			 withheld);
	snprintf(reason, sizeof(reason),
		 "%" PRIu64 " notifications were suppressed%s: what is wrong now is in "
		 "bwAlarmTable",
		 suppressed, more);
	agent_notify_own(agent, NOTIFY_RESYNCHRONISE, 2, reason);
}

void
agent_missing_turn(struct agent *agent, int64_t now)
{
	struct agent_missing *missing = &agent->missing;
	struct agent_sequence *sequence = &agent->notices.sequence;
	struct mib_scalars scalars;
	/* What waits comes first, and tells the count itself. */
	if (!agent->connected || agent->notices.waiting > 0 ||
	    now - missing->looked < SECOND || !agent_scalars(agent, &scalars))
		return;
	missing->looked = now;
	watch_switches(agent, &scalars);
	uint64_t suppressed = scalars.suppressed - sequence->told;
	uint64_t withheld =
	    missing->on_again ? scalars.withheld - sequence->withheld : 0;
	if (suppressed + withheld == 0)
		missing->on_again = false;
	if (suppressed + withheld == 0 || scalars.notify[0] == MIB_DISABLED ||
	    (missing->told != 0 && now - missing->told < PACE))
		return;
	tell(agent, suppressed, withheld);
	missing->told = now;
	/* They are kept with the number of what tells, when that is sent. */
	sequence->told = scalars.suppressed;
	if (missing->on_again)
		sequence->withheld = scalars.withheld;
	missing->on_again = false;
}
