/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients, ranges, groups, lists and sites, as the documents name them one by one. */
#include "config.h"

#include "policy/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "policy/loader.h"
#include "policy/names.h"

static const char *
group_name(const void *context, uint32_t item)
{
	const struct inventory *inventory = context;

	return inventory->group[item].name;
}

/* The group of that name, made when it is new; NULL without memory. */
static struct growing *
find_group(struct loader *loader, struct slice name)
{
	struct inventory *inventory = &loader->inventory;
	struct growing *group;
	uint32_t at = names_find(&inventory->group_names, name, group_name, inventory);

	if (at != POLICY_NONE)
		return &inventory->group[at];
	group = ARRAY_MORE(loader->arena, inventory->group, inventory->groups);
	if (group == NULL)
		return NULL;
	group->name = arena_text(loader->arena, name);
	group->line = loader->line;
	group->file = loader->file;
	if (!names_add(&inventory->group_names, (uint32_t)inventory->groups - 1,
		       inventory->groups, group_name, inventory))
		loader->arena->failed = true;
	return group;
}

/* Puts count rows from first on into each group named. */
static void
join_groups(struct loader *loader, struct slice groups, uint32_t first, uint32_t count)
{
	struct slice name;

	while (value_next(&groups, &name)) {
		struct growing *group = find_group(loader, name);

		for (uint32_t i = 0; group != NULL && i < count; i++) {
			uint32_t *member;

			/* Named twice in one attribute: once is enough. */
			if (group->members > 0 &&
			    group->member[group->members - 1] >= first + i)
				continue;
			member =
			    ARRAY_MORE(loader->arena, group->member, group->members);
			if (member == NULL)
				return;
			*member = first + i;
		}
	}
}

static bool
has_room(struct loader *loader, uint64_t more)
{
	struct inventory *inventory = &loader->inventory;

	if (loader->policy->clients + more <= POLICY_CLIENTS_MAX)
		return true;
	if (!inventory->full)
		loader_fault(loader, loader->line,
			     "more than %u clients: expected fewer in one policy",
			     POLICY_CLIENTS_MAX);
	inventory->full = true;
	return false;
}

static struct policy_client *
add_row(struct loader *loader, const struct address *address, struct slice name,
	uint32_t priority)
{
	struct policy *policy = loader->policy;
	struct policy_client *client =
	    ARRAY_MORE(loader->arena, policy->client, policy->clients);

	if (client == NULL)
		return NULL;
	client->address = *address;
	client->name = arena_text(loader->arena, name);
	client->site = loader->stack[loader->depth - 1].site;
	client->priority = priority;
	client->line = loader->line;
	client->file = loader->file;
	return client;
}

void
inventory_client(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;
	uint32_t row = (uint32_t)policy->clients;

	if (!value[CLIENT_NAME].set || !value[CLIENT_ADDRESS].set ||
	    !has_room(loader, 1))
		return;
	if (add_row(loader, &value[CLIENT_ADDRESS].endpoint.address,
		    value[CLIENT_NAME].text,
		    (uint32_t)value[CLIENT_PRIORITY].number) != NULL &&
	    value[CLIENT_GROUPS].set)
		join_groups(loader, value[CLIENT_GROUPS].text, row, 1);
}

/* How many clients a range has; 0, and a fault, when it cannot be said. */
static uint32_t
range_count(struct loader *loader, const struct value *value)
{
	const struct prefix *prefix = &value[RANGE_PREFIX].prefix;
	uint64_t usable = prefix_usable(prefix);
	uint64_t count = usable;

	if (value[RANGE_COUNT].set)
		count = (uint64_t)value[RANGE_COUNT].number;
	else if (value[RANGE_COUNT].text.start != NULL)
		return 0; /* wrong: told */
	else if (!address_is_v4(&prefix->address)) {
		loader_fault(loader, loader->line,
			     "a <range> of IPv6 needs count=: expected a number, 1 to "
			     "65536");
		return 0;
	}
	if (count > usable) {
		loader_fault(loader, loader->line,
			     "count=\"%llu\" of <range>: expected at most %llu, the "
			     "usable addresses of %.*s",
			     (unsigned long long)count, (unsigned long long)usable,
			     (int)value[RANGE_PREFIX].text.length,
			     value[RANGE_PREFIX].text.start);
		return 0;
	}
	if (count > 65536) {
		loader_fault(loader, loader->line,
			     "<range> has %llu clients: expected at most 65536; narrow "
			     "prefix= or give count=",
			     (unsigned long long)count);
		return 0;
	}
	return (uint32_t)count;
}

