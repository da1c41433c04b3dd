/* SPDX-License-Identifier: BSD-3-Clause */
/* A new policy as a diff by client name, and the clients that it no longer has. */
#include "config.h"

#include "fleet/internal.h"

#include <stdlib.h>
#include <string.h>

static const char farewell[] = "clients that left the policy";

/* ---- rows that leave ---- */

bool
leavers_task(const struct task *task)
{
	return strcmp(task->pub.target, farewell) == 0;
}

static bool
leaver_uninvited(const struct row *row)
{
	return row_away(row) && row->pub.type != MESSAGE_RECONNECT;
}

void
leavers_invite(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->farewell);
	uint32_t before = task != NULL ? task->pub.ordered : 0;

	for (size_t i = fleet->policy->clients; i < fleet->rows; i++) {
		struct row *row = &fleet->row[i];

		if (!leaver_uninvited(row))
			continue;
		if (task == NULL) {
			task = task_start(fleet, ACTION_RECONNECT, REASON_NONE,
					  "they are no longer in the policy", farewell,
					  now);
			fleet->farewell = task->pub.number;
		}
		row_open(fleet, row);
		order_start(fleet, row, task, MESSAGE_RECONNECT, now);
		row_close(fleet, row);
	}
	if (task != NULL && task->pub.ordered > before)
		event_add(fleet, EVENT_OPERATION_START, SEVERITY_NOTICE,
			  task->pub.number, NULL, task->pub.ordered - before, now,
			  "calling back %u clients: they are no longer in the policy",
			  task->pub.ordered - before);
}

static void
dirty_put(uint64_t *dirty, size_t number, bool on)
{
	uint64_t bit = UINT64_C(1) << (number % 64);

	dirty[number / 64] = on ? dirty[number / 64] | bit : dirty[number / 64] & ~bit;
}

static void
row_note(struct fleet *fleet, const struct row *row)
{
	gone_note(fleet, row_name(fleet, row),
		  fleet_client_address(fleet, row_number(fleet, row)), row->pub.index,
		  &row->pub.peer, row->greatest);
}

static void
leaver_drop(struct fleet *fleet, size_t number)
{
	size_t last = fleet->rows - 1, clients = fleet->policy->clients;
	struct row *row = &fleet->row[number];

	row_note(fleet, row);
	row_open(fleet, row);
	queue_remove(fleet, row);
	heap_set(fleet, (uint32_t)number, NEVER);
	fleet->rows--;
	if (number == last)
		return;
	*row = fleet->row[last];
	fleet->leaver[number - clients] = fleet->leaver[last - clients];
	dirty_put(fleet->dirty, number, dirty_get(fleet, last));
	dirty_put(fleet->dirty, last, false);
	if (row->place_in_heap != NO_ROW)
		fleet->heap[row->place_in_heap].row = (uint32_t)number;
	if (!row->queued)
		return;
	if (row->previous == NO_ROW)
		queue_of(fleet, row)->first = (uint32_t)number;
	else
		fleet->row[row->previous].next = (uint32_t)number;
	if (row->next == NO_ROW)
		queue_of(fleet, row)->last = (uint32_t)number;
	else
		fleet->row[row->next].previous = (uint32_t)number;
}

void
leavers_step(struct fleet *fleet, struct moment now)
{
	struct task *task = task_find(fleet, fleet->farewell);
	size_t waiting = 0;

	if (task != NULL && task->pending == 0) {
		fleet->farewell = 0;
		task_finish(fleet, task, OPERATION_DONE, now);
	}
	if (!fleet->leavers_done)
		return;
	for (size_t i = fleet->rows; i-- > fleet->policy->clients;) {
		if (fleet->row[i].pub.order != ORDER_STATE_NONE)
			continue;
		/* Its end is stored first, or a restart would call it back again. */
		if (dirty_get(fleet, i))
			waiting++;
		else
			leaver_drop(fleet, i);
	}
	fleet->leavers_done = waiting > 0;
}

/* ---- a new policy ---- */

