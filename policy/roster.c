/* SPDX-License-Identifier: BSD-3-Clause */
/* The clients when all documents are read: made unique, packed, and put into sets. */
#include "config.h"

#include "policy/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "policy/loader.h"

/* Unknown names for which a near one is looked for: each costs a walk over all. */
#define GUESSES_MAX 8u

struct roster {
	struct loader *loader;
	struct policy *policy;
	struct inventory *inventory;
	uint8_t *dropped; /* one a row: an explicit client has its address */
	size_t drops;
	uint32_t *slot; /* rows by address */
	uint32_t mask;
	size_t told; /* spans whose overlap was told, by number + 1 */
	unsigned guesses;
};

static void
fault_at(struct loader *loader, uint16_t file, uint32_t line)
{
	loader->file = file;
	loader->line = line;
}

/* The range that made a row, as a number; spans when none did. */
static size_t
span_of(const struct inventory *inventory, uint32_t row)
{
	size_t low = 0, high = inventory->spans;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct span *span = &inventory->span[middle];

		if (row < span->first)
			high = middle;
		else if (row - span->first >= span->count)
			low = middle + 1;
		else
			return middle;
	}
	return inventory->spans;
}

/* ---- addresses ---- */

static void
drop(struct roster *roster, uint32_t row)
{
	roster->dropped[row] = 1;
	roster->drops++;
}

/* Two rows with one address, the first in the document first. Returns which stays. */
static uint32_t
settle(struct roster *roster, uint32_t first, uint32_t second)
{
	const struct inventory *inventory = roster->inventory;
	const struct policy *policy = roster->policy;
	const struct policy_client *a = &policy->client[first];
	const struct policy_client *b = &policy->client[second];
	size_t of_a = span_of(inventory, first), of_b = span_of(inventory, second);
	char text[ADDRESS_TEXT];

	if (of_a == inventory->spans && of_b == inventory->spans) {
		fault_at(roster->loader, b->file, b->line);
		loader_fault(roster->loader, b->line,
			     "address %s of client \"%s\" is that of \"%s\" at %s:%u: "
			     "expected one client an address",
			     address_format(&b->address, text), b->name, a->name,
			     policy->file[a->file], a->line);
		return first;
	}
	if (of_a < inventory->spans && of_b < inventory->spans) {
		drop(roster, second);
		if (roster->told == of_b + 1)
			return first;
		roster->told = of_b + 1;
		fault_at(roster->loader, b->file, b->line);
		loader_fault(roster->loader, b->line,
			     "<range> overlaps that at %s:%u: both have %s; expected "
			     "ranges apart",
			     policy->file[a->file], a->line,
			     address_format(&b->address, text));
		return first;
	}
	drop(roster, of_a < inventory->spans ? first : second);
	return of_a < inventory->spans ? second : first;
}

static bool
check_addresses(struct roster *roster)
{
	const struct policy *policy = roster->policy;
	size_t slots = 64;

	while (slots < 2 * policy->clients)
		slots *= 2;
	roster->slot = malloc(slots * sizeof(*roster->slot));
	roster->dropped = calloc(policy->clients + 1, 1);
	if (roster->slot == NULL || roster->dropped == NULL)
		return false;
	memset(roster->slot, 0xff, slots * sizeof(*roster->slot));
	roster->mask = (uint32_t)(slots - 1);
	for (uint32_t row = 0; row < policy->clients; row++) {
		const struct address *address = &policy->client[row].address;
		uint32_t at =
		    (uint32_t)text_hash(address->byte, sizeof(address->byte)) &
		    roster->mask;

		while (
		    roster->slot[at] != POLICY_NONE &&
		    !address_equal(&policy->client[roster->slot[at]].address, address))
			at = (at + 1) & roster->mask;
		roster->slot[at] = roster->slot[at] == POLICY_NONE
				       ? row
				       : settle(roster, roster->slot[at], row);
	}
	free(roster->slot);
	roster->slot = NULL;
	return true;
}

/* ---- packing ---- */

/* Members that are left, under their new numbers. */
static size_t
renumber(const struct roster *roster, const uint32_t *map, uint32_t *member,
	 size_t members)
{
	size_t kept = 0;

	for (size_t i = 0; i < members; i++)
		if (!roster->dropped[member[i]])
			member[kept++] = map[member[i]];
	return kept;
}

