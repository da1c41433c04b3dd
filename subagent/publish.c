/* SPDX-License-Identifier: BSD-3-Clause */
/* The publisher: keeps the board, the alarms and the notifications true to what the
   engine knows. */
#include "config.h"

#include "subagent/publish-inside.h"

#include <stdlib.h>
#include <string.h>

#define FILL_ROWS  4000u  /* clients a turn while a board is being filled */
#define WALK_TURNS 5u     /* all clients within so many turns, */
#define WALK_ROWS  20000u /* but no more than these in one */
/* Clients that leave one by one are no reason to make boards without end. */
#define REPLAN (5 * SECOND)
/* Turns follow looks at samples, and those come a little early at times. */
#define ABOUT_A_SECOND (SECOND - SECOND / 20)

struct publisher *
publisher_new(const struct publisher_calls *calls, struct indexes *indexes,
	      struct moment now)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));
	if (!publisher)
		return NULL;
	publisher->calls = *calls;
	publisher->indexes = indexes;
	publisher->told = indexes_sequence(indexes);
	publisher->started = now.boot;
	notices_init(&publisher->notices, now);
	return publisher;
}

static void
forget(struct shown *shown)
{
	layout_free(&shown->layout);
	free(shown->event);
	free(shown->services.number);
	free(shown->services.state);
	memset(shown, 0, sizeof(*shown));
}

void
publisher_free(struct publisher *publisher)
{
	if (!publisher)
		return;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		forget(&publisher->shown[i]);
	if (publisher->next)
		board_close(publisher->next);
	if (publisher->board)
		board_close(publisher->board);
	free(publisher->operation);
	free(publisher->operations_shown);
	free(publisher);
}

/* ---- servers that come and go ---- */

static bool
begin(struct publisher *publisher, struct shown *shown, const char *name,
      struct moment now)
{
	memset(shown, 0, sizeof(*shown));
	shown->number = indexes_number(publisher->indexes, "", INDEX_SERVER, name);
	shown->event = calloc(PUBLISH_EVENT_ROOM, sizeof(*shown->event));
	shown->there = shown->number != 0 && shown->event != NULL;
	slice_copy(slice_of(name), shown->name, sizeof(shown->name));
	memset(shown->history, 255, sizeof(shown->history));
	shown->since = now.boot;
	shown->history_at = now.boot - now.boot % SECOND;
	if (!shown->there)
		forget(shown);
	return shown->there;
}

static bool
view_of(const struct publisher *publisher, size_t slot, struct server_view *view)
{
	return publisher->calls.view(publisher->calls.context, slot, view);
}

static bool
fits(const struct shown *shown, const struct server_view *view)
{
	return shown->layout.there && shown->layout.generation == view->generation &&
	       shown->layout.rows == fleet_rows(view->fleet);
}

/* True when the board no longer has everybody's place. */
static bool
follow_servers(struct publisher *publisher, struct moment now)
{
	bool fresh = false, fewer = false;
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct shown *shown = &publisher->shown[i];
		struct server_view view;
		bool there = view_of(publisher, i, &view);
		if (shown->there &&
		    (!there || strcmp(shown->name, view.policy->server) != 0)) {
			if (shown->alarms.count > 0)
				publisher->alarms_changed = now.boot;
			publisher->alarms_cleared += shown->alarms.count;
			forget(shown);
			fresh = true;
		}
		if (!there)
			continue;
		if (!shown->there && !begin(publisher, shown, view.policy->server, now))
			continue;
		if (shown->generation != view.generation || !shown->policy_loaded) {
			shown->generation = view.generation;
			shown->policy_loaded = now.wall;
		}
		if (!shown->layout.there || shown->layout.generation != view.generation)
			fresh = true;
		else if (!fits(shown, &view))
			fewer = true;
	}
	return fresh || (fewer && now.boot >= publisher->planned_at + REPLAN);
}

/* ---- a new board ---- */

static bool
make_room(struct publisher *publisher)
{
	size_t room = PUBLISH_OPERATIONS * (publisher->servers + 1);
	free(publisher->operation);
	free(publisher->operations_shown);
	publisher->operation = calloc(room, sizeof(*publisher->operation));
	publisher->operations_shown =
	    calloc(room, sizeof(*publisher->operations_shown));
	publisher->operations = 0;
	return publisher->operation && publisher->operations_shown;
}

/* Again, soon, when there was no memory. */
static bool
plan(struct publisher *publisher, struct moment now)
{
	if (!layout_plan(publisher, now) || !make_room(publisher)) {
		for (size_t i = 0; i < PORTS_SERVERS; i++)
			publisher->shown[i].layout.there = false;
		return false;
	}
	publisher->work = WORK_ASKED;
	return true;
}

void
publisher_worked(struct publisher *publisher)
{
	publisher->work = publisher->next ? WORK_FILLING : WORK_NONE;
	if (publisher->next)
		return;
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		publisher->shown[i].layout.there = false;
}

static void
drop_next(struct publisher *publisher)
{
	board_close(publisher->next);
	publisher->next = NULL;
	publisher->work = WORK_NONE;
}

