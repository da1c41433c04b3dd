/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of the board but for clients: which rows, and when they are made anew. */
#include "config.h"

#include "subagent/publish-inside.h"

#include <string.h>

/* ---- the server's row ---- */

static void
describe_state(const struct shown *shown, const struct server_view *view,
	       struct moment now, struct mib_server *row)
{
	char hold_down[OPERATION_TEXT];
	uint32_t deciding = view->verdict->deciding;
	bool any = view->verdict->at != 0 && deciding != POLICY_NONE;
	if (any)
		rows_text(judge_condition_name(view->judge, deciding), row->deciding,
			  sizeof(row->deciding));
	rows_text(fleet_hold_down(view->fleet, now, hold_down) ? hold_down
							       : shown->reason,
		  row->reason, sizeof(row->reason));
	if (fleet_paused(view->fleet))
		rows_text(shown->pause_reason, row->mode_reason,
			  sizeof(row->mode_reason));
}

/* How bad a state is by itself. */
static uint32_t
state_severity(enum server_state state)
{
	switch (state) {
	case SERVER_SHEDDING:
	case SERVER_AWAY:
		return SEVERITY_CRITICAL;
	case SERVER_RETURNING:
	case SERVER_UNKNOWN:
		return SEVERITY_NOTICE;
	case SERVER_SERVING:
		break;
	}
	return SEVERITY_OK;
}

/* One octet a second; seconds that nobody looked at are unknown. */
static void
keep_history(struct shown *shown, uint32_t performance, int64_t now)
{
	int64_t second = now - now % SECOND;
	int64_t steps = (second - shown->history_at) / SECOND;
	size_t size = sizeof(shown->history);
	if (steps <= 0)
		return;
	size_t by = steps > (int64_t)size ? size : (size_t)steps;
	memmove(shown->history, shown->history + by, size - by);
	memset(shown->history + size - by, 255, by);
	shown->history[size - 1] =
	    performance == UINT32_MAX ? 255 : (uint8_t)performance;
	shown->history_at = second;
}

static void
follow_mode(struct shown *shown, struct mib_server *row, struct moment now)
{
	if (row->mode != shown->mode) {
		shown->mode_changed = now.boot;
		shown->mode_transitions += shown->mode != 0;
		shown->mode = row->mode;
	}
	row->mode_changed = shown->mode_changed;
	row->mode_transitions = shown->mode_transitions;
}

void
tables_server(struct publisher *publisher, struct shown *shown,
	      const struct server_view *view, struct moment now)
{
	struct mib_server *row = &shown->row;
	rows_server(view, row);
	row->index = (struct mib_row){ shown->number, shown->number };
	if (view->verdict->performance_known)
		shown->performance_at = view->verdict->at;
	row->performance_at = shown->performance_at;
	describe_state(shown, view, now, row);
	row->severity = state_severity((enum server_state)row->state);
	uint32_t worst = alarms_worst(&shown->alarms);
	if (worst > row->severity)
		row->severity = worst;
	row->policy_loaded = shown->policy_loaded;
	follow_mode(shown, row, now);
	if (shown->events > 0)
		row->event = shown->event[shown->events - 1].index.row;
	keep_history(shown, row->performance, now.boot);
	row->history_at = shown->history_at;
	memcpy(row->history, shown->history, sizeof(row->history));
	if (publisher->work == WORK_NONE && publisher->board)
		board_write(publisher->board, MIB_SERVER, shown->layout.at,
			    &row->index);
}

/* ---- what changes slowly ---- */

static void
write_row(struct publisher *publisher, enum mib_table table, const struct shown *shown,
	  const struct ranks *ranks, uint32_t i, struct mib_row *row)
{
	row->server = shown->number;
	row->row = ranks->number[i];
	board_write(publisher->board, table, ranks->position[i], row);
}

static void
write_inputs(struct publisher *publisher, struct shown *shown,
	     const struct server_view *view)
{
	const struct layout *layout = &shown->layout;
	const uint32_t *input = layout->input;
	for (uint32_t i = 0; i < layout->parameter.count; i++) {
		struct mib_parameter row;
		rows_parameter(view, *input++, &row);
		write_row(publisher, MIB_PARAMETER, shown, &layout->parameter, i,
			  &row.index);
	}
	for (uint32_t i = 0; i < layout->service.count; i++) {
		struct mib_service row;
		rows_service(view, *input++, &row);
		write_row(publisher, MIB_SERVICE, shown, &layout->service, i,
			  &row.index);
	}
}

/* Each time anew: a reason with values of ten seconds ago, beside today's, would send
   people looking in the wrong place. */
static void
write_conditions(struct publisher *publisher, struct shown *shown,
		 const struct server_view *view)
{
	const struct layout *layout = &shown->layout;
	for (uint32_t i = 0; i < layout->condition.count; i++) {
		struct mib_condition row;
		char why[MIB_TEXT];
		rows_condition(view, i, &row);
		judge_explain(view->judge, i, why, sizeof(why));
		rows_text(why, row.reason, sizeof(row.reason));
		write_row(publisher, MIB_CONDITION, shown, &layout->condition, i,
			  &row.index);
	}
}