static bool
pack(struct roster *roster)
{
	struct policy *policy = roster->policy;
	struct inventory *inventory = roster->inventory;
	uint32_t *map, kept = 0; /* map: how many rows before this one stay */

	if (roster->drops == 0)
		return true;
	map = malloc((policy->clients + 1) * sizeof(*map));
	if (map == NULL)
		return false;
	for (uint32_t row = 0; row < policy->clients; row++) {
		map[row] = kept;
		if (!roster->dropped[row])
			policy->client[kept++] = policy->client[row];
	}
	map[policy->clients] = kept;
	for (size_t i = 0; i < inventory->groups; i++)
		inventory->group[i].members =
		    renumber(roster, map, inventory->group[i].member,
			     inventory->group[i].members);
	for (size_t i = 0; i < inventory->spans; i++) {
		struct span *span = &inventory->span[i];

		span->count = map[span->first + span->count] - map[span->first];
		span->first = map[span->first];
	}
	policy->clients = kept;
	free(map);
	return true;
}

/* Gives back what growing by doubling took too much; a failure changes nothing. */
static void *
fit(void *items, size_t count, size_t size)
{
	void *less;

	if (count == 0) {
		free(items);
		return NULL;
	}
	less = reallocarray(items, count, size);
	return less != NULL ? less : items;
}

/* ---- names ---- */

static const char *
client_name(const void *context, uint32_t item)
{
	const struct policy *policy = context;

	return policy->client[item].name;
}

static bool
index_clients(struct roster *roster)
{
	struct policy *policy = roster->policy;
	struct names *names = &policy->store->clients;
	size_t told = 0;

	for (uint32_t row = 0; row < policy->clients; row++) {
		const struct policy_client *client = &policy->client[row], *first;
		uint32_t found =
		    names_find(names, slice_of(client->name), client_name, policy);
		size_t span;

		if (found == POLICY_NONE) {
			/* Counting them all at once: the table is made in one go. */
			if (!names_add(names, row, policy->clients, client_name,
				       policy))
				return false;
			continue;
		}
		span = span_of(roster->inventory, row);
		if (span < roster->inventory->spans && told == span + 1)
			continue; /* one fault a range */
		told = span + 1;
		first = &policy->client[found];
		fault_at(roster->loader, client->file, client->line);
		loader_fault(roster->loader, client->line,
			     "a second client \"%s\": the first is at %s:%u; expected "
			     "another name",
			     client->name, policy->file[first->file], first->line);
	}
	return true;
}

