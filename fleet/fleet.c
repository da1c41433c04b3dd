/* SPDX-License-Identifier: BSD-3-Clause */
/* The fleet's rows, its counts, and the inputs and outputs that are not messages. */
#include "config.h"

#include "fleet/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

uint32_t
row_number(const struct fleet *fleet, const struct row *row)
{
	return (uint32_t)(row - fleet->row);
}

struct slice
row_name(const struct fleet *fleet, const struct row *row)
{
	return slice_of(fleet_client_name(fleet, row_number(fleet, row)));
}

bool
row_ordered_away(const struct row *row)
{
	return row->pub.type == MESSAGE_FAILOVER && row->pub.in_force != 0 &&
	       row->pub.order != ORDER_STATE_REJECTED;
}

bool
row_waits(const struct row *row)
{
	return row->pub.order == ORDER_STATE_SENT ||
	       row->pub.order == ORDER_STATE_RECEIVED;
}

int64_t
row_expiry(const struct fleet *fleet, const struct row *row)
{
	/* Of one that has not left, as in a long pause, no client counts anything. */
	if (row->pub.in_force == 0 ||
	    (row->pending && row->pub.type == MESSAGE_FAILOVER && !order_left(row)))
		return NEVER;
	return row->pub.in_force + fleet->policy->failover.validity / 5;
}

static int64_t
row_silence(const struct fleet *fleet, const struct row *row)
{
	int64_t from = row->listen;

	if (row->listen == 0 || row->pub.silent)
		return NEVER;
	/* What was said while this daemon was down was not heard. */
	if (from < fleet->started.boot)
		from = fleet->started.boot;
	/* Hellos are jittered: three of them, and half of one for the jitter. */
	return from + 3 * fleet->policy->hello + fleet->policy->hello / 2;
}

static int64_t
earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Not yet invited, and no invitation on its way. Whom an operator holds, the policy
   leaves alone. */
static bool
row_uninvited(const struct row *row)
{
	return row->pub.holder == 0 && !row->tried &&
	       !(row->pub.type == MESSAGE_RECONNECT && row->pending);
}

bool
row_away(const struct row *row)
{
	return row->pub.place == PLACE_AWAY || row_ordered_away(row);
}

bool
row_invitable(const struct row *row)
{
	return row_uninvited(row) &&
	       (row_away(row) ||
		(row->pub.place == PLACE_UNKNOWN && row->pub.heard != 0));
}

static int64_t
row_held_until(const struct row *row)
{
	return row->pub.holder != 0 ? row->pub.held_until : NEVER;
}

int64_t
row_deadline(const struct fleet *fleet, const struct row *row)
{
	return earliest(earliest(row->send_at, row_held_until(row)),
			earliest(row_expiry(fleet, row), row_silence(fleet, row)));
}

static void
row_count_hold(struct fleet *fleet, const struct row *row, uint32_t by)
{
	struct task *task = task_find(fleet, row->pub.holder);

	fleet->count.held += by;
	if (row->awaiting)
		fleet->awaiting += by;
	if (task == NULL)
		return;
	task->holds += by;
	if (row->awaiting)
		task->waiting += by;
}

/* Adds one to, or takes one from, every count that this row is in. */
static void
row_count(struct fleet *fleet, const struct row *row, uint32_t by)
{
	fleet->count.place[row->pub.place] += by;
	fleet->count.order[row->pub.order] += by;
	if (row->pub.order == ORDER_STATE_UNREACHABLE)
		fleet->count.network[row->pub.network] += by;
	if (row->pub.silent)
		fleet->count.silent += by;
	if (row->pub.coming)
		fleet->count.coming += by;
	if (row->pub.missed)
		fleet->count.missed += by;
	if (row->pub.place == PLACE_AWAY && row->pub.activity == ACTIVITY_QUIET)
		fleet->count.moved += by;
	if (activity_watched(fleet, row))
		fleet->watched += by;
	if (row->asks)
		fleet->count.asked += by;
	if (row->pub.unproven >= FLEET_UNPROVEN)
		fleet->count.unproven += by;
	station_count(fleet, row, by);
	if (row->pub.holder != 0)
		row_count_hold(fleet, row, by);
	/* Leaving rows are invited apart, and are nobody's reason for a state. */
	if (row_number(fleet, row) >= fleet->policy->clients)
		return;
	/* The server's state follows the policy's own operations. */
	if (row_away(row) && row->pub.holder == 0)
		fleet->away += by;
	if (row_away(row) && row_uninvited(row))
		fleet->missing += by;
	if (row_invitable(row))
		fleet->invitable += by;
	if (row_returned(row))
		fleet->returned += by;
	if (row_gone(row))
		fleet->gone += by;
}