static void
write_groups(struct publisher *publisher, struct shown *shown,
	     const struct server_view *view)
{
	const struct layout *layout = &shown->layout;
	for (uint32_t i = 0; i < layout->alternate.count; i++) {
		struct mib_alternate row;
		rows_alternate(view, i, &row);
		row.clients = layout->clients.alternate[i];
		write_row(publisher, MIB_ALTERNATE, shown, &layout->alternate, i,
			  &row.index);
	}
	for (uint32_t i = 0; i < layout->group.count; i++) {
		const struct group_count *count = &layout->clients.group[i];
		struct mib_group row;
		rows_group(view->policy, i, &row);
		row.clients = count->clients;
		row.here = count->here;
		row.away = count->away;
		row.unknown = count->unknown;
		row.ordered = count->ordered;
		row.silent = count->silent;
		write_row(publisher, MIB_GROUP, shown, &layout->group, i, &row.index);
	}
}

void
tables_slow(struct publisher *publisher, struct shown *shown,
	    const struct server_view *view, struct moment now)
{
	(void)now;
	write_inputs(publisher, shown, view);
	write_conditions(publisher, shown, view);
	write_groups(publisher, shown, view);
}

/* ---- operations ---- */

/* Oldest first, between those that the fleet does not know. */
static uint32_t
gather_server(const struct publisher *publisher, const struct shown *shown,
	      const struct server_view *view, struct mib_operation *out)
{
	size_t count = 0, own = 0;
	while (count < PUBLISH_OPERATIONS && fleet_operation(view->fleet, count))
		count++;
	own = publisher->calls.operations(publisher->calls.context, shown->number, out,
					  PUBLISH_OPERATIONS - count);
	for (size_t i = count; i > 0; i--) {
		struct mib_operation row;
		rows_operation(fleet_operation(view->fleet, i - 1), &row);
		size_t at = own;
		while (at > 0 && out[at - 1].index.row > row.index.row)
			at--;
		/* A wish that was refused for the sake of that number hides nothing. */
		if (at > 0 && out[at - 1].index.row == row.index.row) {
			memcpy(&out[at - 1], &row, sizeof(row));
			continue;
		}
		memmove(&out[at + 1], &out[at], (own - at) * sizeof(*out));
		memcpy(&out[at], &row, sizeof(row));
		own++;
	}
	for (size_t i = 0; i < own; i++)
		out[i].index.server = shown->number;
	return (uint32_t)own;
}

void
tables_operations(struct publisher *publisher)
{
	uint32_t count = 0;
	bool moved = false;
	for (size_t i = 0; i < publisher->servers; i++) {
		const struct shown *shown = publisher->order[i];
		struct server_view view;
		if (publisher->calls.view(publisher->calls.context,
					  (size_t)(shown - publisher->shown), &view))
			count += gather_server(publisher, shown, &view,
					       publisher->operation + count);
	}
	for (uint32_t i = 0; i < count && i < publisher->operations; i++)
		moved |= memcmp(&publisher->operation[i].index,
				&publisher->operations_shown[i],
				sizeof(struct mib_row)) != 0;
	moved |= count < publisher->operations;
	if (moved)
		board_shift_begin(publisher->board, MIB_OPERATION);
	for (uint32_t i = 0; i < count; i++) {
		board_write(publisher->board, MIB_OPERATION, i,
			    &publisher->operation[i].index);
		publisher->operations_shown[i] = publisher->operation[i].index;
	}
	board_count(publisher->board, MIB_OPERATION, count);
	publisher->operations = count;
	if (moved)
		board_shift_end(publisher->board, MIB_OPERATION);
}

/* ---- events ---- */

/* Nothing moves as long as the last server's grow only. */
static bool
events_moved(const struct publisher *publisher)
{
	uint32_t at = 0;
	for (size_t i = 0; i < publisher->servers; i++) {
		const struct shown *shown = publisher->order[i];
		if (shown->events_at != at || shown->events_shown > shown->events)
			return true;
		at += shown->events;
	}
	return false;
}

void
tables_events(struct publisher *publisher)
{
	bool moved = events_moved(publisher);
	uint32_t at = 0;
	if (moved)
		board_shift_begin(publisher->board, MIB_EVENT);
	for (size_t i = 0; i < publisher->servers; i++) {
		struct shown *shown = publisher->order[i];
		for (uint32_t e = moved ? 0 : shown->events_shown; e < shown->events;
		     e++) {
			struct mib_event *event = &shown->event[e];
			event->index.server = shown->number;
			board_write(publisher->board, MIB_EVENT, at + e, &event->index);
		}
		shown->events_shown = shown->events;
		shown->events_at = at;
		at += shown->events;
	}
	board_count(publisher->board, MIB_EVENT, at);
	if (moved)
		board_shift_end(publisher->board, MIB_EVENT);
}

/* ---- alarms ---- */

void
tables_alarms(struct publisher *publisher)
{
	bool moved = false;
	uint32_t count = 0;
	for (size_t i = 0; i < publisher->servers; i++)
		moved |= publisher->order[i]->alarms.changed;
	if (moved)
		board_shift_begin(publisher->board, MIB_ALARM);
	for (size_t i = 0; i < publisher->servers; i++) {
		struct alarms *alarms = &publisher->order[i]->alarms;
		for (uint32_t a = 0; a < alarms->count; a++)
			board_write(publisher->board, MIB_ALARM, count++,
				    &alarms->alarm[a].index);
		alarms->changed = false;
	}
	board_count(publisher->board, MIB_ALARM, count);
	if (moved)
		board_shift_end(publisher->board, MIB_ALARM);
}