/* What is allotted before anything changes. */
struct reload {
	const struct policy *policy;
	struct row *row;
	struct leaver *leaver;
	struct deadline *heap;
	uint32_t *chosen, *wave;
	uint8_t *selectable;
	uint64_t *dirty;
	struct queue queue[QUEUES];
	struct stations *stations;
	size_t room, rows;
	size_t leaving;           /* rows after the policy's */
	size_t fresh, gone, away; /* clients, for the event */
};

static void
reload_free(struct reload *reload)
{
	free(reload->row);
	free(reload->leaver);
	free(reload->heap);
	free(reload->chosen);
	free(reload->wave);
	free(reload->selectable);
	free(reload->dirty);
	stations_free(reload->stations);
}

static bool
reload_allot(struct reload *reload, const struct fleet *fleet, struct moment now)
{
	/* At worst all of the old ones leave. */
	size_t room = (reload->policy->clients + fleet->rows + 64) / 64 * 64;

	reload->room = room;
	reload->row = calloc(room, sizeof(*reload->row));
	reload->leaver = calloc(fleet->rows + 1, sizeof(*reload->leaver));
	reload->heap = calloc(room, sizeof(*reload->heap));
	reload->chosen = calloc(room, sizeof(*reload->chosen));
	reload->wave = calloc(room, sizeof(*reload->wave));
	reload->selectable = calloc(room, 1);
	reload->dirty = calloc(room / 64, sizeof(*reload->dirty));
	reload->stations = stations_new(reload->policy, now);
	return reload->row != NULL && reload->leaver != NULL && reload->heap != NULL &&
	       reload->chosen != NULL && reload->wave != NULL &&
	       reload->selectable != NULL && reload->dirty != NULL &&
	       reload->stations != NULL;
}

/* The old row of a new client: same name and same address, leaving ones too. */
static uint32_t
old_row(const struct fleet *fleet, const struct policy_client *client)
{
	size_t length = strlen(client->name);
	uint32_t row = policy_find_client(fleet->policy, client->name, length);

	if (row != POLICY_NONE &&
	    address_equal(&client->address, &fleet->policy->client[row].address))
		return row;
	for (size_t i = fleet->policy->clients; i < fleet->rows; i++) {
		const struct leaver *leaver =
		    &fleet->leaver[i - fleet->policy->clients];

		if (strcmp(leaver->name, client->name) == 0 &&
		    address_equal(&leaver->address, &client->address))
			return (uint32_t)i;
	}
	return NO_ROW;
}

/* Where it goes is kept in the old row, whose place in the heap nobody needs. */
static void
row_carry(struct reload *reload, struct fleet *fleet, size_t from)
{
	reload->row[reload->rows] = fleet->row[from];
	fleet->row[from].place_in_heap = (uint32_t)reload->rows;
	dirty_put(reload->dirty, reload->rows, dirty_get(fleet, from));
	reload->rows++;
}

/* Whether the row of a client that the new policy does not have goes on for a while: it
   may be away, or what came of it is to be stored first. A restart would find it as the
   store has it, and call it back. */
static bool
client_leaves(struct fleet *fleet, size_t number)
{
	struct row *row = &fleet->row[number];

	if (number >= fleet->policy->clients || row_away(row))
		return true;
	if (row->pub.order == ORDER_STATE_NONE && !dirty_get(fleet, number)) {
		row_note(fleet, row);
		queue_remove(fleet, row); /* it was to be asked for its last order */
		return false;
	}
	order_clear(fleet, row);
	dirty_put(fleet->dirty, number, true);
	fleet->leavers_done = true;
	return true;
}