/* Nobody sees it before it is whole. */
static bool
fill(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->servers; i++) {
		struct shown *shown = publisher->order[i];
		struct server_view view;
		if (shown->layout.clients.whole)
			continue;
		view_of(publisher, (size_t)(shown - publisher->shown), &view);
		clients_walk(&shown->layout.clients, &view, publisher->next,
			     publisher->board, shown->number, FILL_ROWS);
		return false;
	}
	if (publisher->board)
		board_close(publisher->board);
	publisher->board = publisher->next;
	publisher->next = NULL;
	publisher->work = WORK_NONE;
	publisher->sent = false;
	publisher->second_at = 0;
	for (enum mib_table table = MIB_SERVER; table < MIB_TABLE_END; table++)
		if (table != MIB_OPERATION && table != MIB_EVENT && table != MIB_ALARM)
			board_count(publisher->board, table,
				    publisher->sizes.rows[table]);
	return true;
}

/* ---- turns ---- */

static void
write_scalars(struct publisher *publisher, struct moment now)
{
	struct mib_scalars *scalars = &publisher->scalars;
	memset(scalars, 0, sizeof(*scalars));
	publisher->calls.scalars(publisher->calls.context, scalars);
	scalars->discontinuity = publisher->started;
	scalars->published = now.boot;
	scalars->severity = SEVERITY_OK;
	for (size_t i = 0; i < publisher->servers; i++) {
		const struct shown *shown = publisher->order[i];
		if (shown->row.severity > scalars->severity)
			scalars->severity = shown->row.severity;
		scalars->alarms += shown->alarms.count;
	}
	scalars->alarms_raised = publisher->alarms_raised;
	scalars->alarms_cleared = publisher->alarms_cleared;
	scalars->alarms_changed = publisher->alarms_changed;
	scalars->notifications = indexes_sequence(publisher->indexes);
	scalars->suppressed = publisher->notices.suppressed;
	scalars->withheld = publisher->notices.withheld;
	for (unsigned i = 0; i < MIB_SWITCHES; i++)
		scalars->notify[i] =
		    indexes_enabled(publisher->indexes, i) ? MIB_ENABLED : MIB_DISABLED;
	board_scalars_write(publisher->board, scalars);
	board_publish(publisher->board, now.boot);
}

static void
show_server(struct publisher *publisher, struct shown *shown, bool slow,
	    const struct alarm_raise *trouble, size_t troubles, struct moment now)
{
	struct server_view view;
	if (!view_of(publisher, (size_t)(shown - publisher->shown), &view))
		return;
	if (slow)
		watch_alarms(publisher, shown, &view, trouble, troubles, now);
	tables_server(publisher, shown, &view, now);
	watch_turn(publisher, shown, &view, now);
	if (slow)
		tables_slow(publisher, shown, &view, now);
	size_t budget = shown->layout.rows / WALK_TURNS + 1;
	clients_walk(&shown->layout.clients, &view, publisher->board, NULL,
		     shown->number, budget > WALK_ROWS ? WALK_ROWS : budget);
}

static void
show(struct publisher *publisher, struct moment now)
{
	bool slow = now.boot >= publisher->second_at + ABOUT_A_SECOND;
	struct alarm_raise trouble[PUBLISH_TROUBLES];
	size_t troubles = 0;
	if (slow) {
		publisher->second_at = now.boot;
		troubles = publisher->calls.troubles(publisher->calls.context, trouble);
	}
	for (size_t i = 0; i < publisher->servers; i++)
		show_server(publisher, publisher->order[i], slow, trouble, troubles,
			    now);
	tables_operations(publisher);
	tables_events(publisher);
	if (slow)
		tables_alarms(publisher);
	write_scalars(publisher, now);
}

static void
tell(struct publisher *publisher)
{
	publisher->told = indexes_sequence(publisher->indexes);
	struct link_message message = { .kind = LINK_BOARD };
	if (!publisher->sent)
		publisher->sent = publisher->calls.send(
		    publisher->calls.context, &message, board_fd(publisher->board));
	/* The board first: what a notification names is to be on it. */
	if (publisher->sent)
		notices_send(&publisher->notices, publisher->calls.send,
			     publisher->calls.context);
}

bool
publisher_turn(struct publisher *publisher, struct moment now)
{
	if (publisher->work == WORK_ASKED)
		return false;
	bool stale = follow_servers(publisher, now);
	if (stale) {
		if (publisher->work == WORK_FILLING)
			drop_next(publisher);
		return plan(publisher, now);
	}
	if (publisher->work == WORK_FILLING && !fill(publisher))
		return false;
	if (publisher->board) {
		show(publisher, now);
		tell(publisher);
	}
	return false;
}

bool
publisher_busy(const struct publisher *publisher)
{
	return publisher->work == WORK_FILLING;
}