void
row_open(struct fleet *fleet, struct row *row)
{
	row_count(fleet, row, UINT32_MAX);
}

void
row_close(struct fleet *fleet, struct row *row)
{
	uint32_t number = row_number(fleet, row);
	uint64_t bit = UINT64_C(1) << (number % 64);

	activity_follow(fleet, row);
	row_count(fleet, row, 1);
	if (!(fleet->dirty[number / 64] & bit)) {
		fleet->dirty[number / 64] |= bit;
		fleet->dirties++;
	}
	heap_set(fleet, number, row_deadline(fleet, row));
}

void
rows_recount(struct fleet *fleet)
{
	memset(fleet->count.place, 0, sizeof(fleet->count.place));
	memset(fleet->count.order, 0, sizeof(fleet->count.order));
	memset(fleet->count.network, 0, sizeof(fleet->count.network));
	fleet->count.silent = fleet->count.asked = fleet->count.held = 0;
	fleet->count.coming = fleet->count.moved = fleet->count.missed = 0;
	fleet->watched = fleet->count.unproven = 0;
	fleet->awaiting = 0;
	for (size_t i = 0; i < OPERATIONS; i++)
		fleet->task[i].holds = fleet->task[i].waiting = 0;
	fleet->away = fleet->missing = fleet->invitable = fleet->returned = 0;
	fleet->gone = 0;
	stations_recount(fleet);
	for (size_t i = 0; i < fleet->rows; i++)
		row_count(fleet, &fleet->row[i], 1);
	heap_rebuild(fleet);
}

void
row_place(struct fleet *fleet, struct row *row, enum place place, struct moment now)
{
	enum place before = row->pub.place;

	if (place == before)
		return;
	row->pub.place = place;
	row->pub.changed = now.boot;
	row->pub.transitions++;
	row->tried = row->refused = false;
	activity_begin(fleet, row, before);
	if (place == PLACE_HERE)
		fleet->reselect = true;
	/* That a client is where it belongs is no news when it first says so. */
	if (place == PLACE_HERE && before == PLACE_UNKNOWN && row->pub.transitions == 1)
		return;
	event_add(fleet, EVENT_PLACE,
		  place == PLACE_HERE ? SEVERITY_OK : SEVERITY_NOTICE,
		  row->pub.operation, row, 1, now, "client %s is %s (was %s)",
		  fleet_client_name(fleet, row_number(fleet, row)), place_name(place),
		  place_name(before));
}

void
row_fresh(struct row *row, uint32_t index, struct moment now)
{
	*row = (struct row){
		.pub = { .index = index,
			 .place = PLACE_UNKNOWN,
			 .order = ORDER_STATE_NONE,
			 .network = NETWORK_NONE,
			 .alternate = NO_CHOICE,
			 .changed = now.boot },
		.assigned = NO_CHOICE,
		.send_at = NEVER,
		.rejected_ms = (uint32_t)-REJECT_PACE_MS,
		.place_in_heap = NO_ROW,
	};
}

/* array is the address of a pointer of any type. New elements are zero. */
static bool
grow(void *array, size_t old, size_t room, size_t size)
{
	void *before;
	uint8_t *bigger;

	memcpy(&before, array, sizeof(before));
	bigger = realloc(before, (room > 0 ? room : 1) * size);
	if (bigger == NULL)
		return false;
	memset(bigger + old * size, 0, (room - old) * size);
	memcpy(array, &bigger, sizeof(bigger));
	return true;
}

bool
rows_reserve(struct fleet *fleet, size_t count)
{
	size_t old = fleet->room, room = (count + 63) / 64 * 64;

	if (room <= old)
		return true;
	/* What grew before a failure only has more room than room says. */
	if (!grow(&fleet->row, old, room, sizeof(*fleet->row)) ||
	    !grow(&fleet->heap, old, room, sizeof(*fleet->heap)) ||
	    !grow(&fleet->selectable, old, room, 1) ||
	    !grow(&fleet->chosen, old, room, sizeof(*fleet->chosen)) ||
	    !grow(&fleet->wave, old, room, sizeof(*fleet->wave)) ||
	    !grow(&fleet->dirty, old / 64, room / 64, sizeof(*fleet->dirty)))
		return false;
	fleet->room = room;
	return true;
}