static void
unknown_member(struct roster *roster, const struct listing *list, struct slice name)
{
	struct loader *loader = roster->loader;
	struct guess guess = guess_of(name);
	char hint[GUESS_TEXT];

	/* What is not known may be what could not be read. */
	if (loader->spoiled & (E_BIT(E_CLIENT) | E_BIT(E_RANGE) | E_BIT(E_INCLUDE)))
		return;
	if (roster->guesses++ < GUESSES_MAX)
		for (size_t i = 0; i < roster->policy->clients; i++)
			guess_try(&guess, roster->policy->client[i].name);
	fault_at(loader, list->file, list->line);
	loader_fault(
	    loader, list->line,
	    "<list> \"%s\" names \"%.*s\", and there is no such client: expected "
	    "names of clients%s",
	    list->name, (int)name.length, name.start,
	    guess_say(&guess, hint, sizeof(hint)));
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static void
fill_list(struct roster *roster, const struct listing *list, struct policy_set *set)
{
	struct policy *policy = roster->policy;
	struct arena *arena = roster->loader->arena;
	struct slice rest = slice_of(list->clients), name;
	uint32_t *member = NULL;
	size_t members = 0, kept = 0;

	while (value_next(&rest, &name)) {
		uint32_t row =
		    names_find(&policy->store->clients, name, client_name, policy);
		uint32_t *more;

		if (row == POLICY_NONE) {
			unknown_member(roster, list, name);
			continue;
		}
		more = ARRAY_MORE(arena, member, members);
		if (more == NULL)
			break;
		*more = row;
	}
	if (members > 0)
		qsort(member, members, sizeof(*member), by_number);
	for (size_t i = 0; i < members; i++)
		if (kept == 0 || member[kept - 1] != member[i])
			member[kept++] = member[i];
	*set = (struct policy_set){ .name = list->name,
				    .member = fit(member, kept, sizeof(*member)),
				    .members = (uint32_t)kept,
				    .line = list->line };
}

static const char *
set_name(const void *context, uint32_t item)
{
	const struct policy_set *set = context;

	return set[item].name;
}

static void
make_lists(struct roster *roster)
{
	struct policy *policy = roster->policy;
	const struct inventory *inventory = roster->inventory;
	struct names names = { NULL, 0 };

	policy->list = calloc(inventory->lists + 1, sizeof(*policy->list));
	if (policy->list == NULL) {
		roster->loader->arena->failed = true;
		return;
	}
	for (size_t i = 0; i < inventory->lists; i++) {
		const struct listing *list = &inventory->list[i];
		uint32_t first =
		    names_find(&names, slice_of(list->name), set_name, policy->list);

		fill_list(roster, list, &policy->list[policy->lists++]);
		if (first == POLICY_NONE) {
			names_add(&names, (uint32_t)i, i + 1, set_name, policy->list);
			continue;
		}
		fault_at(roster->loader, list->file, list->line);
		loader_fault(roster->loader, list->line,
			     "a second <list> \"%s\": the first is at %s:%u; expected "
			     "another name",
			     list->name, policy->file[inventory->list[first].file],
			     policy->list[first].line);
	}
	names_free(&names);
}

/* Members change hands: from the growing group to the policy's. */
static void
make_groups(struct roster *roster)
{
	struct policy *policy = roster->policy;
	struct inventory *inventory = roster->inventory;

	policy->group = calloc(inventory->groups + 1, sizeof(*policy->group));
	if (policy->group == NULL) {
		roster->loader->arena->failed = true;
		return;
	}
	for (size_t i = 0; i < inventory->groups; i++) {
		struct growing *group = &inventory->group[i];

		policy->group[policy->groups++] = (struct policy_set){
			.name = group->name,
			.member =
			    fit(group->member, group->members, sizeof(*group->member)),
			.members = (uint32_t)group->members,
			.line = group->line,
		};
		group->member = NULL;
	}
}

static const char *
site_name(const void *context, uint32_t item)
{
	const struct policy_site *site = context;

	return site[item].name;
}

static void
check_sites(struct roster *roster)
{
	struct loader *loader = roster->loader;
	struct policy *policy = roster->policy;
	const uint16_t *file = roster->inventory->site_file;
	struct names names = { NULL, 0 };
	uint32_t home = POLICY_NONE;

	for (uint32_t i = 0; i < policy->sites; i++) {
		const struct policy_site *site = &policy->site[i];
		uint32_t first =
		    names_find(&names, slice_of(site->name), site_name, policy->site);

		fault_at(loader, file[i], site->line);
		if (first == POLICY_NONE)
			names_add(&names, i, i + 1, site_name, policy->site);
		else
			loader_fault(loader, site->line,
				     "a second <site> \"%s\": the first is at %s:%u; "
				     "expected another name",
				     site->name, policy->file[file[first]],
				     policy->site[first].line);
		if (site->home && home != POLICY_NONE)
			loader_fault(
			    loader, site->line,
			    "<site> \"%s\" says home=\"yes\", and so does \"%s\" "
			    "at %s:%u: expected one home at most",
			    site->name, policy->site[home].name,
			    policy->file[file[home]], policy->site[home].line);
		if (site->home && home == POLICY_NONE)
			home = i;
	}
	names_free(&names);
}

static int
by_name(const void *a, const void *b, void *context)
{
	const struct policy *policy = context;
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strcmp(policy->client[x].name, policy->client[y].name);
}

/* Sorting names takes long with many clients, and choosing by name must not. */
static bool
rank_names(struct policy *policy)
{
	uint32_t *row = calloc(policy->clients + 1, sizeof(*row));

	policy->name_rank = calloc(policy->clients + 1, sizeof(*policy->name_rank));
	if (row == NULL || policy->name_rank == NULL) {
		free(row);
		return false;
	}
	for (size_t i = 0; i < policy->clients; i++)
		row[i] = (uint32_t)i;
	qsort_r(row, policy->clients, sizeof(*row), by_name, policy);
	for (size_t i = 0; i < policy->clients; i++)
		policy->name_rank[row[i]] = (uint32_t)i;
	free(row);
	return true;
}

void
inventory_finish(struct loader *loader)
{
	struct roster roster = { .loader = loader,
				 .policy = loader->policy,
				 .inventory = &loader->inventory };
	struct policy *policy = loader->policy;

	check_sites(&roster);
	sites_resolve(loader);
	if (check_addresses(&roster) && pack(&roster) && index_clients(&roster) &&
	    rank_names(policy)) {
		policy->client =
		    fit(policy->client, policy->clients, sizeof(*policy->client));
		make_groups(&roster);
		make_lists(&roster);
	} else {
		loader->arena->failed = true;
	}
	free(roster.slot);
	free(roster.dropped);
}
