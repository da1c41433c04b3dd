/* SPDX-License-Identifier: BSD-3-Clause */
/* Deadlines of all rows in an indexed binary heap, and the queue of rows to send to. */
#include "config.h"

#include "fleet/internal.h"

static void
put(struct fleet *fleet, size_t at, uint32_t row)
{
	fleet->heap[at] = row;
	fleet->row[row].place_in_heap = (uint32_t)at;
}

static void
sift_up(struct fleet *fleet, size_t at)
{
	uint32_t row = fleet->heap[at];
	int64_t due = fleet->row[row].due;

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (fleet->row[fleet->heap[parent]].due <= due)
			break;
		put(fleet, at, fleet->heap[parent]);
		at = parent;
	}
	put(fleet, at, row);
}

static void
sift_down(struct fleet *fleet, size_t at)
{
	uint32_t row = fleet->heap[at];
	int64_t due = fleet->row[row].due;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= fleet->heaped)
			break;
		if (child + 1 < fleet->heaped &&
		    fleet->row[fleet->heap[child + 1]].due <
			fleet->row[fleet->heap[child]].due)
			child++;
		if (fleet->row[fleet->heap[child]].due >= due)
			break;
		put(fleet, at, fleet->heap[child]);
		at = child;
	}
	put(fleet, at, row);
}

static void
heap_remove(struct fleet *fleet, struct row *row)
{
	size_t at = row->place_in_heap;
	uint32_t moved = fleet->heap[--fleet->heaped];

	row->place_in_heap = NO_ROW;
	if (at == fleet->heaped)
		return;
	put(fleet, at, moved);
	sift_up(fleet, at);
	sift_down(fleet, fleet->row[moved].place_in_heap);
}

void
heap_set(struct fleet *fleet, uint32_t number, int64_t due)
{
	struct row *row = &fleet->row[number];
	int64_t before = row->due;

	if (due == NEVER) {
		row->due = NEVER;
		if (row->place_in_heap != NO_ROW)
			heap_remove(fleet, row);
		return;
	}
	row->due = due;
	if (row->place_in_heap == NO_ROW) {
		put(fleet, fleet->heaped++, number);
		sift_up(fleet, row->place_in_heap);
	} else if (due < before) {
		sift_up(fleet, row->place_in_heap);
	} else if (due > before) {
		sift_down(fleet, row->place_in_heap);
	}
}

uint32_t
heap_top(const struct fleet *fleet)
{
	return fleet->heaped == 0 ? NO_ROW : fleet->heap[0];
}

struct queue *
queue_of(struct fleet *fleet, const struct row *row)
{
	return &fleet->queue[row->line];
}

static unsigned
line_for(struct fleet *fleet, const struct row *row)
{
	const struct task *task = task_find(fleet, row->pub.operation);

	if (row->asks && !row->held)
		return QUEUE_ASKED;
	if (task != NULL && task_operators(task))
		return QUEUE_OPERATORS;
	return row->held ? QUEUE_HELD : QUEUE_POLICY;
}

void
queue_push(struct fleet *fleet, struct row *row)
{
	uint32_t number = row_number(fleet, row);
	struct queue *queue;

	if (row->queued)
		return;
	row->queued = true;
	row->line = line_for(fleet, row) & 3u;
	queue = queue_of(fleet, row);
	row->next = NO_ROW;
	row->previous = queue->last;
	if (queue->last == NO_ROW)
		queue->first = number;
	else
		fleet->row[queue->last].next = number;
	queue->last = number;
}

void
queue_remove(struct fleet *fleet, struct row *row)
{
	struct queue *queue = queue_of(fleet, row);

	if (!row->queued)
		return;
	if (row->previous == NO_ROW)
		queue->first = row->next;
	else
		fleet->row[row->previous].next = row->next;
	if (row->next == NO_ROW)
		queue->last = row->previous;
	else
		fleet->row[row->next].previous = row->previous;
	row->queued = false;
}

void
heap_rebuild(struct fleet *fleet)
{
	fleet->heaped = 0;
	for (size_t i = 0; i < QUEUES; i++)
		fleet->queue[i] = (struct queue){ NO_ROW, NO_ROW };
	for (size_t i = 0; i < fleet->rows; i++) {
		struct row *row = &fleet->row[i];
		int64_t due = row->due;

		row->place_in_heap = NO_ROW;
		heap_set(fleet, (uint32_t)i, due);
		if (row->queued) {
			row->queued = false;
			queue_push(fleet, row);
		}
	}
}