static bool
is_calm(const struct shown *shown)
{
	const struct mib_server *row = &shown->row;
	return row->state != SERVER_RETURNING && row->state != SERVER_SHEDDING &&
	       row->operation == 0 && row->sent + row->echoed + row->received == 0 &&
	       shown->layout.clients.still >= shown->layout.rows;
}

bool
publisher_calm(const struct publisher *publisher)
{
	if (publisher->work != WORK_NONE || !publisher->board)
		return false;
	for (size_t i = 0; i < publisher->servers; i++)
		if (!is_calm(publisher->order[i]))
			return false;
	return true;
}

bool
publisher_news(const struct publisher *publisher)
{
	return indexes_sequence(publisher->indexes) != publisher->told;
}

/* ---- what comes by itself ---- */

static const char *
client_named(const struct server_view *view, uint32_t index)
{
	for (uint32_t row = 0; row < fleet_rows(view->fleet); row++)
		if (fleet_row(view->fleet, row)->index == index)
			return fleet_client_name(view->fleet, row);
	return "";
}

/* Rows and numbers agree as a rule: the first look finds it. */
static const char *
client_name(const struct server_view *view, uint32_t index)
{
	uint32_t row = index - 1;
	if (index == 0)
		return "";
	if (row < fleet_rows(view->fleet) &&
	    fleet_row(view->fleet, row)->index == index)
		return fleet_client_name(view->fleet, row);
	return client_named(view, index);
}

/* Of one client, and it went well. */
static bool
is_minor(const struct mib_event *event)
{
	return event->client[0] != '\0' && event->severity < SEVERITY_WARNING;
}

/* The oldest go, but first those of single clients that went well: ten thousand of them
   must not hide why it was that they moved. */
static void
make_event_room(struct shown *shown)
{
	uint32_t drop = PUBLISH_EVENT_ROOM - PUBLISH_EVENTS;
	uint32_t minor = 0, kept = 0;
	for (uint32_t i = 0; i < shown->events; i++)
		minor += is_minor(&shown->event[i]);
	if (minor > drop)
		minor = drop;
	drop -= minor;
	for (uint32_t i = 0; i < shown->events; i++) {
		uint32_t *left = is_minor(&shown->event[i]) ? &minor : &drop;
		if (*left > 0)
			--*left;
		else
			shown->event[kept++] = shown->event[i];
	}
	shown->events = kept;
	/* They all lie elsewhere now. */
	shown->events_at = UINT32_MAX;
}

static void
keep_event(struct shown *shown, const struct server_view *view,
	   const struct fleet_event *event, const char *detail)
{
	if (shown->events == PUBLISH_EVENT_ROOM)
		make_event_room(shown);
	struct mib_event *row = &shown->event[shown->events++];
	rows_event(event, row);
	rows_text(client_name(view, event->client), row->client, sizeof(row->client));
	rows_text(detail, row->detail, sizeof(row->detail));
}

/* A server may have something to tell before the first turn sees it: its past, for one. A
   slot that was another's is looked after by that turn. */
static struct shown *
shown_at(struct publisher *publisher, size_t slot, const char *name, struct moment now)
{
	struct shown *shown = &publisher->shown[slot];
	if (!shown->there && !begin(publisher, shown, name, now))
		return NULL;
	return strcmp(shown->name, name) == 0 ? shown : NULL;
}

void
publisher_event(struct publisher *publisher, size_t slot,
		const struct server_view *view, const struct fleet_event *event,
		const char *detail, bool past, struct moment now)
{
	struct shown *shown = shown_at(publisher, slot, view->policy->server, now);
	if (!shown)
		return;
	keep_event(shown, view, event, detail);
	if (past)
		watch_past(shown, event);
	else
		watch_event(publisher, shown, view, event, now);
}

void
publisher_policy(struct publisher *publisher, const char *path, bool accepted,
		 const char *why, struct moment now)
{
	for (size_t i = 0; i < PORTS_SERVERS; i++) {
		struct shown *shown = &publisher->shown[i];
		/* A file that never made a server is everybody's. */
		if (!shown->there || (path[0] && strcmp(path, shown->row.policy) != 0))
			continue;
		bool was = shown->told.policy_rejected;
		rows_text(accepted ? "" : why, shown->rejected,
			  sizeof(shown->rejected));
		shown->told.policy_rejected = !accepted;
		if (!accepted)
			watch_notify(publisher, shown, NOTIFY_POLICY_REJECTED,
				     SEVERITY_WARNING, 0, why, now);
		else if (was)
			watch_notify(publisher, shown, NOTIFY_POLICY_ACCEPTED,
				     SEVERITY_OK, 0, "the policy is in effect again",
				     now);
	}
}

void
publisher_attached(struct publisher *publisher)
{
	publisher->sent = false;
	notices_again(&publisher->notices);
}

size_t
publisher_slot(const struct publisher *publisher, uint32_t server)
{
	for (size_t i = 0; i < PORTS_SERVERS; i++)
		if (publisher->shown[i].there && publisher->shown[i].number == server)
			return i;
	return SIZE_MAX;
}

const struct board *
publisher_board(const struct publisher *publisher)
{
	return publisher->board;
}