static void
carry_clients(struct reload *reload, struct fleet *fleet, struct moment now)
{
	uint8_t *kept = fleet->selectable; /* scratch */

	memset(kept, 0, fleet->rows);
	for (size_t i = 0; i < reload->policy->clients; i++) {
		const struct policy_client *client = &reload->policy->client[i];
		uint32_t old = old_row(fleet, client);

		if (old != NO_ROW) {
			kept[old] = 1;
			row_carry(reload, fleet, old);
			continue;
		}
		if (!gone_back(fleet, client->name, &client->address,
			       &reload->row[reload->rows], now))
			row_fresh(&reload->row[reload->rows], fleet->next_index++, now);
		dirty_put(reload->dirty, reload->rows, true);
		reload->rows++;
		reload->fresh++;
	}
	for (size_t i = 0; i < fleet->rows; i++) {
		if (kept[i])
			continue;
		reload->gone += i < fleet->policy->clients;
		reload->away += row_away(&fleet->row[i]);
		if (!client_leaves(fleet, i))
			continue;
		struct leaver *leaver = &reload->leaver[reload->leaving++];

		slice_copy(row_name(fleet, &fleet->row[i]), leaver->name, NAME_TEXT);
		leaver->address = *fleet_client_address(fleet, (uint32_t)i);
		row_carry(reload, fleet, i);
		/* Its last reconnect is nobody's to hold up, also after a restart. */
		if (fleet->row[i].pub.holder != 0)
			dirty_put(reload->dirty, reload->rows - 1, true);
		hold_forget(&reload->row[reload->rows - 1]);
	}
}

/* What waits leaves in the order in which it would have: by priority, or batch by batch. */
static void
carry_queues(struct reload *reload, const struct fleet *fleet)
{
	for (size_t i = 0; i < QUEUES; i++) {
		struct queue *queue = &reload->queue[i];

		*queue = (struct queue){ NO_ROW, NO_ROW };
		for (uint32_t at = fleet->queue[i].first; at != NO_ROW;
		     at = fleet->row[at].next) {
			uint32_t to = fleet->row[at].place_in_heap;

			reload->row[to].previous = queue->last;
			reload->row[to].next = NO_ROW;
			if (queue->last == NO_ROW)
				queue->first = to;
			else
				reload->row[queue->last].next = to;
			queue->last = to;
		}
	}
}

#define SWAP(a, b)                           \
	do {                                 \
		__typeof__(a) swapped = (a); \
		(a) = (b);                   \
		(b) = swapped;               \
	} while (0)

static void
reload_swap(struct reload *reload, struct fleet *fleet)
{
	const struct policy *before = fleet->policy;

	SWAP(reload->row, fleet->row);
	SWAP(reload->leaver, fleet->leaver);
	SWAP(reload->heap, fleet->heap);
	SWAP(reload->chosen, fleet->chosen);
	SWAP(reload->wave, fleet->wave);
	SWAP(reload->selectable, fleet->selectable);
	SWAP(reload->dirty, fleet->dirty);
	SWAP(reload->stations, fleet->stations);
	memcpy(fleet->queue, reload->queue, sizeof(fleet->queue));
	fleet->policy = reload->policy;
	fleet->rows = reload->rows;
	fleet->room = reload->room;
	fleet->dirties = 0;
	for (size_t i = 0; i < fleet->room / 64; i++)
		fleet->dirties += (size_t)__builtin_popcountll(fleet->dirty[i]);
	fleet->dirty_at = 0;
	fleet->waves = fleet->wave_at = 0;
	fleet->reselect = true;
	failover_reload(fleet);
	activity_reload(fleet, before);
	rows_recount(fleet);
}

bool
fleet_reload(struct fleet *fleet, const struct policy *policy, struct moment now)
{
	struct reload reload = { .policy = policy };

	fleet_settle(fleet, now);
	begin_rest(fleet, now);
	batch_cut(fleet, fleet->batch.operation, now);
	if (!reload_allot(&reload, fleet, now)) {
		reload_free(&reload);
		return false;
	}
	carry_clients(&reload, fleet, now);
	carry_queues(&reload, fleet);
	for (size_t i = 0; i < reload.rows; i++) {
		struct row *row = &reload.row[i];

		row->pub.alternate =
		    alternate_carry(fleet->policy, policy, row->pub.alternate);
		row->assigned = alternate_carry(fleet->policy, policy, row->assigned);
	}
	stations_carry(fleet, policy, reload.stations);
	reload_swap(&reload, fleet);
	reload_free(&reload);
	event_add(
	    fleet, EVENT_RELOADED, SEVERITY_OK, 0, NULL, (uint32_t)policy->clients, now,
	    "policy reloaded: %zu clients, %zu of them new; %zu gone, %zu leaving "
	    "that may be away",
	    policy->clients, reload.fresh, reload.gone, reload.away);
	leavers_invite(fleet, now);
	state_step(fleet, now);
	operators_step(fleet, now);
	return true;
}