/* The pattern with number in place of %d; false when it is too long for a name. */
static bool
range_name(struct slice pattern, uint32_t number, char name[NAME_TEXT])
{
	const char *percent = memchr(pattern.start, '%', pattern.length);
	int before = (int)(percent - pattern.start);
	int after = (int)pattern.length - before - 2;
	int length = snprintf(name, NAME_TEXT, "%.*s%u%.*s", before, pattern.start,
			      number, after, percent + 2);

	return length > 0 && length < NAME_TEXT;
}

void
inventory_range(struct loader *loader, const struct value *value)
{
	struct inventory *inventory = &loader->inventory;
	uint32_t first = (uint32_t)loader->policy->clients, count;
	struct slice pattern = value[RANGE_NAME].text;
	char name[NAME_TEXT];
	struct span *span;

	if (!value[RANGE_NAME].set || !value[RANGE_PREFIX].set)
		return;
	count = range_count(loader, value);
	if (count == 0) {
		loader->spoiled |= E_BIT(E_RANGE);
		return;
	}
	if (!range_name(pattern, count, name)) {
		loader_fault(loader, loader->line,
			     "name=\"%.*s\" of <range>: expected at most %d bytes with "
			     "%u in place of %%d",
			     (int)pattern.length, pattern.start, NAME_MAX_LENGTH,
			     count);
		return;
	}
	if (!has_room(loader, count))
		return;
	span = ARRAY_MORE(loader->arena, inventory->span, inventory->spans);
	if (span == NULL)
		return;
	*span = (struct span){ first, count, loader->line, loader->file };
	for (uint32_t i = 1; i <= count; i++) {
		struct address address;

		range_name(pattern, i, name);
		prefix_nth(&value[RANGE_PREFIX].prefix, i, &address);
		if (add_row(loader, &address, slice_of(name),
			    (uint32_t)value[RANGE_PRIORITY].number) == NULL)
			return;
	}
	if (value[RANGE_GROUPS].set)
		join_groups(loader, value[RANGE_GROUPS].text, first, count);
}

void
inventory_list(struct loader *loader, const struct value *value)
{
	struct listing *list;

	if (!value[LIST_NAME].set)
		return;
	list =
	    ARRAY_MORE(loader->arena, loader->inventory.list, loader->inventory.lists);
	if (list == NULL)
		return;
	list->name = arena_text(loader->arena, value[LIST_NAME].text);
	list->clients = value[LIST_CLIENTS].set
			    ? arena_text(loader->arena, value[LIST_CLIENTS].text)
			    : "";
	list->line = loader->line;
	list->file = loader->file;
}

uint32_t
inventory_site(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;
	uint32_t parent = loader->stack[loader->depth - 1].site;
	struct policy_site *site;
	uint16_t *file;

	if (!value[SITE_NAME].set)
		return parent;
	file = ARRAY_MORE(loader->arena, loader->inventory.site_file,
			  loader->inventory.site_files);
	site = ARRAY_MORE(loader->arena, policy->site, policy->sites);
	if (file == NULL || site == NULL)
		return POLICY_NONE;
	*file = loader->file;
	site->name = arena_text(loader->arena, value[SITE_NAME].text);
	site->parent = parent;
	site->home = value[SITE_HOME].number != 0;
	site->cost = POLICY_NONE;
	site->line = loader->line;
	return (uint32_t)policy->sites - 1;
}

void
inventory_free(struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->groups; i++)
		free(inventory->group[i].member);
	free(inventory->group);
	names_free(&inventory->group_names);
	free(inventory->span);
	free(inventory->list);
	free(inventory->site_file);
	memset(inventory, 0, sizeof(*inventory));
}