struct row *
row_leaver(struct fleet *fleet, struct slice name, const struct address *address)
{
	size_t leavers = fleet->rows - fleet->policy->clients;
	struct row *row;

	if (!rows_reserve(fleet, fleet->rows + 1) ||
	    !grow(&fleet->leaver, leavers, leavers + 1, sizeof(*fleet->leaver)))
		return NULL;
	slice_copy(name, fleet->leaver[leavers].name, NAME_TEXT);
	fleet->leaver[leavers].address = *address;
	row = &fleet->row[fleet->rows++];
	return row;
}

size_t
fleet_rows(const struct fleet *fleet)
{
	return fleet->rows;
}

const struct fleet_client *
fleet_row(const struct fleet *fleet, uint32_t row)
{
	return &fleet->row[row].pub;
}

const char *
fleet_client_name(const struct fleet *fleet, uint32_t row)
{
	if (row < fleet->policy->clients)
		return fleet->policy->client[row].name;
	return fleet->leaver[row - fleet->policy->clients].name;
}

const struct address *
fleet_client_address(const struct fleet *fleet, uint32_t row)
{
	if (row < fleet->policy->clients)
		return &fleet->policy->client[row].address;
	return &fleet->leaver[row - fleet->policy->clients].address;
}

uint32_t
fleet_find(const struct fleet *fleet, const char *name, size_t length)
{
	uint32_t row = policy_find_client(fleet->policy, name, length);
	struct slice wanted = { .start = name, .length = length };

	for (size_t i = fleet->policy->clients; row == POLICY_NONE && i < fleet->rows;
	     i++)
		if (slice_equal(wanted, fleet_client_name(fleet, (uint32_t)i)))
			row = (uint32_t)i;
	return row;
}

/* ---- the whole ---- */

struct fleet *
fleet_new(const struct policy *policy, uint64_t seed, struct moment now)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet == NULL)
		return NULL;
	fleet->policy = policy;
	fleet->seed = seed;
	fleet->portion = PORTION;
	fleet->event = calloc(EVENTS, sizeof(*fleet->event));
	fleet->stations = stations_new(policy, now);
	if (fleet->event == NULL || fleet->stations == NULL ||
	    !rows_reserve(fleet, policy->clients + 1)) {
		fleet_free(fleet);
		return NULL;
	}
	for (size_t i = 0; i < QUEUES; i++)
		fleet->queue[i] = (struct queue){ NO_ROW, NO_ROW };
	fleet->state = SERVER_UNKNOWN;
	fleet->since = fleet->started = now;
	fleet->mode = policy->mode == MODE_ADVISE ? MODE_ADVISE : MODE_AUTOMATIC;
	fleet->paused = policy->mode == MODE_PAUSED ? PAUSED_POLICY : 0;
	fleet->verdict = (struct verdict){ .at = now.boot,
					   .failover = MET_NO,
					   .connection = MET_NO,
					   .deciding = POLICY_NONE };
	fleet->next_index = fleet->next_operation = 1;
	fleet->next_event = 1;
	fleet->batch_at = fleet->chosen_at = INT64_MIN / 2;
	fleet->told_until = fleet->relapse_until = INT64_MIN;
	for (; fleet->rows < policy->clients; fleet->rows++) {
		struct row *row = &fleet->row[fleet->rows];

		row_fresh(row, fleet->next_index++, now);
		row_close(fleet, row);
	}
	return fleet;
}

void
fleet_free(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	gone_free(fleet);
	free(fleet->row);
	free(fleet->leaver);
	free(fleet->heap);
	free(fleet->selectable);
	free(fleet->chosen);
	free(fleet->wave);
	free(fleet->dirty);
	stations_free(fleet->stations);
	free(fleet->event);
	free(fleet->activity);
	free(fleet);
}

bool
fleet_may_act(const struct fleet *fleet)
{
	return fleet->paused == 0 && fleet->mode == MODE_AUTOMATIC;
}

unsigned
fleet_paused(const struct fleet *fleet)
{
	return fleet->paused;
}

static void
pause_say(struct fleet *fleet, bool on, const char *reason, uint32_t operation,
	  struct moment now)
{
	const struct task *task = task_find(fleet, fleet->current);

