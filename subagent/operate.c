/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations that came by SNMP: planned, begun, refused, and what was answered. */
#include "config.h"

#include "subagent/operate.h"

#include <stdio.h>
#include <string.h>

#include "subagent/publish-rows.h"

enum { STATE_PLANNED = 1, STATE_REFUSED = 6 };
enum { ROW_ACTIVE = 1, ROW_NOT_IN_SERVICE = 2 };

/* ---- rows ---- */

static struct mib_operation *
find(struct operate *operate, uint32_t server, uint32_t number)
{
	for (size_t i = 0; i < OPERATE_ROWS; i++) {
		struct mib_operation *row = &operate->list[i].row;
		if (row->index.row == number && row->index.server == server)
			return row;
	}
	return NULL;
}

static void
forget(struct operate *operate, uint32_t server, uint32_t number)
{
	struct mib_operation *row = find(operate, server, number);
	if (row)
		memset(row, 0, sizeof(*row));
}

static int64_t
rank(const struct operate *operate, size_t i)
{
	return operate->list[i].row.index.row == 0 ? 0 : operate->list[i].until;
}

/* The row for it: its own, a free one, or the oldest one's. */
static struct mib_operation *
row_for(struct operate *operate, const struct link_operate *wanted, int64_t now)
{
	size_t best = 0;
	for (size_t i = 0; i < OPERATE_ROWS; i++) {
		const struct mib_operation *row = &operate->list[i].row;
		if (row->index.row == wanted->number &&
		    row->index.server == wanted->server) {
			best = i;
			break;
		}
		if (rank(operate, i) < rank(operate, best))
			best = i;
	}
	operate->list[best].until = now + OPERATE_KEPT;
	memset(&operate->list[best].row, 0, sizeof(operate->list[best].row));
	return &operate->list[best].row;
}

static void
keep(struct operate *operate, const struct link_operate *wanted, uint32_t state,
     const struct fleet_plan *plan, const char *text, struct moment now)
{
	struct mib_operation *row = row_for(operate, wanted, now.boot);
	row->index = (struct mib_row){ wanted->server, wanted->number };
	row->action = wanted->action;
	rows_text(wanted->selection, row->selection, sizeof(row->selection));
	rows_text(wanted->requester, row->requester, sizeof(row->requester));
	rows_text(wanted->reason, row->reason, sizeof(row->reason));
	row->hold = wanted->hold;
	row->share = wanted->share;
	row->limit = wanted->limit;
	row->force = wanted->force;
	row->verified = wanted->verified;
	row->initiator = INITIATOR_OPERATOR;
	row->state = state;
	rows_text(text, row->answer, sizeof(row->answer));
	rows_text(plan->loads, row->loads, sizeof(row->loads));
	rows_operation_name(row);
	row->matched = plan->matched;
	row->held = plan->held;
	row->kept = plan->kept;
	row->planned = plan->planned;
	row->changed = now.boot;
	row->row_status = state == STATE_PLANNED ? ROW_NOT_IN_SERVICE : ROW_ACTIVE;
}

size_t
operate_rows(struct operate *operate, uint32_t server, struct moment now,
	     struct mib_operation *out, size_t room)
{
	size_t count = 0;
	for (size_t i = 0; i < OPERATE_ROWS; i++) {
		struct mib_operation *row = &operate->list[i].row;
		if (row->index.row != 0 && now.boot >= operate->list[i].until)
			memset(row, 0, sizeof(*row));
		if (row->index.row == 0 || row->index.server != server || count == room)
			continue;
		size_t at = count++;
		while (at > 0 && out[at - 1].index.row > row->index.row)
			at--;
		memmove(&out[at + 1], &out[at], (count - 1 - at) * sizeof(*out));
		memcpy(&out[at], row, sizeof(*row));
	}
	return count;
}

uint32_t
operate_next(const struct operate *operate, uint32_t next)
{
	for (size_t i = 0; i < OPERATE_ROWS; i++)
		if (operate->list[i].row.index.row >= next)
			next = operate->list[i].row.index.row + 1;
	return next;
}

/* ---- what is asked ---- */

struct fleet_wish
operate_wish(const struct link_operate *wanted)
{
	return (struct fleet_wish){
		.number = wanted->number,
		.action = (enum action)wanted->action,
		.selection = wanted->selection,
		.requester = wanted->requester,
		.reason = wanted->reason,
		.hold = (int64_t)wanted->hold * SECOND,
		.share = wanted->share / 100.0,
		.limit = wanted->limit,
		.force = wanted->force,
		.verified = wanted->verified,
	};
}

/* A number that is shown here, were it that of a refusal, is given to nothing else. */
static bool
take_plan(struct operate *operate, struct fleet *fleet,
	  const struct link_operate *wanted, struct moment now, char why[FLEET_WHY])
{
	struct fleet_wish wish = operate_wish(wanted);
	struct fleet_plan plan = { 0 };
	bool known = find(operate, wanted->server, wanted->number) != NULL;
	bool good = fleet_plan(fleet, &wish, now, &plan, why);
	bool ours = known || fleet_number_reserve(fleet, wanted->number);
	if (good && !ours) {
		good = false;
		snprintf(why, FLEET_WHY,
			 "number %u is taken, or too far from the next, %u",
			 wanted->number, fleet_number(fleet));
	}
	keep(operate, wanted, good ? STATE_PLANNED : STATE_REFUSED, &plan, why, now);
	return good;
}

static bool
take_run(struct operate *operate, struct fleet *fleet,
	 const struct link_operate *wanted, struct moment now, char why[FLEET_WHY])
{
	struct fleet_wish wish = operate_wish(wanted);
	struct fleet_plan plan = { 0 };
	if (fleet_operate(fleet, &wish, now, why) != 0) {
		forget(operate, wanted->server, wanted->number);
		return true;
	}
	fleet_number_reserve(fleet, wanted->number);
	keep(operate, wanted, STATE_REFUSED, &plan, why, now);
	return false;
}

static bool
take_cancel(struct operate *operate, struct fleet *fleet,
	    const struct link_operate *wanted, struct moment now, char why[FLEET_WHY])
{
	if (!find(operate, wanted->server, wanted->number))
		return fleet_cancel(fleet, wanted->number, now, why);
	forget(operate, wanted->server, wanted->number);
	snprintf(why, FLEET_WHY, "withdrawn");
	return true;
}

void
operate_take(struct operate *operate, struct fleet *fleet,
	     const struct link_operate *wanted, struct moment now,
	     struct link_answer *answer)
{
	char why[FLEET_WHY] = "";
	memset(answer, 0, sizeof(*answer));
	answer->server = wanted->server;
	answer->number = wanted->number;
	switch (wanted->kind) {
	case OPERATE_PLAN:
		answer->accepted = take_plan(operate, fleet, wanted, now, why);
		break;
	case OPERATE_RUN:
	case OPERATE_GO:
		answer->accepted = take_run(operate, fleet, wanted, now, why);
		break;
	case OPERATE_CANCEL:
		answer->accepted = take_cancel(operate, fleet, wanted, now, why);
		break;
	}
	rows_text(why, answer->text, sizeof(answer->text));
}
