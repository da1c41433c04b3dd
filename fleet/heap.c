/* SPDX-License-Identifier: BSD-3-Clause */
/* Deadlines of all rows in an indexed binary heap, and the queue of rows to send to. */
#include "config.h"

#include "fleet/internal.h"

/* Four children each: what a step down compares lies together. Deadlines are in the heap,
   not in the rows, which with many clients are far more than a processor keeps at hand. */
#define CHILDREN 4u
/* Of all rows one in so many: making it anew costs less than so many changes. */
#define HELD_FROM 8u

static void
put(struct fleet *fleet, size_t at, struct deadline deadline)
{
	fleet->heap[at] = deadline;
	fleet->row[deadline.row].place_in_heap = (uint32_t)at;
}

static void
sift_up(struct fleet *fleet, size_t at, struct deadline deadline)
{
	while (at > 0) {
		size_t parent = (at - 1) / CHILDREN;

		if (fleet->heap[parent].due <= deadline.due)
			break;
		put(fleet, at, fleet->heap[parent]);
		at = parent;
	}
	put(fleet, at, deadline);
}

static void
sift_down(struct fleet *fleet, size_t at, struct deadline deadline)
{
	for (;;) {
		size_t first = CHILDREN * at + 1, last = first + CHILDREN;
		size_t least = first;

		if (first >= fleet->heaped)
			break;
		if (last > fleet->heaped)
			last = fleet->heaped;
		for (size_t child = first + 1; child < last; child++)
			if (fleet->heap[child].due < fleet->heap[least].due)
				least = child;
		if (fleet->heap[least].due >= deadline.due)
			break;
		put(fleet, at, fleet->heap[least]);
		at = least;
	}
	put(fleet, at, deadline);
}

static void
heap_remove(struct fleet *fleet, struct row *row)
{
	size_t at = row->place_in_heap;
	struct deadline moved = fleet->heap[--fleet->heaped];

	row->place_in_heap = NO_ROW;
	if (at == fleet->heaped)
		return;
	sift_up(fleet, at, moved);
	sift_down(fleet, fleet->row[moved.row].place_in_heap, moved);
}

void
heap_set(struct fleet *fleet, uint32_t number, int64_t due)
{
	struct row *row = &fleet->row[number];
	struct deadline deadline = { due, number };
	size_t at = row->place_in_heap;

	if (fleet->heap_held)
		return;
	if (due == NEVER) {
		if (at != NO_ROW)
			heap_remove(fleet, row);
	} else if (at == NO_ROW) {
		sift_up(fleet, fleet->heaped++, deadline);
	} else if (due < fleet->heap[at].due) {
		sift_up(fleet, at, deadline);
	} else if (due > fleet->heap[at].due) {
		sift_down(fleet, at, deadline);
	}
}

void
heap_rebuild(struct fleet *fleet)
{
	fleet->heaped = 0;
	for (size_t i = 0; i < fleet->rows; i++) {
		struct deadline deadline = { row_deadline(fleet, &fleet->row[i]),
					     (uint32_t)i };

		fleet->row[i].place_in_heap = NO_ROW;
		if (deadline.due != NEVER)
			put(fleet, fleet->heaped++, deadline);
	}
	for (size_t at = fleet->heaped / CHILDREN + 1; at-- > 0;)
		if (at < fleet->heaped)
			sift_down(fleet, at, fleet->heap[at]);
}

void
heap_hold(struct fleet *fleet, size_t changes)
{
	fleet->heap_held = changes > fleet->rows / HELD_FROM;
}

void
heap_release(struct fleet *fleet)
{
	if (fleet->heap_held)
		heap_rebuild(fleet);
	fleet->heap_held = false;
}

uint32_t
heap_top(const struct fleet *fleet)
{
	return fleet->heaped == 0 ? NO_ROW : fleet->heap[0].row;
}

int64_t
heap_due(const struct fleet *fleet)
{
	return fleet->heaped == 0 ? NEVER : fleet->heap[0].due;
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