	event_add(fleet, on ? EVENT_PAUSED : EVENT_RESUMED,
		  on ? SEVERITY_WARNING : SEVERITY_OK,
		  operation != 0 ? operation : fleet->current, NULL,
		  task != NULL ? task->pending : 0, now, "%s%s%s%s",
		  on ? "paused: the policy orders nothing" : "resumed",
		  task != NULL ? ", an operation stands where it is" : "",
		  *reason != '\0' ? ": " : "", reason);
}

static void
pause_task(struct task *task, bool on)
{
	if (task == NULL)
		return;
	task->pub.state = on ? OPERATION_PAUSED : OPERATION_RUNNING;
	task->dirty = true;
}

bool
pause_set(struct fleet *fleet, unsigned bits, bool on, const char *reason,
	  uint32_t operation, struct moment now)
{
	bool before = fleet->paused != 0;
	fleet->paused = on ? fleet->paused | bits : fleet->paused & ~bits;
	if (before == (fleet->paused != 0))
		return false;
	pause_task(task_find(fleet, fleet->current), on);
	pause_task(task_find(fleet, fleet->rescue), on);
	pause_say(fleet, on, reason, operation, now);
	state_step(fleet, now);
	return true;
}

void
fleet_pause(struct fleet *fleet, unsigned bit, bool on, const char *reason,
	    struct moment now)
{
	fleet_settle(fleet, now);
	/* A second pause, or a reason that came after it: people look for the last. */
	if (!pause_set(fleet, bit, on, reason, 0, now) && on && *reason != '\0')
		pause_say(fleet, on, reason, 0, now);
}

bool
verdict_clear(const struct verdict *verdict)
{
	return verdict->failover == MET_NO && !verdict->failover_unknown;
}

void
fleet_judge(struct fleet *fleet, const struct verdict *verdict, const char *why,
	    struct moment now)
{
	bool met = fleet->verdict.failover == MET_YES;

	fleet_settle(fleet, now);
	if (verdict->failover == MET_YES && !met) {
		fleet->met_at = now.boot;
		/* Steps that nobody was left for may find somebody now. */
		fleet->reselect |= fleet->policy->failover.steps > 1;
	}
	fleet->verdict = *verdict;
	fleet->judged = true;
	text_clean(why, strlen(why), fleet->why, sizeof(fleet->why));
	if (verdict->failover != MET_YES)
		fleet->nowhere_told = false;
	if (verdict_clear(verdict))
		fleet->reached = fleet->advised_steps = 0;
	if (verdict->connection != MET_YES)
		fleet->advised_return = false;
	state_step(fleet, now);
}

void
fleet_tick(struct fleet *fleet, struct moment now)
{
	fleet_settle(fleet, now);
	for (unsigned i = 0; i < TICK_ROWS; i++) {
		uint32_t top = heap_top(fleet);
		struct row *row;

		if (heap_due(fleet) > now.boot)
			break;
		row = &fleet->row[top];
		row_open(fleet, row);
		order_timer(fleet, row, now);
		if (row_held_until(row) <= now.boot)
			hold_expire(fleet, row, now);
		if (row_silence(fleet, row) <= now.boot) {
			row->pub.silent = true;
			event_add(fleet, EVENT_SILENT, SEVERITY_WARNING, 0, row, 1, now,
				  "client %s is silent: no hello for three in a row",
				  fleet_client_name(fleet, top));
		}
		row_close(fleet, row);
	}
	leavers_step(fleet, now);
	alternates_look(fleet, now);
	begin_step(fleet, now);
	rescue_step(fleet, now);
	state_step(fleet, now);
	reconnect_step(fleet, now);
	operators_step(fleet, now);
}

int64_t
fleet_next(const struct fleet *fleet)
{
	int64_t next = earliest(heap_due(fleet), order_next(fleet));

	next = earliest(next, reconnect_next(fleet));
	next = earliest(next, alternates_next(fleet));
	next = earliest(next, rescue_next(fleet));
	next = earliest(next, begin_next(fleet));
	return earliest(next, state_next(fleet));
}

void
fleet_summary(const struct fleet *fleet, struct fleet_summary *summary)
{
	*summary = fleet->count;
	summary->state = fleet->state;
	summary->since = fleet->since;
	summary->mode = fleet->mode;
	summary->clients = (uint32_t)fleet->policy->clients;
}
