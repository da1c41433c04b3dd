/* SPDX-License-Identifier: BSD-3-Clause */
/* All clients of an agent, in parts that snapshots share. */
#include "config.h"

#include "tui/manager-clients.h"

#include <stdlib.h>
#include <string.h>

static const struct mib_row last = { UINT32_MAX, UINT32_MAX };

void
rows_release(struct rows *rows)
{
	if (rows && --rows->references == 0)
		rows_free(rows);
}

void
clients_release(struct clients *clients)
{
	if (!clients || --clients->references > 0)
		return;
	for (size_t i = 0; i < clients->parts; i++)
		rows_release(clients->rows[i]);
	free(clients->rows);
	free(clients->part);
	free(clients);
}

static struct clients *
clients_new(size_t parts)
{
	struct clients *clients = calloc(1, sizeof(*clients));
	if (!clients)
		return NULL;
	clients->references = 1;
	clients->rows = calloc(parts, sizeof(struct rows *));
	clients->part = calloc(parts, sizeof(*clients->part));
	if (clients->rows && clients->part)
		return clients;
	clients_release(clients);
	return NULL;
}

/* Takes a reference of the rows. */
static void
put(struct clients *clients, struct rows *rows)
{
	clients->part[clients->parts] =
	    (struct snapshot_part){ rows->row, clients->count };
	clients->rows[clients->parts++] = rows;
	clients->count += rows->count;
}

static bool
is_before(const struct mib_row *a, const struct mib_row *b)
{
	return a->server != b->server ? a->server < b->server : a->row < b->row;
}

/* Where a part stands to [from, until). */
static bool
ends_before(const struct rows *part, const struct mib_row *from)
{
	return is_before(rows_at(part, part->count - 1), from);
}

static bool
begins_behind(const struct rows *part, const struct mib_row *until)
{
	return !is_before(rows_at(part, 0), until);
}

/* What of old is left beside [from, until), in the parts from first to before behind that
   reach into it, with new between. Takes new; NULL without memory. */
static struct rows *
join(const struct clients *old, size_t first, size_t behind, struct rows *new,
     struct mib_row from, struct mib_row until)
{
	static const struct mib_row none = { 0, 0 };
	if (first == behind)
		return new;
	struct rows *all = rows_new(new->row_size);
	bool good = all && rows_append(all, old->rows[first], none, from) &&
		    rows_append(all, new, none, last) &&
		    rows_append(all, old->rows[behind - 1], until, last);
	rows_free(new);
	if (good)
		return all;
	rows_free(all);
	return NULL;
}

/* Rows from at on, as many as a part has. */
static struct rows *
cut(const struct rows *all, size_t at)
{
	size_t end = at + CLIENTS_PART;
	struct rows *part = rows_new(all->row_size);
	struct mib_row until = end < all->count ? *rows_at(all, end) : last;
	if (part && rows_append(part, all, *rows_at(all, at), until)) {
		rows_fit(part);
		return part;
	}
	rows_free(part);
	return NULL;
}

/* Puts all, which it takes, in pieces. False without memory. */
static bool
put_pieces(struct clients *clients, struct rows *all)
{
	bool good = true;
	if (all->count == 0) {
		rows_free(all);
		return true;
	}
	if (all->count < 2 * CLIENTS_PART) {
		rows_fit(all);
		put(clients, all);
		return true;
	}
	for (size_t at = 0; at < all->count && good; at += CLIENTS_PART) {
		struct rows *part = cut(all, at);
		good = part != NULL;
		if (good)
			put(clients, part);
	}
	rows_free(all);
	return good;
}

struct clients *
clients_replace(const struct clients *old, struct rows *new, struct mib_row from,
		struct mib_row until)
{
	static const struct clients nobody = { .parts = 0 };
	size_t first = 0;
	if (!old)
		old = &nobody;
	while (first < old->parts && ends_before(old->rows[first], &from))
		first++;
	size_t behind = first;
	while (behind < old->parts && !begins_behind(old->rows[behind], &until))
		behind++;
	struct rows *all = join(old, first, behind, new, from, until);
	struct clients *clients =
	    all ? clients_new(old->parts + all->count / CLIENTS_PART + 2) : NULL;
	if (!clients) {
		rows_free(all);
		return NULL;
	}
	for (size_t i = 0; i < first; i++) {
		old->rows[i]->references++;
		put(clients, old->rows[i]);
	}
	bool good = put_pieces(clients, all);
	for (size_t i = behind; i < old->parts; i++) {
		old->rows[i]->references++;
		put(clients, old->rows[i]);
	}
	if (good)
		return clients;
	clients_release(clients);
	return NULL;
}
