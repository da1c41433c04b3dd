/* SPDX-License-Identifier: BSD-3-Clause */
/* What a preview comes to at the alternates: the load of each, before and after. */
#include "config.h"

#include "fleet/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One alternate's part of the list, and what stands for those that find no room there. */
#define PART 160
#define MORE ", and more"

void
loads_leave(struct fleet *fleet, const uint32_t *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t from = row_station(&fleet->row[rows[i]]);

		if (from < fleet->policy->alternates)
			fleet->stations->leaving[from]++;
	}
}

void
loads_forget(struct fleet *fleet)
{
	size_t size = fleet->policy->alternates * sizeof(*fleet->stations->planned);

	memset(fleet->stations->planned, 0, size);
	memset(fleet->stations->leaving, 0, size);
}

/* What it carries is ours and its own, which it says where it is asked. */
static void
say_load(const struct fleet *fleet, size_t i, char out[PART])
{
	const struct policy_alternate *alternate = &fleet->policy->alternate[i];
	const struct fleet_alternate *now = &fleet->stations->station[i].pub;
	uint64_t before = (uint64_t)now->load + now->health.clients;
	uint64_t after = before + fleet->stations->planned[i];
	uint32_t of = alternate->capacity, leaving = fleet->stations->leaving[i];

	after -= leaving < after ? leaving : after;
	if (of > 0)
		(void)snprintf(out, PART,
			       "%s %" PRIu64 "%% to %" PRIu64 "%% (%" PRIu64
			       " to %" PRIu64 " of %" PRIu32 ")",
			       alternate->name, before * 100 / of, after * 100 / of,
			       before, after, of);
	else
		(void)snprintf(out, PART, "%s %" PRIu64 " to %" PRIu64, alternate->name,
			       before, after);
}

void
loads_list(const struct fleet *fleet, char *out, size_t size)
{
	const struct stations *stations = fleet->stations;
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < fleet->policy->alternates; i++) {
		char part[PART];

		if (stations->planned[i] == 0 && stations->leaving[i] == 0)
			continue;
		say_load(fleet, i, part);
		if (used + 2 + strlen(part) + sizeof(MORE) > size) {
			(void)snprintf(out + used, size - used, MORE);
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 used > 0 ? ", " : "", part);
	}
}
