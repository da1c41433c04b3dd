/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients that are gone from the policy: whoever comes again gets its old index, and
   ids that go on rising. */
#include "config.h"

#include "fleet/internal.h"

#include <stdlib.h>

static const char *
gone_name(const void *context, uint32_t item)
{
	const struct gone *gone = context;

	return gone[item].name;
}

/* Without memory it is forgotten, and would get an index that nobody had. */
static struct gone *
gone_add(struct gones *gones, struct slice name)
{
	if (gones->count == gones->room) {
		size_t room = gones->room > 0 ? 2 * gones->room : 16;
		struct gone *list =
		    reallocarray(gones->list, room, sizeof(*gones->list));

		if (list == NULL)
			return NULL;
		gones->list = list;
		gones->room = room;
	}
	slice_copy(name, gones->list[gones->count].name, NAME_TEXT);
	if (!names_add(&gones->names, (uint32_t)gones->count, gones->count + 1,
		       gone_name, gones->list))
		return NULL;
	return &gones->list[gones->count++];
}

void
gone_note(struct fleet *fleet, struct slice name, const struct address *address,
	  uint32_t index, const struct peer *peer, uint64_t greatest)
{
	struct gones *gones = &fleet->gones;
	uint32_t at = names_find(&gones->names, name, gone_name, gones->list);
	struct gone *gone = at != UINT32_MAX ? &gones->list[at] : gone_add(gones, name);

	if (gone == NULL)
		return;
	gone->address = *address;
	gone->index = index;
	gone->peer = *peer;
	gone->greatest = greatest;
}

bool
gone_back(const struct fleet *fleet, const char *name, const struct address *address,
	  struct row *row, struct moment now)
{
	const struct gones *gones = &fleet->gones;
	uint32_t at = names_find(&gones->names, slice_of(name), gone_name, gones->list);
	const struct gone *gone = at != UINT32_MAX ? &gones->list[at] : NULL;

	if (gone == NULL || !address_equal(&gone->address, address))
		return false;
	row_fresh(row, gone->index, now);
	row->pub.peer = gone->peer;
	row->greatest = gone->greatest;
	row->said = gone->peer.mark;
	return true;
}

void
gone_free(struct fleet *fleet)
{
	names_free(&fleet->gones.names);
	free(fleet->gones.list);
}
