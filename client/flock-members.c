/* SPDX-License-Identifier: BSD-3-Clause */
/* A heap of wake-up times and a table of addresses over one array of members. */
#include "config.h"

#include "client/flock-members.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/random.h"

bool
members_start(struct members *members, size_t room)
{
	*members = (struct members){ .room = room, .slots = 16 };
	while (members->slots < 2 * room)
		members->slots *= 2;
	members->member = calloc(room + 1, sizeof *members->member);
	members->heap = calloc(room + 1, sizeof *members->heap);
	members->table = malloc(members->slots * sizeof *members->table);
	if (!members->member || !members->heap || !members->table) {
		members_end(members);
		return false;
	}
	memset(members->table, 0xff, members->slots * sizeof *members->table);
	return true;
}

void
members_end(struct members *members)
{
	for (size_t i = 0; i < members->count; i++)
		core_free(members->member[i].core);
	free(members->member);
	free(members->heap);
	free(members->table);
	*members = (struct members){ .count = 0 };
}

/* ---- who they are ---- */

struct core_alternate *
members_alternates(const struct policy *policy, size_t *count)
{
	*count = policy->alternates ? policy->alternates : 1;
	struct core_alternate *alternate = calloc(*count, sizeof *alternate);
	if (!alternate)
		return NULL;
	slice_copy(slice_of("simulated"), alternate->name, sizeof alternate->name);
	(void)address_parse("192.0.2.254", &alternate->address);
	for (size_t i = 0; i < policy->alternates; i++) {
		struct core_alternate *to = &alternate[i];
		slice_copy(slice_of(policy->alternate[i].name), to->name,
			   sizeof to->name);
		to->address = policy->alternate[i].address;
		to->port = policy->alternate[i].port;
	}
	return alternate;
}

struct core_config
members_config(const struct policy *policy, const struct policy_client *client,
	       const struct core_alternate *alternate, size_t alternates)
{
	return (struct core_config){
		.client = client->name,
		.address = client->address,
		.server = policy->server,
		.server_address = policy->address,
		.port = policy->port,
		.alternate = alternate,
		.alternates = alternates,
		.after = 10 * MINUTE,
		.jitter = 0.2,
		.retry = MINUTE,
		.freshness = true,
		.hook = true,
	};
}

/* ---- by address ---- */

static size_t
slot_of(const struct members *members, const struct address *address)
{
	uint64_t high, low;
	memcpy(&high, address->byte, sizeof high);
	memcpy(&low, address->byte + 8, sizeof low);
	size_t slot = (size_t)random_mix(high, low) & (members->slots - 1);
	while (members->table[slot] != MEMBER_NONE &&
	       !address_equal(&members->member[members->table[slot]].address, address))
		slot = (slot + 1) & (members->slots - 1);
	return slot;
}

uint32_t
members_find(const struct members *members, const struct address *address)
{
	return members->table[slot_of(members, address)];
}

/* ---- by time ---- */

static void
put(struct members *members, size_t at, uint32_t i)
{
	members->heap[at] = i;
	members->member[i].at = (uint32_t)at;
}

static int64_t
wake_of(const struct members *members, size_t at)
{
	return members->member[members->heap[at]].wake;
}

static void
rise(struct members *members, size_t at)
{
	uint32_t i = members->heap[at];
	while (at > 0) {
		size_t parent = (at - 1) / 2;
		if (wake_of(members, parent) <= members->member[i].wake)
			break;
		put(members, at, members->heap[parent]);
		at = parent;
	}
	put(members, at, i);
}

static void
sink(struct members *members, size_t at)
{
	uint32_t i = members->heap[at];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= members->count)
			break;
		if (child + 1 < members->count &&
		    wake_of(members, child + 1) < wake_of(members, child))
			child++;
		if (wake_of(members, child) >= members->member[i].wake)
			break;
		put(members, at, members->heap[child]);
		at = child;
	}
	put(members, at, i);
}

void
members_wake(struct members *members, uint32_t i, int64_t at)
{
	members->member[i].wake = at;
	rise(members, members->member[i].at);
	sink(members, members->member[i].at);
}

uint32_t
members_first(const struct members *members)
{
	return members->count > 0 ? members->heap[0] : MEMBER_NONE;
}

bool
members_add(struct members *members, const struct member *member)
{
	size_t slot = slot_of(members, &member->address);
	if (members->count == members->room || members->table[slot] != MEMBER_NONE)
		return false;
	uint32_t i = (uint32_t)members->count++;
	members->table[slot] = i;
	members->member[i] = *member;
	put(members, i, i);
	rise(members, i);
	return true;
}
