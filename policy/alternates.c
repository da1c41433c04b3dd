/* SPDX-License-Identifier: BSD-3-Clause */
/* <alternates>: where clients go, and who says how those are. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "policy/distribute.h"
#include "policy/loader.h"

/* An order can name no more. */
#define ALTERNATES_MAX DISTRIBUTE_MAX
#define HEALTH_PACE    (5 * SECOND)

/* ---- as they are read ---- */

void
alternates_all(struct loader *loader, const struct value *value)
{
	loader->policy->distribute = (enum policy_distribute)number_or(
	    &value[ALTERNATES_DISTRIBUTE], DISTRIBUTE_WEIGHT);
	loader->policy->when_none = (enum policy_when_none)number_or(
	    &value[ALTERNATES_WHEN_NONE], WHEN_NONE_HOLD);
}

void
alternates_one(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;
	struct policy_alternate *alternate =
	    ARRAY_MORE(loader->arena, policy->alternate, policy->alternates);

	if (alternate == NULL)
		return;
	alternate->name = keep(loader, &value[ALTERNATE_NAME]);
	alternate->address = value[ALTERNATE_ADDRESS].endpoint.address;
	alternate->port = (uint16_t)value[ALTERNATE_PORT].number;
	alternate->priority = (uint16_t)number_or(&value[ALTERNATE_PRIORITY], 1);
	alternate->weight = (uint16_t)number_or(&value[ALTERNATE_WEIGHT], 100);
	alternate->capacity = (uint32_t)number_or(&value[ALTERNATE_CAPACITY], 0);
	alternate->line = loader->line;
}

/* Of the alternate that is open, which is the last. */
void
alternates_health(struct loader *loader, const struct value *value)
{
	struct policy *policy = loader->policy;
	struct policy_alternate *alternate;
	struct policy_health *health;

	if (policy->alternates == 0)
		return;
	alternate = &policy->alternate[policy->alternates - 1];
	health = &alternate->health;
	*health = (struct policy_health){
		.on = true,
		.agent = value[HEALTH_AGENT].endpoint,
		.server = value[HEALTH_SERVER].set ? keep(loader, &value[HEALTH_SERVER])
						   : alternate->name,
		.every = number_or(&value[HEALTH_EVERY], HEALTH_PACE),
		.line = loader->line,
	};
	if (value[HEALTH_ACCESS].set)
		health->access_file = keep(loader, &value[HEALTH_ACCESS]);
}

/* ---- when all is read ---- */

static int
better_alternate(const void *a, const void *b)
{
	const struct policy_alternate *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void
check_alternate(struct loader *loader, size_t i)
{
	const struct policy *policy = loader->policy;
	const struct policy_alternate *alternate = &policy->alternate[i];
	char text[ADDRESS_TEXT];

	if (!address_is_none(&policy->address) &&
	    address_equal(&alternate->address, &policy->address))
		loader_fault(loader, alternate->line,
			     "address %s of <alternate> \"%s\" is the server's own: "
			     "expected another host's",
			     address_format(&alternate->address, text),
			     alternate->name);
	for (size_t j = 0; j < i; j++) {
		const struct policy_alternate *first = &policy->alternate[j];

		if (alternate->name[0] != '\0' &&
		    strcmp(alternate->name, first->name) == 0)
			loader_fault(
			    loader, alternate->line,
			    "a second <alternate> \"%s\": the first is at line "
			    "%" PRIu32 "; expected another name",
			    first->name, first->line);
		else if (!address_is_none(&alternate->address) &&
			 address_equal(&alternate->address, &first->address) &&
			 alternate->port == first->port)
			loader_fault(
			    loader, alternate->line,
			    "address %s of <alternate> \"%s\" is that of \"%s\" "
			    "at line %" PRIu32 ": expected another, or another "
			    "port",
			    address_format(&alternate->address, text), alternate->name,
			    first->name, first->line);
	}
}

static void
resolve_health(struct loader *loader, struct policy_alternate *alternate)
{
	struct policy_health *health = &alternate->health;

	if (health->access_file != NULL)
		health->access = access_find(loader, health->access_file, health->line);
}

void
alternates_check(struct loader *loader)
{
	struct policy *policy = loader->policy;

	loader->file = 0;
	if (policy->alternates > ALTERNATES_MAX) {
		loader_fault(
		    loader, policy->alternate[ALTERNATES_MAX].line,
		    "more than %u alternates: expected fewer, an order can name "
		    "no more",
		    ALTERNATES_MAX);
		return;
	}
	for (size_t i = 0; i < policy->alternates; i++) {
		check_alternate(loader, i);
		resolve_health(loader, &policy->alternate[i]);
	}
	if (policy->alternates > 0)
		qsort(policy->alternate, policy->alternates, sizeof(*policy->alternate),
		      better_alternate);
}

/* ---- what is allowed, and yet hardly meant ---- */

static void
warn_room(struct loader *loader)
{
	const struct policy *policy = loader->policy;
	size_t stay = policy_share(policy->failover.keep, policy->clients);
	uint64_t room = 0;

	for (size_t i = 0; i < policy->alternates; i++) {
		if (policy->alternate[i].capacity == 0)
			return;
		room += policy->alternate[i].capacity;
	}
	if (policy->alternates > 0 && room < policy->clients - stay)
		loader_warning(loader, policy->alternate[0].line,
			       "all alternates together have room for %" PRIu64
			       " of the %zu clients that may be ordered away: the "
			       "others stay",
			       room, policy->clients - stay);
}

void
alternates_warn(struct loader *loader)
{
	const struct policy *policy = loader->policy;

	loader->file = 0;
	for (size_t i = 0; i < policy->alternates; i++) {
		const struct policy_alternate *alternate = &policy->alternate[i];

		if (!alternate->health.on)
			loader_warning(loader, alternate->line,
				       "<alternate> \"%s\" has no <health>: it is "
				       "taken to be well, whatever its state",
				       alternate->name);
		if (policy->distribute == DISTRIBUTE_HEADROOM &&
		    alternate->capacity == 0)
			loader_warning(
			    loader, alternate->line,
			    "distribute=\"headroom\", but <alternate> \"%s\" "
			    "has no capacity=: it counts as having room for "
			    "all clients",
			    alternate->name);
	}
	warn_room(loader);
}
